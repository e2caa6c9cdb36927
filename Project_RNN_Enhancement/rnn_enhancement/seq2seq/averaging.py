"""Averaged hidden states: a step is entered with a mix of the last state and the mean of all."""
import collections

from ..cells.bookkeeping import own_parts
from ..run_time_numbers import FRACTION, number_in_graph
from ..tf1 import tf

__all__ = ["AveragedStates"]

Averaged = collections.namedtuple("Averaged", ["state", "means", "count"])


class AveragedStates(object):
    """Lets a step start from averaged states.

        s~_t = (1 - a)·s_{t-1} + a·mean(s_0 .. s_{t-1})          y_t, s_t = step(x_t, s~_t)

    s_0 is the initial state and part of the mean; s_t, what the step made of averaged states, is
    what goes into later means and what is returned. It comes from the original package, not from a
    paper. Every floating point tensor of a nested state is averaged on its own, c and h of an LSTM
    too, which is a heuristic; what a state keeps as bookkeeping (see `cells.bookkeeping`) is not.
    The mean is kept as such and moved by (s_t - mean) / (t + 1), so memory doesn't grow.

    Args:
      influence: a in [0, 1], number or scalar tensor; 0: the plain step.

    Raises:
      TypeError, ValueError: for anything else.
      InvalidArgumentError: at run time, for a tensor out of range.
    """

    def __init__(self, influence):
        self._influence = number_in_graph(
            "average_hidden_state_influence", influence, FRACTION, tf.float64)

    def start(self, state):
        """The state before the first step, for `around`."""
        return Averaged(state, tuple(part for part, own in _parts(state) if own), tf.ones([1]))

    def around(self, step):
        """`step(value, state) -> (output, state)` for states as of `start`."""
        def averaging(value, averaged):
            output, state = step(value, self._entering(averaged))
            count = tf.stop_gradient(averaged.count) + 1
            own = [part for part, is_own in _parts(state) if is_own]
            means = tuple(mean + (new - mean) * tf.cast(1 / count, mean.dtype)
                          for mean, new in zip(averaged.means, own))
            return output, Averaged(state, means, count)
        return averaging

    def searchable(self, step, state):
        """`around(step)` and `start(state)` with a scalar count, which no search reorders."""
        averaging = self.around(step)

        def scalar(value, averaged):
            output, new = averaging(value, averaged._replace(count=tf.reshape(averaged.count, [1])))
            return output, new._replace(count=tf.reshape(new.count, []))
        return scalar, self.start(state)._replace(count=tf.ones([]))

    def _entering(self, averaged):
        means = iter(averaged.means)
        return tf.nest.pack_sequence_as(averaged.state, [
            self._mixed(part, next(means)) if own else part
            for part, own in _parts(averaged.state)])

    def _mixed(self, state, mean):
        a = self._influence
        if tf.is_tensor(a):
            a = tf.cast(a, state.dtype)
        # In this form both ends are exact.
        return (1 - a) * state + a * mean


def _parts(state):
    """List of (tensor, whether it is averaged)."""
    return [(part, own and tf.as_dtype(part.dtype).is_floating) for part, own in zip(
        tf.nest.flatten(state), tf.nest.flatten(own_parts(state)))]
