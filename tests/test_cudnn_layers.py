"""The layers of `tf.contrib.cudnn_rnn` against its cells, cuDNN's equations, and its own start values."""
import itertools
import os
import tempfile
import unittest

import numpy as np
import tensorflow.compat.v1 as tf
from tensorflow.python.eager import context

from Project_RNN_Enhancement.rnn_enhancement import contrib_cudnn_rnn_enhanced as cudnn
from Project_RNN_Enhancement.rnn_enhancement import contrib_rnn_enhanced as contrib_rnn
from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced as rnn_cell
from Project_RNN_Enhancement.rnn_enhancement import rnn_enhanced as rnn
from Project_RNN_Enhancement.rnn_enhancement.tf1 import is_tf_1

from .equations import sigmoid
from .sizes import LONG, slow, some
from .stock import as_built, contrib, load_values, quiet

STEPS, BATCH, SIZE, UNITS, LAYERS = 6, 3, 5, 4, 2
LENGTHS = [2, STEPS, 1]
KINDS = {"lstm": cudnn.CudnnLSTM, "gru": cudnn.CudnnGRU, "rnn_tanh": cudnn.CudnnRNNTanh,
         "rnn_relu": cudnn.CudnnRNNRelu}
DIRECTIONS = ["unidirectional", "bidirectional"]
GATES = {"lstm": 4, "gru": 3, "rnn_tanh": 1, "rnn_relu": 1}
STOCK = contrib("cudnn_rnn")


def steps(size=SIZE, dtype=np.float32):
    return np.random.RandomState(3).uniform(-1, 1, [STEPS, BATCH, size]).astype(dtype)


def states(kind, cells, dtype=np.float32):
    """The initial state: (h, c) or (h,), each [cells, BATCH, UNITS]."""
    random = np.random.RandomState(4)
    return tuple(random.uniform(-1, 1, [cells, BATCH, UNITS]).astype(dtype)
                 for _ in range(2 if kind == "lstm" else 1))


def session_of(graph):
    return tf.Session(graph=graph, config=as_built())


def start(session, seed=1):
    session.run(tf.global_variables_initializer())
    load_values(session, tf.trainable_variables(), seed)


# cuDNN's equations over canonical matrices and biases, in NumPy.

def one_step(kind, w, b, x, h, c):
    """(h', c') from a cell's matrices W, R and their biases in cuDNN's order; W None: x itself."""
    gates = GATES[kind]
    of_x = [x if w[g] is None else x.dot(w[g].T) for g in range(gates)]
    of_x = [p + b[g] for g, p in enumerate(of_x)]
    of_h = [h.dot(w[gates + g].T) + b[gates + g] for g in range(gates)]
    if kind == "lstm":
        i, f, j, o = [p + q for p, q in zip(of_x, of_h)]
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(j)
        return sigmoid(o) * np.tanh(c), c
    if kind == "gru":
        r, u = [sigmoid(of_x[g] + of_h[g]) for g in (0, 1)]
        return (1 - u) * np.tanh(of_x[2] + r * of_h[2]) + u * h, c
    total = of_x[0] + of_h[0]
    return np.tanh(total) if kind == "rnn_tanh" else np.maximum(total, 0), c


def network(kind, layers, dirs, weights, biases, xs, initial, lengths):
    """(outputs, state) of all layers, one example after the other."""
    each = 2 * GATES[kind]
    state = [part.copy() for part in initial] + ([] if kind == "lstm" else [initial[0] * 0])
    for layer in range(layers):
        outputs = np.zeros(xs.shape[:2] + (dirs * UNITS,))
        for direction in range(dirs):
            cell = layer * dirs + direction
            w, b = [all_[each * cell:each * (cell + 1)] for all_ in (weights, biases)]
            for example, length in enumerate(lengths):
                h, c = state[0][cell, example], state[1][cell, example]
                for t in (range(length - 1, -1, -1) if direction else range(length)):
                    h, c = one_step(kind, w, b, xs[t, example], h, c)
                    outputs[t, example, direction * UNITS:(direction + 1) * UNITS] = h
                state[0][cell, example], state[1][cell, example] = h, c
        xs = outputs
    return xs, state[:2 if kind == "lstm" else 1]


