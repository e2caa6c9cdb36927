"""`tf.layers.batch_normalization` for a TensorFlow with Keras 3, which has none."""
from ..tf1 import has_keras_2, tf
from .normalization import when
from .stock import InputSpec, Layer

__all__ = ["BatchNormalization", "batch_normalization"]


class _BatchNormalization(Layer):
    """Batch normalisation, Ioffe, Szegedy 2015, with the variables of `tf.layers.BatchNormalization`.

    Args:
      axis: int, or list of one: the axis of the channels.
      momentum: how much of a moving average is kept in a step.
      epsilon: added to the variance.
      center, scale: whether to add `beta`, to multiply with `gamma`.
      beta_initializer, gamma_initializer, moving_mean_initializer, moving_variance_initializer: initialisers.
      beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint: functions, or None.
      renorm, renorm_clipping, renorm_momentum, virtual_batch_size, adjustment: left out, which is what
        they are by default.
      fused: whether to use the kernel for images; None: where it can be.
      trainable, name: as in every layer.

    Raises:
      ValueError: for what stands under "left out".
    """

    def __init__(self, axis=-1, momentum=0.99, epsilon=1e-3, center=True, scale=True,
                 beta_initializer=tf.zeros_initializer(), gamma_initializer=tf.ones_initializer(),
                 moving_mean_initializer=tf.zeros_initializer(),
                 moving_variance_initializer=tf.ones_initializer(),
                 beta_regularizer=None, gamma_regularizer=None, beta_constraint=None, gamma_constraint=None,
                 renorm=False, renorm_clipping=None, renorm_momentum=0.99, fused=None, trainable=True,
                 virtual_batch_size=None, adjustment=None, name=None, **kwargs):
        for argument, value in (("renorm", renorm), ("virtual_batch_size", virtual_batch_size),
                                ("adjustment", adjustment)):
            if value:
                raise ValueError("batch_normalization: %s isn't supported, got %r: leave it out."
                                 % (argument, value))
        super(_BatchNormalization, self).__init__(name=name, trainable=trainable, **kwargs)
        axes = list(axis) if isinstance(axis, (list, tuple)) else [axis]
        if len(axes) != 1:
            raise ValueError("batch_normalization: axis must be one int, got %r." % (axis,))
        self.axis, self.momentum, self.epsilon, self.fused = axes[0], momentum, epsilon, fused
        self._made = {"beta": (center, beta_initializer, beta_regularizer, beta_constraint),
                      "gamma": (scale, gamma_initializer, gamma_regularizer, gamma_constraint)}
        self._moving = {"moving_mean": moving_mean_initializer,
                        "moving_variance": moving_variance_initializer}
        self.beta = self.gamma = self.moving_mean = self.moving_variance = None

    def build(self, input_shape):
        shape = tf.TensorShape(input_shape)
        axis = self.axis if self.axis >= 0 else shape.ndims + self.axis
        channels = shape.as_list()[axis]
        if channels is None:
            raise ValueError("batch_normalization: axis %d must have a known size, got shape %s."
                             % (axis, shape))
        self.input_spec = InputSpec(ndim=shape.ndims, axes={axis: channels})
        dtype = tf.float32 if self.dtype in (None, "float16", "bfloat16") else self.dtype
        for name in ("gamma", "beta"):
            is_there, initializer, regularizer, constraint = self._made[name]
            if is_there:
                setattr(self, name, self.add_weight(
                    name=name, shape=[channels], dtype=dtype, initializer=initializer,
                    regularizer=regularizer,
                    constraint=constraint, trainable=True))
        for name in ("moving_mean", "moving_variance"):
            setattr(self, name, self.add_weight(
                name=name, shape=[channels], dtype=dtype, initializer=self._moving[name], trainable=False))
        self.built = True

    def call(self, inputs, training=False):
        rank = inputs.shape.ndims
        axis = self.axis if self.axis >= 0 else rank + self.axis
        is_image = rank == 4 and axis in (1, 3) and self.fused in (None, True) and inputs.dtype == tf.float32
        normalize = self._by_kernel if is_image else self._by_moments
        outputs, mean, variance = normalize(inputs, axis, training)
        moved = ((self.moving_mean, mean), (self.moving_variance, variance))
        if tf.is_tensor(training) or training:
            updates = when(training, lambda: [self._move(*pair) for pair in moved],
                           lambda: [tf.identity(average) for average, _ in moved])
            for update in updates:
                tf.add_to_collection(tf.GraphKeys.UPDATE_OPS, update)
        return outputs

    def _move(self, average, value):
        value = tf.cast(value, average.dtype.base_dtype)
        return tf.assign_sub(average, (average - value) * (1.0 - self.momentum))

    def _by_kernel(self, inputs, axis, training):
        channels = self.moving_mean.shape
        gamma = tf.ones(channels) if self.gamma is None else self.gamma
        beta = tf.zeros(channels) if self.beta is None else self.beta
        data_format = "NHWC" if axis == 3 else "NCHW"
        return when(
            training,
            lambda: tf.nn.fused_batch_norm(inputs, gamma, beta, epsilon=self.epsilon,
                                           data_format=data_format),
            lambda: tf.nn.fused_batch_norm(inputs, gamma, beta, self.moving_mean, self.moving_variance,
                                           self.epsilon, data_format, False))

    def _by_moments(self, inputs, axis, training):
        rank = inputs.shape.ndims
        axes = [other for other in range(rank) if other != axis]
        mean, variance = when(
            training, lambda: tf.nn.moments(inputs, axes),
            lambda: (tf.identity(self.moving_mean), tf.identity(self.moving_variance)))
        broadcast = [-1 if other == axis else 1 for other in range(rank)]

        def spread(tensor):
            return None if tensor is None else tf.cast(tf.reshape(tensor, broadcast), inputs.dtype)
        outputs = tf.nn.batch_normalization(inputs, spread(mean), spread(variance), spread(self.beta),
                                            spread(self.gamma), self.epsilon)
        outputs.set_shape(inputs.shape)
        return outputs, mean, variance


