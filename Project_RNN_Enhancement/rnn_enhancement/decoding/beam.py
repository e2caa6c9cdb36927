"""Beam search over a decoder's symbols, for a batch of sentences, as one loop in the graph."""
import collections

from ..arguments import (check_callable, checked_keywords, graph_function, non_negative_int,
                         positive_int)
from ..run_time_numbers import Range, number_in_graph
from ..seq2seq.stepping import repeat_for_beams, step_function
from ..tf1 import classic_control_flow, is_tensor, is_variable, select_rows, static_dimension, tf

__all__ = ["BeamSearchResult", "beam_search", "beam_search_seq2seq"]

# What a weight in a score may be.
WEIGHT = Range("at least 0", lambda x: (x >= 0) & (x < float("inf")))


class BeamSearchResult(collections.namedtuple(
        "BeamSearchResult",
        ["symbols", "lengths", "scores", "log_probabilities", "finished", "attention"])):
    """The n best hypotheses of each sentence, best first.

    Attributes:
      symbols: int32 [batch, n, max_length]; the end symbol from each hypothesis' end on.
      lengths: int32 [batch, n], number of symbols, the end symbol included.
      scores: [batch, n], what the hypotheses are ranked by. -inf marks a place for which there
        was no hypothesis, because there are fewer sequences than beams.
      log_probabilities: [batch, n], log P(symbols) of the model alone.
      finished: bool [batch, n], False for a hypothesis that was cut off at max_length.
      attention: [batch, n, max_length, attn_length], the weights with which each symbol was
        emitted, zero past the end; () for a step without attention, so that a session can fetch
        the whole.
    """
    __slots__ = ()


def _is_off(weight):
    return isinstance(weight, float) and weight == 0


def in_dtype(weight, dtype):
    """What `number_in_graph` returned, as a tensor of `dtype`."""
    return tf.constant(weight, dtype) if isinstance(weight, float) else tf.cast(weight, dtype)


def _checked_max_length(max_length):
    if is_tensor(max_length) or is_variable(max_length):
        max_length = tf.convert_to_tensor(max_length)
        if not max_length.dtype.is_integer or max_length.shape.ndims not in (None, 0):
            raise TypeError("max_length must be an integer or a scalar int tensor, got %r."
                            % (max_length,))
        check = tf.Assert(max_length >= 1, ["max_length must be at least 1, got", max_length])
        with tf.control_dependencies([check]):
            return tf.identity(tf.cast(max_length, tf.int32))
    return positive_int("max_length", max_length)


def checked_symbol(name, symbol, num_symbols=None):
    if isinstance(symbol, bool) or not hasattr(symbol, "__index__"):
        raise TypeError("%s must be an integer, got %r of type %s."
                        % (name, symbol, type(symbol).__name__))
    symbol = symbol.__index__()
    if symbol < 0 or (num_symbols is not None and symbol >= num_symbols):
        raise ValueError("%s must be the number of a symbol, %s, got %d."
                         % (name, "at least 0" if num_symbols is None
                            else "0 to %d" % (num_symbols - 1), symbol))
    return symbol


def _start_symbols(go_symbol, batch_size):
    if is_tensor(go_symbol):
        if not go_symbol.dtype.is_integer or go_symbol.shape.ndims not in (None, 1):
            raise TypeError("go_symbol must be an integer or an int tensor [batch], got %r."
                            % (go_symbol,))
        return tf.cast(go_symbol, tf.int32)
    return tf.fill([batch_size], checked_symbol("go_symbol", go_symbol))


def _batch_size(value):
    size = static_dimension(value, 0)
    return tf.shape(value)[0] if size is None else size


