"""How much of the suite runs: the quick set, the usual one, or everything.

RNN_ENHANCEMENT_QUICK_TESTS=1 leaves out what `slow` marks: it's for the minutes between two changes.
RNN_ENHANCEMENT_LONG_TESTS=1 adds what `long` marks, and tries whole tables where the usual set tries a part:
on TensorFlow 2.x another part than on 1.15.
"""
import os
import unittest

from Project_RNN_Enhancement.rnn_enhancement.tf1 import is_tf_1

LONG = bool(os.environ.get("RNN_ENHANCEMENT_LONG_TESTS"))
QUICK = bool(os.environ.get("RNN_ENHANCEMENT_QUICK_TESTS")) and not LONG

# Decorators of a test or a class of tests: more than about a second; more than the usual set has room for.
slow = unittest.skipIf(QUICK, "not in the quick set of tests")
long = unittest.skipUnless(LONG, "one of the long tests")
# ... for what doesn't depend on TensorFlow's version and takes long: the usual set has it on one of them.
usual_on_1 = unittest.skipUnless(LONG or is_tf_1, "in the usual set on 1.15 only")
usual_on_2 = unittest.skipUnless(LONG or not is_tf_1, "in the usual set on 2.x only")


def some(items, number):
    """`number` of the items, evenly spread over their order; all with RNN_ENHANCEMENT_LONG_TESTS."""
    items = list(items)
    if LONG or len(items) <= number:
        return items
    first = 0 if is_tf_1 else len(items) // 2
    return [items[(i * len(items) + first) // number] for i in range(number)]
