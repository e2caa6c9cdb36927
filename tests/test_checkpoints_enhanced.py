"""Checkpoints with the names of every era in models of today.

The lists of names are written out, so that they say what `checkpoints.names` has to know: first
what 0.5 - 0.12 wrote, then 1.0 and 1.1, then 1.2 and later.
"""
import collections
import os
import pathlib
import tempfile
import unittest

import numpy as np
import tensorflow.compat.v1 as tf

from Project_RNN_Enhancement.rnn_enhancement import (checkpoints_enhanced, contrib_cudnn_rnn_enhanced,
                                                     rnn_cell_enhanced, rnn_enhanced, seq2seq_enhanced)
from Project_RNN_Enhancement.rnn_enhancement.checkpoints import names as names_of_eras

from . import oracle
from .equations import sigmoid
from .sizes import slow, some

checkpoint_map = checkpoints_enhanced.checkpoint_map
ERAS = ("0.5 - 0.12", "1.0 - 1.1", "1.2 and later")
SYMBOLS = ([1, 2], [3, 0], [2, 4])


def _steps():
    return [tf.constant(step, tf.float32) for step in np.random.RandomState(0).randn(4, 2, 3)]


def _symbols():
    return [tf.constant(step) for step in SYMBOLS]


def _gru():
    return rnn_enhanced.static_rnn(rnn_cell_enhanced.GRUCell(2), _steps(), dtype=tf.float32)


def _basic():
    return rnn_enhanced.static_rnn(rnn_cell_enhanced.BasicRNNCell(2), _steps(), dtype=tf.float32)


def _basic_lstms():
    cell = rnn_cell_enhanced.MultiRNNCell([rnn_cell_enhanced.BasicLSTMCell(2)] * 2)
    # As the PTB language model does.
    with tf.variable_scope("model/RNN"):
        state = cell.zero_state(2, tf.float32)
        for i, x in enumerate(_steps()):
            if i > 0:
                tf.get_variable_scope().reuse_variables()
            output, state = cell(x, state)
    return output, state


def _lstm():
    cell = rnn_cell_enhanced.LSTMCell(2, use_peepholes=True, num_proj=1)
    return rnn_enhanced.dynamic_rnn(cell, tf.stack(_steps(), 1), dtype=tf.float32)


def _bidirectional():
    return rnn_enhanced.bidirectional_rnn(
        rnn_cell_enhanced.GRUCell(2), rnn_cell_enhanced.BasicRNNCell(2), _steps(),
        dtype=tf.float32)


def _wrapped():
    cell = rnn_cell_enhanced.InputProjectionWrapper(
        rnn_cell_enhanced.OutputProjectionWrapper(rnn_cell_enhanced.BasicRNNCell(2), 3), 4)
    return rnn_enhanced.static_rnn(cell, _steps(), dtype=tf.float32)


def _layer_norm():
    return rnn_enhanced.static_rnn(
        rnn_cell_enhanced.LayerNormBasicLSTMCell(2), _steps(), dtype=tf.float32)


def _attention():
    cell = rnn_cell_enhanced.MultiRNNCell([rnn_cell_enhanced.GRUCell(2)])
    return seq2seq_enhanced.embedding_attention_seq2seq(_symbols(), _symbols(), cell, 5, 6, 2)


def _tied():
    return seq2seq_enhanced.embedding_tied_rnn_seq2seq(
        _symbols(), _symbols(), rnn_cell_enhanced.BasicRNNCell(2), 5, 3)


def _one_to_many():
    cell = rnn_cell_enhanced.BasicRNNCell(2)
    return seq2seq_enhanced.one2many_rnn_seq2seq(
        _symbols(), {"a": _symbols(), "b": _symbols()}, cell, {"a": cell, "b": cell}, 5,
        {"a": 5, "b": 5}, 3)


def _each(scopes, *ends):
    """Rows of names: `scopes` of the three eras, with each of `ends` of the three after them."""
    return [tuple("%s/%s" % pair for pair in zip(scopes, end)) for end in ends]


MAP = ("Linear/Matrix", "weights", "kernel"), ("Linear/Bias", "biases", "bias")
GRU = [("Gates/Linear/Matrix", "gates/weights", "gates/kernel"),
       ("Gates/Linear/Bias", "gates/biases", "gates/bias"),
       ("Candidate/Linear/Matrix", "candidate/weights", "candidate/kernel"),
       ("Candidate/Linear/Bias", "candidate/biases", "candidate/bias")]
