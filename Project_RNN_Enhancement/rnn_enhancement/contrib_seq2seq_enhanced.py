"""Dynamic decoding; replaces `tf.contrib.seq2seq`.

`dynamic_decode` runs a `Decoder`. `BasicDecoder` runs a cell on what a helper feeds it:
`TrainingHelper`, `ScheduledEmbeddingTrainingHelper` and `ScheduledOutputTrainingHelper` in
training, `GreedyEmbeddingHelper`, `SampleEmbeddingHelper`, `InferenceHelper` and `CustomHelper`
where the decoder feeds itself. `BeamSearchDecoder` searches for the best sequences; what its cell
reads goes through `tile_batch` before.
"""
from .dynamic_decoding.basic_decoder import BasicDecoder, BasicDecoderOutput
from .dynamic_decoding.beam_search_decoder import BeamSearchDecoder
from .dynamic_decoding.beam_search_outputs import (BeamSearchDecoderOutput, BeamSearchDecoderState,
                                                   FinalBeamSearchDecoderOutput)
from .dynamic_decoding.decoder import Decoder, dynamic_decode
from .dynamic_decoding.gather_tree import gather_tree
from .dynamic_decoding.helpers import (CustomHelper, GreedyEmbeddingHelper, Helper, InferenceHelper,
                                       SampleEmbeddingHelper)
from .dynamic_decoding.tile_batch import tile_batch
from .dynamic_decoding.training_helpers import (ScheduledEmbeddingTrainingHelper,
                                                ScheduledOutputTrainingHelper, TrainingHelper)

__all__ = [
    "BasicDecoder",
    "BasicDecoderOutput",
    "BeamSearchDecoder",
    "BeamSearchDecoderOutput",
    "BeamSearchDecoderState",
    "CustomHelper",
    "Decoder",
    "FinalBeamSearchDecoderOutput",
    "GreedyEmbeddingHelper",
    "Helper",
    "InferenceHelper",
    "SampleEmbeddingHelper",
    "ScheduledEmbeddingTrainingHelper",
    "ScheduledOutputTrainingHelper",
    "TrainingHelper",
    "dynamic_decode",
    "gather_tree",
    "tile_batch",
]
