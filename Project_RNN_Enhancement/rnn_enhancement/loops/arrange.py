"""What of a traced step goes into which loop over time, and what is done for all steps at once.

Parts of the state that need each other are one loop; where a matrix product lies between two such
parts, as between the layers of a stack, there are two loops, one after the other. A product by
weights whose left side no later state enters is taken out of the loop: [x_t; h]·W becomes
[x_1 .. x_T]·W_x, one product before the loop, and h·W_h in it.

Everything has a time: before the first loop 0, in it 1, between it and the second 2, and so on.
"""
import collections

from .rewrite import rewritten
from .rows import goes_by_rows
from .shapes import Shapes

__all__ = ["arrange", "Arrangement", "Loop"]

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


class _Arranging(object):
    def __init__(self, trace, batched):
        self._trace = trace
        dependencies, self._partitioned = rewritten(trace)
        self._dependencies = dependencies
        names = {tensor.name for tensor in batched}
        read = {t.name: t for op in dependencies.operations for t in op.inputs
                if t.name in trace.externals and trace.externals[t.name].name in names}
        self._shapes = Shapes(dependencies.operations, trace.leaves + list(read.values()))
        # Operations that are others at every step.
        self._moving = [op for op in dependencies.operations
                        if op.name not in dependencies.invariant
                        and op.name not in dependencies.constant]
        self._time = {leaf.name: 0 for leaf in trace.inputs}
        self._time.update((trace.state[i].name, 2 * k + 1)
                          for k, group in enumerate(dependencies.groups) for i in group)
        self._at = {}
        self._find_times()
        self._move_out()

    def _find_times(self):
        dependencies = self._dependencies
        deadlines, recurrent = self._deadlines()
        for op in self._moving:
            time = max([0] + [self._time.get(t.name, 0) for t in op.inputs] + [
                self._at[other.name] for other in op.control_inputs if other.name in self._at])
            if op.name in recurrent:
                time = recurrent[op.name]
            elif not goes_by_rows(op, dependencies, self._shapes):
                time += 1 - time % 2
            elif time % 2 and dependencies.is_product_by_weights(op) and (
                    time < deadlines.get(op.name, time + 1)):
                time += 1
            self._put(op, time)

    def _put(self, op, time):
        self._at[op.name] = time
        for tensor in op.outputs:
            self._time[tensor.name] = time

    def _deadlines(self):
        """(time by which an operation must be done, time of what the recurrence goes through)."""
        dependencies, deadlines, recurrent = self._dependencies, {}, {}
        for k, group in enumerate(dependencies.groups):
            bits = dependencies.bits(group)
            needed = dependencies.ancestors([dependencies.new_state[i] for i in group])
            for op in self._moving:
                if op.name not in needed:
                    continue
                deadlines[op.name] = min(deadlines.get(op.name, 2 * k + 1), 2 * k + 1)
                if not op.outputs:
                    # An assertion, before the first of what waits for it.
                    recurrent.setdefault(op.name, 2 * k + 1)
                elif any(dependencies.states(t) & bits for t in op.outputs):
                    recurrent[op.name] = 2 * k + 1
        self._recurrent = recurrent
        return deadlines, recurrent

    def _move_out(self):
        """Puts off what only moves numbers until after the loop, if nothing in it reads them."""
        consumers = collections.defaultdict(list)
        for op in self._moving:
            for tensor in op.inputs:
                consumers[tensor.op.name].append(op)
        state = {t.op.name for t in self._dependencies.new_state}
        for op in reversed(self._moving):
            time, readers = self._at[op.name], consumers[op.name]
            if (op.type in _MOVES and time % 2 and op.name not in self._recurrent
                    and op.name not in state and readers
                    and all(self._at[reader.name] > time for reader in readers)
                    and goes_by_rows(op, self._dependencies, self._shapes)):
                self._put(op, time + 1)

    def result(self):
        dependencies = self._dependencies
        stages, positions = [], []
        for time in range(max([2 * len(dependencies.groups)] + list(self._at.values())) + 1):
            operations = [op for op in self._moving if self._at[op.name] == time]
            k = time // 2
            group = dependencies.groups[k] if k < len(dependencies.groups) else ()
            if time % 2 and (group or operations):
                stages.append(self._loop(operations, time, group))
                positions.append(group)
            else:
                stages.append(operations)
        return Arrangement(
            [op for op in dependencies.operations if op.name in dependencies.invariant], stages,
            self._shapes, positions, dependencies.new_state, dependencies.outputs,
            self._partitioned)

    def _loop(self, operations, time, group):
        dependencies = self._dependencies
        state = [self._trace.state[i] for i in group]
        new_state = [dependencies.new_state[i] for i in group]
        own = {t.name for op in operations for t in op.outputs}
        own.update(leaf.name for leaf in state)
        reads = collections.OrderedDict(
            (t.name, t) for t in [t for op in operations for t in op.inputs] + new_state
            if not dependencies.is_fixed(t) and t.name not in own)
        later = [t for op in self._moving if self._at[op.name] > time for t in op.inputs] + [
            dependencies.new_state[i] for k, other in enumerate(dependencies.groups)
            if 2 * k + 1 > time for i in other]
        exports = collections.OrderedDict(
            (t.name, t) for t in later + dependencies.outputs if t.name in own)
        return Loop(self._with_constants(operations, new_state), list(reads.values()), state,
                    new_state, list(exports.values()))

    def _with_constants(self, operations, results):
        """`operations` with the constants that they, or results themselves, read, before them."""
        dependencies = self._dependencies
        constants = dependencies.ancestors(
            [t for op in operations for t in op.inputs] + results, dependencies.constant)
        return [op for op in dependencies.operations if op.name in constants] + operations
