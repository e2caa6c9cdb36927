"""The call forms of TensorFlow 0.5 to 1.15 that the package keeps, and the eras."""
import functools
import inspect
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement import rnn_enhancement
from Project_RNN_Enhancement.rnn_enhancement import (rnn_cell_enhanced as rnn_cell,
                                                     rnn_enhanced as rnn,
                                                     seq2seq_enhanced as seq2seq)

from . import stock
from tests.sizes import slow
from tests.stock import tf_cells


def _vectors(steps=3, size=3):
    return [tf.constant(np.random.RandomState(i).randn(2, size), tf.float32) for i in range(steps)]


def _symbols(steps=3):
    return [tf.constant([i, i + 1]) for i in range(steps)]


def _names():
    return [variable.op.name for variable in tf.trainable_variables()]


class _UserCell(rnn_cell.RNNCell):
    """A cell in the 0.x style: no super().__init__(), variables made by every call."""

    def __init__(self, size):
        self._size = size

    @property
    def state_size(self):
        return self._size

    @property
    def output_size(self):
        return self._size

    def __call__(self, inputs, state, scope=None):
        with tf.variable_scope(scope or type(self).__name__):
            output = tf.tanh(rnn_cell._linear([inputs, state], self._size, True))
        return output, output


class WeightsTest(tf.test.TestCase):

    def setUp(self):
        tf.reset_default_graph()

    def test_repeated_cell_has_weights_per_layer(self):
        for make in (lambda: rnn_cell.GRUCell(3), lambda: tf_cells.GRUCell(3),
                     lambda: _UserCell(3)):
            with tf.Graph().as_default(), stock.quiet():
                cell = rnn_cell.MultiRNNCell([make()] * 3)
                rnn.static_rnn(cell, _vectors(), dtype=tf.float32)
                for layer in range(3):
                    self.assertTrue(any("cell_%d/" % layer in name for name in _names()))

    def test_wrappers_around_one_cell_have_weights_per_layer(self):
        shared = rnn_cell.GRUCell(3)
        cell = rnn_cell.MultiRNNCell([rnn_cell.DropoutWrapper(shared, 0.5) for _ in range(2)])
        rnn.dynamic_rnn(cell, tf.zeros([2, 4, 3]), dtype=tf.float32)
        self.assertEqual(8, len(_names()))

    def test_share_repeated(self):
        with stock.quiet():
            cell = rnn_cell.MultiRNNCell([rnn_cell.GRUCell(3)] * 2, share_repeated=True)
        rnn.static_rnn(cell, _vectors(), dtype=tf.float32)
        self.assertEqual(4, len(_names()))

    def test_weights_by_scope(self):
        cell = rnn_cell.GRUCell(3)
        for scope in ("encoder", "decoder"):
            with tf.variable_scope(scope):
                rnn.static_rnn(cell, _vectors(), dtype=tf.float32)
        self.assertEqual(8, len(_names()))
        self.assertEqual(8, len(cell.trainable_weights))
        with tf.variable_scope("decoder", reuse=True):
            rnn.static_rnn(cell, _vectors(), dtype=tf.float32)
        # Around both scopes, and in a scope that can only reuse: the first weights.
        cell(_vectors()[0], cell.zero_state(2, tf.float32))
        with tf.variable_scope("elsewhere", reuse=True):
            cell(_vectors()[0], cell.zero_state(2, tf.float32))
        self.assertEqual(8, len(_names()))
        with tf.variable_scope("third"), rnn_cell.weights_by_object():
            cell(_vectors()[0], cell.zero_state(2, tf.float32))
        self.assertEqual(8, len(_names()))

    def test_same_scope_gives_the_same_numbers(self):
        cell = rnn_cell.GRUCell(3)
        first, _ = rnn.static_rnn(cell, _vectors(), dtype=tf.float32, scope="one")
        other, _ = rnn.static_rnn(cell, _vectors(), dtype=tf.float32, scope="two")
        again, _ = rnn.static_rnn(cell, _vectors(), dtype=tf.float32, scope="two")
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            first, other, again = session.run([first, other, again])
        self.assertAllClose(other, again)
        self.assertNotAllClose(first, other)

    def test_one_cell_in_two_graphs(self):
        cell = rnn_cell.LSTMCell(3)
        for _ in range(2):
            with tf.Graph().as_default():
                rnn.static_rnn(cell, _vectors(), dtype=tf.float32)
                self.assertEqual(2, len(_names()))

    @slow
    def test_one_cell_for_all_buckets(self):
        for make in (lambda: rnn_cell.MultiRNNCell([rnn_cell.LSTMCell(4)] * 2),
                     lambda: rnn_cell.DropoutWrapper(
                         rnn_cell.GRUCell(4), output_keep_prob=tf.placeholder_with_default(.5, [])),
                     lambda: tf_cells.GRUCell(4), lambda: _UserCell(4)):
            with tf.Graph().as_default(), stock.quiet():
                cell = make()
                counts = []

                def model(x, y):
                    result = seq2seq.embedding_attention_seq2seq(x, y, cell, 5, 5)
                    counts.append(len(_names()))
                    return result
                seq2seq.model_with_buckets(_symbols(), _symbols(), _symbols(), [tf.ones([2])] * 3,
                                           [(1, 1), (2, 2), (3, 3)], model)
                self.assertEqual(1, len(set(counts)))


