"""Schedules of scheduled sampling: how often a decoder in training feeds on its own symbols.

Bengio et al. 2015, arXiv:1506.03099 (known here from notes on the paper), let the probability e_i
of the true symbol decay with the number i of updates. The functions here return 1 - e_i, the
probability of the model's own symbol, which is what `scheduled_sampling` of the decoders is, as
`sampling_probability` is in TensorFlow's helpers. Each token has a coin of its own.
"""
from ..arguments import checked_keywords, finite_number, positive_number
from ..tf1 import is_variable, tf

__all__ = ["linear_sampling_schedule", "exponential_sampling_schedule",
           "inverse_sigmoid_sampling_schedule"]


def _updates(global_step):
    if not (tf.is_tensor(global_step) or is_variable(global_step)):
        global_step = finite_number("global_step", global_step)
        if global_step < 0:
            raise ValueError("global_step must be at least 0, got %r." % global_step)
    # float32 can't tell steps apart beyond 2^24.
    return tf.cast(global_step, tf.float64)


def _result(probability, name):
    return tf.cast(tf.clip_by_value(probability, 0.0, 1.0), tf.float32, name=name)


@checked_keywords
def linear_sampling_schedule(global_step, decay, start=1.0, floor=0.0, name=None):
    """1 - max(floor, start - decay·i), a scalar float32 tensor.

    Args:
      global_step: i >= 0, scalar tensor or number, counted in updates.
      decay: c > 0, per update.
      start: k in [0, 1], probability of the true symbol at i = 0.
      floor: in [0, start] and below 1, the least probability of the true symbol.
      name: of the operation.

    Raises:
      TypeError, ValueError: for numbers out of range.
    """
    decay = positive_number("decay", decay)
    start, floor = finite_number("start", start), finite_number("floor", floor)
    if not 0 <= start <= 1:
        raise ValueError("start must be in [0, 1], got %r." % start)
    if not 0 <= floor <= start or floor == 1:
        raise ValueError("floor must be in [0, start] and below 1, got %r with start %r."
                         % (floor, start))
    with tf.name_scope(None, "linear_sampling_schedule"):
        return _result(1 - tf.maximum(tf.constant(floor, tf.float64),
                                      start - decay * _updates(global_step)), name)


@checked_keywords
def exponential_sampling_schedule(global_step, k, name=None):
    """1 - k^i, a scalar float32 tensor.

    Args:
      global_step: i >= 0, scalar tensor or number, counted in updates.
      k: in (0, 1).
      name: of the operation.

    Raises:
      TypeError, ValueError: for numbers out of range.
    """
    k = positive_number("k", k)
    if k >= 1:
        raise ValueError("k must be in (0, 1), got %r." % k)
    with tf.name_scope(None, "exponential_sampling_schedule"):
        return _result(-tf.math.expm1(_updates(global_step) * tf.log(tf.constant(k, tf.float64))),
                       name)


@checked_keywords
def inverse_sigmoid_sampling_schedule(global_step, k, name=None):
    """1 - k / (k + exp(i/k)), a scalar float32 tensor; one half at i = k·ln k.

    Args:
      global_step: i >= 0, scalar tensor or number, counted in updates.
      k: number >= 1.
      name: of the operation.

    Raises:
      TypeError, ValueError: for numbers out of range.
    """
    k = finite_number("k", k)
    if k < 1:
        raise ValueError("k must be at least 1, got %r." % k)
    with tf.name_scope(None, "inverse_sigmoid_sampling_schedule"):
        # The same as a sigmoid, which can't overflow.
        return _result(tf.sigmoid(_updates(global_step) / k - tf.log(tf.constant(k, tf.float64))),
                       name)
