"""The command ``python -m Project_RNN_Enhancement.benchmarks``."""
import argparse
import collections
import json
import os
import platform
import signal
import subprocess
import sys

from Project_RNN_Enhancement.quiet import quieten_tensorflow

quieten_tensorflow()

import numpy as np  # noqa: E402

from Project_RNN_Enhancement.benchmarks import (  # noqa: E402
    attention, beam, cells, contrib_beam, loader, report, workload)
from Project_RNN_Enhancement.experiments import option_types, training  # noqa: E402
from Project_RNN_Enhancement.experiments.errors import ExperimentError, require  # noqa: E402
from Project_RNN_Enhancement.rnn_enhancement.tf1 import gpu_names, tf  # noqa: E402

_PROGRAM = "python -m Project_RNN_Enhancement.benchmarks"
_ROWS = collections.OrderedDict([
    ("gru", "GRUCell: this package, tf.contrib.legacy_seq2seq and tf.contrib.seq2seq"),
    ("lstm", "BasicLSTMCell: this package and tf.contrib.legacy_seq2seq"),
    ("basic", "BasicRNNCell, likewise"),
    ("user", "a cell written outside the package, likewise"),
    ("long", "this package alone: one bucket of 400 steps and one of 40"),
    ("devices", "this package alone: layers on two CPU devices, unrolled and in a loop"),
    ("cells", "a training step of every cell against GRUCell, all in one process"),
    ("beam", "beam search: this package and tf.contrib.seq2seq.BeamSearchDecoder"),
    ("attention", "training steps of AttentionWrapper: this package and tf.contrib.seq2seq"),
    ("contrib_beam", "BeamSearchDecoder of this package and of tf.contrib.seq2seq"),
    ("loader", "this package alone: training from a BucketedLoader, and fed by get_batch"),
])
# Those with settings and sides of their own.
_MODULES = {"attention": attention, "beam": beam, "contrib_beam": contrib_beam, "loader": loader}
_LAST_LINES = 10
# Sides that are not this package.
_STOCK = ("stock", "dynamic")


class _WorkerError(Exception):
    """A measuring process failed: why, and the last lines of its stderr."""

    def __init__(self, reason, last_lines):
        super(_WorkerError, self).__init__(reason)
        self.reason = reason
        self.last_lines = last_lines


def main(argv=None):
    """Measures the rows that the arguments name, prints the tables, saves all numbers.

    Args:
      argv: list of arguments; those of the process by default.

    Returns:
      The exit status: 0, whether or not the targets are reached; 1 after an error; 130 when
      interrupted.

    Raises:
      SystemExit: with status 2 for wrong arguments.
    """
    arguments = _arguments(argv)
    results = {
        "settings": dict(workload.REFERENCE._asdict(), quick=arguments.quick,
                         rounds=arguments.rounds, repeats=arguments.repeats),
        "machine": _machine(arguments),
        "rows": [],
    }
    # A plain SIGTERM would leave the measuring process running.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        require("matplotlib", "to draw the ratios")
        results["machine"]["stock"] = _stock(arguments.stock_python)
        if arguments.gpu and not results["machine"]["gpus"]:
            raise ExperimentError("--gpu: TensorFlow sees no GPU")
        os.makedirs(arguments.output, exist_ok=True)
        try:
            for name in arguments.rows:
                _measure_row(name, arguments, results)
            sys.stdout.write(report.markdown(results))
            sys.stdout.flush()
        except KeyboardInterrupt:
            # It may have come between the end of a process and the end of saving.
            _save(results, arguments.output)
            return _fail("interrupted; " + _kept(results, arguments.output), 130)
    except ExperimentError as error:
        return _fail(error, 1)
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): the flush at exit must not fail as well.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return _fail("%s: %s" % (error.filename or "input/output", error.strerror or error), 1)
    finally:
        signal.signal(signal.SIGTERM, before)
    return 0


