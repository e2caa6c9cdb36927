"""What newer versions of Python, NumPy and other packages refuse in Python 3 text."""
import re

from . import (newer_files, newer_flags, newer_library, newer_numpy, newer_packages, newer_scopes,
               newer_tensors, one_element_arrays, spans)

__all__ = ["rewrite"]

# Without one of these words there is nothing for the rules about files and bytes to do.
_FILES = re.compile(r"open\(|Open\(|GFile\(|TemporaryFile\(|decode|encode|[pP]ickle")


def rewrite(text, python2=False, flags=(), reused=""):
    """The text in a form that Python 3.6 to 3.12 and NumPy 1.16 to 2.x take.

    Args:
      text: str, Python 3.
      python2: whether it was Python 2 (`python3.to_python3` made it): files that were opened as
        bytes then hold text, unless what is done with them shows bytes.
      flags: names of the flags to define here (`newer_flags.undefined`).
      reused: where the program reuses variables (`newer_scopes.reuses`).

    Returns:
      (str, list of Finding): as many lines as before, which the findings name.
    """
    parsed = spans.Parsed(text)
    parsed.tree.visit(newer_numpy.NumPy(parsed))
    one_element_arrays.rewrite(parsed)
    parsed.tree.visit(newer_library.Library(parsed, python2))
    if newer_packages.PACKAGES.search(text):
        parsed.tree.visit(newer_packages.Packages(parsed))
    if "gradients" in text or ".name" in text:
        newer_tensors.rewrite(parsed)
    if "_flags" in text or "DEFINE_" in text or flags:
        parsed.tree.visit(newer_flags.Flags(parsed, flags))
    if reused == "all" or reused and "ExponentialMovingAverage" in text:
        parsed.tree.visit(newer_scopes.NewVariables(parsed, reused))
    if _FILES.search(text):
        newer_files.rewrite(parsed, python2)
    return parsed.done()
