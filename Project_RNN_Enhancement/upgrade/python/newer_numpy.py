"""What NumPy 2 refuses, in forms that NumPy 1.16 has too."""
import libcst

from .opened import is_pickle
from .scopes import Scoped

__all__ = ["NumPy", "RENAMED"]

_BUILT_IN = {"bool": "bool", "complex": "complex", "float": "float", "int": "int", "long": "int",
             "object": "object",
             "str": "str", "unicode": "str"}
RENAMED = {
    "Inf": "inf", "Infinity": "inf", "NAN": "nan", "NaN": "nan", "PINF": "inf", "alltrue": "all",
    "bool8": "bool_",
    "cfloat": "complex128", "clongfloat": "clongdouble", "complex_": "complex128", "cumproduct": "cumprod",
    "float_": "float64", "in1d": "isin", "infty": "inf", "int0": "intp", "longcomplex": "clongdouble",
    "longfloat": "longdouble", "mat": "asmatrix", "object0": "object_", "product": "prod", "rank": "ndim",
    "round_": "round", "row_stack": "vstack", "singlecomplex": "complex64", "sometrue": "any",
    "string_": "bytes_",
    "uint0": "uintp", "unicode_": "str_",
}
_EXPLAINED = {
    "NINF": "write -np.inf",
    "NZERO": "write -0.0",
    "PZERO": "write 0.0",
    "asfarray": "write np.asarray(..., dtype=float)",
    "cast": "write np.asarray(..., dtype=...)",
    "find_common_type": "np.result_type takes its place",
    "msort": "write np.sort(..., axis=0)",
    "random.random_integers": "write np.random.randint(low, high + 1)",
    "set_string_function": "np.set_printoptions takes its place",
    "trapz": "np.trapezoid takes its place, which NumPy before 2.0 doesn't have",
}
# Their whole numbers are floats, which were taken for counts until NumPy 1.11.
_ROUNDED = frozenset("numpy.around numpy.ceil numpy.floor numpy.rint numpy.round numpy.trunc".split())
_COUNTS = frozenset("builtins.range numpy.empty numpy.ones numpy.zeros".split())


# Function -> the first of its arguments that is (part of) a shape.
_SIZED = {"numpy.arange": 0, "numpy.empty": 0, "numpy.full": 0, "numpy.ones": 0, "numpy.zeros": 0,
          "numpy.random.normal": 2, "numpy.random.rand": 0, "numpy.random.randint": 2, "numpy.random.randn": 0,
          "numpy.random.random": 0, "numpy.random.random_sample": 0, "numpy.random.uniform": 2}
_UNEVEN = "NumPy 1.24 makes an array of parts of different shapes only with dtype=object"


class _Yields(libcst.CSTVisitor):
    """Finds whether a function is a generator."""

    def __init__(self):
        super(_Yields, self).__init__()
        self.found = False

    def visit_Yield(self, node):
        self.found = True


