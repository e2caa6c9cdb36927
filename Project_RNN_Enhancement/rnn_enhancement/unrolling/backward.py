"""The gradient of a loop over time, as `loops` builds it.

Going backwards, a step is computed again from what the forward loop kept: results of matrix
products, look-ups and random draws are read, the rest (sigmoids, sums) is cheap. A weight's
gradient, sum over t of a_t^T·dy_t, is one product of all a_t and all dy_t after the loop.
"""
import collections

from ..placement import task_of
from ..tf1 import (control_flow_context, gradient_function, outside_of, tf, without_colocation)
from .constants import concat, constant
from .operations import (BY_OUTPUT, copy_operation, gradient_by_output, gradient_type, is_short,
                         LOOKUPS, Piece, short_gradient)
from .products import columns, matmul
from .shapes import Batch, is_known
from .steps import flat_steps
from .while_loop import Reader, gather, run_loop

__all__ = ["Backward", "Saved", "hand_written"]

_HAND_WRITTEN = "ProjectRNNEnhancementHandWritten"
_ATTRIBUTE = "_project_rnn_enhancement_gradient"

# Products of fewer columns are summed in the loop: their left sides are larger than the weight.
_NARROW = 16

Saved = collections.namedtuple(
    "Saved", ["plan", "inputs", "state", "outputs", "new_state", "handles"])


@tf.RegisterGradient(_HAND_WRITTEN)
def _run_hand_written(op, *grads):
    gradient = getattr(op, _ATTRIBUTE, None)
    if gradient is None:
        raise LookupError(
            "%s is part of a loop that was imported from a meta graph; its gradient was "
            "not exported. Build the model again, or with unroll=\"static\"." % op.name)
    return gradient(*[
        None if _stands_for_none(grad, op.outputs[i]) else
        tf.convert_to_tensor(grad) if isinstance(grad, tf.IndexedSlices) else grad
        for i, grad in enumerate(grads)])


def _stands_for_none(grad, output):
    """Whether a gradient is the zeros that TensorFlow makes where there is no gradient."""
    return grad is None or isinstance(grad, tf.Tensor) and grad.op.type == "ZerosLike" and (
        grad.op.inputs[0] is output)


def hand_written(values, gradient):
    """`values` as they are, with `gradient` (of their gradients) for the gradients to them."""
    with tf.get_default_graph().gradient_override_map({"IdentityN": _HAND_WRITTEN}):
        results = tf.identity_n(values)
    setattr(results[0].op, _ATTRIBUTE, gradient)
    return results


def _no_second_gradient(*_):
    raise ValueError("A loop has no second-order gradient. Build the model with "
                     "unroll=\"static\" (or set_unroll(\"static\")) to differentiate twice.")


def _once(gradients, sources):
    """`gradients` (None and IndexedSlices allowed), all at once, with an error for a gradient.

    Args:
      sources: tensors that they depend on.
    """
    tensors = [g.values if isinstance(g, tf.IndexedSlices) else g for g in gradients]
    present = [t for t in tensors if t is not None]
    if not present:
        return gradients
    # A variable must not be updated while another gradient that reads it is computed. What waits is
    # in a `tuple` because TensorFlow's graph optimizer takes an IdentityN apart.
    guarded = iter(tf.tuple(hand_written(present + sources, _no_second_gradient)[:len(present)],
                            control_inputs=present))
    result = []
    for gradient in gradients:
        if isinstance(gradient, tf.IndexedSlices):
            gradient = tf.IndexedSlices(next(guarded), gradient.indices, gradient.dense_shape)
        elif gradient is not None:
            gradient = next(guarded)
        result.append(gradient)
    return result


def _sum(gradients):
    """Sum of gradients that may be sparse or None."""
    gradients = [g for g in gradients if g is not None]
    if not gradients:
        return None
    if len(gradients) == 1:
        return gradients[0]
    if all(isinstance(g, tf.IndexedSlices) for g in gradients):
        return tf.IndexedSlices(tf.concat([g.values for g in gradients], 0),
                                tf.concat([g.indices for g in gradients], 0),
                                gradients[0].dense_shape)
    return tf.add_n([tf.convert_to_tensor(g) for g in gradients])


