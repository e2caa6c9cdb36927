"""Types of command-line options, for `argparse`: each says what it expected."""
import argparse


def positive_int(text):
    """A whole number of at least 1."""
    return _number(text, int, lambda value: value >= 1, "a whole number of at least 1")


def positive_float(text):
    """A number above 0."""
    return _number(text, float, lambda value: 0 < value < float("inf"), "a number above 0")


def int_up_to(highest):
    """A whole number of at least 1 and at most `highest`."""
    return lambda text: _number(text, int, lambda value: 1 <= value <= highest,
                                "a whole number from 1 to %d" % highest)


def non_negative_float(text):
    """A number of at least 0."""
    return _number(text, float, lambda value: 0 <= value < float("inf"), "a number of at least 0")


def float_of_at_least_1(text):
    """A number of at least 1."""
    return _number(text, float, lambda value: 1 <= value < float("inf"), "a number of at least 1")


def fraction(text):
    """A number from 0 to 1."""
    return _number(text, float, lambda value: 0 <= value <= 1, "a number from 0 to 1")


def seed(text):
    """A seed that NumPy and TensorFlow both take."""
    return _number(text, int, lambda value: 0 <= value < 2 ** 31,
                   "a whole number from 0 to 2147483647")


def names(allowed):
    """Names out of `allowed`, separated by commas, each once."""
    def convert(text):
        chosen = [name.strip() for name in text.split(",")]
        for name in chosen:
            if name not in allowed:
                raise argparse.ArgumentTypeError("no %r among %s" % (name, ", ".join(allowed)))
        return sorted(set(chosen), key=allowed.index)
    return convert


def seeds(text):
    """Seeds separated by commas, each once."""
    return sorted({seed(part) for part in text.split(",")})


def hosts(text):
    """HOST:PORT, separated by commas, each once."""
    found = [host.strip() for host in text.split(",")]
    for host in found:
        name, _, port = host.rpartition(":")
        if not name or not port.isdigit() or not 0 < int(port) < 65536:
            raise argparse.ArgumentTypeError("expected HOST:PORT, got %r" % host)
        if found.count(host) > 1:
            raise argparse.ArgumentTypeError("%s is there twice" % host)
    return found


def index(text):
    """A whole number of at least 0."""
    return _number(text, int, lambda value: value >= 0, "a whole number of at least 0")


def _number(text, convert, allowed, wanted):
    try:
        value = convert(text)
    except ValueError:
        value = None
    if value is None or not allowed(value):
        raise argparse.ArgumentTypeError("expected %s, got %r" % (wanted, text))
    return value
