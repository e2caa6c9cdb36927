"""Normalised activations: `tf.contrib.layers.batch_norm` and `layer_norm`."""
from ..arguments import graph_function
from ..tf1 import static_dimension, tf
from .argument_scopes import add_arg_scope
from .variables import collected, given, layer_variable, model_variable

__all__ = ["batch_norm", "layer_norm", "when"]


def _known(condition):
    """The condition's value, None where it's only known when it's run."""
    return condition if isinstance(condition, (bool, int)) else tf.get_static_value(condition)


def when(condition, yes, no):
    """`yes()` or `no()`: at once where the condition is known, else by `tf.cond`."""
    known = _known(condition)
    if known is None:
        return tf.cond(condition, yes, no)
    return yes() if known else no()


def _parameter(make, name, size, dtype, default, initializers, regularizers, trainable,
               variables_collections):
    return collected(make(name, [size], dtype, initializer=(initializers or {}).get(name, default),
                          regularizer=(regularizers or {}).get(name), trainable=trainable),
                     variables_collections, name)


def _moved(average, value, decay):
    """The assignment that brings a moving average nearer to a value."""
    return tf.assign_sub(average, (average - tf.cast(value, average.dtype.base_dtype)) * (1.0 - decay))


class _ZeroDebiased(object):
    """A moving average that begins with the first value rather than at zero, Kingma, Ba 2014, section 3.

    Its variables are where `assign_moving_average` of TensorFlow has them.

    Args:
      average: variable that holds the average.
      is_model: whether its own variables are among the model's.
    """

    def __init__(self, average, is_model):
        self._average = average
        make = model_variable if is_model else tf.get_variable
        with tf.variable_scope(average.op.name):
            self._biased, self._steps = [
                make(name, shape, average.dtype.base_dtype, tf.zeros_initializer(), trainable=False)
                for name, shape in (("biased", average.shape), ("local_step", []))]

    def moved(self, value, decay):
        """As `_moved`."""
        biased = _moved(self._biased, value, decay)
        steps = tf.assign_add(self._steps, 1.0)
        return tf.assign(self._average, biased / (1.0 - tf.pow(tf.cast(decay, steps.dtype), steps)))


