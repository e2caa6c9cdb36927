"""One model for several lengths: a graph per bucket on one set of variables."""
from ..arguments import accepts_integer_at, checked_keywords
from ..tf1 import tf
from ..unrolling.modes import takes_unroll
from .losses import check_vocabulary_size, sequence_loss, sequence_loss_by_example

__all__ = ["model_with_buckets"]


def _check_length(name, values, needed):
    if len(values) < needed:
        raise ValueError("Length of %s (%d) must be at least that of last bucket (%d)."
                         % (name, len(values), needed))


@checked_keywords
@takes_unroll
@accepts_integer_at(5, "num_decoder_symbols")
def model_with_buckets(encoder_inputs, decoder_inputs, targets, weights, buckets, seq2seq,
                       softmax_loss_function=None, per_example_loss=False, name=None,
                       num_decoder_symbols=None, one_draw_for_all_steps=False):
    """Builds `seq2seq` and its loss for every bucket, all on the variables of the first.

    Args:
      encoder_inputs: list of tensors, at least as many as the last bucket's source length.
      decoder_inputs: list of tensors.
      targets: list of int tensors [batch].
      weights: list of float tensors [batch].
      buckets: list of pairs (source length, target length), the largest last.
      seq2seq: function (encoder_inputs, decoder_inputs) -> (outputs, state).
      softmax_loss_function: as in `sequence_loss_by_example`.
      per_example_loss: True: losses [batch] instead of scalars.
      name: of the operation.
      num_decoder_symbols: int; if given, the outputs must be so wide (checked without a loss
        function). Also taken before `seq2seq`, as in TensorFlow 0.5.
      one_draw_for_all_steps: as in `sequence_loss_by_example`.

    Returns:
      (outputs, losses): for every bucket its list of outputs, and its loss.

    Raises:
      ValueError: if there are no buckets, a list is shorter than the last bucket, or the
        vocabulary size doesn't match.
      TypeError: if `seq2seq` is not callable.
    """
    if not callable(seq2seq):
        raise TypeError("seq2seq must be a function (encoder_inputs, decoder_inputs) -> (outputs, "
                        "state), got %r of type %s." % (seq2seq, type(seq2seq).__name__))
    if not buckets:
        raise ValueError("buckets must hold at least one pair (source length, target length), got "
                         "%r." % (buckets,))
    _check_length("encoder_inputs", encoder_inputs, buckets[-1][0])
    _check_length("targets", targets, buckets[-1][1])
    _check_length("weights", weights, buckets[-1][1])

    losses, outputs = [], []
    values = list(encoder_inputs) + list(decoder_inputs) + list(targets) + list(weights)
    with tf.name_scope(name, "model_with_buckets", values):
        for j, (source_length, target_length) in enumerate(buckets):
            with tf.variable_scope(tf.get_variable_scope(), reuse=True if j > 0 else None):
                bucket_outputs, _ = seq2seq(encoder_inputs[:source_length],
                                            decoder_inputs[:target_length])
                check_vocabulary_size(num_decoder_symbols, bucket_outputs, softmax_loss_function)
                loss = sequence_loss_by_example if per_example_loss else sequence_loss
                losses.append(loss(bucket_outputs, targets[:target_length],
                                   weights[:target_length],
                                   softmax_loss_function=softmax_loss_function,
                                   one_draw_for_all_steps=one_draw_for_all_steps))
                outputs.append(bucket_outputs)
    return outputs, losses
