"""The four cells: equal to stock TensorFlow 1.15, to their equations in NumPy, and as Keras layers."""
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced as rnn_cell
from Project_RNN_Enhancement.rnn_enhancement import rnn_enhanced, seq2seq_enhanced
from Project_RNN_Enhancement.rnn_enhancement.tf1 import has_keras_2, keras

from . import oracle
from .sizes import slow
from .stock import contrib


class ParityTest(tf.test.TestCase):

    @slow
    def test_step(self):
        for name, case in sorted(oracle.CELLS.items()):
            with self.subTest(name):
                def build(library):
                    return oracle.step(case.make(library.cells), case)
                oracle.assert_same(self, build)
                oracle.assert_same_structure(self, build)

    @slow
    def test_two_steps_with_one_cell(self):
        for name, case in sorted(oracle.CELLS.items()):
            with self.subTest(name):
                def build(library):
                    cell = case.make(library.cells)
                    output, state = cell(case.inputs(), oracle.state_of(cell, case.dtype))
                    return [output, cell(case.inputs(name="x_2"), state)]
                oracle.assert_same(self, build)

    @slow
    def test_sizes_and_zero_state(self):
        for name, case in sorted(oracle.CELLS.items()):
            with self.subTest(name):
                def build(library):
                    cell = case.make(library.cells)
                    return [cell.zero_state(2, case.dtype),
                            cell.zero_state(tf.placeholder(tf.int32, []), case.dtype),
                            cell.get_initial_state(batch_size=3, dtype=case.dtype),
                            cell.get_initial_state(inputs=tf.zeros([5, 3])),
                            cell.state_size, cell.output_size]
                oracle.assert_same_structure(self, build)

    @slow
    def test_initial_values_of_variables(self):
        def initial(library, case):
            with tf.Graph().as_default(), oracle.quiet(), tf.Session() as session:
                tf.set_random_seed(2)
                oracle.step(case.make(library.cells), case)
                session.run(tf.global_variables_initializer())
                return session.run(tf.trainable_variables()[1:])
        for name, case in sorted(oracle.CELLS.items()):
            with self.subTest(name):
                for expected, found in zip(initial(oracle.STOCK, case),
                                           initial(oracle.OURS, case)):
                    if np.ptp(expected) == 0:
                        self.assertAllClose(expected, found)
                    else:
                        self.assertGreater(np.ptp(found), 0)

    @slow
    def test_initializer_of_the_scope(self):
        for name, case in sorted(oracle.CELLS.items()):
            with self.subTest(name):
                values = []
                for library in (oracle.STOCK, oracle.OURS):
                    with tf.Graph().as_default(), oracle.quiet(), tf.Session() as session:
                        with tf.variable_scope(
                                "s", initializer=tf.constant_initializer(0.125)):
                            oracle.step(case.make(library.cells), case)
                        session.run(tf.global_variables_initializer())
                        values.append(session.run(tf.trainable_variables()))
                self.assertEqual(len(values[0]), len(values[1]))
                for expected, found in zip(*values):
                    self.assertAllEqual(expected, found)

    @slow
    def test_scope_argument(self):
        for kind in ("BasicRNNCell", "GRUCell", "BasicLSTMCell", "LSTMCell"):
            for scope in ("mine", None, "scope"):
                with self.subTest(kind=kind, scope=scope):
                    def build(library):
                        given = scope
                        if scope == "scope":
                            with tf.variable_scope("outer") as given:
                                pass
                        cell = getattr(library.cells, kind)(4)
                        with tf.variable_scope("around"):
                            return cell(oracle.inputs(), cell.zero_state(2, tf.float32),
                                        scope=given)
                    oracle.assert_same(self, build)

    @slow
    def test_reuse_shares_across_objects(self):
        for kind in ("BasicRNNCell", "GRUCell", "BasicLSTMCell", "LSTMCell"):
            with self.subTest(kind):
                def build(library):
                    make = getattr(library.cells, kind)
                    first, second = make(4), make(4, reuse=True)
                    x = oracle.inputs()
                    with tf.variable_scope("s"):
                        one = first(x, first.zero_state(2, tf.float32))
                    with tf.variable_scope("s", reuse=True):
                        two = second(2 * x, second.zero_state(2, tf.float32))
                    return one, two
                oracle.assert_same(self, build)

    def test_auto_reuse(self):
        def build(library):
            x = oracle.inputs()
            results = []
            for _ in range(2):
                with tf.variable_scope("s", reuse=tf.AUTO_REUSE):
                    cell = library.cells.GRUCell(4)
                    results.append(cell(x, cell.zero_state(2, tf.float32)))
            return results
        oracle.assert_same(self, build)

    def test_partitioner_of_the_scope(self):
        def build(library):
            with tf.variable_scope("s", partitioner=tf.fixed_size_partitioner(2)):
                cell = library.cells.LSTMCell(4, num_proj=2, use_peepholes=True)
                return cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
        oracle.assert_same(self, build)

    def test_linear_is_stock_linear(self):
        core_rnn_cell = contrib("rnn.python.ops.core_rnn_cell")

        def result(linear, many, bias):
            with tf.Graph().as_default():
                x, y = oracle.inputs(), oracle.inputs(size=2, name="y")
                with tf.variable_scope("map"):
                    value = linear([x, y] if many else x, 4, bias)
                return oracle.names(), oracle.numbers(value)[0]
        for many in (False, True):
            for bias in (False, True):
                expected = result(core_rnn_cell._linear, many, bias)
                found = result(rnn_cell.linear, many, bias)
                self.assertEqual(expected[0], found[0])
                self.assertAllClose(expected[1], found[1], rtol=1e-5)


