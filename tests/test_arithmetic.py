"""Arithmetic by characters: its problems, what decides its claims, and a run of seconds."""
import re

import numpy as np

from Project_RNN_Enhancement.experiments import arithmetic, claims
from tests.experiment_case import ExperimentCase, made_up
from tests.sizes import slow


class ArithmeticTest(ExperimentCase):

    def test_answers(self):
        random, lengths = np.random.RandomState(1), set()
        for _ in range(300):
            text, answer = arithmetic.problem(random, 3, 0.4)
            a, sign, b = re.match(r"^(\d+)([+-])(\d+)=$", re.sub("[a-z]", "", text)).groups()
            self.assertEqual(answer, "%d." % (int(a) + int(sign + b)))
            self.assertNotRegex(text, "^[a-z]|[a-z][a-z]")
            lengths.add((len(a), len(b)))
        self.assertEqual(lengths, {(i, j) for i in (1, 2, 3) for j in (1, 2, 3)})
        text, _ = arithmetic.problem(random, 3, 0.0)
        self.assertNotRegex(text, "[a-z]")

    def test_problems(self):
        characters, following, weights = arithmetic.problems(np.random.RandomState(1), 50, 2, 0.3)
        self.assertEqual((characters.dtype, weights.dtype), (np.int32, np.float32))
        np.testing.assert_array_equal(characters[1:], following[:-1])
        drawn = np.random.RandomState(1)
        for i in range(50):
            text, answer = arithmetic.problem(drawn, 2, 0.3)
            asked = following[weights[:, i] == 1, i]
            self.assertEqual("".join(arithmetic.CHARACTERS[k] for k in asked), answer)
            read = characters[:len(text), i]
            self.assertEqual("".join(arithmetic.CHARACTERS[k] for k in read), text)

    def test_claims(self):
        def words(**accuracies):
            found = dict({"tanh": (0.3, 0.4), "GRU": (0.9, 0.92), "JZS1": (0.9, 0.9),
                          "JZS2": (0.88, 0.88), "JZS3": (0.99, 0.99), "LSTM": (0.7, 0.8),
                          "LSTM_b": (0.85, 0.9)}, **accuracies)
            results = made_up("accuracy", {name.replace("_", "-"): values
                                           for name, values in found.items()})
            return [claim.verdict for claim in claims.judge(
                arithmetic.claims(arithmetic.PRESETS["quick"]), claims.Measured(results))]

        self.assertEqual(words(), ["reproduced"] * 3)
        self.assertEqual(words(JZS2=(0.85, 0.85)), ["partly", "reproduced", "reproduced"])
        self.assertEqual(words(tanh=(0.85, 0.85)), ["reproduced", "partly", "reproduced"])
        self.assertEqual(words(tanh=(0.95, 0.95), GRU=(1, 1)),
                         ["partly", "not reproduced", "reproduced"])
        self.assertEqual(words(LSTM_b=(0.75, 0.9))[2], "partly")
        self.assertEqual(words(LSTM_b=(0.7, 0.72))[2], "not reproduced")

    @slow
    def test_run(self):
        summary = self.tiny_run(arithmetic.EXPERIMENT, dict(
            units=5, batch_size=3, test_problems=10))
        self.assertIn("accuracy", summary["trials"][0]["measured"])
