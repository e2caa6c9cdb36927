"""`dynamic_rnn_decoder` and the decoder functions of TensorFlow 1.0 against a loop in NumPy."""
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import contrib_seq2seq_enhanced as seq2seq
from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced as rnn_cell
from tests import oracle
from tests.sizes import slow

BATCH, STEPS, UNITS, SYMBOLS, DEPTH, LENGTH = 2, 4, 3, 5, 2, 3
GO, END, LONGEST = 1, 2, 3


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


class Decoding(object):
    """One graph with a training and an inference decoder of the same weights."""

    def __init__(self, option=None, time_major=False, make=lambda: rnn_cell.BasicRNNCell(UNITS),
                 batch=BATCH):
        self.option = option
        self.held = tf.get_variable("held", [BATCH, LENGTH, UNITS])
        self.embeddings = tf.get_variable("embeddings", [SYMBOLS, DEPTH])
        self.x = tf.get_variable("x", [BATCH, STEPS, DEPTH])
        self.first = tf.get_variable("first", [BATCH, UNITS])
        self.projection = tf.get_variable("projection", [UNITS, SYMBOLS])
        self.lengths, self.cell = [STEPS, 2], make()
        given = tf.placeholder_with_default(self.x, [batch, None, DEPTH])
        state = tf.placeholder_with_default(self.first, [batch, UNITS])
        if isinstance(self.cell, rnn_cell.MultiRNNCell):
            state = tuple(state for _ in self.cell.state_size)

        def project(outputs):
            return tf.matmul(outputs, self.projection)
        with tf.variable_scope("decoder") as scope:
            parts = self.prepared(False)
            train = (seq2seq.attention_decoder_fn_train(state, *parts) if option else
                     seq2seq.simple_decoder_fn_train(state))
            if time_major:
                given = tf.transpose(given, [1, 0, 2])
            self.outputs, self.state, self.context = seq2seq.dynamic_rnn_decoder(
                self.cell, train, inputs=given, sequence_length=self.lengths, scope=scope,
                time_major=time_major)
            scope.reuse_variables()
            rest = (self.embeddings, GO, END, LONGEST, SYMBOLS)
            infer = (seq2seq.attention_decoder_fn_inference(
                project, state, *(self.prepared(True) + rest)) if option else
                     seq2seq.simple_decoder_fn_inference(project, state, *rest))
            self.logits, _, _ = seq2seq.dynamic_rnn_decoder(self.cell, infer, scope=scope)

    def prepared(self, reuse):
        return seq2seq.prepare_attention(
            self.held, self.option, UNITS, reuse=reuse) if self.option else ()


class Equations(object):
    """The same in NumPy, from the values of the variables."""

    def __init__(self, values, option):
        self.v, self.option = {k.split("/", 1)[-1]: v for k, v in values.items()}, option

    def step(self, x, h):
        return np.tanh(np.concatenate([x, h], 1).dot(self.v["basic_rnn_cell/kernel"])
                       + self.v["basic_rnn_cell/bias"])

    def attend(self, h):
        keys = self.v["held"].dot(self.v["attention_keys/weights"])
        if self.option == "luong":
            scores = (keys * h[:, None]).sum(2)
        else:
            query = h.dot(self.v["attention_score/attnW"])
            scores = (self.v["attention_score/attnV"] * np.tanh(keys + query[:, None])).sum(2)
        context = (softmax(scores)[:, :, None] * self.v["held"]).sum(1)
        return np.concatenate([h, context], 1).dot(self.v["attention_construct/weights"])

    def run(self, next_input, steps):
        """Lists of outputs and states; `next_input` is a function of the step and the last outputs."""
        h, output, outputs, states = self.v["first"], None, [], []
        attention = np.zeros_like(h)
        for i in range(steps):
            x = next_input(i, output)
            h = self.step(np.concatenate([x, attention], 1) if self.option else x, h)
            attention = output = self.attend(h) if self.option else h
            outputs.append(output)
            states.append(h)
        return outputs, states


