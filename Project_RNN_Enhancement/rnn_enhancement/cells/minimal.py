"""Cells whose gates see the input only."""
from ..tf1 import tf
from .linear import dense
from .units import CellOfUnits

__all__ = ["MinGRUCell", "MinLSTMCell"]


class _MinimalCell(CellOfUnits):
    """One map of the input for all gates and the candidate; the state enters element by element."""

    _default_activation = "linear"
    _maps_of_input = None

    def _make_variables(self, input_size):
        width = self._maps_of_input * self._num_units
        self._weights_of_input = self._add_kernel("kernel", input_size, width)
        self._bias = self._add_vector("bias", width)

    def _mapped(self, inputs):
        return tf.split(dense(inputs, self._weights_of_input, self._bias), self._maps_of_input,
                        axis=1)


class MinGRUCell(_MinimalCell):
    """minGRU, Feng et al. 2024, "Were RNNs all we needed?", arXiv:2410.01201 (recalled).

        z, c = x·W + b
        h'   = (1 - sigmoid(z))*h + sigmoid(z)*activation(c)       output = state = h'

    No gate sees h, so a layer by itself can't react to what it remembers: stack two or more. The
    update is a convex mix, linear in h. The paper computes it by a parallel scan; here time is a
    loop with all products outside it. Its form in logarithms has an activation
    g(c) = c + 0.5 for c >= 0, sigmoid(c) otherwise, which keeps states positive.

    Args:
      num_units: int n, size of state and output.
      activation: of the candidate; linear by default, as in the paper.
      reuse, name, dtype: as in `tf.nn.rnn_cell.GRUCell`.
      **kwargs: `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`, `use_bias` (see
        `RNNCell`), `trainable`.

    Variables: kernel [input, 2n], bias [2n] (starts at 0).
    """

    _maps_of_input = 2

    def _step(self, inputs, state):
        z, c = self._mapped(inputs)
        z, c = tf.sigmoid(z), self._activation(c)
        h = (1 - z) * state + z * c
        return h, h


class MinLSTMCell(_MinimalCell):
    """minLSTM, Feng et al. 2024, "Were RNNs all we needed?", arXiv:2410.01201 (recalled).

        f, i, c = x·W + b
        a       = sigmoid(f) / (sigmoid(f) + sigmoid(i))
        h'      = a*h + (1-a)*activation(c)                        output = state = h'

    One state, no output gate; `a` is computed as sigmoid(log sigmoid(f) - log sigmoid(i)), which is
    the same number and holds where both gates are closed. Otherwise as `MinGRUCell`.

    Args:
      num_units: int n, size of state and output.
      activation: of the candidate; linear by default, as in the paper.
      reuse, name, dtype: as in `tf.nn.rnn_cell.GRUCell`.
      **kwargs: `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`, `use_bias` (see
        `RNNCell`), `trainable`.

    Variables: kernel [input, 3n], bias [3n] (starts at 0).
    """

    _maps_of_input = 3

    def _step(self, inputs, state):
        f, i, c = self._mapped(inputs)
        a, c = tf.sigmoid(tf.nn.softplus(-i) - tf.nn.softplus(-f)), self._activation(c)
        h = a * state + (1 - a) * c
        return h, h
