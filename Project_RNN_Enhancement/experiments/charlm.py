"""The next character of a text: how regularisers change a recurrent language model.

Every training sequence starts at a random place of the text, with a state of zeros, and has T
characters, the training horizon.  Beyond it a model has not learned to keep its state in bounds: it
is run for many more steps of held-out text, and |h_t| and the loss at each step are written down.

Sources: Krueger and Memisevic 2016 (norm stabiliser); Krueger et al. 2017 (zoneout); Ba, Kiros and
Hinton 2016 (layer normalisation); Le, Jaitly and Hinton 2015 (IRNN).
"""
import collections
import math
import os

import numpy as np

from Project_RNN_Enhancement.datasets import texts
from Project_RNN_Enhancement.experiments import comparison, plots, training
from Project_RNN_Enhancement.experiments.claims import verdict
from Project_RNN_Enhancement.experiments.errors import ExperimentError
from Project_RNN_Enhancement.experiments.trials import Trial, setting_of
from Project_RNN_Enhancement.rnn_enhancement import (rnn_cell_enhanced, rnn_enhanced,
                                                     seq2seq_enhanced)
from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf

# What an infinite or undefined norm counts as: float32's largest number.
LARGEST = float(np.finfo(np.float32).max)

# length: T.  learning_rates: of Adam, by variant, with "others".  stabilizer: the norm stabiliser's
# factor.  zoneout: probabilities of c and h.  long_length, long_sequences: of the run past T.
Preset = collections.namedtuple("Preset", [
    "variants", "seeds", "max_steps", "measure_every", "save_every", "data", "length", "units",
    "batch_size", "learning_rates", "max_gradient_norm", "stabilizer", "zoneout",
    "valid_sequences", "long_length", "long_sequences"])

VARIANTS = ("IRNN", "IRNN-stable", "LSTM", "LSTM-stable", "LSTM-zoneout", "LSTM-layernorm")

PRESETS = {
    "quick": Preset(
        variants=VARIANTS, seeds=(1, 2, 3), max_steps=1000, measure_every=100, save_every=500,
        data=None, length=50, units=100, batch_size=32, learning_rates={"others": 1e-2},
        max_gradient_norm=1.0, stabilizer=50.0, zoneout=(0.5, 0.05), valid_sequences=200,
        long_length=1000, long_sequences=8),
    "paper": Preset(
        variants=VARIANTS, seeds=(1, 2, 3), max_steps=50000, measure_every=1000, save_every=1000,
        data=None, length=100, units=1000, batch_size=32, learning_rates={"others": 2e-3},
        max_gradient_norm=1.0, stabilizer=50.0, zoneout=(0.5, 0.05), valid_sequences=2000,
        long_length=1000, long_sequences=20),
}


def read(preset):
    """The text, as a `texts.Corpus`."""
    text = texts.read_text(preset.data) if preset.data else texts.read_shakespeare()
    corpus = texts.corpus(text, name=preset.data or "the text")
    wanted = max(preset.length, preset.long_length) + 2
    if len(corpus.test) < wanted:
        raise ExperimentError("the text has %d characters to test with, 5 %% of it, and %d are "
                              "needed" % (len(corpus.test), wanted))
    return corpus


def windows(ids, starts, length):
    """`length` + 1 characters from each of `starts` on: int32 [length + 1, number]."""
    return ids[np.arange(length + 1)[:, None] + np.asarray(starts)[None, :]]


def spread(ids, number, length):
    """As `windows`, at regular distances over the whole of `ids`."""
    return windows(ids, np.linspace(0, len(ids) - length - 1, number).astype(int), length)


def cell_of(preset, variant, training_now):
    """The cell of a variant; `training_now` is a scalar bool tensor."""
    if variant.startswith("IRNN"):
        return rnn_cell_enhanced.IdentityRNNCell(preset.units)
    if variant == "LSTM-layernorm":
        return rnn_cell_enhanced.LayerNormLSTMCell(preset.units)
    cell = rnn_cell_enhanced.LSTMCell(preset.units)
    if variant == "LSTM-zoneout":
        cell = rnn_cell_enhanced.ZoneoutWrapper(
            cell, rnn_cell_enhanced.LSTMStateTuple(*preset.zoneout), training_now)
    return cell


