"""The files that a text opens, and what it does with what it reads from them and writes to them."""
import re

import libcst
from libcst import metadata

from .scopes import Scoped

__all__ = ["Opened", "is_pickle", "opened_files", "takes_bytes", "text_of"]

# Methods that text and bytes have both; called in Python 2 they show that text is meant.
_TEXT_METHODS = frozenset("""count endswith find index isalpha isdigit isspace join lower lstrip partition
                             replace rfind rpartition rsplit rstrip split splitlines startswith strip title
                             translate upper""".split())
_TAKES_TEXT = frozenset("""builtins.dict builtins.enumerate builtins.list builtins.set builtins.sorted
                           builtins.tuple builtins.zip builtins.map collections.Counter json.loads
                           re.findall re.match re.search re.split re.sub builtins.int
                           builtins.float builtins.str builtins.print""".split())
_TAKES_BYTES = re.compile(r"^(numpy\.(frombuffer|fromstring|load|fromfile)|struct\.|_?pickle\.|cPickle\.|"
                          r"zlib\.|gzip\.|hashlib\.|bz2\.|io\.BytesIO|PIL\.|scipy\.|h5py\.|"
                          r"builtins\.(bytes|bytearray)|tensorflow\.(image|decode|io)\b)")
_BYTES_METHODS = frozenset("FromString MergeFromString ParseFromString update".split())
_GIVEN_BYTES = frozenset("communicate send sendall sendto write writestr".split())
_READS = frozenset("read readline readlines xreadlines".split())


class Opened(object):
    """One call that opens a file.

    Attributes:
      call: the Call; mode: str, or None where it isn't written out; gfile: whether TensorFlow opens it.
      pickled, csv, dumped: whether pickle, csv, json.dump has it.
      text: whether what is read is used as text; with_text: whether a method had text as its argument;
      bytes: whether as bytes; unknown: whether in another way.
      decodes: list of Calls of `decode` on what is read.
      written: list of what is written.
    """

    def __init__(self, call, mode, gfile):
        self.call, self.mode, self.gfile = call, mode, gfile
        self.pickled = self.csv = self.dumped = self.text = self.with_text = self.bytes = self.unknown = False
        self.decodes, self.written = [], []


def text_of(node):
    """The value of a node that is a text written out, or None."""
    if isinstance(node, libcst.SimpleString):
        value = node.evaluated_value
        return value if isinstance(value, str) else None
    return None


def opened_files(parsed):
    """List of Opened of a text (spans.Parsed), in its order."""
    uses = _Uses(parsed)
    parsed.tree.visit(uses)
    found = [_opened(parsed, uses, call) for call in uses.calls]
    for opened in found:
        if opened.mode is not None:
            for node in [opened.call] + uses.of(opened.call):
                _File(uses, opened).use(node)
    return found


def _opened(parsed, uses, call):
    gfile = not parsed.names(call.func) & {"builtins.open", "io.open"}
    given = uses.keyword(call, "mode") or next((arg for arg in call.args[1:2] if arg.keyword is None and
                                                not arg.star), None)
    mode = "r" if given is None else text_of(given.value)
    if any(arg.star for arg in call.args) or not call.args:
        mode = None
    return Opened(call, mode, gfile)


class _Uses(Scoped):
    """Collects the calls that open files, and which names stand for what a node gives."""

    def __init__(self, parsed):
        super(_Uses, self).__init__(parsed)
        self.parents = parsed.metadata(metadata.ParentNodeProvider)
        self.calls, self._names = [], {}

    def visit_Call(self, node):
        names = self.parsed.names(node.func)
        if names & {"builtins.open", "io.open"} or any(
                name.startswith("tensorflow.") and re.search(r"\.(GFile|FastGFile)$|gfile\.Open$", name)
                for name in names):
            self.calls.append(node)

    def visit_Name(self, node):
        for bound, value in self._meant(node):
            if value is not None:
                self._names.setdefault(value, []).append((node, bound))

    def _meant(self, name):
        """Those of a name's bindings that it stands for: of several before it in the text, the last."""
        bindings = [(self._since(bound, value), bound, value) for bound, value in self.assigned(name)
                    if isinstance(bound, libcst.Name)]
        if any(bound is name for _, bound, _ in bindings):
            return []
        place = self.parsed.span(name)[0]
        before = [each for each in bindings if each[0] <= place]
        if before and self._function(name) is self._function(before[0][1]):
            before = [max(before, key=lambda each: each[0])]
        return [(bound, value) for _, bound, value in before or bindings]

    def _since(self, bound, value):
        """Where a binding begins to hold: `line = line.strip()` does behind its value."""
        end = self.parsed.span(bound)[1]
        if value is not None and isinstance(self.parents.get(value), libcst.Assign):
            return max(end, self.parsed.span(value)[1])
        return end

    def _function(self, node):
        while node is not None and not isinstance(node, (libcst.FunctionDef, libcst.Lambda, libcst.Module)):
            node = self.parents.get(node)
        return node

    def of(self, value, loops=False):
        """The names that stand for a value, or with `loops` for its elements."""
        elements = self._bindings.loops
        return [name for name, bound in self._names.get(value, ()) if (bound in elements) == loops]