class EquationsTest(tf.test.TestCase):
    """Networks in the older form have all of cuDNN's weights, two biases for each gate."""

    def check(self, kind, direction, mode, lengths, major):
        size = SIZE if mode == "linear_input" else UNITS
        dirs = 1 + DIRECTIONS.index(direction)
        with tf.Graph().as_default() as graph, session_of(graph) as session:
            cell = KINDS[kind](LAYERS, UNITS, size, input_mode=mode, direction=direction, dtype=tf.float64)
            number = session.run(cell.params_size())
            params = np.random.RandomState(5).uniform(-0.7, 0.7, [number])
            xs, initial = steps(size, np.float64), states(kind, LAYERS * dirs, np.float64)
            turn = (lambda value: value) if major else (lambda value: np.swapaxes(value, 0, 1))
            outputs, *final = cell(turn(xs), *([turn(part) for part in initial] + [params, lengths, major]))
            found, final, (weights, biases) = session.run(
                [outputs, final, cell.params_to_canonical(params)])
            joined = session.run(cell.canonical_to_params(weights, biases))
        self.assertAllEqual(params, joined)
        weights = [w if w.size else None for w in weights]
        expected, state = network(kind, LAYERS, dirs, weights, biases, xs, initial,
                                  lengths or [STEPS] * BATCH)
        self.assertAllClose(expected, turn(found), rtol=1e-9, atol=1e-9)
        self.assertAllClose(state, [turn(part) for part in final], rtol=1e-9, atol=1e-9)

    @slow
    def test_all(self):
        cases = itertools.product(sorted(KINDS), DIRECTIONS, ["linear_input", "skip_input", "auto_select"],
                                  [None, LENGTHS], [True, False])
        for case in cases if LONG else [
                ("lstm", "bidirectional", "linear_input", LENGTHS, False),
                ("gru", "bidirectional", "skip_input", LENGTHS, True),
                ("rnn_tanh", "unidirectional", "auto_select", None, False),
                ("rnn_relu", "unidirectional", "linear_input", None, True),
                ("gru", "unidirectional", "linear_input", LENGTHS, True),
                ("lstm", "unidirectional", "skip_input", None, True)]:
            with self.subTest(case):
                self.check(*case)

    def test_layout(self):
        """Matrices of all layers, then biases; W of all gates before R."""
        cell = cudnn.CudnnGRU(2, 2, 3, direction="bidirectional")
        of_matrices = 2 * 3 * (2 * 3 + 2 * 2) + 2 * 3 * (2 * 4 + 2 * 2)
        weights, biases = cell.params_to_canonical(np.arange(of_matrices + 2 * 24, dtype=np.float32))
        self.assertEqual([[2, 3]] * 3 + [[2, 2]] * 3, [w.shape.as_list() for w in weights[:6]])
        self.assertEqual([[2, 4]] * 3 + [[2, 2]] * 3, [w.shape.as_list() for w in weights[12:18]])
        self.assertEqual([[2]] * 24, [b.shape.as_list() for b in biases])
        with self.session() as session:
            first, second, bias = session.run([weights[0], weights[1], biases[0]])
        self.assertAllEqual([[0, 1, 2], [3, 4, 5]], first)
        self.assertAllEqual([[6, 7, 8], [9, 10, 11]], second)
        self.assertAllEqual([of_matrices, of_matrices + 1], bias)


class _Stack(object):
    """The same networks of cells: `cells` has CudnnCompatible..., `loops` the functions over time."""

    def __init__(self, cells, basic, dynamic_rnn, stack_bidirectional):
        self.cells, self.basic = cells, basic
        self.dynamic_rnn, self.stack_bidirectional = dynamic_rnn, stack_bidirectional

    def _cell(self, kind):
        if kind == "lstm":
            return self.cells.CudnnCompatibleLSTMCell(UNITS)
        if kind == "gru":
            return self.cells.CudnnCompatibleGRUCell(UNITS)
        return self.basic.BasicRNNCell(UNITS, tf.nn.relu if kind == "rnn_relu" else None)

    def run(self, kind, direction, inputs, initial, lengths):
        """(outputs, state in the layers' form)."""
        def of_cell(number):
            h = tf.constant(initial[0][number])
            return contrib_rnn.LSTMStateTuple(tf.constant(initial[1][number]), h) if kind == "lstm" else h
        if direction == "unidirectional":
            cell = self.basic.MultiRNNCell([self._cell(kind) for _ in range(LAYERS)])
            outputs, final = self.dynamic_rnn(
                cell, inputs, lengths, tuple(of_cell(i) for i in range(LAYERS)), time_major=True)
        else:
            fw, bw = [[self._cell(kind) for _ in range(LAYERS)] for _ in range(2)]
            outputs, final_fw, final_bw = self.stack_bidirectional(
                fw, bw, inputs, [of_cell(2 * i) for i in range(LAYERS)],
                [of_cell(2 * i + 1) for i in range(LAYERS)], sequence_length=lengths, time_major=True)
            final = [state for pair in zip(final_fw, final_bw) for state in pair]
        if kind != "lstm":
            return outputs, (tf.stack(list(final)),)
        return outputs, tuple(tf.stack([getattr(state, name) for state in final]) for name in "hc")


OUR_CELLS = _Stack(cudnn, rnn_cell, rnn.dynamic_rnn, contrib_rnn.stack_bidirectional_dynamic_rnn)
if is_tf_1:
    STOCK_CELLS = _Stack(STOCK, tf.nn.rnn_cell, tf.nn.dynamic_rnn,
                         contrib("rnn").stack_bidirectional_dynamic_rnn)


