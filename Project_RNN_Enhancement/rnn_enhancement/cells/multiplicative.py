"""Cells in which the input's and the state's products are multiplied with each other."""
from ..arguments import finite_number
from ..tf1 import tf
from .linear import biased
from .lstm import LSTMStateTuple
from .units import CellOfUnits

__all__ = ["MultiplicativeGRUCell", "MultiplicativeLSTMCell"]


class _MultiplicativeCell(CellOfUnits):
    """The vectors alpha, beta_1 and beta_2, and the part of the sum that the input decides."""

    def __init__(self, num_units, initial_alpha=1.0, initial_beta=0.5, activation=None, reuse=None,
                 name=None, dtype=None, **kwargs):
        super(_MultiplicativeCell, self).__init__(
            num_units, activation=activation, reuse=reuse, name=name, dtype=dtype, **kwargs)
        self._initial_alpha = finite_number("initial_alpha", initial_alpha)
        self._initial_beta = finite_number("initial_beta", initial_beta)

    def _make_input_variables(self, input_size, width):
        self._input_kernel = self._add_kernel("input/kernel", input_size, width)
        self._alpha = self._add_vector("alpha", width, self._initial_alpha)
        self._beta_1 = self._add_vector("beta_1", width, self._initial_beta)
        self._beta_2 = self._add_vector("beta_2", width, self._initial_beta)

    def _slope_and_offset(self, inputs):
        """What multiplies h·U and what is added then, without bias."""
        x = tf.matmul(inputs, self._input_kernel)
        return self._alpha * x + self._beta_1, self._beta_2 * x

    def get_config(self):
        config = super(_MultiplicativeCell, self).get_config()
        config.update(initial_alpha=self._initial_alpha, initial_beta=self._initial_beta)
        return config


class MultiplicativeGRUCell(_MultiplicativeCell):
    """MI-GRU: multiplicative integration, Wu et al. 2016, arXiv:1606.06630, in a GRU.

        mi(x, h) = alpha*(x·W)*(h·U) + beta_1*(h·U) + beta_2*(x·W) + b,    W, U, .. each map's own
        r, u = sigmoid(mi_gates(x, h))
        c    = activation(mi_candidate(x, r*h))
        h'   = u*h + (1-u)*c                                       output = state = h'

    The formula is the paper's; the directions of u and r, and the biases' start, are `GRUCell`'s.
    With alpha 0 and beta_1 = beta_2 = 1 this is `GRUCell`.

    Args:
      num_units: int n, size of state and output.
      initial_alpha: number that alpha starts at.
      initial_beta: number that beta_1 and beta_2 start at. (1 and 0.5 are among the values that the
        paper tries, as recalled.)
      activation: of the candidate; tanh by default.
      reuse, name, dtype: as in `tf.nn.rnn_cell.GRUCell`.
      **kwargs: `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`, `use_bias` (see
        `RNNCell`), `trainable`. alpha, beta_1 and beta_2 are no biases.

    Variables: input/kernel [input, 3n], for r, u and c; alpha, beta_1, beta_2 [3n]; gates/kernel
    [n, 2n], candidate/kernel [n, n]; gates/bias [2n] (starts at 1), candidate/bias [n].
    """

    def _make_variables(self, input_size):
        n = self._num_units
        self._make_input_variables(input_size, 3 * n)
        self._gate_kernel = self._add_kernel("gates/kernel", n, 2 * n)
        self._gate_bias = self._add_vector("gates/bias", 2 * n, 1.0)
        self._candidate_kernel = self._add_kernel("candidate/kernel", n, n)
        self._candidate_bias = self._add_vector("candidate/bias", n)

    def _step(self, inputs, state):
        n = self._num_units
        slope, offset = self._slope_and_offset(inputs)
        (gate_slope, slope), (gate_offset, offset) = [
            tf.split(part, [2 * n, n], axis=1) for part in (slope, offset)]
        gate_offset = biased(gate_offset, self._gate_bias)
        offset = biased(offset, self._candidate_bias)
        gates = tf.sigmoid(gate_slope * tf.matmul(state, self._gate_kernel) + gate_offset)
        r, u = tf.split(gates, 2, axis=1)
        c = self._activation(slope * tf.matmul(r * state, self._candidate_kernel) + offset)
        h = u * state + (1 - u) * c
        return h, h


class MultiplicativeLSTMCell(_MultiplicativeCell):
    """MI-LSTM: multiplicative integration, Wu et al. 2016, arXiv:1606.06630, in an LSTM.

        i, j, f, o = alpha*(x·W)*(h·U) + beta_1*(h·U) + beta_2*(x·W) + b
        c' = c*sigmoid(f + forget_bias) + sigmoid(i)*activation(j)
        h' = activation(c')*sigmoid(o)                       output = h', state = (c', h')

    With alpha 0 and beta_1 = beta_2 = 1 this is `BasicLSTMCell`. It is not the mLSTM of Krause et
    al. 2016, arXiv:1609.07959, which puts another product in place of h.

    Args:
      num_units: int n, size of c, h and output.
      initial_alpha, initial_beta: as in `MultiplicativeGRUCell`.
      forget_bias: constant inside the forget gate, no variable.
      activation: tanh by default.
      reuse, name, dtype: as in `tf.nn.rnn_cell.GRUCell`.
      **kwargs: `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`, `use_bias` (see
        `RNNCell`), `trainable`. alpha, beta_1 and beta_2 are no biases.

    Variables: input/kernel [input, 4n]; alpha, beta_1, beta_2 [4n]; recurrent/kernel [n, 4n]; bias
    [4n] (starts at 0).
    """

    def __init__(self, num_units, initial_alpha=1.0, initial_beta=0.5, forget_bias=1.0,
                 activation=None, reuse=None, name=None, dtype=None, **kwargs):
        super(MultiplicativeLSTMCell, self).__init__(
            num_units, initial_alpha=initial_alpha, initial_beta=initial_beta,
            activation=activation, reuse=reuse, name=name, dtype=dtype, **kwargs)
        self._forget_bias = finite_number("forget_bias", forget_bias)

    @property
    def state_size(self):
        return LSTMStateTuple(self._num_units, self._num_units)

    def _make_variables(self, input_size):
        n = self._num_units
        self._make_input_variables(input_size, 4 * n)
        self._recurrent_kernel = self._add_kernel("recurrent/kernel", n, 4 * n)
        self._bias = self._add_vector("bias", 4 * n)

    def _step(self, inputs, state):
        slope, offset = self._slope_and_offset(inputs)
        offset = biased(offset, self._bias)
        c, h = state
        i, j, f, o = tf.split(slope * tf.matmul(h, self._recurrent_kernel) + offset, 4, axis=1)
        c = c * tf.sigmoid(f + self._forget_bias) + tf.sigmoid(i) * self._activation(j)
        h = self._activation(c) * tf.sigmoid(o)
        return h, LSTMStateTuple(c, h)

    def get_config(self):
        config = super(MultiplicativeLSTMCell, self).get_config()
        config.update(forget_bias=self._forget_bias)
        return config
