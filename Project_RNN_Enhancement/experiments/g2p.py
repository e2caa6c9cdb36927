"""Spelling to pronunciation: trains a bucketed attention model on CMUdict and measures it.

The model reads the letters of a word, last one first, and writes its phones without stress.  It
is made of `model_with_buckets` and `embedding_attention_seq2seq`.  A word counts as right if the
answer is any of the pronunciations that the dictionary lists.

Claim: `--preset demo` trains for 200 s on two cores (3.6 minutes with everything), then errs on
31.2 % of 12,439 words that it has not seen (WER) and on 7.4 % of their phones (PER), after 4,101
steps.  Where other jobs left time for only 2,551 steps, it was 34.6 % and 8.3 %.

The same command again goes on from the last checkpoint.

`--norm-stabilizer`, `--scheduled-sampling` and `--average-states` change the model or its training:
they belong to a run, which goes on with the same ones only, and `--decode` takes them from the run.
`--beam` and `--temperature` choose how words are decoded, with any trained model: by beam search
or by drawing phones, next to the greedy answers where held-out words are measured, and in place of
them in `--decode`.
"""
import collections
import os
import platform
import sys
import time

import numpy as np

from Project_RNN_Enhancement.datasets import pronunciations as dictionary
from Project_RNN_Enhancement.experiments import option_types, plots, scoring, training
from Project_RNN_Enhancement.experiments.errors import ExperimentError, require
from Project_RNN_Enhancement.experiments.progress import Progress
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

PRESETS = {
    "demo": Preset(
        cell="GRUCell", layers=1, units=256, embedding_size=64, keep_prob=1.0,
        buckets=((7, 8), (9, 10), (12, 13), (20, 21)), batch_size=128,
        learning_rate=2e-3, max_gradient_norm=1.0, validate_every=150, save_every=100,
        max_steps=None, max_seconds=200),
    "full": Preset(
        cell="LSTMCell", layers=2, units=512, embedding_size=128, keep_prob=0.8,
        buckets=((7, 8), (9, 10), (12, 13), (20, 21)), batch_size=128,
        learning_rate=1e-3, max_gradient_norm=5.0, validate_every=500, save_every=500,
        max_steps=20000, max_seconds=None),
}

LARGEST_BEAM = 1000

PAD, GO, END = range(3)  # symbols of the decoder before the phones; PAD is the encoder's 0 too
LETTER_IDS = {letter: 1 + i for i, letter in enumerate(dictionary.LETTERS)}


def settings(preset):
    """A preset as a dict, without the `FEATURES` that are off."""
    return {name: value for name, value in preset._asdict().items()
            if name not in FEATURES or value is not None}


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


def endless_batches(examples, batch_size, seed, start):
    """Batches of epoch after epoch from step `start` on, the same ones with or without a stop."""
    epoch_length = len(examples.epoch(batch_size, 0))
    if not epoch_length:
        raise ExperimentError("the dictionary has no words left to train on")
    epoch, offset = divmod(start, epoch_length)
    while True:
        # Seeds of different runs are kept apart, so that seed 2 is not seed 1 an epoch later.
        for batch in examples.epoch(batch_size, [seed, epoch])[offset:]:
            yield examples.arrays(batch)
        epoch, offset = epoch + 1, 0