ATTENTION = "embedding_attention_seq2seq/"
ATTENTION_DECODER = ATTENTION + "embedding_attention_decoder/attention_decoder/"
TIED = "embedding_tied_rnn_seq2seq/"
TIED_RNN = TIED + "combined_tied_rnn_seq2seq/tied_rnn_seq2seq/"
ONE = "one2many_rnn_seq2seq/"


def _same(name):
    return [(name,) * 3]


def _below(prefix, rows):
    return [tuple(prefix + name for name in row) for row in rows]


def _decoder_of_one_to_many(name):
    decoder = "one2many_decoder_%s/embedding_rnn_decoder/" % name
    return _same(decoder + "embedding") + _below(
        decoder + "rnn_decoder/",
        _each(("BasicRNNCell", "basic_rnn_cell", "output_projection_wrapper/basic_rnn_cell"),
              *MAP) +
        _each(("OutputProjectionWrapper",) + ("output_projection_wrapper",) * 2, *MAP))


MODELS = {
    "gru": (_gru, _each(("RNN/GRUCell", "rnn/gru_cell", "rnn/gru_cell"), *GRU)),
    "basic": (_basic, _each(("RNN/BasicRNNCell", "rnn/basic_rnn_cell", "rnn/basic_rnn_cell"),
                            *MAP)),
    "basic_lstms": (_basic_lstms, _below("model/RNN/", [
        row for i in range(2) for row in _each(
            ("MultiRNNCell/Cell%d/BasicLSTMCell" % i,) +
            ("multi_rnn_cell/cell_%d/basic_lstm_cell" % i,) * 2, *MAP)])),
    "lstm": (_lstm, _each(
        ("RNN/LSTMCell", "rnn/lstm_cell", "rnn/lstm_cell"),
        ("W_0", "weights", "kernel"), ("B", "biases", "bias"),
        ("W_F_diag", "w_f_diag", "w_f_diag"), ("W_I_diag", "w_i_diag", "w_i_diag"),
        ("W_O_diag", "w_o_diag", "w_o_diag"),
        ("W_P_0", "projection/weights", "projection/kernel"))),
    "bidirectional": (_bidirectional, _each(
        ("BiRNN_FW/GRUCell",) + ("bidirectional_rnn/fw/gru_cell",) * 2, *GRU) + _each(
            ("BiRNN/BW/BasicRNNCell",) + ("bidirectional_rnn/bw/basic_rnn_cell",) * 2, *MAP)),
    "wrapped": (_wrapped, _each(
        ("RNN/InputProjectionWrapper",) + ("rnn/input_projection_wrapper",) * 2, *MAP) + _each(
            ("RNN/OutputProjectionWrapper", "rnn/output_projection_wrapper",
             "rnn/input_projection_wrapper/output_projection_wrapper"), *MAP) + _each(
                 ("RNN/BasicRNNCell", "rnn/basic_rnn_cell",
                  "rnn/input_projection_wrapper/output_projection_wrapper/basic_rnn_cell"), *MAP)),
    "layer_norm": (_layer_norm, _each(
        ("RNN/LayerNormBasicLSTMCell",) + ("rnn/layer_norm_basic_lstm_cell",) * 2,
        ("linear/weights", "weights", "kernel"), *[
            ("%s/%s" % (gate, each),) * 3
            for gate in ("input", "transform", "forget", "output", "state")
            for each in ("gamma", "beta")])),
    "attention": (
        _attention,
        _below(ATTENTION, [("RNN/EmbeddingWrapper/embedding",) +
                           ("rnn/embedding_wrapper/embedding",) * 2] +
               _each(("RNN/MultiRNNCell/Cell0/GRUCell", "rnn/multi_rnn_cell/cell_0/gru_cell",
                      "rnn/embedding_wrapper/multi_rnn_cell/cell_0/gru_cell"), *GRU) +
               _same("embedding_attention_decoder/embedding")) +
        _below(ATTENTION_DECODER, _same("AttnW_0") + _same("AttnV_0") + list(MAP) +
               _each(("Attention_0",) * 3, *MAP) + _each(("AttnOutputProjection",) * 3, *MAP) +
               _each(("OutputProjectionWrapper",) + ("output_projection_wrapper",) * 2, *MAP) +
               _each(("MultiRNNCell/Cell0/GRUCell", "multi_rnn_cell/cell_0/gru_cell",
                      "output_projection_wrapper/multi_rnn_cell/cell_0/gru_cell"), *GRU))),
    "tied": (_tied, _same(TIED + "embedding") + _below(
        TIED_RNN, _each(("OutputProjectionWrapper",) + ("output_projection_wrapper",) * 2, *MAP) +
        _each(("BasicRNNCell", "basic_rnn_cell", "output_projection_wrapper/basic_rnn_cell"),
              *MAP))),
    "one_to_many": (_one_to_many, _below(ONE, [
        ("RNN/EmbeddingWrapper/embedding",) + ("rnn/embedding_wrapper/embedding",) * 2] + _each(
            ("RNN/BasicRNNCell", "rnn/basic_rnn_cell", "rnn/embedding_wrapper/basic_rnn_cell"),
            *MAP) + _decoder_of_one_to_many("a") + _decoder_of_one_to_many("b"))),
}