def results_of(build):
    """Names and shapes of variables, results, gradients by name; `build(inputs)` gives results."""
    with tf.Graph().as_default() as graph, quiet(), session_of(graph) as session:
        inputs = tf.get_variable("x", initializer=steps())
        results = tf.nest.flatten(build(inputs))
        variables = sorted(tf.trainable_variables(), key=lambda v: v.op.name)
        gradients = tf.gradients(tf.add_n([tf.reduce_sum(tf.square(r)) for r in results]), variables)
        session.run(tf.global_variables_initializer())
        load_values(session, variables)
        return ([(v.op.name, v.shape.as_list()) for v in variables],
                *session.run([results, [tf.convert_to_tensor(g) for g in gradients]]))


class AsCellsTest(tf.test.TestCase):
    """A layer that is built in the scope around is the stack of cells there: names, numbers, gradients."""

    def check(self, judge, kind, direction, lengths):
        initial = states(kind, LAYERS * (1 + DIRECTIONS.index(direction)))

        def build(inputs):
            layer = KINDS[kind](LAYERS, UNITS, direction=direction)
            layer.build([None, None, SIZE])
            return layer(inputs, initial, lengths)
        expected = results_of(lambda inputs: judge.run(kind, direction, inputs, initial, lengths))
        found = results_of(build)
        self.assertEqual(expected[0], found[0])
        self.assertAllClose(expected[1], found[1], rtol=1e-5, atol=1e-5)
        for (name, _), one, other in zip(expected[0], expected[2], found[2]):
            self.assertAllClose(one, other, rtol=1e-4, atol=1e-4, msg=name)

    @slow
    @unittest.skipUnless(is_tf_1, "needs tf.contrib")
    def test_stock_cells(self):
        cases = itertools.product(sorted(KINDS), DIRECTIONS, [None, LENGTHS])
        for case in cases if LONG else [("lstm", "bidirectional", LENGTHS), ("gru", "unidirectional", None)]:
            with self.subTest(case):
                self.check(STOCK_CELLS, *case)

    @slow
    @unittest.skipIf(is_tf_1, "cells of TensorFlow itself say more")
    def test_our_cells(self):
        for kind, direction, lengths in (("lstm", "bidirectional", LENGTHS), ("gru", "unidirectional", None)):
            with self.subTest(kind):
                self.check(OUR_CELLS, kind, direction, lengths)


@unittest.skipUnless(is_tf_1, "needs tf.contrib")
class StartTest(tf.test.TestCase):
    """Names and start values as TensorFlow's layer saves them; its operations without cuDNN tell."""

    CONVERTERS = {"lstm": "LSTM", "gru": "GRU", "rnn_tanh": "Tanh", "rnn_relu": "Relu"}

    def stock(self, kind, direction, options, built):
        with tf.Graph().as_default() as graph, quiet():
            layer = getattr(STOCK, KINDS[kind].__name__)(LAYERS, UNITS, direction=direction, **options)
            with tf.variable_scope("main"):
                if built:
                    layer.build([None, None, SIZE])
                else:
                    layer(tf.ones([STEPS, BATCH, SIZE]))
            made = [op for op in graph.get_operations() if op.type == "CudnnRNNCanonicalToParams"][0]
            tensors = list(made.inputs)[-len(layer.canonical_weight_shapes) * 2:]
            half = len(tensors) // 2
            converter = getattr(STOCK, "CudnnParamsFormatConverter" + self.CONVERTERS[kind])(
                LAYERS, UNITS, SIZE, direction=direction)
            values = converter._cu_canonical_to_tf_canonical(tensors[:half], tensors[half:])
            values = values[0] + values[1]
            # Without the operations of cuDNN, which a processor has no kernels of.
            definition = tf.graph_util.extract_sub_graph(graph.as_graph_def(), [v.op.name for v in values])
        with tf.Graph().as_default(), tf.Session() as session:
            values = tf.import_graph_def(definition, return_elements=[v.name for v in values])
            return dict(zip([spec.name for spec in layer.saveable.specs], session.run(values))), layer

    def ours(self, kind, direction, options, built):
        with tf.Graph().as_default(), tf.Session() as session:
            layer = KINDS[kind](LAYERS, UNITS, direction=direction, **options)
            with tf.variable_scope("main"):
                if built:
                    layer.build([None, None, SIZE])
                else:
                    layer(tf.ones([STEPS, BATCH, SIZE]))
            session.run(tf.global_variables_initializer())
            return dict(zip([v.op.name for v in layer.variables], session.run(layer.variables))), layer

    @slow
    def test_as_stock(self):
        for kind, direction, options, built in (
                ("lstm", "unidirectional", {"seed": 1}, False),
                ("lstm", "bidirectional", {"seed": 2, "bias_initializer": tf.constant_initializer(.5)}, True),
                ("gru", "bidirectional", {"seed": 3, "bias_initializer": tf.constant_initializer(.5)}, False),
                ("gru", "unidirectional", {
                    "kernel_initializer": tf.random_uniform_initializer(-.1, .1, seed=4)}, True),
                ("rnn_tanh", "bidirectional", {"seed": 5, "dtype": tf.float64}, True),
                ("rnn_relu", "unidirectional", {
                    "kernel_initializer": tf.orthogonal_initializer(seed=6),
                    "bias_initializer": tf.random_uniform_initializer(0, 1, seed=7), "name": "mine"}, False)):
            with self.subTest(kind, direction=direction):
                expected, stock = self.stock(kind, direction, options, built)
                found, layer = self.ours(kind, direction, options, built)
                self.assertEqual(sorted(expected), sorted(found))
                for name, value in expected.items():
                    self.assertEqual(value.dtype, found[name].dtype)
                    self.assertAllClose(value, found[name], rtol=1e-6, atol=1e-6, msg=name)
                for name in ("canonical_weight_shapes", "canonical_bias_shapes", "num_dirs", "rnn_mode",
                             "input_mode", "direction", "input_size", "num_layers", "num_units", "name",
                             "scope_name"):
                    self.assertEqual(getattr(stock, name), getattr(layer, name), name)
                self.assertEqual(stock.state_shape(7), layer.state_shape(7))


