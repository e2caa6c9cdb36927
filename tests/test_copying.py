"""deepcopy before and after use, and cells that users wrote for TensorFlow 0.x and 1.x."""
import copy
import itertools
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced as rnn_cell
from Project_RNN_Enhancement.rnn_enhancement import rnn_enhanced

from . import oracle
from tests.sizes import slow, some
from tests.stock import tf_cells


class User1x(rnn_cell.RNNCell):
    """Written for 1.x: `call`, variables from `get_variable`."""

    def __init__(self, units, factor=2.0):
        super(User1x, self).__init__()
        self._units = units
        self.factor = factor

    state_size = property(lambda self: self._units)
    output_size = property(lambda self: self._units)

    def call(self, inputs, state):
        w = tf.get_variable("w", [inputs.shape[1].value, self._units])
        output = tf.tanh(self.factor * tf.matmul(inputs, w) + state)
        return output, output


class UserLayer(rnn_cell.RNNCell):
    """Written for 1.12 and later: `build` and `add_variable`."""

    def __init__(self, units, **kwargs):
        super(UserLayer, self).__init__(**kwargs)
        self._units = units

    state_size = property(lambda self: self._units)
    output_size = property(lambda self: self._units)

    def build(self, shape):
        self.w = self.add_variable("w", [int(shape[1]), self._units])
        self.built = True

    def call(self, inputs, state):
        output = tf.tanh(tf.matmul(inputs, self.w) + state)
        return output, output


class User0x(rnn_cell.RNNCell):
    """Written for 0.x: overrides `__call__`, calls `_linear`, and never `super().__init__()`."""

    def __init__(self, num_units):
        self._num_units = num_units

    @property
    def state_size(self):
        return self._num_units

    @property
    def output_size(self):
        return self._num_units

    def __call__(self, inputs, state, scope=None):
        with tf.variable_scope(scope or type(self).__name__):
            output = tf.tanh(rnn_cell._linear([inputs, state], self._num_units, True, 1.0))
        return output, output


class UserWithoutInit(rnn_cell.RNNCell):
    """`call` of 1.x, but `super().__init__()` forgotten."""

    def __init__(self, num_units):
        self._num_units = num_units

    @property
    def state_size(self):
        return self._num_units

    @property
    def output_size(self):
        return self._num_units

    def call(self, inputs, state):
        output = tf.tanh(rnn_cell.linear([inputs, state], self._num_units, True))
        return output, output


class UserOfStock(tf_cells.RNNCell):
    """Derives from TensorFlow's class and knows nothing of this package."""

    def __init__(self, units):
        super(UserOfStock, self).__init__()
        self._units = units

    state_size = property(lambda self: (self._units, self._units))
    output_size = property(lambda self: self._units)

    def call(self, inputs, state):
        w = tf.get_variable("w", [inputs.shape[1].value, self._units])
        output = tf.tanh(tf.matmul(inputs, w) + state[0] - state[1])
        return output, (output, 0.5 * output)


class Duck(object):
    """No RNNCell at all, but it looks like one."""

    state_size = output_size = 4

    def zero_state(self, batch_size, dtype):
        return tf.zeros([batch_size, 4], dtype)

    def __call__(self, inputs, state, scope=None):
        with tf.variable_scope(scope or "duck"):
            output = tf.tanh(state + inputs * tf.get_variable("w", [4]))
        return output, output


USERS = {"1x": User1x, "layer": UserLayer, "0x": User0x, "no_init": UserWithoutInit,
         "stock": UserOfStock}


def _all_cells():
    for name, case in sorted(oracle.CELLS.items()):
        yield name, lambda case=case: case.make(rnn_cell), case
    for name, case in sorted(oracle.WRAPPERS.items()):
        yield name, lambda case=case: case.make(rnn_cell), case
    for name, kind in sorted(USERS.items()):
        yield "user_" + name, lambda kind=kind: kind(4), oracle.Case(None)


