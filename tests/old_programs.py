"""The old programs in fixtures/old_programs: what they are, and running them.

A program is a file or a folder there. What each prints on stock TensorFlow 1.15.5 is kept in
losses.json; `tests.fixtures.make_old_programs` writes it.
"""
import collections
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

__all__ = ["FOLDER", "PORTS", "PROGRAMS", "Program", "code_of", "differences", "printed_before", "run",
           "sources_of", "write"]

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures", "old_programs")
PORTS = os.path.join(FOLDER, "ports")
_LOSSES = os.path.join(FOLDER, "losses.json")
_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_RUNNER = os.path.join(_ROOT, "tests", "fixtures", "run_old_programs.py")

# start: the file that is run; era: what is set, or None; stock: whether TensorFlow 1.15 runs it as it is;
# hints: what its README says of the version.
Program = collections.namedtuple("Program", "start era stock hints")


def _old(start, era=None, hints=()):
    return Program(start, era, False, hints)


PROGRAMS = {
    "translate_0_6": _old("translate.py", "0.8"),
    "charrnn_0_6": _old("train.py", "0.7"),
    "rows_0_7": _old("rows_0_7.py", "0.8"),
    "birnn_0_7": _old("bidirectional_rnn.py", "0.7", (("0.7.1", "README.md:3"),)),
    "ptb_0_8": _old("ptb_0_8.py", "0.10"),
    "custom_cell_0_9": _old("copy_task.py"),
    "state_0_10": _old("state_0_10.py", "0.10"),
    "chatbot_0_12": _old("chatbot.py"),
    "addition_1_0": Program("addition_1_0.py", None, True, ()),
    "language_1_0": Program("language_1_0.py", None, True, ()),
    "notebook_1_0": Program("wave.ipynb", None, True, ()),
    "attention_1_4": Program("attention_1_4.py", None, True, ()),
    "tagger_1_4": Program("tagger_1_4.py", None, True, ()),
    "layers_1_15": Program("layers_1_15.py", None, True, ()),
}


def _read(path):
    with io.open(path, encoding="utf-8") as stream:
        return stream.read()


def sources_of(name):
    """The Python files of a program: dict from path to text. A notebook is the text of its cells."""
    place = os.path.join(FOLDER, name)
    if not os.path.isdir(place):
        return {name + ".py": _read(place + ".py")}
    read = {".py": _read, ".ipynb": lambda path: code_of(_read(path))}
    return {path: read[os.path.splitext(path)[1]](os.path.join(place, path))
            for path in sorted(os.listdir(place)) if os.path.splitext(path)[1] in read}


def code_of(notebook):
    """The code of a notebook's cells, without the lines that are for Jupyter."""
    cells = ["".join(cell["source"]) for cell in json.loads(notebook)["cells"] if cell["cell_type"] == "code"]
    return re.sub(r"(?m)^%.*\n", "", "\n".join(cells) + "\n")


def write(folder, name, texts):
    """Writes a program's files into a folder of its own; returns the path of the one that is run."""
    place = os.path.join(folder, name)
    os.makedirs(place)
    for path, text in texts.items():
        with io.open(os.path.join(place, re.sub(r"\.ipynb$", ".py", path)), "w", encoding="utf-8") as stream:
            stream.write(text)
    return os.path.join(place, re.sub(r"\.ipynb$", ".py", PROGRAMS[name].start))


def run(starts, limit=500):
    """Runs programs in processes that share one import of TensorFlow.

    Args:
      starts: dict from a name to the path of the file to run.
      limit: seconds for all.

    Returns:
      dict from name to (what was printed, the end of what went wrong or "").
    """
    folder = tempfile.mkdtemp()
    try:
        environment = dict(os.environ, PYTHONPATH=_ROOT, TF_CPP_MIN_LOG_LEVEL="3",
                           PYTHONIOENCODING="utf-8", PYTHONDONTWRITEBYTECODE="1")
        names = sorted(starts)
        subprocess.run([sys.executable, "-W", "ignore", _RUNNER, folder] + [starts[name] for name in names],
                       cwd=folder, env=environment, timeout=limit, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return {name: (_read(os.path.join(folder, "%d.out" % index)),
                       _read(os.path.join(folder, "%d.error" % index))) for index, name in enumerate(names)}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def printed_before():
    """What each program prints on stock TensorFlow 1.15.5: dict from name to text."""
    return {name: "\n".join(lines) + "\n" for name, lines in json.loads(_read(_LOSSES))["printed"].items()}


def differences(expected, printed, tolerance=1e-4):
    """Where two outputs differ by more than rounding: list of str.

    Numbers with a point may differ by `tolerance` of their size, or by their last digit; all else must
    be equal.
    """
    expected, printed = expected.splitlines(), printed.splitlines()
    found = []
    if len(expected) != len(printed):
        found.append("%d lines instead of %d" % (len(printed), len(expected)))
    number = re.compile(r"\d+\.\d+")
    for old, new in zip(expected, printed):
        near = number.sub("#", old) == number.sub("#", new) and all(
            abs(float(a) - float(b)) <= max(tolerance * abs(float(a)), 1.5 * 0.1 ** len(a.partition(".")[2]))
            for a, b in zip(number.findall(old), number.findall(new)))
        if not near:
            found.append("%r instead of %r" % (new, old))
    return found
