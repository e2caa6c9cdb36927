"""MUT1-3: their equations in NumPy, and what tells them from the GRU."""
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced as rnn_cell

from .equations import EquationsCheck, Kind, sigmoid, state_only, weights_of
from .sizes import slow

CELLS = {"jzs1": rnn_cell.JZS1Cell, "jzs2": rnn_cell.JZS2Cell, "jzs3": rnn_cell.JZS3Cell}


def _projected(w, x):
    for name in ("projection", "projection/kernel"):
        if name in w:
            return x.dot(w[name])
    return x


def _jzs1(w, x, h, offsets=(0, 0)):
    z = sigmoid(x.dot(w["update/input/kernel"]) + w["update/bias"] + offsets[0])
    r = sigmoid(x.dot(w["reset/input/kernel"]) + h.dot(w["reset/recurrent/kernel"])
                + w["reset/bias"] + offsets[1])
    c = np.tanh((r * h).dot(w["candidate/recurrent/kernel"]) + np.tanh(_projected(w, x))
                + w["candidate/bias"])
    return c * z + h * (1 - z)


def _jzs2(w, x, h, offsets=(0, 0)):
    z = sigmoid(x.dot(w["update/input/kernel"]) + h.dot(w["update/recurrent/kernel"])
                + w["update/bias"] + offsets[0])
    r = sigmoid(_projected(w, x) + h.dot(w["reset/recurrent/kernel"]) + w["reset/bias"]
                + offsets[1])
    c = np.tanh((r * h).dot(w["candidate/recurrent/kernel"])
                + x.dot(w["candidate/input/kernel"]) + w["candidate/bias"])
    return c * z + h * (1 - z)


def _jzs3(w, x, h, offsets=(0, 0)):
    z = sigmoid(x.dot(w["update/input/kernel"]) + np.tanh(h).dot(w["update/recurrent/kernel"])
                + w["update/bias"] + offsets[0])
    r = sigmoid(x.dot(w["reset/input/kernel"]) + h.dot(w["reset/recurrent/kernel"])
                + w["reset/bias"] + offsets[1])
    c = np.tanh((r * h).dot(w["candidate/recurrent/kernel"])
                + x.dot(w["candidate/input/kernel"]) + w["candidate/bias"])
    return c * z + h * (1 - z)


STEPS = {"jzs1": _jzs1, "jzs2": _jzs2, "jzs3": _jzs3}


def _start(kind, units, size, **keywords):
    """Initial values of a cell's weights."""
    with tf.Graph().as_default(), tf.Session() as session:
        tf.set_random_seed(1)
        cell = kind(units, **keywords)
        cell(tf.zeros([1, size]), tf.zeros([1, units]))
        session.run(tf.global_variables_initializer())
        return weights_of(session, cell)


