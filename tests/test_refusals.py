"""A step that can't be put into a loop: "auto" leaves what unroll="static" leaves, and no more.

Every reason for which a step is refused, in every surrounding. The reasons are those of the table
that the engine decides by, so that a new one is tested here without new code. The reasons share
the arrangements of cells and the functions out among them; with RNN_ENHANCEMENT_LONG_TESTS=1 all
pairs of a reason, an arrangement and a function are tried.
"""
import collections
import contextlib
import random
import re
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (rnn_cell_enhanced as rnn_cell,
                                                     rnn_enhanced as rnn,
                                                     seq2seq_enhanced as seq2seq)

from . import stock
from .sizes import LONG, slow
from .stock import tf_cells

try:
    from Project_RNN_Enhancement.rnn_enhancement.unrolling.reasons import REASONS
except ImportError:
    REASONS = ()

# All vectors are of one size, so that any wrapper fits around any cell.
BATCH, STEPS, SIZE, SYMBOLS = 2, 4, 3, 4


# What programs do in their steps, whatever the engine's table says.

def _seeded_dropout():
    def step(x, h):
        h = tf.tanh(tf.nn.dropout(x, keep_prob=0.5, seed=1) + h)
        return h, h
    return step


def _counts_calls():
    calls = [0]

    def step(x, h):
        calls[0] += 1
        h = tf.tanh(x * calls[0] + h)
        return h, h
    return step


def _sets_a_variable_around_it():
    calls = 0

    def step(x, h):
        nonlocal calls
        calls += 1
        h = tf.tanh(x * calls + h)
        return h, h
    return step


def _iterates():
    numbers = iter(range(1, 1000))

    def step(x, h):
        h = tf.tanh(x * next(numbers) + h)
        return h, h
    return step


def _keeps_tensors():
    kept = []

    def step(x, h):
        kept.append(tf.tanh(x + h))
        return kept[-1], kept[-1]
    return step


def _cond():
    def step(x, h):
        h = tf.tanh(tf.cond(tf.reduce_sum(x) > 0, lambda: x, lambda: -x) + h)
        return h, h
    return step


def _while_loop():
    def step(x, h):
        h = tf.while_loop(lambda i, _: i < 2, lambda i, v: (i + 1, tf.tanh(v + x)), [0, h])[1]
        return h, h
    return step


def _complex_numbers():
    def step(x, h):
        h = tf.abs(tf.fft(tf.complex(tf.tanh(x), h)))
        return h, h
    return step


def _update_operations():
    def step(x, h):
        h = tf.tanh(x + h)
        tf.add_to_collection(tf.GraphKeys.UPDATE_OPS, tf.reduce_mean(h).op)
        return h, h
    return step


def _losses():
    def step(x, h):
        h = tf.tanh(x + h)
        tf.losses.add_loss(tf.reduce_mean(tf.square(h)))
        return h, h
    return step


def _summaries():
    def step(x, h):
        h = tf.tanh(x + h)
        tf.summary.scalar("mean", tf.reduce_mean(h))
        return h, h
    return step


def _own_gradient():
    @tf.custom_gradient
    def tanh(v):
        return tf.tanh(v), lambda gradient: 2.0 * gradient

    def step(x, h):
        h = tanh(x + h)
        return h, h
    return step


def _shape_by_data():
    def step(x, h):
        positive = tf.boolean_mask(x, tf.reduce_sum(x, 1) > 0)
        h = tf.tanh(x + h + tf.reduce_sum(positive))
        return h, h
    return step


def _draws_by_numpy():
    def step(x, h):
        h = tf.tanh(x * np.random.uniform(0.5, 1.5) + h)
        return h, h
    return step


def _draws_by_python():
    def step(x, h):
        h = tf.tanh(x * random.uniform(0.5, 1.5) + h)
        return h, h
    return step


def _assigns():
    def step(x, h):
        seen = tf.get_variable("seen", [], initializer=tf.zeros_initializer(), trainable=False)
        with tf.control_dependencies([tf.assign_add(seen, 1.0)]):
            h = tf.tanh(x + h)
        return h, h
    return step


def _python_function():
    def step(x, h):
        h, = tf.py_func(lambda v: np.tanh(v), [x + h], [tf.float32])
        h.set_shape(x.shape)
        return h, h
    return step


