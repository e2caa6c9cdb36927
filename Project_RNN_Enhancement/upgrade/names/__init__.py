"""TensorFlow's names and calls in a source, and their new places."""
