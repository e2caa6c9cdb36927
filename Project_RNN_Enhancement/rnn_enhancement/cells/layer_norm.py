"""Gated cells with layer normalisation."""
from ..arguments import boolean, finite_number, positive_number
from ..tf1 import is_tensor, is_variable, select_rows, tf
from .lstm import LSTMStateTuple
from .linear import affine
from .units import CellOfUnits

__all__ = ["LayerNormGRUCell", "LayerNormLSTMCell", "LayerNormBasicLSTMCell",
           "normalized_as_in_contrib", "without_slope_where_equal"]


def _normalized(values, gain, epsilon, shift=None):
    """gain * (v - mean(v)) / sqrt(variance(v) + epsilon) + shift over each row."""
    mean, variance = tf.nn.moments(values, [1], keepdims=True)
    return tf.nn.batch_normalization(values, mean, variance, shift, gain, epsilon)


def without_slope_where_equal(values):
    """The values, of which rows of equal numbers have no gradient: for layer normalisation.

    Its slope there, 1/sqrt(epsilon), says nothing of what a step of finite length does; over the
    rows of zeros that padding makes, step after step, it would grow beyond all numbers.
    """
    is_constant = tf.equal(tf.reduce_max(values, 1), tf.reduce_min(values, 1))
    return select_rows(is_constant, tf.stop_gradient(values), values)


def normalized_as_in_contrib(values, gain, shift):
    """Layer normalisation with the epsilon of `tf.contrib.layers.layer_norm`."""
    return _normalized(values, gain, 1e-12, shift)


class _LayerNormCell(CellOfUnits):

    def __init__(self, num_units, epsilon=1e-5, activation=None, reuse=None, name=None, dtype=None,
                 **kwargs):
        super(_LayerNormCell, self).__init__(
            num_units, activation=activation, reuse=reuse, name=name, dtype=dtype, **kwargs)
        if self._num_units == 1:
            raise ValueError("num_units must be at least 2, got 1: layer normalisation makes a "
                             "constant of a single number.")
        self._epsilon = positive_number("epsilon", epsilon)

    def _add_gain(self, name, size):
        return self._add_vector(name, size, 1.0)

    def _norm(self, values, gain, shift=None):
        return _normalized(without_slope_where_equal(values), gain, self._epsilon, shift)

    def get_config(self):
        config = super(_LayerNormCell, self).get_config()
        config.update(epsilon=self._epsilon)
        return config


class LayerNormGRUCell(_LayerNormCell):
    """GRU with layer normalisation, Ba, Kiros and Hinton 2016, arXiv:1607.06450 (recalled).

        ln(v; g) = g * (v - mean(v)) / sqrt(variance(v) + epsilon),  over the units of an example
        r, u = sigmoid(ln(x·W_gates; g_1) + ln(h·U_gates; g_2) + b_gates)
        c    = activation(ln(x·W_c; g_3) + b_c + r*(ln(h·U_c; g_4) + b_h))
        h'   = u*h + (1-u)*c                                       output = state = h'

    The products of input and state are normalised apart; the gates' over r and u together. As
    printed, reset comes after the product. The directions of u and r, and the start of their bias,
    are `GRUCell`'s. Of two biases that are only ever added (the paper has one per norm) there is
    one.

    Args:
      num_units: int n >= 2, size of state and output.
      epsilon: number > 0, added to variances.
      activation: of the candidate; tanh by default.
      reuse, name, dtype: as in `tf.nn.rnn_cell.GRUCell`.
      **kwargs: `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`, `use_bias` (see
        `RNNCell`), `trainable`.

    Variables: input/kernel [input, 3n], recurrent/kernel [n, 3n], for r, u and c; gates/input/gain,
    gates/recurrent/gain [2n], candidate/input/gain, candidate/recurrent/gain [n] (start at 1);
    gates/bias [2n] (starts at 1), candidate/bias, candidate/recurrent/bias [n].
    """

    def _make_variables(self, input_size):
        n = self._num_units
        self._input_kernel = self._add_kernel("input/kernel", input_size, 3 * n)
        self._recurrent_kernel = self._add_kernel("recurrent/kernel", n, 3 * n)
        self._gate_gains = (self._add_gain("gates/input/gain", 2 * n),
                            self._add_gain("gates/recurrent/gain", 2 * n))
        self._candidate_gains = (self._add_gain("candidate/input/gain", n),
                                 self._add_gain("candidate/recurrent/gain", n))
        self._gate_bias = self._add_vector("gates/bias", 2 * n, 1.0)
        self._candidate_bias = self._add_vector("candidate/bias", n)
        self._reset_bias = self._add_vector("candidate/recurrent/bias", n)

    def _gates_and_candidate(self, values, kernel):
        n = self._num_units
        return tf.split(tf.matmul(values, kernel), [2 * n, n], axis=1)

    def _step(self, inputs, state):
        gates, c = self._gates_and_candidate(inputs, self._input_kernel)
        gates_of_x = self._norm(gates, self._gate_gains[0], self._gate_bias)
        c_of_x = self._norm(c, self._candidate_gains[0], self._candidate_bias)
        gates, c = self._gates_and_candidate(state, self._recurrent_kernel)
        r, u = tf.split(tf.sigmoid(gates_of_x + self._norm(gates, self._gate_gains[1])), 2, axis=1)
        c = self._activation(c_of_x + r * self._norm(c, self._candidate_gains[1],
                                                     self._reset_bias))
        h = u * state + (1 - u) * c
        return h, h


