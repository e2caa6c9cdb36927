"""What the names in a source stand for: `tf`, `rnn_cell` after an import or an assignment, and what they reach."""
import collections

import libcst as cst
from libcst.metadata import (GlobalScope, MetadataWrapper, ParentNodeProvider, PositionProvider,
                             ScopeProvider)

from . import places

__all__ = ["Binding", "Names", "dotted", "is_root", "replacement", "root_of", "vanishes"]

# name: as the source calls it; path: what it stands for, as it's written there ("tensorflow.python.ops.rnn");
# statement: the Import, ImportFrom or Assign node; alias: the ImportAlias, None for an assignment.
Binding = collections.namedtuple("Binding", "name path statement alias")


def dotted(node):
    """"a.b.c" for a name or attributes of a name, None for other expressions."""
    parts = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if not isinstance(node, cst.Name):
        return None
    return ".".join([node.value] + parts[::-1])


def root_of(node):
    """The name that a dotted expression starts with."""
    while isinstance(node, cst.Attribute):
        node = node.value
    return node


class _Used(cst.CSTVisitor):
    """The names and dotted names that a module uses, import statements apart, and the last names of what it calls."""

    def __init__(self):
        super(_Used, self).__init__()
        self.names, self.called, self.expressions = set(), set(), []

    def visit_Import(self, node):
        return False

    def visit_ImportFrom(self, node):
        return False

    def visit_Name(self, node):
        self.names.add(node.value)
        self.expressions.append(node)

    def visit_Attribute(self, node):
        if dotted(node) is None:
            return True
        self.names.add(root_of(node).value)
        self.expressions.append(node)
        return False

    def visit_Call(self, node):
        if isinstance(node.func, cst.Attribute):
            self.called.add(node.func.attr.value)


