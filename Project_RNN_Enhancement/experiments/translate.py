"""Translation with the classic bucketed attention model: English to Spanish, verse by verse.

The model reads the words of a verse, last one first, and writes the words of its translation; the
words of each language are its most frequent ones, in lower case.  Whole books are held out.  BLEU
is that of `sacrebleu` on lower-case words and punctuation marks as `verses.tokens` parts them.
The baseline answers with the English verse itself; a second one gives the model's answer to
another verse, which shows how much is due to the language alone.

`--source FILE --target FILE` takes two text files of the user's instead, in UTF-8, one sentence a
line, of which every 50th is held out for validation and every 50th for the test.

Sources: Bahdanau, Cho and Bengio 2015 (attention), in the form of Vinyals et al. 2015, which is
that of TensorFlow's tutorial; Sutskever, Vinyals and Le 2014 (reversed sources, beam search); Wu
et al. 2016 (length penalty).
"""
import collections
import os

import numpy as np

from Project_RNN_Enhancement.datasets import verses
from Project_RNN_Enhancement.experiments import comparison, plots
from Project_RNN_Enhancement.experiments.claims import verdict
from Project_RNN_Enhancement.experiments.errors import ExperimentError, require
from Project_RNN_Enhancement.experiments.trials import Trial
from Project_RNN_Enhancement.rnn_enhancement import (decoding_enhanced, rnn_cell_enhanced,
                                                     seq2seq_enhanced)
from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf

PAD, GO, END, UNKNOWN = range(4)  # words follow
# They retell no other book, nor are they retold.
TEST_BOOKS = ("Judges", "Ruth", "Jonah", "Acts")
VALID_BOOKS = ("Esther", "Amos", "Galatians")

# buckets: pairs of most source words, and most target words plus one for the end symbol.
# learning_rate: at the start; falls linearly to 0.  sampled: classes of a sampled softmax, or None.
# data: None, or the two files of the user's, joined by os.pathsep.
Preset = collections.namedtuple("Preset", [
    "variants", "seeds", "max_steps", "measure_every", "save_every", "cell", "layers", "units",
    "embedding_size", "keep_prob", "source_words", "target_words", "buckets", "batch_size",
    "optimizer", "learning_rate", "max_gradient_norm", "sampled", "beam", "length_penalty",
    "test_pairs", "data"])

PRESETS = {
    "quick": Preset(
        variants=("attention",), seeds=(1, 2, 3), max_steps=1500, measure_every=250,
        save_every=250, cell="GRUCell", layers=1, units=192, embedding_size=128, keep_prob=0.8,
        source_words=3000, target_words=3000, buckets=((15, 16), (20, 21), (24, 25)),
        batch_size=64, optimizer="AdamOptimizer", learning_rate=6e-3, max_gradient_norm=5.0,
        sampled=None, beam=5, length_penalty=0.6, test_pairs=400, data=None),
    "paper": Preset(
        variants=("attention",), seeds=(1, 2, 3), max_steps=100000, measure_every=1000,
        save_every=1000, cell="GRUCell", layers=3, units=1024, embedding_size=1024, keep_prob=1.0,
        source_words=40000, target_words=40000, buckets=((5, 10), (10, 15), (20, 25), (40, 50)),
        batch_size=64, optimizer="GradientDescentOptimizer", learning_rate=0.5,
        max_gradient_norm=5.0, sampled=512, beam=12, length_penalty=0.6, test_pairs=2000,
        data=None),
}


class Vocabulary(object):
    """The most frequent words of sentences, by number.

    Args:
      sentences: iterable of lists of words.
      size: how many words at most.
    """

    def __init__(self, sentences, size):
        counts = collections.Counter(word for sentence in sentences for word in sentence)
        # By frequency, then by the alphabet, so that the numbers are the same every time.
        ordered = sorted(counts, key=lambda word: (-counts[word], word))[:size]
        self._words = [None] * (UNKNOWN + 1) + ordered
        self._ids = {word: number for number, word in enumerate(self._words)}

    def __len__(self):
        return len(self._words)

    def ids(self, words):
        """Numbers of words; UNKNOWN for the rare ones."""
        return [self._ids.get(word, UNKNOWN) for word in words]

    def words(self, symbols, unknown):
        """Words of the numbers before END; `unknown[i]` stands in for one without a word."""
        found = []
        for place, symbol in enumerate(symbols):
            if symbol == END:
                break
            found.append(self._words[symbol] or unknown[place])
        return found


# train, valid, test: lists of (source, target), lists of words.
Texts = collections.namedtuple("Texts", ["train", "valid", "test"])


