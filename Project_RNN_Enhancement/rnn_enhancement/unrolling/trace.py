"""One step, traced into a scratch graph: what it computes, and from what."""
from ..loops.refused import Refused
from ..tf1 import next_op_seed, tf

__all__ = ["Trace"]

# Operations that a variable made inside a scratch graph consists of.
_VARIABLES = frozenset(["VariableV2", "Variable", "VarHandleOp", "AutoReloadVariable"])


class Trace(object):
    """The operations that one call of a step adds to the default graph, a scratch graph.

    Args:
      step: function (list of this step's inputs, state) -> (nest of outputs, new state).
      inputs: list of (dtype, shape) of one step's inputs.
      state: nest of tensors, for their dtypes and shapes.
      instead_of_copies: what a loop of it stands for; see `scan`.

    Attributes:
      graph: the scratch graph.
      inputs, state: lists of placeholders, the latter flat.
      outputs, new_state: flat lists of tensors; structure, state_structure: their nests.
      first_seed: what the graph would have given a random operation just before.
      externals: inner name -> tensor of the graph around, for what was read from it. Of a variable
        made in the scratch graph itself, its own tensor.
    """

    def __init__(self, step, inputs, state, instead_of_copies=True):
        self.graph = tf.get_default_graph()
        self.instead_of_copies = instead_of_copies
        with tf.name_scope(None):
            self.inputs = [tf.placeholder(dtype, shape, "rnn_enhancement/input")
                           for dtype, shape in inputs]
            self.state = [tf.placeholder(value.dtype.base_dtype, value.shape,
                                         "rnn_enhancement/state")
                          for value in tf.nest.flatten(state)]
        self._state_structure = state
        self._first = self.graph.version
        self.first_seed = next_op_seed(self.graph)
        self.structure, self.state_structure = self.call(step)
        self.outputs = _tensors(self.structure)
        self.new_state = _tensors(self.state_structure)
        self._find_operations()

    def call(self, step):
        """What `step` returns for the inputs and the state of this trace."""
        return step(list(self.inputs), tf.nest.pack_sequence_as(self._state_structure, self.state))

    def is_same_as(self, outputs, new_state):
        """Whether another call, which returned these, computes what the traced one does."""
        other = _tensors((outputs, new_state))
        return _is_same_computation(self.targets, other)

    @property
    def leaves(self):
        return self.inputs + self.state

    @property
    def targets(self):
        return self.outputs + self.new_state

    def _find_operations(self):
        captured = {inner.name: outer for outer, inner in self.graph.captures}
        self.externals, found = {}, {}
        leaves = {leaf.name for leaf in self.leaves}
        stack = [t for t in self.targets if t.name not in leaves]
        while stack:
            tensor = stack.pop()
            op = tensor.op
            if tensor.name in captured:
                self.externals[tensor.name] = captured[tensor.name]
            elif op._id <= self._first or op.type in _VARIABLES:
                self.externals[tensor.name] = tensor
            elif op.name not in found:
                found[op.name] = op
                stack.extend(t for t in op.inputs if t.name not in leaves)
                for other in op.control_inputs:
                    if other._id > self._first and other.name not in found:
                        found[other.name] = other
                        stack.extend(t for t in other.inputs if t.name not in leaves)
        self.operations = sorted(found.values(), key=lambda op: op._id)


def _tensors(structure):
    """The tensors of what a step gives, flat."""
    values = tf.nest.flatten(structure)
    if any(value is None or isinstance(value, (tf.SparseTensor, tf.RaggedTensor))
           for value in values):
        raise Refused("results", "the step gives something else than tensors.")
    return [tf.convert_to_tensor(value) for value in values]


def _attributes(op):
    # Seeds are TensorFlow's count of operations; names of what is near say nothing.
    return {name: value for name, value in op.node_def.attr.items()
            if name not in ("_class", "seed", "seed2", "container", "shared_name")}


def _is_same_computation(one, other):
    """Whether two lists of tensors are computed alike from the same leaves."""
    stack, same = list(zip(one, other)), set()
    if len(one) != len(other):
        return False
    while stack:
        a, b = stack.pop()
        if a is b or (a.name, b.name) in same:
            continue
        same.add((a.name, b.name))
        if (a.op.type != b.op.type or a.value_index != b.value_index
                or len(a.op.inputs) != len(b.op.inputs)
                or a.op.device != b.op.device or _attributes(a.op) != _attributes(b.op)):
            return False
        if not a.op.inputs and a.op.type != "Const" and not a.op.op_def.is_stateful:
            return False
        if a.op.type in ("VariableV2", "VarHandleOp"):
            return False
        stack.extend(zip(a.op.inputs, b.op.inputs))
    return True
