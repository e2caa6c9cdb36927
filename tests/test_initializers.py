"""weight_initializer and orthogonal_scale_factor, gate by gate; use_bias."""
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced as rnn_cell

from . import oracle

# Cell, and the names of its kernels with the heights of their blocks for 3 inputs and 4 units.
CELLS = {
    "basic": (rnn_cell.BasicRNNCell, {}, {"kernel": [3, 4]}),
    "gru": (rnn_cell.GRUCell, {}, {"gates/kernel": [3, 4], "candidate/kernel": [3, 4]}),
    "basic_lstm": (rnn_cell.BasicLSTMCell, {}, {"kernel": [3, 4]}),
    "lstm": (rnn_cell.LSTMCell, {}, {"kernel": [3, 4]}),
    "lstm_projection": (rnn_cell.LSTMCell, {"num_proj": 2, "use_peepholes": True},
                        {"kernel": [3, 2], "projection/kernel": [4]}),
}


def _initial(make, size=3, dtype=tf.float32, seed=None, partitioner=None):
    """Initial values of a cell's variables: name without the cell's scope -> value."""
    with tf.Graph().as_default(), tf.Session() as session:
        if seed is not None:
            tf.set_random_seed(seed)
        with tf.variable_scope("s", partitioner=partitioner):
            cell = make()
            cell(tf.zeros([2, size], dtype), cell.zero_state(2, dtype))
        session.run(tf.global_variables_initializer())
        variables = tf.global_variables()
        return {v.op.name.split("/", 2)[2]: value
                for v, value in zip(variables, session.run(variables))}


