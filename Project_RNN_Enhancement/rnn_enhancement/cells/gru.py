"""The gated recurrent unit."""
from ..arguments import accepts_integer_at, finite_number, positive_int
from ..tf1 import rnn_cell, tf
from .base import CELL_OPTIONS, RNNCell, check_floating
from .linear import affine
from .skip_connections import SkipConnectionState, SkipSchedule

__all__ = ["GRUCell"]


class GRUCell(RNNCell, rnn_cell.GRUCell):
    """Gated recurrent unit, Cho et al. 2014, arXiv:1406.1078 (reset before the product).

        r, u = sigmoid([x; h]·W_gates + b_gates + gate_offset)
        c    = activation([x; r*h]·W_candidate + b_candidate)
        h'   = u*h + (1-u)*c                                 output = state = h'

    With `skip_connections` an earlier input x_a(t) (see `SkipSchedule`) enters too, through weights
    of its own; it is kept in the state as that product:

        r, u = sigmoid([x; h]·W_gates + b_gates + x_a·W_skip)        first 2n columns
        c    = activation([x; r*h]·W_candidate + b_candidate + x_a·W_skip)    last n columns

    Args:
      num_units: int n, size of state and output.
      activation: of the candidate; tanh by default.
      reuse, kernel_initializer, bias_initializer, name, dtype: as in `tf.nn.rnn_cell.GRUCell`.
      gate_offset: constant inside both gates, no variable. With `use_bias=False`, which takes away
        the biases that start at 1, `gate_offset=1.0` keeps the start that remembers.
      chrono_max_steps: longest dependency in the data, in steps; the biases of u then start as
        `initializers.Chrono` says, for memories of up to that length.
      skip_connections: bool, whether anchors' inputs enter the steps after them.
      skip_neuron_number: int k >= 2, only with `skip_connections`: anchors are k - 1 steps apart,
        and k steps see an anchor's input, its own included. Default: 4.
      **kwargs: `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`, `use_bias` (see
        `RNNCell`), `trainable`.

    Variables: gates/kernel [input + n, 2n], gates/bias [2n] (starts at 1: remember),
    candidate/kernel [input + n, n], candidate/bias [n]; with `skip_connections` skip/kernel
    [input, 3n], and the state is a `SkipConnectionState` of h, anchor [batch, 3n] and phase.

    Raises:
      TypeError: if `skip_connections` is no bool or `skip_neuron_number` no int; others as
        `RNNCell`.
      ValueError: if `skip_neuron_number` is below 2 or comes without `skip_connections`; for a
        `gate_offset` that is no finite number, a `chrono_max_steps` below 2, without biases or
        beside `bias_initializer`.
    """

    _options = CELL_OPTIONS + (("gate_offset", 0.0), ("chrono_max_steps", None))
    _takes_skip_connections = True
    _skip_schedule = None

    @accepts_integer_at(2, "input_size")
    def __init__(self, num_units, activation=None, reuse=None, kernel_initializer=None,
                 bias_initializer=None, name=None, dtype=None, skip_connections=False,
                 skip_neuron_number=None, **kwargs):
        super(GRUCell, self).__init__(
            positive_int("num_units", num_units), activation=activation, reuse=reuse,
            kernel_initializer=kernel_initializer, bias_initializer=bias_initializer, name=name,
            dtype=dtype, **kwargs)
        self._gate_offset = finite_number("gate_offset", self._option("gate_offset"))
        if self._option("chrono_max_steps") is not None and bias_initializer is not None:
            raise TypeError("GRUCell got chrono_max_steps and bias_initializer: give one of them.")
        self._start_by_chrono("gates/bias", (1.0, "keep"), self._gate_offset)
        if not isinstance(skip_connections, bool):
            raise TypeError("skip_connections must be True or False, got %r."
                            % (skip_connections,))
        if skip_connections:
            if not self._takes_skip_connections:
                raise ValueError("%s takes no skip_connections." % type(self).__name__)
            self._skip_schedule = SkipSchedule(
                4 if skip_neuron_number is None else skip_neuron_number)
        elif skip_neuron_number is not None:
            raise ValueError("skip_neuron_number=%r needs skip_connections=True."
                             % (skip_neuron_number,))

    @property
    def state_size(self):
        if self._skip_schedule is None:
            return self._num_units
        return SkipConnectionState(self._num_units, 3 * self._num_units, 1)

    def build(self, inputs_shape):
        super(GRUCell, self).build(inputs_shape)
        if self._skip_schedule is not None:
            size = tf.dimension_value(tf.TensorShape(inputs_shape)[-1])
            with self._making_variables():
                self._skip_kernel = self.add_weight(
                    "skip/kernel", shape=[size, 3 * self._num_units],
                    initializer=self._kernel_initializer)

    def get_config(self):
        config = super(GRUCell, self).get_config()
        if self._skip_schedule is not None:
            config.update(skip_connections=True,
                          skip_neuron_number=self._skip_schedule.skip_neuron_number)
        return config

    def _kernel_blocks(self, name, shape):
        n = self._num_units
        if name.startswith("skip"):
            return [shape[0]], [n] * 3
        return [shape[0] - n, n], [n] * (shape[1] // n)

    def call(self, inputs, state):
        check_floating(inputs, state)
        if self._skip_schedule is not None:
            return self._call_with_skip(inputs, state)
        return self._step(inputs, state)

    def _step(self, inputs, state, skip=None):
        gates = affine(inputs, state, self._gate_kernel, self._gate_bias)
        if self._gate_offset:
            gates = gates + self._gate_offset
        if skip is not None:
            gates = gates + skip[0]
        r, u = tf.split(tf.sigmoid(gates), 2, axis=1)
        c = affine(inputs, r * state, self._candidate_kernel, self._candidate_bias)
        if skip is not None:
            c = c + skip[1]
        c = self._activation(c)
        h = u * state + (1 - u) * c
        return h, h

    def _call_with_skip(self, inputs, state):
        h, anchor, phase = state
        _, h = self._step(inputs, h, self._skip_parts(anchor))
        return h, SkipConnectionState(h, *self._skip_schedule.advance(
            tf.matmul(inputs, self._skip_kernel), anchor, phase))

    def _skip_parts(self, anchor):
        return tf.split(anchor, [2 * self._num_units, self._num_units], axis=1)
