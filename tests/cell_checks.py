"""What every cell with one state vector has to show; `CellChecks` is mixed into its tests."""
import collections
import copy
import functools
import os

import numpy as np
import tensorflow.compat.v1 as tf
from tensorflow.contrib import seq2seq as contrib_seq2seq

from Project_RNN_Enhancement.rnn_enhancement import (rnn_cell_enhanced as rnn_cell,
                                                     rnn_enhanced as rnn)

from . import oracle, stock

__all__ = ["CellChecks", "Kind", "sigmoid"]

BATCH, STEPS = 2, 5

# A cell to check: `make(**keywords)` gives it, `step(weights, x, h)` is its step in NumPy (weights
# by name below the cell's scope; returns h', which is the output too), `count` the number of its
# trainable numbers.
Kind = collections.namedtuple("Kind", ["make", "input_size", "step", "count"])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def weights_of(session, cell):
    """Values of a cell's variables by name below its scope."""
    variables = cell.variables
    scope = os.path.commonprefix([v.op.name for v in variables]).rpartition("/")[0]
    return {v.op.name[len(scope) + 1:]: value
            for v, value in zip(variables, session.run(variables))}


def for_each_kind(test):
    """Decorator: runs `test(self, kind, session)` for each of `KINDS` in a graph of its own."""
    @functools.wraps(test)
    def wrapper(self):
        for name, kind in sorted(self.KINDS.items()):
            with self.subTest(name), tf.Graph().as_default(), tf.Session() as session:
                tf.set_random_seed(5)
                test(self, kind, session)
    return wrapper


def _data(kind, dtype=tf.float64, steps=STEPS, seed=3):
    random = np.random.RandomState(seed)
    return tf.constant(random.uniform(-1, 1, [steps, BATCH, kind.input_size]), dtype)


