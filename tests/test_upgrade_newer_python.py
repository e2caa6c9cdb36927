"""The upgrade of what newer Python and NumPy refuse: what each piece becomes, and that it means the same."""
import io
import os
import pickle
import shutil
import sys
import tempfile
import unittest
from unittest import mock

import numpy as np
import tensorflow.compat.v1 as tf

try:
    from Project_RNN_Enhancement.upgrade.python import newer_numpy, newer_python
except ImportError as error:
    raise unittest.SkipTest("the packages of the extra `upgrade` are missing: %s" % error)

from Project_RNN_Enhancement.upgrade.findings import CHANGED, LOOK
from tests.sizes import slow

NP = "import numpy as np\n"
TF = "import tensorflow as tf; "

# (before, after) of one line that is changed, behind `import numpy as np`.
NUMPY = [
    ("x = np.float(3) + np.NaN", "x = float(3) + np.nan"),
    ("x = np.zeros(3, dtype=np.bool)", "x = np.zeros(3, dtype=bool)"),
    ("from numpy import Inf, float_ as f", "from numpy import inf as Inf, float64 as f"),
    ("x = int(np.searchsorted(t, np.random.rand(1)*s))",
     "x = int(np.searchsorted(t, np.random.rand(1)*s)[0])"),
    ("x = int(np.random.rand(1) * 3)", "x = int((np.random.rand(1) * 3)[0])"),
    ("x = int(np.random.choice(5, 1, p=p))", "x = int(np.random.choice(5, 1, p=p)[0])"),
    ("x = float(np.random.normal(size=1))", "x = float(np.random.normal(size=1)[0])"),
    ("x = int(np.where(a == 3)[0])", "x = int(np.where(a == 3)[0][0])"),
    ("x = [int(np.argmax(y, axis=1)) for y in z]", "x = [int(np.argmax(y, axis=1).item()) for y in z]"),
    ("x = int(np.argmax(y, 1)) + float(y[0].mean(axis=0))",
     "x = int(np.argmax(y, 1).item()) + float(y[0].mean(axis=0).item())"),
    ("x = range(np.ceil(y))", "x = range(int(np.ceil(y)))"),
    ("x = np.zeros([np.floor(y), 3]); z = w[:np.round(y)]",
     "x = np.zeros([int(np.floor(y)), 3]); z = w[:int(np.round(y))]"),
    (TF + "p = tf.matmul(x, w) + b; i, y = s.run([n, p]); print('%d %.2f %s' % (i, y, y))",
     TF + "p = tf.matmul(x, w) + b; i, y = s.run([n, p]); print('%d %.2f %s' % (i, y.item(), y))"),
    (TF + "p = tf.sigmoid(tf.matmul(x, w)); y = p.eval(); print('%f%%' % y, float(y), '%f %d' % (np.min(z, 1), y))",
     TF + "p = tf.sigmoid(tf.matmul(x, w)); y = p.eval(); "
     "print('%f%%' % y.item(), float(y.item()), '%f %d' % (np.min(z, 1).item(), y.item()))"),
    ("x = np.asscalar(y[0])", "x = np.asarray(y[0]).item()"),
    ("import json; x += s.run(y); json.dump({'loss': x}, f, indent=2)",
     "import json; x += s.run(y); json.dump({'loss': x}, f, indent=2, default=float)"),
    ("x = np.fromstring(d, dtype=np.uint8)", "x = np.frombuffer(d, dtype=np.uint8).copy()"),
    ("x = y.tostring()", "x = y.tobytes()"),
    ("x = np.array(y, copy=False, dtype=np.int32)", "x = np.asarray(y, dtype=np.int32)"),
    ("x = np.histogram(y, normed=True)", "x = np.histogram(y, density=True)"),
    ("x = np.load('a.npy').item()", "x = np.load('a.npy', allow_pickle=True).item()"),
    ("x = np.load('a.npy'); y = x.item()", "x = np.load('a.npy', allow_pickle=True); y = x.item()"),
    ("[x, y, z] = np.load('a.npy')", "[x, y, z] = np.load('a.npy', allow_pickle=True)"),
    ("x, y = np.load('a.npy', encoding='latin1')", "x, y = np.load('a.npy', encoding='latin1', allow_pickle=True)"),
    ("x = np.load('a.npy', encoding='bytes')[0]", "x = np.load('a.npy', encoding='bytes', allow_pickle=True)[0]"),
]
NUMPY_AS_IT_IS = [
    "x = int(np.random.rand(2).sum()) + int(y) + int(np.searchsorted(t, y))", "x = np.float64(3) + np.nan",
    "x = int(a[0])", "x = np.zeros(3) + np.floor(y); z = w[np.floor(y).astype(int)]", "x = int(np.argmax(y)) + int(max(y, z)) + int(np.sum(y, axis=None)) + int(y.max())",
    TF + "c = tf.reduce_mean(tf.matmul(x, w)); i, y = s.run([n, c]); print('%d %.2f' % (i, y), int(y))",
    TF + "p = tf.matmul(x, w); y = s.run(p); y = y[0]; print('%.2f' % y, '%s' % y, y % 3, '%(a)d' % z, float(y))",
    TF + "p, q = f(tf.matmul(x, w)); y, z = s.run([p, q]); print('%.2f %f' % (y, z))",
    "import json; x = json.dumps(y)", "import json; x = s.run(y); json.dump(x, f, default=str)",
    "x = np.load('a.npy')", "x, y = np.load('a.npy', None, True)", "x, y = np.load('a.npy', mmap_mode='r')",
    "np.save(f, x)", "np.save(f, [1, 2])", "np.save(f, [x])", "x = np.fromstring('1 2', sep=' ')", "x = np.array(y, copy=True)",
    "x = self.np.float",
    "x = int(np.random.rand(1)[0])", "x = tree.tostring(y)",
    "d = lib.Drawing('a'); x = d.tostring() + lib.Drawing('b').tostring()", "self.d = Drawing(); x = self.d.tostring()",
]

