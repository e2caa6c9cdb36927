"""Unrolling a cell over time; replaces the RNN functions of `tf.nn`.

Over a list of inputs: `static_rnn`, `static_bidirectional_rnn`, `static_state_saving_rnn`, and the
names that they had before 1.0: `rnn`, `bidirectional_rnn`, `state_saving_rnn`.

Over a tensor: `dynamic_rnn`, `bidirectional_dynamic_rnn`; with a step function of your own:
`raw_rnn`, TensorFlow's.

Functions over lists put time into a loop of the graph where that changes nothing, and copy the step
otherwise. Their keyword `unroll` ("auto", "static", "loop") chooses, `set_unroll` for the whole
package; `unrolling.policy` says what "auto" does.

The other names of `tf.contrib.rnn` are found here too, as `contrib_rnn_enhanced` has them.
"""
from .public_names import explain_missing_names
from .tf1 import private_rnn, tf
from .rnn.dynamic import bidirectional_dynamic_rnn, dynamic_rnn
from .unrolling.policy import get_unroll, set_unroll
from .rnn.static import (bidirectional_rnn, rnn, state_saving_rnn, static_bidirectional_rnn,
                               static_rnn, static_state_saving_rnn)

raw_rnn = tf.nn.raw_rnn

# Private names of TensorFlow's module that programs import.
_rnn_step = private_rnn._rnn_step
_reverse_seq = private_rnn._reverse_seq
_transpose_batch_time = private_rnn._transpose_batch_time
_best_effort_input_batch_size = private_rnn._best_effort_input_batch_size

__all__ = [
    "static_rnn", "dynamic_rnn", "raw_rnn", "static_state_saving_rnn", "static_bidirectional_rnn",
    "bidirectional_dynamic_rnn", "rnn", "bidirectional_rnn", "state_saving_rnn",
    "set_unroll", "get_unroll"]

explain_missing_names(__name__, also_gives="tf.contrib.rnn")
