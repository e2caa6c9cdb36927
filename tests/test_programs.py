"""Two programs in the manner of their time: only the imports are this package's."""
import inspect
import random
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement import rnn_enhancement
from Project_RNN_Enhancement.rnn_enhancement import (rnn_cell_enhanced as rnn_cell,
                                                     rnn_enhanced as rnn,
                                                     seq2seq_enhanced as seq2seq)
from tests.sizes import slow

PAD, GO, EOS = 0, 1, 2


class TranslationModel(object):
    """0.6: buckets, one layer object for the whole stack, sampled softmax, lists of states."""

    def __init__(self, vocabulary, buckets, size, num_layers, batch_size, num_samples,
                 forward_only=False):
        self.buckets = buckets
        self.batch_size = batch_size
        w = tf.get_variable("proj_w", [size, vocabulary])
        w_t = tf.transpose(w)
        b = tf.get_variable("proj_b", [vocabulary])
        output_projection = (w, b)

        def sampled_loss(inputs, labels):
            labels = tf.reshape(labels, [-1, 1])
            return tf.nn.sampled_softmax_loss(w_t, b, labels, inputs, num_samples, vocabulary)

        single_cell = rnn_cell.BasicLSTMCell(size)
        cell = rnn_cell.MultiRNNCell([single_cell] * num_layers)

        def seq2seq_f(encoder_inputs, decoder_inputs, do_decode):
            return seq2seq.embedding_attention_seq2seq(
                encoder_inputs, decoder_inputs, cell, vocabulary, vocabulary,
                output_projection=output_projection, feed_previous=do_decode)

        self.encoder_inputs = [tf.placeholder(tf.int32, [None]) for _ in range(buckets[-1][0])]
        self.decoder_inputs = [tf.placeholder(tf.int32, [None]) for _ in range(buckets[-1][1] + 1)]
        self.target_weights = [tf.placeholder(tf.float32, [None]) for _ in self.decoder_inputs]
        targets = self.decoder_inputs[1:]
        self.outputs, self.losses = seq2seq.model_with_buckets(
            self.encoder_inputs, self.decoder_inputs, targets, self.target_weights, buckets,
            vocabulary, lambda x, y: seq2seq_f(x, y, forward_only),
            softmax_loss_function=sampled_loss)
        if forward_only:
            self.outputs = [[tf.nn.xw_plus_b(output, w, b) for output in outputs]
                            for outputs in self.outputs]
            return
        params = tf.trainable_variables()
        self.updates = []
        for loss in self.losses:
            gradients, _ = tf.clip_by_global_norm(tf.gradients(loss, params), 5.0)
            self.updates.append(
                tf.train.AdamOptimizer(0.01).apply_gradients(zip(gradients, params)))

    def get_batch(self, data, bucket_id):
        encoder_size, decoder_size = self.buckets[bucket_id]
        encoder, decoder = [], []
        for _ in range(self.batch_size):
            source, target = random.choice(data[bucket_id])
            encoder.append(list(reversed(source + [PAD] * (encoder_size - len(source)))))
            decoder.append([GO] + target + [PAD] * (decoder_size - len(target) - 1))
        feed = {}
        for i in range(encoder_size):
            feed[self.encoder_inputs[i]] = np.array([row[i] for row in encoder])
        for i in range(decoder_size):
            feed[self.decoder_inputs[i]] = np.array([row[i] for row in decoder])
            shifted = [row[i + 1] if i < decoder_size - 1 else PAD for row in decoder]
            feed[self.target_weights[i]] = np.array([float(s != PAD) for s in shifted])
        feed[self.decoder_inputs[decoder_size]] = np.zeros([self.batch_size])
        return feed


class LanguageModel(object):
    """1.x: tuples of states fed and fetched whole, dropout, a signature that is looked at."""

    def __init__(self, is_training, vocabulary, size, num_layers, batch_size, num_steps):
        self.input_data = tf.placeholder(tf.int32, [batch_size, num_steps])
        self.targets = tf.placeholder(tf.int32, [batch_size, num_steps])

        def lstm_cell():
            if "reuse" in inspect.getfullargspec(rnn_cell.BasicLSTMCell.__init__).args:
                return rnn_cell.BasicLSTMCell(size, forget_bias=0.0, state_is_tuple=True,
                                              reuse=tf.get_variable_scope().reuse)
            return rnn_cell.BasicLSTMCell(size, forget_bias=0.0, state_is_tuple=True)

        def attn_cell():
            return rnn_cell.DropoutWrapper(lstm_cell(), output_keep_prob=0.9)

        cell = rnn_cell.MultiRNNCell(
            [(attn_cell if is_training else lstm_cell)() for _ in range(num_layers)],
            state_is_tuple=True)
        self.initial_state = cell.zero_state(batch_size, tf.float32)
        with tf.device("/cpu:0"):
            embedding = tf.get_variable("embedding", [vocabulary, size])
            inputs = tf.nn.embedding_lookup(embedding, self.input_data)
        outputs, state = [], self.initial_state
        with tf.variable_scope("RNN"):
            for time_step in range(num_steps):
                if time_step > 0:
                    tf.get_variable_scope().reuse_variables()
                cell_output, state = cell(inputs[:, time_step, :], state)
                outputs.append(cell_output)
        output = tf.reshape(tf.stack(axis=1, values=outputs), [-1, size])
        logits = tf.matmul(output, tf.get_variable("softmax_w", [size, vocabulary])) + (
            tf.get_variable("softmax_b", [vocabulary]))
        loss = seq2seq.sequence_loss_by_example(
            [logits], [tf.reshape(self.targets, [-1])], [tf.ones([batch_size * num_steps])])
        self.cost = tf.reduce_sum(loss) / batch_size
        self.final_state = state
        if is_training:
            self.train_op = tf.train.AdamOptimizer(0.01).minimize(self.cost)


