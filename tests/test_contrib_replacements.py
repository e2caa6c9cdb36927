"""What takes the place of contrib's and TensorFlow's layers against TensorFlow 1.15, or its numbers."""
import os
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (
    contrib_crf_enhanced, contrib_cudnn_rnn_enhanced, contrib_framework_enhanced, contrib_layers_enhanced,
    layers_enhanced)
from Project_RNN_Enhancement.rnn_enhancement.layers import batch_normalization

from .sizes import slow
from .stock import contrib, quiet

FIXTURE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures", "contrib_replacements.npz")
IS_TF_1 = tf.__version__.startswith("1.")
COLLECTIONS = (tf.GraphKeys.GLOBAL_VARIABLES, tf.GraphKeys.MODEL_VARIABLES, tf.GraphKeys.TRAINABLE_VARIABLES,
               "mine")


class Library(object):
    """The modules under one set of names."""

    def __init__(self, layers, tf_layers, framework, crf, cudnn_rnn):
        self.layers, self.tf_layers, self.framework = layers, tf_layers, framework
        self.crf, self.cudnn_rnn = crf, cudnn_rnn


class OurTfLayers(object):
    """`layers_enhanced` with the batch normalisation that a TensorFlow with Keras 3 gets."""

    def __getattr__(self, name):
        return getattr(batch_normalization if name == "_batch_normalization" else layers_enhanced, name)

    @property
    def batch_normalization(self):
        return batch_normalization._batch_normalization


OURS = Library(contrib_layers_enhanced, OurTfLayers(), contrib_framework_enhanced, contrib_crf_enhanced,
               contrib_cudnn_rnn_enhanced)
STOCK = Library(contrib("layers"), tf.layers, contrib("framework"), contrib("crf"), contrib("cudnn_rnn"))


def images():
    return tf.constant(np.random.RandomState(0).randn(4, 6, 6, 3).astype(np.float32))


def rows():
    return tf.constant(np.random.RandomState(1).randn(5, 3).astype(np.float32))


def steps():
    return tf.constant(np.random.RandomState(2).randn(4, 5, 3).astype(np.float32))


def tags():
    return tf.constant(np.random.RandomState(3).randint(3, size=[4, 5]).astype(np.int32))


def _scoped(lib):
    with lib.framework.arg_scope([lib.layers.fully_connected], activation_fn=tf.nn.tanh,
                                 weights_regularizer=lib.layers.l2_regularizer(0.1)):
        inner = lib.layers.fully_connected(rows(), 4)
        with lib.framework.arg_scope([lib.layers.fully_connected], activation_fn=None):
            return lib.layers.fully_connected(inner, 2)


def _regularized(lib):
    with tf.variable_scope("outer", regularizer=lib.layers.l1_regularizer(0.2)):
        hidden = lib.layers.fully_connected(rows(), 3, weights_regularizer=lib.layers.l2_regularizer(0.3),
                                            scope="f")
        again = lib.layers.fully_connected(hidden, 3, weights_regularizer=lib.layers.l2_regularizer(0.3),
                                           scope="f",
                                           reuse=True)
        normal = lib.layers.batch_norm(steps(), param_regularizers={"beta": lib.layers.l2_regularizer(0.5)})
        embedded = lib.layers.embed_sequence(tags(), 3, 2, regularizer=lib.layers.l2_regularizer(0.4))
    return [again, normal, embedded]


def _shared(lib):
    first = lib.layers.embed_sequence(tags(), 3, 4, scope="words")
    return [first, lib.layers.embed_sequence(tags() * 0 + 1, 3, 4, scope="words", reuse=True)]


def _conditional(lib):
    likelihood, transitions = lib.crf.crf_log_likelihood(steps(), tags(), tf.constant([5, 1, 3, 4]))
    return [likelihood, transitions]


def _decoded(lib):
    transitions = tf.get_variable("transitions", [3, 3])
    found, score = lib.crf.crf_decode(steps(), transitions, tf.constant([5, 1, 3, 4]))
    return [tf.cast(found, tf.float32) + 0.0 * tf.reduce_sum(transitions), score]


def _optimized(name, **keywords):
    def build(lib):
        step = tf.train.get_or_create_global_step()
        loss = tf.reduce_sum(tf.square(lib.layers.linear(rows(), 2)))
        return lib.layers.optimize_loss(loss, step, 0.1, name, **keywords)
    return build


