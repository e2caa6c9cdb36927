"""Default arguments for calls in a block: `arg_scope`, as contrib.framework and slim had it."""
import contextlib
import functools
import inspect
import threading

__all__ = ["add_arg_scope", "arg_scope", "arg_scoped_arguments", "current_arg_scope", "has_arg_scope"]

_local = threading.local()


def _key(function):
    return getattr(function, "_key_op", str(function))


def current_arg_scope():
    """dict from the functions' keys to their default arguments in the scopes around."""
    return getattr(_local, "scopes", [{}])[-1]


def has_arg_scope(function):
    """Whether `add_arg_scope` decorates a function."""
    return hasattr(function, "_key_op")


def arg_scoped_arguments(function):
    """The names of the arguments that a scope may give defaults for."""
    return tuple(name for name, parameter in inspect.signature(function).parameters.items()
                 if parameter.default is not parameter.empty)


def add_arg_scope(function):
    """Decorator for functions whose default arguments `arg_scope` may set."""
    names = list(inspect.signature(function).parameters)

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        defaults = current_arg_scope().get(_key(wrapper))
        if defaults:
            # What is given by position isn't given again.
            defaults = {name: value for name, value in defaults.items() if name not in names[:len(args)]}
            kwargs = dict(defaults, **kwargs)
        return function(*args, **kwargs)
    wrapper._key_op = "%s.%s" % (function.__module__, function.__name__)
    return wrapper


@contextlib.contextmanager
def arg_scope(functions, **defaults):
    """Context in which functions have other defaults.

    Args:
      functions: list or tuple of functions that `add_arg_scope` decorates; or a scope, as an
        earlier `arg_scope` gave it (`with arg_scope(...) as scope`), to be entered again.
      **defaults: the arguments.

    Raises:
      TypeError: if `functions` is none of these.
      ValueError: if a function isn't decorated, or if defaults are given beside a scope.
    """
    if isinstance(functions, dict):
        if defaults:
            raise ValueError("arg_scope: a scope is entered again without further arguments, got %s."
                             % ", ".join(sorted(defaults)))
        scope = dict(functions)
    elif isinstance(functions, (list, tuple)):
        scope = dict(current_arg_scope())
        for function in functions:
            if not has_arg_scope(function):
                raise ValueError("arg_scope: %r takes no defaults from a scope: decorate it with "
                                 "add_arg_scope."
                                 % (function,))
            scope[_key(function)] = dict(scope.get(_key(function), {}), **defaults)
    else:
        raise TypeError("arg_scope: functions must be a list of functions or a scope, got %r." % (functions,))
    if not hasattr(_local, "scopes"):
        _local.scopes = [{}]
    _local.scopes.append(scope)
    try:
        yield scope
    finally:
        _local.scopes.pop()
