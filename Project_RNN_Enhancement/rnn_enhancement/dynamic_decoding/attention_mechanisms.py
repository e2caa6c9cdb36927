"""Attention mechanisms: scores of a memory for a query, and the weights made of them.

    a = probability_fn(score(query, keys)),        keys = memory·W_memory

Replaces the mechanisms of `tf.contrib.seq2seq`, with TensorFlow 1.15's variables and numbers.
"""
import copy
import functools
import math

import numpy as np

from ..arguments import boolean, check_callable, positive_int
from ..copying import fresh_copy
from ..tf1 import (Dense, Layer, check_graph_mode, control_flow_context, private_rnn_cell,
                   quiet_deprecations, tf)
from .memory import ScoreMask, dimension, masked_memory

__all__ = ["AttentionMechanism", "BahdanauAttention", "BaseAttentionMechanism", "LuongAttention",
           "additive_score", "additive_weights", "dense_layer", "hardmax", "multiplicative_score",
           "multiplicative_weight"]


def hardmax(logits, name=None):
    """One-hot vectors [..., depth] with the 1 at the largest of `logits` [..., depth].

    Args:
      logits: tensor.
      name: of the operation.
    """
    with tf.name_scope(name, "Hardmax", [logits]):
        logits = tf.convert_to_tensor(logits, name="logits")
        return tf.one_hot(tf.argmax(logits, -1), dimension(logits, -1), dtype=logits.dtype)


def dense_layer(units, name, dtype):
    """A linear map without bias, whose variable is NAME/kernel."""
    with quiet_deprecations():
        return Dense(units, name=name, use_bias=False, dtype=dtype)


class AttentionMechanism(object):
    """What `AttentionWrapper` takes for a mechanism.

    A subclass has `values`, `batch_size`, `dtype`, the sizes below, `initial_alignments`,
    `initial_state`, and `__call__(query, state)`, which gives (alignments, new state).
    """

    @property
    def alignments_size(self):
        """Number of the weights of an example."""
        raise NotImplementedError

    @property
    def state_size(self):
        """Size of the state that goes from step to step, a nest as of a cell."""
        raise NotImplementedError


