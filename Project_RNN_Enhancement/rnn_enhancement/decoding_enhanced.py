"""Decoding: from distributions to symbols, and from step functions to sequences.

`sample_with_temperature` draws from one distribution in NumPy, `batch_sample_with_temperature`
from a batch of them in the graph; `batch_sample_top_k` and `batch_sample_nucleus` leave
improbable symbols out.

Beam search: `beam_search_seq2seq` over the sequence-to-sequence models, on the variables of their
training; `beam_search` over any step function; `step_function` takes the step out of a decoder and
`repeat_for_beams` makes room for the beams in what a step reads. Both return a `BeamSearchResult`.

MMI: the `anti_lm` of a beam search; `reverse_log_probability` and `mmi_rerank` for the n best;
`sequence_log_probability` of given sequences. Diversity: `distinct_1`, `distinct_2`, `distinct_n`.
"""
from .decoding.beam import BeamSearchResult, beam_search, beam_search_seq2seq
from .decoding.diversity import distinct_1, distinct_2, distinct_n
from .decoding.mmi import mmi_rerank, reverse_log_probability, sequence_log_probability
from .samplers import (batch_sample_nucleus, batch_sample_top_k,
                                batch_sample_with_temperature, sample_with_temperature)
from .seq2seq.stepping import repeat_for_beams, step_function

__all__ = ["sample_with_temperature", "batch_sample_with_temperature", "batch_sample_top_k",
           "batch_sample_nucleus", "beam_search", "beam_search_seq2seq", "BeamSearchResult",
           "step_function", "repeat_for_beams", "mmi_rerank", "reverse_log_probability",
           "sequence_log_probability", "distinct_1", "distinct_2", "distinct_n"]
