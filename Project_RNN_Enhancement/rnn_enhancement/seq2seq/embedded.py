"""Embedded symbols that are looked up when a decoder takes them."""
import collections.abc

from ..loops.steps import all_steps, as_steps
from ..tf1 import tf
from ..unrolling.policy import makes_loop

__all__ = ["EmbeddedSymbols"]


class EmbeddedSymbols(collections.abc.Sequence):
    """The embeddings [batch, n] of a list of symbols [batch].

    A decoder that feeds on its own symbols needs the first only, a loop takes all by one look-up,
    and copies of the step make one each, where TensorFlow 1.15 does.

    Args:
      embedding: tensor [num_symbols, n].
      symbols: list of int tensors [batch].
      looked_up_here: whether the operations are named as if all look-ups came now, whatever scope
        is current when one is made.
    """

    def __init__(self, embedding, symbols, looked_up_here=False):
        self._embedding, self._symbols = embedding, list(symbols)
        self._name_scope = tf.get_default_graph().get_name_scope() if looked_up_here else None
        self._steps = {}
        if looked_up_here and not makes_loop(len(self._symbols)):
            list(self)

    def __len__(self):
        return len(self._symbols)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if index not in self._steps:
            self._steps[index] = self._look_up(self._symbols[index])
        return self._steps[index]

    @property
    def together(self):
        """The embeddings of all steps, [T, batch, n]."""
        steps = all_steps(self._symbols).together()
        return as_steps(self._look_up(tf.reshape(steps, [-1])), *steps.shape.as_list()[:2])

    def _look_up(self, symbols):
        if self._name_scope is None:
            return tf.nn.embedding_lookup(self._embedding, symbols)
        with tf.name_scope(self._name_scope + "/" if self._name_scope else None):
            return tf.nn.embedding_lookup(self._embedding, symbols)
