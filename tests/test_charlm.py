"""The language model of characters: its data, its numbers past the horizon, a run of seconds."""
import contextlib
import io
import os

import numpy as np

from Project_RNN_Enhancement.experiments import charlm, trial_process
from Project_RNN_Enhancement.experiments.claims import Measured
from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf
from tests.experiment_case import ExperimentCase
from tests.sizes import slow

TINY = dict(length=5, units=6, batch_size=2, valid_sequences=3, long_length=120, long_sequences=2)


def trial(variant, seed, **finish):
    return {"variant": variant, "seed": seed, "measured": {"bpc": 2.0}, "finish": finish}


class CharlmTest(ExperimentCase):

    def text(self, size=3000):
        path = os.path.join(self.output, "text.txt")
        with open(path, "w") as stream:
            stream.write("".join(np.random.RandomState(0).choice(list("abc \n"), size)))
        return path

    def test_windows(self):
        ids = np.arange(100, 200)
        np.testing.assert_array_equal(charlm.windows(ids, [0, 7], 3),
                                      [[100, 107], [101, 108], [102, 109], [103, 110]])
        spread = charlm.spread(ids, 4, 9)
        self.assertEqual(spread.shape, (10, 4))
        self.assertEqual((spread.min(), spread.max()), (100, 199))

    def test_past_the_horizon(self):
        norms = np.outer(2.0 ** np.arange(200), [1, 3])
        bits = np.arange(200.0)
        results, curve = charlm.past_the_horizon(norms, bits, 190)
        self.assertAlmostEqual(results["norm_ratio"], 2.0 ** 10)
        self.assertAlmostEqual(results["late_bpc"], 149.5)
        self.assertEqual(curve["norm"][:2], [2, 4])
        norms[-1] = np.inf, np.nan
        bits[-1] = np.nan
        results, _ = charlm.past_the_horizon(norms, bits, 10)
        self.assertTrue(1e30 < results["norm_ratio"] <= charlm.LARGEST)
        self.assertTrue(np.isfinite(results["late_bpc"]))

    def test_claims(self):
        stays, lower = [claim[2] for claim in charlm.claims(charlm.PRESETS["quick"])[:2]]
        for plain, stable, expected in [
                ([90, 11], [0.6, 1.9], "reproduced"), ([90, 9], [0.6, 1.9], "partly"),
                ([90, 11], [0.6, 2.1], "partly"), ([90, 9], [0.4, 1], "not reproduced")]:
            measured = Measured([trial("IRNN", i, norm_ratio=x) for i, x in enumerate(plain)] +
                                [trial("IRNN-stable", i, norm_ratio=x)
                                 for i, x in enumerate(stable)])
            self.assertEqual(stays(measured)[1], expected)
        for plain, stable, expected in [([2.0, 2.2], [1.8, 1.9], "reproduced"),
                                        ([2.0, 2.2], [1.8, 2.1], "partly"),
                                        ([2.0, 2.2], [2.1, 2.2], "not reproduced")]:
            measured = Measured([trial("IRNN", i, test_bpc=x) for i, x in enumerate(plain)] +
                                [trial("IRNN-stable", i, test_bpc=x)
                                 for i, x in enumerate(stable)])
            self.assertEqual(lower(measured)[1], expected)

    @slow
    def test_run(self):
        summary = self.tiny_run(charlm.EXPERIMENT, TINY, "--data", self.text())
        for trial in summary["trials"]:
            self.assertEqual(set(trial["finish"]), {"norm_ratio", "late_bpc", "test_bpc"})
            self.assertTrue(0 < trial["finish"]["test_bpc"] < 10)
        self.assertEqual(summary["trials"][0]["settings"]["data"], self.text())
        self.assertTrue(os.path.exists(os.path.join(self.output, "LSTM", "seed-1", "norms.png")))

    def test_paper(self):
        """The paper's sizes make a graph."""
        preset = charlm.PRESETS["paper"]._replace(data=self.text(25000))
        for variant in preset.variants:
            with tf.Graph().as_default():
                built = charlm.build(preset, variant, 1)
                self.assertEqual(built.losses[0].shape.ndims, 0)
                self.assertIn((101, 32), [getattr(value, "shape", None)
                                          for value in built.batch(0, 0)[1].values()])

    def test_bad_text(self):
        path = self.text(10000)
        status, _, err = self.command("charlm", "--output", self.output, "--data", path)
        self.assertEqual((status, err), (1, "charlm: the text has 500 characters to test with, 5 % "
                                            "of it, and 1002 are needed\n"))
        with open(path, "ab") as stream:
            stream.write(b"\n\xff")
        status, _, err = self.command("charlm", "--output", self.output, "--data", path)
        self.assertEqual((status, err[:8]), (1, "charlm: "))
        self.assertIn("text.txt, line ", err)

    def test_data_of_a_process(self):
        err = io.StringIO()
        with contextlib.redirect_stderr(err):
            status = trial_process.main(["charlm", "quick", "IRNN", "1", self.output, "1", "1",
                                         os.path.join(self.output, "none.txt")])
        self.assertEqual(status, 1)
        self.assertIn("none.txt can't be read", err.getvalue())
