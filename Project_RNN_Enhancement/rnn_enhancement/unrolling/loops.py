"""A step function in a loop over time, with a gradient written for such loops.

`roll` puts one copy of a step into the graph, in a while loop. TensorFlow's own gradient of a
loop keeps every intermediate value on a stack and adds up each weight's gradient step by step,
one thin matrix product and one sum of whole matrices at a time. The gradient here (`backward`)
keeps only what matrix products, look-ups and random draws gave, computes the rest of the step
again, and takes each weight's gradient as one product over all steps.
"""
from collections import Counter

from ..tf1 import (control_flow_context, gradient_function, is_next_op_seed, next_op_seed,
                   outside_of, replace_input, tf, why_no_loop)
from .backward import Backward, Saved
from .modes import NotRollable
from .operations import (BY_OUTPUT, CONTROL_FLOW, DATA_DEPENDENT, gradient_type, keeps_output,
                         values_needed)
from .products import in_columns
from .shapes import Shapes
from .watching import Watch, is_same_computation
from .while_loop import Reader, gather, run_loop

__all__ = ["roll"]


def _seeds(op):
    """The seeds of a random operation, the graph's and its own; None for any other operation."""
    try:
        return op.get_attr("seed"), op.get_attr("seed2")
    except ValueError:
        return None


def _has_gradient(op):
    op_type = gradient_type(op)
    if op_type.startswith("CustomGradient"):
        raise NotRollable("the step holds a gradient of its own (%s)." % op.name)
    try:
        return gradient_function(op_type) is not None
    except LookupError:
        raise NotRollable("the step's operation %s of type %s has no gradient."
                          % (op.name, op.type))


