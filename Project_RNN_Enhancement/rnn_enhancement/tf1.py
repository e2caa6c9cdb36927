"""The one door to TensorFlow, and the few differences between its versions.

Everything in the package that needs TensorFlow imports it from here::

    from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf
"""
import contextlib
import copy
import functools
import logging
import types
import warnings

with warnings.catch_warnings():
    # TensorFlow 1.15 with NumPy >= 1.17 warns once per quantised dtype.
    warnings.simplefilter("ignore", FutureWarning)
    import tensorflow.compat.v1 as tf

from tensorflow.python.framework import device as _device
from tensorflow.python.framework import func_graph as _func_graph
from tensorflow.python.framework import op_def_registry as _op_def_registry
from tensorflow.python.framework import ops as _ops
from tensorflow.python.framework import random_seed as _random_seed
from tensorflow.python.ops import control_flow_util as _control_flow_util
from tensorflow.python.ops import rnn as _rnn
from tensorflow.python.ops import rnn_cell_impl as _rnn_cell_impl
from tensorflow.python.ops import template as _template
from tensorflow.python.ops import variable_scope as _variable_scope
from tensorflow.python.ops import variables as _variables
from tensorflow.python.training import saver as _saver
from tensorflow.python.util import deprecation as _deprecation

try:
    from tensorflow.python.eager import record as _tapes
except ImportError:
    # Until 2.11.
    from tensorflow.python.eager import tape as _tapes

try:
    rnn_cell = tf.nn.rnn_cell
    rnn_cell.RNNCell  # pylint: disable=pointless-statement
    keras, Layer, Dense = tf.keras, tf.layers.Layer, tf.layers.Dense
    has_keras_2 = True
except (AttributeError, ImportError, RecursionError):
    # From 2.16 on Keras is version 3, which has no RNN cells; TensorFlow still holds its own ones
    # and the Keras that they belong to, but no longer in public. (It looks for the older Keras
    # without end where that is asked for and not installed.)
    has_keras_2 = False
    from tensorflow.python import keras
    from tensorflow.python.keras.legacy_tf_layers.core import Dense
    rnn_cell, Layer = _rnn_cell_impl, keras.legacy_tf_layers.base.Layer

# The class between `RNNCell` and the core cells, which isn't public.
LayerRNNCell = rnn_cell.GRUCell.__bases__[0]

# What all variables are. In 2.x `tf.Variable` is the class of those that are no resources.
Variable = _variables.Variable

# What a `tf.train.Saver` takes beside variables.
SaveableObject = _saver.BaseSaverBuilder.SaveableObject
SaveSpec = _saver.BaseSaverBuilder.SaveSpec

# What to do where a layer or cell of Keras and a cell of TensorFlow 1.x should work together.
FOR_KERAS = ("install tf_keras and set the environment variable TF_USE_LEGACY_KERAS=1 before "
             "TensorFlow is imported")

__all__ = ["tf", "rnn_cell", "keras", "Layer", "Dense", "LayerRNNCell", "Variable", "FOR_KERAS",
           "SaveableObject", "SaveSpec",
           "has_keras_2", "is_tf_1", "check_graph_mode", "reject_keras_3", "quiet_deprecations",
           "quick_operations", "undeprecated", "without_autograph", "registered_gradients",
           "registrations_undone", "gradient_function", "keeps_account", "device_functions",
           "overridden_gradients", "outermost_graph", "collections_graph", "made_again",
           "ScratchGraph", "in_trial", "control_flow_context", "outside_of", "before_loops",
           "embedding_lookup",
           "is_tape_recording", "is_control_flow_classic", "classic_control_flow", "new_seeds",
           "gpu_names",
           "select_rows", "without_colocation",
           "is_keras_cell", "is_stateful", "is_sequence", "is_tensor", "is_variable",
           "static_dimension",
           "variable_names", "visible_gpus", "with_referent",
           "loading_functions_apart", "next_op_seed", "is_next_op_seed",
           "operations_up_to", "private_rnn",
           "private_rnn_cell"]

# Private modules whose helpers legacy programs import by name; re-exported by the public modules.
private_rnn = _rnn
private_rnn_cell = _rnn_cell_impl

# TensorFlow 1.x: graphs unless a program asks for eager execution, and a `tf.contrib`.
is_tf_1 = tf.__version__.startswith("1.")

# The public alias for nested structures was renamed on the way to 2.x.
is_sequence = getattr(tf.nest, "is_nested", None) or tf.nest.is_sequence


