"""Whether a text that Python 3 can read was written for Python 2: by the names that only Python 2 has."""
import ast
import collections
import re

from . import list_signs

__all__ = ["Signs", "has_future_division", "own_next", "signs_of"]

# lines: of what in it can't run on Python 3; polyglot: whether it was made for both; print_statement: whether
# `print` is a statement; bound: set of names that the text binds anywhere.
Signs = collections.namedtuple("Signs", "lines polyglot print_statement bound")

# Each of these is one that fixers.py takes out, so that its output shows none.
NAMES = frozenset("StandardError basestring long raw_input unichr unicode xrange".split())
CALLED = frozenset("apply execfile file intern reduce reload".split())
METHODS = frozenset("iteritems iterkeys itervalues viewitems viewkeys viewvalues".split())
MODULES = frozenset("""BaseHTTPServer ConfigParser Cookie HTMLParser Queue SimpleHTTPServer SocketServer
                       StringIO Tkinter __builtin__ anydbm cPickle cStringIO commands cookielib dummy_thread
                       htmlentitydefs httplib robotparser thread tkFileDialog tkMessageBox
                       urllib2 urlparse xmlrpclib""".split())
ATTRIBUTES = {
    "itertools": "izip imap ifilter izip_longest ifilterfalse".split(),
    "os": ["getcwdu"],
    "sys": ["maxint", "setdefaultencoding"],
    "urllib": "quote quote_plus unquote unquote_plus urlencode urlopen urlretrieve".split(),
}
# What gives an iterator, whose method `next` is only Python 2's.
ITERATORS = frozenset("builtins.iter builtins.open csv.DictReader csv.reader iter open".split())
# What a test asks for that chooses between the two Pythons.
VERSIONS = frozenset("""version_info version hexversion python_version python_version_tuple
                        hasattr""".split())
_IS_PYTHON = re.compile(r"(is_?)?py(thon)?_?[23]k?$", re.I)


def signs_of(tree, modules=()):
    """The Signs of a Python 3 syntax tree (of the module ast).

    Args:
      modules: names of the program's own modules, which hide those of the standard library.
    """
    found = _Signs(frozenset(modules))
    found.visit(tree)
    modules = found.imported - found.assigned - frozenset(modules)
    bound = found.assigned | found.imported
    lines = found.lines + [line for name, line in found.names.items() if name not in bound]
    lines += [line for module, line in found.used.items() if module in modules]
    lines += list_signs.lines_of(tree, bound)
    return Signs(sorted(lines), found.polyglot, found.print_statement, bound)


def has_future_division(tree):
    """Whether `/` of two integers gives a fraction in the text anyway."""
    return any(isinstance(node, ast.ImportFrom) and node.module == "__future__" and
               any(name.name == "division" for name in node.names) for node in ast.walk(tree))


