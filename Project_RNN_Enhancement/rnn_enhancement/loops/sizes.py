"""Sizes that depend on the batch size: arithmetic with them, and tensors that hold them.

A size is an int, a `Batch` (a multiple of the batch size, plus a number) or None: unknown.
"""
import collections

from ..tf1 import control_flow_context, outside_of, tf
from .constants import constant

__all__ = ["Batch", "BatchSize", "added", "broadcast", "is_known", "product", "quotient"]

Batch = collections.namedtuple("Batch", ["times", "plus"])


def added(a, b, sign=1):
    """a + sign * b."""
    if a is None or b is None:
        return None
    a, b = [size if isinstance(size, Batch) else Batch(0, size) for size in (a, b)]
    result = Batch(a.times + sign * b.times, a.plus + sign * b.plus)
    return result if result.times else result.plus


def product(sizes):
    result = 1
    for size in sizes:
        if size is None or isinstance(result, Batch) and isinstance(size, Batch):
            return None
        times, size = (result, size) if isinstance(size, Batch) else (size, result)
        result = Batch(size.times * times, size.plus * times) if isinstance(size, Batch) else (
            size * times)
    return result


def quotient(whole, size):
    """`whole` / `size`, where that is a size."""
    if whole is None or not isinstance(size, int) or size == 0:
        return 1 if whole is not None and whole == size else None
    if isinstance(whole, Batch):
        fits = whole.times % size == 0 and whole.plus % size == 0
        return Batch(whole.times // size, whole.plus // size) if fits else None
    return whole // size if whole % size == 0 else None


def is_known(shape):
    """Whether every size of `shape` is known."""
    return shape is not None and None not in shape


def broadcast(shapes):
    """The shape that `shapes` are broadcast to."""
    rank = max(len(shape) for shape in shapes)
    result = []
    for sizes in zip(*[[1] * (rank - len(shape)) + list(shape) for shape in shapes]):
        wide = {size for size in sizes if size != 1}
        result.append(1 if not wide else wide.pop() if len(wide) == 1 else None)
    return result


class BatchSize(object):
    """Tensors of sizes, made outside the loop that asks for them.

    Args:
      inputs: list of tensors [T, batch, ...]; state: list of tensors [batch, ...].
    """

    def __init__(self, inputs, state):
        self._places = [(tensor, axis) for tensor, axis in
                        [(x, 1) for x in inputs] + [(x, 0) for x in state]
                        if (tensor.shape.ndims or 0) > axis]
        self._batch_size, self._tensors = None, {}

    def tensor(self, sizes, dtype=tf.int32):
        """A size, or a list of them, none of them None."""
        key = (tuple(sizes) if isinstance(sizes, list) else sizes, dtype)
        if key not in self._tensors:
            flat = sizes if isinstance(sizes, list) else [sizes]
            if not any(isinstance(size, Batch) for size in flat):
                self._tensors[key] = constant(sizes, dtype)
            else:
                with outside_of(control_flow_context(tf.get_default_graph())):
                    flat = [self._scalar(size) for size in flat]
                    self._tensors[key] = tf.cast(
                        tf.stack(flat) if isinstance(sizes, list) else flat[0], dtype)
        return self._tensors[key]

    def _scalar(self, size):
        if not isinstance(size, Batch):
            return constant(size)
        if self._batch_size is None:
            unknown = [(tensor, axis) for tensor, axis in self._places
                       if tf.dimension_value(tensor.shape[axis]) is None]
            tensor, axis = (unknown or self._places)[0]
            self._batch_size = tf.shape(tensor)[axis]
        scalar = self._batch_size
        if size.times != 1:
            scalar = scalar * constant(size.times)
        return scalar + constant(size.plus) if size.plus else scalar