class ScopesTest(tf.test.TestCase):

    def names_of(self, layer):
        return [v.op.name for v in layer.variables]

    def test_layers_in_one_scope(self):
        """Called, each has names below its own scope; built by hand, the first one has the scope's."""
        cell = "rnn/multi_rnn_cell/cell_0/cudnn_compatible_lstm_cell/"
        with tf.Graph().as_default():
            one, two = cudnn.CudnnLSTM(1, UNITS), cudnn.CudnnLSTM(1, UNITS)
            with tf.variable_scope("a"):
                one(tf.constant(steps()))
                two(tf.constant(steps()))
                one(tf.constant(steps()))
            self.assertEqual(["a/cudnn_lstm/%skernel" % cell, "a/cudnn_lstm/%sbias" % cell],
                             self.names_of(one))
            self.assertEqual(["a/cudnn_lstm_1/%skernel" % cell, "a/cudnn_lstm_1/%sbias" % cell],
                             self.names_of(two))
            self.assertLen(tf.global_variables(), 4)
            built = [cudnn.CudnnLSTM(1, UNITS, name=name) for name in ("first", "second")]
            with tf.variable_scope("b"):
                for layer in built:
                    layer.build([None, None, SIZE])
                gru = cudnn.CudnnGRU(1, UNITS)
                gru.build([None, None, SIZE])
            self.assertEqual(["b/%skernel" % cell, "b/%sbias" % cell], self.names_of(built[0]))
            self.assertEqual(["b/second/%skernel" % cell, "b/second/%sbias" % cell], self.names_of(built[1]))
            self.assertTrue(all(name.startswith("b/rnn/") for name in self.names_of(gru)))
            with tf.variable_scope("b", reuse=True):
                again = [cudnn.CudnnLSTM(1, UNITS, name=name) for name in ("first", "second")]
                for layer in again:
                    layer.build([None, None, SIZE])
            for layer, other in zip(built, again):
                self.assertEqual(self.names_of(layer), self.names_of(other))
                self.assertTrue(all(v is w for v, w in zip(layer.variables, other.variables)))

    def test_reuse(self):
        with tf.Graph().as_default():
            with tf.variable_scope("a"):
                cudnn.CudnnGRU(1, UNITS)(tf.constant(steps()))
            number = len(tf.global_variables())
            with tf.variable_scope("a", reuse=True):
                layer = cudnn.CudnnGRU(1, UNITS)
                layer(tf.constant(steps()))
            self.assertLen(tf.global_variables(), number)
            self.assertLen(layer.trainable_weights, number)
            with tf.variable_scope("a"), self.assertRaisesRegex(ValueError, "already exists"):
                cudnn.CudnnGRU(1, UNITS)(tf.constant(steps()))

    def test_partitioner_and_frozen_scope(self):
        """Variables are whole; a getter may make them untrainable."""
        def frozen(getter, *args, **kwargs):
            return getter(*args, **dict(kwargs, trainable=False))
        with tf.Graph().as_default():
            with tf.variable_scope("a", partitioner=tf.fixed_size_partitioner(2), custom_getter=frozen):
                layer = cudnn.CudnnLSTM(1, UNITS)
                layer(tf.constant(steps()))
            self.assertEqual(([], 2), (layer.trainable_weights, len(layer.non_trainable_weights)))
            self.assertEqual([SIZE + UNITS, 4 * UNITS], layer.weights[0].shape.as_list())


