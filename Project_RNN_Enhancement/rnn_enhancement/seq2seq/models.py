"""Sequence-to-sequence models: an encoder, and a decoder that starts from its last state."""
import numpy as np

from ..arguments import graph_function
from ..cells.wrappers import EmbeddingWrapper, OutputProjectionWrapper
from ..copying import fresh_copy, is_cell_like
from ..loops.steps import all_steps
from ..rehearsal.rehearse import rehearsed
from ..rnn.static import static_rnn
from ..tf1 import is_tensor, is_variable, tf
from ..unrolling.policy import loop_or_copies, takes_unroll
from .decoders import (check_output_projection, embedded_steps, embedding_attention_decoder,
                       embedding_rnn_decoder, own_symbols, rnn_decoder)
from .embedded import EmbeddedSymbols
from .legacy import embedding_size_may_be_missing
from .options import ATTENTION, AVERAGING, SCHEDULED_SAMPLING, TEMPERATURE, takes_options
from .recording import led_out, record_cell, recorded_apart
from .stepping import is_sought

__all__ = ["basic_rnn_seq2seq", "tied_rnn_seq2seq", "embedding_rnn_seq2seq",
           "embedding_tied_rnn_seq2seq", "embedding_attention_seq2seq", "one2many_rnn_seq2seq"]


def _fed_or_given(feed_previous, decode):
    """`decode(feed_previous)`; for a tensor, both graphs on one set of variables and a `cond`.

    Args:
      feed_previous: bool or scalar bool tensor.
      decode: function of a Python bool that returns (outputs, state).

    Raises:
      TypeError: for anything else.
    """
    if is_sought():
        return decode(True)
    if isinstance(feed_previous, (bool, np.bool_)):
        return decode(bool(feed_previous))
    if not (is_tensor(feed_previous) or is_variable(feed_previous)):
        raise TypeError("feed_previous must be a bool or a scalar bool tensor, got %r of type %s."
                        % (feed_previous, type(feed_previous).__name__))
    results = []

    def branch(fed):
        with tf.variable_scope(tf.get_variable_scope(), reuse=None if fed else True):
            results.append(recorded_apart(lambda: decode(fed)))
        return tf.nest.flatten(results[-1])

    if rehearsed():
        branch(True)
        branch(False)
        return results[0][0]
    flat = tf.cond(feed_previous, lambda: branch(True), lambda: branch(False))
    result, runs = tf.nest.pack_sequence_as(results[0], flat)
    led_out(runs)
    return result


def _embedding_size(embedding_size, cell):
    return cell.output_size if embedding_size is None else embedding_size


@graph_function
@takes_unroll()
@takes_options(AVERAGING)
def basic_rnn_seq2seq(encoder_inputs, decoder_inputs, cell, dtype=tf.float32, scope=None,
                      options=None):
    """An encoder and a decoder of the same kind of cell, with weights of their own.

    Args:
      encoder_inputs: list of tensors [batch, input_size].
      decoder_inputs: list of T tensors [batch, input_size].
      cell: an RNN cell.
      dtype: of the initial state.
      scope: variable scope or name; "basic_rnn_seq2seq" by default.
      Averaging as in `options`.

    Returns:
      (list of T outputs [batch, output_size], final state; before era 0.8 all states).
    """
    with tf.variable_scope(scope or "basic_rnn_seq2seq"):
        _, state = static_rnn(record_cell(fresh_copy(cell)), encoder_inputs, dtype=dtype)
        return rnn_decoder(decoder_inputs, state, cell, **options)


