"""Zoneout: units that keep their old state at random."""
import numbers

from ..placement import placed
from ..tf1 import is_sequence, is_tensor, tf
from .bookkeeping import output_by_state, own_parts
from .wrappers import StateWrapper

__all__ = ["ZoneoutWrapper"]


def _is_number(value):
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _checked_probability(value):
    if is_tensor(value):
        if value.shape.ndims not in (None, 0):
            raise ValueError("zoneout_prob must be a scalar, got a tensor of shape %s."
                             % value.shape)
    elif not _is_number(value):
        raise TypeError("zoneout_prob must be a number in [0, 1] or a scalar tensor, or a "
                        "structure of them, got %r." % (value,))
    elif not 0 <= value <= 1:
        raise ValueError("zoneout_prob must be in [0, 1], got %r." % (value,))
    return value


class ZoneoutWrapper(StateWrapper):
    """Keeps each unit's old value with probability z, Krueger et al. 2017, arXiv:1606.01305.

        s~_t = the cell's new state
        training:  s_t = d * s_{t-1} + (1-d) * s~_t       d ~ Bernoulli(z), drawn per unit and step
        otherwise: s_t = z * s_{t-1} + (1-z) * s~_t       the expectation

    An LSTM's h~ is made of its c~, before zoneout (as recalled from the paper). The output is
    zoned out too where it is a part of the cell's state, as it is in all basic cells; an output
    that something made of it (dropout, a projection, an upper layer of a stack) is the cell's. So
    wrap each layer in zoneout first, then in the rest. The paper's best for characters of the Penn
    Treebank is z = 0.5 for c and 0.05 for h.

    Args:
      cell: the cell.
      zoneout_prob: z in [0, 1] or a scalar tensor, for the whole state; or a structure of them as
        `cell.state_size` (`LSTMStateTuple(0.5, 0.05)`). Parts of a state that count steps or
        remember inputs are left alone by a single z; integer parts always.
      training: True, False or a scalar bool tensor.
      seed: int; graphs that are built alike draw alike. With a seed, time is never a loop.
      **kwargs: `gpu_for_layer` (see `RNNCell`).

    The state has the cell's structure; there are no variables.

    Raises:
      TypeError: for a cell that is none, or a wrong type.
      ValueError: for a probability outside [0, 1] or a structure that isn't the state's.
    """

    def __init__(self, cell, zoneout_prob=0.0, training=True, seed=None, **kwargs):
        super(ZoneoutWrapper, self).__init__(cell, **kwargs)
        size = cell.state_size
        if is_sequence(zoneout_prob):
            try:
                # A config that went through JSON has lists.
                tf.nest.assert_same_structure(size, zoneout_prob, check_types=False)
            except (TypeError, ValueError):
                raise ValueError("zoneout_prob must be one probability or have the structure of "
                                 "the cell's state_size %s, got %s." % (size, zoneout_prob))
            self._probabilities = [_checked_probability(p) for p in tf.nest.flatten(zoneout_prob)]
        else:
            _checked_probability(zoneout_prob)
            self._probabilities = [zoneout_prob if own else 0.0
                                   for own in tf.nest.flatten(own_parts(size))]
        if is_tensor(training):
            if training.dtype.base_dtype != tf.bool or training.shape.ndims not in (None, 0):
                raise TypeError("training must be a bool or a scalar bool tensor, got %s."
                                % (training,))
        elif not isinstance(training, bool):
            raise TypeError("training must be a bool or a scalar bool tensor, got %r."
                            % (training,))
        if seed is not None and (isinstance(seed, bool) or not isinstance(seed, numbers.Integral)):
            raise TypeError("seed must be an int or None, got %r." % (seed,))
        self._given, self._training, self._seed = zoneout_prob, training, seed

    def get_config(self):
        return dict(super(ZoneoutWrapper, self).get_config(), zoneout_prob=self._given,
                    training=self._training, seed=self._seed)

    def __call__(self, inputs, state, scope=None):
        with placed(self._pinned_to):
            output, new_state = self._call_inside(self._cell, inputs, state, scope)
            with tf.name_scope("zoneout"):
                old, new = tf.nest.flatten(state), tf.nest.flatten(new_state)
                mixed = [self._mixed(*parts) for parts in zip(old, new, self._probabilities)]
            return (output_by_state(self._cell, output, new, mixed),
                    tf.nest.pack_sequence_as(new_state, mixed))

    def _mixed(self, old, new, probability):
        is_off = _is_number(probability) and probability == 0
        if is_off or not new.dtype.is_floating:
            return new
        # `cast` of a Python number would round it to float32 first.
        probability = (tf.constant(probability, new.dtype) if _is_number(probability)
                       else tf.cast(probability, new.dtype))
        kept = self._kept(new, probability)
        return kept * old + (1 - kept) * new

    def _kept(self, like, probability):
        """How much of the old value stays: of each unit, or a number for all."""
        if self._training is False:
            return probability
        seed = None
        if self._seed is not None:
            # As TensorFlow does with the graph's seed: another draw for every copy of a step.
            seed = (self._seed * 1000003 + tf.get_default_graph().version) % (2 ** 31 - 1)
        uniform = tf.random_uniform(tf.shape(like), dtype=like.dtype, seed=seed)
        uniform.set_shape(like.shape)
        drawn = tf.cast(tf.less(uniform, probability), like.dtype)
        if self._training is True:
            return drawn
        training = tf.cast(self._training, like.dtype)
        return training * drawn + (1 - training) * probability
