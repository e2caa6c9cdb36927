"""The gradient of one traced step, from its last operation to its first."""
from ..tf1 import gradient_function, tf
from .constants import concat
from .operations import (BY_OUTPUT, copy_operation, gradient_by_output, gradient_type, is_short,
                         LOOKUPS, Piece, short_gradient)
from .products import columns, matmul
from .sizes import is_known
from .taps import BatchedProductTap, BiasTap, LookupTap, ProductTap, sum_of

__all__ = ["StepGradient"]

# Products of fewer columns are summed in the loop: their left sides are larger than the weight.
_NARROW = 16


class StepGradient(object):
    """The gradient of one step, from its last operation to its first.

    Values of the forward step are read, or computed again, when a gradient asks for them.
    """

    def __init__(self, owner, plan, saved, sizes):
        self._owner, self._plan, self._saved, self._sizes = owner, plan, saved, sizes
        self._kinds = {op.name: self._kind(op) for op in plan.again}
        self._rights = {}
        # Outside tensors whose gradients are added up step by step.
        self.accumulated = []
        for tensor in [tensor for op in plan.again for position, tensor in enumerate(op.inputs)
                       if not self._is_tapped(op, position)] + saved.new_state:
            outer = plan.externals.get(tensor.name)
            if outer is not None and outer.dtype.is_floating and (
                    outer.name not in self.accumulated):
                self.accumulated.append(outer.name)
        for op in plan.again:
            if self._kinds[op.name] == "product" and plan.is_differentiable(op.inputs[0]):
                self._right(op)

    def _kind(self, op):
        plan = self._plan
        if gradient_type(op) != op.type:
            return None
        if op.type in LOOKUPS:
            return "lookup" if plan.looks_up(op) else None
        if op.type in BY_OUTPUT:
            return "by output"
        if op.type == "BiasAdd":
            fits = (op.inputs[1].name in plan.externals and op.inputs[0].shape.ndims == 2
                    and op.inputs[0].name not in plan.externals)
            return "bias" if fits else None
        right_only = (len(op.inputs) > 1 and op.inputs[1].name in plan.externals
                      and op.inputs[0].name not in plan.externals)
        if op.type in ("BatchMatMul", "BatchMatMulV2"):
            left, right = [plan.shapes.of(t) for t in op.inputs]
            fits = (right_only and not op.get_attr("adj_x") and is_known(left)
                    and is_known(right) and len(left) == len(right) == 3 and left[1] == 1
                    and left[0] == right[0])
            return "batched product" if fits else None
        if op.type == "MatMul":
            width = tf.dimension_value(op.outputs[0].shape[1])
            fits = (right_only and not op.get_attr("transpose_a") and width is not None
                    and width >= _NARROW)
            return "product" if fits else "inner product"
        return "short" if is_short(op, plan.shapes, plan.is_differentiable) else None

    def _is_tapped(self, op, position):
        kind = self._kinds[op.name]
        return (kind in ("bias", "product", "batched product") and position == 1
                or kind == "lookup" and position == 0)

    def _external(self, op):
        return self._plan.externals[op.inputs[
            0 if self._kinds[op.name] == "lookup" else 1].name]

    def _right(self, op):
        """The weight of a product, in columns, as the gradient to the left side needs it."""
        if op.name not in self._rights:
            # A product with a transposed right side takes four times as long on CPU as this one
            # transpose and a plain product per step.
            with tf.device(op.device):
                self._rights[op.name] = columns(
                    self._external(op), tf.dimension_value(op.outputs[0].shape[0]), op.device,
                    transposed=not op.get_attr("transpose_b"))
        return self._rights[op.name]

    def differentiate(self, index, pairs):
        """Gradients by name of leaf or outside tensor; `taps` is set to (tap, gradient, values).

        Args:
          index: the step.
          pairs: (forward tensor, gradient) for the step's results.
        """
        plan, saved = self._plan, self._saved
        self._now, self._copies, self._grads, self.taps = {}, {}, {}, []
        self._index = index
        for value, grad in pairs:
            self._give(value, grad)
        for op in reversed(plan.again):
            grads = [self._taken(t) for t in op.outputs]
            if all(grad is None for grad in grads):
                continue
            with tf.device(op.device):
                for tensor, grad in zip(op.inputs, self._gradient(op, grads)):
                    self._give(tensor, grad)
        found = {leaf.name: self._taken(leaf) for leaf in saved.inputs + saved.state}
        for name, outer in plan.externals.items():
            grad = self._taken(name)
            if grad is not None:
                found[outer.name] = sum_of([found.get(outer.name), grad])
        return found

    def _give(self, tensor, grad):
        if grad is not None and self._plan.is_differentiable(tensor):
            self._grads.setdefault(tensor.name, []).append((tensor, grad))

    def _taken(self, tensor):
        """The sum of the gradients given to a tensor (or its name); None: none."""
        given = self._grads.pop(getattr(tensor, "name", tensor), None)
        if not given:
            return None
        tensor, grads = given[0][0], [grad for _, grad in given]
        pieces = [grad for grad in grads if isinstance(grad, Piece)]
        if pieces:
            shape, axis = self._plan.shapes.of(tensor), pieces[0].axis
            tiles = None
            if len(pieces) == len(grads) and all(piece.axis == axis for piece in pieces):
                tiles = self._plan.shapes.tiles([piece[1:] for piece in pieces], shape[axis])
            if tiles:
                return concat([value for _, _, value in tiles], axis)
            grads = [self._padded(grad, shape) if isinstance(grad, Piece) else grad
                     for grad in grads]
        grads = [tf.convert_to_tensor(grad) for grad in grads]
        total = grads[0] if len(grads) == 1 else tf.add_n(grads)
        if total.shape.is_compatible_with(tensor.shape):
            total.set_shape(tensor.shape)
        return total

    def _padded(self, piece, shape):
        """A `Piece` of a tensor of `shape` with zeros around it."""
        rank = len(shape)
        begin = [piece.begin if axis == piece.axis else 0 for axis in range(rank)]
        size = [piece.size if axis == piece.axis else shape[axis] for axis in range(rank)]
        before, size, whole = [self._sizes.tensor(sizes) for sizes in (begin, size, shape)]
        return tf.pad(piece.value, tf.stack([before, whole - before - size], 1))

    def _value(self, tensor):
        """What stands for a forward tensor here."""
        plan, name = self._plan, tensor.name
        if name in self._now:
            return self._now[name]
        if name in plan.externals:
            return plan.externals[name]
        value = self._owner.read(tensor, self._index)
        if value is None and plan.shapes.value(tensor) is not None:
            value = self._sizes.tensor(plan.shapes.value(tensor), tensor.dtype)
        if value is None:
            value = self._copied(tensor.op).outputs[tensor.value_index]
        self._now[name] = value
        return value

    def _copied(self, op):
        """`op` on what stands for its inputs."""
        if op.name in self._copies:
            return self._copies[op.name]
        with tf.device(op.device):
            inputs = [self._value(t) for t in op.inputs]
        copied = copy_operation(op, inputs, op.name.split("/")[-1])
        for old, new in zip(op.outputs, copied.outputs):
            new.set_shape(old.shape)
            self._now.setdefault(old.name, new)
        self._copies[op.name] = copied
        return copied

    def _gradient(self, op, grads):
        """Gradients to the inputs of `op`."""
        kind = self._kinds[op.name]
        if kind == "lookup":
            self._tap(LookupTap, op, [op.inputs[1]], grads[0])
            return []
        if kind == "bias":
            self._tap(BiasTap, op, [], grads[0])
            return [grads[0]]
        if kind == "product":
            self._tap(ProductTap, op, self._side_by_side(op.inputs[0]), grads[0])
            return [matmul(grads[0], self._right(op))
                    if self._plan.is_differentiable(op.inputs[0]) else None]
        if kind == "batched product":
            self._tap(BatchedProductTap, op, list(op.inputs)[:1], grads[0])
            return [tf.matmul(grads[0], self._value(op.inputs[1]),
                              transpose_b=not op.get_attr("adj_y"))
                    if self._plan.is_differentiable(op.inputs[0]) else None]
        if kind == "inner product":
            return self._through_product(op, grads[0])
        if kind == "short":
            return short_gradient(op, grads, self._value, self._plan.shapes,
                                  self._plan.is_differentiable)
        if kind == "by output":
            grads = [tf.zeros_like(self._value(t)) if grad is None and t.dtype.is_floating
                     and len(grads) > 1 and not i else grad
                     for i, (t, grad) in enumerate(zip(op.outputs, grads))]
            return gradient_by_output(op, grads, self._value, self._plan.is_differentiable)
        copied = self._copied(op)
        grads = [tf.zeros_like(new) if grad is None and new.dtype.is_floating else grad
                 for new, grad in zip(copied.outputs, grads)]
        found = gradient_function(gradient_type(op))(copied, *grads)
        return found if isinstance(found, (list, tuple)) else [found]

    def _tap(self, kind, op, values, grad):
        self.taps.append((kind(self._external(op), values, op), grad, [
            None if self._owner.available(value) else self._value(value) for value in values]))

    def _side_by_side(self, tensor):
        """The tensors that a [batch, n] tensor is put together from, as far as that saves work."""
        op = tensor.op
        if not self._owner.available(tensor) and not self._plan.is_leaf(tensor):
            if op.type == "Identity":
                return self._side_by_side(op.inputs[0])
            if op.type == "ConcatV2" and self._plan.shapes.value(op.inputs[-1]) in (1, -1):
                return [part for value in list(op.inputs)[:-1]
                        for part in self._side_by_side(value)]
        return [tensor]

    def _through_product(self, op, grad):
        """Of y = a·b with both sides made by the step, or a weight too narrow for a tap."""
        flip_left, flip_right = op.get_attr("transpose_a"), op.get_attr("transpose_b")
        to_left = to_right = None
        if self._plan.is_differentiable(op.inputs[0]):
            right = self._value(op.inputs[1])
            to_left = (tf.matmul(right, grad, transpose_a=flip_right, transpose_b=True)
                       if flip_left else tf.matmul(grad, right, transpose_b=not flip_right))
        if self._plan.is_differentiable(op.inputs[1]):
            left = self._value(op.inputs[0])
            to_right = (tf.matmul(grad, left, transpose_a=True, transpose_b=flip_left)
                        if flip_right else tf.matmul(left, grad, transpose_a=not flip_left))
        return [to_left, to_right]
