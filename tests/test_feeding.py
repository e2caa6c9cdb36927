"""The bucketed loader, `get_batch`, curricula and sources of pairs."""
import json
import os
import random
import tempfile
import threading
import time
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (feeding_enhanced as feeding, rnn_cell_enhanced,
                                                     seq2seq_enhanced)
from tests.sizes import slow

BUCKETS = [(3, 4), (6, 8)]
PAD, GO, END = 0, 1, 2


def _pairs(count, seed=0, longest=6):
    """Pairs that are all different: the first symbol of the source is the number."""
    draw = np.random.RandomState(seed)
    return [([10 + i] + draw.randint(3, 9, draw.randint(longest)).tolist(),
             draw.randint(3, 9, draw.randint(1, longest)).tolist()) for i in range(count)]


def _collect(loader, session, limit=None):
    """The batches to come: (bucket, encoder, decoder, targets, weights), arrays [time, batch]."""
    found = []
    fetches = [loader.encoder_inputs, loader.decoder_inputs, loader.targets, loader.weights]
    while limit is None or len(found) < limit:
        bucket = loader.next_bucket(session)
        if bucket is None:
            break
        found.append((bucket,) + tuple(np.array(part) for part in session.run(fetches)))
    return found


def _run(limit=None, state=None, pairs=None, **options):
    """Batches of a new loader in a new graph, and its state afterwards."""
    options = dict({"batch_size": 4, "seed": 5, "reverse_source": False}, **options)
    with tf.Graph().as_default(), tf.Session() as session:
        loader = feeding.BucketedLoader(_pairs(30) if pairs is None else pairs, BUCKETS, **options)
        if state is not None:
            loader.restore(state)
        loader.start(session)
        return _collect(loader, session, limit), loader.state()


def _numbers(batches):
    """The numbers of the pairs of sources that aren't reversed, in order."""
    return [int(n) - 10 for batch in batches for n in batch[1][0]]


def _same(test, expected, found):
    test.assertEqual(len(expected), len(found))
    for one, other in zip(expected, found):
        test.assertEqual(one[0], other[0])
        for a, b in zip(one[1:], other[1:]):
            np.testing.assert_array_equal(a, b)


