"""Weighted cross-entropy of a sequence of logits."""
import inspect

from ..arguments import accepts_integer_at, check_callable, checked_keywords
from ..eras import is_before_change
from ..loops.refused import Refused
from ..loops.steps import all_steps, as_steps, flat_steps
from ..tf1 import static_dimension, tf
from ..unrolling.policy import loop_or_copies, takes_unroll
from ..unrolling.scan import scan

__all__ = ["sequence_loss", "sequence_loss_by_example"]

_LABELS = "labels"
_PREDICTIONS = ("logits", "inputs")


def loss_of_step(softmax_loss_function):
    """Returns a function (labels, logits) -> losses [batch] that calls `softmax_loss_function`.

    Its arguments are matched by name: `labels`, and `logits` or `inputs`. If one of two names is
    known the other argument is the other role. With no known name the order is (labels, logits),
    TensorFlow 1.15's; in eras before 1.0 (logits, labels).

    Raises:
      TypeError: if it is not callable.
    """
    if softmax_loss_function is None:
        def cross_entropy(labels, logits):
            return tf.nn.sparse_softmax_cross_entropy_with_logits(
                labels=tf.reshape(labels, [-1]), logits=logits)
        return cross_entropy
    check_callable("softmax_loss_function", softmax_loss_function, "(labels, logits) -> losses")
    try:
        parameters = list(inspect.signature(softmax_loss_function).parameters.values())
    except (TypeError, ValueError):
        return lambda labels, logits: softmax_loss_function(labels=labels, logits=logits)
    names = [p.name for p in parameters]
    predictions = [name for name in _PREDICTIONS if name in names]
    if _LABELS in names and predictions:
        return lambda labels, logits: softmax_loss_function(
            **{_LABELS: labels, predictions[0]: logits})
    if any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters):
        return lambda labels, logits: softmax_loss_function(labels=labels, logits=logits)
    positional = [p.name for p in parameters
                  if p.kind in (inspect.Parameter.POSITIONAL_ONLY,
                                inspect.Parameter.POSITIONAL_OR_KEYWORD)][:2]
    labels_first = not is_before_change("loss_labels_first")
    if _LABELS in positional:
        labels_first = positional[0] == _LABELS
    elif any(name in positional for name in _PREDICTIONS):
        labels_first = positional[0] not in _PREDICTIONS
    if labels_first:
        return softmax_loss_function
    return lambda labels, logits: softmax_loss_function(logits, labels)


def check_vocabulary_size(num_decoder_symbols, logits, softmax_loss_function):
    """Raises ValueError if logits are not as wide as the vocabulary size given in the 0.5 form."""
    if num_decoder_symbols is None or softmax_loss_function is not None:
        # With a loss function of the user's, outputs may come before the projection.
        return
    for logit in logits:
        width = static_dimension(logit, 1)
        if width is not None and width != num_decoder_symbols:
            raise ValueError("num_decoder_symbols is %d, but logits have shape %s."
                             % (num_decoder_symbols, logit.shape))


def _check_lengths(logits, targets, weights):
    if len(targets) != len(logits) or len(weights) != len(logits):
        raise ValueError("Lengths of logits, weights, and targets must be the same %d, %d, %d."
                         % (len(logits), len(weights), len(targets)))
    if not logits:
        raise ValueError("logits, targets and weights must not be empty.")


