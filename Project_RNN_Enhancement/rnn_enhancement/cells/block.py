"""Block cells of `tf.contrib.rnn`: a GRU and an LSTM under the names of TensorFlow's kernels."""
from ..arguments import boolean, finite_number, positive_int
from ..tf1 import is_sequence, tf
from .gru import GRUCell
from .linear import affine
from .lstm import LSTMStateTuple
from .units import CellOfUnits

__all__ = ["GRUBlockCell", "GRUBlockCellV2", "LSTMBlockCell", "LSTMBlock"]


class GRUBlockCell(GRUCell):
    """`tf.contrib.rnn.GRUBlockCell` of TensorFlow 1.15: its variables and numbers.

    The equations are `GRUCell`'s, with tanh.

    Args:
      num_units: int n, size of state and output.
      cell_size: the same by its older name; give one of the two.
      reuse: whether to reuse variables of the scope.
      name: of the layer, and so of its scope.
      **kwargs: `dtype`, `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`,
        `use_bias` (see `RNNCell`), `trainable`.

    Variables: w_ru [input + n, 2n], b_ru [2n] (starts at 1), w_c [input + n, n], b_c [n].

    Raises:
      ValueError: unless exactly one of `num_units` and `cell_size` is given; for one below 1.
      TypeError: for one that is no int.
    """

    _takes_skip_connections = False
    # Names of the gates' and the candidate's kernel and bias.
    _names = ("w_ru", "b_ru", "w_c", "b_c")

    def __init__(self, num_units=None, cell_size=None, reuse=None, name="gru_cell", **kwargs):
        if (num_units is None) == (cell_size is None):
            raise ValueError("%s takes num_units or cell_size, its older name: give exactly one of "
                             "them, got num_units=%r, cell_size=%r."
                             % (type(self).__name__, num_units, cell_size))
        if num_units is None:
            num_units = positive_int("cell_size", cell_size)
        super(GRUBlockCell, self).__init__(num_units, reuse=reuse, name=name, **kwargs)

    def build(self, inputs_shape):
        size = tf.dimension_value(tf.TensorShape(inputs_shape)[-1])
        if size is None:
            raise ValueError("Expected inputs.shape[-1] to be known, saw shape: %s" % inputs_shape)
        n = self._num_units
        kernel, bias, candidate_kernel, candidate_bias = self._names
        self._gate_kernel = self.add_weight(kernel, [size + n, 2 * n])
        self._gate_bias = self.add_weight(
            bias, [2 * n], initializer=tf.constant_initializer(1.0))
        self._candidate_kernel = self.add_weight(candidate_kernel, [size + n, n])
        self._candidate_bias = self.add_weight(
            candidate_bias, [n], initializer=tf.zeros_initializer())
        self.built = True

    @staticmethod
    def _is_kernel(leaf):
        return leaf in ("w_ru", "w_c", "kernel")

    @staticmethod
    def _is_bias(leaf):
        return leaf in ("b_ru", "b_c", "bias")

    def get_config(self):
        config = super(GRUBlockCell, self).get_config()
        for unknown in ("activation", "kernel_initializer", "bias_initializer"):
            config.pop(unknown, None)
        return config


class GRUBlockCellV2(GRUBlockCell):
    """`GRUBlockCell` with the variables of `GRUCell`.

    Arguments and errors as there.

    Variables: gates/kernel [input + n, 2n], gates/bias [2n] (starts at 1), candidate/kernel
    [input + n, n], candidate/bias [n].
    """

    _names = ("gates/kernel", "gates/bias", "candidate/kernel", "candidate/bias")