class EquationsTest(tf.test.TestCase):
    """The papers' equations once more, in NumPy."""

    def setUp(self):
        self.random = np.random.RandomState(5)

    def _run(self, cell, x, state):
        with tf.Graph().as_default(), tf.Session() as session:
            output, new_state = cell(tf.constant(x), tf.nest.map_structure(tf.constant, state))
            oracle.load_random(session)
            weights = {name[name.index("/") + 1:]: value for name, value in zip(
                oracle.names(), session.run(tf.trainable_variables()))}
            output, new_state = session.run([output, new_state])
        return weights, output, new_state

    def _draw(self, width):
        return self.random.randn(3, width)

    @staticmethod
    def _sigmoid(x):
        return 1 / (1 + np.exp(-x))

    def test_basic(self):
        x, h = self._draw(2), self._draw(4)
        w, output, state = self._run(rnn_cell.BasicRNNCell(4), x, h)
        expected = np.tanh(np.hstack([x, h]).dot(w["kernel"]) + w["bias"])
        self.assertAllClose(expected, output)
        self.assertAllClose(expected, state)

    def test_gru(self):
        x, h = self._draw(2), self._draw(4)
        w, output, state = self._run(rnn_cell.GRUCell(4), x, h)
        r, u = np.split(self._sigmoid(
            np.hstack([x, h]).dot(w["gates/kernel"]) + w["gates/bias"]), 2, axis=1)
        c = np.tanh(np.hstack([x, r * h]).dot(w["candidate/kernel"]) + w["candidate/bias"])
        self.assertAllClose(u * h + (1 - u) * c, output)
        self.assertAllClose(output, state)

    def test_basic_lstm(self):
        x, c, h = self._draw(2), self._draw(4), self._draw(4)
        w, output, state = self._run(rnn_cell.BasicLSTMCell(4, forget_bias=0.7), x, (c, h))
        i, j, f, o = np.split(np.hstack([x, h]).dot(w["kernel"]) + w["bias"], 4, axis=1)
        c = c * self._sigmoid(f + 0.7) + self._sigmoid(i) * np.tanh(j)
        self.assertAllClose(np.tanh(c) * self._sigmoid(o), output)
        self.assertAllClose(c, state.c)
        self.assertAllClose(output, state.h)

    def test_lstm_with_everything(self):
        x, c, h = self._draw(2), self._draw(4), self._draw(3)
        w, output, state = self._run(rnn_cell.LSTMCell(
            4, use_peepholes=True, cell_clip=0.5, num_proj=3, proj_clip=0.1, forget_bias=0.7),
            x, (c, h))
        i, j, f, o = np.split(np.hstack([x, h]).dot(w["kernel"]) + w["bias"], 4, axis=1)
        c = (self._sigmoid(f + 0.7 + w["w_f_diag"] * c) * c
             + self._sigmoid(i + w["w_i_diag"] * c) * np.tanh(j))
        c = np.clip(c, -0.5, 0.5)
        m = self._sigmoid(o + w["w_o_diag"] * c) * np.tanh(c)
        self.assertAllClose(np.clip(m.dot(w["projection/kernel"]), -0.1, 0.1), output)
        self.assertAllClose(c, state.c)
        self.assertAllClose(output, state.h)


