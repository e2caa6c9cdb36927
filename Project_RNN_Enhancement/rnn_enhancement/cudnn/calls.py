"""A call of a network: inputs and states in cuDNN's shapes, lengths, dropout between the layers."""
from ..arguments import boolean, finite_number
from ..cells.lstm import LSTMStateTuple
from ..layers.normalization import when
from ..tf1 import static_dimension, tf
from .equations import run
from .layout import LSTM

__all__ = ["checked_rate", "called"]


def checked_rate(dropout):
    """`dropout` as a float in [0, 1].

    Raises:
      TypeError, ValueError: for anything else.
    """
    dropout = finite_number("dropout", dropout)
    if not 0 <= dropout <= 1:
        raise ValueError("dropout must be a rate in [0, 1], got %r." % dropout)
    return dropout


def called(layout, cells, inputs, initial_state, lengths, time_major, training, dropout, seed):
    """Runs a network.

    Args:
      layout: a `Layout`.
      cells: for each cell its parts' (kernel, bias).
      inputs: tensor [time, batch, input_size], or [batch, time, input_size] unless `time_major`.
      initial_state: tuple (h, c) for an LSTM, else (h,), of tensors [cells, batch, num_units], or [batch,
        cells, num_units] unless `time_major`; None: zeros.
      lengths: int tensor [batch], or None.
      time_major: bool.
      training: bool or bool tensor: whether `dropout` is applied.
      dropout, seed: of the inputs of all layers but the first.

    Returns:
      (outputs, final state), like `inputs` and `initial_state`.

    Raises:
      TypeError: if `initial_state` is no tuple, `time_major` no bool.
      ValueError: for shapes that don't fit, as far as they are known.
    """
    time_major = boolean("time_major", time_major)
    if inputs.shape.ndims != 3 or static_dimension(inputs, 2) not in (None, layout.input_size):
        raise ValueError("inputs must be a tensor [%s, input_size] with input_size %d, got shape %s." % (
            "time, batch" if time_major else "batch, time", layout.input_size, inputs.shape))
    if not time_major:
        inputs = tf.transpose(inputs, [1, 0, 2])
    inputs.set_shape([None, None, layout.input_size])
    states = _states_of_cells(layout, inputs, initial_state, time_major)
    if lengths is not None:
        lengths = tf.cast(tf.convert_to_tensor(lengths), tf.int32)

    def dropped(steps, layer):
        if not dropout:
            return steps
        known = training if tf.is_tensor(training) else bool(training)
        return when(known, lambda: _without_some(steps, dropout, None if seed is None else seed + layer - 1),
                    lambda: tf.identity(steps))
    outputs, states = run(layout, cells, inputs, states, lengths, dropped)
    if not time_major:
        outputs = tf.transpose(outputs, [1, 0, 2])
    axis = 0 if time_major else 1
    if layout.rnn_mode == LSTM:
        return outputs, tuple(tf.stack([getattr(state, name) for state in states], axis) for name in "hc")
    return outputs, (tf.stack(states, axis),)


def _without_some(steps, rate, seed):
    # TensorFlow has no dropout of everything.
    return tf.zeros_like(steps) if rate == 1 else tf.nn.dropout(steps, rate=rate, seed=seed)


def _states_of_cells(layout, inputs, initial_state, time_major):
    """The initial state of each cell."""
    count, n = layout.num_cells, layout.num_units
    names = ("h", "c") if layout.rnn_mode == LSTM else ("h",)
    batch = static_dimension(inputs, 1)
    if initial_state is None:
        zeros = tf.zeros([tf.shape(inputs)[1] if batch is None else batch, n], inputs.dtype)
        given = [[zeros] * count for _ in names]
    else:
        if not isinstance(initial_state, tuple):
            raise TypeError("initial_state must be a tuple (%s), got %r of type %s."
                            % (", ".join(names), initial_state, type(initial_state).__name__))
        if len(initial_state) != len(names):
            raise ValueError("initial_state must be a tuple (%s) of %d, got %d."
                             % (", ".join(names), len(names), len(initial_state)))
        given = []
        for name, state in zip(names, initial_state):
            state = tf.convert_to_tensor(state, inputs.dtype)
            wanted = [count, batch, n] if time_major else [batch, count, n]
            if not state.shape.is_compatible_with(wanted):
                raise ValueError(
                    "%s of initial_state must be a tensor [%s] = %s, got shape %s: layers * directions are "
                    "%d, num_units is %d." % (
                        name, "layers * directions, batch, num_units" if time_major else
                        "batch, layers * directions, num_units", tf.TensorShape(wanted), state.shape,
                        count, n))
            # With what the inputs don't say.
            state.set_shape(wanted)
            given.append(tf.unstack(state, count, 0 if time_major else 1))
    if layout.rnn_mode == LSTM:
        return [LSTMStateTuple(c, h) for h, c in zip(*given)]
    return given[0]
