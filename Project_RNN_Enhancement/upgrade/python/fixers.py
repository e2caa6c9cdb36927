"""fissix with chosen fixers, some made gentler here, and a finding for each line that one changes."""
import importlib
import re

from fissix import fixer_base, pygram, refactor
from fissix.fixer_util import Call, Name, does_tree_import, is_probably_builtin
from fissix.fixes import fix_filter, fix_import, fix_map, fix_next, fix_print, fix_types, fix_unicode
from fissix.pgen2 import token

from ..findings import changed, look
from .fixer_reasons import REASONS, TEXT_REASON

__all__ = ["Refactoring"]


class FixFile(fixer_base.BaseFix):
    """file(...) to open(...)."""

    BM_compatible = True
    PATTERN = "power< name='file' trailer< '(' any* ')' > any* >"

    def transform(self, node, results):
        results["name"].replace(Name("open", prefix=results["name"].prefix))


class FixFilter(fix_filter.FixFilter):
    """Leaves a lambda a lambda: as the condition of a comprehension it can come out as wrong syntax."""

    def transform(self, node, results):
        if "filter_lambda" in results:
            return _list_of(node)
        return super(FixFilter, self).transform(node, results)


class FixImport(fix_import.FixImport):
    """Asks for the modules beside the text in a set instead of on the disk."""

    siblings = frozenset()

    def probably_a_local_import(self, imp_name):
        return imp_name.partition(".")[0] in self.siblings


class FixDefaultEncoding(fixer_base.BaseFix):
    """Takes out `reload(sys)` and `sys.setdefaultencoding(...)`."""

    BM_compatible = True
    order = "pre"
    run_order = 1
    PATTERN = """
    simple_stmt< power< 'sys' trailer< '.' 'setdefaultencoding' > trailer< '(' any ')' > > any* >
    |
    simple_stmt< power< 'reload' trailer< '(' 'sys' ')' > > any* >
    """

    def transform(self, node, results):
        following = node.next_sibling
        if following is None or following.type in (token.DEDENT, token.ENDMARKER):
            node.children[0].replace(Name("pass", prefix=node.children[0].prefix))
            return
        prefix = node.prefix
        node.remove()
        following.prefix = prefix + following.prefix


class FixMap(fix_map.FixMap):
    """Leaves a lambda a lambda, for the same reason."""

    def transform(self, node, results):
        if "map_lambda" in results:
            return _list_of(node)
        return super(FixMap, self).transform(node, results)


class FixNext(fix_next.FixNext):
    """Leaves `next` alone where it isn't an iterator's.

    A class with a method `next` and none called `__iter__` is one that the program calls itself.
    """

    plain = False

    def transform(self, node, results):
        if results.get("base") and not self.shadowed_next and not self.plain:
            new = Call(Name("next", prefix=node.prefix), [each.clone() for each in results["base"]])
            new.children[1].children[1].prefix = ""
            return new
        if results.get("name") and "__iter__" in str(node):
            return super(FixNext, self).transform(node, results)
        return None


class FixPrint(fix_print.FixPrint):
    """`print (expression)` is right as it is."""

    def transform(self, node, results):
        if not results.get("bare") and len(node.children) == 2 and _in_parentheses(node.children[1]):
            return None
        return super(FixPrint, self).transform(node, results)


class FixPlainNames(fixer_base.BaseFix):
    """xrange and raw_input where they are handed on instead of called."""

    BM_compatible = True
    PATTERN = "name='xrange' | name='raw_input'"
    run_order = 9
    names = {"xrange": "range", "raw_input": "input"}

    def transform(self, node, results):
        if is_probably_builtin(node):
            return Name(self.names[node.value], prefix=node.prefix)
        return None


class FixTypes(fix_types.FixTypes):
    """Python 2's str is text more often than bytes."""

    def transform(self, node, results):
        if results["name"].value in ("StringType", "StringTypes"):
            return Name("str", prefix=node.prefix)
        return super(FixTypes, self).transform(node, results)


class FixUnicode(fix_unicode.FixUnicode):
    """u"..." is Python 3 too and stays; ur"..." is not."""

    def transform(self, node, results):
        new = super(FixUnicode, self).transform(node, results)
        if new is None or node.type != token.STRING or node.value[0] not in "uU":
            return new
        if node.value[1] not in "rR":
            return None
        if re.search(r"\\[uU]", node.value):
            self.warning(node, 'In ur"..." Python 2 read \\u as a character; write the character itself.')
        return new