class NumPy(Scoped):
    """The rules, as a visitor of the tree of `parsed` that puts its changes there."""

    def __init__(self, parsed):
        super(NumPy, self).__init__(parsed)
        self._functions, self._loaded = [], []

    def visit_FunctionDef(self, node):
        self._functions.append(node)

    def leave_FunctionDef(self, original_node):
        self._functions.pop()

    def visit_Assign(self, node):
        call, target = node.value, node.targets[0].target
        if isinstance(target, (libcst.Tuple, libcst.List)):
            self._load(call)
        self._uneven_batches(call, target)

    def _uneven_batches(self, call, target):
        """data = np.array(data) in a generator of batches, whose caller zips inputs and labels."""
        if not (self._functions and isinstance(target, libcst.Name) and isinstance(call, libcst.Call)):
            return
        function, yields = self._functions[-1], _Yields()
        if (self.parsed.name(call.func) in ("numpy.array", "numpy.asarray") and len(call.args) == 1 and
                self.parsed.source(call.args[0]) == target.value and "batch" in function.name.value.lower() and
                any(param.name.value == target.value for param in function.params.params)):
            function.visit(yields)
            if yields.found:
                self.add_argument(call, "dtype=object")
                self.changed(call, _UNEVEN)

    def visit_Attribute(self, node):
        name = self.parsed.name(node)
        if not name.startswith("numpy."):
            return
        short = name[len("numpy."):]
        if short in _BUILT_IN:
            new = _BUILT_IN[short]
            if self.is_bound_at(node, new):
                self.look(node, "np.%s is gone in newer NumPy: it was Python's own %s, which is another "
                                "thing here" % (
                    short, new))
                return
            self.rename(node, new, "np.%s is gone in newer NumPy: it was Python's own %s" % (short, new))
        elif short in RENAMED:
            self.rename(node.attr, RENAMED[short], "np.%s is gone in NumPy 2: np.%s is the same" %
                        (short, RENAMED[short]))
        elif short in _EXPLAINED:
            self.look(node, "np.%s is gone in newer NumPy: %s" % (short, _EXPLAINED[short]))

    def visit_ImportFrom(self, node):
        if not isinstance(node.module, libcst.Name) or node.module.value != "numpy" or node.relative:
            return
        for alias in [] if isinstance(node.names, libcst.ImportStar) else node.names:
            old = alias.name.value
            if old in RENAMED:
                new = RENAMED[old] + (" as " + old if alias.asname is None else "")
                self.rename(alias.name, new,
                            "np.%s is gone in NumPy 2: np.%s is the same" % (old, RENAMED[old]))
            elif old in _BUILT_IN or old in _EXPLAINED:
                self.look(alias.name, "np.%s is gone in newer NumPy: %s" % (
                    old, _EXPLAINED.get(old) or "Python's own %s takes its place" % _BUILT_IN[old]))

    def visit_Slice(self, node):
        for part in (node.lower, node.upper, node.step):
            self._count(part)

    def visit_Index(self, node):
        if isinstance(node.value, libcst.Call) and self.parsed.name(node.value.func) in _ROUNDED:
            self.look(node.value, "Floats are no indices since NumPy 1.12: write int(...), or (...).astype(int) for "
                                  "an array")

    def visit_Comparison(self, node):
        """array != [], which NumPy 1 took as one comparison."""
        part = node.comparisons[0]
        value = self.only_value(node.left) if isinstance(node.left, libcst.Name) else node.left
        if len(node.comparisons) == 1 and isinstance(part.operator, (libcst.Equal, libcst.NotEqual)) and (
                isinstance(part.comparator, libcst.List) and not part.comparator.elements and
                isinstance(value, libcst.Call) and self.parsed.name(value.func).startswith("numpy.")):
            self.look(node, "Newer NumPy compares an array with [] element by element, which is an error for most "
                            "arrays: write .size == 0 or .size > 0")

    def _count(self, node):
        """A number of np.floor's and the like where only an integer will do."""
        made = self.only_value(node) if isinstance(node, libcst.Name) else node
        if isinstance(made, libcst.Call) and self.parsed.name(made.func) in _ROUNDED:
            self.wrap(node, "int(", ")")
            self.changed(node, "Floats are no counts since NumPy 1.12")

    def visit_Call(self, node):
        name = self.parsed.name(node.func)
        if name in _COUNTS:
            for arg in node.args if name == "builtins.range" else node.args[:1]:
                parts = arg.value.elements if isinstance(arg.value, (libcst.Tuple, libcst.List)) else [arg]
                for part in parts:
                    self._count(part.value)
        if name in ("numpy.array", "numpy.asarray") and len(node.args) == 1 and self._is_uneven(node.args[0].value):
            self.look(node, _UNEVEN + ": add it if these have them")
        if name == "numpy.asscalar" and len(node.args) == 1:
            self._method(node, "asarray", ".item()", "np.asscalar is gone in newer NumPy")
        elif name == "numpy.fromstring" and 1 <= len(node.args) <= 2 and self.keyword(node, "sep") is None:
            # The array of frombuffer can't be written to.
            self._method(node, "frombuffer", ".copy()", "np.fromstring reads no bytes in newer NumPy")
        elif name == "numpy.array":
            self._copy(node)
            if len(node.args) == 1 and isinstance(node.args[0].value, libcst.Call) and is_pickle(
                    self.parsed.names(node.args[0].value.func)):
                self.look(node, _UNEVEN + ": add it if that is what is loaded")
        elif name == "numpy.save":
            values = [arg.value for arg in node.args[1:2]]
            if values and isinstance(values[0], (libcst.List, libcst.Tuple)) and not any(
                    isinstance(part.value, libcst.BaseNumber) for part in values[0].elements) and (
                    len(values[0].elements) > 1):
                self.look(node, _UNEVEN + ": save np.array(..., dtype=object) if these have them")
        elif name == "numpy.load" and self.keyword(node, "encoding") is not None:
            self._load(node)
        elif name in ("numpy.histogram", "matplotlib.pyplot.hist"):
            normed = self.keyword(node, "normed")
            if normed is not None:
                self.rename(normed.keyword, "density",
                            "The argument normed is called density in newer versions")
        elif name in ("json.dump", "json.dumps") and ".run(" in self.parsed.text:
            if node.args and not any(arg.star or arg.keyword and arg.keyword.value in ("cls", "default")
                                     for arg in node.args):
                self.add_argument(node, "default=float")
                self.changed(node, "A sum of Python's numbers and float32 is a float32 in NumPy 2, and json takes "
                                   "none")
        elif isinstance(node.func, libcst.Attribute):
            self._method_call(node, node.func)

    def _is_uneven(self, made):
        """Whether it is [np.zeros((n, 3)) for n in lengths], or the like."""
        if not isinstance(made, libcst.ListComp):
            return False
        call = made.elt
        while isinstance(call, libcst.Call) and isinstance(call.func, libcst.Attribute) and (
                call.func.attr.value in ("astype", "tolist")):
            call = call.func.value
        if not isinstance(call, libcst.Call):
            return False
        sized = _SIZED.get(self.parsed.name(call.func))
        args = [] if sized is None else [arg for index, arg in enumerate(call.args) if (
            arg.keyword.value in ("shape", "size") if arg.keyword is not None else index >= sized)]
        target = made.for_in.target
        each = target.elements if isinstance(target, libcst.Tuple) else [libcst.Element(target)]
        names = {part.value.value for part in each if isinstance(part.value, libcst.Name)}
        return any(self._is_drawn(part.value) or isinstance(part.value, libcst.Name) and part.value.value in names
                   for arg in args
                   for part in (arg.value.elements if isinstance(arg.value, (libcst.List, libcst.Tuple)) else [arg]))

    def _is_drawn(self, node):
        return isinstance(node, libcst.Call) and self.parsed.name(node.func) in (
            "numpy.random.randint", "random.randint")

    def _method_call(self, node, function):
        method = function.attr.value
        if method == "tostring" and not node.args and not self.parsed.name(function) and (
                not self.is_object(function.value)):
            self.rename(function.attr, "tobytes",
                        "tostring of arrays is gone in newer NumPy: tobytes is the same")
        if method == "item" and not node.args:
            loaded = function.value
            self._load(self.only_value(loaded) if isinstance(loaded, libcst.Name) else loaded)

    def _load(self, node):
        """What is seen to hold Python objects, if it's a call of np.load: a dict, a pickle of Python 2, a few arrays."""
        if (isinstance(node, libcst.Call) and node.args and self.parsed.name(node.func) == "numpy.load" and
                self.keyword(node, "allow_pickle") is None and self.keyword(node, "mmap_mode") is None and
                not any(arg.star for arg in node.args) and len(node.args) < 3 and node not in self._loaded):
            self._loaded.append(node)
            self.add_argument(node, "allow_pickle=True")
            self.changed(node, "Newer NumPy loads a file that holds Python objects only when it's told to")

    def _method(self, node, function, tail, reason):
        attribute = node.func
        end = self.parsed.span(node)[1]
        if isinstance(attribute, libcst.Attribute):
            self.parsed.replace(*(self.parsed.span(attribute.attr) + (function,)))
            self.parsed.replace(end, end, tail)
            self.changed(node, "%s: np.%s does it" % (reason, function))
        else:
            self.look(node, "%s: np.%s(...)%s does it" % (reason, function, tail))

    def _copy(self, node):
        """np.array(x, copy=False) of NumPy 1 copied when it had to."""
        copy = self.keyword(node, "copy")
        others = {arg.keyword.value for arg in node.args if arg.keyword is not None} - {"copy"}
        if copy is None or self.parsed.source(copy.value) != "False" or others - {"dtype", "order"} or (
                not isinstance(node.func, libcst.Attribute) or node.args[0] is copy):
            return
        before = node.args[node.args.index(copy) - 1]
        self.parsed.replace(*(self.parsed.span(node.func.attr) + ("asarray",)))
        self.parsed.replace(self.parsed.outer_span(before.value)[1], self.parsed.outer_span(copy.value)[1],
                            "")
        self.changed(node, "copy=False of NumPy 2 refuses an array that has to be copied: np.asarray copies "
                           "if it must")
