"""A decoder's steps in a loop of the graph that ends when every example has ended."""
import abc

from ..arguments import boolean, graph_function
from ..tf1 import control_flow_context, is_control_flow_classic, private_rnn, select_rows, tf
from ..unrolling.policy import loop_if_faithful

__all__ = ["Decoder", "dynamic_decode"]

_transpose_batch_time = private_rnn._transpose_batch_time

# Who says otherwise means TensorFlow's loop.
_PARALLEL = 32


class Decoder(abc.ABC):
    """What `dynamic_decode` runs: first inputs and state, and a step from one to the next.

    Inputs, states and outputs are nests of tensors [batch, ...]; a state may hold TensorArrays too.
    """

    @property
    def batch_size(self):
        """Scalar int32 tensor, or int."""
        raise NotImplementedError

    @property
    def output_size(self):
        """Nest of ints or `TensorShape`s, the shapes of a step's outputs without the batch."""
        raise NotImplementedError

    @property
    def output_dtype(self):
        """Nest of dtypes, of a step's outputs."""
        raise NotImplementedError

    @property
    def tracks_own_finished(self):
        """False: an example that has ended stays ended, whatever `step` says later.

        True for a decoder that changes the order of examples (or beams) between steps; then `step`
        tells each time all that have ended.
        """
        return False

    @abc.abstractmethod
    def initialize(self, name=None):
        """Returns (finished: bool [batch], first inputs, initial state)."""
        raise NotImplementedError

    @abc.abstractmethod
    def step(self, time, inputs, state, name=None):
        """Returns (outputs, new state, next inputs, finished: bool [batch]).

        Args:
          time: scalar int32 tensor, number of steps before this one.
          inputs, state: as `initialize` or the step before returned them.
          name: of the operations.
        """
        raise NotImplementedError

    def finalize(self, outputs, final_state, sequence_lengths):
        """Returns (outputs, final state) as `dynamic_decode` is to return them.

        Called once after the loop; a decoder without it leaves both as they are.

        Args:
          outputs: nest of tensors [time, batch, ...].
          final_state: the state after the last step.
          sequence_lengths: int32 [batch].
        """
        raise NotImplementedError

    def _in_known_steps(self, impute_finished, maximum_iterations):
        """(function, its arguments) that does as `_run` where steps don't say when they end."""
        return None


def _checked_maximum(maximum_iterations):
    if maximum_iterations is None:
        return None
    maximum_iterations = tf.convert_to_tensor(
        maximum_iterations, dtype=tf.int32, name="maximum_iterations")
    if maximum_iterations.shape.ndims != 0:
        raise ValueError("maximum_iterations must be a scalar, got shape %s."
                         % maximum_iterations.shape)
    return maximum_iterations


def _sizes(batch_size, size):
    """(static shape, tensor of it) of [batch_size] + size."""
    size = tf.TensorShape(size)
    static = tf.TensorShape([tf.get_static_value(batch_size)]).concatenate(size)
    return static, tf.concat([[batch_size], tf.constant(size.as_list(), tf.int32)], 0)


def _zeros(size, dtype, batch_size):
    static, sizes = _sizes(batch_size, size)
    zeros = tf.zeros(sizes, dtype)
    zeros.set_shape(static)
    return zeros


def _array(size, dtype, batch_size):
    # Sizes that are ints leave the shape open, as they do in `tf.contrib.seq2seq`.
    shape = None
    if isinstance(size, tf.TensorShape) and size.ndims != 0:
        shape = tf.TensorShape([tf.get_static_value(batch_size)]).concatenate(size)
    return tf.TensorArray(dtype, size=0, dynamic_size=True, element_shape=shape)


def _unless_finished(finished, old, new):
    """`new`, with the rows of `old` for examples that had ended."""
    if isinstance(old, tf.TensorArray):
        return new
    new.set_shape(old.shape)
    if finished.shape.ndims == 2 and (new.shape.ndims or 0) > 2:
        raise ValueError("impute_finished=True is not possible with beams, whose outputs name the "
                         "beams that they go on from: leave it False. Finished hypotheses keep "
                         "their scores and go on by end_token.")
    return new if new.shape.ndims == 0 else select_rows(finished, old, new)


