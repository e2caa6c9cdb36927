"""One measurement in a process of its own; prints its numbers as one line of JSON.

    python -m Project_RNN_Enhancement.benchmarks.worker '{"library": "ours", ...}'
"""
import contextlib
import functools
import importlib
import json
import resource
import statistics
import sys
import time

from ..quiet import quieten_tensorflow

quieten_tensorflow(3)

import numpy as np  # noqa: E402

from ..rnn_enhancement.tf1 import tf  # noqa: E402
from . import workload  # noqa: E402

__all__ = ["measure"]

# Of the row "loader", whose steps are short and differ by bucket.
_STEPS_PER_REPEAT = 15
# Of the rows with variants, whose steps are short too.
_RUNS_PER_REPEAT = 3


def _peak():
    """Peak resident memory of this process, MB."""
    # Linux starts `ru_maxrss` at the size of the process that started this one.
    try:
        with open("/proc/self/status") as stream:
            return next(int(line.split()[1]) for line in stream if line.startswith("VmHWM")) / 1024
    except (OSError, StopIteration):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return peak / 1024 if sys.platform == "darwin" else peak


def _session(threads, gpu, devices=0):
    counts = {"CPU": 1 + devices}
    if not gpu:
        counts["GPU"] = 0
    return tf.Session(config=tf.ConfigProto(
        intra_op_parallelism_threads=threads, inter_op_parallelism_threads=threads,
        device_count=counts))


def _median_time(run, repeats):
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def _train(settings, lib, open_session, repeats, numbers):
    with tf.Graph().as_default() as graph:
        start = time.perf_counter()
        if lib is None:
            fetches = [workload.dynamic_graph(settings)] * len(settings.buckets)
        else:
            fetches = workload.train_graph(lib, settings)
        numbers["build_s"] = time.perf_counter() - start
        numbers["built_mb"] = _peak()
        numbers["nodes"] = len(graph.get_operations()) - sum(
            op.type == "Placeholder" for op in graph.get_operations())
        feeds = []
        for bucket in settings.buckets:
            if lib is None:
                random = np.random.RandomState(0)
                feeds.append({
                    name: random.randint(0, settings.vocabulary, [settings.batch, length])
                    for name, length in (("source:0", bucket[0]), ("target:0", bucket[1] + 1))})
            else:
                feeds.append(workload.feed(settings, bucket))
        with open_session(settings.devices) as session:
            start = time.perf_counter()
            session.run(tf.global_variables_initializer())
            for fetch, values in zip(fetches, feeds):
                session.run(fetch, values)
            numbers["first_s"] = time.perf_counter() - start
            numbers["steps_ms"] = []
            for fetch, values in zip(fetches, feeds):
                session.run(fetch, values)
                numbers["steps_ms"].append(1e3 * _median_time(
                    lambda: session.run(fetch, values), repeats))
            numbers["peak_mb"] = _peak()


def _decode(settings, lib, open_session, repeats, numbers):
    with tf.Graph().as_default():
        symbols = workload.decode_graph(lib, settings)
        source, _ = settings.buckets[-1]
        values = {name: value for name, value in
                  workload.feed(settings, settings.buckets[-1]).items()
                  if name.startswith("encoder") or name == "decoder0:0"}
        with open_session(settings.devices) as session:
            session.run(tf.global_variables_initializer())
            session.run(symbols, values)
            numbers["decode_ms"] = 1e3 * _median_time(
                lambda: session.run(symbols, values), repeats)


def _measure_cells(settings, names, open_session, repeats):
    """{name: numbers} of cells that take turns, all in this process."""
    # Not at the top: what is stock is measured without a module of ours.
    from . import cells
    settings = cells.Settings(**settings)
    values = np.random.RandomState(0).randn(settings.steps, settings.batch, settings.size)
    numbers, runs, times = {}, {}, {name: [] for name in names}
    with contextlib.ExitStack() as sessions:
        for name in names:
            with tf.Graph().as_default() as graph:
                start = time.perf_counter()
                update, inputs = cells.train_graph(cells.CELLS[name].make, settings)
                built = time.perf_counter()
                session = sessions.enter_context(open_session())
                session.run(tf.global_variables_initializer())
                runs[name] = functools.partial(session.run, update, {inputs: values})
                runs[name]()
                numbers[name] = {"build_s": built - start, "nodes": len(graph.get_operations()),
                                 "first_s": time.perf_counter() - built}
        for _ in range(repeats):
            for name in names:
                times[name].append(_median_time(runs[name], 1))
    for name in names:
        against = times[cells.CELLS[name].against]
        numbers[name]["step_ms"] = 1e3 * statistics.median(times[name])
        numbers[name]["ratio"] = statistics.median(
            own / other for own, other in zip(times[name], against))
    return numbers


def _measure_beam(side, settings, open_session, repeats):
    # Not at the top: what is stock is measured without a module of ours.
    from . import beam
    settings = beam.Settings(**settings)
    values = beam.feed(settings)
    with tf.Graph().as_default() as graph:
        tf.set_random_seed(1)
        start = time.perf_counter()
        found = beam.search_graph(side, settings)
        numbers = {"build_s": time.perf_counter() - start, "nodes": len(graph.get_operations())}
        with open_session() as session:
            start = time.perf_counter()
            session.run(tf.global_variables_initializer())
            session.run(found, values)
            numbers["first_s"] = time.perf_counter() - start
            session.run(found, values)
            numbers["search_ms"] = 1e3 * _median_time(lambda: session.run(found, values), repeats)
    numbers["sentences_per_s"] = 1e3 * settings.batch / numbers["search_ms"]
    return numbers


