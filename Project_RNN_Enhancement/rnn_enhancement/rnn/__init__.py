"""Running a cell over time; `rnn_enhanced` is the public index."""