class BaseAttentionMechanism(AttentionMechanism):
    """What all mechanisms share: layers, the memory and its mask.

    Args:
      query_layer: `tf.layers.Layer` that maps queries, or None.
      memory: tensor [batch, max_time, ...], usually the outputs of an encoder.
      probability_fn: function (score [batch, max_time], previous state) -> weights.
      memory_sequence_length: int [batch]; past an example's end the memory is zero, and scores are
        `score_mask_value`.
      memory_layer: `tf.layers.Layer` that makes keys of the memory, or None.
      check_inner_dims_defined: whether the inner dimensions of the memory must be known.
      score_mask_value: number; minus infinity by default.
      custom_key_value_fn: function (keys, values) -> (keys, values) applied last.
      name: of the operations.
      check_lengths: whether lengths beyond the memory, where the graph doesn't know them, are an
        InvalidArgumentError when it is run; TensorFlow takes them. It is checked once, not at every
        step.

    Raises:
      TypeError: if a layer is none, `probability_fn` can't be called, or the memory has another
        dtype than the layer that reads it.
      ValueError, TypeError: for a memory or lengths that don't fit; see `masked_memory`.
      InvalidArgumentError: at construction or when it is run, if a length is not positive.
      RuntimeError: if called eagerly on TensorFlow 2.x.
    """

    def __init__(self, query_layer, memory, probability_fn, memory_sequence_length=None,
                 memory_layer=None, check_inner_dims_defined=True, score_mask_value=None,
                 custom_key_value_fn=None, name=None, check_lengths=False):
        check_graph_mode(type(self).__name__)
        for argument, layer in (("query_layer", query_layer), ("memory_layer", memory_layer)):
            if layer is not None and not isinstance(layer, Layer):
                raise TypeError("%s must be a tf.layers.Layer or None, got %r of type %s."
                                % (argument, layer, type(layer).__name__))
        check_callable("probability_fn", probability_fn, "(score, state) -> probabilities")
        if custom_key_value_fn is not None:
            check_callable("custom_key_value_fn", custom_key_value_fn,
                           "(keys, values) -> (keys, values)")
        self._query_layer, self._memory_layer = query_layer, memory_layer
        # For a beam search to look at.
        self.given = {"memory": tf.nest.flatten(memory)[0],
                      "memory_sequence_length": memory_sequence_length}
        with tf.name_scope(name, "BaseAttentionMechanismInit", tf.nest.flatten(memory)):
            self._values = masked_memory(memory, memory_sequence_length, check_inner_dims_defined)
            self.dtype = self._checked_dtype()
            self._keys = self._values
            if memory_layer is not None:
                self._keys = memory_layer(self._values)
            if custom_key_value_fn is not None:
                self._keys, self._values = custom_key_value_fn(self._keys, self._values)
            self._batch_size = dimension(self._keys, 0)
            self._alignments_size = dimension(self._keys, 1)
        self._score_mask = self._make_score_mask = None
        if memory_sequence_length is not None:
            if score_mask_value is None:
                score_mask_value = tf.as_dtype(self.dtype).as_numpy_dtype(-np.inf)
            self._make_score_mask = functools.partial(
                ScoreMask, memory_sequence_length, self._alignments_size, score_mask_value,
                boolean("check_lengths", check_lengths))
        self._unmasked_probability_fn = probability_fn

    def _probability_fn(self, score, state):
        if self._make_score_mask is not None:
            score = (self._score_mask or self._make_score_mask())(score)
        return self._unmasked_probability_fn(score, state)

    def prepare(self):
        """Makes what all steps share, so that none makes its own."""
        keys, graph = tf.nest.flatten(self._keys)[0], tf.get_default_graph()
        # Inside a loop or a function it would be of no use outside.
        if self._make_score_mask is not None and self._score_mask is None and (
                keys.graph is graph
                and keys.op._get_control_flow_context() is control_flow_context(graph)):
            with tf.name_scope("score_mask"):
                self._score_mask = self._make_score_mask()

    def _checked_dtype(self):
        found = tf.nest.flatten(self._values)[0].dtype.base_dtype
        wanted = getattr(self._memory_layer, "dtype", None)
        if wanted is None:
            return found
        if tf.as_dtype(wanted) != found:
            raise TypeError("memory has dtype %s, but %s computes with %s: give it dtype=tf.%s."
                            % (found.name, type(self).__name__, tf.as_dtype(wanted).name,
                               found.name))
        return wanted

    def __deepcopy__(self, memo):
        # Of a copied wrapper: the memory and its keys are shared, the other layers are copied.
        duplicate = copy.copy(self)
        memo[id(self)] = duplicate
        for name, layer in self.layers_called().items():
            setattr(duplicate, name, fresh_copy(layer, memo))
        return duplicate

    def layers_called(self):
        """Layers that a call uses, by attribute."""
        return {name: value for name, value in vars(self).items()
                if isinstance(value, Layer) and value is not self._memory_layer}

    @property
    def memory_layer(self):
        return self._memory_layer

    @property
    def query_layer(self):
        return self._query_layer

    @property
    def values(self):
        """The memory [batch, max_time, ...], zero past an example's end."""
        return self._values

    @property
    def keys(self):
        """What queries are compared with, [batch, max_time, num_units]."""
        return self._keys

    @property
    def batch_size(self):
        return self._batch_size

    @property
    def alignments_size(self):
        return self._alignments_size

    @property
    def state_size(self):
        return self._alignments_size

    def initial_alignments(self, batch_size, dtype):
        """Weights [batch, max_time] before the first step, which are zero."""
        return private_rnn_cell._zero_state_tensors(self._alignments_size, batch_size, dtype)

    def initial_state(self, batch_size, dtype):
        """The mechanism's state before the first step, which is that of the weights."""
        return self.initial_alignments(batch_size, dtype)


