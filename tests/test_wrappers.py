"""Stacks and wrappers: equal to those of `tf.contrib.rnn`, around cells of either library."""
import itertools
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced as rnn_cell
from Project_RNN_Enhancement.rnn_enhancement import rnn_enhanced

from . import oracle
from tests.sizes import slow, some
from tests.stock import contrib, stock_rnn, tf_cells, tf_layers


def _mixed(inner, outer):
    """A library whose cells come from `inner` and whose wrappers come from `outer`."""
    class Mixed(object):
        pass
    for kind in ("BasicRNNCell", "GRUCell", "BasicLSTMCell", "LSTMCell"):
        setattr(Mixed, kind, staticmethod(getattr(inner, kind)))
    for kind in ("MultiRNNCell", "DropoutWrapper", "DeviceWrapper", "ResidualWrapper",
                 "InputProjectionWrapper", "OutputProjectionWrapper", "EmbeddingWrapper"):
        setattr(Mixed, kind, staticmethod(getattr(outer, kind)))
    return Mixed


class ParityTest(tf.test.TestCase):

    @slow
    def test_step(self):
        for name, case in sorted(oracle.WRAPPERS.items()):
            with self.subTest(name):
                def build(library):
                    return oracle.step(case.make(library.cells), case)
                oracle.assert_same(self, build)
                oracle.assert_same_structure(self, build)

    @slow
    def test_cells_of_one_library_in_wrappers_of_the_other(self):
        stock, ours = oracle.STOCK.cells, oracle.OURS.cells
        for name, case in sorted(oracle.WRAPPERS.items()):
            for outer_is_ours in (False, True):
                with self.subTest(name=name, outer_is_ours=outer_is_ours):
                    def build(library):
                        cells = library.cells
                        if library is oracle.OURS:
                            cells = _mixed(stock, ours) if outer_is_ours else _mixed(ours, stock)
                        return oracle.step(case.make(cells), case)
                    oracle.assert_same(self, build)

    def test_sizes_and_zero_states(self):
        for name, case in sorted(oracle.WRAPPERS.items()):
            with self.subTest(name):
                def build(library):
                    cell = case.make(library.cells)
                    return [cell.zero_state(2, tf.float32), cell.state_size, cell.output_size,
                            cell.zero_state(tf.placeholder(tf.int32, []), tf.float32)]
                oracle.assert_same_structure(self, build)

    @slow
    def test_dynamic_rnn(self):
        for name, case in sorted(oracle.WRAPPERS.items()):
            with self.subTest(name):
                oracle.assert_same(self, lambda library: library.unroll.dynamic_rnn(
                    case.make(library.cells), case.inputs(3), [1, 3], dtype=tf.float32))

    def test_private_names_that_programs_use(self):
        class Switched(rnn_cell.DropoutWrapper):

            def __call__(self, inputs, state, scope=None):
                return self._cell(inputs, state, scope)

        class Mine(rnn_cell._RNNCell):
            state_size = output_size = 3

            def __call__(self, inputs, state, scope=None):
                with rnn_cell._checked_scope(self, scope or "mine", reuse=None) as opened:
                    output = tf.get_variable("w", [2, 3])[:1] * opened.original_name_scope.count("mine")
                    return output, output

        with tf.Graph().as_default():
            for cell in (Switched(rnn_cell.GRUCell(3), 0.1), rnn_cell.ResidualWrapper(rnn_cell.GRUCell(3)),
                         rnn_cell.DeviceWrapper(rnn_cell.GRUCell(3), "/cpu:0")):
                self.assertIs(cell.cell, cell._cell)
            self.assertFalse(hasattr(rnn_cell.GRUCell(3), "_cell"))
            output, _ = Switched(Mine(), 0.1)(tf.ones([1, 2]), tf.zeros([1, 3]))
            self.assertEqual([1, 3], output.shape.as_list())
            self.assertEqual(["mine/w"], [variable.op.name for variable in tf.global_variables()])

    def test_wrapped_cell(self):
        cell = rnn_cell.GRUCell(3)
        self.assertIs(cell, rnn_cell.DropoutWrapper(cell).wrapped_cell)

    def test_embedding_uses_the_initializer_of_the_scope(self):
        def build(library):
            with tf.variable_scope("s", initializer=tf.constant_initializer(0.25)):
                cell = library.cells.EmbeddingWrapper(library.cells.GRUCell(4), 5, 3)
                return cell(tf.constant([1, 2]), cell.zero_state(2, tf.float32))
        oracle.assert_same(self, build)

    def test_embedding_of_columns(self):
        def build(library):
            cell = library.cells.EmbeddingWrapper(library.cells.GRUCell(4), 5, 3)
            return cell(tf.constant([[1], [2]]), cell.zero_state(2, tf.float32))
        oracle.assert_same(self, build)

    def test_embedding_size_of_the_cell(self):
        cell = rnn_cell.EmbeddingWrapper(rnn_cell.GRUCell(4), 5)
        cell(tf.constant([1, 2]), cell.zero_state(2, tf.float32))
        self.assertEqual([5, 4], tf.trainable_variables()[0].shape.as_list())

    @slow
    def test_given_embedding(self):
        """As in TensorFlow 0.5 - 0.7, in third place; and by name. It gets the gradients."""
        for name, wrap in (
                ("by name", lambda cell, e: rnn_cell.EmbeddingWrapper(cell, embedding=e)),
                ("variable", lambda cell, e: rnn_cell.EmbeddingWrapper(cell, 5, e)),
                ("tensor", lambda cell, e: rnn_cell.EmbeddingWrapper(cell, 0, e * 1, None))):
            with self.subTest(name), tf.Graph().as_default(), tf.Session() as session:
                embedding, xs = tf.get_variable("words", [5, 3]), [tf.constant([1, 4])] * 5
                cell = rnn_cell.GRUCell(4, name="cell")
                found = rnn_enhanced.static_rnn(wrap(cell, embedding), xs, dtype=tf.float32)[0]
                with tf.variable_scope("rnn/embedding_wrapper", reuse=True) as scope:
                    expected = rnn_enhanced.static_rnn(
                        cell, [tf.nn.embedding_lookup(embedding, x) for x in xs],
                        dtype=tf.float32, scope=scope)[0]
                self.assertLen(tf.trainable_variables(), 5)
                session.run(tf.global_variables_initializer())
                self.assertAllClose(*session.run([expected, found]))
                self.assertAllClose(*session.run([
                    tf.convert_to_tensor(tf.gradients(results, embedding)[0])
                    for results in (expected, found)]))

    def test_bad_embeddings(self):
        embedding, cell = tf.get_variable("words", [5, 3]), rnn_cell.GRUCell(4)
        for arguments, keywords, error, words in (
                ((), {}, ValueError, "embedding_classes must be at least 1, got 0"),
                ((4, embedding), {}, ValueError, r"\[4, None\].*\(5, 3\)"),
                ((5, 2), {"embedding": embedding}, ValueError, r"\[5, 2\].*\(5, 3\)"),
                ((5, embedding[0]), {}, ValueError, r"embedding must be of shape"),
                ((5,), {"embedding": "words"}, TypeError, "embedding must be.*'words'"),
                ((1.5, embedding), {}, TypeError, "embedding_classes.*1.5")):
            with self.subTest(words), self.assertRaisesRegex(error, words):
                rnn_cell.EmbeddingWrapper(cell, *arguments, **keywords)

    def test_reuse_shares_the_wrapper_s_variables(self):
        def build(library):
            c, results = library.cells, []
            for reuse in (None, True):
                with tf.variable_scope("s", reuse=reuse):
                    cell = c.OutputProjectionWrapper(c.InputProjectionWrapper(
                        c.GRUCell(4, reuse=reuse), 3, reuse=reuse), 5, reuse=reuse)
                    results.append(cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32)))
            return results
        oracle.assert_same(self, build)


