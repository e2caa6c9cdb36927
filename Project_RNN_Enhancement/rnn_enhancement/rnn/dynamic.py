"""A cell over a tensor of inputs: one step in the graph, in a loop."""
from ..arguments import graph_function
from ..cells.base import assert_like_rnncell
from ..loops.steps import AllSteps
from ..tf1 import (is_control_flow_classic, is_keras_cell, private_rnn, quiet_deprecations,
                   static_dimension, tf, undeprecated)
from ..unrolling.policy import loop_if_faithful
from ..unrolling.scan import scan
from .running import initial_state_of, masked_step, reversed_in_time, steps_going_on
from .states import as_cell_state

__all__ = ["dynamic_rnn", "bidirectional_dynamic_rnn"]

_dynamic_rnn = undeprecated(tf.nn.dynamic_rnn)


@graph_function
def dynamic_rnn(cell, inputs, sequence_length=None, initial_state=None, dtype=None,
                parallel_iterations=None, swap_memory=False, time_major=False, scope=None):
    """Runs `cell` over a tensor of inputs.

    Args:
      cell: an RNN cell.
      inputs: tensor [batch, time, ...], or [time, batch, ...] if `time_major` (nested too).
      sequence_length: int tensor [batch]; past its end outputs are zero and the state stays.
      initial_state: state in the cell's structure, or one tensor [batch, sum of sizes].
      dtype: of the zero state.
      parallel_iterations, swap_memory: of the loop.
      time_major: order of the first two dimensions of inputs and outputs.
      scope: variable scope or name; "rnn" by default.

    Returns:
      (outputs [batch, time, output_size] or time-major, final state).

    Raises:
      TypeError: if `cell` is no cell.
      ValueError: if `inputs` is empty, or neither `initial_state` nor `dtype` is given.
    """
    initial_state = as_cell_state(cell, initial_state)

    def as_stock():
        with quiet_deprecations():
            return _dynamic_rnn(
                cell, inputs, sequence_length=sequence_length, initial_state=initial_state,
                dtype=dtype, parallel_iterations=parallel_iterations, swap_memory=swap_memory,
                time_major=time_major, scope=scope)
    if (swap_memory or parallel_iterations is not None or not is_control_flow_classic()
            or is_keras_cell(cell)):
        return as_stock()
    return loop_if_faithful(
        _number_of_steps(inputs, time_major), _with_known_length, as_stock,
        cell, inputs, sequence_length, initial_state, dtype, time_major, scope)


def _number_of_steps(inputs, time_major):
    """The length of time; 0 where the graph doesn't know it or TensorFlow objects to inputs."""
    lengths = set()
    for tensor in tf.nest.flatten(inputs):
        if not tf.is_tensor(tensor) or tensor.shape.ndims is None or tensor.shape.ndims < 2 or (
                None in tensor.shape.as_list()[2:]):
            return 0
        lengths.add(static_dimension(tensor, 0 if time_major else 1))
    return (lengths.pop() or 0) if len(lengths) == 1 else 0


def _with_known_length(cell, inputs, sequence_length, initial_state, dtype, time_major, scope):
    """`dynamic_rnn` in the loop that `static_rnn` has, to the same bits."""
    assert_like_rnncell("cell", cell)
    with tf.variable_scope(scope or "rnn") as scope:
        if scope.caching_device is None:
            scope.set_caching_device(lambda op: op.device)
        flat = tf.nest.flatten(inputs)
        if not time_major:
            flat = [private_rnn._transpose_batch_time(tf.convert_to_tensor(x)) for x in flat]
        length = static_dimension(flat[0], 0)
        steps = [AllSteps.of(x) for x in flat]
        state = initial_state_of(cell, initial_state, flat[0][0], dtype)
        going_on = None
        if sequence_length is not None:
            going_on = steps_going_on(sequence_length, length, tf.shape(flat[0])[1])
        step, steps = masked_step(cell, inputs, steps, going_on)
        outputs, state = scan(step, steps, state, length)
        if not time_major:
            outputs = tf.nest.map_structure(private_rnn._transpose_batch_time, outputs)
        return outputs, state


@graph_function
def bidirectional_dynamic_rnn(cell_fw, cell_bw, inputs, sequence_length=None,
                              initial_state_fw=None, initial_state_bw=None, dtype=None,
                              parallel_iterations=None, swap_memory=False, time_major=False,
                              scope=None):
    """Runs one cell forwards and another backwards over a tensor of inputs.

    Arguments as in `dynamic_rnn`, for each direction; `scope` is "bidirectional_rnn" by default.

    Returns:
      ((outputs fw, outputs bw), (final state fw, final state bw)).

    Raises:
      TypeError, ValueError: as `dynamic_rnn`.
    """
    assert_like_rnncell("cell_fw", cell_fw)
    assert_like_rnncell("cell_bw", cell_bw)

    def backwards(tensor):
        return reversed_in_time(tensor, sequence_length, *((0, 1) if time_major else (1, 0)))

    with tf.variable_scope(scope or "bidirectional_rnn"):
        with tf.variable_scope("fw") as fw_scope:
            outputs_fw, state_fw = dynamic_rnn(
                cell_fw, inputs, sequence_length, initial_state_fw, dtype, parallel_iterations,
                swap_memory, time_major, fw_scope)
        with tf.variable_scope("bw") as bw_scope:
            outputs_bw, state_bw = dynamic_rnn(
                cell_bw, tf.nest.map_structure(backwards, inputs), sequence_length,
                initial_state_bw, dtype, parallel_iterations, swap_memory, time_major, bw_scope)
        outputs_bw = tf.nest.map_structure(backwards, outputs_bw)
    return (outputs_fw, outputs_bw), (state_fw, state_bw)
