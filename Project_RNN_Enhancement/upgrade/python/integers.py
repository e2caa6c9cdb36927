"""Which expressions of a text are integers, as far as that can be read from it."""
import libcst
from libcst import metadata

from .given_values import FLOAT, INTEGER, UNKNOWN, Values, is_shape

__all__ = ["FLOAT", "INTEGER", "UNKNOWN", "Integers"]

# Of a value that can't be divided (None) or is being worked out: the other values decide.
_ANY = "any"

_INTEGER_CALLS = frozenset("""builtins.len builtins.int builtins.ord os.path.getsize random.randint
                              random.randrange numpy.argmax numpy.ndim""".split())
_FLOAT_CALLS = frozenset("""builtins.float builtins.round time.time time.clock time.perf_counter numpy.mean
                            numpy.std numpy.sqrt numpy.exp numpy.log numpy.floor numpy.ceil numpy.float32
                            numpy.float64 numpy.linalg.norm random.random random.uniform""".split())
_SAME_CALLS = frozenset("builtins.abs builtins.max builtins.min".split())
_INTEGER_METHODS = frozenset("count find index rfind".split())
_ARITHMETIC = (libcst.Add, libcst.Subtract, libcst.Multiply, libcst.Divide, libcst.FloorDivide, libcst.Modulo)


