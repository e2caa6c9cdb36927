"""Decoders and helpers of `tf.contrib.seq2seq`: variables, numbers and gradients of stock."""
import inspect
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (contrib_seq2seq_enhanced as seq2seq,
                                                     rnn_cell_enhanced as rnn_cell, rnn_enhanced)
from Project_RNN_Enhancement.rnn_enhancement.tf1 import Dense
from tests import attention_cases, decoding_cases as cases
from tests import oracle, stock
from tests.sizes import slow, some

IS_TF_1 = tf.__version__.startswith("1.")
VALUES, GRADIENTS = dict(rtol=1e-5, atol=1e-6), dict(rtol=1e-4, atol=1e-5)


class StockTest(unittest.TestCase):
    """Every case gives what stock gives: here and now, or as it was recorded."""

    @slow
    def test_variables_values_and_gradients(self):
        recorded = attention_cases.recorded(cases.RECORDED, cases.CASES)
        for name in some(cases.CASES, 10):
            with self.subTest(name):
                found = cases.evaluate(cases.OURS, name)
                found = ([repr(variable) for variable in found[0]],) + found[1:]
                stock.assert_same_results(self, recorded[name], found, VALUES, GRADIENTS)
                for expected, value in zip(recorded[name][1], found[1]):
                    self.assertEqual(expected.dtype, value.dtype)

    @slow
    @unittest.skipUnless(IS_TF_1, "TensorFlow 2.x has no tf.contrib")
    def test_records_are_those_of_stock(self):
        recorded = attention_cases.recorded(cases.RECORDED, cases.CASES)
        for name in ("training_imputed", "scheduled", "beams_lstm", "beams_history"):
            with self.subTest(name):
                live = cases.evaluate(cases.STOCK, name)
                live = ([repr(variable) for variable in live[0]],) + live[1:]
                stock.assert_same_results(self, recorded[name], live, VALUES, GRADIENTS)

    @slow
    @unittest.skipUnless(IS_TF_1, "TensorFlow 2.x has no tf.contrib")
    def test_static_shapes(self):
        for name in ("training_lstm_layer", "greedy", "custom", "nested", "beams", "beams_history"):
            with self.subTest(name):
                shapes = []
                for library in (cases.STOCK, cases.OURS):
                    with tf.Graph().as_default(), stock.quiet():
                        shapes.append([part.shape.as_list() for part in tf.nest.flatten(
                            cases.CASES[name](library))])
                self.assertEqual(*shapes)

    @unittest.skipUnless(IS_TF_1, "TensorFlow 2.x has no tf.contrib")
    def test_signatures(self):
        for name in ("BasicDecoder", "BeamSearchDecoder", "CustomHelper", "GreedyEmbeddingHelper",
                     "InferenceHelper", "SampleEmbeddingHelper", "TrainingHelper",
                     "ScheduledEmbeddingTrainingHelper", "ScheduledOutputTrainingHelper",
                     "dynamic_decode", "tile_batch", "gather_tree"):
            with self.subTest(name):
                def parameters(library):
                    found = getattr(library, name)
                    found = found.__init__ if inspect.isclass(found) else found
                    return [(p.name, p.default) for p in inspect.signature(
                        found).parameters.values() if p.kind != p.VAR_KEYWORD]
                self.assertEqual(parameters(cases.STOCK.seq2seq), parameters(seq2seq))
        for name in ("BasicDecoderOutput", "BeamSearchDecoderOutput", "BeamSearchDecoderState",
                     "FinalBeamSearchDecoderOutput"):
            self.assertEqual(getattr(cases.STOCK.seq2seq, name)._fields,
                             getattr(seq2seq, name)._fields)