class DeepCopyTest(tf.test.TestCase):

    @slow
    def test_copy_computes_the_same_with_equal_weights(self):
        cells = [cell for cell in _all_cells() if cell[0] != "user_stock"]
        for (name, make, case), used in some(itertools.product(cells, (False, True)), 25):
            with self.subTest(cell=name, used=used), oracle.quiet():
                cell = make()
                if used:
                    with tf.Graph().as_default():
                        oracle.step(cell, case)
                copied = copy.deepcopy(cell)
                self.assertIsNot(cell, copied)
                self.assertIs(type(cell), type(copied))
                if not name.startswith("user"):
                    self.assertEqual([], copied.variables)
                    self.assertFalse(copied.built)
                self.assertEqual(cell.state_size, copied.state_size)
                self.assertEqual(cell.output_size, copied.output_size)
                results = []
                for one in (make(), copied):
                    with tf.Graph().as_default():
                        value = oracle.step(one, case)
                        results.append((oracle.names(), oracle.numbers(value)))
            self.assertEqual(results[0][0], results[1][0])
            for expected, found in zip(results[0][1], results[1][1]):
                self.assertAllClose(expected, found)

    def test_copy_is_independent(self):
        cell = rnn_cell.MultiRNNCell([rnn_cell.GRUCell(4), rnn_cell.LSTMCell(4)])
        with tf.variable_scope("a"):
            cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
        copied = copy.deepcopy(cell)
        with tf.variable_scope("b"):
            copied(tf.ones([2, 5]), copied.zero_state(2, tf.float32))
        self.assertEqual({"a"}, {n.split("/")[0] for n in oracle.names(cell.variables)})
        self.assertEqual({"b"}, {n.split("/")[0] for n in oracle.names(copied.variables)})

    def test_copy_of_a_copy(self):
        cell = rnn_cell.LSTMCell(4, num_proj=3, use_peepholes=True, gpu_for_layer="/cpu:0")
        cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32), scope="a")
        again = copy.deepcopy(copy.deepcopy(cell))
        again(tf.ones([2, 3]), again.zero_state(2, tf.float32), scope="b")
        self.assertEqual([v.shape for v in cell.variables], [v.shape for v in again.variables])
        self.assertEqual({"/device:CPU:0"}, {v.device for v in again.variables})

    def test_tensor_probability_is_shared(self):
        keep = tf.placeholder(tf.float32, [])
        for used in (False, True):
            cell = rnn_cell.MultiRNNCell([rnn_cell.DropoutWrapper(
                rnn_cell.GRUCell(4), output_keep_prob=keep)] * 2)
            if used:
                cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32), scope="first%d" % used)
            copied = copy.deepcopy(cell)
            output, _ = copied(tf.ones([2, 3]), copied.zero_state(2, tf.float32),
                               scope="second%d" % used)
            with self.session() as session:
                oracle.load_random(session)
                self.assertAllEqual(np.zeros([2, 4]), session.run(output, {keep: 1e-6}))
                self.assertGreater(np.abs(session.run(output, {keep: 1.0})).min(), 0)

    def test_variational_masks(self):
        cell = rnn_cell.DropoutWrapper(rnn_cell.GRUCell(4), 0.5, 0.5, 0.5, input_size=3,
                                       variational_recurrent=True, dtype=tf.float32)
        cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32), scope="a")
        copied = copy.deepcopy(cell)
        output, _ = copied(tf.ones([2, 3]), copied.zero_state(2, tf.float32), scope="b")
        self.assertEqual((2, 4), oracle.numbers(output)[0].shape)

    def test_one_shared_cell_stays_shared_inside_a_copy(self):
        inner = rnn_cell.GRUCell(4)
        holder = [rnn_cell.ResidualWrapper(inner), inner]
        copied = copy.deepcopy(holder)
        self.assertIs(copied[0].cell, copied[1])
        self.assertIsNot(inner, copied[1])

    def test_settings_are_copied_deeply(self):
        cell = User1x(4)
        cell.factor = [1.0]
        copied = copy.deepcopy(cell)
        copied.factor.append(2.0)
        self.assertEqual([1.0], list(cell.factor))

    def test_copy_of_a_graph_s_cell_in_another_graph(self):
        with tf.Graph().as_default():
            cell = rnn_cell.BasicLSTMCell(4)
            cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
        with tf.Graph().as_default() as graph:
            copied = copy.deepcopy(cell)
            output, _ = copied(tf.ones([2, 3]), copied.zero_state(2, tf.float32))
            self.assertIs(graph, output.graph)
            self.assertIs(graph, copied.variables[0].graph)