def _measure_variants(name, side, settings, measure, open_session, repeats):
    """The row `name`, a module here: every variant in a graph of its own."""
    row = importlib.import_module("." + name, __package__)
    # Importing `tf.contrib` takes seconds, which are no part of building.
    workload.contrib_library(side)
    settings = row.Settings(**settings)
    values = row.feed(settings)
    numbers = {"build_s": 0.0, "first_s": 0.0, "nodes": [], measure: []}
    for variant in settings.variants:
        with tf.Graph().as_default() as graph, open_session() as session:
            start = time.perf_counter()
            fetches = row.graph(side, settings, variant)
            numbers["build_s"] += time.perf_counter() - start
            numbers["nodes"].append(len(graph.get_operations()))
            start = time.perf_counter()
            session.run(tf.global_variables_initializer())
            session.run(fetches, values)
            numbers["first_s"] += time.perf_counter() - start
            session.run(fetches, values)
            numbers[measure].append(1e3 * _median_time(
                lambda: session.run(fetches, values), _RUNS_PER_REPEAT * repeats))
    return numbers


def _measure_loader(side, settings, open_session, repeats):
    from . import loader
    settings = loader.Settings(**settings)
    settings = settings._replace(buckets=[tuple(bucket) for bucket in settings.buckets])
    with tf.Graph().as_default() as graph, open_session() as session:
        start = time.perf_counter()
        training = loader.SIDES[side](settings)
        numbers = {"build_s": time.perf_counter() - start, "nodes": len(graph.get_operations())}
        start = time.perf_counter()
        session.run(tf.global_variables_initializer())
        training.start(session)
        # Enough for every bucket to have had its turn.
        for _ in range(repeats):
            training.step(session)
        numbers["first_s"] = time.perf_counter() - start
        waits, steps = zip(*[training.step(session) for _ in range(_STEPS_PER_REPEAT * repeats)])
    # Sums, because buckets differ and a rare long wait counts.
    total = sum(waits) + sum(steps)
    numbers["wait_ms"] = 1e3 * sum(waits) / len(waits)
    numbers["trained_ms"] = 1e3 * total / len(waits)
    numbers["wait_share"] = sum(waits) / total
    return numbers


def measure(job):
    """Numbers of one job.

    A job of cells is {"library": "cells", "cells": names, "settings": as `cells.Settings`,
    "threads", "repeats": int}; its numbers are {name: dict of `build_s`, `first_s`, `nodes`,
    `step_ms`, and `ratio` to the cell that it is measured against, turn by turn}.

    A job of beam search is {"library": "beam", "side": "ours" or "stock", "settings": as
    `beam.Settings`, "threads", "repeats": int}; its numbers are `build_s`, `first_s`, `nodes`,
    `search_ms` (of a batch) and `sentences_per_s`.

    A job of decoders is {"library": "attention" or "contrib_beam", "side": "ours" or "stock",
    "settings": as the `Settings` of the module of that name, ...} likewise; its numbers are
    `build_s` and `first_s` of all variants together, and lists by variant: `nodes`, and `steps_ms`
    or `search_ms`.

    A job of training from a loader is {"library": "loader", "side": "loader" or "feed", "settings":
    as `loader.Settings`, ...} likewise; its numbers are `build_s`, `first_s`, `nodes`, and means
    over the steps: `wait_ms` for the input, `trained_ms` with it, and `wait_share`.

    Args:
      job: {"library": "ours", "stock" or "dynamic", "settings": as `workload.Settings`,
        "threads", "repeats": int, "decode": bool}. Any job may have "gpu": whether TensorFlow may
        use the GPUs that it sees.

    Returns:
      dict: `build_s`, `first_s` (initialising and the first runs of all buckets), `nodes` (without
      placeholders), `built_mb` and `peak_mb` (peak memory after building, after training),
      `steps_ms` (a list, by bucket) and `decode_ms` (if asked for; not of "dynamic").
    """
    tf.logging.set_verbosity(tf.logging.ERROR)
    open_session = functools.partial(_session, job["threads"], job.get("gpu", False))
    if job["library"] == "cells":
        return _measure_cells(job["settings"], job["cells"], open_session, job["repeats"])
    if job["library"] == "beam":
        return _measure_beam(job["side"], job["settings"], open_session, job["repeats"])
    if job["library"] in ("attention", "contrib_beam"):
        return _measure_variants(
            job["library"], job["side"], job["settings"],
            "steps_ms" if job["library"] == "attention" else "search_ms",
            open_session, job["repeats"])
    if job["library"] == "loader":
        return _measure_loader(job["side"], job["settings"], open_session, job["repeats"])
    settings = workload.Settings(**job["settings"])
    settings = settings._replace(buckets=[tuple(bucket) for bucket in settings.buckets])
    lib = None if job["library"] == "dynamic" else workload.library(job["library"])
    numbers = {}
    _train(settings, lib, open_session, job["repeats"], numbers)
    if job.get("decode") and lib is not None:
        _decode(settings, lib, open_session, job["repeats"], numbers)
    return numbers


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(json.loads(sys.argv[1]))) + "\n")
