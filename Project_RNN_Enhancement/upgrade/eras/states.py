"""Which values of a program are states of recurrent networks, and what is done with them.

Names are followed through assignments, attributes and the results of the program's own functions.
"""
import ast

from .names import constant

__all__ = ["LISTS_BEFORE", "RECURRENT", "States", "short_name"]

# Their second result was the list of all states before 0.8, under their names before 1.0.
LISTS_BEFORE = frozenset(
    """rnn state_saving_rnn rnn_decoder basic_rnn_seq2seq tied_rnn_seq2seq embedding_rnn_decoder
    embedding_rnn_seq2seq embedding_tied_rnn_seq2seq attention_decoder embedding_attention_decoder
    embedding_attention_seq2seq one2many_rnn_seq2seq""".split())
RECURRENT = LISTS_BEFORE | frozenset("static_rnn static_state_saving_rnn dynamic_rnn".split())
_BIDIRECTIONAL = frozenset("bidirectional_rnn static_bidirectional_rnn".split())
# Methods that take states, or what holds them, and are no cells.
_NO_CELLS = frozenset("run append extend eval format join update".split())
# What goes through the items of its arguments.
_OF_ITEMS = frozenset("len list enumerate zip reversed tuple".split())


def short_name(file, call):
    """The last part of the name of a TensorFlow function that is called, else None."""
    full = file.name_of(call.func)
    return full.rpartition(".")[2] if full is not None and full.startswith("tensorflow") else None


def _index(node):
    """The expression in the brackets of a subscript, in every Python."""
    inner = node.slice
    return inner.value if type(inner).__name__ == "Index" else inner


def _may_be_cell(call):
    """Whether a call of no TensorFlow function may be that of a cell: (inputs, state)."""
    return len(call.args) in (2, 3) and getattr(call.func, "attr", None) not in _NO_CELLS


