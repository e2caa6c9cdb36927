"""What a name was given: the part that the rules for newer Pythons share."""
import re

import libcst
from libcst import metadata

from ..findings import changed, look

__all__ = ["Bindings", "Scoped"]

_VERSIONS = re.compile(r"\b(version_info|(is_?)?py(thon)?_?[23]k?|hexversion|python_version|"
                       r"python_version_tuple|hasattr|sys\.version|np\.__version__|numpy\.__version__)\b", re.I)
_MISSING = re.compile(r"\b(ImportError|ModuleNotFoundError|NameError|AttributeError)\b")


class Scoped(libcst.CSTVisitor):
    """A visitor that knows what names are bound to.

    Args:
      parsed: spans.Parsed.
    """

    def __init__(self, parsed):
        super(Scoped, self).__init__()
        self.parsed = parsed
        self._scopes = parsed.metadata(metadata.ScopeProvider)
        self._bindings = parsed.bindings()

    def visit_If(self, node):
        """A branch that only one of the Pythons takes stays as it is."""
        return not _VERSIONS.search(self.parsed.source(node.test))

    visit_IfExp = visit_If

    def visit_Try(self, node):
        """So does what has another form for the other Python."""
        caught = " ".join(self.parsed.source(handler.type) for handler in node.handlers
                          if handler.type is not None)
        return not _MISSING.search(caught)

    def assigned(self, name):
        """List of (node that binds it, its value's node or None) for what a Name stands for."""
        scope = self._scopes.get(name)
        try:
            nodes = [] if scope is None else [getattr(each, "node", None) for each in scope[name.value]]
        except KeyError:
            nodes = []
        return [(node, self._bindings.values.get(node)) for node in nodes]

    def only_value(self, name):
        """The value's node of a name that is bound once and simply, or None."""
        found = self.assigned(name)
        return found[0][1] if len(found) == 1 else None

    def is_object(self, node):
        """Whether the node stands for what a class made, going by the capital letter of the class."""
        made = [node]
        if isinstance(node, libcst.Name):
            made = [None if name in self._bindings.loops else value for name, value in self.assigned(node)]
        elif isinstance(node, libcst.Attribute):
            made = self._bindings.attributes.get(self.parsed.source(node), [])
        return bool(made) and all(
            isinstance(each, libcst.Call) and self.parsed.source(each.func).rpartition(".")[2][:1].isupper()
            for each in made)

    def is_bound(self, name):
        """Whether the text gives a name of Python's a meaning of its own anywhere."""
        return name in self._bindings.names

    def is_bound_at(self, node, name):
        """Whether it does where the node is."""
        scope = self._scopes.get(node)
        try:
            found = [] if scope is None else list(scope[name])
        except KeyError:
            found = []
        return any(getattr(each, "node", None) is not None for each in found)

    @staticmethod
    def keyword(call, name):
        """A call's Arg with this keyword, or None."""
        for arg in call.args:
            if arg.keyword is not None and arg.keyword.value == name:
                return arg
        return None

    def add_argument(self, call, text):
        """Puts an argument behind a call's last one."""
        end = self.parsed.outer_span(call.args[-1].value)[1]
        return self.parsed.replace(end, end, ", " + text)

    def rename(self, node, new, message):
        """Puts `new` in the node's place, and says so."""
        if self.parsed.replace(*(self.parsed.span(node) + (new,))):
            self.changed(node, message)

    def wrap(self, node, before, after):
        """Puts text around the node and its parentheses."""
        start, end = self.parsed.outer_span(node)
        self.parsed.replace(start, start, before)
        self.parsed.replace(end, end, after)

    def changed(self, node, message):
        """Adds the finding that the node's line was changed."""
        self.parsed.findings.append(changed(self.parsed.line(node), message + "."))

    def look(self, node, message):
        """Adds the finding that a person has to look at the node's line."""
        self.parsed.findings.append(look(self.parsed.line(node), message + "."))


class Bindings(libcst.CSTVisitor):
    """Collects what is bound.

    Attributes:
      values: dict from the Name that an assignment, a `with` or a `for` binds to the value's node.
      attributes: dict from the text of an attribute ("self.file") to the list of the values' nodes.
      loops: set of the Names that are bound to the elements of their value.
      names: set of all names that are bound in any way but by an import.
      imports: dict from the full name in `import NAME` to the statement.
    """

    def __init__(self):
        super(Bindings, self).__init__()
        self.values, self.loops, self.names, self.imports, self.attributes = {}, set(), set(), {}, {}

    def _bind(self, target, value):
        if isinstance(target, libcst.Name):
            self.values[target] = value
            self.names.add(target.value)
        elif isinstance(target, libcst.Attribute) and isinstance(target.value, libcst.Name):
            self.attributes.setdefault(target.value.value + "." + target.attr.value, []).append(value)
        elif isinstance(target, (libcst.Tuple, libcst.List)):
            values = [None] * len(target.elements)
            if isinstance(value, (libcst.Tuple, libcst.List)) and len(value.elements) == len(values):
                values = [element.value for element in value.elements]
            for element, given in zip(target.elements, values):
                self._bind(element.value, given)

    def visit_Import(self, node):
        for alias in node.names:
            if alias.asname is None:
                self.imports[".".join(_parts(alias.name))] = node

    def visit_Assign(self, node):
        for target in node.targets:
            self._bind(target.target, node.value)

    def visit_WithItem(self, node):
        if node.asname is not None:
            self._bind(node.asname.name, node.item)

    def _loop(self, node):
        self._bind(node.target, node.iter)
        if isinstance(node.target, libcst.Name):
            self.loops.add(node.target)

    def visit_For(self, node):
        self._loop(node)

    def visit_CompFor(self, node):
        self._loop(node)

    def visit_FunctionDef(self, node):
        self.names.add(node.name.value)

    def visit_ClassDef(self, node):
        self.names.add(node.name.value)

    def visit_Param(self, node):
        self.names.add(node.name.value)


def _parts(node):
    return _parts(node.value) + [node.attr.value] if isinstance(node, libcst.Attribute) else [node.value]
