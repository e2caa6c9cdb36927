"""Random draws of helpers, with the seeds of `tf.contrib.seq2seq`."""
from ..tf1 import tf

__all__ = ["draw_symbols", "draw_bools"]


def draw_symbols(logits, seed):
    """int32 [...], one draw from softmax(logits [..., num_symbols]) each."""
    rows = logits
    if logits.shape.ndims != 2:
        rows = tf.reshape(logits, [-1, tf.shape(logits)[-1]])
    # The wider integers give other draws.
    dtype = tf.int64 if logits.dtype.size > 4 else tf.int32
    symbols = tf.random.categorical(rows, 1, dtype=dtype, seed=seed)
    return tf.cast(tf.reshape(symbols, tf.shape(logits)[:-1]), tf.int32)


def draw_bools(probability, batch_size, seed):
    """bool [batch], each true with `probability`, a scalar or one of each example."""
    uniform = tf.random_uniform([batch_size], seed=seed, dtype=probability.dtype)
    return uniform < probability