def split(pairs, longest, valid, test):
    """Sentences of fitting lengths by their parts.

    Args:
      pairs: list of `verses.Pair`.
      longest: pair, most words of source and of target plus one.
      valid, test: names of parts.

    Returns:
      A `Texts`, validation and test in an order that any prefix of is a fair sample.

    Raises:
      ExperimentError: nothing is left for a part.
    """
    texts = Texts([], [], [])
    for pair in pairs:
        source, target = verses.tokens(pair.source), verses.tokens(pair.target)
        if len(source) <= longest[0] and len(target) < longest[1]:
            part = (texts.valid if pair.part in valid else texts.test if pair.part in test else
                    texts.train)
            part.append((source, target))
    for name, part in zip(texts._fields, texts):
        if not part:
            raise ExperimentError("no sentences of at most %d words are left for the %s part"
                                  % (min(longest[0], longest[1] - 1), name))
    for part in (texts.valid, texts.test):
        order = np.random.RandomState(0).permutation(len(part))
        part[:] = [part[place] for place in order]
    return texts


def read(preset):
    """The sentences of a preset, as `Texts`."""
    require("sacrebleu", "to measure BLEU")
    if preset.data:
        return split(verses.read_files(*preset.data.split(os.pathsep)), preset.buckets[-1],
                     ("valid",), ("test",))
    return split(verses.english_spanish(), preset.buckets[-1], VALID_BOOKS, TEST_BOOKS)


def bleu(answers, references):
    """Corpus BLEU, 0 to 100, of sentences that are lists of words."""
    import sacrebleu
    return float(sacrebleu.corpus_bleu(
        [" ".join(words) for words in answers], [[" ".join(words) for words in references]],
        tokenize="none", force=True).score)


class Coder(object):
    """Turns sentences into padded integer arrays."""

    def __init__(self, preset, texts):
        self.buckets = preset.buckets
        self.sources = Vocabulary((source for source, _ in texts.train), preset.source_words)
        self.targets = Vocabulary((target for _, target in texts.train), preset.target_words)

    def bucket(self, source, target=()):
        """Index of the smallest bucket that holds both."""
        return next(j for j, (longest, symbols) in enumerate(self.buckets)
                    if len(source) <= longest and len(target) < symbols)

    def source(self, words, j):
        """Reversed, so that the first word is next to the decoder; padded in front."""
        ids = self.sources.ids(reversed(words))
        return [PAD] * (self.buckets[j][0] - len(ids)) + ids

    def target(self, words, j):
        """GO, words, END, padding; 1 longer than the bucket."""
        ids = [GO] + self.targets.ids(words) + [END]
        return ids + [PAD] * (self.buckets[j][1] + 1 - len(ids))

    def arrays(self, pairs):
        """Dict from bucket to arrays (sources [n, S], targets [n, T + 1]), int32."""
        rows = collections.defaultdict(list)
        for source, target in pairs:
            j = self.bucket(source, target)
            rows[j].append((self.source(source, j), self.target(target, j)))
        return {j: tuple(np.array(column, np.int32) for column in zip(*found))
                for j, found in rows.items()}


