"""Helpers: which symbols a `BasicDecoder` reads off its outputs, and what it reads next."""
import abc

from ..arguments import check_callable
from ..run_time_numbers import POSITIVE, check_number
from ..tf1 import tf
from .checks import embedding_function, end_token_tensor, start_tokens_tensor
from .draws import draw_symbols
from .memory import dimension

__all__ = ["CustomHelper", "DescribedHelper", "GreedyEmbeddingHelper", "Helper",
           "InferenceHelper", "SampleEmbeddingHelper"]


class Helper(abc.ABC):
    """What a `BasicDecoder` asks at every step."""

    @property
    @abc.abstractmethod
    def batch_size(self):
        """Scalar int32 tensor."""

    @property
    @abc.abstractmethod
    def sample_ids_shape(self):
        """`TensorShape` of what `sample` returns, without the batch."""

    @property
    @abc.abstractmethod
    def sample_ids_dtype(self):
        """Dtype of what `sample` returns."""

    @abc.abstractmethod
    def initialize(self, name=None):
        """Returns (finished: bool [batch], first inputs)."""

    @abc.abstractmethod
    def sample(self, time, outputs, state, name=None):
        """Returns the samples [batch, ...] of this step."""

    @abc.abstractmethod
    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        """Returns (finished: bool [batch], inputs of the next step, its state)."""


class DescribedHelper(Helper):
    """A helper that sets what its samples are; by default they are symbols."""

    _batch_size = None
    _shape = tf.TensorShape([])
    _dtype = tf.int32

    @property
    def batch_size(self):
        return self._batch_size

    @property
    def sample_ids_shape(self):
        return self._shape

    @property
    def sample_ids_dtype(self):
        return self._dtype


class CustomHelper(DescribedHelper):
    """A helper made of functions.

    Args:
      initialize_fn: function () -> (finished, first inputs).
      sample_fn: function (time, outputs, state) -> samples [batch, ...]; called by keyword.
      next_inputs_fn: function (time, outputs, state, sample_ids) -> (finished, next inputs, next
        state); called by keyword.
      sample_ids_shape: shape of a sample; scalar by default.
      sample_ids_dtype: dtype of the samples; int32 by default.

    Raises:
      TypeError: if what should be a function isn't one.
    """

    def __init__(self, initialize_fn, sample_fn, next_inputs_fn, sample_ids_shape=None,
                 sample_ids_dtype=None):
        check_callable("initialize_fn", initialize_fn, "() -> (finished, next_inputs)")
        check_callable("sample_fn", sample_fn, "(time, outputs, state) -> sample_ids")
        check_callable("next_inputs_fn", next_inputs_fn, "(time, outputs, state, sample_ids) -> "
                       "(finished, next_inputs, next_state)")
        self._initialize_fn, self._sample_fn = initialize_fn, sample_fn
        self._next_inputs_fn = next_inputs_fn
        self._shape = tf.TensorShape(sample_ids_shape or [])
        self._dtype = sample_ids_dtype or tf.int32

    @property
    def batch_size(self):
        if self._batch_size is None:
            raise ValueError("batch_size of a CustomHelper is known after initialize() was called, "
                             "as dynamic_decode does.")
        return self._batch_size

    def initialize(self, name=None):
        with tf.name_scope(name, type(self).__name__ + "Initialize"):
            finished, inputs = self._initialize_fn()
            if self._batch_size is None:
                self._batch_size = tf.size(finished)
        return finished, inputs

    def sample(self, time, outputs, state, name=None):
        with tf.name_scope(name, type(self).__name__ + "Sample"):
            return self._sample_fn(time=time, outputs=outputs, state=state)

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        with tf.name_scope(name, type(self).__name__ + "NextInputs"):
            return self._next_inputs_fn(time=time, outputs=outputs, state=state,
                                        sample_ids=sample_ids)


def _checked_logits(outputs):
    if not isinstance(outputs, tf.Tensor):
        raise TypeError("outputs of the cell must be one tensor of logits [batch, num_symbols] for "
                        "this helper, got %r; an output_layer or a CustomHelper makes other "
                        "outputs work." % (outputs,))
    return outputs


