"""Hyperparameters, vocabularies, MNIST, tables and the like against what contrib did."""
import gzip
import os
import struct
import tempfile
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (
    contrib_crf_enhanced, contrib_framework_enhanced, contrib_learn_enhanced, contrib_lookup_enhanced,
    contrib_metrics_enhanced, contrib_training_enhanced)

from .stock import contrib, quiet

IS_TF_1 = tf.__version__.startswith("1.")


class HParamsTest(unittest.TestCase):

    def params(self, library=contrib_training_enhanced):
        return library.HParams(rate=0.1, units=16, cell="gru", sizes=[1, 2], flag=True, names=["a"])

    TEXTS = ["rate=0.5,units=32", "cell=lstm", "sizes=[3,4,5]", "sizes[1]=7", "flag=false", "names=[x,y]",
             "rate=3",
             "rate=1e-3 , units=2", "", "flag=1"]
    WRONG = ["units=1.5", "unknown=1", "units", "flag=maybe", "rate=0.1,rate=0.2", "sizes=[1", "units=x",
             "sizes=4"]

    def test_parses(self):
        found = [sorted(self.params().parse(text).values().items()) for text in self.TEXTS]
        self.assertEqual(0.5, dict(found[0])["rate"])
        self.assertEqual([3, 4, 5], dict(found[2])["sizes"])
        self.assertEqual([1, 7], dict(found[3])["sizes"])
        self.assertIs(False, dict(found[4])["flag"])
        self.assertIsInstance(dict(found[6])["rate"], float)
        for text in self.WRONG:
            with self.subTest(text), self.assertRaises(ValueError):
                self.params().parse(text)

    @unittest.skipUnless(IS_TF_1, "needs tf.contrib")
    def test_as_in_contrib(self):
        stock = contrib("training")
        # Contrib read a value for one item of a list, and then refused it.
        for text in set(self.TEXTS) - {"sizes[1]=7"}:
            with self.subTest(text):
                self.assertEqual(self.params(stock).parse(text).values(), self.params().parse(text).values())
        self.assertEqual(self.params(stock).to_json(sort_keys=True), self.params().to_json(sort_keys=True))
        for text in self.WRONG:
            with self.subTest(text), self.assertRaises(ValueError):
                self.params(stock).parse(text)

    def test_types_are_kept(self):
        params = self.params()
        params.set_hparam("rate", 2)
        self.assertEqual((2.0, float), (params.rate, type(params.rate)))
        for name, value in (("units", 2.5), ("flag", 1), ("sizes", 3), ("rate", True), ("cell", 3)):
            with self.subTest(name), self.assertRaises(ValueError):
                params.set_hparam(name, value)
        params.add_hparam("more", None)
        self.assertIn("more", params)
        with self.assertRaises(ValueError):
            params.add_hparam("units", 3)
        with self.assertRaises(ValueError):
            params.add_hparam("parse", 3)
        self.assertEqual((16, 5), (params.get("units"), params.get("missing", 5)))
        self.assertEqual(8, params.parse_json('{"units": 8}').units)
        params.del_hparam("units")
        self.assertNotIn("units", params.values())


class ViterbiTest(unittest.TestCase):

    def test_best_of_all_sequences(self):
        random = np.random.RandomState(0)
        score, transitions = random.randn(4, 3), random.randn(3, 3)
        found, best = contrib_crf_enhanced.viterbi_decode(score, transitions)
        paths = np.stack(np.meshgrid(*[range(3)] * 4, indexing="ij"), -1).reshape(-1, 4)
        scores = [sum(score[t, path[t]] for t in range(4)) + sum(
            transitions[a, b] for a, b in zip(path, path[1:])) for path in paths]
        self.assertEqual(paths[np.argmax(scores)].tolist(), [int(tag) for tag in found])
        self.assertAlmostEqual(max(scores), best)


class LearnTest(unittest.TestCase):

    TEXTS = ["the cat isn't on theMat", "A well-known CAT sat on the mat", "cat cat 42"]

    def rows(self, library, **keywords):
        processor = library.VocabularyProcessor(5, **keywords)
        found = np.array(list(processor.fit_transform(self.TEXTS)))
        return found, len(processor.vocabulary_), list(processor.reverse(found)), list(
            next(processor.transform(["unknown mat"])))

    def test_vocabulary(self):
        found, size, texts, row = self.rows(contrib_learn_enhanced)
        self.assertEqual([1, 2, 3, 4, 5], found[0].tolist())
        self.assertEqual("the cat isn't on theMat", texts[0])
        self.assertEqual(0, row[0])

    @unittest.skipUnless(IS_TF_1, "needs tf.contrib")
    def test_as_in_contrib(self):
        with quiet():
            stock = contrib("learn").preprocessing
            for keywords in ({}, {"min_frequency": 1}):
                for expected, found in zip(self.rows(stock, **keywords),
                                           self.rows(contrib_learn_enhanced, **keywords)):
                    self.assertEqual(np.array(expected).tolist(), np.array(found).tolist())

    def test_saved_and_restored(self):
        processor = contrib_learn_enhanced.VocabularyProcessor(3).fit(self.TEXTS)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "vocabulary")
            processor.save(path)
            again = contrib_learn_enhanced.VocabularyProcessor.restore(path)
        self.assertEqual([row.tolist() for row in processor.transform(self.TEXTS)],
                         [row.tolist() for row in again.transform(self.TEXTS)])


