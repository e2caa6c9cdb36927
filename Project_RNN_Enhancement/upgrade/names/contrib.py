"""What of contrib, and of TensorFlow 1.15 besides, has another place on a TensorFlow 2."""
from .contrib_calls import CALLS

__all__ = ["CALLS", "EXPLAINED", "RENAMED_FOR_2"]

# The leading part of names -> the module of this package, or of another, that has them.
_MODULES = {
    "layers": "layers_enhanced",
    "contrib.layers": "contrib_layers_enhanced",
    "contrib.framework": "contrib_framework_enhanced",
    "contrib.training": "contrib_training_enhanced",
    "contrib.lookup": "contrib_lookup_enhanced",
    "contrib.crf": "contrib_crf_enhanced",
    "contrib.cudnn_rnn": "contrib_cudnn_rnn_enhanced",
    "contrib.metrics.accuracy": "contrib_metrics_enhanced.accuracy",
    "contrib.learn.preprocessing": "contrib_learn_enhanced",
    "contrib.learn.datasets.mnist": "contrib_learn_enhanced",
    "contrib.learn.ModeKeys": "contrib_learn_enhanced.ModeKeys",
    "examples.tutorials.mnist.input_data": "contrib_learn_enhanced",
    "contrib.slim": "tf_slim",
    "contrib.tensorboard.plugins.projector": "tensorboard.plugins.projector",
}

# A module of contrib's, the place in TensorFlow itself, and the names that are there.
_IN_TENSORFLOW = (
    ("framework", "train", """
        assert_global_step create_global_step get_global_step get_or_create_global_step init_from_checkpoint
        list_variables load_checkpoint load_variable"""),
    ("framework", "", "TensorSpec argsort is_tensor py_func sort"),
    ("framework", "debugging", "assert_same_float_dtype assert_scalar"),
    ("training", "train", "checkpoints_iterator"),
    ("layers", "nn", "safe_embedding_lookup_sparse"),
    ("data", "data.experimental", """
        AUTOTUNE Counter CsvDataset Optional RandomDataset Reducer SqlDataset TFRecordWriter
        bucket_by_sequence_length choose_from_datasets copy_to_device dense_to_sparse_batch enumerate_dataset
        get_next_as_optional get_single_element group_by_reducer group_by_window ignore_errors
        make_batched_features_dataset make_csv_dataset make_saveable_from_iterator map_and_batch
        parallel_interleave parse_example_dataset prefetch_to_device rejection_resample sample_from_datasets
        scan
        shuffle_and_repeat unbatch unique"""),
    ("distributions", "distributions", """
        Bernoulli Beta Categorical Dirichlet DirichletMultinomial Distribution Exponential Gamma Laplace
        Multinomial Normal RegisterKL ReparameterizationType StudentT Uniform kl_divergence"""),
    ("losses", "losses", """
        absolute_difference add_loss compute_weighted_loss cosine_distance get_losses
        get_regularization_losses
        get_total_loss hinge_loss log_loss mean_pairwise_squared_error mean_squared_error
        sigmoid_cross_entropy
        softmax_cross_entropy sparse_softmax_cross_entropy"""),
    ("metrics", "", "confusion_matrix"),
    ("util", "", "make_ndarray make_tensor_proto"),
    ("estimator", "estimator", "add_metrics"),
    ("estimator", "estimator.experimental", """
        build_raw_supervised_input_receiver_fn call_logit_fn dnn_logit_fn_builder linear_logit_fn_builder"""),
)

_METRICS = """
    accuracy auc mean mean_absolute_error mean_iou mean_squared_error mean_tensor precision recall
    root_mean_squared_error"""

_MORE = {
    "contrib.signal": "signal",
    "contrib.autograph": "autograph",
    "contrib.util.constant_value": "get_static_value",
    "contrib.framework.zero_initializer": "variables_initializer",
}

