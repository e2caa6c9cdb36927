"""Wrappers around a cell: dropout, device, residual, projections, embedding."""
from ..arguments import positive_int
from ..tf1 import is_tensor, is_variable, loading_functions_apart, rnn_cell, tf
from .base import RNNCell, WRAPPER_OPTIONS, assert_like_rnncell
from .bookkeeping import is_own_by_field, own_parts
from .linear import Linear

__all__ = ["DropoutWrapper", "DeviceWrapper", "ResidualWrapper", "InputProjectionWrapper",
           "OutputProjectionWrapper", "EmbeddingWrapper"]


class _Transparent(RNNCell):
    """A wrapper without variables: the cell inside opens the scope."""

    _options = WRAPPER_OPTIONS
    _has_own_scope = False

    def __getattr__(self, name):
        # What the cell inside was called until TensorFlow 1.13; subclasses in programs use it.
        if name == "_cell" and "cell" in vars(self):
            return self.cell
        return super(_Transparent, self).__getattr__(name)

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """A wrapper of the settings that `get_config` gave."""
        with loading_functions_apart():
            return super(_Transparent, cls).from_config(config, custom_objects=custom_objects)


def _drops_own_parts(state):
    """TensorFlow's choice of what state dropout touches, and no bookkeeping."""
    if isinstance(state, rnn_cell.LSTMStateTuple):
        return rnn_cell.LSTMStateTuple(c=False, h=True)
    if hasattr(state, "bookkeeping"):
        return is_own_by_field(state)
    return not isinstance(state, tf.TensorArray)


class DropoutWrapper(_Transparent, rnn_cell.DropoutWrapper):
    """Dropout on inputs, outputs and states of a cell; see `tf.nn.rnn_cell.DropoutWrapper`.

    Args:
      cell: the cell.
      input_keep_prob, output_keep_prob, state_keep_prob: number or scalar tensor in [0, 1].
      variational_recurrent: one mask for all steps of a run (needs `dtype`, and `input_size` with
        input dropout).
      input_size, dtype, seed, dropout_state_filter_visitor: as in TensorFlow.
      **kwargs: `gpu_for_layer` (see `RNNCell`).
    """

    def __init__(self, cell, input_keep_prob=1.0, output_keep_prob=1.0, state_keep_prob=1.0,
                 variational_recurrent=False, input_size=None, dtype=None, seed=None,
                 dropout_state_filter_visitor=None, **kwargs):
        if dropout_state_filter_visitor is None and not all(
                tf.nest.flatten(own_parts(getattr(cell, "state_size", ())))):
            dropout_state_filter_visitor = _drops_own_parts
        super(DropoutWrapper, self).__init__(
            cell, input_keep_prob=input_keep_prob, output_keep_prob=output_keep_prob,
            state_keep_prob=state_keep_prob, variational_recurrent=variational_recurrent,
            input_size=input_size, dtype=dtype, seed=seed,
            dropout_state_filter_visitor=dropout_state_filter_visitor, **kwargs)


class DeviceWrapper(_Transparent, rnn_cell.DeviceWrapper):
    """Runs a cell on a device; `gpu_for_layer` on the cell itself does the same.

    Args:
      cell: the cell.
      device: device name or function.
      **kwargs: `gpu_for_layer` (see `RNNCell`).
    """

    def __init__(self, cell, device, **kwargs):
        super(DeviceWrapper, self).__init__(cell, device, **kwargs)


class ResidualWrapper(_Transparent, rnn_cell.ResidualWrapper):
    """Adds a cell's inputs to its outputs.

    Args:
      cell: the cell; its output must be shaped as its input.
      residual_fn: function (inputs, outputs) -> outputs in place of the sum.
      **kwargs: `gpu_for_layer` (see `RNNCell`).
    """

    def __init__(self, cell, residual_fn=None, **kwargs):
        super(ResidualWrapper, self).__init__(cell, residual_fn=residual_fn, **kwargs)


class StateWrapper(RNNCell):
    """A wrapper that changes states; variables, sizes and scope are those of the cell inside."""

    _options = WRAPPER_OPTIONS
    _has_own_scope = False

    def __init__(self, cell, **kwargs):
        super(StateWrapper, self).__init__(**kwargs)
        assert_like_rnncell("cell", cell)
        self._cell = cell
        self._track("cell", cell)

    @property
    def wrapped_cell(self):
        return self._cell

    @property
    def state_size(self):
        return self._cell.state_size

    @property
    def output_size(self):
        return self._cell.output_size

    def zero_state(self, batch_size, dtype):
        return self._cell.zero_state(batch_size, dtype)

    def _of_all_scopes(self, kind):
        return list(getattr(self._cell, kind, ()))

    @staticmethod
    def _call_inside(cell, inputs, state, scope):
        """`cell(inputs, state)`, in `scope` if there is one: cells of 0.x may take none."""
        return cell(inputs, state) if scope is None else cell(inputs, state, scope)


class _WithVariables(RNNCell):
    """A wrapper with variables in a scope of its own; the cell's scope is inside it."""

    _options = WRAPPER_OPTIONS

    def __init__(self, cell, reuse=None, **kwargs):
        super(_WithVariables, self).__init__(_reuse=reuse, **kwargs)
        assert_like_rnncell("cell", cell)
        self._cell = cell
        self._track("cell", cell)

    def _linear(self, inputs, output_size):
        """The linear map of this wrapper, with variables in the current scope."""
        made = Linear(inputs, output_size, True)
        self._track("kernel", made.kernel)
        self._track("bias", made.bias)
        return made

    @property
    def state_size(self):
        return self._cell.state_size

    @property
    def output_size(self):
        return self._cell.output_size

    def zero_state(self, batch_size, dtype):
        with tf.name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            return self._cell.zero_state(batch_size, dtype)


