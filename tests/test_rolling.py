"""Time in loops: the same numbers and gradients as copies of the step, and as stock TensorFlow."""
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement import rnn_enhancement
from Project_RNN_Enhancement.rnn_enhancement import (rnn_cell_enhanced as rnn_cell,
                                                     rnn_enhanced as rnn,
                                                     seq2seq_enhanced as seq2seq)
from Project_RNN_Enhancement.rnn_enhancement.tf1 import keras

from . import stock
from tests.sizes import slow, some
from tests.stock import contrib, tf_cells, tf_layers

contrib_rnn = contrib("rnn")

STEPS = 4
FLOAT = tf.float64


def _weights(name, *shape):
    return tf.get_variable(name, list(shape), dtype=FLOAT)


def _vectors(size=3, steps=STEPS, name="x", dtype=FLOAT):
    """List of tensors [2, size] that come out of one trainable variable."""
    return tf.unstack(tf.get_variable(name, [steps, 2, size], dtype=dtype))


def _symbols(classes=3, steps=STEPS):
    return [tf.constant([i % classes, (i * i + 1) % classes]) for i in range(steps)]


def _state(cell, dtype=FLOAT):
    """A state of trainable variables."""
    return tf.nest.pack_sequence_as(cell.state_size, [
        tf.get_variable("state_%d" % i, [2] + tf.TensorShape(size).as_list(), dtype=dtype)
        for i, size in enumerate(tf.nest.flatten(cell.state_size))])


def evaluate(build, feed):
    """As `stock.evaluate`, in two runs: many runs take longer than all the rest."""
    with tf.Graph().as_default() as graph, stock.quiet(), tf.Session() as session:
        tf.set_random_seed(7)
        results = [tf.convert_to_tensor(result) for result in tf.nest.flatten(build())]
        variables = tf.trainable_variables()
        gradients = tf.gradients([tf.square(result) for result in results], variables)
        gradients = [g if g is None else tf.convert_to_tensor(g) for g in gradients]
        random = np.random.RandomState(1)
        session.run([variable.initializer for variable in variables], {
            variable.initializer.inputs[1]: random.uniform(-0.5, 0.5, variable.shape.as_list())
            for variable in variables})
        values, found = session.run(
            [results, [g for g in gradients if g is not None]],
            {graph.get_tensor_by_name(name): value for name, value in (feed or {}).items()})
    found = iter(found)
    return ([(variable.op.name, variable.shape) for variable in variables], values,
            [None if g is None else next(found) for g in gradients])


def assert_same(test, build_expected, build, feed, of_values, of_gradients):
    """Fails unless variables, results and gradients are the same within these tolerances."""
    stock.assert_same_results(
        test, evaluate(build_expected, feed), evaluate(build, feed),
        dict(rtol=of_values, atol=of_values), dict(rtol=of_gradients, atol=of_gradients))


def _assert_as_copies(test, build, feed=None, rolled="loop", tolerance=1e-10):
    """Fails unless `build(unroll)` gives the same rolled and in copies."""
    assert_same(test, lambda: build("static"), lambda: build(rolled), feed, tolerance, tolerance)


def _rolled(library):
    """The keywords that roll time in this package's functions; stock has none."""
    return {"unroll": "loop"} if library is stock.OURS else {}


def _assert_as_stock(test, build, feed=None):
    """Fails unless `build(library, keywords)` is the same rolled as in stock TensorFlow."""
    assert_same(test, lambda: build(stock.STOCK, {}),
                 lambda: build(stock.OURS, _rolled(stock.OURS)), feed, 1e-5, 1e-5)


class Own(rnn_cell.RNNCell):
    """A user's cell: `step(x, state) -> (output, state)`."""

    def __init__(self, step, size=3):
        super(Own, self).__init__()
        self._step, self._size = step, size

    state_size = property(lambda self: self._size)
    output_size = property(lambda self: 3)

    # Conversion of all the steps here would take longer than the tests.
    @tf.autograph.experimental.do_not_convert
    def call(self, inputs, state):
        return self._step(inputs, state)


class Nested(rnn_cell.RNNCell):
    """A user's cell with nested inputs, outputs and states."""

    state_size = property(lambda self: (2, (3, tf.TensorShape([2, 2]))))
    output_size = property(lambda self: (2, tf.TensorShape([2, 2])))

    def call(self, inputs, state):
        x, y = inputs
        a, (b, c) = state
        a = tf.tanh(tf.matmul(x, _weights("w", 2, 2)) + a)
        c = c + tf.sigmoid(tf.expand_dims(a, 1)) * y
        return (a, c), (a, (b * 2 + 1, c))


def _plain(x, state):
    h = tf.tanh(tf.matmul(tf.concat([x, state], 1), _weights("w", 6, 3)) + _weights("b", 3))
    return h, h


def _stack():
    return rnn_cell.MultiRNNCell([
        rnn_cell.GRUCell(10, dtype=FLOAT), rnn_cell.LSTMCell(3, num_proj=17, dtype=FLOAT),
        tf_cells.GRUCell(3, dtype=FLOAT), Own(_plain)])


# Products of at least 16 columns have their weights' gradients taken after the loop, narrower
# ones in it: the sizes are on both sides.
CELLS = {
    "basic": lambda: rnn_cell.BasicRNNCell(16, dtype=FLOAT),
    "gru": lambda: rnn_cell.GRUCell(10, dtype=FLOAT),
    "basic_lstm": lambda: rnn_cell.BasicLSTMCell(5, forget_bias=0.5, dtype=FLOAT),
    "lstm": lambda: rnn_cell.LSTMCell(
        5, use_peepholes=True, cell_clip=0.3, num_proj=3, proj_clip=0.2, dtype=FLOAT),
    "stack": _stack,
    "dropout": lambda: rnn_cell.DropoutWrapper(
        rnn_cell.BasicLSTMCell(3, state_is_tuple=False, dtype=FLOAT), 1.0, 1.0, 1.0),
    "residual": lambda: rnn_cell.ResidualWrapper(rnn_cell.BasicRNNCell(3, dtype=FLOAT)),
    "residual_function": lambda: rnn_cell.ResidualWrapper(
        rnn_cell.GRUCell(4, dtype=FLOAT), residual_fn=lambda i, o: o * i[:, :1]),
    "device": lambda: rnn_cell.DeviceWrapper(rnn_cell.GRUCell(
        4, use_bias=False, gpu_for_layer="/cpu:0", dtype=FLOAT), "/cpu:0"),
    "input_projection": lambda: rnn_cell.InputProjectionWrapper(
        rnn_cell.GRUCell(4, dtype=FLOAT), 17, activation=tf.tanh),
    "output_projection": lambda: rnn_cell.OutputProjectionWrapper(
        rnn_cell.LSTMCell(4, dtype=FLOAT), 5, activation=tf.sigmoid),
    "variables_in_call": lambda: Own(_plain),
}


