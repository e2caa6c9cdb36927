"""Weight initialisers by name, applied per gate and per block of a fused kernel.

A cell keeps the kernel of several gates in one matrix, rows [input; recurrent], columns
[gate 1 | gate 2 | ...]. An orthogonal draw of the whole matrix has no orthogonal block, so
"orthogonal" and "identity" are applied to each block by itself.

The classes are TensorFlow initialisers, for `tf.get_variable` and anywhere else; the identity is
`tf.initializers.identity`.
"""
import copy

from .arguments import finite_number
from .tf1 import keras, tf

__all__ = ["Blockwise", "Chrono", "Orthogonal", "RandomSigns", "UniformUnitScaling",
           "weight_initializer_of"]


def _fan_in(shape, partition_info):
    """The product of all dimensions but the last, of the whole of a partitioned variable."""
    full_shape = shape if partition_info is None else partition_info.full_shape
    fan_in = 1.0
    for size in full_shape[:-1]:
        fan_in *= float(size)
    return fan_in


class UniformUnitScaling(keras.initializers.Initializer):
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
        fan_in = _fan_in(shape, partition_info)
        limit = self.factor * (3.0 / max(fan_in, 1.0)) ** 0.5
        return tf.random_uniform(shape, -limit, limit, dtype, seed=self.seed)

    def get_config(self):
        return {"factor": self.factor, "seed": self.seed, "dtype": self.dtype.name}


class Orthogonal(keras.initializers.Initializer):
    """A random orthogonal matrix times `gain`; orthonormal rows or columns if it isn't square.

    Saxe, McClelland & Ganguli 2014, arXiv:1312.6120. All dimensions but the last count as rows.
    The exact linear theory wants a gain of 1; 1.1, the default here and of the cells' argument
    `orthogonal_scale_factor`, grows without bound in a linear or rectified recurrence. As
    `tf.initializers.orthogonal`, for half precision too.

    Args:
      gain: multiplies the matrix.
      seed: op-level seed.
      dtype: of the weights.
    """

    def __init__(self, gain=1.1, seed=None, dtype=tf.float32):
        self.gain = gain
        self.seed = seed
        self.dtype = tf.as_dtype(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        dtype = tf.as_dtype(dtype or self.dtype)
        # There is no decomposition in half precision.
        drawn = tf.initializers.orthogonal(self.gain, self.seed)(
            shape, tf.float32 if dtype.size < 4 else dtype)
        return tf.cast(drawn, dtype)

    def get_config(self):
        return {"gain": self.gain, "seed": self.seed, "dtype": self.dtype.name}


class RandomSigns(keras.initializers.Initializer):
    """-a or a at random, a = 1 / sqrt(product of all dimensions but the last).

    As the matrix of a linear map it keeps the scale of the input, on average.

    Args:
      seed: op-level seed.
      dtype: of the weights.
    """

    def __init__(self, seed=None, dtype=tf.float32):
        self.seed = seed
        self.dtype = tf.as_dtype(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        dtype = tf.as_dtype(dtype or self.dtype)
        fan_in = _fan_in(shape, partition_info)
        signs = 2.0 * tf.floor(tf.random_uniform(shape, 0.0, 2.0, seed=self.seed)) - 1.0
        return tf.cast(signs, dtype) * tf.cast(fan_in ** -0.5, dtype)

    def get_config(self):
        return {"seed": self.seed, "dtype": self.dtype.name}


class Chrono(keras.initializers.Initializer):
    """Gate biases for memories of 1 to `max_steps` steps.

    Tallec & Ollivier 2018, arXiv:1804.11188 (recalled, not checked in the paper): for every unit
    one u, uniform on (1, max_steps - 1). A gate that multiplies the old state starts with the
    bias ln u, one that multiplies what is new with -ln u.

    The cells' argument `chrono_max_steps` uses it for the gates that they have.

    Args:
      max_steps: number >= 2, the longest dependency in the data.
      gates: the blocks of the bias vector in order: "keep" for ln u, "renew" for -ln u, or the
        number with which a block starts.
      offset: what the cell adds to its "keep" gates beside the bias (`forget_bias`).
      seed: op-level seed.
      dtype: of the biases.

    Raises:
      TypeError, ValueError: for a wrong `max_steps` or gate; when called for a shape that isn't a
        vector of equal blocks.
    """

    def __init__(self, max_steps, gates=("keep",), offset=0.0, seed=None, dtype=tf.float32):
        self.max_steps = finite_number("max_steps", max_steps)
        if self.max_steps < 2:
            raise ValueError("max_steps must be at least 2, got %r." % (max_steps,))
        self.gates = list(gates)
        for gate in self.gates:
            if isinstance(gate, str) and gate not in ("keep", "renew"):
                raise ValueError("gates must be \"keep\", \"renew\" or numbers, got %r." % gate)
            if not isinstance(gate, str):
                finite_number("gates", gate)
        self.offset = finite_number("offset", offset)
        self.seed = seed
        self.dtype = tf.as_dtype(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        dtype = tf.as_dtype(dtype or self.dtype)
        shape = [int(size) for size in shape]
        if len(shape) != 1 or shape[0] % len(self.gates) or partition_info is not None:
            raise ValueError("Biases of %d gates need a vector of as many equal blocks, whole, got "
                             "shape %s." % (len(self.gates), shape))
        size = shape[0] // len(self.gates)
        log_u = tf.log(tf.random_uniform([size], 1.0, self.max_steps - 1.0, dtype, self.seed))
        blocks = {"keep": log_u - self.offset, "renew": -log_u}
        return tf.concat([blocks[gate] if isinstance(gate, str)
                          else tf.fill([size], tf.cast(gate, dtype)) for gate in self.gates], 0)

    def get_config(self):
        return {"max_steps": self.max_steps, "gates": self.gates, "offset": self.offset,
                "seed": self.seed, "dtype": self.dtype.name}


class Blockwise(keras.initializers.Initializer):
    """Applies `initializer` to every block of a matrix by itself.

    `Blockwise(Orthogonal(), [3, 4], [4, 4])` is the kernel of a two-gate cell with 3 inputs and 4
    units, orthogonal block by block.

    Args:
      initializer: a TF initialiser. If it has a seed, each block counts it up by one.
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
        number = len(self.columns)
        return tf.concat([
            tf.concat([self._of_block(i * number + j)([height, width], dtype=dtype)
                       for j, width in enumerate(self.columns)], axis=1)
            for i, height in enumerate(self.rows) if height], axis=0)

    def _of_block(self, number):
        if getattr(self.initializer, "seed", None) is None:
            return self.initializer
        # The same seed would draw the same numbers in every block.
        initializer = copy.copy(self.initializer)
        initializer.seed += number
        return initializer

    def get_config(self):
        return {"initializer": keras.initializers.serialize(self.initializer),
                "rows": self.rows, "columns": self.columns}

    @classmethod
    def from_config(cls, config):
        inner = config["initializer"]
        if isinstance(inner, dict):
            own = {kind.__name__: kind for kind in (Chrono, Orthogonal, RandomSigns,
                                                    UniformUnitScaling, Blockwise)}
            inner = keras.initializers.deserialize(inner, custom_objects=own)
        return cls(inner, config["rows"], config["columns"])


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
        return Orthogonal(float(orthogonal_scale_factor)), True
    if not callable(weight_initializer):
        raise TypeError("weight_initializer must be a name, an initializer or None, got %r of "
                        "type %s." % (weight_initializer, type(weight_initializer).__name__))
    return weight_initializer, False