# (before, after, lines with a LOOK) of whole texts.
LIBRARY = [
    ("import inspect\na, b, c, d = inspect.getargspec(f)\n",
     "import inspect\na, b, c, d = inspect.getfullargspec(f)[:4]\n", []),
    ("from inspect import getargspec\nx = getargspec(f).args\n",
     "from inspect import getfullargspec as getargspec\nx = getargspec(f).args\n", []),
    ("import time\nx = time.clock()\n", "import time\nx = time.perf_counter()\n", []),
    ("import collections, os\nx = collections.Mapping\n",
     "import collections, os, collections.abc\nx = collections.abc.Mapping\n", []),
    ("from collections import Mapping\n", "from collections.abc import Mapping\n", []),
    ("from collections import deque, Mapping as M\n",
     "from collections import deque; from collections.abc import Mapping as M\n", []),
    ("from fractions import gcd\n", "from math import gcd\n", []),
    ("import fractions\nx = fractions.gcd(2, 4)\n", "import fractions, math\nx = math.gcd(2, 4)\n", []),
    ("import string\nx = string.letters + string.lower(y + z) + string.join(w)\n",
     "import string\nx = string.ascii_letters + (y + z).lower() + \" \".join(w)\n", []),
    ("import string\nx = s.translate(string.maketrans('', ''), string.digits)\n",
     "import string\nx = s.translate(str.maketrans(\"\", \"\", string.digits))\n", []),
    ("x = d.keys()[0]\n", "x = list(d.keys())[0]\n", []),
    ("class T:\n    def t(self): self.assertEquals(1, 1)\n",
     "class T:\n    def t(self): self.assertEqual(1, 1)\n", []),
    ("x = sorted(y, cmp=f)\nz = cmp(x, y)\n", None, [1, 2]),
    ("from scipy.misc import imread\nimport imp\n", None, [1, 2]),
    ("import numpy as np\nx = np.trapz(y)\n", None, [2]),
    ("import numpy as np\ndef batch_iter(data, n):\n    data = np.array(data)\n    yield data[:n]\n",
     "import numpy as np\ndef batch_iter(data, n):\n    data = np.array(data, dtype=object)\n    yield data[:n]\n", []),
    ("import numpy as np\ndef batch_iter(data, n):\n    data = np.array(data, np.int32)\n    yield data[:n]\n",
     None, []),
    ("import numpy as np\ndef batch(data, n):\n    data = np.array(data)\n    return data[:n]\n", None, []),
    ("import pickle, numpy as np\nx = np.array(pickle.load(open(f, 'rb')))\n", None, [2]),
    ("import numpy as np\nx = y[np.floor(z)]\n", None, [2]),
    ("import numpy as np\nx = np.array(y)\nif x != []: pass\nif y != [] or x == [1]: pass\n", None, [3]),
    ("import numpy as np\nx = np.array([np.zeros((n, 3)).astype(int) for n in y])\n"
     "z = np.asarray([np.random.randint(0, 4, n) for n in y])\nw = np.array([np.random.uniform(size=n) for n in y])\n"
     "w = np.array([np.random.randint(0, 5, np.random.randint(1, len(x), (1,))) for i, x in enumerate(y)])\n",
     None, [2, 3, 4, 5]),
    ("import numpy as np\nx = np.array([np.random.randint(0, n) for n in y])\n"
     "z = np.array([np.zeros(3) for n in y])\nw = np.array([np.zeros(n) for n in y], dtype=object)\n", None, []),
    ("import numpy as np\nnp.save(f, [x, y, z])\nnp.save(f, (x, y))\n", None, [2, 3]),
    ("import numpy as np\nn = np.floor(z)\nfor i in range(n): pass\n",
     "import numpy as np\nn = np.floor(z)\nfor i in range(int(n)): pass\n", []),
    ("import time\nif not hasattr(time, 'perf_counter'):\n    x = time.clock()\n", None, []),
    ("try:\n    from collections.abc import Mapping\nexcept ImportError:\n    from collections import "
     "Mapping\n", None, []),
    ("if not Py3:\n    x = open(f).read().decode('utf-8')\n", None, []),
    ("import sys\nif sys.version_info[0] < 3:\n    x = open(f).read().decode('utf-8')\n", None, []),
    ("def f(string):\n    return string.lower() + string.join(x)\n", None, []),
]

