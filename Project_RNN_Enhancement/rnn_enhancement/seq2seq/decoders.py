"""Decoders: a cell run over decoder inputs, or over its own previous outputs."""
import collections
import contextlib

from ..arguments import graph_function
from ..cells.linear import Linear, linear
from ..cells.over_time import TimeLoop, over_time
from ..cells.scopes import holder
from ..cells.wrappers import OutputProjectionWrapper
from ..eras import is_before_change
from ..tf1 import static_dimension, tf
from ..unrolling.modes import rolled_or_static, takes_unroll
from ..unrolling.products import halves
from ..unrolling.states import as_cell_state
from ..unrolling.steps import Steps, all_steps, as_steps, flat_steps, step_list
from ..unrolling.watching import StepNumber
from . import stepping
from .attention import Attention
from .averaging import AveragedStates
from .embedded import EmbeddedSymbols
from .feedback import (Feedback, check_symbols, extract_argmax_and_embed,
                       extract_sample_and_embed)
from .legacy import embedding_size_may_be_missing
from .options import ATTENTION, AVERAGING, SCHEDULED_SAMPLING, TEMPERATURE, takes_options
from .recording import StateKeepingLoop, StepsTogether, is_recorded, record_run

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


def _decode(step, decoder_inputs, state, feedback, average):
    """Runs `step` over the inputs in the current scope.

    Args:
      feedback: `Feedback` or None. With it the first input is taken as given and every later one
        is made of the previous output.
      average: `AveragedStates` or None.

    Returns:
      (outputs, what is kept of every step, final state).
    """
    outputs, kept, keys = [], [], None
    _offer(step, state, feedback, average)
    if average is not None:
        step, state = average.around(step), average.start(state)
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
    return outputs, kept, state if average is None else state.state


def _roll(step, inputs, state, length, average, watched, batched=()):
    """`step` over tensors of all steps in a loop; as `TimeLoop.run`, with `AveragedStates`."""
    loop = TimeLoop(length)
    if average is None:
        return loop.run(step, inputs, state, watched=watched, batched=batched)
    results, final = loop.run(average.around(step), inputs, average.start(state), watched=watched,
                              batched=batched)
    return results, final.state


def _roll_decoder(step, state, feedback, decoder_inputs, average, watched, batched=()):
    """Runs `step` on its own outputs, in a loop.

    Returns:
      (outputs [T, batch, ...], what is kept [T, ...], final state).
    """
    _offer(step, state, feedback, average)

    def fed(values, carried):
        value, state = carried
        (output, kept), state = step(value, state)
        with tf.variable_scope("loop_function", reuse=True):
            value = feedback(output, StepNumber(), *values)
        return (output, kept), _Fed(value, state)
    (outputs, kept), (_, state) = _roll(
        fed, feedback.for_steps(decoder_inputs), _Fed(decoder_inputs[0], state),
        len(decoder_inputs), average, watched + [feedback.loop_function], batched)
    return outputs, kept, state


def _as_lists(outputs, kept, state, length):
    """What `_decode` returns, from tensors of all steps."""
    flat = [step_list(part, length) for part in tf.nest.flatten(kept)]
    return (step_list(outputs, length), StepsTogether(
        [tf.nest.pack_sequence_as(kept, [part[i] for part in flat]) for i in range(length)], kept),
            state)


def _roll_over(cell, inputs, state, length):
    """`cell` over given inputs [T, batch, n] in a loop that keeps its states.

    Returns:
      (outputs [T, batch, ...], states [T, batch, ...], final state).
    """
    loop = StateKeepingLoop(length)
    outputs, final = over_time(cell, inputs, state, loop)
    states = loop.states_of(final)
    if states is None:
        # The cell made part of its state outside the loops, for all steps at once.
        loop = StateKeepingLoop(length)
        with tf.variable_scope(tf.get_variable_scope(), reuse=True):
            outputs, final = loop.run(cell, inputs, state, watched=[cell])
        states = loop.states_of(final)
    return outputs, states, final


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
@takes_unroll
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

        def rolled():
            if feedback is not None:
                results = _roll_decoder(step, state, feedback, decoder_inputs, average, [cell])
            elif average is not None:
                (outputs, kept), final = _roll(step, all_steps(decoder_inputs), state, length,
                                               average, [cell])
                results = outputs, kept, final
            elif keeps_states:
                results = _roll_over(cell, all_steps(decoder_inputs), state, length)
            else:
                outputs, final = over_time(cell, all_steps(decoder_inputs), state,
                                           TimeLoop(length))
                results = outputs, (), final
            tf.get_variable_scope().reuse_variables()
            return _as_lists(*results + (length,))
        outputs, states, final = rolled_or_static(
            length, rolled, lambda: _decode(step, decoder_inputs, state, feedback, average))
        return outputs, _final_or_all(states, final, cell, state)


