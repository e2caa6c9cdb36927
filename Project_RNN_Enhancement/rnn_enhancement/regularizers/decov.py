"""DeCov: hidden units are to be uncorrelated."""
from ..arguments import boolean, checked_keywords
from ..run_time_numbers import AT_LEAST_0, check_number
from ..tf1 import static_dimension, tf
from .factors import times_factor
from .norm_stabilizer import check_steps, time_major_mask

__all__ = ["decov_loss", "off_diagonal_covariance"]


def off_diagonal_covariance(samples, mask=None):
    """Sum over i < j of C_ij^2, C the covariance of the columns of `samples` [N, n].

    Args:
      mask: bool tensor [N], False for rows to leave out; None: none.
    """
    if samples.dtype.size < 4:
        samples = tf.cast(samples, tf.float32)
    if mask is None:
        number = tf.cast(tf.shape(samples)[0], samples.dtype)
        centred = samples - tf.reduce_mean(samples, 0, keepdims=True)
    else:
        kept = tf.expand_dims(tf.cast(mask, samples.dtype), 1)
        number = tf.maximum(tf.reduce_sum(kept), 1)
        centred = kept * (samples - tf.reduce_sum(samples * kept, 0, keepdims=True) / number)
    covariance = tf.matmul(centred, centred, transpose_a=True) / number
    # Setting the diagonal to 0 is exact; subtracting its square is not.
    size = tf.shape(covariance)[0]
    off_diagonal = tf.linalg.set_diag(covariance, tf.zeros([size], covariance.dtype))
    return 0.5 * tf.reduce_sum(tf.square(off_diagonal))


@checked_keywords
def decov_loss(hidden, factor=1.0, weights=None, time_major=False, name=None):
    """DeCov, Cogswell et al. 2016, arXiv:1511.06068 (formula from notes, not the paper's text).

        C = 1/N * (h - mean)^T (h - mean)       factor * 1/2 * (|C|_F^2 - |diag C|^2)

    A covariance, with N and not N - 1, so smaller activations lower it too. The paper uses it on
    images, with a factor of 0.1 as recalled. A batch of one costs 0. O(N n^2) operations.

    Args:
      hidden: tensor [N, n], or [batch, T, n] whose steps all count as samples.
      factor: number >= 0, or scalar tensor.
      weights: tensor [N], or [batch, T] (or list of T tensors [batch]); rows of weight 0 are left
        out, since the zeros of padding would make covariance of their own.
      time_major: True: `hidden` is [T, batch, n], `weights` [T, batch].
      name: of the operation.

    Returns:
      A scalar, in the dtype of `hidden` (float32 for half precision).

    Raises:
      TypeError: for a `factor` that is no number, a `time_major` that is no bool, `hidden` that
        isn't floating point.
      ValueError: for a negative `factor` or a wrong shape.
      InvalidArgumentError: at run time, for a `factor` that is a tensor and negative.
    """
    check_number("factor", factor, AT_LEAST_0)
    boolean("time_major", time_major)
    with tf.name_scope(name, "decov_loss"):
        hidden = tf.convert_to_tensor(hidden)
        if not hidden.dtype.is_floating:
            raise TypeError("hidden must be floating point, got %s." % hidden.dtype.name)
        if hidden.shape.ndims not in (2, 3) or static_dimension(hidden, -1) is None:
            raise ValueError("hidden must be [N, n] or [batch, T, n] with n known, got shape %s."
                             % hidden.shape)
        mask = None
        if weights is not None:
            if hidden.shape.ndims == 3:
                mask = time_major_mask(weights, time_major)
                check_steps("weights", mask,
                            hidden if time_major else tf.transpose(hidden, [1, 0, 2]))
                # Rows lie as those of `hidden` do.
                mask = tf.reshape(mask if time_major else tf.transpose(mask), [-1])
            else:
                mask = tf.convert_to_tensor(weights)
                if mask.shape.ndims != 1:
                    raise ValueError("weights must be [N] for hidden [N, n], got shape %s."
                                     % mask.shape)
                mask = tf.not_equal(mask, tf.zeros([], mask.dtype))
        samples = tf.reshape(hidden, [-1, static_dimension(hidden, -1)])
        return times_factor(off_diagonal_covariance(samples, mask), "factor", factor)
