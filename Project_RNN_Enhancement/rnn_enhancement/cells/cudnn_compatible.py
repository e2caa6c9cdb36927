"""Cells that compute what the layers of `tf.contrib.cudnn_rnn` do, one step at a time."""
from ..tf1 import tf
from .block import LSTMBlockCell
from .gru import GRUCell
from .linear import dense

__all__ = ["CudnnCompatibleGRUCell", "CudnnCompatibleLSTMCell"]


class CudnnCompatibleLSTMCell(LSTMBlockCell):
    """`tf.contrib.cudnn_rnn.CudnnCompatibleLSTMCell` of TensorFlow 1.15: its variables and numbers.

    `LSTMBlockCell` without a bias of the forget gate's own.

    Args:
      num_units: int.
      reuse: whether to reuse variables of the scope.
    """

    def __init__(self, num_units, reuse=None):
        super(CudnnCompatibleLSTMCell, self).__init__(
            num_units, forget_bias=0.0, reuse=reuse, name="cudnn_compatible_lstm_cell")

    def get_config(self):
        return {"num_units": self._num_units}


class CudnnCompatibleGRUCell(GRUCell):
    """`tf.contrib.cudnn_rnn.CudnnCompatibleGRUCell` of TensorFlow 1.15: its variables and numbers.

    The reset gate acts after the state's product, which has a bias of its own (Cho et al. 2014):

      r, u = sigmoid([x; h]·W + b)
      c = tanh(x·V + d + r∘(h·U + e))
      h' = (1 - u)∘c + u∘h

    Args:
      num_units: int.
      reuse: whether to reuse variables of the scope.
      kernel_initializer: of all kernels.

    Variables: gates/kernel [input + n, 2n], gates/bias [2n] (starts at 1),
    candidate/input_projection/kernel [input, n], candidate/hidden_projection/kernel [n, n],
    candidate/input_projection/bias [n], candidate/hidden_projection/bias [n].
    """

    _takes_skip_connections = False

    def __init__(self, num_units, reuse=None, kernel_initializer=None):
        super(CudnnCompatibleGRUCell, self).__init__(num_units, reuse=reuse,
                                                     kernel_initializer=kernel_initializer)

    def build(self, inputs_shape):
        size, n = tf.dimension_value(tf.TensorShape(inputs_shape)[-1]), self._num_units
        if size is None:
            raise ValueError("Expected inputs.shape[-1] to be known, saw shape: %s" % inputs_shape)
        kernels = self._kernel_initializer
        self._gate_kernel = self.add_weight("gates/kernel", [size + n, 2 * n], initializer=kernels)
        self._gate_bias = self.add_weight("gates/bias", [2 * n], initializer=tf.constant_initializer(1.0))
        self._input_kernel = self.add_weight("candidate/input_projection/kernel", [size, n],
                                             initializer=kernels)
        self._hidden_kernel = self.add_weight("candidate/hidden_projection/kernel", [n, n],
                                              initializer=kernels)
        self._input_bias = self.add_weight("candidate/input_projection/bias", [n],
                                           initializer=tf.zeros_initializer())
        self._hidden_bias = self.add_weight("candidate/hidden_projection/bias", [n],
                                            initializer=tf.zeros_initializer())
        self.built = True

    def _kernel_blocks(self, name, shape):
        n = self._num_units
        heights = [shape[0] - n, n] if name.startswith("gates") else [shape[0]]
        return heights, [n] * (shape[1] // n)

    def call(self, inputs, state):
        gates = tf.sigmoid(dense(tf.concat([inputs, state], 1), self._gate_kernel, self._gate_bias))
        r, u = tf.split(gates, 2, axis=1)
        c = dense(inputs, self._input_kernel, self._input_bias)
        c = self._activation(c + r * dense(state, self._hidden_kernel, self._hidden_bias))
        h = (1 - u) * c + u * state
        return h, h

    def get_config(self):
        return {"num_units": self._num_units, "kernel_initializer": self._kernel_initializer}
