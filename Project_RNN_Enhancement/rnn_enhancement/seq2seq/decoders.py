"""Decoders: a cell run over decoder inputs, or over its own previous outputs."""
import collections

from ..arguments import graph_function
from ..cells.linear import linear
from ..eras import is_before_change
from ..loops.steps import all_steps, as_steps, nested_steps, step_list, Steps
from ..rnn.states import as_cell_state
from ..tf1 import static_dimension, tf
from ..unrolling.policy import loop_or_copies, makes_loop, takes_unroll
from ..unrolling.scan import scan
from ..unrolling.step_number import StepNumber
from . import stepping
from .attention import Attention
from .averaging import AveragedStates
from .embedded import EmbeddedSymbols
from .feedback import (Feedback, check_symbols, extract_argmax_and_embed,
                       extract_sample_and_embed)
from .legacy import embedding_size_may_be_missing
from .options import ATTENTION, AVERAGING, SCHEDULED_SAMPLING, TEMPERATURE, takes_options
from .recording import is_recorded, record_run, StepsTogether

__all__ = ["rnn_decoder", "attention_decoder", "embedding_rnn_decoder",
           "embedding_attention_decoder"]


class _Fed(collections.namedtuple("_Fed", ["value", "state"])):
    """What a step that feeds on its own output starts from."""

    __slots__ = ()
    bookkeeping = ("value",)


class _Attended(collections.namedtuple("_Attended", ["state", "contexts"])):
    """The cell's state, and the contexts that attention read with it."""

    __slots__ = ()
    bookkeeping = ("contexts",)


# Steps in this module are functions (input, state) -> ((output, kept), state); what is kept of
# every step is a nest of tensors, () for nothing.
_Kept = collections.namedtuple("_Kept", ["state", "weights"])


def _offer(step, state, feedback, average):
    """Hands over a step that feeds on its own output, if it is sought (`stepping`)."""
    if feedback is None:
        return
    if average is not None:
        step, state = average.searchable(step, state)

    def plain(value, state):
        (output, _), state = step(value, state)
        return output, state
    stepping.offer(plain, state, feedback.loop_function)


def _decode(step, decoder_inputs, state, feedback, average, batched=()):
    """Runs `step` over the inputs in the current scope.

    Args:
      feedback: `Feedback` or None. With it the first input is taken as given and every later one
        is made of the previous output.
      average: `AveragedStates` or None.
      batched: tensors that the step reads whose first dimension is the batch's.

    Returns:
      (outputs, what is kept of every step, final state).
    """
    length = len(decoder_inputs)
    _offer(step, state, feedback, average)
    if average is not None:
        step, state = average.around(step), average.start(state)

    def looped():
        if feedback is None:
            structure, steps = nested_steps(decoder_inputs)
            results, final = scan(
                lambda values, state: step(tf.nest.pack_sequence_as(structure, values), state),
                steps, state, length, batched)
        else:
            results, (_, final) = scan(
                _feeding_itself(step, feedback), feedback.for_steps(decoder_inputs),
                _Fed(decoder_inputs[0], state), length, batched)
        tf.get_variable_scope().reuse_variables()
        return _as_lists(*results + (final, length))
    outputs, kept, final = loop_or_copies(
        length, looped, lambda: _copies(step, decoder_inputs, state, feedback))
    return outputs, kept, final if average is None else final.state


def _feeding_itself(step, feedback):
    """`step` with its next input in the state."""
    def fed(values, carried):
        value, state = carried
        results, state = step(value, state)
        with tf.variable_scope("loop_function", reuse=True):
            value = feedback.in_loop(results[0], StepNumber(), values)
        return results, _Fed(value, state)
    return fed


def _copies(step, decoder_inputs, state, feedback):
    """A copy of `step` for each input."""
    outputs, kept, keys = [], [], None
    if feedback is not None and feedback.keys is not None:
        keys = tf.unstack(feedback.keys)
    for i, value in enumerate(decoder_inputs):
        if feedback is not None and outputs:
            with tf.variable_scope("loop_function", reuse=True):
                value = feedback(outputs[-1], i, value, keys and keys[i])
        if i > 0:
            tf.get_variable_scope().reuse_variables()
        (output, kept_now), state = step(value, state)
        outputs.append(output)
        kept.append(kept_now)
    return outputs, kept, state


def _as_lists(outputs, kept, state, length):
    """Lists with one item per step, from tensors of all steps."""
    flat = [step_list(part, length) for part in tf.nest.flatten(kept)]
    return (step_list(outputs, length), StepsTogether(
        [tf.nest.pack_sequence_as(kept, [part[i] for part in flat]) for i in range(length)], kept),
            state)