class CellChecks(object):
    """Attribute of a subclass: `KINDS`, name -> `Kind`."""

    def _load(self, session, cell):
        session.run(tf.global_variables_initializer())
        oracle.load_random(session, seed=2)
        return weights_of(session, cell)

    @for_each_kind
    def test_equals_numpy(self, kind, session):
        cell = kind.make(dtype=tf.float64)
        x = _data(kind)
        h = tf.constant(np.random.RandomState(4).uniform(-1, 1, [BATCH, cell.state_size]))
        results = [cell(x[0], h)]
        for unroll in ("static", "loop"):
            with tf.variable_scope(tf.get_variable_scope(), reuse=True):
                outputs, final = rnn.static_rnn(cell, tf.unstack(x), h, unroll=unroll,
                                                scope=tf.get_variable_scope())
            results.append((tf.stack(outputs), final))
        weights = self._load(session, cell)
        x, expected, (one, static, loop) = session.run([x, h, results])
        by_numpy = []
        for value in x:
            expected = kind.step(weights, value, expected)
            by_numpy.append(expected)
        self.assertAllClose([by_numpy[0]] * 2, one, rtol=1e-9, atol=1e-9)
        for outputs, final in (static, loop):
            self.assertAllClose(by_numpy, outputs, rtol=1e-9, atol=1e-9)
            self.assertAllClose(expected, final, rtol=1e-9, atol=1e-9)

    @for_each_kind
    def test_gradients_are_those_of_differences(self, kind, session):
        cell = kind.make(dtype=tf.float64)
        x = tf.get_variable("x", [2, BATCH, kind.input_size], tf.float64)
        h = tf.get_variable("h", [BATCH, cell.state_size], tf.float64)
        state = h
        for value in tf.unstack(x):
            output, state = cell(value, state)
        weight = np.random.RandomState(8).uniform(-1, 1, [BATCH, cell.output_size])
        loss = tf.reduce_sum(output * weight)
        variables = tf.trainable_variables()
        gradients = tf.gradients(loss, variables)
        self._load(session, cell)
        for variable, gradient in zip(variables, session.run(gradients)):
            start = session.run(variable)
            numeric = np.zeros_like(start)
            for place in np.ndindex(*start.shape):
                losses = []
                for step in (1e-6, -1e-6):
                    moved = start.copy()
                    moved[place] += step
                    losses.append(session.run(loss, {variable: moved}))
                numeric[place] = (losses[0] - losses[1]) / 2e-6
            self.assertAllClose(numeric, gradient, rtol=1e-6, atol=1e-7, msg=variable.name)

    @for_each_kind
    def test_all_ways_of_unrolling(self, kind, session):
        cell = kind.make(dtype=tf.float64)
        x = _data(kind, steps=3)
        results = []
        with tf.variable_scope("s") as scope:
            for way in ("dynamic", "static", "loop"):
                if way == "dynamic":
                    outputs, final = rnn.dynamic_rnn(cell, x, [3, 2], dtype=tf.float64,
                                                     time_major=True)
                else:
                    outputs, final = rnn.static_rnn(cell, tf.unstack(x), dtype=tf.float64,
                                                    sequence_length=[3, 2], unroll=way)
                outputs = tf.convert_to_tensor(outputs)
                scope.reuse_variables()
                results.append([outputs, final])
                if way != "static":
                    loss = tf.reduce_sum(tf.square(outputs)) + tf.reduce_sum(final)
                    results[-1].extend(tf.gradients(loss, cell.trainable_variables))
        self._load(session, cell)
        first = None
        for result in session.run(results):
            first = first or result
            for expected, found in zip(first, result):
                self.assertAllClose(expected, found, rtol=1e-10, atol=1e-10)
        self.assertAllEqual(np.zeros_like(first[0][2, 1]), first[0][2, 1])
        self.assertAllEqual(first[0][1, 1], first[1][1])

    @for_each_kind
    def test_state_carried_across_runs_and_unknown_batch_size(self, kind, session):
        cell = kind.make()
        x = tf.placeholder(tf.float32, [None, None, kind.input_size])
        h = tf.placeholder_with_default(tf.zeros([tf.shape(x)[1], cell.state_size]),
                                        [None, cell.state_size])
        outputs, final = rnn.dynamic_rnn(cell, x, initial_state=h, time_major=True)
        with tf.variable_scope("rnn", reuse=True):
            rolled, _ = rnn.static_rnn(cell, tf.unstack(x, STEPS), h, unroll="loop",
                                       scope=tf.get_variable_scope())
        self._load(session, cell)
        values = session.run(_data(kind, tf.float32))
        expected, last, rolled = session.run([outputs, final, rolled], {x: values})
        first, middle = session.run([outputs, final], {x: values[:2]})
        second, end = session.run([outputs, final], {x: values[2:], h: middle})
        self.assertAllClose(expected, np.concatenate([first, second]), atol=1e-5)
        self.assertAllClose(last, end, atol=1e-5)
        self.assertAllClose(expected, rolled, atol=1e-5)

    @for_each_kind
    def test_copies_have_weights_of_their_own(self, kind, _):
        cell = kind.make()
        with tf.variable_scope("one"):
            stack = rnn_cell.MultiRNNCell([cell] * 2)
            stack(_data(kind, tf.float32)[0], stack.zero_state(BATCH, tf.float32))
        count = len(cell.variables)
        self.assertGreaterEqual(len(stack.variables), 2 * count - 1)
        twin = copy.deepcopy(cell)
        self.assertEqual([], twin.variables)
        with tf.variable_scope("two"):
            output, state = twin(_data(kind, tf.float32)[0], twin.zero_state(BATCH, tf.float32))
        self.assertEqual(count, len(twin.variables))
        self.assertEqual([BATCH, twin.output_size], output.shape.as_list())
        self.assertEqual([BATCH, twin.state_size], state.shape.as_list())
        # The same cell in another scope has weights of its own.
        with tf.variable_scope("three"):
            known = len(tf.global_variables())
            cell(_data(kind, tf.float32)[0], cell.zero_state(BATCH, tf.float32))
        self.assertEqual(count, len(tf.global_variables()) - known)

    @for_each_kind
    def test_inside_stock_wrappers_and_decoders(self, kind, session):
        x = _data(kind, tf.float32)
        with stock.quiet():
            cell = tf.nn.rnn_cell.MultiRNNCell([
                tf.nn.rnn_cell.DropoutWrapper(kind.make(), output_keep_prob=0.5),
                tf.nn.rnn_cell.DeviceWrapper(kind.make(), "/cpu:0")])
            encoded, state = tf.nn.dynamic_rnn(cell, x, time_major=True, dtype=tf.float32)
            decoder_cell = kind.make()
            decoder_cell = contrib_seq2seq.AttentionWrapper(
                decoder_cell, contrib_seq2seq.LuongAttention(
                    decoder_cell.output_size, tf.transpose(encoded, [1, 0, 2])))
            decoder = contrib_seq2seq.BasicDecoder(
                decoder_cell, contrib_seq2seq.TrainingHelper(x, [STEPS, 3], time_major=True),
                decoder_cell.zero_state(BATCH, tf.float32).clone(cell_state=state[1]))
            decoded = contrib_seq2seq.dynamic_decode(decoder)[0].rnn_output
            gradients = tf.gradients(tf.reduce_sum(decoded), tf.trainable_variables())
        self.assertNotIn(None, gradients)
        session.run(tf.global_variables_initializer())
        for value in session.run([decoded] + gradients):
            self.assertTrue(np.isfinite(value).all())

    @for_each_kind
    def test_checkpoint(self, kind, session):
        path = os.path.join(self.get_temp_dir(), "model")
        x = _data(kind, tf.float32)[0]

        def output():
            cell = kind.make()
            with tf.variable_scope("model"):
                return cell(x, cell.zero_state(BATCH, tf.float32) + 0.5)[0]
        first = output()
        session.run(tf.global_variables_initializer())
        tf.train.Saver().save(session, path)
        expected = session.run(first)
        with tf.Graph().as_default(), tf.Session() as other:
            tf.set_random_seed(99)
            x = _data(kind, tf.float32)[0]
            again = output()
            tf.train.Saver().restore(other, path)
            self.assertAllClose(expected, other.run(again))

    @for_each_kind
    def test_config(self, kind, _):
        cell = kind.make(use_bias=False, weight_initializer="orthogonal", name="mine")
        again = type(cell).from_config(cell.get_config())
        self.assertEqual(cell.get_config(), again.get_config())
        with tf.variable_scope("a"):
            cell(_data(kind, tf.float32)[0], cell.zero_state(BATCH, tf.float32))
        with tf.variable_scope("b"):
            again(_data(kind, tf.float32)[0], again.zero_state(BATCH, tf.float32))
        self.assertEqual([v.op.name[1:] for v in cell.variables],
                         [v.op.name[1:] for v in again.variables])

    @for_each_kind
    def test_number_of_parameters(self, kind, _):
        cell = kind.make()
        cell(_data(kind, tf.float32)[0], cell.zero_state(BATCH, tf.float32))
        self.assertEqual(kind.count, sum(v.shape.num_elements()
                                         for v in cell.trainable_variables))
        frozen = kind.make(trainable=False)
        frozen(_data(kind, tf.float32)[0], frozen.zero_state(BATCH, tf.float32))
        self.assertEqual([], frozen.trainable_variables)

    @for_each_kind
    def test_gradients_through_100_steps(self, kind, session):
        x = _data(kind, tf.float32, 100)
        cell = kind.make()
        outputs, _ = rnn.static_rnn(cell, tf.unstack(x), dtype=tf.float32, unroll="loop")
        gradients = tf.gradients(outputs[-1], [x] + tf.trainable_variables())
        session.run(tf.global_variables_initializer())
        for value in session.run(gradients):
            self.assertTrue(np.isfinite(value).all())

    @for_each_kind
    def test_placement(self, kind, _):
        cell = kind.make(gpu_for_layer="/cpu:1")
        with tf.device("/job:worker"):
            output, _ = cell(_data(kind, tf.float32)[0], cell.zero_state(BATCH, tf.float32))
        for variable in cell.variables:
            self.assertIn("CPU:1", variable.device.upper())
        self.assertIn("CPU:1", output.device.upper())
        self.assertIn("worker", output.device)

    @for_each_kind
    def test_bad_arguments(self, kind, _):
        cell = type(kind.make())
        for bad, error in ((0, ValueError), (-3, ValueError), (2.5, TypeError),
                           ("4", TypeError), (None, TypeError), (True, TypeError)):
            with self.assertRaisesRegex(error, "num_units.*%s" % bad):
                cell(bad)
        with self.assertRaisesRegex(TypeError, "use_biass.*use_bias"):
            cell(4, use_biass=False)
        with self.assertRaisesRegex(ValueError, "weight_initializer.*nothing"):
            cell(4, weight_initializer="nothing")
        with self.assertRaisesRegex(TypeError, "use_bias.*0"):
            cell(4, use_bias=0)
        with self.assertRaisesRegex(ValueError, "to be known"):
            kind.make()(tf.placeholder(tf.float32, [2, None]),
                        tf.zeros([2, kind.make().state_size]))
        with self.assertRaisesRegex(ValueError, "floating point"):
            kind.make()(tf.zeros([2, kind.input_size], tf.int32),
                        tf.zeros([2, kind.make().state_size], tf.int32))
