"""What training needs besides a model: limits, checkpoints, a clean stop, records."""
import argparse
import collections
import contextlib
import glob
import json
import os
import re
import signal
import sys

from Project_RNN_Enhancement.experiments.errors import ExperimentError
from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf

# Steps taken and seconds trained so far, over all the runs that led here.
Position = collections.namedtuple("Position", ["step", "seconds"])


class Budget(object):
    """How long to train: `max_steps` steps or `max_seconds` seconds, whichever is spent first.

    At least one of the two must not be None.
    """

    def __init__(self, max_steps=None, max_seconds=None):
        self._max_steps = max_steps
        self._max_seconds = max_seconds

    def fraction(self, position):
        """The share of the budget that is spent at `position`; 1 or more when nothing is left."""
        shares = []
        if self._max_steps is not None:
            shares.append(position.step / float(self._max_steps))
        if self._max_seconds is not None:
            shares.append(position.seconds / float(self._max_seconds))
        return max(shares)


class Checkpoints(object):
    """The checkpoints of one run in one folder: ``model-STEP.*``, the last three kept.

    Make it when the graph holds all its variables: it saves those, and two of its own for the
    `Position`.
    """

    def __init__(self, folder):
        self._prefix = os.path.join(folder, "model")
        self._step = tf.get_variable("training/step", (), tf.int64, trainable=False,
                                     initializer=tf.zeros_initializer())
        # float64, because float32 stops counting seconds after some months.
        self._seconds = tf.get_variable("training/seconds", (), tf.float64, trainable=False,
                                        initializer=tf.zeros_initializer())
        self._saver = tf.train.Saver(max_to_keep=3)

    def restore(self, session):
        """Restores the newest checkpoint that can be read; names on stderr those that can't.

        Returns:
          The `Position` at which it was saved, or None if the folder has no checkpoint.

        Raises:
          ExperimentError: there are checkpoints, but none can be read.
        """
        paths = self._paths()
        for path in reversed(paths):
            try:
                self._saver.restore(session, path)
            except (tf.errors.OpError, ValueError) as error:
                missing = isinstance(error, tf.errors.NotFoundError)
                sys.stderr.write("checkpoint %s can't be read and is skipped (%s)\n"
                                 % (path, "parts are missing" if missing else _first_line(error)))
                continue
            self._saver.recover_last_checkpoints(paths[:paths.index(path) + 1])
            step, seconds = session.run([self._step, self._seconds])
            return Position(int(step), float(seconds))
        if paths:
            raise ExperimentError("none of the checkpoints %s-* can be read; --fresh trains anew"
                                  % self._prefix)
        return None

    def save(self, session, position):
        """Writes a checkpoint; what it replaces is deleted only after it is complete."""
        self._step.load(position.step, session)
        self._seconds.load(position.seconds, session)
        try:
            self._saver.save(session, self._prefix, global_step=position.step,
                             write_meta_graph=False)
        except (tf.errors.OpError, OSError, ValueError) as error:
            raise ExperimentError("the checkpoint %s-%d can't be written (%s); earlier ones are "
                                  "kept" % (self._prefix, position.step, _first_line(error)))

    def _paths(self):
        # From the folder rather than from TensorFlow's `checkpoint` file, which can be lost too.
        numbered = {}
        for name in glob.glob(glob.escape(self._prefix) + "-*.index"):
            match = re.search(r"-(\d+)\.index$", name)
            if match:
                numbered[int(match.group(1))] = name[:-len(".index")]
        return [numbered[step] for step in sorted(numbered)]