@add_arg_scope
@graph_function
def batch_norm(inputs, decay=0.999, center=True, scale=False, epsilon=0.001, activation_fn=None,
               param_initializers=None, param_regularizers=None, updates_collections=tf.GraphKeys.UPDATE_OPS,
               is_training=True, reuse=None, variables_collections=None, outputs_collections=None,
               trainable=True,
               batch_weights=None, fused=None, data_format="NHWC", zero_debias_moving_mean=False, scope=None,
               renorm=False, renorm_clipping=None, renorm_decay=0.99, adjustment=None):
    """Batch normalisation, Ioffe, Szegedy 2015, with the variables of `tf.contrib.layers.batch_norm`.

    Args:
      inputs: tensor [batch, ..., channels] ([batch, channels, ...] for "NCHW").
      decay: how much of a moving average is kept in a step.
      center, scale: whether to add `beta`, to multiply with `gamma`.
      epsilon: added to the variance.
      activation_fn: function, or None.
      param_initializers, param_regularizers: dicts from "beta", "gamma", "moving_mean" and
        "moving_variance", or None.
      updates_collections: key for the operations that update the moving averages, which a training
        operation must depend on; None: they run with the layer.
      is_training: bool or scalar tensor: whether to normalise by the batch's statistics.
      reuse, scope: of the variable scope ("BatchNorm").
      variables_collections, outputs_collections: further collections, or None.
      trainable: whether `beta` and `gamma` are.
      fused: whether to use the kernel that does all in one; None: where it can be.
      data_format: "NHWC" or "NCHW".
      zero_debias_moving_mean: whether `moving_mean` begins with the first batch's mean, not at zero; this
        makes the variables moving_mean/biased [channels] and moving_mean/local_step [].

    Returns:
      A tensor like `inputs`.

    Raises:
      ValueError: if the shape isn't known as far as needed, or for what contrib had and this has not:
        batch_weights, renorm and adjustment.
    """
    for name, value in (("batch_weights", batch_weights), ("adjustment", adjustment), ("renorm", renorm)):
        if value is not None and value is not False:
            raise ValueError("batch_norm: %s isn't supported, got %r: leave it out." % (name, value))
    if data_format not in ("NHWC", "NCHW"):
        raise ValueError("batch_norm: data_format must be \"NHWC\" or \"NCHW\", got %r." % (data_format,))
    with tf.variable_scope(scope, "BatchNorm", [inputs], reuse=reuse):
        inputs = tf.convert_to_tensor(inputs)
        rank = inputs.shape.ndims
        axis = 1 if data_format == "NCHW" else -1
        channels = None if not rank else static_dimension(inputs, axis)
        if channels is None:
            raise ValueError("batch_norm: inputs must have a known number of channels, got shape %s."
                             % inputs.shape)
        dtype = tf.float32 if inputs.dtype.base_dtype == tf.float16 else inputs.dtype.base_dtype

        # As TensorFlow had it: a layer where one could do it, whose variables come in another order.
        is_layer = (rank != 2 and updates_collections == tf.GraphKeys.UPDATE_OPS and
                    not zero_debias_moving_mean)

        def parameter(name, default, is_trainable):
            return _parameter(layer_variable if is_layer else model_variable, name, channels, dtype, default,
                              param_initializers, param_regularizers, is_trainable,
                              variables_collections)
        made = {"beta": None, "gamma": None}
        for name in ("gamma", "beta") if is_layer else ("beta", "gamma"):
            if center if name == "beta" else scale:
                default = tf.zeros_initializer() if name == "beta" else tf.ones_initializer()
                made[name] = parameter(name, default, trainable)
        beta, gamma = made["beta"], made["gamma"]
        with tf.variable_scope(tf.get_variable_scope()) as unpartitioned:
            unpartitioned.set_partitioner(None)
            averages = (parameter("moving_mean", tf.zeros_initializer(), False),
                        parameter("moving_variance", tf.ones_initializer(), False))
        is_fused = (fused is None or fused) and rank in (2, 4) and dtype == tf.float32
        normalize = _fused if is_fused else _plain
        outputs, mean, variance = normalize(inputs, beta, gamma, averages, epsilon, is_training, data_format)
        unbiased, trains = None, _known(is_training)
        if zero_debias_moving_mean and (trains is None or trains):
            unbiased = _ZeroDebiased(averages[0], not is_fused)

        def update():
            moved = unbiased.moved(mean, decay) if unbiased else _moved(averages[0], mean, decay)
            return [moved, _moved(averages[1], variance, decay)]
        outputs = _with_updates(outputs, update, averages, updates_collections, is_training)
        outputs.set_shape(inputs.shape)
        if activation_fn is not None:
            outputs = activation_fn(outputs)
        return given(outputs, outputs_collections)


def _with_updates(outputs, update, averages, updates_collections, is_training):
    if updates_collections is None:
        def updated():
            with tf.control_dependencies(update()):
                return tf.identity(outputs)
        return when(is_training, updated, lambda: outputs)
    for update_op in when(is_training, update, lambda: [tf.identity(average) for average in averages]
                          if tf.is_tensor(is_training) else []):
        tf.add_to_collections(updates_collections, update_op)
    return outputs


