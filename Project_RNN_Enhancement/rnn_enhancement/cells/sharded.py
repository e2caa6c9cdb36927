"""Base of the cells of `tf.contrib.rnn` that keep kernels in shards "W_0", ..., biases in "B"."""
from ..arguments import finite_number, positive_int, positive_number
from ..tf1 import tf
from .units import CellOfUnits

__all__ = ["ShardedCell", "whole"]


class ShardedCell(CellOfUnits):
    """A `CellOfUnits` with kernels in shards.

    Args:
      initializer: unused, as in TensorFlow 1.15; a warning says so.
      num_unit_shards: int, number of variables that a kernel is kept in.
      forget_bias: constant inside the forget gate, no variable.
      cell_clip: number > 0 or None: c stays in [-cell_clip, cell_clip].
      The others as in `CellOfUnits`.
    """

    def __init__(self, num_units, initializer=None, num_unit_shards=1, forget_bias=1.0,
                 cell_clip=None, **kwargs):
        super(ShardedCell, self).__init__(num_units, **kwargs)
        if initializer is not None:
            tf.logging.log_first_n(
                tf.logging.WARN, "%s: initializer is unused, as in TensorFlow 1.15; give "
                "weight_initializer, or one to the variable scope.", 1, type(self).__name__)
        self._num_unit_shards = positive_int("num_unit_shards", num_unit_shards)
        self._forget_bias = finite_number("forget_bias", forget_bias)
        self._cell_clip = None if cell_clip is None else positive_number("cell_clip", cell_clip)

    @staticmethod
    def _is_kernel(leaf):
        return leaf.startswith("W_") and "_diag" not in leaf

    @staticmethod
    def _is_bias(leaf):
        return leaf == "B" or leaf.startswith("B_")

    def _clipped(self, c):
        return c if self._cell_clip is None else tf.clip_by_value(
            c, -self._cell_clip, self._cell_clip)

    def get_config(self):
        config = super(ShardedCell, self).get_config()
        config.update(num_unit_shards=self._num_unit_shards, forget_bias=self._forget_bias)
        return config


def whole(shards):
    """The kernel of these shards."""
    return shards[0] if len(shards) == 1 else tf.concat(shards, 0)
