"""Beam search against enumeration, greedy decoding and TensorFlow's `BeamSearchDecoder`."""
import itertools
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (decoding_enhanced as decoding,
                                                     rnn_cell_enhanced as rnn_cell,
                                                     seq2seq_enhanced as seq2seq)

from .oracle import logged, names, quiet
from tests.sizes import slow, some
from tests.stock import contrib, tf_cells

contrib_seq2seq = contrib("seq2seq")

GO, END = 0, 1


def load_random(session, scale=0.5, seed=1, end=0.0):
    """Random weights; `end` is added to the bias of END where outputs are made."""
    session.run(tf.global_variables_initializer())
    random = np.random.RandomState(seed)
    for variable in tf.trainable_variables():
        value = random.uniform(-scale, scale, variable.shape.as_list())
        if end and variable.op.name.endswith(("utputProjection/bias",
                                              "output_projection_wrapper/bias")):
            value[END] += end
        variable.load(value.astype(variable.dtype.as_numpy_dtype), session)


class Table(object):
    """A model given by tables: logits and attention by step, previous symbol and the one before.

    The state is nested and has one part that all hypotheses share.
    """

    def __init__(self, steps, num_symbols, attn_length=3, seed=0):
        random = np.random.RandomState(seed)
        shape = [steps, num_symbols, num_symbols]
        self.steps, self.num_symbols = steps, num_symbols
        self.logits = random.uniform(-2, 2, shape + [num_symbols])
        self.attention = random.dirichlet(np.full(attn_length, 0.5), shape)

    def initial_state(self, batch_size):
        return {"before": tf.zeros([batch_size, 1], tf.int32), "time": tf.constant(0)}

    def step(self, symbols, state):
        before, time = state["before"][:, 0], state["time"]
        indices = tf.stack([tf.zeros_like(symbols) + time, before, symbols], 1)
        logits = tf.gather_nd(tf.constant(self.logits), indices)
        logits.set_shape([None, self.num_symbols])
        return (logits, {"before": tf.expand_dims(symbols, 1), "time": time + 1},
                tf.gather_nd(tf.constant(self.attention), indices))

    def log_probability(self, sequence):
        """(log-probability, attention [len(sequence), attn_length])."""
        total, attention, before, last = 0.0, [], 0, GO
        for time, symbol in enumerate(sequence):
            logits = self.logits[time, before, last]
            total += logits[symbol] - np.log(np.exp(logits).sum())
            attention.append(self.attention[time, before, last])
            before, last = last, symbol
        return total, np.array(attention)

    def sequences(self):
        """All sequences that end with END, or are as long as there are steps."""
        for length in range(1, self.steps + 1):
            for sequence in itertools.product(range(self.num_symbols), repeat=length):
                if END not in sequence[:-1] and (sequence[-1] == END or length == self.steps):
                    yield sequence

    def ranked(self, alpha=0.0, beta=0.0, gamma=0.0):
        """[(score, sequence)], best first."""
        found = []
        for sequence in self.sequences():
            total, attention = self.log_probability(sequence)
            score = total / ((5 + len(sequence)) / 6.0) ** alpha
            score += beta * np.log(np.minimum(attention.sum(0), 1)).sum()
            found.append((score + gamma * len(sequence), sequence))
        return sorted(found, reverse=True)


