"""`AttentionWrapper` inside each wrapper, in each loop, and inside other control flow.

The table of loops and wrappers, and the judge, are those of `test_cells_in_loops`; the suite tries
each wrapper in one loop, and all pairs with RNN_ENHANCEMENT_LONG_TESTS=1.
"""
import itertools
import unittest
from unittest import mock

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (contrib_seq2seq_enhanced as seq2seq,
                                                     rnn_cell_enhanced as rnn_cell, rnn_enhanced)
from tests import oracle
from tests import test_cells_in_loops as loops
from tests.sizes import LONG, slow, some

SIZE, STEPS, BATCH = loops.SIZE, loops.STEPS, loops.BATCH


def memory():
    return tf.constant(np.random.RandomState(9).uniform(-1, 1, [BATCH, 3, SIZE]), tf.float32)


def attentive():
    """A cell whose mechanism keeps no place."""
    return seq2seq.AttentionWrapper(
        rnn_cell.GRUCell(SIZE), seq2seq.BahdanauAttention(3, memory(), [2, 3]),
        attention_layer_size=SIZE)


def monotonic():
    """A cell whose mechanism goes on from where it was, around a nested state."""
    return seq2seq.AttentionWrapper(
        rnn_cell.LSTMCell(SIZE), seq2seq.LuongMonotonicAttention(SIZE, memory()))


CELLS = {"attentive": attentive, "monotonic": monotonic}
# In two directions the memory's layer is in neither's scope, and has other values than the judge's.
WAYS = [name for name in loops.LOOPS if "judge" not in name and name != "bidirectional"]
_gradients = loops._gradients


def floating_gradients(values):
    return _gradients([value for value in values if value.dtype.is_floating])


@slow
class WrappersTest(unittest.TestCase):

    def check(self, cell, wrapper, way):
        call = loops.Call(way, STEPS, "nothing", False)
        with mock.patch.dict(loops.CELLS, CELLS), mock.patch.object(
                loops, "_gradients", floating_gradients):
            found, = loops.results_of([call], cell, wrapper)
            expected, = loops.results_of([call.judged()], cell, wrapper)
        for value, right in zip(found[0], expected[0]):
            np.testing.assert_allclose(value, right, rtol=1e-5, atol=1e-5)
        self.assertEqual(set(found[1]), set(expected[1]))
        for name, right in expected[1].items():
            np.testing.assert_allclose(found[1][name], right, rtol=1e-4, atol=1e-5, err_msg=name)

    def test_wrappers_and_loops(self):
        for number, wrapper in some(enumerate(sorted(loops.WRAPPERS)), 5):
            pairs = list(itertools.product(sorted(CELLS), WAYS))
            # Not in step with the number of either.
            for cell, way in pairs if LONG else [pairs[7 * number % len(pairs)]]:
                with self.subTest(cell=cell, wrapper=wrapper, way=way):
                    self.check(cell, wrapper, way)

    def test_noise_on_states_leaves_the_place_alone(self):
        for wrap in (lambda cell: rnn_cell.ZoneoutWrapper(cell, 0.5),
                     lambda cell: rnn_cell.DropoutWrapper(cell, state_keep_prob=0.5)):
            with tf.Graph().as_default(), tf.Session() as session:
                _, state = rnn_enhanced.static_rnn(
                    wrap(attentive()), [tf.ones([BATCH, SIZE])] * STEPS, dtype=tf.float32)
                session.run(tf.global_variables_initializer())
                found = session.run(state)
                self.assertEqual(found.time, STEPS)
                np.testing.assert_allclose(found.alignments.sum(1), np.ones(BATCH), rtol=1e-5)

    def test_inside_other_control_flow(self):
        x = np.random.RandomState(4).uniform(-1, 1, [STEPS, BATCH, SIZE]).astype(np.float32)

        def run(cell, x):
            outputs, state = rnn_enhanced.static_rnn(cell, tf.unstack(x), dtype=tf.float32)
            return tf.stack(outputs)
        surroundings = {
            "cond": lambda cell: tf.cond(tf.placeholder_with_default(True, []),
                                         lambda: run(cell, x), lambda: tf.zeros(x.shape)),
            "map_fn": lambda cell: tf.map_fn(lambda one: run(cell, one), tf.constant(x[None]))[0],
        }
        for name, surround in surroundings.items():
            for make in (attentive, monotonic):
                with self.subTest(name, make=make), tf.Graph().as_default():
                    cell = make()
                    # Weights are made before.
                    expected = run(cell, tf.constant(x))
                    with tf.variable_scope(tf.get_variable_scope(), reuse=True):
                        found = surround(cell)
                    variables = tf.trainable_variables()
                    values = oracle.numbers([expected, found] + tf.gradients(
                        expected, variables) + tf.gradients(found, variables))
                    np.testing.assert_allclose(values[0], values[1], rtol=1e-5, atol=1e-6)
                    count = len(variables)
                    for one, other in zip(values[2:2 + count], values[2 + count:]):
                        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


class _Annealed(rnn_cell.RNNCell):
    """A cell of a user's whose state has numbers that all examples share."""

    state_size = (SIZE, tf.TensorShape([]), tf.TensorShape([]))
    output_size = SIZE

    def zero_state(self, batch_size, dtype):
        return tf.zeros([batch_size, SIZE], dtype), tf.ones([], dtype), tf.zeros([], tf.int32)

    def call(self, inputs, state):
        h, gain, count = state
        kernel = tf.get_variable("kernel", [SIZE, SIZE])
        h = tf.tanh(inputs + gain * tf.matmul(h, kernel))
        return h, (h, 0.9 * gain + tf.reduce_mean(h), count + 1)


@slow
class ScalarsTest(unittest.TestCase):

    def test_states_with_scalars_run_in_loops(self):
        for batch in (BATCH, None):
            for lengths in (None, [3, 1]):
                results = []
                for unroll in ("static", "loop"):
                    with tf.Graph().as_default():
                        x = tf.get_variable("x", [STEPS, BATCH, SIZE])
                        given = tf.placeholder_with_default(x, [STEPS, batch, SIZE])
                        outputs, state = rnn_enhanced.static_rnn(
                            _Annealed(), tf.unstack(given), dtype=tf.float32,
                            sequence_length=lengths, unroll=unroll)
                        loss = tf.reduce_sum(tf.stack(outputs) ** 2) + state[1]
                        results.append(oracle.numbers([outputs, state] + tf.gradients(
                            loss, tf.trainable_variables())))
                for one, other in zip(*results):
                    np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


if __name__ == "__main__":
    unittest.main()
