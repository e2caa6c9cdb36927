"""What a program has whose meaning the era decides, and which versions the way that it is used allows."""
import ast
import collections

from .facts import CHANGES, VERSIONS
from .names import constant
from .states import States, short_name

__all__ = ["Use", "uses_of_era"]

# construct: a name of `CHANGES`; node: where; what: in words; versions: the set that the use allows, or
# None where it runs in all; matters: whether the versions that allow it mean different things.
Use = collections.namedtuple("Use", "construct file node what versions matters")

_CELLS = frozenset("BasicLSTMCell LSTMCell MultiRNNCell".split())
_NAMED = frozenset("labels logits inputs".split())
# What is done with a state, in words.
_DONE = {"item": "an item of a state", "field": "the part c or h of a state",
         "loop": "the items of a state one by one", "list": "a state as list of tensors",
         "slice": "columns of a state", "tensor": "a state as one tensor",
         "joined": "a state joined with other values", "initial": "a state handed on as initial state"}


def _before(construct):
    return set(VERSIONS[:VERSIONS.index(CHANGES[construct])])


def _since(construct):
    return set(VERSIONS) - _before(construct)


def _explicit_tuple(short, call):
    """Whether a cell's constructor is told what its state is."""
    if any(keyword.arg == "state_is_tuple" for keyword in call.keywords):
        return True
    args = call.args[1 if short == "MultiRNNCell" else 2:]
    return any(getattr(arg, "value", None) in (True, False) and isinstance(getattr(arg, "value", None), bool)
               for arg in args)


def _calls(file):
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Call):
            short = short_name(file, node)
            if short is not None:
                yield node, short


def _cells(files):
    """(uses: cells that leave it to the era what their state is, whether any cell is told)."""
    found, told = [], False
    for file in files:
        for node, short in _calls(file):
            if short in _CELLS and "rnn" in file.name_of(node.func):
                if _explicit_tuple(short, node):
                    told = True
                else:
                    found.append(Use("state_is_tuple", file, node, "%s without state_is_tuple" % short,
                                     None, False))
    return found, told


def _state_uses(files, cells, told):
    """How states are used, where cells leave their form to the era or results may be lists of states."""
    states = []
    for _ in range(2):
        # Twice: attributes and results of functions may be made in a file that is read later.
        states = [States(file, states) for file in files]
    for file, known in zip(files, states):
        for node, kinds, done in known.uses():
            if "second" not in kinds and not cells:
                continue
            as_list = _before("final_state") if "second" in kinds else set()
            as_tuple = _since("state_is_tuple") if cells else set()
            as_tensor = set(VERSIONS) - as_list - as_tuple
            construct = "final_state" if "second" in kinds else "state_is_tuple"
            if done in ("item", "loop", "field", "list"):
                # With cells of both kinds an item may be of one that is told.
                versions = (set() if done == "field" else as_list) | (set() if done == "list" else as_tuple)
                if told and as_tuple and not as_list or done == "list" and not as_list:
                    continue
            elif done == "initial":
                versions = set(VERSIONS) - as_list
            elif done == "joined":
                versions = set(VERSIONS) - as_list
            else:
                versions = as_tensor if not told else set(VERSIONS) - as_list
            yield Use(construct, file, node, _DONE[done], versions, done != "initial")


def _sizes(files):
    """Sizes of states as numbers, and placeholders for [c, h] side by side: states that are one tensor."""
    for file in files:
        for node in ast.walk(file.tree):
            if getattr(node, "attr", None) == "state_size" and isinstance(node.ctx, ast.Load):
                outer = file.parents[node]
                in_cell = any(getattr(part, "name", "") == "state_size" for up in file.around(node)
                              if isinstance(up, ast.ClassDef) for part in up.body)
                if isinstance(outer, (ast.List, ast.Tuple, ast.BinOp)) and not in_cell:
                    yield Use("state_is_tuple", file, node, "the size of a state as a number",
                              _before("state_is_tuple"), True)
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                name = getattr(node.targets[0], "attr", None) or getattr(node.targets[0], "id", None) or ""
                shapes = [part for part in node.value.args if isinstance(part, (ast.List, ast.Tuple))]
                if "state" in name.lower() and any(len(shape.elts) == 2 and _is_double(shape.elts[1])
                                                   for shape in shapes):
                    yield Use("state_is_tuple", file, node, "a state [batch, 2 * size]",
                              _before("state_is_tuple"), True)


