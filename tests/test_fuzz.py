"""Random programs: time in a loop, in copies and in stock TensorFlow gives the same.

A program is a stack of cells in wrappers, run by one function of the package on inputs of some
length, batch and dtype. Outputs, final states and gradients by weights, inputs and initial states
are compared. The suite tries a few programs for each function, always the same ones; with
RNN_ENHANCEMENT_LONG_TESTS=1 more than a thousand.
"""
import collections
import os
import random
import tempfile
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced as rnn_cell
from Project_RNN_Enhancement.rnn_enhancement.tf1 import is_tf_1

from . import stock
from .sizes import LONG, slow

try:
    import hypothesis
    from hypothesis import configuration, strategies
except ImportError:
    hypothesis = None
else:
    # Whatever it writes is not to lie where the tests are run.
    configuration.set_hypothesis_home_dir(os.path.join(tempfile.gettempdir(), "hypothesis"))

INPUT, SYMBOLS = 3, 5


class Kind(object):
    """A kind of cell.

    Args:
      make: function (cells of a library, units) -> cell.
      stock: whether stock TensorFlow has it.
      counts: whether a part of its state counts steps, and starts from 0 only.
    """

    def __init__(self, make, stock=False, counts=False):
        self.make, self.stock, self.counts = make, stock, counts


def _own_cell(c, units):
    class Own(c.RNNCell):
        state_size = property(lambda self: (units, units))
        output_size = property(lambda self: units)

        def build(self, inputs_shape):
            self.kernel = self.add_weight("kernel", [int(inputs_shape[-1]) + units, units])
            self.scale = self.add_weight("scale", [units])
            self.built = True

        # Conversion of all the steps here would take longer than the tests.
        @tf.autograph.experimental.do_not_convert
        def call(self, inputs, state):
            fast, slow = state
            fast = tf.tanh(tf.matmul(tf.concat([inputs, fast], 1), self.kernel) + slow)
            return fast * self.scale, (fast, 0.9 * slow + 0.1 * fast)
    return Own()


def _drawing_cell(c, units):
    """Its steps draw with a seed of their own, so that none is rolled."""
    return c.DropoutWrapper(c.GRUCell(units), output_keep_prob=0.6, seed=3)


def _keeping_cell(c, units):
    """It keeps a tensor of its last step, and uses it."""
    class Keeping(c.GRUCell):
        last = None

        @tf.autograph.experimental.do_not_convert
        def call(self, inputs, state):
            output, state = super(Keeping, self).call(inputs, state)
            if self.last is not None and self.last.graph is output.graph:
                output = output + 0.1 * self.last
            self.last = output
            return output, state
    return Keeping(units)


def _counting_cell(c, units):
    class Counting(c.BasicRNNCell):
        calls = 0

        @tf.autograph.experimental.do_not_convert
        def call(self, inputs, state):
            self.calls += 1
            output, state = super(Counting, self).call(inputs, state)
            return output / self.calls, state
    return Counting(units)