class LSTMStateTest(tf.test.TestCase):

    def setUp(self):
        tf.reset_default_graph()

    def test_either_form_is_taken(self):
        joined = tf.ones([2, 6])
        for kind in (rnn_cell.BasicLSTMCell, rnn_cell.LSTMCell):
            results = []
            for is_tuple in (True, False):
                for state in (joined, rnn_cell.LSTMStateTuple(*tf.split(joined, 2, 1))):
                    with tf.variable_scope(kind.__name__, reuse=bool(results)):
                        output, new = kind(3, state_is_tuple=is_tuple, name="c")(
                            _vectors()[0], state)
                    self.assertEqual(is_tuple, isinstance(new, rnn_cell.LSTMStateTuple))
                    results.append(output)
            with self.session() as session:
                session.run(tf.global_variables_initializer())
                results = session.run(results)
            for result in results[1:]:
                self.assertAllClose(results[0], result)

    def test_joined_initial_state_of_the_unrollers(self):
        cell = rnn_cell.MultiRNNCell([rnn_cell.LSTMCell(3), rnn_cell.LSTMCell(3)])
        state = tf.ones([2, 12])
        for _, final in (rnn.static_rnn(cell, _vectors(), state),
                         rnn.dynamic_rnn(cell, tf.stack(_vectors(), 1), initial_state=state),
                         seq2seq.rnn_decoder(_vectors(), state, cell)):
            tf.nest.assert_same_structure(cell.state_size, final)

    def test_wrong_width_is_an_error(self):
        with self.assertRaises((ValueError, TypeError)):
            rnn.static_rnn(rnn_cell.LSTMCell(3), _vectors(), tf.ones([2, 5]))


class ConstructorFormsTest(tf.test.TestCase):

    def test_getargspec_shows_the_arguments(self):
        arguments = inspect.getfullargspec(rnn_cell.BasicLSTMCell.__init__).args
        for name in ("forget_bias", "state_is_tuple", "reuse"):
            self.assertIn(name, arguments)

    def test_input_size(self):
        for make in (lambda: rnn_cell.GRUCell(3, input_size=4), lambda: rnn_cell.GRUCell(3, 4),
                     lambda: rnn_cell.BasicLSTMCell(3, 1.0, 4), lambda: rnn_cell.LSTMCell(3, 4),
                     lambda: rnn_cell.BasicRNNCell(3, 4)):
            with stock.quiet():
                self.assertEqual(3, make().output_size)

    def test_linear_of_0_6(self):
        tf.reset_default_graph()
        result = rnn_cell.linear([tf.zeros([2, 3]), tf.zeros([2, 1])], 4, True, 0.5, "here")
        self.assertEqual(["here/kernel", "here/bias"], _names())
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            self.assertAllClose(np.full([2, 4], 0.5), session.run(result))


