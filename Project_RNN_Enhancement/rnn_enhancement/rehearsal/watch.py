"""What code of the user's does in Python besides its result: found out, and undone."""
import functools
import logging
import types

import numpy as np

from ..loops.refused import Refused
from ..tf1 import keras, keeps_account, LayerRNNCell, tf, Variable
from .contents import ADDED, contents_of, is_same
from .generators import is_generator, OF_PYTHON
from .snapshot import (attributes_of, CACHING, CONTAINERS, is_internal, is_trusted, LARGE,
                       Snapshot)
from .surroundings import is_of_python, surroundings_of

__all__ = ["Watch"]

_PLAIN = (type(None), bool, int, float, complex, str, bytes, tf.Tensor, Variable, tf.Operation,
          tf.DType, tf.TensorShape, tf.Graph, types.ModuleType, logging.Logger)
# Where cells come from that do at every call what they did at the first.
_OF_CELLS = (__name__.split(".")[0] + ".", LayerRNNCell.__module__)


def _may_hold_code(value):
    if isinstance(value, _PLAIN):
        return False
    if isinstance(value, (list, tuple, dict)):
        return any(map(_may_hold_code, value.values() if isinstance(value, dict) else value))
    return callable(value) or not all(
        isinstance(item, _PLAIN) for item in getattr(value, "__dict__", {}).values())


