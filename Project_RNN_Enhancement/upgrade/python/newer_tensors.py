"""What objects of TensorFlow refuse today: a gradient as a condition, and the inside of the flags."""
import re

import libcst
from libcst import metadata

from .scopes import Scoped

__all__ = ["rewrite"]

_GONE = "A tensor isn't true or false since TensorFlow 0.7: what was asked is whether there is a gradient"


def rewrite(parsed):
    """Puts `grad is not None` and the flags' public method into `parsed` (spans.Parsed)."""
    gradients = _Gradients(parsed)
    parsed.tree.visit(gradients)
    parsed.tree.visit(_Conditions(parsed, gradients.found))
    parsed.tree.visit(_Flags(parsed))


class _Gradients(Scoped):
    """Collects the Names that loops bind to one gradient of several."""

    def __init__(self, parsed):
        super(_Gradients, self).__init__(parsed)
        self.found = set()

    def visit_For(self, node):
        targets = [node.target]
        given = [node.iter]
        if isinstance(node.target, (libcst.Tuple, libcst.List)):
            targets = [element.value for element in node.target.elements]
            given = []
            if isinstance(node.iter, libcst.Call) and self.parsed.name(node.iter.func) == "builtins.zip":
                given = [arg.value for arg in node.iter.args]
            elif self._is_made_by(node.iter, "compute_gradients"):
                self.found.add(targets[0])
        self.found.update(target for target, value in zip(targets, given)
                          if self._is_made_by(value, "gradients"))

    visit_CompFor = visit_For

    def _is_made_by(self, node, function, depth=0):
        if isinstance(node, libcst.Name):
            value = self.only_value(node)
            return value is not None and depth < 5 and self._is_made_by(value, function, depth + 1)
        if not isinstance(node, libcst.Call):
            return False
        if function == "gradients":
            return any(name.startswith("tensorflow.") and name.endswith(".gradients")
                       for name in self.parsed.names(node.func))
        return isinstance(node.func, libcst.Attribute) and node.func.attr.value == function


class _Conditions(Scoped):
    """Changes the conditions."""

    def __init__(self, parsed, gradients):
        super(_Conditions, self).__init__(parsed)
        self._gradients = gradients

    def visit_If(self, node):
        self._condition(node.test)
        return super(_Conditions, self).visit_If(node)

    visit_IfExp = visit_If

    def visit_CompIf(self, node):
        self._condition(node.test)

    def _condition(self, test):
        if isinstance(test, libcst.BooleanOperation):
            self._condition(test.left)
            self._condition(test.right)
        elif isinstance(test, libcst.Name) and self._is_gradient(test):
            self.rename(test, test.value + " is not None", _GONE)
        elif isinstance(test, libcst.UnaryOperation) and isinstance(test.operator, libcst.Not) and (
                isinstance(test.expression, libcst.Name) and self._is_gradient(test.expression)):
            self.rename(test, test.expression.value + " is None", _GONE)

    def _is_gradient(self, name):
        bound = self.assigned(name)
        return bool(bound) and all(node in self._gradients for node, _ in bound)


class _Flags(Scoped):
    """FLAGS.__flags, which held the values until TensorFlow 1.4, and FLAGS._parse_flags()."""

    def __init__(self, parsed):
        super(_Flags, self).__init__(parsed)
        self._parents = parsed.metadata(metadata.ParentNodeProvider)

    def visit_Attribute(self, node):
        owner, parent = self.parsed.source(node.value), self._parents.get(node)
        if node.attr.value == "__flags" and owner != "self":
            # Whatever they are called, which no other object has.
            self._values(node, parent)
        elif (node.attr.value == "_parse_flags" and re.search("flags$", owner, re.I)
              and isinstance(parent, libcst.Call) and not parent.args):
            self._parse(node, parent)

    def _parse(self, node, call):
        parsed_now = self.parsed.source(node.value) + "(sys.argv)"
        if "sys" not in self.parsed.bindings().imports:
            if not self.parsed.begins_line(call):
                self.look(call, "_parse_flags is gone since TensorFlow 1.5: import sys, and write " + parsed_now)
                return
            # On one line, so that the lines keep their numbers.
            parsed_now = "import sys; " + parsed_now
        self.rename(call, parsed_now,
                    "_parse_flags is gone since TensorFlow 1.5: flags are called with the command line")

    def visit_Subscript(self, node):
        """FLAGS.__dict__["__flags"]."""
        if isinstance(node.value, libcst.Attribute) and node.value.attr.value == "__dict__" and (
                len(node.slice) == 1 and self.parsed.source(node.slice[0]).strip("'\"") == "__flags"):
            self._values(node, self._parents.get(node), self.parsed.source(node.value.value))

    def _values(self, node, parent, flags=None):
        place = self._parents.get(parent) if isinstance(parent, libcst.Subscript) else parent
        if isinstance(place, (libcst.AssignTarget, libcst.Del, libcst.AugAssign)):
            self.look(node, "FLAGS.__flags holds no values since TensorFlow 1.5: set the flag itself")
            return
        flags = flags or self.parsed.source(node.value)
        self.rename(node, flags + ".flag_values_dict()", "FLAGS.__flags holds no values since TensorFlow 1.5")
