"""How the command ends when it can't go on, and how it names files."""

__all__ = ["CommandError", "Unusable", "printable", "reason"]


class CommandError(Exception):
    """Ends the command with its message on one line, without a stack trace and with nothing written."""


class Unusable(Exception):
    """A file can't be converted.

    Args:
      message: why, and what a person can do about it.
      line: int, the line to look at; 0 for the whole file.
    """

    def __init__(self, message, line=0):
        super(Unusable, self).__init__(message)
        self.message = message
        self.line = line


def printable(name):
    """A file's name on one line, with what can't be printed or encoded written as an escape."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
                   for letter in name)


def reason(error):
    """Why an OSError came, in the system's words."""
    return error.strerror or str(error) or type(error).__name__