def check_graph_mode(name):
    """Raises RuntimeError if `name`, a function or class of the user's view, is called eagerly.

    In 1.15, where a program is eager only if it asked for that, whatever works may.
    """
    if not is_tf_1 and tf.executing_eagerly():
        raise RuntimeError(
            "%s builds a graph of TensorFlow 1.x and can't be called eagerly: call it inside "
            "`with tf.Graph().as_default():`, or call `tf.compat.v1.disable_eager_execution()` "
            "when the program starts." % name)


def _is_no_deprecation(record):
    return not record.getMessage().startswith("`tf.nn.rnn_cell.")


@contextlib.contextmanager
def quiet_deprecations():
    """A context in which TensorFlow does not announce that RNN symbols are deprecated."""
    logger = logging.getLogger("tensorflow")
    with _deprecation.silence(), warnings.catch_warnings():
        # In 2.x some of the announcements are Python warnings, and one is logged directly.
        warnings.filterwarnings("ignore", r"`tf\.(nn|compat\.v1|layers)\b.* is deprecated")
        logger.addFilter(_is_no_deprecation)
        try:
            yield
        finally:
            logger.removeFilter(_is_no_deprecation)


@contextlib.contextmanager
def quick_operations():
    """A context in which the default graph makes operations a quarter faster in TensorFlow 1.

    There every operation's arguments are searched for one of `create_op` that is deprecated.
    """
    graph = tf.get_default_graph()
    if is_tf_1 and type(graph) is tf.Graph and "create_op" not in vars(graph):
        graph.create_op = functools.partial(undeprecated(tf.Graph.create_op), graph)
        try:
            yield
        finally:
            vars(graph).pop("create_op", None)
    else:
        yield


def undeprecated(function):
    """`function` without TensorFlow's deprecation notice around it."""
    return getattr(function, "__wrapped__", function)


def without_autograph(function):
    """Marks `function` as graph code as it stands, which AutoGraph is not to rewrite."""
    # 1.15 looks for the first name, 2.x for the second.
    for mark in ("__ag_compiled", "autograph_info__"):
        setattr(function, mark, True)
    return function


_gradients = getattr(_ops, "gradient_registry", None) or _ops._gradient_registry


def registered_gradients():
    """Names of the op types with a gradient function."""
    return _gradients.list()


@contextlib.contextmanager
def registrations_undone():
    """Context after which the gradient functions that code inside registered are forgotten.

    Those of `tf.custom_gradient` stay: other threads may make some meanwhile, and no two are of one
    name.
    """
    before = set(_gradients.list())
    try:
        yield
    finally:
        for name in set(_gradients.list()) - before:
            if not name.startswith("CustomGradient"):
                del _gradients._registry[name]


def is_stateful(op_type):
    """Whether operations of a type have a state, as random ones and variables do."""
    get = getattr(_op_def_registry, "get", None)
    definition = get(op_type) if get else _op_def_registry.get_registered_ops()[op_type]
    return definition is not None and definition.is_stateful


def gradient_function(op_type):
    """The gradient function registered for `op_type`; None for an op without gradient."""
    return _gradients.lookup(op_type)


def overridden_gradients(graph):
    """The op types, and names, that a `gradient_override_map` in force replaces gradients by."""
    return dict(getattr(graph, "_gradient_override_map", {}))


def outermost_graph():
    """The graph that holds variables: the default graph, or the one around its function bodies."""
    graph = tf.get_default_graph()
    while getattr(graph, "outer_graph", None) is not None:
        graph = graph.outer_graph
    return graph


