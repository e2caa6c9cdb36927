"""The number of a loop's steps: an int, or a scalar int32 tensor of at least 1."""
from ..tf1 import tf
from .constants import constant, shared

__all__ = ["number_of", "numbers_of", "shape_of", "static_length"]


def static_length(length):
    """The number where it is an int, else None."""
    return None if tf.is_tensor(length) else length


def number_of(length):
    """The number as a scalar int32 tensor."""
    return length if tf.is_tensor(length) else constant(length)


def numbers_of(length):
    """0, 1, .. up to the last step, as an int32 vector."""
    if not tf.is_tensor(length):
        return constant(range(length))
    return shared(("numbers of steps", length.name), [length], lambda: [tf.range(length)])[0]


def shape_of(sizes):
    """A list of sizes, of which some may be such numbers, as an int32 vector."""
    return tf.stack(sizes) if any(map(tf.is_tensor, sizes)) else constant(sizes)
