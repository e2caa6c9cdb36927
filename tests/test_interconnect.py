"""Vertical skip connections: equations, plain stacks inside them, routes, errors."""
import copy
import itertools
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced as rnn_cell
from Project_RNN_Enhancement.rnn_enhancement import rnn_enhanced, seq2seq_enhanced

from . import oracle
from .equations import sigmoid, weights_of
from tests.sizes import slow
from tests.stock import tf_cells

FLOAT = tf.float64
KINDS = {
    "basic": (rnn_cell.BasicRNNCell_Interconnect, rnn_cell.BasicRNNCell, {}),
    "gru": (rnn_cell.GRUCell_Interconnect, rnn_cell.GRUCell, {}),
    "lstm": (rnn_cell.LSTMCell_Interconnect, rnn_cell.LSTMCell, {}),
    "lstm_everything": (rnn_cell.LSTMCell_Interconnect, rnn_cell.LSTMCell, dict(
        use_peepholes=True, num_proj=2, cell_clip=0.4, proj_clip=0.3)),
}
FLAGS = [dict(vertically_pass_hidden_states=h, vertically_pass_inputs=i)
         for h, i in itertools.product((False, True), repeat=2)]


def _stack(kind, sizes, skip=0, dtype=FLOAT, plain=False, **flags):
    make, make_plain, keywords = KINDS[kind]
    if plain:
        return rnn_cell.MultiRNNCell([make_plain(n, dtype=dtype, **keywords) for n in sizes])
    return rnn_cell.MultiRNNCell_Interconnect(
        [make(n, dtype=dtype, **keywords) for n in sizes], layer_skip_number=skip, **flags)


def _numpy_layer(kind, n, weights, x, vectors, state):
    """One step of one layer; `weights` by name below the cell's scope."""
    def affine(name, h):
        return np.concatenate([x, h], 1).dot(weights[name + "kernel"]) + weights[name + "bias"]
    h = state[1] if isinstance(state, tuple) else state
    passed = 0
    if vectors:
        gates = np.split(sigmoid(affine("connections/gates/", h)), len(vectors), axis=1)
        passed = sum(
            g * e.dot(weights["connections/source_%d/kernel" % k])
            for k, (g, e) in enumerate(zip(gates, vectors)))
    if kind == "basic":
        h = np.tanh(affine("", h) + passed)
        return h, h
    if kind == "gru":
        r, u = np.split(sigmoid(affine("gates/", h)), 2, axis=1)
        c = np.tanh(affine("candidate/", r * h) + passed)
        h = u * h + (1 - u) * c
        return h, h
    c = state[0]
    i, j, f, o = np.split(affine("", h), 4, axis=1)
    if kind == "lstm_everything":
        f, i = f + weights["w_f_diag"] * c, i + weights["w_i_diag"] * c
    c = sigmoid(f + 1) * c + sigmoid(i) * np.tanh(j + passed)
    if kind == "lstm":
        h = sigmoid(o) * np.tanh(c)
    else:
        c = np.clip(c, -0.4, 0.4)
        h = (sigmoid(o + weights["w_o_diag"] * c) * np.tanh(c)).dot(weights["projection/kernel"])
        h = np.clip(h, -0.3, 0.3)
    return h, (c, h)


def _numpy_stack(kind, sizes, skip, flags, weights, inputs, states):
    """All outputs, and the final states; `weights` by full name."""
    scope = {"basic": "basic_rnn_cell", "gru": "gru_cell"}.get(kind, "lstm_cell")
    outputs = []
    for x in inputs:
        before, layer_inputs, after = states, [], []
        for i, n in enumerate(sizes):
            layer_inputs.append(x)
            vectors, source = [], i - 1 - skip
            if source >= 0 and flags["vertically_pass_hidden_states"]:
                state = before[source]
                vectors.append(state[1] if isinstance(state, tuple) else state)
            if source >= 0 and flags["vertically_pass_inputs"]:
                vectors.append(layer_inputs[source])
            prefix = "cell_%d/%s/" % (i, scope)
            own = {name.split(prefix)[1]: value for name, value in weights.items()
                   if prefix in name}
            x, state = _numpy_layer(kind, n, own, x, vectors, before[i])
            after.append(state)
        states = after
        outputs.append(x)
    return outputs, states


