"""Places of a libcst tree's nodes in its text, and replacements that leave the rest of the text as it is."""
import libcst
from libcst import metadata

from . import scopes

__all__ = ["Parsed", "findings_order"]


class Parsed(object):
    """A text with its tree.

    Attributes:
      tree: libcst.Module with metadata.
      findings: list of Finding; `done` gives it in order.
    """

    def __init__(self, text):
        self.text = text
        self._wrapper = metadata.MetadataWrapper(libcst.parse_module(text), unsafe_skip_copy=True)
        self.tree = self._wrapper.module
        self._positions = self.metadata(metadata.PositionProvider)
        self._bindings = None
        self._edits, self.findings = {}, []
        starts = [0]
        for line in text.split("\n"):
            starts.append(starts[-1] + len(line) + 1)
        self._starts = starts

    def metadata(self, provider):
        """What one of libcst's providers says: dict from node."""
        return self._wrapper.resolve(provider)

    def bindings(self):
        """scopes.Bindings of the text."""
        if self._bindings is None:
            self._bindings = scopes.Bindings()
            self.tree.visit(self._bindings)
        return self._bindings

    def line(self, node):
        """The line, from 1, on which the node begins."""
        return self._positions[node].start.line

    def span(self, node):
        """Where the node begins and ends in the text, without parentheses around it."""
        place = self._positions[node]
        return (self._starts[place.start.line - 1] + place.start.column,
                self._starts[place.end.line - 1] + place.end.column)

    def source(self, node):
        """The node's text."""
        start, end = self.span(node)
        return self.text[start:end]

    def begins_line(self, node):
        """Whether nothing is before the node on its first line."""
        start, _ = self.span(node)
        return not self.text[self._starts[self.line(node) - 1]:start].strip()

    def outer_span(self, node):
        """Like `span`, with the parentheses around the node."""
        start, end = self.span(node)
        for _ in getattr(node, "lpar", ()):
            start, end = self.text.rindex("(", 0, start), self.text.index(")", end) + 1
        return start, end

    def names(self, node):
        """Set of the full names that an expression may stand for ("numpy.float"); "" for the text's own."""
        base = node
        while isinstance(base, libcst.Attribute):
            base = base.value
        # Of open(...).read libcst says that it is open.
        if not isinstance(base, libcst.Name):
            return set()
        # libcst's own provider of names works them all out, of which the rules ask for few.
        scope = self.metadata(metadata.ScopeProvider).get(node)
        names = () if scope is None else scope.get_qualified_names_for(node)
        return {name.name if name.source is not metadata.QualifiedNameSource.LOCAL else "" for name in names}

    def name(self, node):
        """The full name that an expression stands for, or "" where it's not known to be one thing."""
        found = self.names(node)
        return found.pop() if len(found) == 1 else ""

    def replace(self, start, end, new):
        """Puts `new` in the place of the text from `start` to `end`; False if something was put there."""
        for (first, last) in self._edits:
            if start < last and first < end:
                return False
        self._edits[start, end] = self._edits.get((start, end), "") + new if start == end else new
        return True

    def done(self):
        """(the text with everything replaced, findings in order)."""
        parts, place = [], 0
        for (start, end), new in sorted(self._edits.items()):
            parts += [self.text[place:start], new]
            place = end
        return "".join(parts) + self.text[place:], findings_order(self.findings)


def findings_order(findings):
    """Findings by line, each once."""
    return sorted(set(findings))
