"""The reference workload: a translation model of four buckets, trained and decoded.

Two layers of GRU-256 on both sides, vocabularies of 10,000, batch 32, attention, sampled softmax
of 512, stochastic gradient descent, gradients clipped at a global norm of 5.
"""
import collections

import numpy as np

from ..rnn_enhancement.tf1 import is_tf_1, rnn_cell, tf

__all__ = ["Settings", "REFERENCE", "has_stock", "library", "contrib_library", "train_graph",
           "decode_graph", "dynamic_graph", "update", "feed"]

Settings = collections.namedtuple("Settings", [
    "vocabulary", "size", "layers", "batch", "buckets", "samples", "cell", "unroll", "devices"])

REFERENCE = Settings(
    vocabulary=10000, size=256, layers=2, batch=32, buckets=[(5, 10), (10, 15), (20, 25), (40, 50)],
    samples=512, cell="gru", unroll=None, devices=0)

Library = collections.namedtuple("Library", ["cells", "seq2seq"])


def has_stock():
    """Whether this TensorFlow has `tf.contrib`, which the package is measured against."""
    # By the version, because importing it takes seconds.
    return is_tf_1


def library(name):
    """The modules of "ours" or "stock"."""
    if name == "ours":
        from ..rnn_enhancement import rnn_cell_enhanced, seq2seq_enhanced
        return Library(rnn_cell_enhanced, seq2seq_enhanced)
    # What is measured against; nothing else in the package knows of it.
    from tensorflow.contrib import legacy_seq2seq
    return Library(rnn_cell, legacy_seq2seq)


def contrib_library(name):
    """As `library`, with what replaces `tf.contrib.seq2seq`, or that itself, as `seq2seq`."""
    if name == "ours":
        from ..rnn_enhancement import contrib_seq2seq_enhanced, rnn_cell_enhanced
        return Library(rnn_cell_enhanced, contrib_seq2seq_enhanced)
    from tensorflow.contrib import seq2seq
    return Library(rnn_cell, seq2seq)


class MinimalCell(rnn_cell.RNNCell):
    """A cell as a user writes it: variables by `get_variable` in its call."""

    def __init__(self, num_units):
        super(MinimalCell, self).__init__()
        self._num_units = num_units

    @property
    def state_size(self):
        return self._num_units

    @property
    def output_size(self):
        return self._num_units

    def call(self, inputs, state):
        n = self._num_units
        w = tf.get_variable("w", [inputs.shape[1], n])
        u = tf.get_variable("u", [n, n])
        gate = tf.sigmoid(tf.matmul(inputs, tf.get_variable("v", [inputs.shape[1], n])))
        h = gate * tf.tanh(tf.matmul(inputs, w) + tf.matmul(state, u)) + (1 - gate) * state
        return h, h


_CELLS = {"gru": "GRUCell", "lstm": "BasicLSTMCell", "basic": "BasicRNNCell"}


def _stack(lib, settings):
    def layer(i):
        if settings.cell == "user":
            cell = MinimalCell(settings.size)
        else:
            cell = getattr(lib.cells, _CELLS[settings.cell])(settings.size)
        if settings.devices:
            cell = rnn_cell.DeviceWrapper(cell, "/cpu:%d" % (1 + i % settings.devices))
        return cell
    return lib.cells.MultiRNNCell([layer(i) for i in range(settings.layers)])


def _projection(settings):
    w_t = tf.get_variable("proj_w", [settings.vocabulary, settings.size])
    return w_t, tf.transpose(w_t), tf.get_variable("proj_b", [settings.vocabulary])


def _placeholders(settings):
    source, target = settings.buckets[-1]
    encoder = [tf.placeholder(tf.int32, [None], "encoder%d" % i) for i in range(source)]
    decoder = [tf.placeholder(tf.int32, [None], "decoder%d" % i) for i in range(target + 1)]
    weights = [tf.placeholder(tf.float32, [None], "weight%d" % i) for i in range(target)]
    return encoder, decoder, weights


def _sampled_loss(w_t, b, settings):
    def loss(labels, logits):
        return tf.nn.sampled_softmax_loss(
            w_t, b, tf.reshape(labels, [-1, 1]), logits, settings.samples, settings.vocabulary)
    return loss


