"""Constructor arguments: what is accepted, what `inspect` shows, and what a wrong one is told."""
import inspect
import unittest
import warnings

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced as rnn_cell

from . import oracle
from tests.sizes import slow
from tests.stock import tf_cells

KINDS = ("BasicRNNCell", "GRUCell", "BasicLSTMCell", "LSTMCell")
WRAPPERS = ("MultiRNNCell", "DropoutWrapper", "DeviceWrapper", "ResidualWrapper",
            "InputProjectionWrapper", "OutputProjectionWrapper", "EmbeddingWrapper")


def _wrapper(name, **keywords):
    cell = rnn_cell.GRUCell(3)
    positional = {"MultiRNNCell": ([cell],), "DeviceWrapper": (cell, "/cpu:0"),
                  "InputProjectionWrapper": (cell, 3), "OutputProjectionWrapper": (cell, 3),
                  "EmbeddingWrapper": (cell, 3, 3)}.get(name, (cell,))
    return getattr(rnn_cell, name)(*positional, **keywords)


class SignatureTest(tf.test.TestCase):

    def test_positions_are_stock_s(self):
        for name in KINDS + WRAPPERS:
            with self.subTest(name):
                stock = getattr(oracle.STOCK.cells, name).__init__
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    expected = inspect.getfullargspec(stock).args
                    found = inspect.getfullargspec(getattr(rnn_cell, name).__init__).args
                # Some of stock's wrappers say (*args, **kwargs); those are tested by use.
                if len(expected) > 1:
                    self.assertEqual(expected, found[:len(expected)])

    def test_defaults_are_stock_s(self):
        for name in KINDS:
            with self.subTest(name):
                stock = inspect.signature(getattr(oracle.STOCK.cells, name).__init__).parameters
                ours = inspect.signature(getattr(rnn_cell, name).__init__).parameters
                for argument, parameter in stock.items():
                    self.assertEqual(parameter.default, ours[argument].default, argument)

    def test_arguments_that_old_programs_look_for(self):
        for name, arguments in (("BasicLSTMCell", ("forget_bias", "state_is_tuple", "reuse")),
                                ("LSTMCell", ("forget_bias", "state_is_tuple", "reuse")),
                                ("GRUCell", ("reuse",)), ("BasicRNNCell", ("reuse",)),
                                ("MultiRNNCell", ("state_is_tuple",))):
            kind = getattr(rnn_cell, name)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                shown = [inspect.getfullargspec(kind.__init__).args]
            shown += [inspect.getfullargspec(kind.__init__).args,
                      list(inspect.signature(kind).parameters)]
            for arguments_shown in shown:
                for argument in arguments:
                    self.assertIn(argument, arguments_shown)

    def test_every_exported_name(self):
        for name in rnn_cell.__all__:
            self.assertTrue(callable(getattr(rnn_cell, name)), name)
            self.assertTrue(getattr(rnn_cell, name).__doc__, name)
        self.assertIs(tf_cells.LSTMStateTuple, rnn_cell.LSTMStateTuple)

    def test_classes_are_stock_s_subclasses(self):
        for name in KINDS + ("MultiRNNCell", "DropoutWrapper", "DeviceWrapper",
                             "ResidualWrapper"):
            self.assertTrue(issubclass(getattr(rnn_cell, name),
                                       getattr(tf_cells, name)), name)
        for name in WRAPPERS:
            self.assertTrue(issubclass(getattr(rnn_cell, name), tf_cells.RNNCell), name)
            self.assertTrue(issubclass(getattr(rnn_cell, name), rnn_cell.RNNCell), name)


