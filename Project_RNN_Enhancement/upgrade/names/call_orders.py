"""Rules for the functions whose arguments changed their order between 0.12 and 1.0."""
from . import forms
from .calls import evaluated

__all__ = ["CALLS"]

_UNKNOWN = ("%s took %s until 0.12 and takes %s since 1.0, and neither the call nor the program's version "
            "says which "
            "it is: write its arguments with their names.")


def _is_old(call, old, new):
    """Whether a call has the order of 0.12: what its form says, else the program's version, else None."""
    if old != new:
        return old
    return forms.is_before(call.era, "1.0")


def concat(call):
    """tf.concat(axis, values) -> tf.concat(values, axis)."""
    if call.rename_keywords({"concat_dim": "axis"}):
        call.changed("concat's axis is called axis since 1.0.")
    given, keywords = call.positional, call.keywords
    if call.has_star and not given:
        return
    if len(given) == 1 and "values" in keywords:
        call.name_positional(["axis"])
        call.changed("concat takes its axis by name beside values=.")
    if len(given) < 2:
        return
    first, second = given[:2]
    old = _is_old(call, forms.is_axis(first) or forms.is_values(second),
                  forms.is_values(first) or forms.is_axis(second))
    if old is None:
        call.look(_UNKNOWN % ("tf.concat", "(axis, values)", "(values, axis)"))
    elif old:
        if len(given) > 2:
            call.name_positional(["axis", "values", "name"])
        elif forms.is_axis(first) and not forms.is_axis(second) and evaluated(first) is not None:
            call.reorder([1, 0])
        else:
            call.name_positional(["axis", "values"])
        call.changed("concat takes (values, axis) since 1.0.")


def split(call):
    """tf.split(axis, number, value) -> tf.split(value, number, axis)."""
    names = ["axis", "num_or_size_splits", "value", "name"]
    given = call.positional
    renamed = call.rename_keywords({"split_dim": "axis", "num_split": "num_or_size_splits"})
    if given and (renamed or "value" in call.keywords):
        call.name_positional(names)
    if renamed or (given and "value" in call.keywords):
        call.changed("split's arguments are called value, num_or_size_splits and axis since 1.0.")
        return
    if len(given) < 3:
        return
    old = _is_old(call, forms.is_axis(given[0]), forms.is_axis(given[2]))
    if old is None:
        call.look(_UNKNOWN % ("tf.split", "(axis, number, value)", "(value, number, axis)"))
    elif old:
        if len(given) == 3 and evaluated(given[0]) is not None and not forms.is_axis(given[2]):
            call.reorder([2, 1, 0])
        else:
            call.name_positional(names)
        call.changed("split takes (value, number, axis) since 1.0.")


def _cross_entropy(*more):
    def rule(call):
        renamed = call.rename_keywords({"targets": "labels"})
        given = call.positional
        if given:
            names = ["logits", "labels"] + list(more)
            if len(given) > 2 and forms.is_string(given[2]):
                names[2:] = ["name"]
            # In 1.x a call by position is refused, so that the order can only be the older one.
            call.name_positional(names)
        if given or renamed:
            call.changed("%s takes its arguments by name since 1.0; by position they were logits, labels."
                         % call.name.rpartition(".")[2])
    return rule


def _inputs_first(at, names, first, order):
    """A rule for a function that took inputs before labels until 0.12.

    Args:
      at: position of the first of the two.
      names: the positions' names in the older order.
      first: the name of the argument that was first.
      order: the newer order, as the message says it.
    """
    last = order.rpartition(", ")[2]

    def rule(call):
        given = call.positional
        if len(given) < at + 2:
            return
        kinds = [forms.kind(node) for node in given[at:at + 2]]
        old = _is_old(call, kinds in (["inputs", "labels"], ["inputs", None], [None, "labels"]),
                      kinds in (["labels", "inputs"], ["labels", None], [None, "inputs"]))
        function = call.name.rpartition(".")[2]
        if old is None:
            call.look(_UNKNOWN % (function, "%s before %s" % (first, "the labels"), order))
        elif old:
            call.name_positional(names, start=at)
            call.changed("%s takes %s before %s since 1.0." % (function, order.partition(", ")[0], last))
    return rule


def reverse(call):
    """A mask of booleans becomes a list of axes."""
    renamed = call.rename_keywords({"dims": "axis"})
    node = call.get(1, "axis")
    if node is None:
        return
    value = evaluated(node)
    if isinstance(value, (list, tuple)) and all(isinstance(item, bool) for item in value) and value:
        index = [arg.value for arg in call.args].index(node)
        call.replace_argument(index, "[%s]" % ", ".join(str(axis) for axis, flag in enumerate(value) if flag))
        call.changed("reverse takes the axes to reverse since 1.0, not a truth value for each.")
    elif renamed or (value is None and not forms.is_axis(node) and forms.is_before(call.era,
                                                                                   "1.0") is not False):
        call.look("tf.reverse takes the numbers of the axes to reverse since 1.0; until 0.12 it took a truth "
                  "value "
                  "for each axis: change the argument if it's such a list.")


def svd(call):
    """tf.svd(tensor, compute_uv, full_matrices) -> the same by name."""
    if len(call.positional) < 2:
        return
    old = True if call.name.endswith("batch_svd") else forms.is_before(call.era, "1.0")
    if old is None:
        call.look(_UNKNOWN % ("tf.svd", "(tensor, compute_uv, full_matrices)",
                              "(tensor, full_matrices, compute_uv)"))
    elif old:
        call.name_positional([None, "compute_uv", "full_matrices", "name"], start=1)
        call.changed("svd takes full_matrices before compute_uv since 1.0.")


_SAMPLED = [None, None, "inputs", "labels", "num_sampled", "num_classes", "num_true", "sampled_values",
            "remove_accidental_hits", "partition_strategy", "name"]

CALLS = {
    "tensorflow.concat": concat,
    "tensorflow.split": split,
    "tensorflow.reverse": reverse,
    "tensorflow.svd": svd,
    "tensorflow.batch_svd": svd,
    "tensorflow.nn.softmax_cross_entropy_with_logits": _cross_entropy("dim", "name"),
    "tensorflow.nn.sparse_softmax_cross_entropy_with_logits": _cross_entropy("name"),
    "tensorflow.nn.sigmoid_cross_entropy_with_logits": _cross_entropy("name"),
    "tensorflow.nn.sampled_softmax_loss": _inputs_first(2, _SAMPLED, "the inputs", "labels, inputs"),
    "tensorflow.nn.nce_loss": _inputs_first(2, _SAMPLED, "the inputs", "labels, inputs"),
    "tensorflow.nn.ctc_loss": _inputs_first(
        0, ["inputs", "labels", "sequence_length", "preprocess_collapse_repeated", "ctc_merge_repeated"],
        "the inputs", "labels, inputs"),
    "tensorflow.nn.weighted_cross_entropy_with_logits": _inputs_first(
        0, ["logits", "targets", "pos_weight", "name"], "the logits", "targets, logits"),
    "tensorflow.nn.log_poisson_loss": _inputs_first(
        0, ["log_input", "targets", "compute_full_loss", "name"], "the inputs", "targets, log_input"),
}
