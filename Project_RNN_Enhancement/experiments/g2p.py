"""Spelling to pronunciation: trains a bucketed attention model on CMUdict and measures it.

The model reads the letters of a word, last one first, and writes its phones without stress.  It
is made of `model_with_buckets` and `embedding_attention_seq2seq`.  A word counts as right if the
answer is any of the pronunciations that the dictionary lists.

Claim: `--preset demo` trains for 200 s on two cores (3.6 minutes with everything), then errs on
31.2 % of 12,439 words that it has not seen (WER) and on 7.4 % of their phones (PER), after 4,101
steps.  Where other jobs left time for only 2,551 steps, it was 34.6 % and 8.3 %.

The same command again goes on from the last checkpoint.

`--norm-stabilizer`, `--scheduled-sampling` and `--average-states` change the model or its training:
they belong to a run, which goes on with the same ones only, and `--decode` takes them from the run.
`--beam` and `--temperature` choose how words are decoded, with any trained model: by beam search
or by drawing phones, next to the greedy answers where held-out words are measured, and in place of
them in `--decode`.
"""
import os
import platform
import sys
import time

from Project_RNN_Enhancement.datasets import pronunciations as dictionary
from Project_RNN_Enhancement.experiments import (comparison, g2p_comparison, option_types, plots,
                                                 scoring, training, trials)
from Project_RNN_Enhancement.experiments.errors import ExperimentError, require
from Project_RNN_Enhancement.experiments.g2p_model import (FEATURES, LETTER_IDS, Coder, Model,
                                                           Preset, make_trial, read_dictionary,
                                                           settings)
from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf

PRESETS = {
    "demo": Preset(
        cell="GRUCell", layers=1, units=256, embedding_size=64, keep_prob=1.0,
        buckets=((7, 8), (9, 10), (12, 13), (20, 21)), batch_size=128,
        learning_rate=2e-3, max_gradient_norm=1.0, validate_every=150, save_every=100,
        max_steps=None, max_seconds=200),
    "full": Preset(
        cell="LSTMCell", layers=2, units=512, embedding_size=128, keep_prob=0.8,
        buckets=((7, 8), (9, 10), (12, 13), (20, 21)), batch_size=128,
        learning_rate=1e-3, max_gradient_norm=5.0, validate_every=500, save_every=500,
        max_steps=20000, max_seconds=None),
}

LARGEST_BEAM = 1000


