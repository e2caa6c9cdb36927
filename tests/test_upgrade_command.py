"""The upgrade command from its arguments to its exit status: what it writes, refuses and leaves alone."""
import errno
import io
import os
import shutil
import socket
import stat
import warnings
from unittest import mock

from Project_RNN_Enhancement.upgrade import program
from Project_RNN_Enhancement.upgrade import sources
from Project_RNN_Enhancement.upgrade.files import tree as trees, writing
from Project_RNN_Enhancement.upgrade.program import Options
from tests.upgrade_case import PROGRAM, Rewriting, UpgradeCase, tree


class UpgradeFolderTest(UpgradeCase):

    def test_new_folder(self):
        self.add("a.py", b"old\n")
        self.add("b/c.py", b"x = 1\r\n")
        self.add("b/data.bin", bytes(range(256)))
        self.add("b/empty/.git/x", b"")
        before = tree(self.source)
        status, out = self.upgrade()
        self.assertEqual(status, 0)
        self.assertEqual(tree(self.output), {
            "a.py": b"new\n", "b": None, "b/c.py": b"x = 1\r\n", "b/data.bin": bytes(range(256)),
            "b/empty": None})
        self.assertEqual(tree(self.source), before)
        self.assertIn("a.py:1: old: it's called new now.\n", out)
        self.assertEqual(sorted(os.listdir(self.folder)), ["my program", "new"])

    def test_something_left(self):
        self.add("a.py", b"odd\n")
        self.assertEqual(self.upgrade()[0], 1)

    def test_question_about_the_program(self):
        self.add("a.py", b"")
        status, out = self.upgrade(convert=Rewriting(["It's small."], ["Is it of 0.8 or of 0.9?"]))
        self.assertEqual(status, 1)
        self.assertTrue(out.startswith("To look at:\nIs it of 0.8 or of 0.9?\n"))
        self.assertIn("It's small.\n", out)

    def test_options(self):
        self.add("a.py", b"x\r\n")
        self.add("b/c.py", "# coding: latin-1\né".encode("latin-1"))
        self.add("README.md", b"\nTensorFlow 0.8\n")
        rewriting = Rewriting()
        self.upgrade("--target", "1.15", "--era", "0.12.1", convert=rewriting)
        self.assertEqual(rewriting.options, Options("1.15", "0.12", [("0.8", "README.md, line 2")]))
        self.assertEqual(rewriting.sources, {"a.py": "x\n", "b/c.py": "# coding: latin-1\né"})

    def test_second_run(self):
        self.add("a.py", b"old\nodd\n")
        self.upgrade()
        again = os.path.join(self.folder, "again")
        status, out, _ = self.run_command(self.output, "-o", again)
        self.assertEqual(tree(again), tree(self.output))
        self.assertIn("nothing had to be changed", out)
        self.assertEqual(status, 1)

    def test_empty_folders(self):
        status, out = self.upgrade()
        self.assertEqual((status, tree(self.output)), (0, {}))
        self.assertIn(": no files; nothing had to be changed.", out)

    def test_no_python(self):
        self.add("a.txt", b"old")
        self.assertEqual(self.upgrade()[0], 0)
        self.assertEqual(self.new("a.txt"), b"old")

    def test_empty_destination(self):
        self.add("a.py", b"old")
        os.mkdir(self.output)
        self.assertEqual(self.upgrade()[0], 0)
        self.assertEqual(self.new("a.py"), b"new")

    def test_relative_paths(self):
        self.add("a.py", b"old")
        with changed_folder(self.source):
            self.run_command(".", "-o", "../new/")
        self.assertEqual(self.new("a.py"), b"new")
        with changed_folder(self.folder):
            self.run_command("new/../my program/", "-o", "other")
        self.assertEqual(tree(self.output), tree(os.path.join(self.folder, "other")))

    def test_names(self):
        names = ["a b.py", "é中.py", "-o.py", "new\nline.py", "tab\t.py"]
        if os.fsencode("é") == "é".encode("utf-8"):
            names.append(os.fsdecode(b"\xff.py"))
        for name in names:
            self.add(name, b"old odd")
        report = os.path.join(self.folder, "r.html")
        self.assertEqual(self.upgrade("--report", report)[0], 1)
        self.assertEqual(sorted(os.listdir(self.output)), sorted(names))
        shutil.rmtree(self.output)
        _, out = self.upgrade()
        self.assertIn("new\\nline.py:1: odd: do it yourself.\n", out)
        out.encode("utf-8")

    def test_modes_and_dates(self):
        os.chmod(self.add("run.py", b"old"), 0o555)
        os.utime(os.path.join(self.source, "run.py"), (1463000000, 1463000000))
        path = self.add("run.sh", b"x")
        os.chmod(path, 0o4750)
        os.utime(path, (10 ** 9, 10 ** 9))
        os.chmod(os.path.dirname(self.add("b/c.txt", b"")), 0o500)
        self.assertIn("\nThe newest of its files is of 2016-05-11, when TensorFlow 0.8", self.upgrade()[1])
        modes = {name: stat.S_IMODE(os.stat(os.path.join(self.output, name)).st_mode)
                 for name in ("run.py", "run.sh", "b")}
        self.assertEqual(modes, {"run.py": 0o755, "run.sh": 0o750, "b": 0o700})
        self.assertEqual(os.stat(os.path.join(self.output, "run.sh")).st_mtime, 10 ** 9)

    def test_files_that_are_not_python(self):
        for name, content, said in [("a.py", b"x\n\0", "a.py:2: a NUL byte"),
                                    ("b.py", b"\xe9", "b.py:1: byte 0xe9"),
                                    ("c.py", b"not python", "c.py: it's neither"),
                                    ("d.py", b"#" * (4 * 2 ** 20 + 1), "d.py: longer than 4 MB")]:
            self.add(name, content)
            status, out = self.upgrade()
            self.assertEqual(status, 1)
            self.assertIn("\n" + said, out)
            self.assertEqual(self.new(name), content)
            shutil.rmtree(self.output)
            os.remove(os.path.join(self.source, name))

    def test_letters_that_the_encoding_lacks(self):
        self.add("a.py", b"# coding: latin-1\nold")
        status, out = self.upgrade(convert=lambda found, _: (
            {"a.py": program.Conversion(found["a.py"] + "\u4e2d", [])}, [], []))
        self.assertEqual((status, self.new("a.py")), (1, b"# coding: latin-1\nold"))
        self.assertIn("a.py: the rewritten text has a character that", out)

    def test_links(self):
        self.add("a.py", b"old")
        self.add("b/c.py", b"")
        other = os.path.join(self.folder, "elsewhere")
        os.mkdir(other)
        for name, target in [
                ("file.py", "a.py"), ("b/up.py", "../a.py"), ("folder", "b"), ("loop", "loop"),
                ("b/top", ".."),
                ("missing", "b/none"), ("whole.py", os.path.join(self.source, "a.py")),
                ("around", "../my program/b"), ("out", other), ("out.py", "../elsewhere/none.py"),
                ("b/out", "../..")]:
            os.symlink(target, os.path.join(self.source, name))
        status, out = self.upgrade()
        self.assertEqual(status, 1)
        self.assertEqual(tree(self.output), {
            "a.py": b"new", "b": None, "b/c.py": b"", "file.py": "a.py", "b/up.py": "../a.py", "folder": "b",
            "loop": "loop", "b/top": "..", "missing": "b/none", "whole.py": "a.py", "around": "b"})
        for name in ("out", "out.py", "b/out"):
            self.assertIn("\n%s: a symbolic link out of the folder" % name, out)

    def test_source_behind_a_link(self):
        self.add("a.py", b"old")
        link = os.path.join(self.folder, "link")
        os.symlink(self.source, link)
        self.assertEqual(self.run_command(link, "-o", self.output)[0], 0)
        self.assertEqual(tree(self.output), {"a.py": b"new"})

    def test_special_files(self):
        os.mkfifo(os.path.join(self.source, "pipe.py"))
        with socket.socket(socket.AF_UNIX) as listener, changed_folder(self.source):
            listener.bind("s")
        status, out = self.upgrade()
        self.assertEqual((status, tree(self.output)), (0, {}))
        self.assertIn("Neither read nor copied (a pipe, socket or device, not a file): pipe.py, s.", out)

    def test_left_out(self):
        for name in (".git/config", "__pycache__/a.py", "env/pyvenv.cfg", "a.pyc",
                     "b/.ipynb_checkpoints/n.ipynb"):
            self.add(name, b"old")
        _, out = self.upgrade()
        self.assertEqual(tree(self.output), {"b": None})
        for name in (".git", "__pycache__", "env", "a.pyc", "b/.ipynb_checkpoints"):
            self.assertRegex(out, r"Neither read nor copied \([^)]*\): [^\n]*%s\b" % name)

    def test_files_that_cannot_be_read(self):
        for path in ("a.py", "b.txt", "folder/c.py"):
            self.add(path, b"old")
        denied = PermissionError(errno.EACCES, "Permission denied")

        def opened(path, *arguments):
            if str(path).endswith(("a.py", "b.txt")) and self.source in path:
                raise denied
            return io.open(path, *arguments)

        def listed(path):
            if path.endswith("folder"):
                raise denied
            return listdir(path)

        listdir = os.listdir
        with mock.patch.object(trees, "open", opened, create=True), mock.patch("os.listdir", listed):
            status, out = self.upgrade()
        self.assertEqual((status, tree(self.output)), (1, {"folder": None}))
        for said in ("a.py: it can't", "b.txt: it can't", "folder: the folder can't"):
            self.assertIn("\n%s be read (Permission denied), so" % said, out)

    def test_files_that_stop_being_readable(self):
        self.add("a.py", b"old")
        self.add("b.txt", b"old")
        real = io.open

        def opened(path, mode):
            if mode == "rb":
                raise OSError(errno.EIO, "Input/output error")
            return real(path, mode)

        with mock.patch.object(writing, "open", opened, create=True), \
                mock.patch.object(sources, "open", opened, create=True):
            status, out = self.upgrade()
        self.assertEqual((status, tree(self.output)), (1, {}))
        for name in ("a.py", "b.txt"):
            self.assertEqual(out.count("\n%s: it can't be read (Input/output error)" % name), 1, out)


