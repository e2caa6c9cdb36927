"""Sequence-to-sequence models; replaces `tf.contrib.legacy_seq2seq` (once `tf.nn.seq2seq`).

Models: `basic_rnn_seq2seq`, `tied_rnn_seq2seq`, `embedding_rnn_seq2seq`,
`embedding_tied_rnn_seq2seq`, `embedding_attention_seq2seq`, `one2many_rnn_seq2seq`.

Decoders: `rnn_decoder`, `attention_decoder`, `embedding_rnn_decoder`,
`embedding_attention_decoder`.

Losses: `sequence_loss`, `sequence_loss_by_example`. Several lengths: `model_with_buckets`.
"""
from .seq2seq.buckets import model_with_buckets
from .seq2seq.decoders import (attention_decoder, embedding_attention_decoder,
                               embedding_rnn_decoder, extract_argmax_and_embed, rnn_decoder)
from .seq2seq.losses import sequence_loss, sequence_loss_by_example
from .seq2seq.models import (basic_rnn_seq2seq, embedding_attention_seq2seq, embedding_rnn_seq2seq,
                             embedding_tied_rnn_seq2seq, one2many_rnn_seq2seq, tied_rnn_seq2seq)

# The private name by which programs import it from TensorFlow's module.
_extract_argmax_and_embed = extract_argmax_and_embed

__all__ = [
    "attention_decoder", "basic_rnn_seq2seq", "embedding_attention_decoder",
    "embedding_attention_seq2seq", "embedding_rnn_decoder", "embedding_rnn_seq2seq",
    "embedding_tied_rnn_seq2seq", "model_with_buckets", "one2many_rnn_seq2seq", "rnn_decoder",
    "sequence_loss", "sequence_loss_by_example", "tied_rnn_seq2seq"]
