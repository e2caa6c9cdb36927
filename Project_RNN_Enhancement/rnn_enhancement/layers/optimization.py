"""`optimize_loss` and the summaries of `tf.contrib.layers`."""
from ..arguments import graph_function
from ..tf1 import tf

__all__ = ["OPTIMIZER_CLS_NAMES", "OPTIMIZER_SUMMARIES", "optimize_loss", "summarize_activation",
           "summarize_activations", "summarize_collection", "summarize_tensor", "summarize_tensors"]

OPTIMIZER_CLS_NAMES = {
    "Adagrad": tf.train.AdagradOptimizer,
    "Adam": tf.train.AdamOptimizer,
    "Ftrl": tf.train.FtrlOptimizer,
    "Momentum": lambda learning_rate: tf.train.MomentumOptimizer(learning_rate, momentum=0.9),
    "RMSProp": tf.train.RMSPropOptimizer,
    "SGD": tf.train.GradientDescentOptimizer,
}

OPTIMIZER_SUMMARIES = ["learning_rate", "loss", "gradients", "gradient_norm", "global_gradient_norm"]


@graph_function
def optimize_loss(loss, global_step, learning_rate, optimizer, gradient_noise_scale=None,
                  gradient_multipliers=None,
                  clip_gradients=None, learning_rate_decay_fn=None, update_ops=None, variables=None,
                  name=None,
                  summaries=None, colocate_gradients_with_ops=False, increment_global_step=True):
    """The operation of a training step.

    Args:
      loss: scalar tensor.
      global_step: variable; None: the graph's, if it has one.
      learning_rate: float or scalar tensor; None: the optimizer has its own.
      optimizer: name in `OPTIMIZER_CLS_NAMES`, a subclass of `tf.train.Optimizer`, one of its objects, or a
        function from the learning rate to one.
      gradient_noise_scale: float, factor of noise on the gradients, or None.
      gradient_multipliers: dict from variables or their names to factors, or None.
      clip_gradients: float, the largest global norm; or a function of [(gradient, variable)]; or None.
      learning_rate_decay_fn: function (learning rate, global step) -> tensor, or None.
      update_ops: operations that run before the loss; None: the collection UPDATE_OPS.
      variables: list; None: the trainable ones.
      name: of the scope ("OptimizeLoss").
      summaries: list from `OPTIMIZER_SUMMARIES`; None: loss, learning rate and global norm.
      colocate_gradients_with_ops: as in `tf.gradients`.
      increment_global_step: whether the step counts.

    Returns:
      A tensor: the loss, after the step.

    Raises:
      ValueError: if an argument isn't one of these.
    """
    loss = tf.convert_to_tensor(loss)
    if loss.shape.ndims not in (None, 0):
        raise ValueError("optimize_loss: loss must be a scalar, got shape %s." % loss.shape)
    global_step = tf.train.get_global_step() if global_step is None else global_step
    summaries = ["loss", "learning_rate", "global_gradient_norm"] if summaries is None else summaries
    unknown = [summary for summary in summaries if summary not in OPTIMIZER_SUMMARIES]
    if unknown:
        raise ValueError("optimize_loss: summaries must be from %s, got %r."
                         % (", ".join(OPTIMIZER_SUMMARIES), unknown[0]))
    with tf.variable_scope(name, "OptimizeLoss", [loss, global_step]):
        update_ops = set(tf.get_collection(tf.GraphKeys.UPDATE_OPS)) if update_ops is None else update_ops
        if update_ops:
            loss = _after(list(update_ops), loss)
        rate = _rate(learning_rate)
        if rate is not None and learning_rate_decay_fn is not None:
            if global_step is None:
                raise ValueError("optimize_loss: learning_rate_decay_fn needs a global_step.")
            rate = learning_rate_decay_fn(rate, global_step)
            if "learning_rate" in summaries:
                tf.summary.scalar("learning_rate", rate)
        optimizer = _optimizer(optimizer, rate)
        gradients = optimizer.compute_gradients(
            loss, tf.trainable_variables() if variables is None else variables,
            colocate_gradients_with_ops=colocate_gradients_with_ops)
        gradients = _noisy(gradients, gradient_noise_scale)
        gradients = _multiplied(gradients, gradient_multipliers)
        sums = "global_gradient_norm" in summaries or "gradient_norm" in summaries
        if sums:
            tf.summary.scalar("global_norm/gradient_norm",
                              tf.global_norm([gradient for gradient, _ in gradients]))
        clipped = _clipped(gradients, clip_gradients)
        if "loss" in summaries:
            tf.summary.scalar("loss", loss)
        _summarize(clipped, summaries)
        if sums and clip_gradients is not None:
            tf.summary.scalar("global_norm/clipped_gradient_norm",
                              tf.global_norm([gradient for gradient, _ in clipped]))
        step = optimizer.apply_gradients(clipped, global_step if increment_global_step else None,
                                         name="train")
        return _after([step], loss)


def _after(operations, tensor):
    with tf.control_dependencies(operations):
        return tf.identity(tensor)


