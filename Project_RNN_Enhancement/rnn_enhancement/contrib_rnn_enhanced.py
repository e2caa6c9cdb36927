"""Replaces `tf.contrib.rnn` of TensorFlow 1.15, name for name.

Cells and wrappers of the core are those of `rnn_cell_enhanced`; so is `LayerNormBasicLSTMCell`.
`static_rnn`, `static_bidirectional_rnn` and `static_state_saving_rnn` are those of `rnn_enhanced`.
Only here:

Block cells (`cells.block`): `GRUBlockCell`, `GRUBlockCellV2`, `LSTMBlockCell`.

Cells, each in a file of `cells`: `CoupledInputForgetGateLSTMCell`, `GLSTMCell`, `IndRNNCell`,
`IndyGRUCell`, `IndyLSTMCell`, `IntersectionRNNCell`, `NASCell`, `SRUCell`, `UGRNNCell`.

Over all steps at once (`rnn.fused`): `FusedRNNCell`, `FusedRNNCellAdaptor`,
`TimeReversedFusedRNN`, `LSTMBlockWrapper`, `LSTMBlockFusedCell`.

Stacks of bidirectional layers (`rnn.stacks`): `stack_bidirectional_rnn`,
`stack_bidirectional_dynamic_rnn`.
"""
from .cells.base import RNNCell
from .cells.basic import BasicRNNCell
from .cells.block import GRUBlockCell, GRUBlockCellV2, LSTMBlockCell
from .cells.coupled_lstm import CoupledInputForgetGateLSTMCell
from .cells.group_lstm import GLSTMCell
from .cells.gru import GRUCell
from .cells.independent import IndRNNCell, IndyGRUCell, IndyLSTMCell
from .cells.intersection import IntersectionRNNCell
from .cells.layer_norm import LayerNormBasicLSTMCell
from .cells.lstm import BasicLSTMCell, LSTMCell, LSTMStateTuple
from .cells.multi import MultiRNNCell
from .cells.nas import NASCell
from .cells.simple_recurrent_unit import SRUCell
from .cells.update_gate import UGRNNCell
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
    "BasicLSTMCell", "BasicRNNCell", "CoupledInputForgetGateLSTMCell", "DeviceWrapper",
    "DropoutWrapper", "EmbeddingWrapper", "FusedRNNCell", "FusedRNNCellAdaptor", "GLSTMCell",
    "GRUBlockCell", "GRUBlockCellV2", "GRUCell", "IndRNNCell", "IndyGRUCell", "IndyLSTMCell",
    "InputProjectionWrapper", "IntersectionRNNCell", "LSTMBlockCell", "LSTMBlockFusedCell",
    "LSTMBlockWrapper", "LSTMCell", "LSTMStateTuple", "LayerNormBasicLSTMCell", "LayerRNNCell",
    "MultiRNNCell", "NASCell", "OutputProjectionWrapper", "RNNCell", "ResidualWrapper", "SRUCell",
    "TimeReversedFusedRNN", "UGRNNCell", "best_effort_input_batch_size",
    "stack_bidirectional_dynamic_rnn", "stack_bidirectional_rnn", "static_bidirectional_rnn",
    "static_rnn", "static_state_saving_rnn", "transpose_batch_time"]

explain_missing_names(__name__)