class Names(object):
    """Resolves the names of one module.

    Attributes:
      module: the libcst module to transform (metadata belongs to its nodes).

    Args:
      text: Python 3 source.
      siblings: names of the modules in the file's folder.
      in_package: whether the file imports them by `from . import`.
    """

    def __init__(self, text, siblings=(), in_package=False):
        self._siblings, self.in_package = siblings, in_package
        wrapper = MetadataWrapper(cst.parse_module(text))
        self.module = wrapper.module
        self._scopes = wrapper.resolve(ScopeProvider)
        self._parents = wrapper.resolve(ParentNodeProvider)
        self._positions = wrapper.resolve(PositionProvider)
        self._resolving, self._uses = set(), {}
        used = _Used()
        self.module.visit(used)
        self._used, self._called, self._expressions = used.names, used.called, used.expressions

    def line(self, node):
        """The line that a node starts in."""
        return self._positions[node].start.line

    def parent(self, node):
        return self._parents.get(node)

    def is_at_top(self, statement_line):
        """Whether a statement line belongs to the module itself, not to a block in it."""
        return self.parent(statement_line) is self.module

    def bindings(self, name):
        """The `Binding`s of TensorFlow's names that a Name node may refer to; empty if it may be something else."""
        scope = self._scopes.get(name)
        if scope is None:
            return []
        return self._bindings_in(scope, name.value)

    def _bindings_in(self, scope, name):
        key = (id(scope), name)
        if key in self._resolving:
            return []
        self._resolving.add(key)
        try:
            found = []
            for assignment in scope[name]:
                node = getattr(assignment, "node", None)
                bindings = self._bindings_by(node, name)
                # `tf = None` after a failed import doesn't make it another thing.
                if bindings is None and not self._is_none(node):
                    return []
                found.extend(bindings or [])
            return found
        finally:
            self._resolving.discard(key)

    def _is_none(self, node):
        assign = self._assign(node)
        return assign is not None and isinstance(assign.value, cst.Name) and assign.value.value == "None"

    def _assign(self, node):
        """The plain assignment `name = value` whose target a node is, or None."""
        target = self.parent(node) if isinstance(node, cst.Name) else None
        statement = self.parent(target) if isinstance(target, cst.AssignTarget) else None
        return statement if isinstance(statement, cst.Assign) and target.target is node else None

    def _bindings_by(self, node, name):
        if isinstance(node, (cst.Import, cst.ImportFrom)):
            return self._bindings_by_import(node, name)
        assign = self._assign(node)
        if assign is not None and dotted(assign.value) is not None:
            return [Binding(name, path, assign, None) for path, _ in self.paths(assign.value)] or None
        return None

    def own_module(self, path):
        """The name of a module of the program's own that an import looks for in TensorFlow's tutorials, or None."""
        last = path.rpartition(".")[2]
        return last if path.startswith("tensorflow.models.") and last in self._siblings else None

    def _bindings_by_import(self, statement, name):
        if isinstance(statement.names, cst.ImportStar):
            return None
        for alias in statement.names:
            imported = dotted(alias.name)
            if isinstance(statement, cst.ImportFrom):
                bound = alias.asname.name.value if alias.asname else imported
                if bound == name and not statement.relative and statement.module is not None:
                    path = "%s.%s" % (dotted(statement.module), imported)
                    return [Binding(name, path, statement, alias)] if self._is_tensorflows(path) else None
            elif alias.asname:
                if alias.asname.name.value == name:
                    return [Binding(name, imported, statement, alias)] if self._is_tensorflows(imported) else None
            elif imported.partition(".")[0] == name:
                # `import tensorflow.contrib.rnn` binds `tensorflow`.
                return [Binding(name, name, statement, alias)] if places.public(name) else None
        return None

    def _is_tensorflows(self, path):
        return places.public(path) is not None and self.own_module(path) is None

    def paths(self, node):
        """[(dotted path in TensorFlow, Binding of its first name)] of an expression; empty if it isn't TensorFlow's."""
        text = dotted(node)
        if text is None:
            return []
        rest = text.partition(".")[2]
        return [(binding.path + ("." + rest if rest else ""), binding)
                for binding in self.bindings(root_of(node))]

    def public(self, node):
        """The public TensorFlow name of an expression, or None."""
        for path, _ in self.paths(node):
            return places.public(path)
        return None

    def is_value(self, name):
        """Whether a Name node is an expression, not the name of an attribute, argument or definition."""
        parent = self.parent(name)
        if isinstance(parent, cst.Attribute):
            return parent.value is name
        if isinstance(parent, (cst.Arg, cst.Param)):
            return name in (getattr(parent, "value", None), getattr(parent, "default", None))
        return not isinstance(parent, (cst.AssignTarget, cst.FunctionDef, cst.ClassDef, cst.Global, cst.Nonlocal,
                                       cst.NameItem))

    def uses(self, name):
        """Whether the module uses a name otherwise than in import statements."""
        return name in self._used

    def keeps(self, alias, target):
        """Whether a use of what an ImportAlias binds stays as it is."""
        return self.is_mixed(alias) or any(
            binding.alias is alias and replacement(path, binding, target) is None
            for node in self._values() for path, binding in self.paths(node))

    def is_mixed(self, alias):
        """Whether a name that an ImportAlias binds is also bound to something that isn't TensorFlow's."""
        bound = alias.asname.name.value if alias.asname else dotted(alias.name)
        return any(root.value == bound and not self.bindings(root) and self._is_bound_by(root, alias)
                   for root in map(root_of, self._values()))

    def _values(self):
        return (node for node in self._expressions if not isinstance(node, cst.Name) or self.is_value(node))

    def _is_bound_by(self, name, alias):
        scope = self._scopes.get(name)
        nodes = [] if scope is None else [getattr(each, "node", None) for each in scope[name.value]]
        return any(alias in node.names for node in nodes if isinstance(node, (cst.Import, cst.ImportFrom))
                   and not isinstance(node.names, cst.ImportStar))

    def uses_public(self, name):
        """Whether the module uses a public TensorFlow name, or one in it."""
        if name not in self._uses:
            found = (self.public(node) for node in self._expressions)
            self._uses[name] = any(path is not None and (path + ".").startswith(name + ".") for path in found)
        return self._uses[name]

    def is_imported(self, node):
        """Whether a dotted expression starts with a name that an import statement binds."""
        root = root_of(node)
        scope = self._scopes.get(root)
        return scope is not None and isinstance(root, cst.Name) and any(
            isinstance(getattr(assignment, "node", None), (cst.Import, cst.ImportFrom))
            for assignment in scope[root.value])

    def has_call(self, *methods):
        """Whether the module calls something by one of these last names."""
        return any(method in self._called for method in methods)

    @staticmethod
    def is_vanishing(name, path, target):
        """Whether an import of `path` isn't needed after the upgrade; see `vanishes`."""
        return vanishes(Binding(name, path, None, None), target)

    def visible_name(self, place, target, node):
        """The name by which the module's imports reach a place, if it means that at a node too; or None."""
        top = next((scope for scope in self._scopes.values() if isinstance(scope, GlobalScope)), None)
        here = self._scope_at(node) or top
        for name in self._names_in(top):
            bindings = self._bindings_in(top, name)
            if bindings and all(binding.alias is not None and not vanishes(binding, target)
                                and not _is_submodule(binding)
                                and places.place(places.public(binding.path), target) == place
                                for binding in bindings) and self._bindings_in(here, name) == bindings:
                return name
        return None

    def _scope_at(self, node):
        while node is not None and node not in self._scopes:
            node = self.parent(node)
        return self._scopes.get(node)

    @staticmethod
    def _names_in(scope):
        return sorted({assignment.name for assignment in scope.assignments}) if scope is not None else []


def _is_submodule(binding):
    """Whether it is of `import tensorflow.a.b`, whose first name may go when the rest has another place."""
    return (isinstance(binding.statement, cst.Import) and binding.alias.asname is None
            and "." in dotted(binding.alias.name))


def _imported(binding):
    """The dotted name that an import names, or the one that stands behind an assignment."""
    return dotted(binding.alias.name) if _is_submodule(binding) else binding.path


def vanishes(binding, target):
    """Whether a binding is of a private module whose public names are TensorFlow's own (`array_ops`), so that
    its uses are written `tf.X` and it isn't needed."""
    path = places.public(binding.path)
    return places.place(path, target) == "tensorflow" and not is_root(binding.path)


def is_root(path):
    """Whether a path is TensorFlow itself."""
    return path in ("tensorflow", "tensorflow.compat.v1", "tensorflow_core")


def replacement(path, binding, target):
    """The place that must be written for a use of a TensorFlow name; None if the use stays as it is.

    Args:
      path: what the use stands for in TensorFlow.
      binding: the Binding of its first name.
      target: "1.15" or "2".
    """
    public = places.public(path)
    new = places.place(public, target)
    if vanishes(binding, target):
        return new
    if places.is_example(public) and not places.is_example(_imported(binding)):
        # The package of 1.15 doesn't bring its module along, as those before did.
        return places.place(public, "2")
    # The import or assignment itself goes to its new place, and what is behind the name with it.
    where = places.place(places.public(binding.path), target)
    return None if where + path[len(binding.path):] == new else new
