"""Time in loops: how to ask for them, what must not be rolled, and what the graph is made of."""
import collections
import inspect
import itertools
import os
import tempfile
import threading
import unittest

import numpy as np
import tensorflow.compat.v1 as tf
from tensorflow.python.framework import function

from Project_RNN_Enhancement.rnn_enhancement import (rnn_cell_enhanced as rnn_cell,
                                                     rnn_enhanced as rnn,
                                                     seq2seq_enhanced as seq2seq)
from Project_RNN_Enhancement.rnn_enhancement.tf1 import keras

from . import stock
from .sizes import slow
from .stock import tf_layers
from .test_rolling import assert_same

STEPS = 5

# The package-wide way, as it is at import.
DEFAULT = rnn.get_unroll()


def _vectors(steps=STEPS, size=3, name="x"):
    return tf.unstack(tf.get_variable(name, [steps, 2, size]))


def _symbols(steps=STEPS):
    return [tf.constant([i % 3, (i * i + 1) % 3]) for i in range(steps)]


def _gru(unroll=None, steps=STEPS, size=3):
    """(placeholder [steps, None, 3], outputs, state) of a GRU."""
    x = tf.placeholder(tf.float32, [steps, None, 3], "x")
    outputs, state = rnn.static_rnn(rnn_cell.GRUCell(size), tf.unstack(x), dtype=tf.float32,
                                    unroll=unroll)
    return x, outputs, state


def _contexts(ops):
    """Name of the innermost while loop -> the operations of `ops` in it; "": none."""
    found = {}
    for op in ops:
        context = op._get_control_flow_context()
        context = None if context is None else context.GetWhileContext()
        found.setdefault("" if context is None else context.name, []).append(op)
    return found


def _run_for(tensors):
    """The operations that `tensors` depend on."""
    seen, stack = set(), [tensor.op for tensor in tf.nest.flatten(tensors)]
    while stack:
        op = stack.pop()
        if op not in seen:
            seen.add(op)
            stack.extend([tensor.op for tensor in op.inputs] + list(op.control_inputs))
    return seen


def _loops(tensors):
    """Number of while loops that `tensors` depend on."""
    return sum(op.type == "LoopCond" for op in _run_for(tensors))


def _operations():
    return tf.get_default_graph().get_operations()


def own_cell(library, call, **attributes):
    """A user's cell on a library's base class: `call(cell, x, state) -> new state`."""
    class Cell(library.cells.RNNCell):
        state_size = property(lambda self: 3)
        output_size = property(lambda self: 3)

        # Conversion of all the steps here would take longer than the tests.
        @tf.autograph.experimental.do_not_convert
        def call(self, inputs, state):
            h = call(self, inputs, state)
            return h, h
    cell = Cell()
    for name, value in attributes.items():
        setattr(cell, name, value)
    return cell


class _Case(tf.test.TestCase):

    def setUp(self):
        tf.reset_default_graph()
        self.addCleanup(rnn.set_unroll, rnn.get_unroll())
        rnn.set_unroll("auto")


class ArgumentTest(_Case):

    FUNCTIONS = (rnn.static_rnn, rnn.static_bidirectional_rnn, rnn.rnn, rnn.bidirectional_rnn,
                 seq2seq.rnn_decoder, seq2seq.attention_decoder, seq2seq.embedding_rnn_decoder,
                 seq2seq.embedding_attention_decoder, seq2seq.basic_rnn_seq2seq,
                 seq2seq.tied_rnn_seq2seq, seq2seq.embedding_rnn_seq2seq,
                 seq2seq.embedding_tied_rnn_seq2seq, seq2seq.embedding_attention_seq2seq,
                 seq2seq.one2many_rnn_seq2seq, seq2seq.sequence_loss,
                 seq2seq.sequence_loss_by_example, seq2seq.model_with_buckets)

    def test_every_function_takes_it_last(self):
        for one in self.FUNCTIONS:
            parameters = list(inspect.signature(one).parameters.values())
            self.assertEqual("unroll", parameters[-1].name, one.__name__)
            self.assertIsNone(parameters[-1].default)

    def test_unknown_mode(self):
        for value in ("dynamic", "Loop", "", True, 3):
            for call in (lambda: _gru(value), lambda: rnn.set_unroll(value),
                         lambda: seq2seq.sequence_loss([tf.ones([2, 3])], [tf.constant([1, 2])],
                                                       [tf.ones([2])], unroll=value)):
                with self.assertRaisesRegex(ValueError, "unroll must be .*got %r" % (value,)):
                    call()
        with self.assertRaisesRegex(ValueError, "None"):
            rnn.set_unroll(None)
        self.assertEqual("auto", rnn.get_unroll())

    def test_default(self):
        self.assertEqual("auto", DEFAULT)
        for wide, loops in ((DEFAULT, 1), ("static", 0)):
            rnn.set_unroll(wide)
            with tf.variable_scope(wide):
                self.assertEqual(loops, _loops(_gru()[1]))
            with tf.variable_scope(wide + "_explicitly"):
                self.assertEqual(1, _loops(_gru("auto")[1]))

    def test_few_steps(self):
        for steps, unroll, loops in ((1, "auto", 0), (3, "auto", 0), (4, "auto", 1),
                                     (1, "loop", 1), (3, "loop", 1), (4, "static", 0)):
            with tf.Graph().as_default(), self.subTest(steps=steps, unroll=unroll):
                self.assertEqual(loops, _loops(_gru(unroll, steps)[1]))

    def test_package_wide_and_of_a_call(self):
        for wide, unroll, loops in (("static", None, 0), ("static", "loop", 1),
                                    ("static", "auto", 1), ("loop", None, 1),
                                    ("loop", "static", 0)):
            rnn.set_unroll(wide)
            self.assertEqual(wide, rnn.get_unroll())
            with tf.Graph().as_default(), self.subTest(wide, unroll=unroll):
                self.assertEqual(loops, _loops(_gru(unroll)[1]))
                self.assertEqual(wide, rnn.get_unroll())

    def test_package_wide_loop_says_why_not(self):
        rnn.set_unroll("loop")
        with self.assertRaisesRegex(ValueError, "step number.*\"auto\" or \"static\""):
            seq2seq.rnn_decoder(_vectors(), tf.zeros([2, 4]), rnn_cell.GRUCell(4),
                                loop_function=lambda previous, i: previous[:, :3] * i)

    def test_positional(self):
        outputs, _ = rnn.static_rnn(rnn_cell.GRUCell(4), _vectors(2), None, tf.float32, None,
                                    None, "loop")
        self.assertEqual(1, _loops(outputs))

    def test_holds_inside_the_call(self):
        found = []

        def model(x, y):
            found.append(rnn.get_unroll())
            outputs, state = seq2seq.embedding_rnn_seq2seq(
                x, y, rnn_cell.GRUCell(4), 3, 3, 3, unroll=inner)
            found.append(rnn.get_unroll())
            thread = threading.Thread(target=lambda: found.append(rnn.get_unroll()))
            thread.start()
            thread.join()
            return outputs, state
        for inner, loops in ((None, 2), ("static", 0)):
            with tf.Graph().as_default():
                outputs, _ = seq2seq.model_with_buckets(
                    _symbols(2), _symbols(2), _symbols(2), [tf.ones([2])] * 2, [(2, 2)], model,
                    unroll="loop")
                self.assertEqual(loops, _loops(outputs))
        self.assertEqual(["loop", "loop", "auto"] * 2, found)

    def test_restored_after_errors(self):
        for mistake, error in ((lambda: rnn.static_rnn("cell", _vectors(), unroll="static"),
                                TypeError),
                               (lambda: _gru("sideways"), ValueError)):
            with self.assertRaises(error):
                mistake()
            self.assertEqual("auto", rnn.get_unroll())