class CheckpointsTest(tf.test.TestCase):

    def path(self):
        return os.path.join(tempfile.mkdtemp(dir=self.get_temp_dir()), "model")

    def saved(self, build):
        """Path and results of a graph with random weights."""
        with tf.Graph().as_default() as graph, quiet(), session_of(graph) as session:
            results = build()
            start(session)
            return tf.train.Saver().save(session, self.path()), session.run(results)

    def restored(self, path, build):
        with tf.Graph().as_default() as graph, quiet(), session_of(graph) as session:
            results = build()
            session.run(tf.global_variables_initializer())
            tf.train.Saver().restore(session, path)
            return session.run(results)

    @slow
    def test_cells_and_layers(self):
        for kind, direction, writes in (("lstm", "bidirectional", True), ("gru", "unidirectional", False)):
            initial = states(kind, LAYERS * (1 + DIRECTIONS.index(direction)))

            def layer():
                with tf.variable_scope("m"):
                    made = KINDS[kind](LAYERS, UNITS, direction=direction, name="net")
                    return made(tf.constant(steps()), initial, LENGTHS)

            def cells():
                with tf.variable_scope("m/net"):
                    return OUR_CELLS.run(kind, direction, tf.constant(steps()), initial, LENGTHS)
            write, read = (layer, cells) if writes else (cells, layer)
            with self.subTest(kind):
                path, expected = self.saved(write)
                for one, other in zip(tf.nest.flatten(expected), tf.nest.flatten(self.restored(path, read))):
                    self.assertAllClose(one, other, rtol=1e-5, atol=1e-5)

    @slow
    def test_older_form(self):
        """Kernels and biases of all weights in one variable, to a layer and back."""
        for kind, mode, saveable in (
                ("gru", "skip_input", lambda cell, variable: cudnn.CudnnGRUSaveable(
                    variable, LAYERS, UNITS, UNITS, "skip_input", scope="m")),
                ("lstm", "linear_input", lambda cell, variable: cudnn.RNNParamsSaveable(
                    cell, cell.params_to_canonical, cell.canonical_to_params, [variable], "m/rnn"))):
            size = UNITS if mode == "skip_input" else SIZE
            initial = states(kind, LAYERS)

            def layer():
                with tf.variable_scope("m"):
                    made = KINDS[kind](LAYERS, UNITS, mode)
                    made.build([None, None, size])
                    return made(tf.constant(steps(size)), initial)[0]

            def params():
                cell = KINDS[kind](LAYERS, UNITS, input_size=size, input_mode=mode)
                # No variable that a Saver takes for itself.
                variable = tf.get_variable(
                    "params", validate_shape=False, collections=["mine"],
                    initializer=tf.random_uniform([cell.params_size()], -.5, .5, seed=1))
                tf.add_to_collection(tf.GraphKeys.SAVEABLE_OBJECTS, saveable(cell, variable))
                return cell(*([tf.constant(steps(size))] + [tf.constant(s) for s in initial] + [
                    variable, False]))[0]
            with self.subTest(kind):
                path, expected = self.saved(layer)
                self.assertAllClose(expected, self.restored(path, params), rtol=1e-5, atol=1e-5)
                with tf.Graph().as_default() as graph, session_of(graph) as session:
                    expected = params()
                    session.run(tf.get_collection("mine")[0].initializer)
                    path = tf.train.Saver().save(session, self.path())
                    expected = session.run(expected)
                self.assertAllClose(expected, self.restored(path, layer), rtol=1e-5, atol=1e-5)

    def test_names_of_the_older_saveable(self):
        """Below the scope that is given; at first TensorFlow had no argument for the network."""
        cell = cudnn.CudnnLSTM(2, UNITS, SIZE)
        variable = tf.get_variable("params", initializer=tf.zeros([cell._layout.size]))
        functions = cell.params_to_canonical, cell.canonical_to_params
        start = "Model/RNN/multi_rnn_cell/cell_%d/cudnn_compatible_lstm_cell/"
        names = [start % i + name for name in ("kernel", "bias") for i in range(2)]
        for saveable in (cudnn.RNNParamsSaveable(cell, *functions, [variable], "Model/RNN", "mine"),
                         cudnn.RNNParamsSaveable(*functions, [variable], name="mine",
                                                 base_variable_scope="Model/RNN"),
                         cudnn.RNNParamsSaveable(params_to_canonical=functions[0], param_variables=[variable],
                                                 canonical_to_params=functions[1], name="mine",
                                                 base_variable_scope="Model/RNN")):
            self.assertEqual(names, [spec.name for spec in saveable.specs])
            self.assertEqual("mine", saveable.name)
        self.assertEqual("multi_rnn_cell/cell_0/cudnn_compatible_lstm_cell/kernel", cudnn.RNNParamsSaveable(
            cell, *functions, [variable]).specs[0].name)

    def test_saveable_and_kernel(self):
        """`saveable` has the variables' names and values; `kernel` all of cuDNN's weights."""
        with tf.Graph().as_default() as graph, session_of(graph) as session:
            layer = cudnn.CudnnGRU(1, UNITS)
            self.assertIsNone(layer.saveable)
            outputs, _ = layer(tf.constant(steps()))
            saver, initialize = tf.train.Saver([layer.saveable]), tf.global_variables_initializer()
            session.run(initialize)
            load_values(session, layer.variables)
            path = saver.save(session, self.path())
            self.assertEqual({v.op.name for v in layer.variables}, set(tf.train.load_checkpoint(
                path).get_variable_to_shape_map()))
            expected = session.run(outputs)
            session.run(initialize)
            saver.restore(session, path)
            self.assertAllClose(expected, session.run(outputs))
            zeros = tf.zeros([1, BATCH, UNITS])
            older, _ = cudnn.CudnnGRU(1, UNITS, SIZE)(tf.constant(steps()), zeros, layer.kernel)
            self.assertAllClose(expected, session.run(older))

    def test_converters(self):
        for kind, name in some(sorted(StartTest.CONVERTERS.items()), 2):
            converter = getattr(cudnn, "CudnnParamsFormatConverter" + name)(
                LAYERS, UNITS, SIZE, direction="bidirectional")
            number = KINDS[kind](LAYERS, UNITS, SIZE, direction="bidirectional")._layout.size
            with tf.Graph().as_default(), tf.Session() as session:
                kernels, biases = converter.opaque_to_tf_canonical(
                    tf.random_uniform([number], seed=1, dtype=tf.float64))
                kernels, biases = session.run([kernels, biases])
                again = converter.opaque_to_tf_canonical(converter.tf_canonical_to_opaque(kernels + biases))
                again = session.run(again)
            for one, other in zip(kernels + biases, again[0] + again[1]):
                self.assertAllClose(one, other)
            with self.assertRaisesRegex(ValueError, "num_proj=3"):
                getattr(cudnn, "CudnnParamsFormatConverter" + name)(1, UNITS, SIZE, num_proj=3)


