"""What the tests of cells and unrolling share: tables of cells, and stock TensorFlow as the judge."""
import contextlib
import logging
import unittest
import warnings

import tensorflow.compat.v1 as tf

from .stock import OURS, STOCK, as_built, assert_same, evaluate, load_values, quiet

__all__ = ["OURS", "STOCK", "assert_same", "evaluate", "quiet", "CELLS", "WRAPPERS", "Case",
           "assert_same_error", "assert_same_structure", "inputs", "load_random", "load_values",
           "logged", "names", "numbers", "state_of", "step", "trace"]


class Case(object):
    """A cell or wrapper to be built from either library, and the input that it takes."""

    def __init__(self, make, dtype=tf.float32, size=3, integers=False):
        self.make = make
        self.dtype = dtype
        self.size = size
        self.integers = integers

    def inputs(self, steps=None, name="x"):
        """A batch of two; a trainable variable, so that gradients with respect to it are compared."""
        if self.integers:
            return tf.constant([1, 2] if steps is None else [[[1], [2], [0]], [[2], [2], [1]]])
        return inputs(steps, self.size, self.dtype, name)


def inputs(steps=None, size=3, dtype=tf.float32, name="x"):
    """A trainable variable [2, size], or [2, steps, size]."""
    return tf.get_variable(name, [2, size] if steps is None else [2, steps, size], dtype=dtype)


def _tuned(c, **keywords):
    return c.LSTMCell(4, initializer=tf.constant_initializer(0.2), forget_bias=0.3, **keywords)


# Every constructor argument of stock TensorFlow that changes a cell, at least once.
CELLS = {
    "basic": Case(lambda c: c.BasicRNNCell(4)),
    "basic_relu_named": Case(lambda c: c.BasicRNNCell(4, activation=tf.nn.relu, name="mine")),
    "basic_keras_activation": Case(lambda c: c.BasicRNNCell(4, activation="sigmoid")),
    "basic_float64": Case(lambda c: c.BasicRNNCell(4, dtype=tf.float64), tf.float64),
    "gru": Case(lambda c: c.GRUCell(4)),
    "gru_initializers": Case(lambda c: c.GRUCell(
        4, tf.nn.elu, None, tf.constant_initializer(0.3), tf.constant_initializer(0.1), "mine")),
    "gru_float64": Case(lambda c: c.GRUCell(4, dtype=tf.float64), tf.float64),
    "basic_lstm": Case(lambda c: c.BasicLSTMCell(4)),
    "basic_lstm_positional": Case(lambda c: c.BasicLSTMCell(4, 0.25, False, tf.nn.relu, None, "m")),
    "basic_lstm_joined": Case(lambda c: c.BasicLSTMCell(4, state_is_tuple=False)),
    "basic_lstm_float64": Case(
        lambda c: c.BasicLSTMCell(4, forget_bias=0.5, dtype=tf.float64), tf.float64),
    "lstm": Case(lambda c: c.LSTMCell(4)),
    "lstm_peepholes": Case(lambda c: _tuned(c, use_peepholes=True)),
    "lstm_cell_clip": Case(lambda c: _tuned(c, cell_clip=0.1)),
    "lstm_projection": Case(lambda c: _tuned(c, num_proj=3, activation=tf.nn.relu)),
    "lstm_projection_clip": Case(lambda c: _tuned(c, num_proj=3, proj_clip=0.05)),
    "lstm_joined": Case(lambda c: _tuned(c, state_is_tuple=False)),
    "lstm_all": Case(lambda c: c.LSTMCell(
        4, use_peepholes=True, cell_clip=0.3, num_proj=3, proj_clip=0.2, state_is_tuple=False,
        name="mine", dtype=tf.float64), tf.float64),
    "lstm_positional": Case(lambda c: c.LSTMCell(4, True, 0.4, None, 5, 0.3, None, None, 0.5)),
    "lstm_shards": Case(lambda c: c.LSTMCell(4, num_unit_shards=2, num_proj=4, num_proj_shards=2)),
}