class CheckpointCase(tf.test.TestCase):

    def write(self, values, version=None):
        """The path of a checkpoint with these values by name."""
        path = os.path.join(tempfile.mkdtemp(dir=self.get_temp_dir()), "model.ckpt-7")
        with tf.Graph().as_default(), tf.Session() as session, oracle.quiet():
            saver = tf.train.Saver([tf.Variable(value, name=name)
                                    for name, value in values.items()],
                                   write_version=version or tf.train.SaverDef.V2)
            session.run(tf.global_variables_initializer())
            saver.save(session, path[:-2], global_step=7, write_meta_graph=False)
        return path

    def assert_raises(self, kind, words, *args, **kwargs):
        with self.assertRaises(kind) as caught:
            checkpoint_map(*args, **kwargs)
        for word in words:
            self.assertIn(word, str(caught.exception))


def _random(shape, seed):
    return np.random.RandomState(seed).uniform(-0.5, 0.5, shape).astype(np.float32)


class NamesOfErasTest(CheckpointCase):

    def _model(self, build, optimizer=None):
        results = build()
        if optimizer is not None:
            optimizer.minimize(tf.reduce_sum(tf.nest.flatten(results)[0]))
        return tf.nest.flatten(results)

    @slow
    def test_today_s_names_are_the_graph_s(self):
        for name, (build, rows) in sorted(MODELS.items()):
            with self.subTest(name), tf.Graph().as_default():
                build()
                self.assertEqual(sorted(row[2] for row in rows),
                                 sorted(variable.op.name for variable in tf.global_variables()))

    @slow
    def test_every_model_reads_every_era(self):
        formats = (tf.train.SaverDef.V1, tf.train.SaverDef.V2, tf.train.SaverDef.V2)
        for model, (build, rows) in some(sorted(MODELS.items()), 3):
            with tf.Graph().as_default(), tf.Session() as session:
                results = self._model(build, tf.train.AdamOptimizer(0.01))
                variables = collections.OrderedDict(
                    (variable.op.name, variable) for variable in tf.global_variables())
                values = {name: _random(variable.shape.as_list(), i)
                          for i, (name, variable) in enumerate(variables.items())}
                for name, variable in variables.items():
                    variable.load(values[name], session)
                expected = session.run(results)
                for era, old in enumerate(ERAS):
                    with self.subTest(model=model, era=old):
                        called = {row[2]: row[era] for row in rows}
                        written = {}
                        for name, value in values.items():
                            owner, _, slot = name.rpartition("/")
                            written[called[owner] + "/" + slot if owner in called
                                    else called.get(name, name)] = value
                        path = self.write(written, formats[era])
                        session.run(tf.global_variables_initializer())
                        found = checkpoint_map(path)
                        tf.train.Saver(found).restore(session, path)
                        self.assertEqual(old, found.era)
                        self.assertEqual(([], []), (found.only_in_checkpoint, found.only_in_graph))
                        for name, variable in variables.items():
                            self.assertAllEqual(values[name], session.run(variable))
                        for a, b in zip(expected, session.run(results)):
                            self.assertAllClose(a, b, rtol=1e-6)

    @slow
    def test_slots_of_other_optimizers(self):
        optimizers = {
            "Adagrad": tf.train.AdagradOptimizer(0.1),
            "Momentum": tf.train.MomentumOptimizer(0.1, 0.9),
            "RMSProp": tf.train.RMSPropOptimizer(0.1),
            "Mine": tf.train.MomentumOptimizer(0.1, 0.9, name="Mine"),
        }
        rows = MODELS["gru"][1]
        for slot, optimizer in optimizers.items():
            with self.subTest(slot), tf.Graph().as_default():
                self._model(_gru, optimizer)
                variables = {v.op.name: v for v in tf.global_variables()}
                written = {}
                for name, variable in variables.items():
                    for row in rows:
                        name = name.replace(row[2], row[0])
                    written[name] = np.zeros(variable.shape.as_list(), np.float32)
                found = checkpoint_map(self.write(written))
                self.assertIs(variables["rnn/gru_cell/gates/kernel/" + slot],
                              found["RNN/GRUCell/Gates/Linear/Matrix/" + slot])
                self.assertEqual(set(written), set(found))

    def test_values_mean_what_they_meant(self):
        """Rows and columns of 0.x by its own equations: inputs first; r, u; i, j, f, o."""
        xs = np.random.RandomState(0).randn(4, 2, 3).astype(np.float32)

        def gru(w, x, h):
            gates = np.concatenate([x, h], 1).dot(w["Gates/Linear/Matrix"])
            r, u = np.split(sigmoid(gates + w["Gates/Linear/Bias"]), 2, 1)
            c = np.concatenate([x, r * h], 1).dot(w["Candidate/Linear/Matrix"])
            return u * h + (1 - u) * np.tanh(c + w["Candidate/Linear/Bias"])

        def lstm(w, x, state):
            c, h = state
            i, j, f, o = np.split(np.concatenate([x, h], 1).dot(w["W_0"]) + w["B"], 4, 1)
            c = (c * sigmoid(f + 1 + c * w["W_F_diag"]) +
                 sigmoid(i + c * w["W_I_diag"]) * np.tanh(j))
            h = sigmoid(o + c * w["W_O_diag"]) * np.tanh(c)
            return c, h.dot(w["W_P_0"])
        for model, scope, step, state, h_of in (
                ("gru", "RNN/GRUCell/", gru, np.zeros([2, 2]), lambda state: state),
                ("lstm", "RNN/LSTMCell/", lstm, (np.zeros([2, 2]), np.zeros([2, 1])),
                 lambda state: state[1])):
            build, rows = MODELS[model]
            with tf.Graph().as_default(), tf.Session() as session:
                results = self._model(build)
                shapes = {v.op.name: v.shape.as_list() for v in tf.global_variables()}
                written = {row[0]: _random(shapes[row[2]], i) for i, row in enumerate(rows)}
                path = self.write(written)
                tf.train.Saver(checkpoint_map(path)).restore(session, path)
                found = session.run(results[-1])
            weights = {name[len(scope):]: value for name, value in written.items()}
            for x in xs:
                state = step(weights, x, state)
            self.assertAllClose(h_of(state), found)

    def test_a_graph_without_optimizer(self):
        with tf.Graph().as_default():
            _basic()
            path = self.write({"RNN/BasicRNNCell/Linear/Matrix": _random([5, 2], 0),
                               "RNN/BasicRNNCell/Linear/Matrix/Adam": _random([5, 2], 0),
                               "train/RNN/BasicRNNCell/Linear/Matrix/Adam_1": _random([5, 2], 0),
                               "RNN/BasicRNNCell/Linear/Bias": _random([2], 0),
                               "beta1_power": np.float32(0.5)})
            found = checkpoint_map(path)
            self.assertEqual(["RNN/BasicRNNCell/Linear/Bias", "RNN/BasicRNNCell/Linear/Matrix"],
                             sorted(found))
            self.assertEqual(
                ["RNN/BasicRNNCell/Linear/Matrix/Adam", "beta1_power",
                 "train/RNN/BasicRNNCell/Linear/Matrix/Adam_1"], found.only_in_checkpoint)

    def test_other_variables_keep_their_names(self):
        with tf.Graph().as_default():
            variables = {name: tf.get_variable(name, [2]) for name in (
                "proj_w", "dense/kernel", "dense/weights", "conv/W_0", "RNN/B", "Bias")}
            found = checkpoint_map(self.write({name: _random([2], 0) for name in variables}))
            self.assertEqual(variables, dict(found))
            self.assertIsNone(found.era)

    def test_resource_variables(self):
        with tf.Graph().as_default(), tf.Session() as session:
            kernel = tf.get_variable("rnn/gru_cell/gates/kernel", [2], use_resource=True)
            path = self.write({"RNN/GRUCell/Gates/Linear/Matrix": np.float32([3, 4])})
            tf.train.Saver(checkpoint_map(path)).restore(session, path)
            self.assertAllEqual([3, 4], session.run(kernel))