def _decoded(library, keywords, loop_function):
    cell = library.cells.GRUCell(4)
    return library.seq2seq.rnn_decoder(_vectors(), tf.get_variable("h", [2, 4]), cell,
                                       loop_function=loop_function, **keywords)


def _run(library, keywords, cell, inputs=None, **options):
    if inputs is None:
        inputs = _vectors()
    return library.unroll.static_rnn(cell, inputs, dtype=tf.float32, **dict(options, **keywords))


def _counting(self, x, h):
    self.calls += 1
    return tf.tanh(x * self.calls + h)


def _keeping(self, x, h):
    self.last = tf.tanh(x + h)
    return self.last


def _listing(self, x, h):
    self.log.append(tf.tanh(x + h))
    return self.log[-1]


def _with_cond(self, x, h):
    w = tf.get_variable("w", [3, 3])
    return tf.tanh(tf.matmul(tf.cond(tf.reduce_sum(x) > 0, lambda: x, lambda: -x), w) + h)


def _with_while(self, x, h):
    return tf.while_loop(lambda i, _: i < 2, lambda i, v: (i + 1, tf.tanh(v + h)), [0, x])[1]


def _with_draw(self, x, h):
    return tf.tanh(x + h + tf.random.uniform([2, 3], seed=3))


def _with_own_gradient(self, x, h):
    @tf.custom_gradient
    def doubled(v):
        return tf.tanh(v), lambda grad: 2 * grad
    return doubled(x + h)


def _with_function(self, x, h):
    @function.Defun(tf.float32)
    def tanh(v):
        return tf.tanh(v)
    result = tanh(x + h)
    result.set_shape([2, 3])
    return result


def _of_any_size(self, x, h):
    return tf.tanh(tf.reduce_sum(x, 1, keepdims=True) * tf.get_variable("w", [3]) + h)


def _seeded_dropout(library, keywords):
    return _run(library, keywords, library.cells.DropoutWrapper(
        library.cells.BasicLSTMCell(4), 0.5, 0.6, 0.7, seed=5))


def _inputs_of_two_widths(library, keywords):
    xs = [x if i < 3 else x[:, :2] for i, x in enumerate(_vectors())]
    return _run(library, keywords, own_cell(library, _of_any_size), xs)


def _growing_state(library, keywords):
    class Growing(library.cells.RNNCell):
        state_size = property(lambda self: 1)
        output_size = property(lambda self: 3)

        def call(self, inputs, state):
            return inputs * tf.reduce_mean(state), tf.concat([state, inputs], 1)
    return _run(library, keywords, Growing())


def _scalar_state(library, keywords):
    class Scalar(library.cells.RNNCell):
        state_size = property(lambda self: (3, tf.TensorShape([])))
        output_size = property(lambda self: 3)

        def call(self, inputs, state):
            h, total = state
            h = tf.tanh(inputs + h * total)
            return h, (h, total + tf.reduce_sum(h))
    return _run(library, keywords, Scalar(),
                initial_state=(tf.get_variable("h", [2, 3]), tf.get_variable("total", [])))


def _state_of_unknown_rank(library, keywords):
    class Adding(library.cells.RNNCell):
        state_size = output_size = property(lambda self: 3)

        def call(self, inputs, state):
            h = tf.tanh(inputs + state)
            return h, h
    state = tf.placeholder_with_default(tf.get_variable("h", [2, 3]), None)
    return _run(library, keywords, Adding(), initial_state=state)


def _built_with(call, **attributes):
    """Case of a user's cell; attributes that are functions make one value per cell."""
    return lambda library, keywords: _run(library, keywords, own_cell(
        library, call, **{name: make() for name, make in attributes.items()}))


