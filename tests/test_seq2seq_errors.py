"""What the sequence-to-sequence functions and samplers say to wrong arguments."""
import functools
import inspect
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (decoding_enhanced, rnn_cell_enhanced as
                                                     rnn_cell, rnn_enhanced, seq2seq_enhanced as
                                                     seq2seq)
from Project_RNN_Enhancement.rnn_enhancement.unrolling.policy import unrolled_as
from tests.sizes import slow
from tests.stock import quiet, stock_seq2seq, tf_cells


def _symbols(steps=3):
    return [tf.constant([1, 2])] * steps


class SurfaceTest(tf.test.TestCase):

    def test_the_thirteen_functions_and_their_signatures(self):
        names = [name for name in dir(stock_seq2seq)
                 if inspect.isfunction(getattr(stock_seq2seq, name)) and not name.startswith("_")]
        self.assertEqual(13, len(names))
        self.assertLessEqual(set(names), set(seq2seq.__all__))
        self._check_prefix(names, stock_seq2seq, seq2seq)

    def test_unrollers_and_cells(self):
        self._check_prefix(["static_rnn", "dynamic_rnn", "raw_rnn", "static_state_saving_rnn",
                            "static_bidirectional_rnn", "bidirectional_dynamic_rnn"],
                           tf.nn, rnn_enhanced)
        for name in ("BasicRNNCell", "GRUCell", "BasicLSTMCell", "LSTMCell", "MultiRNNCell"):
            ours = getattr(rnn_cell, name)
            stock = getattr(tf_cells, name)
            self.assertEqual(self._parameters(stock.__init__),
                             self._parameters(ours.__init__)[:len(
                                 self._parameters(stock.__init__))])

    def _parameters(self, function):
        return [(p.name, None if p.name == "embedding_size" else
                 None if p.default is inspect.Parameter.empty else p.default)
                for p in inspect.signature(function).parameters.values()
                if p.kind is not inspect.Parameter.VAR_KEYWORD]

    def _check_prefix(self, names, stock, ours):
        for name in names:
            expected = self._parameters(getattr(stock, name))
            found = self._parameters(getattr(ours, name))
            self.assertEqual(expected, found[:len(expected)], name)


