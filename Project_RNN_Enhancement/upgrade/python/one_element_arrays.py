"""Numbers made of arrays with one element, by int(), float() or text % array, which new NumPy refuses."""
import re

import libcst

from .scopes import Scoped

__all__ = ["rewrite"]

_REASON = "Newer NumPy makes no number of an array, not even of one with one element"
# Draws, and the place of the argument `size`.
_DRAWS = {"choice": 1, "normal": 2, "rand": 0, "randint": 2, "randn": 0, "random": 0, "random_sample": 0,
          "uniform": 2}
# Told the axis, these give an array of one element for one row, and a number of NumPy's for a vector.
_ALONG_AXIS = frozenset("amax amin argmax argmin max mean min prod sum".split())
# These of TensorFlow give no scalar, whatever they are given...
_NO_SCALARS = frozenset("""
    matmul batch_matmul nn.bias_add nn.conv2d nn.log_softmax nn.softmax nn.xw_plus_b
    nn.softmax_cross_entropy_with_logits nn.sparse_softmax_cross_entropy_with_logits""".split())
# ... and these what their first argument is.
_ELEMENTWISE = frozenset("""
    abs exp identity negative neg nn.dropout nn.relu nn.sigmoid nn.tanh sigmoid sqrt square tanh to_float
    to_int32""".split())
_ARITHMETIC = (libcst.Add, libcst.Subtract, libcst.Multiply, libcst.Divide)
# A conversion in text: its key, flags, width and precision, and what it makes.
_CONVERSION = re.compile(r"%(\(\w*\))?[-+ #0]*(\*|\d+)?(?:\.(\*|\d+))?[hlL]?([a-zA-Z%])")


def rewrite(parsed):
    """Takes the element out where a number is wanted, in `parsed` (spans.Parsed)."""
    fetches = _Fetches(parsed)
    parsed.tree.visit(fetches)
    parsed.tree.visit(_Numbers(parsed, fetches.found))


class _Fetches(Scoped):
    """Collects the Names that get a tensor's value: a dict from the Name to the tensor's node."""

    def __init__(self, parsed):
        super(_Fetches, self).__init__(parsed)
        self.found = {}

    def visit_Assign(self, node):
        call, target = node.value, node.targets[0].target
        if not isinstance(call, libcst.Call) or not isinstance(call.func, libcst.Attribute):
            return
        method = call.func.attr.value
        if method == "eval" and isinstance(target, libcst.Name):
            self.found[target] = call.func.value
        elif method == "run" and call.args and call.args[0].keyword is None:
            self._bind(target, call.args[0].value)

    def _bind(self, target, tensor):
        if isinstance(target, libcst.Name):
            self.found[target] = tensor
        elif all(isinstance(side, (libcst.Tuple, libcst.List)) for side in (target, tensor)) and (
                len(target.elements) == len(tensor.elements)):
            for name, fetched in zip(target.elements, tensor.elements):
                self._bind(name.value, fetched.value)


