"""Long short-term memory, plain and with peepholes, projection and clipping."""
from ..arguments import accepts_integer_at, positive_int
from ..eras import state_is_tuple_by_era
from ..tf1 import is_sequence, rnn_cell, tf
from .base import CELL_OPTIONS, RNNCell, check_floating
from .linear import affine

__all__ = ["BasicLSTMCell", "LSTMCell", "LSTMStateTuple"]

LSTMStateTuple = rnn_cell.LSTMStateTuple

# What the gates i, j, f, o do, for `initializers.Chrono`.
_CHRONO_GATES = ("renew", 0.0, "keep", 0.0)


def _split_state(state, c_size, h_size):
    """(c, h) of a state in either form: a pair, or one tensor [batch, c_size + h_size].

    Raises:
      ValueError: if a tensor has another width.
    """
    if is_sequence(state):
        c, h = state
        return c, h
    state.shape.assert_is_compatible_with([None, c_size + h_size])
    return tf.slice(state, [0, 0], [-1, c_size]), tf.slice(state, [0, c_size], [-1, h_size])


class BasicLSTMCell(RNNCell, rnn_cell.BasicLSTMCell):
    """LSTM, Zaremba et al. 2014, arXiv:1409.2329, with a constant added to the forget gate.

        i, j, f, o = [x; h]·W + b
        c' = c * sigmoid(f + forget_bias) + sigmoid(i) * activation(j)
        h' = activation(c') * sigmoid(o)                     output = h', state = (c', h')

    Args:
      num_units: int n, size of c, h and output.
      forget_bias: constant inside the forget gate, no variable; `use_bias=False` leaves it.
      state_is_tuple: False for a state [batch, 2n], c and h side by side. Either form is taken
        as input whatever this says. Default: the era's (`set_era`), True since 0.11.
      activation: tanh by default.
      reuse, name, dtype: as in `tf.nn.rnn_cell.BasicLSTMCell`.
      chrono_max_steps: longest dependency in the data, in steps; the biases of f and i then start
        as `initializers.Chrono` says, for memories of up to that length, whatever `forget_bias`.
      **kwargs: `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`, `use_bias` (see
        `RNNCell`), `trainable`.

    Variables: kernel [input + n, 4n], bias [4n].

    Raises:
      TypeError, ValueError: as `RNNCell`; for a `chrono_max_steps` below 2 or without biases.
    """

    _options = CELL_OPTIONS + (("chrono_max_steps", None),)

    @state_is_tuple_by_era
    @accepts_integer_at(3, "input_size")
    def __init__(self, num_units, forget_bias=1.0, state_is_tuple=True, activation=None,
                 reuse=None, name=None, dtype=None, **kwargs):
        super(BasicLSTMCell, self).__init__(
            positive_int("num_units", num_units), forget_bias=forget_bias, activation=activation,
            reuse=reuse, name=name, dtype=dtype, **kwargs)
        # Set here, not passed on: TensorFlow warns at every cell with a concatenated state.
        self._state_is_tuple = state_is_tuple
        self._start_by_chrono("bias", _CHRONO_GATES, forget_bias)

    def _kernel_blocks(self, name, shape):
        n = self._num_units
        return [shape[0] - n, n], [n] * 4

    def call(self, inputs, state):
        # Operations have the names that they have in TensorFlow 1.15, down to the constants'.
        check_floating(inputs, state)
        axis = tf.constant(1, tf.int32)
        c, h = state if is_sequence(state) else tf.split(state, 2, axis=axis)
        i, j, f, o = tf.split(affine(inputs, h, self._kernel, self._bias), 4, axis=axis)
        forget_bias = tf.convert_to_tensor(self._forget_bias, f.dtype)
        c = tf.add(tf.multiply(c, tf.sigmoid(tf.add(f, forget_bias))),
                   tf.multiply(tf.sigmoid(i), self._activation(j)))
        h = tf.multiply(self._activation(c), tf.sigmoid(o))
        return h, LSTMStateTuple(c, h) if self._state_is_tuple else tf.concat([c, h], 1)


