"""Python 2 text to Python 3 text; text that is Python 3 already comes back as it is."""
import ast
import difflib
import functools
import io
import re
import warnings

import libcst
from fissix.pgen2 import parse, token, tokenize

from . import division, fixers, python2_signs
from ..findings import changed, look
from .fixer_reasons import BUILT_IN, REASONS

__all__ = ["NotPython", "defines_own_next", "is_python2", "source_lines", "to_python3"]

# What the parsers raise for a text that they can't read; a very deep expression is one.
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


class NotPython(Exception):
    """The text is neither Python 3 nor Python 2.

    Attributes:
      line: int, from 1.
      message: what Python says about it.
    """

    def __init__(self, line, message):
        super(NotPython, self).__init__("line %d: %s" % (line, message))
        self.line, self.message = line, message


def to_python3(text, modules=(), siblings=(), python2=False, plain_next=False):
    """Python 3 text for text in Python 2 or 3.

    Args:
      text: str, lines ended by a line feed.
      modules: names of the program's own modules ("data_utils"), which are not taken for those of
        the standard library.
      siblings: those of them that are in the same package as this text: `import NAME` becomes
        relative. Empty for a program whose files are started where they are.
      python2: whether the program's other files show that it is a Python 2 program. It decides for a
        text that both Pythons read and that shows nothing of its own.
      plain_next: whether one of the program's other files has a class whose `next` isn't an
        iterator's (`defines_own_next`).

    Returns:
      (str, list of Finding with lines of `text`). The number of lines may change; `source_lines`
      gives the lines back.

    Raises:
      NotPython: the text is neither.
    """
    modules = frozenset(modules)
    new, findings = text, []
    if is_python2(text, modules, python2):
        new, findings = _converted(text, modules, frozenset(siblings), plain_next)
    return _evenly_indented(new, findings)


def is_python2(text, modules=(), python2=False):
    """Whether `to_python3` takes a text for Python 2, which it does for one that it can't read at all.

    Args:
      text, modules, python2: as in `to_python3`. To find out whether a program is Python 2, ask for
        each of its files without `python2`, but not for those that raise `NotPython`.
    """
    tree, modules = _tree(text), frozenset(modules)
    if tree is None:
        return not _is_newer_python(text)
    signs = python2_signs.signs_of(tree, modules)
    if not signs.lines or python2:
        return python2 and not signs.polyglot or bool(signs.lines)
    # What shows Python 2 and can't be taken out is no reason to go over the text a second time.
    new = _tree(_converted(text, modules, frozenset(), False)[0])
    return new is None or len(python2_signs.signs_of(new, modules).lines) < len(signs.lines)


@functools.lru_cache(maxsize=16)
def _converted(text, modules, siblings, plain_next):
    tree, print_function = _tree(text), False
    if tree is None:
        bound = _bound_names(text)
        plain_next = plain_next or _has_own_next(text)
    else:
        signs = python2_signs.signs_of(tree, modules)
        print_function, bound = not signs.print_statement, signs.bound
        plain_next = plain_next or python2_signs.own_next(tree)
    new, findings = _fixed(text, _fixer_names(bound, siblings), print_function, plain_next, siblings)
    tree = _tree(new)
    if tree is not None:
        more = [look(line, "Only Python 2 has a name that is used here: see what takes its place")
                for line in python2_signs.signs_of(tree, modules).lines]
        divided = new
        if not python2_signs.has_future_division(tree):
            divided, divisions = division.rewrite(new)
            more += divisions
        lines = source_lines(text, new)
        findings += [finding._replace(line=lines[finding.line - 1]) for finding in more]
        new = divided
    return new, sorted(set(findings))


def defines_own_next(text):
    """Whether the text has a class with a method `next` and no `__iter__`: its calls stay as they are."""
    tree = _tree(text)
    return _has_own_next(text) if tree is None else python2_signs.own_next(tree)


def source_lines(old, new):
    """For each line of `new`, the line of `old` (from 1) that it was made from."""
    before, after = old.split("\n"), new.split("\n")
    if len(before) == len(after):
        return list(range(1, len(after) + 1))
    lines = []
    for _, start, end, first, last in difflib.SequenceMatcher(None, before, after,
                                                              autojunk=False).get_opcodes():
        # Added lines belong to the line that they follow.
        highest = max(end, start, 1)
        lines.extend(min(start + 1 + line, highest) for line in range(last - first))
    return lines


def _read(text):
    """(syntax tree, None) of Python 3 text, or (None, what Python raises)."""
    try:
        with warnings.catch_warnings():
            # "\\d" in a text is the program's own matter.
            warnings.simplefilter("ignore")
            return ast.parse(text), None
    except _UNREADABLE as error:
        return None, error


def _tree(text):
    return _read(text)[0]


def _is_newer_python(text):
    """Whether it is Python 3 in a syntax that this Python doesn't have yet."""
    # The newest libcst reads Python 2's `except A, e` as today's `except A, B`.
    if re.search(r"^\s*except\b[^:\n]*,\s*\w+\s*:", text, re.M):
        return False
    return _is_read_by_libcst(text)


