"""Whole hypotheses out of the steps of a beam search, by their parents."""
from ..arguments import checked_keywords
from ..tf1 import select_rows, static_dimension, tf

__all__ = ["ancestors", "gather_tree", "gather_tree_from_array"]


def _is_within(max_sequence_lengths, parent_ids):
    """bool [time, batch, beams]: whether a step lies within its example's longest hypothesis."""
    is_within = tf.transpose(tf.sequence_mask(max_sequence_lengths, _size(parent_ids, 0)))
    return tf.logical_and(tf.expand_dims(is_within, 2), tf.fill(tf.shape(parent_ids), True))


def ancestors(parent_ids, max_sequence_lengths):
    """int32 [time, batch, beams]: the beam that held each final beam's hypothesis at each step.

    Args:
      parent_ids: int32 [time, batch, beams], the beam of the step before that each came from.
      max_sequence_lengths: int32 [batch]; steps from there on have nothing to follow, and the beams
        of an example's last step stand for themselves.
    """
    time, batch, beams = [_size(parent_ids, axis) for axis in range(3)]
    own = tf.zeros(tf.stack([batch, beams]), tf.int32) + tf.range(beams)
    # Where a step's hypotheses end, the way back starts: each beam goes on from itself.
    parents = select_rows(_is_within(max_sequence_lengths, parent_ids), parent_ids,
                          tf.zeros_like(parent_ids) + tf.range(beams))
    starts = tf.reshape(tf.range(batch) * beams, [-1, 1])

    def back(step, found, holders):
        found = found.write(step, holders)
        rows = tf.reshape(parents[step], [-1])
        # What is no beam is an error below, which says more than that of the look-up.
        holders = tf.gather(rows, starts + tf.clip_by_value(holders, 0, beams - 1))
        return step - 1, found, holders
    array = tf.TensorArray(tf.int32, size=time, element_shape=[
        static_dimension(parent_ids, 1), static_dimension(parent_ids, 2)])
    _, found, _ = tf.while_loop(lambda step, *_: step >= 0, back, (time - 1, array, own),
                                back_prop=False)
    found = found.stack()
    is_wrong = tf.logical_or(found < 0, found >= beams)
    # The last wrong one is the first on the way back.
    where = tf.reverse(tf.where_v2(is_wrong), [0])[:1]
    place = tf.reduce_sum(where, 0)
    check = tf.Assert(tf.logical_not(tf.reduce_any(is_wrong)), [tf.strings.format(
        "parent id {} at (batch, time, beam) == ({}, {}, {}), where there are {} beams",
        (tf.reduce_sum(tf.gather_nd(found, where)), place[1], place[0], place[2], beams))])
    with tf.control_dependencies([check]):
        return tf.identity(found)


def _size(tensor, axis):
    known = static_dimension(tensor, axis)
    return tf.shape(tensor)[axis] if known is None else known


def _in_order(values, order):
    """`values` [time, batch, beams, ...] with the beams of each step in the order `order`."""
    time, batch, beams = [_size(order, axis) for axis in range(3)]
    starts = tf.reshape(tf.range(time * batch) * beams, tf.stack([time, batch, 1]))
    flat = tf.reshape(values, tf.concat([[time * batch * beams], tf.shape(values)[3:]], 0))
    return tf.gather(flat, starts + order)


@checked_keywords
def gather_tree(step_ids, parent_ids, max_sequence_lengths, end_token, name=None):
    """Follows every beam of the last step back to the first one.

    Args:
      step_ids: int32 [time, batch, beams], the symbol of each beam at each step.
      parent_ids: int32 [time, batch, beams], the beam of the step before that each came from.
      max_sequence_lengths: int32 [batch], length of the longest hypothesis; what lies behind is
        `end_token`.
      end_token: int32 scalar; behind the first one in a hypothesis all is `end_token`.
      name: of the operations.

    Returns:
      int32 [time, batch, beams], the symbols of each final beam's hypothesis.

    Raises:
      ValueError: if the first two are known to differ in shape or not to be of rank 3.
      InvalidArgumentError: at run time, for a parent that is no beam.
    """
    with tf.name_scope(name, "GatherTree"):
        step_ids = tf.convert_to_tensor(step_ids, tf.int32, name="step_ids")
        parent_ids = tf.convert_to_tensor(parent_ids, tf.int32, name="parent_ids")
        lengths = tf.convert_to_tensor(max_sequence_lengths, tf.int32, name="max_sequence_lengths")
        end_token = tf.convert_to_tensor(end_token, tf.int32, name="end_token")
        for argument, tensor, rank in (("step_ids", step_ids, 3), ("parent_ids", parent_ids, 3),
                                       ("max_sequence_lengths", lengths, 1),
                                       ("end_token", end_token, 0)):
            if tensor.shape.ndims not in (None, rank):
                raise ValueError("%s must be of rank %d, got shape %s."
                                 % (argument, rank, tensor.shape))
        if not step_ids.shape.is_compatible_with(parent_ids.shape):
            raise ValueError("step_ids and parent_ids must be of one shape, got %s and %s."
                             % (step_ids.shape, parent_ids.shape))
        symbols = _in_order(step_ids, ancestors(parent_ids, lengths))
        end = tf.zeros_like(symbols) + end_token
        symbols = select_rows(_is_within(lengths, parent_ids), symbols, end)
        is_over = tf.cumsum(tf.cast(tf.equal(symbols, end_token), tf.int32), axis=0,
                            exclusive=True) > 0
        symbols = select_rows(is_over, end, symbols)
        symbols.set_shape(step_ids.shape)
        return symbols


def gather_tree_from_array(t, parent_ids, sequence_length):
    """What a cell kept of every step of a beam search, in the order of the final beams.

    Args:
      t: stacked TensorArray, [time, batch, beams, ...] or [time, batch * beams, ...].
      parent_ids: int32 [time, batch, beams].
      sequence_length: int [batch, beams]; steps from there on keep their order.

    Returns:
      A tensor shaped as `t`.
    """
    time, batch, beams = [_size(parent_ids, axis) for axis in range(3)]
    order = ancestors(parent_ids, tf.cast(tf.reduce_max(sequence_length, axis=1), tf.int32))
    own = tf.zeros_like(order) + tf.range(beams)
    is_within = tf.transpose(tf.sequence_mask(sequence_length, maxlen=time), [2, 0, 1])
    order = select_rows(is_within, order, own)
    values = tf.reshape(t, tf.stack([time, batch, beams, -1]))
    return tf.reshape(_in_order(values, order), tf.shape(t))
