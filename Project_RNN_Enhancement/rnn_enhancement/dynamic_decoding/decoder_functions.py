"""Decoding as `tf.contrib.seq2seq` had it in TensorFlow 1.0: a function says what is fed next.

`dynamic_rnn_decoder` runs a cell. Before each step, and after the last, it calls the decoder function
`(time, cell_state, cell_input, cell_output, context_state)`, which returns `(done, cell_state,
next_input, emitted, context_state)`. At time 0 there is neither a state nor an output yet, and what
is emitted then only gives the shape of one example's outputs. `done` of None: by `sequence_length`.
"""
from ..arguments import check_callable, positive_int
from ..layers.functions import linear
from ..tf1 import embedding_lookup, private_rnn, tf
from .memory import dimension

__all__ = ["attention_decoder_fn_inference", "attention_decoder_fn_train", "dynamic_rnn_decoder",
           "prepare_attention", "simple_decoder_fn_inference", "simple_decoder_fn_train"]

_OPTIONS = ("bahdanau", "luong")
_transpose_batch_time = private_rnn._transpose_batch_time


def dynamic_rnn_decoder(cell, decoder_fn, inputs=None, sequence_length=None,
                        parallel_iterations=None, swap_memory=False, time_major=False, scope=None,
                        name=None):
    """Runs a cell from step to step on what a decoder function feeds it.

    Args:
      cell: an `RNNCell`.
      decoder_fn: a decoder function: one of `simple_decoder_fn_train`, `attention_decoder_fn_train`
        (with `inputs`), `simple_decoder_fn_inference`, `attention_decoder_fn_inference` (without),
        or one of your own.
      inputs: [batch, time, depth], for training.
      sequence_length: int [batch]; needed where `decoder_fn` doesn't say when it is done.
      time_major: whether `inputs` and outputs are [time, batch, ...].
      parallel_iterations, swap_memory, scope: as of `tf.nn.raw_rnn`.

    Returns:
      (outputs [batch, time, ...], final state, final context state or None).

    Raises:
      TypeError: if `decoder_fn` is not callable.
      ValueError: if `inputs` is not of rank 3, or nothing says when decoding is done.
    """
    check_callable("decoder_fn", decoder_fn,
                   "(time, cell_state, cell_input, cell_output, context_state) -> "
                   "(done, cell_state, next_input, emitted, context_state)")
    with tf.name_scope(name, "dynamic_rnn_decoder"):
        given = None if inputs is None else _Given(inputs, time_major)

        def step(time, cell_output, cell_state, loop_state):
            done, context = (None, None) if loop_state is None else (
                loop_state if isinstance(loop_state, tuple) else (loop_state, None))
            cell_input = None if given is None else given.at(time, done)
            done, state, next_input, emitted, context = decoder_fn(
                time, cell_state, cell_input, cell_output, context)
            if done is None:
                if sequence_length is None:
                    raise ValueError("sequence_length [batch] is needed: decoder_fn leaves it open "
                                     "(None) when an example is done.")
                done = tf.greater_equal(time, tf.cast(sequence_length, tf.int32))
            return done, next_input, state, emitted, done if context is None else (done, context)
        emitted, state, last = tf.nn.raw_rnn(
            cell, step, parallel_iterations=parallel_iterations, swap_memory=swap_memory,
            scope=scope)
        outputs = emitted.stack()
        if not time_major:
            outputs = _transpose_batch_time(outputs)
        return outputs, state, last[1] if isinstance(last, tuple) else None


class _Given(object):
    """Inputs [batch, time, depth] of training, step by step; zeros after the last."""

    def __init__(self, inputs, time_major):
        inputs = tf.convert_to_tensor(inputs, name="inputs")
        if inputs.shape.ndims != 3:
            raise ValueError("inputs must be %s, got shape %s." % (
                "[time, batch, depth]" if time_major else "[batch, time, depth]", inputs.shape))
        if not time_major:
            inputs = _transpose_batch_time(inputs)
        self._steps = dimension(inputs, 0)
        self._shape, self._like = inputs.shape[1:], inputs[0]
        self._array = tf.TensorArray(inputs.dtype, size=self._steps).unstack(inputs)

    def at(self, time, done):
        """The inputs of a step; `done` is None before the first."""
        if done is None:
            return self._array.read(0)
        value = tf.cond(tf.equal(time, self._steps), lambda: tf.zeros_like(self._like),
                        lambda: self._array.read(time))
        value.set_shape(self._shape)
        return value


