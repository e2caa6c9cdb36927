"""Attention of `tf.contrib.seq2seq`: the same variables, numbers and gradients as stock has."""
import copy
import inspect
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (contrib_seq2seq_enhanced as seq2seq,
                                                     rnn_cell_enhanced as rnn_cell, rnn_enhanced)
from tests import attention_cases as cases
from tests import oracle, sizes, stock
from tests.sizes import LONG, slow
from tests.test_cells_in_loops import CELLS

IS_TF_1 = tf.__version__.startswith("1.")
VALUES, GRADIENTS = dict(rtol=1e-5, atol=1e-6), dict(rtol=1e-4, atol=1e-5)


def as_recorded(found):
    names, values, gradients = found
    return [repr(name) for name in names], values, gradients


@slow
class StockTest(unittest.TestCase):
    """Every case gives what stock gave when it was recorded."""

    @classmethod
    def setUpClass(cls):
        cls.recorded = cases.recorded()

    def check(self, library, names):
        for name in names:
            with self.subTest(name):
                found = as_recorded(cases.evaluate(library, name))
                stock.assert_same_results(self, self.recorded[name], found, VALUES, GRADIENTS)

    def test_variables_values_and_gradients(self):
        self.check(cases.OURS, sizes.some(cases.CASES, 12))

    @unittest.skipUnless(IS_TF_1, "TensorFlow 2.x has no tf.contrib")
    def test_records_are_those_of_stock(self):
        self.check(cases.STOCK, sizes.some(cases.CASES, 4))


def build_and_run(build, feed=None, seed=3):
    """Values of `build()`, a nest of tensors, and gradients of the sum of their squares.

    Returns:
      (names of the trainable variables, flat list of values, list of gradients), all variables
      having reproducible values.
    """
    with tf.Graph().as_default(), tf.Session() as session, stock.quiet():
        results = tf.nest.flatten(build())
        loss = tf.add_n([tf.reduce_sum(tf.square(tf.cast(r, tf.float32))) for r in results])
        variables = tf.trainable_variables()
        gradients = tf.gradients(loss, variables)
        oracle.load_random(session, seed=seed)
        values, gradients = session.run(
            [results, [tf.constant(0.0) if g is None else tf.convert_to_tensor(g)
                       for g in gradients]], feed)
        return [v.op.name for v in variables], values, gradients


def unrolled(make_cell, unroll, lengths=None):
    """A case: static_rnn of a wrapper around a cell, over variables."""
    def build():
        x = tf.get_variable("x", [2, 4, 4])
        held = tf.get_variable("memory", [2, 3, 4])
        mechanism = seq2seq.BahdanauAttention(3, held, [2, 3])
        cell = seq2seq.AttentionWrapper(make_cell(), mechanism, attention_layer_size=4,
                                        cell_input_fn=tf.add)
        return rnn_enhanced.static_rnn(cell, tf.unstack(x, axis=1), dtype=tf.float32,
                                       sequence_length=lengths, unroll=unroll)
    return build