class Backward(object):
    """The gradient of one loop.

    Args:
      saved: what the forward loop says of its step.
      length: number of steps.
      flow: the forward loop's final flow.
      inputs: tensors [T, ...]; arrays: their `Reader`s.
      state: flat initial state.
    """

    def __init__(self, saved, length, flow, inputs, arrays, state):
        self._saved, self._plan = saved, saved.plan
        self._length, self._flow = length, flow
        self._inputs, self._arrays, self._state = inputs, arrays, state
        self._batch_size = None
        self._externals = collections.OrderedDict()
        for name, outer in self._plan.externals.items():
            if outer.dtype.is_floating:
                self._externals.setdefault(outer.name, outer)

    def attach(self, outputs, finals):
        """`outputs` and `finals` with this gradient."""
        results = outputs + finals
        sources = self._inputs + self._state + list(self._externals.values())
        # A tensor that comes in twice has one gradient, the sum.
        given = list(collections.OrderedDict(
            (t.name, t) for t in sources if t.dtype.is_floating).values())
        count = len(results)

        def gradient(*grads):
            # What has no device goes to the first task of a cluster, a parameter server.
            task = tf.device(task_of(wrapped[0].op.device))
            with without_colocation(), task, tf.name_scope("backward"):
                found = self._gradients(grads[:len(outputs)], grads[len(outputs):count])
            return [None] * count + _once([found.get(t.name) for t in given], given)

        wrapped = hand_written(results + given, gradient)
        return list(wrapped[:len(outputs)]), list(wrapped[len(outputs):count])

    def _kept(self, tensor, index):
        value = tf.raw_ops.TensorArrayReadV3(
            handle=self._saved.handles[tensor.name], index=index, flow_in=self._flow,
            dtype=tensor.dtype)
        value.set_shape(tensor.shape)
        return value

    def _gradients(self, output_grads, final_grads):
        """Gradients by name of the input, state or outside tensor; absent: none."""
        saved, plan = self._saved, self._plan
        output_arrays = []
        for value, grad in zip(saved.outputs, output_grads):
            array = None
            if grad is not None and value.name in plan.differentiable:
                grad = tf.convert_to_tensor(grad)
                grad.set_shape(tf.TensorShape([self._length]).concatenate(value.shape))
                array = Reader(grad, self._length)
            output_arrays.append(array)
        floats = self._live_states(
            [value for value, array in zip(saved.outputs, output_arrays) if array is not None],
            final_grads)
        start = [tf.zeros_like(self._state[i]) if final_grads[i] is None
                 else tf.convert_to_tensor(final_grads[i]) for i in floats]
        step = _Step(self, plan, saved)
        accumulated = step.accumulated
        zeros = [tf.zeros_like(self._externals[name]) for name in accumulated]
        trace = {}

        def body(index, writer, *values):
            state_grads, sums = values[:len(floats)], values[len(floats):]
            for grad, i in zip(state_grads, floats):
                grad.set_shape(saved.state[i].shape)
            pairs = [(value, array.read(index)) for value, array
                     in zip(saved.outputs, output_arrays) if array is not None]
            pairs += [(saved.new_state[i], grad) for grad, i in zip(state_grads, floats)]
            found = step.differentiate(index, pairs)
            trace["taps"] = [
                (tap, writer.write(grad), grad.shape,
                 [None if value is None else writer.write(value) for value in values])
                for tap, grad, values in step.taps]
            trace["inputs"] = {
                leaf.name: (writer.write(found[leaf.name]), leaf)
                for leaf in saved.inputs if found.get(leaf.name) is not None}
            trace["found"] = {name for name in accumulated if found.get(name) is not None}
            new_state_grads = [
                tf.zeros_like(grad) if found.get(saved.state[i].name) is None
                else found[saved.state[i].name] for grad, i in zip(state_grads, floats)]
            return new_state_grads + [
                total if found.get(name) is None else total + found[name]
                for name, total in zip(accumulated, sums)]

        flow, finals = run_loop(self._length, body, start + zeros, backwards=True)
        result = {}
        for leaf, x in zip(saved.inputs, self._inputs):
            if leaf.name in trace["inputs"]:
                handle, _ = trace["inputs"][leaf.name]
                result[x.name] = _sum([result.get(x.name), gather(
                    handle, self._length, flow, leaf.dtype, leaf.shape)])
        for final, i in zip(finals, floats):
            final.set_shape(self._state[i].shape)
            name = self._state[i].name
            result[name] = _sum([result.get(name), final])
        for final, name in zip(finals[len(floats):], accumulated):
            if name in trace["found"]:
                final.set_shape(self._externals[name].shape)
                result[name] = _sum([result.get(name), final])
        stacks = {}

        def stacked(handle, flow, dtype, shape):
            if handle.name not in stacks:
                stacks[handle.name] = gather(handle, self._length, flow, dtype, shape)
            return stacks[handle.name]

        for tap, handle, shape, value_handles in trace["taps"]:
            name = tap.external.name
            with tf.device(tap.device):
                total = tap.total(stacked(handle, flow, tap.dtype, shape), [
                    self._all_of(value, value_handle, flow, stacked)
                    for value, value_handle in zip(tap.values, value_handles)])
                result[name] = _sum([result.get(name), total])
        return result

    def _live_states(self, outputs, final_grads):
        """Positions of the states that a gradient comes to; the others' gradients are None."""
        saved, plan = self._saved, self._plan
        live = {i for i, (value, grad) in enumerate(zip(saved.state, final_grads))
                if grad is not None and value.dtype.is_floating}
        known = None
        while live != known:
            known = set(live)
            reached = plan.reached(outputs + [saved.new_state[i] for i in known])
            live.update(i for i, leaf in enumerate(saved.state)
                        if leaf.name in reached and leaf.dtype.is_floating)
        return sorted(live)

    def _all_of(self, value, handle, flow, stacked):
        """All steps of a tensor of the forward step."""
        for leaf, x in zip(self._saved.inputs, self._inputs):
            if leaf.name == value.name:
                return x
        if handle is not None:
            return stacked(handle, flow, value.dtype, value.shape)
        return stacked(self._saved.handles[value.name], self._flow, value.dtype, value.shape)

    def batch_size(self):
        """Scalar tensor, the size that the graph doesn't know."""
        if self._batch_size is None:
            self._batch_size = self._find_batch_size()
        return self._batch_size

    def _find_batch_size(self):
        for tensor, axis in [(x, 1) for x in self._inputs] + [(x, 0) for x in self._state]:
            if tensor.shape.ndims > axis and tf.dimension_value(tensor.shape[axis]) is None:
                return tf.shape(tensor)[axis]

    def available(self, value):
        """Whether all steps of `value` can be had without writing it down on the way back."""
        return (any(leaf.name == value.name for leaf in self._saved.inputs)
                or value.name in self._saved.handles)


