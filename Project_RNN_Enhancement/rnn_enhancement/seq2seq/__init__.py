"""Decoders, models, losses and buckets; `seq2seq_enhanced` is the public index."""
