"""Progress on stderr: a tqdm bar for a person who watches, lines for a log file."""
import shutil
import sys


class Progress(object):
    """Shows how much of the training budget is used.  A context manager.

    Args:
      bar: True for a bar, False for lines, None for a bar if stderr is a terminal.  Without the
        package tqdm there are only lines.
      start: fraction of the budget that earlier runs have used.
    """

    def __init__(self, bar=None, start=0.0):
        self._bar = None
        if bar or (bar is None and sys.stderr.isatty()):
            try:
                from tqdm import tqdm
            except ImportError:
                return
            # tqdm shows nothing on a terminal that doesn't tell its size, as in some containers.
            size = shutil.get_terminal_size()
            self._bar = tqdm(total=100, initial=round(100 * start, 1), file=sys.stderr,
                             ncols=min(120, size.columns or 80), nrows=size.lines or 24,
                             bar_format="{l_bar}{bar}| {elapsed}<{remaining}{postfix}")

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        if self._bar is not None:
            self._bar.close()

    def update(self, fraction, text):
        """Moves the bar to `fraction` of the whole, and shows `text` after it."""
        if self._bar is not None:
            self._bar.set_postfix_str(text, refresh=False)
            self._bar.update(min(100.0, round(100 * fraction, 1)) - self._bar.n)

    def line(self, text):
        """Writes a line of its own, above the bar if there is one."""
        if self._bar is not None:
            self._bar.write(text, file=sys.stderr)
        else:
            sys.stderr.write(text + "\n")
            sys.stderr.flush()
