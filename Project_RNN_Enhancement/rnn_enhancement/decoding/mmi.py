"""Maximum mutual information: replies that fit their source, not the ones that fit every source.

Li et al. 2016, arXiv:1510.03055, two ways, both at decoding time:

* anti-LM, inside the beam: score(T) = log P(T|S) - lambda * log U(T) + gamma * |T|, log U(T) =
  sum_k g(k) log p(t_k | t_1 .. t_{k-1}), g(k) = 1 up to a threshold and 0 after. These are the
  arguments `anti_lm`, `mmi_lambda`, `mmi_threshold` and `length_weight` of `beam_search`. g weights
  the logarithms: the factors of the paper's product, taken to the letter, would make it zero.
* bidirectional, on the n best: score(T) = (1 - lambda) * log P(T|S) + lambda * log P(S|T) + gamma *
  |T|. That is `mmi_rerank`, and P(S|T) comes from `reverse_log_probability`.

The paper calls both the threshold and the length weight gamma. |T| counts the end symbol.
"""
from ..arguments import check_callable, checked_keywords, graph_function
from ..run_time_numbers import FRACTION, Range, number_in_graph
from ..seq2seq.losses import sequence_loss_by_example
from ..tf1 import is_tensor, select_rows, static_dimension, tf
from .beam import WEIGHT, BeamSearchResult, checked_symbol, in_dtype

__all__ = ["mmi_rerank", "reverse_log_probability", "sequence_log_probability"]

_SHARE = Range("between 0 and 1", FRACTION.holds)


def _checked_result(result):
    if not isinstance(result, BeamSearchResult):
        raise TypeError("result must be a BeamSearchResult, got %r of type %s."
                        % (result, type(result).__name__))
    return result


@checked_keywords
def sequence_log_probability(outputs, targets, weights, output_projection=None):
    """log P(targets) under a model that was given them as decoder inputs.

    Args:
      outputs: list of T logits [batch, num_symbols], or outputs that an output projection makes
        logits of.
      targets: list of T int tensors [batch].
      weights: list of T float tensors [batch], 0 where a target does not count.
      output_projection: pair (W, b), or None if outputs are logits.

    Returns:
      Tensor [batch].

    Raises:
      ValueError: if the lists differ in length.
    """
    if output_projection is not None:
        outputs = [tf.nn.xw_plus_b(output, *output_projection) for output in outputs]
    return -sequence_loss_by_example(outputs, targets, weights, average_across_timesteps=False)


