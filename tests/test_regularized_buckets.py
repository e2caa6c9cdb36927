"""Regularisers of `model_with_buckets`: what they cost for every kind of decoder and cell."""
import itertools
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement import rnn_enhancement
from Project_RNN_Enhancement.rnn_enhancement import (rnn_cell_enhanced as rnn_cell, rnn_enhanced,
                                                     seq2seq_enhanced as seq2seq)

from tests.sizes import slow, some
from .test_norm_stabilizer import numpy_costs
from .test_regularizers import _decov, _orthogonality
from tests.stock import tf_cells

STEPS, BATCH, SYMBOLS = 4, 3, 6

CELLS = {
    "gru": lambda: rnn_cell.GRUCell(4),
    "lstm": lambda: rnn_cell.BasicLSTMCell(4),
    "joined_lstm": lambda: rnn_cell.BasicLSTMCell(4, state_is_tuple=False),
    "stack": lambda: rnn_cell.MultiRNNCell([rnn_cell.GRUCell(4), rnn_cell.LSTMCell(5, num_proj=4)]),
    "joined_stack": lambda: rnn_cell.MultiRNNCell(
        [rnn_cell.GRUCell(4), rnn_cell.BasicLSTMCell(4, state_is_tuple=False)],
        state_is_tuple=False),
    "skips": lambda: rnn_cell.GRUCell(4, skip_connections=True),
    "wrapped": lambda: rnn_cell.ResidualWrapper(rnn_cell.SkipConnectionWrapper(
        rnn_cell.BasicLSTMCell(4))),
    "of_tensorflow": lambda: tf_cells.MultiRNNCell([tf_cells.GRUCell(4)]),
}


def _vectors(symbols):
    return [tf.one_hot(step, 4) for step in symbols]


def _attention(encoder, decoder, cell, feed_previous=False, **keywords):
    return seq2seq.embedding_attention_seq2seq(
        encoder, decoder, cell, SYMBOLS, SYMBOLS, 4, feed_previous=feed_previous, **keywords)


def _embedding(encoder, decoder, cell, feed_previous=False):
    return seq2seq.embedding_rnn_seq2seq(encoder, decoder, cell, SYMBOLS, SYMBOLS, 4,
                                         feed_previous=feed_previous)


def _basic(encoder, decoder, cell):
    return seq2seq.basic_rnn_seq2seq(_vectors(encoder), _vectors(decoder), cell)


def _own(encoder, decoder, cell):
    """A user's function, which hands on less than a decoder returns."""
    with tf.variable_scope("own"):
        _, state = rnn_enhanced.static_rnn(cell, _vectors(encoder), dtype=tf.float32)
        return seq2seq.attention_decoder(
            _vectors(decoder), state, tf.ones([tf.shape(encoder[0])[0], 3, 2]), cell,
            output_size=SYMBOLS)


MODELS = {
    "attention": _attention,
    "attention_fed": lambda e, d, cell: _attention(e, d, cell, feed_previous=True),
    "attention_by_tensor": lambda e, d, cell: _attention(e, d, cell,
                                                         feed_previous=tf.constant(False)),
    "embedding": _embedding,
    "embedding_fed": lambda e, d, cell: _embedding(e, d, cell, feed_previous=True),
    "basic": _basic,
    "tied": lambda e, d, cell: seq2seq.tied_rnn_seq2seq(_vectors(e), _vectors(d), cell),
    "own": _own,
}


def _symbols(seed):
    random = np.random.RandomState(seed)
    return [tf.constant(random.randint(0, 4, [BATCH])) for _ in range(STEPS)]


def _weights():
    lengths = np.array([4, 3, 1])
    return [tf.constant((lengths > t).astype(np.float32)) for t in range(STEPS)]


def _load(session, scale=0.7):
    random = np.random.RandomState(1)
    variables = sorted(tf.trainable_variables(), key=lambda v: v.name)
    session.run([v.initializer for v in variables], {
        v.initializer.inputs[1]: random.uniform(-scale, scale, v.shape.as_list())
        for v in variables})


