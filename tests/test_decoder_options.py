"""Averaged states, own symbols, scheduled sampling and attention options of the decoders."""
import collections
import itertools
import math
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement import rnn_enhancement
from Project_RNN_Enhancement.rnn_enhancement import (rnn_cell_enhanced as rnn_cell,
                                                     seq2seq_enhanced as seq2seq)

from .sizes import slow, some
from .test_rolling import assert_same

UNROLL = ("loop", "static")
STEPS = 5


def _inputs(size=3, batch=2, steps=STEPS):
    random = np.random.RandomState(2)
    return list(random.uniform(-1, 1, [steps, batch, size]))


def _run(results, feed=None):
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(results, feed)


class InputsTest(tf.test.TestCase):

    @slow
    def test_the_first_input_is_enough_for_own_symbols(self):
        x = [[1, 2]] * STEPS
        for name, sizes in (("embedding_rnn_seq2seq", (9, 9, 4)),
                            ("embedding_tied_rnn_seq2seq", (9, 4)),
                            ("embedding_attention_seq2seq", (9, 9, 4)),
                            ("one2many_rnn_seq2seq", (9, {"a": 9}, 4))):
            for unroll in UNROLL:
                with self.subTest(model=name, unroll=unroll), tf.Graph().as_default():
                    symbols = [tf.placeholder(tf.int32, [None]) for _ in range(STEPS)]
                    cell, decoder_inputs = rnn_cell.GRUCell(4), symbols
                    cells = [cell]
                    if name.startswith("one2many"):
                        decoder_inputs, cells = {"a": symbols}, [cell, {"a": rnn_cell.GRUCell(4)}]
                    outputs, _ = getattr(seq2seq, name)(
                        [tf.constant(step) for step in x], decoder_inputs, *(cells + list(sizes)),
                        feed_previous=True, unroll=unroll)
                    for values in _run(tf.nest.flatten(outputs), {symbols[0]: [1, 2]}):
                        self.assertEqual((2, 9), values.shape)

    def test_a_decoder_takes_any_iterable(self):
        for unroll in UNROLL:
            with tf.Graph().as_default():
                cell, given = rnn_cell.GRUCell(3), _inputs()
                first, _ = seq2seq.rnn_decoder(
                    (tf.constant(step, tf.float32) for step in given), tf.zeros([2, 3]), cell,
                    scope="a", unroll=unroll)
                second, _ = seq2seq.rnn_decoder(
                    [tf.constant(step, tf.float32) for step in given], tf.zeros([2, 3]), cell,
                    scope=tf.VariableScope(True, "a"), unroll=unroll)
                self.assertAllEqual(*_run([first, second]))

    def test_inputs_of_several_tensors(self):
        class PairCell(rnn_cell.RNNCell):
            state_size = output_size = 3

            def call(self, inputs, state):
                state = tf.tanh(inputs[0] - 2 * inputs[1] + state)
                return state, state

        found = []
        for unroll in UNROLL:
            with tf.Graph().as_default():
                given = [(tf.constant(step, tf.float32), tf.constant(step, tf.float32) / 3)
                         for step in _inputs()]
                outputs, state = seq2seq.rnn_decoder(given, tf.zeros([2, 3]), PairCell(),
                                                     unroll=unroll)
                found.append(_run(outputs + [state]))
        for values in found[1:]:
            self.assertAllClose(found[0], values, rtol=1e-6, atol=1e-6)


class Counted(collections.namedtuple("Counted", ["a", "bc", "count"])):
    __slots__ = ()
    bookkeeping = ("count",)


def _counted_step(x, state, tanh):
    """A step with a nested state that counts itself; for tensors and for arrays."""
    a, (b, c) = state.a, state.bc
    new = tanh(x + 0.5 * a - 0.3 * b)
    return new + c, Counted(new, (b + 0.1 * a, tanh(c + x)), state.count + 1)


class CountedCell(rnn_cell.RNNCell):
    state_size = property(lambda self: Counted(3, (3, 3), 1))
    output_size = property(lambda self: 3)

    def call(self, inputs, state):
        return _counted_step(inputs, state, tf.tanh)


