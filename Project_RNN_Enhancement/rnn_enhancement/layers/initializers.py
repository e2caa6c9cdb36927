"""Initialisers of `tf.contrib.layers`."""
import math

from ..tf1 import tf

__all__ = ["variance_scaling_initializer", "xavier_initializer"]

# A normal distribution that is cut at two standard deviations has this part of the variance.
_CUT = 1.3


def xavier_initializer(uniform=True, seed=None, dtype=tf.float32):
    """Initialiser with the variance 2 / (inputs + outputs); Glorot, Bengio 2010.

    Args:
      uniform: draw from a uniform distribution instead of a normal one cut at two deviations.
      seed: int, or None.
      dtype: a float type.

    Returns:
      A function (shape, dtype=dtype, partition_info=None) -> tensor.
    """
    return variance_scaling_initializer(1.0, "FAN_AVG", uniform, seed, dtype)


def variance_scaling_initializer(factor=2.0, mode="FAN_IN", uniform=False, seed=None, dtype=tf.float32):
    """Initialiser with the variance factor / n, where n are a unit's inputs, outputs or their mean.

    Args:
      factor: float.
      mode: "FAN_IN", "FAN_OUT" or "FAN_AVG".
      uniform, seed, dtype: as in `xavier_initializer`.

    Returns:
      A function (shape, dtype=dtype, partition_info=None) -> tensor.

    Raises:
      TypeError: if `dtype` is no float type.
      ValueError: for an unknown mode.
    """
    if not tf.as_dtype(dtype).is_floating:
        raise TypeError("variance_scaling_initializer: dtype must be a float type, got %r." % (dtype,))
    if mode not in ("FAN_IN", "FAN_OUT", "FAN_AVG"):
        raise ValueError("variance_scaling_initializer: mode must be \"FAN_IN\", \"FAN_OUT\" or \"FAN_AVG\", "
                         "got %r."
                         % (mode,))

    def initializer(shape, dtype=dtype, partition_info=None):
        shape = [int(size) for size in shape]
        field = 1.0
        for size in shape[:-2]:
            field *= size
        inputs = field * (shape[-2] if len(shape) > 1 else shape[-1] if shape else 1)
        outputs = field * (shape[-1] if shape else 1)
        count = {"FAN_IN": inputs, "FAN_OUT": outputs, "FAN_AVG": (inputs + outputs) / 2.0}[mode]
        if uniform:
            limit = math.sqrt(3.0 * factor / count)
            return tf.random_uniform(shape, -limit, limit, dtype, seed=seed)
        return tf.truncated_normal(shape, 0.0, math.sqrt(_CUT * factor / count), dtype, seed=seed)
    return initializer