class ShardsTest(CheckpointCase):

    def _build(self, **keywords):
        with oracle.quiet():
            return rnn_enhanced.dynamic_rnn(rnn_cell_enhanced.LSTMCell(2, **keywords),
                                            tf.stack(_steps(), 1), dtype=tf.float32)[0]

    def _check(self, written, **keywords):
        """`written` has the rows of the kernel in order."""
        kernel = np.concatenate([written[name] for name in sorted(written)
                                 if "W_" in name or "weights" in name])
        bias = _random([8], 3)
        with tf.Graph().as_default(), tf.Session() as session:
            self._build()
            for variable, value in zip(tf.global_variables(), (kernel, bias)):
                variable.load(value, session)
            expected = session.run(session.graph.get_tensor_by_name("rnn/transpose_1:0"))
        written = dict(written, **{
            ("RNN/LSTMCell/B" if "RNN/LSTMCell/W_0" in written else "rnn/lstm_cell/biases"): bias})
        with tf.Graph().as_default(), tf.Session() as session:
            outputs = self._build(**keywords)
            path = self.write(written)
            tf.train.Saver(checkpoint_map(path)).restore(session, path)
            self.assertAllClose(expected, session.run(outputs))

    def test_shards_go_to_parts(self):
        self._check({"RNN/LSTMCell/W_0": _random([3, 8], 0),
                     "RNN/LSTMCell/W_1": _random([2, 8], 1)}, num_unit_shards=2)

    @slow
    def test_a_whole_goes_to_parts(self):
        self._check({"RNN/LSTMCell/W_0": _random([5, 8], 0)}, num_unit_shards=2)
        self._check({"rnn/lstm_cell/weights": _random([5, 8], 0)}, num_unit_shards=2)

    def test_shards_without_parts(self):
        with tf.Graph().as_default():
            self._build()
            path = self.write({"RNN/LSTMCell/W_0": _random([3, 8], 0), "RNN/LSTMCell/B": [0.0] * 8,
                               "RNN/LSTMCell/W_1": _random([2, 8], 1)})
            self.assert_raises(ValueError, ("RNN/LSTMCell/W_1", "num_unit_shards"), path)


