"""A cell that attends: its outputs query a memory, and what is read enters its next inputs."""
import collections

from ..arguments import boolean, check_callable, positive_int
from ..cells.base import WRAPPER_OPTIONS, RNNCell, assert_like_rnncell
from ..rnn.running import zero_state_of
from ..rnn.states import as_cell_state, is_state_of_size
from ..tf1 import is_sequence, private_rnn_cell, reject_keras_3, static_dimension, tf
from .attention_mechanisms import (AttentionMechanism, BahdanauAttention, BaseAttentionMechanism,
                                   LuongAttention, additive_score, dense_layer, hardmax,
                                   multiplicative_score)
from .memory import batch_size_checks, dimension, mask_score, masked_memory
from .monotonic_attention import (BahdanauMonotonicAttention, BaseMonotonicAttentionMechanism,
                                  LuongMonotonicAttention, monotonic_attention,
                                  monotonic_probability_fn, safe_cumprod)

__all__ = ["AttentionMechanism", "AttentionWrapper", "AttentionWrapperState", "BahdanauAttention",
           "BahdanauMonotonicAttention", "LuongAttention", "LuongMonotonicAttention",
           "compute_attention", "hardmax", "monotonic_attention", "safe_cumprod"]

# Private names of TensorFlow's module that programs import.
_BaseAttentionMechanism = BaseAttentionMechanism
_BaseMonotonicAttentionMechanism = BaseMonotonicAttentionMechanism
_bahdanau_score = additive_score
_luong_score = multiplicative_score
_maybe_mask_score = mask_score
_monotonic_probability_fn = monotonic_probability_fn
_prepare_memory = masked_memory
_zero_state_tensors = private_rnn_cell._zero_state_tensors

_TILE = ("In a beam search, give the encoder's outputs, lengths and final state to "
         "tile_batch(.., multiplier=beam_width) first.")


def _shapes_of(state):
    """`state`, or the sizes of a cell, with shapes in place of tensors."""
    return tf.nest.map_structure(
        lambda part: part.shape.as_list() if tf.is_tensor(part) and part.shape.ndims is not None
        else part, state)


class AttentionWrapperState(collections.namedtuple(
        "AttentionWrapperState", ["cell_state", "attention", "time", "alignments",
                                  "alignment_history", "attention_state"])):
    """State of an `AttentionWrapper`.

    Attributes:
      cell_state: of the cell inside.
      attention: [batch, size], what the last step read.
      time: int32 scalar, number of steps so far.
      alignments: weights [batch, max_time] of the last step; with several mechanisms, a tuple.
      alignment_history: `TensorArray` of the weights of all steps, or (); a tuple likewise.
      attention_state: state of the mechanism; a tuple likewise.
    """

    # Dropout of a state leaves these as they are.
    bookkeeping = ("time", "alignments", "alignment_history", "attention_state")

    def clone(self, **kwargs):
        """A copy with some fields replaced by others of the same structure and shapes.

        `wrapper.zero_state(batch_size, dtype).clone(cell_state=encoder_state)` is the usual start
        of a decoder. New tensors get the shapes of the old ones; where the graph doesn't know that
        they agree, it is checked when it is run.

        Raises:
          ValueError, TypeError: if a field has another structure.
          ValueError: if a tensor has another shape, or for an unknown field.
        """
        fitting = {name: _in_place_of(old, kwargs[name], name)
                   for name, old in zip(self._fields, self) if name in kwargs}
        return self._replace(**dict(kwargs, **fitting))


def _in_place_of(old, new, field):
    try:
        tf.nest.assert_same_structure(old, new)
    except (TypeError, ValueError) as error:
        raise type(error)(
            "clone(%s=..) must have the structure and shapes %s, as the wrapper's state has, got "
            "%s. An encoder's state fits where its cell is built as the one that the wrapper has "
            "inside; else map it part by part, by contrib_seq2seq_enhanced.Dense for example."
            % (field, _shapes_of(old), _shapes_of(new)))
    return tf.nest.map_structure(lambda one, other: _with_shape_of(one, other, field), old, new)


def _with_shape_of(old, new, field):
    if not (tf.is_tensor(old) and tf.is_tensor(new)):
        return new
    if not new.shape.is_compatible_with(old.shape):
        raise ValueError(
            "clone(%s=..) has a tensor of shape %s where the wrapper's state has %s: give a state "
            "of these sizes and this batch. %s" % (field, new.shape, old.shape, _TILE))
    if new.shape.is_fully_defined() and old.shape.is_fully_defined():
        return new
    same = tf.assert_equal(tf.shape(new), tf.shape(old), message=(
        "clone(%s=..) has a tensor of another shape than the wrapper's state. %s"
        % (field, _TILE)))
    with tf.control_dependencies([same]):
        result = tf.identity(new)
    result.set_shape(old.shape.merge_with(new.shape))
    return result


