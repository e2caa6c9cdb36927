"""An LSTM whose input gate is what its forget gate leaves."""
from ..arguments import boolean, finite_number, positive_int, positive_number
from ..eras import state_is_tuple_by_era
from ..tf1 import tf
from .layer_norm import normalized_as_in_contrib, without_slope_where_equal
from .linear import affine, biased
from .lstm import LSTMStateTuple, _split_state
from .sharded import ShardedCell, whole

__all__ = ["CoupledInputForgetGateLSTMCell"]


class CoupledInputForgetGateLSTMCell(ShardedCell):
    """`tf.contrib.rnn.CoupledInputForgetGateLSTMCell`; Greff et al. 2015, arXiv:1503.04069 (CIFG).

        j, f, o = [x; h]·W + b,  or each ln([x; h]·W_gate) without b
        f  = sigmoid(f + forget_bias + p_f*c)
        c' = f*c + (1-f)*activation(j),  or ln of that
        h' = clip((sigmoid(o + p_o*c')*activation(c'))·P)     output = h', state = (c', h')

    Args:
      num_units: int n, size of c.
      use_peepholes: whether the gates see c through diagonal weights p.
      initializer: unused, as in TensorFlow 1.15.
      num_proj: int, size of h and output; None: n, no projection P.
      proj_clip: number > 0: the projected h' stays in [-proj_clip, proj_clip].
      num_unit_shards, num_proj_shards: ints, number of variables that a kernel is kept in.
      forget_bias: constant inside the forget gate, no variable.
      state_is_tuple: False for a state [batch, n + size of h], c and h side by side.
      activation: tanh by default.
      reuse: whether to reuse variables of the scope.
      layer_norm: whether gates and c are normalised.
      norm_gain, norm_shift: numbers that gains and shifts start at.
      **kwargs: `name`, `dtype`, `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`,
        `use_bias` (see `RNNCell`), `trainable`.

    Variables: W_0 [input + size of h, 3n] (or its shards), B [3n] (starts at 0); W_F_diag,
    W_O_diag [n]; W_P_0 [n, num_proj]; gamma, beta [n] in transform, forget, output and state.

    Raises:
      TypeError, ValueError: as `RNNCell`; for more shards than rows.
    """

    @state_is_tuple_by_era
    def __init__(self, num_units, use_peepholes=False, initializer=None, num_proj=None,
                 proj_clip=None, num_unit_shards=1, num_proj_shards=1, forget_bias=1.0,
                 state_is_tuple=True, activation=tf.tanh, reuse=None, layer_norm=False,
                 norm_gain=1.0, norm_shift=0.0, **kwargs):
        super(CoupledInputForgetGateLSTMCell, self).__init__(
            num_units, initializer=initializer, num_unit_shards=num_unit_shards,
            forget_bias=forget_bias, activation=activation, reuse=reuse, **kwargs)
        self._use_peepholes = boolean("use_peepholes", use_peepholes)
        self._num_proj = None if num_proj is None else positive_int("num_proj", num_proj)
        self._proj_clip = None if proj_clip is None else positive_number("proj_clip", proj_clip)
        self._num_proj_shards = positive_int("num_proj_shards", num_proj_shards)
        self._state_is_tuple = boolean("state_is_tuple", state_is_tuple)
        self._layer_norm = boolean("layer_norm", layer_norm)
        self._norm_gain = finite_number("norm_gain", norm_gain)
        self._norm_shift = finite_number("norm_shift", norm_shift)

    @property
    def output_size(self):
        return self._num_proj or self._num_units

    @property
    def state_size(self):
        c, h = self._num_units, self.output_size
        return LSTMStateTuple(c, h) if self._state_is_tuple else c + h

    def _make_variables(self, input_size):
        n = self._num_units
        self._kernel = self._add_shards("W", input_size + self.output_size, 3 * n,
                                        self._num_unit_shards)
        self._bias = self._add_vector("B", 3 * n)
        self._norms = [self._add_norm(name) for name in ("transform", "forget", "output")
                       if self._layer_norm]
        if self._use_peepholes:
            self._f_diag = self.add_weight("W_F_diag", [n])
            self._o_diag = self.add_weight("W_O_diag", [n])
        if self._layer_norm:
            self._norms.append(self._add_norm("state"))
        if self._num_proj is not None:
            self._projection = self._add_shards("W_P", n, self._num_proj, self._num_proj_shards)

    def _add_norm(self, name):
        return (self._add_vector(name + "/gamma", self._num_units, self._norm_gain),
                self._add_vector(name + "/beta", self._num_units, self._norm_shift))

    def _norm(self, values, which):
        if not self._layer_norm:
            return values
        return normalized_as_in_contrib(without_slope_where_equal(values), *self._norms[which])

    def call(self, inputs, state):
        c, h = _split_state(state, self._num_units, self.output_size)
        gates = affine(inputs, h, whole(self._kernel), None)
        if not self._layer_norm:
            gates = biased(gates, self._bias)
        j, f, o = [self._norm(gate, which)
                   for which, gate in enumerate(tf.split(gates, 3, axis=1))]
        f = f + self._forget_bias
        if self._use_peepholes:
            f = f + self._f_diag * c
        f = tf.sigmoid(f)
        c = self._norm(f * c + (1 - f) * self._activation(j), 3)
        if self._use_peepholes:
            o = o + self._o_diag * c
        h = tf.sigmoid(o) * self._activation(c)
        if self._num_proj is not None:
            h = tf.matmul(h, whole(self._projection))
            if self._proj_clip is not None:
                h = tf.clip_by_value(h, -self._proj_clip, self._proj_clip)
        return h, LSTMStateTuple(c, h) if self._state_is_tuple else tf.concat([c, h], 1)

    def get_config(self):
        config = super(CoupledInputForgetGateLSTMCell, self).get_config()
        config.update(use_peepholes=self._use_peepholes, num_proj=self._num_proj,
                      proj_clip=self._proj_clip, num_proj_shards=self._num_proj_shards,
                      state_is_tuple=self._state_is_tuple, layer_norm=self._layer_norm,
                      norm_gain=self._norm_gain, norm_shift=self._norm_shift)
        return config
