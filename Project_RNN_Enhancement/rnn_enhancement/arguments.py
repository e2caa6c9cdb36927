"""Argument checks, aliases and older positional forms, shared by every public callable."""
import difflib
import functools
import inspect
import math
import numbers
import operator

import numpy as np

from .copying import forget_other_graphs, is_cell_like
from .tf1 import check_graph_mode

__all__ = ["ALIASES", "resolve_aliases", "reject_unknown", "positive_int", "non_negative_int",
           "finite_number", "positive_number", "boolean", "one_of", "check_callable",
           "accepts_integer_at", "checked_keywords", "graph_function", "is_plain_integer",
           "with_signature_of"]

# Older or misspelt keywords -> the name used today.
ALIASES = {
    "gpu_number": "gpu_for_layer",
    "weight_initalizer": "weight_initializer",
    "norm_regularizer_factor": "norm_regularize_factor",
}


def resolve_aliases(keywords, owner, aliases=None):
    """Returns `keywords` with aliases replaced by today's names.

    Raises:
      TypeError: if an argument comes under two spellings.
    """
    resolved = {}
    origin = {}
    for name, value in keywords.items():
        target = (ALIASES if aliases is None else aliases).get(name, name)
        if target in resolved:
            raise TypeError("%s got %r and %r, two spellings of one argument: give one of them."
                            % (owner, origin[target], name))
        resolved[target] = value
        origin[target] = name
    return resolved


def reject_unknown(keywords, allowed, owner):
    """Raises a TypeError that names the first unknown keyword and the nearest real one."""
    for name in keywords:
        if name in allowed:
            continue
        near = difflib.get_close_matches(name, sorted(allowed), n=1, cutoff=0.0)
        raise TypeError("%s got an unexpected keyword argument %r. Did you mean %r? Known: %s."
                        % (owner, name, near[0] if near else None, ", ".join(sorted(allowed))))


def _integer(name, value):
    if isinstance(value, bool):
        raise TypeError("%s must be an integer, got the bool %r." % (name, value))
    try:
        return operator.index(value)
    except TypeError:
        pass
    raise TypeError("%s must be an integer, got %r of type %s."
                    % (name, value, type(value).__name__))


def positive_int(name, value):
    """`value` as an int >= 1; TypeError or ValueError that names the argument otherwise."""
    value = _integer(name, value)
    if value < 1:
        raise ValueError("%s must be at least 1, got %d." % (name, value))
    return value


def non_negative_int(name, value):
    """`value` as an int >= 0; TypeError or ValueError that names the argument otherwise."""
    value = _integer(name, value)
    if value < 0:
        raise ValueError("%s must be at least 0, got %d." % (name, value))
    return value


def finite_number(name, value):
    """`value` as a finite float; TypeError or ValueError that names the argument otherwise."""
    if isinstance(value, (bool, str)) or not hasattr(value, "__float__"):
        raise TypeError("%s must be a number, got %r of type %s."
                        % (name, value, type(value).__name__))
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("%s must be finite, got %r." % (name, value))
    return number


def positive_number(name, value):
    """`value` as a float > 0; TypeError or ValueError that names the argument otherwise."""
    value = finite_number(name, value)
    if value <= 0:
        raise ValueError("%s must be positive, got %r." % (name, value))
    return value


def boolean(name, value):
    """`value` if it is True or False; TypeError that names the argument otherwise."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError("%s must be True or False, got %r of type %s."
                        % (name, value, type(value).__name__))
    return bool(value)


def one_of(name, value, allowed):
    """`value` if it is among `allowed`; ValueError that names the argument otherwise."""
    if not any(value is known or type(value) is type(known) and value == known
               for known in allowed):
        raise ValueError("%s must be one of %s, got %r."
                         % (name, ", ".join(repr(known) for known in allowed), value))
    return value


def check_callable(name, value, form):
    """TypeError that names the argument unless `value` can be called; `form`: "(..) -> .."."""
    if not callable(value):
        raise TypeError("%s must be a function %s, got %r of type %s."
                        % (name, form, value, type(value).__name__))


def is_plain_integer(value):
    """Whether `value` is an integer and not a bool."""
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def with_signature_of(function):
    """Decorator: the wrapper shows `function`'s signature to `inspect`.

    `inspect.getargspec`, by which legacy programs find out whether a cell takes `reuse`, reads the
    signature from here.
    """
    def decorate(wrapper):
        wrapper = functools.wraps(function)(wrapper)
        wrapper.__signature__ = inspect.signature(function)
        return wrapper
    return decorate


def checked_keywords(function):
    """Decorator: aliases work, and an unknown keyword is a TypeError that names the nearest one."""
    known = frozenset(inspect.signature(function).parameters)

    @with_signature_of(function)
    def wrapper(*args, **kwargs):
        kwargs = resolve_aliases(kwargs, function.__name__)
        reject_unknown(kwargs, known, function.__name__)
        return function(*args, **kwargs)
    return wrapper


def graph_function(function):
    """`checked_keywords` for a function that makes variables or unrolls time.

    Called eagerly, it raises RuntimeError that says what to do: its variables would be others in
    every call, and out of reach. Cells among its arguments forget the graphs of earlier calls.
    """
    checked = checked_keywords(function)

    @with_signature_of(function)
    def wrapper(*args, **kwargs):
        check_graph_mode(function.__name__)
        for value in args + tuple(kwargs.values()):
            if is_cell_like(value):
                forget_other_graphs(value)
        return checked(*args, **kwargs)
    return wrapper


def accepts_integer_at(position, name):
    """Decorator for a positional argument that an older version had and TensorFlow 1.15 has not.

    An integer (not a bool) found at `position` (0-based; `self` counts) is taken out, the later
    positionals move up, and the integer is passed as keyword `name`. The decorated function must
    take `name` among its keywords.
    """
    def decorate(function):
        @with_signature_of(function)
        def wrapper(*args, **kwargs):
            if len(args) > position and is_plain_integer(args[position]):
                if name in kwargs:
                    raise TypeError("%s got multiple values for argument %r."
                                    % (function.__name__, name))
                kwargs[name] = args[position]
                args = args[:position] + args[position + 1:]
            return function(*args, **kwargs)
        return wrapper
    return decorate
