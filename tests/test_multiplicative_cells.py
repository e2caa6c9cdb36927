"""GRU and LSTM with multiplicative integration."""
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced as rnn_cell
from Project_RNN_Enhancement.rnn_enhancement import rnn_enhanced as rnn

from .equations import EquationsCheck, Kind, sigmoid, weights_of
from .sizes import slow


def _mi(w, columns, wx, uh, bias):
    alpha, beta_1, beta_2 = (w[name][columns] for name in ("alpha", "beta_1", "beta_2"))
    return alpha * wx * uh + beta_1 * uh + beta_2 * wx + bias


def mi_gru(w, x, h):
    n = h.shape[1]
    gates, candidate = slice(0, 2 * n), slice(2 * n, 3 * n)
    wx = x.dot(w["input/kernel"])
    r, u = np.split(sigmoid(_mi(w, gates, wx[:, gates], h.dot(w["gates/kernel"]),
                                w["gates/bias"])), 2, axis=1)
    c = np.tanh(_mi(w, candidate, wx[:, candidate], (r * h).dot(w["candidate/kernel"]),
                    w["candidate/bias"]))
    h = u * h + (1 - u) * c
    return h, h


def mi_lstm(w, x, state, forget_bias=1.0):
    c, h = state
    i, j, f, o = np.split(_mi(w, slice(None), x.dot(w["input/kernel"]),
                              h.dot(w["recurrent/kernel"]), w["bias"]), 4, axis=1)
    c = sigmoid(f + forget_bias) * c + sigmoid(i) * np.tanh(j)
    h = sigmoid(o) * np.tanh(c)
    return h, rnn_cell.LSTMStateTuple(c, h)


@slow
class MultiplicativeCellsTest(EquationsCheck, tf.test.TestCase):

    # What a plain cell has, and three vectors per gate.
    KINDS = {
        "gru": Kind(lambda **k: rnn_cell.MultiplicativeGRUCell(4, **k), mi_gru, 3 * 4 * (8 + 3)),
        "lstm": Kind(lambda **k: rnn_cell.MultiplicativeLSTMCell(4, **k), mi_lstm,
                     4 * 4 * (8 + 3)),
        "lstm_forget_bias": Kind(lambda **k: rnn_cell.MultiplicativeLSTMCell(4, 2, 1, -0.5, **k),
                                 lambda w, x, s: mi_lstm(w, x, s, -0.5), 4 * 4 * (8 + 3)),
    }

    def test_without_the_product_they_are_the_plain_cells(self):
        for kind, plain, join in (
                (rnn_cell.MultiplicativeGRUCell, rnn_cell.GRUCell, lambda w: {
                    "gates/kernel": np.vstack([w["input/kernel"][:, :8], w["gates/kernel"]]),
                    "candidate/kernel": np.vstack(
                        [w["input/kernel"][:, 8:], w["candidate/kernel"]]),
                    "gates/bias": w["gates/bias"], "candidate/bias": w["candidate/bias"]}),
                (rnn_cell.MultiplicativeLSTMCell, rnn_cell.BasicLSTMCell, lambda w: {
                    "kernel": np.vstack([w["input/kernel"], w["recurrent/kernel"]]),
                    "bias": w["bias"]})):
            with self.subTest(kind.__name__), tf.Graph().as_default(), self.session() as session:
                xs = tf.unstack(tf.constant(np.random.RandomState(0).randn(5, 2, 3)))
                mine = kind(4, initial_alpha=0, initial_beta=1, dtype=tf.float64)
                other = plain(4, dtype=tf.float64)
                results = [rnn.static_rnn(cell, xs, dtype=tf.float64, scope=scope)
                           for cell, scope in ((mine, "mine"), (other, "other"))]
                session.run(tf.global_variables_initializer())
                joined = join(weights_of(session, mine))
                for variable in other.variables:
                    variable.load(joined[variable.op.name[len(other.scope_name) + 1:]], session)
                found = [tf.nest.flatten(values) for values in session.run(results)]
                self.assertAllClose(*found)

    def test_starting_values(self):
        cell = rnn_cell.MultiplicativeGRUCell(2, initial_alpha=2, initial_beta=0.25)
        cell(tf.ones([1, 3]), tf.ones([1, 2]))
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            w = weights_of(session, cell)
        self.assertAllEqual(np.full(6, 2.0), w["alpha"])
        self.assertAllEqual(np.full(6, 0.25), w["beta_1"])
        self.assertAllEqual(np.full(6, 0.25), w["beta_2"])
        self.assertAllEqual(np.ones(4), w["gates/bias"])
        self.assertAllEqual(np.zeros(2), w["candidate/bias"])

    def test_bad_settings(self):
        for kind in (rnn_cell.MultiplicativeGRUCell, rnn_cell.MultiplicativeLSTMCell):
            for keywords, error, words in (
                    ({"initial_alpha": "1"}, TypeError, "initial_alpha.*number.*'1'"),
                    ({"initial_alpha": float("inf")}, ValueError, "initial_alpha.*finite.*inf"),
                    ({"initial_beta": None}, TypeError, "initial_beta.*number.*None"),
                    ({"alpha": 1}, TypeError, "'alpha'.*'initial_alpha'")):
                with self.assertRaisesRegex(error, words):
                    kind(4, **keywords)
        with self.assertRaisesRegex(TypeError, "forget_bias.*number.*'1'"):
            rnn_cell.MultiplicativeLSTMCell(4, forget_bias="1")


if __name__ == "__main__":
    unittest.main()
