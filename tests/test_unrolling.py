"""Unrolling over time: equal to `tf.nn`, in every form that it takes."""
import itertools
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced as rnn_cell
from Project_RNN_Enhancement.rnn_enhancement import rnn_enhanced

from . import oracle
from tests.sizes import slow, some
from tests.stock import tf_cells


def _listed(x):
    return tf.unstack(x, axis=1)


class Nested(object):
    """Makes a cell with nested inputs, outputs and states, a `base` of either library."""

    def __new__(cls, base):
        class NestedCell(base):
            @property
            def state_size(self):
                return (2, (3, tf.TensorShape([2, 2])))

            @property
            def output_size(self):
                return (2, tf.TensorShape([2, 2]))

            def call(self, inputs, state):
                x, y = inputs
                a, (b, c) = state
                w = tf.get_variable("w", [2, 2], dtype=x.dtype)
                a = tf.tanh(tf.matmul(x, w) + a)
                c = c + tf.expand_dims(a, 1) * y
                return (a, c), (a, (b * 2 + 1, c))
        return NestedCell()


class StaticTest(tf.test.TestCase):

    def _compare(self, build, feed=None):
        oracle.assert_same(self, build, feed)

    @slow
    def test_every_cell(self):
        cases = [item for item in sorted(oracle.CELLS.items())
                 if "float64" not in item[0] and "positional" not in item[0]]
        for (name, case), lengths in some(itertools.product(cases, (None, [3, 1])), 13):
            with self.subTest(cell=name, lengths=lengths):
                self._compare(lambda library: library.unroll.static_rnn(
                    case.make(library.cells), _listed(case.inputs(3)), dtype=case.dtype,
                    sequence_length=lengths))

    @slow
    def test_float64(self):
        for kind in ("BasicRNNCell", "GRUCell", "BasicLSTMCell", "LSTMCell"):
            with self.subTest(kind):
                self._compare(lambda library: library.unroll.static_rnn(
                    getattr(library.cells, kind)(4), _listed(oracle.inputs(3, dtype=tf.float64)),
                    dtype=tf.float64, sequence_length=[3, 1]))

    def test_initial_state_and_scope(self):
        def build(library):
            cell = library.cells.LSTMCell(4, num_proj=2)
            return library.unroll.static_rnn(
                cell, _listed(oracle.inputs(2)), initial_state=oracle.state_of(cell),
                scope="mine")
        self._compare(build)

    def test_unknown_batch_size(self):
        def build(library):
            xs = [tf.placeholder(tf.float32, [None, 3], "x%d" % i) for i in range(2)]
            return library.unroll.static_rnn(
                library.cells.MultiRNNCell([library.cells.GRUCell(4), library.cells.LSTMCell(2)]),
                xs, dtype=tf.float32)
        self._compare(build, {"x0:0": np.ones([5, 3]), "x1:0": np.zeros([5, 3])})

    @slow
    def test_nested(self):
        def build(library):
            xs = [(oracle.inputs(size=2, name="x%d" % i),
                   tf.get_variable("y%d" % i, [2, 2, 2])) for i in range(2)]
            return library.unroll.static_rnn(
                Nested(library.cells.RNNCell), xs, dtype=tf.float32, sequence_length=[2, 1])
        self._compare(build)

    @slow
    def test_bidirectional(self):
        for lengths in (None, [3, 1]):
            def build(library):
                forward, backward = library.cells.LSTMCell(4), library.cells.GRUCell(3)
                return library.unroll.static_bidirectional_rnn(
                    forward, backward, _listed(oracle.inputs(3)),
                    initial_state_bw=tf.ones([2, 3]), dtype=tf.float32, sequence_length=lengths,
                    scope="both")
            self._compare(build)
            oracle.assert_same_structure(self, build)

    @slow
    def test_state_saving(self):
        class Saver(object):
            def __init__(self):
                self.saved = {}

            def state(self, name):
                return tf.get_variable(name, [2, 4])

            def save_state(self, name, value):
                self.saved[name] = value
                return tf.identity(value)

        def build(library, name, lengths):
            saver = Saver()
            if name == "gru":
                cell, names = library.cells.GRUCell(4), "h"
            else:
                cell = library.cells.MultiRNNCell(
                    [library.cells.LSTMCell(4), library.cells.GRUCell(4)])
                names = (("c", "h"), "top")
            outputs, state = library.unroll.static_state_saving_rnn(
                cell, _listed(oracle.inputs(3)), saver, names, sequence_length=lengths)
            self.assertEqual(set(tf.nest.flatten(names)), set(saver.saved))
            return outputs, state, [value for _, value in sorted(saver.saved.items())]
        for name in ("gru", "stack"):
            for lengths in (None, [3, 1]):
                with self.subTest(cell=name, lengths=lengths):
                    self._compare(lambda library: build(library, name, lengths))

    def test_state_is_saved_by_the_last_output(self):
        class Saver(object):
            def __init__(self):
                self.kept = tf.get_variable("kept", [2, 4], trainable=False,
                                            initializer=tf.zeros_initializer())

            def state(self, name):
                return self.kept

            def save_state(self, name, value):
                return tf.assign(self.kept, value)

        saver = Saver()
        outputs, state = rnn_enhanced.static_state_saving_rnn(
            rnn_cell.GRUCell(4), [tf.ones([2, 3])] * 2, saver, "h")
        with self.session() as session:
            oracle.load_random(session)
            for _ in range(2):
                output = session.run(outputs[-1])
                self.assertAllClose(output, session.run(saver.kept))
            self.assertGreater(np.abs(output).sum(), 0)

    @slow
    def test_older_names(self):
        for older, name in (("rnn", "static_rnn"), ("bidirectional_rnn",
                                                    "static_bidirectional_rnn")):
            def build(function):
                def inner(library):
                    cells = [library.cells.GRUCell(4) for _ in range(1 + (older != "rnn"))]
                    unroll = getattr(library.unroll, name)
                    if library is oracle.OURS:
                        unroll = function
                    return unroll(*(cells + [_listed(oracle.inputs(3))]), dtype=tf.float32,
                                  sequence_length=[2, 3])
                return inner
            oracle.assert_same(self, build(getattr(rnn_enhanced, older)))

    def test_errors(self):
        x = [[1.0, 2.0]]
        for name, misuse in sorted({
                "no cell": lambda lib: lib.unroll.static_rnn("cell", [x], dtype=tf.float32),
                "no list": lambda lib: lib.unroll.static_rnn(
                    lib.cells.GRUCell(2), tf.ones([2, 2]), dtype=tf.float32),
                "empty": lambda lib: lib.unroll.static_rnn(
                    lib.cells.GRUCell(2), [], dtype=tf.float32),
                "no dtype": lambda lib: lib.unroll.static_rnn(
                    lib.cells.GRUCell(2), [tf.ones([1, 2])]),
                "unknown size": lambda lib: lib.unroll.static_rnn(
                    lib.cells.GRUCell(2), [tf.placeholder(tf.float32, [1, None])],
                    dtype=tf.float32),
                "lengths of a matrix": lambda lib: lib.unroll.static_rnn(
                    lib.cells.GRUCell(2), [tf.ones([1, 2])], dtype=tf.float32,
                    sequence_length=[[1]]),
                "initial state of another size": lambda lib: lib.unroll.static_rnn(
                    lib.cells.GRUCell(2), [tf.ones([1, 2])], tf.ones([1, 5])),
                "initial state too many parts": lambda lib: lib.unroll.static_rnn(
                    lib.cells.LSTMCell(2), [tf.ones([1, 2])], (tf.ones([1, 2]),) * 3),
                "bidirectional no cell": lambda lib: lib.unroll.static_bidirectional_rnn(
                    lib.cells.GRUCell(2), 3, [tf.ones([1, 2])], dtype=tf.float32),
                "bidirectional empty": lambda lib: lib.unroll.static_bidirectional_rnn(
                    lib.cells.GRUCell(2), lib.cells.GRUCell(2), [], dtype=tf.float32),
                "bidirectional no list": lambda lib: lib.unroll.static_bidirectional_rnn(
                    lib.cells.GRUCell(2), lib.cells.GRUCell(2), tf.ones([1, 2])),
                "saver names": lambda lib: lib.unroll.static_state_saving_rnn(
                    lib.cells.LSTMCell(2), [tf.ones([1, 2])], None, "one"),
                "saver names for one state": lambda lib: lib.unroll.static_state_saving_rnn(
                    lib.cells.GRUCell(2), [tf.ones([1, 2])], None, ("one", "two")),
                }.items()):
            with self.subTest(name):
                oracle.assert_same_error(self, misuse)