class DropoutTest(tf.test.TestCase):

    def layer(self, rate, seed=5, layers=2):
        """Each layer passes its inputs on: candidate = x, relu."""
        return cudnn.CudnnRNNRelu(layers, 20, "skip_input", dropout=rate, seed=seed, kernel_initializer=(
            lambda shape, dtype: tf.eye(*shape, dtype=dtype) if shape[1] else tf.zeros(shape, dtype)))

    def run_layer(self, layer, **keywords):
        with tf.Graph().as_default() as graph, session_of(graph) as session:
            tf.set_random_seed(1)
            # Without a recurrence a layer of units gives what it's given.
            outputs, _ = layer(tf.ones([1, 50, 20]), **keywords)
            session.run(tf.global_variables_initializer())
            return session.run(outputs)

    @slow
    def test_only_between_layers_in_training(self):
        self.assertAllEqual(np.ones([1, 50, 20]), self.run_layer(self.layer(0.25), training=False))
        self.assertAllEqual(np.ones([1, 50, 20]), self.run_layer(self.layer(0.25, layers=1)))
        found = self.run_layer(self.layer(0.25))
        self.assertAllClose(np.where(found > 0, 1 / 0.75, 0), found)
        # 1000 draws: the standard deviation of the share is 0.014.
        self.assertNear(0.25, (found == 0).mean(), 0.06)
        self.assertAllEqual(found, self.run_layer(self.layer(0.25)))
        self.assertAllEqual(np.zeros([1, 50, 20]), self.run_layer(self.layer(1)))

    def test_masks_of_layers_differ(self):
        found = self.run_layer(self.layer(0.25, layers=3))
        self.assertAllClose(np.where(found > 0, 1 / 0.75 ** 2, 0), found)
        self.assertNear(1 - 0.75 ** 2, (found == 0).mean(), 0.07)

    def test_training_may_be_a_tensor(self):
        with tf.Graph().as_default() as graph, session_of(graph) as session:
            training = tf.placeholder(tf.bool, [])
            outputs, _ = self.layer(0.5)(tf.ones([1, 50, 20]), training=training)
            session.run(tf.global_variables_initializer())
            self.assertAllEqual(np.ones([1, 50, 20]), session.run(outputs, {training: False}))
            self.assertAllEqual([0, 2], np.unique(session.run(outputs, {training: True})))