class _Numbers(Scoped):
    """Changes what becomes a number."""

    def __init__(self, parsed, fetched):
        super(_Numbers, self).__init__(parsed)
        self._fetched = fetched

    def visit_Call(self, node):
        if self.parsed.name(node.func) in ("builtins.int", "builtins.float") and len(node.args) == 1:
            self._number(node, node.args[0].value)

    def visit_BinaryOperation(self, node):
        """"%f" % array, or "%d: %f" % (step, array)."""
        if not isinstance(node.operator, libcst.Modulo) or not isinstance(
                node.left, (libcst.SimpleString, libcst.ConcatenatedString)):
            return
        text = node.left.evaluated_value
        found = [] if not isinstance(text, str) else [
            match for match in _CONVERSION.finditer(text) if match.group(4) != "%"]
        if any(match.group(1) or "*" in match.group(0) for match in found):
            return
        given = [node.right]
        if isinstance(node.right, libcst.Tuple):
            given = [element.value for element in node.right.elements]
        if len(given) == len(found):
            for match, value in zip(found, given):
                if match.group(4) in "diouxXeEfFgG":
                    self._number(value, value)

    def _number(self, node, value):
        """The value, an array with one element, becomes a number."""
        if self._is_along_axis(value) or self._is_fetched_array(value):
            end = self.parsed.outer_span(value)[1]
            self.parsed.replace(end, end, ".item()")
            self.changed(node, _REASON)
        elif self._has_one_element(value) or self._is_place(value):
            start, end = self.parsed.outer_span(value)
            if isinstance(value, (libcst.Call, libcst.Subscript, libcst.Name)) or value.lpar:
                self.parsed.replace(end, end, "[0]")
            else:
                self.parsed.replace(start, start, "(")
                self.parsed.replace(end, end, ")[0]")
            self.changed(node, _REASON)

    def _is_along_axis(self, node):
        """np.argmax(x, axis=1) or x.argmax(1), whose number of dimensions only x tells."""
        if not isinstance(node, libcst.Call) or not isinstance(node.func, (libcst.Attribute, libcst.Name)):
            return False
        name = self.parsed.name(node.func)
        if name.startswith("numpy."):
            short, place = name[len("numpy."):], 1
        elif isinstance(node.func, libcst.Attribute) and not name:
            short, place = node.func.attr.value, 0
        else:
            return False
        axis = self.keyword(node, "axis")
        if axis is None and place == 1:
            ordered = [arg for arg in node.args if arg.keyword is None and not arg.star]
            axis = ordered[1] if len(ordered) > 1 else None
        return short in _ALONG_AXIS and axis is not None and self.keyword(node, "out") is None and (
            self.parsed.source(axis.value) != "None")

    def _is_place(self, node):
        """np.where(...)[0]: int() had taken it only if one place was found."""
        return (isinstance(node, libcst.Subscript) and isinstance(node.value, libcst.Call) and
                self.parsed.name(node.value.func) in ("numpy.where", "numpy.nonzero") and
                self.parsed.source(node.slice[0]) == "0")

    def _has_one_element(self, node, depth=0):
        if depth > 20:
            return False
        if isinstance(node, libcst.BinaryOperation):
            return any(self._has_one_element(one, depth + 1) and self._is_scalar(other)
                       for one, other in ((node.left, node.right), (node.right, node.left)))
        if isinstance(node, libcst.Name):
            value = self.only_value(node)
            return value is not None and self._has_one_element(value, depth + 1)
        if not isinstance(node, libcst.Call):
            return False
        name = self.parsed.name(node.func)
        if name == "numpy.searchsorted" and len(node.args) > 1:
            return self._has_one_element(node.args[1].value, depth + 1)
        if name == "numpy.array" and len(node.args) == 1 and isinstance(node.args[0].value, libcst.List):
            elements = node.args[0].value.elements
            return len(elements) == 1 and isinstance(elements[0].value, (libcst.Integer, libcst.Float))
        draw = name[len("numpy.random."):]
        if not name.startswith("numpy.random.") or draw not in _DRAWS:
            return False
        size = self.keyword(node, "size")
        ordered = [arg for arg in node.args if arg.keyword is None]
        if size is None and len(ordered) == _DRAWS[draw] + 1:
            size = ordered[-1]
        return size is not None and isinstance(size.value, libcst.Integer) and size.value.value == "1"

    def _is_scalar(self, node):
        """Whether the value isn't seen to be an array of several elements."""
        return not isinstance(node, (libcst.List, libcst.Tuple, libcst.ListComp))

    def _is_fetched_array(self, node):
        """Whether it's the value of a tensor that is no scalar."""
        if not isinstance(node, libcst.Name):
            return False
        bound = [name for name, _ in self.assigned(node)]
        return bool(bound) and all(name in self._fetched and self._is_no_scalar(self._fetched[name])
                                   for name in bound)

    def _is_no_scalar(self, node, depth=0):
        if depth > 20:
            return False
        if isinstance(node, libcst.Name):
            value = self.only_value(node)
            return value is not None and self._is_no_scalar(value, depth + 1)
        if isinstance(node, libcst.BinaryOperation):
            return isinstance(node.operator, _ARITHMETIC) and any(
                self._is_no_scalar(part, depth + 1) for part in (node.left, node.right))
        if not isinstance(node, libcst.Call) or not node.args:
            return False
        name = self.parsed.name(node.func)
        short = name[len("tensorflow."):] if name.startswith("tensorflow.") else ""
        first = node.args[0]
        return short in _NO_SCALARS or (
            short in _ELEMENTWISE and first.keyword is None and self._is_no_scalar(first.value, depth + 1))
