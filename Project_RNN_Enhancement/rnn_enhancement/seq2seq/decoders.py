"""Decoders: a cell run over decoder inputs, or over its own previous outputs."""
import contextlib

from ..arguments import checked_keywords
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
from .legacy import embedding_size_may_be_missing

__all__ = ["rnn_decoder", "attention_decoder", "embedding_rnn_decoder",
           "embedding_attention_decoder", "extract_argmax_and_embed"]


def extract_argmax_and_embed(embedding, output_projection=None, update_embedding=True):
    """A loop function that embeds the most probable symbol of the previous output.

    Args:
      embedding: tensor [num_symbols, embedding_size].
      output_projection: pair (W, b) that makes logits of an output, or None.
      update_embedding: False: no gradient through the embedding looked up here.
    """
    def loop_function(prev, _):
        if output_projection is not None:
            prev = tf.nn.xw_plus_b(prev, output_projection[0], output_projection[1])
        embedded = tf.nn.embedding_lookup(embedding, tf.argmax(prev, 1))
        return embedded if update_embedding else tf.stop_gradient(embedded)
    # A search over symbols needs the two without the arg-max between them.
    loop_function.embedding, loop_function.output_projection = embedding, output_projection
    return loop_function


def _decode(step, decoder_inputs, state, loop_function):
    """Runs `step(input, state) -> (output, state)` over the inputs in the current scope.

    With a loop function the first input is taken as given and every later one is
    `loop_function(previous output, step number)`.

    Returns:
      (outputs, final state), or in eras before 0.8 (outputs, states of all steps).
    """
    stepping.offer(step, state, loop_function)
    outputs, states = [], []
    for i, value in enumerate(decoder_inputs):
        if loop_function is not None and outputs:
            with tf.variable_scope("loop_function", reuse=True):
                value = loop_function(outputs[-1], i)
        if i > 0:
            tf.get_variable_scope().reuse_variables()
        output, state = step(value, state)
        outputs.append(output)
        states.append(state)
    return outputs, states if is_before_change("final_state") else state


def _roll_decoder(step, state, loop_function, first, length, watched, batched=()):
    """Runs `step(input, state) -> (output, state)` on its own outputs, in a loop.

    Returns:
      (outputs [T, batch, ...], states of all steps or None, final state).
    """
    stepping.offer(step, state, loop_function)
    keeps_states = is_before_change("final_state")

    def fed(_, carried):
        value, state = carried
        output, state = step(value, state)
        with tf.variable_scope("loop_function", reuse=True):
            value = loop_function(output, StepNumber())
        return (output, state if keeps_states else ()), (value, state)
    (outputs, states), (_, state) = TimeLoop(length).run(
        fed, [], (first, state), watched=watched + [loop_function], batched=batched)
    return outputs, states if keeps_states else None, state


def _as_lists(outputs, states, state, length):
    """What `_decode` returns, from tensors of all steps."""
    outputs = step_list(outputs, length)
    if states is None:
        return outputs, state
    flat = [step_list(part, length) for part in tf.nest.flatten(states)]
    return outputs, [tf.nest.pack_sequence_as(states, list(parts)) for parts in zip(*flat)]


def _with_states(cell):
    """`cell` as a step function whose output has the new state beside it."""
    def step(value, state):
        output, state = cell(value, state)
        return (output, state), state
    return step


@checked_keywords
@takes_unroll
def rnn_decoder(decoder_inputs, initial_state, cell, loop_function=None, scope=None):
    """Runs a cell over decoder inputs, or over what `loop_function` makes of its outputs.

    Args:
      decoder_inputs: list of T tensors [batch, input_size].
      initial_state: state in the cell's structure, or one tensor [batch, sum of sizes].
      cell: an RNN cell.
      loop_function: function (previous output [batch, output_size], step number) -> next input
        [batch, input_size]; with it only the first decoder input is used.
      scope: variable scope or name; "rnn_decoder" by default.

    Returns:
      (list of T outputs [batch, output_size], final state; before era 0.8 all states).
    """
    decoder_inputs, initial_state = stepping.widened(loop_function, decoder_inputs, initial_state)
    length = len(decoder_inputs)
    with tf.variable_scope(scope or "rnn_decoder"):
        state = as_cell_state(cell, initial_state)

        def rolled():
            if loop_function is not None:
                results = _roll_decoder(cell, state, loop_function, decoder_inputs[0], length,
                                        [cell])
            elif is_before_change("final_state"):
                (outputs, states), final = TimeLoop(length).run(
                    _with_states(cell), all_steps(decoder_inputs), state, watched=[cell])
                results = outputs, states, final
            else:
                outputs, final = over_time(cell, all_steps(decoder_inputs), state,
                                           TimeLoop(length))
                results = outputs, None, final
            tf.get_variable_scope().reuse_variables()
            return _as_lists(*results + (length,))
        return rolled_or_static(
            length, rolled, lambda: _decode(cell, decoder_inputs, state, loop_function))


