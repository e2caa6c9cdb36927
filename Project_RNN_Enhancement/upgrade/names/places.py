"""Where a name of TensorFlow's is to be looked for: the public name, and its place after the upgrade."""
import re

from . import contrib, private_names, recurrent, tensorflow_names, v1_names
from .leading_parts import by_longest_part, leading_parts

__all__ = ["explanation", "is_example", "is_ours", "is_reachable", "lacking", "missing", "place", "public"]

_OF_CUDNN = re.compile(r"tensorflow\.contrib\.cudnn_rnn\.Cudnn(?!Compatible)")
_ROOTS = ("tensorflow.compat.v1", "tensorflow_core", "tensorflow")


def public(path):
    """The public name for any dotted name in TensorFlow, "tensorflow.nn.relu" or this package's "MODULE.name".

    None if the name isn't TensorFlow's.
    """
    for root in _ROOTS:
        if path == root or path.startswith(root + "."):
            path = "tensorflow" + path[len(root):]
            return by_longest_part(private_names.PUBLIC, path) or path
    return None


def place(path, target):
    """The place of a public name after the upgrade: "tensorflow.X", or "MODULE.name" elsewhere.

    Args:
      path: as `public` returns it.
      target: "1.15" or "2".
    """
    if not path.startswith("tensorflow"):
        return path
    found = recurrent.place_of(path)
    if found is not None:
        return found
    path = by_longest_part(tensorflow_names.RENAMED, path) or path
    if target == "2":
        path = by_longest_part(contrib.RENAMED_FOR_2, path) or path
    return recurrent.place_of(path) or path


def explanation(path, target):
    """What a person has to do about a public name that has no place; None if it has one."""
    if target == "1.15" and _OF_CUDNN.match(path):
        return ("it runs on GPUs only; contrib_cudnn_rnn_enhanced of this package has the same name, for any device and "
                "the same checkpoints.")
    tables = [tensorflow_names.EXPLAINED] + ([contrib.EXPLAINED] if target == "2" else [])
    return next((table[head] for head, _ in leading_parts(path) for table in tables if head in table), None)


def is_ours(place_name):
    """Whether a place is in a module of this package."""
    return place_name.partition(".")[0].endswith("_enhanced")


def lacking(place_name, path):
    """What is to be said of a place in this package that its module hasn't; None if it has it.

    Args:
      place_name: a place.
      path: the name in TensorFlow that it was, to be named.
    """
    module, _, rest = place_name.partition(".")
    name = rest.partition(".")[0]
    if not is_ours(place_name) or not name or name in recurrent.names_of(module) or (
            name.startswith("__") and name.endswith("__")):
        return None
    return "%s has no %s, which was %s in TensorFlow: replace it, or write what it did." % (module, name, path)


# All that TensorFlow 1.15 installs of its examples.
_EXAMPLE = "tensorflow.examples.tutorials.mnist.input_data"
# What no TensorFlow 2 has, and 1.15 neither for `models`.
_UNREACHABLE = {"2": ("tensorflow.contrib", "tensorflow.examples", "tensorflow.models"), "1.15": ("tensorflow.models",)}


def is_reachable(place_name, target):
    """Whether an import of a place can succeed."""
    return not any(place_name == head or place_name.startswith(head + ".") for head in _UNREACHABLE[target])


def is_example(path):
    """Whether a name is in the one module of examples that TensorFlow 1.15 has, or is that module."""
    return (path + ".").startswith(_EXAMPLE + ".")


def missing(place_name, target):
    """What is to be said of a place in TensorFlow that the target hasn't; None if it has it."""
    parts = place_name.split(".")
    if target == "1.15" and (parts[:2] == ["tensorflow", "contrib"] or is_example(place_name) or
                             parts[1:2] == ["examples"] and (_EXAMPLE + ".").startswith(place_name + ".")):
        return None
    if not is_reachable(place_name, target):
        return "TensorFlow has it no more: replace it, or write what it did."
    for length in range(1, len(parts)):
        module, name = ".".join(parts[:length]), parts[length]
        if module not in v1_names.NAMES:
            return None
        if name not in v1_names.NAMES[module] and not name.startswith("_"):
            if module == "tensorflow" and name in ("compat", "contrib", "core", "keras", "python", "v1"):
                return None
            return "TensorFlow 1.15 has no such name: replace it, or write what it did."
        if target == "2" and name in v1_names.GONE.get(module, ()):
            return "a TensorFlow of today hasn't it: replace it, or write what it did."
    return None
