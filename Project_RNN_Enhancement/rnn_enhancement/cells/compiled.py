"""A wrapper that lets XLA compile the steps of a cell."""
from ..arguments import boolean
from ..placement import placed
from ..tf1 import is_stateful, tf
from .wrappers import StateWrapper

__all__ = ["CompiledWrapper"]


class CompiledWrapper(StateWrapper):
    """`tf.contrib.rnn.CompiledWrapper`: marks a cell's operations for XLA; numbers are the cell's.

    Args:
      cell: the cell.
      compile_stateful: whether random operations and the like are marked too.
      **kwargs: `gpu_for_layer` (see `RNNCell`).
    """

    def __init__(self, cell, compile_stateful=False, **kwargs):
        super(CompiledWrapper, self).__init__(cell, **kwargs)
        self._compile_stateful = boolean("compile_stateful", compile_stateful)

    def __call__(self, inputs, state, scope=None):
        marked = True if self._compile_stateful else lambda node: not is_stateful(node.op)
        with placed(self._pinned_to), tf.xla.experimental.jit_scope(compile_ops=marked):
            return self._call_inside(self._cell, inputs, state, scope)

    def get_config(self):
        return dict(super(CompiledWrapper, self).get_config(),
                    compile_stateful=self._compile_stateful)
