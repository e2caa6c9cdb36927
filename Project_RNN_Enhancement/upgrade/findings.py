"""What the upgrade says about a line of a program: a change that it made, or something to look at."""
import collections

__all__ = ["CHANGED", "LOOK", "Finding", "Findings", "changed", "look"]

CHANGED, LOOK = "changed", "look"


class Finding(collections.namedtuple("Finding", "line kind message")):
    """A remark on a line.

    Attributes:
      line: int, from 1, in the source as it was.
      kind: CHANGED, or LOOK for what a person has to look at.
      message: what was changed and why, or what to look at and what to do; one sentence or two.
    """

    __slots__ = ()


def changed(line, message):
    """The finding that a line was changed."""
    return Finding(line, CHANGED, message)


def look(line, message):
    """The finding that a person has to look at a line."""
    return Finding(line, LOOK, message)


class Findings(object):
    """The findings of one text, each said once."""

    def __init__(self):
        self._found = collections.OrderedDict()

    def changed(self, line, message):
        self._found[changed(line, message)] = None

    def look(self, line, message):
        self._found[look(line, message)] = None

    def add(self, findings):
        """Takes over what another part found."""
        for finding in findings:
            self._found[finding] = None

    def __iter__(self):
        return iter(sorted(self._found, key=lambda finding: finding.line))
