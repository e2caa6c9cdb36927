"""Block cells, fused cells and bidirectional stacks of `tf.contrib.rnn`."""
import itertools
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import contrib_rnn_enhanced as contrib
from Project_RNN_Enhancement.rnn_enhancement import rnn_enhanced as rnn
from Project_RNN_Enhancement.rnn_enhancement.tf1 import is_tf_1

from . import oracle
from .equations import run_numpy, sigmoid, weights_of
from .sizes import slow, some
from .stock import assert_same_results, evaluate, Library

CONTRIB = Library(contrib, rnn, None)
STEPS, BATCH, SIZE, UNITS = 5, 2, 3, 4


def assert_same(test, build, feed=None):
    """`oracle.assert_same` for names that only `tf.contrib.rnn` has."""
    assert_same_results(test, evaluate(oracle.STOCK, build, feed), evaluate(CONTRIB, build, feed),
                        dict(rtol=1e-5, atol=1e-6), dict(rtol=1e-4, atol=1e-5))


def inputs(name="x"):
    """A trainable variable [STEPS, BATCH, SIZE]."""
    return tf.get_variable(name, [STEPS, BATCH, SIZE])


def lstm(w, x, state, forget_bias=1.0, cell_clip=None):
    c, h = state
    i, j, f, o = np.split(np.hstack([x, h]).dot(w["kernel"]) + w["bias"], 4, axis=1)
    p_i, p_f, p_o = [w.get("w_%s_diag" % gate, 0) for gate in "ifo"]
    c = sigmoid(f + forget_bias + p_f * c) * c + sigmoid(i + p_i * c) * np.tanh(j)
    if cell_clip is not None:
        c = np.clip(c, -cell_clip, cell_clip)
    h = np.tanh(c) * sigmoid(o + p_o * c)
    return h, contrib.LSTMStateTuple(c, h)


def gru(w, x, h, names):
    w_ru, b_ru, w_c, b_c = [w[name] for name in names]
    r, u = np.split(sigmoid(np.hstack([x, h]).dot(w_ru) + b_ru), 2, axis=1)
    c = np.tanh(np.hstack([x, r * h]).dot(w_c) + b_c)
    h = u * h + (1 - u) * c
    return h, h


CELLS = {
    "gru": lambda c: c.GRUBlockCell(UNITS),
    "gru by its older name": lambda c: c.GRUBlockCell(cell_size=UNITS),
    "gru v2": lambda c: c.GRUBlockCellV2(UNITS, name="mine"),
    "lstm": lambda c: c.LSTMBlockCell(UNITS),
    "lstm, peepholes": lambda c: c.LSTMBlockCell(UNITS, 0.25, use_peephole=True),
    "lstm, clipped": lambda c: c.LSTMBlockCell(UNITS, 0.5, 0.1, True, None, None, "mine"),
    "lstm, clip of 0": lambda c: c.LSTMBlockCell(UNITS, cell_clip=0),
}

EQUATIONS = {
    "gru": lambda w, x, h: gru(w, x, h, ("w_ru", "b_ru", "w_c", "b_c")),
    "gru v2": lambda w, x, h: gru(w, x, h, ("gates/kernel", "gates/bias", "candidate/kernel",
                                            "candidate/bias")),
    "lstm": lstm,
    "lstm, peepholes": lambda w, x, state: lstm(w, x, state, 0.25),
    "lstm, clipped": lambda w, x, state: lstm(w, x, state, 0.5, 0.1),
}