def _fed_by(loop_function):
    return lambda library, keywords: _decoded(library, keywords, loop_function)


# name -> (reason, build(library, keywords)): what copies of the step do and a loop would not.
NOT_FAITHFUL = {
    "step number times": ("step number", _fed_by(lambda h, i: h[:, :3] * i)),
    "step number cast": ("step number", _fed_by(lambda h, i: h[:, :3] * tf.cast(i, tf.float32))),
    "step number compared": ("step number", _fed_by(
        lambda h, i: h[:, :3] if i == 2 else h[:, 1:])),
    "step number as index": ("step number", _fed_by(lambda h, i: h[:, :3] * [1.0, 2, 3, 4, 5][i])),
    "step number as key": ("step number", _fed_by(lambda h, i: h[:, :3] * {1: 2.0}.get(i, 3.0))),
    "step number as truth": ("step number", _fed_by(lambda h, i: h[:, :3] if i else h)),
    "step number in a name": ("step number", _fed_by(
        lambda h, i: tf.identity(h[:, :3], "s%d" % i))),
    "step number in an array": ("step number", _fed_by(
        lambda h, i: h[:, :3] * np.array(i, np.float32))),
    "step number's type": ("step number", _fed_by(
        lambda h, i: h[:, :3] if isinstance(i, int) else h[:, 1:])),
    "step number's other operators": ("step number", _fed_by(
        lambda h, i: h[:, :3] * float(abs(i) + (1 << i) + ~i + round(i)))),
    "counts": ("counts its calls .attribute calls", _built_with(_counting, calls=lambda: 0)),
    "keeps a tensor": ("keeps tensors of a step .attribute last", _built_with(_keeping)),
    "keeps a list": ("keeps tensors of a step .attribute log", _built_with(_listing, log=list)),
    "cond": ("control flow of its own", _built_with(_with_cond)),
    "while": ("control flow of its own", _built_with(_with_while)),
    "seed": ("seed of their own", _built_with(_with_draw)),
    "seeded dropout": ("seed of their own", _seeded_dropout),
    "own gradient": ("gradient of its own", _built_with(_with_own_gradient)),
    "function": ("has no gradient", _built_with(_with_function)),
    "widths": ("differ in shape from step to step", _inputs_of_two_widths),
    "growing state": ("state changes its shape", _growing_state),
    "state of unknown rank": ("state holds something else", _state_of_unknown_rank),
}


