"""The upgrade's way from bytes to text and back, what of a folder it reads, and the hints it finds there."""
import datetime
import os
import random
import unittest

from Project_RNN_Enhancement.upgrade.files.errors import Unusable
from Project_RNN_Enhancement.upgrade.files.source_text import SourceText, is_python
from Project_RNN_Enhancement.upgrade.files.hints import dated, era_of, hints, versions
from Project_RNN_Enhancement.upgrade.files.tree import NOTEBOOK, OTHER, PYTHON, read_tree
from tests.experiment_case import FolderCase
from tests.upgrade_case import UpgradeCase


def renamed(data):
    """The bytes after "old" became "new" in their text."""
    source = SourceText(data)
    return source.encode(source.text.replace("old", "new"))


class SourceTextTest(unittest.TestCase):

    def assert_kept(self, data):
        """Everything but the name stays."""
        self.assertEqual(renamed(data), data.replace(b"old", b"new"))

    def test_encodings(self):
        for name, letters in [("latin-1", "é"), ("cp1252", "€"), ("gbk", "中文"), ("euc-kr", "한국"),
                              ("shift_jis", "日本"), ("koi8-r", "да"), ("utf-8", "ü中"), ("big5", "中")]:
            for form in ("# -*- coding: %s -*-\nold = u'%s'\n", "#!/usr/bin/python\n# coding=%s\n# %s\nold\n",
                         "\n# vim: set fileencoding=%s :\nold = '%s'"):
                data = (form % (name, letters)).encode(name)
                self.assertIn(letters, SourceText(data).text)
                self.assert_kept(data)

    def test_emacs_names(self):
        self.assert_kept("# -*- coding: utf-8-unix -*-\nold = 'é'\n".encode("utf-8"))
        self.assert_kept("# -*- coding: latin-1-dos -*-\r\nold = 'é'\r\n".encode("latin-1"))

    def test_letters_before_the_coding_line(self):
        self.assert_kept("# José\n# -*- coding: latin-1 -*-\nold\n".encode("latin-1"))
        self.assert_kept("# José -*- coding: latin-1 -*-\nold\n".encode("latin-1"))

    def test_no_coding_line(self):
        """A comment after code, or on the third line, is none."""
        for data in (b"x = 1\n# coding: latin-1\ny = '\xe9'\n", b"\n\n# coding: latin-1\ny = '\xe9'\n"):
            with self.assertRaises(Unusable) as caught:
                SourceText(data)
            self.assertEqual(caught.exception.line, data.count(b"\n"))
            self.assertIn("byte 0xe9 isn't UTF-8", caught.exception.message)

    def test_mark(self):
        self.assert_kept(b"\xef\xbb\xbfold = 1\n")
        self.assert_kept(b"\xef\xbb\xbf# coding: utf-8\r\nold = 1\r\n")
        self.assertEqual(SourceText(b"\xef\xbb\xbfold").text, "old")
        with self.assertRaisesRegex(Unusable, "byte order mark but its coding line says latin-1"):
            SourceText(b"\xef\xbb\xbf# coding: latin-1\n")
        with self.assertRaises(Unusable) as caught:
            SourceText(b"\xef\xbb\xbf# a\n\xe9\n")
        self.assertEqual(caught.exception.line, 2)
        self.assertIn("byte 0xe9 isn't UTF-8", caught.exception.message)

    def test_layout(self):
        for data in (b"", b"old", b"old\n", b"old\n\n\n", b"\told\n\x0c\n\told  \n", b"a\x0bold\n",
                     b"old\\\n+1\n",
                     b"old\r\nb\r\n", b"old\rb\r", b"old\r\nb", b"a\nold\r\nold\nb\r\nc\rold"):
            self.assert_kept(data)
            self.assertNotIn("\r", SourceText(data).text)

    def test_line_ends_of_added_and_deleted_lines(self):
        for before, after, expected in [
                (b"a\r\nb\r\n", "a\nx\nb\n", b"a\r\nx\r\nb\r\n"),
                (b"a\nb\r\nc\r\n", "a\nx\nb\nc\n", b"a\nx\r\nb\r\nc\r\n"),
                (b"a\nb\r\nc\r\nd\n", "a\nd\n", b"a\nd\n"),
                (b"a\r\nb\n", "", b""),
                (b"a\r\nb", "a\nb\nc\n", b"a\r\nb\r\nc"),
                (b"a\nb\r\nc", "x\nb\nc\nd\n", b"x\nb\r\nc\nd")]:
            source = SourceText(before)
            self.assertEqual(source.encode(after), expected)

    def test_any_layout(self):
        """With any mixture of line ends, an added line leaves the others as they are."""
        chance = random.Random(1)
        for _ in range(300):
            lines = [b"%d" % chance.randrange(5) + chance.choice([b"\n", b"\r\n", b"\r"])
                     for _ in range(chance.randrange(1, 9))]
            data = b"".join(lines)
            source = SourceText(data)
            self.assertEqual(source.encode(source.text), data)
            encoded = source.encode(source.text + "y\n")
            self.assertTrue(encoded.startswith(data), (data, encoded))
            self.assertEqual(SourceText(encoded).text, source.text + "y\n")

    def test_unknown_and_binary_encodings(self):
        for name in ("klingon", "hex", "rot13"):
            with self.assertRaisesRegex(Unusable, "the coding line names %s" % name):
                SourceText(b"# coding: " + name.encode() + b"\nold\n")

    def test_bytes_that_are_not_in_the_encoding(self):
        with self.assertRaises(Unusable) as caught:
            SourceText(b"# coding: ascii\r\n\r\nx = '\xc3\xa9'\r\n")
        self.assertEqual(caught.exception.line, 3)
        self.assertIn("0xc3 isn't ASCII", caught.exception.message)

    def test_more_than_one_way_to_write(self):
        with self.assertRaisesRegex(Unusable, "more than one way"):
            SourceText(b"# coding: utf-7\nx = '+AGE-'\n")

    def test_nul(self):
        with self.assertRaises(Unusable) as caught:
            SourceText(b"a\r\nb\0\n")
        self.assertEqual(caught.exception.line, 2)
        self.assertIn("NUL", caught.exception.message)

    def test_letters_that_the_encoding_lacks(self):
        with self.assertRaises(UnicodeEncodeError):
            SourceText(b"# coding: latin-1\n").encode("# coding: latin-1\n\u4e2d\n")

    def test_is_python(self):
        for name, first, expected in [
                ("a.py", b"", True), ("A.PY", b"", True), ("a.pyw", b"", True),
                ("a.txt", b"#!/bin/python", False),
                ("train", b"#!/usr/bin/env python2.7\nx", True), ("train", b"#!/bin/sh\npython", False),
                ("train", b"", False), ("a.pyc", b"", False), (".py", b"", False)]:
            self.assertEqual(is_python(name, first), expected, name)


