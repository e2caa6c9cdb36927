"""The hidden vectors in a state: of every layer, h or c of an LSTM, without bookkeeping."""
from ..arguments import one_of
from ..copying import is_cell_like
from ..cells.bookkeeping import is_own_by_field
from ..tf1 import is_sequence, rnn_cell, tf

__all__ = ["STATE_PARTS", "layers_of", "layers_of_state", "hidden_vectors"]

STATE_PARTS = ("h", "c")
_LSTM_STATE = rnn_cell.LSTMStateTuple


def layers_of_state(state):
    """List of the hidden states in a nested state: floating tensors, and `LSTMStateTuple`s whole.

    What a wrapper keeps to know where it stands (`cells.bookkeeping`) is left out.
    """
    if isinstance(state, _LSTM_STATE):
        return [state]
    if not is_sequence(state):
        return [state] if state.dtype.is_floating else []
    parts = list(state.values()) if isinstance(state, dict) else list(state)
    if hasattr(state, "_fields"):
        parts = [part for part, own in zip(parts, is_own_by_field(state)) if own]
    return [layer for part in parts for layer in layers_of_state(part)]


def _has_structure(cell, state):
    try:
        tf.nest.assert_same_structure(cell.state_size, state)
    except (TypeError, ValueError):
        return False
    return True


def layers_of(cell, state):
    """As `layers_of_state`, with a state that lies side by side in one tensor taken apart.

    Args:
      cell: the cell, by which a joined state (`state_is_tuple=False`) is known.
      state: its state, tensors [..., n].
    """
    inner = getattr(cell, "_cells", None)
    if inner and not is_sequence(state):
        state = tf.split(state, [one.state_size for one in inner], axis=-1)
    if inner and len(inner) == len(state):
        return [layer for one, part in zip(inner, state) for layer in layers_of(one, part)]
    if (isinstance(cell, (rnn_cell.BasicLSTMCell, rnn_cell.LSTMCell))
            and not is_sequence(state) and not cell._state_is_tuple):
        sizes = [cell.state_size - cell.output_size, cell.output_size]
        return [_LSTM_STATE(*tf.split(state, sizes, axis=-1))]
    # TensorFlow's wrappers and ours call the cell inside by one of these names.
    for name in ("_cell", "cell"):
        wrapped = getattr(cell, name, None)
        own = getattr(state, "state", state) if hasattr(state, "bookkeeping") else state
        if wrapped is not None and is_cell_like(wrapped) and _has_structure(wrapped, own):
            return layers_of(wrapped, own)
    return layers_of_state(state)


def hidden_vectors(layers, part, argument="state_part"):
    """List of one tensor per layer.

    Args:
      layers: list of tensors and `LSTMStateTuple`s.
      part: "h" or "c", which of an LSTM's two; other layers have one.
      argument: name of `part` in errors.

    Raises:
      ValueError: if `part` is something else, there are no layers, or "c" is asked where no layer
        is an LSTM's.
    """
    one_of(argument, part, STATE_PARTS)
    if not layers:
        raise ValueError("The state holds no floating-point tensors, so there is no hidden vector.")
    if part == "c" and not any(isinstance(layer, _LSTM_STATE) for layer in layers):
        raise ValueError("%s=\"c\" needs an LSTM, but no layer has an LSTMStateTuple for its "
                         "state; use \"h\"." % argument)
    return [getattr(layer, part) if isinstance(layer, _LSTM_STATE) else layer for layer in layers]
