"""Scheduled sampling and curricula: data of both tasks, what decides the claims, a tiny run."""
import contextlib
import io
import os
from unittest import mock

import numpy as np

from Project_RNN_Enhancement.experiments import claims, sampling, trials
from Project_RNN_Enhancement.rnn_enhancement import feeding_enhanced
from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf
from tests.experiment_case import ExperimentCase, made_up
from tests.sizes import slow, usual_on_2

TINY = dict(units=4, batch_size=3, chain_length=4, digits=4, levels=2, pairs=60, test_pairs=10)


class SamplingTest(ExperimentCase):

    def test_chain(self):
        self.assertEqual(sampling.chain([3, 1, 9], 6), [3, 4, 3, 4, 3, 4])
        self.assertEqual(sampling.chain([8, 5, 0, 2], 6), [8, 3, 3, 5, 0, 0])

    def test_chains(self):
        sources, targets = sampling.chains(np.random.RandomState(1), 20, 2, 9)
        self.assertEqual((sources.shape, targets.shape), ((3, 20), (9, 20)))
        for source, target in zip(sources.T - sampling.ZERO, targets.T - sampling.ZERO):
            for t, symbol in enumerate(target):
                # After an even number of steps both increments have come as often.
                self.assertEqual(symbol, (source[0] + source[1] * ((t + 1) // 2)
                                          + source[2] * (t // 2)) % 10)

    def test_misprints(self):
        def drawn(misprints):
            return sampling.chains(np.random.RandomState(1), 2000, 2, 9, misprints)

        (sources, clean), (same, misprinted) = drawn(0.0), drawn(0.2)
        np.testing.assert_array_equal(sources, same)
        # A tenth of the misprints print what was there.
        np.testing.assert_allclose(np.mean(clean != misprinted), 0.18, atol=0.01)

    def test_copies(self):
        pairs = sampling.copies(np.random.RandomState(1), 500, 3)
        for source, target in pairs:
            self.assertEqual(target, source + [sampling.END])
            self.assertTrue(all(sampling.ZERO <= symbol < sampling.SYMBOLS for symbol in source))
        self.assertEqual({len(source) for source, _ in pairs}, {1, 2, 3})

    def test_claims(self):
        def words(free=(), longest=(), other=()):
            found = made_up("free_accuracy", dict(
                {"teacher-forcing": (0.5, 0.5), "linear": (0.6, 0.6), "exponential": (0.6, 0.8),
                 "inverse-sigmoid": (0.5, 0.6), "always": (0.3, 0.4)}, **dict(free)))
            copied = {"hardest": (0.5, 0.5), "naive": (0.4, 0.4), "mixed": (0.5, 0.5),
                      "combined": (0.6, 0.6)}
            found += made_up("longest_accuracy", dict(copied, **dict(longest)))
            for result, same in zip(found[-8:], made_up("any_accuracy",
                                                        dict(copied, **dict(other)))):
                result["measured"].update(same["measured"])
            return [claim.verdict for claim in claims.judge(
                sampling.claims(sampling.PRESETS["quick"]), claims.Measured(found))]

        self.assertEqual(words(), ["reproduced"] * 4)
        self.assertEqual(words({"linear": (0.4, 0.4), "always": (0.9, 0.9)})[:2],
                         ["partly", "not reproduced"])
        self.assertEqual(words({"teacher-forcing": (0.9, 0.9)})[:2],
                         ["not reproduced", "reproduced"])
        self.assertEqual(words(longest={"hardest": (0.7, 0.7)})[2:], ["partly", "reproduced"])
        self.assertEqual(words(other={"naive": (0.9, 0.9)})[2:], ["reproduced", "partly"])
        best = {"hardest": (0.7, 0.7), "naive": (0.8, 0.8)}
        self.assertEqual(words(longest=best, other=best)[2:], ["not reproduced"] * 2)

    def test_naive_curriculum_goes_through_the_levels(self):
        preset = sampling.PRESETS["quick"]._replace(**TINY)
        loaders, make = [], feeding_enhanced.BucketedLoader

        def recorded(*args, **kwargs):
            loaders.append(make(*args, **kwargs))
            return loaders[-1]

        with tf.Graph().as_default(), tf.Session() as session, mock.patch.object(
                feeding_enhanced, "BucketedLoader", recorded):
            trial = sampling.build(preset, "naive", 1)
            session.run(tf.global_variables_initializer())
            longest = []
            for step in range(6):
                trial.batch(step, step / 6.0)
                longest.append(int(session.run(loaders[0].batch.weights).sum(0).max()))
        # Sequences of one or two digits and an end, then of three or four.
        self.assertLessEqual(max(longest[:3]), 3)
        self.assertGreaterEqual(min(longest[3:]), 4)

    @slow
    def test_a_run_in_parts_sees_the_same_batches(self):
        tiny = sampling.PRESETS["quick"]._replace(measure_every=4, save_every=2, **TINY)
        with mock.patch.dict(sampling.PRESETS, quick=tiny), contextlib.redirect_stderr(
                io.StringIO()):
            accuracies = []
            for parts in ((4,), (2, 4)):
                folder = os.path.join(self.output, str(len(parts)))
                os.makedirs(folder)
                for max_steps in parts:
                    results = trials.run(sampling.EXPERIMENT, "quick", "mixed", 1, folder,
                                         max_steps, 1, False)
                accuracies.append(results["measured"]["longest_accuracy"])
        self.assertEqual(*accuracies)

    @slow
    @usual_on_2
    def test_run(self):
        summary = self.tiny_run(sampling.EXPERIMENT, TINY)
        for trial in summary["trials"]:
            self.assertIn("free_accuracy" if trial["variant"] in sampling.CHAIN
                          else "longest_accuracy", trial["measured"])
