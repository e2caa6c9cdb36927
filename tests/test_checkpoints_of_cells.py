"""Checkpoints of cells go from stock TensorFlow to here and back."""
import contextlib
import os
import tempfile
import unittest

import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced as rnn_cell
from Project_RNN_Enhancement.rnn_enhancement import rnn_enhanced

from . import oracle
from tests.sizes import slow, some
from tests.stock import tf_cells

CASES = dict(oracle.CELLS, **oracle.WRAPPERS)


class SaverTest(tf.test.TestCase):

    def _path(self):
        return os.path.join(tempfile.mkdtemp(dir=self.get_temp_dir()), "model")

    def _build(self, library, case):
        outputs, state = library.unroll.dynamic_rnn(
            case.make(library.cells), case.inputs(3), dtype=case.dtype)
        tf.train.AdamOptimizer(0.01).minimize(tf.reduce_sum(tf.square(outputs)), name="step")
        return tf.nest.flatten([outputs, state])

    @slow
    def test_both_ways_with_optimizer_slots(self):
        for name, case in some(sorted(CASES.items()), 8):
            with self.subTest(cell=name), oracle.quiet(), contextlib.ExitStack() as stack:
                sides = []
                for library in (oracle.STOCK, oracle.OURS):
                    graph = tf.Graph()
                    with graph.as_default():
                        results = self._build(library, case)
                        session = stack.enter_context(tf.Session())
                        oracle.load_random(session)
                        sides.append((session, results, tf.train.Saver(),
                                      oracle.names(tf.global_variables())))
                self.assertEqual(sides[0][-1], sides[1][-1])
                for (writer, written, saver, _), (reader, read, restorer, _) in (
                        sides, sides[::-1]):
                    path = self._path()
                    writer.run(writer.graph.get_operation_by_name("step"))
                    expected = writer.run(written)
                    saver.save(writer, path, write_meta_graph=False)
                    restorer.restore(reader, path)
                    for a, b in zip(expected, reader.run(read)):
                        self.assertAllClose(a, b, rtol=1e-5)

    def test_repeated_cell_reads_a_checkpoint_of_separate_cells(self):
        path = self._path()
        with tf.Graph().as_default(), tf.Session() as session, oracle.quiet():
            outputs, _ = tf.nn.dynamic_rnn(tf_cells.MultiRNNCell(
                [tf_cells.LSTMCell(4) for _ in range(3)]), tf.ones([2, 3, 4]),
                dtype=tf.float32)
            oracle.load_random(session)
            expected = session.run(outputs)
            tf.train.Saver().save(session, path, write_meta_graph=False)
        with tf.Graph().as_default(), tf.Session() as session:
            outputs, _ = rnn_enhanced.dynamic_rnn(
                rnn_cell.MultiRNNCell([rnn_cell.LSTMCell(4)] * 3), tf.ones([2, 3, 4]),
                dtype=tf.float32)
            tf.train.Saver().restore(session, path)
            self.assertAllClose(expected, session.run(outputs))

    def test_dynamic_and_static_read_each_other(self):
        path = self._path()
        x = [[[1.0, 2.0]] * 3] * 2
        with tf.Graph().as_default(), tf.Session() as session:
            outputs, _ = rnn_enhanced.dynamic_rnn(rnn_cell.GRUCell(4), tf.constant(x),
                                                  dtype=tf.float32)
            oracle.load_random(session)
            expected = session.run(outputs)
            tf.train.Saver().save(session, path, write_meta_graph=False)
        with tf.Graph().as_default(), tf.Session() as session:
            outputs, _ = rnn_enhanced.rnn(
                rnn_cell.GRUCell(4), tf.unstack(tf.constant(x), axis=1), dtype=tf.float32)
            tf.train.Saver().restore(session, path)
            self.assertAllClose(expected, session.run(tf.stack(outputs, axis=1)))

    def test_pinning_does_not_change_names(self):
        def names(**keywords):
            with tf.Graph().as_default():
                rnn_enhanced.dynamic_rnn(
                    rnn_cell.MultiRNNCell([rnn_cell.GRUCell(4), rnn_cell.LSTMCell(4)],
                                          **keywords), tf.ones([2, 3, 4]), dtype=tf.float32)
                return oracle.names()
        self.assertEqual(names(), names(gpu_for_layer=1))

    def test_get_and_set_weights(self):
        cells = [rnn_cell.LSTMCell(4, num_proj=3), rnn_cell.LSTMCell(4, num_proj=3)]
        for i, cell in enumerate(cells):
            cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32), scope="s%d" % i)
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            cells[1].set_weights(cells[0].get_weights())
            for a, b in zip(cells[0].get_weights(), cells[1].get_weights()):
                self.assertAllEqual(a, b)


class ObjectCheckpointTest(tf.test.TestCase):
    """`tf.train.Checkpoint` follows objects, not names."""

    def _save(self, make, scopes=("a",)):
        path = os.path.join(tempfile.mkdtemp(dir=self.get_temp_dir()), "model")
        with tf.Graph().as_default(), tf.Session() as session, oracle.quiet():
            cell = make()
            for scope in scopes:
                with tf.variable_scope(scope):
                    cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
            oracle.load_random(session)
            return tf.train.Checkpoint(cell=cell).save(path, session), session.run(cell.variables)

    def _restored(self, make, path, scopes=("b",)):
        with tf.Graph().as_default(), tf.Session() as session, oracle.quiet():
            cell = make()
            for scope in scopes:
                with tf.variable_scope(scope):
                    cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
            session.run(tf.global_variables_initializer())
            status = tf.train.Checkpoint(cell=cell).restore(path)
            status.assert_existing_objects_matched().run_restore_ops(session)
            return session.run(cell.variables)

    @slow
    def test_stock_and_ours(self):
        for kind in ("GRUCell", "BasicLSTMCell", "LSTMCell", "BasicRNNCell"):
            for writer, reader in ((oracle.STOCK, oracle.OURS), (oracle.OURS, oracle.STOCK),
                                   (oracle.OURS, oracle.OURS)):
                with self.subTest(kind):
                    path, expected = self._save(lambda: getattr(writer.cells, kind)(4))
                    found = self._restored(lambda: getattr(reader.cells, kind)(4), path)
                    self.assertEqual(len(expected), len(found))
                    for a, b in zip(expected, found):
                        self.assertAllEqual(a, b)

    def test_stacks_and_wrappers(self):
        def make():
            return rnn_cell.MultiRNNCell([rnn_cell.DropoutWrapper(rnn_cell.GRUCell(4))] * 2)
        path, expected = self._save(make)
        for a, b in zip(expected, self._restored(make, path)):
            self.assertAllEqual(a, b)

    def test_cell_of_two_scopes(self):
        path, expected = self._save(lambda: rnn_cell.GRUCell(4), ("a", "b"))
        self.assertLen(expected, 8)
        found = self._restored(lambda: rnn_cell.GRUCell(4), path, ("a", "b"))
        self.assertLen(found, 8)
        for a, b in zip(expected, found):
            self.assertAllEqual(a, b)


if __name__ == "__main__":
    unittest.main()
