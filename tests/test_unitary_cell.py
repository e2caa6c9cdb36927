"""uRNN: each factor against dense matrices in NumPy; the norm of the state is kept."""
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (rnn_cell_enhanced as rnn_cell,
                                                     rnn_enhanced as rnn)
from Project_RNN_Enhancement.rnn_enhancement.cells.fourier import FourierTransform, permuted

from .equations import EquationsCheck, Kind, state_only, weights_of
from .sizes import slow


def _dense(w, permutation):
    """W of the paper, every factor written out."""
    n = len(permutation)
    d_1, d_2, d_3 = [np.diag(np.exp(1j * theta)) for theta in w["theta"]]
    reflections = []
    for both in w["reflection"]:
        v = both[:n] + 1j * both[n:]
        reflections.append(np.eye(n) - 2 * np.outer(v, v.conj()) / np.vdot(v, v).real)
    r_1, r_2 = reflections
    p = np.eye(n)[permutation]
    f = np.fft.fft(np.eye(n)) / np.sqrt(n)
    return d_3.dot(r_2).dot(f.conj().T).dot(d_2).dot(p).dot(r_1).dot(f).dot(d_1)


def _stepper(n, seed=0, learned=False, activation=lambda a: np.maximum(a, 0)):
    permutation = np.random.RandomState(seed).permutation(n)

    def step(w, x, state):
        if learned:
            state = np.where((state == 0).all(1, keepdims=True), w["initial_state"], state)
        h = state[:, :n] + 1j * state[:, n:]
        z = h.dot(_dense(w, permutation).T) + x.dot(w["kernel"][:, :n] + 1j * w["kernel"][:, n:])
        modulus = np.sqrt(np.abs(z) ** 2 + 1e-10)
        h = activation(modulus + w["bias"]) * z / modulus
        return np.concatenate([h.real, h.imag], 1)
    return state_only(step)


def _cell(n, **fixed):
    return lambda **keywords: rnn_cell.UnitaryRNNCell(n, **dict(fixed, **keywords))