class UpgradeFileTest(UpgradeCase):

    def test_one_file(self):
        path = self.add("a.py", b"old")
        os.chmod(path, 0o755)
        self.add("requirements.txt", b"tensorflow==1.4")
        new = os.path.join(self.source, "b.py")
        rewriting = Rewriting()
        status, out, _ = self.run_command(path, "-o", new, convert=rewriting)
        self.assertEqual((status, tree(self.source)), (0, {
            "a.py": b"old", "b.py": b"new", "requirements.txt": b"tensorflow==1.4"}))
        self.assertEqual(stat.S_IMODE(os.stat(new).st_mode), 0o755)
        self.assertIn("a.py:1: old", out)
        self.assertEqual(rewriting.options.hints, (("1.4", "requirements.txt, line 1"),))

    def test_any_name(self):
        self.assertEqual(self.run_command(self.add("train", b"old"), "-o", self.output)[0], 0)
        with open(self.output) as stream:
            self.assertEqual(stream.read(), "new")

    def test_binary(self):
        self.assertEqual(self.run_command(self.add("a.png", b"\x89\0"), "-o", self.output)[0], 1)

    def test_refused(self):
        path = self.add("a.py", b"old")
        os.mkdir(self.output)
        self.assertIn("is SOURCE itself", self.refused(path, "-o", path))
        self.assertIn("name it, such as", self.refused(path, "-o", self.output))
        self.assertIn("name it, such as", self.refused(path, "-o", self.output + "2/"))
        self.assertIn("exists already", self.refused(path, "-o", self.add("b.py", b"")))

    def test_no_hard_links(self):
        path = self.add("a.py", b"old")
        with mock.patch("os.link", side_effect=OSError(errno.EPERM, "no")):
            self.assertEqual(self.run_command(path, "-o", self.output)[0], 0)
        with open(self.output) as stream:
            self.assertEqual(stream.read(), "new")


