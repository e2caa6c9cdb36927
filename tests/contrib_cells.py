"""The cells and wrappers of `tf.contrib.rnn`: how to make each, and what it takes."""
import collections

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement.cells import (
    attention_wrapper, chaos_free, compiled, convolutional, coupled_lstm, frequency_grid,
    group_lstm, highway_wrapper, independent, intersection, layer_norm, layer_norm_lstm,
    minimal_rnn, nas, neural_turing, phased_lstm, simple_recurrent_unit, update_gate, weight_norm)

from .stock import contrib, stock_rnn, tf_cells

__all__ = ["CELLS", "Given", "Ours", "Stock", "inputs", "state"]


class Ours(object):
    """This package's cells under the names of `tf.contrib.rnn`; TensorFlow's, where it has one."""

    def __getattr__(self, name):
        # Not rnn_cell_enhanced's LayerNormLSTMCell: contrib's.
        for module in (attention_wrapper, chaos_free, compiled, convolutional, coupled_lstm,
                       frequency_grid, group_lstm, highway_wrapper, independent, intersection,
                       layer_norm_lstm, layer_norm, minimal_rnn, nas, neural_turing, phased_lstm,
                       simple_recurrent_unit, update_gate, weight_norm):
            if name in module.__all__:
                return getattr(module, name)
        return getattr(tf_cells, name)


class Stock(object):
    """TensorFlow's cells: those of `tf.contrib.rnn`, and those private to its module."""

    _private = contrib("rnn.python.ops.rnn_cell")

    def __getattr__(self, name):
        return getattr(stock_rnn if hasattr(stock_rnn, name) else self._private, name)


# `make(library)` gives the cell; `shape` is that of an input without batch, `loops` whether a
# state of zeros as `state_size` says fits the inputs; `state` sizes in place of `state_size`, or a
# function (cell, function size -> values) that gives the whole state.
Given = collections.namedtuple("Given", ["make", "shape", "loops", "state"])
Given.__new__.__defaults__ = ((3,), True, None)


def _coupled(**keywords):
    return Given(lambda c: c.CoupledInputForgetGateLSTMCell(4, **keywords))


def _grid(name="GridLSTMCell", **keywords):
    keywords.update(feature_size=2, frequency_skip=1)
    if "start_freqindex_list" in keywords:
        keywords["num_frequency_blocks"] = [2, 1]
    else:
        keywords["num_frequency_blocks"] = [3]
    return Given(lambda c: getattr(c, name)(2, **keywords), (4,))


def _blocks(**keywords):
    return _grid(start_freqindex_list=[0, 2], end_freqindex_list=[3, 4], **keywords)


def _turing(read=1, write=1, time=lambda: 0, **keywords):
    def state(cell, values):
        m, d = cell.memory_size, cell.memory_vector_dim
        whole = tf.nest.map_structure(values, cell.state_size._replace(
            w_list=[], M=tf.TensorShape([m, d]), time=1))
        return whole._replace(w_list=[tf.nn.softmax(values(m)) for _ in range(read + write)],
                              time=time())
    return Given(lambda c: c.NTMCell(c.BasicLSTMCell(3), 5, 2, read, write, **keywords),
                 state=state)