class AveragedStatesTest(tf.test.TestCase):

    def _expected(self, inputs, state, a):
        states, outputs = [state], []
        for x in inputs:
            entering = tf.nest.map_structure(
                lambda *s: (1 - a) * s[-1] + a * np.mean(s, 0), *states)
            entering = entering._replace(count=states[-1].count)
            output, state = _counted_step(x, entering, np.tanh)
            outputs.append(output)
            states.append(state)
        return outputs, states[-1]

    @slow
    def test_nested_states_and_bookkeeping(self):
        random = np.random.RandomState(1)
        state = Counted(random.randn(2, 3), (random.randn(2, 3), random.randn(2, 3)),
                        np.zeros([2, 1]))
        for unroll in UNROLL:
            with tf.Graph().as_default() as graph:
                a = tf.placeholder(tf.float32, [])
                results = seq2seq.rnn_decoder(
                    [tf.constant(x) for x in _inputs()],
                    tf.nest.map_structure(tf.constant, state), CountedCell(), unroll=unroll,
                    average_states=True, average_hidden_state_influence=a)
                nodes = len(graph.get_operations())
                session = tf.Session()
                for value in (0.0, 0.25, 0.5, 1.0):
                    found = session.run(results, {a: value})
                    expected = self._expected(_inputs(), state, value)
                    for one, other in zip(tf.nest.flatten(found), tf.nest.flatten(expected)):
                        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-7)
                    self.assertAllEqual([[STEPS]] * 2, found[1].count)
                with self.assertRaisesRegex(tf.errors.InvalidArgumentError, "in \\[0, 1\\]"):
                    session.run(results, {a: 1.5})
                self.assertEqual(nodes, len(graph.get_operations()))

    CELLS = {"stack": lambda: rnn_cell.MultiRNNCell([rnn_cell.LSTMCell(3), rnn_cell.GRUCell(4)]),
             "skip": lambda: rnn_cell.GRUCell(3, skip_connections=True)}

    def _decode(self, cell, attention, unroll, era=None, **keywords):
        inputs = [tf.constant(x, tf.float32) for x in _inputs()]
        state = cell.zero_state(2, tf.float32)
        state = tf.nest.map_structure(lambda s: s + 0.25 if s.shape[1] != 1 else s, state)
        if not attention:
            return seq2seq.rnn_decoder(inputs, state, cell, unroll=unroll, **keywords)
        memory = tf.get_variable("memory", [2, 4, 3])
        return seq2seq.attention_decoder(inputs, state, memory, cell, unroll=unroll, **keywords)

    @slow
    def test_rolled_as_copies_and_no_influence_as_plain(self):
        def check(expected, found):
            assert_same(self, lambda: build(**expected), lambda: build(**found), None, 1e-5, 1e-4)

        def build(unroll, **keywords):
            if "average_hidden_state_influence" not in keywords:
                # It may be learned.
                keywords["average_hidden_state_influence"] = tf.sigmoid(
                    tf.get_variable("influence", []))
            return self._decode(self.CELLS[name](), attention, unroll, **keywords)
        for name, attention in some((("stack", False), ("stack", True), ("skip", False)), 1):
            check(dict(unroll="static", average_states=True),
                  dict(unroll="loop", average_states=True))
        for name, attention in (("stack", False), ("skip", True)):
            check(dict(unroll="loop", average_hidden_state_influence=1),
                  dict(unroll="loop", average_states=True, average_hidden_state_influence=0))

    @slow
    def test_states_of_all_steps(self):
        with rnn_enhancement.era("0.7"):
            for unroll in UNROLL:
                for attention in (False, True):
                    with tf.Graph().as_default():
                        _, states = self._decode(rnn_cell.GRUCell(3), attention, unroll,
                                                 average_states=True)
                        self.assertEqual([(2, 3)] * STEPS, [s.shape for s in states])


class Draws(rnn_cell.RNNCell):
    """Outputs fixed logits; its state counts the symbols that came in as one-hot vectors."""

    def __init__(self, logits):
        super(Draws, self).__init__()
        self._logits = logits

    state_size = property(lambda self: len(self._logits))
    output_size = property(lambda self: len(self._logits))

    def call(self, inputs, state):
        return tf.zeros_like(inputs) + tf.constant(self._logits, inputs.dtype), state + inputs


