"""What objects of a program hold at present, in a form that can be compared."""
import types

import numpy as np

from ..tf1 import keras
from .generators import is_generator, state_of
from .snapshot import (attributes_of, CACHING, CONTAINERS, is_internal, is_trusted, number_cached,
                       of_class)

__all__ = ["ADDED", "contents_of", "is_same"]

# What a layer's own `add_loss` and its like add to.
ADDED = frozenset(["_losses", "_updates", "_callable_losses", "_eager_losses", "_metrics"])


def contents_of(owner):
    """Copy of what `owner`, a container or an object with attributes, holds at present."""
    if is_generator(owner):
        return state_of(owner)
    if isinstance(owner, CACHING):
        return number_cached(owner)
    if isinstance(owner, CONTAINERS + (np.ndarray,)):
        return owner.copy()
    contents = attributes_of(owner)
    if isinstance(owner, keras.layers.Layer):
        trusted = is_trusted(type(owner).__module__)
        contents = {name: tuple(value) if name in ADDED else value
                    for name, value in contents.items()
                    if name in ADDED or not (trusted or is_internal(name))}
    elif isinstance(owner, (type, types.ModuleType)):
        contents = of_class(owner)
    return contents


def is_same(one, other):
    """Whether two values are one, or numbers, strings or tuples of them that are equal."""
    if one is other or isinstance(one, tuple) and isinstance(other, tuple) and (
            len(one) == len(other) and all(map(is_same, one, other))):
        return True
    return (type(one) is type(other) and isinstance(one, (bool, int, float, str, bytes))
            and one == other)
