"""Every guarantee that a cell gives, checked on every cell.

A cell or wrapper listed in `CELLS` gets all checks of `Conformance`, in a test class of its name:
`tests/test_conformance.py:TestGRUCell.test_loop`. What a cell refuses to do stands in its row, with
the error that it must raise and the reason; nothing is skipped. Rows of `THOROUGH` get all checks,
the others take turns at every sixth, and all get all with RNN_ENHANCEMENT_LONG_TESTS=1.
"""
import collections
import copy
import json
import os
import re
import shutil
import tempfile
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import contrib_rnn_enhanced as contrib_rnn
from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced as rnn_cell
from Project_RNN_Enhancement.rnn_enhancement import rnn_enhanced, seq2seq_enhanced
from Project_RNN_Enhancement.rnn_enhancement.tf1 import is_tf_1

from . import oracle
from tests.sizes import LONG, QUICK
from tests.stock import as_built, contrib, tf_cells, tf_layers

UNITS, BATCH, STEPS, INPUT = 4, 3, 3, 3
LENGTHS = (3, 1, 0)


class Refusal(object):
    """What a cell doesn't do, as it must say itself.

    Args:
      error: type of the error that the check must meet, or several: TypeError, ValueError.
      words: regular expression that its message matches.
      reason: why, for the reader of the table.
    """

    def __init__(self, error, words, reason):
        self.error, self.words, self.reason = error, words, reason


