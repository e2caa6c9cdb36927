"""Which set of weights a cell uses: repeated cells, several scopes, several graphs."""
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced as rnn_cell
from Project_RNN_Enhancement.rnn_enhancement import rnn_enhanced

from . import oracle
from tests.sizes import slow
from tests.stock import tf_cells

KINDS = {"basic": lambda: rnn_cell.BasicRNNCell(4), "gru": lambda: rnn_cell.GRUCell(4),
         "basic_lstm": lambda: rnn_cell.BasicLSTMCell(4), "lstm": lambda: rnn_cell.LSTMCell(4)}


def _call(cell, x=None, **keywords):
    x = tf.ones([2, 4]) if x is None else x
    state = tf.nest.map_structure(lambda zero: zero + 0.1, cell.zero_state(2, tf.float32))
    return cell(x, state, **keywords)[0]


def _scopes():
    """Scopes that hold trainable variables, without the parts below the cell's name."""
    return sorted({name.rsplit("/", 1)[0].replace("/gates", "").replace("/candidate", "")
                   for name in oracle.names()})


class RepeatedCellTest(tf.test.TestCase):
    """A list with one cell in it several times is a stack of layers, each with its own weights."""

    def _layers(self, cells, **keywords):
        with tf.Graph().as_default(), oracle.quiet():
            stack = rnn_cell.MultiRNNCell(cells, **keywords)
            outputs, _ = rnn_enhanced.dynamic_rnn(stack, tf.ones([2, 2, 4]), dtype=tf.float32)
            self.assertNotIn(None, tf.gradients(outputs, tf.trainable_variables()))
            return sorted({name.split("/")[2] for name in oracle.names()})

    @slow
    def test_repeated(self):
        for name, make in sorted(KINDS.items()):
            with self.subTest(name):
                self.assertEqual(["cell_0", "cell_1", "cell_2"], self._layers([make()] * 3))
                self.assertEqual(["cell_0", "cell_1"], self._layers((make(),) * 2))

    @slow
    def test_two_kinds_repeated(self):
        a, b = rnn_cell.GRUCell(4), rnn_cell.LSTMCell(4)
        self.assertEqual(["cell_%d" % i for i in range(5)], self._layers([a] * 2 + [b] * 3))
        a, b = rnn_cell.GRUCell(4), rnn_cell.LSTMCell(4)
        self.assertEqual(["cell_%d" % i for i in range(4)], self._layers([a, b] * 2))

    def test_stock_cell_repeated(self):
        for kind in (tf_cells.GRUCell, tf_cells.LSTMCell):
            with oracle.quiet():
                cell = kind(4)
            self.assertEqual(["cell_0", "cell_1"], self._layers([cell] * 2))

    @slow
    def test_wrappers_around_one_cell(self):
        for wrap in (lambda cell: rnn_cell.DropoutWrapper(cell, output_keep_prob=0.9),
                     lambda cell: tf_cells.DropoutWrapper(cell, output_keep_prob=0.9),
                     rnn_cell.ResidualWrapper,
                     lambda cell: rnn_cell.DeviceWrapper(cell, "/cpu:0")):
            cell = rnn_cell.GRUCell(4)
            with oracle.quiet():
                layers = [wrap(cell) for _ in range(3)]
            self.assertEqual(["cell_0", "cell_1", "cell_2"], self._layers(layers))
            cell = rnn_cell.GRUCell(4)
            self.assertEqual(["cell_0", "cell_1"], self._layers([cell, wrap(cell)]))

    def test_one_wrapper_repeated(self):
        keep = tf.placeholder_with_default(0.5, [])
        with keep.graph.as_default():
            cell = rnn_cell.DropoutWrapper(rnn_cell.LSTMCell(4), output_keep_prob=keep)
            rnn_enhanced.dynamic_rnn(rnn_cell.MultiRNNCell([cell] * 2), tf.ones([2, 2, 4]),
                                     dtype=tf.float32)
            self.assertLen(tf.trainable_variables(), 4)

    def test_stack_of_one_stack_repeated(self):
        inner = rnn_cell.MultiRNNCell([rnn_cell.GRUCell(4)] * 2)
        rnn_enhanced.static_rnn(rnn_cell.MultiRNNCell([inner] * 2), [tf.ones([2, 4])] * 2,
                                dtype=tf.float32)
        self.assertLen(tf.trainable_variables(), 4 * 4)

    def test_stock_stack_of_our_cell_repeated(self):
        """Stock shares there, or fails; with our cell every layer's scope has its weights."""
        with oracle.quiet():
            stack = tf_cells.MultiRNNCell([rnn_cell.GRUCell(4)] * 2)
        tf.nn.dynamic_rnn(stack, tf.ones([2, 2, 4]), dtype=tf.float32)
        self.assertEqual(["rnn/multi_rnn_cell/cell_0/gru_cell",
                          "rnn/multi_rnn_cell/cell_1/gru_cell"], _scopes())

    @slow
    def test_share_repeated(self):
        for make in KINDS.values():
            self.assertEqual(["cell_0"], self._layers([make()] * 3, share_repeated=True))

    @slow
    def test_share_repeated_is_stock_s_number(self):
        def build(library):
            cell = library.cells.GRUCell(4)
            keywords = {} if library is oracle.STOCK else {"share_repeated": True}
            return library.unroll.dynamic_rnn(
                library.cells.MultiRNNCell([cell, cell], **keywords), oracle.inputs(3, 4),
                dtype=tf.float32)
        oracle.assert_same(self, build)

    def test_given_list_is_not_changed(self):
        cells = [rnn_cell.GRUCell(4)] * 2
        rnn_cell.MultiRNNCell(cells)
        self.assertIs(cells[0], cells[1])

    def test_first_layer_is_the_given_cell(self):
        cell = rnn_cell.GRUCell(4)
        stack = rnn_cell.MultiRNNCell([cell] * 2)
        _call(stack)
        self.assertLen(cell.variables, 4)
        self.assertLen(stack.variables, 8)