def _rate(learning_rate):
    if learning_rate is None or tf.is_tensor(learning_rate) and learning_rate.shape.ndims == 0:
        return learning_rate
    if not isinstance(learning_rate, float) or learning_rate < 0.0:
        raise ValueError("optimize_loss: learning_rate must be a scalar tensor or a float that isn't "
                         "negative, got %r."
                         % (learning_rate,))
    return tf.get_variable("learning_rate", [], trainable=False,
                           initializer=tf.constant_initializer(learning_rate))


def _optimizer(optimizer, rate):
    if isinstance(optimizer, tf.train.Optimizer):
        return optimizer
    if isinstance(optimizer, str):
        if optimizer not in OPTIMIZER_CLS_NAMES:
            raise ValueError("optimize_loss: optimizer must be one of %s, got %r."
                             % (", ".join(sorted(OPTIMIZER_CLS_NAMES)), optimizer))
        optimizer = OPTIMIZER_CLS_NAMES[optimizer]
        if rate is None:
            raise ValueError("optimize_loss: learning_rate must be given for an optimizer by name.")
    if not callable(optimizer):
        raise ValueError("optimize_loss: optimizer must be a name, a class, an optimizer or a function, got "
                         "%r."
                         % (optimizer,))
    made = optimizer() if rate is None else optimizer(rate)
    if not isinstance(made, tf.train.Optimizer):
        raise ValueError("optimize_loss: optimizer must return a tf.train.Optimizer, got %r." % (made,))
    return made


def _values_changed(gradient, change):
    if isinstance(gradient, tf.IndexedSlices):
        return tf.IndexedSlices(change(gradient.values), gradient.indices, gradient.dense_shape)
    return change(gradient)


def _noisy(gradients, scale):
    if scale is None:
        return gradients

    def noisy(gradient):
        shape = gradient.dense_shape if isinstance(gradient, tf.IndexedSlices) else gradient.shape
        return gradient + tf.truncated_normal(shape) * scale
    return [(None if gradient is None else noisy(gradient), var) for gradient, var in gradients]


def _multiplied(gradients, multipliers):
    if multipliers is None:
        return gradients
    by_name = {key if isinstance(key, str) else key.name: value for key, value in multipliers.items()}

    def factor(gradient, var):
        return _values_changed(gradient, lambda values: values * tf.cast(by_name[var.name], values.dtype))
    return [(factor(gradient, var) if gradient is not None and var.name in by_name else gradient, var)
            for gradient, var in gradients]


def _clipped(gradients, clip_gradients):
    if clip_gradients is None:
        return gradients
    if callable(clip_gradients):
        return clip_gradients(gradients)
    if not isinstance(clip_gradients, float):
        raise ValueError("optimize_loss: clip_gradients must be a float or a function, got %r."
                         % (clip_gradients,))
    clipped, _ = tf.clip_by_global_norm([gradient for gradient, _ in gradients], clip_gradients)
    return list(zip(clipped, [var for _, var in gradients]))


def _summarize(gradients, summaries):
    for gradient, var in gradients:
        if gradient is None:
            continue
        values = gradient.values if isinstance(gradient, tf.IndexedSlices) else gradient
        name = var.name.replace(":", "_")
        if "gradients" in summaries:
            tf.summary.histogram("gradients/" + name, values)
        if "gradient_norm" in summaries:
            tf.summary.scalar("gradient_norm/" + name, tf.global_norm([values]))


def summarize_tensor(tensor, tag=None):
    """A scalar or histogram summary of a tensor, under its name or `tag`."""
    kind = tf.summary.scalar if tensor.shape.ndims == 0 else tf.summary.histogram
    return kind(tag or "%s_summary" % tensor.op.name, tensor)


def _share(of, name, condition):
    """A summary of how much of an activation fulfils a condition on what the activation is taken of."""
    before = of.op.inputs[0]
    tf.summary.scalar("%s/%s" % (of.op.name, name), tf.reduce_mean(tf.cast(condition(before), tf.float32)))


def summarize_activation(op):
    """Summaries of a layer's result: a histogram, and how much of a rectified one is zero, or six."""
    if op.op.type in ("Relu", "Softplus", "Relu6"):
        _share(op, "zeros", lambda before: before < 0)
    if op.op.type == "Relu6":
        _share(op, "sixes", lambda before: before > 6)
    return tf.summary.histogram("%s/activation" % op.op.name, op)


def summarize_tensors(tensors, summarizer=summarize_tensor):
    """Summaries of a list of tensors."""
    return [summarizer(tensor) for tensor in tensors]


def summarize_collection(collection, name_filter=None, summarizer=summarize_tensor):
    """Summaries of a collection's tensors, of those whose names a pattern matches if it's given."""
    return summarize_tensors(tf.get_collection(collection, name_filter), summarizer)


def summarize_activations(name_filter=None, summarizer=summarize_activation):
    """Summaries of the collection ACTIVATIONS."""
    return summarize_collection(tf.GraphKeys.ACTIVATIONS, name_filter, summarizer)
