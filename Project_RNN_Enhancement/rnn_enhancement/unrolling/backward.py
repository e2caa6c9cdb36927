"""The gradient of a loop over time, as `loops` builds it.

Going backwards, a step is computed again from what the forward loop kept: results of matrix
products, look-ups and random draws are read, the rest (sigmoids, sums) is cheap. A weight's
gradient, sum over t of a_t^T·dy_t, is one product of all a_t and all dy_t after the loop.
"""
import collections

from ..tf1 import tf, without_colocation
from .operations import BY_OUTPUT, LOOKUPS, gradient_by_output, short_gradient
from .products import columns, matmul

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
            "%s is part of a rolled loop that was imported from a meta graph; its gradient was "
            "not exported. Build the model again, or with unroll=\"static\"." % op.name)
    return gradient(*[tf.convert_to_tensor(grad) if isinstance(grad, tf.IndexedSlices) else grad
                      for grad in grads])


def on_device(device, function):
    """`function` such that its operations go to `device`."""
    def placed(*args):
        with tf.device(device):
            return function(*args)
    return placed


def hand_written(values, gradient):
    """`values` as they are, with `gradient` (of their gradients) for the gradients to them."""
    with tf.get_default_graph().gradient_override_map({"IdentityN": _HAND_WRITTEN}):
        results = tf.identity_n(values)
    setattr(results[0].op, _ATTRIBUTE, gradient)
    return results


def _no_second_gradient(*_):
    raise ValueError("A rolled loop has no second-order gradient. Build the model with "
                     "unroll=\"static\" (or set_unroll(\"static\")) to differentiate twice.")


def _once(gradients, sources):
    """`gradients` (None and IndexedSlices allowed) such that their own gradient is an error.

    Args:
      sources: tensors that they depend on.
    """
    tensors = [g.values if isinstance(g, tf.IndexedSlices) else g for g in gradients]
    present = [t for t in tensors if t is not None]
    if not present:
        return gradients
    guarded = iter(hand_written(present + sources, _no_second_gradient))
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


def _rows(tensor):
    """[T, batch, n] as [T * batch, n]."""
    return tf.reshape(tensor, tf.stack([-1, tf.shape(tensor)[2]])
                      if tf.dimension_value(tensor.shape[2]) is None
                      else [-1, tf.dimension_value(tensor.shape[2])])


class Backward(object):
    """The gradient of one rolled loop.

    Args:
      saved: what the forward loop says of its step.
      length: number of steps.
      flow: the forward loop's final flow.
      inputs: tensors [T, ...]; arrays: the same as TensorArrays.
      state: flat initial state.
    """

    def __init__(self, saved, length, flow, inputs, arrays, state):
        self._saved, self._plan = saved, saved.plan
        self._length, self._flow = length, flow
        self._inputs, self._arrays, self._state = inputs, arrays, state
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
            with without_colocation(), tf.name_scope("backward"):
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
        from .loops import gather, run_loop
        saved, plan = self._saved, self._plan
        output_arrays = []
        for value, grad in zip(saved.outputs, output_grads):
            array = None
            if grad is not None and value.name in plan.differentiable:
                grad = tf.convert_to_tensor(grad)
                array = tf.TensorArray(grad.dtype, size=self._length, infer_shape=False,
                                       element_shape=value.shape).unstack(grad)
            output_arrays.append(array)
        floats = [i for i, value in enumerate(saved.state) if value.dtype.is_floating]
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
                 None if value is None else writer.write(value))
                for tap, grad, value in step.taps]
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

        for tap, handle, shape, value_handle in trace["taps"]:
            grads = stacked(handle, flow, tap.dtype, shape)
            name = tap.external.name
            with tf.device(tap.device):
                result[name] = _sum([result.get(name), tap.total(grads, lambda: self._all_of(
                    tap.value, value_handle, flow, stacked))])
        return result

    def _all_of(self, value, handle, flow, stacked):
        """All steps of a tensor of the forward step."""
        for leaf, x in zip(self._saved.inputs, self._inputs):
            if leaf is value:
                return x
        if handle is not None:
            return stacked(handle, flow, value.dtype, value.shape)
        return stacked(self._saved.handles[value.name], self._flow, value.dtype, value.shape)

    def available(self, value):
        """Whether all steps of `value` can be had without writing it down on the way back."""
        return (any(leaf is value for leaf in self._saved.inputs)
                or value.name in self._saved.handles)


