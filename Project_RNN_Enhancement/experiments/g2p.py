"""Spelling to pronunciation: trains a bucketed attention model on CMUdict and measures it.

The model reads the letters of a word, last one first, and writes its phones without stress.  It is made
of `model_with_buckets` and `embedding_attention_seq2seq`.  A word counts as right if the dictionary lists
the answer among its pronunciations.  Running the same command again goes on from the last checkpoint.

Claim, for words that were not trained on (%(claim)s).
"""
import argparse
import collections
import json
import math
import os
import platform
import sys
import time

import numpy as np

from Project_RNN_Enhancement.datasets import pronunciations as dictionary
from Project_RNN_Enhancement.experiments import plots, scoring, training
from Project_RNN_Enhancement.experiments.errors import ExperimentError, Interrupted, require
from Project_RNN_Enhancement.experiments.progress import Progress
from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced, seq2seq_enhanced
from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf

# Buckets are pairs (most letters, most phones + 1 for the end symbol).
Preset = collections.namedtuple("Preset", [
    "cell", "layers", "units", "embedding_size", "keep_prob", "buckets", "batch_size", "learning_rate",
    "max_gradient_norm", "max_steps", "max_seconds", "validate_every", "save_every"])

_BUCKETS = ((7, 8), (9, 10), (12, 13), (20, 21))

PRESETS = {
    "demo": Preset(cell="GRUCell", layers=1, units=256, embedding_size=64, keep_prob=1.0,
                   buckets=_BUCKETS, batch_size=128, learning_rate=3e-3, max_gradient_norm=5.0,
                   max_steps=None, max_seconds=200, validate_every=150, save_every=100),
    "full": Preset(cell="LSTMCell", layers=2, units=512, embedding_size=128, keep_prob=0.8,
                   buckets=_BUCKETS, batch_size=128, learning_rate=1e-3, max_gradient_norm=5.0,
                   max_steps=20000, max_seconds=None, validate_every=500, save_every=500),
}


# Data ---------------------------------------------------------------------------------------------
