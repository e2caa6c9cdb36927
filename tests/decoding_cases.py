"""Small models that decode with `tf.contrib.seq2seq`, built from it or from this package.

Every case is a function of a library that gives a nest of tensors. `tests.fixtures.make_decoding`
writes down what stock TensorFlow 1.15 computes, for the versions that have no `tf.contrib`.
"""
import os

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement.tf1 import Dense
from tests import stock
from tests.attention_cases import OURS, STOCK, variable

__all__ = ["CASES", "OURS", "RECORDED", "STOCK", "evaluate"]

BATCH, STEPS, DEPTH, UNITS, SYMBOLS, BEAMS = 3, 5, 2, 4, 6, 3
LENGTHS = [5, 2, 4]

RECORDED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures", "decoding.npz")


def cell_of(library):
    return library.cells.GRUCell(UNITS)


def lstm_of(library):
    return library.cells.BasicLSTMCell(UNITS)


def embedding_of():
    return variable("embedding", SYMBOLS, DEPTH)


def state_of(cell, rows=BATCH):
    """Variables [rows, ...] in the structure of a cell's state."""
    sizes = tf.nest.flatten(cell.state_size)
    return tf.nest.pack_sequence_as(cell.state_size, [
        variable("state_%d" % i, rows, size) for i, size in enumerate(sizes)])


def decoded(library, cell, helper, layer=None, **keywords):
    decoder = library.seq2seq.BasicDecoder(cell, helper, state_of(cell), layer)
    return library.seq2seq.dynamic_decode(decoder, **keywords)


def training(library, make_cell=cell_of, layer=None, time_major=False, lengths=None, **keywords):
    x = variable("x", *([STEPS, BATCH, DEPTH] if time_major else [BATCH, STEPS, DEPTH]))
    helper = library.seq2seq.TrainingHelper(
        x, LENGTHS if lengths is None else lengths, time_major=time_major)
    return decoded(library, make_cell(library), helper, layer, **keywords)


def greedy(library, callable_embedding=False, **keywords):
    table = embedding_of()
    embedding = (lambda ids: tf.gather(table, ids) * 2.0) if callable_embedding else table
    helper = library.seq2seq.GreedyEmbeddingHelper(embedding, [1, 2, 3], 4)
    return decoded(library, lstm_of(library), helper, Dense(SYMBOLS), maximum_iterations=7,
                   **keywords)


def sampled(library, temperature=None):
    helper = library.seq2seq.SampleEmbeddingHelper(embedding_of(), [1, 2, 3], 4, temperature, 5)
    return decoded(library, cell_of(library), helper, Dense(SYMBOLS), maximum_iterations=6)


def inference(library, feeds_back=True):
    helper = library.seq2seq.InferenceHelper(
        lambda outputs: tf.tanh(outputs[:, :DEPTH]), [DEPTH], tf.float32,
        variable("start", BATCH, DEPTH), lambda samples: samples[:, 0] > 0.9,
        None if feeds_back else (lambda samples: samples * 0.5))
    return decoded(library, cell_of(library), helper, maximum_iterations=4)


def custom(library):
    x = variable("x", BATCH, DEPTH)
    helper = library.seq2seq.CustomHelper(
        lambda: (tf.equal([0, 1, 0], 1), x),
        lambda time, outputs, state: tf.stack([outputs[:, 0], outputs[:, 1]], 1),
        lambda time, outputs, state, sample_ids: (
            time + 1 >= [3, 9, 5], sample_ids * 0.5, state * 0.9),
        sample_ids_shape=[2], sample_ids_dtype=tf.float32)
    return decoded(library, cell_of(library), helper, impute_finished=True)


# Draws don't wait for one another where several steps run at once.
def scheduled(library, probability=0.5, time_major=False):
    x = variable("x", *([STEPS, BATCH, DEPTH] if time_major else [BATCH, STEPS, DEPTH]))
    helper = library.seq2seq.ScheduledEmbeddingTrainingHelper(
        x, LENGTHS, embedding_of(), probability, time_major=time_major, seed=3, scheduling_seed=7)
    return decoded(library, cell_of(library), helper, Dense(SYMBOLS), parallel_iterations=1)


def scheduled_outputs(library, projects=False, auxiliary=False, probability=0.5):
    x = variable("x", BATCH, STEPS, DEPTH if projects else UNITS)
    helper = library.seq2seq.ScheduledOutputTrainingHelper(
        x, LENGTHS, probability, seed=3,
        next_inputs_fn=(lambda outputs: outputs[:, :DEPTH] * 2.0) if projects else None,
        auxiliary_inputs=variable("more", BATCH, STEPS, 1) if auxiliary else None)
    return decoded(library, cell_of(library), helper, parallel_iterations=1)


class Nested(object):
    """A decoder of a program's own with nested outputs and a scalar in its state."""

    @staticmethod
    def of(library):
        x = variable("x", STEPS, BATCH, DEPTH)

        class NestedDecoder(library.seq2seq.Decoder):
            batch_size = BATCH
            output_size = {"sum": tf.TensorShape([]), "pair": (DEPTH, tf.TensorShape([DEPTH]))}
            output_dtype = {"sum": tf.float32, "pair": (tf.float32, tf.float32)}

            def initialize(self, name=None):
                return tf.equal([0, 1, 0], 1), x[0], (tf.zeros([BATCH, DEPTH]), tf.constant(0.0))

            def step(self, time, inputs, state, name=None):
                total = state[0] + inputs
                outputs = {"sum": tf.reduce_sum(inputs, 1), "pair": (total, tf.tanh(total))}
                following = x[tf.minimum(time + 1, STEPS - 1)]
                return (outputs, (total, state[1] + 1.0), following,
                        tf.stack([time >= 1, True, time >= 3]))
        return NestedDecoder()