class DropoutTest(tf.test.TestCase):
    """Every option, under equal seeds, against stock."""

    OPTIONS = {
        "input": dict(input_keep_prob=0.5),
        "output": dict(output_keep_prob=0.4),
        "state": dict(state_keep_prob=0.6),
        "all": dict(input_keep_prob=0.7, output_keep_prob=0.5, state_keep_prob=0.6),
        "almost_nothing_kept": dict(input_keep_prob=1e-6, output_keep_prob=1e-6),
        "variational": dict(input_keep_prob=0.7, output_keep_prob=0.5, state_keep_prob=0.6,
                            variational_recurrent=True, input_size=3, dtype=tf.float32),
        "variational_no_input": dict(output_keep_prob=0.5, state_keep_prob=0.6,
                                     variational_recurrent=True, dtype=tf.float32),
        "filter": dict(state_keep_prob=0.5, dropout_state_filter_visitor=lambda state: True),
        "filter_h_too": dict(
            state_keep_prob=0.5,
            dropout_state_filter_visitor=lambda state: type(state)(c=True, h=False)
            if hasattr(state, "c") else True),
    }

    def _compare(self, make, options):
        def build(library):
            cell = library.cells.DropoutWrapper(make(library.cells), seed=11, **options)
            # Not in a loop: there the draws of several steps may come in any order.
            return library.unroll.static_rnn(
                cell, tf.unstack(oracle.inputs(3), axis=1), dtype=tf.float32)
        oracle.assert_same(self, build)

    @slow
    def test_options(self):
        cells = {"gru": lambda c: c.GRUCell(4), "lstm": lambda c: c.LSTMCell(4, num_proj=3),
                 "stack": lambda c: c.MultiRNNCell([c.GRUCell(4), c.BasicLSTMCell(2)])}
        for (name, options), (kind, make) in some(
                itertools.product(sorted(self.OPTIONS.items()), sorted(cells.items())), 10):
            with self.subTest(options=name, cell=kind):
                self._compare(make, options)

    @slow
    def test_tensor_probabilities(self):
        for keep in (0.3, 1.0):
            def build(library):
                c = library.cells
                p = tf.placeholder(tf.float32, [], name="p")
                cell = c.DropoutWrapper(c.LSTMCell(4), p, p, p, seed=3)
                return library.unroll.static_rnn(
                    cell, tf.unstack(oracle.inputs(3), axis=1), dtype=tf.float32)
            with self.subTest(keep):
                oracle.assert_same(self, build, {"p:0": keep})

    def test_tensor_that_says_one_is_no_dropout(self):
        def results(keep):
            with tf.Graph().as_default():
                cell = rnn_cell.GRUCell(4)
                if keep is not None:
                    keep = tf.constant(keep)
                    cell = rnn_cell.DropoutWrapper(cell, keep, keep, keep)
                return oracle.numbers(cell(oracle.inputs(), tf.ones([2, 4])))
        for expected, found in zip(results(None), results(1.0)):
            self.assertAllClose(expected, found)

    def test_variational_mask_is_one_for_all_steps(self):
        cell = rnn_cell.DropoutWrapper(
            rnn_cell.GRUCell(20), output_keep_prob=0.5, variational_recurrent=True,
            dtype=tf.float32)
        outputs, _ = rnn_enhanced.dynamic_rnn(cell, tf.ones([1, 5, 3]), dtype=tf.float32)
        with self.session() as session:
            oracle.load_random(session)
            dropped = session.run(outputs)[0] == 0
        self.assertTrue(dropped[0].any() and not dropped[0].all())
        for row in dropped:
            self.assertAllEqual(dropped[0], row)

    def test_memory_of_an_lstm_is_not_dropped(self):
        cell = rnn_cell.DropoutWrapper(rnn_cell.LSTMCell(30), state_keep_prob=0.5)
        _, state = cell(tf.ones([1, 3]), cell.zero_state(1, tf.float32))
        with self.session() as session:
            oracle.load_random(session)
            state = session.run(state)
        self.assertFalse((state.c == 0).any())
        self.assertTrue((state.h == 0).any())

    def test_errors(self):
        def made(**keywords):
            return lambda library: library.cells.DropoutWrapper(
                library.cells.GRUCell(3), **keywords)
        for name, misuse in sorted({
                "cell": lambda library: library.cells.DropoutWrapper("cell", 0.5),
                "none": lambda library: library.cells.DropoutWrapper(None),
                "above": made(input_keep_prob=1.5), "below": made(output_keep_prob=-0.1),
                "state": made(state_keep_prob=2), "word": made(input_keep_prob="0.5"),
                "filter": made(dropout_state_filter_visitor=3),
                "dtype": made(variational_recurrent=True, output_keep_prob=0.5),
                "size": made(variational_recurrent=True, input_keep_prob=0.5, dtype=tf.float32),
                }.items()):
            with self.subTest(name):
                oracle.assert_same_error(self, misuse)

    def test_config_leaves_tensorflows_names_alone(self):
        config = dict(rnn_cell.DropoutWrapper(
            rnn_cell.GRUCell(3), state_keep_prob=0.5,
            dropout_state_filter_visitor=lambda state: oracle is not None).get_config(),
                      cell=rnn_cell.GRUCell(3))
        names = tf_cells.DropoutWrapper.from_config.__func__.__globals__
        before = [dict(names), dict(names["_parse_config_to_function"].__globals__)]
        visitor = rnn_cell.DropoutWrapper.from_config(config)._dropout_state_filter
        self.assertEqual(
            before, [dict(names), dict(names["_parse_config_to_function"].__globals__)])
        self.assertTrue(visitor(None))

    def test_config_round_trip(self):
        for name, options in sorted(self.OPTIONS.items()):
            with self.subTest(name):
                cell = rnn_cell.DropoutWrapper(rnn_cell.GRUCell(3), seed=4,
                                               gpu_for_layer="/cpu:0", **options)
                config = dict(cell.get_config(), cell=rnn_cell.GRUCell(3))
                again = rnn_cell.DropoutWrapper.from_config(config)
                expected, found = cell.get_config(), again.get_config()
                for config in (expected, found):
                    del config["cell"]
                    config.pop("dropout_fn", None)
                    config.pop("dropout_fn_module", None)
                self.assertEqual(expected, found)
                self.assertEqual("/cpu:0", found["gpu_for_layer"])


