"""Batches for a loop that feeds placeholders, in the form of TensorFlow's translate tutorial."""
import numpy as np

from ..arguments import checked_keywords, non_negative_int, positive_int
from .lengths import bucket_of, checked_buckets
from .sources import checked_too_long
from .symbols import checked_form, checked_pair, time_major

__all__ = ["get_batch", "sort_into_buckets"]


@checked_keywords
def sort_into_buckets(pairs, buckets, too_long="drop", end_id=None):
    """Sorts pairs of sentences into buckets, as `get_batch` takes them.

    The tutorial's model feeds its targets as decoder inputs shifted by one, so that the last step
    of a bucket has no target: a target, its end symbol included, must be shorter than its bucket.

    Args:
      pairs: iterable of pairs (source ids, target ids).
      buckets: list of pairs (source length, target length), the largest last.
      too_long: "drop" leaves out what the last bucket doesn't hold; "error" raises ValueError.
      end_id: int, appended to every target; None: the targets end as they are.

    Returns:
      (data, dropped): a list of lists of pairs, one per bucket, and the number of pairs left out.

    Raises:
      TypeError, ValueError: a pair is malformed (the message has its number, from 0), the data are
        empty, no pair fits, or an argument is wrong.
    """
    buckets = checked_buckets(buckets)
    checked_too_long(too_long)
    form = checked_form(0, 1, end_id, True)
    data = [[] for _ in buckets]
    dropped, number = 0, -1
    for number, pair in enumerate(pairs):
        source, target = checked_pair(pair, number, form)
        bucket = bucket_of(len(source), len(target) + 1, buckets)
        if bucket is not None:
            data[bucket].append((source, target))
        elif too_long == "error":
            raise ValueError("item %d: lengths %d and %d plus the step of GO don't fit the last "
                             "bucket, %r." % (number, len(source), len(target), buckets[-1]))
        else:
            dropped += 1
    if number < 0:
        raise ValueError("pairs is empty.")
    if dropped > number:
        raise ValueError("none of the %d pairs fits the last bucket, %r."
                         % (number + 1, buckets[-1]))
    return data, dropped


@checked_keywords
def get_batch(data, bucket_id, buckets, batch_size, random=None, pad_id=0, go_id=1, end_id=None,
              reverse_source=True):
    """Draws a batch of one bucket, with replacement, for placeholders.

    The arrays are those of `get_batch` in TensorFlow's translate tutorial: for pairs with an end
    symbol, `(encoder_inputs, decoder_inputs, target_weights)`.

    Args:
      data: list over the buckets of lists of pairs (source ids, target ids).
      bucket_id: int, the bucket.
      buckets: list of pairs (source length, target length), the largest last.
      batch_size: int, the number of pairs to draw.
      random: `numpy.random.RandomState` to draw with, or None: NumPy's global one.
      pad_id: int, the symbol that fills up.
      go_id: int, the first decoder input.
      end_id: int, appended to every target; None: the targets end as they are.
      reverse_source: True: the source comes last symbol first, after its padding.

    Returns:
      (encoder_inputs, decoder_inputs, weights): lists of arrays [batch_size], int32, int32 and
      float32, as long as the bucket. Targets are the decoder inputs one step later; weights are 0
      where those are padding and at the last step.

    Raises:
      TypeError, ValueError: a pair is malformed or longer than the bucket (a target must leave
        room for GO), the bucket is empty, or an argument is wrong.
    """
    buckets = checked_buckets(buckets)
    form = checked_form(pad_id, go_id, end_id, reverse_source)
    batch_size = positive_int("batch_size", batch_size)
    bucket_id = non_negative_int("bucket_id", bucket_id)
    if len(data) != len(buckets):
        raise ValueError("data must hold a list of pairs per bucket, got %d for %d buckets."
                         % (len(data), len(buckets)))
    if bucket_id >= len(buckets):
        raise ValueError("bucket_id must be below the number of buckets, %d, got %d."
                         % (len(buckets), bucket_id))
    if not len(data[bucket_id]):
        raise ValueError("data[%d] is empty: no pair to draw for bucket %r."
                         % (bucket_id, buckets[bucket_id]))
    if random is not None and not isinstance(random, np.random.RandomState):
        raise TypeError("random must be a numpy.random.RandomState or None, got %r of type %s."
                        % (random, type(random).__name__))
    bucket = buckets[bucket_id]
    pairs = []
    for number in (random or np.random).randint(0, len(data[bucket_id]), batch_size):
        source, target = checked_pair(data[bucket_id][number], number, form)
        if len(source) > bucket[0] or len(target) >= bucket[1]:
            raise ValueError("item %d of data[%d]: lengths %d and %d plus the step of GO don't fit "
                             "bucket %r." % (number, bucket_id, len(source), len(target), bucket))
        pairs.append((source, target))
    encoder, decoder, _, weights = time_major(pairs, bucket, bucket, form)
    return list(encoder), list(decoder), list(weights)
