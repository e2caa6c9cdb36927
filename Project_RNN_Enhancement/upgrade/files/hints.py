"""The version of TensorFlow that a program's README or requirements name, or the dates of its files."""
import datetime
import fnmatch
import io
import os
import re

__all__ = ["dated", "era_of", "hints", "versions"]

_FILES = ("readme*", "requirements*.txt", "requirements*.in", "setup.py", "setup.cfg", "environment*.yml",
          "environment*.yaml", "pipfile", "pyproject.toml", "dockerfile*")
_LONGEST = 2 ** 20

# The month in which each version came out; the last is when 2.x was everywhere.
_RELEASED = (
    ("2015-11", "0.5"), ("2015-12", "0.6"), ("2016-02", "0.7"), ("2016-04", "0.8"), ("2016-06", "0.9"),
    ("2016-09", "0.10"), ("2016-11", "0.11"), ("2016-12", "0.12"), ("2017-02", "1.0"), ("2017-04", "1.1"),
    ("2017-06", "1.2"), ("2017-08", "1.3"), ("2017-11", "1.4"), ("2018-01", "1.5"), ("2018-03", "1.7"),
    ("2018-04", "1.8"), ("2018-07", "1.9"), ("2018-08", "1.10"), ("2018-09", "1.11"), ("2018-11", "1.12"),
    ("2019-02", "1.13"), ("2019-06", "1.14"), ("2019-10", "1.15"), ("2020-07", None))

_NAMED = re.compile(
    r"(?<![\w./-])(?:tensor ?flow(?:[-_](?:gpu|cpu|mkl|rocm))?|tf)"
    # What may stand between the name and its version: the end of a link, extras, marks and a few words.
    r"(?:\]\([^)\s]*\)|\[[\w, -]*\])?"
    r"(?P<between>(?:[\s*`_:|(\[\"'=>~<!-]|version|ver\.|release|\br(?=\d)|\bv\.?(?=\s?\d))*)"
    r"(?P<major>\d+)\.(?P<minor>\d+)(?:\.(?:\d+|x|\*))*(?:[-.]?rc\.?\d+|[ab]\d+)?"
    r"(?![\w%]|\s*(?:x|times|h|hours|s|seconds|[kmg]i?b|gigabytes?|million|percent)\b)", re.I)
_LINK = re.compile(
    r"(?:tensorflow\.org/versions/r|tensorflow/tensorflow:|/tensorflow(?:[-_](?:gpu|cpu))?-)"
    r"(?P<major>\d+)\.(?P<minor>\d+)", re.I)


def era_of(version):
    """The era that a version of TensorFlow belongs to.

    Args:
      version: str such as "0.12.1".

    Returns:
      str such as "0.12"; None for what isn't a version from 0.5 to 1.15.
    """
    found = re.match(r"(\d+)\.(\d+)(?:\.\w+)?$", version)
    if not found:
        return None
    major, minor = int(found.group(1)), int(found.group(2))
    known = (major == 0 and 5 <= minor <= 12) or (major == 1 and minor <= 15)
    return "%d.%d" % (major, minor) if known else None


def versions(text):
    """The eras that a text names.

    Args:
      text: str.

    Returns:
      list of (era, number of the line).
    """
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        for match in list(_NAMED.finditer(line)) + list(_LINK.finditer(line)):
            # "<1.3" and "!=1.2" say what the program wasn't written for.
            if not re.search("<(?!=)|!", match.groupdict().get("between", "")):
                found.append((era_of("%s.%s" % match.group("major", "minor")), number))
    return [(era, number) for era, number in found if era]


def hints(folder):
    """What a program's folder says of its TensorFlow.

    Args:
      folder: path.

    Returns:
      list of (era, "README.md, line 3"), each era once for each file; files that can't be read say
      nothing.
    """
    found = []
    for inner in ("", "requirements"):
        try:
            names = sorted(os.listdir(os.path.join(folder, inner)))
        except OSError:
            continue
        for name in names:
            if inner or any(fnmatch.fnmatch(name.lower(), pattern) for pattern in _FILES):
                known = set()
                for era, line in versions(_text(os.path.join(folder, inner, name))):
                    if era not in known:
                        known.add(era)
                        found.append((era, "%s, line %d" % ("/".join(filter(None, (inner, name))), line)))
    return found


def dated(paths):
    """What the dates of a program's files say.

    Args:
      paths: of its Python files and notebooks.

    Returns:
      A sentence; None if the dates are of another time than TensorFlow 1's.
    """
    times = []
    for path in paths:
        try:
            times.append(os.stat(path).st_mtime)
        except OSError:
            continue
    if not times:
        return None
    day = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=max(times))
    versions_then = [version for month, version in _RELEASED if month <= day.strftime("%Y-%m")]
    if not versions_then or versions_then[-1] is None:
        return None
    return ("The newest of its files is of %s, when TensorFlow %s was the newest." % (
        day.strftime("%Y-%m-%d"), versions_then[-1]))


def _text(path):
    try:
        if not os.path.isfile(path):
            return ""
        with io.open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read(_LONGEST)
    except OSError:
        return ""
