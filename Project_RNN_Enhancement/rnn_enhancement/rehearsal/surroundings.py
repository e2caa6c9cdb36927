"""What a function of the user's finds around it, and sets there, as its code says."""
import collections
import dis
import functools
import os
import sys
import types

__all__ = ["Surroundings", "is_of_python", "surroundings_of"]

_STANDARD_LIBRARY = os.path.dirname(os.__file__)

# By these code comes to modules, and to what is in them, without naming it otherwise than in texts.
_TO_MODULES = frozenset(["globals", "__import__", "import_module", "modules", "f_globals"])
_BY_TEXTS = _TO_MODULES.union(["getattr", "vars", "__dict__"])

# to_modules: names of modules, if the code comes to them by one of `_TO_MODULES`; else None.
_Names = collections.namedtuple("_Names", ["read", "imported", "attributes", "set", "to_modules"])

Surroundings = collections.namedtuple("Surroundings", ["closure", "values", "modules", "set"])
Surroundings.__doc__ = """What a function finds around it.

Attributes:
  closure: list of (name of the function, value) of its closure.
  values: list of (name, value) of its globals, its defaults and the modules that it reads.
  modules: list of those modules, without TensorFlow's and Python's own.
  set: name of a variable around it that it sets; None: it sets none.
"""


def _instructions(code):
    """Of a function's code and of the functions inside it."""
    for instruction in dis.get_instructions(code):
        yield code, instruction
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            for found in _instructions(constant):
                yield found


@functools.lru_cache(maxsize=1024)
def _names_in(code):
    read, imported, attributes, changed, texts = [], [], set(), None, set()
    for inner, instruction in _instructions(code):
        kind, name = instruction.opname, instruction.argval
        if kind == "LOAD_GLOBAL":
            read.append(name)
        elif kind == "IMPORT_NAME":
            imported.append(name)
        elif kind in ("LOAD_ATTR", "LOAD_METHOD", "IMPORT_FROM"):
            attributes.add(name)
        elif kind.startswith("LOAD_CONST") and isinstance(name, str):
            texts.add(name)
        elif kind == "STORE_GLOBAL" or kind == "STORE_DEREF" and (
                name in inner.co_freevars and name in code.co_freevars):
            changed = name
    used = attributes.union(read, imported)
    if used & _BY_TEXTS:
        attributes.update(texts)
    return _Names(list(collections.OrderedDict.fromkeys(read)), imported, attributes, changed,
                  sorted(texts) if used & _TO_MODULES else None)


@functools.lru_cache(maxsize=None)
def is_of_python(name):
    """Whether the module of this name is one of Python's own."""
    if name in sys.builtin_module_names:
        return True
    path = getattr(sys.modules.get(name), "__file__", None) or ""
    return path.startswith(_STANDARD_LIBRARY) and "-packages" not in path


def surroundings_of(function, is_trusted):
    """The `Surroundings` of a function.

    Args:
      is_trusted: function of a module's name: whether what is in it isn't looked at.
    """
    names, closure = _names_in(function.__code__), []
    for cell in function.__closure__ or ():
        try:
            closure.append((function.__name__, cell.cell_contents))
        except ValueError:
            # Nothing is in it yet.
            continue
    values = [(name, function.__globals__[name]) for name in names.read
              if name in function.__globals__]
    values.extend((function.__name__, value) for value in function.__defaults__ or ())
    values.extend((function.__name__, value)
                  for value in (function.__kwdefaults__ or {}).values())
    modules = []
    stack = [value for _, value in closure + values if isinstance(value, types.ModuleType)]
    stack.extend(sys.modules[name] for name in names.imported if name in sys.modules)
    if names.to_modules is not None:
        named = [sys.modules.get(name) for name in names.to_modules]
        stack.extend(module for module in named if isinstance(module, types.ModuleType))
        own = sys.modules.get(function.__globals__.get("__name__"))
        if getattr(own, "__dict__", None) is function.__globals__:
            stack.append(own)
    while stack:
        module = stack.pop()
        if module in modules or is_trusted(module.__name__) or (
                is_of_python(module.__name__)):
            continue
        modules.append(module)
        for name in sorted(names.attributes.intersection(vars(module))):
            value = vars(module)[name]
            if isinstance(value, types.ModuleType):
                stack.append(value)
            else:
                values.append((name, value))
    return Surroundings(closure, values, modules, names.set)
