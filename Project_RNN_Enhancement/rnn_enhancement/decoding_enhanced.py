"""Decoding: from distributions to symbols.

`sample_with_temperature` draws from one distribution in NumPy, `batch_sample_with_temperature`
from a batch of them in the graph; `batch_sample_top_k` and `batch_sample_nucleus` leave
improbable symbols out.
"""
from .decoding.samplers import (batch_sample_nucleus, batch_sample_top_k,
                                batch_sample_with_temperature, sample_with_temperature)

__all__ = ["sample_with_temperature", "batch_sample_with_temperature", "batch_sample_top_k",
           "batch_sample_nucleus"]
