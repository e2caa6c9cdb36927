"""What the gradient of a loop's step knows of TensorFlow's operations.

TensorFlow's gradient functions are written for any shapes: of a sum they first find out, at every step,
which side was broadcast. Where a step's shapes are known up to the batch size, the gradients here are one
operation. `values_needed` tells which values a gradient reads, so that a loop keeps no others.
"""
import collections
import contextlib

from ..tf1 import gradient_function, new_seeds, tf
from .constants import concat, constant, split
from .sizes import is_known

__all__ = [
    "BY_OUTPUT", "LOOKUPS", "CONTROL_FLOW", "DATA_DEPENDENT", "Piece", "seeds_of", "copy_operation",
    "gradient_type", "keeps_output", "values_needed", "is_short", "short_gradient", "gradient_by_output"]

CONTROL_FLOW = frozenset([
    "Switch", "RefSwitch", "Merge", "RefMerge", "Exit", "RefExit", "NextIteration", "LoopCond", "Enter",
    "RefEnter", "While", "StatelessWhile", "If", "StatelessIf", "Case", "PartitionedCall",
    "StatefulPartitionedCall", "TensorArrayV3", "TensorArrayReadV3", "TensorArrayWriteV3", "StackPushV2",
    "StackPopV2"])

# How large their outputs are depends on the values of their inputs.
DATA_DEPENDENT = frozenset(["Where", "Unique", "UniqueV2", "UniqueWithCounts", "UniqueWithCountsV2",
                            "ListDiff", "DynamicPartition", "NonMaxSuppression",
                            "NonMaxSuppressionV2", "NonMaxSuppressionV3", "StringSplit",
                            "SetSize", "DenseToDenseSetOperation", "SparseConcat"])

LOOKUPS = frozenset(["Gather", "GatherV2"])

# Gradients that read the operation's output of this number and no input.
BY_OUTPUT = {"Sigmoid": 0, "Tanh": 0, "Relu": 0, "Elu": 0, "Selu": 0, "Exp": 0, "Sqrt": 0,
             "Softmax": 0, "LogSoftmax": 0, "SoftmaxCrossEntropyWithLogits": 1,
             "SparseSoftmaxCrossEntropyWithLogits": 1}

_SUMS = frozenset(["Add", "AddV2", "Sub"])
_BINARY = _SUMS | frozenset(["Mul"])
_VALUE_FREE = frozenset(["BiasAdd", "Neg", "Identity", "Split", "SplitV", "AddN", "StopGradient",
                         "Transpose", "Cast", "Pack", "Unpack"])
_VIEWS = frozenset(["Reshape", "ExpandDims", "Squeeze"])

# ... and the number of the input that they split.
_SPLITS = {"Split": 1, "SplitV": 0}

# Attribute of an operation that keeps what is asked for many times and takes long to find out.
_GRADIENT_TYPE = "_project_rnn_enhancement_gradient_type"

# Part of the gradient to a tensor: that to `size` entries, from `begin`, along `axis`.
Piece = collections.namedtuple("Piece", ["axis", "begin", "size", "value"])


def seeds_of(op):
    """The seeds of a random operation, the graph's and its own; None for any other operation."""
    # To ask for an attribute that isn't there takes longer.
    if not op.op_def.is_stateful:
        return None
    try:
        return op.get_attr("seed"), op.get_attr("seed2")
    except ValueError:
        return None


def copy_operation(op, inputs, name=None):
    """A copy of a traced operation in the default graph, on other inputs.

    Args:
      name: in the current name scope; None: under its full name.
    """
    attributes = {key: value for key, value in op.node_def.attr.items() if key != "_class"}
    if seeds_of(op) is not None:
        # The scratch graph counts its random operations by itself.
        for key, seed in zip(("seed", "seed2"), new_seeds()):
            attributes[key] = tf.AttrValue(i=seed)
    graph = tf.get_default_graph()
    scope = graph.name_scope(None) if name is None else contextlib.suppress()
    with graph.device(op.device), scope:
        return graph.create_op(
            op.type, list(inputs), [t.dtype for t in op.outputs], name=name or op.name,
            attrs=attributes, op_def=op.op_def)


def gradient_type(op):
    """The name that the gradient function of `op` is registered under."""
    known = getattr(op, _GRADIENT_TYPE, None)
    if known is None:
        try:
            known = op.get_attr("_gradient_op_type").decode()
        except ValueError:
            known = op.type
        setattr(op, _GRADIENT_TYPE, known)
    return known


def keeps_output(op):
    """Whether a loop keeps the output of `op`, from which its gradient is taken."""
    return (op.type in BY_OUTPUT and op.outputs[0].shape.ndims in (1, 2)
            and gradient_type(op) == op.type)


def values_needed(op, shapes, differentiable):
    """Tensors whose values the gradient of `op` reads.

    Args:
      shapes: `Shapes` of the step.
      differentiable: function of a tensor.
    """
    if gradient_type(op) != op.type:
        return list(op.inputs) + list(op.outputs)
    if op.type in _VALUE_FREE:
        return []
    if keeps_output(op):
        return []
    if op.type == "Select":
        return [op.inputs[0]]
    if op.type == "MatMul":
        left, right = op.inputs
        return ([right] if differentiable(left) else []) + (
            [left] if differentiable(right) else [])
    if op.type in LOOKUPS:
        return [op.inputs[1]]
    if is_short(op, shapes, differentiable):
        if op.type != "Mul":
            return []
        x, y = op.inputs
        return ([y] if differentiable(x) else []) + ([x] if differentiable(y) else [])
    return list(op.inputs) + list(op.outputs)


