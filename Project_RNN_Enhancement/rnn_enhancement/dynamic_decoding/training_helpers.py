"""Helpers of training: they feed given inputs, some in part what the decoder says itself."""
from ..arguments import boolean, check_callable
from ..run_time_numbers import FRACTION
from ..tf1 import private_rnn, select_rows, static_dimension, tf
from .checks import embedding_function
from .draws import draw_bools, draw_symbols
from .helpers import DescribedHelper

__all__ = ["ScheduledEmbeddingTrainingHelper", "ScheduledOutputTrainingHelper", "TrainingHelper"]

_transpose_batch_time = private_rnn._transpose_batch_time


def _tensors(name, inputs):
    """A list becomes one tensor; tuples and dicts are nests of them."""
    if isinstance(inputs, (tuple, dict)):
        return tf.nest.map_structure(lambda part: tf.convert_to_tensor(part, name=name), inputs)
    return tf.convert_to_tensor(inputs, name=name)


def _array(steps):
    array = tf.TensorArray(steps.dtype, size=tf.shape(steps)[0],
                           element_shape=steps.shape[1:]).unstack(steps)
    # TensorFlow warns of an array of which nobody reads an attribute, as when a loop needs none.
    getattr(array, "flow")
    return array


def _check_lengths(lengths, inputs, time_major):
    """ValueError for lengths that are known to go beyond the inputs, or not to fit the batch."""
    longest = tf.get_static_value(lengths)
    for part in tf.nest.flatten(inputs):
        if part.shape.ndims is None or part.shape.ndims < 2:
            continue
        time, batch = [static_dimension(part, axis) for axis in ((0, 1) if time_major else (1, 0))]
        if None not in (batch, static_dimension(lengths, 0)) and batch != lengths.shape[0]:
            raise ValueError(
                "sequence_length has %d lengths, and inputs of shape %s a batch of %d; inputs are "
                "[%s, ...] with time_major=%s." % (
                    lengths.shape[0], part.shape, batch,
                    "time, batch" if time_major else "batch, time", time_major))
        if longest is not None and longest.size and time is not None and longest.max() > time:
            raise ValueError("sequence_length has a length of %d, and inputs of shape %s have %d "
                             "steps." % (longest.max(), part.shape, time))


class TrainingHelper(DescribedHelper):
    """Feeds given inputs; samples are the outputs' arg-max, for the record.

    Args:
      inputs: tensor [batch, time, ...], or [time, batch, ...] if `time_major` (a tuple or dict of
        such tensors too).
      sequence_length: int [batch], steps of each example.
      time_major: order of the first two dimensions of inputs.
      name: of the operations.

    Raises:
      ValueError: if `sequence_length` is no vector, or known not to fit the inputs.
      TypeError: if `time_major` is no bool.
    """

    def __init__(self, inputs, sequence_length, time_major=False, name=None):
        with tf.name_scope(name, "TrainingHelper"):
            time_major = boolean("time_major", time_major)
            self._inputs = inputs = _tensors("inputs", inputs)
            self._sequence_length = tf.convert_to_tensor(sequence_length, name="sequence_length")
            if self._sequence_length.shape.ndims != 1:
                raise ValueError("sequence_length must be a vector [batch], got shape %s."
                                 % self._sequence_length.shape)
            _check_lengths(self._sequence_length, inputs, time_major)
            if not time_major:
                inputs = tf.nest.map_structure(_transpose_batch_time, inputs)
            # For a decoder that knows all inputs before.
            self._inputs_by_time = inputs
            self._input_arrays = tf.nest.map_structure(_array, inputs)
            self._zero_inputs = tf.nest.map_structure(lambda x: tf.zeros_like(x[0, :]), inputs)
            self._batch_size = tf.size(self._sequence_length)

    @property
    def inputs(self):
        """The inputs as tensors."""
        return self._inputs

    @property
    def sequence_length(self):
        """The lengths as a tensor."""
        return self._sequence_length

    def _inputs_at(self, time, finished):
        # There is no input after the longest example's last.
        return tf.cond(
            tf.reduce_all(finished), lambda: self._zero_inputs,
            lambda: tf.nest.map_structure(lambda array: array.read(time), self._input_arrays))

    def initialize(self, name=None):
        with tf.name_scope(name, "TrainingHelperInitialize"):
            finished = tf.equal(tf.zeros([], self._sequence_length.dtype), self._sequence_length)
            return finished, self._inputs_at(0, finished)

    def sample(self, time, outputs, state=None, name=None):
        with tf.name_scope(name, "TrainingHelperSample"):
            return tf.cast(tf.argmax(outputs, axis=-1), tf.int32)

    def next_inputs(self, time, outputs, state, sample_ids=None, name=None):
        with tf.name_scope(name, "TrainingHelperNextInputs"):
            next_time = time + 1
            finished = tf.cast(next_time, self._sequence_length.dtype) >= self._sequence_length
            return finished, self._inputs_at(next_time, finished), state


