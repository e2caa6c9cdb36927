"""Handwritten digits (MNIST), pixel by pixel, row by row or in a fixed random order.

A model reads the grey values, from 0 to 1, one or a few at each step, and names the digit after the
last.  In the permuted task all images are read in the same shuffled order, so that what is close in
the image may be far apart in time.  Naming the most frequent digit always is right in 11.35 % of
the test set.

Sources: Le, Jaitly and Hinton 2015 (IRNN, and the task); Arjovsky, Shah and Bengio 2016 (uRNN).
"""
import collections

import numpy as np

from Project_RNN_Enhancement.datasets import digits
from Project_RNN_Enhancement.experiments import comparison
from Project_RNN_Enhancement.experiments.claims import verdict
from Project_RNN_Enhancement.experiments.errors import ExperimentError
from Project_RNN_Enhancement.experiments.trials import Trial, setting_of
from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced, rnn_enhanced
from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf

BASELINE = 0.1135
PERMUTED = "-permuted"

# side: pixels of an image's side.  together: pixels of one step.  units, learning_rates (of Adam):
# by cell, with "others".  max_gradient_norm: of all cells but uRNN, whose paper doesn't clip.
# held_out: of the training images, to validate with.  valid_images, test_images: at most.
Preset = collections.namedtuple("Preset", [
    "variants", "seeds", "max_steps", "measure_every", "save_every", "data", "side", "together",
    "units", "batch_size", "learning_rates", "max_gradient_norm", "held_out", "valid_images",
    "test_images"])

VARIANTS = tuple(cell + order for order in ("", PERMUTED)
                 for cell in ("IRNN", "uRNN", "LSTM", "GRU"))

PRESETS = {
    "quick": Preset(
        variants=VARIANTS, seeds=(1, 2, 3), max_steps=2000, measure_every=200, save_every=500,
        data=None, side=14, together=4, units={"uRNN": 64, "others": 100}, batch_size=32,
        learning_rates={"IRNN": 1e-2, "GRU": 1e-2, "others": 3e-3}, max_gradient_norm=1.0,
        held_out=5000, valid_images=1000, test_images=10000),
    "paper": Preset(
        variants=VARIANTS, seeds=(1, 2, 3), max_steps=200000, measure_every=2000, save_every=2000,
        data=None, side=28, together=1,
        units={"uRNN": 512, "LSTM": 128, "GRU": 128, "others": 100}, batch_size=20,
        learning_rates={"IRNN": 1e-4, "others": 1e-3},
        max_gradient_norm=1.0, held_out=5000, valid_images=5000, test_images=10000),
}

CELLS = {
    "IRNN": rnn_cell_enhanced.IdentityRNNCell,
    "uRNN": rnn_cell_enhanced.UnitaryRNNCell,
    "LSTM": rnn_cell_enhanced.LSTMCell,
    "GRU": rnn_cell_enhanced.GRUCell,
}


def read(preset):
    """The training and the test images, two `digits.Digits`."""
    folder = preset.data or digits.mnist_folder()
    train, test = [digits.read_part(folder, part) for part in ("train", "t10k")]
    if len(train.labels) < preset.held_out + preset.batch_size:
        raise ExperimentError("%s: too few images to train on: %d, of which %d are held out"
                              % (folder, len(train.labels), preset.held_out))
    return train, test


def sequences(images, side, together, permuted):
    """Pixels one after another, or so many together at each step.

    Args:
      images: uint8 [number, n side, n side].
      side: pixels of a side of the smaller image.
      together: pixels of one step.
      permuted: whether to shuffle them, all images alike.

    Returns:
      float32 [side * side / together, number, together].
    """
    pixels = digits.smaller(images, side).reshape(len(images), -1).T
    if permuted:
        pixels = pixels[np.random.RandomState(0).permutation(len(pixels))]
    return pixels.reshape(-1, together, len(images)).transpose(0, 2, 1)


