"""What the standard library of today's Python has no more, in forms that Python 3.6 has too."""
import libcst

from .scopes import Scoped

__all__ = ["Library"]

_ABSTRACT = """AsyncGenerator AsyncIterable AsyncIterator Awaitable ByteString Callable Collection Container
               Coroutine Generator Hashable ItemsView Iterable Iterator KeysView Mapping MappingView
               MutableMapping MutableSequence MutableSet Reversible Sequence Set Sized ValuesView""".split()
# Full name -> what it's called in the same module, or with a dot before it: what it's called anywhere.
_RENAMED = {
    "base64.decodestring": "decodebytes",
    "base64.encodestring": "encodebytes",
    "configparser.SafeConfigParser": "ConfigParser",
    "inspect.getargspec": "getfullargspec",
    "string.letters": "ascii_letters",
    "string.lowercase": "ascii_lowercase",
    "string.uppercase": "ascii_uppercase",
    "time.clock": "perf_counter",
}
# Full name of a module or of what is in one -> what to do. Not distutils, which Python 3.12 has no more either:
# setuptools has it, without which TensorFlow can't be installed.
_EXPLAINED = {
    "cgi.escape": "html.escape takes its place",
    "imp": "importlib takes its place; Python 3.12 has no imp",
    "os.errno": "import errno instead",
    "platform.linux_distribution": "the package distro has it",
    "scipy.misc.comb": "it is scipy.special.comb",
    "scipy.misc.factorial": "it is scipy.special.factorial",
    "scipy.misc.fromimage": "write np.asarray(image)",
    "scipy.misc.imread": "imageio.imread, or np.asarray(PIL.Image.open(...)), takes its place",
    "scipy.misc.imresize": "PIL.Image's resize takes its place; imresize also scaled values to 0..255",
    "scipy.misc.imsave": "imageio.imwrite, or PIL.Image.fromarray(...).save(...), takes its place",
    "scipy.misc.logsumexp": "it is scipy.special.logsumexp",
    "scipy.ndimage.imread": "imageio.imread, or np.asarray(PIL.Image.open(...)), takes its place",
    "scipy.misc.toimage": "PIL.Image.fromarray takes its place",
}
# Methods of unittest's that Python 3.12 has no more.
_ASSERTIONS = {
    "assertAlmostEquals": "assertAlmostEqual", "assertEquals": "assertEqual",
    "assertNotEquals": "assertNotEqual",
    "assertRaisesRegexp": "assertRaisesRegex", "assertRegexpMatches": "assertRegex", "assert_": "assertTrue",
    "assertItemsEqual": "assertCountEqual",
}
# Functions of Python 2's module string that are methods.
_TEXT_FUNCTIONS = frozenset("""capitalize count expandtabs find index ljust lower lstrip replace rfind rindex
                               rjust rstrip split strip swapcase upper zfill""".split())