class ScopesTest(tf.test.TestCase):

    def test_another_scope_has_weights_of_its_own(self):
        for name, make in sorted(KINDS.items()):
            with self.subTest(name), tf.Graph().as_default():
                cell = make()
                results = []
                for scope in ("encoder", "decoder"):
                    with tf.variable_scope(scope):
                        results.append(_call(cell))
                self.assertEqual(2, len({n.split("/")[0] for n in oracle.names()}))
                self.assertEqual(oracle.names(), oracle.names(cell.variables))
                self.assertEqual(oracle.names(), oracle.names(cell.trainable_weights))
                a, b = oracle.numbers(results)
                self.assertNotAllClose(a, b)

    def test_same_scope_shares(self):
        for name, make in sorted(KINDS.items()):
            with self.subTest(name), tf.Graph().as_default():
                cell = make()
                with tf.variable_scope("s"):
                    first = _call(cell)
                    count = len(oracle.names())
                    second = _call(cell)
                with tf.variable_scope("s", reuse=True):
                    third = _call(cell)
                self.assertLen(oracle.names(), count)
                values = oracle.numbers([first, second, third])
                self.assertAllClose(values[0], values[1])
                self.assertAllClose(values[0], values[2])

    def test_enclosing_scope_shares(self):
        cell = rnn_cell.GRUCell(4)
        with tf.variable_scope("outer"):
            with tf.variable_scope("inner"):
                first = _call(cell)
            second = _call(cell)
        third = _call(cell)
        self.assertEqual(["outer/inner/gru_cell"], _scopes())
        values = oracle.numbers([first, second, third])
        self.assertAllClose(values[0], values[1])
        self.assertAllClose(values[0], values[2])

    def test_inner_scope_has_weights_of_its_own(self):
        cell = rnn_cell.GRUCell(4)
        with tf.variable_scope("outer"):
            _call(cell)
            with tf.variable_scope("inner"):
                _call(cell)
        self.assertEqual(["outer/gru_cell", "outer/inner/gru_cell"], _scopes())

    def test_scope_with_a_common_prefix_is_another(self):
        cell = rnn_cell.GRUCell(4)
        for scope in ("rnn_long", "rnn"):
            with tf.variable_scope(scope):
                _call(cell)
        self.assertEqual(["rnn/gru_cell", "rnn_long/gru_cell"], _scopes())

    def test_reuse_where_there_are_no_variables_shares_the_first(self):
        cell = rnn_cell.GRUCell(4)
        with tf.variable_scope("first"):
            first = _call(cell)
        with tf.variable_scope("second", reuse=True):
            second = _call(cell)
        self.assertEqual(["first/gru_cell"], _scopes())
        self.assertAllClose(*oracle.numbers([first, second]))

    def test_reuse_finds_the_weights_of_another_cell(self):
        with tf.variable_scope("s"):
            first = _call(rnn_cell.LSTMCell(4))
        cell = rnn_cell.LSTMCell(4)
        with tf.variable_scope("other"):
            _call(cell)
        with tf.variable_scope("s", reuse=True):
            second = _call(cell)
        self.assertEqual(["other/lstm_cell", "s/lstm_cell"], _scopes())
        self.assertAllClose(*oracle.numbers([first, second]))

    def test_scope_argument(self):
        cell = rnn_cell.GRUCell(4)
        _call(cell, scope="a")
        _call(cell, scope="b")
        _call(cell, scope="a")
        with tf.variable_scope("around"):
            _call(cell, scope="a")
        with tf.variable_scope("later") as later:
            pass
        _call(cell, scope=later)
        self.assertEqual(["a", "around/a", "b", "later"], _scopes())

    def test_two_graphs(self):
        cell = rnn_cell.MultiRNNCell([rnn_cell.LSTMCell(4), rnn_cell.GRUCell(4)])
        found = []
        for _ in range(2):
            with tf.Graph().as_default():
                outputs, _ = rnn_enhanced.dynamic_rnn(cell, tf.ones([2, 3, 4]), dtype=tf.float32)
                found.append((oracle.names(), oracle.numbers(outputs)[0]))
        self.assertEqual(found[0][0], found[1][0])
        self.assertAllClose(found[0][1], found[1][1])

    def test_unrolled_twice_by_each_function(self):
        """Two calls of an unroller make the scopes rnn and rnn_1 in the names of ops only."""
        cell = rnn_cell.GRUCell(4)
        x = tf.ones([2, 3, 4])
        first, _ = rnn_enhanced.dynamic_rnn(cell, x, dtype=tf.float32)
        second, _ = rnn_enhanced.dynamic_rnn(cell, x, dtype=tf.float32)
        third, _ = rnn_enhanced.static_rnn(cell, tf.unstack(x, axis=1), dtype=tf.float32)
        self.assertEqual(["rnn/gru_cell"], _scopes())
        values = oracle.numbers([first, second, tf.stack(third, axis=1)])
        self.assertAllClose(values[0], values[1])
        self.assertAllClose(values[0], values[2])

    @slow
    def test_stacks_and_wrappers_in_two_scopes(self):
        for name, case in sorted(oracle.WRAPPERS.items()):
            with self.subTest(name), tf.Graph().as_default():
                cell = case.make(rnn_cell)
                counts = []
                for scope in ("a", "b", "a"):
                    with tf.variable_scope(scope, reuse=tf.AUTO_REUSE):
                        oracle.step(cell, case)
                    counts.append(len([n for n in oracle.names() if "kernel" in n]))
                self.assertEqual([counts[0], 2 * counts[0], 2 * counts[0]], counts)
                self.assertGreater(counts[0], 0)
                for scope in "ab":
                    self.assertLen([n for n in oracle.names()
                                    if n.startswith(scope + "/") and "kernel" in n], counts[0])

    def test_encoder_and_decoder_train_apart(self):
        cell = rnn_cell.GRUCell(4)
        with tf.variable_scope("encoder"):
            _call(cell)
        with tf.variable_scope("decoder"):
            output = _call(cell)
        step = tf.train.GradientDescentOptimizer(0.5).minimize(tf.reduce_sum(output))
        with self.session() as session:
            oracle.load_random(session)
            variables = tf.trainable_variables()
            before = session.run(variables)
            session.run(step)
            for variable, a, b in zip(variables, before, session.run(variables)):
                self.assertEqual("decoder" in variable.name, not np.allclose(a, b), variable.name)

    def test_weights_by_object(self):
        cell = rnn_cell.GRUCell(4)
        with rnn_cell.weights_by_object():
            for scope in ("a", "b"):
                with tf.variable_scope(scope):
                    _call(cell)
        self.assertEqual(["a/gru_cell"], _scopes())
        with tf.variable_scope("c"):
            _call(cell)
        self.assertEqual(["a/gru_cell", "c/gru_cell"], _scopes())

    def test_threads_do_not_disturb_each_other(self):
        import threading
        entered, leave, seen = threading.Event(), threading.Event(), []

        def other():
            with rnn_cell.weights_by_object():
                entered.set()
                leave.wait(30)
        thread = threading.Thread(target=other)
        thread.start()
        entered.wait(30)
        cell = rnn_cell.GRUCell(4)
        for scope in ("a", "b"):
            with tf.variable_scope(scope):
                _call(cell)
        leave.set()
        thread.join()
        seen.extend(_scopes())
        self.assertEqual(["a/gru_cell", "b/gru_cell"], seen)

    def test_reuse_argument_of_the_constructor(self):
        with tf.variable_scope("s"):
            first = _call(rnn_cell.GRUCell(4))
            second = _call(rnn_cell.GRUCell(4, reuse=True), scope="gru_cell")
        self.assertAllClose(*oracle.numbers([first, second]))