class OwnSymbolsTest(tf.test.TestCase):
    LOGITS = np.log([0.1, 0.6, 0.3])
    BATCH = 8000

    def _counts(self, unroll, **keywords):
        """How often each example was fed each symbol; the first is always 0."""
        with tf.variable_scope("d", reuse=tf.AUTO_REUSE,
                               initializer=tf.constant_initializer(np.eye(3))):
            _, state = seq2seq.embedding_rnn_decoder(
                [tf.zeros([self.BATCH], tf.int32)] * STEPS, tf.zeros([self.BATCH, 3]),
                Draws(self.LOGITS), 3, 3, unroll=unroll, **keywords)
        return state - [1, 0, 0]

    def test_distribution_under_temperature(self):
        with tf.Graph().as_default() as graph:
            temperature = tf.placeholder_with_default(1.0, [])
            results = [self._counts(unroll, feed_previous=True, temperature_decode=True,
                                    temperature=temperature, seed=3) for unroll in UNROLL]
            with tf.Session() as session:
                session.run(tf.global_variables_initializer())
                nodes = len(graph.get_operations())
                for value in (0.5, 1.0, 2.0):
                    p = np.exp(self.LOGITS / value)
                    for counts in session.run(results, {temperature: value}):
                        np.testing.assert_allclose(counts.mean(0) / (STEPS - 1), p / p.sum(),
                                                   atol=0.01)
                        # Draws of different steps are independent: the variance is a binomial's.
                        q = p / p.sum()
                        np.testing.assert_allclose(counts.var(0), (STEPS - 1) * q * (1 - q),
                                                   rtol=0.1)
                with self.assertRaisesRegex(tf.errors.InvalidArgumentError, "temperature"):
                    session.run(results, {temperature: 0.0})
                self.assertEqual(nodes, len(graph.get_operations()))

    @slow
    def test_top_k_and_nucleus(self):
        with tf.Graph().as_default():
            found = np.array(_run([
                tf.reduce_mean(self._counts("loop", feed_previous=True, temperature_decode=True,
                                            seed=1, **keywords), 0)
                for keywords in ({"top_k": 2}, {"top_p": 0.95}, {"top_p": 0.65}, {"top_k": 1})]))
        np.testing.assert_allclose(found / (STEPS - 1), [
            [0, 2 / 3.0, 1 / 3.0], [0.1, 0.6, 0.3], [0, 2 / 3.0, 1 / 3.0], [0, 1, 0]], atol=0.01)

    @slow
    def test_seeds(self):
        def draw(unroll, seed, graph_seed=None):
            with tf.Graph().as_default():
                tf.set_random_seed(graph_seed)
                counts = self._counts(unroll, feed_previous=True, temperature_decode=True,
                                      seed=seed)
                with tf.Session() as session:
                    session.run(tf.global_variables_initializer())
                    return [session.run(counts) for _ in range(2)]
        first, second = draw("loop", 5)
        self.assertAllEqual([first, second], draw("static", 5))
        self.assertGreater(np.sum(first != second), self.BATCH)
        self.assertGreater(np.sum(first != draw("loop", 6)[0]), self.BATCH)
        self.assertAllEqual(draw("loop", None, 9), draw("loop", None, 9))
        self.assertGreater(np.sum(first != draw("loop", None)[0]), self.BATCH)

    def test_scheduled_sampling_of_symbols(self):
        with tf.Graph().as_default():
            results = [
                tf.reduce_mean(
                    self._counts("loop", scheduled_sampling=0.25, seed=2, **keywords), 0)
                for keywords in ({}, {"temperature_decode": True}, {"feed_previous": True})]
            found = np.array(_run(results)) / (STEPS - 1)
        np.testing.assert_allclose(found, [
            [0.75, 0.25, 0], [0.775, 0.15, 0.075], [0, 1, 0]], atol=0.01)


    def test_coins_and_symbols_are_independent(self):
        with tf.Graph().as_default(), tf.Session() as session:
            embedding = tf.eye(3)
            loop_function = seq2seq.extract_sample_and_embed(embedding)
            _, state = seq2seq.rnn_decoder([embedding[:1]] * STEPS, tf.zeros([1, 3]),
                                           Draws(np.zeros(3)), loop_function,
                                           scheduled_sampling=0.25, seed=1, unroll="static")
            counts = np.mean([session.run(state)[0] for _ in range(1000)], 0) / (STEPS - 1)
        # One coin and one draw per run and step: a common stream would favour symbols 1 and 2.
        np.testing.assert_allclose(counts[1:], [1 / 12.0] * 2, atol=0.015)


