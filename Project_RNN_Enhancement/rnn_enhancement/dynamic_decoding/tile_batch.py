"""Room for the beams of a search: each example side by side with its copies."""
from ..arguments import checked_keywords, positive_int
from ..tf1 import static_dimension, tf

__all__ = ["tile_batch"]


@checked_keywords
def tile_batch(t, multiplier, name=None):
    """Repeats every example: [a, b] becomes [a, a, a, b, b, b].

    A `BeamSearchDecoder` takes the beams of an example to lie side by side. `tf.tile` gives
    [a, b, a, b, a, b], of the same shape: beams would search with the states and memories of other
    examples, and no shape tells.

    Args:
      t: nest of tensors [batch, ...]: an encoder's outputs and final state, its lengths.
      multiplier: int, or scalar int tensor, the beam width.
      name: of the operations.

    Returns:
      The nest with tensors [batch * multiplier, ...].

    Raises:
      TypeError, ValueError: if `multiplier` is no integer of at least 1.
      ValueError: if a tensor's rank is unknown or 0.
    """
    multiplier = _checked_multiplier(multiplier)
    with tf.name_scope(name, "tile_batch"):
        return tf.nest.map_structure(lambda part: _tiled(part, multiplier), t)


def _checked_multiplier(multiplier):
    if not tf.is_tensor(multiplier):
        return positive_int("multiplier", multiplier)
    known = tf.get_static_value(multiplier)
    return multiplier if known is None else positive_int("multiplier", known)


def _tiled(part, multiplier):
    part = tf.convert_to_tensor(part, name="t")
    if not part.shape.ndims:
        raise ValueError("t must hold tensors [batch, ...] of known rank, got one of shape %s."
                         % part.shape)
    sizes = tf.shape(part)
    repeats = [1, multiplier] + [1] * (part.shape.ndims - 1)
    tiled = tf.reshape(tf.tile(tf.expand_dims(part, 1), repeats),
                       tf.concat([[sizes[0] * multiplier], sizes[1:]], 0))
    batch = static_dimension(part, 0)
    is_known = batch is not None and isinstance(multiplier, int)
    tiled.set_shape(tf.TensorShape([batch * multiplier if is_known else None]).concatenate(
        part.shape[1:]))
    return tiled