class FallbackTest(_Case):
    """"auto" makes copies, as stock TensorFlow does; "loop" says why it can't."""

    def _check(self, build):
        assert_same(self, lambda: build(stock.STOCK, {}), lambda: build(stock.OURS, {}), None,
                    1e-5, 1e-5)

    @slow
    def test_results_are_stocks(self):
        for name, (_, build) in sorted(NOT_FAITHFUL.items()):
            with self.subTest(name):
                self._check(build)

    @slow
    def test_scalars_in_the_state_are_no_reason(self):
        for unroll in ("auto", "loop"):
            assert_same(self, lambda: _scalar_state(stock.STOCK, {}),
                        lambda: _scalar_state(stock.OURS, {"unroll": unroll}), None, 1e-5, 1e-5)

    @slow
    def test_cells_that_calls_copy(self):
        """A copy with weights of another scope, or of the encoder, counts and keeps for itself."""
        class Counting(rnn_cell.GRUCell):
            calls = 0

            def call(self, inputs, state):
                self.calls += 1
                output, state = super(Counting, self).call(inputs, state)
                return output * self.calls, state

        class Keeping(rnn_cell.GRUCell):
            last = None

            def call(self, inputs, state):
                output, state = super(Keeping, self).call(inputs, state)
                self.last = output
                return output, state

        def in_two_scopes(cell, unroll):
            with tf.variable_scope("one"):
                rnn.static_rnn(cell, _vectors(2), dtype=tf.float32, unroll="static")
            with tf.variable_scope("two"):
                return rnn.static_rnn(cell, _vectors(name="y"), dtype=tf.float32, unroll=unroll)

        def encoder(cell, unroll):
            return seq2seq.embedding_rnn_seq2seq(
                _symbols(), _symbols(), cell, 3, 3, 2, unroll=unroll)
        for make in (Counting, Keeping):
            for build in (in_two_scopes, encoder):
                with self.subTest("%s, %s" % (make.__name__, build.__name__)):
                    assert_same(self, lambda: build(make(3), "static"),
                                lambda: build(make(3), "auto"), None, 1e-6, 1e-6)
                    with tf.Graph().as_default(), self.assertRaisesRegex(
                            ValueError, "counts its calls|keeps tensors"):
                        build(make(3), "loop")

    @slow
    def test_updates_of_a_variable_that_is_there(self):
        for use_resource in (False, True):
            def build(unroll):
                seen = tf.get_variable("seen", [], use_resource=use_resource)

                class Updating(rnn_cell.GRUCell):
                    @tf.autograph.experimental.do_not_convert
                    def call(self, inputs, state):
                        with tf.control_dependencies([tf.assign_add(seen, 1.0)]):
                            return super(Updating, self).call(inputs, state)
                return rnn.static_rnn(Updating(3), _vectors(), dtype=tf.float32, unroll=unroll)
            with self.subTest(use_resource=use_resource):
                assert_same(self, lambda: build("static"), lambda: build("auto"), None, 1e-6, 1e-6)
                with tf.Graph().as_default(), self.assertRaisesRegex(
                        ValueError, "is not possible here: the step.*updates.* a variable"):
                    build("loop")

    @slow
    def test_reasons(self):
        for name, (reason, build) in sorted(NOT_FAITHFUL.items()):
            with self.subTest(name), tf.Graph().as_default(), stock.quiet():
                with self.assertRaisesRegex(
                        ValueError, "unroll=\"loop\" is not possible here: .*%s" % reason):
                    build(stock.OURS, {"unroll": "loop"})

    @slow
    def test_no_loop_is_left_in_the_way(self):
        for name in ("step number times", "counts", "seeded dropout", "widths", "own gradient"):
            with self.subTest(name), tf.Graph().as_default(), stock.quiet():
                results = NOT_FAITHFUL[name][1](stock.OURS, {})
                gradients = tf.gradients(tf.nest.flatten(results), tf.trainable_variables())
                self.assertEqual(0, _loops([results, gradients]))
                self.assertEqual([], tf.get_collection(tf.GraphKeys.WHILE_CONTEXT))

    def test_variables_are_made_once_with_stocks_names(self):
        found = []
        for library in (stock.STOCK, stock.OURS):
            with tf.Graph().as_default(), stock.quiet():
                for reuse in (None, True):
                    with tf.variable_scope("scope", reuse=reuse):
                        cell = library.cells.MultiRNNCell([
                            library.cells.GRUCell(3), own_cell(library, _with_cond)])
                        _run(library, {}, cell, _vectors())
                found.append([variable.op.name for variable in tf.global_variables()])
        self.assertLen(found[0], 6)
        self.assertEqual(*found)

    def test_cells_count_as_often_as_copies_are_made(self):
        for unroll in ("auto", "static"):
            with tf.Graph().as_default():
                cell = own_cell(stock.OURS, _counting, calls=0)
                listing = own_cell(stock.OURS, _listing, log=[])
                for name, one in (("x", cell), ("y", listing)):
                    _run(stock.OURS, {"unroll": unroll}, one, _vectors(name=name))
                self.assertEqual(STEPS, cell.calls)
                self.assertLen(listing.log, STEPS)

    def test_a_list_that_others_hold_is_as_after_copies(self):
        log = []
        cell = own_cell(stock.OURS, _listing, log=log)
        outputs, _ = _run(stock.OURS, {}, cell)
        self.assertTrue(cell.log is log, "the cell has another list now")
        self.assertEqual([output.name for output in outputs], [tensor.name for tensor in log])

    def test_a_refused_loop_leaves_the_cell_as_it_was(self):
        cell = own_cell(stock.OURS, _counting, calls=7)
        with self.assertRaisesRegex(ValueError, "counts"):
            _run(stock.OURS, {"unroll": "loop"}, cell)
        self.assertEqual(7, cell.calls)

    def test_in_a_loop_of_the_users(self):
        def build(unroll):
            cell = own_cell(stock.OURS, lambda _, x, h: tf.tanh(x + h))

            def body(i, state):
                xs = [state * float(k) for k in range(STEPS)]
                return i + 1, _run(stock.OURS, {"unroll": unroll}, cell, xs)[1]
            return tf.while_loop(lambda i, _: i < 2, body, [0, tf.ones([2, 3])])[1]
        self.assertEqual(1, _loops(build("auto")))
        with self.assertRaisesRegex(ValueError, "inside another while loop"):
            build("loop")

    @slow
    def test_in_a_function(self):
        cells = {autograph: rnn_cell.GRUCell(3) for autograph in (False, True)}
        for cell in cells.values():
            cell(tf.ones([2, 3]), tf.ones([2, 3]))

        def build(unroll, autograph):
            def run(x):
                outputs, _ = rnn.static_rnn(cells[autograph], tf.unstack(x), dtype=tf.float32,
                                            unroll=unroll)
                return seq2seq.rnn_decoder(outputs, outputs[-1], cells[autograph],
                                           unroll=unroll)[1]
            with tf.variable_scope(tf.get_variable_scope(), reuse=True):
                return tf.function(run, autograph=autograph)(tf.ones([STEPS, 2, 3]))
        for autograph in (False, True):
            with self.subTest(autograph=autograph):
                self.assertEqual([2, 3], build("auto", autograph).shape.as_list())
        with self.assertRaisesRegex(ValueError, "body of a function"):
            build("loop", False)

    def test_graph_after_a_fallback_can_be_exported(self):
        x = tf.placeholder(tf.float32, [STEPS, 2, 3], "x")
        outputs, _ = _run(stock.OURS, {}, own_cell(stock.OURS, _with_cond), tf.unstack(x))
        loss = tf.reduce_sum(tf.square(outputs), name="loss")
        tf.train.GradientDescentOptimizer(0.1).minimize(loss, name="train")
        expected, path = _trained(self)
        with tf.Graph().as_default(), tf.Session() as session:
            tf.train.import_meta_graph(path + ".meta").restore(session, path)
            self.assertAllClose(expected, _three_steps(session))
            self.assertNotIn(None, tf.gradients(tf.get_default_graph().get_tensor_by_name(
                "loss:0"), tf.trainable_variables()))

    @slow
    def test_counters_that_attributes_do_not_show_at_first(self):
        """A counter of the class, one that the first call makes, a list, a flag, an object."""
        def of_class(self, x, h):
            type(self).calls = getattr(type(self), "calls", 0) + 1
            return tf.tanh(x * self.calls + h)

        def made_by_the_first_call(self, x, h):
            self.calls = getattr(self, "calls", 0)
            return _counting(self, x, h)

        def in_a_list(self, x, h):
            self.log.append(len(self.log))
            return tf.tanh(x * len(self.log) + h)

        def first_is_different(self, x, h):
            first, self.first = self.first, False
            return tf.tanh(x + h + (1.0 if first else 0.0))

        def iterated(self, x, h):
            return tf.tanh(x * next(self.numbers) + h)
        for call, attributes in (
                (of_class, {}), (made_by_the_first_call, {}), (in_a_list, dict(log=list)),
                (first_is_different, dict(first=lambda: True)),
                (iterated, dict(numbers=lambda: itertools.count(1)))):
            with self.subTest(call.__name__):
                self._check(_built_with(call, **attributes))

    def test_functions_that_keep_what_they_saw(self):
        """Of the loop function's and the loss function's closures."""
        for what in ("loop function", "loss function", "step numbers"):
            found = []
            for unroll in ("static", "auto"):
                with tf.Graph().as_default():
                    kept = []
                    if what == "loss function":
                        def loss(labels, logits):
                            kept.append(tf.nn.sparse_softmax_cross_entropy_with_logits(
                                labels=labels, logits=logits))
                            return kept[-1]
                        seq2seq.sequence_loss(_vectors(), _symbols(), [tf.ones([2])] * STEPS,
                                              softmax_loss_function=loss, unroll=unroll)
                    else:
                        def feed(previous, i):
                            kept.append(i if what == "step numbers" else tf.argmax(previous, 1))
                            return previous[:, :3]
                        _decoded(stock.OURS, {"unroll": unroll}, feed)
                    found.append([i if type(i) is int else type(i).__name__ for i in kept])
            with self.subTest(what):
                self.assertEqual(*found)

    @slow
    def test_collections(self):
        """What a step adds to the graph's collections, copies add once per step."""
        def loss(self, x, h):
            h = tf.tanh(x + h)
            tf.add_to_collection(tf.GraphKeys.LOSSES, tf.reduce_mean(tf.square(h)))
            return h

        def own_loss(self, x, h):
            h = tf.tanh(x + h)
            self.add_loss(tf.reduce_mean(tf.square(h)))
            return h

        def summary(self, x, h):
            h = tf.tanh(x + h)
            tf.summary.scalar("mean", tf.reduce_mean(h))
            return h

        def regularized(self, x, h):
            return h + tf_layers.dense(x, 3, kernel_regularizer=keras.regularizers.l2(0.1))

        def normalized(self, x, h):
            return h + tf_layers.batch_normalization(x, training=True)
        keys = (tf.GraphKeys.LOSSES, tf.GraphKeys.REGULARIZATION_LOSSES, tf.GraphKeys.SUMMARIES,
                tf.GraphKeys.UPDATE_OPS)
        for call in (loss, own_loss, summary, regularized, normalized):
            found = []
            with self.subTest(call.__name__):
                for library in (stock.STOCK, stock.OURS):
                    with tf.Graph().as_default(), stock.quiet():
                        _run(library, {}, own_cell(library, call))
                        found.append([(key, len(tf.get_collection(key))) for key in keys])
                        inside = [value.name for key in keys for value in tf.get_collection(key)
                                  if "" not in _contexts([getattr(value, "op", value)])]
                self.assertEqual([], inside)
                self.assertEqual(*found)

    @slow
    def test_keras_cells_keep_their_variables_names(self):
        for name in ("LSTMCell", "GRUCell"):
            # The second name is that of the Keras which TensorFlow holds in private.
            make = getattr(keras.layers, name, None) or getattr(keras.layers, name + "V1")

            def build(library, keywords):
                return _run(library, keywords, make(4))
            with self.subTest(name):
                self._check(build)