class EquationsTest(tf.test.TestCase):

    def _compare(self, kind, sizes, skip, flags, steps):
        with tf.Graph().as_default(), self.session() as session:
            cell = _stack(kind, sizes, skip, **flags)
            inputs = [oracle.inputs(dtype=FLOAT, name="x_%d" % t) for t in range(steps)]
            states = state = oracle.state_of(cell, FLOAT)
            outputs = []
            with tf.variable_scope("run", reuse=tf.AUTO_REUSE):
                for x in inputs:
                    output, state = cell(x, state)
                    outputs.append(output)
            oracle.load_random(session)
            weights = weights_of(session)
            x, states, found = session.run([inputs, states, [outputs, list(state)]])
        states = [tuple(state) if isinstance(state, tuple) else state for state in states]
        expected = _numpy_stack(kind, sizes, skip, flags, weights, x, states)
        for one, other in zip(tf.nest.flatten(list(expected)), tf.nest.flatten(found)):
            self.assertAllClose(one, other, 1e-10, 1e-10)

    @slow
    def test_every_flag_and_skip_number(self):
        for flags in FLAGS:
            for skip in (0, 1, 2):
                with self.subTest(skip=skip, **flags):
                    self._compare("gru", (4, 2, 3), skip, flags, 1)
        for kind in sorted(KINDS):
            with self.subTest(kind):
                self._compare(kind, (4, 3), 0, FLAGS[3], 1)

    @slow
    def test_five_steps(self):
        for kind in sorted(KINDS):
            self._compare(kind, (4, 2, 3), 1, FLAGS[3], 5)



class PlainStackTest(tf.test.TestCase):

    def _numbers(self, cell, zeros=()):
        inputs = oracle.inputs(3, 3, FLOAT)
        outputs = rnn_enhanced.static_rnn(cell, tf.unstack(inputs, axis=1), dtype=FLOAT)
        loss = tf.add_n([tf.reduce_sum(tf.square(output)) for output in outputs[0]])
        shared = [v for v in tf.trainable_variables() if "/connections/" not in v.op.name]
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            oracle.load_random(session, shared)
            for variable in tf.trainable_variables():
                if variable.op.name.split("connections/")[-1].startswith("source"):
                    variable.load(np.zeros(variable.shape), session)
            return oracle.names(shared), session.run(
                [outputs, tf.gradients(loss, shared)])

    @slow
    def test_zeroed_skip_weights_are_the_plain_stack(self):
        for kind in sorted(KINDS):
            with tf.Graph().as_default():
                names, expected = self._numbers(_stack(kind, (4, 3, 2), plain=True))
            for skip in (0, 1, 2) if kind == "gru" else (0,):
                with tf.Graph().as_default():
                    found_names, found = self._numbers(_stack(kind, (4, 3, 2), skip, **FLAGS[3]))
                self.assertEqual(names, found_names)
                for one, other in zip(tf.nest.flatten(expected), tf.nest.flatten(found)):
                    self.assertAllClose(one, other, 1e-12, 1e-12)

    def test_nothing_connected_is_the_plain_graph(self):
        def nodes(cell):
            with tf.Graph().as_default() as graph:
                made = cell()
                made(tf.ones([2, 3]), made.zero_state(2, tf.float32))
                return [(op.name.split("ZeroState")[-1], op.type) for op in graph.get_operations()]
        for kind in sorted(KINDS):
            expected = nodes(lambda: _stack(kind, (4, 3), dtype=tf.float32, plain=True))
            for keywords in (FLAGS[0], dict(FLAGS[3], skip=1)):
                self.assertEqual(expected, nodes(
                    lambda: _stack(kind, (4, 3), dtype=tf.float32, **keywords)))

    def test_checkpoint_of_the_plain_stack_restores(self):
        path = self.get_temp_dir() + "/plain"
        with tf.Graph().as_default(), self.session() as session:
            cell = _stack("gru", (4, 3), plain=True)
            cell(oracle.inputs(dtype=FLOAT), cell.zero_state(2, FLOAT))
            oracle.load_random(session)
            saved = session.run(tf.trainable_variables())
            tf.train.Saver().save(session, path)
        with tf.Graph().as_default(), self.session() as session:
            cell = _stack("gru", (4, 3), **FLAGS[3])
            cell(oracle.inputs(dtype=FLOAT), cell.zero_state(2, FLOAT))
            shared = [v for v in tf.trainable_variables() if "/connections/" not in v.op.name]
            tf.train.Saver(shared).restore(session, path)
            for one, other in zip(saved, session.run(shared)):
                self.assertAllEqual(one, other)


