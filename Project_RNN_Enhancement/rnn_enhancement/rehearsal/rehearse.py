"""A call tried in a scratch graph, so that a refusal leaves nothing behind."""
import collections
import contextlib
import logging
import warnings

from ..copying import copies_told_to
from ..loops.refused import Refused
from ..per_thread import PerThread
from ..tf1 import (control_flow_context, device_functions, is_tape_recording, outermost_graph,
                   registrations_undone, ScratchGraph, tf)
from .signature import signature
from .watch import Watch

__all__ = ["Finished", "rehearse", "rehearsed", "to_shield"]

# Name of the attribute of a graph that keeps what calls were accepted in it.
_ACCEPTED = "_project_rnn_enhancement_accepted"

_local = PerThread(watch=None)

# Functions that give an object of this package's that calls change, beside their arguments.
to_shield = []


class Finished(BaseException):
    """Ends a call before its end, by intent: so far nothing was refused."""


def rehearse(function, args, kwargs):
    """Tries a call in a scratch graph, in which every loop is only traced.

    A call that looks as one that was accepted in this graph is not tried again, unless it comes to
    code of the user's, which may go by what has changed since: then its steps are traced once.

    Nothing of it stays, neither in the graph nor in the cells and functions within reach of the
    arguments.

    Returns:
      A function that remembers the call as it looks by then: with its cells' weights, once it is
      built. None if it looked as an accepted one.

    Raises:
      Refused: with the reason, if a step can't be put into a loop.
      Exception: what the call raised.
    """
    around = tf.get_default_graph()
    if outermost_graph() is not around:
        raise Refused("place", "the graph is the body of a function.")
    if is_tape_recording():
        raise Refused("place", "a gradient tape records the operations.")
    context = control_flow_context(around)
    if context is not None and context.GetWhileContext() is not None:
        raise Refused("place", "the code is inside another while loop.")
    looks = signature(function, args, kwargs)
    accepted = _accepted(around).get(looks[0])
    if accepted and accepted.is_all_known:
        return None
    scope = tf.get_variable_scope()
    watch = Watch([function, args, kwargs] + [find() for find in to_shield] + [
        scope.custom_getter, scope.partitioner, device_functions(around)],
                  is_new=accepted is None)
    operations = around.version
    try:
        with ScratchGraph(makes_variables=False).in_use(), _silently(watch), copies_told_to(
                watch.add), registrations_undone():
            function(*args, **kwargs)
    except Finished:
        pass
    finally:
        watch.restore()
    if around.version != operations:
        raise Refused("graph around", "the step adds operations to a graph that it knows of.")

    def remember(looks):
        description, objects = looks
        _accepted(around)[description] = _Accepted(objects, watch.is_all_known)
    if accepted:
        return None
    remember(looks)
    return lambda: remember(signature(function, args, kwargs))


# An accepted call. objects: those that its description names by identity, which must live.
_Accepted = collections.namedtuple("_Accepted", ["objects", "is_all_known"])


def _accepted(graph):
    """dict: description of a call -> `_Accepted`."""
    if not hasattr(graph, _ACCEPTED):
        setattr(graph, _ACCEPTED, {})
    return getattr(graph, _ACCEPTED)


def rehearsed():
    """The `Watch` of the rehearsal that is going on in this thread, else None."""
    return _local.watch


@contextlib.contextmanager
def _silently(watch):
    """Context of a rehearsal. Nothing is announced: what is built afterwards will do it."""
    logger = logging.getLogger("tensorflow")

    def is_no_rehearsal(_):
        return rehearsed() is None
    logger.addFilter(is_no_rehearsal)
    try:
        with _local.set(watch=watch), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.removeFilter(is_no_rehearsal)
