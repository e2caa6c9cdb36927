"""The MMI experiment: its corpora, its measures and verdicts, and a run of seconds."""
import collections
import unittest

import numpy as np

from Project_RNN_Enhancement.experiments import claims, mmi
from tests.experiment_case import ExperimentCase
from tests.sizes import slow, usual_on_1


def _settled(constructed=(), varied=(), g2p=()):
    trials = [{"variant": "constructed", "seed": i, "measured": {}, "finish": finish}
              for i, finish in enumerate(constructed)]
    trials += [{"variant": "varied", "seed": i, "measured": {}, "finish": finish}
               for i, finish in enumerate(varied)]
    trials += [{"variant": "g2p", "seed": i, "measured": {}, "finish": finish}
               for i, finish in enumerate(g2p)]
    return [claim.verdict for claim in claims.judge(
        mmi.claims(mmi.PRESETS["quick"]), claims.Measured(trials))]


class CorporaTest(unittest.TestCase):

    def test_switch_of_the_constructed_corpus(self):
        corpus = mmi.constructed()
        pairs = collections.Counter(
            (tuple(source), mmi.reply_of(reply))
            for source, reply in zip(corpus.sources.tolist(), corpus.replies))
        firsts = collections.Counter(corpus.replies[:, 0].tolist())
        of_reply = collections.Counter(mmi.reply_of(reply) for reply in corpus.replies)
        self.assertEqual(len(corpus.held_out), mmi.SOURCES)
        for value, generic in ((0, True), (mmi.SWITCH - 1e-4, True), (mmi.SWITCH + 1e-4, False)):
            for source in map(tuple, corpus.held_out.tolist()):
                replies = [reply for other, reply in pairs if other == source]
                self.assertEqual(len(replies), 1 + mmi.OWN)
                forward = {reply: np.log(pairs[source, reply] / 10.0) for reply in replies}
                anti = max(replies, key=lambda reply: forward[reply] - value * np.log(
                    firsts[reply[0]] / 500.0))
                both = max(replies, key=lambda reply: (1 - value) * forward[reply] + value * np.log(
                    pairs[source, reply] / float(of_reply[reply])))
                for best in (anti, both):
                    self.assertEqual(best in corpus.generic, generic)
                    self.assertEqual(corpus.fits(source, best), not generic)
        self.assertAlmostEqual(mmi.SWITCH, 0.2616, 4)

    def test_varied_corpus(self):
        corpus = mmi.varied(np.random.RandomState(1), 6, 200)
        trained = set(map(tuple, corpus.sources.tolist()))
        held_out = set(map(tuple, corpus.held_out.tolist()))
        self.assertEqual((len(trained), len(held_out)), (27, 9))
        self.assertFalse(trained & held_out)
        self.assertLess(corpus.sources.max(), corpus.source_symbols)
        self.assertEqual(corpus.replies.max(), corpus.reply_symbols - 1)
        replies = [mmi.reply_of(reply) for reply in corpus.replies]
        shares = collections.Counter(reply for reply in replies if reply in corpus.generic)
        np.testing.assert_allclose(sorted(count / float(len(replies)) for count in shares.values()),
                                   [0.04, 0.06, 0.1, 0.2], atol=0.02)
        own = [(tuple(source), reply) for source, reply in zip(corpus.sources.tolist(), replies)
               if reply not in corpus.generic]
        self.assertTrue(all(corpus.fits(source, reply) for source, reply in own))
        self.assertEqual(len(set(reply for source, reply in own if source == own[0][0])), 8)
        (topic, attribute), reply = own[0]
        self.assertFalse(corpus.fits((topic + 1, attribute), reply))
        self.assertFalse(corpus.fits((topic, attribute - 1), reply))
        entropy = -sum(p * np.log(p) for p in (0.2, 0.1, 0.06, 0.04) + (0.075,) * 8)
        self.assertAlmostEqual(mmi.ENTROPIES["varied: entropy"], entropy)

    def test_pronunciations(self):
        words = ["%s%s%s" % (a, b, c) for a in "bdkpst" for b in "aeio" for c in "lmn"]
        found = {word: [tuple(word.upper())] for word in words}
        found["cats"] = [("K", "AE", "T", "S")]
        found["sel"].append(("S", "L"))
        corpus = mmi.pronounced(found, 3, 4)
        self.assertEqual(corpus.held_out.shape, (4, 3))
        self.assertFalse(set(map(tuple, corpus.sources.tolist())) &
                         set(map(tuple, corpus.held_out.tolist())))
        self.assertEqual(corpus.replies.shape[1], 4)
        self.assertLess(corpus.replies.max(), corpus.reply_symbols)
        self.assertEqual(corpus.sources.min(), 4)
        phones = sorted(set("BDKPSTAEIOLMN"))
        for source in map(tuple, corpus.held_out.tolist()):
            word = "".join(sorted(mmi.LETTER_IDS)[number - 3] for number in source)
            right = tuple(3 + phones.index(letter.upper()) for letter in word)
            self.assertTrue(corpus.fits(source, right))
            self.assertFalse(corpus.fits(source, right[:2]))

    def test_crossing(self):
        self.assertAlmostEqual(mmi.crossing([0, 0.2, 0.4], [1, 0.75, 0.25]), 0.3)
        self.assertIsNone(mmi.crossing([0, 0.2], [1, 1]))
        self.assertIsNone(mmi.crossing([0, 0.2], [0.2, 0]))

    def test_padded(self):
        array = mmi.padded([(3, 4), (5,)], 4)
        self.assertEqual(array.tolist(), [[3, 4, mmi.END, 0], [5, mmi.END, 0, 0]])
        self.assertEqual([mmi.reply_of(row) for row in array], [(3, 4), (5,)])


