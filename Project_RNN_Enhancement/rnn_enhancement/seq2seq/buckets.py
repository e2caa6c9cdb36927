"""One model for several lengths: a graph per bucket on one set of variables."""
from ..arguments import accepts_integer_at, check_callable, graph_function
from ..tf1 import tf
from ..unrolling.policy import refusals, takes_unroll, unrolled_as
from .losses import check_vocabulary_size, sequence_loss, sequence_loss_by_example
from .regularized import Regularizers

__all__ = ["model_with_buckets"]


def _check_length(name, values, needed):
    if len(values) < needed:
        raise ValueError("Length of %s (%d) must be at least that of last bucket (%d)."
                         % (name, len(values), needed))


def _outputs_of(results):
    """The outputs among what a `seq2seq` returned; attention weights may come last."""
    if not isinstance(results, (list, tuple)) or len(results) not in (2, 3):
        raise ValueError("seq2seq must return (outputs, state), or attention weights as third, got "
                         "%r." % (results,))
    return results[0]


@graph_function
@takes_unroll(rehearses=False)
@accepts_integer_at(5, "num_decoder_symbols")
def model_with_buckets(encoder_inputs, decoder_inputs, targets, weights, buckets, seq2seq,
                       softmax_loss_function=None, per_example_loss=False, name=None,
                       num_decoder_symbols=None, one_draw_for_all_steps=False,
                       norm_regularize_hidden_states=False, norm_regularize_logits=False,
                       norm_regularize_factor=50, norm_regularize_state_part="h",
                       norm_regularize_initial_state=False, norm_regularize_mask=False,
                       apply_l2_loss=False, l2_loss_factor=1e-5, orthogonality_factor=0.0,
                       decov_factor=0.0):
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
      norm_regularize_hidden_states: True: adds the norm stabiliser (`norm_stabilizer_loss`) on the
        states of every decoder of this package that `seq2seq` calls, whatever it returns of
        them. Layers and decoders add up.
      norm_regularize_logits: True: adds the norm stabiliser on the outputs; those are logits unless
        an output projection comes after (this is not in the paper).
      norm_regularize_factor: number >= 0 or scalar tensor, of both. Alias:
        `norm_regularizer_factor`.
      norm_regularize_state_part: "h" or "c", which of an LSTM's two vectors is regularised, by
        `decov_factor` too.
      norm_regularize_initial_state: True: the first difference is to the decoder's initial state.
      norm_regularize_mask: True: steps of weight 0 are padding; T is an example's number of others.
      apply_l2_loss: True: adds `rnn_l2_loss` of the kernels that the first bucket's loss is
        computed from.
      l2_loss_factor: number >= 0 or scalar tensor.
      orthogonality_factor: number >= 0 or scalar tensor, of the `orthogonality_loss` of the
        decoders' cells and, in models of this package, the encoders'; 0: off.
      decov_factor: number >= 0 or scalar tensor, of the `decov_loss` of each layer of the decoders'
        states, all steps of weight other than 0 as samples; 0: off.

    Costs of weights are computed once and are part of every bucket's loss, so that each can be
    minimised by itself; a sum of losses has them once per bucket. With `per_example_loss` an
    example has its own norm differences and the whole of the other costs, so that the mean over the
    batch is the scalar loss.

    Returns:
      (outputs, losses): for every bucket its list of outputs, and its loss.

    Raises:
      ValueError: if there are no buckets, a list is shorter than the last bucket, the vocabulary
        size doesn't match, a factor is negative, or `seq2seq` shows no states to regularise.
      TypeError: if `seq2seq` is not callable, a switch no bool, a factor no number.
      InvalidArgumentError: at run time, for a factor that is a tensor and negative.
    """
    check_callable("seq2seq", seq2seq, "(encoder_inputs, decoder_inputs) -> (outputs, state)")
    if not buckets:
        raise ValueError("buckets must hold at least one pair (source length, target length), got "
                         "%r." % (buckets,))
    regularizers = Regularizers(
        norm_regularize_hidden_states, norm_regularize_logits, norm_regularize_factor,
        norm_regularize_state_part, norm_regularize_initial_state, norm_regularize_mask,
        apply_l2_loss, l2_loss_factor, orthogonality_factor, decov_factor).checked()
    _check_length("encoder_inputs", encoder_inputs, buckets[-1][0])
    _check_length("targets", targets, buckets[-1][1])
    _check_length("weights", weights, buckets[-1][1])

    losses, outputs, of_weights = [], [], None
    values = list(encoder_inputs) + list(decoder_inputs) + list(targets) + list(weights)
    with tf.name_scope(name, "model_with_buckets", values):
        for j, (source_length, target_length) in enumerate(buckets):
            with tf.variable_scope(tf.get_variable_scope(), reuse=True if j > 0 else None):
                refused = refusals()
                with regularizers.listening() as record:
                    bucket_outputs = _outputs_of(seq2seq(
                        encoder_inputs[:source_length], decoder_inputs[:target_length]))
                check_vocabulary_size(num_decoder_symbols, bucket_outputs, softmax_loss_function)
                loss = sequence_loss_by_example if per_example_loss else sequence_loss
                # A model in copies is one to the end.
                with unrolled_as(None if refusals() == refused else "static"):
                    losses.append(loss(bucket_outputs, targets[:target_length],
                                       weights[:target_length],
                                       softmax_loss_function=softmax_loss_function,
                                       one_draw_for_all_steps=one_draw_for_all_steps))
                if of_weights is None:
                    of_weights = regularizers.of_weights(losses[-1], record)
                for cost in of_weights + regularizers.of_bucket(
                        bucket_outputs, weights[:target_length], record):
                    losses[-1] += tf.cast(
                        cost if per_example_loss else tf.reduce_mean(cost), losses[-1].dtype)
                outputs.append(bucket_outputs)
    return outputs, losses
