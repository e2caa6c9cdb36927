"""An experiment that compares variants of a model, each trained with several seeds."""
import collections
import copy
import os
import shutil
import signal
import subprocess
import sys
import time

from Project_RNN_Enhancement.experiments import (claims, distributed, option_types, plots, training,
                                                 trials)
from Project_RNN_Enhancement.experiments.errors import ExperimentError, Interrupted, require

# A curve to draw over training steps: a metric, its axis label, values that a trivial model has
# (dict of label: value), and whether the axis is logarithmic.
Curve = collections.namedtuple("Curve", ["metric", "label", "baselines", "log"])


class Experiment(object):
    """What `run` needs to know of an experiment.

    Args:
      name: of its module, and of its command.
      description: what it does, for ``--help``.
      presets: dict of namedtuples by name.  Each has the fields `variants` and `seeds` (what to
        train, in the order of the report), `max_steps`, `measure_every` and `save_every`; the
        others are the experiment's own.
      build: function (preset, variant, seed) -> `Trial`; builds it in the current graph.
      claims: function (preset) -> list of candidates, as in `claims.judge`.
      curves: function (preset) -> list of `Curve`.
      notes: dict from preset to a paragraph for the report: how it differs from the paper, and what
        that means for the verdicts.
      prepare: function (preset) that is called once, before any trial: fetches what all need.
      data: what the option ``--data PATH`` takes, if there is one; the path, or None, is the field
        `data` of the presets.
    """

    def __init__(self, name, description, presets, build, claims, curves, notes, prepare=None,
                 data=None):
        self.name = name
        self.description = description
        self.presets = presets
        self.build = build
        self.claims = claims
        self.curves = curves
        self.notes = notes
        self.prepare = prepare
        self.data = data

    def with_data(self, path):
        """The same experiment with the user's own data."""
        changed = copy.copy(self)
        changed.presets = {name: preset._replace(data=path)
                           for name, preset in self.presets.items()}
        return changed

    def add_options(self, parser):
        """Adds the options that all such experiments have to an `argparse` parser."""
        add_options(parser, self)

    def run(self, options):
        """Runs the experiment with parsed options."""
        run(options, self)


def add_options(parser, experiment):
    """Adds the options that all such experiments have to an `argparse` parser."""
    parser.add_argument("--preset", choices=sorted(experiment.presets), default="quick",
                        help="quick: minutes on two cores; paper: the paper's sizes, hours or days "
                             "(default: quick)")
    add_run_options(parser, experiment.name)
    if experiment.data:
        parser.add_argument("--data", metavar="PATH", help=experiment.data)
    parser.add_argument("--max-steps", type=option_types.positive_int, metavar="N",
                        help="updates of each trial, earlier runs included (default: the preset's)")
    add_trial_options(parser, experiment)


def add_run_options(parser, name):
    """Adds the options of any run, of one model or of many, to an `argparse` parser."""
    parser.add_argument("--output", metavar="FOLDER",
                        help="for everything that is written (default: ./runs/%s-PRESET)" % name)
    parser.add_argument("--fresh", "--no-resume", action="store_true",
                        help="delete the output folder's earlier run instead of going on with it")
    parser.add_argument("--progress", action="store_true", default=None,
                        help="a progress bar even if stderr is not a terminal")


def add_trial_options(parser, experiment):
    """Adds the options that say which trials to run, and where, to an `argparse` parser.

    Returns:
      Their names in what the parser returns; each is None unless it is given.
    """
    variants = []
    for preset in experiment.presets.values():
        variants += [name for name in preset.variants if name not in variants]
    parser.add_argument("--variants", type=option_types.names(variants), metavar="A,B,...",
                        help="train these only, of %s" % ", ".join(variants))
    parser.add_argument("--seeds", type=option_types.seeds, metavar="M,N,...",
                        help="the seeds to train each variant with (default: the preset's)")
    parser.add_argument("--jobs", type=option_types.positive_int, metavar="N",
                        help="trials to run at the same time, each in a process with its share of "
                             "the cores (default: the number of cores)")
    return ["variants", "seeds", "jobs"] + distributed.add_options(parser)


def run(options, experiment):
    """Runs an experiment with parsed options, or goes on with it.

    Leaves in the output folder: a folder for each trial, with its checkpoints, TensorBoard
    summaries, ``history.json`` and ``results.json``; ``results.json`` with the trials' results and
    the claims' verdicts; a picture of the curves.

    Returns:
      The contents of ``results.json``.
    """
    require("matplotlib", "to draw the curves")
    data = getattr(options, "data", None)
    if data:
        experiment = experiment.with_data(os.path.abspath(data))
    preset = experiment.presets[options.preset]
    output = options.output or os.path.join("runs", "%s-%s" % (experiment.name, options.preset))
    wanted = [(variant, seed) for variant in options.variants or preset.variants
              for seed in options.seeds or preset.seeds]
    max_steps = options.max_steps or preset.max_steps
    begin = time.time()
    if distributed.is_asked_for(options):
        return _run_distributed(options, experiment, output, wanted, max_steps)
    if options.fresh:
        for variant, seed in wanted:
            shutil.rmtree(trials.folder_of(output, variant, seed), ignore_errors=True)
    os.makedirs(output, exist_ok=True)

    missing = [trial for trial in wanted
               if not _is_done(experiment, options.preset, output, trial, max_steps)]
    if missing and experiment.prepare:
        experiment.prepare(preset)
    cores = os.cpu_count() or 1
    jobs = min(options.jobs or cores, max(1, len(missing)))
    threads = max(1, cores // jobs)
    if jobs == 1:
        for variant, seed in missing:
            sys.stderr.write("%s, seed %d\n" % (variant, seed))
            folder = trials.folder_of(output, variant, seed)
            os.makedirs(folder, exist_ok=True)
            trials.run(experiment, options.preset, variant, seed, folder, max_steps, threads,
                       options.progress)
    elif missing:
        _run_in_processes(experiment, options.preset, output, missing, max_steps, jobs, threads)
    return summarize(experiment, options.preset, output, time.time() - begin,
                     options.fresh)


def _run_distributed(options, experiment, output, wanted, max_steps):
    """This process's part of one trial on several machines; the chief returns the summary."""
    if len(wanted) > 1:
        raise ExperimentError("several machines train one model: name it with --variants and "
                              "--seeds")
    (variant, seed), begin = wanted[0], time.time()
    folder = trials.folder_of(output, variant, seed)
    is_chief = options.job_name == "worker" and options.task_index == 0
    if is_chief:
        if options.fresh:
            shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder, exist_ok=True)
    if distributed.run(experiment, options, variant, seed, folder, max_steps) is None:
        return None
    return summarize(experiment, options.preset, output, time.time() - begin,
                     options.fresh)


