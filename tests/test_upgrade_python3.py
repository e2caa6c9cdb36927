"""The upgrade of Python 2 text: what each piece becomes, and whole small programs that run afterwards."""
import ast
import io
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import unittest

try:
    from Project_RNN_Enhancement.upgrade import program
    from Project_RNN_Enhancement.upgrade.python import newer_python, python3
except ImportError as error:
    raise unittest.SkipTest("the packages of the extra `upgrade` are missing: %s" % error)

from Project_RNN_Enhancement.upgrade.findings import CHANGED, LOOK
from tests.sizes import slow

# (Python 2, Python 3, lines with a CHANGED, lines with a LOOK).
PIECES = [
    ("print 'a'\n", "print('a')\n", [1], []),
    ("print\n", "print()\n", [1], []),
    ("x = 1\nprint 'a', x,\n", "x = 1\nprint('a', x, end=' ')\n", [2], []),
    ("print >>f, 'a %s' % x\n", "print('a %s' % x, file=f)\n", [1], []),
    ("print ('a' % x)\nprint 1", "print ('a' % x)\nprint(1)", [2], []),
    ("print ('a', x)\nprint 1\n", "print(('a', x))\nprint(1)\n", [1, 2], []),
    ("print('a', b)\nx = a.itervalues()\n", "print('a', b)\nx = iter(a.values())\n", [2], []),
    ("print 'end'  # of the file\n\n\n# last", "print('end')  # of the file\n\n\n# last", [1], []),
    ("exec 'code' in ns\n", "exec('code', ns)\n", [1], []),
    ("raise ValueError, 'a'\n", "raise ValueError('a')\n", [1], []),
    ("try:\n    pass\nexcept (A, B), e:\n    pass\n", "try:\n    pass\nexcept (A, B) as e:\n    pass\n", [3],
     []),
    ("x = `a` + 10L + 0777\n", "x = repr(a) + 10 + 0o777\n", [1], []),
    ("x = u'\u00fc' <> ur'\\d'\n", "x = u'\u00fc' != r'\\d'\n", [1], []),
    ("x = '\\u0041'\nprint x\n", "x = '\\\\u0041'\nprint(x)\n", [1, 2], []),
    ("x = ur'\\u00e4'\n", "x = r'\\u00e4'\n", [1], [1]),
    ("x = [i for i in xrange(3)]\n", "x = [i for i in range(3)]\n", [1], []),
    ("xrange(3)\nx = range(3)\n", "range(3)\nx = list(range(3))\n", [1, 2], []),
    ("f = xrange\n", "f = range\n", [1], []),
    ("for k, v in d.iteritems(): pass\n", "for k, v in d.items(): pass\n", [1], []),
    ("if d.has_key(1): pass\n", "if 1 in d: pass\n", [1], []),
    ("x = isinstance(s, (str, unicode))\n", "x = isinstance(s, str)\n", [1], []),
    ("x = file('a').read()\n", "x = open('a').read()\n", [1], []),
    ("x = raw_input('a')\ny = input('b')\n", "x = input('a')\ny = eval(input('b'))\n", [1, 2], []),
    ("x = map(lambda a: a if a else 1, unicode(s))[0]\n",
     "x = list(map(lambda a: a if a else 1, str(s)))[0]\n", [1], []),
    ("x = filter(f, long(y))\nz = zip(x, x)\n", "x = list(filter(f, int(y)))\nz = list(zip(x, x))\n", [1, 2],
     []),
    ("x = [1] + range(1, n) + y\n", "x = [1] + list(range(1, n)) + y\n", [1], []),
    ("def f(n):\n    x = range(n)\n    random.shuffle(x)\n    return map(g, x)[0]\n",
     "def f(n):\n    x = list(range(n))\n    random.shuffle(x)\n    return list(map(g, x))[0]\n", [2, 4], []),
    ("class A:\n    def f(self): self.x = range(4)\n    def g(self): self.x[0] = len(zip(a, b))\n",
     "class A:\n    def f(self): self.x = list(range(4))\n    def g(self): self.x[0] = len(list(zip(a, b)))\n",
     [2, 3], []),
    ("x = dict(a.items() + b.items())\ny = range(3) * 2\nz = filter(f, y)\nz.sort()\n",
     "x = dict(list(a.items()) + list(b.items()))\ny = list(range(3)) * 2\nz = list(filter(f, y))\nz.sort()\n",
     [1, 2, 3], []),
    ("import csv\nr = csv.reader(open(f))\nr.next()\nx = open(g).next()\n",
     "import csv\nr = csv.reader(open(f))\nnext(r)\nx = next(open(g))\n", [3, 4], []),
    ("with open(f) as g:\n    g.next()\n", "with open(f) as g:\n    next(g)\n", [2], []),
    ("import cPickle\nx = cPickle.load(f)\n", "import pickle\nx = pickle.load(f)\n", [1, 2], []),
    ("import Queue, ConfigParser\n", "import queue, configparser\n", [1], []),
    ("from cStringIO import StringIO\n", "from io import StringIO\n", [1], []),
    ("import urllib2\nurllib2.urlopen(x)\n",
     "import urllib.request, urllib.error, urllib.parse\nurllib.request.urlopen(x)\n", [1, 2], []),
    ("import itertools\nx = itertools.izip(a, b)\n", "import itertools\nx = zip(a, b)\n", [2], []),
    ("import os\n\nx = reduce(f, y)\n", "import os\nfrom functools import reduce\n\nx = reduce(f, y)\n", [3],
     []),
    ("import sys\nreload(sys)\nsys.setdefaultencoding('utf-8')\nx = 1\n", "import sys\nx = 1\n", [2, 3], []),
    ("import sys\nx = sys.maxint\n", "import sys\nx = sys.maxsize\n", [2], []),
    ("def f(a, (b, c)):\n    print a\n",
     "def f(a, xxx_todo_changeme):\n    (b, c) = xxx_todo_changeme\n    print(a)\n", [1, 2], []),
    ("class A:\n    def __iter__(self): return self\n    def next(self): return 1\nprint A().next()\n",
     "class A:\n    def __iter__(self): return self\n    def __next__(self): return 1\nprint(next(A()))\n",
     [3, 4], []),
    ("class A:\n    def next(self): return 1\nprint A().next()\n",
     "class A:\n    def next(self): return 1\nprint(A().next())\n", [3], []),
    ("if x:\n\tprint 1\n        y = '''\n\tb'''\n", "if x:\n        print(1)\n        y = '''\n\tb'''\n", [2],
     []),
    ("def filter(a): return a\nx = filter(unicode('a'))\n", "def filter(a): return a\nx = filter(str('a'))\n",
     [2], []),
]

