"""A cell against its equations in NumPy; what every cell does besides is in `test_conformance`."""
import collections

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import rnn_enhanced as rnn

from . import oracle

__all__ = ["EquationsCheck", "Kind", "run_numpy", "sigmoid", "state_only", "weights_of"]

STEPS = 5

# A cell to check: `make(**keywords)` gives it; `equations(weights, x, state)` is its step in NumPy,
# (output, state), with weights by name below the cell's scope; `count` is the number of its
# trainable numbers for inputs of `size`.
Kind = collections.namedtuple("Kind", ["make", "equations", "count", "size"])
Kind.__new__.__defaults__ = (3,)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def state_only(step):
    """Equations of a cell whose output is its state, from `step(weights, x, h)`, which gives h'."""
    def equations(weights, x, h):
        h = step(weights, x, h)
        return h, h
    return equations


def run_numpy(equations, weights, xs, state):
    """(list of outputs, final state) over all steps."""
    outputs = []
    for x in xs:
        output, state = equations(weights, x, state)
        outputs.append(output)
    return outputs, state


def weights_of(session, cell=None):
    """Name below the cell's scope -> value; without a cell, of all trainable variables by name."""
    variables = tf.trainable_variables() if cell is None else cell.variables
    start = 0 if cell is None else len(cell.scope_name) + 1
    return {variable.op.name[start:]: value
            for variable, value in zip(variables, session.run(variables))}


class EquationsCheck(object):
    """Goes before `tf.test.TestCase` among the bases. `KINDS`: name -> `Kind`."""

    KINDS = {}

    def test_one_and_five_steps_are_the_equations(self):
        for name, kind in sorted(self.KINDS.items()):
            with self.subTest(name), tf.Graph().as_default(), tf.Session() as session:
                self._check_equations(kind, session)

    def _check_equations(self, kind, session):
        cell = kind.make(dtype=tf.float64)
        xs = tf.unstack(oracle.inputs(STEPS, kind.size, tf.float64), axis=1)
        initial = oracle.state_of(cell, tf.float64)
        with tf.variable_scope("s", reuse=tf.AUTO_REUSE) as scope:
            results = [[[output], state] for output, state in [cell(xs[0], initial)]]
            for unroll in ("static", "loop"):
                results.append(rnn.static_rnn(cell, xs, initial, scope=scope, unroll=unroll))
        oracle.load_random(session)
        xs, initial, results = session.run([xs, initial, results])
        weights = weights_of(session, cell)
        for found in results:
            expected = run_numpy(kind.equations, weights, xs[:len(found[0])], initial)
            tf.nest.assert_same_structure(initial, found[1])
            for one, other in zip(tf.nest.flatten(list(expected)), tf.nest.flatten(found)):
                self.assertAllClose(one, other, rtol=1e-9, atol=1e-9)

    def test_number_of_parameters(self):
        for name, kind in sorted(self.KINDS.items()):
            with self.subTest(name), tf.Graph().as_default():
                cell = kind.make()
                cell(tf.ones([2, kind.size]), cell.zero_state(2, tf.float32))
                self.assertEqual(kind.count, sum(
                    v.shape.num_elements() for v in cell.trainable_variables))

    def test_bad_inputs(self):
        for name, kind in sorted(self.KINDS.items()):
            for bad, words in ((tf.placeholder(tf.float32, [2, None]), "known"),
                               (tf.ones([2, kind.size, 1]), "ndim"),
                               (tf.ones([2, kind.size], tf.int32), "int32|floating point")):
                with self.subTest(name, words=words), self.assertRaisesRegex(ValueError, words):
                    cell = kind.make(dtype=bad.dtype if bad.dtype.is_floating else None)
                    cell(bad, cell.zero_state(2, bad.dtype))
            with self.assertRaisesRegex(ValueError, "tanhh"):
                type(kind.make())(4, activation="tanhh")
            with self.assertRaisesRegex(ValueError, "int32"):
                type(kind.make())(4, dtype=tf.int32)
