"""Forms of a cell's state: as the cell has it, in plain tuples or lists, or as one tensor."""
from ..tf1 import is_sequence, reject_keras_3, static_dimension, tf

__all__ = ["as_cell_state"]


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
    if len(parts) == len(sizes) and all(map(_fits, sizes, parts)):
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


def _fits(size, part):
    """Whether `part` may be a tensor [batch] + size, as far as the graph knows its shape."""
    shape = getattr(part, "shape", None)
    return shape is not None and tf.TensorShape(shape).is_compatible_with(
        tf.TensorShape([None]).concatenate(size))


def _split(sizes, state):
    if (tf.is_tensor(state) and state.shape.ndims == 2
            and all(isinstance(size, int) for size in sizes)
            and static_dimension(state, 1) == sum(sizes)):
        return tf.split(state, sizes, axis=1)
    return None