def _prints():
    def step(x, h):
        h = tf.Print(tf.tanh(x + h), [], "")
        return h, h
    return step


_Reason = collections.namedtuple("_Reason", ["name", "example"])

PROGRAMS = tuple(_Reason("program:" + example.__name__.strip("_"), example) for example in (
    _seeded_dropout, _counts_calls, _sets_a_variable_around_it, _iterates, _keeps_tensors, _cond,
    _while_loop, _complex_numbers, _update_operations, _losses, _summaries, _own_gradient,
    _shape_by_data, _draws_by_numpy, _draws_by_python, _assigns, _python_function, _prints))

CASES = tuple(reason for reason in REASONS if reason.example is not None) + PROGRAMS


def _cell_class(base):
    class StepCell(base):
        """A user's cell around a step, with a weight of its own."""

        state_size = output_size = property(lambda self: SIZE)

        def __init__(self, step):
            super(StepCell, self).__init__()
            self._step = step

        def build(self, inputs_shape):
            self.kernel = self.add_weight("kernel", [int(inputs_shape[-1]), SIZE])
            self.built = True

        # Conversion of all the steps here would take longer than the tests.
        @tf.autograph.experimental.do_not_convert
        def call(self, inputs, state):
            return self._step(tf.matmul(inputs, self.kernel), state)
    return StepCell


_Cell = _cell_class(tf_cells.RNNCell)
_CellOfOurs = _cell_class(rnn_cell.RNNCell)


class Arrangement(object):
    """Where the cell sits: `make(step)` -> cell."""

    def __init__(self, make, symbols=False):
        self.make, self.symbols = make, symbols


def _around(make):
    return Arrangement(lambda step: make(_Cell(step)))


ARRANGEMENTS = collections.OrderedDict([
    ("alone", _around(lambda cell: cell)),
    ("alone, a cell of the package", Arrangement(_CellOfOurs)),
    ("two of it", _around(lambda cell: rnn_cell.MultiRNNCell([cell] * 2))),
    ("below an LSTM", _around(
        lambda cell: rnn_cell.MultiRNNCell([cell, rnn_cell.BasicLSTMCell(SIZE)]))),
    ("above an LSTM", _around(
        lambda cell: rnn_cell.MultiRNNCell([rnn_cell.BasicLSTMCell(SIZE), cell]))),
    ("DropoutWrapper", _around(lambda cell: rnn_cell.DropoutWrapper(cell, 0.5))),
    ("two in seeded DropoutWrapper", _around(lambda cell: rnn_cell.MultiRNNCell(
        [rnn_cell.DropoutWrapper(cell, output_keep_prob=0.5, seed=1)] * 2))),
    ("DeviceWrapper", _around(lambda cell: rnn_cell.DeviceWrapper(cell, "/cpu:0"))),
    ("ResidualWrapper", _around(rnn_cell.ResidualWrapper)),
    ("InputProjectionWrapper", _around(lambda cell: rnn_cell.InputProjectionWrapper(cell, SIZE))),
    ("OutputProjectionWrapper", _around(
        lambda cell: rnn_cell.OutputProjectionWrapper(cell, SIZE))),
    ("EmbeddingWrapper", Arrangement(
        lambda step: rnn_cell.EmbeddingWrapper(_Cell(step), SYMBOLS), symbols=True)),
    ("SkipConnectionWrapper", _around(lambda cell: rnn_cell.SkipConnectionWrapper(cell, 3))),
    ("RelaxationWrapper", _around(lambda cell: rnn_cell.RelaxationWrapper(cell, 2))),
    ("ZoneoutWrapper", _around(lambda cell: rnn_cell.ZoneoutWrapper(cell, 0.5))),
    ("MultiRNNCell_Interconnect", _around(lambda cell: rnn_cell.MultiRNNCell_Interconnect(
        [cell, rnn_cell.GRUCell_Interconnect(SIZE)], vertically_pass_inputs=True))),
    ("tf DropoutWrapper", _around(lambda cell: tf_cells.DropoutWrapper(cell, 0.5, 0.6, 0.7))),
    ("tf DeviceWrapper", _around(lambda cell: tf_cells.DeviceWrapper(cell, "/cpu:0"))),
    ("tf ResidualWrapper", _around(tf_cells.ResidualWrapper)),
    ("tf MultiRNNCell", _around(
        lambda cell: tf_cells.MultiRNNCell([tf_cells.GRUCell(SIZE), cell]))),
])


