"""Old programs go through the upgrade and print what they printed before, on every TensorFlow."""
import io
import os
import shutil
import tempfile
import unittest
from unittest import mock

import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.upgrade import __main__ as command
from Project_RNN_Enhancement.upgrade.findings import LOOK
from Project_RNN_Enhancement.upgrade.program import Options, convert_program
from tests import old_programs
from tests.experiment_case import take_turns
from tests.sizes import slow, some

_IS_TF1 = tf.__version__.startswith("1.")
# What is left for a person: (program, file, a part of the line, a part of the message).
_LEFT = ()
# Of the programs that TensorFlow 1.15 knows, those that are converted for it too.
_FOR_1_15 = ("ptb_0_8", "attention_1_4")


class OldProgramsTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.converted = {name: cls.convert(name) for name in old_programs.PROGRAMS}
        cls.before = old_programs.printed_before()

    @staticmethod
    def convert(name, texts=None, target="2"):
        texts = old_programs.sources_of(name) if texts is None else texts
        return convert_program(texts, Options(target, hints=old_programs.PROGRAMS[name].hints))

    @staticmethod
    def texts_of(conversions):
        return {path: conversion.text for path, conversion in conversions.items()}

    def run_and_compare(self, programs):
        """Runs programs, dict from name to texts, and compares what they print with stock's."""
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        take_turns(self)
        printed = old_programs.run({name: old_programs.write(folder, name, texts)
                                    for name, texts in programs.items()})
        for name, (out, failure) in sorted(printed.items()):
            with self.subTest(name):
                self.assertEqual("", failure)
                self.assertIn("loss", out)
                self.assertEqual([], old_programs.differences(self.before[name], out))

    @slow
    def test_converted_programs_print_the_same(self):
        self.run_and_compare({name: self.texts_of(made[0])
                              for name, made in some(sorted(self.converted.items()), 7)})

    @slow
    @unittest.skipUnless(_IS_TF1, "programs as they were need TensorFlow 1.15")
    def test_programs_as_they_were_print_the_same(self):
        self.run_and_compare({name: old_programs.sources_of(name)
                              for name, program in some(old_programs.PROGRAMS.items(), 7)
                              if program.stock})

    @slow
    @unittest.skipUnless(_IS_TF1, "what is made for 1.15 needs it")
    def test_programs_made_for_1_15_print_the_same(self):
        made = {name: self.texts_of(self.convert(name, target="1.15")[0]) for name in _FOR_1_15}
        for texts in made.values():
            for text in texts.values():
                self.assertNotIn("compat.v1", text)
        self.run_and_compare(made)

    @slow
    def test_second_conversion_changes_nothing(self):
        for name, (conversions, _, _) in some(sorted(self.converted.items()), 7):
            with self.subTest(name):
                texts = self.texts_of(conversions)
                again, _, questions = self.convert(name, texts)
                self.assertEqual(texts, self.texts_of(again))
                self.assertEqual([], questions)

    def test_nothing_is_left_to_look_at_but_what_is_known(self):
        for name, (conversions, _, questions) in sorted(self.converted.items()):
            with self.subTest(name):
                self.assertEqual([], questions)
                lines = {path: text.split("\n") for path, text in old_programs.sources_of(name).items()}
                left = [(path, lines[path][finding.line - 1], finding.message)
                        for path, conversion in sorted(conversions.items())
                        for finding in conversion.findings if finding.kind == LOOK]
                known = [entry[1:] for entry in _LEFT if entry[0] == name]
                surprises = [entry for entry in left if not any(
                    path == entry[0] and line in entry[1] and message in entry[2]
                    for path, line, message in known)]
                self.assertEqual([], surprises)
                self.assertEqual(len(known), len(left))

    def test_eras(self):
        for name, (conversions, _, _) in sorted(self.converted.items()):
            with self.subTest(name):
                era = old_programs.PROGRAMS[name].era
                calls = [line for text in self.texts_of(conversions).values()
                         for line in text.split("\n") if "set_era(" in line]
                self.assertEqual([] if era is None else ['rnn_enhancement.set_era("%s")' % era], calls)

    @slow
    def test_folders_through_the_command(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        for name in ("birnn_0_7", "notebook_1_0"):
            with self.subTest(name):
                made = os.path.join(folder, name)
                with mock.patch("sys.stdout", new_callable=io.StringIO) as out:
                    status = command.main([os.path.join(old_programs.FOLDER, name), "-o", made])
                self.assertEqual(0, status, out.getvalue())
                start = old_programs.PROGRAMS[name].start
                with io.open(os.path.join(made, start), encoding="utf-8") as stream:
                    text = stream.read()
                if start.endswith(".ipynb"):
                    text = old_programs.code_of(text)
                self.assertEqual(self.converted[name][0][start].text.strip(), text.strip())


if __name__ == "__main__":
    unittest.main()
