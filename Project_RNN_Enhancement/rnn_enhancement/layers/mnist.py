"""MNIST in batches, as `tensorflow.examples.tutorials.mnist.input_data` gave it."""
import collections
import os

import numpy as np

from ...datasets import digits
from ..tf1 import tf

__all__ = ["DataSet", "Datasets", "dense_to_one_hot", "load_mnist", "read_data_sets"]

Datasets = collections.namedtuple("Datasets", ["train", "validation", "test"])

_FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
          "t10k-labels-idx1-ubyte")


def dense_to_one_hot(labels_dense, num_classes):
    """A float array [number, num_classes] with a 1 at each label."""
    return np.eye(num_classes)[np.asarray(labels_dense).ravel()]


class DataSet(object):
    """Images with labels, which `next_batch` walks through in a new order each time.

    Args:
      images: uint8 array [number, height, width, 1].
      labels: array [number, ...].
      dtype: tf.float32 for pixels from 0 to 1, tf.uint8 for 0 to 255.
      reshape: whether an image is a row of pixels.
      seed: int; None: the graph's seed, if it has one. NumPy's global generator gets it, as in TensorFlow.

    Attributes: images, labels, num_examples, epochs_completed.

    Raises:
      ValueError: for as many images as there aren't labels, or another type.
    """

    def __init__(self, images, labels, dtype=tf.float32, reshape=True, seed=None):
        if len(images) != len(labels):
            raise ValueError("DataSet: got %d images and %d labels." % (len(images), len(labels)))
        dtype = tf.as_dtype(dtype).base_dtype
        if dtype not in (tf.uint8, tf.float32):
            raise ValueError("DataSet: dtype must be tf.uint8 or tf.float32, got %r." % dtype)
        graph_seed, op_seed = tf.get_seed(seed)
        np.random.seed(graph_seed if seed is None else op_seed)
        if reshape:
            images = images.reshape(len(images), -1)
        if dtype == tf.float32:
            images = np.multiply(images.astype(np.float32), 1.0 / 255.0)
        self.images, self.labels = images, labels
        self.num_examples, self.epochs_completed = len(images), 0
        self._position = 0

    def _shuffle(self):
        order = np.arange(self.num_examples)
        np.random.shuffle(order)
        self.images, self.labels = self.images[order], self.labels[order]

    def next_batch(self, batch_size, fake_data=False, shuffle=True):
        """The next images and labels; the last of an epoch are followed by the first of the next.

        Raises:
          ValueError: for `fake_data`.
        """
        if fake_data:
            raise ValueError("next_batch: fake_data isn't supported: leave it out.")
        start = self._position
        if shuffle and start == 0 and self.epochs_completed == 0:
            self._shuffle()
        rest = self.images[start:start + batch_size], self.labels[start:start + batch_size]
        if start + batch_size <= self.num_examples:
            self._position += batch_size
            return rest
        self.epochs_completed += 1
        if shuffle:
            self._shuffle()
        self._position = batch_size - len(rest[0])
        return (np.concatenate((rest[0], self.images[:self._position])),
                np.concatenate((rest[1], self.labels[:self._position])))


def _path(folder, name):
    for path in (os.path.join(folder, name + ".gz"), os.path.join(folder, name)):
        if os.path.exists(path):
            return path
    raise IOError("read_data_sets: %s.gz isn't in %r: put MNIST's four files %s there, with or without .gz; "
                  "they "
                  "aren't downloaded." % (name, folder, ", ".join(_FILES)))


def read_data_sets(train_dir, fake_data=False, one_hot=False, dtype=tf.float32, reshape=True,
                   validation_size=5000,
                   seed=None, source_url=None):
    """MNIST out of its four files.

    Args:
      train_dir: the folder that they are in.
      one_hot: whether labels are vectors with a 1.
      dtype, reshape, seed: as in `DataSet`.
      validation_size: int, how many of the training images are for validation.
      fake_data, source_url: False and None; TensorFlow downloaded what wasn't there.

    Returns:
      (train, validation, test), DataSets, as attributes of these names too.

    Raises:
      IOError: if a file is missing.
      ValueError: for `fake_data`, or a `validation_size` of more than there are.
    """
    if fake_data:
        raise ValueError("read_data_sets: fake_data isn't supported: leave it out.")
    images, labels, test_images, test_labels = [
        digits.read_idx(_path(train_dir, name), 3 if "images" in name else 1) for name in _FILES]
    if not 0 <= validation_size <= len(images):
        raise ValueError("read_data_sets: validation_size must be from 0 to %d, got %r."
                         % (len(images), validation_size))
    images, test_images = images[..., np.newaxis], test_images[..., np.newaxis]
    if one_hot:
        labels, test_labels = dense_to_one_hot(labels, 10), dense_to_one_hot(test_labels, 10)
    options = dict(dtype=dtype, reshape=reshape, seed=seed)
    return Datasets(DataSet(images[validation_size:], labels[validation_size:], **options),
                    DataSet(images[:validation_size], labels[:validation_size], **options),
                    DataSet(test_images, test_labels, **options))


def load_mnist(train_dir="MNIST-data"):
    """`read_data_sets` as `tf.contrib.learn.datasets.mnist` called it."""
    return read_data_sets(train_dir)
