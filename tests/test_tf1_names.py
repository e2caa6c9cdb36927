"""Every name of TensorFlow 1.15's recurrent networks has a place here, or an error that helps."""
import importlib
import json
import pickle
import unittest

from Project_RNN_Enhancement import rnn_enhancement
from Project_RNN_Enhancement.rnn_enhancement import (contrib_rnn_enhanced, rnn_cell_enhanced,
                                                     rnn_enhanced, seq2seq_enhanced)
from Project_RNN_Enhancement.rnn_enhancement.public_names import EXPLANATIONS, PLACES, place_of
from Project_RNN_Enhancement.rnn_enhancement.tf1 import is_tf_1

from .fixtures import make_tf1_names

_PACKAGE = rnn_enhancement.__name__ + "."


def _recorded():
    with open(make_tf1_names.FILE) as stream:
        return json.load(stream)


class TF1NamesTest(unittest.TestCase):

    def test_every_name_has_a_place_or_an_explanation(self):
        for namespace, names in sorted(_recorded().items()):
            for name in names:
                path = "%s.%s" % (namespace, name)
                self.assertTrue(bool(place_of(path)) != (path in EXPLANATIONS), path)

    def test_every_place_is_there(self):
        for namespace, (module, names) in sorted(PLACES.items()):
            with self.subTest(namespace):
                found = importlib.import_module(_PACKAGE + module)
                there = [name for name in names if place_of("%s.%s" % (namespace, name))]
                self.assertEqual([], sorted(set(there) - set(found.__all__)))
                self.assertEqual([], [name for name in there if name not in vars(found)])
                self.assertEqual(len(names), len(set(names)))

    def test_contrib_rnn_is_the_whole_and_nothing_else(self):
        """But for the names with an explanation, none of which is there."""
        self.assertEqual([name for name in _recorded()["tf.contrib.rnn"]
                          if "tf.contrib.rnn." + name not in EXPLANATIONS],
                         sorted(contrib_rnn_enhanced.__all__))

    @unittest.skipUnless(is_tf_1, "TensorFlow 2.x has no tf.contrib")
    def test_recorded_names_are_those_of_this_tensorflow(self):
        self.assertEqual(make_tf1_names.names_of_tensorflow(), _recorded())


class MissingNamesTest(unittest.TestCase):

    def test_names_of_contrib_rnn_in_either_module(self):
        """What `from tensorflow.contrib import rnn` gave, whichever module took its place."""
        for module in (rnn_enhanced, rnn_cell_enhanced):
            for name in contrib_rnn_enhanced.__all__:
                found = getattr(module, name)
                if name in vars(module):
                    continue
                self.assertIs(found, getattr(contrib_rnn_enhanced, name))
                self.assertNotIn(name, module.__all__)
        self.assertIs(rnn_enhanced.BasicLSTMCell, rnn_cell_enhanced.BasicLSTMCell)
        self.assertIs(rnn_cell_enhanced.static_rnn, rnn_enhanced.static_rnn)
        self.assertFalse(hasattr(rnn_enhanced, "TrainingHelper"))

    def test_names_are_imported(self):
        names = {}
        exec("from %srnn_enhanced import BasicLSTMCell, static_rnn\n"
             "from %srnn_cell_enhanced import stack_bidirectional_dynamic_rnn"
             % (_PACKAGE, _PACKAGE), names)
        self.assertIs(rnn_cell_enhanced.BasicLSTMCell, names["BasicLSTMCell"])
        names = {}
        exec("from %srnn_cell_enhanced import *" % _PACKAGE, names)
        self.assertEqual(set(rnn_cell_enhanced.__all__), set(names) - {"__builtins__"})

    def test_errors_say_where_to_look(self):
        for module, name, words in (
                (rnn_enhanced, "BasicDecoder",
                 "tf.contrib.seq2seq.BasicDecoder is contrib_seq2seq_enhanced.BasicDecoder here"),
                (rnn_cell_enhanced, "dynamic_rnn", "tf.nn.dynamic_rnn is rnn_enhanced.dynamic_rnn"),
                (rnn_cell_enhanced, "GRUcell", "Did you mean 'GRUCell'"),
                (rnn_enhanced, "rnn_cell", "tf.nn.rnn_cell: the module rnn_cell_enhanced"),
                (seq2seq_enhanced, "GRUCell", "rnn_cell_enhanced.GRUCell here"),
                (seq2seq_enhanced, "static_rnn", "rnn_enhanced.static_rnn here"),
                (seq2seq_enhanced, "AttentionWrapper", "contrib_seq2seq_enhanced.AttentionWrapper"),
                (contrib_rnn_enhanced, "raw_rnn", "rnn_enhanced.raw_rnn here"),
                (contrib_rnn_enhanced, "nothing_like_it", "no attribute 'nothing_like_it'[.]$"),
                (rnn_enhanced, "_private", "no attribute '_private'$")):
            with self.subTest(name), self.assertRaisesRegex(AttributeError, words) as caught:
                getattr(module, name)
            self.assertIn(module.__name__, str(caught.exception))

    def test_modules_are_modules(self):
        for module in (rnn_enhanced, rnn_cell_enhanced, seq2seq_enhanced, contrib_rnn_enhanced):
            self.assertIs(module, importlib.import_module(module.__name__))
            self.assertFalse(hasattr(module, "__path__"))
            for name in module.__all__:
                self.assertIn(name, dir(module))
        self.assertIs(contrib_rnn_enhanced.GRUBlockCell,
                      pickle.loads(pickle.dumps(contrib_rnn_enhanced.GRUBlockCell)))


if __name__ == "__main__":
    unittest.main()
