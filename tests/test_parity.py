"""Everything that TensorFlow 1.15 has gives the same variables, numbers and gradients here."""
import os
import tempfile
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from . import stock
from .sizes import slow, some

CELLS = {
    "gru": lambda c: c.GRUCell(4),
    "gru_relu": lambda c: c.GRUCell(4, activation=tf.nn.relu),
    "basic": lambda c: c.BasicRNNCell(4),
    "basic_lstm": lambda c: c.BasicLSTMCell(4, forget_bias=0.5),
    "basic_lstm_joined": lambda c: c.BasicLSTMCell(4, state_is_tuple=False),
    "lstm": lambda c: c.LSTMCell(4),
    "lstm_all": lambda c: c.LSTMCell(4, use_peepholes=True, cell_clip=0.3, num_proj=3,
                                     proj_clip=0.2),
    "lstm_joined": lambda c: c.LSTMCell(4, num_proj=3, state_is_tuple=False),
    "stack": lambda c: c.MultiRNNCell([c.GRUCell(4), c.BasicLSTMCell(4)]),
    "stack_joined": lambda c: c.MultiRNNCell([c.GRUCell(4), c.BasicRNNCell(4)],
                                             state_is_tuple=False),
    "residual": lambda c: c.ResidualWrapper(c.GRUCell(3)),
    "projections": lambda c: c.InputProjectionWrapper(
        c.OutputProjectionWrapper(c.GRUCell(4), 5, activation=tf.tanh), 6),
    "dropout": lambda c: c.DropoutWrapper(c.BasicLSTMCell(4), 0.5, 0.6, 0.7, seed=5),
    "variational": lambda c: c.DropoutWrapper(
        c.GRUCell(4), 0.5, 0.6, 0.7, variational_recurrent=True, input_size=3, dtype=tf.float32,
        seed=5),
    "device": lambda c: c.DeviceWrapper(c.GRUCell(4), "/cpu:0"),
}
# Those that make sense inside a sequence-to-sequence model of embeddings of another size.
MODEL_CELLS = ("gru", "basic_lstm", "lstm_all", "basic_lstm_joined", "stack")


def _inputs(dtype=tf.float32):
    return tf.constant(np.random.RandomState(0).randn(2, 4, 3), dtype)


def _symbols(rows):
    return [tf.constant(row) for row in rows]


class CellParityTest(tf.test.TestCase):

    @slow
    def test_step(self):
        for name, make in sorted(CELLS.items()):
            def build(library):
                cell = make(library.cells)
                return cell(_inputs()[:, 0], cell.zero_state(2, tf.float32))
            with self.subTest(name):
                stock.assert_same(self, build)

    @slow
    def test_static_rnn_with_lengths(self):
        for name, make in some(sorted(CELLS.items()), 5):
            with self.subTest(name):
                stock.assert_same(self, lambda library: library.unroll.static_rnn(
                    make(library.cells), tf.unstack(_inputs(), axis=1), dtype=tf.float32,
                    sequence_length=[2, 4]))

    @slow
    def test_dynamic_rnn_with_lengths(self):
        for name in ("gru", "basic_lstm", "lstm_all", "stack", "stack_joined"):
            with self.subTest(name):
                stock.assert_same(self, lambda library: library.unroll.dynamic_rnn(
                    CELLS[name](library.cells), _inputs(), dtype=tf.float32,
                    sequence_length=[2, 4]))

    @slow
    def test_float64(self):
        for name in ("gru", "basic", "lstm_all"):
            with self.subTest(name):
                stock.assert_same(self, lambda library: library.unroll.dynamic_rnn(
                    CELLS[name](library.cells), _inputs(tf.float64), dtype=tf.float64))

    @slow
    def test_bidirectional(self):
        stock.assert_same(self, lambda library: library.unroll.static_bidirectional_rnn(
            library.cells.GRUCell(4), library.cells.LSTMCell(3), tf.unstack(_inputs(), axis=1),
            dtype=tf.float32, sequence_length=[2, 4]))
        stock.assert_same(self, lambda library: library.unroll.bidirectional_dynamic_rnn(
            library.cells.GRUCell(4), library.cells.LSTMCell(3), _inputs(), dtype=tf.float32,
            sequence_length=[2, 4]))

    @slow
    def test_gradients_numerically(self):
        for name in ("gru", "basic", "basic_lstm", "lstm_all"):
            with self.subTest(name), tf.Graph().as_default(), self.session():
                x = _inputs(tf.float64)
                cell = CELLS[name](stock.OURS.cells)
                cell_state = tf.nest.map_structure(
                    lambda zero: zero + 0.1, cell.zero_state(2, tf.float64))
                output, _ = cell(x[:, 0], cell_state)
                tf.global_variables_initializer().run()
                for variable in tf.trainable_variables():
                    error = tf.test.compute_gradient_error(
                        variable, variable.shape.as_list(), output, output.shape.as_list(),
                        delta=1e-5, x_init_value=variable.eval())
                    self.assertLess(error, 1e-6)


