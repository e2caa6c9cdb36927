"""Which lines of two texts are the same."""
import difflib

__all__ = ["line_changes"]

_LONG = 5000  # lines; from here on the search may overlook some equal lines, or it would take minutes


def line_changes(before, after):
    """What became of which lines.

    Args:
      before, after: lists of str.

    Returns:
      list of (tag, first, last, new first, new last) as `difflib.SequenceMatcher.get_opcodes` has them.
    """
    shorter, head, tail = min(len(before), len(after)), 0, 0
    while head < shorter and before[head] == after[head]:
        head += 1
    while tail < shorter - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    old, new = before[head:len(before) - tail], after[head:len(after) - tail]
    changes = [("equal", 0, head, 0, head)] if head else []
    for tag, first, last, new_first, new_last in difflib.SequenceMatcher(
            None, old, new, max(len(old), len(new)) > _LONG).get_opcodes():
        changes.append((tag, first + head, last + head, new_first + head, new_last + head))
    if tail:
        changes.append(("equal", len(before) - tail, len(before), len(after) - tail, len(after)))
    return changes
