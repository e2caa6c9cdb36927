"""Public names of what programs imported from TensorFlow's private modules."""

__all__ = ["PUBLIC"]

# A public module -> the private modules, below tensorflow.python, whose public names it holds.
_MODULES = {
    "": """
        ops.array_ops ops.check_ops ops.clip_ops ops.confusion_matrix ops.control_flow_ops ops.data_flow_ops
        ops.constant_op ops.functional_ops ops.gen_array_ops ops.gen_math_ops ops.gradients ops.gradients_impl
        ops.histogram_ops ops.init_ops ops.io_ops ops.linalg_ops ops.logging_ops ops.map_fn ops.math_ops
        ops.parsing_ops ops.partitioned_variables ops.random_ops ops.script_ops ops.session_ops ops.sparse_ops
        ops.special_math_ops
        ops.spectral_ops ops.standard_ops ops.state_ops ops.string_ops ops.template ops.tensor_array_ops
        ops.variable_scope ops.variables
        framework.constant_op framework.dtypes framework.importer framework.ops framework.random_seed
        framework.sparse_tensor framework.tensor_shape framework.tensor_util framework.types
        framework.versions
        client.client_lib client.session""",
    "nn": """
        ops.nn ops.nn_impl ops.nn_ops ops.gen_nn_ops ops.embedding_ops ops.candidate_sampling_ops
        ops.ctc_ops""",
    "train": """
        training.training training.adadelta training.adagrad training.adagrad_da training.adam
        training.basic_session_run_hooks training.checkpoint_management training.checkpoint_utils
        training.coordinator training.device_setter training.evaluation training.ftrl
        training.gradient_descent
        training.input training.learning_rate_decay training.momentum training.monitored_session
        training.moving_averages training.optimizer training.queue_runner training.queue_runner_impl
        training.rmsprop training.saver training.server_lib training.session_manager training.session_run_hook
        training.summary_io training.supervisor training.sync_replicas_optimizer training.training_util""",
    "image": "ops.image_ops ops.image_ops_impl",
    "losses": "ops.losses.losses ops.losses.losses_impl",
    "metrics": "ops.metrics ops.metrics_impl",
    "layers": "layers.base layers.convolutional layers.core layers.layers layers.normalization "
              "layers.pooling",
    "errors": "framework.errors framework.errors_impl",
    "graph_util": "framework.graph_util framework.graph_util_impl client.graph_util",
    "app": "platform.app platform.default._app",
    "flags": "platform.flags platform.default._flags",
    "gfile": "platform.gfile platform.default._gfile",
    "logging": "platform.logging platform.tf_logging platform.default._logging",
    "resource_loader": "platform.resource_loader",
    "sysconfig": "platform.sysconfig",
    "test": "platform.test",
    "nest": "util.nest framework.nest",
    "compat": "util.compat",
    "python_io": "lib.io.python_io lib.io.tf_record",
    "summary": "summary.summary summary.writer.writer summary.writer.writer_cache",
    "user_ops": "user_ops.user_ops",
    "data": "data.ops.dataset_ops data.ops.iterator_ops data.ops.readers",
    "estimator": "estimator.estimator",
    "estimator.inputs": "estimator.inputs.inputs",
    "feature_column": "feature_column.feature_column",
    "saved_model.builder": "saved_model.builder saved_model.builder_impl",
    "saved_model.loader": "saved_model.loader saved_model.loader_impl",
    "saved_model.signature_constants": "saved_model.signature_constants",
    "saved_model.signature_def_utils": "saved_model.signature_def_utils saved_model.signature_def_utils_impl",
    "saved_model.tag_constants": "saved_model.tag_constants",
    "saved_model.utils": "saved_model.utils saved_model.utils_impl",
    "distributions": "ops.distributions.distributions",
}

