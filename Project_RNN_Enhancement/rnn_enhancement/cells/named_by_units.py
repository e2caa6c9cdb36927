"""Base of the cells of contrib whose arguments have the names that Keras gave them."""
from ..tf1 import keras, tf
from .units import CellOfUnits

__all__ = ["CellNamedByUnits"]

# TensorFlow's own follow the graph's seed; those of Keras don't in every version.
_OF_TENSORFLOW = {"glorot_uniform": tf.glorot_uniform_initializer, "ones": tf.ones_initializer}
_DEFAULT = "glorot_uniform"


def _initializer_of(given):
    if isinstance(given, str) and given in _OF_TENSORFLOW:
        return _OF_TENSORFLOW[given]()
    return keras.initializers.get(given)


class CellNamedByUnits(CellOfUnits):
    """A cell that takes `units`, `kernel_initializer` and `bias_initializer`.

    Args:
      units: int n, size of state and output.
      activation: function or its name; None: linear.
      kernel_initializer, bias_initializer: initialisers, or names of Keras's; None: the scope's own.
      The others as in `CellOfUnits`.
    """

    _default_activation = "linear"

    def __init__(self, units, activation="tanh", kernel_initializer=_DEFAULT,
                 bias_initializer="ones", name=None, dtype=None, **kwargs):
        super(CellNamedByUnits, self).__init__(units, activation=activation, name=name,
                                               dtype=dtype, **kwargs)
        if kernel_initializer != _DEFAULT:
            self._reject_rivals(self._weight_initializer,
                                {"kernel_initializer": kernel_initializer})
        self._given_initializers = dict(kernel_initializer=kernel_initializer,
                                        bias_initializer=bias_initializer)
        self.units, self.activation = self._num_units, self._activation
        self.kernel_initializer = _initializer_of(kernel_initializer)
        self.bias_initializer = _initializer_of(bias_initializer)

    @staticmethod
    def _is_kernel(leaf):
        return leaf in ("kernel", "recurrent_kernel")

    def _add_map(self, name, rows, columns):
        return self.add_weight(name, [rows, columns], initializer=self.kernel_initializer)

    def _add_bias(self, size):
        return self.add_weight("bias", [size], initializer=self.bias_initializer)

    def get_config(self):
        config = super(CellNamedByUnits, self).get_config()
        config["units"] = config.pop("num_units")
        config.update(self._given_initializers)
        return config
