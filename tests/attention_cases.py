"""Small models with the attention of `tf.contrib.seq2seq`, built from it or from this package.

Every case is a function of a library that gives a nest of tensors. Inputs, memories and first
states are trainable variables, so that gradients with respect to them are compared too.
`tests.fixtures.make_attention` writes down what stock TensorFlow 1.15 computes, for the versions
that have no `tf.contrib`.
"""
import collections
import os

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (contrib_seq2seq_enhanced, rnn_cell_enhanced,
                                                     rnn_enhanced)
from Project_RNN_Enhancement.rnn_enhancement.tf1 import Dense
from tests import stock

__all__ = ["CASES", "OURS", "STOCK", "RECORDED", "evaluate", "memory", "run", "wrapper"]

BATCH, STEPS, LENGTH, DEPTH, UNITS = 2, 5, 4, 3, 3

RECORDED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures", "attention.npz")

Library = collections.namedtuple("Library", ["cells", "unroll", "seq2seq"])
STOCK = Library(stock.stock_rnn, tf.nn, stock.contrib("seq2seq"))
OURS = Library(rnn_cell_enhanced, rnn_enhanced, contrib_seq2seq_enhanced)


def variable(name, *shape, **keywords):
    return tf.get_variable(name, list(shape), **keywords)


def memory(dtype=tf.float32, name="memory"):
    return variable(name, BATCH, LENGTH, DEPTH, dtype=dtype)


def wrapper(library, mechanism, cell=None, **keywords):
    """A wrapper around a GRU."""
    return library.seq2seq.AttentionWrapper(
        cell or library.cells.GRUCell(UNITS), mechanism, **keywords)


def run(library, cell, lengths=None, dtype=tf.float32, static=False, first=True):
    """(outputs, final state) of a cell over a variable.

    Args:
      first: whether the cell is a wrapper whose first cell state is to be variables.
    """
    x = variable("x", BATCH, STEPS, DEPTH, dtype=dtype)
    state = cell.zero_state(BATCH, dtype)
    if first:
        parts = tf.nest.flatten(state.cell_state)
        state = state.clone(cell_state=tf.nest.pack_sequence_as(state.cell_state, [
            variable("state_%d" % i, *part.shape.as_list(), dtype=dtype)
            for i, part in enumerate(parts)]))
    if static:
        return library.unroll.static_rnn(cell, tf.unstack(x, axis=1), initial_state=state,
                                         sequence_length=lengths, dtype=dtype)
    return library.unroll.dynamic_rnn(cell, x, initial_state=state, sequence_length=lengths,
                                      dtype=dtype)


def _mechanism(kind, static=False, wrapper_keywords=None, dtype=tf.float32, **keywords):
    """A case: a wrapper with one mechanism."""
    def build(library):
        cell = library.cells.GRUCell(UNITS, dtype=dtype)
        mechanism = getattr(library.seq2seq, kind)(UNITS, memory(dtype), dtype=dtype, **keywords)
        return run(library, wrapper(library, mechanism, cell, **(wrapper_keywords or {})),
                   dtype=dtype, static=static)
    return build


def _wrapped(cell=None, outside=None, mechanism="BahdanauAttention", static=False, lengths=None,
             first=True, **keywords):
    """A case: a wrapper around a cell, and perhaps inside something else."""
    def build(library):
        inside = wrapper(library, getattr(library.seq2seq, mechanism)(UNITS, memory()),
                         cell and cell(library.cells), **keywords)
        return run(library, outside(library.cells, inside) if outside else inside, lengths,
                   static=static, first=first)
    return build


def _several(library, **keywords):
    seq2seq = library.seq2seq
    mechanisms = [seq2seq.LuongAttention(UNITS, memory(name="first"), [2, 4]),
                  seq2seq.BahdanauAttention(2, memory(name="second")),
                  seq2seq.BahdanauAttention(UNITS, memory(name="third"), normalize=True)]
    return run(library, wrapper(library, mechanisms, **keywords))


def _given_layers(library):
    return _several(library, attention_layer=[
        Dense(2, name="first_layer", activation=tf.tanh), Dense(3, name="other"),
        Dense(1, name="attention_layer", use_bias=False)])


def _history(several):
    def build(library):
        seq2seq = library.seq2seq
        mechanism = seq2seq.LuongAttention(UNITS, memory())
        if several:
            mechanism = [mechanism, seq2seq.BahdanauAttention(2, memory(name="other"))]
        outputs, state = run(library, wrapper(library, mechanism, alignment_history=True))
        histories = state.alignment_history if several else [state.alignment_history]
        return outputs, state.alignments, [history.stack() for history in histories]
    return build


