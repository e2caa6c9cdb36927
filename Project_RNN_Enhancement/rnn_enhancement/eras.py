"""Eras: the defaults and return values that TensorFlow changed between 0.5 and 1.15.

The package follows TensorFlow 1.15. A program written for an older version says so once::

    rnn_enhancement.set_era("0.6")          # from here on
    with rnn_enhancement.era("0.6"):        # or for one block
        ...

Only what can't be both is decided by the era (`DIFFERENCES`); every older call form that can be
told apart from today's works in every era.
"""
import inspect

from .arguments import with_signature_of
from .per_thread import PerThread

__all__ = ["set_era", "get_era", "era", "ERAS", "DIFFERENCES"]

ERAS = ("0.5", "0.6", "0.7", "0.8", "0.9", "0.10", "0.11", "0.12",
        "1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8", "1.9", "1.10",
        "1.11", "1.12", "1.13", "1.14", "1.15")

# name -> (the first era with today's behaviour, what the eras before it do)
DIFFERENCES = {
    "state_is_tuple": (
        "0.11", "BasicLSTMCell, LSTMCell and MultiRNNCell default to state_is_tuple=False: the "
                "state is one tensor, [c, h] of each layer side by side."),
    "final_state": (
        "0.8", "rnn, static_rnn, state_saving_rnn and every decoder and seq2seq model return the "
               "list of the states of all steps instead of the final state."),
    "bidirectional_states": (
        "0.8", "bidirectional_rnn returns the outputs only, not (outputs, state_fw, state_bw)."),
    "loss_labels_first": (
        "1.0", "a softmax_loss_function whose argument names say nothing is called with "
               "(inputs, labels) instead of (labels, inputs)."),
}

_default = "1.15"
_local = PerThread(version=None)


def _checked(version):
    if not isinstance(version, str):
        raise TypeError("era must be a string such as \"0.6\", got %r of type %s."
                        % (version, type(version).__name__))
    parts = version.split(".")
    short = ".".join(parts[:2])
    if not 2 <= len(parts) <= 3 or short not in ERAS or not all(p.isdigit() for p in parts):
        raise ValueError("era must be a TensorFlow version from %s to %s as a string, got %r. "
                         "Known: %s." % (ERAS[0], ERAS[-1], version, ", ".join(ERAS)))
    return short


def set_era(version):
    """Makes defaults and return values those of TensorFlow `version`, for the whole process.

    Inside `era` the era of that block stays in force until its end.

    Args:
      version: "0.5" to "1.15" (a patch number may follow).

    Raises:
      TypeError: if `version` is not a string (0.10 and 0.1 are the same float).
      ValueError: if the version is not known.
    """
    global _default
    _default = _checked(version)


def get_era():
    """The era in force, such as "1.15": of the block of this thread, else of the process."""
    return _local.version or _default


def era(version):
    """Context in which the era of this thread is `version`; the one before comes back at its end.

    Other threads don't see it, those that are started in the block included.

    Raises:
      TypeError, ValueError: as `set_era`.
    """
    return _local.set(version=_checked(version))


def is_before_change(difference):
    """Whether the era in force is older than the change named in `DIFFERENCES`."""
    return ERAS.index(get_era()) < ERAS.index(DIFFERENCES[difference][0])


def state_is_tuple_by_era(init):
    """Decorator for constructors: `state_is_tuple`, if not given, is the era's default."""
    positions = list(inspect.signature(init).parameters)
    index = positions.index("state_is_tuple")

    @with_signature_of(init)
    def wrapper(*args, **kwargs):
        if len(args) <= index and "state_is_tuple" not in kwargs:
            kwargs["state_is_tuple"] = not is_before_change("state_is_tuple")
        return init(*args, **kwargs)
    return wrapper
