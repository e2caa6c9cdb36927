"""Numbers that a user gives as such, or as a scalar tensor whose value is known at run time only.

Wrong numbers are errors at graph construction; wrong values of tensors are errors when they run.
"""
import collections

from .arguments import finite_number
from .tf1 import is_variable, tf

__all__ = ["Range", "POSITIVE", "FRACTION", "POSITIVE_FRACTION", "AT_LEAST_0", "check_number",
           "number_in_graph"]

# What is allowed, in words, and a predicate that works on numbers and on tensors.
Range = collections.namedtuple("Range", ["words", "holds"])

POSITIVE = Range("positive", lambda x: x > 0)
FRACTION = Range("in [0, 1]", lambda x: (x >= 0) & (x <= 1))
POSITIVE_FRACTION = Range("in (0, 1]", lambda x: (x > 0) & (x <= 1))
AT_LEAST_0 = Range("at least 0", lambda x: x >= 0)


def _is_of_graph(value):
    return tf.is_tensor(value) or is_variable(value)


def check_number(name, value, allowed):
    """Raises TypeError or ValueError, naming the argument, for anything that can't be in range.

    Args:
      name: the argument's.
      value: number or scalar tensor.
      allowed: `Range`.
    """
    if not _is_of_graph(value):
        if not allowed.holds(finite_number(name, value)):
            raise ValueError("%s must be %s, got %r." % (name, allowed.words, value))
    elif not (value.dtype.is_floating or value.dtype.is_integer):
        raise TypeError("%s must be a number, %s, got a tensor of dtype %s."
                        % (name, allowed.words, value.dtype.name))
    elif value.shape.ndims not in (None, 0):
        raise ValueError("%s must be a scalar, %s, got a tensor of shape %s."
                         % (name, allowed.words, value.shape))


def number_in_graph(name, value, allowed, dtype=None):
    """`value` as a float, or as a scalar tensor behind an assertion.

    Args:
      name, value, allowed: as in `check_number`.
      dtype: of the tensor; None: its own, float32 for integers.

    Raises:
      TypeError, ValueError: as `check_number`.
      InvalidArgumentError: at run time, for a tensor whose value is out of range.
    """
    check_number(name, value, allowed)
    if not _is_of_graph(value):
        return float(value)
    value = tf.convert_to_tensor(value)
    if dtype is None:
        dtype = value.dtype if value.dtype.is_floating else tf.float32
    value = tf.cast(tf.reshape(value, []), dtype)
    check = tf.Assert(allowed.holds(value), ["%s must be %s, got" % (name, allowed.words), value])
    with tf.control_dependencies([check]):
        return tf.identity(value)
