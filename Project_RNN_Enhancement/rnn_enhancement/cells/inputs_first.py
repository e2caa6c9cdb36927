"""Base of the cells whose step falls into what needs only the inputs, and the recurrence.

Over a whole sequence the first part is done for all steps at once, before the loop over time; so
is what needs only the weights.
"""
from ..arguments import positive_int
from ..tf1 import private_rnn_cell, tf
from .base import RNNCell, check_floating, check_floating_type
from .over_time import as_steps

__all__ = ["InputsFirstCell", "dense"]


def dense(inputs, kernel, bias=None):
    """inputs·kernel + bias; no bias: None."""
    result = tf.matmul(inputs, kernel)
    return result if bias is None else tf.nn.bias_add(result, bias)


class InputsFirstCell(RNNCell, private_rnn_cell.LayerRNNCell):
    """A cell with one state vector, in two parts.

    A subclass defines `_make_variables(input_size)`, called once, and `_parts(inputs)`, which
    returns what the inputs give (a nest of tensors [rows, ...]) and the rest of the step, a
    function (one step's part of that nest, state) -> (output, new state).

    Args:
      num_units: int.
      activation: function or name; None: `default_activation`.
      reuse, name, dtype, **kwargs: as `RNNCell`.
    """

    def __init__(self, num_units, activation, default_activation, reuse, name, dtype, **kwargs):
        num_units = positive_int("num_units", num_units)
        super(InputsFirstCell, self).__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)
        self.input_spec = tf.layers.InputSpec(ndim=2)
        self._num_units = num_units
        self._activation = (default_activation if activation is None
                            else tf.keras.activations.get(activation))

    @property
    def state_size(self):
        return self._num_units

    @property
    def output_size(self):
        return self._num_units

    def build(self, inputs_shape):
        if self.dtype is not None:
            check_floating_type(self.dtype)
        input_size = tf.dimension_value(tf.TensorShape(inputs_shape)[-1])
        if input_size is None:
            raise ValueError("The last dimension of the inputs of %s must be known, got shape %s."
                             % (type(self).__name__, inputs_shape))
        self._make_variables(input_size)
        super(InputsFirstCell, self).build(inputs_shape)

    def call(self, inputs, state):
        check_floating(inputs, state)
        own, step = self._parts(inputs)
        return step(own, state)

    def _over_time(self, flat, inputs, state, loop):
        check_floating(flat, state)
        own, step = self._parts(flat)
        return loop.run(step, tf.nest.map_structure(lambda x: as_steps(x, inputs), own), state)

    def get_config(self):
        config = super(InputsFirstCell, self).get_config()
        config.update(num_units=self._num_units, reuse=self._reuse,
                      activation=tf.keras.activations.serialize(self._activation))
        return config
