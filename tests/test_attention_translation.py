"""The recipe of docs/attention_translation.md: its training, and old programs' checkpoints.

`tests.fixtures.make_translation` trained its model with TensorFlow 1.15's own `tf.contrib` and
wrote down what stock decoded.
"""
import io
import json
import os
import tempfile

import numpy as np
import tensorflow.compat.v1 as tf

from tests import stock
from tests.attention_cases import STOCK
from tests.fixtures import make_translation


def _read():
    """(sources, targets, hypotheses of each sentence, losses) as recorded."""
    with io.open(make_translation.RECORDED, encoding="utf-8") as stream:
        recorded = json.load(stream)
    sentences = recorded["sentences"]
    return tuple([sentence[key] for sentence in sentences] for key in (
        "source_ids", "target_ids", "hypotheses")) + (recorded["losses"],)


class CheckpointTest(tf.test.TestCase):
    """A model that TensorFlow 1.15's `tf.contrib` trained, decoded and trained on here."""

    def _check(self, library):
        sources, targets, hypotheses, losses = _read()
        with tf.Graph().as_default(), tf.Session() as session, stock.quiet():
            translator = make_translation.build(library)
            self.assertEqual(
                {name: shape for name, shape in tf.train.list_variables(
                    make_translation.CHECKPOINT)},
                {each.op.name: each.shape.as_list() for each in translator.variables})
            make_translation.restore(session, translator)
            self.assertEqual(hypotheses, translator.hypotheses(session, sources))
            # A sentence by itself has no padding, and the same answer.
            self.assertEqual(hypotheses[:1], translator.hypotheses(session, sources[:1]))
            self.assertAllClose(
                losses, [translator.train(session, sources, targets) for _ in losses], rtol=1e-4)

    def test_here(self):
        self._check(None)

    def test_stock(self):
        self._check(STOCK)


class TrainingTest(tf.test.TestCase):

    def test_loss_falls_and_all_is_kept(self):
        sources, targets, _, _ = _read()
        path = os.path.join(tempfile.mkdtemp(dir=self.get_temp_dir()), "model")
        answers = []
        for is_new in (True, False):
            with tf.Graph().as_default(), tf.Session() as session, stock.quiet():
                translator = make_translation.build()
                saver = tf.train.Saver()
                session.run(tf.global_variables_initializer())
                if is_new:
                    losses = [translator.train(session, sources, targets) for _ in range(60)]
                    saver.save(session, path)
                else:
                    saver.restore(session, path)
                answers.append(translator.hypotheses(session, sources))
        self.assertLess(np.mean(losses[-5:]), 0.75 * losses[0])
        self.assertEqual(*answers)
