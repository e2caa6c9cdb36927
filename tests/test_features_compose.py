"""Features of the sequence-to-sequence models together: every pair of them trains."""
import collections
import itertools
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (decoding_enhanced as decoding,
                                                     rnn_cell_enhanced as rnn_cell,
                                                     seq2seq_enhanced as seq2seq)

from .oracle import quiet
from .sizes import LONG, slow, some
from .stock import as_built

SOURCE, STEPS, BATCH, SIZE, SYMBOLS = 3, 4, 3, 4, 6
LENGTHS = np.array([3, 2, 1])
MASK = (np.arange(SOURCE) < LENGTHS[:, None]).astype(np.float32)

CELLS = collections.OrderedDict([
    ("gru", lambda: rnn_cell.GRUCell(SIZE)),
    ("lstm", lambda: rnn_cell.BasicLSTMCell(SIZE)),
    ("stack", lambda: rnn_cell.MultiRNNCell([rnn_cell.GRUCell(5), rnn_cell.LSTMCell(SIZE)])),
])
MODES = ("loop", "static")
COMBINATIONS = list(itertools.product(CELLS, MODES))


class Feature(object):
    """Keyword arguments of the model or of `model_with_buckets`.

    Args:
      of: "model" or "buckets", the function that takes them.
      switch: None, or (argument, value, value without effect), fed when the graph runs.
    """

    def __init__(self, of, switch=None, **keywords):
        self.of, self.switch, self.keywords = of, switch, keywords


FEATURES = collections.OrderedDict([
    ("norm of states", Feature("buckets", ("norm_regularize_factor", 5.0, 0.0),
                               norm_regularize_hidden_states=True)),
    ("norm of logits", Feature("buckets", ("norm_regularize_factor", 5.0, 0.0),
                               norm_regularize_logits=True)),
    ("averaged states", Feature("model", ("average_hidden_state_influence", 0.5, 0.0),
                                average_states=True)),
    ("scheduled sampling", Feature("model", ("scheduled_sampling", 0.9, 0.0), seed=1)),
    # Far apart, so that different symbols are drawn.
    ("temperature", Feature("model", ("temperature", 1e-3, 1e3), temperature_decode=True, seed=1)),
    ("attention mask", Feature("model", ("attention_mask", MASK, np.ones_like(MASK)))),
    ("attention weights", Feature("model", return_attention=True)),
    ("l2", Feature("buckets", ("l2_loss_factor", 0.1, 0.0), apply_l2_loss=True)),
    ("orthogonality", Feature("buckets", ("orthogonality_factor", 0.1, 0.0))),
    ("decov", Feature("buckets", ("decov_factor", 5.0, 0.0))),
    ("one draw", Feature("buckets", one_draw_for_all_steps=True)),
    ("losses of examples", Feature("buckets", per_example_loss=True)),
])
PAIRS = list(itertools.combinations(FEATURES, 2))

# Any two groups make one model, so that six models have every pair of features. The long tests
# have models of two features only.
GROUPS = [("norm of states", "norm of logits", "one draw"),
          ("averaged states", "attention mask", "l2"),
          ("scheduled sampling", "attention weights", "orthogonality"),
          ("temperature", "decov", "losses of examples")]
SHORT = [(GROUPS[one] + GROUPS[other], cell, unroll) for one, other, cell, unroll in (
    (0, 1, "gru", "loop"), (2, 3, "gru", "loop"), (0, 2, "lstm", "static"),
    (1, 3, "lstm", "static"), (0, 3, "stack", "static"), (1, 2, "stack", "loop"))]


def _symbols(seed, length):
    random = np.random.RandomState(seed)
    return [tf.constant(random.randint(SYMBOLS, size=BATCH)) for _ in range(length)]


def _inputs():
    return _symbols(1, SOURCE), _symbols(2, STEPS)


def _projection():
    return tf.get_variable("proj_w", [SIZE, SYMBOLS]), tf.get_variable("proj_b", [SYMBOLS])


def _sampled_loss(projection):
    w, b = projection

    def loss(labels, inputs):
        # Fewer than there are symbols, or there would be nothing to draw.
        return tf.nn.sampled_softmax_loss(tf.transpose(w), b, tf.reshape(labels, [-1, 1]), inputs,
                                          3, SYMBOLS, seed=3)
    return loss


def _session():
    return tf.Session(config=as_built())


def _load(session):
    random = np.random.RandomState(4)
    variables = tf.trainable_variables()
    session.run([variable.initializer for variable in variables], {
        variable.initializer.inputs[1]: random.uniform(-0.8, 0.8, variable.shape.as_list())
        for variable in variables})