class TutorialBatchTest(unittest.TestCase):

    def test_equals_the_tutorials(self):
        pairs = [(s, t[:6] + [END]) for s, t in _pairs(20)]
        data, dropped = feeding.sort_into_buckets(pairs, BUCKETS)
        self.assertEqual(0, dropped)
        self.assertEqual(20, sum(map(len, data)))
        for bucket, (sources, steps) in enumerate(BUCKETS):
            encoder, decoder, weights = feeding.get_batch(
                data, bucket, BUCKETS, 7, random=np.random.RandomState(3))
            chosen = np.random.RandomState(3).randint(0, len(data[bucket]), 7)
            self.assertEqual((sources, steps, steps), (len(encoder), len(decoder), len(weights)))
            for row, number in enumerate(chosen):
                s, t = [part.tolist() for part in data[bucket][number]]
                padded = [GO] + t + [PAD] * (steps - 1 - len(t))
                self.assertEqual(list(reversed(s + [PAD] * (sources - len(s)))),
                                 [step[row] for step in encoder])
                self.assertEqual(padded, [step[row] for step in decoder])
                self.assertEqual([float(symbol != PAD) for symbol in padded[1:] + [PAD]],
                                 [step[row] for step in weights])

    def test_dtypes_and_draws(self):
        data = [[([7], [8])], [([7, 7, 7, 7], [8])]]
        np.random.seed(1)
        parts = feeding.get_batch(data, 0, BUCKETS, 2, end_id=END, reverse_source=False)
        self.assertEqual([np.int32, np.int32, np.float32], [part[0].dtype for part in parts])
        self.assertEqual([[7, 7], [0, 0], [0, 0]], [step.tolist() for step in parts[0]])
        self.assertEqual([[1, 1], [8, 8], [2, 2], [0, 0]], [step.tolist() for step in parts[1]])
        self.assertEqual([[1, 1], [1, 1], [0, 0], [0, 0]], [step.tolist() for step in parts[2]])

    @slow
    def test_trains_the_tutorials_graph(self):
        data, _ = feeding.sort_into_buckets(_pairs(40), BUCKETS, end_id=END)
        with tf.Graph().as_default(), tf.Session() as session:
            encoder = [tf.placeholder(tf.int32, [None]) for _ in range(6)]
            decoder = [tf.placeholder(tf.int32, [None]) for _ in range(9)]
            weights = [tf.placeholder(tf.float32, [None]) for _ in range(8)]
            _, losses = seq2seq_enhanced.model_with_buckets(
                encoder, decoder, decoder[1:], weights, BUCKETS, _model)
            session.run(tf.global_variables_initializer())
            parts = feeding.get_batch(data, 1, BUCKETS, 5)
            feed = {placeholder: value for placeholders, values in zip(
                (encoder, decoder, weights), parts) for placeholder, value in zip(placeholders,
                                                                                  values)}
            feed[decoder[8]] = np.zeros(5)
            self.assertTrue(np.isfinite(session.run(losses[1], feed)))

    def test_errors(self):
        data = [[([7], [8])], []]
        draw = np.random.RandomState(0)
        for error, words, arguments, keywords in (
                (ValueError, r"data\[1\] is empty", (data, 1, BUCKETS, 2), {}),
                (ValueError, "bucket_id must be below.* 2, got 2", (data, 2, BUCKETS, 2), {}),
                (ValueError, "bucket_id must be at least 0", (data, -1, BUCKETS, 2), {}),
                (ValueError, "got 1 for 2 buckets", (data[:1], 0, BUCKETS, 2), {}),
                (ValueError, "batch_size must be at least 1, got 0", (data, 0, BUCKETS, 0), {}),
                (TypeError, "batch_size must be an integer, got 2.0", (data, 0, BUCKETS, 2.0), {}),
                (TypeError, "random must be", (data, 0, BUCKETS, 2), {"random": random}),
                (ValueError, "item 0 .* 1 and 4 plus the step of GO",
                 ([[([7], [8] * 4)], []], 0, BUCKETS, 2), {}),
                (TypeError, "item 0: the target must hold integers, got 'b'",
                 ([[([7], ["b"])], []], 0, BUCKETS, 2), {}),
                (TypeError, "Did you mean 'random'", (data, 0, BUCKETS, 2), {"randm": draw})):
            with self.assertRaisesRegex(error, words):
                feeding.get_batch(*arguments, **keywords)

    def test_sorting_errors_and_drops(self):
        data, dropped = feeding.sort_into_buckets([([7], [8]), ([7] * 7, [8]), ([7], [8] * 8)],
                                                  BUCKETS)
        self.assertEqual(([1, 0], 2), ([len(d) for d in data], dropped))
        for error, words, pairs, keywords in (
                (ValueError, "pairs is empty", [], {}),
                (ValueError, "none of the 1 pairs", [([7] * 7, [8])], {}),
                (ValueError, "item 1: lengths 7 and 1", [([7], [8]), ([7] * 7, [8])],
                 {"too_long": "error"}),
                (ValueError, "too_long must be one of 'drop', 'error', got 'cut'", [([7], [8])],
                 {"too_long": "cut"})):
            with self.assertRaisesRegex(error, words):
                feeding.sort_into_buckets(pairs, BUCKETS, **keywords)


def _model(encoder_inputs, decoder_inputs):
    return seq2seq_enhanced.embedding_attention_seq2seq(
        encoder_inputs, decoder_inputs, rnn_cell_enhanced.GRUCell(4), 60, 12, 4)