# A public module of contrib's -> the private modules below tensorflow.contrib that hold its names. The
# recurrent ones are in recurrent.py.
_CONTRIB_MODULES = {
    "contrib.layers": """
        layers.python.layers layers.python.layers.embedding_ops layers.python.layers.encoders
        layers.python.layers.feature_column layers.python.layers.initializers layers.python.layers.layers
        layers.python.layers.optimizers layers.python.layers.regularizers layers.python.layers.summaries""",
    "contrib.framework": """
        framework.python.framework framework.python.framework.checkpoint_utils
        framework.python.framework.tensor_util framework.python.ops framework.python.ops.arg_scope
        framework.python.ops.ops framework.python.ops.sort_ops framework.python.ops.variables""",
    "contrib.training": """
        training.python.training.bucket_ops training.python.training.hparam
        training.python.training.sampling_ops
        training.python.training.sequence_queueing_state_saver training.python.training.training""",
    "contrib.crf": "crf.python.ops.crf",
    "contrib.cudnn_rnn": "cudnn_rnn.python.layers.cudnn_rnn cudnn_rnn.python.ops.cudnn_rnn_ops",
    "contrib.data": "data.python.ops.batching data.python.ops.grouping data.python.ops.readers",
    "contrib.distributions": """
        distributions.python.ops.distributions distributions.python.ops.bernoulli
        distributions.python.ops.beta distributions.python.ops.categorical distributions.python.ops.dirichlet
        distributions.python.ops.exponential distributions.python.ops.gamma distributions.python.ops.kullback_leibler
        distributions.python.ops.laplace distributions.python.ops.multinomial
        distributions.python.ops.mvn_diag distributions.python.ops.mvn_full_covariance
        distributions.python.ops.mvn_tril distributions.python.ops.normal distributions.python.ops.student_t
        distributions.python.ops.uniform""",
    "contrib.learn": """
        learn.python.learn learn.python.learn.experiment learn.python.learn.metric_spec
        learn.python.learn.estimators learn.python.learn.estimators.estimator
        learn.python.learn.estimators.model_fn learn.python.learn.estimators.run_config""",
    "contrib.learn.datasets": "learn.python.learn.datasets",
    "contrib.learn.preprocessing": "learn.python.learn.preprocessing",
    "contrib.lookup": "lookup.lookup_ops",
    "train": """
        learn.python.learn.basic_session_run_hooks learn.python.learn.monitored_session
        learn.python.learn.session_run_hook""",
    "contrib.losses": "losses.python.losses.loss_ops",
    "contrib.metrics": "metrics.python.ops.metric_ops",
    "contrib.slim": "slim.python.slim.slim",
}

# What a public module lacks of a private one and a TensorFlow of today still has there: it stays. The
# names are below tensorflow.python.
_STAY = {
    "ops.array_ops": "shape_internal rank_internal size_internal",
    "ops.control_flow_ops": "CondContext ControlFlowContext WhileContext switch merge with_dependencies",
    "ops.init_ops": """
        Constant Identity Initializer Ones Orthogonal RandomNormal RandomUniform TruncatedNormal
        VarianceScaling
        Zeros""",
    "ops.nn_ops": "Convolution",
    "ops.variable_scope": "EagerVariableStore default_variable_creator with_variable_store",
    "ops.variables": "PartitionedVariable RefVariable",
    "framework.ops": """
        RegisterStatistics convert_n_to_tensor get_all_collection_keys has_default_graph inside_function
        get_gradient_function name_from_scope_name strip_name_scope prepend_name_scope register_proto_function
        get_name_scope""",
    "framework.tensor_shape": "as_dimension as_shape matrix scalar unknown_shape vector",
    "framework.tensor_util": "constant_value_as_shape maybe_set_static_shape shape_tensor",
    "training.moving_averages": "assign_moving_average weighted_moving_average",
    "training.saver": "BaseSaverBuilder",
    "util.nest": """
        assert_shallow_structure flatten_dict_items flatten_up_to flatten_with_joined_string_paths
        get_traverse_shallow_structure map_structure_up_to""",
    "client.session": "BaseSession",
}