class TreeTest(UpgradeCase):

    def paths(self, kind):
        return [entry.path for entry in read_tree(self.source).entries if entry.kind == kind]

    def test_kinds(self):
        for name in ("a.py", "b/c.py", "b/d.txt", "n.ipynb", "a.pyc", "b/__pycache__/c.py", ".git/x.py",
                     ".ipynb_checkpoints/n.ipynb", ".gitignore", "env/pyvenv.cfg", "env/x.py",
                     "bin/activate.txt"):
            self.add(name, b"")
        self.add("run", b"#!/usr/bin/python\n")
        self.assertEqual(self.paths(PYTHON), ["a.py", "run", "b/c.py"])
        self.assertEqual(self.paths(NOTEBOOK), ["n.ipynb"])
        self.assertEqual(self.paths(OTHER), [".gitignore", "b/d.txt", "bin/activate.txt"])
        self.assertEqual([path for path, _ in read_tree(self.source).left_out],
                         [".git", ".ipynb_checkpoints", "a.pyc", "env", "b/__pycache__"])

    def test_folder_with_the_name_of_a_file(self):
        self.add("a.py/b.py", b"")
        self.add("c.ipynb/d", b"")
        self.assertEqual(self.paths(PYTHON), ["a.py/b.py"])
        self.assertEqual(self.paths(NOTEBOOK), [])


