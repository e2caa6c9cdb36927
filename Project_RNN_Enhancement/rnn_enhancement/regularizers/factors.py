"""The weight of a cost: a number, or a scalar tensor that is fed at run time."""
from ..arguments import finite_number
from ..tf1 import is_tensor, tf

__all__ = ["checked_factor", "is_off", "times_factor"]


def checked_factor(name, factor):
    """`factor` if it is a number >= 0 or a scalar tensor.

    Raises:
      TypeError: if it is neither.
      ValueError: if it is negative or not finite, or a tensor of another rank.
    """
    if is_tensor(factor):
        dtype = tf.as_dtype(factor.dtype).base_dtype
        if not (dtype.is_floating or dtype.is_integer):
            raise TypeError("%s must be a number >= 0 or a scalar tensor of numbers, got a tensor "
                            "of %s." % (name, dtype.name))
        if factor.shape.ndims not in (None, 0):
            raise ValueError("%s must be a number >= 0 or a scalar tensor, got a tensor of shape "
                             "%s." % (name, factor.shape))
        return factor
    number = finite_number(name, factor)
    if number < 0:
        raise ValueError("%s must be at least 0, got %r." % (name, factor))
    return number


def is_off(factor):
    """Whether a checked factor is the number 0."""
    return not is_tensor(factor) and factor == 0


def times_factor(cost, name, factor):
    """factor * cost. A tensor is checked when it runs: InvalidArgumentError if it is negative."""
    factor = checked_factor(name, factor)
    if not is_tensor(factor):
        return cost * factor
    factor = tf.cast(factor, cost.dtype)
    check = tf.Assert(factor >= 0, ["%s must be at least 0, got" % name, factor])
    with tf.control_dependencies([check]):
        return cost * tf.identity(factor)