@checked_keywords
@takes_unroll
def attention_decoder(decoder_inputs, initial_state, attention_states, cell, output_size=None,
                      num_heads=1, loop_function=None, dtype=None, scope=None,
                      initial_state_attention=False):
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

    Returns:
      (list of T outputs [batch, output_size], final state; before era 0.8 all states).

    Raises:
      ValueError: without inputs, with less than one head, or if attn_size or the size of an input
        is unknown.
    """
    if not decoder_inputs:
        raise ValueError("Must provide at least 1 input to attention decoder.")
    if num_heads < 1:
        raise ValueError("With less than 1 heads, use a non-attention decoder; num_heads is %d."
                         % num_heads)
    if static_dimension(attention_states, 2) is None:
        raise ValueError("Shape[2] of attention_states must be known: %s" % attention_states.shape)
    if output_size is None:
        output_size = cell.output_size
    decoder_inputs, initial_state, attention_states = stepping.widened(
        loop_function, decoder_inputs, initial_state, attention_states)

    with tf.variable_scope(scope or "attention_decoder", dtype=dtype) as scope:
        dtype = scope.dtype
        attention = Attention(attention_states, num_heads, dtype)
        state = as_cell_state(cell, initial_state)
        contexts = attention.zero_contexts(tf.shape(decoder_inputs[0])[0])
        if initial_state_attention:
            contexts, _ = attention.read(state)

        def static():
            return _decode(_AttentionStep(cell, attention, output_size, dtype), decoder_inputs,
                           (state, contexts), loop_function)

        def rolled():
            return _roll_attention(_AttentionStep(cell, attention, output_size, dtype),
                                   decoder_inputs, (state, contexts), loop_function)
        outputs, state = rolled_or_static(len(decoder_inputs), rolled, static)
        if is_before_change("final_state"):
            return outputs, [state for state, _ in state]
        return outputs, state[0]


class _AttentionStep(object):
    """One step of `attention_decoder`; its state is (the cell's state, contexts)."""

    def __init__(self, cell, attention, output_size, dtype):
        self.cell, self._attention = cell, attention
        self._output_size, self._dtype = output_size, dtype

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
        """The cell's output, its state and the contexts after a step."""
        output, state = self.cell(merged, state)
        contexts, _ = self._attention.read(state)
        return output, (state, contexts)

    def projection(self, output, contexts):
        """The linear map to the decoder's output, made here, and what it is to be given."""
        with tf.variable_scope("AttnOutputProjection"):
            parts = [tf.cast(output, self._dtype)] + contexts
            return Linear(parts, self._output_size, True), parts

    def __call__(self, value, state):
        state, contexts = state
        merge, parts = self.merge(value, contexts)
        output, (state, contexts) = self.advance(merge(parts), state)
        project, parts = self.projection(output, contexts)
        return project(parts), (state, contexts)


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


def _roll_attention(step, decoder_inputs, state, loop_function):
    """`_decode` of an `_AttentionStep` in a loop."""
    length = len(decoder_inputs)
    if loop_function is not None:
        results = _roll_decoder(step, state, loop_function, decoder_inputs[0], length,
                                [step.cell], step.batched)
    else:
        results = _roll_given(step, all_steps(decoder_inputs), state, length)
    tf.get_variable_scope().reuse_variables()
    return _as_lists(*results + (length,))


def _roll_given(step, inputs, state, length):
    """Attention over given inputs: the inputs' and the outputs' maps lie outside the loop."""
    keeps_states = is_before_change("final_state")
    contexts = state[1]
    flat = flat_steps(inputs)
    merge, parts = step.merge(flat, contexts)
    size = static_dimension(flat, 1)
    of_input, of_contexts = halves(merge.kernel, size)
    hoisted = tf.nn.bias_add(tf.matmul(parts[0], of_input), merge.bias)
    made = []

    def body(values, state):
        state, contexts = state
        merged = values + tf.matmul(tf.concat(contexts, 1), of_contexts)
        output, (state, contexts) = step.advance(merged, state)
        projected = output
        if project_cell is not None:
            projected = tf.zeros([1, step.cell.output_size], output.dtype)
        made.append(step.projection(projected, contexts)[0])
        return (output, contexts, state if keeps_states else ()), (state, contexts)
    with _projecting_later(step.cell) as project_cell:
        (outputs, contexts, states), final = TimeLoop(length).run(
            body, as_steps(hoisted, inputs), state, watched=[step.cell],
            batched=step.batched)
        flat = flat_steps(outputs)
        if project_cell is not None:
            flat = project_cell(flat)
    contexts = [flat_steps(context) for context in contexts]
    projected = made[-1]([tf.cast(flat, contexts[0].dtype)] + contexts)
    return (as_steps(projected, outputs), (states, ()) if keeps_states else None, final)


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


def embedded_steps(embedding, symbols, only_first=False):
    """Embeddings of a list of symbols [batch], by one look-up unless time is unrolled statically.

    Args:
      only_first: whether the later ones are not needed; then the first stands for all.
    """
    if only_first and symbols:
        return [tf.nn.embedding_lookup(embedding, symbols[0])] * len(symbols)

    def rolled():
        steps = all_steps(symbols)
        found = tf.nn.embedding_lookup(embedding, tf.reshape(steps, [-1]))
        return Steps(as_steps(found, steps), len(symbols))
    return rolled_or_static(len(symbols), rolled, lambda: [
        tf.nn.embedding_lookup(embedding, step) for step in symbols])


def _embedding_size(embedding_size, cell):
    return cell.output_size if embedding_size is None else embedding_size


@checked_keywords
@takes_unroll
@embedding_size_may_be_missing(4)
def embedding_rnn_decoder(decoder_inputs, initial_state, cell, num_symbols, embedding_size=None,
                          output_projection=None, feed_previous=False,
                          update_embedding_for_previous=True, scope=None):
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

    Returns:
      (list of T outputs [batch, cell.output_size], final state; before era 0.8 all states).

    Raises:
      ValueError: if the output projection has the wrong shape.
    """
    feed_previous = feed_previous or stepping.is_sought()
    with tf.variable_scope(scope or "embedding_rnn_decoder") as scope:
        check_output_projection(output_projection, num_symbols, scope.dtype)
        embedding = tf.get_variable(
            "embedding", [num_symbols, _embedding_size(embedding_size, cell)])
        loop_function = extract_argmax_and_embed(
            embedding, output_projection, update_embedding_for_previous) if feed_previous else None
        embedded = embedded_steps(embedding, decoder_inputs, only_first=feed_previous)
        return rnn_decoder(embedded, initial_state, cell, loop_function=loop_function)


@checked_keywords
@takes_unroll
@embedding_size_may_be_missing(5)
def embedding_attention_decoder(decoder_inputs, initial_state, attention_states, cell, num_symbols,
                                embedding_size=None, num_heads=1, output_size=None,
                                output_projection=None, feed_previous=False,
                                update_embedding_for_previous=True, dtype=None, scope=None,
                                initial_state_attention=False):
    """`attention_decoder` over embedded symbols, which can feed on its own symbols.

    Args:
      decoder_inputs: list of T int tensors [batch].
      initial_state, attention_states, cell, num_heads, output_size, initial_state_attention: as
        in `attention_decoder`.
      num_symbols, embedding_size, output_projection, feed_previous,
        update_embedding_for_previous: as in `embedding_rnn_decoder`.
      dtype: of the computation; the scope's by default.
      scope: variable scope or name; "embedding_attention_decoder" by default.

    Returns:
      (list of T outputs [batch, output_size], final state; before era 0.8 all states).

    Raises:
      ValueError: if the output projection has the wrong shape; as `attention_decoder`.
    """
    if output_size is None:
        output_size = cell.output_size
    check_output_projection(output_projection, num_symbols, dtype, weights_too=False)
    feed_previous = feed_previous or stepping.is_sought()
    with tf.variable_scope(scope or "embedding_attention_decoder", dtype=dtype) as scope:
        embedding = tf.get_variable(
            "embedding", [num_symbols, _embedding_size(embedding_size, cell)])
        loop_function = extract_argmax_and_embed(
            embedding, output_projection, update_embedding_for_previous) if feed_previous else None
        embedded = embedded_steps(embedding, decoder_inputs, only_first=feed_previous)
        return attention_decoder(
            embedded, initial_state, attention_states, cell, output_size=output_size,
            num_heads=num_heads, loop_function=loop_function,
            initial_state_attention=initial_state_attention)