KINDS = collections.OrderedDict([
    ("basic", Kind(lambda c, n: c.BasicRNNCell(n), stock=True)),
    ("basic relu", Kind(lambda c, n: c.BasicRNNCell(n, activation=tf.nn.relu), stock=True)),
    ("gru", Kind(lambda c, n: c.GRUCell(n), stock=True)),
    ("basic lstm", Kind(lambda c, n: c.BasicLSTMCell(n, forget_bias=0.5), stock=True)),
    ("joined lstm", Kind(lambda c, n: c.BasicLSTMCell(n, state_is_tuple=False), stock=True)),
    ("lstm", Kind(lambda c, n: c.LSTMCell(n, use_peepholes=True, cell_clip=0.8, num_proj=2,
                                          proj_clip=0.7), stock=True)),
    ("own", Kind(_own_cell, stock=True)),
    ("drawing", Kind(_drawing_cell, stock=True)),
    ("keeping", Kind(_keeping_cell, stock=True)),
    ("counting", Kind(_counting_cell, stock=True)),
    ("jzs1", Kind(lambda _, n: rnn_cell.JZS1Cell(n))),
    ("jzs2", Kind(lambda _, n: rnn_cell.JZS2Cell(n))),
    ("jzs3", Kind(lambda _, n: rnn_cell.JZS3Cell(n))),
    ("identity", Kind(lambda _, n: rnn_cell.IdentityRNNCell(n))),
    ("unitary", Kind(lambda _, n: rnn_cell.UnitaryRNNCell(n, recurrence="matrix"))),
    ("grid", Kind(lambda _, n: rnn_cell.GridLSTMCell(n, 2))),
    ("layer norm gru", Kind(lambda _, n: rnn_cell.LayerNormGRUCell(n))),
    ("layer norm lstm", Kind(lambda _, n: rnn_cell.LayerNormLSTMCell(n))),
    ("highway", Kind(lambda _, n: rnn_cell.RecurrentHighwayCell(n))),
    ("min gru", Kind(lambda _, n: rnn_cell.MinGRUCell(n))),
    ("min lstm", Kind(lambda _, n: rnn_cell.MinLSTMCell(n))),
    ("multiplicative gru", Kind(lambda _, n: rnn_cell.MultiplicativeGRUCell(n))),
    ("multiplicative lstm", Kind(lambda _, n: rnn_cell.MultiplicativeLSTMCell(n))),
    ("gru without bias", Kind(lambda _, n: rnn_cell.GRUCell(n, use_bias=False))),
    ("gru skip", Kind(lambda _, n: rnn_cell.GRUCell(
        n, skip_connections=True, skip_neuron_number=3), counts=True)),
    ("interconnect", Kind(lambda _, n: rnn_cell.MultiRNNCell_Interconnect(
        [rnn_cell.GRUCell_Interconnect(n), rnn_cell.LSTMCell_Interconnect(n),
         rnn_cell.BasicRNNCell_Interconnect(n)], vertically_pass_hidden_states=True,
        vertically_pass_inputs=True, layer_skip_number=1))),
])

# Of them, `make` is a function (cells of a library, cell) -> cell.
WRAPPERS = collections.OrderedDict([
    ("residual", Kind(lambda c, cell: c.ResidualWrapper(
        cell, residual_fn=lambda x, y: y + tf.reduce_mean(x, 1, keepdims=True)), stock=True)),
    ("device", Kind(lambda c, cell: c.DeviceWrapper(cell, "/cpu:0"), stock=True)),
    ("dropout off", Kind(lambda c, cell: c.DropoutWrapper(cell), stock=True)),
    ("input projection", Kind(
        lambda c, cell: c.InputProjectionWrapper(cell, 2, activation=tf.tanh), stock=True)),
    ("output projection", Kind(lambda c, cell: c.OutputProjectionWrapper(cell, 3), stock=True)),
    ("skip", Kind(lambda _, cell: rnn_cell.SkipConnectionWrapper(cell, 3), counts=True)),
    ("relaxation", Kind(lambda _, cell: rnn_cell.RelaxationWrapper(cell, 2), counts=True)),
    ("zoneout", Kind(lambda _, cell: rnn_cell.ZoneoutWrapper(cell, 0.3, training=False))),
])

Layer = collections.namedtuple("Layer", ["kind", "units", "wrappers"])

Program = collections.namedtuple("Program", [
    "function",  # key of FUNCTIONS
    "layers",  # tuple of `Layer`
    "joined",  # MultiRNNCell even around one layer
    "steps", "batch",
    "mode",  # to be compared with copies
    "batch_known",
    "lengths",  # None, "constant" or "fed"
    "initial",  # whether an initial state is fed, where the function takes one
    "float64",
    "option",  # bool, whose meaning is the function's
    "other_option",
])