class DeviceWrapperTest(tf.test.TestCase):

    def _devices(self, cells, device, outer=None):
        with tf.Graph().as_default() as graph, oracle.quiet(), tf.device(outer):
            x = tf.ones([2, 3], name="x")
            cell = cells.DeviceWrapper(cells.GRUCell(4), device)
            cell(x, cell.zero_state(2, tf.float32))
            return {op.name: op.device for op in graph.get_operations()}

    def test_devices_are_stock_s(self):
        for device in ("/cpu:1", "/gpu:14159", "/job:worker/task:2/gpu:0",
                       lambda op: "/cpu:2" if op.type == "MatMul" else ""):
            for outer in (None, "/job:ps"):
                with self.subTest(device=device, outer=outer):
                    stock = self._devices(oracle.STOCK.cells, device, outer)
                    ours = self._devices(oracle.OURS.cells, device, outer)
                    for name in set(stock) & set(ours):
                        self.assertEqual(stock[name], ours[name], name)
                    matmul = [d for name, d in ours.items() if name.endswith("MatMul")]
                    self.assertTrue(matmul)
                    self.assertNotIn(outer or "", matmul)

    def test_runs_there(self):
        cell = rnn_cell.DeviceWrapper(rnn_cell.GRUCell(4), "/cpu:1")
        output, _ = cell(tf.random_normal([2, 3]), cell.zero_state(2, tf.float32))
        ran = oracle.trace(output)
        products = {name: devices for name, devices in ran.items() if "MatMul" in name}
        self.assertLen(products, 2)
        for name, devices in products.items():
            self.assertEqual({"CPU:1"}, devices, name)

    def test_config(self):
        cell = rnn_cell.DeviceWrapper(rnn_cell.GRUCell(4), "/cpu:1", gpu_for_layer="/cpu:2")
        config = cell.get_config()
        self.assertEqual("/cpu:1", config["device"])
        again = rnn_cell.DeviceWrapper.from_config(dict(config, cell=rnn_cell.GRUCell(4)))
        self.assertEqual("/cpu:1", again.get_config()["device"])
        self.assertEqual("/cpu:2", again.get_config()["gpu_for_layer"])

    def test_the_nearer_of_two_pins_counts(self):
        cell = rnn_cell.DeviceWrapper(rnn_cell.GRUCell(4), "/gpu:1", gpu_for_layer=2)
        cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
        self.assertEqual({"/device:GPU:1"}, {v.device for v in tf.trainable_variables()})


