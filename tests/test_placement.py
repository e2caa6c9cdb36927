"""gpu_for_layer: what really ran where, and the device fields of the graph."""
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced as rnn_cell
from Project_RNN_Enhancement.rnn_enhancement import rnn_enhanced, seq2seq_enhanced

from . import oracle
from tests.sizes import slow
from tests.stock import tf_cells

# Ops that carry a cell's work, by node name; what is left (shapes, constants) may go anywhere.
WORK = ("MatMul", "BiasAdd", "Sigmoid", "Tanh", "SigmoidGrad", "TanhGrad", "BiasAddGrad", "split",
        "kernel", "bias", "Relu", "ReluGrad")

KINDS = {"basic": rnn_cell.BasicRNNCell, "gru": rnn_cell.GRUCell,
         "basic_lstm": rnn_cell.BasicLSTMCell, "lstm": rnn_cell.LSTMCell}


def _work(name):
    return name.split("/")[-1].rsplit("_", 1)[0] if name[-1].isdigit() else name.split("/")[-1]


def _fields(build, outer=None):
    """Device field of every op of the graph that `build()` makes."""
    with tf.Graph().as_default() as graph, tf.device(outer), oracle.quiet():
        build()
        return {op.name: tf.DeviceSpec.from_string(op.device).to_string()
                for op in graph.get_operations()}


def _train(make, unroll="static", optimizer=None, scope=None):
    def build():
        cell = make()
        x = tf.zeros([2, 3, 4])
        if unroll == "static":
            outputs, _ = rnn_enhanced.static_rnn(cell, tf.unstack(x, axis=1), dtype=tf.float32)
        else:
            outputs, _ = rnn_enhanced.dynamic_rnn(cell, x, dtype=tf.float32)
        (optimizer or tf.train.GradientDescentOptimizer(0.1)).minimize(tf.reduce_sum(outputs))
    return build


