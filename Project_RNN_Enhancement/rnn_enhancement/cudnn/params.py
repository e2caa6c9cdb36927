"""The older form of cuDNN's networks, of TensorFlow 1.0 to 1.3: the program holds all weights in one tensor.

TensorFlow 1.15 has it in `contrib.cudnn_rnn.python.ops.cudnn_rnn_ops`.
"""
import numbers

from ..arguments import graph_function
from ..placement import device_of, placed
from ..tf1 import tf
from . import layout as names
from .calls import called, checked_rate
from .layout import Layout

__all__ = ["CudnnGRUOfParams", "CudnnLSTMOfParams", "CudnnRNNReluOfParams", "CudnnRNNTanhOfParams"]


class _OfParams(object):
    """A network that is given its weights in every call, as a tensor [params_size()].

    In that tensor are all matrices W and R, layer by layer, forwards before backwards, W of all gates
    before R of all gates; then all biases in the same order. cuDNN promises no order; this is the one
    in which Keras gives it weights.

    Args:
      num_layers, num_units, input_size: ints.
      input_mode: as of the layers; at first, before 1.3, TensorFlow had "auto_select" where nothing
        was said, which adds the inputs without a matrix if `input_size` is `num_units`.
      direction: "unidirectional" or "bidirectional".
      dtype: of the weights. A number in this place is `dropout`, and the next one `seed`, as in the order of
        TensorFlow 1.0 to 1.3.
      dropout: rate in [0, 1] of what is dropped between layers in training.
      seed: of dropout; 0: none in particular.
      num_proj: None or 0: cells with projections aren't there.
      gpu_for_layer: as of the layers.

    Raises:
      TypeError, ValueError: for an argument of a wrong type or value; ValueError for projections.
    """

    _rnn_mode = None

    def __init__(self, num_layers, num_units, input_size, input_mode=names.LINEAR_INPUT,
                 direction=names.UNIDIRECTIONAL, dtype=tf.float32, dropout=0., seed=0, num_proj=None,
                 gpu_for_layer=None):
        if isinstance(dtype, numbers.Real):
            dtype, dropout, seed = tf.float32, dtype, dropout or seed
        if num_proj:
            raise ValueError("num_proj=%r: there are no projections here; take LSTMCell of "
                             "rnn_cell_enhanced, which has num_proj, in dynamic_rnn." % (num_proj,))
        self._layout = Layout(self._rnn_mode, num_layers, num_units, input_size, input_mode, direction)
        self._input_mode, self._dtype = input_mode, tf.as_dtype(dtype)
        self._dropout, self._seed = checked_rate(dropout), int(seed or 0)
        self._pinned_to = device_of(gpu_for_layer)

    num_layers = property(lambda self: self._layout.num_layers)
    num_units = property(lambda self: self._layout.num_units)
    input_size = property(lambda self: self._layout.input_size)
    input_mode = property(lambda self: self._input_mode)
    direction = property(lambda self: self._layout.direction)
    rnn_mode = property(lambda self: self._rnn_mode)
    num_proj = property(lambda self: None)

    def params_size(self):
        """How many numbers the tensor of weights has, as an int32 tensor."""
        return tf.constant(self._layout.size, tf.int32)

    def params_to_canonical(self, params):
        """(list of matrices, list of biases), in cuDNN's order, from the tensor of weights.

        The first layer's matrices W have no columns where the inputs are added as they are.
        """
        return self._layout.split(params)

    def canonical_to_params(self, weights, biases):
        """The tensor of weights from the lists that `params_to_canonical` gives (or of flattened tensors)."""
        return self._layout.join(weights, biases)

    def _run(self, inputs, states, params, is_training, lengths, time_major):
        if lengths is not None and tf.convert_to_tensor(lengths).dtype == tf.bool:
            # TensorFlow 1.0 to 1.3 had `is_training` in this place.
            is_training, lengths = lengths, None
        with placed(self._pinned_to):
            cells = self._layout.by_variables(*self._layout.split(tf.convert_to_tensor(params, self._dtype)))
            return called(self._layout, cells, tf.convert_to_tensor(inputs, self._dtype), states, lengths,
                          time_major, is_training, self._dropout, self._seed or None)


class CudnnLSTMOfParams(_OfParams):
    __doc__ = _OfParams.__doc__
    _rnn_mode = names.LSTM

    @graph_function
    def __call__(self, input_data, input_h, input_c, params, sequence_lengths=None, time_major=True,
                 is_training=True):
        """Runs over all steps.

        Args:
          input_data, sequence_lengths, time_major: as of the layers' `call`. A bool in place of
            `sequence_lengths` is `is_training`.
          input_h, input_c: tensors [layers * directions, batch, num_units], or batch first unless
            `time_major`.
          params: tensor [params_size()].
          is_training: bool or bool tensor: whether `dropout` is applied.

        Returns:
          (outputs, h, c).

        Raises:
          TypeError, ValueError: as the layers' `call`.
        """
        outputs, (h, c) = self._run(input_data, (input_h, input_c), params, is_training, sequence_lengths,
                                    time_major)
        return outputs, h, c


class _WithoutC(_OfParams):
    __doc__ = _OfParams.__doc__

    @graph_function
    def __call__(self, input_data, input_h, params, sequence_lengths=None, time_major=True, is_training=True):
        """Runs over all steps; as of the LSTM, without c. Returns (outputs, h)."""
        outputs, (h,) = self._run(input_data, (input_h,), params, is_training, sequence_lengths, time_major)
        return outputs, h


class CudnnGRUOfParams(_WithoutC):
    __doc__ = _OfParams.__doc__
    _rnn_mode = names.GRU


class CudnnRNNTanhOfParams(_WithoutC):
    __doc__ = _OfParams.__doc__
    _rnn_mode = names.TANH


class CudnnRNNReluOfParams(_WithoutC):
    __doc__ = _OfParams.__doc__
    _rnn_mode = names.RELU
