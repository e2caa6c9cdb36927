"""What every cell has to do, as a mixin for test classes that list cells and their equations."""
import copy
import functools
import os
import tempfile

import numpy as np
import tensorflow.compat.v1 as tf
from tensorflow.contrib import seq2seq as contrib_seq2seq

from Project_RNN_Enhancement.rnn_enhancement import (rnn_cell_enhanced as rnn_cell,
                                                     rnn_enhanced as rnn,
                                                     seq2seq_enhanced as seq2seq)

from . import oracle

__all__ = ["CellChecks", "sigmoid", "run_numpy", "weights_of"]

FLOAT = tf.float64
STEPS, BATCH, SIZE = 5, 2, 3


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def weights_of(cell, session):
    """Name below the cell's scope -> value."""
    values = session.run(cell.variables)
    return {variable.op.name[len(cell.scope_name) + 1:]: value
            for variable, value in zip(cell.variables, values)}


def run_numpy(equations, weights, xs, state):
    """(list of outputs, final state) of `equations(weights, x, state) -> (output, state)`."""
    outputs = []
    for x in xs:
        output, state = equations(weights, x, state)
        outputs.append(output)
    return outputs, state


def _inputs(steps=STEPS, dtype=FLOAT):
    return tf.unstack(tf.get_variable("x", [steps, BATCH, SIZE], dtype=dtype))


def _load(session, seed=1, scale=0.7):
    session.run(tf.global_variables_initializer())
    random = np.random.RandomState(seed)
    for variable in tf.trainable_variables():
        variable.load(random.uniform(-scale, scale, variable.shape.as_list()), session)


def for_each_cell(check, once_per_class=False):
    """Makes a test of `check(self, make, equations)`."""
    @functools.wraps(check)
    def test(self):
        seen = set()
        for name, (make, equations) in sorted(self.CELLS.items()):
            with self.subTest(cell=name), tf.Graph().as_default(), oracle.quiet():
                tf.set_random_seed(3)
                if not once_per_class or type(make()) not in seen:
                    check(self, make, equations)
                seen.add(type(make()))
    return test


def for_each_class(check):
    """Makes a test of `check(self, make, equations)`, for the first cell of every class."""
    return for_each_cell(check, once_per_class=True)


