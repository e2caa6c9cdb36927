"""The adding problem: its data, its claims, and a run of seconds."""
import numpy as np

from Project_RNN_Enhancement.experiments import adding, claims
from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf
from tests.experiment_case import ExperimentCase
from tests.sizes import slow


class AddingTest(ExperimentCase):

    def test_sequences(self):
        inputs, sums = adding.sequences(np.random.RandomState(1), 2000, 11)
        self.assertEqual((inputs.shape, inputs.dtype), ((11, 2000, 2), np.float32))
        np.testing.assert_array_equal(inputs[:5, :, 1].sum(0), 1)
        np.testing.assert_array_equal(inputs[5:, :, 1].sum(0), 1)
        np.testing.assert_allclose(sums, (inputs[:, :, 0] * inputs[:, :, 1]).sum(0))
        # Marks are anywhere in their half, numbers uniform.
        self.assertTrue((inputs[:, :, 1].sum(1) > 250).all())
        np.testing.assert_allclose(np.mean((sums - 1) ** 2), adding.BASELINE, atol=0.01)

    def test_claims(self):
        def verdicts(**errors):
            measured = claims.Measured([
                {"variant": variant, "seed": seed, "steps": 9, "measured": {"mse": error}}
                for variant, values in errors.items() for seed, error in enumerate(values)])
            return [claim.verdict for claim in claims.judge(
                adding.claims(adding.PRESETS["quick"]), measured)]

        solved, learnt, unsolved = [0.001, 0.019], [0.019, 0.06], [0.16, 0.17]
        self.assertEqual(
            verdicts(IRNN=solved, tanh=unsolved, LSTM=learnt, uRNN=learnt, GRU=solved, JZS1=solved),
            3 * ["reproduced"])
        self.assertEqual(
            verdicts(IRNN=learnt, tanh=unsolved, LSTM=unsolved, uRNN=learnt, GRU=learnt,
                     JZS1=solved),
            3 * ["partly"])
        self.assertEqual(
            verdicts(IRNN=learnt, tanh=learnt, LSTM=unsolved, uRNN=unsolved, GRU=learnt,
                     JZS1=learnt),
            3 * ["not reproduced"])
        self.assertEqual(verdicts(IRNN=solved, LSTM=solved, GRU=solved), 3 * ["not measured"])

    @slow
    def test_run(self):
        summary = self.tiny_run(adding.EXPERIMENT, dict(
            length=6, units={"others": 5}, batch_size=3, test_sequences=10))
        self.assertIn("mse", summary["trials"][0]["measured"])

    @slow
    def test_paper_preset_builds(self):
        preset = adding.PRESETS["paper"]._replace(length=5, test_sequences=2)
        for variant in preset.variants:
            with tf.Graph().as_default():
                trial = adding.build(preset, variant, 1)
                self.assertEqual(len(trial.updates()), 1)
