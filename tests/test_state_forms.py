"""States given as plain tuples and lists, wherever a cell has tuples of its own."""
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (decoding_enhanced,
                                                     rnn_cell_enhanced as rnn_cell,
                                                     rnn_enhanced as rnn,
                                                     seq2seq_enhanced as seq2seq)
from Project_RNN_Enhancement.rnn_enhancement.rnn.states import as_cell_state
from tests.sizes import slow, some
from tests.stock import quiet, tf_cells

UNITS, STEPS, BATCH = 4, 5, 2


def _lstm():
    return rnn_cell.LSTMCell(UNITS)


def _skipping():
    return rnn_cell.GRUCell(UNITS, skip_connections=True)


# Cells with nested states, among them every named tuple of this package.
CELLS = {
    "lstm": _lstm,
    "projected": lambda: rnn_cell.LSTMCell(UNITS, num_proj=3),
    "stack": lambda: rnn_cell.MultiRNNCell([_lstm(), _lstm()]),
    "basic_stack": lambda: rnn_cell.MultiRNNCell([rnn_cell.BasicLSTMCell(UNITS)] * 2),
    "stock_stack": lambda: tf_cells.MultiRNNCell([tf_cells.LSTMCell(UNITS),
                                                  tf_cells.LSTMCell(UNITS)]),
    "mixed_stack": lambda: rnn_cell.MultiRNNCell([rnn_cell.GRUCell(UNITS), _lstm()]),
    "stack_in_stack": lambda: rnn_cell.MultiRNNCell([
        rnn_cell.MultiRNNCell([_lstm(), rnn_cell.GRUCell(UNITS)]), _lstm()]),
    "dropout": lambda: rnn_cell.MultiRNNCell([
        rnn_cell.DropoutWrapper(_lstm(), output_keep_prob=1.0, state_keep_prob=1.0)] * 2),
    "skip": _skipping,
    "skip_stack": lambda: rnn_cell.MultiRNNCell([_skipping(), _lstm()]),
    "relaxation": lambda: rnn_cell.RelaxationWrapper(_lstm(), 2),
    "interconnect": lambda: rnn_cell.MultiRNNCell_Interconnect(
        [rnn_cell.LSTMCell_Interconnect(UNITS) for _ in range(2)],
        vertically_pass_hidden_states=True),
}


def _as_tuples(state):
    return tuple(map(_as_tuples, state)) if isinstance(state, (tuple, list)) else state


def _as_lists(state):
    return list(map(_as_lists, state)) if isinstance(state, (tuple, list)) else state


FORMS = {"tuples": _as_tuples, "lists": _as_lists}


def _initial(cell, value):
    """A state of placeholders of unknown batch size, in the cell's own tuples, and its feed."""
    zeros = cell.zero_state(BATCH, tf.float32)
    random = np.random.RandomState(3)
    flat, feed = [], {}
    for part in tf.nest.flatten(zeros):
        shape = part.shape.as_list()
        flat.append(tf.placeholder(part.dtype, [None] + shape[1:]))
        # Counters of steps have one column, and start from 0.
        feed[flat[-1]] = value * random.uniform(-1, 1, shape) if shape[1] > 1 else np.zeros(shape)
    return tf.nest.pack_sequence_as(zeros, flat), feed


def _vectors():
    return [tf.constant(np.random.RandomState(i).randn(BATCH, UNITS), tf.float32)
            for i in range(STEPS)]


def _rnn(**keywords):
    return lambda cell, state: rnn.static_rnn(cell, _vectors(), initial_state=state, **keywords)


