"""What the upgrade command refuses, and what it leaves when it can't go on: nothing."""
import errno
import os
import shutil
import signal
import subprocess
import sys
from unittest import mock

from tests.experiment_case import take_turns
from tests.sizes import slow
from tests.upgrade_case import Rewriting, UpgradeCase, tree

# Processes of the command; the second writes until it's stopped.
PLAIN = """
import sys
from Project_RNN_Enhancement.upgrade import __main__
sys.exit(__main__.main(sys.argv[1:], lambda *arguments: ({}, [], [])))
"""
SLOW = """
import time
from Project_RNN_Enhancement.upgrade.files.writing import Staging
def copy(*arguments):
    print("writing", flush=True)
    time.sleep(60)
Staging.copy = copy
""" + PLAIN
HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class RefusalsTest(UpgradeCase):

    def setUp(self):
        super(RefusalsTest, self).setUp()
        self.add("a.py", b"old")

    def test_arguments(self):
        for arguments, said in [
                ([], "SOURCE"), ([self.source], "where to?"), ([self.source, "-o"], "expected one argument"),
                ([self.source, "-o", ""], "-o is empty"), (["", "-o", "x"], "SOURCE is empty"),
                ([self.source, "--check", "-o", "x"], "--check writes nothing"),
                ([self.source, "--check", "--report", "x"], "--check writes nothing"),
                ([self.source, "-o", "x", "--era", "2.0"], "'2.0' isn't a version of TensorFlow"),
                ([self.source, "-o", "x", "--target", "3"], "--target"), ([self.source, "x"], "x"),
                ([self.source, "-o", "x", "--report", ""], "--report is empty")]:
            self.assertIn(said, self.refused(*arguments))

    def test_source(self):
        for source, said in [(self.source + "2", "No such file"), (self.source + "/a.py/", "Not a directory"),
                             ("/dev/null", "neither a file nor a folder"), ("a\0b", "null byte")]:
            self.assertIn(said, self.refused(source, "-o", self.output))
            self.assertIn(said, self.refused("--check", source))

    def test_destination(self):
        link = os.path.join(self.folder, "link")
        os.symlink(self.source, link)
        full = os.path.join(self.folder, "full")
        os.makedirs(os.path.join(full, "x"))
        missing = os.path.join(self.folder, "none", "new")
        for destination, said in [
                (self.source, "is SOURCE itself"), (self.source + "/", "is SOURCE itself"),
                (link, "is SOURCE itself"),
                (self.source + "/new", "is in SOURCE"), (link + "/new", "is in SOURCE"),
                (full, "exists already and isn't empty"), (self.folder, "exists already and isn't empty"),
                (self.file("file", b""), "exists already, and nothing"), (missing, "there is no folder"),
                (os.path.join(self.folder, "file", "new"), "there is no folder"),
                ("/proc/new", "can't be written")]:
            self.assertIn(said, self.refused(self.source, "-o", destination))
        self.assertIn("exists already", self.refused(self.source, "-o", full, "--dry-run"))

    def test_report(self):
        for report, said in [
                (self.file("r.txt", b""), "exists already"), (self.folder, "exists already"),
                (self.source + "/r.txt", "is in SOURCE"), (self.folder + "/none/r.txt", "there is no folder"),
                (self.output, "exists already"), (self.output + "/a.py", "File exists"),
                (self.output + "/none/r.txt", "No such file"), ("/proc/r.txt", "can't be written")]:
            self.assertIn(said, self.refused(self.source, "-o", self.output, "--report", report))

    def test_packages(self):
        for package in ("libcst", "fissix"):
            with mock.patch.dict(sys.modules, {package: None}):
                said = self.refused(self.source, "-o", self.output)
            self.assertIn("the package %s is needed" % package, said)
            self.assertIn('pip install "Project_RNN_Enhancement[upgrade]"', said)

    def test_output_that_is_full(self):
        """The report can't be printed; the new program is there."""
        found = self.process("exec %s -c '%s' '%s' -o '%s' > /dev/full" % (
            sys.executable, PLAIN, self.source, self.output))
        self.assertIn(b"the report can't be printed: No space left on device",
                      found.communicate(timeout=100)[1])
        self.assertEqual((found.returncode, tree(self.output)), (2, {"a.py": b"old"}))

    def test_no_output(self):
        found = self.process("exec %s -c '%s' '%s' -o '%s' >&- 2>&-" % (
            sys.executable, PLAIN, self.source, self.output))
        self.assertEqual((found.communicate(timeout=100), found.returncode), ((b"", b""), 0))

    def test_mistake_of_the_command(self):
        said = self.refused(self.source, "-o", self.output, convert=lambda *_: [][0])
        self.assertIn("a mistake in this command: IndexError: list index out of range "
                      "(test_upgrade_refusals.py", said)

    def test_disk_full(self):
        self.add("b.bin", b"x" * 100)
        full = OSError(errno.ENOSPC, "No space left on device")
        for name in ("os.utime", "os.mkdir", "os.rename", "os.chmod"):
            self.add("folder/c", b"")
            with mock.patch(name, side_effect=full):
                said = self.refused(self.source, "-o", self.output, "--report",
                                    os.path.join(self.folder, "r"))
            self.assertIn("No space left on device; free some space", said)

    def test_largest_file(self):
        """The system itself refuses to write on."""
        take_turns(self)
        self.add("b.bin", b"x" * 2 ** 20)
        found = self.process("ulimit -f 8; exec %s -c '%s' '%s' -o '%s'" % (
            sys.executable, PLAIN, self.source, self.output))
        out, err = found.communicate(timeout=100)
        self.assertEqual((found.returncode, out), (2, b""))
        self.assertIn(b"(its b.bin): File too large", err)
        self.assertEqual(sorted(os.listdir(self.folder)), ["my program"])

    @slow
    def test_stopped(self):
        take_turns(self)
        for number, status in [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]:
            self.add("b.bin", b"")
            found = self.process("exec %s -c '%s' '%s' -o '%s'" % (sys.executable, SLOW, self.source,
                                                                   self.output))
            self.assertEqual(found.stdout.readline(), b"writing\n")
            found.send_signal(number)
            _, err = found.communicate(timeout=100)
            self.assertEqual(found.returncode, status)
            self.assertNotIn(b"Traceback", err)
            self.assertEqual(sorted(os.listdir(self.folder)), ["my program"])

    def test_two_at_once(self):
        """What comes to the place while the command works stays there."""
        theirs = os.path.join(self.output, "theirs")
        for make in (lambda: os.makedirs(theirs), lambda: self.file("new", b"x")):
            def convert(found, options, make=make):
                make()
                return Rewriting()(found, options)

            status, out, err = self.run_command(
                self.source, "-o", self.output, "--report", os.path.join(self.folder, "r"), convert=convert)
            self.assertEqual((status, out), (2, ""))
            self.assertIn("was made by another program meanwhile", err)
            self.assertEqual(sorted(os.listdir(self.folder)), ["my program", "new"])
            (shutil.rmtree if os.path.isdir(self.output) else os.remove)(self.output)

    def process(self, script):
        def hear_signals():
            # A shell that runs the tests in the background has them ignore these.
            for number in (signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
        found = subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 cwd=HERE, env=dict(os.environ, PYTHONPATH=HERE),
                                 preexec_fn=hear_signals)
        self.addCleanup(found.stdout.close)
        self.addCleanup(found.stderr.close)
        return found
