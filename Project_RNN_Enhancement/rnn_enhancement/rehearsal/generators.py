"""Generators of random numbers in Python: what they will draw next, compared and put back."""
import pickle
import random

import numpy as np

__all__ = ["OF_PYTHON", "is_generator", "put_back", "state_of"]

# Those that the functions of these modules draw from; they have the methods of generators.
OF_PYTHON = (random, np.random)
_KINDS = (random.Random, np.random.RandomState) + tuple(
    getattr(np.random, name) for name in ("Generator",) if hasattr(np.random, name))


def is_generator(value):
    return isinstance(value, _KINDS) or any(value is module for module in OF_PYTHON)


def state_of(generator):
    """The generator's state, in a form that can be compared."""
    if isinstance(generator, random.SystemRandom):
        return None
    if hasattr(generator, "getstate"):
        state = generator.getstate()
    elif hasattr(generator, "get_state"):
        state = generator.get_state()
    else:
        state = generator.bit_generator.state
    return pickle.dumps(state)


def put_back(generator, state):
    """Makes a generator draw what it drew when its state was `state`."""
    if state is None:
        return
    state = pickle.loads(state)
    if hasattr(generator, "setstate"):
        generator.setstate(state)
    elif hasattr(generator, "set_state"):
        generator.set_state(state)
    else:
        generator.bit_generator.state = state
