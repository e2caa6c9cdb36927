"""Which parts of a state are a cell's own, and which a wrapper keeps to know where it stands.

A state type with an attribute `bookkeeping`, a tuple of its fields' names, says which of them
count steps or remember inputs. Noise on those would not regularise but lose the place.
"""
from ..tf1 import is_sequence, rnn_cell, tf

__all__ = ["own_parts", "is_own_by_field", "output_by_state"]


def is_own_by_field(state):
    """Bools in the structure of `state`, a named tuple, one level deep."""
    return type(state)(*[name not in getattr(state, "bookkeeping", ()) for name in state._fields])


def own_parts(state):
    """Bools in the structure of `state` (or of a state size): False for bookkeeping."""
    if isinstance(state, dict):
        return type(state)((key, own_parts(part)) for key, part in state.items())
    if not is_sequence(state):
        return True
    if hasattr(state, "_fields"):
        return type(state)(*[
            own_parts(part) if own else tf.nest.map_structure(lambda _: False, part)
            for part, own in zip(state, is_own_by_field(state))])
    return type(state)(own_parts(part) for part in state)


def output_by_state(cell, output, before, after):
    """The output of a step whose new state was changed, where it is a part of that state.

    Args:
      cell, output: the cell, and what it returned.
      before, after: flat new state as the cell returned it, and changed.
    """
    for old, new in zip(before, after):
        if output is old:
            return new
    if isinstance(cell, (rnn_cell.BasicLSTMCell, rnn_cell.LSTMCell)) and len(before) == 1:
        # c and h side by side.
        return after[0][:, -cell.output_size:]
    return output
