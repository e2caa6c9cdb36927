"""A linear map of one or several tensors with variables in the current scope."""
from ..arguments import graph_function
from ..tf1 import is_sequence, static_dimension, tf

__all__ = ["linear", "Linear", "affine", "biased", "dense"]


def biased(values, bias):
    """values + bias; no bias: None."""
    return values if bias is None else tf.nn.bias_add(values, bias)


def dense(inputs, kernel, bias=None):
    """inputs·kernel + bias; no bias: None."""
    return biased(tf.matmul(inputs, kernel), bias)


def affine(inputs, state, kernel, bias):
    """[inputs; state]·kernel + bias; no bias: None."""
    return dense(tf.concat([inputs, state], 1), kernel, bias)


class Linear(object):
    """The variables of a linear map, made once in the current scope, and the map itself.

    Args:
      args: tensor [batch, n] or list of them, for their widths and dtype.
      The others as in `linear`.

    Attributes:
      kernel: variable [sum of widths, output_size].
      bias: variable [output_size], or None.
    """

    def __init__(self, args, output_size, build_bias, bias_initializer=None,
                 kernel_initializer=None, bias_start=0.0):
        if args is None or (is_sequence(args) and not args):
            raise ValueError("`args` must be specified")
        args = list(args) if is_sequence(args) else [args]
        for arg in args:
            if arg.shape.ndims != 2:
                raise ValueError("linear is expecting 2D arguments: %s" % [a.shape for a in args])
            if static_dimension(arg, 1) is None:
                raise ValueError("linear expects shape[1] to be provided for shape %s" % arg.shape)
        dtype = args[0].dtype
        depth = sum(static_dimension(arg, 1) for arg in args)
        self.bias = None
        # Entered as often as TensorFlow 1.15 does, which numbers the name scopes.
        with tf.variable_scope(tf.get_variable_scope()) as outer:
            self.kernel = tf.get_variable("kernel", [depth, output_size], dtype=dtype,
                                          initializer=kernel_initializer)
            if build_bias:
                with tf.variable_scope(outer) as scope:
                    # A bias is too small to be worth partitioning.
                    scope.set_partitioner(None)
                    self.bias = tf.get_variable(
                        "bias", [output_size], dtype=dtype,
                        initializer=bias_initializer or tf.constant_initializer(bias_start))

    def __call__(self, args):
        """The map of `args`, as wide as those given to the constructor."""
        args = list(args) if is_sequence(args) else [args]
        if len(args) > 1:
            # The axis under the name that it has in TensorFlow 1.15.
            args = [tf.concat(args, tf.constant(1, tf.int32))]
        return dense(args[0], self.kernel, self.bias)


@graph_function
def linear(args, output_size, bias, bias_initializer=None, kernel_initializer=None,
           bias_start=0.0, scope=None):
    """Linear map [a_1 .. a_n]·kernel + bias of tensors side by side.

    The older form `linear(args, output_size, bias, bias_start, scope)` works too: a number in
    fourth place is the start value of the bias, a string or scope in fifth the scope.

    Args:
      args: a tensor [batch, n] or a list of them.
      output_size: int, width of the result.
      bias: bool, whether a bias is added.
      bias_initializer: of the bias; zeros by default.
      kernel_initializer: of the kernel; the scope's own by default.
      bias_start: number that the bias starts with if `bias_initializer` is None.
      scope: variable scope or name for "kernel" and "bias"; the current one by default.

    Returns:
      A tensor [batch, output_size].

    Raises:
      ValueError: if `args` is empty, not of rank 2 or of unknown width.
    """
    if isinstance(bias_initializer, (int, float)) and not isinstance(bias_initializer, bool):
        bias_start, bias_initializer = bias_initializer, None
    if isinstance(kernel_initializer, (str, tf.VariableScope)):
        scope, kernel_initializer = kernel_initializer, None
    if scope is None:
        return Linear(args, output_size, bias, bias_initializer, kernel_initializer,
                      bias_start)(args)
    with tf.variable_scope(scope):
        return Linear(args, output_size, bias, bias_initializer, kernel_initializer,
                      bias_start)(args)
