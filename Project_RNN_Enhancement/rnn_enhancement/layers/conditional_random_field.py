"""Linear-chain conditional random fields, as `tf.contrib.crf` had them (Lafferty, McCallum, Pereira 2001)."""
import numpy as np

from ..arguments import graph_function
from ..tf1 import static_dimension, tf

__all__ = ["crf_binary_score", "crf_decode", "crf_log_likelihood", "crf_log_norm",
           "crf_multitag_sequence_score",
           "crf_sequence_score", "crf_unary_score", "viterbi_decode"]


def _time_major(scores, lengths):
    """Scores [time, batch, tags], steps [time], lengths as a tensor."""
    scores = tf.convert_to_tensor(scores)
    return tf.transpose(scores, [1, 0, 2]), tf.range(tf.shape(scores)[1]), tf.cast(lengths, tf.int32)


def _mask(tag_indices, sequence_lengths, dtype):
    return tf.sequence_mask(sequence_lengths, maxlen=tf.shape(tag_indices)[1], dtype=dtype)


def _only_of_some(values, sequence_lengths):
    """Zero for sequences without steps."""
    return tf.where(tf.less_equal(sequence_lengths, 0), tf.zeros_like(values), values)


def crf_unary_score(tag_indices, sequence_lengths, inputs):
    """The sum of the scores that each step gives to its tag.

    Args:
      tag_indices: int tensor [batch, time].
      sequence_lengths: int tensor [batch].
      inputs: tensor [batch, time, tags].

    Returns:
      A tensor [batch].
    """
    inputs = tf.convert_to_tensor(inputs)
    tags = tf.cast(tag_indices, tf.int32)
    shape = tf.shape(tags)
    rows = tf.tile(tf.expand_dims(tf.range(shape[0]), 1), [1, shape[1]])
    steps = tf.tile(tf.expand_dims(tf.range(shape[1]), 0), [shape[0], 1])
    chosen = tf.gather_nd(inputs, tf.stack([rows, steps, tags], 2))
    return tf.reduce_sum(chosen * _mask(tags, sequence_lengths, inputs.dtype), 1)


def crf_binary_score(tag_indices, sequence_lengths, transition_params):
    """The sum of the scores of going from each tag to the next.

    Args:
      tag_indices: int tensor [batch, time].
      sequence_lengths: int tensor [batch].
      transition_params: tensor [tags, tags].

    Returns:
      A tensor [batch].
    """
    transitions = tf.convert_to_tensor(transition_params)
    tags = tf.cast(tag_indices, tf.int32)
    chosen = tf.gather_nd(transitions, tf.stack([tags[:, :-1], tags[:, 1:]], 2))
    return tf.reduce_sum(chosen * _mask(tags, sequence_lengths, transitions.dtype)[:, 1:], 1)


def crf_sequence_score(inputs, tag_indices, sequence_lengths, transition_params):
    """The score of sequences of tags: of each tag in its step, and of each transition.

    Args:
      inputs: tensor [batch, time, tags].
      tag_indices: int tensor [batch, time].
      sequence_lengths: int tensor [batch].
      transition_params: tensor [tags, tags].

    Returns:
      A tensor [batch].
    """
    return (crf_unary_score(tag_indices, sequence_lengths, inputs) +
            crf_binary_score(tag_indices, sequence_lengths, transition_params))


def crf_multitag_sequence_score(inputs, tag_bitmap, sequence_lengths, transition_params):
    """The logarithm of the summed exponential scores of all sequences made of allowed tags.

    Args:
      inputs: tensor [batch, time, tags].
      tag_bitmap: bool tensor [batch, time, tags]: the tags that a step may have.
      sequence_lengths: int tensor [batch].
      transition_params: tensor [tags, tags].

    Returns:
      A tensor [batch].
    """
    inputs = tf.convert_to_tensor(inputs)
    allowed = tf.where(tag_bitmap, inputs, tf.fill(tf.shape(inputs), tf.constant(-np.inf, inputs.dtype)))
    return crf_log_norm(allowed, sequence_lengths, transition_params)