class GradientTest(tf.test.TestCase):

    @slow
    def test_numerically(self):
        cells = {
            "basic": lambda **k: rnn_cell.BasicRNNCell(3, **k),
            "gru": lambda **k: rnn_cell.GRUCell(3, **k),
            "basic_lstm": lambda **k: rnn_cell.BasicLSTMCell(3, **k),
            "lstm": lambda **k: rnn_cell.LSTMCell(3, use_peepholes=True, num_proj=2, cell_clip=5.0,
                                                  proj_clip=5.0, **k)}
        for name, make in sorted(cells.items()):
            for use_bias in (True, False):
                with self.subTest(cell=name, use_bias=use_bias), tf.Graph().as_default():
                    cell = make(use_bias=use_bias)
                    state = oracle.state_of(cell, tf.float64)
                    results = tf.nest.flatten(cell(oracle.inputs(dtype=tf.float64), state))
                    result = tf.concat(results, 1)
                    variables = tf.trainable_variables()
                    self.assertNotIn(None, tf.gradients(result, variables))
                    with tf.Session() as session:
                        oracle.load_random(session)
                        values = session.run(variables)
                        with session.as_default():
                            for variable, value in zip(variables, values):
                                error = tf.test.compute_gradient_error(
                                    variable, variable.shape.as_list(), result,
                                    result.shape.as_list(), x_init_value=value, delta=1e-5)
                                self.assertLess(error, 1e-7, variable.name)
                                variable.load(value, session)


