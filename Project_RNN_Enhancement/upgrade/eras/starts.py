"""Where a program starts, and `set_era` put there."""
import ast
import io
import re
import tokenize

from .names import File
from .uses import uses_of_era

__all__ = ["PACKAGE", "insert_era", "start_files"]

PACKAGE = "Project_RNN_Enhancement"


def _is_main_guard(node):
    return isinstance(node, ast.If) and any(
        getattr(part, "id", None) == "__name__" for part in ast.walk(node.test))


def _top_level(tree):
    """The nodes that run when a file is imported."""
    waiting = list(tree.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Lambda)):
            waiting.extend(ast.iter_child_nodes(node))


def _starts(file):
    """Whether a file runs something itself: as `__main__`, by tf.app.run() or in a session."""
    if any(_is_main_guard(node) for node in file.tree.body):
        return True
    called = {file.name_of(node.func) for node in _top_level(file.tree) if isinstance(node, ast.Call)}
    return bool(called & {"tensorflow.app.run", "tensorflow.Session", "tensorflow.InteractiveSession"})


def _module_names(path):
    """The names by which a file may be imported from within its program: "a.b.c", "b.c", "c"."""
    parts = re.sub(r"(/__init__)?\.\w+$", "", path).split("/")
    return {".".join(parts[start:]) for start in range(len(parts))}


def _imports_of(file, files):
    """The paths of the program's files that a file imports."""
    found = set()
    for full, _ in file.imports:
        name = full.lstrip(".")
        for other in files:
            if other is not file and _module_names(other.path) & {name, name.rpartition(".")[0]}:
                found.add(other.path)
    return found


def start_files(texts):
    """The files where a program starts and from which recurrent code is reached.

    Args:
      texts: dict from path to text in Python 3.

    Returns:
      Sorted list of paths.
    """
    files = [File(path, text) for path, text in sorted(texts.items())]
    imports = {file.path: _imports_of(file, files) for file in files}
    recurrent = {use.file.path for use in uses_of_era(files)} or set(imports)

    def reached(path):
        found, waiting = set(), [path]
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting.extend(imports[one])
        return found

    def is_test(path):
        return re.search(r"(^|/)(test_[^/]*|[^/]*_test)\.\w+$", path) is not None
    reaching = [file for file in files if reached(file.path) & recurrent]
    programs = [file for file in reaching if not is_test(file.path)]
    imported = {path for file in programs for path in imports[file.path]}
    found = [file for file in programs if _starts(file)]
    found = found or [file for file in programs if file.path not in imported] or reaching
    return [file.path for file in found]


def _end_of_imports(tree, text):
    """The last line of the imports that a file starts with; before any definition, loop or recurrent code."""
    ends = [token.start[0] for token in tokenize.generate_tokens(io.StringIO(text).readline)
            if token.type == tokenize.NEWLINE]

    def end_of(node):
        last = max(getattr(part, "lineno", 0) for part in ast.walk(node))
        return next((end for end in ends if end >= last), last)
    ours = {alias.asname or alias.name for node in tree.body if isinstance(node, ast.ImportFrom) and not node.level
            and (node.module or "").partition(".")[0] == PACKAGE for alias in node.names}
    found = 0
    for index, node in enumerate(tree.body):
        if _is_main_guard(node) or isinstance(
                node, (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.With)):
            break
        if any(isinstance(part, ast.Name) and part.id in ours for part in ast.walk(node)):
            break
        if any(isinstance(part, (ast.Import, ast.ImportFrom)) for part in ast.walk(node)):
            found = end_of(node)
        elif index == 0 and ast.get_docstring(tree) is not None:
            found = end_of(node)
    return found


def insert_era(text, version):
    """A program's text with `rnn_enhancement.set_era(version)` once after its imports.

    Args:
      text: of a file where the program starts.
      version: such as "0.10".

    Returns:
      The text; as it was, if it calls set_era already.
    """
    tree = ast.parse(text)
    if any(isinstance(node, ast.Attribute) and node.attr == "set_era" for node in ast.walk(tree)):
        return text
    names = [alias.asname or alias.name for node in tree.body if isinstance(node, ast.ImportFrom)
             and node.module == PACKAGE and not node.level
             for alias in node.names if alias.name == "rnn_enhancement"]
    end = _end_of_imports(tree, text)
    lines = text.split("\n")
    added = [] if names else ["from %s import rnn_enhancement" % PACKAGE]
    added += ["", '%s.set_era("%s")' % (names[0] if names else "rnn_enhancement", version)]
    if end < len(lines) and lines[end].strip():
        added.append("")
    return "\n".join(lines[:end] + added + lines[end:])
