"""The command ``python -m Project_RNN_Enhancement.experiments``."""
import argparse
import importlib
import os
import sys
import warnings

from Project_RNN_Enhancement.experiments.errors import ExperimentError, Interrupted

_PROGRAM = "python -m Project_RNN_Enhancement.experiments"
_EXPERIMENTS = {
    "g2p": "spelling to pronunciation (CMUdict) with a bucketed attention model",
}


def main(argv=None):
    """Runs the experiment that the arguments name.

    Args:
      argv: list of arguments; those of the process by default.

    Returns:
      The exit status: 0; 1 after an error; 130 when interrupted.

    Raises:
      SystemExit: with status 2 for wrong arguments.
    """
    parser = argparse.ArgumentParser(
        prog=_PROGRAM, usage="%(prog)s EXPERIMENT [options]",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Trains and evaluates models of this package on real data.",
        epilog="experiments:\n" + "\n".join(
            "  %-8s%s" % item for item in sorted(_EXPERIMENTS.items())))
    parser.add_argument("experiment", metavar="experiment", choices=sorted(_EXPERIMENTS))
    parser.add_argument("options", nargs=argparse.REMAINDER, help="see `EXPERIMENT --help`")
    argv = sys.argv[1:] if argv is None else argv
    if not argv:
        parser.error("which experiment? (%s)" % ", ".join(sorted(_EXPERIMENTS)))
    arguments = parser.parse_args(argv)
    name = arguments.experiment

    try:
        _quieten_tensorflow()
        module = importlib.import_module("Project_RNN_Enhancement.experiments." + name)
        parser = argparse.ArgumentParser(
            prog="%s %s" % (_PROGRAM, name), usage="%(prog)s [options]", description=module.__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter)
        module.add_options(parser)
        module.run(parser.parse_args(arguments.options))
    except ExperimentError as error:
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


def _quieten_tensorflow():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # TensorFlow 1.15 uses NumPy names that newer versions of NumPy warn about, once per type.
    warnings.filterwarnings("ignore", category=FutureWarning, module="tensor(flow|board)")
    from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf
    tf.logging.set_verbosity(tf.logging.ERROR)


def _fail(name, message, status):
    sys.stderr.write("%s: %s\n" % (name, message))
    return status


if __name__ == "__main__":
    sys.exit(main())