def _fused(inputs, beta, gamma, averages, epsilon, is_training, data_format):
    """(outputs, mean, variance) by the kernel for images; the variance is that of a sample."""
    channels = averages[0].shape[0]
    beta = tf.zeros([channels]) if beta is None else beta
    gamma = tf.ones([channels]) if gamma is None else gamma
    images = inputs
    if inputs.shape.ndims == 2:
        images = tf.reshape(inputs, [-1, 1, 1, channels] if data_format == "NHWC" else [-1, channels, 1, 1])
    outputs, mean, variance = when(
        is_training,
        lambda: tf.nn.fused_batch_norm(images, gamma, beta, epsilon=epsilon, data_format=data_format),
        lambda: tf.nn.fused_batch_norm(images, gamma, beta, averages[0], averages[1], epsilon, data_format,
                                       False))
    return (tf.reshape(outputs, tf.shape(inputs)) if images is not inputs else outputs), mean, variance


def _plain(inputs, beta, gamma, averages, epsilon, is_training, data_format):
    rank = inputs.shape.ndims
    axes = [0] + list(range(2, rank)) if data_format == "NCHW" else list(range(rank - 1))
    broadcast = [1, -1] + [1] * (rank - 2) if data_format == "NCHW" else [-1]
    mean, variance = when(is_training, lambda: tf.nn.moments(inputs, axes),
                          lambda: tuple(tf.identity(average) for average in averages))

    def spread(tensor):
        return None if tensor is None else tf.cast(tf.reshape(tensor, broadcast), inputs.dtype)
    return tf.nn.batch_normalization(inputs, spread(mean), spread(variance), spread(beta), spread(gamma),
                                     epsilon), mean, variance


@add_arg_scope
@graph_function
def layer_norm(inputs, center=True, scale=True, activation_fn=None, reuse=None, variables_collections=None,
               outputs_collections=None, trainable=True, begin_norm_axis=1, begin_params_axis=-1, scope=None):
    """Layer normalisation, Ba, Kiros, Hinton 2016, with the variables of `tf.contrib.layers.layer_norm`.

    Args:
      inputs: tensor of known rank.
      begin_norm_axis: the first of the axes that are normalised over.
      begin_params_axis: the first of the axes that `beta` and `gamma` have.
      The others as in `batch_norm`; the variable scope is "LayerNorm".

    Returns:
      A tensor like `inputs`.

    Raises:
      ValueError: if an axis isn't there, or the parameters' shape isn't known.
    """
    with tf.variable_scope(scope, "LayerNorm", [inputs], reuse=reuse):
        inputs = tf.convert_to_tensor(inputs)
        rank = inputs.shape.ndims
        if rank is None:
            raise ValueError("layer_norm: inputs must have a known rank.")
        begin_norm_axis += rank if begin_norm_axis < 0 else 0
        if begin_params_axis >= rank or begin_norm_axis >= rank:
            raise ValueError("layer_norm: begin_params_axis (%d) and begin_norm_axis (%d) must be less than "
                             "the "
                             "rank of inputs, %d." % (begin_params_axis, begin_norm_axis, rank))
        dtype = inputs.dtype.base_dtype
        shape = inputs.shape[begin_params_axis:]
        if not shape.is_fully_defined():
            raise ValueError("layer_norm: the shape of inputs must be known from axis %d on, got %s."
                             % (begin_params_axis, inputs.shape))
        beta = gamma = None
        if center:
            beta = collected(model_variable("beta", shape, dtype, tf.zeros_initializer(),
                                            trainable=trainable),
                             variables_collections, "beta")
        if scale:
            gamma = collected(model_variable("gamma", shape, dtype, tf.ones_initializer(),
                                             trainable=trainable),
                              variables_collections, "gamma")
        mean, variance = tf.nn.moments(inputs, list(range(begin_norm_axis, rank)), keep_dims=True)
        outputs = tf.nn.batch_normalization(inputs, mean, variance, offset=beta, scale=gamma,
                                            variance_epsilon=1e-3 if dtype == tf.float16 else 1e-12)
        outputs.set_shape(inputs.shape)
        if activation_fn is not None:
            outputs = activation_fn(outputs)
        return given(outputs, outputs_collections)
