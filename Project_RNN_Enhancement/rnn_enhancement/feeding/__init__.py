"""Feeding pairs of symbol sequences to models; `feeding_enhanced` is the public index."""
