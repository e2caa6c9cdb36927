"""Training by several processes: a cluster on loopback, and what can happen to it."""
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time

from Project_RNN_Enhancement.experiments import adding, distributed
from Project_RNN_Enhancement.experiments.trials import Trial
from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced, rnn_enhanced
from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf
from tests.experiment_case import ExperimentCase, take_turns
from tests.sizes import slow, usual_on_1, usual_on_2

# The command with a model so small that a second trains hundreds of steps.
SMALL = """
import sys
from Project_RNN_Enhancement.experiments import __main__, adding
adding.PRESETS["quick"] = adding.PRESETS["quick"]._replace(
    length=4, units={"others": 16}, batch_size=20, measure_every=200, save_every=100,
    learning_rates={"others": 3e-3})
sys.exit(__main__.main(sys.argv[1:]))
"""


def free_ports(number):
    """Ports that nobody listens on, at this moment."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(contextlib.closing(socket.socket())) for _ in range(number)]
        for each in sockets:
            each.bind(("localhost", 0))
        return [each.getsockname()[1] for each in sockets]


@slow
class ClusterTest(ExperimentCase):

    def setUp(self):
        super(ClusterTest, self).setUp()
        take_turns(self)
        self.hosts = ["localhost:%d" % port for port in free_ports(3)]
        self.processes = []
        self.addCleanup(self.kill_all)
        self.run_folder = os.path.join(self.output, "run")

    def kill_all(self):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()

    def start(self, job, task, max_steps, *arguments):
        """Starts a process of a cluster of one parameter server and two workers."""
        name = os.path.join(self.output, "%s%d-%d.log" % (job, task, len(self.processes)))
        with open(name, "w") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", SMALL, "adding", "--variants", "GRU", "--seeds", "1",
                 "--max-steps", str(max_steps), "--output", self.run_folder,
                 "--ps_hosts", self.hosts[0], "--worker_hosts", ",".join(self.hosts[1:]),
                 "--job_name", job, "--task_index", str(task)] + list(arguments),
                stdout=log, stderr=subprocess.STDOUT)
        process.log = name
        self.processes.append(process)
        return process

    def log(self, process):
        with open(process.log) as stream:
            return stream.read()

    def wait_for_text(self, process, text, seconds=400):
        latest = time.time() + seconds
        while text not in self.log(process):
            self.assertLess(time.time(), latest, "%r isn't in: %s" % (text, self.log(process)))
            self.assertIsNone(process.poll(), self.log(process))
            time.sleep(0.05)

    def wait_for_end(self, *processes):
        for process in processes:
            try:
                status = process.wait(timeout=400)
            except subprocess.TimeoutExpired:
                self.fail("still running: %s" % self.log(process))
            self.assertEqual(status, 0, self.log(process))

    def results(self):
        with open(os.path.join(self.run_folder, "GRU", "seed-1", "results.json")) as stream:
            return json.load(stream)

    def last_checkpoint(self):
        newest = tf.train.latest_checkpoint(os.path.join(self.run_folder, "GRU", "seed-1"))
        return int(newest.rsplit("-", 1)[1])

    @usual_on_1
    def test_killed_workers(self):
        """A worker, then the chief is killed and started again; no step before a checkpoint is lost."""
        steps = 4000
        server = self.start("ps", 0, steps)
        chief = self.start("worker", 0, steps)
        worker = self.start("worker", 1, steps)
        self.wait_for_text(worker, "worker 1 starts")
        self.wait_for_text(chief, "step   4")
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        worker = self.start("worker", 1, steps)
        self.wait_for_text(worker, "worker 1 starts at step")
        self.assertNotIn("worker 1 starts at step 0\n", self.log(worker))

        chief.send_signal(signal.SIGKILL)
        chief.wait()
        saved = self.last_checkpoint()
        self.assertGreaterEqual(saved, 300)
        chief = self.start("worker", 0, steps)
        self.wait_for_text(chief, "worker 0 starts at step ")
        start = int(self.log(chief).split("worker 0 starts at step ")[1].split()[0])
        self.assertGreaterEqual(start, saved)

        self.wait_for_end(server, chief, worker)
        results = self.results()
        self.assertGreaterEqual(results["steps"], steps)
        # Updates that were under way when the last step was reached still count.
        self.assertLess(results["steps"], steps + 10)
        recorded = [row["step"] for row in results["history"]]
        self.assertEqual(recorded, sorted(recorded))
        self.assertLess(recorded[0], 300)
        self.assertLess(results["measured"]["mse"], 0.3 * adding.BASELINE)
        self.assertGreaterEqual(self.last_checkpoint(), steps)

    @usual_on_2
    def test_synchronous(self):
        processes = [self.start("ps", 0, 300, "--sync"), self.start("worker", 0, 300, "--sync"),
                     self.start("worker", 1, 300, "--sync")]
        self.wait_for_end(*processes)
        results = self.results()
        # Each update took a gradient of both, so both did about all of them.
        self.assertEqual(results["steps"], 300)
        own = [int(self.log(process).split("worker %d: " % task)[1].split()[0])
               for task, process in enumerate(processes[1:])]
        self.assertGreaterEqual(sum(own), 2 * 300)
        self.assertNotIn("Traceback", "".join(map(self.log, processes)))
        # The same command in another mode must not go on with this run.
        chief = self.start("worker", 0, 600)
        self.assertEqual(chief.wait(timeout=400), 1)
        self.assertIn("holds a run with a different `sync`", self.log(chief))

    @usual_on_2
    def test_interrupt(self):
        server, chief = self.start("ps", 0, 10 ** 6), self.start("worker", 0, 10 ** 6)
        worker = self.start("worker", 1, 10 ** 6)
        self.wait_for_text(chief, "step   2")
        for process in (worker, chief, server):
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(timeout=400), 130, self.log(process))
            self.assertNotIn("Traceback", self.log(process))
        self.assertIn("stopped near step", self.log(chief))
        self.assertGreaterEqual(self.last_checkpoint(), 200)


class OptionsTest(ExperimentCase):

    def check(self, message, *arguments):
        status, _, err = self.command(
            "adding", "--output", self.output, "--variants", "GRU", "--seeds", "1", *arguments)
        self.assertEqual(status, 1)
        self.assertIn(message, err)

    def test_incomplete(self):
        self.check("missing: --worker_hosts, --job_name, --task_index", "--ps_hosts", "a:1")
        self.check("missing: --ps_hosts", "--sync")

    def test_wrong(self):
        hosts = ("--ps_hosts", "a:1", "--worker_hosts", "b:1,b:2")
        self.check("--task_index is 2, but --worker_hosts names 2", "--job_name", "worker",
                   "--task_index", 2, *hosts)
        self.check("a:1 is among --ps_hosts and among --worker_hosts", "--job_name", "ps",
                   "--task_index", 0, "--ps_hosts", "a:1", "--worker_hosts", "a:1")
        for wrong in ("a", "a:b", "a:0", "a:1,a:1"):
            with self.assertRaises(SystemExit) as caught:
                self.command("adding", "--ps_hosts", wrong)
            self.assertEqual(caught.exception.code, 2)

    def test_many_models(self):
        status, _, err = self.command(
            "adding", "--output", self.output, "--ps_hosts", "a:1", "--worker_hosts", "b:1",
            "--job_name", "ps", "--task_index", 0)
        self.assertEqual(status, 1)
        self.assertIn("name it with --variants and --seeds", err)

    def test_port_in_use(self):
        with contextlib.closing(socket.socket()) as taken:
            taken.bind(("localhost", 0))
            taken.listen(1)
            self.check("ps 0 can't serve", "--ps_hosts", "localhost:%d" % taken.getsockname()[1],
                       "--worker_hosts", "localhost:1", "--job_name", "ps", "--task_index", 0)


class PlacementTest(ExperimentCase):

    def test_layers_on_devices(self):
        """Layers pinned to devices stay there, on their worker; their variables are on servers."""
        cluster = tf.train.ClusterSpec({"ps": ["a:1", "a:2"], "worker": ["b:1", "b:2"]})
        with tf.Graph().as_default() as graph, tf.device(tf.train.replica_device_setter(
                worker_device="/job:worker/task:1", cluster=cluster)):
            cells = [rnn_cell_enhanced.GRUCell(3, gpu_for_layer=layer) for layer in range(2)]
            rnn_enhanced.dynamic_rnn(rnn_cell_enhanced.MultiRNNCell(cells), tf.ones([2, 4, 3]),
                                     dtype=tf.float32)
            servers = {variable.device.split("/device")[0] for variable in tf.global_variables()}
            products = {node.device for node in graph.get_operations() if node.type == "MatMul"}
        self.assertEqual(servers, {"/job:ps/task:0", "/job:ps/task:1"})
        self.assertEqual(products, {"/job:worker/task:1/device:GPU:0",
                                    "/job:worker/task:1/device:GPU:1"})

    def test_buckets_are_not_synchronous(self):
        loss = tf.constant(0.0)
        trial = Trial([loss, loss], None, None, None, None)
        options = type("Options", (), dict(sync=True, task_index=0, worker_hosts=["a:1"]))
        worker = distributed._Worker(None, options, "GRU", 1, "", 1, None, None)
        with self.assertRaisesRegex(Exception, "one loss, and this one has 2"):
            worker._updates(trial, None)
