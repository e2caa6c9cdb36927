"""One trial trained by several processes, on one machine or many, by TensorFlow's own runtime.

Parameter servers hold the variables and workers compute the updates: asynchronously, each on its
own, or synchronously, one update of the mean of all workers' gradients.  Worker 0, the chief,
initialises the variables, saves checkpoints, measures and writes the results.
"""
import math
import os
import platform
import sys
import time

from Project_RNN_Enhancement.experiments import option_types, training, trials
from Project_RNN_Enhancement.experiments.errors import Diverged, ExperimentError, Interrupted
from Project_RNN_Enhancement.experiments.progress import Progress
from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf

# Seconds for which a new run waits for all workers to arrive.
_ARRIVAL_SECONDS = 60
_POLL_SECONDS = 0.2

_NEEDED = ("ps_hosts", "worker_hosts", "job_name", "task_index")


def add_options(parser):
    """Adds the options for more than one process to an `argparse` parser.

    Returns:
      Their names in what the parser returns; each is None unless it is given.
    """
    group = parser.add_argument_group(
        "on several machines", "Start one process for each host with the same options but "
        "--job_name and --task_index.  They share the --output folder of worker 0 only.")
    group.add_argument("--ps_hosts", "--ps-hosts", type=option_types.hosts, metavar="HOST:PORT,...",
                       help="the parameter servers")
    group.add_argument("--worker_hosts", "--worker-hosts", type=option_types.hosts,
                       metavar="HOST:PORT,...", help="the workers; the first is the chief")
    group.add_argument("--job_name", "--job-name", choices=["ps", "worker"],
                       help="what this process is")
    group.add_argument("--task_index", "--task-index", type=option_types.index, metavar="N",
                       help="its place in --ps_hosts or --worker_hosts, from 0")
    group.add_argument("--sync", action="store_true", default=None,
                       help="synchronous updates, of the mean of all workers' gradients")
    return list(_NEEDED) + ["sync"]


def is_asked_for(options):
    """Whether parsed options ask for several processes.

    Raises:
      ExperimentError: they do, and something is missing or doesn't fit.
    """
    given = [name for name in _NEEDED if getattr(options, name) is not None]
    if not given and not options.sync:
        return False
    if len(given) < len(_NEEDED):
        raise ExperimentError("several machines take all of --%s; missing: --%s" % (
            ", --".join(_NEEDED), ", --".join(name for name in _NEEDED if name not in given)))
    hosts = options.ps_hosts if options.job_name == "ps" else options.worker_hosts
    if options.task_index >= len(hosts):
        raise ExperimentError("--task_index is %d, but --%s_hosts names %d"
                              % (options.task_index, options.job_name, len(hosts)))
    both = sorted(set(options.ps_hosts) & set(options.worker_hosts))
    if both:
        raise ExperimentError("%s is among --ps_hosts and among --worker_hosts" % both[0])
    return True


def run(experiment, options, variant, seed, folder, max_steps):
    """Runs this process's part of a trial.

    Args:
      experiment: an `Experiment`.
      options: the parsed options; `preset`, `progress` and those of `add_options` are read.
      variant, seed: the model and its seed.
      folder: of this trial; the chief writes there, the others don't need it.
      max_steps: updates in all, over all workers.

    Returns:
      The results if this is the chief, else None.

    Raises:
      ExperimentError: the cluster can't be joined, the folder holds another run, ...
    """
    cluster = tf.train.ClusterSpec({"ps": options.ps_hosts, "worker": options.worker_hosts})
    config = tf.ConfigProto(
        # A layer may ask for a GPU that the server which holds its variables hasn't got.
        allow_soft_placement=True,
        # A worker must not depend on the others: they may be down.
        device_filters=["/job:ps", "/job:%s/task:%d" % (options.job_name, options.task_index)])
    config.gpu_options.allow_growth = True
    try:
        server = tf.train.Server(cluster, options.job_name, options.task_index, config=config)
    except (tf.errors.OpError, RuntimeError) as error:
        raise ExperimentError("%s %d can't serve: %s"
                              % (options.job_name, options.task_index, error))
    if options.job_name == "ps":
        return _serve(server, config, options)
    return _Worker(experiment, options, variant, seed, folder, max_steps, server, config).run()


def _tokens(name, task, options):
    """A queue on a parameter server to which the workers put tokens."""
    with tf.device("/job:ps/task:%d" % task):
        return tf.FIFOQueue(100 + 10 * len(options.worker_hosts), tf.int32, shared_name=name)


def _serve(server, config, options):
    """A parameter server: waits until every worker has said that it is through."""
    sys.stderr.write("parameter server %d is up\n" % options.task_index)
    with tf.Graph().as_default(), training.stop_requests() as stopping:
        through = _tokens("through_%d" % options.task_index, options.task_index, options).size()
        with tf.Session(server.target, config=config) as session:
            while session.run(through) < len(options.worker_hosts):
                if stopping():
                    raise Interrupted("the parameter server stopped; what the workers saved stays")
                time.sleep(_POLL_SECONDS)


class _SyncReplicasOptimizer(tf.train.SyncReplicasOptimizer):
    """One for which the end of the session is no error."""

    def get_chief_queue_runner(self):
        runner = super(_SyncReplicasOptimizer, self).get_chief_queue_runner()
        return tf.train.QueueRunner(
            runner.queue, runner.enqueue_ops,
            queue_closed_exception_types=(tf.errors.OutOfRangeError, tf.errors.CancelledError))