CASES = {
    "fully connected": lambda lib: lib.layers.fully_connected(rows(), 4),
    "fully connected of steps": lambda lib: lib.layers.fully_connected(steps(), 4, activation_fn=None),
    "fully connected options": lambda lib: lib.layers.fully_connected(
        rows(), 4, tf.nn.tanh, weights_initializer=tf.constant_initializer(0.2), biases_initializer=None,
        weights_regularizer=lib.layers.l1_regularizer(0.3), variables_collections=["mine"], scope="named"),
    "fully connected normalized": lambda lib: lib.layers.fully_connected(
        rows(), 4, normalizer_fn=lib.layers.layer_norm),
    "linear twice": lambda lib: lib.layers.linear(lib.layers.linear(rows(), 4), 2),
    "relu6": lambda lib: lib.layers.relu6(rows(), 3),
    "arg_scope": _scoped,
    "regularized scope": _regularized,
    "embed sequence": _shared,
    "convolution": lambda lib: lib.layers.conv2d(images(), 4, [3, 3]),
    "convolution options": lambda lib: lib.layers.conv2d(images(), 4, 3, stride=2, padding="VALID",
                                                         scope="c"),
    "convolution over time": lambda lib: lib.layers.convolution(steps(), 4, 2, rate=2),
    "pools": lambda lib: [lib.layers.max_pool2d(images(), 2),
                          lib.layers.avg_pool2d(images(), [3, 3], 1, "SAME")],
    "batch norm of images": lambda lib: lib.layers.batch_norm(images(), scale=True, decay=0.9),
    "batch norm of rows": lambda lib: lib.layers.batch_norm(rows()),
    "batch norm of steps": lambda lib: lib.layers.batch_norm(steps(), scale=True),
    "batch norm at once": lambda lib: lib.layers.batch_norm(rows(), updates_collections=None),
    "batch norm from the first mean": lambda lib: lib.layers.batch_norm(
        images(), decay=0.9, zero_debias_moving_mean=True, fused=True),
    "batch norm from the first mean at once": lambda lib: lib.layers.batch_norm(
        rows(), zero_debias_moving_mean=True, updates_collections=None),
    "batch norm from the first mean of steps": lambda lib: lib.layers.batch_norm(
        steps(), zero_debias_moving_mean=True, fused=False),
    "batch norm from the first mean later": lambda lib: lib.layers.batch_norm(
        rows(), zero_debias_moving_mean=True, is_training=False),
    "batch norm later": lambda lib: lib.layers.batch_norm(images(), is_training=False),
    "layer norm": lambda lib: lib.layers.layer_norm(rows(), activation_fn=tf.nn.relu),
    "layer norm of steps": lambda lib: lib.layers.layer_norm(steps(), begin_norm_axis=2),
    "dropout": lambda lib: lib.layers.dropout(rows(), 0.5, seed=3),
    "dropout later": lambda lib: lib.layers.dropout(rows(), 0.5, is_training=False),
    "flatten": lambda lib: lib.layers.flatten(images()),
    "one hot": lambda lib: lib.layers.one_hot_encoding(tags(), 3),
    "repeat": lambda lib: lib.layers.repeat(rows(), 2, lib.layers.fully_connected, 3),
    "stack": lambda lib: lib.layers.stack(rows(), lib.layers.fully_connected, [4, 3]),
    "bias": lambda lib: lib.layers.bias_add(rows(), tf.nn.relu),
    "xavier": lambda lib: tf.get_variable("w", [3, 4],
                                          initializer=lib.layers.xavier_initializer(uniform=False)),
    "variance scaling": lambda lib: tf.get_variable(
        "w", [2, 3, 4], initializer=lib.layers.variance_scaling_initializer(1.5, "FAN_OUT", True)),
    "regularizers": lambda lib: lib.layers.apply_regularization(
        lib.layers.l1_l2_regularizer(0.2, 0.3), [tf.get_variable("w", [3, 4]), tf.get_variable("v", [2])]),
    "training": _optimized("SGD"),
    "training with Adam": _optimized("Adam", clip_gradients=0.5,
                                     summaries=["gradients", "gradient_norm", "loss"]),
    "training with decay": _optimized(tf.train.MomentumOptimizer(0.1, 0.9), learning_rate_decay_fn=(
        lambda rate, step: tf.train.exponential_decay(rate, step, 10, 0.5)), gradient_multipliers={
            "fully_connected/biases:0": 2.0}),
    "random field": _conditional,
    "random field of one step": lambda lib: lib.crf.crf_log_likelihood(
        steps()[:, :1], tags()[:, :1], tf.constant([1, 1, 0, 1]))[0],
    "random field of several tags": lambda lib: lib.crf.crf_multitag_sequence_score(
        steps(), steps() > -0.5, tf.constant([5, 1, 3, 4]), tf.get_variable("t", [3, 3])),
    "decoding": _decoded,
    "GRU of cuDNN": lambda lib: lib.cudnn_rnn.CudnnCompatibleGRUCell(4)(rows(), tf.ones([5, 4])),
    "LSTM of cuDNN": lambda lib: lib.cudnn_rnn.CudnnCompatibleLSTMCell(4)(rows(),
                                                                          (tf.ones([5, 4]),
                                                                           tf.zeros([5, 4]))),
    "tf.layers dense": lambda lib: lib.tf_layers.dense(steps(), 4, tf.nn.relu),
    "tf.layers convolutions": lambda lib: [lib.tf_layers.conv2d(images(), 4, 3),
                                           lib.tf_layers.conv1d(steps(), 2, 2)],
    "tf.layers pools": lambda lib: [lib.tf_layers.max_pooling2d(images(), 2, 2),
                                    lib.tf_layers.flatten(images())],
    "tf.layers batch norm": lambda lib: lib.tf_layers.batch_normalization(images(), training=True),
    "tf.layers batch norm of rows": lambda lib: lib.tf_layers.batch_normalization(rows(), training=True,
                                                                                  momentum=0.9),
    "tf.layers batch norm of channels": lambda lib: lib.tf_layers.batch_normalization(
        tf.transpose(steps(), [0, 2, 1]), axis=1, training=True, name="named"),
    "tf.layers batch norm later": lambda lib: lib.tf_layers.batch_normalization(rows(), scale=False),
}
# Keras 3 leaves nothing to compare with, and draws in another order.
DRAWN = ("dropout",)