class NumUnitsTest(tf.test.TestCase):

    def test_bad(self):
        for name in KINDS:
            for bad, error in ((0, ValueError), (-1, ValueError), (2.5, TypeError),
                               (4.0, TypeError), ("4", TypeError), (None, TypeError),
                               (True, TypeError), ([4], TypeError)):
                with self.subTest(cell=name, value=bad):
                    with self.assertRaisesRegex(error, "num_units"):
                        getattr(rnn_cell, name)(bad)
            with self.assertRaisesRegex(TypeError, "num_units"):
                getattr(rnn_cell, name)()

    def test_integers_of_other_types(self):
        for name in KINDS:
            for good in (np.int32(4), np.int64(4), np.array(4), tf.Dimension(4)):
                cell = getattr(rnn_cell, name)(good)
                output, _ = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32),
                                 scope="s%d" % len(tf.global_variables()))
                self.assertEqual([2, 4], output.shape.as_list())

    def test_num_proj(self):
        for bad, error in ((0, ValueError), (-2, ValueError), (1.5, TypeError),
                           ("3", TypeError), (True, TypeError)):
            with self.assertRaisesRegex(error, "num_proj"):
                rnn_cell.LSTMCell(4, num_proj=bad)
            with self.assertRaisesRegex(error, "num_proj"):
                rnn_cell.InputProjectionWrapper(rnn_cell.GRUCell(3), bad)

    def test_sizes_of_wrappers(self):
        for bad, error in ((0, ValueError), (-2, ValueError), (1.5, TypeError),
                           ("3", TypeError), (True, TypeError)):
            with self.assertRaisesRegex(error, "output_size"):
                rnn_cell.OutputProjectionWrapper(rnn_cell.GRUCell(3), bad)
            with self.assertRaisesRegex(error, "embedding_classes"):
                rnn_cell.EmbeddingWrapper(rnn_cell.GRUCell(3), bad, 3)
            with self.assertRaisesRegex(error, "embedding_size"):
                rnn_cell.EmbeddingWrapper(rnn_cell.GRUCell(3), 3, bad)


class KeywordTest(tf.test.TestCase):

    def test_unknown_keyword_names_the_nearest(self):
        for name in KINDS:
            for wrong, right in (("gpu_for_layers", "gpu_for_layer"), ("gpunumber", "gpu_number"),
                                 ("weight_init", "weight_initializer"), ("usebias", "use_bias"),
                                 ("orthogonal_scale", "orthogonal_scale_factor"),
                                 ("activaton", "activation"), ("resue", "reuse")):
                with self.subTest(cell=name, keyword=wrong):
                    with self.assertRaises(TypeError) as raised:
                        getattr(rnn_cell, name)(3, **{wrong: 1})
                    self.assertIn(repr(wrong), str(raised.exception))
                    nearest = {"gpu_number": "gpu_for_layer"}.get(right, right)
                    self.assertIn(nearest, str(raised.exception))
        for kind, wrong, right in ((rnn_cell.BasicLSTMCell, "forget_bais", "forget_bias"),
                                   (rnn_cell.LSTMCell, "use_peephole", "use_peepholes"),
                                   (rnn_cell.GRUCell, "kernel_initialiser",
                                    "kernel_initializer")):
            with self.assertRaisesRegex(TypeError, "'%s'.*mean '%s'" % (wrong, right)):
                kind(3, **{wrong: 1})

    def test_unknown_keyword_of_wrappers(self):
        for name in WRAPPERS:
            with self.subTest(name):
                with self.assertRaisesRegex(TypeError, "'gpu_for_layers'.*'gpu_for_layer'"):
                    _wrapper(name, gpu_for_layers=1)

    def test_options_of_cells_are_unknown_to_wrappers(self):
        for name in WRAPPERS:
            for keywords in ({"use_bias": False}, {"weight_initializer": "identity"}):
                with self.subTest(wrapper=name, **keywords):
                    with self.assertRaises(TypeError):
                        _wrapper(name, **keywords)

    def test_two_spellings(self):
        for name in KINDS:
            kind = getattr(rnn_cell, name)
            for pair in ({"gpu_number": 0, "gpu_for_layer": 0},
                         {"weight_initalizer": "identity", "weight_initializer": "identity"}):
                with self.assertRaisesRegex(TypeError, "|".join(pair)):
                    kind(3, **pair)
        for name in WRAPPERS:
            with self.assertRaisesRegex(TypeError, "gpu_number"):
                _wrapper(name, gpu_number=0, gpu_for_layer=0)

    def test_options_are_keywords(self):
        """No positional argument beyond stock's is taken."""
        for name in KINDS:
            stock = inspect.signature(getattr(oracle.STOCK.cells, name).__init__)
            count = len([p for p in stock.parameters.values()
                         if p.kind is p.POSITIONAL_OR_KEYWORD]) - 1
            with self.assertRaises(TypeError):
                getattr(rnn_cell, name)(3, *([None] * count))

    def test_keyword_given_twice(self):
        with self.assertRaises(TypeError):
            rnn_cell.GRUCell(3, num_units=3)

    def test_user_s_subclass_with_arguments_of_its_own(self):
        class Scaled(rnn_cell.GRUCell):
            def __init__(self, num_units, scale=1.0, **kwargs):
                super(Scaled, self).__init__(num_units, **kwargs)
                self.scale = scale

            def call(self, inputs, state):
                return super(Scaled, self).call(inputs * self.scale, state)

        cell = Scaled(3, scale=2.0, use_bias=False, gpu_number="/cpu:0")
        cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
        self.assertLen(cell.variables, 2)
        with self.assertRaisesRegex(TypeError, "'scales'.*'scale'"):
            Scaled(3, scales=2.0)


