"""The command that measures this package against stock TensorFlow."""
import collections
import contextlib
import copy
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from unittest import mock

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.benchmarks import __main__ as benchmarks
from Project_RNN_Enhancement.benchmarks import (
    attention, beam, cells, contrib_beam, loader, report, worker, workload)
from Project_RNN_Enhancement.experiments import training
from Project_RNN_Enhancement.experiments.errors import ExperimentError

from . import stock
from .sizes import long, slow, some

TINY = workload.Settings(vocabulary=20, size=4, layers=1, batch=3, buckets=[(1, 2), (2, 3)],
                         samples=5, cell="gru", unroll=None, devices=0)
NUMBERS = {
    "ours": {"build_s": 1.0, "first_s": 1.0, "nodes": 100, "built_mb": 50.0, "peak_mb": 100.0,
             "steps_ms": [1.0, 9.0], "decode_ms": 3.0},
    "stock": {"build_s": 30.0, "first_s": 10.0, "nodes": 1000, "built_mb": 200.0, "peak_mb": 200.0,
              "steps_ms": [2.0, 10.0], "decode_ms": 10.0},
    "dynamic": {"build_s": 1.0, "first_s": 1.0, "nodes": 50, "built_mb": 50.0, "peak_mb": 80.0,
                "steps_ms": [0.5, 9.0]},
    "cells": {name: {"build_s": 1.0, "first_s": 1.0, "nodes": 2000, "step_ms": 8.0, "ratio": 0.5}
              for name in ("GRUCell", "LSTMCell")},
    "beam": {"build_s": 1.0, "first_s": 1.0, "nodes": 900, "search_ms": 8.0,
             "sentences_per_s": 2000.0},
    "attention": {"build_s": 1.0, "first_s": 1.0, "nodes": [900] * 4,
                  "steps_ms": [8.0, 9.0, 10.0, 11.0]},
    "contrib_beam": {"build_s": 1.0, "first_s": 1.0, "nodes": [900] * 3,
                     "search_ms": [8.0, 9.0, 10.0]},
    "loader": {"build_s": 1.0, "first_s": 1.0, "nodes": 900, "wait_ms": 0.5, "trained_ms": 20.0,
               "wait_share": 0.025},
}
TINY_BEAM = beam.Settings(vocabulary=9, size=4, source=3, steps=5, batch=2, width=3)
TINY_ATTENTION = attention.Settings(vocabulary=9, source=4, steps=3, batch=2,
                                    variants=[("Luong", 4), ("Bahdanau", 3)])
TINY_CONTRIB_BEAM = contrib_beam.Settings(vocabulary=9, size=4, source=4, steps=5, batch=2,
                                          variants=[(3, 0.0), (2, 1.0)])
TINY_LOADER = loader.Settings(vocabulary=9, size=4, batch=2, buckets=[(2, 5), (4, 7)], pairs=20)
TINY_CELLS = cells.Settings(size=3, steps=5, batch=2)

needs_stock = unittest.skipUnless(workload.has_stock(), "this TensorFlow has no tf.contrib")


def job(library="ours", decode=False, **settings):
    return {"library": library, "settings": dict(TINY._replace(**settings)._asdict()),
            "threads": 1, "repeats": 1, "decode": decode}


def row(*processes, **kwargs):
    """A row of made-up measurements: `processes` are pairs of side and numbers."""
    name = kwargs.get("name", "gru")
    jobs = benchmarks._jobs(name, 1, 1)
    found = {"row": name, "sides": list(jobs), "jobs": jobs, "planned": len(processes),
             "processes": [{"side": side, "round": 1, "numbers": numbers}
                           for side, numbers in processes]}
    report.summarise(found)
    return found


def ratio_of(found, measure, bucket=None, lower="stock"):
    lines = [line for line in found["ratios"]
             if (line["measure"], line["bucket"], line["lower"]) == (measure, bucket, lower)]
    assert len(lines) == 1, (measure, bucket, lower, found["ratios"])
    return lines[0]