@slow
class MutantsTest(EquationsCheck, tf.test.TestCase):

    # Trainable numbers for input d and state n: 2dn + 2nn + 3n, 2dn + 3nn + 3n, 3(dn + nn + n).
    KINDS = {
        "jzs1": Kind(lambda **k: rnn_cell.JZS1Cell(3, **k), state_only(_jzs1), 18 + 18 + 9),
        "jzs1_trained": Kind(lambda **k: rnn_cell.JZS1Cell(3, trainable_projection=True, **k),
                             state_only(_jzs1), 24 + 18 + 9 + 12, size=4),
        "jzs2_narrow": Kind(lambda **k: rnn_cell.JZS2Cell(3, **k), state_only(_jzs2),
                            12 + 27 + 9, size=2),
        "jzs3": Kind(lambda **k: rnn_cell.JZS3Cell(3, **k), state_only(_jzs3),
                     3 * (6 + 9 + 3), size=2),
    }

    def test_numbers_of_the_sheet(self):
        for name, count in (("jzs1", 40300), ("jzs2", 50300), ("jzs3", 60300)):
            cell = CELLS[name](100)
            cell(tf.zeros([1, 100]), tf.zeros([1, 100]))
            self.assertEqual(count, cell.count_params())

    def test_update_is_convex_and_z_multiplies_the_candidate(self):
        random = np.random.RandomState(1)
        x, h = random.uniform(-2, 2, [9, 4]), random.uniform(-3, 3, [9, 4])
        for name, kind in sorted(CELLS.items()):
            with self.subTest(name), tf.Graph().as_default(), tf.Session() as session:
                outputs = {}
                for offset in (-50.0, 0.0, 50.0):
                    with tf.variable_scope("s", reuse=tf.AUTO_REUSE):
                        cell = kind(4, update_offset=offset, dtype=tf.float64, name="cell")
                        outputs[offset] = cell(tf.constant(x), tf.constant(h))[0]
                session.run(tf.global_variables_initializer())
                found = session.run(outputs)
                # Shut, z keeps the state; open, it overwrites it by the candidate.
                self.assertAllClose(h, found[-50.0])
                candidate = found[50.0]
                self.assertLessEqual(np.abs(candidate).max(), 1.0)
                low, high = np.minimum(h, candidate), np.maximum(h, candidate)
                self.assertTrue((low < found[0.0]).all() and (found[0.0] < high).all())

    def test_mut3_is_the_gru_but_for_one_tanh(self):
        """With a state so small that tanh(h) = h, and with u = 1 - z."""
        n, size = 3, 2
        with tf.Session() as session:
            x = tf.constant(np.random.RandomState(1).uniform(-1, 1, [4, size]))
            h = tf.constant(np.random.RandomState(2).uniform(-1, 1, [4, n]))
            scale = tf.placeholder(tf.float64, [])
            mutant, gru = rnn_cell.JZS3Cell(n, dtype=tf.float64), rnn_cell.GRUCell(
                n, dtype=tf.float64)
            found, expected = mutant(x, h * scale)[0], gru(x, h * scale)[0]
            session.run(tf.global_variables_initializer())
            w = weights_of(session, mutant)
            whole = {gate: np.concatenate([w[gate + "/input/kernel"],
                                           w[gate + "/recurrent/kernel"]])
                     for gate in ("update", "reset", "candidate")}
            values = {"gates/kernel": np.concatenate([whole["reset"], -whole["update"]], 1),
                      "gates/bias": np.zeros(2 * n), "candidate/kernel": whole["candidate"],
                      "candidate/bias": np.zeros(n)}
            for variable in gru.variables:
                variable.load(values[variable.op.name.split("/", 1)[1]], session)
            small, small_gru = session.run([found, expected], {scale: 1e-6})
            self.assertAllClose(small_gru, small, rtol=0, atol=1e-12)
            large, large_gru = session.run([found, expected], {scale: 3.0})
            self.assertGreater(np.abs(large - large_gru).max(), 1e-3)

    def test_mut1_update_gate_does_not_see_the_state(self):
        """The rows of W_hh at zero, h' - h depends on h only through (1-z)."""
        with tf.Session() as session:
            cell = rnn_cell.JZS1Cell(3, dtype=tf.float64)
            x = tf.constant(np.random.RandomState(1).uniform(-1, 1, [1, 3]))
            states = [tf.constant(np.full([1, 3], value)) for value in (0.0, 1.0, 2.0)]
            outputs = [cell(x, state)[0] for state in states]
            session.run(tf.global_variables_initializer())
            for variable in cell.variables:
                if variable.op.name.endswith("candidate/recurrent/kernel"):
                    variable.load(np.zeros([3, 3]), session)
            zero, one, two = session.run(outputs)
            self.assertAllClose(one - zero, two - one)

    def test_biases_start_at_zero_and_offsets_stay_without_them(self):
        random = np.random.RandomState(1)
        x, h = random.uniform(-1, 1, [2, 3]), random.uniform(-1, 1, [2, 3])
        for name, kind in sorted(CELLS.items()):
            with self.subTest(name), tf.Graph().as_default(), tf.Session() as session:
                cell = kind(3, update_offset=-1.0, reset_offset=2, use_bias=False,
                            dtype=tf.float64)
                found = cell(tf.constant(x), tf.constant(h))[0]
                session.run(tf.global_variables_initializer())
                weights = weights_of(session, cell)
                self.assertEqual([], [w for w in weights if "bias" in w])
                weights.update({gate + "/bias": np.zeros(3)
                                for gate in ("update", "reset", "candidate")})
                self.assertAllClose(STEPS[name](weights, x, h, (-1, 2)), session.run(found))
                start = _start(kind, 3, 3, update_offset=-1.0)
                biases = [w for w in start if w.endswith("bias")]
                self.assertLen(biases, 3)
                for bias in biases:
                    self.assertAllEqual(np.zeros(3), start[bias])

    def test_projection(self):
        for name in ("jzs1", "jzs2"):
            fixed = _start(CELLS[name], 5, 4)["projection"]
            self.assertAllClose(np.full([4, 5], 0.5), np.abs(fixed))
            self.assertNotEqual(0, len(set(np.sign(fixed.ravel())) - {1.0}))
            self.assertNotIn("projection", _start(CELLS[name], 4, 4))
            trained = _start(CELLS[name], 5, 4, trainable_projection=True,
                             weight_initializer="identity")
            self.assertAllEqual(np.eye(4, 5), trained["projection/kernel"])
            self.assertNotIn("projection", trained)
            cell = CELLS[name](5, name=name)
            cell(tf.zeros([1, 4]), tf.zeros([1, 5]))
            self.assertEqual(["projection"], [v.op.name.split("/")[-1]
                                              for v in cell.non_trainable_variables])

    def test_initializers_by_name(self):
        for name, kind in sorted(CELLS.items()):
            for weight, value in _start(kind, 3, 3, weight_initializer="orthogonal").items():
                if weight.endswith("kernel"):
                    self.assertAllClose(1.21 * np.eye(3), value.dot(value.T), atol=1e-5)

    def test_bad_options(self):
        for kind in CELLS.values():
            for option in ("update_offset", "reset_offset"):
                for bad, error in (("1", TypeError), (None, TypeError), (True, TypeError),
                                   (float("nan"), ValueError), (float("inf"), ValueError)):
                    with self.assertRaisesRegex(error, option):
                        kind(3, **{option: bad})
        for kind in (rnn_cell.JZS1Cell, rnn_cell.JZS2Cell):
            with self.assertRaisesRegex(TypeError, "trainable_projection.*1"):
                kind(3, trainable_projection=1)
        with self.assertRaisesRegex(TypeError, "trainable_projection"):
            rnn_cell.JZS3Cell(3, trainable_projection=True)


if __name__ == "__main__":
    unittest.main()