CELLS = {
    "coupled": _coupled(),
    "coupled peepholes": _coupled(use_peepholes=True, num_proj=3, proj_clip=0.2),
    "coupled joined": _coupled(state_is_tuple=False, num_proj=2, forget_bias=0.5),
    "coupled norm": _coupled(layer_norm=True, use_peepholes=True, norm_gain=0.5, norm_shift=0.1),
    "coupled shards": _coupled(num_unit_shards=3, num_proj=2, num_proj_shards=2),
    "time freq": Given(lambda c: c.TimeFreqLSTMCell(3, feature_size=3)),
    "time freq peepholes": Given(lambda c: c.TimeFreqLSTMCell(
        2, use_peepholes=True, cell_clip=0.2, num_unit_shards=2, feature_size=2, frequency_skip=2),
        (6,), False, 12),
    "grid": _grid(),
    "grid joined": _grid(state_is_tuple=False, num_unit_shards=2),
    "grid peepholes": _grid(use_peepholes=True, cell_clip=0.2),
    "grid shared": _grid(use_peepholes=True, share_time_frequency_weights=True),
    "grid coupled": _grid(use_peepholes=True, couple_input_forget_gates=True),
    "grid blocks": _blocks(forget_bias=0.5),
    "grid blocks joined": _blocks(state_is_tuple=False),
    "grid both ways": _grid("BidirectionalGridLSTMCell", use_peepholes=True),
    "grid both ways offset": _grid("BidirectionalGridLSTMCell", backward_slice_offset=1),
    "grid both ways before": _grid("BidirectionalGridLSTMCell", backward_slice_offset=-1),
    "attention": Given(lambda c: c.AttentionCellWrapper(c.BasicLSTMCell(3), 2)),
    "attention joined": Given(lambda c: c.AttentionCellWrapper(
        c.GRUCell(3), 3, attn_size=2, attn_vec_size=4, input_size=5, state_is_tuple=False)),
    "highway": Given(lambda c: c.HighwayWrapper(c.GRUCell(3))),
    "highway apart": Given(lambda c: c.HighwayWrapper(c.BasicLSTMCell(3), False, 0.5)),
    "norm": Given(lambda c: c.LayerNormBasicLSTMCell(4)),
    "norm off": Given(lambda c: c.LayerNormBasicLSTMCell(4, layer_norm=False)),
    "nas": Given(lambda c: c.NASCell(4)),
    "nas projection": Given(lambda c: c.NASCell(4, 3, True)),
    "ugrnn": Given(lambda c: c.UGRNNCell(4, forget_bias=0.5, activation=tf.nn.relu)),
    "intersection": Given(lambda c: c.IntersectionRNNCell(3)),
    "intersection in": Given(lambda c: c.IntersectionRNNCell(4, 4, y_activation=tf.tanh)),
    "compiled": Given(lambda c: c.CompiledWrapper(c.GRUCell(4))),
    "phased": Given(lambda c: c.PhasedLSTMCell(4)),
    "phased peepholes": Given(lambda c: c.PhasedLSTMCell(
        4, use_peepholes=True, leak=0.01, ratio_on=0.3, trainable_ratio_on=False)),
    "conv 1d": Given(lambda c: c.Conv1DLSTMCell(
        input_shape=[4, 2], output_channels=3, kernel_shape=[3]), (4, 2)),
    "conv 2d": Given(lambda c: c.Conv2DLSTMCell(
        input_shape=[3, 3, 1], output_channels=2, kernel_shape=[2, 2], use_bias=False), (3, 3, 1)),
    "conv 3d": Given(lambda c: c.Conv3DLSTMCell(
        input_shape=[2, 2, 2, 1], output_channels=2, kernel_shape=[2, 2, 1]), (2, 2, 2, 1)),
    "conv": Given(lambda c: c.ConvLSTMCell(1, [4, 1], 2, [2], forget_bias=0.5), (4, 1)),
    "group": Given(lambda c: c.GLSTMCell(4, number_of_groups=2, num_proj=2), (4,)),
    "group one": Given(lambda c: c.GLSTMCell(4, activation=tf.nn.relu)),
    "sru": Given(lambda c: c.SRUCell(4)),
    "independent": Given(lambda c: c.IndRNNCell(4)),
    "independent gru": Given(lambda c: c.IndyGRUCell(4)),
    "independent lstm": Given(lambda c: c.IndyLSTMCell(4, forget_bias=0.5)),
    "chaos free": Given(lambda c: c.CFNCell(4)),
    "chaos free linear": Given(lambda c: c.CFNCell(
        4, None, tf.ones_initializer(), tf.zeros_initializer())),
    "minimal": Given(lambda c: c.MinimalRNNCell(4)),
    "minimal relu": Given(lambda c: c.MinimalRNNCell(4, "relu", "he_normal", None)),
    "norm lstm off": Given(lambda c: c.LayerNormLSTMCell(4)),
    "norm lstm": Given(lambda c: c.LayerNormLSTMCell(
        4, use_peepholes=True, cell_clip=0.4, num_proj=3, proj_clip=0.2, forget_bias=0.5,
        layer_norm=True, norm_gain=0.5, norm_shift=0.1)),
    "weight norm": Given(lambda c: c.WeightNormLSTMCell(4)),
    "weight norm peepholes": Given(lambda c: c.WeightNormLSTMCell(
        4, use_peepholes=True, cell_clip=0.4, num_proj=3, proj_clip=0.2,
        activation=tf.nn.relu)),
    "weight norm off": Given(lambda c: c.WeightNormLSTMCell(4, False, num_proj=2)),
    "turing": _turing(),
    "turing heads": _turing(2, 2, shift_range=2, output_dim=3, clip_value=0.3),
    "turing in a loop": _turing(1, 2, time=lambda: tf.constant(0)),
    "turing later in a loop": _turing(time=lambda: tf.constant(2)),
}


def inputs(name, steps, batch=2):
    """`steps` inputs for the cell of that name."""
    given, random = CELLS[name], np.random.RandomState(3)
    values = [tf.constant(random.uniform(-1, 1, (batch,) + given.shape), tf.float32)
              for _ in range(steps)]
    if name.startswith("phased"):
        values = [(tf.constant(random.uniform(0, 9, (batch, 1)), tf.float32), value)
                  for value in values]
    return values


def state(name, cell, batch=2):
    """A state that isn't zero."""
    random = np.random.RandomState(4)

    def values(size):
        return tf.constant(random.uniform(
            -1, 1, [batch] + tf.TensorShape(size).as_list()), tf.float32)
    given = CELLS[name].state
    if callable(given):
        return given(cell, values)
    return tf.nest.map_structure(values, given or cell.state_size)
