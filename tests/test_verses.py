"""Pairs of sentences: alignment of verses, the user's files, words."""
import collections
import sys
import unittest
from unittest import mock

from Project_RNN_Enhancement.datasets import verses
from Project_RNN_Enhancement.datasets.packages import DataError
from tests.experiment_case import FolderCase


class VersesTest(FolderCase):

    def test_tokens(self):
        self.assertEqual(verses.tokens(u"He said, \u201cDon\u2019t fear!\u201d"),
                         ["he", "said", ",", u"\u201c", u"don\u2019t", "fear", "!", u"\u201d"])
        self.assertEqual(verses.tokens(u"\u00bfQu\u00e9 es Beth-lehem?"),
                         [u"\u00bf", u"qu\u00e9", "es", "beth", "-", "lehem", "?"])

    def test_aligned(self):
        english = collections.OrderedDict([
            ("Ruth", [["a", "b"], ["c"], ["d", ""]]), ("Tobit", [["x"]]), ("Jude", [["e"], ["f"]])])
        spanish = {"Ruth": [["A", "B"], ["C", "C2"], ["D", "E"]], "Jude": [["F"]]}
        self.assertEqual(verses.aligned(english, spanish),
                         [("Ruth", "a", "A"), ("Ruth", "b", "B"), ("Ruth", "d", "D"),
                          ("Jude", "e", "F")])

    def test_files(self):
        lines = ["line  %d " % number for number in range(100)]
        lines[3] = ""
        source = self.file("a", "\n".join(lines).encode() + b"\n")
        translated = [u"l\u00ednea %d" % number for number in range(100)]
        target = self.file("b", u"\n".join(translated).encode("utf-8"))
        pairs = verses.read_files(source, target)
        self.assertEqual(len(pairs), 99)
        self.assertEqual(pairs[0], ("train", "line 0", u"l\u00ednea 0"))
        self.assertEqual([pair.source for pair in pairs if pair.part == "valid"],
                         ["line 48", "line 98"])
        self.assertEqual([pair.source for pair in pairs if pair.part == "test"],
                         ["line 49", "line 99"])

    def test_byte_order_mark_and_line_ends(self):
        pairs = verses.read_files(self.file("one", b"\xef\xbb\xbfa\r\nb"),
                                  self.file("two", b"c\nd\n"))
        self.assertEqual(pairs, [("train", "a", "c"), ("train", "b", "d")])

    def test_errors(self):
        one, two = self.file("one", b"a\n"), self.file("two", b"a\nb\n")
        with self.assertRaisesRegex(DataError, "one has 1 lines and .*two has 2: line by line"):
            verses.read_files(one, two)
        with self.assertRaisesRegex(DataError, "bad, line 2: byte 1 is not UTF-8"):
            verses.read_files(self.file("bad", b"a\n\xe9\n"), two)

    def test_without_pysword(self):
        with mock.patch.dict(sys.modules, {"pysword": None, "pysword.modules": None}):
            with self.assertRaisesRegex(DataError, "pysword.*pip install"):
                verses.english_spanish()

    def test_folder_without_verses(self):
        try:
            import pysword
        except ImportError:
            raise unittest.SkipTest("pysword is not installed")
        self.assertTrue(pysword)
        with mock.patch.object(verses.packages, "fetch", lambda package: self.folder):
            with self.assertRaisesRegex(DataError, "no module that pysword can read"):
                verses.english_spanish()
