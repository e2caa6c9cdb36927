"""Regularisers of `tf.contrib.layers`."""
import numbers

from ..tf1 import tf

__all__ = ["apply_regularization", "l1_l2_regularizer", "l1_regularizer", "l2_regularizer", "sum_regularizer"]


def _check(name, scale):
    if isinstance(scale, numbers.Integral):
        raise ValueError("%s must be a float, got %r." % (name, scale))
    if isinstance(scale, numbers.Real) and scale < 0.0:
        raise ValueError("%s must not be negative, got %g." % (name, scale))


def _scaled(scale, of_weights, scope, name):
    _check("scale", scale)
    if scale == 0.0:
        return lambda weights: None

    def regularizer(weights):
        with tf.name_scope(scope, name, [weights]) as inner:
            factor = tf.convert_to_tensor(scale, dtype=weights.dtype.base_dtype, name="scale")
            return tf.multiply(factor, of_weights(weights), name=inner)
    return regularizer


def l1_regularizer(scale, scope=None):
    """A function of weights: scale times the sum of their absolute values.

    Args:
      scale: float; 0.0 gives a function that returns None.
      scope: name of a scope, or None.

    Raises:
      ValueError: if `scale` is negative or an integer.
    """
    return _scaled(scale, lambda weights: tf.reduce_sum(tf.abs(weights)), scope, "l1_regularizer")


def l2_regularizer(scale, scope=None):
    """A function of weights: scale times half the sum of their squares; arguments as in `l1_regularizer`."""
    return _scaled(scale, tf.nn.l2_loss, scope, "l2_regularizer")


def l1_l2_regularizer(scale_l1=1.0, scale_l2=1.0, scope=None):
    """The sum of `l1_regularizer` and `l2_regularizer`."""
    _check("scale_l1", scale_l1)
    _check("scale_l2", scale_l2)
    scope = scope or "l1_l2_regularizer"
    if scale_l1 == 0.0:
        return l2_regularizer(scale_l2, scope)
    if scale_l2 == 0.0:
        return l1_regularizer(scale_l1, scope)
    return sum_regularizer([l1_regularizer(scale_l1), l2_regularizer(scale_l2)], scope=scope)


def sum_regularizer(regularizer_list, scope=None):
    """A function of weights: the sum of what others give; None if there are none.

    Args:
      regularizer_list: list of functions, None among them left out.
      scope: name of a scope, or None.
    """
    regularizers = [regularizer for regularizer in regularizer_list if regularizer is not None]
    if not regularizers:
        return None

    def regularizer(weights):
        with tf.name_scope(scope, "sum_regularizer", [weights]) as name:
            terms = [each(weights) for each in regularizers]
            terms = [term for term in terms if term is not None]
            return tf.add_n(terms, name=name) if terms else None
    return regularizer


def apply_regularization(regularizer, weights_list=None):
    """The sum of a regulariser over weights, which is added to REGULARIZATION_LOSSES too.

    Args:
      regularizer: function from a tensor to a scalar, or to None.
      weights_list: list of tensors or variables; None: the collection WEIGHTS.

    Returns:
      A scalar.

    Raises:
      ValueError: if there are no weights, or if the regulariser gives no scalar.
    """
    weights_list = weights_list or tf.get_collection(tf.GraphKeys.WEIGHTS)
    if not weights_list:
        raise ValueError("apply_regularization: no weights: give weights_list.")
    with tf.name_scope("get_regularization_penalty", values=weights_list) as scope:
        penalties = [regularizer(weights) for weights in weights_list]
        penalties = [tf.constant(0.0) if penalty is None else penalty for penalty in penalties]
        for penalty in penalties:
            if penalty.shape.ndims != 0:
                raise ValueError("apply_regularization: the regularizer must return a scalar, got %s."
                                 % penalty)
        total = tf.add_n(penalties, name=scope)
        tf.add_to_collection(tf.GraphKeys.REGULARIZATION_LOSSES, total)
        return total
