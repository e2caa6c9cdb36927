"""Derivatives with respect to the states of single steps, in a loop too."""
from ..copying import fresh_copy, is_cell_like
from ..placement import placed
from ..tf1 import rnn_cell, tf
from .bookkeeping import output_by_state
from .interconnect import MultiRNNCell_Interconnect
from .wrappers import (DeviceWrapper, DropoutWrapper, EmbeddingWrapper, InputProjectionWrapper,
                       OutputProjectionWrapper, ResidualWrapper, StateWrapper)

__all__ = ["PerturbationWrapper"]

# What hands a cell's state on as it is.
_AROUND = (DeviceWrapper, DropoutWrapper, EmbeddingWrapper, InputProjectionWrapper,
           OutputProjectionWrapper, ResidualWrapper, rnn_cell.DeviceWrapper,
           rnn_cell.DropoutWrapper, rnn_cell.ResidualWrapper)


class _Slot(object):
    """Where a cell inside finds its perturbation during a call; one for all its copies."""

    value = None

    def __deepcopy__(self, memo):
        return self


class _Perturbed(StateWrapper):
    """A cell to whose new state the contents of a slot are added."""

    def __init__(self, cell, slot):
        super(_Perturbed, self).__init__(cell)
        self._slot = slot

    def __call__(self, inputs, state, scope=None):
        output, new_state = self._call_inside(self._cell, inputs, state, scope)
        new = tf.nest.flatten(new_state)
        with tf.name_scope("perturbation"):
            moved = [a + b for a, b in zip(new, self._slot.value)]
        return (output_by_state(self._cell, output, new, moved),
                tf.nest.pack_sequence_as(new_state, moved))


def _hands_state_on(cell):
    if not isinstance(cell, _AROUND):
        return False
    keep = getattr(cell, "_state_keep_prob", 1.0)
    return isinstance(keep, float) and keep == 1


def _perturbed(cell, found):
    """`cell` with a slot for every cell in it that has a state; `found`: (slot, parts) of each."""
    if isinstance(cell, MultiRNNCell_Interconnect):
        raise ValueError("The layers of a MultiRNNCell_Interconnect pass on more than their "
                         "outputs and can't be perturbed.")
    if isinstance(cell, rnn_cell.MultiRNNCell):
        if not cell._state_is_tuple:
            raise ValueError("A stack whose layers' states are one tensor can't be perturbed layer "
                             "by layer: make it with state_is_tuple=True.")
        layers = [_perturbed(layer, found) for layer in cell._cells]
        duplicate = fresh_copy(cell, {id(old): new for old, new in zip(cell._cells, layers)})
        # One layer may be there twice.
        duplicate._cells = layers
        return duplicate
    if _hands_state_on(cell):
        inner = next(value for value in vars(cell).values() if is_cell_like(value))
        return fresh_copy(cell, {id(inner): _perturbed(inner, found)})
    slot = _Slot()
    found.append((slot, len(tf.nest.flatten(cell.state_size))))
    return _Perturbed(cell, slot)


class PerturbationWrapper(StateWrapper):
    """Adds a perturbation, zeros, to every new state, so that one can differentiate by it.

        y_t, s_t = cell(x_t, s_{t-1});    s_t + p_t is the state that goes on

    With p_t = 0 nothing changes, and the derivative of a loss with respect to p_t is the total one
    with respect to the state after step t, through all later steps, in a loop as in copies of the
    step; a loop's states are only results. An output that is part of the state, as it is in all
    basic cells, is perturbed with it. The parts of a cell's state count as independent: what c_t of
    an LSTM does to h_t isn't part of the derivative with respect to c_t. In copies this is
    `tf.gradients(loss, state_t, stop_gradients=state_t)` of one cell's flat state.

        zeros = tf.zeros([steps, batch, cell.state_size])
        pairs = list(zip(inputs, tf.unstack(zeros)))
        outputs, state = static_rnn(PerturbationWrapper(cell), pairs, dtype=tf.float32)
        by_states, = tf.gradients(loss, [zeros])

    Inputs are pairs (x_t, p_t), p_t in the structure of `cell.state_size`, of tensors
    [batch, size]; in `dynamic_rnn` (x, p) of tensors [batch, time, size]. Past the end of an
    example (`sequence_length`) a perturbation has no effect: its last state counts as that of its
    last step.

    Each layer of a stack is perturbed where it lies, below dropout and projections too. In a
    `GridLSTMCell`, whose layers aren't cells, what happens within a step between one layer and the
    next is left out.

    Args:
      cell: the cell; a stack of layers has a tuple for its state.
      **kwargs: `gpu_for_layer` (see `RNNCell`).

    State, output and variables are those of the cell.

    Raises:
      TypeError: for a cell that is none; when called, for inputs that are no pair.
      ValueError: for a stack whose state is one tensor, or an interconnected one; when called, for
        perturbations in another structure than the state's.
    """

    def __init__(self, cell, **kwargs):
        super(PerturbationWrapper, self).__init__(cell, **kwargs)
        self._slots = []
        self._perturbed = _perturbed(cell, self._slots)

    def _of_all_scopes(self, kind):
        return list(getattr(self._perturbed, kind, ()))

    def __call__(self, inputs, state, scope=None):
        if not isinstance(inputs, (list, tuple)) or len(inputs) != 2:
            raise TypeError("The inputs of PerturbationWrapper must be a pair (inputs, "
                            "perturbation), got %r." % (inputs,))
        inputs, perturbation = inputs
        try:
            tf.nest.assert_same_structure(self.state_size, perturbation, check_types=False)
        except (TypeError, ValueError):
            raise ValueError("The perturbation must have the structure of the cell's "
                             "state_size %s, got %s." % (self.state_size, perturbation))
        rest = tf.nest.flatten(perturbation)
        for slot, parts in self._slots:
            slot.value, rest = rest[:parts], rest[parts:]
        try:
            with placed(self._pinned_to):
                return self._call_inside(self._perturbed, inputs, state, scope)
        finally:
            for slot, _ in self._slots:
                slot.value = None
