"""What the command does between its arguments and its exit status: read, rewrite, write, report."""
import contextlib
import importlib
import os
import signal
import threading

from .reports import report
from .files.errors import CommandError, printable, reason
from .files.hints import dated, hints
from .reports.page import page
from .sources import Sources
from .files.tree import NOTEBOOK, PYTHON, read_tree, single_file
from .files.writing import Staging, place_for

__all__ = ["run", "stopped_cleanly"]


def run(options, out, convert=None):
    """Upgrades a program.

    Args:
      options: the parsed arguments of `__main__`.
      out: stream for what is printed.
      convert: as in `__main__.main`.

    Returns:
      0, or 1 if something is left for a person.

    Raises:
      CommandError: it can't be done; nothing was written.
    """
    for package in ("libcst", "fissix"):
        _require(package)
    from .program import Options, convert_program
    is_folder, tree = _read(options.source)
    destination, report_place = _places(options, is_folder)
    program = Sources(tree)
    folder = options.source if is_folder else os.path.dirname(os.path.realpath(options.source))
    notes, questions = program.convert(convert or convert_program, Options(
        options.target, options.era, hints(folder)))
    notes += filter(None, [dated(entry.real for entry in tree.entries if entry.kind in (PYTHON, NOTEBOOK))])
    with contextlib.ExitStack() as stack:
        staging = None
        if destination is not None and not (options.dry_run or options.check):
            staging = stack.enter_context(Staging(destination, "DESTINATION", is_folder))
            program.write(staging)
        outcome = report.Outcome(
            options.source, options.destination if staging else None, options.target, program.files(),
            program.others, notes, questions, tree.left_out)
        if options.check:
            _print(report.table(outcome), out)
        else:
            _publish(options, outcome, staging, report_place, destination, stack)
            _print(report.text_report(outcome) if not options.report else "\n".join(
                report.counts(outcome) + ["The report is in %s." % printable(options.report), ""]
                + report.next_steps(outcome)) + "\n", out)
    return 1 if report.left_to_do(outcome) else 0


@contextlib.contextmanager
def stopped_cleanly():
    """Lets the context's own clean-up run when the process is told to end, as it does after Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number, _):
        raise SystemExit(128 + number)

    before = {}
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            before[number] = signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _require(package):
    try:
        importlib.import_module(package)
    except ImportError as error:
        raise CommandError("the package %s is needed and can't be imported (%s): "
                           'pip install "Project_RNN_Enhancement[upgrade]"' % (package, error))


def _read(source):
    """(whether SOURCE is a folder, its Tree)."""
    try:
        os.stat(source)
        if os.path.isdir(source):
            return True, read_tree(source)
        tree = single_file(source)
        open(tree.entries[0].real, "rb").close()
        return False, tree
    except PermissionError as error:
        raise CommandError("SOURCE %s can't be read: %s; allow reading it first"
                           % (printable(source), reason(error)))
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else str(error)
        raise CommandError("SOURCE %s can't be read: %s; name a folder, a Python file or a notebook"
                           % (printable(source), why))


def _places(options, is_folder):
    """The real paths of DESTINATION and of the report, None for what isn't made; both are free."""
    source = os.path.realpath(options.source)
    destination = report_place = None
    if options.destination is not None:
        destination = _destination(options.destination, source, is_folder)
    if options.report is not None:
        inside = destination is not None and is_folder and not options.dry_run and _is_in(
            os.path.realpath(options.report), destination)
        report_place = os.path.realpath(options.report) if inside else place_for(options.report, "--report")
        if os.path.lexists(report_place) or report_place == destination:
            raise CommandError("--report %s exists already, and nothing is overwritten: name a new file"
                               % printable(options.report))
        if is_folder and _is_in(report_place, source):
            raise CommandError("--report %s is in SOURCE, which stays as it is: name a file elsewhere"
                               % printable(options.report))
    return destination, report_place


def _destination(path, source, is_folder):
    real = place_for(path.rstrip("/" + os.sep) or path, "DESTINATION")
    if real == source:
        raise CommandError("DESTINATION %s is SOURCE itself, which stays as it is: name a new %s"
                           % (printable(path), "folder" if is_folder else "file"))
    if is_folder and _is_in(real, source):
        raise CommandError("DESTINATION %s is in SOURCE, which stays as it is: name a new folder elsewhere"
                           % printable(path))
    if not is_folder and (os.path.isdir(real) or path.endswith(("/", os.sep))):
        raise CommandError("SOURCE is a file, so DESTINATION is a new file too: name it, such as %s"
                           % printable(os.path.join(path, os.path.basename(source))))
    if is_folder and os.path.isdir(real) and not os.listdir(real):
        return real
    if os.path.lexists(real):
        raise CommandError("DESTINATION %s exists already%s, and nothing is overwritten: name a new one" % (
            printable(path), " and isn't empty" if os.path.isdir(real) else ""))
    return real


def _is_in(path, folder):
    return path.startswith(folder.rstrip(os.sep) + os.sep)


def _publish(options, outcome, staging, report_place, destination, stack):
    """Moves the new program and the report to their places, both or none."""
    inside = written = None
    if report_place is not None:
        as_page = options.report.lower().endswith((".html", ".htm"))
        text = page(outcome) if as_page else report.text_report(outcome)
        data = text.encode("utf-8", "backslashreplace")
        inside = staging is not None and _is_in(report_place, destination)
        if inside:
            staging.file(os.path.relpath(report_place, destination).replace(os.sep, "/"), data)
        else:
            written = stack.enter_context(Staging(report_place, "--report", False))
            written.file("report", data)
            written.publish()
    if staging is not None:
        try:
            staging.publish()
        except BaseException:
            if written:
                written.withdraw()
            raise


def _print(text, out):
    if out is None:
        return
    encoding = out.encoding or "utf-8"
    try:
        out.write(text.encode(encoding, "backslashreplace").decode(encoding))
        out.flush()
    except OSError as error:
        # What was to be written is there all the same, and the flush at exit must not fail as well.
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
        if not isinstance(error, BrokenPipeError):
            raise CommandError("the report can't be printed: %s; all else was done. --report FILE writes it "
                               "to a file"
                               % reason(error))