def _trained(test):
    """Three training steps' losses of the default graph, and where it is saved before them."""
    path = os.path.join(tempfile.mkdtemp(dir=test.get_temp_dir()), "model")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        tf.train.Saver().save(session, path)
        return _three_steps(session), path


def _three_steps(session):
    feed = {"x:0": np.random.RandomState(0).randn(STEPS, 2, 3)}
    return [session.run(["loss:0", "train"], feed)[0] for _ in range(3)]


class GradientTest(_Case):

    def _second(self, unroll):
        x, outputs, _ = _gru(unroll)
        gradient, = tf.gradients(outputs, x)
        return x, tf.gradients(tf.reduce_sum(tf.square(gradient)), tf.trainable_variables())

    @slow
    def test_second_order(self):
        with self.assertRaisesRegex(ValueError, "second-order.*unroll=\"static\""):
            self._second("loop")
        with tf.Graph().as_default(), self.session() as session:
            x, gradients = self._second("static")
            self.assertLen(gradients, 4)
            session.run(tf.global_variables_initializer())
            found = session.run(gradients, {x: np.ones([STEPS, 2, 3])})
            self.assertGreater(np.abs(found[0]).max(), 0)

    def test_hessians(self):
        _, outputs, _ = _gru("loop")
        with self.assertRaisesRegex(ValueError, "unroll=\"static\""):
            tf.hessians(tf.add_n(outputs), tf.trainable_variables()[0])

    def test_second_order_of_the_loss_alone_is_no_matter(self):
        """A gradient of something else that uses a gradient through the loop as a number."""
        x, outputs, _ = _gru("loop")
        gradient, = tf.gradients(outputs, x)
        w = tf.get_variable("w", [])
        product = tf.reduce_sum(w * tf.stop_gradient(gradient))
        self.assertIsNotNone(tf.gradients(product, w)[0])

    @slow
    def test_inside_a_while_loop_and_outside(self):
        """What the first gradient makes inside a user's loop is of no use to the next outside."""
        class PartOfState(rnn_cell.GRUCell):
            def call(self, inputs, state):
                # The gradient to the rest is zeros, as many as the batch has rows.
                output, new_state = super(PartOfState, self).call(inputs, state)
                part = tf.slice(state, [0, 1], [-1, 3])
                return output + tf.pad(part, [[0, 0], [0, 1]]), new_state

        x = tf.get_variable("x", [STEPS, 2, 3])
        rows = tf.placeholder_with_default(x, [STEPS, None, 3])
        results = {}
        for unroll in ("loop", "static"):
            with tf.variable_scope("model", reuse=tf.AUTO_REUSE):
                outputs, _ = rnn.static_rnn(PartOfState(4), tf.unstack(rows), dtype=tf.float32,
                                            unroll=unroll)
                loss = tf.reduce_sum(tf.square(outputs[-1]))
                weights = tf.trainable_variables("model")
                inside = tf.while_loop(
                    lambda i, *_: i < 2,
                    lambda i, *sums: [i + 1] + [total + grad for total, grad in zip(
                        sums, tf.gradients(loss, weights))],
                    [0] + [tf.zeros(weight.shape) for weight in weights])[1:]
                results[unroll] = inside + tf.gradients(loss, weights)
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            found = session.run(results)
        self.assertAllClose(found["static"], found["loop"], rtol=1e-5, atol=1e-6)

    def test_imported_graph(self):
        _, outputs, _ = _gru("loop")
        loss = tf.reduce_sum(tf.square(outputs), name="loss")
        tf.train.GradientDescentOptimizer(0.1).minimize(loss, name="train")
        expected, path = _trained(self)
        self.assertNotAllClose(expected[0], expected[1])
        with tf.Graph().as_default(), tf.Session() as session:
            tf.train.import_meta_graph(path + ".meta").restore(session, path)
            self.assertAllClose(expected, _three_steps(session))
            loss = tf.get_default_graph().get_tensor_by_name("loss:0")
            with self.assertRaisesRegex(LookupError, "imported from a meta graph.*not exported"):
                tf.gradients(loss, tf.trainable_variables())

    def test_static_graph_imported(self):
        _, outputs, _ = _gru("static")
        tf.reduce_sum(tf.square(outputs), name="loss")
        exported = tf.train.export_meta_graph()
        with tf.Graph().as_default():
            tf.train.import_meta_graph(exported)
            loss = tf.get_default_graph().get_tensor_by_name("loss:0")
            self.assertNotIn(None, tf.gradients(loss, tf.trainable_variables()))

    def test_frozen_graph(self):
        x, outputs, _ = _gru("loop")
        result = tf.add(outputs[2], 0.0, name="result")
        value = np.random.RandomState(0).randn(STEPS, 2, 3)
        with self.session() as session:
            session.run(tf.global_variables_initializer())
            expected = session.run(result, {x: value})
            frozen = tf.graph_util.convert_variables_to_constants(
                session, tf.get_default_graph().as_graph_def(), ["result"])
        with tf.Graph().as_default(), tf.Session() as session:
            tf.import_graph_def(frozen, name="")
            self.assertAllEqual(expected, session.run("result:0", {"x:0": value}))


