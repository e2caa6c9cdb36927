"""Maximum mutual information: replies that fit their source instead of the ones that fit every one.

Three models are trained by maximum likelihood on pairs of a source and a reply: replies given
sources P(T|S), replies alone U(T), sources given replies P(S|T).  The objectives only change the
decoding, with U inside the beam (anti-LM) or P(S|T) on its n best (bidirectional):

    anti-LM         log P(T|S) - lambda * log U(t_1)
    bidirectional   (1 - lambda) * log P(T|S) + lambda * log P(S|T)

Two corpora are made up.  "constructed": 50 sources, each with one and the same generic reply in
4 of 10 pairs and with 6 replies of its own in one pair each.  The most probable reply is the
generic one, until lambda reaches ln 4 / (ln 4 + ln 50) = 0.2616 for either objective.  "varied":
a source is a topic and an attribute; 4 replies fit everything, and others name the topic and the
attribute, each by one of two words.  Measured on pairs of topic and attribute that aren't trained
on.  A third is real, "g2p": the English words of five letters in CMUdict and their pronunciations,
measured on words that aren't trained on; none of its replies is generic.

Source: Li, Galley, Brockett, Gao and Dolan 2016 (objectives and distinct-n); the corpora are ours.
"""
import collections
import os

import numpy as np

from Project_RNN_Enhancement.datasets import pronunciations as dictionary
from Project_RNN_Enhancement.experiments import comparison, plots
from Project_RNN_Enhancement.experiments.claims import verdict
from Project_RNN_Enhancement.experiments.g2p_model import LETTER_IDS, read_dictionary
from Project_RNN_Enhancement.experiments.trials import Trial
from Project_RNN_Enhancement.rnn_enhancement import (decoding_enhanced, rnn_cell_enhanced,
                                                     seq2seq_enhanced)
from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf

PAD, GO, END = range(3)  # of sources and of replies; words follow
SOURCES = 50
OWN = 6
SWITCH = np.log(4) / (np.log(4) + np.log(SOURCES))
LAMBDA = 0.5
# Of a reply given its source, in nats.
ENTROPIES = {"constructed: entropy": -0.4 * np.log(0.4) - 0.6 * np.log(0.1),
             "varied: entropy": -sum(p * np.log(p) for p in (0.2, 0.1, 0.06, 0.04))
                                - 0.6 * np.log(0.6 / 8)}
OBJECTIVES = ("anti-LM", "bidirectional")

# Rates are divided by ten for the last third of the steps.
Preset = collections.namedtuple("Preset", [
    "variants", "seeds", "max_steps", "measure_every", "save_every", "cell", "layers", "units",
    "embedding_size", "batch_size", "optimizer", "learning_rate", "max_gradient_norm",
    "uniform_scale", "beam", "topics", "pairs_per_source", "letters", "test_words", "lambdas"])

LAMBDAS = tuple(round(0.01 * i, 2) for i in range(61))

PRESETS = {
    "quick": Preset(
        variants=("constructed", "varied", "g2p"), seeds=(1, 2, 3), max_steps=1000,
        measure_every=100, save_every=500, cell="GRUCell", layers=1, units=64, embedding_size=32,
        batch_size=250, optimizer="AdamOptimizer", learning_rate=1e-2, max_gradient_norm=1.0,
        uniform_scale=None, beam=20, topics=16, pairs_per_source=40, letters=5, test_words=500,
        lambdas=LAMBDAS),
    "paper": Preset(
        variants=("constructed", "varied", "g2p"), seeds=(1, 2, 3), max_steps=100000,
        measure_every=1000, save_every=1000, cell="LSTMCell", layers=4, units=1000,
        embedding_size=1000, batch_size=256, optimizer="GradientDescentOptimizer",
        learning_rate=0.1, max_gradient_norm=1.0, uniform_scale=0.08, beam=200, topics=40,
        pairs_per_source=100, letters=7, test_words=2000, lambdas=LAMBDAS),
}