def _starting_values(build, library):
    """Names and values with which variables start under an initialiser that the scope gives."""
    with tf.Graph().as_default(), stock.quiet(), tf.Session() as session:
        with tf.variable_scope("scope", initializer=tf.constant_initializer(0.25)):
            build(library)
        session.run(tf.global_variables_initializer())
        return {v.op.name: session.run(v).tolist() for v in tf.global_variables()}


class StartingValuesTest(tf.test.TestCase):
    """Variables start as TensorFlow's do: its own constants, and elsewhere what the scope says."""

    def _check(self, build):
        expected = _starting_values(build, stock.STOCK)
        self.assertIn(0.25, np.concatenate([np.ravel(value) for value in expected.values()]))
        self.assertEqual(expected, _starting_values(build, stock.OURS))

    @slow
    def test_cells(self):
        cells = dict(CELLS)
        for norm in (True, False):
            cells["layer_norm_%s" % norm] = (
                lambda c, norm=norm: c.LayerNormBasicLSTMCell(4, layer_norm=norm, norm_gain=2.0))
        for name, make in sorted(cells.items()):
            def build(library):
                cell = make(library.cells)
                cell(_inputs()[:, 0], cell.zero_state(2, tf.float32))
            with self.subTest(name):
                self._check(build)

    @slow
    def test_models(self):
        def symbols():
            return _symbols([[1, 2], [3, 4], [0, 2]])
        for name, model in (
                ("basic", lambda lib, cell: lib.seq2seq.basic_rnn_seq2seq(
                    tf.unstack(_inputs(), axis=1), tf.unstack(_inputs(), axis=1), cell)),
                ("embedding", lambda lib, cell: lib.seq2seq.embedding_rnn_seq2seq(
                    symbols(), symbols(), cell, 5, 6, 3)),
                ("tied", lambda lib, cell: lib.seq2seq.embedding_tied_rnn_seq2seq(
                    symbols(), symbols(), cell, 6, 3)),
                ("attention", lambda lib, cell: lib.seq2seq.embedding_attention_seq2seq(
                    symbols(), symbols(), cell, 5, 6, 3, num_heads=2)),
                ("one to many", lambda lib, cell: lib.seq2seq.one2many_rnn_seq2seq(
                    symbols(), {"a": symbols()}, cell, {"a": lib.cells.GRUCell(4)}, 5, {"a": 6},
                    3))):
            with self.subTest(name):
                self._check(lambda library: model(library, library.cells.GRUCell(4)))


