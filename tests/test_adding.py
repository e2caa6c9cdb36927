"""The adding problem: its data, and a run of seconds."""
import numpy as np

from Project_RNN_Enhancement.experiments import adding
from tests.experiment_case import ExperimentCase


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

    def test_run(self):
        summary = self.tiny_run(adding.EXPERIMENT, dict(
            length=6, units=5, batch_size=3, test_sequences=10))
        self.assertIn("mse", summary["trials"][0]["measured"])
