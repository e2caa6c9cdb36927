"""Which version of TensorFlow a program was written for, by what its lines show."""
import ast
import collections
import re

from .facts import CHANGES, VERSIONS, form_of_call, versions_between, versions_of_name
from .names import File
from .starts import PACKAGE, insert_era, start_files
from .uses import uses_of_era

__all__ = ["Era", "find_era", "insert_era", "start_files"]

_DIFFERENT = {
    "state_is_tuple": ("LSTM and MultiRNNCell states are one tensor", "they are tuples"),
    "final_state": ("the second result is the list of all states", "it is the final state"),
    "bidirectional_states": ("bidirectional_rnn returns the outputs only",
                             "it returns the outputs and both states"),
    "loss_labels_first": ("the loss function is called with (inputs, labels)",
                          "it is called with (labels, inputs)"),
}


class Era(collections.namedtuple("Era", "version needed evidence question")):
    """What was found out.

    Attributes:
      version: the version to set, such as "0.10"; None if the program's lines and hints leave it open or
        it makes no difference.
      needed: whether the program means something else without `set_era(version)`.
      evidence: list of str, "file:line: what (versions)".
      question: what a person has to decide, or None.
    """


def _range(versions):
    found = [version for version in VERSIONS if version in versions]
    runs = []
    for version in found:
        if runs and VERSIONS.index(version) == VERSIONS.index(runs[-1][-1]) + 1:
            runs[-1].append(version)
        else:
            runs.append([version])
    return " or ".join(run[0] if len(run) == 1 else "%s to %s" % (run[0], run[-1]) for run in runs)


def _dated(file):
    """Yields (node, what, versions) for each name and call of a file that dates it."""
    for full, node in file.imports:
        known = versions_of_name(full)
        if known is not None:
            yield node, known[0], versions_between(*known[1:])
    for node in ast.walk(file.tree):
        if isinstance(node, (ast.Attribute, ast.Name)) and isinstance(node.ctx, ast.Load):
            whole = not isinstance(file.parents[node], ast.Attribute)
            known = versions_of_name(file.name_of(node) or "") if whole else None
            if known is not None:
                yield node, known[0], versions_between(*known[1:])
        elif isinstance(node, ast.Call):
            full = file.name_of(node.func) or ""
            form = form_of_call(full, node) if full.startswith("tensorflow.") else None
            if form is not None:
                yield node, form[0], versions_between(*form[1:])


def _version_of_hint(hint):
    match = re.search(r"(\d+)\.(\d+)", hint)
    short = "%d.%d" % (int(match.group(1)), int(match.group(2))) if match else None
    return short if short in VERSIONS else None


def _already(files):
    """What says that a program uses this package already, or None."""
    for file in files:
        for full, node in file.imports:
            if full.startswith(PACKAGE):
                return "%s: %s is imported already, so the era is left as it is" % (file.where(node), PACKAGE)
        for node in ast.walk(file.tree):
            if isinstance(node, ast.Attribute) and node.attr == "set_era":
                return "%s: set_era is called already" % file.where(node)
    return None


def _narrowed(allowed, files, evidence):
    """The versions that all dated lines allow; (versions, two lines that contradict each other or None)."""
    seen, clash = {}, None
    for file in files:
        for node, what, versions in _dated(file):
            if file.asks_for_version(node):
                continue
            line = "%s: %s (%s)" % (file.where(node), what, _range(versions))
            if not allowed <= versions:
                if not allowed & versions:
                    # Ranges without a common version: two of them exclude each other.
                    other = next(old for old, theirs in seen.items() if not theirs & versions)
                    clash = clash or (other, line)
                    continue
                allowed = allowed & versions
                evidence.append(line)
                seen[line] = versions
    return allowed, clash


def _divided(construct, allowed):
    """The versions of a set before and since a change."""
    change = VERSIONS.index(CHANGES[construct])
    return allowed & set(VERSIONS[:change]), allowed & set(VERSIONS[change:])


def find_era(modules, hints=(), era=None):
    """Finds which TensorFlow a program was written for, as far as that decides what it means.

    Args:
      modules: list of (path, text in Python 3, before its names are changed).
      hints: list of (version, where it was read), used only where the program's lines leave it open.
      era: a version that the user names, which settles it.

    Returns:
      Era.

    Raises:
      SyntaxError: if a text is no Python 3.
    """
    files = [File(path, text) for path, text in modules]
    already = _already(files)
    if already is not None:
        return Era(None, False, [already], None)
    uses = [use for use in uses_of_era(files) if not use.file.asks_for_version(use.node)]
    constructs = [name for name in _DIFFERENT if any(use.construct == name for use in uses)]
    if era is not None:
        version = _version_of_hint(era)
        needed = any(_divided(construct, {version})[0] for construct in constructs)
        return Era(version, needed, ["--era: %s" % version], None)
    evidence = []
    allowed, clash = _narrowed(set(VERSIONS), files, evidence)
    if clash is not None:
        allowed = set(VERSIONS)
    for use in uses:
        if use.versions is not None and allowed & use.versions and not allowed <= use.versions:
            allowed = allowed & use.versions
            evidence.append("%s: %s (%s)" % (use.file.where(use.node), use.what, _range(use.versions)))
    open_uses = _open_uses(uses, allowed)
    if open_uses:
        named = _named_by_hints(hints, allowed)
        if named and not _open_uses(uses, set(named)):
            allowed = set(named)
            evidence += ["%s: names TensorFlow %s (a hint, used because the lines leave it open)"
                         % (where, version) for version, where in named.items()]
            open_uses = []
    if open_uses:
        return Era(None, False, evidence, _question(open_uses, allowed, clash))
    old = [name for name in constructs if not _divided(name, allowed)[1]]
    version = [name for name in VERSIONS if name in allowed][-1] if old else None
    for name in old:
        use = next(use for use in uses if use.construct == name)
        evidence.append("%s: %s: in TensorFlow %s %s, today %s" % (
            (use.file.where(use.node), use.what, _range(allowed)) + _DIFFERENT[name]))
    if old and clash is not None:
        evidence.append("%s and %s contradict each other" % clash)
    return Era(version, bool(old), evidence, None)


def _named_by_hints(hints, allowed):
    """dict from the versions that hints name, of those allowed, to where."""
    named = collections.OrderedDict()
    for version, where in hints:
        version = _version_of_hint(version)
        if version in allowed:
            named.setdefault(version, where)
    return named


def _open_uses(uses, allowed):
    """One use of each construct that means different things in the versions allowed."""
    found = []
    for name in _DIFFERENT:
        before, since = _divided(name, allowed)
        here = [use for use in uses if use.construct == name and use.matters]
        if name == "state_is_tuple":
            # A state that was looked into has that form too.
            cells = any(use.construct == name for use in uses)
            here += [use for use in uses if use.construct == "final_state" and use.matters and cells]
        if before and since and here:
            found.append((name, here[0]))
    return found


def _question(open_uses, allowed, clash):
    parts = []
    for name, use in open_uses:
        before, since = _divided(name, allowed)
        old, new = _DIFFERENT[name]
        parts.append("%s: %s. In TensorFlow %s %s, in %s %s." % (
            use.file.where(use.node), use.what, _range(before), old, _range(since), new))
    if clash is not None:
        parts.append("Two lines contradict each other: %s; %s." % clash)
    before, since = _divided(open_uses[0][0], allowed)
    parts.append("Both run and mean different things; say which version the program was written for: "
                 "--era %s or --era %s." % (_range(before).split(" ")[-1], _range(since).split(" ")[-1]))
    return " ".join(parts)
