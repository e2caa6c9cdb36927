"""The identity recurrent network: a rectified cell that starts as an accumulator."""
from ..arguments import finite_number
from ..tf1 import tf
from .linear import dense
from .units import CellOfUnits

__all__ = ["IdentityRNNCell"]


class IdentityRNNCell(CellOfUnits):
    """IRNN, Le, Jaitly & Hinton 2015, arXiv:1504.00941.

        h' = activation(x·W_x + h·W_h + b)                   output = state = h'

    It starts with W_h = identity_scale * identity and tiny W_x: a sum of its (positive) inputs.
    Clip the gradients: nothing else bounds the state. The standard deviation of W_x, and the
    scale 0.01 that the paper uses where short memory is enough (speech), are recalled, not
    checked in the paper.

    Args:
      num_units: int n, size of state and output.
      activation: relu by default.
      reuse, name, dtype: as in `tf.nn.rnn_cell.BasicRNNCell`.
      identity_scale: number by which the identity is multiplied.
      **kwargs: `gpu_for_layer`, `weight_initializer` (of W_x; W_h is always the identity),
        `orthogonal_scale_factor`, `use_bias` (see `RNNCell`), `trainable`.

    Variables: kernel W_x [input, n] (normal, mean 0, standard deviation 0.001), recurrent_kernel
    W_h [n, n], bias [n] (zeros). Parameters: n·(input + n + 1).

    Raises:
      TypeError, ValueError: as `RNNCell`; for an `identity_scale` that is no finite number.
    """

    _default_activation = "relu"

    def __init__(self, num_units, activation=None, reuse=None, name=None, dtype=None,
                 identity_scale=1.0, **kwargs):
        super(IdentityRNNCell, self).__init__(
            num_units, activation, reuse, name, dtype, **kwargs)
        self._identity_scale = finite_number("identity_scale", identity_scale)

    def _make_variables(self, input_size):
        n = self._num_units
        self._w_x = self.add_weight("kernel", [input_size, n],
                                    initializer=tf.random_normal_initializer(stddev=0.001))
        self._w_h = self.add_weight(
            "recurrent_kernel", [n, n],
            initializer=tf.initializers.identity(gain=self._identity_scale))
        self._b = self.add_weight("bias", [n], initializer=tf.zeros_initializer())

    def _step(self, x, h):
        h = self._activation(dense(x, self._w_x, self._b) + tf.matmul(h, self._w_h))
        return h, h

    def get_config(self):
        return dict(super(IdentityRNNCell, self).get_config(),
                    identity_scale=self._identity_scale)
