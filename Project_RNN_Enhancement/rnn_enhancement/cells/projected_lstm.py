"""Base of the LSTMs of contrib that may project h to another size."""
from ..arguments import positive_int
from .lstm import LSTMStateTuple
from .units import CellOfUnits

__all__ = ["ProjectedLSTM"]


class ProjectedLSTM(CellOfUnits):
    """A cell with state (c [batch, num_units], h), whose output is h, [batch, num_proj].

    Args:
      num_units: int n, size of c.
      num_proj: int, size of h; None: n, no projection.
      **kwargs: see `CellOfUnits`.
    """

    def __init__(self, num_units, num_proj=None, **kwargs):
        super(ProjectedLSTM, self).__init__(num_units, **kwargs)
        self._num_proj = None if num_proj is None else positive_int("num_proj", num_proj)

    @property
    def output_size(self):
        return self._num_proj or self._num_units

    @property
    def state_size(self):
        return LSTMStateTuple(self._num_units, self.output_size)

    def get_config(self):
        config = super(ProjectedLSTM, self).get_config()
        config.update(num_proj=self._num_proj)
        return config
