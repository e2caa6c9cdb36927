"""The cell with an update gate alone."""
from ..arguments import finite_number
from ..tf1 import tf
from .linear import affine
from .units import CellOfUnits

__all__ = ["UGRNNCell"]


class UGRNNCell(CellOfUnits):
    """`tf.contrib.rnn.UGRNNCell`; update gate RNN, Collins et al. 2017, arXiv:1611.09913.

        g, c = [x; h]·W + b
        g    = sigmoid(g + forget_bias)
        h'   = g*h + (1-g)*activation(c)                      output = state = h'

    Args:
      num_units: int n, size of state and output.
      initializer: of the kernel; the scope's own by default.
      forget_bias: constant inside the gate, no variable.
      activation: tanh by default.
      reuse: whether to reuse variables of the scope.
      **kwargs: `name`, `dtype`, `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`,
        `use_bias` (see `RNNCell`), `trainable`.

    Variables: kernel [input + n, 2n], bias [2n] (starts at 0).
    """

    def __init__(self, num_units, initializer=None, forget_bias=1.0, activation=tf.tanh,
                 reuse=None, **kwargs):
        super(UGRNNCell, self).__init__(num_units, activation=activation, reuse=reuse, **kwargs)
        self._reject_rivals(self._weight_initializer, {"initializer": initializer})
        self._initializer = initializer
        self._forget_bias = finite_number("forget_bias", forget_bias)

    def _make_variables(self, input_size):
        n = self._num_units
        self._joint_kernel = self._add_kernel("kernel", input_size + n, 2 * n, self._initializer)
        self._bias = self._add_vector("bias", 2 * n)

    def _kernel_blocks(self, name, shape):
        n = self._num_units
        return [shape[0] - n, n], [n] * 2

    def _step(self, inputs, state):
        g, c = tf.split(affine(inputs, state, self._joint_kernel, self._bias), 2, axis=1)
        g = tf.sigmoid(g + self._forget_bias)
        h = g * state + (1 - g) * self._activation(c)
        return h, h

    def get_config(self):
        config = super(UGRNNCell, self).get_config()
        config.update(initializer=self._initializer, forget_bias=self._forget_bias)
        return config
