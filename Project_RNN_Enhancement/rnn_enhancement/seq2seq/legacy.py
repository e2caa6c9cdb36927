"""Call forms of the sequence-to-sequence functions from before TensorFlow 0.8."""
import inspect

from ..arguments import is_plain_integer, with_signature_of
from ..tf1 import is_tensor, tf

__all__ = ["embedding_size_may_be_missing"]


def embedding_size_may_be_missing(position):
    """Decorator: a call whose positionals show that `embedding_size` was left out gets None there.

    Until 0.7 the functions had no such argument. What stood in its place was an
    `output_projection`, or a number of heads followed by something that is no number.
    """
    def decorate(function):
        names = list(inspect.signature(function).parameters)
        assert names[position] == "embedding_size"
        before_heads = names[position + 1] == "num_heads"
        # What took the place then is the next argument now, or the output projection.
        taker = names.index("num_heads" if before_heads else "output_projection")

        def is_missing(args):
            if len(args) <= position:
                return False
            given = args[position]
            if isinstance(given, (tuple, list)):
                return True
            if len(args) == position + 1:
                return False
            after = args[position + 1]
            if given is None:
                # No output projection, and then `feed_previous`.
                return isinstance(after, bool) or is_tensor(after) and after.dtype == tf.bool
            return before_heads and is_plain_integer(given) and not is_plain_integer(after)

        @with_signature_of(function)
        def wrapper(*args, **kwargs):
            if is_missing(args):
                args = args[:position] + (None,) * (taker - position) + args[position:]
            return function(*args, **kwargs)
        return wrapper
    return decorate