OWN = {"default_encoding": FixDefaultEncoding, "file": FixFile, "filter": FixFilter, "import": FixImport,
       "map": FixMap,
       "next": FixNext, "plain_names": FixPlainNames, "print": FixPrint, "types": FixTypes,
       "unicode": FixUnicode}


def _list_of(node):
    if fix_filter.in_special_context(node):
        return None
    new = node.clone()
    trailers = []
    if new.children[2:]:
        # map(...)[0]: the list is made of the call alone.
        trailers = [child.clone() for child in new.children[2:]]
        for child in list(new.children[2:]):
            child.remove()
    new.prefix = ""
    made = Call(Name("list"), [new])
    for trailer in trailers:
        made.append_child(trailer)
    made.prefix = node.prefix
    return made


def _in_parentheses(node):
    """Whether it is one expression in parentheses, which isn't a tuple nor a generator."""
    children = node.children
    if len(children) != 3 or children[0].type != token.LPAR:
        return False
    inside = children[1]
    return not (inside.type == pygram.python_symbols.testlist_gexp and
                any(child.type == token.COMMA or child.type == pygram.python_symbols.comp_for or
                    child.type == getattr(pygram.python_symbols, "old_comp_for", None)
                    for child in inside.children))


def _line(node):
    while node is not None:
        for leaf in node.leaves():
            if leaf.lineno:
                return leaf.lineno
        node = node.parent
    return 1


def _lines(name, node, results):
    """The lines that a fixer is about to change in a node."""
    if name == "next" and results.get("name"):
        return [_line(results["name"])]
    if name == "except":
        named = [each for each in results["cleanup"] if len(each.children) == 4 and
                 each.children[2].type == token.COMMA]
        return [_line(each) for each in named or [node]]
    return [_line(node)]


class Refactoring(refactor.RefactoringTool):
    """fissix with the fixers of a list; keeps a finding for each line that one of them changes.

    Args:
      names: the fixers' names, without "fix_".
      print_function: whether `print` is a function in the text.
      plain_next: whether the program has a method `next` that isn't an iterator's.
      siblings: names of the modules in the text's own package.
    """

    def __init__(self, names, print_function=False, plain_next=False, siblings=()):
        self.names, self.plain_next, self.findings = names, plain_next, []
        self.siblings = frozenset(siblings)
        super(Refactoring, self).__init__(names, {"print_function": print_function})

    def get_fixers(self):
        fixers = []
        for name in self.names:
            made = OWN.get(name)
            if made is None:
                module = importlib.import_module("fissix.fixes.fix_" + name)
                made = getattr(module, "Fix" + "".join(part.title() for part in name.split("_")))
            fixer = made(self.options, self.fixer_log)
            if name == "next":
                fixer.plain = self.plain_next
            elif name == "import":
                fixer.siblings = self.siblings
            self._watch(fixer, name)
            fixers.append(fixer)
        fixers.sort(key=lambda fixer: fixer.run_order)
        return [[fixer for fixer in fixers if fixer.order == order] for order in ("pre", "post")]

    def _watch(self, fixer, name):
        transform = fixer.transform

        def watched(node, results):
            lines, before, parent = _lines(name, node, results), str(node), node.parent
            reason = TEXT_REASON if name == "unicode" and node.type == token.STRING else REASONS[name]
            imports = name == "reduce" and not does_tree_import("functools", "reduce", node)
            new = transform(node, results)
            gone = new is None and parent is not None and node.parent is None
            if gone or imports or str(node if new is None else new) != before:
                for line in lines:
                    self._add(changed(line, reason + "."))
            return new

        def warning(node, reason=None):
            reason = reason or "this can't be written in Python 3 without knowing what is meant"
            self._add(look(_line(node), "Python 2 to 3: " + reason.rstrip(".") + "."))

        fixer.transform, fixer.warning, fixer.cannot_convert = watched, warning, warning

    def _add(self, finding):
        if finding not in self.findings:
            self.findings.append(finding)

    def rewrite(self, text):
        """The text with the fixers applied; raises fissix's errors where it can't be read as Python 2."""
        end = "" if text.endswith("\n") else "\n"
        new = str(self.refactor_string(text + end, "<source>"))
        return new[:-1] if end else new