class Library(Scoped):
    """The rules, as a visitor of the tree of `parsed` that puts its changes there."""

    def __init__(self, parsed, python2):
        super(Library, self).__init__(parsed)
        self._python2, self._caught = python2, set()

    def visit_Attribute(self, node):
        if self._python2 and isinstance(node.value, libcst.Name) and node.attr.value == "message":
            if node.value.value in self._caught:
                self.rename(node, "str(%s)" % node.value.value, "Exceptions have no message in Python 3")
        name = self.parsed.name(node)
        module, _, last = name.rpartition(".")
        if name in _RENAMED:
            self.rename(node.attr, _RENAMED[name],
                        "%s is called %s.%s in today's Python" % (name, module, _RENAMED[name]))
        elif module == "collections" and last in _ABSTRACT:
            self._beside(node, "collections", "collections.abc")
        elif name == "fractions.gcd":
            self._beside(node, "fractions", "math")
        elif name == "string.maketrans":
            self.rename(node, "str.maketrans",
                        "string.maketrans is str.maketrans in Python 3")
        elif name in _EXPLAINED:
            self.look(node, "%s is gone: %s" % (name, _EXPLAINED[name]))
        elif isinstance(node.value, libcst.Name) and node.value.value == "self":
            if node.attr.value in _ASSERTIONS and not self.is_bound(node.attr.value):
                self.rename(node.attr, _ASSERTIONS[node.attr.value],
                            "unittest's %s is called %s today" %
                            (node.attr.value, _ASSERTIONS[node.attr.value]))

    def visit_Import(self, node):
        for alias in node.names:
            name = self.parsed.source(alias.name)
            if name.partition(".")[0] == "imp":
                self.look(node, "%s is gone: %s" % (name, _EXPLAINED[name.partition(".")[0]]))

    def visit_ImportFrom(self, node):
        if node.relative or node.module is None or isinstance(node.names, libcst.ImportStar):
            return
        module = self.parsed.source(node.module)
        names = [alias.name.value for alias in node.names]
        if module.partition(".")[0] == "imp":
            self.look(node, "%s is gone: %s" % (module, _EXPLAINED[module.partition(".")[0]]))
        abstract = [name for name in names if name in _ABSTRACT] if module == "collections" else []
        if abstract and len(abstract) == len(names):
            self._module(node, "collections.abc", ", ".join(names))
        elif abstract:
            self._split(node, abstract)
        if module == "fractions" and "gcd" in names:
            if len(names) == 1:
                self._module(node, "math", "gcd")
            else:
                self.look(node, "fractions.gcd is gone: import gcd from math")
        for alias in node.names:
            name = "%s.%s" % (module, alias.name.value)
            if name in _RENAMED:
                kept = "" if alias.asname is not None else " as " + alias.name.value
                self.rename(alias.name, _RENAMED[name] + kept,
                            "%s is called %s in today's Python" % (name, _RENAMED[name]))
            elif name in _EXPLAINED:
                self.look(alias.name, "%s is gone: %s" % (name, _EXPLAINED[name]))

    def visit_Call(self, node):
        name, function = self.parsed.name(node.func), node.func
        sorts = isinstance(function, libcst.Attribute) and function.attr.value == "sort"
        if sorts or name == "builtins.sorted":
            compare = self.keyword(node, "cmp")
            if compare is not None:
                self.look(node, "cmp is gone in Python 3: write key=functools.cmp_to_key(%s)" %
                          self.parsed.source(compare.value))
        if isinstance(function, libcst.Name) and function.value == "cmp" and not self.is_bound("cmp"):
            if not self.assigned(function):
                self.look(node, "cmp is gone in Python 3: write (a > b) - (a < b)")
        if name.startswith("string.") and name[len("string."):] in _TEXT_FUNCTIONS and node.args:
            self._text_function(node, name[len("string."):])
        elif name == "string.join" and 1 <= len(node.args) <= 2 and not any(arg.keyword for arg in node.args):
            self._join(node)
        elif isinstance(function, libcst.Attribute):
            self._method(node, function)

    def _method(self, node, function):
        method = function.attr.value
        if method == "isAlive" and not node.args:
            self.rename(function.attr, "is_alive",
                        "isAlive of threads is called is_alive today")
        elif method == "translate" and len(node.args) == 2 and not self.parsed.name(function):
            first, second = node.args
            empty = self.parsed.source(first.value)
            made = first.value if isinstance(first.value, libcst.Call) else None
            if empty == "None" or made is not None and [self.parsed.source(arg.value).strip("'\"")
                                                        for arg in made.args] == [
                    "", ""] and self.parsed.name(made.func) == "string.maketrans":
                start = self.parsed.outer_span(first.value)[0]
                end = self.parsed.outer_span(second.value)[1]
                self.parsed.replace(start, self.parsed.outer_span(second.value)[0], 'str.maketrans("", "", ')
                self.parsed.replace(end, end, ")")
                self.changed(node, "translate of Python 3's text takes what is left out in the table")

    def visit_Subscript(self, node):
        """d.keys()[0]."""
        value = node.value
        if (isinstance(value, libcst.Call) and not value.args and isinstance(value.func, libcst.Attribute) and
                value.func.attr.value in ("keys", "values", "items")):
            start, end = self.parsed.outer_span(value)
            self.parsed.replace(start, start, "list(")
            self.parsed.replace(end, end, ")")
            self.changed(node, "%s gives a view in Python 3, which has no indices" % value.func.attr.value)

    def visit_FunctionDef(self, node):
        if node.name.value == "__cmp__" and self._python2:
            self.look(node, "Python 3 doesn't call __cmp__: write __lt__ and __eq__ (functools.total_ordering "
                            "makes the others)")

    def visit_ExceptHandler(self, node):
        if node.name is not None and isinstance(node.name.name, libcst.Name):
            self._caught.add(node.name.name.value)

    def leave_ExceptHandler(self, original_node):
        if original_node.name is not None and isinstance(original_node.name.name, libcst.Name):
            self._caught.discard(original_node.name.name.value)

    def visit_Assign(self, node):
        """args, varargs, keywords, defaults = inspect.getargspec(f)."""
        target, value = node.targets[0].target, node.value
        if (isinstance(target, (libcst.Tuple, libcst.List)) and len(target.elements) == 4 and
            isinstance(value, libcst.Call) and
                self.parsed.name(value.func) == "inspect.getargspec"):
            end = self.parsed.span(value)[1]
            self.parsed.replace(end, end, "[:4]")
            self.changed(value, "inspect.getfullargspec gives seven values, of which the first four are "
                                "getargspec's")

    def _beside(self, node, module, place):
        """module.name to place.name, `place` being imported where `module` is."""
        imports = self.parsed.bindings().imports
        statement = imports.get(module) or imports.get(place)
        if statement is None or not isinstance(node.value, libcst.Name) or node.value.value != module:
            self.look(node, "This is gone from %s: it is in %s" % (module, place))
            return
        if place not in imports:
            end = self.parsed.span(statement)[1]
            self.parsed.replace(end, end, ", " + place)
            imports[place] = statement
        self.rename(node.value, place, "This is gone from %s: it is in %s" % (module, place))

    def _module(self, node, place, names):
        self.rename(node.module, place,
                    "%s is in %s in today's Python" % (names, place))

    def _split(self, node, abstract):
        """from collections import OrderedDict, Mapping: two imports on one line."""
        kept = [self.parsed.source(alias).rstrip(", ") for alias in node.names
                if alias.name.value not in abstract]
        moved = [self.parsed.source(alias).rstrip(", ") for alias in node.names
                 if alias.name.value in abstract]
        start, end = self.parsed.span(node)
        if "\n" in self.parsed.text[start:end]:
            self.look(node, "%s is in collections.abc in today's Python" % ", ".join(abstract))
            return
        self.parsed.replace(start, end, "from collections import %s; from collections.abc import %s" % (
            ", ".join(kept), ", ".join(moved)))
        self.changed(node, "%s is in collections.abc in today's Python" % ", ".join(abstract))

    def _text_function(self, node, method):
        """string.lower(text) to text.lower()."""
        first = node.args[0].value
        start, end = self.parsed.outer_span(first)
        bare = isinstance(first, (libcst.Name, libcst.Attribute, libcst.Call, libcst.Subscript,
                                  libcst.SimpleString)) or first.lpar
        if len(node.args) > 1:
            following = self.parsed.outer_span(node.args[1].value)[0]
        else:
            following = self.parsed.span(node)[1] - 1
        self.parsed.replace(self.parsed.span(node)[0], start, "" if bare else "(")
        self.parsed.replace(end, following, "%s.%s(" % ("" if bare else ")", method))
        self.changed(node, "string.%s is a method of text in Python 3" % method)

    def _join(self, node):
        words = self.parsed.source(node.args[0].value)
        between = self.parsed.source(node.args[1].value) if len(node.args) == 2 else '" "'
        start, end = self.parsed.span(node)
        if self.parsed.replace(start, end, "%s.join(%s)" % (between, words)):
            self.changed(node, "string.join is a method of text in Python 3")