class ExactTest(tf.test.TestCase):

    def test_full_width_equals_enumeration(self):
        table = Table(3, 4)
        with tf.Graph().as_default(), self.session() as session:
            weights = [tf.placeholder(tf.float32, []) for _ in range(3)]
            found = decoding.beam_search(
                table.step, table.initial_state(2), GO, END, 3, beam_size=64,
                length_penalty=weights[0], coverage_penalty=weights[1], length_weight=weights[2])
            size = len(tf.get_default_graph().get_operations())
            for values in ((0, 0, 0), (0.6, 0, 0), (1, 0, 0), (0, 0.2, 0), (0.2, 0.2, 0),
                           (0.6, 0.4, 0.5)):
                result = session.run(found, dict(zip(weights, values)))
                expected = table.ranked(*values)
                self.assertEqual(40, len(expected))
                self.assertEqual((2, 64, 3), result.symbols.shape)
                for row in range(2):
                    self.assertAllClose([score for score, _ in expected],
                                        result.scores[row, :40], rtol=1e-6)
                    self.assertTrue(np.all(result.scores[row, 40:] == -np.inf))
                    for i, (_, sequence) in enumerate(expected):
                        length = len(sequence)
                        total, attention = table.log_probability(sequence)
                        self.assertEqual(length, result.lengths[row, i])
                        self.assertEqual(sequence, tuple(result.symbols[row, i, :length]))
                        self.assertTrue(np.all(result.symbols[row, i, length:] == END))
                        self.assertEqual(sequence[-1] == END, result.finished[row, i])
                        self.assertAllClose(total, result.log_probabilities[row, i])
                        self.assertAllClose(attention, result.attention[row, i, :length])
                        self.assertTrue(np.all(result.attention[row, i, length:] == 0))
            self.assertEqual(size, len(tf.get_default_graph().get_operations()))

    def test_narrow_beam_step_by_step(self):
        # The search itself, in Python.
        table, width = Table(6, 5, seed=3), 3
        for alpha in (0.0, 1.0):
            beam = [(0.0, 0.0, ())]
            for _ in range(6):
                grown = []
                for score, total, sequence in beam:
                    if sequence and sequence[-1] == END:
                        grown.append((score, total, sequence))
                        continue
                    for symbol in range(5):
                        longer = sequence + (symbol,)
                        total = table.log_probability(longer)[0]
                        grown.append((total / ((5 + len(longer)) / 6.0) ** alpha, total, longer))
                beam = sorted(grown, reverse=True)[:width]
            with tf.Graph().as_default(), self.session() as session:
                result = session.run(decoding.beam_search(
                    table.step, table.initial_state(1), GO, END, tf.constant(6), beam_size=width,
                    length_penalty=alpha, num_best=2))
            self.assertEqual((1, 2, 6), result.symbols.shape)
            self.assertAllClose([score for score, _, _ in beam[:2]], result.scores[0])
            for i, (_, _, sequence) in enumerate(beam[:2]):
                self.assertEqual(sequence, tuple(result.symbols[0, i, :result.lengths[0, i]]))

    def test_hand_case_of_the_length_penalty(self):
        # -2 over 2 symbols against -2.6 over 4: they change places at alpha = 1.044.
        with tf.Graph().as_default(), self.session() as session:
            logits = np.full([5, 5], -50.0)
            first, second = np.exp(-2.0), np.exp(-2.6)
            logits[0, [2, 3]] = np.log([first, second])
            logits[0, 4] = np.log(1 - first - second)
            logits[2, END] = logits[4, 4] = 0
            # 3 goes on by itself for two steps: by state.
            def step(symbols, state):
                rows = tf.gather(tf.constant(logits, tf.float32), symbols)
                ends = tf.one_hot(tf.where(state[:, 0] >= 3, tf.ones_like(symbols),
                                           3 * tf.ones_like(symbols)), 5, 0.0, -50.0)
                return tf.where(tf.equal(symbols, 3), ends, rows), state + 1
            alpha = tf.placeholder(tf.float32, [])
            found = decoding.beam_search(step, tf.zeros([1, 1], tf.int32), GO, END, 6,
                                         beam_size=3, length_penalty=alpha)
            for value, order in ((0.0, [2, 4]), (1.0, [2, 4]), (1.04, [2, 4]), (1.05, [4, 2]),
                                 (1.2, [4, 2])):
                result = session.run(found, {alpha: value})
                self.assertEqual(order, [length for length, finished in zip(
                    result.lengths[0], result.finished[0]) if finished], value)
            self.assertAllClose([-1.598, -1.662], sorted(result.scores[0])[::-1][1:], atol=1e-3)

    def test_stops_when_all_have_ended(self):
        # Sentence b ends after 2 + b steps, whatever else.
        def step(symbols, state):
            allowed = tf.cast(state[:, :1] < state[:, 1:], tf.float32)
            check = tf.Assert(tf.reduce_max(state[:, 0]) <= 3, ["a step too many"])
            with tf.control_dependencies([check]):
                logits = tf.concat([0 * allowed - 99, -99 * allowed] + [99 * allowed - 99] * 2, 1)
            return logits, state + tf.constant([[1, 0]])
        with tf.Graph().as_default(), self.session() as session:
            found = decoding.beam_search(step, tf.constant([[0, 1], [0, 3]]), GO, END, 1000, 2)
            result = session.run(found)
            self.assertAllEqual([[2, 2], [4, 4]], result.lengths)
            self.assertTrue(result.finished.all())
            self.assertEqual((2, 2, 1000), result.symbols.shape)
            with self.assertRaisesRegex(tf.errors.InvalidArgumentError, "a step too many"):
                session.run(decoding.beam_search(step, tf.constant([[0, 4]]), GO, END, 1000, 2))

    def test_padding_counts_as_covered(self):
        attention = np.array([[0.5, 0.5, 0.0]])
        step = lambda symbols, state: (tf.tile([[0.0, 5.0]], [tf.shape(symbols)[0], 1]), state,
                                       tf.tile(attention, [tf.shape(symbols)[0], 1]))
        with tf.Graph().as_default(), self.session() as session:
            result = session.run(decoding.beam_search(
                step, tf.zeros([1, 1]), GO, END, 2, 1, coverage_penalty=1.0))
            self.assertAllClose(result.log_probabilities + 2 * np.log(0.5), result.scores)


