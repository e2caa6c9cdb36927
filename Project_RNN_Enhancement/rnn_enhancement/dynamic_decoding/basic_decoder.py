"""A decoder that runs a cell on what a helper feeds it."""
import collections

from ..cells.base import assert_like_rnncell
from ..copying import forget_other_graphs
from ..rnn.states import as_cell_state
from ..tf1 import check_graph_mode, is_keras_cell, tf
from .checks import (check_num_symbols, check_output_layer, check_state, layer_output_size,
                     state_of_batch)
from .decoder import Decoder
from .given_inputs import run_given
from .helpers import Helper
from .training_helpers import TrainingHelper

__all__ = ["BasicDecoder", "BasicDecoderOutput"]

_METHODS = frozenset(["initialize", "step", "finalize", "sample", "next_inputs"])


class BasicDecoderOutput(collections.namedtuple("BasicDecoderOutput", ["rnn_output", "sample_id"])):
    """What a `BasicDecoder` gives of every step.

    Attributes:
      rnn_output: the cell's outputs, behind the output layer if there is one.
      sample_id: what the helper sampled from them.
    """
    __slots__ = ()


class BasicDecoder(Decoder):
    """Runs a cell; a `Helper` samples from its outputs and chooses the inputs.

    Args:
      cell: an RNN cell.
      helper: a `Helper`, such as `TrainingHelper` or `GreedyEmbeddingHelper`.
      initial_state: state in the cell's structure, of the helper's batch size. Plain tuples and
        lists stand for the cell's own.
      output_layer: layer that the outputs go through before they are sampled and returned, such as
        `Dense(num_symbols)`. Without it the cell's outputs are the logits.

    Raises:
      TypeError: if an argument is of another type.
      ValueError: if the state is known not to fit the cell, or the helper's batch size.
      InvalidArgumentError: when it is run, if it isn't of that batch size.
    """

    def __init__(self, cell, helper, initial_state, output_layer=None):
        check_graph_mode("BasicDecoder")
        assert_like_rnncell("cell", cell)
        if not isinstance(helper, Helper):
            raise TypeError("helper must be a Helper, such as TrainingHelper(inputs, lengths) or "
                            "GreedyEmbeddingHelper(...), got %r of type %s."
                            % (helper, type(helper).__name__))
        check_output_layer(output_layer)
        check_num_symbols(cell, output_layer, getattr(helper, "_embedding", None))
        forget_other_graphs(cell)
        initial_state = as_cell_state(cell, initial_state)
        check_state(cell, initial_state, _known_batch_size(helper))
        self._cell, self._helper, self._output_layer = cell, helper, output_layer
        self._initial_state = initial_state

    @property
    def batch_size(self):
        return self._helper.batch_size

    @property
    def output_size(self):
        return BasicDecoderOutput(
            rnn_output=layer_output_size(self._output_layer, self._cell.output_size),
            sample_id=self._helper.sample_ids_shape)

    @property
    def output_dtype(self):
        # Outputs are taken to be of the state's dtype.
        dtype = tf.nest.flatten(self._initial_state)[0].dtype
        return BasicDecoderOutput(
            rnn_output=tf.nest.map_structure(lambda _: dtype, self.output_size.rnn_output),
            sample_id=self._helper.sample_ids_dtype)

    def initialize(self, name=None):
        finished, inputs = self._helper.initialize()
        # Some helpers know it from now on.
        check_state(self._cell, self._initial_state, _known_batch_size(self._helper))
        state, batch_size = self._initial_state, self._helper.batch_size
        return finished, inputs, state if batch_size is None else state_of_batch(state, batch_size)

    def step(self, time, inputs, state, name=None):
        with tf.name_scope(name, "BasicDecoderStep"):
            outputs, state = self._cell(inputs, state)
            if self._output_layer is not None:
                outputs = self._output_layer(outputs)
            samples = self._helper.sample(time=time, outputs=outputs, state=state)
            finished, inputs, state = self._helper.next_inputs(
                time=time, outputs=outputs, state=state, sample_ids=samples)
        return BasicDecoderOutput(outputs, samples), state, inputs, finished

    def _in_known_steps(self, impute_finished, maximum_iterations):
        # Whoever replaces a method may do anything in it.
        replaced = _METHODS.intersection(list(vars(self)) + list(vars(self._helper)))
        if (type(self) is not BasicDecoder or type(self._helper) is not TrainingHelper or replaced
                or is_keras_cell(self._cell)):
            return None
        return _given, (
            self._cell, self._output_layer, self._helper._inputs_by_time,
            self._helper.sequence_length, self._initial_state, self.output_size.rnn_output,
            self.output_dtype.rnn_output, impute_finished, maximum_iterations)


def _given(*args):
    outputs, samples, state, lengths = run_given(*args)
    return BasicDecoderOutput(outputs, samples), state, lengths


def _known_batch_size(helper):
    """The helper's batch size where the graph knows it; a helper of the user's may not tell yet."""
    try:
        return None if helper.batch_size is None else tf.get_static_value(helper.batch_size)
    except ValueError:
        return None
