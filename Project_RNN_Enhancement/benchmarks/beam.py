"""The row "beam": beam search of this package and of TensorFlow, over one model and its weights."""
import collections

import numpy as np

from ..rnn_enhancement import decoding_enhanced as decoding
from ..rnn_enhancement import rnn_cell_enhanced as rnn_cell
from ..rnn_enhancement import seq2seq_enhanced as seq2seq
from ..rnn_enhancement.tf1 import tf

__all__ = ["Settings", "REFERENCE", "SIDES", "search_graph", "feed"]

Settings = collections.namedtuple("Settings", [
    "vocabulary", "size", "source", "steps", "batch", "width"])

REFERENCE = Settings(vocabulary=1000, size=256, source=20, steps=20, batch=16, width=5)

GO, END = 0, 1


def _model(settings):
    def model(encoder_inputs, decoder_inputs):
        return seq2seq.embedding_attention_seq2seq(
            encoder_inputs, decoder_inputs, rnn_cell.GRUCell(settings.size), settings.vocabulary,
            settings.vocabulary, settings.size, feed_previous=True)
    return model


def _ours(model, encoder_inputs, settings):
    found = decoding.beam_search_seq2seq(
        model, encoder_inputs, GO, END, settings.steps, settings.width)
    return found.symbols, found.scores


def _stock(model, encoder_inputs, settings):
    """`BeamSearchDecoder` on the model's step, so that only the searches differ."""
    from tensorflow.contrib import seq2seq as contrib
    go = tf.fill([settings.batch], GO)
    step, state = decoding.step_function(
        lambda decoder_inputs: model(encoder_inputs, decoder_inputs), go, settings.width)
    parts = tuple(tf.nest.flatten(state))

    class Cell(tf.nn.rnn_cell.RNNCell):
        """The step as a cell over symbols, which a decoder gives as vectors."""
        output_size = settings.vocabulary
        state_size = tuple(tf.dimension_value(part.shape[1]) for part in parts)

        def __call__(self, inputs, state_parts, scope=None):
            result = step(tf.cast(inputs[:, 0], tf.int32),
                          tf.nest.pack_sequence_as(state, list(state_parts)))
            return result[0], tuple(tf.nest.flatten(result[1]))

    decoder = contrib.BeamSearchDecoder(
        Cell(), lambda symbols: tf.cast(tf.expand_dims(symbols, -1), tf.float32), go, END, parts,
        settings.width)
    outputs, _, _ = contrib.dynamic_decode(decoder, maximum_iterations=settings.steps)
    return (tf.transpose(outputs.predicted_ids, [0, 2, 1]),
            outputs.beam_search_decoder_output.scores[:, -1])


SIDES = collections.OrderedDict([("ours", _ours), ("stock", _stock)])


def search_graph(side, settings):
    """Builds a search with its encoder; returns (symbols [batch, width, steps], scores).

    Args:
      side: "ours" or "stock"; both make the same variables.
      settings: `Settings`.
    """
    # By name, so that the values to feed can be made without the graph.
    encoder_inputs = [tf.placeholder(tf.int32, [settings.batch], "source%d" % i)
                      for i in range(settings.source)]
    return SIDES[side](_model(settings), encoder_inputs, settings)


def feed(settings, seed=0):
    """Random sentences, as {tensor name: values}."""
    random = np.random.RandomState(seed)
    return {"source%d:0" % i: random.randint(settings.vocabulary, size=settings.batch)
            for i in range(settings.source)}
