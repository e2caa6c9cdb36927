"""The cells and wrappers of `tf.contrib.rnn` against TensorFlow 1.15's, or its numbers."""
import os
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced, rnn_enhanced as rnn

from .contrib_cells import CELLS, Ours, Stock, inputs, state
from .sizes import some, slow
from .stock import Library, assert_same_results, evaluate

FIXTURE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures",
                       "contrib_cells.npz")
OURS = Library(Ours(), rnn, None)
STOCK = Library(Stock(), tf.nn, None)
OF_VALUES, OF_GRADIENTS = dict(rtol=1e-5, atol=1e-6), dict(rtol=1e-4, atol=1e-5)

# One of each kind.
LOOPED = ("coupled peepholes", "coupled joined", "time freq", "grid", "grid both ways",
          "attention joined", "highway", "nas projection", "ugrnn", "intersection in", "compiled",
          "phased", "conv 2d", "group", "sru", "independent gru", "independent lstm", "chaos free",
          "minimal", "norm lstm", "weight norm peepholes", "turing heads")


def two_steps(name):
    """Builds two steps from a state that isn't zero."""
    def build(library):
        cell = CELLS[name].make(library.cells)
        first, second = inputs(name, 2)
        with tf.variable_scope("root") as scope:
            output, new = cell(first, state(name, cell))
            scope.reuse_variables()
            return [output, new, cell(second, new)]
    return build


def write_fixture():
    """Keeps what TensorFlow 1.15 computes, for versions without `tf.contrib`."""
    kept = {}
    for name in CELLS:
        variables, values, gradients = evaluate(STOCK, two_steps(name))
        kept[name + "/variables"] = np.array(
            ["%s %s" % (variable, shape) for variable, shape, _ in variables])
        for kind, arrays in (("values", values), ("gradients", gradients)):
            for k, array in enumerate(arrays):
                if array is not None:
                    kept["%s/%s/%d" % (name, kind, k)] = array
    np.savez_compressed(FIXTURE, **kept)


@slow
class AsInContribTest(tf.test.TestCase):

    def test_two_steps(self):
        self._check_two_steps(OURS, some(sorted(CELLS), 20))

    def test_numbers_are_those_of_stock(self):
        self._check_two_steps(STOCK, some(sorted(CELLS), 12))

    def _check_two_steps(self, library, names):
        kept = np.load(FIXTURE)
        for name in names:
            with self.subTest(name):
                variables, values, gradients = evaluate(library, two_steps(name))
                self.assertEqual(list(kept[name + "/variables"]),
                                 ["%s %s" % variable[:2] for variable in variables])
                for k, value in enumerate(values):
                    np.testing.assert_allclose(value, kept["%s/values/%d" % (name, k)],
                                               **OF_VALUES)
                for k, gradient in enumerate(gradients):
                    key = "%s/gradients/%d" % (name, k)
                    self.assertEqual(key in kept.files, gradient is not None)
                    if gradient is not None:
                        np.testing.assert_allclose(gradient, kept[key], **OF_GRADIENTS)

    def test_states_have_the_same_form(self):
        for name in sorted(CELLS):
            with self.subTest(name):
                stock, ours = CELLS[name].make(STOCK.cells), CELLS[name].make(OURS.cells)
                self.assertEqual(repr(stock.state_size), repr(ours.state_size))
                self.assertEqual(repr(stock.output_size), repr(ours.output_size))
                self.assertEqual(*[repr(tf.nest.map_structure(
                    lambda t: str(getattr(t, "shape", t)), cell.zero_state(2, tf.float32)))
                                   for cell in (stock, ours)])

    def test_variables_start_with_the_numbers_of_a_seed(self):
        for name, initializer in (
                [("phased", tf.constant_initializer(0.5))]
                + [(name, None) for name in (
                    "chaos free", "minimal", "norm lstm off", "norm lstm", "weight norm",
                    "weight norm peepholes", "weight norm off", "turing", "turing heads",
                    "turing in a loop", "turing later in a loop")]):
            # Contrib reads resources more often on the way to a controller's variables.
            for resources in (False,) if name.startswith("turing") else (False, True):
                with self.subTest(name, resources=resources):
                    self.assertAllClose(*[self._starts(library, name, initializer, resources)
                                          for library in (STOCK, OURS)])

    def _starts(self, library, name, initializer, resources):
        with tf.Graph().as_default(), self.session() as session:
            tf.set_random_seed(3)
            with tf.variable_scope("root", initializer=initializer, use_resource=resources):
                cell = CELLS[name].make(library.cells)
                cell(inputs(name, 1)[0], state(name, cell))
            session.run(tf.global_variables_initializer())
            return {variable.op.name: session.run(variable)
                    for variable in tf.trainable_variables()}