@slow
class UnitaryRNNCellTest(EquationsCheck, tf.test.TestCase):

    # 2nd + 8n, and 2n for a learned start.
    KINDS = {
        "four": Kind(_cell(4), _stepper(4), 24 + 32),
        "six": Kind(_cell(6, permutation_seed=3, activation="tanh", learned_initial_state=True),
                    _stepper(6, 3, learned=True, activation=np.tanh), 24 + 48 + 12, size=2),
        "matrix": Kind(_cell(3, recurrence="matrix"), _stepper(3), 12 + 24, size=2),
    }

    def test_number_of_the_sheet(self):
        """6,153 for copying with 128 units, output layer included."""
        cell = rnn_cell.UnitaryRNNCell(128, learned_initial_state=True)
        cell(tf.zeros([1, 10]), tf.zeros([1, 256]))
        self.assertEqual(6153, cell.count_params() + 256 * 9 + 9)

    def _norms(self, steps, **keywords):
        """Norms of the state over time without input; of float32."""
        with tf.Graph().as_default(), tf.Session() as session:
            tf.set_random_seed(3)
            cell = rnn_cell.UnitaryRNNCell(**keywords)
            h = tf.constant(np.random.RandomState(1).normal(size=[2, cell.state_size]), tf.float32)
            outputs, _ = rnn.dynamic_rnn(cell, tf.zeros([steps, 2, 1]), initial_state=h,
                                         time_major=True)
            session.run(tf.global_variables_initializer())
            start, values = session.run([h, outputs])
        return np.linalg.norm(values, axis=2) / np.linalg.norm(start, axis=1)

    def test_norm_is_kept_over_1000_steps(self):
        for keywords in ({"num_units": 16}, {"num_units": 15, "recurrence": "matrix"},
                         {"num_units": 128}):
            with self.subTest(**keywords):
                norms = self._norms(1000, **keywords)
                self.assertAllClose(np.ones([1000, 2]), norms, rtol=1e-4, atol=1e-4)

    def test_gradient_keeps_its_norm_over_1000_steps(self):
        with tf.Session() as session:
            h = tf.constant(np.random.RandomState(1).normal(size=[1, 16]), tf.float32)
            cell = rnn_cell.UnitaryRNNCell(8)
            _, final = rnn.dynamic_rnn(cell, tf.zeros([1000, 1, 1]), initial_state=h,
                                       time_major=True)
            weight = np.random.RandomState(2).normal(size=[1, 16])
            gradient = tf.gradients(final, h, tf.constant(weight, tf.float32))[0]
            session.run(tf.global_variables_initializer())
            # All moduli stay as they are, so that modReLU is the identity.
            self.assertAllClose(np.linalg.norm(weight), np.linalg.norm(session.run(gradient)),
                                rtol=1e-3)

    def test_unitary_at_any_parameter_value(self):
        random = np.random.RandomState(1)
        for n in (1, 3, 12, 128):
            with tf.Graph().as_default(), tf.Session() as session:
                cell = rnn_cell.UnitaryRNNCell(n)
                cell(tf.zeros([1, 2]), tf.zeros([1, 2 * n]))
                matrix = cell.recurrent_matrix()
                gradient = tf.gradients(tf.abs(matrix), [cell._theta, cell._reflection])
                session.run(tf.global_variables_initializer())
                values = [(1, 1), (1e4, 1e-30), (1e20, 1e30), (0, 0), (3, 1e-37)]
                for angle, length in values:
                    with self.subTest(n=n, angle=angle, length=length):
                        cell._theta.load(angle * random.normal(size=[3, n]), session)
                        cell._reflection.load(length * random.normal(size=[2, 2 * n]), session)
                        w, found = session.run([matrix, gradient])
                        self.assertEqual(np.complex64, w.dtype)
                        self.assertAllClose(np.eye(n), w.conj().T.dot(w), rtol=0, atol=1e-5)
                        for value in found:
                            self.assertFalse(np.isnan(value).any())

    def test_stays_unitary_in_training(self):
        with tf.Session() as session:
            tf.set_random_seed(1)
            cell = rnn_cell.UnitaryRNNCell(8, learned_initial_state=True)
            x = tf.constant(np.random.RandomState(1).normal(size=[6, 4, 3]), tf.float32)
            outputs, _ = rnn.static_rnn(cell, tf.unstack(x), dtype=tf.float32)
            loss = tf.reduce_mean(tf.square(outputs[-1] - x[0, :, :1]))
            train = tf.train.RMSPropOptimizer(0.1).minimize(loss)
            session.run(tf.global_variables_initializer())
            start = session.run([loss] + cell.trainable_variables)
            for _ in range(100):
                session.run(train)
            end, w = session.run([[loss] + cell.trainable_variables, cell.recurrent_matrix()])
            self.assertLess(end[0], 0.7 * start[0])
            for before, after in zip(start[1:], end[1:]):
                self.assertGreater(np.abs(before - after).max(), 0.05)
            self.assertAllClose(np.eye(8), w.conj().T.dot(w), rtol=0, atol=1e-5)

    def test_recurrent_matrix_is_the_paper_s(self):
        for n in (1, 5, 8, 12):
            with tf.Graph().as_default(), tf.Session() as session:
                cell = rnn_cell.UnitaryRNNCell(n, dtype=tf.float64)
                with self.assertRaisesRegex(ValueError, "no variables"):
                    cell.recurrent_matrix()
                cell(tf.zeros([1, 2], tf.float64), tf.zeros([1, 2 * n], tf.float64))
                session.run(tf.global_variables_initializer())
                self.assertAllClose(_dense(weights_of(session, cell), cell.permutation),
                                    session.run(cell.recurrent_matrix()), atol=1e-12)

    def test_by_hand(self):
        """theta = 0 and v along the first unit: a reflection of one frequency, then one of h."""
        with tf.Session() as session:
            cell = rnn_cell.UnitaryRNNCell(4, dtype=tf.float64)
            cell(tf.zeros([1, 1], tf.float64), tf.zeros([1, 8], tf.float64))
            session.run(tf.global_variables_initializer())
            cell._theta.load(np.zeros([3, 4]), session)
            cell._reflection.load(np.eye(2, 8)[[0, 0]], session)
            w = session.run(cell.recurrent_matrix())
            p = np.eye(4)[cell.permutation]
            f = np.fft.fft(np.eye(4)) / 2
            one = np.diag([-1.0, 1, 1, 1])
            self.assertAllClose(one.dot(f.conj().T).dot(p).dot(one).dot(f), w, atol=1e-12)

    def test_start(self):
        with tf.Session() as session:
            tf.set_random_seed(1)
            cell = rnn_cell.UnitaryRNNCell(200, learned_initial_state=True,
                                           weight_initializer="uniform_unit")
            cell(tf.zeros([1, 40]), tf.zeros([1, 400]))
            session.run(tf.global_variables_initializer())
            w = weights_of(session, cell)
        self.assertAllEqual(np.zeros(200), w["bias"])
        for name, limit in (("theta", np.pi), ("reflection", 1.0),
                            ("initial_state", np.sqrt(3 / 400.0)), ("kernel", np.sqrt(3 / 40.0))):
            self.assertLessEqual(np.abs(w[name]).max(), np.float32(limit))
            self.assertAllClose(limit ** 2 / 3, w[name].var(), rtol=0.15)
        self.assertAllClose(1.0, np.square(w["initial_state"]).sum(), rtol=0.15)

    def test_learned_initial_state(self):
        """Stands in for rows of zeros, and only for them; in every cell of a stack."""
        with tf.Session() as session:
            stack = rnn_cell.MultiRNNCell([rnn_cell.UnitaryRNNCell(
                3, learned_initial_state=True, dtype=tf.float64)] * 2)
            x = tf.zeros([2, 4], tf.float64)
            zero = stack.zero_state(2, tf.float64)
            mixed = (zero[0] + np.array([[0.0], [1.0]]), zero[1])
            with tf.variable_scope("s"):
                from_zero = stack(x, zero)[1][0]
                from_mixed = stack(x, mixed)[1][0]
            session.run(tf.global_variables_initializer())
            starts = [v for v in tf.trainable_variables() if v.op.name.endswith("initial_state")]
            self.assertLen(starts, 2)
            given = session.run(starts[0])
            with tf.variable_scope("s"):
                from_start = stack(x, (zero[0] + given, zero[1]))[1][0]
            found, part, expected = session.run([from_zero, from_mixed, from_start])
            self.assertAllClose(expected, found)
            self.assertAllClose(expected[0], part[0])
            self.assertNotAllClose(expected[1], part[1])
            gradient = tf.gradients(from_mixed, starts[0])[0]
            self.assertGreater(np.abs(session.run(gradient)).max(), 0)

    def test_modrelu(self):
        """A negative bias kills small moduli and keeps phases; no bias leaves z as it is."""
        with tf.Session() as session:
            z = np.array([[0.3, -1.2, 0.4, 1.6]])
            for use_bias in (True, False):
                cell = rnn_cell.UnitaryRNNCell(2, use_bias=use_bias, dtype=tf.float64,
                                               weight_initializer=tf.initializers.identity())
                # No state, and V = I: z is the input.
                h = cell(tf.constant(z), tf.zeros([1, 4], tf.float64))[0]
                session.run(tf.global_variables_initializer())
                if use_bias:
                    cell.variables[-1].load([-0.6, -0.5], session)
                    # |z| is 0.5 and 2.
                    self.assertAllClose([[0, -1.2 * 0.75, 0, 1.6 * 0.75]], session.run(h))
                else:
                    self.assertAllClose(z, session.run(h))

    def test_permutation_belongs_to_the_seed(self):
        cells = [rnn_cell.UnitaryRNNCell(40, permutation_seed=seed) for seed in (0, 0, 1)]
        self.assertAllEqual(cells[0].permutation, cells[1].permutation)
        self.assertNotAllClose(cells[0].permutation, cells[2].permutation)
        self.assertAllEqual(np.arange(40), np.sort(cells[2].permutation))

    def test_no_product_by_a_dense_matrix(self):
        """No constant or variable of the step is as large as n times n; nor is a product."""
        n = 64
        cell = rnn_cell.UnitaryRNNCell(n)
        cell(tf.zeros([1, 3]), tf.zeros([1, 2 * n]))
        for op in tf.get_default_graph().get_operations():
            for tensor in op.outputs:
                self.assertLess(tensor.shape.num_elements() or 0, n * n, op.name)

    def test_bad_options(self):
        for option, bad, error in (
                ("learned_initial_state", 1, TypeError), ("learned_initial_state", None, TypeError),
                ("permutation_seed", -1, ValueError), ("permutation_seed", 1.5, TypeError),
                ("permutation_seed", None, TypeError), ("recurrence", "fft", ValueError),
                ("recurrence", None, ValueError), ("recurrence", ["matrix"], ValueError)):
            with self.assertRaisesRegex(error, option):
                rnn_cell.UnitaryRNNCell(4, **{option: bad})


