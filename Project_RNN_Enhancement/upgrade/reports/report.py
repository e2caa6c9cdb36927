"""What the command did, in words: the report as text, and the table of --check."""
import collections
import textwrap

from ..files.errors import printable
from ..findings import CHANGED, LOOK
from ..files.tree import NOTEBOOK, OTHER, PYTHON
from .packages import INSTALLED_AS, imported

__all__ = ["Remark", "File", "Outcome", "counts", "left_out_lines", "left_to_do", "next_steps", "table",
           "text_report"]

_WIDTH = 100
_INSTALL = {
    "2": 'pip install "Project_RNN_Enhancement[tf2]" (on Python 3.12; with [tf2.15] on Python 3.11)',
    "1.15": 'pip install "Project_RNN_Enhancement[tf1]" (on Python 3.7 or 3.6)'}


class Remark(collections.namedtuple("Remark", "line kind message cell")):
    """What is said of a place in a file.

    Attributes:
      line: int, of the file's text as the report shows it; 0: the whole file.
      kind: CHANGED or LOOK of `findings`.
      message: str.
      cell: str such as "cell 3, line 2" in a notebook; None: the line says where it is.
    """

    __slots__ = ()

    def __new__(cls, line, kind, message, cell=None):
        return super(Remark, cls).__new__(cls, line, kind, message, cell)

    def at(self, path):
        """The place, with the file's name."""
        if self.cell is not None:
            return "%s, %s" % (printable(path), self.cell) if self.cell else printable(path)
        return "%s:%d" % (printable(path), self.line) if self.line else printable(path)


# path: from the program's folder; kind: as in `tree`; before, after: its text, as the report shows it;
# changed: whether its bytes are others; remarks: list of Remark.
File = collections.namedtuple("File", "path kind before after changed remarks")

# source, destination: str, the latter None where nothing is written; target: "2" or "1.15"; files: list of
# File, those that were read as programs or have a remark; others: int, files that were only copied;
# notes, questions: lists of str about the whole program, the second for a person; left_out: list of
# (path, why).
Outcome = collections.namedtuple(
    "Outcome", "source destination target files others notes questions left_out")


def _remarks(outcome, kind):
    return [(file.path, remark) for file in outcome.files for remark in file.remarks if remark.kind == kind]


def left_to_do(outcome):
    """How many things a person has to look at."""
    return len(_remarks(outcome, LOOK)) + len(outcome.questions)


def text_report(outcome):
    """The report as text, what a person has to look at first."""
    looks, changes = _remarks(outcome, LOOK), _remarks(outcome, CHANGED)
    parts = []
    if outcome.questions or looks:
        questions = [_one_line(question) for question in outcome.questions]
        parts.append(["To look at:"] + questions + _lines(looks))
    if changes:
        parts.append(["Changed:"] + _lines(changes))
    parts.append(_about(outcome))
    parts.append(counts(outcome))
    parts.append(next_steps(outcome))
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def counts(outcome):
    """Lines that say how much was read, changed and left."""
    looks, changes = _remarks(outcome, LOOK), _remarks(outcome, CHANGED)
    changed = sum(file.changed for file in outcome.files)
    return ["%s: %s; %s." % (
        printable(outcome.source), _contents(outcome),
        "nothing had to be changed" if not changed else "%s changed" % _number(changed, "file")),
            "%s%s; %s to look at%s." % (
                _number(len(changes), "change"), _in_files(changes),
                _number(left_to_do(outcome), "thing"), _in_files(looks))]


def next_steps(outcome):
    """Lines that say what to do now."""
    steps = []
    if outcome.destination is None:
        steps.append("Nothing was written. To write the new program: project-rnn-upgrade %s -o DESTINATION"
                     % _quoted(outcome.source))
    else:
        steps.append("The new program is in %s; %s is as it was." % (
            printable(outcome.destination), printable(outcome.source)))
    if left_to_do(outcome):
        steps.append("Do what is said under \"To look at\", in the new program.")
    steps.append("Install what it needs: " + _INSTALL[outcome.target])
    steps.extend(_other_packages(outcome))
    steps.append("Then run the new program as you ran the old one.")
    return ["Next:"] + ["  %d. %s" % item for item in enumerate(steps, 1)]


