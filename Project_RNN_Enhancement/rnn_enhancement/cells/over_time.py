"""Cells over whole sequences: what no recurrence touches is done for all steps at once.

A cell that sees its inputs for all steps takes their half of every kernel, [x_1 .. x_T]·W_x + b, as
one matrix product; in the loop over time remains h·W_h. A stack runs layer by layer.
"""
import contextlib

from ..tf1 import select_rows, static_dimension, tf
from ..unrolling.loops import roll
from ..unrolling.products import halves
from ..unrolling.steps import as_steps
from .linear import dense

__all__ = ["TimeLoop", "over_time", "affine", "Hoisted", "attribute_replaced"]


class TimeLoop(object):
    """A loop over time, with or without sequence lengths.

    Args:
      length: int, number of steps.
      mask: bool tensor [length, batch], False past an example's end; None: no ends. There the
        outputs are zero and the state stays.
    """

    def __init__(self, length, mask=None):
        self.length, self.mask = length, mask

    def run(self, step, inputs, state, watched=(), batched=()):
        """Runs `step(inputs, state) -> (outputs, state)`; as `loops.roll`.

        Args:
          inputs: nest of tensors [length, ...].
          The others as in `loops.roll`.
        """
        flat = tf.nest.flatten(inputs)

        def masked(values, state):
            packed = tf.nest.pack_sequence_as(inputs, values[:len(flat)])
            outputs, new_state = step(packed, state)
            if self.mask is None:
                return outputs, new_state
            active = values[-1]
            tf.nest.assert_same_structure(state, new_state)
            return (tf.nest.map_structure(
                        lambda new: select_rows(active, new, tf.zeros_like(new)), outputs),
                    tf.nest.map_structure(
                        lambda new, old: select_rows(active, new, old), new_state, state))
        extra = [] if self.mask is None else [self.mask]
        return roll(masked, flat + extra, state, self.length, watched, batched)


def over_time(cell, inputs, state, loop):
    """Runs `cell` over all steps of `inputs` in the current variable scope.

    Args:
      cell: an RNN cell.
      inputs: tensor [T, batch, n] (nested too).
      state: the initial state.
      loop: a `TimeLoop`.

    Returns:
      (outputs [T, batch, output_size], final state).

    Raises:
      NotRollable: if the cell's step can't be put into a loop.
    """
    if getattr(cell, "takes_sequences", None) is not None and cell.takes_sequences():
        return cell.over_time(inputs, state, loop)
    return loop.run(cell, inputs, state, watched=[cell])


@contextlib.contextmanager
def attribute_replaced(instance, name, value):
    """Context in which `instance` has `value` in place of what its class has as `name`."""
    instance.__dict__[name] = value
    try:
        yield
    finally:
        del instance.__dict__[name]


class Hoisted(object):
    """One step's inputs of a cell whose input products were taken outside the loop.

    Attributes:
      dtype: of the inputs.
    """

    def __init__(self, dtype, products, recurrent):
        self.dtype, self._products, self._recurrent = dtype, products, recurrent

    def affine(self, state, kernel):
        return self._products[id(kernel)] + tf.matmul(state, self._recurrent[id(kernel)])


def affine(inputs, state, kernel, bias):
    """[inputs; state]·kernel + bias, where `inputs` may be `Hoisted`; no bias: None."""
    if isinstance(inputs, Hoisted):
        return inputs.affine(state, kernel)
    return dense(tf.concat([inputs, state], 1), kernel, bias)


def hoisted_over_time(call, maps, inputs, like, state, loop, beside=(), added=None):
    """Runs `call` over time with the input products taken before the loop.

    Args:
      call: the cell's equations, (inputs, *beside, state) -> (output, state), by `affine`.
      maps: list of (kernel, bias), every map that `call` takes its inputs through; the rows of
        a kernel are the inputs', then the state's.
      inputs: tensor [T * batch, n].
      like: tensor [T, batch, ...].
      beside: tensors [T, batch, ...]; with them `call` gets (inputs, *beside) for its inputs.
      added: tensors [T * batch, width of the map], one per map, to be added to its product.
    """
    size = static_dimension(inputs, 1)
    products, recurrent = [], {}
    for i, (kernel, bias) in enumerate(maps):
        own, recurrent[id(kernel)] = halves(kernel, size)
        product = dense(inputs, own, bias)
        if added is not None:
            product += added[i]
        products.append(as_steps(product, like))

    def step(values, state):
        own = {id(kernel): value for (kernel, _), value in zip(maps, values)}
        hoisted = Hoisted(inputs.dtype, own, recurrent)
        return call((hoisted,) + tuple(values[len(maps):]) if beside else hoisted, state)
    return loop.run(step, products + list(beside), state)
