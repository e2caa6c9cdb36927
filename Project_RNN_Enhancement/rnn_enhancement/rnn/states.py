"""Forms of a cell's state: as the cell has it, or as one tensor, side by side."""
from ..tf1 import is_sequence, reject_keras_3, static_dimension, tf

__all__ = ["as_cell_state"]


def as_cell_state(cell, state):
    """`state` in the structure of `cell.state_size`.

    A tensor [batch, sum of sizes] given where the cell has a nested state is split, as programs
    from before 0.11 pass it on; a nested state given where the cell has one tensor is joined.

    Raises:
      TypeError: if `cell` is one of Keras 3.
    """
    reject_keras_3("cell", cell)
    size = getattr(cell, "state_size", None)
    if state is None or size is None:
        return state
    if is_sequence(size) and not is_sequence(state):
        sizes = tf.nest.flatten(size)
        if (tf.is_tensor(state) and state.shape.ndims == 2
                and all(isinstance(part, int) for part in sizes)
                and static_dimension(state, 1) == sum(sizes)):
            return tf.nest.pack_sequence_as(size, tf.split(state, sizes, axis=1))
    elif isinstance(size, int) and is_sequence(state):
        parts = tf.nest.flatten(state)
        if all(tf.is_tensor(part) and part.shape.ndims == 2 for part in parts):
            return tf.concat(parts, 1)
    return state
