"""The weight of a cost: a number, or a scalar tensor that is fed at run time."""
from ..run_time_numbers import AT_LEAST_0, number_in_graph
from ..tf1 import is_tensor

__all__ = ["is_off", "times_factor"]


def is_off(factor):
    """Whether a factor is the number 0."""
    return not is_tensor(factor) and factor == 0


def times_factor(cost, name, factor):
    """factor * cost. A tensor is checked when it runs: InvalidArgumentError if it is negative."""
    return cost * number_in_graph(name, factor, AT_LEAST_0, cost.dtype)
