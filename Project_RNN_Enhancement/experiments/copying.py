"""The copy memory problem: repeat ten symbols after a long pause.

A sequence has ten symbols out of eight, T - 1 blanks, a sign that says "now", and ten more blanks;
the answer is T + 10 blanks and then the ten symbols.  Without memory the best answer to the last
ten places is any of the eight, a loss of 10 ln 8 / (T + 20) nats per step.  Every training batch
is new.

Source: Arjovsky, Shah and Bengio 2016 (uRNN).
"""
import collections
import math

import numpy as np

from Project_RNN_Enhancement.experiments import comparison
from Project_RNN_Enhancement.experiments.claims import verdict
from Project_RNN_Enhancement.experiments.trials import Trial, setting_of
from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced, rnn_enhanced
from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf

SYMBOLS, COPIED = 8, 10
BLANK, NOW = 0, SYMBOLS + 1
# Of the baseline: near it, well below it, and where training ends.
NEAR, HALF, ENOUGH = 0.9, 0.5, 0.01

# length: T.  units: by cell.  learning_rates (of RMSProp with a decay of 0.9): by variant, with
# "others".  max_gradient_norm: of all variants but uRNN.
Preset = collections.namedtuple("Preset", [
    "variants", "seeds", "max_steps", "measure_every", "save_every", "length", "units",
    "batch_size", "learning_rates", "max_gradient_norm", "test_sequences"])

TUNED = ("LSTM-tuned", "GRU-tuned")
VARIANTS = ("uRNN", "LSTM", "GRU", "IRNN", "tanh") + TUNED
# The paper's; GRU, which it leaves out, with about as many parameters as LSTM.
UNITS = {"uRNN": 128, "LSTM": 40, "GRU": 46, "IRNN": 80, "tanh": 80}
# The paper's for all; gated cells have their best as well.
RATES = {"others": 1e-3, "LSTM-tuned": 1e-2, "GRU-tuned": 1e-2}

PRESETS = {
    "quick": Preset(
        VARIANTS, seeds=(1, 2, 3), max_steps=2000, measure_every=100, save_every=1000, length=30,
        units=UNITS, batch_size=20, learning_rates=RATES, max_gradient_norm=1.0,
        test_sequences=500),
    "paper": Preset(
        VARIANTS, seeds=(1, 2, 3), max_steps=20000, measure_every=500, save_every=1000, length=300,
        units=UNITS, batch_size=20, learning_rates=RATES, max_gradient_norm=1.0,
        test_sequences=5000),
}

CELLS = {
    "uRNN": lambda units: rnn_cell_enhanced.UnitaryRNNCell(
        units, learned_initial_state=True, recurrence="matrix"),
    "LSTM": rnn_cell_enhanced.LSTMCell,
    "GRU": rnn_cell_enhanced.GRUCell,
    "IRNN": rnn_cell_enhanced.IdentityRNNCell,
    "tanh": rnn_cell_enhanced.BasicRNNCell,
}


def baseline(length):
    """The loss without memory, nats per step."""
    return COPIED * math.log(SYMBOLS) / (length + 2 * COPIED)


def sequences(random, number, length):
    """Draws sequences.

    Args:
      random: a `numpy.random.RandomState`.
      number: how many.
      length: T, at least 1.

    Returns:
      inputs and targets, both int32 [T + 20, number].
    """
    symbols = random.randint(1, SYMBOLS + 1, (COPIED, number))
    inputs = np.full((length + 2 * COPIED, number), BLANK, np.int32)
    inputs[:COPIED] = symbols
    inputs[-COPIED - 1] = NOW
    targets = np.full_like(inputs, BLANK)
    targets[-COPIED:] = symbols
    return inputs, targets