class _Plan(object):
    """What a step's gradient needs: which operations it computes again, what the loop keeps.

    Attributes:
      externals: inner tensor -> tensor outside, for what the step reads from outside the loop.
      again: operations to compute again, in order.
      keep: tensors of the step to keep (their names -> tensor).
      differentiable: names of tensors that a gradient flows through.
      originals: name of a product done in columns -> the product.
    """

    def __init__(self, leaves, targets, context, first_seed, batched=()):
        """`first_seed`: what `next_op_seed` was before the step."""
        self._context, self._first_seed = context, first_seed
        self._leaves = {leaf.name for leaf in leaves}
        self.externals, self.again, self.keep = {}, [], {}
        self._enters = []
        self.differentiable = {leaf.name for leaf in leaves if leaf.dtype.is_floating}
        operations = self._operations = self._ancestors(targets)
        self.originals = {}
        for op in operations:
            if op.type in DATA_DEPENDENT:
                raise NotRollable("the shape of what the operation %s of type %s gives may differ "
                                  "from step to step." % (op.name, op.type))
        for tensor in leaves + [t for op in operations for t in op.outputs]:
            if tensor.dtype.is_complex:
                raise NotRollable("the step computes with complex numbers (%s)." % tensor.name)
        self._invariant = set()
        self._draws = Counter(filter(None, map(_seeds, operations)))
        for op in operations:
            self._classify(op)
        names = {tensor.name for tensor in batched}
        self.shapes = Shapes(operations, leaves + [
            enter.outputs[0] for enter in self._enters if enter.inputs[0].name in names])
        self._wanted, self._needed = set(), set()
        for target in targets:
            if target.name in self.differentiable:
                self._want(target)
        for op in operations:
            if op.name in self._wanted and self._flows_through(op):
                for tensor in values_needed(op, self.shapes, self.is_differentiable):
                    self._need(tensor)
        self.again = [op for op in operations if op.name in self._wanted]

    def is_leaf(self, tensor):
        return tensor.name in self._leaves or tensor.name in self.externals

    def is_differentiable(self, tensor):
        return tensor.name in self.differentiable

    def _ancestors(self, targets):
        found, stack = {}, [t.op for t in targets if t.name not in self._leaves]
        while stack:
            op = stack.pop()
            if op.name in found:
                continue
            found[op.name] = op
            if op.type == "Enter":
                self.externals[op.outputs[0].name] = op.inputs[0]
                self._enters.append(op)
                continue
            if op.type in CONTROL_FLOW or control_flow_context(op) is not self._context:
                raise NotRollable("the step holds control flow of its own (%s of type %s)."
                                  % (op.name, op.type))
            stack.extend(t.op for t in op.inputs if t.name not in self._leaves)
        return sorted((op for op in found.values() if op.type != "Enter"), key=lambda op: op._id)

    def _is_seeded(self, op):
        """Whether a random operation was given a seed of its own, beside the graph's."""
        seeds = _seeds(op)
        if seeds is None:
            return False
        if op.graph.seed is None:
            return any(seeds)
        # TensorFlow gives every operation without one another seed.
        return self._draws[seeds] > 1 or not is_next_op_seed(op, self._first_seed)

    def _read_outside(self, handle, dtype):
        outer = self.externals[handle.name]
        with outside_of(self._context):
            return tf.raw_ops.ReadVariableOp(resource=outer, dtype=dtype)

    def _classify(self, op):
        if op.type not in ("ReadVariableOp", "ResourceGather") and any(
                t.dtype == tf.resource for t in op.inputs):
            raise NotRollable("the step's operation %s of type %s reads a variable in a way of its "
                              "own." % (op.name, op.type))
        if op.type == "ReadVariableOp" and op.inputs[0].name in self.externals:
            value = op.outputs[0]
            self.externals[value.name] = self._read_outside(op.inputs[0], value.dtype)
        elif op.type == "ResourceGather":
            self.externals[op.inputs[0].name + "/value"] = self._read_outside(
                op.inputs[0], op.outputs[0].dtype)
        for tensor in op.outputs:
            if tensor.name in self.externals:
                if tensor.dtype.is_floating:
                    self.differentiable.add(tensor.name)
                return
        if op.op_def.is_stateful and op.type != "ResourceGather":
            if self._is_seeded(op):
                raise NotRollable("the step draws random numbers with a seed of their own (%s); "
                                  "in a loop every step would draw others." % op.name)
        elif all(self._is_invariant(t) for t in op.inputs):
            self._invariant.add(op.name)
        for tensor in op.inputs:
            if tensor.name in self.externals and tensor.dtype.is_floating:
                self.differentiable.add(tensor.name)
        if (any(t.dtype.is_floating for t in op.outputs)
                and (op.type == "ResourceGather"
                     or any(t.name in self.differentiable for t in op.inputs))
                and _has_gradient(op)):
            self.differentiable.update(t.name for t in op.outputs if t.dtype.is_floating)

    def _is_invariant(self, tensor):
        return tensor.name in self.externals or tensor.op.name in self._invariant

    def _flows_through(self, op):
        return any(t.name in self.differentiable for t in op.outputs)

    def _is_computed(self, tensor):
        """Whether the step computes `tensor` from its inputs or state."""
        return not self.is_leaf(tensor) and tensor.op.name not in self._invariant

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

    def multiply_in_columns(self, results, handles):
        """Has products by tensors from outside done in columns; `results` as they are then.

        Args:
          handles: arrays by name of what is kept.
        """
        results = list(results)
        for op in self._operations:
            if op.type != "MatMul" or gradient_type(op) != op.type or (
                    self._is_invariant(op.outputs[0])
                    or op.inputs[1].name not in self.externals):
                continue
            old = op.outputs[0]
            new = in_columns(op, self.externals[op.inputs[1].name], outside_of(self._context))
            if new is None:
                continue
            for reader in old.consumers():
                for position, tensor in enumerate(reader.inputs):
                    if tensor is old:
                        replace_input(reader, position, new)
            results = [new if value is old else value for value in results]
            self.originals[new.name] = old
            # What reads it now is looked at by its gradient.
            self.shapes.same(new, old)
            if old.name in handles:
                handles[new.name] = handles[old.name]
            if old.name in self.differentiable:
                self.differentiable.add(new.name)
        return results

    def looks_up(self, op):
        """Whether `op` takes rows, along the first axis, of something outside the loop."""
        if op.inputs[0].name not in self.externals:
            return False
        if op.type == "GatherV2":
            axis = tf.get_static_value(op.inputs[2])
            return axis is not None and int(axis) == 0
        return True


class _Collections(object):
    """Finds what a loop's step adds to the graph's collections."""

    def __init__(self, graph):
        self._graph = graph
        self._before = {name: len(graph.get_collection_ref(name))
                        for name in graph.get_all_collection_keys()}

    def _added(self):
        """(collection's name, place in it) of what lies inside a loop, last ones first."""
        outer = control_flow_context(self._graph)
        for name in self._graph.get_all_collection_keys():
            items = self._graph.get_collection_ref(name)
            for i in range(len(items) - 1, self._before.get(name, 0) - 1, -1):
                op = items[i] if isinstance(items[i], tf.Operation) else (
                    getattr(items[i], "op", None) if isinstance(items[i], tf.Tensor) else None)
                if op is not None and control_flow_context(op) not in (None, outer):
                    yield name, i

    def check(self):
        """Raises NotRollable if something inside the loop was added."""
        for name, _ in self._added():
            raise NotRollable("the step adds to the collection %s." % (name,))

    def clear(self):
        """Takes what lies inside the loop out again.

        A loss of a variable that the step made, which copies of it will find and not regularise
        again, moves out of the loop.
        """
        for name, i in list(self._added()):
            items = self._graph.get_collection_ref(name)
            item = items.pop(i)
            if name == tf.GraphKeys.REGULARIZATION_LOSSES:
                with tf.control_dependencies(None):
                    moved = _moved_out(item, control_flow_context(item.op))
                if moved is not None:
                    items.insert(i, moved)


