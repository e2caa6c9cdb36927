"""The tests.

On TensorFlow 2.x they run as programs of TensorFlow 1.x do there, after `disable_v2_behavior`, unless
RNN_ENHANCEMENT_V2_BEHAVIOR is set.
"""
import os

from Project_RNN_Enhancement.quiet import quieten_tensorflow

quieten_tensorflow(1)

from Project_RNN_Enhancement.rnn_enhancement.tf1 import (  # noqa: E402
    is_tf_1, quiet_deprecations, tf)

if not is_tf_1 and not os.environ.get("RNN_ENHANCEMENT_V2_BEHAVIOR"):
    with quiet_deprecations():
        tf.disable_v2_behavior()