# (before, after of a text that was Python 3, after of one that was Python 2); None: as before.
FILES = [
    ("import pickle\nx = pickle.load(open(f))\n", "import pickle\nx = pickle.load(open(f, \"rb\"))\n",
     "import pickle\nx = pickle.load(open(f, \"rb\"), encoding=\"latin1\")\n"),
    ("import pickle\nwith open(f, 'r') as g:\n    x = pickle.load(g)\n",
     "import pickle\nwith open(f, 'rb') as g:\n    x = pickle.load(g)\n",
     "import pickle\nwith open(f, 'rb') as g:\n    x = pickle.load(g, encoding=\"latin1\")\n"),
    ("from six.moves import cPickle\ng = open(f, 'w')\ncPickle.dump(x, g, -1)\n",
     "from six.moves import cPickle\ng = open(f, 'wb')\ncPickle.dump(x, g, -1)\n", None),
    ("import pickle\nx = pickle.load(open(f, 'rb'), encoding='bytes')\n", None, None),
    ("import _pickle as cPickle\nwith open(f, 'rb') as g:\n    x, y = cPickle.load(g)\n", None,
     "import _pickle as cPickle\nwith open(f, 'rb') as g:\n    x, y = cPickle.load(g, encoding=\"latin1\")\n"),
    ("x = open(f).read().decode('utf-8')\n", "x = open(f, encoding=\"utf-8\").read()\n", None),
    ("with open(f) as g:\n    for line in g:\n        x = line.strip().split('\\t')[0].decode('utf-8', "
     "'ignore')\n",
     "with open(f, encoding=\"utf-8\", errors=\"ignore\") as g:\n    for line in g:\n        x = "
     "line.strip().split('\\t')[0]\n", None),
    ("x = open(f, 'rb').read().decode('utf-8').split('a')\n", None, None),
    ("def f(self, x):\n    return self.decode(x)\n", None, None),
    ("x = open(f, 'rU').readlines()\n", "x = open(f, 'r').readlines()\n", None),
    ("data = open(f, 'rb').read()\nwords = data.split()\n", None,
     "data = open(f, 'r').read()\nwords = data.split()\n"),
    ("import numpy\nx = numpy.frombuffer(open(f, 'rb').read())\n", None, None),
    ("import struct\ng = open(f, 'rb')\nwhile True:\n    n = g.read(8)\n    if not n:\n        break\n"
     "    x = g.read(struct.unpack('q', n)[0])\n", None, None),
    ("import numpy as np\ng = open(f, 'rb')\nx = np.frombuffer(g.read(4), np.int32) + size(g)\n", None, None),
    ("import csv\nx = csv.reader(open(f, 'rb'))\n",
     "import csv\nx = csv.reader(open(f, 'r', newline=\"\"))\n", None),
    ("g = open(f, 'wb')\ng.write('a %s' % x)\n", "g = open(f, 'w')\ng.write('a %s' % x)\n", None),
    ("g = open(f, 'wb')\ng.write(x)\n", None, "g = open(f, 'w')\ng.write(x)\n"),
    ("g = open(f, 'wb')\ng.write(x.encode('utf-8'))\n", None, None),
    ("g = open(f, 'w')\ng.write(x.encode('utf-8') + '\\n')\n",
     "g = open(f, 'w', encoding=\"utf-8\")\ng.write(x + '\\n')\n", None),
    ("print(x.encode('utf-8'), y)\n", None, "print(x, y)\n"),
    ("x = 'abc'.decode('utf-8') + ('%s' % y).decode('utf-8')\n", "x = 'abc' + ('%s' % y)\n", None),
    ("import tensorflow as tf\nwith tf.gfile.GFile(f, 'rb') as g:\n    x = g.read().replace('\\n', ' "
     "').split()\n", None,
     "import tensorflow as tf\nwith tf.gfile.GFile(f, 'r') as g:\n    x = g.read().replace('\\n', ' "
     "').split()\n"),
    ("import re, tensorflow as tf\nR = re.compile(b'a')\nfor line in tf.gfile.GFile(f, 'rb'):\n    x = "
     "line.split()\n", None, None),
    ("import codecs\nx = codecs.getreader('utf-8')(open(f, 'rb')).readlines()\n", None, None),
    ("import tempfile\nx = tempfile.TemporaryFile(dir=d), tempfile.NamedTemporaryFile()\n", None,
     "import tempfile\nx = tempfile.TemporaryFile(dir=d, mode=\"w+\"), tempfile.NamedTemporaryFile(mode=\"w+\")\n"),
    ("import tempfile\nx = tempfile.TemporaryFile('wb'), tempfile.TemporaryFile(mode='w')\n", None, None),
    ("import json\nx = json.load(open(f, 'rb'))\n", None, None),
    ("from PIL import Image\nwith open(f, 'r+b') as g:\n    x = Image.open(g)\n", None, None),
    ("f = open(a)\nx = f.read()\nf = open(b, 'rb')\ny = f.read().decode('utf-8')\n", None, None),
]
# (before, after): gradients as conditions, and the flags' inside.
TENSORS = [
    ("for g in tf.gradients(loss, params):\n    if g:\n        x = g\n",
     "for g in tf.gradients(loss, params):\n    if g is not None:\n        x = g\n"),
    ("grads = tf.gradients(loss, params)\nx = [g for g, v in zip(grads, params) if not g or v in y]\n",
     "grads = tf.gradients(loss, params)\nx = [g for g, v in zip(grads, params) if g is None or v in y]\n"),
    ("pairs = self.opt.compute_gradients(loss)\nx = [(f(g) if g else g, v) for g, v in pairs]\n",
     "pairs = self.opt.compute_gradients(loss)\nx = [(f(g) if g is not None else g, v) for g, v in pairs]\n"),
    ("import sys\nFLAGS = tf.app.flags.FLAGS\nFLAGS._parse_flags()\nx = sorted(FLAGS.__flags.items())\n",
     "import sys\nFLAGS = tf.app.flags.FLAGS\nFLAGS(sys.argv)\nx = sorted(FLAGS.flag_values_dict().items())\n"),
    ("def main(_):\n    FLAGS._parse_flags()\n    train()\n",
     "def main(_):\n    import sys; FLAGS(sys.argv)\n    train()\n"),
    ("FLAGS.__flags['size'] = 3\nFLAGS.__flags['size'] += 3\n", "FLAGS.size = 3\nFLAGS.size += 3\n"),
    ("x = flags.FLAGS.__dict__['__flags']['size']\n", "x = flags.FLAGS.flag_values_dict()['size']\n"),
    ("x = config.__dict__['__flags'], conf.__flags['a']\n",
     "x = config.flag_values_dict(), conf.flag_values_dict()['a']\n"),
    ("x = self.__flags, args._parse_flags(x)\n", None),
    ("for g in gradients(loss):\n    if g and tf:\n        x = g\n", None),
    ("for g, v in zip(a, tf.gradients(b, c)):\n    if g and v is not None:\n        x = g\n", None),
]
FILES_TO_LOOK_AT = [("from distutils.version import LooseVersion\nimport imp\n", [2]),
                    ("from scipy import ndimage\nx = ndimage.imread(name)\n", [2]),
                    ("if old: FLAGS._parse_flags()\n", [1]),
                    ("FLAGS.__flags[name] = 3\ndel FLAGS.__flags['size']\n", [1, 2]),
                    ("import pickle, tempfile\nx = tempfile.TemporaryFile()\npickle.dump(y, x)\n", [2]),
                    ("x = 'ab'.decode('hex')\n", [1]), ("x = y.encode('hex')\n", [1]),
                    ("x = y.decode('utf-8')\n", [1]), ("d = lib.Decoder(3)\nx = d.decode()\n", []),
                    ("x = model.decode(session, images)\ny = z.decode(encoding)\n", [2]),
                    ("import re, tensorflow as tf\nR = re.compile('a')\nP = b'_PAD'\n"
                     "for line in tf.gfile.GFile(f, 'rb'):\n    x = R.split(line)\n", [2]),
                    ("import re, tensorflow as tf\nR = re.compile('a')\nP = b'_PAD'\n"
                     "for line in tf.gfile.GFile(f, 'r'):\n    x = R.split(line)\n", [4]),
                    ("P = b'_PAD'\ndef letters(line):\n    return list(line.strip())\n"
                     "def f():\n    return [letters(x) for x in open(f, 'rb')] + list(P)\n", [3]),
                    ("def letters(line):\n    return list(line.strip())\n"
                     "def f():\n    return [letters(x) for x in open(f, 'r')]\n", []),
                    ("import tensorflow as tf\nx = [v for v in tf.trainable_variables() if 'Bias' not in v.name]\n"
                     "y = [v for v in z if '/Matrix' in v.op.name or 'bias' in v.name]\n", [2, 3]),
                    ("m = tf.get_variable('Matrix', [2, 3])\nx = [v for v in y if 'Matrix' in v.name]\n", []),
                    ("x = u'a'.encode('unicode_escape')\n", []),
                    ("x = dict((k.encode('UTF-8'), v) for k, v in y.items())\n", [1]),
                    ("import hashlib\nx = hashlib.md5(y.encode('utf-8')).digest() + z.encode(y)\n", []),
                    ("x = model.encode('some text') + y.encode('utf-8').decode('utf-8')\n", []),
                    ("def read(f):\n    return open(f, 'rb').read()\n", [2])]