def _keeps_states():
    """Whether somebody is to get the states of all steps."""
    return is_before_change("final_state") or is_recorded()


def _final_or_all(states, final, cell, initial):
    """The states that a decoder returns, after whoever listens has got them (`recording`)."""
    record_run(cell, states, initial)
    return list(states) if is_before_change("final_state") else final


def _feedback(loop_function, length, output_size, options):
    """`Feedback` of a decoder whose outputs are so wide, None without a loop function."""
    if loop_function is not None:
        check_symbols(loop_function, output_size)
        return Feedback(loop_function, length, options["scheduled_sampling"], options["seed"])
    if options["scheduled_sampling"] is not None:
        raise ValueError("scheduled_sampling is %r, but there is no loop_function to make inputs "
                         "of outputs." % (options["scheduled_sampling"],))
    return None


def _average(options):
    """`AveragedStates`, None if they are off."""
    if options["average_states"]:
        return AveragedStates(options["average_hidden_state_influence"])
    return None


@graph_function
@takes_unroll()
@takes_options(AVERAGING, SCHEDULED_SAMPLING)
def rnn_decoder(decoder_inputs, initial_state, cell, loop_function=None, scope=None, options=None):
    """Runs a cell over decoder inputs, or over what `loop_function` makes of its outputs.

    Args:
      decoder_inputs: list, or other iterable, of T tensors [batch, input_size].
      initial_state: state in the cell's structure, or one tensor [batch, sum of sizes].
      cell: an RNN cell.
      loop_function: function (previous output [batch, output_size], step number) -> next input
        [batch, input_size]; with it only the first decoder input is used, but for scheduled
        sampling.
      scope: variable scope or name; "rnn_decoder" by default.
      Averaging and scheduled sampling as in `options`.

    Returns:
      (list of T outputs [batch, output_size], final state; before era 0.8 all states).

    Raises:
      ValueError: if `loop_function` embeds the arg-max of outputs wider than its embedding.
      TypeError, ValueError: for wrong options, or scheduled sampling without a loop function.
    """
    with tf.variable_scope(scope or "rnn_decoder"):
        if not hasattr(decoder_inputs, "__len__"):
            decoder_inputs = list(decoder_inputs)
        decoder_inputs, initial_state = stepping.widened(
            loop_function, decoder_inputs, initial_state)
        length = len(decoder_inputs)
        state = as_cell_state(cell, initial_state)
        feedback = _feedback(loop_function, length, getattr(cell, "output_size", None), options)
        average = _average(options)
        keeps_states = _keeps_states()

        def step(value, state):
            output, state = cell(value, state)
            return (output, state if keeps_states else ()), state

        outputs, states, final = _decode(step, decoder_inputs, state, feedback, average)
        return outputs, _final_or_all(states, final, cell, state)