class BatchesTest(unittest.TestCase):

    def test_what_a_batch_holds(self):
        pairs = [([11, 12], [21, 22, 23]), ([13], [24]), ([14, 15, 16, 17], [25, 26]),
                 ([18], [31, 32, 33, 34])]
        batches, _ = _run(pairs=pairs, shuffle=False, end_id=END, batch_size=[2, 1])
        self.assertEqual([0, 1, 1], [batch[0] for batch in batches])
        _, encoder, decoder, targets, weights = batches[0]
        np.testing.assert_array_equal([[11, 12, 0, 0, 0, 0], [13, 0, 0, 0, 0, 0]], encoder.T)
        # The whole target fits its bucket; of the decoder inputs END is not one.
        np.testing.assert_array_equal([[1, 21, 22, 23, 0, 0, 0, 0], [1, 24, 2, 0, 0, 0, 0, 0]],
                                      decoder.T)
        np.testing.assert_array_equal([[21, 22, 23, 2, 0, 0, 0, 0], [24, 2, 0, 0, 0, 0, 0, 0]],
                                      targets.T)
        np.testing.assert_array_equal((targets != 0).astype(np.float32), weights)
        self.assertEqual(np.float32, weights.dtype)
        np.testing.assert_array_equal([[1, 25, 26, 2, 0, 0, 0, 0]], batches[1][2].T)

    def test_agrees_with_get_batch(self):
        pairs = [([11, 12], [21, 22, END])]
        (batch,), _ = _run(pairs=pairs, reverse_source=True)
        encoder, decoder, weights = feeding.get_batch([pairs, []], 0, BUCKETS, 1)
        np.testing.assert_array_equal(encoder, batch[1][:3])
        np.testing.assert_array_equal(decoder, batch[2][:4])
        np.testing.assert_array_equal(weights, batch[4][:4])

    def test_every_pair_once_per_epoch_in_a_new_order(self):
        batches, _ = _run(epochs=2)
        numbers = _numbers(batches)
        self.assertEqual(list(range(30)), sorted(numbers[:30]))
        self.assertEqual(list(range(30)), sorted(numbers[30:]))
        self.assertNotEqual(numbers[:30], numbers[30:])
        again, _ = _run(epochs=2)
        self.assertEqual(numbers, _numbers(again))
        other, _ = _run(epochs=2, seed=6)
        self.assertNotEqual(numbers, _numbers(other))
        for batch in batches:
            sources = (batch[1] != PAD).sum(0)
            targets = (batch[3] != PAD).sum(0)
            fits_first = (sources <= 3) & (targets <= 4)
            self.assertTrue(np.all(fits_first == (batch[0] == 0)))

    def test_without_shuffling_and_remainder(self):
        batches, _ = _run(shuffle=False, drop_remainder=True, epochs=2)
        self.assertEqual({4}, {batch[1].shape[1] for batch in batches})
        half = len(batches) // 2
        _same(self, batches[:half], batches[half:])
        for bucket in (0, 1):
            numbers = _numbers(batch for batch in batches[:half] if batch[0] == bucket)
            self.assertEqual(sorted(numbers), numbers)

    def test_tensor_form_has_the_length_of_its_bucket(self):
        with tf.Graph().as_default(), tf.Session() as session:
            loader = feeding.BucketedLoader(_pairs(12), BUCKETS, 4, dtype=tf.float64)
            self.assertEqual(tf.float64, loader.weights[0].dtype)
            self.assertEqual([None], loader.encoder_inputs[0].shape.as_list())
            loader.start(session)
            seen = set()
            for bucket in loader.batches(session):
                parts, lists = session.run([loader.batch, [
                    loader.encoder_inputs, loader.decoder_inputs, loader.targets, loader.weights]])
                steps = BUCKETS[bucket]
                for part, whole, length in zip(parts, lists, steps[:1] + steps[1:] * 3):
                    self.assertEqual(length, len(part))
                    np.testing.assert_array_equal(whole[:length], part)
                    self.assertFalse(np.any(whole[length:]))
                seen.add(bucket)
            self.assertEqual({0, 1}, seen)

    def test_a_batch_stays_and_ends_cleanly(self):
        with tf.Graph().as_default(), tf.Session() as session:
            loader = feeding.BucketedLoader(_pairs(3), BUCKETS, 4)
            with self.assertRaisesRegex(RuntimeError, "call start"):
                loader.next_bucket(session)
            loader.start(session)
            with tf.Session() as other, self.assertRaisesRegex(RuntimeError, "in this session"):
                loader.next_bucket(other)
            with self.assertRaisesRegex(tf.errors.InvalidArgumentError, "holds no batch"):
                session.run(loader.weights)
            for _ in loader.batches(session):
                first = session.run(loader.encoder_inputs)
                np.testing.assert_array_equal(first, session.run(loader.encoder_inputs))
            self.assertIsNone(loader.next_bucket(session))
            self.assertIsNone(loader.next_bucket(session))
            np.testing.assert_array_equal(first, session.run(loader.encoder_inputs))
            self.assertEqual([], list(loader.batches(session)))

    def test_in_a_monitored_session(self):
        with tf.Graph().as_default():
            loader = feeding.BucketedLoader(_pairs(6), BUCKETS, 4, epochs=2)
            with tf.train.MonitoredSession() as session:
                loader.start(session)
                self.assertEqual(12, sum(session.run(loader.batch).targets.shape[1]
                                         for _ in loader.batches(session)))

    def test_two_loaders_in_one_graph(self):
        with tf.Graph().as_default(), tf.Session() as session:
            loaders = [feeding.BucketedLoader(_pairs(5, seed), BUCKETS, 5, seed=0)
                       for seed in (1, 2)]
            for loader in loaders:
                loader.start(session)
            found = [_collect(loader, session, 1)[0] for loader in loaders]
            self.assertFalse(np.array_equal(found[0][1], found[1][1]))
            np.testing.assert_array_equal(found[0][1], session.run(loaders[0].encoder_inputs))

    @slow
    def test_trains_without_a_feed(self):
        # Every pair's target is its source's first symbol: learnt only if rows stay together.
        pairs = [([3 + i % 6] * (1 + i % 5), [3 + i % 6]) for i in range(60)]
        with tf.Graph().as_default(), tf.Session() as session:
            tf.set_random_seed(1)
            loader = feeding.BucketedLoader(pairs, BUCKETS, 6, epochs=30, end_id=END, seed=2)
            _, losses = seq2seq_enhanced.model_with_buckets(
                loader.encoder_inputs, loader.decoder_inputs, loader.targets, loader.weights,
                BUCKETS, _model)
            updates = [tf.train.AdamOptimizer(0.03).minimize(loss) for loss in losses]
            session.run(tf.global_variables_initializer())
            loader.start(session)
            trace = [session.run([losses[b], updates[b]])[0] for b in loader.batches(session)]
            self.assertLess(np.mean(trace[-10:]), 0.3 * np.mean(trace[:10]))


