"""What programs used of `tf.contrib.framework` that TensorFlow itself doesn't have.

`arg_scope` with `add_arg_scope` gives functions of `contrib_layers_enhanced` and of the program's own other
defaults (`layers.argument_scopes`); `variable`, `model_variable` and the functions that find variables are
in `layers.variables`.
"""
from .layers.argument_scopes import (add_arg_scope, arg_scope, arg_scoped_arguments, current_arg_scope,
                                     has_arg_scope)
from .layers.conditions import smart_cond
from .layers.variables import (add_model_variable, assign_from_checkpoint_fn, get_local_variables,
                               get_model_variables, get_trainable_variables, get_unique_variable,
                               get_variables,
                               get_variables_by_name, get_variables_by_suffix, get_variables_to_restore,
                               local_variable, model_variable, variable)
from .public_names import explain_missing_names

__all__ = ["add_arg_scope", "add_model_variable", "arg_scope", "arg_scoped_arguments",
           "assign_from_checkpoint_fn",
           "current_arg_scope", "get_local_variables", "get_model_variables", "get_trainable_variables",
           "get_unique_variable", "get_variables", "get_variables_by_name", "get_variables_by_suffix",
           "get_variables_to_restore", "has_arg_scope", "local_variable", "model_variable", "smart_cond",
           "variable"]

explain_missing_names(__name__)
