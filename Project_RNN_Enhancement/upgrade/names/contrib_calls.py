"""Rules for calls of contrib's functions whose successors take their arguments otherwise."""
import libcst as cst

__all__ = ["CALLS"]

_LOSSES = {
    "absolute_difference": "predictions labels weights scope",
    "cosine_distance": "predictions labels axis weights scope",
    "hinge_loss": "logits labels scope",
    "log_loss": "predictions labels weights epsilon scope",
    "mean_pairwise_squared_error": "predictions labels weights scope",
    "mean_squared_error": "predictions labels weights scope",
    "sigmoid_cross_entropy": "logits multi_class_labels weights label_smoothing scope",
    "softmax_cross_entropy": "logits onehot_labels weights label_smoothing scope",
    "sparse_softmax_cross_entropy": "logits labels weights scope",
}

_METRICS = {
    "accuracy": "predictions labels weights metrics_collections updates_collections name",
    "auc": "predictions labels weights num_thresholds metrics_collections updates_collections curve name",
    "mean_absolute_error": "predictions labels weights metrics_collections updates_collections name",
    "mean_iou": "predictions labels num_classes weights metrics_collections updates_collections name",
    "mean_squared_error": "predictions labels weights metrics_collections updates_collections name",
    "precision": "predictions labels weights metrics_collections updates_collections name",
    "recall": "predictions labels weights metrics_collections updates_collections name",
    "root_mean_squared_error": "predictions labels weights metrics_collections updates_collections name",
}


def _by_name(names, renamed):
    """A rule that names the arguments given by position, as the successor takes labels first."""
    names = names.split()

    def rule(call):
        found = call.rename_keywords(renamed)
        if call.positional:
            call.name_positional(names)
            found = True
        if found:
            call.changed("%s of TensorFlow itself takes the labels first; arguments are given by name."
                         % call.name.rpartition(".")[2])
    return rule


def _distribution(renamed):
    def rule(call):
        if call.rename_keywords(renamed):
            call.changed("Parameters of distributions have other names since 1.0.")
    return rule


def visualize_embeddings(call):
    """The first argument was a writer, and is the folder that it writes to."""
    node = call.get(0, "summary_writer")
    if node is None or isinstance(node, (cst.SimpleString, cst.ConcatenatedString)):
        return
    index = [arg.value for arg in call.args].index(node)
    call.replace_argument(index, cst.Call(cst.Attribute(node, cst.Name("get_logdir"))))
    call.rename_keywords({"summary_writer": "logdir"})
    call.changed("TensorBoard's projector takes the folder of the summaries instead of their writer; it's in "
                 "the "
                 "package tensorboard.")


def smart_cond(call):
    """The functions had other names in contrib.layers."""
    if call.rename_keywords({"fn1": "true_fn", "fn2": "false_fn"}):
        call.changed("The functions of smart_cond are true_fn and false_fn.")


def read_data_sets(call):
    """Only says what is different."""
    call.changed("read_data_sets reads MNIST's four files out of the folder that it's given; it doesn't "
                 "download "
                 "them.")


CALLS = {
    "tensorflow.contrib.framework.smart_cond": smart_cond,
    "tensorflow.contrib.tensorboard.plugins.projector.visualize_embeddings": visualize_embeddings,
    "tensorflow.examples.tutorials.mnist.input_data.read_data_sets": read_data_sets,
    "tensorflow.contrib.learn.datasets.mnist.read_data_sets": read_data_sets,
}
CALLS.update({"tensorflow.contrib.distributions." + name: _distribution(renamed) for name, renamed in (
    ("Bernoulli", {"p": "probs"}), ("Normal", {"mu": "loc", "sigma": "scale"}),
    ("StudentT", {"mu": "loc", "sigma": "scale"}), ("Uniform", {"a": "low", "b": "high"}),
    ("Gamma", {"alpha": "concentration", "beta": "rate"}), ("Exponential", {"lam": "rate"}))})
CALLS.update({"tensorflow.contrib.losses." + name: _by_name(names, {"weight": "weights"})
              for name, names in _LOSSES.items()})
CALLS.update({"tensorflow.contrib.metrics.streaming_" + name: _by_name(names, {"ignore_mask": "weights"})
              for name, names in _METRICS.items()})