def _lines(findings, kind):
    return sorted({finding.line for finding in findings if finding.kind == kind})


class PiecesTest(unittest.TestCase):

    def _check(self, old, new, python2=False):
        new = old if new is None else new
        text, findings = newer_python.rewrite(old, python2)
        self.assertEqual(text, new)
        different = [line for line, (one, other) in enumerate(zip(old.split("\n"), new.split("\n")), 1)
                     if one != other]
        self.assertEqual(old.count("\n"), new.count("\n"))
        # An import that is widened belongs to the line for which it is.
        named = _lines(findings, CHANGED)
        self.assertTrue(set(different) - set(named) <= {1}, (different, named))
        self.assertTrue(set(named) <= set(different))
        self.assertEqual(newer_python.rewrite(text)[0], text)
        return findings

    def test_numpy(self):
        for old, new in NUMPY:
            with self.subTest(old):
                self.assertEqual(_lines(self._check(NP + old + "\n", NP + new + "\n"), LOOK), [])
        for text in NUMPY_AS_IT_IS:
            with self.subTest(text):
                self.assertEqual(newer_python.rewrite(NP + text), (NP + text, []))

    def test_numpy_has_the_new_names(self):
        for name in newer_numpy.RENAMED.values():
            self.assertTrue(hasattr(np, name), name)

    def test_library(self):
        for old, new, looks in LIBRARY:
            with self.subTest(old):
                self.assertEqual(_lines(self._check(old, new), LOOK), looks)

    @slow
    def test_files(self):
        for old, newer, older in FILES:
            with self.subTest(old):
                self.assertEqual(_lines(self._check(old, newer), LOOK), [])
                self.assertEqual(_lines(self._check(old, newer if older is None else older, True), LOOK), [])

    def test_files_to_look_at(self):
        for text, looks in FILES_TO_LOOK_AT:
            with self.subTest(text):
                self.assertEqual(_lines(self._check(text, None, True), LOOK), looks)

    def test_values_of_flags(self):
        flags = tf.app.flags
        flags.DEFINE_integer("trial_of_flags", 3, "a number")
        self.addCleanup(delattr, flags.FLAGS, "trial_of_flags")
        with mock.patch("sys.argv", ["program", "--trial_of_flags=4"]):
            flags.FLAGS(sys.argv)
            self.assertEqual(flags.FLAGS.flag_values_dict()["trial_of_flags"], 4)

    def test_tensors(self):
        for old, new in TENSORS:
            with self.subTest(old):
                start = "import tensorflow as tf\n"
                self.assertEqual(_lines(self._check(start + old, start + (new or old)), LOOK), [])

    def test_message_of_an_exception(self):
        text = "try:\n    f()\nexcept Exception as error:\n    print(error.message)\n"
        self._check(text, text.replace("error.message", "str(error)"), True)
        self._check(text, None)