class Model(object):
    """The network, unrolled per bucket for training and again for decoding, on the same weights.

    Args:
      preset: its sizes, as in `Preset`.
      num_phones: number of different phones.
      training: False builds the decoding half only.
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
            self._losses = self._unroll(feed_previous=False)[1]
            self._updates = self._optimize(self._losses)
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
        options = {"feed_previous": feed_previous, "unroll": "static" if feed_previous else None}
        if not feed_previous and self._preset.scheduled_sampling is not None:
            options.update(scheduled_sampling=self._sampling_probability)
        unrolled = self._seq2seq(**options)

        def seq2seq(encoder_inputs, decoder_inputs):
            with tf.name_scope("unrolled") as scope:
                result = unrolled(encoder_inputs, decoder_inputs)
            attention.append(attention_weights(tf.get_default_graph(), scope))
            return result

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

    def _optimize(self, losses):
        optimizer = tf.train.AdamOptimizer(self._learning_rate)
        variables = tf.trainable_variables()
        updates = []
        for loss in losses:
            gradients, _ = tf.clip_by_global_norm(tf.gradients(loss, variables),
                                                  self._preset.max_gradient_norm)
            updates.append(optimizer.apply_gradients(zip(gradients, variables)))
        return updates

    def _feed(self, sources, targets):
        feed = dict(zip(self._encoder_inputs, sources.T))
        feed.update(zip(self._decoder_inputs, targets.T))
        return feed

    def train_step(self, session, batch, learning_rate, step=0):
        """One update on a batch of `Examples`, after `step` others.

        Returns:
          Its loss in nats per phone, the cost of the norm stabiliser included.
        """
        j, sources, targets = batch
        feed = self._feed(sources, targets)
        feed.update({self._learning_rate: learning_rate, self._keep_prob: self._preset.keep_prob})
        if self._preset.norm_stabilizer is not None:
            feed[self._norm_factor] = self._preset.norm_stabilizer
        if self._preset.scheduled_sampling is not None:
            feed[self._step] = step
        return session.run([self._losses[j], self._updates[j]], feed)[0]

    def loss(self, session, batches):
        """Mean loss over batches of `Examples` in nats per phone, each word weighted the same.

        The decoder reads the true symbols, and there is no cost of the norm stabiliser.
        """
        total = count = 0
        for j, sources, targets in batches:
            feed = self._feed(sources, targets)
            if self._preset.scheduled_sampling is not None:
                feed[self._sampling_probability] = 0.0
            total += len(sources) * session.run(self._losses[j], feed)
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


def attention_weights(graph, scope):
    """The attention weights of a decoder, found in the graph that it built.

    They are the only softmaxes within the decoder, and are created in the order of its steps if
    it is unrolled statically.

    Args:
      graph: a `tf.Graph`.
      scope: the name scope in which the decoder was built, ending in "/".

    Returns:
      List over steps of tensors [batch, letters].
    """
    return [operation.outputs[0] for operation in graph.get_operations()
            if operation.type == "Softmax" and operation.name.startswith(scope)]


def learning_rate(preset, spent):
    """The full rate for a tenth of the budget, then linearly down to 0 at its end."""
    return preset.learning_rate * max(0.0, min(1.0, (1 - spent) / 0.9))


def train(options, preset, model, coder, pronunciations, split, session, checkpoints):
    """Trains until the budget is spent; returns the `Records` and the final `Position`.

    Raises:
      Interrupted: on Ctrl-C or SIGTERM, after saving a checkpoint.
    """
    position = checkpoints.restore(session)
    if position is None:
        session.run(tf.global_variables_initializer())
        position = training.Position(0, 0.0)
    records = training.Records(options.output, position.step)
    budget = training.Budget(preset.max_steps, preset.max_seconds)
    valid_words = split.valid[:500]
    valid_examples = Examples(coder, pronunciations, valid_words)
    valid_batches = [valid_examples.arrays(batch) for batch in valid_examples.epoch(256, 0)]
    batches = endless_batches(Examples(coder, pronunciations, split.train), preset.batch_size,
                              options.seed, position.step)

    rates = []

    def take_step(step, spent):
        rates[:] = [learning_rate(preset, spent)]
        return model.train_step(session, next(batches), rates[0], step)

    def measure():
        score = scoring.score(model.pronounce(session, coder, valid_words),
                              [pronunciations[word] for word in valid_words])
        return {"learning_rate": rates[0], "valid_loss": model.loss(session, valid_batches),
                "valid_wer": score.wer, "valid_per": score.per}

    def describe(row):
        return "valid loss %.3f  valid WER %.1f %%  PER %.1f %%" % (
            row["valid_loss"], 100 * row["valid_wer"], 100 * row["valid_per"])

    course = training.Course(budget, preset.validate_every, preset.save_every, take_step, measure,
                             describe)
    with Progress(options.progress, budget.fraction(position)) as progress:
        position = training.train(course, session, checkpoints, records, position, progress)
    records.close()
    return records, position


def evaluate(options, model, coder, pronunciations, words, session):
    """Pronounces held-out words, prints a dozen and the error rates, and draws attention.

    Returns:
      Dict for the results: "wer" and "per" of greedy decoding in fractions, and dicts of the same
      for "beam" and "sampling", as far as options ask for them.
    """
    answers = model.pronounce(session, coder, words)
    score = scoring.score(answers, [pronunciations[word] for word in words])
    print("words the model has not seen (* = not in the dictionary's list):")
    for word, answer in list(zip(words, answers))[:12]:
        right = answer in pronunciations[word]
        print("  %-16s %-34s%s" % (word, " ".join(answer or ("-",)), "" if right else
                                   "* " + " | ".join(map(" ".join, pronunciations[word]))))
    print("%d held-out words: WER %.1f %%, PER %.1f %%"
          % (len(words), 100 * score.wer, 100 * score.per))
    measured = {"wer": score.wer, "per": score.per}
    for decoder, setting, value in [("beam", "size", options.beam),
                                    ("sampling", "temperature", options.temperature)]:
        if value is not None:
            # A beam has `value` rows for each word.
            batch_size = max(1, 1024 // value) if decoder == "beam" else 256
            answers = model.pronounce(session, coder, words, batch_size, decoder)
            other = scoring.score(answers, [pronunciations[word] for word in words])
            measured[decoder] = {setting: value, "wer": other.wer, "per": other.per}
            print("with %s: WER %.1f %%, PER %.1f %%; greedy: WER %.1f %%, PER %.1f %%"
                  % (described(decoder, value), 100 * other.wer, 100 * other.per,
                     100 * score.wer, 100 * score.per))
    pictured = [word for word in words if coder.bucket(word) is not None][:4]
    drawn = [(list(word),) + model.attention(session, coder, word) for word in pictured]
    drawn = [example for example in drawn if example[1]]
    if drawn:
        plots.attention(drawn, os.path.join(options.output, "attention.png"))
    return measured


def described(decoder, value):
    """A decoder in words."""
    return "a beam of %d" % value if decoder == "beam" else "phones drawn at temperature %g" % value


def train_and_evaluate(options):
    """The experiment: leaves checkpoints, summaries, pictures and results in the output folder."""
    begin = time.time()
    require("matplotlib", "to draw the learning curve")
    preset = PRESETS[options.preset]
    for name in ("max_steps", "max_seconds") + FEATURES:
        if getattr(options, name) is not None:
            preset = preset._replace(**{name: getattr(options, name)})

    pronunciations = read_dictionary(options.data)
    split = dictionary.split_by_word(pronunciations)
    for part, words in zip(split._fields, split):
        if not words:
            raise ExperimentError("with %d words the dictionary is too small: nothing is left for "
                                  "the %s part" % (len(pronunciations), part))
    phones = sorted({phone for variants in pronunciations.values() for variant in variants
                     for phone in variant})
    coder = Coder(phones, preset.buckets)
    training.prepare_folder(options.output, options.fresh)
    data = dictionary.fingerprint(pronunciations)
    training.describe_run(options.output, {
        "preset": options.preset, "phones": phones, "data": data, "seed": options.seed,
        "settings": settings(preset._replace(max_steps=None, max_seconds=None))})

    with tf.Graph().as_default():
        tf.set_random_seed(options.seed)
        with tf.variable_scope("g2p"):
            model = Model(preset, len(phones), beam=options.beam, temperature=options.temperature)
        checkpoints = training.Checkpoints(options.output)
        with training.session() as session:
            records, position = train(options, preset, model, coder, pronunciations, split, session,
                                      checkpoints)
            words = split.test[:options.eval_words]
            measured = evaluate(options, model, coder, pronunciations, words, session)
    plots.learning_curve(records.history, os.path.join(options.output, "learning_curve.png"))
    results = {
        "experiment": "g2p", "preset": options.preset, "settings": settings(preset),
        "seed": options.seed, "data": data,
        "words": {part: len(words) for part, words in zip(split._fields, split)},
        "eval_words": len(words),
        "steps": position.step, "training_seconds": round(position.seconds, 1),
        "command_seconds": round(time.time() - begin, 1),
        "tensorflow": tf.__version__, "python": platform.python_version()}
    results.update(measured)
    training.write_json(os.path.join(options.output, "results.json"), results)
    print("trained %d steps in %d s; this command took %d s; results are in %s"
          % (position.step, position.seconds, time.time() - begin, options.output))


def read_dictionary(path):
    """CMUdict, or the user's own dictionary file."""
    try:
        return dictionary.read_file(path) if path else dictionary.read_cmudict()
    except (dictionary.DictionaryError, ImportError) as error:
        raise ExperimentError(str(error))


