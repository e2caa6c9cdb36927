"""Matrix products of one step, in columns that one thread multiplies on its own.

TensorFlow shares a product out among its threads piece by piece. Of a product as small as one
step's, on a CPU, handing the pieces over takes longer than multiplying them: [32, 256]·[256, 512]
is done in 80 us by one thread and in 140 us by two. Products of fewer columns are not shared out,
and run side by side: four of 128 columns take 42 us. The sums are the same.
"""
from ..tf1 import tf, visible_gpus
from .constants import concat, constant, shared, split

__all__ = ["widths", "columns", "in_columns", "matmul"]

# Multiplications up to which one thread does a product on its own, and what the batch size is
# taken for where the graph doesn't know it.
_ALONE = 1 << 20
_BATCH = 32

_NARROWEST, _MOST = 32, 8


def widths(rows, depth, width):
    """Widths of the products that [rows, depth]·[depth, width] is best split into.

    Args:
      rows, depth, width: int, None where unknown.
    """
    if depth is None or width is None:
        return [width]
    rows = rows or _BATCH
    # Two products, if they are worth the trouble, for two threads.
    count = max(-(-rows * depth * width // _ALONE), 2 if rows * depth * width >= _ALONE // 2 else 1)
    while count <= _MOST and width % count:
        count += 1
    if not 1 < count <= _MOST or width // count < _NARROWEST:
        return [width]
    return [width // count] * count


def columns(weight, rows, device="", transposed=False):
    """`weight` [depth, width], or its transpose, split for products with [rows, depth].

    Every loop of a graph that multiplies with the same weight shares the parts.

    Args:
      weight: tensor outside the loop that asks.
      rows: int or None.
      device: of the products.
      transposed: whether the product is with `weight`^T.
    """
    sizes = [None]
    if not _is_on_gpu(device):
        shape = [tf.dimension_value(size) for size in weight.shape]
        sizes = widths(rows, *(shape[::-1] if transposed else shape))
    if len(sizes) == 1 and not transposed:
        return [weight]

    def make():
        # Blocks of rows are no copies, and small blocks are transposed faster than large ones.
        parts = [weight] if len(sizes) == 1 else split(weight, sizes, 0 if transposed else 1)
        return [tf.transpose(part, constant([1, 0])) for part in parts] if transposed else parts
    return shared((weight.name, tuple(sizes), transposed, device), [weight], make)


def _is_on_gpu(device):
    kind = tf.DeviceSpec.from_string(device or "").device_type
    return visible_gpus() if kind is None else kind.upper() != "CPU"


def matmul(value, parts):
    """`value`·[parts side by side]."""
    if len(parts) == 1:
        return tf.matmul(value, parts[0])
    return concat([tf.matmul(value, part) for part in parts], 1)


def in_columns(op, weight):
    """The parts of `weight` for a traced product in a loop; None if columns aren't worth it.

    Args:
      op: traced MatMul operation.
      weight: its right side, a tensor outside the loop.
    """
    transposed = op.get_attr("transpose_b")
    if op.get_attr("transpose_a") or weight.shape.ndims != 2 or _is_on_gpu(op.device):
        return None
    with tf.device(op.device):
        parts = columns(weight, tf.dimension_value(op.inputs[0].shape[0]), op.device, transposed)
    return None if len(parts) == 1 and not transposed else parts
