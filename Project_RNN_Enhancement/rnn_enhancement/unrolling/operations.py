"""What the gradient of a rolled step knows of TensorFlow's operations.

TensorFlow's gradient functions are written for any shapes: of a sum they first find out, at every
step, which side was broadcast. Where a step's shapes are known up to the batch size, the gradients
here are one operation. `values_needed` tells which values a gradient reads, so that a loop keeps
no others.
"""
from ..tf1 import gradient_function, tf

__all__ = ["BY_OUTPUT", "LOOKUPS", "CONTROL_FLOW", "DATA_DEPENDENT", "symbolic_shapes",
           "values_needed", "short_gradient", "gradient_by_output"]

CONTROL_FLOW = frozenset([
    "Switch", "RefSwitch", "Merge", "RefMerge", "Exit", "RefExit", "NextIteration", "LoopCond",
    "RefEnter", "While", "StatelessWhile", "If", "StatelessIf", "Case", "PartitionedCall",
    "StatefulPartitionedCall", "TensorArrayV3", "TensorArrayReadV3", "TensorArrayWriteV3",
    "StackPushV2", "StackPopV2"])

# How large their outputs are depends on the values of their inputs.
DATA_DEPENDENT = frozenset(["Where", "Unique", "UniqueV2", "UniqueWithCounts", "UniqueWithCountsV2",
                            "ListDiff", "DynamicPartition", "NonMaxSuppression",
                            "NonMaxSuppressionV2", "NonMaxSuppressionV3", "StringSplit",
                            "SetSize", "DenseToDenseSetOperation", "SparseConcat"])

LOOKUPS = frozenset(["Gather", "GatherV2", "ResourceGather"])

# Gradients that read the operation's output of this number and no input.
BY_OUTPUT = {"Sigmoid": 0, "Tanh": 0, "Relu": 0, "Elu": 0, "Selu": 0, "Exp": 0, "Sqrt": 0,
             "Softmax": 0, "LogSoftmax": 0, "SoftmaxCrossEntropyWithLogits": 1,
             "SparseSoftmaxCrossEntropyWithLogits": 1}

_SUMS = frozenset(["Add", "AddV2", "Sub"])
_BINARY = _SUMS | frozenset(["Mul"])
_VALUE_FREE = frozenset(["BiasAdd", "Neg", "Identity", "Split", "SplitV", "AddN", "StopGradient",
                         "Transpose", "Cast", "Pack", "Unpack"])
_SAME_SHAPE = frozenset(["Sigmoid", "Tanh", "Relu", "Relu6", "Elu", "Selu", "Exp", "Log", "Log1p",
                         "Sqrt", "Square", "Rsqrt", "Neg", "Identity", "Softmax", "LogSoftmax",
                         "StopGradient", "BiasAdd", "Abs", "Softplus", "Softsign", "ZerosLike",
                         "OnesLike", "Cast", "Sign", "Floor"])

_BATCH = "batch"


def _constant(tensor):
    value = tf.get_static_value(tensor)
    return None if value is None else value.tolist()


def _broadcast(shapes):
    """Shape of a broadcast of symbolic shapes; None in place of what is not known."""
    rank = max(len(shape) for shape in shapes)
    result = []
    for sizes in zip(*[[1] * (rank - len(shape)) + list(shape) for shape in shapes]):
        wide = {size for size in sizes if size != 1}
        result.append(1 if not wide else wide.pop() if len(wide) == 1 else None)
    return result


def symbolic_shapes(operations, leaves):
    """Shapes of a step's tensors as lists of sizes, "batch" (the leaves' first size) or None.

    Args:
      operations: the step's operations in order.
      leaves: tensors that start with the batch dimension.

    Returns:
      {tensor name: shape}; tensors of unknown rank are absent.
    """
    shapes = {}

    def of(tensor):
        if tensor.name not in shapes and tensor.shape.ndims is not None:
            shapes[tensor.name] = tensor.shape.as_list()
        return shapes.get(tensor.name)
    for leaf in leaves:
        shape = of(leaf)
        if shape and shape[0] is None:
            shape[0] = _BATCH
    for op in operations:
        found = _rule(op, [of(t) for t in op.inputs])
        for output in op.outputs:
            shape = of(output)
            if shape is not None and found is not None and len(found) == len(shape):
                shapes[output.name] = [
                    symbol if size is None else size for size, symbol in zip(shape, found)]
    return shapes


