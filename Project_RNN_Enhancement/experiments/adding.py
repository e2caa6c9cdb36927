"""The adding problem: the sum of two marked numbers of a long sequence.

A sequence has T pairs of a uniform number from [0, 1] and a mark, which is 1 at one place in each
half and 0 elsewhere; the answer, after the last pair, is the sum of the two marked numbers.
Answering 1 always has a mean squared error of 1/6.  Every training batch is new.

Sources: Le, Jaitly and Hinton 2015 (IRNN); Arjovsky, Shah and Bengio 2016 (uRNN, and the task in
the form used here).
"""
import collections

import numpy as np

from Project_RNN_Enhancement.experiments import comparison
from Project_RNN_Enhancement.experiments.claims import verdict
from Project_RNN_Enhancement.experiments.trials import Trial
from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced, rnn_enhanced
from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf

BASELINE = 1 / 6.0
SOLVED = 0.02

# learning_rates: of Adam, by variant, with "others".
Preset = collections.namedtuple("Preset", [
    "variants", "seeds", "max_steps", "measure_every", "save_every", "length", "units",
    "batch_size", "learning_rates", "max_gradient_norm", "test_sequences"])

PRESETS = {
    "quick": Preset(
        variants=("IRNN", "tanh", "GRU", "LSTM", "JZS1", "uRNN"), seeds=(1, 2, 3), max_steps=4000,
        measure_every=250, save_every=1000, length=100, units=100, batch_size=20,
        learning_rates={"others": 1e-3}, max_gradient_norm=1.0, test_sequences=1000),
    "paper": Preset(
        variants=("IRNN", "tanh", "GRU", "LSTM", "JZS1", "JZS2", "JZS3", "uRNN"), seeds=(1, 2, 3),
        max_steps=100000, measure_every=1000, save_every=1000, length=400, units=100, batch_size=50,
        learning_rates={"others": 1e-3}, max_gradient_norm=1.0, test_sequences=10000),
}

CELLS = {
    "IRNN": rnn_cell_enhanced.IdentityRNNCell,
    "tanh": rnn_cell_enhanced.BasicRNNCell,
    "GRU": rnn_cell_enhanced.GRUCell,
    "LSTM": rnn_cell_enhanced.LSTMCell,
    "JZS1": rnn_cell_enhanced.JZS1Cell,
    "JZS2": rnn_cell_enhanced.JZS2Cell,
    "JZS3": rnn_cell_enhanced.JZS3Cell,
    "uRNN": rnn_cell_enhanced.UnitaryRNNCell,
}


def sequences(random, number, length):
    """Draws sequences.

    Args:
      random: a `numpy.random.RandomState`.
      number: how many.
      length: T, at least 2.

    Returns:
      inputs [T, number, 2] and sums [number], float32.
    """
    inputs = np.zeros((length, number, 2), np.float32)
    inputs[:, :, 0] = random.uniform(size=(length, number))
    half = length // 2
    everyone = np.arange(number)
    inputs[random.randint(0, half, number), everyone, 1] = 1
    inputs[random.randint(half, length, number), everyone, 1] = 1
    return inputs, (inputs[:, :, 0] * inputs[:, :, 1]).sum(0)


def build(preset, variant, seed):
    """The model of a variant, as a `Trial`."""
    inputs = tf.placeholder(tf.float32, [preset.length, None, 2], "inputs")
    sums = tf.placeholder(tf.float32, [None], "sums")
    outputs, _ = rnn_enhanced.dynamic_rnn(CELLS[variant](preset.units), inputs, dtype=tf.float32,
                                          time_major=True)
    answers = rnn_cell_enhanced.linear(outputs[-1], 1, True)[:, 0]
    loss = tf.losses.mean_squared_error(sums, answers)
    test = sequences(np.random.RandomState(0), preset.test_sequences, preset.length)

    def batch(step, spent):
        random = np.random.RandomState([seed, step])
        return 0, dict(zip((inputs, sums), sequences(random, preset.batch_size, preset.length)))

    def measure(session):
        return {"mse": float(session.run(loss, dict(zip((inputs, sums), test))))}

    rates = preset.learning_rates
    return Trial([loss], tf.train.AdamOptimizer(rates.get(variant, rates["others"])), batch,
                 measure, lambda row: "MSE %.4f" % row["mse"], preset.max_gradient_norm)


def claims(preset):
    """The claims, for `claims.judge`."""
    def irnn_solves(measured):
        return ("MSE " + measured.text("IRNN", "mse") + ", " + measured.text("tanh", "mse"),
                verdict([measured.worst("IRNN", "mse") < SOLVED,
                         measured.best("tanh", "mse") > 0.15]))

    return [("IRNN solves the adding problem at T=%d, a tanh RNN does not" % preset.length,
             "solved up to T=300 [R]; tanh fails from T=200 on [R]", irnn_solves)]


def curves(preset):
    """What to draw."""
    return [comparison.Curve("mse", "mean squared error", {"answer 1": BASELINE}, True)]


NOTES = {
    "quick": "T=100 and 4,000 batches of 20.",
    "paper": "T=400.",
}

EXPERIMENT = comparison.Experiment("adding", __doc__, PRESETS, build, claims, curves, NOTES)
