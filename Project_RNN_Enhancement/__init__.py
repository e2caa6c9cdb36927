"""RNN cells, unrolling and sequence-to-sequence models for TensorFlow, in the names and forms of TensorFlow 1.x.

The modules to import are `rnn_cell_enhanced`, `rnn_enhanced`, `seq2seq_enhanced` and `decoding_enhanced` in
`Project_RNN_Enhancement.rnn_enhancement`.
"""

__version__ = "0.2.0"
