"""Convolutions and pools of `tf.contrib.layers`."""
from ..arguments import graph_function
from ..tf1 import static_dimension, tf
from .argument_scopes import add_arg_scope
from .functions import finished, weights_and_biases
from .initializers import xavier_initializer
from .variables import given

__all__ = ["avg_pool2d", "convolution", "max_pool2d"]


@add_arg_scope
@graph_function
def convolution(inputs, num_outputs, kernel_size, stride=1, padding="SAME", data_format=None, rate=1,
                activation_fn=tf.nn.relu, normalizer_fn=None, normalizer_params=None,
                weights_initializer=xavier_initializer(), weights_regularizer=None,
                biases_initializer=tf.zeros_initializer(), biases_regularizer=None, reuse=None,
                variables_collections=None, outputs_collections=None, trainable=True, scope=None):
    """A convolution over one to three dimensions, with the variables of `tf.contrib.layers.convolution`.

    Args:
      inputs: tensor [batch, ..., channels]; [batch, channels, ...] for a `data_format` "NCW", "NCHW" or
      "NCDHW".
      num_outputs: int, channels of the result.
      kernel_size, stride, rate: int, or list of one for each dimension.
      padding: "SAME" or "VALID".
      data_format: see `inputs`; None: channels last.
      The others as in `fully_connected`; the variable scope is "Conv".

    Returns:
      A tensor like `inputs` with other sizes.

    Raises:
      ValueError: if the shape isn't known as far as needed, or a size isn't for as many dimensions.
    """
    with tf.variable_scope(scope, "Conv", [inputs], reuse=reuse):
        inputs = tf.convert_to_tensor(inputs)
        rank = inputs.shape.ndims
        channels_first = bool(data_format) and data_format.startswith("NC")
        channels = static_dimension(inputs, 1 if channels_first else -1) if rank else None
        if rank not in (3, 4, 5) or channels is None:
            raise ValueError("convolution: inputs must have three to five dimensions and known channels, got "
                             "shape %s."
                             % inputs.shape)
        dimensions = rank - 2
        sizes, strides, rates = [_each(name, value, dimensions) for name, value in (
            ("kernel_size", kernel_size), ("stride", stride), ("rate", rate))]
        weights, biases = weights_and_biases(
            sizes + [channels, num_outputs], inputs.dtype.base_dtype, weights_initializer,
            weights_regularizer, biases_initializer if normalizer_fn is None else None, biases_regularizer,
            trainable, variables_collections)
        outputs = tf.nn.convolution(inputs, weights, padding.upper(), strides=strides, dilation_rate=rates,
                                    data_format=data_format)
        return finished(outputs, biases, normalizer_fn, normalizer_params, activation_fn,
                        outputs_collections, "NCHW" if channels_first else None)


def _each(name, value, count):
    """A list of one int for each dimension."""
    values = [int(part) for part in value] if isinstance(value, (list, tuple)) else [int(value)] * count
    if len(values) != count:
        raise ValueError("convolution: %s must be an int or a list of %d, got %r." % (name, count, value))
    return values


def _pool(function, default_scope):
    def pool(inputs, kernel_size, stride=2, padding="VALID", data_format="NHWC", outputs_collections=None,
             scope=None):
        with tf.name_scope(scope, default_scope, [inputs]):
            sizes, strides = _each("kernel_size", kernel_size, 2), _each("stride", stride, 2)
            spread = ([1] + sizes + [1], [1] + strides + [1]) if data_format == "NHWC" else (
                [1, 1] + sizes, [1, 1] + strides)
            return given(function(tf.convert_to_tensor(inputs), spread[0], spread[1], padding.upper(),
                                     data_format=data_format), outputs_collections)
    return pool


@add_arg_scope
def max_pool2d(inputs, kernel_size, stride=2, padding="VALID", data_format="NHWC", outputs_collections=None,
               scope=None):
    """The largest values of windows of images; `kernel_size` and `stride` are ints or pairs."""
    return _pool(tf.nn.max_pool, "MaxPool2D")(inputs, kernel_size, stride, padding, data_format,
                                              outputs_collections, scope)


@add_arg_scope
def avg_pool2d(inputs, kernel_size, stride=2, padding="VALID", data_format="NHWC", outputs_collections=None,
               scope=None):
    """The means of windows of images; `kernel_size` and `stride` are ints or pairs."""
    return _pool(tf.nn.avg_pool, "AvgPool2D")(inputs, kernel_size, stride, padding, data_format,
                                              outputs_collections, scope)
