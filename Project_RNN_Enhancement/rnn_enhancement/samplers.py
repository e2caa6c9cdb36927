"""Drawing a symbol from a distribution over symbols.

One route for all: logits divided by the temperature, then top-k, then the nucleus of what is
left, then Gumbel-max, argmax_i(l_i - ln(-ln u_i)) with uniform u, which is one exact draw from
softmax(l).
"""
import numpy as np

from .arguments import checked_keywords, positive_int
from .run_time_numbers import POSITIVE, POSITIVE_FRACTION, check_number, number_in_graph
from .tf1 import static_dimension, tf

__all__ = ["sample_with_temperature", "batch_sample_with_temperature", "batch_sample_top_k",
           "batch_sample_nucleus", "Sampler"]


def _check_top_k(top_k, num_symbols):
    if top_k is None:
        return
    if positive_int("top_k", top_k) > (num_symbols or top_k):
        raise ValueError("top_k must be at most the number of symbols, %d, got %d."
                         % (num_symbols, top_k))


@checked_keywords
def sample_with_temperature(logits, temperature=1.0, random_state=None, top_k=None, top_p=None):
    """Draws one index from softmax(logits / temperature), in NumPy.

    Args:
      logits: array [num_symbols].
      temperature: positive number; towards 0 the arg-max, towards infinity uniform.
      random_state: `np.random.RandomState`; NumPy's global one if None.
      top_k, top_p: as in `batch_sample_with_temperature`, numbers.

    Returns:
      int.

    Raises:
      TypeError, ValueError: if the temperature is no positive number, `logits` no vector, or
        `top_k` or `top_p` out of range.
    """
    for name, value, allowed in (("temperature", temperature, POSITIVE),
                                 ("top_p", 1.0 if top_p is None else top_p, POSITIVE_FRACTION)):
        if tf.is_tensor(value):
            raise TypeError("%s must be a number here, got %r; batch_sample_with_temperature takes "
                            "tensors." % (name, value))
        check_number(name, value, allowed)
    logits = np.asarray(logits, dtype=np.float64)
    if logits.ndim != 1 or not logits.size:
        raise ValueError("logits must be a vector [num_symbols], got shape %s." % (logits.shape,))
    _check_top_k(top_k, logits.size)
    # Differences to the largest can't overflow to several infinities.
    scaled = (logits - np.max(logits)) / temperature
    order = np.arange(logits.size)
    if top_k is not None or top_p is not None:
        order = np.argsort(-scaled, kind="mergesort")[:top_k]
        scaled = scaled[order]
    if top_p is not None and top_p < 1:
        p = np.exp(scaled) / np.sum(np.exp(scaled))
        # The mass before a symbol decides, so that the first one always stays.
        scaled = np.where(np.cumsum(p) - p < top_p, scaled, -np.inf)
        scaled[0] = 0.0
    uniform = (random_state or np.random).uniform(np.finfo(np.float64).tiny, 1.0, scaled.shape)
    return int(order[np.argmax(scaled - np.log(-np.log(uniform)))])


