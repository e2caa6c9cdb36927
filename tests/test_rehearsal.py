"""What a rehearsal calls of a program's: a step as often as it takes to tell, no initialiser."""
import unittest
import unittest.mock

import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (contrib_seq2seq_enhanced as seq2seq,
                                                     rnn_cell_enhanced as rnn_cell, rnn_enhanced)
from Project_RNN_Enhancement.rnn_enhancement.unrolling.trace import Trace
from tests.sizes import slow

# One trace in the rehearsal, one for the loop; a second look at the step in the rehearsal; no rehearsal.
ONCE, TWICE, NOT = 2, 3, 1


class Counted(object):
    """A function that counts its calls."""

    def __init__(self, function):
        self.calls, self._function = 0, function

    def __call__(self, *args, **kwargs):
        self.calls += 1
        return self._function(*args, **kwargs)


class RehearsalTest(tf.test.TestCase):

    def _run(self, cell):
        """The number of times that the step is traced for a loop."""
        inputs = [tf.ones([2, 3]) for _ in range(5)]
        with unittest.mock.patch.object(
                Trace, "call", autospec=True, side_effect=Trace.call) as call:
            rnn_enhanced.static_rnn(cell, inputs, dtype=tf.float32, unroll="loop")
        return call.call_count

    @slow
    def test_known_cells_are_looked_at_once(self):
        cells = [rnn_cell.GRUCell(4), rnn_cell.MultiRNNCell([rnn_cell.LSTMCell(4) for _ in "ab"]),
                 rnn_cell.OutputProjectionWrapper(rnn_cell.GRUCell(4), 2),
                 rnn_cell.GRUCell(4, kernel_initializer=tf.zeros_initializer()),
                 rnn_cell.GRUCell(4, activation=tf.nn.relu)]
        for i, cell in enumerate(cells):
            with self.subTest(i), tf.variable_scope("cell_%d" % i):
                self.assertEqual(ONCE, self._run(cell))

    @slow
    def test_known_cells_are_known_again_with_their_weights(self):
        for make in (lambda: rnn_cell.MultiRNNCell([rnn_cell.LSTMCell(4) for _ in "ab"]),
                     lambda: rnn_cell.DropoutWrapper(rnn_cell.GRUCell(4), 0.5)):
            with tf.Graph().as_default():
                cell = make()
                self.assertEqual(ONCE, self._run(cell))
                with tf.variable_scope(tf.get_variable_scope(), reuse=True):
                    self.assertEqual(NOT, self._run(cell))
                with tf.variable_scope("other"):
                    self.assertEqual(NOT, self._run(cell))

    def test_code_of_the_users_is_looked_at_once_when_it_is_called_again(self):
        cell = rnn_cell.GRUCell(4, activation=lambda value: tf.tanh(value))
        found = []
        for is_again in (False, True, True):
            with tf.variable_scope(tf.get_variable_scope(), reuse=is_again):
                found.append(self._run(cell))
        self.assertEqual([TWICE, ONCE, ONCE], found)

    def test_a_seed_between_two_calls_is_seen(self):
        """With one, a loop of TensorFlow's draws what it always drew."""
        cell = rnn_cell.DropoutWrapper(rnn_cell.GRUCell(4), 0.5)
        said = []
        with tf.Graph().as_default(), unittest.mock.patch.object(
                tf.logging, "debug", lambda *words: said.append(str(words))):
            for seed in (None, 3):
                tf.set_random_seed(seed)
                decoder = seq2seq.BasicDecoder(
                    cell, seq2seq.TrainingHelper(tf.ones([2, 5, 3]), [5, 5]), cell.zero_state(2, tf.float32))
                with tf.variable_scope("model", reuse=tf.AUTO_REUSE):
                    seq2seq.dynamic_decode(decoder)
                self.assertEqual(seed is not None, any("seed" in words for words in said))

    @slow
    def test_code_of_the_users_is_looked_at_twice(self):
        class Derived(rnn_cell.GRUCell):
            pass

        class Holder(object):
            __slots__ = ()

            def __call__(self, value):
                return tf.tanh(value)
        cells = [rnn_cell.GRUCell(4, activation=lambda value: tf.tanh(value)),
                 rnn_cell.GRUCell(4, activation=Holder()), Derived(4),
                 rnn_cell.ResidualWrapper(Derived(3)),
                 rnn_cell.GRUCell(4, kernel_initializer=lambda shape, **_: tf.zeros(shape))]
        for i, cell in enumerate(cells):
            with self.subTest(i), tf.variable_scope("cell_%d" % i):
                self.assertEqual(TWICE, self._run(cell))

    def test_steps_under_code_of_the_users_are_looked_at_twice(self):
        def getter(getter, *args, **kwargs):
            return getter(*args, **kwargs)
        with tf.variable_scope("getter", custom_getter=getter):
            self.assertEqual(TWICE, self._run(rnn_cell.GRUCell(4)))
        with tf.variable_scope("device"), tf.device(lambda op: "/cpu:0"):
            self.assertEqual(TWICE, self._run(rnn_cell.GRUCell(4)))

    def test_initialisers_are_called_for_the_graph_alone(self):
        kernels = Counted(lambda shape, **_: tf.ones(shape))
        biases = Counted(tf.zeros_initializer())
        self._run(rnn_cell.GRUCell(4, kernel_initializer=kernels, bias_initializer=biases))
        self.assertEqual([2, 2], [kernels.calls, biases.calls])
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            for variable in tf.trainable_variables():
                value = session.run(variable)
                self.assertAllEqual(value * 0 + ("kernel" in variable.name), value)

    def test_what_an_initialiser_raises_is_raised(self):
        def fails(shape, **_):
            raise ArithmeticError("no number is good enough")
        with self.assertRaisesRegex(ArithmeticError, "good enough"):
            self._run(rnn_cell.GRUCell(4, kernel_initializer=fails))


if __name__ == "__main__":
    unittest.main()
