"""Recurrent imports and uses of old programs are brought to this package's modules, and nothing else changes."""
import ast
import textwrap
import unittest

try:
    from Project_RNN_Enhancement.upgrade import program
    from Project_RNN_Enhancement.upgrade.names import editing, resolution as names, places, recurrent, v1_names
except ImportError:
    editing = None
from Project_RNN_Enhancement.rnn_enhancement import public_names
from Project_RNN_Enhancement.rnn_enhancement.tf1 import is_tf_1, tf
from Project_RNN_Enhancement.upgrade.findings import CHANGED, LOOK, Findings

OURS = "from Project_RNN_Enhancement.rnn_enhancement import "
FROM = "from Project_RNN_Enhancement.rnn_enhancement."

# what it's about -> (old source, new source for target 2)
CASES = {
    "dotted uses get one import": ("""
        import tensorflow as tf
        cell = tf.nn.rnn_cell.GRUCell(4)
        out = tf.nn.dynamic_rnn(tf.nn.rnn_cell.MultiRNNCell([cell]), x)
        """, """
        import tensorflow.compat.v1 as tf
        from {0} import rnn_cell_enhanced, rnn_enhanced

        tf.disable_v2_behavior()
        cell = rnn_cell_enhanced.GRUCell(4)
        out = rnn_enhanced.dynamic_rnn(rnn_cell_enhanced.MultiRNNCell([cell]), x)
        """),
    "what is added stands before what needs it, whatever is imported below": ("""
        import os
        import tensorflow as tf
        pass  # another cell
        x = tf.placeholder(tf.float32, [2, 3])
        cell = tf.nn.rnn_cell.GRUCell(4)
        import numpy as np
        """, """
        import os
        import tensorflow.compat.v1 as tf
        from {0} import rnn_cell_enhanced

        tf.disable_v2_behavior()
        pass  # another cell
        x = tf.placeholder(tf.float32, [2, 3])
        cell = rnn_cell_enhanced.GRUCell(4)
        import numpy as np
        """),
    "what is added stands behind TensorFlow's own import, wherever that is": ("""
        import os
        from a import *

        def size():
            return 4
        import tensorflow as tf
        cell = tf.nn.rnn_cell.GRUCell(size())
        """, """
        import os
        from a import *

        def size():
            return 4
        import tensorflow.compat.v1 as tf
        from {0} import rnn_cell_enhanced

        tf.disable_v2_behavior()
        cell = rnn_cell_enhanced.GRUCell(size())
        """),
    "bound names stay": ("""
        from tensorflow.contrib import rnn, legacy_seq2seq as s2s  # both
        rnn.BasicLSTMCell(3), s2s.rnn_decoder
        """, """
        from {0} import contrib_rnn_enhanced as rnn, seq2seq_enhanced as s2s  # both
        rnn.BasicLSTMCell(3), s2s.rnn_decoder
        """),
    "dynamic_decode of 1.1 and its attention": ("""
        import tensorflow as tf
        from tensorflow.contrib import seq2seq
        cell = seq2seq.DynamicAttentionWrapper(cell, mechanism, 8)
        state = tf.contrib.seq2seq.DynamicAttentionWrapperState(state, attention)
        a, _ = seq2seq.dynamic_decode(decoder)
        a, b, c = seq2seq.dynamic_decode(decoder)
        a = seq2seq.dynamic_decode(decoder)[0]
        """, """
        import tensorflow.compat.v1 as tf
        from {0} import contrib_seq2seq_enhanced as seq2seq

        tf.disable_v2_behavior()
        cell = seq2seq.DynamicAttentionWrapper(cell, mechanism, 8)
        state = seq2seq.DynamicAttentionWrapperState(state, attention)
        a, _ = seq2seq.dynamic_decode(decoder)[:2]
        a, b, c = seq2seq.dynamic_decode(decoder)
        a = seq2seq.dynamic_decode(decoder)[0]
        """),
    "cells of contrib.rnn's module of cells, and its dictionary": ("""
        from tensorflow.contrib import rnn
        rnn.rnn_cell.GRUCell(3), rnn.__dict__.values()
        """, """
        from {0} import contrib_rnn_enhanced as rnn
        from {0} import rnn_cell_enhanced
        rnn_cell_enhanced.GRUCell(3), rnn.__dict__.values()
        """),
    "modules of 0.5 to 0.7": ("""
        from tensorflow.models.rnn import rnn, rnn_cell
        from tensorflow.models.rnn import seq2seq
        rnn.rnn(rnn_cell.GRUCell(3), xs), seq2seq.sequence_loss, rnn_cell.linear
        """, """
        from {0} import rnn_enhanced as rnn, rnn_cell_enhanced as rnn_cell
        from {0} import seq2seq_enhanced as seq2seq
        rnn.rnn(rnn_cell.GRUCell(3), xs), seq2seq.sequence_loss, rnn_cell.linear
        """),
    "a function called rnn": ("""
        from tensorflow.python.ops.nn import rnn, rnn_cell, seq2seq
        rnn(rnn_cell.GRUCell(3), xs), seq2seq.rnn_decoder
        """, """
        from {0}.rnn_enhanced import rnn
        from {0} import rnn_cell_enhanced as rnn_cell, seq2seq_enhanced as seq2seq
        rnn(rnn_cell.GRUCell(3), xs), seq2seq.rnn_decoder
        """),
    "private modules": ("""
        from tensorflow.python.ops import rnn, rnn_cell_impl as cells
        from tensorflow.python.ops.rnn_cell_impl import RNNCell, _like_rnncell
        rnn.dynamic_rnn(cells.GRUCell(3), x), _like_rnncell
        class Mine(RNNCell):
            pass
        """, """
        from {0} import rnn_enhanced as rnn, rnn_cell_enhanced as cells
        from {0}.rnn_cell_enhanced import RNNCell, _like_rnncell
        rnn.dynamic_rnn(cells.GRUCell(3), x), _like_rnncell
        class Mine(RNNCell):
            pass
        """),
    "private names of 1.0 and 1.1": ("""
        from tensorflow.python.ops.rnn_cell_impl import _RNNCell as RNNCell
        from tensorflow.contrib.rnn.python.ops import core_rnn_cell_impl
        class Mine(RNNCell):
            scope = core_rnn_cell_impl._checked_scope
        """, """
        from {0}.rnn_cell_enhanced import _RNNCell as RNNCell
        from {0} import rnn_cell_enhanced as core_rnn_cell_impl
        class Mine(RNNCell):
            scope = core_rnn_cell_impl._checked_scope
        """),
    "a parameter of the same name is another thing": ("""
        import tensorflow as tf
        from tensorflow.contrib import rnn

        def f(rnn, tf_cell):
            return rnn.GRUCell, tf.contrib.rnn.GRUCell(3)

        def g():
            return tf.contrib.rnn.GRUCell(3)
        """, """
        import tensorflow.compat.v1 as tf
        from {0} import contrib_rnn_enhanced as rnn
        from {0} import contrib_rnn_enhanced

        tf.disable_v2_behavior()

        def f(rnn, tf_cell):
            return rnn.GRUCell, contrib_rnn_enhanced.GRUCell(3)

        def g():
            return rnn.GRUCell(3)
        """),
    "names for either version": ("""
        import tensorflow as tf
        try:
            from tensorflow.nn import rnn_cell
        except ImportError:
            rnn_cell = tf.contrib.rnn
        if hasattr(tf.nn, 'seq2seq'):
            seq2seq = tf.nn.seq2seq
        else:
            seq2seq = tf.contrib.legacy_seq2seq
        rnn_cell.GRUCell(3); seq2seq.rnn_decoder
        """, """
        import tensorflow.compat.v1 as tf
        from {0} import contrib_rnn_enhanced, seq2seq_enhanced

        tf.disable_v2_behavior()
        try:
            from {0} import rnn_cell_enhanced as rnn_cell
        except ImportError:
            rnn_cell = contrib_rnn_enhanced
        if hasattr(tf.nn, 'seq2seq'):
            seq2seq = seq2seq_enhanced
        else:
            seq2seq = seq2seq_enhanced
        rnn_cell.GRUCell(3); seq2seq.rnn_decoder
        """),
    "an assigned part of TensorFlow": ("""
        import tensorflow as tf
        nn = tf.nn
        contrib = tf.nn
        nn.rnn_cell.GRUCell(3), nn.relu, contrib.dynamic_rnn
        """, """
        import tensorflow.compat.v1 as tf
        from {0} import rnn_cell_enhanced, rnn_enhanced

        tf.disable_v2_behavior()
        nn = tf.nn
        contrib = tf.nn
        rnn_cell_enhanced.GRUCell(3), nn.relu, rnn_enhanced.dynamic_rnn
        """),
    "imports of contrib that nothing uses any more": ("""
        from tensorflow import contrib, nn
        contrib.rnn.GRUCell(3), nn.relu
        """, """
        from tensorflow.compat.v1 import nn
        from {0} import contrib_rnn_enhanced
        contrib_rnn_enhanced.GRUCell(3), nn.relu
        """),
    "star": ("""
        from tensorflow.contrib.rnn import *
        GRUCell(3)
        """, """
        from {0}.contrib_rnn_enhanced import *
        GRUCell(3)
        """),
    "a dotted import": ("""
        import tensorflow.contrib.seq2seq as s
        import tensorflow.contrib.rnn
        s.TrainingHelper, s.dynamic_rnn_decoder, tensorflow.contrib.rnn.GRUCell
        """, """
        from {0} import contrib_seq2seq_enhanced as s
        from {0} import contrib_rnn_enhanced
        s.TrainingHelper, s.dynamic_rnn_decoder, contrib_rnn_enhanced.GRUCell
        """),
    "several on a line, in a function, under another name": ("""
        import os; import tensorflow as TF, sys

        def build(n):
            import tensorflow as tf
            return tf.nn.rnn_cell.GRUCell(n)  # cell
        TF.constant(1)
        """, """
        import os
        import sys
        import tensorflow.compat.v1 as TF
        from {0} import rnn_cell_enhanced

        TF.disable_v2_behavior()

        def build(n):
            import tensorflow.compat.v1 as tf
            tf.disable_v2_behavior()
            return rnn_cell_enhanced.GRUCell(n)  # cell
        TF.constant(1)
        """),
    "after a docstring and future imports": ('''
        # coding: utf-8
        """What it is."""
        from __future__ import print_function

        def build():
            from tensorflow import nn
            return nn.rnn_cell.GRUCell(3)
        ''', '''
        # coding: utf-8
        """What it is."""
        from __future__ import print_function
        from {0} import rnn_cell_enhanced

        def build():
            from tensorflow.compat.v1 import nn
            return rnn_cell_enhanced.GRUCell(3)
        '''),
    "a program's own module": ("""
        from tensorflow.models.rnn.translate import data_utils
        import tensorflow.models.rnn.ptb.data_utils as other
        data_utils.read, other.read
        """, """
        import data_utils
        import data_utils as other
        data_utils.read, other.read
        """),
    "layout": ("""
        from tensorflow.contrib.rnn import (
            GRUCell,  # gated
            LSTMCell,
        )


        x = [ GRUCell( 3 ) ,LSTMCell(4)  ]   # odd   spaces
        if x :
        \treturn_ = (x
                      )
        """, """
        from {0}.contrib_rnn_enhanced import GRUCell, LSTMCell


        x = [ GRUCell( 3 ) ,LSTMCell(4)  ]   # odd   spaces
        if x :
        \treturn_ = (x
                      )
        """),
}

