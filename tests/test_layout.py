"""How the package is laid out: rooms that import only what is below them, files that can be read at once."""
import ast
import collections
import os
import unittest

import Project_RNN_Enhancement.rnn_enhancement as package

ROOT = os.path.dirname(os.path.abspath(package.__file__))

# From the top down; a room may import those after it.
ROOMS = ("decoding", "seq2seq", "dynamic_decoding", "rnn", "cells", "unrolling", "rehearsal", "loops")


def files():
    """Pairs (path below the package, syntax tree) of all its files."""
    for folder, _, names in os.walk(ROOT):
        for name in names:
            if name.endswith(".py"):
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8") as file:
                    yield os.path.relpath(path, ROOT), ast.parse(file.read())


def imported(path, tree):
    """The parts of the package (rooms, or modules beside them) that a file imports."""
    here = path.split(os.sep)[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = here[:len(here) - node.level + 1]
            names = node.module.split(".") if node.module else [node.names[0].name]
            yield (base + names)[0]


def imports():
    """{part of the package: set of the other parts that it imports}."""
    found = collections.defaultdict(set)
    for path, tree in files():
        part = path.split(os.sep)[0].replace(".py", "")
        if part != "__init__":
            found[part].update(set(imported(path, tree)) - {part})
    return found


class LayoutTest(unittest.TestCase):

    def test_no_room_imports_one_above_it(self):
        found = imports()
        for k, room in enumerate(ROOMS):
            self.assertFalse(found[room] & set(ROOMS[:k]), room)

    def test_parts_do_not_import_each_other_in_a_circle(self):
        found, done = imports(), set()

        def visit(part, way):
            self.assertNotIn(part, way, " -> ".join(way + (part,)))
            if part not in done:
                for other in sorted(found[part]):
                    visit(other, way + (part,))
                done.add(part)
        for part in sorted(found):
            visit(part, ())

    def test_files_of_the_engine_are_short_and_say_what_they_are(self):
        for path, tree in files():
            if path.split(os.sep)[0] in ("unrolling", "rehearsal", "loops"):
                with open(os.path.join(ROOT, path), encoding="utf-8") as file:
                    self.assertLessEqual(len(file.readlines()), 250, path)
                self.assertTrue(ast.get_docstring(tree), path)
