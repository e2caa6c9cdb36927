"""What an experiment tells its user when it can't go on."""
import importlib


class ExperimentError(Exception):
    """Ends the command with its message on one line, without a stack trace."""


class Diverged(ExperimentError):
    """Training came to an infinity or a NaN.

    Args:
      step: number of the step after which it was found.
      what: what is infinite or not a number.
      checkpoint: path of the last good checkpoint, or None.
    """

    def __init__(self, step, what, checkpoint):
        super(Diverged, self).__init__(
            "%s became infinite or not a number at step %d; the last good checkpoint is %s"
            % (what, step, checkpoint or "none: it came before the first"))
        self.step = step


class Interrupted(Exception):
    """Training stopped early on request, after saving; the message says how to go on."""


def require(package, purpose):
    """Raises ExperimentError if `package`, one of the extra `experiments`, can't be imported."""
    try:
        importlib.import_module(package)
    except ImportError as error:
        raise ExperimentError("the package %s is needed %s and can't be imported (%s): "
                              "pip install 'Project_RNN_Enhancement[experiments]'"
                              % (package, purpose, error))
