"""The row "loader": the time for which training waits for its batches.

A model over pairs of random symbols is trained from a `BucketedLoader` and by feeding what
`get_batch` makes.
"""
import collections
import time

import numpy as np

from ..rnn_enhancement import feeding_enhanced as feeding
from ..rnn_enhancement import rnn_cell_enhanced as rnn_cell
from ..rnn_enhancement import seq2seq_enhanced as seq2seq
from ..rnn_enhancement.tf1 import tf
from . import workload

__all__ = ["Settings", "REFERENCE", "SIDES"]

Settings = collections.namedtuple("Settings", [
    "vocabulary", "size", "batch", "buckets", "pairs"])

REFERENCE = Settings(vocabulary=500, size=64, batch=64, buckets=[(10, 12), (20, 25)], pairs=5000)

END = 2


def _pairs(settings):
    """Pairs of random symbols that all fit the last bucket, targets about as long as sources."""
    random = np.random.RandomState(0)
    longest = min(settings.buckets[-1][0], settings.buckets[-1][1] - 3)

    def symbols(length):
        return random.randint(3, settings.vocabulary, length).tolist()
    lengths = random.randint(1, longest + 1, settings.pairs)
    return [(symbols(length), symbols(max(1, length + random.randint(-2, 3))))
            for length in lengths]


def _updates(settings, encoder_inputs, decoder_inputs, targets, weights):
    """For every bucket what a step fetches."""
    def model(encoder_inputs, decoder_inputs):
        return seq2seq.embedding_rnn_seq2seq(
            encoder_inputs, decoder_inputs, rnn_cell.GRUCell(settings.size), settings.vocabulary,
            settings.vocabulary, settings.size)
    _, losses = seq2seq.model_with_buckets(
        encoder_inputs, decoder_inputs, targets, weights, settings.buckets, model)
    return [workload.update(loss) for loss in losses]


class _Loaded(object):
    """Training from a `BucketedLoader`."""

    def __init__(self, settings):
        self._loader = feeding.BucketedLoader(
            _pairs(settings), settings.buckets, settings.batch, epochs=None, end_id=END, seed=1)
        self._updates = _updates(settings, self._loader.encoder_inputs,
                                 self._loader.decoder_inputs, self._loader.targets,
                                 self._loader.weights)

    def start(self, session):
        self._loader.start(session)

    def step(self, session):
        """Trains on a batch; returns the seconds spent on the batch and on the step."""
        start = time.perf_counter()
        bucket = self._loader.next_bucket(session)
        ready = time.perf_counter()
        session.run(self._updates[bucket])
        return ready - start, time.perf_counter() - ready


class _Fed(object):
    """Training by `get_batch`; the session's copy of what is fed counts as part of the step."""

    def __init__(self, settings):
        self._settings, self._random = settings, np.random.RandomState(1)
        self._data, _ = feeding.sort_into_buckets(_pairs(settings), settings.buckets, end_id=END)
        sizes = np.array([len(pairs) for pairs in self._data], np.float64)
        self._shares = sizes / sizes.sum()
        source, target = settings.buckets[-1]
        self._inputs = [
            [tf.placeholder(dtype, [None]) for _ in range(length)]
            for dtype, length in ((tf.int32, source), (tf.int32, target), (tf.float32, target))]
        self._last = tf.placeholder(tf.int32, [None])
        encoder_inputs, decoder_inputs, weights = self._inputs
        self._updates = _updates(settings, encoder_inputs, decoder_inputs,
                                 decoder_inputs[1:] + [self._last], weights)

    def start(self, session):
        """Nothing runs beside the steps."""

    def step(self, session):
        """As `_Loaded.step`."""
        start = time.perf_counter()
        bucket = self._random.choice(len(self._data), p=self._shares)
        batch = feeding.get_batch(self._data, bucket, self._settings.buckets,
                                  self._settings.batch, random=self._random)
        values = {}
        for tensors, arrays in zip(self._inputs, batch):
            values.update(zip(tensors, arrays))
        # The target after a bucket's last input; padding, as in the tutorial's loop.
        following = (self._inputs[1] + [self._last])[self._settings.buckets[bucket][1]]
        values[following] = np.zeros(self._settings.batch, np.int32)
        ready = time.perf_counter()
        session.run(self._updates[bucket], values)
        return ready - start, time.perf_counter() - ready


# Both have `start(session)` and `step(session)`.
SIDES = collections.OrderedDict([("loader", _Loaded), ("feed", _Fed)])