class ScheduledSamplingTest(tf.test.TestCase):

    class Echo(rnn_cell.RNNCell):
        state_size = output_size = property(lambda self: 1)

        @tf.autograph.experimental.do_not_convert
        def call(self, inputs, state):
            return inputs, state

    def test_coins(self):
        batch = 5000
        with tf.Graph().as_default() as graph, tf.Session() as session:
            p = tf.placeholder(tf.float32, [])
            given = [tf.fill([batch, 1], float(-i)) for i in range(STEPS)]
            results = [tf.concat(seq2seq.rnn_decoder(
                given, tf.zeros([batch, 1]), self.Echo(), lambda prev, _: tf.ones_like(prev),
                scheduled_sampling=p, seed=4, unroll=unroll)[0], 1) for unroll in UNROLL]
            nodes = len(graph.get_operations())
            for value in (0.0, 0.3, 1.0):
                rolled, copies = session.run(results, {p: value})
                self.assertAllEqual(rolled, copies)
                self.assertAllEqual(np.zeros(batch), rolled[:, 0])
                own = rolled[:, 1:] == 1
                # What is not the decoder's own is that step's input.
                expected = np.where(own, 1, -np.arange(1, STEPS))
                self.assertAllEqual(expected, rolled[:, 1:])
                np.testing.assert_allclose(own.mean(0), [value] * (STEPS - 1), atol=0.03)
                if 0 < value < 1:
                    # One coin per token: neither steps nor examples go together.
                    np.testing.assert_allclose(np.corrcoef(own.T), np.eye(STEPS - 1), atol=0.06)
            with self.assertRaisesRegex(tf.errors.InvalidArgumentError, "scheduled_sampling"):
                session.run(results, {p: 1.01})
            self.assertEqual(nodes, len(graph.get_operations()))

    def test_schedules(self):
        with tf.Graph().as_default(), tf.Session() as session:
            step = tf.placeholder(tf.int64, [])
            linear = seq2seq.linear_sampling_schedule(step, 1e-3, start=0.9, floor=0.2)
            exponential = seq2seq.exponential_sampling_schedule(step, 0.999)
            sigmoid = seq2seq.inverse_sigmoid_sampling_schedule(step, 100.0)
            for i in (0, 1, 100, 461, 700, 5000, 10 ** 8):
                found = session.run([linear, exponential, sigmoid], {step: i})
                e = [max(0.2, 0.9 - 1e-3 * i), 0.999 ** i,
                     100 / (100 + math.exp(min(i / 100.0, 700)))]
                np.testing.assert_allclose(found, 1 - np.array(e), rtol=1e-6)
            self.assertEqual(tf.float32, sigmoid.dtype)
            self.assertAllClose(1 - 100 / 101.0, session.run(sigmoid, {step: 0}))

    def test_schedule_in_a_model(self):
        with tf.Graph().as_default():
            step = tf.train.get_or_create_global_step()
            outputs, _ = seq2seq.embedding_rnn_seq2seq(
                [tf.constant([1, 2])] * 2, [tf.constant([1, 2])] * 4, rnn_cell.GRUCell(3), 5, 5, 3,
                scheduled_sampling=seq2seq.inverse_sigmoid_sampling_schedule(step, 10.0))
            gradients = tf.gradients(outputs, [v for v in tf.trainable_variables()
                                               if "embedding" not in v.op.name])
            self.assertNotIn(None, gradients)
            for value in _run(outputs + gradients):
                self.assertTrue(np.all(np.isfinite(value)))