class HintsTest(FolderCase):

    def test_eras(self):
        for version, era in [("0.12.1", "0.12"), ("1.0", "1.0"), ("1.15.5", "1.15"), ("0.4", None),
                             ("0.13", None),
                             ("1.16", None), ("2.0", None), ("1", None), ("1.x", None), ("1.4.0rc1", "1.4")]:
            self.assertEqual(era_of(version), era, version)

    def test_versions(self):
        for text, era in [
                ("tensorflow==0.12.1", "0.12"), ("tensorflow-gpu>=1.4", "1.4"), ("TensorFlow 1.0", "1.0"),
                ("Requires [TensorFlow](https://www.tensorflow.org/) r0.10", "0.10"), ("TF 1.4+", "1.4"),
                ("**Tensorflow** (version 1.2.x)", "1.2"), ("| TensorFlow | 1.3 |", "1.3"),
                ("`tensorflow` v1.5", "1.5"),
                ("  - tensorflow=1.3.0=py36_0", "1.3"),
                ("install_requires=['tensorflow_gpu >= 1.1, < 2'],", "1.1"),
                ("tensorflow = \"==1.12\"", "1.12"), ("tensorflow==1.0.0rc2", "1.0"),
                ("tensorflow[extra]~=1.14", "1.14"),
                ("pip install https://x/linux/cpu/tensorflow-0.8.0-cp27-none-linux_x86_64.whl", "0.8"),
                ("see https://www.tensorflow.org/versions/r0.9/tutorials", "0.9"),
                ("FROM tensorflow/tensorflow:1.4.0-gpu-py3", "1.4"), ("Python 2.7, TensorFlow 0.11", "0.11")]:
            self.assertEqual(versions("\n" + text), [(era, 2)], text)

    def test_other_numbers(self):
        for text in ("tensorflow-hub==0.8", "tensorflow-probability 0.5", "tensorflow_datasets==1.2",
                     "tensorboard 1.4",
                     "tensorflow-serving-api==1.3", "tensorflow", "TensorFlow 1.x", "TensorFlow 2.3",
                     "tensorflow<1.3",
                     "tensorflow!=1.2", "TensorFlow and Python 1.5", "TensorFlow is 1.5x faster",
                     "TensorFlow 1.5 times",
                     "mytensorflow 1.0", "tf.nn 1.0", "tf-idf 0.8", "TensorFlow, Keras 1.2",
                     "TensorFlow 0.95",
                     "tensorflow-estimator==1.13", "keras==1.2"):
            self.assertEqual(versions(text), [], text)

    def test_files(self):
        for name in ("README.md", "requirements.txt", "notes.txt", "Readme"):
            self.file(name, b"\xff\nTensorFlow 0.8\ntensorflow 0.8 and tensorflow 0.9")
        os.mkdir(os.path.join(self.folder, "requirements"))
        self.file("requirements/gpu.txt", b"tensorflow-gpu==1.4")
        os.mkdir(os.path.join(self.folder, "README"))
        self.assertEqual(hints(self.folder), [
            (era, "%s, line %d" % (name, line)) for name in ("README.md", "Readme", "requirements.txt")
            for era, line in (("0.8", 2), ("0.9", 3))] + [("1.4", "requirements/gpu.txt, line 1")])
        self.assertEqual(hints(os.path.join(self.folder, "missing")), [])

    def test_dates(self):
        path, other = self.file("a.py", b""), self.file("b.py", b"")
        os.utime(other, (10 ** 9, 10 ** 9))
        for day, version in [("2015-10-31", None), ("2015-11-02", "0.5"), ("2016-05-03", "0.8"),
                             ("2018-02-01", "1.5"),
                             ("2020-06-30", "1.15"), ("2020-07-01", None), ("2026-01-01", None)]:
            since = datetime.datetime.strptime(day, "%Y-%m-%d") - datetime.datetime(1970, 1, 1)
            seconds = since.total_seconds()
            os.utime(path, (seconds, seconds))
            self.assertEqual(dated([path, other, path + "x"]), version and (
                "The newest of its files is of %s, when TensorFlow %s was the newest." % (day, version)))
        self.assertIsNone(dated([]))
