"""Cells and wrappers in every loop, inside other control flow, and in one scope time and again.

Every cell is to run wherever TensorFlow's own cells do: in copies and loops of this package's and
of TensorFlow's, in beam search, in the body of a user's loop, condition or function. Calls that
share a variable scope must leave each other alone, whatever was built before: gradients are taken
of all of them at the end. The judge is `tf.nn.static_rnn` in a graph of its own.

The suite tries each cell, wrapper, loop and surrounding in some pairs; all pairs are tried with
RNN_ENHANCEMENT_LONG_TESTS=1.
"""
import collections
import contextlib
import itertools

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (decoding_enhanced as decoding,
                                                     rnn_cell_enhanced as rnn_cell,
                                                     rnn_enhanced as rnn,
                                                     seq2seq_enhanced as seq2seq)

from . import oracle
from tests.sizes import LONG, slow, some
from tests.stock import as_built, tf_cells
# All vectors are of one size, so that any wrapper fits around any cell.
BATCH, STEPS, SIZE = 2, 4, 4
LENGTHS = (4, 2)
IS_TF_1 = tf.__version__.startswith("1.")


class UserCell(rnn_cell.RNNCell):
    """As a user writes one, its variables made or found at every call."""

    state_size = output_size = SIZE

    def call(self, inputs, state):
        both = tf.concat([inputs, state], 1)
        w = tf.get_variable("w", [both.shape.as_list()[1], SIZE])
        state = tf.tanh(tf.matmul(both, w))
        return state, state


class Branching(UserCell):
    """One whose step can't be put into a loop."""

    def call(self, inputs, state):
        inputs = tf.cond(tf.reduce_sum(inputs) > 0, lambda: inputs, lambda: -inputs)
        return super(Branching, self).call(inputs, state)