class StackTest(tf.test.TestCase):

    def test_errors(self):
        for name, misuse in sorted({
                "empty": lambda c: c.MultiRNNCell([]),
                "no list": lambda c: c.MultiRNNCell(c.GRUCell(3)),
                "none": lambda c: c.MultiRNNCell(None),
                "tuples joined": lambda c: c.MultiRNNCell(
                    [c.BasicLSTMCell(3)], state_is_tuple=False),
                "joined state": lambda c: c.MultiRNNCell([c.GRUCell(2), c.GRUCell(2)])(
                    tf.zeros([1, 2]), tf.zeros([1, 4])),
                "residual of another size": lambda c: c.ResidualWrapper(c.GRUCell(4))(
                    tf.zeros([1, 3]), tf.zeros([1, 4])),
                "projection of nothing": lambda c: c.OutputProjectionWrapper(None, 3),
                "projection to zero": lambda c: c.OutputProjectionWrapper(c.GRUCell(3), 0),
                "embedding of nothing": lambda c: c.EmbeddingWrapper(None, 3, 3),
                "no classes": lambda c: c.EmbeddingWrapper(c.GRUCell(3), 0, 3),
                "no size": lambda c: c.EmbeddingWrapper(c.GRUCell(3), 3, 0),
                "input of nothing": lambda c: c.InputProjectionWrapper(None, 3),
                }.items()):
            with self.subTest(name):
                oracle.assert_same_error(self, lambda library: misuse(library.cells))

    def test_zero_state_of_stacks_of_wrappers(self):
        def build(library):
            c = library.cells
            cell = c.MultiRNNCell([
                c.DropoutWrapper(c.ResidualWrapper(c.LSTMCell(3))),
                c.DeviceWrapper(c.OutputProjectionWrapper(c.GRUCell(4), 2), "/cpu:0")])
            return oracle.step(cell, oracle.Case(None))
        oracle.assert_same(self, build)
        oracle.assert_same_structure(self, build)

    def test_what_is_no_cell(self):
        for bad in (3, None, "cell", rnn_cell.GRUCell, tf_cells.GRUCell):
            with self.assertRaisesRegex(TypeError, "cell"):
                rnn_cell.MultiRNNCell([bad])
            with self.assertRaisesRegex(TypeError, "cell"):
                rnn_cell.OutputProjectionWrapper(bad, 3)

    def test_state_as_a_list(self):
        def build(library):
            c = library.cells
            cell = c.MultiRNNCell([c.GRUCell(2), c.GRUCell(2)])
            return cell(oracle.inputs(), [tf.ones([2, 2]), tf.zeros([2, 2])])
        oracle.assert_same(self, build)

    def test_numbers_of_repeated_cells(self):
        """A stack of one cell twice computes what a stack of two cells does."""
        def results(make):
            with tf.Graph().as_default():
                cell = make()
                return oracle.names(), oracle.numbers(oracle.step(cell, oracle.Case(None)))

        def repeated():
            return rnn_cell.MultiRNNCell([rnn_cell.LSTMCell(4)] * 3)
        expected = results(lambda: rnn_cell.MultiRNNCell(
            [rnn_cell.LSTMCell(4) for _ in range(3)]))
        found = results(repeated)
        self.assertEqual(expected[0], found[0])
        for a, b in zip(expected[1], found[1]):
            self.assertAllClose(a, b)