def _is_done(experiment, preset, output, trial, max_steps):
    """Whether a trial was trained and measured for `max_steps`, or stopped before for a reason."""
    folder = trials.folder_of(output, *trial)
    path = os.path.join(folder, "results.json")
    if not os.path.exists(path):
        return False
    training.describe_run(folder, trials.description(experiment, preset, *trial))
    results = training.read_json(path)
    return results["max_steps"] == max_steps or (
        results["max_steps"] < max_steps and
        (results["solved_at"] is not None or "diverged_at" in results))


def _run_in_processes(experiment, preset, output, missing, max_steps, jobs, threads):
    """Runs trials `jobs` at a time; a trial's messages go to ``log`` in its folder."""
    waiting, running, failed, told = collections.deque(missing), {}, [], set()
    number = 0
    with training.stop_requests() as stopping:
        try:
            while running or (waiting and not stopping()):
                while waiting and len(running) < jobs and not stopping():
                    trial = waiting.popleft()
                    running[trial] = _start(experiment, preset, output, trial, max_steps, threads)
                for trial, process in list(running.items()):
                    if process.poll() is None:
                        continue
                    del running[trial]
                    number += 1
                    folder = trials.folder_of(output, *trial)
                    if process.returncode:
                        failed.append(trial)
                    sys.stderr.write("%d of %d: %s, seed %d: %s\n" % (
                        (number, len(missing)) + trial + (_last_line(folder),)))
                if stopping():
                    # Once each, as a second signal would end them before they have saved.
                    for trial in set(running) - told:
                        running[trial].send_signal(signal.SIGTERM)
                    told.update(running)
                time.sleep(0.1)
        except BaseException:
            for process in running.values():
                process.kill()
            raise
        stopped = stopping()
    if stopped:
        raise Interrupted("stopped; the trials are saved in %s, and the same command goes on from "
                          "there" % output)
    if failed:
        raise ExperimentError("%d of %d trials failed, see %s" % (
            len(failed), len(missing),
            ", ".join(os.path.join(trials.folder_of(output, *trial), "log") for trial in failed)))


def _start(experiment, preset, output, trial, max_steps, threads):
    variant, seed = trial
    folder = trials.folder_of(output, variant, seed)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "log"), "a") as log:
        # A session of its own, so that Ctrl-C reaches a trial once: from this process.
        return subprocess.Popen(
            [sys.executable, "-m", "Project_RNN_Enhancement.experiments.trial_process",
             experiment.name,
             preset, variant, str(seed), folder, str(max_steps), str(threads)] +
            [path for path in [getattr(experiment.presets[preset], "data", None)] if path],
            stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True)


def _last_line(folder):
    with open(os.path.join(folder, "log"), errors="replace") as log:
        lines = log.read().split("\n")
    return next((line for line in reversed(lines) if line.strip()), "nothing said")


def summarize(experiment, preset_name, output, seconds, fresh):
    """Settles the claims with all the results in the output folder, draws and writes them down.

    Args:
      experiment, preset_name, output: what was run, and where.
      seconds: that it took; those of earlier commands are added, unless it began afresh.
      fresh: whether it did.

    Returns:
      The contents of ``results.json``.
    """
    preset = experiment.presets[preset_name]
    results = []
    for variant in preset.variants:
        folders = sorted(os.listdir(os.path.join(output, variant))) if os.path.isdir(
            os.path.join(output, variant)) else []
        for folder in folders:
            path = os.path.join(output, variant, folder, "results.json")
            if os.path.exists(path):
                results.append(training.read_json(path))
    results.sort(key=lambda result: (preset.variants.index(result["variant"]), result["seed"]))
    measured = claims.Measured(results)
    settled = claims.judge(experiment.claims(preset), measured)
    picture = os.path.join(output, experiment.name + ".png")
    path = os.path.join(output, "results.json")
    if os.path.exists(path) and not fresh:
        seconds += training.read_json(path)["command_seconds"]
    plots.comparison(results, experiment.curves(preset), picture)
    summary = {
        "experiment": experiment.name, "preset": preset_name, "command_seconds": round(seconds, 1),
        "claims": [claim._asdict() for claim in settled], "notes": experiment.notes[preset_name],
        "trials": results}
    training.write_json(path, summary)
    for claim in settled:
        print("%s\n    paper: %s\n    here:  %s\n    %s"
              % (claim.text, claim.paper, claim.ours, claim.verdict))
    print("%d trials, %d s in all; results are in %s" % (len(results), seconds, output))
    return summary
