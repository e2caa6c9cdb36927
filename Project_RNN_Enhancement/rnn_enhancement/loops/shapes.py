"""Shapes of a step's tensors as functions of the batch size, known before the batch size is."""
from ..tf1 import tf
from .sizes import added, Batch, broadcast, is_known, product, quotient

__all__ = ["BROADCAST", "Shapes", "UNARY"]

# Operations on every number of their input, or of their inputs once those are of one shape.
UNARY = frozenset([
    "Sigmoid", "Tanh", "Relu", "Relu6", "Elu", "Selu", "Exp", "Log", "Log1p", "Sqrt", "Square",
    "Rsqrt", "Neg", "Identity", "StopGradient", "Abs", "Softplus", "Softsign", "ZerosLike",
    "OnesLike", "Cast", "Sign", "Floor", "Round", "Reciprocal", "LogicalNot"])
BROADCAST = frozenset([
    "Add", "AddV2", "Sub", "Mul", "RealDiv", "Maximum", "Minimum", "Less", "LessEqual", "Greater",
    "GreaterEqual", "Equal", "NotEqual", "LogicalAnd", "LogicalOr", "SquaredDifference",
    "SelectV2"])
_SAME_SHAPE = UNARY | frozenset(["Softmax", "LogSoftmax", "BiasAdd"])
# Operations that are given the shape of what they make, and by which input.
_GIVEN_SHAPE = {"Reshape": 1, "Fill": 0, "SparseToDense": 1, "BroadcastTo": 1}
_PRODUCTS = frozenset(["MatMul", "BatchMatMul", "BatchMatMulV2"])


