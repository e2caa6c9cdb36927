"""What the names and attributes of a text are given, and where in it only an integer would do."""
import libcst

__all__ = ["FLOAT", "INTEGER", "UNKNOWN", "Values", "is_shape"]

INTEGER, FLOAT, UNKNOWN = "integer", "float", "unknown"
# Calls whose arguments are counts or shapes: a number with a fraction is refused.
_SHAPES = frozenset("""zeros ones empty full reshape tile placeholder get_variable random_uniform
                       random_normal truncated_normal""".split())
# Calls -> the places of the arguments that are counts, as full names or as methods of anything.
_COUNTED = {"numpy.eye": (0, 1), "numpy.identity": (0,), "numpy.linspace": (2,),
            "numpy.repeat": (1,), "random.randint": (0, 1), "random.randrange": (0, 1, 2), "random.sample": (1,)}
_COUNTED.update({"numpy." + name: (0,) for name in "zeros ones empty full random.permutation".split()})
_COUNTED.update({"numpy.random." + name: (0, 1, 2) for name in "rand randint randn random_integers".split()})
_METHODS = {"reshape": (0, 1, 2, 3), "repeat": (0,)}
# Of TensorFlow's layers, the last part of the name -> place and name of the argument.
_UNITS = {"dense": (1, "units"), "fully_connected": (1, "num_outputs"), "linear": (1, "output_size")}
_COUNTS = (libcst.BinaryOperation, libcst.Name, libcst.Attribute)


def is_shape(parsed, node):
    """Whether an expression is the shape of an array or a tensor."""
    if isinstance(node, libcst.Attribute):
        return node.attr.value == "shape"
    if not isinstance(node, libcst.Call):
        return False
    function = node.func
    return (isinstance(function, libcst.Attribute) and function.attr.value in ("get_shape", "as_list") or
            parsed.name(function) in ("tensorflow.shape", "numpy.shape"))


