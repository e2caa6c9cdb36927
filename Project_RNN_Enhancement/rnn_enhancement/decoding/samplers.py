"""Drawing a symbol from a distribution over symbols."""
import numpy as np

from ..arguments import checked_keywords
from ..tf1 import tf

__all__ = ["sample_with_temperature", "batch_sample_with_temperature"]


def _check_temperature(temperature):
    if isinstance(temperature, (bool, str)) or temperature is None:
        raise TypeError("temperature must be a positive number, got %r." % (temperature,))
    if not np.isfinite(temperature) or temperature <= 0:
        raise ValueError("temperature must be a positive number, got %r." % (temperature,))


@checked_keywords
def sample_with_temperature(logits, temperature=1.0, random_state=None):
    """Draws one index from softmax(logits / temperature), in NumPy.

    Args:
      logits: array [num_symbols].
      temperature: positive number; towards 0 the arg-max, towards infinity uniform.
      random_state: `np.random.RandomState`; NumPy's global one if None.

    Returns:
      int.

    Raises:
      TypeError, ValueError: if the temperature is no positive number or `logits` no vector.
    """
    _check_temperature(temperature)
    logits = np.asarray(logits, dtype=np.float64)
    if logits.ndim != 1 or not logits.size:
        raise ValueError("logits must be a vector [num_symbols], got shape %s." % (logits.shape,))
    uniform = (random_state or np.random).uniform(np.finfo(np.float64).tiny, 1.0, logits.shape)
    # Gumbel-max: exact, and safe for any range of logits.
    return int(np.argmax(logits / temperature - np.log(-np.log(uniform))))


@checked_keywords
def batch_sample_with_temperature(logits, temperature=1.0, seed=None, name=None):
    """Draws one index per row from softmax(logits / temperature), in the graph.

    Args:
      logits: tensor [batch, num_symbols].
      temperature: positive number, or scalar tensor (checked when it runs).
      seed: op-level seed.
      name: of the operation.

    Returns:
      int32 tensor [batch].

    Raises:
      TypeError, ValueError: if the temperature is a number but not positive.
      InvalidArgumentError: at run time, if it is a tensor and not positive.
    """
    with tf.name_scope(name, "batch_sample_with_temperature", [logits, temperature]):
        logits = tf.convert_to_tensor(logits)
        if tf.is_tensor(temperature):
            temperature = tf.cast(temperature, logits.dtype)
            check = tf.Assert(temperature > 0, ["temperature must be positive, got", temperature])
            with tf.control_dependencies([check]):
                temperature = tf.identity(temperature)
        else:
            _check_temperature(temperature)
        tiny = np.finfo(logits.dtype.as_numpy_dtype).tiny
        uniform = tf.random_uniform(tf.shape(logits), minval=tiny, maxval=1.0, dtype=logits.dtype,
                                    seed=seed)
        # Gumbel-max: the arg-max is one exact draw from the softmax.
        return tf.argmax(logits / temperature - tf.log(-tf.log(uniform)), 1, output_type=tf.int32)