def evaluate(options, model, coder, pronunciations, words, session):
    """Pronounces held-out words, prints a dozen and the error rates, and draws attention.

    Returns:
      Dict for the results: "wer" and "per" of greedy decoding in fractions, and dicts of the same
      for "beam" and "sampling", as far as options ask for them.
    """
    answers = model.pronounce(session, coder, words)
    score = scoring.score(answers, [pronunciations[word] for word in words])
    print("words the model has not seen (* = not in the dictionary's list):")
    for word, answer in list(zip(words, answers))[:12]:
        right = answer in pronunciations[word]
        print("  %-16s %-34s%s" % (word, " ".join(answer or ("-",)), "" if right else
                                   "* " + " | ".join(map(" ".join, pronunciations[word]))))
    print("%d held-out words: WER %.1f %%, PER %.1f %%"
          % (len(words), 100 * score.wer, 100 * score.per))
    measured = {"wer": score.wer, "per": score.per}
    for decoder, setting, value in [("beam", "size", options.beam),
                                    ("sampling", "temperature", options.temperature)]:
        if value is not None:
            # A beam has `value` rows for each word.
            batch_size = max(1, 1024 // value) if decoder == "beam" else 256
            answers = model.pronounce(session, coder, words, batch_size, decoder)
            other = scoring.score(answers, [pronunciations[word] for word in words])
            measured[decoder] = {setting: value, "wer": other.wer, "per": other.per}
            print("with %s: WER %.1f %%, PER %.1f %%; greedy: WER %.1f %%, PER %.1f %%"
                  % (described(decoder, value), 100 * other.wer, 100 * other.per,
                     100 * score.wer, 100 * score.per))
    pictured = [word for word in words if coder.bucket(word) is not None][:4]
    drawn = [(list(word),) + model.attention(session, coder, word) for word in pictured]
    drawn = [example for example in drawn if example[1]]
    if drawn:
        plots.attention(drawn, os.path.join(options.output, "attention.png"))
    return measured


def described(decoder, value):
    """A decoder in words."""
    return "a beam of %d" % value if decoder == "beam" else "phones drawn at temperature %g" % value


def train_and_evaluate(options):
    """The experiment: leaves checkpoints, summaries, pictures and results in the output folder."""
    begin = time.time()
    require("matplotlib", "to draw the learning curve")
    preset = PRESETS[options.preset]
    for name in ("max_steps", "max_seconds") + FEATURES:
        if getattr(options, name) is not None:
            preset = preset._replace(**{name: getattr(options, name)})

    pronunciations = read_dictionary(options.data)
    split = dictionary.split_by_word(pronunciations)
    for part, words in zip(split._fields, split):
        if not words:
            raise ExperimentError("with %d words the dictionary is too small: nothing is left for "
                                  "the %s part" % (len(pronunciations), part))
    phones = dictionary.phones_of(pronunciations)
    coder = Coder(phones, preset.buckets)
    training.prepare_folder(options.output, options.fresh)
    data = dictionary.fingerprint(pronunciations)
    training.describe_run(options.output, {
        "preset": options.preset, "phones": phones, "data": data, "seed": options.seed,
        "settings": settings(preset._replace(max_steps=None, max_seconds=None))})

    with tf.Graph().as_default():
        tf.set_random_seed(options.seed)
        with tf.variable_scope("g2p"):
            model = Model(preset, len(phones), beam=options.beam, temperature=options.temperature)
        trial = make_trial(preset, model, coder, pronunciations, split, options.seed)
        with trials.trained(
                trial, options.output, training.Budget(preset.max_steps, preset.max_seconds),
                preset.validate_every, preset.save_every,
                progress=options.progress) as (session, records, position):
            words = split.test[:options.eval_words]
            measured = evaluate(options, model, coder, pronunciations, words, session)
    plots.learning_curve(records.history, os.path.join(options.output, "learning_curve.png"))
    results = {
        "experiment": "g2p", "preset": options.preset, "settings": settings(preset),
        "seed": options.seed, "data": data,
        "words": {part: len(words) for part, words in zip(split._fields, split)},
        "eval_words": len(words),
        "steps": position.step, "training_seconds": round(position.seconds, 1),
        "command_seconds": round(time.time() - begin, 1),
        "tensorflow": tf.__version__, "python": platform.python_version()}
    results.update(measured)
    training.write_json(os.path.join(options.output, "results.json"), results)
    print("trained %d steps in %d s; this command took %d s; results are in %s"
          % (position.step, position.seconds, time.time() - begin, options.output))


def decode(options):
    """Reads words from standard input, one a line, and prints each with its pronunciation.

    Lines that can't be pronounced are named on stderr, and the others go on.
    """
    path = os.path.join(options.output, "model.json")
    if not os.path.exists(path):
        raise ExperimentError("there is no trained model in %s; train one first with the same "
                              "command without --decode" % options.output)
    description = training.read_json(path)
    try:
        preset = Preset(**description["settings"])
        coder = Coder(description["phones"], preset.buckets)
    except (KeyError, TypeError) as error:
        raise ExperimentError("%s is not from this version of the experiment (%s)" % (path, error))
    for name in FEATURES:
        asked, found = getattr(options, name), getattr(preset, name)
        if asked is not None and asked != found:
            raise ExperimentError("%s holds a model with --%s %s, not %g; leave the option out to "
                                  "use the model as it was trained"
                                  % (options.output, name.replace("_", "-"),
                                     "off" if found is None else "%g" % found, asked))
    decoder = "greedy"
    if options.beam is not None:
        decoder = "beam"
    elif options.temperature is not None:
        decoder = "sampling"
    with tf.Graph().as_default():
        if options.temperature is not None:
            tf.set_random_seed(options.seed)
        with tf.variable_scope("g2p"):
            model = Model(preset, len(coder.phones), training=False, beam=options.beam,
                          temperature=options.temperature)
        checkpoints = training.Checkpoints(options.output)
        with training.session() as session:
            if checkpoints.restore(session) is None:
                raise ExperimentError("%s holds no checkpoint yet; train first" % options.output)
            for number, line in enumerate(sys.stdin.buffer, 1):
                try:
                    word = read_word(line, preset.buckets[-1][0])
                except ValueError as error:
                    sys.stderr.write("line %d: %s\n" % (number, error))
                    continue
                answers = model.pronounce(session, coder, [word], decoder=decoder)
                print("%s\t%s" % (word, " ".join(answers[0])))
                sys.stdout.flush()


def read_word(line, longest):
    """The word on a line of bytes, in the model's spelling; ValueError says what is wrong."""
    word = line.decode("utf-8", "replace").strip().lower().replace("\u2019", "'")
    if not word:
        raise ValueError("empty, expected a word")
    if not all(letter in LETTER_IDS for letter in word):
        raise ValueError("%s: expected one word of the letters a-z and '" % ascii(word)[:60])
    if len(word) > longest:
        raise ValueError("%s...: %d letters, this model reads words of at most %d"
                         % (word[:20], len(word), longest))
    return word


class Pronunciation(comparison.Experiment):
    """The comparison, with a command that has the presets of one model as well."""

    def add_options(self, parser):
        """Adds the options of this experiment to an `argparse` parser."""
        parser.add_argument("--preset", choices=list(PRESETS) + list(self.presets),
                            default="demo",
                            help="demo: 4 minutes on two cores; full: 2x512, hours; quick, paper: "
                                 "compare cells and decoders over seeds, and take only --variants, "
                                 "--seeds, --jobs and those for several machines (default: demo)")
        comparison.add_run_options(parser, self.name)
        parser.add_argument("--max-steps", type=option_types.positive_int, metavar="N",
                            help="updates in all, earlier runs included")
        self._own_options = _add_own_options(parser)
        self._comparison_options = comparison.add_trial_options(parser, self)

    def run(self, options):
        """Runs the experiment with parsed options."""
        compares = options.preset in self.presets
        for name in self._own_options if compares else self._comparison_options:
            if getattr(options, name) is not None:
                raise ExperimentError("--%s is not an option of --preset %s"
                                      % (name.replace("_", "-"), options.preset))
        if compares:
            comparison.run(options, self)
            return
        if not options.output:
            options.output = os.path.join("runs", "g2p-" + options.preset)
        if options.seed is None:
            options.seed = 1
        if not options.decode:
            train_and_evaluate(options)
        elif options.beam is not None and options.temperature is not None:
            raise ExperimentError("--decode takes --beam or --temperature, not both")
        else:
            decode(options)


def _add_own_options(parser):
    """Adds the options of the presets demo and full; returns their names."""
    parser.add_argument("--data", metavar="FILE",
                        help="a dictionary in CMUdict format (default: CMUdict)")
    parser.add_argument("--max-seconds", type=option_types.positive_float, metavar="S",
                        help="training time in all, earlier runs included")
    parser.add_argument("--seed", type=option_types.seed, metavar="N",
                        help="of weights, order and drawn phones (default: 1)")
    parser.add_argument("--eval-words", type=option_types.positive_int, metavar="N",
                        help="measure on so many held-out words (default: all of them)")
    parser.add_argument("--decode", action="store_true", default=None,
                        help="pronounce words from standard input, one a line")
    features = parser.add_argument_group("features of the model and its training")
    features.add_argument("--norm-stabilizer", type=option_types.non_negative_float, nargs="?",
                          const=50.0, metavar="FACTOR",
                          help="penalise changes of the norm of the decoder's states (default of "
                               "FACTOR: 50)")
    features.add_argument("--scheduled-sampling", type=option_types.float_of_at_least_1, nargs="?",
                          const=500.0, metavar="K",
                          help="feed the decoder its own phones with the probability 1 - K / (K + "
                               "exp(step / K)), one half at K ln K (default of K: 500)")
    features.add_argument("--average-states", type=option_types.fraction, nargs="?", const=0.5,
                          metavar="INFLUENCE",
                          help="enter the decoder's steps with a mix of the last state and the "
                               "mean of all, INFLUENCE of it the mean (default of INFLUENCE: 0.5)")
    decoders = parser.add_argument_group("decoding of words")
    decoders.add_argument("--beam", type=option_types.int_up_to(LARGEST_BEAM), metavar="N",
                          help="beam search with N hypotheses, compared with greedy decoding")
    decoders.add_argument("--temperature", type=option_types.positive_float, metavar="T",
                          help="draw phones from softmax(logits / T), instead of the most probable")

    return ("data", "max_seconds", "seed", "eval_words", "decode", "beam",
            "temperature") + FEATURES


EXPERIMENT = Pronunciation(
    "g2p", __doc__, g2p_comparison.PRESETS, g2p_comparison.build, g2p_comparison.claims,
    g2p_comparison.curves, g2p_comparison.NOTES)
