"""Tensors [batch * beams, ...], as a cell has them, and [batch, beams, ...], as a search does."""
from ..arguments import positive_int
from ..tf1 import static_dimension, tf
from .memory import rows_checked

__all__ = ["Beams", "shape_of_size"]

_TILED = ("give tile_batch(the encoder's final state, multiplier=beam_width); for an "
          "AttentionWrapper, cell.zero_state(batch_size * beam_width, dtype).clone(cell_state="
          "that), on a memory and memory_sequence_length that went through tile_batch too.")


def shape_of_size(size):
    """A part of a cell's state_size, int, shape or tensor, as a `TensorShape`; None is unknown."""
    return tf.TensorShape(tf.get_static_value(size) if tf.is_tensor(size) else size)


def _rank(value):
    if value.shape.ndims is None:
        raise ValueError("initial_state and the cell's states must be of known rank, got %r."
                         % (value,))
    return value.shape.ndims


def _sizes(first, size, value, axis):
    """`first` and, behind it, `size`; of `value`, from `axis` on, what the graph doesn't know."""
    if size.is_fully_defined():
        return first + size.as_list()
    return tf.concat([first, tf.shape(value)[axis:]], 0)


class Beams(object):
    """The beams of a batch.

    Args:
      batch_size: scalar int32 tensor.
      width: int.
    """

    def __init__(self, batch_size, width):
        self.batch_size, self.width = batch_size, positive_int("beam_width", width)
        known = tf.get_static_value(batch_size)
        self.known_batch_size = None if known is None else int(known)

    @property
    def known_rows(self):
        """Number of hypotheses of all examples where the graph knows it."""
        return None if self.known_batch_size is None else self.known_batch_size * self.width

    def check_initial(self, state):
        """`state`, nest [batch * beams, ...], behind a check of its batch size when it is run.

        Raises:
          ValueError: for a part that `tf.tile` made of examples, or one of unknown rank.
        """
        for part in tf.nest.flatten(state):
            self.check_tiled("initial_state", part)
            if tf.is_tensor(part):
                _rank(part)
        return rows_checked(state, self.known_rows, self._has_all_rows, [
            self.batch_size, self.width], (
                "initial_state must have batch_size * beam_width rows: " + _TILED
                + " Rows, batch_size, beam_width:"))

    def _has_all_rows(self, rows):
        return tf.equal(rows, self.batch_size * self.width)

    def check_tiled(self, argument, tensor):
        """Raises ValueError if `tf.tile` made a tensor [batch * beams, ...] of examples."""
        if tf.is_tensor(tensor) and _is_tiled_amiss(tensor, self.width):
            raise ValueError(
                "%s holds %r, which tf.tile made: it lays examples out as a, b, a, b, and beam "
                "search takes the beams of one to lie side by side, a, a, b, b. Use "
                "tile_batch(t, multiplier=%d)." % (argument, tensor, self.width))

    def advice(self):
        """What to do about a state of the wrong batch size."""
        return "With beam_width=%d, %s" % (self.width, _TILED)

    def split(self, value, size=None):
        """[batch * beams] + size as [batch, beams] + size; scalars and TensorArrays stay."""
        if isinstance(value, tf.TensorArray) or not _rank(value):
            return value
        size = value.shape[1:].merge_with(shape_of_size(size))
        parts = tf.reshape(value, _sizes(
            [self.batch_size if self.known_batch_size is None else self.known_batch_size,
             self.width], size, value, 1))
        parts.set_shape(tf.TensorShape([self.known_batch_size, self.width]).concatenate(size))
        return parts

    def merge(self, value, size=None):
        """[batch, beams] + size as [batch * beams] + size; smaller ones and TensorArrays stay."""
        if isinstance(value, tf.TensorArray) or _rank(value) < 2:
            return value
        size = value.shape[2:].merge_with(shape_of_size(size))
        rows = self.known_rows
        merged = tf.reshape(value, _sizes(
            [self.batch_size * self.width if rows is None else rows], size, value, 2))
        merged.set_shape(tf.TensorShape([self.known_rows]).concatenate(size))
        return merged

    def numbers(self, beams):
        """Numbers of `beams` int32 [batch, n] among those of all examples."""
        return beams + tf.expand_dims(tf.range(self.batch_size) * self.width, 1)

    def pick(self, value, numbers):
        """Of a tensor [batch, beams, ...] the beams `numbers` [batch, beams]; others stay."""
        if isinstance(value, tf.TensorArray) or _rank(value) < 2:
            return value
        picked = tf.gather(self.merge(value), numbers)
        picked.set_shape(value.shape)
        return picked


def _is_tiled_amiss(part, width):
    """Whether `tf.tile` repeated the examples of a batch `width` times, and not one or zeros."""
    op = part.op
    # `clone` and checks put these in between.
    while op.type == "Identity":
        op = op.inputs[0].op
    if op.type != "Tile":
        return False
    multiples = tf.get_static_value(op.inputs[1])
    examples = op.inputs[0]
    return (width > 1 and multiples is not None and multiples.size and multiples[0] == width
            and static_dimension(examples, 0) != 1
            and examples.op.type not in ("Const", "Fill", "ZerosLike"))
