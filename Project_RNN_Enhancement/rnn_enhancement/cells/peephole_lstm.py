"""Base of the LSTMs of contrib that have peepholes, a projection, clipping and a norm."""
from ..arguments import boolean, finite_number, positive_number
from ..tf1 import tf
from .lstm import LSTMStateTuple
from .projected_lstm import ProjectedLSTM

__all__ = ["PeepholeLSTM"]


class _Kept(object):
    """Weights as attributes: a dict of them would be watched by the layer that has it."""


class PeepholeLSTM(ProjectedLSTM):
    """An LSTM with peepholes, projection and clipping; subclasses make its gates.

        i, j, f, o = _gates(x, h)
        c' = clip(_normalized(c*sigmoid(f + forget_bias + p_f*c) + sigmoid(i + p_i*c)*activation(j)))
        h' = clip(_projected(sigmoid(o + p_o*c')*activation(c')))

    A weight is made when the first step comes to it, as contrib's are, so that a seed gives the
    same numbers. As there, cells called in one scope, each without a scope of its own, look for
    their variables under the same names.
    """

    def __init__(self, num_units, use_peepholes=False, cell_clip=None, initializer=None,
                 num_proj=None, proj_clip=None, forget_bias=1.0, activation=None, reuse=None,
                 **kwargs):
        super(PeepholeLSTM, self).__init__(num_units, num_proj=num_proj, activation=activation,
                                           reuse=reuse, **kwargs)
        self._reject_rivals(self._weight_initializer, {"initializer": initializer})
        self._use_peepholes = boolean("use_peepholes", use_peepholes)
        self._cell_clip = None if cell_clip is None else positive_number("cell_clip", cell_clip)
        self._initializer = initializer
        self._proj_clip = None if proj_clip is None else positive_number("proj_clip", proj_clip)
        self._forget_bias = finite_number("forget_bias", forget_bias)

    def __call__(self, inputs, state, scope=None, *args, **kwargs):
        with tf.variable_scope(tf.get_variable_scope(), auxiliary_name_scope=False):
            return super(PeepholeLSTM, self).__call__(inputs, state, scope, *args, **kwargs)

    def _make_variables(self, input_size):
        self._input_size = input_size
        self._kept = _Kept()

    def _weight(self, name, shape, start=None):
        """The variable of that name; a new one starts at a number, or as `initializer` says."""
        kept = vars(self._kept)
        if name not in kept:
            initializer = self._initializer if start is None else tf.constant_initializer(start)
            with self._making_variables():
                kept[name] = self.add_weight(name, shape, initializer=initializer)
        return kept[name]

    def _kernel_blocks(self, name, shape):
        if "projection" in name:
            return [shape[0]], [shape[1]]
        return [self._input_size, self.output_size], [self._num_units] * 4

    def _gates(self, inputs, h):
        raise NotImplementedError

    def _normalized(self, c):
        return c

    def _projected(self, h):
        raise NotImplementedError

    def _step(self, inputs, state):
        c, h = state
        i, j, f, o = self._gates(inputs, h)
        if self._use_peepholes:
            p_f, p_i, p_o = [self._weight(self._peephole % gate, [self._num_units])
                             for gate in ("f", "i", "o")]
        f = f + self._forget_bias
        if self._use_peepholes:
            f, i = f + p_f * c, i + p_i * c
        c = self._normalized(c * tf.sigmoid(f) + tf.sigmoid(i) * self._activation(j))
        if self._cell_clip is not None:
            c = tf.clip_by_value(c, -self._cell_clip, self._cell_clip)
        if self._use_peepholes:
            o = o + p_o * c
        h = tf.sigmoid(o) * self._activation(c)
        if self._num_proj is not None:
            h = self._projected(h)
            if self._proj_clip is not None:
                h = tf.clip_by_value(h, -self._proj_clip, self._proj_clip)
        return h, LSTMStateTuple(c, h)

    _peephole = "w_%s_diag"

    def get_config(self):
        config = super(PeepholeLSTM, self).get_config()
        config.update(use_peepholes=self._use_peepholes, cell_clip=self._cell_clip,
                      initializer=self._initializer, proj_clip=self._proj_clip,
                      forget_bias=self._forget_bias)
        return config
