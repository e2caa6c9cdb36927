"""What the attention of `tf.contrib.seq2seq` is not to be given, and what it says then."""
import collections
import re
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (contrib_seq2seq_enhanced as seq2seq,
                                                     rnn_cell_enhanced as rnn_cell)
from Project_RNN_Enhancement.rnn_enhancement.tf1 import Dense, has_keras_2
from tests import stock
from tests.attention_cases import OURS, STOCK
from tests.sizes import slow

IS_TF_1 = tf.__version__.startswith("1.")
InvalidArgument = tf.errors.InvalidArgumentError

# `misuse` is a function of a library; `words` are found in the message in this order. `by_stock`:
# whether stock TensorFlow raises an error there, which ours is then an instance of.
Misuse = collections.namedtuple("Misuse", ["misuse", "error", "words", "by_stock"])


def misuse(function, error, *words, by_stock=True):
    return Misuse(function, error, words, by_stock)


def memory(batch=2, length=4, dtype=tf.float32):
    return tf.ones([batch, length, 3], dtype)


def luong(library, batch=2, **keywords):
    return library.seq2seq.LuongAttention(3, memory(batch), **keywords)


def wrapped(library, mechanism=None, cell=None, **keywords):
    return library.seq2seq.AttentionWrapper(
        cell or library.cells.GRUCell(3), luong(library) if mechanism is None else mechanism,
        **keywords)


def lengths(*values, **keywords):
    """A function that gives a mechanism these lengths."""
    def give(library):
        mechanism = luong(library, memory_sequence_length=list(values))
        mechanism(tf.ones([2, 3]), tf.zeros([2, 4]))
    return give


def zero_state(batch=2, dtype=tf.float32, **keywords):
    return lambda library: wrapped(library, **keywords).zero_state(batch, dtype)


def step(library, state=None, batch=2, **keywords):
    cell = wrapped(library, **keywords)
    return cell(tf.ones([batch, 3]), cell.zero_state(2, tf.float32) if state is None else state)


def clone(**fields):
    def give(library):
        return wrapped(library, cell=library.cells.LSTMCell(3)).zero_state(
            2, tf.float32).clone(**{name: make(library) for name, make in fields.items()})
    return give


def lstm_state(library, batch=2, size=3):
    return library.cells.LSTMStateTuple(tf.ones([batch, size]), tf.ones([batch, size]))


def loss(logits=(2, 4, 5), targets=(2, 4), weights=(2, 4), **keywords):
    return lambda library: library.seq2seq.sequence_loss(
        tf.zeros(logits), tf.zeros(targets, tf.int32), tf.ones(weights), **keywords)