def simple_decoder_fn_train(encoder_state, name=None):
    """The decoder function that starts from `encoder_state` and is fed the inputs, for training.

    Returns:
      A function for `dynamic_rnn_decoder`, to be given `inputs` and `sequence_length`.
    """
    def decoder_fn(time, cell_state, cell_input, cell_output, context_state):
        _check_given(cell_input)
        with tf.name_scope(name, "simple_decoder_fn_train"):
            state = encoder_state if cell_state is None else cell_state
            return None, state, cell_input, cell_output, context_state
    return decoder_fn


def simple_decoder_fn_inference(output_fn, encoder_state, embeddings, start_of_sequence_id,
                                end_of_sequence_id, maximum_length, num_decoder_symbols,
                                dtype=tf.int32, name=None):
    """The decoder function that feeds the embedding of the likeliest symbol, from step to step.

    Args:
      output_fn: function from the cell's outputs [batch, size] to logits [batch,
        num_decoder_symbols]; None: they are logits.
      encoder_state: the initial state.
      embeddings: [num_decoder_symbols, size].
      start_of_sequence_id, end_of_sequence_id: symbols, the first input and the end of an example.
      maximum_length: int or scalar tensor, the time after which every example is done; so there are
        at most `maximum_length` + 1 steps.
      num_decoder_symbols: int.
      dtype: int32 or int64, of symbols.

    Returns:
      A function for `dynamic_rnn_decoder`, whose outputs are logits.

    Raises:
      TypeError, ValueError: if `num_decoder_symbols` is no integer >= 1.
    """
    feedback = _Feedback(output_fn, encoder_state, embeddings, start_of_sequence_id,
                         end_of_sequence_id, maximum_length, num_decoder_symbols, dtype)

    def decoder_fn(time, cell_state, cell_input, cell_output, context_state):
        _check_not_given(cell_input)
        with tf.name_scope(name, "simple_decoder_fn_inference"):
            if cell_output is None:
                cell_state = encoder_state
            done, next_input, logits = feedback.after(time, cell_output)
            return done, cell_state, next_input, logits, context_state
    return decoder_fn


def prepare_attention(attention_states, attention_option, num_units, reuse=False):
    """What `attention_decoder_fn_train` and `attention_decoder_fn_inference` need to attend.

    Args:
      attention_states: [batch, length, depth], what the decoder attends to; depth is `num_units`,
        as the context is.
      attention_option: "bahdanau" (scores v·tanh(key + W·query), arXiv 1409.0473) or "luong"
        (key·query, arXiv 1508.04025).
      num_units: int, size of keys and of the decoder's outputs.
      reuse: whether the variables are there already.

    Returns:
      (attention_keys [batch, length, num_units], attention_values: `attention_states`,
      attention_score_fn: (query [batch, num_units], keys, values) -> context [batch, num_units],
      attention_construct_fn: the same arguments -> attention vector [batch, num_units], from query
      and context). Variables: attention_keys/weights, attention_score/attnW and attnV,
      attention_construct/weights.

    Raises:
      ValueError: for another option, or states of another rank.
      TypeError, ValueError: if `num_units` is no integer >= 1.
    """
    if attention_option not in _OPTIONS:
        raise ValueError("attention_option must be \"bahdanau\" or \"luong\", got %r."
                         % (attention_option,))
    num_units = positive_int("num_units", num_units)
    values = tf.convert_to_tensor(attention_states, name="attention_states")
    if values.shape.ndims != 3 or tf.dimension_value(values.shape[2]) is None:
        raise ValueError("attention_states must be [batch, length, depth] of known depth, got shape "
                         "%s." % values.shape)
    keys = linear(values, num_units, biases_initializer=None, scope="attention_keys", reuse=reuse)
    if attention_option == "bahdanau":
        with tf.variable_scope("attention_score", reuse=reuse):
            weights = tf.get_variable("attnW", [num_units, num_units], values.dtype)
            vector = tf.get_variable("attnV", [num_units], values.dtype)

        def score(query, keys):
            query = tf.expand_dims(tf.matmul(query, weights), 1)
            return tf.reduce_sum(vector * tf.tanh(keys + query), 2)
    else:
        def score(query, keys):
            return tf.reduce_sum(keys * tf.expand_dims(query, 1), 2)

    def attention_score_fn(query, keys, values):
        alignments = tf.nn.softmax(score(query, keys))
        return tf.reduce_sum(tf.expand_dims(alignments, 2) * values, 1)

    def attention_construct_fn(query, keys, values):
        return linear(tf.concat([query, attention_score_fn(query, keys, values)], 1), num_units,
                      biases_initializer=None, scope="attention_construct", reuse=reuse)
    return keys, values, attention_score_fn, attention_construct_fn


