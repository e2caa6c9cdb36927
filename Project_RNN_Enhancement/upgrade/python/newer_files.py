"""Text and bytes in Python 3: how files are opened, pickles, and `decode` and `encode`."""
import re

import libcst

from . import bytes_as_text
from .opened import is_pickle, opened_files, takes_bytes, text_of
from .scopes import Scoped

__all__ = ["rewrite"]

_NOT_TEXT = frozenset("base64 bz2 hex hex_codec quopri rot13 rot_13 string_escape string-escape "
                      "unicode_escape unicode-escape uu zip "
                      "zlib".split())
# Python 3 encodes text by these as well.
_ESCAPES = frozenset(["unicode_escape", "unicode-escape"])
_CHARSET = re.compile(r"utf|ascii|latin|iso-?8859|cp125", re.I)
_CODEC_NAME = re.compile(r"enc|codec|charset", re.I)
_DECODED = "Text has no decode in Python 3"
_SAVES = {"numpy.save", "numpy.savez", "numpy.savez_compressed", "numpy.load", "marshal.dump", "marshal.load"}
_TEMPORARY = {"tempfile.TemporaryFile", "tempfile.NamedTemporaryFile", "tempfile.SpooledTemporaryFile"}
_NUMBERS = {"builtins.int.from_bytes", "numpy.frombuffer", "numpy.fromfile", "numpy.fromstring", "struct.unpack",
            "struct.unpack_from"}
_LATIN1 = ('encoding="latin1" reads what Python 2 wrote, its str as text; it doesn\'t touch what Python 3 '
           'wrote')


def rewrite(parsed, python2):
    """Puts the changes into `parsed`.

    Args:
      parsed: spans.Parsed.
      python2: whether the text was Python 2.
    """
    calls = _Calls(parsed)
    parsed.tree.visit(calls)
    done, files = set(), [opened for opened in opened_files(parsed) if opened.mode is not None]
    for opened in files:
        done.update(_Mode(calls, opened, python2).decide())
    if calls.has_bytes and any(_gives_bytes(opened) for opened in files):
        bytes_as_text.report(parsed)
    for call in calls.decodes:
        if call not in done:
            _decode(calls, call, python2)
    for call in calls.encodes:
        codec = text_of(call.args[0].value) if call.args else None
        if codec in _NOT_TEXT - _ESCAPES:
            calls.look(call, "Python 3's encode makes bytes of text only: %s is in binascii, base64, codecs "
                             "or zlib" % codec)
        elif python2 and call in calls.printed and call not in done:
            _drop(calls, call, "print of Python 3 writes text; of bytes it shows b'...'")
        elif python2 and call not in done and codec is not None and _CHARSET.match(codec) and (
                not calls.has_bytes and not takes_bytes(parsed, call)):
            calls.look(call, "encode gives bytes in Python 3, which no text equals: leave it out where its "
                             "result "
                             "is used as text, such as a dictionary's key")
    if python2:
        for call in calls.temporary:
            _temporary(calls, call)
        for call in calls.loads:
            if calls.keyword(call, "encoding") is None and not any(arg.star for arg in call.args):
                calls.add_argument(call, 'encoding="latin1"')
                calls.changed(call, _LATIN1)


def _gives_bytes(opened):
    return "b" in opened.mode and opened.mode[:1] in "rU" and not (
        opened.pickled or opened.bytes or opened.decodes)


class _Calls(Scoped):
    """Collects the calls of `decode`, `encode` and of pickle's loading, and whether bytes are written out."""

    def __init__(self, parsed):
        super(_Calls, self).__init__(parsed)
        self.decodes, self.encodes, self.loads, self.printed = [], [], [], set()
        self.temporary, self.has_bytes, self.has_pickle = [], False, False
        # Whether numbers are made of bytes anywhere, by a function that may have the file.
        self.takes_bytes = False

    def visit_SimpleString(self, node):
        if "b" in node.prefix.lower():
            self.has_bytes = True

    def visit_Call(self, node):
        names = self.parsed.names(node.func)
        if is_pickle(names) and any(name.endswith((".load", ".loads")) for name in names) and node.args:
            self.loads.append(node)
        if names & _NUMBERS:
            self.takes_bytes = True
        if is_pickle(names) or names & _SAVES:
            self.has_pickle = True
        if names & _TEMPORARY and not any(arg.keyword is None or arg.keyword.value == "mode"
                                          for arg in node.args):
            self.temporary.append(node)
        if names == {"builtins.print"}:
            self.printed.update(arg.value for arg in node.args)
        if isinstance(node.func, libcst.Attribute) and len(node.args) <= 2:
            if node.func.attr.value == "decode":
                self.decodes.append(node)
            elif node.func.attr.value == "encode":
                self.encodes.append(node)


