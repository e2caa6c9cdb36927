"""What a decoder gets as its next input: something made of its output, or the given input.

Random numbers: one operation outside the loop draws a key for every step, which obeys seeds as any
TensorFlow operation does; inside, stateless operations make a step's numbers of its key. So a
seeded decoder is a loop as any other, draws the same symbols in a loop and in copies, and a draw
from a vocabulary needs memory for one step, not for all.
"""
import numpy as np

from ..loops.steps import all_steps, AllSteps
from ..run_time_numbers import FRACTION, number_in_graph
from ..samplers import Sampler
from ..tf1 import embedding_lookup, select_rows, tf

__all__ = ["Feedback", "check_symbols", "extract_argmax_and_embed", "extract_sample_and_embed"]


def _keys(shape, seed):
    # TensorFlow keeps arrays of int64 on GPUs, not of int32.
    limits = np.iinfo(np.int64)
    return tf.random_uniform(shape, minval=limits.min, maxval=limits.max, dtype=tf.int64, seed=seed)


def extract_argmax_and_embed(embedding, output_projection=None, update_embedding=True):
    """A loop function that embeds the most probable symbol of the previous output.

    Args:
      embedding: tensor [num_symbols, embedding_size].
      output_projection: pair (W, b) that makes logits of an output, or None.
      update_embedding: False: no gradient through the embedding looked up here.
    """
    def loop_function(prev, _):
        if output_projection is not None:
            prev = tf.nn.xw_plus_b(prev, output_projection[0], output_projection[1])
        embedded = embedding_lookup(embedding, tf.argmax(prev, 1))
        return embedded if update_embedding else tf.stop_gradient(embedded)
    # A search over symbols needs the two without the arg-max between them.
    loop_function.embedding, loop_function.output_projection = embedding, output_projection
    return loop_function


def extract_sample_and_embed(embedding, output_projection=None, update_embedding=True,
                             temperature=1.0, top_k=None, top_p=None, seed=None):
    """A loop function that embeds a symbol drawn from softmax(logits / temperature).

    Args:
      embedding, output_projection, update_embedding: as in `extract_argmax_and_embed`.
      temperature, top_k, top_p: as in `decoding_enhanced.batch_sample_with_temperature`.
      seed: used where the function is called by something else than this package's decoders,
        which draw by the seed given to them.

    Raises:
      TypeError, ValueError: for numbers out of range.
    """
    return _SampleAndEmbed(embedding, output_projection, update_embedding,
                           Sampler(temperature, top_k, top_p), seed)


class _SampleAndEmbed(object):
    # Tells `Feedback` that calls take a key [2].
    takes_key = True

    def __init__(self, embedding, output_projection, update_embedding, sampler, seed):
        self.embedding, self.output_projection = embedding, output_projection
        self._update_embedding = update_embedding
        self._sampler, self._seed = sampler, seed

    def __call__(self, prev, _, key=None):
        if self.output_projection is not None:
            prev = tf.nn.xw_plus_b(prev, *self.output_projection)
        if key is None:
            key = _keys([2], self._seed)
        symbols = self._sampler(prev, lambda shape, low, dtype: tf.random.stateless_uniform(
            shape, seed=key, minval=low, maxval=1.0, dtype=dtype))
        embedded = embedding_lookup(self.embedding, symbols)
        return embedded if self._update_embedding else tf.stop_gradient(embedded)


def check_symbols(loop_function, output_size):
    """Raises ValueError if outputs so wide can stand for symbols that `loop_function` can't embed.

    Args:
      loop_function: as made by `extract_argmax_and_embed`; others are not looked into.
      output_size: width of the decoder's outputs; anything but an int is not looked into.
    """
    embedding = getattr(loop_function, "embedding", None)
    if embedding is None or loop_function.output_projection is not None:
        return
    num_symbols = tf.dimension_value(embedding.get_shape()[0])
    if isinstance(output_size, int) and num_symbols is not None and output_size > num_symbols:
        raise ValueError(
            "The decoder is to feed on its own symbols, but its outputs are %d wide and there are "
            "%d symbols: an arg-max may lie beyond the embedding. Give an output_projection to %d "
            "logits, or a cell whose output_size is not larger." % (
                output_size, num_symbols, num_symbols))


class Feedback(object):
    """Makes a decoder's inputs from the second on.

    Args:
      loop_function: function (previous output, step number) -> next input [batch, size].
      length: int, number of steps T.
      probability: number in [0, 1], scalar tensor, or None. Given, the next input of each example
        is that of `loop_function` with this probability, else the decoder input; None: always.
      seed: op-level seed.

    Attributes:
      loop_function: as given.
      takes_inputs: whether decoder inputs after the first are used.
      keys: int64 tensor [T, 4], or None if nothing is drawn.

    Raises:
      TypeError, ValueError: for a wrong probability.
      InvalidArgumentError: at run time, for a tensor out of range.
    """

    def __init__(self, loop_function, length, probability=None, seed=None):
        self.loop_function = loop_function
        self._takes_key = getattr(loop_function, "takes_key", False)
        self.takes_inputs = probability is not None
        self._probability = probability
        if self.takes_inputs:
            self._probability = number_in_graph(
                "scheduled_sampling", probability, FRACTION, tf.float32)
        self.keys = None
        if self.takes_inputs or self._takes_key:
            self.keys = _keys([length, 4], seed)

    def for_steps(self, decoder_inputs):
        """What the calls of a loop take besides an output: list of `AllSteps`.

        The call in step t makes the input of step t + 1; the last one's goes nowhere.
        """
        found = [all_steps(decoder_inputs).ahead()] if self.takes_inputs else []
        return found if self.keys is None else found + [AllSteps.of(self.keys).ahead()]

    def in_loop(self, output, step_number, values):
        """`__call__` on a step's `values` of `for_steps`."""
        values = list(values)
        key = None if self.keys is None else values.pop()
        return self(output, step_number, values[0] if values else None, key)

    def __call__(self, output, step_number, given, key):
        """The next input.

        Args:
          output: previous output.
          step_number: for `loop_function`.
          given: the next step's decoder input.
          key: the next step's row of `keys`.
        """
        if self._takes_key:
            own = self.loop_function(output, step_number, key=key[2:])
        else:
            own = self.loop_function(output, step_number)
        if not self.takes_inputs:
            return own
        # One coin per token: a coin per sequence is reported to do much worse.
        coins = tf.random.stateless_uniform([tf.shape(own)[0]], seed=key[:2])
        return select_rows(coins < self._probability, own, given)
