"""An LSTM whose units open in rhythms of their own, for inputs at irregular times."""
from ..arguments import boolean
from ..tf1 import select_rows, tf
from .linear import affine, dense
from .lstm import LSTMStateTuple
from .units import CellOfUnits

__all__ = ["PhasedLSTMCell"]


def _log_uniform(low, high):
    """An initialiser that draws numbers in [low, high] whose logarithms are uniform."""
    def initializer(shape, dtype=tf.float32, partition_info=None):
        del partition_info
        return tf.exp(tf.random_uniform(shape, tf.log(low), tf.log(high), dtype))
    return initializer


class PhasedLSTMCell(CellOfUnits):
    """`tf.contrib.rnn.PhasedLSTMCell`; Phased LSTM, Neil et al. 2016, arXiv:1610.09513.

        i, f = sigmoid([x; h; c]·W_m + b_m)                   c only with peepholes
        c~   = c*f + i*tanh([x; h]·W_n + b_n)
        h~   = tanh(c~)*sigmoid([x; h; c~]·W_o + b_o)         c~ only with peepholes
        p    = ((time - phase) mod period) / period
        k    = 2p/ratio_on while p < ratio_on/2, 2 - 2p/ratio_on while p < ratio_on, else leak*p
        c'   = k*c~ + (1-k)*c         h' = k*h~ + (1-k)*h     output = h', state = (c', h')

    Inputs are pairs (time [batch, 1], float32 or float64; features x [batch, input], `dtype`).

    Args:
      num_units: int n, size of c, h and output.
      use_peepholes: whether the gates see c.
      leak: number or scalar tensor in [0, 1], how far closed units are open.
      ratio_on: number or scalar tensor in [0, 1], the part of a period in which a unit is open.
      trainable_ratio_on: whether that is learned.
      period_init_min, period_init_max: numbers > 0 or scalar tensors: periods start between them,
        uniform in the logarithm. A phase starts uniform in [0, period].
      reuse: whether to reuse variables of the scope.
      **kwargs: `name`, `dtype` (float32 by default), `gpu_for_layer`, `weight_initializer`,
        `orthogonal_scale_factor`, `use_bias` (see `RNNCell`), `trainable`.

    Variables: mask_gates/kernel [input + n (+ n), 2n], mask_gates/bias [2n], new_input/kernel
    [input + n, n], new_input/bias [n], output_gate/kernel [input + n (+ n), n], output_gate/bias
    [n]; period, phase, ratio_on [n].

    Raises:
      ValueError: for numbers outside their range; at a call, if the inputs are no pair.
    """

    def __init__(self, num_units, use_peepholes=False, leak=0.001, ratio_on=0.1,
                 trainable_ratio_on=True, period_init_min=1.0, period_init_max=1000.0, reuse=None,
                 dtype=None, **kwargs):
        # Times may be of another dtype than features and weights, and stay it.
        super(PhasedLSTMCell, self).__init__(num_units, reuse=reuse, dtype=dtype or tf.float32,
                                             autocast=False, **kwargs)
        self.input_spec = None
        self._use_peepholes = boolean("use_peepholes", use_peepholes)
        for name, value in (("leak", leak), ("ratio_on", ratio_on)):
            if isinstance(value, (int, float)) and not 0 <= value <= 1:
                raise ValueError("%s must be in [0, 1], got %r." % (name, value))
        if isinstance(period_init_min, (int, float)) and period_init_min <= 0:
            raise ValueError("period_init_min must be positive, got %r." % (period_init_min,))
        self._leak, self._ratio_on = leak, ratio_on
        self._trainable_ratio_on = boolean("trainable_ratio_on", trainable_ratio_on)
        self._period_init = period_init_min, period_init_max

    @property
    def state_size(self):
        return LSTMStateTuple(self._num_units, self._num_units)

    def build(self, inputs_shape):
        if not isinstance(inputs_shape, (list, tuple)) or len(inputs_shape) != 2:
            raise ValueError("PhasedLSTMCell takes pairs (time [batch, 1], features [batch, n]) as "
                             "inputs, got one of shape %s." % (inputs_shape,))
        super(PhasedLSTMCell, self).build(inputs_shape[1])

    def _make_variables(self, input_size):
        n = self._num_units
        joint = input_size + n
        seen = joint + n if self._use_peepholes else joint
        self._mask, self._new, self._out = [
            (self._add_kernel(name + "/kernel", rows, columns),
             self._add_vector(name + "/bias", columns))
            for name, rows, columns in (("mask_gates", seen, 2 * n), ("new_input", joint, n),
                                        ("output_gate", seen, n))]
        self._period = None

    def _make_rhythms(self):
        n = self._num_units
        self._period = self.add_weight("period", [n], initializer=_log_uniform(*self._period_init))
        self._phase = self.add_weight(
            "phase", [n],
            initializer=tf.random_uniform_initializer(0.0, self._period.initial_value))
        self._ratio = self.add_weight("ratio_on", [n], trainable=self._trainable_ratio_on,
                                      initializer=tf.constant_initializer(self._ratio_on))

    def _kernel_blocks(self, name, shape):
        n = self._num_units
        states = [n] * (2 if self._use_peepholes and not name.startswith("new_input") else 1)
        return [shape[0] - sum(states)] + states, [n] * (shape[1] // n)

    def call(self, inputs, state):
        time, x = inputs
        c, h = state
        seen = [x, h, c] if self._use_peepholes else [x, h]
        i, f = tf.split(tf.sigmoid(dense(tf.concat(seen, 1), *self._mask)), 2, axis=1)
        new_c = c * f + i * tf.tanh(affine(x, h, *self._new))
        seen = [x, h, new_c] if self._use_peepholes else [x, h]
        new_h = tf.tanh(new_c) * tf.sigmoid(dense(tf.concat(seen, 1), *self._out))
        if self._period is None:
            # Made as late as contrib's are, so that a seed gives the same numbers.
            with self._making_variables():
                self._make_rhythms()
        k = self._openness(time, x.dtype)
        new_c = k * new_c + (1 - k) * c
        new_h = k * new_h + (1 - k) * h
        return new_h, LSTMStateTuple(new_c, new_h)

    def _openness(self, time, dtype):
        # In the times' precision: large times with short periods have few digits left.
        period = tf.cast(self._period, time.dtype)
        shifted = time - tf.cast(self._phase, time.dtype)
        # The remainder moves as the time does.
        remainder = tf.stop_gradient(tf.mod(shifted, period) - shifted) + shifted
        p = tf.cast(remainder / period, dtype)
        rising = 2 * p / self._ratio
        k = select_rows(p < self._ratio, 2 - rising, self._leak * p)
        return select_rows(p < 0.5 * self._ratio, rising, k)

    def get_config(self):
        config = super(PhasedLSTMCell, self).get_config()
        del config["activation"]
        config.update(use_peepholes=self._use_peepholes, leak=self._leak, ratio_on=self._ratio_on,
                      trainable_ratio_on=self._trainable_ratio_on,
                      period_init_min=self._period_init[0], period_init_max=self._period_init[1])
        return config