# Whatever takes a state: function (cell, state) -> nest of tensors.
FUNCTIONS = {
    "static_rnn": _rnn(),
    "static_rnn_copied": _rnn(unroll="static"),
    "static_rnn_lengths": _rnn(sequence_length=[2, 5]),
    "rnn": lambda cell, state: rnn.rnn(cell, _vectors(), state),
    "static_bidirectional_rnn": lambda cell, state: rnn.static_bidirectional_rnn(
        cell, rnn_cell.GRUCell(3), _vectors(), initial_state_fw=state, dtype=tf.float32),
    "static_bidirectional_rnn_backwards": lambda cell, state: rnn.static_bidirectional_rnn(
        rnn_cell.GRUCell(3), cell, _vectors(), initial_state_bw=state, dtype=tf.float32),
    "dynamic_rnn": lambda cell, state: rnn.dynamic_rnn(
        cell, tf.stack(_vectors()), initial_state=state, time_major=True),
    "dynamic_rnn_lengths": lambda cell, state: rnn.dynamic_rnn(
        cell, tf.stack(_vectors()), [2, 5], state, time_major=True),
    "bidirectional_dynamic_rnn": lambda cell, state: rnn.bidirectional_dynamic_rnn(
        cell, rnn_cell.GRUCell(3), tf.stack(_vectors()), initial_state_fw=state, dtype=tf.float32,
        time_major=True),
    "rnn_decoder": lambda cell, state: seq2seq.rnn_decoder(_vectors(), state, cell),
    "rnn_decoder_copied": lambda cell, state: seq2seq.rnn_decoder(
        _vectors(), state, cell, unroll="static"),
    "rnn_decoder_averaged": lambda cell, state: seq2seq.rnn_decoder(
        _vectors(), state, cell, average_states=True),
    "embedding_rnn_decoder": lambda cell, state: seq2seq.embedding_rnn_decoder(
        [tf.constant([1, 2])] * STEPS, state, cell, 9, UNITS, feed_previous=True),
    "attention_decoder": lambda cell, state: seq2seq.attention_decoder(
        _vectors(), state, tf.stack(_vectors(), 1), cell, initial_state_attention=True),
    "attention_decoder_copied": lambda cell, state: seq2seq.attention_decoder(
        _vectors(), state, tf.stack(_vectors(), 1), cell, unroll="static"),
    "embedding_attention_decoder": lambda cell, state: seq2seq.embedding_attention_decoder(
        [tf.constant([1, 2])] * STEPS, state, tf.stack(_vectors(), 1), cell, 9, UNITS,
        feed_previous=True),
    "beam_search_seq2seq": lambda cell, state: decoding_enhanced.beam_search_seq2seq(
        lambda _, symbols: seq2seq.embedding_attention_decoder(
            symbols, state, tf.stack(_vectors(), 1), cell, 9, UNITS, output_size=9),
        [tf.constant([1, 2])], 1, 0, STEPS, beam_size=3),
    "beam_search": lambda cell, state: _search(cell, state),
}


def _search(cell, state):
    table = tf.get_variable("table", [9, UNITS])

    def step(symbols, state):
        output, state = cell(tf.nn.embedding_lookup(table, symbols), state)
        return tf.matmul(output, table, transpose_b=True), state
    return decoding_enhanced.beam_search(step, state, 1, 0, STEPS, beam_size=3)


class StateFormsTest(tf.test.TestCase):

    def _results(self, make, function, form):
        with tf.Graph().as_default(), quiet(), self.session() as session:
            tf.set_random_seed(4)
            cell = make()
            state, feed = _initial(cell, 1.0)
            with tf.variable_scope("model", initializer=tf.random_uniform_initializer(
                    -1, 1, seed=3)):
                results = function(cell, state if form is None else form(state))
            session.run(tf.global_variables_initializer())
            return session.run(tf.nest.flatten(results), feed)

    def _check(self, cell_name, function_name, form_name):
        make, function = CELLS[cell_name], FUNCTIONS[function_name]
        with self.subTest(cell=cell_name, function=function_name, form=form_name):
            expected = self._results(make, function, None)
            found = self._results(make, function, FORMS[form_name])
            self.assertEqual(len(expected), len(found))
            for one, other in zip(expected, found):
                np.testing.assert_array_equal(one, other)

    @slow
    def test_every_function_with_a_stack(self):
        for i, name in some(enumerate(sorted(FUNCTIONS)), 7):
            self._check("stack", name, sorted(FORMS)[i % 2])

    @slow
    def test_every_cell(self):
        for name in some(CELLS, 5):
            self._check(name, "static_rnn", "tuples")
            self._check(name, "dynamic_rnn_lengths", "lists")