def _model(kind, make_cell, **keywords):
    def model(encoder_inputs, decoder_inputs, feed_previous=False):
        options = dict(keywords, feed_previous=feed_previous)
        if kind == "tied":
            return seq2seq.embedding_tied_rnn_seq2seq(
                encoder_inputs, decoder_inputs, make_cell(), 7, 3, **options)
        function = getattr(seq2seq, "embedding_%s_seq2seq" % kind)
        return function(encoder_inputs, decoder_inputs, make_cell(), 6, 7, 3, **options)
    return model


def _one_to_many(encoder_inputs, decoder_inputs, feed_previous=False):
    outputs, states = seq2seq.one2many_rnn_seq2seq(
        encoder_inputs, {"a": decoder_inputs}, rnn_cell.GRUCell(5), {"a": rnn_cell.GRUCell(5)}, 6,
        {"a": 7}, 3, feed_previous=feed_previous)
    return outputs["a"], states["a"]


_gru = lambda: rnn_cell.GRUCell(5)
_lstm = lambda: rnn_cell.BasicLSTMCell(5)
_stack = lambda: rnn_cell.MultiRNNCell([rnn_cell.GRUCell(5), rnn_cell.LSTMCell(5)])
MODELS = {
    "rnn": _model("rnn", _gru),
    "rnn_lstm": _model("rnn", _lstm),
    "tied": _model("tied", _stack),
    "tied_fewer_symbols": _model("tied", _gru, num_decoder_symbols=5),
    "attention": _model("attention", _gru),
    "attention_heads": _model("attention", _stack, num_heads=2, initial_state_attention=True),
    "attention_rolled": _model("attention", _lstm, unroll="loop"),
    "attention_static": _model("attention", _lstm, unroll="static"),
    "skip": _model("rnn", lambda: rnn_cell.GRUCell(5, skip_connections=True)),
    "one2many": _one_to_many,
}
STEPS = 6


def _encoder_inputs(batch_size=3):
    random = np.random.RandomState(5)
    return [tf.constant(random.randint(6, size=batch_size)) for _ in range(5)]


def _decoder_inputs(batch_size=3):
    return [tf.fill([batch_size], GO)] + [tf.zeros([batch_size], tf.int32)] * (STEPS - 1)


