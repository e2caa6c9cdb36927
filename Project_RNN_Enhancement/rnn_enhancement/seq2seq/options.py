"""Keyword arguments that decoders, and models made of them, have in common.

averaging
  average_states: bool; a step is entered with averaged states (see `averaging.AveragedStates`).
  average_hidden_state_influence: number in [0, 1] or scalar tensor, how much of the state that
    enters is the mean; 0.5 by default.
scheduled sampling
  scheduled_sampling: number in [0, 1] or scalar tensor: the probability with which, for every token
    on its own, the next input is the decoder's own symbol and not the decoder input; None: off.
    Without effect where `feed_previous`. Schedules: `scheduled_sampling`.
  seed: op-level seed of all that the decoder draws.
temperature
  temperature_decode: bool; the decoder's own symbols are drawn from softmax(logits / temperature),
    not the most probable ones. Without effect on inputs that are given.
  temperature: positive number or scalar tensor.
  top_k, top_p: as in `decoding_enhanced.batch_sample_with_temperature`.
attention
  attention_mask: [batch, attn_length], False or 0 where `attention_states` are padding, which gets
    weight 0; an example without any position has equal weights.
  return_attention: bool; returned is a third value, the list of every step's weights
    [batch, attn_length]; with several heads, of tuples of them.
"""
import functools
import inspect

from ..arguments import boolean, is_plain_integer, positive_int
from ..run_time_numbers import FRACTION, POSITIVE, POSITIVE_FRACTION, check_number

__all__ = ["AVERAGING", "SCHEDULED_SAMPLING", "TEMPERATURE", "ATTENTION", "takes_options"]

AVERAGING = ("average_states", "average_hidden_state_influence")
SCHEDULED_SAMPLING = ("scheduled_sampling", "seed")
TEMPERATURE = ("temperature_decode", "temperature", "top_k", "top_p")
ATTENTION = ("attention_mask", "return_attention")

_DEFAULTS = {"average_states": False, "average_hidden_state_influence": 0.5,
             "temperature_decode": False, "temperature": 1.0, "return_attention": False}


def _check_seed(name, value):
    if not is_plain_integer(value):
        raise TypeError("%s must be an int or None, got %r." % (name, value))


def _number(allowed):
    return lambda name, value: check_number(name, value, allowed)


_CHECKS = {"average_states": boolean, "average_hidden_state_influence": _number(FRACTION),
           "scheduled_sampling": _number(FRACTION), "seed": _check_seed,
           "temperature_decode": boolean, "temperature": _number(POSITIVE), "top_k": positive_int,
           "top_p": _number(POSITIVE_FRACTION), "return_attention": boolean}


class _Options(dict):
    """Values by name, checked."""

    def __init__(self, names, given):
        super(_Options, self).__init__((name, given.get(name, _DEFAULTS.get(name)))
                                       for name in names)
        for name, value in self.items():
            if name in _CHECKS and not (value is None and name not in _DEFAULTS):
                _CHECKS[name](name, value)

    def only(self, *groups):
        """Dict of the options of these groups."""
        return {name: self[name] for group in groups for name in group}


def takes_options(*groups):
    """Decorator: adds keyword arguments, which the function gets in its last one, `options`."""
    names = [name for group in groups for name in group]

    def decorate(function):
        signature = inspect.signature(function)
        parameters = [p for p in signature.parameters.values() if p.name != "options"]

        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            if len(args) > len(parameters):
                raise TypeError("%s takes %d positional arguments, got %d; %s are keywords."
                                % (function.__name__, len(parameters), len(args),
                                   ", ".join(names)))
            given = {name: kwargs.pop(name) for name in names if name in kwargs}
            return function(*args, options=_Options(names, given), **kwargs)
        wrapper.__signature__ = signature.replace(parameters=parameters + [
            inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD,
                              default=_DEFAULTS.get(name)) for name in names])
        return wrapper
    return decorate
