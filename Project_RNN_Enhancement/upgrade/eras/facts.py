"""From which TensorFlow to which a name or a form of a call was there: what dates a program.

Where the first or last version isn't known for sure the range is wider, never narrower.
"""
import ast
import os

from .names import constant

__all__ = ["VERSIONS", "CHANGES", "versions_between", "versions_of_name", "form_of_call"]


def _assigned(name):
    """A literal of the package's module of eras; read, because importing it imports TensorFlow."""
    folder = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    path = os.path.join(folder, "rnn_enhancement", "eras.py")
    with open(path, encoding="utf-8") as stream:
        tree = ast.parse(stream.read())
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) == name:
            return ast.literal_eval(node.value)
    raise LookupError("%s has no %s." % (path, name))


VERSIONS = _assigned("ERAS")
# What the era decides -> the first version with today's behaviour.
CHANGES = {name: change[0] for name, change in _assigned("DIFFERENCES").items()}
_LAST = VERSIONS[-1]

# Names, with all that is in them -> first and last version. The longest that fits counts.
_NAMES = {
    "models": ("0.5", "0.12"),
    "python.ops.rnn_cell": ("0.7", "1.1"),
    "python.ops.seq2seq": ("0.7", "0.12"),
    "nn.seq2seq": ("0.8", "0.12"),
    "contrib.seq2seq": ("0.11", _LAST),
    "contrib.crf": ("0.11", _LAST),
    "contrib.cudnn_rnn": ("0.11", _LAST),
    "contrib.rnn": ("0.8", _LAST),
    "nn.bidirectional_dynamic_rnn": ("0.9", _LAST),
    "contrib.training.HParams": ("0.12", _LAST),
    "contrib.keras": ("1.1", _LAST),
    "contrib.data": ("1.2", _LAST),
    "train.get_or_create_global_step": ("1.1", _LAST),
    "keras": ("1.2", _LAST),
    "data": ("1.4", _LAST),
    "AUTO_REUSE": ("1.4", _LAST),
    "nn.softmax_cross_entropy_with_logits_v2": ("1.5", _LAST),
    "compat.v1": ("1.13", _LAST),
    "contrib.legacy_seq2seq": ("1.0", _LAST),
    "estimator": ("1.1", _LAST),
    "layers": ("1.0", _LAST),
    "python.ops.rnn_cell_impl": ("1.0", _LAST),
    "train.SummaryWriter": ("0.5", "0.12"),
}
for _name in "rnn rnn_cell seq2seq linear".split():
    _NAMES["models.rnn." + _name] = ("0.5", "0.8")
for _name in "rnn bidirectional_rnn state_saving_rnn".split():
    _NAMES["nn." + _name] = ("0.8", "0.12")
    _NAMES["python.ops.rnn." + _name] = ("0.7", "0.12")
for _name in "rnn_cell dynamic_rnn raw_rnn".split():
    _NAMES["nn." + _name] = ("0.8", _LAST)
for _name in "static_rnn static_bidirectional_rnn static_state_saving_rnn".split():
    for _place in ("nn.", "python.ops.rnn.", "contrib.rnn."):
        _NAMES[_place + _name] = ("1.0", _LAST)
for _name in """BasicLSTMCell LSTMCell GRUCell BasicRNNCell MultiRNNCell DropoutWrapper RNNCell LSTMStateTuple
        EmbeddingWrapper OutputProjectionWrapper InputProjectionWrapper DeviceWrapper
        ResidualWrapper""".split():
    _NAMES["contrib.rnn." + _name] = ("1.0", _LAST)
for _name in "DeviceWrapper ResidualWrapper".split():
    _NAMES["nn.rnn_cell." + _name] = ("1.0", _LAST)
for _name in """AttentionWrapper BahdanauAttention BasicDecoder BeamSearchDecoder GreedyEmbeddingHelper
        LuongAttention TrainingHelper dynamic_decode sequence_loss""".split():
    _NAMES["contrib.seq2seq." + _name] = ("1.0", _LAST)
for _name in """attention_decoder_fn_inference attention_decoder_fn_train dynamic_rnn_decoder
        prepare_attention simple_decoder_fn_inference simple_decoder_fn_train""".split():
    _NAMES["contrib.seq2seq." + _name] = ("0.12", "1.1")
for _name in """pack unpack mul sub neg select batch_matmul listdiff complex_abs inv scalar_summary
        histogram_summary image_summary audio_summary merge_summary merge_all_summaries""".split():
    _NAMES[_name] = ("0.5", "0.12")
for _name in """stack unstack multiply subtract negative global_variables global_variables_initializer
        local_variables_initializer variables_initializer losses summary.scalar summary.histogram
        summary.image summary.merge summary.merge_all summary.FileWriter""".split():
    _NAMES[_name] = ("0.12", _LAST)

_CELLS = "BasicLSTMCell LSTMCell GRUCell BasicRNNCell MultiRNNCell".split()
_WITH_AXIS = """reduce_sum reduce_mean reduce_max reduce_min reduce_prod reduce_all reduce_any
    reduce_logsumexp argmax argmin expand_dims""".split()


def versions_between(first, last):
    """The set of the versions from one to another."""
    return set(VERSIONS[VERSIONS.index(first):VERSIONS.index(last) + 1])


def versions_of_name(name):
    """(the known part of a dotted name, first version, last version), or None for one that tells nothing."""
    if not name.startswith("tensorflow."):
        return None
    parts = name.split(".")[1:]
    for length in range(len(parts), 0, -1):
        known = ".".join(parts[:length])
        if known in _NAMES:
            return ("tensorflow." + known,) + _NAMES[known]
    return None


def _is_number(node):
    return isinstance(constant(node), int)


def _is_list(node):
    return isinstance(node, (ast.List, ast.ListComp))


def form_of_call(name, call):
    """(what was recognised, first version, last version) of a call by its arguments, or None.

    Args:
      name: the function's public name, "tensorflow.concat".
      call: ast.Call.
    """
    short = name[len("tensorflow."):]
    given = [keyword.arg for keyword in call.keywords]
    args = call.args
    if any(isinstance(arg, ast.Starred) for arg in args):
        return None
    if short == "concat":
        if "concat_dim" in given or args and _is_number(args[0]) or len(args) == 2 and _is_list(args[1]):
            return "tf.concat(dimension, values)", "0.5", "0.12"
        if "axis" in given or len(args) > 1 and _is_number(args[1]) or args and _is_list(args[0]):
            return "tf.concat(values, axis)", "1.0", _LAST
    elif short == "split":
        if "split_dim" in given or "num_split" in given or (
                len(args) == 3 and _is_number(args[0]) and not _is_number(args[2])):
            return "tf.split(dimension, number, value)", "0.5", "0.12"
        if "num_or_size_splits" in given or "axis" in given or (
                len(args) == 3 and _is_number(args[2]) and not _is_number(args[0])):
            return "tf.split(value, number, axis)", "1.0", _LAST
    elif short.startswith("nn.") and short.endswith("cross_entropy_with_logits") and len(args) > 1:
        return "a cross-entropy whose arguments have no names", "0.5", "0.12"
    elif short in _WITH_AXIS:
        if "keepdims" in given:
            return "keepdims=", "1.5", _LAST
        if "axis" in given:
            return "axis= of tf.%s" % short, "0.12", _LAST
    elif short.rpartition(".")[2] in _CELLS and ".rnn" in name:
        if "reuse" in given:
            return "a cell's reuse=", "1.1", _LAST
        if "state_is_tuple" in given:
            return "state_is_tuple=", "0.8", _LAST
    return None