class LayerNormLSTMCell(_LayerNormCell):
    """LSTM with layer normalisation, Ba, Kiros and Hinton 2016, arXiv:1607.06450 (recalled).

        ln(v; g) = g * (v - mean(v)) / sqrt(variance(v) + epsilon),  over the units of an example
        i, j, f, o = ln(x·W; g_1) + ln(h·U; g_2) + b
        c' = c*sigmoid(f + forget_bias) + sigmoid(i)*activation(j)
        h' = activation(ln(c'; g_3) + b_3)*sigmoid(o)        output = h', state = (c', h')

    The products of input and state are normalised apart, each over all four gates together; the
    state keeps c' as it is. Of the paper's three biases inside the gates, which are only ever
    added, there is one. (`LayerNormBasicLSTMCell` differs in all of this.)

    Args:
      num_units: int n >= 2, size of c, h and output.
      epsilon: number > 0, added to variances.
      forget_bias: constant inside the forget gate, no variable.
      activation: tanh by default.
      reuse, name, dtype: as in `tf.nn.rnn_cell.GRUCell`.
      **kwargs: `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`, `use_bias` (see
        `RNNCell`), `trainable`.

    Variables: input/kernel [input, 4n], recurrent/kernel [n, 4n]; input/gain, recurrent/gain [4n],
    memory/gain [n] (start at 1); bias [4n], memory/bias [n] (start at 0).
    """

    def __init__(self, num_units, epsilon=1e-5, forget_bias=1.0, activation=None, reuse=None,
                 name=None, dtype=None, **kwargs):
        super(LayerNormLSTMCell, self).__init__(
            num_units, epsilon=epsilon, activation=activation, reuse=reuse, name=name, dtype=dtype,
            **kwargs)
        self._forget_bias = finite_number("forget_bias", forget_bias)

    @property
    def state_size(self):
        return LSTMStateTuple(self._num_units, self._num_units)

    def _make_variables(self, input_size):
        n = self._num_units
        self._input_kernel = self._add_kernel("input/kernel", input_size, 4 * n)
        self._recurrent_kernel = self._add_kernel("recurrent/kernel", n, 4 * n)
        self._input_gain = self._add_gain("input/gain", 4 * n)
        self._recurrent_gain = self._add_gain("recurrent/gain", 4 * n)
        self._memory_gain = self._add_gain("memory/gain", n)
        self._bias = self._add_vector("bias", 4 * n)
        self._memory_bias = self._add_vector("memory/bias", n)

    def _step(self, inputs, state):
        c, h = state
        of_x = self._norm(tf.matmul(inputs, self._input_kernel), self._input_gain, self._bias)
        of_h = self._norm(tf.matmul(h, self._recurrent_kernel), self._recurrent_gain)
        i, j, f, o = tf.split(of_x + of_h, 4, axis=1)
        c = c * tf.sigmoid(f + self._forget_bias) + tf.sigmoid(i) * self._activation(j)
        h = self._activation(self._norm(c, self._memory_gain, self._memory_bias)) * tf.sigmoid(o)
        return h, LSTMStateTuple(c, h)

    def get_config(self):
        config = super(LayerNormLSTMCell, self).get_config()
        config.update(forget_bias=self._forget_bias)
        return config


