"""Runs every experiment with one preset, and writes RESULTS.md about them.

The report has for each claim the paper's number and ours, and whether we reproduced it.  The same
command again goes on where it was stopped: what was trained is not trained again.
"""
import os
import platform
import shutil
import signal
import subprocess
import sys
import time

from Project_RNN_Enhancement import __version__
from Project_RNN_Enhancement.experiments import claims, commands, option_types, training
from Project_RNN_Enhancement.experiments.errors import ExperimentError, Interrupted
from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf

_COMMAND = "python -m Project_RNN_Enhancement.experiments"

_MARKS = """Evidence marks of the papers' numbers: [Vp] checked in the text of the paper, [Vc] in
public code, [Vn] in notes or a talk about it; [R] recalled, [R?] recalled with little confidence;
[Calc] computed; [D] expected, not claimed by a paper."""


class All(object):
    """The command, as `commands.load` wants it."""

    description = __doc__

    @staticmethod
    def add_options(parser):
        """Adds the options of this command to an `argparse` parser."""
        parser.add_argument("--preset", choices=["paper", "quick"], default="quick",
                            help="quick: about an hour on two cores; paper: days (default: quick)")
        parser.add_argument("--output", metavar="FOLDER", default="runs",
                            help="for RESULTS.md, the pictures and a folder NAME-PRESET for each "
                                 "experiment (default: ./runs)")
        parser.add_argument("--only", type=option_types.names(_names()), metavar="A,B,...",
                            default=_names(), help="of %s" % ", ".join(_names()))
        parser.add_argument("--jobs", type=option_types.positive_int, metavar="N",
                            help="trials to run at the same time (default: the number of cores)")
        parser.add_argument("--fresh", "--no-resume", action="store_true",
                            help="train anew instead of going on with what the folder has")

    @staticmethod
    def run(options):
        """Runs the experiments with parsed options."""
        os.makedirs(options.output, exist_ok=True)
        failed = []
        for name in options.only:
            folder = os.path.join(options.output, "%s-%s" % (name, options.preset))
            sys.stderr.write("=== %s\n" % name)
            if _run_one(name, options, folder):
                failed.append(name)
            write_report(options.output, options.preset)
        print("the report is %s" % os.path.join(options.output, "RESULTS.md"))
        if failed:
            raise ExperimentError("failed: %s; what the others did is in the report"
                                  % ", ".join(failed))


EXPERIMENT = All()


def _names():
    return [name for name in commands.EXPERIMENTS if name != "all"]


def _run_one(name, options, folder):
    """Runs an experiment in a process of its own; returns its exit status."""
    arguments = [name, "--preset", options.preset, "--output", folder]
    if options.jobs:
        arguments += ["--jobs", str(options.jobs)]
    if options.fresh:
        arguments += ["--fresh"]
    with training.stop_requests() as stopping:
        process = subprocess.Popen(
            [sys.executable, "-m", "Project_RNN_Enhancement.experiments"] + arguments,
            start_new_session=True)
        try:
            while process.poll() is None and not stopping():
                time.sleep(0.1)
            if stopping():
                process.send_signal(signal.SIGTERM)
                process.wait()
                raise Interrupted("stopped; the same command goes on from there")
        except BaseException:
            process.kill()
            raise
    return process.returncode


def write_report(output, preset):
    """Writes RESULTS.md and the pictures that it shows, about all experiments in a folder.

    Args:
      output: folder with the experiments' folders NAME-PRESET; gets RESULTS.md and ``results/``.
      preset: name of the preset to report.
    """
    found = []
    for name in _names():
        path = os.path.join(output, "%s-%s" % (name, preset), "results.json")
        if os.path.exists(path):
            found.append((name, os.path.dirname(path), training.read_json(path)))
    pictures = os.path.join(output, "results")
    os.makedirs(pictures, exist_ok=True)
    parts = [_head(preset, found)]
    for name, folder, results in found:
        shown = _pictures(folder, name)
        for picture, source in shown:
            shutil.copyfile(source, os.path.join(pictures, picture))
        parts.append(_section(name, preset, results, [picture for picture, _ in shown]))
    training.write_text(os.path.join(output, "RESULTS.md"), "\n".join(parts))


def _pictures(folder, name):
    """(name in the report, path) of the curves, and of what the first trial with pictures drew."""
    found = [(name + ".png", os.path.join(folder, name + ".png"))]
    for parent, folders, files in os.walk(folder):
        folders.sort()
        drawn = sorted(file for file in files if file.endswith(".png"))
        if parent != folder and drawn:
            return found + [("%s-%s" % (name, file), os.path.join(parent, file)) for file in drawn]
    return found


def _head(preset, found):
    settled = [claim for _, _, results in found for claim in results["claims"]]
    counts = ["%d %s" % (number, word) for word in
              (claims.REPRODUCED, claims.PARTLY, claims.NOT_REPRODUCED, claims.NOT_MEASURED)
              for number in [sum(claim["verdict"] == word for claim in settled)] if number]
    minutes = sum(results["command_seconds"] for _, _, results in found) / 60
    return "\n".join([
        "# Results", "",
        "`%s all --preset %s`: %d claims, %s." % (
            _COMMAND, preset, len(settled), ", ".join(counts)),
        "%.0f minutes on %d cores (%s), %s, TensorFlow %s, Python %s." % (
            minutes, os.cpu_count() or 1, platform.machine(), _version(), tf.__version__,
            platform.python_version()), "", _MARKS,
        "Our numbers are means over seeds, with the range in brackets.", ""])


def _version():
    folder = os.path.dirname(os.path.abspath(__file__))

    def git(*arguments):
        return subprocess.check_output(("git",) + arguments, cwd=folder, stderr=subprocess.DEVNULL,
                                       universal_newlines=True).strip()

    try:
        commit = git("rev-parse", "--short=12", "HEAD")
        changed = git("status", "--porcelain", "--", folder)
    except (OSError, subprocess.CalledProcessError):
        return "version %s of this package" % __version__
    return "commit %s of this package%s" % (commit, ", changed" if changed else "")


def _section(name, preset, results, pictures):
    seeds = sorted({trial["seed"] for trial in results["trials"]})
    about = commands.EXPERIMENTS[name]
    lines = [
        "## %s" % name, "", "%s%s." % (about[0].upper(), about[1:]), "",
        "| claim | paper | ours | verdict |", "|---|---|---|---|"]
    for claim in results["claims"]:
        cells = [_cell(claim[key]) for key in ("text", "paper", "ours", "verdict")]
        lines.append("| %s |" % " | ".join(cells))
    lines += ["", results["notes"], "",
              "`%s %s --preset %s`: seeds %s, %.1f minutes." % (
                  _COMMAND, name, preset, ", ".join(map(str, seeds)),
                  results["command_seconds"] / 60), ""]
    lines += ["![%s](results/%s)" % (name, picture) for picture in pictures]
    return "\n".join(lines + [""])


def _cell(text):
    return text.replace("|", "\\|").replace("\n", " ")
