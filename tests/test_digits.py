"""IDX files: right ones, and what is said of wrong ones."""
import gzip
import os
import struct

import numpy as np

from Project_RNN_Enhancement.datasets import digits
from Project_RNN_Enhancement.datasets.packages import DataError
from tests.experiment_case import FolderCase


def idx(array):
    """The bytes of an IDX file."""
    return (b"\0\0\x08" + struct.pack("B", array.ndim) +
            struct.pack(">%dI" % array.ndim, *array.shape) + array.astype(np.uint8).tobytes())


def write_digits(folder, train, test, side=28, compress=False):
    """Writes four files with so many images, of noise."""
    random = np.random.RandomState(0)
    for part, number in (("train", train), ("t10k", test)):
        for kind, content in (
                ("images-idx3", idx(random.randint(0, 256, (number, side, side)))),
                ("labels-idx1", idx(np.arange(number) % 10))):
            path = os.path.join(folder, "%s-%s-ubyte" % (part, kind))
            with open(path + ".gz" * compress, "wb") as stream:
                stream.write(gzip.compress(content) if compress else content)


class DigitsTest(FolderCase):

    def refused(self, content, pattern, axes=1):
        path = os.path.join(self.folder, "file")
        with open(path, "wb") as stream:
            stream.write(content)
        with self.assertRaisesRegex(DataError, "file " + pattern):
            digits.read_idx(path, axes)

    def test_read_part(self):
        write_digits(self.folder, 12, 3)
        plain = digits.read_part(self.folder, "train")
        self.assertEqual((plain.images.shape, plain.images.dtype), ((12, 28, 28), np.uint8))
        np.testing.assert_array_equal(plain.labels, np.arange(12) % 10)
        for name in os.listdir(self.folder):
            os.remove(os.path.join(self.folder, name))
        write_digits(self.folder, 12, 3, compress=True)
        # Another common way to write the name.
        os.rename(os.path.join(self.folder, "train-images-idx3-ubyte.gz"),
                  os.path.join(self.folder, "train-images.idx3-ubyte.gz"))
        np.testing.assert_array_equal(digits.read_part(self.folder, "train").images, plain.images)

    def test_wrong_files(self):
        content = idx(np.arange(10))
        self.refused(b"", "is not an IDX file: it starts with b''")
        self.refused(b"PNG and more", "is not an IDX file")
        self.refused(content, "is an IDX file of type 8 with 1 axes, not of bytes .8. with 2", 2)
        self.refused(content[:-1], "has 17 bytes, and 10 numbers need 18")
        self.refused(content + b"x", "has 19 bytes")
        self.refused(gzip.compress(content)[:-12], "is damaged")
        self.refused(gzip.compress(content)[:12] + b"????????????????",
                     "(is damaged|can't be read)")
        with self.assertRaisesRegex(DataError, "none can't be read .No such file"):
            digits.read_idx(os.path.join(self.folder, "none"), 1)

    def test_wrong_folder(self):
        with self.assertRaisesRegex(DataError, "has no file train-images-idx3-ubyte, nor "):
            digits.read_part(self.folder, "train")
        write_digits(self.folder, 12, 3)
        path = os.path.join(self.folder, "t10k-labels-idx1-ubyte")
        with open(path, "wb") as stream:
            stream.write(idx(np.array([1, 2, 11])))
        with self.assertRaisesRegex(DataError, "label 3 is 11, not a digit"):
            digits.read_part(self.folder, "t10k")
        with open(path, "wb") as stream:
            stream.write(idx(np.array([1, 2])))
        with self.assertRaisesRegex(DataError, "has 3 images, and .* 2 labels"):
            digits.read_part(self.folder, "t10k")

    def test_smaller(self):
        images = np.arange(16).reshape(1, 4, 4).astype(np.uint8)
        np.testing.assert_allclose(digits.smaller(images, 2)[0] * 255, [[2.5, 4.5], [10.5, 12.5]],
                                   rtol=1e-6)
        np.testing.assert_allclose(digits.smaller(images, 4)[0] * 255, images[0], rtol=1e-6)
        with self.assertRaisesRegex(DataError, "4 x 4 pixels can't be made 3 x 3"):
            digits.smaller(images, 3)
