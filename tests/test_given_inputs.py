"""`dynamic_decode` on given inputs: in a loop of this package, as in TensorFlow's."""
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (contrib_seq2seq_enhanced as seq2seq,
                                                     rnn_cell_enhanced as rnn_cell)
from Project_RNN_Enhancement.rnn_enhancement.tf1 import Dense
from Project_RNN_Enhancement.rnn_enhancement.unrolling.policy import unrolled_as
from tests import stock
from tests.sizes import slow, some

BATCH, STEPS, DEPTH, UNITS, SYMBOLS = 3, 5, 2, 4, 6


def variable(name, *shape, **keywords):
    return tf.get_variable(name, list(shape), **keywords)


def hidden(tensor, shape):
    """`tensor`, of which the graph knows no more than `shape`."""
    return tf.placeholder_with_default(tensor, shape)


def attentive(kind, batch, dtype, **keywords):
    def make():
        memory = hidden(variable("memory", BATCH, 4, DEPTH, dtype=dtype), [batch, None, DEPTH])
        mechanism = getattr(seq2seq, kind)(UNITS, memory, hidden([4, 2, 3], [batch]), dtype=dtype)
        return seq2seq.AttentionWrapper(rnn_cell.GRUCell(UNITS, dtype=dtype), mechanism,
                                        attention_layer_size=3, **keywords)
    return make


def first_state(cell, batch, dtype):
    """Variables where a cell's state is [batch, n] of floats, in its zero state."""
    state = cell.zero_state(BATCH if batch else tf.shape(hidden(np.zeros(BATCH), [None]))[0], dtype)
    if isinstance(state, seq2seq.AttentionWrapperState):
        return state.clone(cell_state=hidden(
            variable("state", BATCH, UNITS, dtype=dtype), [batch, UNITS]))
    return tf.nest.pack_sequence_as(state, [
        hidden(variable("state_%d" % i, BATCH, size, dtype=dtype), [batch, size])
        for i, size in enumerate(tf.nest.flatten(cell.state_size))])


def is_ours():
    """Whether the default graph's decoder is in a loop of this package."""
    return not any("BasicDecoderStep" in op.name for op in tf.get_default_graph().get_operations())


class Case(object):
    """A decoder in one of the two loops, with gradients.

    Args:
      make: function that makes the cell, or name of a mechanism.
      lengths: of the examples.
      layer: whether there is an output layer.
      batch, time: None: not known to the graph.
      **keywords: of `dynamic_decode`.
    """

    def __init__(self, make, lengths=(5, 2, 4), layer=False, batch=BATCH, time=STEPS,
                 dtype=tf.float32, length_dtype=tf.int32, time_major=False, **keywords):
        self.make, self.lengths, self.layer = make, np.array(lengths), layer
        self.batch, self.time, self.dtype, self.length_dtype = batch, time, dtype, length_dtype
        self.time_major, self.keywords = time_major, keywords

    def build(self):
        make = self.make
        if isinstance(make, str):
            make = attentive(make, self.batch, self.dtype)
        cell = make()
        shapes = [[BATCH, STEPS, DEPTH], [self.batch, self.time, DEPTH]]
        if self.time_major:
            shapes = [[shape[1], shape[0], DEPTH] for shape in shapes]
        x = hidden(variable("x", *shapes[0], dtype=self.dtype), shapes[1])
        lengths = tf.constant(self.lengths, self.length_dtype)
        if self.batch is None or self.lengths.max() > STEPS:
            lengths = hidden(lengths, [self.batch])
        keywords = dict(self.keywords)
        maximum = keywords.get("maximum_iterations")
        if isinstance(maximum, str):
            keywords["maximum_iterations"] = hidden(int(maximum), [])
        return seq2seq.dynamic_decode(seq2seq.BasicDecoder(
            cell, seq2seq.TrainingHelper(x, lengths, self.time_major),
            first_state(cell, self.batch, self.dtype),
            Dense(SYMBOLS, activation=tf.tanh, dtype=self.dtype) if self.layer else None),
            **keywords)

    def evaluate(self, unroll, only_state=False):
        """Dict of what the loop gives; see `stock.evaluate`."""
        found = {}

        def build(_):
            with unrolled_as(unroll):
                outputs, state, lengths = self.build()
            found["ours"] = is_ours()
            found["structure"] = tf.nest.map_structure(
                lambda part: (part.dtype, part.shape.as_list()), (outputs, state, lengths))
            parts = tf.nest.flatten((state, lengths) if only_state else (outputs, state, lengths))
            # TensorFlow's loop fails if there is a gradient to its integers.
            return [part if part.dtype.is_floating else tf.stop_gradient(part) for part in parts]
        found["variables"], found["values"], found["gradients"] = stock.evaluate(None, build)
        return found