class StructureTest(_Case):

    def _model(self, length, unroll, fed=False):
        """A trained attention model of one placeholder."""
        with tf.Graph().as_default():
            symbols = tf.unstack(tf.placeholder(tf.int32, [length, None]))
            weights = tf.unstack(tf.placeholder(tf.float32, [length, None]))
            outputs, _ = seq2seq.embedding_attention_seq2seq(
                symbols, symbols, rnn_cell.GRUCell(4), 3, 3, 3, feed_previous=fed, unroll=unroll)
            loss = seq2seq.sequence_loss(outputs, symbols, weights, unroll=unroll)
            tf.train.GradientDescentOptimizer(0.1).minimize(loss)
            return len(_operations())

    def _rnn(self, length, unroll):
        with tf.Graph().as_default():
            _, outputs, state = _gru(unroll, length)
            # An optimizer would wait for the gradients of every step that `stack` takes.
            tf.gradients([tf.stack(outputs), state], tf.trainable_variables())
            return len(_operations())

    @slow
    def test_size_does_not_depend_on_the_length(self):
        # An optimizer gates the gradient of every member of a list: outputs of encoder, decoder.
        # Neither length is a layer's size too: equal constants are one operation.
        for fed in (False, True):
            self.assertEqual(2 * 72, self._model(90, "loop", fed) - self._model(18, "loop", fed))
        self.assertEqual(self._rnn(8, "loop"), self._rnn(80, "loop"))
        self.assertGreater(self._rnn(9, "static"), self._rnn(8, "static") + 20)

    @slow
    def test_products_in_the_loops(self):
        """h·W_gates and (r*h)·W_candidate, their two transposes, and no weight's gradient."""
        for layers in (1, 2):
            with tf.Graph().as_default():
                cell = rnn_cell.MultiRNNCell([rnn_cell.GRUCell(16) for _ in range(layers)])
                outputs, _ = rnn.static_rnn(cell, _vectors(), dtype=tf.float32, unroll="loop")
                gradients = tf.gradients(tf.square(outputs), tf.trainable_variables())
                for results, products in ((outputs, 2), (gradients, 4)):
                    ran = self._ran(results, "MatMul")
                    self.assertEqual(products * layers, ran.count(STEPS))
                    self.assertEqual({1, STEPS}, set(ran))
                products = _contexts(op for op in _run_for(gradients) if op.type == "MatMul")
                # The kernels' gradients, of the inputs' half and of the state's.
                self.assertEqual(4 * layers, sum(
                    op.get_attr("transpose_a") for op in products.pop("")))
                self.assertLen(products, 2 * layers)
                for ops in products.values():
                    self.assertEqual(0, sum(op.get_attr("transpose_a") for op in ops))

    def _ran(self, results, kind):
        """How often each operation of a kind ran, fused ones too."""
        with tf.Session(config=tf.ConfigProto(device_count={"GPU": 0})) as session:
            session.run(tf.global_variables_initializer())
            metadata = tf.RunMetadata()
            session.run(results, options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE),
                        run_metadata=metadata)
        # Labels are "name = type(inputs)".
        ran = [(node.node_name, node.timeline_label.partition(" = ")[2].partition("(")[0])
               for device in metadata.step_stats.dev_stats for node in device.node_stats]
        return list(collections.Counter(
            name for name, op_type in ran if op_type.endswith(kind)).values())

    def test_nothing_but_the_recurrence_is_in_the_loops(self):
        outputs, _ = rnn.static_rnn(
            rnn_cell.OutputProjectionWrapper(rnn_cell.InputProjectionWrapper(
                rnn_cell.DropoutWrapper(rnn_cell.BasicLSTMCell(16), 0.5, 0.5), 7), 19),
            _vectors(), dtype=tf.float32, unroll="loop")
        gradients = tf.gradients(tf.square(outputs), tf.trainable_variables())
        self.assertLen(gradients, 7)
        for results, loops in ((outputs, 1), (gradients, 2)):
            self.assertEqual(loops, self._ran(results, "MatMul").count(STEPS))
            self.assertEqual([1, 1], self._ran(results, "RandomUniform"))

    @slow
    def test_every_bucket_is_of_one_size(self):
        sizes = []

        def size():
            # Equal constants are one: how many there are depends on which lengths are alike.
            return sum(op.type not in ("Const", "Enter") for op in _operations())

        def model(x, y):
            sizes.append(size())
            return seq2seq.embedding_attention_seq2seq(x, y, rnn_cell.GRUCell(4), 5, 5, 3)
        buckets = [(4, 4), (5, 9), (10, 6), (15, 15)]
        steps = [tf.placeholder(tf.int32, [None]) for _ in range(15)]
        weights = [tf.placeholder(tf.float32, [None]) for _ in range(15)]
        _, losses = seq2seq.model_with_buckets(steps, steps, steps, weights, buckets, model,
                                               unroll="loop")
        self.assertLen(losses, len(buckets))
        sizes.append(size())
        # The first makes the variables, and what all share.
        self.assertEqual(1, len(set(np.diff(sizes)[1:])), np.diff(sizes))
        sizes = [size()]
        for loss in losses:
            tf.gradients(loss, tf.trainable_variables())
            sizes.append(size())
        self.assertEqual(1, len(set(np.diff(sizes)[1:])), np.diff(sizes))

    @slow
    def test_a_static_graph_has_no_loops(self):
        outputs, _ = seq2seq.embedding_attention_seq2seq(
            _symbols(), _symbols(), rnn_cell.GRUCell(4), 3, 3, 3, feed_previous=True,
            unroll="static")
        loss = seq2seq.sequence_loss(outputs, _symbols(), [tf.ones([2])] * STEPS, unroll="static",
                                     softmax_loss_function=lambda labels, logits: tf.reduce_sum(
                                         logits, 1))
        tf.train.GradientDescentOptimizer(0.1).minimize(loss)
        kinds = {op.type for op in _operations()}
        self.assertIn("MatMul", kinds)
        self.assertEqual(set(), kinds & {"LoopCond", "Enter", "NextIteration", "TensorArrayV3"})