class BlockCellsTest(tf.test.TestCase):

    @slow
    def test_as_in_contrib(self):
        """Variables in their order, outputs, states, gradients; one step, and a loop."""
        for name, make in sorted(CELLS.items()):
            with self.subTest(name):
                def build(library):
                    cell = make(library.cells)
                    state = oracle.state_of(cell)
                    results = [cell(oracle.inputs(), state)]
                    results.append(library.unroll.dynamic_rnn(
                        make(library.cells), oracle.inputs(STEPS, name="xs"), [2, STEPS],
                        dtype=tf.float32))
                    return results
                assert_same(self, build)

    @slow
    def test_equations(self):
        """In float64, by copies and in a loop."""
        for name, equations in sorted(EQUATIONS.items()):
            with self.subTest(name), tf.Graph().as_default(), tf.Session() as session:
                cell = CELLS[name](contrib)
                xs = tf.unstack(oracle.inputs(STEPS, SIZE, tf.float64), axis=1)
                initial = oracle.state_of(cell, tf.float64)
                results = [rnn.static_rnn(cell, xs, initial, scope="s", unroll="static")]
                with tf.variable_scope("", reuse=True):
                    results.append(rnn.static_rnn(cell, xs, initial, scope="s", unroll="loop"))
                oracle.load_random(session)
                xs, initial, results = session.run([xs, initial, results])
                expected = run_numpy(equations, weights_of(session, cell), xs, initial)
                for found in results:
                    for one, other in zip(tf.nest.flatten(list(expected)), tf.nest.flatten(found)):
                        self.assertAllClose(one, other, rtol=1e-9, atol=1e-9)

    def test_gradients_pass_the_clip(self):
        """As in TensorFlow's kernel: the gradient by c is the forget gate, clipped or not."""
        cell = contrib.LSTMBlockCell(UNITS, cell_clip=1e-3)
        c = tf.ones([BATCH, UNITS])
        _, state = cell(tf.ones([BATCH, SIZE]), (c, tf.zeros([BATCH, UNITS])))
        found = tf.gradients(state.c, c)[0]
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            session.run([v.initializer for v in cell.variables], {
                v.initializer.inputs[1]: np.zeros(v.shape.as_list()) for v in cell.variables})
            self.assertAllClose(np.full([BATCH, UNITS], sigmoid(1.0)), session.run(found))
            self.assertAllEqual(np.full([BATCH, UNITS], np.float32(1e-3)), session.run(state.c))

    def test_variables_and_their_start(self):
        for cell, names in (
                (contrib.GRUBlockCell(UNITS), ["w_ru", "b_ru", "w_c", "b_c"]),
                (contrib.GRUBlockCellV2(UNITS, name="v2"), [
                    "gates/kernel", "gates/bias", "candidate/kernel", "candidate/bias"]),
                (contrib.LSTMBlockCell(UNITS, use_peephole=True),
                 ["kernel", "bias", "w_i_diag", "w_f_diag", "w_o_diag"])):
            with self.subTest(cell.name):
                cell(tf.ones([BATCH, SIZE]), cell.zero_state(BATCH, tf.float32))
                self.assertEqual([cell.name + "/" + name for name in names],
                                 [v.op.name for v in cell.variables])
                with self.session() as session:
                    session.run(tf.global_variables_initializer())
                    start = weights_of(session, cell)
                for name, value in start.items():
                    if name in ("bias", "b_c", "candidate/bias"):
                        self.assertAllEqual(np.zeros(value.shape), value)
                    elif name in ("b_ru", "gates/bias"):
                        self.assertAllEqual(np.ones(value.shape), value)

    def test_keywords_of_the_package(self):
        with tf.variable_scope("s", initializer=tf.ones_initializer()):
            for make in (contrib.GRUBlockCell, contrib.LSTMBlockCell):
                cell = make(UNITS, use_bias=False, weight_initializer="identity",
                            gpu_for_layer="/cpu:0", name=make.__name__)
                cell(tf.ones([BATCH, UNITS]), cell.zero_state(BATCH, tf.float32))
                kernel = cell.variables[0]
                self.assertEqual(len(cell.variables), 2 if make is contrib.GRUBlockCell else 1)
                self.assertIn("CPU:0", kernel.device.upper())
                with self.session() as session:
                    session.run(tf.global_variables_initializer())
                    self.assertAllEqual(np.tile(np.eye(UNITS), [2, kernel.shape[1] // UNITS]),
                                        session.run(kernel))

    def test_config(self):
        for name, make in sorted(CELLS.items()):
            cell = make(contrib)
            again = type(cell).from_config(cell.get_config())
            self.assertEqual(cell.get_config(), again.get_config(), name)

    def test_bad_arguments(self):
        for make, error, words in (
                (lambda: contrib.GRUBlockCell(), ValueError, "exactly one.*None.*None"),
                (lambda: contrib.GRUBlockCellV2(3, 4), ValueError, "num_units=3, cell_size=4"),
                (lambda: contrib.GRUBlockCell(cell_size=0), ValueError, "cell_size.*0"),
                (lambda: contrib.GRUBlockCell("3"), TypeError, "num_units.*'3'"),
                (lambda: contrib.GRUBlockCell(3, skip_connections=True), (TypeError, ValueError),
                 "skip_connections"),
                (lambda: contrib.LSTMBlockCell(0), ValueError, "num_units.*0"),
                (lambda: contrib.LSTMBlockCell(3, "1"), TypeError, "forget_bias.*'1'"),
                (lambda: contrib.LSTMBlockCell(3, cell_clip="1"), TypeError, "cell_clip.*'1'"),
                (lambda: contrib.LSTMBlockCell(3, use_peephole=1), TypeError, "use_peephole.*1"),
                (lambda: contrib.LSTMBlockCell(3, peephole=True), TypeError, "use_peephole"),
                (lambda: contrib.LSTMBlockFusedCell(0), ValueError, "num_units.*0"),
                (lambda: contrib.LSTMBlockFusedCell(3, cell_clip=float("nan")), ValueError,
                 "cell_clip.*nan"),
                (lambda: contrib.LSTMBlockFusedCell(3, use_peephole=1), TypeError,
                 "use_peephole.*1")):
            with self.assertRaisesRegex(error, words):
                make()
        cell = contrib.LSTMBlockCell(UNITS)
        with self.assertRaisesRegex(ValueError, r"\(c, h\)"):
            cell(tf.ones([BATCH, SIZE]), [tf.ones([BATCH, UNITS])] * 3)
        for make in (contrib.GRUBlockCell, contrib.LSTMBlockCell):
            cell = make(UNITS)
            with self.assertRaisesRegex(ValueError, "known"):
                cell(tf.placeholder(tf.float32, [BATCH, None]),
                     cell.zero_state(BATCH, tf.float32))


class LSTMBlockFusedCellTest(tf.test.TestCase):

    @slow
    def test_as_in_contrib(self):
        def pair():
            return [tf.get_variable(name, [BATCH, UNITS]) for name in "ch"]
        for name, settings, run in (
                ("plain", {}, lambda: {"dtype": tf.float32}),
                ("lengths", {"forget_bias": 0.25}, lambda: {
                    "dtype": tf.float32, "sequence_length": tf.constant([2, 4])}),
                ("one of length 0, peepholes", {"use_peephole": True}, lambda: {
                    "initial_state": pair(), "sequence_length": tf.constant([0, 5])}),
                ("clipped", {"cell_clip": 0.1, "use_peephole": True, "name": "mine"}, lambda: {
                    "initial_state": pair()}),
                ("initial state, list of lengths", {"cell_clip": -1}, lambda: {
                    "initial_state": tuple(pair()), "sequence_length": [3, 1]})):
            with self.subTest(name):
                def build(library):
                    cell = library.cells.LSTMBlockFusedCell(UNITS, **settings)
                    x = inputs()
                    keywords = run()
                    results = [cell(x, **keywords)]
                    # Again: the same variables.
                    results.append(cell(x + 1, keywords.get("initial_state"), tf.float32))
                    self.assertIsInstance(results[0][1], contrib.LSTMStateTuple)
                    return results
                assert_same(self, build)

    @slow
    def test_equations(self):
        """Past its end an example's outputs are 0, its state stays; in every form of inputs."""
        for name, settings in (("plain", {}), ("clipped", {"cell_clip": 0.2, "use_peephole": True}),
                               ("forgetting", {"forget_bias": 0.0})):
            for form in ("tensor", "list", "unknown"):
                with self.subTest(name, form=form), tf.Graph().as_default(), tf.Session() as s:
                    x = tf.get_variable("x", [STEPS, BATCH, SIZE], tf.float64)
                    cell = contrib.LSTMBlockFusedCell(UNITS, **settings)
                    given = {"tensor": lambda: x, "list": lambda: tf.unstack(x),
                             "unknown": lambda: tf.placeholder_with_default(x, [None, None, SIZE])
                             }[form]()
                    outputs, state = cell(given, dtype=tf.float64,
                                          sequence_length=tf.constant([2, STEPS], tf.int64))
                    self.assertEqual(isinstance(outputs, list), form == "list")
                    oracle.load_random(s)
                    xs, outputs, state = s.run([x, outputs, state])
                    weights = weights_of(s, cell)
                    zeros = np.zeros([1, UNITS])
                    for row, length in enumerate((2, STEPS)):
                        expected, (c, h) = run_numpy(
                            lambda w, x, state: lstm(w, x, state, settings.get("forget_bias", 1.0),
                                                     settings.get("cell_clip")),
                            weights, xs[:length, row:row + 1], (zeros, zeros))
                        expected += [zeros] * (STEPS - length)
                        self.assertAllClose(np.concatenate(expected),
                                            np.array(outputs)[:, row])
                        self.assertAllClose([c[0], h[0]], [state.c[row], state.h[row]])

    @slow
    def test_gradients_are_those_of_lstm_cell(self):
        """Without a clip; with lengths, by weights, inputs and initial state."""
        def build(use_fused):
            state = contrib.LSTMStateTuple(tf.get_variable("c", [BATCH, UNITS]),
                                           tf.get_variable("h", [BATCH, UNITS]))
            if use_fused:
                return contrib.LSTMBlockFusedCell(UNITS, name="rnn/cell")(
                    inputs(), state, sequence_length=[1, 4])
            return rnn.dynamic_rnn(contrib.LSTMCell(UNITS, name="cell"), inputs(), [1, 4], state,
                                   time_major=True)
        expected, found = evaluate(False, build), evaluate(True, build)
        assert_same_results(self, expected, found, dict(rtol=1e-5, atol=1e-6),
                            dict(rtol=1e-4, atol=1e-5))

    def test_runs_in_a_loop_of_the_package(self):
        """Time of known length makes one loop, in which x·W isn't."""
        contrib.LSTMBlockFusedCell(UNITS)(inputs(), dtype=tf.float32)
        operations = tf.get_default_graph().get_operations()
        products = [op for op in operations if op.type == "MatMul"]
        self.assertLen(products, 2)
        self.assertLen([op for op in operations if op.type == "LoopCond"], 1)

    def test_scope_and_reuse(self):
        for _ in range(2):
            with tf.variable_scope("s", reuse=tf.AUTO_REUSE):
                contrib.LSTMBlockFusedCell(UNITS, name="lstm_cell")(inputs(), dtype=tf.float32)
        contrib.LSTMBlockFusedCell(UNITS)(tf.ones([3, BATCH, SIZE]), dtype=tf.float32, scope="mine")
        self.assertEqual(["s/x", "s/lstm_cell/kernel", "s/lstm_cell/bias", "mine/kernel",
                          "mine/bias"], oracle.names())

    def test_bad_calls(self):
        x = tf.ones([STEPS, BATCH, SIZE])
        for arguments, keywords, words in (
                ((x,), {}, "initial_state or dtype"),
                ((x, [tf.ones([BATCH, UNITS])] * 3), {}, r"pair \(c, h\)"),
                ((x, tf.ones([BATCH, UNITS])), {}, r"pair \(c, h\)"),
                ((tf.placeholder(tf.float32, [STEPS, BATCH, None]),), {"dtype": tf.float32},
                 "input_size"),
                ((tf.ones([STEPS, SIZE]),), {"dtype": tf.float32}, "ndim")):
            with self.subTest(words), self.assertRaisesRegex(ValueError, words):
                contrib.LSTMBlockFusedCell(UNITS)(*arguments, **keywords)
        with self.assertRaises(TypeError):
            contrib.LSTMBlockWrapper()

    def test_lengths_beyond_the_inputs(self):
        """An error, where TensorFlow's kernel ends the process."""
        with tf.device("/cpu:0"):
            _, state = contrib.LSTMBlockFusedCell(UNITS)(
                inputs(), dtype=tf.float32, sequence_length=[2, STEPS + 1])
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            with self.assertRaisesRegex(tf.errors.InvalidArgumentError, "does not index"):
                session.run(state)

    @unittest.skipIf(is_tf_1, "eager execution is 2.x's default")
    def test_eager(self):
        with tf.init_scope():
            if tf.executing_eagerly():
                with self.assertRaisesRegex(RuntimeError, "LSTMBlockFusedCell builds a graph"):
                    contrib.LSTMBlockFusedCell(UNITS)(tf.ones([3, 2, 3]), dtype=tf.float32)

    def test_wrapper_of_the_users(self):
        """A subclass of `LSTMBlockWrapper` with a `_call_cell` of its own."""
        def build(library):
            class Sums(library.cells.LSTMBlockWrapper):
                @property
                def num_units(self):
                    return SIZE

                def _call_cell(self, inputs, initial_cell_state, initial_output, dtype,
                               sequence_length):
                    sums = tf.cumsum(inputs) + initial_cell_state
                    return sums, sums * 2 + initial_output
            state = (tf.get_variable("c", [BATCH, SIZE]), tf.get_variable("h", [BATCH, SIZE]))
            x = inputs()
            return [Sums()(x, dtype=tf.float32), Sums()(x, state, sequence_length=[0, 3])]
        assert_same(self, build)


class FusedRNNCellTest(tf.test.TestCase):

    @slow
    def test_adaptors_as_in_contrib(self):
        for dynamic, form, lengths in some(
                itertools.product((False, True), ("tensor", "list"), (None, [2, 4])), 3):
            with self.subTest(dynamic=dynamic, form=form, lengths=lengths):
                def build(library):
                    x = inputs()
                    if form == "list":
                        x = tf.unstack(x)
                    one, other = [library.cells.FusedRNNCellAdaptor(
                        library.cells.GRUCell(UNITS), dynamic) for _ in range(2)]
                    results = [one(x, dtype=tf.float32, sequence_length=lengths, scope="fw"),
                               library.cells.TimeReversedFusedRNN(other)(
                                   x, tf.get_variable("state", [BATCH, UNITS]),
                                   sequence_length=lengths, scope="bw")]
                    self.assertEqual({isinstance(r[0], list) for r in results}, {form == "list"})
                    return results
                assert_same(self, build)

    def test_reversed_twice(self):
        """A cell that runs backwards over what another gave backwards; lengths end each example."""
        x = tf.constant(np.random.RandomState(0).randn(STEPS, BATCH, SIZE))
        fw = contrib.LSTMBlockFusedCell(UNITS)
        bw = contrib.TimeReversedFusedRNN(fw)
        lengths = [2, STEPS]
        outputs, state = bw(tf.reverse_sequence(x, lengths, 0, 1), dtype=tf.float64,
                            sequence_length=lengths)
        expected, expected_state = fw(x, dtype=tf.float64, sequence_length=lengths)
        expected = tf.reverse_sequence(expected, lengths, 0, 1)
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            for one, other in zip(*session.run([[expected, expected_state], [outputs, state]])):
                self.assertAllClose(one, other)

    def test_abstract(self):
        with self.assertRaises(TypeError):
            contrib.FusedRNNCell()
        self.assertIsInstance(contrib.TimeReversedFusedRNN(None), contrib.FusedRNNCell)


def _layers(library, kind="LSTMCell"):
    return [getattr(library.cells, kind)(n) for n in (UNITS, SIZE)]


class StacksTest(tf.test.TestCase):

    @slow
    def test_static_as_in_contrib(self):
        def build(library):
            x = tf.unstack(inputs())
            results = [library.cells.stack_bidirectional_rnn(
                _layers(library), _layers(library, "GRUCell"), x, dtype=tf.float32,
                sequence_length=lengths, scope=scope)
                       for lengths, scope in ((None, None), ([2, 5], "mine"))]
            states = [[cell.zero_state(BATCH, tf.float32) for cell in _layers(library)]] * 2
            results.append(library.cells.stack_bidirectional_rnn(
                _layers(library), _layers(library), x, *states, scope="given"))
            return results
        assert_same(self, build)

    @slow
    def test_dynamic_as_in_contrib(self):
        def build(library):
            x = inputs()
            results = [library.cells.stack_bidirectional_dynamic_rnn(
                _layers(library), _layers(library, "GRUCell"), x, dtype=tf.float32,
                sequence_length=lengths, scope=scope, time_major=major)
                       for lengths, scope, major in ((None, None, True), ([2] * 5, "mine", False))]
            states = [[cell.zero_state(STEPS, tf.float32) for cell in _layers(library)]] * 2
            results.append(library.cells.stack_bidirectional_dynamic_rnn(
                _layers(library), _layers(library), x, *states, scope="given",
                swap_memory=True))
            return results
        assert_same(self, build)

    @slow
    def test_static_and_dynamic_are_the_same(self):
        """From the same weights; layers of one direction see both of the layer below."""
        x = inputs()
        with tf.variable_scope("", initializer=tf.random_uniform_initializer(-1, 1, seed=2)):
            one = contrib.stack_bidirectional_dynamic_rnn(
                _layers(CONTRIB), _layers(CONTRIB), x, dtype=tf.float32, time_major=True,
                sequence_length=[2, 5], scope="one")
            other = contrib.stack_bidirectional_rnn(
                _layers(CONTRIB), _layers(CONTRIB), tf.unstack(x), dtype=tf.float32,
                sequence_length=[2, 5], scope="other", unroll="loop")
        self.assertEqual([2 * SIZE] * STEPS, [o.shape[-1] for o in other[0]])
        first, second = [[v for v in tf.trainable_variables() if v.op.name.startswith(scope)]
                         for scope in ("one/", "other/")]
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            session.run([tf.assign(v, w) for v, w in zip(second, first)])
            (outputs, *states), (steps, *other_states) = session.run([one, other])
        self.assertAllClose(outputs, np.array(steps))
        self.assertAllClose(states, other_states)

    def test_bad_arguments(self):
        x = tf.ones([STEPS, BATCH, SIZE])
        cells = _layers(CONTRIB)
        state = tf.zeros([BATCH, UNITS])
        for run, inputs_ in ((contrib.stack_bidirectional_rnn, tf.unstack(x)),
                             (contrib.stack_bidirectional_dynamic_rnn, x)):
            for arguments, words in (
                    (([], cells), r"cells_fw.*\[\]"), ((cells, []), "cells_bw"),
                    ((cells, tuple(cells)), "cells_bw.*list"),
                    ((cells[0], cells), "cells_fw.*list"), ((cells, cells[:1]), "2 and 1")):
                with self.assertRaisesRegex(ValueError, words):
                    run(*arguments, inputs=inputs_, dtype=tf.float32)
            for keywords in ({"initial_states_fw": state}, {"initial_states_bw": [state]}):
                with self.assertRaisesRegex(ValueError, list(keywords)[0] + ".*2 states"):
                    run(cells, cells, inputs_, dtype=tf.float32, **keywords)
            with self.assertRaisesRegex(TypeError, "cell"):
                run([1], [2], inputs_, dtype=tf.float32)


if __name__ == "__main__":
    unittest.main()
