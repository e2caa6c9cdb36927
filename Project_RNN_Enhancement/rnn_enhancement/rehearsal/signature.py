"""What a call looks like to the steps in it: calls that look alike are decided alike."""
import functools
import types

import numpy as np

from ..tf1 import is_tensor, is_variable, keras, tf
from .snapshot import is_internal

__all__ = ["signature"]

_Tensor = tf.Tensor
_NAMED_BY_VALUE = (bool, int, float, str, bytes, tf.DType)

# Lists of steps may differ in length from call to call.
_FEW = 4


def signature(function, args, kwargs):
    """A hashable description of a call in the current variable scope, without sequence lengths.

    Tensors are described by dtype and shape, cells by class and settings, functions by their code
    and what they close over, everything else by identity.

    Returns:
      (description, list of the objects that are described by identity).
    """
    scope, kept = tf.get_variable_scope(), []
    surroundings = [scope.partitioner, scope.custom_getter, scope.use_resource,
                    tf.get_default_graph().seed]
    return _described([function, list(args), kwargs, surroundings], kept, set()), kept


def _described(value, kept, around):
    # Tensors first: they are the many, in lists of inputs.
    if isinstance(value, _Tensor) or is_tensor(value) or is_variable(value):
        shape = value.shape
        return "tensor", value.dtype, None if shape.ndims is None else tuple(shape.as_list())
    if value is None or isinstance(value, _NAMED_BY_VALUE):
        return type(value), value
    if isinstance(value, (tf.VariableScope, tf.TensorShape)):
        return type(value)
    if isinstance(value, np.ndarray):
        return "array", value.dtype.str, value.shape
    if id(value) in around:
        return "again"

    def part(inner):
        return _described(inner, kept, around | {id(value)})
    if isinstance(value, (list, tuple)):
        parts = [part(item) for item in value]
        if len(parts) >= _FEW and len(set(parts)) == 1:
            return type(value), "steps", parts[0]
        return type(value), tuple(parts)
    if isinstance(value, dict):
        return type(value), frozenset((key, part(item)) for key, item in value.items())
    if isinstance(value, functools.partial):
        return "partial", part(value.func), part(list(value.args)), part(value.keywords)
    if isinstance(value, types.MethodType):
        return "method", part(value.__func__), part(value.__self__)
    if isinstance(value, types.FunctionType):
        cells = []
        for cell in value.__closure__ or ():
            try:
                cells.append(part(cell.cell_contents))
            except ValueError:
                cells.append("empty")
        return "function", value.__code__, tuple(cells), part(list(value.__defaults__ or ()))
    if isinstance(value, keras.layers.Layer) or hasattr(type(value), "state_size"):
        return type(value), frozenset(
            (name, part(item)) for name, item in vars(value).items() if not is_internal(name))
    kept.append(value)
    return "object", id(value)
