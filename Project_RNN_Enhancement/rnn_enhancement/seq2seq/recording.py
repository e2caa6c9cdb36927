"""What decoders tell whoever regularises them: the states of all steps, and the cells in use.

Outputs and a final state don't show what a decoder went through. Who needs it listens::

    with recording() as record:
        outputs, state = seq2seq(encoder_inputs, decoder_inputs)
    record.runs, record.cells

While nobody listens nothing is kept, and the graph has no operation for it.
"""
import collections
import contextlib

from ..per_thread import PerThread
from ..regularizers.hidden_vectors import layers_of
from ..rehearsal.rehearse import to_shield
from ..tf1 import control_flow_context, tf

__all__ = ["Run", "Record", "recording", "is_recorded", "record_run", "record_cell",
           "recorded_apart", "led_out", "is_reachable", "StepsTogether"]

_local = PerThread(record=None)


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
    with _local.set(record=Record()):
        yield _local.record


to_shield.append(lambda: vars(_local.record) if is_recorded() else None)


def is_recorded():
    """Whether somebody listens."""
    return _local.record is not None


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
