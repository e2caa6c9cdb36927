"""The cell with an update gate over an embedded input."""
from ..tf1 import tf
from .linear import affine
from .named_by_units import CellNamedByUnits

__all__ = ["MinimalRNNCell"]


class MinimalRNNCell(CellNamedByUnits):
    """`MinimalRNNCell` of contrib; MinimalRNN, Chen 2017, arXiv:1711.06788.

        z  = activation(x·W_x)
        u  = sigmoid([z; h]·W + b)
        h' = u*h + (1-u)*z                                    output = state = h'

    Args:
      units: int n, size of state and output.
      activation: of z; tanh by default; None: linear.
      kernel_initializer, bias_initializer: of the kernel and the bias: initialisers, or names of
        Keras's.
      name, dtype: as in `tf.nn.rnn_cell.GRUCell`.
      **kwargs: `reuse`, `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`,
        `use_bias` (see `RNNCell`), `trainable`.

    Variables: kernel [input + 2n, n] (W_x on W), bias [n] (starts at 1).

    Raises:
      TypeError, ValueError: as `RNNCell`; at the first call for inputs of unknown size.
    """

    def _make_variables(self, input_size):
        n = self._num_units
        self._input_size = input_size
        self._joint_kernel = self._add_map("kernel", input_size + 2 * n, n)
        self._bias = self._add_bias(n)

    def _kernel_blocks(self, name, shape):
        n = self._num_units
        return [shape[0] - 2 * n, n, n], [n]

    def _step(self, inputs, state):
        of_input, of_gate = tf.split(self._joint_kernel, [self._input_size, 2 * self._num_units],
                                     axis=0)
        z = self._activation(tf.matmul(inputs, of_input))
        u = tf.sigmoid(affine(z, state, of_gate, self._bias))
        h = u * state + (1 - u) * z
        return h, h
