"""Checkpoints written by stock TensorFlow and by this package on several versions of TensorFlow.

`tests.fixtures.make` wrote them. Every one restores here, computes what its writer computed, and
goes on training as its writer did.
"""
import os
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import checkpoints_enhanced, rnn_enhanced

from . import stock
from .fixtures import make
from .sizes import slow, some

# By names of their own eras.
OLDER = ("stock-0.12.1", "stock-1.0.1")
MODELS_THEN = ("attention", "lstm", "tied")
WRITERS = ("stock-1.15.5", "ours-1.15.5", "ours-2.15.1", "ours-2.21.0")


def _restore(session, path):
    tf.train.Saver().restore(session, path)


class FixturesTest(tf.test.TestCase):

    def _check(self, library, writers=WRITERS, restore=_restore, models=some(sorted(make.MODELS), 3)):
        for model in models:
            with tf.Graph().as_default(), tf.Session() as session:
                with stock.quiet():
                    built = make.Built(model, library)
                for writer in writers:
                    with self.subTest(writer=writer, model=model):
                        path = os.path.join(make.FOLDER, writer, model)
                        with np.load(path + ".npz") as recorded:
                            recorded = {name: recorded[name] for name in recorded.files}
                        outputs, losses = recorded.pop("outputs"), recorded.pop("losses")
                        restore(session, path)
                        self.assertAllClose(outputs, built.outputs(session, recorded),
                                            rtol=1e-5, atol=1e-5)
                        # Adam's rule for a symbol that a batch has twice changed in 1.0.
                        steps = 1 if writer == OLDER[0] else make.STEPS
                        self.assertAllClose(losses[:steps], built.train(session, recorded)[:steps],
                                            rtol=1e-5, atol=1e-5)

    @slow
    def test_time_in_loops(self):
        self._unrolled("loop")

    @slow
    def test_time_unrolled(self):
        self._unrolled("static")

    def _unrolled(self, mode):
        before = rnn_enhanced.get_unroll()
        rnn_enhanced.set_unroll(mode)
        try:
            self._check(stock.OURS)
        finally:
            rnn_enhanced.set_unroll(before)

    @slow
    def test_stock_reads_ours(self):
        self._check(stock.STOCK, WRITERS[1:])

    @slow
    def test_maps(self):
        eras = []

        def restore(session, path):
            found = checkpoints_enhanced.checkpoint_map(path)
            self.assertEqual(([], []), (found.only_in_checkpoint, found.only_in_graph))
            tf.train.Saver(found).restore(session, path)
            eras.append(found.era)
        self._check(stock.OURS, OLDER + WRITERS[:1], restore, MODELS_THEN)
        self.assertEqual(["0.5 - 0.12", "1.0 - 1.1", "1.2 and later"] * len(MODELS_THEN), eras)

    def test_training_changes_the_losses(self):
        for model in sorted(make.MODELS):
            with np.load(os.path.join(make.FOLDER, WRITERS[0], model + ".npz")) as recorded:
                self.assertGreater(np.ptp(recorded["losses"][:, 0]), 1e-3)

    def test_all_are_here(self):
        for writer in WRITERS:
            for model in sorted(make.MODELS):
                for end in (".index", ".data-00000-of-00001", ".npz"):
                    self.assertTrue(os.path.isfile(os.path.join(make.FOLDER, writer, model + end)))
        for model in MODELS_THEN:
            for path in ("stock-0.12.1/" + model, "stock-1.0.1/%s.index" % model):
                self.assertTrue(os.path.isfile(os.path.join(make.FOLDER, path)))


if __name__ == "__main__":
    unittest.main()
