"""The one door to TensorFlow, and the few differences between its versions.

Everything in the package that needs TensorFlow imports it from here::

    from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf
"""
import warnings

with warnings.catch_warnings():
    # TensorFlow 1.15 with NumPy >= 1.17 warns once per quantised dtype.
    warnings.simplefilter("ignore", FutureWarning)
    import tensorflow.compat.v1 as tf

from tensorflow.python.framework import ops as _ops
from tensorflow.python.ops import rnn as _rnn
from tensorflow.python.ops import rnn_cell_impl as _rnn_cell_impl
from tensorflow.python.util import deprecation as _deprecation

__all__ = ["tf", "quiet_deprecations", "undeprecated", "without_autograph",
           "registered_gradients", "gradient_function",
           "overridden_gradients", "outermost_graph", "is_sequence", "is_tensor", "is_variable",
           "static_dimension", "variable_names", "private_rnn", "private_rnn_cell"]

# Private modules whose helpers legacy programs import by name; re-exported by the public modules.
private_rnn = _rnn
private_rnn_cell = _rnn_cell_impl

# The public alias for nested structures was renamed on the way to 2.x.
is_sequence = getattr(tf.nest, "is_nested", None) or tf.nest.is_sequence


def quiet_deprecations():
    """A context in which TensorFlow does not announce that RNN symbols are deprecated."""
    return _deprecation.silence()


def undeprecated(function):
    """`function` without TensorFlow's deprecation notice around it."""
    return getattr(function, "__wrapped__", function)


def without_autograph(function):
    """Marks `function` as graph code as it stands, which AutoGraph is not to rewrite."""
    # 1.15 looks for the first name, 2.x for the second.
    for mark in ("__ag_compiled", "autograph_info__"):
        setattr(function, mark, True)
    return function


def registered_gradients():
    """Names of the op types with a gradient function."""
    registry = getattr(_ops, "gradient_registry", None) or _ops._gradient_registry
    return registry.list()


def gradient_function(op_type):
    """The gradient function registered for `op_type`; None for an op without gradient."""
    registry = getattr(_ops, "gradient_registry", None) or _ops._gradient_registry
    return registry.lookup(op_type)


def overridden_gradients(graph):
    """The op types, and names, that a `gradient_override_map` in force replaces gradients by."""
    return dict(getattr(graph, "_gradient_override_map", {}))


def outermost_graph():
    """The graph that holds variables: the default graph, or the one around its function bodies."""
    graph = tf.get_default_graph()
    while getattr(graph, "outer_graph", None) is not None:
        graph = graph.outer_graph
    return graph


def variable_names(graph):
    """Full names of the global and local variables of `graph`, without output index."""
    names = []
    for collection in (tf.GraphKeys.GLOBAL_VARIABLES, tf.GraphKeys.LOCAL_VARIABLES):
        names.extend(variable.op.name for variable in graph.get_collection(collection))
    return names


def is_tensor(value):
    """Whether `value` is a tensor, variable or sparse tensor of a graph (or eager)."""
    return tf.is_tensor(value)


def is_variable(value):
    """Whether `value` is a TensorFlow variable, partitioned ones included."""
    return isinstance(value, tf.Variable) or type(value).__name__ == "PartitionedVariable"


def static_dimension(tensor, axis):
    """Length of `tensor` along `axis` where the graph knows it, else None."""
    shape = tensor.shape
    return None if shape.ndims is None else tf.dimension_value(shape[axis])
