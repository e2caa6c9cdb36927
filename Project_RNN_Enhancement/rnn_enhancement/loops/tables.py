"""Look-ups in tables of several parts, which `tf.nn.embedding_lookup` makes of many operations."""
import collections

from ..tf1 import tf
from .dependencies import operations_for

__all__ = ["PartitionedLookup", "partitioned_lookups", "value_of"]

PartitionedLookup = collections.namedtuple(
    "PartitionedLookup", ["result", "ids", "parts", "operations"])
PartitionedLookup.__doc__ = """One look-up of an input of the step.

Attributes:
  result: tensor [batch, n]; ids: int tensor [batch].
  parts: list of tensors outside, row i of the table is row i // len(parts) of part i % len(parts).
  operations: names of those that it is made of.
"""


def partitioned_lookups(trace):
    """The `PartitionedLookup`s of a `Trace`."""
    readers = collections.defaultdict(list)
    for op in trace.operations:
        for tensor in op.inputs:
            readers[tensor.op.name].append(op)
    found = []
    for op in trace.operations:
        if op.type in ("ParallelDynamicStitch", "DynamicStitch"):
            lookup = _lookup(trace, op, readers)
            if lookup is not None:
                found.append(lookup)
    return found


def _lookup(trace, stitch, readers):
    gathers = [t.op for t in list(stitch.inputs)[len(stitch.inputs) // 2:]]
    if not all(op.type in ("GatherV2", "ResourceGather")
               and not _is_of_step(trace, op.inputs[0])
               and op.inputs[1].op.type == "DynamicPartition" for op in gathers):
        return None
    which = gathers[0].inputs[1].op.inputs[1]
    while which.op.type == "Cast":
        which = which.op.inputs[0]
    if which.op.type not in ("FloorMod", "Mod") or (
            tf.get_static_value(which.op.inputs[1]) != len(gathers)):
        return None
    ids, result = which.op.inputs[0], stitch.outputs[0]
    if len(readers[stitch.name]) == 1 and readers[stitch.name][0].type == "Reshape":
        result = readers[stitch.name][0].outputs[0]
    if result.shape.ndims != 2 or not _is_input(trace, ids):
        return None
    inside, stack = set(), [result.op]
    while stack:
        op = stack.pop()
        if op.name not in inside and op is not ids.op:
            inside.add(op.name)
            stack.extend(t.op for t in op.inputs if t is not ids
                         and t.name not in trace.externals)
    return PartitionedLookup(result, ids, [op.inputs[0] for op in gathers], inside)


def _is_input(trace, ids):
    """Whether ids [batch] are an input of the step, of whatever integer type."""
    while ids.shape.ndims == 1 and not any(ids is leaf for leaf in trace.inputs):
        if ids.op.type not in ("Reshape", "Cast", "Identity") or ids.name in trace.externals:
            return False
        ids = ids.op.inputs[0]
    return ids.shape.ndims == 1


def _is_of_step(trace, tensor):
    """Whether a tensor is computed from the step's inputs or state."""
    leaves = {leaf.name for leaf in trace.leaves}
    return tensor.name in leaves or any(
        t.name in leaves for op in operations_for(trace, [tensor]) for t in op.inputs)


def value_of(table, dtype):
    """A tensor's own value, or that of the variable of a resource."""
    if table.dtype != tf.resource:
        return table
    return tf.raw_ops.ReadVariableOp(resource=table, dtype=dtype)
