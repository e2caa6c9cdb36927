"""Attention, decoders and losses over tensors; replaces `tf.contrib.seq2seq` of TensorFlow 1.15.

Attention: `AttentionWrapper` around a cell, with `LuongAttention`, `BahdanauAttention`, their
monotonic kinds, or an `AttentionMechanism` of your own. The module `attention_wrapper` has the
private names of TensorFlow's too, which programs import.

Loss: `sequence_loss`.
"""
from .dynamic_decoding import attention_wrapper
from .dynamic_decoding.attention_mechanisms import (AttentionMechanism, BahdanauAttention,
                                                    LuongAttention, hardmax)
from .dynamic_decoding.attention_wrapper import AttentionWrapper, AttentionWrapperState
from .dynamic_decoding.monotonic_attention import (BahdanauMonotonicAttention,
                                                   LuongMonotonicAttention, monotonic_attention,
                                                   safe_cumprod)
from .dynamic_decoding.sequence_loss import sequence_loss

__all__ = [
    "AttentionMechanism",
    "AttentionWrapper",
    "AttentionWrapperState",
    "BahdanauAttention",
    "BahdanauMonotonicAttention",
    "LuongAttention",
    "LuongMonotonicAttention",
    "hardmax",
    "monotonic_attention",
    "safe_cumprod",
    "sequence_loss",
]
