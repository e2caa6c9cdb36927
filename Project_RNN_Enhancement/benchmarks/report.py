"""What the measurements come to: medians, ratios, tables, a chart."""
import collections
import os
import statistics

from . import cells

__all__ = ["summarise", "markdown", "chart"]

# The key of the worker's numbers, and `upper` / `lower`, the two sides of the ratio.
_Comparison = collections.namedtuple("_Comparison", ["measure", "upper", "lower", "target"])

_OURS = [
    _Comparison("ready_s", "ours", "stock", 0.08),
    _Comparison("steps_ms", "ours", "stock", 0.50),
    _Comparison("peak_mb", "ours", "stock", 0.34),
    _Comparison("decode_ms", "ours", "stock", 0.50),
    _Comparison("nodes", "ours", "stock", 0.10),
]
_COMPARISONS = {
    "gru": _OURS + [_Comparison("steps_ms", "ours", "dynamic", 1.0)],
    "lstm": _OURS,
    "basic": _OURS,
    "user": _OURS,
    "long": [
        _Comparison("nodes", "400", "40", 1.0),
        # Placeholders come in lists, one for each of the 400 symbols.
        _Comparison("build_s", "400", "40", 1.25),
        _Comparison("built_mb", "400", "40", None),
        _Comparison("peak_mb", "400", "40", None),
        _Comparison("steps_ms", "400", "40", None),
    ],
    "devices": [
        _Comparison("steps_ms", "static", "loop", None),
        _Comparison("ready_s", "static", "loop", None),
        _Comparison("peak_mb", "static", "loop", None),
        _Comparison("nodes", "static", "loop", None),
    ],
    "beam": [
        _Comparison("search_ms", "ours", "stock", 1.0),
        _Comparison("ready_s", "ours", "stock", None),
        _Comparison("nodes", "ours", "stock", None),
    ],
    "attention": [
        _Comparison("steps_ms", "ours", "stock", 1.0),
        _Comparison("ready_s", "ours", "stock", None),
        _Comparison("build_s", "ours", "stock", None),
        _Comparison("nodes", "ours", "stock", None),
    ],
    "contrib_beam": [
        _Comparison("search_ms", "ours", "stock", 1.0),
        _Comparison("ready_s", "ours", "stock", None),
        _Comparison("build_s", "ours", "stock", None),
        _Comparison("nodes", "ours", "stock", None),
    ],
    "loader": [
        _Comparison("trained_ms", "loader", "feed", None),
        _Comparison("wait_ms", "loader", "feed", None),
    ],
}

_LARGEST_WAIT = 0.02

_MEASURES = {
    "ready_s": "build, initialise, first runs",
    "build_s": "build",
    "steps_ms": "step",
    "built_mb": "memory after building",
    "peak_mb": "peak memory",
    "decode_ms": "greedy decode",
    "nodes": "graph nodes",
    "step_ms": "step",
    "search_ms": "search of a batch",
    "trained_ms": "step with its input",
    "wait_ms": "input",
    "wait_share": "input's share of the time",
}

_TITLES = {
    "gru": "gru: layers of GRUCell",
    "lstm": "lstm: layers of BasicLSTMCell",
    "basic": "basic: layers of BasicRNNCell",
    "user": "user: layers of a cell written outside the package",
    "long": "long: one bucket of 400 steps against one of 40",
    "devices": 'devices: layers on two CPU devices, unroll="static" against unroll="loop"',
    "cells": "cells: a training step of each",
    "beam": "beam: this package's search against BeamSearchDecoder",
    "attention": "attention: a training step of AttentionWrapper",
    "contrib_beam": "contrib_beam: BeamSearchDecoder of this package and of tf.contrib",
    "loader": "loader: a training step from BucketedLoader and by feeding",
}

_NOTES = {
    "long": "Flat means: as many nodes, built in about the same time. Activations grow with the "
            "length by nature, and with them peak memory and the time of a step.",
    "beam": "One model with the same weights on both sides, its encoder included. Sentences per "
            "second are in the inverse ratio of the times.",
    "attention": "By kind of attention and number of units. BasicDecoder with a TrainingHelper, "
                 "gradients included; no encoder and no softmax. Medians of three times as many "
                 "steps.",
    "contrib_beam": "By beam width and weight of the length penalty. A cell with Luong attention and "
                    "the same weights on both sides; no encoder. Medians of three times as many "
                    "searches.",
    "loader": "Input is what a step waits for: the loader's next batch, or `get_batch`. What the "
              "session does with fed values counts as the step.",
}


