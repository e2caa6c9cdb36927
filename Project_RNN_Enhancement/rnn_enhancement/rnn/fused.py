"""Fused cells of `tf.contrib.rnn`: objects that run over all steps of time-major inputs at once."""
import abc

from ..cells.base import RNNCell
from ..cells.block import LSTMBlock
from ..cells.lstm import LSTMStateTuple
from ..tf1 import (check_graph_mode, is_sequence, keras, Layer, quiet_deprecations,
                   static_dimension, tf, without_autograph)
from .dynamic import dynamic_rnn
from .running import reversed_in_time
from .static import static_rnn

__all__ = ["FusedRNNCell", "FusedRNNCellAdaptor", "LSTMBlockFusedCell", "LSTMBlockWrapper",
           "TimeReversedFusedRNN"]


class FusedRNNCell(abc.ABC):
    """Base class of what runs over time by itself; a subclass defines `__call__`."""

    @abc.abstractmethod
    def __call__(self, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
        """Runs over all steps.

        Args:
          inputs: tensor [time, batch, input_size], or a list of tensors [batch, input_size].
          initial_state: state before the first step; zeros of `dtype` by default.
          dtype: of the zero state.
          sequence_length: int tensor [batch]; all of time by default.
          scope: variable scope or name.

        Returns:
          (outputs [time, batch, output_size], or a list where the inputs are one, final state).
        """


class FusedRNNCellAdaptor(FusedRNNCell):
    """An ordinary cell as a `FusedRNNCell`.

    Args:
      cell: an RNN cell.
      use_dynamic_rnn: True: `dynamic_rnn` runs it; False: `static_rnn`, for which the number of
        steps must be known.
    """

    def __init__(self, cell, use_dynamic_rnn=False):
        self._cell = cell
        self._use_dynamic_rnn = use_dynamic_rnn

    def __call__(self, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
        options = dict(initial_state=initial_state, dtype=dtype, sequence_length=sequence_length,
                       scope=scope)
        is_list = isinstance(inputs, list)
        if self._use_dynamic_rnn:
            outputs, state = dynamic_rnn(self._cell, tf.stack(inputs) if is_list else inputs,
                                         time_major=True, **options)
            return tf.unstack(outputs) if is_list else outputs, state
        outputs, state = static_rnn(self._cell, inputs if is_list else tf.unstack(inputs),
                                    **options)
        return outputs if is_list else tf.stack(outputs), state


class TimeReversedFusedRNN(FusedRNNCell):
    """A `FusedRNNCell` that runs from the last step to the first.

    Inputs and outputs are in the order of time. Of a tensor each example is reversed within its
    `sequence_length`; a list is reversed as a whole, as in TensorFlow.

    Args:
      cell: a `FusedRNNCell`.
    """

    def __init__(self, cell):
        self._cell = cell

    @staticmethod
    def _reverse(steps, lengths):
        if isinstance(steps, list):
            return steps[::-1]
        return reversed_in_time(steps, lengths)

    def __call__(self, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
        outputs, state = self._cell(
            self._reverse(inputs, sequence_length), initial_state=initial_state, dtype=dtype,
            sequence_length=sequence_length, scope=scope)
        return self._reverse(outputs, sequence_length), state


class LSTMBlockWrapper(Layer, metaclass=abc.ABCMeta):
    """Base class of LSTMs that run over all steps at once.

    It makes the zero state, and takes from the states of all steps each example's last one. A
    subclass has the property `num_units` and `_call_cell`.
    """

    @property
    @abc.abstractmethod
    def num_units(self):
        """Size n of c, h and the outputs."""

    @abc.abstractmethod
    def _call_cell(self, inputs, initial_cell_state, initial_output, dtype, sequence_length):
        """Runs over all steps.

        Args:
          inputs: tensor [time, batch, input_size].
          initial_cell_state, initial_output: tensors [batch, n].
          dtype: of states and outputs.
          sequence_length: int tensor [batch], or None.

        Returns:
          (c, h) after every step, each [time, batch, n]. What stands past an example's end has no
          effect.
        """

    @without_autograph
    def __call__(self, inputs, *args, **kwargs):
        """Runs over all steps.

        Args:
          inputs: tensor [time, batch, input_size], or a list of tensors [batch, input_size].
          initial_state: pair (c, h) of tensors [batch, n]; zeros of `dtype` by default.
          dtype: of the zero state.
          sequence_length: int tensor [batch]; past its end an example's outputs are zero, and its
            final state is the one there.
          scope: variable scope or name; the layer's name by default.

        Returns:
          (outputs [time, batch, n], or a list where the inputs are one, `LSTMStateTuple` (c, h)).

        Raises:
          ValueError: if `input_size` is unknown, `initial_state` is no pair, or there is neither
            `initial_state` nor `dtype`.
          RuntimeError: if called eagerly on TensorFlow 2.x.
        """
        check_graph_mode(type(self).__name__)
        is_list = isinstance(inputs, list)
        if is_list:
            inputs = tf.stack(inputs)
        with quiet_deprecations():
            outputs, state = super(LSTMBlockWrapper, self).__call__(inputs, *args, **kwargs)
        return tf.unstack(outputs) if is_list else outputs, state

    @without_autograph
    def call(self, inputs, initial_state=None, dtype=None, sequence_length=None):
        if static_dimension(inputs, 2) is None:
            raise ValueError("%s needs inputs [time, batch, input_size] of known input_size, got "
                             "shape %s." % (type(self).__name__, inputs.shape))
        length, batch = [static_dimension(inputs, axis) or tf.shape(inputs)[axis]
                         for axis in (0, 1)]
        if initial_state is None:
            if dtype is None:
                raise ValueError("%s needs initial_state or dtype." % type(self).__name__)
            zeros = tf.zeros([batch, self.num_units], dtype)
            initial_state = (zeros, zeros)
        elif not is_sequence(initial_state) or len(initial_state) != 2:
            raise ValueError("initial_state must be a pair (c, h), got %r." % (initial_state,))
        first_c, first_h = [tf.convert_to_tensor(part) for part in initial_state]
        if dtype is None:
            dtype = first_c.dtype
        if sequence_length is not None:
            sequence_length = tf.cast(sequence_length, tf.int32)
        all_c, all_h = self._call_cell(inputs, first_c, first_h, dtype, sequence_length)
        if sequence_length is None:
            return all_h, LSTMStateTuple(all_c[-1], all_h[-1])
        going_on = tf.transpose(tf.sequence_mask(sequence_length, length, all_h.dtype))
        outputs = all_h * tf.expand_dims(going_on, 2)
        last = tf.stack([sequence_length, tf.range(batch)], 1)
        # An example of length 0 ends with its initial state.
        return outputs, LSTMStateTuple(*[
            tf.gather_nd(tf.concat([tf.expand_dims(first, 0), later], 0), last)
            for first, later in ((first_c, all_c), (first_h, outputs))])


class _AllStates(RNNCell):
    """A cell that gives its whole state as output; `step`: function (x, c, h) -> (c', h')."""

    def __init__(self, step, num_units):
        self._step = step
        self._size = LSTMStateTuple(num_units, num_units)

    @property
    def state_size(self):
        return self._size

    @property
    def output_size(self):
        return self._size

    @without_autograph
    def __call__(self, inputs, state, scope=None):
        state = LSTMStateTuple(*self._step(inputs, *state))
        return state, state


class LSTMBlockFusedCell(LSTMBlock, LSTMBlockWrapper):
    """`tf.contrib.rnn.LSTMBlockFusedCell` of TensorFlow 1.15: its variables, numbers, gradients.

    Zaremba et al. 2014, arXiv:1409.2329; `LSTMBlock` has the equations. Time is a loop, where
    TensorFlow's is a kernel. Lists of inputs, which 1.15 takes no longer, are taken.

    Args:
      num_units, forget_bias, cell_clip, use_peephole: as in `LSTMBlock`.
      reuse: whether to reuse variables of the scope.
      dtype: of the variables; the inputs' by default.
      name: of the layer, and so of its scope.

    Variables: kernel [input + n, 4n], bias [4n], w_i_diag, w_f_diag, w_o_diag [n].

    Raises:
      TypeError, ValueError: as `LSTMBlock`.
    """

    def __init__(self, num_units, forget_bias=1.0, cell_clip=None, use_peephole=False, reuse=None,
                 dtype=None, name="lstm_fused_cell"):
        with quiet_deprecations():
            super(LSTMBlockFusedCell, self).__init__(_reuse=reuse, name=name, dtype=dtype)
        self._set_block(num_units, forget_bias, cell_clip, use_peephole)
        self.input_spec = keras.layers.InputSpec(ndim=3)

    @property
    def num_units(self):
        return self._num_units

    def build(self, input_shape):
        size = tf.dimension_value(tf.TensorShape(input_shape)[2])
        if size is None:
            raise ValueError("LSTMBlockFusedCell needs inputs [time, batch, input_size] of known "
                             "input_size, got shape %s." % (input_shape,))
        self._make_variables(size)
        self.built = True

    def _call_cell(self, inputs, initial_cell_state=None, initial_output=None, dtype=None,
                   sequence_length=None):
        return dynamic_rnn(
            _AllStates(self._block_step, self.num_units), inputs, time_major=True,
            initial_state=LSTMStateTuple(initial_cell_state, initial_output))[0]
