"""The cells of the row "cells", and the training step in which each is measured.

A new cell is a line in `CELLS`.
"""
import collections

from ..rnn_enhancement import rnn_cell_enhanced as rnn_cell
from ..rnn_enhancement import rnn_enhanced
from ..rnn_enhancement.tf1 import tf

__all__ = ["Settings", "REFERENCE", "Measured", "CELLS", "train_graph"]

Settings = collections.namedtuple("Settings", ["size", "steps", "batch"])

REFERENCE = Settings(size=256, steps=50, batch=32)


class Measured(object):
    """A cell to measure.

    Args:
      make: function of the number of units -> cell.
      against: name of the cell that its step time is divided by.
      target: the ratio to reach; None: there is none.
      note: what limits it, for the reader of the table.
    """

    def __init__(self, make, against="GRUCell", target=None, note=None):
        self.make, self.against, self.target, self.note = make, against, target, note


def _interconnected(n, **flags):
    return rnn_cell.MultiRNNCell_Interconnect([rnn_cell.GRUCell_Interconnect(n)] * 2, **flags)


CELLS = collections.OrderedDict([
    ("GRUCell", Measured(rnn_cell.GRUCell)),
    ("BasicRNNCell", Measured(rnn_cell.BasicRNNCell)),
    ("BasicLSTMCell", Measured(rnn_cell.BasicLSTMCell)),
    ("LSTMCell", Measured(rnn_cell.LSTMCell)),
    ("LSTMCell, peepholes", Measured(lambda n: rnn_cell.LSTMCell(n, use_peepholes=True))),
    ("GRUCell, 2 layers", Measured(
        lambda n: rnn_cell.MultiRNNCell([rnn_cell.GRUCell(n)] * 2))),
    ("JZS1Cell", Measured(rnn_cell.JZS1Cell, target=1.1)),
    ("JZS2Cell", Measured(rnn_cell.JZS2Cell, target=1.1)),
    ("JZS3Cell", Measured(rnn_cell.JZS3Cell, target=1.1)),
    ("IdentityRNNCell", Measured(rnn_cell.IdentityRNNCell, target=1.1)),
    ("GRUCell, skip", Measured(
        lambda n: rnn_cell.GRUCell(n, skip_connections=True), target=1.4)),
    ("SkipConnectionWrapper, GRUCell", Measured(
        lambda n: rnn_cell.SkipConnectionWrapper(rnn_cell.GRUCell(n)))),
    ("GRU interconnect, 2 layers, hidden", Measured(
        lambda n: _interconnected(n, vertically_pass_hidden_states=True),
        "GRUCell, 2 layers", 1.5)),
    ("GRU interconnect, 2 layers, hidden and inputs", Measured(
        lambda n: _interconnected(n, vertically_pass_hidden_states=True,
                                  vertically_pass_inputs=True),
        "GRUCell, 2 layers", 1.5)),
    ("UnitaryRNNCell", Measured(rnn_cell.UnitaryRNNCell, note=(
        "about 60 operations a step, each on little data: what it takes to start them is what it "
        "costs."))),
    ("UnitaryRNNCell, matrix", Measured(
        lambda n: rnn_cell.UnitaryRNNCell(n, recurrence="matrix"),
        note="one product by a dense matrix [2n, 2n] a step, and building that matrix.")),
    ("GridLSTMCell, 1 layer", Measured(rnn_cell.GridLSTMCell)),
    ("GridLSTMCell, 2 layers", Measured(lambda n: rnn_cell.GridLSTMCell(n, 2), note=(
        "two LSTMs per layer, one after the other, whose inputs are known only within the step: "
        "nothing but the first layer's input can be computed for all steps at once."))),
    ("LayerNormGRUCell", Measured(rnn_cell.LayerNormGRUCell)),
    ("LayerNormLSTMCell", Measured(rnn_cell.LayerNormLSTMCell)),
    ("LayerNormBasicLSTMCell", Measured(rnn_cell.LayerNormBasicLSTMCell)),
    ("RecurrentHighwayCell", Measured(rnn_cell.RecurrentHighwayCell, note=(
        "three layers a step by default, one after the other."))),
    ("MultiplicativeGRUCell", Measured(rnn_cell.MultiplicativeGRUCell)),
    ("MultiplicativeLSTMCell", Measured(rnn_cell.MultiplicativeLSTMCell)),
    ("MinGRUCell", Measured(rnn_cell.MinGRUCell)),
    ("MinLSTMCell", Measured(rnn_cell.MinLSTMCell)),
    ("ZoneoutWrapper, GRUCell", Measured(
        lambda n: rnn_cell.ZoneoutWrapper(rnn_cell.GRUCell(n), 0.1))),
    ("RelaxationWrapper, GRUCell", Measured(
        lambda n: rnn_cell.RelaxationWrapper(rnn_cell.GRUCell(n)), note=(
            "each step picks its copy of the weights and reads it anew, and the gradients of all "
            "copies are summed step by step."))),
])


def train_graph(make, settings):
    """Builds a cell over all steps with its gradients; returns the update and the inputs.

    Args:
      make: as in `Measured`.
      settings: `Settings`; the inputs are as wide as the state.
    """
    inputs = tf.placeholder(tf.float32, [settings.steps, settings.batch, settings.size])
    outputs, _ = rnn_enhanced.static_rnn(
        make(settings.size), tf.unstack(inputs), dtype=tf.float32)
    loss = tf.reduce_mean(tf.square(tf.stack(outputs)))
    return tf.train.GradientDescentOptimizer(0.1).minimize(loss), inputs