# Stacks and wrappers, with the options that need no randomness.
WRAPPERS = {
    "stack": Case(lambda c: c.MultiRNNCell([c.GRUCell(4), c.LSTMCell(4), c.BasicRNNCell(2)])),
    "stack_joined": Case(lambda c: c.MultiRNNCell(
        [c.GRUCell(4), c.BasicLSTMCell(3, state_is_tuple=False)], state_is_tuple=False)),
    "stack_of_stacks": Case(lambda c: c.MultiRNNCell(
        (c.MultiRNNCell([c.GRUCell(4), c.GRUCell(3)]), c.BasicLSTMCell(2)))),
    "residual": Case(lambda c: c.ResidualWrapper(c.BasicLSTMCell(3))),
    "residual_function": Case(
        lambda c: c.ResidualWrapper(c.GRUCell(4), residual_fn=lambda i, o: o * i[:, :1])),
    "device": Case(lambda c: c.DeviceWrapper(c.GRUCell(4), "/cpu:0")),
    "input_projection": Case(lambda c: c.InputProjectionWrapper(c.GRUCell(4), 5)),
    "input_projection_tanh": Case(
        lambda c: c.InputProjectionWrapper(c.LSTMCell(4), 2, activation=tf.tanh)),
    "output_projection": Case(lambda c: c.OutputProjectionWrapper(c.LSTMCell(4), 5)),
    "output_projection_relu": Case(
        lambda c: c.OutputProjectionWrapper(c.GRUCell(4), 5, activation=tf.nn.relu)),
    "embedding": Case(lambda c: c.EmbeddingWrapper(c.GRUCell(4), 3, 5), integers=True),
    "embedding_initializer": Case(lambda c: c.EmbeddingWrapper(
        c.BasicLSTMCell(4), 3, 2, initializer=tf.constant_initializer(0.1)), integers=True),
    "dropout_off": Case(lambda c: c.DropoutWrapper(c.GRUCell(4))),
    "everything": Case(lambda c: c.EmbeddingWrapper(c.InputProjectionWrapper(
        c.OutputProjectionWrapper(c.ResidualWrapper(
            c.DeviceWrapper(c.GRUCell(4), "/cpu:0")), 5), 4), 3, 2), integers=True),
}


def state_of(cell, dtype=tf.float32):
    """A state of trainable variables in the structure of `cell.state_size`, for a batch of two."""
    sizes = tf.nest.flatten(cell.state_size)
    return tf.nest.pack_sequence_as(cell.state_size, [
        tf.get_variable("state_%d" % i, [2, size], dtype=dtype) for i, size in enumerate(sizes)])


def step(cell, case):
    """One step from a state of variables: (output, new state)."""
    state = state_of(cell, case.dtype)
    return cell(case.inputs(), state)


def names(variables=None):
    """Names without output index; of all trainable variables by default."""
    return [v.op.name for v in (tf.trainable_variables() if variables is None else variables)]


def load_random(session, variables=None, seed=1):
    """Initialises everything and gives `variables` (the trainable ones) reproducible values."""
    session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
    load_values(session, tf.trainable_variables() if variables is None else variables, seed)


def numbers(results, feed=None, seed=1):
    """Values of `results` (a flat list of tensors comes back) with random weights."""
    results = tf.nest.flatten(results)
    with tf.Session() as session:
        load_random(session, seed=seed)
        return session.run(results, feed)


def assert_same_structure(test, build):
    """Fails unless results have the same nesting, types, dtypes and static shapes in both."""
    def described(library):
        with tf.Graph().as_default(), quiet():
            return tf.nest.map_structure(
                lambda t: (t.dtype.name, str(t.shape)) if tf.is_tensor(t) else t, build(library))
    expected, found = described(STOCK), described(OURS)
    test.assertEqual(repr(expected), repr(found))


def assert_same_error(test, misuse):
    """Fails unless `misuse(library)` raises the same type of error with stock and with ours."""
    raised = []
    for library in (STOCK, OURS):
        with tf.Graph().as_default(), quiet():
            try:
                misuse(library)
                raised.append(None)
            except unittest.SkipTest:  # it isn't there
                raise
            except Exception as error:  # whatever stock raises is the answer
                raised.append(error)
    test.assertIsNotNone(raised[0], "stock TensorFlow takes this")
    test.assertIsNotNone(raised[1], "stock raises %r, ours nothing" % raised[0])
    test.assertIsInstance(raised[1], type(raised[0]), repr(raised))


@contextlib.contextmanager
def logged():
    """Context that gives the list of messages logged by TensorFlow or warned about inside."""
    messages = []

    class Keep(logging.Handler):
        def emit(self, record):
            messages.append(record.getMessage())

    logger = logging.getLogger("tensorflow")
    level, handler = logger.level, Keep()
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            # TensorFlow 1.15 itself, at the first variable of a custom getter in a process.
            warnings.filterwarnings("ignore", "Using or importing the ABCs")
            yield messages
        messages.extend(str(warning.message) for warning in caught)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


def trace(fetches, cpus=3, initialize=True, feed=None):
    """Runs `fetches` on several CPU devices; node name -> "CPU:N" on which it really ran."""
    # The optimizer renames, folds and fuses nodes, which would hide where each was put.
    config = as_built()
    config.device_count["CPU"] = cpus
    with tf.Session(config=config) as session:
        if initialize:
            session.run(tf.global_variables_initializer())
        metadata = tf.RunMetadata()
        session.run(fetches, feed, options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE),
                    run_metadata=metadata)
    ran = {}
    for device in metadata.step_stats.dev_stats:
        if "/device:CPU:" in device.device:
            for node in device.node_stats:
                ran.setdefault(node.node_name, set()).add(device.device.split("device:")[-1])
    return ran