class _Environment(object):
    """What a program is built in: the default graph, a library, and the values to feed."""

    def __init__(self, program, library, keywords):
        self.program, self.library, self.keywords = program, library, keywords
        self.dtype = tf.float64 if program.float64 else tf.float32
        self.random = np.random.RandomState(program.steps)
        self.feed, self.sources = collections.OrderedDict(), []

    def cell(self):
        c = self.library.cells
        cells = []
        for layer in self.program.layers:
            cell = KINDS[layer.kind].make(c, layer.units)
            for name in layer.wrappers:
                cell = WRAPPERS[name].make(c, cell)
            cells.append(cell)
        if len(cells) > 1 or self.program.joined:
            return c.MultiRNNCell(cells)
        return cells[0]

    def fed(self, value, shape):
        """A placeholder; the first dimension is the batch."""
        known = [self.program.batch if self.program.batch_known else None]
        placeholder = tf.placeholder(
            self.dtype if value.dtype.kind == "f" else value.dtype, known + shape)
        self.feed[placeholder] = value
        if value.dtype.kind == "f":
            self.sources.append(placeholder)
        return placeholder

    def vectors(self, steps=None, size=INPUT):
        return [self.fed(self.random.uniform(-1, 1, [self.program.batch, size]), [size])
                for _ in range(steps or self.program.steps)]

    def symbols(self, steps=None, extra=()):
        return [self.fed(self.random.randint(
            SYMBOLS, size=(self.program.batch,) + extra).astype(np.int32), list(extra))
                for _ in range(steps or self.program.steps)]

    def state(self, cell, needed=False):
        """An initial state: fed, or of zeros where the state counts; None if the program has none.

        Args:
          needed: True: never None.
        """
        if not (self.program.initial or needed):
            return None
        if self.counts():
            return cell.zero_state(self.rows(), self.dtype)
        return tf.nest.map_structure(lambda size: self.fed(
            self.random.uniform(-1, 1, [self.program.batch, size]), [size]), cell.state_size)

    def rows(self):
        """The batch size, as the graph knows it."""
        return self.program.batch if self.program.batch_known else tf.shape(
            next(iter(self.feed)))[0]

    def lengths(self):
        values = self.random.randint(self.program.steps + 1, size=self.program.batch)
        if self.program.lengths == "fed":
            return self.fed(values.astype(np.int64), [])
        return values.astype(np.int32) if self.program.lengths else None

    def weights(self, name, *shape):
        return tf.get_variable(name, shape, self.dtype)

    def loop_function(self, size):
        """None, or one that makes inputs of outputs [batch, size], as the program says."""
        if not self.program.option:
            return None
        weights = self.weights("feedback", size, INPUT)
        return lambda previous, _: tf.tanh(tf.matmul(previous, weights))

    def counts(self):
        return any(kind.counts for kind in _kinds(self.program))


def _kinds(program):
    for layer in program.layers:
        yield KINDS[layer.kind]
        for name in layer.wrappers:
            yield WRAPPERS[name]


def _static_rnn(e):
    cell, inputs = e.cell(), e.vectors()
    if e.program.option:
        inputs, cell = e.symbols(), e.library.cells.EmbeddingWrapper(cell, SYMBOLS, 2)
    return e.library.unroll.static_rnn(
        cell, inputs, e.state(cell), None if e.program.initial else e.dtype, e.lengths(),
        **e.keywords)


def _static_bidirectional_rnn(e):
    forwards, backwards, inputs = e.cell(), e.cell(), e.vectors()
    return e.library.unroll.static_bidirectional_rnn(
        forwards, backwards, inputs, e.state(forwards), e.state(backwards), e.dtype, e.lengths(),
        **e.keywords)


def _dynamic_rnn(e):
    cell = e.cell()
    return e.library.unroll.dynamic_rnn(
        cell, tf.stack(e.vectors(), 1), e.lengths(), e.state(cell), e.dtype)


def _rnn_decoder(e):
    cell, inputs = e.cell(), e.vectors()
    return e.library.seq2seq.rnn_decoder(
        inputs, e.state(cell, True), cell, e.loop_function(cell.output_size), **e.keywords)


def _attention_decoder(e):
    cell, inputs = e.cell(), e.vectors()
    attended = tf.stack(e.vectors(3, 4), 1)
    return e.library.seq2seq.attention_decoder(
        inputs, e.state(cell, True), attended, cell, 4, 2 if e.program.other_option else 1,
        e.loop_function(4), e.dtype, initial_state_attention=e.program.initial, **e.keywords)


def _basic(e):
    return e.library.seq2seq.basic_rnn_seq2seq(
        e.vectors(4), e.vectors(), e.cell(), e.dtype, **e.keywords)


def _tied(e):
    cell = e.cell()
    return e.library.seq2seq.tied_rnn_seq2seq(
        e.vectors(4), e.vectors(), cell, e.loop_function(cell.output_size), e.dtype, **e.keywords)


def _projection(e, cell):
    if not e.program.other_option:
        return None
    return e.weights("w", cell.output_size, SYMBOLS), e.weights("b", SYMBOLS)


def _embedding_rnn(e):
    cell = e.cell()
    return e.library.seq2seq.embedding_rnn_seq2seq(
        e.symbols(4), e.symbols(), cell, SYMBOLS, SYMBOLS, 2, _projection(e, cell),
        e.program.option, e.dtype, **e.keywords)


