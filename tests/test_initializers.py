"""weight_initializer and orthogonal_scale_factor, gate by gate; use_bias."""
import copy
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import initializers, rnn_cell_enhanced as rnn_cell
from Project_RNN_Enhancement.rnn_enhancement.tf1 import keras

from . import oracle
from .sizes import slow

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

    @slow
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
                self.assertLessEqual(np.abs(values[name]).max(), np.float32(limit))
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

    @slow
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

    @slow
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

    def test_gru_keeps_an_offset_of_its_gates(self):
        """`gate_offset` is what TensorFlow's biases of 1 start with, and no variable."""
        with tf.Session() as session:
            x, h = tf.constant([[0.3, -0.5, 1.0]]), tf.constant([[0.2, -0.7, 0.9, 0.1]])
            with_bias = rnn_cell.GRUCell(4)
            without = rnn_cell.GRUCell(4, use_bias=False, gate_offset=1)
            bare = rnn_cell.GRUCell(4, use_bias=False)
            outputs = [cell(x, h)[0] for cell in (with_bias, without, bare)]
            session.run(tf.global_variables_initializer())
            for cell in (without, bare):
                for source, target in zip(with_bias.variables[::2], cell.variables):
                    target.load(session.run(source), session)
            self.assertEqual(["kernel"] * 2, [v.op.name.split("/")[-1] for v in without.variables])
            expected, found, other = session.run(outputs)
            self.assertAllClose(expected, found)
            self.assertNotAllClose(expected, other)

    def test_lstm_keeps_its_forget_bias(self):
        with tf.Session() as session:
            outputs = []
            for forget_bias in (1.0, 0.0):
                cell = rnn_cell.BasicLSTMCell(2, forget_bias=forget_bias, use_bias=False,
                                              weight_initializer=tf.zeros_initializer())
                c = tf.ones([1, 2])
                outputs.append(cell(tf.ones([1, 3]), (c, c))[1].c)
            session.run(tf.global_variables_initializer())
            one, zero = session.run(outputs)
            self.assertAllClose(np.full([1, 2], 1 / (1 + np.exp(-1.0))), one)
            self.assertAllClose(np.full([1, 2], 0.5), zero)

    def test_bad_offset(self):
        for bad, error in (("1", TypeError), (None, TypeError), (True, TypeError),
                           (float("inf"), ValueError)):
            with self.assertRaisesRegex(error, "gate_offset"):
                rnn_cell.GRUCell(4, gate_offset=bad)


class ObjectsTest(tf.test.TestCase):
    """The initialisers outside of cells."""

    def _value(self, initializer, shape, dtype=tf.float32, seed=None):
        with tf.Graph().as_default(), tf.Session() as session:
            if seed is not None:
                tf.set_random_seed(seed)
            variable = tf.get_variable("v", shape, dtype, initializer=initializer)
            self.assertEqual(dtype, variable.dtype.base_dtype)
            session.run(variable.initializer)
            return session.run(variable)

    def _objects(self, seed=None):
        return [(initializers.UniformUnitScaling(1.15, seed), [4, 4]),
                (initializers.Orthogonal(1.1, seed), [4, 4]),
                (initializers.RandomSigns(seed), [4, 4]),
                (initializers.Chrono(20, ("keep", 0.5, "renew"), 1.0, seed), [12]),
                (initializers.Blockwise(initializers.Orthogonal(seed=seed), [2, 2], [2, 2]),
                 [4, 4])]

    def test_any_dtype(self):
        for initializer, shape in self._objects():
            for dtype in (tf.float16, tf.float32, tf.float64):
                with self.subTest(initializer=initializer, dtype=dtype):
                    value = self._value(initializer, shape, dtype)
                    self.assertEqual(shape, list(value.shape))
                    self.assertTrue(np.isfinite(value).all())

    def test_config(self):
        for initializer, shape in self._objects(seed=3):
            with self.subTest(initializer=initializer):
                again = type(initializer).from_config(initializer.get_config())
                self.assertEqual(initializer.get_config(), again.get_config())
                self.assertAllEqual(self._value(initializer, shape, seed=1),
                                    self._value(again, shape, seed=1))
                if not isinstance(initializer, initializers.Blockwise):
                    in_keras = keras.initializers.deserialize(
                        keras.initializers.serialize(initializer),
                        custom_objects={type(initializer).__name__: type(initializer)})
                    self.assertEqual(initializer.get_config(), in_keras.get_config())

    @slow
    def test_seeds(self):
        for number in range(5):
            def draw(graph_seed, seed=None):
                initializer, shape = self._objects(seed)[number]
                return self._value(initializer, shape, seed=graph_seed)
            self.assertAllEqual(draw(1), draw(1))
            self.assertAllEqual(draw(None, 4), draw(None, 4))
            self.assertNotAllClose(draw(1), draw(2))
            self.assertNotAllClose(draw(1, 4), draw(1, 5))

    def test_seeded_blocks_differ(self):
        blocks = np.split(self._value(initializers.Blockwise(
            initializers.Orthogonal(1.0, seed=3), [4], [4] * 3), [4, 12]), 3, axis=1)
        for i, block in enumerate(blocks):
            self.assertAllClose(np.eye(4), block.dot(block.T), atol=1e-5)
            self.assertNotAllClose(block, blocks[i - 1])

    def test_orthogonal(self):
        wide = self._value(initializers.Orthogonal(0.5), [3, 7], tf.float64)
        self.assertAllClose(0.25 * np.eye(3), wide.dot(wide.T))
        kernel = self._value(initializers.Orthogonal(), [2, 3, 4], tf.float64).reshape(6, 4)
        self.assertAllClose(1.21 * np.eye(4), kernel.T.dot(kernel))
        half = self._value(initializers.Orthogonal(), [4, 4], tf.float16).astype(np.float64)
        self.assertAllClose(1.21 * np.eye(4), half.dot(half.T), atol=0.01)

    def test_random_signs(self):
        value = self._value(initializers.RandomSigns(), [100, 50])
        self.assertAllClose(np.full([100, 50], 0.1), np.abs(value))
        self.assertAllClose(0.0, value.mean(), atol=0.01)

    def test_chrono(self):
        value = self._value(initializers.Chrono(100, ("renew", 0, "keep", 2.5), offset=1.0),
                            [4000], tf.float64)
        renew, zero, keep, constant = np.split(value, 4)
        self.assertAllClose(-renew, keep + 1.0)
        self.assertAllEqual(np.zeros(1000), zero)
        self.assertAllEqual(np.full(1000, 2.5), constant)
        u = np.exp(-renew)
        self.assertTrue((1 <= u).all() and (u <= 99).all())
        self.assertAllClose(50.0, u.mean(), rtol=0.1)
        self.assertAllClose(98.0 ** 2 / 12, u.var(), rtol=0.1)

    def test_bad_values(self):
        for arguments, error, words in (
                ((1,), ValueError, "max_steps.*2.*1"), (("9",), TypeError, "max_steps"),
                ((None,), TypeError, "max_steps"), ((float("nan"),), ValueError, "max_steps"),
                ((9, ("forget",)), ValueError, "keep.*renew.*forget"),
                ((9, (None,)), TypeError, "gates"), ((9, ("keep",), "1"), TypeError, "offset")):
            with self.assertRaisesRegex(error, words):
                initializers.Chrono(*arguments)
        for shape in ([7], [2, 4]):
            with self.assertRaisesRegex(ValueError, "equal blocks.*%d" % shape[0]):
                initializers.Chrono(9, ("keep", "renew"))(shape)