# sources [pairs, S] and replies [pairs, T] int32, to train on; held_out [n, S], to answer;
# source_symbols, reply_symbols: sizes of the vocabularies; generic: set of replies that fit every
# source; fits: function (source, reply) -> bool: whether a reply is one of the source's own.
# Replies are tuples of words without END; arrays have END, then PAD.
Corpus = collections.namedtuple("Corpus", [
    "sources", "replies", "held_out", "source_symbols", "reply_symbols", "generic", "fits"])


def padded(replies, length):
    """Replies, END and PAD: int32 [len(replies), length]."""
    array = np.full((len(replies), length), PAD, np.int32)
    for row, reply in zip(array, replies):
        row[:len(reply) + 1] = list(reply) + [END]
    return array


def constructed():
    """The corpus of 50 sources of two symbols, 10 pairs each.

    Every reply begins with a word of its own; a second word is shared.
    """
    sources, replies, own = [], [], {}
    generic = (3, 3)
    for number in range(SOURCES):
        source = (3 + number // 10, 8 + number % 10)
        first = 4 + OWN * number
        own[source] = {(word, 3) for word in range(first, first + OWN)}
        sources += [source] * (4 + OWN)
        replies += [generic] * 4 + sorted(own[source])
    distinct = np.array(sorted(own), np.int32)
    return Corpus(np.array(sources, np.int32), padded(replies, 3), distinct, 18,
                  4 + OWN * SOURCES, {generic}, lambda source, reply: reply in own[source])


def varied(random, topics, pairs_per_source):
    """The corpus of topics and attributes, a quarter of their combinations held out.

    A reply is, with probabilities of 0.2, 0.1, 0.06 and 0.04, one of the generic ones, else a word
    for the topic, a linking word and a word for the attribute, each the one or the other of two.

    Args:
      random: a `numpy.random.RandomState`.
      topics: how many, and how many attributes.
      pairs_per_source: how many pairs to draw.
    """
    generic = [(3, 4), (5, 6, 7), (8, 4), (9, 7, 10, 4)]
    links, topic_words = 11, 13
    attribute_words = topic_words + 2 * topics

    def fits(source, reply):
        return (len(reply) == 3 and (reply[0] - topic_words) // 2 == source[0] - 3
                and reply[1] in (links, links + 1)
                and (reply[2] - attribute_words) // 2 == source[1] - 3 - topics)

    sources, replies = [], []
    combinations = random.permutation(topics * topics)
    held_out = len(combinations) // 4
    drawn = np.array([divmod(number, topics) for number in combinations])
    for topic, attribute in drawn[held_out:]:
        for _ in range(pairs_per_source):
            kind = random.choice(5, p=(0.2, 0.1, 0.06, 0.04, 0.6))
            one, two, three = random.randint(2, size=3)
            sources.append((3 + topic, 3 + topics + attribute))
            replies.append(generic[kind] if kind < 4 else
                           (topic_words + 2 * topic + one, links + two,
                            attribute_words + 2 * attribute + three))
    return Corpus(np.array(sources, np.int32), padded(replies, 5),
                  np.array(drawn[:held_out] + [3, 3 + topics], np.int32), 3 + 2 * topics,
                  attribute_words + 2 * topics, set(generic), fits)


def pronounced(pronunciations, letters, test_words):
    """The corpus of words and their pronunciations.

    Args:
      pronunciations: as `datasets.pronunciations` reads them.
      letters: of each word.
      test_words: how many held-out words to answer, at most.
    """
    chosen = {word: found for word, found in pronunciations.items() if len(word) == letters}
    split = dictionary.split_by_word(chosen)
    phones = dictionary.phones_of(chosen)
    ids = {phone: 3 + number for number, phone in enumerate(phones)}

    def source(word):
        return tuple(2 + LETTER_IDS[letter] for letter in word)

    def replies(word):
        return [tuple(ids[phone] for phone in reply) for reply in pronunciations[word]]

    pairs = [(source(word), reply) for word in split.train for reply in replies(word)]
    longest = max(len(reply) for found in chosen.values() for reply in found)
    right = {source(word): set(replies(word)) for word in split.test[:test_words]}
    return Corpus(np.array([source for source, _ in pairs], np.int32),
                  padded([reply for _, reply in pairs], longest + 1),
                  np.array(list(right), np.int32), 3 + len(LETTER_IDS), 3 + len(phones), set(),
                  lambda source, reply: reply in right[source])


def corpus_of(preset, variant):
    """The corpus of a variant, the same for all seeds."""
    if variant == "constructed":
        return constructed()
    if variant == "g2p":
        return pronounced(read_dictionary(), preset.letters, preset.test_words)
    return varied(np.random.RandomState(0), preset.topics, preset.pairs_per_source)


def reply_of(symbols):
    """The words before END, as a tuple."""
    symbols = [int(symbol) for symbol in symbols]
    return tuple(symbols[:symbols.index(END)] if END in symbols else symbols)


class Models(object):
    """P(T|S), U(T) and P(S|T), for training and for decoding on the same weights."""

    def __init__(self, preset, corpus):
        self._preset, self._corpus = preset, corpus
        self.sources = tf.placeholder(tf.int32, [None, corpus.sources.shape[1]], "sources")
        self.replies = tf.placeholder(tf.int32, [None, corpus.replies.shape[1]], "replies")
        sources, replies = (tf.unstack(value, axis=1) for value in (self.sources, self.replies))
        start = tf.fill(tf.shape(sources[0]), GO)
        end = tf.fill(tf.shape(sources[0]), END)
        # What the reverse model reads of a reply: its words, without END.
        words = [tf.where(tf.equal(word, END), tf.zeros_like(word), word) for word in replies]
        decoder_inputs = [start] + replies[:-1]
        weights = [tf.cast(tf.not_equal(word, PAD), tf.float32) for word in replies]
        with tf.variable_scope("models", reuse=tf.AUTO_REUSE):
            self.losses = [
                self._nats(self._forward(sources, decoder_inputs)[0], replies, weights),
                self._nats(self._language(decoder_inputs)[0], replies, weights),
                self._nats(self._reverse(words, [start] + sources)[0], sources + [end],
                           [tf.ones_like(weights[0])] * (len(sources) + 1))]

    @staticmethod
    def _nats(outputs, targets, weights):
        """Mean over the batch of minus the logarithm of a sequence's probability."""
        return seq2seq_enhanced.sequence_loss(outputs, targets, weights,
                                              average_across_timesteps=False)

    def _cell(self):
        preset = self._preset
        cells = [getattr(rnn_cell_enhanced, preset.cell)(preset.units)
                 for _ in range(preset.layers)]
        return cells[0] if preset.layers == 1 else rnn_cell_enhanced.MultiRNNCell(cells)

    def _forward(self, encoder_inputs, decoder_inputs):
        return seq2seq_enhanced.embedding_rnn_seq2seq(
            encoder_inputs, decoder_inputs, self._cell(), self._corpus.source_symbols,
            self._corpus.reply_symbols, self._preset.embedding_size, scope="forward")

    def _reverse(self, encoder_inputs, decoder_inputs):
        return seq2seq_enhanced.embedding_rnn_seq2seq(
            encoder_inputs, decoder_inputs, self._cell(), self._corpus.reply_symbols,
            self._corpus.source_symbols, self._preset.embedding_size, scope="reverse")

    def _language(self, decoder_inputs):
        cell = rnn_cell_enhanced.OutputProjectionWrapper(self._cell(), self._corpus.reply_symbols)
        state = cell.zero_state(tf.shape(decoder_inputs[0])[0], tf.float32)
        return seq2seq_enhanced.embedding_rnn_decoder(
            decoder_inputs, state, cell, self._corpus.reply_symbols,
            self._preset.embedding_size, scope="language")

    def decoders(self, weight):
        """`BeamSearchResult`s by objective, for a scalar tensor lambda."""
        sources = tf.unstack(self.sources, axis=1)
        lengths = tf.fill(tf.shape(sources[0]), len(sources))
        length = self._corpus.replies.shape[1]
        with tf.variable_scope("models", reuse=True):
            anti = decoding_enhanced.beam_search_seq2seq(
                self._forward, sources, GO, END, length, self._preset.beam,
                anti_lm=self._language, mmi_lambda=weight, mmi_threshold=1)
            plain = decoding_enhanced.beam_search_seq2seq(
                self._forward, sources, GO, END, length, self._preset.beam)
            reverse = decoding_enhanced.reverse_log_probability(
                plain, self._reverse, sources, lengths, GO, END, pad_symbol=PAD)
        return dict(zip(OBJECTIVES, (
            anti, decoding_enhanced.mmi_rerank(plain, reverse, mmi_lambda=weight))))


def crossing(lambdas, rates):
    """Where rates fall below one half: between two lambdas, by a straight line; or None."""
    for i in range(1, len(rates)):
        if rates[i] < 0.5 <= rates[i - 1]:
            share = (rates[i - 1] - 0.5) / (rates[i - 1] - rates[i])
            return float(lambdas[i - 1] + share * (lambdas[i] - lambdas[i - 1]))
    return None


def scored(corpus, answers):
    """Rates of generic replies and of the source's own, and distinct-1 and -2, as a dict."""
    pairs = list(zip((tuple(source) for source in corpus.held_out.tolist()), answers))
    return {"generic": float(np.mean([reply in corpus.generic for _, reply in pairs])),
            "fitting": float(np.mean([corpus.fits(*pair) for pair in pairs])),
            "distinct-1": decoding_enhanced.distinct_1(answers),
            "distinct-2": decoding_enhanced.distinct_2(answers)}


def build(preset, variant, seed):
    """The models of a corpus, as a `Trial`."""
    corpus = corpus_of(preset, variant)
    scale = preset.uniform_scale
    with tf.variable_scope("mmi", initializer=None if scale is None else
                           tf.random_uniform_initializer(-scale, scale)):
        models = Models(preset, corpus)
        weight = tf.placeholder(tf.float32, [], "lambda")
        decoders = models.decoders(weight)
    rate = tf.placeholder(tf.float32, [], "learning_rate")
    number = len(corpus.sources)
    in_epoch = max(1, number // preset.batch_size)

    def batch(step, spent):
        epoch, place = divmod(step, in_epoch)
        rows = np.random.RandomState([seed, epoch]).permutation(number)
        rows = rows[place * preset.batch_size:(place + 1) * preset.batch_size]
        return 0, {models.sources: corpus.sources[rows], models.replies: corpus.replies[rows],
                   rate: preset.learning_rate * (1 if spent < 2 / 3.0 else 0.1)}

    def answers(session, objective, value):
        found = session.run(decoders[objective].symbols,
                            {models.sources: corpus.held_out, weight: value})
        return [reply_of(symbols) for symbols in found[:, 0]]

    def measure(session):
        rows = np.random.RandomState(0).permutation(number)[:1000]
        forward, language, reverse = session.run(models.losses, {
            models.sources: corpus.sources[rows], models.replies: corpus.replies[rows]})
        plain = scored(corpus, answers(session, "anti-LM", 0))
        mutual = scored(corpus, answers(session, "anti-LM", LAMBDA))
        return {"nats": float(forward), "language_nats": float(language),
                "reverse_nats": float(reverse), "generic": plain["generic"],
                "distinct_gain": mutual["distinct-1"] - plain["distinct-1"]}

    def finish(session, folder):
        found = {"beam " + name: value
                 for name, value in scored(corpus, answers(session, "anti-LM", 0)).items()}
        rates = {}
        for objective in OBJECTIVES:
            rates[objective] = [scored(corpus, answers(session, objective, value))["generic"]
                                for value in preset.lambdas]
            found["switch " + objective] = crossing(preset.lambdas, rates[objective])
            found.update((objective + " " + name, value) for name, value in scored(
                corpus, answers(session, objective, LAMBDA)).items())
        found.update(lambdas=list(preset.lambdas), generic_rates=rates)
        marks = {"%.4f" % SWITCH: SWITCH} if variant == "constructed" else {}
        if corpus.generic:
            plots.lines([(preset.lambdas, rates, "share of generic replies", marks, False)],
                        "lambda", os.path.join(folder, "switch.png"))
        return found

    optimizer = getattr(tf.train, preset.optimizer)(rate)
    return Trial([tf.add_n(models.losses)], optimizer, batch, measure,
                 lambda row: "%.3f nats per reply, generic %.2f" % (row["nats"], row["generic"]),
                 preset.max_gradient_norm, finish=finish)


def claims(preset):
    """The claims, for `claims.judge`."""
    def switch(objective):
        def settle(measured):
            places, facts = [], []
            for trial in measured.trials("constructed"):
                places.append(trial["finish"]["switch " + objective])
                rates = list(zip(trial["finish"]["lambdas"],
                                 trial["finish"]["generic_rates"][objective]))
                facts.append(places[-1] is not None and abs(places[-1] - SWITCH) < 0.02 and
                             all(rate == 1 for value, rate in rates if value <= 0.15) and
                             all(rate == 0 for value, rate in rates if value >= 0.4))
            return (", ".join("never" if place is None else "%.4f" % place for place in places),
                    verdict(facts))
        return ("%s switches from generic to own replies at lambda %.4f, within 0.02; all generic "
                "up to 0.15, none from 0.4 on" % (objective, SWITCH),
                "%.4f by the closed form [Calc]" % SWITCH, settle)

    def text(measured, variant, metric, label):
        return "%s: " % label + ", ".join(
            measured.text(variant, "%s %s" % (decoder, metric)).replace(variant, decoder, 1)
            for decoder in ("beam",) + OBJECTIVES)

    def diversity(variant, own):
        def settle(measured):
            facts = [measured.best(variant, "%s %s" % (objective, metric)) >
                     measured.worst(variant, "beam " + metric)
                     for metric in ("distinct-1", "distinct-2") for objective in OBJECTIVES]
            return "; ".join([text(measured, variant, "distinct-1", "distinct-1"),
                              text(measured, variant, "distinct-2", "distinct-2"),
                              text(measured, variant, "fitting", own)]), verdict(facts)
        return settle

    def accuracy(measured):
        return (text(measured, "g2p", "fitting", "share of words right"),
                verdict([measured.mean("g2p", "bidirectional fitting") >
                         measured.mean("g2p", "beam fitting")]))

    twitter = "Twitter: beam .023/.107, anti-LM .033/.175, bidirectional .051/.270 [R]"

    return [switch(objective) for objective in OBJECTIVES] + [
        ("anti-LM and bidirectional decoding at lambda %g raise distinct-1 and distinct-2 over "
         "plain beam search" % LAMBDA, twitter, diversity("varied", "own replies")),
        ("the same on pronunciations, where nothing is generic", twitter,
         diversity("g2p", "words right")),
        ("bidirectional decoding finds more of the right pronunciations than plain beam search",
         "no number for this task", accuracy)]


def curves(preset):
    """What to draw."""
    return [comparison.Curve("nats", "nats per reply given its source", ENTROPIES, False),
            comparison.Curve("generic", "share of generic replies at lambda 0", {}, False),
            comparison.Curve("distinct_gain", "distinct-1: anti-LM at lambda 0.5 minus plain beam",
                             {}, False)]


NOTES = {
    "quick": "The paper has 4 layers of 1,000 LSTM units, beams of 200 and Twitter; here one layer "
             "of 64 GRU units, a beam of 20 and made-up corpora. lambda is 0.5 in the comparison "
             "of distinct-n, as usually quoted, the threshold is one word and there is no weight "
             "of the length; none of them was tuned. The learning rate and the number of steps are "
             "the first ones tried. That generic replies are the most probable ones is built into "
             "both corpora: what is shown is that trained models, asked for pairs of topic and "
             "attribute that they have not seen, and the decoders lead away from them. On `varied` "
             "exact probabilities would switch at 0.41 (anti-LM) and 0.15 (bidirectional); with "
             "the trained models and held-out pairs it is at about 0.5 and 0.12, so that anti-LM "
             "at 0.5 still gives a generic reply to about half of the sources. On pronunciations "
             "the threshold of one word leaves anti-LM the first phone only, and 39 phones are all "
             "used by any decoder, so that distinct-1 can't tell them apart.",
    "paper": "The sizes and the optimizer of the paper on the made-up corpora, as its Twitter data "
             "are not public.",
}

EXPERIMENT = comparison.Experiment("mmi", __doc__, PRESETS, build, claims, curves, NOTES)