def summarise(row):
    """Adds `medians` and `ratios` to a row of measurements, of what there is so far.

    Args:
      row: dict with `row`, its name; `sides`, list of names; `jobs`, {side: job}; `processes`, list
        of dicts with `side` and `numbers` as `worker.measure` returns them.

    `medians` is {side: numbers}, where `ready_s` is the time of building, initialising and the
    first runs together; in the row "cells" it is {cell: numbers}. `ratios` is a list of dicts:
    `measure`, `bucket` (or variant; None for what isn't measured of each), `upper`, `lower` (sides or cells), `ratio`,
    `target` and `verdict` (None where there is none).
    """
    row["medians"] = {}
    if row["row"] == "cells":
        _summarise_cells(row)
        return
    for side in row["sides"]:
        found = [dict(process["numbers"]) for process in row["processes"]
                 if process["side"] == side]
        for numbers in found:
            numbers["ready_s"] = numbers["build_s"] + numbers["first_s"]
        if found:
            row["medians"][side] = {
                key: _median([numbers[key] for numbers in found]) for key in found[0]}
    row["ratios"] = []
    for comparison in _COMPARISONS[row["row"]]:
        upper, lower = (row["medians"].get(side, {}).get(comparison.measure)
                        for side in (comparison.upper, comparison.lower))
        if upper is None or lower is None:
            continue
        if not isinstance(upper, list):
            row["ratios"].append(_ratio(comparison, None, upper / lower))
            continue
        buckets = _buckets(row, comparison.upper)
        if buckets != _buckets(row, comparison.lower):
            buckets = [None]
        for bucket, one, other in zip(buckets, upper, lower):
            row["ratios"].append(_ratio(comparison, bucket, one / other))
    for side, numbers in row["medians"].items():
        if "wait_share" in numbers:
            row["ratios"].append(_ratio(
                _Comparison("wait_share", "input, " + side, "step with it",
                            _LARGEST_WAIT if side == "loader" else None),
                None, numbers["wait_share"]))


def _buckets(row, side):
    """What a list of numbers has one for each of: buckets, or a row's variants."""
    settings = row["jobs"][side]["settings"]
    return settings["variants" if "variants" in settings else "buckets"]


def _summarise_cells(row):
    found = [process["numbers"] for process in row["processes"]]
    row["ratios"] = []
    for name in found[0] if found else []:
        row["medians"][name] = {key: _median([numbers[name][key] for numbers in found])
                                for key in found[0][name]}
        measured = cells.CELLS[name]
        if name != measured.against:
            row["ratios"].append(_ratio(
                _Comparison("step_ms", name, measured.against, measured.target), None,
                row["medians"][name]["ratio"]))


def _median(values):
    if isinstance(values[0], list):
        return [statistics.median(column) for column in zip(*values)]
    return statistics.median(values)


def _ratio(comparison, bucket, ratio):
    verdict = None
    if comparison.target is not None:
        verdict = "reached" if ratio <= comparison.target else "not reached"
    elif comparison.upper == "static" and comparison.measure == "steps_ms":
        verdict = "%s is faster" % (comparison.upper if ratio < 1 else comparison.lower)
    return {"measure": comparison.measure, "bucket": bucket, "upper": comparison.upper,
            "lower": comparison.lower, "ratio": ratio, "target": comparison.target,
            "verdict": verdict}


def markdown(results):
    """The tables of all rows as Markdown.

    Args:
      results: dict as the command writes it to results.json.
    """
    parts = [_conditions(results)]
    for row in results["rows"]:
        parts.append("### %s\n" % _TITLES[row["row"]])
        if len(row["processes"]) < row["planned"]:
            parts.append("Incomplete: %d of %d processes.\n"
                         % (len(row["processes"]), row["planned"]))
        if len(row["sides"]) == 1 and row["row"] != "cells":
            parts.append(_table_of_one(row))
        elif row["ratios"]:
            parts.append(_cells_table(row) if row["row"] == "cells" else _table(row))
        if row["row"] == "cells":
            parts.append(_notes_on_cells(row))
        if row["row"] in _NOTES:
            parts.append(_NOTES[row["row"]] + "\n")
    return "\n".join(parts)


def _conditions(results):
    machine, settings = results["machine"], results["settings"]
    lines = [
        "%s, %d cores, %d threads; %s; Python %s, TensorFlow %s, NumPy %s."
        % (machine["cpu"], machine["cores"], machine["threads"], machine["platform"],
           machine["python"], machine["tensorflow"], machine["numpy"]),
        "Medians over %s, each in a process of its own; a step is the median of %d."
        % ("1 round" if settings["rounds"] == 1 else "%d rounds" % settings["rounds"],
           settings["repeats"]),
        "Peak memory is that of the process that built and trained, before any decoding.\n"]
    if machine["gpus"]:
        lines.insert(1, "On %s." % ", ".join(machine["gpus"]))
    if machine["stock"] is None:
        lines.insert(1, "TensorFlow %s has no tf.contrib, so this package is measured alone."
                     % machine["tensorflow"])
    elif machine["stock"] != machine["tensorflow"]:
        lines.insert(1, "Stock is that of TensorFlow %s." % machine["stock"])
    return "\n".join(lines)


def _table(row):
    lines = [["measure", "sides", "ratio", "target", "verdict"] + row["sides"]]
    for line in row["ratios"]:
        lines.append([
            _label(line), "%s / %s" % (line["upper"], line["lower"]), "%.3f" % line["ratio"],
            _target(line), line["verdict"] or ""]
            + [_absolute(row, side, line) for side in row["sides"]])
    return _aligned(lines)


