"""A wrapper that mixes a cell's inputs into its outputs, by gates."""
from ..arguments import boolean, finite_number
from ..placement import placed
from ..tf1 import static_dimension, tf
from .linear import dense
from .wrappers import StateWrapper

__all__ = ["HighwayWrapper"]


class HighwayWrapper(StateWrapper):
    """`tf.contrib.rnn.HighwayWrapper`; highway networks, Srivastava et al. 2015, arXiv:1505.00387.

        carry     = sigmoid(x·W_carry + b_carry)
        transform = 1 - carry, or sigmoid(x·W_transform + b_transform) if they aren't coupled
        output    = x*carry + cell's output*transform

    Args:
      cell: the cell; its output must be shaped as its input.
      couple_carry_transform_gates: whether the gates are coupled.
      carry_bias_init: number that b_carry starts at; b_transform starts at its negative.
      **kwargs: `gpu_for_layer` (see `RNNCell`).

    Variables, in the scope around the cell's: carry_w [input, input], carry_b [input], transform_w,
    transform_b.

    Raises:
      ValueError: at a call, if inputs and outputs differ in structure or shape.
    """

    def __init__(self, cell, couple_carry_transform_gates=True, carry_bias_init=1.0, **kwargs):
        super(HighwayWrapper, self).__init__(cell, **kwargs)
        self._couple = boolean("couple_carry_transform_gates", couple_carry_transform_gates)
        self._carry_bias_init = finite_number("carry_bias_init", carry_bias_init)

    def __call__(self, inputs, state, scope=None):
        with placed(self._pinned_to):
            outputs, state = self._call_inside(self._cell, inputs, state, scope)
            tf.nest.assert_same_structure(inputs, outputs)
            return tf.nest.map_structure(self._mixed, inputs, outputs), state

    def _mixed(self, x, output):
        x.shape.assert_is_compatible_with(output.shape)
        carry = self._gate("carry", x, self._carry_bias_init)
        transform = 1 - carry if self._couple else self._gate(
            "transform", x, -self._carry_bias_init)
        return x * carry + output * transform

    def _gate(self, name, x, start):
        size = static_dimension(x, 1)
        kernel = tf.get_variable(name + "_w", [size, size], x.dtype)
        bias = tf.get_variable(name + "_b", [size], x.dtype, tf.constant_initializer(start))
        self._track(name + "_w", kernel)
        self._track(name + "_b", bias)
        return tf.sigmoid(dense(x, kernel, bias))

    def get_config(self):
        return dict(super(HighwayWrapper, self).get_config(),
                    couple_carry_transform_gates=self._couple,
                    carry_bias_init=self._carry_bias_init)
