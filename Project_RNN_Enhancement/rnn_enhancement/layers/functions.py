"""Layers of `tf.contrib.layers` as functions: the same variables, collections and numbers."""
import functools

from ..arguments import graph_function
from ..tf1 import embedding_lookup, static_dimension, tf
from .argument_scopes import add_arg_scope
from .initializers import xavier_initializer
from .normalization import when
from .variables import collected, given, layer_variable, model_variable

__all__ = ["bias_add", "dropout", "embed_sequence", "finished", "flatten", "fully_connected", "linear",
           "one_hot_encoding", "relu", "relu6", "repeat", "stack", "weights_and_biases"]


def weights_and_biases(shape, dtype, weights_initializer, weights_regularizer, biases_initializer,
                       biases_regularizer, trainable, variables_collections):
    """The variables of a layer whose weights have a shape; no biases (None) without an initialiser."""
    weights = collected(layer_variable("weights", shape, dtype, weights_initializer, weights_regularizer,
                                       trainable), variables_collections, "weights")
    if biases_initializer is None:
        return weights, None
    return weights, collected(layer_variable("biases", shape[-1:], dtype, biases_initializer,
                                             biases_regularizer, trainable), variables_collections, "biases")


def finished(outputs, biases, normalizer_fn, normalizer_params, activation_fn, outputs_collections,
             data_format=None):
    """What a layer does after its product: biases, or a normalisation instead, and activation."""
    if biases is not None:
        outputs = tf.nn.bias_add(outputs, biases, data_format=data_format)
    if normalizer_fn is not None:
        outputs = normalizer_fn(outputs, **(normalizer_params or {}))
    if activation_fn is not None:
        outputs = activation_fn(outputs)
    return given(outputs, outputs_collections)


@add_arg_scope
@graph_function
def fully_connected(inputs, num_outputs, activation_fn=tf.nn.relu, normalizer_fn=None, normalizer_params=None,
                    weights_initializer=xavier_initializer(), weights_regularizer=None,
                    biases_initializer=tf.zeros_initializer(), biases_regularizer=None, reuse=None,
                    variables_collections=None, outputs_collections=None, trainable=True, scope=None):
    """activation(inputs·weights + biases), with the variables of `tf.contrib.layers.fully_connected`.

    Args:
      inputs: tensor [batch, ..., n] with n known.
      num_outputs: int.
      activation_fn: function; None: linear.
      normalizer_fn: function that takes the place of the biases, such as `batch_norm`, or None.
      normalizer_params: dict of its arguments, or None.
      weights_initializer, biases_initializer: initialisers; None for the second: no biases.
      weights_regularizer, biases_regularizer: functions from a variable to a scalar, or None.
      reuse, scope: of the variable scope ("fully_connected").
      variables_collections: list of keys, or dict from "weights" and "biases" to lists, or None.
      outputs_collections: key for the result, or None.
      trainable: whether the variables are.

    Returns:
      A tensor [batch, ..., num_outputs].

    Raises:
      TypeError: if `num_outputs` is no int.
      ValueError: if the shape isn't known as far as needed.
    """
    if isinstance(num_outputs, bool) or not hasattr(num_outputs, "__index__"):
        raise TypeError("fully_connected: num_outputs must be an int, got %r." % (num_outputs,))
    with tf.variable_scope(scope, "fully_connected", [inputs], reuse=reuse):
        inputs = tf.convert_to_tensor(inputs)
        rank = inputs.shape.ndims
        size = static_dimension(inputs, -1) if rank else None
        if rank is None or rank < 2 or size is None:
            raise ValueError("fully_connected: inputs must have two dimensions or more, the last of them "
                             "known, got "
                             "shape %s." % inputs.shape)
        weights, biases = weights_and_biases(
            [size, num_outputs], inputs.dtype.base_dtype, weights_initializer, weights_regularizer,
            biases_initializer if normalizer_fn is None else None, biases_regularizer, trainable,
            variables_collections)
        outputs = tf.matmul(inputs, weights) if rank == 2 else tf.tensordot(inputs, weights,
                                                                            [[rank - 1], [0]])
        if rank > 2:
            outputs.set_shape(inputs.shape[:-1].concatenate(num_outputs))
        return finished(outputs, biases, normalizer_fn, normalizer_params, activation_fn,
                        outputs_collections)


linear = functools.partial(fully_connected, activation_fn=None)
relu = functools.partial(fully_connected, activation_fn=tf.nn.relu)
relu6 = functools.partial(fully_connected, activation_fn=tf.nn.relu6)


@add_arg_scope
@graph_function
def bias_add(inputs, activation_fn=None, initializer=tf.zeros_initializer(), regularizer=None, reuse=None,
             variables_collections=None, outputs_collections=None, trainable=True, data_format="NHWC",
             scope=None):
    """inputs plus a variable `biases`; arguments as in `fully_connected`, the variable scope is "BiasAdd"."""
    with tf.variable_scope(scope, "BiasAdd", [inputs], reuse=reuse):
        inputs = tf.convert_to_tensor(inputs)
        size = static_dimension(inputs, 1 if data_format == "NCHW" else -1)
        biases = collected(model_variable("biases", [size], inputs.dtype.base_dtype, initializer, regularizer,
                                          trainable), variables_collections, "biases")
        outputs = tf.nn.bias_add(inputs, biases, data_format=data_format)
        return given(outputs if activation_fn is None else activation_fn(outputs), outputs_collections)


