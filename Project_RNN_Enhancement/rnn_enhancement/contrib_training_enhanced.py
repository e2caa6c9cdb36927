"""What programs used of `tf.contrib.training`: `HParams`."""
from .layers.hyperparameters import HParams
from .public_names import explain_missing_names

__all__ = ["HParams"]

explain_missing_names(__name__)