MISUSES = {
    # Memory and lengths.
    "lengths of another batch": misuse(
        lengths(1, 2, 3), ValueError, "memory_sequence_length", "3", "2", "tile_batch"),
    "lengths beyond the memory": misuse(
        lengths(1, 6), ValueError, "memory_sequence_length", "6", "4", by_stock=False),
    "lengths of zero": misuse(lengths(0, 2), InvalidArgument, "memory_sequence_length",
                              "greater than zero"),
    "lengths that are no integers": misuse(
        lengths(1.5, 2.5), TypeError, "memory_sequence_length", "float32", by_stock=False),
    "lengths that are no vector": misuse(
        lambda library: luong(library, memory_sequence_length=[[1, 2], [3, 4]]), ValueError,
        "memory_sequence_length", "[batch]", "(2, 2)", by_stock=False),
    "memory without time": misuse(
        lambda library: library.seq2seq.LuongAttention(3, tf.ones([2])), ValueError, "memory",
        "(2,)", by_stock=False),
    "memory of unknown depth": misuse(
        lambda library: library.seq2seq.LuongAttention(
            3, tf.placeholder(tf.float32, [2, 4, None])), ValueError, "memory", "set_shape"),
    "memory of another dtype": misuse(
        lambda library: library.seq2seq.BahdanauAttention(3, memory(dtype=tf.float64)),
        TypeError, "float64", "float32", "dtype=tf.float64", by_stock=False),
    # Mechanisms.
    "units": misuse(lambda library: library.seq2seq.LuongAttention(0, memory()), ValueError,
                    "num_units", "0", by_stock=False),
    "scale": misuse(lambda library: luong(library, scale=2), TypeError, "scale", "2",
                    by_stock=False),
    "normalize": misuse(
        lambda library: library.seq2seq.BahdanauAttention(3, memory(), normalize="yes"),
        TypeError, "normalize", "yes", by_stock=False),
    "probability_fn": misuse(lambda library: luong(library, probability_fn=3)(
        tf.ones([2, 3]), None), TypeError, "probability_fn", "3"),
    "custom_key_value_fn": misuse(lambda library: luong(library, custom_key_value_fn=3), TypeError,
                                  "custom_key_value_fn", "3"),
    "depth of the query": misuse(
        lambda library: step(library, cell=library.cells.GRUCell(5)), ValueError, "5", "3",
        "num_units"),
    "mode": misuse(lambda library: library.seq2seq.LuongMonotonicAttention(
        3, memory(), mode="soft")(tf.ones([2, 3]), tf.ones([2, 4])), ValueError, "mode", "hard"),
    "mode of the function": misuse(
        lambda library: library.seq2seq.monotonic_attention(
            tf.ones([2, 4]), tf.ones([2, 4]), "soft"), ValueError, "mode", "hard"),
    "noise": misuse(lambda library: library.seq2seq.BahdanauMonotonicAttention(
        3, memory(), sigmoid_noise=-1.0), ValueError, "sigmoid_noise", "-1", by_stock=False),
    "bias": misuse(lambda library: library.seq2seq.LuongMonotonicAttention(
        3, memory(), score_bias_init="low")(tf.ones([2, 3]), tf.ones([2, 4])), TypeError,
                   "score_bias_init", "low", by_stock=False),
    # The wrapper.
    "cell": misuse(lambda library: library.seq2seq.AttentionWrapper(3, luong(library)), TypeError,
                   "cell"),
    "class of a cell": misuse(
        lambda library: library.seq2seq.AttentionWrapper(library.cells.GRUCell, luong(library)),
        TypeError, "cell", "GRUCell", by_stock=False),
    "mechanism": misuse(lambda library: wrapped(library, memory()), TypeError,
                        "attention_mechanism", "LuongAttention"),
    "one of the mechanisms": misuse(lambda library: wrapped(library, [luong(library), 3]),
                                    TypeError, "attention_mechanism", "3"),
    "no mechanisms": misuse(lambda library: wrapped(library, []), ValueError,
                            "attention_mechanism", "empty", by_stock=False),
    "size and layer": misuse(
        lambda library: wrapped(library, attention_layer_size=2, attention_layer=Dense(2)),
        ValueError, "attention_layer_size", "attention_layer"),
    "sizes": misuse(lambda library: wrapped(library, [luong(library)], attention_layer_size=[2, 3]),
                    ValueError, "attention_layer_size", "2", "1"),
    "size of several": misuse(
        lambda library: wrapped(library, [luong(library)] * 2, attention_layer_size=2),
        ValueError, "attention_layer_size", "1", "2"),
    "size that is no integer": misuse(
        lambda library: wrapped(library, attention_layer_size=2.5), TypeError,
        "attention_layer_size", "2.5", by_stock=False),
    "size of zero": misuse(lambda library: wrapped(library, attention_layer_size=0), ValueError,
                           "attention_layer_size", "0", by_stock=False),
    "layers": misuse(lambda library: wrapped(library, attention_layer=[Dense(2), Dense(2)]),
                     ValueError, "attention_layer", "2", "1"),
    "layer": misuse(lambda library: wrapped(library, attention_layer=tf.tanh), TypeError,
                    "attention_layer", "function", by_stock=False),
    "cell_input_fn": misuse(lambda library: wrapped(library, cell_input_fn="concat"), TypeError,
                            "cell_input_fn", "concat"),
    "attention_fn": misuse(lambda library: wrapped(library, attention_fn="read"), TypeError,
                           "attention_fn", "read", by_stock=False),
    "output_attention": misuse(lambda library: wrapped(library, output_attention="no"), TypeError,
                               "output_attention", "no", by_stock=False),
    "alignment_history": misuse(lambda library: wrapped(library, alignment_history=2), TypeError,
                                "alignment_history", "2", by_stock=False),
    "keyword": misuse(lambda library: wrapped(library, attention_size=2), TypeError,
                      "attention_size", "attention_layer_size"),
    "initial state of another batch": misuse(
        lambda library: wrapped(library, initial_cell_state=tf.ones([6, 3])), InvalidArgument,
        "initial_cell_state", "tile_batch", "6", "2"),
    "initial state of another structure": misuse(
        lambda library: wrapped(library, initial_cell_state=lstm_state(library, size=2)),
        ValueError, "initial_cell_state", "3", "[2, 2]", by_stock=False),
    "initial state of another size": misuse(
        lambda library: wrapped(library, initial_cell_state=tf.ones([2, 5])),
        ValueError, "initial_cell_state", "3", "[2, 5]", by_stock=False),
    "memory whose depth a function hid": misuse(
        lambda library: wrapped(library, luong(library, custom_key_value_fn=lambda keys, values: (
            keys, tf.placeholder(tf.float32, [2, 4, None])))), (TypeError, ValueError),
        "attention_mechanism", "set_shape", by_stock=False),
    # States.
    "zero_state of another batch": misuse(
        zero_state(6), InvalidArgument, "batch_size", "tile_batch", "6", "2"),
    "zero_state of another dtype": misuse(
        zero_state(dtype=tf.float64), TypeError, "float64", "float32", by_stock=False),
    "step of another batch": misuse(
        lambda library: step(library, wrapped(library, luong(library, 6)).zero_state(
            6, tf.float32), batch=6), InvalidArgument, "tile_batch", "6", "2"),
    "step from a cell's state": misuse(
        lambda library: step(library, tf.ones([2, 3])), TypeError, "AttentionWrapperState",
        "zero_state", "clone"),
    "clone of another structure": misuse(
        clone(cell_state=lambda library: tf.ones([2, 3])), (TypeError, ValueError), "cell_state",
        "LSTMStateTuple", "[2, 3]"),
    "clone of more layers": misuse(
        clone(cell_state=lambda library: (lstm_state(library), lstm_state(library))),
        (TypeError, ValueError), "cell_state", "encoder"),
    "clone of another size": misuse(
        clone(cell_state=lambda library: lstm_state(library, size=5)), ValueError, "cell_state",
        "(2, 5)", "(2, 3)"),
    "clone of another batch": misuse(
        clone(cell_state=lambda library: lstm_state(library, batch=6)), ValueError, "cell_state",
        "(6, 3)", "(2, 3)", "tile_batch"),
    "clone of an unknown field": misuse(
        clone(state=lambda library: tf.ones([2, 3])), ValueError, "state"),
    # Losses.
    "logits": misuse(loss(logits=(8, 5)), ValueError, "ogits", "batch"),
    "targets": misuse(loss(targets=(8,)), ValueError, "argets", "batch"),
    "weights": misuse(loss(weights=(8,)), ValueError, "eights", "batch"),
    "targets of another batch": misuse(loss(targets=(3, 4)), ValueError, "targets", "(3, 4)",
                                       "(2, 4, 5)", by_stock=False),
    "average and sum over time": misuse(
        loss(sum_over_timesteps=True), ValueError, "average_across_timesteps",
        "sum_over_timesteps"),
    "average and sum over the batch": misuse(
        loss(sum_over_batch=True), ValueError, "average_across_batch", "sum_over_batch"),
    "softmax_loss_function": misuse(loss(softmax_loss_function=3), TypeError,
                                    "softmax_loss_function", "3"),
    "keyword of the loss": misuse(loss(average_over_batch=True), TypeError, "average_over_batch",
                                  "average_across_batch"),
}