def _vectors(steps=STEPS):
    return [tf.constant(np.random.RandomState(i).uniform(-1, 1, [BATCH, SIZE]), tf.float32)
            for i in range(steps)]


def _symbols(steps=STEPS):
    return [tf.constant([i % SYMBOLS, (i * i + 1) % SYMBOLS]) for i in range(steps)]


class Function(object):
    """What a model is built by.

    Args:
      build: function of `cells`, every call of which gives another cell, and a list of inputs.
      takes: "vectors", "symbols" (so that no EmbeddingWrapper goes below), or None: what the cell
        takes.
      cells: number of cells that it asks for.
      loops: False: there is no loop of ours to ask for.
      prepares: True: `build` makes what the call needs and returns the call, for which the graph
        is then compared.
    """

    def __init__(self, build, takes=None, cells=1, loops=True, prepares=False):
        self._build, self._takes, self._prepares = build, takes, prepares
        self._cells, self.loops = cells, loops

    def prepared(self, cells, inputs):
        """The call, a function without arguments."""
        # To make a cell may take operations.
        for _ in range(self._cells):
            cells()
        cells.again()
        if self._prepares:
            return self._build(cells, inputs)
        return lambda: self._build(cells, inputs)

    def fits(self, arrangement):
        return self._takes is None or not arrangement.symbols

    def takes_symbols(self, arrangement):
        return arrangement.symbols if self._takes is None else self._takes == "symbols"


def _static_rnn(cells, inputs):
    return rnn.static_rnn(cells(), inputs, dtype=tf.float32)


def _static_rnn_of_lengths(cells, inputs):
    return rnn.static_rnn(cells(), inputs, dtype=tf.float32, sequence_length=[STEPS, 2])


def _bidirectional_rnn(cells, inputs):
    return rnn.static_bidirectional_rnn(cells(), cells(), inputs, dtype=tf.float32)


def _together(inputs):
    inputs = tf.stack(inputs)
    return inputs if inputs.dtype.is_floating else tf.expand_dims(inputs, 2)


def _dynamic_rnn(cells, inputs):
    return rnn.dynamic_rnn(cells(), _together(inputs), dtype=tf.float32, time_major=True)


def _bidirectional_dynamic_rnn(cells, inputs):
    return rnn.bidirectional_dynamic_rnn(cells(), cells(), _together(inputs), dtype=tf.float32,
                                         time_major=True)


def _rnn_decoder(loop_function):
    def build(cells, inputs):
        cell = cells()
        state = cell.zero_state(BATCH, tf.float32)
        return lambda: seq2seq.rnn_decoder(inputs, state, cell, loop_function)
    return build


def _attention_decoder(loop_function):
    def build(cells, inputs):
        cell = cells()
        state, attended = cell.zero_state(BATCH, tf.float32), tf.ones([BATCH, 2, SIZE])
        return lambda: seq2seq.attention_decoder(inputs, state, attended, cell,
                                                 loop_function=loop_function)
    return build


def _previous(output, _):
    return output


def _embedding_rnn(fed):
    return lambda cells, inputs: seq2seq.embedding_rnn_seq2seq(
        inputs, inputs, cells(), SYMBOLS, SYMBOLS, SIZE, feed_previous=fed)


def _embedding_tied(fed):
    return lambda cells, inputs: seq2seq.embedding_tied_rnn_seq2seq(
        inputs, inputs, cells(), SYMBOLS, SIZE, feed_previous=fed)


def _embedding_attention(fed):
    return lambda cells, inputs: seq2seq.embedding_attention_seq2seq(
        inputs, inputs, cells(), SYMBOLS, SYMBOLS, SIZE, feed_previous=fed)


def _one2many(fed):
    def build(cells, inputs):
        encoder, decoders = cells(), collections.OrderedDict([("a", cells()), ("b", cells())])
        return seq2seq.one2many_rnn_seq2seq(
            inputs, collections.OrderedDict((name, inputs) for name in decoders), encoder,
            decoders, SYMBOLS, dict.fromkeys(decoders, SYMBOLS), SIZE, feed_previous=fed)
    return build


