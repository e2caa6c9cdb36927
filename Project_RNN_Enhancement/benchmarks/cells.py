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


CELLS = collections.OrderedDict([
    ("GRUCell", Measured(rnn_cell.GRUCell)),
    ("BasicRNNCell", Measured(rnn_cell.BasicRNNCell)),
    ("BasicLSTMCell", Measured(rnn_cell.BasicLSTMCell)),
    ("LSTMCell", Measured(rnn_cell.LSTMCell)),
    ("LSTMCell, peepholes", Measured(lambda n: rnn_cell.LSTMCell(n, use_peepholes=True))),
    ("GRUCell, 2 layers", Measured(
        lambda n: rnn_cell.MultiRNNCell([rnn_cell.GRUCell(n)] * 2))),
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