def _arguments(argv):
    parser = argparse.ArgumentParser(
        prog=_PROGRAM, usage="%(prog)s [options]",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Measures this package against stock TensorFlow, as ratios. TensorFlow 2.x has "
                    "no tf.contrib: there the package is measured alone, or against another "
                    "interpreter's TensorFlow 1.15.",
        epilog="rows:\n" + "\n".join("  %-14s%s" % item for item in _ROWS.items()))
    parser.add_argument("--rows", type=_rows, metavar="A,B",
                        help="what to measure (default: all; gru with --quick)")
    parser.add_argument("--quick", action="store_true",
                        help="one round with fewer repeats: under three minutes")
    parser.add_argument("--rounds", type=option_types.positive_int, metavar="N",
                        help="processes per row and side (default: 3; 1 with --quick)")
    parser.add_argument("--threads", type=option_types.positive_int, default=2, metavar="N",
                        help="threads of each session (default: %(default)s)")
    parser.add_argument("--stock-python", metavar="PYTHON",
                        help="the interpreter to measure tf.contrib with: of an environment with "
                             "TensorFlow 1.15 and this package (default: this one, on 1.15)")
    parser.add_argument("--gpu", action="store_true",
                        help="let TensorFlow use its GPUs (default: the CPU alone)")
    parser.add_argument("--output", default=os.path.join("runs", "benchmarks"), metavar="FOLDER",
                        help="where to write results.json and benchmark.png (default: %(default)s)")
    arguments = parser.parse_args(argv)
    arguments.rows = arguments.rows or (["gru"] if arguments.quick else list(_ROWS))
    arguments.rounds = arguments.rounds or (1 if arguments.quick else 3)
    arguments.repeats = 5 if arguments.quick else 10
    return arguments


def _rows(text):
    names = list(collections.OrderedDict.fromkeys(text.split(",")))
    for name in names:
        if name not in _ROWS:
            raise argparse.ArgumentTypeError(
                "no row %r; there are %s" % (name, ", ".join(_ROWS)))
    return names


def _jobs(row, threads, repeats, gpu=False, stock=True):
    """{side: job for the worker} of a row, in the order in which the sides take turns.

    Args:
      row: its name.
      threads, repeats, gpu: of the jobs.
      stock: whether there is a `tf.contrib` to measure.
    """
    return collections.OrderedDict(
        (side, dict(job, gpu=gpu)) for side, job in _sides(row, threads, repeats).items()
        if stock or side not in _STOCK)


def _sides(row, threads, repeats):
    """The jobs of all sides, but for "gpu"."""
    if row == "cells":
        return {"all": {"library": "cells", "cells": list(cells.CELLS), "threads": threads,
                        "repeats": repeats, "settings": dict(cells.REFERENCE._asdict())}}
    if row in _MODULES:
        module = _MODULES[row]
        return collections.OrderedDict(
            (side, {"library": row, "side": side, "threads": threads, "repeats": repeats,
                    "settings": dict(module.REFERENCE._asdict())}) for side in module.SIDES)
    settings = workload.REFERENCE
    if row == "long":
        # A step of 400 takes seconds.
        repeats = min(repeats, 3)
        sides = [(str(length), "ours", settings._replace(buckets=[(length, length)]))
                 for length in (40, 400)]
    elif row == "devices":
        sides = [(unroll, "ours", settings._replace(unroll=unroll, devices=2))
                 for unroll in ("static", "loop")]
    else:
        libraries = ["ours", "stock"] + (["dynamic"] if row == "gru" else [])
        sides = [(library, library, settings._replace(cell=row)) for library in libraries]
    return collections.OrderedDict(
        (side, {"library": library, "settings": dict(chosen._asdict()), "threads": threads,
                "repeats": repeats, "decode": row not in ("long", "devices")})
        for side, library, chosen in sides)