class changed_folder(object):
    """A context with another current folder."""

    def __init__(self, folder):
        self._folder = folder

    def __enter__(self):
        self._before = os.getcwd()
        os.chdir(self._folder)

    def __exit__(self, *error):
        os.chdir(self._before)


class RealRewritingTest(UpgradeCase):

    def test_program(self):
        self.add("a.py", PROGRAM)
        self.add("b.py", b"x = 1\r\ny = [a for a in  (1,2)]\n")
        status, out = self.upgrade(convert=None)
        self.assertIn(status, (0, 1))
        self.assertRegex(out, r"\na\.py:[12]: ")
        self.assertNotEqual(self.new("a.py"), PROGRAM)
        self.assertEqual(self.new("b.py"), b"x = 1\r\ny = [a for a in  (1,2)]\n")

    def test_second_run(self):
        self.add("a.py", PROGRAM)
        self.upgrade(convert=None)
        again = os.path.join(self.folder, "again")
        _, out, _ = self.run_command(self.output, "-o", again, convert=None)
        self.assertEqual(tree(again), tree(self.output))
        self.assertIn("nothing had to be changed", out)

    def test_what_python_warns_of_in_a_program_is_not_the_command_s(self):
        self.add("a.py", b"import tensorflow as tf\nx = 'a\\s', 3 is 'b'\n")
        with warnings.catch_warnings():
            warnings.simplefilter("always", SyntaxWarning)
            _, _, err = self.run_command(self.source, "-o", self.output, convert=None)
        self.assertEqual(err, "")
