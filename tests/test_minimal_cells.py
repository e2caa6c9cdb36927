"""minGRU and minLSTM."""
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced as rnn_cell
from Project_RNN_Enhancement.rnn_enhancement import rnn_enhanced as rnn

from .equations import EquationsCheck, Kind, run_numpy, sigmoid


def min_gru(w, x, h, activation=lambda c: c):
    z, c = np.split(x.dot(w["kernel"]) + w["bias"], 2, axis=1)
    h = (1 - sigmoid(z)) * h + sigmoid(z) * activation(c)
    return h, h


def min_lstm(w, x, h):
    f, i, c = np.split(x.dot(w["kernel"]) + w["bias"], 3, axis=1)
    f, i = sigmoid(f), sigmoid(i)
    h = f / (f + i) * h + i / (f + i) * c
    return h, h


class MinimalCellsTest(EquationsCheck, tf.test.TestCase):

    # As many maps of the input as there are gates and candidates.
    KINDS = {
        "min_gru": Kind(lambda **k: rnn_cell.MinGRUCell(4, **k), min_gru, 2 * (3 * 4 + 4)),
        "min_gru_tanh": Kind(lambda **k: rnn_cell.MinGRUCell(4, activation=tf.tanh, **k),
                             lambda w, x, h: min_gru(w, x, h, np.tanh), 2 * (3 * 4 + 4)),
        "min_lstm": Kind(lambda **k: rnn_cell.MinLSTMCell(4, **k), min_lstm, 3 * (3 * 4 + 4)),
    }

    def test_update_is_a_convex_mix(self):
        random = np.random.RandomState(0)
        for kind in (rnn_cell.MinGRUCell, rnn_cell.MinLSTMCell):
            with tf.Graph().as_default(), self.session() as session:
                h = tf.constant(random.randn(20, 4))
                cell = kind(4, activation="tanh", dtype=tf.float64)
                new, _ = cell(tf.constant(3 * random.randn(20, 3)), h)
                session.run(tf.global_variables_initializer())
                h, new = session.run([h, new])
                self.assertTrue((new <= np.maximum(h, 1)).all())
                self.assertTrue((new >= np.minimum(h, -1)).all())

    def test_gates_do_not_see_the_state(self):
        """The Jacobian of the update by the state is diagonal and the same at every state."""
        for kind in (rnn_cell.MinGRUCell, rnn_cell.MinLSTMCell):
            with tf.Graph().as_default(), self.session() as session:
                h = tf.placeholder(tf.float64, [1, 4])
                new, _ = kind(4, dtype=tf.float64)(tf.constant([[0.3, -2.0, 1.0]], tf.float64), h)
                jacobian = [tf.gradients(new[0, k], h)[0][0] for k in range(4)]
                session.run(tf.global_variables_initializer())
                one, other = [session.run(jacobian, {h: np.full([1, 4], v)}) for v in (0.0, 9.0)]
                self.assertAllClose(one, other)
                self.assertAllClose(np.diag(np.diag(one)), one)
                self.assertTrue((np.diag(one) > 0).all() and (np.diag(one) < 1).all())

    def test_state_in_closed_form(self):
        """All steps at once, as the parallel scan has it: products of gates and a weighted sum."""
        random = np.random.RandomState(3)
        x, h = random.randn(6, 2, 3), random.randn(2, 4)
        w = {"kernel": random.randn(3, 8), "bias": random.randn(8)}
        z, c = np.split(x.dot(w["kernel"]) + w["bias"], 2, axis=2)
        kept = np.cumprod(1 - sigmoid(z), axis=0)
        expected = kept * (h + np.cumsum(sigmoid(z) * c / kept, axis=0))
        with self.session() as session:
            outputs, _ = rnn.static_rnn(
                rnn_cell.MinGRUCell(4, dtype=tf.float64), tf.unstack(tf.constant(x)),
                initial_state=tf.constant(h), unroll="loop")
            for variable in tf.trainable_variables():
                variable.load(w[variable.op.name.split("/")[-1]], session)
            found = session.run(outputs)
        self.assertAllClose(expected, found)
        self.assertAllClose(expected, run_numpy(min_gru, w, x, h)[0])

    def test_lstm_with_both_gates_closed(self):
        """sigmoid(f) and sigmoid(i) are both zero in float32; their ratio is not."""
        cell = rnn_cell.MinLSTMCell(1)
        x = tf.placeholder(tf.float32, [1, 1])
        new, _ = cell(x, tf.ones([1, 1]))
        slope, = tf.gradients(new, x)
        with self.session() as session:
            cell.variables[0].load([[1, 1, 0]], session)
            for f, i, expected in ((-500, -500, 0.5), (-500, -600, 1), (-600, -500, 0),
                                   (500, 500, 0.5)):
                cell.variables[1].load([f, i, 0], session)
                value, gradient = session.run([new, slope], {x: [[0.0]]})
                self.assertAllClose([[expected]], value)
                self.assertTrue(np.isfinite(gradient).all())



if __name__ == "__main__":
    unittest.main()
