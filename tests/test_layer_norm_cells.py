"""GRU and LSTM with layer normalisation."""
import functools
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import contrib_rnn_enhanced as contrib_rnn
from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced as rnn_cell
from Project_RNN_Enhancement.rnn_enhancement import rnn_enhanced as rnn

from . import oracle
from .equations import EquationsCheck, Kind, sigmoid
from .sizes import slow


def ln(v, gain, epsilon=1e-5):
    v = v - v.mean(1, keepdims=True)
    return gain * v / np.sqrt((v ** 2).mean(1, keepdims=True) + epsilon)


def ln_gru(w, x, h, epsilon=1e-5):
    n = h.shape[1]
    of_x, of_h = x.dot(w["input/kernel"]), h.dot(w["recurrent/kernel"])
    r, u = np.split(sigmoid(ln(of_x[:, :2 * n], w["gates/input/gain"], epsilon)
                            + ln(of_h[:, :2 * n], w["gates/recurrent/gain"], epsilon)
                            + w["gates/bias"]), 2, axis=1)
    c = np.tanh(ln(of_x[:, 2 * n:], w["candidate/input/gain"], epsilon) + w["candidate/bias"]
                + r * (ln(of_h[:, 2 * n:], w["candidate/recurrent/gain"], epsilon)
                       + w["candidate/recurrent/bias"]))
    h = u * h + (1 - u) * c
    return h, h


def ln_lstm(w, x, state, forget_bias=1.0):
    c, h = state
    i, j, f, o = np.split(ln(x.dot(w["input/kernel"]), w["input/gain"])
                          + ln(h.dot(w["recurrent/kernel"]), w["recurrent/gain"]) + w["bias"],
                          4, axis=1)
    c = sigmoid(f + forget_bias) * c + sigmoid(i) * np.tanh(j)
    h = sigmoid(o) * np.tanh(ln(c, w["memory/gain"]) + w["memory/bias"])
    return h, rnn_cell.LSTMStateTuple(c, h)


def ln_basic_lstm(w, x, state):
    c, h = state

    def norm(v, name):
        return ln(v, w[name + "/gamma"], 1e-12) + w[name + "/beta"]
    i, j, f, o = [norm(gate, name) for gate, name in zip(
        np.split(np.hstack([x, h]).dot(w["kernel"]), 4, axis=1),
        ("input", "transform", "forget", "output"))]
    c = norm(sigmoid(f + 1) * c + sigmoid(i) * np.tanh(j), "state")
    h = sigmoid(o) * np.tanh(c)
    return h, rnn_cell.LSTMStateTuple(c, h)


@slow
class LayerNormCellsTest(EquationsCheck, tf.test.TestCase):

    # The plain cell's kernels, gains and biases.
    KINDS = {
        "gru": Kind(lambda **k: rnn_cell.LayerNormGRUCell(4, epsilon=0.01, **k),
                    lambda w, x, h: ln_gru(w, x, h, 0.01), 12 * 7 + 24 + 16),
        "lstm": Kind(lambda **k: rnn_cell.LayerNormLSTMCell(4, forget_bias=0.5, **k),
                     lambda w, x, s: ln_lstm(w, x, s, 0.5), 16 * 7 + 36 + 20),
        "basic_lstm": Kind(lambda **k: rnn_cell.LayerNormBasicLSTMCell(4, **k), ln_basic_lstm,
                           16 * 7 + 20 + 20),
    }

    def test_scale_of_inputs_and_weights_does_not_matter(self):
        """The paper's invariance, of each half by itself: what the joint norm hasn't got."""
        for kind in (rnn_cell.LayerNormGRUCell, rnn_cell.LayerNormLSTMCell):
            with self.subTest(kind.__name__), tf.Graph().as_default(), self.session() as session:
                cell = kind(4, epsilon=1e-12, dtype=tf.float64)
                x = tf.placeholder(tf.float64, [2, 3])
                result = cell(x, oracle.state_of(cell, tf.float64))
                oracle.load_random(session)
                value = np.random.RandomState(0).randn(2, 3)
                expected = session.run(result, {x: value})
                other = session.run(result, {x: value + [[0, 1, 2]]})
                self.assertNotAllClose(expected[0], other[0])
                # An example's own factor, positive.
                found = session.run(result, {x: value * [[100], [0.2]]})
                self.assertAllClose(expected, found)
                for variable in cell.variables:
                    if variable.op.name.endswith("kernel"):
                        variable.load(7 * session.run(variable), session)
                self.assertAllClose(expected, session.run(result, {x: value}))

    def test_memory_is_kept_as_it_is(self):
        """With a forget gate wide open and a closed input gate c stays, whatever its scale."""
        cell = rnn_cell.LayerNormLSTMCell(4, forget_bias=1e4)
        memory = np.float32([[1, 20, -300, 0.1]])
        _, final = rnn.static_rnn(
            cell, tf.unstack(tf.random_normal([6, 1, 3])), unroll="loop",
            initial_state=rnn_cell.LSTMStateTuple(tf.constant(memory), tf.zeros([1, 4])))
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            bias, = [v for v in cell.variables if v.op.name.endswith("cell/bias")]
            bias.load([-1e4] * 4 + [0] * 12, session)
            self.assertAllEqual(memory, session.run(final.c))

    def test_constant_rows(self):
        """Where nothing varies the norm is its bias, and gradients stay finite."""
        for kind in (rnn_cell.LayerNormGRUCell, rnn_cell.LayerNormLSTMCell):
            with self.subTest(kind.__name__), tf.Graph().as_default(), self.session() as session:
                cell = kind(4)
                x = tf.zeros([2, 3])
                output, _ = cell(x, cell.zero_state(2, tf.float32))
                gradients = tf.gradients(output, cell.trainable_variables + [x])
                session.run(tf.global_variables_initializer())
                self.assertAllEqual(np.zeros([2, 4]), session.run(output))
                for gradient in session.run([g for g in gradients if g is not None]):
                    self.assertTrue(np.isfinite(gradient).all())

    def test_frames_of_zeros(self):
        """Padding in front of a sequence, step after step, leaves the gradients small."""
        inputs = np.random.RandomState(0).rand(8, 5, 3).astype(np.float32)
        inputs[:4] = 0
        for kind in (rnn_cell.LayerNormGRUCell, rnn_cell.LayerNormLSTMCell,
                     rnn_cell.LayerNormBasicLSTMCell,
                     functools.partial(contrib_rnn.CoupledInputForgetGateLSTMCell, layer_norm=True)):
            for unroll in ("static", "loop"):
                with self.subTest(cell=str(kind), unroll=unroll), tf.Graph().as_default(), \
                        self.session() as session:
                    tf.set_random_seed(1)
                    outputs, _ = rnn.static_rnn(kind(6), tf.unstack(tf.constant(inputs)),
                                                dtype=tf.float32, unroll=unroll)
                    gradients = tf.gradients(tf.reduce_sum(outputs[-1] ** 2),
                                             tf.trainable_variables())
                    session.run(tf.global_variables_initializer())
                    for gradient in session.run([g for g in gradients if g is not None]):
                        self.assertLess(np.abs(gradient).max(), 1e3)

    def test_bad_settings(self):
        for kind in (rnn_cell.LayerNormGRUCell, rnn_cell.LayerNormLSTMCell):
            for value, error in ((0, ValueError), (-1e-3, ValueError), ("1", TypeError),
                                 (None, TypeError), (True, TypeError)):
                with self.assertRaisesRegex(error, "epsilon must be .*%s" % (value,)):
                    kind(4, epsilon=value)
            with self.assertRaisesRegex(ValueError, "num_units must be at least 2, got 1"):
                kind(1)
        for keywords, error, words in (
                ({"forget_bias": "1"}, TypeError, "forget_bias.*'1'"),
                ({"layer_norm": 1}, TypeError, "layer_norm.*True or False.*1"),
                ({"norm_gain": "1"}, TypeError, "norm_gain.*'1'"),
                ({"norm_shift": float("nan")}, ValueError, "norm_shift.*nan"),
                ({"dropout_keep_prob": 0}, ValueError, r"dropout_keep_prob.*\(0, 1\].*0"),
                ({"dropout_keep_prob": 1.5}, ValueError, "dropout_keep_prob.*1.5"),
                ({"dropout_keep_prob": "x"}, TypeError, "dropout_keep_prob.*'x'")):
            with self.assertRaisesRegex(error, words):
                rnn_cell.LayerNormBasicLSTMCell(4, **keywords)


