"""Which version of TensorFlow a program was written for."""