def _rule(op, inputs):
    """The symbolic shape of an operation's outputs, as far as it follows from its inputs'."""
    if not inputs or inputs[0] is None:
        return None
    if op.type in _SAME_SHAPE:
        return inputs[0]
    if op.type in _BINARY or op.type in ("RealDiv", "Maximum", "Minimum"):
        return _broadcast(inputs) if inputs[1] is not None else None
    if op.type == "MatMul" and not op.get_attr("transpose_a"):
        return [inputs[0][0], None]
    if op.type in ("ConcatV2", "Split", "SplitV"):
        axis = _constant(op.inputs[0 if op.type == "Split" else -1])
        first = inputs[1] if op.type == "Split" else inputs[0]
        if axis is None or axis in (0, -len(first or [])) or first is None:
            return None
        if op.type == "ConcatV2" and any(s is None or s[0] != first[0] for s in inputs[:-1]):
            return None
        return [first[0]] + [None] * (len(first) - 1)
    if op.type == "Select":
        return inputs[1]
    if op.type in ("BatchMatMul", "BatchMatMulV2"):
        return [inputs[0][0]] + [None] * (len(inputs[0]) - 1)
    if op.type == "ExpandDims":
        axis = _constant(op.inputs[1])
        if axis is None or axis == 0 or axis == -len(inputs[0]) - 1:
            return None
        axis = axis if axis > 0 else axis + len(inputs[0]) + 1
        return inputs[0][:axis] + [1] + inputs[0][axis:]
    return None


def _is_equal(one, other):
    return one is not None and one == other and None not in one


def values_needed(op, shapes, differentiable):
    """Tensors whose values the gradient of `op` reads.

    Args:
      shapes: of `symbolic_shapes`.
      differentiable: function of a tensor.
    """
    if op.type in _VALUE_FREE:
        return []
    if op.type in BY_OUTPUT and (op.outputs[0].shape.ndims or 9) <= 2:
        return []
    if op.type == "Select":
        return [op.inputs[0]]
    if op.type == "MatMul":
        left, right = op.inputs
        return ([right] if differentiable(left) else []) + (
            [left] if differentiable(right) else [])
    if op.type in LOOKUPS:
        return [op.inputs[1]]
    if _is_short(op, shapes, differentiable):
        if op.type != "Mul":
            return []
        x, y = op.inputs
        return ([y] if differentiable(x) else []) + ([x] if differentiable(y) else [])
    return list(op.inputs) + list(op.outputs)


def _is_short(op, shapes, differentiable):
    if op.type in _BINARY:
        out = shapes.get(op.outputs[0].name)
        return all(_is_equal(shapes.get(t.name), out) for t in op.inputs if differentiable(t))
    if op.type == "ConcatV2":
        axis = _constant(op.inputs[-1])
        parts = [t.shape for t in op.inputs[:-1]]
        return axis is not None and all(
            p.ndims is not None and tf.dimension_value(p[axis]) is not None for p in parts)
    if op.type in ("Reshape", "ExpandDims", "Squeeze"):
        shape = op.inputs[0].shape
        return shape.ndims is not None and shape.as_list().count(None) <= 1
    return False


def short_gradient(op, inputs, shapes, differentiable):
    """A gradient function for a copy of `op` on `inputs`; None: TensorFlow's is to be used."""
    if not _is_short(op, shapes, differentiable):
        return None
    wanted = [differentiable(t) for t in op.inputs]
    if op.type in _SUMS:
        def gradient(grad):
            second = None
            if wanted[1]:
                second = tf.negative(grad) if op.type == "Sub" else grad
            return grad if wanted[0] else None, second
    elif op.type == "Mul":
        def gradient(grad):
            return (tf.multiply(grad, inputs[1]) if wanted[0] else None,
                    tf.multiply(grad, inputs[0]) if wanted[1] else None)
    elif op.type == "ConcatV2":
        axis = _constant(op.inputs[-1])
        sizes = [tf.dimension_value(t.shape[axis]) for t in op.inputs[:-1]]

        def gradient(grad):
            parts = tf.split(grad, sizes, axis=axis) if len(sizes) > 1 else [grad]
            return [part if want else None for part, want in zip(parts, wanted)] + [None]
    else:
        shape = [-1 if size is None else size for size in op.inputs[0].shape.as_list()]

        def gradient(grad):
            return [tf.reshape(grad, shape)] + [None] * (len(op.inputs) - 1)
    return gradient


class _Stand(object):
    """An operation for a gradient function to look at, with other inputs and outputs."""

    def __init__(self, op, inputs, outputs):
        self._op, self.inputs, self.outputs = op, inputs, outputs

    def __getattr__(self, name):
        return getattr(self._op, name)


def gradient_by_output(op, inputs, outputs, grads):
    """The registered gradient of `op`, one of `BY_OUTPUT`, with other tensors in its place."""
    try:
        op_type = op.get_attr("_gradient_op_type").decode()
    except ValueError:
        op_type = op.type
    found = gradient_function(op_type)(_Stand(op, inputs, outputs), *grads)
    return list(found) if isinstance(found, (list, tuple)) else [found]
