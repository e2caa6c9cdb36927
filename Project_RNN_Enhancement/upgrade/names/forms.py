"""What the form of an argument says of it: an axis, a list of tensors, labels, inputs."""
import re

import libcst as cst

from .calls import evaluated

__all__ = ["is_axis", "is_before", "is_string", "is_values", "kind"]

_LABELS = {"label", "labels", "target", "targets", "y", "ys", "gold", "golds", "truth", "answer", "answers"}
_INPUTS = {"input", "inputs", "output", "outputs", "hidden", "embed", "embeds", "embedding", "embeddings",
           "logit",
           "logits", "state", "states", "h", "x", "xs", "feature", "features", "pred", "preds", "prediction",
           "predictions", "activations"}
_AXIS_WORDS = {"axis", "dim", "dimension", "concatdim", "splitdim"}
_MAKERS = {"list", "tuple", "unpack", "unstack", "split", "sorted", "reversed", "zip", "map", "values",
           "keys"}


def is_before(era, version):
    """Whether an era such as "0.12" is older than a version; None for no era."""
    if era is None:
        return None
    return tuple(int(part) for part in era.split(".")[:2]) < tuple(int(part) for part in version.split("."))


def is_string(node):
    """Whether an expression is a string."""
    return isinstance(node, (cst.SimpleString, cst.ConcatenatedString, cst.FormattedString))


def _words(name):
    return [word for word in re.split(r"_|(?<=[a-z])(?=[A-Z])|\d+", name) if word]


def _last_name(node):
    """The name that an expression ends with: `c` of `a.b.c`, `b` of `a.b[0]`, `f` of `x.f(...)`."""
    while isinstance(node, (cst.Subscript, cst.Call)):
        node = node.value if isinstance(node, cst.Subscript) else node.func
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def is_axis(node):
    """Whether an expression looks like the number of an axis."""
    value = evaluated(node)
    if isinstance(value, int) and not isinstance(value, bool):
        return True
    if isinstance(node, cst.BinaryOperation):
        # tf.rank(x) - 1, len(shape) - 1
        return is_axis(node.left) and is_axis(node.right)
    if isinstance(node, cst.Call):
        return _last_name(node.func) in ("len", "rank")
    name = _last_name(node)
    return name == "ndims" or any(word.lower() in _AXIS_WORDS for word in _words(name)[-1:]) or (
        name.lower().replace("_", "") in _AXIS_WORDS)


def is_values(node):
    """Whether an expression looks like a list of tensors."""
    if isinstance(node, (cst.List, cst.Tuple, cst.ListComp, cst.GeneratorExp)):
        return True
    if isinstance(node, cst.BinaryOperation):
        return is_values(node.left) or is_values(node.right)
    if isinstance(node, cst.Subscript) and not isinstance(node.slice[0].slice, cst.Slice):
        return False
    if isinstance(node, cst.Call):
        return _last_name(node.func) in _MAKERS
    words = [word.lower() for word in _words(_last_name(node))]
    return bool(words) and not is_axis(node) and (
        words[-1] in ("list", "lst", "seq", "sequence") or re.search(r"[^s]s$", words[-1]) is not None)


class _Kinds(cst.CSTVisitor):
    """The words of the names in an expression that tell labels from inputs; functions' own names aside."""

    def __init__(self):
        super(_Kinds, self).__init__()
        self.found = set()

    def visit_Call(self, node):
        for arg in node.args:
            arg.value.visit(self)
        if isinstance(node.func, cst.Attribute):
            # `labels.eval()`, but not `tf` of `tf.reshape`.
            node.func.value.visit(self)
        return False

    def visit_Subscript(self, node):
        node.value.visit(self)
        return False

    def visit_Attribute(self, node):
        self._see(node.attr.value)
        return False

    def visit_Name(self, node):
        self._see(node.value)

    def _see(self, name):
        for word in reversed(_words(name)):
            if word.lower() in _LABELS:
                self.found.add("labels")
                return
            if word.lower() in _INPUTS:
                self.found.add("inputs")
                return


def kind(node):
    """"labels" or "inputs" where the names in an expression say which it is, else None."""
    seen = _Kinds()
    node.visit(seen)
    return seen.found.pop() if len(seen.found) == 1 else None
