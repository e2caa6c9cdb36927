"""The upgrade of flags: defaults of another type, absl's own flags, and flags that are set undefined."""
import unittest

from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf

try:
    from Project_RNN_Enhancement.upgrade.program import Options, convert_program
except ImportError as error:
    raise unittest.SkipTest("the packages of the extra `upgrade` are missing: %s" % error)

from Project_RNN_Enhancement.upgrade.python.newer_flags import undefined

PROGRAM = """import tensorflow as tf
flags = tf.app.flags
flags.DEFINE_float("up_batch_size", 20, "")
flags.DEFINE_float("up_clip", 5, "")
flags.DEFINE_float("up_step_size", 1, "")
flags.DEFINE_integer("up_most", 1e3, "")
flags.DEFINE_integer("up_rate", 0.5, "")
flags.DEFINE_integer("up_on", True, "")
flags.DEFINE_string("up_port", 80, "")
flags.DEFINE_string("up_all", False, "")
flags.DEFINE_string("up_kernels", [1, 2], "")
flags.DEFINE_string("up_none", None, "")
flags.DEFINE_integer("log_dir", 3, "")
flags.DEFINE_string("profile_file", "much", docstring="")
FLAGS = flags.FLAGS
FLAGS.up_clip, FLAGS.up_words = 4, 7
found = [FLAGS.up_batch_size, FLAGS.up_clip, FLAGS.up_step_size, FLAGS.up_most, FLAGS.up_rate, FLAGS.up_on,
         FLAGS.up_port, FLAGS.up_all, FLAGS.up_kernels, FLAGS.up_none, FLAGS.log_dir, FLAGS.profile_file,
         FLAGS.up_words]
"""


def converted(*texts):
    sources = {"%d.py" % number: text for number, text in enumerate(texts)}
    return [conversion.text for conversion in convert_program(sources, Options("2"))[0].values()]


class FlagsTest(unittest.TestCase):

    def test_values(self):
        """Each has the value that argparse, which held the flags before 1.5, gave it."""
        text, = converted(PROGRAM)
        self.assertEqual(converted(text), [text])
        tf.flags.FLAGS(["program"])
        kept = {name: tf.flags.FLAGS[name] for name in ("log_dir", "profile_file")}
        scope = {}
        try:
            exec(text, scope)
        finally:
            for name in list(tf.flags.FLAGS):
                if name.startswith("up_") or name in kept:
                    delattr(tf.flags.FLAGS, name)
            for name, flag in kept.items():
                tf.flags.FLAGS[name] = flag
        self.assertEqual(scope["found"], [20, 4, 1, 1000, 0.5, 1, 80, False, [1, 2], None, 3, "much", 7])
        self.assertEqual([type(value) for value in scope["found"][:6]], [int, int, float, int, float, int])

    def test_undefined(self):
        """They are defined once, where the flags are held, if it's TensorFlow's flags that are set."""
        main = "import tensorflow as tf\nFLAGS = tf.flags.FLAGS\nFLAGS.words = 3\n"
        config = "import tensorflow as tf\ntf.flags.DEFINE_integer('size', 3, '')\nFLAGS = tf.flags.FLAGS\n"
        user = "from config import FLAGS\nFLAGS.size = 1\nFLAGS.tags += 1\nif FLAGS.more == 3:\n    pass\n"
        self.assertEqual(undefined({"a": main, "b": config, "c": user}), {"a": ["words"], "b": ["tags"]})
        self.assertEqual(undefined({"a": main.replace("words", "size"), "b": config}), {})
        self.assertEqual(undefined({"a": "import argparse\nFLAGS = p.parse_args()\nFLAGS.x = 1\n"}), {})
        texts = converted(config, user)
        self.assertEqual([text.count('flags.DEFINE_string("tags", None, ') for text in texts], [1, 0])


if __name__ == "__main__":
    unittest.main()