class _File(object):
    """Follows one file and what is read from it."""

    def __init__(self, uses, opened):
        self.uses, self.opened, self.seen = uses, opened, set()

    def use(self, node):
        """A use of the file itself."""
        parent = self.uses.parents.get(node)
        if isinstance(parent, libcst.Attribute) and parent.value is node:
            call = self.uses.parents.get(parent)
            if isinstance(call, libcst.Call) and call.func is parent:
                self._method(call, parent.attr.value)
        elif isinstance(parent, libcst.Arg):
            self._argument(self.uses.parents[parent], parent)
        elif isinstance(parent, (libcst.For, libcst.CompFor)) and parent.iter is node:
            self.opened.text = True
            self._elements(node, parent)

    def _method(self, call, method):
        if method in _READS:
            if method == "read" and call.args and not isinstance(call.args[0].value, libcst.UnaryOperation):
                self._piece(call)
            else:
                self.read(call)
        elif method == "write" and len(call.args) == 1:
            self.opened.written.append(call.args[0].value)
        elif method == "writelines":
            self.opened.unknown = True

    def _piece(self, call):
        """So many characters or bytes: what looks like text may be the pieces of a file of bytes."""
        opened = self.opened
        text, with_text = opened.text, opened.with_text
        self.read(call)
        opened.unknown = opened.unknown or not (opened.bytes or opened.decodes)
        opened.text, opened.with_text = text, with_text

    def _argument(self, call, arg):
        parsed, opened = self.uses.parsed, self.opened
        if not isinstance(call, libcst.Call):
            return
        names = parsed.names(call.func)
        last = {name.rpartition(".")[2] for name in names}
        if is_pickle(names) and last & {"load", "dump", "Unpickler", "Pickler"}:
            opened.pickled = True
        elif names & {"csv.reader", "csv.writer", "csv.DictReader", "csv.DictWriter"}:
            opened.csv = True
        elif "json.dump" in names:
            opened.dumped = True
        elif names == {"builtins.print"} and arg.keyword is not None:
            opened.written.extend(other.value for other in call.args if other.keyword is None)
            opened.dumped = True
        elif "json.load" in names or any(_TAKES_BYTES.match(name) for name in names) or (
                self._is_reader(call)):
            opened.bytes = True
        elif names & {"builtins.enumerate", "builtins.list", "builtins.sorted", "builtins.map",
                      "builtins.zip"}:
            opened.text = True
        else:
            opened.unknown = True

    def _is_reader(self, call):
        """codecs.getreader(...)(file), which decodes."""
        return isinstance(call.func, libcst.Call) and any(
            name in ("codecs.getreader", "codecs.getwriter") for name in self.uses.parsed.names(call.func.func))

    def _elements(self, node, loop):
        if isinstance(loop.target, libcst.Name):
            for name in self.uses.of(node, loops=True):
                self.read(name)

    def read(self, node):
        """A use of what was read."""
        if node in self.seen or len(self.seen) > 500:
            return
        self.seen.add(node)
        parents, opened = self.uses.parents, self.opened
        parent = parents.get(node)
        if isinstance(parent, libcst.Attribute) and parent.value is node:
            call, method = parents.get(parent), parent.attr.value
            if not isinstance(call, libcst.Call) or call.func is not parent:
                return
            if method == "decode":
                opened.decodes.append(call)
            elif method in _TEXT_METHODS:
                opened.text = True
                if any(text_of(arg.value) is not None for arg in call.args):
                    opened.with_text = True
                self.read(call)
        elif isinstance(parent, libcst.Subscript) and parent.value is node:
            self.read(parent)
        elif isinstance(parent, libcst.Assign) and parent.value is node:
            for name in self.uses.of(node):
                self.read(name)
        elif isinstance(parent, (libcst.For, libcst.CompFor)) and parent.iter is node:
            opened.text = True
            self._elements(node, parent)
        elif isinstance(parent, libcst.Arg):
            self._given(parents[parent], parent)
        elif isinstance(parent, (libcst.Comparison, libcst.ComparisonTarget, libcst.BinaryOperation)):
            opened.text = True
        elif isinstance(parent, (
                libcst.Return, libcst.Tuple, libcst.Element, libcst.DictElement, libcst.ListComp,
                                 libcst.Yield)):
            opened.unknown = True

    def _given(self, call, arg):
        if not isinstance(call, libcst.Call):
            return
        names = self.uses.parsed.names(call.func)
        method = call.func.attr.value if isinstance(call.func, libcst.Attribute) else ""
        if names & {"builtins.len", "builtins.print"}:
            return
        if names & _TAKES_TEXT or method in ("join", "split", "sub", "findall", "match", "search"):
            self.opened.text = True
            if names & {"builtins.list", "builtins.sorted", "builtins.tuple"}:
                self.read(call)
        elif any(_TAKES_BYTES.match(name) for name in names) or method in _BYTES_METHODS:
            self.opened.bytes = True
        else:
            self.opened.unknown = True


def takes_bytes(parsed, node):
    """Whether a node is given to something that takes bytes, or has a method of bytes called."""
    parents = parsed.metadata(metadata.ParentNodeProvider)
    parent = parents.get(node)
    while isinstance(parent, libcst.BinaryOperation):
        parent = parents.get(parent)
    if isinstance(parent, libcst.Attribute):
        return parent.attr.value == "decode"
    if not isinstance(parent, libcst.Arg):
        return False
    function = parents[parent].func if isinstance(parents[parent], libcst.Call) else None
    method = function.attr.value if isinstance(function, libcst.Attribute) else ""
    return method in _BYTES_METHODS or method in _GIVEN_BYTES or (
        function is not None and any(_TAKES_BYTES.match(name) for name in parsed.names(function)))


def is_pickle(names):
    """Whether one of the full names is pickle's, under any of the names that it had."""
    return any(re.match(r"(six\.moves\.)?(c?[pP]ickle|_pickle|dill|cloudpickle)\.", name) for name in names)