def _is_double(node):
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and any(
        constant(side) == 2 for side in (node.left, node.right))


def _bidirectional(files):
    """Calls of bidirectional_rnn: how many results they are unpacked to, what is done with one for all."""
    for file in files:
        for node, short in _calls(file):
            if short != "bidirectional_rnn":
                continue
            parent = file.parents[node]
            versions, what = None, "bidirectional_rnn"
            if isinstance(parent, ast.Assign):
                target = parent.targets[0]
                if isinstance(target, (ast.Tuple, ast.List)) and len(target.elts) == 3:
                    versions, what = _since("bidirectional_states"), "bidirectional_rnn with three results"
                elif isinstance(target, ast.Name):
                    what = "bidirectional_rnn with one result"
                    if _taken_as_list(file, target):
                        versions = _before("bidirectional_states")
                        what += ", the list of outputs"
            yield Use("bidirectional_states", file, node, what, versions, True)


def _taken_as_list(file, target):
    """Whether a name's value is handed whole to a function or walked through."""
    scope = next(up for up in file.around(target) if isinstance(up, (ast.FunctionDef, ast.Module)))
    for node in ast.walk(scope):
        if isinstance(node, ast.Name) and node.id == target.id and isinstance(node.ctx, ast.Load):
            parent = file.parents[node]
            if isinstance(parent, (ast.For, ast.comprehension)) and parent.iter is node:
                return True
            if isinstance(parent, ast.keyword):
                parent = file.parents[parent]
            if isinstance(parent, ast.Call) and parent.func is not node and (
                    short_name(file, parent) in ("concat", "pack", "stack") or
                    getattr(parent.func, "id", None) in ("len", "enumerate", "zip", "reversed")):
                return True
    return False


def _losses(files):
    """Loss functions whose arguments' names don't say which is which."""
    functions = _Functions(files)
    for file in files:
        for node, short in _calls(file):
            if short not in ("model_with_buckets", "sequence_loss", "sequence_loss_by_example") or (
                    "contrib.seq2seq" in file.name_of(node.func)):
                continue
            given = [keyword.value for keyword in node.keywords if keyword.arg == "softmax_loss_function"]
            if short != "model_with_buckets":
                given += [arg for arg in node.args[4:] if isinstance(arg, ast.Lambda)]
            elif len(node.args) > 6:
                # TensorFlow 0.5 had the size of the vocabulary before the model.
                given += node.args[6 if functions.named(node.args[5]) else 7:][:1]
            if any(functions.are_anonymous(file, value) for value in given):
                yield Use("loss_labels_first", file, node,
                          "a loss function whose arguments' names say nothing", None, True)


class _Functions(object):
    """The functions of a program, by the names that they are handed around by."""

    def __init__(self, files):
        self._values = {}
        for file in files:
            for node in ast.walk(file.tree):
                if isinstance(node, ast.FunctionDef):
                    self._values.setdefault(node.name, []).append(node)
                elif isinstance(node, ast.Assign):
                    for target in node.targets:
                        self._keep(_last_name(target), node.value)
                elif isinstance(node, ast.keyword):
                    self._keep(node.arg, node.value)

    def _keep(self, name, value):
        if isinstance(value, ast.Lambda) or _last_name(value) not in (None, name):
            self._values.setdefault(name, []).append(value)

    def named(self, value, seen=()):
        """The definitions that an expression may stand for."""
        if isinstance(value, (ast.Lambda, ast.FunctionDef)):
            return [value]
        name = _last_name(value)
        if name is None or name in seen:
            return []
        return [function for other in self._values.get(name, ())
                for function in self.named(other, seen + (name,))]

    def are_anonymous(self, file, value):
        """Whether an expression may stand for a function whose arguments have no telling names."""
        if _last_name(value) is None and not isinstance(value, (ast.Lambda, ast.Call)):
            return False
        if (file.name_of(value) or "").startswith("tensorflow."):
            return False
        found = self.named(value)
        return not found or any(not _NAMED & {arg.arg for arg in function.args.args} for function in found)


def _last_name(node):
    return getattr(node, "attr", None) or getattr(node, "id", None)


def uses_of_era(files):
    """All that the era decides in the files of a program, and what tells of it: list of Use."""
    cells, told = _cells(files)
    found = cells + list(_bidirectional(files)) + list(_losses(files)) + list(_state_uses(files, cells, told))
    if cells and not told:
        found += list(_sizes(files))
    return found
