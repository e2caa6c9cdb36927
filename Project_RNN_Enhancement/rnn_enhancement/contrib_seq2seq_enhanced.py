"""Attention, decoders and losses over tensors; replaces `tf.contrib.seq2seq` of TensorFlow 1.15.

Attention: `AttentionWrapper` around a cell, with `LuongAttention`, `BahdanauAttention`, their
monotonic kinds, or an `AttentionMechanism` of your own. The module `attention_wrapper` has the
private names of TensorFlow's too, which programs import. `DynamicAttentionWrapper` is that of
TensorFlow 1.1.

Decoding: `dynamic_decode` runs a `Decoder`. `BasicDecoder` runs a cell on what a helper feeds it:
`TrainingHelper`, `ScheduledEmbeddingTrainingHelper` and `ScheduledOutputTrainingHelper` in
training, `GreedyEmbeddingHelper`, `SampleEmbeddingHelper`, `InferenceHelper` and `CustomHelper`
where the decoder feeds itself. `BeamSearchDecoder` searches for the best sequences; what its cell
reads goes through `tile_batch` before.

`dynamic_rnn_decoder` and the decoder functions that it runs are those of TensorFlow 1.0.

Loss: `sequence_loss`. Layers: `Dense` is `tf.layers.Dense`, which isn't public from TensorFlow 2.16
on.
"""
from .dynamic_decoding import attention_wrapper
from .dynamic_decoding.attention_mechanisms import (AttentionMechanism, BahdanauAttention,
                                                    LuongAttention, hardmax)
from .dynamic_decoding.attention_wrapper import AttentionWrapper, AttentionWrapperState
from .dynamic_decoding.basic_decoder import BasicDecoder, BasicDecoderOutput
from .dynamic_decoding.beam_search_decoder import BeamSearchDecoder
from .dynamic_decoding.beam_search_outputs import (BeamSearchDecoderOutput, BeamSearchDecoderState,
                                                   FinalBeamSearchDecoderOutput)
from .dynamic_decoding.decoder import Decoder, dynamic_decode
from .dynamic_decoding.decoder_functions import (attention_decoder_fn_inference,
                                                 attention_decoder_fn_train, dynamic_rnn_decoder,
                                                 prepare_attention, simple_decoder_fn_inference,
                                                 simple_decoder_fn_train)
from .dynamic_decoding.dynamic_attention_wrapper import (DynamicAttentionWrapper,
                                                         DynamicAttentionWrapperState)
from .dynamic_decoding.gather_tree import gather_tree
from .dynamic_decoding.helpers import (CustomHelper, GreedyEmbeddingHelper, Helper, InferenceHelper,
                                       SampleEmbeddingHelper)
from .dynamic_decoding.monotonic_attention import (BahdanauMonotonicAttention,
                                                   LuongMonotonicAttention, monotonic_attention,
                                                   safe_cumprod)
from .dynamic_decoding.sequence_loss import sequence_loss
from .dynamic_decoding.tile_batch import tile_batch
from .dynamic_decoding.training_helpers import (ScheduledEmbeddingTrainingHelper,
                                                ScheduledOutputTrainingHelper, TrainingHelper)
from .public_names import explain_missing_names
from .tf1 import Dense

__all__ = [
    "AttentionMechanism",
    "AttentionWrapper",
    "AttentionWrapperState",
    "BahdanauAttention",
    "BahdanauMonotonicAttention",
    "BasicDecoder",
    "BasicDecoderOutput",
    "BeamSearchDecoder",
    "BeamSearchDecoderOutput",
    "BeamSearchDecoderState",
    "CustomHelper",
    "Decoder",
    "Dense",
    "DynamicAttentionWrapper",
    "DynamicAttentionWrapperState",
    "FinalBeamSearchDecoderOutput",
    "GreedyEmbeddingHelper",
    "Helper",
    "InferenceHelper",
    "LuongAttention",
    "LuongMonotonicAttention",
    "SampleEmbeddingHelper",
    "ScheduledEmbeddingTrainingHelper",
    "ScheduledOutputTrainingHelper",
    "TrainingHelper",
    "attention_decoder_fn_inference",
    "attention_decoder_fn_train",
    "dynamic_decode",
    "dynamic_rnn_decoder",
    "gather_tree",
    "hardmax",
    "monotonic_attention",
    "prepare_attention",
    "safe_cumprod",
    "sequence_loss",
    "simple_decoder_fn_inference",
    "simple_decoder_fn_train",
    "tile_batch",
]

explain_missing_names(__name__)