class LSTMBlock(object):
    """What `LSTMBlockCell` and `LSTMBlockFusedCell` have in common, before a layer among the bases.

        i, j, f, o = [x; h]·W + b
        c' = clip(c*sigmoid(f + forget_bias + p_f*c) + sigmoid(i + p_i*c)*tanh(j))
        h' = tanh(c')*sigmoid(o + p_o*c')

    Args:
      num_units: int n, size of c and h.
      forget_bias: constant inside the forget gate, no variable.
      cell_clip: c' is kept in [-cell_clip, cell_clip]; None, or a number that is not positive: no
        clipping. Gradients pass as if nothing were clipped, as TensorFlow's kernels let them.
      use_peephole: whether the gates see c through diagonal weights p.

    Raises:
      TypeError, ValueError: for what is no int >= 1, number or bool.
    """

    def _set_block(self, num_units, forget_bias, cell_clip, use_peephole):
        self._num_units = positive_int("num_units", num_units)
        self._forget_bias = finite_number("forget_bias", forget_bias)
        self._cell_clip = -1.0 if cell_clip is None else finite_number("cell_clip", cell_clip)
        self._use_peephole = boolean("use_peephole", use_peephole)

    def _make_variables(self, input_size):
        n = self._num_units
        self._kernel = self.add_weight("kernel", [input_size + n, 4 * n])
        self._bias = self.add_weight("bias", [4 * n], initializer=tf.zeros_initializer())
        if self._use_peephole:
            self._w_i_diag = self.add_weight("w_i_diag", [n])
            self._w_f_diag = self.add_weight("w_f_diag", [n])
            self._w_o_diag = self.add_weight("w_o_diag", [n])

    def _block_step(self, inputs, c, h):
        """(c', h') for inputs [batch, input_size] and c, h [batch, n]."""
        i, j, f, o = tf.split(affine(inputs, h, self._kernel, self._bias), 4, axis=1)
        f = f + self._forget_bias
        if self._use_peephole:
            i, f = i + self._w_i_diag * c, f + self._w_f_diag * c
        c = c * tf.sigmoid(f) + tf.sigmoid(i) * tf.tanh(j)
        if self._cell_clip > 0:
            # The difference is 0: it brings the gradient.
            c = (tf.stop_gradient(tf.clip_by_value(c, -self._cell_clip, self._cell_clip))
                 + (c - tf.stop_gradient(c)))
        if self._use_peephole:
            o = o + self._w_o_diag * c
        return c, tf.tanh(c) * tf.sigmoid(o)


class LSTMBlockCell(LSTMBlock, CellOfUnits):
    """`tf.contrib.rnn.LSTMBlockCell` of TensorFlow 1.15: its variables and numbers.

    Zaremba et al. 2014, arXiv:1409.2329, with the peepholes of Sak et al. 2014, arXiv:1402.1128;
    `LSTMBlock` has the equations. Differs from `LSTMCell` in the order of the peepholes'
    variables, and where c is clipped in the gradients.

    Args:
      num_units, forget_bias, cell_clip, use_peephole: as in `LSTMBlock`.
      dtype: of the variables; the inputs' by default.
      reuse: whether to reuse variables of the scope.
      name: of the layer, and so of its scope: `LSTMCell`'s.
      **kwargs: `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`, `use_bias` (see
        `RNNCell`), `trainable`.

    Variables: kernel [input + n, 4n], bias [4n], w_i_diag, w_f_diag, w_o_diag [n].

    Raises:
      TypeError, ValueError: as `LSTMBlock` and `RNNCell`; ValueError for a state that is no pair.
    """

    def __init__(self, num_units, forget_bias=1.0, cell_clip=None, use_peephole=False, dtype=None,
                 reuse=None, name="lstm_cell", **kwargs):
        super(LSTMBlockCell, self).__init__(num_units, dtype=dtype, reuse=reuse, name=name,
                                            **kwargs)
        self._set_block(num_units, forget_bias, cell_clip, use_peephole)

    @property
    def state_size(self):
        return LSTMStateTuple(self._num_units, self._num_units)

    def _kernel_blocks(self, name, shape):
        n = self._num_units
        return [shape[0] - n, n], [n] * 4

    def call(self, inputs, state):
        if not is_sequence(state) or len(state) != 2:
            raise ValueError("LSTMBlockCell takes a state (c, h), got %r." % (state,))
        c, h = self._block_step(inputs, *state)
        return h, LSTMStateTuple(c, h)

    def get_config(self):
        config = super(LSTMBlockCell, self).get_config()
        del config["activation"]
        config.update(forget_bias=self._forget_bias, cell_clip=self._cell_clip,
                      use_peephole=self._use_peephole)
        return config
