"""Python source between bytes and text: coding line, byte order mark and line ends stay as they were."""
import codecs
import collections
import os
import re

from .differences import line_changes
from .errors import Unusable

__all__ = ["LARGEST_SOURCE", "SourceText", "is_python", "is_notebook"]

LARGEST_SOURCE = 4 * 2 ** 20  # bytes; what is longer is data in the shape of Python

_LINE_END = re.compile("\r\n|\r|\n")
# PEP 263: a comment on the first line, or on the second if the first is blank or a comment.
_CODING = re.compile(br"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(br"[ \t\f]*(?:#.*)?$")
_SHEBANG = re.compile(br"#!.*python")


def is_python(name, first_bytes):
    """Whether Python would be asked to run the file.

    Args:
      name: of the file, with or without folders.
      first_bytes: bytes at its beginning; 200 are enough.
    """
    ending = os.path.splitext(name)[1].lower()
    if not ending:
        return bool(_SHEBANG.match(first_bytes.splitlines()[0] if first_bytes else b""))
    return ending in (".py", ".pyw")


def is_notebook(name):
    return name.lower().endswith(".ipynb")


class SourceText(object):
    """The text of a Python file, and how it was stored.

    Args:
      data: bytes of the file.

    Attributes:
      text: str, each line ended by a line feed.

    Raises:
      Unusable: the bytes aren't text in the encoding that the file names, which is UTF-8 where it
        names none.
    """

    def __init__(self, data):
        if b"\0" in data:
            raise Unusable("a NUL byte: Python refuses such a file, so it was copied unchanged. Store it as "
                           "text, or ignore it if it isn't a program.",
                           _line_of(data, data.index(b"\0")))
        self._data = data
        self._encoding = _encoding(data)
        text = _decoded(data, self._encoding)
        self._ends = _LINE_END.findall(text)
        self.text = _LINE_END.sub("\n", text)

    def encode(self, text):
        """The bytes of a changed text, stored as the file was.

        Args:
          text: str, each line ended by a line feed.

        Raises:
          UnicodeEncodeError: it has a character that the file's encoding lacks.
        """
        if text == self.text:
            return self._data
        if self.text and not self.text.endswith("\n"):
            text = text.rstrip("\n")
        if any(end != "\n" for end in self._ends):
            text = self._with_line_ends(text)
        return text.encode(self._encoding)

    def _with_line_ends(self, text):
        (usual, number), = collections.Counter(self._ends).most_common(1)
        if number == len(self._ends):
            return text.replace("\n", usual)
        before, after = self.text.split("\n"), text.split("\n")
        ends = [usual] * len(after)
        for _, first, last, new_first, new_last in line_changes(before, after):
            kept = min(last - first, new_last - new_first, len(self._ends) - first)
            ends[new_first:new_first + max(kept, 0)] = self._ends[first:first + max(kept, 0)]
        return "".join(line + end for line, end in zip(after, ends[:len(after) - 1] + [""]))


def _line_of(data, position):
    return 1 + len(re.findall(b"\r\n|\r|\n", data[:position]))


def _encoding(data):
    marked = data.startswith(codecs.BOM_UTF8)
    lines = re.split(b"\r\n|\r|\n", data[len(codecs.BOM_UTF8) if marked else 0:][:4096])[:2]
    found, number = _CODING.match(lines[0]), 1
    if not found and len(lines) > 1 and _BLANK.match(lines[0]):
        found, number = _CODING.match(lines[1]), 2
    name = found.group(1).decode("latin-1") if found else "utf-8"
    plain = name.lower().replace("_", "-")
    # Python reads Emacs's names ("utf-8-unix") so.
    for known in ("utf-8", "latin-1", "iso-8859-1", "iso-latin-1"):
        if plain.startswith(known + "-") and plain != "utf-8-sig":
            name = "latin-1" if known == "iso-latin-1" else known
    try:
        codec = codecs.lookup(name)
        b"00".decode(name)
    except UnicodeError:
        pass
    except (LookupError, ValueError):
        raise Unusable("the coding line names %s, which this Python doesn't know as an encoding of text; "
                       "copied unchanged. Store the file as UTF-8 and run the command again."
                       % name, number)
    if marked and codec.name not in ("utf-8", "utf-8-sig"):
        raise Unusable("the file begins with UTF-8's byte order mark but its coding line says %s; copied "
                       "unchanged. Delete the wrong one of the two and run the command again."
                       % name, number)
    return "utf-8-sig" if marked else codec.name


def _decoded(data, encoding):
    try:
        text = data.decode(encoding)
        same = text.encode(encoding) == data
    except UnicodeDecodeError as error:
        raise Unusable(
            "byte 0x%02x isn't %s; copied unchanged. Store the file as UTF-8, or name its encoding in the "
            "first line (# -*- coding: latin-1 -*-), and run the command again."
            % (error.object[error.start], encoding.replace("-sig", "").upper()),
            _line_of(error.object, error.start))
    except UnicodeError as error:
        raise Unusable("the file isn't %s (%s); copied unchanged. Store it as UTF-8 and run the command "
                       "again." % (encoding.upper(), error))
    if not same:
        raise Unusable("%s writes the characters of this file in more than one way, so it can't be stored as "
                       "it was; copied unchanged. Store it as UTF-8 and run the command "
                       "again." % encoding.upper())
    return text
