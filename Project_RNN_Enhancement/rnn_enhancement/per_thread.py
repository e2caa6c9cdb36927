"""What holds for the code inside a `with` block, in the thread that entered it."""
import contextlib
import threading

__all__ = ["PerThread"]


class PerThread(threading.local):
    """Values that every thread has for itself.

    Args:
      **initial: the attributes, with what they are in a thread that has set nothing.
    """

    def __init__(self, **initial):
        super(PerThread, self).__init__()
        vars(self).update(initial)

    @contextlib.contextmanager
    def set(self, **values):
        """Context in which this thread's attributes are `values`; those before come back."""
        previous = {name: getattr(self, name) for name in values}
        vars(self).update(values)
        try:
            yield
        finally:
            vars(self).update(previous)
