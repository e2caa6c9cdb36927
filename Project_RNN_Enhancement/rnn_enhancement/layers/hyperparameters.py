"""Hyperparameters by name, as `tf.contrib.training.HParams` held them."""
import json
import numbers
import re

__all__ = ["HParams"]

_NAME = re.compile(r"([A-Za-z][\w.]*)(?:\[ *([0-9]+) *\])?$")


def _assignments(text):
    """(name, index or None, text of the value) for each part of "a=1,b=[2,3],b[0]=4".

    Raises:
      ValueError: if it isn't of this form.
    """
    depth, start = 0, 0
    for position, character in enumerate(text + ","):
        depth += {"[": 1, "]": -1}.get(character, 0)
        if character != "," or depth:
            continue
        part, start = text[start:position].strip(), position + 1
        name, equal, value = part.partition("=")
        match = _NAME.match(name.strip())
        if match and equal:
            yield match.group(1), match.group(2), value.strip()
        elif part or position < len(text):
            raise ValueError("HParams: can't read %r in %r: write name=value or name=[value,value], with "
                             "commas "
                             "between." % (part, text))
    if depth:
        raise ValueError("HParams: brackets don't match in %r." % text)


class HParams(object):
    """Hyperparameters as attributes, each with the type that it was first given.

    Args:
      **kwargs: names and values: numbers, strings, bools, None, or lists of one of these.
    """

    def __init__(self, **kwargs):
        self._hparam_types = {}
        for name, value in kwargs.items():
            self.add_hparam(name, value)

    def add_hparam(self, name, value):
        """Adds a hyperparameter.

        Raises:
          ValueError: if there is one of this name, if it's the name of a method, or for an empty list.
        """
        if getattr(self, name, None) is not None:
            raise ValueError("HParams: %r is reserved or there already." % name)
        if isinstance(value, (list, tuple)):
            if not value:
                raise ValueError("HParams: the list %s must not be empty: its items tell the type." % name)
            self._hparam_types[name] = (type(value[0]), True)
        else:
            self._hparam_types[name] = (type(value), False)
        setattr(self, name, value)

    def set_hparam(self, name, value):
        """Gives a hyperparameter another value of its type.

        Raises:
          KeyError: if there is none of this name.
          ValueError: for a value of another type, or a list instead of a single value or the other way.
        """
        kind, is_list = self._hparam_types[name]
        if isinstance(value, (list, tuple)) != is_list:
            raise ValueError("HParams: %s must be %s, got %r." % (
                name, "a list" if is_list else "a single value", value))
        setattr(self, name, [_as(kind, item, name) for item in value] if is_list else _as(kind, value, name))

    def del_hparam(self, name):
        """Removes a hyperparameter, if it's there."""
        if hasattr(self, name):
            delattr(self, name)
            del self._hparam_types[name]

    def parse(self, values):
        """Sets hyperparameters from text such as "rate=0.1,sizes=[16,32],sizes[0]=8,name=x".

        Returns:
          This object.

        Raises:
          ValueError: if the text isn't of this form, a name isn't known, is given twice, or a value has
            another type.
        """
        found, at = {}, {}
        for name, index, text in _assignments(values):
            if name not in self._hparam_types:
                raise ValueError("HParams: there is no %r; known: %s."
                                 % (name, ", ".join(sorted(self._hparam_types))))
            target, key, value = self._read(name, index, text, found, at)
            if key in target:
                raise ValueError("HParams: %s is given twice." % name)
            target[key] = value
        for name, value in found.items():
            self.set_hparam(name, value)
        for (name, index), value in at.items():
            items = list(getattr(self, name))
            if index >= len(items):
                raise ValueError("HParams: %s has %d items, got a value for number %d."
                                 % (name, len(items), index))
            items[index] = value
            self.set_hparam(name, items)
        return self

    def _read(self, name, index, text, found, at):
        """(the dict that a value belongs to, its key, the value)."""
        kind, _ = self._hparam_types[name]
        if text.startswith("[") and text.endswith("]"):
            items = [item.strip() for item in text[1:-1].split(",") if item.strip()]
            return found, name, [_parsed(kind, item, name) for item in items]
        value = _parsed(kind, text, name)
        if index is not None:
            return at, (name, int(index)), value
        return found, name, value

    def override_from_dict(self, values_dict):
        """Sets hyperparameters from a dict; returns this object."""
        for name, value in values_dict.items():
            self.set_hparam(name, value)
        return self

    set_from_map = override_from_dict

    def values(self):
        """dict from names to values."""
        return {name: getattr(self, name) for name in self._hparam_types}

    def get(self, key, default=None):
        """The value of a name, or `default`."""
        return getattr(self, key) if key in self._hparam_types else default

    def to_json(self, indent=None, separators=None, sort_keys=False):
        """The values as JSON; functions are left out."""
        kept = {name: value for name, value in self.values().items() if not callable(value)}
        return json.dumps(kept, indent=indent, separators=separators, sort_keys=sort_keys)

    def parse_json(self, values_json):
        """Sets hyperparameters from JSON; returns this object."""
        return self.override_from_dict(json.loads(values_json))

    def __contains__(self, key):
        return key in self._hparam_types

    def __str__(self):
        return str(sorted(self.values().items()))

    def __repr__(self):
        return "%s(%s)" % (type(self).__name__, self)


def _as(kind, value, name):
    """A value as a hyperparameter's type, if nothing is lost by that."""
    if isinstance(value, kind) and not (isinstance(value, bool) and kind is not bool) or value is None or (
            kind is type(None)):
        return value
    if issubclass(kind, bool) or isinstance(value, bool):
        is_fitting = False
    elif issubclass(kind, numbers.Integral):
        is_fitting = isinstance(value, numbers.Integral)
    elif issubclass(kind, numbers.Number):
        is_fitting = isinstance(value, numbers.Number)
    else:
        is_fitting = issubclass(kind, str) and isinstance(value, bytes)
    if not is_fitting:
        raise ValueError("HParams: %s must be of type %s, got %r." % (name, kind.__name__, value))
    return value.decode("utf-8") if isinstance(value, bytes) else kind(value)


def _parsed(kind, text, name):
    """The value that text stands for."""
    text = text.strip()
    if issubclass(kind, bool):
        if text.lower() in ("true", "1"):
            return True
        if text.lower() in ("false", "0"):
            return False
        raise ValueError("HParams: %s must be true or false, got %r." % (name, text))
    if issubclass(kind, numbers.Number):
        try:
            return kind(text)
        except ValueError:
            raise ValueError("HParams: %s must be of type %s, got %r." % (name, kind.__name__, text))
    return text