class VerdictTest(unittest.TestCase):

    def test_switch(self):
        def finish(place, rates=(1, 1, 0, 0)):
            found = {"lambdas": [0, 0.15, 0.4, 0.5],
                     "generic_rates": {name: list(rates) for name in mmi.OBJECTIVES}}
            found.update(("switch " + name, place) for name in mmi.OBJECTIVES)
            return found
        for constructed, expected in (
                ([finish(0.26), finish(0.265)], claims.REPRODUCED),
                ([finish(0.26), finish(0.29)], claims.PARTLY),
                ([finish(0.26), finish(0.26, (1, 0.98, 0, 0))], claims.PARTLY),
                ([finish(0.26), finish(0.26, (1, 1, 0.02, 0))], claims.PARTLY),
                ([finish(0.29), finish(None)], claims.NOT_REPRODUCED),
                ([], claims.NOT_MEASURED)):
            self.assertEqual(_settled(constructed)[:2], [expected] * 2)

    def test_diversity(self):
        def finish(beam, anti, both):
            return {"%s %s" % (decoder, metric): value
                    for decoder, value in (("beam", beam), ("anti-LM", anti),
                                           ("bidirectional", both))
                    for metric in ("distinct-1", "distinct-2", "fitting")}
        for varied, expected in (([finish(0.1, 0.2, 0.3)] * 2, claims.REPRODUCED),
                                 ([finish(0.1, 0.2, 0.1)], claims.PARTLY),
                                 ([finish(0.3, 0.2, 0.1)], claims.NOT_REPRODUCED)):
            self.assertEqual(_settled(varied=varied)[2], expected)
            self.assertEqual(_settled(g2p=varied)[3], expected)
        self.assertEqual(_settled(g2p=[finish(0.1, 0.2, 0.3)])[4], claims.REPRODUCED)
        self.assertEqual(_settled(g2p=[finish(0.3, 0.4, 0.2)])[4], claims.NOT_REPRODUCED)


@slow
class RunTest(ExperimentCase):

    @usual_on_1
    def test_run(self):
        summary = self.tiny_run(mmi.EXPERIMENT, dict(
            units=5, embedding_size=4, batch_size=20, beam=3, topics=2, pairs_per_source=5, test_words=5,
            lambdas=(0.0, 0.5)))
        finish = summary["trials"][1]["finish"]
        self.assertEqual(sorted(finish["generic_rates"]), sorted(mmi.OBJECTIVES))
        self.assertIn("anti-LM distinct-1", finish)