CELLS = {
    "basic": lambda: rnn_cell.BasicRNNCell(SIZE),
    "gru": lambda: rnn_cell.GRUCell(SIZE),
    "gru skip": lambda: rnn_cell.GRUCell(SIZE, skip_connections=True, skip_neuron_number=3),
    "basic lstm": lambda: rnn_cell.BasicLSTMCell(SIZE),
    "lstm": lambda: rnn_cell.LSTMCell(SIZE, use_peepholes=True, num_proj=SIZE, cell_clip=5.0),
    "lstm joined": lambda: rnn_cell.LSTMCell(SIZE, state_is_tuple=False),
    "jzs1": lambda: rnn_cell.JZS1Cell(SIZE),
    "jzs2": lambda: rnn_cell.JZS2Cell(SIZE),
    "jzs3": lambda: rnn_cell.JZS3Cell(SIZE),
    "identity": lambda: rnn_cell.IdentityRNNCell(SIZE),
    "unitary": lambda: rnn_cell.UnitaryRNNCell(SIZE // 2),
    "unitary matrix": lambda: rnn_cell.UnitaryRNNCell(SIZE // 2, recurrence="matrix"),
    "unitary start": lambda: rnn_cell.UnitaryRNNCell(SIZE // 2, learned_initial_state=True),
    "grid": lambda: rnn_cell.GridLSTMCell(SIZE, 2),
    "grid tied": lambda: rnn_cell.GridLSTMCell(SIZE, 2, tied=True, priority="time"),
    "norm gru": lambda: rnn_cell.LayerNormGRUCell(SIZE),
    "norm lstm": lambda: rnn_cell.LayerNormLSTMCell(SIZE),
    "norm basic lstm": lambda: rnn_cell.LayerNormBasicLSTMCell(SIZE),
    "gru block": lambda: rnn_cell.GRUBlockCell(SIZE),
    "lstm block": lambda: rnn_cell.LSTMBlockCell(SIZE, cell_clip=0.1, use_peephole=True),
    "highway": lambda: rnn_cell.RecurrentHighwayCell(SIZE),
    "multiplicative gru": lambda: rnn_cell.MultiplicativeGRUCell(SIZE),
    "multiplicative lstm": lambda: rnn_cell.MultiplicativeLSTMCell(SIZE),
    "minimal gru": lambda: rnn_cell.MinGRUCell(SIZE),
    "minimal lstm": lambda: rnn_cell.MinLSTMCell(SIZE),
    "interconnect": lambda: rnn_cell.MultiRNNCell_Interconnect(
        [rnn_cell.GRUCell_Interconnect(SIZE), rnn_cell.BasicRNNCell_Interconnect(SIZE),
         rnn_cell.LSTMCell_Interconnect(SIZE)],
        vertically_pass_hidden_states=True, vertically_pass_inputs=True),
    "user's": UserCell,
    "branching": Branching,
    "stock gru": lambda: tf_cells.GRUCell(SIZE),
    "stock lstm": lambda: tf_cells.LSTMCell(SIZE, num_proj=SIZE),
}

WRAPPERS = {
    "bare": lambda cell: cell,
    "dropout": lambda cell: rnn_cell.DropoutWrapper(cell, *[tf.constant(1.0)] * 3),
    "device": lambda cell: rnn_cell.DeviceWrapper(cell, "/cpu:0"),
    "residual": rnn_cell.ResidualWrapper,
    "input projection": lambda cell: rnn_cell.InputProjectionWrapper(cell, SIZE, tf.tanh),
    "output projection": lambda cell: rnn_cell.OutputProjectionWrapper(cell, SIZE),
    "embedding": lambda cell: rnn_cell.EmbeddingWrapper(cell, SIZE, SIZE),
    "skip": lambda cell: rnn_cell.SkipConnectionWrapper(cell, 3),
    "relaxation": lambda cell: rnn_cell.RelaxationWrapper(cell, 2),
    "zoneout": lambda cell: rnn_cell.ZoneoutWrapper(cell, 0.3, training=False),
    "stack": lambda cell: rnn_cell.MultiRNNCell([cell] * 2),
    "above an lstm": lambda cell: rnn_cell.MultiRNNCell([rnn_cell.LSTMCell(SIZE), cell]),
    "below a gru": lambda cell: rnn_cell.MultiRNNCell([cell, rnn_cell.GRUCell(SIZE)]),
    "stock residual": tf_cells.ResidualWrapper,
    "stock stack": lambda cell: tf_cells.MultiRNNCell([rnn_cell.GRUCell(SIZE), cell]),
}


def given(wrapper):
    """What the cell is run on: [STEPS, BATCH, SIZE], or symbols [STEPS, BATCH, 1]."""
    random = np.random.RandomState(4)
    if wrapper == "embedding":
        return tf.constant(random.randint(SIZE, size=[STEPS, BATCH, 1]))
    return tf.constant(random.uniform(-1, 1, [STEPS, BATCH, SIZE]), tf.float32)


def _flat(outputs, state):
    if isinstance(outputs, (list, tuple)):
        outputs = tf.stack(outputs)
    return [outputs] + tf.nest.flatten(state)


def _judge(lengths=None):
    return lambda cell, x: _flat(*tf.nn.static_rnn(
        cell, tf.unstack(x), dtype=tf.float32, sequence_length=lengths))


def _static_rnn(unroll, lengths=None):
    return lambda cell, x: _flat(*rnn.static_rnn(
        cell, tf.unstack(x), dtype=tf.float32, sequence_length=lengths, unroll=unroll))


def _dynamic_rnn(lengths=None):
    return lambda cell, x: _flat(*rnn.dynamic_rnn(
        cell, x, dtype=tf.float32, sequence_length=lengths, time_major=True))


def _stock_dynamic_rnn(cell, x):
    return _flat(*tf.nn.dynamic_rnn(cell, x, dtype=tf.float32, time_major=True))


def _decoder(cell, x):
    return _flat(*seq2seq.rnn_decoder(tf.unstack(x), cell.zero_state(BATCH, tf.float32), cell,
                                      scope="rnn"))


def _bidirectional(cell, x):
    """Forwards what is returned; the judge knows one direction."""
    backwards = rnn_cell.BasicRNNCell(SIZE)
    if not x.dtype.is_floating:
        backwards = rnn_cell.EmbeddingWrapper(backwards, SIZE)
    outputs, state, _ = rnn.static_bidirectional_rnn(
        cell, backwards, tf.unstack(x), dtype=tf.float32)
    return _flat([output[:, :SIZE] for output in outputs], state)


# Name -> function (cell, inputs) -> flat results. Those with the same ending give the same.
LOOPS = {
    "judge": _judge(),
    "judge, lengths": _judge(LENGTHS),
    "copies": _static_rnn("static"),
    "copies, lengths": _static_rnn("static", LENGTHS),
    "auto": _static_rnn("auto"),
    "auto, lengths": _static_rnn("auto", LENGTHS),
    "loop": _static_rnn("loop"),
    "loop, lengths": _static_rnn("loop", LENGTHS),
    "dynamic": _dynamic_rnn(),
    "dynamic, lengths": _dynamic_rnn(LENGTHS),
    "stock dynamic": _stock_dynamic_rnn,
    "decoder": _decoder,
    "bidirectional": _bidirectional,
}


# Surroundings: function (run, inputs, shapes of the results) -> results. What is run twice is run
# on the inputs and on the inputs reversed, and added up.

def _nothing(run, x, _):
    return run(x)


def _twice(run, x, _):
    return [a + b for a, b in zip(run(x), run(x[::-1]))]


def _map_fn(run, x, shapes):
    results = tf.map_fn(run, tf.stack([x, x[::-1]]), dtype=[tf.float32] * len(shapes))
    return [tf.reduce_sum(value, 0) for value in results]


def _while_loop(run, x, shapes):
    def body(i, x, *sums):
        return [i + 1, x[::-1]] + [a + b for a, b in zip(sums, run(x))]
    start = [0, x] + [tf.zeros(shape) for shape in shapes]
    return tf.while_loop(lambda i, *_: i < 2, body, start)[2:]


def _cond(run, x, shapes):
    return tf.cond(tf.placeholder_with_default(True, []), lambda: run(x),
                   lambda: [tf.zeros(shape) for shape in shapes])


def _function(run, x, _):
    """Weights are made before, as a graph can't hold those that a function makes."""
    run(x)
    with tf.variable_scope(tf.get_variable_scope(), reuse=True):
        return tf.function(run)(x)


SURROUNDINGS = {"nothing": _nothing, "twice": _twice, "map_fn": _map_fn,
                "while_loop": _while_loop, "cond": _cond, "function": _function}


def _surroundings():
    """Those that this TensorFlow has, without the judge's own."""
    return [name for name in SURROUNDINGS
            if name != "twice" and (name != "function" or not IS_TF_1)]


def _sets_of_variables():
    """Lists of variables in the order of their names, one for each direction and its like."""
    sets = {}
    for variable in sorted(tf.global_variables(), key=lambda v: v.name):
        sets.setdefault(_place_and_name(variable)[0], []).append(variable)
    return list(sets.values())


def _place_and_name(variable):
    for place in ("bidirectional_rnn/bw/", "bidirectional_rnn/fw/"):
        if variable.op.name.startswith(place):
            return place, variable.op.name[len(place):]
    return "", variable.op.name[len("rnn/"):]


def _gradients(values):
    """{name: gradient} of a number that all values have an influence on, without Nones."""
    loss = tf.add_n([tf.reduce_sum(tf.square(value + 0.3)) for value in values])
    variables = [v for v in tf.trainable_variables() if "/bw/" not in v.name]
    return {_place_and_name(variable)[1]: tf.convert_to_tensor(gradient)
            for variable, gradient in zip(variables, tf.gradients(loss, variables))
            if gradient is not None}


@contextlib.contextmanager
def control_flow_v2():
    """Context in which conditions and loops are functions, as programs of 2.x have them."""
    enabled = tf.control_flow_v2_enabled()
    tf.enable_control_flow_v2()
    try:
        yield
    finally:
        if not enabled:
            tf.disable_control_flow_v2()


class Call(collections.namedtuple("Call", ["loop", "steps", "surrounding", "inside"])):
    """One use of a cell.

    Attributes:
      loop: key of `LOOPS`.
      steps: int, how many.
      surrounding: key of `SURROUNDINGS`.
      inside: bool, whether the cell is made where it is used; else it is that of other calls too.
    """

    __slots__ = ()

    def build(self, make, cell, x):
        """The flat results; None if the loop is refused."""
        x = x[:self.steps]
        shapes = [[self.steps, BATCH, SIZE]] + [
            [BATCH, size] for size in tf.nest.flatten(cell.state_size)]
        run = LOOPS[self.loop]
        try:
            return SURROUNDINGS[self.surrounding](
                lambda x: run(make() if self.inside else cell, x), x, shapes)
        except ValueError as error:
            if "unroll=\"loop\" is not possible" in str(error):
                return None
            raise

    def judged(self):
        """The call that must give the same."""
        twice = self.surrounding in ("twice", "map_fn", "while_loop")
        return Call("judge, lengths" if "lengths" in self.loop else "judge", self.steps,
                    "twice" if twice else "nothing", False)


def results_of(calls, cell, wrapper):
    """[(values, {name: gradient}) or None for what was refused] of calls in one variable scope."""
    def make():
        return WRAPPERS[wrapper](CELLS[cell]())
    with tf.Graph().as_default(), oracle.quiet():
        x, made, built = given(wrapper), make(), []
        for call in calls:
            with tf.variable_scope(tf.get_variable_scope(), reuse=tf.AUTO_REUSE):
                built.append(call.build(make, made, x))
        fetches = [(values, _gradients(values)) for values in built if values is not None]
        with tf.Session(config=as_built()) as session:
            session.run(tf.global_variables_initializer())
            for variables in _sets_of_variables():
                oracle.load_values(session, variables)
            found = iter(session.run(fetches))
    return [None if values is None else next(found) for values in built]


class _Case(tf.test.TestCase):

    # What stock gave, for all tests.
    _judged = {}

    def _judge(self, call, cell, wrapper):
        key = call.judged(), cell, wrapper
        if key not in self._judged:
            self._judged[key], = results_of([call.judged()], cell, wrapper)
        return self._judged[key]

    def check(self, calls, cell, wrapper):
        """Fails unless every call gives what stock gives, or is refused because it must be."""
        for call, found in zip(calls, results_of(calls, cell, wrapper)):
            if found is None:
                self.assertIn("loop", call.loop)
                self.assertTrue(cell == "branching" or call.surrounding not in (
                    "nothing", "twice"))
                continue
            (values, gradients), (right_values, right_gradients) = (
                found, self._judge(call, cell, wrapper))
            for value, right in zip(values, right_values):
                np.testing.assert_allclose(value, right, rtol=1e-5, atol=1e-5)
            self.assertEqual(sorted(right_gradients), sorted(gradients))
            for name, right in right_gradients.items():
                np.testing.assert_allclose(gradients[name], right, rtol=1e-4, atol=1e-4,
                                           err_msg=name)


def _some(number, *axes):
    """`number` combinations in which the items of every axis come equally often; or all."""
    if LONG:
        return list(itertools.product(*axes))
    random = np.random.RandomState(len(axes[0]))
    columns = []
    for axis in axes:
        axis = some(axis, number)
        order = [axis[i % len(axis)] for i in range(number)]
        columns.append([order[i] for i in random.permutation(number)])
    return list(zip(*columns))


class CellsInLoopsTest(_Case):

    @slow
    def test_every_cell(self):
        loops = [loop for loop in LOOPS if "judge" not in loop and "loop" not in loop]
        for cell, wrapper, loop, surrounding, inside in _some(
                9, CELLS, WRAPPERS, loops, _surroundings(), [False, True]):
            with self.subTest(cell=cell, wrapper=wrapper, loop=loop, surrounding=surrounding,
                              inside=inside):
                self.check([Call(loop, STEPS, surrounding, inside)], cell, wrapper)


class CallsInOneScopeTest(_Case):
    """Two calls in one variable scope, the second with reuse."""
    CELLS = [("gru", "bare"), ("branching", "bare"), ("unitary matrix", "relaxation"),
             ("stock gru", "dropout")] + ([("lstm", "stack"), ("unitary", "skip")] if LONG else [])

    def _check_all(self, number, surroundings):
        calls = [Call(loop, steps, surrounding, inside)
                 for loop in LOOPS if "judge" not in loop for steps in (3, STEPS)
                 for surrounding in surroundings for inside in (False, True)]
        for first, second, (cell, wrapper) in _some(number, calls, calls, self.CELLS):
            with self.subTest(cell=cell, wrapper=wrapper, first=first, second=second):
                self.check([first, second], cell, wrapper)

    @slow
    def test_every_order(self):
        self._check_all(4, ["nothing"])
        self._check_all(4, _surroundings())

    @slow
    def test_every_order_with_control_flow_v2(self):
        with control_flow_v2():
            self._check_all(4, ["nothing", "cond"] + ([] if IS_TF_1 else ["function"]))

    @slow
    def test_a_finished_branch_stays_whole(self):
        """Layers keep scopes of earlier calls, which lead back to the graphs of branches."""
        calls = [Call(inner, 3, surrounding, False)
                 for inner in ("copies", "copies, lengths", "loop, lengths")
                 for surrounding in ("nothing", "cond")]
        for first, (cell, wrapper) in _some(3, calls, self.CELLS):
            with self.subTest(cell=cell, first=first), control_flow_v2():
                self.check([first, Call("copies", STEPS, "nothing", False)], cell, wrapper)


class BeamSearchTest(_Case):

    def _check(self, cell, wrapper):
        go, end = 0, 1

        def vectors(symbols):
            return (tf.expand_dims(symbols, 1) if wrapper == "embedding"
                    else tf.one_hot(symbols, SIZE))
        with tf.Graph().as_default(), oracle.quiet():
            made = WRAPPERS[wrapper](CELLS[cell]())

            def step(symbols, state):
                with tf.variable_scope("rnn", reuse=tf.AUTO_REUSE):
                    return made(vectors(symbols), state)
            found = decoding.beam_search(step, made.zero_state(BATCH, tf.float32), go, end, STEPS,
                                         beam_size=3)
            best = found.symbols[:, 0]
            inputs = tf.unstack(tf.concat([tf.fill([BATCH, 1], go), best[:, :-1]], 1), STEPS, 1)
            with tf.variable_scope(tf.get_variable_scope(), reuse=True):
                logits, _ = tf.nn.static_rnn(made, [vectors(x) for x in inputs], dtype=tf.float32,
                                             sequence_length=found.lengths[:, 0])
            scores = -tf.nn.sparse_softmax_cross_entropy_with_logits(
                labels=best, logits=tf.stack(logits, 1))
            known = tf.sequence_mask(found.lengths[:, 0], STEPS, tf.float32)
            with tf.Session() as session:
                oracle.load_random(session, tf.global_variables())
                value, expected = session.run(
                    [found.log_probabilities[:, 0], tf.reduce_sum(scores * known, 1)])
        np.testing.assert_allclose(value, expected, rtol=1e-4)

    @slow
    def test_every_cell(self):
        for cell, wrapper in _some(4, CELLS, WRAPPERS) + [("unitary matrix", "relaxation")]:
            with self.subTest(cell=cell, wrapper=wrapper):
                self._check(cell, wrapper)


if __name__ == "__main__":
    tf.test.main()