class PropertiesTest(tf.test.TestCase):

    def _parameters(self, cell):
        with tf.Graph().as_default():
            cell(tf.ones([2, 5], FLOAT), cell.zero_state(2, FLOAT))
            return sum(v.shape.num_elements() for v in tf.trainable_variables())

    @slow
    def test_number_of_parameters(self):
        sizes, entering = (4, 3, 2, 6), (5, 4, 3, 2)
        plain = self._parameters(_stack("gru", sizes, plain=True))
        for flags in FLAGS:
            hidden, inputs = [flags[name] for name in sorted(flags)]
            for skip in (0, 2, 3):
                expected = plain
                for target in range(1 + skip, 4):
                    source, n, d = target - 1 - skip, sizes[target], entering[target]
                    expected += (hidden + inputs) * (d + n + 1)
                    expected += (hidden * sizes[source] + inputs * entering[source]) * n
                self.assertEqual(expected, self._parameters(_stack("gru", sizes, skip, **flags)))

    def test_update_stays_convex(self):
        # However large what is passed: h' lies between h and the candidate, which tanh bounds.
        with self.session() as session:
            cell = _stack("gru", (3, 3), dtype=tf.float32, **FLAGS[3])
            state = (tf.fill([2, 3], 50.0), tf.fill([2, 3], 0.5))
            _, (_, new) = cell(tf.fill([2, 3], 100.0), state)
            oracle.load_random(session)
            for variable in tf.trainable_variables():
                if "source" in variable.op.name:
                    variable.load(np.full(variable.shape, 30.0), session)
            value = session.run(new)
        self.assertLessEqual(np.abs(value).max(), 1.0 + 1e-6)

    @slow
    def test_what_reaches_what(self):
        # Gradients say which layer's old state reaches which layer's new state within one step.
        for skip in (0, 1):
            with tf.Graph().as_default(), self.session() as session:
                cell = _stack("gru", (2,) * 4, skip, vertically_pass_hidden_states=True)
                states = tuple(tf.get_variable("s%d" % i, [1, 2], FLOAT) for i in range(4))
                zeroed = cell(tf.ones([1, 2], FLOAT), states)[1]
                oracle.load_random(session)
                for variable in tf.trainable_variables():
                    # What layers pass upwards as outputs is cut.
                    if variable.op.name.endswith(("gates/kernel", "candidate/kernel")):
                        value = session.run(variable)
                        value[:2] = 0
                        variable.load(value, session)
                for source in range(4):
                    for target in range(4):
                        grads = tf.gradients(zeroed[target], states[source])[0]
                        reached = grads is not None and np.abs(session.run(grads)).max() > 0
                        self.assertEqual(source == target or source + 1 + skip == target, reached)

    def test_no_bias_and_initializers(self):
        cells = [rnn_cell.GRUCell_Interconnect(
            4, use_bias=False, weight_initializer="orthogonal", orthogonal_scale_factor=1.0)
            for _ in range(2)]
        cell = rnn_cell.MultiRNNCell_Interconnect(cells, **FLAGS[3])
        with self.session() as session:
            cell(tf.ones([2, 4]), cell.zero_state(2, tf.float32))
            session.run(tf.global_variables_initializer())
            self.assertFalse([v for v in tf.trainable_variables() if v.op.name.endswith("bias")])
            for name, value in weights_of(session).items():
                if "connections/gates" in name:
                    norms = np.linalg.norm(value.reshape(2, 4, 2), axis=1)
                    self.assertAllClose(np.ones([2, 2]), norms, 1e-5)
                    continue
                for row, column in itertools.product(
                        range(0, value.shape[0], 4), range(0, value.shape[1], 4)):
                    block = value[row:row + 4, column:column + 4]
                    self.assertAllClose(np.eye(4), block.dot(block.T), atol=1e-5)

    def test_device(self):
        cells = [rnn_cell.GRUCell_Interconnect(4, gpu_for_layer="/cpu:%d" % i) for i in range(2)]
        cell = rnn_cell.MultiRNNCell_Interconnect(cells, **FLAGS[3])
        cell(tf.ones([2, 4]), cell.zero_state(2, tf.float32))
        for variable in tf.trainable_variables():
            number = variable.op.name.split("cell_")[1][0]
            self.assertIn("CPU:" + number, variable.device.upper())


class ModelsTest(tf.test.TestCase):

    @slow
    def test_repeated_cells_copies_and_seq2seq(self):
        cell = rnn_cell.MultiRNNCell_Interconnect(
            [rnn_cell.GRUCell_InterConnect(4)] * 3, **FLAGS[3])
        symbols = [tf.constant([1, 2])] * 4
        with tf.variable_scope("a"):
            outputs, _ = seq2seq_enhanced.embedding_attention_seq2seq(
                symbols, symbols, cell, 5, 5, 4)
        # Two cells of three layers, nine variables in those that are fed, besides four.
        self.assertEqual(2 * (4 + 8 + 8), len(
            [v for v in tf.trainable_variables() if "gru_cell" in v.op.name]))
        twin = copy.deepcopy(cell)
        self.assertEqual([], twin.variables)
        with tf.variable_scope("b"):
            twin(tf.ones([2, 3]), twin.zero_state(2, tf.float32))
        self.assertEqual(20, len(twin.trainable_weights))
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            self.assertEqual((2, 5), session.run(outputs[-1]).shape)

    def test_config_round_trip(self):
        for kind, _, keywords in KINDS.values():
            cell = kind(3, use_bias=False, **keywords)
            self.assertEqual(cell.get_config(), kind.from_config(cell.get_config()).get_config())