class MnistTest(unittest.TestCase):

    def write(self, folder):
        random = np.random.RandomState(0)
        for part, count in (("train", 20), ("t10k", 6)):
            for name, numbers in (("images-idx3", random.randint(256, size=[count, 4, 4])),
                                  ("labels-idx1", random.randint(10, size=[count]))):
                head = struct.pack(">I", 0x0800 + numbers.ndim) + struct.pack(">%dI"
                                                                              % numbers.ndim, *numbers.shape)
                with gzip.open(os.path.join(folder, "%s-%s-ubyte.gz" % (part, name)), "wb") as stream:
                    stream.write(head + numbers.astype(np.uint8).tobytes())

    def batches(self, read, folder, **keywords):
        with tf.Graph().as_default(), quiet():
            tf.set_random_seed(3)
            sets = read(folder, validation_size=5, **keywords)
            return [np.asarray(part).tolist() for _ in range(4) for part in sets.train.next_batch(6)] + [
                sets.train.epochs_completed, sets.test.num_examples, sets.validation.images.shape]

    def test_batches(self):
        with tempfile.TemporaryDirectory() as folder:
            self.write(folder)
            found = self.batches(contrib_learn_enhanced.read_data_sets, folder, one_hot=True)
            self.assertEqual([1, 6, (5, 16)], found[-3:])
            self.assertEqual((6, 10), np.shape(found[1]))
            if IS_TF_1:
                from tensorflow.contrib.learn.python.learn.datasets.mnist import read_data_sets
                for keywords in ({}, {"one_hot": True}, {"reshape": False, "dtype": tf.uint8}):
                    self.assertEqual(self.batches(read_data_sets, folder, **keywords),
                                     self.batches(contrib_learn_enhanced.read_data_sets, folder, **keywords))

    def test_missing_files_are_named(self):
        with tempfile.TemporaryDirectory() as folder, self.assertRaisesRegex(IOError,
                                                                             "train-images-idx3-ubyte"):
            contrib_learn_enhanced.read_data_sets(folder)


class SmallTest(unittest.TestCase):

    def test_accuracy(self):
        with tf.Graph().as_default(), tf.Session() as session:
            accuracy = contrib_metrics_enhanced.accuracy
            self.assertEqual(0.5, session.run(accuracy([1, 2], [1, 3])))
            self.assertEqual(0.75, session.run(accuracy([1, 2], [1, 3], [3.0, 1.0])))
            with self.assertRaisesRegex(ValueError, "same type"):
                accuracy([1], [1.0])

    def test_tables(self):
        with tempfile.TemporaryDirectory() as folder, tf.Graph().as_default(), tf.Session() as session:
            path = os.path.join(folder, "words")
            with open(path, "w") as stream:
                stream.write("a\nb\nc\n")
            table = contrib_lookup_enhanced.index_table_from_file(path, default_value=7)
            back = contrib_lookup_enhanced.index_to_string_table_from_file(path)
            own = contrib_lookup_enhanced.HashTable(
                contrib_lookup_enhanced.KeyValueTensorInitializer(["a", "b"], [3, 4]), -1)
            session.run([tf.tables_initializer(), own.init])
            self.assertEqual([4, -1], session.run(own.lookup(tf.constant(["b", "c"]))).tolist())
            self.assertEqual([1, 7], session.run(table.lookup(tf.constant(["b", "x"]))).tolist())
            self.assertEqual([b"c"], session.run(back.lookup(tf.constant([2], tf.int64))).tolist())


class ConditionTest(unittest.TestCase):

    def test_smart_cond(self):
        """A condition that is known builds one branch, another one both."""
        libraries = [contrib_framework_enhanced] + ([contrib("framework")] if IS_TF_1 else [])
        for smart_cond in [library.smart_cond for library in libraries]:
            with tf.Graph().as_default() as graph, quiet():
                def branches(condition):
                    before = len(graph.get_operations())
                    given = smart_cond(condition, lambda: tf.constant(1), lambda: tf.constant(2))
                    return given, len(graph.get_operations()) - before
                known = [branches(each) for each in (True, 0, tf.constant(True))]
                fed = tf.placeholder(tf.bool, [])
                asked, built = branches(fed)
                # A variable is for ours alone to take.
                kept, _ = branches(tf.Variable(False) if smart_cond is libraries[0].smart_cond else fed)
                with tf.Session() as session:
                    session.run(tf.global_variables_initializer())
                    self.assertEqual(session.run([value for value, _ in known]), [1, 2, 1])
                    self.assertEqual([count for _, count in known[:2]], [1, 1])
                    self.assertGreater(built, 2)
                    self.assertEqual([session.run(asked, {fed: value}) for value in (True, False)], [1, 2])
                    self.assertEqual(session.run(kept, {fed: False}), 2)
                for wrong in [(2, len, len), ("no", len, len), (True, 1, len)]:
                    with self.assertRaises(TypeError):
                        smart_cond(*wrong)


class MutableTableTest(unittest.TestCase):

    def test_insert_and_look_up(self):
        libraries = [contrib_lookup_enhanced] + ([contrib("lookup")] if IS_TF_1 else [])
        for library in libraries:
            with tf.Graph().as_default(), quiet(), tf.Session() as session:
                words = library.MutableHashTable(tf.int64, tf.string, "?", checkpoint=True)
                dense = library.MutableDenseHashTable(tf.int64, tf.int64, -1, empty_key=0, deleted_key=-2)
                keys = tf.constant([3, 4], tf.int64)
                session.run([words.insert(keys, tf.constant(["a", "b"])), dense.insert(keys, keys * 2)])
                self.assertEqual(session.run(words.lookup(keys + 1)).tolist(), [b"b", b"?"])
                self.assertEqual(session.run(dense.lookup(keys + 1)).tolist(), [8, -1])


if __name__ == "__main__":
    unittest.main()
