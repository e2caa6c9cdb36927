"""Checkpoints of older TensorFlow versions in models of today.

`checkpoint_map` gives the `var_list` with which a `tf.train.Saver` restores a checkpoint written
under TensorFlow 0.5 to 2.x into the variables of the current graph; it returns a `CheckpointMap`.
The module stands in for none of TensorFlow's and is imported by its own name.
"""
from .checkpoints.mapping import CheckpointMap, checkpoint_map

__all__ = ["CheckpointMap", "checkpoint_map"]