# What Python 3 takes, with nothing that only Python 2 has.
UNTOUCHED = [
    "", "\n", "# nothing", "x = map(f, y)\nprint(x)\nz = 1 / 2\nw = d.items()", "print ('a' % b)\n",
    "from __future__ import print_function\nx = zip(a, b)\n",
    "from six.moves import xrange\nfor i in xrange(len(x) / 2): pass\n",
    "try:\n    import cPickle as pickle\nexcept ImportError:\n    import pickle\nx = map(f, y)\n",
    "import sys\nif sys.version_info[0] < 3:\n    range = xrange\nx = zip(a, b)\n",
    "import sys\nPY3 = sys.version_info[0] == 3\nx = zip(a, b) if PY3 else a.iteritems()\n",
    "try:\n    unicode\nexcept NameError:\n    unicode = str\nx = unicode(y).split()\n",
    "def clean(string):\n    return string.lower().join(string.replace('a', 'b'))\n",
    "class A:\n    def next(self):\n        return 1\nx = A().next()\n",
    "def f(a, *, b: int = 3) -> int:\n    return f'{a}'\n",
    "import thread\n",
    "with open(f) as g:\n    x = g.read()\ng = Loader()\ng.next()\nh = iter(x)\nh = Batches(x)\nx = h.next() / 2\n",
    "x = range(3)\ny = x[0] + np.ones(3) * x + len(x)\nz = list(map(f, x)) + [1]\nfor i in range(n): z[i] = x\n",
    "x = range(3)\nx = list(x)\nrandom.shuffle(x)\ndef f(x): x[0] = zip(x)\ny = np.array(a) + range(3)\n",
    "from lists import zip, range\nx = zip(a, b)[0] + range(3) * 2 + [1]\nz = a.items() + [1] + 1 * a.keys()\n",
    "class A:\n    def f(self, x): self.x = range(4)\n    def g(self, x): self.x = x\n    def h(self): self.x[0] = 1\n",
]

