"""Imports of the modules beside a file that is a program's own start, or one of its package, by turns."""
import libcst

from ..findings import changed

__all__ = ["both_ways"]

_MESSAGE = ("Python 3 looks for a module beside this file in one way in a package, and in another where a file of the "
            "folder is started.")


def both_ways(text, siblings):
    """The text with each relative import of a sibling only where there is a package; (text, list of Finding).

    Args:
      text: Python 3 source, in which imports of the siblings are relative.
      siblings: set of the names of the modules in the file's folder.
    """
    wrapper = libcst.MetadataWrapper(libcst.parse_module(text))
    edit = _BothWays(frozenset(siblings), wrapper.resolve(libcst.metadata.PositionProvider))
    made = wrapper.module.visit(edit).code
    return made, [changed(line, _MESSAGE) for line in edit.lines]


class _BothWays(libcst.CSTTransformer):

    def __init__(self, siblings, positions):
        super(_BothWays, self).__init__()
        self.siblings, self.positions, self.lines = siblings, positions, []

    def leave_SimpleStatementLine(self, original_node, updated_node):
        if len(updated_node.body) != 1:
            return updated_node
        plain = self._plain(updated_node.body[0])
        if plain is None:
            return updated_node
        self.lines.append(self.positions[original_node].start.line)
        bare = updated_node.with_changes(leading_lines=())
        return libcst.If(
            libcst.Name("__package__"), libcst.IndentedBlock([bare]), leading_lines=updated_node.leading_lines,
            orelse=libcst.Else(libcst.IndentedBlock([bare.with_changes(
                body=[plain], trailing_whitespace=libcst.TrailingWhitespace())])))

    def _plain(self, statement):
        """The statement that a file which is in no package needs for it, or None."""
        if not isinstance(statement, libcst.ImportFrom) or len(statement.relative) != 1:
            return None
        if statement.module is None:
            if isinstance(statement.names, libcst.ImportStar) or any(
                    getattr(alias.name, "value", None) not in self.siblings for alias in statement.names):
                return None
            return libcst.Import(statement.names)
        first = statement.module
        while isinstance(first, libcst.Attribute):
            first = first.value
        return statement.with_changes(relative=()) if first.value in self.siblings else None
