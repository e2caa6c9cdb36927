"""Bases of the cells that TensorFlow has no class for."""
from ..arguments import positive_int
from ..tf1 import keras, LayerRNNCell, tf
from .base import RNNCell, check_floating

__all__ = ["CellOfUnits"]


class CellOfUnits(RNNCell, LayerRNNCell):
    """A cell with an output of `num_units` and an activation.

    A subclass makes its variables in `_make_variables`, and has its equations in `_step`.

    Args:
      num_units: int n, size of the output, and of the state unless a subclass says otherwise.
      activation: function or its name; a subclass's `_default_activation` if None.
      reuse: whether to reuse variables of the scope.
      name, dtype: as in `tf.layers.Layer`.
      **kwargs: see `RNNCell`.
    """

    _default_activation = "tanh"
    # Whether a cell that is never run may be of integers.
    _may_be_of_integers = False

    def __init__(self, num_units, activation=None, reuse=None, name=None, dtype=None, **kwargs):
        num_units = positive_int("num_units", num_units)
        super(CellOfUnits, self).__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)
        if self.dtype is not None and not self._may_be_of_integers:
            check_floating(self)
        self.input_spec = keras.layers.InputSpec(ndim=2)
        self._num_units = num_units
        self._activation = keras.activations.get(activation or self._default_activation)

    @property
    def state_size(self):
        return self._num_units

    @property
    def output_size(self):
        return self._num_units

    def build(self, inputs_shape):
        shape = tf.TensorShape(inputs_shape)
        size = tf.dimension_value(shape[-1])
        if size is None:
            raise ValueError("Expected inputs.shape[-1] to be known, saw shape: %s" % shape)
        self._make_variables(size)
        self.built = True

    def _make_variables(self, input_size):
        """Makes the variables, by `add_weight`, for inputs [batch, input_size]."""
        raise NotImplementedError

    def __call__(self, inputs, state, *args, **kwargs):
        # Before there are variables, whose initialisers have other words for it.
        check_floating(*[part for part in tf.nest.flatten((self, inputs, state))
                         if getattr(part, "dtype", None) is not None])
        return super(CellOfUnits, self).__call__(inputs, state, *args, **kwargs)

    def call(self, inputs, state):
        return self._step(inputs, state)

    def _step(self, inputs, state):
        """(output, new state) for inputs [batch, input_size]."""
        raise NotImplementedError

    def _add_kernel(self, name, rows, columns, initializer=None):
        self._reject_rivals(self._weight_initializer, {"initializer": initializer})
        return self.add_weight(name, [rows, columns], initializer=initializer)

    def _add_shards(self, name, rows, columns, count):
        """The parts, one upon the other, of a kernel that is kept in `count` variables."""
        if count > rows:
            raise ValueError("The %d rows of %s can't be kept in %d shards: give fewer shards."
                             % (rows, name, count))
        return [self._add_kernel("%s_%d" % (name, k), rows // count + (k < rows % count), columns)
                for k in range(count)]

    def _add_vector(self, name, size, start=0):
        """A bias or other vector of variables that all start at one number."""
        return self.add_weight(name, [size], initializer=tf.constant_initializer(start))

    def _kernel_blocks(self, name, shape):
        n = self._num_units
        return [shape[0]], [n] * (shape[1] // n)

    def get_config(self):
        config = super(CellOfUnits, self).get_config()
        config.update(num_units=self._num_units, reuse=self._reuse,
                      activation=keras.activations.serialize(self._activation))
        return config
