"""A while loop over time, and the arrays that bring values of its steps in and out."""
from ..tf1 import classic_control_flow, control_flow_context, outside_of, tf
from .constants import constant
from .lengths import number_of, numbers_of, static_length

__all__ = ["Reader", "Writer", "gather", "run_loop"]


class Writer(object):
    """Keeps values of a loop's steps in arrays that are made as they are needed.

    Args:
      context: the loop's control flow context.
      index: scalar tensor, the step.
      length: int or scalar tensor, number of steps.
      flow: the loop variable that orders the writes before what reads after the loop.
    """

    def __init__(self, context, index, length, flow):
        self._context, self._index, self._length, self._flow = context, index, length, flow
        self._handles, self._flows = {}, []

    def write(self, value):
        """Writes `value` of this step; returns the array's handle."""
        if value.name not in self._handles:
            with tf.device(value.device):
                with outside_of(self._context):
                    handle = _array(value.dtype, self._length, value.shape)
                self._flows.append(tf.raw_ops.TensorArrayWriteV3(
                    handle=handle, index=self._index, value=value, flow_in=self._flow))
            self._handles[value.name] = handle
        return self._handles[value.name]

    def flow(self):
        """The loop variable's next value."""
        return tf.add_n(self._flows) if self._flows else self._flow


class Reader(object):
    """Gives the steps of a tensor [length, ...] to a loop."""

    def __init__(self, tensor, length):
        self._dtype, self._shape = tensor.dtype, tensor.shape[1:]
        self._handle = _array(tensor.dtype, length, self._shape)
        self._flow = tf.raw_ops.TensorArrayScatterV3(
            handle=self._handle, indices=numbers_of(length), value=tensor,
            flow_in=constant(0.0, tf.float32))

    def read(self, index):
        """The value of step `index`."""
        value = tf.raw_ops.TensorArrayReadV3(
            handle=self._handle, index=index, flow_in=self._flow, dtype=self._dtype)
        value.set_shape(self._shape)
        return value


def _array(dtype, length, shape):
    return tf.raw_ops.TensorArrayV3(size=number_of(length), dtype=dtype,
                                    element_shape=shape, clear_after_read=False).handle


def gather(handle, length, flow, dtype, shape):
    """All steps of an array, [length] + shape."""
    found = tf.raw_ops.TensorArrayGatherV3(
        handle=handle, indices=numbers_of(length), flow_in=flow, dtype=dtype,
        element_shape=shape)
    found.set_shape(tf.TensorShape([static_length(length)]).concatenate(shape))
    return found


def run_loop(length, body, variables, backwards=False):
    """A while loop over `length` steps.

    Args:
      length: int or scalar tensor.
      body: function (step number, writer, *variables) -> new variables.
      variables: list of tensors.
      backwards: whether to count down.

    Returns:
      (final flow, list of final variables).
    """
    graph = tf.get_default_graph()
    first, last = (length - 1, -1) if backwards else (0, length)
    first, last = number_of(first), number_of(last)
    contexts = graph.get_collection_ref(tf.GraphKeys.WHILE_CONTEXT)
    known = len(contexts)

    def step(index, flow, *values):
        writer = Writer(control_flow_context(graph), index, length, flow)
        values = body(index, writer, *values)
        return [index + constant(-1 if backwards else 1), writer.flow()] + list(values)

    shapes = [tf.TensorShape([])] * 2 + [
        tf.TensorShape([None]).concatenate(v.shape[1:]) if v.shape.ndims else v.shape
        for v in variables]
    try:
        with classic_control_flow():
            results = tf.while_loop(lambda index, *_: tf.not_equal(index, last), step,
                                    [first, constant(0.0, tf.float32)] + list(variables),
                                    shape_invariants=shapes)
    except BaseException:
        # Nobody is to save or differentiate the half of a loop.
        del contexts[known:]
        raise
    return hidden(results[1]), [hidden(value) for value in results[2:]]


def hidden(value):
    """`value` such that TensorFlow's gradients don't find the loop it comes from.

    They would prepare every loop on their way, though only the gradient written here goes through
    it, and fail where a loop of theirs is around them (`tf.hessians`).
    """
    if not value.dtype.is_floating:
        return value
    integers = {2: tf.int16, 4: tf.int32, 8: tf.int64}[value.dtype.size]
    return tf.bitcast(tf.bitcast(value, integers), value.dtype)
