"""Soft orthogonality of recurrent weights."""
from ..arguments import checked_keywords, positive_number
from ..copying import is_cell_like
from ..run_time_numbers import AT_LEAST_0, check_number
from ..tf1 import is_tensor, is_variable, static_dimension, tf
from .factors import times_factor
from .recurrent_blocks import recurrent_blocks

__all__ = ["orthogonality_loss"]


def _distance(block, gain):
    """|W^T W - gain^2 I|_F^2; of W W^T where that is the smaller."""
    rows, columns = static_dimension(block, -2), static_dimension(block, -1)
    if rows is None or columns is None:
        raise ValueError("Matrices must have a known shape, got %s." % block.shape)
    gram = tf.matmul(block, block, transpose_a=rows >= columns, transpose_b=rows < columns)
    identity = tf.eye(min(rows, columns), dtype=block.dtype.base_dtype)
    return tf.reduce_sum(tf.square(gram - gain ** 2 * identity))


@checked_keywords
def orthogonality_loss(recurrent, factor=1.0, gain=1.0, name=None):
    """factor * sum over recurrent blocks W of |W^T W - gain^2 I|_F^2.

    A block is what maps the state to one gate: of a fused kernel [input + n, k*n] the last n rows,
    cut into k. A block that isn't square (an LSTM with projection) is compared by the smaller
    product, W^T W or W W^T, which the other could never make the identity. Zero for the initialiser
    `weight_initializer="orthogonal"` with `orthogonal_scale_factor` equal to the gain.

    Args:
      recurrent: cells that have been called (stacks and wrappers too), matrices [n, m], or a list
        of both.
      factor: number >= 0, or scalar tensor.
      gain: number > 0.
      name: of the operation.

    Returns:
      A scalar, in the first block's dtype.

    Raises:
      TypeError: for a `factor` or `gain` that is no number, or something else in `recurrent`.
      ValueError: for a negative `factor`, a `gain` that isn't positive, a cell of a kind whose
        recurrent blocks aren't known, or if there is no block (a cell not called yet).
      InvalidArgumentError: at run time, for a `factor` that is a tensor and negative.
    """
    check_number("factor", factor, AT_LEAST_0)
    gain = positive_number("gain", gain)
    with tf.name_scope(name, "orthogonality_loss"):
        blocks, seen = [], set()
        for item in recurrent if isinstance(recurrent, (list, tuple)) else [recurrent]:
            if is_tensor(item) or is_variable(item):
                matrix = tf.convert_to_tensor(item)
                if matrix.shape.ndims != 2 or not matrix.dtype.is_floating:
                    raise ValueError("recurrent must hold cells or floating-point matrices, got %s."
                                     % (matrix,))
                blocks.append(matrix)
            elif is_cell_like(item):
                blocks.extend(recurrent_blocks(item, seen))
            else:
                raise TypeError("recurrent must hold cells or matrices, got %r of type %s."
                                % (item, type(item).__name__))
        if not blocks:
            raise ValueError("There is no recurrent block in %r: cells must have been called, and "
                             "have a matrix that their state goes through." % (recurrent,))
        costs = [_distance(block, gain) for block in blocks]
        total = tf.add_n([tf.cast(cost, costs[0].dtype) for cost in costs])
        return times_factor(total, "factor", factor)