class LoopTest(unittest.TestCase):
    """Time as a loop of this package's gives what copies of the step give."""

    INSIDE = sorted(CELLS) if LONG else sizes.some(
        ["gru skip", "grid", "interconnect", "lstm joined", "stock lstm", "user's"], 3)

    def assert_same(self, one, other):
        self.assertEqual(one[0], other[0])
        for expected, found in zip(one[1] + one[2], other[1] + other[2]):
            np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)

    @slow
    def test_cells_inside(self):
        for name in self.INSIDE:
            with self.subTest(name):
                self.assert_same(
                    build_and_run(unrolled(CELLS[name], "static")),
                    build_and_run(unrolled(CELLS[name],
                                           "auto" if name == "branching" else "loop")))

    @slow
    def test_examples_that_end_before_the_last_step(self):
        def make():
            return rnn_cell.GRUCell(4)
        for lengths in ([3, 1], [0, 2]):
            self.assert_same(build_and_run(unrolled(make, "static", lengths)),
                             build_and_run(unrolled(make, "loop", lengths)))

    @slow
    def test_mechanisms(self):
        """All but those with loops, or seeds, of their own go into a loop."""
        kinds = [("LuongAttention", {"scale": True}), ("LuongMonotonicAttention", {}),
                 ("BahdanauMonotonicAttention", {"mode": "hard"}),
                 ("BahdanauMonotonicAttention", {"sigmoid_noise": 0.5}),
                 ("BahdanauAttention", {"probability_fn": seq2seq.hardmax})]
        for kind, keywords in kinds:
            for batch in (2, None):
                with self.subTest(kind, batch=batch, **keywords), tf.Graph().as_default():
                    x = tf.placeholder(tf.float32, [batch, 4, 3])
                    lengths = tf.placeholder(tf.int32, [batch])
                    held = tf.placeholder(tf.float32, [batch, None, 3])
                    mechanism = getattr(seq2seq, kind)(3, held, lengths, **keywords)
                    cell = seq2seq.AttentionWrapper(rnn_cell.GRUCell(3), mechanism)
                    outputs, _ = rnn_enhanced.static_rnn(
                        cell, tf.unstack(x, axis=1), dtype=tf.float32, unroll="loop")
                    self.assertIsNotNone(tf.gradients(outputs, held)[0])

    def test_wrong_batch_is_found_in_a_loop(self):
        for function in (rnn_enhanced.dynamic_rnn, rnn_enhanced.static_rnn):
            with tf.Graph().as_default(), tf.Session() as session:
                x = tf.placeholder(tf.float32, [None, 4, 3])
                held = tf.placeholder(tf.float32, [None, 5, 3])
                first = tf.placeholder(tf.float32, [None, 3])
                cell = seq2seq.AttentionWrapper(rnn_cell.GRUCell(3),
                                                seq2seq.LuongAttention(3, held))
                state = cell.zero_state(tf.shape(held)[0], tf.float32).clone()
                state = state._replace(cell_state=first, attention=first)
                given = x if function is rnn_enhanced.dynamic_rnn else tf.unstack(x, axis=1)
                outputs, _ = function(cell, given, initial_state=state, dtype=tf.float32)
                session.run(tf.global_variables_initializer())
                with self.assertRaisesRegex(tf.errors.InvalidArgumentError, "tile_batch"):
                    session.run(outputs, {x: np.zeros([6, 4, 3]), held: np.zeros([2, 5, 3]),
                                          first: np.zeros([6, 3])})

    @slow
    def test_two_layers_of_one_wrapper(self):
        """A cell that stands twice in a stack is two, each with weights of its own."""
        def build(unroll):
            def built():
                held = tf.get_variable("memory", [2, 3, 4])
                mechanism = seq2seq.BahdanauAttention(4, held)
                cell = seq2seq.AttentionWrapper(rnn_cell.GRUCell(4), mechanism,
                                                attention_layer_size=4)
                x = tf.get_variable("x", [2, 4, 4])
                return rnn_enhanced.static_rnn(rnn_cell.MultiRNNCell([cell] * 2),
                                               tf.unstack(x, axis=1), dtype=tf.float32,
                                               unroll=unroll)
            return built
        static, loop = build_and_run(build("static")), build_and_run(build("loop"))
        self.assert_same(static, loop)
        inside = ["gru_cell/gates/kernel", "bahdanau_attention/query_layer/kernel",
                  "bahdanau_attention/attention_v", "attention_layer/kernel"]
        for layer in range(2):
            for name in inside:
                self.assertIn("rnn/multi_rnn_cell/cell_%d/attention_wrapper/%s" % (layer, name),
                              static[0])
        self.assertEqual(sum("memory_layer" in name for name in static[0]), 1)