class DynamicTest(tf.test.TestCase):

    def _compare(self, build, feed=None):
        oracle.assert_same(self, build, feed)

    @slow
    def test_every_cell(self):
        cases = [item for item in sorted(oracle.CELLS.items())
                 if "named" not in item[0] and "positional" not in item[0]]
        for name, case in some(cases, 8):
            with self.subTest(name):
                self._compare(lambda library: library.unroll.dynamic_rnn(
                    case.make(library.cells), case.inputs(3), sequence_length=[3, 1],
                    dtype=case.dtype))

    @slow
    def test_options(self):
        for options in (dict(time_major=True, sequence_length=[2, 1, 0]),
                        dict(swap_memory=True), dict(parallel_iterations=1), dict(scope="mine")):
            with self.subTest(**options):
                self._compare(lambda library: library.unroll.dynamic_rnn(
                    library.cells.LSTMCell(4), oracle.inputs(3), dtype=tf.float32, **options))

    @slow
    def test_unknown_batch_and_time(self):
        def build(library):
            x = tf.placeholder(tf.float32, [None, None, 3], "x")
            lengths = tf.placeholder(tf.int32, [None], "lengths")
            cell = library.cells.MultiRNNCell(
                [library.cells.GRUCell(4), library.cells.LSTMCell(4)])
            return library.unroll.dynamic_rnn(cell, x, lengths, dtype=tf.float32)
        self._compare(build, {"x:0": np.random.RandomState(0).randn(4, 5, 3),
                              "lengths:0": [5, 0, 2, 1]})
        oracle.assert_same_structure(self, build)

    @slow
    def test_nested(self):
        for lengths in (None, [2, 1]):
            self._compare(lambda library: library.unroll.dynamic_rnn(
                Nested(library.cells.RNNCell),
                (oracle.inputs(2, 2), tf.get_variable("y", [2, 2, 2, 2])),
                lengths, dtype=tf.float32))

    @slow
    def test_bidirectional(self):
        for time_major in (False, True):
            def build(library):
                return library.unroll.bidirectional_dynamic_rnn(
                    library.cells.LSTMCell(4), library.cells.GRUCell(3), oracle.inputs(2),
                    [2, 1], initial_state_bw=tf.ones([2, 3]), dtype=tf.float32,
                    time_major=time_major, scope="both")
            self._compare(build)
            oracle.assert_same_structure(self, build)

    @slow
    def test_bidirectional_over_many_steps(self):
        """In the loop that `dynamic_rnn` has, with and without lengths."""
        for lengths, time_major in itertools.product((None, [6, 2]), (False, True)):
            def build(library):
                x = tf.get_variable("x", [6, 2, 3] if time_major else [2, 6, 3])
                return library.unroll.bidirectional_dynamic_rnn(
                    library.cells.LSTMCell(4), library.cells.GRUCell(3), x, lengths,
                    dtype=tf.float32, time_major=time_major)
            with self.subTest(lengths=lengths, time_major=time_major):
                self._compare(build)

    def test_bidirectional_of_nested_inputs(self):
        """TensorFlow 1.15 takes them in one direction only."""
        x, y = oracle.inputs(5, 2), tf.get_variable("y", [2, 5, 2, 2])
        cell = Nested(rnn_cell.RNNCell)
        (_, backwards), (_, state) = rnn_enhanced.bidirectional_dynamic_rnn(
            cell, cell, (x, y), dtype=tf.float32)
        with tf.variable_scope("bidirectional_rnn/bw", reuse=True) as scope:
            expected, expected_state = rnn_enhanced.dynamic_rnn(
                cell, (tf.reverse(x, [1]), tf.reverse(y, [1])), dtype=tf.float32, scope=scope)
        expected = tf.nest.map_structure(lambda steps: tf.reverse(steps, [1]), expected)
        found = oracle.numbers([backwards, state, expected, expected_state])
        for one, other in zip(found[:len(found) // 2], found[len(found) // 2:]):
            self.assertAllEqual(one, other)

    @slow
    def test_lengths_of_unknown_rank(self):
        def static(library):
            lengths = tf.placeholder(tf.int64, name="lengths")
            return library.unroll.static_bidirectional_rnn(
                library.cells.GRUCell(4), library.cells.LSTMCell(4), _listed(oracle.inputs(6)),
                dtype=tf.float32, sequence_length=lengths)

        def dynamic(library):
            lengths = tf.placeholder(tf.int32, name="lengths")
            return library.unroll.dynamic_rnn(library.cells.GRUCell(4), oracle.inputs(6), lengths,
                                              dtype=tf.float32)
        for build in (static, dynamic):
            self._compare(build, {"lengths:0": [6, 2]})

    @slow
    def test_one_cell_for_both_directions(self):
        def build(library):
            cell = library.cells.GRUCell(4)
            other = cell if library is oracle.OURS else library.cells.GRUCell(4)
            return library.unroll.bidirectional_dynamic_rnn(
                cell, other, oracle.inputs(2), dtype=tf.float32)
        self._compare(build)

    @slow
    def test_second_order_gradients(self):
        def build(library):
            x = oracle.inputs(3)
            outputs, _ = library.unroll.static_rnn(
                library.cells.GRUCell(4), _listed(x), dtype=tf.float32)
            return tf.gradients(tf.gradients(outputs[-1], x)[0], x)
        self._compare(build)

    @slow
    def test_raw_rnn(self):
        def build(library):
            x = oracle.inputs(3)
            rows = tf.transpose(x, [1, 0, 2])
            cell = library.cells.LSTMCell(4)

            def loop(time, output, state, loop_state):
                rest = tf.TensorArray(tf.float32, 3).unstack(rows)
                if output is None:
                    state = cell.zero_state(2, tf.float32)
                    loop_state = tf.constant(1.0)
                else:
                    loop_state = loop_state + tf.reduce_sum(output)
                finished = time >= [3, 2]
                value = tf.cond(tf.reduce_all(finished), lambda: tf.zeros([2, 3]),
                                lambda: rest.read(time))
                return finished, value, state, output, loop_state
            emitted, state, loop_state = library.unroll.raw_rnn(cell, loop)
            return emitted.stack(), state, loop_state
        self._compare(build)

    def test_errors(self):
        for name, misuse in sorted({
                "no cell": lambda lib: lib.unroll.dynamic_rnn(
                    None, tf.ones([1, 2, 3]), dtype=tf.float32),
                "no dtype": lambda lib: lib.unroll.dynamic_rnn(
                    lib.cells.GRUCell(2), tf.ones([1, 2, 3])),
                "rank": lambda lib: lib.unroll.dynamic_rnn(
                    lib.cells.GRUCell(2), tf.ones([1, 2]), dtype=tf.float32),
                "unknown size": lambda lib: lib.unroll.dynamic_rnn(
                    lib.cells.GRUCell(2), tf.placeholder(tf.float32, [1, 2, None]),
                    dtype=tf.float32),
                "lengths of a matrix": lambda lib: lib.unroll.dynamic_rnn(
                    lib.cells.GRUCell(2), tf.ones([1, 2, 3]), [[1]], dtype=tf.float32),
                "initial state of another size": lambda lib: lib.unroll.dynamic_rnn(
                    lib.cells.GRUCell(2), tf.ones([1, 2, 3]), initial_state=tf.ones([1, 5])),
                "dtype of another type": lambda lib: lib.unroll.dynamic_rnn(
                    lib.cells.GRUCell(2), tf.ones([1, 2, 3]), dtype=tf.float64),
                "raw no cell": lambda lib: lib.unroll.raw_rnn("cell", lambda *a: a),
                "raw no function": lambda lib: lib.unroll.raw_rnn(lib.cells.GRUCell(2), 3),
                "bidirectional": lambda lib: lib.unroll.bidirectional_dynamic_rnn(
                    lib.cells.GRUCell(2), None, tf.ones([1, 2, 3]), dtype=tf.float32),
                }.items()):
            with self.subTest(name):
                oracle.assert_same_error(self, misuse)

    def test_wrong_number_of_lengths_fails_when_run(self):
        for unroll in (tf.nn.dynamic_rnn, rnn_enhanced.dynamic_rnn):
            with tf.Graph().as_default(), oracle.quiet():
                lengths = tf.placeholder(tf.int32, [None])
                outputs, _ = unroll(rnn_cell.GRUCell(2), tf.ones([2, 2, 3]), lengths,
                                    dtype=tf.float32)
                with self.assertRaises(tf.errors.InvalidArgumentError):
                    oracle.numbers(outputs, {lengths: [1, 2, 3]})


class RoutesTest(tf.test.TestCase):
    """One result, whichever way a cell is unrolled."""

    @slow
    def test_static_dynamic_and_stock_functions_agree(self):
        makers = {"basic": lambda: rnn_cell.BasicRNNCell(4), "gru": lambda: rnn_cell.GRUCell(4),
                  "lstm": lambda: rnn_cell.LSTMCell(4, use_peepholes=True, num_proj=3),
                  "basic_lstm": lambda: rnn_cell.BasicLSTMCell(4, state_is_tuple=False),
                  "stack": lambda: rnn_cell.MultiRNNCell(
                      [rnn_cell.GRUCell(4, use_bias=False), rnn_cell.LSTMCell(3)])}
        for name, make in sorted(makers.items()):
            results = []
            for unroll in (rnn_enhanced.static_rnn, rnn_enhanced.dynamic_rnn, tf.nn.static_rnn,
                           tf.nn.dynamic_rnn):
                with tf.Graph().as_default(), oracle.quiet():
                    x = oracle.inputs(3)
                    static = "static" in unroll.__name__
                    outputs, state = unroll(make(), _listed(x) if static else x,
                                            dtype=tf.float32, sequence_length=[3, 2])
                    if static:
                        outputs = tf.stack(outputs, axis=1)
                    results.append((sorted(oracle.names()), oracle.numbers([outputs, state])))
            with self.subTest(name):
                for names, values in results[1:]:
                    self.assertEqual(results[0][0], names)
                    for expected, found in zip(results[0][1], values):
                        self.assertAllClose(expected, found, rtol=1e-5)

    def test_backward_is_forward_reversed(self):
        x = oracle.inputs(3)
        cell = rnn_cell.GRUCell(4)
        (_, backward), _ = rnn_enhanced.bidirectional_dynamic_rnn(
            rnn_cell.GRUCell(2), cell, x, dtype=tf.float32)
        with tf.variable_scope("bidirectional_rnn/bw", reuse=True):
            forward, _ = rnn_enhanced.dynamic_rnn(
                rnn_cell.GRUCell(4), tf.reverse(x, [1]), dtype=tf.float32,
                scope=tf.get_variable_scope())
        expected, found = oracle.numbers([tf.reverse(forward, [1]), backward])
        self.assertAllClose(expected, found)
        self.assertGreater(np.ptp(found), 0)

    def test_what_follows_the_end_has_no_influence(self):
        """Outputs past the end are zero, the state stays, and what is fed there is ignored."""
        for static in (False, True):
            with self.subTest(static=static), tf.Graph().as_default():
                x = tf.placeholder(tf.float32, [2, 4, 3])
                unroll = rnn_enhanced.static_rnn if static else rnn_enhanced.dynamic_rnn
                outputs, state = unroll(rnn_cell.GRUCell(5), _listed(x) if static else x,
                                        dtype=tf.float32, sequence_length=[2, 4])
                if static:
                    outputs = tf.stack(outputs, axis=1)
                value = np.random.RandomState(0).randn(2, 4, 3)
                other = value.copy()
                other[0, 2:] = 7.0
                with tf.Session() as session:
                    oracle.load_random(session)
                    first, second = [session.run([outputs, state], {x: v})
                                     for v in (value, other)]
                self.assertAllEqual(np.zeros([2, 5]), first[0][0, 2:])
                self.assertAllEqual(first[0][0, 1], first[1][0])
                self.assertAllEqual(first[0][1, 3], first[1][1])
                for a, b in zip(first, second):
                    self.assertAllEqual(a, b)


class JoinedStateTest(tf.test.TestCase):
    """A state of several tensors, given as one tensor side by side."""

    def _states(self, cell_maker, unroll, as_one):
        with tf.Graph().as_default():
            cell = cell_maker()
            parts = [tf.fill([2, size], 0.1 * (i + 1))
                     for i, size in enumerate(tf.nest.flatten(cell.state_size))]
            initial = tf.concat(parts, 1) if as_one else tf.nest.pack_sequence_as(
                cell.state_size, parts)
            results = unroll(cell, initial)
            return tf.nest.map_structure(lambda _: None, results[-1]), oracle.numbers(results)

    @slow
    def test_unrollers(self):
        makers = {
            "basic_lstm": lambda: rnn_cell.BasicLSTMCell(4),
            "lstm": lambda: rnn_cell.LSTMCell(4, num_proj=3),
            "stack": lambda: rnn_cell.MultiRNNCell(
                [rnn_cell.GRUCell(4), rnn_cell.LSTMCell(3), rnn_cell.BasicLSTMCell(2)]),
            "dropout": lambda: rnn_cell.DropoutWrapper(rnn_cell.BasicLSTMCell(4)),
            "stock": lambda: tf_cells.BasicLSTMCell(4)}
        x = [[[1.0, 2.0]] * 3] * 2
        unrollers = {
            "static": lambda cell, state: rnn_enhanced.static_rnn(
                cell, _listed(tf.constant(x)), state),
            "dynamic": lambda cell, state: rnn_enhanced.dynamic_rnn(
                cell, tf.constant(x), initial_state=state),
            "rnn": lambda cell, state: rnn_enhanced.rnn(
                cell, _listed(tf.constant(x)), state, sequence_length=[2, 3]),
            "bidirectional": lambda cell, state: rnn_enhanced.static_bidirectional_rnn(
                cell, rnn_cell.GRUCell(2), _listed(tf.constant(x)), state, dtype=tf.float32),
            "bidirectional_dynamic": lambda cell, state: rnn_enhanced.bidirectional_dynamic_rnn(
                rnn_cell.GRUCell(2), cell, tf.constant(x), initial_state_bw=state,
                dtype=tf.float32)}
        for kind, make in sorted(makers.items()):
            for name, unroll in sorted(unrollers.items()):
                if kind != "lstm" and name not in ("static", "dynamic"):
                    continue
                with self.subTest(cell=kind, unroll=name), oracle.quiet():
                    expected = self._states(make, unroll, False)
                    found = self._states(make, unroll, True)
                    self.assertEqual(repr(expected[0]), repr(found[0]))
                    for a, b in zip(expected[1], found[1]):
                        self.assertAllClose(a, b, rtol=1e-5)

    def test_cell_itself(self):
        for make in (lambda joined: rnn_cell.BasicLSTMCell(4, state_is_tuple=not joined),
                     lambda joined: rnn_cell.LSTMCell(
                         4, state_is_tuple=not joined, num_proj=3, use_peepholes=True)):
            results = []
            for joined in (False, True):
                for one in (False, True):
                    with tf.Graph().as_default():
                        cell = make(joined)
                        parts = [tf.fill([2, 4], 0.3), tf.fill([2, cell.output_size], 0.2)]
                        output, state = cell(oracle.inputs(), tf.concat(parts, 1) if one
                                             else tuple(parts))
                        self.assertEqual(not joined, isinstance(state, tuple))
                        if joined:
                            self.assertEqual([2, sum(tf.nest.flatten(make(False).state_size))],
                                             state.shape.as_list())
                        else:
                            state = tf.concat(state, 1)
                        results.append(oracle.numbers([output, state]))
            for values in results[1:]:
                for expected, found in zip(results[0], values):
                    self.assertAllClose(expected, found, rtol=1e-6)

    def test_wrong_width(self):
        for width in (7, 9):
            with self.assertRaises(ValueError):
                rnn_cell.BasicLSTMCell(4)(tf.ones([2, 3]), tf.ones([2, width]))
            with self.assertRaises((ValueError, TypeError)):
                rnn_enhanced.static_rnn(rnn_cell.BasicLSTMCell(4), [tf.ones([2, 3])],
                                        tf.ones([2, width]))
            with self.assertRaises((ValueError, TypeError)):
                rnn_enhanced.dynamic_rnn(rnn_cell.BasicLSTMCell(4), tf.ones([2, 1, 3]),
                                         initial_state=tf.ones([2, width]))

    def test_zero_state_can_be_fed_and_fetched(self):
        """The loop of the PTB program: the last state of one run is the first of the next."""
        cell = rnn_cell.MultiRNNCell([rnn_cell.BasicLSTMCell(4)] * 2)
        initial = cell.zero_state(2, tf.float32)
        outputs, final = rnn_enhanced.dynamic_rnn(
            cell, tf.ones([2, 3, 2]), initial_state=initial)
        with self.session() as session:
            oracle.load_random(session)
            state = session.run(initial)
            first = session.run(outputs)
            feed = {}
            for _ in range(2):
                out, state = session.run([outputs, final], feed)
                feed = {initial: state}
            self.assertAllClose(first, session.run(outputs))
            self.assertNotAllClose(first, out)
            by_part = {}
            for (c, h), layer in zip(initial, session.run(final)):
                by_part[c], by_part[h] = layer.c, layer.h
            self.assertAllClose(out, session.run(outputs, by_part))


if __name__ == "__main__":
    unittest.main()
