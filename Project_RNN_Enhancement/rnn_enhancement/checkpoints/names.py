"""What variables of cells, wrappers and sequence-to-sequence models were called, by version.

    0.5 - 0.12      RNN/GRUCell/Gates/Linear/Matrix         .../Linear/Bias
    1.0 - 1.1       rnn/gru_cell/gates/weights              .../biases
    1.2 and later   rnn/gru_cell/gates/kernel               .../bias

Scopes of `legacy_seq2seq` keep their names (`embedding_attention_seq2seq`, `attention_decoder`,
`Attention_0`, `AttnW_0`, `AttnV_0`, `AttnOutputProjection`, ...); the maps inside them follow the
table: `attention_decoder/Linear/Matrix`, then `attention_decoder/weights`, then
`attention_decoder/kernel`. Before 1.2 a cell inside an embedding or projection wrapper had its
variables beside the wrapper's scope, not in it.

Checked against models of TensorFlow 0.12.1 and 1.0.1 themselves (`tests/fixtures`), and against
the converter that TensorFlow 1.15 carries (`checkpoint_convert`); that 0.5 - 0.11 wrote what 0.12
did, except `BiRNN_FW` and `BiRNN_BW` for `BiRNN/FW` and `BiRNN/BW`, is recalled.

Layout. In all of them rows are inputs first, then the state; columns are r, u for the GRU's gates
and i, j, f, o for LSTMs. So names are all that differ (0.5 - 0.11: recalled). What is no variable
has to be the same by the program: above all the `forget_bias` of an LSTM.

A matrix that `num_unit_shards` had split was written as `W_0`, `W_1`, ... before 1.0 and as
one since.
"""
import re

__all__ = ["ERAS_OF_NAMES", "era_of_names", "keys_of_today", "without_wrappers", "foreign_layout",
           "is_cudnns_own"]

ERAS_OF_NAMES = ("0.5 - 0.12", "1.0 - 1.1", "1.2 and later")

# Whole components of a name -> what stands there today, in the order of replacement.
_REPLACEMENTS = (
    (r"RNN", r"rnn"),
    (r"BiRNN[/_]FW", r"bidirectional_rnn/fw"),
    (r"BiRNN[/_]BW", r"bidirectional_rnn/bw"),
    (r"MultiRNNCell/Cell(\d+)", r"multi_rnn_cell/cell_\1"),
    (r"Gates(?=/)", r"gates"),
    (r"Candidate(?=/)", r"candidate"),
    (r"LSTMCell/W_(\d+)", r"lstm_cell/kernel/part_\1"),
    (r"LSTMCell/W_P_(\d+)", r"lstm_cell/projection/kernel/part_\1"),
    (r"LSTMCell/B", r"lstm_cell/bias"),
    (r"LSTMCell/W_F_diag", r"lstm_cell/w_f_diag"),
    (r"LSTMCell/W_I_diag", r"lstm_cell/w_i_diag"),
    (r"LSTMCell/W_O_diag", r"lstm_cell/w_o_diag"),
    (r"LayerNormBasicLSTMCell/linear", r"layer_norm_basic_lstm_cell"),
    (r"BasicRNNCell", r"basic_rnn_cell"),
    (r"GRUCell", r"gru_cell"),
    (r"BasicLSTMCell", r"basic_lstm_cell"),
    (r"LayerNormBasicLSTMCell", r"layer_norm_basic_lstm_cell"),
    (r"EmbeddingWrapper", r"embedding_wrapper"),
    (r"InputProjectionWrapper", r"input_projection_wrapper"),
    (r"OutputProjectionWrapper", r"output_projection_wrapper"),
    (r"(?:Linear/)?Matrix|weights", r"kernel"),
    (r"(?:Linear/)?Bias|biases", r"bias"),
    (r"recurrent_weights", r"recurrent_kernel"),
)


def _components(pattern):
    return re.compile(r"(?<![^/])(?:%s)(?![^/])" % pattern)


_REPLACEMENTS = tuple((_components(old), new) for old, new in _REPLACEMENTS)

_WRAPPER_AROUND = re.compile(
    r"(?<![^/])(?:embedding|input_projection|output_projection)_wrapper/"
    r"(?!(?:embedding|kernel|bias)(?:/|$))")
_FIRST_PART = re.compile(r"/part_0(?=/|$)")

# What only names of an era have, oldest era first. `weights` and `kernel` occur elsewhere too, so
# they count inside scopes of this kind only.
_HOLDER = (r"(?:\w+_cell|gates|candidate|projection|\w+_projection_wrapper|attention_decoder"
           r"|Attention_\d+|AttnOutputProjection)")
_MARKS = tuple(_components(pattern) for pattern in (
    r"Linear/(?:Matrix|Bias)|(?:Multi|Basic)RNNCell|GRUCell|(?:(?:LayerNorm)?Basic)?LSTMCell",
    _HOLDER + r"/(?:weights|biases)",
    _HOLDER + r"/(?:kernel|bias)"))

_FOREIGN = (
    (re.compile(r"/\.ATTRIBUTES/|^_CHECKPOINTABLE_OBJECT_GRAPH$"),
     "it was written by tf.train.Checkpoint, which follows objects, not names: restore it by "
     "tf.train.Checkpoint"),
    (_components(r"\w*cudnn\w*|opaque_kernel"),
     "cuDNN's cells compute another function (no forget bias; the GRU resets after its product): "
     "build the model with CudnnLSTM, CudnnGRU, ... or the cells of contrib_cudnn_rnn_enhanced"),
    (_components(r"recurrent_kernel"),
     "Keras' cells keep two kernels and the order i, f, c, o of an LSTM's gates"),
)


_CUDNNS_OWN = _components(r"opaque_kernel")
_CELLS_OF_CUDNN = _components(r"cudnn_compatible_\w+_cell|basic_rnn_cell")


def is_cudnns_own(name, pairs):
    """Whether `name` is of cuDNN's own form of weights, where `pairs`, of names, has cells with them.

    TensorFlow 1.x saves the weights of its cuDNN layers twice.
    """
    return bool(_CUDNNS_OWN.search(name)) and any(map(_CELLS_OF_CUDNN.search, pairs))


def era_of_names(names):
    """The oldest of `ERAS_OF_NAMES` that some of `names` show; None if they show none."""
    for era, mark in zip(ERAS_OF_NAMES, _MARKS):
        if any(mark.search(name) for name in names):
            return era
    return None


def _today(name):
    for old, new in _REPLACEMENTS:
        name = old.sub(new, name)
    return name


def keys_of_today(names):
    """A dict from each of `names` to what the variable is called today.

    Optimizer slots, whose names go on after the variable's, follow it.
    """
    keys = {name: _today(name) for name in names}
    found = set(keys.values())
    for name, key in keys.items():
        # A matrix in one shard is a matrix.
        if _FIRST_PART.sub("/part_1", key) not in found:
            keys[name] = _FIRST_PART.sub("", key)
    return keys


def without_wrappers(key):
    """`key` with the cell inside an embedding or projection wrapper beside that wrapper's scope."""
    return _WRAPPER_AROUND.sub("", key)


def foreign_layout(names):
    """(a name, why its values mean something else to the cells here), or None."""
    for name in sorted(names):
        for pattern, why in _FOREIGN:
            if pattern.search(name):
                return name, why
    return None
