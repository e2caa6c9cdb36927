"""What decoders tell whoever regularises them: the states of all steps, and the cells in use.

Outputs and a final state don't show what a decoder went through. Who needs it listens::

    with recording() as record:
        outputs, state = seq2seq(encoder_inputs, decoder_inputs)
    record.runs, record.cells

While nobody listens nothing is kept, and the graph has no operation for it.
"""
import collections
import contextlib
import threading

from ..cells.over_time import TimeLoop
from ..regularizers.hidden_vectors import layers_of
from ..tf1 import control_flow_context, tf

__all__ = ["Run", "Record", "recording", "is_recorded", "record_run", "record_cell",
           "recorded_apart", "led_out", "is_reachable", "StateKeepingLoop", "StepsTogether"]

_local = threading.local()


class Run(collections.namedtuple("Run", ["states", "initial"])):
    """One decoder.

    Attributes:
      states: list of its layers' states after every step, tensors [T, batch, n] or
        `LSTMStateTuple`s of them (see `hidden_vectors.layers_of`).
      initial: the same before the first step, [batch, n].
    """

    __slots__ = ()


class Record(object):
    """What was heard.

    Attributes:
      runs: list of `Run`, one per decoder in order of construction.
      cells: list of the cells of decoders, and of this package's models' encoders.
    """

    def __init__(self):
        self.runs, self.cells = [], []


@contextlib.contextmanager
def recording():
    """Context in which the decoders of this thread report to the `Record` that it yields."""
    previous = getattr(_local, "record", None)
    _local.record = Record()
    try:
        yield _local.record
    finally:
        _local.record = previous


def is_recorded():
    """Whether somebody listens."""
    return getattr(_local, "record", None) is not None


def record_cell(cell):
    """Reports a cell; returns it."""
    if is_recorded() and not any(cell is known for known in _local.record.cells):
        _local.record.cells.append(cell)
    return cell


def record_run(cell, states, initial):
    """Reports a decoder.

    Args:
      cell: its cell.
      states: list of its states after every step, or `StepsTogether`.
      initial: its state before the first step.
    """
    if not is_recorded() or not states:
        return
    record_cell(cell)
    together = getattr(states, "together", None)
    if together is None:
        together = tf.nest.map_structure(lambda *steps: tf.stack(steps), *states)
    _local.record.runs.append(Run(layers_of(cell, together), layers_of(cell, initial)))


def recorded_apart(build):
    """(build(), the runs reported meanwhile), for a branch of a `cond`.

    Tensors of a branch can't be read outside of it; the branch is to return the runs, and what the
    `cond` makes of them is to be reported by `led_out`.
    """
    if not is_recorded():
        return build(), []
    with recording() as inner:
        result = build()
    for cell in inner.cells:
        record_cell(cell)
    return result, inner.runs


def led_out(runs):
    """Reports what a `cond` made of the runs of its branches."""
    if is_recorded():
        _local.record.runs.extend(runs)


def is_reachable(run):
    """Whether tensors of `run` can be read where the graph is building."""
    here = control_flow_context(tf.get_default_graph())
    return all(control_flow_context(tensor.op) in (None, here)
               for tensor in tf.nest.flatten(list(run)))


class StepsTogether(list):
    """List of nests, one per step.

    Attributes:
      together: the same as a nest of tensors [T, batch, ...]; None: not known.
    """

    def __init__(self, steps, together=None):
        super(StepsTogether, self).__init__(steps)
        self.together = together


class StateKeepingLoop(TimeLoop):
    """A `TimeLoop` that also hands out the states of all steps.

    It listens to every loop that a cell's `over_time` builds, so that products are hoisted and a
    stack runs layer by layer as without it. A state that is an output too is kept once.
    """

    def __init__(self, length):
        super(StateKeepingLoop, self).__init__(length)
        self._of_final = {}

    def run(self, step, inputs, state, watched=(), batched=()):
        places = []

        def keeping(values, state):
            outputs, new = step(values, state)
            flat, extra = tf.nest.flatten(outputs), []
            del places[:]
            for part in tf.nest.flatten(new):
                same = [i for i, output in enumerate(flat) if output is part]
                places.append(same[0] if same else len(flat) + len(extra))
                if not same:
                    extra.append(part)
            return (outputs, extra), new
        kept, final = super(StateKeepingLoop, self).run(keeping, inputs, state, watched, batched)
        flat = tf.nest.flatten(kept)
        for place, part in zip(places, tf.nest.flatten(final)):
            self._of_final[part.name] = flat[place]
        return kept[0], final

    def states_of(self, final):
        """States of all steps, tensors [T, batch, ...], that end in the state `final`.

        None if part of it was made outside the loops.
        """
        flat = [self._of_final.get(part.name) for part in tf.nest.flatten(final)]
        if any(part is None for part in flat):
            return None
        return tf.nest.pack_sequence_as(final, flat)
