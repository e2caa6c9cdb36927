"""MMI decoding against closed forms and enumeration, and the measures of diversity."""
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (decoding_enhanced as decoding,
                                                     rnn_cell_enhanced as rnn_cell,
                                                     seq2seq_enhanced as seq2seq)

from .oracle import names, quiet
from .sizes import slow
from .test_beam_search import END, GO, Table, load_random


def _log_softmax(logits):
    return logits - np.log(np.exp(logits).sum(-1, keepdims=True))


class Replies(object):
    """50 sources; each has the generic reply with p = 0.4 and 6 of its own with 0.1 each.

    Symbols: GO, END, the generic reply, then the own ones; a reply is one symbol and END.
    """

    SOURCES = 50
    NUM_SYMBOLS = 3 + 6 * SOURCES
    SWITCH = np.log(0.4 / 0.1) / (np.log(0.4 / 0.1) + np.log(50))

    def __init__(self):
        self.first = np.full([self.SOURCES, self.NUM_SYMBOLS], 1e-30)
        self.first[:, 2] = 0.4
        for source in range(self.SOURCES):
            self.first[source, 3 + 6 * source:9 + 6 * source] = 0.1
        self.marginal = self.first.mean(0)

    def step(self, symbols, state):
        """State: probabilities of the first symbol."""
        end = tf.one_hot(tf.fill(tf.shape(symbols), END), self.NUM_SYMBOLS, np.float64(0),
                         np.float64(-60))
        starts = tf.tile(tf.expand_dims(tf.equal(symbols, GO), 1), [1, self.NUM_SYMBOLS])
        return tf.where(starts, tf.log(state), end), state

    def pair(self, probabilities):
        return self.step, tf.constant(probabilities)


