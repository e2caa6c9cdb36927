"""All that objects hold, kept and put back."""
import collections
import functools
import types

import numpy as np

from ..copying import SCOPES_OF_CALLS, SET_BY_CALLS
from ..tf1 import keras, keeps_account, Layer, rnn_cell, tf
from .generators import is_generator, put_back, state_of

__all__ = ["attributes_of", "CACHING", "CONTAINERS", "LARGE", "Snapshot", "is_internal",
           "is_trusted", "number_cached", "of_class"]

_TRUSTED = (__name__.split(".")[0] + ".", "tensorflow.", "tensorflow_core.", "keras.", "tf_keras.",
            "numpy.", "tensorflow_probability.", "absl.")
# The examples of the table of reasons stand for code of the user's.
_NOT_TRUSTED = __name__.split(".rehearsal.")[0] + ".unrolling.examples"
# Functions that keep their results.
CACHING = type(functools.lru_cache()(lambda: None))
CONTAINERS = (list, dict, set, collections.deque, bytearray)
# Data; nobody counts in it.
LARGE = 10000


# Attributes that TensorFlow's layers set when they are called. Layers name themselves in a graph,
# and a program may still decide to have no default one.
with tf.Graph().as_default():
    _INTERNAL = frozenset(SET_BY_CALLS).union(
        vars(Layer()), vars(rnn_cell.RNNCell()))


def is_internal(name):
    """Whether an attribute of a layer is one that TensorFlow's layers set when they are called."""
    return name in _INTERNAL or name.startswith("_self_")


def is_trusted(module):
    return module is not None and module != _NOT_TRUSTED and (
        (module + ".").startswith(_TRUSTED))


def of_class(owner):
    """Copy of the attributes of a class, or of a module, that are its own."""
    return {name: value for name, value in vars(owner).items()
            if not name.startswith(("__", "_abc_", "_tf_api"))}


def number_cached(function):
    """How many results a function of `CACHING` keeps, and how often it didn't find one."""
    return function.cache_info()[1:]


def _slots_of(value):
    for cls in type(value).__mro__:
        slots = vars(cls).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name not in ("__dict__", "__weakref__") and hasattr(value, name):
                yield name


def attributes_of(value):
    """A dict of an object's attributes, those in slots too; None if it has neither."""
    attributes = getattr(value, "__dict__", None)
    if is_trusted(type(value).__module__):
        return None if attributes is None else dict(attributes)
    slots = {name: getattr(value, name) for name in _slots_of(value)}
    return None if attributes is None and not slots else dict(slots, **(attributes or {}))


class Snapshot(object):
    """All that objects hold at present, their internals too, to be put back.

    Args:
      objects: what `Watch` came across.
    """

    def __init__(self, objects):
        self._saved, self._slots, seen = [], [], set()
        stack = [value for value in objects if _may_change(value)]
        while stack:
            value = stack.pop()
            if id(value) in seen:
                continue
            seen.add(id(value))
            parts = []
            if is_generator(value):
                self._saved.append((value, state_of(value)))
                continue
            if isinstance(value, CONTAINERS + (np.ndarray,)):
                large = len(value) > LARGE if not isinstance(value, np.ndarray) else (
                    value.size > LARGE)
                if large:
                    continue
                self._saved.append((value, _copied(value)))
                if not isinstance(value, (np.ndarray, bytearray)):
                    parts = list(value.values()) if isinstance(value, dict) else list(value)
            if isinstance(value, (type, types.ModuleType)):
                self._saved.append((value, of_class(value)))
            elif isinstance(value, CACHING):
                self._saved.append((value, number_cached(value)))
            elif hasattr(value, "__dict__"):
                attributes = vars(value)
                self._saved.append((attributes, dict(attributes)))
                parts += list(attributes.values())
                if isinstance(value, keras.layers.Layer):
                    # Scopes that were entered are those of the graph around.
                    for name in SCOPES_OF_CALLS:
                        attributes.pop(name, None)
            if not isinstance(value, type) and not is_trusted(type(value).__module__):
                self._slots += [(value, name, getattr(value, name)) for name in _slots_of(value)]
            stack.extend(part for part in parts
                         if isinstance(part, CONTAINERS) or _is_bookkeeping(part))

    def restore(self):
        for owner, name, before in self._slots:
            if getattr(owner, name, None) is not before:
                object.__setattr__(owner, name, before)
        for owner, before in self._saved:
            if is_generator(owner):
                put_back(owner, before)
            elif isinstance(owner, np.ndarray):
                if not np.array_equal(owner, before):
                    owner[...] = before
            elif isinstance(owner, (type, types.ModuleType)):
                _restore_attributes(owner, before)
            elif isinstance(owner, CACHING):
                if number_cached(owner) != before:
                    # What it keeps may be of the scratch graph.
                    owner.cache_clear()
            elif not _is_unchanged(owner, before):
                if isinstance(owner, (list, bytearray)):
                    owner[:] = before
                else:
                    owner.clear()
                    (owner.extend if isinstance(owner, collections.deque) else owner.update)(before)


def _may_change(value):
    if isinstance(value, CONTAINERS + (np.ndarray, tf.VariableScope)) or (
            is_generator(value) or keeps_account(value)):
        return True
    kind = value if isinstance(value, type) else type(value)
    return isinstance(value, keras.layers.Layer) or not is_trusted(kind.__module__)


def _is_bookkeeping(value):
    """Whether a part of an object is of the classes by which TensorFlow's layers keep account."""
    return not isinstance(value, tf.Tensor) and (
        isinstance(value, (tf.VariableScope, keras.layers.Layer)) or any(
            name in type(value).__module__
            for name in ("object_identity", "trackable", "tracking")))


def _copied(container):
    if isinstance(container, dict):
        return dict(container.items())
    return container.copy() if isinstance(container, np.ndarray) else list(container)


def _is_unchanged(container, before):
    if len(container) != len(before):
        return False
    if isinstance(container, dict):
        return all(key in container and container[key] is value for key, value in before.items())
    return (set(container) == set(before) if isinstance(container, set)
            else all(one is other for one, other in zip(container, before)))


def _restore_attributes(owner, before):
    # Attributes of classes are set as those of any object, but not by what a metaclass says.
    kind = type if isinstance(owner, type) else object
    now = of_class(owner)
    for name in now:
        if name not in before:
            kind.__delattr__(owner, name)
    for name, value in before.items():
        if name not in now or now[name] is not value:
            kind.__setattr__(owner, name, value)