class ErrorsTest(tf.test.TestCase):

    def setUp(self):
        tf.reset_default_graph()

    def test_attention_decoder(self):
        cell, state = rnn_cell.GRUCell(4), tf.zeros([2, 4])
        inputs = [tf.zeros([2, 3])]
        for arguments, keywords, words in (
                (([], state, tf.zeros([2, 3, 4]), cell), {}, "at least 1 input"),
                ((inputs, state, tf.zeros([2, 3, 4]), cell), {"num_heads": 0}, "num_heads is 0"),
                ((inputs, state, tf.placeholder(tf.float32, [2, 3, None]), cell), {},
                 "attention_states must be known"),
                (([tf.placeholder(tf.float32, [2, None])], state, tf.zeros([2, 3, 4]), cell), {},
                 "Could not infer input size")):
            for module in (stock_seq2seq, seq2seq):
                with tf.Graph().as_default(), self.assertRaises(ValueError):
                    module.attention_decoder(*arguments, **keywords)
            with self.assertRaisesRegex(ValueError, words):
                seq2seq.attention_decoder(*arguments, **keywords)

    def test_output_projection(self):
        for projection in ((np.zeros([4, 7], np.float32), np.zeros([7], np.float32)),
                           (np.zeros([4, 6], np.float32), np.zeros([5], np.float32))):
            for module in (stock_seq2seq, seq2seq):
                tf.reset_default_graph()
                with self.assertRaisesRegex(ValueError, "incompatible"):
                    module.embedding_rnn_seq2seq(
                        _symbols(), _symbols(), rnn_cell.GRUCell(4), 5, 6, 3,
                        output_projection=[tf.constant(part) for part in projection])
        tf.reset_default_graph()
        with self.assertRaisesRegex(ValueError, "pair"):
            seq2seq.embedding_rnn_seq2seq(_symbols(), _symbols(), rnn_cell.GRUCell(4), 5, 6, 3,
                                          output_projection=3)

    @slow
    def test_every_error_of_the_legacy_functions(self):
        """The same type of error as TensorFlow 1.15, looped or copied."""
        stock_seq2seq.rnn_decoder  # Skips where there is none. pylint: disable=pointless-statement
        narrow = [np.zeros([4, 5], np.float32), np.zeros([5], np.float32)]
        cell = functools.partial(tf_cells.GRUCell, 4)
        vectors, state = [np.zeros([2, 3], np.float32)] * 5, np.zeros([2, 4], np.float32)

        def tensors(values):
            return [tf.constant(value) for value in values]

        def attend(of, inputs=vectors, states=(2, 3, 4), **keywords):
            return of.attention_decoder(tensors(inputs), tf.constant(state),
                                        tf.placeholder(tf.float32, states), cell(), **keywords)

        def bucket(of, x=5, targets=5, weights=5):
            return of.model_with_buckets(_symbols(x), _symbols(5), _symbols(targets),
                                         tensors([np.ones(2, np.float32)] * weights), [(5, 5)],
                                         lambda x, y: of.embedding_rnn_seq2seq(
                                             x, y, cell(), 5, 6, 3))

        def losses(of, name, logits=5, targets=5, weights=5):
            return getattr(of, name)(tensors([np.ones([2, 6], np.float32)] * logits),
                                     _symbols(targets),
                                     tensors([np.ones(2, np.float32)] * weights))
        calls = [
            lambda of: attend(of, []),
            lambda of: attend(of, num_heads=0),
            lambda of: attend(of, states=(2, 3, None)),
            lambda of: of.attention_decoder([tf.placeholder(tf.float32, [2, None])] * 5,
                                            tf.constant(state), tf.zeros([2, 3, 4]), cell()),
            lambda of: of.embedding_rnn_decoder(_symbols(5), tf.constant(state), cell(), 6, 3,
                                                tensors(narrow)),
            lambda of: of.embedding_attention_decoder(
                _symbols(5), tf.constant(state), tf.zeros([2, 3, 4]), cell(), 6, 3,
                output_projection=tensors(narrow)),
            lambda of: of.embedding_tied_rnn_seq2seq(_symbols(5), _symbols(5), cell(), 6, 3,
                                                     output_projection=tensors(narrow)),
            lambda of: of.embedding_attention_seq2seq(_symbols(5), _symbols(5), cell(), 6, 6, 3,
                                                      output_projection=tensors(narrow)),
            lambda of: of.basic_rnn_seq2seq([], tensors(vectors), cell()),
            lambda of: of.basic_rnn_seq2seq(tf.constant(vectors), tensors(vectors), cell()),
            lambda of: of.embedding_rnn_seq2seq([], _symbols(5), cell(), 5, 6, 3),
            lambda of: of.tied_rnn_seq2seq(tensors(vectors), tensors([np.zeros([2, 5], np.float32)]
                                                                     * 5), cell()),
            lambda of: of.rnn_decoder(tensors(vectors), tf.zeros([2, 3]), cell()),
            lambda of: bucket(of, x=4), lambda of: bucket(of, targets=4),
            lambda of: bucket(of, weights=4)]
        for name in ("sequence_loss", "sequence_loss_by_example"):
            calls += [lambda of, name=name: losses(of, name, logits=4),
                      lambda of, name=name: losses(of, name, targets=4),
                      lambda of, name=name: losses(of, name, weights=4)]
        for i, call in enumerate(calls):
            with self.subTest(call=i):
                with tf.Graph().as_default(), quiet(), self.assertRaises(Exception) as stock_s:
                    call(stock_seq2seq)
                for unroll in ("auto", "static"):
                    with tf.Graph().as_default(), quiet(), unrolled_as(unroll):
                        with self.assertRaises(type(stock_s.exception)):
                            call(seq2seq)

    def _assert_too_wide(self, build, *sizes):
        """Fails unless `build()`, in a new graph, is refused by a message with these numbers."""
        for unroll in ("auto", "static"):
            with tf.Graph().as_default(), self.assertRaises(ValueError) as caught:
                build(unroll=unroll)
            for size in sizes:
                self.assertRegex(str(caught.exception), r"\b%d\b" % size)

    @slow
    def test_symbols_beyond_the_embedding(self):
        def decode(name, cell=rnn_cell.GRUCell, **keywords):
            def build(**options):
                own = [tf.zeros([2, 3, 4])] if "attention" in name else []
                arguments = own + [cell(64), 9, 5]
                return getattr(seq2seq, name)(_symbols(6), tf.zeros([2, 64]), *arguments,
                                              **dict(keywords, **options))
            return build

        def feed(name, **keywords):
            def build(**options):
                own = [tf.zeros([2, 3, 4])] if "attention" in name else []
                loop_function = seq2seq_feedback(tf.get_variable("e", [9, 5]))
                return getattr(seq2seq, name)(
                    [tf.zeros([2, 5])] * 6, tf.zeros([2, 64]), *(own + [rnn_cell.GRUCell(64)]),
                    loop_function=loop_function, **dict(keywords, **options))
            return build
        seq2seq_feedback = seq2seq._extract_argmax_and_embed
        for name in ("embedding_rnn_decoder", "embedding_attention_decoder"):
            for keywords in ({"feed_previous": True}, {"scheduled_sampling": 0.5},
                             {"feed_previous": True, "temperature_decode": True}):
                self._assert_too_wide(decode(name, **keywords), 64, 9)
        self._assert_too_wide(decode("embedding_attention_decoder", feed_previous=True,
                                     output_size=12), 12, 9)
        for name in ("rnn_decoder", "attention_decoder"):
            self._assert_too_wide(feed(name), 64, 9)
        for fed in (True, tf.constant):
            self._assert_too_wide(lambda unroll: seq2seq.embedding_tied_rnn_seq2seq(
                _symbols(6), _symbols(6), rnn_cell.GRUCell(4), 9, 5, num_decoder_symbols=12,
                feed_previous=fed if fed is True else fed(True), unroll=unroll), 12, 9)
        with self.assertRaisesRegex(ValueError, "64.*9"):
            decoding_enhanced.step_function(
                lambda symbols: seq2seq.embedding_rnn_decoder(
                    symbols, tf.zeros([2, 64]), rnn_cell.GRUCell(64), 9, 5), tf.constant([1, 2]))

    def test_symbols_within_the_embedding(self):
        """What the one above must leave alone."""
        for keywords, units in (({"feed_previous": True}, 9), ({"feed_previous": True}, 4),
                                ({}, 64)):
            with tf.Graph().as_default(), self.session() as session:
                outputs, _ = seq2seq.embedding_rnn_decoder(
                    _symbols(6), tf.ones([2, units]), rnn_cell.GRUCell(units), 9, 5, **keywords)
                session.run(tf.global_variables_initializer())
                self.assertEqual((2, units), session.run(outputs)[-1].shape)
        with tf.Graph().as_default(), self.session() as session:
            projection = tf.get_variable("w", [64, 9]), tf.get_variable("b", [9])
            outputs, _ = seq2seq.embedding_rnn_decoder(
                _symbols(6), tf.ones([2, 64]), rnn_cell.GRUCell(64), 9, 5, projection,
                feed_previous=True)
            session.run(tf.global_variables_initializer())
            self.assertEqual((2, 64), session.run(outputs)[-1].shape)

    def test_feed_previous(self):
        with self.assertRaisesRegex(TypeError, "feed_previous"):
            seq2seq.embedding_rnn_seq2seq(_symbols(), _symbols(), rnn_cell.GRUCell(4), 5, 6, 3,
                                          feed_previous="no")

    def test_one_to_many(self):
        cell = rnn_cell.GRUCell(4)
        for module in (stock_seq2seq, seq2seq):
            with self.assertRaises(TypeError):
                module.one2many_rnn_seq2seq(_symbols(), {}, 3, {}, 5, {}, 3)
            with self.assertRaises(ValueError):
                module.one2many_rnn_seq2seq(_symbols(), {"a": _symbols()}, cell, {"b": cell}, 5,
                                            {"a": 5}, 3)
            with self.assertRaises(TypeError):
                module.one2many_rnn_seq2seq(_symbols(), {"a": _symbols()}, cell, {"a": "cell"}, 5,
                                            {"a": 5}, 3)

    def test_lengths(self):
        logits, weights = [tf.ones([2, 5])] * 2, [tf.ones([2])] * 2
        for function in (seq2seq.sequence_loss, seq2seq.sequence_loss_by_example):
            with self.assertRaisesRegex(ValueError, "must be the same"):
                function(logits, _symbols(1), weights)
            with self.assertRaisesRegex(ValueError, "empty"):
                function([], [], [])
        model = lambda x, y: (logits, None)
        x = _symbols(2)
        for arguments, words in (((x[:1], x, x, weights), "encoder_inputs"),
                                 ((x, x, x[:1], weights), "targets"),
                                 ((x, x, x, weights[:1]), "weights")):
            with self.assertRaisesRegex(ValueError, "Length of %s" % words):
                seq2seq.model_with_buckets(*arguments, buckets=[(2, 2)], seq2seq=model)
        with self.assertRaisesRegex(ValueError, "buckets"):
            seq2seq.model_with_buckets(x, x, x, weights, [], model)
        with self.assertRaisesRegex(TypeError, "seq2seq must be a function"):
            seq2seq.model_with_buckets(x, x, x, weights, [(2, 2)], None)

    def test_unrollers(self):
        cell, inputs = rnn_cell.GRUCell(3), [tf.zeros([2, 3])]
        for module in (tf.nn, rnn_enhanced):
            for error, call in (
                    (TypeError, lambda: module.static_rnn("cell", inputs, dtype=tf.float32)),
                    (TypeError, lambda: module.static_rnn(cell, inputs[0], dtype=tf.float32)),
                    (ValueError, lambda: module.static_rnn(cell, [], dtype=tf.float32)),
                    (ValueError, lambda: module.static_rnn(cell, inputs)),
                    (ValueError, lambda: module.dynamic_rnn(cell, tf.zeros([2, 4, 3]))),
                    (ValueError, lambda: module.static_rnn(
                        cell, [tf.placeholder(tf.float32, [2, None])], dtype=tf.float32)),
                    (ValueError, lambda: module.static_rnn(
                        cell, [tf.zeros([2, 3], tf.int32)], initial_state=tf.zeros([2, 3])))):
                with self.assertRaises(error):
                    call()


    def test_unknown_keywords_name_the_nearest(self):
        for call, near in (
                (lambda: seq2seq.embedding_attention_seq2seq(
                    _symbols(), _symbols(), rnn_cell.GRUCell(4), 5, 6, feed_previuos=True),
                 "feed_previous"),
                (lambda: seq2seq.sequence_loss([], [], [], average_across_batches=True),
                 "average_across_batch"),
                (lambda: rnn_enhanced.dynamic_rnn(rnn_cell.GRUCell(4), None, time_mayor=True),
                 "time_major"),
                (lambda: decoding_enhanced.sample_with_temperature([1.0], temprature=2.0),
                 "temperature")):
            with self.assertRaisesRegex(TypeError, "unexpected keyword.*'%s'" % near):
                call()


