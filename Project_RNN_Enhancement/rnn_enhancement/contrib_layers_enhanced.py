"""What programs used of `tf.contrib.layers`, name for name, with its variables, collections and numbers.

Layers (`layers.functions`, `layers.convolutions`, `layers.normalization`): `fully_connected` with `linear`,
`relu`, `relu6`; `convolution` under its names (`conv2d`, `convolution2d`, ...); `max_pool2d`, `avg_pool2d`,
`batch_norm`, `layer_norm`, `bias_add`, `dropout`, `embed_sequence`, `flatten`, `one_hot_encoding`, `repeat`, `stack`.
`arg_scope` of `contrib_framework_enhanced` gives them other defaults.

Initialisers, regularisers, training (`layers.optimization`): `xavier_initializer`,
`variance_scaling_initializer`, `l1_regularizer`, `l2_regularizer`, `l1_l2_regularizer`, `sum_regularizer`,
`apply_regularization`, `optimize_loss`, and the summaries of tensors and collections.
"""
from .layers.convolutions import avg_pool2d, convolution, max_pool2d
from .layers.functions import (bias_add, dropout, embed_sequence, flatten, fully_connected, linear,
                               one_hot_encoding, relu, relu6, repeat, stack)
from .layers.initializers import variance_scaling_initializer, xavier_initializer
from .layers.normalization import batch_norm, layer_norm
from .layers.optimization import (OPTIMIZER_CLS_NAMES, OPTIMIZER_SUMMARIES, optimize_loss,
                                  summarize_activation, summarize_activations, summarize_collection,
                                  summarize_tensor, summarize_tensors)
from .layers.regularizers import (apply_regularization, l1_l2_regularizer, l1_regularizer, l2_regularizer,
                                  sum_regularizer)
from .public_names import explain_missing_names
from .tf1 import tf

conv1d = conv2d = conv3d = convolution
convolution1d = convolution2d = convolution3d = convolution
xavier_initializer_conv2d = xavier_initializer
softmax = tf.nn.softmax
elu = tf.nn.elu

__all__ = [
    "OPTIMIZER_CLS_NAMES", "OPTIMIZER_SUMMARIES", "apply_regularization", "avg_pool2d", "batch_norm",
    "bias_add",
    "conv1d", "conv2d", "conv3d", "convolution", "convolution1d", "convolution2d", "convolution3d",
    "dropout", "elu",
    "embed_sequence", "flatten", "fully_connected", "l1_l2_regularizer", "l1_regularizer", "l2_regularizer",
    "layer_norm", "linear", "max_pool2d", "one_hot_encoding", "optimize_loss", "relu", "relu6", "repeat",
    "softmax",
    "stack", "sum_regularizer", "summarize_activation", "summarize_activations", "summarize_collection",
    "summarize_tensor", "summarize_tensors", "variance_scaling_initializer", "xavier_initializer",
    "xavier_initializer_conv2d"]

explain_missing_names(__name__)