class AntiLanguageModelTest(tf.test.TestCase):

    def test_switch_point(self):
        replies = Replies()
        self.assertAlmostEqual(0.2616, replies.SWITCH, 4)
        with tf.Graph().as_default(), self.session() as session:
            weight = tf.placeholder(tf.float64, [])
            step, state = replies.pair(replies.first)
            anti = replies.pair(np.tile(replies.marginal, [50, 1]))
            found = decoding.beam_search(step, state, GO, END, 3, 4, anti_lm=anti,
                                         mmi_lambda=weight, mmi_threshold=1)
            size = len(tf.get_default_graph().get_operations())
            diversity = []
            for value, generic in ((0.0, 1.0), (0.1, 1.0), (0.2615, 1.0), (0.2617, 0.0),
                                   (0.5, 0.0)):
                result = session.run(found, {weight: value})
                self.assertEqual(generic, np.mean(result.symbols[:, 0, 0] == 2), value)
                self.assertTrue(np.all(result.lengths[:, 0] == 2))
                expected = (np.log(0.4) * (1 - value) if generic else
                            np.log(0.1) - value * np.log(0.1 / 50))
                self.assertAllClose(np.full(50, expected), result.scores[:, 0])
                self.assertAllClose(np.full(50, np.log(0.4 if generic else 0.1)),
                                    result.log_probabilities[:, 0])
                diversity.append(decoding.distinct_1(result.symbols[:, 0], end_symbol=END))
            self.assertEqual([1 / 50.0] * 3 + [1.0] * 2, diversity)
            self.assertEqual(size, len(tf.get_default_graph().get_operations()))

    def test_full_width_equals_enumeration(self):
        table, anti = Table(3, 4), Table(3, 4, seed=9)
        with tf.Graph().as_default(), self.session() as session:
            weight, gamma = tf.placeholder(tf.float32, []), tf.placeholder(tf.float32, [])
            threshold = tf.placeholder(tf.int32, [])
            found = decoding.beam_search(
                table.step, table.initial_state(1), GO, END, 3, 64, length_penalty=0.6,
                anti_lm=(anti.step, anti.initial_state(1)), mmi_lambda=weight,
                mmi_threshold=threshold, length_weight=gamma)
            for lam, first, reward in ((0.0, 3, 0.0), (0.5, 3, 0.0), (0.5, 1, 0.3), (0.7, 0, 1.0),
                                       (1.0, 2, 0.0)):
                expected = []
                for sequence in table.sequences():
                    own = table.log_probability(sequence)[0]
                    # log-probability of a prefix: later symbols are not penalised
                    off = anti.log_probability(sequence[:first])[0]
                    score = (own - lam * off) / ((5 + len(sequence)) / 6.0) ** 0.6
                    expected.append((score + reward * len(sequence), sequence))
                expected.sort(reverse=True)
                result = session.run(found, {weight: lam, gamma: reward, threshold: first})
                self.assertAllClose([score for score, _ in expected], result.scores[0, :40])
                for i, (_, sequence) in enumerate(expected):
                    self.assertEqual(sequence, tuple(result.symbols[0, i, :len(sequence)]))
                    self.assertAllClose(table.log_probability(sequence)[0],
                                        result.log_probabilities[0, i])

    @slow
    def test_any_language_model_of_the_package(self):
        # A decoder, a seq2seq model with an empty source and a pair, all on trained variables.
        steps, batch = 5, 2
        inputs = [tf.placeholder(tf.int32, [batch]) for _ in range(4)]
        cell = rnn_cell.MultiRNNCell([rnn_cell.GRUCell(5), rnn_cell.BasicLSTMCell(4)])

        def model(encoder_inputs, decoder_inputs):
            with tf.variable_scope("model"):
                return seq2seq.embedding_attention_seq2seq(
                    encoder_inputs, decoder_inputs, rnn_cell.GRUCell(5), 6, 7, 3)

        def language_model(decoder_inputs):
            n = tf.shape(decoder_inputs[0])[0]
            with tf.variable_scope("language_model"):
                return seq2seq.embedding_rnn_decoder(
                    decoder_inputs, cell.zero_state(n, tf.float32),
                    rnn_cell.OutputProjectionWrapper(cell, 7), 7, 3)

        def empty_source(decoder_inputs):
            return model([tf.zeros([batch], tf.int32)] * 4, decoder_inputs)
        with tf.variable_scope(tf.get_variable_scope(), reuse=tf.AUTO_REUSE), quiet():
            forced = [tf.placeholder(tf.int32, [batch]) for _ in range(steps)]
            outputs = [tf.stack(f(*a)[0], 1) for f, a in (
                (model, (inputs, forced)), (language_model, (forced,)), (empty_source, (forced,)))]
            trained = names()
            searches = []
            for anti in (language_model, empty_source):
                searches.append(decoding.beam_search_seq2seq(
                    model, inputs, GO, END, steps, 3, anti_lm=anti, mmi_lambda=0.4,
                    mmi_threshold=3))
            # The initial state of a pair has a row per sentence.
            pair = decoding.step_function(language_model, tf.fill([batch], GO))
            searches.append(decoding.beam_search_seq2seq(
                model, inputs, GO, END, steps, 3, anti_lm=pair, mmi_lambda=0.4, mmi_threshold=3))
            self.assertEqual(trained, names())
        with self.session() as session:
            load_random(session, 2.0)
            feed = dict(zip(inputs, np.random.RandomState(1).randint(6, size=[4, batch])))
            results = session.run(searches, feed)
            self.assertAllClose(results[0].scores, results[2].scores)
            self.assertGreater(np.abs(results[0].scores - results[1].scores).max(), 0.1)
            for result, anti in zip(results, (1, 2, 1)):
                for i in range(3):
                    symbols = result.symbols[:, i]
                    given = np.concatenate([np.full([batch, 1], GO), symbols[:, :-1]], 1)
                    logits = session.run(outputs,
                                         {**feed, **dict(zip(forced, given.T))})
                    picked = [np.take_along_axis(_log_softmax(l), symbols[:, :, None], 2)[:, :, 0]
                              for l in logits]
                    within = np.arange(steps) < result.lengths[:, i:i + 1]
                    own = (picked[0] * within).sum(1)
                    off = (picked[anti] * within * (np.arange(steps) < 3)).sum(1)
                    self.assertAllClose(own, result.log_probabilities[:, i], atol=1e-4)
                    self.assertAllClose(own - 0.4 * off, result.scores[:, i], atol=1e-4)

    def test_errors(self):
        table = Table(3, 4)
        other = Table(3, 5)
        for keywords, error, words in (
                ({"anti_lm": 3}, TypeError, "anti_lm must be.*3"),
                ({"anti_lm": (other.step, "state")}, ValueError, "anti_lm has 5 symbols.*4"),
                ({"mmi_lambda": -0.1}, ValueError, "mmi_lambda must be at least 0, got -0.1"),
                ({"mmi_threshold": 1.5}, TypeError, "mmi_threshold must be an integer, got 1.5"),
                ({"mmi_threshold": -1}, ValueError, "mmi_threshold must be at least 0, got -1")):
            with tf.Graph().as_default(), self.assertRaisesRegex(error, words):
                anti = keywords.get("anti_lm", (table.step, "state"))
                if isinstance(anti, tuple):
                    keywords["anti_lm"] = anti[0], table.initial_state(1)
                keywords.setdefault("anti_lm", anti)
                decoding.beam_search(table.step, table.initial_state(1), GO, END, 3, 2, **keywords)


