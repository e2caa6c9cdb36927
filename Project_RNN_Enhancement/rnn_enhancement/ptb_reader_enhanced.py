"""Texts of words as batches of ids, as TensorFlow's tutorial on the Penn Treebank read them.

Until 0.12 programs imported it as `tensorflow.models.rnn.ptb.reader`.
"""
import collections
import os

import numpy as np

from .public_names import explain_missing_names
from .tf1 import tf

__all__ = ["ptb_iterator", "ptb_producer", "ptb_raw_data"]


def _read_words(filename):
    with tf.gfile.GFile(filename, "r") as stream:
        return stream.read().replace("\n", "<eos>").split()


def _build_vocab(filename):
    """The id of each word of a file: the most frequent first, equally frequent ones by their letters."""
    counts = collections.Counter(_read_words(filename))
    ordered = sorted(counts, key=lambda word: (-counts[word], word))
    return {word: index for index, word in enumerate(ordered)}


def _file_to_word_ids(filename, word_to_id):
    return [word_to_id[word] for word in _read_words(filename) if word in word_to_id]


def ptb_raw_data(data_path=None):
    """The ids of the words in ptb.train.txt, ptb.valid.txt and ptb.test.txt.

    The end of a line is the word <eos>; words that the training text lacks are left out.

    Args:
      data_path: the folder that the files are in.

    Returns:
      (list of int of the training text, of the validation text, of the test text, int: how many words
      there are).

    Raises:
      tf.errors.NotFoundError: if a file is missing.
    """
    paths = [os.path.join(data_path or "", "ptb.%s.txt" % name) for name in ("train", "valid", "test")]
    word_to_id = _build_vocab(paths[0])
    return tuple(_file_to_word_ids(path, word_to_id) for path in paths) + (len(word_to_id),)


def _steps(number, batch_size, num_steps):
    """How many batches a text of so many words has."""
    found = (number // batch_size - 1) // num_steps
    if found < 1:
        raise ValueError("a text of %d words has no batch of %d rows with %d steps each: make batch_size or "
                         "num_steps smaller" % (number, batch_size, num_steps))
    return found


def ptb_iterator(raw_data, batch_size, num_steps):
    """Goes through a text that is cut into batch_size rows.

    Args:
      raw_data: list of int, or an array.
      batch_size, num_steps: int.

    Yields:
      (x, y), int32 arrays [batch_size, num_steps], where y is what follows each word of x.

    Raises:
      ValueError: if the text is shorter than a batch.
    """
    raw_data = np.asarray(raw_data, np.int32)
    steps = _steps(len(raw_data), batch_size, num_steps)
    length = len(raw_data) // batch_size
    rows = raw_data[:batch_size * length].reshape(batch_size, length)
    for start in range(0, steps * num_steps, num_steps):
        yield rows[:, start:start + num_steps], rows[:, start + 1:start + num_steps + 1]


def ptb_producer(raw_data, batch_size, num_steps, name=None):
    """`ptb_iterator` as tensors out of a queue, over and over.

    Args:
      raw_data, batch_size, num_steps: as in `ptb_iterator`.
      name: of the operations, or None.

    Returns:
      (x, y), int32 [batch_size, num_steps], which `tf.train.start_queue_runners` feeds.

    Raises:
      ValueError: if the text is shorter than a batch.
    """
    raw_data = np.asarray(raw_data, np.int32)
    steps = _steps(len(raw_data), batch_size, num_steps)
    length = len(raw_data) // batch_size
    with tf.name_scope(name, "PTBProducer"):
        rows = tf.constant(raw_data[:batch_size * length].reshape(batch_size, length))
        start = num_steps * tf.train.range_input_producer(steps, shuffle=False).dequeue()
        given = tf.slice(rows, tf.stack([0, start]), [batch_size, num_steps + 1])
        return given[:, :-1], given[:, 1:]


explain_missing_names(__name__)