class RandomTest(_Case):
    """What is drawn in a step is drawn anew in every step."""

    def test_losses(self):
        def draw(labels, logits):
            return tf.random.uniform(tf.shape(labels)) + 0 * tf.reduce_sum(logits, 1)
        # The difference of two steps' draws.
        weights = [tf.fill([50], value) for value in (0.0, 1.0, 0.0, -1.0)]
        loss = seq2seq.sequence_loss_by_example(
            [tf.zeros([50, 3])] * 4, [tf.zeros([50], tf.int32)] * 4, weights,
            average_across_timesteps=False, softmax_loss_function=draw, unroll="loop")
        self.assertEqual(1, _loops(loss))
        with self.session() as session:
            one, other = session.run(loss), session.run(loss)
        for difference in (one, other):
            self.assertGreater(np.abs(difference).min(), 0)
            self.assertLess(np.abs(difference).max(), 1)
        self.assertGreater(np.abs(one - other).min(), 0)

    @slow
    def test_which_draws_have_seeds_of_their_own(self):
        """Two draws of a step, under a seed of the graph or none."""
        def built(graph_seed, draws_before, seeds):
            with tf.Graph().as_default():
                tf.set_random_seed(graph_seed)
                for _ in range(draws_before):
                    tf.random.uniform([])
                _run(stock.OURS, {"unroll": "loop"}, own_cell(
                    stock.OURS, lambda _, x, h: x + h + tf.add_n(
                        [tf.random.uniform([2, 3], seed=seed) for seed in seeds])))
        for graph_seed, draws_before in itertools.product((None, 0, 7), (0, 2)):
            with self.subTest(graph_seed=graph_seed, draws_before=draws_before):
                built(graph_seed, draws_before, [None, None])
                for seed in (0, 1, 2, 3, 77):
                    for seeds in ([None, seed], [seed, None], [seed, 8]):
                        with self.assertRaisesRegex(ValueError, "with a seed of their own"):
                            built(graph_seed, draws_before, seeds)

    def _sampled(self, functions, keywords, values=None):
        w, b = tf.get_variable("w", [20, 6]), tf.get_variable("b", [20])
        return functions.sequence_loss(
            _vectors(size=6), _symbols(), [tf.ones([2])] * STEPS,
            softmax_loss_function=lambda labels, logits: tf.nn.sampled_softmax_loss(
                w, b, tf.reshape(labels, [-1, 1]), logits, 5, 20, sampled_values=values()
                if values else None), **keywords)

    def test_sampled_softmax_draws_in_the_loop(self):
        self._sampled(seq2seq, {"unroll": "loop"})
        samplers = _contexts(op for op in _operations() if op.type == "LogUniformCandidateSampler")
        self.assertNotIn("", samplers)
        self.assertEqual([1], [len(ops) for ops in samplers.values()])

    def test_one_draw_for_all_steps(self):
        """By name, in whatever way time is unrolled; otherwise every step draws."""
        for unroll in ("loop", "static"):
            with tf.Graph().as_default():
                self._sampled(seq2seq, {"unroll": unroll, "one_draw_for_all_steps": True})
                samplers = _contexts(
                    op for op in _operations() if op.type == "LogUniformCandidateSampler")
                self.assertEqual({"": 1}, {name: len(ops) for name, ops in samplers.items()})

    def test_one_draw_for_all_steps_of_a_plain_loss(self):
        def build(**keywords):
            x = tf.constant(np.random.RandomState(0).normal(size=[STEPS, 2, 6]), tf.float32)
            return seq2seq.sequence_loss(
                tf.unstack(x), _symbols(), [tf.constant([1.0, 0.5])] * STEPS,
                softmax_loss_function=lambda labels, logits:
                tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits),
                **keywords)
        losses = [build(unroll="static"), build(one_draw_for_all_steps=True)]
        with self.session() as session:
            self.assertAllClose(*session.run(losses))

    def test_one_draw_needs_steps_alike(self):
        logits = [tf.ones([2, 6])] * 3 + [tf.ones([2, 5])]
        with self.assertRaisesRegex(ValueError, "one_draw_for_all_steps.*differ in shape"):
            seq2seq.sequence_loss(logits, _symbols()[:4], [tf.ones([2])] * 4,
                                  one_draw_for_all_steps=True)

    @slow
    def test_sampled_softmax(self):
        def drawn():
            return tf.constant([3, 1, 19, 7, 4], tf.int64), tf.fill([2, 1], 0.3), tf.fill([5], 0.2)
        assert_same(self, lambda: self._sampled(stock.STOCK.seq2seq, {}, drawn),
                    lambda: self._sampled(seq2seq, {"unroll": "loop"}, drawn), None, 1e-5, 1e-5)

    def _dropped(self, **keep):
        """x, outputs and their weighted gradient of a sum of the inputs with dropout."""
        x = tf.constant(np.random.RandomState(0).uniform(1, 2, [STEPS, 30, 3]), tf.float32)
        cell = rnn_cell.DropoutWrapper(own_cell(stock.OURS, lambda _, x, h: x + h), **keep)
        outputs, _ = rnn.static_rnn(cell, tf.unstack(x), dtype=tf.float32, unroll="loop")
        outputs = tf.stack(outputs)
        weights = np.random.RandomState(1).uniform(1, 2, [STEPS, 30, 3])
        gradient, = tf.gradients(outputs, x, tf.constant(weights, tf.float32))
        with self.session() as session:
            return [np.array(value, np.float64) for value in session.run(
                [x, outputs, gradient])] + [weights]

    def _assert_masks_differ(self, masks):
        for one, other in zip(masks, masks[1:]):
            self.assertTrue((one != other).any())
            self.assertGreater(one.mean(), 0.25)
            self.assertLess(one.mean(), 0.75)

    def test_dropout_of_inputs(self):
        x, outputs, gradient, weights = self._dropped(input_keep_prob=0.5)
        given = np.diff(outputs, axis=0, prepend=0)
        masks = given > 0.5
        self._assert_masks_differ(masks)
        self.assertAllClose(given, 2 * x * masks, 1e-5, 1e-5)
        after = weights[::-1].cumsum(0)[::-1]
        self.assertAllClose(gradient, 2 * masks * after, 1e-5, 1e-5)

    def test_dropout_of_outputs(self):
        x, outputs, gradient, weights = self._dropped(output_keep_prob=0.5)
        masks = outputs > 0
        self._assert_masks_differ(masks)
        self.assertAllClose(outputs, 2 * x.cumsum(0) * masks, 1e-5, 1e-5)
        self.assertAllClose(gradient, (2 * masks * weights)[::-1].cumsum(0)[::-1], 1e-5, 1e-5)

    def test_dropout_of_states(self):
        x, outputs, gradient, weights = self._dropped(state_keep_prob=0.5)
        kept = outputs[1:] - x[1:]
        masks = kept > 0.5
        self._assert_masks_differ(masks)
        self.assertAllClose(kept, 2 * outputs[:-1] * masks, 1e-4, 1e-4)
        expected = weights.copy()
        for i in range(STEPS - 2, -1, -1):
            expected[i] += 2 * masks[i] * expected[i + 1]
        self.assertAllClose(gradient, expected, 1e-5, 1e-5)

    def test_dropout_in_a_users_cell(self):
        def call(self, x, h):
            return tf.nn.dropout(x, rate=0.5)
        x = tf.constant(np.random.RandomState(0).uniform(1, 2, [STEPS, 30, 3]), tf.float32)
        outputs, _ = rnn.static_rnn(own_cell(stock.OURS, call), tf.unstack(x), dtype=tf.float32,
                                    unroll="loop")
        gradient, = tf.gradients(outputs, x)
        with self.session() as session:
            outputs, gradient = session.run([tf.stack(outputs), gradient])
        self._assert_masks_differ(outputs > 0)
        self.assertAllClose(gradient, 2.0 * (outputs > 0))

    def test_one_mask_of_a_variational_dropout(self):
        cell = rnn_cell.DropoutWrapper(
            own_cell(stock.OURS, lambda _, x, h: x), output_keep_prob=0.5,
            variational_recurrent=True, dtype=tf.float32)
        outputs, _ = rnn.static_rnn(cell, [tf.ones([30, 3])] * STEPS, dtype=tf.float32,
                                    unroll="loop")
        outputs = tf.stack(outputs)
        found = set()
        with self.session() as session:
            for _ in range(30):
                values = session.run(outputs)
                for output in values[1:]:
                    self.assertAllEqual(values[0], output)
                found.update(values.ravel())
        self.assertEqual({0.0, 2.0}, found)


if __name__ == "__main__":
    unittest.main()