class DecoderFunctionsTest(unittest.TestCase):

    def check(self, option, time_major=False, batch=BATCH):
        with tf.Graph().as_default(), tf.Session() as session:
            built = Decoding(option, time_major, batch=batch)
            oracle.load_random(session)
            variables = tf.trainable_variables()
            values, outputs, state, logits = session.run(
                [{v.op.name: v for v in variables}, built.outputs, built.state, built.logits])
            unused = ("projection", "embeddings") + (() if option else ("held",))
            for gradient in session.run(tf.gradients(
                    tf.reduce_sum(built.outputs ** 2),
                    [v for v in variables if v.op.name not in unused])):
                self.assertTrue(np.abs(gradient).sum() > 0)
        self.assertIsNone(built.context)
        if time_major:
            outputs = outputs.swapaxes(0, 1)
        equations = Equations(values, option)
        expected, states = equations.run(lambda i, _: equations.v["x"][:, i], STEPS)
        expected = np.stack(expected, 1)
        for row, length in enumerate(built.lengths):
            np.testing.assert_allclose(outputs[row, :length], expected[row, :length], atol=1e-5)
            np.testing.assert_array_equal(outputs[row, length:], 0)
            np.testing.assert_allclose(state[row], states[length - 1][row], atol=1e-5)

        def fed(i, output):
            symbols = [GO] * BATCH if output is None else output.dot(
                equations.v["projection"]).argmax(1)
            return equations.v["embeddings"][symbols]
        expected = np.stack(equations.run(fed, LONGEST + 1)[0], 1).dot(equations.v["projection"])
        self.assertLessEqual(logits.shape[1], LONGEST + 1)
        for row in range(BATCH):
            symbols = list(expected[row].argmax(1))
            length = symbols.index(END) + 1 if END in symbols else LONGEST + 1
            np.testing.assert_allclose(logits[row, :length], expected[row, :length], atol=1e-5)
            np.testing.assert_array_equal(logits[row, length:], 0)
        return sorted(values)

    @slow
    def test_without_attention(self):
        self.check(None)
        self.check(None, time_major=True, batch=None)

    @slow
    def test_attention(self):
        names = self.check("bahdanau")
        self.assertEqual([name for name in names if "attention" in name], [
            "decoder/attention_construct/weights", "decoder/attention_keys/weights",
            "decoder/attention_score/attnV", "decoder/attention_score/attnW"])
        self.check("luong", batch=None)

    def test_stacks(self):
        with tf.Graph().as_default(), tf.Session() as session:
            built = Decoding("luong", make=lambda: rnn_cell.MultiRNNCell(
                [rnn_cell.GRUCell(UNITS)] * 2))
            session.run(tf.global_variables_initializer())
            self.assertEqual(session.run(built.outputs).shape, (BATCH, STEPS, UNITS))
            self.assertEqual(len(built.state), 2)

    def test_context_of_a_function_of_one_s_own(self):
        def decoder_fn(time, cell_state, cell_input, cell_output, context_state):
            if cell_state is None:
                return (tf.fill([BATCH], False), tf.zeros([BATCH, UNITS]),
                        tf.ones([BATCH, DEPTH]), None, tf.constant(10))
            return (tf.fill([BATCH], time >= 3), cell_state, tf.ones([BATCH, DEPTH]), cell_output,
                    context_state + 1)
        with tf.Graph().as_default(), tf.Session() as session:
            outputs, _, context = seq2seq.dynamic_rnn_decoder(rnn_cell.GRUCell(UNITS), decoder_fn)
            session.run(tf.global_variables_initializer())
            self.assertEqual(session.run(context), 13)
            self.assertEqual(session.run(outputs).shape, (BATCH, 3, UNITS))

    def test_errors(self):
        cell, state = rnn_cell.GRUCell(UNITS), np.zeros([BATCH, UNITS], np.float32)
        x = np.zeros([BATCH, STEPS, DEPTH], np.float32)
        train = seq2seq.simple_decoder_fn_train(state)
        rest = (np.zeros([SYMBOLS, DEPTH], np.float32), GO, END, LONGEST)
        with tf.Graph().as_default():
            infer = seq2seq.simple_decoder_fn_inference(None, state, *(rest + (SYMBOLS,)))
            for words, call in [
                    ("sequence_length", lambda: seq2seq.dynamic_rnn_decoder(cell, train, x)),
                    ("inputs .* must be given", lambda: seq2seq.dynamic_rnn_decoder(cell, train)),
                    ("must not be given", lambda: seq2seq.dynamic_rnn_decoder(
                        cell, infer, x, [1, 1])),
                    (r"inputs must be \[batch", lambda: seq2seq.dynamic_rnn_decoder(
                        cell, train, x[0], [1, 1])),
                    (r"inputs must be \[time", lambda: seq2seq.dynamic_rnn_decoder(
                        cell, train, x[0], [1, 1], time_major=True)),
                    ("attention_option", lambda: seq2seq.prepare_attention(x, "Luong", UNITS)),
                    ("attention_states", lambda: seq2seq.prepare_attention(x[0], "luong", UNITS)),
                    ("num_units", lambda: seq2seq.prepare_attention(x, "luong", 0)),
                    ("num_decoder_symbols", lambda: seq2seq.simple_decoder_fn_inference(
                        None, state, *(rest + (-1,))))]:
                with self.subTest(words), self.assertRaisesRegex(ValueError, words):
                    call()
            for words, call in [
                    ("decoder_fn", lambda: seq2seq.dynamic_rnn_decoder(cell, None, x, [1, 1])),
                    ("attention_construct_fn", lambda: seq2seq.attention_decoder_fn_train(
                        state, x, x, None, None))]:
                with self.subTest(words), self.assertRaisesRegex(TypeError, words):
                    call()


if __name__ == "__main__":
    unittest.main()
