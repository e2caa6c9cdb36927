"""Lines of text files as people have them: UTF-8 or UTF-16, with or without a byte-order mark."""
import codecs
import os
import stat

__all__ = ["check_decoded", "encoding_of", "text_lines"]

_MARKS = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
          (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def encoding_of(path):
    """Name of the encoding that a file's byte-order mark tells; UTF-8 without one.

    Raises:
      OSError: the file can't be opened.
      ValueError: it is a device, which may have no end.
    """
    mode = os.stat(path).st_mode
    if stat.S_ISFIFO(mode):
        return "utf-8-sig"  # what is read of a pipe is gone
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        raise ValueError("%s is a device, not a file." % path)
    with open(path, "rb") as stream:
        start = stream.read(4)
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    return "utf-8-sig"


def text_lines(path, encoding=None, check=True):
    """Iterates over (number from 1, line) of a text file; line ends of any kind are newlines.

    Args:
      path: the file.
      encoding: its name; None: UTF-8, or UTF-16 or UTF-32 with a byte-order mark.
      check: False: a line may have what isn't UTF-8, for `check_decoded` to find.

    Raises:
      OSError: the file can't be read.
      ValueError: it is a device; while iterating: a line isn't in that encoding.
    """
    encoding = encoding or encoding_of(path)
    number = 0
    with open(path, encoding=encoding, errors="surrogateescape") as stream:
        while True:
            try:
                line = stream.readline()
            except UnicodeError as error:
                raise ValueError("%s, behind line %d: not %s (%s)" % (path, number, encoding, error))
            if not line:
                return
            number += 1
            if check:
                check_decoded(line, path, number)
            yield number, line


def check_decoded(line, name, number):
    """ValueError with the file's name and the line's number if a byte of the line isn't UTF-8."""
    try:
        line.encode("utf-8")
    except UnicodeEncodeError as error:
        place = len(line[:error.start].encode("utf-8")) + 1
        raise ValueError("%s, line %d: byte %d is not UTF-8 (0x%02x)"
                         % (name, number, place, ord(line[error.start]) - 0xdc00))