class ExecutionTest(tf.test.TestCase):

    def _ran(self, cell, unroll, lengths=None):
        x = tf.random_normal([2, 3, 4])
        if unroll == "static":
            outputs, _ = rnn_enhanced.static_rnn(cell, tf.unstack(x, axis=1), dtype=tf.float32,
                                                 sequence_length=lengths)
        else:
            outputs, _ = rnn_enhanced.dynamic_rnn(cell, x, dtype=tf.float32,
                                                  sequence_length=lengths)
        loss = tf.reduce_sum(tf.square(outputs))
        return oracle.trace([loss, tf.gradients(loss, tf.trainable_variables())])

    def _check(self, ran, part, device, forward=1, backward=1):
        """Fails unless the work of the nodes whose name contains `part` ran on `device` only."""
        seen = {True: 0, False: 0}
        for name, devices in ran.items():
            if part in name and _work(name) in WORK:
                self.assertEqual({device}, devices, name)
                seen[name.startswith("gradients/")] += _work(name) == "MatMul"
        self.assertGreaterEqual(seen[False], forward, sorted(ran))
        self.assertGreaterEqual(seen[True], backward, sorted(ran))

    @slow
    def test_layers_on_devices_of_their_own(self):
        for unroll in ("static", "dynamic"):
            for name, kind in sorted(KINDS.items()):
                with self.subTest(cell=name, unroll=unroll), tf.Graph().as_default():
                    ran = self._ran(rnn_cell.MultiRNNCell([
                        kind(4, gpu_for_layer="/cpu:1"), kind(4, gpu_for_layer="/cpu:2"),
                        kind(4)]), unroll)
                    self._check(ran, "cell_0", "CPU:1")
                    self._check(ran, "cell_1", "CPU:2")
                    self._check(ran, "cell_2", "CPU:0")

    @slow
    def test_sequence_length(self):
        for unroll in ("static", "dynamic"):
            with self.subTest(unroll), tf.Graph().as_default():
                ran = self._ran(rnn_cell.MultiRNNCell([
                    rnn_cell.LSTMCell(4, use_peepholes=True, num_proj=3, gpu_for_layer="/cpu:2"),
                    rnn_cell.GRUCell(4, gpu_for_layer="/cpu:1", use_bias=False)]),
                    unroll, [3, 2])
                self._check(ran, "cell_0", "CPU:2")
                self._check(ran, "cell_1", "CPU:1")

    @slow
    def test_wrappers(self):
        on = dict(gpu_for_layer="/cpu:1")
        for name, make in sorted({
                "dropout": lambda: rnn_cell.DropoutWrapper(
                    rnn_cell.GRUCell(4), 0.5, 0.5, 0.5, **on),
                "residual": lambda: rnn_cell.ResidualWrapper(rnn_cell.GRUCell(4), **on),
                "device": lambda: rnn_cell.DeviceWrapper(rnn_cell.GRUCell(4), "/job:localhost", **on),
                "input": lambda: rnn_cell.InputProjectionWrapper(rnn_cell.GRUCell(4), 3, **on),
                "output": lambda: rnn_cell.OutputProjectionWrapper(rnn_cell.GRUCell(4), 4, **on),
                "stack": lambda: rnn_cell.MultiRNNCell([rnn_cell.GRUCell(4)] * 2, **on),
                "stock_inside": lambda: rnn_cell.DropoutWrapper(
                    tf_cells.GRUCell(4), 0.5, **on)}.items()):
            with self.subTest(name), tf.Graph().as_default(), oracle.quiet():
                self._check(self._ran(make(), "dynamic"), "rnn/", "CPU:1")

    def test_dropout_draws_there(self):
        ran = self._ran(rnn_cell.DropoutWrapper(
            rnn_cell.GRUCell(4), 0.5, gpu_for_layer="/cpu:1"), "static")
        draws = {name: devices for name, devices in ran.items()
                 if "RandomUniform" in name and "dropout" in name}
        self.assertLen(draws, 3)
        self.assertEqual([{"CPU:1"}] * 3, list(draws.values()))

    def test_layers_inside_a_pinned_stack_keep_their_own(self):
        ran = self._ran(rnn_cell.MultiRNNCell(
            [rnn_cell.GRUCell(4, gpu_for_layer="/cpu:2"), rnn_cell.GRUCell(4)],
            gpu_for_layer="/cpu:1"), "dynamic")
        self._check(ran, "cell_0", "CPU:2")
        self._check(ran, "cell_1", "CPU:1")

    def test_embedding(self):
        cell = rnn_cell.EmbeddingWrapper(rnn_cell.GRUCell(4), 5, 3, gpu_for_layer="/cpu:2")
        output, _ = cell(tf.constant([1, 2]), cell.zero_state(2, tf.float32))
        loss = tf.reduce_sum(output)
        ran = oracle.trace([loss, tf.gradients(loss, tf.trainable_variables())])
        found = [devices for name, devices in ran.items() if name.endswith("/embedding")]
        self.assertEqual([{"CPU:2"}], found)
        self._check(ran, "embedding_wrapper/", "CPU:2")

    def test_training_step_runs_there(self):
        with tf.Graph().as_default():
            _train(lambda: rnn_cell.GRUCell(4, gpu_for_layer="/cpu:1"), "dynamic",
                   tf.train.AdamOptimizer())()
            step = tf.get_default_graph().get_operation_by_name("Adam")
            ran = oracle.trace(step)
        updates = {name: devices for name, devices in ran.items() if "ApplyAdam" in name}
        self.assertLen(updates, 4)
        for name, devices in updates.items():
            self.assertEqual({"CPU:1"}, devices, name)

    def test_cell_in_a_second_scope(self):
        cell = rnn_cell.GRUCell(4, gpu_for_layer="/cpu:2")
        outputs = []
        for scope in ("a", "b"):
            with tf.variable_scope(scope):
                outputs.append(cell(tf.random_normal([2, 3]), tf.ones([2, 4]))[0])
        loss = tf.reduce_sum(tf.add_n(outputs))
        ran = oracle.trace([loss, tf.gradients(loss, tf.trainable_variables())])
        self._check(ran, "a/gru_cell", "CPU:2")
        self._check(ran, "b/gru_cell", "CPU:2")


