"""Samplers; `decoding_enhanced` is the public index."""
