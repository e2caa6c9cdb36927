"""Copies of a cell that have no weights yet.

TensorFlow 1.15 can't deep-copy a cell that has been called (its attributes hold variables, and
through them the graph's locks). The sequence-to-sequence models copy the decoder's cell for the
encoder, in every bucket, so here a copy takes a cell's settings and leaves its weights behind.
"""
import copy

from .per_thread import PerThread
from .tf1 import is_tensor, is_variable, Layer, tf, with_referent

__all__ = ["copies_told_to", "fresh_copy", "forget_other_graphs", "is_cell_like",
           "SCOPES_OF_CALLS", "SET_BY_CALLS"]

_local = PerThread(told=None)

# What `tf.layers.Layer` and the cells set when they are called, and the value before that.
_CALL_STATE = {
    "built": False,
    "_trainable_weights": list,
    "_non_trainable_weights": list,
    "_updates": list,
    "_losses": list,
    "_callable_losses": list,
    "_inbound_nodes": list,
    "_outbound_nodes": list,
    "_current_scope": None,
    "_twins": dict,
    "_home": None,
}
# Scopes that layers keep; each has the graph that it was made in.
SCOPES_OF_CALLS = ("_always_reuse_variable_scope", "rnncell_scope")
_LEFT_OUT = frozenset(SCOPES_OF_CALLS + ("_last_zero_state",))
SET_BY_CALLS = _LEFT_OUT.union(_CALL_STATE)
_DEPENDENCIES = "_unconditional_"
_SHARED = frozenset(["_graph", "_thread_local", "_metrics_lock"])


def is_cell_like(value):
    """Whether `value` behaves as an RNN cell, whatever it derives from."""
    return (callable(value) and not isinstance(value, type)
            and hasattr(type(value), "state_size") and hasattr(type(value), "output_size"))


def forget_other_graphs(cell, inside=True):
    """Makes a cell forget the scopes that its layer keeps of calls in other graphs.

    To enter such a scope is to enter its graph, which may be the finished body of a function or
    branch.

    Args:
      inside: whether the cells inside it do so too.
    """
    graph, seen, stack = tf.get_default_graph(), set(), [cell]
    while stack:
        cell = stack.pop()
        seen.add(id(cell))
        attributes = getattr(cell, "__dict__", {})
        for name in SCOPES_OF_CALLS:
            if getattr(attributes.get(name), "_graph", graph) is not graph:
                del attributes[name]
        for value in list(attributes.values()) if inside else ():
            stack.extend(item for item in (value if isinstance(value, (list, tuple)) else [value])
                         if is_cell_like(item) and id(item) not in seen)


def _holds_variables(value):
    contents = getattr(value, "__dict__", None)
    return bool(contents) and any(is_variable(item) for item in contents.values())


def _copied_dependencies(value, memo):
    """What an object-based checkpoint finds through a cell: of a copy, the copied cells inside."""
    if isinstance(value, dict):
        return {name: _copied(item, memo) for name, item in value.items() if id(item) in memo}
    return [with_referent(item, _copied(item.ref, memo)) for item in value
            if id(item.ref) in memo]


def _copied(value, memo):
    if id(value) in memo:
        return memo[id(value)]
    if is_tensor(value) or is_variable(value):
        return value
    if is_cell_like(value) or isinstance(value, Layer):
        return fresh_copy(value, memo)
    if type(value) in (list, tuple):
        return type(value)(_copied(item, memo) for item in value)
    if type(value) is dict:
        return {key: _copied(item, memo) for key, item in value.items()}
    try:
        return copy.deepcopy(value, memo)
    except (TypeError, NotImplementedError, ValueError):
        return value


def copies_told_to(function):
    """Context in which `function`, or None, is called with every copy of a cell that is made."""
    return _local.set(told=function)


def fresh_copy(cell, memo=None):
    """A copy of `cell`, and of the cells and layers inside it, without weights.

    Settings are copied deeply; tensors among them (a dropout probability, say) are shared.
    Works for cells of this package, of TensorFlow and of the user, before and after their use.
    """
    memo = {} if memo is None else memo
    if id(cell) not in memo:
        memo[id(cell)] = duplicate = _duplicate(cell, memo)
        if _local.told is not None:
            _local.told(duplicate)
    return memo[id(cell)]


def _duplicate(cell, memo):
    if not isinstance(cell, Layer):
        duplicate = copy.copy(cell)
        memo[id(cell)] = duplicate
        for name, value in vars(cell).items():
            object.__setattr__(duplicate, name, _copied(value, memo))
        return duplicate
    duplicate = cell.__class__.__new__(cell.__class__)
    memo[id(cell)] = duplicate
    called = bool(getattr(cell, "built", False))
    # Dependencies last: they are the cells that the other attributes hold.
    for name, value in sorted(vars(cell).items(), key=lambda item: _DEPENDENCIES in item[0]):
        if name in _LEFT_OUT:
            continue
        if name in _CALL_STATE:
            initial = _CALL_STATE[name]
            value = initial() if callable(initial) else initial
        elif _DEPENDENCIES in name:
            value = _copied_dependencies(value, memo)
        elif name == "_scope":
            value = None if called else copy.copy(value)
        elif called and _holds_variables(value) and not (
                is_cell_like(value) or isinstance(value, Layer)):
            value = None
        elif name not in _SHARED:
            value = _copied(value, memo)
        object.__setattr__(duplicate, name, value)
    return duplicate