class WrongInputTest(tf.test.TestCase):

    KINDS = ("BasicRNNCell", "GRUCell", "BasicLSTMCell", "LSTMCell")

    def _same_error(self, misuse):
        for kind in self.KINDS:
            with self.subTest(kind):
                oracle.assert_same_error(
                    self, lambda library: misuse(getattr(library.cells, kind)(4)))

    def test_integers(self):
        self._same_error(lambda cell: cell(tf.ones([2, 3], tf.int32),
                                           cell.zero_state(2, tf.int32)))

    def test_integer_inputs_with_float_state(self):
        self._same_error(lambda cell: cell(tf.ones([2, 3], tf.int32),
                                           cell.zero_state(2, tf.float32)))

    def test_unknown_depth(self):
        self._same_error(lambda cell: cell(tf.placeholder(tf.float32, [2, None]),
                                           cell.zero_state(2, tf.float32)))

    def test_rank_one(self):
        self._same_error(lambda cell: cell(tf.ones([3]), cell.zero_state(2, tf.float32)))

    def test_rank_three(self):
        self._same_error(lambda cell: cell(tf.ones([2, 2, 3]), cell.zero_state(2, tf.float32)))

    def test_batches_that_differ(self):
        self._same_error(lambda cell: cell(tf.ones([2, 3]), cell.zero_state(5, tf.float32)))

    def test_other_input_depth_in_the_second_step(self):
        def misuse(cell):
            state = cell.zero_state(2, tf.float32)
            cell(tf.ones([2, 3]), state)
            cell(tf.ones([2, 6]), state)
        self._same_error(misuse)

    def test_state_of_another_depth(self):
        for kind in ("BasicRNNCell", "GRUCell"):
            oracle.assert_same_error(self, lambda library: getattr(library.cells, kind)(4)(
                tf.ones([2, 3]), tf.ones([2, 5])))
        for kind in ("BasicLSTMCell", "LSTMCell"):
            oracle.assert_same_error(self, lambda library: getattr(library.cells, kind)(4)(
                tf.ones([2, 3]), (tf.ones([2, 4]), tf.ones([2, 5]))))

    def test_tuple_of_three_for_an_lstm(self):
        for kind in ("BasicLSTMCell", "LSTMCell"):
            oracle.assert_same_error(self, lambda library: getattr(library.cells, kind)(4)(
                tf.ones([2, 3]), (tf.ones([2, 4]),) * 3))

    def test_zero_state_of_a_negative_batch(self):
        self._same_error(lambda cell: cell.zero_state(-1, tf.float32))

    def test_bad_activation(self):
        for kind in self.KINDS:
            oracle.assert_same_error(self, lambda library: getattr(library.cells, kind)(
                4, activation="nonsense"))

    def test_variables_exist_already(self):
        for kind in self.KINDS:
            def misuse(library):
                for _ in range(2):
                    cell = getattr(library.cells, kind)(4)
                    cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32), scope="s")
            oracle.assert_same_error(self, misuse)

    def test_reuse_without_variables(self):
        for kind in self.KINDS:
            def misuse(library):
                cell = getattr(library.cells, kind)(4, reuse=True)
                cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
            oracle.assert_same_error(self, misuse)

    def test_base_class_is_abstract(self):
        oracle.assert_same_error(self, lambda library: library.cells.RNNCell().state_size)
        oracle.assert_same_error(self, lambda library: library.cells.RNNCell().output_size)