def _embedding_tied(e):
    cell = e.cell()
    return e.library.seq2seq.embedding_tied_rnn_seq2seq(
        e.symbols(4), e.symbols(), cell, SYMBOLS, 2, None, _projection(e, cell), e.program.option,
        e.dtype, **e.keywords)


def _embedding_attention(e):
    cell = e.cell()
    return e.library.seq2seq.embedding_attention_seq2seq(
        e.symbols(4), e.symbols(), cell, SYMBOLS, SYMBOLS, 2, 1, _projection(e, cell),
        e.program.option, e.dtype, initial_state_attention=e.program.initial, **e.keywords)


def _one2many(e):
    names = ("a", "b")
    decoders = collections.OrderedDict((name, e.cell()) for name in names)
    return e.library.seq2seq.one2many_rnn_seq2seq(
        e.symbols(4), collections.OrderedDict((name, e.symbols()) for name in names), e.cell(),
        decoders, SYMBOLS, dict.fromkeys(names, SYMBOLS), 2, e.program.option, e.dtype,
        **e.keywords)


def _buckets(e):
    steps = e.program.steps
    inputs, targets, outputs = e.symbols(steps + 1), e.symbols(steps + 1), e.symbols(steps + 1)
    weights = e.vectors(steps + 1, 1)
    weights = [tf.abs(weight[:, 0]) for weight in weights]

    # The same cell for each bucket would be refused by stock.
    def model(encoder_inputs, decoder_inputs):
        return e.library.seq2seq.embedding_attention_seq2seq(
            encoder_inputs, decoder_inputs, e.cell(), SYMBOLS, SYMBOLS, 2,
            feed_previous=e.program.option, dtype=e.dtype)
    return e.library.seq2seq.model_with_buckets(
        inputs, outputs, targets, weights, [(2, steps), (4, steps + 1)][:2 if steps > 2 else 1],
        model, per_example_loss=e.program.other_option, **e.keywords)


FUNCTIONS = collections.OrderedDict([
    ("static_rnn", _static_rnn), ("static_bidirectional_rnn", _static_bidirectional_rnn),
    ("dynamic_rnn", _dynamic_rnn), ("rnn_decoder", _rnn_decoder),
    ("attention_decoder", _attention_decoder), ("basic_rnn_seq2seq", _basic),
    ("tied_rnn_seq2seq", _tied), ("embedding_rnn_seq2seq", _embedding_rnn),
    ("embedding_tied_rnn_seq2seq", _embedding_tied),
    ("embedding_attention_seq2seq", _embedding_attention), ("one2many_rnn_seq2seq", _one2many),
    ("model_with_buckets", _buckets)])

# What a program gives: names of variables, results and gradients (None where there is none).
Numbers = collections.namedtuple("Numbers", ["variables", "results", "gradients"])


def numbers(program, library, mode=None):
    """`Numbers` of a program, with the same weights and inputs in every library and mode."""
    with tf.Graph().as_default(), stock.quiet():
        tf.set_random_seed(7)
        e = _Environment(program, library, {} if mode is None else {"unroll": mode})
        results = [tf.convert_to_tensor(r) for r in tf.nest.flatten(FUNCTIONS[program.function](e))]
        variables = tf.trainable_variables()
        gradients = tf.gradients([tf.square(r) for r in results], variables + e.sources)
        gradients = [None if g is None else tf.convert_to_tensor(g) for g in gradients]
        numbers_of = np.random.RandomState(2)
        with tf.Session(config=stock.as_built()) as session:
            # Those that aren't trained too: some cells have a fixed projection, drawn by chance.
            session.run([variable.initializer for variable in tf.global_variables()], {
                variable.initializer.inputs[1]: numbers_of.uniform(
                    -0.8, 0.8, variable.shape.as_list())
                for variable in tf.global_variables() if variable.dtype.is_floating})
            results, found = session.run(
                [results, [g for g in gradients if g is not None]], e.feed)
    found = iter(found)
    return Numbers([(v.op.name, v.shape.as_list(), v.dtype.base_dtype) for v in variables], results,
                   [None if g is None else next(found) for g in gradients])


