"""Mutants of the gated recurrent unit that an evolutionary search found."""
from ..arguments import finite_number
from ..initializers import RandomSigns
from ..tf1 import tf
from .linear import biased, dense
from .units import CellOfUnits

__all__ = ["JZS1Cell", "JZS2Cell", "JZS3Cell"]


class _Mutant(CellOfUnits):
    """What the three mutants share: arguments, gates' names, the mix of old and new."""

    _base = None

    def __init__(self, num_units, activation=None, reuse=None, name=None, dtype=None,
                 update_offset=0.0, reset_offset=0.0, **kwargs):
        super(_Mutant, self).__init__(num_units, activation, reuse, name or self._base, dtype,
                                      **kwargs)
        self._update_offset = finite_number("update_offset", update_offset)
        self._reset_offset = finite_number("reset_offset", reset_offset)

    def _from_input(self, gate, input_size):
        return self.add_weight(gate + "/input/kernel", [input_size, self._num_units])

    def _from_state(self, gate):
        return self.add_weight(gate + "/recurrent/kernel", [self._num_units, self._num_units])

    def _bias(self, gate):
        return self.add_weight(gate + "/bias", [self._num_units],
                               initializer=tf.zeros_initializer())

    @staticmethod
    def _sum(value, bias, offset=0.0):
        value = biased(value, bias)
        return value + offset if offset else value

    @staticmethod
    def _mixed(z, c, h):
        """c * z + h * (1-z), in three operations."""
        return h + z * (c - h)

    def get_config(self):
        return dict(super(_Mutant, self).get_config(), update_offset=self._update_offset,
                    reset_offset=self._reset_offset)


class _BareInputMutant(_Mutant):
    """A mutant that takes its input to the size of its state without a weight, as far as it can."""

    def __init__(self, num_units, activation=None, reuse=None, name=None, dtype=None,
                 update_offset=0.0, reset_offset=0.0, trainable_projection=False, **kwargs):
        super(_BareInputMutant, self).__init__(
            num_units, activation, reuse, name, dtype, update_offset, reset_offset, **kwargs)
        if not isinstance(trainable_projection, bool):
            raise TypeError("trainable_projection must be True or False, got %r."
                            % (trainable_projection,))
        self._trainable_projection = trainable_projection

    def _make_projection(self, input_size):
        shape = [input_size, self._num_units]
        if input_size == self._num_units:
            self._p = None
        elif self._trainable_projection:
            self._p = self.add_weight("projection/kernel", shape)
        else:
            self._p = self.add_weight("projection", shape, initializer=RandomSigns(),
                                      trainable=False)

    def _projected(self, x):
        return x if self._p is None else tf.matmul(x, self._p)

    def get_config(self):
        return dict(super(_BareInputMutant, self).get_config(),
                    trainable_projection=self._trainable_projection)


class JZS1Cell(_BareInputMutant):
    """MUT1 of Jozefowicz, Zaremba & Sutskever, ICML 2015: no state in the update gate.

        z  = sigmoid(x·W_xz + b_z)
        r  = sigmoid(x·W_xr + h·W_hr + b_r)
        c  = activation((r*h)·W_hh + tanh(p(x)) + b_h)
        h' = c * z + h * (1-z)                               output = state = h'

    z multiplies the candidate c: contrary to u of `GRUCell`, a large b_z means overwrite. The
    biases start at 0 here; `update_offset=-1, reset_offset=1` is a start that remembers.

    The paper needs inputs of the size of the state: there p(x) = x. For other sizes
    p(x) = x·P, with fixed random entries of -1/sqrt(input) and 1/sqrt(input), as early Keras did,
    or with a trained P.

    Args:
      num_units: int n, size of state and output.
      activation: of the candidate; tanh by default.
      reuse, name, dtype: as in `tf.nn.rnn_cell.GRUCell`.
      update_offset, reset_offset: constants inside z and r, no variables; `use_bias=False` leaves
        them.
      trainable_projection: whether P is trained.
      **kwargs: `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`, `use_bias` (see
        `RNNCell`), `trainable`.

    Variables: update/input/kernel, reset/input/kernel [input, n], reset/recurrent/kernel,
    candidate/recurrent/kernel [n, n], update/bias, reset/bias, candidate/bias [n] (zeros); where
    the sizes differ projection [input, n] (not trained), or projection/kernel. Parameters:
    2·input·n + 2·n·n + 3·n without P.

    Raises:
      TypeError, ValueError: as `RNNCell`; for offsets that are no finite numbers, or a
        `trainable_projection` that is no bool.
    """

    _base = "jzs1_cell"

    def _make_variables(self, input_size):
        self._w_xz = self._from_input("update", input_size)
        self._b_z = self._bias("update")
        self._w_xr = self._from_input("reset", input_size)
        self._w_hr = self._from_state("reset")
        self._b_r = self._bias("reset")
        self._w_hh = self._from_state("candidate")
        self._b_h = self._bias("candidate")
        self._make_projection(input_size)

    def _step(self, x, h):
        z = tf.sigmoid(self._sum(tf.matmul(x, self._w_xz), self._b_z, self._update_offset))
        to_r = self._sum(tf.matmul(x, self._w_xr), self._b_r, self._reset_offset)
        to_c = self._sum(tf.tanh(self._projected(x)), self._b_h)
        r = tf.sigmoid(to_r + tf.matmul(h, self._w_hr))
        c = self._activation(tf.matmul(r * h, self._w_hh) + to_c)
        h = self._mixed(z, c, h)
        return h, h