class CellsTest(tf.test.TestCase):

    @slow
    def test_every_cell(self):
        without_lengths = ("lstm", "residual_function")
        for (name, make), lengths in some(
                [(item, lengths) for item in sorted(CELLS.items())
                 for lengths in (None, [3, 0])[item[0] not in without_lengths:]], 12):
            def build(unroll):
                cell = make()
                return rnn.static_rnn(cell, _vectors(), initial_state=_state(cell),
                                      sequence_length=lengths, unroll=unroll)
            with self.subTest(cell=name, lengths=lengths):
                _assert_as_copies(self, build)

    @slow
    def test_embedding(self):
        def make():
            return rnn_cell.EmbeddingWrapper(rnn_cell.MultiRNNCell(
                [rnn_cell.OutputProjectionWrapper(rnn_cell.GRUCell(4, dtype=FLOAT), 17),
                 rnn_cell.LSTMCell(2, dtype=FLOAT)]), 3, 6)
        for lengths in (None, [0, 4]):
            with self.subTest(lengths=lengths):
                _assert_as_copies(self, lambda unroll: rnn.static_rnn(
                    make(), [tf.reshape(x, [2, 1]) for x in _symbols()] if lengths else _symbols(),
                    dtype=FLOAT, sequence_length=lengths, unroll=unroll))

    @slow
    def test_nested(self):
        for lengths in (None, [2, 4]):
            def build(unroll):
                cell = Nested()
                xs = list(zip(_vectors(2), tf.unstack(_weights("y", STEPS, 2, 2, 2))))
                return rnn.static_rnn(cell, xs, initial_state=_state(cell),
                                      sequence_length=lengths, unroll=unroll)
            with self.subTest(lengths=lengths):
                _assert_as_copies(self, build)

    @slow
    def test_contrib_cells(self):
        for make in (lambda: contrib_rnn.AttentionCellWrapper(
                         rnn_cell.GRUCell(4), 3, state_is_tuple=True),
                     lambda: contrib_rnn.GRUBlockCellV2(4)):
            with stock.quiet(), self.subTest(type(make()).__name__):
                _assert_as_copies(self, lambda unroll: rnn.static_rnn(
                    make(), _vectors(dtype=tf.float32), dtype=tf.float32,
                    sequence_length=[4, 3], unroll=unroll), tolerance=1e-4)

    @slow
    def test_any_number_of_steps(self):
        for steps in (1, 2, 12):
            with self.subTest(steps=steps):
                _assert_as_copies(self, lambda unroll: rnn.static_rnn(
                    rnn_cell.LSTMCell(4, dtype=FLOAT), _vectors(steps=steps), dtype=FLOAT,
                    unroll=unroll))

    @slow
    def test_lengths(self):
        for lengths in ([9, 2], np.array([0, 0], np.int64)):
            with self.subTest(lengths=lengths):
                _assert_as_copies(self, lambda unroll: rnn.static_rnn(
                    rnn_cell.MultiRNNCell([rnn_cell.LSTMCell(3, dtype=FLOAT), Own(_plain)]),
                    _vectors(), dtype=FLOAT, sequence_length=lengths, unroll=unroll))

    def test_outputs_past_the_end_are_zero_and_the_state_stays(self):
        outputs, state = rnn.static_rnn(
            rnn_cell.OutputProjectionWrapper(rnn_cell.GRUCell(4, dtype=FLOAT), 5), _vectors(),
            initial_state=_weights("h", 2, 4), sequence_length=[3, 0], unroll="loop")
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            session.run(tf.assign(tf.trainable_variables()[-1], np.ones(5)))
            values, final, initial = session.run(
                [tf.stack(outputs), state, tf.trainable_variables()[1]])
        self.assertAllEqual((np.abs(values) > 0).all(2).T,
                            [[True, True, True, False], [False] * 4])
        self.assertAllEqual(values[:, 1], np.zeros([4, 5]))
        self.assertAllEqual(final[1], initial[1])
        self.assertNotAllClose(final[0], initial[0])

    @slow
    def test_unknown_batch_size(self):
        def of_the_whole_batch(x, h):
            h = x * _weights("a", 1, 3) + h * _weights("b", 3, 3)[:1] - tf.reduce_mean(x, 0)
            return h * tf.reduce_sum(x, 1, keepdims=True), h

        def build(unroll, cell):
            xs = [tf.placeholder(FLOAT, [None, 3], "x%d" % i) for i in range(STEPS)]
            lengths = tf.placeholder(tf.int32, [None], "lengths")
            return rnn.static_rnn(cell, xs, dtype=FLOAT, sequence_length=lengths, unroll=unroll)
        for name, make, batch in (
                ("stack", _stack, 4), ("whole batch", lambda: Own(of_the_whole_batch), 4),
                ("batch of one", lambda: Own(of_the_whole_batch), 1)):
            feed = {"x%d:0" % i: np.random.RandomState(i).randn(batch, 3) for i in range(STEPS)}
            with self.subTest(name):
                _assert_as_copies(self, lambda unroll: build(unroll, make()),
                                  dict(feed, **{"lengths:0": [4, 0, 2, 3][:batch]}))

    @slow
    def test_static_shapes_and_dtypes(self):
        for batch in (2, None):
            described = []
            for unroll in ("static", "loop"):
                with tf.Graph().as_default():
                    x = tf.placeholder(tf.float32, [STEPS, batch, 3])
                    results = rnn.static_rnn(_stack(), tf.unstack(tf.cast(x, FLOAT)), dtype=FLOAT,
                                             sequence_length=tf.placeholder(tf.int32, [batch]),
                                             unroll=unroll)
                    described.append(repr(tf.nest.map_structure(
                        lambda t: (t.dtype.name, str(t.shape)), results)))
            self.assertEqual(*described)

    @slow
    def test_bidirectional(self):
        _assert_as_copies(self, lambda unroll: rnn.static_bidirectional_rnn(
            rnn_cell.GRUCell(10, dtype=FLOAT), rnn_cell.LSTMCell(3, dtype=FLOAT), _vectors(),
            initial_state_fw=_weights("h", 2, 10), dtype=FLOAT, sequence_length=[4, 1],
            unroll=unroll))

    @slow
    def test_other_kinds_of_variables(self):
        for options in (dict(use_resource=True),
                        dict(partitioner=tf.fixed_size_partitioner(2)),
                        dict(regularizer=keras.regularizers.l2(0.1))):
            def build(unroll):
                cell = rnn_cell.EmbeddingWrapper(rnn_cell.MultiRNNCell(
                    [rnn_cell.LSTMCell(5, use_peepholes=True, num_proj=3, dtype=FLOAT),
                     Own(_plain)]), 3, 5)
                with tf.variable_scope("scope", **options):
                    results = rnn.static_rnn(cell, _symbols(), dtype=FLOAT, unroll=unroll)
                return [results, tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)]
            with self.subTest(**options):
                _assert_as_copies(self, build)

    @slow
    def test_gradients_numerically(self):
        lstm = rnn_cell.LSTMCell(2, use_peepholes=True, cell_clip=0.3, num_proj=2, dtype=FLOAT)
        for cell in (lstm, Own(_plain)):
            with self.subTest(cell=cell), tf.Graph().as_default(), self.session() as session:
                tf.set_random_seed(7)
                outputs, state = rnn.static_rnn(
                    cell, _vectors(steps=3), initial_state=_state(cell), sequence_length=[3, 1],
                    unroll="loop")
                result = tf.concat([tf.concat(outputs[1:3], 1)] + tf.nest.flatten(state), 1)
                session.run(tf.global_variables_initializer())
                for variable in tf.trainable_variables():
                    error = tf.test.compute_gradient_error(
                        variable, variable.shape.as_list(), result, result.shape.as_list(),
                        delta=1e-5, x_init_value=variable.eval())
                    self.assertLess(error, 1e-6, variable.op.name)

    @slow
    def test_lengths_of_a_batch_of_one(self):
        def build(unroll):
            vectors = [tf.constant(np.random.RandomState(i).rand(1, 3)) for i in range(STEPS)]
            return vectors, rnn.static_rnn(
                rnn_cell.OutputProjectionWrapper(rnn_cell.GRUCell(4), 3), vectors, dtype=FLOAT,
                sequence_length=[2], unroll=unroll)
        _assert_as_copies(self, build)

    @slow
    def test_a_sequence_within_a_step(self):
        class Hierarchical(rnn_cell.RNNCell):
            """Reads each input, a row of numbers, one number at a time."""

            def __init__(self):
                super(Hierarchical, self).__init__()
                self._reader = rnn_cell.GRUCell(3)
                self._cell = rnn_cell.GRUCell(4)

            state_size = output_size = 4

            def call(self, inputs, state):
                _, read = rnn.static_rnn(self._reader, tf.split(inputs, 5, 1), dtype=FLOAT)
                return self._cell(read, state)

        def build(unroll):
            vectors = _vectors(5)
            return vectors, rnn.static_rnn(Hierarchical(), vectors, dtype=FLOAT, unroll=unroll)
        _assert_as_copies(self, build)

    def test_regularizers_of_a_scope_are_added_once_for_each_variable(self):
        with tf.variable_scope("scope", regularizer=lambda v: tf.reduce_sum(tf.square(v))):
            outputs, _ = rnn.static_rnn(rnn_cell.MultiRNNCell([rnn_cell.GRUCell(4)] * 2), _vectors(),
                                        dtype=FLOAT, unroll="loop")
        losses = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
        variables = tf.trainable_variables()
        self.assertLen(losses, len(variables))
        gradients = tf.gradients([tf.add_n(losses), outputs], variables)
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            values, found, _ = session.run([variables, losses, gradients])
        np.testing.assert_allclose([np.sum(value ** 2) for value in values], found, rtol=1e-5)

    def test_gradients_taken_twice_and_of_parts(self):
        cell = rnn_cell.LSTMCell(5, dtype=FLOAT)
        outputs, state = rnn.static_rnn(cell, _vectors(), initial_state=_state(cell),
                                        unroll="loop")
        first, second = tf.reduce_sum(outputs[3]), tf.reduce_sum(tf.square(state.c))
        variables = tf.trainable_variables()
        parts = [tf.gradients(y, variables) for y in (first, second)]
        total = tf.gradients([first, second], variables)
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            (one, other), both = session.run([parts, total])
        for x, y, z in zip(one, other, both):
            self.assertAllClose(x + y, z, 1e-12, 1e-12)
            self.assertGreater(np.abs(x).max(), 0)

    @slow
    def test_gradients_colocated(self):
        found = []
        for colocate in (False, True):
            with tf.Graph().as_default(), self.session() as session:
                outputs, _ = rnn.static_rnn(
                    rnn_cell.DeviceWrapper(_stack(), "/cpu:0"), _vectors(), dtype=FLOAT,
                    unroll="loop")
                gradients = tf.train.GradientDescentOptimizer(0.1).compute_gradients(
                    tf.reduce_sum(tf.stack(outputs)), colocate_gradients_with_ops=colocate)
                for i, variable in enumerate(tf.trainable_variables()):
                    variable.load(np.random.RandomState(i).uniform(
                        -0.5, 0.5, variable.shape.as_list()), session)
                found.append(session.run([gradient for gradient, _ in gradients]))
        for one, other in zip(*found):
            self.assertAllClose(one, other, 1e-12, 1e-12)