def is_short(op, shapes, differentiable):
    """Whether `short_gradient` knows the gradient of `op`."""
    if gradient_type(op) != op.type:
        return False
    if op.type in _BINARY:
        out = shapes.of(op.outputs[0])
        return is_known(out) and all(is_known(shapes.of(t)) for t in op.inputs
                                     if differentiable(t))
    if op.type == "ConcatV2":
        axis = shapes.value(op.inputs[-1])
        return isinstance(axis, int) and all(
            t.shape.ndims is not None and tf.dimension_value(t.shape[axis]) is not None
            for t in op.inputs[:-1])
    if op.type in _SPLITS:
        return shapes.value(op.inputs[0 if op.type == "Split" else 2]) is not None
    if op.type in _VIEWS:
        return _view(op, shapes) is not None
    if op.type == "Slice":
        return shapes.piece(op) is not None
    return False


def _view(op, shapes):
    """The shape, with at most one -1, of what a reshaping `op` was given; None if unknown."""
    shape = shapes.of(op.inputs[0])
    if shape is None:
        return None
    shape = [size if isinstance(size, int) else -1 for size in shape]
    return shape if shape.count(-1) < 2 else None


def _reduced(grad, shape, out):
    """`grad`, of shape `out`, summed where `shape` was broadcast to `out`."""
    extra = len(out) - len(shape)
    axes = [axis for axis in range(len(out))
            if axis < extra or shape[axis - extra] == 1 and out[axis] != 1]
    if not axes:
        return grad
    result = tf.reduce_sum(grad, constant(axes), keepdims=not extra)
    if extra and len(axes) > extra:
        result = _reshape(result, [size if isinstance(size, int) else -1 for size in shape])
    return result


def _reshape(value, shape):
    result = tf.reshape(value, constant(shape))
    result.set_shape([None if size == -1 else size for size in shape])
    return result


def short_gradient(op, grads, value, shapes, differentiable):
    """Gradients to the inputs of an operation that `is_short`; tensors, `Piece`s or None.

    Args:
      grads: gradients to its outputs; None: none.
      value: function of a forward tensor that gives its value.
      shapes, differentiable: as in `values_needed`.
    """
    wanted = [differentiable(t) for t in op.inputs]
    if op.type in _SPLITS:
        present = [tf.zeros_like(value(t)) if grad is None else grad
                   for t, grad in zip(op.outputs, grads)]
        place = 0 if op.type == "Split" else 2
        joined = concat(present, shapes.value(op.inputs[place]))
        return [joined if i == _SPLITS[op.type] else None for i in range(len(op.inputs))]
    grad, = grads
    if op.type in _BINARY:
        out = shapes.of(op.outputs[0])
        grads = [None, None]
        for i, tensor in enumerate(op.inputs):
            if not wanted[i]:
                continue
            part = tf.multiply(grad, value(op.inputs[1 - i])) if op.type == "Mul" else grad
            part = _reduced(part, shapes.of(tensor), out)
            grads[i] = tf.negative(part) if op.type == "Sub" and i == 1 else part
        return grads
    if op.type == "ConcatV2":
        axis = shapes.value(op.inputs[-1])
        sizes = [tf.dimension_value(t.shape[axis]) for t in op.inputs[:-1]]
        parts = [grad]
        if len(sizes) > 1:
            parts = split(grad, sizes, axis)
        return [part if want else None for part, want in zip(parts, wanted)] + [None]
    if op.type == "Slice":
        return [Piece(*shapes.piece(op) + (grad,)), None, None]
    return [_reshape(grad, _view(op, shapes))] + [None] * (len(op.inputs) - 1)


def gradient_by_output(op, grads, value, differentiable):
    """The registered gradient of `op`, one of `BY_OUTPUT`; arguments as of `short_gradient`."""
    if op.type == "SoftmaxCrossEntropyWithLogits" and grads[1] is None and not (
            differentiable(op.inputs[1])):
        # TensorFlow's computes the gradient to the labels too.
        return [tf.expand_dims(grads[0], 1) * value(op.outputs[1]), None]
    stand = _Stand(op, _Lazy(value, op.inputs), _Lazy(value, op.outputs))
    found = gradient_function(gradient_type(op))(stand, *grads)
    return list(found) if isinstance(found, (list, tuple)) else [found]


class _Lazy(object):
    """Sequence of what stands for forward tensors, found when one is asked for."""

    def __init__(self, find, tensors):
        self._find, self._tensors = find, list(tensors)

    def __len__(self):
        return len(self._tensors)

    def __getitem__(self, number):
        found = self._tensors[number]
        return [self._find(t) for t in found] if isinstance(number, slice) else self._find(found)


class _Stand(object):
    """An operation for a gradient function to look at, with other inputs and outputs."""

    def __init__(self, op, inputs, outputs):
        self._op, self.inputs, self.outputs = op, inputs, outputs

    def __getattr__(self, name):
        return getattr(self._op, name)
