"""The LSTM whose kernels are directions times lengths."""
from ..arguments import boolean
from ..tf1 import tf
from .linear import affine
from .peephole_lstm import PeepholeLSTM

__all__ = ["WeightNormLSTMCell"]

_SCOPE = "wn_lstm_cell"


class WeightNormLSTMCell(PeepholeLSTM):
    """`WeightNormLSTMCell` of contrib; weight normalisation, Salimans & Kingma 2016, arXiv:1602.07868.

        i, j, f, o = [x; h]·W + b
        c' = clip(c*sigmoid(f + forget_bias + p_f*c) + sigmoid(i + p_i*c)*activation(j))
        h' = clip((sigmoid(o + p_o*c')*activation(c'))·P)     output = h', state = (c', h')
        W  = [g_0*V_0/|V_0|; g_1*V_1/|V_1|]                   P = g*V/|V|, |V|: of each column

    Inputs and states have lengths of their own, g_0 and g_1.

    Args:
      num_units: int n, size of c.
      norm: False for kernels as they are.
      use_peepholes: whether the gates see c through diagonal weights p.
      cell_clip: number > 0: c' stays in [-cell_clip, cell_clip].
      initializer: of kernels, lengths, peepholes and projection; the scope's own by default.
      num_proj: int, size of h and output; None: n, no projection P.
      proj_clip: number > 0: the projected h' stays in [-proj_clip, proj_clip].
      forget_bias: constant inside the forget gate, no variable.
      activation: tanh by default.
      reuse: whether to reuse variables of the scope.
      **kwargs: `name`, `dtype`, `gpu_for_layer`, `weight_initializer` (of directions and
        unnormalised kernels), `orthogonal_scale_factor`, `use_bias` (see `RNNCell`), `trainable`.

    Variables, inside two scopes wn_lstm_cell as contrib's are: kernel [input + size of h, 4n],
    norm_0, norm_1 [4n], bias [4n] (starts at 0); w_f_diag, w_i_diag, w_o_diag [n];
    projection/kernel [n, num_proj], projection/norm_0 [num_proj].

    Raises:
      TypeError, ValueError: as `RNNCell`; at the first call for inputs of unknown size.
    """

    _peephole = _SCOPE + "/w_%s_diag"

    def __init__(self, num_units, norm=True, use_peepholes=False, cell_clip=None, initializer=None,
                 num_proj=None, proj_clip=None, forget_bias=1, activation=None, reuse=None,
                 **kwargs):
        super(WeightNormLSTMCell, self).__init__(
            num_units, use_peepholes, cell_clip, initializer, num_proj, proj_clip, forget_bias,
            activation, reuse, **kwargs)
        self._norm = boolean("norm", norm)
        if kwargs.get("name") is None:
            self._base_name = _SCOPE

    def __call__(self, inputs, state, scope=None, *args, **kwargs):
        if scope is None:
            return super(WeightNormLSTMCell, self).__call__(inputs, state, None, *args, **kwargs)
        # It names the scope around the cell's own.
        with tf.variable_scope(scope):
            return super(WeightNormLSTMCell, self).__call__(inputs, state, None, *args, **kwargs)

    def _kernel(self, prefix, heights, width):
        """A kernel whose parts, of these heights, are each normalised."""
        prefix = _SCOPE + prefix
        kernel = self._weight(prefix + "/kernel", [sum(heights), width])
        if not self._norm:
            return kernel
        parts, top = [], 0
        for which, height in enumerate(heights):
            rows = kernel[top:top + height]
            length = self._weight("%s/norm_%d" % (prefix, which), [width])
            parts.append(tf.nn.l2_normalize(rows, 0) * length)
            top += height
        return parts[0] if len(parts) == 1 else tf.concat(parts, 0)

    def _gates(self, inputs, h):
        width = 4 * self._num_units
        kernel = self._kernel("", [self._input_size, self.output_size], width)
        bias = self._weight(_SCOPE + "/bias", [width], 0.0)
        return tf.split(affine(inputs, h, kernel, bias), 4, axis=1)

    def _projected(self, h):
        return tf.matmul(h, self._kernel("/projection", [self._num_units], self._num_proj))

    def get_config(self):
        return dict(super(WeightNormLSTMCell, self).get_config(), norm=self._norm)
