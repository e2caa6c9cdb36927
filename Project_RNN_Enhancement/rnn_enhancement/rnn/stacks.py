"""Stacks of bidirectional layers: each layer sees both directions of the one below."""
from ..arguments import graph_function
from ..tf1 import tf
from ..unrolling.policy import takes_unroll
from .dynamic import bidirectional_dynamic_rnn
from .static import static_bidirectional_rnn

__all__ = ["stack_bidirectional_dynamic_rnn", "stack_bidirectional_rnn"]


def _checked(cells_fw, cells_bw, initial_states_fw, initial_states_bw):
    """The initial states as lists, one for each layer.

    Raises:
      ValueError: if what should be a list with one entry per layer isn't.
    """
    for name, cells in (("cells_fw", cells_fw), ("cells_bw", cells_bw)):
        if not isinstance(cells, list) or not cells:
            raise ValueError("%s must be a list of cells, one per layer, got %r." % (name, cells))
    if len(cells_fw) != len(cells_bw):
        raise ValueError("cells_fw and cells_bw must be as many, got %d and %d."
                         % (len(cells_fw), len(cells_bw)))
    result = []
    for name, states in (("initial_states_fw", initial_states_fw),
                         ("initial_states_bw", initial_states_bw)):
        if states is None:
            states = [None] * len(cells_fw)
        elif not isinstance(states, list) or len(states) != len(cells_fw):
            raise ValueError("%s must be a list of %d states, one per layer, got %r."
                             % (name, len(cells_fw), states))
        result.append(states)
    return result


@graph_function
@takes_unroll()
def stack_bidirectional_rnn(cells_fw, cells_bw, inputs, initial_states_fw=None,
                            initial_states_bw=None, dtype=None, sequence_length=None, scope=None):
    """Layers of `static_bidirectional_rnn`, Graves et al. 2013, arXiv:1303.5778.

    Args:
      cells_fw, cells_bw: lists of RNN cells, one per layer and direction.
      inputs: list of T tensors [batch, input_size].
      initial_states_fw, initial_states_bw: lists of states, one per layer; zeros by default.
      dtype, sequence_length: as in `static_rnn`.
      scope: variable scope or name; "stack_bidirectional_rnn" by default.

    Returns:
      (list of T outputs [batch, size fw + size bw] of the last layer, tuple of the layers' final
      states fw, the same of bw).

    Raises:
      TypeError: if a cell is no cell.
      ValueError: if lists are no lists or not as long as there are layers; as `static_rnn`.
    """
    initial_fw, initial_bw = _checked(cells_fw, cells_bw, initial_states_fw, initial_states_bw)
    states = []
    with tf.variable_scope(scope or "stack_bidirectional_rnn"):
        for layer, cells in enumerate(zip(cells_fw, cells_bw)):
            with tf.variable_scope("cell_%d" % layer) as layer_scope:
                inputs, *final = static_bidirectional_rnn(
                    cells[0], cells[1], inputs, initial_state_fw=initial_fw[layer],
                    initial_state_bw=initial_bw[layer], sequence_length=sequence_length,
                    dtype=dtype, scope=layer_scope)
            states.append(final)
    states_fw, states_bw = zip(*states)
    return inputs, states_fw, states_bw


@graph_function
def stack_bidirectional_dynamic_rnn(cells_fw, cells_bw, inputs, initial_states_fw=None,
                                    initial_states_bw=None, dtype=None, sequence_length=None,
                                    parallel_iterations=None, time_major=False, scope=None,
                                    swap_memory=False):
    """Layers of `bidirectional_dynamic_rnn`, Graves et al. 2013, arXiv:1303.5778.

    Args:
      cells_fw, cells_bw, initial_states_fw, initial_states_bw: as in `stack_bidirectional_rnn`.
      inputs: tensor [batch, time, ...], or [time, batch, ...] if `time_major`.
      dtype, sequence_length, parallel_iterations, time_major, swap_memory: as in `dynamic_rnn`.
      scope: variable scope or name; "stack_bidirectional_rnn" by default.

    Returns:
      (outputs [batch, time, size fw + size bw] of the last layer, or time-major, tuple of the
      layers' final states fw, the same of bw).

    Raises:
      TypeError, ValueError: as `stack_bidirectional_rnn` and `dynamic_rnn`.
    """
    initial_fw, initial_bw = _checked(cells_fw, cells_bw, initial_states_fw, initial_states_bw)
    states = []
    with tf.variable_scope(scope or "stack_bidirectional_rnn"):
        for layer, cells in enumerate(zip(cells_fw, cells_bw)):
            with tf.variable_scope("cell_%d" % layer):
                outputs, final = bidirectional_dynamic_rnn(
                    cells[0], cells[1], inputs, initial_state_fw=initial_fw[layer],
                    initial_state_bw=initial_bw[layer], sequence_length=sequence_length,
                    parallel_iterations=parallel_iterations, dtype=dtype,
                    swap_memory=swap_memory, time_major=time_major)
                inputs = tf.concat(outputs, 2)
            states.append(final)
    states_fw, states_bw = zip(*states)
    return inputs, states_fw, states_bw