class Sampler(object):
    """Draws one symbol per row of logits, in the graph; see the module for the way.

    What is checked when it runs is checked where the sampler is made, outside of loops.

    Args:
      temperature: positive number, or scalar tensor.
      top_k: int, or None: all symbols.
      top_p: number in (0, 1], scalar tensor, or None: all symbols.

    Raises:
      TypeError, ValueError: for wrong numbers.
      InvalidArgumentError: at run time, for wrong values of tensors.
    """

    def __init__(self, temperature=1.0, top_k=None, top_p=None):
        # float64 keeps all values of any dtype that logits may have.
        self._temperature = number_in_graph("temperature", temperature, POSITIVE, tf.float64)
        self._top_p = None if top_p is None else number_in_graph(
            "top_p", top_p, POSITIVE_FRACTION, tf.float64)
        _check_top_k(top_k, None)
        self._top_k = top_k

    def __call__(self, logits, uniform):
        """Returns int32 [batch].

        Args:
          logits: tensor [batch, num_symbols].
          uniform: function (shape, lowest value, dtype) -> uniform numbers below 1.

        Raises:
          ValueError: if `top_k` is more than the number of symbols.
        """
        _check_top_k(self._top_k, static_dimension(logits, 1))
        logits = tf.stop_gradient(logits)
        if logits.dtype.base_dtype not in (tf.float32, tf.float64):
            logits = tf.cast(logits, tf.float32)
        dtype = logits.dtype.base_dtype
        # Differences to the largest can't overflow to several infinities.
        scaled = logits - tf.reduce_max(logits, 1, keepdims=True)
        scaled /= self._in(self._temperature, dtype)
        symbols = None
        if self._top_k is not None or self._top_p is not None:
            scaled, symbols = tf.nn.top_k(
                scaled, tf.shape(scaled)[1] if self._top_k is None else self._top_k)
        if self._top_p is not None:
            top_p = self._in(self._top_p, dtype)
            before = tf.cumsum(tf.nn.softmax(scaled), axis=1, exclusive=True)
            # Rounded sums may reach 1 before the last symbol.
            stays = tf.logical_or(before < top_p, tf.fill(tf.shape(before), top_p >= 1))
            scaled = tf.where(stays, scaled, tf.fill(tf.shape(scaled), self._in(-np.inf, dtype)))
        noise = uniform(tf.shape(scaled), np.finfo(dtype.as_numpy_dtype).tiny, dtype)
        choice = tf.argmax(scaled - tf.log(-tf.log(noise)), 1, output_type=tf.int32)
        if symbols is None:
            return choice
        # Rows of a flat tensor; a gather per row has no kernel in every version.
        starts = tf.range(tf.shape(symbols)[0]) * tf.shape(symbols)[1]
        return tf.gather(tf.reshape(symbols, [-1]), starts + choice)

    @staticmethod
    def _in(number, dtype):
        return tf.cast(number, dtype) if tf.is_tensor(number) else tf.constant(number, dtype)


@checked_keywords
def batch_sample_with_temperature(logits, temperature=1.0, seed=None, name=None, top_k=None,
                                  top_p=None):
    """Draws one index per row from softmax(logits / temperature), in the graph.

    Args:
      logits: tensor [batch, num_symbols].
      temperature: positive number, or scalar tensor (checked when it runs).
      seed: op-level seed.
      name: of the operation.
      top_k: int; only the k most probable symbols are drawn (Fan et al. 2018, arXiv:1805.04833).
      top_p: number in (0, 1] or scalar tensor; only the nucleus is drawn, the most probable symbols
        before each of which lies a mass below p, one at least (Holtzman et al. 2020,
        arXiv:1904.09751). With `top_k` too, the mass is that among the k.

    Returns:
      int32 tensor [batch].

    Raises:
      TypeError, ValueError: if the temperature is a number but not positive, or `top_k` or `top_p`
        is out of range.
      InvalidArgumentError: at run time, if a tensor's value is out of range.
    """
    with tf.name_scope(name, "batch_sample_with_temperature", [logits]):
        sampler = Sampler(temperature, top_k, top_p)
        return sampler(tf.convert_to_tensor(logits), lambda shape, low, dtype: tf.random_uniform(
            shape, minval=low, maxval=1.0, dtype=dtype, seed=seed))


@checked_keywords
def batch_sample_top_k(logits, top_k, temperature=1.0, seed=None, name=None):
    """`batch_sample_with_temperature` of the `top_k` most probable symbols."""
    return batch_sample_with_temperature(logits, temperature, seed, name, top_k=top_k)


@checked_keywords
def batch_sample_nucleus(logits, top_p, temperature=1.0, seed=None, name=None):
    """`batch_sample_with_temperature` of the nucleus that holds the mass `top_p`."""
    return batch_sample_with_temperature(logits, temperature, seed, name, top_p=top_p)
