"""A cell over a Python list of inputs, in a loop or with one copy of the step per input."""
from ..arguments import graph_function
from ..cells.base import assert_like_rnncell
from ..cells.over_time import TimeLoop, over_time
from ..eras import is_before_change
from ..tf1 import (is_keras_cell, is_sequence, quiet_deprecations, select_rows, static_dimension,
                   tf, undeprecated)
from .modes import NotRollable, rolled_or_static, takes_unroll
from .states import as_cell_state
from .steps import all_steps, step_list

__all__ = ["static_rnn", "static_state_saving_rnn", "static_bidirectional_rnn", "rnn",
           "state_saving_rnn", "bidirectional_rnn"]

_static_rnn = undeprecated(tf.nn.static_rnn)
_static_state_saving_rnn = undeprecated(tf.nn.static_state_saving_rnn)
_static_bidirectional_rnn = undeprecated(tf.nn.static_bidirectional_rnn)


@graph_function
@takes_unroll
def static_rnn(cell, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
    """Runs `cell` over a list of inputs.

    Args:
      cell: an RNN cell.
      inputs: list of T tensors [batch, input_size] (nested structures too).
      initial_state: state in the cell's structure, or one tensor [batch, sum of sizes]; zeros by
        default (then `dtype` is needed unless the inputs tell).
      dtype: of the zero state.
      sequence_length: int tensor [batch]; past its end an example's outputs are zero and its
        state stays.
      scope: variable scope or name; "rnn" by default.

    Returns:
      (list of T outputs, final state).

    Raises:
      TypeError: if `cell` is no cell or `inputs` no list.
      ValueError: if `inputs` is empty or its size unknown.
    """
    initial_state = as_cell_state(cell, initial_state)

    def static():
        with quiet_deprecations():
            return _static_rnn(cell, inputs, initial_state=initial_state, dtype=dtype,
                               sequence_length=sequence_length, scope=scope)
    if not isinstance(inputs, (list, tuple)):
        return static()
    return rolled_or_static(len(inputs), lambda: _rolled_rnn(
        cell, inputs, initial_state, dtype, sequence_length, scope), static)


def _rolled_rnn(cell, inputs, initial_state, dtype, sequence_length, scope):
    assert_like_rnncell("cell", cell)
    with tf.variable_scope(scope or "rnn") as scope:
        if scope.caching_device is None:
            scope.set_caching_device(lambda op: op.device)
        flat = [all_steps(steps) for steps in zip(*[tf.nest.flatten(x) for x in inputs])]
        if any(None in x.shape.as_list()[2:] for x in flat):
            raise NotRollable("the size of the inputs is unknown.")
        batch_size = static_dimension(flat[0], 1)
        if batch_size is None:
            batch_size = tf.shape(flat[0])[1]
        state = initial_state
        if state is None:
            state = _initial_state(cell, batch_size, dtype)
        mask = None
        if sequence_length is not None:
            sequence_length = tf.cast(sequence_length, tf.int32)
            sequence_length.shape.assert_has_rank(1)
            mask = tf.transpose(tf.sequence_mask(sequence_length, len(inputs)))
        # Cells of Keras take, and give, even a single tensor in a list.
        in_list = is_keras_cell(cell) and not is_sequence(state)
        outputs, state = over_time(cell, tf.nest.pack_sequence_as(inputs[0], flat),
                                   [state] if in_list else state, TimeLoop(len(inputs), mask))
        if in_list:
            state = state[0]
        if mask is not None:
            outputs = tf.nest.map_structure(lambda x: _zero_past_end(x, mask), outputs)
        steps = [step_list(x, len(inputs)) for x in tf.nest.flatten(outputs)]
        return [tf.nest.pack_sequence_as(outputs, list(step)) for step in zip(*steps)], state


def _initial_state(cell, batch_size, dtype):
    if not dtype:
        raise ValueError("If no initial_state is provided, dtype must be specified")
    if getattr(cell, "get_initial_state", None) is not None:
        return cell.get_initial_state(inputs=None, batch_size=batch_size, dtype=dtype)
    return cell.zero_state(batch_size, dtype)


def _zero_past_end(values, mask):
    """`values` [T, batch, ...] with zeros where `mask` [T, batch] is False."""
    flat = tf.reshape(values, tf.concat([[-1], tf.shape(values)[2:]], 0))
    kept = tf.reshape(select_rows(
        tf.reshape(mask, [-1]), flat, tf.zeros_like(flat)),
                      tf.shape(values))
    kept.set_shape(values.shape)
    return kept


def _all_states(cell, inputs, initial_state, dtype, sequence_length, scope):
    """As `static_rnn`, but with the list of the states after every step."""
    outputs, states = [], []
    with tf.variable_scope(scope or "rnn") as scope:
        for step, value in enumerate(inputs):
            active = None
            if sequence_length is not None:
                active = tf.clip_by_value(tf.cast(sequence_length, tf.int32) - step, 0, 1)
            output, initial_state = static_rnn(
                cell, [value], initial_state=initial_state, dtype=dtype, sequence_length=active,
                scope=scope)
            outputs.append(output[0])
            states.append(initial_state)
            scope.reuse_variables()
    return outputs, states


@graph_function
@takes_unroll
def rnn(cell, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
    """`static_rnn` by its name before 1.0.

    In eras before 0.8 the second value is the list of the states after every step.
    """
    if is_before_change("final_state") and isinstance(inputs, list) and inputs:
        return _all_states(cell, inputs, initial_state, dtype, sequence_length, scope)
    return static_rnn(cell, inputs, initial_state=initial_state, dtype=dtype,
                      sequence_length=sequence_length, scope=scope)


@graph_function
def static_state_saving_rnn(cell, inputs, state_saver, state_name, sequence_length=None,
                            scope=None):
    """`static_rnn` that takes its initial state from a saver and gives the final state back.

    Args:
      cell: an RNN cell.
      inputs: list of T tensors [batch, input_size].
      state_saver: object with `state(name)` and `save_state(name, tensor)`.
      state_name: name, or nested names in the structure of `cell.state_size`.
      sequence_length, scope: as in `static_rnn`.

    Returns:
      (list of T outputs, final state). Evaluating the last output saves the state.

    Raises:
      TypeError, ValueError: as `static_rnn`; ValueError if names don't match the state.
    """
    with quiet_deprecations():
        return _static_state_saving_rnn(cell, inputs, state_saver, state_name,
                                        sequence_length=sequence_length, scope=scope)


@graph_function
def state_saving_rnn(cell, inputs, state_saver, state_name, sequence_length=None, scope=None):
    """`static_state_saving_rnn` by its name before 1.0.

    In eras before 0.8 the second value is the list of the states after every step.
    """
    if not is_before_change("final_state"):
        return static_state_saving_rnn(cell, inputs, state_saver, state_name,
                                       sequence_length=sequence_length, scope=scope)
    names = tf.nest.flatten(state_name)
    initial = [state_saver.state(name) for name in names]
    outputs, states = rnn(cell, inputs, tf.nest.pack_sequence_as(cell.state_size, initial),
                          sequence_length=sequence_length, scope=scope)
    saved = [state_saver.save_state(name, value)
             for name, value in zip(names, tf.nest.flatten(states[-1]))]
    with tf.control_dependencies(saved):
        outputs[-1] = tf.nest.map_structure(tf.identity, outputs[-1])
    return outputs, states


@graph_function
@takes_unroll
def static_bidirectional_rnn(cell_fw, cell_bw, inputs, initial_state_fw=None,
                             initial_state_bw=None, dtype=None, sequence_length=None, scope=None):
    """Runs one cell over a list of inputs and another over the same list backwards.

    Args:
      cell_fw, cell_bw: RNN cells.
      inputs: list of T tensors [batch, input_size].
      initial_state_fw, initial_state_bw, dtype, sequence_length: as in `static_rnn`.
      scope: variable scope or name; "bidirectional_rnn" by default.

    Returns:
      (list of T outputs [batch, size fw + size bw], final state fw, final state bw).

    Raises:
      TypeError, ValueError: as `static_rnn`.
    """
    with quiet_deprecations():
        return _static_bidirectional_rnn(
            cell_fw, cell_bw, inputs, initial_state_fw=as_cell_state(cell_fw, initial_state_fw),
            initial_state_bw=as_cell_state(cell_bw, initial_state_bw), dtype=dtype,
            sequence_length=sequence_length, scope=scope)


@graph_function
@takes_unroll
def bidirectional_rnn(cell_fw, cell_bw, inputs, initial_state_fw=None, initial_state_bw=None,
                      dtype=None, sequence_length=None, scope=None):
    """`static_bidirectional_rnn` by its name before 1.0.

    In eras before 0.8 it returns the outputs only.
    """
    results = static_bidirectional_rnn(
        cell_fw, cell_bw, inputs, initial_state_fw=initial_state_fw,
        initial_state_bw=initial_state_bw, dtype=dtype, sequence_length=sequence_length,
        scope=scope)
    return results[0] if is_before_change("bidirectional_states") else results