class GreedyEmbeddingHelper(DescribedHelper):
    """Feeds the embedding of the most probable symbol; outputs are taken as logits.

    Args:
      embedding: tensor or variable [num_symbols, size], or a function (symbols int32 [batch]) ->
        inputs.
      start_tokens: int32 [batch], the first symbols.
      end_token: int32 scalar, the symbol that ends an example.

    Raises:
      TypeError: if `embedding` is None.
      ValueError: if `start_tokens` is no vector or `end_token` no scalar.
    """

    def __init__(self, embedding, start_tokens, end_token):
        self._embedding_fn = embedding_function(embedding)
        # A decoder without output layer compares it with the width of its logits.
        self._embedding = embedding
        self._start_tokens = start_tokens_tensor(start_tokens)
        self._end_token = end_token_tensor(end_token)
        self._batch_size = tf.size(self._start_tokens)
        self._start_inputs = self._embedding_fn(self._start_tokens)

    def initialize(self, name=None):
        return tf.tile([False], [self._batch_size]), self._start_inputs

    def sample(self, time, outputs, state, name=None):
        return tf.argmax(_checked_logits(outputs), axis=-1, output_type=tf.int32)

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        finished = tf.equal(sample_ids, self._end_token)
        # After the last step the inputs don't matter.
        inputs = tf.cond(tf.reduce_all(finished), lambda: self._start_inputs,
                         lambda: self._embedding_fn(sample_ids))
        return finished, inputs, state


class SampleEmbeddingHelper(GreedyEmbeddingHelper):
    """Feeds the embedding of a symbol drawn from softmax(outputs / softmax_temperature).

    Args:
      embedding, start_tokens, end_token: as in `GreedyEmbeddingHelper`.
      softmax_temperature: positive number or scalar tensor; 1 by default. Towards 0 the draw is
        the most probable symbol.
      seed: op-level seed.

    Raises:
      TypeError, ValueError: as `GreedyEmbeddingHelper`, and for a temperature that isn't positive.
    """

    def __init__(self, embedding, start_tokens, end_token, softmax_temperature=None, seed=None):
        super(SampleEmbeddingHelper, self).__init__(embedding, start_tokens, end_token)
        if softmax_temperature is not None:
            check_number("softmax_temperature", softmax_temperature, POSITIVE)
        self._softmax_temperature, self._seed = softmax_temperature, seed

    def sample(self, time, outputs, state, name=None):
        logits = _checked_logits(outputs)
        if self._softmax_temperature is not None:
            logits = logits / self._softmax_temperature
        return draw_symbols(logits, self._seed)


class InferenceHelper(DescribedHelper):
    """Feeds what functions make of the outputs.

    Args:
      sample_fn: function (outputs) -> samples [batch, ...].
      sample_shape: shape of one sample.
      sample_dtype: dtype of the samples.
      start_inputs: tensor [batch, ...], the first inputs.
      end_fn: function (samples) -> bool [batch], which examples end.
      next_inputs_fn: function (samples) -> next inputs; None: the samples themselves.

    Raises:
      TypeError: if what should be a function isn't one.
    """

    def __init__(self, sample_fn, sample_shape, sample_dtype, start_inputs, end_fn,
                 next_inputs_fn=None):
        check_callable("sample_fn", sample_fn, "(outputs) -> sample_ids")
        check_callable("end_fn", end_fn, "(sample_ids) -> finished")
        if next_inputs_fn is not None:
            check_callable("next_inputs_fn", next_inputs_fn, "(sample_ids) -> next_inputs")
        self._sample_fn, self._end_fn, self._next_inputs_fn = sample_fn, end_fn, next_inputs_fn
        self._shape, self._dtype = tf.TensorShape(sample_shape), sample_dtype
        self._start_inputs = tf.convert_to_tensor(start_inputs, name="start_inputs")
        self._batch_size = tf.convert_to_tensor(dimension(self._start_inputs, 0))

    def initialize(self, name=None):
        return tf.tile([False], [self._batch_size]), self._start_inputs

    def sample(self, time, outputs, state, name=None):
        return self._sample_fn(outputs)

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        inputs = sample_ids if self._next_inputs_fn is None else self._next_inputs_fn(sample_ids)
        return self._end_fn(sample_ids), inputs, state
