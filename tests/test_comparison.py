"""Experiments that compare: trials in processes, stops and faults, claims, the report."""
import contextlib
import glob
import io
import json
import os
import signal
import subprocess
import sys
import time
from unittest import mock

import numpy as np

from Project_RNN_Enhancement.experiments import adding, all as everything, claims, plots
from Project_RNN_Enhancement.experiments.__main__ import main
from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf
from tests.experiment_case import ExperimentCase, take_turns
from tests.sizes import slow, usual_on_1, usual_on_2

TINY = dict(length=4, units={"others": 3}, batch_size=2, test_sequences=5, measure_every=2, save_every=2,
            max_steps=4, seeds=(1, 2), variants=("IRNN", "GRU"))


class TrialsTest(ExperimentCase):

    def setUp(self):
        super(TrialsTest, self).setUp()
        patch = mock.patch.dict(adding.PRESETS, quick=adding.PRESETS["quick"]._replace(**TINY))
        patch.start()
        self.addCleanup(patch.stop)

    def adding(self, *arguments):
        return self.command("adding", "--output", self.output, "--jobs", 1, *arguments)

    def results(self):
        with open(os.path.join(self.output, "results.json")) as stream:
            return json.load(stream)

    @slow
    def test_goes_on(self):
        """What was trained isn't trained again; more steps, seeds and variants are added to it."""
        self.assertEqual(self.adding("--variants", "GRU", "--seeds", 2)[0], 0)
        first = self.results()
        self.assertEqual([(trial["variant"], trial["seed"]) for trial in first["trials"]],
                         [("GRU", 2)])
        self.assertEqual(first["claims"][0]["verdict"], "not measured")
        status, _, err = self.adding()
        self.assertEqual(status, 0)
        self.assertNotIn("GRU, seed 2", err)
        self.assertEqual([(trial["variant"], trial["seed"]) for trial in self.results()["trials"]],
                         [("IRNN", 1), ("IRNN", 2), ("GRU", 1), ("GRU", 2)])
        self.assertEqual(self.results()["trials"][-1], first["trials"][0])
        self.assertGreater(self.results()["command_seconds"], first["command_seconds"])

        status, _, err = self.adding("--variants", "GRU", "--seeds", 2, "--max-steps", 6)
        self.assertEqual(status, 0)
        self.assertIn("going on from the checkpoint at step 4", err)
        history = self.results()["trials"][-1]["history"]
        self.assertEqual([row["step"] for row in history], [2, 4, 6])
        self.assertEqual(history[:2], first["trials"][0]["history"])

    @slow
    def test_a_stop_changes_nothing(self):
        self.adding("--variants", "GRU", "--seeds", "1", "--max-steps", 3)
        self.adding("--variants", "GRU", "--seeds", "1", "--max-steps", 6)
        stopped = self.results()["trials"][0]["measured"]["mse"]
        self.adding("--variants", "GRU", "--seeds", "1", "--max-steps", 6, "--fresh")
        np.testing.assert_allclose(self.results()["trials"][0]["measured"]["mse"], stopped,
                                   rtol=1e-5)

    @slow
    def test_another_run_in_the_folder(self):
        self.adding("--variants", "GRU", "--seeds", 1)
        changed = adding.PRESETS["quick"]._replace(length=6)
        with mock.patch.dict(adding.PRESETS, quick=changed):
            status, _, err = self.adding("--variants", "GRU", "--seeds", 1)
            self.assertEqual(status, 1)
            self.assertIn("a different `length`", err)
            self.assertEqual(self.adding("--variants", "GRU", "--seeds", 1, "--fresh")[0], 0)

    @slow
    def test_divergence_is_a_result(self):
        rates = {"others": 1e-3, "IRNN": 1e38}
        with mock.patch.dict(adding.PRESETS, quick=adding.PRESETS["quick"]._replace(
                learning_rates=rates, max_gradient_norm=None)):
            status, _, err = self.adding("--seeds", "1")
        self.assertEqual(status, 0, err)
        diverged, fine = self.results()["trials"]
        self.assertRegex(diverged["diverged"], r"became infinite or not a number at step [12]; the "
                                               r"last good checkpoint is none")
        self.assertLessEqual(diverged["diverged_at"], 2)
        self.assertEqual(fine["steps"], 4)
        # It isn't trained again.
        with mock.patch.dict(adding.PRESETS, quick=adding.PRESETS["quick"]._replace(
                learning_rates=rates, max_gradient_norm=None)):
            self.assertNotIn("IRNN", self.adding("--seeds", "1")[2])

    @slow
    def test_a_truncated_checkpoint_is_skipped(self):
        self.adding("--variants", "GRU", "--seeds", 1)
        newest = os.path.join(self.output, "GRU", "seed-1", "model-4")
        with open(newest + ".data-00000-of-00001", "r+b") as stream:
            stream.truncate(10)
        status, _, err = self.adding("--variants", "GRU", "--seeds", 1, "--max-steps", 6)
        self.assertEqual(status, 0)
        self.assertIn("checkpoint %s can't be read and is skipped" % newest, err)
        self.assertIn("going on from the checkpoint at step 2", err)

    def test_full_disk(self):
        def save(*args, **kwargs):
            raise tf.errors.ResourceExhaustedError(None, None, "no space left")

        with mock.patch.object(tf.train.Saver, "save", save):
            status, _, err = self.adding("--variants", "GRU", "--seeds", 1)
        self.assertEqual(status, 1)
        self.assertRegex(err, r"checkpoint .*GRU.seed-1.model-2 can't be written \(no space left\)")

    def test_wrong_arguments(self):
        for arguments, message in [
                (["--variants", "GRU,LSTN"], "no 'LSTN' among IRNN, GRU"),
                (["--seeds", "1,x"], "expected a whole number from 0"),
                (["--max-steps", "0"], "expected a whole number of at least 1"),
                (["--jobs", "-1"], "expected a whole number of at least 1"),
                (["--presets", "quick"], "unrecognized arguments"),
                (["--preset", "fast"], "invalid choice")]:
            with self.assertRaises(SystemExit) as caught, \
                    contextlib.redirect_stderr(io.StringIO()) as stderr:
                main(["adding", "--output", self.output] + arguments)
            self.assertEqual(caught.exception.code, 2)
            self.assertIn(message, stderr.getvalue())


