"""What of a traced step goes into which loop over time, and what is done for all steps at once.

Parts of the state that need each other are one loop; where a matrix product lies between two such
parts, as between the layers of a stack, there are two loops, one after the other. A product by
weights whose left side no later state enters is taken out of the loop: [x_t; h]·W becomes
[x_1 .. x_T]·W_x, one product before the loop, and h·W_h in it.

Everything has a time: before the first loop 0, in it 1, between it and the second 2, and so on.
"""
import collections

from ..tf1 import tf
from .operations import gradient_type, LOOKUPS
from .shapes import is_known, Shapes
from .tables import partitioned_lookups

__all__ = ["arrange", "Arrangement", "Loop"]

_UNARY = frozenset([
    "Sigmoid", "Tanh", "Relu", "Relu6", "Elu", "Selu", "Exp", "Log", "Log1p", "Sqrt", "Square",
    "Rsqrt", "Neg", "Identity", "StopGradient", "Abs", "Softplus", "Softsign", "ZerosLike",
    "OnesLike", "Cast", "Sign", "Floor", "Round", "Reciprocal", "LogicalNot"])
_LAST_AXIS = frozenset(["Softmax", "LogSoftmax"])
_BROADCAST = frozenset([
    "Add", "AddV2", "Sub", "Mul", "RealDiv", "Maximum", "Minimum", "Less", "LessEqual", "Greater",
    "GreaterEqual", "Equal", "NotEqual", "LogicalAnd", "LogicalOr", "SquaredDifference"])
_RANDOM = frozenset(["RandomUniform", "RandomStandardNormal", "TruncatedNormal"])
# These only put numbers elsewhere: outside a loop they cost no more than what they read.
_MOVES = frozenset(["ConcatV2", "Identity", "Split", "SplitV"])

Loop = collections.namedtuple("Loop", ["operations", "reads", "state", "new_state", "exports"])
Loop.__doc__ = """One loop over time.

Attributes:
  operations: list of operations of one step, in order.
  reads: tensors of the trace that come from outside, another one at every step.
  state, new_state: lists of tensors, the loop's variables at a step's start and end.
  exports: tensors that are needed, for all steps, outside.
"""

Arrangement = collections.namedtuple(
    "Arrangement",
    ["invariants", "stages", "shapes", "positions", "new_state", "outputs", "partitioned"])
Arrangement.__doc__ = """A step taken apart.

Attributes:
  invariants: operations that give the same at every step, in order.
  stages: list of lists of operations for all steps at once, and of `Loop`s, in turn.
  shapes: `Shapes` of the step.
  positions: for every `Loop`, the positions of its variables in the state.
  outputs, new_state: the tensors that now stand for the trace's.
  partitioned: name of an operation that stands for a look-up in a table of several parts -> the
    tensors that the parts are.
"""


def arrange(trace, batched=()):
    """The `Arrangement` of a `Trace`.

    Args:
      batched: tensors outside whose first dimension is the batch's.
    """
    return _Arranging(trace, batched).result()


def _static_axis(tensor, rank):
    axis = tf.get_static_value(tensor)
    if axis is None or axis.size != 1:
        return None
    axis = int(axis)
    return axis + rank if axis < 0 else axis


