"""Graph code of a program that has left TensorFlow's eager execution on; run by `test_graph_mode`."""
import os
import tempfile
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

if tf.__version__.startswith("1."):
    tf.enable_v2_behavior()

# pylint: disable=wrong-import-position
from Project_RNN_Enhancement.rnn_enhancement import (decoding_enhanced, rnn_cell_enhanced,
                                                     rnn_enhanced, seq2seq_enhanced)

SYMBOLS, UNITS, BATCH, STEPS = 6, 4, 3, 5
CELLS = {
    "basic": lambda: rnn_cell_enhanced.BasicRNNCell(UNITS),
    "gru": lambda: rnn_cell_enhanced.GRUCell(UNITS),
    "lstm": lambda: rnn_cell_enhanced.LSTMCell(UNITS, use_peepholes=True),
    "joined lstm": lambda: rnn_cell_enhanced.BasicLSTMCell(UNITS, state_is_tuple=False),
    "mutant": lambda: rnn_cell_enhanced.JZS3Cell(UNITS),
    "norm": lambda: rnn_cell_enhanced.LayerNormLSTMCell(UNITS),
    "unitary": lambda: rnn_cell_enhanced.UnitaryRNNCell(UNITS),
    "skip": lambda: rnn_cell_enhanced.GRUCell(UNITS, skip_connections=True, skip_neuron_number=3),
    "stack": lambda: rnn_cell_enhanced.MultiRNNCell([rnn_cell_enhanced.GRUCell(UNITS)] * 2),
    "wrapped": lambda: rnn_cell_enhanced.OutputProjectionWrapper(
        rnn_cell_enhanced.ResidualWrapper(rnn_cell_enhanced.InputProjectionWrapper(
            rnn_cell_enhanced.GRUCell(3), 3)), 2),
}


def _inputs():
    return [tf.get_variable("x%d" % i, [BATCH, 3]) for i in range(STEPS)]


def _symbols():
    return [tf.constant([1, 2, i % SYMBOLS]) for i in range(STEPS)]


def _attention(encoder_inputs, decoder_inputs, **keywords):
    return seq2seq_enhanced.embedding_attention_seq2seq(
        encoder_inputs, decoder_inputs, rnn_cell_enhanced.GRUCell(UNITS), SYMBOLS, SYMBOLS, 3,
        **keywords)


def _unrolled(cell):
    """name -> the way to unroll `cell`, as outputs of all steps [STEPS, BATCH, n] and a state."""
    def static(unroll):
        outputs, state = rnn_enhanced.static_rnn(cell, _inputs(), dtype=tf.float32, unroll=unroll)
        return tf.stack(outputs), state
    return {"copies": lambda: static("static"), "loop": lambda: static("loop"),
            "dynamic": lambda: rnn_enhanced.dynamic_rnn(
                cell, tf.stack(_inputs()), dtype=tf.float32, time_major=True)}


class GraphTest(unittest.TestCase):

    def setUp(self):
        self.assertTrue(tf.executing_eagerly())

    def _values(self, make, way):
        """Outputs, state and gradients of a cell of random weights."""
        with tf.Graph().as_default(), tf.Session() as session:
            results = _unrolled(make())[way]()
            flat = tf.nest.flatten(results)
            variables = tf.global_variables()
            gradients = tf.gradients([tf.reduce_sum(tf.square(x)) for x in flat],
                                     tf.trainable_variables())
            self.assertTrue(all(variable.handle.dtype == tf.resource for variable in variables))
            random = np.random.RandomState(1)
            session.run([variable.assign(random.uniform(-0.5, 0.5, variable.shape.as_list()))
                         if variable.trainable else variable.initializer
                         for variable in sorted(variables, key=lambda variable: variable.name)])
            return session.run(flat + [tf.convert_to_tensor(g) for g in gradients])

    def test_ways_to_unroll_agree(self):
        for name, make in sorted(CELLS.items()):
            expected = self._values(make, "copies")
            for way in ("loop", "dynamic"):
                with self.subTest(name, way=way):
                    for one, other in zip(expected, self._values(make, way)):
                        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)

    def test_attention_decoder_and_beam_search(self):
        with tf.Graph().as_default(), tf.Session() as session:
            cell, states = rnn_cell_enhanced.GRUCell(UNITS), tf.ones([BATCH, STEPS, UNITS])
            outputs, _ = seq2seq_enhanced.attention_decoder(
                _inputs(), tf.zeros([BATCH, UNITS]), states, cell)
            with tf.variable_scope("model"):
                _attention(_symbols(), _symbols(), feed_previous=True)
            with tf.variable_scope("model", reuse=True):
                found = decoding_enhanced.beam_search_seq2seq(
                    _attention, _symbols(), 0, 1, max_length=4, beam_size=2)
            session.run(tf.global_variables_initializer())
            self.assertEqual((BATCH, UNITS), session.run(outputs)[-1].shape)
            self.assertEqual((BATCH, 2), session.run(found.scores).shape)

    def test_buckets_learn_and_are_saved(self):
        with tf.Graph().as_default(), tf.Session() as session:
            tf.set_random_seed(1)
            weights = [tf.ones([BATCH])] * STEPS
            step = tf.train.get_or_create_global_step()
            _, losses = seq2seq_enhanced.model_with_buckets(
                _symbols(), _symbols(), _symbols(), weights, [(2, 3), (STEPS, STEPS)], _attention,
                apply_l2_loss=True, norm_regularize_hidden_states=True)
            gradients, variables = zip(*[
                pair for pair in tf.train.AdamOptimizer(0.05).compute_gradients(losses[1])
                if pair[0] is not None])
            gradients, _ = tf.clip_by_global_norm(gradients, 5.0)
            train = tf.train.AdamOptimizer(0.05).apply_gradients(
                list(zip(gradients, variables)), global_step=step)
            session.run(tf.global_variables_initializer())
            first = session.run(losses)
            for _ in range(30):
                session.run(train)
            last = session.run(losses)
            self.assertLess(last[1], 0.7 * first[1])
            self.assertEqual(30, session.run(step))
            with tempfile.TemporaryDirectory() as folder:
                saver, path = tf.train.Saver(), os.path.join(folder, "model")
                saver.save(session, path)
                session.run(tf.global_variables_initializer())
                saver.restore(session, path)
            np.testing.assert_allclose(last, session.run(losses), rtol=1e-5)


