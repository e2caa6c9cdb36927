"""What `dynamic_decode` leaves to TensorFlow's loop though the inputs are given."""
import unittest

import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (contrib_seq2seq_enhanced as seq2seq,
                                                     rnn_cell_enhanced as rnn_cell)
from Project_RNN_Enhancement.rnn_enhancement.unrolling.policy import unrolled_as
from tests import test_given_inputs as given
from tests.sizes import slow

BATCH, STEPS, DEPTH, UNITS = given.BATCH, given.STEPS, given.DEPTH, given.UNITS


class OwnDecoder(seq2seq.BasicDecoder):
    """A decoder of a program's own."""


class Doubling(seq2seq.TrainingHelper):
    def next_inputs(self, time, outputs, state, sample_ids=None, name=None):
        finished, inputs, state = super(Doubling, self).next_inputs(
            time, outputs, state, sample_ids)
        return finished, 2 * inputs, state


class CountingCell(rnn_cell.GRUCell):
    calls = 0

    def call(self, inputs, state):
        self.calls += 1
        return super(CountingCell, self).call(self.calls * inputs, state)


class RefusalsTest(unittest.TestCase):
    """What TensorFlow's loop is left to do, which then has the graph for itself."""

    def operations(self, cell=None, decoder=seq2seq.BasicDecoder, helper=seq2seq.TrainingHelper,
                   seed=None, replaced=None, **keywords):
        with tf.Graph().as_default() as graph:
            if seed is not None:
                tf.set_random_seed(seed)
            x = tf.placeholder(tf.float32, [BATCH, STEPS, DEPTH])
            cell = cell() if cell else rnn_cell.GRUCell(UNITS)
            made = decoder(cell, helper(x, [5, 2, 4]), cell.zero_state(BATCH, tf.float32))
            if replaced:
                setattr(made, replaced, getattr(made, replaced))
            seq2seq.dynamic_decode(made, **keywords)
            variables = [v.name for v in tf.global_variables()]
            return given.is_ours(), variables, [(op.name, op.type) for op in graph.get_operations()]

    REFUSED = {
        "decoder": dict(decoder=OwnDecoder),
        "helper": dict(helper=Doubling),
        "method": dict(replaced="step"),
        "cell": dict(cell=lambda: CountingCell(UNITS)),
        "seed": dict(seed=1, cell=lambda: rnn_cell.DropoutWrapper(rnn_cell.GRUCell(UNITS), 0.5)),
        "history": dict(cell=given.attentive(
            "LuongAttention", BATCH, tf.float32, alignment_history=True)),
        "parallel": dict(parallel_iterations=1),
        "swap": dict(swap_memory=True),
    }

    @slow
    def test_leaves_nothing_behind(self):
        for name, keywords in self.REFUSED.items():
            with self.subTest(name):
                with unrolled_as("static"):
                    expected = self.operations(**keywords)
                found = self.operations(**keywords)
                self.assertFalse(found[0])
                self.assertEqual(found, expected)

    @slow
    def test_others_are_not_refused(self):
        for keywords in ({}, {"seed": 1}, {"impute_finished": True}, {"cell": lambda: (
                rnn_cell.DropoutWrapper(rnn_cell.GRUCell(UNITS), 0.5))}):
            with self.subTest(**keywords):
                self.assertTrue(self.operations(**keywords)[0])

    def test_inside_a_loop(self):
        def body(i):
            with tf.variable_scope("inside", reuse=tf.AUTO_REUSE):
                given.Case(lambda: rnn_cell.GRUCell(UNITS)).build()
            found.append(given.is_ours())
            return i + 1
        found = []
        with tf.Graph().as_default():
            tf.while_loop(lambda i: i < 2, body, [0])
        self.assertEqual(found, [False])


if __name__ == "__main__":
    unittest.main()
