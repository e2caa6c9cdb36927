"""Costs that are added to a model's loss; `seq2seq_enhanced` is the public index."""