class _Model(object):
    """A model built by `model_with_buckets` without and with regularisers, in one graph.

    Attributes:
      plain, regularized: what `model_with_buckets` returns.
    """

    def __init__(self, model, cell, unroll, buckets=((4, STEPS),), per_example_loss=False,
                 **keywords):
        self.model, self.unroll = model, unroll
        self.cell = cell()
        self.sides = _symbols(1), _symbols(2)
        self.targets, self.weights = _symbols(3), _weights()

        def build(**keywords):
            return seq2seq.model_with_buckets(
                self.sides[0], self.sides[1], self.targets, self.weights, list(buckets),
                lambda e, d: model(e, d, self.cell), unroll=unroll,
                per_example_loss=per_example_loss, **keywords)
        with tf.variable_scope("model"):
            self.plain = build()
        with tf.variable_scope("model", reuse=True):
            self.regularized = build(**keywords)
        self.added = [after - before for before, after in zip(self.plain[1], self.regularized[1])]

    def states(self):
        """State after 0 to STEPS steps: final states of ever longer decoders."""
        found = []
        with tf.variable_scope("model", reuse=True):
            for steps in range(1, STEPS + 1):
                found.append(self.model(self.sides[0][:4], self.sides[1][:steps], self.cell)[1])
        return found


def _layers(name, states, part):
    """[batch, T, n] for every layer, by knowing the cell's state."""
    parts = {
        "gru": lambda s: [s],
        "lstm": lambda s: [getattr(s, part)],
        "joined_lstm": lambda s: [s[:, 4:] if part == "h" else s[:, :4]],
        "stack": lambda s: [s[0], getattr(s[1], part)],
        "joined_stack": lambda s: [s[:, :4], s[:, 8:] if part == "h" else s[:, 4:8]],
        "skips": lambda s: [s.state],
        "wrapped": lambda s: [getattr(s.state, part)],
        "of_tensorflow": lambda s: [s[0]],
    }[name]
    return [np.stack(layer, 1) for layer in zip(*[parts(state) for state in states])]


class HiddenStatesTest(tf.test.TestCase):

    def _check(self, model, cell, unroll, part="h"):
        with tf.Graph().as_default(), tf.Session() as session:
            built = _Model(MODELS[model], CELLS[cell], unroll, norm_regularize_factor=2,
                           norm_regularize_hidden_states=True, norm_regularize_state_part=part)
            states = built.states()
            _load(session)
            states, (added,) = session.run([states, built.added])
        expected = 2 * sum(numpy_costs(h).mean() for h in _layers(cell, states, part))
        self.assertGreater(expected, 1e-3)
        np.testing.assert_allclose(added, expected, rtol=2e-4,
                                   err_msg="%s %s %s %s" % (model, cell, unroll, part))

    @slow
    def test_models(self):
        for model in some(sorted(MODELS), 4):
            self._check(model, "lstm", "auto" if model.endswith("tensor") else "loop")
        for model in some(("attention", "attention_fed", "embedding"), 1):
            self._check(model, "lstm", "static")

    @slow
    def test_cells(self):
        for cell in some(sorted(set(CELLS) - {"lstm"}), 3):
            self._check("basic", cell, "loop")
        self._check("attention", "joined_stack", "loop")
        self._check("embedding_fed", "wrapped", "loop")
        self._check("basic", "joined_stack", "static")

    @slow
    def test_cell_state_of_lstms(self):
        for cell in some(("lstm", "joined_stack", "wrapped"), 1):
            self._check("basic", cell, "loop", "c")
        self._check("embedding", "stack", "static", "c")

    @slow
    def test_gradients_rolled_and_in_copies(self):
        found = []
        for unroll in ("static", "loop"):
            with tf.Graph().as_default(), tf.Session() as session:
                built = _Model(_attention, CELLS["stack"], unroll, decov_factor=0.1,
                               norm_regularize_hidden_states=True, norm_regularize_logits=True)
                variables = sorted(tf.trainable_variables(), key=lambda v: v.name)
                gradients = [tf.convert_to_tensor(g) for g in tf.gradients(
                    built.regularized[1][0], variables)]
                _load(session)
                found.append(session.run(gradients))
        for static, rolled in zip(*found):
            np.testing.assert_allclose(rolled, static, rtol=1e-3, atol=1e-4)

    def test_old_era(self):
        with rnn_enhancement.era("0.6"), tf.Graph().as_default(), tf.Session() as session:
            built = _Model(_basic, lambda: rnn_cell.BasicLSTMCell(4), "loop",
                           norm_regularize_factor=2, norm_regularize_hidden_states=True)
            with tf.variable_scope("model", reuse=True):
                _, states = _basic(built.sides[0][:4], built.sides[1], built.cell)
            _load(session)
            states, (added,) = session.run([states, built.added])
        expected = 2 * numpy_costs(_layers("joined_lstm", states, "h")[0]).mean()
        np.testing.assert_allclose(added, expected, rtol=1e-4)

    @slow
    def test_old_era_and_the_choice_of_feeding_at_run_time(self):
        with rnn_enhancement.era("0.6"), tf.Graph().as_default(), tf.Session() as session:
            built = _Model(lambda e, d, cell: _embedding(e, d, cell, tf.constant(True)),
                           lambda: rnn_cell.BasicLSTMCell(4), "auto", norm_regularize_factor=2,
                           norm_regularize_hidden_states=True)
            with tf.variable_scope("model", reuse=True):
                _, states = _embedding(built.sides[0][:4], built.sides[1], built.cell, True)
            _load(session)
            states, (added,) = session.run([states, built.added])
        self.assertEqual(STEPS, len(states))
        expected = 2 * numpy_costs(_layers("joined_lstm", states, "h")[0]).mean()
        np.testing.assert_allclose(added, expected, rtol=1e-3)

    @slow
    def test_several_decoders_add_up(self):
        def both(encoder, decoder, cell):
            outputs, state = _basic(encoder, decoder, cell)
            _, other = seq2seq.rnn_decoder(_vectors(decoder), state, rnn_cell.GRUCell(4),
                                           scope="other")
            return outputs, other
        with tf.Graph().as_default(), tf.Session() as session:
            built = _Model(both, CELLS["gru"], "static", norm_regularize_hidden_states=True)
            with tf.variable_scope("model", reuse=True):
                first, state = _basic(built.sides[0][:4], built.sides[1], built.cell)
                second, _ = seq2seq.rnn_decoder(_vectors(built.sides[1]), state,
                                                rnn_cell.GRUCell(4), scope="other")
            _load(session)
            first, second, (added,) = session.run([first, second, built.added])
        expected = sum(numpy_costs(np.stack(h, 1)).mean() for h in (first, second))
        np.testing.assert_allclose(added, 50 * expected, rtol=1e-4)