@graph_function
@takes_unroll()
@takes_options(AVERAGING, SCHEDULED_SAMPLING)
def tied_rnn_seq2seq(encoder_inputs, decoder_inputs, cell, loop_function=None, dtype=tf.float32,
                     scope=None, options=None):
    """An encoder and a decoder that share one cell and its weights.

    Args:
      encoder_inputs: list of tensors [batch, input_size].
      decoder_inputs: list of T tensors [batch, input_size].
      cell: an RNN cell.
      loop_function: as in `rnn_decoder`.
      dtype: of the initial state.
      scope: variable scope or name; "tied_rnn_seq2seq" by default.
      Averaging and scheduled sampling as in `options`.

    Returns:
      (list of T outputs [batch, output_size], final state; before era 0.8 all states).
    """
    with tf.variable_scope("combined_tied_rnn_seq2seq"):
        scope = scope or "tied_rnn_seq2seq"
        _, state = static_rnn(cell, encoder_inputs, dtype=dtype, scope=scope)
        tf.get_variable_scope().reuse_variables()
        return rnn_decoder(decoder_inputs, state, cell, loop_function=loop_function, scope=scope,
                           **options)


@graph_function
@takes_unroll()
@embedding_size_may_be_missing(5)
@takes_options(AVERAGING, SCHEDULED_SAMPLING, TEMPERATURE)
def embedding_rnn_seq2seq(encoder_inputs, decoder_inputs, cell, num_encoder_symbols,
                          num_decoder_symbols, embedding_size=None, output_projection=None,
                          feed_previous=False, dtype=None, scope=None, options=None):
    """`basic_rnn_seq2seq` over embedded symbols, an embedding for each side.

    Args:
      encoder_inputs: list of int tensors [batch].
      decoder_inputs: list of T int tensors [batch].
      cell: an RNN cell.
      num_encoder_symbols, num_decoder_symbols: int, sizes of the vocabularies.
      embedding_size: int; the cell's output size if None.
      output_projection: pair (W [output_size, num_decoder_symbols], b) by which a fed previous
        output becomes logits; None: a projection is made here and outputs are logits.
      feed_previous: bool or scalar bool tensor; True: the decoder feeds on its own symbols.
      dtype: of the encoder's initial state; the scope's by default.
      scope: variable scope or name; "embedding_rnn_seq2seq" by default.
      Averaging, scheduled sampling and temperature as in `options`.

    Returns:
      (list of T outputs, final state; before era 0.8 all states). Outputs are
      [batch, num_decoder_symbols], or [batch, output_size] with an output projection.

    Raises:
      ValueError: if the output projection has the wrong shape.
      TypeError: if `feed_previous` is neither bool nor tensor.
      TypeError, ValueError: for wrong options.
    """
    with tf.variable_scope(scope or "embedding_rnn_seq2seq") as scope:
        if dtype is not None:
            scope.set_dtype(dtype)
        embedding_size = _embedding_size(embedding_size, cell)
        encoder = EmbeddingWrapper(
            record_cell(fresh_copy(cell)), num_encoder_symbols, embedding_size)
        _, encoder_state = static_rnn(encoder, encoder_inputs, dtype=scope.dtype)
        if output_projection is None:
            cell = OutputProjectionWrapper(cell, num_decoder_symbols)
        by_tensor = not isinstance(feed_previous, (bool, np.bool_))
        return _fed_or_given(feed_previous, lambda fed: embedding_rnn_decoder(
            decoder_inputs, encoder_state, cell, num_decoder_symbols, embedding_size,
            output_projection=output_projection, feed_previous=fed,
            update_embedding_for_previous=not by_tensor, **options))


