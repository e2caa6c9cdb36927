"""What the hypotheses of a beam search are ranked by."""
from ..tf1 import is_tensor, select_rows, tf

__all__ = ["attention_of", "is_zero", "scores_of", "stay_finished"]


def is_zero(weight):
    """Whether a weight is known to be 0."""
    known = weight
    if is_tensor(weight):
        known = tf.get_static_value(tf.convert_to_tensor(weight))
    return known is not None and known == 0


def stay_finished(log_probs, end_token, finished):
    """`log_probs` [batch, beams, symbols], where a finished beam goes on by the end symbol alone.

    Args:
      finished: bool [batch, beams].
    """
    shape = tf.shape(log_probs)
    ends = tf.one_hot(end_token, shape[2], dtype=log_probs.dtype,
                      on_value=tf.zeros([], log_probs.dtype), off_value=log_probs.dtype.min)
    # Rows are chosen whole: a condition for every symbol takes twice the time.
    rows = tf.reshape(log_probs, [-1, shape[2]])
    rows = select_rows(tf.reshape(finished, [-1]), tf.zeros_like(rows) + ends, rows)
    result = tf.reshape(rows, shape)
    result.set_shape(log_probs.shape)
    return result


def _length_penalty(lengths, weight):
    """((5 + length) / 6) ** weight; Wu et al. 2016, arXiv:1609.08144, eq. 14."""
    weight = tf.convert_to_tensor(weight)
    return (5. + tf.cast(lengths, tf.float32)) ** weight / (5. + 1.) ** weight


def _length_penalties(lengths, end_token, finished, weight, num_symbols, dtype):
    """Penalties [batch, beams, symbols] of the hypotheses with one more symbol.

    The end symbol doesn't count before it has been chosen.
    """
    longer = lengths + tf.cast(tf.logical_not(finished), lengths.dtype)
    # Of each beam only these two differ; powers of all symbols would cost more than the softmax.
    # An infinite one times 0 would be no number.
    ended, going_on = [
        tf.expand_dims(tf.minimum(tf.cast(_length_penalty(n, weight), dtype), dtype.max), 2)
        for n in (lengths, longer)]
    is_end = tf.one_hot(end_token, num_symbols, dtype=dtype)
    return ended * is_end + going_on * (1 - is_end)


def scores_of(log_probs, lengths, end_token, finished, length_weight, coverage_weight, coverage):
    """Scores [batch, beams, symbols] of the hypotheses with one more symbol.

    Args:
      log_probs: [batch, beams, symbols], summed.
      lengths: int64 [batch, beams], of the hypotheses so far.
      end_token: int32 scalar.
      finished: bool [batch, beams]; only what is finished is judged by its coverage.
      length_weight, coverage_weight: numbers or scalar tensors.
      coverage: [batch, beams, memory's time], summed attention, or None.
    """
    scores = log_probs
    if not is_zero(length_weight):
        num_symbols = tf.dimension_value(log_probs.shape[-1]) or tf.shape(log_probs)[-1]
        scores = scores / _length_penalties(
            lengths, end_token, finished, length_weight, num_symbols, log_probs.dtype)
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