class OptionsTest(tf.test.TestCase):

    def _values(self, tensors, feed=None):
        with tf.Session() as session:
            _load(session)
            return session.run(tensors, feed)

    def setUp(self):
        tf.reset_default_graph()

    @slow
    def test_padding_and_initial_state_per_example(self):
        for unroll in ("static", "loop"):
            tf.reset_default_graph()
            built = _Model(_basic, CELLS["gru"], unroll, per_example_loss=True,
                           norm_regularizer_factor=3, norm_regularize_hidden_states=True,
                           norm_regularize_initial_state=True, norm_regularize_mask=True)
            with tf.variable_scope("model/basic_rnn_seq2seq", reuse=True):
                _, initial = rnn_enhanced.static_rnn(
                    rnn_cell.GRUCell(4), _vectors(built.sides[0][:4]), dtype=tf.float32)
            outputs, initial, (added,) = self._values([built.plain[0][0], initial, built.added])
            mask = np.arange(STEPS) < np.array([[4], [3], [1]])
            expected = 3 * numpy_costs(np.stack(outputs, 1), mask, initial)
            np.testing.assert_allclose(added, expected, rtol=1e-3, atol=1e-6)

    @slow
    def test_logits(self):
        built = _Model(_attention, CELLS["gru"], "loop", norm_regularize_logits=True,
                       norm_regularize_factor=0.5)
        outputs, (added,) = self._values([built.plain[0][0], built.added])
        np.testing.assert_allclose(added, 0.5 * numpy_costs(np.stack(outputs, 1)).mean(), rtol=1e-3)

    @slow
    def test_weights_once_in_every_bucket(self):
        tf.get_variable("of_something_else/kernel", [3, 3])
        built = _Model(_attention, CELLS["lstm"], "loop", buckets=((3, 3), (4, 4)),
                       apply_l2_loss=True, l2_loss_factor=0.25)
        kernels = [v for v in tf.trainable_variables() if v.op.name.startswith("model/")
                   and "bias" not in v.op.name and "embedding" not in v.op.name.split("/")[-1]
                   and v.shape.ndims > 1]
        # Two LSTMs, the attention's keys and query, the input's map and two projections.
        self.assertEqual(7, len(kernels))
        values, added = self._values([kernels, built.added])
        np.testing.assert_allclose(
            added, [0.25 * sum((v ** 2).sum() for v in values)] * 2, rtol=1e-4)

    @slow
    def test_orthogonality_of_encoder_and_decoder(self):
        for model, number in ((_embedding, 2), (_basic, 2), (MODELS["tied"], 1), (_own, 2)):
            tf.reset_default_graph()
            built = _Model(model, CELLS["gru"], "static", buckets=((3, 3), (4, 4)),
                           orthogonality_factor=0.1)
            kernels = [v for v in tf.trainable_variables()
                       if v.op.name.endswith(("gates/kernel", "candidate/kernel"))]
            self.assertEqual(2 * number, len(kernels))
            values, added = self._values([kernels, built.added])
            blocks = [block for value in values
                      for block in np.split(value[-4:], value.shape[1] // 4, axis=1)]
            np.testing.assert_allclose(added, [0.1 * _orthogonality(blocks)] * 2, rtol=1e-3)

    def test_decov_of_valid_steps(self):
        built = _Model(_basic, CELLS["gru"], "loop", decov_factor=10.0)
        outputs, (added,) = self._values([built.plain[0][0], built.added])
        mask = np.arange(STEPS) < np.array([[4], [3], [1]])
        np.testing.assert_allclose(added, 10 * _decov(np.stack(outputs, 1)[mask]), rtol=1e-3)

    @slow
    def test_mean_of_the_examples_is_the_loss(self):
        keywords = dict(norm_regularize_hidden_states=True, norm_regularize_logits=True,
                        apply_l2_loss=True, orthogonality_factor=0.1, decov_factor=0.1)
        losses = []
        for per_example in (False, True):
            tf.reset_default_graph()
            built = _Model(_attention, CELLS["gru"], "loop", per_example_loss=per_example,
                           **keywords)
            losses.append(self._values(built.regularized[1][0]))
        self.assertEqual((BATCH,), losses[1].shape)
        np.testing.assert_allclose(losses[0], losses[1].mean(), rtol=1e-5)

    @slow
    def test_one_graph_for_all_factors(self):
        names = ("norm_regularize_factor", "l2_loss_factor", "orthogonality_factor", "decov_factor")
        factors = {name: tf.placeholder(tf.float32, [], name) for name in names}
        built = _Model(_basic, CELLS["gru"], "loop", norm_regularize_hidden_states=True,
                       apply_l2_loss=True, **factors)
        with tf.Session() as session:
            _load(session)
            nodes = len(tf.get_default_graph().get_operations())

            def added(**values):
                feed = {factors[name]: values.get(name, 0.0) for name in names}
                return session.run(built.added[0], feed)
            self.assertEqual(0.0, added())
            single = [added(**{name: 0.5}) for name in names]
            self.assertGreater(min(single), 1e-4)
            np.testing.assert_allclose(
                added(**{name: 1.0 for name in names}), 2 * sum(single), rtol=1e-3)
            for name in names:
                with self.assertRaisesRegexp(tf.errors.InvalidArgumentError,
                                             name + " must be at least 0"):
                    added(**{name: -1.0})
        self.assertEqual(nodes, len(tf.get_default_graph().get_operations()))

    @slow
    def test_nothing_is_added_while_all_is_off(self):
        def nodes(**keywords):
            with tf.Graph().as_default() as graph:
                cell = CELLS["lstm"]()
                sides = _symbols(1), _symbols(2), _symbols(3), _weights()
                seq2seq.model_with_buckets(
                    *sides + ([(4, 4)], lambda e, d: _attention(e, d, cell, tf.constant(True))),
                    **keywords)
                return [op.name for op in graph.get_operations()]
        plain = nodes()
        off = nodes(norm_regularize_hidden_states=True, norm_regularize_factor=0,
                    apply_l2_loss=True, l2_loss_factor=0.0, orthogonality_factor=0, decov_factor=0)
        self.assertEqual(plain, nodes(norm_regularize_factor=7, l2_loss_factor=2))
        self.assertEqual(plain, off)
        self.assertLess(len(plain), len(nodes(norm_regularize_hidden_states=True)))

    @slow
    def test_pairs_train(self):
        options = (dict(norm_regularize_hidden_states=True), dict(norm_regularize_logits=True),
                   dict(apply_l2_loss=True), dict(orthogonality_factor=0.1),
                   dict(decov_factor=0.1))
        for number, (one, other) in some(enumerate(itertools.combinations(options, 2)), 5):
            tf.reset_default_graph()
            built = _Model(_embedding, CELLS[("gru", "lstm", "stack")[number % 3]],
                           ("static", "loop")[number % 2], **dict(one, **other))
            loss = built.regularized[1][0]
            gradients = tf.gradients(loss, tf.trainable_variables())
            self.assertNotIn(None, gradients)
            finite = [tf.reduce_all(tf.is_finite(tf.convert_to_tensor(g)))
                      for g in [loss] + gradients]
            self.assertTrue(all(self._values(finite)), (one, other))

    def test_double_precision(self):
        def double(encoder, decoder):
            vectors = [[tf.one_hot(s, 4, dtype=tf.float64) for s in side]
                       for side in (encoder, decoder)]
            return seq2seq.basic_rnn_seq2seq(*vectors + [rnn_cell.GRUCell(4)], dtype=tf.float64)
        _, (loss,) = seq2seq.model_with_buckets(
            _symbols(1), _symbols(2), _symbols(3), [tf.cast(w, tf.float64) for w in _weights()],
            [(4, 4)], double, norm_regularize_hidden_states=True, norm_regularize_logits=True,
            apply_l2_loss=True, orthogonality_factor=1.0, decov_factor=1.0)
        self.assertEqual(tf.float64, loss.dtype)

    @slow
    def test_wrong_arguments(self):
        def build(seq2seq_function=_basic, **keywords):
            tf.reset_default_graph()
            cell = CELLS["gru"]()
            seq2seq.model_with_buckets(
                _symbols(1), _symbols(2), _symbols(3), _weights(), [(4, 4)],
                lambda e, d: seq2seq_function(e, d, cell), **keywords)

        def of_tensorflow(encoder, decoder, cell):
            return tf.nn.static_rnn(cell, _vectors(decoder), dtype=tf.float32)

        def in_cond(encoder, decoder, cell):
            outputs = tf.cond(tf.constant(True), lambda: _basic(encoder, decoder, cell)[0],
                              lambda: [tf.zeros([BATCH, 4])] * STEPS)
            return outputs, None
        hidden = dict(norm_regularize_hidden_states=True)
        for error, words, keywords in (
                (TypeError, "norm_regularize_hidden_states must be True or False, got 1",
                 dict(norm_regularize_hidden_states=1)),
                (TypeError, "norm_regularize_logits must be", dict(norm_regularize_logits="yes")),
                (TypeError, "norm_regularize_mask must be", dict(norm_regularize_mask=None)),
                (TypeError, "norm_regularize_initial_state must be",
                 dict(norm_regularize_initial_state=2)),
                (TypeError, "apply_l2_loss must be", dict(apply_l2_loss=0.1)),
                (ValueError, "norm_regularize_factor must be at least 0, got -1",
                 dict(norm_regularize_factor=-1)),
                (ValueError, "l2_loss_factor must be at least 0", dict(l2_loss_factor=-0.1)),
                (ValueError, "orthogonality_factor must be finite",
                 dict(orthogonality_factor=float("inf"))),
                (TypeError, "decov_factor must be a number", dict(decov_factor="0.1")),
                (TypeError, "two spellings",
                 dict(norm_regularizer_factor=1, norm_regularize_factor=1)),
                (ValueError, "norm_regularize_state_part must be one of 'h', 'c', got 'b'",
                 dict(norm_regularize_state_part="b")),
                (ValueError, "norm_regularize_state_part=\"c\" needs an LSTM",
                 dict(norm_regularize_state_part="c", **hidden)),
                (ValueError, "norm_regularize_hidden_states .* called no decoder",
                 dict(seq2seq_function=of_tensorflow, **hidden)),
                (ValueError, "decov_factor .* called no decoder",
                 dict(seq2seq_function=of_tensorflow, decov_factor=0.1)),
                (ValueError, "orthogonality_factor .* called no decoder",
                 dict(seq2seq_function=of_tensorflow, orthogonality_factor=0.1)),
                (ValueError, "inside a tf.cond", dict(seq2seq_function=in_cond, **hidden))):
            with self.assertRaisesRegexp(error, words):
                build(**keywords)


if __name__ == "__main__":
    unittest.main()