def _table_of_one(row):
    """The absolute numbers of the only side."""
    side, = row["sides"]
    lines = [["measure", side]]
    for measure in _MEASURES:
        value = row["medians"].get(side, {}).get(measure)
        if value is not None:
            buckets = [None]
            if isinstance(value, list):
                buckets = _buckets(row, side)
            for line in [{"measure": measure, "bucket": bucket} for bucket in buckets]:
                lines.append([_label(line), _absolute(row, side, line)])
    return _aligned(lines)


def _cells_table(row):
    lines = [["cell", "against", "ratio", "target", "verdict", "step", "that of the other",
              "build", "graph nodes"]]
    for line in row["ratios"]:
        own, other = row["medians"][line["upper"]], row["medians"][line["lower"]]
        lines.append([
            line["upper"], line["lower"], "%.3f" % line["ratio"], _target(line),
            line["verdict"] or "", "%.1f ms" % own["step_ms"], "%.1f ms" % other["step_ms"],
            "%.1f s" % own["build_s"], "{:,.0f}".format(own["nodes"])])
    return _aligned(lines)


def _notes_on_cells(row):
    settings = row["jobs"]["all"]["settings"]
    notes = ["%(size)d units and inputs, %(steps)d steps, batch %(batch)d; the cells take turns in "
             "one process, and a ratio is the median of those of the turns." % settings]
    notes += ["%s: %s" % (name, cells.CELLS[name].note)
              for name in cells.CELLS if name in row["medians"] and cells.CELLS[name].note]
    return "\n\n".join(notes) + "\n"


def _target(line):
    return "" if line["target"] is None else "<= %.2f" % line["target"]


def _aligned(lines):
    """Lines of cells as a table of Markdown; the first is its head."""
    widths = [max(len(text) for text in column) for column in zip(*lines)]
    lines.insert(1, ["-" * width for width in widths])
    return "".join(
        "| %s |\n" % " | ".join(text.ljust(width) for text, width in zip(line, widths))
        for line in lines)


def _label(line):
    label = _MEASURES[line["measure"]]
    return "%s (%s, %s)" % ((label,) + tuple(line["bucket"])) if line["bucket"] else label


def _absolute(row, side, line):
    measure = line["measure"]
    value = row["medians"].get(side, {}).get(measure)
    if isinstance(value, list):
        buckets = [list(bucket) for bucket in _buckets(row, side)]
        value = value[buckets.index(list(line["bucket"])) if line["bucket"] else 0]
    if value is None:
        return ""
    if measure == "nodes":
        return "{:,.0f}".format(value)
    if measure == "wait_share":
        return "%.2f %%" % (100 * value)
    unit = {"s": "s", "ms": "ms", "mb": "MB"}[measure.rsplit("_", 1)[1]]
    return "%s %s" % ("%.1f" % value if value < 100 else "{:,.0f}".format(value), unit)


def chart(results, path):
    """Draws the ratios of every row as bars, with a mark at each target.

    Args:
      results: dict as for `markdown`.
      path: PNG file to write, replaced in one piece. No file is left if there are no ratios yet.
    """
    # Imported here, because tables need no matplotlib; no pyplot, because there may be no display.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    rows = [row for row in results["rows"] if row["ratios"]]
    if not rows:
        if os.path.exists(path):
            os.remove(path)
        return
    heights = [len(row["ratios"]) + 2 for row in rows]
    figure = Figure(figsize=(9, 0.3 * sum(heights) + 0.5))
    FigureCanvasAgg(figure)
    panels = figure.subplots(len(rows), 1, squeeze=False, gridspec_kw={"height_ratios": heights})
    for row, panel in zip(rows, panels[:, 0]):
        lines = row["ratios"]
        panel.barh(range(len(lines)), [line["ratio"] for line in lines], color=[
            {"reached": "tab:green", "not reached": "tab:orange"}.get(line["verdict"], "tab:gray")
            for line in lines])
        for place, line in enumerate(lines):
            panel.text(line["ratio"], place, " %.2f" % line["ratio"], va="center", fontsize=8)
        marked = [place for place, line in enumerate(lines) if line["target"] is not None]
        if marked:
            panel.plot([lines[place]["target"] for place in marked], marked, "k|",
                       markersize=14, markeredgewidth=2)
        panel.set_yticks(range(len(lines)))
        panel.set_yticklabels(["%s, %s / %s" % (_label(line), line["upper"], line["lower"])
                               for line in lines], fontsize=8)
        panel.invert_yaxis()
        panel.margins(x=0.1)  # room for the numbers beside the bars
        panel.set_title(_TITLES[row["row"]] + (" (black marks: targets)" if marked else ""),
                        fontsize=10)
    figure.tight_layout()
    figure.savefig(path + ".new", dpi=100, format="png")
    os.replace(path + ".new", path)
