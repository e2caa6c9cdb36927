"""RNN cells, unrolling, sequence-to-sequence models and decoding for TensorFlow graph mode.

On TensorFlow 2.x calls of cells and functions that make variables or unroll time stand inside
`with tf.Graph().as_default():`, or after `tf.compat.v1.disable_eager_execution()`; called
eagerly they raise RuntimeError. Losses, samplers and schedules take eager tensors too.
"""
from .eras import DIFFERENCES, ERAS, era, get_era, set_era

__all__ = ["set_era", "get_era", "era", "ERAS", "DIFFERENCES"]
