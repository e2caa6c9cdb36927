"""Perturbed states: in a loop, the gradients that copies of the step have by their states."""
import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (rnn_cell_enhanced as rnn_cell,
                                                     rnn_enhanced as rnn,
                                                     seq2seq_enhanced as seq2seq)

from . import oracle
from tests.sizes import slow
from tests.stock import tf_cells

BATCH, STEPS, SIZE = 3, 5, 4
LENGTHS = (5, 2, 0)

CELLS = {
    "gru": lambda: rnn_cell.GRUCell(SIZE),
    "lstm": lambda: rnn_cell.LSTMCell(SIZE, use_peepholes=True),
    "lstm joined": lambda: rnn_cell.BasicLSTMCell(SIZE, state_is_tuple=False),
    "stock lstm": lambda: tf_cells.LSTMCell(SIZE, num_proj=3),
    "skip": lambda: rnn_cell.GRUCell(SIZE, skip_connections=True, skip_neuron_number=3),
    "relaxation": lambda: rnn_cell.RelaxationWrapper(rnn_cell.GRUCell(SIZE), 2),
    "zoneout": lambda: rnn_cell.ZoneoutWrapper(rnn_cell.LSTMCell(SIZE), 0.3, training=False),
    "projected": lambda: rnn_cell.OutputProjectionWrapper(rnn_cell.GRUCell(SIZE), 2),
    "stack": lambda: rnn_cell.MultiRNNCell([
        rnn_cell.ResidualWrapper(rnn_cell.DropoutWrapper(rnn_cell.GRUCell(SIZE))),
        rnn_cell.OutputProjectionWrapper(rnn_cell.LSTMCell(SIZE), 3), tf_cells.GRUCell(SIZE)]),
    "stack in a wrapper": lambda: rnn_cell.DeviceWrapper(
        rnn_cell.MultiRNNCell([rnn_cell.GRUCell(SIZE)] * 2), "/cpu:0"),
    "stock stack": lambda: tf_cells.MultiRNNCell(
        [tf_cells.ResidualWrapper(tf_cells.GRUCell(SIZE)), rnn_cell.GRUCell(SIZE)]),
}


def _inputs():
    return tf.constant(np.random.RandomState(0).uniform(-1, 1, [STEPS, BATCH, SIZE]), tf.float32)


def _loss(outputs, state):
    """Something on which steps have different influence."""
    weights = tf.reshape(tf.range(1.0, STEPS + 1), [STEPS, 1, 1])
    return tf.reduce_sum(weights * tf.square(outputs + 0.3)) + tf.add_n(
        [tf.reduce_sum(tf.sin(part)) for part in tf.nest.flatten(state)])


def _zeros(cell):
    """Perturbations of all steps, [STEPS, BATCH, size], in the structure of the state."""
    return tf.nest.map_structure(lambda size: tf.zeros([STEPS, BATCH, size]), cell.state_size)


def _pairs(cell, perturbation):
    parts = zip(*[tf.unstack(part) for part in tf.nest.flatten(perturbation)])
    return [(x, tf.nest.pack_sequence_as(cell.state_size, list(step)))
            for x, step in zip(tf.unstack(_inputs()), parts)]


def _by_hand(cell, lengths):
    """Loss, and its gradients by the states after every step, [STEPS, BATCH, size] each."""
    state, outputs, states = cell.zero_state(BATCH, tf.float32), [], []
    with tf.variable_scope("rnn", reuse=tf.AUTO_REUSE):
        for t, x in enumerate(tf.unstack(_inputs())):
            output, new = cell(x, state)
            if cell.state_size == 2 * SIZE:
                output = new[:, SIZE:]
            states.append(new)
            if lengths:
                active = tf.constant([t < length for length in lengths])
                output = tf.where(active, output, tf.zeros_like(output))
                new = tf.nest.map_structure(lambda a, b: tf.where(active, a, b), new, state)
            state = new
            outputs.append(output)
    loss = _loss(tf.stack(outputs), state)
    found = [[gradient for part in _parts(cell, new)
              for gradient in tf.gradients(loss, part, stop_gradients=part)] for new in states]
    return loss, [tf.stack([tf.zeros([BATCH, 1]) if g is None else g for g in step])
                  for step in zip(*found)]


def _parts(cell, state):
    """Flat states of the cells in `cell`; what one cell's state consists of is independent."""
    layers = state if isinstance(cell, tf_cells.MultiRNNCell) or type(state) is tuple else [state]
    return [tf.nest.flatten(layer) for layer in layers]


def _static_rnn(unroll):
    def run(cell, perturbation, lengths):
        outputs, state = rnn.static_rnn(
            rnn_cell.PerturbationWrapper(cell), _pairs(cell, perturbation), dtype=tf.float32,
            sequence_length=lengths, unroll=unroll)
        return tf.stack(outputs), state
    return run


def _dynamic_rnn(cell, perturbation, lengths):
    return rnn.dynamic_rnn(rnn_cell.PerturbationWrapper(cell), (_inputs(), perturbation),
                           dtype=tf.float32, sequence_length=lengths, time_major=True)


def _decoder(cell, perturbation, _):
    outputs, state = seq2seq.rnn_decoder(
        _pairs(cell, perturbation), cell.zero_state(BATCH, tf.float32),
        rnn_cell.PerturbationWrapper(cell), scope="rnn", unroll="static")
    return tf.stack(outputs), state