class FourierTransformTest(tf.test.TestCase):

    def test_equals_numpy(self):
        random = np.random.RandomState(1)
        for n in (1, 2, 3, 4, 6, 7, 9, 16, 18, 60):
            value = random.normal(size=[3, n]) + 1j * random.normal(size=[3, n])
            fourier = FourierTransform(n)
            re, im = fourier.forward(tf.constant(value.real), tf.constant(value.imag))
            back = fourier.inverse(re, im)
            expected = np.fft.fft(value)[:, fourier.order] / np.sqrt(n)
            with self.session() as session:
                re, im, (back_re, back_im) = session.run([re, im, back])
            self.assertAllClose(expected, re + 1j * im, atol=1e-12)
            self.assertAllClose(value, back_re + 1j * back_im, atol=1e-12)

    def test_gradient_of_a_permutation(self):
        order = np.random.RandomState(1).permutation(6)
        weight = np.random.RandomState(2).normal(size=[2, 6])
        x = tf.constant(np.random.RandomState(3).normal(size=[2, 6]))
        y = permuted(x, order)
        gradient = tf.gradients(y, x, tf.constant(weight))[0]
        with self.session() as session:
            x, y, gradient = session.run([x, y, gradient])
        self.assertAllEqual(x[:, order], y)
        self.assertAllClose((x * gradient).sum(), (y * weight).sum())
        self.assertAllEqual(weight, gradient[:, order])


if __name__ == "__main__":
    unittest.main()