def _initial_cell_state(library):
    cell = wrapper(library, library.seq2seq.LuongAttention(UNITS, memory()),
                   library.cells.LSTMCell(UNITS),
                   initial_cell_state=library.cells.LSTMStateTuple(
                       variable("c", BATCH, UNITS), variable("h", BATCH, UNITS)))
    return run(library, cell, first=False)


def _own_functions(library):
    def read(mechanism, output, state, layer):
        alignments, state = mechanism(2 * output, state=state)
        context = tf.reduce_sum(tf.expand_dims(alignments, 2) * mechanism.values, 1)
        return layer(tf.concat([context, output], 1)), alignments, state
    return run(library, wrapper(
        library, library.seq2seq.LuongAttention(UNITS, memory()), attention_layer_size=2,
        cell_input_fn=lambda inputs, attention: inputs * tf.reduce_sum(attention, 1, keepdims=True),
        attention_fn=read))


def _own_mechanism(library):
    """As programs derive one: the score plus what was read so far."""
    class Coverage(library.seq2seq.BahdanauAttention):
        def __call__(self, query, state):
            with tf.variable_scope(None, "coverage", [query]):
                gain = tf.get_variable("gain", [])
                score = tf.reduce_sum(
                    tf.tanh(self.keys + tf.expand_dims(self.query_layer(query), 1)), 2)
            alignments = self._probability_fn(score - gain * state, state)
            return alignments, state + alignments
    return run(library, wrapper(library, Coverage(UNITS, memory(), [3, 4])))


def _unknown_batch(library):
    length = tf.placeholder_with_default([2, 4], [None])
    held = tf.placeholder_with_default(memory(), [None, LENGTH, DEPTH])
    x = tf.placeholder_with_default(variable("x", BATCH, STEPS, DEPTH), [None, STEPS, DEPTH])
    cell = wrapper(library, library.seq2seq.BahdanauAttention(2, held, length),
                   attention_layer_size=2)
    return (library.unroll.dynamic_rnn(cell, x, dtype=tf.float32),
            library.unroll.static_rnn(cell, tf.unstack(x, axis=1), dtype=tf.float32))


def _unknown_length(library):
    held = tf.placeholder_with_default(memory(), [BATCH, None, DEPTH])
    results = []
    for kind in ("LuongAttention", "BahdanauMonotonicAttention"):
        with tf.variable_scope(kind):
            mechanism = getattr(library.seq2seq, kind)(UNITS, held, [2, 4])
            results.append(run(library, wrapper(library, mechanism)))
    return results


def _steps(library):
    """Called by hand, in one scope."""
    cell = wrapper(library, [library.seq2seq.BahdanauAttention(2, memory()),
                             library.seq2seq.LuongMonotonicAttention(UNITS, memory(name="other"))],
                   attention_layer_size=(2, 1), name="reader")
    state = cell.zero_state(BATCH, tf.float32)
    outputs = []
    for step in range(2):
        output, state = cell(variable("x_%d" % step, BATCH, DEPTH), state)
        outputs.append(output)
    return outputs, state


def _functions(library):
    seq2seq = library.seq2seq
    p = tf.sigmoid(4 * variable("p", BATCH, LENGTH))
    previous = tf.nn.softmax(variable("previous", BATCH, LENGTH))
    x = variable("numbers", BATCH, LENGTH)
    return ([seq2seq.monotonic_attention(p, previous, mode) for mode in ("recursive", "parallel")]
            + [seq2seq.monotonic_attention(tf.round(p), previous, "hard"),
               seq2seq.hardmax(x), seq2seq.safe_cumprod(p, axis=1),
               seq2seq.safe_cumprod(x, 1, exclusive=True, reverse=True)])


def _losses(library):
    logits = variable("logits", BATCH, LENGTH, 5)
    weights = tf.constant([[1., 0.5, 0., 0.], [0., 2., 0., 1.]])
    targets = tf.constant([[1, 2, 3, 4], [0, 0, 3, 1]])
    choices = [{}] + [
        {"average_across_timesteps": timesteps == "average",
         "sum_over_timesteps": timesteps == "sum", "average_across_batch": batch == "average",
         "sum_over_batch": batch == "sum"}
        for timesteps in ("average", "sum", None) for batch in ("average", "sum", None)]
    return [library.seq2seq.sequence_loss(
        logits, targets, weights, softmax_loss_function=function, **choice)
        for choice in choices for function in (None, _distance)] + [
            library.seq2seq.sequence_loss(logits, targets, tf.zeros([BATCH, LENGTH]))]


def _distance(labels, logits):
    return tf.reduce_sum(tf.square(tf.one_hot(labels, 5) - logits), 1)


def _keys_and_values(keys, values):
    return 2 * keys, tf.tanh(values)


