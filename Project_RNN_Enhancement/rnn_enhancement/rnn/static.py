"""A cell over a Python list of inputs, in a loop or with one copy of the step per input."""
from ..arguments import graph_function
from ..cells.base import assert_like_rnncell
from ..eras import is_before_change
from ..loops.refused import Refused
from ..loops.steps import nested_steps, step_list
from ..tf1 import (is_keras_cell, is_sequence, private_rnn, quiet_deprecations, tf,
                   undeprecated)
from ..unrolling.policy import loop_or_copies, takes_unroll
from ..unrolling.scan import scan
from .running import initial_state_of, masked_step, steps_going_on
from .states import as_cell_state

__all__ = ["static_rnn", "static_state_saving_rnn", "static_bidirectional_rnn", "rnn",
           "state_saving_rnn", "bidirectional_rnn"]

_static_rnn = undeprecated(tf.nn.static_rnn)
_static_state_saving_rnn = undeprecated(tf.nn.static_state_saving_rnn)
_static_bidirectional_rnn = undeprecated(tf.nn.static_bidirectional_rnn)


@graph_function
@takes_unroll()
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
    return loop_or_copies(len(inputs), lambda: _looped_rnn(
        cell, inputs, initial_state, dtype, sequence_length, scope), static)


def _looped_rnn(cell, inputs, initial_state, dtype, sequence_length, scope):
    assert_like_rnncell("cell", cell)
    with tf.variable_scope(scope or "rnn") as scope:
        if scope.caching_device is None:
            scope.set_caching_device(lambda op: op.device)
        structure, steps = nested_steps(inputs)
        if any(None in values.shape.as_list()[1:] for values in steps):
            raise Refused("inputs", "the size of the inputs is unknown.")
        state = initial_state_of(cell, initial_state, tf.nest.flatten(inputs[0])[0], dtype)
        # Cells of Keras take, and give, even a single tensor in a list.
        in_list = is_keras_cell(cell) and not is_sequence(state)
        going_on = None
        if sequence_length is not None:
            going_on = steps_going_on(sequence_length, len(inputs))
        step, steps = masked_step(cell, structure, steps, going_on)
        outputs, state = scan(step, steps, [state] if in_list else state, len(inputs))
        if in_list:
            state = state[0]
        lists = [step_list(x, len(inputs)) for x in tf.nest.flatten(outputs)]
        return [tf.nest.pack_sequence_as(outputs, list(values)) for values in zip(*lists)], state


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
@takes_unroll()
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
@takes_unroll()
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
    initial_state_fw = as_cell_state(cell_fw, initial_state_fw)
    initial_state_bw = as_cell_state(cell_bw, initial_state_bw)

    def copies():
        with quiet_deprecations():
            return _static_bidirectional_rnn(
                cell_fw, cell_bw, inputs, initial_state_fw=initial_state_fw,
                initial_state_bw=initial_state_bw, dtype=dtype, sequence_length=sequence_length,
                scope=scope)
    if not isinstance(inputs, (list, tuple)) or not inputs:
        return copies()
    return loop_or_copies(len(inputs), lambda: _looped_bidirectional_rnn(
        cell_fw, cell_bw, list(inputs), initial_state_fw, initial_state_bw, dtype,
        sequence_length, scope), copies)


def _looped_bidirectional_rnn(cell_fw, cell_bw, inputs, initial_state_fw, initial_state_bw, dtype,
                              sequence_length, scope):
    reverse = private_rnn._reverse_seq
    with tf.variable_scope(scope or "bidirectional_rnn"):
        with tf.variable_scope("fw") as fw_scope:
            outputs_fw, state_fw = static_rnn(
                cell_fw, inputs, initial_state_fw, dtype, sequence_length, scope=fw_scope)
        with tf.variable_scope("bw") as bw_scope:
            outputs_bw, state_bw = static_rnn(
                cell_bw, reverse(inputs, sequence_length), initial_state_bw, dtype,
                sequence_length, scope=bw_scope)
    outputs_bw = reverse(outputs_bw, sequence_length)
    flat = [tf.concat(pair, 1)
            for pair in zip(tf.nest.flatten(outputs_fw), tf.nest.flatten(outputs_bw))]
    return tf.nest.pack_sequence_as(outputs_fw, flat), state_fw, state_bw


@graph_function
@takes_unroll()
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
