"""What objects of TensorFlow refuse today, a gradient as a condition, or call otherwise, weights."""
import re

import libcst

from .opened import text_of
from .scopes import Scoped

__all__ = ["rewrite"]

_GONE = "A tensor isn't true or false since TensorFlow 0.7: what was asked is whether there is a gradient"

# Names and scopes of cells' variables until 1.1.
_OLD_NAMES = re.compile(r"/?(Matrix|Bias|Biases|Weights|(Basic)?(LSTM|GRU|RNN)Cell)\b")
_RENAMED = ("Variables of cells have the names of TensorFlow 1.15: kernel and bias for Matrix and Bias, "
            "basic_lstm_cell for BasicLSTMCell, gru_cell for GRUCell; print a few of the names, and ask for those")


def rewrite(parsed):
    """Puts `grad is not None` into `parsed` (spans.Parsed)."""
    gradients = _Gradients(parsed)
    parsed.tree.visit(gradients)
    parsed.tree.visit(_Conditions(parsed, gradients.found))


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

    def visit_Comparison(self, node):
        """"Bias" in variable.name, of a variable that a cell made."""
        part = node.comparisons[0]
        word = text_of(node.left)
        if word and _OLD_NAMES.match(word) and isinstance(part.operator, (libcst.In, libcst.NotIn)) and (
                isinstance(part.comparator, libcst.Attribute) and part.comparator.attr.value == "name") and (
                not re.search(r"(get_variable|Variable|scope)\([^)]*[\"']%s" % re.escape(word), self.parsed.text)):
            self.look(node, _RENAMED)

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
