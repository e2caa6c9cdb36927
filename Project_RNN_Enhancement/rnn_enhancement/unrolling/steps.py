"""Lists of one tensor per step, and the tensor of all steps that they are slices of."""
from ..tf1 import tf
from .modes import NotRollable

__all__ = ["Steps", "all_steps", "step_list", "flat_steps", "as_steps"]


class Steps(list):
    """List of the steps of a tensor [T, ...] that no user sees.

    Only where nobody can feed, or differentiate by, a single one of them may the tensor of all
    steps be used in their place.
    """

    def __init__(self, together, length):
        super(Steps, self).__init__(step_list(together, length))
        self.together = together



def all_steps(tensors):
    """One tensor [T, ...] of a list of T tensors of one shape.

    Raises:
      NotRollable: if shapes or dtypes differ.
    """
    together = getattr(tensors, "together", None)
    if together is not None:
        return together
    tensors = [tf.convert_to_tensor(tensor) for tensor in tensors]
    first = tensors[0]
    for tensor in tensors:
        if tensor.dtype.base_dtype != first.dtype.base_dtype:
            raise NotRollable("the inputs differ in dtype from step to step.")
        if tensor.shape.ndims is None or tensor.shape.ndims != first.shape.ndims:
            raise NotRollable("the inputs' ranks are unknown or differ from step to step.")
        if tensor.shape.as_list()[1:] != first.shape.as_list()[1:]:
            raise NotRollable("the inputs differ in shape from step to step.")
        if not tensor.shape.is_compatible_with(first.shape):
            raise NotRollable("the inputs differ in batch size from step to step.")
    return tf.stack(tensors)


def step_list(tensor, length):
    """List of the `length` steps of a tensor [T, ...]."""
    return tf.unstack(tensor, num=length)


def flat_steps(tensor):
    """[T, batch, n] as [T * batch, n], [T, batch] as [T * batch]."""
    return tf.reshape(tensor, tf.concat([[-1], tf.shape(tensor)[2:]], 0)
                      if tensor.shape[2:].as_list().count(None) > 0
                      else [-1] + tensor.shape[2:].as_list())


def as_steps(flat, like):
    """[T * batch, n] as [T, batch, n], T and batch those of `like`."""
    size = flat.shape[1:].as_list()
    shape = like.shape.as_list()[:2]
    if None not in shape:
        return tf.reshape(flat, shape + size)
    result = tf.reshape(flat, tf.concat([tf.shape(like)[:2], size], 0))
    result.set_shape(shape + size)
    return result