def outcome(library, build, load=True):
    """What a graph has and computes: collections, results, gradients, variables after the updates; a dict."""
    with tf.Graph().as_default() as graph, quiet(), tf.Session() as session:
        tf.set_random_seed(5)
        results = [tf.cast(result, tf.float32) for result in tf.nest.flatten(build(library))]
        found = {"collection " + key: np.array(
            ["%s %s" % (item.op.name, item.shape.as_list()) for item in graph.get_collection(key)])
                 for key in COLLECTIONS}
        # Of operations the names are no business of a program's.
        found.update({"number of " + key: np.array(len(graph.get_collection(key))) for key in (
            tf.GraphKeys.UPDATE_OPS, tf.GraphKeys.REGULARIZATION_LOSSES, tf.GraphKeys.SUMMARIES)})
        variables = tf.trainable_variables()
        gradients = tf.gradients(results, variables) if variables else []
        session.run(tf.global_variables_initializer())
        random = np.random.RandomState(6)
        for variable in variables if load else []:
            variable.load(random.uniform(-0.5, 0.5, variable.shape.as_list()), session)
        for number, value in enumerate(session.run(results)):
            found["result %d" % number] = value
        for number, gradient in enumerate(gradients):
            # No way to a variable is as good as a way that gives zero.
            value = session.run(tf.zeros(variables[number].shape) if gradient is None else
                                tf.convert_to_tensor(gradient))
            found["gradient %d" % number] = value
        session.run(graph.get_collection(tf.GraphKeys.UPDATE_OPS))
        losses = graph.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
        if losses:
            found["losses"] = np.array(session.run(losses))
        for variable in tf.global_variables():
            found["variable " + variable.op.name] = session.run(variable)
        return found


def write_fixture():
    """Keeps what TensorFlow 1.15 computes, for versions without `tf.contrib`."""
    np.savez_compressed(FIXTURE, **{"%s/%s" % (name, key): value for name, build in CASES.items()
                                    for key, value in outcome(STOCK, build).items()})


@slow
class AsInTensorFlowTest(unittest.TestCase):

    def compare(self, expected, found):
        self.assertEqual(sorted(expected), sorted(found))
        for key, value in expected.items():
            if key.startswith(("collection", "number")):
                self.assertEqual(value.tolist(), found[key].tolist(), key)
            else:
                np.testing.assert_allclose(found[key], value, rtol=1e-5, atol=1e-5, err_msg=key)

    @unittest.skipUnless(IS_TF_1, "needs tf.contrib")
    def test_graphs_compute_the_same(self):
        for name, build in sorted(CASES.items()):
            with self.subTest(name):
                self.compare(outcome(STOCK, build), outcome(OURS, build))

    @unittest.skipUnless(IS_TF_1, "needs tf.contrib")
    def test_variables_start_the_same(self):
        for name, build in sorted(CASES.items()):
            # A regularised layer makes its operations at another time, which later draws depend on.
            if any(word in name for word in ("batch norm", "decoding", "regularized", "training")):
                continue
            with self.subTest(name):
                self.compare(outcome(STOCK, build, load=False), outcome(OURS, build, load=False))

    def test_numbers_of_1_15(self):
        kept = np.load(FIXTURE)
        for name, build in sorted(CASES.items()):
            if name in DRAWN:
                continue
            with self.subTest(name):
                expected = {key.partition("/")[2]: kept[key] for key in kept.files
                            if key.startswith(name + "/")}
                self.compare(expected, outcome(OURS, build))


