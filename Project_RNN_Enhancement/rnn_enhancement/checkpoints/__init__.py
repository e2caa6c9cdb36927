"""Checkpoints whose variables are called as an older TensorFlow called them."""
