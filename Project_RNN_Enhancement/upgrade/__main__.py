"""The command ``project-rnn-upgrade``, also ``python -m Project_RNN_Enhancement.upgrade``."""
import argparse
import sys
import warnings

from Project_RNN_Enhancement.upgrade import command
from Project_RNN_Enhancement.upgrade.files.errors import CommandError
from Project_RNN_Enhancement.upgrade.files.hints import era_of

_PROGRAM = "project-rnn-upgrade"


class _Parser(argparse.ArgumentParser):
    """Says what is wrong on one line."""

    def error(self, message):
        self.exit(2, "%s: %s (%s --help says how)\n" % (self.prog, message, self.prog))


def _era(text):
    era = era_of(text)
    if era is None:
        raise argparse.ArgumentTypeError(
            "%r isn't a version of TensorFlow from 0.5 to 1.15, such as 0.12" % text)
    return era


def _parser():
    parser = _Parser(
        prog=_PROGRAM, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="%(prog)s SOURCE -o DESTINATION [--target 1.15|2] [--era V] [--dry-run] [--report FILE]\n"
              "       %(prog)s --check SOURCE [--target 1.15|2] [--era V]",
        description="Rewrites a program for TensorFlow 0.5 to 1.15 so that it runs on a TensorFlow of\n"
                    "today, with Project_RNN_Enhancement. The source stays as it is; a new folder is written.",
        epilog="exit status: 0 nothing is left to do; 1 something is left for a person, as the report says;\n"
               "2 the command couldn't do what was asked, and nothing was written.")
    parser.add_argument("source", metavar="SOURCE", help="a folder, a Python file or a notebook")
    parser.add_argument("-o", "--output", metavar="DESTINATION", dest="destination",
                        help="the new folder, or the new file if SOURCE is one")
    parser.add_argument("--target", choices=("1.15", "2"), default="2",
                        help="the TensorFlow that the new program is for; one for 2 also runs on 1.15 "
                             "(default: 2)")
    parser.add_argument("--era", metavar="V", type=_era,
                        help="the TensorFlow that the program was written for, such as 0.12; found "
                             "from it by default")
    parser.add_argument("--dry-run", action="store_true", help="only report: DESTINATION isn't made")
    parser.add_argument("--report", metavar="FILE",
                        help="the report as a new file, a page with both texts side by side if its name ends "
                             "in .html; otherwise it's printed")
    parser.add_argument("--check", action="store_true",
                        help="print a table of what the program uses and what will become of it; write "
                             "nothing")
    return parser


def main(argv=None, convert=None):
    """Upgrades the program that the arguments name.

    Args:
      argv: list of arguments; those of the process by default.
      convert: function with the arguments and results of `program.convert_program`, that by default.

    Returns:
      The exit status: 0 nothing is left to do; 1 something is left for a person; 2 after an error;
      130 when interrupted.

    Raises:
      SystemExit: with status 2 for wrong arguments.
    """
    parser = _parser()
    options = parser.parse_args(argv)
    if options.check and (options.destination is not None or options.report is not None):
        parser.error("--check writes nothing: leave out -o and --report")
    if options.destination is None and not options.check and not options.dry_run:
        parser.error("where to? Add -o and the name of a new folder (or file, if SOURCE is one); --check and "
                     "--dry-run write none")
    for name, value in [("SOURCE", options.source), ("-o", options.destination),
                        ("--report", options.report)]:
        if value == "":
            parser.error("%s is empty: give the name of a file or folder" % name)
    try:
        with command.stopped_cleanly(), warnings.catch_warnings():
            # What Python says of a program's text when it parses it, without its name, once per reading.
            warnings.simplefilter("ignore", SyntaxWarning)
            return command.run(options, sys.stdout, convert)
    except CommandError as error:
        return _fail(error, 2)
    except KeyboardInterrupt:
        return _fail("interrupted; nothing half-written was left", 130)
    except OSError as error:
        return _fail("%s: %s" % (error.filename or "input/output", error.strerror or error), 2)


def _fail(message, status):
    text = "%s: %s\n" % (_PROGRAM, " ".join(str(message).split()))
    if sys.stderr is not None:
        encoding = sys.stderr.encoding or "ascii"
        sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding))
    return status


if __name__ == "__main__":
    sys.exit(main())
