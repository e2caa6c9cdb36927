"""RNN cells and wrappers, a file per kind; `rnn_cell_enhanced` is their public index."""
