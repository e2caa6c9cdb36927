"""Import statements after the upgrade."""
import libcst as cst

from . import places
from .resolution import dotted, is_root
from .recurrent import PACKAGE

__all__ = ["import_of", "rewritten_import", "root_module", "together"]


def root_module(target):
    """What is imported as TensorFlow."""
    return "tensorflow.compat.v1" if target == "2" else "tensorflow"


def import_of(place, name, target):
    """The source of an import that binds a name to a place, such as "from ... import rnn_cell_enhanced as rnn_cell".

    None for a place of TensorFlow's that no import statement can reach.
    """
    head, _, last = place.rpartition(".")
    if place == "tensorflow":
        return "import %s as %s" % (root_module(target), name) if root_module(target) != name else "import " + name
    if places.is_ours(place):
        module = PACKAGE if not head else "%s.%s" % (PACKAGE, head)
    elif not head:
        return "import %s%s" % (place, "" if place == name else " as " + name)
    elif head.partition(".")[0] == "tensorflow" and not head.startswith("tensorflow.python"):
        module = root_module(target) + head[len("tensorflow"):]
    else:
        module = head
    return "from %s import %s%s" % (module, last, "" if last == name else " as " + name)


def rewritten_import(statement, names, target, findings):
    """The import statements, as source, that take the place of one.

    Args:
      statement: Import or ImportFrom.
      names: Names.
      target: "1.15" or "2".
      findings: Findings.

    Returns:
      None if the statement stays as it is, else (list of sources, whether one of them imports
      TensorFlow itself where an import of TensorFlow itself was).
    """
    line = names.line(statement)
    if isinstance(statement, cst.ImportFrom):
        if statement.relative or statement.module is None:
            return None
        module = dotted(statement.module)
        if isinstance(statement.names, cst.ImportStar):
            return _star(module, line, target, findings)
        sources = [_from(module, alias, line, names, target, findings) for alias in statement.names]
    else:
        sources = [_plain(alias, line, names, target, findings) for alias in statement.names]
    if all(source is None for source in sources):
        return None
    kept = [alias for alias, source in zip(statement.names, sources) if source is None]
    result = [source for source in sources if source]
    if kept:
        tight = [alias.with_changes(comma=cst.MaybeSentinel.DEFAULT) for alias in kept]
        result.insert(0, cst.Module([]).code_for_node(statement.with_changes(
            names=tight, **({"lpar": None, "rpar": None} if isinstance(statement, cst.ImportFrom) else {}))))
    return together(result), any(source.startswith("import %s as " % root_module("2")) for source in result)


def together(sources):
    """From-imports of one module in one statement, each once."""
    result, at = [], {}
    for source in sources:
        module, _, name = source.partition(" import ")
        if name and module.startswith("from ") and module in at:
            index = at[module]
            if name not in result[index].partition(" import ")[2].split(", "):
                result[index] += ", " + name
        elif source not in result:
            at[module] = len(result)
            result.append(source)
    return result


def _star(module, line, target, findings):
    path = places.public(module)
    if path is None:
        return None
    new = places.place(path, target)
    if places.is_ours(new):
        findings.changed(line, "%s is %s in this package." % (module, new))
        return ["from %s.%s import *" % (PACKAGE, new)], False
    said = "tensorflow" + new[len("tensorflow"):] if new.startswith("tensorflow") else new
    said = said.replace("tensorflow", root_module(target), 1) if target == "2" else said
    if said == module:
        return None
    findings.changed(line, "The names of TensorFlow 1 are in %s." % said)
    return ["from %s import *" % said], False


def _plain(alias, line, names, target, findings):
    path = dotted(alias.name)
    public = places.public(path)
    if public is None:
        return None
    name = alias.asname.name.value if alias.asname else None
    own = names.own_module(path)
    if own and name:
        findings.changed(line, "%s is a module of this program's own." % own)
        return "%simport %s%s" % ("from . " if names.in_package else "", own, "" if own == name else " as " + name)
    if is_root(path):
        if target != "2" or path == "tensorflow.compat.v1":
            return None
        findings.changed(line, "TensorFlow 1's names are in tensorflow.compat.v1.")
        return "import tensorflow.compat.v1 as " + (name or "tensorflow")
    if name is None:
        # It is there to make `tensorflow.a.b` known; what is used of it gets a name of its own.
        if not names.keeps(alias, target):
            findings.changed(line, "The import of %s isn't needed." % path)
            return ""
        if target != "2":
            if public.startswith("tensorflow.contrib") or places.place(public, target) == public == path:
                return None
            findings.changed(line, "%s isn't needed, TensorFlow's names are public." % path)
            return "import tensorflow"
        findings.changed(line, "TensorFlow 1's names are in tensorflow.compat.v1.")
        return "import tensorflow.compat.v1 as tensorflow"
    return _moved(path, public, name, alias, line, names, target, findings)


def _from(module, alias, line, names, target, findings):
    path = "%s.%s" % (module, dotted(alias.name))
    public = places.public(path)
    if public is None:
        return None
    name = alias.asname.name.value if alias.asname else alias.name.value
    own = names.own_module(path)
    if own:
        findings.changed(line, "%s is a module of this program's own." % own)
        return "%simport %s%s" % ("from . " if names.in_package else "", own, "" if own == name else " as " + name)
    return _moved(path, public, name, alias, line, names, target, findings)


def _moved(path, public, name, alias, line, names, target, findings):
    """The import of one name from its new place; "" if it isn't needed, None if it stays."""
    new = places.place(public, target)
    if names.is_vanishing(name, path, target) and not names.is_mixed(alias):
        findings.changed(line, "%s is private; its names are used from TensorFlow itself." % path)
        return ""
    if new.startswith("tensorflow"):
        if not places.is_reachable(new, target) and not names.keeps(alias, target):
            findings.changed(line, "%s isn't needed any more." % path)
            return ""
        said = places.explanation(new, target) or places.missing(new, target)
        if said is not None:
            findings.look(line, "%s: %s" % (path, said))
            return None
        if new == public and public.split(".")[1:2] in (["core"], ["keras"], ["python"]):
            return None
    said = places.lacking(new, path)
    if said is not None:
        findings.look(line, said)
        return None
    result = import_of(new, name, target)
    here = import_of(path, name, "1.15")
    if result == here or new == public and path.startswith("tensorflow.compat.v1."):
        return None
    findings.changed(line, "%s is %s now." % (path, new.replace("tensorflow", root_module(target), 1)))
    return result