def build(preset, variant, seed):
    """The model of a variant, as a `Trial`."""
    inputs = tf.placeholder(tf.int32, [preset.length + 2 * COPIED, None], "inputs")
    targets = tf.placeholder(tf.int32, inputs.shape, "targets")
    cell = variant.split("-")[0]
    outputs, _ = rnn_enhanced.dynamic_rnn(
        CELLS[cell](preset.units[cell]), tf.one_hot(inputs, NOW + 1), dtype=tf.float32,
        time_major=True)
    logits = rnn_cell_enhanced.linear(tf.reshape(outputs, [-1, outputs.shape[2]]), NOW, True)
    answers = tf.reshape(targets, [-1])
    loss = tf.losses.sparse_softmax_cross_entropy(answers, logits)
    hits = tf.equal(tf.argmax(logits, 1, output_type=tf.int32), answers)
    recall = tf.reduce_mean(tf.cast(
        tf.reshape(hits, tf.shape(targets))[-COPIED:], tf.float32))
    test = sequences(np.random.RandomState(0), preset.test_sequences, preset.length)

    def batch(step, spent):
        random = np.random.RandomState([seed, step])
        return 0, dict(zip((inputs, targets),
                           sequences(random, preset.batch_size, preset.length)))

    def measure(session):
        found = session.run([loss, recall], dict(zip((inputs, targets), test)))
        return {"loss": float(found[0]), "recall": float(found[1])}

    rate = setting_of(preset.learning_rates, variant)
    return Trial(
        [loss], tf.train.RMSPropOptimizer(rate, decay=0.9), batch, measure,
        lambda row: "loss %.4f, recall %.0f%%" % (row["loss"], 100 * row["recall"]),
        None if variant == "uRNN" else preset.max_gradient_norm,
        lambda row: row["loss"] < ENOUGH * baseline(preset.length))


def claims(preset):
    """The claims, for `claims.judge`."""
    level = baseline(preset.length)

    def text(measured, *variants):
        return "loss %s; baseline %.3f" % (
            measured.texts(variants, "loss"), level)

    def halves(measured):
        return measured.worst("uRNN", "loss") < HALF * level and not measured.diverged("uRNN")

    def stays(measured, variant):
        return measured.best(variant, "loss") > NEAR * level

    def only_unitary(*others):
        return lambda measured: (
            text(measured, "uRNN", *others),
            verdict([halves(measured)] + [stays(measured, other) for other in others]))

    def plain_stays(measured):
        return (text(measured, "tanh"), verdict([stays(measured, "tanh")]))

    paper = "uRNN gets to nearly 0 at T=100 to 500; LSTM leaves the baseline at T=100 only [Vp]"
    return [
        ("uRNN halves the loss of an answer without memory at T=%d in %d updates, LSTM stays near "
         "it" % (preset.length, preset.max_steps), paper, only_unitary("LSTM")),
        ("the same against LSTM and GRU with the best learning rate of a search",
         "all have the same rate, there is no GRU [Vp]", only_unitary(*TUNED)),
        ("a tanh RNN stays at the loss of an answer without memory", "at every T [Vp]",
         plain_stays)]


def curves(preset):
    """What to draw."""
    return [comparison.Curve("loss", "loss (nats per step)",
                             {"without memory": baseline(preset.length)}, True)]


NOTES = {
    "quick":
        "T=30 where the paper has 100 to 500, and 2,000 updates where it has 20,000; its sizes, "
        "batches of 20 and RMSProp at 0.001 with a decay of 0.9, but TensorFlow's, which starts "
        "its accumulators at 1, and clipping by the norm of all gradients (none for uRNN). "
        "Training ends at 1% of the baseline. Near the baseline means over 90% of it. The claim "
        "depends on that rate: of 0.001, 0.003 and 0.01, with seed 1, 0.01 is the best for LSTM "
        "and, of the outer two, for GRU, and at that rate both are below the 90% after these "
        "updates; for IRNN and tanh 0.001 is better than 0.01. uRNN needed 200 updates at either. "
        "So at this length uRNN is faster by far, but it isn't true that gated cells can't leave "
        "the baseline; longer gaps are where the paper has them fail.",
    "paper":
        "T=300, one of the paper's lengths, with its sizes, rate and number of updates; clipping "
        "is by the norm of all gradients.",
}

EXPERIMENT = comparison.Experiment("copying", __doc__, PRESETS, build, claims, curves, NOTES)
