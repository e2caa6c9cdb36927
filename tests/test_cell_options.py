"""The keywords that every cell takes, and what a wrong argument is told."""
import copy
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced as rnn_cell

from . import stock
from tests.sizes import slow
from tests.stock import tf_cells

CELLS = {"basic": rnn_cell.BasicRNNCell, "gru": rnn_cell.GRUCell,
         "basic_lstm": rnn_cell.BasicLSTMCell, "lstm": rnn_cell.LSTMCell}


def _variables(cell, size=3):
    """Variables of one step, name -> value."""
    with tf.Session() as session:
        cell(tf.ones([2, size]), cell.zero_state(2, tf.float32))
        session.run(tf.global_variables_initializer())
        return {v.op.name: value for v, value in zip(
            tf.trainable_variables(), session.run(tf.trainable_variables()))}


class InitializersTest(tf.test.TestCase):

    def _blocks(self, cell, units, size):
        with tf.Graph().as_default():
            for name, value in sorted(_variables(cell, size).items()):
                if name.endswith("kernel"):
                    for column in range(0, value.shape[1], units):
                        yield value[:size, column:column + units], "input"
                        yield value[size:, column:column + units], "recurrent"

    def test_orthogonal_by_block(self):
        for name, kind in sorted(CELLS.items()):
            for keywords, gain in (({}, 1.1), ({"orthogonal_scale_factor": 0.7}, 0.7)):
                cell = kind(4, weight_initalizer="orthogonal", **keywords)
                for block, part in self._blocks(cell, 4, 3):
                    gram = block.dot(block.T)
                    self.assertAllClose(gain ** 2 * np.eye(len(gram)), gram, atol=1e-5)

    def test_identity_by_block(self):
        for block, part in self._blocks(rnn_cell.GRUCell(4, weight_initializer="identity"), 4, 3):
            self.assertAllClose(np.eye(*block.shape), block)

    def test_uniform_unit(self):
        with tf.Graph().as_default():
            tf.set_random_seed(11)
            kernel = _variables(rnn_cell.BasicRNNCell(
                200, weight_initializer="uniform_unit"), 100)["basic_rnn_cell/kernel"]
        limit = np.sqrt(3.0 / 300)
        self.assertLessEqual(np.abs(kernel).max(), np.float32(limit))
        self.assertAllClose(limit / np.sqrt(3), kernel.std(), rtol=0.02)

    def test_object_and_seed(self):
        with tf.Graph().as_default():
            kernel = _variables(rnn_cell.GRUCell(
                2, weight_initializer=tf.constant_initializer(0.25)))["gru_cell/gates/kernel"]
            self.assertAllClose(np.full([5, 4], 0.25), kernel)
        draws = []
        for _ in range(2):
            with tf.Graph().as_default():
                tf.set_random_seed(4)
                draws.append(_variables(rnn_cell.GRUCell(4, weight_initializer="orthogonal")))
        self.assertAllClose(*[draw["gru_cell/gates/kernel"] for draw in draws])

    def test_projection_and_float64(self):
        with tf.Graph().as_default():
            cell = rnn_cell.LSTMCell(5, num_proj=3, weight_initializer="orthogonal",
                                     dtype=tf.float64)
            cell(tf.ones([2, 4], tf.float64), cell.zero_state(2, tf.float64))
            with self.session() as session:
                session.run(tf.global_variables_initializer())
                kernel, projection = session.run(
                    [v for v in tf.trainable_variables() if v.op.name.endswith("kernel")])
        recurrent = kernel[4:, :5]
        self.assertAllClose(1.21 * np.eye(3), recurrent.dot(recurrent.T), atol=1e-9)
        self.assertAllClose(1.21 * np.eye(3), projection.T.dot(projection), atol=1e-9)

    def test_bad_values(self):
        for keywords, error, words in (
                ({"weight_initializer": "orthogonl"}, ValueError, "'orthogonal'"),
                ({"weight_initializer": 3}, TypeError, "weight_initializer"),
                ({"weight_initializer": "orthogonal", "orthogonal_scale_factor": 0}, ValueError,
                 "orthogonal_scale_factor"),
                ({"weight_initializer": "orthogonal", "orthogonal_scale_factor": "1"}, TypeError,
                 "orthogonal_scale_factor"),
                ({"weight_initializer": "identity", "kernel_initializer": tf.zeros_initializer()},
                 TypeError, "kernel_initializer")):
            with self.assertRaisesRegex(error, words):
                rnn_cell.GRUCell(3, **keywords)


class BiasTest(tf.test.TestCase):

    def test_no_bias_variables_and_zero_bias_numbers(self):
        for name, kind in sorted(CELLS.items()):
            outputs = []
            for use_bias in (True, False):
                with tf.Graph().as_default(), self.session() as session:
                    cell = kind(4, use_bias=use_bias)
                    state = tf.nest.map_structure(lambda s: s + 0.3, cell.zero_state(2, tf.float32))
                    output, _ = cell(tf.ones([2, 3]), state)
                    variables = tf.trainable_variables()
                    session.run(tf.global_variables_initializer())
                    random = np.random.RandomState(0)
                    for variable in variables:
                        if variable.op.name.endswith("bias"):
                            variable.load(np.zeros(variable.shape), session)
                        else:
                            variable.load(random.randn(*variable.shape.as_list()), session)
                    self.assertEqual(
                        use_bias, any(v.op.name.endswith("bias") for v in variables))
                    outputs.append(session.run(output))
            self.assertAllClose(*outputs)

    def test_must_be_bool(self):
        with self.assertRaisesRegex(TypeError, "use_bias"):
            rnn_cell.GRUCell(3, use_bias=0)


