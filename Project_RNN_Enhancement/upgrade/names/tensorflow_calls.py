"""Rules for calls of TensorFlow functions whose arguments changed between 0.5 and 1.x."""
import libcst as cst

from . import call_orders, forms
from .calls import evaluated

__all__ = ["CALLS"]


def _renaming(renamed, positions=(), start=0):
    """A rule that renames arguments given by name, and names those given by position from `start` on."""
    def rule(call):
        found = call.rename_keywords(renamed)
        if len(call.positional) > start and positions:
            call.name_positional(positions, start=start)
            found = True
        if found:
            call.changed("Arguments of %s have other names since 1.0." % call.name.partition(".")[2])
    return rule


def _summary(names):
    """A rule for summaries, whose first argument became `name` and whose `name` was the operation's."""
    def rule(call):
        node = call.get(0, *names)
        if isinstance(node, (cst.List, cst.ListComp, cst.Tuple)):
            call.look("A summary has one name and one value since 0.12: make one for each name of the list.")
        found = []
        if "name" in call.keywords and (call.positional or set(names) & set(call.keywords)):
            found += call.remove_keywords("name")
        found += call.rename_keywords({name: "name" for name in names})
        if call.name.endswith("scalar_summary"):
            found += call.rename_keywords({"values": "tensor"})
        found += call.rename_keywords({"max_images": "max_outputs"})
        if found:
            call.changed("The tag of a summary is its name since 0.12.")
    return rule


def summary_writer(call):
    """tf.train.SummaryWriter(logdir, sess.graph_def) -> tf.summary.FileWriter(logdir, sess.graph)."""
    for index, arg in enumerate(call.args):
        if isinstance(arg.value, cst.Attribute) and arg.value.attr.value == "graph_def":
            graph = arg.value.with_changes(attr=cst.Name("graph"))
        elif isinstance(arg.value, cst.Call) and isinstance(arg.value.func, cst.Attribute) and (
                arg.value.func.attr.value == "as_graph_def"):
            graph = arg.value.func.value
        else:
            continue
        call.replace_argument(index, graph)
        call.rename_keywords({"graph_def": "graph"})
        call.changed("A writer of summaries takes the graph itself since 0.8, not its definition.")


def resize_images(call):
    """tf.image.resize_images(images, height, width) -> (images, [height, width])."""
    given, keywords = call.positional, call.keywords
    height, width = keywords.get("new_height"), keywords.get("new_width")
    if height is not None and width is not None:
        size = "[%s, %s]" % (call.code(height), call.code(width))
        call.remove_keywords("new_width")
        call.rename_keywords({"new_height": "size"})
        names = [arg.keyword.value if arg.keyword else None for arg in call.args]
        call.replace_argument(names.index("size"), size)
    elif len(given) > 2 and "size" not in keywords and _is_length(given[1]) and _is_length(given[2]):
        call.replace_argument(1, "[%s, %s]" % (call.code(given[1]), call.code(given[2])))
        del call.args[2]
    else:
        return
    call.changed("resize_images takes the new height and width as one argument since 0.11.")


def _is_length(node):
    if isinstance(node, cst.Attribute) and "ResizeMethod" in cst.Module([]).code_for_node(node):
        return False
    kinds = (cst.Integer, cst.Name, cst.Attribute, cst.BinaryOperation, cst.Subscript)
    return isinstance(node, kinds) and not forms.is_values(node)


def _constant_initializer(function):
    def rule(call):
        # Until 0.12 the initialiser was called with the shape, by the program where it wanted a tensor.
        node = call.get(0, "shape")
        if node is None or "shape" not in call.keywords and not isinstance(
                node, (cst.List, cst.Tuple, cst.ListComp)):
            return
        call.rename("tensorflow." + function)
        call.changed("%s makes an initialiser since 0.12; tf.%s makes the tensor."
                     % (call.name.rpartition(".")[2], function))
    return rule