class WrapperTest(unittest.TestCase):

    def wrapper(self, cell=None, **keywords):
        mechanism = seq2seq.BahdanauAttention(3, tf.get_variable("memory", [2, 4, 3]))
        return seq2seq.AttentionWrapper(cell or rnn_cell.GRUCell(3), mechanism, **keywords)

    @slow
    def test_same_scope_again_has_the_same_weights(self):
        with tf.Graph().as_default():
            cell, x = self.wrapper(attention_layer_size=2), [tf.ones([2, 3])] * 4
            with tf.variable_scope("decoder"):
                rnn_enhanced.static_rnn(cell, x, dtype=tf.float32)
            names = oracle.names()
            with tf.variable_scope("decoder", reuse=True):
                rnn_enhanced.static_rnn(cell, x, dtype=tf.float32)
                rnn_enhanced.dynamic_rnn(cell, tf.stack(x, 1), dtype=tf.float32)
            self.assertEqual(oracle.names(), names)
            with tf.variable_scope("other"):
                rnn_enhanced.static_rnn(cell, x, dtype=tf.float32)
            # The memory's keys are there already.
            self.assertEqual(len(oracle.names()), 2 * len(names) - 2)

    def test_a_copy_has_the_memory_and_no_weights(self):
        with tf.Graph().as_default():
            cell = self.wrapper(attention_layer_size=2)
            cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
            other = copy.deepcopy(cell)
            self.assertEqual(other.variables, [])
            one, two = cell._attention_mechanisms[0], other._attention_mechanisms[0]
            self.assertIsNot(one, two)
            self.assertIs(one.keys, two.keys)
            self.assertIs(one.memory_layer, two.memory_layer)
            self.assertIsNot(one.query_layer, two.query_layer)
            self.assertIs(other._mechanism_layers[0], two.query_layer)
            self.assertFalse(two.query_layer.built)

    def test_variables_of_the_cell(self):
        def build(library):
            cell = cases.wrapper(library, library.seq2seq.BahdanauAttention(3, cases.memory()),
                                 attention_layer_size=2)
            cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
            return [v.op.name for v in cell.trainable_variables]
        with tf.Graph().as_default():
            expected = build(cases.STOCK)
        with tf.Graph().as_default():
            self.assertEqual(build(cases.OURS), expected)

    def test_dropout_of_the_state_leaves_time_and_weights_alone(self):
        with tf.Graph().as_default(), tf.Session() as session:
            cell = rnn_cell.DropoutWrapper(self.wrapper(rnn_cell.LSTMCell(3)),
                                           state_keep_prob=0.5, seed=1)
            _, state = rnn_enhanced.static_rnn(cell, [tf.ones([2, 3])] * 4, dtype=tf.float32)
            session.run(tf.global_variables_initializer())
            values = session.run(state)
            self.assertEqual(values.time, 4)
            np.testing.assert_allclose(values.alignments.sum(1), [1, 1], rtol=1e-5)

    def test_sizes_are_those_of_the_state(self):
        with tf.Graph().as_default():
            for keywords in ({}, {"attention_layer_size": 2, "output_attention": False},
                             {"alignment_history": True}):
                with tf.variable_scope(None, "case"):
                    cell = self.wrapper(**keywords)
                    state = cell.zero_state(2, tf.float32)
                    tf.nest.assert_same_structure(cell.state_size, state)
                    output, _ = cell(tf.ones([2, 3]), state)
                    self.assertEqual(output.shape.as_list(), [2, cell.output_size])
                    self.assertEqual(state.attention.shape.as_list(),
                                     [2, cell.state_size.attention])

    def test_state_in_plain_tuples(self):
        """A state that a program put together by itself is taken as the cell's."""
        with tf.Graph().as_default():
            cell = self.wrapper(rnn_cell.LSTMCell(3), initial_cell_state=(
                tf.ones([2, 3]), tf.zeros([2, 3])))
            state = cell.zero_state(2, tf.float32)
            self.assertIsInstance(state.cell_state, rnn_cell.LSTMStateTuple)
            plain = state._replace(cell_state=tuple(state.cell_state))
            _, state = rnn_enhanced.static_rnn(cell, [tf.ones([2, 3])] * 4, initial_state=plain)
            self.assertIsInstance(state.cell_state, rnn_cell.LSTMStateTuple)

    def test_clone_checks_shapes_when_it_is_run(self):
        with tf.Graph().as_default(), tf.Session() as session:
            state = self.wrapper().zero_state(2, tf.float32)
            given = tf.placeholder(tf.float32, [None, 3])
            cloned = state.clone(cell_state=given).cell_state
            self.assertEqual(cloned.shape.as_list(), [2, 3])
            session.run(cloned, {given: np.zeros([2, 3])})
            with self.assertRaisesRegex(tf.errors.InvalidArgumentError, "cell_state"):
                session.run(cloned, {given: np.zeros([4, 3])})

    def test_half_precision(self):
        with tf.Graph().as_default(), tf.Session() as session:
            held = tf.get_variable("memory", [2, 4, 3], tf.float16)
            mechanism = seq2seq.LuongAttention(3, held, [1, 4], dtype=tf.float16)
            cell = seq2seq.AttentionWrapper(rnn_cell.GRUCell(3, dtype=tf.float16), mechanism,
                                            attention_layer_size=2)
            outputs, state = rnn_enhanced.static_rnn(
                cell, [tf.ones([2, 3], tf.float16)] * 4, dtype=tf.float16)
            session.run(tf.global_variables_initializer())
            weights = session.run([state.alignments, outputs])[0]
            np.testing.assert_array_equal(weights[0], [1, 0, 0, 0])

    def test_device(self):
        with tf.Graph().as_default():
            cell = self.wrapper(attention_layer_size=2, gpu_for_layer="/cpu:1")
            output, _ = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
            self.assertIn("CPU:1", output.op.device.upper())