class SourcesTest(unittest.TestCase):

    def test_functions_iterables_and_iterators(self):
        expected, _ = _run(shuffle=False)
        for pairs in (lambda: iter(_pairs(30)), (pair for pair in _pairs(30)), iter(_pairs(30)),
                      np.array(_pairs(30), dtype=object),
                      [(np.array(s), np.array(t, np.uint8)) for s, t in _pairs(30)]):
            found, _ = _run(pairs=pairs, shuffle=False)
            _same(self, expected, found)

    def test_shuffles_in_a_window(self):
        numbers = _numbers(_run(pairs=lambda: iter(_pairs(30)), shuffle_window=5, epochs=2,
                                batch_size=1)[0])
        self.assertEqual(list(range(30)), sorted(numbers[:30]))
        self.assertEqual(list(range(30)), sorted(numbers[30:]))
        self.assertNotEqual(numbers[:30], numbers[30:])
        # Not only the window that is left at the end is mixed.
        self.assertGreater(len({number - i for i, number in enumerate(numbers[:20])}), 3)
        for place, number in enumerate(numbers[:30]):
            self.assertLessEqual(number, place + 5)

    def test_files(self):
        with tempfile.TemporaryDirectory() as folder:
            paths = [os.path.join(folder, name) for name in ("source", "target")]
            for path, part in zip(paths, (0, 1)):
                with open(path, "w") as stream:
                    for pair in _pairs(30):
                        stream.write(" ".join(map(str, pair[part])) + "\n")
            self.assertEqual(_pairs(30), list(feeding.IdFiles(*paths)))
            self.assertEqual(_pairs(30)[:4], list(feeding.IdFiles(paths[0], paths[1], limit=4)))
            expected, _ = _run(shuffle=False, epochs=2)
            _same(self, expected, _run(pairs=feeding.IdFiles(*paths), shuffle=False, epochs=2)[0])
            with open(paths[1], "a") as stream:
                stream.write("3 4\n")
            with self.assertRaisesRegex(feeding.ProducerError,
                                        "item 30 of pairs.*source ends before line 31 of.*target"):
                _run(pairs=feeding.IdFiles(*paths))
            with open(paths[0], "a") as stream:
                stream.write("3 x\n")
            with self.assertRaisesRegex(feeding.ProducerError, "source, line 31: 'x' is no int"):
                _run(pairs=feeding.IdFiles(*paths))
            with self.assertRaises(FileNotFoundError):
                feeding.IdFiles(paths[0], os.path.join(folder, "none"))

    def _ids(self, source, target, **keywords):
        with tempfile.TemporaryDirectory() as folder:
            paths = [os.path.join(folder, name) for name in ("source", "target")]
            for path, content in zip(paths, (source, target)):
                with open(path, "wb") as stream:
                    stream.write(content)
            return list(feeding.IdFiles(*paths, **keywords))

    def test_files_as_people_have_them(self):
        expected = [([1, 2], [3]), ([4], [5, 6])]
        target = b"3\n5 6\n"
        for source in (b"1 2\r\n4", b"\xef\xbb\xbf1 2\n4\n", b" 1\t2 \n4\n", b"1 2\r4\r"):
            self.assertEqual(expected, self._ids(source, target))
            self.assertEqual(expected, self._ids(source, target, encoding="UTF8"))
        self.assertEqual([([1, 2], [3]), ([], [7]), ([4], [])], self._ids(b"1 2\n\n4\n", b"3\n7\n\n"))
        wide = [text.decode().encode("utf-16") for text in (b"1 2\n4\n", target)]
        self.assertEqual(expected, self._ids(*wide, encoding="utf-16"))
        for source, words, keywords in (
                (wide[0], "source is UTF-16: give encoding='utf-16'", {}),
                (b"1 2\n\xff4\n", r"source, line 2: byte 1 is not UTF-8 \(0xff\)", {}),
                (b"1 2\n4 1.5\n", "source, line 2: '1.5' is no integer", {}),
                (b"1 2\n" + 999 * b"x", "source, line 2: 'x{80}...' is no integer", {}),
                (target, "source, behind line 0: not utf-16.* BOM", {"encoding": "utf-16"}),
                (b"1 2\n4\n\n", "target ends before line 3", {})):
            with self.assertRaisesRegex(ValueError, words):
                self._ids(source, target, **keywords)
        with self.assertRaisesRegex(LookupError, "utf-99"):
            self._ids(b"", b"", encoding="utf-99")
        with self.assertRaisesRegex(ValueError, "null is a device"):
            feeding.IdFiles(os.devnull, os.devnull)

    def test_dropped_are_counted(self):
        pairs = _pairs(6) + [([7] * 7, [8])] * 3 + [([7], [8] * 9)]
        for source in (pairs, lambda: iter(pairs)):
            with tf.Graph().as_default(), tf.Session() as session:
                loader = feeding.BucketedLoader(source, BUCKETS, 4, epochs=2)
                loader.start(session)
                batches = _collect(loader, session)
                self.assertEqual(4, loader.dropped)
                self.assertEqual(12, sum(batch[1].shape[1] for batch in batches))


