"""What each tensor of a traced step depends on, and which parts of the state need each other."""
from ..tf1 import tf
from .operations import gradient_type

__all__ = ["Dependencies", "operations_for", "static_axis"]


def static_axis(tensor, rank):
    """The axis, counted from the front, that a tensor holds; None: unknown."""
    axis = tf.get_static_value(tensor)
    if axis is None or axis.size != 1:
        return None
    axis = int(axis)
    return axis + rank if axis < 0 else axis


def operations_for(trace, targets):
    """All operations of a trace that tensors need, each after what it reads."""
    traced = {op.name for op in trace.operations}
    outside = {leaf.name for leaf in trace.leaves}.union(trace.externals)
    known, order = set(), []
    stack = [(t.op, False) for t in reversed(targets) if t.name not in outside]
    while stack:
        op, is_done = stack.pop()
        if is_done:
            order.append(op)
        elif op.name not in known:
            known.add(op.name)
            stack.append((op, True))
            stack.extend((t.op, False) for t in op.inputs if t.name not in outside)
            stack.extend((other, False) for other in op.control_inputs if other.name in traced)
    return order


class Dependencies(object):
    """What the operations of a step depend on.

    Args:
      trace: the `Trace`.
      operations: list of operations, in order; targets: the outputs and the new state.

    Attributes:
      operations, outputs, new_state: lists.
      invariant: names of operations that give the same at every step, by something outside.
      constant: ... and of those that read nothing outside.
      groups: tuples of positions in the state: what is needed by each other is in one, and groups
        come after those that they need.
    """

    def __init__(self, trace, operations, targets):
        self._trace, self.operations = trace, operations
        self.outputs = targets[:len(trace.outputs)]
        self.new_state = targets[len(trace.outputs):]
        self._traced = {op.name for op in operations}
        self._states = {leaf.name: 0 for leaf in trace.inputs}
        self._states.update((leaf.name, 1 << i) for i, leaf in enumerate(trace.state))
        self.invariant, self.constant = set(), set()
        for op in operations:
            self._take(op)
        self.groups = self._find_groups()

    def _take(self, op):
        is_read = op.type == "ReadVariableOp"
        if (is_read or not op.op_def.is_stateful) and not op.control_inputs and all(
                self.is_fixed(t) for t in op.inputs):
            constant = all(t.op.name in self.constant for t in op.inputs)
            (self.constant if constant else self.invariant).add(op.name)
            return
        mask = 0
        for tensor in list(op.inputs) + [t for other in op.control_inputs for t in other.inputs]:
            mask |= self.states(tensor)
        for tensor in op.outputs:
            self._states[tensor.name] = mask

    def states(self, tensor):
        """The parts of the state that a tensor depends on, as bits."""
        return self._states.get(tensor.name, 0)

    def is_fixed(self, tensor):
        """Whether a tensor is one and the same at every step."""
        return self.is_outside(tensor) or tensor.op.name in self.constant

    def is_outside(self, tensor):
        """Whether a tensor that is the same at every step comes from outside the loops."""
        return tensor.name in self._trace.externals or tensor.op.name in self.invariant

    def bits(self, group):
        return sum(1 << i for i in group)

    def level(self, tensor):
        """The number of the last group that a tensor depends on; -1 for none."""
        mask = self.states(tensor)
        return max([-1] + [k for k, group in enumerate(self.groups) if mask & self.bits(group)])

    def ancestors(self, tensors, among=None):
        """Names of the operations, of all or of those with a name in `among`, that tensors need."""
        among = self._traced if among is None else among
        names, stack = set(), list(tensors)
        while stack:
            op = stack.pop().op
            if op.name in among and op.name not in names:
                names.add(op.name)
                stack.extend(op.inputs)
                stack.extend(t for other in op.control_inputs for t in other.inputs)
                names.update(other.name for other in op.control_inputs)
        return names

    def is_product_by_weights(self, op):
        return (op.type == "MatMul" and gradient_type(op) == op.type
                and not op.get_attr("transpose_a") and self.is_outside(op.inputs[1])
                and not self.is_fixed(op.inputs[0]))

    def parts(self, tensor):
        """The tensors that lie side by side in a tensor [batch, n]."""
        op = tensor.op
        if op.name in self._traced and gradient_type(op) == op.type:
            if op.type == "Identity":
                return self.parts(op.inputs[0])
            if op.type == "ConcatV2" and tensor.shape.ndims == 2 and (
                    static_axis(op.inputs[-1], 2) == 1):
                return [part for value in op.inputs[:-1] for part in self.parts(value)]
        return [tensor]

    def _find_groups(self):
        count = len(self.new_state)
        reach = [self.states(t) | 1 << i for i, t in enumerate(self.new_state)]
        for k in range(count):
            for i in range(count):
                if reach[i] >> k & 1:
                    reach[i] |= reach[k]
        found = {}
        for i in range(count):
            together = tuple(j for j in range(count) if reach[i] >> j & 1 and reach[j] >> i & 1)
            found[together] = bin(reach[i]).count("1")
        groups = []
        for together in sorted(found, key=lambda one: (found[one], one)):
            if groups and not self._is_product_between(groups[-1], together):
                groups[-1] += together
            else:
                groups.append(together)
        return groups

    def _is_product_between(self, earlier, group):
        """Whether `group` takes what it needs of `earlier` through a product by weights."""
        own, before = self.bits(group), self.bits(earlier)
        needed = self.ancestors([self.new_state[i] for i in group])
        for op in self.operations:
            if op.name in needed and self.is_product_by_weights(op):
                for part in self.parts(op.inputs[0]):
                    if self.states(part) & before and not self.states(part) & own:
                        return True
        return False
