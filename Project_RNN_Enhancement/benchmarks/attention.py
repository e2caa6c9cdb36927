"""The row "attention": a training step of `AttentionWrapper`, by this package and by `tf.contrib`.

A decoder with attention is trained on given targets by `dynamic_decode`. There is no encoder and no
softmax, whose time would be the same on both sides: the memory is looked up in an embedding.
"""
import collections

import numpy as np

from ..rnn_enhancement.tf1 import tf
from . import workload

__all__ = ["Settings", "REFERENCE", "SIDES", "graph", "feed"]

# A variant is (attention, number of units).
Settings = collections.namedtuple("Settings", [
    "vocabulary", "source", "steps", "batch", "variants"])

REFERENCE = Settings(vocabulary=1000, source=30, steps=30, batch=32, variants=[
    ("Luong", 64), ("Luong", 256), ("Bahdanau", 64), ("Bahdanau", 256)])

SIDES = ("ours", "stock")


def graph(side, settings, variant):
    """Builds the model with its gradients; returns what a training step fetches.

    Args:
      side: "ours" or "stock"; both make the same variables with the same values.
      settings: `Settings`.
      variant: one of theirs.
    """
    kind, size = variant
    lib = workload.contrib_library(side)
    with tf.variable_scope("model", initializer=tf.random_uniform_initializer(-0.1, 0.1, seed=1)):
        memory, inputs = [
            tf.nn.embedding_lookup(
                tf.get_variable(name + "_embedding", [settings.vocabulary, size]),
                tf.placeholder(tf.int32, [None, None], name))
            for name in ("source", "target")]
        source_lengths, target_lengths = [
            tf.placeholder(tf.int32, [None], name + "_lengths") for name in ("source", "target")]
        mechanism = getattr(lib.seq2seq, kind + "Attention")(
            size, memory, memory_sequence_length=source_lengths)
        cell = lib.seq2seq.AttentionWrapper(
            lib.cells.GRUCell(size), mechanism, attention_layer_size=size)
        decoder = lib.seq2seq.BasicDecoder(
            cell, lib.seq2seq.TrainingHelper(inputs, target_lengths),
            cell.zero_state(tf.shape(target_lengths)[0], tf.float32))
        outputs, _, _ = lib.seq2seq.dynamic_decode(decoder)
        return workload.update(tf.reduce_mean(tf.square(outputs.rnn_output)))


def feed(settings, seed=0):
    """Random sentences, the longest as long as the settings say, as {tensor name: values}."""
    random = np.random.RandomState(seed)
    values = {}
    for name, length in (("source", settings.source), ("target", settings.steps)):
        lengths = random.randint(length // 2, length + 1, settings.batch)
        lengths[0] = length
        values["model/%s:0" % name] = random.randint(
            settings.vocabulary, size=[settings.batch, length])
        values["model/%s_lengths:0" % name] = lengths
    return values