@add_arg_scope
@graph_function
def dropout(inputs, keep_prob=0.5, noise_shape=None, is_training=True, outputs_collections=None, scope=None,
            seed=None):
    """Zeros in place of some activations, the others scaled; in training only.

    Args:
      inputs: tensor.
      keep_prob: float or scalar tensor, the probability to be kept.
      noise_shape: what shape has draws of its own, or None.
      is_training: bool or scalar tensor.
      outputs_collections: key for the result, or None.
      scope: name of a scope, or None.
      seed: int, or None.
    """
    with tf.variable_scope(scope, "Dropout", [inputs]):
        inputs = tf.convert_to_tensor(inputs)
        outputs = when(is_training,
                       lambda: tf.nn.dropout(inputs, noise_shape=noise_shape, seed=seed, rate=1 - keep_prob),
                       lambda: tf.identity(inputs))
        return given(outputs, outputs_collections)


@graph_function
def embed_sequence(ids, vocab_size=None, embed_dim=None, unique=False, initializer=None, regularizer=None,
                   trainable=True, scope=None, reuse=None):
    """Embeddings of symbols, with the variable `embeddings` of `tf.contrib.layers.embed_sequence`.

    Args:
      ids: int tensor [batch, length].
      vocab_size, embed_dim: ints; not needed with `reuse`.
      unique: look up each symbol once.
      initializer, regularizer, trainable: of the variable.
      scope, reuse: of the variable scope ("EmbedSequence").

    Returns:
      A tensor [batch, length, embed_dim].

    Raises:
      ValueError: if a size is missing.
    """
    if not reuse and not (vocab_size and embed_dim):
        raise ValueError("embed_sequence: vocab_size and embed_dim must be given, got %r and %r."
                         % (vocab_size, embed_dim))
    with tf.variable_scope(scope, "EmbedSequence", [ids], reuse=reuse):
        shape = [vocab_size, embed_dim] if vocab_size and embed_dim else None
        embeddings = model_variable("embeddings", shape, initializer=initializer, regularizer=regularizer,
                                    trainable=trainable)
        if not unique:
            return embedding_lookup(embeddings, ids)
        ids = tf.convert_to_tensor(ids)
        symbols, places = tf.unique(tf.reshape(ids, [-1]))
        found = tf.gather(embedding_lookup(embeddings, symbols), places)
        return tf.reshape(found, tf.concat([tf.shape(ids), [static_dimension(embeddings, 1)]], 0))


@add_arg_scope
def flatten(inputs, outputs_collections=None, scope=None):
    """A tensor [batch, ...] as a matrix [batch, n].

    Raises:
      ValueError: if the rank isn't known or is 0.
    """
    with tf.name_scope(scope, "Flatten", [inputs]):
        inputs = tf.convert_to_tensor(inputs)
        if not inputs.shape.ndims:
            raise ValueError("flatten: inputs must have a known rank of at least 1, got shape %s."
                             % inputs.shape)
        size = inputs.shape[1:].num_elements()
        batch = static_dimension(inputs, 0)
        if size is not None:
            shape = [-1 if batch is None else batch, size]
        else:
            shape = tf.stack([tf.shape(inputs)[0], -1])
        return given(tf.reshape(inputs, shape), outputs_collections)


@add_arg_scope
def one_hot_encoding(labels, num_classes, on_value=1.0, off_value=0.0, outputs_collections=None, scope=None):
    """Labels as vectors with one 1.

    Args:
      labels: int tensor.
      num_classes: int.
      on_value, off_value: what stands for the label's class, for the others.
      outputs_collections: key for the result, or None.
      scope: name of a scope, or None.
    """
    with tf.name_scope(scope, "OneHotEncoding", [labels, num_classes]):
        labels = tf.convert_to_tensor(labels)
        if labels.dtype == tf.int32:
            labels = tf.cast(labels, tf.int64)
        return given(tf.one_hot(labels, num_classes, on_value=on_value, off_value=off_value),
                     outputs_collections)


def _layer_name(layer):
    return getattr(layer, "__name__", None) or getattr(getattr(layer, "func", None), "__name__", "stack")


def repeat(inputs, repetitions, layer, *args, **kwargs):
    """A layer several times over, in scopes that end in a number; `scope` names the whole."""
    scope = kwargs.pop("scope", None)
    with tf.variable_scope(scope, "Repeat", [inputs]):
        base = scope or _layer_name(layer)
        outputs = tf.convert_to_tensor(inputs)
        for index in range(repetitions):
            outputs = layer(outputs, *args, **dict(kwargs, scope="%s_%d" % (base, index + 1)))
        return outputs


def stack(inputs, layer, stack_args, **kwargs):
    """A layer once for each of a list of arguments, in scopes that end in a number."""
    scope = kwargs.pop("scope", None)
    with tf.variable_scope(scope, "Stack", [inputs]):
        base = scope or _layer_name(layer)
        outputs = tf.convert_to_tensor(inputs)
        for index, arguments in enumerate(stack_args):
            arguments = arguments if isinstance(arguments, (list, tuple)) else [arguments]
            outputs = layer(outputs, *arguments, **dict(kwargs, scope="%s_%d" % (base, index + 1)))
        return outputs
