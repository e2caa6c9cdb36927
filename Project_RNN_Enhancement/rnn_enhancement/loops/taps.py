"""Where gradients of tensors from outside a loop are collected, one product for all steps."""
from ..tf1 import tf
from .constants import concat, constant
from .steps import flat_steps

__all__ = ["BatchedProductTap", "BiasTap", "LookupTap", "ProductTap", "sum_of"]


def sum_of(gradients):
    """Sum of gradients that may be sparse or None."""
    gradients = [g for g in gradients if g is not None]
    if not gradients:
        return None
    if len(gradients) == 1:
        return gradients[0]
    if all(isinstance(g, tf.IndexedSlices) for g in gradients):
        return tf.IndexedSlices(tf.concat([g.values for g in gradients], 0),
                                tf.concat([g.indices for g in gradients], 0),
                                gradients[0].dense_shape)
    return tf.add_n([tf.convert_to_tensor(g) for g in gradients])


class Tap(object):
    """A place in the step whose gradient is collected for one outside tensor.

    Attributes:
      external: the outside tensor.
      values: forward tensors whose steps the total needs too.
    """

    def __init__(self, external, values, op):
        self.external, self.values, self._op = external, values, op
        self.dtype, self.device = op.outputs[0].dtype, op.device


class BiasTap(Tap):
    def total(self, grads, _):
        return tf.reduce_sum(flat_steps(grads), constant(0))


class ProductTap(Tap):
    """Of y = a·W, or a·W^T; a may be several tensors side by side."""

    def total(self, grads, values):
        dy = flat_steps(grads)
        if self._op.get_attr("transpose_b"):
            return concat([tf.matmul(dy, flat_steps(a), transpose_a=True) for a in values], 1)
        return concat([tf.matmul(flat_steps(a), dy, transpose_a=True) for a in values], 0)


class LookupTap(Tap):
    def total(self, grads, values):
        shape = tf.shape(self.external)
        rows = (constant([-1] + self.external.shape.as_list()[1:])
                if self.external.shape.is_fully_defined() else tf.concat([[-1], shape[1:]], 0))
        return tf.IndexedSlices(
            tf.reshape(grads, rows), tf.reshape(values[0], constant([-1])), shape)


class BatchedProductTap(Tap):
    """Of y[b] = a[b]·W[b], or a[b]·W[b]^T, for every example b."""

    def total(self, grads, values):
        # [T, batch, 1, n] as [batch, T, n]: every step is one row of the products summed.
        a, dy = [tf.transpose(tf.squeeze(x, 2), constant([1, 0, 2])) for x in (values[0], grads)]
        if self._op.get_attr("adj_y"):
            a, dy = dy, a
        return tf.matmul(a, dy, transpose_a=True)
