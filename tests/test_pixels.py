"""Digits pixel by pixel: the sequences, the claims, a run of seconds."""
import numpy as np

from Project_RNN_Enhancement.experiments import pixels
from Project_RNN_Enhancement.experiments.claims import Measured
from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf
from tests.experiment_case import ExperimentCase
from tests.sizes import slow
from tests.test_digits import write_digits

TINY = dict(side=4, together=2,
            units={"others": 5}, batch_size=2, held_out=4, valid_images=3, test_images=5)


def trial(variant, seed, accuracy):
    return {"variant": variant, "seed": seed, "measured": {},
            "finish": {"test_accuracy": accuracy}}


class PixelsTest(ExperimentCase):

    def test_sequences(self):
        images = np.random.RandomState(1).randint(0, 256, (3, 8, 8)).astype(np.uint8)
        one = pixels.sequences(images, 8, 1, False)
        self.assertEqual((one.shape, one.dtype), ((64, 3, 1), np.float32))
        np.testing.assert_allclose(one[10, 2, 0], images[2, 1, 2] / 255.0, rtol=1e-6)
        rows = pixels.sequences(images, 8, 8, False)
        np.testing.assert_allclose(rows[3, 1], images[1, 3] / 255.0, rtol=1e-6)
        mixed = pixels.sequences(images, 8, 1, True)[:, :, 0]
        self.assertFalse(np.array_equal(mixed, one[:, :, 0]))
        # All images in the same order, that of one permutation.
        order = np.random.RandomState(0).permutation(64)
        np.testing.assert_array_equal(mixed, one[order, :, 0])

    def test_claims(self):
        learns, above = [claim[2] for claim in pixels.claims(pixels.PRESETS["quick"])[:2]]
        for plain, permuted, expected in [(0.95, 0.8, "reproduced"), (0.95, 0.7, "partly"),
                                          (0.8, 0.7, "not reproduced")]:
            self.assertEqual(learns(Measured([
                trial("IRNN", 1, plain), trial("IRNN-permuted", 1, permuted)]))[1], expected)
        for unitary, lstm, expected in [([0.9, 0.8], [0.7, 0.6], "reproduced"),
                                        ([0.9, 0.65], [0.7, 0.6], "partly"),
                                        ([0.6, 0.65], [0.7, 0.6], "not reproduced")]:
            measured = Measured([trial("uRNN-permuted", i, x) for i, x in enumerate(unitary)] +
                                [trial("LSTM-permuted", i, x) for i, x in enumerate(lstm)])
            self.assertEqual(above(measured)[1], expected)

    @slow
    def test_run(self):
        write_digits(self.output, 20, 7)
        summary = self.tiny_run(pixels.EXPERIMENT, TINY, "--data", self.output)
        for trial in summary["trials"]:
            self.assertTrue(0 <= trial["finish"]["test_accuracy"] <= 1)
            self.assertIn("accuracy", trial["measured"])

    @slow
    def test_paper(self):
        """The paper's sizes make a graph."""
        write_digits(self.output, 5020, 2)
        preset = pixels.PRESETS["paper"]._replace(data=self.output)
        for variant in preset.variants[:4]:
            with tf.Graph().as_default():
                built = pixels.build(preset, variant, 1)
                self.assertEqual(built.losses[0].shape.ndims, 0)
                self.assertEqual(list(built.batch(0, 0)[1].values())[0].shape, (784, 20, 1))

    def test_no_data(self):
        status, _, err = self.command("pixels", "--output", self.output, "--data", self.output)
        self.assertEqual(status, 1)
        self.assertIn("has no file train-images-idx3-ubyte", err)
        write_digits(self.output, 20, 7)
        status, _, err = self.command("pixels", "--output", self.output, "--data", self.output)
        self.assertEqual(status, 1)
        self.assertIn("too few images to train on: 20, of which 5000 are held out", err)
