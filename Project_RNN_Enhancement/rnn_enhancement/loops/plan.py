"""What the gradient of a loop needs: which operations it computes again, what the loop keeps."""
from .operations import BY_OUTPUT, gradient_type, keeps_output, LOOKUPS, values_needed
from ..tf1 import gradient_function, tf

__all__ = ["Plan"]


class Plan(object):
    """Results of products, look-ups and random draws are kept, the rest is computed again.

    Args:
      loop: a `Loop`.
      fixed: names of traced tensors -> what stands for them outside, the same at every step.
      shapes: `Shapes` of the step.

    Attributes:
      externals: inner name -> tensor outside, for what the loop reads of `fixed`.
      again: operations to compute again, in order.
      keep: tensors of the step to keep (their names -> tensor).
      differentiable: names of tensors that a gradient flows through.
      shapes: as given.
    """

    def __init__(self, loop, fixed, shapes):
        self.shapes = shapes
        self._leaves = {leaf.name for leaf in loop.reads + loop.state}
        own = {t.name for op in loop.operations for t in op.outputs}
        self.externals, self.again, self.keep = {}, [], {}
        for tensor in [t for op in loop.operations for t in op.inputs] + loop.new_state:
            if tensor.name in fixed and tensor.name not in own:
                self.externals[tensor.name] = fixed[tensor.name]
        self.differentiable = {leaf.name for leaf in loop.reads + loop.state
                               if leaf.dtype.is_floating}
        self.differentiable.update(
            name for name, outer in self.externals.items() if outer.dtype.is_floating)
        self._constant = set()
        for op in loop.operations:
            self._classify(op)
        self._wanted, self._needed = set(), set()
        for target in loop.exports + loop.new_state:
            if target.name in self.differentiable:
                self._want(target)
        for op in loop.operations:
            if op.name in self._wanted and self._flows_through(op):
                for tensor in values_needed(op, shapes, self.is_differentiable):
                    self._need(tensor)
        self.again = [op for op in loop.operations if op.name in self._wanted]

    def is_leaf(self, tensor):
        return tensor.name in self._leaves or tensor.name in self.externals

    def is_differentiable(self, tensor):
        return tensor.name in self.differentiable

    def reached(self, results):
        """Names of the leaves and outside tensors that gradients of `results` come to."""
        found, seen, stack = set(), set(), list(results)
        while stack:
            tensor = stack.pop()
            if tensor.name not in self.differentiable:
                continue
            if self.is_leaf(tensor):
                found.add(tensor.name)
            elif tensor.op.name not in seen:
                seen.add(tensor.op.name)
                stack.extend(tensor.op.inputs)
        return found

    def is_product_by_weights(self, op):
        return (gradient_type(op) == op.type and op.inputs[1].name in self.externals
                and self._is_computed(op.outputs[0]))

    def looks_up(self, op):
        """Whether `op` takes rows, along the first axis, of something outside the loop."""
        if op.type not in LOOKUPS or op.inputs[0].name not in self.externals:
            return False
        if op.type == "GatherV2":
            axis = tf.get_static_value(op.inputs[2])
            return axis is not None and int(axis) == 0 and not op.get_attr("batch_dims")
        return True

    def _classify(self, op):
        if not op.op_def.is_stateful and all(t.op.name in self._constant for t in op.inputs):
            self._constant.add(op.name)
        if (any(t.dtype.is_floating for t in op.outputs)
                and any(t.name in self.differentiable for t in op.inputs)
                and gradient_function(gradient_type(op)) is not None):
            self.differentiable.update(t.name for t in op.outputs if t.dtype.is_floating)

    def _flows_through(self, op):
        return any(t.name in self.differentiable for t in op.outputs)

    def _is_computed(self, tensor):
        """Whether the step computes `tensor` from its inputs or state."""
        return not self.is_leaf(tensor) and tensor.op.name not in self._constant

    def _want(self, tensor):
        """Takes in everything that a gradient goes through from a result to the leaves."""
        stack = [tensor]
        while stack:
            tensor = stack.pop()
            op = tensor.op
            if self.is_leaf(tensor) or tensor.name not in self.differentiable or (
                    op.name in self._wanted):
                continue
            self._wanted.add(op.name)
            if keeps_output(op) and self._is_computed(tensor):
                kept = op.outputs[BY_OUTPUT[op.type]]
                self.keep[kept.name] = kept
            stack.extend(op.inputs)

    def _need(self, tensor):
        """Keeps `tensor`, or what it is computed again from."""
        stack = [tensor]
        while stack:
            tensor = stack.pop()
            if tensor.name in self._needed or tensor.name in self.keep or (
                    not self._is_computed(tensor) or self.shapes.value(tensor) is not None):
                continue
            self._needed.add(tensor.name)
            if tensor.op.type == "MatMul" or tensor.name not in self.differentiable:
                self.keep[tensor.name] = tensor
            else:
                stack.extend(tensor.op.inputs)
