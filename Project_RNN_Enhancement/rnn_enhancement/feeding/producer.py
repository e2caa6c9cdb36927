"""A thread that makes elements ahead of time, which can always be left waiting."""
import queue
import threading

__all__ = ["NOT_YET", "Producer"]

NOT_YET = object()

# How long a wait lasts, in seconds, before whoever waits looks around.
_PATIENCE = 0.1


class Producer(object):
    """Runs through an iterator in a thread, some elements ahead.

    Neither side blocks for long: a session can be closed while the iterator is stuck, and the
    thread ends when nobody takes its elements any more.

    Args:
      elements: function that returns the iterator.
      ahead: int, how many elements may wait.

    Attributes:
      failure: the exception that ended the iterator, or None.
    """

    def __init__(self, elements, ahead):
        self.failure = None
        self._elements = elements
        self._queue = queue.Queue(ahead)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="feeding", daemon=True)

    def __iter__(self):
        """The elements, once; `NOT_YET` whenever the next one takes longer."""
        self._thread.start()
        try:
            while True:
                try:
                    elements = self._queue.get(timeout=_PATIENCE)
                except queue.Empty:
                    yield NOT_YET
                    continue
                if not elements:
                    return
                yield elements[0]
        finally:
            self._stopped.set()

    def _work(self):
        try:
            for element in self._elements():
                if not self._put([element]):
                    return
        except BaseException as error:
            # Whatever it is, it must reach the training loop: this thread has no other witness.
            self.failure = error
        self._put([])

    def _put(self, elements):
        while not self._stopped.is_set():
            try:
                self._queue.put(elements, timeout=_PATIENCE)
                return True
            except queue.Full:
                pass
        return False
