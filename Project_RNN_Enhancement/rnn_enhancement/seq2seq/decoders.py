"""Decoders: a cell run over decoder inputs, or over its own previous outputs."""
from ..arguments import checked_keywords
from ..cells.linear import linear
from ..eras import is_before_change
from ..tf1 import static_dimension, tf
from ..unrolling.states import as_cell_state
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
    return loop_function


def _decode(step, decoder_inputs, state, loop_function):
    """Runs `step(input, state) -> (output, state)` over the inputs in the current scope.

    With a loop function the first input is taken as given and every later one is
    `loop_function(previous output, step number)`.

    Returns:
      (outputs, final state), or in eras before 0.8 (outputs, states of all steps).
    """
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


@checked_keywords
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
    with tf.variable_scope(scope or "rnn_decoder"):
        return _decode(cell, decoder_inputs, as_cell_state(cell, initial_state), loop_function)


@checked_keywords
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

    with tf.variable_scope(scope or "attention_decoder", dtype=dtype) as scope:
        dtype = scope.dtype
        attention = Attention(attention_states, num_heads, dtype)
        state = as_cell_state(cell, initial_state)
        contexts = attention.zero_contexts(tf.shape(decoder_inputs[0])[0])
        if initial_state_attention:
            contexts, _ = attention.read(state)

        def step(value, state):
            nonlocal contexts
            input_size = value.shape.with_rank(2)[1]
            if tf.dimension_value(input_size) is None:
                raise ValueError("Could not infer input size from input: %s" % value.name)
            merged = linear([tf.cast(part, dtype) for part in [value] + contexts],
                            tf.dimension_value(input_size), True)
            output, state = cell(merged, state)
            contexts, _ = attention.read(state)
            with tf.variable_scope("AttnOutputProjection"):
                output = linear([tf.cast(output, dtype)] + contexts, output_size, True)
            return output, state

        return _decode(step, decoder_inputs, state, loop_function)


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


def _embedding_size(embedding_size, cell):
    return cell.output_size if embedding_size is None else embedding_size


@checked_keywords
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
    with tf.variable_scope(scope or "embedding_rnn_decoder") as scope:
        check_output_projection(output_projection, num_symbols, scope.dtype)
        embedding = tf.get_variable(
            "embedding", [num_symbols, _embedding_size(embedding_size, cell)])
        loop_function = extract_argmax_and_embed(
            embedding, output_projection, update_embedding_for_previous) if feed_previous else None
        embedded = [tf.nn.embedding_lookup(embedding, symbols) for symbols in decoder_inputs]
        return rnn_decoder(embedded, initial_state, cell, loop_function=loop_function)


@checked_keywords
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
    with tf.variable_scope(scope or "embedding_attention_decoder", dtype=dtype) as scope:
        embedding = tf.get_variable(
            "embedding", [num_symbols, _embedding_size(embedding_size, cell)])
        loop_function = extract_argmax_and_embed(
            embedding, output_projection, update_embedding_for_previous) if feed_previous else None
        embedded = [tf.nn.embedding_lookup(embedding, symbols) for symbols in decoder_inputs]
        return attention_decoder(
            embedded, initial_state, attention_states, cell, output_size=output_size,
            num_heads=num_heads, loop_function=loop_function,
            initial_state_attention=initial_state_attention)
