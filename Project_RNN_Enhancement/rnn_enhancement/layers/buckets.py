"""Batches of sequences of similar length out of queues: `bucket` and `bucket_by_sequence_length`.

As contrib had them: every bucket has a queue of examples, one more queue holds the batches of all of them,
and two queue runners fill them. They run from `tf.train.start_queue_runners` (or in a monitored session)
until the input is exhausted. `tf.data.experimental.bucket_by_sequence_length` does the same without queues.
"""
import collections

import numpy as np

from ..tf1 import tf

__all__ = ["bucket", "bucket_by_sequence_length"]

_CLOSED = (tf.errors.OutOfRangeError, tf.errors.CancelledError)


def bucket(tensors, which_bucket, batch_size, num_buckets, num_threads=1, capacity=32, bucket_capacities=None,
           shapes=None, dynamic_pad=False, allow_smaller_final_batch=False, keep_input=True, shared_name=None,
           name=None):
    """Collects examples in buckets and gives the batch of a bucket as soon as it's complete.

    Source: `tf.contrib.training.bucket` of TensorFlow 1.0 to 1.15.

    Args:
      tensors: list or dict of Tensors, one example.
      which_bucket: int32 scalar, the bucket of the example; one outside [0, num_buckets) drops it.
      batch_size: int or int32 scalar, or a list of num_buckets of them.
      num_buckets: int.
      num_threads: int, how many threads read examples.
      capacity: int, how many batches wait at most, and how many examples in each bucket.
      bucket_capacities: list of num_buckets int: how many examples wait in each bucket; None: capacity.
      shapes: list of the examples' shapes; None: those that the tensors have.
      dynamic_pad: whether dimensions of unknown size are filled up with zeros (or "") to the batch's largest.
      allow_smaller_final_batch: whether what is left at the end is given too.
      keep_input: bool or bool scalar, whether the example is taken.
      shared_name: of the queues in several sessions, or None.
      name: of the operations, or None.

    Returns:
      (int32 scalar, the bucket that the batch is of; batches as list or dict as `tensors`, each of shape
      [batch_size, ...] and the tensor's dtype; a list of one tensor gives that batch alone).

    Raises:
      ValueError: for shapes that aren't known, lists whose length isn't num_buckets, or no tensors.
      TypeError: for sparse tensors.
      RuntimeError: outside a graph.
    """
    examples = _listed(tensors)
    with tf.name_scope(name, "bucket", examples):
        number, batches = _bucketed(
            [tf.convert_to_tensor(example) for example in examples], which_bucket, batch_size, num_buckets,
            num_threads, capacity, bucket_capacities, shapes, dynamic_pad, allow_smaller_final_batch,
            keep_input, shared_name)
    if isinstance(tensors, dict):
        return number, dict(zip(sorted(tensors), batches))
    return number, batches if len(batches) > 1 else batches[0]


def bucket_by_sequence_length(input_length, tensors, batch_size, bucket_boundaries, num_threads=1,
                              capacity=32, bucket_capacities=None, shapes=None, dynamic_pad=False,
                              allow_smaller_final_batch=False, keep_input=True, shared_name=None, name=None):
    """Collects examples in buckets by their length.

    Source: `tf.contrib.training.bucket_by_sequence_length` of TensorFlow 1.0 to 1.15.

    Args:
      input_length: int32 scalar, the length of the example.
      bucket_boundaries: list of increasing int: the first bucket takes lengths below the first of them, the
        last one those that are at least the last.
      tensors, batch_size, num_threads, capacity, bucket_capacities, shapes, dynamic_pad,
        allow_smaller_final_batch, keep_input, shared_name, name: as in `bucket`, with
        len(bucket_boundaries) + 1 buckets.

    Returns:
      (int32 [batch_size], the examples' lengths; list or dict of the batches, as `tensors`).

    Raises:
      TypeError: if bucket_boundaries isn't a list of int, and for sparse tensors.
      ValueError: if it's empty or doesn't increase, and as `bucket`.
      RuntimeError: outside a graph.
    """
    boundaries = _boundaries(bucket_boundaries)
    examples = _listed(tensors)
    with tf.name_scope(name, "bucket_by_sequence_length", [input_length] + examples):
        length = tf.convert_to_tensor(input_length, tf.int32, name="input_length")
        which_bucket = tf.reduce_sum(tf.cast(tf.greater_equal(length, boundaries), tf.int32))
        _, batches = _bucketed(
            [length] + [tf.convert_to_tensor(example) for example in examples], which_bucket, batch_size,
            len(boundaries) + 1, num_threads, capacity, bucket_capacities,
            None if shapes is None else [[]] + list(shapes), dynamic_pad, allow_smaller_final_batch,
            keep_input, shared_name)
    given = batches[1:]
    return batches[0], dict(zip(sorted(tensors), given)) if isinstance(tensors, dict) else given


