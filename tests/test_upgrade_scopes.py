"""The upgrade of optimisers and moving averages in scopes that reuse variables, refused since 0.12."""
import unittest

from Project_RNN_Enhancement.rnn_enhancement.tf1 import tf

try:
    from Project_RNN_Enhancement.upgrade.program import Options, convert_program
except ImportError as error:
    raise unittest.SkipTest("the packages of the extra `upgrade` are missing: %s" % error)

from Project_RNN_Enhancement.upgrade.python.newer_scopes import reuses

# Written for 0.8: the scope of all that follows reuses its variables.
PROGRAM = """import tensorflow as tf
for step in range(2):
    if step:
        tf.get_variable_scope().reuse_variables()
    w = tf.get_variable("w", [2], initializer=tf.constant_initializer(3.0))
    loss = tf.reduce_sum(tf.square(w))
def averaged(x):
    ema = tf.train.ExponentialMovingAverage(0.5)
    done = ema.apply([x])
    with tf.control_dependencies([done]):
        return tf.identity(ema.average(x))
optimizer = tf.train.AdamOptimizer(0.1)
mean = averaged(loss)
train = optimizer.minimize(
    loss)
session = tf.Session()
session.run(tf.initialize_all_variables())
found = [float(each) for each in session.run([loss, mean])]
session.run(train)
found.append(float(session.run(loss)))
"""
INSIDE = """import tensorflow as tf
with tf.variable_scope("RNN"):
    for step in range(2):
        if step > 0: tf.get_variable_scope().reuse_variables()
train = tf.train.AdamOptimizer(0.1).minimize(loss)
"""


def converted(text):
    return convert_program({"a.py": text}, Options("2"))[0]["a.py"]


class ScopesTest(unittest.TestCase):

    def test_runs(self):
        text, findings = converted(PROGRAM)
        self.assertEqual(text.count("reuse=tf.AUTO_REUSE"), 2)
        self.assertEqual(converted(text), (text, []))
        scope = {}
        with tf.Graph().as_default():
            exec(text, scope)
            scope["session"].close()
        self.assertEqual(scope["found"][:2], [18.0, 9.0])
        self.assertAlmostEqual(scope["found"][2], 2 * 2.9 ** 2, 4)

    def test_where(self):
        """Where a scope of its own reuses its variables, optimisers are outside."""
        self.assertEqual([reuses([PROGRAM]), reuses([INSIDE]), reuses(["x = 1\n"])], ["all", "some", ""])
        for block in ("class A:\n    def f(self):\n        ", "with tf.Session() as s:\n    "):
            self.assertEqual(reuses([block + "tf.get_variable_scope().reuse_variables()\n"]), "all")
        self.assertNotIn("AUTO_REUSE", converted(INSIDE).text)
        for text, lines in [("if a: train = optimizer.minimize(loss)\n", [2]),
                            ("from scipy import optimize\nx = optimize.minimize(f, x0)\n", [])]:
            _, findings = converted("import tensorflow as tf\n%stf.get_variable_scope().reuse_variables()\n"
                                    % text)
            self.assertEqual([finding.line for finding in findings if finding.kind == "look"], lines)


if __name__ == "__main__":
    unittest.main()