class _Mode(object):
    """Decides how one file is opened."""

    def __init__(self, calls, opened, python2):
        self.calls, self.opened, self.python2 = calls, opened, python2
        self.binary = "b" in opened.mode
        self.mode = opened.mode.replace("U", "") or "r"
        if self.mode[0] not in "rwax":
            self.mode = "r" + self.mode

    def decide(self):
        """Changes the call that opens the file; gives the calls of decode and encode that are dealt with."""
        opened, reasons, done = self.opened, [], set(self.opened.decodes)
        if "U" in opened.mode:
            reasons.append("Python 3 reads all kinds of line ends as text, and mode U is gone")
        extra = []
        if opened.pickled:
            if not self.binary:
                self._set_binary(True)
                reasons.append("A pickle is bytes in Python 3")
        elif opened.csv:
            if self.binary:
                self._set_binary(False)
                extra = [] if opened.gfile else ['newline=""']
                reasons.append("csv reads and writes text in Python 3")
        elif self.mode[0] in "wax":
            done |= self._writing(reasons, extra)
        else:
            self._reading(reasons, extra)
        if self.mode != opened.mode or extra:
            self._write(extra)
            self.calls.changed(opened.call, "; ".join(reasons))
        return done

    def _set_binary(self, binary):
        self.mode = self.mode.replace("b", "")
        if binary:
            self.mode = self.mode[0] + "b" + self.mode[1:]

    def _reading(self, reasons, extra):
        opened = self.opened
        if opened.decodes and not self.binary:
            encodings = self._codecs(opened.decodes)
            if encodings is None:
                self.calls.look(opened.decodes[0], _DECODED + ": give open() the encoding instead")
                return
            reason = "GFile has decoded it" if opened.gfile else "open() is told the encoding"
            for call in opened.decodes:
                _drop(self.calls, call, "%s: %s" % (_DECODED, reason))
            if not opened.gfile:
                extra.extend(encodings)
                reasons.append("What is read is text in Python 3, in the encoding that open() is told")
        elif opened.decodes and opened.with_text and self.python2:
            self.calls.look(opened.call, "What is read is bytes in Python 3 until it's decoded, and is used "
                                         "with text before: open it as text")
        elif self.binary and self.python2 and not opened.decodes and not opened.bytes:
            if self.calls.has_bytes:
                return
            if opened.text:
                self._set_binary(False)
                reasons.append("What is read is used as text, and in Python 3 mode b gives bytes")
            elif opened.unknown and not self.calls.takes_bytes:
                self.calls.look(opened.call,
                                "Mode b gives bytes in Python 3: write \"r\" if the file holds text")
        elif not self.binary and self.python2 and opened.gfile and opened.text and self.calls.has_bytes:
            self.calls.look(opened.call, "This reads text in Python 3, and the file has bytes (b\"...\") "
                                         "besides: make both the same")

    def _writing(self, reasons, extra):
        opened = self.opened
        encodes = [call for value in opened.written for call in _inside(value, self.calls.encodes)]
        if not self.binary:
            encodings = self._codecs(encodes) if encodes else None
            if encodings:
                for call in encodes:
                    _drop(self.calls, call, "A file that was opened for text takes no bytes in Python 3: "
                                            "open() is told the encoding")
                if not opened.gfile:
                    extra.extend(encodings)
                    reasons.append("What is written is text in Python 3, in the encoding that open() is told")
                return set(encodes)
            return set()
        texts = [self._is_text(value) for value in opened.written]
        certain = opened.dumped or texts and all(text is True for text in texts)
        likely = self.python2 and texts and not opened.unknown and not self.calls.has_bytes
        likely = likely and False not in texts
        if opened.gfile and not self.python2:
            return set()
        if not encodes and (certain or likely):
            self._set_binary(False)
            reasons.append("Text is written, and in Python 3 mode b takes bytes only")
        return set()

    def _is_text(self, value):
        """True for what is certainly text, False for bytes, None where it's not known."""
        if isinstance(value, (libcst.SimpleString, libcst.ConcatenatedString, libcst.FormattedString)):
            return not self.calls.parsed.source(value).lower().startswith(("b", "rb"))
        if isinstance(value, libcst.BinaryOperation):
            sides = [self._is_text(value.left)]
            if isinstance(value.operator, libcst.Add):
                sides.append(self._is_text(value.right))
            return True if True in sides else sides[0]
        if isinstance(value, libcst.Call):
            if self.calls.parsed.name(value.func) in ("builtins.str", "builtins.repr", "json.dumps"):
                return True
            method = value.func.attr.value if isinstance(value.func, libcst.Attribute) else ""
            if method in ("join", "format") and text_of(value.func.value) is not None:
                return True
            if method in ("encode", "tobytes", "tostring", "SerializeToString", "dumps", "read", "pack"):
                return False
        return None

    def _codecs(self, calls):
        """open()'s arguments in place of decode's or encode's; None unless it's one encoding, written out."""
        found = set()
        for call in calls:
            texts = tuple(text_of(arg.value) for arg in call.args)
            if None in texts or any(arg.keyword for arg in call.args) or set(texts[:1]) & _NOT_TEXT:
                return None
            found.add(texts or ("utf-8",))
        if len(found) != 1:
            return None
        return ['%s="%s"' % pair for pair in zip(("encoding", "errors"), found.pop())
                if self.calls.keyword(self.opened.call, pair[0]) is None]

    def _write(self, extra):
        call, parsed = self.opened.call, self.calls.parsed
        given = self.calls.keyword(call, "mode") or (call.args[1] if len(call.args) > 1 and
                                                     call.args[1].keyword is None else None)
        if given is not None and self.mode != self.opened.mode:
            quote = given.value.quote
            parsed.replace(*(parsed.span(given.value) + (quote + self.mode + quote,)))
        elif given is None and self.mode != self.opened.mode:
            end = parsed.outer_span(call.args[0].value)[1]
            parsed.replace(end, end, ', "%s"' % self.mode)
        for argument in extra:
            self.calls.add_argument(call, argument)