NOT_PYTHON = [("def f(:\n    pass\n", 1), ("x = 1\ny = 'a\n", 2), ("print 'a'\nx = (1\n", 3),
              ("x = 1\n{% if a %}\n", 2),
              ("<html>\n", 1), ("\x00", 1), ("nonlocal = 1\nprint 1\n", 1)]

DIVISIONS = [
    ("x = 1 / 2", "x = 1 // 2", True), ("x = 1 / 2.0", "x = 1 / 2.0", None),
    ("x = len(a) / 3", "x = len(a) // 3", True),
    ("n = 64\nx = len(a) / n", "n = 64\nx = len(a) // n", True),
    ("n = 0.5\nx = len(a) / n", "n = 0.5\nx = len(a) / n", None),
    ("x = a.shape[0] / 2", "x = a.shape[0] // 2", True), ("x = cost / iters", "x = cost / iters", None),
    ("x = int(a / b) + int(len(c) / 2)", "x = int(a / b) + int(len(c) / 2)", None),
    ("for i in range(a / b): pass", "for i in range(a // b): pass", True),
    ("n = (len(a) / b - 1) / c\nfor i in range(n): pass",
     "n = (len(a) // b - 1) // c\nfor i in range(n): pass", True),
    ("x = a[:n / 2]", "x = a[:n // 2]", True), ("x = [0] * (n / 2)", "x = [0] * (n // 2)", True),
    ("import numpy as np\nx = np.zeros(n / 2)", "import numpy as np\nx = np.zeros(n // 2)", True),
    ("import numpy as np\nx = np.repeat(y, n / 2)", "import numpy as np\nx = np.repeat(y, n // 2)", True),
    ("x = y.reshape(n / 2, -1)", "x = y.reshape(n // 2, -1)", True),
    ("x = y.reshape((n / 2, -1))", "x = y.reshape((n // 2, -1))", True),
    ("import random\nx = random.sample(y, n / 2)", "import random\nx = random.sample(y, n // 2)", True),
    ("import tensorflow as tf\nx = tf.nn.rnn_cell.GRUCell(n / 2)",
     "import tensorflow as tf\nx = tf.nn.rnn_cell.GRUCell(n // 2)", True),
    ("import tensorflow as tf\nx = tf.layers.dense(y / 2, units=n / 2)",
     "import tensorflow as tf\nx = tf.layers.dense(y / 2, units=n // 2)", True),
    ("import numpy as np\nx = np.zeros(3) / n + np.repeat(y / n, 2)",
     "import numpy as np\nx = np.zeros(3) / n + np.repeat(y / n, 2)", None),
    ("n = (c - 3) / 2\nx = a[:-n]\nn = f()", "n = (c - 3) // 2\nx = a[:-n]\nn = f()", True),
    ("n = f()\nfor x in y:\n    z = a[:n]\n    n = n / c", "n = f()\nfor x in y:\n    z = a[:n]\n    n = n / c", False),
    ("x = a[b / c]", "x = a[b / c]", False), ("num_batches = a.size / b", "num_batches = a.size / b", False),
    ("for i in range(9):\n    x = i / 3", "for i in range(9):\n    x = i // 3", True),
    ("x = 7\nx /= 2", "x = 7\nx //= 2", True), ("x = 7.\nx /= 2", "x = 7.\nx /= 2", None),
    ("def f(n=8):\n    return n / 2", "def f(n=8):\n    return n // 2", True),
    ("def f(n):\n    return n / 2", "def f(n):\n    return n / 2", None),
    ("class C:\n    size = 8\ndef f(c):\n    return c.size / 2",
     "class C:\n    size = 8\ndef f(c):\n    return c.size // 2", True),
    ("f.DEFINE_integer('steps', 3, '')\nx = F.steps / 2",
     "f.DEFINE_integer('steps', 3, '')\nx = F.steps // 2", True),
    ("from __future__ import division\nx = 1 / 2", "from __future__ import division\nx = 1 / 2", None),
]