class _Scorer(object):
    """The score by which hypotheses are ranked; see `beam_search`."""

    def __init__(self, length_penalty, coverage_penalty, length_weight):
        self._length_penalty = number_in_graph("length_penalty", length_penalty, WEIGHT)
        self._coverage_penalty = number_in_graph("coverage_penalty", coverage_penalty, WEIGHT)
        self._length_weight = number_in_graph("length_weight", length_weight, WEIGHT)

    @property
    def needs_attention(self):
        return not _is_off(self._coverage_penalty)

    def __call__(self, gains, lengths, coverage):
        """Scores [n, k].

        Args:
          gains: [n, k], summed log-probabilities.
          lengths: int32 [n].
          coverage: [n, attn_length], summed attention; None without coverage penalty.
        """
        dtype = gains.dtype
        lengths = tf.cast(tf.expand_dims(lengths, 1), dtype)
        scores = gains
        if not _is_off(self._length_penalty):
            scores /= tf.pow((5.0 + lengths) / 6.0, in_dtype(self._length_penalty, dtype))
        if coverage is not None:
            # What never got any attention is padding, as in `tf.contrib.seq2seq`.
            covered = select_rows(coverage > 0, tf.minimum(coverage, 1.0), tf.ones_like(coverage))
            scores += in_dtype(self._coverage_penalty, dtype) * tf.reduce_sum(
                tf.math.log(covered), 1, keepdims=True)
        if not _is_off(self._length_weight):
            scores += in_dtype(self._length_weight, dtype) * lengths
        return scores


class AntiLanguageModel(object):
    """What an anti-LM takes off the log-probabilities of a step: lambda * g(k) * log U.

    Args:
      step, state: of the language model, state [batch * beam_size, ...].
      mmi_lambda: number or scalar tensor >= 0.
      mmi_threshold: g(k) = 1 for the first so many symbols and 0 after, int or int tensor; None:
        1 for all.
    """

    def __init__(self, step, state, mmi_lambda, mmi_threshold):
        self._step, self.state = step, state
        self._lambda = number_in_graph("mmi_lambda", mmi_lambda, WEIGHT)
        self._threshold = mmi_threshold

    def penalties(self, symbols, state, time, num_symbols, dtype):
        """(penalties [n, num_symbols] of the next symbols, new state)."""
        logits, state, _ = _taken(self._step(symbols, state), "The step of anti_lm")
        if static_dimension(logits, 1) != num_symbols:
            raise ValueError("anti_lm has %d symbols and the model %d: they must be the same."
                             % (static_dimension(logits, 1), num_symbols))
        weight = in_dtype(self._lambda, dtype)
        if self._threshold is not None:
            weight *= tf.cast(time < tf.cast(self._threshold, time.dtype), dtype)
        # The floor keeps a weight of 0 times a symbol without probability from being no number.
        return weight * tf.maximum(tf.nn.log_softmax(tf.cast(logits, dtype)), -1e9), state


def _taken(result, owner):
    """(logits, state, attention or None) that a step function returned."""
    if not isinstance(result, (tuple, list)) or len(result) not in (2, 3):
        raise ValueError("%s must return (logits, state) or (logits, state, attention), got %r."
                         % (owner, result))
    logits = result[0]
    if logits.shape.ndims != 2 or static_dimension(logits, 1) is None:
        raise ValueError("%s must return logits [n, num_symbols], num_symbols known, got shape %s."
                         % (owner, logits.shape))
    return logits, result[1], result[2] if len(result) == 3 else None


def _rows(state, indices):
    return tf.nest.map_structure(
        lambda part: part if part.shape.ndims == 0 else tf.gather(part, indices), state)


def _invariants(nest):
    """Shapes that hold in every round of the loop; histories grow along the second axis."""
    def shape(value):
        sizes = value.shape.as_list()
        return tf.TensorShape([None] + sizes[1:] if sizes else [])
    return tf.nest.map_structure(shape, nest)


