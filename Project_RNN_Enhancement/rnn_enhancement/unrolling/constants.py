"""Small constants that every loop of a graph shares, instead of one node per use."""
import numpy as np

from ..tf1 import control_flow_context, no_control_flow, tf, without_colocation

__all__ = ["constant", "concat", "split"]

_ATTRIBUTE = "_project_rnn_enhancement_constants"


def constant(value, dtype=tf.int32):
    """A constant of the default graph, outside its control flow and on no device in particular."""
    graph = tf.get_default_graph()
    known = vars(graph).setdefault(_ATTRIBUTE, {})
    array = np.asarray(value, dtype=tf.as_dtype(dtype).as_numpy_dtype)
    key = (array.dtype.str, array.shape, array.tobytes())
    if key not in known:
        with no_control_flow(graph), without_colocation(), tf.device(None), tf.name_scope(""):
            known[key] = tf.constant(array, name="rnn_enhancement/constant")
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