class Seq2SeqFormsTest(tf.test.TestCase):

    def setUp(self):
        tf.reset_default_graph()

    @slow
    def test_embedding_size_left_out(self):
        pair = (tf.zeros([4, 6]), tf.zeros([6]))
        cell = rnn_cell.GRUCell(4)
        x, y = _symbols(), _symbols()
        calls = {
            "a": lambda: seq2seq.embedding_rnn_seq2seq(x, y, cell, 5, 6),
            "b": lambda: seq2seq.embedding_rnn_seq2seq(x, y, cell, 5, 6, pair, True),
            "c": lambda: seq2seq.embedding_rnn_seq2seq(x, y, cell, 5, 6, None, True),
            "d": lambda: seq2seq.embedding_attention_seq2seq(x, y, cell, 5, 6, 1, pair, False),
            "e": lambda: seq2seq.embedding_tied_rnn_seq2seq(x, y, cell, 6, pair, True),
            "f": lambda: seq2seq.embedding_rnn_decoder(y, tf.ones([2, 4]), cell, 6, pair, True),
            "g": lambda: seq2seq.embedding_attention_decoder(
                y, tf.ones([2, 4]), tf.ones([2, 3, 4]), cell, 6, 1, None, pair),
            "h": lambda: seq2seq.one2many_rnn_seq2seq(x, {"n": y}, cell, {"n": cell}, 5, {"n": 6}),
        }
        for name, call in sorted(calls.items()):
            with tf.variable_scope(name):
                call()
            sizes = [v.shape.as_list()[1] for v in tf.trainable_variables()
                     if v.op.name.startswith(name + "/") and v.op.name.endswith("/embedding")]
            self.assertTrue(sizes and set(sizes) == {4}, (name, sizes))

    def test_new_positional_form_is_untouched(self):
        seq2seq.embedding_attention_seq2seq(_symbols(), _symbols(), rnn_cell.GRUCell(4), 5, 6, 3, 2)
        self.assertIn("embedding_attention_seq2seq/embedding_attention_decoder/attention_decoder/"
                      "AttnW_1", _names())

    def test_vocabulary_size_in_fourth_place(self):
        logits, targets = [tf.ones([2, 5])] * 2, _symbols(2)
        weights = [tf.ones([2])] * 2
        loss = lambda labels, inputs: tf.reduce_sum(inputs, 1)
        with self.session() as session:
            for function in (seq2seq.sequence_loss, seq2seq.sequence_loss_by_example):
                self.assertAllClose(
                    *session.run([function(logits, targets, weights),
                                  function(logits, targets, weights, 5)]))
                self.assertAllClose(
                    *session.run([function(logits, targets, weights, softmax_loss_function=loss),
                                  function(logits, targets, weights, 9,
                                           softmax_loss_function=loss)]))
                with self.assertRaisesRegex(ValueError, "num_decoder_symbols is 6"):
                    function(logits, targets, weights, 6)
        model = lambda x, y: (logits, None)
        seq2seq.model_with_buckets(targets, targets, targets, weights, [(2, 2)], 5, model)
        with self.assertRaisesRegex(ValueError, "num_decoder_symbols is 4"):
            seq2seq.model_with_buckets(targets, targets, targets, weights, [(2, 2)], 4, model)

    def test_loss_functions_of_any_era(self):
        class Callable(object):
            def __call__(self, labels, logits):
                return tf.cast(labels, tf.float32) - tf.reduce_sum(logits, 1)

        def labels_logits(labels, logits):
            return tf.cast(labels, tf.float32) - tf.reduce_sum(logits, 1)

        def labels_inputs(labels, inputs):
            return labels_logits(labels, inputs)

        def inputs_labels(inputs, labels):
            return labels_logits(labels, inputs)

        def inputs_targets(inputs, targets):
            return labels_logits(targets, inputs)

        def keywords(**kwargs):
            return labels_logits(kwargs["labels"], kwargs["logits"])

        def with_scale(scale, inputs, labels):
            return scale * labels_logits(labels, inputs)

        functions = [labels_logits, labels_inputs, inputs_labels, inputs_targets, keywords,
                     Callable(), lambda a, b: labels_logits(a, b),
                     functools.partial(with_scale, 1.0)]
        arguments = [tf.ones([2, 5])], _symbols(1), [tf.ones([2])]
        results = [seq2seq.sequence_loss_by_example(*arguments, softmax_loss_function=function)
                   for function in functions]
        with rnn_enhancement.era("0.12"):
            results.append(seq2seq.sequence_loss_by_example(
                *arguments, softmax_loss_function=lambda a, b: labels_logits(b, a)))
        with self.session() as session:
            for result in session.run(results):
                self.assertAllClose([-5.0, -4.0], result)
        with self.assertRaisesRegex(TypeError, "softmax_loss_function must be a function"):
            seq2seq.sequence_loss_by_example(*arguments, softmax_loss_function=3)


