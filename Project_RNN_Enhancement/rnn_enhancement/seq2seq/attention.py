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

    Raises:
      TypeError, ValueError: if the mask is no tensor of that shape.

    Variables: AttnW_k [1, 1, attn_size, attn_size] and AttnV_k [attn_size] at once;
    Attention_k/kernel, Attention_k/bias at the first `read`.
    """

    def __init__(self, states, num_heads, dtype, mask=None):
        self._dtype = dtype
        self._size = static_dimension(states, 2)
        self._states = states
        self._shape = tf.shape(states)
        if static_dimension(states, 1) is not None:
            self._shape = [-1] + states.shape.as_list()[1:]
        self._keys, self._score_weights = [], []
        flat = tf.reshape(states, [-1, self._size])
        for head in range(num_heads):
            w = tf.get_variable("AttnW_%d" % head, [1, 1, self._size, self._size], dtype=dtype)
            keys = tf.matmul(flat, tf.reshape(w, [self._size, self._size]))
            keys = tf.reshape(keys, self._shape)
            keys.set_shape(states.shape)
            self._keys.append(keys)
            v = tf.get_variable("AttnV_%d" % head, [self._size], dtype=dtype)
            self._score_weights.append(tf.reshape(v, [-1, 1]))
        self._has_variables = False
        self._penalty = None if mask is None else _penalty(mask, states)

    @property
    def batched(self):
        """The tensors that every read takes its part of an example from."""
        return self._keys + [self._states] + ([] if self._penalty is None else [self._penalty])

    def zero_contexts(self, batch_size):
        """Contexts [batch, attn_size] of zeros, one per head."""
        contexts = []
        for _ in self._keys:
            context = tf.zeros(tf.stack([batch_size, self._size]), dtype=self._dtype)
            context.set_shape([None, self._size])
            contexts.append(context)
        return contexts

    def read(self, query):
        """Returns (contexts [batch, attn_size] per head, weights [batch, attn_length] per head).

        Args:
          query: tensor [batch, n] or a nested state of them, which is laid side by side.
        """
        if is_sequence(query):
            query = tf.concat(tf.nest.flatten(query), 1)
        contexts, weights = [], []
        reuse = True if self._has_variables else None
        with tf.variable_scope(tf.get_variable_scope(), reuse=reuse):
            for head, (keys, v) in enumerate(zip(self._keys, self._score_weights)):
                with tf.variable_scope("Attention_%d" % head):
                    y = tf.cast(linear(query, self._size, True), self._dtype)
                    # Scores and contexts as matrix products: reductions of broadcast products
                    # are slow, and their gradients slower.
                    energies = tf.tanh(keys + tf.expand_dims(y, 1))
                    scores = tf.reshape(tf.matmul(tf.reshape(energies, [-1, self._size]), v),
                                        self._shape[:2])
                    scores = tf.cast(scores, tf.float32)
                    if self._penalty is not None:
                        scores += self._penalty
                    weight = tf.cast(tf.nn.softmax(scores), self._dtype)
                    context = tf.raw_ops.BatchMatMul(x=tf.expand_dims(weight, 1), y=self._states)
                    contexts.append(tf.reshape(context, [-1, self._size]))
                    weights.append(weight)
        self._has_variables = True
        saw_attention(weights)
        return contexts, weights
