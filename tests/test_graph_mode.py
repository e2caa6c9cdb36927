"""What a program meets before it has said anything about eager execution: silence, and graphs.

The programs run in processes of their own, because here `tests/__init__.py` has spoken.
"""
import os
import subprocess
import sys
import unittest
from tests.sizes import slow, usual_on_2

_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# TensorFlow 1.15 makes Python 3.7 say that when a variable is made.
_WARNINGS = ("-W", "default", "-W", "ignore:Using or importing the ABCs:DeprecationWarning")

# What TensorFlow itself says when it is imported comes before the mark.
_QUIET = """
import sys
import tensorflow.compat.v1 as tf
tf.logging.set_verbosity(tf.logging.WARN)
{settings}
for stream in (sys.stdout, sys.stderr):
    stream.write("MARK"), stream.flush()

from Project_RNN_Enhancement.rnn_enhancement import (
    decoding_enhanced, rnn_cell_enhanced, rnn_enhanced, seq2seq_enhanced)

with tf.Graph().as_default():
    xs = [tf.ones([2, 3])] * 5
    rnn_enhanced.static_rnn(rnn_cell_enhanced.GRUCell(4), xs, dtype=tf.float32)
    rnn_enhanced.static_rnn(rnn_cell_enhanced.LSTMCell(4), xs[:2], dtype=tf.float32, scope="short")
    rnn_enhanced.dynamic_rnn(rnn_cell_enhanced.MultiRNNCell([rnn_cell_enhanced.GRUCell(4)] * 2),
                             tf.stack(xs), dtype=tf.float32, scope="dynamic")
    def model(encoder_inputs, decoder_inputs):
        cell = rnn_cell_enhanced.DropoutWrapper(rnn_cell_enhanced.GRUCell(4), 0.5)
        return seq2seq_enhanced.embedding_attention_seq2seq(
            encoder_inputs, decoder_inputs, cell, 6, 6, 3)
    symbols, weights = [tf.constant([1, 2])] * 5, [tf.ones([2])] * 5
    _, losses = seq2seq_enhanced.model_with_buckets(
        symbols, symbols, symbols, weights, [(2, 3), (5, 5)], model)
    tf.train.AdamOptimizer().minimize(losses[1])
    tf.train.GradientDescentOptimizer(0.1).minimize(losses[0])
    rnn_enhanced.static_bidirectional_rnn(rnn_cell_enhanced.JZS1Cell(4),
                                          rnn_cell_enhanced.LayerNormLSTMCell(4), xs,
                                          dtype=tf.float32)
"""


def _run(*arguments, **variables):
    """(exit status, output, errors) of a Python process."""
    environment = dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3", **variables)
    environment["PYTHONPATH"] = os.pathsep.join(
        [_ROOT] + [folder for folder in [environment.get("PYTHONPATH")] if folder])
    process = subprocess.Popen((sys.executable,) + arguments, env=environment, cwd=_ROOT,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               universal_newlines=True)
    output, errors = process.communicate()
    return process.returncode, output, errors


@slow
class QuietTest(unittest.TestCase):

    def _said(self, settings, **variables):
        """Lines that the program gives after TensorFlow's import."""
        status, output, errors = _run(
            *_WARNINGS + ("-c", _QUIET.format(settings=settings)), **variables)
        self.assertEqual(0, status, errors)
        return [line for said in (output, errors)
                for line in said.split("MARK")[1].splitlines() if line]

    def test_as_tensorflow_is(self):
        self.assertEqual([], self._said(""))

    def test_as_a_program_of_1_x(self):
        self.assertEqual([], self._said("tf.disable_eager_execution()"))

    def test_keras_2_asked_for(self):
        """Without tf_keras TensorFlow says, once, that it isn't installed."""
        said = self._said("", TF_USE_LEGACY_KERAS="1")
        self.assertLessEqual(len(said), 1, said)
        self.assertTrue(all("you do not have the tf_keras package" in line for line in said), said)


@slow
class EagerTest(unittest.TestCase):

    @usual_on_2
    def test_graph_code_and_eager_calls(self):
        status, _, errors = _run("-W", "ignore", "-m", "unittest", "tests.eager_cases",
                                 RNN_ENHANCEMENT_V2_BEHAVIOR="1")
        self.assertEqual(0, status, errors)


if __name__ == "__main__":
    unittest.main()
