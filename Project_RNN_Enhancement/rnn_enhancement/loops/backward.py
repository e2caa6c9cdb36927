"""The gradient of a loop over time, as `emit` builds it.

Going backwards, a step is computed again from what the forward loop kept: results of matrix
products, look-ups and random draws are read, the rest (sigmoids, sums) is cheap. A weight's
gradient, sum over t of a_t^T·dy_t, is one product of all a_t and all dy_t after the loop.
"""
import collections

from ..placement import task_of
from ..tf1 import quiet_deprecations, tf, without_colocation
from .lengths import static_length
from .sizes import BatchSize
from .step_gradient import StepGradient
from .taps import sum_of
from .while_loop import gather, Reader, run_loop

__all__ = ["Backward", "Saved", "hand_written"]

_HAND_WRITTEN = "ProjectRNNEnhancementHandWritten"
_ATTRIBUTE = "_project_rnn_enhancement_gradient"

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


class Backward(object):
    """The gradient of one loop.

    Args:
      saved: what the forward loop says of its step.
      length: int or scalar tensor, number of steps.
      flow: the forward loop's final flow.
      inputs: tensors [T, ...]; arrays: their `Reader`s.
      state: flat initial state.
    """

    def __init__(self, saved, length, flow, inputs, arrays, state):
        self._saved, self._plan = saved, saved.plan
        self._length, self._flow = length, flow
        self._inputs, self._arrays, self._state = inputs, arrays, state
        # Names of the step's inputs -> which of them.
        self._numbers = {leaf.name: i for i, leaf in enumerate(saved.inputs)}
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
            with quiet_deprecations(), without_colocation(), task, tf.name_scope("backward"):
                found = self._gradients(grads[:len(outputs)], grads[len(outputs):count])
            return [None] * count + _once([found.get(t.name) for t in given], given)

        wrapped = hand_written(results + given, gradient)
        return list(wrapped[:len(outputs)]), list(wrapped[len(outputs):count])

    def read(self, tensor, index):
        """What is kept of a tensor of the forward step `index`; None: nothing."""
        if tensor.name in self._numbers:
            return self._arrays[self._numbers[tensor.name]].read(index)
        if tensor.name not in self._saved.handles:
            return None
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
                grad.set_shape(tf.TensorShape([static_length(self._length)]).concatenate(
                    value.shape))
                array = Reader(grad, self._length)
            output_arrays.append(array)
        floats = self._live_states(
            [value for value, array in zip(saved.outputs, output_arrays) if array is not None],
            final_grads)
        start = [tf.zeros_like(self._state[i]) if final_grads[i] is None
                 else tf.convert_to_tensor(final_grads[i]) for i in floats]
        # Made anew for each gradient: one may be taken inside a user's loop, the next outside.
        sizes = BatchSize(self._inputs, self._state)
        step = StepGradient(self, plan, saved, sizes)
        accumulated = step.accumulated
        zeros = [tf.zeros_like(self._externals[name]) for name in accumulated]
        trace = {}

        def body(index, writer, *values):
            state_grads, sums = values[:len(floats)], values[len(floats):]
            for grad, i in zip(state_grads, floats):
                grad.set_shape(saved.state[i].shape)
            pairs = [(value, array.read(index)) for value, array
                     in zip(saved.outputs, output_arrays) if array is not None]
            # After the only step nothing comes but what follows the loop.
            pairs += [(saved.new_state[i], grad) for grad, i in zip(state_grads, floats)
                      if static_length(self._length) != 1 or final_grads[i] is not None]
            found = step.differentiate(index, pairs)
            trace["taps"] = [
                (tap, writer.write(grad), grad.shape,
                 [None if value is None else writer.write(value) for value in values])
                for tap, grad, values in step.taps]
            trace["inputs"] = {
                leaf.name: writer.write(found[leaf.name])
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
                result[x.name] = sum_of([result.get(x.name), gather(
                    trace["inputs"][leaf.name], self._length, flow, leaf.dtype, leaf.shape)])
        for final, i in zip(finals, floats):
            final.set_shape(self._state[i].shape)
            name = self._state[i].name
            result[name] = sum_of([result.get(name), final])
        for final, name in zip(finals[len(floats):], accumulated):
            if name in trace["found"]:
                final.set_shape(self._externals[name].shape)
                result[name] = sum_of([result.get(name), final])
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
                result[name] = sum_of([result.get(name), total])
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
        if value.name in self._numbers:
            return self._inputs[self._numbers[value.name]]
        if handle is not None:
            return stacked(handle, flow, value.dtype, value.shape)
        return stacked(self._saved.handles[value.name], self._flow, value.dtype, value.shape)

    def available(self, value):
        """Whether all steps of `value` can be had without writing it down on the way back."""
        return value.name in self._numbers or value.name in self._saved.handles
