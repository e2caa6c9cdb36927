"""A whole program through the upgrade: all its sources are read before the first is rewritten."""
import collections

__all__ = ["Options", "Conversion", "convert_program"]


class Options(collections.namedtuple("Options", "target era hints")):
    """What the user asks for.

    Attributes:
      target: "1.15", or "2" for a source that runs on 1.15 and on 2.x.
      era: the version of TensorFlow that the program was written for, such as "0.12"; None: found
        from its sources.
      hints: list of (version, where it was read) that the program's README or requirements name.
    """

    __slots__ = ()

    def __new__(cls, target="2", era=None, hints=()):
        return super(Options, cls).__new__(cls, target, era, tuple(hints))


# text: the rewritten source, or None where it isn't Python; findings: list of Finding.
Conversion = collections.namedtuple("Conversion", "text findings")


def convert_program(sources, options):
    """Rewrites the sources of one program.

    Args:
      sources: dict from each file's path in the program's folder ("data/reader.py", "/" between
        the parts) to its text, lines ended by a line feed.
      options: Options.

    Returns:
      (dict from path to Conversion, list of str: what is said of the program as a whole and needs
      no action, list of str: what a person has to decide for the program as a whole, such as the era).
    """