class _Arranging(object):
    def __init__(self, trace, batched):
        self._trace = trace
        self._state_number = {leaf.name: i for i, leaf in enumerate(trace.state)}
        self._targets = list(trace.targets)
        self._operations = list(trace.operations)
        if self._read_tables():
            self._operations = self._sorted()
        self._find_dependencies()
        self._find_groups()
        if self._split_products():
            self._operations = self._sorted()
            self._find_dependencies()
        names = {tensor.name for tensor in batched}
        self._shapes = Shapes(self._operations, trace.leaves + [
            inner for inner in self._placeholders() if trace.externals[inner.name].name in names])
        self._place()

    def _placeholders(self):
        found = {t.name: t for op in self._operations for t in op.inputs
                 if t.name in self._trace.externals}
        return list(found.values())

    @property
    def _outputs(self):
        return self._targets[:len(self._trace.outputs)]

    @property
    def _new_state(self):
        return self._targets[len(self._trace.outputs):]

    def _sorted(self):
        """All operations that the targets need, each after what it reads."""
        traced = {op.name for op in self._trace.operations}
        leaves = {leaf.name for leaf in self._trace.leaves}
        known, order = set(), []
        stack = [(t.op, False) for t in reversed(self._targets)
                 if t.name not in leaves and t.name not in self._trace.externals]
        while stack:
            op, is_done = stack.pop()
            if is_done:
                order.append(op)
            elif op.name not in known:
                known.add(op.name)
                stack.append((op, True))
                stack.extend(
                    (t.op, False) for t in op.inputs
                    if t.name not in leaves and t.name not in self._trace.externals)
                stack.extend((other, False) for other in op.control_inputs
                             if other.name in traced)
        return order

    def _read_tables(self):
        """Has look-ups in variables done in what is read of them, which loops can share.

        Returns:
          Whether there are such.
        """
        replaced, tables = {}, {}
        self._partitioned = {}
        for lookup in partitioned_lookups(self._trace):
            with self._trace.graph.as_default(), tf.device(lookup.result.op.device):
                # Stands for all that the look-up is made of.
                part = _value_of(lookup.parts[0], lookup.result.dtype)
                found = tf.gather(part, lookup.ids)
            found.set_shape(lookup.result.shape)
            replaced[lookup.result.name] = found
            self._partitioned[found.op.name] = lookup.parts
        for op in self._operations:
            if op.type != "ResourceGather" or op.inputs[0].name not in self._trace.externals:
                continue
            handle, indices = op.inputs
            with self._trace.graph.as_default(), tf.control_dependencies(None):
                with tf.device(op.device), tf.name_scope(op.name + "/"):
                    if handle.name not in tables:
                        tables[handle.name] = _value_of(handle, op.outputs[0].dtype)
                    replaced[op.outputs[0].name] = tf.gather(
                        tables[handle.name], indices, axis=0,
                        batch_dims=op.get_attr("batch_dims"))
        self._replace(replaced)
        return bool(replaced)

    def _replace(self, replaced):
        for op in self._operations:
            for position, tensor in enumerate(op.inputs):
                if tensor.name in replaced:
                    op._update_input(position, replaced[tensor.name])
        self._targets = [replaced.get(t.name, t) for t in self._targets]

    def _find_dependencies(self):
        """For every tensor the states it depends on, as bits, and whether it changes over time."""
        trace = self._trace
        self._traced = {op.name for op in self._operations}
        self._depends = {leaf.name: 0 for leaf in trace.inputs}
        self._depends.update((leaf.name, 1 << i) for i, leaf in enumerate(trace.state))
        # Neither leaves nor what depends on one or is drawn; `constant` ones read nothing outside.
        self._invariant, self._constant = set(), set()
        for op in self._operations:
            fixed = not op.op_def.is_stateful or op.type == "ReadVariableOp"
            fixed = fixed and not op.control_inputs and all(
                self._is_fixed(t) for t in op.inputs)
            if fixed:
                constant = all(
                    t.op.name in self._constant for t in op.inputs)
                (self._constant if constant else self._invariant).add(op.name)
                continue
            mask = 0
            for tensor in op.inputs:
                mask |= self._depends.get(tensor.name, 0)
            for other in op.control_inputs:
                for tensor in other.inputs:
                    mask |= self._depends.get(tensor.name, 0)
            for tensor in op.outputs:
                self._depends[tensor.name] = mask

    def _is_fixed(self, tensor):
        return (tensor.name in self._trace.externals or tensor.op.name in self._invariant
                or tensor.op.name in self._constant)

    def _is_outside(self, tensor):
        """Whether a tensor, one and the same at every step, is read from outside the loops."""
        return tensor.name in self._trace.externals or tensor.op.name in self._invariant

    def _find_groups(self):
        """Parts of the state by the loop that they are variables of, first loop first."""
        count = len(self._trace.state)
        reach = [self._depends.get(t.name, 0) | 1 << i for i, t in enumerate(self._new_state)]
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
        self._groups = groups

    def _bits(self, group):
        return sum(1 << i for i in group)

    def _is_product_between(self, earlier, group):
        """Whether `group` takes what it needs of `earlier` through a product by weights."""
        own, before = self._bits(group), self._bits(earlier)
        needed = self._ancestors([self._new_state[i] for i in group])
        for op in self._operations:
            if op.name not in needed or not self._is_product_by_weights(op):
                continue
            for part in self._parts(op.inputs[0]):
                mask = self._depends.get(part.name, 0)
                if mask & before and not mask & own:
                    return True
        return False

    def _ancestors(self, tensors):
        names, stack = set(), list(tensors)
        while stack:
            tensor = stack.pop()
            op = tensor.op
            if op.name in self._traced and op.name not in names:
                names.add(op.name)
                stack.extend(op.inputs)
                stack.extend(t for other in op.control_inputs for t in other.inputs)
                names.update(other.name for other in op.control_inputs)
        return names

    def _is_product_by_weights(self, op):
        return (op.type == "MatMul" and gradient_type(op) == op.type
                and not op.get_attr("transpose_a") and self._is_outside(op.inputs[1])
                and not self._is_fixed(op.inputs[0]))

    def _parts(self, tensor):
        """The tensors that lie side by side in a tensor [batch, n]."""
        op = tensor.op
        if op.name in self._traced and gradient_type(op) == op.type:
            if op.type == "Identity":
                return self._parts(op.inputs[0])
            if op.type == "ConcatV2" and tensor.shape.ndims == 2 and (
                    _static_axis(op.inputs[-1], 2) == 1):
                return [part for value in op.inputs[:-1] for part in self._parts(value)]
        return [tensor]

    def _level(self, tensor):
        """The number of the last group that a tensor depends on; -1 for none."""
        mask = self._depends.get(tensor.name, 0)
        return max([-1] + [k for k, group in enumerate(self._groups)
                           if mask & self._bits(group)])

    def _split_products(self):
        """Takes products apart whose left side is known, in part, before the loop.

        Returns:
          Whether there are such.
        """
        replaced = {}
        readers = collections.defaultdict(list)
        for op in self._operations:
            for tensor in op.inputs:
                readers[tensor.name].append(op)
        for op in self._operations:
            if not self._is_product_by_weights(op) or op.get_attr("transpose_b") or (
                    op.control_inputs):
                continue
            parts = self._parts(op.inputs[0])
            widths = [tf.dimension_value(part.shape[1]) for part in parts]
            level = self._level(op.outputs[0])
            early = [self._level(part) < level for part in parts]
            if None in widths or all(early) or not any(early):
                continue
            result, bias = op.outputs[0], None
            reading = readers[result.name]
            if len(reading) == 1 and reading[0].type == "BiasAdd" and (
                    self._is_outside(reading[0].inputs[1])
                    and gradient_type(reading[0]) == "BiasAdd"
                    and all(result is not target for target in self._targets)):
                result, bias = reading[0].outputs[0], reading[0].inputs[1]
            with self._trace.graph.as_default(), tf.control_dependencies(None):
                with tf.device(op.device), tf.name_scope(op.name + "/"):
                    replaced[result.name] = _taken_apart(
                        op.inputs[1], [replaced.get(part.name, part) for part in parts], widths,
                        early, bias)
        self._replace(replaced)
        return bool(replaced)

    def _place(self):
        """Gives every operation that changes over time its time."""
        self._time = {leaf.name: 0 for leaf in self._trace.inputs}
        self._time.update((self._trace.state[i].name, 2 * k + 1)
                          for k, group in enumerate(self._groups) for i in group)
        moving = [op for op in self._operations
                  if op.name not in self._invariant and op.name not in self._constant]
        deadlines, recurrent = self._deadlines(moving)
        self._at = {}
        for op in moving:
            time = max([0] + [self._time.get(t.name, 0) for t in op.inputs] + [
                self._at[other.name] for other in op.control_inputs if other.name in self._at])
            if op.name in recurrent:
                time = recurrent[op.name]
            elif not self._goes_by_rows(op):
                time += 1 - time % 2
            elif time % 2 and self._is_product_by_weights(op) and (
                    time < deadlines.get(op.name, time + 1)):
                time += 1
            self._put(op, time)
        consumers = collections.defaultdict(list)
        for op in moving:
            for tensor in op.inputs:
                consumers[tensor.op.name].append(op)
        targets = {t.op.name for t in self._new_state}
        for op in reversed(moving):
            time = self._at[op.name]
            if (op.type in _MOVES and time % 2 and op.name not in recurrent
                    and op.name not in targets and consumers[op.name] and self._goes_by_rows(op)
                    and all(self._at[reader.name] > time for reader in consumers[op.name])):
                self._put(op, time + 1)
        self._moving = moving

    def _put(self, op, time):
        self._at[op.name] = time
        for tensor in op.outputs:
            self._time[tensor.name] = time

    def _deadlines(self, moving):
        """(time by which an operation must be done, time of what the recurrence goes through)."""
        deadlines, recurrent = {}, {}
        for k, group in enumerate(self._groups):
            bits = self._bits(group)
            needed = self._ancestors([self._new_state[i] for i in group])
            for op in moving:
                if op.name not in needed:
                    continue
                deadlines[op.name] = min(deadlines.get(op.name, 2 * k + 1), 2 * k + 1)
                if any(self._depends.get(t.name, 0) & bits for t in op.outputs) or (
                        not op.outputs):
                    recurrent[op.name] = 2 * k + 1
        return deadlines, recurrent

    def _first_size(self, tensor):
        shape = self._shapes.of(tensor)
        return shape[0] if shape else None

    def _goes_by_rows(self, op):
        """Whether `op` may be done for all steps' rows at once."""
        if op.control_inputs or gradient_type(op) != op.type or any(
                t.shape.ndims is None or not t.shape.ndims for t in op.outputs):
            return False
        if op.type in _RANDOM:
            shape = self._shapes.value(op.inputs[0])
            return isinstance(shape, list) and bool(shape)
        if op.op_def.is_stateful:
            return False
        rows = [t for t in op.inputs if not self._is_fixed(t)]
        sizes = {self._first_size(t) for t in rows}
        if len(sizes) != 1 or None in sizes or not all(t.shape.ndims for t in rows):
            return False
        size = sizes.pop()
        if self._first_size(op.outputs[0]) != size:
            return False
        first = op.inputs[0]
        if op.type in _UNARY:
            return True
        if op.type in _LAST_AXIS:
            return first.shape.ndims == 2
        if op.type in _BROADCAST or op.type == "Select":
            return self._broadcasts_by_rows(op, rows, size)
        if op.type == "MatMul":
            return self._is_product_by_weights(op)
        if op.type == "BiasAdd":
            return self._is_fixed(op.inputs[1]) and op.get_attr("data_format") != b"NCHW"
        if op.type in LOOKUPS:
            axis = _static_axis(op.inputs[2], 1) if op.type == "GatherV2" else 0
            batch_dims = op.get_attr("batch_dims") if op.type == "GatherV2" else 0
            return self._is_outside(first) and axis == 0 and not batch_dims
        if op.type == "ConcatV2":
            axis = _static_axis(op.inputs[-1], op.outputs[0].shape.ndims)
            return len(rows) == len(op.inputs) - 1 and axis not in (None, 0)
        if op.type in ("Split", "SplitV"):
            axis = _static_axis(op.inputs[0 if op.type == "Split" else 2], rows[0].shape.ndims)
            return axis not in (None, 0)
        if op.type == "Reshape":
            shape = self._shapes.of(op.outputs[0])
            return is_known(shape) and shape == self._shapes.of(first)
        if op.type == "SparseSoftmaxCrossEntropyWithLogits":
            return len(rows) == 2
        return False

    def _broadcasts_by_rows(self, op, rows, size):
        rank = rows[0].shape.ndims
        if op.type == "Select":
            condition, x, y = op.inputs
            if any(self._is_outside(t) for t in op.inputs) or condition not in rows:
                return False
            return x.shape.ndims == y.shape.ndims and all(
                self._first_size(t) == size for t in (x, y))
        if any(t.shape.ndims != rank for t in rows):
            return False
        for tensor in op.inputs:
            if tensor in rows or tensor.shape.ndims == 0:
                continue
            if tensor.shape.ndims is None or tensor.shape.ndims > rank or (
                    tensor.shape.ndims == rank and not (
                        self._first_size(tensor) == 1 or tensor.op.name in self._constant)):
                return False
        return True

    def result(self):
        invariants = [op for op in self._operations if op.name in self._invariant]
        last = max([2 * len(self._groups)] + list(self._at.values()))
        stages, positions = [], []
        for time in range(last + 1):
            operations = [op for op in self._moving if self._at[op.name] == time]
            if time % 2 == 0:
                stages.append(operations)
                continue
            k = time // 2
            group = self._groups[k] if k < len(self._groups) else ()
            if not group and not operations:
                stages.append([])
                continue
            stages.append(self._loop(operations, time, group))
            positions.append(group)
        return Arrangement(invariants, stages, self._shapes, positions, self._new_state,
                           self._outputs, self._partitioned)

    def _loop(self, operations, time, group):
        state = [self._trace.state[i] for i in group]
        new_state = [self._new_state[i] for i in group]
        own = {t.name for op in operations for t in op.outputs}
        own.update(leaf.name for leaf in state)
        reads = collections.OrderedDict()
        for tensor in [t for op in operations for t in op.inputs] + new_state:
            if not self._is_fixed(tensor) and tensor.name not in own:
                reads[tensor.name] = tensor
        exports = collections.OrderedDict()
        needed = [t for op in self._moving if self._at[op.name] > time for t in op.inputs]
        later = [t for k, g in enumerate(self._groups) if 2 * k + 1 > time
                 for t in (self._new_state[i] for i in g)]
        for tensor in needed + later + self._outputs:
            if tensor.name in own:
                exports[tensor.name] = tensor
        return Loop(self._with_constants(operations, new_state), list(reads.values()), state,
                    new_state, list(exports.values()))

    def _with_constants(self, operations, results):
        """`operations` with the constants that they, or results themselves, read, before them."""
        constants, stack = {}, [t.op for op in operations for t in op.inputs] + [
            t.op for t in results]
        while stack:
            op = stack.pop()
            if op.name in self._constant and op.name not in constants:
                constants[op.name] = op
                stack.extend(t.op for t in op.inputs)
        return [op for op in self._operations if op.name in constants] + operations


