"""The symbols around a sentence, and the padded arrays made of a batch of pairs."""
import collections

import numpy as np

from ..arguments import boolean, non_negative_int

__all__ = ["SymbolForm", "checked_form", "checked_pair", "time_major"]

_LARGEST = np.iinfo(np.int32).max

SymbolForm = collections.namedtuple("SymbolForm", ["pad_id", "go_id", "end_id", "reverse_source"])
SymbolForm.__doc__ = """The symbols around a sentence.

pad_id: fills up. go_id: the first decoder input. end_id: appended to every target, or None.
reverse_source: the last source symbol comes first, and padding before it.
"""


def checked_form(pad_id, go_id, end_id, reverse_source):
    """A `SymbolForm`; TypeError or ValueError names the argument that is wrong."""
    form = SymbolForm(non_negative_int("pad_id", pad_id), non_negative_int("go_id", go_id),
                      None if end_id is None else non_negative_int("end_id", end_id),
                      boolean("reverse_source", reverse_source))
    if form.end_id == form.pad_id:
        raise ValueError("end_id and pad_id are both %d: an end symbol would count as padding."
                         % form.pad_id)
    return form


def checked_pair(pair, number, form):
    """One item of the data as int32 arrays (source, target), the end symbol appended.

    Raises:
      TypeError: the item is no pair of sequences, or a symbol is no integer.
      ValueError: the item has not two parts, or a symbol lies outside [0, 2^31). Messages give
        `number`, which counts from 0.
    """
    if isinstance(pair, (str, bytes, dict)) or not hasattr(pair, "__len__"):
        raise TypeError("item %d must be a pair (source, target), got %r of type %s."
                        % (number, pair, type(pair).__name__))
    if len(pair) != 2:
        raise ValueError("item %d must be a pair (source, target), got %d parts: %r."
                         % (number, len(pair), pair))
    source = _checked_symbols(pair[0], number, "source")
    target = _checked_symbols(pair[1], number, "target")
    if form.end_id is not None:
        target = np.append(target, np.int32(form.end_id))
    return source, target


def _checked_symbols(symbols, number, part):
    where = "item %d: the %s" % (number, part)
    if isinstance(symbols, np.ndarray):
        if symbols.ndim != 1:
            raise ValueError("%s must be one sequence, got an array of shape %r."
                             % (where, symbols.shape))
        if symbols.size and symbols.dtype.kind not in "iu":
            raise TypeError("%s must hold integers, got an array of dtype %s."
                            % (where, symbols.dtype))
    else:
        if isinstance(symbols, (str, bytes, dict)) or not hasattr(symbols, "__len__"):
            raise TypeError("%s must be a sequence of integers, got %r of type %s."
                            % (where, symbols, type(symbols).__name__))
        # By type, as a bool and a float would both pass into an integer array.
        if set(map(type, symbols)) - {int}:
            for position, symbol in enumerate(symbols):
                if isinstance(symbol, bool) or not isinstance(symbol, (int, np.integer)):
                    raise TypeError("%s must hold integers, got %r of type %s at position %d."
                                    % (where, symbol, type(symbol).__name__, position))
    if len(symbols):
        for bound in (min(symbols), max(symbols)):
            if not 0 <= bound <= _LARGEST:
                raise ValueError("%s must hold symbols from 0 to %d, got %d."
                                 % (where, _LARGEST, bound))
    return np.array(symbols, np.int32)


def time_major(pairs, bucket, lengths, form, weight_dtype=np.float32):
    """A batch of pairs as padded time-major arrays.

    Args:
      pairs: list of pairs of int32 arrays.
      bucket: pair of ints, the lengths that the sentences are padded to.
      lengths: pair of ints, at least `bucket`: the lengths of the arrays, padding behind.
      form: `SymbolForm`.
      weight_dtype: NumPy float type.

    Returns:
      (encoder inputs, decoder inputs, targets, weights): arrays [length, batch], int32 and
      `weight_dtype`. Decoder inputs are GO and all of the target but what doesn't fit. Weights are
      0 where the target is padding and 1 elsewhere.
    """
    source_length, target_length = bucket
    encoder = np.full([len(pairs), lengths[0]], form.pad_id, np.int32)
    targets = np.full([len(pairs), lengths[1]], form.pad_id, np.int32)
    decoder = np.full([len(pairs), lengths[1]], form.pad_id, np.int32)
    for row, (source, target) in enumerate(pairs):
        if form.reverse_source:
            encoder[row, source_length - len(source):source_length] = source[::-1]
        else:
            encoder[row, :len(source)] = source
        targets[row, :len(target)] = target
    decoder[:, 0] = form.go_id
    decoder[:, 1:target_length] = targets[:, :target_length - 1]
    weights = (targets != form.pad_id).astype(weight_dtype)
    return tuple(np.ascontiguousarray(array.T) for array in (encoder, decoder, targets, weights))
