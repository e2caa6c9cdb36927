"""Attention that never goes back: Raffel et al. 2017, arXiv:1704.00784.

From left to right the memory's step i is chosen with probability p_i, or passed. With b the
weights of the step before (eq. 8 to 11):

    q_i = (1 - p_{i-1}) q_{i-1} + b_i,        a_i = p_i q_i
"""
import functools

import numpy as np

from ..arguments import boolean, finite_number, one_of, positive_int
from ..tf1 import is_tensor, tf
from .attention_mechanisms import (BaseAttentionMechanism, additive_score, additive_weights,
                                   dense_layer, multiplicative_score, multiplicative_weight)
from .memory import dimension

__all__ = ["BahdanauMonotonicAttention", "BaseMonotonicAttentionMechanism",
           "LuongMonotonicAttention", "monotonic_attention", "monotonic_probability_fn",
           "safe_cumprod"]

_MODES = ("recursive", "parallel", "hard")


def safe_cumprod(x, *args, **kwargs):
    """Cumulative product of numbers in (0, 1], as exp(cumsum(log(x))), which doesn't underflow.

    Args:
      x: floating tensor; zeros count as the dtype's smallest normal number.
      *args, **kwargs: axis, exclusive, reverse, name as in `tf.cumsum`.
    """
    with tf.name_scope(None, "SafeCumprod", [x]):
        x = tf.convert_to_tensor(x, name="x")
        tiny = np.finfo(x.dtype.as_numpy_dtype).tiny
        return tf.exp(tf.cumsum(tf.log(tf.clip_by_value(x, tiny, 1)), *args, **kwargs))


def monotonic_attention(p_choose_i, previous_attention, mode):
    """Weights of the memory's steps, of the probabilities that each is chosen.

    Args:
      p_choose_i: [batch, max_time], in [0, 1].
      previous_attention: [batch, max_time], the weights of the step before; [1, 0, .., 0] at first.
      mode: "recursive": step by step, exact and slow; "parallel": by cumulative sums and products,
        inexact where probabilities are near 0 or 1 or the memory is long; "hard": for probabilities
        that are 0 or 1, exact.

    Returns:
      Weights [batch, max_time]; what is missing to 1 was chosen nowhere.

    Raises:
      ValueError: for another mode.
    """
    one_of("mode", mode, _MODES)
    p = tf.convert_to_tensor(p_choose_i, name="p_choose_i")
    previous = tf.convert_to_tensor(previous_attention, name="previous_attention")
    if mode == "recursive":
        return _step_by_step(p, previous)
    if mode == "parallel":
        passed = safe_cumprod(1 - p, axis=1, exclusive=True)
        # Clipped, for the quotient.
        return p * passed * tf.cumsum(previous / tf.clip_by_value(passed, 1e-10, 1.), axis=1)
    # From the previous choice on, the first that is chosen.
    p *= tf.cumsum(previous, axis=1)
    return p * tf.cumprod(1 - p, axis=1, exclusive=True)


def _step_by_step(p, previous):
    batch_size = dimension(p, 0)
    passed = tf.concat([tf.ones([batch_size, 1], p.dtype), 1 - p[:, :-1]], 1)
    reached = tf.scan(lambda q, step: tf.reshape(step[0] * q + step[1], [batch_size]),
                      [tf.transpose(passed), tf.transpose(previous)],
                      tf.zeros([batch_size], p.dtype))
    return p * tf.transpose(reached)


def monotonic_probability_fn(score, previous_alignments, sigmoid_noise, mode, seed=None):
    """`monotonic_attention` of scores: p = sigmoid(score + noise), or score > 0 if `mode` is hard.

    Args:
      score: [batch, max_time].
      previous_alignments: [batch, max_time].
      sigmoid_noise: number, the noise's standard deviation; it makes choices discrete (section
        2.5). 0: none.
      mode: as in `monotonic_attention`.
      seed: of the noise.
    """
    if sigmoid_noise > 0:
        # The steps of a loop overlap: with a seed they are to draw one after the other.
        with tf.control_dependencies([] if seed is None else [score]):
            noise = tf.random_normal(tf.shape(score), dtype=score.dtype, seed=seed)
        score += sigmoid_noise * noise
    p = tf.cast(score > 0, score.dtype) if mode == "hard" else tf.sigmoid(score)
    return monotonic_attention(p, previous_alignments, mode)


class BaseMonotonicAttentionMechanism(BaseAttentionMechanism):
    """A mechanism that starts at the memory's first step."""

    def initial_alignments(self, batch_size, dtype):
        """[1, 0, .., 0] for every example, [batch, max_time]."""
        return tf.one_hot(tf.zeros([batch_size], tf.int32), self._alignments_size, dtype=dtype)


def _probabilities(sigmoid_noise, mode, seed):
    """A function (score, state) -> weights."""
    if finite_number("sigmoid_noise", sigmoid_noise) < 0:
        raise ValueError("sigmoid_noise must be at least 0, got %r." % (sigmoid_noise,))
    return functools.partial(monotonic_probability_fn, sigmoid_noise=sigmoid_noise,
                             mode=one_of("mode", mode, _MODES), seed=seed)