CASES = collections.OrderedDict([
    ("luong", _mechanism("LuongAttention")),
    ("luong scale", _mechanism("LuongAttention", scale=True, memory_sequence_length=[2, 4],
                               wrapper_keywords={"attention_layer_size": 2})),
    ("luong static", _mechanism("LuongAttention", static=True, memory_sequence_length=[2, 4],
                                score_mask_value=-3.0)),
    ("luong hardmax", lambda library: _mechanism(
        "LuongAttention", probability_fn=library.seq2seq.hardmax)(library)),
    ("luong float64", _mechanism("LuongAttention", dtype=tf.float64, scale=True,
                                 memory_sequence_length=[2, 4],
                                 wrapper_keywords={"attention_layer_size": 2})),
    ("luong keys and values", _mechanism("LuongAttention", custom_key_value_fn=_keys_and_values)),
    ("bahdanau", _mechanism("BahdanauAttention")),
    ("bahdanau normalize", _mechanism("BahdanauAttention", normalize=True,
                                      memory_sequence_length=[2, 4])),
    ("bahdanau static", _mechanism("BahdanauAttention", static=True, normalize=True,
                                   wrapper_keywords={"attention_layer_size": 4})),
    ("bahdanau float64", _mechanism("BahdanauAttention", dtype=tf.float64, normalize=True)),
    ("luong monotonic", _mechanism("LuongMonotonicAttention", scale=True, score_bias_init=-1.0,
                                   memory_sequence_length=[2, 4])),
    ("luong monotonic static", _mechanism("LuongMonotonicAttention", static=True)),
    ("luong monotonic recursive", _mechanism("LuongMonotonicAttention", mode="recursive")),
    ("luong monotonic hard", _mechanism("LuongMonotonicAttention", mode="hard")),
    ("bahdanau monotonic", _mechanism("BahdanauMonotonicAttention", normalize=True)),
    ("bahdanau monotonic masked", _mechanism(
        "BahdanauMonotonicAttention", static=True, memory_sequence_length=[2, 4],
        score_mask_value=-2.0, wrapper_keywords={"attention_layer_size": 2})),
    ("bahdanau monotonic recursive", _mechanism("BahdanauMonotonicAttention", static=True,
                                                mode="recursive")),
    ("bahdanau monotonic hard", _mechanism("BahdanauMonotonicAttention", mode="hard",
                                           static=True)),
    ("bahdanau monotonic noise", _mechanism("BahdanauMonotonicAttention", sigmoid_noise=1.0,
                                            sigmoid_noise_seed=5)),
    ("luong monotonic noise", _mechanism("LuongMonotonicAttention", sigmoid_noise=1.0,
                                         sigmoid_noise_seed=5, static=True)),
    ("several", _several),
    ("several with sizes", lambda library: _several(library, attention_layer_size=[2, 1, 3])),
    ("several with layers", _given_layers),
    ("history", _history(False)),
    ("histories", _history(True)),
    ("initial cell state", _initial_cell_state),
    ("own functions", _own_functions),
    ("own mechanism", _own_mechanism),
    ("unknown batch", _unknown_batch),
    ("unknown length", _unknown_length),
    ("steps", _steps),
    ("outputs of the cell", _wrapped(output_attention=False, name="named")),
    ("lstm", _wrapped(lambda c: c.LSTMCell(UNITS, use_peepholes=True), attention_layer_size=2)),
    ("stack inside", _wrapped(
        lambda c: c.MultiRNNCell([c.GRUCell(2), c.BasicLSTMCell(UNITS)]), static=True)),
    ("lengths", _wrapped(lengths=[3, 1])),
    ("lengths static", _wrapped(lengths=[3, 1], static=True)),
    ("in a stack", _wrapped(
        outside=lambda c, inside: c.MultiRNNCell([inside, c.GRUCell(2)]), first=False)),
    ("residual", _wrapped(outside=lambda c, inside: c.ResidualWrapper(inside), static=True)),
    ("dropout", _wrapped(outside=lambda c, inside: c.DropoutWrapper(
        inside, output_keep_prob=tf.constant(1.0)))),
    ("functions", _functions),
    ("losses", _losses),
])


def evaluate(library, name):
    """Names and shapes of variables, values and gradients of a case."""
    return stock.evaluate(library, CASES[name])


def recorded(path=RECORDED, names=None):
    """Case -> what stock TensorFlow 1.15 gave, as `evaluate` gives it."""
    found = {}
    with np.load(path) as arrays:
        for name in CASES if names is None else names:
            variables = [str(entry) for entry in arrays[name + "/names"]]
            values = [arrays["%s/value %d" % (name, i)]
                      for i in range(int(arrays[name + "/values"]))]
            gradients = [arrays.get("%s/gradient %d" % (name, i)) for i in range(len(variables))]
            found[name] = variables, values, gradients
    return found
