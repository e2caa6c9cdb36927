"""What an experiment claims, and what was measured about it."""
import collections

import numpy as np

# text: the claim; paper: its number in the paper, with the evidence mark; ours: our number with its
# spread; verdict: one of those of `verdict`.
Claim = collections.namedtuple("Claim", ["text", "paper", "ours", "verdict"])

REPRODUCED, PARTLY, NOT_REPRODUCED = "reproduced", "partly", "not reproduced"
NOT_MEASURED = "not measured"


class NotMeasured(Exception):
    """A variant, or a number of it, isn't among the results."""


def verdict(facts):
    """One word for a claim that consists of several facts, each true or false."""
    facts = [bool(fact) for fact in facts]
    return REPRODUCED if all(facts) else PARTLY if any(facts) else NOT_REPRODUCED


class Measured(object):
    """The results of an experiment's trials.

    Args:
      results: list of the trials' results, as `trials.run` returns them.
    """

    def __init__(self, results):
        self._trials = collections.OrderedDict()
        for result in results:
            self._trials.setdefault(result["variant"], []).append(result)

    @property
    def variants(self):
        """Names of the variants that were trained."""
        return list(self._trials)

    def trials(self, variant):
        """The results of a variant, one dict for each seed; NotMeasured if there are none."""
        if variant not in self._trials:
            raise NotMeasured(variant)
        return self._trials[variant]

    def values(self, variant, metric):
        """The last value of a metric, for each seed of a variant.

        Looks among what `measure` gave, then `finish`, then the trial's own: "steps", "solved_at",
        "seconds".  A seed that diverged before the metric was measured has none.
        """
        found = []
        for result in self.trials(variant):
            for part in (result["measured"], result.get("finish", {}), result):
                if part.get(metric) is not None:
                    found.append(part[metric])
                    break
        if not found:
            raise NotMeasured("%s of %s" % (metric, variant))
        return found

    def mean(self, variant, metric):
        """The mean of `values`."""
        return float(np.mean(self.values(variant, metric)))

    def worst(self, variant, metric):
        """The largest of `values`."""
        return max(self.values(variant, metric))

    def best(self, variant, metric):
        """The smallest of `values`."""
        return min(self.values(variant, metric))

    def diverged(self, variant):
        """How many seeds diverged."""
        return sum("diverged_at" in result for result in self.trials(variant))

    def solved(self, variant):
        """How many seeds were solved."""
        return sum(result.get("solved_at") is not None for result in self.trials(variant))

    def text(self, variant, metric, form="%.3f"):
        """The mean and, of several seeds, the range: "IRNN 0.012 (0.010 to 0.013)"."""
        values = self.values(variant, metric)
        text = "%s %s" % (variant, form % np.mean(values))
        if len(values) > 1:
            text += " (%s to %s)" % (form % min(values), form % max(values))
        if self.diverged(variant):
            text += " (%d of %d diverged)" % (self.diverged(variant), len(self.trials(variant)))
        return text

    def texts(self, variants, metric, form="%.3f"):
        """The `text` of several variants."""
        return ", ".join(self.text(variant, metric, form) for variant in variants)


def judge(candidates, measured):
    """Settles claims.

    Args:
      candidates: list of (text, paper, function): the function takes a `Measured` and returns
        (ours, verdict).
      measured: a `Measured`.

    Returns:
      List of `Claim`; "not measured" where results that a claim needs are missing.
    """
    settled = []
    for text, paper, settle in candidates:
        try:
            ours, word = settle(measured)
        except NotMeasured as missing:
            ours, word = "no results: %s" % missing, NOT_MEASURED
        settled.append(Claim(text, paper, ours, word))
    return settled