@contextlib.contextmanager
def stop_requests():
    """Turns the first Ctrl-C or SIGTERM into a request; yields a function that tells of it.

    The second one ends the program at once.
    """
    requests = []
    previous = {}

    def on_signal(number, frame):
        if requests:
            raise KeyboardInterrupt
        requests.append(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            previous[number] = signal.signal(number, on_signal)
        except ValueError:  # not in the main thread, where signals don't arrive anyway
            pass
    try:
        yield lambda: bool(requests)
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


class Records(object):
    """The measurements of a run: TensorBoard summaries, and `history.json` for the learning curve.

    Args:
      folder: where to write.
      step: the step to go on from; what an earlier run recorded after it is dropped, as those steps
        are trained again.
    """

    def __init__(self, folder, step=0):
        self._path = os.path.join(folder, "history.json")
        rows = read_json(self._path) if step and os.path.exists(self._path) else []
        self.history = [row for row in rows if row["step"] <= step]
        self._writer = tf.summary.FileWriter(folder)
        self._writer.add_session_log(tf.SessionLog(status=tf.SessionLog.START), step)

    def add(self, **row):
        """Records measurements; `step` is one of them."""
        self.history.append(row)
        write_json(self._path, self.history)
        values = [tf.Summary.Value(tag=tag, simple_value=value)
                  for tag, value in sorted(row.items()) if tag != "step"]
        self._writer.add_summary(tf.Summary(value=values), row["step"])
        self._writer.flush()

    def close(self):
        self._writer.close()


def session():
    """A session that takes GPU memory only as it needs it."""
    config = tf.ConfigProto()
    config.gpu_options.allow_growth = True
    return tf.Session(config=config)


def read_json(path):
    """The contents of a JSON file; ExperimentError names the file if they are damaged."""
    try:
        with open(path) as stream:
            return json.load(stream)
    except ValueError as error:
        raise ExperimentError("%s is damaged (%s); --fresh trains anew"
                              % (path, _first_line(error)))


def write_json(path, value):
    """Writes a JSON file in one piece: a crash or a full disk leaves the old one whole."""
    try:
        with open(path + ".new", "w") as stream:
            json.dump(value, stream, indent=1, sort_keys=True)
            stream.write("\n")
        os.replace(path + ".new", path)
    except OSError as error:
        raise ExperimentError("%s can't be written (%s)" % (path, error.strerror))


def describe_run(folder, description):
    """Writes `description` to model.json, or checks that the run which is to go on has the same.

    Args:
      folder: of the run.
      description: dict of JSON values: everything on which the meaning of a checkpoint depends.

    Raises:
      ExperimentError: the folder holds a run with another description; names what differs.
    """
    path = os.path.join(folder, "model.json")
    if not os.path.exists(path):
        write_json(path, description)
        return
    found = read_json(path)
    for key, value in sorted(json.loads(json.dumps(description)).items()):
        if found.get(key) != value:
            if isinstance(value, dict) and isinstance(found.get(key), dict):
                key = "`, `".join(name for name in sorted(set(value) | set(found[key]))
                                  if value.get(name) != found[key].get(name))
            raise ExperimentError("%s holds a run with a different `%s`; choose another --output, "
                                  "or --fresh to replace it" % (folder, key))


def prepare_folder(folder, fresh):
    """Makes the output folder; with `fresh`, deletes what an earlier run left there."""
    os.makedirs(folder, exist_ok=True)
    if fresh:
        for pattern in ("model-*.index", "model-*.data-*", "checkpoint", "events.out.tfevents.*",
                        "model.json*", "history.json*", "results.json*", "learning_curve.png",
                        "attention.png"):
            for path in glob.glob(os.path.join(glob.escape(folder), pattern)):
                os.remove(path)


def positive_int(text):
    """For `argparse`: a whole number of at least 1."""
    return _number(text, int, lambda value: value >= 1, "a whole number of at least 1")


def positive_float(text):
    """For `argparse`: a number above 0."""
    return _number(text, float, lambda value: 0 < value < float("inf"), "a number above 0")


def int_up_to(highest):
    """For `argparse`: a whole number of at least 1 and at most `highest`."""
    return lambda text: _number(text, int, lambda value: 1 <= value <= highest,
                                "a whole number from 1 to %d" % highest)


def non_negative_float(text):
    """For `argparse`: a number of at least 0."""
    return _number(text, float, lambda value: 0 <= value < float("inf"), "a number of at least 0")


def float_of_at_least_1(text):
    """For `argparse`: a number of at least 1."""
    return _number(text, float, lambda value: 1 <= value < float("inf"), "a number of at least 1")


def fraction(text):
    """For `argparse`: a number from 0 to 1."""
    return _number(text, float, lambda value: 0 <= value <= 1, "a number from 0 to 1")


def seed(text):
    """For `argparse`: a seed that NumPy and TensorFlow both take."""
    return _number(text, int, lambda value: 0 <= value < 2 ** 31,
                   "a whole number from 0 to 2147483647")


def _number(text, convert, allowed, wanted):
    try:
        value = convert(text)
    except ValueError:
        value = None
    if value is None or not allowed(value):
        raise argparse.ArgumentTypeError("expected %s, got %r" % (wanted, text))
    return value


def _first_line(error):
    message = getattr(error, "message", None) or str(error)
    return message.splitlines()[0][:200] if message else type(error).__name__
