"""What a text that reads bytes and has bytes written out (b"...") does as if they were text."""
import re

import libcst
from libcst import metadata

from .opened import text_of
from .scopes import Scoped

__all__ = ["report"]

_PATTERNS = frozenset("re.compile re.findall re.finditer re.match re.search re.split re.sub".split())
_TOKENS = re.compile(r"token|char|split|word|letter", re.I)


def report(parsed):
    """Adds to the findings of `parsed` (spans.Parsed) what Python 3 does otherwise with bytes."""
    parsed.tree.visit(_BytesAsText(parsed))


class _BytesAsText(Scoped):

    def visit_Call(self, node):
        names = self.parsed.names(node.func)
        if names & _PATTERNS and node.args and text_of(node.args[0].value) is not None:
            self.look(node, "A pattern of text finds nothing in bytes in Python 3 but an error, and this text "
                            "reads bytes (mode b): make both the same")
        elif names == {"builtins.list"} and len(node.args) == 1 and self._is_token_of_argument(node):
            self.look(node, "The elements of bytes are numbers in Python 3: if this has a line of a file opened "
                            "with mode b, open the file as text, and write \"...\" for b\"...\"")

    def _is_token_of_argument(self, call):
        """list(sentence.strip()) in a function that by its name takes a sentence apart."""
        value = call.args[0].value
        while isinstance(value, libcst.Call) and isinstance(value.func, libcst.Attribute) and (
                value.func.attr.value in ("strip", "rstrip", "lstrip", "lower")):
            value = value.func.value
        if not isinstance(value, libcst.Name):
            return False
        parents = self.parsed.metadata(metadata.ParentNodeProvider)
        function = parents.get(call)
        while function is not None and not isinstance(function, libcst.FunctionDef):
            function = parents.get(function)
        return function is not None and bool(_TOKENS.search(function.name.value)) and any(
            param.name.value == value.value for param in function.params.params)
