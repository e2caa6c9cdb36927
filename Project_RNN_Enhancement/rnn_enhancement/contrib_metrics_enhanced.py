"""What of `tf.contrib.metrics` has no counterpart in `tf.metrics`: `accuracy` of one batch."""
from .public_names import explain_missing_names
from .tf1 import tf

__all__ = ["accuracy"]


def accuracy(predictions, labels, weights=None, name=None):
    """How much of the predictions is right.

    Args:
      predictions, labels: tensors of one shape and type.
      weights: tensor that can be multiplied with them, or None.
      name: of the scope ("accuracy").

    Returns:
      A scalar.

    Raises:
      ValueError: if the types differ.
    """
    predictions, labels = tf.convert_to_tensor(predictions), tf.convert_to_tensor(labels)
    if predictions.dtype != labels.dtype:
        raise ValueError("accuracy: predictions and labels must have the same type, got %s and %s."
                         % (predictions.dtype.name, labels.dtype.name))
    with tf.name_scope(name, "accuracy", [predictions, labels, weights]):
        right = tf.cast(tf.equal(predictions, labels), tf.float32)
        if weights is None:
            return tf.reduce_mean(right)
        weights = tf.cast(weights, tf.float32)
        return tf.reduce_sum(right * weights) / tf.reduce_sum(tf.ones_like(right) * weights)


explain_missing_names(__name__)