# Of a module that has a place as a whole, what tf_slim alone has.
_IN_SLIM = """
    avg_pool3d conv2d_in_plane conv2d_transpose conv3d_transpose convolution2d_in_plane
    convolution2d_transpose
    convolution3d_transpose dense_to_sparse gdn GDN group_norm images_to_sequence instance_norm
    legacy_fully_connected
    legacy_linear legacy_relu max_pool3d maxout scale_gradient separable_conv2d separable_convolution2d
    sequence_to_images spatial_softmax unit_norm"""

_ESTIMATORS = ("estimators are gone since TensorFlow 2.16: write the training loop with a session, or stay "
               "with "
               "TensorFlow 2.15 and tensorflow-estimator 2.15.")
# What of contrib.learn (or of its parts) TensorFlow's own estimators had in another form.
_LEARN = {
    "Estimator": "tf.estimator.Estimator takes its place, whose model_fn takes (features, labels, mode) and "
                 "returns a tf.estimator.EstimatorSpec",
    "Experiment": "tf.estimator.train_and_evaluate with a TrainSpec and an EvalSpec takes its place",
    "MetricSpec": "eval_metric_ops of tf.estimator.EstimatorSpec takes its place",
    "ModelFnOps": "tf.estimator.EstimatorSpec takes its place",
    "RunConfig": "tf.estimator.RunConfig takes its place",
    "SKCompat": "tf.compat.v1.estimator.inputs.numpy_input_fn makes input functions of arrays",
    "learn_runner": "tf.estimator.train_and_evaluate with a TrainSpec and an EvalSpec takes its place",
    "make_export_strategy": "tf.estimator.LatestExporter takes its place",
    "monitors": "hooks such as tf.train.LoggingTensorHook take their place",
}
_LEARN.update({name: "tf.estimator.%s takes its place" % name for name in """
    DNNClassifier DNNLinearCombinedClassifier DNNLinearCombinedRegressor DNNRegressor LinearClassifier
    LinearRegressor""".split()})
_COLUMNS = "feature columns of contrib are gone: tf.feature_column has them, or look embeddings up by hand."
_KERAS = ("from TensorFlow 2.16 on it's Keras 3, which doesn't work with graphs of TensorFlow 1: install "
          "tf_keras and set "
          "the environment variable TF_USE_LEGACY_KERAS=1 before TensorFlow is imported.")
_QUEUES = "it is gone: feed batches, or use tf.data."
_TABLE = "it is gone: index_table_from_file, index_table_from_tensor and their inverses take its place."
_LOOP = ("it is gone: write the training loop with a session, or use tf_slim (tf_slim.learning, "
         "tf_slim.evaluation).")

_PRIVATE = "it was private to contrib and is gone: write what it did by hand."

