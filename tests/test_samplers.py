"""Draws from a softmax: temperature, top-k and the nucleus, in the graph and in NumPy."""
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import decoding_enhanced as decoding
from tests.sizes import slow

LOGITS = np.log([0.05, 0.4, 0.1, 0.3, 0.15])
DRAWS = 100000


def _softmax(logits):
    p = np.exp(logits - np.max(logits))
    return p / p.sum()


def expected(temperature=1.0, top_k=None, top_p=None, logits=LOGITS):
    """The distribution, by sorting."""
    p = _softmax(np.asarray(logits) / temperature)
    order = np.argsort(-p)
    kept = order[:top_k]
    q = p[kept] / p[kept].sum()
    if top_p is not None:
        # Small tolerance for sums that meet the border.
        kept = kept[(np.cumsum(q) - q) < top_p - 1e-9]
    result = np.zeros_like(p)
    result[kept] = p[kept] / p[kept].sum()
    return result


CASES = [dict(), dict(temperature=0.5), dict(temperature=2.0), dict(top_k=2), dict(top_k=5),
         dict(top_p=0.65), dict(top_p=1.0), dict(top_p=1e-6), dict(top_k=1),
         dict(temperature=2.0, top_k=4, top_p=0.8)]


class GraphTest(tf.test.TestCase):

    def _frequencies(self, session, samples, feed=None):
        return np.bincount(session.run(samples, feed), minlength=5) / float(DRAWS)

    @slow
    def test_frequencies(self):
        with tf.Graph().as_default(), tf.Session() as session:
            logits = tf.tile(tf.constant(LOGITS[None], tf.float32), [DRAWS, 1])
            for case in CASES:
                samples = decoding.batch_sample_with_temperature(logits, seed=3, **case)
                self.assertEqual(tf.int32, samples.dtype)
                found = self._frequencies(session, samples)
                np.testing.assert_allclose(found, expected(**case), atol=0.005, err_msg=str(case))
                np.testing.assert_array_equal(found == 0, expected(**case) == 0)

    def test_one_graph_for_all_values(self):
        with tf.Graph().as_default() as graph, tf.Session() as session:
            logits = tf.tile(tf.constant(LOGITS[None]), [DRAWS, 1])
            temperature, top_p = tf.placeholder(tf.float32, []), tf.placeholder(tf.float32, [])
            samples = decoding.batch_sample_with_temperature(logits, temperature, 5, top_p=top_p)
            nodes = len(graph.get_operations())
            for case in (dict(temperature=0.7, top_p=0.8), dict(temperature=3.0, top_p=1.0)):
                found = self._frequencies(session, samples, {
                    temperature: case["temperature"], top_p: case["top_p"]})
                np.testing.assert_allclose(found, expected(**case), atol=0.005)
            self.assertEqual(nodes, len(graph.get_operations()))
            for bad in ((0.0, 0.5), (-1.0, 0.5), (np.nan, 0.5), (1.0, 0.0), (1.0, 1.1)):
                with self.assertRaises(tf.errors.InvalidArgumentError):
                    session.run(samples, {temperature: bad[0], top_p: bad[1]})

    def test_short_forms(self):
        with tf.Graph().as_default(), tf.Session() as session:
            logits = tf.tile(tf.constant(LOGITS[None]), [DRAWS, 1])
            for samples, case in (
                    (decoding.batch_sample_top_k(logits, 3, 2.0, seed=1),
                     dict(top_k=3, temperature=2.0)),
                    (decoding.batch_sample_nucleus(logits, 0.5, seed=1), dict(top_p=0.5))):
                np.testing.assert_allclose(self._frequencies(session, samples), expected(**case),
                                           atol=0.005)

    def test_extreme_logits_and_temperatures(self):
        with tf.Graph().as_default(), tf.Session() as session:
            logits = tf.constant([[1e30, 2e30, -np.inf], [900.0, 100.0, 901.0]])
            for keywords in ({}, {"top_k": 2}, {"top_p": 0.9}):
                samples = decoding.batch_sample_with_temperature(logits, 1e-30, seed=1, **keywords)
                self.assertEqual([1, 2], session.run(samples).tolist())
            half = decoding.batch_sample_with_temperature(tf.cast(logits / 1e28, tf.float16), 1e-3)
            self.assertEqual(1, session.run(half)[0])

    def test_same_seed_same_draws(self):
        def draw(seed):
            with tf.Graph().as_default(), tf.Session() as session:
                samples = decoding.batch_sample_with_temperature(
                    tf.zeros([50, 9]), seed=seed)
                return [session.run(samples).tolist() for _ in range(2)]
        first = draw(4)
        self.assertEqual(first, draw(4))
        self.assertNotEqual(first[0], first[1])
        self.assertNotEqual(first, draw(5))


class NumpyTest(unittest.TestCase):

    @slow
    def test_frequencies(self):
        state = np.random.RandomState(0)
        for case in CASES:
            draws = [decoding.sample_with_temperature(LOGITS, random_state=state, **case)
                     for _ in range(4000)]
            found = np.bincount(draws, minlength=5) / 4000.0
            np.testing.assert_allclose(found, expected(**case), atol=0.03, err_msg=str(case))
            self.assertFalse(np.any(found[expected(**case) == 0]))

    def test_extreme_logits(self):
        self.assertEqual(1, decoding.sample_with_temperature([1e300, 1.1e300], 1e-3))


class ErrorsTest(unittest.TestCase):

    def test_values(self):
        for sample, logits in ((decoding.sample_with_temperature, LOGITS),
                               (decoding.batch_sample_with_temperature, LOGITS[None])):
            for keywords, error in (
                    (dict(temperature=0), ValueError), (dict(temperature="1"), TypeError),
                    (dict(temperature=None), TypeError), (dict(top_k=0), ValueError),
                    (dict(top_k=6), ValueError), (dict(top_k=2.0), TypeError),
                    (dict(top_p=0.0), ValueError), (dict(top_p=1.5), ValueError),
                    (dict(top_p="1"), TypeError)):
                name, value = list(keywords.items())[0]
                with self.assertRaisesRegex(error, "%s.*%s" % (name, value)):
                    sample(logits, **keywords)
        with tf.Graph().as_default():
            with self.assertRaisesRegex(TypeError, "temperature.*batch_sample"):
                decoding.sample_with_temperature(LOGITS, tf.constant(1.0))
            with self.assertRaisesRegex(ValueError, "temperature.*scalar.*shape"):
                decoding.batch_sample_with_temperature(LOGITS[None], tf.constant([1.0]))
            with self.assertRaisesRegex(TypeError, "temperature.*bool"):
                decoding.batch_sample_with_temperature(LOGITS[None], tf.constant(True))


if __name__ == "__main__":
    unittest.main()
