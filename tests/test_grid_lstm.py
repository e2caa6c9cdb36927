"""Grid LSTM: memory along depth as well as along time."""
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced as rnn_cell
from Project_RNN_Enhancement.rnn_enhancement import rnn_enhanced as rnn
from Project_RNN_Enhancement.rnn_enhancement import seq2seq_enhanced as seq2seq

from . import oracle
from .equations import EquationsCheck, Kind, run_numpy, sigmoid, weights_of
from tests.sizes import slow
from tests.stock import contrib

contrib_grid = contrib("grid_rnn")


def grid(w, x, state, priority="depth", paper=False, tied=False, forget_bias=1.0):
    def lstm(k, side, depth_h, time_h, m):
        name = ("" if tied else "layer_%d/" % k) + side
        i, j, f, o = np.split(np.hstack([depth_h, time_h]).dot(w[name + "/kernel"])
                              + w[name + "/bias"], 4, axis=1)
        m = sigmoid(f + forget_bias) * m + sigmoid(i) * np.tanh(j)
        return m, np.tanh(sigmoid(o) * m) if paper else sigmoid(o) * np.tanh(m)
    m, h = np.split(x.dot(w["input/kernel"]), 2, axis=1)
    new = []
    for k, (m_t, h_t) in enumerate(state):
        new_m_t, new_h_t = lstm(k, "time", h, h_t, m_t)
        new_m, new_h = lstm(k, "depth", h, h_t, m)
        if priority == "depth":
            new_m, new_h = lstm(k, "depth", h, new_h_t, m)
        elif priority == "time":
            new_m_t, new_h_t = lstm(k, "time", new_h, h_t, m_t)
        m, h = new_m, new_h
        new.append(rnn_cell.LSTMStateTuple(new_m_t, new_h_t))
    return h, tuple(new)


def _grid(layers=2, **settings):
    return lambda **k: rnn_cell.GridLSTMCell(4, layers, **dict(settings, **k))