class Trained(object):
    """A graph with the features `names`.

    Attributes:
      loss: scalar or [batch].
      switches: {name of a feature: (tensor, value without effect)}.
      weights: attention weights of all steps, None if they are not returned.
    """

    def __init__(self, names, cell, unroll):
        keywords = {"model": {}, "buckets": {}}
        tensors, self.switches, self.weights = {}, {}, None
        for name in names:
            feature = FEATURES[name]
            keywords[feature.of].update(feature.keywords)
            if feature.switch:
                argument, value, without = feature.switch
                # Two features may have one factor.
                if argument not in tensors:
                    tensors[argument] = tf.placeholder_with_default(
                        np.float32(value), np.shape(value))
                keywords[feature.of][argument] = tensors[argument]
                self.switches[name] = tensors[argument], without
        if "temperature" in names and "scheduled sampling" not in names:
            keywords["model"]["feed_previous"] = True
        if "one draw" in names:
            projection = keywords["model"]["output_projection"] = _projection()
            keywords["buckets"]["softmax_loss_function"] = _sampled_loss(projection)

        def model(encoder_inputs, decoder_inputs):
            results = seq2seq.embedding_attention_seq2seq(
                encoder_inputs, decoder_inputs, CELLS[cell](), SYMBOLS, SYMBOLS, SIZE,
                **keywords["model"])
            if "attention weights" in names:
                self.weights = results[2]
            return results
        encoder_inputs, decoder_inputs = _inputs()
        steps = (np.arange(STEPS)[:, None] <= LENGTHS).astype(np.float32)
        _, (self.loss,) = seq2seq.model_with_buckets(
            encoder_inputs, decoder_inputs, _symbols(3, STEPS), list(map(tf.constant, steps)),
            [(SOURCE, STEPS)], model, unroll=unroll, **keywords["buckets"])


class PairsTest(tf.test.TestCase):

    def test_every_pair_and_every_feature_with_each_cell_and_mode_is_there(self):
        for pair in PAIRS:
            self.assertTrue(any(set(pair) <= set(names) for names, _, _ in SHORT), pair)
        for name in FEATURES:
            for i, values in ((1, CELLS), (2, MODES)):
                self.assertEqual(set(values), {case[i] for case in SHORT if name in case[0]})

    def _check(self, names, cell, unroll):
        message = "%s; %s; %s" % (" and ".join(names), cell, unroll)
        with tf.Graph().as_default() as graph, quiet():
            # Every session draws the same.
            tf.set_random_seed(7)
            built = Trained(names, cell, unroll)
            variables = tf.trainable_variables()
            gradients = tf.gradients(built.loss, variables)
            for variable, gradient in zip(variables, gradients):
                self.assertIsNotNone(gradient, "%s: %s" % (message, variable.op.name))
            step = tf.train.GradientDescentOptimizer(0.01).apply_gradients(
                zip(gradients, variables))
            gradients = [tf.convert_to_tensor(gradient) for gradient in gradients]
            with _session() as session:
                _load(session)
                before = session.run(variables)
                fetches = [built.loss, gradients, step]
                loss, found, _, weights = session.run(fetches + [built.weights or ()])
                after = session.run(variables)
            self.assertEqual((BATCH,) if "losses of examples" in names else (), loss.shape, message)
            self.assertTrue(np.isfinite(loss).all(), message)
            for variable, gradient, old, new in zip(variables, found, before, after):
                where = "%s: %s" % (message, variable.op.name)
                self.assertTrue(np.isfinite(gradient).all(), where)
                self.assertTrue(np.abs(gradient).max() > 0, where)
                np.testing.assert_allclose(new, old - 0.01 * gradient, 1e-4, 1e-5, err_msg=where)
            for name, (tensor, without) in built.switches.items():
                with _session() as session:
                    _load(session)
                    self.assertGreater(
                        np.abs(loss - session.run(built.loss, {tensor: without})).max(), 1e-5,
                        "%s: no effect of %s" % (message, name))
            if built.weights is not None:
                self._check_weights(weights, "attention mask" in names, message)
            if "one draw" in names:
                self.assertEqual(1, sum(op.type.endswith("CandidateSampler")
                                        for op in graph.get_operations()), message)

    def _check_weights(self, weights, masked, message):
        self.assertEqual(STEPS, len(weights), message)
        for of_step in weights:
            self.assertAllClose(np.ones(BATCH), of_step.sum(1), msg=message)
            self.assertAllEqual(MASK > 0 if masked else np.ones_like(MASK), of_step > 0)

    @slow
    def test_pairs(self):
        cases = some(SHORT, 3)
        if LONG:
            cases = [(pair, cell, unroll) for pair in PAIRS for cell, unroll in COMBINATIONS]
        for case in cases:
            self._check(*case)

    @slow
    def test_all_at_once(self):
        for cell, unroll in COMBINATIONS if LONG else [("gru", "static"), ("lstm", "loop")]:
            self._check(list(FEATURES), cell, unroll)


