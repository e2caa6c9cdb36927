"""A trial: one model, trained with one seed, in a folder of its own."""
import contextlib
import os
import platform

from Project_RNN_Enhancement.experiments import training
from Project_RNN_Enhancement.experiments.errors import Diverged
from Project_RNN_Enhancement.experiments.progress import Progress
from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf


class Trial(object):
    """What an experiment builds in the current graph for one model.

    Args:
      losses: list of scalar tensors, one for each bucket, or one in all.
      optimizer: a `tf.train.Optimizer`.
      batch: function (step, spent) -> (index of the loss, feed_dict): what to train on after `step`
        updates, when `spent` of the budget, a fraction, is used.  It must depend on nothing else
        but the seed, so that a run that was interrupted sees the same batches as one that wasn't.
      measure: function (session) -> dict of floats, measured on data that isn't trained on.
      describe: function (row) -> a few words that say what was measured.
      max_gradient_norm: clips the gradients' global norm, if given.
      is_solved: function (row) -> bool: whether training can stop, with budget left.
      finish: function (session, folder) -> dict of JSON values, measured once after training.  It
        may leave pictures in the folder.
    """

    def __init__(self, losses, optimizer, batch, measure, describe, max_gradient_norm=None,
                 is_solved=None, finish=None):
        self.losses = losses
        self.optimizer = optimizer
        self.batch = batch
        self.measure = measure
        self.describe = describe
        self.max_gradient_norm = max_gradient_norm
        self.is_solved = is_solved
        self.finish = finish

    def updates(self, optimizer=None, global_step=None):
        """Operations of one update, a list as long as `losses`."""
        optimizer = optimizer or self.optimizer
        return [optimizer.apply_gradients(self._gradients(loss), global_step=global_step)
                for loss in self.losses]

    def _gradients(self, loss):
        variables = tf.trainable_variables()
        gradients = tf.gradients(loss, variables)
        pairs = [pair for pair in zip(gradients, variables) if pair[0] is not None]
        if self.max_gradient_norm is None:
            return pairs
        gradients, variables = zip(*pairs)
        return zip(tf.clip_by_global_norm(gradients, self.max_gradient_norm)[0], variables)


def setting_of(settings, variant):
    """A variant's own setting in a dict, or that of "others"."""
    return settings.get(variant, settings["others"])


def folder_of(output, variant, seed):
    """Where the trial of a variant with a seed writes."""
    return os.path.join(output, variant, "seed-%d" % seed)


def description(experiment, preset, variant, seed):
    """What makes two trials the same but for the length of their training."""
    settings = experiment.presets[preset]._asdict()
    for name in ("variants", "seeds", "max_steps"):
        del settings[name]
    return {"experiment": experiment.name, "preset": preset, "variant": variant, "seed": seed,
            "settings": settings}


def run(experiment, preset, variant, seed, folder, max_steps, threads=0, progress=None):
    """Trains and measures one variant with one seed, or goes on with it.

    Args:
      experiment: an `Experiment`.
      preset: name of a preset.
      variant, seed: the model and its seed.
      folder: of this trial.
      max_steps: updates in all.
      threads: for each of TensorFlow's two pools; 0: as many as there are cores.
      progress: as in `Progress`.

    Returns:
      The results, which are in ``results.json`` of the folder too.

    Raises:
      ExperimentError: the folder holds another run, or can't be written, ...
      Interrupted: stopped by Ctrl-C or SIGTERM, after saving a checkpoint.
    """
    described = description(experiment, preset, variant, seed)
    training.describe_run(folder, described)
    settings = experiment.presets[preset]
    results = dict(described, tensorflow=tf.__version__, python=platform.python_version(),
                   max_steps=max_steps, solved_at=None)
    with tf.Graph().as_default():
        tf.set_random_seed(seed)
        trial = experiment.build(settings, variant, seed)
        try:
            with trained(trial, folder, training.Budget(max_steps), settings.measure_every,
                         settings.save_every, threads, progress) as (session, records, position):
                history = records.history
                results.update(steps=position.step, seconds=position.seconds)
                if trial.finish is not None:
                    results.update(finish=trial.finish(session, folder))
        except Diverged as error:
            # That a model diverges is a result of the experiment; the others are still to come.
            history = training.recorded(folder)
            results.update(diverged=str(error), diverged_at=error.step, steps=error.step)
    results.update(history=history, measured=history[-1] if history else {})
    if trial.is_solved and history and trial.is_solved(history[-1]):
        results.update(solved_at=history[-1]["step"])
    training.write_json(os.path.join(folder, "results.json"), results)
    return results


@contextlib.contextmanager
def trained(trial, folder, budget, measure_every, save_every, threads=0, progress=None):
    """Trains a trial, or goes on with it, in the current graph.

    Args:
      trial: a `Trial`.
      folder: for checkpoints and records.
      budget: a `training.Budget`.
      measure_every, save_every: in steps.
      threads, progress: as in `run`.

    Yields:
      (session, `training.Records`, `training.Position`) after training; the session is closed
      afterwards.
    """
    updates = trial.updates()
    checkpoints = training.Checkpoints(folder)
    initialize = tf.global_variables_initializer()
    with training.session(threads) as session:
        position = checkpoints.restore(session)
        if position is None:
            session.run(initialize)
            position = training.Position(0, 0.0)

        def take_step(step, spent):
            index, feed = trial.batch(step, spent)
            return session.run([trial.losses[index], updates[index]], feed)[0]

        course = training.Course(budget, measure_every, save_every, take_step,
                                 lambda: trial.measure(session), trial.describe, trial.is_solved)
        with training.Records(folder, position.step) as records:
            with Progress(progress, budget.fraction(position)) as bar:
                position = training.train(course, session, checkpoints, records, position, bar)
        yield session, records, position