class Watch(object):
    """What calls of cells and functions of the user's can leave behind in Python.

    Looked at are attributes of cells and objects, of their classes, lists and other containers,
    and what functions find around them. The package's own code and TensorFlow's is trusted.

    Args:
      watched: cells, functions or other objects.
      is_new: whether code of the user's may still turn out to do something else when it's called again.

    Attributes:
      is_all_known: whether no code or layer but this package's, and TensorFlow's cells, was seen.

    Raises:
      Refused: if something can neither be compared nor undone, an iterator for example.
    """

    def __init__(self, watched, is_new=True):
        self._seen, self._owners, self._is_new, self.is_all_known = {}, [], is_new, True
        self._walk(list(watched) + list(OF_PYTHON))
        self.remember()
        self._snapshot = Snapshot(self._seen.values())

    def _walk(self, watched):
        stack = [(value, "") for value in reversed(list(watched))]
        while stack:
            value, name = stack.pop()
            if id(value) not in self._seen and (
                    is_generator(value) or not isinstance(value, _PLAIN)):
                self._seen[id(value)] = value
                stack.extend(reversed(list(self._look_at(value, name))))

    def add(self, copy):
        """Watches a copy of a cell too; it is nobody's yet, and nothing of it is put back."""
        self._walk([copy])
        self._before += [contents_of(owner) for owner, _ in self._owners[len(self._before):]]

    def _look_at(self, value, name):
        """(object, name) of what lies inside `value`."""
        if is_generator(value):
            self._owners.append((value, name))
            return []
        if isinstance(value, np.ndarray):
            if value.size <= LARGE:
                self._owners.append((value, name))
            return []
        if isinstance(value, CONTAINERS):
            self._owners.append((value, name))
            items = value.values() if isinstance(value, dict) else value
            return [] if len(value) > LARGE else [(item, name) for item in items]
        if isinstance(value, (tuple, frozenset)):
            return [(item, name) for item in value]
        if isinstance(value, functools.partial):
            return [(part, name) for part in (value.func, value.args, value.keywords)]
        if isinstance(value, types.MethodType):
            return [(value.__func__, name), (value.__self__, name)]
        if isinstance(value, (staticmethod, classmethod)):
            return [(value.__func__, name)]
        if isinstance(value, property):
            return [(part, name) for part in (value.fget, value.fset)]
        if isinstance(value, types.FunctionType):
            return self._look_at_function(value)
        if isinstance(value, CACHING):
            if not is_trusted(value.__module__) and not is_of_python(value.__module__):
                self._owners.append((value, value.__name__))
            return [(value.__wrapped__, name)]
        if isinstance(value, type):
            if is_trusted(value.__module__):
                return []
            self.is_all_known = False
            if is_of_python(value.__module__):
                return []
            self._owners.append((value, name))
            return [(item, key) for key, item in vars(value).items()
                    if not (key.startswith("__") and not callable(item))]
        if hasattr(type(value), "__next__"):
            raise Refused("iterator", "an iterator (%s) is within reach of the step; each call may "
                          "take an item of it." % (name or type(value).__name__))
        return self._look_at_object(value)

    def _look_at_function(self, function):
        of_python = is_of_python(function.__module__)
        trusted = of_python or is_trusted(function.__module__)
        if of_python:
            self.is_all_known = False
        if trusted and not function.__closure__:
            return []
        around = surroundings_of(function, is_trusted)
        if trusted:
            # Of TensorFlow's and Python's decorators, what they decorate.
            found = [value for _, value in around.closure]
            self._leave_out(value for value in found if not callable(value))
            return [(value, function.__name__) for value in found if callable(value)]
        self.is_all_known = False
        if around.set:
            raise Refused("outer variable", "the function %s sets %s, a variable outside it, "
                          "at every call." % (function.__name__, around.set))
        for module in around.modules:
            if id(module) not in self._seen:
                self._seen[id(module)] = module
                self._owners.append((module, module.__name__))
        found = [(value, name) for name, value in around.closure + around.values]
        if vars(function):
            self._owners.append((function, function.__name__))
            found.extend((value, name) for name, value in vars(function).items()
                         if name != "__wrapped__" or not is_trusted(function.__module__))
        return found

    def _look_at_object(self, value):
        trusted = is_trusted(type(value).__module__)
        is_layer = isinstance(value, keras.layers.Layer)
        if not trusted or is_layer and not type(value).__module__.startswith(_OF_CELLS):
            self.is_all_known = False
        attributes = attributes_of(value)
        if attributes is None:
            return []
        if trusted and keeps_account(value):
            self._owners.append((value, type(value).__name__))
            return [(item, name) for name, item in vars(value).items() if callable(item)]
        if trusted and not is_layer:
            self._leave_out(vars(value).values())
            return []
        self._owners.append((value, type(value).__name__))
        found = [(item, name) for name, item in attributes.items()
                 if not (is_layer and is_internal(name))]
        found.extend((twin, "_twins") for twin in attributes.get("_twins", {}).values())
        if not trusted:
            found.extend((cls, cls.__name__) for cls in type(value).__mro__)
        return found

    def _leave_out(self, values):
        """Takes note of values that are not looked at."""
        if any(map(_may_hold_code, values)):
            self.is_all_known = False

    def remember(self):
        """Takes the present contents for those that later ones are compared to."""
        self._before = [contents_of(owner) for owner, _ in self._owners]

    def changes(self):
        """List of (owner, name of the attribute or container, value), what changed since then."""
        found = []
        for (owner, name), before in zip(self._owners, self._before):
            now = contents_of(owner)
            if isinstance(now, np.ndarray):
                if not np.array_equal(now, before):
                    found.append((owner, name, owner))
            elif is_generator(owner) or isinstance(owner, CACHING):
                if now != before:
                    found.append((owner, name, None))
            elif not isinstance(now, dict):
                if len(now) != len(before) or not all(map(is_same, now, before)):
                    found.append((owner, name, list(now)))
            else:
                found.extend(
                    (owner, name if isinstance(owner, dict) else key, now.get(key))
                    for key in list(now) + [key for key in before if key not in now]
                    if key not in now or key not in before or not is_same(now[key], before[key]))
        return found

    def restore(self):
        """Puts everything back as it was at first."""
        self._snapshot.restore()

    def check(self, graph, again):
        """Raises Refused if a call counted, drew or kept something, or a second one does something else.

        Args:
          graph: the scratch graph that the call was traced in.
          again: function that calls once more and says whether it computes the same: a first call
            may build what later ones use. It's called if something changed, and for code that isn't
            known to do the same at every call.
        """
        changes = self.changes()
        for change in changes:
            self._refuse(change, graph)
        if changes or self._is_new and not self.is_all_known:
            self.remember()
            same = again()
            changes = changes if changes and not same else self.changes()
            if not (changes or same):
                raise Refused("count", "the step computes something else when it is called again.")
        if changes:
            raise Refused(*_described(changes[0]))

    @staticmethod
    def _refuse(change, graph):
        owner, name, value = change
        if name in ADDED and isinstance(owner, keras.layers.Layer):
            raise Refused("losses or updates of a layer", "the cell %s adds losses or updates to "
                          "itself." % type(owner).__name__)
        if isinstance(owner, CACHING) or not _holds_none(value, graph):
            raise Refused("kept tensor", "the step keeps tensors of a step (attribute %s)." % name)


def _described(change):
    owner, name, _ = change
    if is_generator(owner):
        return "random numbers of Python", "the step draws random numbers of Python or NumPy."
    return "count", "the step counts its calls (attribute %s)." % (name or type(owner).__name__)


def _holds_none(value, graph):
    """Whether no tensor of the scratch graph is in `value`."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return all(_holds_none(item, graph) for item in value)
    return not (isinstance(value, tf.Tensor) and getattr(value, "graph", None) is graph)
