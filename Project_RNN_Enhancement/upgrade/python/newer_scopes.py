"""Variables that optimisers and moving averages make where the scope reuses variables."""
import re

import libcst

from .scopes import Scoped

__all__ = ["NewVariables", "reuses"]

_REUSE = re.compile(r"^([ \t]*)[^#\n]*\bget_variable_scope\(\)\.reuse_variables\(\)", re.M)
_ANY_REUSE = re.compile(r"\.reuse_variables\(\)|\breuse\s*=\s*(?!None\b|False\b)\w")
_BLOCK = re.compile(r"^([ \t]*)(with|def|class)\b(.*)")
_MESSAGE = ("Since TensorFlow 0.12 an optimizer or a moving average looks for variables of its own where the "
            "scope reuses variables")


def reuses(texts):
    """Where a program makes variables be reused.

    Args:
      texts: the texts of its sources.

    Returns:
      "all" if the scope of a whole function or program is told to reuse its variables, which optimisers
      then meet; "some" if others are; "" if none is.
    """
    if any(_is_open(text, match) for text in texts for match in _REUSE.finditer(text)):
        return "all"
    return "some" if any(_ANY_REUSE.search(text) for text in texts) else ""


def _is_open(text, match):
    """Whether a line is in no `with` of its function, after which the scope would be another one."""
    indent = len(match.group(1))
    for line in reversed(text[:match.start()].split("\n")):
        block = _BLOCK.match(line)
        width = len(line) - len(line.lstrip())
        if not line.strip() or width >= indent:
            continue
        indent = width
        if block and block.group(2) != "with":
            return True
        if block and "scope" in block.group(3):
            return False
    return True


class NewVariables(Scoped):
    """Puts what makes such variables into a scope that makes those that aren't there.

    Args:
      parsed: spans.Parsed.
      reused: what `reuses` says of the program.
    """

    def __init__(self, parsed, reused):
        super(NewVariables, self).__init__(parsed)
        self._reused = reused
        self._averages = set(re.findall(r"\b([\w.]+)\s*=\s*[\w.]*ExponentialMovingAverage\(", parsed.text))
        found = re.search(r"^[ \t]*import[ \t]+(tensorflow)(?:\.compat\.v1)?(?:[ \t]+as[ \t]+(\w+))?"
                          r"[ \t]*(?:#|;|$)", parsed.text, re.M)
        self._tf = found and (found.group(2) or found.group(1))
        self._functions = 0

    def visit_FunctionDef(self, node):
        self._functions += 1

    def leave_FunctionDef(self, original_node):
        self._functions -= 1

    def visit_SimpleStatementSuite(self, node):
        """What is on the line of an `if`."""
        self.visit_SimpleStatementLine(node)

    def visit_SimpleStatementLine(self, node):
        finder = _Calls()
        node.visit(finder)
        if not any(self._makes(call) for call in finder.found):
            return
        first = node.body[0]
        if self._tf is None or not self.parsed.begins_line(first):
            self.look(first, _MESSAGE + ": write it in `with tf.variable_scope(tf.get_variable_scope(), "
                                        "reuse=tf.AUTO_REUSE):`")
            return
        start = self.parsed.span(first)[0]
        # On the same line, so that the lines keep their numbers.
        self.parsed.replace(
            start, start, "with %s.variable_scope(%s.get_variable_scope(), reuse=%s.AUTO_REUSE): "
            % ((self._tf,) * 3))
        self.changed(first, _MESSAGE)

    def visit_With(self, node):
        """What is in such a scope already stays."""
        return not any("AUTO_REUSE" in self.parsed.source(item) for item in node.items)

    def _makes(self, call):
        method, owner = call.func.attr.value, self.parsed.source(call.func.value)
        if method in ("minimize", "apply_gradients"):
            return self._reused == "all" and not re.search(r"(^|\.)(optimize|opt_lib|scipy)$", owner)
        given = " ".join(self.parsed.source(arg.value) for arg in call.args)
        return method == "apply" and self._functions and owner in self._averages and "variables" not in given


class _Calls(libcst.CSTVisitor):

    def __init__(self):
        super(_Calls, self).__init__()
        self.found = []

    def visit_Call(self, node):
        if isinstance(node.func, libcst.Attribute):
            self.found.append(node)

    def visit_Lambda(self, node):
        return False
