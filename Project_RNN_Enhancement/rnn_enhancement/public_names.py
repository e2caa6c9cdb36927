"""Where the names of TensorFlow 1.x are in this package, and errors that say so.

TensorFlow 1.x had the same things in several places (`tf.contrib.rnn` gave cells and functions,
`tf.nn.rnn_cell` some of the cells), so that a program with only its imports changed may look for a
name in the neighbouring module.
"""
import difflib
import importlib
import sys
import types

__all__ = ["EXPLANATIONS", "PLACES", "explain_missing_names", "place_of"]

_PACKAGE = __name__.rpartition(".")[0]

# Where a namespace of TensorFlow's is, and the names that it had (0.5 to 1.15).
PLACES = {
    "tf.nn.rnn_cell": ("rnn_cell_enhanced", """
        BasicLSTMCell BasicRNNCell DeviceWrapper DropoutWrapper EmbeddingWrapper GRUCell
        InputProjectionWrapper LSTMCell LSTMStateTuple MultiRNNCell OutputProjectionWrapper RNNCell
        ResidualWrapper""".split()),
    "tf.nn": ("rnn_enhanced", """
        bidirectional_dynamic_rnn bidirectional_rnn dynamic_rnn raw_rnn rnn state_saving_rnn
        static_bidirectional_rnn static_rnn static_state_saving_rnn""".split()),
    "tf.contrib.rnn": ("contrib_rnn_enhanced", """
        AttentionCellWrapper BasicLSTMCell BasicRNNCell BidirectionalGridLSTMCell CompiledWrapper
        Conv1DLSTMCell Conv2DLSTMCell Conv3DLSTMCell ConvLSTMCell CoupledInputForgetGateLSTMCell
        DeviceWrapper DropoutWrapper EmbeddingWrapper FusedRNNCell FusedRNNCellAdaptor GLSTMCell
        GRUBlockCell GRUBlockCellV2 GRUCell GridLSTMCell HighwayWrapper IndRNNCell IndyGRUCell
        IndyLSTMCell InputProjectionWrapper IntersectionRNNCell LSTMBlockCell LSTMBlockFusedCell
        LSTMBlockWrapper LSTMCell LSTMStateTuple LayerNormBasicLSTMCell LayerRNNCell MultiRNNCell
        NASCell OutputProjectionWrapper PhasedLSTMCell RNNCell ResidualWrapper SRUCell
        TimeFreqLSTMCell TimeReversedFusedRNN UGRNNCell best_effort_input_batch_size
        stack_bidirectional_dynamic_rnn stack_bidirectional_rnn static_bidirectional_rnn static_rnn
        static_state_saving_rnn transpose_batch_time""".split()),
    "tf.contrib.seq2seq": ("contrib_seq2seq_enhanced", """
        AttentionMechanism AttentionWrapper AttentionWrapperState BahdanauAttention
        BahdanauMonotonicAttention BasicDecoder BasicDecoderOutput BeamSearchDecoder
        BeamSearchDecoderOutput BeamSearchDecoderState CustomHelper Decoder
        FinalBeamSearchDecoderOutput GreedyEmbeddingHelper Helper InferenceHelper LuongAttention
        LuongMonotonicAttention SampleEmbeddingHelper ScheduledEmbeddingTrainingHelper
        ScheduledOutputTrainingHelper TrainingHelper dynamic_decode gather_tree hardmax
        monotonic_attention safe_cumprod sequence_loss tile_batch""".split()),
    "tf.contrib.legacy_seq2seq": ("seq2seq_enhanced", """
        attention_decoder basic_rnn_seq2seq embedding_attention_decoder embedding_attention_seq2seq
        embedding_rnn_decoder embedding_rnn_seq2seq embedding_tied_rnn_seq2seq model_with_buckets
        one2many_rnn_seq2seq rnn_decoder sequence_loss sequence_loss_by_example
        tied_rnn_seq2seq""".split()),
}

# A name of TensorFlow's that has no place -> what to use instead.
EXPLANATIONS = {
    "tf.nn.rnn_cell": "the module rnn_cell_enhanced takes its place.",
}


def place_of(path):
    """"module.name" in this package for a name of TensorFlow 1.x such as "tf.nn.static_rnn".

    None for one that has no place; `EXPLANATIONS` may say what to do.
    """
    namespace, _, name = path.rpartition(".")
    module, names = PLACES.get(namespace, (None, ()))
    return "%s.%s" % (module, name) if name in names and path not in EXPLANATIONS else None


def _advice(module, name):
    """The end of an error's sentence, for a name that a module of this package lacks."""
    for namespace in PLACES:
        path = "%s.%s" % (namespace, name)
        place = place_of(path)
        if place is not None and not place.startswith(module.__name__.rpartition(".")[2] + "."):
            return "; TensorFlow's %s is %s here." % (path, place)
        if path in EXPLANATIONS:
            return "; TensorFlow had %s: %s" % (path, EXPLANATIONS[path])
    near = difflib.get_close_matches(name, getattr(module, "__all__", ()), n=1)
    return ". Did you mean %r?" % near[0] if near else "."


class _PublicModule(types.ModuleType):
    """A module whose missing names are given by another one, or explained."""

    def __getattr__(self, name):
        # Names with underscores are what Python's import and tools ask for.
        if not name.startswith("_"):
            other = self.__dict__.get("_also_gives")
            if other is not None and name in PLACES[other][1]:
                found = importlib.import_module("%s.%s" % (_PACKAGE, PLACES[other][0]))
                if name in vars(found):
                    return vars(found)[name]
        raise AttributeError("module %r has no attribute %r%s" % (
            self.__name__, name, "" if name.startswith("_") else _advice(self, name)))


def explain_missing_names(module_name, also_gives=None):
    """Lets a module's AttributeErrors say where a missing name is to be found.

    Args:
      module_name: its `__name__`, in `sys.modules`.
      also_gives: a namespace in `PLACES` whose names the module gives too, where it has none of
        its own. They are no part of `__all__`.
    """
    module = sys.modules[module_name]
    module._also_gives = also_gives
    # Modules have no `__getattr__` of their own in Python 3.6.
    module.__class__ = _PublicModule
