"""Finds out whether a cell of the user's does per call what a loop would do once."""
from ..cells.copying import is_cell_like
from ..tf1 import control_flow_context, tf
from .modes import NotRollable

__all__ = ["StepNumber", "Watch"]

_TRUSTED = (__name__.split(".")[0] + ".", "tensorflow.", "tensorflow_core.")


def _users_cells(values, found):
    for value in values:
        if isinstance(value, (list, tuple)):
            _users_cells(value, found)
        elif (is_cell_like(value) and hasattr(value, "__dict__")
              and not any(value is other for other in found)):
            # Cells that are known to be harmless are searched for others inside them.
            found.append(value)
            _users_cells(list(vars(value).values()), found)
    return found


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _contents(value):
    """`value` with its containers copied, so that later changes to them show."""
    if isinstance(value, list):
        return list(value)
    return dict(value) if type(value) is dict else value


class Watch(object):
    """Compares the attributes of cells before and after one call.

    Args:
      cells: cells, or functions (ignored); cells inside them are looked at too.
    """

    def __init__(self, cells):
        self._before = [
            (cell, {name: _contents(value) for name, value in vars(cell).items()})
            for cell in _users_cells(cells, [])
            if not type(cell).__module__.startswith(_TRUSTED)]

    def check(self, context):
        """Raises NotRollable, and undoes the change, if a cell counts its calls or keeps tensors.

        Args:
          context: control flow context of the loop that the call was built in.
        """
        for cell, before in self._before:
            for name, value in list(vars(cell).items()):
                if _is_number(value) and name in before and before[name] != value:
                    reason = "counts its calls (attribute %s)" % name
                elif name in before and value is before[name] or _holds_none(value, context):
                    continue
                else:
                    reason = "keeps tensors of a step (attribute %s)" % name
                for changed in list(vars(cell)):
                    if changed not in before:
                        object.__delattr__(cell, changed)
                for kept, old in before.items():
                    object.__setattr__(cell, kept, old)
                raise NotRollable("the cell %s %s." % (type(cell).__name__, reason))


def _holds_none(value, context):
    """Whether no tensor of the loop is in `value`."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return all(_holds_none(item, context) for item in value)
    return not (tf.is_tensor(value) and hasattr(value, "op")
                and control_flow_context(value.op) is context)


def _looked_at(*_):
    raise NotRollable("the loop function looks at its step number.")


_OPERATORS = (
    "__eq__ __ne__ __lt__ __le__ __gt__ __ge__ __hash__ __bool__ __index__ __int__ __float__ "
    "__len__ __iter__ __str__ __repr__ __format__ __add__ __radd__ __sub__ __rsub__ __mul__ "
    "__rmul__ __mod__ __rmod__ __floordiv__ __rfloordiv__ __truediv__ __rtruediv__ __neg__ "
    "__pow__ __rpow__ __array__ __getitem__ __getattr__ __and__ __or__ __xor__ __rand__ __ror__ "
    "__rxor__ __divmod__ __rdivmod__ __abs__ __invert__ __pos__ __round__ __lshift__ __rlshift__ "
    "__rshift__ __rrshift__ __matmul__ __rmatmul__ __contains__ __call__")

# Stands for the number of a step, which a loop has not; whatever looks at it is told so. Even
# `isinstance` looks at `__class__`.
StepNumber = type("StepNumber", (object,), dict(
    {name: _looked_at for name in _OPERATORS.split()}, __class__=property(_looked_at)))