def _lines(findings, kind):
    return sorted({finding.line for finding in findings if finding.kind == kind})


class PiecesTest(unittest.TestCase):

    @slow
    def test_tabs_that_python_takes(self):
        text = "while x:\n    try:\n\t    a = f()\n    except IOError:\n\t    b()\n\t    c()\n    d()\n"
        new, found = python3.to_python3(text)
        self.assertEqual(ast.dump(ast.parse(new)), ast.dump(ast.parse(text)))
        newer_python.rewrite(new)
        self.assertLessEqual({finding.kind for finding in found}, {CHANGED})
        self.assertEqual(python3.to_python3("if x:\n\ty\n"), ("if x:\n\ty\n", []))

    def test_pieces(self):
        for old, new, changes, looks in PIECES:
            with self.subTest(old):
                text, findings = python3.to_python3(old)
                self.assertEqual(text, new)
                self.assertEqual((_lines(findings, CHANGED), _lines(findings, LOOK)), (changes, looks))
                self.assertEqual(python3.to_python3(new), (new, []))
                self.assertTrue(python3.is_python2(old))
                self.assertFalse(python3.is_python2(new))

    def test_python3_is_untouched(self):
        for text in UNTOUCHED:
            with self.subTest(text):
                self.assertEqual(python3.to_python3(text, modules=["thread"]), (text, []))
                self.assertFalse(python3.is_python2(text, ["thread"]))

    @slow
    def test_neither(self):
        for text, line in NOT_PYTHON:
            with self.subTest(text):
                with self.assertRaises(python3.NotPython) as caught:
                    python3.to_python3(text)
                self.assertEqual(caught.exception.line, line)
                self.assertIn("not Python", caught.exception.message)

    @slow
    def test_division(self):
        for old, new, is_changed in DIVISIONS:
            with self.subTest(old):
                # The print makes it Python 2.
                text, findings = python3.to_python3(old + "\nprint 1\n")
                self.assertEqual(text, new + "\nprint(1)\n")
                kinds = [finding.kind for finding in findings if "// in" in finding.message]
                self.assertEqual(set(kinds), {True: {CHANGED}, False: {LOOK}, None: set()}[is_changed])
                self.assertEqual(python3.to_python3(text), (text, []))

    def test_many_fractions_are_quiet(self):
        text = "print 1\n" + "".join("loss%d = cost%d / iters\n" % (i, i) for i in range(30))
        _, findings = python3.to_python3(text)
        self.assertEqual([finding.line for finding in findings], [1])

    def test_a_file_without_signs_follows_its_program(self):
        text = "def halves(x):\n    return zip(x[:len(x) / 2], x)\n"
        self.assertEqual(python3.to_python3(text), (text, []))
        new, findings = python3.to_python3(text, python2=True)
        self.assertEqual(new, "def halves(x):\n    return list(zip(x[:len(x) // 2], x))\n")
        self.assertEqual(_lines(findings, CHANGED), [2])
        polyglot = "from __future__ import division\n" + text
        self.assertEqual(python3.to_python3(polyglot, python2=True), (polyglot, []))

    def test_imports_of_siblings(self):
        text = "import os\nimport utils\nfrom utils import a\nimport other\nprint 1\n"
        self.assertEqual(python3.to_python3(text, siblings=["utils"])[0],
                         "import os\nfrom . import utils\nfrom .utils import a\nimport other\nprint(1)\n")

    def test_next_of_another_file(self):
        text = "import reader\nprint reader.batches.next()\n"
        self.assertIn("print(next(reader.batches))", python3.to_python3(text)[0])
        self.assertIn("print(reader.batches.next())", python3.to_python3(text, plain_next=True)[0])
        self.assertTrue(python3.defines_own_next("class A:\n    def next(self): print 1\n"))
        self.assertFalse(python3.defines_own_next("class A:\n    def __iter__(self): print 1\n    def "
                                                  "next(self): pass\n"))

    def test_lines_of_what_was_added(self):
        old = "import os\n\nx = reduce(f, y)\ndef g((a, b)):\n    return a / b\nprint x\n"
        new, findings = python3.to_python3(old)
        lines = python3.source_lines(old, new)
        self.assertEqual(len(lines), len(new.split("\n")))
        for line, text in zip(lines, new.split("\n")):
            if text == "print(x)":
                self.assertEqual(line, 6)
            if text == "    return a / b":
                self.assertEqual(line, 5)
        self.assertEqual(_lines(findings, CHANGED), [3, 4, 6])

    def test_what_stays_python2_is_converted_once(self):
        old = "y = apply(f)\nx = raw_input('a')\nfor k in d.iterkeys(): print(k)\n"
        new, findings = python3.to_python3(old)
        self.assertIn("x = input('a')", new)
        self.assertEqual(_lines(findings, LOOK), [1])
        self.assertEqual(python3.to_python3(new), (new, []))


