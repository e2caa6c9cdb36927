"""The experiments' names, and how a command ends."""
import collections
import importlib
import os
import sys

from Project_RNN_Enhancement.datasets.packages import DataError
from Project_RNN_Enhancement.experiments.errors import ExperimentError, Interrupted
from Project_RNN_Enhancement.quiet import quieten_tensorflow

EXPERIMENTS = collections.OrderedDict([
    ("g2p", "spelling to pronunciation (CMUdict) with a bucketed attention model"),
    ("adding", "adding two marked numbers of a long sequence: IRNN, uRNN, gated and plain cells"),
    ("copying", "repeating ten symbols after a long pause: uRNN, IRNN, gated and plain cells"),
    ("arithmetic", "sums and differences by characters: mutants of the GRU, GRU, LSTM, tanh"),
    ("pixels", "handwritten digits (MNIST) pixel by pixel: IRNN, uRNN, LSTM, GRU"),
    ("charlm", "the next character of Shakespeare: norm stabiliser, zoneout, layer normalisation"),
    ("translate", "English to Spanish verses with a bucketed attention model: BLEU, beam search"),
    ("mmi", "replies that fit their source: anti-LM and bidirectional decoding, distinct-1 and -2"),
    ("skip", "delayed recall with vertical and temporal skip connections, and their gradients"),
    ("sampling", "scheduled sampling and curricula against teacher forcing"),
    ("all", "every experiment, and RESULTS.md about them"),
])


def load(name):
    """An experiment: an object with `description`, `add_options(parser)` and `run(options)`."""
    return importlib.import_module("Project_RNN_Enhancement.experiments." + name).EXPERIMENT


def guarded(name, command):
    """Calls `command` and reports on stderr, in one line, how it failed.

    Args:
      name: of the experiment, for the messages.
      command: function without arguments.

    Returns:
      The exit status: 0; 1 after an error; 130 when interrupted.
    """
    try:
        quieten_tensorflow()
        _show_errors_only()
        command()
    except (ExperimentError, DataError) as error:
        return _fail(name, error, 1)
    except Interrupted as stop:
        return _fail(name, stop, 130)
    except KeyboardInterrupt:
        return _fail(name, "interrupted", 130)
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): the flush at exit must not fail as well.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        where = error.filename or "input/output"
        return _fail(name, "%s: %s" % (where, error.strerror or error), 1)
    return 0


def _show_errors_only():
    from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf
    tf.logging.set_verbosity(tf.logging.ERROR)


def _fail(name, message, status):
    sys.stderr.write("%s: %s\n" % (name, message))
    return status