# what it's about -> (source that stays, part of what is said about it, its line)
LOOKS = {
    "a name that is nowhere": ("import tensorflow.compat.v1 as tf\ntf.no_such_thing(1)\n", "no such name", 2),
    "a private name that the package hasn't":
        ("from tensorflow.python.ops.rnn_cell import _no_such\n", "has no _no_such", 1),
    "contrib that has no place": ("from tensorflow.contrib import tpu_not\ntpu_not.x\n", "no contrib", 1),
    "text that is run": ("eval('tf.nn.rnn_cell.' + name)\n", "eval or exec", 1),
    "a tutorial's module that isn't there":
        ("from tensorflow.models.rnn.ptb import ptb_word_lm\nptb_word_lm.x\n", "put the module beside", 1),
}


def dedented(source):
    return textwrap.dedent(source).lstrip("\n").replace("{0}", recurrent.PACKAGE)


def rewritten(source, target="2", siblings=("data_utils",)):
    findings = Findings()
    return editing.rewrite(source, target, None, set(siblings), findings), list(findings)


@unittest.skipIf(editing is None, "libcst and fissix aren't installed")
class RecurrentTest(unittest.TestCase):
    def test_cases(self):
        for about, (old, new) in sorted(CASES.items()):
            found, findings = rewritten(dedented(old))
            self.assertEqual(found, dedented(new), about)
            self.assertTrue(findings, about)
            for finding in findings:
                self.assertEqual(finding.kind, CHANGED, "%s: %s" % (about, finding))
                self.assertLessEqual(finding.line, dedented(old).count("\n"), about)

    def test_a_second_time_nothing_changes(self):
        for about, (_, new) in sorted(CASES.items()):
            for target in ("2", "1.15"):
                once, _ = rewritten(dedented(new), target)
                self.assertEqual(once, dedented(new), about)

    def test_what_is_to_be_looked_at(self):
        for about, (source, said, line) in sorted(LOOKS.items()):
            found, findings = rewritten(source, siblings=())
            self.assertEqual(found, source, about)
            self.assertEqual([(finding.kind, finding.line) for finding in findings][:1], [(LOOK, line)], about)
            self.assertIn(said, findings[0].message, about)

    def test_a_programs_own_module_in_a_package(self):
        source = "from tensorflow.models.rnn.translate import data_utils\n"
        old = {"lib/__init__.py": "", "lib/data_utils.py": "", "lib/model.py": source,
               "__init__.py": "", "data_utils.py": "", "model.py": source,
               "run.py": source + "if __name__ == '__main__':\n    import model\n"}
        started = source + "if __name__ == '__main__':\n    pass\n"
        old["notes/look.py"] = "import sys\nsys.path.insert(0, '../added/')\nfrom added import model\n"
        for folder in ("translate", "used", "added"):
            old.update({folder + "/__init__.py": "", folder + "/data_utils.py": "", folder + "/model.py": source})
        old.update({"translate/start.py": started, "used/start.py": started})
        old["run.py"] += "    from used import model\n"
        new = program.convert_program(old, program.Options())[0]
        self.assertEqual(new["lib/model.py"].text, "from . import data_utils\n")
        # What is started where model.py is finds it by its name.
        self.assertEqual(new["model.py"].text, "import data_utils\n")
        self.assertIn("import data_utils\n", new["run.py"].text)
        self.assertEqual(new["translate/model.py"].text, "import data_utils\n")
        self.assertEqual(new["used/model.py"].text, "from . import data_utils\n")
        # A folder on Python's path is no package, whatever is in it.
        self.assertEqual(new["added/model.py"].text, "import data_utils\n")
        texts = {path: conversion.text for path, conversion in new.items()}
        again = program.convert_program(texts, program.Options())[0]
        self.assertEqual({path: conversion.text for path, conversion in again.items()}, texts)

    def test_target_of_1_15_keeps_tensorflow(self):
        found, _ = rewritten("import tensorflow as tf\ntf.contrib.rnn.GRUCell(3), tf.contrib.layers.flatten\n", "1.15")
        self.assertEqual(found, "import tensorflow as tf\n" + OURS + "contrib_rnn_enhanced\n"
                         "contrib_rnn_enhanced.GRUCell(3), tf.contrib.layers.flatten\n")

    def test_what_has_no_other_place_stays(self):
        for source in ("", "x = 1", "import numpy as tf\ntf.nn.rnn_cell.GRUCell(3)\n", "# only a comment\r\n",
                       "def f(tf):\n    return tf.nn.rnn_cell\n", "from . import tensorflow as tf\ntf.mul(1, 2)\n",
                       "from tensorflow.core.example import example_pb2 as pb\npb.Example.FromString(x)\n"):
            self.assertEqual(rewritten(source), (source, []))

    def test_every_public_name_gets_its_place(self):
        for namespace, (module, listed) in public_names.PLACES.items():
            path = "tensorflow" + namespace[2:]
            for name in listed:
                place = places.place(places.public("%s.%s" % (path, name)), "2")
                self.assertEqual(place, "%s.%s" % (module, name))
                self.assertIn(name, recurrent.names_of(module))

    def test_modules_exist(self):
        for module in set(recurrent.MODULES.values()):
            ast.parse("import " + module)
            self.assertTrue(recurrent.names_of(module), module)


