"""cuDNN's recurrent networks: one step of each kind of cell, and the layers over all steps.

With x the layer's inputs, biases b of W, d of R:

  lstm:      i, f, o = sigmoid(W x + b + R h + d), j = tanh(the same of c)
             c' = f∘c + i∘j; h' = o∘tanh(c')
  gru:       r, u = sigmoid(W x + b + R h + d)
             j = tanh(W x + b + r∘(R h + d)); h' = (1 - u)∘j + u∘h
  rnn_tanh:  h' = tanh(W x + b + R h + d)
  rnn_relu:  h' = max(0, W x + b + R h + d)

"skip_input" has x itself in place of W x in the first layer. (NVIDIA's cuDNN documentation,
`cudnnRNNMode_t`; the LSTM of Zaremba et al. 2014, arXiv:1409.2329, without a bias of the forget gate's
own, and the GRU of Cho et al. 2014, arXiv:1406.1078.)
"""
from ..cells.base import RNNCell
from ..cells.linear import biased
from ..cells.lstm import LSTMStateTuple
from ..rnn.dynamic import dynamic_rnn
from ..rnn.running import reversed_in_time
from ..tf1 import tf, without_autograph
from .layout import GRU, LSTM, TANH

__all__ = ["run"]


class _Step(RNNCell):
    """One step, given what W makes of the inputs.

    Args:
      rnn_mode: as in `Layout`.
      kernel: R of all gates, transposed [n, gates * n].
      bias: d of the candidate, [n], for a GRU; else None.
    """

    def __init__(self, rnn_mode, kernel, bias):
        self._mode, self._recurrent, self._candidate_bias = rnn_mode, kernel, bias
        self._n = tf.dimension_value(kernel.shape[0])

    @property
    def state_size(self):
        return LSTMStateTuple(self._n, self._n) if self._mode == LSTM else self._n

    @property
    def output_size(self):
        return self._n

    @without_autograph
    def __call__(self, inputs, state, scope=None):
        h = state.h if self._mode == LSTM else state
        products = tf.matmul(h, self._recurrent)
        if self._mode == LSTM:
            i, j, f, o = tf.split(inputs + products, 4, axis=1)
            c = tf.sigmoid(f) * state.c + tf.sigmoid(i) * tf.tanh(j)
            h = tf.sigmoid(o) * tf.tanh(c)
            return h, LSTMStateTuple(c, h)
        if self._mode == GRU:
            x_gates, x_candidate = tf.split(inputs, [2 * self._n, self._n], 1)
            h_gates, h_candidate = tf.split(products, [2 * self._n, self._n], 1)
            r, u = tf.split(tf.sigmoid(x_gates + h_gates), 2, axis=1)
            j = tf.tanh(x_candidate + r * biased(h_candidate, self._candidate_bias))
            h = (1 - u) * j + u * h
            return h, h
        h = (tf.tanh if self._mode == TANH else tf.nn.relu)(inputs + products)
        return h, h


def _over_time(layout, cell, weights, inputs, lengths, state):
    """(outputs [time, batch, n], final state) of one cell; `weights`: its parts' kernels and biases."""
    width = layout.width(cell)
    of_inputs, of_state, biases, candidate_bias = [], [], [], None
    for part, (kernel, bias) in zip(layout.parts, weights):
        kernel = tf.convert_to_tensor(kernel)
        if part.of_inputs and part.of_state and width:
            of_x, of_h = tf.split(kernel, [width, layout.num_units])
        else:
            of_x = of_h = kernel
        if part.of_inputs:
            of_inputs.append(of_x)
            biases.append(bias)
        else:
            candidate_bias = tf.convert_to_tensor(bias)
        if part.of_state:
            of_state.append(of_h)
    # All steps at once.
    rows = tf.reshape(inputs, [-1, inputs.shape[2]])
    products = tf.matmul(rows, _beside(of_inputs, 1)) if width else tf.tile(rows, [1, layout.gates])
    products = tf.reshape(biased(products, _beside(biases, 0)), [
        known or tf.shape(inputs)[axis] for axis, known in enumerate(inputs.shape.as_list()[:2])] + [
            layout.gates * layout.num_units])
    step = _Step(layout.rnn_mode, _beside(of_state, 1), candidate_bias)
    return dynamic_rnn(step, products, lengths, state, time_major=True)


def _beside(tensors, axis):
    return tensors[0] if len(tensors) == 1 else tf.concat(tensors, axis)


def run(layout, cells, inputs, states, lengths, dropped):
    """Runs all layers.

    Args:
      layout: a `Layout`.
      cells: for each cell its parts' (kernel, bias).
      inputs: tensor [time, batch, input_size].
      states: list of the cells' initial states.
      lengths: int tensor [batch], or None.
      dropped: function (tensor, number of the layer from 1 on) that drops some of a layer's inputs.

    Returns:
      (outputs [time, batch, num_dirs * num_units], list of the cells' final states).
    """
    finals = []
    for layer in range(layout.num_layers):
        inputs = dropped(inputs, layer) if layer else inputs
        outputs = []
        for backwards in range(layout.num_dirs):
            cell = layer * layout.num_dirs + backwards
            found, final = _over_time(
                layout, cell, cells[cell], reversed_in_time(inputs, lengths) if backwards else inputs, lengths,
                states[cell])
            outputs.append(reversed_in_time(found, lengths) if backwards else found)
            finals.append(final)
        inputs = outputs[0] if layout.num_dirs == 1 else tf.concat(outputs, 2)
    return inputs, finals
