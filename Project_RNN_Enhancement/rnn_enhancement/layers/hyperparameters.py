"""Hyperparameters by name, as `tf.contrib.training.HParams` held them."""
import json
import numbers
import re

__all__ = ["HParams"]

_ASSIGNMENT = re.compile(r"""
    \s*(?P<name>[a-zA-Z][\w.]*)
    (\[(?P<index>\s*\d+\s*)\])?
    \s*=\s*
    (\[(?P<list>[^\]]*)\] | (?P<value>[^,\[]*))
    \s*(,|$)""", re.VERBOSE)


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
        position, found, at = 0, {}, {}
        while position < len(values):
            match = _ASSIGNMENT.match(values, position)
            if match is None:
                raise ValueError("HParams: can't read %r in %r: write name=value or name=[value,value], with commas "
                                 "between." % (values[position:], values))
            position = match.end()
            name = match.group("name")
            if name not in self._hparam_types:
                raise ValueError("HParams: there is no %r; known: %s." % (name, ", ".join(sorted(self._hparam_types))))
            self._read(match, name, found, at)
        for name, value in found.items():
            self.set_hparam(name, value)
        for (name, index), value in at.items():
            items = list(getattr(self, name))
            if index >= len(items):
                raise ValueError("HParams: %s has %d items, got a value for number %d." % (name, len(items), index))
            items[index] = value
            self.set_hparam(name, items)
        return self

    def _read(self, match, name, found, at):
        kind, is_list = self._hparam_types[name]
        if match.group("list") is not None:
            items = [item.strip() for item in match.group("list").split(",") if item.strip()]
            target, key, value = found, name, [_parsed(kind, item, name) for item in items]
        elif match.group("index") is not None:
            target, key, value = at, (name, int(match.group("index"))), _parsed(kind, match.group("value"), name)
        else:
            target, key, value = found, name, _parsed(kind, match.group("value"), name)
            value = [value] if is_list else value
        if key in target:
            raise ValueError("HParams: %s is given twice." % name)
        target[key] = value

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

    def get_model_structure(self):
        """None; contrib kept a protocol buffer here."""
        return None

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
