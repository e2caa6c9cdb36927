"""Temporal skip connections: which input enters which step, equations, routes, errors."""
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced as rnn_cell
from Project_RNN_Enhancement.rnn_enhancement import rnn_enhanced, seq2seq_enhanced

from . import oracle
from .equations import sigmoid, weights_of
from tests.sizes import slow
from tests.stock import tf_cells

FLOAT = tf.float64


def _anchor(step, k):
    """a(t) as `papers` has it, steps from 1; None: nothing."""
    return None if step == 1 else 1 + (k - 1) * ((step - 2) // (k - 1))


def _gru(k, n=3, dtype=FLOAT, **keywords):
    return rnn_cell.GRUCell(n, skip_connections=True, skip_neuron_number=k, dtype=dtype,
                            **keywords)


def _numpy_gru(weights, inputs, h, k):
    """All outputs of a GRU with skips from the zero state of the skip."""
    gates, candidate, skip = [weights["gru_cell/%s/kernel" % name]
                              for name in ("gates", "candidate", "skip")]
    n, outputs = h.shape[1], []
    for t, x in enumerate(inputs, 1):
        anchor = _anchor(t, k)
        entering = np.zeros_like(x) if anchor is None else inputs[anchor - 1]
        extra = entering.dot(skip)
        r, u = np.split(sigmoid(np.concatenate([x, h], 1).dot(gates) + extra[:, :2 * n]
                                 + weights["gru_cell/gates/bias"]), 2, axis=1)
        c = np.tanh(np.concatenate([x, r * h], 1).dot(candidate) + extra[:, 2 * n:]
                    + weights["gru_cell/candidate/bias"])
        h = u * h + (1 - u) * c
        outputs.append(h)
    return outputs


class Remembers(rnn_cell.RNNCell):
    """Gives its input back, and counts in its state how often it was called."""

    def __init__(self, size):
        super(Remembers, self).__init__()
        self._size = size

    state_size = property(lambda self: 1)
    output_size = property(lambda self: self._size)

    @tf.autograph.experimental.do_not_convert
    def call(self, inputs, state):
        return inputs, state + 1


def _wrapped(cell, k, **keywords):
    return rnn_cell.SkipConnectionWrapper(cell, k, **keywords)


def _symbols(steps):
    return [tf.constant([1, 2])] * steps


class IndexTest(tf.test.TestCase):

    def _entering(self, route, k, lengths=None, start=None, steps=11):
        """What enters each step besides its own input 1, 2, 3, ...; per example."""
        inputs = tf.tile(tf.reshape(tf.range(1.0, steps + 1), [1, -1, 1]), [2, 1, 1])
        cell = _wrapped(Remembers(2), k, skip_size=1)
        scope = tf.variable_scope(route, initializer=tf.ones_initializer())
        with scope:
            state = cell.zero_state(2, tf.float32) if start is None else start
            if route == "dynamic":
                outputs, state = rnn_enhanced.dynamic_rnn(cell, inputs, lengths, state)
            else:
                outputs, state = rnn_enhanced.static_rnn(
                    cell, tf.unstack(inputs, axis=1), state, sequence_length=lengths,
                    unroll=route)
                outputs = tf.stack(outputs, 1)
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            outputs, state = session.run([outputs, state])
        return outputs[:, :, 1], state

    @slow
    def test_formula(self):
        for k in (2, 3, 4, 7):
            expected = [_anchor(t, k) or 0 for t in range(1, 12)]
            for route in ("static", "loop", "dynamic") if k == 4 else ("loop",):
                with tf.Graph().as_default():
                    found, _ = self._entering(route, k)
                self.assertAllEqual([expected] * 2, found)

    def test_example_of_the_readme(self):
        self.assertEqual([None, 1, 1, 1, 4, 4, 4, 7, 7, 7], [_anchor(t, 4) for t in range(1, 11)])

    @slow
    def test_state_after_an_end_stays_and_goes_on(self):
        # Examples that stop at different places go on, each where it stopped.
        lengths = [9, 5]
        for route in ("static", "loop", "dynamic"):
            with tf.Graph().as_default():
                found, state = self._entering(route, 4, lengths)
            for example, length in enumerate(lengths):
                expected = [_anchor(t, 4) or 0 for t in range(1, length + 1)]
                self.assertAllEqual(expected + [0] * (11 - length), found[example])
            with tf.Graph().as_default():
                state = tf.nest.map_structure(tf.constant, state)
                found, _ = self._entering(route, 4, start=state)
            for example, length in enumerate(lengths):
                # The inputs count from 1 again: those of the second run are `length` smaller.
                anchors = [_anchor(length + t, 4) for t in range(1, 12)]
                expected = [a if a <= length else a - length for a in anchors]
                self.assertAllEqual(expected, found[example])


class EquationsTest(tf.test.TestCase):

    def _steps(self, cell, steps):
        inputs = [oracle.inputs(dtype=FLOAT, name="x_%d" % t) for t in range(steps)]
        h = tf.get_variable("h", [2, 3], FLOAT)
        zeros = cell.zero_state(2, FLOAT)
        state, outputs = zeros._replace(state=h), []
        for x in inputs:
            output, state = cell(x, state)
            outputs.append(output)
        return inputs, h, outputs

    @slow
    def test_gru(self):
        for k, steps in ((4, 1), (2, 5), (3, 5), (4, 8)):
            with tf.Graph().as_default(), self.session() as session:
                inputs, h, outputs = self._steps(_gru(k), steps)
                oracle.load_random(session)
                inputs, h, found = session.run([inputs, h, outputs])
                expected = _numpy_gru(weights_of(session), inputs, h, k)
            self.assertAllClose(expected, found, 1e-12, 1e-12)

    @slow
    def test_wrapper(self):
        # Around a plain GRU: a GRU with skips whose weights are a product.
        for k in (2, 4):
            with tf.Graph().as_default(), self.session() as session:
                cell = _wrapped(rnn_cell.GRUCell(3, dtype=FLOAT), k, skip_size=2)
                inputs, h, outputs = self._steps(cell, 6)
                oracle.load_random(session)
                weights = {name.replace("skip_connection_wrapper/", ""): value
                           for name, value in weights_of(session).items()}
                inputs, h, found = session.run([inputs, h, outputs])
            skip = []
            for name in ("gates", "candidate"):
                x, m, own = np.split(weights["gru_cell/%s/kernel" % name], [3, 5])
                skip.append(weights["skip/kernel"].dot(m))
                weights["gru_cell/%s/kernel" % name] = np.concatenate([x, own])
            weights["gru_cell/skip/kernel"] = np.concatenate(skip, 1)
            self.assertAllClose(_numpy_gru(weights, inputs, h, k), found, 1e-12, 1e-12)

    def test_zeroed_skip_weights_are_the_plain_cell(self):
        found = []
        for make in (lambda: _gru(3), lambda: rnn_cell.GRUCell(3, dtype=FLOAT)):
            with tf.Graph().as_default(), self.session() as session:
                outputs, _ = rnn_enhanced.static_rnn(
                    make(), tf.unstack(oracle.inputs(5, dtype=FLOAT), axis=1), dtype=FLOAT)
                plain = [v for v in tf.trainable_variables() if "skip" not in v.op.name]
                oracle.load_random(session, plain)
                for variable in tf.trainable_variables():
                    if "skip" in variable.op.name:
                        variable.load(np.zeros(variable.shape), session)
                found.append((oracle.names(plain), session.run(outputs)))
        self.assertEqual(found[0][0], found[1][0])
        self.assertAllClose(found[0][1], found[1][1], 1e-12, 1e-12)

    def test_off_is_the_plain_graph(self):
        def nodes(cell):
            with tf.Graph().as_default() as graph:
                cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
                return [(op.name, op.type) for op in graph.get_operations()]
        self.assertEqual(nodes(tf_cells.GRUCell(3)),
                         nodes(rnn_cell.GRUCell(3, skip_connections=False)))

    def test_number_of_parameters(self):
        cell = _gru(4, 5)
        cell(tf.ones([2, 3], FLOAT), cell.zero_state(2, FLOAT))
        self.assertEqual(3 * (3 * 5 + 5 * 5 + 5) + 3 * 3 * 5,
                         sum(v.shape.num_elements() for v in tf.trainable_variables()))

    def test_initializer_by_block(self):
        cell = _gru(4, 3, tf.float32, weight_initializer="identity", use_bias=False)
        cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            weights = weights_of(session)
        self.assertAllEqual(np.concatenate([np.eye(3)] * 3, 1), weights["gru_cell/skip/kernel"])
        self.assertEqual(3, len(weights))


class ModelsTest(tf.test.TestCase):

    def test_free_running_decoder(self):
        # Fed on its own outputs: the anchor is what was fed then.
        for unroll in ("static", "loop"):
            with tf.Graph().as_default(), self.session() as session:
                cell, first = _gru(3), oracle.inputs(dtype=FLOAT)
                with tf.variable_scope("s"):
                    outputs, _ = seq2seq_enhanced.rnn_decoder(
                        [first] * 6, cell.zero_state(2, FLOAT), cell,
                        loop_function=lambda output, _: 2 * output, unroll=unroll)
                oracle.load_random(session)
                x, found = session.run([first, outputs])
                weights = {name.split("decoder/")[-1]: value
                           for name, value in weights_of(session).items()}
            inputs = [x] + [2 * output for output in found[:-1]]
            self.assertAllClose(_numpy_gru(weights, inputs, np.zeros([2, 3]), 3), found)

    @slow
    def test_attention_model(self):
        for cell in (_gru(3, dtype=tf.float32),
                     rnn_cell.MultiRNNCell([_wrapped(rnn_cell.BasicLSTMCell(4), 3)] * 2)):
            with tf.Graph().as_default(), self.session() as session:
                outputs, _ = seq2seq_enhanced.embedding_attention_seq2seq(
                    _symbols(4), _symbols(4), cell, 5, 5, 4, feed_previous=True)
                gradients = tf.gradients(outputs, tf.trainable_variables())
                session.run(tf.global_variables_initializer())
                for value in session.run(
                        [tf.convert_to_tensor(g) for g in gradients if g is not None]):
                    self.assertTrue(np.isfinite(value).all())

    def test_state_dropout_leaves_anchor_and_phase(self):
        cell = rnn_cell.DropoutWrapper(
            rnn_cell.MultiRNNCell([_gru(3, 30, tf.float32), rnn_cell.LSTMCell(30)]),
            state_keep_prob=0.5)
        _, state = cell(tf.ones([1, 3]), cell.zero_state(1, tf.float32))
        with self.session() as session:
            oracle.load_random(session)
            skip, lstm = session.run(state)
        self.assertTrue((skip.state == 0).any() and (lstm.h == 0).any())
        self.assertFalse((skip.anchor == 0).any() or (lstm.c == 0).any())
        self.assertAllEqual([[1]], skip.phase)




class ErrorsTest(tf.test.TestCase):

    def test_skip_neuron_number(self):
        for bad, error in ((1, ValueError), (0, ValueError), (-2, ValueError), (2.5, TypeError),
                           ("4", TypeError), (True, TypeError)):
            with self.assertRaisesRegex(error, "skip_neuron_number.*%s" % bad):
                rnn_cell.GRUCell(3, skip_connections=True, skip_neuron_number=bad)
            with self.assertRaisesRegex(error, "skip_neuron_number.*%s" % bad):
                rnn_cell.SkipConnectionWrapper(rnn_cell.GRUCell(3), bad)

    def test_combinations(self):
        with self.assertRaisesRegex(ValueError, "skip_neuron_number=4 needs skip_connections"):
            rnn_cell.GRUCell(3, skip_neuron_number=4)
        with self.assertRaisesRegex(TypeError, "skip_connections.*1"):
            rnn_cell.GRUCell(3, skip_connections=1)
        with self.assertRaisesRegex(ValueError, "GRUCell_Interconnect"):
            rnn_cell.GRUCell_Interconnect(3, skip_connections=True)
        self.assertEqual(4, rnn_cell.GRUCell(3, skip_connections=True).get_config()[
            "skip_neuron_number"])

    def test_wrapper(self):
        for bad, error in ((0, ValueError), (1.5, TypeError)):
            with self.assertRaisesRegex(error, "skip_size.*%s" % bad):
                rnn_cell.SkipConnectionWrapper(rnn_cell.GRUCell(3), skip_size=bad)
        with self.assertRaises(TypeError):
            rnn_cell.SkipConnectionWrapper("cell")
        with self.assertRaisesRegex(TypeError, "'skip_number'.*'skip_neuron_number'|skip_"):
            rnn_cell.SkipConnectionWrapper(rnn_cell.GRUCell(3), skip_number=3)
        cell = rnn_cell.SkipConnectionWrapper(rnn_cell.GRUCell(3))
        for bad in (tf.ones([2, 3, 3]), tf.placeholder(tf.float32, [2, None])):
            with self.assertRaisesRegex(ValueError, "known size"):
                cell(bad, cell.zero_state(2, tf.float32))


if __name__ == "__main__":
    unittest.main()
