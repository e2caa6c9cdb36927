"""What attention reads: the memory of an encoder, its padding masked, and checks of batch sizes."""
import numpy as np

from ..tf1 import select_rows, static_dimension, tf

__all__ = ["ScoreMask", "batch_size_checks", "dimension", "masked_memory", "mask_score",
           "rows_checked"]


def dimension(tensor, axis):
    """Length of `tensor` along `axis`: an int where the graph knows it, else a scalar tensor."""
    size = static_dimension(tensor, axis)
    return tf.shape(tensor)[axis] if size is None else size


def masked_memory(memory, memory_sequence_length=None, check_inner_dims_defined=True):
    """`memory` as tensors, with zeros past the end of every example.

    Args:
      memory: tensor [batch, max_time, ...], or a nest of them.
      memory_sequence_length: int [batch], or None: all examples are as long as the memory.
      check_inner_dims_defined: whether all but the first two dimensions must be known.

    Raises:
      TypeError: if lengths are no integers.
      ValueError: if the memory has less than two dimensions, or unknown inner ones; if lengths are
        no vector, of another batch size, or longer than the memory.
      InvalidArgumentError: if the batch sizes differ, when it is run, where the graph doesn't know.
    """
    memory = tf.nest.map_structure(lambda m: tf.convert_to_tensor(m, name="memory"), memory)
    for part in tf.nest.flatten(memory):
        if part.shape.ndims is not None and part.shape.ndims < 2:
            raise ValueError("memory must have the shape [batch, max_time, ...], got %s."
                             % part.shape)
        if check_inner_dims_defined and not part.shape[2:].is_fully_defined():
            raise ValueError("memory must have the shape [batch, max_time, ...] with all inner "
                             "dimensions known, got %s: call set_shape on it." % part.shape)
    if memory_sequence_length is None:
        return memory
    parts = tf.nest.flatten(memory)
    lengths = _checked_lengths(memory_sequence_length, parts[0])
    # As many operations as in TensorFlow 1.15: in a graph with a seed, what comes after, such as
    # the first values of the memory's layer, is drawn with their number.
    sizes = [_batch_and_time(part) for part in parts]
    with tf.control_dependencies([_same_batch(lengths, batch) for batch, _ in sizes]):
        mask = tf.sequence_mask(lengths, sizes[0][1], dtype=parts[0].dtype)

    def masked(part):
        rank = part.shape.ndims
        ones = tf.fill([tf.rank(part) - 2], 1) if rank is None else tf.constant(
            [1] * (rank - 2), tf.int32)
        return part * tf.reshape(mask, tf.concat([tf.shape(mask), ones], 0))
    return tf.nest.map_structure(masked, memory)


def _checked_lengths(memory_sequence_length, memory):
    lengths = tf.convert_to_tensor(memory_sequence_length, name="memory_sequence_length")
    if not lengths.dtype.is_integer:
        raise TypeError("memory_sequence_length must hold integers, got dtype %s."
                        % lengths.dtype.name)
    if lengths.shape.ndims not in (None, 1):
        raise ValueError("memory_sequence_length must be a vector [batch], got shape %s."
                         % lengths.shape)
    if not lengths.shape.is_compatible_with(memory.shape[:1]):
        raise ValueError(
            "memory_sequence_length has a batch of %s, memory one of %s. Where a beam search "
            "repeats the examples, give both to tile_batch."
            % (lengths.shape[0], memory.shape[0]))
    values, longest = tf.get_static_value(lengths), static_dimension(memory, 1)
    if values is not None and np.any(values <= 0):
        raise tf.errors.InvalidArgumentError(None, None, (
            "All values in memory_sequence_length must be greater than zero, got %s." % values))
    if values is not None and longest is not None and np.any(values > longest):
        raise ValueError("memory_sequence_length has %d, but memory has only %d steps."
                         % (values.max(), longest))
    return lengths


