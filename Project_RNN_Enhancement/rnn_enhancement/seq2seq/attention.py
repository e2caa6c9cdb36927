"""Attention of the legacy decoders."""
from ..cells.linear import linear
from ..tf1 import is_sequence, static_dimension, tf
from .stepping import saw_attention

__all__ = ["Attention"]


def _penalty(mask, states):
    """What is added to scores [batch, attn_length]; so large that no weight is left."""
    if isinstance(mask, (list, tuple)) and any(tf.is_tensor(part) for part in mask):
        raise TypeError("attention_mask must be one tensor [batch, attn_length], got a list of %d "
                        "tensors." % len(mask))
    mask = tf.convert_to_tensor(mask)
    if not (mask.dtype == tf.bool or mask.dtype.is_floating or mask.dtype.is_integer):
        raise TypeError("attention_mask must hold bools or numbers, got dtype %s."
                        % mask.dtype.name)
    if not mask.shape.is_compatible_with(states.shape[:2]):
        raise ValueError("attention_mask must have the shape %s, [batch, attn_length] of "
                         "attention_states, got %s." % (states.shape[:2], mask.shape))
    if mask.dtype != tf.bool:
        mask = tf.not_equal(mask, tf.zeros([], mask.dtype))
    # Finite, so that an example of padding only has weights.
    penalty = tf.where(mask, tf.zeros_like(mask, tf.float32), tf.fill(tf.shape(mask), -1e9))
    penalty.set_shape(states.shape[:2])
    return penalty


class Attention(object):
    """Heads that read from `states` by an additive score.

        e_i = v · tanh(h_i·W + q·U + b),   a = softmax_i(e),   d = sum_i a_i h_i

    Vinyals et al. 2015, arXiv:1412.7449; the score is that of Bahdanau et al. 2015,
    arXiv:1409.0473. Every head has W, U, b and v of its own; h_i is read unprojected. The part
    h_i·W that no query changes is computed once.

    Args:
      states: tensor [batch, attn_length, attn_size], attn_size known.
      num_heads: int.
      dtype: of the computation; the softmax is float32.
      mask: [batch, attn_length] of bools or numbers, False or 0 where `states` are padding; None:
        there is no padding. Padding gets weight 0, but for an example of padding only, whose
        weights are equal.
      as_classic: whether to compute operation by operation, and name by name, what TensorFlow 1.15
        does, or the same by faster ones.

    Raises:
      TypeError, ValueError: if the mask is no tensor of that shape.

    Variables: AttnW_k [1, 1, attn_size, attn_size] and AttnV_k [attn_size] at once;
    Attention_k/kernel, Attention_k/bias at the first `read`.
    """

    def __init__(self, states, num_heads, dtype, mask=None, as_classic=False):
        self._dtype, self._size = dtype, static_dimension(states, 2)
        self._parts = (_ClassicParts if as_classic else _ProductParts)(
            states, self._size, num_heads, dtype)
        self._penalty = None if mask is None else _penalty(mask, states)
        self._has_variables = self._again = False

    @property
    def batched(self):
        """The tensors that every read takes its part of an example from."""
        return self._parts.batched + ([] if self._penalty is None else [self._penalty])

    def zero_contexts(self, batch_size):
        """Contexts [batch, attn_size] of zeros, one per head."""
        shape = tf.stack([batch_size, self._size])
        contexts = [tf.zeros(shape, dtype=self._dtype) for _ in self._parts.keys]
        for context in contexts:
            context.set_shape([None, self._size])
        return contexts

    def read(self, query, initial=False):
        """Returns (contexts [batch, attn_size] per head, weights [batch, attn_length] per head).

        Args:
          query: tensor [batch, n] or a nested state of them, which is laid side by side.
          initial: whether this comes before the first step.
        """
        # Entering the scope once more opens a name scope: only where TensorFlow 1.15 does.
        again, self._again = self._again, initial
        scope = tf.get_variable_scope()
        if again or (self._has_variables and not scope.reuse):
            with tf.variable_scope(scope, reuse=True):
                contexts, weights = self._read(query)
        else:
            contexts, weights = self._read(query)
        self._has_variables = True
        saw_attention(weights)
        return contexts, weights

    def _read(self, query):
        if is_sequence(query):
            query = tf.concat(tf.nest.flatten(query), 1)
        contexts, weights = [], []
        for number in range(len(self._parts.keys)):
            with tf.variable_scope("Attention_%d" % number):
                scores = tf.cast(self._parts.scores(number, linear(query, self._size, True)),
                                 tf.float32)
                if self._penalty is not None:
                    scores += self._penalty
                weights.append(tf.cast(tf.nn.softmax(scores), self._dtype))
                contexts.append(self._parts.context(weights[-1]))
        return contexts, weights


class _ClassicParts(object):
    """States as a picture [batch, length, 1, size], scores and contexts as sums of products."""

    batched = []

    def __init__(self, states, size, num_heads, dtype):
        self._size, self._dtype = size, dtype
        self._length = static_dimension(states, 1)
        if self._length is None:
            self._length = tf.shape(states)[1]
        self._states = tf.reshape(states, [-1, self._length, 1, size])
        self.keys, self._score_weights = [], []
        for head in range(num_heads):
            w = tf.get_variable("AttnW_%d" % head, [1, 1, size, size], dtype=dtype)
            self.keys.append(tf.nn.conv2d(self._states, w, [1, 1, 1, 1], "SAME"))
            self._score_weights.append(tf.get_variable("AttnV_%d" % head, [size], dtype=dtype))

    def scores(self, head, y):
        y = tf.cast(tf.reshape(y, [-1, 1, 1, self._size]), self._dtype)
        return tf.reduce_sum(self._score_weights[head] * tf.tanh(self.keys[head] + y), [2, 3])

    def context(self, weight):
        context = tf.reduce_sum(
            tf.reshape(weight, [-1, self._length, 1, 1]) * self._states, [1, 2])
        return tf.reshape(context, [-1, self._size])


class _ProductParts(object):
    """Scores and contexts as matrix products.

    Reductions of broadcast products are slow, and their gradients slower.
    """

    def __init__(self, states, size, num_heads, dtype):
        self._size, self._dtype, self._states = size, dtype, states
        self._shape = tf.shape(states)
        if static_dimension(states, 1) is not None:
            self._shape = [-1] + states.shape.as_list()[1:]
        self.keys, self._score_weights = [], []
        flat = tf.reshape(states, [-1, size])
        for head in range(num_heads):
            w = tf.get_variable("AttnW_%d" % head, [1, 1, size, size], dtype=dtype)
            keys = tf.reshape(tf.matmul(flat, tf.reshape(w, [size, size])), self._shape)
            keys.set_shape(states.shape)
            self.keys.append(keys)
            v = tf.get_variable("AttnV_%d" % head, [size], dtype=dtype)
            self._score_weights.append(tf.reshape(v, [-1, 1]))

    @property
    def batched(self):
        return self.keys + [self._states]

    def scores(self, head, y):
        energies = tf.tanh(self.keys[head] + tf.expand_dims(tf.cast(y, self._dtype), 1))
        scores = tf.matmul(tf.reshape(energies, [-1, self._size]), self._score_weights[head])
        return tf.reshape(scores, self._shape[:2])

    def context(self, weight):
        context = tf.raw_ops.BatchMatMul(x=tf.expand_dims(weight, 1), y=self._states)
        return tf.reshape(context, [-1, self._size])