@slow
class ModelParityTest(tf.test.TestCase):
    ENCODER = [[1, 2], [3, 4], [0, 2]]
    DECODER = [[1, 1], [2, 0], [1, 4]]

    def _check(self, model, feed=None):
        stock.assert_same(self, lambda library: model(
            library, _symbols(self.ENCODER), _symbols(self.DECODER)), feed)

    # Forms of `feed_previous`: the argument, and what is fed.
    FORMS = [(lambda: False, None), (lambda: True, None)] + [
        (lambda: tf.placeholder(tf.bool, [], "fp"), {"fp:0": value}) for value in (False, True)]

    def _cells_and_forms(self, number):
        """`number` of all pairs of a cell and a form."""
        return some([(name, form) for name in MODEL_CELLS for form in self.FORMS], number)

    def test_models_of_embeddings(self):
        for name, (form, feed) in self._cells_and_forms(6):
            with self.subTest(cell=name, feed=feed):
                self._check(lambda lib, e, d: lib.seq2seq.embedding_rnn_seq2seq(
                    e, d, CELLS[name](lib.cells), 5, 6, 3, feed_previous=form()), feed)
        for name, (form, feed) in self._cells_and_forms(3):
            with self.subTest(cell=name, feed=feed, tied=True):
                self._check(lambda lib, e, d: lib.seq2seq.embedding_tied_rnn_seq2seq(
                    e, d, CELLS[name](lib.cells), 5, 3, feed_previous=form()), feed)

    def test_attention_model(self):
        variants = ((1, False), (2, True), (1, True), (2, False))
        for i, (name, (form, feed)) in enumerate(self._cells_and_forms(6)):
            heads, initial = variants[i % 4]
            with self.subTest(cell=name, feed=feed, heads=heads, initial=initial):
                self._check(lambda lib, e, d: lib.seq2seq.embedding_attention_seq2seq(
                    e, d, CELLS[name](lib.cells), 5, 6, 3, num_heads=heads,
                    feed_previous=form(), initial_state_attention=initial), feed)

    def test_output_projection(self):
        def projection():
            return tf.get_variable("w", [4, 6]), tf.get_variable("b", [6])
        for fed in (False, True):
            self._check(lambda lib, e, d: lib.seq2seq.embedding_attention_seq2seq(
                e, d, lib.cells.GRUCell(4), 5, 6, 3, output_projection=projection(),
                feed_previous=fed))
            self._check(lambda lib, e, d: lib.seq2seq.embedding_rnn_seq2seq(
                e, d, lib.cells.GRUCell(4), 5, 6, 3, output_projection=projection(),
                feed_previous=fed))

    def test_one_to_many(self):
        for form, feed in some(self.FORMS, 2):
            self._check(lambda lib, e, d: lib.seq2seq.one2many_rnn_seq2seq(
                e, {"a": d, "b": d[:2]}, lib.cells.GRUCell(4),
                {"a": lib.cells.GRUCell(4), "b": lib.cells.GRUCell(4)}, 5, {"a": 6, "b": 4}, 3,
                feed_previous=form()), feed)

    def test_models_and_decoders_of_vectors(self):
        def vectors():
            return tf.unstack(_inputs(), axis=1)
        for name in some(MODEL_CELLS, 3):
            make = CELLS[name]
            with self.subTest(name):
                stock.assert_same(self, lambda lib: lib.seq2seq.basic_rnn_seq2seq(
                    vectors(), vectors(), make(lib.cells)))
                stock.assert_same(self, lambda lib: lib.seq2seq.tied_rnn_seq2seq(
                    vectors(), vectors(), make(lib.cells)))
        stock.assert_same(self, lambda lib: lib.seq2seq.rnn_decoder(
            vectors(), tf.ones([2, 3]), lib.cells.GRUCell(3),
            loop_function=lambda prev, i: prev * i))
        stock.assert_same(self, lambda lib: lib.seq2seq.attention_decoder(
            vectors(), tf.ones([2, 4]), _inputs(), lib.cells.GRUCell(4), output_size=3,
            num_heads=2, loop_function=lambda prev, i: prev * i))

    def test_losses_and_buckets(self):
        def model(lib, per_example, loss=None):
            encoder, decoder = _symbols(self.ENCODER), _symbols(self.DECODER + [[0, 3]])
            weights = [tf.constant([1.0, float(i % 2)]) for i in range(3)]
            cell = lib.cells.GRUCell(4)
            return lib.seq2seq.model_with_buckets(
                encoder, decoder[:-1], decoder[1:], weights, [(1, 2), (3, 3)],
                lambda x, y: lib.seq2seq.embedding_rnn_decoder(
                    y, tf.one_hot(x[-1], 4), cell, 6, 3), per_example_loss=per_example,
                softmax_loss_function=loss)
        for per_example in (False, True):
            stock.assert_same(self, lambda lib: model(
                lib, per_example, lambda labels, logits: tf.reduce_sum(
                    tf.square(logits - tf.one_hot(labels, 4)), 1)))

    def test_sequence_losses(self):
        def losses(lib):
            logits = tf.unstack(tf.get_variable("logits", [3, 2, 5]))
            weights = [tf.constant([1.0, float(i % 2)]) for i in range(3)]
            targets = _symbols(self.DECODER)
            return [lib.seq2seq.sequence_loss(logits, targets, weights),
                    lib.seq2seq.sequence_loss(logits, targets, weights, False, False),
                    lib.seq2seq.sequence_loss_by_example(logits, targets, weights),
                    lib.seq2seq.sequence_loss_by_example(logits, targets, weights, False)]
        stock.assert_same(self, losses)

    def test_training_stays_together(self):
        def build(library):
            encoder, decoder = _symbols(self.ENCODER), _symbols(self.DECODER + [[0, 3]])
            def seq2seq(x, y):
                return library.seq2seq.embedding_attention_seq2seq(
                    x, y, library.cells.GRUCell(4), 5, 5, 3)
            return library.seq2seq.model_with_buckets(
                encoder, decoder[:-1], decoder[1:], [tf.ones([2])] * 3, [(2, 2), (3, 3)],
                seq2seq)[1]
        expected, found = (stock.losses_of_training(library, build, 0.5)
                           for library in (stock.STOCK, stock.OURS))
        np.testing.assert_allclose(found, expected, rtol=1e-4)
        self.assertLess(found[-1], found[0])

    def test_checkpoints_both_ways(self):
        def build(library):
            logits, _ = library.seq2seq.embedding_attention_seq2seq(
                _symbols(self.ENCODER), _symbols(self.DECODER),
                library.cells.MultiRNNCell([library.cells.LSTMCell(4), library.cells.GRUCell(4)]),
                5, 6, 3)
            logits = tf.stack(logits)
            tf.train.AdamOptimizer().minimize(tf.reduce_sum(tf.square(logits)))
            return logits
        for writer, reader in ((stock.STOCK, stock.OURS), (stock.OURS, stock.STOCK)):
            path = os.path.join(tempfile.mkdtemp(dir=self.get_temp_dir()), "model")
            with stock.quiet():
                with tf.Graph().as_default(), tf.Session() as session:
                    logits = build(writer)
                    session.run(tf.global_variables_initializer())
                    expected = session.run(logits)
                    tf.train.Saver().save(session, path)
                with tf.Graph().as_default(), tf.Session() as session:
                    logits = build(reader)
                    tf.train.Saver().restore(session, path)
                    np.testing.assert_allclose(session.run(logits), expected, rtol=1e-5, atol=1e-6)


if __name__ == "__main__":
    unittest.main()
