"""Sequence-to-sequence models; replaces `tf.contrib.legacy_seq2seq` (once `tf.nn.seq2seq`).

Models: `basic_rnn_seq2seq`, `tied_rnn_seq2seq`, `embedding_rnn_seq2seq`,
`embedding_tied_rnn_seq2seq`, `embedding_attention_seq2seq`, `one2many_rnn_seq2seq`.

Decoders: `rnn_decoder`, `attention_decoder`, `embedding_rnn_decoder`,
`embedding_attention_decoder`.

Options that all of these share: `seq2seq.options`. Schedules for `scheduled_sampling`:
`linear_sampling_schedule`, `exponential_sampling_schedule`, `inverse_sigmoid_sampling_schedule`.

Losses: `sequence_loss`, `sequence_loss_by_example`. Several lengths: `model_with_buckets`.

Regularisers: `norm_stabilizer_loss`, `decov_loss` (hidden states), `rnn_l2_loss`,
`orthogonality_loss` (weights).
"""
from .public_names import explain_missing_names
from .regularizers.decov import decov_loss
from .regularizers.l2 import rnn_l2_loss
from .regularizers.norm_stabilizer import norm_stabilizer_loss
from .regularizers.orthogonality import orthogonality_loss
from .seq2seq.buckets import model_with_buckets
from .seq2seq.decoders import (attention_decoder, embedding_attention_decoder,
                               embedding_rnn_decoder, rnn_decoder)
from .seq2seq.feedback import extract_argmax_and_embed, extract_sample_and_embed
from .seq2seq.losses import sequence_loss, sequence_loss_by_example
from .seq2seq.models import (basic_rnn_seq2seq, embedding_attention_seq2seq, embedding_rnn_seq2seq,
                             embedding_tied_rnn_seq2seq, one2many_rnn_seq2seq, tied_rnn_seq2seq)
from .seq2seq.scheduled_sampling import (exponential_sampling_schedule,
                                         inverse_sigmoid_sampling_schedule,
                                         linear_sampling_schedule)

# The private name by which programs import it from TensorFlow's module.
_extract_argmax_and_embed = extract_argmax_and_embed

__all__ = [
    "attention_decoder", "basic_rnn_seq2seq", "decov_loss", "embedding_attention_decoder",
    "embedding_attention_seq2seq", "embedding_rnn_decoder", "embedding_rnn_seq2seq",
    "embedding_tied_rnn_seq2seq", "exponential_sampling_schedule", "extract_sample_and_embed",
    "inverse_sigmoid_sampling_schedule", "linear_sampling_schedule", "model_with_buckets",
    "norm_stabilizer_loss", "one2many_rnn_seq2seq", "orthogonality_loss", "rnn_decoder",
    "rnn_l2_loss", "sequence_loss", "sequence_loss_by_example", "tied_rnn_seq2seq"]

explain_missing_names(__name__)
