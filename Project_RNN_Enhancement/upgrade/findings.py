"""What the upgrade says about a line of a program: a change that it made, or something to look at."""
import collections

__all__ = ["CHANGED", "LOOK", "Finding", "changed", "look"]

CHANGED, LOOK = "changed", "look"


class Finding(collections.namedtuple("Finding", "line kind message")):
    """A remark on a line.

    Attributes:
      line: int, from 1, in the source as it was.
      kind: CHANGED, or LOOK for what a person has to look at.
      message: what was changed and why, or what to look at and what to do; one sentence or two.
    """


def changed(line, message):
    """The finding that a line was changed."""
    return Finding(line, CHANGED, message)


def look(line, message):
    """The finding that a person has to look at a line."""
    return Finding(line, LOOK, message)