class ErrorsTest(CheckpointCase):

    def setUp(self):
        super(ErrorsTest, self).setUp()
        self._graph = tf.Graph()
        with self._graph.as_default():
            self.kernel = tf.get_variable("rnn/basic_rnn_cell/kernel", [5, 2])
            self.bias = tf.get_variable("rnn/basic_rnn_cell/bias", [2])
        self.written = {"RNN/BasicRNNCell/Linear/Matrix": _random([5, 2], 0),
                        "RNN/BasicRNNCell/Linear/Bias": _random([2], 1)}

    def test_without_partner(self):
        with self._graph.as_default():
            path = self.write({"RNN/BasicRNNCell/Linear/Matrix": self.written[
                "RNN/BasicRNNCell/Linear/Matrix"], "mine": [1.0], "mine/Adam": [1.0]})
            self.assert_raises(
                ValueError, ("Only in the checkpoint: mine.", path, "0.5 - 0.12",
                             "Only in the graph: rnn/basic_rnn_cell/bias."), path)
            found = checkpoint_map(path, partial=True)
            self.assertEqual(["mine", "mine/Adam"], found.only_in_checkpoint)
            self.assertEqual(["rnn/basic_rnn_cell/bias"], found.only_in_graph)
            self.assertEqual({"RNN/BasicRNNCell/Linear/Matrix": self.kernel}, dict(found))

    def test_a_new_slot_is_missed(self):
        with self._graph.as_default():
            tf.train.AdamOptimizer().minimize(tf.reduce_sum(self.kernel))
            self.assert_raises(ValueError, ("Only in the graph", "rnn/basic_rnn_cell/kernel/Adam",
                                            "beta1_power"), self.write(self.written))

    def test_shapes(self):
        with self._graph.as_default():
            self.written["RNN/BasicRNNCell/Linear/Matrix"] = _random([4, 2], 0)
            path = self.write(self.written)
            for partial in (False, True):
                self.assert_raises(
                    ValueError, ("RNN/BasicRNNCell/Linear/Matrix [4, 2]",
                                 "rnn/basic_rnn_cell/kernel [5, 2]"), path, partial=partial)

    def test_ambiguous(self):
        with self._graph.as_default():
            self.written["rnn/basic_rnn_cell/weights"] = _random([5, 2], 2)
            path = self.write(self.written)
            self.assert_raises(ValueError, ("RNN/BasicRNNCell/Linear/Matrix, rnn/basic_rnn_cell/"
                                            "weights", "rnn/basic_rnn_cell/kernel", "renamed"),
                               path, partial=True)
            found = checkpoint_map(path, partial=True, renamed={
                "rnn/basic_rnn_cell/weights": "rnn/basic_rnn_cell/kernel"})
            self.assertEqual(["RNN/BasicRNNCell/Linear/Matrix"], found.only_in_checkpoint)

    def test_names_that_become_one(self):
        with self._graph.as_default():
            self.written["other"] = _random([5, 2], 2)
            self.assert_raises(
                ValueError, ("other",), self.write(self.written), renamed={
                    "other": "rnn/basic_rnn_cell/kernel",
                    "RNN/BasicRNNCell/Linear/Matrix": "rnn/basic_rnn_cell/kernel"})

    def test_renamed_scopes(self):
        with self._graph.as_default():
            path = self.write({"net/" + name: value for name, value in self.written.items()})
            self.assert_raises(ValueError, ("net/RNN/BasicRNNCell/Linear/Matrix",), path)
            found = checkpoint_map(path, renamed={"net/RNN": "rnn"})
            self.assertIs(self.kernel, found["net/RNN/BasicRNNCell/Linear/Matrix"])
            self.assert_raises(ValueError, ("'ne'", "net/RNN"), path, renamed={"ne": "rnn"})

    def test_a_scope_inside_a_renamed_scope(self):
        with self._graph.as_default():
            path = self.write({"net/a": _random([5, 2], 0), "net/b": _random([2], 1)})
            found = checkpoint_map(path, renamed={"net/a": "rnn/basic_rnn_cell/kernel",
                                                  "net": "rnn/basic_rnn_cell",
                                                  "net/b": "rnn/basic_rnn_cell/bias"})
            self.assertIs(self.kernel, found["net/a"])

    def test_files(self):
        with self._graph.as_default():
            path = self.write(self.written)
            folder = os.path.dirname(path)
            self.assertEqual(dict(checkpoint_map(path)), dict(checkpoint_map(folder)))
            self.assertEqual(dict(checkpoint_map(path)), dict(checkpoint_map(pathlib.Path(path))))
            self.assert_raises(ValueError, (path + "0", "Saver.save"), path + "0")
            self.assert_raises(ValueError, (path + ".index",), path + ".index")
            empty = tempfile.mkdtemp(dir=self.get_temp_dir())
            self.assert_raises(ValueError, (empty, "folder"), empty)
            self.assert_raises(TypeError, ("path", "7"), 7)

    def test_variables(self):
        path = self.write(self.written)
        with tf.Graph().as_default():
            self.assert_raises(ValueError, ("no variables", "as_default"), path)
        found = checkpoint_map(path, [self.kernel], partial=True)
        self.assertEqual(["RNN/BasicRNNCell/Linear/Bias"], found.only_in_checkpoint)
        self.assert_raises(TypeError, ("variables", "int"), path, [3])
        self.assert_raises(TypeError, ("variables",), path, self.kernel)
        self.assert_raises(TypeError, ("partial", "'yes'"), path, partial="yes")

    def test_other_layouts_are_refused(self):
        for name, words in (
                ("rnn/cudnn_compatible_lstm_cell/kernel", "cuDNN"),
                ("cudnn_gru/opaque_kernel", "cuDNN"),
                ("lstm/lstm_cell/recurrent_kernel", "i, f, c, o")):
            with self.subTest(name), self._graph.as_default():
                self.assert_raises(ValueError, (words,), self.write({name: [1.0]}), partial=True)

    def test_layers_of_cudnn(self):
        """What TensorFlow 1.x writes of them: the weights of cells, cuDNN's own form, slots of that."""
        with tf.Graph().as_default() as graph:
            layer = contrib_cudnn_rnn_enhanced.CudnnGRU(1, 2)
            layer(tf.ones([3, 1, 2]))
            written = {v.op.name: _random(v.shape.as_list(), 0) for v in layer.variables}
            path = self.write(dict(written, **{"cudnn_gru/opaque_kernel": [1.0],
                                               "cudnn_gru/opaque_kernel/Adam": [1.0]}))
            found = checkpoint_map(path)
            self.assertEqual({name: name for name in written},
                             {name: variable.op.name for name, variable in found.items()})
            with tf.Session(graph=graph) as session:
                tf.train.Saver(found).restore(session, path)
                for variable in layer.variables:
                    self.assertAllEqual(written[variable.op.name], session.run(variable))
            # Slots of the layer's own variables, where there's no optimizer.
            name = layer.variables[0].op.name
            checkpoint_map(self.write(dict(written, **{name + "/Adam": written[name]})))

    def test_checkpoints_of_objects_are_refused(self):
        with self._graph.as_default(), tf.Session() as session:
            session.run(tf.global_variables_initializer())
            path = tf.train.Checkpoint(kernel=self.kernel).save(
                os.path.join(tempfile.mkdtemp(dir=self.get_temp_dir()), "object"), session)
            self.assert_raises(ValueError, ("tf.train.Checkpoint",), path, partial=True)

    def test_a_name_of_keras_that_the_graph_has_too(self):
        with tf.Graph().as_default():
            variable = tf.get_variable("lstm/recurrent_kernel", [2])
            found = checkpoint_map(self.write({"lstm/recurrent_kernel": _random([2], 0)}))
            self.assertIs(variable, found["lstm/recurrent_kernel"])