@slow
class GridLSTMTest(EquationsCheck, tf.test.TestCase):

    # 2n*d, and 2(8nn + 4n) for every layer, or for all if tied.
    KINDS = {
        "default": Kind(_grid(), grid, 24 + 2 * 288),
        "tied": Kind(_grid(3, tied=True, priority="time", forget_bias=-0.5),
                     lambda w, x, s: grid(w, x, s, "time", tied=True, forget_bias=-0.5), 24 + 288),
        "one_layer_as_printed": Kind(_grid(1, priority=None, output_form="paper"),
                                     lambda w, x, s: grid(w, x, s, None, True), 24 + 288),
    }

    def test_every_combination_of_settings(self):
        random = np.random.RandomState(0)
        x, start = random.randn(2, 3), [[random.randn(2, 4) for _ in range(2)] for _ in range(2)]
        found = []
        for priority in ("depth", "time", None):
            for form in ("standard", "paper"):
                for tied in (False, True):
                    with tf.Graph().as_default(), tf.Session() as session:
                        cell = _grid(tied=tied, priority=priority, output_form=form)(
                            dtype=tf.float64)
                        result = cell(tf.constant(x), tuple(
                            rnn_cell.LSTMStateTuple(*map(tf.constant, pair)) for pair in start))
                        oracle.load_random(session)
                        values = session.run(result)
                        expected = grid(weights_of(session, cell), x, start, priority,
                                        form == "paper", tied)
                    for one, other in zip(tf.nest.flatten(expected), tf.nest.flatten(values)):
                        self.assertAllClose(one, other, rtol=1e-10, atol=1e-10)
                    found.append(np.array(tf.nest.flatten(values)))
        for k, one in enumerate(found):
            for other in found[:k]:
                self.assertNotAllClose(one, other)

    def test_one_block_is_that_of_contrib(self):
        """`tf.contrib.grid_rnn` with dimension 0 for depth and 1 for time, on equal weights."""
        xs = tf.unstack(tf.get_variable("x", [5, 2, 3]))
        cell = rnn_cell.GridLSTMCell(4)
        outputs, (state,) = rnn.static_rnn(cell, xs, dtype=tf.float32, unroll="loop")
        with oracle.quiet():
            stock = contrib_grid.Grid2LSTMCell(4)
            stock_outputs, stock_state = tf.nn.static_rnn(stock, xs, dtype=tf.float32, scope="s")
        names = {v.op.name: v for v in tf.global_variables() if v.op.name.startswith("s/")}
        with self.session() as session:
            oracle.load_random(session)
            w = weights_of(session, cell)
            project_c, project_m = np.split(w["input/kernel"], 2, axis=1)
            mapped = {"project_c_0": project_c, "project_m_0": project_m}
            for side, number in (("depth", 0), ("time", 1)):
                for part in ("kernel", "bias"):
                    mapped["recurrent/cell_%d/lstm_cell/%s" % (number, part)] = w[
                        "layer_0/%s/%s" % (side, part)]
            self.assertLen(names, len(mapped))
            for name, value in mapped.items():
                match, = [v for key, v in names.items() if key.endswith(name)]
                match.load(value, session)
            expected, found = session.run([[[o[0] for o in stock_outputs], list(stock_state[1])],
                                           [outputs, list(state)]])
        for one, other in zip(tf.nest.flatten(expected), tf.nest.flatten(found)):
            self.assertAllClose(one, other, rtol=1e-5, atol=1e-6)

    def _forced(self, cell, session, side, i, f, o):
        """Forces the gates of one side in every layer: its kernel to zero, its bias to numbers."""
        n = cell.output_size
        for variable in cell.variables:
            if variable.op.name.endswith(side + "/kernel"):
                variable.load(np.zeros(variable.shape), session)
            elif variable.op.name.endswith(side + "/bias"):
                variable.load(np.repeat([i, 0.3, f, o], n), session)

    def test_memory_passes_through_open_layers(self):
        """Gates forced open: the memory of the input comes out on top of any number of layers."""
        for layers in (1, 4):
            for form in ("standard", "paper")[:layers]:
                with tf.Graph().as_default(), tf.Session() as session:
                    cell = rnn_cell.GridLSTMCell(4, layers, output_form=form)
                    x = tf.constant(np.random.RandomState(0).randn(3, 2, 3).astype(np.float32))
                    outputs, _ = rnn.static_rnn(cell, tf.unstack(x), dtype=tf.float32,
                                                unroll="loop")
                    slope, = tf.gradients(outputs, x)
                    oracle.load_random(session)
                    self._forced(cell, session, "depth", -1e4, 1e4, 1e4)
                    x, found, slope = session.run([x, outputs, slope])
                    kernel = weights_of(session, cell)["input/kernel"][:, :4]
                top = np.tanh(x.dot(kernel))
                self.assertAllClose(top, found)
                self.assertAllClose((1 - top ** 2).dot(kernel.T), slope, atol=1e-5)

    def test_memory_in_time_is_kept_through_open_gates(self):
        cell = rnn_cell.GridLSTMCell(4, 3)
        initial = oracle.state_of(cell)
        _, final = rnn.static_rnn(cell, tf.unstack(tf.random_normal([30, 2, 3])),
                                  initial_state=initial, unroll="loop")
        with self.session() as session:
            oracle.load_random(session)
            self._forced(cell, session, "time", -1e4, 1e4, 0)
            start, end = session.run([initial, final])
        for one, other in zip(start, end):
            self.assertAllEqual(one.c, other.c)

    def test_without_time_it_is_the_grid_of_one_dimension(self):
        """Depth kernels that don't see h_t: a feed-forward net of LSTMs along depth, N = 1."""
        layers, n = 5, 4
        cell = rnn_cell.GridLSTMCell(n, layers, dtype=tf.float64)
        random = np.random.RandomState(4)
        xs = random.randn(3, 2, 3)
        outputs, _ = rnn.static_rnn(cell, tf.unstack(tf.constant(xs)), unroll="loop",
                                    initial_state=oracle.state_of(cell, tf.float64))
        with self.session() as session:
            oracle.load_random(session)
            for variable in cell.variables:
                if variable.op.name.endswith("depth/kernel"):
                    value = session.run(variable)
                    value[n:] = 0
                    variable.load(value, session)
            found, w = session.run(outputs), weights_of(session, cell)
        m, h = np.split(xs.dot(w["input/kernel"]), 2, axis=2)
        for k in range(layers):
            i, j, f, o = np.split(h.dot(w["layer_%d/depth/kernel" % k][:n])
                                  + w["layer_%d/depth/bias" % k], 4, axis=2)
            m = sigmoid(f + 1) * m + sigmoid(i) * np.tanh(j)
            h = sigmoid(o) * np.tanh(m)
        self.assertAllClose(h, found)

    def test_tied_is_untied_with_equal_weights(self):
        results = []
        xs = [tf.constant(x) for x in np.random.RandomState(0).randn(4, 2, 3)]
        with self.session() as session:
            cells = [_grid(3, tied=tied)(dtype=tf.float64) for tied in (True, False)]
            for k, cell in enumerate(cells):
                results.append(rnn.static_rnn(cell, xs, dtype=tf.float64, scope="s%d" % k,
                                              unroll="loop"))
            oracle.load_random(session)
            tied = weights_of(session, cells[0])
            for variable in cells[1].variables:
                name = variable.op.name[len(cells[1].scope_name) + 1:]
                variable.load(tied[name.split("/", 1)[1] if name[:5] == "layer" else name], session)
            one, other = session.run(results)
            self.assertAllClose(tf.nest.flatten(one), tf.nest.flatten(other))

    def test_gradient_passes_through_many_layers(self):
        """Depth of 20: the gradient reaches the input, in a plain stack of LSTMs it is lost."""
        sizes = []
        for make in (lambda: rnn_cell.GridLSTMCell(4, 20, forget_bias=3.0),
                     lambda: rnn_cell.MultiRNNCell([rnn_cell.BasicLSTMCell(4, 3.0)] * 20)):
            with tf.Graph().as_default(), tf.Session() as session:
                tf.set_random_seed(1)
                cell = make()
                x = tf.constant(np.random.RandomState(0).randn(2, 3).astype(np.float32))
                output, _ = cell(x, cell.zero_state(2, tf.float32))
                gradient, = tf.gradients(output, x)
                session.run(tf.global_variables_initializer())
                sizes.append(np.abs(session.run(gradient)).max())
        self.assertGreater(sizes[0], 1e-2)
        self.assertLess(sizes[1], 1e-6)

    def test_state_of_the_encoder_starts_the_decoder(self):
        """Layer by layer: the encoder's last time sides are those of the decoder's first step."""
        cell = rnn_cell.GridLSTMCell(4, 2, dtype=tf.float64)
        random = np.random.RandomState(0)
        encoder_xs, decoder_xs = random.randn(4, 2, 3), random.randn(3, 2, 3)
        outputs, final = seq2seq.basic_rnn_seq2seq(
            tf.unstack(tf.constant(encoder_xs)), tf.unstack(tf.constant(decoder_xs)), cell,
            dtype=tf.float64)
        with self.session() as session:
            oracle.load_random(session)
            found = session.run([outputs, final])
            sides = [{v.op.name.split("grid_lstm_cell/")[1]: session.run(v)
                      for v in tf.trainable_variables() if ("rnn_decoder" in v.op.name) == decoder}
                     for decoder in (False, True)]
        zeros = ((np.zeros([2, 4]),) * 2,) * 2
        _, between = run_numpy(grid, sides[0], encoder_xs, zeros)
        expected = run_numpy(grid, sides[1], decoder_xs, between)
        for one, other in zip(tf.nest.flatten(expected), tf.nest.flatten(found)):
            self.assertAllClose(one, other)

    def test_decoder_feeds_on_its_own_symbols(self):
        symbols = [tf.constant([i % 3, 1]) for i in range(5)]
        outputs, state = seq2seq.embedding_attention_seq2seq(
            symbols, symbols, rnn_cell.GridLSTMCell(4, 2, tied=True), 3, 3, feed_previous=True)
        self.assertLen(state, 2)
        with self.session() as session:
            oracle.load_random(session)
            self.assertAllEqual([5, 2, 3], np.shape(session.run(outputs)))

    def test_bad_settings(self):
        for keywords, error, words in (
                ({"num_layers": 0}, ValueError, "num_layers.*at least 1.*0"),
                ({"num_layers": 2.0}, TypeError, "num_layers.*2.0"),
                ({"tied": 1}, TypeError, "tied.*True or False.*1"),
                ({"priority": "deep"}, ValueError, "priority.*'depth', 'time', None.*'deep'"),
                ({"priority": 0}, ValueError, "priority.*'depth', 'time', None.*0"),
                ({"output_form": "tanh"}, ValueError, "output_form.*'standard', 'paper'.*'tanh'"),
                ({"output_form": None}, ValueError, "output_form.*None"),
                ({"forget_bias": None}, TypeError, "forget_bias.*number.*None"),
                ({"layers": 3}, TypeError, "'layers'.*'num_layers'")):
            with self.assertRaisesRegex(error, words):
                rnn_cell.GridLSTMCell(4, **keywords)

    def test_state_of_another_number_of_layers(self):
        cell, other = rnn_cell.GridLSTMCell(4, 2), rnn_cell.GridLSTMCell(4, 3)
        for state in (other.zero_state(2, tf.float32), tf.zeros([2, 16])):
            with self.assertRaisesRegex(ValueError, r"length 2 \(num_layers\)"):
                cell(tf.ones([2, 3]), state)
        with self.assertRaisesRegex(ValueError, "length 2"):
            rnn.static_rnn(cell, [tf.ones([2, 3])] * 5,
                           initial_state=other.zero_state(2, tf.float32))


if __name__ == "__main__":
    unittest.main()