class Integers(object):
    """Kinds of a text's expressions.

    What Python 2 took only as an integer (range's arguments, ends of a slice, how often a list is
    repeated) was one, and so was what it is the quotient, product or sum of.

    Args:
      parsed: spans.Parsed.
    """

    def __init__(self, parsed):
        self._parsed = parsed
        self._scopes = parsed.metadata(metadata.ScopeProvider)
        values = Values(parsed)
        parsed.tree.visit(values)
        self._values, self._attributes = values.values, values.attributes
        self._known, self._working = {}, set()
        self._demanded, self._indices = set(), values.indices
        self._demanded_names, self._demanded_attributes = set(), set()
        for node in values.demanded:
            self._demand(node)

    def is_demanded(self, node):
        """Whether Python 2 would have refused the value if it hadn't been an integer."""
        return node in self._demanded

    def is_index(self, node):
        """Whether the value is an index, of a list or else of a dict."""
        return node in self._indices

    def kind(self, node):
        """INTEGER, FLOAT or UNKNOWN."""
        found = self._kind(node)
        return UNKNOWN if found == _ANY else found

    def _demand(self, node):
        if node in self._demanded:
            return
        self._demanded.add(node)
        if isinstance(node, libcst.BinaryOperation) and isinstance(node.operator, _ARITHMETIC):
            self._demand(node.left)
            self._demand(node.right)
        elif isinstance(node, libcst.UnaryOperation):
            self._demand(node.expression)
        elif isinstance(node, libcst.Call) and self._parsed.name(node.func) in _SAME_CALLS:
            for arg in node.args:
                self._demand(arg.value)
        elif isinstance(node, libcst.Name):
            assignments = self._assignments(node)
            if len(assignments) == 1:
                self._demanded_names.add(assignments[0])
                self._demand_value(self._values.get(assignments[0], UNKNOWN))
            else:
                self._demand_one_of(node, assignments)
        elif isinstance(node, libcst.Attribute):
            values = self._attributes.get(node.attr.value, [])
            if len(values) <= 1:
                self._demanded_attributes.add(node.attr.value)
                for value in values:
                    self._demand_value(value)

    def _demand_one_of(self, name, assignments):
        """Of several values of a name, the last before its use is the one; another may be."""
        known = [each for each in assignments if isinstance(each, libcst.Name) and each in self._values]
        place = self._parsed.span(name)[0]
        before = [each for each in known if self._parsed.span(each)[1] <= place]
        last = max(before, key=lambda each: self._parsed.span(each)[0]) if before else None
        for each in known:
            value = self._values[each]
            if each is last:
                self._demand_value(value)
            elif not isinstance(value, str):
                self._indices.add(value)

    def _demand_value(self, value):
        if not isinstance(value, str):
            self._demand(value)

    def _assignments(self, name):
        """The nodes that bind what a name stands for."""
        scope = self._scopes.get(name)
        if scope is None:
            return []
        try:
            return [getattr(assignment, "node", None) for assignment in scope[name.value]]
        except KeyError:
            return []

    def _kind(self, node):
        if isinstance(node, str):
            return node
        if node in self._known:
            return self._known[node]
        if node in self._working:
            return _ANY
        self._working.add(node)
        found = self._work_out(node)
        self._working.discard(node)
        if not self._working or found != _ANY:
            self._known[node] = found
        return found

    def _together(self, values):
        """The kind of a variable from those of all the values that it's given."""
        kinds = {self._kind(value) for value in values} - {_ANY}
        if len(kinds) == 1:
            return kinds.pop()
        return UNKNOWN if kinds or not values else _ANY

    def _work_out(self, node):
        if node in self._demanded or isinstance(node, libcst.Integer):
            return INTEGER
        if isinstance(node, libcst.Float):
            return FLOAT
        if isinstance(node, libcst.Name):
            if node.value == "None":
                return _ANY
            assignments = self._assignments(node)
            if assignments and self._demanded_names.issuperset(assignments):
                return INTEGER
            return self._together([self._values.get(each, UNKNOWN) for each in assignments])
        if isinstance(node, libcst.Attribute):
            return self._attribute(node)
        if isinstance(node, libcst.BinaryOperation):
            return self._operation(node)
        if isinstance(node, libcst.UnaryOperation):
            return UNKNOWN if isinstance(node.operator, libcst.Not) else self._kind(node.expression)
        if isinstance(node, libcst.IfExp):
            return self._together([node.body, node.orelse])
        if isinstance(node, libcst.BooleanOperation):
            return self._together([node.left, node.right])
        if isinstance(node, libcst.Subscript):
            return INTEGER if is_shape(self._parsed, node.value) and _is_single(node) else UNKNOWN
        if isinstance(node, libcst.Call):
            return self._call(node)
        return UNKNOWN

    def _attribute(self, node):
        name = node.attr.value
        if name in ("ndim", "nbytes") or name == "value" and self._kind(node.value) == INTEGER:
            return INTEGER
        if name in self._demanded_attributes:
            return INTEGER
        return self._together(self._attributes.get(name, []))

    def _operation(self, node):
        left, right = self._kind(node.left), self._kind(node.right)
        if isinstance(node.operator, libcst.Power):
            # A negative exponent gives a fraction.
            whole = left == INTEGER and isinstance(node.right, libcst.Integer)
            return INTEGER if whole else FLOAT if FLOAT in (left, right) else UNKNOWN
        if not isinstance(node.operator, _ARITHMETIC):
            return UNKNOWN
        is_text = isinstance(node.left, (libcst.SimpleString, libcst.ConcatenatedString))
        if FLOAT in (left, right) and not is_text:
            return FLOAT
        if _ANY in (left, right):
            return right if left == _ANY else left
        return INTEGER if left == right == INTEGER else UNKNOWN

    def _call(self, node):
        name = self._parsed.name(node.func)
        if name in _INTEGER_CALLS:
            return INTEGER
        if name in _FLOAT_CALLS or name.startswith("math.") and name != "math.factorial":
            return FLOAT
        simple = not any(arg.star or arg.keyword for arg in node.args)
        if name in _SAME_CALLS and len(node.args) > 1 and simple:
            return self._together([arg.value for arg in node.args])
        if isinstance(node.func, libcst.Attribute) and node.func.attr.value in _INTEGER_METHODS and node.args:
            return INTEGER
        return UNKNOWN


def _is_single(node):
    """Whether a Subscript has one index, which isn't a slice."""
    return len(node.slice) == 1 and isinstance(node.slice[0].slice, libcst.Index)
