"""Which TensorFlow a program was written for, told from its lines; and where set_era goes."""
import ast
import unittest

from Project_RNN_Enhancement.rnn_enhancement import eras as package_eras
from Project_RNN_Enhancement.upgrade.eras import facts as era_facts
from Project_RNN_Enhancement.upgrade.eras.finding import find_era, insert_era, start_files

try:
    from Project_RNN_Enhancement.upgrade.program import Options, convert_program
except ImportError as error:
    raise unittest.SkipTest("the packages of the extra `upgrade` are missing: %s" % error)

_OLD = "import tensorflow as tf\nfrom tensorflow.models.rnn import rnn, rnn_cell, seq2seq\n"
_NN = "import tensorflow as tf\nfrom tensorflow.python.ops import rnn_cell, rnn\nx = tf.split(0, 3, y)\n"
_TF = "import tensorflow as tf\n"

# (name, text, version, needed, whether there is a question)
_CASES = [
    ("nothing recurrent", _TF + "x = tf.pack([1])\n", None, False, False),
    ("LSTM of 0.5 to 0.8, states not looked at",
     _OLD + "c = rnn_cell.BasicLSTMCell(4)\no, s = rnn.rnn(c, x, dtype=tf.float32)\n", "0.8", True, False),
    ("the last of a list of states",
     _OLD + "c = rnn_cell.GRUCell(4)\no, states = rnn.rnn(c, x, dtype=tf.float32)\n"
     "y = tf.matmul(states[-1], w)\n",
     "0.7", True, False),
    ("the list of states kept in an attribute by another function",
     _OLD + "class M:\n  def f(self):\n    o, states = self.g()\n    self.last = states[-1]\n"
     "  def g(self):\n    return seq2seq.rnn_decoder(x, s, cell)\n", "0.7", True, False),
    ("a final state as one tensor",
     _OLD + "c = rnn_cell.GRUCell(4)\no, state = rnn.rnn(c, x, dtype=tf.float32)\ny = tf.matmul(state, w)\n",
     None, False, False),
    ("an initial state of 0.8 and later",
     _OLD + "c = rnn_cell.GRUCell(4)\no, state = rnn.rnn(c, x)\no, s = rnn.rnn(c, x, initial_state=state)\n",
     None, False, False),
    ("private imports, joined states",
     _NN + "c = rnn_cell.BasicLSTMCell(4)\no, f, b = rnn.bidirectional_rnn(c, c, x)\n"
     "y = tf.concat(1, [f, b])\n",
     None, False, True),
    ("0.8 to 0.12, default LSTM, states not looked at",
     _TF + "c = tf.nn.rnn_cell.BasicLSTMCell(4)\no, s = tf.nn.rnn(c, x, dtype=tf.float32)\n",
     None, False, False),
    ("0.8 to 0.12, the state's parts",
     _TF + "c = tf.nn.rnn_cell.BasicLSTMCell(4)\no, s = tf.nn.rnn(c, x, dtype=tf.float32)\ny = s.h\n",
     None, False, False),
    ("0.8 to 0.12, the state cut into columns",
     _TF + "c = tf.nn.rnn_cell.BasicLSTMCell(4)\no, s = tf.nn.rnn(c, x, dtype=tf.float32)\n"
     "c, h = tf.split(1, 2, s)\n", "0.10", True, False),
    ("0.8 to 0.12, initial state evaluated",
     _TF + "c = tf.nn.rnn_cell.MultiRNNCell([c])\nm.initial_state = c.zero_state(3, tf.float32)\n"
     "o, s = tf.nn.rnn(c, x, initial_state=m.initial_state)\nvalue = m.initial_state.eval()\n",
     "0.10", True, False),
    ("0.8 to 0.12, initial state evaluated through a property",
     _TF + "class M:\n  def __init__(self):\n    c = tf.nn.rnn_cell.MultiRNNCell([c])\n"
     "    self._start = c.zero_state(3, tf.float32)\n    o, s = tf.nn.rnn(c, x, initial_state=self._start)\n"
     "  @property\n  def start(self):\n    return self._start\nvalue = m.start.eval()\n",
     "0.10", True, False),
    ("0.8 to 0.12, size of a state as a number",
     _TF + "c = tf.nn.rnn_cell.BasicLSTMCell(4)\np = tf.placeholder(tf.float32, [None, c.state_size])\n"
     "tf.nn.rnn(c, x, initial_state=p)\n", "0.10", True, False),
    ("a state of two sizes",
     _TF + "c = tf.nn.rnn_cell.BasicLSTMCell(n)\nistate = tf.placeholder('float', [None, 2 * n])\n"
     "o, s = tf.nn.rnn(c, x, initial_state=istate)\n", "0.10", True, False),
    ("a state that says what it is",
     _TF + "c = tf.nn.rnn_cell.BasicLSTMCell(4, state_is_tuple=False)\no, s = tf.nn.rnn(c, x)\n"
     "c, h = tf.split(1, 2, s)\n", None, False, False),
    ("sizes inside a cell of the program's own",
     _TF + "class C(tf.nn.rnn_cell.RNNCell):\n  @property\n  def state_size(self):\n"
     "    return 2 * self.c.state_size\n"
     "c = C(tf.nn.rnn_cell.BasicLSTMCell(4))\no, s = tf.nn.rnn(c, x)\n", None, False, False),
    ("1.0", "import tensorflow as tf\nfrom tensorflow.contrib import rnn\nc = rnn.BasicLSTMCell(4)\n"
     "o, s = rnn.static_rnn(c, x)\ny = s[0]\n", None, False, False),
    ("dynamic_rnn alone, state looked into, versions left open",
     _TF + "c = tf.nn.rnn_cell.BasicLSTMCell(4)\no, s = tf.nn.dynamic_rnn(c, x)\ny = tf.concat(d, [s, s])\n",
     None, False, True),
    ("the same, dated by a summary",
     _TF + "c = tf.nn.rnn_cell.BasicLSTMCell(4)\no, s = tf.nn.dynamic_rnn(c, x)\ny = tf.concat(d, [s, s])\n"
     "tf.summary.scalar('loss', l)\n", None, False, False),
    ("bidirectional, three results",
     _OLD + "o, f, b = rnn.bidirectional_rnn(c, c, x)\n", None, False, False),
    ("bidirectional, one result, its last item",
     _OLD + "o = rnn.bidirectional_rnn(c, c, x)\ny = tf.matmul(o[-1], w)\n", None, False, True),
    ("bidirectional, one result, joined",
     _OLD + "o = rnn.bidirectional_rnn(c, c, x)\ny = tf.concat(0, o)\n", "0.7", True, False),
    ("bidirectional, both ways",
     _OLD + "try:\n  o, f, b = rnn.bidirectional_rnn(c, c, x)\nexcept Exception:\n"
     "  o = rnn.bidirectional_rnn(c, c, x)\n", None, False, False),
    ("loss with names", _TF + "def f(inputs, labels):\n  return 1\n"
     "tf.nn.seq2seq.model_with_buckets(a, b, c, d, e, g, softmax_loss_function=f)\n", None, False, False),
    ("loss in a variable that is None without sampling", _TF + "def go(n, loss=None):\n  if n:\n"
     "    def f(inputs, labels):\n      return 1\n    loss = f\n"
     "  tf.nn.seq2seq.model_with_buckets(a, b, c, d, e, 9, lambda x, y: x, softmax_loss_function=loss)\n",
     None, False, False),
    ("loss in eighth place, as in 0.5", _TF + "f = lambda x, y: x\n"
     "tf.nn.seq2seq.model_with_buckets(a, b, c, d, e, size, lambda x, y: x, f)\n", "0.12", True, False),
    ("loss without names", _TF + "f = lambda x, y: x\n"
     "tf.nn.seq2seq.model_with_buckets(a, b, c, d, e, g, softmax_loss_function=f)\n", "0.12", True, False),
    ("loss without names of 1.0", _TF + "tf.contrib.legacy_seq2seq.sequence_loss(a, b, c, "
     "softmax_loss_function=lambda x, y: x)\n", None, False, False),
    ("loss without names, imported as a module of unknown version",
     "from tensorflow.python.ops import seq2seq\nseq2seq.sequence_loss(a, b, c, softmax_loss_function="
     "lambda x, y: x)\n", "0.12", True, False),
    ("lines that contradict each other, but nothing that matters",
     _TF + "tf.pack(x)\ntf.layers.dense(x, 3)\nc = tf.nn.rnn_cell.BasicLSTMCell(4)\n", None, False, False),
    ("lines that contradict each other, with a state looked into",
     _TF + "tf.pack(x)\ntf.layers.dense(x, 3)\nc = tf.nn.rnn_cell.BasicLSTMCell(4)\n"
     "o, s = tf.nn.dynamic_rnn(c, x)\ny = tf.concat(d, [s, s])\n", None, False, True),
    ("a branch for another version does not count",
     _TF + "if tf.__version__ < '1.0':\n  x = tf.pack(x)\nelse:\n  x = tf.stack(x)\n"
     "c = tf.contrib.rnn.BasicLSTMCell(4)\no, s = tf.nn.dynamic_rnn(c, x)\ny = s[1]\n", None, False, False),
    ("set already", _OLD + "from Project_RNN_Enhancement import rnn_enhancement\n"
     "rnn_enhancement.set_era('0.6')\n"
     "o, states = rnn.rnn(c, x)\ny = states[-1]\n", None, False, False),
]