class KeysTest(unittest.TestCase):

    def test_eras(self):
        for names, era in (
                (["a", "dense/kernel", "conv/weights", "my/Matrix"], None),
                (["RNN/GRUCell/Gates/Linear/Bias"], "0.5 - 0.12"),
                (["RNN/LSTMCell/W_0"], "0.5 - 0.12"),
                (["rnn/gru_cell/gates/biases", "dense/kernel"], "1.0 - 1.1"),
                (["attention_decoder/weights"], "1.0 - 1.1"),
                (["rnn/multi_rnn_cell/cell_0/lstm_cell/kernel"], "1.2 and later"),
                # As between 0.12 and 1.0: the oldest counts.
                (["attention_decoder/Attention_0/Linear/Matrix", "rnn/gru_cell/kernel"],
                 "0.5 - 0.12")):
            self.assertEqual(era, names_of_eras.era_of_names(names), names)

    def test_keys_are_keys_of_themselves(self):
        for build_rows in MODELS.values():
            for era in range(3):
                keys = names_of_eras.keys_of_today([row[era] for row in build_rows[1]])
                again = names_of_eras.keys_of_today(keys.values())
                self.assertEqual(again, {key: key for key in keys.values()})

    def test_converter_of_tensorflow(self):
        """Every cell of this package among the names of TensorFlow's own converter."""
        try:
            from tensorflow.contrib.rnn.python.tools import checkpoint_convert
        except ImportError:
            self.skipTest("this TensorFlow has no tf.contrib.rnn with its converter")
        for old, new in checkpoint_convert.RNN_NAME_REPLACEMENTS.items():
            old, new = "a/%s/Adam" % old, "a/%s/Adam" % new
            keys = names_of_eras.keys_of_today([old, new])
            self.assertEqual(keys[old], keys[new])


if __name__ == "__main__":
    unittest.main()
