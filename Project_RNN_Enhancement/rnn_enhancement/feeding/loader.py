"""The asynchronous bucketed loader: pairs in, batches in the graph out, made ahead of the steps."""
import collections
import os
import struct
import time
import zlib

import numpy as np

from ..arguments import (boolean, checked_keywords, non_negative_int, positive_int,
                         positive_number)
from ..tf1 import quiet_deprecations, tf
from .batching import batches
from .curriculum import Curriculum
from .lengths import checked_batch_sizes, checked_buckets
from .producer import NOT_YET, Producer
from .sources import MemorySource, source_of
from .symbols import checked_form, time_major

__all__ = ["BucketedLoader", "LoadedBatch"]

LoadedBatch = collections.namedtuple("LoadedBatch", [
    "encoder_inputs", "decoder_inputs", "targets", "weights"])
LoadedBatch.__doc__ = """The current batch as time-major tensors, as long as its own bucket.

encoder_inputs: int32 [source length, batch]. decoder_inputs, targets: int32 [target length, batch].
weights: float [target length, batch].
"""

_POSITION = ("seed", "epoch", "batch", "level", "layout")


class BucketedLoader(object):
    """Batches of pairs, bucketed by length and padded in the background while the steps run.

    The tensors of the current batch have the form that `model_with_buckets` takes; nothing is fed::

        loader = BucketedLoader(pairs, buckets, batch_size=64, epochs=10, seed=1)
        outputs, losses = model_with_buckets(
            loader.encoder_inputs, loader.decoder_inputs, loader.targets, loader.weights, buckets,
            seq2seq)
        ...
        loader.start(session)
        for bucket in loader.batches(session):
            session.run(updates[bucket])

    The current batch stays until `next_bucket` or `batches` moves on, so several runs may read it.
    One session at a time may use a loader.

    Args:
      pairs: a list (or other sequence) of pairs (source ids, target ids), checked here and shuffled
        as a whole; or an iterable or a function that returns an iterator, read as they are needed
        and shuffled within a window. An iterator itself can be read once: one epoch.
      buckets: list of pairs (source length, target length), the largest last. A pair goes to the
        first bucket that holds it.
      batch_size: int, or a list with one int per bucket.
      epochs: int, the number of passes over the data (with a curriculum: at each level); None: no
        end.
      shuffle: bool.
      shuffle_window: int, the number of pairs in the window for data that are not in memory.
      seed: int from 0 to 2^32 - 1 that the order depends on; None: drawn here.
      drop_remainder: True: at the end of a pass, pairs that fill no batch are left out.
      too_long: "drop" leaves out pairs that the last bucket doesn't hold, counted in `dropped`;
        "error" raises ValueError.
      prefetch: int, how many batches may wait.
      curriculum: `Curriculum`, for pairs in memory; None: a pass shows every pair once.
      pad_id: int, the symbol that fills up.
      go_id: int, the first decoder input.
      end_id: int, appended to every target, which it makes one longer; None: targets end as they
        are.
      reverse_source: True: sources come last symbol first, after their padding, as in TensorFlow's
        translate tutorial.
      dtype: of the weights.
      save_position: True: a variable (`<name>/position`, int64 [5], not trainable) holds the
        position, so that any `Saver` of all variables saves it, and `start` goes on from what was
        restored.
      name: of the operations.

    Attributes:
      encoder_inputs: list of int32 tensors [batch], as many as the last bucket's source length.
      decoder_inputs: list of int32 tensors [batch], as many as the last bucket's target length: GO
        and the target.
      targets: list of int32 tensors [batch], as many.
      weights: list of float tensors [batch], as many: 0 where the target is padding, else 1.
      batch: `LoadedBatch`, for models over a tensor of time.
      buckets: tuple of pairs of ints.

    Raises:
      TypeError, ValueError: an argument is wrong, or a pair in memory is (the message has its
        number, from 0), or there are none. For pairs that are read later, `next_bucket` raises.
    """

    @checked_keywords
    def __init__(self, pairs, buckets, batch_size, epochs=1, shuffle=True, shuffle_window=10000,
                 seed=None, drop_remainder=False, too_long="drop", prefetch=4, curriculum=None,
                 pad_id=0, go_id=1, end_id=None, reverse_source=True, dtype=tf.float32,
                 save_position=False, name="loader"):
        self.buckets = checked_buckets(buckets)
        self._batch_sizes = checked_batch_sizes(batch_size, self.buckets)
        self._epochs = None if epochs is None else positive_int("epochs", epochs)
        self._shuffle = boolean("shuffle", shuffle)
        self._drop_remainder = boolean("drop_remainder", drop_remainder)
        self._form = checked_form(pad_id, go_id, end_id, reverse_source)
        self._dtype = tf.as_dtype(dtype)
        if not self._dtype.is_floating:
            raise TypeError("dtype must be a float type, got %r." % (dtype,))
        self._prefetch = positive_int("prefetch", prefetch)
        window = positive_int("shuffle_window", shuffle_window)
        boolean("save_position", save_position)
        if curriculum is not None and not isinstance(curriculum, Curriculum):
            raise TypeError("curriculum must be a Curriculum or None, got %r of type %s."
                            % (curriculum, type(curriculum).__name__))
        if seed is None:
            seed = struct.unpack("<I", os.urandom(4))[0]
        if non_negative_int("seed", seed) >= 2 ** 32:
            raise ValueError("seed must be below 2^32, got %d." % seed)

        self._source = source_of(pairs, self.buckets, self._form, too_long, window)
        if getattr(self._source, "one_shot", False) and self._epochs != 1:
            raise ValueError("epochs must be 1 for an iterator, which can be read only once, got "
                             "%r: give a function that returns a fresh one." % (epochs,))
        self._curriculum = curriculum
        self._groups = None
        if curriculum is not None:
            if not isinstance(self._source, MemorySource):
                raise ValueError("curriculum needs pairs in memory, to sort them by difficulty: "
                                 "pairs must be a list, got a %s." % type(pairs).__name__)
            self._groups = curriculum.levels_of(self._source)
        self._layout = self._checksum(window)
        self._position = {"seed": int(seed), "epoch": 0, "batch": 0, "layout": self._layout,
                          "level": curriculum.start_level if curriculum is not None else 0}
        self._producer = self._session = self._run_advance = None
        with tf.name_scope(name) as scope, tf.device("/cpu:0"):
            self._variable = None
            if save_position:
                self._variable = tf.Variable(np.full([len(_POSITION)], -1, np.int64),
                                             trainable=False, name="position")
                self._new_position = tf.placeholder(tf.int64, [len(_POSITION)])
                self._set_position = tf.assign(self._variable, self._new_position)
            self._build(scope)

    def _build(self, scope):
        steps = self.buckets[-1]
        # The first part of an element is its bucket and the position after it.
        types = (tf.int64, tf.int32, tf.int32, tf.int32, self._dtype)
        shapes = ((1 + len(_POSITION),),) + tuple(
            (length, None) for length in (steps[0],) + (steps[1],) * 3)
        with quiet_deprecations():
            data = tf.data.Dataset.from_generator(self._handed_over, types, shapes)
            # One is enough to take the handing over out of the step; the producer holds the rest.
            iterator = tf.data.make_initializable_iterator(data.prefetch(1))
        self._initializer = iterator.initializer
        fresh = iterator.get_next()

        # The current batch lies in a staging area, from which the steps read without removing it.
        options = {"container": "", "shared_name": scope + "current"}
        typed = dict(options, dtypes=list(types), capacity=0, memory_limit=0)

        def load():
            with tf.control_dependencies([tf.raw_ops.StageClear(**typed)]):
                moves = [tf.raw_ops.Stage(values=list(fresh), **options)]
            if self._variable is not None:
                moves.append(tf.assign(self._variable, fresh[0][1:]).op)
            with tf.control_dependencies(moves):
                return tf.identity(fresh[0])

        self._advance = tf.cond(fresh[0][0] >= 0, load, lambda: tf.identity(fresh[0]))
        # Reading an empty area would wait for ever.
        holds_one = tf.debugging.assert_positive(
            tf.raw_ops.StageSize(**typed),
            message="The loader holds no batch: run next_bucket(session) first.")
        with tf.control_dependencies([holds_one]):
            current = tf.raw_ops.StagePeek(index=0, **typed)
        for tensor, shape in zip(current, shapes):
            tensor.set_shape(shape)
        bucket, whole = current[0][0], current[1:]
        self.encoder_inputs, self.decoder_inputs, self.targets, self.weights = (
            tf.unstack(tensor) for tensor in whole)
        lengths = tf.gather(tf.constant(self.buckets, tf.int32), bucket)
        self.batch = LoadedBatch(*(tensor[:lengths[min(i, 1)]] for i, tensor in enumerate(whole)))

    @property
    def dropped(self):
        """Number of pairs that the last bucket doesn't hold.

        Pairs in memory: of the data. Otherwise of those read so far, which is ahead of the batches,
        in one pass.
        """
        return self._source.dropped

    @property
    def level(self):
        """The current level of the curriculum, from 0."""
        return self._position["level"]

    @property
    def levels(self):
        """The number of levels of the curriculum; 1 without one."""
        return 1 if self._groups is None else len(self._groups)

    @property
    def epoch(self):
        """The pass that the current batch belongs to, from 0 (at each level of a curriculum)."""
        return self._position["epoch"]

    def state(self):
        """The position of the next batch: a dict of ints, for `restore` after a restart."""
        return dict(self._position)

    def restore(self, state):
        """Makes `start` go on where `state()` was called; before it.

        Raises:
          TypeError, ValueError: `state` is none, or comes from a loader with other data (their
            number, where that is known), buckets, batch sizes or order.
        """
        if not isinstance(state, dict) or set(state) != set(_POSITION):
            raise ValueError("state must be a dict with the keys %s, got %r."
                             % (", ".join(_POSITION), state))
        position = {key: non_negative_int("state[%r]" % key, state[key]) for key in _POSITION}
        if position["layout"] != self._layout:
            raise ValueError("state was saved by a loader with another number of pairs, other "
                             "buckets, batch_size, shuffle, shuffle_window, drop_remainder, end_id "
                             "or curriculum: its position means nothing here.")
        if position["level"] >= self.levels:
            raise ValueError("state['level'] must be below the number of levels, %d, got %d."
                             % (self.levels, position["level"]))
        self._position = position

    def start(self, session):
        """Starts the producer at the current position; anew, if it ran.

        With `save_position`, the position is the variable's, if that has been restored.
        """
        if self._variable is not None:
            found = session.run(self._variable)
            if found[0] >= 0:
                self.restore(dict(zip(_POSITION, (int(value) for value in found))))
            else:
                self._store(session)
        self._fill(session)

    def _fill(self, session):
        position = dict(self._position)
        self._producer = Producer(lambda: self._elements(**position), self._prefetch)
        session.run(self._initializer)
        # Lighter than `run`; sessions with hooks don't have it.
        self._session = session
        self._run_advance = (session.make_callable(self._advance)
                             if hasattr(session, "make_callable")
                             else lambda: session.run(self._advance))

    def _store(self, session):
        session.run(self._set_position,
                    {self._new_position: [self._position[key] for key in _POSITION]})

    def next_bucket(self, session, timeout=None):
        """Makes the next batch the current one.

        Args:
          session: `tf.Session`.
          timeout: seconds to wait for a batch; None: as long as it takes.

        Returns:
          The index of its bucket; None after the last batch (the current one stays then).

        Raises:
          ProducerError: the source of pairs failed.
          TypeError, ValueError: a pair was malformed, or there were none. All of these come after
            the batches that were complete before, and again at every further call.
          TimeoutError: there was no batch in time; a later call may get it.
          RuntimeError: `start` has not been called with this session.
        """
        if timeout is not None:
            timeout = positive_number("timeout", timeout)
        if self._producer is None or session is not self._session:
            raise RuntimeError("The loader has not been started in this session: call "
                               "start(session) first.")
        begun = time.monotonic()
        bucket = -1
        while bucket < 0:
            try:
                found = self._run_advance().tolist()
            except tf.errors.OutOfRangeError:
                if self._producer.failure is not None:
                    raise self._producer.failure
                return None
            bucket, position = found[0], found[1:]
            if bucket < 0 and timeout is not None and time.monotonic() - begun >= timeout:
                raise TimeoutError("no batch within timeout=%r s: the source of pairs is slow, or "
                                   "waits for something." % timeout)
        self._position = dict(zip(_POSITION, position))
        return bucket

    def batches(self, session):
        """Iterator over the buckets of the batches to come, each of which it makes current."""
        while True:
            bucket = self.next_bucket(session)
            if bucket is None:
                return
            yield bucket

    def harder(self, session):
        """Moves the curriculum on by one level: its passes start, and what waited is left out.

        The paper's released code moves on when validation accuracy at the current level exceeds
        95 %, or training hasn't improved over 5 checks.

        Returns:
          True; False at the last level, where nothing changes.

        Raises:
          ValueError: the loader has no curriculum.
        """
        if self._groups is None:
            raise ValueError("harder needs a loader with a curriculum, got curriculum=None.")
        if self.level + 1 >= self.levels:
            return False
        self._position.update(epoch=0, batch=0, level=self.level + 1)
        if self._variable is not None:
            self._store(session)
        if self._producer is not None:
            self._fill(session)
        return True

    def _checksum(self, window):
        # All that the batch at a position depends on, apart from the data and the seed.
        layout = [self.buckets, self._batch_sizes, self._shuffle, self._drop_remainder,
                  self._form.end_id, self._source.size]
        if self._source.size is None:
            layout.append(window)
        if self._groups is not None:
            layout += [self._curriculum.strategy, [len(group) for group in self._groups]]
        return zlib.crc32(repr(layout).encode()) & 0xffffffff

    def _one_pass(self, seed, epoch, level):
        random = np.random.RandomState([seed, epoch, level])
        if self._groups is None:
            placed = self._source.one_pass(random if self._shuffle else None)
        else:
            placed = (self._source.placed[i] for i in self._curriculum.one_pass(
                self._groups, level, random, self._shuffle))
        return batches(placed, self._batch_sizes, self._drop_remainder)

    def _handed_over(self):
        # An element without a batch lets TensorFlow go on when there is none yet.
        nothing = (np.full(1 + len(_POSITION), -1, np.int64),) + time_major(
            [], self.buckets[0], self.buckets[-1], self._form, self._dtype.as_numpy_dtype)
        for element in self._producer:
            yield nothing if element is NOT_YET else element

    def _elements(self, seed, epoch, batch, level, layout):
        while self._epochs is None or epoch < self._epochs:
            number = 0
            for bucket, pairs in self._one_pass(seed, epoch, level):
                number += 1
                if number > batch:
                    place = np.array([bucket, seed, epoch, number, level, layout], np.int64)
                    yield (place,) + time_major(
                        pairs, self.buckets[bucket], self.buckets[-1], self._form,
                        self._dtype.as_numpy_dtype)
            if not number:
                raise ValueError("a pass gives no batch: no bucket has batch_size pairs, and "
                                 "drop_remainder leaves out the rest.")
            epoch, batch = epoch + 1, 0
