"""An LSTM in groups of units that see a part of input and state each."""
from ..arguments import finite_number, positive_int
from ..tf1 import tf
from .linear import affine, biased
from .lstm import LSTMStateTuple
from .projected_lstm import ProjectedLSTM

__all__ = ["GLSTMCell"]


class GLSTMCell(ProjectedLSTM):
    """`tf.contrib.rnn.GLSTMCell`; group LSTM, Kuchaiev and Ginsburg 2017, arXiv:1703.10722.

        i_k, j_k, f_k, o_k = [x_k; h_k]·W_k  for each part k of x and h
        i, j, f, o = the groups' side by side, each + b_gate
        c' = sigmoid(f + forget_bias)*c + sigmoid(i)*tanh(j)
        h' = (sigmoid(o)*activation(c'))·P, or without projection   output = h', state = (c', h')

    Args:
      num_units: int n, size of c.
      initializer: of the groups' kernels; the scope's own by default. The projection has the
        scope's, as in TensorFlow 1.15.
      num_proj: int, size of h and output; None: n, no projection P.
      number_of_groups: int g; it divides n, num_proj and the inputs' size.
      forget_bias: constant inside the forget gate, no variable.
      activation: of c'; tanh by default.
      reuse: whether to reuse variables of the scope.
      **kwargs: `name`, `dtype`, `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`,
        `use_bias` (see `RNNCell`), `trainable`.

    Variables: group0/kernel, group1/kernel, ... [(input + size of h)/g, 4n/g]; bias_i, bias_j,
    bias_f, bias_o [n] (start at 0); projection/kernel [n, num_proj].

    Raises:
      ValueError: if g doesn't divide a size.
    """

    def __init__(self, num_units, initializer=None, num_proj=None, number_of_groups=1,
                 forget_bias=1.0, activation=tf.tanh, reuse=None, **kwargs):
        super(GLSTMCell, self).__init__(num_units, num_proj=num_proj, activation=activation,
                                        reuse=reuse, **kwargs)
        self._reject_rivals(self._weight_initializer, {"initializer": initializer})
        self._initializer = initializer
        self._number_of_groups = positive_int("number_of_groups", number_of_groups)
        self._forget_bias = finite_number("forget_bias", forget_bias)
        self._check_divisible("num_units", self._num_units)
        self._check_divisible("num_proj", self.output_size)

    def _check_divisible(self, name, size):
        if size % self._number_of_groups:
            raise ValueError("%s (%d) must be divisible by number_of_groups (%d)."
                             % (name, size, self._number_of_groups))

    @staticmethod
    def _is_bias(leaf):
        return leaf.startswith("bias_")

    def build(self, inputs_shape):
        if tf.dimension_value(tf.TensorShape(inputs_shape)[-1]) is None:
            raise ValueError("input size must be statically known, got inputs of shape %s."
                             % inputs_shape)
        super(GLSTMCell, self).build(inputs_shape)

    def _make_variables(self, input_size):
        self._check_divisible("input size", input_size)
        n, g = self._num_units, self._number_of_groups
        self._group_kernels = [
            self._add_kernel("group%d/kernel" % k, (input_size + self.output_size) // g,
                             4 * n // g, self._initializer) for k in range(g)]
        self._gate_biases = [self._add_vector("bias_" + gate, n) for gate in "ijfo"]
        if self._num_proj is not None:
            self._projection = self._add_kernel("projection/kernel", n, self._num_proj)

    def _kernel_blocks(self, name, shape):
        if name.startswith("projection"):
            return [shape[0]], [shape[1]]
        h = self.output_size // self._number_of_groups
        return [shape[0] - h, h], [shape[1] // 4] * 4

    def _step(self, inputs, state):
        c, h = state
        parts = [tf.split(affine(x_k, h_k, kernel, None), 4, axis=1)
                 for x_k, h_k, kernel in zip(tf.split(inputs, self._number_of_groups, axis=1),
                                             tf.split(h, self._number_of_groups, axis=1),
                                             self._group_kernels)]
        i, j, f, o = [biased(tf.concat(list(gate), 1), bias)
                      for gate, bias in zip(zip(*parts), self._gate_biases)]
        c = tf.sigmoid(f + self._forget_bias) * c + tf.sigmoid(i) * tf.tanh(j)
        h = tf.sigmoid(o) * self._activation(c)
        if self._num_proj is not None:
            h = tf.matmul(h, self._projection)
        return h, LSTMStateTuple(c, h)

    def get_config(self):
        config = super(GLSTMCell, self).get_config()
        config.update(initializer=self._initializer, forget_bias=self._forget_bias,
                      number_of_groups=self._number_of_groups)
        return config
