"""Errors of decoders and helpers: each names the argument, what was given, and what to do."""
import contextlib
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (contrib_seq2seq_enhanced as seq2seq,
                                                     rnn_cell_enhanced as rnn_cell)
from Project_RNN_Enhancement.rnn_enhancement.tf1 import Dense
from tests import stock
from tests.sizes import slow


class ErrorsTest(unittest.TestCase):

    def setUp(self):
        # Helpers that nothing decodes with leave arrays that TensorFlow says were never used.
        contexts = contextlib.ExitStack()
        self.addCleanup(contexts.close)
        contexts.enter_context(tf.Graph().as_default())
        contexts.enter_context(stock.quiet())
        self.cell = rnn_cell.GRUCell(4)
        self.table = tf.zeros([6, 3])
        self.x = tf.zeros([2, 5, 3])

    def refused(self, error, parts, build, *args, **kwargs):
        with self.assertRaises(error) as caught:
            build(*args, **kwargs)
        for part in parts:
            self.assertIn(part, str(caught.exception))

    def basic(self, helper=None, state=None, layer=None):
        if helper is None:
            helper = seq2seq.TrainingHelper(self.x, [5, 5])
        return seq2seq.BasicDecoder(
            self.cell, helper, tf.zeros([2, 4]) if state is None else state, layer)

    def beam(self, **keywords):
        settings = dict(cell=self.cell, embedding=self.table, start_tokens=[1, 1], end_token=2,
                        initial_state=tf.zeros([6, 4]), beam_width=3, output_layer=Dense(6))
        settings.update(keywords)
        return seq2seq.BeamSearchDecoder(**settings)

    def test_dynamic_decode(self):
        decoder = self.basic()
        self.refused(TypeError, ["decoder must be a Decoder", "GRUCell"], seq2seq.dynamic_decode,
                     self.cell)
        for name in ("output_time_major", "impute_finished"):
            self.refused(TypeError, [name, "'yes'"], seq2seq.dynamic_decode, decoder,
                         **{name: "yes"})
        self.refused(ValueError, ["maximum_iterations must be a scalar", "(1,)"],
                     seq2seq.dynamic_decode, decoder, maximum_iterations=[3])
        self.refused(TypeError, ["maximum_iteration", "maximum_iterations"],
                     seq2seq.dynamic_decode, decoder, maximum_iteration=3)
        self.refused(ValueError, ["impute_finished=True is not possible with beams"],
                     seq2seq.dynamic_decode, self.beam(), impute_finished=True)

    def test_rows_that_are_known_late(self):
        x, state = tf.placeholder(tf.float32, [None, 5, 3]), tf.placeholder(tf.float32, [None, 4])
        start = tf.placeholder(tf.int32, [None])
        for helper in (seq2seq.TrainingHelper(x, tf.fill(tf.shape(x)[:1], 5)),
                       seq2seq.GreedyEmbeddingHelper(self.table, start, 2)):
            outputs, _, _ = seq2seq.dynamic_decode(
                self.basic(helper, state, Dense(6)), maximum_iterations=2)
            with tf.Session() as session:
                session.run(tf.global_variables_initializer())
                self.refused(tf.errors.InvalidArgumentError,
                             ["initial_state must have one row for each example", "[3] [2]"],
                             session.run, outputs.rnn_output,
                             {x: np.ones([2, 5, 3]), start: [1, 1], state: np.ones([3, 4])})
        first = tf.zeros([2, 3])
        for helper in (
                seq2seq.InferenceHelper(lambda outputs: outputs, [6], tf.float32, first,
                                        lambda ids: ids[:, 0] > 0, lambda ids: first),
                seq2seq.CustomHelper(lambda: (tf.fill([2], False), first),
                                     lambda **_: tf.zeros([2], tf.int32),
                                     lambda state, **_: (tf.fill([2], True), first, state))):
            self.refused(ValueError, ["initial_state", "(3, 4)", "the batch is 2"], lambda: (
                seq2seq.dynamic_decode(self.basic(helper, tf.zeros([3, 4]), Dense(6)))))

    def test_types_of_a_basic_decoder(self):
        self.refused(TypeError, ["helper must be a Helper", "Tensor"], self.basic, self.x)
        self.refused(TypeError, ["output_layer must be a layer", "int"], self.basic, layer=6)
        self.refused(TypeError, ["cell must be an RNNCell", "GRUCell"], seq2seq.BasicDecoder,
                     rnn_cell.GRUCell, seq2seq.TrainingHelper(self.x, [5, 5]), tf.zeros([2, 4]))

    def test_states_that_do_not_fit(self):
        self.refused(ValueError, ["initial_state", "(2, 5)", "(4,)", "encoder"], self.basic,
                     state=tf.zeros([2, 5]))
        self.refused(ValueError, ["initial_state", "(3, 4)", "the batch is 2"], self.basic,
                     state=tf.zeros([3, 4]))
        self.cell = rnn_cell.BasicLSTMCell(4)
        self.refused(ValueError, ["initial_state doesn't fit the cell", "state_size", "clone"],
                     self.basic, state=tf.zeros([2, 4]))

    def test_output_layer_that_is_missing(self):
        helper = seq2seq.GreedyEmbeddingHelper(self.table, [1, 1], 2)
        parts = ["output_layer is missing", "size 4", "6 symbols", "Dense(6"]
        self.refused(ValueError, parts, self.basic, helper)
        self.refused(ValueError, parts, self.beam, output_layer=None)

    def test_symbols_and_embeddings(self):
        for make in (lambda **k: seq2seq.GreedyEmbeddingHelper(**k),
                     lambda **k: seq2seq.SampleEmbeddingHelper(**k), lambda **k: self.beam(**k)):
            good = dict(embedding=self.table, start_tokens=[1, 1], end_token=2)
            self.refused(TypeError, ["embedding", "None"], make, **dict(good, embedding=None))
            self.refused(ValueError, ["start_tokens must be a vector", "()"], make,
                         **dict(good, start_tokens=1))
            self.refused(ValueError, ["end_token must be a scalar", "(2,)"], make,
                         **dict(good, end_token=[2, 2]))
        for temperature in (0, -1.0):
            self.refused(ValueError, ["softmax_temperature must be positive"],
                         seq2seq.SampleEmbeddingHelper, self.table, [1, 1], 2, temperature)

    def test_training_helpers(self):
        scheduled, outputs = (seq2seq.ScheduledEmbeddingTrainingHelper,
                              seq2seq.ScheduledOutputTrainingHelper)
        self.refused(ValueError, ["sequence_length must be a vector", "()"],
                     seq2seq.TrainingHelper, self.x, 5)
        self.refused(ValueError, ["length of 6", "(2, 5, 3)", "5 steps"], seq2seq.TrainingHelper,
                     self.x, [6, 1])
        self.refused(ValueError, ["sequence_length has 3", "batch of 2", "time_major"],
                     seq2seq.TrainingHelper, self.x, [5, 5, 5])
        self.refused(TypeError, ["time_major"], seq2seq.TrainingHelper, self.x, [5, 5], "no")
        self.refused(TypeError, ["embedding"], scheduled, self.x, [5, 5], None, 0.5)
        for make in (lambda p: scheduled(self.x, [5, 5], self.table, p),
                     lambda p: outputs(self.x, [5, 5], p)):
            self.refused(ValueError, ["sampling_probability must be in [0, 1]", "1.5"], make, 1.5)
            self.refused(ValueError, ["sampling_probability", "scalar", "(1, 1)"], make, [[0.5]])
            self.refused(TypeError, ["sampling_probability", "int32"], make, 1)
        self.refused(TypeError, ["next_inputs_fn", "3"], outputs, self.x, [5, 5], 0.5,
                     next_inputs_fn=3)

    def test_helpers_of_functions(self):
        def function(*args, **kwargs):
            return self.x
        for i, name in enumerate(["initialize_fn", "sample_fn", "next_inputs_fn"]):
            functions = [function] * 3
            functions[i] = None
            self.refused(TypeError, [name, "None"], seq2seq.CustomHelper, *functions)
        helper = seq2seq.CustomHelper(function, function, function)
        self.refused(ValueError, ["batch_size", "initialize()"], lambda: helper.batch_size)
        make = seq2seq.InferenceHelper
        self.refused(TypeError, ["sample_fn"], make, 1, [3], tf.float32, self.x, function)
        self.refused(TypeError, ["end_fn"], make, function, [3], tf.float32, self.x, 1)
        self.refused(TypeError, ["next_inputs_fn"], make, function, [3], tf.float32, self.x,
                     function, 1)
        with self.assertRaises(TypeError):
            seq2seq.Helper()
        with self.assertRaises(TypeError):
            seq2seq.Decoder()

    def test_types_of_beam_search(self):
        self.refused(TypeError, ["beam_width must be an integer", "3.0"], self.beam, beam_width=3.0)
        self.refused(ValueError, ["beam_width must be at least 1", "0"], self.beam, beam_width=0)
        self.refused(TypeError, ["output_layer"], self.beam, output_layer=6)
        self.refused(TypeError, ["reorder_tensor_arrays"], self.beam, reorder_tensor_arrays=1)
        for name in ("length_penalty_weight", "coverage_penalty_weight"):
            self.refused(TypeError, [name, "'1'"], self.beam, **{name: "1"})
            self.refused(ValueError, [name, "(2,)"], self.beam, **{name: tf.zeros([2])})
        self.refused(ValueError, ["coverage_penalty_weight", "AttentionWrapper"],
                     seq2seq.dynamic_decode, self.beam(coverage_penalty_weight=0.5))

    def test_states_without_room_for_beams(self):
        self.refused(ValueError, ["(2, 4)", "the batch is 6", "beam_width=3", "tile_batch"],
                     self.beam, initial_state=tf.zeros([2, 4]))
        state = tf.placeholder(tf.float32, [2, 4])
        self.refused(ValueError, ["tf.tile", "tile_batch(t, multiplier=3)"], self.beam,
                     initial_state=tf.tile(state, [3, 1]))
        # One learnt state for all, and zeros, may be tiled in any order.
        self.beam(initial_state=tf.tile(tf.placeholder(tf.float32, [1, 4]), [6, 1]))
        self.beam(initial_state=tf.tile(tf.zeros([2, 4]), [3, 1]))

    def test_states_without_room_for_beams_at_run_time(self):
        state = tf.placeholder(tf.float32, [None, 4])
        outputs, _, _ = seq2seq.dynamic_decode(self.beam(initial_state=state), maximum_iterations=2)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            session.run(outputs.predicted_ids, {state: np.zeros([6, 4])})
            with self.assertRaises(tf.errors.InvalidArgumentError) as caught:
                session.run(outputs.predicted_ids, {state: np.zeros([2, 4])})
        self.assertIn("tile_batch", str(caught.exception))

    @slow
    def test_what_was_not_tiled_is_named_at_run_time(self):
        """Of a batch that the graph doesn't know; what is wrong, words of the error, its sizes."""
        cases = (
            (["lengths"], "memory_sequence_length.*memory.*tile_batch", "[2]", "[6]"),
            (["memory"], "memory_sequence_length.*memory.*tile_batch", "[6]", "[2]"),
            (["memory", "lengths"], "batch_size is not that of the memory.*tile_batch", "[6]", "[2]"),
            (["state"], "clone.cell_state=.*tile_batch", "[2 4]", "[6 4]"),
            (["first"], "initial_cell_state and the memory.*tile_batch", "[2]", "[6]"),
            (["rows"], "initial_state.*tile_batch", "[2]", "[3]"),
            (["memory", "lengths", "state", "rows"], "initial_state.*tile_batch", "[2]", "[3]"),
        )
        for kind in ("LuongAttention", "BahdanauMonotonicAttention"):
            for wrong, words, one, other in cases:
                with self.subTest(kind, wrong=wrong), tf.Graph().as_default(), (
                        tf.Session()) as session:
                    ids, feed = self.search_of_unknown_batch(kind, wrong)
                    session.run(tf.global_variables_initializer())
                    with self.assertRaisesRegex(tf.errors.InvalidArgumentError, "(?s)" + words
                                                ) as caught:
                        session.run(ids, feed)
                    self.assertIn(one, str(caught.exception))
                    self.assertIn(other, str(caught.exception))

    @slow
    def test_what_was_tiled_is_searched(self):
        with tf.Graph().as_default(), tf.Session() as session:
            ids, feed = self.search_of_unknown_batch("LuongAttention", [])
            session.run(tf.global_variables_initializer())
            self.assertEqual(session.run(ids, feed).shape[::2], (2, 3))

    @staticmethod
    def search_of_unknown_batch(kind, wrong):
        """(found symbols, values to feed) of a search in which `wrong` was not tiled."""
        feed = {}

        def given(name, value):
            value = np.asarray(value)
            placeholder = tf.placeholder(value.dtype.name, [None] + list(value.shape[1:]))
            feed[placeholder] = value
            return placeholder if name in wrong else seq2seq.tile_batch(placeholder, 3)
        memory = given("memory", np.ones([2, 5, 3], np.float32))
        lengths = given("lengths", np.array([5, 2], np.int32))
        state = given("state", np.ones([2, 4], np.float32))
        first = given("first", np.ones([2, 4], np.float32)) if "first" in wrong else None
        start = tf.placeholder(tf.int32, [None])
        feed[start] = [1, 1]
        cell = seq2seq.AttentionWrapper(
            rnn_cell.GRUCell(4), getattr(seq2seq, kind)(4, memory, lengths),
            initial_cell_state=first)
        initial = cell.zero_state(tf.size(start) * (1 if "rows" in wrong else 3), tf.float32)
        if first is None and wrong != ["rows"]:
            initial = initial.clone(cell_state=state)
        outputs, _, _ = seq2seq.dynamic_decode(seq2seq.BeamSearchDecoder(
            cell, tf.get_variable("embedding", [6, 3]), start, 4, initial, 3, Dense(6)),
            maximum_iterations=2)
        return outputs.predicted_ids, feed

    def test_first_state_of_another_batch_in_training(self):
        state = tf.placeholder(tf.float32, [None, 4])
        rows = tf.placeholder(tf.int32, [])
        cell = seq2seq.AttentionWrapper(
            rnn_cell.GRUCell(4), seq2seq.LuongAttention(4, tf.placeholder_with_default(
                tf.ones([2, 5, 3]), [None, 5, 3])))
        initial = cell.zero_state(rows, tf.float32).clone(cell_state=state)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            session.run(initial.cell_state, {state: np.ones([2, 4]), rows: 2})
            with self.assertRaisesRegex(tf.errors.InvalidArgumentError,
                                        r"(?s)clone.cell_state=.*tile_batch.*\[6 4\].*\[2 4\]"):
                session.run(initial.cell_state, {state: np.ones([6, 4]), rows: 2})

    def test_attention_that_was_not_tiled(self):
        memory, state = tf.zeros([2, 7, 3]), tf.zeros([2, 4])

        def wrapped(memory, lengths=None):
            return seq2seq.AttentionWrapper(self.cell, seq2seq.LuongAttention(4, memory, lengths))
        cell = wrapped(memory)
        self.refused(ValueError, ["tile_batch"], lambda: self.beam(
            cell=cell, initial_state=cell.zero_state(2, tf.float32).clone(cell_state=state)))
        tiled = wrapped(seq2seq.tile_batch(memory, 3))
        self.refused(ValueError, ["initial_state doesn't fit the cell", "clone"], lambda: self.beam(
            cell=tiled, initial_state=seq2seq.tile_batch(state, 3)))

    def test_tile_batch_and_gather_tree(self):
        self.refused(ValueError, ["multiplier must be at least 1"], seq2seq.tile_batch, self.x, 0)
        self.refused(TypeError, ["multiplier", "2.5"], seq2seq.tile_batch, self.x, 2.5)
        self.refused(ValueError, ["known rank", "()"], seq2seq.tile_batch, tf.constant(1), 2)
        steps = tf.zeros([4, 2, 3], tf.int32)
        for arguments, parts in [
                ((steps[0], steps, [4, 4], 1), ["step_ids must be of rank 3"]),
                ((steps, steps[:2], [4, 4], 1), ["of one shape", "(2, 2, 3)"]),
                ((steps, steps, 4, 1), ["max_sequence_lengths must be of rank 1"]),
                ((steps, steps, [4, 4], [1]), ["end_token must be of rank 0"])]:
            self.refused(ValueError, parts, seq2seq.gather_tree, *arguments)
        with tf.Session() as session, self.assertRaises(tf.errors.InvalidArgumentError) as caught:
            session.run(seq2seq.gather_tree(steps, steps + 3, [4, 4], 1))
        self.assertIn("parent id 3 at (batch, time, beam) == (1, 2, 2), where there are 3 beams",
                      str(caught.exception))