@graph_function
@takes_unroll()
@takes_options(AVERAGING, SCHEDULED_SAMPLING, ATTENTION)
def attention_decoder(decoder_inputs, initial_state, attention_states, cell, output_size=None,
                      num_heads=1, loop_function=None, dtype=None, scope=None,
                      initial_state_attention=False, options=None):
    """A decoder that reads from `attention_states` at every step.

        x~_t = [x_t; d_{t-1}]·W_in + b_in          y_t, s_t = cell(x~_t, s_{t-1})
        d_t  = attention with query s_t            o_t = [y_t; d_t]·W_out + b_out

    Attention runs after the cell, on the new state (see `attention.Attention`).

    Args:
      decoder_inputs: list of T tensors [batch, input_size].
      initial_state: state in the cell's structure, or one tensor [batch, sum of sizes].
      attention_states: tensor [batch, attn_length, attn_size], attn_size known.
      cell: an RNN cell.
      output_size: int, size of the outputs; `cell.output_size` if None.
      num_heads: int >= 1, number of reads per step.
      loop_function: as in `rnn_decoder`.
      dtype: of the computation; the scope's by default.
      scope: variable scope or name; "attention_decoder" by default.
      initial_state_attention: True: d_0 is read with the initial state; False: d_0 = 0.
      Averaging, scheduled sampling and attention as in `options`.

    Returns:
      (list of T outputs [batch, output_size], final state; before era 0.8 all states), and with
      `return_attention` the list of T weights [batch, attn_length] (tuples of them for several
      heads).

    Raises:
      ValueError: without inputs, with less than one head, or if attn_size or the size of an input
        is unknown.
      ValueError: if `loop_function` embeds the arg-max of outputs wider than its embedding.
      TypeError, ValueError: for wrong options, or scheduled sampling without a loop function.
    """
    if not len(decoder_inputs):
        raise ValueError("Must provide at least 1 input to attention decoder.")
    if num_heads < 1:
        raise ValueError("With less than 1 heads, use a non-attention decoder; num_heads is %d."
                         % num_heads)
    if static_dimension(attention_states, 2) is None:
        raise ValueError("Shape[2] of attention_states must be known: %s" % attention_states.shape)
    if output_size is None:
        output_size = cell.output_size
    decoder_inputs, initial_state, attention_states, attention_mask = stepping.widened(
        loop_function, decoder_inputs, initial_state, attention_states, options["attention_mask"])

    with tf.variable_scope(scope or "attention_decoder", dtype=dtype) as scope:
        dtype = scope.dtype
        batch_size = tf.shape(decoder_inputs[0])[0]
        copied = not (makes_loop(len(decoder_inputs)) or stepping.is_sought())
        attention = Attention(attention_states, num_heads, dtype, attention_mask, copied)
        state = as_cell_state(cell, initial_state)
        feedback = _feedback(loop_function, len(decoder_inputs), output_size, options)
        average, keeps_states = _average(options), _keeps_states()
        contexts = attention.zero_contexts(batch_size)
        if initial_state_attention:
            contexts, _ = attention.read(state, initial=True)
        step = _AttentionStep(cell, attention, output_size, dtype, keeps_states,
                              options["return_attention"])
        outputs, kept, final = _decode(step, decoder_inputs, _Attended(state, contexts), feedback,
                                       average, attention.batched)
        states = StepsTogether([each.state for each in kept],
                               getattr(getattr(kept, "together", None), "state", None))
        results = outputs, _final_or_all(states, final.state, cell, state)
        if options["return_attention"]:
            weights = [each.weights for each in kept]
            results += ([each[0] for each in weights] if num_heads == 1 else weights,)
        return results


class _AttentionStep(object):
    """One step of `attention_decoder`; its state is `_Attended`, what it keeps `_Kept`."""

    def __init__(self, cell, attention, output_size, dtype, keeps_states, keeps_weights):
        self._cell, self._attention = cell, attention
        self._output_size, self._dtype = output_size, dtype
        self._keeps_states, self._keeps_weights = keeps_states, keeps_weights

    def __call__(self, value, state):
        state, contexts = state
        input_size = tf.dimension_value(value.shape.with_rank(2)[1])
        if input_size is None:
            raise ValueError("Could not infer input size from input: %s" % value.name)
        merged = self._linear([value] + contexts, input_size)
        output, state = self._cell(merged, state)
        contexts, weights = self._attention.read(state)
        with tf.variable_scope("AttnOutputProjection"):
            projected = self._linear([output] + contexts, self._output_size)
        kept = _Kept(state if self._keeps_states else (),
                     tuple(weights) if self._keeps_weights else ())
        return (projected, kept), _Attended(state, contexts)

    def _linear(self, parts, size):
        return linear([tf.cast(part, self._dtype) for part in parts], size, True)


def check_output_projection(output_projection, num_symbols, dtype, weights_too=True):
    """Raises ValueError unless the pair (W, b) gives `num_symbols` logits."""
    if output_projection is None:
        return
    if not isinstance(output_projection, (tuple, list)) or len(output_projection) != 2:
        raise ValueError("output_projection must be a pair (weights, biases) or None, got %r."
                         % (output_projection,))
    if weights_too:
        weights = tf.convert_to_tensor(output_projection[0], dtype=dtype)
        weights.shape.assert_is_compatible_with([None, num_symbols])
    biases = tf.convert_to_tensor(output_projection[1], dtype=dtype)
    biases.shape.assert_is_compatible_with([num_symbols])


def embedded_steps(embedding, symbols):
    """Embeddings of a list of symbols [batch], by one look-up unless copies are made."""
    def together():
        steps = all_steps(symbols).together()
        found = tf.nn.embedding_lookup(embedding, tf.reshape(steps, [-1]))
        return Steps(as_steps(found, *steps.shape.as_list()[:2]), len(symbols))
    return loop_or_copies(len(symbols), together, lambda: [
        tf.nn.embedding_lookup(embedding, step) for step in symbols])


def own_symbols(embedding, output_projection, update_embedding, feed_previous, options):
    """How a decoder over embedded symbols feeds on its own.

    Returns:
      (loop function, or None if all inputs are given; averaging and scheduled sampling as keyword
      arguments of the decoder).
    """
    keywords = options.only(AVERAGING, SCHEDULED_SAMPLING)
    if feed_previous:
        keywords["scheduled_sampling"] = None
    elif keywords["scheduled_sampling"] is None:
        return None, keywords
    if not options["temperature_decode"]:
        return (extract_argmax_and_embed(embedding, output_projection, update_embedding), keywords)
    return extract_sample_and_embed(
        embedding, output_projection, update_embedding, options["temperature"],
        options["top_k"], options["top_p"], options["seed"]), keywords


