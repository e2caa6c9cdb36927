"""Why a step is not put into a loop: one table, checked on the trace of the step."""
import collections

from ..loops.operations import CONTROL_FLOW, DATA_DEPENDENT, gradient_type, seeds_of
from ..loops.refused import Refused
from ..loops.tables import partitioned_lookups
from ..tf1 import gradient_function, is_next_op_seed, tf
from . import examples

__all__ = ["REASONS", "Reason", "check"]


Reason = collections.namedtuple("Reason", ["name", "check", "example"])
Reason.__doc__ = """A reason to refuse a loop.

Attributes:
  name: str.
  check: function of a `Trace` that returns a sentence, or None if the trace is free of it; None
    for what shows elsewhere than in a trace: `Refused` is raised with this name there.
  example: function that returns a new step (inputs, state) -> (output, new state), on float32
    tensors [batch, n], which is refused for this reason; None for what no step can cause.
"""


def _first_of(operations, message):
    """A check that finds the first operation of a kind, and the sentence that names it."""
    def check_trace(trace):
        for op in trace.operations:
            if operations(op, trace):
                return message % (op.name, op.type)
    return check_trace


def _has_own_gradient(op, _):
    return gradient_type(op).startswith("CustomGradient")


def _has_no_gradient(trace):
    floating = {t.name for t in trace.leaves if t.dtype.is_floating}
    floating.update(name for name, outer in trace.externals.items() if outer.dtype.is_floating)
    for op in trace.operations:
        if not any(t.name in floating for t in op.inputs) or not any(
                t.dtype.is_floating for t in op.outputs):
            continue
        try:
            if gradient_function(gradient_type(op)) is not None:
                floating.update(t.name for t in op.outputs if t.dtype.is_floating)
        except LookupError:
            return "the step's operation %s of type %s has no gradient." % (op.name, op.type)
    return None


def _shape_from_data(trace):
    # Of look-ups for all steps at once the shape is known.
    known = {name for lookup in partitioned_lookups(trace) for name in lookup.operations}
    return _first_of(
        lambda op, _: op.type in DATA_DEPENDENT and op.name not in known,
        "the shape of what the operation %s of type %s gives may differ from step to step.")(trace)


def _uses_variable_in_its_own_way(op, _):
    if op.type in ("ReadVariableOp", "ResourceGather"):
        return False
    return any(t.dtype == tf.resource or t.dtype._is_ref_dtype and op.type != "Identity"
               for t in op.inputs)


def _updates_reference_variable(trace):
    # Though nothing depends on it: in a loop that operation could not be made.
    first_values = {variable.initializer.name for name in ("variables", "local_variables")
                    for variable in trace.graph.get_collection(name)}
    for op in trace.graph.get_operations():
        if op.type != "Identity" and op.name not in first_values and any(
                t.dtype._is_ref_dtype for t in op.inputs):
            return "the step's operation %s of type %s updates a variable." % (op.name, op.type)
    return None


def _uses_variable(trace):
    return _first_of(
        _uses_variable_in_its_own_way,
        "the step's operation %s of type %s reads or updates a variable in a way of its own.")(
            trace) or _updates_reference_variable(trace)


def _has_side_effects(op, _):
    return op.op_def.is_stateful and seeds_of(op) is None and op.type not in (
        "Assert", "CheckNumerics", "ReadVariableOp", "ResourceGather")


def _computes_with_complex_numbers(op, _):
    return any(t.dtype.is_complex for t in op.outputs)


def _has_seed_of_its_own(op, trace):
    seeds = seeds_of(op)
    if seeds is None:
        return False
    if op.graph.seed is None or not trace.instead_of_copies:
        return any(seeds)
    # TensorFlow gives every operation without one another seed.
    same = [other for other in trace.operations if seeds_of(other) == seeds]
    return len(same) > 1 or not is_next_op_seed(op, trace.first_seed)


def _state_changes(trace):
    try:
        tf.nest.assert_same_structure(trace._state_structure, trace.state_structure)
    except (TypeError, ValueError) as error:
        return "the state changes its structure (%s)." % error
    for old, new in zip(trace.state, trace.new_state):
        if old.dtype != new.dtype:
            return "the state changes its dtype, %s to %s." % (old.dtype.name, new.dtype.name)
        if old.shape.ndims != new.shape.ndims or not old.shape.is_compatible_with(new.shape):
            return "the state changes its shape, %s to %s." % (old.shape, new.shape)
    return None


REASONS = (
    Reason("control flow", _first_of(
        lambda op, _: op.type in CONTROL_FLOW,
        "the step holds control flow of its own (%s of type %s)."), examples.branching),
    Reason("own gradient", _first_of(
        _has_own_gradient, "the step holds a gradient of its own (%s of type %s)."),
           examples.with_own_gradient),
    Reason("no gradient", _has_no_gradient, examples.without_gradient),
    Reason("variable", _uses_variable, examples.updating),
    Reason("side effects", _first_of(
        _has_side_effects, "the step's operation %s of type %s does more than compute; a loop's "
        "gradient may run it again."), examples.calling_python),
    Reason("shape from data", _shape_from_data, examples.choosing_rows),
    Reason("complex numbers", _first_of(
        _computes_with_complex_numbers, "the step computes with complex numbers (%s of type %s)."),
           examples.complex_numbers),
    Reason("seed", _first_of(
        _has_seed_of_its_own, "the step draws random numbers with a seed of their own (%s of type "
        "%s); in a loop every step would draw others."), examples.seeded),
    Reason("state", _state_changes, None),
    Reason("collection", None, examples.collecting),
    Reason("kept tensor", None, examples.keeping),
    Reason("count", None, examples.counting),
    Reason("random numbers of Python", None, examples.drawing),
    Reason("iterator", None, examples.iterating),
    Reason("outer variable", None, examples.setting),
    Reason("losses or updates of a layer", None, None),
    Reason("step number", None, None),
    Reason("inputs", None, None),
    Reason("results", None, None),
    Reason("initial state", None, None),
    Reason("graph around", None, None),
    Reason("place", None, None),
)


def check(trace):
    """Raises Refused if a row of the table says why the traced step can't be put into a loop."""
    for reason in REASONS:
        sentence = reason.check(trace) if reason.check else None
        if sentence:
            raise Refused(reason.name, sentence)