class SharedTensorsTest(tf.test.TestCase):
    """A tensor that a loop gets in two ways."""

    def test_both_parts_of_the_initial_state(self):
        def build(unroll):
            z = tf.tanh(_weights("z", 2, 4))
            return rnn.static_rnn(rnn_cell.LSTMCell(4, dtype=FLOAT), _vectors(),
                                  initial_state=tf_cells.LSTMStateTuple(z, z),
                                  unroll=unroll)
        _assert_as_copies(self, build)

    def test_initial_state_that_every_step_reads(self):
        def build(unroll):
            z = tf.tanh(_weights("z", 2, 3))
            return rnn.static_rnn(Own(lambda x, h: (tf.tanh(x * z + h),) * 2), _vectors(),
                                  initial_state=z, unroll=unroll)
        _assert_as_copies(self, build)

    def test_inputs_that_every_step_reads(self):
        def build(unroll):
            x = tf.tanh(_weights("x", STEPS, 2, 3))
            return rnn.static_rnn(Own(lambda q, h: (tf.tanh(q * x[1] + h),) * 2), tf.unstack(x),
                                  dtype=FLOAT, unroll=unroll)
        _assert_as_copies(self, build)

    def test_both_parts_of_the_inputs(self):
        def build(unroll):
            cell = Own(lambda x, h: (tf.tanh(x[0] * 2 + x[1] * h),) * 2)
            return rnn.static_rnn(cell, [(x, x) for x in _vectors()],
                                  initial_state=_weights("h", 2, 3), unroll=unroll)
        _assert_as_copies(self, build)

    def test_states_that_change_places(self):
        def build(unroll):
            cell = Own(lambda x, s: (s[0] * 2, (s[1], x)), (3, 3))
            return rnn.static_rnn(cell, _vectors(), initial_state=_state(cell), unroll=unroll)
        _assert_as_copies(self, build)


