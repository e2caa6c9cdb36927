"""A whole program through the upgrade: all its sources are read before the first is rewritten."""
import ast
import collections
import posixpath
import re

from .eras import finding as eras
from .names import editing
from .python import newer_flags, newer_python, newer_scopes, python3, sibling_imports
from .findings import Findings

__all__ = ["Options", "Conversion", "convert_program"]


class Options(collections.namedtuple("Options", "target era hints")):
    """What the user asks for.

    Attributes:
      target: "1.15", or "2" for a source that runs on 1.15 and on 2.x.
      era: the version of TensorFlow that the program was written for, such as "0.12"; None: found
        from its sources.
      hints: list of (version, where it was read) that the program's README or requirements name.
    """

    __slots__ = ()

    def __new__(cls, target="2", era=None, hints=()):
        return super(Options, cls).__new__(cls, target, era, tuple(hints))


# Evidence of a version in which MultiRNNCell([cell] * n) had weights of its own in every layer, as here.
_BEFORE_SHARING = re.compile(r" to (0\.\d+|1\.0)\)")
_REPEATED = re.compile(r"MultiRNNCell\(\s*(?:cells\s*=\s*)?\[[^\[\]]+\]\s*\*"
                       r"(?![^()]*(?:\([^()]*\)[^()]*)*share_repeated)")

# text: the rewritten source, or None where it isn't Python; findings: list of Finding.
Conversion = collections.namedtuple("Conversion", "text findings")


class _Source(object):
    """One source on its way: `text` is what has become of it, None where it isn't Python."""

    def __init__(self, text):
        self.original = self.text = text
        self.findings = Findings()

    def to_python3(self, siblings, modules, is_python2, plain_next, both_ways=False, **more):
        """From the program's Python to today's; see python3.to_python3 and newer_python.rewrite.

        `both_ways`: whether the siblings have to be found as a package's modules and without a package.
        """
        try:
            self.text, found = python3.to_python3(
                self.original, modules=modules, siblings=siblings, python2=is_python2, plain_next=plain_next)
        except python3.NotPython as error:
            self.text = None
            self.findings.look(error.line, error.message)
            return
        self.findings.add(found)
        was_python2 = python3.is_python2(self.original, modules, is_python2)
        self._take(lambda text: newer_python.rewrite(text, was_python2, **more))
        if both_ways and was_python2:
            self._take(lambda text: sibling_imports.both_ways(text, siblings))

    def _take(self, rewrite):
        """Puts the text through a function text -> (text, findings)."""
        lines = python3.source_lines(self.original, self.text)
        self.text, found = rewrite(self.text)
        self.findings.add(finding._replace(line=lines[finding.line - 1]) for finding in found)

    def rewrite(self, target, era, siblings, in_package):
        """Brings TensorFlow's names to their places."""
        def edited(text):
            findings = Findings()
            return editing.rewrite(text, target, era, siblings, findings, in_package), findings
        self._take(edited)

    def insert_era(self, version):
        """Puts set_era into it."""
        made = eras.insert_era(self.text, version)
        if made == self.text:
            return
        where = next(index for index, line in enumerate(made.split("\n")) if "set_era(" in line)
        self.findings.changed(python3.source_lines(self.original, made)[where],
                              "set_era says that the program was written for TensorFlow %s." % version)
        self.text = made


def convert_program(sources, options):
    """Rewrites the sources of one program.

    Args:
      sources: dict from each file's path in the program's folder ("data/reader.py", "/" between
        the parts) to its text, lines ended by a line feed.
      options: Options.

    Returns:
      (dict from path to Conversion, list of str: what is said of the program as a whole and needs
      no action, list of str: what a person has to decide for the program as a whole, such as the era).
    """
    modules = _modules(sources)
    work = collections.OrderedDict((path, _Source(text)) for path, text in sorted(sources.items()))
    _to_python3(work, modules)
    python = [(path, source.text) for path, source in work.items() if source.text is not None]
    said, questions = [], []
    # A syntax newer than this Python's is in no program for an old TensorFlow.
    dated = [(path, text) for path, text in python if _is_readable(text)]
    era = eras.find_era(dated, options.hints, options.era)
    said.extend("What dates it: %s." % line for line in era.evidence)
    if era.question is not None:
        questions.append(era.question)
    elif not any(_BEFORE_SHARING.search(line) for line in era.evidence):
        said.extend(_repeated(python))
    starts = eras.start_files(dict(dated)) if era.needed else ()
    for path, source in work.items():
        if source.text is None:
            continue
        source.rewrite(options.target, era.version, modules[posixpath.dirname(path)],
                       _is_in_package(path, work))
        if path in starts and era.version is not None:
            source.insert_era(era.version)
    return (collections.OrderedDict((path, Conversion(source.text, list(source.findings)))
                                    for path, source in work.items()), said, questions)


