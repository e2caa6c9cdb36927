"""Training and use alike: scheduled sampling and curricula against teacher forcing.

Two tasks for one model, an encoder and a decoder with one recurrent cell each:

- "chain": of digits x_0 .. x_n the chain y_1 = x_0, y_t+1 = y_t + x_(1 + (t-1) mod n), modulo 10.
  In training, some symbols of the chain are misprinted, and what is misprinted is what teacher
  forcing feeds.  A decoder that trusts its inputs carries each error on to the end.
- "sums": two numbers of up to so many digits, lowest digit first, to be added.  Difficulty is the
  number of digits of the longer one.

The decoder is measured feeding on its own symbols.

Sources: Bengio, Vinyals, Jaitly and Shazeer 2015 (scheduled sampling); Zaremba and Sutskever 2014
(curricula).
"""
import collections

import numpy as np

from Project_RNN_Enhancement.experiments import comparison
from Project_RNN_Enhancement.experiments.claims import verdict
from Project_RNN_Enhancement.experiments.trials import Trial
from Project_RNN_Enhancement.rnn_enhancement import (feeding_enhanced, rnn_cell_enhanced,
                                                     seq2seq_enhanced)
from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf

PAD, GO, END, PLUS, ZERO = range(5)
SYMBOLS = ZERO + 10

# learning_rates: of Adam, by task.
# chain_length: symbols to decode.  increments: n.  misprints: probability, for each symbol.
# schedules: arguments of each; in the middle of the training about every other symbol fed is the
# model's own.
# digits: the most in a number to add.  pairs: to learn to add from.  test_pairs: for each task.
Preset = collections.namedtuple("Preset", [
    "variants", "seeds", "max_steps", "measure_every", "save_every", "units", "batch_size",
    "learning_rates", "max_gradient_norm", "chain_length", "increments", "misprints",
    "schedules", "digits", "pairs", "test_pairs"])

SCHEDULES = {
    "linear": seq2seq_enhanced.linear_sampling_schedule,
    "exponential": seq2seq_enhanced.exponential_sampling_schedule,
    "inverse-sigmoid": seq2seq_enhanced.inverse_sigmoid_sampling_schedule,
}
CHAIN = ("teacher-forcing", "linear", "exponential", "inverse-sigmoid", "always")
SUMS = ("hardest", "naive", "mixed", "combined")

PRESETS = {
    "quick": Preset(
        variants=CHAIN + SUMS, seeds=(1, 2, 3), max_steps=1500, measure_every=250, save_every=750,
        units=64, batch_size=32, learning_rates={"chain": 5e-3, "sums": 5e-3},
        max_gradient_norm=1.0, chain_length=20, increments=2, misprints=0.05,
        schedules={"linear": {"decay": 1 / 1500.0}, "exponential": {"k": 0.999},
                   "inverse-sigmoid": {"k": 150.0}},
        digits=3, pairs=30000, test_pairs=500),
    "paper": Preset(
        variants=CHAIN + SUMS, seeds=(1, 2, 3), max_steps=50000, measure_every=1000,
        save_every=1000, units=400, batch_size=100, learning_rates={"chain": 1e-3, "sums": 1e-3},
        max_gradient_norm=5.0, chain_length=40, increments=4, misprints=0.05,
        schedules={"linear": {"decay": 1 / 50000.0}, "exponential": {"k": 0.99997},
                   "inverse-sigmoid": {"k": 3000.0}},
        digits=9, pairs=500000, test_pairs=2000),
}


def chain(digits, length):
    """The chain that belongs to x_0 .. x_n, as a list of `length` digits."""
    increments, symbols = digits[1:], [digits[0]]
    for t in range(length - 1):
        symbols.append((symbols[-1] + increments[t % len(increments)]) % 10)
    return symbols


def chains(random, number, increments, length, misprints=0.0):
    """Draws chains.

    Args:
      random: a `numpy.random.RandomState`.
      number: how many.
      increments: n.
      length: of the chains.
      misprints: the probability, for each symbol, of a digit drawn evenly in its place.

    Returns:
      (sources int32 [n + 1, number], targets int32 [length, number]), of symbols.
    """
    digits = random.randint(0, 10, (increments + 1, number))
    targets = np.array(chain(digits, length))
    misprinted = random.uniform(size=targets.shape) < misprints
    targets = np.where(misprinted, random.randint(0, 10, targets.shape), targets)
    return (digits + ZERO).astype(np.int32), (targets + ZERO).astype(np.int32)


