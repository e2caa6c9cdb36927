"""What unroll="static" builds: TensorFlow 1.15's operations, by name, type, inputs and order."""
import collections
import unittest

import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (rnn_cell_enhanced as rnn_cell,
                                                     seq2seq_enhanced as seq2seq)
from tests.sizes import slow
from tests.stock import OURS, STOCK, quiet

STEPS, UNITS = 4, 4


def _symbols(name="x"):
    return [tf.placeholder(tf.int32, [None], "%s%d" % (name, i)) for i in range(STEPS)]


def _vectors(name="v"):
    return [tf.placeholder(tf.float32, [None, UNITS], "%s%d" % (name, i)) for i in range(STEPS)]


def _gru(of):
    return of.cells.GRUCell(UNITS)


def _stack(of):
    return of.cells.MultiRNNCell([of.cells.BasicLSTMCell(UNITS), of.cells.LSTMCell(UNITS)])


def _peepholes(of):
    return of.cells.LSTMCell(UNITS, use_peepholes=True, cell_clip=1.0, num_proj=UNITS,
                             proj_clip=1.0)


def _side_by_side(of):
    return of.cells.MultiRNNCell([of.cells.LSTMCell(UNITS, state_is_tuple=False),
                                  of.cells.BasicLSTMCell(UNITS, state_is_tuple=False)],
                                 state_is_tuple=False)


def _dropout(of):
    return of.cells.DropoutWrapper(of.cells.GRUCell(UNITS), output_keep_prob=0.5)


def _embedded(name, *sizes, **keywords):
    """A model over symbols: function (library, cell, keywords of the call)."""
    def build(of, make_cell, **options):
        return getattr(of.seq2seq, name)(_symbols("x"), _symbols("y"), make_cell(of), *sizes,
                                         **dict(keywords, **options))
    return build


def _projecting(name):
    def build(of, make_cell, **options):
        projection = tf.get_variable("w", [UNITS, 8]), tf.get_variable("b", [8])
        return _embedded(name, 9, 8, UNITS, output_projection=projection)(of, make_cell, **options)
    return build


def _one_to_many(of, make_cell, **options):
    inputs = collections.OrderedDict([("a", _symbols("a")), ("b", _symbols("b"))])
    return of.seq2seq.one2many_rnn_seq2seq(
        _symbols(), inputs, make_cell(of), {"a": make_cell(of), "b": make_cell(of)}, 9,
        {"a": 7, "b": 8}, UNITS, **options)


# name -> function (library, function library -> cell, **feed_previous=, unroll=)
FED = {
    "embedding_rnn": _embedded("embedding_rnn_seq2seq", 9, 8, UNITS),
    "embedding_rnn_projected": _projecting("embedding_rnn_seq2seq"),
    "embedding_tied": _embedded("embedding_tied_rnn_seq2seq", 9, UNITS),
    "embedding_tied_narrow": _embedded("embedding_tied_rnn_seq2seq", 9, UNITS, 7),
    "embedding_attention": _embedded("embedding_attention_seq2seq", 9, 8, UNITS),
    "embedding_attention_heads": _embedded("embedding_attention_seq2seq", 9, 8, UNITS, 2),
    "embedding_attention_start": _embedded("embedding_attention_seq2seq", 9, 8, UNITS,
                                           initial_state_attention=True),
    "embedding_attention_projected": _projecting("embedding_attention_seq2seq"),
    "one2many": _one_to_many,
}


def _decoder(name, *arguments, **keywords):
    def build(of, make_cell, **options):
        cell = make_cell(of)
        own = [tf.placeholder(tf.float32, [2, 3, UNITS])] if "attention" in name else []
        inputs = _symbols() if "embedding" in name else _vectors()
        return getattr(of.seq2seq, name)(
            inputs, cell.zero_state(2, tf.float32), *(own + [cell] + list(arguments)),
            **dict(keywords, **options))
    return build


def _doubled(output, _):
    return output * 2.0


def _buckets(**keywords):
    def build(of, make_cell, **options):
        x, y, targets = _symbols("x"), _symbols("y"), _symbols("t")
        weights = [tf.placeholder(tf.float32, [None]) for _ in range(STEPS)]
        return of.seq2seq.model_with_buckets(
            x, y, targets, weights, [(2, 3), (3, 4)],
            lambda x, y: of.seq2seq.embedding_attention_seq2seq(x, y, make_cell(of), 9, 8, UNITS),
            **dict(keywords, **options))
    return build


def _loss(name):
    def build(of, _, **options):
        weights = [tf.placeholder(tf.float32, [None]) for _ in range(STEPS)]
        return getattr(of.seq2seq, name)(_vectors(), _symbols(), weights, **options)
    return build


def _loss_of_step(labels, logits):
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)


