"""How time is unrolled: as a loop in the graph, or as one copy of the step per input.

A rolled graph is built in seconds, stays as small for 400 steps as for 40, and runs faster. A
static graph is TensorFlow's classic one: every step's operations are there by name, it can be
differentiated twice, and one step can be run without feeding the inputs of later ones.

"auto", the way as long as nothing else is said, rolls what can be rolled faithfully and unrolls
the rest: sequences of less than four steps; a `loop_function` that looks at its step number; cells
and functions that count their calls, keep tensors of a step, draw random numbers of Python or
NumPy, hold iterators or set variables around them; steps that hold control flow of their own, draw
with a seed of their own, add losses or summaries to the graph, compute with complex numbers or
have operations with data-dependent shapes; states that are no tensors; inputs that differ in shape
from step to step; code inside a loop of the user's. `tf.logging.set_verbosity(tf.logging.DEBUG)`
shows why something was not rolled. "loop" rolls, or raises ValueError with the reason. "static"
never rolls.

What differs in a rolled graph: an output that the cell also returns as its state is, in copies,
one tensor, so that feeding it, or differentiating by it, reaches later steps; in a loop it reaches
what was built on that output. There is no second-order gradient. To run one step all inputs are
needed.
"""
import contextlib
import functools
import inspect
import threading

from ..tf1 import tf, variable_names, without_autograph

__all__ = ["MODES", "NotRollable", "get_unroll", "set_unroll", "unrolled_as", "takes_unroll",
           "rolled_or_static"]

MODES = ("auto", "static", "loop")

# Below this a loop costs as many operations as the copies of the step.
_SHORTEST = 4

_default = "auto"
_local = threading.local()


class NotRollable(Exception):
    """The step can't be put into a loop without a change of meaning; the message says why."""


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
    return getattr(_local, "mode", None) or _default


@contextlib.contextmanager
def unrolled_as(mode):
    """Context in which time is unrolled as `mode` says; None changes nothing."""
    previous = getattr(_local, "mode", None)
    if mode is not None:
        _local.mode = _checked(mode)
    try:
        yield
    finally:
        _local.mode = previous


def takes_unroll(function):
    """Decorator: adds the keyword `unroll`, which holds for everything inside the call."""
    signature = inspect.signature(function)
    parameter = inspect.Parameter("unroll", inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None)

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        if len(args) > len(signature.parameters):
            args, kwargs = args[:-1], dict(kwargs, unroll=args[-1])
        with unrolled_as(kwargs.pop("unroll", None)):
            return function(*args, **kwargs)
    wrapper.__signature__ = signature.replace(
        parameters=list(signature.parameters.values()) + [parameter])
    return wrapper


@without_autograph
def rolled_or_static(length, rolled, static):
    """`rolled()` or `static()`, as the mode in force says and the step allows.

    Args:
      length: number of steps.
      rolled: function that builds the loop; raises NotRollable if that can't be done.
      static: function that builds the copies.
    """
    mode = get_unroll()
    if mode == "static" or (mode == "auto" and length < _SHORTEST):
        return static()
    graph = tf.get_default_graph()
    known = len(variable_names(graph))
    unexpected = None
    try:
        return rolled()
    except NotRollable as reason:
        if mode == "loop":
            raise ValueError("unroll=\"loop\" is not possible here: %s Use \"auto\" or \"static\"."
                             % reason)
        tf.logging.debug("Time is unrolled into copies of the step: %s", reason)
    except Exception as error:
        # The cell may object to the loop, or to its inputs; copies of the step tell which.
        if mode == "loop":
            raise
        unexpected = "%s: %s" % (type(error).__name__, error)
    # The attempt may have made variables, which the copies are to find.
    reuse = tf.AUTO_REUSE if len(variable_names(graph)) > known else None
    with tf.variable_scope(tf.get_variable_scope(), reuse=reuse):
        result = static()
    if unexpected is not None:
        tf.logging.warning("Time is unrolled into copies of the step, which are built where a "
                           "loop failed with %s", unexpected)
    return result