def _name_not_second(position):
    """A rule for functions that had `name` where another argument is now."""
    def rule(call):
        given = call.positional
        if len(given) == position + 1 and forms.is_string(given[position]):
            call.name_positional([None] * position + ["name"], start=position)
            call.changed("The name of %s isn't argument %d any more." % (call.name.rpartition(".")[2],
                                                                         position + 1))
    return rule


def unit_scaling(call):
    """`full_shape` is gone since 0.11."""
    if call.remove_keywords("full_shape"):
        call.changed("uniform_unit_scaling_initializer doesn't need full_shape since 0.11.")


def image_crop(call):
    """tf.image.random_crop took height and width in 0.5."""
    value = evaluated(call.get(1, "size"))
    node = call.get(1, "size")
    if isinstance(value, (list, tuple)) and len(value) == 2 or (
            isinstance(node, (cst.List, cst.Tuple)) and len(node.elements) == 2):
        call.look("random_crop takes the size in all dimensions since 0.6, channels included: [height, "
                  "width, 3] for "
                  "a colour image.")


def sparse_split(call):
    """All by name since 1.0."""
    found = call.rename_keywords({"split_dim": "axis"})
    if call.positional:
        call.name_positional(["axis", "num_split", "sp_input", "name"])
        found = True
    if found:
        call.changed("sparse_split takes its arguments by name since 1.0, and the axis is called so.")


def dynamic_decode(call):
    """Until 1.1 it gave two results, which a third, the lengths, follows."""
    if call.unpacked_to == 2:
        call.first_results(2)
        call.changed("dynamic_decode gives the lengths of the sequences as a third result since 1.2.")


_FFT = _renaming({"in_": "input"})
_SPARSE_TENSOR = _renaming({"shape": "dense_shape"})

CALLS = dict(call_orders.CALLS)
CALLS.update({
    "tensorflow.contrib.seq2seq.AttentionWrapper": _renaming({"attention_size": "attention_layer_size"}),
    "tensorflow.contrib.seq2seq.dynamic_decode": dynamic_decode,
    "tensorflow.batch_matmul": _renaming(
        {"x": "a", "y": "b", "adj_x": "adjoint_a", "adj_y": "adjoint_b"},
        [None, None, "adjoint_a", "adjoint_b", "name"], start=2),
    "tensorflow.matmul": _renaming({"adj_x": "adjoint_a", "adj_y": "adjoint_b"}),
    "tensorflow.select": _renaming({"t": "x", "e": "y"}),
    "tensorflow.sparse_concat": _renaming({"concat_dim": "axis"}),
    "tensorflow.sparse_split": sparse_split,
    "tensorflow.SparseTensor": _SPARSE_TENSOR,
    "tensorflow.SparseTensorValue": _SPARSE_TENSOR,
    "tensorflow.image.resize_images": resize_images,
    "tensorflow.image.random_crop": image_crop,
    "tensorflow.zeros_initializer": _constant_initializer("zeros"),
    "tensorflow.ones_initializer": _constant_initializer("ones"),
    "tensorflow.uniform_unit_scaling_initializer": unit_scaling,
    "tensorflow.nn.softmax": _name_not_second(1),
    "tensorflow.nn.log_softmax": _name_not_second(1),
    "tensorflow.nn.moments": _name_not_second(2),
    "tensorflow.train.SummaryWriter": summary_writer,
    "tensorflow.summary.image": _renaming({"max_images": "max_outputs"}),
})
CALLS.update({"tensorflow.batch_%s%s" % (name, dimensions): _FFT
              for name in ("fft", "ifft") for dimensions in ("", "2d", "3d")})
for _place in ("", "train.", "contrib.deprecated."):
    CALLS.update({
        "tensorflow.%sscalar_summary" % _place: _summary(["tags"]),
        "tensorflow.%shistogram_summary" % _place: _summary(["tag"]),
        "tensorflow.%simage_summary" % _place: _summary(["tag"]),
        "tensorflow.%saudio_summary" % _place: _summary(["tag"]),
    })