def _buckets(model):
    def build(cells, inputs):
        cell, weights = cells(), [tf.ones([BATCH])] * STEPS
        return lambda: seq2seq.model_with_buckets(
            inputs, inputs, inputs, weights, [(2, STEPS), (STEPS, STEPS)],
            lambda encoder_inputs, decoder_inputs: model(lambda: cell, decoder_inputs))
    return build


FUNCTIONS = collections.OrderedDict([
    ("static_rnn", Function(_static_rnn)),
    ("static_rnn of lengths", Function(_static_rnn_of_lengths)),
    ("static_bidirectional_rnn", Function(_bidirectional_rnn, cells=2)),
    ("dynamic_rnn", Function(_dynamic_rnn, loops=False)),
    ("bidirectional_dynamic_rnn", Function(_bidirectional_dynamic_rnn, cells=2, loops=False)),
    ("basic_rnn_seq2seq", Function(
        lambda cells, inputs: seq2seq.basic_rnn_seq2seq(inputs, inputs, cells()))),
    ("tied_rnn_seq2seq", Function(
        lambda cells, inputs: seq2seq.tied_rnn_seq2seq(inputs, inputs, cells()))),
    ("tied_rnn_seq2seq fed", Function(
        lambda cells, inputs: seq2seq.tied_rnn_seq2seq(inputs, inputs, cells(), _previous),
        "vectors")),
    ("rnn_decoder", Function(_rnn_decoder(None), prepares=True)),
    ("rnn_decoder fed", Function(_rnn_decoder(_previous), "vectors", prepares=True)),
    ("attention_decoder", Function(_attention_decoder(None), "vectors", prepares=True)),
    ("attention_decoder fed", Function(_attention_decoder(_previous), "vectors", prepares=True)),
    ("embedding_rnn_seq2seq", Function(_embedding_rnn(False), "symbols")),
    ("embedding_rnn_seq2seq fed", Function(_embedding_rnn(True), "symbols")),
    ("embedding_tied_rnn_seq2seq", Function(_embedding_tied(False), "symbols")),
    ("embedding_tied_rnn_seq2seq fed", Function(_embedding_tied(True), "symbols")),
    ("embedding_attention_seq2seq", Function(_embedding_attention(False), "symbols")),
    ("embedding_attention_seq2seq fed", Function(_embedding_attention(True), "symbols")),
    ("one2many_rnn_seq2seq", Function(_one2many(False), "symbols", cells=3)),
    ("one2many_rnn_seq2seq fed", Function(_one2many(True), "symbols", cells=3)),
    ("buckets of embedding_attention_seq2seq", Function(
        _buckets(_embedding_attention(False)), "symbols", prepares=True)),
    ("buckets of embedding_tied_rnn_seq2seq fed", Function(
        _buckets(_embedding_tied(True)), "symbols", prepares=True)),
])
MODELS = [name for name in FUNCTIONS if name != "static_rnn"]


class _Cells(object):
    """Makes a cell at every call; after `again()` hands out the same ones."""

    def __init__(self, make):
        self._make, self._made, self._next = make, [], 0

    def again(self):
        self._next = 0
        return self

    def __call__(self):
        if self._next == len(self._made):
            self._made.append(self._make())
        self._next += 1
        return self._made[self._next - 1]


# Numbers that TensorFlow counts up in the whole process.
_PROCESS_WIDE = ("_gradient_op_type", "token")


def _operations():
    """Every operation of the default graph as text, by name, in the order in which it was made."""
    found = collections.OrderedDict()
    for node in tf.get_default_graph().as_graph_def().node:
        for name in _PROCESS_WIDE:
            node.attr.pop(name, None)
        found[node.name] = (node.op, node.device, list(node.input),
                            sorted((key, value.SerializeToString(deterministic=True))
                                   for key, value in node.attr.items()))
    return found


def _collections():
    """{key: names of its items} of what the default graph's collections hold."""
    graph = tf.get_default_graph()
    found = {}
    for key in graph.get_all_collection_keys():
        items = [getattr(item, "name", type(item).__name__) for item in graph.get_collection(key)]
        if items:
            found[key] = items
    return found


