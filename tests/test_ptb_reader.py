"""The tutorial's reader of words against numbers counted by hand."""
import os
import unittest

import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement.ptb_reader_enhanced import (ptb_iterator, ptb_producer,
                                                                         ptb_raw_data)
from tests.experiment_case import FolderCase

from .stock import quiet

# Two rows of five words, of which two batches of two steps are made.
TEXT = list(range(11))
BATCHES = [([[0, 1], [5, 6]], [[1, 2], [6, 7]]), ([[2, 3], [7, 8]], [[3, 4], [8, 9]])]


class ReaderTest(FolderCase):

    def test_words(self):
        """The most frequent word is 0, equally frequent ones go by their letters, others are left out."""
        for name, text in [("train", "b a b \n b c a \n"), ("valid", "c d \n"), ("test", "a \n b \n")]:
            with open(os.path.join(self.folder, "ptb.%s.txt" % name), "w") as stream:
                stream.write(text)
        self.assertEqual(ptb_raw_data(self.folder), (
            [0, 2, 0, 1, 0, 3, 2, 1], [3, 1], [2, 1, 0, 1], 4))
        with self.assertRaises(tf.errors.NotFoundError):
            ptb_raw_data(os.path.join(self.folder, "none"))

    def test_batches(self):
        found = [(x.tolist(), y.tolist()) for x, y in ptb_iterator(TEXT, 2, 2)]
        self.assertEqual(found, BATCHES)
        with tf.Graph().as_default(), quiet(), tf.Session() as session:
            x, y = ptb_producer(TEXT, 2, 2)
            self.assertEqual((x.shape.as_list(), y.shape.as_list()), ([2, 2], [2, 2]))
            threads = tf.train.start_queue_runners(session, tf.train.Coordinator())
            self.assertTrue(threads)
            found = [tuple(part.tolist() for part in session.run([x, y])) for _ in range(3)]
            self.assertEqual(found, BATCHES + BATCHES[:1])

    def test_too_short(self):
        for read in (lambda *args: list(ptb_iterator(*args)), ptb_producer):
            with self.assertRaisesRegex(ValueError, "5 words .* 2 rows .* 2 steps"), tf.Graph().as_default():
                read(TEXT[:5], 2, 2)


if __name__ == "__main__":
    unittest.main()
