"""A cell that attends, as TensorFlow 1.1 had it: its state is that of the cell and what was read."""
import collections
import copy

from ..arguments import check_callable
from ..tf1 import tf
from .attention_mechanisms import BaseAttentionMechanism
from .attention_wrapper import AttentionWrapper, AttentionWrapperState
from .memory import dimension

__all__ = ["DynamicAttentionWrapper", "DynamicAttentionWrapperState"]


class DynamicAttentionWrapperState(collections.namedtuple(
        "DynamicAttentionWrapperState", ["cell_state", "attention"])):
    """State of a `DynamicAttentionWrapper`.

    Attributes:
      cell_state: of the cell inside.
      attention: [batch, attention_size], what the last step read.
    """


class DynamicAttentionWrapper(AttentionWrapper):
    """`tf.contrib.seq2seq.DynamicAttentionWrapper` of TensorFlow 1.1, which `AttentionWrapper` followed.

        o, s' = cell(cell_input_fn(x, attention), s)
        a     = probability_fn(score(o, memory))
        attention' = [o; sum_i a_i memory_i]·W
        output = attention', or o without `output_attention`

    Steps past an example's end have weights too, as in 1.1: what is read there is zero.

    Args:
      cell: the cell.
      attention_mechanism: `LuongAttention`, `BahdanauAttention` or another `AttentionMechanism`.
      attention_size: int, columns of W (no bias, no activation).
      cell_input_fn: function (inputs, attention) -> inputs of the cell; side by side by default.
      probability_fn: function of the scores [batch, max_time] -> weights; that of the mechanism by
        default, which is a softmax.
      output_attention: whether the output is the attention.
      name: of the cell's scope, "dynamic_attention_wrapper" by default.
      **kwargs: `gpu_for_layer` (see `RNNCell`).

    Variables: those of the cell and the mechanism; attention_layer/kernel
    [cell.output_size + memory's depth, attention_size].

    Raises:
      TypeError: for a cell, mechanism or function that is none, or a state of another kind.
      ValueError: for `attention_size` None.
    """

    def __init__(self, cell, attention_mechanism, attention_size, cell_input_fn=None, probability_fn=None,
                 output_attention=True, name=None, **kwargs):
        if probability_fn is not None:
            check_callable("probability_fn", probability_fn, "(score) -> probabilities")
        if attention_size is None:
            raise ValueError("attention_size must be a positive int, got None: AttentionWrapper is the one "
                             "that goes without a layer.")
        super(DynamicAttentionWrapper, self).__init__(
            cell, _as_in_1_1(attention_mechanism, probability_fn), attention_layer_size=attention_size,
            cell_input_fn=cell_input_fn, output_attention=output_attention, name=name, **kwargs)

    @property
    def state_size(self):
        return DynamicAttentionWrapperState(self._cell.state_size, self._attention_layer_size)

    def zero_state(self, batch_size, dtype):
        """The state before the first step; see `AttentionWrapper.zero_state`."""
        state = super(DynamicAttentionWrapper, self).zero_state(batch_size, dtype)
        return DynamicAttentionWrapperState(state.cell_state, state.attention)

    def call(self, inputs, state):
        if not isinstance(state, DynamicAttentionWrapperState):
            raise TypeError("The state of a DynamicAttentionWrapper must be a DynamicAttentionWrapperState, "
                            "got %s: start from zero_state(batch_size, dtype), or from "
                            "DynamicAttentionWrapperState(cell_state, attention)." % type(state).__name__)
        mechanism, = self._attention_mechanisms
        batch_size, dtype = dimension(state.attention, 0), state.attention.dtype
        # What 1.1 didn't keep has no influence on the weights.
        whole = AttentionWrapperState(
            cell_state=state.cell_state, attention=state.attention, time=tf.zeros([], tf.int32),
            alignments=mechanism.initial_alignments(batch_size, dtype), alignment_history=(),
            attention_state=mechanism.initial_state(batch_size, dtype))
        output, new = super(DynamicAttentionWrapper, self).call(inputs, whole)
        return output, DynamicAttentionWrapperState(new.cell_state, new.attention)


def _as_in_1_1(mechanism, probability_fn):
    """A mechanism whose scores aren't masked, and with the wrapper's function of them."""
    if not isinstance(mechanism, BaseAttentionMechanism):
        return mechanism
    mechanism = copy.copy(mechanism)
    mechanism._score_mask = mechanism._make_score_mask = None
    if probability_fn is not None:
        mechanism._unmasked_probability_fn = lambda score, _: probability_fn(score)
    return mechanism
