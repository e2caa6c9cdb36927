"""The upgrade command's tables of names against the TensorFlow installed, and its rules for calls."""
import importlib
import unittest

import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.upgrade.names import contrib, editing, places, private_names, tensorflow_names
from Project_RNN_Enhancement.upgrade.findings import CHANGED, LOOK, Findings

PACKAGE = "Project_RNN_Enhancement.rnn_enhancement."
IS_TF_1 = tf.__version__.startswith("1.")


def found(name):
    """What a dotted name of TensorFlow's is; None if this TensorFlow hasn't got it."""
    value = tf
    for part in name.split(".")[1:]:
        try:
            value = getattr(value, part)
        except (AttributeError, ImportError):
            return None
    return value


def imported(path):
    """What a dotted path of a private module stands for; None if it can't be imported."""
    module, _, name = path.rpartition(".")
    try:
        return getattr(importlib.import_module(module), name, None)
    except ImportError:
        return None


class TablesTest(unittest.TestCase):

    def test_renamed_names_are_in_this_tensorflow(self):
        missing = [new for new in tensorflow_names.RENAMED.values() if found(new) is None]
        if not hasattr(tf, "estimator"):
            # Gone since 2.16, which the report says of the new name.
            missing = [new for new in missing if not places.explanation(new, "2")]
        self.assertEqual([], missing)

    def test_older_names_are_gone(self):
        # These still work, with a warning.
        kept = ["tensorflow.all_variables", "tensorflow.initialize_all_variables",
                "tensorflow.initialize_local_variables", "tensorflow.initialize_variables",
                "tensorflow.reverse_v2"]
        still = [old for old in tensorflow_names.RENAMED if found(old) is not None]
        self.assertEqual(kept, sorted(still))

    def test_private_names_lead_to_public_ones(self):
        # Gone with estimators; nobody has them in public any more.
        gone = ("tensorflow.estimator", "tensorflow.contrib")
        missing = [new for new in private_names.PUBLIC.values()
                   if not new.startswith(gone + ("tensorflow.python.",)) and found(new) is None]
        if not IS_TF_1:
            # Without Keras 2 these are in `layers_enhanced`.
            missing = [new for new in missing if not new.startswith("tensorflow.layers.")]
        self.assertEqual([], missing)

    def test_what_stays_private_is_there(self):
        staying = [old for old, new in private_names.PUBLIC.items() if old == new and ".python." in old]
        self.assertTrue(staying)
        self.assertEqual([], [old for old in staying if imported(old) is None and not (
            old in contrib.EXPLAINED and not IS_TF_1) and ".contrib." not in old])

    @unittest.skipUnless(IS_TF_1, "needs tf.contrib")
    def test_private_contrib_names_lead_to_public_ones(self):
        import tensorflow
        for new in private_names.PUBLIC.values():
            if new.startswith("tensorflow.contrib.") and ".python." not in new:
                value = tensorflow
                for part in new.split(".")[1:]:
                    value = getattr(value, part)

    def test_places_on_2_exist(self):
        for old, new in contrib.RENAMED_FOR_2.items():
            module, _, name = new.partition(".")
            if new == old:
                self.assertIn(old, contrib.EXPLAINED)
            elif name.startswith("estimator.") and not hasattr(tf, "estimator"):
                # Gone since 2.16, which the report says of the new name.
                self.assertTrue(places.explanation(new, "2"))
            elif module == "tensorflow":
                self.assertIsNotNone(found(new), new)
            elif module.endswith("_enhanced"):
                value = importlib.import_module(PACKAGE + module)
                self.assertTrue(not name or hasattr(value, name.partition(".")[0]), new)
            else:
                self.assertIn(module, ("tf_slim", "tensorboard"))

    @unittest.skipUnless(IS_TF_1, "needs tf.contrib")
    def test_older_places_of_contrib_existed(self):
        import tensorflow
        for old in contrib.RENAMED_FOR_2:
            # Of the examples and of TensorBoard a submodule has to be imported first.
            if old.startswith(("tensorflow.examples", "tensorflow.contrib.tensorboard")) or ".python" in old:
                continue
            value = tensorflow
            for part in old.split(".")[1:]:
                value = getattr(value, part)

    def test_renames_end(self):
        for table in (tensorflow_names.RENAMED, contrib.RENAMED_FOR_2):
            for old, new in table.items():
                self.assertTrue(old == new or new not in table, old)
        for new in list(tensorflow_names.RENAMED.values()):
            self.assertNotIn(new, tensorflow_names.EXPLAINED)
        for name in list(tensorflow_names.EXPLAINED):
            self.assertNotIn(name, tensorflow_names.RENAMED)

    def test_explanations_are_sentences(self):
        for table in (tensorflow_names.EXPLAINED, contrib.EXPLAINED):
            for name, said in table.items():
                self.assertTrue(name.startswith("tensorflow.") and said.endswith("."), name)