class NumbersTest(tf.test.TestCase):

    @slow
    def test_pinning_changes_no_number(self):
        for name, case in sorted(oracle.CELLS.items()):
            if not any(name == kind or name == kind + "_all" for kind in KINDS):
                continue
            results = []
            for device in (None, "/cpu:0"):
                with tf.Graph().as_default(), oracle.quiet():
                    cell = case.make(rnn_cell)
                    if device is not None:
                        cell = type(cell).from_config(dict(
                            cell.get_config(), gpu_for_layer=device, name=None))
                    outputs, _ = rnn_enhanced.dynamic_rnn(cell, case.inputs(3), [3, 2],
                                                          dtype=case.dtype)
                    gradients = tf.gradients(tf.square(outputs), tf.trainable_variables())
                    results.append(oracle.numbers([outputs, gradients]))
            with self.subTest(name):
                self.assertEqual(len(results[0]), len(results[1]))
                for expected, found in zip(*results):
                    self.assertAllClose(expected, found)

    def test_second_derivatives(self):
        def second(**keywords):
            with tf.Graph().as_default():
                x = oracle.inputs()
                output, _ = rnn_cell.LSTMCell(4, **keywords)(x, (tf.ones([2, 4]),) * 2)
                first = tf.gradients(output, x)[0]
                return oracle.numbers(tf.gradients(tf.square(first), tf.trainable_variables()))
        expected, found = second(), second(gpu_for_layer="/cpu:0")
        self.assertLen(found, 3)
        for a, b in zip(expected, found):
            self.assertAllClose(a, b)
            self.assertGreater(np.abs(a).sum(), 0)

    def test_gradients_that_the_user_overrides_stay_overridden(self):
        @tf.RegisterGradient("TestPlacementTenfold")
        def tenfold(op, gradient):
            return gradient * 10 * op.outputs[0] * (1 - op.outputs[0])

        def gradient(**keywords):
            with tf.Graph().as_default() as graph:
                x = oracle.inputs()
                with graph.gradient_override_map({"Sigmoid": "TestPlacementTenfold"}):
                    output, _ = rnn_cell.GRUCell(4, **keywords)(x, tf.ones([2, 4]))
                return oracle.numbers(tf.gradients(output, x))[0]
        self.assertAllClose(gradient(), gradient(gpu_for_layer="/cpu:0"))

    def test_custom_gradient_inside_a_pinned_cell(self):
        class Custom(rnn_cell.RNNCell):
            state_size = output_size = 3

            def call(self, inputs, state):
                @tf.custom_gradient
                def triple(x):
                    return x, lambda dy: 3 * dy
                output = triple(inputs + state)
                return output, output
        x = oracle.inputs()
        output, _ = Custom(gpu_for_layer="/cpu:0")(x, tf.ones([2, 3]))
        found = oracle.numbers(tf.gradients(output, x))[0]
        self.assertAllClose(np.full([2, 3], 3.0), found)

    def test_control_flow_inside_a_pinned_cell(self):
        class Looping(rnn_cell.RNNCell):
            state_size = output_size = 3

            def call(self, inputs, state):
                _, output = tf.while_loop(lambda i, _: i < 3,
                                          lambda i, value: (i + 1, value * inputs), [0, state])
                output = tf.cond(tf.reduce_sum(inputs) > -1e6, lambda: 2 * output, lambda: output)
                return output, output
        results = []
        for keywords in ({}, {"gpu_for_layer": "/cpu:0"}):
            with tf.Graph().as_default():
                x = oracle.inputs()
                output, _ = Looping(**keywords)(x, tf.ones([2, 3]))
                results.append(oracle.numbers([output, tf.gradients(output, x)]))
        self.assertAllClose(results[0][0], results[1][0])
        self.assertAllClose(results[0][1], results[1][1])
        self.assertGreater(np.abs(results[0][1]).sum(), 0)