def _norm(x):
    mean, variance = tf.nn.moments(x, [1], keep_dims=True)
    return (x - mean) * tf.rsqrt(variance + 1e-3) * _weights("gain", 3)


def _columns(x, h):
    """[x; h] by one weight of 20 columns."""
    return tf.matmul(tf.concat([x, h], 1), _weights("w", 6, 20))


def _tied(x, h, columns):
    """One weight as embedding and as kernel."""
    w = _weights("w", 3, columns)
    found = tf.nn.embedding_lookup(w, tf.argmax(x, 1))[:, :3]
    return tf.tanh(tf.matmul(found + h * x, w))[:, :3]


def _transposed(x, h, columns):
    """One weight as it is and transposed."""
    w = _weights("w", 3, columns)
    return tf.matmul(tf.sigmoid(tf.matmul(h, w)), w, transpose_b=True) + x


def _normalized(x, h):
    w = tf.nn.l2_normalize(_weights("w", 3, 20), 0)
    return tf.tanh(tf.matmul(x, w)[:, :3] + tf.reduce_sum(w * w) * h)


# What the step of a user's cell may do: functions (x [2, 3], h [2, 3]) -> the new h.
OPERATIONS = {
    "columns": lambda x, h: tf.tanh(_columns(x, h))[:, 7:10],
    "gates": lambda x, h: tf.add_n([tf.sigmoid(p) for p in tf.split(
        _columns(x, h)[:, :18], 6, axis=1)]),
    "columns_taken_by_rows": lambda x, h: tf.gather(_columns(x, h), [1, 0])[:, :3] + x,
    "bias_taken_by_rows": lambda x, h: tf.gather(tf.nn.bias_add(h, _weights("b", 3)), [1, 0]) + x,
    "embedding_taken_by_rows": lambda x, h: h + tf.gather(
        tf.nn.embedding_lookup(_weights("e", 3, 3), tf.argmax(x, 1)), [1, 0]),
    "embedding_twice": lambda x, h: h * tf.gather(_weights("e", 3, 3), tf.argmax(h, 1)) +
                       tf.gather(tf.tanh(_weights("f", 4, 3)), tf.argmax(x, 1)),
    "embedding_of_matrix": lambda x, h: h + tf.reduce_sum(tf.gather(
        _weights("e", 3, 3), tf.stack([tf.argmax(x, 1), tf.argmax(h, 1)], 1)), 1),
    "embedding_by_columns": lambda x, h: h + tf.gather(_weights("e", 2, 4), [2, 0, 2], axis=1),
    "embedding_of_normed_rows": lambda x, h: h + tf.nn.embedding_lookup(
        _weights("e", 3, 3), tf.argmax(x, 1), max_norm=0.3),
    "tied_embedding": lambda x, h: _tied(x, h, 20),
    "tied_embedding_narrow": lambda x, h: _tied(x, h, 3),
    "transposed": lambda x, h: _transposed(x, h, 20),
    "transposed_narrow": lambda x, h: _transposed(x, h, 3),
    "columns_of_a_transposed": lambda x, h: tf.tanh(tf.matmul(
        tf.concat([x, h], 1), _weights("w", 20, 6), transpose_b=True))[:, 3:6],
    "product_transposed_a": lambda x, h: tf.matmul(
        tf.transpose(x), _weights("w", 3, 20), transpose_a=True)[:, :3] * h,
    "product_from_the_left": lambda x, h: h + tf.transpose(
        tf.matmul(_weights("w", 3, 3), x, transpose_b=True)),
    "product_of_two_states": lambda x, h: tf.matmul(
        h, tf.matmul(x, h, transpose_a=True), transpose_b=True),
    "weights_that_are_computed": _normalized,
    "bias_used_twice": lambda x, h: tf.nn.bias_add(tf.tanh(x + _weights("b", 3)),
                                                   _weights("c", 3)) * (h + _weights("a")),
    "broadcasts": lambda x, h: (1 - x) * h + _weights("a", 1, 3) - h[:1] / (
        2 + _weights("c", 2, 1)),
    "activations": lambda x, h: tf.nn.relu(x) + tf.nn.elu(h) * tf.exp(-tf.square(x)) + tf.nn.selu(
        x) * tf.sqrt(tf.square(h) + 1) + tf.nn.leaky_relu(x) * tf.nn.softplus(h) + tf.sigmoid(x),
    "softmaxes": lambda x, h: tf.nn.softmax(x * h) + tf.nn.log_softmax(h),
    "cross_entropy": lambda x, h: h + x * tf.expand_dims(
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.argmax(x, 1), logits=h * 2), 1),
    "rank_3": lambda x, h: tf.reduce_sum(tf.sigmoid(tf.expand_dims(x, 1) * tf.expand_dims(h, 2)) *
                                         tf.nn.softmax(_weights("k", 3, 3)), 1),
    "einsum": lambda x, h: tf.tanh(tf.einsum("bi,bj,ijk->bk", x, h, _weights("k", 3, 3, 3))),
    "layer_norm": lambda x, h: _norm(x + h),
    "clipping": lambda x, h: tf.clip_by_norm(x + h, 0.4, axes=[1]) + tf.clip_by_value(h, -.2, .2),
    "no_gradient": lambda x, h: tf.stop_gradient(tf.tanh(h)) * x + h,
    "selection": lambda x, h: tf.where(x > 0, x * h, h) + tf.maximum(x, h) + tf.reduce_max(
        tf.stack([x, h], 1), 1),
    "shapes": lambda x, h: tf.reshape(tf.transpose(tf.reshape(
        tf.concat([x[:, 1:], h, tf.tile(x[:, :1], [1, 2])], 1)[:, 1:], [2, 3, 2]), [0, 2, 1]),
                                      [2, 6])[:, 2:5],
    "unstacking": lambda x, h: tf.stack(tf.unstack(x * h, axis=1)[::-1], 1) + tf.reverse(h, [1]),
    "casts": lambda x, h: tf.cast(tf.cast(x, tf.float32) * 0.5, FLOAT) + h,
    "layers": lambda x, h: tf_layers.dense(tf_layers.dense(x, 20, tf.tanh), 3) + h,
    "checks": lambda x, h: tf.debugging.check_numerics(x, "x") * h,
}