class ScratchGraph(_func_graph.FuncGraph):
    """A graph to try code in: it reads the tensors of the graph around it and adds nothing there.

    Scopes, devices, seeds and collections are at first those of the graph around it.

    Args:
      makes_variables: True: variables made inside belong to the graph around it, as in every
        function body; False: they stay inside too.

    Attributes:
      closed: set to True when nothing more is to come in. Layers keep scopes that they entered, and
        with them the graph.
      updates_around: types of operations that failed as they update a reference variable of the
        graph around, which no function body can.
    """

    closed = False

    def __init__(self, makes_variables):
        # By default a function body makes collections in the graph around it.
        super(ScratchGraph, self).__init__(
            "scratch", collections=None if makes_variables else _copied_collections())
        self.makes_variables = makes_variables
        self._constants = {}
        self.updates_around = []
        outer = self.outer_graph
        self._name_stack = outer._name_stack
        self._device_function_stack = outer._device_function_stack.copy()
        self._gradient_override_map = dict(outer._gradient_override_map)
        _number_apart(self)
        # Without the attribute all control flow in a function body is made of functions.
        self._captured = None

    @contextlib.contextmanager
    def in_use(self):
        """Context in which this is the default graph."""
        # Variables are made in the first graph around the code that calls itself no function body.
        self._building_function = self.makes_variables
        with self.as_default():
            self._building_function = True
            yield self

    def as_default(self):
        """Context in which this is the default graph; the one around, once this is `closed`."""
        return self.outer_graph.as_default() if self.closed else (
            super(ScratchGraph, self).as_default())

    @property
    def waits_for(self):
        """The operations of the graph around that code inside was made to run after."""
        captures = getattr(self, "function_captures", None)
        return list(self.control_captures if captures is None else captures.control)

    def capture(self, tensor, name=None, *args, **kwargs):
        """What stands here for a tensor of the graph around; constants of few integers as such.

        Floats are read from outside: a program may feed them, or differentiate by them.
        """
        if getattr(tensor, "graph", None) is self:
            return tensor
        op = tensor.op if isinstance(tensor, tf.Tensor) and hasattr(tensor, "graph") else None
        if op is None or op.type != "Const" or tensor.dtype.is_floating or not (
                tensor.shape.num_elements() or _SMALL) < _SMALL:
            return super(ScratchGraph, self).capture(tensor, name, *args, **kwargs)
        if op.name not in self._constants:
            with self.as_default(), tf.control_dependencies(None):
                self._constants[op.name] = tf.constant(
                    tf.get_static_value(tensor), tensor.dtype, tensor.shape, op.name)
        return self._constants[op.name]


def in_trial():
    """Whether the default graph is a `ScratchGraph` that even variables stay in: a mere trial."""
    return not getattr(tf.get_default_graph(), "makes_variables", True)


# The method that all operations of a function body are made by.
_MAKING = "create_op" if is_tf_1 else "_create_op_internal"
_make_operation = getattr(_func_graph.FuncGraph, _MAKING)


def _make_or_note(graph, op_type, inputs, *args, **kwargs):
    # TensorFlow 1 puts what stands for them inside into the list.
    given = list(inputs)
    try:
        return _make_operation(graph, op_type, inputs, *args, **kwargs)
    except TypeError:
        if any(t.graph is not graph and t.dtype._is_ref_dtype for t in given):
            graph.updates_around.append(op_type)
        raise


setattr(ScratchGraph, _MAKING, _make_or_note)

# Numbers in a constant that is worth a copy.
_SMALL = 64

# Far from the seeds that programs choose.
_FIRST_SEED = 1 << 26


def _number_apart(graph):
    """Lets a graph count its random operations from `_FIRST_SEED` on."""
    counts = getattr(_random_seed, "_graph_to_seed_dict", None)
    if counts is None:
        graph._next_id_counter = _FIRST_SEED
    else:
        counts[graph] = _FIRST_SEED


def _copied_collections():
    """The default graph's collections, and copies of what keeps account of variables and scopes."""
    collections = {
        name: list(items) for name, items in tf.get_default_graph()._collections.items()}
    stores = collections.get(_variable_scope._VARSTORE_KEY)
    collections[_variable_scope._VARSTORE_KEY] = [_TrialStore(stores[0] if stores else None)]
    scopes = collections.get(_variable_scope._VARSCOPESTORE_KEY)
    if scopes:
        collections[_variable_scope._VARSCOPESTORE_KEY] = [_copy_of_scopes(scopes[0])]
    return collections


class _TrialStore(_variable_scope._VariableStore):
    """Variables of a scratch graph, and those that `store` holds.

    Nobody runs a scratch graph, so no initialiser is called: half of what it takes to make a
    variable are the operations of its first value.
    """

    def __init__(self, store):
        super(_TrialStore, self).__init__()
        self._first_values = {}
        if store is not None:
            self._vars, self._partitioned_vars = dict(store._vars), dict(store._partitioned_vars)
            self._store_eager_variables = store._store_eager_variables

    def _get_single_variable(self, name, shape=None, dtype=tf.float32, initializer=None, **kwargs):
        if tf.TensorShape(shape).is_fully_defined() and (
                initializer is None or callable(initializer)):
            initializer = self._first_value
        return super(_TrialStore, self)._get_single_variable(
            name=name, shape=shape, dtype=dtype, initializer=initializer, **kwargs)

    def _first_value(self, shape, dtype=None, partition_info=None):
        key = dtype, tuple(shape)
        if key not in self._first_values:
            self._first_values[key] = tf.placeholder(dtype, shape)
        return self._first_values[key]


def _copy_of_scopes(scopes):
    duplicate = type(scopes)()
    duplicate.current_scope = copy.copy(scopes.current_scope)
    duplicate.variable_scopes_count = dict(scopes.variable_scopes_count)
    return duplicate


