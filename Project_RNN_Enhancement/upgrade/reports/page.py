"""The report as one HTML page: what to look at, what was changed, and both texts side by side."""
import difflib
import html
import unicodedata

from . import report
from ..files.differences import line_changes
from ..files.errors import printable
from ..findings import CHANGED, LOOK

__all__ = ["page"]

_CONTEXT = 3  # equal lines shown before and after what differs
_LONGEST_LINE = 2000  # characters of a line that are compared one by one

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --old: #d334; --new: #2a53; --look: #e902; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 1.5em auto; max-width: 110em; padding: 0 1em; }
table { border-collapse: collapse; table-layout: fixed; width: 100%; }
td { font: 12.5px/1.4 ui-monospace, monospace; padding: 0 .5em; vertical-align: top;
  white-space: pre-wrap; overflow-wrap: anywhere; }
col.number { width: 4.5em; } td.number { text-align: right; opacity: .6; user-select: none; }
td.said { font: 13px/1.4 system-ui, sans-serif; background: var(--look); padding: .2em 4.5em; }
td.skipped { opacity: .6; text-align: center; }
td.old { background: var(--old); } td.new { background: var(--new); }
del, ins { text-decoration: none; } del { background: var(--old); } ins { background: var(--new); }
h2 { border-top: 1px solid var(--line); padding-top: .8em; overflow-wrap: anywhere; }
li { margin: .2em 0; overflow-wrap: anywhere; } code { font-family: ui-monospace, monospace; }
"""


def page(outcome):
    """The page, a str; it needs no other file and no network.

    Args:
      outcome: an Outcome of `report`.
    """
    said = ["Upgrade of " + printable(outcome.source)]
    parts = ["<!DOCTYPE html>", '<html lang="en"><head><meta charset="utf-8">',
             '<meta name="viewport" content="width=device-width, initial-scale=1">',
             "<title>%s</title><style>%s</style></head><body>" % (_escaped(said[0]), _STYLE),
             "<h1>%s</h1>" % _escaped(said[0])]
    parts += ["<p>%s</p>" % _escaped(line) for line in report.counts(outcome)]
    parts += _list("To look at", [_escaped(question) for question in outcome.questions]
                   + _places(outcome, LOOK))
    parts += _list("About the program", [
        _escaped(line) for line in list(outcome.notes) + report.left_out_lines(outcome)])
    parts += _list("Next", [
        _escaped(line.strip().partition(" ")[2]) for line in report.next_steps(outcome)[1:]], "ol")
    parts += _list("Changed", _places(outcome, CHANGED))
    for number, file in enumerate(outcome.files):
        if file.changed or file.remarks:
            parts.append('<h2 id="file%d"><code>%s</code></h2>' % (number, _escaped(printable(file.path))))
            parts += ["<p>%s</p>" % _escaped(remark.message)
                      for remark in file.remarks if not _shown(remark, file)]
            if file.before is not None:
                parts.append(_side_by_side(number, file))
    parts.append("</body></html>")
    return "\n".join(parts) + "\n"


def _list(title, items, tag="ul"):
    if not items:
        return []
    return ["<h2>%s</h2><%s>" % (title, tag)] + ["<li>%s</li>" % item for item in items] + ["</%s>" % tag]


def _places(outcome, kind):
    return ['<a href="#%s"><code>%s</code></a>: %s' % (
        "line%d-%d" % (number, remark.line) if _shown(remark, file) else "file%d" % number,
        _escaped(remark.at(file.path)), _escaped(remark.message))
        for number, file in enumerate(outcome.files) for remark in file.remarks if remark.kind == kind]


def _shown(remark, file):
    """Whether the remark stands beside a line of the table."""
    return file.before is not None and 1 <= remark.line <= file.before.count("\n") + 1


def _side_by_side(number, file):
    before, after = file.before.split("\n"), file.after.split("\n")
    said = {}
    for remark in file.remarks:
        if _shown(remark, file):
            said.setdefault(remark.line, []).append(remark.message)
    rows = []
    for tag, first, last, new_first, new_last in line_changes(before, after):
        if tag == "equal":
            rows += _equal_rows(number, before, first, last, new_first, len(before), said)
            continue
        for offset in range(max(last - first, new_last - new_first)):
            old = first + offset if first + offset < last else None
            new = new_first + offset if new_first + offset < new_last else None
            left, right = _compared(None if old is None else before[old], None if new is None else after[new])
            rows.append(_row(number, old, left, new, right, "old", "new"))
            rows += _said(said.get(old + 1) if old is not None else None)
    return ('<table><colgroup><col class="number"><col><col class="number"><col></colgroup>\n%s\n</table>'
            % "\n".join(rows))


def _equal_rows(number, lines, first, last, new_first, total, said):
    shown = set(range(first, min(first + _CONTEXT, last)) if first else ())
    shown.update(range(max(first, last - _CONTEXT), last) if last < total else ())
    for line in said:
        shown.update(range(max(first, line - 1 - _CONTEXT), min(last, line + _CONTEXT)))
    rows, skipped = [], 0
    for index in range(first, last):
        if index not in shown:
            skipped += 1
            continue
        rows += _skipped(skipped)
        skipped = 0
        text = _escaped(lines[index])
        rows.append(_row(number, index, text, new_first + index - first, text, "", ""))
        rows += _said(said.get(index + 1))
    return rows + _skipped(skipped)


def _skipped(count):
    if not count:
        return []
    return ['<tr><td class="skipped" colspan="4">%d equal line%s</td></tr>'
            % (count, "" if count == 1 else "s")]


def _said(messages):
    return ['<tr><td class="said" colspan="4">%s</td></tr>' % _escaped(message) for message in messages or ()]


def _row(number, old, left, new, right, left_class, right_class):
    name = "" if old is None else ' id="line%d-%d"' % (number, old + 1)
    cells = []
    for index, text, kind in [(old, left, left_class), (new, right, right_class)]:
        cells.append('<td class="number">%s</td><td class="%s">%s</td>' % (
            "" if index is None else index + 1, "" if index is None else kind, text))
    return "<tr%s>%s</tr>" % (name, "".join(cells))


def _compared(old, new):
    """Both lines as HTML, with the parts that differ marked."""
    if old is None or new is None or max(len(old), len(new)) > _LONGEST_LINE:
        return _escaped(old or ""), _escaped(new or "")
    left, right = [], []
    for tag, first, last, new_first, new_last in difflib.SequenceMatcher(None, old, new, False).get_opcodes():
        for parts, text, mark in [(left, old[first:last], "del"), (right, new[new_first:new_last], "ins")]:
            text = _escaped(text)
            parts.append(text if tag == "equal" or not text else "<%s>%s</%s>" % (mark, text, mark))
    return "".join(left), "".join(right)


def _escaped(text):
    """Text for HTML; characters that a page can't hold become escapes."""
    return html.escape("".join(
        printable(letter) if unicodedata.category(letter) in ("Cc", "Cs") and letter != "\t" else letter
        for letter in text))