# name -> (program in Python 2, {file: its bytes}, what Python 2.7 prints).
PROGRAMS = {
    "characters": ('''
        # -*- coding: utf-8 -*-
        import cPickle
        import collections
        import os, sys

        class Loader(object):
            def __init__(self, folder, batch_size=2, length=3):
                self.folder, self.batch_size, self.length = folder, batch_size, length
                with open(os.path.join(folder, 'input.txt'), 'rb') as f:
                    data = f.read()
                counts = collections.Counter(data)
                pairs = sorted(counts.items(), key=lambda (c, n): (-n, c))
                self.chars, _ = zip(*pairs)
                self.vocab = dict(zip(self.chars, xrange(len(self.chars))))
                with open(os.path.join(folder, 'vocab.pkl'), 'w') as f:
                    cPickle.dump(self.chars, f)
                self.tensor = map(self.vocab.get, data)
                self.num_batches = len(self.tensor) / (self.batch_size * self.length)
                self.pointer = 0

            def next(self):
                start = self.pointer * self.batch_size * self.length
                self.pointer += 1
                return self.tensor[start:start + self.length]

        loader = Loader('.')
        print loader.chars, loader.num_batches
        for i in xrange(loader.num_batches):
            print i, loader.next(),
        print
        with open('vocab.pkl') as f:
            print cPickle.load(f) == loader.chars, loader.vocab.has_key('a')
    ''', {"input.txt": b"banana bandana\nan"},
                   "('a', 'n', 'b', '\\n', ' ', 'd') 2\n0 [2, 0, 1] 1 [4, 2, 0]\nTrue True\n"),
    "words": ('''
        import csv, string

        def read_words(path):
            return open(path, "rU").read().decode("utf-8").replace("\\n", "<eos>").split()

        def build_vocab(path):
            data = read_words(path)
            counts = {}
            for word in data:
                if not counts.has_key(word):
                    counts[word] = 0
                counts[word] += 1
            words = counts.keys()
            words.sort(key=lambda word: (-counts[word], word))
            return dict(zip(words, range(len(words))))

        def batches(ids, batch, steps):
            epoch = ((len(ids) / batch) - 1) / steps
            if epoch == 0:
                raise ValueError, "too few"
            for i in range(epoch):
                yield ids[i * steps:(i + 1) * steps]

        vocab = build_vocab("ptb.txt")
        ids = [vocab[word] for word in read_words("ptb.txt")]
        print "%d words" % len(vocab), ids
        for part in batches(ids, 2, 2):
            print part
        try:
            list(batches(ids, 9, 9))
        except ValueError, error:
            print error.message
        with open("out.csv", "wb") as f:
            writer = csv.writer(f)
            writer.writerow(["a", 1 / 2, 7 / 2.])
        with open("out.csv", "rb") as f:
            for row in csv.reader(f):
                print row
        print string.lower("ABC"), string.join(["a", "b"], "-"), string.letters[:3],
        print "a.b".translate(None, string.punctuation)
    ''', {"ptb.txt": b"the cat sat\nthe dog sat\non the mat \n"},
              "7 words [0, 2, 6, 3, 5, 0, 4, 1]\n[0, 2]\n['a', '0', '3.5']\nabc a-b abc ab\n"),
    "translate": ('''
        import re, gzip, itertools

        _SPLIT = re.compile("([.,!?])")
        _START = ["_PAD", "_GO"]

        def tokens(sentence):
            words = []
            for part in sentence.strip().split():
                words.extend(re.split(_SPLIT, part))
            return [w for w in words if w]

        def create(data, path):
            vocab = {}
            with open(data, mode="rb") as f:
                for line in f:
                    for w in tokens(line):
                        vocab[w] = vocab.get(w, 0) + 1
            words = _START + sorted(vocab, key=lambda w: (-vocab[w], w))[:3]
            with open(path, mode="wb") as out:
                for w in words:
                    out.write(w + "\\n")

        create("a.txt", "v.txt")
        lines = [line.strip() for line in open("v.txt", mode="rb")]
        print lines
        vocab = dict([(x, y) for (y, x) in enumerate(lines)])
        source, target = open("a.txt", "rb"), open("v.txt", "rb")
        for s, t in itertools.izip(source.readlines(), target.readlines()):
            print [vocab.get(w, -1) for w in tokens(s)], t.strip()
        out = open("n.txt", "w")
        print >>out, reduce(lambda a, b: a + b, map(len, lines)), len("".join(lines)) / len(lines)
        out.close()
        print open("n.txt").read().strip(), type(u"a") == unicode,
        print isinstance("a", basestring), 3 <> 4, `3`, 0777, 5L
    ''', {"a.txt": b"go, go!\nstop, now.\n"},
                  "['_PAD', '_GO', ',', 'go', '!']\n[3, 2, 3, 4] _PAD\n[-1, 2, -1, -1] _GO\n11 2 True True "
                  "True 3 511 5\n"),
}


