"""Decoding of TensorFlow 1.x: attention, decoders, helpers, beam search, losses."""