class _Tap(object):
    """A place in the step whose gradient is collected for one outside tensor.

    Attributes:
      external: the outside tensor.
      values: forward tensors whose steps the total needs too.
    """

    def __init__(self, external, values, op):
        self.external, self.values = external, values
        self.dtype, self.device = op.outputs[0].dtype, op.device


class _BiasTap(_Tap):
    def total(self, grads, _):
        return tf.reduce_sum(flat_steps(grads), 0)


class _ProductTap(_Tap):
    """Of y = a·W, or a·W^T; a may be several tensors side by side."""

    def __init__(self, external, values, op):
        super(_ProductTap, self).__init__(external, values, op)
        self._transposed = op.get_attr("transpose_b")

    def total(self, grads, values):
        dy = flat_steps(grads)
        if self._transposed:
            return concat([tf.matmul(dy, flat_steps(a), transpose_a=True) for a in values], 1)
        return concat([tf.matmul(flat_steps(a), dy, transpose_a=True) for a in values], 0)


class _LookupTap(_Tap):
    def total(self, grads, values):
        shape = tf.shape(self.external)
        return tf.IndexedSlices(
            tf.reshape(grads, tf.concat([[-1], shape[1:]], 0)), tf.reshape(values[0], [-1]), shape)


class _BatchedProductTap(_Tap):
    """Of y[b] = a[b]·W[b], or a[b]·W[b]^T, for every example b."""

    def __init__(self, external, values, op):
        super(_BatchedProductTap, self).__init__(external, values, op)
        self._transposed = op.get_attr("adj_y")

    def total(self, grads, values):
        # [T, batch, 1, n] as [batch, T, n]: every step is one row of the products summed.
        a, dy = [tf.transpose(tf.squeeze(x, 2), [1, 0, 2]) for x in (values[0], grads)]
        if self._transposed:
            a, dy = dy, a
        return tf.matmul(a, dy, transpose_a=True)