class AttentionTest(tf.test.TestCase):

    def _decode(self, memory, **keywords):
        inputs = [tf.constant(x, tf.float32) for x in _inputs()]
        with tf.variable_scope("a", reuse=tf.AUTO_REUSE,
                               initializer=tf.random_uniform_initializer(-1, 1, seed=3)):
            return seq2seq.attention_decoder(inputs, tf.ones([2, 3]) / 2, memory,
                                             rnn_cell.GRUCell(3), return_attention=True,
                                             **keywords)

    @slow
    def test_mask_as_a_shorter_memory(self):
        memory = np.random.RandomState(0).randn(2, 4, 6).astype(np.float32)
        for unroll in UNROLL:
            for keywords in ({}, {"num_heads": 2, "initial_state_attention": True}, {
                    "loop_function": lambda prev, _: tf.tanh(prev)}):
                with tf.Graph().as_default():
                    found = self._decode(
                        tf.constant(memory), attention_mask=np.array([[1, 1, 0, 0]] * 2),
                        unroll=unroll, **keywords)
                    short = self._decode(tf.constant(memory[:, :2]), unroll=unroll, **keywords)
                    found, short = _run([found, short])
                self.assertEqual(STEPS, len(found[2]))
                for one, other in zip(tf.nest.flatten(found[:2]), tf.nest.flatten(short[:2])):
                    np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
                one, other = [np.array(weights) for weights in (found[2], short[2])]
                self.assertEqual((STEPS, 2) + (2,) * (len(keywords) == 2) + (4,), one.shape)
                np.testing.assert_allclose(one[..., :2], other, rtol=1e-5)
                self.assertAllEqual(np.zeros_like(one[..., 2:]), one[..., 2:])

    @slow
    def test_weights(self):
        memory = np.random.RandomState(0).randn(2, 4, 6).astype(np.float32)
        for unroll in UNROLL:
            with tf.Graph().as_default():
                with rnn_enhancement.era("0.7"):
                    results = self._decode(
                        tf.constant(memory), unroll=unroll,
                        attention_mask=tf.constant([[2, 1, 0, 1], [0, 0, 0, 0]]))
                variables = {v.op.name.split("attention_decoder/")[1]: v
                             for v in tf.trainable_variables()}
                (_, states, weights), v = _run([results, variables])
            keys = memory.dot(v["AttnW_0"][0, 0])
            for state, weight in zip(states, weights):
                y = state.dot(v["Attention_0/kernel"]) + v["Attention_0/bias"]
                e = np.tanh(keys + y[:, None]).dot(v["AttnV_0"])
                p = np.exp(e) * [[1, 1, 0, 1], [0, 0, 0, 0]]
                np.testing.assert_allclose(weight[0], p[0] / p[0].sum(), rtol=1e-5)
                np.testing.assert_allclose(weight[1], [0.25] * 4, rtol=1e-6)

    @slow
    def test_kinds_of_masks(self):
        with tf.Graph().as_default():
            found = [self._decode(tf.ones([2, 3, 2]), attention_mask=mask)[2][0] for mask in (
                np.array([[True, True, False]] * 2), [[1, 2, 0]] * 2,
                tf.constant([[0.5, 1, 0]] * 2))]
            for weights in _run(found):
                self.assertAllClose([[0.5, 0.5, 0]] * 2, weights)


def _symbols():
    return [tf.constant([i % 3, (i * i + 1) % 3]) for i in range(STEPS)]