class OperationsTest(tf.test.TestCase):

    @slow
    def test_in_a_loop(self):
        for name, operation in some(sorted(OPERATIONS.items()), 17):
            def step(x, h):
                h = operation(x, h)
                return h, h
            with stock.quiet(), self.subTest(name):
                _assert_as_copies(self, lambda unroll: rnn.static_rnn(
                    Own(step), _vectors(steps=3), initial_state=_weights("h", 2, 3),
                    unroll=unroll))

    def test_integers_into_a_cell(self):
        cells = {"gather": lambda x, h: tf.tanh(tf.gather(_weights("e", 3, 3), x) + h),
                 "one_hot": lambda x, h: tf.tanh(tf.one_hot(x, 3, dtype=FLOAT) * h)}
        for name, operation in sorted(cells.items()):
            with self.subTest(name):
                _assert_as_copies(self, lambda unroll: rnn.static_rnn(
                    Own(lambda x, h: (operation(x, h),) * 2), _symbols(),
                    initial_state=_weights("h", 2, 3), unroll=unroll))

    @slow
    def test_states_that_are_no_floats(self):
        """Rolled or not, as the loop can."""
        def by_symbol(x, state):
            h, symbol = state
            h = tf.tanh(x + h * tf.nn.embedding_lookup(_weights("e", 3, 3), symbol))
            return h, (h, tf.cast(tf.argmax(h, 1), tf.int32))

        def by_switch(x, state):
            h, switch = state
            h = tf.where(switch, tf.tanh(x + h), x * h)
            return h, (h, tf.logical_not(switch))

        def by_count(x, state):
            h, count = state
            h = tf.tanh(x + h) * tf.cast(tf.expand_dims(count, 1), FLOAT)
            return h, (h, count + 1)
        for step, start in ((by_symbol, [2, 1]), (by_switch, [True, False]), (by_count, [1, 3])):
            with self.subTest(step.__name__):
                _assert_as_copies(self, lambda unroll: rnn.static_rnn(
                    Own(step, (3, 1)), _vectors(), unroll=unroll,
                    initial_state=(_weights("h", 2, 3), tf.constant(start)))[0], rolled="auto")

    def test_complex_numbers(self):
        """Rolled or not, as the loop can."""
        def step(x, h):
            w = tf.complex(_weights("real", 3, 3), _weights("imaginary", 3, 3))
            h = tf.matmul(h, w) + tf.complex(x, x)
            return tf.abs(h), h

        def build(unroll):
            h = _weights("h", 2, 3)
            return rnn.static_rnn(Own(step), _vectors(), initial_state=tf.complex(h, -h),
                                  unroll=unroll)[0]
        _assert_as_copies(self, build, rolled="auto")

    @slow
    def test_shapes_that_differ_from_step_to_step(self):
        """Rolled or not, as the loop can."""
        def parts(x, h):
            with tf.variable_scope("", partitioner=tf.fixed_size_partitioner(2)):
                return h + tf.nn.embedding_lookup(_weights("e", 3, 3), tf.argmax(x, 1))
        for name, operation in (
                ("mask", lambda x, h: h + x * tf.reduce_sum(tf.square(tf.boolean_mask(x, x > 0)))),
                ("partitioned embedding", parts)):
            with stock.quiet(), self.subTest(name):
                _assert_as_copies(self, lambda unroll: rnn.static_rnn(
                    Own(lambda x, h: (operation(x, h),) * 2), _vectors(), dtype=FLOAT,
                    unroll=unroll), rolled="auto")

    def test_resource_variables(self):
        """Rolled or not, as the loop can."""
        def look_up(x, h):
            w = _weights("w", 3, 20)
            return tf.matmul(h, w)[:, :3] + tf.nn.embedding_lookup(w, tf.argmax(x, 1))[:, 3:6]
        for name, operation in (
                ("kernel and embedding", look_up),
                ("gather_nd", lambda x, h: h * tf.gather_nd(
                    _weights("w", 3, 3), tf.expand_dims(tf.argmax(x, 1), 1)))):
            def build(unroll):
                with tf.variable_scope("scope", use_resource=True):
                    return rnn.static_rnn(Own(lambda x, h: (operation(x, h),) * 2), _vectors(),
                                          initial_state=_weights("h", 2, 3), unroll=unroll)
            with stock.quiet(), self.subTest(name):
                _assert_as_copies(self, build, rolled="auto")


