"""What newer versions of Python and NumPy refuse in Python 3 text."""
from . import newer_files, newer_library, newer_numpy, spans

__all__ = ["rewrite"]


def rewrite(text, python2=False):
    """The text in a form that Python 3.6 to 3.12 and NumPy 1.16 to 2.x take.

    Args:
      text: str, Python 3.
      python2: whether it was Python 2 (`python3.to_python3` made it): files that were opened as
        bytes then hold text, unless what is done with them shows bytes.

    Returns:
      (str, list of Finding): as many lines as before, which the findings name.
    """
    parsed = spans.Parsed(text)
    for rules in (newer_numpy.NumPy, newer_library.Library):
        parsed.tree.visit(rules(parsed))
    newer_files.rewrite(parsed, python2)
    return parsed.done()