class _Lazy(object):
    """Sequence of what stands for forward tensors, found or computed when one is asked for."""

    def __init__(self, find, tensors):
        self._find, self._tensors = find, list(tensors)

    def __len__(self):
        return len(self._tensors)

    def __getitem__(self, number):
        found = self._tensors[number]
        return [self._find(t) for t in found] if isinstance(number, slice) else self._find(found)


class _Step(object):
    """The gradient of one step, from its last operation to its first.

    Values of the forward step are read, or computed again, when a gradient asks for them.
    """

    def __init__(self, owner, plan, saved):
        self._owner, self._plan, self._saved = owner, plan, saved
        self._kinds = {op.name: self._kind(op) for op in plan.again}
        self._rights, self._vectors = {}, {}
        # Outside tensors whose gradients are added up step by step.
        self.accumulated = []
        for op in plan.again:
            for position, tensor in enumerate(op.inputs):
                outer = plan.externals.get(tensor.name)
                if (outer is not None and outer.dtype.is_floating
                        and not self._is_tapped(op, position)
                        and outer.name not in self.accumulated):
                    self.accumulated.append(outer.name)
        for tensor in saved.new_state:
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
                found[outer.name] = _sum([found.get(outer.name), grad])
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
        before, size, whole = [self._vector(sizes) for sizes in (begin, size, shape)]
        return tf.pad(piece.value, tf.stack([before, whole - before - size], 1))

    def _vector(self, sizes, dtype=tf.int32):
        """A size, or a list of them, as a tensor made outside the loop."""
        key = (tuple(sizes) if isinstance(sizes, list) else sizes, dtype)
        if key not in self._vectors:
            flat = sizes if isinstance(sizes, list) else [sizes]
            if not any(isinstance(size, Batch) for size in flat):
                self._vectors[key] = constant(sizes, dtype)
            else:
                with outside_of(control_flow_context(tf.get_default_graph())):
                    flat = [self._scalar(size) for size in flat]
                    self._vectors[key] = tf.cast(
                        tf.stack(flat) if isinstance(sizes, list) else flat[0], dtype)
        return self._vectors[key]

    def _scalar(self, size):
        if not isinstance(size, Batch):
            return constant(size)
        scalar = self._owner.batch_size()
        if size.times != 1:
            scalar = scalar * constant(size.times)
        return scalar + constant(size.plus) if size.plus else scalar

    def _value(self, tensor):
        """What stands for a forward tensor here."""
        plan, owner = self._plan, self._owner
        name = tensor.name
        if name in self._now:
            return self._now[name]
        number = next((i for i, leaf in enumerate(self._saved.inputs) if leaf.name == name), None)
        if number is not None:
            value = owner._arrays[number].read(self._index)
        elif name in plan.externals:
            value = plan.externals[name]
        elif name in self._saved.handles:
            value = owner._kept(tensor, self._index)
        elif plan.shapes.value(tensor) is not None:
            value = self._vector(plan.shapes.value(tensor), tensor.dtype)
        else:
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
            self._tap(_LookupTap, op, [op.inputs[1]], grads[0])
            return []
        if kind == "bias":
            self._tap(_BiasTap, op, [], grads[0])
            return [grads[0]]
        if kind == "product":
            self._tap(_ProductTap, op, self._side_by_side(op.inputs[0]), grads[0])
            return [matmul(grads[0], self._right(op))
                    if self._plan.is_differentiable(op.inputs[0]) else None]
        if kind == "batched product":
            self._tap(_BatchedProductTap, op, list(op.inputs)[:1], grads[0])
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
            return gradient_by_output(op, _Lazy(self._value, op.inputs),
                                      _Lazy(self._value, op.outputs), grads,
                                      [self._plan.is_differentiable(t) for t in op.inputs])
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