def _moved_out(tensor, context):
    """A copy, outside the loop of `context`, of a tensor computed from outside it; else None."""
    op = tensor.op
    if op.type == "Enter":
        return op.inputs[0]
    if control_flow_context(op) is not context:
        return tensor
    if op.type in CONTROL_FLOW:
        return None
    inputs = [_moved_out(value, context) for value in op.inputs]
    if any(value is None for value in inputs):
        return None
    return op.graph.create_op(
        op.type, inputs, [t.dtype for t in op.outputs], name=op.name.split("/")[-1],
        attrs={name: value for name, value in op.node_def.attr.items() if name != "_class"},
        op_def=op.op_def).outputs[tensor.value_index]


def _is_same_again(results, call):
    """Whether `call` gives what is computed as `results` is."""
    with tf.variable_scope(tf.get_variable_scope(), reuse=tf.AUTO_REUSE):
        again = call()
    return is_same_computation(*[[tf.convert_to_tensor(value) for value in tf.nest.flatten(nest)]
                                 for nest in (results, again)])


def _checked_state(old, new):
    """`new` flat, if every tensor of it can take the place of the one in `old`."""
    try:
        tf.nest.assert_same_structure(old, new)
    except (TypeError, ValueError) as error:
        raise NotRollable("the state changes its structure (%s)." % error)
    flat = [tf.convert_to_tensor(value) for value in tf.nest.flatten(new)]
    for before, after in zip(tf.nest.flatten(old), flat):
        if before.dtype != after.dtype:
            raise NotRollable("the state changes its dtype, %s to %s."
                              % (before.dtype.name, after.dtype.name))
        if before.shape.ndims != after.shape.ndims or not (
                before.shape.is_compatible_with(after.shape)):
            raise NotRollable("the state changes its shape, %s to %s."
                              % (before.shape, after.shape))
    return flat


def roll(step, inputs, state, length, watched=(), batched=()):
    """Runs `step` over time in a loop.

    Args:
      step: function (list of this step's inputs, state) -> (nest of outputs, new state).
      inputs: list of tensors [length, ...].
      state: nest of tensors, the state before the first step.
      length: int, number of steps.
      watched: what `step` calls; if calls change it in a way that matters per step, the loop is
        refused.
      batched: tensors from outside the loop whose first dimension is the batch's.

    Returns:
      (nest of outputs with a first dimension of `length`, final state).

    Raises:
      NotRollable: if a loop would not do what copies of the step do.
    """
    reason = why_no_loop()
    if reason:
        raise NotRollable(reason)
    flat_state = tf.nest.flatten(state)
    if not all(tf.is_tensor(value) and value.shape.ndims for value in flat_state):
        raise NotRollable("the state holds something else than tensors of known rank >= 1.")
    inputs = list(inputs)
    arrays = [Reader(x, length) for x in inputs]
    found = {}

    def body(index, writer, *values):
        leaves = [array.read(index) for array in arrays]
        for value, initial in zip(values, flat_state):
            value.set_shape(initial.shape)
        packed = tf.nest.pack_sequence_as(state, values)
        first_seed = next_op_seed(tf.get_default_graph())
        outputs, new_state = step(leaves, packed)
        context = control_flow_context(tf.get_default_graph())
        watch.check(context, again=lambda: _is_same_again(
            (outputs, new_state), lambda: step(leaves, packed)))
        new_values = _checked_state(packed, new_state)
        flat_outputs = [tf.convert_to_tensor(value) for value in tf.nest.flatten(outputs)]
        plan = _Plan(leaves + list(values), flat_outputs + new_values, context, first_seed,
                     batched)
        handles = {name: writer.write(tensor) for name, tensor in plan.keep.items()}
        for value in values:
            handles[value.name] = writer.write(value)
        found.update(
            saved=Saved(plan, leaves, list(values), flat_outputs, new_values, handles),
            structure=outputs,
            outputs=[(writer.write(value), value.dtype, value.shape) for value in flat_outputs])
        return plan.multiply_in_columns(new_values, handles)

    watch, collections = Watch(watched), _Collections(tf.get_default_graph())
    try:
        if watch.unbuilt:
            # Their variables are to lie, and be named, as those of a copy of the step.
            step([x[0] for x in inputs], state)
            watch.check(control_flow_context(tf.get_default_graph()))
        flow, finals = run_loop(length, body, flat_state)
        collections.check()
    except BaseException:
        watch.restore()
        collections.clear()
        raise
    saved = found["saved"]
    for final, new, initial in zip(finals, saved.new_state, flat_state):
        final.set_shape(new.shape.merge_with(initial.shape))
    outputs = [gather(handle, length, flow, dtype, shape)
               for handle, dtype, shape in found["outputs"]]
    outputs, finals = Backward(saved, length, flow, inputs, arrays, flat_state).attach(
        outputs, finals)
    return (tf.nest.pack_sequence_as(found["structure"], outputs),
            tf.nest.pack_sequence_as(state, finals))
