"""The fixers of fissix's that turn Python 2 into Python 3 here, and why each of them changes a line."""

__all__ = ["BUILT_IN", "REASONS", "TEXT_REASON"]

_RENAMED_MODULE = "This module of the standard library has another name in Python 3"
_LIST = "%s gives an iterator in Python 3, not a list"

# fissix's fixer -> why it changes a line.
REASONS = {
    "apply": "apply() is gone in Python 3",
    "asserts": "This name of unittest's is gone in today's Python",
    "basestring": "basestring is gone in Python 3: all text is str",
    "default_encoding": "Python 3 has one encoding for text in programs, so that reload(sys) and "
                        "sys.setdefaultencoding are gone",
    "dict": "keys, values and items give views in Python 3, and iterkeys, itervalues and iteritems are gone",
    "except": "An exception is named with `as` in Python 3",
    "exec": "exec is a function in Python 3",
    "execfile": "execfile is gone in Python 3",
    "exitfunc": "sys.exitfunc is gone in Python 3",
    "file": "file() is gone in Python 3: open() does the same",
    "filter": _LIST % "filter",
    "funcattrs": "This attribute of functions has another name in Python 3",
    "getcwdu": "os.getcwdu is called os.getcwd in Python 3",
    "has_key": "has_key is gone in Python 3",
    "import": "Python 3 looks for a module beside this file only when the import says so",
    "imports": _RENAMED_MODULE,
    "imports2": _RENAMED_MODULE,
    "input": "Python 2's input() evaluated what was typed; Python 3's gives the text",
    "intern": "intern is in sys in Python 3",
    "isinstance": "str and unicode are one type in Python 3",
    "itertools": "imap, izip and ifilter are gone in Python 3: the built-in functions do the same",
    "itertools_imports": "imap, izip and ifilter are gone in Python 3: the built-in functions do the same",
    "long": "int and long are one type in Python 3",
    "map": _LIST % "map",
    "metaclass": "A metaclass is named in the class's first line in Python 3",
    "methodattrs": "This attribute of methods has another name in Python 3",
    "ne": "<> is written != in Python 3",
    "next": "An iterator's next() is called __next__ in Python 3, and next(iterator) calls it",
    "nonzero": "__nonzero__ is called __bool__ in Python 3",
    "numliterals": "Python 3 writes this number in another way",
    "operator": "This function of the module operator is gone in Python 3",
    "paren": "Python 3 wants parentheses here",
    "plain_names": "This built-in function has another name in Python 3",
    "print": "print is a function in Python 3",
    "raise": "Python 3 raises with the message in parentheses",
    "raw_input": "raw_input is called input in Python 3",
    "reduce": "reduce is in functools in Python 3",
    "reload": "reload is in importlib in Python 3",
    "renames": "sys.maxint is gone in Python 3; sys.maxsize takes its place",
    "repr": "Backticks are written repr() in Python 3",
    "standarderror": "StandardError is called Exception in Python 3",
    "sys_exc": "sys.exc_type and its like are gone in Python 3",
    "throw": "Python 3 throws with the message in parentheses",
    "tuple_params": "Python 3 has no tuples among a function's arguments",
    "types": "This name of the module types is gone in Python 3",
    "unicode": "unicode is called str in Python 3, and unichr is called chr",
    "urllib": "urllib, urllib2 and urlparse are one package in Python 3",
    "xrange": "xrange is called range in Python 3, where range gives no list",
    "xreadlines": "xreadlines is gone in Python 3: a file gives its lines itself",
    "zip": _LIST % "zip",
}
TEXT_REASON = 'Python 3 has no ur"..." and reads \\u in text as the beginning of a character'
# A function that a program defines itself is not the one that the fixer looks for.
BUILT_IN = {name: name for name in "apply execfile file filter input intern long map raw_input reduce "
                                   "reload zip".split()}
BUILT_IN.update({"range": "xrange", "xrange": "xrange", "basestring": "basestring", "unicode": "unicode"})