class RunTest(unittest.TestCase):
    """What comes out runs here, and gives what it should."""

    def _run(self, text, **names):
        names = dict(names)
        exec(compile(newer_python.rewrite(text)[0], "<upgraded>", "exec"), names)
        return names

    def test_draw(self):
        text = ("import numpy as np\n"
                "def pick(weights):\n"
                "    t = np.cumsum(weights)\n"
                "    s = np.sum(weights)\n"
                "    return int(np.searchsorted(t, np.random.rand(1)*s))\n"
                "picked = [pick([0., 1., 0.]) for _ in range(5)]\n")
        self.assertEqual(self._run(text)["picked"], [1] * 5)

    def test_names(self):
        text = ("import numpy as np, inspect, collections, string, fractions\n"
                "def f(a, b=1, *c): pass\n"
                "args, varargs, keywords, defaults = inspect.getargspec(f)\n"
                "values = [np.float(1) + np.product([2, 3]), np.asscalar(np.array([4])), fractions.gcd(4, "
                "6),\n"
                "          isinstance({}, collections.Mapping), 'a.b'.translate(None, string.punctuation)]\n"
                "numbers = np.fromstring(np.arange(3, dtype=np.uint8).tostring(), dtype=np.uint8)\n"
                "numbers += 1\n")
        names = self._run(text)
        self.assertEqual((names["args"], names["varargs"], names["keywords"], names["defaults"]),
                         (["a", "b"], "c", None, (1,)))
        self.assertEqual(names["values"], [7., 4, 2, True, "ab"])
        self.assertEqual(names["numbers"].tolist(), [1, 2, 3])

    def test_comparisons_of_python2(self):
        text = "class A:\n    def __cmp__(self, other):\n        return self.a - other.a\n"
        new, found = newer_python.rewrite(text, True)
        self.assertEqual((new, [(finding.line, finding.kind) for finding in found]), (text, [(2, LOOK)]))
        self.assertEqual(newer_python.rewrite(text, False), (text, []))

    def test_pickles_of_python2(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        path = os.path.join(folder, "vocabulary.pkl")
        # What Python 2 wrote for {'a': 'b\xe9'}, its protocol 0.
        with open(path, "wb") as stream:
            stream.write(b"(dp0\nS'a'\np1\nS'b\\xe9'\np2\ns.")
        text, _ = newer_python.rewrite("import pickle\nwith open(path) as f:\n    x = pickle.load(f)\n", True)
        names = {"path": path}
        exec(text, names)
        self.assertEqual(names["x"], {"a": u"b\xe9"})
        with open(path, "wb") as stream:
            pickle.dump({u"\u4e2d": b"\xff"}, stream)
        exec(text, names)
        self.assertEqual(names["x"], {u"\u4e2d": b"\xff"})

    def test_text_of_a_file(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        path = os.path.join(folder, "words.txt")
        self._run("f = open(path, 'w')\nf.write(u'\u00fc'.encode('utf-8') + '\\n')\nf.close()\n", path=path)
        with io.open(path, encoding="utf-8") as stream:
            self.assertEqual(stream.read(), u"\u00fc\n")
        names = self._run("x = [line.strip().decode('utf-8') for line in open(path)]\n", path=path)
        self.assertEqual(names["x"], [u"\u00fc"])
