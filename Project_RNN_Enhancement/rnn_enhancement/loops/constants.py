"""What every loop of a graph shares: small constants, and what is made of weights alone."""
import numpy as np

from ..tf1 import control_flow_context, tf, without_colocation

__all__ = ["constant", "shared", "concat", "split"]

_ATTRIBUTE = "_project_rnn_enhancement_constants"


def _known(graph):
    if not hasattr(graph, _ATTRIBUTE):
        setattr(graph, _ATTRIBUTE, {})
    return getattr(graph, _ATTRIBUTE)


def constant(value, dtype=tf.int32):
    """A constant of the default graph, outside its control flow and on no device in particular."""
    graph = tf.get_default_graph()
    known = _known(graph)
    array = np.asarray(value, dtype=tf.as_dtype(dtype).as_numpy_dtype)
    key = (array.dtype.str, array.shape, array.tobytes())
    if key not in known:
        # This leaves loops and `cond`s too.
        with tf.control_dependencies(None), without_colocation(), tf.device(None):
            with tf.name_scope(""):
                known[key] = tf.constant(array, name="rnn_enhancement/constant")
    return known[key]


def shared(key, sources, make):
    """`make()`, made once per graph.

    Args:
      key: what tells it from others.
      sources: the tensors that it is made of; if one is part of a `cond`, nothing is shared.
      make: function without arguments that gives a list of tensors.
    """
    graph = tf.get_default_graph()
    if any(source.graph is not graph or control_flow_context(source.op) is not None
           for source in sources):
        return make()
    known = _known(graph)
    if key not in known:
        # This leaves loops and `cond`s too.
        with tf.control_dependencies(None):
            known[key] = make()
    return known[key]


def concat(values, axis):
    """`tf.concat` without a node for the axis."""
    if len(values) == 1:
        return values[0]
    axis %= values[0].shape.ndims
    joined = tf.concat(values, constant(axis))
    # Shapes are not inferred where the axis comes into a loop from outside.
    shapes = [value.shape.as_list() for value in values]
    known = [next((size for size in sizes if size is not None), None) for sizes in zip(*shapes)]
    widths = [shape[axis] for shape in shapes]
    known[axis] = None if None in widths else sum(widths)
    joined.set_shape(known)
    return joined


def split(value, sizes, axis):
    """`tf.split` without nodes for sizes and axis."""
    axis %= value.shape.ndims
    if len(set(sizes)) == 1:
        parts = tf.raw_ops.Split(axis=constant(axis), value=value, num_split=len(sizes))
    else:
        parts = tf.raw_ops.SplitV(value=value, size_splits=constant(sizes), axis=constant(axis),
                                  num_split=len(sizes))
    for part, size in zip(parts, sizes):
        shape = value.shape.as_list()
        shape[axis] = size
        part.set_shape(shape)
    return parts