@slow
class CellsTest(unittest.TestCase):
    """Cells of the package inside decoders."""

    CELLS = {
        "gru": lambda: rnn_cell.GRUCell(4, gpu_for_layer="/cpu:0"),
        "mutant": lambda: rnn_cell.JZS1Cell(4),
        "layer_norm": lambda: rnn_cell.LayerNormBasicLSTMCell(4),
        "stack": lambda: rnn_cell.MultiRNNCell(
            [rnn_cell.GRUCell(4, gpu_for_layer="/cpu:0"), rnn_cell.BasicRNNCell(4)]),
    }

    def test_training_is_dynamic_rnn(self):
        for name, make in self.CELLS.items():
            with self.subTest(name), tf.Graph().as_default(), tf.Session() as session:
                x = tf.get_variable("x", [3, 5, 4])
                cell = make()
                state = cell.zero_state(3, tf.float32)
                with tf.variable_scope("decoder") as scope:
                    outputs, final, _ = seq2seq.dynamic_decode(seq2seq.BasicDecoder(
                        cell, seq2seq.TrainingHelper(x, [5, 2, 4]), state),
                        impute_finished=True, scope=scope)
                    scope.reuse_variables()
                    expected, expected_final = rnn_enhanced.dynamic_rnn(
                        cell, x, [5, 2, 4], state, scope=scope)
                oracle.load_random(session, seed=3)
                found, wanted = session.run([(outputs.rnn_output, final),
                                             (expected, expected_final)])
                for one, other in zip(tf.nest.flatten(found), tf.nest.flatten(wanted)):
                    np.testing.assert_allclose(one, other, **VALUES)

    def test_beam_of_one_is_greedy(self):
        for name, make in self.CELLS.items():
            with self.subTest(name), tf.Graph().as_default(), tf.Session() as session:
                cell, layer = make(), Dense(6)
                table = tf.get_variable("table", [6, 4])
                with tf.variable_scope("decoder", reuse=tf.AUTO_REUSE) as scope:
                    greedy = seq2seq.dynamic_decode(seq2seq.BasicDecoder(
                        cell, seq2seq.GreedyEmbeddingHelper(table, [1, 2], 3),
                        cell.zero_state(2, tf.float32), layer), maximum_iterations=5, scope=scope)
                    beam = seq2seq.dynamic_decode(seq2seq.BeamSearchDecoder(
                        cell, table, [1, 2], 3, cell.zero_state(2, tf.float32), 1, layer),
                        maximum_iterations=5, scope=scope)
                oracle.load_random(session, seed=3)
                samples, lengths, ids = session.run(
                    [greedy[0].sample_id, greedy[2], beam[0].predicted_ids])
                for i, length in enumerate(lengths):
                    np.testing.assert_array_equal(samples[i, :length], ids[i, :length, 0])


class TileBatchTest(unittest.TestCase):

    def test_nests_and_unknown_sizes(self):
        with tf.Graph().as_default(), tf.Session() as session:
            x = tf.placeholder(tf.int32, [None, 2])
            a, (b,) = seq2seq.tile_batch((x, [tf.constant([7, 8])]), 3)
            self.assertEqual(([None, 2], [6]), (a.shape.as_list(), b.shape.as_list()))
            a, b = session.run([a, b], {x: [[1, 2], [3, 4]]})
            np.testing.assert_array_equal([[1, 2]] * 3 + [[3, 4]] * 3, a)
            np.testing.assert_array_equal([7, 7, 7, 8, 8, 8], b)


class BeyondStockTest(unittest.TestCase):
    """What `tf.contrib.seq2seq` documents and doesn't do."""

    def test_nested_inputs(self):
        with tf.Graph().as_default(), tf.Session() as session:
            x = tf.reshape(tf.range(12.0), [2, 3, 2])
            helper = seq2seq.TrainingHelper({"a": x, "b": x[:, :, :1]}, [3, 1])
            _, first = helper.initialize()
            _, second, _ = helper.next_inputs(0, None, None)
            self.assertEqual({"a", "b"}, set(first))
            first, second, x = session.run([first, second, x])
            np.testing.assert_array_equal(x[:, 0], first["a"])
            np.testing.assert_array_equal(x[:, 1, :1], second["b"])

    def test_a_sampling_probability_of_each_example(self):
        with tf.Graph().as_default(), tf.Session() as session:
            helper = seq2seq.ScheduledEmbeddingTrainingHelper(
                tf.zeros([3, 4, 2]), [4, 4, 4], tf.zeros([5, 2]), [0.0, 1.0, 0.0])
            samples = session.run(helper.sample(0, tf.zeros([3, 5]), None))
            np.testing.assert_array_equal([False, True, False], samples > -1)