@unittest.skipIf(editing is None, "libcst and fissix aren't installed")
class NamesTest(unittest.TestCase):
    def test_what_a_name_stands_for(self):
        source = dedented("""
            import tensorflow as tf
            from tensorflow.python.ops import array_ops as ops
            nn = tf.nn
            def f(nn):
                nn.a
            tf.x; ops.y; nn.z
            """)
        resolved = names.Names(source)
        found = [resolved.public(statement.body[0].value) for line in resolved.module.body[-1:]
                 for statement in [line]]
        self.assertEqual(found, ["tensorflow.x"])

    @unittest.skipUnless(is_tf_1, "the list is of TensorFlow 1.15")
    def test_list_of_names_is_tensorflows(self):
        for module, listed in sorted(v1_names.NAMES.items()):
            # The names of flags are those of the absl that is installed.
            if module.endswith(".flags"):
                continue
            found = tf
            for part in module.split(".")[1:]:
                found = getattr(found, part)
            for name in listed:
                self.assertTrue(hasattr(found, name), "%s.%s" % (module, name))
        for name in ("placeholder", "nn", "train", "global_variables_initializer"):
            self.assertIn(name, v1_names.NAMES["tensorflow"])

    @unittest.skipIf(is_tf_1, "the list is of TensorFlow 2")
    def test_names_that_are_gone(self):
        for module, listed in sorted(v1_names.NAMES.items()):
            found = tf
            try:
                for part in module.split(".")[1:]:
                    found = getattr(found, part)
            except AttributeError:
                continue
            if module in ("tensorflow.layers", "tensorflow.nn.rnn_cell") or module.endswith(".flags"):
                continue
            for name in set(listed) - set(v1_names.GONE.get(module, ())):
                self.assertTrue(hasattr(found, name), "%s.%s" % (module, name))
