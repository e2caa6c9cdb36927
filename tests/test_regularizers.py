"""Costs of weights (L2, orthogonality) and of correlated units (DeCov)."""
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (rnn_cell_enhanced as rnn_cell,
                                                     rnn_enhanced as rnn,
                                                     seq2seq_enhanced as seq2seq)
from tests.sizes import slow
from tests.stock import tf_cells


def _random(*shape):
    return np.random.RandomState(0).normal(size=shape)


def _call(cell, size=3):
    """Calls `cell` twice, so that every kernel is used twice."""
    rnn.static_rnn(cell, [tf.ones([2, size])] * 2, dtype=tf.float32)


def _run(tensors, variables=()):
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run([tensors, list(variables)])


class L2Test(tf.test.TestCase):

    def setUp(self):
        tf.reset_default_graph()

    def test_kernels_once_each_and_no_biases(self):
        _call(rnn_cell.MultiRNNCell([rnn_cell.GRUCell(4),
                                     rnn_cell.LSTMCell(4, use_peepholes=True)]))
        variables = tf.trainable_variables()
        kernels = [v for v in variables if v.op.name.endswith("kernel")]
        self.assertEqual(3, len(kernels))
        self.assertEqual(9, len(variables))
        loss = seq2seq.rnn_l2_loss(factor=0.5)
        again = seq2seq.rnn_l2_loss(kernels + kernels + variables, factor=0.5)
        (found, found_again), values = _run([loss, again], kernels)
        expected = 0.5 * sum((value.astype(np.float64) ** 2).sum() for value in values)
        np.testing.assert_allclose(found, expected, rtol=1e-5)
        np.testing.assert_allclose(found_again, expected, rtol=1e-5)

    def test_embeddings_and_gains_are_left_out(self):
        _call(rnn_cell.LayerNormGRUCell(4))
        tf.get_variable("decoder/embedding", [5, 4])
        tf.get_variable("decoder/kernel", [2, 4], trainable=False)
        kernels = [v for v in tf.trainable_variables() if v.op.name.endswith("kernel")]
        found, values = _run(seq2seq.rnn_l2_loss(factor=1), kernels)
        np.testing.assert_allclose(found, sum((v ** 2).sum() for v in values), rtol=1e-5)

    def test_relaxed_biases_are_left_out(self):
        _call(rnn_cell.RelaxationWrapper(rnn_cell.BasicRNNCell(4), 2))
        kernel = [v for v in tf.trainable_variables() if v.op.name.endswith("kernel")][0]
        self.assertEqual(3, kernel.shape.ndims)
        found, (value,) = _run(seq2seq.rnn_l2_loss(factor=1), [kernel])
        np.testing.assert_allclose(found, (value ** 2).sum(), rtol=1e-5)

    def test_partitioned_kernel(self):
        with tf.variable_scope("s", partitioner=tf.fixed_size_partitioner(2)):
            kernel = tf.get_variable("kernel", [4, 3])
            tf.get_variable("embedding", [4, 3])
        losses = [seq2seq.rnn_l2_loss(factor=1), seq2seq.rnn_l2_loss([kernel], 1)]
        found, value = _run(losses, [kernel.as_tensor()])
        np.testing.assert_allclose(found, [(value[0] ** 2).sum()] * 2, rtol=1e-5)

    def test_wrong_arguments(self):
        with self.assertRaisesRegexp(ValueError, "no kernel"):
            seq2seq.rnn_l2_loss()
        kernel = tf.get_variable("kernel", [2, 2])
        with self.assertRaisesRegexp(ValueError, "factor must be at least 0, got -1"):
            seq2seq.rnn_l2_loss(factor=-1)
        with self.assertRaisesRegexp(TypeError, "list of variables"):
            seq2seq.rnn_l2_loss([tf.zeros([2, 2])])
        with self.assertRaisesRegexp(TypeError, "list of variables, got 3"):
            seq2seq.rnn_l2_loss(3)
        with self.assertRaisesRegexp(ValueError, "no kernel"):
            seq2seq.rnn_l2_loss([tf.get_variable("bias", [2])])
        self.assertEqual([], seq2seq.rnn_l2_loss(kernel).shape.as_list())


def _orthogonality(blocks, gain=1.0):
    total = 0.0
    for w in blocks:
        gram = w.T.dot(w) if w.shape[0] >= w.shape[1] else w.dot(w.T)
        total += ((gram - gain ** 2 * np.eye(len(gram))) ** 2).sum()
    return total


def _last_rows(size, number):
    return lambda value: np.split(value[-size:], number, axis=1)


