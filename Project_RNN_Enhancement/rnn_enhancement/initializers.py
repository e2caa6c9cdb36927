"""Weight initialisers by name, applied per gate and per block of a fused kernel.

A cell keeps the kernel of several gates in one matrix, rows [input; recurrent], columns
[gate 1 | gate 2 | ...]. An orthogonal draw of the whole matrix has no orthogonal block, so
"orthogonal" and "identity" are applied to each block by itself.
"""
from .tf1 import tf

__all__ = ["Blockwise", "UniformUnitScaling", "weight_initializer_of"]


class UniformUnitScaling(tf.keras.initializers.Initializer):
    """Uniform on (-a, a), a = factor * sqrt(3 / fan_in): keeps the scale of the input.

    fan_in is the product of all dimensions but the last. Source: Sussillo & Abbott 2014,
    arXiv:1412.6558. It was the default of `tf.get_variable` in 2015-2016.

    Args:
      factor: multiplies the range (about 1.15 for tanh, 1.43 for relu).
      seed: op-level seed.
      dtype: of the weights.
    """

    def __init__(self, factor=1.0, seed=None, dtype=tf.float32):
        self.factor = factor
        self.seed = seed
        self.dtype = tf.as_dtype(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        dtype = tf.as_dtype(dtype or self.dtype)
        full_shape = shape if partition_info is None else partition_info.full_shape
        fan_in = 1.0
        for size in full_shape[:-1]:
            fan_in *= float(size)
        limit = self.factor * (3.0 / max(fan_in, 1.0)) ** 0.5
        return tf.random_uniform(shape, -limit, limit, dtype, seed=self.seed)

    def get_config(self):
        return {"factor": self.factor, "seed": self.seed, "dtype": self.dtype.name}


class Blockwise(tf.keras.initializers.Initializer):
    """Applies `initializer` to every block of a matrix by itself.

    Args:
      initializer: a TF initialiser.
      rows: heights of the blocks, from the top; their sum is the height of the matrix.
      columns: widths of the blocks, from the left.
    """

    def __init__(self, initializer, rows, columns):
        self.initializer = initializer
        self.rows = [int(size) for size in rows]
        self.columns = [int(size) for size in columns]

    def __call__(self, shape, dtype=None, partition_info=None):
        dtype = tf.as_dtype(dtype or tf.float32)
        shape = [int(size) for size in shape]
        if shape != [sum(self.rows), sum(self.columns)]:
            raise ValueError("Blocks of rows %s and columns %s don't make a matrix of shape %s; a "
                             "kernel initialised block by block can't be partitioned."
                             % (self.rows, self.columns, shape))
        return tf.concat([
            tf.concat([self.initializer([height, width], dtype=dtype)
                       for width in self.columns], axis=1)
            for height in self.rows if height], axis=0)

    def get_config(self):
        return {"initializer": tf.keras.initializers.serialize(self.initializer),
                "rows": self.rows, "columns": self.columns}


_NAMES = ("uniform_unit", "orthogonal", "identity")


def weight_initializer_of(weight_initializer, orthogonal_scale_factor=1.1):
    """Returns (initialiser, by_block) for a cell's `weight_initializer` argument.

    Args:
      weight_initializer: "uniform_unit", "orthogonal", "identity", a TF initialiser (object or
        class) or None for the variable scope's own.
      orthogonal_scale_factor: gain of "orthogonal".

    Returns:
      An initialiser or None, and whether it is to be applied block by block.

    Raises:
      ValueError: for an unknown name, or a gain that is not positive.
      TypeError: for any other type.
    """
    if isinstance(orthogonal_scale_factor, (bool, str)) or not (
            isinstance(orthogonal_scale_factor, (int, float)) or
            hasattr(orthogonal_scale_factor, "__float__")):
        raise TypeError("orthogonal_scale_factor must be a number, got %r."
                        % (orthogonal_scale_factor,))
    if not float(orthogonal_scale_factor) > 0:
        raise ValueError("orthogonal_scale_factor must be positive, got %r."
                         % (orthogonal_scale_factor,))
    if weight_initializer is None:
        return None, False
    if isinstance(weight_initializer, str):
        if weight_initializer not in _NAMES:
            raise ValueError("weight_initializer must be one of %s, an initializer or None, got %r."
                             % (", ".join(repr(name) for name in _NAMES), weight_initializer))
        if weight_initializer == "uniform_unit":
            return UniformUnitScaling(), False
        if weight_initializer == "identity":
            return tf.initializers.identity(), True
        return tf.initializers.orthogonal(gain=float(orthogonal_scale_factor)), True
    if not callable(weight_initializer):
        raise TypeError("weight_initializer must be a name, an initializer or None, got %r of "
                        "type %s." % (weight_initializer, type(weight_initializer).__name__))
    return weight_initializer, False
