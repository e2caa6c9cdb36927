"""What a program's folder holds, and which of it goes into the new folder."""
import collections
import os
import stat

from .errors import CommandError, printable, reason
from .source_text import is_notebook, is_python

__all__ = ["FOLDER", "LINK", "PYTHON", "NOTEBOOK", "OTHER", "Entry", "Tree", "read_tree", "single_file"]

FOLDER, LINK, PYTHON, NOTEBOOK, OTHER = "folder", "link", "Python file", "notebook", "other file"

# path: from the program's folder, "/" between the parts; real: where it is; mode: its permissions;
# target: what a link is to hold, else None.
Entry = collections.namedtuple("Entry", "path real kind mode target")

# entries: list of Entry, folders before what they hold; left_out: list of (path, why), which needs no
# action; problems: list of (path, what a person has to do).
Tree = collections.namedtuple("Tree", "entries left_out problems")

_LEFT_OUT = {
    ".git": "Git's", ".hg": "Mercurial's", ".svn": "Subversion's", "__pycache__": "Python makes it anew",
    ".ipynb_checkpoints": "Jupyter makes it anew", ".tox": "virtual environments",
    ".nox": "virtual environments"}
_MADE_FOR_AN_ENVIRONMENT = (
    ("pyvenv.cfg",), ("conda-meta",), ("bin", "activate_this.py"), ("bin", "activate"),
    ("Scripts", "activate"))


def read_tree(folder):
    """Lists a folder.

    Args:
      folder: path of the program's folder.

    Returns:
      A Tree.

    Raises:
      CommandError: the folder can't be listed.
    """
    root = os.path.realpath(folder)
    tree = Tree([], [], [])
    waiting = [""]
    while waiting:
        path = waiting.pop()
        try:
            names = sorted(os.listdir(os.path.join(root, path)))
        except OSError as error:
            if not path:
                raise CommandError("SOURCE %s can't be read: %s; allow reading it first"
                                   % (printable(folder), reason(error)))
            tree.problems.append((path, "the folder can't be read (%s), so the new folder has it empty. "
                                        "Allow reading and run the command again." % reason(error)))
            continue
        folders = []
        for name in names:
            inner = path + "/" + name if path else name
            entry = _entry(root, inner, name, tree)
            if entry is not None:
                tree.entries.append(entry)
                if entry.kind == FOLDER:
                    folders.append(inner)
        waiting.extend(reversed(folders))
    return tree


def single_file(path):
    """The Tree of a program that is one file.

    Args:
      path: of the file, which counts as Python if it isn't a notebook.

    Raises:
      CommandError: it is neither a file nor a folder.
    """
    real = os.path.realpath(path)
    mode = os.stat(real).st_mode
    if not stat.S_ISREG(mode):
        raise CommandError("%s is neither a file nor a folder: name a Python file, a notebook or a folder"
                           % printable(path))
    name = os.path.basename(real)
    return Tree([Entry(name, real, NOTEBOOK if is_notebook(name) else PYTHON, mode, None)], [], [])


def _entry(root, path, name, tree):
    """The Entry of a path; None, and a line in `tree`, for what doesn't go into the new folder."""
    real = os.path.join(root, *path.split("/"))
    if name in _LEFT_OUT:
        tree.left_out.append((path, _LEFT_OUT[name]))
        return None
    try:
        mode = os.lstat(real).st_mode
        if stat.S_ISLNK(mode):
            return _link(root, path, real, mode, tree)
        if stat.S_ISDIR(mode):
            if any(os.path.exists(os.path.join(real, *parts)) for parts in _MADE_FOR_AN_ENVIRONMENT):
                tree.left_out.append((path, "a virtual environment"))
                return None
            return Entry(path, real, FOLDER, mode, None)
        if not stat.S_ISREG(mode):
            tree.left_out.append((path, "a pipe, socket or device, not a file"))
            return None
        if name.lower().endswith((".pyc", ".pyo")):
            tree.left_out.append((path, "Python makes it anew"))
            return None
        return Entry(path, real, _kind(name, real), mode, None)
    except OSError as error:
        tree.problems.append((path, "it can't be read (%s), so it's missing in the new folder. Allow reading "
                                    "and run the command again, or copy it yourself." % reason(error)))
        return None


def _kind(name, real):
    if is_notebook(name):
        return NOTEBOOK
    # Opened whatever its name is, so that a file that can't be read is known before anything is written.
    with open(real, "rb") as stream:
        return PYTHON if is_python(name, stream.read(200)) else OTHER


def _link(root, path, real, mode, tree):
    target = os.readlink(real)
    end = os.path.realpath(real)
    if not _inside(end, root):
        tree.problems.append((
            path, "a symbolic link out of the folder, to %s: it's missing in the new folder, and what it "
                  "leads to was neither read nor copied. Make the link again, or run the command on that "
                  "program too."
                  % printable(target)))
        return None
    # On its way it may leave the folder and come back, and that would be the old folder.
    if os.path.isabs(target) or _leaves(path.count("/"), target):
        target = os.path.relpath(end, os.path.dirname(real))
    return Entry(path, real, LINK, mode, target)


def _inside(path, folder):
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _leaves(depth, target):
    for part in target.split("/"):
        depth += -1 if part == ".." else part not in ("", ".")
        if depth < 0:
            return True
    return False
