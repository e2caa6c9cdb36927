"""A step run over time in loops: traced once, checked, arranged, and put into the graph."""
from ..loops.arrange import arrange
from ..loops.emit import Emission
from ..loops.lengths import static_length
from ..loops.operations import copy_operation
from ..loops.refused import Refused
from ..rehearsal.rehearse import rehearsed
from ..tf1 import made_again, quiet_deprecations, ScratchGraph, tf
from .policy import copies_inside
from .reasons import check
from .trace import Trace

__all__ = ["scan"]


def scan(step, inputs, state, length, batched=(), instead_of_copies=True):
    """Runs `step` over time in loops.

    In a rehearsal (see `rehearsal`) the step is only traced and checked.

    Args:
      step: function (list of this step's inputs, state) -> (nest of outputs, new state).
      inputs: list of `AllSteps`.
      state: nest of tensors, the state before the first step.
      length: int, or scalar int32 tensor of at least 1, number of steps.
      batched: tensors that the step reads whose first dimension is the batch's.
      instead_of_copies: False: instead of a loop of TensorFlow's, which draws other random numbers
        in a graph with a seed.

    Returns:
      (nest of outputs with a first dimension of `length`, final state).

    Raises:
      Refused: in a rehearsal, if a loop would not do what copies of the step do.
    """
    specs = [(steps.dtype, steps.shape) for steps in inputs]
    watch = rehearsed()
    if watch is not None:
        return _rehearsed(watch, step, specs, state, length, instead_of_copies)
    scratch = ScratchGraph(makes_variables=True)
    collections = _Collections(scratch)
    with scratch.in_use(), copies_inside():
        trace = Trace(step, specs, state)
    collections.pass_on(trace)
    arrangement = arrange(trace, batched)
    scratch.closed = True
    # Without TensorFlow's check of every operation's arguments for deprecated ones.
    with quiet_deprecations(), tf.control_dependencies(scratch.waits_for):
        emission = Emission(trace, arrangement, [steps.together() for steps in inputs],
                            tf.nest.flatten(state), length)
        return (tf.nest.pack_sequence_as(trace.structure, emission.outputs),
                tf.nest.pack_sequence_as(state, emission.final_state))


def _rehearsed(watch, step, specs, state, length, instead_of_copies):
    if not all(tf.is_tensor(value) and value.shape.ndims is not None
               for value in tf.nest.flatten(state)):
        raise Refused("initial state", "the state holds something else than tensors of known rank.")
    graph = tf.get_default_graph()
    watch.remember()
    try:
        with copies_inside(), tf.variable_creator_scope(_variable_made_alone):
            trace = Trace(step, specs, state, instead_of_copies)
    except Exception:
        if graph.updates_around:
            raise Refused("variable", "the step updates a variable of the graph around it (%s)."
                          % graph.updates_around[0])
        raise

    def is_same_again():
        known = _Collections(graph)
        with copies_inside(), tf.variable_scope(tf.get_variable_scope(), reuse=tf.AUTO_REUSE):
            again = trace.call(step)
        for name, _ in known.added():
            raise Refused("collection", "the step adds to the collection %s." % (name,))
        return trace.is_same_as(*again)
    check(trace)
    watch.check(graph, is_same_again)

    def stand_in(tensor, first=()):
        return tf.placeholder(tensor.dtype.base_dtype, list(first) + tensor.shape.as_list())
    outputs = [stand_in(value, [static_length(length)]) for value in trace.outputs]
    finals = [stand_in(value) for value in trace.new_state]
    return (tf.nest.pack_sequence_as(trace.structure, outputs),
            tf.nest.pack_sequence_as(state, finals))


def _variable_made_alone(make, **kwargs):
    """Makes a variable of the step, which must lie outside a loop with all that it starts from."""
    value = kwargs.get("initial_value")
    if isinstance(value, tf.Tensor) and value.graph is tf.get_default_graph():
        raise Refused("variable", "the step makes a variable that starts from a tensor of the step "
                      "(%s)." % value.name)
    return make(**kwargs)


class _Collections(object):
    """Finds what is added to a graph's collections from now on."""

    def __init__(self, graph):
        self._graph = graph
        self._before = {name: list(graph.get_collection_ref(name))
                        for name in graph.get_all_collection_keys()}

    def added(self):
        """List of (collection's name, item), of those in the place of others too."""
        found = []
        for name in self._graph.get_all_collection_keys():
            before = self._before.get(name, ())
            found.extend((name, item) for i, item in enumerate(self._graph.get_collection_ref(name))
                         if i >= len(before) or item is not before[i])
        return found

    def pass_on(self, trace):
        """Adds to the collections of the graph around what isn't in them yet."""
        scratch, moved = trace.graph, {}
        for name, item in self.added():
            known = scratch.outer_graph.get_collection_ref(name)
            if not any(item is other for other in known):
                again = made_again(item, scratch)
                known.append(_moved(item, trace, moved) if again is None else again)


def _moved(item, trace, moved):
    """A tensor that a scratch graph made of variables alone, in the graph around; others as is."""
    if not isinstance(item, tf.Tensor) or item.graph is not trace.graph:
        return item
    captured = {inner.name: outer for outer, inner in trace.graph.captures}

    def outside(tensor):
        if tensor.name not in captured:
            with tf.control_dependencies(None):
                copied = copy_operation(tensor.op, [outside(t) for t in tensor.op.inputs])
            captured.update((old.name, new) for old, new in zip(tensor.op.outputs, copied.outputs))
        return captured[tensor.name]
    return moved.setdefault(item.name, outside(item))