class StepsTest(tf.test.TestCase):
    """The lists of one tensor per step that go in and come out."""

    def setUp(self):
        tf.reset_default_graph()
        self.x = tf.placeholder(tf.float32, [STEPS, 2, 3])
        self.value = np.random.RandomState(0).randn(STEPS, 2, 3)

    def _run(self, unroll="loop"):
        steps = tf.unstack(self.x)
        # Its outputs are not its state as well, which copies of the step hand on.
        cell = rnn_cell.OutputProjectionWrapper(rnn_cell.GRUCell(4), 4)
        outputs, _ = rnn.static_rnn(cell, steps, dtype=tf.float32, unroll=unroll,
                                    scope="%s_%d" % (unroll, len(tf.global_variables())))
        return steps, outputs

    def _loss(self, logits, unroll="loop"):
        return seq2seq.sequence_loss(logits, _symbols(), [tf.ones([2])] * STEPS, unroll=unroll)

    def _values(self, fetches, feed=None):
        """Values with the same weights for loop and copies."""
        with self.session() as session:
            for variable in tf.trainable_variables():
                variable.load(np.random.RandomState(1).uniform(
                    -1, 1, variable.shape.as_list()), session)
            values = {self.x: self.value}
            values.update(feed or {})
            return session.run(fetches, values)

    @slow
    def test_fetched_singly(self):
        outputs, copies = self._run()[1], self._run("static")[1]
        self.assertLen(outputs, STEPS)
        together = self._values(outputs)
        for output, copy, expected in zip(outputs, copies, together):
            one, other = self._values(output), self._values(copy)
            self.assertAllEqual(one, expected)
            self.assertAllClose(one, other)
        self.assertNotAllClose(together[0], together[1])

    def test_fed(self):
        _, outputs = self._run()
        results = [outputs[2] * 2, outputs[3] * 2, self._loss(outputs)]
        before = self._values(results)
        after = self._values(results, {outputs[2]: np.ones([2, 4])})
        self.assertAllEqual(after[0], np.full([2, 4], 2.0))
        self.assertAllEqual(after[1], before[1])

    def test_loss_of_a_fed_output(self):
        losses = []
        for unroll in ("static", "loop"):
            _, outputs = self._run(unroll)
            loss = self._loss(outputs, unroll)
            losses.append(self._values(loss, {outputs[2]: np.ones([2, 4])}))
            self.assertNotAllClose(self._values(loss), losses[0])
        self.assertAllClose(*losses)

    def test_outputs_of_a_fed_input(self):
        found = []
        for unroll in ("static", "loop"):
            steps, outputs = self._run(unroll)
            found.append(self._values(outputs, {steps[2]: np.ones([2, 3])}))
        self.assertNotAllClose(found[0], self._values(outputs))
        self.assertAllClose(*found)

    def test_placeholders_as_inputs(self):
        xs = [tf.placeholder(tf.float32, [None, 3]) for _ in range(STEPS)]
        outputs, _ = rnn.static_rnn(rnn_cell.GRUCell(4), xs, dtype=tf.float32, unroll="loop")
        before = self._values(outputs, dict(zip(xs, self.value)))
        self.value[2] = 1
        after = self._values(outputs, dict(zip(xs, self.value)))
        self.assertAllEqual(before[:2], after[:2])
        for i in range(2, STEPS):
            self.assertNotAllClose(before[i], after[i])

    def test_differentiated_singly(self):
        found = []
        for unroll in ("loop", "static"):
            _, outputs = self._run(unroll)
            found.append(self._values(tf.gradients(outputs[2], self.x)[0]))
        self.assertAllClose(*found)
        self.assertAllEqual(found[0][3:], np.zeros([1, 2, 3]))
        self.assertTrue((np.abs(found[0][:3]).sum((1, 2)) > 0).all())

    @slow
    def test_gradients_to_the_steps(self):
        """Of a loss to the outputs that it was given, of outputs to their inputs."""
        for name in ("outputs", "inputs"):
            found = []
            for unroll in ("static", "loop"):
                steps, outputs = self._run(unroll)
                gradients = (tf.gradients(self._loss(outputs, unroll), outputs)
                             if name == "outputs" else tf.gradients(outputs[-1], steps))
                with self.subTest(name, unroll=unroll):
                    self.assertNotIn(None, gradients)
                    found.append(self._values(gradients))
            with self.subTest(name):
                self.assertLen(found, 2)
                self.assertAllClose(*found)

    @slow
    def test_steps_of_several_tensors(self):
        """A part of an unstacked tensor, in another order, is not that tensor."""
        def build(unroll):
            steps = _vectors(steps=7)
            steps = [steps[i] for i in (6, 5, 1, 1)]
            return rnn.static_rnn(rnn_cell.GRUCell(4, dtype=FLOAT), steps, dtype=FLOAT,
                                  unroll=unroll)
        _assert_as_copies(self, build)
        _assert_as_copies(self, lambda unroll: rnn.static_rnn(
            rnn_cell.GRUCell(4, dtype=FLOAT), tf.unstack(_weights("x", 2, STEPS, 3), axis=1),
            dtype=FLOAT, unroll=unroll))


class DecodersTest(tf.test.TestCase):

    CELLS = {
        "gru": lambda: rnn_cell.GRUCell(10, dtype=FLOAT),
        "projected": lambda: rnn_cell.OutputProjectionWrapper(
            rnn_cell.GRUCell(4, dtype=FLOAT), 17, activation=tf.tanh),
        "stack": lambda: rnn_cell.MultiRNNCell([rnn_cell.LSTMCell(3, dtype=FLOAT), Own(_plain)]),
    }

    def _attention(self, unroll, cell, **options):
        return seq2seq.attention_decoder(
            _vectors(), _state(cell), _weights("read", 2, 6, 3), cell, dtype=FLOAT,
            unroll=unroll, **options)

    @slow
    def test_rnn_decoder(self):
        for name, make in sorted(self.CELLS.items()):
            given = [None] if name == "stack" else []
            for loop_function in given + [lambda previous, _: tf.sigmoid(previous[:, :3])]:
                def build(unroll):
                    cell = make()
                    return seq2seq.rnn_decoder(_vectors(), _state(cell), cell,
                                               loop_function=loop_function, unroll=unroll)
                with self.subTest(cell=name, fed=loop_function is not None):
                    _assert_as_copies(self, build)

    @slow
    def test_attention_decoder(self):
        for name, options in some((
                ("gru", dict(output_size=3, num_heads=2, initial_state_attention=True)),
                ("projected", dict(output_size=20)),
                ("projected", dict(output_size=5, num_heads=2,
                                   loop_function=lambda previous, _: previous[:, :3] * 2)),
                ("stack", {})), 2):
            with self.subTest(cell=name, **options):
                _assert_as_copies(self, lambda unroll: self._attention(
                    unroll, self.CELLS[name](), **options), tolerance=1e-6)

    def test_inputs_of_the_loop_function_that_are_trained(self):
        def build(unroll):
            w, b = _weights("w", 10, 3), _weights("b", 3)
            return seq2seq.rnn_decoder(
                _vectors(), _weights("h", 2, 10), rnn_cell.GRUCell(10, dtype=FLOAT),
                loop_function=lambda previous, _: tf.nn.xw_plus_b(previous, w, b), unroll=unroll)
        _assert_as_copies(self, build)

    @slow
    def test_attention_numerically(self):
        with self.session() as session:
            outputs, _ = seq2seq.attention_decoder(
                _vectors(steps=2), _weights("h", 2, 2), _weights("read", 2, 3, 2),
                rnn_cell.GRUCell(2, dtype=FLOAT), dtype=FLOAT, unroll="loop")
            session.run(tf.global_variables_initializer())
            named = {variable.op.name: variable for variable in tf.trainable_variables()}
            # The softmax is in float32, so the difference can't be small.
            for name in ("h", "attention_decoder/AttnW_0", "attention_decoder/Attention_0/kernel"):
                variable = named[name]
                error = tf.test.compute_gradient_error(
                    variable, variable.shape.as_list(), outputs[1], [2, 2], delta=1e-2,
                    x_init_value=variable.eval())
                self.assertLess(error, 1e-3, variable.op.name)

    @slow
    def test_before_0_8_all_states_are_returned(self):
        lstm = lambda: rnn_cell.LSTMCell(4, state_is_tuple=True, dtype=FLOAT)
        fed = lambda previous, _: previous[:, :3]
        for name, model in (
                ("rnn_decoder", lambda unroll, cell: seq2seq.rnn_decoder(
                    _vectors(), _state(cell), cell, unroll=unroll)),
                ("rnn_decoder fed", lambda unroll, cell: seq2seq.rnn_decoder(
                    _vectors(), _state(cell), cell, loop_function=fed, unroll=unroll)),
                ("attention", lambda unroll, cell: self._attention(unroll, cell, num_heads=2)),
                ("rnn", lambda unroll, cell: rnn.rnn(
                    cell, _vectors(), dtype=FLOAT, sequence_length=[3, 0], unroll=unroll))):
            def build(unroll):
                with rnn_enhancement.era("0.7"):
                    outputs, states = model(unroll, lstm())
                self.assertIsInstance(states, list)
                self.assertLen(states, STEPS)
                self.assertEqual([4, 4], [int(part.shape[1]) for part in states[2]])
                return outputs, states
            with self.subTest(name):
                _assert_as_copies(self, build, tolerance=1e-6)


