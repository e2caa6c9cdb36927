"""From the names in a checkpoint to the variables of a graph."""
import collections
import os
import re

from ..arguments import boolean
from ..tf1 import is_variable, tf
from .names import era_of_names, foreign_layout, is_cudnns_own, keys_of_today, without_wrappers

__all__ = ["CheckpointMap", "checkpoint_map"]

_LISTED = 12
_OPTIMIZER_SCALAR = re.compile(r"(?:^|/)beta[12]_power(?:_\d+)?$")
_SHARD = re.compile(r"/part_\d+(?:/|$)")


class CheckpointMap(dict):
    """A dict from names in a checkpoint to variables: the `var_list` of a `tf.train.Saver`.

    The value of a partitioned variable is the list of its parts.

    Attributes:
      era: which versions wrote the names: "0.5 - 0.12", "1.0 - 1.1", "1.2 and later"; the oldest if
        there are several; None if no name tells.
      only_in_checkpoint: sorted names in the checkpoint that no variable gets its values from.
      only_in_graph: sorted names of variables that the checkpoint has no values for.
    """

    def __init__(self, pairs, era, only_in_checkpoint, only_in_graph):
        super(CheckpointMap, self).__init__(pairs)
        self.era = era
        self.only_in_checkpoint = sorted(only_in_checkpoint)
        self.only_in_graph = sorted(only_in_graph)


def checkpoint_map(checkpoint, variables=None, renamed=None, partial=False):
    """Which variable of the graph each variable of an older checkpoint is.

        saver = tf.train.Saver(checkpoint_map("model.ckpt-5000"))
        saver.restore(session, "model.ckpt-5000")

    Cells, wrappers, unrolling functions and `legacy_seq2seq` have called their variables by three
    sets of names (`checkpoints.names`); a name of any of them finds the variable. Optimizer slots
    (`.../Adam`, `.../Momentum`, ...) follow their variables. Only names are mapped: matrices of all
    these versions have the same rows and columns, and what does not is refused.

    Args:
      checkpoint: string or path: what was given to `Saver.save` (with the step), of format V1 or
        V2; or a folder, for its latest checkpoint.
      variables: list of variables; the global variables of the current graph by default.
      renamed: dict from names or scopes in the checkpoint to what the program calls them now, for
        changes of its own: {"encoder/RNN": "source/rnn"}. What is below a scope goes with it.
      partial: whether names without partner may be left over; the result lists them.

    Returns:
      A `CheckpointMap`.

    Raises:
      ValueError: if there is no checkpoint or none that can be read; if the graph has no variables;
        if shapes differ, if names have more than one partner; unless `partial`, if a name has none.
        What belongs to an optimizer that the graph doesn't have may stay in the checkpoint. Also
        for checkpoints of Keras' or cuDNN's cells, if the graph hasn't got them, as their matrices
        mean something else, and of `tf.train.Checkpoint`; and if `renamed` has a name that is not in
        the checkpoint.
      TypeError: for arguments of another kind.
    """
    partial = boolean("partial", partial)
    path, shapes = _read(checkpoint)
    targets = _targets(variables)
    names = _renamed(sorted(shapes), renamed)
    pairs, parted = _paired(names, targets)
    left = [name for name in shapes if name not in pairs]
    foreign = foreign_layout(name for name in left if not _may_stay(name, pairs))
    if foreign is not None:
        raise ValueError("%s can't be read by names: it holds %r, and %s."
                         % (path, foreign[0], foreign[1]))
    _check_shapes(path, shapes, pairs)
    taken = {target.name for target in pairs.values()}
    missing = [target.name for target in parted if target.name not in taken]
    if not partial:
        _check_all_paired(path, shapes, pairs, left, missing)
    return CheckpointMap(((name, target.value) for name, target in pairs.items()),
                         era_of_names(shapes), left, missing)


# What restores one variable of a checkpoint: a variable, or the parts of a partitioned one.
_Target = collections.namedtuple("_Target", "name value shape parts")


def _read(checkpoint):
    """(path, dict from names to shapes) of a checkpoint."""
    if not isinstance(checkpoint, (str, os.PathLike)):
        raise TypeError("checkpoint must be a path, got %r of type %s."
                        % (checkpoint, type(checkpoint).__name__))
    path = os.fspath(checkpoint)
    if tf.gfile.IsDirectory(path):
        folder, path = path, tf.train.latest_checkpoint(path)
        if path is None:
            raise ValueError("checkpoint %s is a folder without a checkpoint in it." % folder)
    try:
        reader = tf.train.NewCheckpointReader(path)
    except (tf.errors.OpError, RuntimeError, ValueError) as error:
        raise ValueError(
            "checkpoint %s can't be read. Give the path that Saver.save was given, with the step "
            "and without \".index\" or \".data-...\". TensorFlow says: %s" % (path, error))
    return path, reader.get_variable_to_shape_map()