class InputProjectionWrapper(_WithVariables):
    """A linear map in front of a cell.

    Args:
      cell: the cell.
      num_proj: int, size that the input is projected to.
      activation: function of the projected input; None: linear.
      input_size: unused.
      reuse: whether to reuse variables of the scope.
      **kwargs: `gpu_for_layer` (see `RNNCell`).

    Variables: kernel [input, num_proj], bias [num_proj].
    """

    def __init__(self, cell, num_proj, activation=None, input_size=None, reuse=None, **kwargs):
        if input_size is not None:
            tf.logging.log_first_n(tf.logging.WARN, "InputProjectionWrapper: input_size is "
                                   "unused.", 1)
        super(InputProjectionWrapper, self).__init__(cell, reuse=reuse, **kwargs)
        self._num_proj = positive_int("num_proj", num_proj)
        self._activation = activation

    def call(self, inputs, state):
        projected = self._linear(inputs, self._num_proj)(inputs)
        if self._activation:
            projected = self._activation(projected)
        return self._cell(projected, state)


class OutputProjectionWrapper(_WithVariables):
    """A linear map behind a cell.

    Args:
      cell: the cell.
      output_size: int, size of the projected output.
      activation: function of the projected output; None: linear.
      reuse: whether to reuse variables of the scope.
      **kwargs: `gpu_for_layer` (see `RNNCell`).

    Variables: kernel [cell.output_size, output_size], bias [output_size].
    """

    def __init__(self, cell, output_size, activation=None, reuse=None, **kwargs):
        super(OutputProjectionWrapper, self).__init__(cell, reuse=reuse, **kwargs)
        self._output_size = positive_int("output_size", output_size)
        self._activation = activation

    @property
    def output_size(self):
        return self._output_size

    def call(self, inputs, state):
        output, state = self._cell(inputs, state)
        return self._activated(self._linear(output, self._output_size)(output)), state

    def _activated(self, projected):
        return self._activation(projected) if self._activation else projected


class EmbeddingWrapper(_WithVariables):
    """An embedding look-up in front of a cell: its inputs are integers [batch] or [batch, 1].

    The form of TensorFlow 0.5 - 0.7, `EmbeddingWrapper(cell, embedding_classes=0, embedding=None,
    initializer=None)`, works too: a matrix in third place is the embedding.

    Args:
      cell: the cell.
      embedding_classes: int, number of symbols; 0, or left out: that of `embedding`.
      embedding_size: int, length of an embedding; `cell.output_size` if None.
      initializer: of the embedding; the scope's, else uniform with variance 1.
      reuse: whether to reuse variables of the scope.
      embedding: tensor or variable [embedding_classes, embedding_size] to be used in place of a
        variable of the wrapper's own.
      **kwargs: `gpu_for_layer` (see `RNNCell`).

    Variables: embedding [embedding_classes, embedding_size], on the CPU unless pinned; none if
    `embedding` is given.

    Raises:
      TypeError: if an int is none, or `embedding` no tensor or variable.
      ValueError: if there is neither `embedding_classes` nor `embedding`, or `embedding` has
        another shape.
    """

    def __init__(self, cell, embedding_classes=0, embedding_size=None, initializer=None, reuse=None,
                 embedding=None, **kwargs):
        super(EmbeddingWrapper, self).__init__(cell, reuse=reuse, **kwargs)
        if embedding is None and (is_tensor(embedding_size) or is_variable(embedding_size)):
            embedding, embedding_size = embedding_size, None
        self._embedding, self._initializer = embedding, initializer
        if embedding is not None:
            _check_embedding(embedding, embedding_classes, embedding_size)
            return
        if embedding_size is None:
            embedding_size = cell.output_size
        self._embedding_classes = positive_int("embedding_classes", embedding_classes)
        self._embedding_size = positive_int("embedding_size", embedding_size)

    def _embedding_device(self):
        return tf.device("/cpu:0" if self._pinned_to is None else "")

    def _embedded(self, symbols, dtype):
        with self._embedding_device():
            embedding = self._embedding
            if embedding is None:
                embedding = self._made_embedding(dtype)
            return tf.nn.embedding_lookup(embedding, tf.reshape(symbols, [-1]))

    def _made_embedding(self, dtype):
        initializer = self._initializer or tf.get_variable_scope().initializer
        if initializer is None:
            limit = 3.0 ** 0.5
            initializer = tf.random_uniform_initializer(-limit, limit)
        embedding = tf.get_variable(
            "embedding", [self._embedding_classes, self._embedding_size], initializer=initializer,
            dtype=dtype)
        self._track("embedding", embedding)
        return embedding

    def call(self, inputs, state):
        embedded = self._embedded(inputs, tf.nest.flatten(state)[0].dtype)
        return self._cell(embedded, state)


def _check_embedding(embedding, classes, size):
    """Errors unless `embedding` is a matrix [classes, size]; 0 and None stand for any number."""
    if not (is_tensor(embedding) or is_variable(embedding)):
        raise TypeError("embedding must be a tensor or variable [embedding_classes, "
                        "embedding_size], got %r." % (embedding,))
    shape = [number if number is None else positive_int(name, number)
             for name, number in (("embedding_classes", classes or None), ("embedding_size", size))]
    if not embedding.shape.is_compatible_with(shape):
        raise ValueError("embedding must be of shape [embedding_classes, embedding_size] = %s, got "
                         "shape %s." % (shape, embedding.shape))
