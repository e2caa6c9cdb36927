"""One pass over a source that puts TensorFlow's names and calls into their new form."""
import re

import libcst as cst
from libcst import matchers

from . import calls, contrib, methods, places, tensorflow_calls
from .imports import import_of, rewritten_import, root_module, together
from .resolution import Names, dotted, is_root, replacement, root_of

__all__ = ["rewrite"]

_RUNS_TEXT = re.compile(r"\b(?:eval|exec)\b")


def rewrite(text, target, era, siblings, findings, in_package=False):
    """Rewrites the names and calls of TensorFlow in a source.

    Args:
      text: Python 3 source.
      target: "1.15" or "2".
      era: the version that the program was written for, or None.
      siblings: names of the modules in the file's folder.
      findings: Findings, which gets what was changed.
      in_package: whether the file imports these modules by `from . import`.

    Returns:
      The new source.
    """
    # Whatever stands for TensorFlow was imported by its name.
    if "tensorflow" not in text and not _RUNS_TEXT.search(text):
        return text
    names = Names(text, siblings, in_package)
    edit = _Edit(names, target, era, findings)
    module = names.module.visit(edit)
    return edit.with_added_lines(module).code


class _Edit(cst.CSTTransformer):
    def __init__(self, names, target, era, findings):
        super(_Edit, self).__init__()
        self.names, self.target, self.era, self.findings = names, target, era, findings
        self._added = []
        self._roots = []

    # Expressions.

    def visit_Import(self, node):
        return False

    def visit_ImportFrom(self, node):
        return False

    def visit_Attribute(self, node):
        # A dotted name is one thing, seen at its outermost attribute.
        return dotted(node) is None

    def leave_Attribute(self, original_node, updated_node):
        return self._use(original_node, updated_node) if dotted(original_node) else updated_node

    def leave_Name(self, original_node, updated_node):
        return self._use(original_node, updated_node) if self.names.is_value(original_node) else updated_node

    def _use(self, node, updated):
        """What takes the place of a name or dotted name."""
        paths = self.names.paths(node)
        if not paths:
            return updated
        path, binding = paths[0]
        public = places.public(path)
        new = replacement(path, binding, self.target)
        self._look(public, places.place(public, self.target), path == binding.path, self.names.line(node))
        if new is None:
            return updated
        if public != path or new != public:
            self.findings.changed(self.names.line(node), "%s is %s now." % (path, _said(new)))
        root = root_of(node).value if new.startswith("tensorflow") and is_root(binding.path) else None
        return self.expression(new, node, root).with_changes(lpar=updated.lpar, rpar=updated.rpar)

    def _look(self, public, new, is_name, line):
        """Says what is to be looked at in the use of a public name whose place is `new`."""
        said = places.lacking(new, public)
        if said is not None:
            self.findings.look(line, said)
        elif not is_name and new.startswith("tensorflow"):
            said = places.explanation(new, self.target) or places.missing(new, self.target)
            if said is not None:
                self.findings.look(line, "%s: %s" % (_said(public), said))

    def expression(self, place, where, root=None):
        """The expression for a place at a node of the source, with its import seen to."""
        if place.startswith("tensorflow.python."):
            # `tf` doesn't reach private modules.
            last = place.rpartition(".")[2]
            name = self.names.visible_name(place, self.target, where)
            return cst.Name(name or self._add(place, "private_" + last if self.names.uses(last) else last))
        module, _, rest = place.partition(".")
        name = root or self._module_name(module, where)
        return cst.parse_expression(name + ("." + rest if rest else ""))

    def _module_name(self, module, where):
        """What a module is called at a node of the source; it's imported where it has no name there."""
        found = self.names.visible_name(module, self.target, where)
        return found or self._add(module, "tf" if module == "tensorflow" else module)

    def filled(self, code, where):
        """Source in whose braces are modules, {tf} or {rnn_cell_enhanced}, with the names of this file."""
        for part in set(code.split("{")[1:]):
            module = part.partition("}")[0]
            if module.isidentifier():
                name = self._module_name("tensorflow" if module == "tf" else module, where)
                code = code.replace("{%s}" % module, name)
        return code

    def _add(self, place, name):
        source = import_of(place, name, self.target)
        if source not in self._added:
            self._added.append(source)
        return name

    def leave_Call(self, original_node, updated_node):
        public = self.names.public(original_node.func)
        if public is None:
            self._look_into_strings(original_node)
            return self._method(original_node, updated_node)
        rule = tensorflow_calls.CALLS.get(public)
        if rule is None and (self.target == "2" or self._is_moved(original_node.func)):
            rule = contrib.CALLS.get(public)
        if rule is None:
            return updated_node
        call = calls.Call(public, updated_node, original_node, self)
        rule(call)
        return call.result()

    def _is_moved(self, node):
        """Whether a name's use has its place in this package, and has to be written."""
        return any(places.is_ours(replacement(path, binding, self.target) or "")
                   for path, binding in self.names.paths(node))

    def _method(self, node, updated):
        new = methods.rewritten(node, updated, self.names, lambda place: self.expression(place, node))
        if new is None:
            return updated
        self.findings.changed(self.names.line(node), new[1])
        return new[0]

    def _look_into_strings(self, node):
        """Python that is put together as text has names that this command doesn't see."""
        if dotted(node.func) in ("eval", "exec"):
            code = cst.Module([]).code_for_node(node)
            if "tf." in code or "rnn" in code or "tensorflow" in code:
                self.findings.look(self.names.line(node), "Names of TensorFlow in text that is run by eval or exec "
                                   "aren't changed: see whether they are still there, and change them by hand.")

    # Statements.

    def leave_SimpleStatementLine(self, original_node, updated_node):
        statements, root_changed, is_changed = [], False, False
        for old, new in zip(original_node.body, updated_node.body):
            found = None
            if isinstance(old, (cst.Import, cst.ImportFrom)):
                found = rewritten_import(old, self.names, self.target, self.findings)
            if found is None:
                statements.append(new)
                continue
            is_changed = True
            sources, is_root_import = found
            root_changed = root_changed or is_root_import
            statements.extend(cst.parse_statement(source).body[0] for source in sources)
        if not is_changed:
            return updated_node
        return self._lines(original_node, updated_node, statements, root_changed)

    def _lines(self, original, updated, statements, root_changed):
        """A line for each statement, with the comments of the line that they come from."""
        at_top = self.names.is_at_top(original)
        if root_changed and self.target == "2" and not self.names.has_call("disable_v2_behavior",
                                                                           "disable_eager_execution"):
            name = next(alias.asname.name.value for statement in statements if isinstance(statement, cst.Import)
                        for alias in statement.names if dotted(alias.name) == root_module(self.target))
            if at_top:
                self._roots.append(name)
            else:
                statements.append(cst.parse_statement("%s.disable_v2_behavior()" % name).body[0])
        if not statements:
            comments = [line for line in updated.leading_lines if line.comment is not None]
            if at_top and not comments:
                return cst.RemoveFromParent()
            statements = [cst.Pass()]
        plain = [statement.with_changes(semicolon=cst.MaybeSentinel.DEFAULT) for statement in statements]
        lines = [cst.SimpleStatementLine([statement]) for statement in plain]
        lines[0] = lines[0].with_changes(leading_lines=updated.leading_lines)
        lines[-1] = lines[-1].with_changes(trailing_whitespace=updated.trailing_whitespace)
        return cst.FlattenSentinel(lines)

    def with_added_lines(self, module):
        """The module with the imports that were found to be needed, and the call that switches to graphs."""
        if not self._added and not self._roots:
            return module
        body = list(module.body)
        last = _last_import(body, self._roots[0] if self._roots else None, _bound(self._added) | set(self._roots))
        new = [cst.parse_statement(source) for source in together(self._added)]
        if self._roots:
            new.append(cst.SimpleStatementLine(
                cst.parse_statement("%s.disable_v2_behavior()" % self._roots[0]).body,
                leading_lines=[cst.EmptyLine(indent=False)]))
        index = last + 1
        if last < 0 and new:
            if index < len(body):
                body[index] = body[index].with_changes(
                    leading_lines=[cst.EmptyLine(indent=False)] + list(body[index].leading_lines))
        body[index:index] = new
        return module.with_changes(body=body)