def _other_packages(outcome):
    names = imported([file.after for file in outcome.files if file.after],
                     [file.path for file in outcome.files], outcome.target)
    known = [name for name in names if name in INSTALLED_AS]
    if known:
        yield "It also imports %s: pip install %s" % (
            _listed(known), " ".join(sorted({INSTALLED_AS[name] for name in known})))
    unknown = [name for name in names if name not in INSTALLED_AS]
    if unknown:
        yield "It also imports %s, which %s in it: install %s, or put %s on Python's path" % (
            (_listed(unknown),) + (("aren't", "them", "them") if unknown[1:] else ("isn't", "it", "it")))


def _listed(words):
    return ", ".join(words[:-1]) + " and " + words[-1] if words[1:] else "".join(words)


def left_out_lines(outcome):
    """Lines that name what was neither read nor copied."""
    by_reason = collections.OrderedDict()
    for path, why in outcome.left_out:
        by_reason.setdefault(why, []).append(printable(path))
    return ["Neither read nor copied (%s): %s." % (why, ", ".join(paths[:5]) + (
        " and %d more" % (len(paths) - 5) if len(paths) > 5 else "")) for why, paths in by_reason.items()]


def table(outcome):
    """What --check prints: what the program uses and what will become of it."""
    lines = ["%s: %s." % (printable(outcome.source), _contents(outcome))]
    if _about(outcome):
        lines += [""] + _about(outcome)
    for title, kind in [("What the command will change", CHANGED), ("What is left for a person", LOOK)]:
        rows = _rows(_remarks(outcome, kind))
        if kind == LOOK:
            rows += [("1", "-", _one_line(question)) for question in outcome.questions]
        if rows:
            lines += ["", "%5s  %5s  %s" % ("times", "files", title),
                      "%s  %s  %s" % ("-" * 5, "-" * 5, "-" * 60)]
            for times, files, message in rows:
                lines.append(textwrap.fill(
                    message, _WIDTH, initial_indent="%5s  %5s  " % (times, files), subsequent_indent=" " * 14,
                    break_long_words=False, break_on_hyphens=False))
    changed = sum(file.changed for file in outcome.files)
    lines += ["", "%s by the command in %s, %s left for a person. Nothing was written." % (
        _number(len(_remarks(outcome, CHANGED)), "change"), _number(changed, "file"),
        _number(left_to_do(outcome), "thing"))]
    lines.append("To write the new program: project-rnn-upgrade %s%s -o DESTINATION" % (
        _quoted(outcome.source), "" if outcome.target == "2" else " --target " + outcome.target))
    return "\n".join(lines) + "\n"


def _about(outcome):
    lines = [_one_line(note) for note in outcome.notes] + left_out_lines(outcome)
    return ["About the program:"] + lines if lines else []


def _rows(remarks):
    """(times, files, message) for each message, the most frequent first."""
    found = collections.OrderedDict()
    for path, remark in remarks:
        found.setdefault(remark.message, []).append(path)
    rows = [(len(paths), len(set(paths)), _one_line(message)) for message, paths in found.items()]
    return sorted(rows, key=lambda row: (-row[0], row[2]))


def _lines(remarks):
    return ["%s: %s" % (remark.at(path), _one_line(remark.message)) for path, remark in remarks]


def _one_line(message):
    return " ".join(printable(word) for word in message.split())


def _contents(outcome):
    kinds = collections.Counter(file.kind for file in outcome.files)
    numbers = [(kinds[PYTHON], PYTHON), (kinds[NOTEBOOK], NOTEBOOK), (outcome.others, OTHER)]
    parts = [_number(count, kind) for count, kind in numbers if count]
    return _listed(parts) or "no files"


def _in_files(remarks):
    return " in %s" % _number(len({path for path, _ in remarks}), "file") if remarks else ""


def _number(count, noun):
    return "%d %s%s" % (count, noun, "" if count == 1 else "s")


def _quoted(path):
    return "'%s'" % printable(path) if any(letter in path for letter in " '\"$&();*?") else printable(path)