class FieldsTest(tf.test.TestCase):

    FORMS = ((0, "/device:GPU:0"), (3, "/device:GPU:3"), (np.int64(2), "/device:GPU:2"),
             ("/gpu:1", "/device:GPU:1"), ("/cpu:1", "/device:CPU:1"),
             ("/device:GPU:1", "/device:GPU:1"),
             ("/job:worker/task:1/gpu:0", "/job:worker/task:1/device:GPU:0"),
             ("/job:ps", "/job:ps"), (lambda op: "/gpu:7", "/device:GPU:7"),
             (tf.DeviceSpec(device_type="GPU", device_index=5).to_string(), "/device:GPU:5"))

    def _layer(self, fields, part="gru_cell"):
        return {name: device for name, device in fields.items()
                if part in name and _work(name) in WORK}

    @slow
    def test_forms(self):
        for form, device in self.FORMS:
            for unroll in ("static", "dynamic"):
                with self.subTest(form=form, unroll=unroll):
                    fields = self._layer(_fields(_train(
                        lambda: rnn_cell.GRUCell(4, gpu_for_layer=form), unroll)))
                    self.assertGreater(len(fields), 15)
                    self.assertTrue([n for n in fields if n.startswith("gradients/")
                                     and _work(n) == "MatMul"])
                    self.assertEqual({device}, set(fields.values()), fields)

    def test_device_function_decides_per_op(self):
        fields = _fields(_train(lambda: rnn_cell.GRUCell(
            4, gpu_for_layer=lambda op: "/gpu:1" if op.type == "MatMul" else "/cpu:0")))
        for name, device in self._layer(fields).items():
            if _work(name) == "MatMul":
                self.assertEqual("/device:GPU:1", device, name)
            elif not name.startswith("gradients/"):
                self.assertEqual("/device:CPU:0", device, name)

    @slow
    def test_optimizer_slots_follow(self):
        for unroll in ("static", "dynamic"):
            fields = _fields(_train(lambda: rnn_cell.MultiRNNCell(
                [rnn_cell.LSTMCell(4, gpu_for_layer=0), rnn_cell.GRUCell(4, gpu_for_layer=1)]),
                unroll, tf.train.AdamOptimizer()))
            slots = [name for name in fields if name.endswith(("/Adam", "/Adam_1"))]
            self.assertLen(slots, 2 * (2 + 4))
            for name in slots:
                self.assertEqual("/device:GPU:%d" % ("cell_1" in name), fields[name], name)

    def test_both_spellings(self):
        fields = self._layer(_fields(_train(lambda: rnn_cell.GRUCell(4, gpu_number=2))))
        self.assertEqual({"/device:GPU:2"}, set(fields.values()))

    def test_outer_scopes_fill_what_is_open(self):
        for outer, form, device in (
                ("/job:worker/task:3", 1, "/job:worker/task:3/device:GPU:1"),
                ("/job:worker/task:3/cpu:0", "/gpu:1", "/job:worker/task:3/device:GPU:1"),
                ("/job:worker", "/job:ps/task:2/cpu:0", "/job:ps/task:2/device:CPU:0")):
            with self.subTest(outer=outer, form=form):
                fields = self._layer(_fields(_train(
                    lambda: rnn_cell.GRUCell(4, gpu_for_layer=form)), outer))
                self.assertEqual({device}, set(fields.values()), fields)

    @slow
    def test_replica_device_setter(self):
        setter = tf.train.replica_device_setter(
            ps_tasks=2, ps_device="/job:ps", worker_device="/job:worker/task:1")
        fields = self._layer(_fields(_train(lambda: rnn_cell.MultiRNNCell(
            [rnn_cell.GRUCell(4, gpu_for_layer=0), rnn_cell.GRUCell(4, gpu_for_layer=1)]),
            "static", tf.train.AdamOptimizer()), setter))
        variables = {name: device for name, device in fields.items()
                     if _work(name) in ("kernel", "bias") and "gradients" not in name}
        self.assertLen(variables, 8)
        for name, device in fields.items():
            index = int("cell_1" in name)
            if name in variables:
                self.assertRegex(device, "^/job:ps/task:[01]/device:GPU:%d$" % index)
            else:
                self.assertEqual("/job:worker/task:1/device:GPU:%d" % index, device, name)
        self.assertLen(set(variables.values()), 4)

    def test_colocated_gradients_too(self):
        def build():
            output, _ = rnn_cell.GRUCell(4, gpu_for_layer=1)(tf.ones([2, 3]), tf.ones([2, 4]))
            tf.gradients(output, tf.trainable_variables(), colocate_gradients_with_ops=True)
        fields = self._layer(_fields(build))
        self.assertEqual({"/device:GPU:1"}, set(fields.values()), fields)

    def test_nothing_outside_the_layer_is_moved(self):
        fields = _fields(_train(lambda: rnn_cell.GRUCell(4, gpu_for_layer=1), "static"))
        for name, device in fields.items():
            # The training step is grouped by the devices of the variables.
            if "gru_cell" not in name and not name.startswith(("gradients", "GradientDescent")):
                self.assertEqual("", device, name)
        with tf.Graph().as_default():
            rnn_cell.GRUCell(4, gpu_for_layer=1)(tf.ones([2, 3]), tf.ones([2, 4]))
            after = tf.matmul(tf.ones([2, 2]), tf.ones([2, 2])).op
            self.assertEqual("", after.device)
            self.assertNotIn("_gradient_op_type", after.node_def.attr)

    def test_none_leaves_no_trace(self):
        """Without pinning the graph is stock's: the same ops, devices and attributes."""
        def nodes(library, kind):
            with tf.Graph().as_default() as graph, oracle.quiet():
                cell = getattr(library.cells, kind)(4)
                outputs, _ = library.unroll.static_rnn(cell, [tf.ones([2, 3])] * 2,
                                                       dtype=tf.float32)
                tf.gradients(outputs, tf.trainable_variables())
                self.assertEqual({""}, {op.device for op in graph.get_operations()})
                return sorted((op.type, sorted(op.node_def.attr))
                              for op in graph.get_operations() if op.type != "Const")
        for kind in ("BasicRNNCell", "BasicLSTMCell", "LSTMCell", "GRUCell"):
            with self.subTest(kind):
                stock, ours = nodes(oracle.STOCK, kind), nodes(oracle.OURS, kind)
                self.assertFalse([node for node in ours if "_gradient_op_type" in node[1]])
                self.assertLessEqual(len(ours), len(stock))

    def test_saved_and_imported_graph(self):
        """A graph with pinned layers can be written, and read where the package is imported."""
        with tf.Graph().as_default():
            x = tf.placeholder(tf.float32, [2, 3], "x")
            output, _ = rnn_cell.GRUCell(4, gpu_for_layer="/cpu:0")(x, tf.ones([2, 4]))
            tf.identity(output, "output")
            meta = tf.train.export_meta_graph()
        with tf.Graph().as_default() as graph:
            tf.train.import_meta_graph(meta)
            x, output = [graph.get_tensor_by_name(name + ":0") for name in ("x", "output")]
            self.assertIsNotNone(tf.gradients(output, x)[0])


