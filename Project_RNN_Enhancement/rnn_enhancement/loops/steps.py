"""One tensor per step, and all steps as one tensor."""
from ..tf1 import in_trial, tf
from .constants import constant
from .lengths import shape_of, static_length
from .refused import Refused

__all__ = ["AllSteps", "Steps", "all_steps", "nested_steps", "step_list", "flat_steps", "as_steps"]


class AllSteps(object):
    """What every step has one of, as one tensor [T, ...] that is made when it is needed.

    Args:
      dtype, shape: of one step's.
      make: function that makes the tensor [T, ...].
    """

    def __init__(self, dtype, shape, make):
        self.dtype, self.shape, self._make = tf.as_dtype(dtype).base_dtype, shape, make

    @classmethod
    def of(cls, together):
        """Of a tensor [T, ...] that is there."""
        return cls(together.dtype, together.shape[1:], lambda: together)

    def together(self):
        return self._make()

    def ahead(self):
        """The next step's at every step, the last one's twice."""
        def make():
            together = self.together()
            return tf.concat([together[1:], together[-1:]], 0)
        return AllSteps(self.dtype, self.shape, make)


class Steps(list):
    """List of the steps of a tensor [T, ...] that no user sees.

    Only where nobody can feed, or differentiate by, a single one of them may the tensor of all
    steps be used in their place.
    """

    def __init__(self, together, length):
        super(Steps, self).__init__(step_list(together, length))
        self.together = together


def all_steps(tensors):
    """The `AllSteps` of a list of T tensors of one shape.

    Raises:
      Refused: if shapes or dtypes differ.
    """
    together = getattr(tensors, "together", None)
    if together is not None:
        return AllSteps.of(together)
    if not all(isinstance(tensor, tf.Tensor) for tensor in tensors) and any(
            isinstance(tensor, (tf.SparseTensor, tf.RaggedTensor)) for tensor in tensors):
        raise Refused("inputs", "the inputs are sparse or ragged.")
    tensors = [tf.convert_to_tensor(tensor) for tensor in tensors]
    dtype, shape = tensors[0].dtype.base_dtype, tensors[0].shape
    # Lists may be long, and most are of one kind of tensors.
    for other_dtype, sizes in dict.fromkeys(
            (tensor.dtype, _sizes_of(tensor.shape)) for tensor in tensors):
        if other_dtype.base_dtype != dtype:
            raise Refused("inputs", "the inputs differ in dtype from step to step.")
        if sizes is None or len(sizes) != shape.ndims:
            raise Refused("inputs", "the inputs' ranks are unknown or differ from step to step.")
        if sizes[1:] != _sizes_of(shape)[1:]:
            raise Refused("inputs", "the inputs differ in shape from step to step.")
        if not shape.is_compatible_with(sizes):
            raise Refused("inputs", "the inputs differ in batch size from step to step.")
        shape = shape.merge_with(sizes)

    def stacked():
        if in_trial():
            # Nobody runs it: what it is like is enough.
            return tf.placeholder(dtype, [len(tensors)] + shape.as_list())
        return tf.stack(tensors)
    return AllSteps(dtype, shape, stacked)


def _sizes_of(shape):
    return None if shape.ndims is None else tuple(shape.as_list())


def nested_steps(inputs):
    """(structure of one step's inputs, list of `AllSteps` of their tensors) of a list of nests."""
    if getattr(inputs, "together", None) is not None:
        # Any leaf is the structure of a single tensor.
        return 0, [all_steps(inputs)]
    flat = [all_steps(list(tensors)) for tensors in zip(*map(tf.nest.flatten, inputs))]
    return inputs[0], flat


def step_list(tensor, length):
    """List of the `length` steps of a tensor [T, ...]."""
    return tf.unstack(tensor, num=length)


def flat_steps(tensor):
    """[T, batch, n] as [T * batch, n], [T, batch] as [T * batch]."""
    length, batch = [tf.dimension_value(size) for size in tensor.shape[:2]]
    rest = tensor.shape[2:].as_list()
    rows = None if length is None or batch is None else length * batch
    flat = tf.reshape(tensor, tf.concat([[-1], tf.shape(tensor)[2:]], 0) if None in rest
                      else constant([-1] + rest))
    flat.set_shape([rows] + rest)
    return flat


def as_steps(flat, length, batch):
    """[length * batch, ...] as [length, batch, ...]; `length` may be a tensor, `batch` None."""
    rest = flat.shape.as_list()[1:]
    shape = [length, -1 if batch is None else batch]
    steps = tf.reshape(flat, tf.concat([shape, tf.shape(flat)[1:]], 0) if None in rest
                       else shape_of(shape + rest))
    steps.set_shape([static_length(length), batch] + rest)
    return steps