class Model(object):
    """The network by bucket, for training and for beam searches on the same weights."""

    def __init__(self, preset, coder):
        self._preset, self._coder = preset, coder
        longest, symbols = preset.buckets[-1]
        self._encoder_inputs = [tf.placeholder(tf.int32, [None], "source%d" % i)
                                for i in range(longest)]
        self._decoder_inputs = [tf.placeholder(tf.int32, [None], "target%d" % i)
                                for i in range(symbols + 1)]
        self.keep_prob = tf.placeholder_with_default(1.0, [], "keep_prob")
        self._projection = (
            tf.get_variable("projection", [len(coder.targets), preset.units]),
            tf.get_variable("bias", [len(coder.targets)], initializer=tf.zeros_initializer()))
        targets = self._decoder_inputs[1:]
        weights = [tf.cast(tf.not_equal(target, PAD), tf.float32) for target in targets]

        def build(loss, reuse):
            with tf.variable_scope(tf.get_variable_scope(), reuse=reuse):
                return seq2seq_enhanced.model_with_buckets(
                    self._encoder_inputs, self._decoder_inputs[:-1], targets, weights,
                    preset.buckets, self._seq2seq, softmax_loss_function=loss,
                    one_draw_for_all_steps=True)[1]
        self.losses = build(self._sampled if preset.sampled else self._full, None)
        self.full_losses = build(self._full, True) if preset.sampled else self.losses
        with tf.variable_scope(tf.get_variable_scope(), reuse=True):
            self._found = {beam: [decoding_enhanced.beam_search_seq2seq(
                self._seq2seq, self._encoder_inputs[:longest], GO, END, symbols, beam,
                length_penalty=preset.length_penalty, num_best=1)
                                  for longest, symbols in preset.buckets]
                           for beam in sorted({1, preset.beam})}

    def _seq2seq(self, encoder_inputs, decoder_inputs):
        preset = self._preset
        cells = [rnn_cell_enhanced.DropoutWrapper(
            getattr(rnn_cell_enhanced, preset.cell)(preset.units),
            output_keep_prob=self.keep_prob) for _ in range(preset.layers)]
        cell = cells[0] if preset.layers == 1 else rnn_cell_enhanced.MultiRNNCell(cells)
        kernel, bias = self._projection
        return seq2seq_enhanced.embedding_attention_seq2seq(
            encoder_inputs, decoder_inputs, cell, len(self._coder.sources),
            len(self._coder.targets), preset.embedding_size,
            output_projection=(tf.transpose(kernel), bias),
            attention_mask=tf.not_equal(tf.stack(encoder_inputs, 1), PAD))

    def _full(self, labels, inputs):
        kernel, bias = self._projection
        logits = tf.matmul(inputs, kernel, transpose_b=True) + bias
        return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)

    def _sampled(self, labels, inputs):
        return tf.nn.sampled_softmax_loss(
            self._projection[0], self._projection[1], tf.reshape(labels, [-1, 1]), inputs,
            self._preset.sampled, len(self._coder.targets))

    def feed(self, sources, targets):
        """Feeds [n, S] and [n, T + 1] numbers."""
        feed = dict(zip(self._encoder_inputs, sources.T))
        feed.update(zip(self._decoder_inputs, targets.T))
        return feed

    def translations(self, session, sentences, beam, batch_size=64):
        """Translations of sentences, each a list of words.

        Returns:
          List of (words, attention weights [words + 1, source words]), the last row for the end. A
          word that isn't known is the source's at which the decoder looked most.
        """
        coder, answers = self._coder, [None] * len(sentences)
        for j in range(len(coder.buckets)):
            places = [i for i, source in enumerate(sentences) if coder.bucket(source) == j]
            for start in range(0, len(places), batch_size):
                part = places[start:start + batch_size]
                found = session.run(self._found[beam][j], self.feed(
                    np.array([coder.source(sentences[i], j) for i in part], np.int32),
                    np.full((len(part), 1), GO, np.int32)))
                for i, symbols, weights in zip(part, found.symbols[:, 0], found.attention[:, 0]):
                    # Back to the order of the sentence, without the padding.
                    weights = weights[:, ::-1][:, :len(sentences[i])]
                    seen = [sentences[i][place] for place in weights.argmax(1)]
                    words = coder.targets.words(symbols, seen)
                    answers[i] = words, weights[:len(words) + 1]
        return answers


def build(preset, variant, seed):
    """The model as a `Trial`."""
    texts = read(preset)
    coder = Coder(preset, texts)
    with tf.variable_scope("translate"):
        model = Model(preset, coder)
    trained, valid = coder.arrays(texts.train), coder.arrays(texts.valid)
    buckets = sorted(trained)
    shares = np.array([len(trained[j][0]) for j in buckets], np.float64)
    rate = tf.placeholder(tf.float32, [], "learning_rate")

    def batch(step, spent):
        random = np.random.RandomState([seed, step])
        j = buckets[random.choice(len(buckets), p=shares / shares.sum())]
        sources, targets = trained[j]
        rows = random.randint(len(sources), size=preset.batch_size)
        feed = model.feed(sources[rows], targets[rows])
        feed.update({rate: preset.learning_rate * (1 - spent), model.keep_prob: preset.keep_prob})
        return j, feed

    def score(session, pairs, beam):
        found = model.translations(session, [source for source, _ in pairs], beam)
        return bleu([words for words, _ in found], [target for _, target in pairs]), found

    def measure(session):
        total = 0.0
        for j, (sources, targets) in valid.items():
            total += len(sources) * session.run(model.full_losses[j], model.feed(sources, targets))
        return {"valid_loss": float(total / len(texts.valid)),
                "valid_bleu": score(session, texts.valid, 1)[0]}

    def finish(session, folder):
        pairs = texts.test[:preset.test_pairs]
        greedy, _ = score(session, pairs, 1)
        beam, found = score(session, pairs, preset.beam)
        # Four sentences of a length that can be read in a picture.
        pictured = [(source, words + ["END"] * (len(weights) - len(words)), weights)
                    for (source, _), (words, weights) in sorted(
                        zip(pairs, found), key=lambda item: abs(len(item[0][0]) - 10))[:4]]
        plots.attention(pictured, os.path.join(folder, "attention.png"), words=True)
        answers = [words for words, _ in found]
        return {"bleu": beam, "greedy_bleu": greedy, "test_pairs": len(pairs),
                "other_bleu": bleu(answers[1:] + answers[:1], [target for _, target in pairs]),
                "copy_bleu": bleu(*zip(*pairs)), "train_pairs": len(texts.train),
                "examples": [{"source": " ".join(source), "reference": " ".join(target),
                              "answer": " ".join(words)}
                             for (source, target), (words, _) in list(zip(pairs, found))[:10]]}

    optimizer = getattr(tf.train, preset.optimizer)(rate)
    return Trial(model.losses, optimizer, batch, measure,
                 lambda row: "valid loss %.3f  BLEU %.2f" % (row["valid_loss"], row["valid_bleu"]),
                 preset.max_gradient_norm, finish=finish)


