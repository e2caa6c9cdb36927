"""What all cells share: placement, weights by scope, initialisers, biases, copies, argument checks.

A cell's own file holds its equations. It gets the rest from `RNNCell` here, which stands before
TensorFlow's class of the same name in the method resolution order.
"""
import contextlib
import functools
import inspect

from ..arguments import finite_number, reject_unknown, resolve_aliases
from ..initializers import Blockwise, Chrono, weight_initializer_of
from ..placement import device_of, placed
from ..tf1 import (FOR_KERAS, Layer, check_graph_mode, has_keras_2, private_rnn_cell,
                   quiet_deprecations, reject_keras_3, rnn_cell, tf, Variable,
                   without_autograph)
from ..copying import forget_other_graphs, fresh_copy
from .scopes import holder

__all__ = ["RNNCell", "assert_like_rnncell", "check_floating", "check_floating_type", "no_variable"]

_PACKAGE = __name__.split(".")[0] + "."

# Keywords of this package that every cell takes, with their defaults.
CELL_OPTIONS = (("gpu_for_layer", None), ("weight_initializer", None),
                ("orthogonal_scale_factor", 1.1), ("use_bias", True))
# ... and those that wrappers take.
WRAPPER_OPTIONS = (("gpu_for_layer", None),)

# Keywords that `tf.layers.Layer` takes without naming them in a signature.
_LAYER_KEYWORDS = frozenset([
    "trainable", "name", "dtype", "dynamic", "input_shape", "batch_input_shape", "batch_size",
    "weights", "activity_regularizer", "autocast", "_reuse", "_scope", "experimental_autocast"])


@functools.lru_cache(maxsize=None)
def _constructor_keywords(cls):
    names = set()
    below = True
    for ancestor in cls.__mro__:
        if ancestor is Layer:
            names.update(_LAYER_KEYWORDS)
            break
        below = below and ancestor is not RNNCell
        init = ancestor.__dict__.get("__init__")
        if init is None:
            continue
        parameters = inspect.signature(init).parameters
        names.update(parameters)
        # A class below may give more to `super().__init__` than it takes itself.
        if not below and all(p.kind != p.VAR_KEYWORD for p in parameters.values()):
            break
    return frozenset(names - {"self", "args", "kwargs"})


def assert_like_rnncell(name, cell):
    """Raises TypeError unless `cell` behaves as an RNN cell."""
    if isinstance(cell, type):
        raise TypeError("%s must be an RNNCell object, got the class %s." % (name, cell.__name__))
    reject_keras_3(name, cell)
    private_rnn_cell.assert_like_rnncell(name, cell)


def check_floating(*tensors):
    """Raises ValueError unless every tensor (nested allowed) is floating or complex."""
    for tensor in tf.nest.flatten(tensors):
        check_floating_type(tensor.dtype)


def check_floating_type(dtype):
    """Raises ValueError unless `dtype` is floating or complex."""
    dtype = tf.as_dtype(dtype)
    if not (dtype.is_floating or dtype.is_complex):
        raise ValueError("RNN cell only supports floating point inputs, but saw dtype: %s" % dtype)


def no_variable(batch_size):
    """A batch size as zero states take it: a variable's tensor, anything else as it is."""
    return tf.convert_to_tensor(batch_size) if isinstance(batch_size, Variable) else batch_size