# Cell, and for each of its kernels (by the end of its name) how its recurrent blocks are cut.
_CELLS = {
    "basic": (lambda: rnn_cell.BasicRNNCell(4), {"kernel": _last_rows(4, 1)}),
    "gru": (lambda: rnn_cell.GRUCell(4), {"gates/kernel": _last_rows(4, 2),
                                          "candidate/kernel": _last_rows(4, 1)}),
    "gru_named": (lambda: rnn_cell.GRUCell(4, name="mine"), {
        "gates/kernel": _last_rows(4, 2), "candidate/kernel": _last_rows(4, 1)}),
    "gru_of_tensorflow": (lambda: tf_cells.GRUCell(4), {
        "gates/kernel": _last_rows(4, 2), "candidate/kernel": _last_rows(4, 1)}),
    "gru_skips": (lambda: rnn_cell.GRUCell(4, skip_connections=True), {
        "gates/kernel": _last_rows(4, 2), "candidate/kernel": _last_rows(4, 1),
        "skip/kernel": lambda value: []}),
    "basic_lstm": (lambda: rnn_cell.BasicLSTMCell(4), {"kernel": _last_rows(4, 4)}),
    "lstm_projection": (lambda: rnn_cell.LSTMCell(4, num_proj=2), {
        "projection/kernel": lambda value: [], "kernel": _last_rows(2, 4)}),
    "mutant": (lambda: rnn_cell.JZS3Cell(4), {"recurrent/kernel": _last_rows(4, 1),
                                             "input/kernel": lambda value: []}),
    "identity": (lambda: rnn_cell.IdentityRNNCell(4), {
        "recurrent_kernel": _last_rows(4, 1), "kernel": lambda value: []}),
    "multiplicative_gru": (lambda: rnn_cell.MultiplicativeGRUCell(4), {
        "gates/kernel": _last_rows(4, 2), "candidate/kernel": _last_rows(4, 1),
        "input/kernel": lambda value: []}),
    "layer_norm_lstm": (lambda: rnn_cell.LayerNormLSTMCell(4), {
        "recurrent/kernel": _last_rows(4, 4), "input/kernel": lambda value: []}),
    "layer_norm_basic_lstm": (lambda: rnn_cell.LayerNormBasicLSTMCell(4), {
        "kernel": _last_rows(4, 4)}),
    "wrapped": (lambda: rnn_cell.OutputProjectionWrapper(rnn_cell.DropoutWrapper(
        rnn_cell.MultiRNNCell([rnn_cell.GRUCell(4)]), output_keep_prob=0.5), 3), {
            "gates/kernel": _last_rows(4, 2), "candidate/kernel": _last_rows(4, 1),
            "kernel": lambda value: []}),
}


class OrthogonalityTest(tf.test.TestCase):

    def setUp(self):
        tf.reset_default_graph()

    @slow
    def test_recurrent_blocks_of_cells(self):
        for name, (make, cut) in sorted(_CELLS.items()):
            with tf.Graph().as_default():
                cell = make()
                _call(cell)
                loss = seq2seq.orthogonality_loss([cell, cell], 0.5, gain=1.2)
                variables = [v for v in tf.trainable_variables() if "kernel" in v.op.name]
                found, values = _run(loss, variables)
            blocks = []
            for variable, value in zip(variables, values):
                ends = [end for end in sorted(cut, key=len, reverse=True)
                        if variable.op.name.endswith(end)]
                blocks.extend(cut[ends[0]](value.astype(np.float64)))
            np.testing.assert_allclose(found, 0.5 * _orthogonality(blocks, 1.2), rtol=1e-4,
                                       err_msg=name)

    def test_orthogonal_weights_cost_nothing(self):
        cell = rnn_cell.GRUCell(8, weight_initializer="orthogonal", orthogonal_scale_factor=1.1)
        _call(cell)
        (at_gain, at_one), _ = _run([seq2seq.orthogonality_loss(cell, gain=1.1),
                                     seq2seq.orthogonality_loss(cell)])
        self.assertLess(at_gain, 1e-9)
        np.testing.assert_allclose(at_one, 3 * 8 * (1.21 - 1) ** 2, rtol=1e-3)

    def test_a_matrix_that_is_not_square_is_compared_by_the_smaller_product(self):
        rows = np.linalg.qr(_random(128, 64))[0].T
        (wide, tall), _ = _run([seq2seq.orthogonality_loss(tf.constant(rows)),
                                seq2seq.orthogonality_loss([tf.constant(rows.T)])])
        self.assertLess(max(wide, tall), 1e-20)

    def test_gradient(self):
        w = tf.constant(_random(4, 4))
        gradient = tf.gradients(seq2seq.orthogonality_loss(w, gain=1.3), w)[0]
        (found, value), _ = _run([gradient, w])
        np.testing.assert_allclose(
            found, 4 * value.dot(value.T.dot(value) - 1.69 * np.eye(4)), rtol=1e-9)

    def test_cell_in_two_scopes(self):
        cell = rnn_cell.BasicRNNCell(4)
        for scope in ("encoder", "decoder"):
            with tf.variable_scope(scope):
                _call(cell)
        found, values = _run(seq2seq.orthogonality_loss(cell), [
            v for v in tf.trainable_variables() if v.op.name.endswith("kernel")])
        self.assertEqual(2, len(values))
        np.testing.assert_allclose(found, _orthogonality([v[-4:] for v in values]), rtol=1e-4)

    def test_wrong_arguments(self):
        class Own(rnn_cell.RNNCell):
            state_size = output_size = property(lambda self: 4)

            def call(self, inputs, state):
                return state, state
        w = tf.zeros([3, 3])
        for error, words, args in (
                (ValueError, "no recurrent block", (rnn_cell.GRUCell(4),)),
                (ValueError, "no recurrent block", ([],)),
                (ValueError, "of Own maps its state", (Own(),)),
                (ValueError, "of RelaxationWrapper maps its state",
                 (rnn_cell.RelaxationWrapper(rnn_cell.GRUCell(4), 2),)),
                (TypeError, "cells or matrices, got 3", (3,)),
                (ValueError, "floating-point matrices", (tf.zeros([3]),)),
                (ValueError, "factor must be at least 0, got -2", (w, -2)),
                (ValueError, "gain must be positive, got 0", (w, 1, 0)),
                (TypeError, "gain must be a number", (w, 1, "one"))):
            with self.assertRaisesRegexp(error, words):
                seq2seq.orthogonality_loss(*args)