class EraTest(unittest.TestCase):

    def test_versions_are_the_packages(self):
        self.assertEqual(package_eras.ERAS, era_facts.VERSIONS)
        changes = {name: change[0] for name, change in package_eras.DIFFERENCES.items()}
        self.assertEqual(changes, era_facts.CHANGES)

    def test_cases(self):
        for name, text, version, needed, asks in _CASES:
            with self.subTest(name):
                era = find_era([("a.py", text)])
                found = (era.version, era.needed, era.question is not None)
                self.assertEqual((version, needed, asks), found, era)

    def test_evidence_names_lines(self):
        era = find_era([("net/a.py", _OLD + "o, states = rnn.rnn(c, x)\ny = states[-1]\n")])
        self.assertEqual(["net/a.py:2: tensorflow.models.rnn.rnn (0.5 to 0.8)",
                          "net/a.py:4: an item of a state (0.5 to 0.7)",
                          "net/a.py:4: an item of a state: in TensorFlow 0.5 to 0.7 the second result is the "
                          "list of all states, today it is the final state"], list(era.evidence))

    def test_question_says_what_each_version_means(self):
        era = find_era([("a.py", _OLD + "o = rnn.bidirectional_rnn(c, c, x)\ny = o[-1]\n")])
        for part in ("a.py:3", "0.5 to 0.7", "in 0.8 ", "--era 0.7", "--era 0.8"):
            self.assertIn(part, era.question)

    def test_hints_settle_what_lines_leave_open(self):
        text = _OLD + "o = rnn.bidirectional_rnn(c, c, x)\ny = o[-1]\n"
        era = find_era([("a.py", text)], [("0.12", "README.md:4"), ("0.6.0", "README.md:5")])
        self.assertEqual(("0.6", True, None), (era.version, era.needed, era.question))
        self.assertTrue(any("README.md:5" in line and "hint" in line for line in era.evidence), era)
        self.assertFalse(find_era([("a.py", text)], [("0.8", "README.md:4")]).needed)

    def test_hints_do_not_overrule_lines(self):
        text = _OLD + "o, states = rnn.rnn(c, x)\ny = states[-1]\n"
        self.assertEqual("0.7", find_era([("a.py", text)], [("1.0", "README.md:4")]).version)

    def test_hints_that_differ_where_it_matters_settle_nothing(self):
        text = _OLD + "o = rnn.bidirectional_rnn(c, c, x)\ny = o[-1]\n"
        era = find_era([("a.py", text)], [("0.7", "README.md:4"), ("0.8", "README.md:9")])
        self.assertIsNotNone(era.question)

    def test_the_user_settles_it(self):
        text = _OLD + "o = rnn.bidirectional_rnn(c, c, x)\ny = o[-1]\n"
        self.assertEqual(("0.7", True, None), find_era([("a.py", text)], era="0.7")[:2] + (None,))
        self.assertEqual(("0.8", False), find_era([("a.py", text)], era="0.8")[:2])

    def test_evidence_of_one_file_counts_for_all(self):
        model = ("import tensorflow as tf\nfrom tensorflow.python.ops import rnn_cell\n"
                 "c = rnn_cell.BasicLSTMCell(4)\n"
                 "class M:\n  def __init__(self):\n    self.initial_state = c.zero_state(4, tf.float32)\n")
        train = ("import tensorflow as tf\nimport model\nwith tf.Session() as s:\n"
                 "  x = s.initial_state.eval()\n")
        for files in ([("m.py", model), ("t.py", train)], [("t.py", train), ("m.py", model)]):
            self.assertEqual("0.10", find_era(files).version)