def _value_of(table, dtype):
    """A tensor's own value, or that of the variable of a resource."""
    if table.dtype != tf.resource:
        return table
    return tf.raw_ops.ReadVariableOp(resource=table, dtype=dtype)


def _taken_apart(weight, parts, widths, early, bias):
    """[early parts]·W_early + bias + [late parts]·W_late, for [parts]·W + bias."""
    blocks = tf.split(weight, _runs(widths, early), axis=0)
    ordered = [is_early for i, is_early in enumerate(early) if not i or early[i - 1] != is_early]

    def product(kind):
        own = [part for part, is_early in zip(parts, early) if is_early is kind]
        rows = [block for block, is_early in zip(blocks, ordered) if is_early is kind]
        return tf.matmul(own[0] if len(own) == 1 else tf.concat(own, 1),
                         rows[0] if len(rows) == 1 else tf.concat(rows, 0))
    before = product(True)
    if bias is not None:
        before = tf.nn.bias_add(before, bias)
    return before + product(False)


def _runs(widths, early):
    """The sums of widths of neighbours of one kind."""
    sizes = []
    for i, (width, is_early) in enumerate(zip(widths, early)):
        if i and early[i - 1] == is_early:
            sizes[-1] += width
        else:
            sizes.append(width)
    return sizes