class ModelsTest(tf.test.TestCase):
    """Rolled models against stock TensorFlow's."""

    CELLS = {
        "gru": lambda c: c.GRUCell(10),
        "lstm": lambda c: c.LSTMCell(4, use_peepholes=True, cell_clip=0.3, num_proj=3,
                                     proj_clip=0.2),
        "stack": lambda c: c.MultiRNNCell([c.GRUCell(4), c.BasicLSTMCell(4)]),
    }
    STEPS = 4

    def _symbols(self):
        return _symbols(5, self.STEPS), _symbols(4, self.STEPS)

    def _check(self, model, forms):
        for i, (cell, fed) in enumerate(forms):
            for value in (fed,) if isinstance(fed, bool) else fed:
                def build(library, keywords):
                    encoder, decoder = self._symbols()
                    if not isinstance(fed, bool):
                        keywords = dict(keywords, feed_previous=tf.placeholder(tf.bool, [], "fp"))
                    elif fed:
                        keywords = dict(keywords, feed_previous=True)
                    return model(library.seq2seq, encoder, decoder,
                                 self.CELLS[cell](library.cells), keywords, i)
                with self.subTest(cell=cell, fed=value, by_tensor=value is not fed):
                    _assert_as_stock(self, build, None if value is fed else {"fp:0": value})

    @slow
    def test_vectors(self):
        def vectors(name):
            return _vectors(steps=self.STEPS, name=name, dtype=tf.float32)
        for kind, name in (("basic_rnn_seq2seq", "stack"), ("basic_rnn_seq2seq", "gru"),
                           ("tied_rnn_seq2seq", "lstm")):
            with self.subTest(kind, cell=name):
                _assert_as_stock(self, lambda library, keywords: getattr(library.seq2seq, kind)(
                    vectors("x"), vectors("y"), self.CELLS[name](library.cells), **keywords))

    @slow
    def test_embedding_rnn(self):
        self._check(lambda s, encoder, decoder, cell, keywords, _: s.embedding_rnn_seq2seq(
            encoder, decoder, cell, 5, 6, 3, **keywords),
                    (("gru", (False,)), ("lstm", True)))

    @slow
    def test_embedding_tied_rnn(self):
        self._check(lambda s, encoder, decoder, cell, keywords, _: s.embedding_tied_rnn_seq2seq(
            encoder, decoder, cell, 5, 3, **keywords),
                    (("gru", (True,)), ("stack", False)))

    @slow
    def test_embedding_attention(self):
        self._check(lambda s, encoder, decoder, cell, keywords, i: s.embedding_attention_seq2seq(
            encoder, decoder, cell, 5, 6, 3, num_heads=1 + i,
            initial_state_attention=i == 0, **keywords),
                    (("lstm", True), ("gru", (True,))))

    @slow
    def test_one_to_many(self):
        def build(library, keywords, fed):
            cell = library.cells.GRUCell
            encoder, decoder = self._symbols()
            return library.seq2seq.one2many_rnn_seq2seq(
                encoder, {"a": decoder, "b": decoder[:3]}, cell(4), {"a": cell(4), "b": cell(4)},
                5, {"a": 6, "b": 4}, 3, feed_previous=fed, **keywords)
        for fed in (False, True):
            with self.subTest(fed=fed):
                _assert_as_stock(self, lambda library, keywords: build(library, keywords, fed))

    @slow
    def test_output_projection(self):
        def build(library, keywords, fed):
            projection = tf.get_variable("w", [4, 17]), tf.get_variable("b", [17])
            encoder, decoder = self._symbols()
            return library.seq2seq.embedding_attention_seq2seq(
                encoder, decoder, library.cells.GRUCell(4), 5, 17, 3, feed_previous=fed,
                output_projection=projection, **keywords)
        for fed in (False, True):
            with self.subTest(fed=fed):
                _assert_as_stock(self, lambda library, keywords: build(library, keywords, fed))

    @slow
    def test_unknown_batch_size(self):
        def build(library, keywords):
            xs = [tf.placeholder(tf.int32, [None], "x%d" % i) for i in range(self.STEPS)]
            weights = [tf.placeholder(tf.float32, [None], "w%d" % i) for i in range(self.STEPS)]
            outputs, state = library.seq2seq.embedding_attention_seq2seq(
                xs, xs, self.CELLS["gru"](library.cells), 5, 6, 3, num_heads=2, **keywords)
            return outputs, state, library.seq2seq.sequence_loss_by_example(
                outputs, xs, weights, **keywords)
        feed = {"x%d:0" % i: [i, 1, 4] for i in range(self.STEPS)}
        feed.update(("w%d:0" % i, [1, i % 2, 0]) for i in range(self.STEPS))
        _assert_as_stock(self, build, feed)

    @slow
    def test_float64(self):
        for fed in (False, True):
            def build(library, keywords):
                encoder, decoder = self._symbols()
                return library.seq2seq.embedding_rnn_seq2seq(
                    encoder, decoder, library.cells.GRUCell(4, dtype=FLOAT), 5, 6, 3,
                    feed_previous=fed, dtype=FLOAT, **keywords)
            with self.subTest(fed=fed):
                _assert_as_stock(self, build)

    @slow
    def test_gradients_of_embeddings_are_as_sparse_as_stocks(self):
        for fed in (False, True):
            found = []
            for library in (stock.STOCK, stock.OURS):
                with tf.Graph().as_default(), stock.quiet(), self.session() as session:
                    encoder, decoder = self._symbols()
                    outputs, _ = library.seq2seq.embedding_rnn_seq2seq(
                        encoder, decoder, library.cells.GRUCell(4), 5, 6, 3, feed_previous=fed,
                        **_rolled(library))
                    gradients = tf.gradients(tf.square(outputs), tf.trainable_variables())
                    for i, variable in enumerate(tf.trainable_variables()):
                        variable.load(np.random.RandomState(i).uniform(
                            -0.5, 0.5, variable.shape.as_list()), session)
                    # The norm is that of the rows as they are, before equal ones are summed.
                    found.append(([type(gradient) for gradient in gradients],
                                  session.run(tf.global_norm(gradients))))
            with self.subTest(fed=fed):
                self.assertEqual(2, found[0][0].count(tf.IndexedSlices))
                self.assertEqual(found[0][0], found[1][0])
                self.assertAllClose(found[0][1], found[1][1], 1e-5)


