"""Replaces `tf.contrib.rnn` of TensorFlow 1.15, name for name.

Cells and wrappers of the core are those of `rnn_cell_enhanced`; so is `LayerNormBasicLSTMCell`.
`static_rnn`, `static_bidirectional_rnn` and `static_state_saving_rnn` are those of `rnn_enhanced`.
Only here:

Block cells (`cells.block`): `GRUBlockCell`, `GRUBlockCellV2`, `LSTMBlockCell`.

Over all steps at once (`rnn.fused`): `FusedRNNCell`, `FusedRNNCellAdaptor`,
`TimeReversedFusedRNN`, `LSTMBlockWrapper`, `LSTMBlockFusedCell`.

Stacks of bidirectional layers (`rnn.stacks`): `stack_bidirectional_rnn`,
`stack_bidirectional_dynamic_rnn`.
"""
from .cells.base import RNNCell
from .cells.basic import BasicRNNCell
from .cells.block import GRUBlockCell, GRUBlockCellV2, LSTMBlockCell
from .cells.gru import GRUCell
from .cells.layer_norm import LayerNormBasicLSTMCell
from .cells.lstm import BasicLSTMCell, LSTMCell, LSTMStateTuple
from .cells.multi import MultiRNNCell
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
    "BasicLSTMCell", "BasicRNNCell", "DeviceWrapper", "DropoutWrapper", "EmbeddingWrapper",
    "FusedRNNCell", "FusedRNNCellAdaptor", "GRUBlockCell", "GRUBlockCellV2", "GRUCell",
    "InputProjectionWrapper", "LSTMBlockCell", "LSTMBlockFusedCell", "LSTMBlockWrapper", "LSTMCell",
    "LSTMStateTuple", "LayerNormBasicLSTMCell", "LayerRNNCell", "MultiRNNCell",
    "OutputProjectionWrapper", "RNNCell", "ResidualWrapper", "TimeReversedFusedRNN",
    "best_effort_input_batch_size", "stack_bidirectional_dynamic_rnn", "stack_bidirectional_rnn",
    "static_bidirectional_rnn", "static_rnn", "static_state_saving_rnn", "transpose_batch_time"]

explain_missing_names(__name__)