def multiplicative_score(query, keys, scale=None):
    """query·keys_i for every step i of the memory, times `scale`: [batch, max_time].

    Luong et al. 2015, arXiv:1508.04025, eq. 8 ("general", the weights being in the keys).

    Args:
      query: [batch, num_units].
      keys: [batch, max_time, num_units].
      scale: scalar tensor or None.

    Raises:
      ValueError: if queries and keys differ in depth.
    """
    depth, units = query.shape[-1:], keys.shape[-1:]
    if not depth.is_fully_defined() or depth.as_list() != units.as_list():
        raise ValueError(
            "The query has a depth of %s, the keys one of %s, which is the mechanism's num_units: "
            "make num_units the output size of the cell." % (depth[0], units[0]))
    score = tf.matmul(tf.expand_dims(query, 1), keys, transpose_b=True)
    score = tf.reshape(score, [-1, dimension(keys, 1)])
    score.set_shape(keys.shape[:2])
    return score if scale is None else scale * score


def additive_score(query, keys, attention_v, attention_g=None, attention_b=None):
    """v · tanh(keys_i + query + b) for every step i of the memory: [batch, max_time].

    Bahdanau et al. 2015, arXiv:1409.0473, appendix A.1.2; with g and b the vector is g·v/|v|,
    Salimans and Kingma 2016, arXiv:1602.07868.

    Args:
      query: [batch, num_units].
      keys: [batch, max_time, num_units].
      attention_v: [num_units].
      attention_g: scalar, attention_b: [num_units]; both or none.
    """
    total = keys + tf.expand_dims(query, 1)
    if attention_g is not None and attention_b is not None:
        attention_v = attention_g * attention_v * tf.rsqrt(tf.reduce_sum(tf.square(attention_v)))
        total = total + attention_b
    # A product: sums of products, and their gradients, are slow.
    units = dimension(keys, 2)
    score = tf.matmul(tf.reshape(tf.tanh(total), [-1, units]), tf.reshape(attention_v, [-1, 1]))
    score = tf.reshape(score, [-1, dimension(keys, 1)])
    score.set_shape(keys.shape[:2])
    return score


def multiplicative_weight(scale, dtype):
    """attention_g of `multiplicative_score` in the current scope, which starts at 1; or None."""
    return tf.get_variable("attention_g", shape=(), dtype=dtype,
                           initializer=tf.ones_initializer()) if scale else None


def additive_weights(num_units, normalize, dtype):
    """attention_v, attention_g and attention_b of `additive_score` in the current scope."""
    attention_v = tf.get_variable("attention_v", [num_units], dtype=dtype)
    if not normalize:
        return attention_v, None, None
    attention_g = tf.get_variable(
        "attention_g", shape=(), dtype=dtype,
        initializer=tf.constant_initializer(math.sqrt(1. / num_units)))
    attention_b = tf.get_variable("attention_b", [num_units], dtype=dtype,
                                  initializer=tf.zeros_initializer())
    return attention_v, attention_g, attention_b


def _probabilities(probability_fn):
    """A function (score, state) -> weights of one that takes the score alone."""
    if probability_fn is None:
        probability_fn = tf.nn.softmax
    check_callable("probability_fn", probability_fn, "(score) -> probabilities")
    return lambda score, _: probability_fn(score)


