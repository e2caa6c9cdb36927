"""The gated recurrent unit."""
from ..arguments import accepts_integer_at, finite_number, positive_int
from ..tf1 import tf
from .base import CELL_OPTIONS, RNNCell, check_floating
from .over_time import affine

__all__ = ["GRUCell"]


class GRUCell(RNNCell, tf.nn.rnn_cell.GRUCell):
    """Gated recurrent unit, Cho et al. 2014, arXiv:1406.1078 (reset before the product).

        r, u = sigmoid([x; h]·W_gates + b_gates + gate_offset)
        c    = activation([x; r*h]·W_candidate + b_candidate)
        h'   = u*h + (1-u)*c                                 output = state = h'

    Args:
      num_units: int n, size of state and output.
      activation: of the candidate; tanh by default.
      reuse, kernel_initializer, bias_initializer, name, dtype: as in `tf.nn.rnn_cell.GRUCell`.
      gate_offset: constant inside both gates, no variable. With `use_bias=False`, which takes away
        the biases that start at 1, `gate_offset=1.0` keeps the start that remembers.
      chrono_max_steps: longest dependency in the data, in steps; the biases of u then start as
        `initializers.Chrono` says, for memories of up to that length.
      **kwargs: `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`, `use_bias` (see
        `RNNCell`), `trainable`.

    Variables: gates/kernel [input + n, 2n], gates/bias [2n] (starts at 1: remember),
    candidate/kernel [input + n, n], candidate/bias [n].

    Raises:
      TypeError, ValueError: as `RNNCell`; for a `gate_offset` that is no finite number, a
        `chrono_max_steps` below 2, without biases or beside `bias_initializer`.
    """

    _options = CELL_OPTIONS + (("gate_offset", 0.0), ("chrono_max_steps", None))

    @accepts_integer_at(2, "input_size")
    def __init__(self, num_units, activation=None, reuse=None, kernel_initializer=None,
                 bias_initializer=None, name=None, dtype=None, **kwargs):
        super(GRUCell, self).__init__(
            positive_int("num_units", num_units), activation=activation, reuse=reuse,
            kernel_initializer=kernel_initializer, bias_initializer=bias_initializer, name=name,
            dtype=dtype, **kwargs)
        self._gate_offset = finite_number("gate_offset", self._option("gate_offset"))
        if self._option("chrono_max_steps") is not None and bias_initializer is not None:
            raise TypeError("GRUCell got chrono_max_steps and bias_initializer: give one of them.")
        self._start_by_chrono("gates/bias", (1.0, "keep"), self._gate_offset)

    def _kernel_blocks(self, name, shape):
        n = self._num_units
        return [shape[0] - n, n], [n] * (shape[1] // n)

    def _maps(self):
        return [(self._gate_kernel, self._gate_bias),
                (self._candidate_kernel, self._candidate_bias)]

    def call(self, inputs, state):
        check_floating(inputs, state)
        gates = affine(inputs, state, self._gate_kernel, self._gate_bias)
        if self._gate_offset:
            gates = gates + self._gate_offset
        r, u = tf.split(tf.sigmoid(gates), 2, axis=1)
        c = self._activation(affine(inputs, r * state, self._candidate_kernel,
                                    self._candidate_bias))
        h = u * state + (1 - u) * c
        return h, h
