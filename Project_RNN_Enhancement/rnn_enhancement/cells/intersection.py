"""The cell with gates along time and along depth."""
from ..arguments import finite_number, positive_int
from ..tf1 import tf
from .linear import affine, dense
from .units import CellOfUnits

__all__ = ["IntersectionRNNCell"]


class IntersectionRNNCell(CellOfUnits):
    """`tf.contrib.rnn.IntersectionRNNCell`; +RNN, Collins et al. 2017, arXiv:1611.09913.

        x  <- x·W_in + b_in where its size isn't n
        g_h, h~, g_y, y~ = [x; h]·W + b
        g_h = sigmoid(g_h + forget_bias)        g_y = sigmoid(g_y + forget_bias)
        h' = g_h*h + (1-g_h)*tanh(h~)                          state = h'
        y  = g_y*x + (1-g_y)*y_activation(y~)                  output = y

    Args:
      num_units: int n, size of state and output.
      num_in_proj: a positive int allows inputs of another size than n, which are projected to n.
      initializer: of the kernels; the scope's own by default.
      forget_bias: constant inside both gates, no variable.
      y_activation: function; relu by default.
      reuse: whether to reuse variables of the scope.
      **kwargs: `name`, `dtype`, `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`,
        `use_bias` (see `RNNCell`), `trainable`.

    Variables: in_projection/kernel [input, n], in_projection/bias [n] where the size isn't n;
    kernel [2n, 4n], bias [4n]. Biases start at 0.

    Raises:
      ValueError: at the first call for inputs of another size than n without `num_in_proj`.
    """

    def __init__(self, num_units, num_in_proj=None, initializer=None, forget_bias=1.0,
                 y_activation=tf.nn.relu, reuse=None, **kwargs):
        super(IntersectionRNNCell, self).__init__(
            num_units, activation=y_activation, reuse=reuse, **kwargs)
        if num_in_proj is not None:
            num_in_proj = positive_int("num_in_proj", num_in_proj)
        self._reject_rivals(self._weight_initializer, {"initializer": initializer})
        self._num_in_proj = num_in_proj
        self._initializer = initializer
        self._forget_bias = finite_number("forget_bias", forget_bias)

    def _make_variables(self, input_size):
        n = self._num_units
        self._projection = None
        if input_size != n:
            if self._num_in_proj is None:
                raise ValueError("Must have input size == output size for Intersection RNN. To "
                                 "fix, num_in_proj should be set to num_units at cell init. "
                                 "Inputs are of size %d, and num_units=%d." % (input_size, n))
            self._projection = (
                self._add_kernel("in_projection/kernel", input_size, n, self._initializer),
                self._add_vector("in_projection/bias", n))
        self._joint_kernel = self._add_kernel("kernel", 2 * n, 4 * n, self._initializer)
        self._bias = self._add_vector("bias", 4 * n)

    def _kernel_blocks(self, name, shape):
        n = self._num_units
        return [shape[0]] if name != "kernel" else [n, n], [n] * (shape[1] // n)

    def _step(self, inputs, state):
        if self._projection is not None:
            inputs = dense(inputs, *self._projection)
        g_h, h, g_y, y = tf.split(affine(inputs, state, self._joint_kernel, self._bias), 4, axis=1)
        g_h, g_y = tf.sigmoid(g_h + self._forget_bias), tf.sigmoid(g_y + self._forget_bias)
        return (g_y * inputs + (1 - g_y) * self._activation(y),
                g_h * state + (1 - g_h) * tf.tanh(h))

    def get_config(self):
        config = super(IntersectionRNNCell, self).get_config()
        config["y_activation"] = config.pop("activation")
        config.update(num_in_proj=self._num_in_proj, initializer=self._initializer,
                      forget_bias=self._forget_bias)
        return config
