"""What running a cell over time takes, whatever form the inputs have."""
from ..loops.steps import AllSteps
from ..tf1 import select_rows, static_dimension, tf

__all__ = ["initial_state_of", "masked_step", "reversed_in_time", "steps_going_on", "zero_state_of"]


def initial_state_of(cell, initial_state, first_input, dtype):
    """`initial_state`, or the cell's zeros for the batch of an input [batch, ...].

    Raises:
      ValueError: if there is neither a state nor a dtype.
    """
    if initial_state is not None:
        return initial_state
    if not dtype:
        raise ValueError("If no initial_state is provided, dtype must be specified")
    batch_size = static_dimension(first_input, 0)
    if batch_size is None:
        batch_size = tf.shape(first_input)[0]
    return zero_state_of(cell, batch_size, dtype)


def zero_state_of(cell, batch_size, dtype):
    """The state that a cell, which may be one of 0.x, starts from."""
    if getattr(cell, "get_initial_state", None) is not None:
        return cell.get_initial_state(inputs=None, batch_size=batch_size, dtype=dtype)
    return cell.zero_state(batch_size, dtype)


def reversed_in_time(steps, sequence_length, time_axis=0, batch_axis=1):
    """A tensor with its steps in the other order: each example's own, or all if `sequence_length` is None."""
    if sequence_length is None:
        return tf.reverse(steps, [time_axis])
    return tf.reverse_sequence(steps, sequence_length, seq_axis=time_axis, batch_axis=batch_axis)


def steps_going_on(sequence_length, length, batch_size=None):
    """`AllSteps` of bools [batch]: whether examples go on at a step.

    Args:
      sequence_length: int tensor [batch].
      length: int, number of steps.
      batch_size: scalar tensor; if given, another number of lengths fails when it is run.

    Raises:
      ValueError: if `sequence_length` is no vector.
    """
    sequence_length = tf.cast(sequence_length, tf.int32)
    if sequence_length.shape.ndims not in (None, 1):
        raise ValueError("sequence_length must be a vector of length batch_size, got shape %s."
                         % sequence_length.shape)

    def make():
        lengths = sequence_length
        if batch_size is not None:
            is_fitting = tf.Assert(tf.equal(tf.size(lengths), batch_size), [
                "Expected shape for sequence_length is [batch size], but saw shape: ",
                tf.shape(lengths), batch_size])
            with tf.control_dependencies([is_fitting]):
                lengths = tf.identity(lengths)
        return tf.transpose(tf.sequence_mask(lengths, length))
    return AllSteps(tf.bool, sequence_length.shape, make)


def masked_step(cell, structure, steps, going_on):
    """A step of `cell` for `scan`, and what it is to be given.

    Args:
      structure: nest that one step's inputs are packed as.
      steps: list of `AllSteps`, one for each tensor of the structure.
      going_on: as `steps_going_on`, or None: past an example's end its outputs are zero and its
        state stays.
    """
    if going_on is None:
        return lambda values, state: cell(tf.nest.pack_sequence_as(structure, values), state), steps

    def step(values, state):
        active = values[-1]
        outputs, new_state = cell(tf.nest.pack_sequence_as(structure, values[:-1]), state)
        tf.nest.assert_same_structure(state, new_state)
        return (tf.nest.map_structure(
                    lambda new: select_rows(active, new, tf.zeros_like(new)), outputs),
                tf.nest.map_structure(lambda new, old: _going_on(active, new, old),
                                      new_state, state))
    return step, steps + [going_on]


def _going_on(active, new, old):
    """The new state of the examples that go on; what all share goes on as long as any does."""
    if new.shape.ndims == 0:
        return tf.where(tf.reduce_any(active), new, old)
    return select_rows(active, new, old)
