"""Weighted cross-entropy of a tensor of logits."""
from ..arguments import check_callable, checked_keywords
from ..tf1 import tf

__all__ = ["sequence_loss"]


@checked_keywords
def sequence_loss(logits, targets, weights, average_across_timesteps=True,
                  average_across_batch=True, sum_over_timesteps=False, sum_over_batch=False,
                  softmax_loss_function=None, name=None):
    """Weighted cross-entropy, summed over time and batch and divided as told.

    "average" divides by the total weight, "sum" by the number of weights that are not zero, along
    the dimensions it is said of. A quotient by zero is zero. Where something is said of one
    dimension only, or "average" of one and "sum" of the other, only one is reduced, as in
    TensorFlow 1.15: the one of "average", if there is one.

    Args:
      logits: [batch, time, num_symbols], floating.
      targets: [batch, time], int.
      weights: [batch, time], floating; 0 for padding.
      average_across_timesteps, average_across_batch, sum_over_timesteps, sum_over_batch: bools.
      softmax_loss_function: function (labels=, logits=) -> losses [batch * time], of labels
        [batch * time] and logits [batch * time, num_symbols], in place of the cross-entropy.
      name: of the operation.

    Returns:
      A scalar if both dimensions are reduced, a vector if one is, else [batch, time]; in nats.

    Raises:
      ValueError: for tensors of another rank, or batches or lengths that differ; for "average" and
        "sum" of one dimension.
      TypeError: if the loss function can't be called.
    """
    for argument, value, form in (
            ("logits", logits, "[batch, time, num_symbols]"),
            ("targets", targets, "[batch, time]"), ("weights", weights, "[batch, time]")):
        if value.shape.ndims != form.count(",") + 1:
            raise ValueError("%s must have the shape %s, got %s." % (argument, form, value.shape))
        if not value.shape[:2].is_compatible_with(logits.shape[:2]):
            raise ValueError("%s have the shape %s, logits have %s: batch and time must agree."
                             % (argument, value.shape, logits.shape))
    for average, total, both in (
            ("average_across_timesteps", "sum_over_timesteps",
             average_across_timesteps and sum_over_timesteps),
            ("average_across_batch", "sum_over_batch", average_across_batch and sum_over_batch)):
        if both:
            raise ValueError("%s and %s are both True: set one of them to False."
                             % (average, total))
    if softmax_loss_function is None:
        softmax_loss_function = tf.nn.sparse_softmax_cross_entropy_with_logits
    check_callable("softmax_loss_function", softmax_loss_function, "(labels=, logits=) -> losses")
    with tf.name_scope(name, "sequence_loss", [logits, targets, weights]):
        flat = tf.reshape(logits, [-1, tf.shape(logits)[2]])
        losses = softmax_loss_function(labels=tf.reshape(targets, [-1]), logits=flat)
        losses *= tf.reshape(weights, [-1])
        if average_across_timesteps and average_across_batch:
            return tf.div_no_nan(tf.reduce_sum(losses), tf.reduce_sum(weights))
        if sum_over_timesteps and sum_over_batch:
            return tf.div_no_nan(tf.reduce_sum(losses), _count(weights, None, losses.dtype))
        losses = tf.reshape(losses, tf.shape(logits)[:2])
        if average_across_timesteps or average_across_batch:
            axis = [0 if average_across_batch else 1]
            return tf.div_no_nan(tf.reduce_sum(losses, axis), tf.reduce_sum(weights, axis))
        if sum_over_timesteps or sum_over_batch:
            axis = [0 if sum_over_batch else 1]
            return tf.div_no_nan(tf.reduce_sum(losses, axis), _count(weights, axis, losses.dtype))
        return losses


def _count(weights, axis, dtype):
    return tf.cast(tf.math.count_nonzero(weights, axis), dtype)