class CallsTest(tf.test.TestCase):

    def test_batch_major_and_unknown_shapes(self):
        with tf.Graph().as_default() as graph, session_of(graph) as session:
            layer = cudnn.CudnnLSTM(1, UNITS, direction="bidirectional")
            expected = layer(tf.constant(steps()), sequence_lengths=LENGTHS)
            x = tf.placeholder(tf.float32, [None, None, SIZE])
            found = layer(x, None, tf.placeholder_with_default(LENGTHS, [None]), False, False)
            last = layer.call(tf.constant(steps().transpose(1, 0, 2)), found[1], time_major=False)
            self.assertEqual([None, None, 2 * UNITS], found[0].shape.as_list())
            self.assertEqual([BATCH, STEPS, 2 * UNITS], last[0].shape.as_list())
            start(session)
            expected, found, _ = session.run([expected, found, last], {x: steps().transpose(1, 0, 2)})
        for one, other in zip(tf.nest.flatten(expected), tf.nest.flatten(found)):
            self.assertAllClose(one, np.swapaxes(other, 0, 1))

    def test_older_forms_of_arguments(self):
        """`input_size` tells; TensorFlow 1.0 to 1.3 had no dtype, and `is_training` after the weights."""
        cells = [cudnn.CudnnRNNTanh(2, UNITS, UNITS, "skip_input", "unidirectional", 0.5, 7),
                 cudnn.CudnnRNNTanh(2, UNITS, UNITS, "skip_input", dtype=tf.float32, dropout=0.5, seed=7),
                 cudnn.CudnnRNNTanh(2, UNITS, input_size=UNITS, input_mode="skip_input", dropout=0.5, seed=7)]
        with tf.Graph().as_default() as graph, session_of(graph) as session:
            params, state = 0.3 * tf.ones([cells[0].params_size()]), tf.zeros([2, BATCH, UNITS])
            found = session.run([cell(steps(UNITS), state, params, True)[0] for cell in cells] + [
                cells[0](steps(UNITS), state, params, is_training=True)[0],
                cells[0](steps(UNITS), state, params, False)[0],
                cells[0](steps(UNITS), state, params, is_training=False)[0]])
        for other in found[1:4]:
            self.assertAllEqual(found[0], other)
        self.assertAllEqual(found[4], found[5])
        self.assertNotAllClose(found[0], found[4])
        cell = cells[0]
        self.assertEqual(("skip_input", "rnn_tanh", UNITS, None),
                         (cell.input_mode, cell.rnn_mode, cell.input_size, cell.num_proj))

    def test_first_call_in_a_branch(self):
        """Nothing that is made there is needed elsewhere."""
        with tf.Graph().as_default() as graph, session_of(graph) as session:
            layer, x = cudnn.CudnnGRU(1, UNITS, "skip_input"), tf.constant(steps(UNITS))
            one = tf.cond(tf.placeholder_with_default(True, []), lambda: layer(x)[0], lambda: x)
            results = [one, layer(x)[0], layer.kernel]
            session.run(tf.global_variables_initializer())
            found = session.run(results)
        self.assertAllClose(found[0], found[1])
        self.assertEqual((3 * UNITS * UNITS + 6 * UNITS,), found[2].shape)

    def test_own_subclasses(self):
        class Mine(cudnn.CudnnGRU):
            def __init__(self, layers, units, something):
                super(Mine, self).__init__(layers, units)
                self.something = something
        layer = Mine(1, UNITS, 7)
        self.assertEqual([STEPS, BATCH, UNITS], layer(tf.constant(steps()))[0].shape.as_list())
        self.assertEqual((7, "mine"), (layer.something, layer.scope_name))

    def test_dtypes(self):
        for dtype, tolerance in ((tf.float16, 5e-3), (tf.float64, 1e-6)):
            with tf.Graph().as_default() as graph, session_of(graph) as session:
                layers = [cudnn.CudnnGRU(1, UNITS, dtype=kind) for kind in (tf.float32, dtype)]
                results = [layer(steps().astype(kind)) for layer, kind in zip(
                    layers, (np.float32, dtype.as_numpy_dtype))]
                self.assertEqual({dtype}, {v.dtype.base_dtype for v in layers[1].variables})
                session.run(tf.global_variables_initializer())
                for layer in layers:
                    load_values(session, layer.variables)
                one, other = session.run(results)
            self.assertEqual(dtype.as_numpy_dtype, other[0].dtype.type)
            self.assertAllClose(one[0], other[0].astype(np.float32), rtol=tolerance, atol=tolerance)

    def test_placement(self):
        with tf.Graph().as_default():
            layer = cudnn.CudnnLSTM(1, UNITS, gpu_for_layer=3)
            outputs, _ = layer(tf.constant(steps()))
            gradient = tf.gradients(outputs, layer.variables[0])[0]
            for item in [outputs, gradient] + layer.variables:
                self.assertIn("GPU:3", item.device.upper())

    @slow
    def test_trains(self):
        """A network in each form learns to give the first input of five steps ago."""
        def first_form(x):
            return cudnn.CudnnGRU(1, 8, seed=1, bias_initializer=tf.constant_initializer(0.1))(x)[0]

        def older_form(x):
            cell = cudnn.CudnnGRU(1, 8, 2)
            params = tf.get_variable("params", validate_shape=False, initializer=tf.random_uniform(
                [cell.params_size()], -.5, .5, seed=1))
            return cell(x, tf.zeros([1, 16, 8]), params, True)[0]
        x = np.random.RandomState(0).choice([-1., 1.], [5, 16, 2]).astype(np.float32)
        for form in (first_form, older_form):
            with self.subTest(form.__name__), tf.Graph().as_default() as graph, session_of(graph) as session:
                outputs = form(tf.constant(x))
                error = tf.reduce_mean(tf.square(0.5 * x[0, :, 0] - outputs[-1, :, 0]))
                step = tf.train.AdamOptimizer(0.03).minimize(error)
                session.run(tf.global_variables_initializer())
                before = session.run(error)
                for _ in range(120):
                    session.run(step)
                self.assertLess(session.run(error), 0.2 * before)


