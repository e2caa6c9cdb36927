"""The cell that a search over architectures found."""
from ..arguments import boolean
from ..tf1 import tf
from .base import CELL_OPTIONS
from .linear import dense
from .lstm import LSTMStateTuple
from .projected_lstm import ProjectedLSTM

__all__ = ["NASCell"]


class NASCell(ProjectedLSTM):
    """`tf.contrib.rnn.NASCell`; Zoph and Le 2017, arXiv:1611.01578.

        m_0 .. m_7 = h·U + b,   x_0 .. x_7 = x·W,   a_k = x_k + m_k
        l_0 = tanh(sigmoid(a_0)*relu(a_1))        l_1 = tanh(sigmoid(a_2) + relu(x_3*m_3))
        l_2 = tanh(tanh(a_4)*sigmoid(a_5))        l_3 = sigmoid(tanh(a_6) + sigmoid(a_7))
        c' = tanh(l_0 + c)*l_1
        h' = tanh(c'*tanh(l_2 + l_3))·P, or without projection    output = h', state = (c', h')

    Args:
      num_units: int n, size of c.
      num_proj: int, size of h and output; None: n, no projection P.
      use_bias: whether there is b.
      reuse: whether to reuse variables of the scope.
      **kwargs: `name`, `dtype`, `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`
        (see `RNNCell`), `trainable`.

    Variables: recurrent_kernel [size of h, 8n], kernel [input, 8n], bias [8n] (starts at 0),
    projection_weights [n, num_proj].

    Raises:
      TypeError, ValueError: as `RNNCell`.
    """

    _options = CELL_OPTIONS[:-1] + (("use_bias", False),)

    def __init__(self, num_units, num_proj=None, use_bias=False, reuse=None, **kwargs):
        super(NASCell, self).__init__(num_units, num_proj=num_proj, reuse=reuse,
                                      use_bias=boolean("use_bias", use_bias), **kwargs)

    @staticmethod
    def _is_kernel(leaf):
        return leaf in ("kernel", "recurrent_kernel", "projection_weights")

    def _kernel_blocks(self, name, shape):
        if name == "projection_weights":
            return [shape[0]], [shape[1]]
        return super(NASCell, self)._kernel_blocks(name, shape)

    def _make_variables(self, input_size):
        n = self._num_units
        self._recurrent_kernel = self._add_kernel("recurrent_kernel", self.output_size, 8 * n)
        self._input_kernel = self._add_kernel("kernel", input_size, 8 * n)
        self._bias = self._add_vector("bias", 8 * n)
        if self._num_proj is not None:
            self._projection = self._add_kernel("projection_weights", n, self._num_proj)

    def _step(self, inputs, state):
        c, h = state
        m = tf.split(dense(h, self._recurrent_kernel, self._bias), 8, axis=1)
        x = tf.split(dense(inputs, self._input_kernel), 8, axis=1)
        a = [x_k + m_k for x_k, m_k in zip(x, m)]
        l_0 = tf.tanh(tf.sigmoid(a[0]) * tf.nn.relu(a[1]))
        l_1 = tf.tanh(tf.sigmoid(a[2]) + tf.nn.relu(x[3] * m[3]))
        l_2 = tf.tanh(tf.tanh(a[4]) * tf.sigmoid(a[5]))
        l_3 = tf.sigmoid(tf.tanh(a[6]) + tf.sigmoid(a[7]))
        c = tf.tanh(l_0 + c) * l_1
        h = tf.tanh(c * tf.tanh(l_2 + l_3))
        if self._num_proj is not None:
            h = tf.matmul(h, self._projection)
        return h, LSTMStateTuple(c, h)