class PerturbationTest(tf.test.TestCase):

    def _gradients(self, run, make, lengths=None):
        with tf.Graph().as_default(), oracle.quiet(), self.session() as session:
            cell = make()
            perturbation = _zeros(cell)
            loss = _loss(*run(cell, perturbation, lengths))
            found = tf.gradients(loss, tf.nest.flatten(perturbation))
            names = [v.op.name for v in tf.trainable_variables()]
            right_loss, right = _by_hand(cell, lengths)
            self.assertEqual(names, [v.op.name for v in tf.trainable_variables()])
            oracle.load_random(session)
            return session.run([loss, right_loss, [
                tf.zeros_like(b) if a is None else a for a, b in zip(found, right)], right])

    def _check(self, run, make, lengths=None):
        loss, right_loss, found, right = self._gradients(run, make, lengths)
        self.assertAllClose(right_loss, loss, rtol=1e-5)
        self.assertGreater(max(np.abs(part).max() for part in right), 0.01)
        for part, right_part in zip(found, right):
            if lengths:
                # Past its end an example has no step to perturb.
                ended = np.arange(STEPS)[:, None] >= np.array(lengths)
                self.assertAllEqual(part[ended], np.zeros_like(part[ended]))
            self.assertAllClose(right_part, part, rtol=1e-4, atol=1e-5)

    @slow
    def test_every_cell_in_a_loop(self):
        for name, make in sorted(CELLS.items()):
            for lengths in (None, LENGTHS) if name in ("gru", "lstm", "stack") else (None,):
                with self.subTest(cell=name, lengths=lengths):
                    self._check(_static_rnn("loop"), make, lengths)

    @slow
    def test_other_functions(self):
        for name in ("lstm", "stack"):
            for run in (_static_rnn("static"), _dynamic_rnn, _decoder):
                for lengths in (None, LENGTHS):
                    if lengths and run is _decoder:
                        continue
                    with self.subTest(cell=name, run=run, lengths=lengths):
                        self._check(run, CELLS[name], lengths)

    def test_a_perturbation_moves_state_and_output(self):
        cell = rnn_cell.LSTMCell(SIZE)
        x, state = _inputs()[0], cell.zero_state(BATCH, tf.float32)
        moved = rnn_cell.LSTMStateTuple(tf.ones([BATCH, SIZE]), 2 * tf.ones([BATCH, SIZE]))
        plain = cell(x, state)
        output, new = rnn_cell.PerturbationWrapper(cell)((x, moved), state)
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            (h, (c, _)), (output, new) = session.run([plain, (output, new)])
        self.assertAllClose(c + 1, new.c)
        self.assertAllClose(h + 2, new.h)
        self.assertAllEqual(output, new.h)

    def test_variables_are_those_of_the_cell(self):
        def names(wrap):
            with tf.Graph().as_default():
                cell = CELLS["stack"]()
                x, state = _inputs()[0], cell.zero_state(BATCH, tf.float32)
                if wrap:
                    cell, x = rnn_cell.PerturbationWrapper(cell), (x, state)
                cell(x, state)
                return [[v.op.name for v in variables] for variables in (
                    tf.trainable_variables(), cell.trainable_variables)]
        self.assertEqual(names(False), names(True))

    def test_errors(self):
        wrapped = rnn_cell.PerturbationWrapper(rnn_cell.LSTMCell(SIZE))
        x, state = _inputs()[0], wrapped.zero_state(BATCH, tf.float32)
        with self.assertRaisesRegex(TypeError, "must be a pair"):
            wrapped(x, state)
        with self.assertRaisesRegex(ValueError, "structure of the cell's state_size"):
            wrapped((x, x), state)
        with self.assertRaisesRegex(TypeError, "RNNCell"):
            rnn_cell.PerturbationWrapper(SIZE)
        with self.assertRaisesRegex(TypeError, "gpu_for_layers.*gpu_for_layer"):
            rnn_cell.PerturbationWrapper(rnn_cell.GRUCell(SIZE), gpu_for_layers=0)
        with self.assertRaisesRegex(ValueError, "state_is_tuple=True"):
            rnn_cell.PerturbationWrapper(
                rnn_cell.MultiRNNCell([rnn_cell.GRUCell(SIZE)], state_is_tuple=False))
        with self.assertRaisesRegex(ValueError, "MultiRNNCell_Interconnect"):
            rnn_cell.PerturbationWrapper(rnn_cell.MultiRNNCell_Interconnect(
                [rnn_cell.GRUCell_Interconnect(SIZE)] * 2, vertically_pass_inputs=True))


class SecondOrderTest(tf.test.TestCase):
    """What a loop doesn't have ends in an error that says what has it."""

    @slow
    def test_every_source(self):
        def build(unroll):
            x, start = _inputs(), tf.ones([BATCH, SIZE])
            outputs, state = rnn.static_rnn(rnn_cell.GRUCell(SIZE), tf.unstack(x), start,
                                            unroll=unroll)
            loss = tf.reduce_sum(tf.square(outputs)) + tf.reduce_sum(tf.sin(state))
            return loss, {"inputs": x, "start": start, "weights": tf.trainable_variables()[0]}
        for first in ("inputs", "start", "weights"):
            for second in ("inputs", "start", "weights"):
                with self.subTest(first=first, second=second), tf.Graph().as_default():
                    loss, sources = build("loop")
                    gradient, = tf.gradients(loss, sources[first])
                    with self.assertRaisesRegex(ValueError, "unroll=\"static\""):
                        tf.gradients(tf.reduce_sum(gradient), sources[second])
            with self.subTest(hessian=first), tf.Graph().as_default():
                loss, sources = build("loop")
                with self.assertRaisesRegex(ValueError, "unroll=\"static\""):
                    tf.hessians(loss, sources[first])
        loss, sources = build("static")
        gradient, = tf.gradients(loss, sources["weights"])
        self.assertIsNotNone(tf.gradients(gradient, sources["inputs"])[0])


if __name__ == "__main__":
    tf.test.main()
