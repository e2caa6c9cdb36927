"""What a command does so that TensorFlow prints nothing of its own."""
import os
import subprocess
import sys
import unittest
from tests.sizes import slow

VARIABLES = ("TF_CPP_MIN_LOG_LEVEL", "TF_ENABLE_ONEDNN_OPTS")

PROGRAM = """
import os
from Project_RNN_Enhancement.quiet import quieten_tensorflow
quieten_tensorflow()
from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf
with tf.Graph().as_default(), tf.Session() as session:
    session.run(tf.matmul(tf.ones([2, 2]), tf.ones([2, 2])))
print(os.environ["TF_CPP_MIN_LOG_LEVEL"], os.environ["TF_ENABLE_ONEDNN_OPTS"])
"""


@slow
class QuietTest(unittest.TestCase):

    def run_program(self, **environment):
        """Returns stdout and stderr of the program in an environment with these of the variables."""
        kept = {name: value for name, value in os.environ.items() if name not in VARIABLES}
        found = subprocess.run([sys.executable, "-c", PROGRAM], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True,
                               env=dict(kept, **environment))
        return found.stdout.decode().split(), found.stderr.decode()

    def test_nothing_is_printed(self):
        self.assertEqual(self.run_program(), (["2", "0"], ""))

    def test_what_the_user_has_set_stays(self):
        found, _ = self.run_program(TF_CPP_MIN_LOG_LEVEL="0", TF_ENABLE_ONEDNN_OPTS="1")
        self.assertEqual(found, ["0", "1"])