class BidirectionalTest(tf.test.TestCase):

    def test_switch_point(self):
        # p(S|T): a generic reply fits every source, one of its own only one.
        replies = Replies()
        with tf.Graph().as_default(), self.session() as session:
            weight = tf.placeholder(tf.float64, [])
            step, state = replies.pair(replies.first)
            found = decoding.beam_search(step, state, GO, END, 3, 7)
            reverse = tf.log(tf.where(tf.equal(found.symbols[:, :, 0], 2),
                                      tf.fill([50, 7], np.float64(0.02)),
                                      tf.ones([50, 7], tf.float64)))
            ranked = decoding.mmi_rerank(found, reverse, mmi_lambda=weight)
            for value, generic in ((0.0, 1.0), (0.1, 1.0), (0.2615, 1.0), (0.2617, 0.0),
                                   (0.5, 0.0), (1.0, 0.0)):
                result = session.run(ranked, {weight: value})
                self.assertEqual(generic, np.mean(result.symbols[:, 0, 0] == 2), value)
                self.assertTrue(np.all(np.diff(result.scores, axis=1) <= 1e-12))
            with self.assertRaisesRegex(tf.errors.InvalidArgumentError, "mmi_lambda must be"):
                session.run(ranked.scores, {weight: 1.5})

    @slow
    def test_reverse_model(self):
        batch, source_length, steps = 2, 4, 5
        sources = np.array([[3, 2, 5, 4], [4, 3, 0, 0]])
        lengths = np.array([4, 2])

        def forward(encoder_inputs, decoder_inputs):
            with tf.variable_scope("forward"):
                return seq2seq.embedding_rnn_seq2seq(
                    encoder_inputs, decoder_inputs, rnn_cell.GRUCell(4), 6, 7, 3)

        def reverse(encoder_inputs, decoder_inputs):
            with tf.variable_scope("reverse", reuse=tf.AUTO_REUSE):
                return seq2seq.embedding_attention_seq2seq(
                    encoder_inputs, decoder_inputs, rnn_cell.BasicLSTMCell(4), 7, 6, 3)
        with tf.Graph().as_default(), quiet(), self.session() as session:
            encoder_inputs = [tf.constant(column) for column in sources.T]
            found = decoding.beam_search_seq2seq(forward, encoder_inputs, GO, END, steps, 3)
            scores = decoding.reverse_log_probability(
                found, reverse, encoder_inputs, lengths, GO, END, pad_symbol=6,
                num_source_symbols=6)
            turned = decoding.reverse_log_probability(
                found, reverse, tf.constant(sources), lengths, GO, END, pad_symbol=6,
                encoder_inputs_of=lambda symbols, n: tf.unstack(
                    tf.reverse_sequence(symbols, n, 1), axis=1))
            best = decoding.mmi_rerank(found, scores, 0.3, length_weight=0.2)
            read = [tf.placeholder(tf.int32, [1]) for _ in range(steps)]
            given = [tf.placeholder(tf.int32, [1]) for _ in range(source_length + 1)]
            outputs = tf.stack(reverse(read, given)[0], 1)
            load_random(session, 1.5, end=1.0)
            result, values, turned, ranked = session.run([found, scores, turned, best])
            self.assertTrue(result.finished.any())
            expected = np.zeros_like(values)
            for b in range(batch):
                for i in range(3):
                    ended = int(result.lengths[b, i]) - int(result.finished[b, i])
                    words = list(result.symbols[b, i, :ended])
                    source = list(sources[b, :lengths[b]])
                    for function, matrix in ((list, values), (lambda w: w[::-1], turned)):
                        feed = dict(zip(read, [[w] for w in
                                               function(words) + [6] * (steps - ended)]))
                        feed.update(zip(given, [[w] for w in [GO] + source
                                                + [0] * (source_length - len(source))]))
                        logs = _log_softmax(session.run(outputs, feed)[0])
                        total = sum(logs[t, w] for t, w in enumerate(source + [END]))
                        self.assertAllClose(total, matrix[b, i], atol=1e-4)
                    expected[b, i] = (0.7 * result.log_probabilities[b, i] + 0.3 * values[b, i]
                                      + 0.2 * result.lengths[b, i])
            order = np.argsort(-expected, 1)
            self.assertAllClose(np.take_along_axis(expected, order, 1), ranked.scores)
            self.assertAllEqual(np.take_along_axis(result.symbols, order[:, :, None], 1),
                                ranked.symbols)
            self.assertAllEqual(np.take_along_axis(result.lengths, order, 1), ranked.lengths)

    def test_errors(self):
        table = Table(3, 4)
        with tf.Graph().as_default():
            found = decoding.beam_search(table.step, table.initial_state(2), GO, END, 3, 2)
            empty = decoding.mmi_rerank(found, tf.zeros([2, 2]))
            self.assertEqual(found.attention.shape.as_list(), empty.attention.shape.as_list())
            sources, lengths = tf.zeros([2, 3], tf.int32), [3, 3]
            logits = lambda n, width: lambda e, d: ([tf.zeros([4, width])] * n, None)
            for call, error, words in (
                    (lambda: decoding.mmi_rerank(3, None), TypeError, "BeamSearchResult, got 3"),
                    (lambda: decoding.mmi_rerank(found, tf.zeros([2, 3])), ValueError,
                     "reverse_log_probabilities must be"),
                    (lambda: decoding.mmi_rerank(found, tf.zeros([2, 2]), 1.5), ValueError,
                     "mmi_lambda must be between 0 and 1, got 1.5"),
                    (lambda: decoding.reverse_log_probability(found, 3, sources, lengths, GO, END),
                     TypeError, "reverse_seq2seq must be a function"),
                    (lambda: decoding.reverse_log_probability(
                        found, logits(3, 5), sources, lengths, GO, END), ValueError,
                     "one output per decoder input, 4, got 3"),
                    (lambda: decoding.reverse_log_probability(
                        found, logits(4, 5), sources, lengths, GO, END, num_source_symbols=6),
                     ValueError, "num_source_symbols=6"),
                    (lambda: decoding.reverse_log_probability(
                        found, logits(4, 5), sources, lengths, GO, 5), ValueError,
                     "end_symbol must be one of the 5 symbols"),
                    (lambda: decoding.reverse_log_probability(
                        found, logits(4, 5), sources, lengths, GO, END, pad_symbol=-1), ValueError,
                     "pad_symbol")):
                with self.assertRaisesRegex(error, words):
                    call()


class DiversityTest(unittest.TestCase):

    def test_by_hand(self):
        outputs = [[5, 6, 5, 1, 1], [5, 6, 1, 9, 9], [7, 5, 6, 5, 8]]
        # 10 tokens before the end symbol; 4 different, and 56 65 75 58
        self.assertEqual(0.4, decoding.distinct_1(outputs, end_symbol=1))
        self.assertEqual(0.4, decoding.distinct_2(np.array(outputs), end_symbol=1))
        self.assertEqual(0.3, decoding.distinct_n(outputs, 3, end_symbol=1))
        self.assertEqual(1.0, decoding.distinct_1([["a", "b"]]))
        self.assertEqual(0.5, decoding.distinct_2([["a", "b"]]))
        self.assertEqual(0.0, decoding.distinct_1([[], [1]], end_symbol=1))
        with self.assertRaisesRegex(ValueError, "n must be at least 1, got 0"):
            decoding.distinct_n(outputs, 0)


if __name__ == "__main__":
    unittest.main()
