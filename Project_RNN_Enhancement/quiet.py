"""How a command of this package keeps TensorFlow silent: before TensorFlow's import."""
import os
import warnings

__all__ = ["quieten_tensorflow"]


def quieten_tensorflow(level=2):
    """Keeps TensorFlow from describing the machine and its own future on stderr.

    What the environment says already is left as it is.

    Args:
      level: of its log: 1 leaves out what is for information, 2 warnings too, 3 errors too.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", str(level))
    # 2.x announces its oneDNN kernels at every level, and they round otherwise than those of 1.15.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    # TensorFlow 1.15 uses NumPy names that newer versions of NumPy warn about, once per type.
    warnings.filterwarnings("ignore", category=FutureWarning, module="tensor(flow|board)")
