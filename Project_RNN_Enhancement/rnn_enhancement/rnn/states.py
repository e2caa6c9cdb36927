"""Forms of a cell's state: as the cell has it, in plain tuples or lists, or as one tensor."""
from ..tf1 import is_sequence, reject_keras_3, static_dimension, tf

__all__ = ["as_cell_state", "is_state_of_size"]


def as_cell_state(cell, state):
    """`state` in the structure of `cell.state_size`.

    Tuples and lists, in any nesting, stand for the cell's own tuples where their tensors are as
    many and as wide. A tensor [batch, sum of sizes] given where the cell has a nested state is
    split, as programs from before 0.11 pass it on; a nested state given where the cell has one
    tensor is joined. What fits in no such way is left as it is.

    Raises:
      TypeError: if `cell` is one of Keras 3.
    """
    reject_keras_3("cell", cell)
    size = getattr(cell, "state_size", None)
    if state is None or size is None:
        return state
    if is_sequence(size):
        parts = _parts(size, state)
        return state if parts is None else tf.nest.pack_sequence_as(size, parts)
    if isinstance(size, int) and is_sequence(state):
        parts = tf.nest.flatten(state)
        if all(tf.is_tensor(part) and part.shape.ndims == 2 for part in parts):
            return tf.concat(parts, 1)
    return state


def _parts(size, state):
    """The tensors of `state`, one for each part of `size`; None if they don't fit."""
    sizes = tf.nest.flatten(size)
    parts = tf.nest.flatten(state)
    if len(parts) == len(sizes) and all(map(is_state_of_size, sizes, parts)):
        return parts
    if not is_sequence(size):
        return None
    if not is_sequence(state):
        return _split(sizes, state)
    if not all(isinstance(nest, (tuple, list)) for nest in (size, state)):
        return None
    if len(size) != len(state):
        return None
    children = [_parts(*pair) for pair in zip(size, state)]
    return None if None in children else sum(children, [])


def is_state_of_size(size, part):
    """Whether `part` may be a tensor [batch] + size, as far as the graph knows sizes and shape.

    What has the size [] may also be a scalar, which all examples share.
    """
    shape = getattr(part, "shape", None)
    if shape is None:
        return False
    if tf.is_tensor(size):
        size = [None]
    allowed = tf.TensorShape([None]).concatenate(size)
    shape = tf.TensorShape(shape)
    return shape.is_compatible_with(allowed) or allowed.ndims == 1 and shape.ndims == 0


def _split(sizes, state):
    if (tf.is_tensor(state) and state.shape.ndims == 2
            and all(isinstance(size, int) for size in sizes)
            and static_dimension(state, 1) == sum(sizes)):
        return tf.split(state, sizes, axis=1)
    return None