class EagerTest(unittest.TestCase):
    """What makes variables says what to do; what is computed from tensors alone works."""

    def test_calls_that_need_a_graph(self):
        if tf.__version__.startswith("1."):
            self.skipTest("a program of 1.15 is eager only if it asked for that")
        xs, state = [tf.ones([BATCH, 3])] * STEPS, tf.zeros([BATCH, UNITS])
        x, cell = tf.stack(xs), rnn_cell_enhanced.GRUCell(UNITS)
        steps = _symbols()
        calls = {name: lambda make=make: make()(xs[0], state) for name, make in CELLS.items()}
        calls.update({
            "linear": lambda: rnn_cell_enhanced.linear(xs, 3, True),
            "static": lambda: rnn_enhanced.static_rnn(cell, xs, dtype=tf.float32),
            "old": lambda: rnn_enhanced.rnn(cell, xs, dtype=tf.float32),
            "both ways": lambda: rnn_enhanced.static_bidirectional_rnn(
                cell, cell, xs, dtype=tf.float32),
            "dynamic": lambda: rnn_enhanced.dynamic_rnn(cell, x, dtype=tf.float32),
            "dynamic both ways": lambda: rnn_enhanced.bidirectional_dynamic_rnn(
                cell, cell, x, dtype=tf.float32),
            "decoder": lambda: seq2seq_enhanced.rnn_decoder(xs, state, cell),
            "attention": lambda: seq2seq_enhanced.attention_decoder(xs, state, x, cell),
            "basic model": lambda: seq2seq_enhanced.basic_rnn_seq2seq(xs, xs, cell),
            "tied model": lambda: seq2seq_enhanced.tied_rnn_seq2seq(xs, xs, cell),
            "embedding model": lambda: seq2seq_enhanced.embedding_rnn_seq2seq(
                steps, steps, cell, SYMBOLS, SYMBOLS, 3),
            "attention model": lambda: _attention(steps, steps),
            "buckets": lambda: seq2seq_enhanced.model_with_buckets(
                steps, steps, steps, xs, [(STEPS, STEPS)], _attention),
            "beam": lambda: decoding_enhanced.beam_search_seq2seq(_attention, steps, 0, 1, 4),
        })
        for name, call in sorted(calls.items()):
            with self.subTest(name):
                with self.assertRaisesRegex(
                        RuntimeError, "^[a-zA-Z0-9_]+ builds a graph .*tf.Graph\\(\\).as_default"
                        ".*disable_eager_execution"):
                    call()

    def test_functions_of_tensors(self):
        xs, weights = [tf.ones([BATCH, SYMBOLS])] * STEPS, [tf.ones([BATCH])] * STEPS
        self.assertAlmostEqual(np.log(SYMBOLS), float(seq2seq_enhanced.sequence_loss(
            xs, _symbols(), weights)), 5)
        self.assertAlmostEqual(0.0, float(seq2seq_enhanced.norm_stabilizer_loss(xs)), 5)
        self.assertEqual((BATCH,), decoding_enhanced.batch_sample_with_temperature(xs[0]).shape)


if __name__ == "__main__":
    unittest.main()
