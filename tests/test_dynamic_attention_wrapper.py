"""DynamicAttentionWrapper of TensorFlow 1.1, against its equations in NumPy."""
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (contrib_seq2seq_enhanced as seq2seq,
                                                     rnn_cell_enhanced as rnn_cell)
from tests import oracle

BATCH, STEPS, DEPTH, UNITS, SIZE = 2, 3, 4, 5, 6
RANDOM = np.random.RandomState(0)
MEMORY = RANDOM.randn(BATCH, STEPS, DEPTH).astype(np.float32)
LENGTHS = np.array([3, 1])
INPUTS = RANDOM.randn(2, BATCH, 3).astype(np.float32)


def in_numpy(weights, probabilities, output_attention):
    """Outputs of the steps, for the variables' values by the last part of their scope."""
    memory = MEMORY * (np.arange(STEPS)[:, None] < LENGTHS[:, None, None])
    keys, state, attention, outputs = memory.dot(weights["memory_layer"]), 0., np.zeros([BATCH, SIZE]), []
    for step in range(len(INPUTS)):
        values = np.concatenate([INPUTS[step], attention, np.zeros([BATCH, UNITS]) + state], 1)
        state = np.tanh(values.dot(weights["basic_rnn_cell"]) + weights["bias"])
        alignments = probabilities(np.einsum("bu,btu->bt", state, keys))
        context = np.einsum("bt,btd->bd", alignments, memory)
        attention = np.concatenate([state, context], 1).dot(weights["attention_layer"])
        outputs.append(attention if output_attention else state)
    return outputs


def softmax(scores):
    return np.exp(scores) / np.exp(scores).sum(1, keepdims=True)


class DynamicAttentionWrapperTest(tf.test.TestCase):

    def check(self, probabilities, **options):
        with tf.Graph().as_default(), tf.Session() as session:
            mechanism = seq2seq.LuongAttention(UNITS, tf.constant(MEMORY), tf.constant(LENGTHS))
            cell = seq2seq.DynamicAttentionWrapper(
                rnn_cell.BasicRNNCell(UNITS), mechanism, attention_size=SIZE, **options)
            state, found = cell.zero_state(BATCH, tf.float32), []
            self.assertIsInstance(state, seq2seq.DynamicAttentionWrapperState)
            tf.nest.assert_same_structure(state, cell.state_size)
            for inputs in INPUTS:
                output, state = cell(tf.constant(inputs), state)
                self.assertIsInstance(state, seq2seq.DynamicAttentionWrapperState)
                self.assertEqual(output.shape[-1], cell.output_size)
                found.append(output)
            oracle.load_random(session, seed=3)
            weights = {}
            for variable in tf.global_variables():
                scope, _, last = variable.op.name.rpartition("/")
                weights["bias" if last == "bias" else scope.rpartition("/")[2]] = session.run(variable)
            self.assertIn("dynamic_attention_wrapper/attention_layer/kernel",
                          [variable.op.name for variable in tf.global_variables()])
            self.assertAllClose(in_numpy(weights, probabilities, options.get("output_attention", True)),
                                session.run(found), rtol=1e-4, atol=1e-5)

    def test_attends_to_all_steps(self):
        self.check(softmax)

    def test_own_probabilities_and_outputs_of_the_cell(self):
        self.check(lambda scores: 1 / (1 + np.exp(-scores)), probability_fn=tf.sigmoid, output_attention=False)

    def test_leaves_the_mechanism_as_it_was(self):
        with tf.Graph().as_default(), tf.Session() as session:
            mechanism = seq2seq.LuongAttention(UNITS, tf.constant(MEMORY), tf.constant(LENGTHS))
            seq2seq.DynamicAttentionWrapper(rnn_cell.BasicRNNCell(UNITS), mechanism, SIZE)
            weights, _ = mechanism(tf.ones([BATCH, UNITS]), state=None)
            oracle.load_random(session, seed=3)
            self.assertAllEqual(session.run(weights)[1, 1:], [0., 0.])

    def test_refuses(self):
        with tf.Graph().as_default():
            mechanism = seq2seq.LuongAttention(UNITS, tf.constant(MEMORY))
            inner = rnn_cell.BasicRNNCell(UNITS)
            with self.assertRaisesRegex(TypeError, "probability_fn"):
                seq2seq.DynamicAttentionWrapper(inner, mechanism, SIZE, probability_fn=3)
            with self.assertRaisesRegex(ValueError, "attention_size"):
                seq2seq.DynamicAttentionWrapper(inner, mechanism, None)
            cell = seq2seq.DynamicAttentionWrapper(inner, mechanism, SIZE)
            with self.assertRaisesRegex(TypeError, "DynamicAttentionWrapperState"):
                cell(tf.zeros([BATCH, 3]), (tf.zeros([BATCH, UNITS]), tf.zeros([BATCH, SIZE])))


if __name__ == "__main__":
    unittest.main()