@graph_function
@takes_unroll()
@embedding_size_may_be_missing(4)
@takes_options(AVERAGING, SCHEDULED_SAMPLING, TEMPERATURE)
def embedding_tied_rnn_seq2seq(encoder_inputs, decoder_inputs, cell, num_symbols,
                               embedding_size=None, num_decoder_symbols=None,
                               output_projection=None, feed_previous=False, dtype=None,
                               scope=None, options=None):
    """`tied_rnn_seq2seq` over embedded symbols: one cell and one embedding for both sides.

    Args:
      encoder_inputs: list of int tensors [batch].
      decoder_inputs: list of T int tensors [batch].
      cell: an RNN cell.
      num_symbols: int, size of the common vocabulary.
      embedding_size: int; the cell's output size if None.
      num_decoder_symbols: int, the decoder's outputs are over the first so many symbols;
        `num_symbols` if None.
      output_projection, feed_previous, dtype: as in `embedding_rnn_seq2seq`.
      scope: variable scope or name; "embedding_tied_rnn_seq2seq" by default.
      Averaging, scheduled sampling and temperature as in `options`.

    Returns:
      (list of T outputs, final state; before era 0.8 all states).

    Raises:
      ValueError: if the output projection has the wrong shape.
      TypeError: if `feed_previous` is neither bool nor tensor.
      TypeError, ValueError: for wrong options.
    """
    with tf.variable_scope(scope or "embedding_tied_rnn_seq2seq", dtype=dtype) as scope:
        dtype = scope.dtype
        check_output_projection(output_projection, num_symbols, dtype)
        embedding = tf.get_variable(
            "embedding", [num_symbols, _embedding_size(embedding_size, cell)], dtype=dtype)
        encoder_embedded = embedded_steps(embedding, encoder_inputs)
        by_tensor = not isinstance(feed_previous, (bool, np.bool_))
        if by_tensor:
            # Tensors of one branch are not to be seen by the other.
            decoder_embedded = embedded_steps(embedding, decoder_inputs)
        else:
            decoder_embedded = EmbeddedSymbols(embedding, decoder_inputs, looked_up_here=True)
        if output_projection is None:
            cell = OutputProjectionWrapper(
                cell, num_symbols if num_decoder_symbols is None else num_decoder_symbols)

        def decode(fed):
            loop_function, keywords = own_symbols(embedding, output_projection, not by_tensor, fed,
                                                  options)
            return tied_rnn_seq2seq(encoder_embedded, decoder_embedded, cell,
                                    loop_function=loop_function, dtype=dtype, **keywords)
        results = _fed_or_given(feed_previous, decode)
        if by_tensor and not is_sought():
            # Not used: TensorFlow 1.15 makes it here, and names that follow count it.
            cell.zero_state(tf.dimension_value(encoder_inputs[0].shape[0])
                            or tf.shape(encoder_inputs[0])[0], dtype)
        return results


@graph_function
@takes_unroll()
@embedding_size_may_be_missing(5)
@takes_options(AVERAGING, SCHEDULED_SAMPLING, TEMPERATURE, ATTENTION)
def embedding_attention_seq2seq(encoder_inputs, decoder_inputs, cell, num_encoder_symbols,
                                num_decoder_symbols, embedding_size=None, num_heads=1,
                                output_projection=None, feed_previous=False, dtype=None,
                                scope=None, initial_state_attention=False, options=None):
    """Encoder and decoder over embedded symbols, with attention on the encoder's outputs.

    Args:
      encoder_inputs: list of int tensors [batch].
      decoder_inputs: list of T int tensors [batch].
      cell: an RNN cell.
      num_encoder_symbols, num_decoder_symbols, embedding_size, output_projection, feed_previous,
        dtype: as in `embedding_rnn_seq2seq`.
      num_heads, initial_state_attention: as in `attention_decoder`.
      scope: variable scope or name; "embedding_attention_seq2seq" by default.
      Averaging, scheduled sampling, temperature and attention as in `options`; attn_length is the
      number of encoder inputs.

    Returns:
      (list of T outputs, final state; before era 0.8 all states), and with `return_attention` the
      list of T weights, as `attention_decoder`. Outputs are [batch, num_decoder_symbols], or
      [batch, output_size] with an output projection.

    Raises:
      ValueError: if the output projection has the wrong shape; as `attention_decoder`.
      TypeError: if `feed_previous` is neither bool nor tensor.
      TypeError, ValueError: for wrong options.
    """
    with tf.variable_scope(scope or "embedding_attention_seq2seq", dtype=dtype) as scope:
        embedding_size = _embedding_size(embedding_size, cell)
        encoder = EmbeddingWrapper(
            record_cell(fresh_copy(cell)), num_encoder_symbols, embedding_size)
        encoder_outputs, encoder_state = static_rnn(encoder, encoder_inputs, dtype=scope.dtype)
        attention_states = loop_or_copies(
            len(encoder_outputs),
            lambda: tf.transpose(all_steps(encoder_outputs).together(), [1, 0, 2]),
            lambda: tf.concat([tf.reshape(output, [-1, 1, cell.output_size])
                               for output in encoder_outputs], 1))
        output_size = None
        if output_projection is None:
            cell = OutputProjectionWrapper(cell, num_decoder_symbols)
            output_size = num_decoder_symbols
        by_tensor = not isinstance(feed_previous, (bool, np.bool_))
        return _fed_or_given(feed_previous, lambda fed: embedding_attention_decoder(
            decoder_inputs, encoder_state, attention_states, cell, num_decoder_symbols,
            embedding_size, num_heads=num_heads, output_size=output_size,
            output_projection=output_projection, feed_previous=fed,
            update_embedding_for_previous=not by_tensor,
            initial_state_attention=initial_state_attention, **options))


