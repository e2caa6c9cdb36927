"""What programs used of `tf.contrib.training`: `HParams`, and batches of sequences of similar length."""
from .layers.buckets import bucket, bucket_by_sequence_length
from .layers.hyperparameters import HParams
from .public_names import explain_missing_names

__all__ = ["HParams", "bucket", "bucket_by_sequence_length"]

explain_missing_names(__name__)