class StartFilesTest(unittest.TestCase):
    CELL = "import tensorflow as tf\nc = tf.nn.rnn_cell.BasicLSTMCell(4)\n"

    def test_cases(self):
        main = "if __name__ == '__main__':\n  main()\n"
        run = "import tensorflow as tf\nimport model\ntf.app.run()\n"
        session = "import tensorflow as tf\nfrom model import X\nwith tf.Session() as s:\n  pass\n"
        for texts, starts in (
                ({"a.py": self.CELL}, ["a.py"]),
                ({"model.py": self.CELL, "train.py": "import model\n" + main, "data.py": main}, ["train.py"]),
                ({"model.py": self.CELL, "train.py": run, "sample.py": session}, ["sample.py", "train.py"]),
                ({"net/model.py": self.CELL, "net/train.py": "from . import model\n" + main},
                 ["net/train.py"]),
                ({"net/model.py": self.CELL, "train.py": "from net.model import c\n" + main}, ["train.py"]),
                ({"model.py": self.CELL, "go.py": "import model\nmodel.run()\n"}, ["go.py"]),
                ({"model.py": self.CELL, "test_model.py": "import model\n" + main}, ["model.py"]),
                ({"test_model.py": self.CELL + main}, ["test_model.py"])):
            with self.subTest(sorted(texts)):
                self.assertEqual(starts, start_files(texts))


