"""Temporal skip connections: an input that enters later steps too."""
import collections

from ..arguments import positive_int
from ..tf1 import is_sequence, private_rnn_cell, select_rows, static_dimension, tf
from .base import check_floating, no_variable
from .linear import Linear
from .wrappers import _WithVariables

__all__ = ["SkipConnectionState", "SkipConnectionWrapper", "SkipSchedule"]


class SkipConnectionState(collections.namedtuple(
        "SkipConnectionState", ["state", "anchor", "phase"])):
    """State of a cell with temporal skip connections.

    Attributes:
      state: the cell's own state.
      anchor: [batch, size], the anchor's input times the skip weights; zeros before the first.
      phase: [batch, 1], steps since the last anchor; 0 where this step is one.
    """

    __slots__ = ()
    # What isn't the cell's own, for wrappers that change states at random.
    bookkeeping = ("anchor", "phase")


class SkipSchedule(object):
    """Which earlier input enters a step.

    The inputs of steps 1, k, 2k - 1, ... are anchors, k being `skip_neuron_number`; each enters
    the k - 1 steps that follow it. Into step t comes, besides its own, the input of step

        a(t) = 1 + (k-1) * floor((t-2) / (k-1))   for t >= 2; zeros at t = 1

    Args:
      skip_neuron_number: int k >= 2.

    Raises:
      TypeError, ValueError: for anything else.
    """

    def __init__(self, skip_neuron_number):
        number = positive_int("skip_neuron_number", skip_neuron_number)
        if number < 2:
            raise ValueError("skip_neuron_number must be at least 2 (the anchor's own step and "
                             "those that get its input too), got %d." % number)
        self.skip_neuron_number = number
        self._stride = number - 1

    def advance(self, projected, anchor, phase):
        """(anchor, phase) after a step whose input is `projected` [batch, size]."""
        # Modulo the stride: a count would lose its last digit in half precision.
        phase = tf.stop_gradient(phase)
        is_anchor = tf.less(phase, 0.5)
        anchor = select_rows(tf.reshape(is_anchor, [-1]), projected, anchor)
        is_last = tf.greater(phase, self._stride - 1.5)
        return anchor, tf.where(is_last, tf.zeros_like(phase), phase + 1)


class SkipConnectionWrapper(_WithVariables):
    """Lets the input of every k-1st step enter the k-1 steps after it too, around any cell.

        y_t, s_t = cell([x_t; x_a(t)·W_skip], s_{t-1})

    a(t) as in `SkipSchedule`: with `skip_neuron_number=4` the input of step 1 also enters steps 2
    to 4, that of step 4 also steps 5 to 7. Kept in the state is the product x_a·W_skip, whose size
    is known before the first input; no gradient reaches W_skip through a state that is fed.
    (`GRUCell(skip_connections=True)` does without the product's second matrix.)

    Args:
      cell: a cell whose inputs are [batch, size].
      skip_neuron_number: int k >= 2.
      skip_size: int m, size of what enters besides x; `cell.output_size` if None.
      reuse: whether to reuse variables of the scope.
      **kwargs: `gpu_for_layer` (see `RNNCell`).

    Variables: skip/kernel [input, m]; the cell's, for inputs [batch, input + m].

    State: `SkipConnectionState`; it takes part in `sequence_length` and is carried like any.

    Raises:
      TypeError, ValueError: for a cell that is none, or numbers out of range.
    """

    def __init__(self, cell, skip_neuron_number=4, skip_size=None, reuse=None, **kwargs):
        super(SkipConnectionWrapper, self).__init__(cell, reuse=reuse, **kwargs)
        self._schedule = SkipSchedule(skip_neuron_number)
        if skip_size is None:
            skip_size = cell.output_size
            if not isinstance(skip_size, int):
                raise ValueError("skip_size must be given for a cell with output_size %s."
                                 % (skip_size,))
        self._skip_size = positive_int("skip_size", skip_size)

    @property
    def state_size(self):
        return SkipConnectionState(self._cell.state_size, self._skip_size, 1)

    def zero_state(self, batch_size, dtype):
        batch_size = no_variable(batch_size)
        inner = super(SkipConnectionWrapper, self).zero_state(batch_size, dtype)
        return SkipConnectionState(inner, *private_rnn_cell._zero_state_tensors(
            [self._skip_size, 1], batch_size, dtype))

    def get_config(self):
        return dict(super(SkipConnectionWrapper, self).get_config(), skip_size=self._skip_size,
                    skip_neuron_number=self._schedule.skip_neuron_number)

    def _map(self, inputs):
        if is_sequence(inputs) or inputs.shape.ndims != 2 or static_dimension(inputs, 1) is None:
            raise ValueError("SkipConnectionWrapper takes inputs [batch, size] of known size, got "
                             "%s." % (inputs,))
        check_floating(inputs)
        with tf.variable_scope("skip"):
            made = Linear(inputs, self._skip_size, False)
        self._track("skip", made.kernel)
        return made(inputs)

    def call(self, inputs, state):
        projected = self._map(inputs)
        output, inner = self._cell(tf.concat([inputs, state.anchor], 1), state.state)
        return output, SkipConnectionState(inner, *self._schedule.advance(
            projected, state.anchor, state.phase))