def nested(library, **keywords):
    return library.seq2seq.dynamic_decode(Nested.of(library), **keywords)


def beams(library, make_cell=cell_of, callable_embedding=False, has_layer=True, maximum=6,
          time_major=False, end_token=4, **keywords):
    cell = make_cell(library)
    table = variable("embedding", SYMBOLS if has_layer else UNITS, DEPTH)
    embedding = (lambda ids: tf.gather(table, ids) * 2.0) if callable_embedding else table
    decoder = library.seq2seq.BeamSearchDecoder(
        cell, embedding, [1, 2, 3], end_token if has_layer else 2,
        library.seq2seq.tile_batch(state_of(cell), BEAMS), BEAMS,
        Dense(SYMBOLS, use_bias=False) if has_layer else None, **keywords)
    return library.seq2seq.dynamic_decode(decoder, maximum_iterations=maximum,
                                          output_time_major=time_major)


def beams_with_attention(library, coverage=0.0, history=False, two=False, **keywords):
    memory, lengths, state = library.seq2seq.tile_batch(
        (variable("memory", BATCH, 4, DEPTH), tf.constant([4, 2, 3]),
         variable("state", BATCH, UNITS)), BEAMS)
    mechanism = library.seq2seq.LuongAttention(UNITS, memory, lengths, scale=True)
    if two:
        mechanism = [mechanism, library.seq2seq.BahdanauAttention(UNITS, memory, lengths)]
    cell = library.seq2seq.AttentionWrapper(
        cell_of(library), mechanism, [3, 3] if two else 3, alignment_history=history)
    first = cell.zero_state(BATCH * BEAMS, tf.float32).clone(cell_state=state)
    decoder = library.seq2seq.BeamSearchDecoder(
        cell, embedding_of(), [1, 2, 3], 4, first, BEAMS, Dense(SYMBOLS),
        coverage_penalty_weight=coverage, **keywords)
    outputs, state, lengths = library.seq2seq.dynamic_decode(decoder, maximum_iterations=6)
    # A TensorArray that isn't reordered.
    state = tf.nest.map_structure(
        lambda part: part.stack() if isinstance(part, tf.TensorArray) else part, state)
    return outputs, state, lengths


def tree(library):
    random = np.random.RandomState(2)
    return library.seq2seq.gather_tree(
        tf.constant(random.randint(0, 5, [7, 4, 3]), tf.int32),
        tf.constant(random.randint(0, 3, [7, 4, 3]), tf.int32), tf.constant([7, 0, 3, 5]), 4)


CASES = {
    "training": training,
    "training_lstm_layer": lambda l: training(l, lstm_of, Dense(SYMBOLS)),
    "training_time_major": lambda l: training(l, time_major=True, output_time_major=True),
    "training_imputed": lambda l: training(l, lstm_of, impute_finished=True),
    "training_cut": lambda l: training(l, maximum_iterations=3, impute_finished=True),
    "training_none": lambda l: training(l, lengths=[0, 0, 0], layer=Dense(SYMBOLS),
                                        maximum_iterations=tf.constant(2))[2],
    "training_options": lambda l: training(l, parallel_iterations=1, swap_memory=True, scope="my"),
    "greedy": greedy,
    "greedy_function": lambda l: greedy(l, True, impute_finished=True),
    "sampled": sampled,
    "sampled_warm": lambda l: sampled(l, 0.5),
    "inference": inference,
    "inference_function": lambda l: inference(l, False),
    "custom": custom,
    "scheduled": scheduled,
    "scheduled_never": lambda l: scheduled(l, 0.0),
    "scheduled_time_major": lambda l: scheduled(l, 1.0, True),
    "scheduled_outputs": scheduled_outputs,
    "scheduled_outputs_function": lambda l: scheduled_outputs(l, True, True),
    "nested": nested,
    "nested_imputed": lambda l: nested(l, impute_finished=True, output_time_major=True),
    "beams": beams,
    "beams_lstm": lambda l: beams(l, lstm_of, True, length_penalty_weight=0.7),
    "beams_time_major": lambda l: beams(l, time_major=True, maximum=tf.constant(5)),
    "beams_no_layer": lambda l: beams(l, has_layer=False),
    "beams_never_end": lambda l: beams(l, end_token=-1, maximum=4, length_penalty_weight=1.0),
    "beams_attention": beams_with_attention,
    "beams_coverage": lambda l: beams_with_attention(l, 0.4, length_penalty_weight=0.5),
    "beams_two_attentions": lambda l: beams_with_attention(l, 0.3, two=True),
    "beams_history": lambda l: beams_with_attention(l, 0.2, history=True),
    "beams_history_as_is": lambda l: beams_with_attention(l, history=True,
                                                          reorder_tensor_arrays=False),
    "tree": tree,
}


def evaluate(library, name):
    """Names and shapes of variables, values and gradients of a case."""
    def build(library):
        return [tf.cast(part, tf.int32) if part.dtype == tf.bool else part
                for part in tf.nest.flatten(CASES[name](library))]
    return stock.evaluate(library, build)