def sum_of(a, b):
    """A sum as a pair of lists of symbols, lowest digits first."""
    def symbols(number):
        return [ZERO + int(digit) for digit in reversed(str(number))]
    return symbols(a) + [PLUS] + symbols(b), symbols(a + b) + [END]


def sums(random, number, digits):
    """Draws sums of two numbers that have up to `digits` digits, each number of them as likely."""
    numbers = (10.0 ** random.randint(1, digits + 1, (number, 2)) *
               random.uniform(size=(number, 2))).astype(np.int64)
    return [sum_of(int(a), int(b)) for a, b in numbers]


def digits_of(source, target=None):
    """The difficulty of a sum: how many digits its longer number has."""
    plus = list(source).index(PLUS)
    return max(plus, len(source) - plus - 1)


def _padded(pairs, source_length, target_length):
    sources = np.full((source_length, len(pairs)), PAD, np.int32)
    targets = np.full((target_length, len(pairs)), PAD, np.int32)
    for i, (source, target) in enumerate(pairs):
        sources[source_length - len(source):, i] = source
        targets[:len(target), i] = target
    return sources, targets


class _Model(object):
    """The model, as tensors of symbols: lists over time of int32 [batch].

    Attributes:
      loss: mean cross-entropy of a symbol.
      own: the probability with which the decoder feeds on its own symbol, to be fed for measuring.
      accuracy: the share of the symbols that are right.
      exact: the share of the sequences that are right.
    """

    def __init__(self, preset, sources, decoder_inputs, targets, weights, own):
        self._sources, self._decoder_inputs = sources, decoder_inputs
        self._targets, self._weights = targets, weights
        self.own = tf.placeholder_with_default(own, ())
        logits, _ = seq2seq_enhanced.embedding_rnn_seq2seq(
            sources, decoder_inputs, rnn_cell_enhanced.GRUCell(preset.units), SYMBOLS, SYMBOLS,
            dtype=tf.float32, scheduled_sampling=self.own)
        self.loss = seq2seq_enhanced.sequence_loss(logits, targets, weights)
        weights = tf.stack(weights)
        right = tf.cast(tf.equal(tf.argmax(tf.stack(logits), 2, output_type=tf.int32),
                                 tf.stack(targets)), tf.float32)
        self.accuracy = tf.reduce_sum(right * weights) / tf.reduce_sum(weights)
        self.exact = tf.reduce_mean(tf.reduce_min(tf.maximum(right, 1 - weights), 0))

    def feed(self, sources, targets):
        """feed_dict for arrays [time, batch]."""
        given = np.concatenate([np.full_like(targets[:1], GO), targets[:-1]])
        weights = (targets != PAD).astype(np.float32)
        return dict(list(zip(self._sources, sources)) + list(zip(self._decoder_inputs, given)) +
                    list(zip(self._targets, targets)) + list(zip(self._weights, weights)))


def _placeholders(dtype, length):
    return [tf.placeholder(dtype, [None]) for _ in range(length)]


def _chain_trial(preset, variant, seed, optimizer):
    step_number = tf.placeholder_with_default(np.int64(0), ())
    if variant in SCHEDULES:
        own = SCHEDULES[variant](step_number, **preset.schedules[variant])
    else:
        own = tf.constant({"teacher-forcing": 0.0, "always": 1.0}[variant])
    length = preset.chain_length
    model = _Model(preset, _placeholders(tf.int32, preset.increments + 1),
                   _placeholders(tf.int32, length), _placeholders(tf.int32, length),
                   _placeholders(tf.float32, length), own)
    test = model.feed(*chains(np.random.RandomState(0), preset.test_pairs, preset.increments,
                              length))

    def batch(step, spent):
        drawn = chains(np.random.RandomState([seed, step]), preset.batch_size, preset.increments,
                       length, preset.misprints)
        feed = model.feed(*drawn)
        feed[step_number] = step
        return 0, feed

    def measure(session):
        found = {}
        for name, own in (("free", 1.0), ("forced", 0.0)):
            feed = dict(test)
            feed[model.own] = own
            found[name + "_accuracy"] = float(session.run(model.accuracy, feed))
        return found

    return Trial([model.loss], optimizer, batch, measure,
                 lambda row: "free-running accuracy %.3f" % row["free_accuracy"],
                 preset.max_gradient_norm)


