"""How varied a set of outputs is."""
from ..arguments import checked_keywords, positive_int

__all__ = ["distinct_n", "distinct_1", "distinct_2"]


@checked_keywords
def distinct_n(outputs, n, end_symbol=None):
    """Number of different n-grams in all outputs divided by the number of tokens.

    Li et al. 2016, arXiv:1510.03055: the divisor is the number of generated tokens for every n
    (many toolkits divide by the number of n-grams).

    Args:
      outputs: iterable of sequences of symbols or words.
      n: int >= 1.
      end_symbol: symbol at which a sequence ends; it and what follows don't count. None: sequences
        are taken whole.

    Returns:
      float in [0, 1]; 0 if there are no tokens.

    Raises:
      TypeError, ValueError: if `n` is no integer >= 1.
    """
    n = positive_int("n", n)
    found, tokens = set(), 0
    for output in outputs:
        output = [item.item() if hasattr(item, "item") else item for item in output]
        if end_symbol is not None and end_symbol in output:
            output = output[:output.index(end_symbol)]
        tokens += len(output)
        found.update(tuple(output[i:i + n]) for i in range(len(output) - n + 1))
    return len(found) / float(tokens) if tokens else 0.0


@checked_keywords
def distinct_1(outputs, end_symbol=None):
    """`distinct_n` of single symbols."""
    return distinct_n(outputs, 1, end_symbol)


@checked_keywords
def distinct_2(outputs, end_symbol=None):
    """`distinct_n` of pairs."""
    return distinct_n(outputs, 2, end_symbol)