@graph_function
@takes_unroll
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
        attention = Attention(attention_states, num_heads, dtype, attention_mask)
        state = as_cell_state(cell, initial_state)
        feedback = _feedback(loop_function, len(decoder_inputs), output_size, options)
        average, keeps_states = _average(options), _keeps_states()

        def run(decode, copied):
            reader = attention.reader(copied)
            contexts = attention.zero_contexts(batch_size)
            if initial_state_attention:
                contexts, _ = reader.read(state, initial=True)
            step = _AttentionStep(cell, reader, output_size, dtype, keeps_states,
                                  options["return_attention"])
            return decode(step, decoder_inputs, _Attended(state, contexts), feedback, average)
        outputs, kept, final = rolled_or_static(
            len(decoder_inputs), lambda: run(_roll_attention, False),
            # A search puts the step into a loop of its own.
            lambda: run(_decode, copied=not stepping.is_sought()))
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
        self.cell, self._attention = cell, attention
        self._output_size, self._dtype = output_size, dtype
        self._keeps_states, self._keeps_weights = keeps_states, keeps_weights

    @property
    def batched(self):
        return self._attention.batched

    def merge(self, value, contexts):
        """The linear map of an input and contexts, made here, and what it is to be given."""
        input_size = tf.dimension_value(value.shape.with_rank(2)[1])
        if input_size is None:
            raise ValueError("Could not infer input size from input: %s" % value.name)
        parts = [tf.cast(part, self._dtype) for part in [value] + contexts]
        return Linear(parts, input_size, True), parts

    def advance(self, merged, state):
        """The cell's output, what is kept, and the state after a step."""
        output, state = self.cell(merged, state)
        contexts, weights = self._attention.read(state)
        kept = _Kept(state if self._keeps_states else (),
                     tuple(weights) if self._keeps_weights else ())
        return output, kept, _Attended(state, contexts)

    def projection(self, output, contexts):
        """The linear map to the decoder's output, made here, and what it is to be given."""
        with tf.variable_scope("AttnOutputProjection"):
            parts = [tf.cast(output, self._dtype)] + contexts
            return Linear(parts, self._output_size, True), parts

    def __call__(self, value, state):
        state, contexts = state
        merge, parts = self.merge(value, contexts)
        output, kept, state = self.advance(merge(parts), state)
        with tf.variable_scope("AttnOutputProjection"):
            parts = [tf.cast(output, self._dtype)] + state.contexts
            return (linear(parts, self._output_size, True), kept), state


@contextlib.contextmanager
def _projecting_later(cell):
    """Context in which a call of `cell` leaves its output projection out; yields the projection.

    None for a cell that ends in no projection.
    """
    actual = holder(cell, None) if type(cell) is OutputProjectionWrapper else None
    if actual is None:
        yield None
    else:
        with actual.projecting_later() as project:
            yield project


def _roll_attention(step, decoder_inputs, state, feedback, average):
    """`_decode` of an `_AttentionStep` in a loop."""
    length = len(decoder_inputs)
    if feedback is not None:
        results = _roll_decoder(step, state, feedback, decoder_inputs, average, [step.cell],
                                step.batched)
    else:
        results = _roll_given(step, all_steps(decoder_inputs), state, length, average)
    tf.get_variable_scope().reuse_variables()
    return _as_lists(*results + (length,))


def _roll_given(step, inputs, state, length, average):
    """Attention over given inputs: the inputs' and the outputs' maps lie outside the loop."""
    flat = flat_steps(inputs)
    merge, parts = step.merge(flat, state.contexts)
    size = static_dimension(flat, 1)
    of_input, of_contexts = halves(merge.kernel, size)
    hoisted = tf.nn.bias_add(tf.matmul(parts[0], of_input), merge.bias)
    made = []

    def body(values, state):
        state, contexts = state
        merged = values + tf.matmul(tf.concat(contexts, 1), of_contexts)
        output, kept, state = step.advance(merged, state)
        projected = output
        if project_cell is not None:
            projected = tf.zeros([1, step.cell.output_size], output.dtype)
        made.append(step.projection(projected, state.contexts)[0])
        return (output, state.contexts, kept), state
    with _projecting_later(step.cell) as project_cell:
        (outputs, contexts, kept), final = _roll(
            body, as_steps(hoisted, inputs), state, length, average, [step.cell], step.batched)
        flat = flat_steps(outputs)
        if project_cell is not None:
            flat = project_cell(flat)
    contexts = [flat_steps(context) for context in contexts]
    projected = made[-1]([tf.cast(flat, contexts[0].dtype)] + contexts)
    return as_steps(projected, outputs), kept, final


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
    """Embeddings of a list of symbols [batch], by one look-up unless time is copied."""
    def rolled():
        steps = all_steps(symbols)
        found = tf.nn.embedding_lookup(embedding, tf.reshape(steps, [-1]))
        return Steps(as_steps(found, steps), len(symbols))
    return rolled_or_static(len(symbols), rolled, lambda: [
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
@takes_unroll
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
@takes_unroll
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
