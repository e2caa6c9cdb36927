"""Decoding of given inputs: the number of steps is known before, so that a loop of ours runs them."""
from ..loops.refused import Refused
from ..loops.steps import AllSteps
from ..tf1 import select_rows, static_dimension, tf
from ..unrolling.scan import scan
from .checks import state_of_batch

__all__ = ["run_given"]


def run_given(cell, output_layer, inputs, sequence_length, state, output_shape, output_dtype,
              impute_finished, maximum_iterations):
    """What the steps of a `BasicDecoder` with a `TrainingHelper` give.

    Args:
      cell: the cell; output_layer: the decoder's, or None.
      inputs: nest of tensors [time, batch, ...].
      sequence_length: integer tensor [batch].
      state: initial state.
      output_shape: `TensorShape` or int, the outputs' without the batch.
      output_dtype: of the outputs.
      impute_finished: as in `dynamic_decode`.
      maximum_iterations: int32 scalar tensor, or None.

    Returns:
      (outputs [time, batch, n], samples int32 [time, batch], final state, int32 lengths [batch]).

    Raises:
      Refused: in a rehearsal, if the loop would not do what `tf.while_loop` does.
    """
    if not sequence_length.dtype.is_integer:
        raise Refused("lengths", "sequence_length holds no integers.")
    flat = tf.nest.flatten(inputs)
    # An example ends at its first step if its length is negative.
    ends = tf.cast(sequence_length, tf.int64)
    ends = select_rows(tf.equal(ends, 0), ends, tf.maximum(ends, 1))
    count = _number_of_steps(ends, flat, maximum_iterations)
    # A loop has a step at least; what it gives is left out where there is none to make.
    length = tf.maximum(count, 1)
    state = tf.nest.map_structure(
        lambda part: part if isinstance(part, tf.TensorArray) else tf.convert_to_tensor(part),
        state)
    state = state_of_batch(state, tf.size(sequence_length))
    expected = tf.TensorShape([None]).concatenate(output_shape)

    def step(values, state):
        outputs, new_state = cell(tf.nest.pack_sequence_as(inputs, values[:len(flat)]), state)
        if output_layer is not None:
            outputs = output_layer(outputs)
        _check_outputs(outputs, expected, output_dtype)
        tf.nest.assert_same_structure(state, new_state)
        if not impute_finished:
            return outputs, new_state
        finished = values[-1]
        return (select_rows(finished, tf.zeros_like(outputs), outputs),
                tf.nest.map_structure(
                    lambda new, old: new if new.shape.ndims == 0
                    else select_rows(finished, old, new), new_state, state))
    steps = [_first(part, length) for part in flat]
    if impute_finished:
        steps.append(AllSteps(tf.bool, ends.shape, lambda: tf.range(
            tf.cast(length, tf.int64))[:, None] >= ends[None]))
    outputs, final = scan(step, steps, state, length, instead_of_copies=False)
    has_steps = count > 0
    final = tf.nest.map_structure(
        lambda new, old: tf.raw_ops.Select(condition=has_steps, x=new, y=old), final, state)
    outputs = outputs[:count]
    # Outputs past an example's end are zeros, so that their arg-max is zero too.
    samples = tf.argmax(outputs, axis=-1, output_type=tf.int32)
    return outputs, samples, final, tf.cast(tf.minimum(ends, tf.cast(count, tf.int64)), tf.int32)


def _number_of_steps(ends, inputs, maximum_iterations):
    """How many steps there are to make, an int32 scalar."""
    longest = tf.reduce_max(tf.concat([[tf.constant(0, tf.int64)], ends], 0))
    count, needed = longest, longest
    if maximum_iterations is not None:
        most = tf.maximum(tf.cast(maximum_iterations, tf.int64), 0)
        count = tf.minimum(longest, most)
        # The step after the last one is given its input too.
        needed = tf.minimum(longest, most + 1)
    given = tf.reduce_min([tf.shape(part)[0] for part in inputs])
    enough = tf.assert_less_equal(
        tf.cast(tf.minimum(needed, tf.int32.max), tf.int32), given, message=(
            "sequence_length of TrainingHelper has a length beyond the steps of the inputs."))
    with tf.control_dependencies([enough]):
        count = tf.cast(count, tf.int32)
    # The graph isn't to work it out from constant lengths: shapes tell no more than after a loop of
    # TensorFlow's.
    return tf.placeholder_with_default(count, [])


def _first(tensor, length):
    """`AllSteps` of the first steps of a tensor [time, batch, ...]."""
    return AllSteps(tensor.dtype, tensor.shape[1:], lambda: tensor[:length])


def _check_outputs(outputs, expected, dtype):
    """Refused for outputs that `dynamic_decode` has other ways, or an error, for."""
    if not tf.is_tensor(outputs) or outputs.shape.ndims != 2 or outputs.dtype != dtype.base_dtype or (
            not outputs.shape.is_compatible_with(expected)) or (
                not static_dimension(outputs, 1)):
        raise Refused("outputs", "the outputs are no matrix of the size and dtype that the decoder "
                      "says.")