class Built(object):
    """A model in the default graph, as `mode` unrolls it.

    Args:
      reason: row of a table of reasons.
      arrangement, function: keys of the tables here.
      mode: "auto", "static" or "loop".
      twice: True: the same cells are then used again in another scope, in copies.
      run: True: the graph is run.

    Attributes:
      error: what building raised, or None.
      operations, collections: of the whole graph.
      before: those two before the call.
      numbers: values of the results and gradients with the graph's seeds, None if not run.
    """

    def __init__(self, reason, arrangement, function, mode, twice=False, run=False):
        arrangement, function = ARRANGEMENTS[arrangement], FUNCTIONS[function]
        # Steps may draw from these.
        random.seed(1)
        np.random.seed(1)
        self.error, self.numbers = None, None
        with tf.Graph().as_default(), stock.quiet():
            tf.set_random_seed(7)
            cells = _Cells(lambda: arrangement.make(reason.example()))
            inputs = _symbols() if function.takes_symbols(arrangement) else _vectors()
            call = function.prepared(cells, inputs)
            self.before = (_operations(), _collections()) if mode == "loop" else None
            try:
                with _package_wide(mode):
                    results = call()
                if twice:
                    with tf.variable_scope("again"), _package_wide("static"):
                        function.prepared(cells.again(), inputs)()
            except Exception as error:  # whatever it is, copies must raise it too
                self.error = error
            self.operations, self.collections = _operations(), _collections()
            if run and self.error is None and not self._updates():
                self.numbers = _numbers(results)

    def _updates(self):
        """Whether steps update variables: the scheduler decides what they read."""
        return any(re.match("Assign(Add|Sub)", kind) for kind, _, _, _ in self.operations.values())


@contextlib.contextmanager
def _package_wide(mode):
    before = rnn.get_unroll()
    rnn.set_unroll(mode)
    try:
        yield
    finally:
        rnn.set_unroll(before)


def _numbers(results):
    results = [tf.convert_to_tensor(result) for result in tf.nest.flatten(results)]
    try:
        gradients = [tf.convert_to_tensor(gradient) for gradient in tf.gradients(
            [result for result in results if result.dtype.is_floating], tf.trainable_variables())
                     if gradient is not None]
    except LookupError:
        # A reason to refuse a step is that it has none.
        gradients = []
    with tf.Session(config=stock.as_built()) as session:
        session.run(tf.global_variables_initializer())
        return session.run(results + gradients)


def _difference(expected, found):
    """What is first to differ between two dicts, for a message."""
    missing = [name for name in expected if name not in found]
    added = [name for name in found if name not in expected]
    if missing or added:
        return "%d missing (%s), %d added (%s)" % (len(missing), missing[:3], len(added), added[:3])
    for name in expected:
        if expected[name] != found[name]:
            return "%s is %s, not %s" % (name, str(found[name])[:300], str(expected[name])[:300])
    return "their order"


class _Case(tf.test.TestCase):

    def _check(self, reason, arrangement, function, twice=False, run=False):
        """Everything about one reason in one surrounding."""
        where = "%s; %s; %s" % (reason.name, arrangement, function)
        # Iterations of TensorFlow's own loops draw in another order each time.
        run = run and FUNCTIONS[function].loops
        expected = Built(reason, arrangement, function, "static", twice, run)
        found = Built(reason, arrangement, function, "auto", twice, run)
        if expected.error is not None:
            self.assertIsInstance(found.error, type(expected.error), where)
            return
        self.assertEqual("None", repr(found.error), where)
        self._assert_same(where, (expected.operations, expected.collections),
                          (found.operations, found.collections))
        self.assertEqual(expected.numbers is None, found.numbers is None, where)
        for one, other in zip(expected.numbers or (), found.numbers or ()):
            np.testing.assert_array_equal(one, other, where)
        if FUNCTIONS[function].loops:
            refused = Built(reason, arrangement, function, "loop")
            self.assertIsInstance(refused.error, ValueError, where)
            self.assertIn("unroll=\"loop\" is not possible here: ", str(refused.error), where)
            self._assert_same(where + "; after an error", refused.before,
                              (refused.operations, refused.collections))

    def _assert_same(self, where, expected, found):
        for what, one, other in zip(("operations", "collections"), expected, found):
            # The order of operations tells too; that of collections, none.
            if one != other or (what == "operations" and list(one) != list(other)):
                self.fail("%s: %s differ: %s" % (where, what, _difference(one, other)))