class ClusterTest(tf.test.TestCase):
    """What has no device goes to the first task, a parameter server: once a step, in a loop."""

    def _astray(self, colocate):
        """Operations on no task, but for initial values and constants, which stock leaves so."""
        cluster = tf.train.ClusterSpec({"ps": ["ps:1"], "worker": ["worker:1"]})
        setter = tf.train.replica_device_setter(cluster=cluster)

        def build():
            rnn_enhanced.set_unroll("loop")
            inputs = [tf.placeholder(tf.int32, [None]) for _ in range(4)]
            _, losses = seq2seq_enhanced.model_with_buckets(
                inputs, inputs, inputs, [tf.ones([2])] * 4, [(3, 3), (4, 4)],
                lambda x, y: seq2seq_enhanced.embedding_attention_seq2seq(
                    x, y, rnn_cell.MultiRNNCell([rnn_cell.GRUCell(3), rnn_cell.LSTMCell(3)]),
                    7, 7, 5))
            for loss in losses:
                tf.train.GradientDescentOptimizer(0.1).minimize(
                    loss, colocate_gradients_with_ops=colocate)
        fields = _fields(build, setter)
        self.assertTrue(any("/while/" in name for name in fields))
        return [name for name, device in fields.items() if "/job" not in device
                and "/Initializer/" not in name and "rnn_enhancement/constant" not in name]

    @slow
    def test_loops_and_their_gradients_stay_on_the_worker(self):
        self.addCleanup(rnn_enhanced.set_unroll, "auto")
        for colocate in (False, True):
            self.assertEqual(self._astray(colocate), [])


class BadValueTest(tf.test.TestCase):

    VALUES = ((-1, ValueError), (1.5, TypeError), (True, TypeError), ([0], TypeError),
              ("gpu zero", ValueError), ("/gpu:x", ValueError), ({}, TypeError),
              (b"/gpu:0", TypeError))

    def test_cells_and_wrappers(self):
        makers = dict(KINDS)
        inner = rnn_cell.GRUCell(3)
        makers.update(
            dropout=lambda _, **k: rnn_cell.DropoutWrapper(inner, **k),
            stack=lambda _, **k: rnn_cell.MultiRNNCell([inner], **k),
            residual=lambda _, **k: rnn_cell.ResidualWrapper(inner, **k),
            device=lambda _, **k: rnn_cell.DeviceWrapper(inner, "/cpu:0", **k),
            input=lambda _, **k: rnn_cell.InputProjectionWrapper(inner, 3, **k),
            output=lambda _, **k: rnn_cell.OutputProjectionWrapper(inner, 3, **k),
            embedding=lambda _, **k: rnn_cell.EmbeddingWrapper(inner, 3, 3, **k))
        for name, make in sorted(makers.items()):
            for value, error in self.VALUES:
                with self.subTest(maker=name, value=value):
                    with self.assertRaisesRegex(error, "gpu_for_layer"):
                        make(3, gpu_for_layer=value)
                    with self.assertRaisesRegex(error, "gpu_for_layer"):
                        make(3, gpu_number=value)


if __name__ == "__main__":
    unittest.main()
