"""The simple recurrent unit, whose gates see the input only."""
from ..tf1 import tf
from .linear import biased
from .units import CellOfUnits

__all__ = ["SRUCell"]


class SRUCell(CellOfUnits):
    """`tf.contrib.rnn.SRUCell`; simple recurrent unit, Lei et al. 2017, arXiv:1709.02755.

        y, f, r, z = x·W
        f, r = sigmoid([f; r] + b)
        c'   = f*c + (1-f)*y                                  state = c'
        h    = r*activation(c') + (1-r)*z                     output = h

    Args:
      num_units: int n, size of state and output.
      activation: tanh by default.
      reuse, name: as in `tf.nn.rnn_cell.GRUCell`.
      **kwargs: `dtype`, `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`,
        `use_bias` (see `RNNCell`), `trainable`.

    Variables: kernel [input, 4n], bias [2n] (starts at 0).
    """

    # TensorFlow's own tests build one.
    _may_be_of_integers = True

    def __init__(self, num_units, activation=None, reuse=None, name=None, **kwargs):
        super(SRUCell, self).__init__(num_units, activation=activation, reuse=reuse, name=name,
                                      **kwargs)

    def _make_variables(self, input_size):
        n = self._num_units
        self._input_kernel = self._add_kernel("kernel", input_size, 4 * n)
        self._bias = self._add_vector("bias", 2 * n)

    def _step(self, inputs, state):
        n = self._num_units
        y, gates, z = tf.split(tf.matmul(inputs, self._input_kernel), [n, 2 * n, n], axis=1)
        f, r = tf.split(tf.sigmoid(biased(gates, self._bias)), 2, axis=1)
        c = f * state + (1 - f) * y
        return r * self._activation(c) + (1 - r) * z, c
