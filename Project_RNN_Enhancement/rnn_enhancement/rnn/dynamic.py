"""A cell over a tensor of inputs: one step in the graph, in a loop."""
from ..arguments import graph_function
from ..tf1 import quiet_deprecations, tf, undeprecated
from .states import as_cell_state

__all__ = ["dynamic_rnn", "bidirectional_dynamic_rnn"]

_dynamic_rnn = undeprecated(tf.nn.dynamic_rnn)
_bidirectional_dynamic_rnn = undeprecated(tf.nn.bidirectional_dynamic_rnn)


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
    with quiet_deprecations():
        return _dynamic_rnn(
            cell, inputs, sequence_length=sequence_length,
            initial_state=as_cell_state(cell, initial_state), dtype=dtype,
            parallel_iterations=parallel_iterations, swap_memory=swap_memory,
            time_major=time_major, scope=scope)


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
    with quiet_deprecations():
        return _bidirectional_dynamic_rnn(
            cell_fw, cell_bw, inputs, sequence_length=sequence_length,
            initial_state_fw=as_cell_state(cell_fw, initial_state_fw),
            initial_state_bw=as_cell_state(cell_bw, initial_state_bw), dtype=dtype,
            parallel_iterations=parallel_iterations, swap_memory=swap_memory,
            time_major=time_major, scope=scope)