def _embedding_size(embedding_size, cell):
    return cell.output_size if embedding_size is None else embedding_size


@graph_function
@takes_unroll()
@embedding_size_may_be_missing(4)
@takes_options(AVERAGING, SCHEDULED_SAMPLING, TEMPERATURE)
def embedding_rnn_decoder(decoder_inputs, initial_state, cell, num_symbols, embedding_size=None,
                          output_projection=None, feed_previous=False,
                          update_embedding_for_previous=True, scope=None, options=None):
    """`rnn_decoder` over embedded symbols, which can feed on its own most probable symbols.

    Args:
      decoder_inputs: list of T int tensors [batch].
      initial_state, cell: as in `rnn_decoder`.
      num_symbols: int, number of symbols.
      embedding_size: int; the cell's output size if None.
      output_projection: pair (W [output_size, num_symbols], b [num_symbols]) by which a fed
        previous output becomes logits, or None if outputs are logits.
      feed_previous: True: only the first decoder input is used, then the arg-max of each output.
      update_embedding_for_previous: False: symbols fed back don't train the embedding.
      scope: variable scope or name; "embedding_rnn_decoder" by default.
      Averaging, scheduled sampling and temperature as in `options`.

    Returns:
      (list of T outputs [batch, cell.output_size], final state; before era 0.8 all states).

    Raises:
      ValueError: if the output projection has the wrong shape, or the decoder is to feed on
        outputs that are no logits of `num_symbols`, but wider.
      TypeError, ValueError: for wrong options.
    """
    feed_previous = feed_previous or stepping.is_sought()
    with tf.variable_scope(scope or "embedding_rnn_decoder") as scope:
        check_output_projection(output_projection, num_symbols, scope.dtype)
        embedding = tf.get_variable(
            "embedding", [num_symbols, _embedding_size(embedding_size, cell)])
        loop_function, keywords = own_symbols(
            embedding, output_projection, update_embedding_for_previous, feed_previous, options)
        embedded = EmbeddedSymbols(embedding, decoder_inputs)
        return rnn_decoder(embedded, initial_state, cell, loop_function=loop_function, **keywords)


@graph_function
@takes_unroll()
@embedding_size_may_be_missing(5)
@takes_options(AVERAGING, SCHEDULED_SAMPLING, TEMPERATURE, ATTENTION)
def embedding_attention_decoder(decoder_inputs, initial_state, attention_states, cell, num_symbols,
                                embedding_size=None, num_heads=1, output_size=None,
                                output_projection=None, feed_previous=False,
                                update_embedding_for_previous=True, dtype=None, scope=None,
                                initial_state_attention=False, options=None):
    """`attention_decoder` over embedded symbols, which can feed on its own symbols.

    Args:
      decoder_inputs: list of T int tensors [batch].
      initial_state, attention_states, cell, num_heads, output_size, initial_state_attention: as
        in `attention_decoder`.
      num_symbols, embedding_size, output_projection, feed_previous,
        update_embedding_for_previous: as in `embedding_rnn_decoder`.
      dtype: of the computation; the scope's by default.
      scope: variable scope or name; "embedding_attention_decoder" by default.
      Averaging, scheduled sampling, temperature and attention as in `options`.

    Returns:
      As `attention_decoder`.

    Raises:
      ValueError: if the output projection has the wrong shape, or the decoder is to feed on
        outputs that are no logits of `num_symbols`, but wider; as `attention_decoder`.
      TypeError, ValueError: for wrong options.
    """
    if output_size is None:
        output_size = cell.output_size
    check_output_projection(output_projection, num_symbols, dtype, weights_too=False)
    feed_previous = feed_previous or stepping.is_sought()
    with tf.variable_scope(scope or "embedding_attention_decoder", dtype=dtype) as scope:
        embedding = tf.get_variable(
            "embedding", [num_symbols, _embedding_size(embedding_size, cell)])
        loop_function, keywords = own_symbols(
            embedding, output_projection, update_embedding_for_previous, feed_previous, options)
        embedded = EmbeddedSymbols(embedding, decoder_inputs, looked_up_here=True)
        return attention_decoder(
            embedded, initial_state, attention_states, cell, output_size=output_size,
            num_heads=num_heads, loop_function=loop_function,
            initial_state_attention=initial_state_attention, **dict(
                keywords, **options.only(ATTENTION)))
