"""IRNN: its equation in NumPy, and that it starts as an accumulator."""
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (rnn_cell_enhanced as rnn_cell,
                                                     rnn_enhanced as rnn)

from .equations import EquationsCheck, Kind, state_only, weights_of


def _step(w, x, h):
    return np.maximum(x.dot(w["kernel"]) + h.dot(w["recurrent_kernel"]) + w["bias"], 0)


def _tanh_step(w, x, h):
    return np.tanh(x.dot(w["kernel"]) + h.dot(w["recurrent_kernel"]) + w["bias"])


class IdentityRNNCellTest(EquationsCheck, tf.test.TestCase):

    # n(d + n + 1)
    KINDS = {
        "relu": Kind(lambda **k: rnn_cell.IdentityRNNCell(3, **k), state_only(_step),
                     3 * (2 + 3 + 1), size=2),
        "tanh": Kind(lambda **k: rnn_cell.IdentityRNNCell(
            3, activation="tanh", identity_scale=0.5, **k), state_only(_tanh_step),
                     3 * (4 + 3 + 1), size=4),
    }

    def _start(self, units, size, **keywords):
        with tf.Graph().as_default(), tf.Session() as session:
            tf.set_random_seed(1)
            cell = rnn_cell.IdentityRNNCell(units, **keywords)
            cell(tf.zeros([1, size]), tf.zeros([1, units]))
            session.run(tf.global_variables_initializer())
            return weights_of(session, cell)

    def test_start(self):
        start = self._start(60, 40)
        self.assertAllEqual(np.eye(60), start["recurrent_kernel"])
        self.assertAllEqual(np.zeros(60), start["bias"])
        self.assertAllClose(0.001, start["kernel"].std(), atol=0.00005)
        self.assertAllClose(0.0, start["kernel"].mean(), atol=0.0001)
        scaled = self._start(4, 3, identity_scale=0.01, weight_initializer="uniform_unit",
                             use_bias=False)
        self.assertAllClose(0.01 * np.eye(4), scaled["recurrent_kernel"])
        self.assertGreater(np.abs(scaled["kernel"]).max(), 0.1)
        self.assertEqual({"kernel", "recurrent_kernel"}, set(scaled))

    def test_accumulates(self):
        """Positive inputs add up, exactly as in their sum, over 1,000 steps."""
        x = np.random.RandomState(1).uniform(0, 1, [1000, 2, 3])
        with tf.Session() as session:
            cell = rnn_cell.IdentityRNNCell(4, dtype=tf.float64,
                                            weight_initializer=tf.constant_initializer(0.001))
            outputs, _ = rnn.dynamic_rnn(cell, tf.constant(x), time_major=True, dtype=tf.float64)
            session.run(tf.global_variables_initializer())
            expected = 0.001 * np.cumsum(x.sum(axis=2, keepdims=True), axis=0)
            self.assertAllClose(np.tile(expected, [1, 1, 4]), session.run(outputs))

    def test_gradient_neither_vanishes_nor_explodes_at_the_start(self):
        with tf.Session() as session:
            x = tf.constant(np.random.RandomState(1).uniform(0.1, 1, [100, 2, 3]), tf.float32)
            h = tf.ones([2, 4])
            outputs, _ = rnn.static_rnn(rnn_cell.IdentityRNNCell(4), tf.unstack(x), h)
            gradient = tf.gradients(outputs[-1], h)[0]
            session.run(tf.global_variables_initializer())
            self.assertAllClose(np.ones([2, 4]), session.run(gradient))

    def test_bad_scale(self):
        for bad, error in (("1", TypeError), (None, TypeError), (True, TypeError),
                           (float("nan"), ValueError)):
            with self.assertRaisesRegex(error, "identity_scale"):
                rnn_cell.IdentityRNNCell(3, identity_scale=bad)


if __name__ == "__main__":
    unittest.main()