def _said(place):
    return "tf" + place[len("tensorflow"):] if place.startswith("tensorflow.") else place


def _bound(sources):
    """Set of the names that import statements, as source, bind."""
    return {source.split()[-1] for source in sources}


def _last_import(body, root, used):
    """The index of the statement behind which lines are added; -1 for none.

    It's the last import before a definition, or before something that needs what is added, but no import
    before TensorFlow's own.

    Args:
      body: the statements of a module.
      root: the name under which one of them imports TensorFlow, and without which the lines don't run; or None.
      used: set of the names that the lines bind or change.
    """
    last, has_root = -1, root is None
    for index, statement in enumerate(body):
        small = statement.body if isinstance(statement, cst.SimpleStatementLine) else []
        is_text = len(small) == 1 and isinstance(small[0], cst.Expr) and isinstance(
            small[0].value, (cst.SimpleString, cst.ConcatenatedString))
        if small and all(isinstance(part, (cst.Import, cst.ImportFrom)) for part in small) or (
                index == 0 and is_text):
            last = index
            has_root = has_root or any(
                alias.asname is not None and alias.asname.name.value == root
                for part in small if isinstance(part, cst.Import) for alias in part.names)
        elif has_root and (isinstance(statement, (cst.FunctionDef, cst.ClassDef)) or any(
                name.value in used for name in matchers.findall(statement, matchers.Name()))):
            break
    return last