class UsersCellTest(tf.test.TestCase):
    """Cells of the user in every function and wrapper."""

    def _makers(self):
        makers = {name: (lambda kind=kind: kind(4)) for name, kind in USERS.items()}
        makers["duck"] = Duck
        return sorted(makers.items())

    @slow
    def test_every_unroller(self):
        for name, make in self._makers():
            with self.subTest(name), oracle.quiet():
                results = []
                for unroll in ("static_rnn", "dynamic_rnn"):
                    with tf.Graph().as_default():
                        x = oracle.inputs(3, 4)
                        outputs, state = getattr(rnn_enhanced, unroll)(
                            make(), tf.unstack(x, axis=1) if unroll == "static_rnn" else x,
                            dtype=tf.float32, sequence_length=[3, 2])
                        if unroll == "static_rnn":
                            outputs = tf.stack(outputs, axis=1)
                        gradients = tf.gradients(outputs, tf.trainable_variables())
                        self.assertNotIn(None, gradients)
                        results.append((oracle.names(), oracle.numbers([outputs, state])))
                self.assertEqual(results[0][0], results[1][0])
                for expected, found in zip(results[0][1], results[1][1]):
                    self.assertAllClose(expected, found)

    @slow
    def test_wrappers_and_stacks(self):
        for name, make in self._makers():
            with self.subTest(name), tf.Graph().as_default(), oracle.quiet():
                cell = rnn_cell.MultiRNNCell([
                    rnn_cell.DropoutWrapper(make(), output_keep_prob=0.9),
                    rnn_cell.ResidualWrapper(make()),
                    rnn_cell.InputProjectionWrapper(make(), 4),
                    rnn_cell.OutputProjectionWrapper(make(), 5)])
                outputs, _ = rnn_enhanced.dynamic_rnn(cell, tf.ones([2, 3, 4]), dtype=tf.float32)
                self.assertEqual((2, 3, 5), oracle.numbers(outputs)[0].shape)

    @slow
    def test_repeated(self):
        for name, make in self._makers():
            with self.subTest(name), tf.Graph().as_default(), oracle.quiet():
                rnn_enhanced.dynamic_rnn(rnn_cell.MultiRNNCell([make()] * 3), tf.ones([2, 3, 4]),
                                         dtype=tf.float32)
                layers = {n.split("/")[2] for n in oracle.names()}
                self.assertEqual({"cell_0", "cell_1", "cell_2"}, layers)

    def test_two_scopes(self):
        for name, make in self._makers():
            if name == "stock":
                continue
            with self.subTest(name), tf.Graph().as_default():
                cell = make()
                for scope in ("encoder", "decoder"):
                    with tf.variable_scope(scope):
                        cell(tf.ones([2, 4]), cell.zero_state(2, tf.float32))
                self.assertEqual({"encoder", "decoder"},
                                 {n.split("/")[0] for n in oracle.names()})

    def test_numbers_equal_those_of_the_same_class_on_stock(self):
        def class_on(base):
            class Cell(base):
                def __init__(self):
                    super(Cell, self).__init__(name="mine")
                state_size = property(lambda self: 4)
                output_size = property(lambda self: 4)

                def build(self, shape):
                    self.w = self.add_variable("kernel", [int(shape[1]), 4])
                    self.built = True

                def call(self, inputs, state):
                    output = tf.tanh(tf.matmul(inputs, self.w) + state)
                    return output, output
            return Cell
        oracle.assert_same(self, lambda library: library.unroll.dynamic_rnn(
            class_on(library.cells.RNNCell)(), oracle.inputs(3), dtype=tf.float32))

    def test_subclass_that_changes_one_equation(self):
        class Negated(rnn_cell.GRUCell):
            def call(self, inputs, state):
                output, state = super(Negated, self).call(inputs, state)
                return -output, state
        results = []
        for kind in (rnn_cell.GRUCell, Negated):
            with tf.Graph().as_default():
                cell = kind(4)
                results.append(oracle.numbers(cell(oracle.inputs(), tf.ones([2, 4]))))
        self.assertAllClose(results[0][0], -results[1][0])
        self.assertAllClose(results[0][1], results[1][1])

    def test_0x_subclass_of_a_cell(self):
        class Scaled(rnn_cell.GRUCell):
            def __call__(self, inputs, state, scope=None):
                with tf.variable_scope(scope or "scaled"):
                    output, state = super(Scaled, self).__call__(2 * inputs, state)
                return output, state
        outputs, _ = rnn_enhanced.dynamic_rnn(
            rnn_cell.MultiRNNCell([Scaled(4)] * 2), tf.ones([2, 3, 4]), dtype=tf.float32)
        self.assertLen(tf.trainable_variables(), 8)
        self.assertEqual((2, 3, 4), oracle.numbers(outputs)[0].shape)

    def test_user_wrapper(self):
        class Keep(rnn_cell.RNNCell):
            def __init__(self, cell):
                self.inner = cell

            @property
            def state_size(self):
                return self.inner.state_size

            @property
            def output_size(self):
                return self.inner.output_size

            def __call__(self, inputs, state, scope=None):
                return self.inner(inputs, state, scope=scope)
        cell = rnn_cell.GRUCell(4)
        stack = rnn_cell.MultiRNNCell([Keep(cell), Keep(cell)])
        rnn_enhanced.static_rnn(stack, [tf.ones([2, 4])] * 2, dtype=tf.float32)
        self.assertLen(tf.trainable_variables(), 8)

    def test_pinned_user_cell(self):
        cell = UserLayer(4, gpu_for_layer=1)
        cell(tf.ones([2, 3]), tf.ones([2, 4]))
        self.assertEqual("/device:GPU:1", tf.trainable_variables()[0].device)

    def test_missing_attribute_is_an_attribute_error(self):
        for cell in (User0x(4), UserWithoutInit(4), rnn_cell.GRUCell(4)):
            self.assertFalse(hasattr(cell, "nothing"))
            self.assertFalse(hasattr(cell, "_nothing"))
            with self.assertRaisesRegex(AttributeError, "nothing"):
                cell.nothing


if __name__ == "__main__":
    unittest.main()