class ErrorsTest(unittest.TestCase):

    def raised(self, library, row):
        with tf.Graph().as_default(), stock.quiet():
            try:
                row.misuse(library)
            except unittest.SkipTest:
                raise
            except Exception as error:
                return error
        return None

    def test_errors_say_what_is_wrong(self):
        for name, row in sorted(MISUSES.items()):
            with self.subTest(name):
                error = self.raised(OURS, row)
                self.assertIsInstance(error, row.error, name)
                self.assertRegex(str(error), "(?s)" + ".*".join(map(re.escape, row.words)))

    @slow
    @unittest.skipUnless(IS_TF_1, "needs tf.contrib")
    def test_errors_are_of_stock_s_types(self):
        for name, row in sorted(MISUSES.items()):
            with self.subTest(name):
                error = self.raised(STOCK, row)
                if row.by_stock:
                    self.assertIsInstance(self.raised(OURS, row), type(error), name)


class LayersOfMechanismsTest(unittest.TestCase):

    def test_layers(self):
        with tf.Graph().as_default():
            for name in ("query_layer", "memory_layer"):
                layers = {"query_layer": None, "memory_layer": None}
                layers[name] = tf.tanh
                with self.assertRaisesRegex(TypeError, name):
                    seq2seq.attention_wrapper._BaseAttentionMechanism(
                        memory=memory(), probability_fn=lambda score, _: score, **layers)
            with self.assertRaisesRegex(TypeError, "probability_fn"):
                seq2seq.attention_wrapper._BaseAttentionMechanism(
                    query_layer=None, memory=memory(), probability_fn=None)


    @unittest.skipIf(has_keras_2, "needs Keras 3")
    def test_layer_of_keras_3(self):
        with tf.Graph().as_default():
            with self.assertRaisesRegex(TypeError, "attention_layer .*Keras 3.*_layer_size"):
                wrapped(OURS, attention_layer=tf.keras.layers.Dense(2))