def _batch_and_time(memory):
    """The first two dimensions of `memory`, scalar tensors."""
    shape = tf.shape(memory)
    return (shape[0], shape[1]) if memory.shape.ndims is None else tf.unstack(shape)[:2]


def _same_batch(lengths, batch):
    """An assertion that lengths and memory have one batch size."""
    count = tf.size(lengths)
    return tf.Assert(tf.equal(count, batch), [
        "memory_sequence_length must have one length for each example of memory. In a beam search, "
        "give both to tile_batch(.., multiplier=beam_width). Lengths, examples:", count, batch])


class ScoreMask(object):
    """Scores with a value in place of those past the end of an example.

    Made once, it leaves no more than the choice to a step of a decoder.

    Args:
      memory_sequence_length: int [batch].
      longest: scalar, the number of scores of an example.
      score_mask_value: number.
      check_lengths: whether lengths beyond `longest` are an error when the graph is run.
    """

    def __init__(self, memory_sequence_length, longest, score_mask_value, check_lengths=False):
        memory_sequence_length = tf.convert_to_tensor(memory_sequence_length)
        checks = [tf.assert_positive(memory_sequence_length, message=(
            "All values in memory_sequence_length must be greater than zero."))]
        if check_lengths:
            checks.append(tf.assert_less_equal(
                memory_sequence_length, tf.cast(longest, memory_sequence_length.dtype), message=(
                    "memory_sequence_length has values beyond the steps of the memory.")))
        with tf.control_dependencies(checks):
            self._mask = tf.sequence_mask(memory_sequence_length, longest)
        self._value = score_mask_value

    def __call__(self, score):
        return select_rows(self._mask, score, self._value * tf.ones_like(score))


def mask_score(score, memory_sequence_length=None, score_mask_value=None):
    """`score` [batch, max_time] with `score_mask_value` past the end of every example."""
    if memory_sequence_length is None:
        return score
    return ScoreMask(memory_sequence_length, tf.shape(score)[1], score_mask_value)(score)


def batch_size_checks(batch_size, mechanisms, message):
    """Assertions that the memories of mechanisms have a batch of `batch_size`; those needed.

    Args:
      batch_size: int or scalar tensor.
      mechanisms: objects with an attribute `batch_size`.
      message: what to say where they have not.

    Raises:
      InvalidArgumentError: if the graph knows that they have not.
    """
    checks = []
    for mechanism in mechanisms:
        sizes = [tf.get_static_value(size) if tf.is_tensor(size) else size
                 for size in (batch_size, mechanism.batch_size)]
        if None in sizes:
            checks.append(tf.assert_equal(batch_size, mechanism.batch_size, message=message))
        elif sizes[0] != sizes[1]:
            raise tf.errors.InvalidArgumentError(
                None, None, "%s The batch has %d, the memory %d." % ((message,) + tuple(sizes)))
    return checks


def rows_checked(state, known_rows, fits, sizes, message):
    """`state` behind assertions, if the graph doesn't know how many rows its parts have.

    Each part waits for the checks of all: of two that are wrong, one may be the first to fail in a
    reshape that the graph optimizer takes for checked.

    Args:
      state: nest of tensors [rows, ...]; scalars, what is of unknown rank, and what is no tensor stay as
        they are.
      known_rows: int, the rows that there must be, or None: not known.
      fits: function of a part's rows that gives a bool scalar.
      sizes: list of scalars that the message ends with, behind the part's rows.
      message: what to say where it gives False.
    """
    checks = {}
    for part in tf.nest.flatten(state):
        if tf.is_tensor(part) and part.shape.ndims and (
                None in (known_rows, static_dimension(part, 0))):
            rows = tf.shape(part)[0]
            checks[id(part)] = tf.Assert(fits(rows), [message, rows] + sizes)
    with tf.control_dependencies(list(checks.values())):
        return tf.nest.map_structure(
            lambda part: tf.identity(part) if id(part) in checks else part, state)
