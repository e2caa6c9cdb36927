"""What the names of a file stand for, and which lines ask for the version themselves: for finding its era."""
import ast

__all__ = ["File", "constant"]

_RECURRENT = ("tensorflow.models.rnn.", "tensorflow.python.ops.rnn", "tensorflow.python.ops.seq2seq")


def constant(node):
    """The value of an expression of literals; None for any other."""
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


def _may_be_for_version(handler):
    """Whether an `except` takes what another version raises."""
    names = {getattr(node, "attr", None) or getattr(node, "id", None)
             for node in ast.walk(handler.type)} if handler.type is not None else {"Exception"}
    return bool(names & {"Exception", "ImportError", "ModuleNotFoundError", "AttributeError", "TypeError",
                         "ValueError"})


class File(object):
    """A file of a program, with its names.

    Attributes:
      path: as given.
      tree: ast.Module.
      parents: dict from a node to the one around it.
    """

    def __init__(self, path, text):
        self.path, self.tree = path, ast.parse(text)
        self.parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}
        self._names, self._stars, self.imports = {}, [], []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self.imports.append((alias.name, node))
                    if alias.asname:
                        self._names[alias.asname] = alias.name
                    else:
                        root = alias.name.partition(".")[0]
                        self._names[root] = root
            elif isinstance(node, ast.ImportFrom):
                module = "." * node.level + (node.module or "")
                for alias in node.names:
                    if alias.name == "*":
                        self.imports.append((module, node))
                        self._stars.append(module)
                    else:
                        full = module + alias.name if module.endswith(".") else "%s.%s" % (module, alias.name)
                        self.imports.append((full, node))
                        self._names[alias.asname or alias.name] = full
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                full = self.name_of(node.value)
                if full is not None and full.startswith("tensorflow"):
                    self._names.setdefault(node.targets[0].id, full)

    def name_of(self, node):
        """The full name of a name or dotted name, "tensorflow.nn.rnn" whatever the file calls it.

        None for one that isn't known.
        """
        parts = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        root = self._names.get(node.id)
        if root is None:
            stars = [star for star in self._stars if star.startswith(_RECURRENT)]
            root = "%s.%s" % (stars[0], node.id) if stars else None
        if root is None:
            return None
        full = ".".join([root] + parts[::-1])
        for private, public in (("tensorflow.python.ops.nn.", "tensorflow.nn."),
                                ("tensorflow.compat.v1.", "tensorflow.")):
            if full.startswith(private):
                full = public + full[len(private):]
        return full

    def around(self, node):
        """The nodes around a node, from the inside out."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    def asks_for_version(self, node):
        """Whether a node is in code for one version of several: a `try`, or an `if` that asks for it."""
        for outer in self.around(node):
            if isinstance(outer, ast.Try) and any(_may_be_for_version(handler) for handler in outer.handlers):
                return True
            if isinstance(outer, (ast.If, ast.IfExp)):
                for part in ast.walk(outer.test):
                    name = getattr(part, "attr", None) or getattr(part, "id", None) or ""
                    if name in ("hasattr", "getattr") or "version" in name.lower():
                        return True
        return False

    def where(self, node):
        """"path:line" of a node."""
        return "%s:%d" % (self.path, node.lineno)
