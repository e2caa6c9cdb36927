"""The regularisers of `model_with_buckets`."""
import collections
import contextlib

from ..arguments import boolean, one_of
from ..regularizers.decov import off_diagonal_covariance
from ..regularizers.factors import is_off, times_factor
from ..regularizers.hidden_vectors import STATE_PARTS, hidden_vectors
from ..regularizers.l2 import rnn_l2_loss, variables_behind
from ..regularizers.norm_stabilizer import check_steps, norm_differences, time_major_mask
from ..regularizers.orthogonality import orthogonality_loss
from ..run_time_numbers import AT_LEAST_0, check_number
from ..tf1 import static_dimension, tf
from .recording import is_reachable, recording

__all__ = ["Regularizers"]


class Regularizers(collections.namedtuple("Regularizers", [
        "norm_regularize_hidden_states", "norm_regularize_logits", "norm_regularize_factor",
        "norm_regularize_state_part", "norm_regularize_initial_state", "norm_regularize_mask",
        "apply_l2_loss", "l2_loss_factor", "orthogonality_factor", "decov_factor"])):
    """Switches as of `model_with_buckets`, and the costs that they ask for.

    Raises:
      TypeError, ValueError: from `checked`, with the argument's name.
    """

    __slots__ = ()

    def checked(self):
        """These switches, if their values are allowed."""
        for name in ("norm_regularize_hidden_states", "norm_regularize_logits",
                     "norm_regularize_initial_state", "norm_regularize_mask", "apply_l2_loss"):
            boolean(name, getattr(self, name))
        one_of("norm_regularize_state_part", self.norm_regularize_state_part, STATE_PARTS)
        for name in ("norm_regularize_factor", "l2_loss_factor", "orthogonality_factor",
                     "decov_factor"):
            check_number(name, getattr(self, name), AT_LEAST_0)
        return self

    @property
    def _stabilizes_states(self):
        return self.norm_regularize_hidden_states and not is_off(self.norm_regularize_factor)

    @property
    def _decorrelates(self):
        return not is_off(self.decov_factor)

    @property
    def _orthogonalizes(self):
        return not is_off(self.orthogonality_factor)

    @contextlib.contextmanager
    def listening(self):
        """Context around a call of `seq2seq`; yields the `Record` that is needed of it, or None."""
        if not (self._stabilizes_states or self._decorrelates or self._orthogonalizes):
            yield None
            return
        with recording() as record:
            yield record

    def of_weights(self, loss, record):
        """List of scalars: costs of the weights, which are the same for all buckets.

        Args:
          loss: of a bucket; its variables are regularised.
          record: of the same bucket.
        """
        costs = []
        if self.apply_l2_loss and not is_off(self.l2_loss_factor):
            l2 = rnn_l2_loss(variables_behind(loss), 1.0)
            costs.append(times_factor(l2, "l2_loss_factor", self.l2_loss_factor))
        if self._orthogonalizes:
            if not record.cells:
                raise ValueError(_NOTHING_HEARD % "orthogonality_factor")
            distance = orthogonality_loss(record.cells)
            costs.append(times_factor(distance, "orthogonality_factor", self.orthogonality_factor))
        return costs

    def of_bucket(self, outputs, weights, record):
        """List of costs, scalars or [batch], of one bucket's activations.

        Args:
          outputs: list of T tensors.
          weights: list of T tensors [batch].
          record: what was heard from the bucket's decoders.
        """
        costs, mask = [], None
        if self._decorrelates or self.norm_regularize_mask and (
                self._stabilizes_states or self.norm_regularize_logits):
            mask = time_major_mask(weights)
        norm_mask = mask if self.norm_regularize_mask else None
        if self._stabilizes_states:
            for vectors, initial in _layers(
                    record, "norm_regularize_hidden_states", self.norm_regularize_state_part):
                check_steps("The bucket's weights", norm_mask, vectors)
                costs.append(self._norm(vectors, norm_mask,
                                        initial if self.norm_regularize_initial_state else None))
        if self.norm_regularize_logits and not is_off(self.norm_regularize_factor):
            logits = _stacked_logits(outputs)
            check_steps("The bucket's weights", norm_mask, logits)
            costs.append(self._norm(logits, norm_mask))
        if self._decorrelates:
            for vectors, _ in _layers(record, "decov_factor", self.norm_regularize_state_part):
                check_steps("The bucket's weights", mask, vectors)
                size = static_dimension(vectors, -1)
                costs.append(times_factor(
                    off_diagonal_covariance(tf.reshape(vectors, [-1, size]),
                                            tf.reshape(mask, [-1])),
                    "decov_factor", self.decov_factor))
        return costs

    def _norm(self, vectors, mask, initial=None):
        return times_factor(norm_differences(vectors, initial, mask), "norm_regularize_factor",
                            self.norm_regularize_factor)


_NOTHING_HEARD = (
    "%s needs to see the decoder's states, but seq2seq called no decoder of this package "
    "(rnn_decoder, attention_decoder and what is built on them in seq2seq_enhanced). Build "
    "seq2seq from those, or add norm_stabilizer_loss, decov_loss or orthogonality_loss to the "
    "losses.")


def _layers(record, argument, part):
    """Pairs (tensor [T, batch, n], its start [batch, n]) of every layer of every decoder."""
    if not record.runs:
        raise ValueError(_NOTHING_HEARD % argument)
    pairs = []
    for run in record.runs:
        if not is_reachable(run):
            raise ValueError(
                "%s needs to see the decoder's states, but seq2seq called the decoder inside a "
                "tf.cond or tf.while_loop of its own, out of which they can't be read. Give "
                "feed_previous as a tensor to this package's models, which lead them out."
                % argument)
        pairs.extend(zip(hidden_vectors(run.states, part, "norm_regularize_state_part"),
                         hidden_vectors(run.initial, part, "norm_regularize_state_part")))
    for vectors, _ in pairs:
        if vectors.shape.ndims != 3 or static_dimension(vectors, -1) is None:
            raise ValueError("%s takes hidden states [batch, n] of known n per step, and with all "
                             "steps these have shape %s." % (argument, vectors.shape))
    return pairs


def _stacked_logits(outputs):
    try:
        return tf.stack([tf.convert_to_tensor(output) for output in outputs])
    except (TypeError, ValueError) as error:
        raise ValueError("norm_regularize_logits needs outputs of one shape and dtype in all "
                         "steps: %s" % error)