def _blocks(name, value, heights):
    width = value.shape[1] if name.startswith("projection") else 4
    rows = np.split(value, np.cumsum(heights)[:-1])
    return [block for row in rows
            for block in np.split(row, value.shape[1] // width, axis=1)]


class ByBlockTest(tf.test.TestCase):

    def _each_block(self, dtype=tf.float32, **keywords):
        for cell, (kind, more, kernels) in sorted(CELLS.items()):
            values = _initial(lambda: kind(4, **dict(more, **keywords)), dtype=dtype)
            found = [name for name in values if name.endswith("kernel")]
            self.assertEqual(sorted(kernels), sorted(found))
            for name in found:
                blocks = _blocks(name, values[name], kernels[name])
                for i, block in enumerate(blocks):
                    yield "%s %s %d" % (cell, name, i), block, blocks

    def _assert_scaled_isometry(self, block, gain, name, atol=1e-5):
        short = block if block.shape[0] <= block.shape[1] else block.T
        self.assertAllClose(gain ** 2 * np.eye(len(short)), short.dot(short.T), atol=atol,
                            msg=name)

    def test_orthogonal(self):
        for keywords, gain in (({}, 1.1), ({"orthogonal_scale_factor": 0.5}, 0.5),
                               ({"orthogonal_scale_factor": np.float32(2)}, 2.0),
                               ({"orthogonal_scale_factor": 1}, 1.0)):
            for name, block, _ in self._each_block(weight_initializer="orthogonal", **keywords):
                self._assert_scaled_isometry(block, gain, name)

    def test_orthogonal_float64(self):
        for name, block, _ in self._each_block(tf.float64, weight_initializer="orthogonal"):
            self.assertEqual(np.float64, block.dtype)
            self._assert_scaled_isometry(block, 1.1, name, 1e-12)

    def test_blocks_are_drawn_independently(self):
        for name, block, blocks in self._each_block(weight_initializer="orthogonal"):
            twins = [other for other in blocks
                     if other.shape == block.shape and np.allclose(other, block)]
            self.assertLen(twins, 1, name)

    def test_identity(self):
        for name, block, _ in self._each_block(weight_initializer="identity"):
            self.assertAllEqual(np.eye(*block.shape), block)

    def test_alias(self):
        for name, block, _ in self._each_block(weight_initalizer="identity"):
            self.assertAllEqual(np.eye(*block.shape), block)

    def test_biases_and_peepholes_are_left_alone(self):
        values = _initial(lambda: rnn_cell.GRUCell(4, weight_initializer="orthogonal"))
        self.assertAllEqual(np.ones(8), values["gates/bias"])
        self.assertAllEqual(np.zeros(4), values["candidate/bias"])

    def test_partitioned_kernel_is_refused(self):
        with self.assertRaisesRegex(ValueError, "partition"):
            _initial(lambda: rnn_cell.GRUCell(4, weight_initializer="orthogonal"),
                     partitioner=tf.fixed_size_partitioner(2))


class OtherInitializersTest(tf.test.TestCase):

    def test_uniform_unit_has_the_range_and_variance_of_the_paper(self):
        for cell, (kind, _, kernels) in sorted(CELLS.items()):
            if cell == "lstm_projection":
                continue
            values = _initial(lambda: kind(120, weight_initializer="uniform_unit"), size=80)
            for name in kernels:
                limit = np.sqrt(3.0 / 200)
                self.assertLessEqual(np.abs(values[name]).max(), limit)
                self.assertGreater(np.abs(values[name]).max(), 0.99 * limit)
                self.assertAllClose(1.0 / 200, values[name].var(), rtol=0.05)
                self.assertAllClose(0.0, values[name].mean(), atol=0.01)

    def test_uniform_unit_of_a_partitioned_kernel_counts_the_whole(self):
        values = _initial(lambda: rnn_cell.BasicRNNCell(60, weight_initializer="uniform_unit"),
                          size=40, partitioner=tf.fixed_size_partitioner(2))
        parts = [value for name, value in values.items() if "kernel" in name]
        self.assertLen(parts, 2)
        for part in parts:
            self.assertAllClose(1.0 / 100, part.var(), rtol=0.1)

    def test_objects_classes_and_functions(self):
        for given in (tf.constant_initializer(0.25), tf.initializers.ones, tf.zeros_initializer(),
                      lambda shape, dtype=None, partition_info=None: tf.fill(shape, 0.5)):
            expected = {"ones": 1.0, "zeros": 0.0}.get(
                getattr(given, "__name__", type(given).__name__).lower())
            for cell, (kind, more, kernels) in sorted(CELLS.items()):
                values = _initial(lambda: kind(4, weight_initializer=given, **more))
                for name in kernels:
                    self.assertEqual(1, len(np.unique(values[name])), (cell, name))
                    if expected is not None:
                        self.assertEqual(expected, values[name].flat[0])

    def test_none_is_the_initializer_of_the_scope(self):
        with tf.Graph().as_default(), tf.Session() as session:
            with tf.variable_scope("s", initializer=tf.constant_initializer(0.75)):
                rnn_cell.GRUCell(4)(tf.zeros([2, 3]), tf.zeros([2, 4]))
            session.run(tf.global_variables_initializer())
            self.assertAllEqual(np.full([7, 8], 0.75), session.run(tf.trainable_variables()[0]))

    def test_weight_initializer_is_stronger_than_the_scope(self):
        with tf.Graph().as_default(), tf.Session() as session:
            with tf.variable_scope("s", initializer=tf.constant_initializer(0.75)):
                rnn_cell.BasicRNNCell(3, weight_initializer="identity")(
                    tf.zeros([2, 3]), tf.zeros([2, 3]))
            session.run(tf.global_variables_initializer())
            self.assertAllEqual(np.vstack([np.eye(3)] * 2),
                                session.run(tf.trainable_variables()[0]))

    def test_seed_of_the_graph(self):
        for form in ("orthogonal", "uniform_unit"):
            def draw(seed):
                return _initial(lambda: rnn_cell.GRUCell(4, weight_initializer=form),
                                seed=seed)["gates/kernel"]
            self.assertAllEqual(draw(1), draw(1))
            self.assertNotAllClose(draw(1), draw(2))

    def test_bad_values(self):
        for keywords, error, words in (
                ({"weight_initializer": "orthogonl"}, ValueError, "orthogonl.*|orthogonal"),
                ({"weight_initializer": ""}, ValueError, "weight_initializer"),
                ({"weight_initializer": 3}, TypeError, "weight_initializer"),
                ({"weight_initializer": [[1.0]]}, TypeError, "weight_initializer"),
                ({"weight_initalizer": "nothing"}, ValueError, "weight_initializer"),
                ({"weight_initializer": "orthogonal", "orthogonal_scale_factor": 0}, ValueError,
                 "orthogonal_scale_factor.*0"),
                ({"weight_initializer": "orthogonal", "orthogonal_scale_factor": -1.5}, ValueError,
                 "orthogonal_scale_factor.*-1.5"),
                ({"weight_initializer": "orthogonal", "orthogonal_scale_factor": float("nan")},
                 ValueError, "orthogonal_scale_factor"),
                ({"weight_initializer": "orthogonal", "orthogonal_scale_factor": None}, TypeError,
                 "orthogonal_scale_factor"),
                ({"weight_initializer": "orthogonal", "orthogonal_scale_factor": "1.1"},
                 TypeError, "orthogonal_scale_factor")):
            for cell, (kind, more, _) in sorted(CELLS.items()):
                with self.subTest(cell=cell, **keywords):
                    with self.assertRaisesRegex(error, words):
                        kind(4, **dict(more, **keywords))

    def test_bad_gain_without_orthogonal(self):
        """A wrong value is told even where it would not be used."""
        for bad, error in ((0, ValueError), (-1, ValueError), ("1", TypeError)):
            with self.assertRaisesRegex(error, "orthogonal_scale_factor"):
                rnn_cell.GRUCell(4, orthogonal_scale_factor=bad)

    def test_two_initializers(self):
        with self.assertRaisesRegex(TypeError, "weight_initializer.*kernel_initializer"):
            rnn_cell.GRUCell(4, weight_initializer="identity",
                             kernel_initializer=tf.zeros_initializer())
        with self.assertRaisesRegex(TypeError, "weight_initializer.*initializer"):
            rnn_cell.LSTMCell(4, weight_initializer="identity", initializer=tf.zeros_initializer())


class BiasTest(tf.test.TestCase):

    def test_no_bias_is_a_zero_bias_without_variables(self):
        for cell, (kind, more, _) in sorted(CELLS.items()):
            results = []
            for use_bias in (True, False):
                with tf.Graph().as_default(), tf.Session() as session:
                    instance = kind(4, use_bias=use_bias, **more)
                    value = oracle.step(instance, oracle.Case(None))
                    gradients = tf.gradients(
                        tf.nest.flatten(value),
                        [v for v in tf.trainable_variables() if "bias" not in v.name])
                    oracle.load_random(
                        session, [v for v in tf.trainable_variables() if "bias" not in v.name])
                    for variable in tf.trainable_variables():
                        if "bias" in variable.name:
                            variable.load(np.zeros(variable.shape.as_list()), session)
                    results.append((oracle.names(),
                                    session.run(tf.nest.flatten(value) + gradients)))
            with self.subTest(cell):
                self.assertEqual([n for n in results[0][0] if not n.endswith("bias")],
                                 results[1][0])
                self.assertNotEqual(results[0][0], results[1][0])
                for expected, found in zip(results[0][1], results[1][1]):
                    self.assertAllClose(expected, found)

    def test_bias_variables_are_none_of_the_cell_s(self):
        cell = rnn_cell.LSTMCell(4, use_bias=False)
        cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
        self.assertLen(cell.variables, 1)
        self.assertEqual(7 * 16, cell.count_params())

    def test_must_be_a_bool(self):
        for bad in (0, 1, None, "False"):
            for kind, more, _ in CELLS.values():
                with self.assertRaisesRegex(TypeError, "use_bias"):
                    kind(4, use_bias=bad, **more)


if __name__ == "__main__":
    unittest.main()
