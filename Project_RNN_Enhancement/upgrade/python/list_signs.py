"""Where a text takes what range, map, filter and zip give for a list, as Python 2 did: an error in Python 3."""
import ast
import collections

__all__ = ["lines_of"]

_LISTS = frozenset("filter map range zip".split())
# What a list can do, and Python 3's range neither.
_OF_LISTS = frozenset("append extend insert pop remove reverse sort".split())
_SHUFFLES = ("random.shuffle", "shuffle", "np.random.shuffle", "numpy.random.shuffle")
_FUNCTIONS = (ast.FunctionDef, ast.Lambda, ast.ClassDef) + (
    (ast.AsyncFunctionDef,) if hasattr(ast, "AsyncFunctionDef") else ())


def lines_of(tree, bound):
    """The lines of a Python 3 syntax tree where one of these is used as a list.

    Args:
      tree: of the module ast.
      bound: set of names that the text binds: a `range` among them is another.
    """
    found = _Lists(_LISTS - set(bound))
    found.visit(tree)
    return sorted(found.lines)


class _Lists(ast.NodeVisitor):

    def __init__(self, functions):
        self.functions, self.lines = functions, set()
        # What a function's names, and the text's `self.x`, are: the functions that gave them all, or None in it.
        self.names, self.attributes = {}, {}

    def visit_Module(self, node):
        self.attributes = _given(ast.walk(node), self._maker, _attribute)
        self._body(node)

    def _body(self, node):
        names, self.names = self.names, _given(_own_nodes(node), self._maker, _name)
        self.generic_visit(node)
        self.names = names

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = visit_Lambda = _body

    def _maker(self, node):
        """Which of the functions made the value of an expression by a call; None for another expression."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in self.functions:
            return node.func.id
        return None

    def _made(self, node):
        found = self._maker(node)
        if found is None:
            found = self.names.get(_name(node)) or self.attributes.get(_attribute(node))
        return found

    def _sign(self, node):
        self.lines.add(node.lineno)

    def visit_BinOp(self, node):
        sides = [node.left, node.right]
        made = [bool(self._made(side)) for side in sides]
        # NumPy's arrays add a range too.
        if isinstance(node.op, ast.Add) and any(made) and all(map(self._is_list, sides)) or (
                isinstance(node.op, ast.Add) and all(map(_is_items, sides)) or
                isinstance(node.op, ast.Mult) and any(made) and any(map(_is_number, sides))):
            self._sign(node)
        self.generic_visit(node)

    def _is_list(self, node):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self._is_list(node.left) or self._is_list(node.right)
        return isinstance(node, (ast.List, ast.ListComp)) or bool(self._made(node)) or (
            isinstance(node, ast.Call) and _name(node.func) in ("list", "sorted"))

    def visit_Subscript(self, node):
        made = self._made(node.value)
        if made and (made != "range" or not isinstance(node.ctx, ast.Load)):
            self._sign(node)
        self.generic_visit(node)

    def visit_Call(self, node):
        function, name = node.func, _dotted(node.func)
        if isinstance(function, ast.Attribute) and function.attr in _OF_LISTS and self._made(function.value):
            self._sign(node)
        made = self._made(node.args[0]) if len(node.args) == 1 else None
        if made and (name in _SHUFFLES or name == "len" and made != "range"):
            self._sign(node)
        self.generic_visit(node)


def _given(nodes, maker, named):
    """dict from each name (which `named` gives of a node) to the function, if only calls of these gave it values."""
    makers, stores = {}, collections.Counter()
    for node in nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and named(node.targets[0]) and maker(node.value):
            makers.setdefault(named(node.targets[0]), []).append(maker(node.value))
        elif named(node) and not isinstance(getattr(node, "ctx", None), ast.Load):
            stores[named(node)] += 1
    return {name: found[0] for name, found in makers.items() if len(found) == stores[name]}


def _own_nodes(function):
    """The nodes of a function, or of a module, without those of the functions and classes in it."""
    waiting = list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _FUNCTIONS):
            waiting.extend(ast.iter_child_nodes(node))


def _name(node):
    return node.id if isinstance(node, ast.Name) else node.arg if isinstance(node, ast.arg) else None


def _attribute(node):
    """The text of `self.x`, or None."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
        return "self." + node.attr
    return None


def _dotted(node):
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value)
        return before and "%s.%s" % (before, node.attr)
    return node.id if isinstance(node, ast.Name) else None


def _is_number(node):
    # Until Python 3.7 a number is an ast.Num.
    return isinstance(node, getattr(ast, "Constant", ())) and isinstance(node.value, int) or (
        type(node).__name__ == "Num")


def _is_items(node):
    """Whether it is `x.items()` or the like."""
    return (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args and
            node.func.attr in ("items", "keys", "values"))