@slow
class ProgramsTest(unittest.TestCase):

    def test_programs_run(self):
        for name, (text, files, printed) in sorted(PROGRAMS.items()):
            with self.subTest(name):
                old = textwrap.dedent(text).lstrip()
                new, findings = python3.to_python3(old)
                new, more = newer_python.rewrite(new, python2=True)
                self.assertEqual(_lines(findings + more, LOOK), [])
                self.assertEqual(python3.to_python3(new), (new, []))
                self.assertEqual(newer_python.rewrite(new), (new, []))
                # Python 2's print leaves out the space before the end of a line.
                self.assertEqual([line.rstrip() for line in self._run(new, files).splitlines()],
                                 printed.splitlines())

    def test_a_folder_that_is_a_package_and_a_start(self):
        old = {"train.py": "from data.reader import words\nimport data.make\nprint words()\n",
               "data/__init__.py": "",
               "data/reader.py": "import os\nfrom marks import *\nimport tools as t\n\n\ndef words():\n"
                                 "    from tools import cut  # late\n    return cut(END), t.cut(END)\n",
               "data/marks.py": "END = 'end'\n", "data/tools.py": "# -*- coding: utf-8 -*-\nimport marks\n\n\n"
                                                               "def cut(x):\n    return marks.END[:len(x) / 2]\n",
               "data/make.py": "from reader import words\nif __name__ == '__main__':\n    print words()\n"}
        made, said, questions = program.convert_program(old, program.Options())
        texts = {path: conversion.text for path, conversion in made.items()}
        self.assertEqual(questions, [])
        self.assertEqual([_lines(made["data/reader.py"].findings, kind) for kind in (CHANGED, LOOK)],
                         [[2, 3, 7], []])
        again = program.convert_program(texts, program.Options())[0]
        self.assertEqual({path: conversion.text for path, conversion in again.items()}, texts)
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        os.mkdir(os.path.join(folder, "data"))
        for path, text in texts.items():
            with io.open(os.path.join(folder, path), "w", encoding="utf-8") as stream:
                stream.write(text)
        for start in ("train.py", "data/make.py"):
            found = subprocess.check_output([sys.executable, os.path.join(folder, start)], universal_newlines=True)
            self.assertEqual(found, "('e', 'e')\n")

    def _run(self, text, files):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        for name, content in files.items():
            with open(os.path.join(folder, name), "wb") as stream:
                stream.write(content)
        with io.open(os.path.join(folder, "program.py"), "w", encoding="utf-8") as stream:
            stream.write(text)
        process = subprocess.Popen([sys.executable, "-W", "ignore", "program.py"], cwd=folder,
                                   stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, universal_newlines=True)
        out, errors = process.communicate()
        self.assertEqual(process.returncode, 0, errors)
        return out