class ErasTest(tf.test.TestCase):

    def setUp(self):
        tf.reset_default_graph()

    def test_state_is_tuple(self):
        for make in (rnn_cell.BasicLSTMCell, rnn_cell.LSTMCell):
            with rnn_enhancement.era("0.10"):
                self.assertEqual(6, make(3).state_size)
                self.assertEqual((3, 3), make(3, state_is_tuple=True).state_size)
                self.assertEqual(12, rnn_cell.MultiRNNCell([make(3)] * 2).state_size)
            with rnn_enhancement.era("0.11"):
                self.assertEqual((3, 3), make(3).state_size)

    @slow
    def test_list_of_states(self):
        cell = rnn_cell.GRUCell(3)
        lengths = [1, 3]
        outputs, final = rnn.rnn(cell, _vectors(), dtype=tf.float32, sequence_length=lengths)
        with rnn_enhancement.era("0.7"):
            old_outputs, states = rnn.rnn(cell, _vectors(), dtype=tf.float32,
                                          sequence_length=lengths)
            plain, plain_states = rnn.rnn(cell, _vectors(), tf.zeros([2, 3]))
            _, decoder_states = seq2seq.rnn_decoder(_vectors(), tf.zeros([2, 3]), cell)
            _, model_states = seq2seq.embedding_attention_seq2seq(
                _symbols(), _symbols(), rnn_cell.GRUCell(4), 5, 6,
                feed_previous=tf.constant(True))
        with rnn_enhancement.era("0.8"):
            _, state = seq2seq.rnn_decoder(_vectors(), tf.zeros([2, 3]), cell)
        self.assertEqual([2, 3], state.shape.as_list())
        for values in (states, decoder_states, model_states):
            self.assertEqual(3, len(values))
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            self.assertAllClose(*session.run([outputs, old_outputs]))
            self.assertAllClose(*session.run([final, states[-1]]))
            self.assertAllClose(*session.run([plain, plain_states]))

    def test_bidirectional(self):
        arguments = (rnn_cell.GRUCell(3), rnn_cell.GRUCell(3), _vectors())
        self.assertEqual(3, len(rnn.bidirectional_rnn(*arguments, dtype=tf.float32, scope="a")))
        with rnn_enhancement.era("0.7"):
            outputs = rnn.bidirectional_rnn(*arguments, dtype=tf.float32, scope="b")
        self.assertEqual([2, 6], outputs[0].shape.as_list())

    def test_every_difference_has_a_version(self):
        for since, text in rnn_enhancement.DIFFERENCES.values():
            self.assertIn(since, rnn_enhancement.ERAS)
            self.assertTrue(text)

    def test_switch(self):
        self.assertEqual("1.15", rnn_enhancement.get_era())
        with self.assertRaises(ZeroDivisionError):
            with rnn_enhancement.era("0.6.0"):
                self.assertEqual("0.6", rnn_enhancement.get_era())
                1 // 0
        self.assertEqual("1.15", rnn_enhancement.get_era())
        for bad in ("0.4", "1.16", "2.0", "new", "1"):
            with self.assertRaisesRegex(ValueError, "Known"):
                rnn_enhancement.set_era(bad)
        with self.assertRaises(TypeError):
            rnn_enhancement.set_era(0.6)


if __name__ == "__main__":
    unittest.main()