class Values(libcst.CSTVisitor):
    """Collects what names and attributes are given, and where only an integer would do.

    Attributes:
      values: dict from the node that binds a name to its value's node or kind.
      attributes: dict from an attribute's name to the list of what it's given anywhere.
      demanded: list of nodes that have to be integers; indices: set of indices.
    """

    def __init__(self, parsed):
        super(Values, self).__init__()
        self._parsed, self._classes = parsed, [False]
        self.values, self.attributes, self.demanded, self.indices = {}, {}, [], set()

    def _bind(self, target, value):
        if isinstance(target, libcst.Name):
            self.values[target] = value
            if self._classes[-1]:
                self.attributes.setdefault(target.value, []).append(value)
        elif isinstance(target, libcst.Attribute):
            self.attributes.setdefault(target.attr.value, []).append(value)
        elif isinstance(target, (libcst.Tuple, libcst.List)):
            targets = [element.value for element in target.elements]
            values = [UNKNOWN] * len(targets)
            if isinstance(value, (libcst.Tuple, libcst.List)) and len(value.elements) == len(targets):
                values = [element.value for element in value.elements]
            elif not isinstance(value, str) and is_shape(self._parsed, value):
                values = [INTEGER] * len(targets)
            for each, given in zip(targets, values):
                self._bind(each, given)

    def visit_FunctionDef(self, node):
        self._classes.append(False)

    def leave_FunctionDef(self, original_node):
        self._classes.pop()

    def visit_ClassDef(self, node):
        self._classes.append(True)

    def leave_ClassDef(self, original_node):
        self._classes.pop()

    def visit_Assign(self, node):
        for target in node.targets:
            self._bind(target.target, node.value)

    def visit_AugAssign(self, node):
        # n += 1 doesn't change the kind that n has from elsewhere, if the kinds are the same.
        self._bind(node.target, node.value)

    def visit_Param(self, node):
        if node.default is not None:
            self.values[node] = self.values[node.name] = node.default

    def visit_For(self, node):
        self._loop(node.target, node.iter)

    def visit_CompFor(self, node):
        self._loop(node.target, node.iter)

    def _loop(self, target, over):
        name = self._parsed.name(over.func) if isinstance(over, libcst.Call) else ""
        if name == "builtins.range" and isinstance(target, libcst.Name):
            self._bind(target, INTEGER)
        elif name == "builtins.enumerate" and isinstance(target, libcst.Tuple) and target.elements:
            self._bind(target.elements[0].value, INTEGER)

    def visit_Call(self, node):
        name, arguments = self._parsed.name(node.func), [arg.value for arg in node.args]
        last = name.rpartition(".")[2]
        if name == "builtins.range":
            self.demanded.extend(arguments)
        elif last in ("split", "array_split") and name.startswith(("numpy.", "tensorflow.")):
            # In each of tf.split's two orders.
            self.demanded.extend(each for each in arguments[1:2] if isinstance(each, _COUNTS))
        elif last in _SHAPES and name.startswith(("numpy.", "tensorflow.")):
            for argument in [arg.value for arg in node.args
                             if not arg.keyword or arg.keyword.value == "shape"]:
                if isinstance(argument, (libcst.Tuple, libcst.List)):
                    self.demanded.extend(element.value for element in argument.elements
                                         if isinstance(element.value, _COUNTS))
        self._counted(node, name)
        self._flag(node, last)

    def _counted(self, node, name):
        ordered = [arg.value for arg in node.args if arg.keyword is None and not arg.star]
        places, unit = _COUNTED.get(name, ()), None
        last = name.rpartition(".")[2]
        if name.startswith("tensorflow.") and last.endswith("Cell"):
            places, unit = (0,), "num_units"
        elif name.startswith("tensorflow.") and last in _UNITS:
            places, unit = _UNITS[last][:1], _UNITS[last][1]
        elif not name and isinstance(node.func, libcst.Attribute):
            places = _METHODS.get(node.func.attr.value, ())
        given = [ordered[place] for place in places if place < len(ordered)]
        given += [arg.value for arg in node.args if arg.keyword is not None and arg.keyword.value == unit]
        for value in given:
            if isinstance(value, libcst.BinaryOperation):
                self.demanded.append(value)
            elif isinstance(value, (libcst.Tuple, libcst.List)) and not name:
                self.demanded.extend(each.value for each in value.elements
                                     if isinstance(each.value, libcst.BinaryOperation))

    def _flag(self, node, last):
        """Flags: tf.app.flags' DEFINE_integer("size", 64), argparse's add_argument("--size", type=int)."""
        last = last or getattr(getattr(node.func, "attr", None), "value", "")
        texts = [arg.value.evaluated_value for arg in node.args if isinstance(arg.value, libcst.SimpleString)]
        if not texts or not isinstance(texts[0], str):
            return
        kind = {"DEFINE_integer": INTEGER, "DEFINE_float": FLOAT}.get(last)
        for arg in node.args:
            if last == "add_argument" and arg.keyword is not None and arg.keyword.value == "type":
                kind = {"int": INTEGER, "float": FLOAT}.get(self._parsed.source(arg.value))
        if kind is not None:
            self.attributes.setdefault(texts[0].lstrip("-").replace("-", "_"), []).append(kind)

    def visit_Subscript(self, node):
        for element in node.slice:
            part = element.slice
            if isinstance(part, libcst.Index):
                self.indices.add(part.value)
            else:
                self.demanded.extend(each for each in (part.lower, part.upper, part.step) if each is not None)

    def visit_BinaryOperation(self, node):
        if isinstance(node.operator, libcst.Multiply):
            for one, other in ((node.left, node.right), (node.right, node.left)):
                repeated = isinstance(one, (libcst.List, libcst.SimpleString))
                if repeated and isinstance(other, libcst.BinaryOperation):
                    self.demanded.append(other)