class UnrollingTest(tf.test.TestCase):

    @slow
    def test_copies_loops_and_dynamic_rnn_agree(self):
        for name in some(LOOPED, 6):

            def unrolled(unroll):
                def build(library):
                    cell = CELLS[name].make(library.cells)
                    xs = inputs(name, 3)
                    with tf.variable_scope("rnn") as scope:
                        if unroll == "dynamic":
                            stacked = tf.nest.map_structure(lambda *x: tf.stack(x), *xs)
                            outputs, last = rnn.dynamic_rnn(cell, stacked, time_major=True,
                                                            dtype=tf.float32, scope=scope)
                            return [outputs, last]
                        outputs, last = rnn.static_rnn(cell, xs, dtype=tf.float32, scope=scope,
                                                       unroll=unroll)
                        return [tf.stack(outputs), last]
                return build
            with self.subTest(name):
                expected = evaluate(OURS, unrolled("static"))
                for unroll in ("auto", "dynamic"):
                    assert_same_results(self, expected, evaluate(OURS, unrolled(unroll)),
                                        OF_VALUES, OF_GRADIENTS)

    @slow
    def test_stacks_and_dropout(self):
        for name in ("nas", "ugrnn", "intersection", "independent lstm", "sru", "grid"):
            with self.subTest(name), tf.Graph().as_default(), self.session() as session:
                cell = rnn_cell_enhanced.DropoutWrapper(CELLS[name].make(OURS.cells), 0.5)
                cell = rnn_cell_enhanced.MultiRNNCell([cell] * (1 if name == "grid" else 2))
                outputs, _ = rnn.static_rnn(cell, inputs(name, 2), dtype=tf.float32)
                session.run(tf.global_variables_initializer())
                self.assertTrue(np.isfinite(session.run(outputs)).all())


class CopiesTest(tf.test.TestCase):

    def test_settings_make_an_equal_cell(self):
        for name in sorted(CELLS):
            if name.startswith(("attention", "highway", "compiled")):
                continue
            with self.subTest(name):
                cell = CELLS[name].make(OURS.cells)
                config = cell.get_config()
                self.assertEqual(repr(config), repr(type(cell).from_config(config).get_config()))

    def test_float64(self):
        for name in ("nas", "ugrnn", "coupled norm", "grid", "group", "sru", "intersection",
                     "independent lstm", "conv 1d", "attention", "highway", "norm"):
            with self.subTest(name), tf.Graph().as_default():
                cell = CELLS[name].make(OURS.cells)
                output, _ = cell(tf.ones((2,) + CELLS[name].shape, tf.float64),
                                 cell.zero_state(2, tf.float64))
                self.assertEqual(tf.float64, output.dtype)