def _decov(h):
    centred = h - h.mean(0)
    c = centred.T.dot(centred) / len(h)
    return sum(c[i, j] ** 2 for j in range(len(c)) for i in range(j))


class DecovTest(tf.test.TestCase):

    def setUp(self):
        tf.reset_default_graph()

    def _value(self, *args, **kwargs):
        return _run(seq2seq.decov_loss(*args, **kwargs))[0]

    def test_against_numpy(self):
        h = _random(6, 4)
        np.testing.assert_allclose(self._value(tf.constant(h)), _decov(h), rtol=1e-12)
        steps = _random(3, 5, 4)
        for time_major in (False, True):
            np.testing.assert_allclose(
                self._value(tf.constant(steps), 0.1, time_major=time_major),
                0.1 * _decov(steps.reshape(-1, 4)), rtol=1e-12)

    def test_whitened_units_and_a_batch_of_one_cost_nothing(self):
        q = np.linalg.qr(_random(8, 3) - _random(8, 3).mean(0))[0]
        q = np.linalg.qr(q - q.mean(0))[0]
        self.assertLess(self._value(tf.constant(q)), 1e-25)
        self.assertEqual(0.0, self._value(tf.constant(_random(1, 4))))

    def test_padding_is_left_out(self):
        h = _random(3, 5, 4)
        mask = np.array([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0], [0, 0, 0, 0, 0]], np.float64)
        expected = _decov(h[mask != 0])
        for keywords in (dict(hidden=tf.constant(h), weights=tf.constant(0.5 * mask)),
                         dict(hidden=tf.constant(h),
                              weights=[tf.constant(mask[:, t]) for t in range(5)]),
                         dict(hidden=tf.constant(h.transpose(1, 0, 2)),
                              weights=tf.constant(mask.T), time_major=True),
                         dict(hidden=tf.constant(h.reshape(-1, 4)),
                              weights=tf.constant(mask.reshape(-1)))):
            np.testing.assert_allclose(self._value(**keywords), expected, rtol=1e-10)

    def test_gradient(self):
        h = _random(6, 4)
        x = tf.constant(h)
        found, _ = _run(tf.gradients(seq2seq.decov_loss(x), x)[0])
        centred = h - h.mean(0)
        c = centred.T.dot(centred) / 6
        np.fill_diagonal(c, 0)
        np.testing.assert_allclose(found, 2.0 / 6 * centred.dot(c), rtol=1e-9)

    def test_wrong_arguments(self):
        h = tf.zeros([2, 5, 4])
        for error, words, args, keywords in (
                (ValueError, "factor must be at least 0, got -1", (h, -1), {}),
                (TypeError, "time_major must be", (h,), dict(time_major="no")),
                (TypeError, "floating point, got int32", (tf.zeros([2, 2], tf.int32),), {}),
                (ValueError, r"got shape \(2,\)", (tf.zeros([2]),), {}),
                (ValueError, r"weights must be \[N\]", (tf.zeros([2, 3]),),
                 dict(weights=tf.ones([2, 3]))),
                (ValueError, "weights are of 4 steps", (h,), dict(weights=tf.ones([2, 4])))):
            with self.assertRaisesRegexp(error, words):
                seq2seq.decov_loss(*args, **keywords)


if __name__ == "__main__":
    unittest.main()
