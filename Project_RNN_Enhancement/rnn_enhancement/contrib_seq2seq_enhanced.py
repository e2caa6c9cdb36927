"""Dynamic decoding; replaces `tf.contrib.seq2seq`.

`dynamic_decode` runs a `Decoder`. `BasicDecoder` runs a cell on what a helper feeds it:
`TrainingHelper`, `ScheduledEmbeddingTrainingHelper` and `ScheduledOutputTrainingHelper` in
training, `GreedyEmbeddingHelper`, `SampleEmbeddingHelper`, `InferenceHelper` and `CustomHelper`
where the decoder feeds itself.
"""
from .dynamic_decoding.basic_decoder import BasicDecoder, BasicDecoderOutput
from .dynamic_decoding.decoder import Decoder, dynamic_decode
from .dynamic_decoding.helpers import (CustomHelper, GreedyEmbeddingHelper, Helper, InferenceHelper,
                                       SampleEmbeddingHelper)
from .dynamic_decoding.training_helpers import (ScheduledEmbeddingTrainingHelper,
                                                ScheduledOutputTrainingHelper, TrainingHelper)

__all__ = [
    "BasicDecoder",
    "BasicDecoderOutput",
    "CustomHelper",
    "Decoder",
    "GreedyEmbeddingHelper",
    "Helper",
    "InferenceHelper",
    "SampleEmbeddingHelper",
    "ScheduledEmbeddingTrainingHelper",
    "ScheduledOutputTrainingHelper",
    "TrainingHelper",
    "dynamic_decode",
]
