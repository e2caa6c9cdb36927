"""A wrapper that attends to the last outputs of a cell."""
from ..arguments import boolean, positive_int
from ..tf1 import is_sequence, static_dimension, tf
from .base import assert_like_rnncell
from .wrappers import _WithVariables

__all__ = ["AttentionCellWrapper"]


class AttentionCellWrapper(_WithVariables):
    """`tf.contrib.rnn.AttentionCellWrapper`; Cheng et al. 2016, arXiv:1601.06733.

        o, s'  = cell([x; a]·W_1 + b_1, s)
        e_k    = v · tanh(M_k·W_k + s'·W_2 + b_2)             over the window M of L outputs
        a'     = sum of softmax(e)_k * M_k
        output = [o; a']·W_3 + b_3                            M' = M without its first, and output

    Args:
      cell: the cell.
      attn_length: int L, number of outputs in the window.
      attn_size: int, size of a and output; `cell.output_size` by default.
      attn_vec_size: int, size of v; `attn_size` by default.
      input_size: int, size of the cell's inputs; that of x by default.
      state_is_tuple: True: the state is (s, a, M [batch, L*attn_size]); False: all side by side.
      reuse: whether to reuse variables of the scope.
      **kwargs: `gpu_for_layer` (see `RNNCell`).

    Variables: kernel, bias (1); attention/attn_w [1, 1, attn_size, attn_vec_size],
    attention/attn_v, attention/kernel, attention/bias (2); attn_output_projection/kernel, bias (3).

    Raises:
      TypeError: if `cell` is none.
      ValueError: if `state_is_tuple` is False and the cell's state is a tuple; for sizes below 1.
    """

    def __init__(self, cell, attn_length, attn_size=None, attn_vec_size=None, input_size=None,
                 state_is_tuple=True, reuse=None, **kwargs):
        assert_like_rnncell("cell", cell)
        super(AttentionCellWrapper, self).__init__(cell, reuse=reuse, **kwargs)
        if not boolean("state_is_tuple", state_is_tuple) and is_sequence(cell.state_size):
            raise ValueError("Cell returns tuple of states, but the flag state_is_tuple is not "
                             "set. State size is: %s" % (cell.state_size,))
        if isinstance(attn_length, int) and attn_length <= 0:
            raise ValueError("attn_length should be greater than zero, got %d" % attn_length)
        self._attn_length = positive_int("attn_length", attn_length)
        self._attn_size = positive_int(
            "attn_size", cell.output_size if attn_size is None else attn_size)
        self._attn_vec_size = positive_int(
            "attn_vec_size", self._attn_size if attn_vec_size is None else attn_vec_size)
        self._input_size = None if input_size is None else positive_int("input_size", input_size)
        self._state_is_tuple = state_is_tuple

    @property
    def _sizes(self):
        return self._cell.state_size, self._attn_size, self._attn_size * self._attn_length

    @property
    def state_size(self):
        return self._sizes if self._state_is_tuple else sum(self._sizes)

    @property
    def output_size(self):
        return self._attn_size

    def zero_state(self, batch_size, dtype):
        return super(_WithVariables, self).zero_state(batch_size, dtype)

    def call(self, inputs, state):
        if not self._state_is_tuple:
            state = tf.split(state, list(self._sizes), axis=1)
        state, attended, window = state
        size = self._input_size or static_dimension(inputs, 1)
        inputs = [inputs, attended]
        output, state = self._cell(self._linear(inputs, size)(inputs), state)
        window = tf.reshape(window, [-1, self._attn_length, self._attn_size])
        with tf.variable_scope("attention"):
            attended = self._attended(tf.concat(tf.nest.flatten(state), 1), window)
        with tf.variable_scope("attn_output_projection"):
            both = [output, attended]
            output = self._linear(both, self._attn_size)(both)
        window = tf.concat([window[:, 1:], tf.expand_dims(output, 1)], 1)
        new = (state, attended, tf.reshape(window, [-1, self._sizes[2]]))
        return output, new if self._state_is_tuple else tf.concat(list(new), 1)

    def _attended(self, query, window):
        keys = tf.get_variable("attn_w", [1, 1, self._attn_size, self._attn_vec_size], query.dtype)
        v = tf.get_variable("attn_v", [self._attn_vec_size], query.dtype)
        flat = tf.reshape(window, [-1, self._attn_size])
        features = tf.reshape(tf.matmul(flat, tf.reshape(keys, [self._attn_size, -1])),
                              [-1, self._attn_length, self._attn_vec_size])
        asked = tf.expand_dims(self._linear(query, self._attn_vec_size)(query), 1)
        weights = tf.nn.softmax(tf.reduce_sum(v * tf.tanh(features + asked), 2))
        return tf.reduce_sum(tf.expand_dims(weights, 2) * window, 1)