class LuongAttention(BaseAttentionMechanism):
    """Multiplicative attention, Luong et al. 2015, arXiv:1508.04025, eq. 7 and 8.

        a = probability_fn(g * q·(memory_i·W)),        g = 1 without `scale`

    Args:
      num_units: int, depth of the keys, which must be that of the queries.
      memory: tensor [batch, max_time, ...], usually the outputs of an encoder.
      memory_sequence_length: int [batch]; past an example's end the memory is zero and weights are
        what `probability_fn` makes of `score_mask_value`.
      scale: whether g is a variable.
      probability_fn: function of scores [batch, max_time] that gives weights; softmax by default.
      score_mask_value: number; minus infinity by default.
      dtype: of the computation; float32 by default.
      custom_key_value_fn: function (keys, values) -> (keys, values).
      name: of the operations.
      check_lengths: whether lengths beyond the memory are an error when the graph is run too.

    Variables: memory_layer/kernel [memory's depth, num_units], at once;
    luong_attention/attention_g [] with the first query.

    Raises:
      TypeError, ValueError: as `BaseAttentionMechanism`; ValueError at the first query if its depth
        is another.
    """

    def __init__(self, num_units, memory, memory_sequence_length=None, scale=False,
                 probability_fn=None, score_mask_value=None, dtype=None, custom_key_value_fn=None,
                 name="LuongAttention", check_lengths=False):
        num_units = positive_int("num_units", num_units)
        self._num_units, self._scale = num_units, boolean("scale", scale)
        self._name = name
        super(LuongAttention, self).__init__(
            query_layer=None, memory=memory, probability_fn=_probabilities(probability_fn),
            memory_sequence_length=memory_sequence_length,
            memory_layer=dense_layer(num_units, "memory_layer", dtype or tf.float32),
            score_mask_value=score_mask_value, custom_key_value_fn=custom_key_value_fn, name=name,
            check_lengths=check_lengths)

    def __call__(self, query, state):
        """Returns (weights [batch, max_time], next state) for queries [batch, num_units]."""
        with tf.variable_scope(None, "luong_attention", [query]):
            attention_g = multiplicative_weight(self._scale, query.dtype)
            score = multiplicative_score(query, self._keys, attention_g)
        alignments = self._probability_fn(score, state)
        return alignments, alignments


class BahdanauAttention(BaseAttentionMechanism):
    """Additive attention, Bahdanau et al. 2015, arXiv:1409.0473.

        a = probability_fn(v · tanh(memory_i·W + q·U + b)),        b = 0 without `normalize`

    With `normalize`, g·v/|v| stands for v: Salimans and Kingma 2016, arXiv:1602.07868.

    Args:
      num_units: int, depth of keys and mapped queries.
      memory: tensor [batch, max_time, ...], usually the outputs of an encoder.
      memory_sequence_length: int [batch]; past an example's end the memory is zero and weights are
        what `probability_fn` makes of `score_mask_value`.
      normalize: whether there are g and b.
      probability_fn: function of scores [batch, max_time] that gives weights; softmax by default.
      score_mask_value: number; minus infinity by default.
      dtype: of the computation; float32 by default.
      custom_key_value_fn: function (keys, values) -> (keys, values).
      name: of the operations.
      check_lengths: whether lengths beyond the memory are an error when the graph is run too.

    Variables: memory_layer/kernel [memory's depth, num_units], at once; with the first query, below
    bahdanau_attention, query_layer/kernel [query's depth, num_units], attention_v [num_units],
    attention_g [] (starts at sqrt(1/num_units)) and attention_b [num_units].

    Raises:
      TypeError, ValueError: as `BaseAttentionMechanism`.
    """

    def __init__(self, num_units, memory, memory_sequence_length=None, normalize=False,
                 probability_fn=None, score_mask_value=None, dtype=None, custom_key_value_fn=None,
                 name="BahdanauAttention", check_lengths=False):
        num_units = positive_int("num_units", num_units)
        self._num_units, self._normalize = num_units, boolean("normalize", normalize)
        self._name = name
        dtype = dtype or tf.float32
        super(BahdanauAttention, self).__init__(
            query_layer=dense_layer(num_units, "query_layer", dtype), memory=memory,
            probability_fn=_probabilities(probability_fn),
            memory_sequence_length=memory_sequence_length,
            memory_layer=dense_layer(num_units, "memory_layer", dtype),
            score_mask_value=score_mask_value, custom_key_value_fn=custom_key_value_fn, name=name,
            check_lengths=check_lengths)

    def __call__(self, query, state):
        """Returns (weights [batch, max_time], next state) for queries [batch, depth]."""
        with tf.variable_scope(None, "bahdanau_attention", [query]):
            processed = self.query_layer(query) if self.query_layer else query
            weights = additive_weights(self._num_units, self._normalize, query.dtype)
            score = additive_score(processed, self._keys, *weights)
        alignments = self._probability_fn(score, state)
        return alignments, alignments