class AsCellStateTest(tf.test.TestCase):
    """What stands for a state and what doesn't."""

    def setUp(self):
        tf.reset_default_graph()
        self.cell = rnn_cell.MultiRNNCell([_lstm(), _lstm()])
        self.parts = [tf.zeros([BATCH, UNITS]) for _ in range(4)]

    def test_forms(self):
        a, b, c, d = self.parts
        pair = rnn_cell.LSTMStateTuple
        own = (pair(a, b), pair(c, d))
        for given in (own, ((a, b), (c, d)), [[a, b], [c, d]], [(a, b), pair(c, d)], [a, b, c, d]):
            found = as_cell_state(self.cell, given)
            tf.nest.assert_same_structure(self.cell.state_size, found)
            self.assertEqual([id(part) for part in self.parts],
                             [id(part) for part in tf.nest.flatten(found)])

    def test_tensors_side_by_side(self):
        both, a, b = tf.ones([BATCH, 2 * UNITS]), self.parts[0], self.parts[1]
        for given in ((both, both), [both, (a, b)], tf.ones([BATCH, 4 * UNITS])):
            found = as_cell_state(self.cell, given)
            tf.nest.assert_same_structure(self.cell.state_size, found)
            for part in tf.nest.flatten(found):
                self.assertEqual([BATCH, UNITS], part.shape.as_list())

    def test_what_does_not_fit_is_left(self):
        a, b, c, _ = self.parts
        wide = tf.zeros([BATCH, UNITS + 1])
        for given in (((a, b), (c, wide)), ((a, b), (c,)), (a, b, c), ((a, b), c), "state", 3.0,
                      {"a": a, "b": b}, tf.zeros([BATCH, UNITS])):
            self.assertIs(given, as_cell_state(self.cell, given))

    def test_unknown_shapes_fit(self):
        unknown = tf.placeholder(tf.float32)
        found = as_cell_state(self.cell, [[unknown] * 2] * 2)
        tf.nest.assert_same_structure(self.cell.state_size, found)

    @slow
    def test_errors_are_stock_s(self):
        """A state that doesn't fit meets the error that the same state meets in TensorFlow."""
        a, b, c, _ = self.parts
        wide, inputs = tf.zeros([BATCH, UNITS + 1]), tf.zeros([BATCH, STEPS, UNITS])
        for given in (((a, b), (c, wide)), ((a, b), (c,)), (a, b, c)):
            for call in (lambda of, state, cell: of.static_rnn(cell, tf.unstack(inputs, axis=1),
                                                               initial_state=state),
                         lambda of, state, cell: of.dynamic_rnn(cell, inputs,
                                                                initial_state=state)):
                errors = []
                for library in (tf.nn, rnn):
                    with quiet(), tf.variable_scope(None, "model"):
                        with self.assertRaises((ValueError, TypeError)) as caught:
                            call(library, given, tf_cells.MultiRNNCell(
                                [tf_cells.LSTMCell(UNITS), tf_cells.LSTMCell(UNITS)]))
                    errors.append(type(caught.exception))
                self.assertEqual(*errors)


class VariableBatchTest(unittest.TestCase):

    def test_the_batch_size_of_zero_state_may_be_a_variable(self):
        for use_resource in (False, True):
            for name in sorted(set(CELLS) - {"stock_stack"}):
                with self.subTest(cell=name, use_resource=use_resource), tf.Graph().as_default():
                    with tf.variable_scope("", use_resource=use_resource):
                        size = tf.get_variable("size", initializer=3, trainable=False)
                    state = tf.nest.flatten(CELLS[name]().zero_state(size, tf.float32))
                    with tf.Session() as session:
                        session.run(size.initializer)
                        self.assertEqual({part.shape[0] for part in session.run(state)}, {3})
                        session.run(tf.assign(size, 5))
                        self.assertEqual({part.shape[0] for part in session.run(state)}, {5})


if __name__ == "__main__":
    unittest.main()