def _model(lib, settings, projection, feed_previous):
    options = {"unroll": settings.unroll} if settings.unroll else {}

    def seq2seq(encoder_inputs, decoder_inputs):
        return lib.seq2seq.embedding_attention_seq2seq(
            encoder_inputs, decoder_inputs, _stack(lib, settings), settings.vocabulary,
            settings.vocabulary, settings.size, output_projection=projection,
            feed_previous=feed_previous, **options)
    return seq2seq


def update(loss):
    """What a training step fetches: a clipped gradient step, the gradients' norm, the loss."""
    variables = tf.trainable_variables()
    gradients, norm = tf.clip_by_global_norm(tf.gradients(loss, variables), 5.0)
    step = tf.train.GradientDescentOptimizer(0.1).apply_gradients(zip(gradients, variables))
    return [step, norm, loss]


def train_graph(lib, settings):
    """Builds the model with its gradients; returns the fetches of every bucket."""
    encoder, decoder, weights = _placeholders(settings)
    w_t, w, b = _projection(settings)
    options = {"unroll": settings.unroll} if settings.unroll else {}
    _, losses = lib.seq2seq.model_with_buckets(
        encoder, decoder, decoder[1:], weights, settings.buckets,
        _model(lib, settings, (w, b), False),
        softmax_loss_function=_sampled_loss(w_t, b, settings), **options)
    return [update(loss) for loss in losses]


def decode_graph(lib, settings):
    """Builds greedy decoding of the last bucket; returns its symbols."""
    encoder, decoder, _ = _placeholders(settings)
    _, w, b = _projection(settings)
    source, target = settings.buckets[-1]
    outputs, _ = _model(lib, settings, (w, b), True)(encoder[:source], decoder[:target])
    return [tf.argmax(tf.nn.xw_plus_b(output, w, b), 1) for output in outputs]


def dynamic_graph(settings):
    """The same work by `tf.contrib.seq2seq`: one graph for all lengths; returns its fetches."""
    from tensorflow.contrib import seq2seq
    source = tf.placeholder(tf.int32, [None, None], "source")
    target = tf.placeholder(tf.int32, [None, None], "target")
    batch, length = tf.shape(target)[0], tf.shape(target)[1] - 1
    n, vocabulary = settings.size, settings.vocabulary
    lib = library("stock")
    w_t, _, b = _projection(settings)
    embeddings = [tf.get_variable(name, [vocabulary, n]) for name in ("source_e", "target_e")]
    outputs, state = tf.nn.dynamic_rnn(
        _stack(lib, settings), tf.nn.embedding_lookup(embeddings[0], source), dtype=tf.float32)
    attention = seq2seq.BahdanauAttention(n, outputs)
    cell = seq2seq.AttentionWrapper(_stack(lib, settings), attention, attention_layer_size=n)
    start = cell.zero_state(batch, tf.float32).clone(cell_state=state)
    helper = seq2seq.TrainingHelper(
        tf.nn.embedding_lookup(embeddings[1], target[:, :-1]), tf.fill([batch], length))
    decoded, _, _ = seq2seq.dynamic_decode(seq2seq.BasicDecoder(cell, helper, start))
    losses = tf.nn.sampled_softmax_loss(
        w_t, b, tf.reshape(target[:, 1:], [-1, 1]), tf.reshape(decoded.rnn_output, [-1, n]),
        settings.samples, vocabulary)
    return update(tf.reduce_mean(losses) * tf.cast(length, tf.float32))


def feed(settings, bucket, seed=0):
    """Random symbols for one bucket of the classic model, as {tensor name: values}."""
    random = np.random.RandomState(seed)
    source, target = bucket

    def symbols():
        return random.randint(0, settings.vocabulary, settings.batch)
    values = {"encoder%d:0" % i: symbols() for i in range(source)}
    values.update({"decoder%d:0" % i: symbols() for i in range(target + 1)})
    values.update({"weight%d:0" % i: np.ones(settings.batch, np.float32) for i in range(target)})
    return values