class ProgramsTest(tf.test.TestCase):

    def setUp(self):
        tf.reset_default_graph()
        tf.set_random_seed(1)
        random.seed(1)

    @slow
    def test_translation_0_6(self):
        rng = np.random.RandomState(0)
        buckets = [(3, 5), (5, 7)]
        data = [[], []]
        for _ in range(200):
            source = [int(s) for s in rng.randint(3, 12, rng.randint(1, 6))]
            data[0 if len(source) <= 3 else 1].append((source, source + [EOS]))
        with rnn_enhancement.era("0.6"):
            with tf.variable_scope("model"):
                model = TranslationModel(12, buckets, 24, 2, 16, 6)
            with tf.variable_scope("model", reuse=True):
                decoder = TranslationModel(12, buckets, 24, 2, 16, 6, forward_only=True)
        layers = [v for v in tf.trainable_variables()
                  if "/rnn/" in v.op.name and v.op.name.endswith("kernel")]
        self.assertEqual(2, len(layers))
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            losses = []
            for step in range(60):
                bucket = step % 2
                feed = model.get_batch(data, bucket)
                losses.append(session.run([model.losses[bucket], model.updates[bucket]], feed)[0])
            self.assertLess(np.mean(losses[-10:]), 0.7 * np.mean(losses[:10]))
            feed = decoder.get_batch(data, 0)
            logits = session.run(decoder.outputs[0], feed)
        self.assertEqual((5, 16, 12), np.shape(logits))

    @slow
    def test_language_model_1_x(self):
        text = np.tile(np.arange(7), 60)
        batch, steps = 4, 5
        rows = text[:batch * (len(text) // batch)].reshape(batch, -1)
        with tf.variable_scope("Model"):
            train = LanguageModel(True, 7, 16, 2, batch, steps)
        with tf.variable_scope("Model", reuse=True):
            test = LanguageModel(False, 7, 16, 2, batch, steps)
        self.assertEqual(7, len(tf.trainable_variables()))

        def run_epoch(model, session, eval_op=None):
            costs = 0.0
            fetches = {"cost": model.cost, "final_state": model.final_state}
            if eval_op is not None:
                fetches["eval_op"] = eval_op
            state = session.run(model.initial_state)
            iterations = (rows.shape[1] - 1) // steps
            for i in range(iterations):
                feed = {model.input_data: rows[:, i * steps:(i + 1) * steps],
                        model.targets: rows[:, i * steps + 1:(i + 1) * steps + 1]}
                for j, (c, h) in enumerate(model.initial_state):
                    feed[c] = state[j].c
                    feed[h] = state[j].h
                values = session.run(fetches, feed)
                costs += values["cost"]
                state = values["final_state"]
            return np.exp(costs / (iterations * steps))

        with self.session() as session:
            session.run(tf.global_variables_initializer())
            before = run_epoch(test, session)
            for _ in range(4):
                run_epoch(train, session, train.train_op)
            after = run_epoch(test, session)
        self.assertGreater(before, 5.0)
        self.assertLess(after, 2.0)

    def test_character_model_0_6(self):
        with rnn_enhancement.era("0.6"):
            cell = rnn_cell.MultiRNNCell([rnn_cell.BasicLSTMCell(6)] * 2)
            data = tf.placeholder(tf.int32, [1, 1])
            initial_state = cell.zero_state(1, tf.float32)
            with tf.variable_scope("rnnlm"):
                softmax_w = tf.get_variable("softmax_w", [6, 5])
                softmax_b = tf.get_variable("softmax_b", [5])
                embedding = tf.get_variable("embedding", [5, 6])
                inputs = [tf.squeeze(i, [1]) for i in tf.split(
                    tf.nn.embedding_lookup(embedding, data), 1, 1)]

            def loop(prev, _):
                prev = tf.nn.xw_plus_b(prev, softmax_w, softmax_b)
                return tf.nn.embedding_lookup(embedding, tf.stop_gradient(tf.argmax(prev, 1)))

            outputs, states = seq2seq.rnn_decoder(inputs, initial_state, cell,
                                                  loop_function=loop, scope="rnnlm")
            loss = seq2seq.sequence_loss_by_example(
                [tf.nn.xw_plus_b(outputs[0], softmax_w, softmax_b)], [tf.reshape(data, [-1])],
                [tf.ones([1])], 5)
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            state = initial_state.eval()
            self.assertEqual((1, 24), state.shape)
            for symbol in range(3):
                value, new_state = session.run(
                    [loss, states[-1]], {data: [[symbol]], initial_state: state})
                self.assertTrue(np.isfinite(value).all())
                self.assertNotAllClose(state, new_state)
                state = new_state

    def test_bidirectional_tagger_0_6(self):
        with rnn_enhancement.era("0.6"):
            forward, backward = rnn_cell.BasicLSTMCell(4), rnn_cell.BasicLSTMCell(4)
            inputs = [tf.ones([2, 3])] * 4
            outputs = rnn.bidirectional_rnn(
                forward, backward, inputs,
                initial_state_fw=tf.zeros([2, 8]), initial_state_bw=tf.zeros([2, 8]))
        self.assertEqual([2, 8], outputs[-1].shape.as_list())


if __name__ == "__main__":
    unittest.main()
