"""Variables as contrib.framework makes and finds them."""
import re

from ..tf1 import tf
from .argument_scopes import add_arg_scope

__all__ = ["collected", "get_local_variables", "get_model_variables", "get_trainable_variables",
           "get_unique_variable", "get_variables", "get_variables_by_name", "get_variables_by_suffix",
           "get_variables_to_restore", "add_model_variable", "assign_from_checkpoint_fn", "given",
           "layer_variable",
           "local_variable", "model_variable", "variable"]


@add_arg_scope
def variable(name, shape=None, dtype=None, initializer=None, regularizer=None, trainable=True,
             collections=None,
             caching_device=None, device=None, partitioner=None, custom_getter=None, use_resource=None):
    """`tf.get_variable` on a device and in collections; all arguments but `device` are its."""
    collections = list(collections) if collections is not None else [tf.GraphKeys.GLOBAL_VARIABLES]
    collections = sorted(set(collections), key=collections.index)
    with tf.device(device or ""):
        return tf.get_variable(
            name, shape=shape, dtype=dtype, initializer=initializer, regularizer=regularizer,
            trainable=trainable,
            collections=collections, caching_device=caching_device, partitioner=partitioner,
            use_resource=use_resource, custom_getter=custom_getter)


@add_arg_scope
def model_variable(name, shape=None, dtype=tf.float32, initializer=None, regularizer=None, trainable=True,
                   collections=None, caching_device=None, device=None, partitioner=None, custom_getter=None,
                   use_resource=None):
    """`variable` in the collections GLOBAL_VARIABLES and MODEL_VARIABLES besides."""
    collections = list(collections or []) + [tf.GraphKeys.GLOBAL_VARIABLES, tf.GraphKeys.MODEL_VARIABLES]
    return variable(name, shape, dtype, initializer, regularizer, trainable, collections, caching_device,
                    device,
                    partitioner, custom_getter, use_resource)


def layer_variable(name, shape, dtype, initializer, regularizer, trainable):
    """`model_variable` for layers, which regularise a new variable besides what the variable scope does."""
    there = {id(var) for var in tf.global_variables()}
    found = model_variable(name, shape, dtype, initializer, trainable=trainable)
    parts = list(found) if hasattr(found, "as_tensor") else [found]
    if regularizer is not None and not any(id(part) in there for part in parts):
        with tf.name_scope(name + "/Regularizer/"):
            losses = [regularizer(part) for part in parts]
        for loss in losses:
            if loss is not None:
                tf.add_to_collection(tf.GraphKeys.REGULARIZATION_LOSSES, loss)
    return found


def local_variable(initial_value, validate_shape=True, name=None, use_resource=None):
    """A variable that isn't saved, in the collection LOCAL_VARIABLES."""
    return tf.Variable(initial_value, trainable=False, collections=[tf.GraphKeys.LOCAL_VARIABLES],
                       validate_shape=validate_shape, use_resource=use_resource, name=name)


def add_model_variable(var):
    """Puts a variable into MODEL_VARIABLES."""
    if var not in tf.get_collection(tf.GraphKeys.MODEL_VARIABLES):
        tf.add_to_collection(tf.GraphKeys.MODEL_VARIABLES, var)


def get_variables(scope=None, suffix=None, collection=tf.GraphKeys.GLOBAL_VARIABLES):
    """The variables of a collection in a scope.

    Args:
      scope: name or variable scope; None: all.
      suffix: what the name ends with, or None.
      collection: a key.

    Returns:
      A list.
    """
    if isinstance(scope, tf.VariableScope):
        scope = scope.name
    found = tf.get_collection(collection, scope)
    return found if suffix is None else [var for var in found if var.op.name.endswith(suffix)]


def get_model_variables(scope=None, suffix=None):
    """As `get_variables`, of MODEL_VARIABLES."""
    return get_variables(scope, suffix, tf.GraphKeys.MODEL_VARIABLES)


def get_local_variables(scope=None, suffix=None):
    """As `get_variables`, of LOCAL_VARIABLES."""
    return get_variables(scope, suffix, tf.GraphKeys.LOCAL_VARIABLES)


def get_trainable_variables(scope=None, suffix=None):
    """As `get_variables`, of TRAINABLE_VARIABLES."""
    return get_variables(scope, suffix, tf.GraphKeys.TRAINABLE_VARIABLES)


def get_variables_by_suffix(suffix, scope=None):
    """The variables whose names end so."""
    return get_variables(scope=scope, suffix=suffix)


def get_variables_by_name(given_name, scope=None):
    """The variables whose last part of the name it is."""
    return [var for var in get_variables(scope) if ("/" + var.op.name).endswith("/" + given_name)]


def get_unique_variable(var_op_name):
    """The variable of an operation's name.

    Raises:
      ValueError: if there is none.
    """
    for candidate in tf.get_collection(tf.GraphKeys.GLOBAL_VARIABLES, re.escape(var_op_name)):
        if candidate.op.name == var_op_name:
            return candidate
    raise ValueError("get_unique_variable: there is no variable %r." % var_op_name)


def get_variables_to_restore(include=None, exclude=None):
    """The variables in some scopes and not in others.

    Args:
      include: list of scopes; None: all.
      exclude: list of scopes, or None.
    """
    found = get_variables() if include is None else [var for scope in include for var in get_variables(scope)]
    left_out = {id(var) for scope in exclude or () for var in get_variables(scope)}
    return [var for var in found if id(var) not in left_out]


def assign_from_checkpoint_fn(model_path, var_list, ignore_missing_vars=False, reshape_variables=False):
    """A function of a session that reads variables from a checkpoint.

    Args:
      model_path: the checkpoint.
      var_list: list of variables, or dict from names in the checkpoint to them.
      ignore_missing_vars: leave alone what the checkpoint doesn't have.
      reshape_variables: allow other shapes with as many elements.

    Raises:
      ValueError: if there is nothing to read.
    """
    if ignore_missing_vars:
        there = tf.train.NewCheckpointReader(model_path).get_variable_to_shape_map()
        named = var_list if isinstance(var_list, dict) else {var.op.name: var for var in var_list}
        var_list = {name: var for name, var in named.items() if name in there}
    if not var_list:
        raise ValueError("assign_from_checkpoint_fn: no variables to restore from %r." % (model_path,))
    saver = tf.train.Saver(var_list, reshape=reshape_variables)
    return lambda session: saver.restore(session, model_path)


def collected(var, variables_collections, kind):
    """Puts a variable into collections.

    Args:
      var: a variable.
      variables_collections: list of keys, or dict from kinds to lists of keys, or None.
      kind: such as "weights".
    """
    keys = variables_collections
    if isinstance(keys, dict):
        keys = keys.get(kind)
    for key in [keys] if isinstance(keys, str) else keys or ():
        if not any(var is other for other in tf.get_collection(key)):
            tf.add_to_collection(key, var)
    return var


def given(outputs, outputs_collections):
    """Puts a layer's result into a collection, or a list of them, or none."""
    keys = outputs_collections or ()
    for key in [keys] if isinstance(keys, str) else keys:
        tf.add_to_collection(key, outputs)
    return outputs
