"""Division of integers in text that was Python 2, where `/` of two of them had dropped the remainder."""
import re

import libcst

from ..findings import changed, look
from .integers import FLOAT, INTEGER, Integers
from .spans import Parsed

__all__ = ["rewrite"]

_DROPPED = "Python 2's / of integers dropped the remainder, which is // in Python 3"
_COUNT = re.compile(r"(^|_)(n|nb|num|count|counts|steps|size|batches|length|len|half|mid|middle|"
                    r"index|idx|pos)(_|$)")


def rewrite(text):
    """`a / b` of integers to `a // b` in Python 3 text that fissix made of Python 2 text.

    Returns:
      (str, list of Finding): as many lines as before. CHANGED where both operands are integers,
      or the result had to be one; LOOK where it may have been one and is used as a count or an
      index.
    """
    if not re.search(r"(?<!/)/(?!/)", text):
        return text, []
    parsed = Parsed(text)
    integers = Integers(parsed)
    divisions = _Divisions()
    parsed.tree.visit(divisions)
    for node, left, right in divisions.found:
        operands = [integers.kind(left), integers.kind(right)]
        if FLOAT in operands:
            continue
        line, shown = parsed.line(node), " ".join(parsed.source(node).split())
        if integers.is_demanded(node) or operands == [INTEGER, INTEGER]:
            if node in divisions.in_int:
                continue
            _write(parsed, node)
            parsed.findings.append(changed(line, _DROPPED + "."))
        elif integers.is_index(node) or (_is_count(divisions.targets.get(node)) and
                                         node not in divisions.in_int):
            parsed.findings.append(look(line, _DROPPED + ", and whether `%s` divides integers can't be seen: "
                                                         "write // if it does." % shown))
    return parsed.done()


def _write(parsed, node):
    start, end = parsed.span(node.operator)
    slash = parsed.text.index("/", start, end)
    parsed.replace(slash, slash, "/")


def _is_count(target):
    """Whether a variable's or an attribute's name says that it counts or points at something."""
    name = getattr(getattr(target, "attr", target), "value", "")
    return isinstance(name, str) and bool(_COUNT.search(name.lower()))


class _Divisions(libcst.CSTVisitor):
    """Collects the divisions, those directly in int(), and what each is assigned to."""

    def __init__(self):
        super(_Divisions, self).__init__()
        self.found, self.in_int, self.targets = [], set(), {}

    def leave_BinaryOperation(self, node):
        if isinstance(node.operator, libcst.Divide):
            self.found.append((node, node.left, node.right))

    def visit_Call(self, node):
        if isinstance(node.func, libcst.Name) and node.func.value == "int" and len(node.args) == 1:
            self.in_int.add(node.args[0].value)

    def visit_Assign(self, node):
        for part in _same_sign(node.value):
            self.targets[part] = node.targets[0].target

    def visit_AugAssign(self, node):
        if isinstance(node.operator, libcst.DivideAssign):
            self.found.append((node, node.target, node.value))
            self.targets[node] = node.target


def _same_sign(value):
    """The value and what it's a sum, difference, product or quotient of."""
    yield value
    if isinstance(value, libcst.BinaryOperation):
        for part in (value.left, value.right):
            for each in _same_sign(part):
                yield each
