"""Batches by length out of queues, against stock's on TensorFlow 1.15 and by hand."""
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import contrib_training_enhanced as training

from .stock import contrib, quiet

LENGTHS = [2, 5, 1, 9, 3, 4, 6, 1, 2, 7, 3, 5, 8]
LIBRARIES = [training] + ([contrib("training")] if tf.__version__.startswith("1.") else [])


def examples():
    """(length, the numbers length * 10, length * 10 + 1, ..., the length as text), one after the other."""
    length = tf.train.input_producer(tf.constant(LENGTHS), shuffle=False, num_epochs=1).dequeue()
    numbers = length * 10 + tf.range(length)
    return length, numbers, tf.strings.as_string(length)


def batches(build):
    """What the tensors of a graph give until the input is exhausted, in the order of their first."""
    found = []
    with tf.Graph().as_default(), quiet():
        tensors = build()
        with tf.train.MonitoredSession() as session:
            while not session.should_stop():
                try:
                    found.append(session.run(tensors))
                except tf.errors.OutOfRangeError:
                    break
    return found


def by_bucket(found):
    return sorted(([np.asarray(part).tolist() for part in batch] for batch in found),
                  key=lambda batch: batch[0])


class BucketsTest(unittest.TestCase):

    def both(self, build, number_of_batches):
        """What ours gives, which is what stock's gives too."""
        found = [by_bucket(batches(lambda: build(library))) for library in LIBRARIES]
        for other in found[1:]:
            self.assertEqual(found[0], other)
        self.assertEqual(len(found[0]), number_of_batches)
        return found[0]

    def test_lengths(self):
        """Each batch holds lengths of one bucket, in their order, padded to its longest."""
        def build(library):
            length, numbers, text = examples()
            lengths, (padded, texts) = library.bucket_by_sequence_length(
                length, [numbers, text], 2, [3, 6], dynamic_pad=True)
            self.assertEqual((lengths.shape.as_list(), padded.shape.as_list(), texts.shape.as_list()),
                             ([2], [2, None], [2]))
            return lengths, padded, texts
        found = self.both(build, 6)
        self.assertEqual([batch[0] for batch in found], [[1, 2], [2, 1], [4, 3], [5, 3], [7, 8], [9, 6]])
        self.assertEqual(found[3][1:], [[[50, 51, 52, 53, 54], [30, 31, 32, 0, 0]], [b"5", b"3"]])

    def test_what_is_left(self):
        """Smaller batches at the end, another size and capacity for each bucket, a dict of one tensor."""
        def build(library):
            length, numbers, _ = examples()
            lengths, given = library.bucket_by_sequence_length(
                length, {"x": numbers}, [3, 2, 4], [3, 6], allow_smaller_final_batch=True, dynamic_pad=True,
                bucket_capacities=[5, 6, 7], num_threads=1)
            # Of a dict with one tensor, stock's gives a list in it.
            padded = given["x"][0] if isinstance(given["x"], list) else given["x"]
            self.assertEqual((lengths.shape.as_list(), padded.shape.as_list()), ([None], [None, None]))
            return lengths, padded
        found = self.both(build, 6)
        self.assertEqual([batch[0] for batch in found], [[2], [2, 1, 1], [4, 3], [5], [5, 3], [9, 6, 7, 8]])
        self.assertEqual(found[2][1], [[40, 41, 42, 43], [30, 31, 32, 0]])

    def test_buckets_of_ones_own(self):
        """Which bucket is the program's to say, what it doesn't keep is gone; shapes are given or known."""
        def build(library):
            length, _, _ = examples()
            bucket, squares = library.bucket([tf.reshape(length * length, [1])], length % 3, 2, 3,
                                             keep_input=tf.less(length, 8))
            self.assertEqual((bucket.shape.as_list(), squares.shape.as_list()), ([], [2, 1]))
            return bucket, squares
        self.assertEqual(self.both(build, 5), [
            [0, [[9], [36]]], [1, [[1], [16]]], [1, [[1], [49]]], [2, [[4], [25]]], [2, [[4], [25]]]])

        def several(library):
            length, _, text = examples()
            bucket, given = library.bucket({"b": text, "a": length}, 0, 4, 1, shapes=[[], []],
                                           keep_input=True)
            return bucket, given["a"], given["b"]
        found = self.both(several, 3)
        self.assertEqual(sorted(sum((batch[1] for batch in found), [])), sorted(LENGTHS[:12]))
        self.assertEqual(found[0][2], [str(each).encode() for each in found[0][1]])

    def test_refused(self):
        with tf.Graph().as_default():
            x, unknown = tf.zeros([3]), tf.placeholder(tf.float32, [None])

            def lengths(**more):
                return training.bucket_by_sequence_length(3, **dict(
                    dict(tensors=[x], batch_size=2, bucket_boundaries=[1]), **more))
            for error, said, more in [
                    (TypeError, "bucket_boundaries", dict(bucket_boundaries=3)),
                    (TypeError, "list of int", dict(bucket_boundaries=[1.5])),
                    (ValueError, "increasing", dict(bucket_boundaries=[])),
                    (ValueError, "increasing", dict(bucket_boundaries=[2, 2])),
                    (ValueError, "batch_size has 3 elements for 2 buckets", dict(batch_size=[1, 2, 3])),
                    (ValueError, "bucket_capacities has 1", dict(bucket_capacities=[4])),
                    (ValueError, "dynamic_pad=True", dict(tensors=[unknown])),
                    (ValueError, "set_shape", dict(tensors=[tf.placeholder(tf.int32)], dynamic_pad=True)),
                    (ValueError, "shapes has 3 elements for 2", dict(shapes=[[3], [3]])),
                    (ValueError, "empty", dict(tensors=[])),
                    (TypeError, "sparse_tensor_to_dense", dict(tensors=[tf.sparse_placeholder(tf.int32)]))]:
                with self.assertRaisesRegex(error, said):
                    lengths(**more)


if __name__ == "__main__":
    unittest.main()
