"""Curriculum learning: pairs sorted by difficulty, and which of them a pass shows.

Source: Zaremba & Sutskever, "Learning to Execute" (2014), arXiv:1410.4615. There, examples are
generated; here the data are fixed, so that difficulty is a level, 0 to `levels - 1`, to which each
pair belongs.
"""
import numpy as np

from ..arguments import (check_callable, checked_keywords, finite_number, non_negative_int, one_of,
                         positive_int)

__all__ = ["Curriculum"]


class Curriculum(object):
    """Which difficulties a pass over the data shows.

    - "naive": the pairs of the current level, each once.
    - "mixed": as many draws as there are pairs, each from a level drawn evenly, whatever the
      current level is.
    - "combined": naive, but each draw is a mixed one with probability `mixed_probability`. The
      paper's code has 1 in 5; it found naive often worse than no curriculum and combined never.

    The draws from a level show all its pairs before one comes again.

    Args:
      strategy: "naive", "mixed" or "combined".
      levels: int, into how many levels of about equal size the pairs are split; equal scores stay
        together, so that there may be fewer.
      boundaries: list of growing numbers instead: level i has the scores above boundaries[i - 1]
        and up to boundaries[i]. Larger scores than the last form one more level.
      difficulty: function (source, target) -> number, of int32 arrays (the target with its end
        symbol, if the loader appends one); None: the sum of the lengths.
      mixed_probability: number from 0 to 1, for "combined".
      start_level: int, the first current level.

    Raises:
      TypeError, ValueError: name the argument that is wrong.
    """

    @checked_keywords
    def __init__(self, strategy="combined", levels=5, boundaries=None, difficulty=None,
                 mixed_probability=0.2, start_level=0):
        self.strategy = one_of("strategy", strategy, ("naive", "mixed", "combined"))
        self._levels = positive_int("levels", levels)
        self._boundaries = None
        if boundaries is not None:
            self._boundaries = [finite_number("boundaries[%d]" % i, bound)
                                for i, bound in enumerate(boundaries)]
            if any(b <= a for a, b in zip(self._boundaries, self._boundaries[1:])):
                raise ValueError("boundaries must grow, got %r." % (boundaries,))
        if difficulty is not None:
            check_callable("difficulty", difficulty, "(source, target) -> number or None")
        self._difficulty = difficulty
        mixed_probability = finite_number("mixed_probability", mixed_probability)
        if not 0 <= mixed_probability <= 1:
            raise ValueError("mixed_probability must lie in [0, 1], got %r." % mixed_probability)
        self._mixed = {"naive": 0.0, "mixed": 1.0, "combined": mixed_probability}[self.strategy]
        self.start_level = non_negative_int("start_level", start_level)

    def levels_of(self, source):
        """The pairs of a `MemorySource` by level: a list of arrays of indices into `placed`."""
        scores = np.array([self._score(pair, number)
                           for (_, pair), number in zip(source.placed, source.numbers)])
        bounds = self._boundaries
        if bounds is None:
            shares = np.arange(1, self._levels) / float(self._levels)
            ranks = np.ceil(shares * len(scores)).astype(int) - 1
            bounds = np.sort(scores)[np.maximum(ranks, 0)]
        of_pair = np.searchsorted(bounds, scores, side="left")
        groups = [np.flatnonzero(of_pair == level) for level in range(len(bounds) + 1)]
        groups = [group for group in groups if len(group)]
        if self.start_level >= len(groups):
            raise ValueError("start_level must be below the number of levels that have pairs, %d, "
                             "got %d." % (len(groups), self.start_level))
        return groups

    def _score(self, pair, number):
        if self._difficulty is None:
            return float(len(pair[0]) + len(pair[1]))
        return finite_number("the difficulty of item %d" % number, self._difficulty(*pair))

    def one_pass(self, groups, level, random, shuffle=True):
        """Iterator over the indices that one pass at `level` shows.

        Args:
          groups: from `levels_of`.
          level: int, the current level.
          random: `numpy.random.RandomState`.
          shuffle: False: each level in the order of the data.
        """
        draws = [_endless(group, random if shuffle else None) for group in groups]
        if self._mixed == 1.0:
            for _ in range(sum(map(len, groups))):
                yield next(draws[random.randint(len(groups))])
            return
        left = len(groups[level])
        while left:
            drawn = level
            if self._mixed and random.uniform() < self._mixed:
                drawn = random.randint(len(groups))
            else:
                left -= 1
            yield next(draws[drawn])


def _endless(group, random):
    while True:
        for i in group if random is None else random.permutation(group):
            yield i
