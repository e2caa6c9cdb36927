"""Jupyter notebooks: their code cells as one Python source and back; all else in the file stays as it is."""
import collections
import json
import re

from .cells import Cell, LostLines, parses, parses_as_python3
from .errors import Unusable

__all__ = ["LARGEST_NOTEBOOK", "Notebook"]

LARGEST_NOTEBOOK = 64 * 2 ** 20  # bytes; pictures are in them

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")
# A statement, because a comment goes with the statement below it if that's taken out.
_MARKER = "pass  # project-rnn-upgrade: cell %d"

_Value = collections.namedtuple("_Value", "key value first last")

# number: from 1, cells of text counted too; span: the _Value of its source; cell: a Cell.
_Code = collections.namedtuple("_Code", "number span cell")

_OF_PYTHON_2 = re.compile(r"python ?2|2\.\d|ipython2", re.I)


class Notebook(object):
    """A notebook of Python.

    Args:
      data: bytes of the file.

    Attributes:
      text: str, the code cells that are Python as one source.
      remarks: list of (place, line, message), what a person has to look at; `place` and `line` as
        `place` gives them.
      had_python2: whether the notebook asks for a kernel of Python 2; `encode` asks for one of Python 3.

    Raises:
      Unusable: it's no notebook of version 3 or 4.
    """

    def __init__(self, data):
        self._json, self._mark = _decoded(data)
        self._codes = self._find_codes()
        self._choose_python()
        self._starts, parts, line = [], [], 1
        for code in self._python():
            if parts:
                parts.append(_MARKER % code.number)
                line += 1
            self._starts.append(line)
            parts.append(code.cell.text)
            line += code.cell.text.count("\n") + 1
        self.text = "\n".join(parts)
        self.shown = self._shown([code.cell.source for code in self._codes])
        self.remarks = [self._place(code, line) + (message,)
                        for code in self._codes for line, message in code.cell.remarks]

    def place(self, line):
        """Where a line of `text` is in the notebook.

        Returns:
          (str such as "cell 3, line 2", the number of the line in `shown`).
        """
        before = [index for index, start in enumerate(self._starts) if start <= line]
        if not before:
            return "", 0
        code = self._python()[before[-1]]
        inner = min(line - self._starts[before[-1]] + 1, code.cell.text.count("\n") + 1)
        return self._place(code, inner + code.cell.offset)

    def encode(self, text):
        """The notebook with a changed `text`.

        Returns:
          (bytes, or None if nothing changes; the cells as `shown` has them).

        Raises:
          Unusable: the text can't be put back into its cells.
        """
        sources = {code.number: code.cell.source for code in self._codes}
        edits = list(self._kernel_edits)
        if text != self.text:
            sources.update(self._split(text))
        for code in self._codes:
            source = sources[code.number]
            if source != code.cell.source:
                edits.append((code.span, source if isinstance(code.span.value, str) else source.split("\n")))
        if not edits:
            return None, self.shown
        content = self._json
        for span, value in sorted(edits, key=lambda edit: edit[0].first, reverse=True):
            old = content[span.first:span.last]
            content = content[:span.first] + self._written(value, old, span.first) + content[span.last:]
        shown = self._shown([sources[code.number] for code in self._codes])
        return (self._mark + content).encode("utf-8", "surrogatepass"), shown

    @property
    def had_python2(self):
        return bool(self._kernel_edits)

    def _python(self):
        return [code for code in self._codes if code.cell.text is not None]

    def _shown(self, sources):
        return "\n".join("# cell %d\n%s" % (code.number, source)
                         for code, source in zip(self._codes, sources))

    def _place(self, code, line):
        above = sum(2 + other.cell.source.count("\n") for other in self._codes if other.number < code.number)
        return "cell %d, line %d" % (code.number, line), above + 1 + line

    def _choose_python(self):
        """Leaves the cells of one Python as they are, where the cells are of both."""
        codes = self._python()
        if parses("\n".join(code.cell.text for code in codes)):
            return
        of_3 = [code for code in codes if parses_as_python3(code.cell.text)]
        of_2 = [code for code in codes if code not in of_3]
        for code in of_3:
            if parses("\n".join(other.cell.text for other in codes if other in of_2 or other is code)):
                of_2.append(code)
        kept, left = (of_3, 2) if len(of_3) >= len(of_2) else (of_2, 3)
        for code in codes:
            if code not in kept:
                code.cell.leave("the cell is Python %d and most others are Python %d, so it was left as "
                                "it is. Rewrite it by hand." % (left, 5 - left))

    def _split(self, text):
        """The new source of each cell that is Python, by its number."""
        lines, cells = text.split("\n"), self._python()
        sources = {}
        for code, following in zip(cells, cells[1:] + [None]):
            try:
                end = lines.index(_MARKER % following.number) if following else len(lines)
                sources[code.number] = code.cell.restored("\n".join(lines[:end]))
            except (ValueError, LostLines):
                raise Unusable("the rewritten code can't be put back into its cells; copied unchanged. Save "
                               "the notebook as a Python file (jupyter nbconvert --to script) and run the "
                               "command on that.")
            lines = lines[end + 1:]
        return sources

    def _find_codes(self):
        json_text = self._json
        top = _members(json_text, _SPACE.match(json_text).end())
        version = top["nbformat"].value if "nbformat" in top else None
        if version not in (3, 4):
            raise Unusable("its nbformat is %s, and only 3 and 4 are known; copied unchanged. Open it in "
                           "Jupyter, save it and run the command again."
                           % ("missing" if version is None else json.dumps(version)))
        try:
            language, self._kernel_edits = self._kernel(top.get("metadata"))
            lists = [top["cells"]] if version == 4 else [
                _members(json_text, sheet.first)["cells"] for sheet in _items(json_text, top["worksheets"])]
            codes, number = [], 0
            for cells in lists:
                for span in _items(json_text, cells):
                    number += 1
                    cell = span.value
                    if cell["cell_type"] != "code" or "python" not in cell.get("language", language).lower():
                        continue
                    source = _members(json_text, span.first)["source" if version == 4 else "input"]
                    codes.append(_Code(number, source, Cell("".join(source.value))))
        except (KeyError, TypeError, AttributeError, IndexError):
            raise Unusable("it isn't built as a notebook of nbformat %d is; copied unchanged. Open it in "
                           "Jupyter, save it and run the command again." % version)
        return codes

    def _kernel(self, metadata):
        """The language, and the (_Value, new value) that make a kernel of Python 2 one of Python 3."""
        if metadata is None:
            return "python", []
        members = _members(self._json, metadata.first)
        kernel, info = (_members(self._json, members[name].first) if name in members else {}
                        for name in ("kernelspec", "language_info"))
        language = [part["language" if part is kernel else "name"].value for part in (kernel, info)
                    if ("language" if part is kernel else "name") in part]
        edits = []
        for part, name, new in [(kernel, "name", "python3"), (kernel, "display_name", "Python 3"),
                                (info, "version", "3"), (info, "pygments_lexer", "ipython3")]:
            if name in part and _OF_PYTHON_2.match(str(part[name].value)):
                edits.append((part[name], new))
        mode = info.get("codemirror_mode")
        if mode is not None and isinstance(mode.value, dict) and mode.value.get("version") == 2:
            edits.append((_members(self._json, mode.first)["version"], 3))
        return (language or ["python"])[0], edits

    def _written(self, value, old, position):
        """JSON for a value in the style of what it replaces."""
        ascii_only = not re.search("[^\0-\x7f]", self._json)
        if not isinstance(value, list):
            return json.dumps(value, ensure_ascii=ascii_only)
        pieces = [json.dumps(line + "\n", ensure_ascii=ascii_only) for line in value[:-1]]
        if value[-1]:
            pieces.append(json.dumps(value[-1], ensure_ascii=ascii_only))
        layout = re.match(r"\[([ \t\r\n]*)", old).group(1)
        if not layout:
            return "[" + ", ".join(pieces) + "]"
        return "[" + layout + ("," + layout).join(pieces) + re.search(r"([ \t\r\n]*)\]$", old).group(1) + "]"


