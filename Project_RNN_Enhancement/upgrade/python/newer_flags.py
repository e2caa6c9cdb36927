"""What flags refuse since TensorFlow 1.5 has those of absl: their inside, and defaults of another type."""
import re

import libcst
from libcst import metadata

from .scopes import Scoped

__all__ = ["Flags", "undefined"]

_DEFINED = re.compile(r"""\bDEFINE_\w+\(\s*(?:(?:flag_)?name\s*=\s*)?["'](\w+)["']""")
_SET = re.compile(r"""\bFLAGS\.(?:__flags\[["'])?(?!__)(\w+)(?:["']\])?"""
                  r"(?=(?:[ \t]*,[^=\n()]*)?[ \t]*(?:\*\*|//|[-+*/])?=(?!=))")
_HOLDER = re.compile(r"^FLAGS[ \t]*=[ \t]*[\w.]*\bflags\.FLAGS\b", re.M)
_IMPORTED = re.compile(r"^[ \t]*from[ \t]+\S+[ \t]+import\b[^\n]*\bFLAGS\b", re.M)

# The flags that absl defines itself.
_OF_ABSL = frozenset("""
    alsologtostderr log_dir logger_levels logtostderr only_check_args pdb pdb_post_mortem profile_file
    run_with_pdb run_with_profiling showprefixforinfo stderrthreshold test_random_seed
    test_randomize_ordering_seed test_srcdir test_tmpdir use_cprofile_for_profiling v verbosity
    xml_output_file""".split())
# Names of what is counted: a default of 20 was the integer 20, though the flag's type was float.
_COUNT = re.compile(r"(^|_)(num|n)_|(?<!step)_size$"
                    r"|(^|_)(batch|epochs?|n?steps|layers|units|dim|length)$")
_GONE = "FLAGS.__flags holds no values since TensorFlow 1.5"
_NUMBERS = (libcst.Integer, libcst.Float)


def undefined(texts):
    """Which flags a program sets without defining them, which TensorFlow before 1.5 allowed.

    Args:
      texts: dict from path to the text of a source.

    Returns:
      dict from the path of the source where they can be defined to a sorted list of their names.
    """
    defined = set(name for text in texts.values() for name in _DEFINED.findall(text))
    holders = sorted(path for path, text in texts.items() if _HOLDER.search(text))
    found, seen = {}, set()
    for path, text in sorted(texts.items()):
        if not holders or not (path in holders or _IMPORTED.search(text)):
            continue
        names = set(_SET.findall(text)) - defined - seen
        seen |= names
        if names:
            place = path if path in holders else next(
                (holder for holder in holders if _DEFINED.search(texts[holder])), holders[0])
            found[place] = sorted(set(found.get(place, ())) | names)
    return found