def _checked_probability(value):
    value = tf.convert_to_tensor(value, name="sampling_probability")
    if not value.dtype.is_floating:
        raise TypeError("sampling_probability must be a float number, got dtype %s."
                        % value.dtype.name)
    if value.shape.ndims not in (0, 1):
        raise ValueError("sampling_probability must be a scalar or a vector [batch], got shape %s."
                         % value.shape)
    known = tf.get_static_value(value)
    if known is not None and not FRACTION.holds(known).all():
        raise ValueError("sampling_probability must be %s, got %s." % (FRACTION.words, known))
    return value


def _merged(is_sampled, sampled, given):
    """Rows `sampled`(indices) where `is_sampled`, of `given` elsewhere."""
    rows = tf.cast(tf.where_v2(is_sampled), tf.int32)
    others = tf.cast(tf.where_v2(tf.logical_not(is_sampled)), tf.int32)
    shape = tf.shape(given)
    return (tf.scatter_nd(rows, sampled(rows), shape)
            + tf.scatter_nd(others, tf.gather_nd(given, others), shape))


class ScheduledEmbeddingTrainingHelper(TrainingHelper):
    """Scheduled sampling: some inputs are embeddings of symbols drawn from the outputs.

    Samples are -1 where the given input is fed. Source: Bengio et al. 2015, arXiv:1506.03099.

    Args:
      inputs, sequence_length, time_major, name: as in `TrainingHelper`, inputs one tensor.
      embedding: tensor or variable [num_symbols, size], or a function (symbols int32 [n]) ->
        inputs.
      sampling_probability: number or tensor in [0, 1], scalar or [batch]: how probably a symbol is
        drawn.
      seed: op-level seed of the symbols.
      scheduling_seed: op-level seed of whether to draw.

    Raises:
      TypeError, ValueError: as `TrainingHelper`; if `embedding` is None or the probability no
        scalar or vector in [0, 1].
    """

    def __init__(self, inputs, sequence_length, embedding, sampling_probability, time_major=False,
                 seed=None, scheduling_seed=None, name=None):
        with tf.name_scope(name, "ScheduledEmbeddingSamplingWrapper"):
            self._embedding_fn = embedding_function(embedding)
            self._sampling_probability = _checked_probability(sampling_probability)
            self._seed, self._scheduling_seed = seed, scheduling_seed
            super(ScheduledEmbeddingTrainingHelper, self).__init__(
                inputs, sequence_length, time_major=time_major, name=name)

    def sample(self, time, outputs, state=None, name=None):
        with tf.name_scope(name, "ScheduledEmbeddingTrainingHelperSample"):
            is_sampled = draw_bools(self._sampling_probability, self.batch_size,
                                    self._scheduling_seed)
            return select_rows(is_sampled, draw_symbols(outputs, self._seed),
                               tf.fill([self.batch_size], -1))

    def next_inputs(self, time, outputs, state, sample_ids=None, name=None):
        with tf.name_scope(name, "ScheduledEmbeddingTrainingHelperNextInputs"):
            finished, given, state = super(ScheduledEmbeddingTrainingHelper, self).next_inputs(
                time, outputs, state, sample_ids)

            def mixed():
                return _merged(sample_ids > -1, lambda rows: self._embedding_fn(
                    tf.gather_nd(sample_ids, rows)), given)
            return finished, tf.cond(tf.reduce_all(finished), lambda: given, mixed), state