def made_again(item, graph):
    """A loss that is made when it is read (of `get_variable`, in 2.x), in the default graph.

    None for everything else, and for one that `graph` didn't make.
    """
    make = getattr(item, "_thunk", None)
    if make is None or getattr(getattr(item, "_master_tensor", None), "graph", None) is not graph:
        return None
    return type(item)(make)


def collections_graph():
    """The graph whose collections hold what is made here: a scratch graph, or the outermost."""
    graph = tf.get_default_graph()
    while not isinstance(graph, ScratchGraph) and getattr(graph, "outer_graph", None) is not None:
        graph = graph.outer_graph
    return graph


def is_tape_recording():
    """Whether a `tf.GradientTape` is open, which knows no gradient of a loop that a graph has."""
    return _tapes.could_possibly_record()


def device_functions(graph):
    """The functions that choose devices for operations of `graph`, without those that only name one."""
    return [function for function in graph._device_functions_outer_to_inner
            if not isinstance(function, _device.MergeDevice)]


def control_flow_context(graph_or_op):
    """The while loop or `cond` that a graph is building, or that an operation is part of."""
    return graph_or_op._get_control_flow_context()


@contextlib.contextmanager
def outside_of(context):
    """Context whose operations lie outside the while loop of `context`."""
    graph = tf.get_default_graph()
    with tf.control_dependencies(None):
        inside = control_flow_context(graph)
        graph._set_control_flow_context(context.outer_context)
        try:
            yield
        finally:
            graph._set_control_flow_context(inside)


def _is_in_loop(graph_or_op):
    context = control_flow_context(graph_or_op)
    return context is not None and context.GetWhileContext() is not None


@contextlib.contextmanager
def before_loops(*weights):
    """Context whose operations lie before the while loops of this graph that the code is inside.

    Outside a loop it changes nothing, nor where a weight is made in a loop: a custom getter may
    have chosen it by the step.

    Args:
      *weights: variables, or tensors in their place, that all the operations are computed from.
    """
    if not _is_in_loop(tf.get_default_graph()) or any(
            isinstance(weight, tf.Tensor) and _is_in_loop(weight.op) for weight in weights):
        yield
        return
    # This leaves the control flow too.
    with tf.control_dependencies(None):
        yield


def embedding_lookup(embedding, symbols):
    """`tf.nn.embedding_lookup`, that can be frozen where it is inside a loop too.

    `convert_variables_to_constants` makes a look-up in a resource one in a constant, with an axis
    that lies outside of any loop of `Enter` operations. There the variable is read before the loop.
    """
    if (getattr(embedding, "handle", None) is not None
            and _is_in_loop(tf.get_default_graph())):
        with before_loops():
            embedding = tf.convert_to_tensor(embedding)
    return tf.nn.embedding_lookup(embedding, symbols)


def is_control_flow_classic():
    """Whether loops made here consist of operations, as in `classic_control_flow`."""
    return not _control_flow_util.EnableControlFlowV2(tf.get_default_graph())


@contextlib.contextmanager
def classic_control_flow():
    """Context whose loops and conditions are made of `Enter`, `Switch`, `Merge`, ... operations.

    From 2.0 on they are functions unless the program has called `disable_control_flow_v2`, and
    this package's own gradient of a loop needs the operations of its body in the graph around it.
    """
    enabled = _control_flow_util.ENABLE_CONTROL_FLOW_V2
    _control_flow_util.ENABLE_CONTROL_FLOW_V2 = False
    try:
        yield
    finally:
        _control_flow_util.ENABLE_CONTROL_FLOW_V2 = enabled


def new_seeds():
    """The graph's seed, and one beside it that no other random operation of the graph has."""
    seed, seed2 = _random_seed.get_seed(None)
    return seed or 0, seed2 or 0


def next_op_seed(graph):
    """The seed beside the graph's that `graph` has for the next random operation without one."""
    # 1.15 takes the number of the last operation; 2.x counts how often one was asked for.
    counts = getattr(_random_seed, "_graph_to_seed_dict", None)
    return graph._last_id if counts is None else counts.get(graph, 0)


def is_next_op_seed(op, first):
    """Whether the seed beside the graph's of a random operation may be one of `next_op_seed`.

    Args:
      op: the operation, in a graph with a seed.
      first: what `next_op_seed` was before `op` was made.
    """
    seed = op.get_attr("seed2")
    if op.graph.seed == 0 and seed == 2 ** 31 - 1:
        # Stands for 0: two zeros would mean that there is no seed.
        seed = 0
    if hasattr(_random_seed, "_graph_to_seed_dict"):
        return first <= seed < next_op_seed(op.graph)
    # In 1.15 the seed is asked for a few operations before `op` is made.
    return max(first, op._id - 32) <= seed < op._id