def compute_attention(attention_mechanism, cell_output, attention_state, attention_layer):
    """What `AttentionWrapper` does with each mechanism unless it is given `attention_fn`.

        context = sum_i a_i memory_i,        attention = attention_layer([cell_output; context])

    Luong et al. 2015, arXiv:1508.04025, eq. 5. Without a layer the attention is the context.

    Returns:
      (attention [batch, size], weights [batch, max_time], next state of the mechanism).
    """
    alignments, next_state = attention_mechanism(cell_output, state=attention_state)
    values = attention_mechanism.values
    context = tf.matmul(tf.expand_dims(alignments, 1), values)
    context = tf.reshape(context, [-1, dimension(values, 2)])
    context.set_shape([static_dimension(alignments, 0), static_dimension(values, 2)])
    if attention_layer is None:
        return context, alignments, next_state
    return attention_layer(tf.concat([cell_output, context], 1)), alignments, next_state


_compute_attention = compute_attention


def _inputs_and_attention(inputs, attention):
    return tf.concat([inputs, attention], -1)


class AttentionWrapper(RNNCell):
    """A cell that reads a memory by attention; `tf.contrib.seq2seq.AttentionWrapper`.

        o, s' = cell(cell_input_fn(x, attention), s)
        a     = mechanism(o)                                  weights of the memory's steps
        attention' = [o; sum_i a_i memory_i]·W                without W, the sum alone
        output = attention', or o without `output_attention`

    Luong et al. 2015, arXiv:1508.04025, eq. 4 and 5, with "input feeding" (section 3.3) for
    `cell_input_fn`. Several mechanisms read one after the other; their attentions are joined.

    Args:
      cell: the cell.
      attention_mechanism: `AttentionMechanism`, or a list of them.
      attention_layer_size: int, columns of W (no bias, no activation), or None: no W. With a list
        of mechanisms, a list as long.
      alignment_history: whether the state keeps the weights of all steps, in a `TensorArray`.
      cell_input_fn: function (inputs, attention) -> inputs of the cell; side by side by default.
      output_attention: whether the output is the attention.
      initial_cell_state: state of the cell that `zero_state` gives, in place of zeros.
      name: of the cell's scope, "attention_wrapper" by default.
      attention_layer: `tf.layers.Layer` in place of W, or a list as long as that of mechanisms.
      attention_fn: function (mechanism, cell output, mechanism's state, layer or None) ->
        (attention, weights, mechanism's next state) in place of `compute_attention`; its attention
        is as wide as `attention_layer_size` says.
      dtype: of the cell.
      **kwargs: `gpu_for_layer` (see `RNNCell`).

    Variables: those of the cell and the mechanisms; attention_layer/kernel
    [cell.output_size + memory's depth, attention_layer_size].

    Raises:
      TypeError: for a cell, mechanism, function or layer that is none.
      ValueError: for `attention_layer_size` and `attention_layer` together, lists that differ in
        length, an `initial_cell_state` that doesn't fit the cell.
      InvalidArgumentError: if batch sizes differ: at once where the graph knows them, else when it
        is run.
    """

    _options = WRAPPER_OPTIONS

    def __init__(self, cell, attention_mechanism, attention_layer_size=None,
                 alignment_history=False, cell_input_fn=None, output_attention=True,
                 initial_cell_state=None, name=None, attention_layer=None, attention_fn=None,
                 dtype=None, **kwargs):
        super(AttentionWrapper, self).__init__(name=name, dtype=dtype, **kwargs)
        assert_like_rnncell("cell", cell)
        self._is_multi = isinstance(attention_mechanism, (list, tuple))
        mechanisms = tuple(attention_mechanism) if self._is_multi else (attention_mechanism,)
        _check_mechanisms(mechanisms)
        if attention_layer_size is not None and attention_layer is not None:
            raise ValueError("AttentionWrapper got attention_layer_size and attention_layer: give "
                             "one of them.")
        self._cell_input_fn = cell_input_fn or _inputs_and_attention
        check_callable("cell_input_fn", self._cell_input_fn,
                       "(inputs, attention) -> inputs of the cell")
        self._attention_fn = attention_fn or compute_attention
        check_callable("attention_fn", self._attention_fn,
                       "(mechanism, cell output, state, layer) -> (attention, weights, state)")
        self._output_attention = boolean("output_attention", output_attention)
        # () is what a state without a history holds.
        self._alignment_history = boolean(
            "alignment_history", False if alignment_history == () else alignment_history)
        self._cell, self._attention_mechanisms = cell, mechanisms
        for mechanism in mechanisms:
            getattr(mechanism, "prepare", lambda: None)()
        self._track("cell", cell)
        # Where copies, and those who look for what calls change, find them.
        self._mechanism_layers = tuple(
            layer for mechanism in mechanisms
            for layer in getattr(mechanism, "layers_called", dict)().values())
        self._attention_layers = None
        if attention_layer_size is not None:
            sizes = _one_each("attention_layer_size", attention_layer_size, mechanisms)
            sizes = [positive_int("attention_layer_size", size) for size in sizes]
            self._attention_layers = tuple(
                dense_layer(size, "attention_layer", getattr(mechanism, "dtype", None))
                for size, mechanism in zip(sizes, mechanisms))
            self._attention_layer_size = sum(sizes)
        elif attention_layer is not None:
            self._attention_layers = _one_each("attention_layer", attention_layer, mechanisms)
            self._attention_layer_size = sum(
                self._width_of(layer, mechanism)
                for layer, mechanism in zip(self._attention_layers, mechanisms))
        else:
            self._attention_layer_size = sum(map(_depth, mechanisms))
        self._initial_cell_state = None
        if initial_cell_state is not None:
            with tf.name_scope(name, "AttentionWrapperInit"):
                self._initial_cell_state = self._checked_state(initial_cell_state)

    def _width_of(self, layer, mechanism):
        """The width of what an attention layer makes of an output and the memory."""
        reject_keras_3("attention_layer", layer, "a tf.layers.Layer",
                       "give attention_layer_size in its place")
        if not callable(layer) or not hasattr(layer, "compute_output_shape"):
            raise TypeError("attention_layer must be a tf.layers.Layer, got %r of type %s."
                            % (layer, type(layer).__name__))
        width = self._cell.output_size + _depth(mechanism)
        return tf.dimension_value(
            tf.TensorShape(layer.compute_output_shape(tf.TensorShape([None, width])))[-1])

    def _checked_state(self, initial_cell_state):
        sizes, state = self._cell.state_size, initial_cell_state
        if is_sequence(sizes):
            state = as_cell_state(self._cell, state)
        try:
            tf.nest.assert_same_structure(sizes, state)
            fits = all(map(is_state_of_size, tf.nest.flatten(sizes), tf.nest.flatten(state)))
        except (TypeError, ValueError):
            fits = False
        if not fits:
            raise ValueError(
                "initial_cell_state must fit the cell's state_size %s, got %s. An encoder's state "
                "fits where its cell is built as this one; else map it part by part, by "
                "contrib_seq2seq_enhanced.Dense for example." % (sizes, _shapes_of(state)))
        checks = self._batch_size_checks(
            dimension(tf.nest.flatten(state)[-1], 0),
            "AttentionWrapper %s: initial_cell_state and the memory have other batch sizes. %s"
            % (self._base_name, _TILE))
        return _after(checks, state, "check_initial_cell_state")

    def _batch_size_checks(self, batch_size, error_message):
        return batch_size_checks(batch_size, self._attention_mechanisms, error_message)

    def _item_or_tuple(self, items):
        """`items` as a tuple, or the only one if a single mechanism was given."""
        items = tuple(items)
        return items if self._is_multi else items[0]

    @property
    def output_size(self):
        return self._attention_layer_size if self._output_attention else self._cell.output_size

    @property
    def state_size(self):
        mechanisms = self._attention_mechanisms
        return AttentionWrapperState(
            cell_state=self._cell.state_size, attention=self._attention_layer_size,
            time=tf.TensorShape([]),
            alignments=self._item_or_tuple(m.alignments_size for m in mechanisms),
            alignment_history=self._item_or_tuple(
                m.alignments_size if self._alignment_history else () for m in mechanisms),
            attention_state=self._item_or_tuple(m.state_size for m in mechanisms))

    def zero_state(self, batch_size, dtype):
        """The state before the first step.

        Args:
          batch_size: int or int32 scalar; in a beam search, the batch times the beams.
          dtype: of the tensors.

        Raises:
          TypeError: if a mechanism computes with another dtype.
          InvalidArgumentError: if it isn't the batch size of the memory: at once where the graph
            knows both, else when it is run.
        """
        mechanisms = self._attention_mechanisms
        for mechanism in mechanisms:
            own = getattr(mechanism, "dtype", None)
            if own is not None and tf.as_dtype(own) != tf.as_dtype(dtype):
                raise TypeError(
                    "zero_state got dtype %s, but %s computes with %s: give both the same dtype."
                    % (tf.as_dtype(dtype).name, type(mechanism).__name__, tf.as_dtype(own).name))
        with tf.name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            cell_state = self._initial_cell_state
            if cell_state is None:
                cell_state = zero_state_of(self._cell, batch_size, dtype)
            checks = self._batch_size_checks(
                batch_size, "zero_state of AttentionWrapper %s: batch_size is not that of the "
                "memory. %s Then batch_size is the batch times beam_width."
                % (self._base_name, _TILE))
            cell_state = _after(checks, cell_state, "checked_cell_state")
            alignments = [m.initial_alignments(batch_size, dtype) for m in mechanisms]
            return AttentionWrapperState(
                cell_state=cell_state,
                attention=_zero_state_tensors(self._attention_layer_size, batch_size, dtype),
                time=tf.zeros([], tf.int32),
                alignments=self._item_or_tuple(alignments),
                alignment_history=self._item_or_tuple(
                    tf.TensorArray(dtype, size=0, dynamic_size=True, element_shape=a.shape)
                    if self._alignment_history else () for a in alignments),
                attention_state=self._item_or_tuple(
                    m.initial_state(batch_size, dtype) for m in mechanisms))

    def call(self, inputs, state):
        if not isinstance(state, AttentionWrapperState):
            raise TypeError("The state of an AttentionWrapper must be an AttentionWrapperState, "
                            "got %s: start from zero_state(batch_size, dtype), and put the "
                            "encoder's state in by clone(cell_state=..)." % type(state).__name__)
        output, cell_state = self._cell(
            self._cell_input_fn(inputs, state.attention), state.cell_state)
        output = _after(self._batch_size_checks(
            dimension(output, 0), "AttentionWrapper %s: the cell's output and the memory have "
            "other batch sizes. %s" % (self.name, _TILE)), output, "checked_cell_output")
        states, histories = state.attention_state, state.alignment_history
        if not self._is_multi:
            states, histories = [states], [histories]
        layers = self._attention_layers or [None] * len(self._attention_mechanisms)
        attentions, alignments, next_states = zip(*[
            self._attention_fn(mechanism, output, mechanism_state, layer)
            for mechanism, mechanism_state, layer in zip(
                self._attention_mechanisms, states, layers)])
        if self._alignment_history:
            histories = [history.write(state.time, a)
                         for history, a in zip(histories, alignments)]
        attention = attentions[0] if len(attentions) == 1 else tf.concat(attentions, 1)
        next_state = AttentionWrapperState(
            cell_state=cell_state, attention=attention, time=state.time + 1,
            alignments=self._item_or_tuple(alignments),
            alignment_history=self._item_or_tuple(histories),
            attention_state=self._item_or_tuple(next_states))
        return (attention if self._output_attention else output), next_state