class Flags(Scoped):
    """The rules, as a visitor of the tree of `parsed` that puts its changes there.

    Args:
      parsed: spans.Parsed.
      names: the flags to define, because the program sets them.
    """

    def __init__(self, parsed, names=()):
        super(Flags, self).__init__(parsed)
        self._parents = parsed.metadata(metadata.ParentNodeProvider)
        self._names = names

    # What the flags hold.

    def visit_Attribute(self, node):
        owner, parent = self.parsed.source(node.value), self._parents.get(node)
        if node.attr.value == "__flags" and owner != "self":
            # Whatever they are called, which no other object has.
            self._values(node, parent)
        elif (node.attr.value == "_parse_flags" and re.search("flags$", owner, re.I)
              and isinstance(parent, libcst.Call) and not parent.args):
            self._parse(node, parent)

    def _parse(self, node, call):
        parsed_now = self.parsed.source(node.value) + "(sys.argv)"
        if "sys" not in self.parsed.bindings().imports:
            if not self.parsed.begins_line(call):
                self.look(call, "_parse_flags is gone since TensorFlow 1.5: import sys, and write %s"
                          % parsed_now)
                return
            # On one line, so that the lines keep their numbers.
            parsed_now = "import sys; " + parsed_now
        self.rename(call, parsed_now,
                    "_parse_flags is gone since TensorFlow 1.5: flags are called with the command line")

    def visit_Subscript(self, node):
        """FLAGS.__dict__["__flags"]."""
        if isinstance(node.value, libcst.Attribute) and node.value.attr.value == "__dict__" and (
                len(node.slice) == 1 and self.parsed.source(node.slice[0]).strip("'\"") == "__flags"):
            self._values(node, self._parents.get(node), self.parsed.source(node.value.value))

    def _values(self, node, parent, flags=None):
        place = self._parents.get(parent) if isinstance(parent, libcst.Subscript) else parent
        if isinstance(place, (libcst.AssignTarget, libcst.Del, libcst.AugAssign)):
            self._set_inside(node, parent, place, flags)
            return
        flags = flags or self.parsed.source(node.value)
        self.rename(node, flags + ".flag_values_dict()", _GONE)

    def _set_inside(self, node, subscript, place, flags):
        """FLAGS.__flags["size"] = 4 sets the flag itself."""
        text = self.parsed.source(subscript.slice[0]) if isinstance(subscript, libcst.Subscript) else ""
        if isinstance(place, libcst.Del) or not re.match(r"""^(["'])\w+\1$""", text):
            self.look(node, _GONE + ": set the flag itself")
            return
        flags = flags or self.parsed.source(node.value)
        self.rename(subscript, "%s.%s" % (flags, text[1:-1]), _GONE + ": the flag itself is set")

    # What defines them.

    def visit_Assign(self, node):
        """FLAGS = tf.app.flags.FLAGS, behind which the flags are defined that the program only sets."""
        text = self.parsed.source(node)
        if self._names and _HOLDER.match(text) and self.parsed.begins_line(node):
            flags = self.parsed.source(node.value)[:-len(".FLAGS")]
            end = self.parsed.span(node)[1]
            # On the same line, so that the lines keep their numbers.
            self.parsed.replace(end, end, "".join(
                '; %s.DEFINE_string("%s", None, "Set by the program.")' % (flags, name)
                for name in self._names))
            self.changed(node, "Since TensorFlow 1.5 only flags that are defined can be set, as the program "
                               "does with " + ", ".join(self._names))
            self._names = ()

    def visit_Call(self, node):
        if not (isinstance(node.func, libcst.Attribute) and node.func.attr.value.startswith("DEFINE_")):
            return
        name = self._argument(node, 0, "flag_name", "name")
        name = name.raw_value if isinstance(name, libcst.SimpleString) else ""
        default = self._argument(node, 1, "default_value", "default")
        if name in _OF_ABSL and self.keyword(node, "allow_override") is None:
            self.add_argument(node, "allow_override=True")
            self.changed(node, "absl, which has TensorFlow's flags since 1.5, has a flag %s of its own"
                         % name)
        if default is not None:
            self._default(node.func.attr, name, default)

    def _argument(self, call, index, *names):
        for arg in call.args:
            if arg.keyword is not None and arg.keyword.value in names:
                return arg.value
        positional = [arg.value for arg in call.args if arg.keyword is None and not arg.star]
        return positional[index] if index < len(positional) else None

    def _default(self, function, name, node):
        kind = function.value[len("DEFINE_"):]
        is_bool = isinstance(node, libcst.Name) and node.value in ("True", "False")
        if kind in ("string", "integer", "float", "boolean", "bool") and isinstance(node, libcst.List):
            self._define(function, "list", "a list")
        elif kind == "string" and (isinstance(node, _NUMBERS) or is_bool):
            self._define(function, "boolean" if is_bool else
                         "integer" if isinstance(node, libcst.Integer) else "float", self.parsed.source(node))
        elif kind == "integer" and isinstance(node, libcst.Float):
            if node.evaluated_value.is_integer():
                self._convert(node, "int")
            else:
                self._define(function, "float", self.parsed.source(node))
        elif kind in ("integer", "float") and is_bool:
            self._convert(node, "int" if kind == "integer" else "float")
        elif kind == "float" and isinstance(node, libcst.Integer) and _COUNT.search(name):
            self.rename(function, "DEFINE_integer", "A flag of type float makes a float of %s since "
                        "TensorFlow 1.5, which counts nothing" % self.parsed.source(node))

    def _define(self, function, kind, default):
        self.rename(function, "DEFINE_" + kind, "The default of a flag has the flag's type since TensorFlow "
                    "1.5, and this one is %s" % default)

    def _convert(self, node, kind):
        self.wrap(node, kind + "(", ")")
        self.changed(node, "The default of a flag has the flag's type since TensorFlow 1.5")
