"""Attention of the legacy decoders."""
from ..cells.linear import linear
from ..tf1 import is_sequence, static_dimension, tf
from ..unrolling.modes import get_unroll
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


class _Hidden(object):
    """The states as a picture [batch, length, 1, size]."""

    def __init__(self, states):
        self.length = static_dimension(states, 1)
        if self.length is None:
            self.length = tf.shape(states)[1]
        self.tensor = tf.reshape(states, [-1, self.length, 1, static_dimension(states, 2)])


class _Head(object):
    """The variables of one head; where `hidden` is given, h·W as TensorFlow 1.15 computes it."""

    def __init__(self, number, size, dtype, hidden):
        self.number = number
        self.w = tf.get_variable("AttnW_%d" % number, [1, 1, size, size], dtype=dtype)
        self.features = None if hidden is None else self.features_of(hidden)
        self.v = tf.get_variable("AttnV_%d" % number, [size], dtype=dtype)

    def features_of(self, hidden):
        return tf.nn.conv2d(hidden, self.w, [1, 1, 1, 1], "SAME")


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
    Attention_k/kernel, Attention_k/bias at the first `read` of a reader.
    """

    def __init__(self, states, num_heads, dtype, mask=None):
        self.states, self.dtype = states, dtype
        self.size = static_dimension(states, 2)
        # In the order of TensorFlow 1.15, on which seeds depend, where a loop is out of question.
        self.hidden = _Hidden(states) if get_unroll() == "static" else None
        self.heads = [_Head(number, self.size, dtype, self.hidden and self.hidden.tensor)
                      for number in range(num_heads)]
        self.penalty = None if mask is None else _penalty(mask, states)

    def zero_contexts(self, batch_size):
        """Contexts [batch, attn_size] of zeros, one per head."""
        shape = tf.stack([batch_size, self.size])
        contexts = [tf.zeros(shape, dtype=self.dtype) for _ in self.heads]
        for context in contexts:
            context.set_shape([None, self.size])
        return contexts

    def reader(self, copied):
        """What reads, by the operations of TensorFlow 1.15 (`copied`) or by faster ones."""
        return (_ClassicReader if copied else _ProductReader)(self)


class _Reader(object):
    """Reads from the states of an `Attention`."""

    def __init__(self, attention):
        self._attention = attention
        self._has_variables = self._again = False

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
        dtype, penalty = self._attention.dtype, self._attention.penalty
        contexts, weights = [], []
        for head in self._attention.heads:
            with tf.variable_scope("Attention_%d" % head.number):
                scores = tf.cast(self._scores(
                    head, linear(query, self._attention.size, True)), tf.float32)
                if penalty is not None:
                    scores += penalty
                weights.append(tf.cast(tf.nn.softmax(scores), dtype))
                contexts.append(self._context(weights[-1]))
        return contexts, weights


class _ClassicReader(_Reader):
    """Operation by operation, and name by name, what TensorFlow 1.15 does."""

    def __init__(self, attention):
        super(_ClassicReader, self).__init__(attention)
        self._hidden = attention.hidden or _Hidden(attention.states)
        self._features = [head.features_of(self._hidden.tensor) if head.features is None
                          else head.features for head in attention.heads]

    def _scores(self, head, y):
        y = tf.cast(tf.reshape(y, [-1, 1, 1, self._attention.size]), self._attention.dtype)
        return tf.reduce_sum(head.v * tf.tanh(self._features[head.number] + y), [2, 3])

    def _context(self, weight):
        context = tf.reduce_sum(
            tf.reshape(weight, [-1, self._hidden.length, 1, 1]) * self._hidden.tensor, [1, 2])
        return tf.reshape(context, [-1, self._attention.size])


class _ProductReader(_Reader):
    """Scores and contexts as matrix products.

    Reductions of broadcast products are slow, and their gradients slower.
    """

    def __init__(self, attention):
        super(_ProductReader, self).__init__(attention)
        states, size = attention.states, attention.size
        self._shape = tf.shape(states)
        if static_dimension(states, 1) is not None:
            self._shape = [-1] + states.shape.as_list()[1:]
        self._keys, self._score_weights = [], []
        flat = tf.reshape(states, [-1, size])
        for head in attention.heads:
            keys = tf.reshape(tf.matmul(flat, tf.reshape(head.w, [size, size])), self._shape)
            keys.set_shape(states.shape)
            self._keys.append(keys)
            self._score_weights.append(tf.reshape(head.v, [-1, 1]))

    @property
    def batched(self):
        """The tensors that every read takes its part of an example from."""
        penalty = self._attention.penalty
        return self._keys + [self._attention.states] + ([] if penalty is None else [penalty])

    def _scores(self, head, y):
        y = tf.cast(y, self._attention.dtype)
        energies = tf.tanh(self._keys[head.number] + tf.expand_dims(y, 1))
        scores = tf.matmul(tf.reshape(energies, [-1, self._attention.size]),
                           self._score_weights[head.number])
        return tf.reshape(scores, self._shape[:2])

    def _context(self, weight):
        context = tf.raw_ops.BatchMatMul(x=tf.expand_dims(weight, 1), y=self._attention.states)
        return tf.reshape(context, [-1, self._attention.size])