class ChronoTest(tf.test.TestCase):
    """chrono_max_steps of the cells."""

    def test_gru(self):
        values = _initial(lambda: rnn_cell.GRUCell(4, chrono_max_steps=30, gate_offset=0.5))
        r, u = np.split(values["gates/bias"], 2)
        self.assertAllEqual(np.ones(4), r)
        self.assertTrue((u + 0.5 >= 0).all() and (u + 0.5 <= np.log(29)).all())
        self.assertLen(set(u), 4)
        self.assertAllEqual(np.zeros(4), values["candidate/bias"])

    def test_lstm(self):
        for kind in (rnn_cell.BasicLSTMCell, rnn_cell.LSTMCell):
            for forget_bias in (1.0, 0.0):
                values = _initial(lambda: kind(4, chrono_max_steps=30, forget_bias=forget_bias))
                i, j, f, o = np.split(values["bias"], 4)
                self.assertAllClose(-i, f + forget_bias)
                self.assertTrue((i <= 0).all() and (i >= -np.log(29)).all())
                self.assertAllEqual(np.zeros(8), np.concatenate([j, o]))

    def test_config(self):
        for kind in (rnn_cell.GRUCell, rnn_cell.BasicLSTMCell, rnn_cell.LSTMCell):
            cell = kind.from_config(kind(4, chrono_max_steps=30).get_config())
            self.assertEqual(30, cell.get_config()["chrono_max_steps"])
            starts = _initial(lambda: copy.deepcopy(cell))
            bias = [value for name, value in starts.items() if name.endswith("bias")][0]
            self.assertGreater(len(set(bias)), 4)
        cell = rnn_cell.GRUCell.from_config(rnn_cell.GRUCell(4, gate_offset=0.5).get_config())
        self.assertEqual(0.5, cell.get_config()["gate_offset"])

    def test_bad_values(self):
        for kind in (rnn_cell.GRUCell, rnn_cell.BasicLSTMCell, rnn_cell.LSTMCell):
            for bad, error in ((1, ValueError), (-5, ValueError), ("9", TypeError),
                               (True, TypeError), (float("inf"), ValueError)):
                with self.assertRaisesRegex(error, "chrono_max_steps.*%s" % bad):
                    kind(4, chrono_max_steps=bad)
            with self.assertRaisesRegex(ValueError, "chrono_max_steps=9.*use_bias"):
                kind(4, chrono_max_steps=9, use_bias=False)
        with self.assertRaisesRegex(TypeError, "chrono_max_steps.*bias_initializer"):
            rnn_cell.GRUCell(4, chrono_max_steps=9, bias_initializer=tf.zeros_initializer())


if __name__ == "__main__":
    unittest.main()