def crf_log_norm(inputs, sequence_lengths, transition_params):
    """The logarithm of the summed exponential scores of all sequences of tags.

    Args:
      inputs: tensor [batch, time, tags].
      sequence_lengths: int tensor [batch].
      transition_params: tensor [tags, tags].

    Returns:
      A tensor [batch].
    """
    scores, steps, lengths = _time_major(inputs, sequence_lengths)
    transitions = tf.expand_dims(transition_params, 0)

    def step(alphas, given):
        score, number = given
        new = score + tf.reduce_logsumexp(tf.expand_dims(alphas, 2) + transitions, 1)
        return tf.where(tf.less(number, lengths), new, alphas)
    alphas = tf.foldl(step, (scores[1:], steps[1:]), initializer=scores[0])
    return _only_of_some(tf.reduce_logsumexp(alphas, 1), sequence_lengths)


@graph_function
def crf_log_likelihood(inputs, tag_indices, sequence_lengths, transition_params=None):
    """The logarithm of the probability of sequences of tags.

    Args:
      inputs: tensor [batch, time, tags], the scores of the tags in each step.
      tag_indices: int tensor [batch, time].
      sequence_lengths: int tensor [batch].
      transition_params: tensor [tags, tags]; None: the variable `transitions` of the current scope.

    Returns:
      (tensor [batch], transition_params).
    """
    inputs = tf.convert_to_tensor(inputs)
    if transition_params is None:
        tags = static_dimension(inputs, 2)
        transition_params = tf.get_variable("transitions", [tags, tags])
    score = crf_sequence_score(inputs, tag_indices, sequence_lengths, transition_params)
    return score - crf_log_norm(inputs, sequence_lengths, transition_params), transition_params


def crf_decode(potentials, transition_params, sequence_length):
    """The sequences of tags with the highest scores, found in the graph.

    Args:
      potentials: tensor [batch, time, tags].
      transition_params: tensor [tags, tags].
      sequence_length: int tensor [batch].

    Returns:
      (int32 tensor [batch, time], 0 after the end; tensor [batch] of scores).
    """
    scores, steps, lengths = _time_major(potentials, sequence_length)
    transitions = tf.expand_dims(transition_params, 0)
    # A step that isn't one, the first and those after the end, keeps each tag.
    stay = tf.zeros_like(scores[0], tf.int32) + tf.range(tf.shape(scores)[2])

    def forward(before, given):
        score, number = given
        sums = tf.expand_dims(before[0], 2) + transitions
        is_step = tf.logical_and(number > 0, number < lengths)
        best = tf.where(is_step, score + tf.reduce_max(sums, 1), before[0])
        return best, tf.where(is_step, tf.argmax(sums, 1, output_type=tf.int32), stay)
    best, origins = tf.scan(forward, (scores, steps), initializer=(scores[0], stay))
    last = tf.argmax(best[-1], 1, output_type=tf.int32)
    rows = tf.range(tf.shape(last)[0])

    def backward(tag, origin):
        return tf.gather_nd(origin, tf.stack([rows, tag], 1))
    # The tags of the steps before the last, from the ways into the steps after them.
    earlier = tf.scan(backward, origins, initializer=last, reverse=True)[1:]
    tags = tf.transpose(tf.concat([earlier, [last]], 0))
    return tags * tf.sequence_mask(lengths, tf.shape(tags)[1], tf.int32), tf.reduce_max(best[-1], 1)


def viterbi_decode(score, transition_params):
    """The sequence of tags with the highest score, found in NumPy.

    Args:
      score: array [time, tags].
      transition_params: array [tags, tags].

    Returns:
      (list of ints, float: its score).
    """
    score = np.asarray(score)
    best, origins = score[0], []
    for step in score[1:]:
        sums = best[:, np.newaxis] + transition_params
        origins.append(sums.argmax(0))
        best = step + sums.max(0)
    tags = [best.argmax()]
    for origin in reversed(origins):
        tags.append(origin[tags[-1]])
    return tags[::-1], best.max()