def _decoded(data):
    try:
        text = data.decode("utf-8")
        mark = "\ufeff" if text.startswith("\ufeff") else ""
        text = text[len(mark):]
        json.loads(text)
        return text, mark
    except UnicodeDecodeError as error:
        raise Unusable("byte 0x%02x isn't UTF-8, as a notebook is; copied unchanged. Open it in Jupyter, "
                       "save it and run the command again." % data[error.start],
                       1 + data.count(b"\n", 0, error.start))
    except ValueError as error:
        raise Unusable("it isn't a notebook, because it isn't JSON (%s); copied unchanged. Open it in "
                       "Jupyter, save it and run the command again." % error, getattr(error, "lineno", 0))
    except RecursionError:
        raise Unusable("it isn't a notebook: its JSON is nested too deeply; copied unchanged.")


def _values(text, first):
    """Yields a _Value for each member of the object, or each item of the array, at `first`."""
    closing = {"{": "}", "[": "]"}.get(text[first])
    position, index = _SPACE.match(text, first + 1).end(), 0
    while closing and text[position] != closing:
        key = index
        if closing == "}":
            key, position = _DECODER.raw_decode(text, position)
            position = _SPACE.match(text, _SPACE.match(text, position).end() + 1).end()
        value, last = _DECODER.raw_decode(text, position)
        yield _Value(key, value, position, last)
        index += 1
        position = _SPACE.match(text, last).end()
        if text[position] == ",":
            position = _SPACE.match(text, position + 1).end()


def _members(text, first):
    return {value.key: value for value in _values(text, first)}


def _items(text, array):
    if not isinstance(array.value, list):
        raise TypeError(array.key)
    return list(_values(text, array.first))