class LayerNormBasicLSTMCell(CellOfUnits):
    """`tf.contrib.rnn.LayerNormBasicLSTMCell` of TensorFlow 1.15: its variables and numbers.

        i, j, f, o = each ln([x; h]·W_gate)
        c' = ln(c*sigmoid(f + forget_bias) + sigmoid(i)*dropout(activation(j)))
        h' = activation(c')*sigmoid(o)                       output = h', state = (c', h')

    Differs from the paper, Ba et al. 2016, arXiv:1607.06450: it normalises each gate by itself,
    input and state together, and its state keeps the normalised c. Dropout of the candidate is
    Semeniuta et al. 2016, arXiv:1603.05118. Differs from TensorFlow 1.15 in the gradient of a row
    of equal numbers, as frames of zeros make them: it is 0 here, and a million times there, at
    every step.

    Args:
      num_units: int n, size of c, h and output.
      forget_bias: constant inside the forget gate, no variable.
      input_size: unused.
      activation: tanh by default.
      layer_norm: False for a plain LSTM.
      norm_gain, norm_shift: numbers that gains and shifts start at.
      dropout_keep_prob: number in (0, 1] or scalar tensor, chance that an element of the candidate
        is kept.
      dropout_prob_seed: seed of the dropout.
      reuse: whether to reuse variables of the scope.
      **kwargs: `name`, `dtype`, `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`,
        `use_bias` (False: no shifts; see `RNNCell`), `trainable`.

    Variables: kernel [input + n, 4n]; gamma, beta [n] in each of input, transform, forget, output
    and state; without layer norm bias [4n] in their place, which starts as the variable scope's
    initialiser says.
    """

    def __init__(self, num_units, forget_bias=1.0, input_size=None, activation=tf.tanh,
                 layer_norm=True, norm_gain=1.0, norm_shift=0.0, dropout_keep_prob=1.0,
                 dropout_prob_seed=None, reuse=None, **kwargs):
        if input_size is not None:
            tf.logging.log_first_n(tf.logging.WARN, "LayerNormBasicLSTMCell: input_size is unused.",
                                   1)
        super(LayerNormBasicLSTMCell, self).__init__(
            num_units, activation=activation, reuse=reuse, **kwargs)
        self._forget_bias = finite_number("forget_bias", forget_bias)
        self._layer_norm = boolean("layer_norm", layer_norm)
        self._norm_gain = finite_number("norm_gain", norm_gain)
        self._norm_shift = finite_number("norm_shift", norm_shift)
        if not (is_tensor(dropout_keep_prob) or is_variable(dropout_keep_prob)):
            dropout_keep_prob = finite_number("dropout_keep_prob", dropout_keep_prob)
            if not 0 < dropout_keep_prob <= 1:
                raise ValueError("dropout_keep_prob must be in (0, 1], got %r."
                                 % (dropout_keep_prob,))
        self._keep_prob = dropout_keep_prob
        self._seed = dropout_prob_seed

    @property
    def state_size(self):
        return LSTMStateTuple(self._num_units, self._num_units)

    def _make_variables(self, input_size):
        n = self._num_units
        self._joint_kernel = self._add_kernel("kernel", input_size + n, 4 * n)
        self._bias = None
        if not self._layer_norm:
            # As in TensorFlow, by the scope's initialiser, which is not zero.
            self._bias = self.add_weight("bias", [4 * n])
            return
        self._norms = tuple(
            (self._add_vector(name + "/gamma", n, self._norm_gain),
             self._add_vector(name + "/beta", n, self._norm_shift) if self._use_bias else None)
            for name in ("input", "transform", "forget", "output", "state"))

    def _kernel_blocks(self, name, shape):
        n = self._num_units
        return [shape[0] - n, n], [n] * 4

    def _norm(self, values, which):
        if not self._layer_norm:
            return values
        return normalized_as_in_contrib(without_slope_where_equal(values), *self._norms[which])

    def call(self, inputs, state):
        c, h = state
        gates = tf.split(affine(inputs, h, self._joint_kernel, self._bias), 4, axis=1)
        i, j, f, o = [self._norm(gate, which) for which, gate in enumerate(gates)]
        j = self._activation(j)
        if not isinstance(self._keep_prob, float) or self._keep_prob < 1:
            j = tf.nn.dropout(j, rate=1 - self._keep_prob, seed=self._seed)
        c = self._norm(c * tf.sigmoid(f + self._forget_bias) + tf.sigmoid(i) * j, 4)
        h = self._activation(c) * tf.sigmoid(o)
        return h, LSTMStateTuple(c, h)

    def get_config(self):
        config = super(LayerNormBasicLSTMCell, self).get_config()
        config.update(forget_bias=self._forget_bias, layer_norm=self._layer_norm,
                      norm_gain=self._norm_gain, norm_shift=self._norm_shift,
                      dropout_keep_prob=self._keep_prob, dropout_prob_seed=self._seed)
        return config