class _Search(object):
    """The search over `step`, for sentences that have `beam_size` rows each.

    A hypothesis is a row; hypotheses of a sentence lie side by side, best first. What is known of
    them is a dict of tensors [rows, ...].
    """

    def __init__(self, step, end_symbol, beam_size, scorer, anti_lm):
        self._step, self._end, self._width = step, end_symbol, beam_size
        self._scorer, self._anti_lm = scorer, anti_lm

    def run(self, state, symbols, max_length):
        """Searches from `symbols` int32 [rows].

        Returns:
          (number of steps made, the hypotheses, array of attention weights or None).
        """
        rows = tf.shape(symbols)[0]
        none = tf.zeros(tf.stack([rows, 0]), tf.int32)
        values = {"symbols": symbols, "state": state, "lengths": tf.zeros_like(symbols),
                  "finished": tf.fill([rows], False), "history": none}
        # The first step lies before the loop: it makes the variables, and tells dtype and sizes.
        zero = tf.constant(0)
        result = _taken(self._step(symbols, state), "step")
        logits, _, attention = result
        self._num_symbols = static_dimension(logits, 1)
        checked_symbol("end_symbol", self._end, self._num_symbols)
        self._dtype = logits.dtype if logits.dtype == tf.float64 else tf.float32
        self._check_width(max_length)
        # One beam of a sentence lives, or the first step would find every symbol `width` times.
        dead = [float("-inf")] * (self._width - 1)
        alive = tf.tile(tf.constant([0.0] + dead, self._dtype), [rows // self._width])
        values.update(log_probabilities=alive, scores=alive)
        if self._anti_lm is not None:
            values.update(gains=alive, anti_state=self._anti_lm.state)
        weights = ()
        if attention is not None:
            weights = tf.TensorArray(self._dtype, size=max_length, infer_shape=False)
            values.update(places=none)
        if self._scorer.needs_attention:
            if attention is None:
                raise ValueError("coverage_penalty needs a step with attention; this one has none.")
            values.update(coverage=tf.zeros_like(attention, self._dtype))
        weights, values = self._extended(zero, result, weights, values)

        def more(time, _, values):
            done = tf.logical_or(values["finished"],
                                 tf.equal(values["scores"], float("-inf")))
            return tf.logical_and(time < max_length, tf.logical_not(tf.reduce_all(done)))

        def body(time, weights, values):
            result = _taken(self._step(values["symbols"], values["state"]), "step")
            weights, values = self._extended(time, result, weights, values)
            return time + 1, weights, values
        shapes = _invariants(values)
        for name in ("history", "places"):
            if name in values:
                shapes[name] = tf.TensorShape([None, None])
        array = tf.nest.map_structure(lambda _: tf.TensorShape(None), weights)
        steps, weights, values = tf.while_loop(
            more, body, (tf.constant(1), weights, values), back_prop=False,
            shape_invariants=(tf.TensorShape([]), array, shapes))
        return steps, values, weights if attention is not None else None

    def _check_width(self, max_length):
        if not isinstance(max_length, int):
            return
        # 64 symbols in a row are more sequences than any beam, and the power stays small.
        sequences = self._num_symbols ** min(max_length, 64)
        if sequences < self._width:
            raise ValueError(
                "beam_size must be at most the number of sequences, %d (%d symbols, max_length "
                "%d), got %d." % (sequences, self._num_symbols, max_length, self._width))

    def _extended(self, time, result, weights, values):
        """The best hypotheses with one more symbol, of all that can be made of the present ones."""
        logits, state, attention = result
        logits = tf.cast(logits, self._dtype)
        finished = values["finished"]
        unfinished = tf.logical_not(finished)
        lengths = values["lengths"] + tf.cast(unfinished, tf.int32)
        candidates, own, gained, anti_state = self._candidates(logits, time, values)
        own += tf.expand_dims(values["log_probabilities"], 1)
        gains = own
        if self._anti_lm is not None:
            gains = gained + tf.expand_dims(values["gains"], 1)
        coverage = None
        if "coverage" in values:
            active = tf.expand_dims(tf.cast(unfinished, self._dtype), 1)
            coverage = values["coverage"] + active * tf.cast(attention, self._dtype)
        scores = self._scorer(gains, lengths, coverage)

        branches = static_dimension(candidates, 1)
        in_sentence = self._width * branches
        scores, chosen = tf.nn.top_k(tf.reshape(scores, [-1, in_sentence]), self._width)
        sentences = tf.expand_dims(tf.range(tf.shape(chosen)[0]), 1)
        chosen = tf.reshape(sentences * in_sentence + chosen, [-1])
        parents = chosen // branches

        def of_chosen(table):
            return tf.gather(tf.reshape(table, [-1]), chosen)

        def longer(history, newest):
            return tf.concat([tf.gather(history, parents), tf.expand_dims(newest, 1)], 1)
        symbols = of_chosen(candidates)
        new = {"symbols": symbols, "state": _rows(state, parents),
               "lengths": tf.gather(lengths, parents),
               "finished": tf.equal(symbols, self._end),
               "history": longer(values["history"], symbols),
               "log_probabilities": of_chosen(own), "scores": tf.reshape(scores, [-1])}
        if self._anti_lm is not None:
            new.update(gains=of_chosen(gains), anti_state=_rows(anti_state, parents))
        if coverage is not None:
            new.update(coverage=tf.gather(coverage, parents))
        if attention is not None:
            new.update(places=longer(values["places"], parents))
            weights = weights.write(time, tf.cast(attention, self._dtype))
        return weights, new

    def _candidates(self, logits, time, values):
        """The next symbols that can survive.

        No more than `width` of one hypothesis can: their order among themselves is that of what
        they gain, whatever the penalties. A finished hypothesis goes on by the end symbol alone,
        at no cost.

        Returns:
          (symbols, log-probabilities, gains: [rows, branches]; the anti-LM's state or None).
        """
        rows, branches = tf.shape(logits)[0], min(self._width, self._num_symbols)
        stay = tf.tile(tf.constant([[0.0] + [float("-inf")] * (branches - 1)], self._dtype),
                       [rows, 1])
        finished = values["finished"]
        if self._anti_lm is None:
            best, candidates = tf.nn.top_k(logits, branches)
            # The best of a row is at hand to keep the exponentials of it in range.
            shifted = tf.exp(logits - best[:, :1])
            own = best - best[:, :1] - tf.math.log(tf.reduce_sum(shifted, 1, keepdims=True))
            gained, anti_state = None, None
        else:
            full = tf.nn.log_softmax(logits)
            penalties, anti_state = self._anti_lm.penalties(
                values["symbols"], values["anti_state"], time, self._num_symbols, self._dtype)
            gained, candidates = tf.nn.top_k(full - penalties, branches)
            own = tf.gather(full, candidates, batch_dims=1, axis=1)
            gained = select_rows(finished, stay, gained)
        candidates = select_rows(finished, tf.fill(tf.shape(candidates), self._end), candidates)
        candidates.set_shape([None, branches])
        return candidates, select_rows(finished, stay, own), gained, anti_state


def _packed(steps, values, weights, batch_size, width, num_best, max_length, end_symbol):
    """The `BeamSearchResult` of what `_Search.run` returned."""
    length = max_length if isinstance(max_length, int) else None
    left = max_length - steps

    def best(name):
        value = values[name]
        value = tf.reshape(value, tf.concat([[-1, width], tf.shape(value)[1:]], 0))[:, :num_best]
        value.set_shape([batch_size, num_best] + [None] * (value.shape.ndims - 2))
        return value
    symbols = tf.pad(best("history"), [[0, 0], [0, 0], [0, left]], constant_values=end_symbol)
    symbols.set_shape([batch_size, num_best, length])
    lengths, attention = best("lengths"), ()
    if weights is not None:
        weights = weights.gather(tf.range(steps))
        rows, size = tf.shape(weights)[1], tf.shape(weights)[2]
        indices = best("places") + tf.reshape(tf.range(steps) * rows, [1, 1, -1])
        attention = tf.gather(tf.reshape(weights, tf.stack([-1, size])), indices)
        within = tf.sequence_mask(lengths, steps, attention.dtype)
        attention = tf.pad(attention * tf.expand_dims(within, 3),
                           [[0, 0], [0, 0], [0, left], [0, 0]])
        attention.set_shape([batch_size, num_best, length, None])
    return BeamSearchResult(symbols, lengths, best("scores"), best("log_probabilities"),
                            best("finished"), attention)


def _anti_language_model(anti_lm, go_symbols, beam_size, mmi_lambda, mmi_threshold):
    if anti_lm is None:
        return None
    if callable(anti_lm):
        step, state = step_function(anti_lm, go_symbols, beam_size)
    else:
        if not isinstance(anti_lm, (tuple, list)) or len(anti_lm) != 2 or not callable(anti_lm[0]):
            raise TypeError(
                "anti_lm must be a function (decoder_inputs) -> (outputs, state) made of this "
                "package's decoders, or a pair (step, initial state), got %r." % (anti_lm,))
        step, state = anti_lm[0], repeat_for_beams(anti_lm[1], beam_size)
    if not (mmi_threshold is None or is_tensor(mmi_threshold) or is_variable(mmi_threshold)):
        mmi_threshold = non_negative_int("mmi_threshold", mmi_threshold)
    return AntiLanguageModel(step, state, mmi_lambda, mmi_threshold)


def _run(make_step, go_symbol, batch_size, end_symbol, max_length, beam_size, length_penalty,
         coverage_penalty, num_best, anti_lm, mmi_lambda, mmi_threshold, length_weight):
    beam_size = positive_int("beam_size", beam_size)
    num_best = beam_size if num_best is None else positive_int("num_best", num_best)
    if num_best > beam_size:
        raise ValueError("num_best must be at most beam_size, %d, got %d." % (beam_size, num_best))
    end_symbol = checked_symbol("end_symbol", end_symbol)
    max_length = _checked_max_length(max_length)
    scorer = _Scorer(length_penalty, coverage_penalty, length_weight)
    go_symbols = _start_symbols(go_symbol, batch_size)
    step, state = make_step(go_symbols, beam_size)
    anti_lm = _anti_language_model(anti_lm, go_symbols, beam_size, mmi_lambda, mmi_threshold)
    search = _Search(step, end_symbol, beam_size, scorer, anti_lm)
    # The steps read what the first one, before the loop, has made.
    with classic_control_flow():
        steps, values, weights = search.run(
            state, repeat_for_beams(go_symbols, beam_size), max_length)
    return _packed(steps, values, weights, static_dimension(go_symbols, 0), beam_size, num_best,
                   max_length, end_symbol)


@checked_keywords
def beam_search(step, initial_state, go_symbol, end_symbol, max_length, beam_size=5,
                length_penalty=0.0, coverage_penalty=0.0, num_best=None, anti_lm=None,
                mmi_lambda=0.5, mmi_threshold=None, length_weight=0.0, name=None):
    """The most probable symbol sequences of any step function, for a batch of sentences.

    Hypotheses are ranked, in every step and in the result, by

        s(Y) = (log P(Y) - lambda * log U(Y)) / ((5 + |Y|) / 6)^alpha
               + beta * sum_i ln(min(sum_j a_ij, 1)) + gamma * |Y|

    alpha: `length_penalty`, beta: `coverage_penalty`, a_ij the attention on source position i when
    symbol j is emitted (Wu et al. 2016, arXiv:1609.08144); lambda: `mmi_lambda`, gamma:
    `length_weight`, U the anti-LM (Li et al. 2016, arXiv:1510.03055); see `decoding.mmi`. |Y|
    counts the end symbol. With every weight 0 this is log P(Y), and with a beam of 1 greedy
    decoding. A hypothesis ends with the end symbol, keeps its place in the beam while it's good
    enough, and the search ends when all in the beam of every sentence have ended. Source positions
    that got no attention at all (exactly 0, as behind a mask) count as padding and not as
    uncovered.

    All weights may be scalar tensors: one graph serves all values. The search has no gradient. It
    costs one call of `step` for all hypotheses of all sentences per symbol; the first call lies
    before the loop.

    Args:
      step: function (symbols int32 [n], state) -> (logits [n, num_symbols], state), or -> (logits,
        state, attention [n, attn_length]), n = batch * beam_size; called twice when the graph is
        built. Tensors that it reads beside its state must have n rows (see `repeat_for_beams`).
      initial_state: nest of tensors [batch, ...]; scalars are shared by all hypotheses.
      go_symbol: int, or int tensor [batch], the first input. With an int, `initial_state` tells the
        batch size.
      end_symbol: int.
      max_length: int, or scalar int tensor, largest number of symbols with the end symbol.
      beam_size: int, hypotheses per sentence.
      length_penalty: alpha, number or scalar tensor >= 0. GNMT: 0.2 with coverage, 0.6 to 0.7
        without (recalled).
      coverage_penalty: beta, number or scalar tensor >= 0; needs attention. GNMT: 0.2 (recalled).
      num_best: int <= beam_size, hypotheses to return; all by default.
      anti_lm: None, or the language model that is subtracted: a function (decoder_inputs) ->
        (outputs, state) made of this package's decoders (see `step_function`), or a pair (step,
        initial state [batch, ...]) like the first two arguments.
      mmi_lambda: number or scalar tensor >= 0.
      mmi_threshold: int or scalar int tensor: only so many first symbols are penalised by the
        anti-LM; all by default.
      length_weight: gamma, number or scalar tensor >= 0.
      name: of the operations.

    Returns:
      A `BeamSearchResult`.

    Raises:
      TypeError, ValueError: for arguments of a wrong type, size or range; for a beam larger than
        the number of sequences; for a coverage penalty without attention; for an anti-LM with
        another number of symbols.
      InvalidArgumentError: at run time, if a weight or `max_length` is a tensor out of range.
    """
    check_callable("step", step, "(symbols, state) -> (logits, state)")
    initial_state = tf.nest.map_structure(tf.convert_to_tensor, initial_state)
    batched = [part for part in tf.nest.flatten(initial_state) if part.shape.ndims != 0]
    if is_tensor(go_symbol):
        batch_size = None
    elif batched:
        batch_size = _batch_size(batched[0])
    else:
        raise ValueError("go_symbol must be a tensor [batch] where initial_state has no batch, got "
                         "%r." % (go_symbol,))

    def make_step(_, beam_size):
        return step, repeat_for_beams(initial_state, beam_size)
    with tf.name_scope(name, "beam_search"):
        return _run(make_step, go_symbol, batch_size, end_symbol, max_length, beam_size,
                    length_penalty, coverage_penalty, num_best, anti_lm, mmi_lambda, mmi_threshold,
                    length_weight)


@graph_function
def beam_search_seq2seq(seq2seq, encoder_inputs, go_symbol, end_symbol, max_length, beam_size=5,
                        length_penalty=0.0, coverage_penalty=0.0, num_best=None, anti_lm=None,
                        mmi_lambda=0.5, mmi_threshold=None, length_weight=0.0):
    """`beam_search` over a sequence-to-sequence model, on the variables of its training.

        def model(encoder_inputs, decoder_inputs):
            return embedding_attention_seq2seq(encoder_inputs, decoder_inputs, cell, 100, 80, 64)

        _, losses = model_with_buckets(..., seq2seq=model)
        with tf.variable_scope(tf.get_variable_scope(), reuse=True):
            found = beam_search_seq2seq(model, encoder_inputs, go_symbol=1, end_symbol=2,
                                        max_length=20, beam_size=5)

    In a graph of its own, without `reuse`, the variables have the names of training, so a
    checkpoint restores.

    Args:
      seq2seq: function (encoder_inputs, decoder_inputs) -> (outputs, state), as given to
        `model_with_buckets`; any that comes to a decoder of this package which can feed on symbols:
        the `embedding_*` models and decoders, with or without `feed_previous` and output
        projection. It's called once, with one decoder input, and is left at the decoder: what it
        does with the decoder's outputs does not count.
      encoder_inputs: list of tensors [batch, ...].
      go_symbol: int, or int tensor [batch], the first decoder input.
      The others as in `beam_search`.

    Returns:
      A `BeamSearchResult`; with attention if the decoder has it, the mean over its heads.

    Raises:
      As `beam_search`; ValueError if `seq2seq` comes to no such decoder.
    """
    check_callable("seq2seq", seq2seq, "(encoder_inputs, decoder_inputs) -> (outputs, state)")
    if not isinstance(encoder_inputs, (list, tuple)) or not encoder_inputs:
        raise ValueError("encoder_inputs must be a list of at least one tensor, got %r."
                         % (encoder_inputs,))

    def make_step(go_symbols, beam_size):
        return step_function(lambda decoder_inputs: seq2seq(encoder_inputs, decoder_inputs),
                             go_symbols, beam_size)
    batch_size = _batch_size(tf.convert_to_tensor(tf.nest.flatten(encoder_inputs[0])[0]))
    return _run(make_step, go_symbol, batch_size, end_symbol, max_length, beam_size, length_penalty,
                coverage_penalty, num_best, anti_lm, mmi_lambda, mmi_threshold, length_weight)
