"""What a loop function gets for the number of a step, which a loop has not."""
from ..loops.refused import Refused

__all__ = ["StepNumber"]


def _looked_at(*_):
    raise Refused("step number", "the loop function looks at its step number.")


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
