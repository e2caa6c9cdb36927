"""Gradients of the cells of `tf.contrib.rnn`, against central differences of every single number."""
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import contrib_rnn_enhanced as contrib
from tests import contrib_cells, oracle
from tests.sizes import LONG, slow

SIZE, UNITS, BATCH = 3, 2, 2

# Step of the differences, and how far a gradient may be off: a part of the largest, and at least.
ACCURACY = {tf.float64: (1e-5, 1e-6), tf.float32: (1e-2, 1e-2)}

# One of each class, with most options on; all with RNN_ENHANCEMENT_LONG_TESTS=1.
ONCE = ("attention joined", "compiled", "conv", "conv 1d", "conv 2d", "conv 3d", "coupled norm",
        "coupled peepholes", "grid both ways", "grid coupled", "group", "highway", "highway apart",
        "independent", "independent gru", "independent lstm", "intersection in", "nas projection",
        "norm", "phased peepholes", "sru", "time freq peepholes", "ugrnn")

# Ends of names of variables by cells. As in TensorFlow's, nothing reads a bias where layers are
# normalised, and the remainder of a division passes gradients by what is divided alone, not by the
# period. A phased cell has float32 weights for any inputs.
IGNORED = {"coupled norm": "/B", "phased": "period"}


def wrapped(make):
    return lambda: make(contrib.GRUCell(SIZE))


# Of the names of `contrib_rnn_enhanced` those that `contrib_cells` has not.
OTHERS = {
    "basic": lambda: contrib.BasicRNNCell(UNITS),
    "gru": lambda: contrib.GRUCell(UNITS),
    "gru block": lambda: contrib.GRUBlockCell(UNITS),
    "gru block v2": lambda: contrib.GRUBlockCellV2(UNITS),
    "lstm block": lambda: contrib.LSTMBlockCell(UNITS, cell_clip=0),
    "lstm block peepholes": lambda: contrib.LSTMBlockCell(UNITS, 0.5, None, True),
    "basic lstm": lambda: contrib.BasicLSTMCell(UNITS),
    "lstm": lambda: contrib.LSTMCell(UNITS, use_peepholes=True, num_proj=3, cell_clip=0.5),
    "stack": lambda: contrib.MultiRNNCell([contrib.GRUCell(UNITS), contrib.LSTMCell(UNITS)]),
    "device": wrapped(lambda cell: contrib.DeviceWrapper(cell, "/cpu:0")),
    "dropout": wrapped(lambda cell: contrib.DropoutWrapper(cell, input_keep_prob=1.0)),
    "residual": wrapped(contrib.ResidualWrapper),
    "input projection": wrapped(lambda cell: contrib.InputProjectionWrapper(cell, 2)),
    "output projection": wrapped(lambda cell: contrib.OutputProjectionWrapper(cell, 2)),
}


def fixed(values, dtype):
    """Placeholders with `values`, a nest of constants, for values."""
    return tf.nest.map_structure(
        lambda value: tf.placeholder_with_default(tf.cast(value, dtype), value.shape), values)


def of_contrib(name, dtype):
    cell = contrib_cells.CELLS[name].make(contrib_cells.Ours())
    x, = contrib_cells.inputs(name, 1)
    x, state = fixed(x, dtype), fixed(contrib_cells.state(name, cell), dtype)
    return (x, state), cell(x, state)


def of_others(name, dtype):
    cell, random = OTHERS[name](), np.random.RandomState(5)

    def values(size):
        return tf.constant(random.uniform(-1, 1, [BATCH] + tf.TensorShape(size).as_list()))
    x, state = fixed(values(SIZE), dtype), fixed(
        tf.nest.map_structure(values, cell.state_size), dtype)
    return (x, state), cell(x, state)


def embedded(dtype):
    cell = contrib.EmbeddingWrapper(contrib.GRUCell(UNITS), 5, 3)
    state = fixed(tf.constant([[0.5, -0.25], [1., -1.]]), dtype)
    return state, cell(tf.constant([[3], [1]]), state)


def fused(make):
    def build(dtype):
        random = np.random.RandomState(6)
        x = fixed(tf.constant(random.uniform(-1, 1, [3, BATCH, SIZE])), dtype)
        state = fixed((tf.constant(random.uniform(-1, 1, [BATCH, UNITS])),) * 2, dtype)
        return (x, state), make()(x, state, sequence_length=[3, 2])
    return build


@slow
class GradientsTest(unittest.TestCase):

    def check(self, build, dtype=tf.float64, ignored=()):
        """Compares all gradients of what `build(dtype)` gives, (inputs, outputs), in numbers.

        Args:
          ignored: ends of the names of variables that are left out.
        """
        delta, tolerance = ACCURACY[dtype]
        with tf.Graph().as_default(), tf.Session() as session:
            tf.set_random_seed(2)
            given, results = build(dtype)
            random = np.random.RandomState(8)
            loss = tf.add_n([
                tf.reduce_sum(part * tf.constant(random.uniform(-1, 1, part.shape.as_list()), dtype))
                for part in tf.nest.flatten(results)])
            given = tf.nest.flatten(given)
            variables = [v for v in tf.trainable_variables()
                         if not v.op.name.endswith(tuple(ignored))]
            self.assertTrue(variables)
            gradients = tf.gradients(loss, given + variables)
            self.assertNotIn(None, gradients)
            oracle.load_random(session)
            for variable in tf.trainable_variables():
                if variable.op.name.endswith("period"):
                    # Longer than the differences are.
                    variable.load(random.uniform(4, 8, variable.shape.as_list()), session)
            found, values = session.run([[tf.convert_to_tensor(g) for g in gradients],
                                         given + variables])
            for source, gradient, value in zip(given + variables, found, values):
                self.assertEqual(value.dtype, dtype.as_numpy_dtype)
                self.assertTrue(np.abs(gradient).max() > 0, source.name)

                def loss_at(changed):
                    if source in given:
                        return session.run(loss, {source: changed})
                    source.load(changed, session)
                    return session.run(loss)
                expected = np.zeros_like(value)
                for place in np.ndindex(value.shape):
                    losses = []
                    for sign in (1, -1):
                        changed = value.copy()
                        changed[place] += sign * delta
                        losses.append(loss_at(changed))
                    expected[place] = (losses[0] - losses[1]) / (2 * delta)
                loss_at(value)
                np.testing.assert_allclose(gradient, expected, rtol=0, err_msg=source.name,
                                           atol=tolerance * max(1, np.abs(expected).max()))

    def test_cells_of_contrib(self):
        for name in sorted(contrib_cells.CELLS) if LONG else ONCE:
            with self.subTest(name):
                self.check(lambda dtype: of_contrib(name, dtype),
                           tf.float32 if name.startswith("phased") else tf.float64,
                           [end for part, end in IGNORED.items() if name.startswith(part)])

    def test_other_cells_and_wrappers(self):
        for name in sorted(OTHERS):
            with self.subTest(name):
                self.check(lambda dtype: of_others(name, dtype))
        with self.subTest("embedding"):
            self.check(embedded)

    def test_fused_cells(self):
        for name, make in (
                ("block", lambda: contrib.LSTMBlockFusedCell(UNITS, use_peephole=True)),
                ("reversed", lambda: contrib.TimeReversedFusedRNN(
                    contrib.LSTMBlockFusedCell(UNITS))),
                ("adaptor", lambda: contrib.FusedRNNCellAdaptor(
                    contrib.BasicLSTMCell(UNITS), use_dynamic_rnn=True))):
            with self.subTest(name):
                self.check(fused(make))


if __name__ == "__main__":
    unittest.main()