class JZS2Cell(_BareInputMutant):
    """MUT2 of Jozefowicz, Zaremba & Sutskever, ICML 2015: the bare input in the reset gate.

        z  = sigmoid(x·W_xz + h·W_hz + b_z)
        r  = sigmoid(p(x) + h·W_hr + b_r)
        c  = activation((r*h)·W_hh + x·W_xh + b_h)
        h' = c * z + h * (1-z)                               output = state = h'

    z and p are as in `JZS1Cell`. With a trained P this is no mutant any more but the GRU, with
    1-z for u.

    Args, Raises: as `JZS1Cell`.

    Variables: update/input/kernel, candidate/input/kernel [input, n], update/recurrent/kernel,
    reset/recurrent/kernel, candidate/recurrent/kernel [n, n], update/bias, reset/bias,
    candidate/bias [n] (zeros), and P as in `JZS1Cell`. Parameters: 2·input·n + 3·n·n + 3·n
    without P.
    """

    _base = "jzs2_cell"

    def _make_variables(self, input_size):
        self._w_xz = self._from_input("update", input_size)
        self._w_hz = self._from_state("update")
        self._b_z = self._bias("update")
        self._w_hr = self._from_state("reset")
        self._b_r = self._bias("reset")
        self._w_xh = self._from_input("candidate", input_size)
        self._w_hh = self._from_state("candidate")
        self._b_h = self._bias("candidate")
        self._make_projection(input_size)

    def _step(self, x, h):
        to_z = self._sum(tf.matmul(x, self._w_xz), self._b_z, self._update_offset)
        to_r = self._sum(self._projected(x), self._b_r, self._reset_offset)
        to_c = dense(x, self._w_xh, self._b_h)
        z = tf.sigmoid(to_z + tf.matmul(h, self._w_hz))
        r = tf.sigmoid(to_r + tf.matmul(h, self._w_hr))
        c = self._activation(tf.matmul(r * h, self._w_hh) + to_c)
        h = self._mixed(z, c, h)
        return h, h


class JZS3Cell(_Mutant):
    """MUT3 of Jozefowicz, Zaremba & Sutskever, ICML 2015: the GRU but for the tanh in z.

        z  = sigmoid(x·W_xz + tanh(h)·W_hz + b_z)
        r  = sigmoid(x·W_xr + h·W_hr + b_r)
        c  = activation((r*h)·W_hh + x·W_xh + b_h)
        h' = c * z + h * (1-z)                               output = state = h'

    z is as in `JZS1Cell`; any input size.

    Args, Raises: as `JZS1Cell`, without `trainable_projection`.

    Variables: {update,reset,candidate}/input/kernel [input, n],
    {update,reset,candidate}/recurrent/kernel [n, n], {update,reset,candidate}/bias [n] (zeros).
    Parameters: 3·(input·n + n·n + n).
    """

    _base = "jzs3_cell"

    def _make_variables(self, input_size):
        self._w_xz = self._from_input("update", input_size)
        self._w_hz = self._from_state("update")
        self._b_z = self._bias("update")
        self._w_xr = self._from_input("reset", input_size)
        self._w_hr = self._from_state("reset")
        self._b_r = self._bias("reset")
        self._w_xh = self._from_input("candidate", input_size)
        self._w_hh = self._from_state("candidate")
        self._b_h = self._bias("candidate")

    def _step(self, x, h):
        to_z = self._sum(tf.matmul(x, self._w_xz), self._b_z, self._update_offset)
        to_r = self._sum(tf.matmul(x, self._w_xr), self._b_r, self._reset_offset)
        to_c = dense(x, self._w_xh, self._b_h)
        z = tf.sigmoid(to_z + tf.matmul(tf.tanh(h), self._w_hz))
        r = tf.sigmoid(to_r + tf.matmul(h, self._w_hr))
        c = self._activation(tf.matmul(r * h, self._w_hh) + to_c)
        h = self._mixed(z, c, h)
        return h, h
