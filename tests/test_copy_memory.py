"""The copy memory problem: its data, its claims, and a run of seconds."""
import math

import numpy as np

from Project_RNN_Enhancement.experiments import claims, copying
from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf
from tests.experiment_case import ExperimentCase
from tests.sizes import slow


def _results(**losses):
    return claims.Measured([
        {"variant": variant, "seed": seed, "measured": {"loss": loss}, "solved_at": None}
        for variant, values in losses.items() for seed, loss in enumerate(values)])


class CopyingTest(ExperimentCase):

    def test_sequences(self):
        for length in (1, 4):
            inputs, targets = copying.sequences(np.random.RandomState(1), 400, length)
            self.assertEqual((inputs.shape, inputs.dtype), ((length + 20, 400), np.int32))
            for read, answer in zip(inputs.T.tolist(), targets.T.tolist()):
                symbols = read[:10]
                self.assertTrue(set(symbols) <= set(range(1, 9)))
                self.assertEqual(read, symbols + (length - 1) * [0] + [9] + 10 * [0])
                self.assertEqual(answer, (length + 10) * [0] + symbols)
            self.assertTrue((np.bincount(inputs[:10].ravel())[1:9] > 400).all())

    def test_baseline(self):
        # Blank for sure, then one of the eight.
        for length in (10, 30):
            losses = (length + 10) * [0.0] + 10 * [-math.log(1 / 8.0)]
            self.assertAlmostEqual(copying.baseline(length), np.mean(losses))
        self.assertAlmostEqual(copying.baseline(30), 0.4159, 4)

    def test_claims(self):
        preset = copying.PRESETS["quick"]
        level = copying.baseline(preset.length)

        def verdicts(**losses):
            return [claim.verdict for claim in claims.judge(
                copying.claims(preset), _results(**losses))]

        near, low = [level, 0.95 * level], [0.4 * level, 0.1 * level]
        mixed = [0.4 * level, 0.6 * level]
        def tuned(lstm, gru):
            return {"LSTM-tuned": lstm, "GRU-tuned": gru}

        self.assertEqual(verdicts(uRNN=low, LSTM=near, tanh=near, **tuned(near, near)),
                         3 * ["reproduced"])
        self.assertEqual(verdicts(uRNN=low, LSTM=mixed, tanh=low, **tuned(near, mixed)),
                         ["partly", "partly", "not reproduced"])
        self.assertEqual(verdicts(uRNN=mixed, LSTM=low, tanh=low, **tuned(low, low)),
                         3 * ["not reproduced"])
        self.assertEqual(verdicts(uRNN=low, LSTM=near), ["reproduced"] + 2 * ["not measured"])

    @slow
    def test_run(self):
        summary = self.tiny_run(copying.EXPERIMENT, dict(
            length=2, units={cell: 4 for cell in copying.CELLS}, batch_size=3,
            test_sequences=10))
        self.assertEqual(set(summary["trials"][0]["measured"]) & {"loss", "recall"},
                         {"loss", "recall"})

    @slow
    def test_paper_preset_builds(self):
        preset = copying.PRESETS["paper"]
        for variant in preset.variants:
            with tf.Graph().as_default():
                trial = copying.build(preset._replace(test_sequences=2), variant, 1)
                self.assertEqual(len(trial.updates()), 1)