class LayerTest(tf.test.TestCase):
    """What Keras and `tf.layers` expect of a layer."""

    KINDS = ("BasicRNNCell", "GRUCell", "BasicLSTMCell", "LSTMCell")

    def _facts(self, library, kind, **keywords):
        with tf.Graph().as_default(), oracle.quiet():
            cell = getattr(library.cells, kind)(4, **keywords)
            before = (cell.built, cell.variables, cell.name, cell.trainable)
            cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
            return (before, cell.built, cell.name, cell.dtype, cell.losses, cell.updates,
                    oracle.names(cell.variables), oracle.names(cell.weights),
                    oracle.names(cell.trainable_variables),
                    oracle.names(cell.trainable_weights),
                    oracle.names(cell.non_trainable_variables),
                    oracle.names(), oracle.names(tf.global_variables()),
                    cell.count_params(), cell.scope_name, cell.graph is tf.get_default_graph())

    def test_variables_and_names(self):
        for kind in self.KINDS:
            for keywords in ({}, {"name": "mine"}, {"trainable": False}):
                with self.subTest(kind=kind, keywords=keywords):
                    self.assertEqual(self._facts(oracle.STOCK, kind, **keywords),
                                     self._facts(oracle.OURS, kind, **keywords))

    def test_not_trainable_after_construction(self):
        for library in (oracle.STOCK, oracle.OURS):
            with tf.Graph().as_default(), oracle.quiet():
                cell = library.cells.GRUCell(4)
                cell.trainable = False
                cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
                self.assertEqual([], cell.trainable_weights)
                self.assertLen(cell.non_trainable_weights, 4)

    def test_trainable_false_covers_the_weights_of_other_scopes(self):
        cell = rnn_cell.GRUCell(4, trainable=False)
        for scope in ("a", "b"):
            with tf.variable_scope(scope):
                cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
        self.assertEqual([], tf.trainable_variables())
        self.assertEqual([], cell.trainable_weights)
        self.assertLen(cell.non_trainable_weights, 8)

    def test_losses_inside_call(self):
        for library in (oracle.STOCK, oracle.OURS):
            class Regularized(library.cells.GRUCell):
                def call(self, inputs, state):
                    self.add_loss(tf.reduce_sum(inputs), inputs=inputs)
                    return super(Regularized, self).call(inputs, state)

            with tf.Graph().as_default(), oracle.quiet():
                cell = Regularized(4)
                cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
                self.assertLen(cell.losses, 1)
                self.assertEqual(cell.losses,
                                 tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES))
                with tf.Session() as session:
                    self.assertEqual([6.0], session.run(cell.losses))

    def test_losses_of_every_scope(self):
        class Regularized(rnn_cell.GRUCell):
            def call(self, inputs, state):
                self.add_loss(tf.reduce_sum(inputs), inputs=inputs)
                return super(Regularized, self).call(inputs, state)

        cell = Regularized(4)
        for scope, value in (("a", 1.0), ("b", 2.0)):
            with tf.variable_scope(scope):
                cell(tf.fill([2, 3], value), cell.zero_state(2, tf.float32))
        with self.session() as session:
            self.assertAllClose([6.0, 12.0], session.run(cell.losses))

    def test_regularizer_of_the_scope(self):
        def build(library):
            with tf.variable_scope("s", regularizer=tf.nn.l2_loss):
                cell = library.cells.LSTMCell(4, num_proj=2, use_peepholes=True)
                cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
            return tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
        oracle.assert_same(self, build)

    @slow
    def test_stack_and_wrappers_list_the_weights_inside(self):
        for name, case in sorted(oracle.WRAPPERS.items()):
            with self.subTest(name):
                found = []
                for library in (oracle.STOCK, oracle.OURS):
                    with tf.Graph().as_default(), oracle.quiet():
                        cell = case.make(library.cells)
                        oracle.step(cell, case)
                        found.append((oracle.names(cell.trainable_weights),
                                      oracle.names(cell.non_trainable_weights),
                                      oracle.names(cell.variables), oracle.names(cell.weights)))
                self.assertEqual(found[0], found[1])

    def test_stack_that_is_not_trainable(self):
        found = []
        for library in (oracle.STOCK, oracle.OURS):
            with tf.Graph().as_default(), oracle.quiet():
                cell = library.cells.MultiRNNCell(
                    [library.cells.GRUCell(4), library.cells.GRUCell(4)])
                cell.trainable = False
                cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
                found.append((oracle.names(cell.trainable_weights),
                              oracle.names(cell.non_trainable_weights),
                              [inner.trainable for inner in cell._cells]))
        self.assertEqual(found[0], found[1])

    def test_keras_rnn_layer(self):
        values = []
        for library in (oracle.STOCK, oracle.OURS):
            with tf.Graph().as_default(), oracle.quiet():
                layer = keras.layers.RNN(library.cells.GRUCell(4), return_sequences=True)
                outputs = layer(tf.ones([2, 3, 5]))
                self.assertLen(layer.trainable_weights, 4)
                values.append(oracle.numbers(outputs)[0])
        self.assertAllClose(*values)

    @unittest.skipIf(has_keras_2, "has no Keras 3")
    def test_keras_3_and_what_to_do(self):
        what_to_do = "install tf_keras and set .*TF_USE_LEGACY_KERAS=1 before"
        xs = [tf.ones([2, 5])] * 4
        with self.assertRaisesRegex(ValueError, what_to_do):
            tf.keras.layers.RNN(rnn_cell.LSTMCell(4))(tf.ones([2, 3, 5]))
        for name, misuse in sorted({
                "stack": lambda cell: rnn_cell.MultiRNNCell([cell]),
                "static": lambda cell: rnn_enhanced.static_rnn(cell, xs, dtype=tf.float32),
                "dynamic": lambda cell: rnn_enhanced.dynamic_rnn(
                    cell, tf.ones([2, 3, 5]), dtype=tf.float32),
                "decoder": lambda cell: seq2seq_enhanced.rnn_decoder(xs, tf.zeros([2, 4]), cell),
                }.items()):
            with self.subTest(name), tf.Graph().as_default():
                with self.assertRaisesRegex(TypeError, "cell .*GRUCell of Keras 3.*" + what_to_do):
                    misuse(tf.keras.layers.GRUCell(4))

    def test_compute_output_shape_and_build(self):
        for kind in self.KINDS:
            with self.subTest(kind):
                found = []
                for library in (oracle.STOCK, oracle.OURS):
                    with tf.Graph().as_default(), oracle.quiet():
                        cell = getattr(library.cells, kind)(4)
                        cell.build(tf.TensorShape([2, 3]))
                        found.append((oracle.names(cell.variables), cell.built))
                self.assertEqual(found[0], found[1])