def claims(preset):
    """The claims, for `claims.judge`."""
    def above_baselines(measured):
        names = ("copy_bleu", "other_bleu")
        found = [measured.values("attention", name) for name in ("bleu",) + names]
        return ("BLEU %s; copy %.2f; answers to another sentence %.2f" % (
            (measured.text("attention", "bleu", "%.2f"),) +
            tuple(measured.mean("attention", name) for name in names)),
                verdict([own > max(others) for own, others in zip(found[0], zip(*found[1:]))]))

    def beam_helps(measured):
        gains = [one - other for one, other in zip(measured.values("attention", "bleu"),
                                                   measured.values("attention", "greedy_bleu"))]
        return ("BLEU %s; greedy %s" % (
            measured.text("attention", "bleu", "%.2f"),
            measured.text("attention", "greedy_bleu", "%.2f").replace("attention ", "")),
                verdict([gain > 0 for gain in gains]))

    return [("the model's BLEU on held-out text is above that of the source as the answer and of "
             "answers to other sentences",
             "Bahdanau et al.: 26.75 from English to French, sentences of any length [R]",
             above_baselines),
            ("a beam of %d has more BLEU than greedy decoding" % preset.beam,
             "Sutskever et al.: 33.00 with a beam of 1 and 34.50 with one of 2, five models [R]",
             beam_helps)]


def curves(preset):
    """What to draw."""
    return [comparison.Curve("valid_bleu", "validation BLEU, greedy", {}, False),
            comparison.Curve("valid_loss", "validation loss (nats per word)", {}, False)]


NOTES = {
    "quick": "Bahdanau et al. train on 348 million words for days; here it is minutes on 12,033 "
             "verses of at most 24 words, with 192 units and vocabularies of 3,000 words. The "
             "learning rate is the best of 1.5e-3, 3e-3 and 6e-3 in runs of 450 steps with one "
             "seed, by the validation loss; nothing else was searched. A word out of the "
             "vocabulary is answered with the English word that the decoder looks at, which is "
             "right for some names only. English and Spanish verses have hardly more than "
             "punctuation in common, so that the copy baseline is low: being above it shows that "
             "something was learned, the amount says how much.",
    "paper": "The sizes and the optimizer of TensorFlow's tutorial (3 layers of 1,024 units, "
             "sampled softmax, buckets up to 50 words), but with a learning rate that falls "
             "linearly. The verses are a thousandth of its text, on which such a model will "
             "overfit; the preset is meant for --source and --target.",
}


class Translation(comparison.Experiment):
    """The experiment with options for the user's own text."""

    def add_options(self, parser):
        """Adds the options of this experiment to an `argparse` parser."""
        super(Translation, self).add_options(parser)
        for name, other in (("source", "target"), ("target", "source")):
            parser.add_argument("--" + name, metavar="FILE",
                                help="a text file (UTF-8) in the place of the English and Spanish "
                                     "verses, each line the translation of --%s's" % other)

    def run(self, options):
        """Runs the experiment with parsed options."""
        if bool(options.source) != bool(options.target):
            raise ExperimentError("--source and --target must be given together")
        if options.source:
            files = [os.path.abspath(path) for path in (options.source, options.target)]
            for path in files:
                if os.pathsep in path:
                    raise ExperimentError("%s: a path with %r can't be used" % (path, os.pathsep))
            options.data = os.pathsep.join(files)
        super(Translation, self).run(options)


EXPERIMENT = Translation("translate", __doc__, PRESETS, build, claims, curves, NOTES, prepare=read)
