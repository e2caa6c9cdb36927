"""The LSTM of contrib whose gates and memory are normalised over each row."""
from ..arguments import boolean, finite_number
from ..tf1 import tf
from .layer_norm import normalized_as_in_contrib
from .linear import affine
from .peephole_lstm import PeepholeLSTM

__all__ = ["LayerNormLSTMCell"]


class LayerNormLSTMCell(PeepholeLSTM):
    """`LayerNormLSTMCell` of contrib: its variables and numbers.

        i, j, f, o = [x; h]·W + b,  or each ln([x; h]·W_gate) without b
        c' = clip(ln(c*sigmoid(f + forget_bias + p_f*c) + sigmoid(i + p_i*c)*activation(j)))
        h' = clip((sigmoid(o + p_o*c')*activation(c'))·P)     output = h', state = (c', h')

    Not `rnn_cell_enhanced.LayerNormLSTMCell`, which normalises as Ba et al. 2016, arXiv:1607.06450,
    do: input and state apart, all gates together, and c only on its way out.

    Args:
      num_units: int n, size of c.
      use_peepholes: whether the gates see c through diagonal weights p.
      cell_clip: number > 0: c' stays in [-cell_clip, cell_clip].
      initializer: of kernels, peepholes and projection; the scope's own by default.
      num_proj: int, size of h and output; None: n, no projection P.
      proj_clip: number > 0: the projected h' stays in [-proj_clip, proj_clip].
      forget_bias: constant inside the forget gate, no variable.
      activation: tanh by default.
      layer_norm: whether gates and c are normalised.
      norm_gain, norm_shift: numbers that gains and shifts start at.
      reuse: whether to reuse variables of the scope.
      **kwargs: `name`, `dtype`, `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`,
        `use_bias` (False: no shifts either; see `RNNCell`), `trainable`.

    Variables: kernel [input + size of h, 4n], bias [4n] (starts at 0; nothing reads it with
    `layer_norm`); gamma, beta [n] in each of input, transform, forget, output and state; w_f_diag,
    w_i_diag, w_o_diag [n]; projection/kernel [n, num_proj].

    Raises:
      TypeError, ValueError: as `RNNCell`; at the first call for inputs of unknown size.
    """

    def __init__(self, num_units, use_peepholes=False, cell_clip=None, initializer=None,
                 num_proj=None, proj_clip=None, forget_bias=1.0, activation=None, layer_norm=False,
                 norm_gain=1.0, norm_shift=0.0, reuse=None, **kwargs):
        super(LayerNormLSTMCell, self).__init__(
            num_units, use_peepholes, cell_clip, initializer, num_proj, proj_clip, forget_bias,
            activation, reuse, **kwargs)
        self._layer_norm = boolean("layer_norm", layer_norm)
        self._norm_gain = finite_number("norm_gain", norm_gain)
        self._norm_shift = finite_number("norm_shift", norm_shift)

    def _norm(self, values, name):
        shape = [self._num_units]
        gain = self._weight(name + "/gamma", shape, self._norm_gain)
        shift = self._weight(name + "/beta", shape, self._norm_shift) if self._use_bias else None
        # More operations here would give the weights that are made behind them other seeds.
        return normalized_as_in_contrib(values, gain, shift)

    def _gates(self, inputs, h):
        n = self._num_units
        kernel = self._weight("kernel", [self._input_size + self.output_size, 4 * n])
        bias = self._weight("bias", [4 * n], 0.0)
        gates = affine(inputs, h, kernel, None if self._layer_norm else bias)
        gates = tf.split(gates, 4, axis=1)
        if not self._layer_norm:
            return gates
        return [self._norm(gate, name) for gate, name in
                zip(gates, ("input", "transform", "forget", "output"))]

    def _normalized(self, c):
        return self._norm(c, "state") if self._layer_norm else c

    def _projected(self, h):
        return tf.matmul(h, self._weight("projection/kernel", [self._num_units, self._num_proj]))

    def get_config(self):
        config = super(LayerNormLSTMCell, self).get_config()
        config.update(layer_norm=self._layer_norm, norm_gain=self._norm_gain,
                      norm_shift=self._norm_shift)
        return config
