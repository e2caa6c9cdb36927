"""A whole program through the upgrade: all its sources are read before the first is rewritten."""
import collections
import difflib
import posixpath

from . import editing, eras, newer_python, python3
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


# text: the rewritten source, or None where it isn't Python; findings: list of Finding.
Conversion = collections.namedtuple("Conversion", "text findings")


class _Lines(object):
    """Which line of a source a line of what was made of it comes from."""

    def __init__(self, source, made):
        old, new = source.split("\n"), made.split("\n")
        self._of = {}
        if len(old) != len(new):
            matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
            for _, start, end, new_start, new_end in matcher.get_opcodes():
                for offset in range(new_end - new_start):
                    self._of[new_start + offset + 1] = min(start + offset + 1, max(end, start + 1))

    def of(self, line):
        return self._of.get(line, line)


class _Source(object):
    """One source on its way."""

    def __init__(self, text, modules):
        self.original, self.findings = text, Findings()
        self.text = None
        try:
            self.text, found = python3.to_python3(text, modules)
        except python3.NotPython as error:
            self.findings.look(error.line, error.message)
            return
        self.findings.add(found)
        self._take(newer_python.rewrite)

    def _take(self, rewrite):
        """Puts the text through a function text -> (text, findings)."""
        lines = _Lines(self.original, self.text)
        self.text, found = rewrite(self.text)
        self.findings.add(finding._replace(line=lines.of(finding.line)) for finding in found)

    def rewrite(self, target, era, siblings):
        def edited(text):
            findings = Findings()
            return editing.rewrite(text, target, era, siblings, findings), findings
        self._take(edited)

    def insert_era(self, version):
        made = eras.insert_era(self.text, version)
        if made == self.text:
            return
        lines = _Lines(self.original, made)
        where = next(number for number, line in enumerate(made.split("\n"), 1) if "set_era(" in line)
        self.findings.changed(lines.of(where), "set_era says that the program was written for TensorFlow %s." % version)
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
    work = collections.OrderedDict(
        (path, _Source(text, _siblings(path, modules))) for path, text in sorted(sources.items()))
    python = [(path, source.text) for path, source in work.items() if source.text is not None]
    said, questions = [], []
    era = eras.find_era(python, options.hints)
    version = options.era or era.version
    if options.era is None:
        said.extend(era.evidence)
        if era.question is not None:
            questions.append(era.question)
    starts = eras.start_files(dict(python)) if options.era is not None or era.needed else ()
    for path, source in work.items():
        if source.text is None:
            continue
        source.rewrite(options.target, version, _siblings(path, modules))
        if path in starts and version is not None:
            source.insert_era(version)
    return (collections.OrderedDict((path, Conversion(source.text, list(source.findings)))
                                    for path, source in work.items()), said, questions)


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


def _siblings(path, modules):
    """The modules that a file finds in its own folder."""
    return modules[posixpath.dirname(path)]
