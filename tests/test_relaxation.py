"""Relaxed weights: which copy a step uses, the pull, averaging, routes, errors."""
import copy
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced as rnn_cell
from Project_RNN_Enhancement.rnn_enhancement import rnn_enhanced, seq2seq_enhanced

from . import oracle
from .equations import sigmoid, weights_of
from .sizes import slow

FLOAT = tf.float64


def _relaxed(copies=3, n=3, dtype=FLOAT, **keywords):
    return rnn_cell.RelaxationWrapper(rnn_cell.GRUCell(n, dtype=dtype, **keywords), copies)


def _numpy_gru(weights, copies, inputs, h):
    outputs = []
    for t, x in enumerate(inputs):
        own = {name.split("gru_cell/")[-1]: value[t % copies] for name, value in weights.items()
               if "gru_cell" in name}
        r, u = np.split(sigmoid(np.concatenate([x, h], 1).dot(own["gates/kernel"])
                                + own["gates/bias"]), 2, axis=1)
        c = np.tanh(np.concatenate([x, r * h], 1).dot(own["candidate/kernel"])
                    + own["candidate/bias"])
        h = u * h + (1 - u) * c
        outputs.append(h)
    return outputs


class EquationsTest(tf.test.TestCase):

    def test_steps(self):
        for copies, steps in ((3, 1), (2, 5), (3, 5)):
            with tf.Graph().as_default(), self.session() as session:
                cell = _relaxed(copies)
                inputs = [oracle.inputs(dtype=FLOAT, name="x_%d" % t) for t in range(steps)]
                h = tf.get_variable("h", [2, 3], FLOAT)
                state, outputs = cell.zero_state(2, FLOAT)._replace(state=h), []
                for x in inputs:
                    output, state = cell(x, state)
                    outputs.append(output)
                oracle.load_random(session)
                x, h, found, state = session.run([inputs, h, outputs, state])
                expected = _numpy_gru(weights_of(session), copies, x, h)
            self.assertAllClose(expected, found, 1e-12, 1e-12)
            self.assertAllEqual([[steps]] * 2, state.step)
            self.assertAllEqual(state.state, found[-1])

    def test_one_copy_is_the_plain_cell(self):
        def nodes(make):
            with tf.Graph().as_default() as graph:
                cell = make()
                rnn_enhanced.static_rnn(cell, [tf.ones([2, 3])] * 5, dtype=tf.float32)
                self.assertEqual(4, len(cell.trainable_weights))
                # The loop's way gives other constants' numbers; compared are kinds and variables.
                return [op.type for op in graph.get_operations()], oracle.names()
        self.assertEqual(nodes(lambda: rnn_cell.GRUCell(4)),
                         nodes(lambda: rnn_cell.RelaxationWrapper(rnn_cell.GRUCell(4), 1)))
        self.assertEqual(4, rnn_cell.RelaxationWrapper(rnn_cell.GRUCell(4), 1).state_size)

    def test_equal_copies_are_the_plain_cell(self):
        found = []
        for make in (lambda: _relaxed(3), lambda: rnn_cell.GRUCell(3, dtype=FLOAT)):
            with tf.Graph().as_default(), self.session() as session:
                inputs = oracle.inputs(5, 3, FLOAT)
                outputs, _ = rnn_enhanced.dynamic_rnn(make(), inputs, dtype=FLOAT)
                session.run(tf.global_variables_initializer())
                random = np.random.RandomState(2)
                for variable in tf.trainable_variables():
                    shape = variable.shape.as_list()
                    value = random.uniform(-1, 1, shape[1:] if "relax" in variable.op.name
                                           else shape)
                    variable.load(np.broadcast_to(value, shape), session)
                found.append(session.run(outputs))
        self.assertAllClose(found[0], found[1], 1e-12, 1e-12)

    def test_copies_are_drawn_each_by_itself(self):
        cell = _relaxed(3, 4, tf.float32, weight_initializer="orthogonal")
        cell(tf.ones([2, 4]), cell.zero_state(2, tf.float32))
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            weights = weights_of(session)
        self.assertEqual(4, len(weights))
        for name, value in weights.items():
            self.assertEqual(3, len(value))
            if name.endswith("gates/bias"):
                self.assertAllEqual(np.ones([3, 8]), value)
            if name.endswith("kernel"):
                self.assertGreater(np.abs(value[0] - value[1]).max(), 0.01)
                for one in value:
                    self.assertAllClose(1.21 * np.eye(4), one[:4, :4].dot(one[:4, :4].T), 1e-4)

    def test_scope_s_initializer(self):
        with tf.variable_scope("s", initializer=tf.constant_initializer(0.25)):
            cell = _relaxed(2, 3, tf.float32)
            cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            for name, value in weights_of(session).items():
                if name.endswith("kernel"):
                    self.assertAllEqual(np.full(value.shape, 0.25), value)


