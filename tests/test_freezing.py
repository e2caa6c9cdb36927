"""Frozen graphs: variables turned into constants, in loops and copies, and the same answers."""
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (decoding_enhanced,
                                                     rnn_cell_enhanced as rnn_cell,
                                                     rnn_enhanced as rnn,
                                                     seq2seq_enhanced as seq2seq)
from tests.sizes import slow, some
from tests.stock import quiet

STEPS, UNITS, SYMBOLS = 4, 5, 9


def _symbols(name):
    return [tf.placeholder_with_default(tf.constant([1, 2]), [None], "%s%d" % (name, i))
            for i in range(STEPS)]


def _stack():
    return rnn_cell.MultiRNNCell([
        rnn_cell.DropoutWrapper(rnn_cell.LSTMCell(UNITS), output_keep_prob=tf.constant(1.0)),
        rnn_cell.GRUCell(UNITS)])


def _model(name, *sizes, **keywords):
    def build(**options):
        outputs, state = getattr(seq2seq, name)(
            _symbols("x"), _symbols("y"), _stack(), *sizes, **dict(keywords, **options))
        return [outputs, state]
    return build


def _one_to_many(**options):
    return seq2seq.one2many_rnn_seq2seq(
        _symbols("x"), {"a": _symbols("y")}, _stack(), {"a": _stack()}, SYMBOLS, {"a": 7}, UNITS,
        feed_previous=True, **options)[0]["a"]


def _vectors(name):
    return [tf.one_hot(symbols, UNITS) for symbols in _symbols(name)]


def _search(model, *sizes):
    def build(**options):
        found = decoding_enhanced.beam_search_seq2seq(
            lambda x, y: getattr(seq2seq, model)(x, y, _stack(), *sizes, **options),
            _symbols("x"), 1, 0, STEPS, beam_size=3)
        return [found.symbols, found.scores]
    return build


_ATTENTION = ("embedding_attention_seq2seq", SYMBOLS, SYMBOLS, UNITS)

# name -> function (unroll=) -> nest of tensors
MODELS = {
    "embedding_attention": _model(*_ATTENTION, feed_previous=True),
    "embedding_attention_given": _model(*_ATTENTION),
    "embedding_attention_sampled": _model(*_ATTENTION, feed_previous=True, temperature_decode=True,
                                          temperature=1e-4),
    "embedding_attention_averaged": _model(*_ATTENTION, feed_previous=True, average_states=True),
    "embedding_rnn": _model("embedding_rnn_seq2seq", SYMBOLS, SYMBOLS, UNITS, feed_previous=True),
    "embedding_tied": _model("embedding_tied_rnn_seq2seq", SYMBOLS, UNITS, feed_previous=True),
    "one2many": _one_to_many,
    "basic": lambda **options: seq2seq.basic_rnn_seq2seq(
        _vectors("x"), _vectors("y"), _stack(), **options),
    "static_rnn": lambda **options: rnn.static_rnn(
        _stack(), _vectors("x"), dtype=tf.float32, sequence_length=[2, 4], **options),
    "dynamic_rnn": lambda unroll: rnn.dynamic_rnn(
        _stack(), tf.stack(_vectors("x"), 1), dtype=tf.float32),
    "beam_search": _search(*_ATTENTION),
    "beam_search_rnn": _search("embedding_rnn_seq2seq", SYMBOLS, SYMBOLS, UNITS),
}


class FreezingTest(tf.test.TestCase):

    def _check(self, name, unroll, resources, by_tensor=False):
        feed = {"x%d:0" % i: [i, 2] for i in range(STEPS)}
        with tf.Graph().as_default() as graph, quiet(), tf.Session() as session:
            tf.get_variable_scope().set_use_resource(resources)
            tf.get_variable_scope().set_initializer(tf.random_uniform_initializer(-1, 1, seed=2))
            options = {"unroll": unroll}
            if by_tensor:
                options["feed_previous"] = tf.placeholder_with_default(True, [], "fed")
            names = []
            for i, value in enumerate(tf.nest.flatten(MODELS[name](**options))):
                names.append(tf.identity(value, "result_%d" % i).op.name)
            session.run(tf.global_variables_initializer())
            expected = session.run([name + ":0" for name in names], feed)
            frozen = tf.graph_util.convert_variables_to_constants(
                session, graph.as_graph_def(), names)
            part = tf.graph_util.extract_sub_graph(frozen, names)
        self.assertFalse([node.name for node in part.node
                          if node.op in ("VarHandleOp", "VariableV2", "ReadVariableOp")])
        there = set(node.name + ":0" for node in part.node)
        with tf.Graph().as_default(), tf.Session() as session:
            tf.import_graph_def(part, name="")
            found = session.run([name + ":0" for name in names],
                                {key: value for key, value in feed.items() if key in there})
        for one, other in zip(expected, found):
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)

    @slow
    def test_resource_variables(self):
        for name, unroll in some([(name, unroll) for name in MODELS for unroll in ("loop", "static")], 5):
            with self.subTest(model=name, unroll=unroll):
                self._check(name, unroll, True)

    @slow
    def test_reference_variables(self):
        for name in ("embedding_attention", "beam_search"):
            for unroll in ("loop", "static"):
                with self.subTest(model=name, unroll=unroll):
                    self._check(name, unroll, False)

    @slow
    def test_feed_previous_as_a_tensor(self):
        for unroll in ("loop", "static"):
            for name in ("embedding_attention", "embedding_tied"):
                with self.subTest(model=name, unroll=unroll):
                    self._check(name, unroll, True, by_tensor=True)


if __name__ == "__main__":
    unittest.main()