class ModelsTest(tf.test.TestCase):
    """Every model with all of its options at once: the same rolled and in copies."""
    AVERAGING = dict(average_states=True, average_hidden_state_influence=0.3)
    OWN = dict(scheduled_sampling=0.5, temperature_decode=True, temperature=1.5, top_k=3, top_p=0.9,
               seed=3, **AVERAGING)
    MASK = dict(attention_mask=[[1] * STEPS, [1, 1, 1, 0, 0]], return_attention=True, num_heads=2)

    @staticmethod
    def _cell():
        return rnn_cell.MultiRNNCell([rnn_cell.LSTMCell(3), rnn_cell.GRUCell(3)])

    def _check(self, build):
        assert_same(self, lambda: build("static"), lambda: build("loop"), None, 1e-5, 1e-4)

    @slow
    def test_models_of_symbols(self):
        self._check(lambda unroll: seq2seq.embedding_rnn_seq2seq(
            _symbols(), _symbols(), rnn_cell.LSTMCell(3), 3, 4, 3, unroll=unroll, **self.OWN))
        self._check(lambda unroll: seq2seq.embedding_tied_rnn_seq2seq(
            _symbols(), _symbols(), rnn_cell.GRUCell(3), 4, 3, unroll=unroll,
            **dict(self.OWN, feed_previous=True)))
        self._check(lambda unroll: seq2seq.embedding_attention_seq2seq(
            _symbols(), _symbols(), self._cell(), 3, 4, 3, unroll=unroll,
            **dict(self.OWN, **self.MASK)))

    @slow
    def test_one2many(self):
        self._check(lambda unroll: seq2seq.one2many_rnn_seq2seq(
            _symbols(), {"a": _symbols(), "b": _symbols()}, rnn_cell.GRUCell(3),
            {"a": rnn_cell.GRUCell(3), "b": rnn_cell.GRUCell(3)}, 3, {"a": 4, "b": 5}, 3,
            unroll=unroll, **self.OWN))

    @slow
    def test_models_of_vectors(self):
        def inputs():
            return [tf.constant(x, tf.float32) for x in _inputs()]
        self._check(lambda unroll: seq2seq.basic_rnn_seq2seq(
            inputs(), inputs(), self._cell(), unroll=unroll, **self.AVERAGING))
        self._check(lambda unroll: seq2seq.tied_rnn_seq2seq(
            inputs(), inputs(), self._cell(), lambda prev, _: tf.tanh(prev), unroll=unroll,
            scheduled_sampling=0.5, seed=1, **self.AVERAGING))

    @slow
    def test_output_projection_and_float64(self):
        def build(unroll):
            w = tf.get_variable("w", [3, 4], tf.float64)
            b = tf.get_variable("b", [4], tf.float64)
            return seq2seq.embedding_attention_seq2seq(
                _symbols(), _symbols(), rnn_cell.GRUCell(3), 3, 4, 3, output_projection=(w, b),
                dtype=tf.float64, unroll=unroll, **dict(self.OWN, **self.MASK))
        self._check(build)

    @slow
    def test_feed_previous_as_a_tensor_and_unknown_batch(self):
        for unroll in UNROLL:
            with tf.Graph().as_default(), tf.Session() as session:
                fed = tf.placeholder(tf.bool, [])
                temperature = tf.placeholder_with_default(1.0, [])
                steps = [tf.placeholder(tf.int32, [None]) for _ in range(STEPS)]
                mask = tf.placeholder(tf.float32, [None, None])
                outputs, _, weights = seq2seq.embedding_attention_seq2seq(
                    steps, steps, self._cell(), 3, 4, 3, feed_previous=fed, unroll=unroll,
                    **dict(self.OWN, attention_mask=mask, return_attention=True,
                           temperature=temperature))
                self.assertEqual(STEPS, len(weights))
                session.run(tf.global_variables_initializer())
                feed = {step: [0, 1, 2] for step in steps}
                feed[mask] = np.ones([3, STEPS])
                for value in (False, True):
                    feed[fed] = value
                    found = session.run([outputs, weights], feed)
                    self.assertTrue(all(np.all(np.isfinite(x)) for x in tf.nest.flatten(found)))
                feed[temperature] = -1.0
                with self.assertRaisesRegex(tf.errors.InvalidArgumentError, "temperature"):
                    session.run(outputs, feed)

    @slow
    def test_buckets_share_options(self):
        with tf.Graph().as_default():
            outputs, losses = seq2seq.model_with_buckets(
                _symbols(), _symbols(), _symbols(), [tf.ones([2])] * STEPS, [(2, 2), (4, 5)],
                lambda x, y: seq2seq.embedding_rnn_seq2seq(x, y, self._cell(), 3, 4, 3, **self.OWN))
            self.assertTrue(np.all(np.isfinite(_run(losses))))


