"""Where a layer runs: `gpu_for_layer`, for variables, operations and their gradients.

`tf.gradients` gives gradient operations no device unless asked to colocate them. A layer that
the user pins would leave its backward half, two thirds of the work, to the placer. So operations
created by a pinned layer carry a gradient function that runs the registered one under the
device of the forward operation.
"""
import contextlib

from .arguments import non_negative_int
from .tf1 import (gradient_function, overridden_gradients, registered_gradients, tf)

__all__ = ["device_of", "placed", "task_of"]

_PREFIX = "ProjectRNNEnhancementOnForwardDevice_"

# Their gradients are built by the control-flow machinery, which places them itself.
_CONTROL_FLOW = frozenset([
    "Enter", "RefEnter", "Exit", "RefExit", "Switch", "RefSwitch", "Merge", "RefMerge",
    "NextIteration", "RefNextIteration", "LoopCond", "While", "StatelessWhile", "If",
    "StatelessIf", "Case", "PartitionedCall", "StatefulPartitionedCall", "SymbolicGradient"])

_registered = {}


def device_of(gpu_for_layer):
    """The device string or function that `gpu_for_layer` stands for; None for no pinning.

    Args:
      gpu_for_layer: int N for "/gpu:N", a device name (parts that it does not name are left to
        the `tf.device` scopes around), a device function, or None.

    Raises:
      TypeError: for any other type.
      ValueError: for a negative number or a string that is no device name.
    """
    if gpu_for_layer is None or callable(gpu_for_layer):
        return gpu_for_layer
    if isinstance(gpu_for_layer, str):
        try:
            tf.DeviceSpec.from_string(gpu_for_layer)
        except ValueError as error:
            raise ValueError("gpu_for_layer must be a device name such as \"/gpu:0\" or "
                             "\"/cpu:1\", got %r (%s)." % (gpu_for_layer, error))
        return gpu_for_layer
    try:
        return "/gpu:%d" % non_negative_int("gpu_for_layer", gpu_for_layer)
    except TypeError:
        raise TypeError("gpu_for_layer must be a GPU number, a device name, a device function or "
                        "None, got %r of type %s." % (gpu_for_layer, type(gpu_for_layer).__name__))


def task_of(device):
    """The part of a device string that names a machine of a cluster; empty: none in particular."""
    spec = tf.DeviceSpec.from_string(device)
    return tf.DeviceSpec(job=spec.job, replica=spec.replica, task=spec.task).to_string()


def _gradient_on_forward_device(op_type):
    def gradient(op, *grads):
        with tf.device(op.device):
            return gradient_function(op_type)(op, *grads)
    return gradient


def _gradient_map():
    for op_type in list(registered_gradients()):
        if (op_type in _registered or op_type in _CONTROL_FLOW or op_type.startswith(_PREFIX)
                or gradient_function(op_type) is None):
            continue
        name = _PREFIX + op_type
        tf.RegisterGradient(name)(_gradient_on_forward_device(op_type))
        _registered[op_type] = name
    return _registered


@contextlib.contextmanager
def placed(device):
    """Context whose operations, and their gradients, go to `device` (from `device_of`)."""
    if device is None:
        yield
        return
    graph = tf.get_default_graph()
    theirs = {op_type: name for op_type, name in overridden_gradients(graph).items()
              if not name.startswith(_PREFIX)}
    gradients = {op_type: name for op_type, name in _gradient_map().items()
                 if op_type not in theirs}
    with tf.device(device), graph.gradient_override_map(gradients):
        yield