@slow
class ProcessesTest(ExperimentCase):
    """The trials' processes have the real preset, so few steps have to do."""

    def setUp(self):
        super(ProcessesTest, self).setUp()
        take_turns(self)

    def start(self, *arguments):
        return subprocess.Popen(
            [sys.executable, "-m", "Project_RNN_Enhancement.experiments", "adding", "--output",
             self.output, "--seeds", "1", "--jobs", "2"] + list(arguments),
            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, universal_newlines=True)

    @usual_on_2
    def test_two_at_a_time(self):
        process = self.start("--variants", "IRNN,tanh,GRU", "--max-steps", "2")
        _, err = process.communicate(timeout=400)
        self.assertEqual(process.returncode, 0, err)
        self.assertEqual(sorted(line.split(": ")[1] for line in err.splitlines()),
                         ["GRU, seed 1", "IRNN, seed 1", "tanh, seed 1"])
        self.assertEqual(len(glob.glob(os.path.join(self.output, "*", "seed-1", "results.json"))), 3)

    @usual_on_1
    def test_interrupt(self):
        process = self.start("--variants", "IRNN,tanh,GRU", "--max-steps", "100000")
        histories = [os.path.join(self.output, name, "seed-1", "history.json")
                     for name in ("IRNN", "tanh")]
        latest = time.time() + 120
        while not all(map(os.path.exists, histories)):
            self.assertLess(time.time(), latest)
            self.assertIsNone(process.poll())
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=400)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("the trials are saved in %s" % self.output, err)
        self.assertNotIn("GRU", err)
        for name in ("IRNN", "tanh"):
            self.assertRegex(err, "%s, seed 1: adding: stopped and saved at step" % name)
            self.assertTrue(glob.glob(os.path.join(self.output, name, "seed-1", "model-*.index")))

    @usual_on_1
    def test_failed_trial(self):
        folder = os.path.join(self.output, "IRNN", "seed-1")
        os.makedirs(folder)
        with open(os.path.join(folder, "model.json"), "w") as stream:
            stream.write("{")
        process = self.start("--variants", "IRNN,tanh", "--max-steps", "2")
        _, err = process.communicate(timeout=400)
        self.assertEqual(process.returncode, 1)
        self.assertIn("1 of 2 trials failed, see %s" % os.path.join(folder, "log"), err)
        self.assertIn("model.json is damaged", err)
        self.assertTrue(os.path.exists(os.path.join(self.output, "tanh", "seed-1", "results.json")))


