"""Which operations may be done for all steps at once, on the rows of all of them."""
from ..tf1 import tf
from .dependencies import static_axis
from .operations import gradient_type, LOOKUPS
from .shapes import BROADCAST, UNARY
from .sizes import is_known

__all__ = ["goes_by_rows"]

_LAST_AXIS = frozenset(["Softmax", "LogSoftmax"])
_REDUCTIONS = frozenset(["Mean", "Sum", "Max", "Min", "Prod"])
_RANDOM = frozenset(["RandomUniform", "RandomStandardNormal", "TruncatedNormal"])


def goes_by_rows(op, dependencies, shapes):
    """Whether every row of what `op` gives is computed from the same row of what it reads.

    Args:
      op: operation that is another one at every step.
      dependencies: `Dependencies`; shapes: `Shapes` of the step.
    """
    if op.control_inputs or gradient_type(op) != op.type or not all(
            t.shape.ndims for t in op.outputs):
        return False
    if op.type in _RANDOM:
        return bool(shapes.value(op.inputs[0]))
    rows = [t for t in op.inputs if not dependencies.is_fixed(t)]
    sizes = {_first_size(t, shapes) for t in rows}
    if op.op_def.is_stateful or len(sizes) != 1 or None in sizes or (
            _first_size(op.outputs[0], shapes) not in sizes):
        return False
    rule = _RULES.get(op.type)
    return rule is not None and rule(op, rows, dependencies, shapes)


def _first_size(tensor, shapes):
    shape = shapes.of(tensor)
    return shape[0] if shape else None


def _by_axis(position):
    """A rule for operations along the axis that their input of a number holds."""
    def rule(op, rows, *_):
        return len(rows) in (1, len(op.inputs) - 1) and static_axis(
            op.inputs[position], rows[0].shape.ndims) not in (None, 0)
    return rule


def _reduces_rows(op, rows, *_):
    axes = tf.get_static_value(op.inputs[1])
    if axes is None or not axes.size or len(rows) != 1:
        return False
    return op.get_attr("keep_dims") and all(axis % rows[0].shape.ndims for axis in axes.ravel())


def _looks_up(op, rows, dependencies, _):
    if not dependencies.is_outside(op.inputs[0]):
        return False
    return op.type == "Gather" or (
        static_axis(op.inputs[2], 1) == 0 and not op.get_attr("batch_dims"))


def _selects(op, rows, dependencies, shapes):
    condition, x, y = op.inputs
    return (condition in rows and not any(dependencies.is_outside(t) for t in op.inputs)
            and x.shape.ndims == y.shape.ndims
            and _first_size(x, shapes) == _first_size(y, shapes) == _first_size(rows[0], shapes))


def _broadcasts(op, rows, dependencies, shapes):
    rank = rows[0].shape.ndims
    for tensor in op.inputs:
        if tensor in rows:
            if tensor.shape.ndims != rank:
                return False
        elif tensor.shape.ndims is None or tensor.shape.ndims > rank or (
                tensor.shape.ndims == rank and _first_size(tensor, shapes) != 1
                and tensor.op.name not in dependencies.constant):
            return False
    return True


_RULES = {
    "MatMul": lambda op, rows, dependencies, _: dependencies.is_product_by_weights(op),
    "BiasAdd": lambda op, rows, dependencies, _: (
        dependencies.is_fixed(op.inputs[1]) and op.get_attr("data_format") != b"NCHW"),
    "ConcatV2": _by_axis(-1), "Split": _by_axis(0), "SplitV": _by_axis(2),
    # To the shape that it has.
    "Reshape": lambda op, rows, _, shapes: (
        is_known(shapes.of(op.outputs[0]))
        and shapes.of(op.outputs[0]) == shapes.of(op.inputs[0])),
    "Select": _selects,
    "SparseSoftmaxCrossEntropyWithLogits": lambda op, rows, *_: len(rows) == 2,
}
_RULES.update({name: lambda *_: True for name in UNARY})
_RULES.update({name: lambda op, *_: op.inputs[0].shape.ndims == 2 for name in _LAST_AXIS})
_RULES.update({name: _broadcasts for name in BROADCAST})
_RULES.update({name: _reduces_rows for name in _REDUCTIONS})
_RULES.update({name: _looks_up for name in LOOKUPS})
