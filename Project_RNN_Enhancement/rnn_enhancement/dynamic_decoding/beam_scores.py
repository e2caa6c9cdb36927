"""What the hypotheses of a beam search are ranked by."""
from ..tf1 import select_rows, tf

__all__ = ["attention_of", "is_zero", "scores_of", "stay_finished"]


def is_zero(weight):
    """Whether a weight is known to be 0."""
    known = tf.get_static_value(tf.convert_to_tensor(weight))
    return known is not None and known == 0


def stay_finished(log_probs, end_token, finished):
    """`log_probs` [batch, beams, symbols], where a finished beam goes on by the end symbol alone.

    Args:
      finished: bool [batch, beams].
    """
    ends = tf.one_hot(end_token, tf.shape(log_probs)[2], dtype=log_probs.dtype,
                      on_value=tf.zeros([], log_probs.dtype), off_value=log_probs.dtype.min)
    shape = tf.shape(log_probs)
    ends = tf.zeros_like(log_probs) + ends
    finished = tf.logical_and(tf.expand_dims(finished, 2), tf.fill(shape, True))
    return select_rows(finished, ends, log_probs)


def _length_penalty(lengths, weight):
    """((5 + length) / 6) ** weight; Wu et al. 2016, arXiv:1609.08144, eq. 14."""
    weight = tf.convert_to_tensor(weight)
    return (5. + tf.cast(lengths, tf.float32)) ** weight / (5. + 1.) ** weight


def scores_of(log_probs, lengths, length_weight, coverage_weight, finished, coverage):
    """Scores [batch, beams, symbols].

    Args:
      log_probs: [batch, beams, symbols], summed.
      lengths: int64 [batch, beams, symbols].
      finished: bool [batch, beams]; only what is finished is judged by its coverage.
      coverage: [batch, beams, memory's time], summed attention, or None.
    """
    scores = log_probs
    if not is_zero(length_weight):
        scores = scores / tf.cast(_length_penalty(lengths, length_weight), log_probs.dtype)
    if is_zero(coverage_weight):
        return scores
    # What never got any attention lies behind the memory's length.
    coverage = select_rows(tf.equal(coverage, 0.0), tf.ones_like(coverage), coverage)
    penalty = tf.reduce_sum(tf.log(tf.minimum(coverage, 1.0)), 2)
    penalty *= tf.cast(finished, tf.float32)
    return scores + tf.expand_dims(penalty * coverage_weight, 2)


def attention_of(cell_state):
    """Attention [batch, beams, memory's time] in a cell's state, the mean over all mechanisms.

    Raises:
      ValueError: if there is no `AttentionWrapperState` in it.
    """
    states = [cell_state]
    if not hasattr(cell_state, "alignments"):
        states = cell_state if isinstance(cell_state, tuple) else ()
    found = [_mean_alignments(state) for state in states if hasattr(state, "alignments")]
    if not found:
        raise ValueError("coverage_penalty_weight must be 0.0 where no cell has attention: put the "
                         "cell into an AttentionWrapper.")
    return found[0] if len(found) == 1 else _mean(found)


def _mean_alignments(state):
    alignments = state.alignments
    return _mean(alignments) if isinstance(alignments, tuple) else alignments


def _mean(tensors):
    return tf.reduce_mean(tf.stack(tensors, -1), -1)