@checked_keywords
@takes_unroll()
@accepts_integer_at(3, "num_decoder_symbols")
def sequence_loss_by_example(logits, targets, weights, average_across_timesteps=True,
                             softmax_loss_function=None, name=None, num_decoder_symbols=None,
                             one_draw_for_all_steps=False):
    """Weighted cross-entropy of each example, summed or averaged over the steps.

    Args:
      logits: list of T tensors [batch, num_symbols].
      targets: list of T int tensors [batch].
      weights: list of T float tensors [batch].
      average_across_timesteps: whether to divide by the example's total weight.
      softmax_loss_function: function (labels, logits) -> losses [batch] in place of the softmax
        cross-entropy; also (labels, inputs) and (inputs, labels), matched by name.
      name: of the operation.
      num_decoder_symbols: int; if given, logits must be so wide. Also taken in fourth place, as
        in TensorFlow 0.5.
      one_draw_for_all_steps: True: `softmax_loss_function` is applied once, to all steps as one
        batch [T * batch]. A sampled loss then draws one set of classes for all steps, which is
        faster and has the same expectation, but not the same distribution: the steps' losses
        are no longer independent.

    Returns:
      Losses [batch], in nats.

    Raises:
      ValueError: if the lists differ in length or are empty, the vocabulary size doesn't match, or
        steps that are to be one batch differ in shape.
      TypeError: if the loss function is not callable.
    """
    _check_lengths(logits, targets, weights)
    check_vocabulary_size(num_decoder_symbols, logits, softmax_loss_function)
    loss = loss_of_step(softmax_loss_function)
    with tf.name_scope(name, "sequence_loss_by_example",
                       list(logits) + list(targets) + list(weights)):
        def together():
            steps = _losses_of_steps(loss, all_steps(logits), all_steps(targets), len(logits),
                                     one_draw_for_all_steps or softmax_loss_function is None)
            step_weights = all_steps(weights).together()
            if step_weights.shape.ndims not in (1, 2):
                raise Refused("inputs", "the weights of a step have shape %s."
                              % step_weights.shape[1:])
            total = tf.reduce_sum(step_weights, 0)
            # One number for the whole batch, loss or weight, meets every example of its step.
            rank = max(steps.shape.ndims, step_weights.shape.ndims)
            steps, step_weights = [value if value.shape.ndims == rank else tf.expand_dims(value, 1)
                                   for value in (steps, step_weights)]
            return tf.reduce_sum(steps * step_weights, 0), total

        def apart():
            return (tf.add_n([loss(target, logit) * weight
                              for logit, target, weight in zip(logits, targets, weights)]),
                    tf.add_n(list(weights)))
        if one_draw_for_all_steps:
            try:
                losses, total = together()
            except Refused as reason:
                raise ValueError("one_draw_for_all_steps is not possible here: %s" % reason)
        else:
            losses, total = loop_or_copies(len(logits), together, apart)
        if average_across_timesteps:
            # An example without any weight has loss 0, not 0/0.
            losses /= total + 1e-12
    return losses


def _losses_of_steps(loss, logits, targets, length, at_once):
    """Losses [T, batch]: of all steps at once, or of each on its own in a loop.

    Args:
      logits, targets: `AllSteps`.
      at_once: whether rows don't matter to each other, or are not to; a loss of the user's may be
        sampled, and draws for every step.

    Raises:
      Refused: if a step's loss is neither [batch] nor a scalar.
    """
    if at_once:
        logits = logits.together()
        losses = as_steps(loss(tf.reshape(targets.together(), [-1]), flat_steps(logits)),
                          *logits.shape.as_list()[:2])
    else:
        losses, _ = scan(lambda values, state: (loss(values[1], values[0]), state),
                         [logits, targets], (), length)
    if losses.shape.ndims not in (1, 2):
        raise Refused("inputs", "a step's loss has shape %s." % (losses.shape[1:]
                                                           if losses.shape.ndims else losses.shape))
    return losses


@checked_keywords
@takes_unroll()
@accepts_integer_at(3, "num_decoder_symbols")
def sequence_loss(logits, targets, weights, average_across_timesteps=True,
                  average_across_batch=True, softmax_loss_function=None, name=None,
                  num_decoder_symbols=None, one_draw_for_all_steps=False):
    """Weighted cross-entropy, summed over the examples or averaged over them.

    Args:
      average_across_batch: whether to divide by the batch size.
      The others as in `sequence_loss_by_example`.

    Returns:
      A scalar, in nats.

    Raises:
      ValueError, TypeError: as `sequence_loss_by_example`.
    """
    _check_lengths(logits, targets, weights)
    with tf.name_scope(name, "sequence_loss", list(logits) + list(targets) + list(weights)):
        cost = tf.reduce_sum(sequence_loss_by_example(
            logits, targets, weights, average_across_timesteps=average_across_timesteps,
            softmax_loss_function=softmax_loss_function,
            num_decoder_symbols=num_decoder_symbols,
            one_draw_for_all_steps=one_draw_for_all_steps))
        if average_across_batch:
            cost /= tf.cast(tf.shape(targets[0])[0], cost.dtype)
        return cost