class OffTest(tf.test.TestCase):

    @slow
    def test_nothing_is_left_of_features_that_are_off(self):
        def operations(of_model, of_buckets):
            with tf.Graph().as_default() as graph:
                encoder_inputs, decoder_inputs = _inputs()
                _, (loss,) = seq2seq.model_with_buckets(
                    encoder_inputs, decoder_inputs, _symbols(3, STEPS), [tf.ones([BATCH])] * STEPS,
                    [(SOURCE, STEPS)], lambda e, d: seq2seq.embedding_attention_seq2seq(
                        e, d, CELLS[cell](), SYMBOLS, SYMBOLS, SIZE, **of_model),
                    unroll=unroll, **of_buckets)
                tf.gradients(loss, tf.trainable_variables())
                return [(op.name, op.type) for op in graph.get_operations()]
        of_model = dict(average_states=False, average_hidden_state_influence=0.9,
                        scheduled_sampling=None, seed=3, temperature_decode=False, temperature=0.5,
                        top_k=None, top_p=None, attention_mask=None, return_attention=False)
        of_buckets = dict(norm_regularize_hidden_states=False, norm_regularize_logits=False,
                          norm_regularize_factor=7, norm_regularize_state_part="c",
                          norm_regularize_initial_state=True, norm_regularize_mask=True,
                          apply_l2_loss=False, l2_loss_factor=3, orthogonality_factor=0,
                          decov_factor=0, one_draw_for_all_steps=False, per_example_loss=False)
        for cell, unroll in COMBINATIONS if LONG else [("stack", "loop"), ("lstm", "static")]:
            self.assertEqual(operations({}, {}), operations(of_model, of_buckets))


class BeamSearchTest(tf.test.TestCase):

    def _search(self, combinations, **keywords):
        """Checks searches of width 1 against greedy decoding; yields these and ones of width 3."""
        for cell, unroll in COMBINATIONS if LONG else combinations:
            def model(encoder_inputs, decoder_inputs, feed_previous=False):
                return seq2seq.embedding_attention_seq2seq(
                    encoder_inputs, decoder_inputs, CELLS[cell](), SYMBOLS, SYMBOLS, SIZE,
                    feed_previous=feed_previous, unroll=unroll, **keywords)
            with tf.Graph().as_default(), quiet(), _session() as session:
                encoder_inputs, decoder_inputs = _inputs()
                logits, _ = model(encoder_inputs, decoder_inputs, True)
                with tf.variable_scope(tf.get_variable_scope(), reuse=True):
                    narrow, wide = [decoding.beam_search_seq2seq(
                        model, encoder_inputs, decoder_inputs[0], 1, STEPS, size)
                        for size in (1, 3)]
                _load(session)
                greedy, narrow, wide = session.run([tf.stack(logits, 1), narrow, wide])
            symbols = greedy.argmax(-1)
            ended = np.cumsum(symbols == 1, 1) > 0
            self.assertAllEqual(np.where(ended, 1, symbols), narrow.symbols[:, 0])
            log_probabilities = greedy.max(-1) - np.log(np.exp(greedy).sum(-1))
            within = np.arange(STEPS) < narrow.lengths
            self.assertAllClose((log_probabilities * within).sum(1), narrow.scores[:, 0])
            yield narrow, wide

    @slow
    def test_averaged_states(self):
        found = []
        for influence in (0.0, 1.0):
            for narrow, _ in self._search([("stack", "loop"), ("lstm", "static")],
                                          average_states=True,
                                          average_hidden_state_influence=influence):
                found.append(narrow.scores)
        # The searches did average.
        for plain, averaged in zip(found[:len(found) // 2], found[len(found) // 2:]):
            self.assertGreater(np.abs(plain - averaged).max(), 1e-3)

    @slow
    def test_attention_mask(self):
        for narrow, wide in self._search([("stack", "loop"), ("gru", "static")],
                                         attention_mask=MASK):
            for result in (narrow, wide):
                within = np.arange(STEPS) < result.lengths[:, :, None]
                self.assertAllEqual((MASK > 0)[:, None, None] & within[..., None],
                                    result.attention > 0)
                self.assertAllClose(within, result.attention.sum(-1))


if __name__ == "__main__":
    unittest.main()