def build(preset, variant, seed):
    """The model of a variant, as a `Trial`."""
    corpus = read(preset)
    size = len(corpus.alphabet)
    characters = tf.placeholder(tf.int32, [None, None], "characters")
    training_now = tf.placeholder_with_default(False, (), "training_now")
    outputs, _ = rnn_enhanced.dynamic_rnn(
        cell_of(preset, variant, training_now), tf.one_hot(characters[:-1], size), dtype=tf.float32,
        time_major=True)
    # The average over sequences, in bits, of each step.
    logits = rnn_cell_enhanced.linear(tf.reshape(outputs, [-1, preset.units]), size, True)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=tf.reshape(characters[1:], [-1]), logits=logits)
    bits = tf.reduce_mean(tf.reshape(losses, tf.shape(characters[1:])), 1) / math.log(2)
    bpc = tf.reduce_mean(bits)
    loss = tf.reduce_mean(losses)
    if variant.endswith("-stable"):
        loss += seq2seq_enhanced.norm_stabilizer_loss(outputs, preset.stabilizer, time_major=True)
    norms = tf.norm(outputs, axis=2)

    valid, test = [spread(ids, preset.valid_sequences, preset.length)
                   for ids in (corpus.valid, corpus.test)]
    beyond, ahead = [spread(ids, preset.long_sequences, preset.long_length)
                     for ids in (corpus.test, corpus.valid)]

    def batch(step, spent):
        starts = np.random.RandomState([seed, step]).randint(
            0, len(corpus.train) - preset.length, preset.batch_size)
        return 0, {characters: windows(corpus.train, starts, preset.length), training_now: True}

    def measure(session):
        row = {"bpc": float(session.run(bpc, {characters: valid}))}
        if variant.startswith("IRNN"):
            # Only these can explode: an LSTM's |h| is below the root of its units.
            lengths, long_bits = session.run([norms, bits], {characters: ahead})
            results, _ = past_the_horizon(lengths, long_bits, preset.length)
            row["valid_norm_ratio"] = results["norm_ratio"]
        return row

    def finish(session, folder):
        test_bpc = session.run(bpc, {characters: test})
        lengths, long_bits = session.run([norms, bits], {characters: beyond})
        results, curve = past_the_horizon(lengths, long_bits, preset.length)
        training.write_json(os.path.join(folder, "norms.json"), curve)
        steps, marks = range(1, len(curve["norm"]) + 1), {"T": preset.length}
        plots.lines([(steps, {variant: curve["norm"]}, "|h|", marks, True),
                     (steps, {variant: curve["bpc"]}, "bits per character", marks, True)],
                    "steps", os.path.join(folder, "norms.png"))
        return dict(results, test_bpc=float(test_bpc))

    optimizer = tf.train.AdamOptimizer(setting_of(preset.learning_rates, variant))
    return Trial([loss], optimizer, batch, measure,
                 lambda row: "%.3f bits per character" % row["bpc"],
                 preset.max_gradient_norm, finish=finish)


def past_the_horizon(norms, bits, length):
    """What a run of many steps says.

    Args:
      norms: |h_t|, float array [steps, sequences].
      bits: loss at each step, float array [steps], in bits.
      length: T, of the sequences in training.

    Returns:
      (dict of numbers, dict of curves): `norm_ratio`, the average of |h_last| / |h_T|, and
      `late_bpc`, the average of the last 100 steps; `norm` and `bpc`, averages at each step.
    """
    norms, bits = [np.where(np.isfinite(values), values, LARGEST).astype(np.float64)
                   for values in (norms, bits)]
    ratio = np.mean(np.minimum(norms[-1] / np.maximum(norms[length - 1], 1e-12), LARGEST))
    return ({"norm_ratio": float(ratio), "late_bpc": float(np.mean(bits[-100:]))},
            {"norm": norms.mean(1).tolist(), "bpc": bits.tolist()})


