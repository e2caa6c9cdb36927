"""What a `tf.train.Saver` takes for weights in cuDNN's flat form: it writes kernels and biases of cells."""
from ..tf1 import SaveableObject, SaveSpec, tf
from . import layout as names
from .layout import Layout

__all__ = ["CudnnGRUSaveable", "CudnnLSTMSaveable", "CudnnParamsFormatConverterGRU",
           "CudnnParamsFormatConverterLSTM", "CudnnParamsFormatConverterRelu",
           "CudnnParamsFormatConverterTanh", "CudnnRNNReluSaveable", "CudnnRNNTanhSaveable",
           "RNNParamsSaveable", "VariablesSaveable"]


class VariablesSaveable(SaveableObject):
    """Variables as one thing to save, each by its own name.

    Args:
      variables: list.
      name: of the whole.
    """

    def __init__(self, variables, name):
        self._variables = variables
        values = [tf.identity(variable) for variable in variables]
        super(VariablesSaveable, self).__init__(values[0].op, [
            SaveSpec(value, "", variable.op.name) for value, variable in zip(values, variables)], name)

    def restore(self, restored_tensors, restored_shapes):
        return tf.group(*[tf.assign(variable, value)
                          for variable, value in zip(self._variables, restored_tensors)])


def _joined(layout, tensors):
    """The flat form of all kernels and then all biases, as they are in a checkpoint."""
    dtype, tensors = tensors[0].dtype, list(tensors)
    kernels = [tensors.pop(0) if rows else tf.zeros([0, columns], dtype)
               for rows, columns in _kernel_shapes(layout)]
    pairs = list(zip(kernels, tensors))
    each = len(layout.parts)
    return layout.join(*layout.canonical([pairs[i:i + each] for i in range(0, len(pairs), each)]))


def _kernel_shapes(layout):
    return [layout.kernel_shape(cell, part) for cell in range(layout.num_cells) for part in layout.parts]


def _separate(layout, params):
    """(kernels that have rows, biases), in the order of cells."""
    pairs = [pair for cell in layout.by_variables(*layout.split(params)) for pair in cell]
    kernels = [kernel for (kernel, _), (rows, _) in zip(pairs, _kernel_shapes(layout)) if rows]
    return kernels, [bias for _, bias in pairs]


class _ParamsSaveable(SaveableObject):
    """A variable of the flat form, that is in checkpoints as the cells' kernels and biases."""

    def __init__(self, layout, variable, prefix, name):
        self._layout, self._variable = layout, variable
        kernels, biases = _separate(layout, variable)
        starts = [prefix(cell) + part.name for cell in range(layout.num_cells) for part in layout.parts]
        of_kernels = [start for start, (rows, _) in zip(starts, _kernel_shapes(layout)) if rows]
        super(_ParamsSaveable, self).__init__(tf.identity(variable).op, [
            SaveSpec(value, "", key) for value, key in zip(
                kernels + biases,
                [start + "kernel" for start in of_kernels] + [start + "bias" for start in starts])], name)

    def restore(self, restored_tensors, restored_shapes):
        return tf.assign(self._variable, _joined(self._layout, restored_tensors), validate_shape=False)


class RNNParamsSaveable(_ParamsSaveable):
    """`tf.contrib.cudnn_rnn.RNNParamsSaveable` of TensorFlow 1.0 to 1.3.

    Of one direction it has the names of TensorFlow 1.3, which wrote some more biases. For a checkpoint
    that was written with cuDNN, leave the variable itself out of the Saver's variables: cuDNN may have
    kept its weights in another order.

    Args:
      cudnn_rnn: a network of the older form. At first TensorFlow didn't have this argument: then it's the
        one that the first function is a method of.
      params_to_canonical, canonical_to_params: its methods.
      param_variables: list with the variable of all weights.
      base_variable_scope: what names in the checkpoint begin with, before "multi_rnn_cell".
      name: of the whole.

    Raises:
      TypeError: unless the network, or the methods, are of the older form.
      ValueError: unless there is one variable.
    """

    def __init__(self, *args, **kwargs):
        if args and hasattr(args[0], "__self__"):
            args = (args[0].__self__,) + args
        elif not args and "cudnn_rnn" not in kwargs:
            kwargs["cudnn_rnn"] = getattr(kwargs.get("params_to_canonical"), "__self__", None)
        self._set(*args, **kwargs)

    def _set(self, cudnn_rnn, params_to_canonical, canonical_to_params, param_variables,
             base_variable_scope=None, name="params_canonical"):
        layout = getattr(cudnn_rnn, "_layout", None)
        if not isinstance(layout, Layout):
            raise TypeError("RNNParamsSaveable needs a CudnnLSTM, CudnnGRU, ... that was made with "
                            "input_size, and its methods params_to_canonical and canonical_to_params, "
                            "got %r." % (cudnn_rnn,))
        variables = list(param_variables) if isinstance(param_variables, (list, tuple)) else [param_variables]
        if len(variables) != 1:
            raise ValueError("param_variables must be a list of one variable, got %r." % (param_variables,))
        outer = base_variable_scope + "/" if base_variable_scope else ""
        super(RNNParamsSaveable, self).__init__(
            layout, variables[0], lambda cell: layout.prefix(cell, outer), name)


