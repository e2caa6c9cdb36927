"""Data out of packages, fetched by tools that a test makes up."""
import contextlib
import hashlib
import io
import os
import shutil
import stat
import subprocess
import sys
import tarfile
import unittest
from unittest import mock

from Project_RNN_Enhancement.datasets import packages
from Project_RNN_Enhancement.datasets.packages import DataError
from tests.experiment_case import FolderCase


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def archive_of(files):
    """The bytes of a tar.gz with files: dict of name: content."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for name, content in sorted(files.items()):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return stream.getvalue()


FILES = {"package/data/a.txt": b"one", "package/data/b.txt": b"two", "package/code.js": b"three"}


class PackagesTest(FolderCase):

    def setUp(self):
        super(PackagesTest, self).setUp()
        self.tools = os.path.join(self.folder, "tools")
        self.cache = os.path.join(self.folder, "cache")
        os.makedirs(self.tools)
        patch = mock.patch.dict(os.environ, {
            packages.FOLDER_VARIABLE: self.cache, "PATH": self.tools + ":/usr/bin:/bin"})
        patch.start()
        self.addCleanup(patch.stop)
        self.content = archive_of(FILES)
        self.package = packages.npm("toy", "1.0", 100, sha256(self.content), ["package/data/*"])

    def tool(self, name, script):
        path = os.path.join(self.tools, name)
        with open(path, "w") as stream:
            stream.write("#!/bin/sh\n" + script)
        os.chmod(path, 0o755)

    def tool_that_copies(self, name, archive, content):
        source = os.path.join(self.folder, "source")
        with open(source, "wb") as stream:
            stream.write(content)
        self.tool(name, 'echo "$@" >> %s/calls\ncp %s %s\n' % (self.folder, source, archive))

    def calls(self):
        with open(os.path.join(self.folder, "calls")) as stream:
            return stream.read().splitlines()

    def fetch(self, package=None):
        with contextlib.redirect_stderr(io.StringIO()) as err:
            folder = packages.fetch(package or self.package)
        self.said = err.getvalue()
        return folder

    def refused(self, package=None):
        """The message of the DataError; and nothing is left in the cache."""
        with self.assertRaises(DataError) as caught:
            self.fetch(package)
        if os.path.isdir(self.cache):
            self.assertEqual([name for name in os.listdir(self.cache)
                              if not name.endswith(".tgz")], [])
        self.assertNotIn("\n", str(caught.exception))
        return str(caught.exception)

    def test_npm(self):
        self.tool_that_copies("npm", "toy-1.0.tgz", self.content)
        folder = self.fetch()
        self.assertEqual(self.calls(), ["pack toy@1.0"])
        self.assertIn("npm package toy 1.0", self.said)
        self.assertEqual(sorted(os.listdir(os.path.join(folder, "package", "data"))),
                         ["a.txt", "b.txt"])
        with open(os.path.join(folder, "package", "data", "b.txt"), "rb") as stream:
            self.assertEqual(stream.read(), b"two")
        self.assertFalse(os.path.exists(os.path.join(folder, "package", "code.js")))
        self.assertEqual(os.listdir(self.cache), [os.path.basename(folder)])
        # Once only.
        self.assertEqual(self.fetch(), folder)
        self.assertEqual((len(self.calls()), self.said), (1, ""))

    def test_pip(self):
        """Our interpreter's pip, which is told the hash."""
        package = packages.pypi("toy", "0.6", "toy-0.6.tar.gz", 100, sha256(self.content),
                                ["package/data/*"])
        with mock.patch.object(sys, "executable", os.path.join(self.tools, "python")):
            # Arguments before the folder: -m pip download --no-deps --no-binary toy --dest
            self.tool_that_copies(
                "python", '"$8"/toy-0.6.tar.gz; cat "$8"/requirements.txt >> %s/calls'
                % self.folder, self.content)
            self.fetch(package)
        arguments, requirement = self.calls()
        self.assertTrue(arguments.startswith("-m pip download --no-deps --no-binary toy --dest "))
        self.assertEqual(requirement, "toy==0.6 --hash=sha256:" + sha256(self.content))

    @unittest.skipUnless(shutil.which("dpkg-deb"), "dpkg-deb is not installed")
    def test_debian(self):
        tree = os.path.join(self.folder, "tree")
        os.makedirs(os.path.join(tree, "DEBIAN"))
        os.makedirs(os.path.join(tree, "usr", "share"))
        with open(os.path.join(tree, "DEBIAN", "control"), "w") as stream:
            stream.write("Package: toy\nVersion: 2-1\nArchitecture: all\n"
                         "Maintainer: nobody <nobody@localhost>\nDescription: toy\n")
        with open(os.path.join(tree, "usr", "share", "toy.txt"), "w") as stream:
            stream.write("verse")
        deb = os.path.join(self.folder, "toy.deb")
        subprocess.run(["dpkg-deb", "--build", tree, deb], check=True, stdout=subprocess.DEVNULL)
        with open(deb, "rb") as stream:
            self.tool_that_copies("apt-get", "toy_2-1_all.deb", stream.read())
        name = "usr/share/toy.txt"
        self.assertIn("another SHA-256", self.refused(packages.debian(
            "toy", 100, [name], {name: sha256(b"prose")})))
        folder = self.fetch(packages.debian("toy", 100, [name], {name: sha256(b"verse")}))
        self.assertTrue(os.path.exists(os.path.join(folder, name)))
        self.assertEqual(self.calls(), ["download toy"] * 2)

    def test_archive_by_hand(self):
        os.makedirs(self.cache)
        with open(os.path.join(self.cache, "toy-1.0.tgz"), "wb") as stream:
            stream.write(self.content)
        self.assertTrue(os.path.isdir(self.fetch()))
        self.assertEqual(self.said, "")

    def test_no_tool(self):
        os.environ["PATH"] = self.tools
        message = self.refused()
        for part in ("npm package toy 1.0", "npm can't be started (No such file", "toy-1.0.tgz",
                     self.cache, packages.FOLDER_VARIABLE):
            self.assertIn(part, message)

    def test_no_network(self):
        self.tool("npm", "echo npm notice hello; echo npm error code ENOTFOUND >&2; exit 1")
        self.assertIn("npm said: npm error code ENOTFOUND", self.refused())
        self.tool("npm", "exit 0")
        self.assertIn("npm said: nothing", self.refused())

    def test_other_archive(self):
        self.tool_that_copies("npm", "toy-1.0.tgz", archive_of({"package/data/a.txt": b"evil"}))
        message = self.refused()
        self.assertIn(sha256(self.content), message)
        self.assertIn("toy-1.0.tgz is damaged, or not the npm package toy 1.0", message)

    def test_damaged_archives(self):
        for content, why in [
                (self.content[:len(self.content) // 2], "end"), (b"no archive", ""),
                (archive_of({"package/data/../../../x": b"x"}), "it has no package/data/*"),
                (archive_of({"../package/data/x": b"x"}), "would leave its folder")]:
            self.tool_that_copies("npm", "toy-1.0.tgz", content)
            package = self.package._replace(
                sha256=sha256(content),
                members=("../*",) if why.startswith("would") else self.package.members)
            self.assertIn(why, self.refused(package))
        self.assertFalse(os.path.exists(os.path.join(self.folder, "x")))

    def test_interrupted(self):
        self.tool("npm", "exec sleep 60")
        with mock.patch.object(packages.time, "sleep", side_effect=KeyboardInterrupt):
            with self.assertRaises(KeyboardInterrupt):
                self.fetch()
        self.assertEqual(os.listdir(self.cache), [])

    def test_folder_that_cannot_be_used(self):
        with open(self.cache, "w") as stream:
            stream.write("a file")
        self.assertIn("the data folder %s can't be used" % self.cache, self.refused())
        os.remove(self.cache)
        if os.getuid():
            os.makedirs(self.cache)
            os.chmod(self.cache, stat.S_IRUSR | stat.S_IXUSR)
            self.assertIn(packages.FOLDER_VARIABLE, self.refused())

    def test_cache_folder(self):
        self.assertEqual(packages.cache_folder(), self.cache)
        with mock.patch.dict(os.environ, {packages.FOLDER_VARIABLE: "", "XDG_CACHE_HOME": "/x"}):
            self.assertEqual(packages.cache_folder(), "/x/project-rnn-enhancement")
        with mock.patch.dict(os.environ, {packages.FOLDER_VARIABLE: "", "XDG_CACHE_HOME": "",
                                          "HOME": "/h"}):
            self.assertEqual(packages.cache_folder(), "/h/.cache/project-rnn-enhancement")