class ConfigTest(tf.test.TestCase):

    def test_config_contains_what_stock_says(self):
        for name, case in sorted(oracle.CELLS.items()):
            with self.subTest(name):
                with oracle.quiet():
                    expected = case.make(oracle.STOCK.cells).get_config()
                    found = case.make(oracle.OURS.cells).get_config()
                for key, value in expected.items():
                    self.assertIn(key, found)
                    if isinstance(value, (int, float, str, bool, type(None))):
                        if key != "name" or "mine" in value:
                            self.assertEqual(value, found[key], key)

    @slow
    def test_round_trip_runs_the_same(self):
        for name, case in sorted(oracle.CELLS.items()):
            with self.subTest(name):
                values = []
                with tf.Graph().as_default(), oracle.quiet():
                    cell = case.make(rnn_cell)
                    again = type(cell).from_config(cell.get_config())
                    self.assertEqual(cell.get_config(), again.get_config())
                for one in (cell, again):
                    with tf.Graph().as_default(), oracle.quiet():
                        results = oracle.step(one, case)
                        # The layer's unique name is in the config, and so first in the path.
                        values.append(([name.split("/")[1:] for name in oracle.names()],
                                       oracle.numbers(results)))
                self.assertEqual(values[0][0], values[1][0])
                for expected, found in zip(values[0][1], values[1][1]):
                    self.assertAllClose(expected, found)

    def test_options_of_the_package(self):
        for kind in (rnn_cell.BasicRNNCell, rnn_cell.GRUCell, rnn_cell.BasicLSTMCell,
                     rnn_cell.LSTMCell):
            cell = kind(4, use_bias=False, gpu_number="/cpu:0", weight_initalizer="orthogonal",
                        orthogonal_scale_factor=0.5)
            again = kind.from_config(cell.get_config())
            again(tf.ones([2, 3]), again.zero_state(2, tf.float32), scope=kind.__name__)
            self.assertFalse([name for name in oracle.names(again.variables) if "bias" in name])
            self.assertEqual({"/device:CPU:0"}, {v.device for v in again.variables})
            with self.session() as session:
                session.run(tf.global_variables_initializer())
                block = session.run(again.variables[0])[3:, :4]
            self.assertAllClose(0.25 * np.eye(4), block.T.dot(block), atol=1e-5)

    def test_stock_config_is_taken(self):
        for name, case in sorted(oracle.CELLS.items()):
            with self.subTest(name), oracle.quiet():
                stock = case.make(oracle.STOCK.cells)
                ours = getattr(rnn_cell, type(stock).__name__).from_config(stock.get_config())
                self.assertEqual(stock.output_size, ours.output_size)
                if "state_is_tuple" not in type(stock).__init__.__code__.co_varnames:
                    self.assertEqual(stock.state_size, ours.state_size)


if __name__ == "__main__":
    unittest.main()
