"""RNN cells, unrolling, sequence-to-sequence models and decoding for TensorFlow graph mode."""
from .eras import DIFFERENCES, ERAS, era, get_era, set_era

__all__ = ["set_era", "get_era", "era", "ERAS", "DIFFERENCES"]