class ArgumentsTest(tf.test.TestCase):

    def test_num_units(self):
        for kind in CELLS.values():
            for bad, error in ((0, ValueError), (-1, ValueError), (2.5, TypeError),
                               ("4", TypeError), (None, TypeError), (True, TypeError)):
                with self.assertRaisesRegex(error, "num_units"):
                    kind(bad)
            self.assertEqual(4, kind(np.int64(4)).output_size)

    def test_unknown_keyword_names_the_nearest(self):
        with self.assertRaisesRegex(TypeError, "'gpu_four_layer'.*'gpu_for_layer'"):
            rnn_cell.GRUCell(3, gpu_four_layer=1)
        with self.assertRaisesRegex(TypeError, "'forget_bais'.*'forget_bias'"):
            rnn_cell.BasicLSTMCell(3, forget_bais=1)
        with self.assertRaisesRegex(TypeError, "'gpu_for_layers'.*'gpu_for_layer'"):
            rnn_cell.DropoutWrapper(rnn_cell.GRUCell(3), gpu_for_layers=1)

    def test_two_spellings(self):
        with self.assertRaisesRegex(TypeError, "gpu_number.*gpu_for_layer|two spellings"):
            rnn_cell.GRUCell(3, gpu_number=0, gpu_for_layer=0)
        with self.assertRaisesRegex(TypeError, "two spellings"):
            rnn_cell.GRUCell(3, weight_initalizer="identity", weight_initializer="identity")

    def test_wrappers(self):
        with self.assertRaises(TypeError):
            rnn_cell.DropoutWrapper("cell")
        with self.assertRaises(ValueError):
            rnn_cell.DropoutWrapper(rnn_cell.GRUCell(3), input_keep_prob=1.5)
        with self.assertRaises(TypeError):
            rnn_cell.MultiRNNCell(rnn_cell.GRUCell(3))
        with self.assertRaises(ValueError):
            rnn_cell.MultiRNNCell([])
        with self.assertRaises(TypeError):
            rnn_cell.MultiRNNCell([3])
        with self.assertRaisesRegex(ValueError, "output_size"):
            rnn_cell.OutputProjectionWrapper(rnn_cell.GRUCell(3), 0)
        with self.assertRaisesRegex(ValueError, "embedding_classes"):
            rnn_cell.EmbeddingWrapper(rnn_cell.GRUCell(3), -1, 3)
        with self.assertRaisesRegex(ValueError, "Expected state .* a tuple"):
            rnn_cell.MultiRNNCell([rnn_cell.GRUCell(2)] * 2)(tf.zeros([1, 2]), tf.zeros([1, 4]))

    def test_linear(self):
        for bad in (None, [], tf.zeros([2, 2, 2]), tf.placeholder(tf.float32, [2, None])):
            with self.assertRaises(ValueError):
                rnn_cell.linear(bad, 3, True)


class CopiesTest(tf.test.TestCase):

    def test_config_round_trip(self):
        for kind in CELLS.values():
            cell = kind(4, use_bias=False, gpu_for_layer="/cpu:0", weight_initializer="identity")
            again = kind.from_config(cell.get_config())
            self.assertEqual(cell.get_config(), again.get_config())
            self.assertFalse(again._use_bias)

    @slow
    def test_deepcopy_before_and_after_use(self):
        keep = tf.placeholder_with_default(0.5, [])
        cells = [kind(4) for kind in CELLS.values()] + [
            rnn_cell.MultiRNNCell([rnn_cell.GRUCell(4), rnn_cell.LSTMCell(4)]),
            rnn_cell.DropoutWrapper(rnn_cell.GRUCell(4), output_keep_prob=keep),
            rnn_cell.OutputProjectionWrapper(rnn_cell.GRUCell(4), 5)]
        for i, cell in enumerate(cells):
            before = copy.deepcopy(cell)
            with tf.variable_scope("scope%d" % i):
                expected = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
            after = copy.deepcopy(cell)
            for j, twin in enumerate((before, after)):
                self.assertEqual([], twin.variables)
                with tf.variable_scope("scope%d_%d" % (i, j)):
                    found = twin(tf.ones([2, 3]), twin.zero_state(2, tf.float32))
                tf.nest.assert_same_structure(expected, found)
            # In the scope of the original a copy finds the original's weights.
            count = len(tf.global_variables())
            with tf.variable_scope("scope%d" % i, reuse=True):
                copy.deepcopy(cell)(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
            self.assertEqual(count, len(tf.global_variables()))

    def test_isinstance(self):
        for kind in list(CELLS.values()) + [rnn_cell.DropoutWrapper, rnn_cell.MultiRNNCell,
                                            rnn_cell.EmbeddingWrapper]:
            self.assertTrue(issubclass(kind, tf_cells.RNNCell))
            self.assertTrue(issubclass(kind, rnn_cell.RNNCell))

    def test_inside_stock(self):
        with stock.quiet():
            cell = tf_cells.MultiRNNCell([
                tf_cells.DropoutWrapper(rnn_cell.GRUCell(3), 0.5), rnn_cell.LSTMCell(3)])
            outputs, _ = tf.nn.dynamic_rnn(cell, tf.ones([2, 4, 3]), dtype=tf.float32)
        self.assertEqual([2, 4, 3], outputs.shape.as_list())

    def test_construction_is_silent(self):
        with self.assertLogs("tensorflow") as logs:
            tf.get_logger().warning("the only one")
            for kind in CELLS.values():
                cell = rnn_cell.MultiRNNCell([kind(3)] * 2)
                with tf.variable_scope(kind.__name__):
                    cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
        self.assertEqual(1, len(logs.output), logs.output)


if __name__ == "__main__":
    unittest.main()