def operations_up_to(version):
    """Lets the default graph count on to `version`, a `Graph.version`, where seeds hang on that.

    They do in 1.15, in a graph with a seed: a random operation without one of its own gets the
    number of operations before it, so that one made as late as another program makes it gives the
    same numbers. Within control flow nothing is done.
    """
    graph = tf.get_default_graph()
    if is_tf_1 and graph.seed is not None and control_flow_context(graph) is None:
        while graph.version < version:
            tf.no_op()


@functools.lru_cache(maxsize=None)
def visible_gpus():
    """Number of GPUs that TensorFlow sees."""
    return len(tf.config.experimental.list_physical_devices("GPU"))


def gpu_names():
    """The GPUs that TensorFlow sees: their models, or from before 2.3 their device names."""
    details = getattr(tf.config.experimental, "get_device_details", lambda device: {})
    return [details(device).get("device_name", device.name)
            for device in tf.config.experimental.list_physical_devices("GPU")]


def select_rows(condition, x, y):
    """Rows of `x` where the vector `condition` is true, of `y` elsewhere."""
    return tf.raw_ops.Select(condition=condition, x=x, y=y)


def without_colocation():
    """Context whose operations are not colocated with any that came before."""
    return tf.get_default_graph()._colocate_with_for_gradient(None, None, ignore_existing=True)


def variable_names(graph):
    """Full names of the global and local variables of `graph`, without output index."""
    names = []
    for collection in (tf.GraphKeys.GLOBAL_VARIABLES, tf.GraphKeys.LOCAL_VARIABLES):
        names.extend(variable.op.name for variable in graph.get_collection(collection))
    return names


def with_referent(reference, referent):
    """A copy of what an object-based checkpoint finds, `reference`, that leads to `referent`."""
    if hasattr(reference, "_replace"):
        return reference._replace(ref=referent)
    # A named tuple until 2.8.
    return type(reference)(reference.name, referent)


@contextlib.contextmanager
def loading_functions_apart():
    """Context in which `from_config` of a wrapper loads functions beside the wrappers' own module.

    TensorFlow adds the names of the function's module to those of its wrappers' module; in 2.x the
    wrappers then work with that module's `tf`, which need not be theirs.
    """
    names = rnn_cell.DropoutWrapper.from_config.__func__.__globals__
    load = names["_parse_config_to_function"]
    names["_parse_config_to_function"] = types.FunctionType(
        load.__code__, dict(load.__globals__), load.__name__, load.__defaults__, load.__closure__)
    try:
        yield
    finally:
        names["_parse_config_to_function"] = load


_KEEPING_ACCOUNT = (_template.Template, tf.train.Optimizer, tf.train.ExponentialMovingAverage,
                    type(tf.function(lambda: None)))


def keeps_account(value):
    """Whether `value` notes what calls of it made: one of TensorFlow's classes, beside layers."""
    return (isinstance(value, _KEEPING_ACCOUNT)
            # Those that hand the variables out among parameter servers.
            or type(value).__module__.endswith(".device_setter"))


def is_keras_cell(cell):
    """Whether `cell` has the interface of Keras, in which every state is a list."""
    return (isinstance(cell, keras.layers.Layer) and
            not isinstance(cell, (rnn_cell.RNNCell, _rnn_cell_impl.RNNCell)) and
            getattr(cell, "zero_state", None) is None)


def reject_keras_3(name, cell, wanted="an RNNCell", instead="take a cell of this package"):
    """Raises TypeError if the argument `name` is a layer of Keras 3."""
    if not has_keras_2 and any(base.__module__.startswith("keras.") for base in type(cell).__mro__):
        raise TypeError("%s must be %s, got a %s of Keras 3, whose variables are not those of a "
                        "TensorFlow 1.x graph: %s, or %s."
                        % (name, wanted, type(cell).__name__, instead, FOR_KERAS))


def is_tensor(value):
    """Whether `value` is a tensor, variable or sparse tensor of a graph (or eager)."""
    return tf.is_tensor(value)


def is_variable(value):
    """Whether `value` is a TensorFlow variable, partitioned ones included."""
    return isinstance(value, Variable) or type(value).__name__ == "PartitionedVariable"


def static_dimension(tensor, axis):
    """Length of `tensor` along `axis` where the graph knows it, else None."""
    shape = tensor.shape
    return None if shape.ndims is None else tf.dimension_value(shape[axis])