class OffTest(tf.test.TestCase):

    @slow
    def test_no_trace_in_the_graph(self):
        off = dict(average_states=False, average_hidden_state_influence=0.9,
                   scheduled_sampling=None, temperature_decode=False, temperature=2.0, top_k=2,
                   top_p=0.5, seed=1, attention_mask=None, return_attention=False)
        for unroll, feed_previous in some(itertools.product(UNROLL, (False, True)), 2):
            graphs = []
            for keywords in ({}, off, {"return_attention": True}):
                with tf.Graph().as_default() as graph:
                    seq2seq.embedding_attention_seq2seq(
                        _symbols(), _symbols(), rnn_cell.GRUCell(3), 3, 4, 3,
                        feed_previous=feed_previous, unroll=unroll, **keywords)
                    graphs.append([(op.name, op.type) for op in graph.get_operations()])
            self.assertEqual(graphs[0], graphs[1])
            if unroll == "static":
                # The weights are there anyway.
                self.assertEqual(graphs[0], graphs[2])
            drawn = {"Assert", "RandomUniformInt", "StatelessRandomUniform"}
            self.assertFalse(drawn.intersection(kind for _, kind in graphs[0]))


class ErrorsTest(tf.test.TestCase):

    @slow
    def test_values(self):
        def attention(**keywords):
            return seq2seq.embedding_attention_seq2seq(
                _symbols(), _symbols(), rnn_cell.GRUCell(3), 3, 4, 3, **keywords)
        for name, value, error in (
                ("average_states", 1, TypeError),
                ("average_hidden_state_influence", 1.5, ValueError),
                ("average_hidden_state_influence", "x", TypeError),
                ("average_hidden_state_influence", -0.1, ValueError),
                ("scheduled_sampling", -0.5, ValueError), ("scheduled_sampling", True, TypeError),
                ("scheduled_sampling", 2, ValueError), ("seed", 1.5, TypeError),
                ("temperature_decode", "yes", TypeError), ("temperature", 0, ValueError),
                ("temperature", None, TypeError), ("top_k", 0, ValueError),
                ("top_p", 1.5, ValueError), ("return_attention", 1, TypeError)):
            with tf.Graph().as_default():
                with self.assertRaisesRegex(error, "%s must.*%s" % (name, value)):
                    attention(**{name: value})
        for keywords, error, words in (
                ({"averaged_states": True}, TypeError, "average_states"),
                ({"attention_mask": [[1, 1, 1]] * 2}, ValueError, "attention_mask.*3"),
                ({"attention_mask": _symbols()}, TypeError, "attention_mask.*list of 5"),
                ({"attention_mask": [["a"] * STEPS] * 2}, TypeError, "attention_mask.*string"),
                ({"feed_previous": True, "temperature_decode": True, "top_k": 9}, ValueError,
                 "top_k.*4.*9")):
            with tf.Graph().as_default():
                with self.assertRaisesRegex(error, words):
                    attention(**keywords)
        with tf.Graph().as_default():
            with self.assertRaisesRegex(ValueError, "temperature.*\\(2,\\)"):
                attention(temperature=tf.constant([1.0, 2.0]))
            with self.assertRaisesRegex(ValueError, "scheduled_sampling is 0.5.*loop_function"):
                seq2seq.rnn_decoder([tf.zeros([2, 3])] * 4, tf.zeros([2, 3]), rnn_cell.GRUCell(3),
                                    scheduled_sampling=0.5)

    def test_schedules(self):
        for call, words in (
                (lambda: seq2seq.linear_sampling_schedule(1, 0), "decay.*0"),
                (lambda: seq2seq.linear_sampling_schedule(1, 0.1, start=1.5), "start.*1.5"),
                (lambda: seq2seq.linear_sampling_schedule(1, 0.1, 0.5, 0.7), "floor.*0.7"),
                (lambda: seq2seq.linear_sampling_schedule(-1, 0.1), "global_step.*-1"),
                (lambda: seq2seq.exponential_sampling_schedule(1, 1.0), "k.*1.0"),
                (lambda: seq2seq.inverse_sigmoid_sampling_schedule(1, 0.5), "k.*0.5")):
            with self.assertRaisesRegex(ValueError, words):
                call()


if __name__ == "__main__":
    unittest.main()
