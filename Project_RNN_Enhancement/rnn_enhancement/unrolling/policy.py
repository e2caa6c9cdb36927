"""How time is unrolled: as a loop in the graph, or as one copy of the step per input.

A graph with loops is built in seconds, stays as small for 400 steps as for 40, and runs faster. A
static graph is TensorFlow's classic one: every step's operations are there by name, it can be
differentiated twice, and one step can be run without feeding the inputs of later ones.

"auto", the way as long as nothing else is said, makes loops of what loops do faithfully and copies
of the rest: sequences of less than four steps, whatever the table in `reasons` lists, and code
inside a loop or function of the user's. A call is first tried in a scratch graph (`rehearse`), so
that what is refused is built as with "static", from the first operation to the last.
`tf.logging.set_verbosity(tf.logging.DEBUG)` shows why something was refused. "loop" makes loops, or
raises ValueError with the reason. "static" never does.

What differs in a loop: an output that the cell also returns as its state is, in copies, one tensor,
so that feeding it, or differentiating by it, reaches later steps; in a loop it reaches what was
built on that output. There is no second-order gradient. To run one step all inputs are needed.
"""
import contextlib
import functools
import inspect

from ..loops.refused import Refused
from ..per_thread import PerThread
from ..rehearsal.rehearse import rehearse
from ..tf1 import quick_operations, tf, without_autograph

__all__ = ["MODES", "copies_inside", "get_unroll", "set_unroll", "unrolled_as", "takes_unroll",
           "loop_if_faithful", "loop_or_copies", "makes_loop", "refusals"]

MODES = ("auto", "static", "loop")

# Below this a loop costs as many operations as the copies of the step.
_SHORTEST = 4

_default = "auto"


# decision: what was decided for the calls inside the one that is being built, True for loops.
_local = PerThread(mode=None, decision=None, refusals=0)


def _checked(mode):
    if mode not in MODES:
        raise ValueError("unroll must be \"auto\", \"static\" or \"loop\", got %r." % (mode,))
    return mode


def set_unroll(mode):
    """Sets the package-wide way to unroll time: "auto" (as at import), "static" or "loop".

    Raises:
      ValueError: for anything else.
    """
    global _default
    _default = _checked(mode)


def get_unroll():
    """The way in force: of the call around this one that gave `unroll`, else package-wide."""
    return _local.mode or _default


def unrolled_as(mode):
    """Context in which time is unrolled as `mode` says; None changes nothing."""
    return contextlib.suppress() if mode is None else _local.set(mode=_checked(mode))


def takes_unroll(rehearses=True):
    """Decorator: adds the keyword `unroll`, which holds for everything inside the call.

    Args:
      rehearses: whether the call is tried first; False for functions that call others of the user's
        in which whole models are built.
    """
    def decorator(function):
        signature = inspect.signature(function)
        parameter = inspect.Parameter("unroll", inspect.Parameter.POSITIONAL_OR_KEYWORD,
                                      default=None)

        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            if len(args) > len(signature.parameters):
                args, kwargs = args[:-1], dict(kwargs, unroll=args[-1])
            # Inputs from an iterator can be gone through once.
            args = [list(value) if hasattr(type(value), "__next__") else value for value in args]
            with unrolled_as(kwargs.pop("unroll", None)), quick_operations():
                if rehearses:
                    return _decided(function, args, kwargs)
                return function(*args, **kwargs)
        wrapper.__signature__ = signature.replace(
            parameters=list(signature.parameters.values()) + [parameter])
        return wrapper
    return decorator


def copies_inside():
    """Context in which sequences are run by copies: those within one step of another."""
    return _local.set(decision=False)


def refusals():
    """How often a loop was refused in this thread."""
    return _local.refusals


def _is_long(value):
    if isinstance(value, dict):
        return any(map(_is_long, value.values()))
    return isinstance(value, (list, tuple)) and len(value) >= _SHORTEST


@without_autograph
def _decided(function, args, kwargs):
    """`function(*args, **kwargs)`, built as the mode in force says and its steps allow."""
    mode = get_unroll()
    if _local.decision is not None or mode == "static" or tf.executing_eagerly() or (
            mode == "auto" and not any(map(_is_long, list(args) + list(kwargs.values())))):
        return function(*args, **kwargs)
    refused = unexpected = remember = None
    try:
        with _local.set(decision=True):
            remember = rehearse(function, args, kwargs)
    except Refused as error:
        refused = error
        if mode == "loop":
            raise ValueError("unroll=\"loop\" is not possible here: %s Use \"auto\" or \"static\"."
                             % error)
        tf.logging.debug("Time is unrolled into copies of the step: %s", error)
    except Exception as error:
        # The cell may object to the loop, or to its inputs; copies of the step tell which.
        if mode == "loop":
            raise
        refused = unexpected = error
    _local.refusals += refused is not None
    with _local.set(decision=refused is None):
        result = function(*args, **kwargs)
    if remember is not None:
        remember()
    if unexpected is not None:
        tf.logging.warning("Time is unrolled into copies of the step, which are built where a "
                           "loop failed with %s: %s", type(unexpected).__name__, unexpected)
    return result


def makes_loop(length):
    """Whether this call was decided to make a loop of so many steps."""
    mode = get_unroll()
    return bool(_local.decision) and mode != "static" and (mode == "loop" or length >= _SHORTEST)


@without_autograph
def loop_or_copies(length, loop, copies):
    """`loop()` or `copies()`, as was decided for this call.

    Args:
      length: number of steps.
      loop: function that builds the loop.
      copies: function that builds one copy of the step per input.
    """
    return loop() if makes_loop(length) else copies()


@without_autograph
def loop_if_faithful(length, loop, otherwise, *args):
    """`loop(*args)`, or `otherwise()` where that is another loop, which needs no `unroll`.

    Args:
      length: int, number of steps; 0: not known. None: as many as are known when it is run.
    """
    if get_unroll() == "static" or _local.decision is False or (
            length is not None and length < _SHORTEST):
        return otherwise()
    remember = None
    if _local.decision is None:
        if tf.executing_eagerly():
            return otherwise()
        try:
            with _local.set(decision=True):
                remember = rehearse(loop, args, {})
        except Exception as reason:
            # If it isn't the loop that is at fault, what follows says it.
            tf.logging.debug("A loop over time is TensorFlow's: %s", reason)
            return otherwise()
    with _local.set(decision=True):
        result = loop(*args)
    if remember is not None:
        remember()
    return result