@graph_function
def reverse_log_probability(result, reverse_seq2seq, sources, source_lengths, go_symbol,
                            end_symbol, pad_symbol=0, encoder_inputs_of=None,
                            output_projection=None, num_source_symbols=None):
    """log P(S|T) of every hypothesis T, by a model that was trained from targets to sources.

    Args:
      result: a `BeamSearchResult` with max_length and n known.
      reverse_seq2seq: function (encoder_inputs, decoder_inputs) -> (outputs, state): encoder inputs
        are target symbols and outputs are over source symbols. It's to follow its decoder inputs
        (`feed_previous=False`).
      sources: int tensor [batch, source_length], source_length known, or list of source_length int
        tensors [batch]; without end symbol, padded at the end with anything.
      source_lengths: int tensor [batch].
      go_symbol, end_symbol: ints, of the reverse model's decoder.
      pad_symbol: int, fills the hypotheses from their end symbol on.
      encoder_inputs_of: function (symbols int32 [batch * n, max_length], lengths [batch * n]) ->
        list of encoder inputs, for reverse models that want their source turned round or padded in
        front; lengths don't count the end symbol. By default the columns.
      output_projection: as in `sequence_log_probability`.
      num_source_symbols: int; if given, the reverse model's logits must be so wide.

    Returns:
      Tensor [batch, n].

    Raises:
      TypeError, ValueError: if an argument has the wrong type or shape, or if the outputs of the
        reverse model don't match the sources.
    """
    symbols, lengths = _checked_result(result).symbols, result.lengths
    check_callable("reverse_seq2seq", reverse_seq2seq,
                   "(encoder_inputs, decoder_inputs) -> (outputs, state)")
    for name, symbol in (("go_symbol", go_symbol), ("end_symbol", end_symbol),
                         ("pad_symbol", pad_symbol)):
        checked_symbol(name, symbol)
    if isinstance(sources, (list, tuple)):
        sources = tf.stack(list(sources), 1)
    sources = tf.cast(sources, tf.int32)
    source_length = static_dimension(sources, 1)
    num_best, max_length = symbols.shape.as_list()[1:]
    if source_length is None or max_length is None:
        raise ValueError("The lengths of sources and hypotheses must be known, got shapes %s and "
                         "%s." % (sources.shape, symbols.shape))
    # The end symbol is no part of what the reverse model reads.
    flat = tf.reshape(symbols, [-1, max_length])
    read = tf.reshape(lengths - tf.cast(result.finished, tf.int32), [-1])
    within = tf.sequence_mask(read, max_length)
    flat = select_rows(within, flat, tf.fill(tf.shape(flat), pad_symbol))
    if encoder_inputs_of is None:
        encoder_inputs = tf.unstack(flat, max_length, 1)
    else:
        encoder_inputs = encoder_inputs_of(flat, read)

    def repeated(value):
        tiled = tf.tile(tf.expand_dims(value, 1), [1, num_best] + [1] * (value.shape.ndims - 1))
        return tf.reshape(tiled, [-1] + value.shape.as_list()[1:])
    sources = repeated(sources)
    source_lengths = repeated(tf.cast(source_lengths, tf.int32))
    start = tf.fill([tf.shape(sources)[0], 1], go_symbol)
    decoder_inputs = tf.unstack(tf.concat([start, sources], 1), source_length + 1, 1)
    ends = tf.one_hot(source_lengths, source_length + 1, True, False, dtype=tf.bool)
    targets = tf.concat([sources, tf.zeros_like(start)], 1)
    after = select_rows(ends, tf.fill(tf.shape(targets), end_symbol), tf.zeros_like(targets))
    targets = select_rows(tf.sequence_mask(source_lengths, source_length + 1), targets, after)
    outputs, _ = reverse_seq2seq(encoder_inputs, decoder_inputs)
    if output_projection is not None:
        outputs = [tf.nn.xw_plus_b(output, *output_projection) for output in outputs]
    if len(outputs) != source_length + 1:
        raise ValueError("reverse_seq2seq must return one output per decoder input, %d, got %d."
                         % (source_length + 1, len(outputs)))
    width = static_dimension(outputs[0], 1)
    if num_source_symbols is not None and width != num_source_symbols:
        raise ValueError("reverse_seq2seq must return logits over num_source_symbols=%d symbols, "
                         "got outputs of shape %s." % (num_source_symbols, outputs[0].shape))
    if width is not None and end_symbol >= width:
        raise ValueError("end_symbol must be one of the %d symbols of reverse_seq2seq, got %d."
                         % (width, end_symbol))
    dtype = outputs[0].dtype
    weights = tf.sequence_mask(source_lengths + 1, source_length + 1, dtype)
    found = sequence_log_probability(outputs, tf.unstack(targets, source_length + 1, 1),
                                     tf.unstack(weights, source_length + 1, 1))
    return tf.reshape(found, [-1, num_best])


@checked_keywords
def mmi_rerank(result, reverse_log_probabilities, mmi_lambda=0.5, length_weight=0.0):
    """The n best, ranked by (1 - lambda) * log P(T|S) + lambda * log P(S|T) + gamma * |T|.

    Args:
      result: a `BeamSearchResult`; penalties that its search ranked by don't count here.
      reverse_log_probabilities: [batch, n], log P(S|T), as of `reverse_log_probability`.
      mmi_lambda: number or scalar tensor in [0, 1].
      length_weight: gamma, number or scalar tensor >= 0.

    Returns:
      A `BeamSearchResult` with the same hypotheses, best first, and the new scores.

    Raises:
      TypeError, ValueError: for arguments of a wrong type, shape or range.
      InvalidArgumentError: at run time, if a weight is a tensor out of range.
    """
    forward = _checked_result(result).log_probabilities
    reverse = tf.convert_to_tensor(reverse_log_probabilities)
    if not reverse.shape.is_compatible_with(forward.shape):
        raise ValueError("reverse_log_probabilities must be [batch, n], %s, got shape %s."
                         % (forward.shape, reverse.shape))
    reverse = tf.cast(reverse, forward.dtype)
    weight = in_dtype(number_in_graph("mmi_lambda", mmi_lambda, _SHARE), forward.dtype)
    gamma = in_dtype(number_in_graph("length_weight", length_weight, WEIGHT), forward.dtype)
    scores = ((1 - weight) * forward + weight * reverse
              + gamma * tf.cast(result.lengths, forward.dtype))
    # Places without a hypothesis stay behind, whatever a model says of what fills them.
    scores = select_rows(tf.equal(result.scores, float("-inf")), result.scores, scores)
    scores, order = tf.nn.top_k(scores, static_dimension(forward, 1))

    def ordered(value):
        return tf.gather(value, order, batch_dims=1, axis=1) if is_tensor(value) else value
    return BeamSearchResult(**{
        name: scores if name == "scores" else ordered(getattr(result, name))
        for name in BeamSearchResult._fields})