class PullTest(tf.test.TestCase):

    def _built(self, session, copies=3):
        cell = rnn_cell.MultiRNNCell([_relaxed(copies), rnn_cell.GRUCell(3, dtype=FLOAT)])
        results = cell(oracle.inputs(dtype=FLOAT), cell.zero_state(2, FLOAT))
        oracle.load_random(session)
        return cell, results

    def test_loss(self):
        with self.session() as session:
            cell, _ = self._built(session)
            pull = tf.placeholder(FLOAT, [])
            losses = [rnn_cell.relaxation_loss(0.5), rnn_cell.relaxation_loss(pull, cell)]
            expected = sum(((value - value.mean(0)) ** 2).sum()
                           for name, value in weights_of(session).items()
                           if "relaxation" in name)
            found = session.run(losses, {pull: 2.0})
        self.assertAllClose([0.5 * expected, 2 * expected], found, 1e-10)

    def test_averaging(self):
        with self.session() as session:
            cell, _ = self._built(session)
            loss = rnn_cell.relaxation_loss(1.0)
            before = weights_of(session)
            self.assertGreater(session.run(loss), 0.1)
            session.run(rnn_cell.average_relaxed_weights())
            after = weights_of(session)
            self.assertAllClose(0, session.run(loss), atol=1e-12)
        for name, value in before.items():
            if "relaxation" in name:
                value = np.broadcast_to(value.mean(0), value.shape)
            self.assertAllClose(value, after[name], 1e-12, 1e-12)

    def test_pulling_alone_brings_copies_together(self):
        with self.session() as session:
            self._built(session)
            loss = rnn_cell.relaxation_loss(1.0)
            step = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
            losses = [session.run([loss, step])[0] for _ in range(10)]
        self.assertTrue(all(later < 0.7 * earlier for earlier, later in zip(losses, losses[1:])))

    def test_one_copy_has_nothing_to_pull(self):
        with self.session() as session:
            self._built(session, 1)
            self.assertEqual(0, session.run(rnn_cell.relaxation_loss(0.5)))
            session.run(rnn_cell.average_relaxed_weights())

    def test_finds_the_weights_of_a_model_s_copies(self):
        symbols = [tf.constant([1, 2])] * 4
        cell = _relaxed(2, 4, tf.float32)
        seq2seq_enhanced.embedding_attention_seq2seq(symbols, symbols, cell, 5, 5, 4)
        weights = rnn_cell.relaxed_weights()
        self.assertEqual(8, len(weights))
        self.assertTrue(all(v.shape[0] == 2 for v in weights))

    def test_survives_a_meta_graph(self):
        with tf.Graph().as_default(), self.session() as session:
            self._built(session)
            meta = tf.train.export_meta_graph()
            expected = [v.name for v in rnn_cell.relaxed_weights()]
        with tf.Graph().as_default():
            tf.train.import_meta_graph(meta)
            self.assertEqual(expected, [v.name for v in rnn_cell.relaxed_weights()])


class ModelsTest(tf.test.TestCase):

    def test_repeated_copied_and_in_several_scopes(self):
        cell = rnn_cell.MultiRNNCell([_relaxed(2, dtype=tf.float32)] * 2)
        for scope, reuse in (("a", None), ("a", True), ("b", None)):
            with tf.variable_scope(scope, reuse=reuse):
                cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
        self.assertEqual(16, len(tf.trainable_variables()))
        self.assertEqual(16, len(cell.trainable_weights))
        twin = copy.deepcopy(cell)
        self.assertEqual([], twin.variables)
        with tf.variable_scope("a", reuse=True):
            twin(tf.ones([2, 3]), twin.zero_state(2, tf.float32))
        self.assertEqual(16, len(tf.trainable_variables()))

    def test_device(self):
        cell = rnn_cell.RelaxationWrapper(rnn_cell.GRUCell(3), 2, gpu_for_layer="/cpu:1")
        cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
        for variable in tf.trainable_variables():
            self.assertIn("CPU:1", variable.device.upper())

    @slow
    def test_adam_trains(self):
        outputs, _ = rnn_enhanced.static_rnn(
            _relaxed(2, 4, tf.float32), [tf.ones([2, 3])] * 6, dtype=tf.float32)
        loss = tf.reduce_mean(tf.square(outputs[-1] - 0.5)) + rnn_cell.relaxation_loss(1e-3)
        step = tf.train.AdamOptimizer(0.05).minimize(loss)
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            losses = [session.run([loss, step])[0] for _ in range(30)]
        self.assertLess(losses[-1], 0.2 * losses[0])


class ErrorsTest(tf.test.TestCase):

    def test_arguments(self):
        for bad, error in ((0, ValueError), (-1, ValueError), (2.0, TypeError), (True, TypeError)):
            with self.assertRaisesRegex(error, "copies.*%s" % bad):
                rnn_cell.RelaxationWrapper(rnn_cell.GRUCell(3), bad)
        with self.assertRaises(TypeError):
            rnn_cell.RelaxationWrapper("cell")
        with self.assertRaisesRegex(TypeError, "'copy'.*'copies'"):
            rnn_cell.RelaxationWrapper(rnn_cell.GRUCell(3), copy=3)

    def test_pull(self):
        for bad, error in ((-1, ValueError), ("1", TypeError), (None, TypeError),
                           (True, TypeError)):
            with self.assertRaisesRegex(error, "pull.*%s" % bad):
                rnn_cell.relaxation_loss(bad)

    def test_nothing_relaxed(self):
        with self.assertRaisesRegex(ValueError, "RelaxationWrapper"):
            rnn_cell.relaxation_loss(1.0)


if __name__ == "__main__":
    unittest.main()
