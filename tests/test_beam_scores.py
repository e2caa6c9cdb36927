"""Scores of a beam search's hypotheses, by symbols, in NumPy."""
import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement.dynamic_decoding import beam_scores

END = 2


class BeamScoresTest(tf.test.TestCase):

    def setUp(self):
        random = np.random.RandomState(0)
        self.log_probs = random.uniform(-9, 0, [2, 3, 5]).astype(np.float32)
        self.lengths = random.randint(1, 9, [2, 3])
        self.finished = np.array([[True, False, True], [False, True, False]])

    def in_graph(self, dtype=tf.float32, known=True):
        """Tensors of the above, (log_probs, lengths, finished)."""
        log_probs = tf.constant(self.log_probs, dtype)
        if not known:
            log_probs = tf.placeholder_with_default(log_probs, [None, None, None])
        return log_probs, tf.constant(self.lengths, tf.int64), tf.constant(self.finished)

    def test_length_penalty(self):
        counts = np.ones([2, 3, 5], np.int64) * ~self.finished[:, :, None]
        counts[:, :, END] = 0
        lengths = self.lengths[:, :, None] + counts
        for dtype, known in ((tf.float32, True), (tf.float32, False), (tf.float64, True)):
            with tf.Graph().as_default(), self.session() as session:
                log_probs, own_lengths, finished = self.in_graph(dtype, known)
                weight = tf.placeholder(tf.float32, [])
                scores = [beam_scores.scores_of(log_probs, own_lengths, tf.constant(END), finished,
                                                given, 0.0, None) for given in (weight, 0.7)]
                self.assertEqual(dtype, scores[0].dtype)
                for value in (-0.5, 0.0, 0.7, 1.0, 3.0):
                    expected = self.log_probs / ((5.0 + lengths) / 6.0) ** value
                    self.assertAllClose(expected, session.run(scores[0], {weight: value}))
                    if value == 0.7:
                        self.assertAllClose(expected, session.run(scores[1]))
                # (5 + length) ** weight is past the largest float32.
                self.assertTrue(np.isfinite(session.run(scores[0], {weight: 42.0})).all())

    def test_end_symbol_beyond_the_last_one(self):
        with tf.Graph().as_default(), self.session() as session:
            log_probs, lengths, finished = self.in_graph()
            scores = session.run(beam_scores.scores_of(
                log_probs, lengths, tf.constant(99), finished, 1.0, 0.0, None))
        lengths = (self.lengths + ~self.finished)[:, :, None]
        self.assertAllClose(self.log_probs / ((5.0 + lengths) / 6.0), scores)

    def test_finished_beams_go_on_by_the_end_symbol(self):
        ends = np.full(5, tf.float32.min)
        ends[END] = 0.0
        expected = np.where(self.finished[:, :, None], ends, self.log_probs)
        for known in (True, False):
            with tf.Graph().as_default(), self.session() as session:
                log_probs, _, finished = self.in_graph(known=known)
                kept = beam_scores.stay_finished(log_probs, tf.constant(END), finished)
                self.assertEqual(log_probs.shape.as_list(), kept.shape.as_list())
                np.testing.assert_array_equal(expected.astype(np.float32), session.run(kept))

    def test_known_weights_of_zero(self):
        with tf.Graph().as_default() as graph:
            self.assertTrue(beam_scores.is_zero(0.0))
            self.assertTrue(beam_scores.is_zero(np.float32(0)))
            self.assertFalse(beam_scores.is_zero(0.5))
            # A number makes no operation in the graph.
            self.assertEqual([], graph.get_operations())
            self.assertTrue(beam_scores.is_zero(tf.constant(0.0)))
            self.assertFalse(beam_scores.is_zero(tf.placeholder(tf.float32, [])))


if __name__ == "__main__":
    tf.test.main()