class ErrorsTest(tf.test.TestCase):

    def _cells(self, count=2):
        return [rnn_cell.GRUCell_Interconnect(3) for _ in range(count)]

    def test_skip_number(self):
        for bad, error, words in ((2, ValueError, "between 0 and 1.*got 2"),
                                  (-1, ValueError, "layer_skip_number.*-1"),
                                  (1.0, TypeError, "layer_skip_number.*1.0"),
                                  (True, TypeError, "layer_skip_number.*True"),
                                  (None, TypeError, "layer_skip_number.*None")):
            with self.assertRaisesRegex(error, words):
                rnn_cell.MultiRNNCell_Interconnect(
                    self._cells(), vertically_pass_hidden_states=True, layer_skip_number=bad)
            with self.assertRaisesRegex(error, words):
                rnn_cell.MultiRNNCell_Interconnect(self._cells(), layer_skip_number=bad)
        rnn_cell.MultiRNNCell_Interconnect(self._cells(), layer_skip_number=1)

    def test_flags(self):
        for name in FLAGS[0]:
            with self.assertRaisesRegex(TypeError, name + ".*1"):
                rnn_cell.MultiRNNCell_Interconnect(self._cells(), **{name: 1})
        with self.assertRaisesRegex(TypeError, "'vertically_pass_input'.*'vertically_pass_inputs'"):
            rnn_cell.MultiRNNCell_Interconnect(self._cells(), vertically_pass_input=True)

    def test_cells_that_can_t_interconnect(self):
        connected = rnn_cell.GRUCell_Interconnect
        for cells, flags, words in (
                ([connected(3), rnn_cell.GRUCell(3)], FLAGS[1], "Layer 1.*GRUCell_.*got GRUCell"),
                ([rnn_cell.GRUCell(3), connected(3)], FLAGS[2], "Layer 0 passes on its state"),
                ([connected(3), rnn_cell.ResidualWrapper(connected(3))], FLAGS[1],
                 "Layer 1.*got ResidualWrapper"),
                ([connected(3), tf_cells.BasicLSTMCell(3)], FLAGS[3], "Layer 1")):
            with oracle.quiet(), self.assertRaisesRegex(TypeError, words):
                rnn_cell.MultiRNNCell_Interconnect(cells, **flags)
        with self.assertRaises(ValueError):
            rnn_cell.MultiRNNCell_Interconnect([])
        with self.assertRaises(TypeError):
            rnn_cell.MultiRNNCell_Interconnect(connected(3))

    def test_num_units(self):
        for kind in (rnn_cell.BasicRNNCell_Interconnect, rnn_cell.GRUCell_Interconnect,
                     rnn_cell.LSTMCell_Interconnect):
            for bad, error in ((0, ValueError), (-1, ValueError), (2.5, TypeError)):
                with self.assertRaisesRegex(error, "num_units"):
                    kind(bad)

    def test_inputs(self):
        cell = rnn_cell.GRUCell_Interconnect(3)
        state = cell.zero_state(2, tf.float32)
        with self.assertRaisesRegex(ValueError, "known size"):
            cell((tf.ones([2, 3]), tf.placeholder(tf.float32, [2, None])), state)
        with self.assertRaisesRegex(ValueError, "known size"):
            cell(tf.ones([2, 3, 3]), state)
        cell = rnn_cell.GRUCell_Interconnect(3)
        cell((tf.ones([2, 3]), tf.ones([2, 5])), state)
        with self.assertRaisesRegex(ValueError, "built for 1 vectors.*got 0"):
            cell(tf.ones([2, 3]), state)
        stack = rnn_cell.MultiRNNCell_Interconnect(
            [rnn_cell.EmbeddingWrapper(rnn_cell.GRUCell(3), 5), rnn_cell.GRUCell_Interconnect(3)],
            vertically_pass_inputs=True)
        with self.assertRaisesRegex(ValueError, "input of layer 0"):
            stack(tf.constant([1, 2]), stack.zero_state(2, tf.float32))
        stack = rnn_cell.MultiRNNCell_Interconnect(self._cells(), vertically_pass_inputs=True)
        with self.assertRaisesRegex(ValueError, "a tuple of length 2"):
            stack(tf.ones([2, 3]), tf.ones([2, 6]))


if __name__ == "__main__":
    unittest.main()
