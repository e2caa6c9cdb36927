"""Replaces `tf.contrib.crf`: likelihood and decoding of linear-chain conditional random fields.

The functions work in one loop over the steps each, in TensorFlow 1.15 and 2.x; the cells that contrib made
its loops of have no place here.
"""
from .layers.conditional_random_field import (crf_binary_score, crf_decode, crf_log_likelihood, crf_log_norm,
                                              crf_multitag_sequence_score, crf_sequence_score,
                                              crf_unary_score,
                                              viterbi_decode)
from .public_names import explain_missing_names

__all__ = ["crf_binary_score", "crf_decode", "crf_log_likelihood", "crf_log_norm",
           "crf_multitag_sequence_score",
           "crf_sequence_score", "crf_unary_score", "viterbi_decode"]

explain_missing_names(__name__)