class BatchNormTest(unittest.TestCase):

    def test_training_may_be_a_tensor(self):
        for make in (lambda flag: contrib_layers_enhanced.batch_norm(rows(), is_training=flag),
                     lambda flag: contrib_layers_enhanced.batch_norm(rows(), is_training=flag,
                                                                     updates_collections=None),
                     lambda flag: contrib_layers_enhanced.batch_norm(rows(), is_training=flag,
                                                                     zero_debias_moving_mean=True),
                     lambda flag: batch_normalization._batch_normalization(rows(), training=flag)):
            with tf.Graph().as_default(), tf.Session() as session:
                flag = tf.placeholder(tf.bool, [])
                outputs = make(flag)
                mean = next(v for v in tf.global_variables() if v.op.name.endswith("moving_mean"))
                updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
                session.run(tf.global_variables_initializer())
                session.run([outputs, updates], {flag: False})
                np.testing.assert_array_equal(0.0, session.run(mean))
                trained, _ = session.run([outputs, updates], {flag: True})
                np.testing.assert_allclose(0.0, trained.mean(0), atol=1e-5)
                self.assertTrue((session.run(mean) != 0).all())

    def test_what_is_not_supported_is_refused(self):
        with tf.Graph().as_default():
            with self.assertRaisesRegex(ValueError, "renorm isn't supported"):
                contrib_layers_enhanced.batch_norm(rows(), renorm=True)
            with self.assertRaisesRegex(ValueError, "virtual_batch_size"):
                batch_normalization._batch_normalization(rows(), virtual_batch_size=2)
            with self.assertRaisesRegex(ValueError, "known number of channels"):
                contrib_layers_enhanced.batch_norm(tf.placeholder(tf.float32, [2, None]))


class ErrorsTest(unittest.TestCase):

    def test_layers_name_the_argument(self):
        layers = contrib_layers_enhanced
        for call, said in [
                (lambda: layers.fully_connected(rows(), 2.5), (TypeError, "num_outputs")),
                (lambda: layers.fully_connected(tf.placeholder(tf.float32, [2, None]), 2),
                 (ValueError, "inputs")),
                (lambda: layers.embed_sequence(tags()), (ValueError, "vocab_size")),
                (lambda: layers.conv2d(images(), 2, [3, 3, 3]), (ValueError, "kernel_size")),
                (lambda: layers.l2_regularizer(-1.0), (ValueError, "negative")),
                (lambda: layers.l2_regularizer(1), (ValueError, "float")),
                (lambda: layers.variance_scaling_initializer(mode="FAN"), (ValueError, "mode")),
                (lambda: layers.optimize_loss(tf.constant(1.0), None, 0.1, "Newton"), (ValueError, "Newton")),
                (lambda: layers.layer_norm(rows(), begin_norm_axis=3), (ValueError, "begin_norm_axis"))]:
            with tf.Graph().as_default(), self.assertRaisesRegex(*said):
                call()

    def test_arg_scope(self):
        framework = contrib_framework_enhanced
        with self.assertRaisesRegex(ValueError, "add_arg_scope"):
            with framework.arg_scope([len], a=1):
                pass

        @framework.add_arg_scope
        def function(a, b=2, c=3):
            return a, b, c
        with framework.arg_scope([function], b=5) as scope:
            self.assertEqual((1, 5, 3), function(1))
            self.assertEqual((1, 7, 3), function(1, 7))
            self.assertEqual((1, 8, 3), function(1, b=8))
        self.assertEqual((1, 2, 3), function(1))
        with framework.arg_scope(scope):
            self.assertEqual((1, 5, 3), function(1))
        self.assertEqual(("b", "c"), framework.arg_scoped_arguments(function))


class VariablesTest(unittest.TestCase):

    def test_found_by_scope_and_name(self):
        framework = contrib_framework_enhanced
        with tf.Graph().as_default():
            with tf.variable_scope("a"):
                weights = framework.model_variable("weights", [2])
                biases = framework.variable("biases", [2], trainable=False)
            other = tf.get_variable("weights", [2])
            self.assertEqual([weights, biases], framework.get_variables("a"))
            self.assertEqual([weights, other], framework.get_variables_by_name("weights"))
            self.assertEqual([biases], framework.get_variables_by_suffix("biases"))
            self.assertEqual([weights], framework.get_model_variables())
            self.assertEqual([weights, other], framework.get_trainable_variables())
            self.assertEqual([other], framework.get_variables_to_restore(exclude=["a"]))
            self.assertIs(weights, framework.get_unique_variable("a/weights"))
            with self.assertRaisesRegex(ValueError, "nothing"):
                framework.get_unique_variable("nothing")


if __name__ == "__main__":
    unittest.main()
