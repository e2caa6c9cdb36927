"""How much of the suite runs: the quick set, the usual one, or everything.

RNN_ENHANCEMENT_QUICK_TESTS=1 leaves out what `slow` marks: it's for the minutes between two changes.
RNN_ENHANCEMENT_LONG_TESTS=1 tries whole tables where the usual set tries a part.
"""
import os
import unittest

LONG = bool(os.environ.get("RNN_ENHANCEMENT_LONG_TESTS"))
QUICK = bool(os.environ.get("RNN_ENHANCEMENT_QUICK_TESTS")) and not LONG

# Decorator of a test or a class of tests that takes more than about a second.
slow = unittest.skipIf(QUICK, "not in the quick set of tests")


def some(items, number):
    """`number` of the items, evenly spread over their order; all with RNN_ENHANCEMENT_LONG_TESTS."""
    items = list(items)
    if LONG or len(items) <= number:
        return items
    return [items[i * len(items) // number] for i in range(number)]
