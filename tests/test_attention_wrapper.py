"""Attention of `tf.contrib.seq2seq`: the same variables, numbers and gradients as stock has."""
import copy
import os
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (contrib_seq2seq_enhanced as seq2seq,
                                                     rnn_cell_enhanced as rnn_cell, rnn_enhanced)
from tests import attention_cases as cases
from tests import stock
from tests.fixtures import make_attention

IS_TF_1 = tf.__version__.startswith("1.")
VALUES, GRADIENTS = dict(rtol=1e-5, atol=1e-6), dict(rtol=1e-4, atol=1e-5)


def as_recorded(found):
    names, values, gradients = found
    return [repr(name) for name in names], values, gradients


class StockTest(unittest.TestCase):
    """Every case gives what stock gives: here and now, or as it was recorded."""

    @classmethod
    def setUpClass(cls):
        cls.recorded = cases.recorded()

    def test_variables_values_and_gradients(self):
        for name in cases.CASES:
            with self.subTest(name):
                expected = self.recorded[name]
                if IS_TF_1:
                    live = as_recorded(cases.evaluate(cases.STOCK, name))
                    stock.assert_same_results(self, live, expected, VALUES, GRADIENTS)
                    expected = live
                found = as_recorded(cases.evaluate(cases.OURS, name))
                stock.assert_same_results(self, expected, found, VALUES, GRADIENTS)


if __name__ == "__main__":
    unittest.main()
