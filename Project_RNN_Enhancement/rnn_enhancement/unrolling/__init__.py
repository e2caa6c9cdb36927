"""Unrolling a cell over time; `rnn_enhanced` is the public index."""
