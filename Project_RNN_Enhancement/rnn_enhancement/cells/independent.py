"""Cells whose units see their own state only: recurrent weights are vectors."""
from ..arguments import finite_number
from ..tf1 import tf
from .linear import biased
from .lstm import LSTMStateTuple
from .units import CellOfUnits

__all__ = ["IndRNNCell", "IndyGRUCell", "IndyLSTMCell"]


class _IndependentCell(CellOfUnits):

    def _add_map(self, kernel, vector, bias, input_size, count, bias_start=0.0):
        """Weights for `_mapped`: of the input, of the state, bias; `count` times as wide as n."""
        width = count * self._num_units
        starts = self._bias_initializer or tf.constant_initializer(bias_start)
        return (self._add_kernel(kernel, input_size, width, self._kernel_initializer),
                self.add_weight(vector, [1, width],
                                initializer=tf.random_uniform_initializer(-1, 1)),
                self.add_weight(bias, [width], initializer=starts))

    # Of the cell without arguments for them.
    _kernel_initializer = _bias_initializer = None

    def _set_initializers(self, kernel_initializer, bias_initializer):
        self._reject_rivals(self._weight_initializer, {"kernel_initializer": kernel_initializer})
        self._kernel_initializer = kernel_initializer
        self._bias_initializer = bias_initializer

    def _mapped(self, inputs, state, weights):
        kernel, vector, bias = weights
        count = tf.dimension_value(vector.shape[1]) // self._num_units
        state = state if count == 1 else tf.tile(state, [1, count])
        return biased(tf.matmul(inputs, kernel) + state * vector, bias)

    def get_config(self):
        config = super(_IndependentCell, self).get_config()
        if not isinstance(self, IndRNNCell):
            config.update(kernel_initializer=self._kernel_initializer,
                          bias_initializer=self._bias_initializer)
        return config


class IndRNNCell(_IndependentCell):
    """`tf.contrib.rnn.IndRNNCell`; independently recurrent, Li et al. 2018, arXiv:1803.04831.

        h' = activation(x·W + u*h + b)                        output = state = h'

    Args:
      num_units: int n, size of state and output.
      activation: tanh by default.
      reuse, name, dtype: as in `tf.nn.rnn_cell.GRUCell`.
      **kwargs: `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`, `use_bias` (see
        `RNNCell`), `trainable`.

    Variables: kernel_w [input, n], kernel_u [1, n] (starts uniform in [-1, 1]), bias [n].
    """

    def __init__(self, num_units, activation=None, reuse=None, name=None, dtype=None, **kwargs):
        super(IndRNNCell, self).__init__(num_units, activation=activation, reuse=reuse, name=name,
                                         dtype=dtype, **kwargs)

    def _make_variables(self, input_size):
        self._weights_of_step = self._add_map("kernel_w", "kernel_u", "bias", input_size, 1)

    def _step(self, inputs, state):
        h = self._activation(self._mapped(inputs, state, self._weights_of_step))
        return h, h


class IndyGRUCell(_IndependentCell):
    """`tf.contrib.rnn.IndyGRUCell`: the GRU, arXiv:1406.1078, with vectors as in arXiv:1803.04831.

        r, u = sigmoid(x·W_gates + u_gates*[h; h] + b_gates)
        c    = activation(x·W_candidate + u_candidate*r*h + b_candidate)
        h'   = u*h + (1-u)*c                                  output = state = h'

    Args:
      num_units: int n, size of state and output.
      activation: of the candidate; tanh by default.
      reuse, name, dtype: as in `tf.nn.rnn_cell.GRUCell`.
      kernel_initializer, bias_initializer: of the weights of the input, and of the biases.
      **kwargs: `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`, `use_bias` (see
        `RNNCell`), `trainable`.

    Variables: gates/kernel_w [input, 2n], gates/kernel_u [1, 2n], gates/bias [2n] (starts at 1);
    candidate/kernel [input, n], candidate/kernel_u [1, n], candidate/bias [n]. The vectors kernel_u
    start uniform in [-1, 1].
    """

    def __init__(self, num_units, activation=None, reuse=None, kernel_initializer=None,
                 bias_initializer=None, name=None, dtype=None, **kwargs):
        super(IndyGRUCell, self).__init__(num_units, activation=activation, reuse=reuse, name=name,
                                          dtype=dtype, **kwargs)
        self._set_initializers(kernel_initializer, bias_initializer)

    def _make_variables(self, input_size):
        self._gates = self._add_map("gates/kernel_w", "gates/kernel_u", "gates/bias", input_size, 2,
                                    1.0)
        self._candidate = self._add_map("candidate/kernel", "candidate/kernel_u", "candidate/bias",
                                        input_size, 1)

    def _step(self, inputs, state):
        r, u = tf.split(tf.sigmoid(self._mapped(inputs, state, self._gates)), 2, axis=1)
        c = self._activation(self._mapped(inputs, r * state, self._candidate))
        h = u * state + (1 - u) * c
        return h, h


class IndyLSTMCell(_IndependentCell):
    """`tf.contrib.rnn.IndyLSTMCell`; Gonnet and Deselaers 2019, arXiv:1903.08023.

        i, j, f, o = x·W + u*[h; h; h; h] + b
        c' = c*sigmoid(f + forget_bias) + sigmoid(i)*activation(j)
        h' = activation(c')*sigmoid(o)                        output = h', state = (c', h')

    Args:
      num_units: int n, size of c, h and output.
      forget_bias: constant inside the forget gate, no variable.
      activation: tanh by default.
      reuse, name, dtype: as in `tf.nn.rnn_cell.GRUCell`.
      kernel_initializer, bias_initializer: of the weights of the input, and of the bias.
      **kwargs: `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`, `use_bias` (see
        `RNNCell`), `trainable`.

    Variables: kernel_w [input, 4n], kernel_u [1, 4n] (starts uniform in [-1, 1]), bias [4n].
    """

    def __init__(self, num_units, forget_bias=1.0, activation=None, reuse=None,
                 kernel_initializer=None, bias_initializer=None, name=None, dtype=None, **kwargs):
        super(IndyLSTMCell, self).__init__(num_units, activation=activation, reuse=reuse, name=name,
                                           dtype=dtype, **kwargs)
        self._forget_bias = finite_number("forget_bias", forget_bias)
        self._set_initializers(kernel_initializer, bias_initializer)

    @property
    def state_size(self):
        return LSTMStateTuple(self._num_units, self._num_units)

    def _make_variables(self, input_size):
        self._weights_of_step = self._add_map("kernel_w", "kernel_u", "bias", input_size, 4)

    def _step(self, inputs, state):
        c, h = state
        i, j, f, o = tf.split(self._mapped(inputs, h, self._weights_of_step), 4, axis=1)
        c = c * tf.sigmoid(f + self._forget_bias) + tf.sigmoid(i) * self._activation(j)
        h = self._activation(c) * tf.sigmoid(o)
        return h, LSTMStateTuple(c, h)

    def get_config(self):
        config = super(IndyLSTMCell, self).get_config()
        config.update(forget_bias=self._forget_bias)
        return config