def _bucketed(examples, which_bucket, batch_size, num_buckets, num_threads, capacity, bucket_capacities,
              shapes, dynamic_pad, allow_smaller_final_batch, keep_input, shared_name):
    if tf.executing_eagerly():
        raise RuntimeError("buckets are queues, which only graphs have: build them in a tf.Graph, or use "
                           "tf.data.experimental.bucket_by_sequence_length")
    sizes = _of_each_bucket("batch_size", batch_size, num_buckets)
    capacities = _of_each_bucket("bucket_capacities",
                                 capacity if bucket_capacities is None else bucket_capacities, num_buckets)
    shapes = _shapes(examples, shapes, dynamic_pad)
    dtypes = [example.dtype for example in examples]
    make = tf.PaddingFIFOQueue if dynamic_pad else tf.FIFOQueue
    queues = [make(size, dtypes, shapes, name="bucket_queue_%d" % index,
                   shared_name=None if shared_name is None else "%s_%d" % (shared_name, index))
              for index, size in enumerate(capacities)]
    is_known = isinstance(batch_size, int) and not allow_smaller_final_batch
    # It pads nothing, but takes shapes that aren't known in full.
    complete = tf.PaddingFIFOQueue(
        capacity, [tf.int32] + dtypes,
        [tf.TensorShape([])] + [tf.TensorShape([batch_size if is_known else None]).concatenate(shape)
                                for shape in shapes], shared_name=shared_name, name="top_queue")
    _fill(queues, complete, examples, tf.convert_to_tensor(which_bucket, tf.int32, name="which_bucket"),
          keep_input, num_threads)
    _empty(queues, complete, sizes, allow_smaller_final_batch)
    for queue in queues:
        tf.summary.scalar("bucket/%s/size" % queue.name, tf.cast(queue.size(), tf.float32))
    tf.summary.scalar("bucket/%s/fraction_of_%d_full" % (complete.name, capacity),
                      tf.cast(complete.size(), tf.float32) / capacity)
    given = complete.dequeue(name="dequeue_top")
    return given[0], given[1:]


def _fill(queues, complete, examples, which_bucket, keep_input, num_threads):
    """The runner that puts examples into their buckets."""
    def put():
        return tf.group(*[
            tf.cond(tf.equal(which_bucket, index), lambda queue=queue: queue.enqueue(examples), tf.no_op)
            for index, queue in enumerate(queues)])

    if isinstance(keep_input, (bool, np.bool_)):
        enqueue = put() if keep_input else tf.no_op()
    else:
        enqueue = tf.cond(keep_input, put, tf.no_op)
    _add_runner(complete, [enqueue] * num_threads, queues)


def _empty(queues, complete, sizes, allow_smaller_final_batch):
    """The runner that puts the batches of all buckets into one queue."""
    moves = []
    for index, (queue, size) in enumerate(zip(queues, sizes)):
        take = queue.dequeue_up_to if allow_smaller_final_batch else queue.dequeue_many
        batch = take(size, name="read_bucket_%d" % index)
        batch = list(batch) if isinstance(batch, (list, tuple)) else [batch]
        moves.append(complete.enqueue([tf.constant(index)] + batch, name="enqueue_from_bucket_%d" % index))
    _add_runner(queues[0], moves, [complete])


def _add_runner(queue, operations, filled):
    """A runner named after a queue, which closes those that it filled when its input ends."""
    tf.train.add_queue_runner(tf.train.QueueRunner(
        queue, operations, close_op=tf.group(*[each.close() for each in filled]),
        cancel_op=tf.group(*[each.close(cancel_pending_enqueues=True) for each in filled]),
        queue_closed_exception_types=_CLOSED))


def _listed(tensors):
    examples = [tensors[key] for key in sorted(tensors)] if isinstance(tensors, dict) else list(tensors)
    if not examples:
        raise ValueError("tensors is empty: give the tensors of an example")
    for example in examples:
        if isinstance(example, tf.SparseTensor):
            raise TypeError("tensors has the sparse %s: make it dense by tf.sparse_tensor_to_dense"
                            % example.op.name)
    return examples


def _of_each_bucket(name, value, num_buckets):
    values = list(value) if isinstance(value, (list, tuple)) else [value] * num_buckets
    if len(values) != num_buckets:
        raise ValueError("%s has %d elements for %d buckets: give one for each"
                         % (name, len(values), num_buckets))
    return values


def _shapes(examples, shapes, dynamic_pad):
    found = [example.shape for example in examples] if shapes is None else list(map(tf.TensorShape, shapes))
    if len(found) != len(examples):
        raise ValueError("shapes has %d elements for %d tensors: give one for each"
                         % (len(found), len(examples)))
    for example, shape in zip(examples, found):
        if not (shape.ndims is not None if dynamic_pad else shape.is_fully_defined()):
            raise ValueError("the shape of %s is %s: set_shape, or give shapes%s" % (
                example.name, shape, "" if dynamic_pad else ", or dynamic_pad=True if sizes are unknown"))
    return found


def _boundaries(bucket_boundaries):
    if not isinstance(bucket_boundaries, collections.abc.Sequence) or not all(
            isinstance(each, (int, np.integer)) for each in bucket_boundaries):
        raise TypeError("bucket_boundaries must be a list of int, got %r" % (bucket_boundaries,))
    if not bucket_boundaries or any(
            after <= before for before, after in zip(bucket_boundaries, bucket_boundaries[1:])):
        raise ValueError("bucket_boundaries must be increasing lengths, got %r" % (bucket_boundaries,))
    return list(bucket_boundaries)