class InsertEraTest(unittest.TestCase):

    def test_cases(self):
        added = 'from Project_RNN_Enhancement import rnn_enhancement\n\nrnn_enhancement.set_era("0.7")\n'
        for before, after in (
                ("import tensorflow as tf\n", "\nx = 1\n"),
                ('"""Doc."""\nfrom __future__ import division\n\nimport os\n'
                 'import tensorflow as tf  # here\n',
                 "\n\ndef f():\n    import re\n"),
                ("import os\nos.environ['A'] = '1'\nfrom a import (b,\n    c)\n", "\nd = c\n"),
                ("try:\n    import cPickle\nexcept ImportError:\n    import pickle as cPickle\n",
                 "\nclass A(object):\n    pass\n"),
                ('"""Doc."""\n', "\ndef f():\n    pass\n")):
            with self.subTest(before):
                text = insert_era(before + after, "0.7")
                self.assertEqual(before + added + after, text)
                ast.parse(text)
                self.assertEqual(text, insert_era(text, "0.7"))

    def test_line_that_follows_is_kept_apart(self):
        self.assertEqual('import a\nfrom Project_RNN_Enhancement import rnn_enhancement\n\n'
                         'rnn_enhancement.set_era("0.7")\n\nx = 1\n', insert_era("import a\nx = 1\n", "0.7"))

    def test_recurrent_code_before_an_import_comes_later(self):
        text = ("import a\nfrom Project_RNN_Enhancement.rnn_enhancement import rnn_cell_enhanced as cells\n%s"
                "c = cells.GRUCell(4)\nimport b\n")
        added = 'from Project_RNN_Enhancement import rnn_enhancement\n\nrnn_enhancement.set_era("0.7")\n\n'
        self.assertEqual(text % added, insert_era(text % "", "0.7"))

    def test_import_that_is_there_is_used(self):
        text = "from Project_RNN_Enhancement import rnn_enhancement as ours\nimport a\n"
        self.assertEqual(text + '\nours.set_era("0.7")\n', insert_era(text, "0.7"))


class RepeatedCellTest(unittest.TestCase):

    def test_layers_of_one_cell(self):
        """They shared their weights in TensorFlow 1.2 to 1.15 alone, which nothing in the program shows."""
        for text, is_said in [
                ("c = tf.contrib.rnn.MultiRNNCell([tf.contrib.rnn.GRUCell(f(3))] * 2)", True),
                ("c = tf.contrib.rnn.MultiRNNCell([cell for _ in x])", False),
                ("c = rnn_cell_enhanced.MultiRNNCell([cell] * f(2), share_repeated=True)", False),
                ("c = tf.nn.rnn_cell.MultiRNNCell([cell] * 2)\ny = tf.nn.seq2seq.rnn_decoder(a, b, c)", False)]:
            said = convert_program({"a.py": "import tensorflow as tf\n" + text}, Options("2"))[1]
            self.assertEqual(["a.py:2" in line for line in said if "share_repeated" in line], [True] * is_said)


if __name__ == "__main__":
    unittest.main()