@graph_function
@takes_unroll()
@takes_options(AVERAGING, SCHEDULED_SAMPLING, TEMPERATURE)
def one2many_rnn_seq2seq(encoder_inputs, decoder_inputs_dict, enc_cell, dec_cells_dict,
                         num_encoder_symbols, num_decoder_symbols_dict, embedding_size=None,
                         feed_previous=False, dtype=None, scope=None, options=None):
    """One encoder and several decoders (multi-task), Luong et al. 2016, arXiv:1511.06114.

    Args:
      encoder_inputs: list of int tensors [batch].
      decoder_inputs_dict: name -> list of int tensors [batch].
      enc_cell: the encoder's RNN cell.
      dec_cells_dict: name -> RNN cell.
      num_encoder_symbols: int, size of the encoder's vocabulary.
      num_decoder_symbols_dict: name -> int, size of that decoder's vocabulary.
      embedding_size: int; each cell's output size if None.
      feed_previous, dtype: as in `embedding_rnn_seq2seq`.
      scope: variable scope or name; "one2many_rnn_seq2seq" by default.
      Averaging, scheduled sampling and temperature as in `options`.

    Returns:
      (name -> list of outputs [batch, num_decoder_symbols], name -> final state; before era 0.8
      all states).

    Raises:
      TypeError: if a cell is no RNN cell.
      ValueError: if cells and decoder inputs don't have the same names.
    """
    if not is_cell_like(enc_cell):
        raise TypeError("enc_cell is not an RNNCell: %s" % type(enc_cell))
    if set(dec_cells_dict) != set(decoder_inputs_dict):
        raise ValueError("The names of dec_cells_dict %s and decoder_inputs_dict %s must be equal."
                         % (sorted(dec_cells_dict), sorted(decoder_inputs_dict)))
    for dec_cell in dec_cells_dict.values():
        if not is_cell_like(dec_cell):
            raise TypeError("dec_cell is not an RNNCell: %s" % type(dec_cell))

    outputs_dict, state_dict = {}, {}
    with tf.variable_scope(scope or "one2many_rnn_seq2seq", dtype=dtype) as scope:
        encoder = EmbeddingWrapper(
            record_cell(enc_cell), num_encoder_symbols, _embedding_size(embedding_size, enc_cell))
        _, encoder_state = static_rnn(encoder, encoder_inputs, dtype=scope.dtype)
        for name, decoder_inputs in decoder_inputs_dict.items():
            num_symbols = num_decoder_symbols_dict[name]
            with tf.variable_scope("one2many_decoder_" + str(name)):
                cell = OutputProjectionWrapper(dec_cells_dict[name], num_symbols)
                size = _embedding_size(embedding_size, dec_cells_dict[name])
                outputs_dict[name], state_dict[name] = _fed_or_given(
                    feed_previous, lambda fed: embedding_rnn_decoder(
                        decoder_inputs, encoder_state, cell, num_symbols, size,
                        feed_previous=fed, **options))
    return outputs_dict, state_dict
