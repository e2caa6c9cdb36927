"""Replaces `tf.contrib.rnn` of TensorFlow 1.15, name for name.

Cells and wrappers of the core are those of `rnn_cell_enhanced`; so is `LayerNormBasicLSTMCell`.
`static_rnn`, `static_bidirectional_rnn` and `static_state_saving_rnn` are those of `rnn_enhanced`.
Only here:

Block cells (`cells.block`): `GRUBlockCell`, `GRUBlockCellV2`, `LSTMBlockCell`.

Cells and wrappers, a file of `cells` per kind: `CoupledInputForgetGateLSTMCell`, `GLSTMCell`,
`IndRNNCell`, `IndyGRUCell`, `IndyLSTMCell`, `IntersectionRNNCell`, `NASCell`, `PhasedLSTMCell`,
`SRUCell`, `UGRNNCell`; `ConvLSTMCell`, `Conv1DLSTMCell`, `Conv2DLSTMCell`, `Conv3DLSTMCell`;
`TimeFreqLSTMCell`, `GridLSTMCell` (over time and frequency; not `rnn_cell_enhanced`'s of that
name, which is over depth), `BidirectionalGridLSTMCell`; `AttentionCellWrapper`, `HighwayWrapper`,
`CompiledWrapper`.

Over all steps at once (`rnn.fused`): `FusedRNNCell`, `FusedRNNCellAdaptor`,
`TimeReversedFusedRNN`, `LSTMBlockWrapper`, `LSTMBlockFusedCell`.

Stacks of bidirectional layers (`rnn.stacks`): `stack_bidirectional_rnn`,
`stack_bidirectional_dynamic_rnn`.

Beside these public names, which are `__all__`, there are six that only programs know that import
the module `tensorflow.contrib.rnn.python.ops.rnn_cell`: `CFNCell`, `LayerNormLSTMCell` (not
`rnn_cell_enhanced`'s of that name), `MinimalRNNCell`, `NTMCell` with its state
`NTMControllerState`, `WeightNormLSTMCell`.
"""
from .cells.attention_wrapper import AttentionCellWrapper
from .cells.base import RNNCell
from .cells.basic import BasicRNNCell
from .cells.block import GRUBlockCell, GRUBlockCellV2, LSTMBlockCell
from .cells.chaos_free import CFNCell
from .cells.compiled import CompiledWrapper
from .cells.convolutional import Conv1DLSTMCell, Conv2DLSTMCell, Conv3DLSTMCell, ConvLSTMCell
from .cells.coupled_lstm import CoupledInputForgetGateLSTMCell
from .cells.frequency_grid import BidirectionalGridLSTMCell, GridLSTMCell, TimeFreqLSTMCell
from .cells.group_lstm import GLSTMCell
from .cells.gru import GRUCell
from .cells.highway_wrapper import HighwayWrapper
from .cells.independent import IndRNNCell, IndyGRUCell, IndyLSTMCell
from .cells.intersection import IntersectionRNNCell
from .cells.layer_norm import LayerNormBasicLSTMCell
from .cells.layer_norm_lstm import LayerNormLSTMCell
from .cells.lstm import BasicLSTMCell, LSTMCell, LSTMStateTuple
from .cells.minimal_rnn import MinimalRNNCell
from .cells.multi import MultiRNNCell
from .cells.nas import NASCell
from .cells.neural_turing import NTMCell, NTMControllerState
from .cells.phased_lstm import PhasedLSTMCell
from .cells.simple_recurrent_unit import SRUCell
from .cells.update_gate import UGRNNCell
from .cells.weight_norm import WeightNormLSTMCell
from .cells.wrappers import (DeviceWrapper, DropoutWrapper, EmbeddingWrapper,
                             InputProjectionWrapper, OutputProjectionWrapper, ResidualWrapper)
from .public_names import explain_missing_names
from .rnn.fused import (FusedRNNCell, FusedRNNCellAdaptor, LSTMBlockFusedCell, LSTMBlockWrapper,
                        TimeReversedFusedRNN)
from .rnn.stacks import stack_bidirectional_dynamic_rnn, stack_bidirectional_rnn
from .rnn.static import static_bidirectional_rnn, static_rnn, static_state_saving_rnn
from .tf1 import LayerRNNCell, private_rnn

# Both were private functions of TensorFlow's that `tf.contrib.rnn` made public.
best_effort_input_batch_size = private_rnn._best_effort_input_batch_size
transpose_batch_time = private_rnn._transpose_batch_time

__all__ = [
    "AttentionCellWrapper", "BasicLSTMCell", "BasicRNNCell", "BidirectionalGridLSTMCell",
    "CompiledWrapper", "Conv1DLSTMCell", "Conv2DLSTMCell", "Conv3DLSTMCell", "ConvLSTMCell",
    "CoupledInputForgetGateLSTMCell", "DeviceWrapper", "DropoutWrapper", "EmbeddingWrapper",
    "FusedRNNCell", "FusedRNNCellAdaptor", "GLSTMCell", "GRUBlockCell", "GRUBlockCellV2", "GRUCell",
    "GridLSTMCell", "HighwayWrapper", "IndRNNCell", "IndyGRUCell", "IndyLSTMCell",
    "InputProjectionWrapper", "IntersectionRNNCell", "LSTMBlockCell", "LSTMBlockFusedCell",
    "LSTMBlockWrapper", "LSTMCell", "LSTMStateTuple", "LayerNormBasicLSTMCell", "LayerRNNCell",
    "MultiRNNCell", "NASCell", "OutputProjectionWrapper", "PhasedLSTMCell", "RNNCell",
    "ResidualWrapper", "SRUCell", "TimeFreqLSTMCell", "TimeReversedFusedRNN", "UGRNNCell",
    "best_effort_input_batch_size", "stack_bidirectional_dynamic_rnn", "stack_bidirectional_rnn",
    "static_bidirectional_rnn", "static_rnn", "static_state_saving_rnn", "transpose_batch_time"]

explain_missing_names(__name__)