def claims(preset):
    """The claims, for `claims.judge`."""
    def stays(measured):
        return (measured.texts(("IRNN", "IRNN-stable"), "norm_ratio", "%.3g"),
                verdict([measured.best("IRNN-stable", "norm_ratio") > 0.5 and
                         measured.worst("IRNN-stable", "norm_ratio") < 2,
                         measured.best("IRNN", "norm_ratio") > 10]))

    def lower(changed, plain, metric):
        def settle(measured):
            # In the mean, and beyond the seeds' spread.
            return (measured.texts((plain, changed), metric),
                    verdict([measured.mean(changed, metric) < measured.mean(plain, metric),
                             measured.worst(changed, metric) < measured.best(plain, metric)]))
        return settle

    return [
        ("the norm stabiliser keeps an IRNN's activations stable past the training horizon: "
         "|h| at step %d over |h| at step %d" % (preset.long_length, preset.length),
         "activations of an IRNN explode past the horizon; with the penalty they don't [Vp]",
         stays),
        ("the norm stabiliser lowers an IRNN's bits per character (test)",
         "an IRNN with the penalty is comparable to an LSTM [Vp]",
         lower("IRNN-stable", "IRNN", "test_bpc")),
        ("past the training horizon too (the last 100 of %d steps)" % preset.long_length,
         "no number", lower("IRNN-stable", "IRNN", "late_bpc")),
        ("the norm stabiliser lowers an LSTM's bits per character (test)",
         "Penn Treebank 1.356, with the penalty 1.352 [Vp]",
         lower("LSTM-stable", "LSTM", "test_bpc")),
        ("zoneout lowers an LSTM's bits per character (test)",
         "Penn Treebank 1.356, with zoneout 1.27 [Vp]", lower("LSTM-zoneout", "LSTM", "test_bpc")),
        ("layer normalisation lowers an LSTM's bits per character after the same updates (test)",
         "converges faster [R]", lower("LSTM-layernorm", "LSTM", "test_bpc")),
    ]


def curves(preset):
    """What to draw."""
    return [comparison.Curve("bpc", "validation bits per character", {}, False),
            comparison.Curve("valid_norm_ratio", "|h| at step %d over |h| at step %d" %
                             (preset.long_length, preset.length), {"stable": 1.0}, True)]


NOTES = {
    "quick": (
        "Shakespeare instead of the Penn Treebank, 100 units instead of 1,000, T=50 instead of 100 "
        "and 1,000 updates of 32 sequences, so bits per character compare with each other only. "
        "Adam with 0.01 for all: better than 0.003 for IRNN, with and without the penalty, and "
        "LSTM (validation after 500 updates, seed 1); the penalty's 50 and zoneout's 0.5 and 0.05 "
        "are the papers'. A plain IRNN explodes only as long as it has hardly learned: with a rate "
        "of 0.001 the norms' ratio is 6e8 after 25 updates, 11 after 75, 2 after 100. The next "
        "character needs little memory, so training soon leaves the identity for a map that "
        "forgets: after 1,000 updates (seed 1) the recurrent matrix has a spectral radius of 3, "
        "but 14 % of the units are active at a time, and a small change of the state shrinks to "
        "0.6 of itself per step of held-out text. So the state stays bounded. "
        "Searched in vain for an explosion after training (seed 1, 500 to 4,000 updates): Adam "
        "0.0003 to 0.01, gradient descent, momentum, T of 10 and 20, 300 units, no bias, no "
        "clipping; ratios 1.03 to 1.23. With the penalty |h| has to be the same from the first "
        "character on, and an IRNN learns more slowly. A factor of 1, the best of 1, 5 and 50 on "
        "validation text, gives 2.825 (2.772 to 2.884, three seeds), no less than without, and "
        "ratios of 1.00 to 1.01. Zoneout, like other regularisers, helps "
        "where a model overfits; here it has seen a third of the text, once."),
    "paper": "The sizes of the zoneout paper's runs; Shakespeare instead of the Penn Treebank.",
}

EXPERIMENT = comparison.Experiment(
    "charlm", __doc__, PRESETS, build, claims, curves, NOTES, prepare=read,
    data="a text file (UTF-8) to learn instead of Shakespeare")