class Shapes(object):
    """Shapes of a step's tensors, and the values of those that hold shapes.

    Args:
      operations: the step's operations in order.
      leaves: tensors that start with the batch dimension.
    """

    def __init__(self, operations, leaves):
        self._shapes, self._values = {}, {}
        for leaf in leaves:
            shape = self.of(leaf)
            if shape and shape[0] is None:
                shape[0] = Batch(1, 0)
        for op in operations:
            self._take(op)

    def of(self, tensor):
        """List of sizes; None for unknown rank."""
        if tensor.name not in self._shapes:
            if tensor.shape.ndims is None:
                return None
            self._shapes[tensor.name] = tensor.shape.as_list()
        return self._shapes[tensor.name]

    def value(self, tensor):
        """What an integer tensor of rank 0 (a size) or 1 (a list of sizes) holds; None: unknown."""
        if tensor.name not in self._values:
            value = None
            if tensor.dtype.is_integer and tensor.op.type == "Const":
                value = tf.get_static_value(tensor)
            self._values[tensor.name] = (
                value.tolist() if value is not None and value.ndim < 2 else None)
        return self._values[tensor.name]

    def _take(self, op):
        value = self._rule_of_value(op)
        if value is not None and (not isinstance(value, list) or None not in value):
            self._values[op.outputs[0].name] = value
        found = self._rule(op, [self.of(t) for t in op.inputs])
        outputs = op.outputs
        if op.type.endswith("CandidateSampler"):
            # Sampled classes, expected counts of the true ones, of the sampled ones.
            outputs, found = outputs[1:2], self.of(op.inputs[0])
        for output in outputs:
            shape = self.of(output)
            if found is None or shape is not None and len(shape) != len(found):
                continue
            static = shape or [None] * len(found)
            self._shapes[output.name] = [
                symbol if size is None else size for size, symbol in zip(static, found)]

    def _rule_of_value(self, op):
        if not op.outputs or op.outputs[0].dtype not in (tf.int32, tf.int64):
            return None
        if op.type == "Shape":
            shape = self.of(op.inputs[0])
            return list(shape) if is_known(shape) else None
        values = [self.value(t) for t in op.inputs]
        if not values or None in values:
            return None
        first = values[0]
        if op.type == "Identity":
            return first
        if op.type == "Pack" and not any(isinstance(value, list) for value in values):
            return values
        if op.type == "ConcatV2" and all(isinstance(value, list) for value in values[:-1]):
            return [size for value in values[:-1] for size in value]
        if op.type == "ExpandDims" and not isinstance(first, list):
            return [first]
        if op.type in ("Sub", "Add", "AddV2") and not any(isinstance(v, list) for v in values):
            return added(first, values[1], -1 if op.type == "Sub" else 1)
        if op.type == "Slice" and isinstance(first, list):
            begin, size = values[1][0], values[2][0]
            return first[begin:] if size == -1 else first[begin:begin + size]
        if op.type == "StridedSlice" and isinstance(first, list):
            return _strided(op, *values)
        return None

    def _rule(self, op, inputs):
        """The shape of an operation's outputs, as far as it follows from its inputs."""
        if not inputs or inputs[0] is None:
            return None
        first = inputs[0]
        if op.type in _SAME_SHAPE:
            return first
        if op.type in BROADCAST:
            return None if any(shape is None for shape in inputs) else broadcast(inputs)
        if op.type in _PRODUCTS and inputs[1] is not None and len(first) == len(inputs[1]) >= 2:
            names = ("transpose_a", "transpose_b") if op.type == "MatMul" else ("adj_x", "adj_y")
            flips = [op.get_attr(name) for name in names]
            return first[:-2] + [first[-1 if flips[0] else -2], inputs[1][-2 if flips[1] else -1]]
        if op.type == "Select":
            return inputs[1]
        if op.type in _GIVEN_SHAPE:
            return self._reshaped(op, first)
        if op.type == "ConcatV2":
            return self._concatenated(op, inputs[:-1])
        if op.type in ("Split", "SplitV"):
            shape = list(inputs[1] if op.type == "Split" else first)
            axis = self.value(op.inputs[0 if op.type == "Split" else 2])
            if not isinstance(axis, int) or not shape:
                return None
            shape[axis] = None
            return shape
        if op.type == "ExpandDims":
            axis = self.value(op.inputs[1])
            if isinstance(axis, list) and len(axis) == 1:
                axis = axis[0]
            if not isinstance(axis, int):
                return None
            axis += len(first) + 1 if axis < 0 else 0
            return first[:axis] + [1] + first[axis:]
        if op.type == "Slice":
            return self._sliced(op, first)
        if op.type in ("GatherV2", "ResourceGather", "Gather") and inputs[1] is not None:
            axis = self.value(op.inputs[2]) if op.type == "GatherV2" else 0
            return inputs[1] + first[1:] if axis == 0 else None
        return None

    def _reshaped(self, op, shape):
        target = self.value(op.inputs[_GIVEN_SHAPE[op.type]])
        if not isinstance(target, list):
            return None
        if -1 not in target:
            return list(target)
        rest = product([size for size in target if size != -1])
        size = quotient(product(shape), rest)
        return [size if one == -1 else one for one in target]

    def _concatenated(self, op, parts):
        axis = self.value(op.inputs[-1])
        if not isinstance(axis, int) or any(p is None or len(p) != len(parts[0]) for p in parts):
            return None
        shape = [next((size for size in sizes if size is not None), None)
                 for sizes in zip(*parts)]
        total = 0
        for part in parts:
            total = added(total, part[axis])
        shape[axis] = total
        return shape

    def _sliced(self, op, shape):
        begins, sizes = self.value(op.inputs[1]), self.value(op.inputs[2])
        if not isinstance(begins, list) or not isinstance(sizes, list):
            return None
        return [added(whole, begin, -1) if size == -1 else size
                for whole, begin, size in zip(shape, begins, sizes)]

    def piece(self, op):
        """(axis, begin, size) of a Slice that leaves something out along one axis; None: others."""
        shape, part = self.of(op.inputs[0]), self.of(op.outputs[0])
        begins = self.value(op.inputs[1])
        if not is_known(shape) or not is_known(part) or not isinstance(begins, list):
            return None
        axes = [axis for axis in range(len(shape)) if shape[axis] != part[axis]]
        return (axes[0], begins[axes[0]], part[axes[0]]) if len(axes) == 1 else None

    def tiles(self, pieces, shape):
        """`pieces` (begin, size, anything) in order if they cover an axis of `shape` exactly."""
        ordered, position, rest = [], 0, list(pieces)
        while rest:
            following = [piece for piece in rest if piece[0] == position]
            if len(following) != 1:
                return None
            rest.remove(following[0])
            ordered.append(following[0])
            position = added(position, following[0][1])
        return ordered if position == shape else None


def _strided(op, vector, begin, end, strides):
    masks = [op.get_attr(name) for name in
             ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask")]
    if masks[2] or masks[3] or len(begin) != 1 or not all(
            isinstance(number, int) for number in begin + end + strides):
        return None
    if masks[4]:
        return vector[begin[0]] if -len(vector) <= begin[0] < len(vector) else None
    return vector[None if masks[0] else begin[0]:None if masks[1] else end[0]:strides[0]]