@graph_function
def dynamic_decode(decoder, output_time_major=False, impute_finished=False,
                   maximum_iterations=None, parallel_iterations=_PARALLEL, swap_memory=False, scope=None):
    """Runs a decoder until all examples have ended.

    A `BasicDecoder` with a `TrainingHelper` runs in the loop of `dynamic_rnn`, with the same results,
    unless its cell or layer is refused there, a graph with a seed draws in it, it keeps a
    `TensorArray`, or one of the loop's options is given.

    Args:
      decoder: a `Decoder`.
      output_time_major: True: outputs [time, batch, ...]; False: [batch, time, ...].
      impute_finished: True: past an example's end its outputs are zero and its state stays, so that
        neither the final state nor gradients depend on what follows the end.
      maximum_iterations: int, or scalar int tensor, most steps to make; None: no limit.
      parallel_iterations, swap_memory: of the loop.
      scope: variable scope or name; "decoder" by default.

    Returns:
      (outputs, final state, int32 lengths [batch]), the first two as the decoder's `finalize`
      makes them. Lengths count the steps up to the one at which an example ended, that included.

    Raises:
      TypeError: if `decoder` is no `Decoder`, or a flag is no bool.
      ValueError: if `maximum_iterations` is no scalar, or a step changes the structure of its
        inputs, outputs or state.
    """
    if not isinstance(decoder, Decoder):
        raise TypeError("decoder must be a Decoder (BasicDecoder, BeamSearchDecoder or a class of "
                        "your own that extends Decoder), got %r of type %s."
                        % (decoder, type(decoder).__name__))
    output_time_major = boolean("output_time_major", output_time_major)
    impute_finished = boolean("impute_finished", impute_finished)
    with tf.variable_scope(scope, "decoder") as scope:
        # In a loop of training steps a cached value would be that of the first step.
        context = control_flow_context(tf.get_default_graph())
        if scope.caching_device is None and (context is None or context.GetWhileContext() is None):
            scope.set_caching_device(lambda op: op.device)
        maximum_iterations = _checked_maximum(maximum_iterations)

        def as_stock():
            return _run(decoder, impute_finished, maximum_iterations, parallel_iterations,
                        swap_memory)
        known = None
        if not swap_memory and parallel_iterations == _PARALLEL and is_control_flow_classic():
            known = decoder._in_known_steps(impute_finished, maximum_iterations)
        if known is None:
            outputs, state, lengths = as_stock()
        else:
            run, arguments = known
            outputs, state, lengths = loop_if_faithful(None, run, as_stock, *arguments)
        try:
            outputs, state = decoder.finalize(outputs, state, lengths)
        except NotImplementedError:
            pass
        if not output_time_major:
            outputs = tf.nest.map_structure(_transpose_batch_time, outputs)
    return outputs, state, lengths


def _run(decoder, impute_finished, maximum_iterations, parallel_iterations, swap_memory):
    """(time-major outputs, final state, lengths) of the loop."""
    finished, inputs, state = decoder.initialize()
    size, dtype, batch_size = decoder.output_size, decoder.output_dtype, decoder.batch_size
    zeros = None
    if impute_finished:
        zeros = tf.nest.map_structure(lambda s, d: _zeros(s, d, batch_size), size, dtype)
    arrays = tf.nest.map_structure(lambda s, d: _array(s, d, batch_size), size, dtype)
    if maximum_iterations is not None:
        finished = tf.logical_or(finished, 0 >= maximum_iterations)

    def body(time, arrays, state, inputs, finished, lengths):
        outputs, new_state, new_inputs, ended = decoder.step(time, inputs, state)
        if not decoder.tracks_own_finished:
            ended = tf.logical_or(ended, finished)
        lengths = select_rows(finished, lengths, tf.fill(tf.shape(lengths), time + 1))
        for before, after in ((state, new_state), (arrays, outputs), (inputs, new_inputs)):
            tf.nest.assert_same_structure(before, after)
        if impute_finished:
            outputs = tf.nest.map_structure(
                lambda new, zero: select_rows(finished, zero, new), outputs, zeros)
            new_state = tf.nest.map_structure(
                lambda new, old: _unless_finished(finished, old, new), new_state, state)
        arrays = tf.nest.map_structure(
            lambda array, value: array.write(time, value), arrays, outputs)
        return time + 1, arrays, new_state, new_inputs, ended, lengths
    _, arrays, state, _, _, lengths = tf.while_loop(
        lambda time, arrays, state, inputs, finished, lengths: tf.logical_not(
            tf.reduce_all(finished)),
        body, (tf.constant(0), arrays, state, inputs, finished,
               tf.zeros_like(finished, dtype=tf.int32)),
        parallel_iterations=parallel_iterations, maximum_iterations=maximum_iterations,
        swap_memory=swap_memory)
    return tf.nest.map_structure(lambda array: array.stack(), arrays), state, lengths
