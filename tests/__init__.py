"""The tests.

On TensorFlow 2.x they run as programs of TensorFlow 1.x do there, after `disable_v2_behavior`, unless
RNN_ENHANCEMENT_V2_BEHAVIOR is set.
"""
import os

import tensorflow.compat.v1 as tf

if not tf.__version__.startswith("1.") and not os.environ.get("RNN_ENHANCEMENT_V2_BEHAVIOR"):
    tf.disable_v2_behavior()
