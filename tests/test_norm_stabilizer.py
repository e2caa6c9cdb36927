"""The norm stabiliser by itself, for users of `dynamic_rnn` and `static_rnn`."""
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (rnn_cell_enhanced as rnn_cell,
                                                     rnn_enhanced as rnn,
                                                     seq2seq_enhanced as seq2seq)

LSTMStateTuple = rnn_cell.LSTMStateTuple


def numpy_costs(h, mask=None, initial=None):
    """Costs [batch] of h [batch, T, n], step by step."""
    costs = []
    for b in range(h.shape[0]):
        valid = np.ones(h.shape[1], bool) if mask is None else np.asarray(mask[b]) != 0
        total = 0.0
        for t in range(h.shape[1]):
            if t == 0 and initial is None or not valid[t]:
                continue
            before = initial[b] if t == 0 else h[b, t - 1]
            total += (np.linalg.norm(h[b, t]) - np.linalg.norm(before)) ** 2
        costs.append(total / max(valid.sum(), 1))
    return np.array(costs)


def _random(*shape):
    return np.random.RandomState(0).normal(size=shape)


class NormStabilizerTest(tf.test.TestCase):

    def setUp(self):
        tf.reset_default_graph()

    def _value(self, *args, **kwargs):
        with tf.Session() as session:
            return session.run(seq2seq.norm_stabilizer_loss(*args, **kwargs))

    def test_against_numpy(self):
        h, initial = _random(3, 5, 4), _random(3, 4)
        np.testing.assert_allclose(
            self._value(tf.constant(h)), 50 * numpy_costs(h).mean(), rtol=1e-12)
        np.testing.assert_allclose(
            self._value(tf.constant(h), factor=2, initial_state=tf.constant(initial),
                        per_example=True),
            2 * numpy_costs(h, initial=initial), rtol=1e-12)

    def test_rotation_costs_nothing(self):
        angles = np.arange(7) * 0.5 * np.pi
        h = np.stack([np.cos(angles).round(), np.sin(angles).round()], 1)[None]
        self.assertEqual(0.0, self._value(tf.constant(h)))

    def test_growth_in_closed_form(self):
        v, steps = np.array([3.0, 4.0]), 6
        h = np.arange(1, steps + 1)[None, :, None] * v
        # |v|^2 (T-1)/T; with h_0 = 0 it is |v|^2.
        np.testing.assert_allclose(self._value(tf.constant(h), factor=1), 25.0 * 5 / 6)
        np.testing.assert_allclose(
            self._value(tf.constant(h), factor=1, initial_state=tf.zeros([1, 2], tf.float64)),
            25.0, rtol=1e-6)

    def test_one_step_costs_nothing(self):
        self.assertEqual(0.0, self._value(tf.constant(_random(2, 1, 3))))

    def test_gradient_is_finite_at_zero_and_right_elsewhere(self):
        h = _random(2, 4, 3)
        h[0] = 0
        h[1, 2] = 0
        x = tf.constant(h)
        gradient = tf.gradients(seq2seq.norm_stabilizer_loss(x, 1), x)[0]
        with tf.Session() as session:
            found = session.run(gradient)
        self.assertTrue(np.isfinite(found).all())
        expected = np.zeros_like(h)
        for t in (0, 1, 3):
            for i in range(3):
                up, down = h.copy(), h.copy()
                up[1, t, i] += 1e-6
                down[1, t, i] -= 1e-6
                expected[1, t, i] = (numpy_costs(up).mean() - numpy_costs(down).mean()) / 2e-6
        np.testing.assert_allclose(found, expected, atol=1e-5)

    def test_padding(self):
        h = _random(3, 5, 4)
        lengths = [5, 3, 0]
        mask = (np.arange(5) < np.array(lengths)[:, None]).astype(np.float64)
        expected = numpy_costs(h, mask)
        self.assertEqual(0.0, expected[2])
        weights = 0.25 * mask
        for keywords in (dict(sequence_length=tf.constant(lengths)),
                         dict(weights=tf.constant(weights)),
                         dict(weights=[tf.constant(weights[:, t]) for t in range(5)])):
            found = self._value(tf.constant(h), 1, per_example=True, **keywords)
            np.testing.assert_allclose(found, expected, rtol=1e-12)
        found = self._value(tf.constant(h.transpose(1, 0, 2)), 1, per_example=True,
                            time_major=True, weights=tf.constant(mask.T))
        np.testing.assert_allclose(found, expected, rtol=1e-12)
        initial = _random(3, 4)
        found = self._value(tf.constant(h), 1, per_example=True, weights=tf.constant(weights),
                            initial_state=tf.constant(initial))
        np.testing.assert_allclose(found, numpy_costs(h, mask, initial), rtol=1e-12)

    def test_zeros_past_the_end_of_dynamic_rnn_make_no_jump(self):
        x, lengths = tf.constant(_random(3, 6, 2)), tf.constant([6, 4, 2])
        outputs, _ = rnn.dynamic_rnn(rnn_cell.GRUCell(4), x, lengths, dtype=tf.float64)
        masked = seq2seq.norm_stabilizer_loss(outputs, 1, sequence_length=lengths)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            h, found = session.run([outputs, masked])
        expected = np.mean([numpy_costs(h[b:b + 1, :n])[0] for b, n in enumerate([6, 4, 2])])
        np.testing.assert_allclose(found, expected, rtol=1e-9)

    def test_forms_of_states(self):
        c, h, g = _random(2, 5, 4), _random(2, 5, 4) + 1, _random(2, 5, 3) - 1
        nested = (LSTMStateTuple(tf.constant(c), tf.constant(h)), tf.constant(g))
        steps = [(LSTMStateTuple(tf.constant(c[:, t]), tf.constant(h[:, t])),
                  tf.constant(g[:, t])) for t in range(5)]
        for states in (nested, steps):
            for part, value in (("h", h), ("c", c)):
                np.testing.assert_allclose(
                    self._value(states, 1, state_part=part),
                    (numpy_costs(value) + numpy_costs(g)).mean(), rtol=1e-12)

    def test_static_rnn_and_an_lstm(self):
        inputs = [tf.constant(_random(2, 3)) for _ in range(4)]
        outputs, _ = rnn.static_rnn(rnn_cell.BasicLSTMCell(4), inputs, dtype=tf.float64)
        loss = seq2seq.norm_stabilizer_loss(outputs, 1)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            h, found = session.run([outputs, loss])
        np.testing.assert_allclose(found, numpy_costs(np.stack(h, 1)).mean(), rtol=1e-9)

    def test_unknown_batch_and_length_and_a_factor_fed_at_run_time(self):
        h = _random(3, 5, 4)
        x = tf.placeholder(tf.float64, [None, None, 4])
        factor = tf.placeholder(tf.float32, [])
        loss = seq2seq.norm_stabilizer_loss(x, factor)
        nodes = len(tf.get_default_graph().get_operations())
        with tf.Session() as session:
            for value in (0.0, 1.0, 50.0):
                found = session.run(loss, {x: h, factor: value})
                np.testing.assert_allclose(found, value * numpy_costs(h).mean(), rtol=1e-12)
            with self.assertRaisesRegexp(tf.errors.InvalidArgumentError, "factor must be"):
                session.run(loss, {x: h, factor: -1.0})
        self.assertEqual(nodes, len(tf.get_default_graph().get_operations()))

    def test_half_precision(self):
        h = (0.001 * _random(2, 5, 4)).astype(np.float16)
        loss = seq2seq.norm_stabilizer_loss(tf.constant(h), 1)
        self.assertEqual(tf.float32, loss.dtype)
        with tf.Session() as session:
            np.testing.assert_allclose(
                session.run(loss), numpy_costs(h.astype(np.float64)).mean(), rtol=1e-3)

    def test_wrong_arguments(self):
        h = tf.zeros([2, 5, 4])
        for error, words, args, keywords in (
                (ValueError, "factor must be at least 0, got -1", (h, -1), {}),
                (ValueError, "factor must be finite", (h, float("nan")), {}),
                (ValueError, r"factor .* shape \(2,\)", (h, tf.zeros([2])), {}),
                (TypeError, "factor must be a number", (h, "much"), {}),
                (TypeError, "factor .* bool", (h, tf.constant(True)), {}),
                (ValueError, "state_part must be one of 'h', 'c', got 'x'", (h,),
                 dict(state_part="x")),
                (ValueError, "state_part=\"c\" needs an LSTM", (h,), dict(state_part="c")),
                (TypeError, "time_major must be True or False", (h,), dict(time_major=1)),
                (TypeError, "per_example must be True or False", (h,), dict(per_example=None)),
                (ValueError, "give one of them", (h,),
                 dict(sequence_length=[5, 5], weights=tf.ones([2, 5]))),
                (ValueError, "weights are of 4 steps, but the states are of 5", (h,),
                 dict(weights=tf.ones([2, 4]))),
                (ValueError, r"weights .* shape \(2,\)", (h,), dict(weights=tf.ones([2]))),
                (ValueError, r"shape \(2, 5\)", (tf.zeros([2, 5]),), {}),
                (ValueError, "no floating-point", (tf.zeros([2, 5, 4], tf.int32),), {}),
                (ValueError, "at least one step", ([],), {}),
                (ValueError, "initial_state has 2", (h,),
                 dict(initial_state=(tf.zeros([2, 4]), tf.zeros([2, 4])))),
                (TypeError, "Did you mean 'factor'", (h,), dict(facter=1))):
            with self.assertRaisesRegexp(error, words):
                seq2seq.norm_stabilizer_loss(*args, **keywords)


if __name__ == "__main__":
    unittest.main()
