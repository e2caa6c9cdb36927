"""TensorArrays in the state of a beam search's cell, such as an alignment history."""
from ..tf1 import tf
from .gather_tree import gather_tree_from_array

__all__ = ["in_order_of_beams"]


def in_order_of_beams(value, beams, parent_ids, lengths):
    """A TensorArray of tensors [batch * beams, ...] as one tensor, in the order of the final beams.

    Anything else stays as it is, with a warning for a TensorArray of other tensors.

    Args:
      value: part of a cell's state after the last step.
      beams: `Beams`.
      parent_ids: int32 [time, batch, beams].
      lengths: int64 [batch, beams].

    Raises:
      InvalidArgumentError: at run time, if the tensors are of other sizes.
    """
    if not isinstance(value, tf.TensorArray):
        return value
    shape = value.element_shape
    if not shape.ndims or not _may_hold_beams(shape, beams):
        tf.logging.warning(
            "A TensorArray in the cell's state holds tensors of shape %s and not of [batch * beams,"
            " ...] (%s * %d): it comes back in the order of the steps. reorder_tensor_arrays=False "
            "leaves all of them so, without this warning.", shape,
            beams.known_batch_size or "batch", beams.width)
        return value
    steps = value.stack()
    with tf.control_dependencies([_check(steps, beams)]):
        return gather_tree_from_array(steps, parent_ids, lengths)


def _may_hold_beams(shape, beams):
    sizes = shape.as_list()
    if beams.known_rows is None or sizes[0] in (None, beams.known_rows):
        return True
    return (sizes[0] == beams.known_batch_size and len(sizes) > 1
            and sizes[1] in (None, beams.width))


def _check(steps, beams):
    sizes = tf.shape(steps)
    fits = tf.equal(sizes[1], beams.batch_size * beams.width)
    if steps.shape.ndims > 2:
        fits = tf.logical_or(fits, tf.logical_and(tf.equal(sizes[1], beams.batch_size),
                                                  tf.equal(sizes[2], beams.width)))
    return tf.Assert(fits, [
        "A TensorArray in the cell's state must hold tensors [batch * beams, ...] to be put in the "
        "order of the beams; reorder_tensor_arrays=False leaves it as it is. Shape of all steps, "
        "batch, beams:", sizes, beams.batch_size, beams.width])
