"""A condition that may be known before the graph runs."""
from ..tf1 import tf

__all__ = ["smart_cond"]


def smart_cond(pred, true_fn=None, false_fn=None, name=None):
    """`tf.cond`, or the one function's result alone where the condition is known.

    Source: `tf.contrib.framework.smart_cond` and `tf.contrib.layers.utils.smart_cond`, to 1.15.

    Args:
      pred: bool, the int 0 or 1, or a bool scalar.
      true_fn, false_fn: functions without arguments.
      name: of the operations of `tf.cond`, or None.

    Returns:
      what true_fn or false_fn returns.

    Raises:
      TypeError: for another pred, or if a function can't be called.
    """
    if not callable(true_fn) or not callable(false_fn):
        raise TypeError("true_fn and false_fn must be functions, got %r and %r" % (true_fn, false_fn))
    known = pred
    if isinstance(pred, tf.Variable):
        known = None
    elif tf.is_tensor(pred):
        known = tf.get_static_value(pred)
    elif pred not in (0, 1):
        raise TypeError("pred must be True, False or a tensor, got %r" % (pred,))
    if known is None:
        return tf.cond(pred, true_fn, false_fn, name=name)
    return true_fn() if known else false_fn()