class States(object):
    """The expressions of a file that are states.

    `of(node)` gives the set of kinds of an expression: "state", and "second" for what may be the
    list of all states.
    """

    def __init__(self, file, carried=()):
        self._file = file
        self._kinds = {}
        # Functions of the program -> {position of the result: kinds}; attributes are shared by all files.
        self.results, self.attributes = {}, {}
        for other in carried:
            self.results.update(other.results)
            self.attributes.update(other.attributes)
        while self._round():
            pass

    def _round(self):
        """Follows every assignment once; whether that found anything new."""
        size = self._size()
        for node in ast.walk(self._file.tree):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    self._assign(target, node.value)
            elif isinstance(node, ast.Return) and node.value is not None:
                self._return(node)
        return self._size() != size

    def _size(self):
        return tuple(sum(map(len, known.values())) for known in (self._kinds, self.attributes, self.results))

    def _key(self, node):
        """What a name or attribute is kept under: names by the function that binds them."""
        if isinstance(node, ast.Attribute):
            return node.attr
        scopes = [outer for outer in self._file.around(node)
                  if isinstance(outer, (ast.FunctionDef, ast.Lambda, ast.Module))]
        for scope in scopes:
            if isinstance(scope, ast.Module) or node.id in self._bound(scope):
                return scope, node.id
        return None, node.id

    @staticmethod
    def _bound(scope):
        args = scope.args
        names = {arg.arg for arg in args.args + args.kwonlyargs}
        for node in ast.walk(scope):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
        return names

    def _add(self, target, kinds):
        if not kinds:
            return
        if isinstance(target, ast.Attribute):
            self.attributes.setdefault(target.attr, set()).update(kinds)
        elif isinstance(target, ast.Name):
            self._kinds.setdefault(self._key(target), set()).update(kinds)

    def parts_of(self, value):
        """{position: kinds} of the results of a call."""
        if not isinstance(value, ast.Call):
            return {}
        short = short_name(self._file, value)
        if short in LISTS_BEFORE:
            return {1: {"state", "second"}}
        if short in RECURRENT:
            return {1: {"state"}}
        if short in _BIDIRECTIONAL:
            return {1: {"state"}, 2: {"state"}}
        if short is None:
            if _may_be_cell(value) and any(self.of(arg) for arg in value.args):
                return {1: {"state"}}
            name = getattr(value.func, "attr", None) or getattr(value.func, "id", None)
            return self.results.get(name, {})
        return {}

    def of(self, node):
        """The kinds of an expression; the empty set for what is no state."""
        if isinstance(node, ast.Call):
            if getattr(node.func, "attr", None) == "zero_state":
                return {"state"}
            name = getattr(node.func, "attr", None) or getattr(node.func, "id", None)
            return self.results.get(name, {}).get(None, set())
        if isinstance(node, ast.Subscript):
            index = _index(node)
            if isinstance(node.value, ast.Call) and isinstance(constant(index), int):
                return self.parts_of(node.value).get(constant(index), set())
            return set()
        if isinstance(node, ast.Attribute):
            return self.attributes.get(node.attr, set())
        if isinstance(node, ast.Name):
            return self._kinds.get(self._key(node), set())
        if isinstance(node, ast.IfExp):
            return self.of(node.body) | self.of(node.orelse)
        return set()

    def _assign(self, target, value):
        if isinstance(target, (ast.Tuple, ast.List)):
            if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
                for one, part in zip(target.elts, value.elts):
                    self._assign(one, part)
                return
            parts = self.parts_of(value)
            for index, one in enumerate(target.elts):
                self._add(one, parts.get(index, set()))
        else:
            self._add(target, self.of(value))

    def _return(self, node):
        function = next(outer for outer in self._file.around(node)
                        if isinstance(outer, (ast.FunctionDef, ast.AsyncFunctionDef)))
        if isinstance(node.value, ast.Tuple):
            parts = {index: self.of(part) for index, part in enumerate(node.value.elts)}
        else:
            parts = dict(self.parts_of(node.value))
            parts[None] = self.of(node.value)
        is_property = any(getattr(item, "id", None) == "property" for item in function.decorator_list)
        for index, kinds in parts.items():
            if is_property and index is None and kinds:
                self.attributes.setdefault(function.name, set()).update(kinds)
            elif kinds:
                self.results.setdefault(function.name, {}).setdefault(index, set()).update(kinds)

    def uses(self):
        """Yields (node, kinds, what is done with it) for every state that is looked into.

        What is done: "item", "slice", "field", "loop", "tensor", "list" (as a list of tensors),
        "joined" (in a list that is joined), "initial" (handed on as initial state).
        """
        for node in ast.walk(self._file.tree):
            if isinstance(getattr(node, "ctx", None), ast.Store):
                continue
            kinds = self.of(node)
            if kinds:
                done = self._done(node)
                if done is not None:
                    yield node, kinds, done

    def _done(self, node):
        parent = self._file.parents[node]
        if isinstance(parent, ast.Subscript) and parent.value is node:
            index = _index(parent)
            cut = type(index).__name__ in ("ExtSlice", "Tuple")
            return "slice" if cut else "loop" if isinstance(index, ast.Slice) else "item"
        if isinstance(parent, ast.Attribute):
            if parent.attr in ("c", "h"):
                return "field"
            return "tensor" if parent.attr in ("eval", "get_shape", "shape", "assign", "dtype") else None
        if isinstance(parent, (ast.For, ast.comprehension)) and parent.iter is node:
            return "loop"
        if isinstance(parent, ast.BinOp):
            return "tensor"
        if isinstance(parent, ast.keyword) and parent.arg == "initial_state":
            return "initial"
        if isinstance(parent, ast.keyword):
            parent = self._file.parents[parent]
        listed = isinstance(parent, (ast.List, ast.Tuple))
        if listed:
            parent = self._file.parents[parent]
            if isinstance(parent, ast.keyword):
                parent = self._file.parents[parent]
        if not isinstance(parent, ast.Call):
            return None
        if not listed and getattr(parent.func, "id", None) in _OF_ITEMS:
            return "loop"
        full = self._file.name_of(parent.func) or ""
        short = short_name(self._file, parent)
        if short is None or ".nest." in full or short in RECURRENT or short in _BIDIRECTIONAL:
            return "initial" if not listed and node in parent.args and _may_be_cell(parent) else None
        if short in ("concat", "pack", "stack", "concat_v2", "add_n"):
            return "joined" if listed else "list"
        return None if listed or short in ("Session", "run", "group", "tuple") else "tensor"
