"""One step of a decoder, taken out of a function that runs the decoder over many.

A search calls the decoder's step itself, on symbols of its own choice. The step is found by calling
the function that builds the model: the first decoder in it that can feed on symbols hands over its
step, its initial state and its variable scope instead of running. So variables, scopes and whatever
the function does before the decoder are those of training by construction.
"""
import contextlib

from ..arguments import check_callable, checked_keywords, graph_function, positive_int
from ..per_thread import PerThread
from ..rehearsal.rehearse import Finished
from ..tf1 import embedding_lookup, tf

__all__ = ["step_function", "repeat_for_beams", "is_sought", "offer", "widened", "saw_attention"]

_local = PerThread(search=None, reads=None)


class _Found(Finished):
    """Leaves the function that builds the model; what follows the decoder there isn't built."""


class _Search(object):
    """What is sought: the step of a decoder that runs `width` times the batch."""

    def __init__(self, width):
        self.width, self.step, self.state = width, None, None


def is_sought():
    """Whether a decoder is to hand over its step; then it's built as if it fed on its symbols."""
    return _local.search is not None


def _feeds_on_symbols(loop_function):
    return getattr(loop_function, "embedding", None) is not None


def offer(step, state, loop_function):
    """Called by a decoder before it runs; doesn't return if the step is sought.

    Args:
      step: function (input, state) -> (output, state) that makes its variables in this scope.
      state: the initial state.
      loop_function: as made by `extract_argmax_and_embed`; others leave the step unsought.
    """
    search = _local.search
    if search is not None and _feeds_on_symbols(loop_function):
        search.step = _DecoderStep(step, loop_function, tf.get_variable_scope())
        search.state = state
        raise _Found()


def widened(loop_function, decoder_inputs, *values):
    """What a decoder is to run on if its step is sought: each example as often as there are beams.

    Returns:
      [decoder inputs, of which the first is enough, *values], nests of tensors [batch * width,
      ...]; just what was given if nothing is sought.
    """
    search = _local.search
    if search is None or not _feeds_on_symbols(loop_function):
        return [decoder_inputs] + list(values)
    return [repeat_for_beams(nest, search.width) for nest in (decoder_inputs[:1],) + values]


def saw_attention(weights):
    """Called at every read of an attention: list of weights [batch, attn_length], one per head."""
    if _local.reads is not None:
        _local.reads.append(weights)


@checked_keywords
def repeat_for_beams(values, beam_size):
    """Each example `beam_size` times in a row: row b becomes rows b*beam_size and following.

    Args:
      values: nest of tensors [batch, ...]; scalars and None are left as they are.
      beam_size: int.

    Returns:
      The same nest of tensors [batch * beam_size, ...].

    Raises:
      TypeError, ValueError: if `beam_size` is no integer >= 1.
    """
    beam_size = positive_int("beam_size", beam_size)

    def repeated(value):
        if value is None:
            return None
        value = tf.convert_to_tensor(value)
        if beam_size == 1 or value.shape.ndims == 0:
            return value
        shape = value.shape.as_list()
        tiled = tf.tile(tf.expand_dims(value, 1), [1, beam_size] + [1] * (len(shape) - 1))
        tiled = tf.reshape(tiled, tf.concat([[-1], tf.shape(value)[1:]], 0))
        tiled.set_shape([None if shape[0] is None else shape[0] * beam_size] + shape[1:])
        return tiled
    return tf.nest.map_structure(repeated, values)


class _DecoderStep(object):
    """(symbols, state) -> (logits, state), or (logits, state, attention) if the decoder attends."""

    def __init__(self, step, loop_function, scope):
        self._step, self._scope = step, scope
        self._embedding = loop_function.embedding
        self._output_projection = loop_function.output_projection
        self._has_variables = False

    def __call__(self, symbols, state):
        reuse = True if self._has_variables else None
        reads = []
        with _local.set(reads=reads), tf.variable_scope(
                self._scope, reuse=reuse, auxiliary_name_scope=False):
            embedded = embedding_lookup(self._embedding, symbols)
            output, state = self._step(embedded, state)
        self._has_variables = True
        if self._output_projection is not None:
            output = tf.nn.xw_plus_b(output, *self._output_projection)
        if not reads:
            return output, state
        heads = reads[-1]
        attention = heads[0] if len(heads) == 1 else tf.add_n(heads) / float(len(heads))
        return output, state, attention


@contextlib.contextmanager
def _seeking(width):
    search = _Search(width)
    with contextlib.suppress(_Found), _local.set(search=search):
        yield search


@graph_function
def step_function(decode, start_symbols, beam_size=1):
    """The step of a decoder and its initial state, on the variables that the decoder has.

    Args:
      decode: function (decoder_inputs) -> (outputs, state) that builds a model with one of
        `rnn_decoder`, `attention_decoder` (with a loop function of `extract_argmax_and_embed`), the
        `embedding_*` decoders or models of this package; `decoder_inputs` is the list
        [start_symbols]. `feed_previous` may have any value. It's called once, in the current
        variable scope, and left when it comes to the first such decoder; of several decoders
        that's the one used.
      start_symbols: int tensor [batch], the first decoder input.
      beam_size: int, how many copies of each example the step is to run, side by side.

    Returns:
      (step, initial state [batch * beam_size, ...]). `step(symbols [n], state)` returns (logits
      [n, num_symbols], state), and for a decoder with attention as a third value the weights
      [n, attn_length], the mean over its heads.

    Raises:
      TypeError: if `decode` is not callable.
      TypeError, ValueError: if `beam_size` is no integer >= 1.
      ValueError: if `decode` comes to no decoder of this package that can feed on symbols.
    """
    check_callable("decode", decode, "(decoder_inputs) -> (outputs, state)")
    with _seeking(positive_int("beam_size", beam_size)) as search:
        decode([tf.convert_to_tensor(start_symbols)])
    if search.step is None:
        raise ValueError(
            "%r ran to its end without a decoder whose step can be taken. Build it with the "
            "embedding_* functions of this package, or with rnn_decoder or attention_decoder and a "
            "loop_function made by extract_argmax_and_embed." % (decode,))
    return search.step, search.state
