"""A traced step written anew, so that more of it can be done outside of the loop.

A look-up in a variable becomes one in what is read of it. Of a product by weights whose left side
is known in part before the loop, [x; h]·W + b becomes (x·W_x + b) + h·W_h.
"""
import collections

from ..tf1 import tf
from .constants import split
from .dependencies import Dependencies, operations_for
from .operations import gradient_type
from .tables import partitioned_lookups, value_of

__all__ = ["rewritten"]


def rewritten(trace):
    """(`Dependencies` of the step, partitioned look-ups), see `arrange.Arrangement`."""
    targets, partitioned = _with_tables_read(trace)
    operations = operations_for(trace, targets)
    dependencies = Dependencies(trace, operations, targets)
    replaced = _split_products(trace, dependencies)
    if replaced:
        targets = _replace(operations, targets, replaced)
        dependencies = Dependencies(trace, operations_for(trace, targets), targets)
    return dependencies, partitioned


def _replace(operations, targets, replaced):
    """Has operations read other tensors, by the names of old ones; `targets` as they are then."""
    for op in operations:
        for position, tensor in enumerate(op.inputs):
            if tensor.name in replaced:
                op._update_input(position, replaced[tensor.name])
    return [replaced.get(t.name, t) for t in targets]


def _with_tables_read(trace):
    """(targets, partitioned look-ups) of a trace without look-ups in resources."""
    replaced, tables, partitioned = {}, {}, {}
    for lookup in partitioned_lookups(trace):
        with trace.graph.as_default(), tf.device(lookup.result.op.device):
            # Stands for all that the look-up is made of.
            found = tf.gather(value_of(lookup.parts[0], lookup.result.dtype), lookup.ids)
        found.set_shape(lookup.result.shape)
        replaced[lookup.result.name] = found
        partitioned[found.op.name] = lookup.parts
    for op in trace.operations:
        if op.type != "ResourceGather" or op.inputs[0].name not in trace.externals:
            continue
        handle, indices = op.inputs
        with trace.graph.as_default(), tf.control_dependencies(None):
            with tf.device(op.device), tf.name_scope(op.name + "/"):
                if handle.name not in tables:
                    tables[handle.name] = value_of(handle, op.outputs[0].dtype)
                replaced[op.outputs[0].name] = tf.gather(
                    tables[handle.name], indices, axis=0, batch_dims=op.get_attr("batch_dims"))
    return _replace(trace.operations, trace.targets, replaced), partitioned


def _split_products(trace, dependencies):
    """Names of products, or of their sums with a bias, -> what is to stand for them."""
    replaced, readers = {}, collections.defaultdict(list)
    for op in dependencies.operations:
        for tensor in op.inputs:
            readers[tensor.name].append(op)
    targets = {t.name for t in dependencies.outputs + dependencies.new_state}
    for op in dependencies.operations:
        if not dependencies.is_product_by_weights(op) or op.get_attr("transpose_b") or (
                op.control_inputs):
            continue
        parts = dependencies.parts(op.inputs[0])
        widths = [tf.dimension_value(part.shape[1]) for part in parts]
        level = dependencies.level(op.outputs[0])
        early = [dependencies.level(part) < level for part in parts]
        if None in widths or all(early) or not any(early):
            continue
        result, bias = op.outputs[0], None
        reading = readers[result.name]
        if len(reading) == 1 and reading[0].type == "BiasAdd" and result.name not in targets and (
                dependencies.is_outside(reading[0].inputs[1])
                and gradient_type(reading[0]) == "BiasAdd"):
            result, bias = reading[0].outputs[0], reading[0].inputs[1]
        with trace.graph.as_default(), tf.control_dependencies(None):
            with tf.device(op.device), tf.name_scope(op.name + "/"):
                replaced[result.name] = _taken_apart(
                    op.inputs[1], [replaced.get(part.name, part) for part in parts], widths, early,
                    bias)
    return replaced


def _taken_apart(weight, parts, widths, early, bias):
    """[early parts]·W_early + bias + [late parts]·W_late, for [parts]·W + bias."""
    kinds, sizes = [], []
    for width, is_early in zip(widths, early):
        if kinds and kinds[-1] == is_early:
            sizes[-1] += width
        else:
            kinds.append(is_early)
            sizes.append(width)
    blocks = split(weight, sizes, 0)

    def product(kind):
        own = [part for part, is_early in zip(parts, early) if is_early is kind]
        rows = [block for block, is_early in zip(blocks, kinds) if is_early is kind]
        return tf.matmul(own[0] if len(own) == 1 else tf.concat(own, 1),
                         rows[0] if len(rows) == 1 else tf.concat(rows, 0))
    before = product(True)
    if bias is not None:
        before = tf.nn.bias_add(before, bias)
    return before + product(False)