class _OpaqueParamsSaveable(_ParamsSaveable):
    """A variable of all weights in cuDNN's flat form, for a `tf.train.Saver`.

    In checkpoints are the kernels and biases of cells by the names that they have in `dynamic_rnn` or
    `stack_bidirectional_dynamic_rnn`.

    Args:
      opaque_params: variable of all weights.
      num_layers, num_units, input_size, input_mode, direction: as of the network.
      scope: variable scope or name, before the names in the checkpoint.
      name: of the whole.
    """

    _rnn_mode = None

    def __init__(self, opaque_params, num_layers, num_units, input_size, input_mode=names.LINEAR_INPUT,
                 direction=names.UNIDIRECTIONAL, scope=None, name="cudnn_rnn_saveable"):
        layout = Layout(self._rnn_mode, num_layers, num_units, input_size, input_mode, direction)
        scope = getattr(scope, "name", scope)
        outer = scope + "/" if scope else ""
        super(_OpaqueParamsSaveable, self).__init__(
            layout, opaque_params, lambda cell: outer + layout.prefix(cell), name)


class CudnnLSTMSaveable(_OpaqueParamsSaveable):
    __doc__ = _OpaqueParamsSaveable.__doc__
    _rnn_mode = names.LSTM


class CudnnGRUSaveable(_OpaqueParamsSaveable):
    __doc__ = _OpaqueParamsSaveable.__doc__
    _rnn_mode = names.GRU


class CudnnRNNTanhSaveable(_OpaqueParamsSaveable):
    __doc__ = _OpaqueParamsSaveable.__doc__
    _rnn_mode = names.TANH


class CudnnRNNReluSaveable(_OpaqueParamsSaveable):
    __doc__ = _OpaqueParamsSaveable.__doc__
    _rnn_mode = names.RELU


class _FormatConverter(object):
    """Between cuDNN's flat form of all weights, and the cells' kernels and biases.

    Args:
      num_layers, num_units, input_size, input_mode, direction: as of the network.
      num_proj: None or 0: there are no projections here.

    Raises:
      ValueError: for projections.
    """

    _rnn_mode = None

    def __init__(self, num_layers, num_units, input_size, num_proj=None, input_mode=names.LINEAR_INPUT,
                 direction=names.UNIDIRECTIONAL):
        if num_proj:
            raise ValueError("num_proj=%r: there are no projections here." % (num_proj,))
        self._layout = Layout(self._rnn_mode, num_layers, num_units, input_size, input_mode, direction)

    def opaque_to_tf_canonical(self, opaque_param):
        """(list of kernels, list of biases) from the flat form."""
        return _separate(self._layout, opaque_param)

    def tf_canonical_to_opaque(self, tf_canonicals):
        """The flat form from the list of all kernels and then all biases."""
        return _joined(self._layout, [tf.convert_to_tensor(tensor) for tensor in tf_canonicals])


class CudnnParamsFormatConverterLSTM(_FormatConverter):
    __doc__ = _FormatConverter.__doc__
    _rnn_mode = names.LSTM


class CudnnParamsFormatConverterGRU(_FormatConverter):
    __doc__ = _FormatConverter.__doc__
    _rnn_mode = names.GRU


class CudnnParamsFormatConverterTanh(_FormatConverter):
    __doc__ = _FormatConverter.__doc__
    _rnn_mode = names.TANH


class CudnnParamsFormatConverterRelu(_FormatConverter):
    __doc__ = _FormatConverter.__doc__
    _rnn_mode = names.RELU