class LSTMCell(RNNCell, rnn_cell.LSTMCell):
    """LSTM, Sak et al. 2014, arXiv:1402.1128: peepholes (p), projection (P) and clipping.

        i, j, f, o = [x; h]·W + b
        c' = clip(c * sigmoid(f + forget_bias + p_f*c) + sigmoid(i + p_i*c) * activation(j))
        m  = sigmoid(o + p_o*c') * activation(c')
        h' = clip(m·P), or m without projection              output = h', state = (c', h')

    Args:
      num_units: int n, size of c.
      use_peepholes: whether the gates see c through diagonal weights.
      cell_clip: c' is kept in [-cell_clip, cell_clip]; None: no clipping.
      initializer: of kernels, peepholes and projection.
      num_proj: int, size of h and output; None: n, no projection.
      proj_clip: the projected h' is kept in [-proj_clip, proj_clip].
      num_unit_shards, num_proj_shards: partition the kernels (use a partitioner instead).
      forget_bias: constant inside the forget gate, no variable; `use_bias=False` leaves it.
      state_is_tuple: as in `BasicLSTMCell`.
      activation: tanh by default.
      reuse, name, dtype: as in `tf.nn.rnn_cell.LSTMCell`.
      chrono_max_steps: longest dependency in the data, in steps; the biases of f and i then start
        as `initializers.Chrono` says, for memories of up to that length, whatever `forget_bias`.
      **kwargs: `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`, `use_bias` (see
        `RNNCell`), `trainable`.

    Variables: kernel [input + size of h, 4n], bias [4n], w_f_diag, w_i_diag, w_o_diag [n],
    projection/kernel [n, num_proj].

    Raises:
      TypeError, ValueError: as `BasicLSTMCell`.
    """

    _options = CELL_OPTIONS + (("chrono_max_steps", None),)

    @state_is_tuple_by_era
    @accepts_integer_at(2, "input_size")
    def __init__(self, num_units, use_peepholes=False, cell_clip=None, initializer=None,
                 num_proj=None, proj_clip=None, num_unit_shards=None, num_proj_shards=None,
                 forget_bias=1.0, state_is_tuple=True, activation=None, reuse=None, name=None,
                 dtype=None, **kwargs):
        num_units = positive_int("num_units", num_units)
        if num_proj is not None:
            num_proj = positive_int("num_proj", num_proj)
        super(LSTMCell, self).__init__(
            num_units, use_peepholes=use_peepholes, cell_clip=cell_clip, initializer=initializer,
            num_proj=num_proj, proj_clip=proj_clip, num_unit_shards=num_unit_shards,
            num_proj_shards=num_proj_shards, forget_bias=forget_bias, activation=activation,
            reuse=reuse, name=name, dtype=dtype, **kwargs)
        self._state_is_tuple = state_is_tuple
        if not state_is_tuple:
            self._state_size = num_units + self._output_size
        self._start_by_chrono("bias", _CHRONO_GATES, forget_bias)

    def _kernel_blocks(self, name, shape):
        if name.startswith("projection"):
            return [shape[0]], [shape[1]]
        return [shape[0] - self._output_size, self._output_size], [self._num_units] * 4

    def call(self, inputs, state):
        check_floating(inputs, state)
        c, h = _split_state(state, self._num_units, self._output_size)
        i, j, f, o = tf.split(affine(inputs, h, self._kernel, self._bias), 4, axis=1)
        return self._updated(c, i, j, f, o)

    def _updated(self, c, i, j, f, o):
        """Output and new state, from the old c and what stands inside the gates."""
        f = f + self._forget_bias
        if self._use_peepholes:
            f = f + self._w_f_diag * c
        kept = tf.sigmoid(f) * c
        if self._use_peepholes:
            i = i + self._w_i_diag * c
        c = kept + tf.sigmoid(i) * self._activation(j)
        if self._cell_clip is not None:
            c = tf.clip_by_value(c, -self._cell_clip, self._cell_clip)
        if self._use_peepholes:
            o = o + self._w_o_diag * c
        h = tf.sigmoid(o) * self._activation(c)
        if self._num_proj is not None:
            h = tf.matmul(h, self._proj_kernel)
            if self._proj_clip is not None:
                h = tf.clip_by_value(h, -self._proj_clip, self._proj_clip)
        return h, LSTMStateTuple(c, h) if self._state_is_tuple else tf.concat([c, h], 1)
