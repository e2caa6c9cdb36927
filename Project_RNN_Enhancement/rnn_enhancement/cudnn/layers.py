"""The layers `CudnnLSTM`, `CudnnGRU`, `CudnnRNNTanh` and `CudnnRNNRelu` without cuDNN."""
import weakref

from ..arguments import is_plain_integer, one_of, positive_int
from ..placement import device_of, placed
from ..tf1 import (check_graph_mode, is_variable, keras, Layer, outermost_graph, quiet_deprecations, tf,
                   without_autograph)
from . import layout as names
from .calls import called, checked_rate
from .layout import Layout
from .params import (CudnnGRUOfParams, CudnnLSTMOfParams, CudnnRNNReluOfParams, CudnnRNNTanhOfParams)
from .saveables import VariablesSaveable

__all__ = ["CudnnGRU", "CudnnLSTM", "CudnnRNNRelu", "CudnnRNNTanh"]

# Graph -> {(scope, first name in it): name of the layer whose variables have these names}.
_owners = weakref.WeakKeyDictionary()


class _CudnnRNN(Layer):
    """Layers of one kind of cell over all steps, with the weights of `tf.contrib.cudnn_rnn`'s layers.

    They compute what cuDNN does, in this package's loops, on any device; `cudnn/equations.py` has the
    equations. In place of one opaque variable there are those that TensorFlow 1.15 puts into a checkpoint
    for it, so that checkpoints go both ways, and between these layers and `CudnnCompatibleLSTMCell`,
    `CudnnCompatibleGRUCell` and `BasicRNNCell` in `dynamic_rnn` or `stack_bidirectional_dynamic_rnn`.

    Args:
      num_layers, num_units: ints.
      input_mode: "linear_input"; "skip_input": the first layer adds the inputs to its gates without a
        matrix; "auto_select": that where `input_size` is `num_units`.
      direction: "unidirectional" or "bidirectional".
      dropout: rate in [0, 1] of what is dropped between layers in training. The random numbers are others
        than cuDNN's.
      seed: int of dropout (each layer's mask has one of its own) and of the default `kernel_initializer`.
      dtype: tf.float16, tf.float32 or tf.float64.
      kernel_initializer: of each gate's matrices W and R by themselves; `glorot_uniform` by default.
      bias_initializer: of each of a gate's two biases, which are added up; zeros by default.
      name: of the layer, and so of its scope.
      gpu_for_layer: int N for "/gpu:N", a device name, a device function, or None for no pinning.

    With `input_size` among the arguments, by name or as an int in third place, it's no layer but the older
    form of TensorFlow 1.0 to 1.3 (`cudnn/params.py`).

    Variables, below the layer's scope (that of the caller where `build` is called by hand):
    rnn/multi_rnn_cell/cell_0/..., or stack_bidirectional_rnn/cell_0/bidirectional_rnn/fw/..., and there
    cudnn_compatible_lstm_cell, cudnn_compatible_gru_cell or basic_rnn_cell with its kernels and biases.
    With "skip_input" the first layer's kernels have no rows for inputs.

    Raises:
      TypeError, ValueError: for an argument of a wrong type or value.
    """

    _rnn_mode = None
    _older_form = None

    def __new__(cls, *args, **kwargs):
        older = cls.__dict__.get("_older_form")
        if older is not None and ("input_size" in kwargs or len(args) > 2 and is_plain_integer(args[2])):
            return older(*args, **kwargs)
        return super(_CudnnRNN, cls).__new__(cls)

    def __init__(self, num_layers, num_units, input_mode=names.LINEAR_INPUT, direction=names.UNIDIRECTIONAL,
                 dropout=0., seed=None, dtype=tf.float32, kernel_initializer=None, bias_initializer=None,
                 name=None, gpu_for_layer=None):
        if tf.as_dtype(dtype) not in (tf.float16, tf.float32, tf.float64):
            raise ValueError("dtype must be tf.float16, tf.float32 or tf.float64, got %r." % (dtype,))
        with quiet_deprecations():
            super(_CudnnRNN, self).__init__(dtype=dtype, name=name)
        self._num_layers = positive_int("num_layers", num_layers)
        self._num_units = positive_int("num_units", num_units)
        self._input_mode = one_of("input_mode", input_mode,
                                  [names.LINEAR_INPUT, names.SKIP_INPUT, names.AUTO_INPUT])
        self._direction = one_of("direction", direction, [names.UNIDIRECTIONAL, names.BIDIRECTIONAL])
        self._dropout = checked_rate(dropout)
        self._seed = seed
        self._plain_dtype = tf.as_dtype(dtype)
        self._kernel_initializer = kernel_initializer or tf.glorot_uniform_initializer(seed)
        self._bias_initializer = bias_initializer or tf.zeros_initializer()
        self._pinned_to = device_of(gpu_for_layer)
        self._layout = self._weights_of_cells = self._saveable = None

    num_layers = property(lambda self: self._num_layers)
    num_units = property(lambda self: self._num_units)
    input_mode = property(lambda self: self._input_mode)
    direction = property(lambda self: self._direction)
    rnn_mode = property(lambda self: self._rnn_mode)
    num_dirs = property(lambda self: 1 if self._direction == names.UNIDIRECTIONAL else 2)

    @property
    def input_size(self):
        return self._built_layout.input_size

    @property
    def canonical_weight_shapes(self):
        """Shapes of cuDNN's matrices, in its order."""
        return self._built_layout.weight_shapes

    @property
    def canonical_bias_shapes(self):
        """Shapes of cuDNN's biases, in its order."""
        return [[self._num_units]] * (
            2 * names.NUMBERS_OF_GATES[self._rnn_mode] * self._num_layers * self.num_dirs)

    @property
    def kernel(self):
        """All weights as one tensor, in cuDNN's order; of two biases each is half of their sum."""
        return self._built_layout.join(*self._built_layout.canonical(self._cells()))

    @property
    def saveable(self):
        """The variables by their names, for a `tf.train.Saver` that isn't given them; None before `build`."""
        if self._saveable is None and self._layout is not None:
            self._saveable = VariablesSaveable(self.variables, self.scope_name + "/saveable")
        return self._saveable

    @property
    def _built_layout(self):
        if self._layout is None:
            raise ValueError("%s %s has no input_size and no variables yet: call it, or build(shape), first."
                             % (type(self).__name__, self.name))
        return self._layout

    def state_shape(self, batch_size):
        """A tuple with the shape [layers * directions, batch_size, num_units] of each tensor of a state."""
        shape = [self._num_layers * self.num_dirs, batch_size, self._num_units]
        return tuple(list(shape) for _ in range(2 if self._rnn_mode == names.LSTM else 1))

    def build(self, input_shape):
        """Makes the variables; called by the first call, or by hand.

        Args:
          input_shape: of three dimensions, the last one known.

        Raises:
          ValueError: for another shape, or one that `input_mode` can't take.
        """
        if self.built:
            return
        check_graph_mode(type(self).__name__)
        shape = tf.TensorShape(input_shape)
        if shape.ndims != 3 or tf.dimension_value(shape[2]) is None:
            raise ValueError("%s needs inputs of three dimensions, the last one known, got shape %s."
                             % (type(self).__name__, shape))
        layout = Layout(self._rnn_mode, self._num_layers, self._num_units, tf.dimension_value(shape[2]),
                        self._input_mode, self._direction)
        self.input_spec = keras.layers.InputSpec(ndim=3, axes={-1: layout.input_size})
        with quiet_deprecations(), placed(self._pinned_to):
            self._set_scope(None)
            first = self._begin_of_names(layout)
            with tf.variable_scope(tf.get_variable_scope(), auxiliary_name_scope=False) as scope:
                # A variable starts with several draws of the initialiser.
                scope.set_partitioner(None)
                self._weights_of_cells = [
                    [self._variables_of(layout, cell, part, first) for part in layout.parts]
                    for cell in range(layout.num_cells)]
        self._layout = layout
        self.built = True

    def _begin_of_names(self, layout):
        """Nothing, or this layer's scope if it's not the first one that is built by hand in a scope."""
        scope = tf.get_variable_scope().name
        owner = _owners.setdefault(outermost_graph(), {}).setdefault(
            (scope, layout.prefix(0)), self._scope.name)
        if owner == self._scope.name:
            return ""
        return self._scope.name[len(scope) + 1 if scope else 0:] + "/"

    def _variables_of(self, layout, cell, part, first):
        """(kernel, bias), each drawn matrix by matrix and vector by vector."""
        shapes = layout.shapes(cell)

        def kernel(shape, dtype=None, partition_info=None):
            return layout.kernel(part, lambda number: self._kernel_initializer(shapes[number], dtype=dtype))

        def bias(shape, dtype=None, partition_info=None):
            return layout.bias(part, lambda _: self._bias_initializer([layout.num_units], dtype=dtype))
        name = first + layout.prefix(cell) + part.name
        rows, columns = layout.kernel_shape(cell, part)
        return (self._variable(name + "kernel", [rows, columns], kernel) if rows else None,
                self._variable(name + "bias", [columns], bias))

    def _variable(self, name, shape, initializer):
        variable = tf.get_variable(name, shape, self._plain_dtype, initializer)
        if is_variable(variable):
            kept = self._trainable_weights if variable.trainable else self._non_trainable_weights
            if not any(variable is other for other in kept):
                kept.append(variable)
            self._track_trackable(variable, name, overwrite=True)
        return variable

    def _cells(self):
        """For each cell its parts' (kernel, bias), kernels without rows too."""
        return [[(tf.zeros([0, bias.shape[0]], self._plain_dtype) if kernel is None else kernel, bias)
                 for kernel, bias in parts] for parts in self._weights_of_cells]

    @without_autograph
    def __call__(self, inputs, *args, **kwargs):
        """Runs over all steps; arguments, results and errors as `call`'s, and `scope`."""
        check_graph_mode(type(self).__name__)
        with quiet_deprecations(), placed(self._pinned_to):
            return super(_CudnnRNN, self).__call__(inputs, *args, **kwargs)

    @without_autograph
    def call(self, inputs, initial_state=None, sequence_lengths=None, time_major=True, training=True):
        """Runs over all steps.

        Args:
          inputs: tensor [time, batch, input_size], or [batch, time, input_size] unless `time_major`.
          initial_state: tuple (h, c) for `CudnnLSTM`, else (h,), of tensors [layers * directions, batch,
            num_units], or [batch, layers * directions, num_units] unless `time_major`; zeros by default.
            Directions of a layer stand side by side.
          sequence_lengths: int tensor [batch]; past its end an example's outputs are zero, its final
            state is the one there, and backwards it begins there. All of time by default.
          time_major: order of dimensions of inputs, outputs and states.
          training: bool or bool tensor: whether `dropout` is applied.

        Returns:
          (outputs [time, batch, directions * num_units] or batch-major, final state like
          `initial_state`).

        Raises:
          TypeError: if `initial_state` is no tuple.
          ValueError: for shapes that don't fit; before `build`.
          RuntimeError: if called eagerly on TensorFlow 2.x.
        """
        layout = self._built_layout
        with placed(self._pinned_to):
            return called(layout, self._cells(), tf.convert_to_tensor(inputs, self._plain_dtype),
                          initial_state, sequence_lengths, time_major, training, self._dropout, self._seed)


class CudnnLSTM(_CudnnRNN):
    __doc__ = _CudnnRNN.__doc__.replace("Layers of one kind of cell", "Layers of LSTMs", 1)
    _rnn_mode = names.LSTM
    _older_form = CudnnLSTMOfParams


class CudnnGRU(_CudnnRNN):
    __doc__ = _CudnnRNN.__doc__.replace("Layers of one kind of cell", "Layers of GRUs", 1)
    _rnn_mode = names.GRU
    _older_form = CudnnGRUOfParams


class CudnnRNNTanh(_CudnnRNN):
    __doc__ = _CudnnRNN.__doc__.replace("Layers of one kind of cell", "Layers of tanh units", 1)
    _rnn_mode = names.TANH
    _older_form = CudnnRNNTanhOfParams


class CudnnRNNRelu(_CudnnRNN):
    __doc__ = _CudnnRNN.__doc__.replace("Layers of one kind of cell", "Layers of rectified units", 1)
    _rnn_mode = names.RELU
    _older_form = CudnnRNNReluOfParams