def _after(checks, tensors, name):
    """A nest of tensors, behind assertions if there are any."""
    if not checks:
        return tensors
    with tf.control_dependencies(checks):
        return tf.nest.map_structure(lambda value: tf.identity(value, name=name), tensors)


def _check_mechanisms(mechanisms):
    if not mechanisms:
        raise ValueError("attention_mechanism must hold at least one mechanism, got an empty list.")
    for mechanism in mechanisms:
        if not isinstance(mechanism, AttentionMechanism):
            raise TypeError(
                "attention_mechanism must be an AttentionMechanism, or a list of them, got %r of "
                "type %s: make it by LuongAttention or BahdanauAttention of this package, or derive"
                " its class from AttentionMechanism." % (mechanism, type(mechanism).__name__))


def _depth(mechanism):
    """The depth of what a mechanism reads."""
    depth = static_dimension(mechanism.values, -1)
    if depth is None:
        raise ValueError("attention_mechanism reads a memory of shape %s, whose depth must be "
                         "known: call set_shape on it." % mechanism.values.shape)
    return depth


def _one_each(argument, values, mechanisms):
    """`values` as a tuple with one for each mechanism."""
    values = tuple(values) if isinstance(values, (list, tuple)) else (values,)
    if len(values) != len(mechanisms):
        raise ValueError("%s must have one entry for each attention_mechanism, got %d for %d "
                         "mechanisms." % (argument, len(values), len(mechanisms)))
    return values