# name -> function (library, function library -> cell, **unroll=)
OTHERS = {
    "basic": lambda of, make, **options: of.seq2seq.basic_rnn_seq2seq(
        _vectors("a"), _vectors("b"), make(of), **options),
    "tied": lambda of, make, **options: of.seq2seq.tied_rnn_seq2seq(
        _vectors("a"), _vectors("b"), make(of), **options),
    "tied_fed": lambda of, make, **options: of.seq2seq.tied_rnn_seq2seq(
        _vectors("a"), _vectors("b"), make(of), loop_function=_doubled, **options),
    "rnn_decoder": _decoder("rnn_decoder"),
    "rnn_decoder_fed": _decoder("rnn_decoder", loop_function=_doubled),
    "attention_decoder": _decoder("attention_decoder"),
    "attention_decoder_fed": _decoder("attention_decoder", UNITS, 2, loop_function=_doubled,
                                      initial_state_attention=True),
    "embedding_rnn_decoder": _decoder("embedding_rnn_decoder", 9, UNITS),
    "embedding_rnn_decoder_fed": _decoder("embedding_rnn_decoder", 9, UNITS, feed_previous=True),
    "embedding_attention_decoder": _decoder("embedding_attention_decoder", 9, UNITS),
    "embedding_attention_decoder_fed": _decoder("embedding_attention_decoder", 9, UNITS,
                                                feed_previous=True),
    "buckets": _buckets(),
    "buckets_by_example": _buckets(per_example_loss=True),
    "buckets_own_loss": _buckets(softmax_loss_function=_loss_of_step),
    "sequence_loss": _loss("sequence_loss"),
    "sequence_loss_by_example": _loss("sequence_loss_by_example"),
}


def _operations(of, build, make_cell, resources, **options):
    """([(name, type, inputs)] of the graph of a model, names of what it returns)."""
    with tf.Graph().as_default() as graph, quiet():
        tf.get_variable_scope().set_use_resource(resources)
        results = build(of, make_cell, **options)
        return ([(op.name, op.type, [value.name for value in op.inputs])
                 for op in graph.get_operations()],
                [value.name for value in tf.nest.flatten(results)])


@slow
class StockNamesTest(tf.test.TestCase):

    def _check(self, name, build, make_cell, feed_previous=None, resources=False):
        with self.subTest(model=name, cell=make_cell.__name__, feed_previous=feed_previous,
                          resources=resources):
            def build_fed(of, make_cell, **options):
                if feed_previous == "tensor":
                    options["feed_previous"] = tf.placeholder(tf.bool, [], "feed_previous")
                elif feed_previous is not None:
                    options["feed_previous"] = feed_previous
                return build(of, make_cell, **options)
            expected, of_results = _operations(STOCK, build_fed, make_cell, resources)
            found, of_ours = _operations(OURS, build_fed, make_cell, resources, unroll="static")
            self.assertEqual(of_results, of_ours)
            for one, other in zip(expected, found):
                self.assertEqual(one, other)
            self.assertEqual(len(expected), len(found))

    def test_models_that_can_feed_on_their_symbols(self):
        for name, build in FED.items():
            for feed_previous in (False, True, "tensor"):
                self._check(name, build, _gru, feed_previous)
            self._check(name, build, _stack, True)

    def test_other_functions(self):
        for name, build in OTHERS.items():
            self._check(name, build, _gru)
            self._check(name, build, _stack)

    def test_cells(self):
        for make_cell in (_peepholes, _side_by_side, _dropout):
            self._check("attention_decoder", OTHERS["attention_decoder"], make_cell)

    def test_resource_variables(self):
        for name in ("embedding_attention_start", "embedding_tied", "one2many"):
            self._check(name, FED[name], _stack, True, resources=True)


class NamesTest(tf.test.TestCase):
    """The names that programs look operations up by, on every TensorFlow."""

    @slow
    def test_attention(self):
        for heads in (1, 2):
            with tf.Graph().as_default() as graph:
                seq2seq.embedding_attention_seq2seq(
                    _symbols("x"), _symbols("y"), rnn_cell.GRUCell(UNITS), 9, 8, UNITS, heads,
                    unroll="static")
                scope = "embedding_attention_seq2seq/embedding_attention_decoder/attention_decoder/"
                expected = sorted("%sAttention_%d%s" % (scope, head, "_%d" % i if i else "")
                                  for head in range(heads) for i in range(STEPS))
                for kind in ("Softmax", "Tanh"):
                    self.assertEqual([name + "/" + kind for name in expected], sorted(
                        op.name for op in graph.get_operations()
                        if op.type == kind and "/Attention_" in op.name))

    def test_short_sequences_are_copied_in_the_same_way(self):
        names = []
        for unroll in ("auto", "static"):
            with tf.Graph().as_default() as graph:
                seq2seq.embedding_attention_seq2seq(
                    _symbols("x")[:2], _symbols("y")[:3], rnn_cell.GRUCell(UNITS), 9, 8, UNITS,
                    feed_previous=True, unroll=unroll)
                names.append(sorted(op.name for op in graph.get_operations()))
        self.assertEqual(*names)


if __name__ == "__main__":
    unittest.main()
