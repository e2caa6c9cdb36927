"""Beam search as a decoder: one step of all hypotheses of all examples."""
from ..arguments import boolean, finite_number
from ..cells.base import assert_like_rnncell
from ..copying import forget_other_graphs
from ..rnn.states import as_cell_state
from ..tf1 import check_graph_mode, is_tensor, select_rows, tf
from .array_beams import in_order_of_beams
from .beam_scores import attention_of, is_zero, scores_of, stay_finished
from .beam_search_outputs import (BeamSearchDecoderOutput, BeamSearchDecoderState,
                                  FinalBeamSearchDecoderOutput)
from .beams import Beams
from .checks import (check_num_symbols, check_output_layer, check_state, embedding_function,
                     end_token_tensor, start_tokens_tensor)
from .decoder import Decoder
from .gather_tree import gather_tree

__all__ = ["BeamSearchDecoder"]


class BeamSearchDecoder(Decoder):
    """Searches for the hypotheses of the highest score, several at a time.

    The score of a hypothesis Y is

        log P(Y) / ((5 + |Y|) / 6)^length_penalty_weight
        + coverage_penalty_weight * sum over source positions of log min(sum of attention, 1),

    the second part once Y is finished. Source: Wu et al. 2016, arXiv:1609.08144, equation 14.

    Everything that the cell reads has one row for each beam, those of one example side by side:
    `tile_batch` (not `tf.tile`) makes it so.

        memory, lengths, encoder_state = tile_batch(
            (encoder_outputs, source_lengths, encoder_state), multiplier=beam_width)
        cell = AttentionWrapper(cell, LuongAttention(size, memory, lengths))
        state = cell.zero_state(batch_size * beam_width, tf.float32)
        decoder = BeamSearchDecoder(
            cell, embedding, start_tokens, end_token, state.clone(cell_state=encoder_state),
            beam_width, output_layer)
        outputs, _, _ = dynamic_decode(decoder, maximum_iterations=50)

    Args:
      cell: an RNN cell.
      embedding: tensor or variable [num_symbols, size], or a function (symbols int32 [batch,
        beams]) -> inputs [batch, beams, ...].
      start_tokens: int32 [batch], the first symbols; one of each example, not of each beam.
      end_token: int32 scalar, the symbol that ends a hypothesis.
      initial_state: state in the cell's structure, tensors [batch * beam_width, ...].
      beam_width: int, hypotheses per example.
      output_layer: layer from the cell's outputs to logits; None: the outputs are the logits.
      length_penalty_weight: number, or scalar tensor; 0 for none.
      coverage_penalty_weight: number, or scalar tensor; 0 for none. Needs an AttentionWrapper.
      reorder_tensor_arrays: True: TensorArrays in the cell's state, such as an alignment history,
        come back as tensors, in the order of the final beams; False: as they are.

    Raises:
      TypeError: if an argument is of another type.
      ValueError: if a size is known not to fit; the message says what to call.
      InvalidArgumentError: at run time, if `initial_state` has the wrong number of rows.
    """

    def __init__(self, cell, embedding, start_tokens, end_token, initial_state, beam_width,
                 output_layer=None, length_penalty_weight=0.0, coverage_penalty_weight=0.0,
                 reorder_tensor_arrays=True):
        check_graph_mode("BeamSearchDecoder")
        assert_like_rnncell("cell", cell)
        check_output_layer(output_layer)
        self._reorder_tensor_arrays = boolean("reorder_tensor_arrays", reorder_tensor_arrays)
        self._length_weight = _weight("length_penalty_weight", length_penalty_weight)
        self._coverage_weight = _weight("coverage_penalty_weight", coverage_penalty_weight)
        self._embedding_fn = embedding_function(embedding)
        start_tokens = start_tokens_tensor(start_tokens)
        self._end_token = end_token_tensor(end_token)
        self._beams = Beams(tf.size(start_tokens), beam_width)
        check_num_symbols(cell, output_layer, embedding)
        forget_other_graphs(cell)
        initial_state = as_cell_state(cell, initial_state)
        check_state(cell, initial_state, self._beams.known_rows, self._beams.advice())
        initial_state = self._beams.check_initial(initial_state)
        for mechanism in getattr(cell, "_attention_mechanisms", ()):
            for argument, tensor in getattr(mechanism, "given", {}).items():
                self._beams.check_tiled(argument, tensor)
        self._cell, self._output_layer = cell, output_layer
        self._initial_state = tf.nest.map_structure(
            self._beams.split, initial_state, cell.state_size)
        self._start_inputs = self._embedding_fn(
            tf.tile(tf.expand_dims(start_tokens, 1), [1, self._beams.width]))

    @property
    def batch_size(self):
        return self._beams.batch_size

    @property
    def tracks_own_finished(self):
        """True: beams change places."""
        return True

    @property
    def output_size(self):
        size = tf.TensorShape([self._beams.width])
        return BeamSearchDecoderOutput(scores=size, predicted_ids=size, parent_ids=size)

    @property
    def output_dtype(self):
        return BeamSearchDecoderOutput(
            scores=self._dtype, predicted_ids=tf.int32, parent_ids=tf.int32)

    @property
    def _dtype(self):
        return tf.nest.flatten(self._initial_state)[0].dtype

    def initialize(self, name=None):
        # One beam of an example lives, or the first step would find every symbol `width` times.
        first = tf.one_hot(tf.zeros([self.batch_size], tf.int32), self._beams.width,
                           on_value=True, off_value=False, dtype=tf.bool)
        zeros = tf.zeros(tf.shape(first), self._dtype)
        coverage = ()
        if not is_zero(self._coverage_weight):
            coverage = attention_of(self._initial_state)
        finished = tf.logical_not(first)
        state = BeamSearchDecoderState(
            cell_state=self._initial_state,
            log_probs=select_rows(first, zeros, zeros + self._dtype.as_numpy_dtype(float("-inf"))),
            finished=finished, lengths=tf.zeros(tf.shape(first), tf.int64),
            accumulated_attention_probs=coverage)
        return finished, self._start_inputs, state

    def step(self, time, inputs, state, name=None):
        beams = self._beams
        with tf.name_scope(name, "BeamSearchDecoderStep"):
            outputs, cell_state = self._cell(
                tf.nest.map_structure(beams.merge, inputs),
                tf.nest.map_structure(beams.merge, state.cell_state, self._cell.state_size))
            logits = tf.nest.map_structure(beams.split, outputs)
            cell_state = tf.nest.map_structure(beams.split, cell_state, self._cell.state_size)
            if self._output_layer is not None:
                logits = self._output_layer(logits)
            output, state = self._extended(logits, cell_state, state)
            inputs = tf.cond(tf.reduce_all(state.finished), lambda: self._start_inputs,
                             lambda: self._embedding_fn(output.predicted_ids))
        return output, state, inputs, state.finished

    def _extended(self, logits, cell_state, state):
        """The best hypotheses with one more symbol, of all that can be made of the present ones."""
        beams, finished = self._beams, state.finished
        log_probs = tf.expand_dims(state.log_probs, 2) + stay_finished(
            tf.nn.log_softmax(logits), self._end_token, finished)
        num_symbols = tf.dimension_value(logits.shape[-1]) or tf.shape(logits)[-1]
        coverage = None
        if not is_zero(self._coverage_weight):
            coverage = state.accumulated_attention_probs + attention_of(cell_state) * (
                tf.expand_dims(tf.cast(tf.logical_not(finished), tf.float32), 2))
        scores = scores_of(log_probs, state.lengths, self._end_token, finished,
                           self._length_weight, self._coverage_weight, coverage)
        in_example = beams.width * num_symbols
        scores, chosen = tf.nn.top_k(tf.reshape(scores, tf.stack([beams.batch_size, in_example])),
                                     beams.width)
        for tensor in (scores, chosen):
            tensor.set_shape([beams.known_batch_size, beams.width])
        starts = tf.expand_dims(tf.range(beams.batch_size) * in_example, 1)
        symbols, parents = chosen % num_symbols, chosen // num_symbols
        numbers = beams.numbers(parents)
        was_finished = beams.pick(finished, numbers)
        new_state = BeamSearchDecoderState(
            cell_state=tf.nest.map_structure(lambda part: beams.pick(part, numbers), cell_state),
            log_probs=tf.gather(tf.reshape(log_probs, [-1]), starts + chosen),
            finished=tf.logical_or(was_finished, tf.equal(symbols, self._end_token)),
            lengths=beams.pick(state.lengths, numbers) + tf.cast(
                tf.logical_not(was_finished), tf.int64),
            accumulated_attention_probs=(
                () if coverage is None else beams.pick(coverage, numbers)))
        return BeamSearchDecoderOutput(scores, symbols, parents), new_state

    def finalize(self, outputs, final_state, sequence_lengths):
        """Returns (`FinalBeamSearchDecoderOutput`, final state).

        The lengths of the hypotheses are `final_state.lengths`; `sequence_lengths` belong to places
        in the beam.
        """
        longest = tf.cast(tf.reduce_max(final_state.lengths, axis=1), tf.int32)
        symbols = gather_tree(outputs.predicted_ids, outputs.parent_ids, longest, self._end_token)
        if self._reorder_tensor_arrays:
            final_state = final_state._replace(cell_state=tf.nest.map_structure(
                lambda part: in_order_of_beams(
                    part, self._beams, outputs.parent_ids, final_state.lengths),
                final_state.cell_state))
        return FinalBeamSearchDecoderOutput(
            predicted_ids=symbols, beam_search_decoder_output=outputs), final_state


def _weight(name, value):
    if not is_tensor(value):
        return finite_number(name, value)
    if value.shape.ndims not in (None, 0):
        raise ValueError("%s must be a number or a scalar tensor, got shape %s."
                         % (name, value.shape))
    return value
