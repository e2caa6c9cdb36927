"""What training needs besides a model: limits, checkpoints, a clean stop, records."""
import collections
import contextlib
import glob
import json
import math
import os
import re
import signal
import sys
import time

from Project_RNN_Enhancement.experiments.errors import Diverged, ExperimentError, Interrupted
from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf

_HISTORY = "history.json"

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


class Course(object):
    """What happens in training, apart from the model.

    Args:
      budget: the `Budget`.
      measure_every, save_every: steps from one measurement, or checkpoint, to the next.
      take_step: function (step, spent) -> loss, a float: one update after `step` others, when
        `spent`, a fraction, of the budget is used.
      measure: function () -> dict of floats, measured on data that the model has not seen.
      describe: function (row) -> text that says in a few words what was measured, for the bar.
      is_solved: function (row) -> bool: whether to stop here, with budget left; or None.
    """

    def __init__(self, budget, measure_every, save_every, take_step, measure, describe,
                 is_solved=None):
        self.budget = budget
        self.measure_every = measure_every
        self.save_every = save_every
        self.take_step = take_step
        self.measure = measure
        self.describe = describe
        self._is_solved = is_solved

    def is_over(self, position, history):
        """Whether nothing is left to train."""
        return self.budget.fraction(position) >= 1 or bool(
            self._is_solved and history and self._is_solved(history[-1]))


def train(course, session, checkpoints, records, position, progress):
    """Trains from `position` on, and leaves records and checkpoints.

    Args:
      course: a `Course`.
      session: the session, its variables initialised or restored.
      checkpoints: a `Checkpoints`.
      records: a `Records`, made for `position`.
      position: the `Position` to start from.
      progress: a `Progress`.

    Returns:
      The `Position` at the end.

    Raises:
      Diverged: a loss or a variable is infinite or not a number.
      Interrupted: stopped by Ctrl-C or SIGTERM, after saving a checkpoint.
    """
    begin = time.time() - position.seconds
    budget = course.budget
    losses, status = [], ""
    if position.step:
        if course.is_over(position, records.history):
            text = "already trained, %d steps: only measuring (--fresh trains anew)"
        else:
            text = "going on from the checkpoint at step %d"
        progress.line(text % position.step)

    def save():
        if not checkpoints.are_finite(session):
            raise Diverged(position.step, "a weight", checkpoints.newest())
        checkpoints.save(session, position)

    with stop_requests() as stopping:
        while not course.is_over(position, records.history) and not stopping():
            losses.append(float(course.take_step(position.step, budget.fraction(position))))
            position = Position(position.step + 1, time.time() - begin)
            if not math.isfinite(losses[-1]):
                raise Diverged(position.step, "the loss", checkpoints.newest())
            ends = budget.fraction(position) >= 1
            if position.step % course.measure_every == 0 or ends:
                row = dict(course.measure(), step=position.step,
                           train_loss=sum(losses) / len(losses))
                losses = []
                records.add(**row)
                status = course.describe(row)
                progress.line("step %5d  %4d s  train loss %.3f  %s" % (
                    position.step, position.seconds, row["train_loss"], status))
                ends = course.is_over(position, records.history)
            if position.step % course.save_every == 0 or ends:
                save()
            progress.update(budget.fraction(position), "step %d %s" % (position.step, status))
        if not course.is_over(position, records.history):
            save()
            raise Interrupted("stopped and saved at step %d in %s; the same command goes on from "
                              "there" % (position.step, checkpoints.folder))
    return position


class Checkpoints(object):
    """The checkpoints of one run in one folder: ``model-STEP.*``, the last three kept.

    Make it when the graph holds all its variables: it saves those, and two of its own for the
    `Position`.
    """

    def __init__(self, folder):
        self.folder = folder
        self._prefix = os.path.join(folder, "model")
        self._finite = tf.reduce_all([tf.reduce_all(tf.is_finite(variable)) for variable
                                      in tf.trainable_variables()] or [True])
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
                _skip(path, error)
                continue
            self._saver.recover_last_checkpoints(paths[:paths.index(path) + 1])
            step, seconds = session.run([self._step, self._seconds])
            return Position(int(step), float(seconds))
        if paths:
            raise _none_readable(self._prefix + "-")
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

    def newest(self):
        """Path of the newest checkpoint, or None."""
        paths = self._paths()
        return paths[-1] if paths else None

    def are_finite(self, session):
        """Whether no trainable variable has an infinity or a NaN."""
        return bool(session.run(self._finite))

    def _paths(self):
        # From the folder rather than from TensorFlow's `checkpoint` file, which can be lost too.
        numbered = {}
        for name in glob.glob(glob.escape(self._prefix) + "-*.index"):
            match = re.search(r"-(\d+)\.index$", name)
            if match:
                numbered[int(match.group(1))] = name[:-len(".index")]
        return [numbered[step] for step in sorted(numbered)]


def use_newest_readable(folder):
    """Makes `tf.train.latest_checkpoint` find the newest checkpoint that can be read.

    Names on stderr those that can't, as a crash or a full disk leaves them.

    Raises:
      ExperimentError: there are checkpoints, but none can be read.
    """
    state = tf.train.get_checkpoint_state(folder)
    paths = list(state.all_model_checkpoint_paths) if state else []
    for path in reversed(paths):
        try:
            reader = tf.train.load_checkpoint(path)
            for name in reader.get_variable_to_shape_map():
                reader.get_tensor(name)
        except (tf.errors.OpError, ValueError) as error:
            _skip(path, error)
            continue
        if path != paths[-1]:
            tf.train.update_checkpoint_state(folder, path, paths[:paths.index(path) + 1])
        return
    if paths:
        raise _none_readable(folder)


def _skip(path, error):
    missing = isinstance(error, tf.errors.NotFoundError)
    sys.stderr.write("checkpoint %s can't be read and is skipped (%s)\n"
                     % (path, "parts are missing" if missing else _first_line(error)))


def _none_readable(prefix):
    return ExperimentError("none of the checkpoints %s* can be read; --fresh trains anew" % prefix)


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

    A context manager, or to be closed.

    Args:
      folder: where to write.
      step: the step to go on from; what an earlier run recorded after it is dropped, as those steps
        are trained again.
    """

    def __init__(self, folder, step=0):
        self._path = os.path.join(folder, _HISTORY)
        self.history = [row for row in recorded(folder) if row["step"] <= step] if step else []
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

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()


def recorded(folder):
    """The rows that `Records` has written in a folder."""
    path = os.path.join(folder, _HISTORY)
    return read_json(path) if os.path.exists(path) else []


def session(threads=0):
    """A session that takes GPU memory only as it needs it.

    Args:
      threads: for each of TensorFlow's two pools; 0: as many as there are cores.
    """
    config = tf.ConfigProto(intra_op_parallelism_threads=threads,
                            inter_op_parallelism_threads=threads)
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
    """Writes a JSON file in one piece, as `write_text` does."""
    write_text(path, json.dumps(value, indent=1, sort_keys=True) + "\n")


def write_text(path, text):
    """Writes a UTF-8 file in one piece: a crash or a full disk leaves the old one whole."""
    try:
        with open(path + ".new", "w", encoding="utf-8") as stream:
            stream.write(text)
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


def _first_line(error):
    message = getattr(error, "message", None) or str(error)
    return message.splitlines()[0][:200] if message else type(error).__name__