class _Worker(object):

    def __init__(self, experiment, options, variant, seed, folder, max_steps, server, config):
        self._experiment = experiment
        self._options = options
        self._variant = variant
        self._seed = seed
        self._folder = folder
        self._max_steps = max_steps
        self._server = server
        self._config = config
        self._task = options.task_index
        self._is_chief = self._task == 0

    def run(self):
        options = self._options
        settings = self._experiment.presets[options.preset]
        described = dict(
            trials.description(self._experiment, options.preset, self._variant, self._seed),
            distributed={"workers": len(options.worker_hosts), "sync": bool(options.sync)})
        if self._is_chief:
            training.describe_run(self._folder, described)
            training.use_newest_readable(self._folder)
        with tf.Graph().as_default():
            tf.set_random_seed(self._seed)
            with tf.device(tf.train.replica_device_setter(
                    worker_device="/job:worker/task:%d" % self._task,
                    cluster=self._server.server_def.cluster)):
                step = tf.train.get_or_create_global_step()
                trial = self._experiment.build(settings, self._variant, self._seed)
                updates, hooks = self._updates(trial, step)
            position, history = self._train(settings, trial, updates, step, hooks)
            if not self._is_chief:
                return None
        results = dict(described, tensorflow=tf.__version__, python=platform.python_version(),
                       max_steps=self._max_steps, steps=position.step, seconds=position.seconds,
                       history=history, measured=history[-1], solved_at=None)
        training.write_json(os.path.join(self._folder, "results.json"), results)
        return results

    def _updates(self, trial, step):
        """Operations of one update, and the hooks that they need."""
        if not self._options.sync:
            return trial.updates(global_step=step), []
        if len(trial.losses) > 1:
            raise ExperimentError("--sync is for models with one loss, and this one has %d, one "
                                  "for each bucket" % len(trial.losses))
        workers = len(self._options.worker_hosts)
        optimizer = _SyncReplicasOptimizer(
            trial.optimizer, replicas_to_aggregate=workers, total_num_replicas=workers)
        return (trial.updates(optimizer, step),
                [optimizer.make_session_run_hook(self._is_chief)])

    def _train(self, settings, trial, updates, step, hooks):
        options = self._options
        arrived = _tokens("arrived", 0, options)
        arrive, arrivals = arrived.enqueue(1), arrived.size()
        leave = [_tokens("through_%d" % task, task, options).enqueue(1)
                 for task in range(len(options.ps_hosts))]
        if not self._is_chief:
            self._wait_for_chief()
        begin, losses, records, stopped = time.time(), [], None, False
        with training.stop_requests() as stopping, tf.train.MonitoredTrainingSession(
                self._server.target, self._is_chief, self._folder if self._is_chief else None,
                hooks=hooks + [tf.train.StopAtStepHook(last_step=self._max_steps)],
                save_checkpoint_secs=None, save_checkpoint_steps=settings.save_every,
                save_summaries_steps=None, save_summaries_secs=None, config=self._config,
                stop_grace_period_secs=5, log_step_count_steps=None) as session, \
                Progress(options.progress) as progress:

            def without_hooks(fetches):
                return session.run_step_fn(lambda step_context: step_context.session.run(fetches))

            def measure():
                return session.run_step_fn(lambda step_context: trial.measure(step_context.session))

            start = now = int(without_hooks(step))
            without_hooks(arrive)
            progress.line("worker %d starts at step %d" % (self._task, now))
            if self._is_chief:
                records = training.Records(self._folder, now)
                if not now:
                    self._wait_for_all(lambda: without_hooks(arrivals), progress)
            while now < self._max_steps and not session.should_stop() and not stopped:
                # Counted by what this worker has done, so that no two see the same batch.
                index, feed = trial.batch(
                    (start + len(losses)) * len(options.worker_hosts) + self._task,
                    now / float(self._max_steps))
                loss, _, after = session.run([trial.losses[index], updates[index], step], feed)
                if not math.isfinite(loss):
                    raise Diverged(now, "the loss", tf.train.latest_checkpoint(self._folder))
                losses.append(float(loss))
                before, now = now, int(after)
                if (self._is_chief and not session.should_stop() and
                        before // settings.measure_every < now // settings.measure_every):
                    _record(records, progress, measure(), now, losses, trial)
                progress.update(now / float(self._max_steps), "step %d" % now)
                stopped = stopping()
        seconds = time.time() - begin
        if stopped:
            raise Interrupted("worker %d stopped near step %d%s" % (
                self._task, now, " and saved in " + self._folder if self._is_chief else ""))
        with tf.Session(self._server.target, config=self._config) as session:
            now = int(session.run(step))
            if self._is_chief:
                _record(records, Progress(False), trial.measure(session), now, losses, trial)
                records.close()
            session.run(leave)
        sys.stderr.write("worker %d: %d updates of its own, %d in all since it started, %.1f s\n"
                         % (self._task, len(losses), now - start, seconds))
        return training.Position(now, seconds), records.history if records else []

    def _wait_for_chief(self):
        # MonitoredTrainingSession looks only every 30 s whether the chief is ready.
        missing = tf.report_uninitialized_variables(tf.global_variables())
        with training.stop_requests() as stopping, \
                tf.Session(self._server.target, config=self._config) as session:
            while len(session.run(missing)):
                if stopping():
                    raise Interrupted("worker %d stopped before the chief was ready" % self._task)
                time.sleep(_POLL_SECONDS)

    def _wait_for_all(self, arrivals, progress):
        workers = len(self._options.worker_hosts)
        latest = time.time() + _ARRIVAL_SECONDS
        while arrivals() < workers:
            if time.time() > latest:
                progress.line("not all of %d workers have come; starting without them" % workers)
                return
            time.sleep(_POLL_SECONDS)


def _record(records, progress, row, step, losses, trial):
    recent = losses[-100:]
    row = dict(row, step=step, train_loss=sum(recent) / max(1, len(recent)))
    records.add(**row)
    progress.line("step %5d  train loss %.3f  %s" % (step, row["train_loss"], trial.describe(row)))