class FailuresTest(unittest.TestCase):

    def _failing(self, error, after=9):
        def pairs():
            for pair in _pairs(after):
                yield pair
            raise error
        return pairs

    def test_the_producers_error_comes_after_its_batches(self):
        original = KeyError("no such word")
        with tf.Graph().as_default(), tf.Session() as session:
            loader = feeding.BucketedLoader(self._failing(original), BUCKETS, 1, shuffle=False,
                                            reverse_source=False)
            loader.start(session)
            self.assertEqual(list(range(9)), _numbers(_collect(loader, session, 9)))
            for _ in range(3):
                with self.assertRaisesRegex(feeding.ProducerError,
                                            "item 9 of pairs.*KeyError: 'no such word'") as caught:
                    loader.next_bucket(session)
                self.assertIs(original, caught.exception.__cause__)

    def test_a_function_that_fails_at_once(self):
        def pairs():
            raise OSError("disk is gone")
        with self.assertRaisesRegex(feeding.ProducerError, "item 0 .*OSError: disk is gone"):
            _run(pairs=pairs)

    @slow
    def test_malformed_items(self):
        for error, words, item in (
                (TypeError, "item 2: the source must hold integers, got 1.5 of type float at "
                            "position 1", ([7, 1.5], [8])),
                (TypeError, "item 2: the target must hold integers, got True", ([7], [True])),
                (TypeError, "item 2: the target must hold integers, got 'a'", ([7], ["a"])),
                (TypeError, "got an array of dtype float64", (np.array([7.]), [8])),
                (TypeError, "item 2: the source must be a sequence", (7, [8])),
                (TypeError, "item 2: the source must be a sequence", ("7 8", [8])),
                (TypeError, "item 2 must be a pair", 7),
                (TypeError, "item 2 must be a pair", None),
                (ValueError, "item 2 must be a pair .* 3 parts", ([7], [8], [9])),
                (ValueError, "item 2: the source must hold symbols from 0 .* got -1", ([-1], [8])),
                (ValueError, "got 4294967296", ([2 ** 32], [8])),
                (ValueError, "array of shape", (np.zeros([1, 1], int), [8]))):
            pairs = _pairs(2) + [item]
            # In memory at construction; else when it is read.
            with tf.Graph().as_default(), self.assertRaisesRegex(error, words):
                feeding.BucketedLoader(pairs, BUCKETS, 4)
            with self.assertRaisesRegex(error, words):
                _run(pairs=lambda: iter(pairs))

    def test_empty_and_too_long_data(self):
        long = [([7] * 7, [8])] * 2
        for words, pairs, options in (
                ("pairs is empty", [], {}),
                ("none of the 2 pairs fits the last bucket", long, {}),
                ("item 1: lengths 7 and 1 don't fit", _pairs(1) + long, {"too_long": "error"})):
            with tf.Graph().as_default(), self.assertRaisesRegex(ValueError, words):
                feeding.BucketedLoader(pairs, BUCKETS, 4, **options)
            with self.assertRaisesRegex(ValueError, words):
                _run(pairs=lambda: iter(pairs), epochs=None, **options)
        for pairs in (_pairs(3), lambda: iter(_pairs(3))):
            with self.assertRaisesRegex(ValueError, "gives no batch"):
                _run(pairs=pairs, epochs=None, drop_remainder=True)

    def test_arguments(self):
        one_pass = iter(_pairs(3))
        for error, words, options in (
                (ValueError, "batch_size must be at least 1, got 0", {"batch_size": 0}),
                (ValueError, "batch_size must be at least 1, got -3", {"batch_size": -3}),
                (TypeError, "batch_size must be an integer, got 4.0", {"batch_size": 4.0}),
                (TypeError, "batch_size must be an integer, got the bool", {"batch_size": True}),
                (TypeError, "batch_size must be an integer, got '4'", {"batch_size": "4"}),
                (ValueError, "one per bucket: got 1 for 2", {"batch_size": [4]}),
                (ValueError, r"batch_size\[1\] must be at least 1", {"batch_size": [4, 0]}),
                (ValueError, r"buckets must grow: buckets\[1\] is \(3, 4\) after \(6, 8\)",
                 {"buckets": BUCKETS[::-1]}),
                (ValueError, "buckets must hold", {"buckets": []}),
                (TypeError, r"buckets\[0\] must be a pair", {"buckets": [(1, 2, 3)]}),
                (TypeError, "buckets must be a list of pairs", {"buckets": [3]}),
                (ValueError, r"buckets\[0\]\[1\] must be at least 1", {"buckets": [(3, 0)]}),
                (ValueError, "epochs must be at least 1", {"epochs": 0}),
                (ValueError, "epochs must be 1 for an iterator.* got 2",
                 {"epochs": 2, "pairs": one_pass}),
                (ValueError, "prefetch must be at least 1", {"prefetch": 0}),
                (ValueError, "shuffle_window must be at least 1", {"shuffle_window": 0}),
                (TypeError, "shuffle must be True or False, got 3", {"shuffle": 3}),
                (ValueError, "seed must be at least 0, got -1", {"seed": -1}),
                (ValueError, "seed must be below", {"seed": 2 ** 32}),
                (ValueError, "too_long must be one of", {"too_long": "cut"}),
                (ValueError, "end_id and pad_id are both 0", {"end_id": 0}),
                (TypeError, "go_id must be an integer", {"go_id": 1.0}),
                (TypeError, "dtype must be a float type", {"dtype": tf.int32}),
                (TypeError, "pairs must be a list of pairs.* got a str", {"pairs": "a b"}),
                (TypeError, "pairs must be a list of pairs.* got 3", {"pairs": 3}),
                (TypeError, "curriculum must be a Curriculum", {"curriculum": "naive"}),
                (ValueError, "curriculum needs pairs in memory",
                 {"curriculum": feeding.Curriculum(), "pairs": one_pass}),
                (TypeError, "Did you mean 'batch_size'", {"batchsize": 4})):
            arguments = dict({"pairs": _pairs(3), "buckets": BUCKETS, "batch_size": 4}, **options)
            with tf.Graph().as_default(), self.assertRaisesRegex(error, words):
                feeding.BucketedLoader(**arguments)

    def test_a_slow_producer(self):
        def pairs():
            for pair in _pairs(8):
                time.sleep(0.05)
                yield pair
        self.assertEqual(8, len(_run(pairs=pairs, batch_size=1)[0]))

    def test_a_timeout_loses_nothing(self):
        def pairs():
            for pair in _pairs(3):
                time.sleep(0.7)
                yield pair

        with tf.Graph().as_default(), tf.Session() as session:
            loader = feeding.BucketedLoader(pairs, BUCKETS, 1, shuffle=False, reverse_source=False)
            loader.start(session)
            found, timeouts = [], 0
            while len(found) < 3:
                try:
                    loader.next_bucket(session, timeout=0.3)
                    found.append(int(session.run(loader.encoder_inputs[0])[0]) - 10)
                except TimeoutError as error:
                    self.assertIn("timeout=0.3", str(error))
                    # What was current stays.
                    if found:
                        self.assertEqual([10 + found[-1]], session.run(loader.encoder_inputs[0]))
                    timeouts += 1
            self.assertEqual([0, 1, 2], found)
            self.assertGreaterEqual(timeouts, 3)
            with self.assertRaisesRegex(ValueError, "timeout must be positive, got 0"):
                loader.next_bucket(session, timeout=0)
            self.assertIsNone(loader.next_bucket(session))
            self.assertEqual([12], session.run(loader.encoder_inputs[0]))

    def test_threads_end(self):
        before = threading.active_count()
        _run()
        _run(limit=2, epochs=None)
        with tf.Graph().as_default(), tf.Session() as session:
            loader = feeding.BucketedLoader(_pairs(9), BUCKETS, 1, epochs=None)
            for _ in range(3):
                loader.start(session)
                loader.next_bucket(session)
        limit = time.time() + 10
        while threading.active_count() > before and time.time() < limit:
            time.sleep(0.05)
        self.assertEqual(before, threading.active_count())

    def test_a_session_closes_while_the_producer_waits(self):
        begun, go_on = threading.Event(), threading.Event()

        def pairs():
            yield _pairs(1)[0]
            begun.set()
            go_on.wait(20)
            yield _pairs(1)[0]

        def use():
            with tf.Graph().as_default(), tf.Session() as session:
                loader = feeding.BucketedLoader(pairs, BUCKETS, 1, shuffle=False)
                loader.start(session)
                loader.next_bucket(session)
                begun.wait(20)

        user = threading.Thread(target=use, daemon=True)
        user.start()
        user.join(10)
        stuck = user.is_alive()
        go_on.set()
        user.join(20)
        self.assertFalse(stuck)