def _temporary(calls, call):
    """A temporary file whose mode isn't said: "w+b"."""
    if calls.has_bytes or calls.has_pickle or calls.encodes:
        calls.look(call, "A temporary file takes bytes in Python 3: give it mode=\"w+\" if "
                         "text is written to it")
        return
    if call.args:
        calls.add_argument(call, 'mode="w+"')
    else:
        end = calls.parsed.span(call)[1] - 1
        calls.parsed.replace(end, end, 'mode="w+"')
    calls.changed(call, "A temporary file takes bytes in Python 3 if it isn't told that text is written")


def _decode(calls, call, python2):
    """A `decode` of something that wasn't read from a file that this text opens."""
    codec = text_of(call.args[0].value) if call.args else None
    value = call.func.value
    if isinstance(value, libcst.Name) and value.value in ("self", "cls"):
        return
    is_text = _certainly_text(calls, value)
    if codec in _NOT_TEXT and (python2 or is_text):
        calls.look(call, "Python 3's decode makes text of bytes only: %s is in binascii, base64, codecs or "
                         "zlib" % codec)
    elif is_text:
        _drop(calls, call, _DECODED)
    elif python2 and isinstance(value, (libcst.Name, libcst.Subscript)) and _may_be_codec(calls, call) and not (
            calls.has_bytes or calls.is_object(value)):
        calls.look(call, _DECODED + ": leave it out if `%s` is text, as what is read from a file without "
                                    "mode b is" %
                   calls.parsed.source(value))


def _may_be_codec(calls, call):
    """Whether decode is given nothing or an encoding: what has other arguments is a program's own."""
    given = [arg.value for arg in call.args[:1]]
    return all(text_of(value) is not None or _CODEC_NAME.search(calls.parsed.source(value)) for value in given)


def _certainly_text(calls, value):
    if isinstance(value, (libcst.SimpleString, libcst.ConcatenatedString)):
        return not calls.parsed.source(value).lower().startswith(("b", "rb"))
    if isinstance(value, libcst.BinaryOperation):
        return isinstance(value.operator, (libcst.Modulo, libcst.Add)) and _certainly_text(calls, value.left)
    if isinstance(value, libcst.Subscript):
        return calls.parsed.name(value.value) == "sys.argv"
    if isinstance(value, libcst.Call):
        if isinstance(value.func, libcst.Attribute) and (
                value.func.attr.value in ("join", "format", "strip", "lower")):
            return _certainly_text(calls, value.func.value)
        return calls.parsed.name(value.func) in ("builtins.str", "builtins.input", "builtins.repr",
                                                 "sys.stdin.readline",
                                                 "sys.stdin.read")
    return False


def _inside(value, calls):
    """Those of the calls that make up a written value: it itself, or parts of a sum."""
    if isinstance(value, libcst.BinaryOperation):
        return _inside(value.left, calls) + _inside(value.right, calls)
    return [call for call in calls if call is value]


def _drop(calls, call, message):
    """x.decode(...) to x."""
    parsed = calls.parsed
    parsed.replace(parsed.outer_span(call.func.value)[1], parsed.span(call)[1], "")
    calls.changed(call, message)
