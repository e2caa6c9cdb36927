"""Zoneout: masks in training, expectations at test, outputs, seeds, routes, errors."""
import copy
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced as rnn_cell
from Project_RNN_Enhancement.rnn_enhancement import rnn_enhanced, seq2seq_enhanced

from . import oracle
from tests.sizes import slow
from tests.stock import contrib, tf_cells

contrib_rnn = contrib("rnn")
contrib_seq2seq = contrib("seq2seq")

FLOAT = tf.float64
Pair = rnn_cell.LSTMStateTuple


def _lstm(n=3, **keywords):
    return rnn_cell.LSTMCell(n, dtype=FLOAT, **keywords)


class ExpectationTest(tf.test.TestCase):

    def _steps(self, make, probability, steps=5):
        """Outputs and states of the wrapper at test, and the same computed from bare steps."""
        with tf.Graph().as_default(), self.session() as session:
            bare = make()
            cell = rnn_cell.ZoneoutWrapper(bare, probability, training=False)
            inputs = [oracle.inputs(dtype=FLOAT, name="x_%d" % t) for t in range(steps)]
            start = oracle.state_of(cell, FLOAT)
            state, found, x = start, [], tf.placeholder(FLOAT, [2, 3])
            for value in inputs:
                output, state = cell(value, state)
                found.append((output, state))
            given = tf.nest.map_structure(lambda s: tf.placeholder(FLOAT, s.shape), start)
            step = bare(x, given)
            oracle.load_random(session)
            inputs, values, found = session.run([inputs, start, found])
            expected = []
            for value in inputs:
                _, new = session.run(step, dict(zip(
                    tf.nest.flatten(given) + [x], tf.nest.flatten(values) + [value])))
                flat = tf.nest.flatten(probability)
                values = [z * before + (1 - z) * after for z, before, after in zip(
                    flat * len(tf.nest.flatten(new)), tf.nest.flatten(values),
                    tf.nest.flatten(new))]
                values = tf.nest.pack_sequence_as(new, values)
                expected.append(values)
        return expected, found

    @slow
    def test_test_time(self):
        for make, probability, h in (
                (lambda: rnn_cell.GRUCell(3, dtype=FLOAT), 0.3, lambda s: s),
                (lambda: rnn_cell.BasicRNNCell(3, dtype=FLOAT), 1.0, lambda s: s),
                (_lstm, 0.3, lambda s: s.h),
                (lambda: _lstm(num_proj=2), Pair(0.5, 0.05), lambda s: s.h),
                (lambda: _lstm(state_is_tuple=False), 0.3, lambda s: s[:, 3:]),
                (lambda: rnn_cell.MultiRNNCell([_lstm(), _lstm()]),
                 (Pair(0.5, 0.1), Pair(0.0, 1.0)), lambda s: s[1].h)):
            expected, found = self._steps(make, probability)
            for state, (output, new) in zip(expected, found):
                tf.nest.assert_same_structure(state, new)
                for one, other in zip(tf.nest.flatten(state), tf.nest.flatten(new)):
                    self.assertAllClose(one, other, 1e-12, 1e-12)
                self.assertAllClose(h(state), output, 1e-12, 1e-12)

    def test_probability_zero_is_the_cell(self):
        def nodes(make):
            with tf.Graph().as_default() as graph:
                cell = make()
                cell(tf.ones([2, 3]), (tf.ones([2, 4]), tf.ones([2, 4])))
                return [(op.name, op.type) for op in graph.get_operations()]
        plain = nodes(lambda: rnn_cell.LSTMCell(4))
        self.assertEqual(plain, nodes(lambda: rnn_cell.ZoneoutWrapper(rnn_cell.LSTMCell(4))))



