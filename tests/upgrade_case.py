"""What the tests of the upgrade command share: a program in a folder, and a rewriting of their own."""
import contextlib
import io
import os

from Project_RNN_Enhancement.upgrade import __main__ as command
from Project_RNN_Enhancement.upgrade.findings import changed, look
from Project_RNN_Enhancement.upgrade.program import Conversion
from tests.experiment_case import FolderCase

PROGRAM = b"import tensorflow as tf\nx = tf.nn.rnn_cell.GRUCell(4)\n"


class Rewriting(object):
    """Stands for `convert_program`: makes every "old" of a text "new", and has every "odd" looked at.

    Attributes:
      sources, options: what it was called with.
    """

    def __init__(self, notes=(), questions=()):
        self._said = list(notes), list(questions)

    def __call__(self, sources, options):
        self.sources, self.options = sources, options
        return ({path: self._conversion(text) for path, text in sources.items()},) + self._said

    def _conversion(self, text):
        if "not python" in text:
            return Conversion(None, [])
        findings = []
        for number, line in enumerate(text.split("\n"), 1):
            findings += [changed(number, "old: it's called new now.")] * line.count("old")
            findings += [look(number, "odd: do it yourself.")] * line.count("odd")
        return Conversion(text.replace("old", "new"), findings)


class UpgradeCase(FolderCase):
    """A test with the program's folder `self.source`, and `self.output`, which doesn't exist yet."""

    def setUp(self):
        super(UpgradeCase, self).setUp()
        self.source = os.path.join(self.folder, "my program")
        self.output = os.path.join(self.folder, "new")
        os.mkdir(self.source)

    def add(self, path, content):
        """Writes bytes to a file of the program; returns its path."""
        path = os.path.join(self.source, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as stream:
            stream.write(content)
        return path

    def run_command(self, *arguments, **options):
        """Runs the command line; returns (exit status, stdout, stderr).

        Args:
          *arguments: its words.
          **options: `convert`, a Rewriting by default; None: that of the command.
        """
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                status = command.main([str(argument) for argument in arguments],
                                      options.get("convert", Rewriting()))
            except SystemExit as stop:
                status = stop.code
        return status, out.getvalue(), err.getvalue()

    def upgrade(self, *arguments, **options):
        """Upgrades the program into `self.output`; returns (exit status, stdout)."""
        status, out, err = self.run_command(self.source, "-o", self.output, *arguments, **options)
        self.assertEqual(err, "")
        return status, out

    def refused(self, *arguments, **options):
        """The only line that the command says when it ends with status 2, and nothing new is there."""
        before = tree(self.folder)
        status, out, err = self.run_command(*arguments, **options)
        self.assertEqual((status, out), (2, ""))
        self.assertEqual(err.count("\n"), 1, err)
        self.assertTrue(err.startswith("project-rnn-upgrade: "), err)
        self.assertEqual(tree(self.folder), before)
        return err

    def new(self, path):
        """The bytes of a file of the new program."""
        with open(os.path.join(self.output, path), "rb") as stream:
            return stream.read()


def tree(folder):
    """What is in a folder: dict from path to content, a link's target or None for a folder."""
    found = {}
    for path, folders, files in os.walk(folder):
        for name in folders + files:
            inner = os.path.join(path, name)
            if os.path.islink(inner):
                found[os.path.relpath(inner, folder)] = os.readlink(inner)
            elif os.path.isfile(inner):
                with open(inner, "rb") as stream:
                    found[os.path.relpath(inner, folder)] = stream.read()
            else:
                found[os.path.relpath(inner, folder)] = None
    return found