def build(preset, variant, seed):
    """The model of a variant, as a `Trial`."""
    name = variant.replace(PERMUTED, "")
    train, test = read(preset)
    kept = len(train.labels) - preset.held_out
    form = preset.side, preset.together, variant.endswith(PERMUTED)
    everything = sequences(train.images, *form)
    parts = {
        "valid": (everything[:, kept:][:, :preset.valid_images],
                  train.labels[kept:][:preset.valid_images]),
        "test": (sequences(test.images[:preset.test_images], *form),
                 test.labels[:preset.test_images])}

    pixels = tf.placeholder(tf.float32, [len(everything), None, preset.together], "pixels")
    labels = tf.placeholder(tf.int32, [None], "labels")
    units = setting_of(preset.units, name)
    options = {}
    if name == "uRNN":
        options = dict(learned_initial_state=True,
                       recurrence="matrix" if units <= 128 else "factors")
    outputs, _ = rnn_enhanced.dynamic_rnn(CELLS[name](units, **options), pixels, dtype=tf.float32,
                                          time_major=True)
    logits = rnn_cell_enhanced.linear(outputs[-1], 10, True)
    loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
    named = tf.argmax(logits, 1, output_type=tf.int32)
    right = tf.reduce_sum(tf.cast(tf.equal(named, labels), tf.float32))

    def batch(step, spent):
        chosen = np.random.RandomState([seed, step]).randint(0, kept, preset.batch_size)
        return 0, {pixels: everything[:, chosen], labels: train.labels[chosen]}

    def accuracy(session, part):
        inputs, answers = parts[part]
        found = sum(session.run(right, {pixels: inputs[:, at:at + 500],
                                        labels: answers[at:at + 500]})
                    for at in range(0, len(answers), 500))
        return float(found) / len(answers)

    optimizer = tf.train.AdamOptimizer(setting_of(preset.learning_rates, name))
    return Trial([loss], optimizer, batch,
                 lambda session: {"accuracy": accuracy(session, "valid")},
                 lambda row: "%.1f %% right" % (100 * row["accuracy"]),
                 None if name == "uRNN" else preset.max_gradient_norm,
                 finish=lambda session, where: {"test_accuracy": accuracy(session, "test")})


def claims(preset):
    """The claims, for `claims.judge`."""
    def above(better, worse):
        def settle(measured):
            # In the mean, and beyond the seeds' spread.
            return (measured.texts((better, worse), "test_accuracy"),
                    verdict([measured.mean(better, "test_accuracy") >
                             measured.mean(worse, "test_accuracy"),
                             measured.best(better, "test_accuracy") >
                             measured.worst(worse, "test_accuracy")]))
        return settle

    def learns(measured):
        variants = ("IRNN", "IRNN-permuted")
        return (measured.texts(variants, "test_accuracy"),
                verdict([measured.best(variant, "test_accuracy") > number
                         for variant, number in zip(variants, (0.9, 0.75))]))

    return [
        ("an IRNN learns from %d pixels, %d at a time: over 90 %% right, permuted over 75 %%"
         % (preset.side ** 2, preset.together),
         "97.0 %, permuted 82.0 % [Vp]; a tanh RNN 35 % [Vp]",
         learns),
        ("permuted, a uRNN is better than an LSTM", "91.4 % and 88 % [Vp]",
         above("uRNN-permuted", "LSTM-permuted")),
        ("permuted, a uRNN is better than an IRNN", "91.4 % and about 82 % [Vp]",
         above("uRNN-permuted", "IRNN-permuted")),
        ("row by row, an LSTM is better than a uRNN", "98.2 % and 95.1 % [Vp]",
         above("LSTM", "uRNN")),
    ]


def curves(preset):
    """What to draw."""
    return [comparison.Curve("accuracy", "validation accuracy", {"most frequent digit": BASELINE},
                             False)]


NOTES = {
    "quick": (
        "14x14 pixels, averages of 2x2, read four at a time: 49 steps instead of 784, so these "
        "numbers do not compare with the papers', and little of their difficulty, memory over "
        "hundreds of steps, is left. 2,000 updates of 32 images, about one pass. Adam's rate by "
        "cell, of 0.003 and 0.01, for IRNN and uRNN 0.001 too (validation after 250 updates, seed "
        "1, row by row): 0.01 for IRNN and GRU, 0.003 for the others. So few updates show who "
        "learns fast, not who learns most: the papers' IRNN takes up to a million updates at a "
        "rate of 1e-8 [R]. A verdict on IRNN, or on LSTM and uRNN row by row, speaks of this "
        "budget only."),
    "paper": "Adam instead of the papers' SGD and RMSProp.",
}

EXPERIMENT = comparison.Experiment(
    "pixels", __doc__, PRESETS, build, claims, curves, NOTES, prepare=read,
    data="a folder with MNIST's four IDX files, or others like them, gzipped or not")