# What isn't in the place that its module has as a whole -> what to do about it.
_WITHOUT_PLACE = {
    "contrib.layers": dict(
        [(name, _COLUMNS) for name in """
            bucketized_column check_feature_columns create_feature_spec_for_parsing crossed_column
            embedding_column
            feature_column infer_real_valued_columns input_from_feature_columns
            joint_weighted_sum_from_feature_columns make_place_holder_tensors_for_base_features
            multi_class_target
            one_hot_column parse_feature_columns_from_examples parse_feature_columns_from_sequence_examples
            real_valued_column regression_target scattered_embedding_column
            sequence_input_from_feature_columns
            shared_embedding_columns sparse_column_with_hash_bucket sparse_column_with_integerized_feature
            sparse_column_with_keys sparse_column_with_vocabulary_file transform_features
            weighted_sparse_column
            weighted_sum_from_feature_columns""".split()],
        bow_encoder="it is gone: take tf.reduce_mean(contrib_layers_enhanced.embed_sequence(...), 1).",
        embedding_lookup_unique="it is gone: tf.nn.embedding_lookup gives the same values.",
        python=_PRIVATE,
    ),
    "contrib.framework": dict(
        python=_PRIVATE,
        deprecated="it marked functions as deprecated: leave it out.",
        deprecated_args="it marked arguments as deprecated: leave it out.",
        filter_variables="it is gone: choose from the list with re.",
        load_and_remap_matrix_initializer="it is gone: tf.train.load_variable reads the array.",
        load_embedding_initializer="it is gone: tf.train.load_variable reads the array.",
        RecordInput="it is gone: use tf.data.TFRecordDataset.",
        VariableDeviceChooser="it is gone: use tf.train.replica_device_setter.",
        with_shape="it is gone: use set_shape, or tf.ensure_shape.",
        with_same_shape="it is gone: use set_shape, or tf.ensure_shape.",
        nest="its names are in tf.nest, but for those that begin otherwise in the middle of a structure: "
             "use tf.nest.map_structure and tf.nest.flatten.",
    ),
    "contrib.training": dict(
        [(name, _QUEUES) for name in """
            NextQueuedSequenceBatch SequenceQueueingStateSaver batch_sequences_with_states
            rejection_sample resample_at_rate stratified_sample
            weighted_resample""".split()] +
        [(name, _LOOP) for name in """
            FeedingQueueRunner StopAfterNEvalsHook SummaryAtEndHook add_gradients_summaries
            clip_gradient_norms
            clip_gradient_norms_fn create_train_op evaluate_once evaluate_repeatedly get_or_create_eval_step
            multiply_gradients train wait_for_new_checkpoint""".split()],
        python=_PRIVATE,
        GreedyLoadBalancingStrategy="place variables round-robin (tf.train.replica_device_setter).",
        RandomStrategy="place variables round-robin (tf.train.replica_device_setter).",
        byte_size_load_fn="place variables round-robin (tf.train.replica_device_setter).",
        parse_values="it is gone: HParams.parse of contrib_training_enhanced reads such text.",
    ),
    "contrib.lookup": dict(
        [(name, _TABLE) for name in """
            index_to_string string_to_index string_to_index_table_from_file
            string_to_index_table_from_tensor""".split()],
    ),
    "contrib.crf": {name: "it is gone: crf_log_norm and crf_decode of contrib_crf_enhanced do what it was "
                          "for."
                    for name in ("CrfDecodeBackwardRnnCell", "CrfDecodeForwardRnnCell", "CrfForwardRnnCell")},
    "contrib.learn.preprocessing": {"ByteProcessor": "it is gone: take np.frombuffer(text.encode(), "
                                                     "np.uint8)."},
}


def _renamed():
    found = dict(_MODULES)
    for module, place, names in _IN_TENSORFLOW:
        found.update({"contrib.%s.%s" % (module, name): "tensorflow.%s%s"
                                                        % (place + "." if place else "", name)
                      for name in names.split()})
    found.update({"contrib.metrics.streaming_" + name: "tensorflow.metrics." + name
                  for name in _METRICS.split()})
    found.update({old: "tensorflow." + new for old, new in _MORE.items()})
    found.update({"contrib.layers." + name: "tf_slim." + name for name in _IN_SLIM.split()})
    for module, names in _WITHOUT_PLACE.items():
        found.update({"%s.%s" % (module, name): "tensorflow.%s.%s" % (module, name) for name in names})
    return {"tensorflow." + old: new for old, new in found.items()}


# Full public name, or the leading part of names -> its place on a TensorFlow 2: in TensorFlow
# ("tensorflow.train.list_variables"), or "MODULE.name". What a person has to see to stays where it is.
RENAMED_FOR_2 = _renamed()