class InputSizeTest(tf.test.TestCase):
    """Before 0.9 a cell was told the size of its input."""

    def test_accepted_and_unused(self):
        for name in KINDS:
            for value in (None, 7):
                with oracle.quiet():
                    cell = getattr(rnn_cell, name)(4, input_size=value)
                with tf.Graph().as_default():
                    cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
                    self.assertEqual(3 + 4, tf.trainable_variables()[0].shape.as_list()[0])

    def test_in_its_old_position(self):
        with oracle.quiet():
            cells = [rnn_cell.BasicRNNCell(4, 7), rnn_cell.GRUCell(4, 7),
                     rnn_cell.BasicLSTMCell(4, 0.5, 7), rnn_cell.LSTMCell(4, 7)]
        for cell in cells:
            with tf.Graph().as_default():
                output, _ = cell(tf.ones([2, 3]), cell.zero_state(2, tf.float32))
                self.assertEqual([2, 4], output.shape.as_list())
        self.assertEqual(0.5, cells[2]._forget_bias)
        self.assertFalse(cells[3]._use_peepholes)

    def test_given_twice(self):
        with oracle.quiet(), self.assertRaises(TypeError):
            rnn_cell.GRUCell(4, 7, input_size=7)

    def test_warned_about_at_most_once(self):
        with oracle.logged() as messages:
            for _ in range(3):
                rnn_cell.GRUCell(4, input_size=3)
        self.assertLessEqual(len([m for m in messages if "input_size" in m]), 1)
        self.assertEqual([], [m for m in messages if "input_size" not in m])


class SilenceTest(tf.test.TestCase):

    @slow
    def test_cells_and_unrolling(self):
        from Project_RNN_Enhancement.rnn_enhancement import rnn_enhanced
        with oracle.logged() as messages:
            for tables in (oracle.CELLS, oracle.WRAPPERS):
                for name, case in sorted(tables.items()):
                    if name == "lstm_shards":
                        continue
                    with tf.Graph().as_default():
                        cell = case.make(rnn_cell)
                        oracle.step(cell, case)
                        with tf.variable_scope("second"):
                            rnn_enhanced.dynamic_rnn(case.make(rnn_cell), case.inputs(3),
                                                     dtype=case.dtype)
        self.assertEqual([], messages)

    def test_static_and_bidirectional(self):
        from Project_RNN_Enhancement.rnn_enhancement import rnn_enhanced
        with oracle.logged() as messages:
            x = [tf.ones([2, 3])] * 2
            cell = rnn_cell.MultiRNNCell([rnn_cell.LSTMCell(4)] * 2)
            rnn_enhanced.rnn(cell, x, dtype=tf.float32)
            rnn_enhanced.static_bidirectional_rnn(cell, cell, x, dtype=tf.float32)
            rnn_enhanced.bidirectional_dynamic_rnn(
                cell, cell, tf.ones([2, 3, 4]), [1, 2], dtype=tf.float32, scope="d")
            rnn_enhanced.static_rnn(cell, x, dtype=tf.float32, sequence_length=[1, 2],
                                    scope="s")
        self.assertEqual([], messages)

    @slow
    def test_import_prints_nothing(self):
        import subprocess
        import sys
        code = ("from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced as c, "
                "rnn_enhanced as r\n"
                "from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf\n"
                "with tf.Graph().as_default():\n"
                "  r.dynamic_rnn(c.MultiRNNCell([c.LSTMCell(3, state_is_tuple=False)] * 2, False), "
                "tf.ones([2, 3, 4]), dtype=tf.float32)\n"
                "  r.static_rnn(c.DropoutWrapper(c.GRUCell(3), 0.5, 0.5), [tf.ones([2, 3])] * 2, "
                "dtype=tf.float32)")
        done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        self.assertEqual((0, b""), (done.returncode, done.stdout))


if __name__ == "__main__":
    unittest.main()
