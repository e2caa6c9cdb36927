"""The command ``python -m Project_RNN_Enhancement.experiments``."""
import argparse
import sys

from Project_RNN_Enhancement.experiments import commands

_PROGRAM = "python -m Project_RNN_Enhancement.experiments"


def main(argv=None):
    """Runs the experiment that the arguments name.

    Args:
      argv: list of arguments; those of the process by default.

    Returns:
      The exit status: 0; 1 after an error; 130 when interrupted.

    Raises:
      SystemExit: with status 2 for wrong arguments.
    """
    names = list(commands.EXPERIMENTS)
    parser = argparse.ArgumentParser(
        prog=_PROGRAM, usage="%(prog)s EXPERIMENT [options]",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Trains and evaluates models of this package, and compares them with papers.",
        epilog="experiments:\n" + "\n".join(
            "  %-11s%s" % item for item in commands.EXPERIMENTS.items()))
    parser.add_argument("experiment", metavar="experiment", choices=names)
    parser.add_argument("options", nargs=argparse.REMAINDER, help="see `EXPERIMENT --help`")
    argv = sys.argv[1:] if argv is None else argv
    if not argv:
        parser.error("which experiment? (%s)" % ", ".join(names))
    arguments = parser.parse_args(argv)
    name = arguments.experiment

    def command():
        experiment = commands.load(name)
        options = argparse.ArgumentParser(
            prog="%s %s" % (_PROGRAM, name), usage="%(prog)s [options]",
            description=experiment.description,
            formatter_class=argparse.RawDescriptionHelpFormatter)
        experiment.add_options(options)
        experiment.run(options.parse_args(arguments.options))

    return commands.guarded(name, command)


if __name__ == "__main__":
    sys.exit(main())
