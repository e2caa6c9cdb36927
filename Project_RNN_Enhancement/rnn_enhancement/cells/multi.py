"""Cells stacked on each other."""
import contextlib

from ..eras import state_is_tuple_by_era
from ..tf1 import is_sequence, rnn_cell
from .base import RNNCell, WRAPPER_OPTIONS, assert_like_rnncell
from ..copying import fresh_copy, is_cell_like
from .scopes import weights_by_object

__all__ = ["MultiRNNCell"]


def _cells_in(cell):
    """Ids of `cell` and of the cells inside it, at any depth."""
    ids = {id(cell)}
    for value in list(vars(cell).values()) if hasattr(cell, "__dict__") else []:
        for item in value if isinstance(value, (list, tuple)) else [value]:
            if is_cell_like(item) and id(item) not in ids:
                ids |= _cells_in(item)
    return ids


def _each_its_own(cells):
    """`cells` with a copy in place of every cell that has come before, bare or inside a wrapper."""
    seen = set()
    own = []
    for cell in cells:
        if _cells_in(cell) & seen:
            cell = fresh_copy(cell)
        seen |= _cells_in(cell)
        own.append(cell)
    return own


class MultiRNNCell(RNNCell, rnn_cell.MultiRNNCell):
    """A stack of cells: the output of each is the input of the next.

    `MultiRNNCell([cell] * n)` gives every layer weights of its own, as before TensorFlow 1.1.

    Args:
      cells: list or tuple of cells, bottom first.
      state_is_tuple: True: the state is a tuple of the layers' states; False: one tensor, the
        layers' states side by side. Default: the era's (`set_era`), True since 0.11.
      share_repeated: True: a cell that is given twice has one set of weights, as in 1.15.
      **kwargs: `gpu_for_layer` (see `RNNCell`), for all layers that have none of their own.

    Raises:
      ValueError: if `cells` is empty, or `state_is_tuple` is False and a cell's state is a tuple.
      TypeError: if `cells` is not a list or tuple of cells.
    """

    _options = WRAPPER_OPTIONS

    @state_is_tuple_by_era
    def __init__(self, cells, state_is_tuple=True, share_repeated=False, **kwargs):
        if is_sequence(cells):
            for cell in cells:
                assert_like_rnncell("cell", cell)
            if not share_repeated:
                cells = type(cells)(_each_its_own(cells))
        super(MultiRNNCell, self).__init__(cells, state_is_tuple=state_is_tuple, **kwargs)
        self._share_repeated = share_repeated

    def _sharing(self):
        return weights_by_object() if self._share_repeated else contextlib.suppress()

    def call(self, inputs, state):
        with self._sharing():
            return super(MultiRNNCell, self).call(inputs, state)