def _explained():
    found = {
        "contrib": "TensorFlow 2 has no contrib, and nothing is known to take this one's place: write what "
                   "it did, or "
                   "stay with --target 1.15.",
        "contrib.data.batch_and_drop_remainder": "write dataset.batch(size, drop_remainder=True).",
        "contrib.data.padded_batch_and_drop_remainder": (
            "write dataset.padded_batch(size, shapes, drop_remainder=True)."),
        "contrib.data.read_batch_features": "use tf.data.experimental.make_batched_features_dataset.",
        "contrib.data.sloppy_interleave": "use tf.data.experimental.parallel_interleave(..., sloppy=True).",
        "contrib.distributions": "it is in the package tensorflow_probability: tfp.distributions has what "
                                 "contrib.distributions had.",
        "contrib.bayesflow": "it is in the package tensorflow_probability.",
        "contrib.eager": "tf.GradientTape and tf.data take its place; a program with graphs doesn't need it.",
        "contrib.estimator": _ESTIMATORS,
        "contrib.learn": _ESTIMATORS,
        "contrib.learn.datasets": "the data sets are gone: read the files by hand.",
        "contrib.graph_editor": "it is gone: build the graph otherwise, or import its definition with "
                                "input_map.",
        "contrib.image": "much of it is in the package tensorflow_addons, until TensorFlow 2.15.",
        "contrib.keras": "it is tf.keras; " + _KERAS,
        "contrib.losses": "it is gone: tf.losses has the common ones.",
        "contrib.losses.metric_learning": "it is in the package tensorflow_addons, until TensorFlow 2.15.",
        "contrib.metrics": "it is gone: tf.metrics has the common ones, the package tf_slim all "
                           "(tf_slim.metrics).",
        "contrib.nccl": "it is gone: add gradients up with tf.add_n.",
        "contrib.opt": "it is gone: use an optimizer of tf.train (AdamOptimizer for LazyAdamOptimizer; "
                       "weight decay as a "
                       "loss for AdamWOptimizer), or write it.",
        "contrib.predictor": "it is gone: use tf.saved_model.loader.load and a session.",
        "contrib.quantize": "it is gone; the package tensorflow_model_optimization quantises models of "
                            "Keras.",
        "contrib.staging": "it is gone: use prefetch of tf.data.",
        "contrib.summary": "it is gone: use tf.summary with a tf.summary.FileWriter.",
        "contrib.tensor_forest": "it is gone.",
        "contrib.tensorrt": "it is tf.experimental.tensorrt, for saved models.",
        "contrib.tpu": "it is in tf.tpu in part; estimators for TPUs are gone.",
        "estimator": _ESTIMATORS,
        "python.framework.tensor_shape.matrix": "write tf.TensorShape([rows, columns]).",
        "python.framework.tensor_shape.scalar": "write tf.TensorShape([]).",
        "python.framework.tensor_shape.vector": "write tf.TensorShape([length]).",
        "python.framework.tensor_util.maybe_set_static_shape": "call set_shape where the shape is known.",
        "python.framework.tensor_util.shape_tensor": "write tf.convert_to_tensor(shape).",
        "python.ops.variable_scope.default_variable_creator": (
            "it is tensorflow.python.ops.variable_v1.default_variable_creator, which is private."),
        "python.ops.variables.RefVariable": "it is tensorflow.python.ops.ref_variable.RefVariable, which is "
                                            "private.",
        "keras.layers": _KERAS,
        "keras.models": _KERAS,
        "keras.Model": _KERAS,
        "keras.Sequential": _KERAS,
        "keras.optimizers": _KERAS,
        "keras.backend": _KERAS,
        "keras.Input": _KERAS,
        "examples": "TensorFlow's examples aren't installed any more: put the module that is used beside the "
                    "program.",
    }
    for module, names in _WITHOUT_PLACE.items():
        found.update({"%s.%s" % (module, name): said for name, said in names.items()})
    found.update({"contrib.learn." + name: "%s, until TensorFlow 2.15: %s" % (said, _ESTIMATORS)
                  for name, said in _LEARN.items()})
    return {"tensorflow." + name: said for name, said in found.items()}


# Full public name, or the leading part of names -> what a person has to do.
EXPLAINED = _explained()
