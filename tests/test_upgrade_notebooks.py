"""Notebooks through the upgrade: their cells become one source and come back, the rest stays."""
import json

from Project_RNN_Enhancement.upgrade.files.cells import Cell, LostLines
from Project_RNN_Enhancement.upgrade.files.errors import Unusable
from Project_RNN_Enhancement.upgrade.files.notebooks import Notebook
from tests.sizes import slow
from tests.upgrade_case import Rewriting, UpgradeCase


def code(*lines, **more):
    return dict(dict(cell_type="code", execution_count=None, metadata={}, outputs=[], source=list(lines)),
                **more)


def words(text):
    return {"cell_type": "markdown", "metadata": {}, "source": [text]}


def notebook(*cells, **metadata):
    return {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 2}


def data_of(content, **options):
    return (json.dumps(content, **dict(dict(indent=1), **options)) + "\n").encode("utf-8")


PYTHON2 = {"kernelspec": {"display_name": "Python 2", "language": "python", "name": "python2"},
           "language_info": {"codemirror_mode": {"name": "ipython", "version": 2}, "name": "python",
                             "pygments_lexer": "ipython2", "version": "2.7.12"}}


class NotebooksTest(UpgradeCase):

    def renamed(self, data):
        """The bytes after "old" became "new" in the notebook's code."""
        found = Notebook(data)
        return found.encode(found.text.replace("old", "new"))[0]

    def assert_only_renamed(self, content, **options):
        """Only the word "old" changes, at the same places of the same bytes."""
        data = data_of(content, **options)
        self.assertEqual(self.renamed(data), data.replace(b"old", b"new"))

    def test_one_source(self):
        found = Notebook(data_of(notebook(words("# T"), code("import a\n", "b = 1"), words("t"), code("c\n"),
                                          code("d"))))
        self.assertEqual(found.text, "import a\nb = 1\npass  # project-rnn-upgrade: cell 4\nc\n\n"
                                     "pass  # project-rnn-upgrade: cell 5\nd")
        self.assertEqual([found.place(line)[0] for line in (1, 2, 4, 7)],
                         ["cell 2, line 1", "cell 2, line 2", "cell 4, line 1", "cell 5, line 1"])
        shown = found.shown.split("\n")
        for line, text in [(1, "import a"), (2, "b = 1"), (4, "c"), (7, "d")]:
            self.assertEqual(shown[found.place(line)[1] - 1], text)

    @slow
    def test_layout(self):
        content = notebook(
            words("the o-l-d é \\u00e9"), code("old = 'é'\n", "%matplotlib inline\n", "old", outputs=[
                {"output_type": "stream", "name": "stdout", "text": ["1e-05\n"]}]),
            code("x"), code("old\n", "\n"), zeta=1, alpha=[1.50, 1e-5])
        for indent in (None, 1, 2, "\t"):
            for ascii_only in (False, True):
                self.assert_only_renamed(content, indent=indent, ensure_ascii=ascii_only)
        self.assert_only_renamed(content, separators=(",", ":"))
        for data in (b"\xef\xbb\xbf" + data_of(content), data_of(content).rstrip(), b"\n" + data_of(content),
                     data_of(content).replace(b"\n", b"\r\n")):
            self.assertEqual(self.renamed(data), data.replace(b"old", b"new"))

    def test_source_in_one_string(self):
        self.assert_only_renamed(notebook(dict(code(), source="old\nb = 'é'")))

    def test_added_lines(self):
        data = data_of(notebook(code("%matplotlib inline\n", "a"), code("b")))
        found = Notebook(data)
        encoded, shown = found.encode("import x\n" + found.text + "\nc")
        self.assertEqual([cell["source"] for cell in json.loads(encoded.decode())["cells"]],
                         [["import x\n", "%matplotlib inline\n", "a"], ["b\n", "c"]])
        self.assertEqual(encoded, data_of(json.loads(encoded.decode())))
        self.assertEqual(shown, "# cell 1\nimport x\n%matplotlib inline\na\n# cell 2\nb\nc")

    def test_nothing_changed(self):
        found = Notebook(data_of(notebook(code("a"), code("%ls"))))
        self.assertEqual(found.encode(found.text), (None, found.shown))

    def test_version_3(self):
        cell = {"cell_type": "code", "collapsed": False, "input": ["old"], "language": "python",
                "metadata": {},
                "outputs": []}
        content = {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [
            {"cells": [dict(words("x")), cell, dict(cell, language="julia", input=["o ld !"])],
             "metadata": {}},
            {"cells": [dict(cell, input="old")], "metadata": {}}]}
        self.assert_only_renamed(content)
        self.assertEqual(Notebook(data_of(content)).place(3)[0], "cell 4, line 1")

    def test_other_languages(self):
        for metadata in ({"kernelspec": {"language": "R", "name": "ir", "display_name": "R"}},
                         {"language_info": {"name": "julia", "version": "2.0"}}):
            found = Notebook(data_of(notebook(code("x <- old"), **metadata)))
            self.assertEqual((found.text, found.remarks), ("", []))

    def test_kernel(self):
        data = data_of(notebook(code("a"), **PYTHON2))
        found = Notebook(data)
        self.assertTrue(found.had_python2)
        encoded, _ = found.encode(found.text)
        self.assertEqual(json.loads(encoded.decode())["metadata"], {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"codemirror_mode": {"name": "ipython", "version": 3}, "name": "python",
                              "pygments_lexer": "ipython3", "version": "3"}})
        again = Notebook(encoded)
        self.assertFalse(again.had_python2)
        self.assertIsNone(again.encode(again.text)[0])

    @slow
    def test_cells_that_are_not_python(self):
        found = Notebook(data_of(notebook(
            code("%%bash\n", "old"), code("a = = old"), code("pip install old"),
            code("%%writefile m.py\n", "import tensorflow"),
            code("old"))))
        self.assertEqual(found.text, "old")
        self.assertEqual([place for place, _, _ in found.remarks],
                         ["cell 2, line 1", "cell 3, line 1", "cell 4, line 1"])
        self.assertIn("neither Python 3 nor Python 2", found.remarks[0][2])
        self.assertIn("%%writefile m.py is IPython's", found.remarks[2][2])
        cells = json.loads(found.encode("new")[0].decode())["cells"]
        self.assertEqual([cell["source"][-1] for cell in cells],
                         ["old", "a = = old", "pip install old", "import tensorflow", "new"])

    @slow
    def test_cells_of_both_pythons(self):
        for cells, left in [(["print 'a'", "print('b', end='')", "print(c, file=d)"], 1),
                            (["print 'a'", "exec 'b'", "print('c', end='')"], 3),
                            (["from __future__ import print_function", "print 'a'", "print('b', end='')"], 2),
                            (["a", "print 'b'", "print('c')"], None)]:
            found = Notebook(data_of(notebook(*map(code, cells))))
            self.assertEqual([place for place, _, _ in found.remarks],
                             ["cell %d, line 1" % left] if left else [])
            self.assertEqual(found.text.count("\n"), 2 if left else 4)

    def test_lost_lines(self):
        found = Notebook(data_of(notebook(code("a"), code("b"), code("%ls\n", "c"))))
        for text in ("a\nb", found.text.replace("keeps line", "lost line"),
                     found.text.replace("cell 2", "cell 7"),
                     found.text.replace("line 0", "line 5")):
            with self.assertRaisesRegex(Unusable, "can't be put back"):
                found.encode(text)

    def test_other_files(self):
        for data, message, line in [
                (b"{\n \"cells\": [\n", "isn't JSON", 3), (b"", "isn't JSON", 1),
                (b"[1]", "nbformat is missing", 0),
                (b"3", "nbformat is missing", 0), (b'{"nbformat": 5, "cells": []}', "nbformat is 5", 0),
                (b'{"nbformat": "4"}', 'nbformat is "4"', 0), (b'{"nbformat": 4}', "isn't built as", 0),
                (b'{"nbformat": 4, "cells": [1]}', "isn't built as", 0),
                (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": 1}]}', "isn't built as", 0),
                (b'{"nbformat": 4, "cells": [{"cell_type": "code"}]}', "isn't built as", 0),
                (b'{"nbformat": 4, "cells": {}}', "isn't built as", 0),
                (b'{"nbformat": 4, "metadata": 7, "cells": [{"cell_type": "raw"}]}', "", 0),
                (b'{"nbformat": 3, "worksheets": [{}]}', "isn't built as", 0),
                (b'\n{"a": "\xe9"}', "isn't UTF-8", 2),
                (b"[" * 100000 + b"]" * 100000, "nested too deeply", 0)]:
            try:
                self.assertEqual((Notebook(data).text, message), ("", ""))
            except Unusable as error:
                self.assertIn(message or "?", error.message)
                self.assertEqual(error.line, line, data[:60])

    def test_command(self):
        self.add("n.ipynb", data_of(notebook(words("t"), code("%ls\n", "old"), code("b\n", "odd"),
                                             **PYTHON2)))
        self.add("broken.ipynb", b"{")
        status, out = self.upgrade()
        self.assertEqual(status, 1)
        for line in ("n.ipynb, cell 2, line 2: old: it's called new now.",
                     "n.ipynb, cell 3, line 2: odd: do it yourself.",
                     "n.ipynb: the notebook asks for Python 3 instead of Python 2."):
            self.assertIn("\n%s\n" % line, out)
        self.assertIn("\nbroken.ipynb:1: it isn't a notebook", out)
        self.assertEqual(self.new("broken.ipynb"), b"{")
        self.assertEqual(json.loads(self.new("n.ipynb").decode())["cells"][1]["source"], ["%ls\n", "new"])

    def test_sentences_about_the_program(self):
        self.add("b/n.ipynb", data_of(notebook(code("a\n", "b"), code("c"))))
        self.add("n.ipynb", data_of(notebook(words("a"), code("a"))))
        _, out = self.upgrade(convert=Rewriting(
            ["n.ipynb:1: new; b/n.ipynb:4: old; a.py:1: x."], ["b/n.ipynb:1?"]))
        self.assertIn("\nn.ipynb, cell 2, line 1: new; b/n.ipynb, cell 2, line 1: old; a.py:1: x.\n", out)
        self.assertIn("\nb/n.ipynb, cell 1, line 1?\n", out)


class CellTest(UpgradeCase):

    @slow
    def test_ipython_lines(self):
        for source in ("%matplotlib inline\nimport a", "!ls -l\n", "a = 1\n!ls {a}\nb = a", "files = !ls\nx",
                       "?tf\n", "tf?",
                       "a.b??\nx", "for x in y:\n    !echo $x\n    %time f(x)\n",
                       "def f():\n\t%ls\n\treturn 1",
                       "!pip install \\\n  a b\nimport a", "x = %time f()", "if a:\n    pass\n%ls\nb",
                       "%time x = '''\nb",
                       "%%time\n%ls\na", "%%timeit\n\na", "print 'a'\n%ls",
                       "%ls\n\n%cd x\n\nfrom __future__ import a"):
            cell = Cell(source)
            self.assertIsNotNone(cell.text, source)
            self.assertEqual(cell.text.count("\n") + cell.offset, source.count("\n"))
            self.assertEqual(cell.restored(cell.text), source)
            self.assertNotIn("%", cell.text)
            self.assertNotIn("!", cell.text)

    def test_python_that_looks_like_it(self):
        for source in ("a = (b\n%c)", "'''\n%ls\n'''", "a = b \\\n% c", "x != y\n", "# %ls\n",
                       "print 'a' % b\n", "",
                       "x = [\n1,\n%s]" % "2", "await f()" if Cell("await f()").text else "f()"):
            self.assertEqual(Cell(source).text, source)

    @slow
    def test_python_that_looks_like_it_beside_magics(self):
        for source in ("%ls\na = (b\n%c)", "%ls\n'''\n%ls ' ( \n'''\nx", "%ls\na = b \\\n% c",
                       '%ls\nx = "\\"(" # (\ny\n',
                       "%ls\nx = '(\\\n%d' % 1\ny", '%ls\n"""a""" """\n?x\n"""'):
            cell = Cell(source)
            self.assertEqual(cell.text, "# project-rnn-upgrade keeps line 0" + source[3:])
            self.assertEqual(cell.restored(cell.text), source)

    def test_future_imports_stay_first(self):
        self.assertTrue(Cell("%ls\nfrom __future__ import division\n%cd x\n").text.startswith("# "))
        self.assertIn("\npass  # ", Cell("%ls\nfrom __future__ import division\n%cd x\n").text)

    def test_indentation_follows(self):
        cell = Cell("if a:\n  !ls\n")
        self.assertEqual(cell.restored(cell.text.replace("  pass", "    pass")), "if a:\n    !ls\n")
        with self.assertRaises(LostLines):
            cell.restored("if a:\n  pass\n")

    @slow
    def test_mentions_of_tensorflow(self):
        for source, line in [("a\n!pip install tensorflow==1.0", 2), ("%time tf.mul(a, b)", 1),
                             ("%tensorflow_version 1.x\na", 1), ("%%time\n%time tf.x", 2)]:
            (found, message), = Cell(source).remarks
            self.assertEqual(found, line)
            self.assertIn("is IPython's", message)
        self.assertEqual(Cell("%ls\ntf.mul").remarks, [])
