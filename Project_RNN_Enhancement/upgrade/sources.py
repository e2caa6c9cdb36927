"""The files of a program on their way through the upgrade: read, rewritten, written."""
import collections
import os
import re
import traceback

from .files.errors import CommandError, Unusable, reason
from .files.notebooks import LARGEST_NOTEBOOK, Notebook
from .files.source_text import LARGEST_SOURCE, SourceText
from .files.tree import FOLDER, LINK, NOTEBOOK, OTHER, PYTHON
from .findings import CHANGED, LOOK
from .reports.report import File, Remark

__all__ = ["Sources"]


class Sources(object):
    """The files of a program, read at once.

    Args:
      tree: a Tree of `tree`.

    Attributes:
      others: int, how many files are neither Python nor notebooks.
    """

    def __init__(self, tree):
        self._tree = tree
        self._sources = {}  # path to SourceText or Notebook
        self._data = {}  # path to the bytes of what is rewritten
        self._shown = {}  # path to (text before, text after)
        self._remarks = {}
        self.others = 0
        for path, message in tree.problems:
            self._say(path, 0, LOOK, message)
        for entry in tree.entries:
            if entry.kind in (PYTHON, NOTEBOOK):
                self._read(entry)
            elif entry.kind == OTHER:
                self.others += 1

    def convert(self, convert, options):
        """Rewrites the sources; returns notes and questions about the whole program."""
        try:
            converted, notes, questions = convert(
                {path: source.text for path, source in self._sources.items()}, options)
        except (CommandError, OSError):
            raise
        except Exception as error:
            # A mistake of this command: one line, with the place for whoever mends it.
            place = traceback.extract_tb(error.__traceback__)[-1]
            raise CommandError(
                "the program can't be rewritten because of a mistake in this command: %s: %s (%s, line %d); "
                "nothing was written. Please report it with the file that causes it" % (
                    type(error).__name__, error, os.path.basename(place[0]), place[1]))
        for path, source in self._sources.items():
            if path in converted:
                self._take(path, source, converted[path])
        return list(map(self._with_cells, notes)), list(map(self._with_cells, questions))

    def write(self, staging):
        """Puts everything that goes into the new folder there."""
        for entry in self._tree.entries:
            try:
                if entry.kind == FOLDER:
                    staging.folder(entry.path, entry.mode)
                elif entry.kind == LINK:
                    staging.link(entry.path, entry.target)
                elif entry.path in self._data:
                    staging.file(entry.path, self._data[entry.path], entry.mode)
                else:
                    staging.copy(entry.path, entry.real, entry.mode)
            except Unusable as error:
                if not any(remark.message == error.message for remark in self._remarks.get(entry.path, ())):
                    self._say(entry.path, 0, LOOK, error.message)

    def files(self):
        """A `report.File` for each file that was read as a program or of which something is said."""
        kinds = {entry.path: entry.kind for entry in self._tree.entries}
        paths = set(self._remarks) | {path for path, kind in kinds.items() if kind in (PYTHON, NOTEBOOK)}
        return [File(
            path, kinds.get(path, OTHER), *self._shown.get(path, (None, None)), changed=path in self._data,
            remarks=sorted(collections.OrderedDict.fromkeys(self._remarks.get(path, ())),
                           key=lambda remark: remark.line))
            for path in sorted(paths, key=lambda path: path.split("/"))]

    def _with_cells(self, sentence):
        """A sentence that names lines of sources, with the cells instead where the source is a notebook."""
        for path, source in self._sources.items():
            if isinstance(source, Notebook):
                parts = re.split(r"(?<![\w./-])%s:(\d+)" % re.escape(path), sentence)
                for index in range(1, len(parts), 2):
                    parts[index] = "%s, %s" % (path, source.place(int(parts[index]))[0])
                sentence = "".join(parts)
        return sentence

    def _read(self, entry):
        is_notebook = entry.kind == NOTEBOOK
        limit = LARGEST_NOTEBOOK if is_notebook else LARGEST_SOURCE
        try:
            with open(entry.real, "rb") as stream:
                data = stream.read(limit + 1)
            if len(data) > limit:
                raise Unusable("longer than %d MB, so it was copied unchanged. If it's a program rather than "
                               "data, divide it and run the command again." % (limit // 2 ** 20))
            source = Notebook(data) if is_notebook else SourceText(data)
        except OSError as error:
            self._say(entry.path, 0, LOOK, "it can't be read (%s), so it's missing in the new folder. Allow "
                                           "reading and run the command again, or copy it "
                                           "yourself." % reason(error))
        except Unusable as error:
            self._say(entry.path, error.line, LOOK, error.message)
        else:
            self._sources[entry.path] = source
            for place, line, message in source.remarks if is_notebook else ():
                self._say(entry.path, line, LOOK, message, place)

    def _take(self, path, source, conversion):
        text = conversion.text
        if text is None and not any(finding.kind == LOOK for finding in conversion.findings):
            self._say(path, 0, LOOK, "it's neither Python 3 nor Python 2; copied unchanged. Correct it, if "
                                     "it's a program, and run the command again.")
        try:
            before, after = self._rewrite(path, source, source.text if text is None else text)
        except Unusable as error:
            self._say(path, error.line, LOOK, error.message)
            return
        self._shown[path] = before, after
        for line, kind, message in conversion.findings:
            place, shown = source.place(line) if isinstance(source, Notebook) else (None, line)
            self._say(path, shown, kind, message, place)

    def _rewrite(self, path, source, text):
        if isinstance(source, Notebook):
            data, after = source.encode(text)
            if source.had_python2:
                self._say(path, 0, CHANGED, "the notebook asks for Python 3 instead of Python 2.")
            if data is not None:
                self._data[path] = data
            return source.shown, after
        try:
            data = source.encode(text)
        except UnicodeEncodeError as error:
            raise Unusable("the rewritten text has a character that %s lacks; copied unchanged. Store the "
                           "file as UTF-8 and run the command again." % error.encoding)
        if text != source.text:
            self._data[path] = data
        return source.text, text

    def _say(self, path, line, kind, message, place=None):
        self._remarks.setdefault(path, []).append(Remark(line, kind, message, place))