@slow
class SameTest(unittest.TestCase):

    def check(self, case, ours=True, **keywords):
        expected, found = [case.evaluate(way, **keywords) for way in ("static", "auto")]
        self.assertFalse(expected["ours"])
        self.assertEqual(found["ours"], ours)
        self.assertEqual(str(found["structure"]), str(expected["structure"]))
        self.assertEqual(found["variables"], expected["variables"])
        for one, other in zip(found["values"], expected["values"]):
            self.assertEqual((one.dtype, one.shape), (other.dtype, other.shape))
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
        for name, one, other in zip(found["variables"], found["gradients"], expected["gradients"]):
            self.assertEqual(one is None, other is None, name)
            if one is not None:
                np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6, err_msg=str(name))

    def check_function(self, build):
        """Fails unless what a function builds gives the same in either loop, and has both."""
        loops = []

        def noted(e):
            results = build(e)
            loops.append(is_ours())
            return results
        with unrolled_as("static"):
            expected = stock.evaluate(None, noted)
        stock.assert_same_results(self, expected, stock.evaluate(None, noted),
                                  dict(rtol=1e-5, atol=1e-6), dict(rtol=1e-4, atol=1e-6))
        self.assertEqual(loops, [False, True])

    CELLS = {
        "gru": lambda: rnn_cell.GRUCell(UNITS),
        "lstm": lambda: rnn_cell.LSTMCell(UNITS, use_peepholes=True),
        "stack": lambda: rnn_cell.MultiRNNCell([rnn_cell.GRUCell(UNITS), rnn_cell.BasicRNNCell(3)]),
        "luong": "LuongAttention",
        "bahdanau": "BahdanauAttention",
    }

    def test_options(self):
        full, short = (5, 2, 4), (0, 3, 1)
        for number, (name, impute, maximum, lengths) in some(enumerate((
                ("gru", False, None, full), ("lstm", True, 3, full), ("stack", True, "2", short),
                ("luong", True, None, short), ("bahdanau", False, "2", full),
                ("luong", False, 3, short), ("bahdanau", True, 3, full),
                ("lstm", False, "2", short))), 4):
            with self.subTest(cell=name, impute=impute, maximum=maximum, lengths=lengths):
                self.check(Case(
                    self.CELLS[name], lengths, layer=bool(number % 3), time_major=bool(number % 2),
                    impute_finished=impute, maximum_iterations=maximum,
                    output_time_major=number > 3))

    def test_sizes_that_the_graph_does_not_know(self):
        for name, impute, batch, time in some((
                ("luong", False, None, None), ("bahdanau", True, None, None),
                ("luong", True, BATCH, None), ("bahdanau", False, None, STEPS)), 2):
            with self.subTest(cell=name, batch=batch, time=time):
                self.check(Case(self.CELLS[name], layer=True, batch=batch, time=time,
                                impute_finished=impute))

    def test_dtypes(self):
        self.check(Case(lambda: rnn_cell.GRUCell(UNITS, dtype=tf.float64), dtype=tf.float64,
                        layer=True))
        self.check(Case("BahdanauAttention", length_dtype=tf.int64, maximum_iterations=4))

    def test_negative_lengths(self):
        for lengths, impute in some([((-2, 3, 0), False), ((-2, 3, 0), True), ((-2, -1, 0), False),
                                     ((-2, -1, 0), True)], 2):
            self.check(Case("LuongAttention", lengths, impute_finished=impute))

    def test_no_step_at_all(self):
        for batch, keywords in some((
                (BATCH, {"lengths": (0, 0, 0)}), (None, {"maximum_iterations": 0}),
                (BATCH, {"maximum_iterations": "-1"}),
                (None, {"lengths": (0, 0, 0), "layer": True, "impute_finished": True})), 2):
            with self.subTest(batch=batch, **keywords):
                self.check(Case("BahdanauAttention", batch=batch, **keywords), only_state=True)

    def test_lengths_beyond_the_inputs(self):
        for maximum in some((None, 7, 5), 1):
            case = Case("LuongAttention", (6, 2, 4), time=None, maximum_iterations=maximum)
            for way in ("static", "auto"):
                with self.subTest(way, maximum=maximum):
                    with self.assertRaises((tf.errors.InvalidArgumentError,
                                            tf.errors.OutOfRangeError)):
                        case.evaluate(way)
        self.check(Case("LuongAttention", (6, 2, 4), time=None, maximum_iterations=4))

    def test_inputs_of_several_tensors(self):
        def build(_):
            inputs = {"a": variable("a", BATCH, STEPS, DEPTH), "b": variable("b", BATCH, STEPS, 1)}
            outputs, state, _ = seq2seq.dynamic_decode(seq2seq.BasicDecoder(
                Both(rnn_cell.GRUCell(UNITS)), seq2seq.TrainingHelper(inputs, [5, 2, 4]),
                tf.zeros([BATCH, UNITS])))
            return outputs.rnn_output, state
        self.check_function(build)

    def test_two_decoders_of_one_cell(self):
        def build(_):
            cell, layer, results = attentive("LuongAttention", BATCH, tf.float32)(), Dense(3), []
            for scope, reuse in (("decoder", None), ("decoder", True)):
                with tf.variable_scope(scope, reuse=reuse) as scope:
                    x = tf.random.stateless_uniform([BATCH, STEPS, DEPTH], [1, len(results)])
                    outputs, _, _ = seq2seq.dynamic_decode(seq2seq.BasicDecoder(
                        cell, seq2seq.TrainingHelper(x, [5, 2, 4]),
                        cell.zero_state(BATCH, tf.float32), layer), scope=scope)
                results.append(outputs.rnn_output)
            return results
        self.check_function(build)

    def test_random_numbers_of_a_graph_with_a_seed(self):
        # In another loop they would be others; those of the layer too.
        for way, seed, ours in (("cell", None, True), ("cell", 3, False), ("layer", 3, False),
                                ("none", 3, True)):
            with self.subTest(way, seed=seed), tf.Graph().as_default():
                tf.set_random_seed(seed)
                cell = rnn_cell.GRUCell(UNITS)
                if way == "cell":
                    cell = rnn_cell.DropoutWrapper(cell, output_keep_prob=0.5)
                seq2seq.dynamic_decode(seq2seq.BasicDecoder(
                    cell, seq2seq.TrainingHelper(tf.ones([BATCH, STEPS, DEPTH]), [5, 2, 4]),
                    tf.zeros([BATCH, UNITS]), Dropped(3) if way == "layer" else None))
                self.assertIs(is_ours(), ours)


class Dropped(Dense):
    """A layer that leaves out some of its results."""

    def call(self, inputs):
        return tf.nn.dropout(super(Dropped, self).call(inputs), keep_prob=0.5)


class Both(rnn_cell.RNNCell):
    """A cell around another one that takes a dict of inputs."""

    def __init__(self, cell):
        super(Both, self).__init__()
        self._cell = cell

    state_size = output_size = UNITS

    def __call__(self, inputs, state, scope=None):
        return self._cell(tf.concat([inputs["a"], inputs["b"]], 1), state)


if __name__ == "__main__":
    unittest.main()
