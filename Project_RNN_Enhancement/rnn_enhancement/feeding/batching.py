"""The order of one pass: pairs collected per bucket until a batch is full."""

__all__ = ["batches"]


def batches(placed, batch_sizes, drop_remainder):
    """Iterator over (bucket, list of pairs) of one pass.

    Args:
      placed: iterable of (bucket, pair).
      batch_sizes: an int per bucket.
      drop_remainder: True: what fills no batch at the end of the pass is left out.
    """
    waiting = [[] for _ in batch_sizes]
    for bucket, pair in placed:
        waiting[bucket].append(pair)
        if len(waiting[bucket]) == batch_sizes[bucket]:
            yield bucket, waiting[bucket]
            waiting[bucket] = []
    if not drop_remainder:
        for bucket, pairs in enumerate(waiting):
            if pairs:
                yield bucket, pairs
