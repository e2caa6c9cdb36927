"""The experiment translate: its vocabulary and arrays, its verdicts, and a run of seconds."""
import os
import unittest

import numpy as np

from Project_RNN_Enhancement.datasets import verses
from Project_RNN_Enhancement.experiments import claims, translate
from Project_RNN_Enhancement.experiments.errors import ExperimentError
from tests.experiment_case import ExperimentCase
from tests.sizes import slow, usual_on_1

try:
    import sacrebleu
except ImportError:
    sacrebleu = None

NUMBERS = ("one", "two", "three", "four", "five")
NUMEROS = ("uno", "dos", "tres", "cuatro", "cinco")


def preset(**changes):
    return translate.PRESETS["quick"]._replace(buckets=((3, 4), (6, 7)), **changes)


class DataTest(unittest.TestCase):

    def test_vocabulary(self):
        words = translate.Vocabulary([["b", "a"], ["b", "c"]], 2)
        self.assertEqual(len(words), 6)
        self.assertEqual(words.ids(["b", "a", "c"]), [4, 5, translate.UNKNOWN])
        self.assertEqual(words.words([5, translate.UNKNOWN, 4, translate.END, 4], "vwxyz"),
                         ["a", "w", "b"])

    def test_split(self):
        pairs = [verses.Pair(part, text, text.upper()) for part, text in (
            ("Ruth", "a b c"), ("Ruth", "a b c d"), ("Amos", "e"), ("Mark", "f"), ("Mark", "g h"))]
        texts = translate.split(pairs, (3, 4), ("Amos",), ("Ruth",))
        self.assertEqual(texts.test, [(["a", "b", "c"], ["a", "b", "c"])])
        self.assertEqual(texts.valid, [(["e"], ["e"])])
        self.assertEqual([source for source, _ in texts.train], [["f"], ["g", "h"]])
        with self.assertRaisesRegex(ExperimentError, "at most 2 words are left for the test part"):
            translate.split(pairs, (2, 4), ("Amos",), ("Ruth",))

    def test_arrays(self):
        texts = translate.Texts([(["a", "b"], ["x"]), (["a"], ["x", "y", "z", "x"])], [], [])
        coder = translate.Coder(preset(source_words=9, target_words=2), texts)
        arrays = coder.arrays(texts.train)
        self.assertEqual(arrays[0][0].tolist(), [[0, 5, 4]])
        self.assertEqual(arrays[0][1].tolist(), [[translate.GO, 4, translate.END, 0, 0]])
        self.assertEqual(arrays[1][0].tolist(), [[0, 0, 0, 0, 0, 4]])
        self.assertEqual(arrays[1][1].tolist(), [
            [translate.GO, 4, 5, translate.UNKNOWN, 4, translate.END, 0, 0]])

    @unittest.skipIf(sacrebleu is None, "sacrebleu is not installed")
    def test_bleu(self):
        reference = "the cat sat on the mat".split()
        self.assertAlmostEqual(translate.bleu([reference], [reference]), 100)
        # Precisions 4/5, 2/4, 1/3 and 1/(2*2), by exponential smoothing; five words for six.
        answer = "the cat sat a mat".split()
        expected = 100 * np.exp(1 - 6 / 5.0) * (4 / 5.0 * 2 / 4.0 * 1 / 3.0 * 1 / 4.0) ** 0.25
        self.assertAlmostEqual(translate.bleu([answer], [reference]), expected, 3)


class VerdictTest(unittest.TestCase):

    def test_verdicts(self):
        for numbers, expected in (
                ([(3, 1, 2, 2), (4, 1, 2, 3)], [claims.REPRODUCED] * 2),
                ([(3, 1, 2, 4), (0.5, 1, 0.4, 0.4)], [claims.PARTLY] * 2),
                ([(0.5, 1, 0.1, 0.6)], [claims.NOT_REPRODUCED] * 2),
                ([(0.5, 0.1, 1, 0.6)], [claims.NOT_REPRODUCED] * 2),
                ([], [claims.NOT_MEASURED] * 2)):
            trials = [{"variant": "attention", "measured": {}, "finish": dict(
                zip(("bleu", "copy_bleu", "other_bleu", "greedy_bleu"), row))} for row in numbers]
            self.assertEqual([claim.verdict for claim in claims.judge(
                translate.claims(preset()), claims.Measured(trials))], expected)


class RunTest(ExperimentCase):

    def files(self):
        random = np.random.RandomState(1)
        paths = [os.path.join(self.output, name) for name in ("english", "spanish")]
        with open(paths[0], "w") as english, open(paths[1], "w") as spanish:
            for _ in range(150):
                numbers = random.randint(5, size=random.randint(2, 6))
                english.write(" ".join(NUMBERS[number] for number in numbers) + "\n")
                spanish.write(" ".join(NUMEROS[number] for number in numbers) + "\n")
        return paths

    @slow
    @unittest.skipIf(sacrebleu is None, "sacrebleu is not installed")
    @usual_on_1
    def test_run(self):
        english, spanish = self.files()
        summary = self.tiny_run(translate.EXPERIMENT, dict(
            buckets=((3, 4), (6, 7)), units=6, embedding_size=5, batch_size=8, sampled=4, beam=2),
            "--source", english, "--target", spanish)
        finish = summary["trials"][0]["finish"]
        self.assertEqual(finish["test_pairs"], 3)
        self.assertLess(finish["copy_bleu"], 10)
        self.assertIn("valid_bleu", summary["trials"][0]["measured"])
        with open(os.path.join(self.output, "attention", "seed-1", "attention.png"), "rb") as png:
            self.assertEqual(png.read(4), b"\x89PNG")

    def test_errors(self):
        english, spanish = self.files()
        status, _, err = self.command("translate", "--output", self.output, "--source", english)
        self.assertEqual((status, err), (
            1, "translate: --source and --target must be given together\n"))
        with open(spanish, "a") as stream:
            stream.write("uno\n")
        status, _, err = self.command("translate", "--output", self.output, "--jobs", 1,
                                      "--source", english, "--target", spanish)
        self.assertEqual(status, 1)
        self.assertRegex(err, "english has 150 lines and .*spanish has 151")
