"""What of `tf.contrib.cudnn_rnn` runs without cuDNN: the cells that read its layers' checkpoints."""
from .cells.cudnn_compatible import CudnnCompatibleGRUCell, CudnnCompatibleLSTMCell
from .public_names import explain_missing_names

__all__ = ["CudnnCompatibleGRUCell", "CudnnCompatibleLSTMCell"]

explain_missing_names(__name__)