# Single names that have another one in public.
_NAMES = {
    "tensorflow.python.framework.tensor_util.constant_value": "tensorflow.get_static_value",
    "tensorflow.python.ops.losses.util.get_losses": "tensorflow.losses.get_losses",
    "tensorflow.python.ops.init_ops.he_normal": "tensorflow.initializers.he_normal",
    "tensorflow.python.ops.init_ops.he_uniform": "tensorflow.initializers.he_uniform",
    "tensorflow.python.ops.init_ops.lecun_normal": "tensorflow.initializers.lecun_normal",
    "tensorflow.python.ops.init_ops.lecun_uniform": "tensorflow.initializers.lecun_uniform",
    "tensorflow.python.ops.init_ops.identity_initializer": "tensorflow.initializers.identity",
    "tensorflow.python.ops.math_ops.tanh": "tensorflow.nn.tanh",
    "tensorflow.python.ops.math_ops.sigmoid": "tensorflow.nn.sigmoid",
    "tensorflow.python.ops.clip_ops.global_norm": "tensorflow.global_norm",
    "tensorflow.python.ops.variables.VariableV1": "tensorflow.Variable",
    "tensorflow.contrib.layers.python.layers.utils": "tensorflow.contrib.layers.python.layers.utils",
    "tensorflow.python.util.nest.is_sequence": "tensorflow.nest.is_nested",
    "tensorflow.python.training.summary_io.SummaryWriter": "tensorflow.summary.FileWriter",
    "tensorflow.python.training.summary_io.SummaryWriterCache": "tensorflow.summary.FileWriterCache",
    "tensorflow.python.training.summary_io.summary_iterator": "tensorflow.train.summary_iterator",
    "tensorflow.python.platform.googletest.main": "tensorflow.test.main",
    "tensorflow.python.platform.googletest.TestCase": "tensorflow.test.TestCase",
    "tensorflow.python.framework.test_util.TensorFlowTestCase": "tensorflow.test.TestCase",
    "tensorflow.python.framework.smart_cond.smart_cond": "tensorflow.contrib.framework.smart_cond",
    "tensorflow.python.layers.utils.smart_cond": "tensorflow.contrib.framework.smart_cond",
    "tensorflow.python.layers.utils.constant_value": "tensorflow.get_static_value",
    "tensorflow.contrib.layers.python.layers.utils.smart_cond": "tensorflow.contrib.framework.smart_cond",
    "tensorflow.contrib.layers.python.layers.utils.constant_value": "tensorflow.get_static_value",
    "tensorflow.test.test_util.TensorFlowTestCase": "tensorflow.test.TestCase",
    "tensorflow.python.layers.base._Layer": "tensorflow.layers.Layer",
    "tensorflow.python.layers.core.FullyConnected": "tensorflow.layers.Dense",
    "tensorflow.python.layers.core.fully_connected": "tensorflow.layers.dense",
    "tensorflow.python.layers.normalization.BatchNorm": "tensorflow.layers.BatchNormalization",
    "tensorflow.python.layers.normalization.batch_norm": "tensorflow.layers.batch_normalization",
    "tensorflow.python.layers.pooling.MaxPool2D": "tensorflow.layers.MaxPooling2D",
    "tensorflow.python.layers.pooling.max_pool2d": "tensorflow.layers.max_pooling2d",
    "tensorflow.python.data.ops.dataset_ops.DatasetV1": "tensorflow.data.Dataset",
    # `tf.python` was what `import tensorflow` left behind until 0.7.
    "tensorflow.python.control_flow_ops": "tensorflow",
    "tensorflow.contrib.framework.nest": "tensorflow.nest",
    "tensorflow.contrib.framework.nest.is_sequence": "tensorflow.nest.is_nested",
    "tensorflow.contrib.framework.nest.flatten_up_to": "tensorflow.contrib.framework.nest.flatten_up_to",
    "tensorflow.contrib.framework.nest.map_structure_up_to": (
        "tensorflow.contrib.framework.nest.map_structure_up_to"),
}


def _public():
    found = {}
    for public, modules in _MODULES.items():
        for module in modules.split():
            found["tensorflow.python." + module] = "tensorflow" + ("." + public if public else "")
    for public, modules in _CONTRIB_MODULES.items():
        for module in modules.split():
            found["tensorflow.contrib." + module] = "tensorflow." + public
    for module, names in _STAY.items():
        for name in names.split():
            path = "tensorflow.python.%s.%s" % (module, name)
            found[path] = path
    # `import *` of modules without __all__ left these in `tf` until 0.6.
    for module in ("array_ops", "constant_op", "control_flow_ops", "data_flow_ops", "init_ops", "math_ops", "nn_ops",
                   "random_ops", "state_ops", "variables"):
        found.update({"tensorflow." + path[len("tensorflow.python.ops."):]: new for path, new in list(found.items())
                      if (path + ".").startswith("tensorflow.python.ops.%s." % module)})
    found.update(_NAMES)
    return found


# Full name of a module or of one name -> full public name; the longest leading part that is found counts.
PUBLIC = _public()
