"""The comparisons of the experiment g2p: cells, the norm stabiliser, and beam search."""
import collections

from Project_RNN_Enhancement.datasets import pronunciations as dictionary
from Project_RNN_Enhancement.experiments import comparison, scoring
from Project_RNN_Enhancement.experiments.claims import verdict
from Project_RNN_Enhancement.experiments.g2p_model import (Coder, Model, Preset, make_trial,
                                                           read_dictionary)
from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf

# model: the `Preset` of the model, which a variant changes.
Comparison = collections.namedtuple("Comparison", [
    "variants", "seeds", "max_steps", "measure_every", "save_every", "model", "beam", "valid_words",
    "test_words"])

_VARIANTS = ("GRU", "LSTM", "JZS1", "JZS2", "JZS3", "norm stabiliser")
_MODEL = Preset(
    cell="GRUCell", layers=1, units=128, embedding_size=64, keep_prob=1.0,
    buckets=((7, 8), (9, 10), (12, 13), (20, 21)), batch_size=64, learning_rate=3e-3,
    max_gradient_norm=1.0, validate_every=None, save_every=None, max_steps=None, max_seconds=None)

PRESETS = {
    "quick": Comparison(
        variants=("GRU", "JZS1", "JZS3", "norm stabiliser"), seeds=(1, 2, 3), max_steps=1200,
        measure_every=300, save_every=300, model=_MODEL, beam=5, valid_words=300, test_words=1500),
    "paper": Comparison(
        variants=_VARIANTS, seeds=(1, 2, 3), max_steps=20000, measure_every=1000, save_every=1000,
        model=_MODEL._replace(layers=2, units=512, embedding_size=128, keep_prob=0.8,
                              batch_size=128, learning_rate=1e-3, max_gradient_norm=5.0),
        beam=5, valid_words=500, test_words=None),
}

_CHANGES = {
    "LSTM": {"cell": "LSTMCell"},
    "JZS1": {"cell": "JZS1Cell"},
    "JZS2": {"cell": "JZS2Cell"},
    "JZS3": {"cell": "JZS3Cell"},
    "norm stabiliser": {"norm_stabilizer": 50.0},
}


def build(preset, variant, seed):
    """The model of a variant, as a `Trial`."""
    pronunciations = read_dictionary()
    split = dictionary.split_by_word(pronunciations)
    phones = dictionary.phones_of(pronunciations)
    chosen = preset.model._replace(**_CHANGES.get(variant, {}))
    coder = Coder(phones, chosen.buckets)
    with tf.variable_scope("g2p"):
        model = Model(chosen, len(phones), beam=preset.beam)
    words = split.test[:preset.test_words]

    def finish(session, folder):
        measured = {}
        for decoder in ("greedy", "beam"):
            answers = model.pronounce(session, coder, words, 128, decoder)
            score = scoring.score(answers, [pronunciations[word] for word in words])
            measured.update({decoder + "_wer": 100 * score.wer, decoder + "_per": 100 * score.per})
        return measured

    return make_trial(chosen, model, coder, pronunciations, split, seed, preset.valid_words, finish)


def claims(preset):
    """The claims, for `claims.judge`."""
    cells = [name for name in preset.variants if name not in ("GRU", "norm stabiliser", "LSTM")]

    def mutants(measured):
        gru = measured.mean("GRU", "greedy_wer")
        return ("WER " + measured.texts(["GRU"] + cells, "greedy_wer", "%.1f %%"),
                verdict(measured.mean(name, "greedy_wer") < gru + 1 for name in cells))

    def stabiliser(measured):
        names = ("norm stabiliser", "GRU")
        ours, plain = [measured.mean(name, "greedy_wer") for name in names]
        return ("WER " + measured.texts(names, "greedy_wer", "%.1f %%"),
                verdict([ours < plain]))

    def beam(measured):
        gains = [greedy - found for name in measured.variants for greedy, found in zip(
            measured.values(name, "greedy_wer"), measured.values(name, "beam_wer"))]
        return ("a beam of %d takes %.1f points (%.1f to %.1f) off the WER of greedy decoding"
                % (preset.beam, sum(gains) / len(gains), min(gains), max(gains)),
                verdict([min(gains) > 0]))

    return [
        ("the mutants JZS are no worse than the GRU (within 1 point of WER)",
         "no number for this task; on three others they match or beat the GRU [R]", mutants),
        ("the norm stabiliser (factor 50, on the decoder's states) lowers the error",
         "no number for this task; phoneme recognition and language models gain [Vp]", stabiliser),
        ("beam search errs less than greedy decoding, for every model",
         "no number for this task", beam),
    ]


def curves(preset):
    """What to draw."""
    return [comparison.Curve("valid_wer", "validation WER (fraction)", {}, False),
            comparison.Curve("valid_loss", "validation loss (nats per phone)", {}, False)]


NOTES = {
    "quick": "One layer of 128 units and 1,200 batches of 64, so that a model has seen 0.65 of an "
             "epoch: all are far from what they reach in an hour, and only differences count. One "
             "learning rate for all, not searched.",
    "paper": "No paper has this comparison; the sizes are those of the preset `full`.",
}
