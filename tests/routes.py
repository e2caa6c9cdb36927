"""A cell by every route through time, and its gradients against differences."""
import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import rnn_enhanced

from . import oracle, stock
from .test_rolling import _state, evaluate

__all__ = ["assert_routes_agree", "assert_gradients", "weights_of"]


def _run(make, route, steps, size, lengths, initial):
    inputs = oracle.inputs(steps, size, tf.float64)
    cell = make()
    state = initial(cell) if initial else _state(cell)
    with tf.variable_scope("same") as scope:
        if route == "dynamic":
            outputs, state = rnn_enhanced.dynamic_rnn(cell, inputs, lengths, state, scope=scope)
            return tf.unstack(outputs, axis=1), state
        return rnn_enhanced.static_rnn(cell, tf.unstack(inputs, axis=1), state,
                                       sequence_length=lengths, scope=scope, unroll=route)


def assert_routes_agree(test, make, steps=5, size=3, lengths=None, initial=None):
    """Fails unless copies, loop and `dynamic_rnn` agree on variables, results and gradients.

    Args:
      make: function that makes a cell of float64.
      lengths: sequence lengths of the two examples.
      initial: function from the cell to its initial state; of trainable variables by default.
    """
    found = [evaluate(lambda: _run(make, route, steps, size, lengths, initial), None)
             for route in ("static", "loop", "dynamic")]
    for other in found[1:]:
        stock.assert_same_results(test, found[0], other, dict(rtol=1e-10, atol=1e-10),
                                  dict(rtol=1e-9, atol=1e-10))


def assert_gradients(test, session, loss, variables):
    """Fails unless the gradients of a float64 loss, in a direction per variable, are differences."""
    random, width = np.random.RandomState(5), 1e-5
    places = [tf.placeholder(v.dtype.base_dtype, v.shape) for v in variables]
    shift = tf.group(*[tf.assign_add(v, place) for v, place in zip(variables, places)])
    gradients = session.run([tf.convert_to_tensor(g) for g in tf.gradients(loss, variables)])
    zeros = [np.zeros(v.shape.as_list()) for v in variables]
    for i, (variable, gradient) in enumerate(zip(variables, gradients)):
        direction = random.uniform(-1, 1, variable.shape.as_list())
        values = []
        for factor in (1, -2, 1):
            feed = dict(zip(places, zeros))
            feed[places[i]] = factor * width * direction
            session.run(shift, feed)
            values.append(session.run(loss))
        difference = (values[0] - values[1]) / (2 * width)
        np.testing.assert_allclose(np.sum(gradient * direction), difference, rtol=1e-5, atol=1e-8,
                                   err_msg=variable.op.name)


def weights_of(session):
    """Values of the trainable variables by name."""
    variables = tf.trainable_variables()
    return {v.op.name: value for v, value in zip(variables, session.run(variables))}