class _Tap(object):
    """A place in the step whose gradient is collected for one outside tensor.

    Attributes:
      external: the outside tensor.
      value: forward tensor whose steps the total needs too, or None.
    """

    def __init__(self, external, value, op):
        self.external, self.value = external, value
        self.dtype, self.device = op.outputs[0].dtype, op.device


class _BiasTap(_Tap):
    def total(self, grads, _):
        return tf.reduce_sum(_rows(grads), 0)


class _ProductTap(_Tap):
    """Of y = a·W, or a·W^T."""

    def __init__(self, external, value, op):
        super(_ProductTap, self).__init__(external, value, op)
        self._transposed = op.get_attr("transpose_b")

    def total(self, grads, values):
        a, dy = _rows(values()), _rows(grads)
        if self._transposed:
            a, dy = dy, a
        return tf.matmul(a, dy, transpose_a=True)


class _LookupTap(_Tap):
    def total(self, grads, values):
        shape = tf.shape(self.external)
        return tf.IndexedSlices(
            tf.reshape(grads, tf.concat([[-1], shape[1:]], 0)), tf.reshape(values(), [-1]), shape)


class _Step(object):
    """One step, computed again and differentiated."""

    def __init__(self, owner, plan, saved):
        self._owner, self._plan, self._saved = owner, plan, saved
        self._kinds = {op.name: self._kind(op) for op in plan.again}
        self._rights = {}
        # Outside tensors whose gradients are added up step by step.
        self.accumulated = []
        for op in plan.again:
            for position, tensor in enumerate(op.inputs):
                outer = plan.externals.get(tensor.name)
                if (outer is not None and outer.dtype.is_floating
                        and not self._is_tapped(op, position)
                        and outer.name not in self.accumulated):
                    self.accumulated.append(outer.name)
        for op in plan.again:
            if self._kinds[op.name] == "product" and plan.is_differentiable(op.inputs[0]):
                self._right(op)

    def _kind(self, op):
        plan = self._plan
        if op.type in LOOKUPS and plan.is_differentiable(op.outputs[0]):
            return "lookup" if plan.looks_up(op) else None
        if op.type in BY_OUTPUT:
            kept = op.outputs[BY_OUTPUT[op.type]]
            return "by output" if kept.name in plan.keep else None
        if op.type == "BiasAdd":
            fits = (op.inputs[1].name in plan.externals and op.inputs[0].shape.ndims == 2
                    and op.inputs[0].name not in plan.externals)
            return "bias" if fits else None
        if op.type != "MatMul" or not plan.is_differentiable(op.outputs[0]):
            return None
        width = tf.dimension_value(op.outputs[0].shape[1])
        if (op.inputs[1].name in plan.externals and op.inputs[0].name not in plan.externals
                and not op.get_attr("transpose_a") and width is not None and width >= _NARROW):
            return "product"
        return "inner product"

    def _is_tapped(self, op, position):
        kind = self._kinds[op.name]
        return (kind in ("bias", "product") and position == 1
                or kind == "lookup" and position == 0)

    def _external(self, op):
        tensor = op.inputs[0 if self._kinds[op.name] == "lookup" else 1]
        if op.type == "ResourceGather":
            return self._plan.externals[tensor.name + "/value"]
        return self._plan.externals[tensor.name]

    def _right(self, op):
        """The weight of a product, in columns, as the gradient to the left side needs it."""
        weight, transposed = self._external(op), op.get_attr("transpose_b")
        if (weight.name, transposed) not in self._rights:
            with tf.device(op.device):
                # A product with a transposed right side takes four times as long on CPU as this
                # one transpose and a plain product per step.
                self._rights[weight.name, transposed] = columns(
                    weight if transposed else tf.transpose(weight),
                    tf.dimension_value(op.outputs[0].shape[0]), op.device)
        return self._rights[weight.name, transposed]

    def differentiate(self, index, pairs):
        """Gradients by name of leaf or outside tensor; `taps` is set to (tap, gradient, value).

        Args:
          index: the step.
          pairs: (forward tensor, gradient) for the step's results.
        """
        saved, plan = self._saved, self._plan
        self._now, self.taps, self._index = {}, [], index
        self._lookups = []
        inner = collections.OrderedDict()
        for leaf, array in zip(saved.inputs, self._owner._arrays):
            value = array.read(index)
            value.set_shape(leaf.shape)
            self._now[leaf.name] = value
        for leaf in saved.state:
            if leaf.dtype.is_floating or leaf.name in saved.handles:
                self._now[leaf.name] = self._owner._kept(leaf, index)
        for name, outer in plan.externals.items():
            if outer.dtype.is_floating and outer.name in self.accumulated:
                if outer.name not in inner:
                    inner[outer.name] = tf.identity(outer)
                self._now[name] = inner[outer.name]
            else:
                self._now[name] = outer
        for op in plan.again:
            self._compute(op)
        leaves = [leaf for leaf in saved.inputs + saved.state
                  if leaf.dtype.is_floating and leaf.name in self._now]
        xs = [self._now[leaf.name] for leaf in leaves]
        xs += list(inner.values()) + [value for _, value in self._lookups]
        ys, grad_ys = [], []
        for value, grad in pairs:
            if value.name in plan.differentiable:
                ys.append(self._value(value))
                grad_ys.append(grad)
        grads = tf.gradients(ys, xs, grad_ys) if xs else []
        names = [leaf.name for leaf in leaves] + list(inner)
        found = {name: grad if grad is None else tf.convert_to_tensor(grad)
                 for name, grad in zip(names, grads)}
        for (op, _), grad in zip(self._lookups, grads[len(names):]):
            if grad is not None:
                index = op.inputs[1]
                value = None if self._owner.available(index) else self._value(index)
                self.taps.append((_LookupTap(self._external(op), index, op),
                                  tf.convert_to_tensor(grad), value))
        return found

    def _value(self, tensor):
        """What stands for a forward tensor here."""
        tensor = self._plan.originals.get(tensor.name, tensor)
        if tensor.name not in self._now:
            self._now[tensor.name] = self._owner._kept(tensor, self._index)
        return self._now[tensor.name]

    def _compute(self, op):
        kind = self._kinds[op.name]
        with tf.device(op.device):
            if kind == "lookup":
                # From the outside tensor itself: what it gets as gradient goes by the tap.
                self._copy(op, [self._plan.externals[op.inputs[0].name]]
                           + [self._value(t) for t in op.inputs[1:]])
                self._lookups.append((op, self._now[op.outputs[0].name]))
            elif kind == "by output":
                self._by_output(op)
            elif kind == "product":
                self._now[op.outputs[0].name] = self._product(op)
            elif kind == "inner product":
                self._now[op.outputs[0].name] = self._inner_product(op)
            elif kind == "bias":
                self._now[op.outputs[0].name] = self._bias(op)
            else:
                self._copy(op)

    def _copy(self, op, inputs=None):
        """`op` on what stands for its inputs, or on `inputs`."""
        attributes = {name: value for name, value in op.node_def.attr.items() if name != "_class"}
        if inputs is None:
            inputs = [self._value(t) for t in op.inputs]
        gradient = None
        if "_gradient_op_type" not in attributes or op.device:
            gradient = short_gradient(op, inputs, self._plan.shapes,
                                      self._plan.is_differentiable)
        if gradient is not None:
            attributes["_gradient_op_type"] = tf.AttrValue(s=_HAND_WRITTEN.encode())
        graph = tf.get_default_graph()
        copied = graph.create_op(
            op.type, inputs, [t.dtype for t in op.outputs], name=op.name.split("/")[-1],
            attrs=attributes, op_def=op.op_def)
        if gradient is not None:
            setattr(copied, _ATTRIBUTE, on_device(op.device, gradient))
        for old, new in zip(op.outputs, copied.outputs):
            new.set_shape(old.shape)
            self._now[old.name] = new

    def _by_output(self, op):
        number = BY_OUTPUT[op.type]
        inputs = [self._value(t) for t in op.inputs]
        outputs = [self._owner._kept(t, self._index) if i == number or t.name in self._plan.keep
                   else None for i, t in enumerate(op.outputs)]
        if None in outputs:
            again = tf.get_default_graph().create_op(
                op.type, inputs, [t.dtype for t in op.outputs], name=op.name.split("/")[-1],
                attrs={name: value for name, value in op.node_def.attr.items()
                       if name != "_class"}, op_def=op.op_def)
            outputs = [new if kept is None else kept
                       for kept, new in zip(outputs, again.outputs)]
        stand = [tf.stop_gradient(value) for value in outputs]

        def gradient(*grads):
            with tf.device(op.device):
                found = gradient_by_output(op, inputs, stand, grads[:len(stand)])
            return [None] * len(stand) + found
        for old, new in zip(op.outputs, hand_written(stand + inputs, gradient)):
            new.set_shape(old.shape)
            self._now[old.name] = new

    def _tap(self, tap, grad, value):
        if tap.value is None or self._owner.available(tap.value):
            value = None
        self.taps.append((tap, grad, value))

    def _bias(self, op):
        value = self._value(op.inputs[0])
        outer = self._external(op)
        tap = _BiasTap(outer, None, op)
        sums = tf.stop_gradient(tf.nn.bias_add(value, outer))

        def gradient(grad, _):
            self._tap(tap, grad, None)
            return None, grad
        return hand_written([sums, value], gradient)[0]

    def _product(self, op):
        left = self._value(op.inputs[0])
        result = self._result(op)
        outer = self._external(op)
        tap = _ProductTap(outer, op.inputs[0], op)
        through = self._plan.is_differentiable(op.inputs[0])

        def gradient(grad, _):
            with tf.device(op.device):
                self._tap(tap, grad, left)
                return None, matmul(grad, self._right(op)) if through else None
        return hand_written([result, left], gradient)[0]

    def _result(self, op):
        """What `op` gave: kept, or multiplied again, which is run only if something reads it."""
        if op.outputs[0].name in self._plan.keep:
            return self._owner._kept(op.outputs[0], self._index)
        return tf.stop_gradient(tf.matmul(
            self._value(op.inputs[0]), self._value(op.inputs[1]),
            transpose_a=op.get_attr("transpose_a"), transpose_b=op.get_attr("transpose_b")))

    def _inner_product(self, op):
        left, right = self._value(op.inputs[0]), self._value(op.inputs[1])
        result = self._result(op)
        flip_left, flip_right = op.get_attr("transpose_a"), op.get_attr("transpose_b")
        wants = [self._plan.is_differentiable(t) for t in op.inputs]

        def gradient(grad, *_):
            to_left = to_right = None
            with tf.device(op.device):
                if wants[0]:
                    to_left = (tf.matmul(right, grad, transpose_a=flip_right, transpose_b=True)
                               if flip_left else
                               tf.matmul(grad, right, transpose_b=not flip_right))
                if wants[1]:
                    to_right = (tf.matmul(grad, left, transpose_a=True, transpose_b=flip_left)
                                if flip_right else
                                tf.matmul(left, grad, transpose_a=not flip_left))
            return None, to_left, to_right
        return hand_written([result, left, right], gradient)[0]
