"""The basic (Elman) cell."""
from ..arguments import accepts_integer_at, positive_int
from ..tf1 import rnn_cell
from .base import RNNCell, check_floating
from .linear import affine

__all__ = ["BasicRNNCell"]


class BasicRNNCell(RNNCell, rnn_cell.BasicRNNCell):
    """h' = activation([x; h]·W + b); output = state = h'.

    Args:
      num_units: int n, size of state and output.
      activation: tanh by default.
      reuse, name, dtype: as in `tf.nn.rnn_cell.BasicRNNCell`.
      **kwargs: `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`, `use_bias` (see
        `RNNCell`), `trainable`.

    Variables: kernel [input + n, n], bias [n].
    """

    @accepts_integer_at(2, "input_size")
    def __init__(self, num_units, activation=None, reuse=None, name=None, dtype=None, **kwargs):
        super(BasicRNNCell, self).__init__(
            positive_int("num_units", num_units), activation=activation, reuse=reuse, name=name,
            dtype=dtype, **kwargs)

    def _kernel_blocks(self, name, shape):
        return [shape[0] - self._num_units, self._num_units], [self._num_units]

    def call(self, inputs, state):
        check_floating(inputs, state)
        output = self._activation(affine(inputs, state, self._kernel, self._bias))
        return output, output
