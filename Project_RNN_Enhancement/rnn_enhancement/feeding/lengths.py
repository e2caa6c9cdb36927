"""Buckets as pairs of lengths, and batch sizes: checks, and which bucket a pair belongs to."""
from ..arguments import positive_int

__all__ = ["checked_buckets", "checked_batch_sizes", "bucket_of"]


def checked_buckets(buckets):
    """`buckets` as a tuple of pairs of ints.

    Raises:
      TypeError: a bucket is no pair of integers.
      ValueError: there are none, a length is below 1, or a bucket is not larger than the one
        before it (no length smaller, one of them larger).
    """
    try:
        buckets = [tuple(bucket) for bucket in buckets]
    except TypeError:
        raise TypeError("buckets must be a list of pairs (source length, target length), got %r."
                        % (buckets,))
    if not buckets:
        raise ValueError("buckets must hold at least one pair (source length, target length), got "
                         "%r." % (buckets,))
    checked = []
    for i, bucket in enumerate(buckets):
        if len(bucket) != 2:
            raise TypeError("buckets[%d] must be a pair (source length, target length), got %r."
                            % (i, bucket))
        bucket = (positive_int("buckets[%d][0]" % i, bucket[0]),
                  positive_int("buckets[%d][1]" % i, bucket[1]))
        if checked and (bucket == checked[-1] or bucket[0] < checked[-1][0] or
                        bucket[1] < checked[-1][1]):
            raise ValueError("buckets must grow: buckets[%d] is %r after %r."
                             % (i, bucket, checked[-1]))
        checked.append(bucket)
    return tuple(checked)


def checked_batch_sizes(batch_size, buckets):
    """A positive int per bucket, from one for all or a list of one for each."""
    if not isinstance(batch_size, (list, tuple)):
        return (positive_int("batch_size", batch_size),) * len(buckets)
    if len(batch_size) != len(buckets):
        raise ValueError("batch_size must be one number, or one per bucket: got %d for %d buckets."
                         % (len(batch_size), len(buckets)))
    return tuple(positive_int("batch_size[%d]" % i, size) for i, size in enumerate(batch_size))


def bucket_of(source_length, target_length, buckets):
    """Index of the first bucket that holds both lengths, or None."""
    for i, (source_limit, target_limit) in enumerate(buckets):
        if source_length <= source_limit and target_length <= target_limit:
            return i
    return None
