"""Where pairs come from: sequences in memory, iterables that are read as they come, text files."""
import codecs
import collections.abc
import itertools
import os

import numpy as np

from ..arguments import one_of
from ...text_lines import encoding_of, text_lines
from .lengths import bucket_of
from .symbols import checked_pair

__all__ = ["IdFiles", "ProducerError", "MemorySource", "StreamSource", "checked_too_long",
           "source_of"]


class ProducerError(RuntimeError):
    """The user's source of pairs failed; the message has its number, `__cause__` the exception."""


class IdFiles(object):
    """Pairs from two text files, a sentence of ids separated by blanks per line.

    Iterating reads the files anew, line by line; `list(IdFiles(...))` has them in memory, where
    the loader shuffles all of them instead of a window.

    Args:
      source_path, target_path: the files. Line i of one belongs to line i of the other.
      limit: int, read only so many pairs; None: all.
      encoding: of the files, such as "utf-16"; None: UTF-8, with or without a byte-order mark.

    Raises:
      OSError: a file can't be opened.
      LookupError: there is no such encoding.
      ValueError: a path is a device's, or a file is UTF-16 and `encoding` doesn't say so; while
        iterating: a word is no integer, a line isn't UTF-8, or one file has more lines.
    """

    def __init__(self, source_path, target_path, limit=None, encoding=None):
        self._paths = (os.fspath(source_path), os.fspath(target_path))
        self._limit = limit
        self._encoding = None if encoding is None else codecs.lookup(encoding).name
        if self._encoding == "utf-8":
            self._encoding = "utf-8-sig"
        for path in self._paths:
            found = encoding_of(path)
            if encoding is None and found != "utf-8-sig":
                raise ValueError("%s is %s: give encoding=%r." % (path, found.upper(), found))

    def __iter__(self):
        files = itertools.zip_longest(*(text_lines(path, self._encoding)
                                        for path in self._paths))
        for number, lines in enumerate(itertools.islice(files, self._limit), 1):
            for line, path, other in zip(lines, self._paths, self._paths[::-1]):
                if line is None:
                    raise ValueError("%s ends before line %d of %s." % (path, number, other))
            yield tuple(self._ids(line, path, number)
                        for (_, line), path in zip(lines, self._paths))

    @staticmethod
    def _ids(line, path, number):
        ids = []
        for word in line.split():
            try:
                ids.append(int(word))
            except ValueError:
                raise ValueError("%s, line %d: %r is no integer."
                                 % (path, number, word if len(word) < 80 else word[:80] + "..."))
        return ids


def checked_too_long(too_long):
    """`too_long` if it is "drop" or "error"; ValueError otherwise."""
    return one_of("too_long", too_long, ("drop", "error"))


class _Sorter(object):
    """Checks items and finds their buckets; counts in `dropped` those that fit none."""

    def __init__(self, buckets, form, too_long):
        self._buckets = buckets
        self._form = form
        self._too_long = checked_too_long(too_long)

    def place(self, item, number):
        """(bucket, pair) of an item; bucket is None for one that is to be dropped."""
        source, target = checked_pair(item, number, self._form)
        bucket = bucket_of(len(source), len(target), self._buckets)
        if bucket is None and self._too_long == "error":
            raise ValueError("item %d: lengths %d and %d don't fit the last bucket, %r (too_long="
                             "'drop' leaves such pairs out)."
                             % (number, len(source), len(target), self._buckets[-1]))
        return bucket, (source, target)

    def reject_nothing(self, items, kept):
        """ValueError if there were no items, or all of them were dropped."""
        if not items:
            raise ValueError("pairs is empty: the source gave no pair (source, target).")
        if not kept:
            raise ValueError("none of the %d pairs fits the last bucket, %r."
                             % (items, self._buckets[-1]))


class MemorySource(object):
    """Pairs that are all in memory: checked at once, shuffled as a whole.

    Attributes:
      placed: list of (bucket, pair).
      numbers: for each of them its number in the data.
      dropped: int, how many pairs fit no bucket.
    """

    def __init__(self, pairs, sorter):
        self.placed, self.numbers = [], []
        for number, item in enumerate(pairs):
            bucket, pair = sorter.place(item, number)
            if bucket is not None:
                self.placed.append((bucket, pair))
                self.numbers.append(number)
        self.size = len(pairs)
        self.dropped = self.size - len(self.placed)
        sorter.reject_nothing(self.size, len(self.placed))

    def one_pass(self, random):
        """Iterator over all (bucket, pair), in the order that `random` gives; None: as they are."""
        order = range(len(self.placed)) if random is None else random.permutation(len(self.placed))
        return (self.placed[i] for i in order)


class StreamSource(object):
    """Pairs that are read as they come, shuffled within a window.

    Attributes:
      dropped: int, how many pairs fitted no bucket, in the pass that met most of them so far.
    """

    size = None

    def __init__(self, pairs, sorter, window):
        self._pairs = pairs
        self._sorter = sorter
        self._window = window
        self._one_shot = not callable(pairs) and iter(pairs) is pairs
        self._started = False
        self.dropped = 0

    @property
    def one_shot(self):
        """Whether the pairs can be read only once."""
        return self._one_shot

    def one_pass(self, random):
        """Iterator over the (bucket, pair) of one pass; `random` None: as they come."""
        if self._one_shot and self._started:
            raise ValueError("pairs is an iterator, which can be read only once, and has been: "
                             "give a function that returns a fresh one.")
        self._started = True
        placed = self._read()
        return placed if random is None else self._shuffled(placed, random)

    def _read(self):
        number, kept = 0, 0
        iterator = None
        while True:
            try:
                if iterator is None:
                    iterator = iter(self._pairs() if callable(self._pairs) else self._pairs)
                item = next(iterator)
            except StopIteration:
                break
            except Exception as error:
                raise ProducerError("item %d of pairs can't be read: %s: %s"
                                    % (number, type(error).__name__, error)) from error
            bucket, pair = self._sorter.place(item, number)
            number += 1
            if bucket is not None:
                kept += 1
                yield bucket, pair
            else:
                self.dropped = max(self.dropped, number - kept)
        self._sorter.reject_nothing(number, kept)

    def _shuffled(self, placed, random):
        window = []
        for item in placed:
            if len(window) < self._window:
                window.append(item)
                continue
            i = random.randint(self._window)
            window[i], item = item, window[i]
            yield item
        random.shuffle(window)
        for item in window:
            yield item


def source_of(pairs, buckets, form, too_long, window):
    """The source for what the user gave as `pairs`."""
    sorter = _Sorter(buckets, form, too_long)
    if isinstance(pairs, (str, bytes, dict)):
        raise TypeError("pairs must be a list of pairs, an iterable or a function that returns an "
                        "iterator, got a %s." % type(pairs).__name__)
    if isinstance(pairs, (collections.abc.Sequence, np.ndarray)):
        return MemorySource(pairs, sorter)
    if not callable(pairs) and not hasattr(pairs, "__iter__"):
        raise TypeError("pairs must be a list of pairs, an iterable or a function that returns an "
                        "iterator, got %r of type %s." % (pairs, type(pairs).__name__))
    return StreamSource(pairs, sorter, window)
