"""Rewrites programs for TensorFlow 0.5 to 1.15 so that they run with this package on a TensorFlow of today."""
