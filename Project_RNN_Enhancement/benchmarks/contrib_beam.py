"""The row "contrib_beam": `BeamSearchDecoder` of this package and of `tf.contrib`, same weights.

As in the row "attention" there is no encoder; the memory is looked up in an embedding.
"""
import collections

import numpy as np

from ..rnn_enhancement.tf1 import Dense, tf
from . import workload

__all__ = ["Settings", "REFERENCE", "SIDES", "graph", "feed"]

# A variant is (beam width, weight of the length penalty).
Settings = collections.namedtuple("Settings", [
    "vocabulary", "size", "source", "steps", "batch", "variants"])

REFERENCE = Settings(vocabulary=1000, size=256, source=20, steps=20, batch=16, variants=[
    (5, 0.0), (5, 1.0), (10, 1.0)])

SIDES = ("ours", "stock")

GO, END = 0, 1


def graph(side, settings, variant):
    """Builds a search; returns [symbols [batch, steps, width], scores [batch, steps, width]].

    Args:
      side: "ours" or "stock"; both make the same variables with the same values.
      settings: `Settings`.
      variant: one of theirs.
    """
    width, length_penalty = variant
    lib = workload.contrib_library(side)
    size = settings.size
    # Weights as wide as this let the symbols of a hypothesis differ.
    with tf.variable_scope("model", initializer=tf.random_uniform_initializer(-1.0, 1.0, seed=1)):
        source_embedding, target_embedding = [
            tf.get_variable(name + "_embedding", [settings.vocabulary, size])
            for name in ("source", "target")]
        source = tf.placeholder(tf.int32, [settings.batch, None], "source")
        lengths = tf.placeholder(tf.int32, [settings.batch], "source_lengths")
        memory, lengths = lib.seq2seq.tile_batch(
            (tf.nn.embedding_lookup(source_embedding, source), lengths), width)
        cell = lib.seq2seq.AttentionWrapper(
            lib.cells.GRUCell(size), lib.seq2seq.LuongAttention(
                size, memory, memory_sequence_length=lengths), attention_layer_size=size)
        decoder = lib.seq2seq.BeamSearchDecoder(
            cell, target_embedding, tf.fill([settings.batch], GO), END,
            cell.zero_state(settings.batch * width, tf.float32), width,
            output_layer=Dense(settings.vocabulary, use_bias=False),
            length_penalty_weight=length_penalty)
        outputs, _, _ = lib.seq2seq.dynamic_decode(decoder, maximum_iterations=settings.steps)
    return [outputs.predicted_ids, outputs.beam_search_decoder_output.scores]


def feed(settings, seed=0):
    """Random sentences, the longest as long as the settings say, as {tensor name: values}."""
    random = np.random.RandomState(seed)
    lengths = random.randint(settings.source // 2, settings.source + 1, settings.batch)
    lengths[0] = settings.source
    return {"model/source:0": random.randint(
                settings.vocabulary, size=[settings.batch, settings.source]),
            "model/source_lengths:0": lengths}