class TrainingTest(tf.test.TestCase):

    def _step(self, session, make, probability, n=200, **keywords):
        """Old state, the cell's new state, output and state of the wrapper."""
        bare = make(n)
        cell = rnn_cell.ZoneoutWrapper(bare, probability, **keywords)
        x, state = oracle.inputs(dtype=FLOAT), oracle.state_of(cell, FLOAT)
        with tf.variable_scope("s"):
            _, new = bare(x, state)
        with tf.variable_scope("s", reuse=True):
            output, mixed = cell(x, state)
        oracle.load_random(session)
        return state, new, output, mixed

    def test_units_keep_old_values_or_take_new_ones(self):
        with self.session() as session:
            state, new, output, mixed = session.run(
                list(self._step(session, _lstm, Pair(0.5, 0.1))))
        for old, new, mixed, z in zip(state, new, mixed, (0.5, 0.1)):
            kept = mixed == old
            self.assertAllEqual(np.where(kept, old, new), mixed)
            # 400 units: four standard deviations.
            self.assertLess(abs(kept.mean() - z), 4 * (z * (1 - z) / 400) ** 0.5)
        self.assertAllEqual(mixed, output)

    def test_one_keeps_everything(self):
        with self.session() as session:
            state, _, output, mixed = session.run(
                list(self._step(session, lambda n: rnn_cell.GRUCell(n, dtype=FLOAT), 1.0, 4)))
        self.assertAllEqual(state, mixed)
        self.assertAllEqual(state, output)

    def test_tensors_at_run_time(self):
        with self.session() as session:
            z = tf.placeholder(tf.float32, [])
            training = tf.placeholder_with_default(False, [])
            results = list(self._step(
                session, lambda n: rnn_cell.GRUCell(n, dtype=FLOAT), z, training=training))
            old, new, output, mixed = session.run(results, {z: 0.25})
            self.assertAllClose(0.25 * old + 0.75 * new, mixed, 1e-6)
            self.assertAllEqual(output, mixed)
            for value, share in ((0.0, 0.0), (0.25, 0.25), (1.0, 1.0)):
                old, new, output, mixed = session.run(results, {z: value, training: True})
                kept = mixed == old
                self.assertAllEqual(np.where(kept, old, new), mixed)
                self.assertLess(abs(kept.mean() - share), 0.09)

    def test_mean_of_training_is_test(self):
        with self.session() as session:
            old, new, _, mixed = self._step(
                session, lambda n: rnn_cell.BasicRNNCell(n, dtype=FLOAT), 0.3, 5)
            old, new = session.run([old, new])
            mean = np.mean([session.run(mixed) for _ in range(600)], 0)
        self.assertLess(np.abs(mean - 0.3 * old - 0.7 * new).max(), 0.1)

    def _drawn(self, seed, graph_seed=None, unroll="static"):
        """Which units keep their old value, [steps, units]."""
        with tf.Graph().as_default(), self.session() as session:
            tf.set_random_seed(graph_seed)
            cell = rnn_cell.ZoneoutWrapper(rnn_cell.GRUCell(50), 0.5, seed=seed)
            outputs, _ = rnn_enhanced.static_rnn(
                cell, tf.unstack(tf.ones([4, 1, 3])), tf.ones([1, 50]), unroll=unroll)
            session.run(tf.global_variables_initializer())
            outputs = np.array(session.run(outputs))[:, 0]
        return outputs == np.concatenate([np.ones([1, 50]), outputs[:-1]])

    @slow
    def test_seeds(self):
        first = self._drawn(3)
        self.assertAllEqual(first, self._drawn(3))
        self.assertTrue((first != self._drawn(4)).any())
        # Every step draws for itself, in copies and in loops.
        for drawn in (first, self._drawn(None, 5, "loop"), self._drawn(None)):
            for one, other in zip(drawn, drawn[1:]):
                self.assertTrue((one != other).any())
        self.assertAllEqual(self._drawn(None, 5), self._drawn(None, 5))
        with self.assertRaisesRegex(ValueError, "seed"):
            self._drawn(3, unroll="loop")

    def test_bookkeeping_is_left_alone(self):
        skip = rnn_cell.GRUCell(3, skip_connections=True)
        relaxed = rnn_cell.RelaxationWrapper(rnn_cell.GRUCell(3), 2)
        cell = rnn_cell.ZoneoutWrapper(rnn_cell.MultiRNNCell([skip, relaxed]), 1.0)
        start = cell.zero_state(2, tf.float32)
        _, state = cell(tf.ones([2, 3]), start)
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            first, second = session.run(state)
        self.assertAllEqual(np.zeros([2, 3]), first.state)
        self.assertAllEqual(np.zeros([2, 3]), second.state)
        self.assertAllEqual([[1], [1]], first.phase)
        self.assertAllEqual([[1], [1]], second.step)
        self.assertTrue(first.anchor.all())