# Layers are called after their class.
_BatchNormalization.__name__ = "BatchNormalization"


def _batch_normalization(inputs, axis=-1, momentum=0.99, epsilon=1e-3, center=True, scale=True,
                         beta_initializer=tf.zeros_initializer(), gamma_initializer=tf.ones_initializer(),
                         moving_mean_initializer=tf.zeros_initializer(),
                         moving_variance_initializer=tf.ones_initializer(), beta_regularizer=None,
                         gamma_regularizer=None, beta_constraint=None, gamma_constraint=None, training=False,
                         trainable=True, name=None, reuse=None, renorm=False, renorm_clipping=None,
                         renorm_momentum=0.99, fused=None, virtual_batch_size=None, adjustment=None):
    """`BatchNormalization` as a function; `training` says whether to normalise by the batch's statistics.

    The operations that update the moving averages are in the collection UPDATE_OPS.
    """
    layer = _BatchNormalization(
        axis=axis, momentum=momentum, epsilon=epsilon, center=center, scale=scale,
        beta_initializer=beta_initializer, gamma_initializer=gamma_initializer,
        moving_mean_initializer=moving_mean_initializer,
        moving_variance_initializer=moving_variance_initializer,
        beta_regularizer=beta_regularizer, gamma_regularizer=gamma_regularizer,
        beta_constraint=beta_constraint,
        gamma_constraint=gamma_constraint, renorm=renorm, renorm_clipping=renorm_clipping,
        renorm_momentum=renorm_momentum, fused=fused, trainable=trainable,
        virtual_batch_size=virtual_batch_size,
        adjustment=adjustment, name=name, _reuse=reuse, _scope=name)
    return layer.apply(inputs, training=training)


if has_keras_2:
    BatchNormalization, batch_normalization = tf.layers.BatchNormalization, tf.layers.batch_normalization
else:
    BatchNormalization, batch_normalization = _BatchNormalization, _batch_normalization
