"""`tf.contrib.cudnn_rnn` without cuDNN: its layers, on any device, and the cells that read their checkpoints.

`CudnnLSTM`, `CudnnGRU`, `CudnnRNNTanh` and `CudnnRNNRelu` are TensorFlow 1.15's layers; with `input_size`
among the arguments they are what they were in TensorFlow 1.0 to 1.3. They compute what cuDNN does, but for
the random numbers of dropout, and keep their weights in the variables that TensorFlow 1.x saves them as.
"""
from .cells.cudnn_compatible import CudnnCompatibleGRUCell, CudnnCompatibleLSTMCell
from .cudnn.layers import CudnnGRU, CudnnLSTM, CudnnRNNRelu, CudnnRNNTanh
from .cudnn.layout import AUTO_INPUT as CUDNN_INPUT_AUTO_MODE
from .cudnn.layout import BIDIRECTIONAL as CUDNN_RNN_BIDIRECTION
from .cudnn.layout import GRU as CUDNN_GRU
from .cudnn.layout import LINEAR_INPUT as CUDNN_INPUT_LINEAR_MODE
from .cudnn.layout import LSTM as CUDNN_LSTM
from .cudnn.layout import RELU as CUDNN_RNN_RELU
from .cudnn.layout import SKIP_INPUT as CUDNN_INPUT_SKIP_MODE
from .cudnn.layout import TANH as CUDNN_RNN_TANH
from .cudnn.layout import UNIDIRECTIONAL as CUDNN_RNN_UNIDIRECTION
from .cudnn.saveables import (
    CudnnGRUSaveable, CudnnLSTMSaveable, CudnnParamsFormatConverterGRU, CudnnParamsFormatConverterLSTM,
    CudnnParamsFormatConverterRelu, CudnnParamsFormatConverterTanh, CudnnRNNReluSaveable,
    CudnnRNNTanhSaveable, RNNParamsSaveable)
from .public_names import explain_missing_names

__all__ = ["CUDNN_GRU", "CUDNN_INPUT_AUTO_MODE", "CUDNN_INPUT_LINEAR_MODE", "CUDNN_INPUT_SKIP_MODE",
           "CUDNN_LSTM", "CUDNN_RNN_BIDIRECTION", "CUDNN_RNN_RELU", "CUDNN_RNN_TANH",
           "CUDNN_RNN_UNIDIRECTION", "CudnnCompatibleGRUCell", "CudnnCompatibleLSTMCell", "CudnnGRU",
           "CudnnGRUSaveable", "CudnnLSTM", "CudnnLSTMSaveable", "CudnnParamsFormatConverterGRU",
           "CudnnParamsFormatConverterLSTM", "CudnnParamsFormatConverterRelu",
           "CudnnParamsFormatConverterTanh", "CudnnRNNRelu", "CudnnRNNReluSaveable", "CudnnRNNTanh",
           "CudnnRNNTanhSaveable", "RNNParamsSaveable"]

explain_missing_names(__name__)
