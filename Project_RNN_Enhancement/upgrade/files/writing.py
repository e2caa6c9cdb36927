"""Puts the new folder or file in its place in one step: until then it's a temporary folder beside it."""
import errno
import os
import shutil
import stat
import tempfile

from .errors import CommandError, Unusable, printable, reason

__all__ = ["Staging", "place_for"]

_CHUNK = 2 ** 20
_ADVICE = {
    errno.ENOSPC: "; free some space, or name a destination on another disk",
    errno.EDQUOT: "; free some space, or name a destination on another disk",
    errno.EACCES: "; name a destination where you may write",
    errno.EPERM: "; name a destination where you may write",
    errno.EROFS: "; name a destination where you may write"}


def place_for(path, what):
    """The real path of what is to be made, whose folder has to be there.

    Args:
      path: as the user wrote it.
      what: "DESTINATION" or "--report", for the messages.

    Raises:
      CommandError: the folder that it's to be in is missing.
    """
    real = os.path.realpath(path)
    parent = os.path.dirname(real)
    if not os.path.isdir(parent):
        raise CommandError("%s %s can't be made, because there is no folder %s: make that first"
                           % (what, printable(path), printable(parent)))
    return real


class Staging(object):
    """A temporary folder whose content becomes `destination`; a context that leaves nothing else behind.

    Args:
      destination: real path of what is to be made.
      what: "DESTINATION" or "--report", for the messages.
      is_folder: whether it's to be a folder; else the file that was staged first.

    Raises:
      CommandError: something can't be written. The methods raise it too.
    """

    def __init__(self, destination, what, is_folder):
        self._destination = destination
        self._what = what
        self._is_folder = is_folder
        self._folder_modes = []
        self._files = []
        self.published = False
        self._folder = None
        with self._guard(destination):
            self._folder = tempfile.mkdtemp(prefix=".project-rnn-upgrade-", dir=os.path.dirname(destination))

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for path, _ in self._folder_modes:
            if os.path.isdir(path):
                os.chmod(path, 0o700)
        shutil.rmtree(self._folder, ignore_errors=True)

    def folder(self, path, mode):
        """Makes a folder; `mode` are the permissions of the one that it's a copy of."""
        with self._guard(path):
            os.mkdir(self._inner(path))
        self._folder_modes.append((self._inner(path), stat.S_IMODE(mode) & 0o777 | 0o700))

    def link(self, path, target):
        """Makes a symbolic link that holds `target`."""
        with self._guard(path):
            os.symlink(target, self._inner(path))

    def file(self, path, data, mode=None):
        """Writes bytes to a new file."""
        with self._guard(path):
            with open(self._inner(path), "xb") as stream:
                stream.write(data)
            self._finish(path, mode)

    def copy(self, path, real, mode):
        """Copies the file `real` piece by piece, with its date.

        Raises:
          Unusable: it can't be read.
        """
        try:
            reader = open(real, "rb")
        except OSError as error:
            raise _unreadable(error)
        with reader, self._guard(path), open(self._inner(path), "xb") as stream:
            while True:
                try:
                    piece = reader.read(_CHUNK)
                except OSError as error:
                    os.remove(self._inner(path))
                    raise _unreadable(error)
                if not piece:
                    break
                stream.write(piece)
            found = os.fstat(reader.fileno())
        with self._guard(path):
            self._finish(path, mode)
            os.utime(self._inner(path), ns=(found.st_atime_ns, found.st_mtime_ns))

    def publish(self):
        """Moves what was written to its place.

        Raises:
          CommandError: something else came there meanwhile.
        """
        with self._guard(self._destination):
            for path, mode in self._folder_modes:
                os.chmod(path, mode)
            if self._is_folder:
                self._publish_folder()
            else:
                self._publish_file(self._inner(self._files[0]))
        self.published = True

    def withdraw(self):
        """Takes away a file that was published."""
        os.remove(self._destination)
        self.published = False

    def _publish_folder(self):
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(self._folder, 0o777 & ~mask | 0o700)
        try:
            os.rename(self._folder, self._destination)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
                raise
            raise self._taken()

    def _publish_file(self, staged):
        try:
            os.link(staged, self._destination)
        except FileExistsError:
            raise self._taken()
        except OSError:
            # A file system without hard links.
            if os.path.lexists(self._destination):
                raise self._taken()
            os.rename(staged, self._destination)

    def _taken(self):
        return CommandError("%s %s was made by another program meanwhile; it was left as it is: name another "
                            "one"
                            % (self._what, printable(self._destination)))

    def _inner(self, path):
        return os.path.join(self._folder, *path.split("/"))

    def _finish(self, path, mode):
        if mode is not None:
            # Its owner is going to edit the copy, even if the source was read-only.
            os.chmod(self._inner(path), stat.S_IMODE(mode) & 0o777 | 0o600)
        self._files.append(path)

    def _guard(self, path):
        return _Guard(self._what, self._destination, path)


class _Guard(object):
    """Turns an OSError into a CommandError."""

    def __init__(self, what, destination, path):
        self._message = "%s %s can't be written" % (what, printable(destination))
        if path != destination:
            self._message += " (its %s)" % printable(path)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, OSError):
            raise CommandError("%s: %s%s; nothing was written" % (
                self._message, reason(error), _ADVICE.get(error.errno, ""))) from None


def _unreadable(error):
    return Unusable("it can't be read (%s), so it's missing in the new folder. Allow reading and run the "
                    "command again, or copy it yourself." % reason(error))