def _repeated(python):
    """What is said of layers that are one cell repeated, which shared their weights from TensorFlow 1.2 on."""
    for path, text in python:
        for found in _REPEATED.finditer(text):
            yield ("%s:%d: each layer of MultiRNNCell([cell] * n) has weights of its own, as until TensorFlow "
                   "1.0; in 1.2 to 1.15 they were the same weights, which share_repeated=True gives (checkpoints "
                   "of theirs need it)." % (path, text.count("\n", 0, found.start()) + 1))


def _is_readable(text):
    try:
        ast.parse(text)
        return True
    except SyntaxError:
        return False


def _to_python3(work, modules):
    """Brings all sources of a program to Python 3; what one file shows of its Python holds for all."""
    names = set().union(*modules.values())
    is_python2 = any(_shows_python2(source.original, names) for source in work.values())
    plain_next = any(python3.defines_own_next(source.original) for source in work.values())
    texts = {path: source.original for path, source in work.items()}
    flags, reused = newer_flags.undefined(texts), newer_scopes.reuses(texts.values())
    for path, source in work.items():
        # In a package Python 2 looked for a module beside the one that imports it first.
        both_ways = is_python2 and _is_reached_both_ways(path, work)
        siblings = modules[posixpath.dirname(path)] if both_ways or is_python2 and _is_in_package(path, work) else ()
        source.to_python3(siblings, names, is_python2, plain_next, both_ways, flags=flags.get(path, ()), reused=reused)


def _is_in_package(path, work):
    """Whether a source finds the modules beside it only by `from . import`.

    A file that is started itself finds them by their names, and so do the others in its folder, with or
    without an `__init__.py`, unless a file elsewhere imports the folder as a package. So does what is in a folder
    that a file adds to `sys.path`.
    """
    folder = posixpath.dirname(path)
    if posixpath.join(folder, "__init__.py") not in work or "__main__" in work[path].original:
        return False
    if folder and _is_on_path(folder, work):
        return False
    is_started = any("__main__" in source.original for other, source in work.items()
                     if posixpath.dirname(other) == folder)
    return not is_started or bool(folder) and _is_imported(folder, work)


def _is_reached_both_ways(path, work):
    """Whether a source is in a folder that other files import as a package, and of which a file can be started.

    That file, and what it imports, is in no package then.
    """
    folder = posixpath.dirname(path)
    return bool(folder) and posixpath.join(folder, "__init__.py") in work and not _is_on_path(folder, work) and any(
        "__main__" in source.original for other, source in work.items() if posixpath.dirname(other) == folder
        ) and _is_imported(folder, work)


def _is_on_path(folder, work):
    """Whether a source puts a folder where Python looks for modules, which then are in no package."""
    added = re.compile(r"""sys\.path\.(?:insert|append|extend)\([^\n]*["'/]%s/?["']""" % re.escape(
        posixpath.basename(folder)))
    return any(added.search(source.original) for source in work.values())


def _is_imported(folder, work):
    """Whether a source elsewhere in the program imports from a folder."""
    # The texts are of either Python, so there's no syntax tree that shows it.
    statement = re.compile(r"^[ \t]*(?:from|import)[ \t]+(?!tensorflow\b)(?:[\w.]+\.)?%s\b" % re.escape(
        posixpath.basename(folder)), re.M)
    return any(statement.search(source.original) for path, source in work.items()
               if posixpath.dirname(path) != folder)


def _shows_python2(text, modules):
    """Whether a text is Python 2; not where it's neither Python, which is no evidence."""
    try:
        python3.to_python3(text, modules)
    except python3.NotPython:
        return False
    return python3.is_python2(text, modules)


def _modules(sources):
    """The names of the modules in each folder: dict from folder to set."""
    found = collections.defaultdict(set)
    for path in sources:
        folder, name = posixpath.split(path)
        found[folder].add(posixpath.splitext(name)[0])
        if name == "__init__.py":
            parent, package = posixpath.split(folder)
            found[parent].add(package)
    return found
