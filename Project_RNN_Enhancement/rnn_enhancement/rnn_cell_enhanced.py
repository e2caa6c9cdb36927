"""RNN cells and wrappers; replaces `tf.nn.rnn_cell` and the core cells of `tf.contrib.rnn`.

Cells: `BasicRNNCell`, `GRUCell`, `BasicLSTMCell`, `LSTMCell` with TensorFlow 1.15's variables and
numbers, and this package's keywords (`gpu_for_layer`, `weight_initializer`,
`orthogonal_scale_factor`, `use_bias`; see `RNNCell`).

`GRUCell` and every other cell by `SkipConnectionWrapper` take temporal skip connections;
`BasicRNNCell_Interconnect`, `GRUCell_Interconnect`, `LSTMCell_Interconnect` in a
`MultiRNNCell_Interconnect` take vertical ones.

From the literature: `JZS1Cell`, `JZS2Cell`, `JZS3Cell` (mutants of the GRU), `IdentityRNNCell`
(starts as an accumulator), `UnitaryRNNCell` (keeps the norm of its state), `GridLSTMCell` (memory
along depth), `LayerNormGRUCell`, `LayerNormLSTMCell`, `LayerNormBasicLSTMCell` (as
`tf.contrib.rnn` has it), `MinGRUCell`, `MinLSTMCell`, `MultiplicativeGRUCell`,
`MultiplicativeLSTMCell`, `RecurrentHighwayCell`; `ZoneoutWrapper`, `RelaxationWrapper`.

Stacks and wrappers: `MultiRNNCell`, `DropoutWrapper`, `DeviceWrapper`, `ResidualWrapper`,
`InputProjectionWrapper`, `OutputProjectionWrapper`, `EmbeddingWrapper`. `PerturbationWrapper`
lets gradients be taken by the states of single steps where time is a loop.

`linear` is the linear map with variables that older programs call `_linear`.
`weights_by_object` is a context in which a cell used in several scopes keeps one set of weights.

The other names of `tf.contrib.rnn` are found here too, as `contrib_rnn_enhanced` has them.
"""
from .cells.base import RNNCell, assert_like_rnncell
from .cells.basic import BasicRNNCell
from .copying import is_cell_like
from .cells.grid_lstm import GridLSTMCell
from .cells.gru import GRUCell
from .cells.highway import RecurrentHighwayCell
from .cells.identity import IdentityRNNCell
from .cells.interconnect import (BasicRNNCell_Interconnect, GRUCell_InterConnect,
                                 GRUCell_Interconnect, LSTMCell_Interconnect,
                                 MultiRNNCell_Interconnect)
from .cells.layer_norm import LayerNormBasicLSTMCell, LayerNormGRUCell, LayerNormLSTMCell
from .cells.linear import Linear, linear
from .cells.lstm import BasicLSTMCell, LSTMCell, LSTMStateTuple
from .cells.minimal import MinGRUCell, MinLSTMCell
from .cells.multi import MultiRNNCell
from .cells.multiplicative import MultiplicativeGRUCell, MultiplicativeLSTMCell
from .cells.mutants import JZS1Cell, JZS2Cell, JZS3Cell
from .cells.perturbation import PerturbationWrapper
from .cells.relaxation import (RelaxationState, RelaxationWrapper, average_relaxed_weights,
                               relaxation_loss, relaxed_weights)
from .cells.scopes import checked_scope, weights_by_object
from .cells.skip_connections import SkipConnectionState, SkipConnectionWrapper
from .cells.unitary import UnitaryRNNCell
from .cells.wrappers import (DeviceWrapper, DropoutWrapper, EmbeddingWrapper,
                             InputProjectionWrapper, OutputProjectionWrapper, ResidualWrapper)
from .cells.zoneout import ZoneoutWrapper
from .public_names import explain_missing_names
from .tf1 import LayerRNNCell, private_rnn_cell

# Private names of TensorFlow's module that programs import.
_linear = linear
_Linear = Linear
_concat = private_rnn_cell._concat
_zero_state_tensors = private_rnn_cell._zero_state_tensors
_like_rnncell = is_cell_like
_RNNCell = RNNCell
_checked_scope = checked_scope
_WEIGHTS_VARIABLE_NAME = private_rnn_cell._WEIGHTS_VARIABLE_NAME
_BIAS_VARIABLE_NAME = private_rnn_cell._BIAS_VARIABLE_NAME
ASSERT_LIKE_RNNCELL_ERROR_REGEXP = "is not an RNNCell"

__all__ = [
    "RNNCell", "BasicRNNCell", "GRUCell", "BasicLSTMCell", "LSTMCell", "LSTMStateTuple",
    "JZS1Cell", "JZS2Cell", "JZS3Cell", "IdentityRNNCell", "UnitaryRNNCell", "GridLSTMCell",
    "LayerNormBasicLSTMCell", "LayerNormGRUCell", "LayerNormLSTMCell", "MinGRUCell", "MinLSTMCell",
    "MultiplicativeGRUCell", "MultiplicativeLSTMCell", "RecurrentHighwayCell",
    "MultiRNNCell", "DropoutWrapper", "DeviceWrapper", "ResidualWrapper",
    "OutputProjectionWrapper", "InputProjectionWrapper", "EmbeddingWrapper", "linear",
    "weights_by_object", "BasicRNNCell_Interconnect", "GRUCell_Interconnect",
    "GRUCell_InterConnect", "LSTMCell_Interconnect", "MultiRNNCell_Interconnect",
    "SkipConnectionState", "SkipConnectionWrapper", "RelaxationState", "RelaxationWrapper",
    "average_relaxed_weights", "relaxation_loss", "relaxed_weights", "ZoneoutWrapper",
    "PerturbationWrapper"]

explain_missing_names(__name__, also_gives="tf.contrib.rnn")