def _cut(symbols):
    """Sequences with END, and nothing else, from their end on."""
    ended = np.cumsum(symbols == END, axis=-1) > 0
    return np.where(ended, END, symbols)


class ModelsTest(tf.test.TestCase):

    @slow
    def test_width_one_equals_greedy_decoding(self):
        for name, model in some(sorted(MODELS.items()), 4):
            with tf.Graph().as_default(), quiet(), self.session() as session:
                outputs, _ = model(_encoder_inputs(), _decoder_inputs(), True)
                trained = names()
                with tf.variable_scope(tf.get_variable_scope(), reuse=True):
                    found = decoding.beam_search_seq2seq(model, _encoder_inputs(), GO, END, STEPS,
                                                         1)
                self.assertEqual(trained, names(), name)
                for seed in range(2):
                    load_random(session, 2.0, seed)
                    result, greedy = session.run([found, tf.stack(outputs, 1)])
                    self.assertAllEqual(_cut(greedy.argmax(-1)), result.symbols[:, 0], name)
                    log_probabilities = greedy - np.log(np.exp(greedy).sum(-1, keepdims=True))
                    total = log_probabilities.max(-1) * (np.arange(STEPS) < result.lengths)
                    self.assertAllClose(total.sum(1), result.scores[:, 0], atol=1e-4, rtol=1e-4)

    @slow
    def test_a_graph_of_its_own_has_the_variables_of_training(self):
        for name in ("attention_heads", "one2many", "rnn_lstm", "skip", "tied"):
            model = MODELS[name]
            with tf.Graph().as_default(), quiet():
                model(_encoder_inputs(), _decoder_inputs())
                trained = [(v.op.name, v.shape.as_list()) for v in tf.global_variables()]
            with tf.Graph().as_default(), quiet():
                decoding.beam_search_seq2seq(model, _encoder_inputs(), GO, END, STEPS, 3)
                found = [(v.op.name, v.shape.as_list()) for v in tf.global_variables()]
            self.assertEqual(trained, found, name)

    @slow
    def test_projection_tensor_feed_previous_float64_and_unknown_batch(self):
        with tf.Graph().as_default(), quiet(), self.session() as session:
            fed = tf.placeholder(tf.bool, [])
            cell = rnn_cell.LSTMCell(5)
            projection = (tf.get_variable("w", [5, 7], tf.float64),
                          tf.get_variable("b", [7], tf.float64))
            inputs = [tf.placeholder(tf.int32, [None]) for _ in range(5)]

            def model(encoder_inputs, decoder_inputs):
                return seq2seq.embedding_attention_seq2seq(
                    encoder_inputs, decoder_inputs, cell, 6, 7, 3, output_projection=projection,
                    feed_previous=fed, dtype=tf.float64)
            go = tf.fill(tf.shape(inputs[0]), GO)
            outputs, _ = model(inputs, [go] * STEPS)
            with tf.variable_scope(tf.get_variable_scope(), reuse=True):
                found = decoding.beam_search_seq2seq(model, inputs, go, END, STEPS, 1)
            self.assertEqual(tf.float64, found.scores.dtype)
            self.assertEqual([None, 1, STEPS], found.symbols.shape.as_list())
            load_random(session)
            feed = dict(zip(inputs, np.random.RandomState(5).randint(6, size=[5, 4])))
            feed[fed] = True
            logits = tf.stack([tf.nn.xw_plus_b(o, *projection) for o in outputs], 1)
            result, greedy = session.run([found, logits], feed)
            self.assertAllEqual(_cut(greedy.argmax(-1)), result.symbols[:, 0])

    @slow
    def test_attention_is_the_decoders(self):
        # Teacher-forced on what was found, the decoder must read what the search says it read.
        with tf.Graph().as_default(), quiet(), self.session() as session:
            model = MODELS["attention_static"]
            with tf.variable_scope("m"):
                found = decoding.beam_search_seq2seq(model, _encoder_inputs(), GO, END, STEPS, 4)
            forced = [tf.placeholder(tf.int32, [3]) for _ in range(STEPS)]
            before = set(tf.get_default_graph().get_operations())
            with tf.variable_scope("m", reuse=True):
                outputs, _ = model(_encoder_inputs(), forced)
            weights = [op.outputs[0] for op in tf.get_default_graph().get_operations()
                       if op.type == "Softmax" and op not in before]
            self.assertEqual(STEPS, len(weights))
            load_random(session, 2.0)
            result = session.run(found)
            for i in range(4):
                symbols = np.concatenate([np.full([3, 1], GO), result.symbols[:, i, :-1]], 1)
                read, logits = session.run([tf.stack(weights, 1), tf.stack(outputs, 1)],
                                           dict(zip(forced, symbols.T)))
                within = np.arange(STEPS) < result.lengths[:, i:i + 1]
                self.assertAllClose(read * within[:, :, None], result.attention[:, i], atol=1e-5)
                logs = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
                picked = np.take_along_axis(logs, result.symbols[:, i, :, None], 2)[:, :, 0]
                self.assertAllClose((picked * within).sum(1), result.log_probabilities[:, i],
                                    atol=1e-4)

    @slow
    def test_equals_the_decoder_of_tensorflow(self):
        for alpha in (0.0, 0.8):
            with tf.Graph().as_default(), quiet(), self.session() as session:
                model = MODELS["attention"]
                with tf.variable_scope("m"):
                    found = decoding.beam_search_seq2seq(model, _encoder_inputs(), GO, END, 12, 4,
                                                         length_penalty=alpha)
                with tf.variable_scope("m", reuse=True):
                    stock = stock_beam_search(model, _encoder_inputs(), GO, END, 12, 4, 5, alpha)
                # Without an end there is no difference in what counts as length.
                load_random(session, 1.5, end=-100.0)
                result, (symbols, scores) = session.run([found, stock])
                self.assertAllEqual(symbols.transpose(0, 2, 1), result.symbols)
                self.assertAllClose(scores, result.scores, rtol=1e-4)

    @slow
    def test_equals_the_decoder_of_tensorflow_with_ends(self):
        with tf.Graph().as_default(), quiet(), self.session() as session:
            model = MODELS["rnn_lstm"]
            with tf.variable_scope("m"):
                found = decoding.beam_search_seq2seq(model, _encoder_inputs(), GO, END, 12, 4)
            with tf.variable_scope("m", reuse=True):
                stock = stock_beam_search(model, _encoder_inputs(), GO, END, 12, 4, None, 0.0)
            for seed in range(3):
                load_random(session, 1.0, seed, end=1.5)
                result, (symbols, scores) = session.run([found, stock])
                self.assertTrue(result.finished.any())
                length = symbols.shape[1]
                self.assertAllEqual(_cut(symbols.transpose(0, 2, 1)),
                                    result.symbols[:, :, :length])
                self.assertAllClose(scores, result.log_probabilities, rtol=1e-4)

    @slow
    def test_the_plain_graph_is_unchanged_by_a_search(self):
        def size(search):
            with tf.Graph().as_default(), quiet():
                if search:
                    with tf.Graph().as_default():
                        decoding.beam_search_seq2seq(MODELS["attention"], _encoder_inputs(), GO,
                                                     END, STEPS, 2)
                MODELS["attention"](_encoder_inputs(), _decoder_inputs())
                return len(tf.get_default_graph().get_operations())
        self.assertEqual(size(False), size(True))

    @slow
    def test_nothing_is_said(self):
        with tf.Graph().as_default(), logged() as messages:
            found = decoding.beam_search_seq2seq(
                MODELS["attention"], _encoder_inputs(), GO, END, STEPS, 3, coverage_penalty=0.1,
                anti_lm=lambda inputs: MODELS["rnn"](_encoder_inputs(), inputs))
            decoding.mmi_rerank(found, found.scores)
        # Python itself warns of what TensorFlow 1.15 imports.
        self.assertEqual([], [message for message in messages if "ABCs" not in message])

    @slow
    def test_graph_does_not_grow_with_length(self):
        def size(length):
            with tf.Graph().as_default(), quiet():
                decoding.beam_search_seq2seq(MODELS["attention"], _encoder_inputs(), GO, END,
                                             length, 3)
                return len(tf.get_default_graph().get_operations())
        self.assertEqual(size(5), size(50))


