"""The recurrent highway cell: several layers with carry gates inside one step."""
from ..arguments import boolean, finite_number, positive_int
from ..tf1 import tf
from .linear import affine, dense
from .units import CellOfUnits

__all__ = ["RecurrentHighwayCell"]


class RecurrentHighwayCell(CellOfUnits):
    """Recurrent highway network (RHN), Zilly et al. 2017, arXiv:1607.03474 (recalled).

    The state s passes `recurrence_depth` layers in every step; the input enters the first only:

        y, t  = [x; s]·W_0 + b_0  in the first layer,  s·W_k + b_k  in layer k
        gate  = sigmoid(t + transform_bias)
        s    <- gate*activation(y) + (1-gate)*s                    output = state = s

    With `couple_gates=False` a carry gate sigmoid(q) of its own, its q beside y and t, stands in
    place of 1-gate. One layer with coupled gates is a GRU without reset gate.

    Args:
      num_units: int n, size of state and output.
      recurrence_depth: int, number of layers in a step.
      transform_bias: constant inside the transform gate, no variable; negative: carry at first. The
        paper starts a bias variable there.
      couple_gates: whether the carry gate is 1-gate, as in the paper's experiments.
      activation: of y; tanh by default.
      reuse, name, dtype: as in `tf.nn.rnn_cell.GRUCell`.
      **kwargs: `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor`, `use_bias` (see
        `RNNCell`), `trainable`.

    Variables: layer_0/kernel [input + n, 2n], layer_k/kernel [n, 2n], layer_k/bias [2n] (starts at
    0); 3n in place of 2n without coupled gates.
    """

    def __init__(self, num_units, recurrence_depth=3, transform_bias=-2.0, couple_gates=True,
                 activation=None, reuse=None, name=None, dtype=None, **kwargs):
        super(RecurrentHighwayCell, self).__init__(
            num_units, activation=activation, reuse=reuse, name=name, dtype=dtype, **kwargs)
        self._recurrence_depth = positive_int("recurrence_depth", recurrence_depth)
        self._transform_bias = finite_number("transform_bias", transform_bias)
        self._couple_gates = boolean("couple_gates", couple_gates)

    def _make_variables(self, input_size):
        n = self._num_units
        width = n * (2 if self._couple_gates else 3)
        self._steps_in_depth = tuple(
            (self._add_kernel("layer_%d/kernel" % k, (0 if k else input_size) + n, width),
             self._add_vector("layer_%d/bias" % k, width))
            for k in range(self._recurrence_depth))

    def _kernel_blocks(self, name, shape):
        n = self._num_units
        return [shape[0] - n, n], [n] * (shape[1] // n)

    def call(self, inputs, state):
        s = state
        for k, (kernel, bias) in enumerate(self._steps_in_depth):
            mapped = dense(s, kernel, bias) if k else affine(inputs, s, kernel, bias)
            s = self._layer(mapped, s)
        return s, s

    def _layer(self, mapped, s):
        if self._couple_gates:
            y, t = tf.split(mapped, 2, axis=1)
            gate = tf.sigmoid(t + self._transform_bias)
            carry = 1 - gate
        else:
            y, t, q = tf.split(mapped, 3, axis=1)
            gate = tf.sigmoid(t + self._transform_bias)
            carry = tf.sigmoid(q)
        return gate * self._activation(y) + carry * s

    def get_config(self):
        config = super(RecurrentHighwayCell, self).get_config()
        config.update(recurrence_depth=self._recurrence_depth,
                      transform_bias=self._transform_bias, couple_gates=self._couple_gates)
        return config