class ResumeTest(unittest.TestCase):

    @slow
    def test_any_position_goes_on(self):
        for pairs, options in ((None, {}), (lambda: iter(_pairs(30)), {"shuffle_window": 7})):
            whole, _ = _run(pairs=pairs, epochs=2, **options)
            for done in (0, 1, len(whole) // 2, len(whole) // 2 + 3, len(whole) - 1, len(whole)):
                first, state = _run(limit=done, pairs=pairs, epochs=2, **options)
                # The seed is the saved one.
                rest, _ = _run(state=json.loads(json.dumps(state)), pairs=pairs, epochs=2,
                               **dict(options, seed=99))
                _same(self, whole, first + rest)

    def test_an_iterator_goes_on_in_a_new_process(self):
        whole, _ = _run(pairs=iter(_pairs(30)))
        first, state = _run(limit=3, pairs=iter(_pairs(30)))
        rest, _ = _run(state=state, pairs=iter(_pairs(30)))
        _same(self, whole, first + rest)

    def test_a_used_iterator_says_so(self):
        with tf.Graph().as_default(), tf.Session() as session:
            loader = feeding.BucketedLoader(iter(_pairs(9)), BUCKETS, 1)
            loader.start(session)
            loader.next_bucket(session)
            loader.start(session)
            with self.assertRaisesRegex(ValueError, "read only once"):
                loader.next_bucket(session)

    @slow
    def test_the_position_in_a_checkpoint(self):
        whole, _ = _run(epochs=2)

        def part(path, limit, seed, restore):
            with tf.Graph().as_default(), tf.Session() as session:
                loader = feeding.BucketedLoader(_pairs(30), BUCKETS, 4, epochs=2, seed=seed,
                                                save_position=True, reverse_source=False)
                self.assertEqual(["loader/position:0"], [v.name for v in tf.global_variables()])
                self.assertEqual([], tf.trainable_variables())
                session.run(tf.global_variables_initializer())
                saver = tf.train.Saver()
                if restore:
                    saver.restore(session, path)
                loader.start(session)
                found = _collect(loader, session, limit)
                saver.save(session, path)
                return found

        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model")
            first = part(path, 4, 5, restore=False)
            second = part(path, 5, 7, restore=True)
            _same(self, whole, first + second + part(path, None, 8, restore=True))

    @slow
    def test_errors(self):
        _, state = _run(limit=2)
        for options in ({"batch_size": 5}, {"shuffle": False}, {"pairs": _pairs(29)},
                        {"drop_remainder": True}, {"curriculum": feeding.Curriculum()},
                        {"end_id": END}):
            with self.assertRaisesRegex(ValueError, "state was saved by a loader with another"):
                _run(state=state, **options)
        for error, words, wrong in (
                (ValueError, "state must be a dict with the keys seed", {"seed": 1}),
                (ValueError, "state must be a dict", 3),
                (ValueError, "'batch'. must be at least 0", dict(state, batch=-1)),
                (TypeError, "'epoch'. must be an integer", dict(state, epoch=1.5)),
                (ValueError, "'level'. must be below .* 1, got 4", dict(state, level=4))):
            with self.assertRaisesRegex(error, words):
                _run(state=wrong)


class CurriculumTest(unittest.TestCase):

    # Pair i has the source [10 + i], and difficulty i // 10: three levels of ten.
    pairs = [([10 + i], [3]) for i in range(30)]

    def _curriculum(self, strategy, **options):
        options = dict({"boundaries": [0, 1], "difficulty": lambda s, t: (s[0] - 10) // 10},
                       **options)
        return feeding.Curriculum(strategy, **options)

    def _numbers(self, strategy, epochs=1, **options):
        return np.array(_numbers(_run(pairs=self.pairs, epochs=epochs, batch_size=1,
                                      curriculum=self._curriculum(strategy, **options))[0]))

    def test_naive(self):
        for level in range(3):
            numbers = self._numbers("naive", start_level=level)
            self.assertEqual(list(range(10 * level, 10 * level + 10)), sorted(numbers))

    @slow
    def test_mixed_is_even_over_levels(self):
        # Levels of 2, 8 and 20 pairs are drawn equally often.
        numbers = self._numbers("mixed", epochs=100, boundaries=[0.1, 0.9], start_level=2,
                                difficulty=lambda s, t: np.searchsorted([2, 10], s[0] - 10,
                                                                        "right") * 0.5)
        self.assertEqual(3000, len(numbers))
        shares = np.histogram(numbers, [0, 2, 10, 30])[0] / 3000.0
        np.testing.assert_allclose(shares, 1 / 3., atol=4 * np.sqrt(2 / 9. / 3000))

    @slow
    def test_combined(self):
        # A pass is ten draws at the level and, for each, 1/4 mixed draws: p / (1 - p).
        numbers = self._numbers("combined", epochs=200, start_level=1)
        others = np.sum((numbers < 10) | (numbers >= 20)) / float(len(numbers))
        self.assertAlmostEqual(0.2 * 2 / 3., others, delta=4 * np.sqrt(0.12 / 2500))
        self.assertAlmostEqual(2500, len(numbers), delta=4 * np.sqrt(2000 * 0.2 / 0.64))
        self.assertEqual(set(range(30)), set(numbers))

    def test_a_level_shows_all_before_any_again(self):
        numbers = self._numbers("mixed", epochs=1)
        for level in range(3):
            of_level = numbers[numbers // 10 == level][:10]
            self.assertEqual(len(set(of_level)), len(of_level))

    def test_levels_by_length(self):
        pairs = [([3] * length, [3]) for length in (1, 2, 3, 4, 5, 6) for _ in range(4)]
        with tf.Graph().as_default():
            for levels, expected in ((3, 3), (6, 6), (1, 1), (24, 6)):
                loader = feeding.BucketedLoader(
                    pairs, BUCKETS, 4, curriculum=feeding.Curriculum("naive", levels=levels))
                self.assertEqual(expected, loader.levels)
        lengths = [(batch[1] != PAD).sum(0) for batch in _run(
            pairs=pairs, curriculum=feeding.Curriculum("naive", levels=3, start_level=1))[0]]
        self.assertEqual([3] * 4 + [4] * 4, sorted(np.concatenate(lengths)))

    def test_harder_and_resuming(self):
        def begin(session, **options):
            loader = feeding.BucketedLoader(self.pairs, BUCKETS, 2, epochs=None, seed=3,
                                            reverse_source=False,
                                            curriculum=self._curriculum("naive"), **options)
            session.run(tf.global_variables_initializer())
            return loader

        for save in (False, True):
            with tf.Graph().as_default(), tf.Session() as session:
                loader = begin(session, save_position=save)
                loader.start(session)
                self.assertTrue(max(_numbers(_collect(loader, session, 7))) < 10)
                self.assertTrue(loader.harder(session))
                self.assertEqual((1, 3), (loader.level, loader.levels))
                state = loader.state()
                # The next batch is of the new level, whatever waited.
                numbers = _numbers(_collect(loader, session, 5))
                self.assertEqual(list(range(10, 20)), sorted(numbers))
                self.assertTrue(loader.harder(session))
                self.assertFalse(loader.harder(session))
                self.assertEqual(2, loader.level)
                if save:
                    # `start` reads the variable, which `harder` has written.
                    loader.start(session)
                    self.assertEqual(2, loader.level)
                    self.assertTrue(min(_numbers(_collect(loader, session, 2))) >= 20)
            with tf.Graph().as_default(), tf.Session() as session:
                loader = begin(session)
                loader.restore(state)
                loader.start(session)
                self.assertEqual(numbers, _numbers(_collect(loader, session, 5)))

    def test_epochs_are_counted_at_each_level(self):
        with tf.Graph().as_default(), tf.Session() as session:
            loader = feeding.BucketedLoader(self.pairs, BUCKETS, 5, epochs=2, reverse_source=False,
                                            curriculum=self._curriculum("naive"))
            loader.start(session)
            for level in range(3):
                numbers = _numbers(_collect(loader, session))
                self.assertEqual(sorted(list(range(10 * level, 10 * level + 10)) * 2),
                                 sorted(numbers))
                self.assertEqual(level < 2, loader.harder(session))

    def test_errors(self):
        for error, words, options in (
                (ValueError, "strategy must be one of 'naive', 'mixed', 'combined'",
                 {"strategy": "hard"}),
                (ValueError, "levels must be at least 1", {"levels": 0}),
                (ValueError, "boundaries must grow", {"boundaries": [2, 2]}),
                (TypeError, r"boundaries\[0\] must be a number", {"boundaries": ["2"]}),
                (TypeError, "difficulty must be a function", {"difficulty": 3}),
                (ValueError, r"mixed_probability must lie in \[0, 1\], got 1.5",
                 {"mixed_probability": 1.5}),
                (ValueError, "start_level must be at least 0", {"start_level": -1}),
                (TypeError, "Did you mean 'strategy'", {"strateg": "naive"})):
            with self.assertRaisesRegex(error, words):
                feeding.Curriculum(**options)
        for error, words, options in (
                (ValueError, "start_level must be below .* 3, got 3", {"start_level": 3}),
                (TypeError, "the difficulty of item 0 must be a number",
                 {"difficulty": lambda s, t: "hard"})):
            with self.assertRaisesRegex(error, words):
                self._numbers("naive", **options)
        with tf.Graph().as_default(), self.assertRaisesRegex(ValueError, "without|curriculum=None"):
            feeding.BucketedLoader(self.pairs, BUCKETS, 2).harder(None)


if __name__ == "__main__":
    unittest.main()
