"""Pairs of sentences in two languages: an English and a Spanish Bible, or the user's two files.

The World English Bible and the Reina-Valera of 1909, both in the public domain, come in the Debian
packages `sword-text-web` and `sword-text-sparv`, and are read by the PyPI package `pysword`.
"""
import collections
import functools
import os
import re

from Project_RNN_Enhancement.datasets import packages, texts
from Project_RNN_Enhancement.datasets.packages import DataError

WEB = packages.debian(
    "sword-text-web", 3956428, ["usr/share/sword/mods.d/*.conf", "usr/share/sword/modules/*"])
RV1909 = packages.debian(
    "sword-text-sparv", 2722332, ["usr/share/sword/mods.d/*.conf", "usr/share/sword/modules/*"])

# part: what the pair is from, a book or a file; source, target: text.
Pair = collections.namedtuple("Pair", ["part", "source", "target"])

_TOKEN = re.compile(r"\w+(?:['\u2019]\w+)*|[^\w\s]")


def tokens(text):
    """Lower-case words, and every other character but white space by itself."""
    return _TOKEN.findall(text.lower())


def english_spanish():
    """The verses of both Bibles, 31,046 pairs with the packages of Debian 12.

    Verses are paired by book, chapter and number, in chapters that have as many verses in both.

    Returns:
      List of `Pair`; `part` is the English name of the book.

    Raises:
      DataError: the packages can't be had or read.
    """
    english, spanish = (_books(package) for package in (WEB, RV1909))
    return aligned(english, spanish)


def aligned(sources, targets):
    """Pairs of verses.

    Args:
      sources, targets: OrderedDicts from a book to a list of chapters, each a list of verses.
    """
    pairs = []
    for book, chapters in sources.items():
        for source, target in zip(chapters, targets.get(book, [])):
            if len(source) == len(target):
                pairs += [Pair(book, one, other) for one, other in zip(source, target)
                          if one and other]
    return pairs


def _books(package):
    try:
        from pysword.modules import SwordModules
    except ImportError as error:
        raise DataError("the verses are read by the package `pysword`, which can't be imported "
                        "(%s): pip install 'Project_RNN_Enhancement[experiments]'" % error)
    folder = os.path.join(packages.fetch(package), "usr", "share", "sword")
    books = collections.OrderedDict()
    try:
        modules = SwordModules(folder)
        bible = modules.get_bible_from_module(sorted(modules.parse_modules())[0])
        # A block holds many verses, and is unpacked again for each of them.
        bible._decompress = functools.lru_cache(maxsize=2)(bible._decompress)
        for testament in bible.get_structure().get_books().values():
            for book in testament:
                verses = iter([" ".join(verse.split()) for verse in bible.get_iter(
                    books=[book.name])])
                books[book.name] = [[next(verses, "") for _ in range(length)]
                                    for length in book.chapter_lengths]
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise DataError("%s holds no module that pysword can read (%s); delete it and try again"
                        % (folder, error))
    return books


def read_files(source, target):
    """The lines of two text files in UTF-8 as pairs; pairs with an empty line are left out.

    Returns:
      List of `Pair`; `part` is "valid" for every 50th line, "test" for the one after it, and else
      "train".

    Raises:
      DataError: a file isn't UTF-8, or they differ in length.
    """
    sources, targets = _lines(source), _lines(target)
    if len(sources) != len(targets):
        raise DataError("%s has %d lines and %s has %d: line by line, they must be each other's "
                        "translation" % (source, len(sources), target, len(targets)))
    parts = {48: "valid", 49: "test"}
    return [Pair(parts.get(i % 50, "train"), one, other)
            for i, (one, other) in enumerate(zip(sources, targets)) if one and other]


def _lines(path):
    return [" ".join(line.split()) for line in texts.read_lines(path)]