class Row(object):
    """A cell or wrapper that draws no random numbers, and what differs from one to the next.

    Args:
      name: of the test class.
      make: function (units, **keywords) -> cell; the keywords are for the cell that is tested.
      state: `state_size` of make(4), nested as it must be.
      output: `output_size` of make(4).
      width: of a gate of make(4).
      size_argument: name of the argument that `units` goes to.
      symbols: None: inputs are vectors; an int: they are integers below it.
      counts: whether parts of the state of size 1 count steps, in whole numbers: they start from
        1, and nothing is differentiated by them.
      blocks: function (leaf name, kernel) -> blocks that "orthogonal" makes orthogonal.
      own_start: ends of the names of kernels that start as the cell says, whatever
        `weight_initializer` is.
      own_scope: False for a wrapper whose variables are the inner cell's, in its scope.
      device: where operations go whatever `gpu_for_layer` says; None: where that says.
      inner: names in `get_config` of the cells inside, which `from_config` wants as objects.
      deprecated: regular expression of what TensorFlow may say about its own cells inside; None: it
        has none inside.
      refuses: {check: Refusal}; a check is a method of `Conformance` without "test_".
      short: whether only the checks in `SHORT` run unless RNN_ENHANCEMENT_LONG_TESTS is set: for
        variants of a class that has another row, and for wrappers.
    """

    def __init__(self, name, make, state, output=UNITS, size_argument="num_units", symbols=None,
                 counts=False, blocks=None, own_start=(), own_scope=True, device=None, inner=(),
                 refuses=None, short=False, width=UNITS, deprecated=None):
        self.own_start, self.short = tuple(own_start), short
        self.width, self.deprecated = width, deprecated
        self.name, self.make, self.state, self.output = name, make, state, output
        self.size_argument, self.symbols = size_argument, symbols
        self.own_scope, self.device, self.inner = own_scope, device, inner
        self.counts = counts
        self.blocks = blocks or self._blocks_of_gates
        self.refuses = dict(refuses or {})

    @property
    def dtype(self):
        """The most exact dtype that the cell computes in."""
        return tf.float32 if "float64" in self.refuses else tf.float64

    def inputs(self, steps, batch=BATCH, size=INPUT):
        random = np.random.RandomState(0)
        if self.symbols:
            return random.randint(0, self.symbols, [batch, steps, 1])
        return random.uniform(-1, 1, [batch, steps, size])

    def starts(self, cell, batch=BATCH):
        """Arrays for the parts of a state, flat."""
        random = np.random.RandomState(1)
        return [np.ones([batch, 1]) if self.is_count(size) else
                random.uniform(-0.5, 0.5, [batch, size])
                for size in tf.nest.flatten(cell.state_size)]

    def is_count(self, size):
        return self.counts and size == 1

    def _blocks_of_gates(self, name, kernel):
        """Columns [gate 1 | gate 2 | ...], each `width` wide; rows [input; recurrent]."""
        recurrent = min(self.output, self.width)
        if kernel.shape[1] % self.width:
            return [kernel]
        parts = np.split(kernel, [max(len(kernel) - recurrent, 0)])
        parts = [part for part in parts if len(part)]
        return [block for part in parts for block in np.split(part, kernel.shape[1] // self.width, 1)]


class UserCell(rnn_cell.RNNCell):
    """As a user writes one on our base class: variables by `add_weight`, nothing about time."""

    def __init__(self, num_units, reuse=None, **kwargs):
        super(UserCell, self).__init__(_reuse=reuse, **kwargs)
        if not isinstance(num_units, int) or isinstance(num_units, bool):
            raise TypeError("num_units must be an int, got %r." % (num_units,))
        if num_units < 1:
            raise ValueError("num_units must be at least 1, got %r." % num_units)
        self.num_units = num_units

    state_size = property(lambda self: self.num_units)
    output_size = property(lambda self: self.num_units)

    def build(self, inputs_shape):
        n = self.num_units
        self.kernel = self.add_weight("kernel", [int(inputs_shape[-1]) + n, n])
        self.bias = self.add_weight("bias", [n], initializer=tf.zeros_initializer())
        self.built = True

    def call(self, inputs, state):
        output = tf.matmul(tf.concat([inputs, state], 1), self.kernel)
        if self.bias is not None:
            output += self.bias
        output = tf.tanh(output)
        return output, output

    def get_config(self):
        return dict(super(UserCell, self).get_config(), num_units=self.num_units)


def _lstm(c, h):
    return rnn_cell.LSTMStateTuple(c, h)


def _unknown(*keywords):
    return {keyword: Refusal(TypeError, "unexpected keyword argument '%s'" % keyword,
                             "a wrapper leaves the weights to the cell inside")
            for keyword in keywords}


_WRAPPER = dict(
    _unknown("use_bias", "weight_initializer"),
    trainable=Refusal(TypeError, "trainable", "a wrapper leaves the weights to the cell inside"))
_TRANSPARENT = dict(_WRAPPER, **_unknown("reuse"))
_STACK = dict(_unknown("use_bias", "weight_initializer", "trainable", "reuse", "name", "dtype"),
              config=Refusal(TypeError, "'name'", "TensorFlow's stack makes none"))
_PROJECTION = dict(_WRAPPER, config=Refusal(
    TypeError, "required positional", "TensorFlow's makes none"))
_SYMBOLS = Refusal((TypeError, ValueError), "indices|DataType", "it looks up symbols, not vectors")
_ONE_SIZE = Refusal(ValueError, "[Ss]hape", "inputs and outputs differ in size")
_ANY_SIZE = Refusal(AssertionError, "not raised", "TensorFlow's cell inside takes any size")
_SAID_OF_CELLS = "RNNCell|GRUCell|layer.add_variable"

CELLS = [
    Row("BasicRNNCell", rnn_cell.BasicRNNCell, state=4),
    Row("GRUCell", rnn_cell.GRUCell, state=4),
    Row("BasicLSTMCell", rnn_cell.BasicLSTMCell, state=_lstm(4, 4)),
    Row("LSTMCell", rnn_cell.LSTMCell, state=_lstm(4, 4)),
    Row("LSTMCell_peepholes_projection", lambda n, **k: rnn_cell.LSTMCell(
        n, use_peepholes=True, cell_clip=5.0, num_proj=3, proj_clip=5.0, **k),
        state=_lstm(4, 3), output=3),
    Row("LSTMCell_joined", lambda n, **k: rnn_cell.LSTMCell(
        n, num_proj=3, state_is_tuple=False, **k), state=7, output=3),
    Row("UserCell", UserCell, state=4, blocks=lambda name, kernel: [kernel]),
    Row("MultiRNNCell", lambda n, **k: rnn_cell.MultiRNNCell(
        [rnn_cell.GRUCell(n), rnn_cell.LSTMCell(n, num_proj=2)], **k),
        state=(4, _lstm(4, 2)), output=2, inner=["cells"], refuses=_STACK),
    Row("MultiRNNCell_nested", lambda n, **k: rnn_cell.MultiRNNCell(
        [rnn_cell.MultiRNNCell([rnn_cell.BasicRNNCell(n)] * 2, state_is_tuple=False),
         rnn_cell.MultiRNNCell([rnn_cell.BasicLSTMCell(n)])], **k),
        state=(8, (_lstm(4, 4),)), inner=["cells"], refuses=_STACK),
    Row("DropoutWrapper", lambda n, **k: rnn_cell.DropoutWrapper(
        rnn_cell.LSTMCell(n), output_keep_prob=1.0, **k),
        state=_lstm(4, 4), inner=["cell"], own_scope=False, refuses=_TRANSPARENT),
    Row("DeviceWrapper", lambda n, **k: rnn_cell.DeviceWrapper(rnn_cell.GRUCell(n), "/cpu:0", **k),
        state=4, device="/device:CPU:0", inner=["cell"], own_scope=False, refuses=_TRANSPARENT),
    Row("ResidualWrapper", lambda n, **k: rnn_cell.ResidualWrapper(
        rnn_cell.LSTMCell(n, num_proj=INPUT), **k), state=_lstm(4, 3), output=3, inner=["cell"],
        own_scope=False, refuses=dict(_TRANSPARENT, contrib_seq2seq=_ONE_SIZE)),
    Row("InputProjectionWrapper", lambda n, **k: rnn_cell.InputProjectionWrapper(
        rnn_cell.GRUCell(n), 5, activation=tf.tanh, **k),
        state=4, inner=["cell"], refuses=_PROJECTION),
    Row("OutputProjectionWrapper", lambda n, **k: rnn_cell.OutputProjectionWrapper(
        rnn_cell.LSTMCell(n), 5, **k), state=_lstm(4, 4), output=5, inner=["cell"],
        refuses=_PROJECTION),
    Row("EmbeddingWrapper", lambda n, **k: rnn_cell.EmbeddingWrapper(
        rnn_cell.GRUCell(n), 5, 3, **k), state=4, symbols=5, inner=["cell"],
        refuses=dict(_PROJECTION, **{
            "config": Refusal(ValueError, "embedding_classes", "TensorFlow's makes none"),
            "embedding_rnn_seq2seq": _SYMBOLS, "embedding_attention_seq2seq": _SYMBOLS,
            "contrib_seq2seq": _SYMBOLS, "repeated_in_a_stack": _SYMBOLS,
            "inside_residual_wrappers": _ONE_SIZE})),
    Row("GRUCell_no_bias", lambda n, **k: rnn_cell.GRUCell(
        n, **dict({"use_bias": False, "gate_offset": 1.0}, **k)), state=4, short=True),
    Row("LSTMCell_chrono", lambda n, **k: rnn_cell.LSTMCell(n, chrono_max_steps=50, **k),
        state=_lstm(4, 4), short=True, refuses={"use_bias": Refusal(
            ValueError, "chrono_max_steps=50 needs a bias", "the biases are what it sets")}),
    Row("JZS1Cell", rnn_cell.JZS1Cell, state=4),
    Row("JZS1Cell_trainable", lambda n, **k: rnn_cell.JZS1Cell(
        n, trainable_projection=True, **k), state=4, short=True),
    Row("JZS2Cell", rnn_cell.JZS2Cell, state=4),
    Row("JZS3Cell", rnn_cell.JZS3Cell, state=4),
    Row("IdentityRNNCell", rnn_cell.IdentityRNNCell, state=4, own_start=["recurrent_kernel"]),
    Row("UnitaryRNNCell", rnn_cell.UnitaryRNNCell, state=8, output=8),
    Row("UnitaryRNNCell_learned_start", lambda n, **k: rnn_cell.UnitaryRNNCell(
        n, learned_initial_state=True, **k), state=8, output=8, short=True,
        refuses={"every_weight_gets_a_gradient": Refusal(
            AssertionError, "initial_state", "it stands in for rows of zeros, which are not fed")}),
    Row("UnitaryRNNCell_matrix", lambda n, **k: rnn_cell.UnitaryRNNCell(
        n, recurrence="matrix", **k), state=8, output=8, short=True),
    Row("GridLSTMCell", lambda n, **k: rnn_cell.GridLSTMCell(n, 2, **k),
        state=(_lstm(4, 4),) * 2),
    Row("GridLSTMCell_tied", lambda n, **k: rnn_cell.GridLSTMCell(
        n, 3, tied=True, priority="time", **k), state=(_lstm(4, 4),) * 3, short=True),
    Row("GridLSTMCell_paper", lambda n, **k: rnn_cell.GridLSTMCell(
        n, 1, priority=None, output_form="paper", **k), state=(_lstm(4, 4),), short=True),
    Row("LayerNormGRUCell", rnn_cell.LayerNormGRUCell, state=4),
    Row("LayerNormLSTMCell", rnn_cell.LayerNormLSTMCell, state=_lstm(4, 4)),
    Row("LayerNormBasicLSTMCell", rnn_cell.LayerNormBasicLSTMCell, state=_lstm(4, 4)),
    Row("GRUBlockCellV2", contrib_rnn.GRUBlockCellV2, state=4),
    Row("LSTMBlockCell", lambda n, **k: contrib_rnn.LSTMBlockCell(
        n, cell_clip=5.0, use_peephole=True, **k), state=_lstm(4, 4)),
    Row("RecurrentHighwayCell", rnn_cell.RecurrentHighwayCell, state=4),
    Row("RecurrentHighwayCell_uncoupled", lambda n, **k: rnn_cell.RecurrentHighwayCell(
        n, 2, couple_gates=False, **k), state=4, short=True),
    Row("MultiplicativeGRUCell", rnn_cell.MultiplicativeGRUCell, state=4),
    Row("MultiplicativeLSTMCell", rnn_cell.MultiplicativeLSTMCell, state=_lstm(4, 4)),
    Row("MinGRUCell", rnn_cell.MinGRUCell, state=4),
    Row("MinLSTMCell", rnn_cell.MinLSTMCell, state=4),
    Row("BasicRNNCell_Interconnect", rnn_cell.BasicRNNCell_Interconnect, state=4, short=True),
    Row("GRUCell_Interconnect", rnn_cell.GRUCell_Interconnect, state=4, short=True),
    Row("LSTMCell_Interconnect", rnn_cell.LSTMCell_Interconnect, state=_lstm(4, 4), short=True),
    Row("MultiRNNCell_Interconnect", lambda n, **k: rnn_cell.MultiRNNCell_Interconnect(
        [rnn_cell.GRUCell_Interconnect(n), rnn_cell.LSTMCell_Interconnect(3)],
        vertically_pass_hidden_states=True, vertically_pass_inputs=True, **k),
        state=(4, _lstm(3, 3)), output=3, inner=["cells"], refuses=_STACK),
    Row("GRUCell_skip", lambda n, **k: rnn_cell.GRUCell(
        n, skip_connections=True, skip_neuron_number=3, **k),
        state=rnn_cell.SkipConnectionState(4, 12, 1), counts=True, short=True),
    Row("SkipConnectionWrapper", lambda n, **k: rnn_cell.SkipConnectionWrapper(
        rnn_cell.LSTMCell(n), 3, **k),
        state=rnn_cell.SkipConnectionState(_lstm(4, 4), 4, 1), counts=True, inner=["cell"],
        refuses=_WRAPPER),
    Row("RelaxationWrapper", lambda n, **k: rnn_cell.RelaxationWrapper(
        rnn_cell.GRUCell(n), 3, **k), state=rnn_cell.RelaxationState(4, 1), counts=True,
        inner=["cell"], refuses=_WRAPPER),
    Row("ZoneoutWrapper", lambda n, **k: rnn_cell.ZoneoutWrapper(
        rnn_cell.LSTMCell(n), rnn_cell.LSTMStateTuple(0.5, 0.05), training=False, **k),
        state=_lstm(4, 4), inner=["cell"], own_scope=False, refuses=_TRANSPARENT),
    Row("MultiRNNCell_Interconnect_hidden", lambda n, **k: rnn_cell.MultiRNNCell_Interconnect(
        [rnn_cell.GRUCell_Interconnect(size) for size in (17, 3, 16, n)],
        vertically_pass_hidden_states=True, layer_skip_number=1, **k),
        state=(17, 3, 16, 4), short=True, inner=["cells"], refuses=_STACK),
    Row("MultiRNNCell_Interconnect_lstm", lambda n, **k: rnn_cell.MultiRNNCell_Interconnect(
        [rnn_cell.LSTMCell_Interconnect(n, use_peepholes=True, num_proj=2, cell_clip=5.0,
                                        proj_clip=5.0) for _ in range(2)],
        vertically_pass_hidden_states=True, vertically_pass_inputs=True, **k),
        state=(_lstm(4, 2),) * 2, output=2, short=True, inner=["cells"], refuses=_STACK),
    Row("MultiRNNCell_Interconnect_joined", lambda n, **k: rnn_cell.MultiRNNCell_Interconnect(
        [rnn_cell.LSTMCell_Interconnect(3, state_is_tuple=False), rnn_cell.GRUCell_Interconnect(n)],
        vertically_pass_hidden_states=True, vertically_pass_inputs=True, state_is_tuple=False, **k),
        state=10, short=True, inner=["cells"], refuses=_STACK),
    Row("MultiRNNCell_Interconnect_wrapped", lambda n, **k: rnn_cell.MultiRNNCell_Interconnect(
        [rnn_cell.DropoutWrapper(rnn_cell.GRUCell_Interconnect(3)),
         rnn_cell.DeviceWrapper(rnn_cell.LSTMCell_Interconnect(n), "/cpu:0")],
        vertically_pass_hidden_states=True, vertically_pass_inputs=True, **k),
        state=(3, _lstm(4, 4)), short=True, inner=["cells"], refuses=dict(
            _STACK, gpu_for_layer=Refusal(AssertionError, "/device:GPU:3", "a cell inside has a "
                                          "device of its own"))),
    Row("MultiRNNCell_Interconnect_mixed", lambda n, **k: rnn_cell.MultiRNNCell_Interconnect(
        [tf_cells.GRUCell(3), rnn_cell.BasicLSTMCell(3),
         rnn_cell.BasicRNNCell_Interconnect(n)], layer_skip_number=1,
        vertically_pass_inputs=True, **k), state=(3, _lstm(3, 3), 4),
        deprecated=_SAID_OF_CELLS, short=True, inner=["cells"], refuses=_STACK),
    Row("GRUCell_skip_wide", lambda n, **k: rnn_cell.GRUCell(
        17 if n == UNITS else n, skip_connections=True, **k),
        state=rnn_cell.SkipConnectionState(17, 51, 1), output=17, counts=True, width=17, short=True),
    Row("SkipConnectionWrapper_stock", lambda n, **k: rnn_cell.SkipConnectionWrapper(
        tf_cells.GRUCell(n), 3, skip_size=2, **k),
        state=rnn_cell.SkipConnectionState(4, 2, 1), counts=True, deprecated=_SAID_OF_CELLS,
        short=True, inner=["cell"], refuses=dict(_WRAPPER, bad_size=_ANY_SIZE)),
    Row("SkipConnectionWrapper_stack", lambda n, **k: rnn_cell.MultiRNNCell(
        [rnn_cell.ResidualWrapper(rnn_cell.GRUCell(3, skip_connections=True)),
         rnn_cell.SkipConnectionWrapper(rnn_cell.BasicRNNCell(n), 3)], **k),
        state=(rnn_cell.SkipConnectionState(3, 9, 1), rnn_cell.SkipConnectionState(4, 4, 1)),
        counts=True, short=True, inner=["cells"], refuses=dict(
            _STACK, repeated_in_a_stack=_ONE_SIZE, inside_residual_wrappers=_ONE_SIZE,
            contrib_seq2seq=_ONE_SIZE)),
    Row("RelaxationWrapper_lstm", lambda n, **k: rnn_cell.RelaxationWrapper(
        rnn_cell.LSTMCell(n, num_proj=2, use_peepholes=True), 2, **k),
        state=rnn_cell.RelaxationState(_lstm(4, 2), 1), output=2, counts=True,
        short=True, inner=["cell"], refuses=_WRAPPER),
    Row("RelaxationWrapper_stack", lambda n, **k: rnn_cell.MultiRNNCell(
        [rnn_cell.RelaxationWrapper(rnn_cell.OutputProjectionWrapper(rnn_cell.GRUCell(3), 2), 2),
         rnn_cell.RelaxationWrapper(tf_cells.BasicRNNCell(n), 3)], **k),
        state=(rnn_cell.RelaxationState(3, 1), rnn_cell.RelaxationState(4, 1)), counts=True,
        deprecated=_SAID_OF_CELLS, short=True, inner=["cells"], refuses=dict(
            _STACK, bad_size=_ANY_SIZE)),
    Row("RelaxationWrapper_one_copy", lambda n, **k: rnn_cell.RelaxationWrapper(
        rnn_cell.GRUCell(n), 1, **k), state=4, short=True, inner=["cell"], own_scope=False,
        refuses=_WRAPPER),
    Row("ZoneoutWrapper_stack", lambda n, **k: rnn_cell.MultiRNNCell(
        [rnn_cell.ZoneoutWrapper(rnn_cell.LSTMCell(n, num_proj=2), _lstm(0.5, 0.1),
                                 training=False),
         rnn_cell.ZoneoutWrapper(tf_cells.GRUCell(n), 0.5, training=False)], **k),
        state=(_lstm(4, 2), 4), deprecated=_SAID_OF_CELLS, short=True, inner=["cells"], refuses=_STACK),
]

# Rows that get all checks in the usual set of tests; the first of them in the quick set, too.
THOROUGH = ("GRUCell", "LSTMCell", "MultiRNNCell")
# Checks that every row gets, and those of rows that say `short`.
ALWAYS = ("sizes", "bad_keywords")
SHORT = ("sizes", "static", "loop", "dynamic", "sequence_length",
         "every_weight_gets_a_gradient", "checkpoint", "config")


# Types of operations that do a cell's work; the others count, shape and move.
_WORK = re.compile("(MatMul|BatchMatMul|BiasAdd|Sigmoid|Tanh|Relu|Softplus|I?FFT|Exp)(V2|Grad)*$")


def _session(graph=None):
    return tf.Session(graph=graph, config=as_built())


def _numbers(results):
    """Values of nested `results` with random weights, flat."""
    with _session() as session:
        oracle.load_random(session, tf.global_variables())
        return session.run(tf.nest.flatten(results))


def _by_hand(cell, x, start, lengths):
    assert lengths is None
    outputs, states = [], []
    with tf.variable_scope("rnn"):
        for value in tf.unstack(x, axis=1):
            output, start = cell(value, start)
            outputs.append(output)
            states.append(start)
    return tf.stack(outputs, axis=1), start, states


def _lists(function, **keywords):
    def unrolled(cell, x, start, lengths):
        outputs, state = function(cell, tf.unstack(x, axis=1), initial_state=start,
                                  sequence_length=lengths, **keywords)
        return tf.stack(outputs, axis=1), state, []
    return unrolled


def _tensors(function):
    def unrolled(cell, x, start, lengths):
        outputs, state = function(cell, x, initial_state=start, sequence_length=lengths)
        return outputs, state, []
    return unrolled


# Functions (cell, x [batch, time, n], state, lengths) -> (outputs [batch, time, n], final state,
# states of all steps where they are known).
WAYS = {
    "by hand": _by_hand,
    "static": _lists(rnn_enhanced.static_rnn, unroll="static"),
    "loop": _lists(rnn_enhanced.static_rnn, unroll="loop"),
    "auto": _lists(rnn_enhanced.rnn),
    "dynamic": _tensors(rnn_enhanced.dynamic_rnn),
    "TF's static": _lists(tf.nn.static_rnn),
    "TF's dynamic": _tensors(tf.nn.dynamic_rnn),
}

# `variables`: (name, shape, dtype) of each. `state`: flat. `gradients`: with respect to the
# inputs, the start state and the variables. `states`: of all steps, flat.
Numbers = collections.namedtuple("Numbers", "variables outputs state gradients states")


def _floats(tensors):
    return [tensor for tensor in tf.nest.flatten(tensors) if tensor.dtype.is_floating]


def _loss(results):
    return tf.add_n([tf.reduce_sum(tf.square(result)) for result in _floats(results)])


def _gradients(results, sources):
    return [gradient if gradient is None else tf.convert_to_tensor(gradient)
            for gradient in tf.gradients(_loss(results), sources)]


class Unrolled(object):
    """A cell over time, in a graph and a session of its own.

    Args:
      row: of the table.
      way: key of `WAYS`.
      steps: number of steps.
      batch: None for a batch size that the graph doesn't know.
      lengths: sequence lengths to feed; None: the graph takes none.
      zeros: whether it starts from the cell's own zero state.
      gradients: whether it has the gradients of a loss.
      keywords: for the cell.
    """

    def __init__(self, row, way, steps=STEPS, dtype=tf.float32, batch=BATCH, lengths=None,
                 zeros=False, gradients=False, **keywords):
        self.graph = tf.Graph()
        with self.graph.as_default(), oracle.quiet():
            self.cell = row.make(UNITS, **keywords)
            values = row.inputs(steps)
            self.x = tf.placeholder(tf.int32 if row.symbols else dtype,
                                    [batch] + list(values.shape[1:]))
            self.feed = {self.x: values}
            if zeros:
                self.start = self.cell.zero_state(tf.shape(self.x)[0], dtype)
            else:
                starts = row.starts(self.cell)
                flat = [tf.placeholder(dtype if value.dtype.kind == "f" else value.dtype,
                                       (batch,) + value.shape[1:]) for value in starts]
                self.start = tf.nest.pack_sequence_as(self.cell.state_size, flat)
                self.feed.update(zip(flat, starts))
            self.lengths = None if lengths is None else tf.placeholder(tf.int32, [batch])
            if lengths is not None:
                self.feed[self.lengths] = lengths
            self.outputs, self.state, self.states = WAYS[way](
                self.cell, self.x, self.start, self.lengths)
            self.variables = tf.trainable_variables()
            parts = [part for size, part in zip(*map(
                tf.nest.flatten, (self.cell.state_size, self.start))) if not row.is_count(size)]
            self.sources = _floats([self.x] + parts) + self.variables
            self.gradients = []
            if gradients:
                self.gradients = _gradients([self.outputs, self.state], self.sources)
        self.session = _session(self.graph)

    def __enter__(self):
        self._context = self.graph.as_default()
        self._context.__enter__()
        return self

    def __exit__(self, *error):
        self.session.close()
        return self._context.__exit__(*error)

    def load_random(self):
        oracle.load_random(self.session, self.all_variables())

    def all_variables(self):
        return self.graph.get_collection(tf.GraphKeys.GLOBAL_VARIABLES)

    def numbers(self, feed=None):
        """`Numbers` with the weights that the session has."""
        there = [gradient for gradient in self.gradients if gradient is not None]
        outputs, state, found, states = self.session.run(
            [self.outputs, tf.nest.flatten(self.state), there, tf.nest.flatten(self.states)],
            feed or self.feed)
        found = iter(found)
        return Numbers([(v.op.name, v.shape.as_list(), v.dtype.base_dtype) for v in self.variables],
                       outputs, state,
                       [None if gradient is None else next(found) for gradient in self.gradients],
                       states)


class Conformance(object):
    """The checks; every row of the table makes a test case of them."""

    row = None
    _known = None

    @classmethod
    def setUpClass(cls):
        cls._known = {}

    @classmethod
    def tearDownClass(cls):
        cls._known = None

    def shortDescription(self):
        """None: tests are reported by row and check."""

    def numbers(self, way, **keywords):
        """`Numbers` by `way` with random weights; kept, as several checks need them."""
        key = (way,) + tuple(sorted(keywords.items()))
        if key not in self._known:
            with Unrolled(self.row, way, dtype=self.row.dtype, **keywords) as unrolled:
                unrolled.load_random()
                self._known[key] = unrolled.numbers()
        return self._known[key]

    def assertNumbers(self, expected, found):
        self.assertEqual(expected.variables, found.variables)
        self.assertArrays([expected.outputs] + expected.state, [found.outputs] + found.state)
        self.assertEqual(len(expected.gradients), len(found.gradients))
        self.assertArrays(expected.gradients, found.gradients, gradients=True)

    def assertArrays(self, expected, found, what="", gradients=False):
        """Fails unless arrays are as close as their dtype allows; None where both are None."""
        self.assertEqual(len(expected), len(found), what)
        for i, (one, other) in enumerate(zip(expected, found)):
            name = "%s %s %d" % (what, "gradient" if gradients else "result", i)
            self.assertEqual(one is None, other is None, name)
            if one is not None:
                self.assertEqual(one.dtype, other.dtype, name)
                scale = 10 if gradients else 1
                if one.dtype == np.float64:
                    scale *= 1e-6
                np.testing.assert_allclose(other, one, rtol=1e-5 * scale, atol=1e-6 * scale,
                                           err_msg=name)

    def starts(self, cell):
        """A constant state of random numbers."""
        return tf.nest.pack_sequence_as(cell.state_size, [
            tf.constant(value, tf.float32 if value.dtype.kind == "f" else None)
            for value in self.row.starts(cell)])

    def inputs(self, steps, size=INPUT):
        return tf.constant(self.row.inputs(steps, size=size),
                           tf.int32 if self.row.symbols else tf.float32)

    def step(self, cell, scope="rnn"):
        """One step in the default graph from random numbers: (output, state)."""
        with tf.variable_scope(scope):
            return cell(self.inputs(1)[:, 0], self.starts(cell))

    # The cell alone

    def test_sizes(self):
        with tf.Graph().as_default(), oracle.quiet():
            cell = self.row.make(UNITS)
            self.assertIsInstance(cell, tf_cells.RNNCell)
            for _ in ("before it is built", "after"):
                self.assertEqual(self.row.state, cell.state_size)
                tf.nest.assert_same_structure(self.row.state, cell.state_size)
                self.assertEqual(self.row.output, cell.output_size)
                zeros = cell.zero_state(BATCH, tf.float32)
                output, state = self.step(cell)
            tf.nest.assert_same_structure(zeros, state)
            self.assertEqual([BATCH, self.row.output], output.shape.as_list())
            for size, zero, part in zip(*map(tf.nest.flatten, (self.row.state, zeros, state))):
                for tensor in (zero, part):
                    self.assertEqual([BATCH, size], tensor.shape.as_list())
                self.assertEqual(zero.dtype, part.dtype)

    def test_silence(self):
        with tf.Graph().as_default(), oracle.logged() as messages:
            cell = copy.deepcopy(self.row.make(UNITS))
            self.step(cell)
            rnn_enhanced.dynamic_rnn(cell, self.inputs(2), dtype=tf.float32)
        self.assertEqual([], [message for message in messages if not (
            self.row.deprecated and re.search(self.row.deprecated, message))])

    # Over time

    def test_static(self):
        by_hand = self.numbers("by hand")
        static = self.numbers("static", gradients=True)
        self.assertNumbers(by_hand, static._replace(gradients=[]))
        self.assertTrue(np.any(static.outputs))

    def test_every_weight_gets_a_gradient(self):
        found = self.numbers("static", gradients=True)
        for variable, gradient in zip(found.variables, found.gradients[-len(found.variables):]):
            self.assertIsNotNone(gradient, variable)
            self.assertTrue(np.any(gradient), variable)

    def test_loop(self):
        self.assertNumbers(self.numbers("static", gradients=True),
                           self.numbers("loop", gradients=True))

    def test_dynamic(self):
        self.assertNumbers(self.numbers("static", gradients=True),
                           self._dynamic((STEPS,) * BATCH))

    def _dynamic(self, lengths):
        """`Numbers` by `dynamic_rnn`, for all lengths from one graph: it takes long to build."""
        if lengths not in self._known:
            with Unrolled(self.row, "dynamic", dtype=self.row.dtype, batch=None, lengths=LENGTHS,
                          gradients=True) as unrolled:
                unrolled.load_random()
                for fed in (LENGTHS, (STEPS,) * BATCH):
                    unrolled.feed[unrolled.lengths] = fed
                    self._known[fed] = unrolled.numbers()
        return self._known[lengths]

    def test_in_functions_of_tensorflow(self):
        for way in ("TF's static", "TF's dynamic"):
            self.assertNumbers(self.numbers("by hand"), self.numbers(way))

    def test_sequence_length(self):
        """Past an example's end its outputs are zero and its state is that at the end.

        The graph doesn't know the size of the batch.
        """
        by_hand = self.numbers("by hand")
        outputs = np.copy(by_hand.outputs)
        with tf.Graph().as_default():
            state = [value.astype(found.dtype) for value, found in
                     zip(self.row.starts(self.row.make(UNITS)), by_hand.state)]
        for i, length in enumerate(LENGTHS):
            outputs[i, length:] = 0
            for number, part in enumerate(state):
                if length:
                    part[i] = by_hand.states[(length - 1) * len(state) + number][i]
        static = self.numbers("static", lengths=LENGTHS, batch=None)
        loop = self.numbers("loop", lengths=LENGTHS, batch=None, gradients=True)
        dynamic = self._dynamic(LENGTHS)
        for found in (static, loop, dynamic):
            self.assertArrays([outputs] + state, [found.outputs] + found.state)
        self.assertNumbers(dynamic, loop)

    def test_state_carried_from_run_to_run(self):
        whole = self.numbers("by hand")
        for way in ("static", "loop", "dynamic"):
            with Unrolled(self.row, way, steps=1, dtype=self.row.dtype) as unrolled:
                unrolled.load_random()
                feed, outputs = dict(unrolled.feed), []
                for value in np.split(self.row.inputs(STEPS), STEPS, axis=1):
                    feed[unrolled.x] = value
                    found = unrolled.numbers(feed)
                    outputs.append(found.outputs)
                    feed.update(zip(tf.nest.flatten(unrolled.start), found.state))
            self.assertArrays([whole.outputs] + whole.state,
                              [np.concatenate(outputs, axis=1)] + found.state, way)

    def test_100_steps(self):
        """From the cell's own initial weights and a zero state, in a batch of unknown size."""
        with Unrolled(self.row, "loop", steps=100, batch=None, zeros=True,
                      gradients=True) as unrolled:
            unrolled.session.run(tf.global_variables_initializer())
            found = unrolled.numbers()
        for value in [found.outputs] + found.state + found.gradients:
            self.assertTrue(np.all(np.isfinite(value)))

    # Numbers

    def test_float64(self):
        self._check_float64()

    def test_dtype(self):
        self._check_float64(dtype=tf.float64)

    def _check_float64(self, **keywords):
        with tf.Graph().as_default(), oracle.quiet():
            cell = self.row.make(UNITS, **keywords)
            x = tf.constant(self.row.inputs(1)[:, 0], None if self.row.symbols else tf.float64)
            output, state = cell(x, cell.zero_state(BATCH, tf.float64))
            floats = _floats([output, state]) + tf.global_variables()
            self.assertEqual({tf.float64}, {value.dtype.base_dtype for value in floats})

    def test_numeric_gradient(self):
        """Of the loss, along a random direction for every weight, input and part of the state."""
        size, tolerance = (1e-5, 1e-6) if self.row.dtype == tf.float64 else (1e-2, 1e-2)
        gradients = self.numbers("static", gradients=True).gradients
        with Unrolled(self.row, "by hand", dtype=self.row.dtype) as unrolled:
            unrolled.load_random()
            loss = _loss([unrolled.outputs, unrolled.state])
            random = np.random.RandomState(2)
            for source, gradient in zip(unrolled.sources, gradients):
                direction = random.randn(*gradient.shape)
                losses = []
                for sign in (1, -1):
                    losses.append(self._loss_at(unrolled, loss, source, sign * size * direction))
                np.testing.assert_allclose(
                    np.sum(gradient * direction), (losses[0] - losses[1]) / (2 * size),
                    rtol=tolerance, atol=tolerance, err_msg=source.op.name)

    def _loss_at(self, unrolled, loss, source, distance):
        if source in unrolled.feed:
            feed = dict(unrolled.feed)
            feed[source] = feed[source] + distance
            return unrolled.session.run(loss, feed)
        value = unrolled.session.run(source)
        source.load(value + distance, unrolled.session)
        found = unrolled.session.run(loss, unrolled.feed)
        source.load(value, unrolled.session)
        return found

    # Copies, scopes and stacks

    def test_deepcopy(self):
        """A copy has no weights: it makes its own, or finds those of its scope."""
        with tf.Graph().as_default(), oracle.quiet():
            cell = self.row.make(UNITS)
            before = copy.deepcopy(cell)
            expected = self.step(cell)
            after = copy.deepcopy(cell)
            names = oracle.names(tf.global_variables())
            for i, twin in enumerate((before, after)):
                self.assertEqual([], twin.variables)
                self.step(twin, "copy_%d" % i)
                self.assertEqual(["copy_%d" % i + name[len("rnn"):] for name in names],
                                 oracle.names(tf.global_variables())[(i + 1) * len(names):])
            with tf.variable_scope("", reuse=True):
                found = self.step(copy.deepcopy(cell))
            self.assertEqual(3 * len(names), len(tf.global_variables()))
            values = _numbers([expected, found])
            self.assertArrays(values[:len(values) // 2], values[len(values) // 2:])

    def test_one_object_in_two_scopes(self):
        with tf.Graph().as_default(), oracle.quiet():
            cell = self.row.make(UNITS)
            self.step(cell, "encoder")
            count = len(tf.global_variables())
            for scope in ("decoder", "encoder", "decoder"):
                with tf.variable_scope("", reuse=tf.AUTO_REUSE):
                    self.step(cell, scope)
            self.assertEqual(2 * count, len(tf.global_variables()))

    def test_repeated_in_a_stack(self):
        """[cell] * 2 computes what TensorFlow's stack of two cells does."""
        def results(cell, way):
            return _numbers(WAYS[way](
                cell, self.inputs(2), cell.zero_state(BATCH, tf.float32), None)[:2])
        with tf.Graph().as_default(), oracle.quiet():
            expected = results(tf_cells.MultiRNNCell(
                [self.row.make(UNITS) for _ in range(2)]), "TF's static")
            names = oracle.names()
        with tf.Graph().as_default(), oracle.quiet():
            self.assertArrays(expected, results(
                rnn_cell.MultiRNNCell([self.row.make(UNITS)] * 2), "loop"))
            self.assertEqual(names, oracle.names())

    # Inside other cells and models

    def _around(self, wrap, size=INPUT):
        """Results of a cell alone, in TensorFlow's wrapper, in ours, and in ours in a loop.

        Args:
          wrap: function (module of wrappers, cell) -> cell.
          size: of the inputs.

        Returns:
          The inputs, and four lists of outputs [batch, time, n] and parts of the final state.
        """
        results, weights = [], []
        with tf.Graph().as_default(), oracle.quiet(), _session() as session:
            tf.set_random_seed(1)
            x = self.inputs(2, size)
            for module, way in ((None, "by hand"), (tf_cells, "by hand"),
                                (rnn_cell, "by hand"), (rnn_cell, "loop")):
                cell = self.row.make(UNITS)
                with tf.variable_scope("model_%d" % len(results)) as scope:
                    outputs, state, _ = WAYS[way](
                        wrap(module, cell) if module else cell, x,
                        cell.zero_state(BATCH, tf.float32), None)
                results.append([outputs] + tf.nest.flatten(state))
                weights.append(scope.global_variables())
            session.run(tf.global_variables_initializer())
            for variables in weights:
                oracle.load_values(session, variables)
            return session.run([x, results])

    def test_inside_residual_wrappers(self):
        x, (alone, *wrapped) = self._around(
            lambda module, cell: module.ResidualWrapper(cell), self.row.output)
        for found in wrapped:
            self.assertArrays([alone[0] + x] + alone[1:], found)

    def test_inside_dropout_and_device_wrappers(self):
        """Outputs are dropped or doubled; a probability of 1 to keep changes nothing."""
        def wrap(module, cell):
            certainly = tf.constant(1.0)
            return module.DropoutWrapper(module.DeviceWrapper(cell, "/cpu:0"),
                                         1.0 if self.row.symbols else certainly, 0.5, certainly)
        _, (alone, *wrapped) = self._around(wrap)
        for found in wrapped:
            kept = found[0] != 0
            self.assertTrue(kept.any() and not kept[alone[0] != 0].all())
            self.assertArrays([np.where(kept, 2 * alone[0], 0)] + alone[1:], found)

    def _seq2seq(self, function, feed_previous, backwards):
        """Encoder and decoder have weights of their own, and compute the same in loops."""
        def results(unroll):
            symbols = [tf.constant([(i + step) % 5 for i in range(BATCH)]) for step in range(2)]
            return function(symbols, symbols, self.row.make(UNITS), 5, 6, embedding_size=INPUT,
                            feed_previous=feed_previous, unroll=unroll)
        with tf.Graph().as_default(), oracle.quiet():
            static, names = _numbers(results("static")), oracle.names()
        with tf.Graph().as_default(), oracle.quiet():
            outputs, state = results("loop")
            variables = tf.trainable_variables()
            self.assertEqual(names, oracle.names())
            self.assertEqual([[BATCH, 6]] * 2, [output.shape.as_list() for output in outputs])
            gradients = _gradients([outputs, state], variables) if backwards else []
            for variable, gradient in zip(variables, gradients):
                self.assertIsNotNone(gradient, variable.op.name)
            loop = _numbers([outputs, state, gradients])
        self.assertArrays(static, loop[:len(static)])
        self.assertTrue(all(np.all(np.isfinite(gradient)) for gradient in loop[len(static):]))
        encoder = [name for name in names if "/rnn/" in name]
        decoder = [name for name in names if name not in encoder]
        for name, _, _ in self.numbers("by hand").variables:
            for side in (encoder, decoder):
                self.assertTrue(any(found.endswith(name[len("rnn"):]) for found in side), name)

    def test_embedding_rnn_seq2seq(self):
        self._seq2seq(seq2seq_enhanced.embedding_rnn_seq2seq, True, False)

    def test_embedding_attention_seq2seq(self):
        self._seq2seq(seq2seq_enhanced.embedding_attention_seq2seq, False, True)

    def test_contrib_seq2seq(self):
        """`dynamic_decode` of an attention model, against its steps one by one."""
        seq2seq = contrib("seq2seq")
        with tf.Graph().as_default(), oracle.quiet():
            x = tf.constant(self.row.inputs(2), tf.float32)
            inner = self.row.make(UNITS)
            cell = seq2seq.AttentionWrapper(
                inner, seq2seq.LuongAttention(self.row.output, tf.ones([BATCH, 5, 4])),
                attention_layer_size=UNITS)
            start = cell.zero_state(BATCH, tf.float32).clone(cell_state=self.starts(inner))
            project = tf_layers.Dense(6)
            decoded, state, _ = seq2seq.dynamic_decode(seq2seq.BasicDecoder(
                cell, seq2seq.TrainingHelper(x, [2] * BATCH), start, project))
            variables, outputs = tf.trainable_variables(), []
            with tf.variable_scope("decoder", reuse=True):
                for value in tf.unstack(x, axis=1):
                    output, start = cell(value, start)
                    outputs.append(project(output))
            self.assertEqual(variables, tf.trainable_variables())
            values = _numbers([[tf.stack(outputs, axis=1), start.cell_state],
                               [decoded.rnn_output, state.cell_state]])
            self.assertArrays(values[:len(values) // 2], values[len(values) // 2:])

    # Devices and checkpoints

    def test_gpu_for_layer(self):
        """What a call makes carries the device; work, backwards too, is done there."""
        with tf.Graph().as_default() as graph, oracle.quiet():
            x, cell = self.inputs(1)[:, 0], self.row.make(UNITS, gpu_for_layer=3)
            state = self.starts(cell)
            before = set(graph.get_operations())
            cell(x, state)
            for op in set(graph.get_operations()) - before:
                if "/Initializer" not in op.name:
                    self.assertIn(self.row.device or "/device:GPU:3", op.device, op.name)
        if self.row.device is not None:
            return
        with Unrolled(self.row, "loop", gradients=True, gpu_for_layer="/cpu:1") as unrolled:
            ran = oracle.trace([unrolled.outputs] + unrolled.gradients, 2, feed=unrolled.feed)
            kinds = {op.name: op.type for op in unrolled.graph.get_operations()}
        seen = collections.Counter()
        for name, devices in ran.items():
            if _WORK.match(kinds.get(name, "")) and re.match("(gradients/)?rnn/", name):
                self.assertEqual({"CPU:1"}, devices, name)
                seen[name.startswith("gradients/")] += 1
        self.assertTrue(seen[False] and seen[True], sorted(ran))

    def test_checkpoint(self):
        """Saved by one graph, restored by another; by name and by object."""
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        with Unrolled(self.row, "by hand", steps=4) as unrolled:
            unrolled.load_random()
            expected = unrolled.numbers()
            by_name = tf.train.Saver().save(unrolled.session, os.path.join(folder, "by_name"))
            by_object = tf.train.Checkpoint(cell=unrolled.cell).save(
                os.path.join(folder, "by_object"), unrolled.session)
        with Unrolled(self.row, "auto", steps=4) as unrolled:
            tf.train.Saver().restore(unrolled.session, by_name)
            self.assertNumbers(expected, unrolled.numbers())
            unrolled.session.run(tf.global_variables_initializer())
            status = tf.train.Checkpoint(cell=unrolled.cell).restore(by_object)
            status.assert_consumed().run_restore_ops(unrolled.session)
            self.assertNumbers(expected, unrolled.numbers())

    # Keywords and errors

    def _initial(self, **keywords):
        """Initial values of the variables of one step, {name: array}."""
        with tf.Graph().as_default(), oracle.quiet(), _session() as session:
            tf.set_random_seed(3)
            self.step(self.row.make(UNITS, **keywords))
            session.run(tf.global_variables_initializer())
            return collections.OrderedDict(
                (variable.op.name, value) for variable, value in
                zip(tf.global_variables(), session.run(tf.global_variables())))

    def test_use_bias(self):
        """A cell without biases computes what one with zeros for biases does."""
        found = []
        for use_bias in (True, False):
            with Unrolled(self.row, "by hand", steps=2, use_bias=use_bias) as unrolled:
                biases = [v for v in unrolled.variables if v.op.name.endswith(("bias", "beta"))]
                self.assertEqual(use_bias, bool(biases))
                unrolled.session.run([tf.assign(v, tf.zeros_like(v)) for v in biases])
                oracle.load_values(unrolled.session,
                                   [v for v in unrolled.all_variables() if v not in biases])
                found.append(unrolled.numbers())
        self.assertArrays([found[0].outputs] + found[0].state, [found[1].outputs] + found[1].state)
        self.assertRefused(TypeError, ["use_bias", "0"], use_bias=0)

    def _kernels(self, **keywords):
        kernels = [(name.split("/", 1)[1], value)
                   for name, value in self._initial(**keywords).items()
                   if name.endswith("kernel") and not name.endswith(self.row.own_start or ("/",))]
        self.assertTrue(kernels)
        return kernels

    def test_weight_initializer(self):
        for name, kernel in self._kernels(weight_initializer=tf.constant_initializer(0.25)):
            self.assertTrue(np.all(kernel == 0.25), name)
        for name, kernel in self._kernels(weight_initalizer="uniform_unit"):
            limit = np.sqrt(3.0 / len(kernel))
            self.assertTrue(np.all(np.abs(kernel) <= limit), name)
            self.assertGreater(np.abs(kernel).max(), limit / 2, name)
        for name, kernel in self._kernels(weight_initializer="identity"):
            for block in self.row.blocks(name, kernel):
                np.testing.assert_array_equal(np.eye(*block.shape), block, name)
        for name, kernel in self._kernels(weight_initializer="orthogonal",
                                          orthogonal_scale_factor=0.7):
            for block in self.row.blocks(name, kernel):
                block = block if len(block) <= block.shape[1] else block.T
                np.testing.assert_allclose(0.49 * np.eye(len(block)), block.dot(block.T),
                                           atol=1e-5, err_msg=name)
        self.assertRefused(ValueError, ["weight_initializer", "'orthogonl'", "'orthogonal'"],
                           weight_initializer="orthogonl")
        self.assertRefused(TypeError, ["weight_initializer", "3"], weight_initializer=3)

    def assertRefused(self, errors, words, units=UNITS, **keywords):
        with tf.Graph().as_default(), oracle.quiet(), self.assertRaises(errors) as raised:
            self.row.make(units, **keywords)
        for word in words:
            self.assertIn(word, str(raised.exception))

    def test_bad_size(self):
        for bad, error in ((0, ValueError), (-1, ValueError), (2.5, TypeError), ("4", TypeError),
                           (True, TypeError), ([4], TypeError)):
            self.assertRefused(error, [self.row.size_argument, repr(bad)], units=bad)

    def test_bad_keywords(self):
        self.assertRefused(TypeError, ["'gpu_for_layr'", "'gpu_for_layer'"], gpu_for_layr=0)
        self.assertRefused(TypeError, ["gpu_for_layer", "gpu_number"], gpu_number=0,
                           gpu_for_layer=0)
        self.assertRefused(ValueError, ["gpu_for_layer", "-1"], gpu_for_layer=-1)
        self.assertRefused(TypeError, ["gpu_for_layer", "2.5"], gpu_for_layer=2.5)

    def test_config(self):
        with tf.Graph().as_default():
            cell = self.row.make(UNITS, gpu_for_layer="/cpu:0")
            config = cell.get_config()
            json.dumps(config)
            inner = {name: copy.deepcopy(getattr(cell, name, None) or getattr(cell, "_" + name))
                     for name in self.row.inner}
            again = type(cell).from_config(dict(config, **inner))
            self.assertEqual(config, again.get_config())
            self.assertEqual((cell.state_size, cell.output_size),
                             (again.state_size, again.output_size))
            described, results = [], []
            for scope, made in (("one", cell), ("two", again)):
                results.append(tf.nest.flatten(self.step(made, scope)))
                described.append([(v.op.name.split("/")[-1], v.shape.as_list(), v.device)
                                  for v in tf.get_collection("variables", scope)])
            self.assertEqual(*described)
            # A setting that the config forgets shows in what the second cell computes.
            with _session() as session:
                session.run(tf.global_variables_initializer())
                for scope in ("one", "two"):
                    oracle.load_values(session, tf.get_collection("variables", scope + "/"))
                self.assertArrays(*session.run(results))

    def test_name(self):
        names = list(self._initial(name="mine"))
        if self.row.own_scope:
            for name in names:
                self.assertTrue(name.startswith("rnn/mine/"), name)
        else:
            self.assertEqual(list(self._initial()), names)

    def test_trainable(self):
        with tf.Graph().as_default(), oracle.quiet():
            cell = self.row.make(UNITS, trainable=False)
            self.step(cell)
            self.assertEqual([], tf.trainable_variables())
            self.assertTrue(cell.variables)

    def test_reuse(self):
        with tf.Graph().as_default(), oracle.quiet():
            self.step(self.row.make(UNITS))
            count = len(tf.global_variables())
            self.step(self.row.make(UNITS, reuse=True))
            self.assertEqual(count, len(tf.global_variables()))
            with self.assertRaisesRegex(ValueError, "other/.* does not exist"):
                self.step(self.row.make(UNITS, reuse=True), "other")


def _test_case(row, place=0):
    """The test case of a row; `place`: which of `CELLS` it is."""
    members = {name: member for name, member in vars(Conformance).items()
               if name not in ("__dict__", "__weakref__")
               and (not name.startswith("test_") or _has_its_turn(row, place, name))}
    members.update(("test_" + name, _refused(name, refusal)) for name, refusal in row.refuses.items()
                   if _has_its_turn(row, place, "test_" + name))
    members.update(row=row, __doc__="The checks on " + row.name + ".", __module__=__name__)
    return type("Test" + row.name, (unittest.TestCase,), members)


def _has_its_turn(row, place, test):
    """Whether the row has this test of `Conformance`, by the set of tests and TensorFlow's version."""
    check = test[len("test_"):]
    if LONG or check in ALWAYS:
        return True
    if row.short and check not in SHORT:
        return False
    if QUICK or row.name in THOROUGH:
        return row.name in THOROUGH[:1 if QUICK else None]
    tests = sorted(name for name in vars(Conformance) if name.startswith("test_"))
    return (place + tests.index(test)) % 6 == (0 if is_tf_1 else 3)


def _refused(check, refusal):
    method = getattr(Conformance, "test_" + check)

    def test(self):
        with self.assertRaisesRegex(refusal.error, refusal.words):
            method(self)
    test.__doc__ = "Refused: %s." % refusal.reason
    return test


# The base class, and a wrapper whose inputs are pairs: test_perturbation has it in every loop.
_APART = (rnn_cell.RNNCell, rnn_cell.PerturbationWrapper)


class TableTest(unittest.TestCase):

    def test_every_cell_of_the_package_is_listed(self):
        with tf.Graph().as_default():
            listed = {type(row.make(UNITS)) for row in CELLS}
        for name in rnn_cell.__all__:
            cell = getattr(rnn_cell, name)
            if isinstance(cell, type) and issubclass(cell, tf_cells.RNNCell):
                self.assertTrue(cell in listed or cell in _APART, name)

    def test_names_are_unlike(self):
        names = [row.name for row in CELLS]
        self.assertEqual(sorted(set(names)), sorted(names))

    def test_refusals_must_be_met(self):
        """A cell that does what its row says it refuses fails."""
        row = Row("Willing", rnn_cell.GRUCell, state=4,
                  refuses={"sizes": Refusal(TypeError, "size", "it does not")})
        result = unittest.TestResult()
        _test_case(row)("test_sizes").run(result)
        self.assertEqual(1, len(result.failures))


globals().update(("Test" + row.name, _test_case(row, place)) for place, row in enumerate(CELLS))

if __name__ == "__main__":
    unittest.main()