def decode(options):
    """Reads words from standard input, one a line, and prints each with its pronunciation.

    Lines that can't be pronounced are named on stderr, and the others go on.
    """
    path = os.path.join(options.output, "model.json")
    if not os.path.exists(path):
        raise ExperimentError("there is no trained model in %s; train one first with the same "
                              "command without --decode" % options.output)
    description = training.read_json(path)
    try:
        preset = Preset(**description["settings"])
        coder = Coder(description["phones"], preset.buckets)
    except (KeyError, TypeError) as error:
        raise ExperimentError("%s is not from this version of the experiment (%s)" % (path, error))
    for name in FEATURES:
        asked, found = getattr(options, name), getattr(preset, name)
        if asked is not None and asked != found:
            raise ExperimentError("%s holds a model with --%s %s, not %g; leave the option out to "
                                  "use the model as it was trained"
                                  % (options.output, name.replace("_", "-"),
                                     "off" if found is None else "%g" % found, asked))
    decoder = "greedy"
    if options.beam is not None:
        decoder = "beam"
    elif options.temperature is not None:
        decoder = "sampling"
    with tf.Graph().as_default():
        if options.temperature is not None:
            tf.set_random_seed(options.seed)
        with tf.variable_scope("g2p"):
            model = Model(preset, len(coder.phones), training=False, beam=options.beam,
                          temperature=options.temperature)
        checkpoints = training.Checkpoints(options.output)
        with training.session() as session:
            if checkpoints.restore(session) is None:
                raise ExperimentError("%s holds no checkpoint yet; train first" % options.output)
            for number, line in enumerate(sys.stdin.buffer, 1):
                try:
                    word = read_word(line, preset.buckets[-1][0])
                except ValueError as error:
                    sys.stderr.write("line %d: %s\n" % (number, error))
                    continue
                answers = model.pronounce(session, coder, [word], decoder=decoder)
                print("%s\t%s" % (word, " ".join(answers[0])))
                sys.stdout.flush()