def stock_beam_search(model, encoder_inputs, go, end, max_length, width, attn_length, alpha):
    """`BeamSearchDecoder` on the step of `model`: (symbols [batch, time, width], scores)."""
    batch_size = tf.dimension_value(encoder_inputs[0].shape[0])
    step, state = decoding.step_function(lambda d: model(encoder_inputs, d),
                                         tf.fill([batch_size], go), width)
    flat = tf.nest.flatten(state)
    depth = tf.dimension_value(step(tf.zeros([batch_size * width], tf.int32), state)[0].shape[1])

    class Cell(tf_cells.RNNCell):
        output_size = depth
        state_size = tuple(tf.dimension_value(part.shape[1]) for part in flat)

        def __call__(self, inputs, state, scope=None):
            result = step(tf.cast(inputs[:, 0], tf.int32), tf.nest.pack_sequence_as(
                state_like, list(state)))
            return result[0], tuple(tf.nest.flatten(result[1]))

        def zero_state(self, batch_size, dtype):
            raise NotImplementedError
    state_like = state
    decoder = contrib_seq2seq.BeamSearchDecoder(
        Cell(), lambda symbols: tf.cast(tf.expand_dims(symbols, -1), tf.float32),
        tf.fill([batch_size], go), end, tuple(flat), width, length_penalty_weight=alpha)
    outputs, _, _ = contrib_seq2seq.dynamic_decode(decoder, maximum_iterations=max_length)
    return outputs.predicted_ids, outputs.beam_search_decoder_output.scores[:, -1]


