"""Which part of a cell's kernels maps the state to a gate."""
from ..copying import is_cell_like
from ..cells.highway import RecurrentHighwayCell
from ..cells.identity import IdentityRNNCell
from ..cells.layer_norm import (LayerNormBasicLSTMCell, LayerNormGRUCell,
                                LayerNormLSTMCell)
from ..cells.minimal import MinGRUCell, MinLSTMCell
from ..cells.multiplicative import MultiplicativeGRUCell, MultiplicativeLSTMCell
from ..cells.mutants import JZS1Cell, JZS2Cell, JZS3Cell
from ..cells.relaxation import RelaxationWrapper
from ..cells.unitary import UnitaryRNNCell
from ..tf1 import rnn_cell, tf

__all__ = ["recurrent_blocks"]

# Kernels whose last rows, as many as the output has, are the state's.
_FUSED = (rnn_cell.BasicRNNCell, rnn_cell.GRUCell, rnn_cell.BasicLSTMCell,
          rnn_cell.LSTMCell, LayerNormBasicLSTMCell, RecurrentHighwayCell)
# Kernels of their own for the state.
_APART = (IdentityRNNCell, JZS1Cell, JZS2Cell, JZS3Cell, LayerNormGRUCell, LayerNormLSTMCell,
          MultiplicativeGRUCell, MultiplicativeLSTMCell)
# No kernel that a state goes through, or one that is unitary as it is.
_NONE = (MinGRUCell, MinLSTMCell, UnitaryRNNCell)
_KNOWN = _FUSED + _APART + _NONE

_NOT_OF_STATE = ("projection", "skip", "connections")


def _cells_inside(cell):
    found = []
    for value in vars(cell).values():
        for item in value if isinstance(value, (list, tuple)) else [value]:
            if is_cell_like(item) and not any(item is known for known in found):
                found.append(item)
    return found


def _holders(cell):
    """`cell` and its twins in other scopes (`cells.scopes`)."""
    return [cell] + list(getattr(cell, "_twins", {}).values())


def _relative_name(cell, variable):
    name, scope = variable.op.name, cell.scope_name
    if name.startswith(scope + "/"):
        return name[len(scope) + 1:]
    return "/".join(name.split("/")[-2:])


def _rows(cell, name):
    """Which rows of the kernel `name` (in the cell's scope) are the state's: last, all or None."""
    parts = name.split("/")
    if isinstance(cell, _FUSED):
        return None if parts[0] in _NOT_OF_STATE else "last"
    if isinstance(cell, _APART):
        if "recurrent" in parts or parts[-1] == "recurrent_kernel":
            return "all"
        if isinstance(cell, MultiplicativeGRUCell) and parts[0] in ("gates", "candidate"):
            return "all"
    return None


def recurrent_blocks(cell, seen=None):
    """The blocks [size of h, n] of a cell's kernels, one per gate, by which the state enters.

    Args:
      cell: an RNN cell that has been called; of stacks and wrappers, of the cells inside.
      seen: set of names of variables to leave out, to which those found are added.

    Returns:
      List of tensors, for every scope in which the cell was called; empty for cells that have no
      such matrix (`MinGRUCell`, `MinLSTMCell`) or one that is unitary as it is
      (`UnitaryRNNCell`).

    Raises:
      ValueError: for a cell of another kind (a user's own, `GridLSTMCell`, relaxed ones).
    """
    seen = set() if seen is None else seen
    blocks, inner = [], _cells_inside(cell)
    if isinstance(cell, _KNOWN):
        for one in _holders(cell):
            blocks.extend(_blocks_of(one, seen))
    elif not inner or isinstance(cell, RelaxationWrapper) and cell._copies > 1:
        # Relaxed weights are no variables of the cell inside.
        raise ValueError("It isn't known which part of the kernels of %s maps its state; give "
                         "orthogonality_loss the matrices in its place." % type(cell).__name__)
    for one in _holders(cell):
        for part in _cells_inside(one):
            blocks.extend(recurrent_blocks(part, seen))
    return blocks


def _blocks_of(cell, seen):
    blocks = []
    for variable in getattr(cell, "_trainable_weights", ()):
        name = _relative_name(cell, variable)
        rows = _rows(cell, name)
        if (rows is None or variable.shape.ndims < 2 or not name.endswith("kernel")
                or variable.name in seen):
            continue
        seen.add(variable.name)
        size, width = cell.output_size, cell._num_units
        kernel = tf.convert_to_tensor(variable)
        if rows == "last":
            kernel = kernel[..., -size:, :]
        number = tf.dimension_value(variable.shape[-1]) // width
        blocks.extend(tf.split(kernel, number, axis=-1))
    return blocks