class ModelsTest(tf.test.TestCase):

    def test_training_in_a_loop(self):
        # In the loop the gradient is of the masks that the forward steps drew.
        cell = rnn_cell.ZoneoutWrapper(rnn_cell.BasicRNNCell(40, dtype=FLOAT), 0.5)
        start = tf.get_variable("start", [1, 40], FLOAT)
        outputs, _ = rnn_enhanced.static_rnn(
            cell, [tf.ones([1, 3], FLOAT)] * 4, tf.identity(start), unroll="loop")
        with self.session() as session:
            oracle.load_random(session)
            for variable in tf.trainable_variables():
                if variable.op.name.endswith("kernel"):
                    # Nothing passes from unit to unit; new values are constants.
                    value = session.run(variable)
                    value[3:] = 0
                    variable.load(value, session)
            old, last, gradient = session.run(
                [start, outputs[-1], tf.gradients(outputs[-1], start)[0]])
        self.assertAllEqual((last == old).astype(float), gradient)
        self.assertTrue(gradient.any())

    def test_names_are_the_cell_s(self):
        cell = rnn_cell.ZoneoutWrapper(rnn_cell.GRUCell(3), 0.5)
        rnn_enhanced.dynamic_rnn(cell, tf.ones([2, 4, 3]), dtype=tf.float32)
        self.assertEqual(["rnn/gru_cell/%s/%s" % (gate, kind) for gate in ("gates", "candidate")
                          for kind in ("kernel", "bias")], oracle.names())
        self.assertEqual(4, len(cell.trainable_weights))
        with tf.variable_scope("other"):
            cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32), scope="mine")
        self.assertIn("other/mine/gates/kernel", oracle.names())

    @slow
    def test_repeated_copied_and_in_models(self):
        cell = rnn_cell.MultiRNNCell([rnn_cell.ZoneoutWrapper(rnn_cell.GRUCell(4), 0.2)] * 2)
        symbols = [tf.constant([1, 2])] * 4
        with tf.variable_scope("a"):
            outputs, _ = seq2seq_enhanced.embedding_attention_seq2seq(
                symbols, symbols, cell, 5, 5, 4)
        self.assertEqual(16, len([v for v in tf.trainable_variables() if "gru" in v.op.name]))
        twin = copy.deepcopy(cell)
        self.assertEqual([], twin.variables)
        helper = contrib_seq2seq.TrainingHelper(tf.ones([2, 4, 3]), [4, 3])
        twin = contrib_rnn.OutputProjectionWrapper(tf_cells.DropoutWrapper(twin, 0.9), 4)
        decoder = contrib_seq2seq.BasicDecoder(twin, helper, twin.zero_state(2, tf.float32))
        decoded, _, _ = contrib_seq2seq.dynamic_decode(decoder)
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            self.assertEqual((2, 5), session.run(outputs[-1]).shape)
            self.assertEqual((2, 4, 4), session.run(decoded.rnn_output).shape)

    def test_device(self):
        cell = rnn_cell.ZoneoutWrapper(rnn_cell.GRUCell(3), 0.5, gpu_for_layer="/cpu:1")
        output, _ = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
        self.assertIn("CPU:1", output.device.upper())
        for variable in tf.trainable_variables():
            self.assertIn("CPU:1", variable.device.upper())


class ErrorsTest(tf.test.TestCase):

    def test_arguments(self):
        gru, lstm = rnn_cell.GRUCell(3), rnn_cell.LSTMCell(3)
        for cell, keywords, error, words in (
                (gru, dict(zoneout_prob=1.5), ValueError, r"zoneout_prob.*\[0, 1\].*1.5"),
                (gru, dict(zoneout_prob=-0.1), ValueError, "zoneout_prob.*-0.1"),
                (gru, dict(zoneout_prob=float("nan")), ValueError, "zoneout_prob.*nan"),
                (gru, dict(zoneout_prob="0.5"), TypeError, "zoneout_prob.*'0.5'"),
                (gru, dict(zoneout_prob=True), TypeError, "zoneout_prob.*True"),
                (gru, dict(zoneout_prob=tf.ones([3])), ValueError, r"zoneout_prob.*\(3,\)"),
                (gru, dict(zoneout_prob=(0.5, 0.1)), ValueError, "state_size 3"),
                (lstm, dict(zoneout_prob=(0.5, 0.1, 0.2)), ValueError, "LSTMStateTuple"),
                (lstm, dict(zoneout_prob=Pair(0.5, 2)), ValueError, "zoneout_prob.*2"),
                (gru, dict(training=1), TypeError, "training.*1"),
                (gru, dict(training=tf.constant(1)), TypeError, "training"),
                (gru, dict(seed=1.5), TypeError, "seed.*1.5"),
                (gru, dict(zoneout_probability=0.5), TypeError, "'zoneout_prob'"),
                ("cell", {}, TypeError, "cell")):
            with self.assertRaisesRegex(error, words):
                rnn_cell.ZoneoutWrapper(cell, **keywords)


if __name__ == "__main__":
    unittest.main()
