"""Two threads that build graphs in eras and modes of their own."""
import threading
import unittest

import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement import rnn_enhancement
from Project_RNN_Enhancement.rnn_enhancement import (rnn_cell_enhanced as rnn_cell,
                                                     rnn_enhanced as rnn)


def _side_by_side(*functions):
    """Runs every function(meet) in a thread of its own; `meet()` waits for the others.

    Returns:
      What they returned.
    """
    barrier = threading.Barrier(len(functions), timeout=60)
    results, errors = [None] * len(functions), []

    def run(i, function):
        try:
            results[i] = function(barrier.wait)
        except Exception as error:  # pylint: disable=broad-except
            errors.append(error)
            barrier.abort()
    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(functions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results


class ThreadsTest(tf.test.TestCase):

    def _build(self, version, unroll):
        """A function that builds a graph in an era and a mode, each step beside another thread's.

        Returns:
          (the state of an LSTM, what `rnn` returns as state, whether there is a loop, the era at
          the end)
        """
        def build(meet):
            with tf.Graph().as_default() as graph, rnn_enhancement.era(version):
                meet()
                size = rnn_cell.BasicLSTMCell(4).state_size
                meet()
                inputs = [tf.zeros([2, 3])] * 5
                _, state = rnn.rnn(rnn_cell.GRUCell(3), inputs, dtype=tf.float32)
                meet()
                with rnn_enhancement.era("0.12"):
                    meet()
                rnn.static_rnn(rnn_cell.GRUCell(3), inputs, dtype=tf.float32, scope="b",
                               unroll=unroll)
                meet()
                return (size, type(state),
                        any(op.type in ("Enter", "While", "StatelessWhile")
                            for op in graph.get_operations()),
                        rnn_enhancement.get_era())
        return build

    def test_eras_and_modes_stay_in_their_threads(self):
        old, new = _side_by_side(self._build("0.6", "static"), self._build("1.15", "loop"))
        self.assertEqual((8, list, False, "0.6"), old)
        self.assertEqual(rnn_cell.LSTMStateTuple(4, 4), new[0])
        self.assertTrue(issubclass(new[1], tf.Tensor))
        self.assertEqual((True, "1.15"), new[2:])
        self.assertEqual("1.15", rnn_enhancement.get_era())

    def test_the_default_is_the_process_s(self):
        def sets(meet):
            rnn_enhancement.set_era("0.9")
            rnn.set_unroll("static")
            meet()
            meet()
            return rnn_enhancement.get_era(), rnn.get_unroll()

        def has_its_own(meet):
            with rnn_enhancement.era("0.7"):
                meet()
                inside = rnn_enhancement.get_era()
            outside = rnn_enhancement.get_era(), rnn.get_unroll()
            meet()
            return inside, outside
        try:
            self.assertEqual([("0.9", "static"), ("0.7", ("0.9", "static"))],
                             _side_by_side(sets, has_its_own))
            self.assertEqual("0.9", rnn_enhancement.get_era())
        finally:
            rnn_enhancement.set_era("1.15")
            rnn.set_unroll("auto")

    def test_a_wrong_era_changes_nothing(self):
        for bad, error in (("0.4", ValueError), (0.6, TypeError)):
            with self.assertRaises(error):
                with rnn_enhancement.era(bad):
                    self.fail("entered")
            self.assertEqual("1.15", rnn_enhancement.get_era())


if __name__ == "__main__":
    unittest.main()
