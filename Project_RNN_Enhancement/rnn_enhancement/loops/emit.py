"""The operations of an arranged step, put into the graph: loops, and what is done in between."""
import contextlib

from ..tf1 import tf, without_colocation
from .backward import Backward, Saved
from .constants import shared
from .lengths import number_of, static_length
from .operations import copy_operation, seeds_of
from .plan import Plan
from .products import in_columns, matmul
from .sizes import BatchSize
from .steps import as_steps, flat_steps
from .tables import value_of
from .while_loop import gather, Reader, run_loop

__all__ = ["Emission"]


class Emission(object):
    """A traced step, run over time in the default graph.

    Args:
      trace: the `Trace`; arrangement: its `Arrangement`.
      inputs: list of tensors [length, ...].
      state: flat initial state.
      length: int or scalar tensor, number of steps.

    Attributes:
      outputs: flat list of tensors [length, ...].
      final_state: flat list of tensors.
    """

    def __init__(self, trace, arrangement, inputs, state, length):
        self._trace, self._arrangement, self._length = trace, arrangement, length
        self._known_length = static_length(length)
        # Names of traced tensors -> what stands for them: at every step the same ...
        self._fixed = dict(trace.externals)
        # ... all steps [length, ...], and all steps' rows [length * rows, ...].
        self._steps = {leaf.name: x for leaf, x in zip(trace.inputs, inputs)}
        self._flat = {}
        self._initial = state
        self._final = list(state)
        self._readers = {}
        self._sizes = BatchSize(inputs, state)
        for op in arrangement.invariants:
            self._emit_invariant(op)
        positions = iter(arrangement.positions)
        for stage in arrangement.stages:
            if isinstance(stage, list):
                for op in stage:
                    self._emit_by_rows(op)
            else:
                self._run_loop(stage, next(positions))
        self.outputs = [self._output(t) for t in arrangement.outputs]
        self.final_state = self._final

    def _constant(self, tensor):
        """What stands outside for a tensor that is made of constants."""
        if tensor.name not in self._fixed:
            with tf.control_dependencies(None), without_colocation():
                self._emit_invariant(tensor.op)
        return self._fixed[tensor.name]

    def _emit_invariant(self, op):
        inputs = [self._constant(t) for t in op.inputs]

        def make():
            return copy_operation(op, inputs).outputs
        if op.type == "ReadVariableOp":
            # When a variable is read matters.
            outputs = make()
        else:
            attributes = sorted((key, value.SerializeToString())
                                for key, value in op.node_def.attr.items() if key != "_class")
            outputs = shared((op.type, tuple(t.name for t in inputs), tuple(attributes),
                              op.device), inputs, make)
        for old, new in zip(op.outputs, outputs):
            new.set_shape(old.shape)
            self._fixed[old.name] = new

    def _is_fixed(self, tensor):
        return tensor.name not in self._steps and tensor.name not in self._flat

    def _rows(self, tensor):
        """All steps' rows of a traced tensor."""
        if tensor.name not in self._flat:
            self._flat[tensor.name] = flat_steps(self._steps[tensor.name])
        return self._flat[tensor.name]

    def _all_steps(self, tensor):
        """All steps [length, ...] of a traced tensor."""
        if tensor.name not in self._steps:
            with tf.device(tensor.op.device):
                self._steps[tensor.name] = as_steps(
                    self._flat[tensor.name], self._length, tf.dimension_value(tensor.shape[0]))
        return self._steps[tensor.name]

    def _output(self, tensor):
        if self._is_fixed(tensor):
            value = self._constant(tensor)
            times = tf.concat([[self._length], tf.ones([tf.rank(value)], tf.int32)], 0)
            return tf.tile(tf.expand_dims(value, 0), times)
        return self._all_steps(tensor)

    def _emit_by_rows(self, op):
        """`op` for all steps at once."""
        if op.type == "Reshape":
            # To the shape that it has.
            self._flat[op.outputs[0].name] = self._rows(op.inputs[0])
            return
        if op.name in self._arrangement.partitioned:
            parts = [value_of(self._fixed[part.name], op.outputs[0].dtype)
                     for part in self._arrangement.partitioned[op.name]]
            with tf.device(op.device):
                self._flat[op.outputs[0].name] = tf.nn.embedding_lookup(
                    parts, self._rows(op.inputs[1]))
            return
        inputs = []
        for tensor in op.inputs:
            if not self._is_fixed(tensor):
                inputs.append(self._rows(tensor))
            elif op.outputs[0].shape.ndims == tensor.shape.ndims and op.type not in (
                    "MatMul", "GatherV2", "Gather") and (
                        # That one doesn't broadcast.
                        op.type == "Select" or tf.dimension_value(tensor.shape[0]) != 1):
                value = self._constant(tensor)
                inputs.append(tf.tile(value, [self._length] + [1] * (value.shape.ndims - 1)))
            else:
                inputs.append(self._constant(tensor))
        if seeds_of(op) is not None:
            inputs[0] = self._number_of_rows(op)
        for old, new in zip(op.outputs, copy_operation(op, inputs).outputs):
            rows = tf.dimension_value(old.shape[0])
            known = None not in (rows, self._known_length)
            new.set_shape([rows * self._known_length if known else None]
                          + old.shape.as_list()[1:])
            self._flat[old.name] = new

    def _number_of_rows(self, op):
        """The shape of a drawn tensor for all steps."""
        shape = self._arrangement.shapes.value(op.inputs[0])
        dtype = op.inputs[0].dtype
        rows = self._sizes.tensor(shape[:1], dtype) * tf.cast(
            number_of(self._length), dtype)
        return tf.concat([rows, self._sizes.tensor(shape[1:], dtype)], 0)

    def _run_loop(self, loop, positions):
        length = self._length
        reads = [self._all_steps(t) for t in loop.reads]
        arrays = []
        for tensor in reads:
            if tensor.name not in self._readers:
                self._readers[tensor.name] = Reader(tensor, length)
            arrays.append(self._readers[tensor.name])
        state = [self._initial[i] for i in positions]
        plan = Plan(loop, self._fixed, self._arrangement.shapes)
        columns = {op.name: in_columns(op, self._fixed[op.inputs[1].name])
                   for op in loop.operations
                   if op.type == "MatMul" and plan.is_product_by_weights(op)}
        found = {}

        def body(index, writer, *values):
            known = {leaf.name: array.read(index) for leaf, array in zip(loop.reads, arrays)}
            for leaf, value, initial in zip(loop.state, values, state):
                value.set_shape(initial.shape)
                known[leaf.name] = value
            for op in loop.operations:
                self._emit_in_loop(op, columns.get(op.name), known)
            found["handles"] = {
                name: writer.write(known[name])
                for name in sorted(plan.keep) + [leaf.name for leaf in loop.state]}
            found["exports"] = [writer.write(known[t.name]) for t in loop.exports]
            return [known[t.name] if t.name in known else tf.identity(self._fixed[t.name])
                    for t in loop.new_state]

        devices = [t.op.device for t in loop.new_state] or [op.device for op in loop.operations]
        with tf.device(devices[-1] if devices else None):
            flow, finals = run_loop(length, body, state)
        saved = Saved(plan, loop.reads, loop.state, loop.exports, loop.new_state, found["handles"])
        for final, new, initial in zip(finals, loop.new_state, state):
            final.set_shape(new.shape.merge_with(initial.shape))
        outputs = []
        for tensor, handle in zip(loop.exports, found["exports"]):
            with tf.device(tensor.op.device):
                outputs.append(gather(handle, length, flow, tensor.dtype, tensor.shape))
        outputs, finals = Backward(saved, length, flow, reads, arrays, state).attach(
            outputs, finals)
        for tensor, value in zip(loop.exports, outputs):
            self._steps[tensor.name] = value
        for position, final in zip(positions, finals):
            self._final[position] = final

    def _emit_in_loop(self, op, columns, known):
        def value(tensor):
            return known[tensor.name] if tensor.name in known else self._fixed[tensor.name]
        if op.type == "Const":
            known[op.outputs[0].name] = self._constant(op.outputs[0])
            return
        if columns:
            with tf.device(op.device):
                outputs = [matmul(value(op.inputs[0]), columns)]
            known[op.name] = outputs[0].op
        else:
            first = [known[other.name] for other in op.control_inputs if other.name in known]
            with tf.control_dependencies(first) if first else contextlib.suppress():
                known[op.name] = copied = copy_operation(op, [value(t) for t in op.inputs])
            outputs = copied.outputs
        for old, new in zip(op.outputs, outputs):
            new.set_shape(old.shape)
            known[old.name] = new
