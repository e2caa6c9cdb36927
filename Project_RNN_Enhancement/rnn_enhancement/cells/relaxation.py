"""Relaxed weights: several copies of a cell's weights, used in turn and pulled together."""
import collections
import contextlib
import inspect
import numbers

from ..arguments import positive_int
from ..placement import placed
from ..tf1 import is_tensor, collections_graph, private_rnn_cell, tf
from ..copying import copies_told_to, fresh_copy
from .base import no_variable
from .wrappers import _WithVariables

__all__ = ["RelaxationState", "RelaxationWrapper", "relaxed_weights", "relaxation_loss",
           "average_relaxed_weights"]

# Graph collection of the names of stacked weights. Names, because a meta graph can hold them, and
# because the copies of a cell that models make for themselves are nowhere else to be found.
_COLLECTION = "relaxed_weights"


class RelaxationState(collections.namedtuple("RelaxationState", ["state", "step"])):
    """State of a `RelaxationWrapper`.

    Attributes:
      state: the cell's own state.
      step: [batch, 1], number of steps done.
    """

    __slots__ = ()
    # What isn't the cell's own, for wrappers that change states at random.
    bookkeeping = ("step",)


def _stacked(initializer, copies, dtype):
    """An initialiser for `copies` draws of `initializer`, stacked."""
    if initializer is None:
        initializer = tf.get_variable_scope().initializer
    if initializer is None:
        initializer = (tf.glorot_uniform_initializer() if tf.as_dtype(dtype).is_floating
                       else tf.zeros_initializer())
    if inspect.isclass(initializer):
        initializer = initializer()
    if not callable(initializer):
        value = tf.convert_to_tensor(initializer, dtype)
        return tf.tile(tf.expand_dims(value, 0), [copies] + [1] * value.shape.ndims)

    def draw(shape, dtype=None, partition_info=None):
        return tf.stack([initializer(shape[1:], dtype=dtype) for _ in range(copies)])
    return draw


class RelaxationWrapper(_WithVariables):
    """Gives a cell r copies of its weights; step t uses copy t mod r, t counted from 0.

    Parameter-sharing relaxation of the neural GPU, Kaiser & Sutskever 2016, arXiv:1511.08228: many
    copies are easier to train; `relaxation_loss`, with a factor that grows, pulls them together,
    and `average_relaxed_weights` makes them one at the end. The released code has r = 6.

    Args:
      cell: the cell.
      copies: int r >= 1. With 1 the wrapper is the cell inside: variables, state and numbers.
      reuse: whether to reuse variables of the scope.
      **kwargs: `gpu_for_layer` (see `RNNCell`).

    Variables: the cell's, each with a first dimension of r, biases included; every copy is drawn
    by itself.

    State: `RelaxationState`. All examples of a batch use the copy of the one that has come
    furthest, so states that are fed should have come equally far (those that ended early by
    `sequence_length` have not, and would go on with the copies of the others). Steps are counted
    in the state's dtype: in float16 up to 2048.

    Raises:
      TypeError, ValueError: for a cell that is none, or copies that are no int or below 1.
    """

    def __init__(self, cell, copies=6, reuse=None, **kwargs):
        super(RelaxationWrapper, self).__init__(cell, reuse=reuse, **kwargs)
        self._copies = positive_int("copies", copies)

    @property
    def state_size(self):
        inner = self._cell.state_size
        return inner if self._copies == 1 else RelaxationState(inner, 1)

    def zero_state(self, batch_size, dtype):
        batch_size = no_variable(batch_size)
        inner = super(RelaxationWrapper, self).zero_state(batch_size, dtype)
        if self._copies == 1:
            return inner
        return RelaxationState(inner, private_rnn_cell._zero_state_tensors(1, batch_size, dtype))

    def get_config(self):
        return dict(super(RelaxationWrapper, self).get_config(), copies=self._copies)

    def __call__(self, inputs, state, scope=None, *args, **kwargs):
        if self._copies > 1:
            return super(RelaxationWrapper, self).__call__(inputs, state, scope, *args, **kwargs)
        # So that a program with one copy finds a collection, without weights in it.
        collections_graph().get_collection_ref(_COLLECTION)
        with contextlib.ExitStack() as around:
            around.enter_context(placed(self._pinned_to))
            if self._reuse:
                around.enter_context(tf.variable_scope(
                    tf.get_variable_scope(), reuse=True, auxiliary_name_scope=False))
            return self._cell(inputs, state, scope)

    def call(self, inputs, state):
        steps = tf.cast(tf.round(tf.stop_gradient(state.step)), tf.int32)
        index = tf.math.floormod(tf.reduce_max(steps), self._copies)
        scope = tf.get_variable_scope().name

        def getter(getter, name, shape=None, dtype=None, initializer=None, **kwargs):
            initializer = _stacked(initializer, self._copies, dtype or tf.float32)
            # An initial value brings its shape along.
            shape = [self._copies] + tf.TensorShape(shape).as_list() if callable(
                initializer) else None
            variable = getter(name, shape=shape, dtype=dtype, initializer=initializer, **kwargs)
            names = collections_graph().get_collection_ref(_COLLECTION)
            if variable.name not in names:
                names.append(variable.name)
            self._track(variable.op.name[len(scope) + 1:], variable)
            return tf.gather(variable, index)
        # A cell keeps the weights that it was built with: each step has a cell of its own.
        with tf.variable_scope(tf.get_variable_scope(), custom_getter=getter):
            with copies_told_to(None):
                cell = fresh_copy(self._cell)
            output, inner = cell(inputs, state.state)
        return output, RelaxationState(inner, state.step + 1)

    def _of_all_scopes(self, kind):
        if self._copies == 1:
            return list(getattr(self._cell, kind, ()))
        return super(RelaxationWrapper, self)._of_all_scopes(kind)