def rewritten(text, target="1.15", era=None):
    findings = Findings()
    source = "import tensorflow as tf\n%s\n" % text
    result = editing.rewrite(source, target, era, (), findings)
    return result.partition("\n")[2].strip(), list(findings)


class RulesTest(unittest.TestCase):

    def check(self, pairs, era=None, target="1.15"):
        for old, new in pairs:
            with self.subTest(old):
                result, said = rewritten(old, target, era)
                self.assertEqual(new, result)
                self.assertEqual([], [finding.message for finding in said if finding.kind == LOOK])
                self.assertEqual(old != new, any(finding.kind == CHANGED for finding in said))
                again, said = rewritten(result, target, era)
                self.assertEqual((result, []), (again, said))

    def check_asked(self, lines, era=None):
        for line in lines:
            with self.subTest(line):
                result, said = rewritten(line, era=era)
                self.assertEqual(line, result)
                self.assertEqual([LOOK], [finding.kind for finding in said])

    def test_concat(self):
        self.check([
            ("tf.concat(1, [a, b])", "tf.concat([a, b], 1)"),
            ("tf.concat(0, xs)", "tf.concat(xs, 0)"),
            ("tf.concat(-1, [x for x in y])", "tf.concat([x for x in y], -1)"),
            ("tf.concat(concat_dim=1, values=[a])", "tf.concat(axis=1, values=[a])"),
            ("tf.concat(1, values=[a, b])", "tf.concat(axis=1, values=[a, b])"),
            ("tf.concat(dim, outputs)", "tf.concat(axis=dim, values=outputs)"),
            ("tf.concat(len(shape) - 1, parts)", "tf.concat(axis=len(shape) - 1, values=parts)"),
            ("tf.concat(1, [a, b], 'c')", "tf.concat(axis=1, values=[a, b], name='c')"),
            ("tf.concat(1, tf.unpack(x))", "tf.concat(tf.unstack(x), 1)"),
            ("tf.concat([a, b], 1)", "tf.concat([a, b], 1)"),
            ("tf.concat(outputs, axis=1)", "tf.concat(outputs, axis=1)"),
            ("tf.concat(values=v, axis=1)", "tf.concat(values=v, axis=1)"),
            ("tf.concat([a,  # first\n b], 1)", "tf.concat([a,  # first\n b], 1)"),
        ])
        self.check([("tf.concat(p, q)", "tf.concat(axis=p, values=q)")], era="0.12")
        self.check([("tf.concat(p, q)", "tf.concat(p, q)")], era="1.2")
        self.check_asked(["tf.concat(p, q)"])

    def test_split(self):
        self.check([
            ("tf.split(1, 4, x)", "tf.split(x, 4, 1)"),
            ("tf.split(1, n, tf.mul(x, y))", "tf.split(tf.multiply(x, y), n, 1)"),
            ("tf.split(dim, n, x)", "tf.split(axis=dim, num_or_size_splits=n, value=x)"),
            ("tf.split(split_dim=0, num_split=2, value=x)",
             "tf.split(axis=0, num_or_size_splits=2, value=x)"),
            ("tf.split(0, 2, value=x)", "tf.split(axis=0, num_or_size_splits=2, value=x)"),
            ("tf.split(x, 4, 1)", "tf.split(x, 4, 1)"),
            ("tf.split(x, 4, axis=1)", "tf.split(x, 4, axis=1)"),
            ("tf.split(value=x, num_or_size_splits=4, axis=1)",
             "tf.split(value=x, num_or_size_splits=4, axis=1)"),
        ])
        self.check_asked(["tf.split(p, q, r)"])

    def test_cross_entropies(self):
        self.check([
            ("tf.nn.softmax_cross_entropy_with_logits(pred, y)",
             "tf.nn.softmax_cross_entropy_with_logits(logits=pred, labels=y)"),
            ("tf.nn.softmax_cross_entropy_with_logits(pred, y, 'name')",
             "tf.nn.softmax_cross_entropy_with_logits(logits=pred, labels=y, name='name')"),
            ("tf.nn.sparse_softmax_cross_entropy_with_logits(pred, labels=y)",
             "tf.nn.sparse_softmax_cross_entropy_with_logits(logits=pred, labels=y)"),
            ("tf.nn.sigmoid_cross_entropy_with_logits(logits=a, targets=b)",
             "tf.nn.sigmoid_cross_entropy_with_logits(logits=a, labels=b)"),
            ("tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=p)",
             "tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=p)"),
        ])

    def test_sampled_losses(self):
        self.check([
            ("tf.nn.sampled_softmax_loss(w, b, inputs, labels, n, m)",
             "tf.nn.sampled_softmax_loss(w, b, inputs=inputs, labels=labels, num_sampled=n, num_classes=m)"),
            ("tf.nn.sampled_softmax_loss(w, b, outs, tf.reshape(labels, [-1, 1]), n, m)",
             "tf.nn.sampled_softmax_loss(w, b, inputs=outs, labels=tf.reshape(labels, [-1, 1]), "
             "num_sampled=n, "
             "num_classes=m)"),
            ("tf.nn.nce_loss(w, b, embed, train_labels, 8, v)",
             "tf.nn.nce_loss(w, b, inputs=embed, labels=train_labels, num_sampled=8, num_classes=v)"),
            ("tf.nn.nce_loss(w, b, train_labels, embed, 8, v)",
             "tf.nn.nce_loss(w, b, train_labels, embed, 8, v)"),
            ("tf.nn.sampled_softmax_loss(w, b, targets, local_inputs, 8, v)",
             "tf.nn.sampled_softmax_loss(w, b, targets, local_inputs, 8, v)"),
            ("tf.nn.ctc_loss(logits, targets, lengths)",
             "tf.nn.ctc_loss(inputs=logits, labels=targets, sequence_length=lengths)"),
            ("tf.nn.ctc_loss(targets, logits, lengths)", "tf.nn.ctc_loss(targets, logits, lengths)"),
        ])
        self.check([("tf.nn.nce_loss(w, b, p, q, 8, v)",
                     "tf.nn.nce_loss(w, b, inputs=p, labels=q, num_sampled=8, num_classes=v)")], era="0.9")
        self.check([("tf.nn.nce_loss(w, b, p, q, 8, v)", "tf.nn.nce_loss(w, b, p, q, 8, v)")], era="1.4")
        self.check_asked(["tf.nn.nce_loss(w, b, p, q, 8, v)",
                          "tf.nn.weighted_cross_entropy_with_logits(p, q, 2.0)"])

    def test_reverse(self):
        self.check([
            ("tf.reverse(x, [False, True, True])", "tf.reverse(x, [1, 2])"),
            ("tf.reverse(x, dims=[True])", "tf.reverse(x, axis=[0])"),
            ("tf.reverse(x, [1])", "tf.reverse(x, [1])"),
            ("tf.reverse(x, axis=[0])", "tf.reverse(x, axis=[0])"),
        ])
        self.check_asked(["tf.reverse(x, mask)"])
        self.check([("tf.reverse(x, where)", "tf.reverse(x, where)")], era="1.4")

    def test_summaries(self):
        self.check([
            ("tf.scalar_summary('loss', x)", "tf.summary.scalar('loss', x)"),
            ("tf.scalar_summary(tags='loss', values=x)", "tf.summary.scalar(name='loss', tensor=x)"),
            ("tf.histogram_summary('h', x, name='n')", "tf.summary.histogram('h', x)"),
            ("tf.image_summary('h', x, max_images=3)", "tf.summary.image('h', x, max_outputs=3)"),
            ("tf.merge_all_summaries()", "tf.summary.merge_all()"),
            ("tf.train.SummaryWriter(d, s.graph_def)", "tf.summary.FileWriter(d, s.graph)"),
            ("tf.train.SummaryWriter(d, graph_def=s.graph_def)", "tf.summary.FileWriter(d, graph=s.graph)"),
            ("tf.train.SummaryWriter(d, s.graph)", "tf.summary.FileWriter(d, s.graph)"),
            ("tf.contrib.deprecated.scalar_summary('a', x)", "tf.summary.scalar('a', x)"),
        ])
        result, said = rewritten("tf.scalar_summary(['a', 'b'], x)")
        self.assertIn(LOOK, [finding.kind for finding in said])

    def test_names_as_values(self):
        self.check([
            ("map(tf.mul, a, b)", "map(tf.multiply, a, b)"),
            ("f = tf.pack", "f = tf.stack"),
            ("tf.initialize_all_variables().run()", "tf.global_variables_initializer().run()"),
            ("tf.Session().run(tf.initialize_all_variables())",
             "tf.Session().run(tf.global_variables_initializer())"),
            ("x = tf.types.float32", "x = tf.float32"),
        ])

    def test_other_arguments(self):
        self.check([
            ("tf.batch_matmul(a, b, True)", "tf.matmul(a, b, adjoint_a=True)"),
            ("tf.batch_matmul(a, b, adj_y=True)", "tf.matmul(a, b, adjoint_b=True)"),
            ("tf.select(c, t=x, e=y)", "tf.where(c, x=x, y=y)"),
            ("tf.image.resize_images(x, 24, 32)", "tf.image.resize_images(x, [24, 32])"),
            ("tf.image.resize_images(x, h, w, method=1)", "tf.image.resize_images(x, [h, w], method=1)"),
            ("tf.image.resize_images(x, new_height=h, new_width=w)",
             "tf.image.resize_images(x, size=[h, w])"),
            ("tf.image.resize_images(x, [24, 32], 1)", "tf.image.resize_images(x, [24, 32], 1)"),
            ("tf.zeros_initializer([2, 3])", "tf.zeros([2, 3])"),
            ("tf.ones_initializer([2], tf.int32)", "tf.ones([2], tf.int32)"),
            ("tf.zeros_initializer(tf.float32)", "tf.zeros_initializer(tf.float32)"),
            ("tf.SparseTensor(indices=i, values=v, shape=s)",
             "tf.SparseTensor(indices=i, values=v, dense_shape=s)"),
            ("tf.nn.softmax(x, 'name')", "tf.nn.softmax(x, name='name')"),
            ("tf.sparse_split(0, 2, x)", "tf.sparse_split(axis=0, num_split=2, sp_input=x)"),
            ("tf.batch_svd(x, False)", "tf.svd(x, compute_uv=False)"),
            ("tf.batch_fft(in_=x)", "tf.fft(input=x)"),
            ("tf.reduce_sum(x, reduction_indices=1, keep_dims=True)",
             "tf.reduce_sum(x, reduction_indices=1, keep_dims=True)"),
        ])

    def test_stars_are_left_alone(self):
        self.check([("tf.concat(*args)", "tf.concat(*args)"),
                    ("tf.nn.sampled_softmax_loss(*args, **more)",
                     "tf.nn.sampled_softmax_loss(*args, **more)")])

    def test_estimators_are_explained_by_name(self):
        for used, said in [("tf.contrib.learn.Experiment(e)", "train_and_evaluate"),
                           ("tf.contrib.learn.RunConfig()", "tf.estimator.RunConfig"),
                           ("tf.contrib.learn.monitors.ValidationMonitor(x)", "hooks"),
                           ("tf.contrib.learn.DNNClassifier(c)", "tf.estimator.DNNClassifier"),
                           ("tf.contrib.learn.datasets.load_iris()", "data sets"),
                           ("tf.contrib.distributions.MultivariateNormalFullCovariance(m)", "tfp.distributions"),
                           ("tf.contrib.data.batch_and_drop_remainder(3)", "drop_remainder=True")]:
            result, findings = rewritten(used, "2")
            self.assertEqual(used, result.rpartition("\n")[2])
            self.assertEqual([said in finding.message for finding in findings if finding.kind == LOOK], [True], used)
        result, findings = rewritten("tf.contrib.estimator.stop_if_no_increase_hook(e)", "2")
        self.assertIn("tf.estimator.experimental.stop_if_no_increase_hook(e)", result)
        self.assertTrue(any(finding.kind == LOOK and "2.16" in finding.message for finding in findings))

    def test_methods_of_tensor_arrays_and_data_sets(self):
        array = "a = tf.TensorArray(t, 3); "
        self.check([
            (array + "a.unpack(x), self.b.pack(name=n)", array + "a.unstack(x), self.b.stack(name=n)"),
            (array + "struct.unpack(f, x), s.pack(x)", array + "struct.unpack(f, x), s.pack(x)"),
            ("import s; " + array + "s.pack()", "import s; " + array + "s.pack()"), ("a.pack()", "a.pack()")])
        old, new = "tf.contrib.data.TextLineDataset(x); ", "tf.data.TextLineDataset(x); "
        self.check([
            (old + "d.map(f, num_threads=3, output_buffer_size=n)", new + "d.map(f, num_parallel_calls=3).prefetch(n)"),
            (old + "d.map(f, 2)", new + "d.map(f, 2)"),
            (old + "d.group_by_window(key_func=f, reduce_func=g, window_size=3)",
             new + "d.apply(tf.data.experimental.group_by_window(key_func=f, reduce_func=g, window_size=3))"),
            ("d.map(f, num_threads=3)", "d.map(f, num_threads=3)")])

    def test_modules_that_tf_had_until_0_6(self):
        self.check([("tf.variables.initialize_all_variables()", "tf.global_variables_initializer()"),
                    ("tf.control_flow_ops.cond(p, f, g)", "tf.cond(p, f, g)"),
                    ("tf.math_ops.add(a, tf.array_ops.pack(b))", "tf.add(a, tf.stack(b))")])

    def test_private_names_that_stay(self):
        text = ("from tensorflow.python.util import nest\nfrom tensorflow.python.ops import control_flow_ops as c\n"
                "a = nest.flatten_up_to(x, nest.flatten(y))\nb = c.with_dependencies([a], c.cond(p, f, g))\n")
        for target in ("1.15", "2"):
            result, said = rewritten(text, target)
            self.assertIn("from tensorflow.python.util.nest import flatten_up_to\n", result)
            self.assertIn("from tensorflow.python.ops.control_flow_ops import with_dependencies\n", result)
            self.assertIn("a = flatten_up_to(x, nest.flatten(y))\n", result)
            self.assertIn("b = with_dependencies([a], tf.cond(p, f, g))", result)
            source = ("import tensorflow.compat.v1 as tf\n" if target == "2" else "import tensorflow as tf\n") + result
            self.assertEqual(source + "\n", editing.rewrite(source + "\n", target, None, (), Findings()))

    def test_a_submodule_gives_no_name(self):
        result, _ = rewritten("import tensorflow.contrib.crf\nfrom tensorflow.python.ops import array_ops\n"
                              "a = array_ops.pack(x)\nb = tensorflow.contrib.crf.viterbi_decode(s, t)", "2")
        self.assertIn("a = tf.stack(x)\nb = contrib_crf_enhanced.viterbi_decode(s, t)", result)

    def test_a_name_of_two_modules(self):
        """An import stays where its name is also that of another module."""
        text = ("if a:\n    from tensorflow.models.image.cifar10 import %s\nelse:\n    from data import %s\n"
                "x = %s.read()")
        result, said = rewritten(text % (("cifar10",) * 3), "2")
        self.assertIn("import cifar10\nelse", result)
        self.assertEqual([finding.line for finding in said if finding.kind == LOOK], [3])
        result, said = rewritten("if a:\n    from tensorflow.models.rnn.ptb import reader\n"
                                 "else:\n    from data import reader\nx = reader.read()", "2")
        self.assertIn("import ptb_reader_enhanced as reader\nelse", result)
        result, _ = rewritten("if a:\n    from tensorflow.python.ops import array_ops\n"
                              "else:\n    import array_ops\nx = array_ops.ones([2])", "2")
        self.assertIn("    import tensorflow.compat.v1 as array_ops\n", result)

    def test_the_example_that_1_15_has(self):
        inside = "tensorflow.examples.tutorials.mnist.input_data"
        self.check([(text, text) for text in (
            "from tensorflow.examples.tutorials.mnist import input_data\nx = input_data.read_data_sets(f)",
            "import %s as data\nx = data.read_data_sets(f)" % inside,
            "import %s\nx = %s.read_data_sets(f)" % (inside, inside),
            "from %s import read_data_sets\nx = read_data_sets(f)" % inside,
            "from tensorflow.examples.tutorials import mnist")])
        for old in ("from tensorflow.examples.tutorials import mnist\nx = mnist.input_data.read_data_sets(f)",
                    "x = tf.examples.tutorials.mnist.input_data.read_data_sets(f)"):
            result, said = rewritten(old, "1.15")
            self.assertTrue(result.endswith("import contrib_learn_enhanced\nx = contrib_learn_enhanced.read_data_sets(f)"))
            self.assertEqual([CHANGED] * 2, [finding.kind for finding in said])
            self.assertIn("doesn't download", said[-1].message)
        _, said = rewritten("from tensorflow.examples.tutorials.mnist import mnist\nx = mnist.inference(y)", "1.15")
        self.assertEqual([LOOK] * 2, [finding.kind for finding in said])

    def test_cudnn_of_1_15_needs_a_gpu(self):
        self.check_asked(["x = tf.contrib.cudnn_rnn.CudnnLSTM(1, 4)",
                          "from tensorflow.contrib.cudnn_rnn import CudnnGRU",
                          "from tensorflow.contrib import cudnn_rnn; x = cudnn_rnn.CudnnGRU(1, 4)"])
        _, said = rewritten("x = tf.contrib.cudnn_rnn.CudnnCompatibleGRUCell(4)", "1.15")
        self.assertEqual([], [finding for finding in said if finding.kind == LOOK])
        result, said = rewritten("x = tf.contrib.cudnn_rnn.CudnnLSTM(1, 4)", "2")
        self.assertIn("contrib_cudnn_rnn_enhanced.CudnnLSTM(1, 4)", result)
        self.assertEqual([CHANGED], sorted({finding.kind for finding in said}))

    def test_contrib_calls(self):
        prefix = "tf.disable_v2_behavior()\n"
        for old, new in [
                ("tf.contrib.losses.softmax_cross_entropy(p, y)",
                 "tf.losses.softmax_cross_entropy(logits=p, onehot_labels=y)"),
                ("tf.contrib.metrics.streaming_accuracy(p, y)",
                 "tf.metrics.accuracy(predictions=p, labels=y)"),
                ("tf.contrib.distributions.Normal(mu=a, sigma=b)", "tf.distributions.Normal(loc=a, scale=b)"),
                ("tf.contrib.training.bucket(x, y, 2, 3)", "contrib_training_enhanced.bucket(x, y, 2, 3)"),
                ("tf.contrib.lookup.MutableHashTable(a, b, c)",
                 "contrib_lookup_enhanced.MutableHashTable(a, b, c)"),
                ("from tensorflow.contrib.layers.python.layers import utils\n"
                 "x = utils.smart_cond(a, fn1=b, fn2=c)",
                 "x = contrib_framework_enhanced.smart_cond(a, true_fn=b, false_fn=c)"),
                ("from tensorflow.contrib.learn.python.learn import monitored_session\n"
                 "x = monitored_session.MonitoredSession()", "x = monitored_session.MonitoredSession()"),
                ("from tensorflow.contrib.rnn.python.ops import rnn, rnn_cell\n"
                 "x = rnn.rnn(a, b), rnn_cell._linear(c)",
                 "x = rnn_enhanced.rnn(a, b), rnn_cell_enhanced._linear(c)"),
                ("tf.contrib.framework.get_or_create_global_step()", "tf.train.get_or_create_global_step()"),
                ("tf.contrib.data.Dataset.range(3)", "tf.data.Dataset.range(3)")]:
            with self.subTest(old):
                result, said = rewritten(old, "2")
                self.assertTrue(result.endswith(prefix + new), result)
                self.assertEqual([], [finding.message for finding in said if finding.kind == LOOK])


if __name__ == "__main__":
    unittest.main()
