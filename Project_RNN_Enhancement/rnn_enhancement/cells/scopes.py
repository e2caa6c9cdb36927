"""Which set of weights a cell uses: weights by scope.

Before TensorFlow 1.1 a cell held no variables; a call made or found them in the variable scope of
the call. One cell given to an encoder and a decoder had two sets of weights. Since 1.2 a cell
keeps the weights of its first call. Here a cell used in another scope hands the call to a twin of
itself that lives there, so both kinds of program get what they mean:

* the same scope again, or a scope around it: the weights that are there already;
* another scope: weights of its own;
* another scope that only reuses and holds none: the weights of the first call.
"""
from ..copying import fresh_copy
from ..per_thread import PerThread
from ..tf1 import outermost_graph, tf, variable_names

__all__ = ["checked_scope", "holder", "weights_by_object"]

_local = PerThread(by_object=False)


def weights_by_object():
    """Context in which a cell keeps the weights of its first call in every scope, as in 1.15."""
    return _local.set(by_object=True)


def checked_scope(cell, scope, reuse=None, **keywords):
    """The variable scope that a cell for TensorFlow 1.1 opens around its variables (`_checked_scope` there).

    TensorFlow 1.1 raised an error where a cell was called in a second scope; which weights it uses there
    is said above.

    Args:
      cell: the cell.
      scope: name or VariableScope.
      reuse: as in `tf.variable_scope`.
      **keywords: of `tf.variable_scope`.

    Returns:
      a context, which gives the VariableScope.
    """
    del cell
    return tf.variable_scope(scope, reuse=reuse, **keywords)


def _scope_name(scope):
    current = tf.get_variable_scope().name
    if scope is None:
        return current
    name = getattr(scope, "name", scope)
    if name is not scope or not current:
        return name
    return current + "/" + name


def _encloses(outer, inner):
    return not outer or inner.startswith(outer + "/")


def _has_weights(cell, scope_name, scope):
    prefix = scope_name
    if scope is None:
        prefix = "/".join(part for part in (scope_name, cell._base_name) if part)
    return any(name.startswith(prefix + "/") for name in variable_names(tf.get_default_graph()))


def holder(cell, scope):
    """The cell, `cell` itself or a twin of it, whose weights a call in `scope` uses."""
    graph = outermost_graph()
    name = _scope_name(scope)
    if cell._home is None:
        cell._home = (graph, name)
    if _local.by_object:
        return cell
    holders = {cell._home: cell}
    holders.update(cell._twins)
    if (graph, name) in holders:
        return holders[graph, name]
    for (home_graph, home_name), inside in holders.items():
        if home_graph is graph and _encloses(name, home_name):
            return inside
    if (cell._home[0] is graph and tf.get_variable_scope().reuse is True
            and not _has_weights(cell, name, scope)):
        return cell
    twin = fresh_copy(cell)
    twin._home = (graph, name)
    cell._twins[graph, name] = twin
    # For object-based checkpoints, which find variables by the objects that hold them.
    cell._track_trackable(twin, name="scope_%d" % len(cell._twins))
    return twin