class ClaimsTest(ExperimentCase):

    def setUp(self):
        super(ClaimsTest, self).setUp()
        self.measured = claims.Measured([
            {"variant": "a", "seed": 1, "measured": {"mse": 0.25}, "solved_at": 50, "steps": 7},
            {"variant": "a", "seed": 2, "measured": {"mse": 0.75}, "finish": {"ratio": 3.0},
             "solved_at": None, "steps": 9},
            {"variant": "b", "seed": 1, "measured": {}, "diverged_at": 3},
            {"variant": "c", "seed": 1, "measured": {"mse": 0.5}, "diverged_at": 8}])

    def test_numbers(self):
        self.assertEqual(self.measured.variants, ["a", "b", "c"])
        self.assertEqual(self.measured.values("a", "mse"), [0.25, 0.75])
        self.assertEqual(self.measured.values("a", "ratio"), [3.0])
        self.assertEqual(self.measured.values("a", "steps"), [7, 9])
        self.assertEqual((self.measured.mean("a", "mse"), self.measured.best("a", "mse"),
                          self.measured.worst("a", "mse")), (0.5, 0.25, 0.75))
        self.assertEqual((self.measured.solved("a"), self.measured.diverged("b")), (1, 1))
        self.assertEqual(self.measured.text("a", "mse", "%.2f"), "a 0.50 (0.25 to 0.75)")
        self.assertEqual(self.measured.text("c", "mse", "%g"), "c 0.5 (1 of 1 diverged)")
        for variant, metric in (("b", "mse"), ("d", "mse"), ("a", "msr")):
            with self.assertRaises(claims.NotMeasured):
                self.measured.values(variant, metric)

    def test_judge(self):
        self.assertEqual(claims.verdict([True, True]), "reproduced")
        self.assertEqual(claims.verdict(fact for fact in (False, np.bool_(True))), "partly")
        self.assertEqual(claims.verdict([0, False]), "not reproduced")
        settled = claims.judge([
            ("one", "1", lambda measured: (measured.text("a", "mse"), "reproduced")),
            ("two", "2", lambda measured: (measured.text("d", "mse"), "reproduced"))], self.measured)
        self.assertEqual(settled[0], claims.Claim("one", "1", "a 0.500 (0.250 to 0.750)",
                                                  "reproduced"))
        self.assertEqual((settled[1].verdict, settled[1].ours), ("not measured", "no results: d"))


class ReportTest(ExperimentCase):

    def draw(self, path):
        plots.comparison([{"variant": "GRU", "history": [{"step": 1, "mse": 2.0}]}],
                         adding.curves(None), path)

    def write(self, name, verdict):
        folder = os.path.join(self.output, name + "-quick")
        os.makedirs(os.path.join(folder, "GRU", "seed-2"))
        self.draw(os.path.join(folder, name + ".png"))
        summary = {
            "experiment": name, "preset": "quick", "command_seconds": 90.0, "notes": "Smaller.",
            "claims": [{"text": "a | b", "paper": "1 [Vp]", "ours": "2", "verdict": verdict}],
            "trials": [{"seed": 3}, {"seed": 2}]}
        with open(os.path.join(folder, "results.json"), "w") as stream:
            json.dump(summary, stream)
        return folder

    @slow
    def test_report(self):
        self.write("adding", "partly")
        folder = self.write("g2p", "reproduced")
        self.draw(os.path.join(folder, "GRU", "seed-2", "attention.png"))
        everything.write_report(self.output, "quick")
        with open(os.path.join(self.output, "RESULTS.md"), encoding="utf-8") as stream:
            report = stream.read()
        self.assertIn("all --preset quick`: 2 claims, 1 reproduced, 1 partly.\n3 minutes on", report)
        self.assertIn("| a \\| b | 1 [Vp] | 2 | reproduced |\n\nSmaller.\n", report)
        self.assertIn("experiments adding --preset quick`: seeds 2, 3, 1.5 minutes.", report)
        self.assertLess(report.index("## g2p"), report.index("## adding"))
        for picture in ("adding.png", "g2p.png", "g2p-attention.png"):
            self.assertIn("(results/%s)" % picture, report)
            self.assertTrue(os.path.exists(os.path.join(self.output, "results", picture)))

    def test_all(self):
        """One that fails is named in the end, and the others run."""
        asked = []

        def run_one(name, options, folder):
            asked.append((name, options.preset, options.jobs, options.fresh))
            if name == "g2p":
                return 1
            self.write(name, "reproduced")
            return 0

        with mock.patch.object(everything, "_run_one", run_one):
            status, out, err = self.command("all", "--only", "adding,g2p", "--jobs", 3, "--output",
                                            self.output)
        self.assertEqual(asked, [("g2p", "quick", 3, False), ("adding", "quick", 3, False)])
        self.assertEqual(status, 1)
        self.assertIn("all: failed: g2p; what the others did is in the report", err)
        self.assertIn("RESULTS.md", out)