class ErrorsTest(tf.test.TestCase):

    def test_arguments(self):
        for keywords, error, words in (
                ({"num_layers": 0}, ValueError, "num_layers"), ({"num_units": 2.5}, TypeError, "num_units"),
                ({"input_mode": "skip"}, ValueError, "input_mode.*skip_input"),
                ({"direction": "both"}, ValueError, "direction.*bidirectional"),
                ({"dropout": 1.5}, ValueError, "dropout.*1.5"), ({"dropout": "no"}, TypeError, "dropout"),
                ({"dtype": tf.int32}, ValueError, "dtype.*int32"),
                ({"gpu_for_layer": -1}, ValueError, "gpu_for_layer"),
                ({"input_size": 0}, ValueError, "input_size"),
                ({"input_size": 3, "num_proj": 2}, ValueError, "num_proj=2"),
                ({"input_size": 3, "input_mode": "skip_input"}, ValueError, "input_size.*3 and 4")):
            with self.subTest(keywords), self.assertRaisesRegex(error, words):
                cudnn.CudnnLSTM(**dict({"num_layers": 1, "num_units": UNITS}, **keywords))

    def test_calls(self):
        x, state = tf.constant(steps()), tf.zeros([1, BATCH, UNITS])
        for arguments, keywords, error, words in (
                ((x, [state, state]), {}, TypeError, "initial_state must be a tuple"),
                ((x, (state,)), {}, ValueError, "of 2, got 1"),
                ((x, (state, tf.zeros([2, BATCH, UNITS]))), {}, ValueError,
                 r"c of initial_state.*\(2, 3, 4\)"),
                ((x, (tf.zeros([1, BATCH + 1, UNITS]), state)), {}, ValueError, r"h of initial_state"),
                ((x,), {"time_major": 1}, TypeError, "time_major"),
                ((tf.placeholder(tf.float32, [STEPS, BATCH, None]),), {}, ValueError, "known|defined|found"),
                ((tf.ones([STEPS, SIZE]),), {}, ValueError, "dim")):
            with self.subTest(words), self.assertRaisesRegex(error, words):
                cudnn.CudnnLSTM(1, UNITS)(*arguments, **keywords)
        with self.assertRaisesRegex(ValueError, "build"):
            cudnn.CudnnLSTM(1, UNITS).call(x)
        with self.assertRaisesRegex(ValueError, "build"):
            cudnn.CudnnLSTM(1, UNITS).input_size  # pylint: disable=expression-not-assigned
        with self.assertRaisesRegex(ValueError, "skip_input.*5 and 4"):
            cudnn.CudnnLSTM(1, UNITS, "skip_input")(x)
        with self.assertRaisesRegex(ValueError, "params_size.*7"):
            cudnn.CudnnGRU(1, UNITS, SIZE)(x, state, tf.zeros([7]))
        with self.assertRaisesRegex(TypeError, "RNNParamsSaveable"):
            cudnn.RNNParamsSaveable(len, len, [state])
        cell = cudnn.CudnnGRU(1, UNITS, SIZE)
        with self.assertRaisesRegex(ValueError, "param_variables"):
            cudnn.RNNParamsSaveable(cell, cell.params_to_canonical, cell.canonical_to_params, [state, state])

    @unittest.skipIf(is_tf_1, "1.15 is eager only where a program asks for that")
    def test_eagerly(self):
        with context.eager_mode():
            for call in (lambda: cudnn.CudnnLSTM(1, UNITS)(tf.constant(steps())),
                         lambda: cudnn.CudnnLSTM(1, UNITS).build([None, None, SIZE])):
                with self.assertRaisesRegex(RuntimeError, "CudnnLSTM.*eagerly"):
                    call()


if __name__ == "__main__":
    tf.test.main()