def _number_or_tensor(score_bias_init):
    return score_bias_init if is_tensor(score_bias_init) else finite_number(
        "score_bias_init", score_bias_init)


def _score_bias(start, dtype):
    if is_tensor(start):
        return tf.get_variable("attention_score_bias", dtype=dtype, initializer=start)
    return tf.get_variable("attention_score_bias", shape=(), dtype=dtype,
                           initializer=tf.constant_initializer(start))


class BahdanauMonotonicAttention(BaseMonotonicAttentionMechanism):
    """Monotonic attention by the additive score of `BahdanauAttention`, plus a bias.

    Args:
      num_units: int, depth of keys and mapped queries.
      memory: tensor [batch, max_time, ...].
      memory_sequence_length: int [batch].
      normalize: as in `BahdanauAttention`.
      score_mask_value: number; minus infinity by default.
      sigmoid_noise: number >= 0, standard deviation of the noise on scores.
      sigmoid_noise_seed: int or None.
      score_bias_init: number or scalar tensor that the bias starts with; below 0 for a long memory.
      mode: "recursive", "parallel" or "hard"; see `monotonic_attention`.
      dtype: of the computation; float32 by default.
      name: of the operations.
      check_lengths: whether lengths beyond the memory are an error when the graph is run too.

    Variables: those of `BahdanauAttention`, below bahdanau_monotonic_attention, and there
    attention_score_bias [].

    Raises:
      TypeError, ValueError: as `BahdanauAttention`; ValueError for another mode or noise below 0.
    """

    def __init__(self, num_units, memory, memory_sequence_length=None, normalize=False,
                 score_mask_value=None, sigmoid_noise=0., sigmoid_noise_seed=None,
                 score_bias_init=0., mode="parallel", dtype=None,
                 name="BahdanauMonotonicAttention", check_lengths=False):
        num_units = positive_int("num_units", num_units)
        self._num_units, self._normalize = num_units, boolean("normalize", normalize)
        self._name, self._score_bias_init = name, _number_or_tensor(score_bias_init)
        dtype = dtype or tf.float32
        super(BahdanauMonotonicAttention, self).__init__(
            query_layer=dense_layer(num_units, "query_layer", dtype), memory=memory,
            probability_fn=_probabilities(sigmoid_noise, mode, sigmoid_noise_seed),
            memory_sequence_length=memory_sequence_length,
            memory_layer=dense_layer(num_units, "memory_layer", dtype),
            score_mask_value=score_mask_value, name=name, check_lengths=check_lengths)

    def __call__(self, query, state):
        """Returns (weights [batch, max_time], next state) for queries [batch, depth]."""
        with tf.variable_scope(None, "bahdanau_monotonic_attention", [query]):
            processed = self.query_layer(query) if self.query_layer else query
            weights = additive_weights(self._num_units, self._normalize, query.dtype)
            score = additive_score(processed, self._keys, *weights)
            score += _score_bias(self._score_bias_init, processed.dtype)
        alignments = self._probability_fn(score, state)
        return alignments, alignments


class LuongMonotonicAttention(BaseMonotonicAttentionMechanism):
    """Monotonic attention by the multiplicative score of `LuongAttention`, plus a bias.

    Args:
      num_units: int, depth of the keys, which must be that of the queries.
      scale: as in `LuongAttention`.
      The others as in `BahdanauMonotonicAttention`.

    Variables: those of `LuongAttention`, below luong_monotonic_attention, and there
    attention_score_bias [].

    Raises:
      TypeError, ValueError: as `LuongAttention`; ValueError for another mode or noise below 0.
    """

    def __init__(self, num_units, memory, memory_sequence_length=None, scale=False,
                 score_mask_value=None, sigmoid_noise=0., sigmoid_noise_seed=None,
                 score_bias_init=0., mode="parallel", dtype=None, name="LuongMonotonicAttention",
                 check_lengths=False):
        num_units = positive_int("num_units", num_units)
        self._num_units, self._scale = num_units, boolean("scale", scale)
        self._name, self._score_bias_init = name, _number_or_tensor(score_bias_init)
        super(LuongMonotonicAttention, self).__init__(
            query_layer=None, memory=memory,
            probability_fn=_probabilities(sigmoid_noise, mode, sigmoid_noise_seed),
            memory_sequence_length=memory_sequence_length,
            memory_layer=dense_layer(num_units, "memory_layer", dtype or tf.float32),
            score_mask_value=score_mask_value, name=name, check_lengths=check_lengths)

    def __call__(self, query, state):
        """Returns (weights [batch, max_time], next state) for queries [batch, num_units]."""
        with tf.variable_scope(None, "luong_monotonic_attention", [query]):
            attention_g = multiplicative_weight(self._scale, query.dtype)
            score = multiplicative_score(query, self._keys, attention_g)
            score += _score_bias(self._score_bias_init, query.dtype)
        alignments = self._probability_fn(score, state)
        return alignments, alignments
