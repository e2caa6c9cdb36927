"""The discrete Fourier transform in real arithmetic, as products of small matrices.

Loops over time hold no complex numbers, and TensorFlow's own transform is slow on CPU. For
n = a·b, with index j = p·b + q before and k = s·a + r after the transform,

    y[s·a + r] = sum over q of w_b^(q·s) · w_n^(q·r) · sum over p of w_a^(p·r) · x[p·b + q]

with w_m = exp(-2 pi i / m): a product by an [a, a] matrix, a turn of every number, a product by a
[b, b] matrix; n·(a + b) multiplications. The result lies in the order (r, s), which costs nothing
as long as the inverse takes it from there.
"""
import numpy as np

from ..tf1 import tf

__all__ = ["FourierTransform", "permuted", "turned"]

_PERMUTATION = "ProjectRNNEnhancementPermutation"


@tf.RegisterGradient(_PERMUTATION)
def _permutation_gradient(op, grad):
    # TensorFlow's own, for any look-up along the second axis, transposes twice.
    return tf.gather(grad, tf.math.invert_permutation(op.inputs[1]), axis=1), None, None


def permuted(tensor, order):
    """Columns of `tensor` [batch, n] in the order of the permutation `order` (ints)."""
    indices = tf.constant(order, tf.int32)
    with tf.get_default_graph().gradient_override_map({"GatherV2": _PERMUTATION}):
        return tf.gather(tensor, indices, axis=1)


def turned(re, im, cos, sin):
    """(re + i·im)·(cos + i·sin), element by element, as its two parts."""
    return re * cos - im * sin, re * sin + im * cos


def _dft(size, sign):
    """Unitary DFT matrix (sign -1) or its inverse (+1), for stacked real and imaginary parts."""
    angles = sign * 2 * np.pi * (np.outer(np.arange(size), np.arange(size)) % size) / size
    re, im = np.cos(angles) / np.sqrt(size), np.sin(angles) / np.sqrt(size)
    return np.block([[re, -im], [im, re]])


class FourierTransform(object):
    """The unitary transform of n complex numbers, and its inverse.

    Args:
      size: int n. One with a divisor near its square root is cheapest; of a prime number the
        only factor is the n by n matrix itself.

    Attributes:
      order: int array [n], the natural index of each number that `forward` gives.
    """

    def __init__(self, size):
        self._n = size
        self._a = max(d for d in range(1, int(size ** 0.5) + 1) if size % d == 0)
        self._b = size // self._a
        self.order = np.arange(size).reshape(self._b, self._a).T.ravel()
        self._angles = 2 * np.pi * np.outer(np.arange(self._a), np.arange(self._b)) / size

    def forward(self, re, im):
        """Parts [batch, n] of the transform, in `order`, of parts in natural order."""
        re, im = self._left(tf.concat([re, im], 1), -1)
        re, im = self._twiddled(re, im, -1)
        return self._right(re, im, -1)

    def inverse(self, re, im):
        """Parts [batch, n], in natural order, of the inverse of parts in `order`."""
        shape = [-1, self._a, self._b]
        re, im = self._right(tf.reshape(re, shape), tf.reshape(im, shape), 1)
        re, im = self._twiddled(tf.reshape(re, shape), tf.reshape(im, shape), 1)
        re, im = self._left(tf.concat([re, im], 1), 1)
        return tf.reshape(re, [-1, self._n]), tf.reshape(im, [-1, self._n])

    # The constants are made inside the step: as tensors from outside a loop would count their
    # gradients at every step.

    def _left(self, both, sign):
        both = tf.reshape(both, [-1, 2 * self._a, self._b])
        if self._a > 1:
            both = tf.matmul(tf.constant(_dft(self._a, sign), both.dtype), both)
        return tf.split(both, 2, axis=1)

    def _twiddled(self, re, im, sign):
        if self._a == 1:
            return re, im
        return turned(re, im, tf.constant(np.cos(self._angles), re.dtype),
                      tf.constant(sign * np.sin(self._angles), re.dtype))

    def _right(self, re, im, sign):
        both = tf.reshape(tf.concat([re, im], 2), [-1, 2 * self._b])
        re, im = tf.split(tf.matmul(both, tf.constant(_dft(self._b, sign).T, both.dtype)), 2,
                          axis=1)
        return tf.reshape(re, [-1, self._n]), tf.reshape(im, [-1, self._n])
