"""Builds one graph with stock TensorFlow and with this package, and compares the two.

TensorFlow 2.x has no `tf.contrib`; a test that asks for what was there is skipped.
"""
import contextlib
import importlib
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (rnn_cell_enhanced, rnn_enhanced,
                                                     seq2seq_enhanced)
from Project_RNN_Enhancement.rnn_enhancement.tf1 import rnn_cell as tf_cells


class _Absent(object):
    """A module that this TensorFlow hasn't got."""

    def __init__(self, name, instead=None):
        self._name, self._instead = name, instead

    def __getattr__(self, name):
        if hasattr(self._instead, name):
            return getattr(self._instead, name)
        raise unittest.SkipTest("this TensorFlow has no %s.%s" % (self._name, name))

    def __dir__(self):
        raise unittest.SkipTest("this TensorFlow has no %s" % self._name)


def contrib(name, instead=None):
    """The module `tf.contrib.NAME`; without it a stand-in whose names skip the test.

    Args:
      name: of the module.
      instead: an object that has some of its names.
    """
    try:
        return importlib.import_module("tensorflow.contrib." + name)
    except ImportError:
        return _Absent("tf.contrib." + name, instead)


def _layers():
    """`tf.layers`; where Keras is version 3, what TensorFlow still holds of it."""
    try:
        tf.layers.Dense  # pylint: disable=pointless-statement
        return tf.layers
    except AttributeError:
        from tensorflow.python.keras.legacy_tf_layers import core
        return _Absent("tf.layers", core)


tf_layers = _layers()
stock_seq2seq = contrib("legacy_seq2seq")
stock_rnn = contrib("rnn", tf_cells)


class Library(object):
    """The three modules under one set of names."""

    def __init__(self, cells, unroll, seq2seq):
        self.cells, self.unroll, self.seq2seq = cells, unroll, seq2seq


STOCK = Library(stock_rnn, tf.nn, stock_seq2seq)
OURS = Library(rnn_cell_enhanced, rnn_enhanced, seq2seq_enhanced)


@contextlib.contextmanager
def quiet():
    level = tf.logging.get_verbosity()
    tf.logging.set_verbosity(tf.logging.ERROR)
    try:
        yield
    finally:
        tf.logging.set_verbosity(level)


def as_built():
    """Settings of a session that takes graphs as they are: to optimise them takes longer than to run."""
    config = tf.ConfigProto()
    config.graph_options.rewrite_options.disable_meta_optimizer = True
    config.graph_options.optimizer_options.opt_level = tf.OptimizerOptions.L0
    return config


def load_values(session, variables, seed=1):
    """Gives `variables` reproducible values: to others of the same shapes, the same."""
    random = np.random.RandomState(seed)
    # In one run, as `Variable.load` does it in many.
    session.run([variable.initializer for variable in variables], {
        variable.initializer.inputs[1]: random.uniform(-0.5, 0.5, variable.shape.as_list())
        for variable in variables})


def evaluate(library, build, feed=None):
    """Builds `build(library)` with the same random weights for every library.

    Returns:
      names and shapes of the trainable variables, values of the results, gradients of the sum of
      their squares (None where there is none).
    """
    with tf.Graph().as_default(), quiet():
        tf.set_random_seed(7)
        results = [tf.convert_to_tensor(r) for r in tf.nest.flatten(build(library))]
        loss = tf.add_n([tf.cast(tf.reduce_sum(tf.square(r)), tf.float64) for r in results])
        variables = tf.trainable_variables()
        gradients = [g if g is None else tf.convert_to_tensor(g)
                     for g in tf.gradients(loss, variables)]
        # Ours as users run it.
        is_judge = getattr(library, "unroll", None) is tf.nn
        with tf.Session(config=as_built() if is_judge else None) as session:
            session.run(tf.global_variables_initializer())
            load_values(session, variables)
            graph = tf.get_default_graph()
            feed = {graph.get_tensor_by_name(k): v for k, v in (feed or {}).items()}
            values = session.run(results, feed)
            found = session.run([g for g in gradients if g is not None], feed)
    found = iter(found)
    return ([(v.op.name, v.shape.as_list(), v.dtype) for v in variables], values,
            [None if g is None else next(found) for g in gradients])


def assert_same(test, build, feed=None):
    """Fails unless both libraries give the same variables, results and gradients."""
    assert_same_results(test, evaluate(STOCK, build, feed), evaluate(OURS, build, feed),
                        dict(rtol=1e-5, atol=1e-6), dict(rtol=1e-4, atol=1e-5))


def assert_same_results(test, expected, found, of_values, of_gradients):
    """Fails unless two triples as of `evaluate` agree within these tolerances (rtol, atol)."""
    names, values, gradients = expected
    our_names, our_values, our_gradients = found
    test.assertEqual(names, our_names)
    test.assertEqual(len(values), len(our_values))
    for value, our_value in zip(values, our_values):
        np.testing.assert_allclose(our_value, value, **of_values)
    for name, gradient, our_gradient in zip(names, gradients, our_gradients):
        test.assertEqual(gradient is None, our_gradient is None, name[0])
        if gradient is not None:
            np.testing.assert_allclose(our_gradient, gradient, err_msg=name[0], **of_gradients)


def losses_of_training(library, build, learning_rate):
    """The losses of 20 steps of gradient descent on the sum of `build(library)`, a list of losses.

    Every library starts from the same random weights.
    """
    with tf.Graph().as_default(), quiet(), tf.Session() as session:
        total = tf.add_n(build(library))
        step = tf.train.GradientDescentOptimizer(learning_rate).minimize(total)
        session.run(tf.global_variables_initializer())
        load_values(session, tf.trainable_variables(), 3)
        return [session.run([total, step])[0] for _ in range(20)]