@slow
class LossesTest(tf.test.TestCase):

    def _losses(self, library, keywords, weights, loss=None, targets=None, batch=2, steps=STEPS):
        logits = tf.unstack(tf.get_variable("logits", [steps, batch, 6]))
        if targets is None:
            targets = [tf.constant([(i + j) % 6 for j in range(batch)]) for i in range(steps)]
        return [function(logits, targets, weights, average_across_timesteps=average,
                         softmax_loss_function=loss, **keywords)
                for function in (library.seq2seq.sequence_loss,
                                 library.seq2seq.sequence_loss_by_example)
                for average in (False, True)]

    def test_losses(self):
        def squares(labels, logits):
            return tf.reduce_sum(tf.square(logits - tf.one_hot(tf.reshape(labels, [-1]), 6)), 1)

        def of_weights(labels, logits):
            w, b = tf.get_variable("w", [17, 6]), tf.get_variable("b", [17])
            return tf.nn.sparse_softmax_cross_entropy_with_logits(
                logits=tf.nn.xw_plus_b(logits, tf.transpose(w), b), labels=labels)
        weights = [np.array([1.0, i % 2], np.float32) for i in range(STEPS)]
        for name, options in (
                ("plain", {}), ("squares", dict(loss=squares)),
                ("of weights", dict(loss=of_weights)),
                ("columns", dict(targets=[np.array([[1], [i]]) for i in range(STEPS)])),
                ("columns of squares", dict(
                    loss=squares, targets=[np.array([[1], [i]]) for i in range(STEPS)]))):
            def build(library, keywords):
                with tf.variable_scope("", reuse=tf.AUTO_REUSE):
                    return self._losses(library, keywords, weights, **options)
            with self.subTest(name):
                _assert_as_stock(self, build)

    def test_weights_and_losses_of_one_number_per_step(self):
        """As many steps as examples: what is said of a step must not be taken for an example."""
        def total(labels, logits):
            return tf.reduce_sum(tf.square(logits - tf.one_hot(labels, 6)))
        for name, weight, loss in (
                ("tensors", lambda i: tf.constant(i + 0.5), None),
                ("numbers", lambda i: i + 0.5, None),
                ("vectors of one", lambda i: tf.constant([i + 0.5]), None),
                ("scalar losses", lambda i: tf.constant([1.0, 2.0, 0.5, float(i)]), total)):
            def build(functions):
                logits = tf.unstack(tf.get_variable("logits", [4, 4, 6]))
                targets = [tf.constant([i, 1, 2, 5]) for i in range(4)]
                return [functions.sequence_loss_by_example(
                    logits, targets, [weight(i) for i in range(4)],
                    average_across_timesteps=average, softmax_loss_function=loss)
                        for average in (False, True)]
            with self.subTest(name):
                assert_same(self, lambda: build(stock.STOCK.seq2seq),
                             lambda: build(stock.OURS.seq2seq), None, 1e-5, 1e-5)

    def test_buckets(self):
        def squares(labels, logits):
            return tf.reduce_sum(tf.square(logits - tf.one_hot(labels, 6)), 1)

        def build(library, keywords, options):
            encoder, decoder = _symbols(5, 6), _symbols(4, 6)
            weights = [tf.constant([1.0, float(i % 2)]) for i in range(5)]
            return library.seq2seq.model_with_buckets(
                encoder, decoder[:-1], decoder[1:], weights, [(2, 4), (6, 5)],
                lambda x, y: library.seq2seq.embedding_rnn_seq2seq(
                    x, y, library.cells.GRUCell(4), 5, 6, 3),
                **dict(options, **keywords))
        for options in ({}, dict(per_example_loss=True, softmax_loss_function=squares)):
            with self.subTest(**options):
                _assert_as_stock(self, lambda library, keywords: build(
                    library, keywords, options))

    def test_training_stays_together(self):
        def build(library):
            encoder, decoder = _symbols(5, 4), _symbols(4, 6)
            return library.seq2seq.model_with_buckets(
                encoder, decoder[:-1], decoder[1:], [tf.ones([2])] * 5, [(4, 4), (4, 5)],
                lambda x, y: library.seq2seq.embedding_attention_seq2seq(
                    x, y, library.cells.GRUCell(4), 5, 5, 3),
                **_rolled(library))[1]
        expected, found = (stock.losses_of_training(library, build, 0.3)
                           for library in (stock.STOCK, stock.OURS))
        np.testing.assert_allclose(found, expected, rtol=1e-4)
        self.assertLess(found[-1], 0.8 * found[0])


if __name__ == "__main__":
    unittest.main()