def own_next(tree):
    """Whether a class has a method `next` that isn't an iterator's (it has no `__iter__`)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            methods = {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
            if "next" in methods and "__iter__" not in methods:
                return True
    return False


class _Signs(ast.NodeVisitor):

    def __init__(self, modules):
        self.modules, self.guards = modules, 0
        # The last line of each name that only Python 2 has, and of each module that has such a name.
        self.names, self.used = {}, {}
        self.assigned, self.imported = set(), set()
        # Names that are given iterators, and whether they are given anything else.
        self.iterators, self.others = set(), set()
        self.lines, self.polyglot, self.print_statement = [], False, False

    def _sign(self, node):
        if not self.guards:
            self.lines.append(node.lineno)

    def _guarded(self, nodes):
        self.guards += 1
        for node in nodes:
            self.visit(node)
        self.guards -= 1

    def visit_Try(self, node):
        caught = " ".join(ast.dump(handler.type) if handler.type is not None else "NameError"
                          for handler in node.handlers)
        if any(name in caught
               for name in ("ImportError", "ModuleNotFoundError", "NameError", "AttributeError")):
            self.polyglot = True
            self._guarded(ast.iter_child_nodes(node))
        else:
            self.generic_visit(node)

    def visit_If(self, node):
        asked = {each.id for each in ast.walk(node.test) if isinstance(each, ast.Name)}
        asked |= {each.attr for each in ast.walk(node.test) if isinstance(each, ast.Attribute)}
        if asked & VERSIONS or any(_IS_PYTHON.match(name) for name in asked):
            self.polyglot = True
            self._guarded(ast.iter_child_nodes(node))
        else:
            self.generic_visit(node)

    visit_IfExp = visit_If

    def visit_Import(self, node):
        for name in node.names:
            top = name.name.partition(".")[0]
            self.imported.add((name.asname or name.name).partition(".")[0])
            if top in ("six", "future", "past"):
                self.polyglot = True
            if top in MODULES and top not in self.modules:
                self._sign(node)

    def visit_ImportFrom(self, node):
        top = "" if node.level else (node.module or "").partition(".")[0]
        names = {name.name for name in node.names}
        self.imported.update(name.asname or name.name for name in node.names)
        if top in ("six", "future", "past", "builtins", "__future__"):
            self.polyglot = True
            if "*" in names:
                self.imported |= NAMES | CALLED
        if top not in self.modules and (top in MODULES or names & set(ATTRIBUTES.get(node.module or "", ()))):
            self._sign(node)

    def _function(self, node):
        self.assigned.add(node.name)
        self.generic_visit(node)

    visit_FunctionDef = visit_AsyncFunctionDef = _function

    def visit_ClassDef(self, node):
        methods = {each.name for each in node.body if isinstance(each, ast.FunctionDef) and
                   not each.decorator_list}
        assigned = {target.id for each in node.body if isinstance(each, ast.Assign) for target in each.targets
                    if isinstance(target, ast.Name)}
        everything = methods | assigned
        for old, new in (("__nonzero__", "__bool__"), ("next", "__next__")):
            if old in methods and new not in everything and (old != "next" or "__iter__" in methods):
                self._sign(node)
        if "__metaclass__" in assigned:
            self._sign(node)
        self._function(node)

    def visit_arg(self, node):
        self.assigned.add(node.arg)
        self.generic_visit(node)

    def visit_ExceptHandler(self, node):
        self.assigned.add(node.name)
        self.generic_visit(node)

    def visit_Name(self, node):
        if not isinstance(node.ctx, ast.Load):
            self.assigned.add(node.id)
        elif node.id in NAMES and not self.guards:
            self.names[node.id] = node.lineno

    def visit_Attribute(self, node):
        if isinstance(node.value, ast.Name) and node.attr in ATTRIBUTES.get(node.value.id, ()):
            if not self.guards:
                self.used[node.value.id] = node.lineno
        self.generic_visit(node)

    def visit_Assign(self, node):
        for target in node.targets:
            if isinstance(target, ast.Name):
                (self.iterators if _is_iterator(node.value) else self.others).add(target.id)
        self.generic_visit(node)

    def visit_withitem(self, node):
        if isinstance(node.optional_vars, ast.Name):
            (self.iterators if _is_iterator(node.context_expr) else self.others).add(node.optional_vars.id)
        self.generic_visit(node)

    def visit_Call(self, node):
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr == "next" and not (node.args or node.keywords) and (
                _is_iterator(function.value) or isinstance(function.value, ast.Name) and
                function.value.id in self.iterators - self.others):
            self._sign(node)
        if isinstance(function, ast.Name) and function.id in CALLED and not self.guards:
            self.names[function.id] = node.lineno
        if isinstance(function, ast.Attribute) and not node.keywords:
            arguments = 0 if function.attr in METHODS else 1 if function.attr == "has_key" else None
            if len(node.args) == arguments:
                self._sign(node)
        self.generic_visit(node)

    def visit_Expr(self, node):
        if _was_print_statement(node.value):
            self.print_statement = True
            self.lines.append(node.lineno)
        self.generic_visit(node)


def _is_iterator(node):
    return isinstance(node, ast.Call) and isinstance(node.func, (ast.Name, ast.Attribute)) and (
        node.func.id if isinstance(node.func, ast.Name) else
        "%s.%s" % (getattr(node.func.value, "id", ""), node.func.attr)) in ITERATORS


def _was_print_statement(value):
    """`print`, `print >>f, x`, `print -1`, `print ("a") % b`, `print ("a"),` are expressions too."""
    if isinstance(value, ast.Name):
        return value.id == "print"
    if isinstance(value, ast.Tuple):
        return bool(value.elts) and (_is_print(value.elts[0]) or _was_print_statement(value.elts[0]))
    if isinstance(value, ast.BinOp):
        left = value.left
        return _is_print(left) or _was_print_statement(left)
    return False


def _is_print(node):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