def relaxed_weights(cell=None):
    """Variables [r, ...] that hold the copies of weights.

    Args:
      cell: a cell (stacks and wrappers too) that has been called; None: all in the graph.

    Raises:
      ValueError: if nothing has been relaxed.
    """
    graph = collections_graph()
    if _COLLECTION not in graph.get_all_collection_keys():
        raise ValueError("No RelaxationWrapper has been called in this graph.")
    names = {tf.compat.as_str(name) for name in graph.get_collection(_COLLECTION)}
    variables = graph.get_collection(tf.GraphKeys.GLOBAL_VARIABLES) if cell is None else (
        cell.variables)
    return [variable for variable in variables if variable.name in names]


def relaxation_loss(pull, cell=None):
    """pull * sum over weights of sum over copies of |copy - mean of the copies|^2.

    A sum of squares, so it grows with the number of weights. The released code of the neural GPU
    starts with a pull of 5e-4 and multiplies it by 1.2 whenever the curriculum advances, up to 1;
    then it averages (`average_relaxed_weights`).

    Args:
      pull: number >= 0 or scalar tensor.
      cell: as in `relaxed_weights`.

    Returns:
      A scalar tensor; 0 if every wrapper has one copy.

    Raises:
      TypeError, ValueError: for a `pull` that is no number, or negative; ValueError as
        `relaxed_weights`.
    """
    if not is_tensor(pull):
        if isinstance(pull, bool) or not isinstance(pull, numbers.Real):
            raise TypeError("pull must be a number or a scalar tensor, got %r." % (pull,))
        if not pull >= 0:
            raise ValueError("pull must be at least 0, got %r." % (pull,))
    weights = relaxed_weights(cell)
    if not weights:
        return tf.constant(0.0)
    distances = [tf.reduce_sum(tf.square(v - tf.reduce_mean(v, 0, keepdims=True)))
                 for v in weights]
    total = tf.add_n([tf.cast(distance, distances[0].dtype) for distance in distances])
    return total * (tf.cast(pull, total.dtype) if is_tensor(pull) else pull)


def average_relaxed_weights(cell=None):
    """An operation that gives every copy the mean of the copies; optimisers' slots stay.

    Args:
      cell: as in `relaxed_weights`.
    """
    return tf.group(*[
        variable.assign(tf.zeros_like(variable) + tf.reduce_mean(variable, 0, keepdims=True))
        for variable in relaxed_weights(cell)])