def _measure_row(name, arguments, results):
    jobs = _jobs(name, arguments.threads, arguments.repeats, arguments.gpu,
                 results["machine"]["stock"] is not None)
    row = {"row": name, "sides": list(jobs), "jobs": jobs, "processes": [],
           "planned": len(jobs) * arguments.rounds, "medians": {}, "ratios": []}
    results["rows"].append(row)
    for number in range(1, arguments.rounds + 1):
        for side, job in jobs.items():
            label = "%s %s %d/%d" % (name, side, number, arguments.rounds)
            sys.stderr.write(label + " ...\n")
            try:
                numbers = _run_worker(
                    job, arguments.stock_python if side in _STOCK else None)
            except _WorkerError as error:
                raise ExperimentError("%s: the worker %s; %s\n%s" % (
                    label, error.reason, _kept(results, arguments.output), error.last_lines))
            row["processes"].append({"side": side, "round": number, "numbers": numbers})
            _save(results, arguments.output)


def _run_worker(job, python=None):
    """Numbers of one job, measured in a process that doesn't outlive this call.

    Args:
      job: as for `worker.measure`.
      python: the interpreter; None: this one.

    Raises:
      _WorkerError: the process failed.
    """
    command = [python or sys.executable, "-m", "Project_RNN_Enhancement.benchmarks.worker",
               json.dumps(job)]
    environment = dict(os.environ)
    if python is not None:
        # TensorFlow 2.x sets it at import, and it gives 1.15 the shapes of 2.x.
        environment.pop("TF2_BEHAVIOR", None)
    # A Ctrl-C in the middle of Popen would leave a process that nobody knows of.
    with training.stop_requests() as stop_requested:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=environment)
    with process:
        try:
            if stop_requested():
                raise KeyboardInterrupt
            output, errors = process.communicate()
        finally:
            process.kill()  # does nothing to a process that has ended
            process.wait()
    if process.returncode < 0:
        reason = "was killed by signal %d" % -process.returncode
    elif process.returncode:
        reason = "ended with status %d" % process.returncode
    else:
        try:
            return json.loads(output.decode())
        except ValueError:
            reason = "printed no numbers"
    lines = errors.decode(errors="replace").strip().splitlines()[-_LAST_LINES:]
    raise _WorkerError(reason, "\n".join("  " + line for line in lines))


def _save(results, folder):
    """Writes what is measured so far, each file in one piece; nothing if nothing is."""
    if not any(row["processes"] for row in results["rows"]):
        return
    report.summarise(results["rows"][-1])
    training.write_json(os.path.join(folder, "results.json"), results)
    report.chart(results, os.path.join(folder, "benchmark.png"))


def _kept(results, folder):
    count = sum(len(row["processes"]) for row in results["rows"])
    if not count:
        return "nothing was measured yet"
    return "the numbers of %d finished process%s are kept in %s" % (
        count, "" if count == 1 else "es", os.path.join(folder, "results.json"))


def _stock(python):
    """The version of the TensorFlow whose `tf.contrib` is measured; None if there is none.

    Raises:
      ExperimentError: `python` is given and can't measure it.
    """
    if python is None:
        return tf.__version__ if workload.has_stock() else None
    try:
        found = subprocess.run(
            [python, "-c", "import tensorflow, Project_RNN_Enhancement.benchmarks; "
                           "print(tensorflow.__version__)"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except OSError as error:
        raise ExperimentError("--stock-python: %s can't be started (%s)" % (python, error.strerror))
    if found.returncode:
        raise ExperimentError("--stock-python: %s has no TensorFlow with this package: %s" % (
            python, found.stderr.decode(errors="replace").strip().rpartition("\n")[2]))
    version = found.stdout.decode().strip()
    if not version.startswith("1."):
        raise ExperimentError("--stock-python: TensorFlow %s has no tf.contrib" % version)
    return version


def _machine(arguments):
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {"cpu": _cpu(), "cores": cores, "threads": arguments.threads,
            "gpus": gpu_names() if arguments.gpu else [], "platform": platform.platform(),
            "python": platform.python_version(), "tensorflow": tf.__version__,
            "numpy": np.__version__}


def _cpu():
    try:
        with open("/proc/cpuinfo") as stream:
            for line in stream:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _fail(message, status):
    sys.stderr.write("benchmarks: %s\n" % message)
    return status


if __name__ == "__main__":
    sys.exit(main())