class CellChecks(object):
    """Goes before `tf.test.TestCase` among the bases.

    Attributes:
      CELLS: name -> (function of keywords that makes a cell, function (weights, x, state) ->
        (output, state) in NumPy, weights by name below the cell's scope).
    """

    CELLS = {}

    @for_each_cell
    def test_one_and_five_steps_are_the_equations(self, make, equations):
        cell = make(dtype=FLOAT)
        xs, initial = _inputs(), oracle.state_of(cell, FLOAT)
        results = []
        for unroll in ("static", "loop"):
            with tf.variable_scope("s", reuse=tf.AUTO_REUSE):
                results.append(rnn.static_rnn(cell, xs, initial_state=initial, unroll=unroll))
        with tf.Session() as session:
            _load(session)
            xs, initial, results = session.run([xs, initial, results])
            weights = weights_of(cell, session)
        expected = run_numpy(equations, weights, xs, initial)
        for found in results:
            tf.nest.assert_same_structure(initial, found[1])
            for one, other in zip(tf.nest.flatten(expected), tf.nest.flatten(found)):
                self.assertAllClose(one, other, rtol=1e-10, atol=1e-10)

    @for_each_cell
    def test_gradients_are_numeric_ones(self, make, equations):
        cell = make(dtype=FLOAT)
        results = rnn.static_rnn(cell, _inputs(2), initial_state=oracle.state_of(cell, FLOAT),
                                 unroll="loop")
        loss = tf.add_n([tf.reduce_sum(tf.sin(2 * r)) for r in tf.nest.flatten(results)])
        variables = tf.trainable_variables()
        gradients = tf.gradients(loss, variables)
        random = np.random.RandomState(5)
        with tf.Session() as session:
            _load(session)
            for variable, gradient, value in zip(
                    variables, session.run(gradients), session.run(variables)):
                # One random direction sees an error in any element.
                direction = random.standard_normal(value.shape)
                ends = []
                for sign in (1, -1):
                    variable.load(value + sign * 1e-5 * direction, session)
                    ends.append(session.run(loss))
                variable.load(value, session)
                self.assertAllClose((ends[0] - ends[1]) / 2e-5, np.sum(gradient * direction),
                                    rtol=1e-6, atol=1e-7, msg=variable.op.name)

    @for_each_cell
    def test_static_is_dynamic_is_loop(self, make, equations):
        def run(unroll):
            with tf.Graph().as_default(), tf.Session() as session:
                cell = make(dtype=FLOAT)
                xs = _inputs(4)
                keywords = dict(initial_state=oracle.state_of(cell, FLOAT), sequence_length=[4, 2])
                if unroll == "dynamic":
                    outputs, final = rnn.dynamic_rnn(cell, tf.stack(xs), time_major=True,
                                                     **keywords)
                    outputs = tf.unstack(outputs)
                else:
                    outputs, final = rnn.static_rnn(cell, xs, unroll=unroll, **keywords)
                results = tf.nest.flatten([outputs, final])
                gradients = tf.gradients([tf.square(r) for r in results],
                                         tf.trainable_variables())
                _load(session)
                return oracle.names(), session.run(results + gradients)
        names, expected = run("static")
        for unroll in ("dynamic", "loop"):
            found = run(unroll)
            self.assertEqual(names, found[0])
            for one, other in zip(expected, found[1]):
                self.assertAllClose(one, other, rtol=1e-9, atol=1e-9)

    @for_each_cell
    def test_state_is_carried_from_run_to_run(self, make, equations):
        cell = make()
        steps = tf.placeholder(tf.float32, [None, None, SIZE])
        initial = tf.nest.map_structure(
            lambda size: tf.placeholder(tf.float32, [None, size]), cell.state_size)
        outputs, final = rnn.dynamic_rnn(cell, steps, initial_state=initial, time_major=True)
        x = np.random.RandomState(2).randn(STEPS, 4, SIZE)
        zeros = [np.zeros([4, size]) for size in tf.nest.flatten(cell.state_size)]
        with tf.Session() as session:
            _load(session)

            def run(x, state):
                feed = dict(zip(tf.nest.flatten(initial), tf.nest.flatten(state)))
                feed[steps] = x
                return session.run([outputs, final], feed)
            whole, last = run(x, zeros)
            first, between = run(x[:2], zeros)
            rest, end = run(x[2:], between)
        self.assertAllClose(whole, np.concatenate([first, rest]), atol=1e-5)
        for one, other in zip(tf.nest.flatten(last), tf.nest.flatten(end)):
            self.assertAllClose(one, other, atol=1e-5)

    @for_each_class
    def test_copies_and_stacks_have_weights_of_their_own(self, make, equations):
        cell = make()
        outputs, state = rnn.static_rnn(rnn_cell.MultiRNNCell([cell] * 2), _inputs(4, tf.float32),
                                        dtype=tf.float32, unroll="loop")
        self.assertLen(state, 2)
        kinds = {v.op.name.split("/cell_")[1][1:] for v in tf.global_variables()
                 if v.op.name.startswith("rnn/")}
        self.assertLen(tf.global_variables(), 1 + 2 * len(kinds))
        count = len(tf.global_variables())
        duplicate = copy.deepcopy(cell)
        self.assertEqual([], duplicate.variables)
        with tf.variable_scope("elsewhere"):
            duplicate(tf.ones([2, SIZE]), duplicate.zero_state(2, tf.float32))
        self.assertLen(duplicate.variables, len(tf.global_variables()) - count)

    @for_each_class
    def test_in_wrappers_and_decoders_of_tensorflow(self, make, equations):
        stock = tf.nn.rnn_cell
        cell = stock.MultiRNNCell([
            stock.DropoutWrapper(make(), output_keep_prob=0.9),
            stock.ResidualWrapper(make())])
        x = tf.placeholder(tf.float32, [None, STEPS, SIZE])
        outputs, state = tf.nn.dynamic_rnn(cell, x, [4, 5], dtype=tf.float32, scope="encoder")
        attention = contrib_seq2seq.AttentionWrapper(
            make(), contrib_seq2seq.BahdanauAttention(3, outputs), attention_layer_size=3)
        decoder = contrib_seq2seq.BasicDecoder(
            attention, contrib_seq2seq.TrainingHelper(x, [STEPS, STEPS]),
            attention.zero_state(2, tf.float32).clone(cell_state=state[1]))
        decoded, _, _ = contrib_seq2seq.dynamic_decode(decoder)
        loss = tf.reduce_sum(tf.square(decoded.rnn_output))
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            gradients = session.run(tf.gradients(loss, tf.trainable_variables()),
                                    {x: np.random.RandomState(0).randn(2, STEPS, SIZE)})
        for variable, gradient in zip(tf.trainable_variables(), gradients):
            self.assertAllEqual(np.isfinite(gradient), np.ones(gradient.shape),
                                variable.op.name)

    @for_each_class
    def test_encoder_and_decoder_of_the_attention_model(self, make, equations):
        def run(unroll):
            with tf.Graph().as_default(), tf.Session() as session:
                symbols = [tf.constant([i, 3 - i]) for i in range(2)]
                outputs, state = seq2seq.embedding_attention_seq2seq(
                    symbols, symbols, make(dtype=FLOAT), 4, 4, 3, dtype=FLOAT, unroll=unroll)
                loss = seq2seq.sequence_loss(outputs, symbols, [tf.ones([2], FLOAT)] * 2)
                gradients = tf.gradients(loss, tf.trainable_variables())
                _load(session)
                self.assertNotIn(None, gradients)
                gradients = [tf.convert_to_tensor(gradient) for gradient in gradients]
                return oracle.names(), session.run(tf.nest.flatten([outputs, state, gradients]))
        expected, found = run("static"), run("loop")
        self.assertEqual(expected[0], found[0])
        for one, other in zip(expected[1], found[1]):
            self.assertAllClose(one, other, rtol=1e-9, atol=1e-9)

    @for_each_class
    def test_checkpoint(self, make, equations):
        values = []
        path = os.path.join(tempfile.mkdtemp(dir=self.get_temp_dir()), "saved")
        for save in (True, False):
            with tf.Graph().as_default(), tf.Session() as session:
                cell = make()
                result = cell(tf.ones([2, SIZE]), cell.zero_state(2, tf.float32))
                if save:
                    _load(session)
                    tf.train.Saver().save(session, path)
                else:
                    tf.train.Saver().restore(session, path)
                values.append(session.run(tf.nest.flatten(result)))
        self.assertAllClose(*values)

    @for_each_cell
    def test_config(self, make, equations):
        cell = make(use_bias=False, weight_initializer="identity", gpu_for_layer="/cpu:0")
        again = type(cell).from_config(cell.get_config())
        self.assertEqual(cell.get_config(), again.get_config())
        self.assertEqual(cell.state_size, again.state_size)
        again(tf.ones([2, SIZE]), again.zero_state(2, tf.float32))
        self.assertEqual({"/device:CPU:0"}, {v.device for v in again.variables})
        # A setting that the config forgets shows in the equations of the rebuilt cell.
        results = []
        for one in (make(dtype=FLOAT), None):
            one = one or type(cell).from_config(make(dtype=FLOAT).get_config())
            with tf.Graph().as_default(), tf.Session() as session:
                outputs = one(_inputs(1)[0], oracle.state_of(one, FLOAT))
                _load(session)
                results.append(session.run(tf.nest.flatten(outputs)))
        self.assertAllClose(*results)

    @for_each_cell
    def test_without_bias(self, make, equations):
        results = []
        for use_bias in (True, False):
            with tf.Graph().as_default(), tf.Session() as session:
                cell = make(use_bias=use_bias, dtype=FLOAT)
                outputs = cell(_inputs(1)[0], oracle.state_of(cell, FLOAT))
                random = np.random.RandomState(1)
                session.run(tf.global_variables_initializer())
                biases = 0
                for variable in tf.trainable_variables():
                    if variable.op.name.endswith(("bias", "beta")):
                        variable.load(np.zeros(variable.shape), session)
                        biases += 1
                    else:
                        variable.load(random.randn(*variable.shape.as_list()), session)
                self.assertEqual(use_bias, biases > 0)
                results.append(session.run(tf.nest.flatten(outputs)))
        self.assertAllClose(*results)

    @for_each_class
    def test_orthogonal_blocks(self, make, equations):
        cell = make(weight_initializer="orthogonal", orthogonal_scale_factor=0.8)
        cell(tf.ones([2, SIZE]), cell.zero_state(2, tf.float32))
        n = cell.output_size
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            for name, value in weights_of(cell, session).items():
                if not name.endswith("kernel"):
                    continue
                heights = {n: [n], SIZE: [SIZE], SIZE + n: [SIZE, n], 2 * n: [n, n]}
                top = 0
                for height in heights[len(value)]:
                    for left in range(0, value.shape[1], n):
                        block = value[top:top + height, left:left + n]
                        gram = block.dot(block.T) if height <= n else block.T.dot(block)
                        self.assertAllClose(0.64 * np.eye(len(gram)), gram, atol=1e-5, msg=name)
                    top += height

    @for_each_class
    def test_gradient_through_a_hundred_steps(self, make, equations):
        x = tf.get_variable("x", [100, 2, SIZE])
        outputs, _ = rnn.static_rnn(make(), tf.unstack(x), dtype=tf.float32, unroll="loop")
        gradient, = tf.gradients(tf.reduce_sum(outputs[-1]), [x])
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            gradient = session.run(gradient)
        self.assertTrue(np.isfinite(gradient).all())
        self.assertTrue(np.abs(gradient[-1]).max() > 0)

    @for_each_cell
    def test_bad_arguments(self, make, equations):
        kind = type(make())
        for bad, error in ((0, ValueError), (-3, ValueError), (2.5, TypeError),
                           ("4", TypeError), (None, TypeError), (True, TypeError)):
            with self.assertRaisesRegex(error, "num_units.*%s" % (bad,)):
                kind(bad)
        for keywords, error, words in (
                ({"weight_initializer": "orthogonl"}, ValueError, "'orthogonl'|'orthogonal'"),
                ({"use_bias": 1}, TypeError, "use_bias"),
                ({"gpu_for_layer": -1}, ValueError, "gpu_for_layer"),
                ({"use_biass": True}, TypeError, "'use_biass'.*'use_bias'"),
                ({"activation": "tanhh"}, ValueError, "tanhh"),
                ({"dtype": tf.int32}, ValueError, "int32")):
            with self.assertRaisesRegex(error, words):
                make(**keywords)
        cell = make()
        state = cell.zero_state(2, tf.float32)
        with self.assertRaisesRegex(ValueError, "inputs.shape.*known"):
            cell(tf.placeholder(tf.float32, [2, None]), state)
        with self.assertRaisesRegex(ValueError, "ndim"):
            cell(tf.ones([2, SIZE, 1]), state)
        with self.assertRaisesRegex(ValueError, "int32"):
            make(dtype=tf.float32)(tf.ones([2, SIZE], tf.int32), state)