def attention_decoder_fn_train(encoder_state, attention_keys, attention_values, attention_score_fn,
                               attention_construct_fn, name=None):
    """The decoder function that attends, and is fed the inputs beside the last attention vector.

    Args:
      encoder_state: the initial state.
      attention_keys, attention_values, attention_score_fn, attention_construct_fn: as
        `prepare_attention` returns them.

    Returns:
      A function for `dynamic_rnn_decoder`, to be given `inputs` and `sequence_length`; the outputs
      are attention vectors.
    """
    return _attending(simple_decoder_fn_train(encoder_state, name), encoder_state, attention_keys,
                      attention_values, attention_construct_fn, name or "attention_decoder_fn_train")


def attention_decoder_fn_inference(output_fn, encoder_state, attention_keys, attention_values,
                                   attention_score_fn, attention_construct_fn, embeddings,
                                   start_of_sequence_id, end_of_sequence_id, maximum_length,
                                   num_decoder_symbols, dtype=tf.int32, name=None):
    """The decoder function that attends and feeds the embedding of the likeliest symbol.

    The arguments are those of `attention_decoder_fn_train` and of `simple_decoder_fn_inference`;
    `output_fn` is given attention vectors. It raises what they raise.
    """
    feed = simple_decoder_fn_inference(output_fn, encoder_state, embeddings, start_of_sequence_id,
                                       end_of_sequence_id, maximum_length, num_decoder_symbols,
                                       dtype, name)
    return _attending(feed, encoder_state, attention_keys, attention_values, attention_construct_fn,
                      name or "attention_decoder_fn_inference")


def _attending(feed, encoder_state, keys, values, construct, name):
    """`feed`, a decoder function, with attention vectors for the cell's outputs, and beside its inputs."""
    check_callable("attention_construct_fn", construct, "(query, keys, values)")

    def decoder_fn(time, cell_state, cell_input, cell_output, context_state):
        with tf.name_scope(name):
            if cell_output is None:
                attention = _no_attention_yet(encoder_state)
            else:
                attention = cell_output = construct(cell_output, keys, values)
            done, state, next_input, emitted, context_state = feed(
                time, cell_state, cell_input, cell_output, context_state)
            return done, state, tf.concat([next_input, attention], 1), emitted, context_state
    return decoder_fn


class _Feedback(object):
    """Reads symbols off outputs and looks up what is fed next."""

    def __init__(self, output_fn, encoder_state, embeddings, start, end, maximum_length,
                 num_symbols, dtype):
        self._output_fn = output_fn or (lambda outputs: outputs)
        self._embeddings, self._dtype = embeddings, tf.as_dtype(dtype)
        self._start = tf.convert_to_tensor(start, self._dtype, "start_of_sequence_id")
        self._end = tf.convert_to_tensor(end, self._dtype, "end_of_sequence_id")
        self._longest = tf.convert_to_tensor(maximum_length, tf.int32, "maximum_length")
        self._num_symbols = positive_int("num_decoder_symbols", num_symbols)
        self._batch = dimension(tf.convert_to_tensor(tf.nest.flatten(encoder_state)[0]), 0)

    def after(self, time, outputs):
        """(done, next inputs, logits) after the outputs of a step; None: before the first."""
        if outputs is None:
            logits = tf.zeros([self._num_symbols])
            symbols = tf.fill([self._batch], self._start)
            done = tf.fill([self._batch], False)
        else:
            logits = self._output_fn(outputs)
            symbols = tf.argmax(logits, 1, output_type=self._dtype)
            done = tf.equal(symbols, self._end)
        done = tf.logical_or(done, tf.greater(time, self._longest))
        return done, embedding_lookup(self._embeddings, symbols), logits


def _no_attention_yet(state):
    """Zeros for the attention vector before the first step, shaped as the top layer's outputs."""
    while isinstance(state, (tuple, list)):
        state = state[-1]
    return tf.zeros_like(state)


def _check_given(cell_input):
    if cell_input is None:
        raise ValueError("inputs [batch, time, depth] must be given to dynamic_rnn_decoder with a "
                         "decoder function for training.")


def _check_not_given(cell_input):
    if cell_input is not None:
        raise ValueError("inputs must not be given to dynamic_rnn_decoder with a decoder function "
                         "for inference, which feeds its own symbols.")