class SeedTest(unittest.TestCase):

    @unittest.skipUnless(IS_TF_1, "a graph's seed gives other numbers on 2.x")
    def test_first_weights_of_a_graph_with_a_seed(self):
        def first_weights(library, kind, shape, lengths):
            with tf.Graph().as_default(), tf.Session() as session:
                tf.set_random_seed(1)
                for _ in range(2):
                    getattr(library.seq2seq, kind)(3, tf.placeholder(tf.float32, shape), lengths)
                session.run(tf.global_variables_initializer())
                return session.run(tf.global_variables())
        for kind, shape, lengths in (
                ("LuongAttention", [2, 4, 3], [4, 2]), ("LuongAttention", [None, None, 3], [4, 2]),
                ("BahdanauAttention", [None, 4, 3], np.array([4, 2])),
                ("BahdanauAttention", [None, None, 3], None),
                ("LuongMonotonicAttention", [None, None, 2, 3], [4, 2])):
            with self.subTest(kind, shape=shape):
                for one, other in zip(first_weights(cases.STOCK, kind, shape, lengths),
                                      first_weights(cases.OURS, kind, shape, lengths)):
                    np.testing.assert_array_equal(one, other)


class NamesTest(unittest.TestCase):

    def test_names_of_the_module_and_of_the_private_one(self):
        for name in ("_BaseAttentionMechanism", "_BaseMonotonicAttentionMechanism",
                     "_bahdanau_score", "_compute_attention", "_luong_score", "_maybe_mask_score",
                     "_monotonic_probability_fn", "_prepare_memory", "_zero_state_tensors",
                     "AttentionMechanism", "AttentionWrapper", "AttentionWrapperState",
                     "BahdanauAttention", "BahdanauMonotonicAttention", "LuongAttention",
                     "LuongMonotonicAttention", "hardmax", "monotonic_attention", "safe_cumprod"):
            self.assertTrue(hasattr(seq2seq.attention_wrapper, name), name)
            if IS_TF_1:
                from tensorflow.contrib.seq2seq.python.ops import attention_wrapper
                self.assertTrue(hasattr(attention_wrapper, name), name)

    def test_signatures(self):
        for name in ("AttentionWrapper", "BahdanauAttention", "BahdanauMonotonicAttention",
                     "LuongAttention", "LuongMonotonicAttention", "hardmax", "monotonic_attention",
                     "safe_cumprod", "sequence_loss"):
            one, other = [list(inspect.signature(getattr(module, name)).parameters.values())
                          for module in (cases.STOCK.seq2seq, seq2seq)]
            self.assertEqual([(p.name, p.default) for p in one],
                             [(p.name, p.default) for p in other
                              if p.name != "check_lengths"
                              and (p.kind != p.VAR_KEYWORD or name == "safe_cumprod")], name)

    def test_private_helpers(self):
        module = seq2seq.attention_wrapper
        with tf.Graph().as_default(), tf.Session() as session:
            score = tf.ones([2, 3])
            masked = module._maybe_mask_score(score, [1, 3], -5.0)
            memory = module._prepare_memory((tf.ones([2, 3, 1, 2]), tf.ones([2, 3])), [1, 3])
            np.testing.assert_array_equal(session.run(masked), [[1, -5, -5], [1, 1, 1]])
            self.assertIs(module._maybe_mask_score(score), score)
            for part in session.run(memory):
                np.testing.assert_array_equal(part.reshape([2, 3, -1])[:, :, 0],
                                              [[1, 0, 0], [1, 1, 1]])


class RecordedTest(unittest.TestCase):

    def test_the_file_has_all_cases_and_no_others(self):
        with np.load(cases.RECORDED) as arrays:
            self.assertEqual({name.split("/")[0] for name in arrays}, set(cases.CASES))


if __name__ == "__main__":
    unittest.main()