def _assert_close(expected, found, tolerance, what, largest=0.0):
    """Where terms as large as `largest` cancel, what is left of them is rounding."""
    scale = np.abs(expected).max() if np.size(expected) else 0.0
    np.testing.assert_allclose(found, expected, tolerance,
                               tolerance * max(scale, 1e-3, 1e-2 * largest), err_msg=what)


def assert_same(program, expected, found, what):
    """Fails unless two `Numbers` agree as well as the program's dtype lets them."""
    of_results, of_gradients = (1e-10, 1e-9) if program.float64 else (1e-5, 1e-4)
    assert expected.variables == found.variables, "%s: %s, not %s" % (
        what, found.variables, expected.variables)
    assert len(expected.results) == len(found.results), what
    for i, (one, other) in enumerate(zip(expected.results, found.results)):
        _assert_close(one, other, of_results, "%s: result %d" % (what, i))
    assert len(expected.gradients) == len(found.gradients), what
    largest = max([np.abs(one).max() for one in expected.gradients if one is not None and np.size(one)] or [0.0])
    for i, (one, other) in enumerate(zip(expected.gradients, found.gradients)):
        where = "%s: gradient %d, variables %s" % (what, i, expected.variables)
        assert (one is None) == (other is None), where
        if one is not None:
            _assert_close(one, other, of_gradients, where, largest)


def check(program):
    """Fails unless the program gives the same in its mode, in copies and in stock TensorFlow."""
    static, mode = "static", program.mode
    if program.function == "dynamic_rnn":
        static = mode = None
    elif mode == "auto" and program.steps < 4:
        # Of so few steps it makes copies.
        mode = "loop"
    expected = numbers(program, stock.OURS, static)
    if mode is not None:
        try:
            assert_same(program, expected, numbers(program, stock.OURS, mode), mode)
        except ValueError as error:
            if mode != "loop" or "is not possible here" not in str(error):
                raise
    if is_tf_1 and all(kind.stock for kind in _kinds(program)):
        try:
            of_stock = numbers(program, stock.STOCK)
        except AttributeError:
            # Its EmbeddingWrapper asks the first part of a state for its dtype.
            if program.layers[0].kind != "own":
                raise
        else:
            assert_same(program, of_stock, expected, "copies after stock")


def program_of(function, choose):
    """A `Program` for a key of FUNCTIONS; `choose(values)` gives one of some values."""
    either = [False, True]
    layers = tuple(
        Layer(choose(list(KINDS)), choose([2, 3]),
              tuple(choose(list(WRAPPERS)) for _ in range(choose([0, 1, 2]))))
        for _ in range(choose([1, 2, 3] if LONG else [1, 2])))
    return Program(
        function, layers, joined=choose(either), steps=choose([1, 2, 3, 4, 5, 6]),
        batch=choose([1, 2, 3]), mode=choose(["auto", "loop"]), batch_known=choose(either),
        lengths=choose([None, "constant", "fed"]), initial=choose(either), float64=choose(either),
        option=choose(either), other_option=choose(either))


def _strategy(function):
    # Older versions of hypothesis take no lambda.
    @strategies.composite
    def drawn(draw):
        return program_of(function, lambda values: draw(strategies.sampled_from(values)))
    return drawn()


@slow
@unittest.skipUnless(hypothesis, "hypothesis is not installed; the extra \"test\" has it")
class FuzzTest(unittest.TestCase):
    """A test for each function, added below."""

    def _check_programs_of(self, function, seed):
        # The same programs every time, and nothing is kept of them.
        @hypothesis.seed(seed)
        @hypothesis.settings(
            max_examples=90 if LONG else 1, deadline=None, derandomize=True, database=None,
            phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate,
                    hypothesis.Phase.shrink],
            suppress_health_check=[hypothesis.HealthCheck.too_slow,
                                   hypothesis.HealthCheck.data_too_large])
        @hypothesis.given(_strategy(function))
        def check_one(program):
            check(program)
        # Those that hypothesis comes to first are small.
        choose = random.Random(seed if is_tf_1 else -1 - seed).choice
        for _ in range(20 if LONG else 1):
            check_one = hypothesis.example(program_of(function, choose))(check_one)
        check_one()


def _add_tests():
    for seed, name in enumerate(FUNCTIONS):
        def test(self, name=name, seed=seed):
            self._check_programs_of(name, seed)
        test.__name__ = "test_" + name
        setattr(FuzzTest, test.__name__, test)


_add_tests()


if __name__ == "__main__":
    unittest.main()
