"""LSTMs whose inputs and states are images (or sequences, or volumes) and whose maps convolve."""
from ..arguments import boolean, finite_number, positive_int
from ..tf1 import LayerRNNCell, tf
from .base import RNNCell, check_floating
from .lstm import LSTMStateTuple

__all__ = ["ConvLSTMCell", "Conv1DLSTMCell", "Conv2DLSTMCell", "Conv3DLSTMCell"]


class ConvLSTMCell(RNNCell, LayerRNNCell):
    """`tf.contrib.rnn.ConvLSTMCell`; convolutional LSTM, Shi et al. 2015, arXiv:1506.04214.

        i, j, f, o = conv([x; h], W) + b                      stride 1, padded with zeros
        c' = sigmoid(f + forget_bias)*c + sigmoid(i)*tanh(j)
        h' = tanh(c')*sigmoid(o)                              output = h', state = (c', h')

    Args:
      conv_ndims: 1, 2 or 3, number of dimensions of space.
      input_shape: ints, shape of an input without batch: space, then channels.
      output_channels: int, channels of c, h and output.
      kernel_shape: ints, shape of the kernel in space.
      use_bias: whether there is b.
      skip_connection: whether the output is h' and the input, channels side by side. The state
        keeps h' alone: TensorFlow 1.15, where it is the output, can't take a second step.
      forget_bias: constant inside the forget gate, no variable.
      initializers: unused.
      name: of the layer.
      **kwargs: `dtype`, `gpu_for_layer`, `weight_initializer`, `orthogonal_scale_factor` (see
        `RNNCell`), `trainable`.

    Variables: kernel [kernel_shape.., input + output channels, 4*output_channels], biases
    [4*output_channels] (starts at 0).

    Raises:
      ValueError: if `input_shape` or `kernel_shape` doesn't fit `conv_ndims`.
    """

    def __init__(self, conv_ndims, input_shape, output_channels, kernel_shape, use_bias=True,
                 skip_connection=False, forget_bias=1.0, initializers=None, name="conv_lstm_cell",
                 **kwargs):
        super(ConvLSTMCell, self).__init__(
            name=name, use_bias=boolean("use_bias", use_bias), **kwargs)
        if conv_ndims not in (1, 2, 3):
            raise ValueError("conv_ndims must be 1, 2 or 3, got %r." % (conv_ndims,))
        self._shape_of_inputs = [positive_int("input_shape", size) for size in input_shape]
        self._kernel_shape = [positive_int("kernel_shape", size) for size in kernel_shape]
        if len(self._shape_of_inputs) != conv_ndims + 1:
            raise ValueError("Invalid input_shape %s for conv_ndims=%d: give %d sizes, space and "
                             "channels." % (self._shape_of_inputs, conv_ndims, conv_ndims + 1))
        if len(self._kernel_shape) != conv_ndims:
            raise ValueError("Invalid kernel_shape %s for conv_ndims=%d: give %d sizes."
                             % (self._kernel_shape, conv_ndims, conv_ndims))
        self._conv_ndims = conv_ndims
        self._output_channels = positive_int("output_channels", output_channels)
        self._skip_connection = boolean("skip_connection", skip_connection)
        self._forget_bias = finite_number("forget_bias", forget_bias)

    @property
    def state_size(self):
        size = tf.TensorShape(self._shape_of_inputs[:-1] + [self._output_channels])
        return LSTMStateTuple(size, size)

    @property
    def output_size(self):
        channels = self._output_channels
        if self._skip_connection:
            channels += self._shape_of_inputs[-1]
        return tf.TensorShape(self._shape_of_inputs[:-1] + [channels])

    @staticmethod
    def _is_bias(leaf):
        return leaf == "biases"

    def build(self, inputs_shape):
        channels = tf.dimension_value(tf.TensorShape(inputs_shape)[-1])
        if channels != self._shape_of_inputs[-1]:
            raise ValueError("The inputs are to have input_shape %s, got the shape %s."
                             % (self._shape_of_inputs, inputs_shape))
        width = 4 * self._output_channels
        self._kernel = self.add_weight(
            "kernel", self._kernel_shape + [channels + self._output_channels, width])
        self._bias = self.add_weight("biases", [width], initializer=tf.constant_initializer(0.0))
        self.built = True

    def call(self, inputs, state):
        check_floating(inputs, state)
        c, h = state
        i, j, f, o = tf.split(self._convolved(tf.concat([inputs, h], -1)), 4, axis=-1)
        c = tf.sigmoid(f + self._forget_bias) * c + tf.sigmoid(i) * tf.tanh(j)
        h = tf.tanh(c) * tf.sigmoid(o)
        output = tf.concat([h, inputs], -1) if self._skip_connection else h
        return output, LSTMStateTuple(c, h)

    def _convolved(self, values):
        if self._conv_ndims == 1:
            values = tf.nn.conv1d(values, self._kernel, 1, "SAME")
        elif self._conv_ndims == 2:
            values = tf.nn.conv2d(values, self._kernel, [1] * 4, "SAME")
        else:
            values = tf.nn.conv3d(values, self._kernel, [1] * 5, "SAME")
        return values if self._bias is None else values + self._bias

    def get_config(self):
        config = super(ConvLSTMCell, self).get_config()
        config.update(input_shape=self._shape_of_inputs, output_channels=self._output_channels,
                      kernel_shape=self._kernel_shape, use_bias=self._use_bias,
                      skip_connection=self._skip_connection, forget_bias=self._forget_bias)
        if type(self) is ConvLSTMCell:
            config.update(conv_ndims=self._conv_ndims)
        return config


class Conv1DLSTMCell(ConvLSTMCell):
    """`ConvLSTMCell` with `conv_ndims=1`; its other arguments are keywords."""

    def __init__(self, name="conv_1d_lstm_cell", **kwargs):
        super(Conv1DLSTMCell, self).__init__(conv_ndims=1, name=name, **kwargs)


class Conv2DLSTMCell(ConvLSTMCell):
    """`ConvLSTMCell` with `conv_ndims=2`; its other arguments are keywords."""

    def __init__(self, name="conv_2d_lstm_cell", **kwargs):
        super(Conv2DLSTMCell, self).__init__(conv_ndims=2, name=name, **kwargs)


class Conv3DLSTMCell(ConvLSTMCell):
    """`ConvLSTMCell` with `conv_ndims=3`; its other arguments are keywords."""

    def __init__(self, name="conv_3d_lstm_cell", **kwargs):
        super(Conv3DLSTMCell, self).__init__(conv_ndims=3, name=name, **kwargs)
