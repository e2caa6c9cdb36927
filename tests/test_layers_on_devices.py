"""gpu_for_layer: variables, operations and their gradients go where the layer is pinned."""
import unittest

import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced, rnn_enhanced

from . import stock


def _devices_that_ran(fetches, session):
    """Node name -> device, from the step statistics of a real run."""
    metadata = tf.RunMetadata()
    session.run(fetches, options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE),
                run_metadata=metadata)
    ran = {}
    for device in metadata.step_stats.dev_stats:
        if "/device:CPU:" in device.device:
            for node in device.node_stats:
                ran.setdefault(node.node_name.split(":")[0], device.device[-len("CPU:0"):])
    return ran


class ExecutionTest(tf.test.TestCase):

    def _unrolled(self, mode, cell):
        x = tf.random_normal([2, 3, 5])
        if mode == "static":
            outputs, _ = rnn_enhanced.static_rnn(cell, tf.unstack(x, axis=1), dtype=tf.float32)
            return tf.add_n([tf.reduce_sum(tf.square(output)) for output in outputs])
        outputs, _ = rnn_enhanced.dynamic_rnn(cell, x, dtype=tf.float32)
        return tf.reduce_sum(tf.square(outputs))

    def test_forward_and_backward(self):
        for mode in ("static", "dynamic"):
            with self.subTest(mode), tf.Graph().as_default():
                cell = rnn_cell_enhanced.MultiRNNCell([
                    rnn_cell_enhanced.LSTMCell(4, gpu_for_layer="/cpu:1"),
                    rnn_cell_enhanced.DropoutWrapper(
                        rnn_cell_enhanced.GRUCell(4, gpu_number="/cpu:2"), 0.5,
                        gpu_for_layer="/cpu:2")])
                loss = self._unrolled(mode, cell)
                gradients = tf.gradients(loss, tf.trainable_variables())
                config = tf.ConfigProto(device_count={"CPU": 3})
                # So that no rewritten node hides a name.
                config.graph_options.rewrite_options.disable_meta_optimizer = True
                with tf.Session(config=config) as session:
                    session.run(tf.global_variables_initializer())
                    ran = _devices_that_ran([loss, gradients], session)
                for layer, device in (("cell_0", "CPU:1"), ("cell_1", "CPU:2")):
                    checked = set()
                    for name, found in ran.items():
                        kind = name.split("/")[-1].split("_")[0]
                        part = "backward" if name.startswith("gradients/") else "forward"
                        if layer in name and kind in ("MatMul", "SigmoidGrad", "Sigmoid", "kernel"):
                            checked.add((part, kind))
                            self.assertEqual(device, found, name)
                    self.assertIn(("forward", "MatMul"), checked)
                    self.assertIn(("backward", "MatMul"), checked)
                    self.assertIn(("backward", "SigmoidGrad"), checked)

    def test_pinning_does_not_change_numbers(self):
        def gradients(**keywords):
            with tf.Graph().as_default(), self.session() as session:
                tf.set_random_seed(1)
                cell = rnn_cell_enhanced.GRUCell(4, **keywords)
                outputs, _ = rnn_enhanced.dynamic_rnn(cell, tf.ones([2, 3, 5]), dtype=tf.float32)
                found = tf.gradients(outputs, tf.trainable_variables())
                session.run(tf.global_variables_initializer())
                return session.run(found)
        self.assertAllClose(gradients(), gradients(gpu_for_layer="/cpu:0"))


class DeviceFieldsTest(tf.test.TestCase):

    def _devices(self, gpu_for_layer, outer=None):
        with tf.Graph().as_default() as graph, tf.device(outer):
            cell = rnn_cell_enhanced.GRUCell(4, gpu_for_layer=gpu_for_layer)
            outputs, _ = rnn_enhanced.static_rnn(cell, [tf.ones([2, 3])] * 2, dtype=tf.float32)
            loss = tf.add_n(outputs)
            optimizer = tf.train.AdamOptimizer()
            optimizer.minimize(loss)
            fields = {op.name: op.device for op in graph.get_operations()}
        return fields

    def test_forms(self):
        for form, device in ((1, "/device:GPU:1"), ("/gpu:1", "/device:GPU:1"),
                             ("/cpu:1", "/device:CPU:1"),
                             ("/job:worker/task:1/gpu:0", "/job:worker/task:1/device:GPU:0"),
                             (lambda op: "/device:GPU:3", "/device:GPU:3"), (None, "")):
            fields = self._devices(form)
            for name in ("rnn/gru_cell/gates/kernel", "rnn/gru_cell/gates/kernel/Adam",
                         "rnn/gru_cell/MatMul"):
                self.assertEqual(device, fields[name], (form, name))
            backward = [name for name in fields if name.startswith("gradients/rnn/gru_cell/MatMul")
                        and name.endswith("_grad/MatMul")]
            self.assertTrue(backward)
            for name in backward:
                self.assertEqual(device, fields[name], (form, name))

    def test_outer_scopes_fill_what_is_left_open(self):
        setter = tf.train.replica_device_setter(
            ps_device="/job:ps", worker_device="/job:worker/task:1", ps_tasks=1)
        fields = self._devices("/gpu:1", setter)
        self.assertEqual("/job:ps/task:0/device:GPU:1", fields["rnn/gru_cell/gates/kernel"])
        self.assertEqual("/job:worker/task:1/device:GPU:1", fields["rnn/gru_cell/MatMul"])

    def test_graph_is_untouched_without_pinning(self):
        def nodes(cells):
            with tf.Graph().as_default() as graph, stock.quiet():
                cell = cells.BasicRNNCell(4)
                tf.gradients(tf.nn.static_rnn(cell, [tf.ones([2, 3])] * 2, dtype=tf.float32)[0],
                             tf.trainable_variables())
                return sorted((op.name, op.type, op.device, sorted(op.node_def.attr))
                              for op in graph.get_operations())
        self.assertEqual(nodes(tf.nn.rnn_cell), nodes(rnn_cell_enhanced))

    def test_bad_values(self):
        for bad, error in ((-1, ValueError), ("gpu zero", ValueError), (1.5, TypeError),
                           (True, TypeError), ([0], TypeError)):
            with self.assertRaisesRegex(error, "gpu_for_layer"):
                rnn_cell_enhanced.GRUCell(4, gpu_for_layer=bad)


if __name__ == "__main__":
    unittest.main()
