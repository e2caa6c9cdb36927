"""What the tests of experiments share: a run of seconds, in this process, in a folder that goes away."""
import contextlib
import fcntl
import io
import json
import os
import shutil
import tempfile
import unittest
from unittest import mock

from Project_RNN_Enhancement.experiments import __main__ as command


def take_turns(test):
    """Waits until no other test that starts processes runs on this machine, and then holds others back.

    Suites of several environments run side by side. Their processes, all at once on two cores,
    would take longer than a test waits for one that hangs.
    """
    path = os.path.join(tempfile.gettempdir(), "project_rnn_enhancement_tests_%d" % os.getuid())
    lock = open(path, "a")
    test.addCleanup(lock.close)
    fcntl.flock(lock, fcntl.LOCK_EX)


class FolderCase(unittest.TestCase):
    """A test with the folder `self.folder`, which is deleted afterwards."""

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def file(self, name, content):
        """Writes bytes to a file in the folder; returns its path."""
        path = os.path.join(self.folder, name)
        with open(path, "wb") as stream:
            stream.write(content)
        return path


class ExperimentCase(FolderCase):
    """A test whose folder, `self.output`, is for what an experiment writes."""

    def setUp(self):
        super(ExperimentCase, self).setUp()
        self.output = self.folder

    def command(self, *arguments):
        """Runs the command line; returns (exit status, stdout, stderr)."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = command.main([str(argument) for argument in arguments])
        return status, out.getvalue(), err.getvalue()

    def tiny_run(self, experiment, changes, *arguments):
        """Runs the quick preset with changed fields, one seed and few steps, and checks what it leaves.

        Args:
          experiment: an `Experiment`.
          changes: dict of fields of the preset, sizes of a run of seconds.
          *arguments: of the command.

        Returns:
          The summary, the contents of ``results.json``.
        """
        presets = experiment.presets
        tiny = presets["quick"]._replace(**dict(
            dict(seeds=(1,), max_steps=4, measure_every=2, save_every=2), **changes))
        with mock.patch.dict(presets, quick=tiny):
            status, out, err = self.command(experiment.name, "--output", self.output, "--jobs", 1,
                                            *arguments)
        self.assertEqual(status, 0, err)
        with open(os.path.join(self.output, "results.json")) as stream:
            summary = json.load(stream)
        self.assertEqual([trial["variant"] for trial in summary["trials"]], list(tiny.variants))
        for trial in summary["trials"]:
            self.assertEqual(trial["steps"], tiny.max_steps)
            self.assertNotIn("diverged_at", trial)
        for claim in summary["claims"]:
            self.assertIn(claim["verdict"], ("reproduced", "partly", "not reproduced"))
            self.assertIn(claim["text"], out)
        with open(os.path.join(self.output, experiment.name + ".png"), "rb") as stream:
            self.assertEqual(stream.read(4), b"\x89PNG")
        return summary


def made_up(metric, values):
    """Results as trials have them.

    Args:
      metric: name of what was measured last.
      values: dict from variant to its values, one for each seed.
    """
    return [{"variant": variant, "seed": seed, "measured": {metric: value}, "steps": 10}
            for variant, found in values.items() for seed, value in enumerate(found, 1)]