class AsInContribTest(tf.test.TestCase):
    """`LayerNormBasicLSTMCell` has the variables, numbers and gradients of TensorFlow 1.15's."""

    @slow
    def test_step(self):
        for keywords in ({}, {"forget_bias": 0.25, "norm_gain": 2.0, "norm_shift": 0.5},
                         {"layer_norm": False, "activation": tf.nn.relu},
                         {"dropout_keep_prob": 0.5, "dropout_prob_seed": 3}):
            with self.subTest(keywords):
                def build(library):
                    cell = library.cells.LayerNormBasicLSTMCell(4, **keywords)
                    state = oracle.state_of(cell)
                    results = [cell(oracle.inputs(), state)]
                    results.append(cell(oracle.inputs(name="again"), results[0][1]))
                    return results
                oracle.assert_same(self, build)
                oracle.assert_same_structure(self, build)

    def test_positional_arguments_and_starting_values(self):
        def build(library):
            with oracle.quiet():
                cell = library.cells.LayerNormBasicLSTMCell(
                    4, 0.5, None, tf.nn.relu, True, 1.5, 0.25, 1.0, None, None)
            cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
            return cell.variables[1:]
        values = []
        for library in (oracle.STOCK, oracle.OURS):
            with tf.Graph().as_default(), tf.Session() as session:
                results = build(library)
                session.run(tf.global_variables_initializer())
                values.append(session.run(results))
        self.assertAllClose(*values)

    @slow
    def test_dynamic_rnn_with_tensor_dropout(self):
        def build(library):
            cell = library.cells.LayerNormBasicLSTMCell(
                4, dropout_keep_prob=tf.constant(0.999999), dropout_prob_seed=2)
            return library.unroll.dynamic_rnn(cell, oracle.inputs(3), [1, 3], dtype=tf.float32)
        oracle.assert_same(self, build)

    def test_dropout_in_a_loop_draws_anew(self):
        cell = rnn_cell.LayerNormBasicLSTMCell(50, dropout_keep_prob=0.5)
        outputs, _ = rnn.static_rnn(cell, [tf.ones([1, 3])] * 4, dtype=tf.float32, unroll="loop",
                                    initial_state=cell.zero_state(1, tf.float32))
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            one, other = session.run(outputs), session.run(outputs)
        self.assertNotAllClose(one, other)

    def test_input_size_is_warned_about(self):
        with oracle.logged() as messages:
            rnn_cell.LayerNormBasicLSTMCell(4, input_size=3)
        self.assertLen([m for m in messages if "input_size" in m], 1)


if __name__ == "__main__":
    unittest.main()
