"""Tables of dotted names, in which a name stands for all that is reached from it."""

__all__ = ["by_longest_part", "leading_parts"]


def leading_parts(path):
    """Yields (leading part, rest with its dot) of a dotted name, the whole name first."""
    head, tail = path, ""
    while head:
        yield head, tail
        head, _, last = head.rpartition(".")
        tail = "." + last + tail


def by_longest_part(table, path):
    """What a table has for the longest leading part of a dotted name, with the rest of the name; or None."""
    return next((table[head] + tail for head, tail in leading_parts(path) if head in table), None)
