"""The chaos-free network."""
from ..tf1 import tf
from .linear import biased
from .named_by_units import CellNamedByUnits

__all__ = ["CFNCell"]


class CFNCell(CellNamedByUnits):
    """`CFNCell` of contrib; chaos-free network, Laurent & von Brecht 2016, arXiv:1612.06212.

        v, w = x·W                                            of width 2n and n
        f, g = sigmoid(v + h·U + b)
        h'   = f*activation(h) + (1-g)*activation(w)          output = state = h'

    The paper has g in place of 1-g. Without inputs h' shrinks towards 0, whatever it is.

    Args:
      units: int n, size of state and output.
      activation: tanh by default; None: linear.
      kernel_initializer, bias_initializer: of both kernels, and of the bias: initialisers, or names
        of Keras's.
      name, dtype: as in `tf.nn.rnn_cell.GRUCell`.
      **kwargs: `reuse`, `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`,
        `use_bias` (see `RNNCell`), `trainable`.

    Variables: kernel [input, 3n], recurrent_kernel [n, 2n], bias [2n] (starts at 1).

    Raises:
      TypeError, ValueError: as `RNNCell`; at the first call for inputs of unknown size.
    """

    def _make_variables(self, input_size):
        n = self._num_units
        self._input_kernel = self._add_map("kernel", input_size, 3 * n)
        self._recurrent_kernel = self._add_map("recurrent_kernel", n, 2 * n)
        self._bias = self._add_bias(2 * n)

    def _step(self, inputs, state):
        n = self._num_units
        v, w = tf.split(tf.matmul(inputs, self._input_kernel), [2 * n, n], axis=1)
        gates = tf.sigmoid(biased(v + tf.matmul(state, self._recurrent_kernel), self._bias))
        f, g = tf.split(gates, 2, axis=1)
        h = f * self._activation(state) + (1 - g) * self._activation(w)
        return h, h
