"""Code and objects that a step finds around it: other modules, templates, generators, constants."""
import functools
import logging
import random
import sys
import types
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced as rnn_cell
from Project_RNN_Enhancement.rnn_enhancement import rnn_enhanced as rnn
from Project_RNN_Enhancement.rnn_enhancement.tf1 import registered_gradients

SIZE, STEPS = 3, 4
MODULE = "rnn_enhancement_tests_module_of_a_program"
SOURCE = """
import importlib
import sys
import numpy

kept, calls, generator = [], 0, numpy.random.RandomState(1)

def keep(value):
    kept.append(value)
    return value

def count(value):
    global calls
    calls += 1
    return value * calls

def count_by_name(value):
    globals()["calls"] += 1
    return value * calls

def count_in_table_of_modules(value):
    sys.modules[__name__].calls += 1
    return value * calls

def count_and_import(value):
    module = importlib.import_module("%s")
    setattr(module, "calls", getattr(module, "calls") + 1)
    return value * module.calls

def keep_by_name(value):
    globals()["kept"].append(value)
    return value
""" % MODULE


class Cell(rnn_cell.RNNCell):
    """A user's cell around a function of its next state."""

    state_size = output_size = SIZE

    def __init__(self, function):
        super(Cell, self).__init__()
        self._function = function

    def __call__(self, inputs, state, scope=None):
        with tf.variable_scope(scope or "cell"):
            weight = tf.get_variable("weight", [SIZE, SIZE])
            state = self._function(tf.tanh(tf.matmul(inputs, weight) + state))
        return state, state


def _run(function, unroll, seed=0):
    inputs = [tf.constant(np.random.RandomState(seed + i).rand(2, SIZE), tf.float32)
              for i in range(STEPS)]
    return rnn.static_rnn(Cell(function), inputs, dtype=tf.float32, unroll=unroll)[0]


class _Case(tf.test.TestCase):

    def setUp(self):
        self.module = types.ModuleType(MODULE)
        exec(SOURCE, vars(self.module))  # a program's file
        sys.modules[MODULE] = self.module
        self.addCleanup(sys.modules.pop, MODULE)
        tf.reset_default_graph()