def running_in_group(group):
    """Ids of the processes of a group that still run; the dead may wait long for their parent."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % name) as stream:
                # After the name in parentheses: state, parent, group.
                state, _, own = stream.read().rsplit(")", 1)[1].split()[:3]
        except OSError:
            continue
        if int(own) == group and state not in "ZX":
            found.append(int(name))
    return found


class TinyCase(unittest.TestCase):
    """Puts the tiny settings in the place of the reference."""

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.output = os.path.join(self.folder, "out")
        self.replace(workload, REFERENCE=TINY)

    def replace(self, thing, **values):
        patch = mock.patch.multiple(thing, **values)
        patch.start()
        self.addCleanup(patch.stop)


class WorkerTest(unittest.TestCase):

    def measure(self, *args, **kwargs):
        with stock.quiet():
            return worker.measure(job(*args, **kwargs))

    def assertMeasured(self, numbers, decode):
        names = {"build_s", "first_s", "nodes", "built_mb", "peak_mb", "steps_ms"}
        self.assertEqual(set(numbers), names | ({"decode_ms"} if decode else set()))
        self.assertEqual(len(numbers["steps_ms"]), len(TINY.buckets))
        for value in numbers["steps_ms"] + [numbers[name] for name in set(numbers) - {"steps_ms"}]:
            self.assertGreater(value, 0)
        self.assertGreaterEqual(numbers["peak_mb"], numbers["built_mb"])

    @slow
    def test_ours(self):
        self.assertMeasured(self.measure("ours", decode=True), decode=True)

    @slow
    @needs_stock
    def test_stock(self):
        self.assertMeasured(self.measure("stock", decode=True), decode=True)

    def test_stock_is_given_no_keyword_of_ours(self):
        for row in ("gru", "lstm", "basic", "user"):
            for side, planned in benchmarks._jobs(row, 1, 1).items():
                self.assertIsNone(planned["settings"]["unroll"], (row, side))

    @slow
    @needs_stock
    def test_dynamic_has_no_decode(self):
        self.assertMeasured(self.measure("dynamic", decode=True), decode=False)

    @long
    def test_decode_is_left_out_unless_asked_for(self):
        self.assertMeasured(self.measure("ours", cell="lstm"), decode=False)

    @long
    def test_cell_of_a_user(self):
        self.assertMeasured(self.measure("ours", cell="user"), decode=False)

    @long
    def test_devices_and_unrolling(self):
        static = self.measure("ours", layers=2, devices=2, unroll="static")
        loop = self.measure("ours", layers=2, devices=2, unroll="loop")
        self.assertMeasured(static, decode=False)
        self.assertMeasured(loop, decode=False)
        self.assertNotEqual(static["nodes"], loop["nodes"])

    @long
    def test_placeholders_are_not_counted(self):
        one_bucket = TINY._replace(buckets=TINY.buckets[:1])
        with tf.Graph().as_default() as graph, stock.quiet():
            workload.train_graph(workload.library("ours"), one_bucket)
        counted = [op for op in graph.get_operations() if op.type != "Placeholder"]
        self.assertLess(len(counted), len(graph.get_operations()))
        self.assertEqual(self.measure("ours", buckets=one_bucket.buckets)["nodes"], len(counted))

    @long
    def test_peak_memory_is_that_before_decoding(self):
        calls = []
        with mock.patch.object(worker, "_peak", lambda: calls.append("peak") or 1.0), \
                mock.patch.object(worker, "_decode", lambda *args: calls.append("decode")):
            self.measure("ours", decode=True)
        self.assertEqual(calls, ["peak", "peak", "decode"])

    @slow
    def test_peak_memory_does_not_include_the_parent(self):
        parent = bytearray(b"x") * (1 << 30)
        child = subprocess.check_output(
            [sys.executable, "-c", "from Project_RNN_Enhancement.benchmarks import worker; "
                                   "print(worker._peak())"], stderr=subprocess.DEVNULL)
        self.assertGreater(worker._peak(), len(parent) / 2.0 ** 20)
        self.assertLess(float(child), len(parent) / 2.0 ** 20)


class CellsTest(TinyCase):
    """The row of cells, in one process."""

    def measure(self, **keywords):
        self.replace(cells, REFERENCE=TINY_CELLS)
        planned = benchmarks._jobs("cells", 1, 3)
        self.assertEqual(list(planned), ["all"])
        return worker.measure(dict(planned["all"], **keywords))

    @slow
    def test_cells_of_the_table(self):
        chosen = set(some(cells.CELLS, 10))
        chosen.update([cells.CELLS[name].against for name in chosen])
        numbers = self.measure(repeats=1, cells=[name for name in cells.CELLS if name in chosen])
        self.assertEqual(set(numbers), chosen)
        for found in numbers.values():
            self.assertEqual(set(found), {"build_s", "first_s", "nodes", "step_ms", "ratio"})
            for value in found.values():
                self.assertGreater(value, 0)
        self.assertEqual(numbers["GRUCell"]["ratio"], 1)
        self.assertEqual(json.loads(json.dumps(numbers)), numbers)

    def test_what_a_cell_is_measured_against_is_there_and_has_its_turn_before(self):
        names = list(cells.CELLS)
        for name, measured in cells.CELLS.items():
            self.assertLessEqual(names.index(measured.against), names.index(name))

    def test_cells_take_turns(self):
        times, turns = [1, 2, 10, 11, 5, 5], []

        def clocked(run, repeats):
            turns.append(repeats)
            return times[len(turns) - 1]
        self.replace(worker, _median_time=clocked)
        numbers = self.measure(cells=["GRUCell", "LSTMCell"])
        self.assertEqual(turns, [1] * 6)
        self.assertEqual([numbers[name]["step_ms"] for name in ("GRUCell", "LSTMCell")],
                         [5e3, 5e3])
        # The median of the turns' ratios 2, 1.1 and 1; not the ratio 1 of the medians.
        self.assertEqual(numbers["LSTMCell"]["ratio"], 1.1)

    def test_a_step_trains(self):
        with tf.Graph().as_default(), tf.Session() as session:
            update, inputs = cells.train_graph(cells.CELLS["GRUCell"].make, TINY_CELLS)
            self.assertEqual(inputs.shape.as_list(), [5, 2, 3])
            session.run(tf.global_variables_initializer())
            before = session.run(tf.trainable_variables())
            session.run(update, {inputs: np.ones([5, 2, 3])})
            for old, new in zip(before, session.run(tf.trainable_variables())):
                self.assertTrue((old != new).any())

    def row(self, *rounds):
        self.replace(cells, CELLS=collections.OrderedDict([
            ("GRUCell", cells.Measured(None)),
            ("Fast", cells.Measured(None, target=1.1, note="limited by nothing")),
            ("Slow", cells.Measured(None, "Fast", 1.4)), ("Any", cells.Measured(None))]))
        return row(*[("all", {name: {"build_s": 0.25, "first_s": 1.0, "nodes": 1234,
                                     "step_ms": 10 * ratio, "ratio": ratio}
                              for name, ratio in zip(cells.CELLS, ratios)})
                     for ratios in rounds], name="cells")

    def test_ratios_and_targets(self):
        found = self.row([1, 1.1, 1.5, 3], [1, 1.2, 1.3, 2], [1, 1.0, 1.6, 9])
        self.assertEqual(
            [(line["upper"], line["lower"], line["ratio"], line["target"], line["verdict"])
             for line in found["ratios"]],
            [("Fast", "GRUCell", 1.1, 1.1, "reached"), ("Slow", "Fast", 1.5, 1.4, "not reached"),
             ("Any", "GRUCell", 3, None, None)])
        self.assertEqual(found["medians"]["Fast"]["step_ms"], 11.0)

    @slow
    def test_table_and_chart(self):
        found = json.loads(json.dumps(self.row([1, 1.1, 1.5, 3]), sort_keys=True))
        text = ReportTest.table(self, found)
        lines = [[cell.strip() for cell in line.strip("|\n").split("|")]
                 for line in text.splitlines() if line.startswith("|")]
        self.assertEqual(lines[0], ["cell", "against", "ratio", "target", "verdict", "step",
                                    "that of the other", "build", "graph nodes"])
        self.assertEqual(lines[3], ["Slow", "Fast", "1.500", "<= 1.40", "not reached", "15.0 ms",
                                    "11.0 ms", "0.2 s", "1,234"])
        self.assertEqual({len(line) for line in lines}, {9})
        self.assertIn("256 units and inputs, 50 steps, batch 32;", text)
        self.assertIn("Fast: limited by nothing", text)
        path = os.path.join(self.folder, "benchmark.png")
        report.chart({"rows": [found]}, path)
        with open(path, "rb") as stream:
            self.assertEqual(stream.read(8), b"\x89PNG\r\n\x1a\n")

    def test_nothing_measured_yet(self):
        found = self.row()
        self.assertEqual((found["medians"], found["ratios"]), ({}, []))
        self.assertIn("### cells", ReportTest.table(self, found))


class ReportTest(unittest.TestCase):

    def test_medians_over_rounds(self):
        rounds = [dict(NUMBERS["ours"], build_s=build, first_s=first, steps_ms=[step, 1.0])
                  for build, first, step in ((1.0, 9.0, 3.0), (5.0, 1.0, 2.0), (2.0, 2.0, 70.0))]
        medians = row(*[("ours", numbers) for numbers in rounds])["medians"]
        self.assertEqual(list(medians), ["ours"])
        self.assertEqual(medians["ours"]["build_s"], 2.0)
        # The median of the sums 10, 6 and 4; not the sum 2 + 2 of the medians.
        self.assertEqual(medians["ours"]["ready_s"], 6.0)
        self.assertEqual(medians["ours"]["steps_ms"], [3.0, 1.0])

    def test_ratios_and_targets(self):
        with mock.patch.object(workload, "REFERENCE", TINY):
            found = row(*NUMBERS.items())
        for measure, bucket, lower, ratio, target, verdict in (
                ("ready_s", None, "stock", 0.05, 0.08, "reached"),
                ("steps_ms", (1, 2), "stock", 0.5, 0.5, "reached"),
                ("steps_ms", (2, 3), "stock", 0.9, 0.5, "not reached"),
                ("peak_mb", None, "stock", 0.5, 0.34, "not reached"),
                ("decode_ms", None, "stock", 0.3, 0.5, "reached"),
                ("nodes", None, "stock", 0.1, 0.1, "reached"),
                ("steps_ms", (1, 2), "dynamic", 2.0, 1.0, "not reached"),
                ("steps_ms", (2, 3), "dynamic", 1.0, 1.0, "reached")):
            line = ratio_of(found, measure, bucket, lower)
            self.assertAlmostEqual(line["ratio"], ratio)
            self.assertEqual((line["upper"], line["target"], line["verdict"]),
                             ("ours", target, verdict))
        self.assertEqual(len(found["ratios"]), 8)

    def test_only_what_is_there_is_compared(self):
        with mock.patch.object(workload, "REFERENCE", TINY):
            self.assertEqual(row(("ours", NUMBERS["ours"]))["ratios"], [])
            found = row(("ours", NUMBERS["ours"]), ("dynamic", NUMBERS["dynamic"]))
        self.assertEqual({line["lower"] for line in found["ratios"]}, {"dynamic"})

    def test_long_row_is_flat_or_not(self):
        short = dict(NUMBERS["ours"], steps_ms=[2.0])
        found = row(("40", short), ("400", dict(short, nodes=101, build_s=1.2, steps_ms=[20.0])),
                    name="long")
        self.assertEqual(ratio_of(found, "nodes", lower="40")["verdict"], "not reached")
        self.assertEqual(ratio_of(found, "build_s", lower="40")["verdict"], "reached")
        self.assertIsNone(ratio_of(found, "peak_mb", lower="40")["verdict"])
        self.assertEqual(ratio_of(found, "steps_ms", lower="40")["ratio"], 10.0)
        self.assertIn("20.0 ms", self.table(found))
        self.assertEqual([found["jobs"][side]["settings"]["buckets"] for side in ("40", "400")],
                         [[(40, 40)], [(400, 400)]])

    def test_devices_row_names_the_faster(self):
        with mock.patch.object(workload, "REFERENCE", TINY):
            found = row(("static", dict(NUMBERS["ours"], steps_ms=[1.0, 4.0])),
                        ("loop", dict(NUMBERS["ours"], steps_ms=[2.0, 3.0])), name="devices")
        self.assertEqual(ratio_of(found, "steps_ms", (1, 2), "loop")["verdict"],
                         "static is faster")
        self.assertEqual(ratio_of(found, "steps_ms", (2, 3), "loop")["verdict"], "loop is faster")

    def table(self, *rows):
        return report.markdown({
            "settings": {"rounds": 2, "repeats": 7}, "rows": rows,
            "machine": {"cpu": "Abacus", "cores": 8, "threads": 4, "platform": "Wood",
                        "python": "3", "tensorflow": "1.15", "numpy": "1.18", "gpus": [],
                        "stock": "1.15"}})

    def test_markdown(self):
        with mock.patch.object(workload, "REFERENCE", TINY):
            found = row(*NUMBERS.items())
        # As read from results.json, where keys are sorted and tuples are lists.
        text = self.table(json.loads(json.dumps(found, sort_keys=True)))
        self.assertIn("Abacus, 8 cores, 4 threads; Wood; Python 3, TensorFlow 1.15, NumPy 1.18.",
                      text)
        self.assertIn("2 rounds", text)
        lines = [[cell.strip() for cell in line.strip("|\n").split("|")]
                 for line in text.splitlines() if line.startswith("|")]
        self.assertEqual(lines[0], ["measure", "sides", "ratio", "target", "verdict", "ours",
                                    "stock", "dynamic"])
        self.assertTrue(set("".join(lines[1])) <= set("-"))
        self.assertIn(["step (2, 3)", "ours / stock", "0.900", "<= 0.50", "not reached", "9.0 ms",
                       "10.0 ms", "9.0 ms"], lines)
        self.assertIn(["graph nodes", "ours / stock", "0.100", "<= 0.10", "reached", "100",
                       "1,000", "50"], lines)
        self.assertIn(["greedy decode", "ours / stock", "0.300", "<= 0.50", "reached", "3.0 ms",
                       "10.0 ms", ""], lines)
        self.assertEqual({len(line) for line in lines}, {8})
        self.assertNotIn("Incomplete", text)

    def test_markdown_tells_what_is_missing(self):
        found = row(("ours", NUMBERS["ours"]))
        found["planned"] = 9
        self.assertIn("Incomplete: 1 of 9 processes.", self.table(found))

    def test_chart_goes_with_the_ratios(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        path = os.path.join(folder, "benchmark.png")
        with mock.patch.object(workload, "REFERENCE", TINY):
            rows = [row(*NUMBERS.items()),
                    row(("static", NUMBERS["ours"]), ("loop", NUMBERS["ours"]), name="devices")]
        report.chart({"rows": rows}, path)
        with open(path, "rb") as stream:
            self.assertEqual(stream.read(8), b"\x89PNG\r\n\x1a\n")
        report.chart({"rows": [dict(rows[0], ratios=[])]}, path)
        self.assertEqual(os.listdir(folder), [])


class BeamTest(unittest.TestCase):
    """The row of beam search."""

    @slow
    @needs_stock
    def test_both_sides_search_the_same(self):
        found = {}
        for side in beam.SIDES:
            with tf.Graph().as_default(), tf.Session() as session, stock.quiet():
                symbols, scores = beam.search_graph(side, TINY_BEAM)
                random = np.random.RandomState(0)
                session.run(tf.global_variables_initializer())
                names = []
                for variable in tf.trainable_variables():
                    variable.load(random.uniform(-1, 1, variable.shape.as_list()), session)
                    names.append(variable.op.name)
                found[side] = [names] + session.run([symbols, scores], beam.feed(TINY_BEAM))
        (names, symbols, scores), (stock_names, stock_symbols, stock_scores) = (
            found["ours"], found["stock"])
        self.assertEqual(names, stock_names)
        # Past an end the two pad differently, and TensorFlow's stops where all have ended.
        length = stock_symbols.shape[2]
        for row, other in zip(symbols[:, :, :length].reshape(-1, length),
                              stock_symbols.reshape(-1, length)):
            within = np.cumsum(np.append(0, row[:-1] == beam.END)) == 0
            np.testing.assert_array_equal(row[within], other[within])
        np.testing.assert_allclose(scores, stock_scores, rtol=1e-4)

    def test_ratios(self):
        found = row(("ours", NUMBERS["beam"]), ("stock", dict(NUMBERS["beam"], search_ms=10.0)),
                    name="beam")
        line = ratio_of(found, "search_ms")
        self.assertEqual((line["ratio"], line["target"], line["verdict"]), (0.8, 1.0, "reached"))
        text = ReportTest.table(self, found)
        self.assertIn("| search of a batch", text)
        self.assertIn("10.0 ms", text)


class DecodersTest(unittest.TestCase):
    """The rows of `AttentionWrapper` and `BeamSearchDecoder`."""

    def both_sides(self, module, settings, variant):
        """What a side fetches at first, and its variables after that, by name."""
        found = []
        for side in module.SIDES:
            with tf.Graph().as_default(), tf.Session() as session, stock.quiet():
                fetches = module.graph(side, settings, variant)
                session.run(tf.global_variables_initializer())
                fetched = session.run(fetches, module.feed(settings))
                found.append((fetched, {variable.op.name: variable.eval(session)
                                        for variable in tf.global_variables()}))
        return found

    def assertSameValues(self, values, others):
        self.assertEqual(list(values), list(others))
        for name, value in values.items():
            np.testing.assert_allclose(value, others[name], rtol=1e-5, atol=1e-7, err_msg=name)

    @slow
    @needs_stock
    def test_both_sides_train_the_same(self):
        for variant in TINY_ATTENTION.variants:
            ((_, norm, loss), values), ((_, stock_norm, stock_loss), stock_values) = (
                self.both_sides(attention, TINY_ATTENTION, variant))
            self.assertGreater(norm, 0)
            np.testing.assert_allclose([norm, loss], [stock_norm, stock_loss], rtol=1e-5)
            self.assertSameValues(values, stock_values)

    @slow
    @needs_stock
    def test_both_sides_search_the_same(self):
        for variant in TINY_CONTRIB_BEAM.variants:
            ((symbols, scores), values), ((stock_symbols, stock_scores), stock_values) = (
                self.both_sides(contrib_beam, TINY_CONTRIB_BEAM, variant))
            self.assertEqual(symbols.shape[::2], (2, variant[0]))
            np.testing.assert_array_equal(symbols, stock_symbols)
            np.testing.assert_allclose(scores, stock_scores, rtol=1e-5)
            self.assertSameValues(values, stock_values)

    def test_ratios_of_every_variant(self):
        for name, measure, label in (("attention", "steps_ms", "| step (Bahdanau, 256)"),
                                     ("contrib_beam", "search_ms", "| search of a batch (5, 1.0)")):
            other = dict(NUMBERS[name])
            other[measure] = [2 * value for value in other[measure]]
            found = row(("ours", NUMBERS[name]), ("stock", other), name=name)
            lines = [line for line in found["ratios"] if line["measure"] == measure]
            self.assertEqual([(line["ratio"], line["verdict"]) for line in lines],
                             [(0.5, "reached")] * len(NUMBERS[name][measure]))
            # As it is read from results.json.
            text = ReportTest.table(self, json.loads(json.dumps(found, sort_keys=True)))
            self.assertIn(label, text)
            self.assertIn("22.0 ms" if name == "attention" else "18.0 ms", text)
            alone = row(("ours", NUMBERS[name]), name=name)
            alone["sides"] = ["ours"]
            self.assertIn(label, ReportTest.table(self, alone))


class LoaderTest(unittest.TestCase):
    """The row of the loader."""

    @slow
    def test_both_sides_train(self):
        for side, make in loader.SIDES.items():
            with tf.Graph().as_default(), tf.Session() as session, stock.quiet():
                training = make(TINY_LOADER)
                session.run(tf.global_variables_initializer())
                training.start(session)
                before = session.run(tf.trainable_variables())
                for _ in range(12):
                    self.assertGreater(min(training.step(session)), 0, side)
                for old, new in zip(before, session.run(tf.trainable_variables())):
                    self.assertTrue((old != new).any(), side)

    def test_share_of_the_input(self):
        found = row(("loader", NUMBERS["loader"]),
                    ("feed", dict(NUMBERS["loader"], wait_ms=2.0, wait_share=0.1)), name="loader")
        shares = [line for line in found["ratios"] if line["measure"] == "wait_share"]
        self.assertEqual([(line["ratio"], line["target"], line["verdict"]) for line in shares],
                         [(0.025, 0.02, "not reached"), (0.1, None, None)])
        self.assertEqual(ratio_of(found, "wait_ms", lower="feed")["ratio"], 0.25)
        text = ReportTest.table(self, json.loads(json.dumps(found, sort_keys=True)))
        self.assertIn("input's share of the time", text)


class CommandTest(TinyCase):

    def setUp(self):
        super(CommandTest, self).setUp()
        self.pythons = []

    def command(self, *options):
        """Returns exit status, standard output and standard error."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                status = benchmarks.main(["--output", self.output] + list(options))
            except SystemExit as stop:
                status = stop.code
        return status, out.getvalue(), err.getvalue()

    def results(self):
        return training.read_json(os.path.join(self.output, "results.json"))

    def fake_workers(self, outcomes=()):
        """Replaces processes by made-up numbers; `outcomes`: {call: exception to raise}."""
        jobs, pythons = [], self.pythons

        def run(job, python):
            jobs.append(job)
            pythons.append(python)
            if len(jobs) in outcomes:
                raise outcomes[len(jobs)]
            return copy.deepcopy(NUMBERS[job["library"]])
        self.replace(benchmarks, _run_worker=run)
        if not workload.has_stock():
            self.replace(benchmarks, _stock=lambda python: "1.15.5")
        self.replace(report, chart=lambda results, path: None)
        return jobs

    @slow
    def test_real_processes(self):
        status, out, err = self.command("--quick", "--threads", "1")
        sides = ["ours", "stock", "dynamic"] if workload.has_stock() else ["ours"]
        self.assertEqual((status, err), (0, "".join("gru %s 1/1 ...\n" % side for side in sides)))
        results = self.results()
        self.assertEqual(out, report.markdown(results))
        self.assertEqual(results["rows"][0]["sides"], sides)
        self.assertEqual(len(results["rows"][0]["ratios"]), 8 if workload.has_stock() else 0)
        self.assertEqual(results["settings"]["vocabulary"], 20)
        self.assertEqual(results["machine"]["threads"], 1)
        self.assertEqual(results["machine"]["tensorflow"], tf.__version__)
        self.assertEqual(sorted(os.listdir(self.output)),
                         ["benchmark.png"] * workload.has_stock() + ["results.json"])

    @long
    def test_cells_in_a_real_process(self):
        self.replace(cells, REFERENCE=TINY_CELLS)
        status, out, err = self.command("--rows", "cells", "--rounds", "1", "--threads", "1")
        self.assertEqual((status, err), (0, "cells all 1/1 ...\n"))
        results = self.results()
        self.assertEqual(out, report.markdown(results))
        self.assertEqual(set(results["rows"][0]["medians"]), set(cells.CELLS))
        self.assertEqual(sorted(os.listdir(self.output)), ["benchmark.png", "results.json"])

    @long
    def test_beam_in_real_processes(self):
        self.replace(beam, REFERENCE=TINY_BEAM)
        status, out, err = self.command("--rows", "beam", "--rounds", "1", "--threads", "1")
        sides = ["ours", "stock"] if workload.has_stock() else ["ours"]
        self.assertEqual((status, err), (0, "".join("beam %s 1/1 ...\n" % side for side in sides)))
        results = self.results()
        self.assertEqual(out, report.markdown(results))
        self.assertEqual(len(results["rows"][0]["ratios"]), 3 if workload.has_stock() else 0)

    @long
    def test_decoders_in_real_processes(self):
        self.replace(attention, REFERENCE=TINY_ATTENTION)
        self.replace(contrib_beam, REFERENCE=TINY_CONTRIB_BEAM)
        status, out, err = self.command(
            "--rows", "attention,contrib_beam", "--rounds", "1", "--threads", "1")
        sides = ["ours", "stock"] if workload.has_stock() else ["ours"]
        self.assertEqual((status, err), (0, "".join(
            "%s %s 1/1 ...\n" % (name, side)
            for name in ("attention", "contrib_beam") for side in sides)))
        results = self.results()
        self.assertEqual(out, report.markdown(results))
        for found in results["rows"]:
            # Times and nodes by variant; ready, built.
            self.assertEqual(len(found["ratios"]), 6 if workload.has_stock() else 0)

    @long
    def test_loader_in_real_processes(self):
        self.replace(loader, REFERENCE=TINY_LOADER)
        status, out, err = self.command("--rows", "loader", "--rounds", "1", "--threads", "1")
        self.assertEqual((status, err), (0, "loader loader 1/1 ...\nloader feed 1/1 ...\n"))
        results = self.results()
        self.assertEqual(out, report.markdown(results))
        for numbers in results["rows"][0]["medians"].values():
            self.assertTrue(0 < numbers["wait_share"] < 1)
            self.assertLess(numbers["wait_ms"], numbers["trained_ms"])

    def test_sides_take_turns(self):
        jobs = self.fake_workers()
        status, _, err = self.command("--rows", "gru,lstm", "--rounds", "2", "--threads", "3")
        self.assertEqual(status, 0)
        self.assertEqual([line.split()[1] for line in err.splitlines()],
                         ["ours", "stock", "dynamic"] * 2 + ["ours", "stock"] * 2)
        self.assertEqual([(job["settings"]["cell"], job["library"]) for job in jobs],
                         [("gru", "ours"), ("gru", "stock"), ("gru", "dynamic")] * 2
                         + [("lstm", "ours"), ("lstm", "stock")] * 2)
        self.assertEqual({job["threads"] for job in jobs}, {3})
        self.assertEqual([process["round"] for process in self.results()["rows"][0]["processes"]],
                         [1, 1, 1, 2, 2, 2])

    def test_all_rows_three_times_by_default(self):
        jobs = self.fake_workers()
        self.assertEqual(self.command()[0], 0)
        self.assertEqual([found["row"] for found in self.results()["rows"]],
                         ["gru", "lstm", "basic", "user", "long", "devices", "cells",
                          "beam", "attention", "contrib_beam", "loader"])
        self.assertEqual(len(jobs), 3 * (3 + 2 + 2 + 2 + 2 + 2 + 1 + 2 + 2 + 2 + 2))
        self.assertEqual([(job["library"], job["side"]) for job in jobs[-24:]],
                         [("beam", "ours"), ("beam", "stock")] * 3
                         + [("attention", "ours"), ("attention", "stock")] * 3
                         + [("contrib_beam", "ours"), ("contrib_beam", "stock")] * 3
                         + [("loader", "loader"), ("loader", "feed")] * 3)
        jobs = jobs[:-24]
        self.assertEqual([(job["library"], job["cells"]) for job in jobs[-3:]],
                         [("cells", list(cells.CELLS))] * 3)
        self.assertEqual([(job["library"], job["settings"]["unroll"], job["settings"]["devices"])
                          for job in jobs[-5:-3]], [("ours", "static", 2), ("ours", "loop", 2)])

    @long
    def test_alone_where_there_is_no_contrib(self):
        self.replace(workload, has_stock=lambda: False)
        status, out, err = self.command("--rows", "lstm,long", "--rounds", "1", "--threads", "1")
        self.assertEqual(status, 0, err)
        self.assertEqual(err, "lstm ours 1/1 ...\nlong 40 1/1 ...\nlong 400 1/1 ...\n")
        self.assertIn("TensorFlow %s has no tf.contrib, so this package is measured alone."
                      % tf.__version__, out)
        alone, compared = out.split("### ")[1:]
        numbers = self.results()["rows"][0]["medians"]["ours"]
        self.assertRegex(alone, r"\| step \(2, 3\) +\| %.1f ms" % numbers["steps_ms"][1])
        self.assertRegex(alone, r"\| graph nodes +\| {:,} ".format(numbers["nodes"]))
        self.assertIn("400 / 40", compared)
        self.assertEqual(self.results()["machine"]["stock"], None)

    def test_stock_of_another_interpreter(self):
        jobs = self.fake_workers()
        self.replace(benchmarks, _stock=lambda python: {"old": "1.15.5"}[python])
        status, out, _ = self.command("--rows", "gru", "--rounds", "1", "--stock-python", "old")
        self.assertEqual((status, len(jobs)), (0, 3))
        self.assertEqual(self.pythons, [None, "old", "old"])
        self.assertEqual("Stock is that of TensorFlow 1.15.5." in out, tf.__version__ != "1.15.5")

    def interpreter(self, script):
        """The path of a program in place of Python."""
        path = os.path.join(self.folder, "python")
        with open(path, "w") as stream:
            stream.write("#!/bin/sh\n%s\n" % script)
        os.chmod(path, 0o700)
        return path

    def test_another_interpreter_starts_as_1_15(self):
        path = self.interpreter('echo "[\\"${TF2_BEHAVIOR-unset}\\", \\"$2\\"]"')
        with mock.patch.dict(os.environ, TF2_BEHAVIOR="1"):
            self.assertEqual(benchmarks._run_worker(job(), path),
                             ["unset", "Project_RNN_Enhancement.benchmarks.worker"])

    def test_interpreters_that_have_no_stock(self):
        for script, message in [
                ("echo 2.21.0", "--stock-python: TensorFlow 2.21.0 has no tf.contrib"),
                ("echo Traceback >&2; echo No module >&2; exit 1",
                 "has no TensorFlow with this package: No module")]:
            with self.assertRaisesRegex(ExperimentError, message):
                benchmarks._stock(self.interpreter(script))
        with self.assertRaisesRegex(ExperimentError, "nowhere can't be started"):
            benchmarks._stock(os.path.join(self.folder, "nowhere"))

    def test_gpu(self):
        jobs = self.fake_workers()
        for found, status in ((["A GPU"], 0), ([], 1)):
            self.replace(benchmarks, gpu_names=lambda: found)
            result, out, err = self.command("--rows", "cells", "--rounds", "1", "--gpu")
            self.assertEqual(result, status)
        self.assertEqual(err, "benchmarks: --gpu: TensorFlow sees no GPU\n")
        self.assertEqual([job["gpu"] for job in jobs], [True])
        self.assertEqual(self.results()["machine"]["gpus"], ["A GPU"])

    def test_interrupt_keeps_what_is_measured(self):
        self.fake_workers({5: KeyboardInterrupt()})
        status, out, err = self.command("--rows", "gru")
        self.assertEqual((status, out), (130, ""))
        self.assertEqual(err.splitlines()[-1], "benchmarks: interrupted; the numbers of 4 finished "
                         "processes are kept in " + os.path.join(self.output, "results.json"))
        found = self.results()["rows"][0]
        self.assertEqual(len(found["processes"]), 4)
        self.assertEqual(len(found["ratios"]), 8)

    def test_interrupt_before_anything_is_measured_leaves_earlier_results(self):
        self.fake_workers()
        self.command("--rows", "lstm")
        before = self.results()
        self.fake_workers({1: KeyboardInterrupt()})
        status, _, err = self.command("--rows", "gru")
        self.assertEqual(status, 130)
        self.assertIn("nothing was measured yet", err)
        self.assertEqual(self.results(), before)

    def test_interrupt_while_saving_loses_nothing(self):
        self.fake_workers()
        write, calls = training.write_json, []

        def interrupted(path, value):
            calls.append(path)
            if len(calls) == 2:
                raise KeyboardInterrupt
            write(path, value)
        self.replace(training, write_json=interrupted)
        self.assertEqual(self.command("--rows", "gru")[0], 130)
        self.assertEqual(len(self.results()["rows"][0]["processes"]), 2)

    def test_failed_write_leaves_the_results_before_it_whole(self):
        self.fake_workers()
        self.command("--rows", "lstm")
        before = self.results()

        class FullDisk(io.FileIO):
            def write(self, data):
                super(FullDisk, self).write(data[:1])
                raise OSError(28, "No space left on device")

        def opened(path, mode, encoding):
            return io.TextIOWrapper(FullDisk(path, mode), encoding)
        with mock.patch.object(training, "open", opened, create=True):
            status, _, err = self.command("--rows", "gru")
        self.assertEqual(status, 1)
        self.assertRegex(err, "results.json can't be written")
        self.assertNotIn("Traceback", err)
        self.assertEqual(self.results(), before)

    @slow
    def test_failing_worker(self):
        self.replace(workload, REFERENCE=TINY._replace(unroll="sideways"))
        status, out, err = self.command("--rows", "lstm")
        self.assertEqual((status, out), (1, ""))
        lines = err.splitlines()[1:]
        self.assertEqual(lines[0], "benchmarks: lstm ours 1/3: the worker ended with status 1; "
                         "nothing was measured yet")
        self.assertIn("sideways", lines[-1])
        self.assertLessEqual(len(lines), 11)
        self.assertFalse(os.path.exists(os.path.join(self.output, "results.json")))

    def test_failing_worker_keeps_what_is_measured(self):
        self.fake_workers({3: benchmarks._WorkerError("was killed by signal 9", "  last words")})
        status, _, err = self.command("--rows", "lstm")
        self.assertEqual(status, 1)
        self.assertRegex(err, "lstm ours 2/3: the worker was killed by signal 9; the numbers of 2 "
                              "finished processes are kept in .*\n  last words\n$")
        self.assertEqual(len(self.results()["rows"][0]["processes"]), 2)

    def test_worker_without_numbers_or_killed(self):
        for script, reason in (("exit 0", "printed no numbers"),
                               ("kill -9 $$", "was killed by signal 9")):
            path = os.path.join(self.folder, "python")
            with open(path, "w") as stream:
                stream.write("#!/bin/sh\necho words >&2\n%s\n" % script)
            os.chmod(path, 0o700)
            with mock.patch.object(sys, "executable", path), \
                    self.assertRaises(benchmarks._WorkerError) as raised:
                benchmarks._run_worker(job())
            self.assertEqual((raised.exception.reason, raised.exception.last_lines),
                             (reason, "  words"))

    def test_needs_matplotlib_before_it_measures(self):
        jobs = self.fake_workers()

        def missing(package, purpose):
            raise ExperimentError("no " + package)
        self.replace(benchmarks, require=missing)
        self.assertEqual(self.command(), (1, "", "benchmarks: no matplotlib\n"))
        self.assertEqual(jobs, [])

    def test_output_that_is_a_file(self):
        jobs = self.fake_workers()
        with open(self.output, "w"):
            pass
        status, _, err = self.command()
        self.assertEqual(status, 1)
        self.assertIn(self.output + ": File exists", err)
        self.assertEqual(jobs, [])

    def test_wrong_arguments(self):
        jobs = self.fake_workers()
        for options, message in (
                (["--rows", "gru,sru"], "no row 'sru'"), (["--rows", ""], "no row ''"),
                (["--rounds", "0"], "at least 1"), (["--rounds", "-3"], "at least 1"),
                (["--threads", "-1"], "at least 1"), (["--threads", "two"], "'two'"),
                (["more"], "unrecognized arguments: more")):
            status, _, err = self.command(*options)
            self.assertEqual(status, 2)
            self.assertIn(message, err)
        self.assertEqual(jobs, [])

    @slow
    def test_signals_kill_the_child(self):
        # While the child measures (it starts after the line below), and while it is started.
        for number, wait in ((signal.SIGINT, 0.3), (signal.SIGTERM, 0)):
            process = subprocess.Popen(
                [sys.executable, "-m", "Project_RNN_Enhancement.benchmarks", "--rows", "gru",
                 "--output", self.output], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                start_new_session=True,
                # A shell that runs the tests in the background has them ignore Ctrl-C.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
            try:
                while process.stderr.readline() not in (b"gru ours 1/3 ...\n", b""):
                    pass
                time.sleep(wait)
                process.send_signal(number)
                out, err = process.communicate(timeout=60)
                self.assertEqual((process.returncode, out, err), (
                    130, b"", b"benchmarks: interrupted; nothing was measured yet\n"))
                end = time.time() + 20
                while running_in_group(process.pid) and time.time() < end:
                    time.sleep(0.1)
                self.assertEqual([], running_in_group(process.pid))
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                process.stdout.close()
                process.stderr.close()