class RunTimeTest(unittest.TestCase):
    """What the graph doesn't know is found when it is run."""

    def test_batch_sizes_and_lengths(self):
        with tf.Graph().as_default(), tf.Session() as session:
            held = tf.placeholder_with_default(memory(), [None, None, 3])
            batch = tf.placeholder_with_default(2, [])
            x = tf.placeholder_with_default(tf.ones([2, 3]), [None, 3])
            given = tf.placeholder_with_default([1, 4], [None])
            first = tf.placeholder_with_default(tf.ones([2, 3]), [None, 3])
            mechanism = seq2seq.LuongAttention(3, held, given)
            cell = seq2seq.AttentionWrapper(rnn_cell.GRUCell(3), mechanism)
            state = cell.zero_state(batch, tf.float32)
            with_first = seq2seq.AttentionWrapper(
                rnn_cell.GRUCell(3), mechanism, initial_cell_state=first).zero_state(
                    2, tf.float32).cell_state
            output, _ = cell(x, state._replace(attention=x, cell_state=x))
            session.run(tf.global_variables_initializer())
            session.run([output, with_first, state])
            for fetches, feed, words in (
                    (state, {batch: 6}, "zero_state.*tile_batch"),
                    (output, {x: np.ones([6, 3])}, "output and the memory.*tile_batch"),
                    (with_first, {first: np.ones([6, 3])}, "initial_cell_state.*tile_batch"),
                    (output, {given: [0, 4]}, "memory_sequence_length.*greater than zero")):
                with self.assertRaisesRegex(InvalidArgument, "(?s)" + words):
                    session.run(fetches, feed)

    @slow
    def test_lengths_beyond_the_memory(self):
        for make in (seq2seq.LuongAttention, seq2seq.BahdanauAttention,
                     seq2seq.LuongMonotonicAttention, seq2seq.BahdanauMonotonicAttention):
            with tf.Graph().as_default(), tf.Session() as session:
                for dtype in (tf.int32, tf.int64):
                    given = tf.placeholder(dtype, [2])
                    with tf.variable_scope(dtype.name):
                        found = [make(3, memory(), given, check_lengths=check)(
                            tf.ones([2, 3]), tf.ones([2, 4]))[0] for check in (False, True)]
                    session.run(tf.global_variables_initializer())
                    session.run(found, {given: [1, 4]})
                    session.run(found[0], {given: [1, 5]})
                    with self.assertRaisesRegex(InvalidArgument, "beyond the steps"):
                        session.run(found[1], {given: [1, 5]})

    @unittest.skipIf(IS_TF_1, "1.15 is eager only where a program asks for it")
    def test_eager(self):
        if not tf.executing_eagerly():
            self.skipTest("this process builds graphs")
        with self.assertRaisesRegex(RuntimeError, "tf.Graph"):
            seq2seq.LuongAttention(3, memory())


if __name__ == "__main__":
    unittest.main()