class RefusedTest(_Case):

    def _check(self, reason, function):
        with self.assertRaisesRegex(ValueError, "is not possible here: .*" + reason):
            _run(function, "loop")

    def test_what_other_modules_keep_and_count(self):
        module = self.module

        def counts_in_module(value):
            module.calls += 1
            return value * module.calls

        def imports(value):
            from rnn_enhancement_tests_module_of_a_program import keep
            return keep(value)
        self._check("keeps tensors of a step .attribute kept",
                    lambda value: module.keep(value))
        self._check("keeps tensors of a step .attribute kept", imports)
        self._check("sets calls, a variable outside it", lambda value: module.count(value))
        self._check("counts its calls .attribute calls", counts_in_module)
        for count in (module.count_by_name, module.count_in_table_of_modules,
                      module.count_and_import):
            self._check("counts its calls .attribute calls", count)
        self._check("keeps tensors of a step .attribute kept", module.keep_by_name)
        self.assertEqual([[], 0], [module.kept, module.calls])

    def test_variables_that_start_from_tensors(self):
        """Copies have the tensor in their first step; a loop's variables lie outside it."""
        def starts_from_tensor(value):
            return value * tf.get_variable("scale", initializer=tf.constant([1.0, 2.0, 3.0]))
        self._check("makes a variable that starts from a tensor", starts_from_tensor)
        with tf.Graph().as_default():
            outputs = _run(starts_from_tensor, "auto")
            self.assertEqual(STEPS, len(outputs))
            self.assertEqual(2, len(tf.gradients(outputs, tf.trainable_variables())))

    def test_items_of_collections_that_are_replaced(self):
        def replaces(value):
            tf.get_collection_ref("last")[:] = [value]
            return value
        self._check("adds to the collection last", replaces)

    def test_generators_of_random_numbers(self):
        module, of_python = self.module, random.Random(1)
        of_numpy = np.random.RandomState(1)
        generators = [of_numpy, module.generator, of_python]
        for draw in (lambda value: value * of_numpy.uniform(),
                     lambda value: value * module.generator.uniform(),
                     lambda value: value * of_python.uniform(0, 1)):
            self._check("draws random numbers of Python or NumPy", draw)
        self.assertEqual(
            [np.random.RandomState(1).uniform()] * 2 + [random.Random(1).uniform(0, 1)],
            [generator.uniform(0, 1) for generator in generators])

    def test_attributes_in_slots(self):
        class Counter(object):
            __slots__ = ("calls",)
        counter = Counter()
        counter.calls = 0

        def count(value):
            counter.calls += 1
            return value * counter.calls
        self._check("counts its calls .attribute calls", count)
        self.assertEqual(0, counter.calls)

    def test_functions_that_keep_their_results(self):
        @functools.lru_cache()
        def mask(size):
            return tf.sequence_mask([1, 2], size, tf.float32)
        self._check("keeps tensors of a step .attribute mask", lambda value: value * mask(SIZE))
        outputs = _run(lambda value: value * mask(SIZE), "auto")
        self.assertIs(outputs[0].graph, mask(SIZE).graph)

    def test_steps_that_differ_for_no_reason_that_is_seen(self):
        def numbered(value):
            return value * len(tf.get_default_graph().unique_name("name"))
        self._check("computes something else when it is called again", numbered)

    def test_a_getter_that_counts(self):
        names = []

        def getter(getter, name, *args, **kwargs):
            names.append(name)
            return getter(name, *args, **kwargs)
        with tf.variable_scope("model", custom_getter=getter):
            self._check("counts its calls .attribute getter", tf.identity)
        self.assertEqual([], names)

    def test_updates_that_nothing_depends_on(self):
        def update(value):
            seen = tf.get_variable("seen", [], trainable=False, use_resource=False)
            tf.assign(seen, tf.reduce_mean(value))
            return value
        self._check("updates a variable", update)

    def test_results_that_are_no_tensors(self):
        class Silent(Cell):
            def __call__(self, inputs, state, scope=None):
                return None, super(Silent, self).__call__(inputs, state, scope)[1]
        outputs, _ = rnn.static_rnn(Silent(tf.identity), [tf.ones([2, SIZE])] * STEPS,
                                    dtype=tf.float32)
        self.assertEqual([None] * STEPS, outputs)
        with self.assertRaisesRegex(ValueError, "not possible here: .*something else than tensors"):
            rnn.static_rnn(Silent(tf.identity), [tf.ones([2, SIZE])] * STEPS, dtype=tf.float32,
                           unroll="loop", scope="loop")

    def test_under_a_gradient_tape(self):
        found = []
        for unroll in ("static", "auto"):
            scale = tf.constant(2.0)
            with tf.variable_scope("model", reuse=tf.AUTO_REUSE), tf.GradientTape() as tape:
                tape.watch(scale)
                outputs = _run(lambda value: value * scale, unroll)
            found.append(tape.gradient(outputs, scale))
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            self.assertAllClose(*session.run(found))
        with tf.GradientTape():
            self._check("a gradient tape", tf.identity)

    def test_registered_gradients_are_forgotten(self):
        calls = [0]

        def flipped(value):
            name = "FlippedGradient%d" % calls[0]
            calls[0] += 1

            @tf.RegisterGradient(name)
            def flip(_, gradient):  # pylint: disable=unused-variable
                return -gradient
            with tf.get_default_graph().gradient_override_map({"Identity": name}):
                return tf.identity(value)
        before = set(registered_gradients())
        self._check("counts its calls", flipped)
        self.assertEqual(before, set(registered_gradients()))
        _run(flipped, "auto")
        self.assertEqual(STEPS, calls[0])

    def test_what_changes_between_two_calls(self):
        """A call that looks as an accepted one is not accepted, as the program says something."""
        class Settings(object):
            training = False
        settings = Settings()

        def function(value):
            if settings.training:
                return tf.nn.dropout(value, keep_prob=0.5, seed=1)
            return value
        with tf.variable_scope("model"):
            _run(function, "loop")
        settings.training = True
        with tf.variable_scope("model", reuse=True):
            self._check("a seed of their own", function)


class LoopedTest(_Case):

    def test_templates(self):
        template = tf.make_template("template", lambda value: value * tf.get_variable("scale", []))
        for seed in (0, STEPS):
            with tf.variable_scope("model", reuse=tf.AUTO_REUSE):
                _run(template, "loop", seed)
        self.assertEqual(["model/rnn/cell/weight", "model/rnn/cell/template/scale"],
                         [variable.op.name for variable in tf.trainable_variables()])

    def test_constants_are_fed_and_differentiated_by(self):
        found = []
        for unroll in ("static", "loop"):
            factor = tf.constant(1.0)
            with tf.variable_scope("model", reuse=tf.AUTO_REUSE):
                outputs = _run(lambda value: value * factor, unroll)
            found.append([outputs, tf.gradients(outputs, factor), factor])
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            expected, actual = session.run(found, {factor: 0.5 for _, _, factor in found})
        self.assertAllClose(expected, actual)

    def test_logs_are_no_reason(self):
        log = logging.getLogger(MODULE)

        def function(value):
            log.debug("a step")
            return value
        _run(function, "loop")

    def test_sparse_inputs_are_copied(self):
        class Sparse(Cell):
            def __call__(self, inputs, state, scope=None):
                return super(Sparse, self).__call__(tf.sparse.to_dense(inputs), state, scope)
        inputs = [tf.SparseTensor([[0, 1]], tf.ones([1]), [2, SIZE]) for _ in range(STEPS)]
        rnn.static_rnn(Sparse(tf.identity), inputs, dtype=tf.float32)
        with self.assertRaisesRegex(ValueError, "not possible here: .*sparse"):
            rnn.static_rnn(Sparse(tf.identity), inputs, dtype=tf.float32, unroll="loop",
                           scope="loop")


if __name__ == "__main__":
    unittest.main()