def read_word(line, longest):
    """The word on a line of bytes, in the model's spelling; ValueError says what is wrong."""
    word = line.decode("utf-8", "replace").strip().lower().replace("\u2019", "'")
    if not word:
        raise ValueError("empty, expected a word")
    if not all(letter in LETTER_IDS for letter in word):
        raise ValueError("%s: expected one word of the letters a-z and '" % ascii(word)[:60])
    if len(word) > longest:
        raise ValueError("%s...: %d letters, this model reads words of at most %d"
                         % (word[:20], len(word), longest))
    return word


class Pronunciation(object):
    """The experiment, as `commands.load` wants it."""

    description = __doc__

    @staticmethod
    def add_options(parser):
        """Adds the options of this experiment to an `argparse` parser."""
        add_options(parser)

    @staticmethod
    def run(options):
        """Runs the experiment with parsed options."""
        run(options)


EXPERIMENT = Pronunciation()


def add_options(parser):
    """Adds the options of this experiment to an `argparse` parser."""
    parser.add_argument("--preset", choices=sorted(PRESETS), default="demo",
                        help="demo: 4 minutes on two cores; full: 2x512, hours (default: demo)")
    parser.add_argument("--output", metavar="FOLDER",
                        help="for everything that is written (default: ./runs/g2p-PRESET)")
    parser.add_argument("--data", metavar="FILE",
                        help="a dictionary in CMUdict format (default: CMUdict)")
    parser.add_argument("--max-steps", type=option_types.positive_int, metavar="N",
                        help="updates in all, earlier runs included")
    parser.add_argument("--max-seconds", type=option_types.positive_float, metavar="S",
                        help="training time in all, earlier runs included")
    parser.add_argument("--seed", type=option_types.seed, default=1, metavar="N",
                        help="of weights, order and drawn phones (default: 1)")
    parser.add_argument("--eval-words", type=option_types.positive_int, metavar="N",
                        help="measure on so many held-out words (default: all of them)")
    parser.add_argument("--fresh", "--no-resume", action="store_true",
                        help="delete the output folder's earlier run instead of going on with it")
    parser.add_argument("--progress", action="store_true", default=None,
                        help="a progress bar even if stderr is not a terminal")
    parser.add_argument("--decode", action="store_true",
                        help="pronounce words from standard input, one a line")
    features = parser.add_argument_group("features of the model and its training")
    features.add_argument("--norm-stabilizer", type=option_types.non_negative_float, nargs="?",
                          const=50.0, metavar="FACTOR",
                          help="penalise changes of the norm of the decoder's states (default of "
                               "FACTOR: 50)")
    features.add_argument("--scheduled-sampling", type=option_types.float_of_at_least_1, nargs="?",
                          const=500.0, metavar="K",
                          help="feed the decoder its own phones with the probability 1 - K / (K + "
                               "exp(step / K)), one half at K ln K (default of K: 500)")
    features.add_argument("--average-states", type=option_types.fraction, nargs="?", const=0.5,
                          metavar="INFLUENCE",
                          help="enter the decoder's steps with a mix of the last state and the "
                               "mean of all, INFLUENCE of it the mean (default of INFLUENCE: 0.5)")
    decoders = parser.add_argument_group("decoding of words")
    decoders.add_argument("--beam", type=option_types.int_up_to(LARGEST_BEAM), metavar="N",
                          help="beam search with N hypotheses, compared with greedy decoding")
    decoders.add_argument("--temperature", type=option_types.positive_float, metavar="T",
                          help="draw phones from softmax(logits / T), instead of the most probable")


def run(options):
    """Runs the experiment with parsed options."""
    if not options.output:
        options.output = os.path.join("runs", "g2p-" + options.preset)
    if options.decode and options.beam is not None and options.temperature is not None:
        raise ExperimentError("--decode takes --beam or --temperature, not both")
    if options.decode:
        decode(options)
    else:
        train_and_evaluate(options)