def _targets(variables):
    if variables is None:
        variables = tf.global_variables()
        if not variables:
            raise ValueError("the current graph has no variables: build the model first, and call "
                             "checkpoint_map where that graph is the default one "
                             "(`with graph.as_default():`).")
    if not isinstance(variables, (list, tuple)):
        raise TypeError("variables must be a list of variables, got %r of type %s."
                        % (variables, type(variables).__name__))
    targets = collections.OrderedDict()
    for variable in variables:
        if not is_variable(variable):
            raise TypeError("variables must be a list of variables, got %r of type %s in it."
                            % (variable, type(variable).__name__))
        for part in variable if type(variable).__name__ == "PartitionedVariable" else [variable]:
            target = _Target(part.op.name, part, part.shape, ())
            slice_info = part._get_save_slice_info()
            if slice_info is None:
                targets[part.op.name] = target
                continue
            whole = targets.setdefault(
                slice_info.full_name,
                _Target(slice_info.full_name, [], tf.TensorShape(slice_info.full_shape), []))
            if target.name not in [known.name for known in whole.parts]:
                whole.value.append(part)
                whole.parts.append(target)
    return list(targets.values())


def _renamed(names, renamed):
    """A dict from names in the checkpoint to what they are after the program's own changes."""
    result = {name: name for name in names}
    for old, new in sorted((renamed or {}).items()):
        found = [name for name in names if name == old or name.startswith(old + "/")]
        if not found:
            raise ValueError("renamed has %r, which is no name and no scope in the checkpoint. It "
                             "holds: %s." % (old, _listed(names)))
        # Sorted, a scope inside a renamed scope comes later and wins.
        for name in found:
            result[name] = new + name[len(old):]
    return result


def _paired(names, targets):
    """(dict from names in the checkpoint to targets, all targets)."""
    pairs = {}
    _pair(names, targets, lambda name: name, pairs)
    keys = keys_of_today(set(names.values()) | {target.name for target in targets})
    _pair(names, targets, keys.__getitem__, pairs)
    _pair(names, targets, lambda name: without_wrappers(keys[name]), pairs)
    taken = {target.name for target in pairs.values()}
    # A matrix that the checkpoint keeps in shards goes to the parts.
    parted = [part for target in targets
              for part in (target.parts if target.name not in taken and target.parts
                           else [target])]
    keys = keys_of_today(set(names.values()) | {target.name for target in parted})
    _pair(names, parted, lambda name: without_wrappers(keys[name]), pairs)
    return pairs, parted


def _pair(names, targets, key, pairs):
    """Adds to `pairs` each name, not in it yet, with the target that has the same key."""
    taken = {target.name for target in pairs.values()}
    by_key = collections.defaultdict(lambda: ([], []))
    for name, now in names.items():
        if name not in pairs:
            by_key[key(now)][0].append(name)
    for target in targets:
        if target.name not in taken:
            by_key[key(target.name)][1].append(target)
    for found, fitting in by_key.values():
        if len(found) == len(fitting) == 1:
            pairs[found[0]] = fitting[0]
        elif found and fitting:
            raise ValueError(
                "which is which can't be told from the names: in the checkpoint %s, in the graph "
                "%s. Say it by renamed={name in the checkpoint: name in the graph}."
                % (_listed(found), _listed(target.name for target in fitting)))


def _check_shapes(path, shapes, pairs):
    wrong = ["%s %s there, %s %s here" % (name, shapes[name], target.name, target.shape.as_list())
             for name, target in sorted(pairs.items())
             if not target.shape.is_compatible_with(shapes[name])]
    if wrong:
        raise ValueError("%s has other shapes than the graph: %s." % (path, "; ".join(wrong)))


def _may_stay(name, pairs):
    """Whether a name of the checkpoint is none that a variable of the graph should have."""
    return _is_of_optimizer(name, pairs) or is_cudnns_own(name, pairs)


def _check_all_paired(path, shapes, pairs, left, missing):
    # Slots of a name that is listed would only make the list longer.
    ours = [name for name in left
            if not _may_stay(name, pairs) and name.rpartition("/")[0] not in left]
    missing = [name for name in missing if name.rpartition("/")[0] not in missing]
    if not ours and not missing:
        return
    lines = ["names in %s (of TensorFlow %s) and variables of the graph don't match."
             % (path, era_of_names(shapes) or "versions that can't be told")]
    if ours:
        lines.append("Only in the checkpoint: %s." % _listed(ours))
    if missing:
        lines.append("Only in the graph: %s." % _listed(missing))
    if any(_SHARD.search(key) for key in keys_of_today(ours).values()):
        lines.append("A matrix W_0, W_1, ... was split: give the cell the same num_unit_shards.")
    lines.append("Say by renamed={...} what has another name now, or leave them by partial=True.")
    raise ValueError(" ".join(lines))


def _is_of_optimizer(name, pairs):
    """Whether a name in the checkpoint is of a slot of a variable that was found, or a scalar."""
    owner = name.rpartition("/")[0]
    return bool(_OPTIMIZER_SCALAR.search(name)) or any(
        owner == found or owner.endswith("/" + found) for found in pairs)


def _listed(names):
    names = sorted(names)
    more = len(names) - _LISTED
    return ", ".join(names[:_LISTED]) + (" and %d more" % more if more > 0 else "")
