"""Where TensorFlow's recurrent modules of all times are in this package."""
import ast
import importlib.util
import os

from .leading_parts import by_longest_part

__all__ = ["MODULES", "PACKAGE", "names_of", "place_of"]

PACKAGE = "Project_RNN_Enhancement.rnn_enhancement"
_PACKAGE_FOLDER = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_FOLDER = os.path.join(_PACKAGE_FOLDER, "rnn_enhancement")


def _public_names():
    # Importing it as a part of its package would import TensorFlow, which this command does without.
    spec = importlib.util.spec_from_file_location("public_names", os.path.join(_FOLDER, "public_names.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_PLACES = _public_names().PLACES

_CELLS, _FUNCTIONS, _MODELS = "rnn_cell_enhanced", "rnn_enhanced", "seq2seq_enhanced"
_CONTRIB_RNN, _CONTRIB_SEQ2SEQ = "contrib_rnn_enhanced", "contrib_seq2seq_enhanced"

# TensorFlow's module -> the one here that takes its place. Until 1.0 the private ones were what programs imported.
MODULES = {
    "tensorflow.models.rnn.linear": _CELLS,
    "tensorflow.models.rnn.ptb.reader": "ptb_reader_enhanced",
    "tensorflow.models.rnn.rnn": _FUNCTIONS,
    "tensorflow.models.rnn.rnn_cell": _CELLS,
    "tensorflow.models.rnn.seq2seq": _MODELS,
    "tensorflow.nn.rnn_cell": _CELLS,
    "tensorflow.nn.seq2seq": _MODELS,
    "tensorflow.python.ops.rnn": _FUNCTIONS,
    "tensorflow.python.ops.rnn_cell": _CELLS,
    "tensorflow.python.ops.rnn_cell_impl": _CELLS,
    "tensorflow.python.ops.seq2seq": _MODELS,
    "tensorflow.contrib.legacy_seq2seq": _MODELS,
    "tensorflow.contrib.legacy_seq2seq.python.ops.seq2seq": _MODELS,
    "tensorflow.contrib.rnn": _CONTRIB_RNN,
    "tensorflow.contrib.rnn.rnn_cell": _CELLS,
    "tensorflow.contrib.rnn.core_rnn_cell": _CELLS,
    "tensorflow.contrib.rnn.core_rnn_cell_impl": _CELLS,
    "tensorflow.contrib.rnn.python.ops.core_rnn": _FUNCTIONS,
    "tensorflow.contrib.rnn.python.ops.core_rnn_cell": _CELLS,
    "tensorflow.contrib.rnn.python.ops.core_rnn_cell_impl": _CELLS,
    "tensorflow.contrib.rnn.python.ops.fused_rnn_cell": _CONTRIB_RNN,
    "tensorflow.contrib.rnn.python.ops.gru_ops": _CONTRIB_RNN,
    "tensorflow.contrib.rnn.python.ops.lstm_ops": _CONTRIB_RNN,
    "tensorflow.contrib.rnn.python.ops.rnn": _CONTRIB_RNN,
    "tensorflow.contrib.rnn.python.ops.rnn_cell": _CONTRIB_RNN,
    "tensorflow.contrib.rnn.python.ops.rnn_cell_impl": _CELLS,
    "tensorflow.contrib.seq2seq": _CONTRIB_SEQ2SEQ,
    "tensorflow.contrib.seq2seq.python.ops.attention_decoder_fn": _CONTRIB_SEQ2SEQ,
    "tensorflow.contrib.seq2seq.python.ops.attention_wrapper": _CONTRIB_SEQ2SEQ,
    "tensorflow.contrib.seq2seq.python.ops.basic_decoder": _CONTRIB_SEQ2SEQ,
    "tensorflow.contrib.seq2seq.python.ops.beam_search_decoder": _CONTRIB_SEQ2SEQ,
    "tensorflow.contrib.seq2seq.python.ops.beam_search_ops": _CONTRIB_SEQ2SEQ,
    "tensorflow.contrib.seq2seq.python.ops.dynamic_attention_wrapper": _CONTRIB_SEQ2SEQ,
    "tensorflow.contrib.seq2seq.python.ops.decoder": _CONTRIB_SEQ2SEQ,
    "tensorflow.contrib.seq2seq.python.ops.decoder_fn": _CONTRIB_SEQ2SEQ,
    "tensorflow.contrib.seq2seq.python.ops.helper": _CONTRIB_SEQ2SEQ,
    "tensorflow.contrib.seq2seq.python.ops.loss": _CONTRIB_SEQ2SEQ,
    "tensorflow.contrib.seq2seq.python.ops.seq2seq": _CONTRIB_SEQ2SEQ,
}

# Functions of `tf.nn`, which is no module of this package's as a whole.
_OF_NN = {"tensorflow.nn." + name: "%s.%s" % (_FUNCTIONS, name) for name in _PLACES["tf.nn"][1]}
# What was there for some weeks before 1.0.
_BEFORE_1 = {"tensorflow.contrib.rnn.python.ops.rnn_cell._linear": _CELLS + "._linear"}
_BEFORE_1.update({"tensorflow.contrib.rnn.python.ops.rnn." + name: "%s.%s" % (_FUNCTIONS, name)
                  for name in "rnn bidirectional_rnn state_saving_rnn".split()})
_ALL = dict(MODULES, **_OF_NN)
_ALL.update(_BEFORE_1)


def place_of(path):
    """"module.name" or "module" in this package for a dotted name of TensorFlow's; None for others."""
    return by_longest_part(_ALL, path)


_names = {}


def names_of(module):
    """The names that a public module of this package gives, private ones too: a set."""
    if module not in _names:
        with open(os.path.join(_FOLDER, module + ".py"), "rb") as stream:
            tree = ast.parse(stream.read())
        found = set()
        for statement in tree.body:
            if isinstance(statement, (ast.ImportFrom, ast.Import)):
                found.update((alias.asname or alias.name) for alias in statement.names)
            elif isinstance(statement, ast.Assign):
                found.update(target.id for target in statement.targets if isinstance(target, ast.Name))
            elif isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
                found.add(statement.name)
        if module in (_CELLS, _FUNCTIONS):
            found.update(_PLACES["tf.contrib.rnn"][1])
        _names[module] = found
    return _names[module]
