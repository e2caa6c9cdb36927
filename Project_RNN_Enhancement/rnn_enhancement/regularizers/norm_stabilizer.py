"""The norm stabiliser: hidden vectors are to keep their length from step to step."""
from ..arguments import boolean, checked_keywords, one_of
from ..run_time_numbers import AT_LEAST_0, check_number
from ..tf1 import static_dimension, tf
from .factors import times_factor
from .hidden_vectors import STATE_PARTS, hidden_vectors, layers_of_state

__all__ = ["norm_stabilizer_loss", "norm_differences", "time_major_mask", "check_steps"]

# Below this the square of a norm is constant: the root has no finite gradient at 0.
_SMALLEST_SQUARE = 1e-12


def _norms(vectors):
    """Euclidean norms [..., batch] of vectors [..., batch, n]."""
    squares = tf.reduce_sum(tf.square(vectors), -1)
    return tf.sqrt(tf.maximum(squares, tf.cast(_SMALLEST_SQUARE, squares.dtype)))


def _single_at_least(vectors):
    # The floor is 0 in half precision.
    return tf.cast(vectors, tf.float32) if vectors.dtype.size < 4 else vectors


def norm_differences(vectors, initial=None, mask=None):
    """1/T * sum over t of (|h_t| - |h_{t-1}|)^2 for every example.

    Args:
      vectors: tensor [T, batch, n].
      initial: h_0 [batch, n]; None: the sum starts at t = 2.
      mask: bool tensor [T, batch]. A pair counts where it is True for its later member, and T is
        the number of steps where it is. None: all.

    Returns:
      Tensor [batch] of the vectors' dtype, at least float32.
    """
    norms = _norms(_single_at_least(vectors))
    length = tf.cast(tf.shape(norms)[0], norms.dtype)
    if initial is not None:
        norms = tf.concat([tf.expand_dims(_norms(_single_at_least(initial)), 0), norms], 0)
    squares = tf.square(norms[1:] - norms[:-1])
    if mask is not None:
        length = tf.maximum(tf.reduce_sum(tf.cast(mask, norms.dtype), 0), 1)
        squares *= tf.cast(mask if initial is not None else mask[1:], norms.dtype)
    return tf.reduce_sum(squares, 0) / length


def time_major_mask(weights, time_major=False):
    """Bool tensor [T, batch], False where the weight is 0.

    Args:
      weights: list of T tensors [batch], or tensor [batch, T] ([T, batch] if `time_major`).
    """
    if isinstance(weights, (list, tuple)):
        steps = [tf.convert_to_tensor(step) for step in weights]
        return tf.not_equal(tf.stack(steps), tf.zeros([], steps[0].dtype))
    weights = tf.convert_to_tensor(weights)
    if weights.shape.ndims not in (None, 2):
        raise ValueError("weights must be a list of tensors [batch] or a tensor [batch, time], got "
                         "shape %s." % weights.shape)
    mask = weights if weights.dtype == tf.bool else tf.not_equal(
        weights, tf.zeros([], weights.dtype))
    return mask if time_major else tf.transpose(mask)


def _check_vectors(vectors, rank):
    if vectors.shape.ndims != rank:
        raise ValueError("The norm stabiliser takes hidden vectors [batch, n] per step, and these "
                         "have shape %s with the %s." % (vectors.shape, (
                             "batch" if rank == 2 else "batch and time")))


def _time_major_layers(states, part, time_major):
    """Tensors [T, batch, n], one per layer, of what `norm_stabilizer_loss` takes."""
    if isinstance(states, list):
        if not states:
            raise ValueError("states must hold at least one step, got an empty list.")
        steps = [hidden_vectors(layers_of_state(_tensors(step)), part) for step in states]
        for vectors in steps[0]:
            _check_vectors(vectors, 2)
        return [tf.stack(list(layer)) for layer in zip(*steps)]
    layers = hidden_vectors(layers_of_state(_tensors(states)), part)
    for vectors in layers:
        _check_vectors(vectors, 3)
    return [vectors if time_major else tf.transpose(vectors, [1, 0, 2]) for vectors in layers]


