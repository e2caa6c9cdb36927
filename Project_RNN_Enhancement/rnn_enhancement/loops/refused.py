"""What is raised where a loop would not do what copies of a step do."""

__all__ = ["Refused"]


class Refused(Exception):
    """A loop would not do what copies of the step do; the message says why.

    Attributes:
      reason: name of the row of `unrolling.reasons.REASONS`.
    """

    def __init__(self, reason, message):
        super(Refused, self).__init__(message)
        self.reason = reason
