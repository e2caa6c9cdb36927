"""The gated recurrent unit."""
from ..arguments import accepts_integer_at, positive_int
from ..tf1 import tf
from .base import RNNCell, check_floating
from .over_time import affine

__all__ = ["GRUCell"]


class GRUCell(RNNCell, tf.nn.rnn_cell.GRUCell):
    """Gated recurrent unit, Cho et al. 2014, arXiv:1406.1078 (reset before the product).

        r, u = sigmoid([x; h]·W_gates + b_gates)
        c    = activation([x; r*h]·W_candidate + b_candidate)
        h'   = u*h + (1-u)*c                                 output = state = h'

    Args:
      num_units: int n, size of state and output.
      activation: of the candidate; tanh by default.
      reuse, kernel_initializer, bias_initializer, name, dtype: as in `tf.nn.rnn_cell.GRUCell`.
      **kwargs: `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`, `use_bias` (see
        `RNNCell`), `trainable`.

    Variables: gates/kernel [input + n, 2n], gates/bias [2n] (starts at 1: remember),
    candidate/kernel [input + n, n], candidate/bias [n].
    """

    @accepts_integer_at(2, "input_size")
    def __init__(self, num_units, activation=None, reuse=None, kernel_initializer=None,
                 bias_initializer=None, name=None, dtype=None, **kwargs):
        super(GRUCell, self).__init__(
            positive_int("num_units", num_units), activation=activation, reuse=reuse,
            kernel_initializer=kernel_initializer, bias_initializer=bias_initializer, name=name,
            dtype=dtype, **kwargs)

    def _kernel_blocks(self, name, shape):
        n = self._num_units
        return [shape[0] - n, n], [n] * (shape[1] // n)

    def _maps(self):
        return [(self._gate_kernel, self._gate_bias),
                (self._candidate_kernel, self._candidate_bias)]

    def call(self, inputs, state):
        check_floating(inputs, state)
        gates = tf.sigmoid(affine(inputs, state, self._gate_kernel, self._gate_bias))
        r, u = tf.split(gates, 2, axis=1)
        c = self._activation(affine(inputs, r * state, self._candidate_kernel,
                                    self._candidate_bias))
        h = u * state + (1 - u) * c
        return h, h
