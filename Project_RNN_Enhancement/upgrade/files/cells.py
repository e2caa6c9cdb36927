"""IPython's own lines in a notebook's cell: put away while the cell is rewritten as Python, and put back."""
import ast
import re
import warnings

__all__ = ["Cell", "LostLines", "parses", "parses_as_python3"]

# Magics whose cell is Python that runs in the notebook.
_PYTHON_MAGICS = ("time", "timeit", "capture", "prun", "python3", "memit", "mprun", "lprun", "debug")

_MAGIC = re.compile(r"\s*(?:[%!]|\?{1,2}[\w.%])")
_ASSIGNED = re.compile(r"\s*[\w., ()\[\]]+=\s*[%!]")
_HELP = re.compile(r"\s*[\w.*%]+\s*\?{1,2}\s*;?\s*$")
_PIECE = re.compile(r"""#.*|\"{3}|'{3}|"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|[][(){}]""")
_KEPT = re.compile(r"([ \t]*)(?:pass +)?# project-rnn-upgrade keeps line (\d+)[ \t]*$")
_TENSORFLOW = re.compile(r"\btf\b|tensorflow", re.I)


class LostLines(Exception):
    """A rewritten cell lacks lines that were put away."""


class Cell(object):
    """A code cell as Python.

    Args:
      source: str, what the cell holds.

    Attributes:
      source: the same.
      text: the cell as Python, or None if it isn't Python.
      offset: int, how many lines of the source come before the text's first.
      remarks: list of (line in the source, what a person has to look at).
    """

    def __init__(self, source):
        self.source = source
        self.remarks = []
        self.offset = 0
        self._kept = []  # (indentation of the statement, line)
        lines = source.split("\n")
        first = re.match(r"%%(\w+)", lines[0])
        if first:
            if first.group(1) not in _PYTHON_MAGICS:
                self._look_at_mention(1, lines)
                self.text = None
                return
            self._look_at_mention(1, lines[:1])
            self.offset = 1
        self._head = lines[:self.offset]
        self.text = "\n".join(lines[self.offset:])
        if not parses(self.text):
            self.text = self._put_away(lines[self.offset:])
            if not parses(self.text):
                self.leave("the cell is neither Python 3 nor Python 2, so it was left as it is. Correct "
                           "it and run the command again, or rewrite it by hand.")

    def leave(self, message):
        """Leaves the cell as it is; the message says why, and what a person has to do."""
        self.text, self.remarks = None, [(1, message)]

    def restored(self, text):
        """The cell's source for the rewritten `text`.

        Raises:
          LostLines: what was put away can't be put back.
        """
        lines, found = [], []
        for line in text.split("\n"):
            kept = _KEPT.match(line)
            if kept:
                found.append(int(kept.group(2)))
                if found[-1] >= len(self._kept):
                    raise LostLines()
                indent, line = self._kept[found[-1]]
                if line.startswith(indent):
                    line = kept.group(1) + line[len(indent):]
            lines.append(line)
        if sorted(found) != list(range(len(self._kept))):
            raise LostLines()
        return "\n".join(self._head + lines)

    def _look_at_mention(self, number, lines):
        if any(_TENSORFLOW.search(line) for line in lines):
            self.remarks.append((number, (
                "%s is IPython's, not Python's, and was left as it is: change by hand what it says of "
                "TensorFlow."
                % lines[0].strip()[:60])))

    def _put_away(self, lines):
        state, text, number = _State(), [], 0
        while number < len(lines):
            line = lines[number]
            if not state.at_start() or not any(form.match(line) for form in (_MAGIC, _ASSIGNED, _HELP)):
                state.read(line)
                text.append(line)
                number += 1
                continue
            end = number + 1
            while end < len(lines) and lines[end - 1].endswith("\\"):
                end += 1
            self._look_at_mention(self.offset + number + 1, lines[number:end])
            indent = re.match(r"[ \t]*", line).group()
            for kept in lines[number:end]:
                # A statement goes with no other that is taken out; before the first one it would come
                # before a __future__ import.
                form = "# %s" if not indent and not any(map(_is_code, text)) else "pass  # %s"
                text.append(indent + form % ("project-rnn-upgrade keeps line %d" % len(self._kept)))
                self._kept.append((indent, kept))
            number = end
        return "\n".join(text)


class _State(object):
    """Where the Python that was read so far ends: in brackets, in a string, after a backslash."""

    def __init__(self):
        self._depth, self._quote, self._joined = 0, None, False

    def at_start(self):
        return not self._depth and not self._quote and not self._joined

    def read(self, line):
        position = 0
        while True:
            if self._quote:
                end = re.compile(r"(?:\\.|(?!%s).)*%s" % (self._quote, self._quote)).match(line, position)
                if not end:
                    return
                position, self._quote = end.end(), None
            piece = _PIECE.search(line, position)
            if not piece:
                self._joined = line.endswith("\\")
                return
            position = piece.end()
            found = piece.group()
            if found in ('"""', "'''"):
                self._quote = found
            elif found in "([{":
                self._depth += 1
            elif found in ")]}":
                self._depth = max(0, self._depth - 1)


def _is_code(line):
    return bool(line.strip()) and not line.lstrip().startswith("#")


def parses(text):
    """Whether `text` is Python 3 or Python 2."""
    # What it needs may not be installed, which the command says before it comes here.
    from ..python import python3
    if parses_as_python3(text):
        return True
    try:
        python3.to_python3(text)
        return True
    except python3.NotPython:
        return False


def parses_as_python3(text):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
        return True
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