class RNNCell(rnn_cell.RNNCell):
    """Base class of all cells, and for cells of your own; a `tf.nn.rnn_cell.RNNCell`.

    A subclass defines `state_size`, `output_size` and `call(inputs, state)` (1.x), or overrides
    `__call__(inputs, state, scope=None)` (0.x). It need not call `super().__init__()`.

    Args (keywords, for every cell of the package):
      gpu_for_layer: int N for "/gpu:N", a device name, a device function, or None for no pinning.
        Variables, operations and their gradients go there. Alias: `gpu_number`.
      weight_initializer: "uniform_unit", "orthogonal", "identity", an initializer, or None for
        the variable scope's own. "orthogonal" and "identity" apply to each block (input or
        recurrent part of one gate) of a kernel. Alias: `weight_initalizer`.
      orthogonal_scale_factor: gain of "orthogonal" (1.1).
      use_bias: False for a cell without bias variables.
      trainable, name, dtype: as in `tf.layers.Layer`.

    Raises:
      TypeError: for an unknown keyword (it names the nearest real one), an argument under two
        spellings, or a wrong type.
      ValueError: for a wrong value.
    """

    _options = CELL_OPTIONS
    # Whether this cell opens a variable scope of its own; wrappers that don't leave it to the
    # cell inside.
    _has_own_scope = True

    # Not `_device`: that is TensorFlow's DeviceWrapper's.
    _pinned_to = None
    _use_bias = True
    _weight_initializer = None
    _initialize_by_block = False
    # Name of a bias -> initialiser that it has instead of the cell's own.
    _bias_starts = {}
    _given_options = ()
    _home = None

    def __init_subclass__(cls, **kwargs):
        super(RNNCell, cls).__init_subclass__(**kwargs)
        # Of a user's cell the layer machinery may convert `call`, as in TensorFlow; ours are
        # graph code already, and conversion would only slow the graph's construction.
        if "call" in cls.__dict__ and cls.__module__.startswith(_PACKAGE):
            without_autograph(cls.__dict__["call"])

    def __init__(self, *args, **kwargs):
        cls = type(self)
        self.__dict__["_layer_ready"] = True
        kwargs = resolve_aliases(kwargs, cls.__name__)
        given = {name: kwargs.pop(name) for name, _ in self._options if name in kwargs}
        takes_input_size = "input_size" in _constructor_keywords(cls)
        if "input_size" in kwargs and not takes_input_size:
            if kwargs.pop("input_size") is not None:
                tf.logging.log_first_n(tf.logging.WARN, "%s: input_size is unused; cells take "
                                       "the size of their input.", 1, cls.__name__)
        allowed = _constructor_keywords(cls).union(name for name, _ in self._options)
        reject_unknown(kwargs, allowed, cls.__name__)
        options = dict(self._options, **given)
        device = device_of(options["gpu_for_layer"])
        use_bias = options.get("use_bias", True)
        if not isinstance(use_bias, bool):
            raise TypeError("use_bias must be True or False, got %r." % (use_bias,))
        if self._options is WRAPPER_OPTIONS and not kwargs.get("trainable", True):
            raise TypeError("%s can't be made trainable=%r: give that to the cell inside."
                            % (cls.__name__, kwargs["trainable"]))
        initializer, by_block = weight_initializer_of(
            options.get("weight_initializer"), options.get("orthogonal_scale_factor", 1.1))
        self._reject_rivals(initializer, kwargs)
        with quiet_deprecations():
            super(RNNCell, self).__init__(*args, **kwargs)
        self._pinned_to = device
        self._use_bias = use_bias
        self._weight_initializer = initializer
        self._initialize_by_block = by_block
        self._given_options = tuple(sorted(
            (name, value) for name, value in given.items() if value != dict(self._options)[name]))
        self._home = None
        self._twins = {}

    @classmethod
    def _reject_rivals(cls, initializer, keywords):
        """TypeError if `keywords` has another initialiser of kernels beside `initializer`."""
        for rival in ("kernel_initializer", "initializer"):
            if initializer is not None and keywords.get(rival) is not None:
                raise TypeError("%s got weight_initializer and %s: give one of them."
                                % (cls.__name__, rival))

    def __getattr__(self, name):
        # Reached only for a missing attribute. A subclass that never called
        # `super().__init__()` is initialised when something first needs the layer inside it.
        if "_layer_ready" in self.__dict__ or not name.startswith("_") or name.startswith("__"):
            raise AttributeError("%r object has no attribute %r" % (type(self).__name__, name))
        self.__dict__["_layer_ready"] = True
        own = dict(self.__dict__)
        rnn_cell.RNNCell.__init__(self)
        self.__dict__.update(own, _twins={})
        return getattr(self, name)

    def __call__(self, inputs, state, scope=None, *args, **kwargs):
        """Runs the cell for one step.

        Args:
          inputs: [batch, input_size] (what the cell takes; wrappers may take other things).
          state: tensors as in `state_size`, each [batch, size].
          scope: variable scope or name for the weights; the class's name by default.

        Returns:
          (output, new state).

        Raises:
          RuntimeError: if called eagerly on TensorFlow 2.x.
        """
        check_graph_mode(type(self).__name__)
        cell = holder(self, scope) if self._has_own_scope else self
        forget_other_graphs(cell, inside=False)
        with placed(cell._pinned_to):
            return super(RNNCell, cell).__call__(inputs, state, scope=scope, *args, **kwargs)

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        """Zeros as `zero_state` gives them, for the batch and the dtype of `inputs` if given.

        Raises:
          ValueError: without `inputs` if `batch_size` or `dtype` is None.
        """
        if inputs is None and dtype is None and not has_keras_2:
            raise ValueError("%s.get_initial_state needs inputs or dtype, which the layers of "
                             "Keras 3 don't give: use static_rnn or dynamic_rnn in their place, "
                             "or %s." % (type(self).__name__, FOR_KERAS))
        return super(RNNCell, self).get_initial_state(
            inputs=inputs, batch_size=batch_size, dtype=dtype)

    def zero_state(self, batch_size, dtype):
        """Zeros [batch_size, size] as in `state_size`; the batch size may be a variable, as it could until 1.1."""
        return super(RNNCell, self).zero_state(no_variable(batch_size), dtype)

    def _track(self, name, part):
        """Lets object-based checkpoints find `part` through this cell."""
        if isinstance(part, (Variable, Layer)):
            self._track_trackable(part, name, overwrite=True)

    def __deepcopy__(self, memo):
        return fresh_copy(self, memo)

    def build(self, inputs_shape):
        """Makes the variables for inputs of this shape; called by the first step."""
        with quiet_deprecations():
            super(RNNCell, self).build(inputs_shape)

    def add_weight(self, name, shape=None, dtype=None, initializer=None, **kwargs):
        """Makes a variable of this cell; None for the bias of a cell without biases."""
        leaf = name.split("/")[-1]
        if self._is_bias(leaf) and not self._use_bias:
            return None
        initializer = self._bias_starts.get(name, initializer)
        if self._is_kernel(leaf) and self._weight_initializer is not None:
            initializer = self._weight_initializer
            if self._initialize_by_block:
                rows, columns = self._kernel_blocks(name, [int(size) for size in shape])
                initializer = Blockwise(initializer, rows, columns)
        return super(RNNCell, self).add_weight(
            name, shape=shape, dtype=dtype, initializer=initializer, **kwargs)

    @contextlib.contextmanager
    def _making_variables(self):
        """Lets `add_weight` make variables of a cell that is built; else it only finds them."""
        self.built = False
        yield
        self.built = True

    def add_variable(self, *args, **kwargs):
        return self.add_weight(*args, **kwargs)

    @property
    def trainable_weights(self):
        """Trainable variables of this cell, in every scope in which it was called."""
        return self._of_all_scopes("trainable_weights")

    @property
    def non_trainable_weights(self):
        """Non-trainable variables of this cell, in every scope in which it was called."""
        return self._of_all_scopes("non_trainable_weights")

    @property
    def losses(self):
        """Losses added by this cell, in every scope in which it was called."""
        return self._of_all_scopes("losses")

    @property
    def updates(self):
        """Updates added by this cell, in every scope in which it was called."""
        return self._of_all_scopes("updates")

    def _of_all_scopes(self, kind):
        found = list(getattr(super(RNNCell, self), kind))
        for twin in self._twins.values():
            found.extend(getattr(twin, kind))
        return found

    def _option(self, name):
        """Value of a keyword listed in `_options`."""
        return dict(self._options, **dict(self._given_options))[name]

    def _start_by_chrono(self, name, gates, offset=0.0):
        """The option `chrono_max_steps`: bias `name` starts as `Chrono` says."""
        max_steps = self._option("chrono_max_steps")
        if max_steps is None:
            return
        if finite_number("chrono_max_steps", max_steps) < 2:
            raise ValueError("chrono_max_steps must be at least 2, got %r." % (max_steps,))
        if not self._use_bias:
            raise ValueError("chrono_max_steps=%r needs a bias, but use_bias is False."
                             % (max_steps,))
        self._bias_starts = {name: Chrono(max_steps, gates, offset)}

    @staticmethod
    def _is_kernel(leaf):
        """Whether `weight_initializer` is about a variable with this last part of its name."""
        return leaf in ("kernel", "kernel_w")

    @staticmethod
    def _is_bias(leaf):
        """Whether `use_bias` is about a variable with this last part of its name."""
        return leaf == "bias"

    def _kernel_blocks(self, name, shape):
        """Heights and widths of the blocks of kernel `name`; one block by default."""
        return [shape[0]], [shape[1]]

    def get_config(self):
        """Settings from which `from_config` makes an equal cell."""
        config = super(RNNCell, self).get_config()
        config.update(self._given_options)
        return config