class InsideContribSeq2seqTest(tf.test.TestCase):
    """Our cells where `tf.contrib.seq2seq` takes a cell, against stock cells there."""

    @slow
    def test_attention_wrapper_and_basic_decoder(self):
        seq2seq = contrib("seq2seq")
        for kind in ("GRUCell", "BasicLSTMCell", "LSTMCell"):
            def build(library):
                memory = oracle.inputs(3, 4, name="memory")
                cell = seq2seq.AttentionWrapper(
                    library.cells.MultiRNNCell([getattr(library.cells, kind)(4)]),
                    seq2seq.LuongAttention(4, memory), attention_layer_size=4)
                helper = seq2seq.TrainingHelper(oracle.inputs(3, 4), [2, 3])
                decoder = seq2seq.BasicDecoder(
                    cell, helper, cell.zero_state(2, tf.float32), tf_layers.Dense(5))
                outputs, state, lengths = seq2seq.dynamic_decode(decoder)
                return outputs.rnn_output, state.cell_state, lengths
            with self.subTest(kind):
                oracle.assert_same(self, build)

    @slow
    def test_beam_search(self):
        seq2seq = contrib("seq2seq")

        def decode(library):
            with tf.Graph().as_default(), oracle.quiet():
                cell = library.cells.LSTMCell(4)
                decoder = seq2seq.BeamSearchDecoder(
                    cell, tf.get_variable("embedding", [5, 3]), tf.constant([1, 1]), 0,
                    seq2seq.tile_batch(cell.zero_state(2, tf.float32), 2), 2, tf_layers.Dense(5))
                outputs, _, _ = seq2seq.dynamic_decode(decoder, maximum_iterations=4)
                return oracle.names(), oracle.numbers(outputs.predicted_ids)[0]
        expected, found = decode(oracle.STOCK), decode(oracle.OURS)
        self.assertEqual(expected[0], found[0])
        self.assertAllEqual(expected[1], found[1])

    @slow
    def test_contrib_cells_in_our_functions(self):
        makers = {
            "layer_norm": lambda: stock_rnn.LayerNormBasicLSTMCell(4),
            "coupled": lambda: stock_rnn.CoupledInputForgetGateLSTMCell(4),
            "attention": lambda: stock_rnn.AttentionCellWrapper(
                stock_rnn.BasicLSTMCell(4), 2, state_is_tuple=True),
            "ugrnn": lambda: stock_rnn.UGRNNCell(4),
            "block": lambda: stock_rnn.LSTMBlockCell(4),
        }
        for name, make in sorted(makers.items()):
            with self.subTest(name):
                oracle.assert_same(self, lambda library: library.unroll.dynamic_rnn(
                    library.cells.MultiRNNCell([make(), library.cells.GRUCell(2)]),
                    oracle.inputs(3), dtype=tf.float32))

    @slow
    def test_contrib_wrappers_around_our_cells(self):
        wrappers = {
            "attention": lambda cell: stock_rnn.AttentionCellWrapper(cell, 2, state_is_tuple=True),
            "highway": stock_rnn.HighwayWrapper,
            "compiled": lambda cell: stock_rnn.CompiledWrapper(cell, compile_stateful=False),
        }
        for name, wrap in sorted(wrappers.items()):
            with self.subTest(name):
                oracle.assert_same(self, lambda library: tf.nn.dynamic_rnn(
                    wrap(library.cells.BasicLSTMCell(3)), oracle.inputs(3), dtype=tf.float32))

    def test_numbers_do_not_depend_on_time_steps(self):
        cell = rnn_cell.MultiRNNCell([rnn_cell.GRUCell(3), rnn_cell.LSTMCell(3)])
        x = oracle.inputs(4)
        whole, _ = rnn_enhanced.dynamic_rnn(cell, x, dtype=tf.float32)
        with tf.variable_scope("rnn", reuse=True):
            state, outputs = cell.zero_state(2, tf.float32), []
            for t in range(4):
                output, state = cell(x[:, t], state)
                outputs.append(output)
        expected, found = oracle.numbers([whole, tf.stack(outputs, 1)])
        self.assertAllClose(expected, found)
        self.assertGreater(np.ptp(expected), 0)


if __name__ == "__main__":
    unittest.main()