def _sums_trial(preset, variant, seed, optimizer):
    lengths = (2 * preset.digits + 1, preset.digits + 2)
    levels = preset.digits
    curriculum = feeding_enhanced.Curriculum(
        "naive" if variant == "hardest" else variant, difficulty=digits_of,
        boundaries=list(range(1, levels)), start_level=levels - 1 if variant == "hardest" else 0)
    loader = feeding_enhanced.BucketedLoader(
        sums(np.random.RandomState(seed), preset.pairs, preset.digits), [lengths],
        preset.batch_size, epochs=None, seed=seed, drop_remainder=True, curriculum=curriculum,
        pad_id=PAD, go_id=GO, save_position=True)
    model = _Model(preset, loader.encoder_inputs, loader.decoder_inputs, loader.targets,
                   loader.weights, 0.0)
    drawn = sums(np.random.RandomState(0), preset.test_pairs * levels, preset.digits)
    tests = [model.feed(*_padded([pair for pair in drawn if digits_of(*pair) == level],
                                 *lengths)) for level in range(1, levels + 1)]
    started = []

    def batch(step, spent):
        session = tf.get_default_session()
        if not started:
            started.append(loader.start(session))
        # Each level of a curriculum has an equal share of the steps.
        while loader.level < min(levels - 1, int(spent * levels)):
            loader.harder(session)
        return loader.next_bucket(session), {}

    def measure(session):
        found = {}
        for level, test in enumerate(tests, 1):
            test[model.own] = 1.0
            found["exact_%d" % level] = float(session.run(model.exact, test))
        return found

    return Trial([model.loss], optimizer, batch, measure,
                 lambda row: "exact sums %.3f" % row["exact_%d" % levels],
                 preset.max_gradient_norm)


def build(preset, variant, seed):
    """The model of a variant, as a `Trial`."""
    task, trial = ("chain", _chain_trial) if variant in CHAIN else ("sums", _sums_trial)
    return trial(preset, variant, seed,
                 tf.train.AdamOptimizer(preset.learning_rates[task]))


def claims(preset):
    """The claims, for `claims.judge`."""
    longest = "exact_%d" % preset.digits

    def texts(measured, metric, variants):
        return ", ".join(measured.text(name, metric) for name in variants)

    def schedules_help(measured):
        forced = measured.mean("teacher-forcing", "free_accuracy")
        return ("accuracy " + texts(measured, "free_accuracy", CHAIN[:4]),
                verdict([measured.mean(name, "free_accuracy") > forced for name in SCHEDULES]))

    def always_hurts(measured):
        return ("accuracy " + texts(measured, "free_accuracy", ("teacher-forcing", "always")),
                verdict([measured.mean("always", "free_accuracy") <
                         measured.mean("teacher-forcing", "free_accuracy")]))

    def combined_helps(measured):
        hardest = measured.mean("hardest", longest)
        return ("right sums " + texts(measured, longest, ("hardest", "mixed", "combined")),
                verdict([measured.mean(name, longest) >= hardest
                         for name in ("mixed", "combined")]))

    def naive_hurts(measured):
        return ("right sums " + texts(measured, longest, ("hardest", "naive", "combined")),
                verdict([measured.mean("naive", longest) < measured.mean(name, longest)
                         for name in ("hardest", "combined")]))

    return [
        ("A decoder feeding on its own symbols is better for scheduled sampling, by any schedule, "
         "than for teacher forcing", "BLEU-4 30.6 and 28.8 (captions) [R]", schedules_help),
        ("Feeding on its own symbols from the start is worse than teacher forcing",
         "BLEU-4 11.2 and 28.8 (captions) [R]", always_hurts),
        ("Sums of numbers of up to %d digits: a combined, or mixed, curriculum is at least as good "
         "as only the hardest" % preset.digits,
         "combined always at least as good [Vp]", combined_helps),
        ("The naive curriculum is worse than none, and than the combined",
         "often worse than none [Vp]", naive_hurts)]


def curves(preset):
    """What to draw."""
    return [comparison.Curve("free_accuracy", "accuracy of the chain, free running", {}, False),
            comparison.Curve("exact_%d" % preset.digits, "right sums, the longest numbers", {},
                             False)]


NOTES = {"quick": "", "paper": ""}

EXPERIMENT = comparison.Experiment("sampling", __doc__, PRESETS, build, claims, curves, NOTES)