class ScheduledOutputTrainingHelper(TrainingHelper):
    """Scheduled sampling of real values: some inputs are the decoder's outputs.

    Samples are 1 where the output is fed, else 0. Source: Bengio et al. 2015, arXiv:1506.03099.

    Args:
      inputs, sequence_length, time_major, name: as in `TrainingHelper`, inputs one tensor.
      sampling_probability: number or tensor in [0, 1], scalar or [batch]: how probably an output
        is fed.
      seed: op-level seed.
      next_inputs_fn: function (outputs [n, ...]) -> inputs; None: the outputs themselves.
      auxiliary_inputs: tensor like inputs but for the last dimension, that is joined to every
        input, given or fed back; None for none.

    Raises:
      TypeError, ValueError: as `TrainingHelper`; if the probability is no scalar or vector in
        [0, 1], or `next_inputs_fn` no function.
    """

    def __init__(self, inputs, sequence_length, sampling_probability, time_major=False, seed=None,
                 next_inputs_fn=None, auxiliary_inputs=None, name=None):
        with tf.name_scope(name, "ScheduledOutputTrainingHelper"):
            self._sampling_probability = _checked_probability(sampling_probability)
            if next_inputs_fn is not None:
                check_callable("next_inputs_fn", next_inputs_fn, "(outputs) -> next_inputs")
            self._seed, self._next_inputs_fn = seed, next_inputs_fn
            self._auxiliary = None
            if auxiliary_inputs is not None:
                auxiliary = tf.convert_to_tensor(auxiliary_inputs, name="auxiliary_inputs")
                inputs = tf.concat([tf.convert_to_tensor(inputs, name="inputs"), auxiliary], -1)
                self._auxiliary = _array(
                    auxiliary if time_major else _transpose_batch_time(auxiliary))
            super(ScheduledOutputTrainingHelper, self).__init__(
                inputs, sequence_length, time_major=time_major, name=name)

    def sample(self, time, outputs, state=None, name=None):
        with tf.name_scope(name, "ScheduledOutputTrainingHelperSample"):
            return tf.cast(draw_bools(self._sampling_probability, self.batch_size, self._seed),
                           tf.int32)

    def next_inputs(self, time, outputs, state, sample_ids=None, name=None):
        with tf.name_scope(name, "ScheduledOutputTrainingHelperNextInputs"):
            finished, given, state = super(ScheduledOutputTrainingHelper, self).next_inputs(
                time, outputs, state, sample_ids)
            is_sampled = tf.cast(sample_ids, tf.bool)

            def joined(values, rows=None):
                if self._auxiliary is None:
                    return values
                auxiliary = self._auxiliary.read(time + 1)
                if rows is not None:
                    auxiliary = tf.gather_nd(auxiliary, rows)
                return tf.concat([values, auxiliary], -1)

            def mixed():
                if self._next_inputs_fn is None:
                    return select_rows(is_sampled, joined(outputs), given)
                return _merged(is_sampled, lambda rows: joined(
                    self._next_inputs_fn(tf.gather_nd(outputs, rows)), rows), given)
            stays = tf.logical_or(tf.reduce_all(finished),
                                  tf.logical_not(tf.reduce_any(is_sampled)))
            return finished, tf.cond(stays, lambda: given, mixed), state
