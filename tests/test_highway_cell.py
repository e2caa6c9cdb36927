"""The recurrent highway cell."""
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced as rnn_cell
from Project_RNN_Enhancement.rnn_enhancement import rnn_enhanced as rnn

from .equations import EquationsCheck, Kind, sigmoid
from .sizes import slow


def highway(w, x, s, depth=3, transform_bias=-2.0, coupled=True, activation=np.tanh):
    for k in range(depth):
        seen = s if k else np.concatenate([x, s], 1)
        parts = np.split(seen.dot(w["layer_%d/kernel" % k]) + w["layer_%d/bias" % k],
                         2 if coupled else 3, axis=1)
        y, gate = activation(parts[0]), sigmoid(parts[1] + transform_bias)
        carry = 1 - gate if coupled else sigmoid(parts[2])
        s = y * gate + s * carry
    return s, s


def _one_step(cell, seed=0):
    """Values of x, h and h' of a step from random x and h, with random weights drawn after them."""
    random = np.random.RandomState(seed)
    x, h = tf.constant(2 * random.randn(6, 3)), tf.constant(2 * random.randn(6, 4))
    new, _ = cell(x, h)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for variable in tf.global_variables():
            variable.load(random.randn(*variable.shape.as_list()), session)
        return session.run([x, h, new])


@slow
class HighwayCellTest(EquationsCheck, tf.test.TestCase):

    # 2n(d + depth * (n + 1)); 3n where gates aren't coupled.
    KINDS = {
        "default": Kind(lambda **k: rnn_cell.RecurrentHighwayCell(4, **k), highway, 8 * (3 + 15)),
        "one_layer": Kind(lambda **k: rnn_cell.RecurrentHighwayCell(4, 1, 0, **k),
                          lambda w, x, s: highway(w, x, s, 1, 0), 8 * (3 + 5)),
        "uncoupled": Kind(
            lambda **k: rnn_cell.RecurrentHighwayCell(
                4, recurrence_depth=2, couple_gates=False, **dict({"activation": "sigmoid"}, **k)),
            lambda w, x, s: highway(w, x, s, 2, coupled=False, activation=sigmoid),
            12 * (3 + 10)),
    }

    def test_closed_gates_carry_the_state(self):
        """However deep the step and however many steps, the state stays exactly as it is."""
        cell = rnn_cell.RecurrentHighwayCell(4, recurrence_depth=7, transform_bias=-1e4)
        initial = tf.constant(np.random.RandomState(0).randn(2, 4).astype(np.float32))
        _, final = rnn.static_rnn(cell, tf.unstack(tf.random_normal([20, 2, 3])),
                                  initial_state=initial, unroll="loop")
        slope, = tf.gradients(final, initial)
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            start, end, slope = session.run([initial, final, slope])
        self.assertAllEqual(start, end)
        self.assertAllEqual(np.ones([2, 4]), slope)

    def test_open_gates_are_a_deep_plain_transition(self):
        cell = rnn_cell.RecurrentHighwayCell(4, 2, transform_bias=1e4, use_bias=False,
                                             dtype=tf.float64)
        x, h, new = _one_step(cell)
        random = np.random.RandomState(0)
        random.randn(6, 3), random.randn(6, 4)  # x and h, which `_one_step` draws first.
        first, second = random.randn(7, 8), random.randn(4, 8)
        expected = np.tanh(np.tanh(np.hstack([x, h]).dot(first[:, :4])).dot(second[:, :4]))
        self.assertAllClose(expected, new)

    def test_coupled_update_is_a_convex_mix(self):
        for depth in (1, 4):
            with tf.Graph().as_default():
                _, h, new = _one_step(rnn_cell.RecurrentHighwayCell(4, depth, dtype=tf.float64))
            self.assertTrue((np.abs(new) <= np.maximum(np.abs(h), 1)).all())

    def test_one_layer_is_a_gru_that_never_resets(self):
        random = np.random.RandomState(1)
        kernel, bias = random.randn(7, 8), random.randn(8)
        x, h = tf.constant(random.randn(5, 3)), tf.constant(random.randn(5, 4))
        highway_cell = rnn_cell.RecurrentHighwayCell(4, 1, transform_bias=0.5, dtype=tf.float64)
        gru = rnn_cell.GRUCell(4, dtype=tf.float64)
        results = [cell(x, h)[0] for cell in (highway_cell, gru)]
        with self.session() as session:
            for variable, value in zip(highway_cell.variables, (kernel, bias)):
                variable.load(value, session)
            # u = 1 - gate = sigmoid of minus the gate's argument; r = 1.
            gates = np.hstack([np.zeros([7, 4]), -kernel[:, 4:]])
            gate_bias = np.hstack([np.full(4, 1e3), -bias[4:] - 0.5])
            for variable, value in zip(gru.variables,
                                       (gates, gate_bias, kernel[:, :4], bias[:4])):
                variable.load(value, session)
            self.assertAllClose(*session.run(results))

    def test_bad_settings(self):
        for keywords, error, words in (
                ({"recurrence_depth": 0}, ValueError, "recurrence_depth.*at least 1.*0"),
                ({"recurrence_depth": 1.5}, TypeError, "recurrence_depth.*1.5"),
                ({"transform_bias": "low"}, TypeError, "transform_bias.*number.*'low'"),
                ({"transform_bias": True}, TypeError, "transform_bias.*True"),
                ({"transform_bias": float("nan")}, ValueError, "transform_bias.*finite.*nan"),
                ({"couple_gates": "no"}, TypeError, "couple_gates.*True or False.*'no'"),
                ({"depth": 3}, TypeError, "'depth'")):
            with self.assertRaisesRegex(error, words):
                rnn_cell.RecurrentHighwayCell(4, **keywords)


if __name__ == "__main__":
    unittest.main()