def _is_read_by_libcst(text):
    try:
        libcst.parse_module(text)
    except Exception:  # libcst's parsers raise several kinds, its native one a RuntimeError too.
        return False
    return True


def _fixer_names(bound, siblings):
    """The fixers to run: not those that look for a built-in function that the text defines itself."""
    left_out = {fixer for name, fixer in BUILT_IN.items() if name in bound}
    # Its own fixer takes `import` apart only where there is something to make relative.
    if not siblings:
        left_out.add("import")
    return [name for name in REASONS if name not in left_out]


def _bound_names(text):
    """Names that Python 2 text defines or assigns, found without reading it as Python 3."""
    return set(re.findall(r"^[ \t]*(?:def|class)[ \t]+(\w+)", text, re.M)) | set(
        re.findall(r"^[ \t]*(\w+)[ \t]*=(?!=)", text, re.M)) | set(
            name for names in re.findall(r"^[ \t]*from[ \t]+\S+[ \t]+import[ \t]+(.*)", text, re.M)
            for name in re.findall(r"\w+", names))


def _has_own_next(text):
    try:
        # What else Python 2 has is Python 3's syntax.
        names = ["print", "except", "exec", "raise", "repr", "ne", "numliterals", "tuple_params"]
        new, _ = _fixed(text, names, False, False, ())
    except NotPython:
        return False
    tree = _tree(new)
    return tree is not None and python2_signs.own_next(tree)


def _fixed(text, names, print_function, plain_next, siblings):
    """The text with fissix's fixers applied, readable as Python 3, and their findings."""
    tool = fixers.Refactoring(names, print_function, plain_next, siblings)
    try:
        new = tool.rewrite(text)
    except (parse.ParseError, tokenize.TokenError) + _UNREADABLE as error:
        raise _not_python(text, error)
    findings = list(tool.findings)
    _, error = _read(new)
    if isinstance(error, IndentationError):
        # Python 2 took a tab for the way to the next of the columns 8, 16, ...
        straight = _without_tabs(text)
        if straight == text:
            raise _not_python(text, None)
        lines = [line for line, (one, other) in enumerate(zip(text.split("\n"), straight.split("\n")), 1)
                 if one != other]
        new, findings = _fixed(straight, names, print_function, plain_next, siblings)
        findings.append(changed(lines[0], "Python 3 takes no mixture of tabs and spaces: %d lines that began "
                                          "with a tab now begin with as many spaces as Python 2 took it "
                                          "for." % len(lines)))
    elif error is not None and names and not _is_newer_python(new):
        line = source_lines(text, new)[(getattr(error, "lineno", 1) or 1) - 1]
        raise NotPython(line, "not Python 3: %s, and Python 2 to 3 doesn't change that" %
                        getattr(error, "msg", error))
    return new, findings


def _evenly_indented(text, findings):
    """The text without the tabs at its lines' beginnings, if Python takes them and libcst doesn't."""
    if "\t" not in text or _tree(text) is None or _is_read_by_libcst(text):
        return text, findings
    straight = _without_tabs(text)
    if _tree(straight) is None or not _is_read_by_libcst(straight):
        return text, findings
    first = next(line for line, (one, other) in enumerate(zip(text.split("\n"), straight.split("\n")), 1)
                 if one != other)
    return straight, sorted(findings + [changed(first, "Tabs that begin lines among others that begin with "
                                                       "spaces are as many spaces now.")])


def _without_tabs(text):
    lines = text.split("\n")
    inside = set()
    for kind, _, (first, _), (last, _), _ in tokenize.generate_tokens(io.StringIO(text).readline):
        if kind == token.STRING:
            inside.update(range(first + 1, last + 1))
    for number, line in enumerate(lines, 1):
        indent = re.match(r"[ \t\f]*", line).group()
        if "\t" in indent and number not in inside:
            lines[number - 1] = indent.expandtabs(8) + line[len(indent):]
    return "\n".join(lines)


def _not_python(text, error):
    """The NotPython of a text: of the two Pythons, what the one says that came further."""
    lines = len(text.split("\n"))
    said = []
    _, newer = _read(text)
    if newer is not None:
        said.append((getattr(newer, "lineno", 1) or 1, "not Python 3: %s" % getattr(newer, "msg", newer)))
    if isinstance(error, parse.ParseError):
        said.append((error.context[1][0], "not Python 2: %s at %r" % (error.msg, error.value)))
    elif isinstance(error, tokenize.TokenError):
        said.append((error.args[1][0], "not Python 2: %s" % error.args[0]))
    elif isinstance(error, SyntaxError):
        said.append((error.lineno or 1, "not Python 2: %s" % error.msg))
    line = min(max([line for line, _ in said] or [1]), lines)
    return NotPython(line, "; ".join("%s (line %d)" % (message, line) for line, message in said) or
                     "it can't be read")
