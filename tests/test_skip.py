"""Skip connections: the data of delayed recall, what decides the claims, and a run of seconds."""
import numpy as np

from Project_RNN_Enhancement.experiments import claims, skip
from tests.experiment_case import ExperimentCase
from tests.sizes import slow, usual_on_2

TINY = dict(symbols=3, delays={"stack": 3, "single": 4}, units={"stack": 4, "single": 5}, layers=3,
            skip_neuron_number=3, batch_size=3, test_sequences=40, initializations=2)


def _results(steps, ratios):
    """Results of one seed for each variant, by dicts with "others"."""
    return [{"variant": variant, "seed": 1, "steps": steps.get(variant, steps["others"]),
             "solved_at": 10, "measured": {"accuracy": 0.1 if variant == "tanh" else 0.95},
             "finish": dict.fromkeys(("log_layer_ratio", "log_time_ratio"),
                                     ratios.get(variant, ratios["others"]))}
            for variant in skip.VERTICAL + skip.TEMPORAL]


class SkipTest(ExperimentCase):

    def test_sequences(self):
        inputs, recalled = skip.sequences(np.random.RandomState(1), 3000, 4, 5)
        self.assertEqual((inputs.shape, inputs.dtype), ((7, 3000), np.int32))
        np.testing.assert_array_equal(inputs[0], recalled)
        np.testing.assert_array_equal(inputs[-1], 8)
        for row, low in [(recalled, 0)] + [(noise, 4) for noise in inputs[1:-1]]:
            counts = np.bincount(row, minlength=8)
            self.assertEqual(counts.sum(), counts[low:low + 4].sum())
            np.testing.assert_allclose(counts[low:low + 4], 750, atol=120)

    def test_claims(self):
        def words(steps, ratios):
            return [claim.verdict for claim in claims.judge(
                skip.claims(skip.PRESETS["quick"]), claims.Measured(_results(steps, ratios)))]

        plain = skip.VERTICAL[::2] + skip.TEMPORAL[::2]
        slow, faint = dict.fromkeys(plain, 300), dict.fromkeys(plain, -2.0)
        self.assertEqual(words(dict(slow, others=100), dict(faint, others=-1.0)),
                         ["reproduced"] * 5)
        self.assertEqual(words(dict(slow, others=300), dict(faint, others=-2.5)),
                         ["not reproduced"] * 4 + ["reproduced"])
        self.assertEqual(words(dict(slow, others=100), dict(faint, tanh=-0.5, others=-1.0))[2],
                         "partly")
        self.assertEqual(
            words({"others": 300, "GRU-skip": 10, "GRU-stack-skip": 10},
                  {"others": -2.0, "GRU-skip": -1.0, "GRU-stack-skip": -1.0}),
            ["partly"] * 4 + ["reproduced"])

    @slow
    @usual_on_2
    def test_run(self):
        summary = self.tiny_run(skip.EXPERIMENT, TINY)
        for trial in summary["trials"]:
            self.assertIn("accuracy", trial["measured"])
            ratios = [trial["finish"][name] for name in ("log_time_ratio", "log_layer_ratio")]
            self.assertTrue(np.isfinite(ratios).all())
            self.assertEqual(ratios[1] == 0, trial["variant"] in skip.TEMPORAL)