class LoopTest(tf.test.TestCase):

    def test_weights_inside_a_loop_are_those_outside(self):
        cell = rnn_cell.GRUCell(4)
        first = _call(cell)
        _, second = tf.while_loop(lambda i, _: i < 1, lambda i, _: (i + 1, _call(cell)),
                                  [0, tf.zeros([2, 4])])
        third = tf.cond(tf.constant(True), lambda: _call(cell), lambda: tf.zeros([2, 4]))
        self.assertLen(oracle.names(), 4)
        values = oracle.numbers([first, second, third])
        self.assertAllClose(values[0], values[1])
        self.assertAllClose(values[0], values[2])

    @slow
    def test_control_flow_v2(self):
        tf.enable_control_flow_v2()
        try:
            with tf.Graph().as_default():
                cell = rnn_cell.MultiRNNCell([rnn_cell.GRUCell(4, gpu_for_layer="/cpu:0")] * 2)
                outputs, _ = rnn_enhanced.dynamic_rnn(
                    cell, oracle.inputs(3), [3, 2], dtype=tf.float32)
                gradients = tf.gradients(outputs, tf.trainable_variables())
                self.assertLen(gradients, 9)
                self.assertNotIn(None, gradients)
                found = oracle.numbers([outputs, gradients])
        finally:
            tf.disable_control_flow_v2()
        with tf.Graph().as_default():
            cell = rnn_cell.MultiRNNCell([rnn_cell.GRUCell(4) for _ in range(2)])
            outputs, _ = rnn_enhanced.dynamic_rnn(cell, oracle.inputs(3), [3, 2],
                                                  dtype=tf.float32)
            expected = oracle.numbers(
                [outputs, tf.gradients(outputs, tf.trainable_variables())])
        for a, b in zip(expected, found):
            self.assertAllClose(a, b, rtol=1e-4)


if __name__ == "__main__":
    unittest.main()