class CoverageTest(unittest.TestCase):

    def test_every_wrapper_is_there(self):
        for module, prefix in ((rnn_cell, ""), (tf_cells, "tf ")):
            for name in dir(module):
                if name.endswith("Wrapper") and not name.startswith("_"):
                    known = rnn_cell.__all__ if module is rnn_cell else (
                        "DropoutWrapper", "DeviceWrapper", "ResidualWrapper")
                    # Inputs of that one are pairs.
                    if name in known and name != "PerturbationWrapper":
                        self.assertIn(prefix + name, ARRANGEMENTS)

    def test_every_model_is_there(self):
        for name in seq2seq.__all__:
            if name.endswith("_seq2seq"):
                self.assertIn(name, FUNCTIONS)

    def test_names_of_reasons_differ(self):
        names = [reason.name for reason in REASONS + PROGRAMS]
        self.assertEqual(sorted(set(names)), sorted(names))

    def test_a_step_that_is_not_refused_is_told_apart(self):
        """The comparison sees a loop: without that it would prove nothing."""
        reason = _Reason("none", lambda: lambda x, h: (tf.tanh(x + h),) * 2)
        static, auto = [Built(reason, "two of it", "static_rnn", mode)
                        for mode in ("static", "auto")]
        self.assertIsNone(auto.error)
        self.assertNotEqual(static.operations, auto.operations)
        self.assertNotEqual(static.collections, auto.collections)


# (reason, arrangement) in which a loop does the same: every step of this wrapper has a fresh copy of
# the cell, so what the cell counts in itself is always 1.
NO_REASON = {("count", "RelaxationWrapper")}


@slow
class RefusalTest(_Case):
    """A test for each reason and group of surroundings, added below; and what is no reason."""

    def test_what_is_no_reason(self):
        for name, arrangement in sorted(NO_REASON):
            reason, = [reason for reason in CASES if reason.name == name]
            numbers = []
            for mode in ("static", "loop"):
                with tf.Graph().as_default(), tf.variable_scope(
                        "cell", initializer=tf.constant_initializer(0.3)):
                    cell = ARRANGEMENTS[arrangement].make(reason.example())
                    numbers.append(_numbers(rnn.static_rnn(cell, _vectors(), dtype=tf.float32,
                                                           unroll=mode)))
            self.assertAllClose(*numbers)


def _arrangements(number, reason):
    """The arrangements in `static_rnn` that are tried for the reason of this number."""
    names = [name for name in ARRANGEMENTS if (reason.name, name) not in NO_REASON]
    if LONG:
        return names
    if reason in PROGRAMS:
        return names[number % 7::7]
    return names[:5] + names[5 + number % 3::3]


def _surroundings(number, reason):
    """Pairs (arrangement, other function) that are tried for the reason of this number."""
    share = 1 if LONG else 8 if reason in PROGRAMS else 4
    count = 5 if LONG and reason not in PROGRAMS else 1
    for i, function in enumerate(MODELS):
        if i % share == number % share:
            fitting = [name for name, arrangement in ARRANGEMENTS.items()
                       if FUNCTIONS[function].fits(arrangement) and
                       (reason.name, name) not in NO_REASON]
            for k in range(count):
                yield fitting[(i + count * number + k) % len(fitting)], function


def _add_tests():
    for number, reason in enumerate(CASES):
        def in_arrangements(self, number=number, reason=reason):
            for i, arrangement in enumerate(_arrangements(number, reason)):
                with self.subTest(arrangement):
                    self._check(reason, arrangement, "static_rnn",
                                twice=LONG or (i + number) % 5 == 0,
                                run=arrangement == "two of it")

        def in_functions(self, number=number, reason=reason):
            for i, (arrangement, function) in enumerate(_surroundings(number, reason)):
                with self.subTest("%s, %s" % (function, arrangement)):
                    self._check(reason, arrangement, function, twice=LONG or (i + number) % 5 == 0,
                                run=(i + number) % 7 == 0)
        for test in (in_arrangements, in_functions):
            test.__name__ = "test_%s_%s" % (re.sub(r"\W+", "_", reason.name), test.__name__)
            setattr(RefusalTest, test.__name__, test)


_add_tests()


if __name__ == "__main__":
    unittest.main()
