"""L2 regularisation of kernels."""
from ..arguments import checked_keywords
from ..cells.relaxation import relaxed_weights
from ..run_time_numbers import AT_LEAST_0, check_number
from ..tf1 import is_variable, tf
from .factors import times_factor

__all__ = ["rnn_l2_loss", "is_kernel", "variables_behind"]


def _names_of_relaxed():
    try:
        return {variable.name for variable in relaxed_weights()}
    except ValueError:
        return set()


def _leaf(variable):
    parts = variable.op.name.split("/")
    return parts[-2] if parts[-1].startswith("part_") and len(parts) > 1 else parts[-1]


def is_kernel(variable, relaxed=()):
    """Whether a variable is a matrix (or a convolution) of weights, and no embedding.

    Args:
      relaxed: names of variables whose first dimension counts copies of the weight.
    """
    rank = variable.shape.ndims
    if rank is None or not tf.as_dtype(variable.dtype).is_floating:
        return False
    if variable.name in relaxed:
        rank -= 1
    leaf = _leaf(variable).lower()
    return rank >= 2 and "embedding" not in leaf and "bias" not in leaf


def variables_behind(tensor):
    """The trainable variables of the graph from which `tensor` is computed."""
    graph = tensor.graph
    found, stack = set(), [tensor.op]
    while stack:
        op = stack.pop()
        if op.name not in found:
            found.add(op.name)
            stack.extend(value.op for value in op.inputs)
    return [variable for variable in graph.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES)
            if variable.op.name in found]


def _given_variables(variables):
    if is_variable(variables):
        variables = [variables]
    if not isinstance(variables, (list, tuple)):
        raise TypeError("variables must be a list of variables, got %r." % (variables,))
    flat = []
    for variable in variables:
        if not is_variable(variable):
            raise TypeError("variables must be a list of variables, got %r of type %s in it."
                            % (variable, type(variable).__name__))
        # A partitioned variable is a list of its parts.
        flat.extend(variable if type(variable).__name__ == "PartitionedVariable" else [variable])
    return flat


@checked_keywords
def rnn_l2_loss(variables=None, factor=1e-5, name=None):
    """factor * sum over kernels W of sum of W_ij^2.

    Each kernel counts once, however many steps and buckets use it. Left out are vectors (biases,
    gains, peepholes) and variables named "embedding". `tf.nn.l2_loss` is half of this. With Adam
    it isn't weight decay.

    Args:
      variables: list of variables, of which the kernels count; None: all trainable variables of
        the graph.
      factor: number >= 0, or scalar tensor. Typical: 1e-6 to 1e-4.
      name: of the operation.

    Returns:
      A scalar, in the first kernel's dtype.

    Raises:
      TypeError: for a `factor` that is no number, or something else than variables.
      ValueError: for a negative `factor`, or if there is no kernel.
      InvalidArgumentError: at run time, for a `factor` that is a tensor and negative.
    """
    check_number("factor", factor, AT_LEAST_0)
    given = tf.trainable_variables() if variables is None else _given_variables(variables)
    relaxed = _names_of_relaxed()
    kernels = []
    for variable in given:
        if is_kernel(variable, relaxed) and not any(variable is known for known in kernels):
            kernels.append(variable)
    if not kernels:
        raise ValueError("There is no kernel among the variables %s: build the model first."
                         % [variable.op.name for variable in given])
    with tf.name_scope(name, "rnn_l2_loss"):
        sums = [tf.reduce_sum(tf.square(kernel)) for kernel in kernels]
        total = tf.add_n([tf.cast(one, sums[0].dtype) for one in sums])
        return times_factor(total, "factor", factor)