class ErrorsTest(tf.test.TestCase):

    def test_integers_are_refused_by_the_first_step(self):
        for given, fed in ((tf.int32, tf.float32), (None, tf.int32)):
            with tf.Graph().as_default(), self.subTest(fed.name):
                cell = OURS.cells.SRUCell(4, dtype=given)
                with self.assertRaisesRegex(ValueError, "only supports floating.*int32"):
                    cell(tf.ones([2, 3], fed), tf.ones([2, 4], fed))
                self.assertEqual([], tf.global_variables())
        with tf.Graph().as_default():
            # As TensorFlow's does.
            cell = OURS.cells.SRUCell(4, dtype=tf.int32)
            cell.build((2, 3))
            self.assertEqual(tf.int32, cell.weights[1].dtype.base_dtype)

    def test_bad_arguments_are_named(self):
        c = OURS.cells
        grid = dict(feature_size=2, frequency_skip=1, num_frequency_blocks=[3])
        for make, error, words in (
                (lambda: c.NASCell(0), ValueError, "num_units.*0"),
                (lambda: c.NASCell(4, "3"), TypeError, "num_proj.*'3'"),
                (lambda: c.NASCell(4, unknown=1), TypeError, "unknown"),
                (lambda: c.UGRNNCell(4, forget_bias="1"), TypeError, "forget_bias.*'1'"),
                (lambda: c.IntersectionRNNCell(4, 0), ValueError, "num_in_proj.*0"),
                (lambda: c.IntersectionRNNCell(4)(tf.ones([2, 3]), tf.ones([2, 4])), ValueError,
                 "num_in_proj should be set to num_units .*size 3, and num_units=4"),
                (lambda: c.GLSTMCell(5, number_of_groups=2), ValueError,
                 "num_units .5. must be divisible by number_of_groups .2."),
                (lambda: c.GLSTMCell(4, num_proj=3, number_of_groups=2), ValueError,
                 "num_proj .3. must be divisible by number_of_groups"),
                (lambda: c.GridLSTMCell(4), ValueError, "Must specify num_frequency_blocks"),
                (lambda: c.GridLSTMCell(4, num_frequency_blocks=[1]), TypeError, "feature_size"),
                (lambda: c.GridLSTMCell(2, start_freqindex_list=[0], **grid), ValueError,
                 "start_freqindex_list and end_freqindex_list.*1 and 0"),
                (lambda: c.GridLSTMCell(2, start_freqindex_list=[0, 2],
                                        end_freqindex_list=[3, 4], **grid),
                 ValueError, "num_frequency_blocks must be.*1 and 2"),
                (lambda: c.GridLSTMCell(2, **grid)(tf.ones([2, 9]), ()), ValueError,
                 "Invalid num_frequency_blocks.*8 slices, got 3"),
                (lambda: c.TimeFreqLSTMCell(2), TypeError, "feature_size"),
                (lambda: c.TimeFreqLSTMCell(2, feature_size=2)(tf.ones([2, 3]), tf.ones([2, 4])),
                 ValueError, r"state must be \[batch, 8\].*2 slices"),
                (lambda: c.TimeFreqLSTMCell(2, feature_size=9)(tf.ones([2, 3]), tf.ones([2, 4])),
                 ValueError, "size 3 are narrower than feature_size=9"),
                (lambda: c.CoupledInputForgetGateLSTMCell(4, num_unit_shards=99)(
                    tf.ones([2, 3]), (tf.ones([2, 4]),) * 2), ValueError, "99 shards"),
                (lambda: c.AttentionCellWrapper(None, 2), TypeError, "is not an RNNCell"),
                (lambda: c.AttentionCellWrapper(c.GRUCell(4), 0), ValueError,
                 "attn_length should be greater than zero, got 0"),
                (lambda: c.AttentionCellWrapper(c.LSTMCell(4), 2, state_is_tuple=False),
                 ValueError, "Cell returns tuple of states"),
                (lambda: c.HighwayWrapper(3), TypeError, "is not an RNNCell"),
                (lambda: c.HighwayWrapper(c.GRUCell(4), 1), TypeError, "couple_carry"),
                (lambda: c.HighwayWrapper(c.GRUCell(4))(tf.ones([2, 3]), tf.ones([2, 4])),
                 ValueError, "compatible"),
                (lambda: c.CompiledWrapper(c.GRUCell(4), 1), TypeError, "compile_stateful"),
                (lambda: c.PhasedLSTMCell(4, leak=2.0), ValueError, "leak.*2.0"),
                (lambda: c.PhasedLSTMCell(4, ratio_on=-1.0), ValueError, "ratio_on.*-1.0"),
                (lambda: c.PhasedLSTMCell(4, period_init_min=0), ValueError, "period_init_min"),
                (lambda: c.PhasedLSTMCell(4)(tf.ones([2, 3]), (tf.ones([2, 4]),) * 2), ValueError,
                 "takes pairs"),
                (lambda: c.ConvLSTMCell(4, [1] * 5, 2, [1] * 4), ValueError, "conv_ndims.*4"),
                (lambda: c.Conv1DLSTMCell(input_shape=[4], output_channels=2, kernel_shape=[3]),
                 ValueError, "Invalid input_shape"),
                (lambda: c.Conv1DLSTMCell(input_shape=[4, 1], output_channels=2,
                                          kernel_shape=[3, 3]), ValueError, "kernel_shape"),
                (lambda: c.Conv1DLSTMCell(input_shape=[4, 1], output_channels=2, kernel_shape=[3])(
                    tf.ones([2, 4, 2]), (tf.ones([2, 4, 2]),) * 2), ValueError, "input_shape"),
                (lambda: c.IndyGRUCell(4, kernel_initializer=tf.zeros_initializer(),
                                       weight_initializer="orthogonal"), TypeError,
                 "weight_initializer and kernel_initializer")):
            with self.subTest(words), tf.Graph().as_default():
                with self.assertRaisesRegex(error, words):
                    make()


if __name__ == "__main__":
    unittest.main()