class ErrorsTest(tf.test.TestCase):

    def _search(self, **changes):
        arguments = dict(step=Table(3, 4).step, initial_state=Table(3, 4).initial_state(2),
                         go_symbol=GO, end_symbol=END, max_length=3, beam_size=2)
        arguments.update(changes)
        with tf.Graph().as_default():
            if "initial_state" not in changes:
                arguments["initial_state"] = Table(3, 4).initial_state(2)
            return decoding.beam_search(**arguments)

    def test_arguments(self):
        plain = lambda symbols, state: (tf.zeros([4, 4]), state)
        for changes, error, words in (
                ({"step": 3}, TypeError, "step must be a function.*3"),
                ({"step": lambda *_: None}, ValueError, "step must return"),
                ({"step": lambda symbols, state: (tf.zeros([4]), state)}, ValueError,
                 "num_symbols"),
                ({"beam_size": 0}, ValueError, "beam_size must be at least 1, got 0"),
                ({"beam_size": 2.5}, TypeError, "beam_size must be an integer, got 2.5"),
                ({"beam_size": 65}, ValueError, "beam_size.*number of sequences, 64 .*got 65"),
                ({"max_length": 0}, ValueError, "max_length must be at least 1, got 0"),
                ({"max_length": "long"}, TypeError, "max_length must be an integer, got 'long'"),
                ({"num_best": 3}, ValueError, "num_best must be at most beam_size, 2, got 3"),
                ({"end_symbol": 4}, ValueError, "end_symbol.*0 to 3, got 4"),
                ({"end_symbol": 1.0}, TypeError, "end_symbol must be an integer, got 1.0"),
                ({"go_symbol": -1}, ValueError, "go_symbol.*got -1"),
                ({"length_penalty": -0.5}, ValueError, "length_penalty must be at least 0.*-0.5"),
                ({"length_penalty": float("nan")}, ValueError, "length_penalty must be finite"),
                ({"length_penalty": True}, TypeError, "length_penalty must be a number"),
                ({"coverage_penalty": "b"}, TypeError,
                 "coverage_penalty must be a number, got 'b'"),
                ({"coverage_penalty": 0.2, "step": plain}, ValueError, "needs a step with att"),
                ({"length_weight": -1}, ValueError, "length_weight must be at least 0"),
                ({"beam_width": 3}, TypeError, "beam_width.*beam_size")):
            with self.assertRaisesRegex(error, words):
                self._search(**changes)

    def test_models(self):
        with tf.Graph().as_default():
            with self.assertRaisesRegex(TypeError, "seq2seq must be a function"):
                decoding.beam_search_seq2seq(3, _encoder_inputs(), GO, END, 3)
            with self.assertRaisesRegex(ValueError, "encoder_inputs.*at least one"):
                decoding.beam_search_seq2seq(MODELS["rnn"], [], GO, END, 3)
            with self.assertRaisesRegex(ValueError, "without a decoder whose step"):
                decoding.beam_search_seq2seq(
                    lambda e, d: seq2seq.basic_rnn_seq2seq(
                        [tf.zeros([3, 2])], [tf.zeros([3, 2])], _gru()),
                    _encoder_inputs(), GO, END, 3)
            with self.assertRaisesRegex(ValueError, "coverage_penalty needs"):
                decoding.beam_search_seq2seq(MODELS["rnn"], _encoder_inputs(), GO, END, 3,
                                             coverage_penalty=0.2)

    def test_step_functions(self):
        decode = lambda decoder_inputs: MODELS["rnn"](_encoder_inputs(), decoder_inputs)
        with tf.Graph().as_default():
            for arguments, error, words in (
                    ((3, tf.zeros([3], tf.int32)), TypeError, "decode must be a function.*3"),
                    ((decode, tf.zeros([3], tf.int32), 0), ValueError, "beam_size.*got 0"),
                    ((lambda _: None, tf.zeros([3], tf.int32)), ValueError, "without a decoder")):
                with self.assertRaisesRegex(error, words):
                    decoding.step_function(*arguments)
            with self.assertRaisesRegex(TypeError, "beam_size must be an integer, got True|bool"):
                decoding.repeat_for_beams(tf.zeros([3]), True)
            # Nothing stays sought after a failure.
            with self.assertRaises(ZeroDivisionError):
                decoding.step_function(lambda _: 1 // 0, tf.zeros([3], tf.int32))
            self.assertEqual(STEPS, len(MODELS["rnn"](_encoder_inputs(), _decoder_inputs())[0]))

    def test_repeated_for_beams(self):
        with tf.Graph().as_default(), self.session() as session:
            unknown = tf.placeholder(tf.float32, [None, 2])
            repeated = decoding.repeat_for_beams(
                (tf.constant([1, 2]), {"a": unknown}, tf.constant(7)), 3)
            self.assertEqual([None, 2], repeated[1]["a"].shape.as_list())
            found = session.run(repeated, {unknown: [[1, 2], [3, 4]]})
            self.assertAllEqual([1, 1, 1, 2, 2, 2], found[0])
            self.assertAllEqual([[1, 2]] * 3 + [[3, 4]] * 3, found[1]["a"])
            self.assertEqual(7, found[2])

    @slow
    def test_tensors_are_checked_when_they_run(self):
        table = Table(3, 4)
        with tf.Graph().as_default(), self.session() as session:
            for name, value in (("length_penalty", -0.5), ("coverage_penalty", np.nan),
                                ("length_weight", -1.0)):
                tensor = tf.placeholder(tf.float32, [])
                found = decoding.beam_search(table.step, table.initial_state(2), GO, END, 3, 2,
                                             **{name: tensor})
                with self.assertRaisesRegex(tf.errors.InvalidArgumentError, name + " must be"):
                    session.run(found.scores, {tensor: value})
            length = tf.placeholder(tf.int32, [])
            found = decoding.beam_search(table.step, table.initial_state(2), GO, END, length, 2)
            with self.assertRaisesRegex(tf.errors.InvalidArgumentError, "max_length must be"):
                session.run(found.scores, {length: 0})


if __name__ == "__main__":
    unittest.main()