class SamplersTest(tf.test.TestCase):
    LOGITS = np.log([0.7, 0.2, 0.1])

    def _expected(self, temperature):
        p = np.exp(self.LOGITS / temperature)
        return p / p.sum()

    def test_frequencies(self):
        with tf.Graph().as_default(), self.session() as session:
            temperature = tf.placeholder(tf.float32, [])
            samples = decoding_enhanced.batch_sample_with_temperature(
                tf.tile(tf.constant(self.LOGITS[None], tf.float32), [100000, 1]), temperature,
                seed=1)
            for value in (0.5, 1.0, 2.0):
                counts = np.bincount(session.run(samples, {temperature: value}), minlength=3)
                self.assertAllClose(self._expected(value), counts / 1e5, atol=0.005)
            with self.assertRaisesRegex(tf.errors.InvalidArgumentError, "must be positive"):
                session.run(samples, {temperature: 0.0})

    def test_one_row(self):
        state = np.random.RandomState(0)
        draws = [decoding_enhanced.sample_with_temperature(self.LOGITS, 2.0, state)
                 for _ in range(20000)]
        self.assertAllClose(self._expected(2.0), np.bincount(draws) / 2e4, atol=0.015)
        self.assertEqual(0, decoding_enhanced.sample_with_temperature(self.LOGITS, 1e-3))

    def test_errors(self):
        for sample in (decoding_enhanced.sample_with_temperature,
                       decoding_enhanced.batch_sample_with_temperature):
            for bad, error in ((0, ValueError), (-1.0, ValueError), (float("nan"), ValueError),
                               ("hot", TypeError), (None, TypeError)):
                with self.assertRaisesRegex(error, "temperature"):
                    sample(np.ones([1, 3]), bad)
        with self.assertRaisesRegex(ValueError, "vector"):
            decoding_enhanced.sample_with_temperature(np.ones([1, 3]))


if __name__ == "__main__":
    unittest.main()