def _tensors(nest):
    return tf.nest.map_structure(tf.convert_to_tensor, nest)


@checked_keywords
def norm_stabilizer_loss(states, factor=50, sequence_length=None, weights=None, initial_state=None,
                         state_part="h", time_major=False, per_example=False, name=None):
    """Norm stabiliser, Krueger & Memisevic 2016, arXiv:1511.08400.

        factor * mean over the batch of 1/T * sum_{t=2..T} (|h_t| - |h_{t-1}|)^2

    |.| is the Euclidean norm over the units, with a floor of 1e-6 so that there is a gradient at
    h = 0. The paper's formula starts at t = 1; with `initial_state` so does the sum here. Turning
    h costs nothing, only growth and shrinkage do. The layers' costs add up.

    Args:
      states: hidden states, floating point: a tensor [batch, T, n] as `dynamic_rnn` returns its
        outputs, a nested tuple of such tensors (one per layer, `LSTMStateTuple`s too), or a list
        of T steps' tensors [batch, n] or nested states.
      factor: number >= 0, or scalar tensor.
      sequence_length: int tensor [batch], number of valid steps. T is then the example's own, and
        the zeros that `dynamic_rnn` puts past the end count nothing.
      weights: list of T tensors [batch], or tensor [batch, T]; steps of weight 0 are padding, as
        with `sequence_length`. What counts is only whether a weight is 0.
      initial_state: h_0 in the structure of one step's state.
      state_part: "h" or "c": which of an LSTM's two vectors; other states have one.
      time_major: True: tensors are [T, batch, ...], `weights` too.
      per_example: True: costs [batch] instead of their mean.
      name: of the operation.

    Returns:
      A scalar, or [batch], in the states' dtype (float32 for half precision).

    Raises:
      TypeError: for a `factor` that is no number, a switch that is no bool.
      ValueError: for a negative `factor`, another `state_part`, both `sequence_length` and
        `weights`, lengths that differ, or states that are no hidden vectors.
      InvalidArgumentError: at run time, for a `factor` that is a tensor and negative.
    """
    check_number("factor", factor, AT_LEAST_0)
    one_of("state_part", state_part, STATE_PARTS)
    boolean("time_major", time_major)
    boolean("per_example", per_example)
    if sequence_length is not None and weights is not None:
        raise ValueError("sequence_length and weights both say which steps are padding: give one "
                         "of them.")
    with tf.name_scope(name, "norm_stabilizer_loss"):
        layers = _time_major_layers(states, state_part, time_major)
        initial = [None] * len(layers)
        if initial_state is not None:
            initial = hidden_vectors(layers_of_state(_tensors(initial_state)), state_part)
            if len(initial) != len(layers):
                raise ValueError("initial_state has %d hidden vectors, but a step's state has %d."
                                 % (len(initial), len(layers)))
        mask = None
        if weights is not None:
            mask = time_major_mask(weights, time_major)
        elif sequence_length is not None:
            mask = tf.transpose(tf.sequence_mask(sequence_length, tf.shape(layers[0])[0]))
        check_steps("weights", mask, layers[0])
        costs = tf.add_n([norm_differences(vectors, start, mask)
                          for vectors, start in zip(layers, initial)])
        return times_factor(costs if per_example else tf.reduce_mean(costs), "factor", factor)


def check_steps(name, mask, vectors):
    """Raises ValueError unless a mask [T, batch] has as many steps as vectors [T, batch, n]."""
    if mask is None:
        return
    given, steps = static_dimension(mask, 0), static_dimension(vectors, 0)
    if None not in (given, steps) and given != steps:
        raise ValueError("%s are of %d steps, but the states are of %d." % (name, given, steps))
