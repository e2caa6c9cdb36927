"""What the upgrade says: the report as text and as a page, the table of --check, and where each goes."""
import html.parser
import io
import os
import shutil
import subprocess
import sys
import unittest
from unittest import mock

from Project_RNN_Enhancement.upgrade import __main__ as command
from Project_RNN_Enhancement.upgrade.findings import CHANGED, LOOK
from Project_RNN_Enhancement.upgrade.reports.page import page
from Project_RNN_Enhancement.upgrade.reports.report import File, Outcome, Remark, table, text_report
from Project_RNN_Enhancement.upgrade.files.tree import PYTHON
from tests.upgrade_case import PROGRAM, Rewriting, UpgradeCase, tree

NOTHING = Outcome("prog", "new", "2", [], 0, [], [], [])


def file(path="a.py", before="a\n", after="b\n", remarks=()):
    return File(path, PYTHON, before, after, before != after, list(remarks))


def outcome(*files, **more):
    return NOTHING._replace(files=list(files), **more)


class _Page(html.parser.HTMLParser):
    """Reads a page strictly: every element is closed in order.

    Attributes:
      text: str.
      rows: list of the texts of each row's cells.
      links, names: sets of the targets of links and of the ids.
      foreign: list of what would load another file or run.
    """

    _EMPTY = ("meta", "col")

    def __init__(self, text):
        super(_Page, self).__init__()
        self.text, self.rows, self.links, self.names, self.foreign, self._open = "", [], set(), set(), [], []
        self.feed(text)
        self.close()
        assert not self._open, self._open

    def handle_starttag(self, tag, attributes):
        if tag not in self._EMPTY:
            self._open.append(tag)
        values = dict(attributes)
        self.names.add(values.get("id"))
        if tag == "a":
            self.links.add(values["href"])
        runs = "src" in values or any(name.startswith("on") for name in values)
        if runs or tag in ("script", "link", "img", "iframe"):
            self.foreign.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag == "td":
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if "style" not in self._open:
            self.text += data
        if "td" in self._open:
            self.rows[-1][-1] += data


class TextReportTest(unittest.TestCase):

    def test_order(self):
        """Things to look at before changes, each by file and line as it was handed over."""
        text = text_report(outcome(
            file("a.py", remarks=[Remark(2, LOOK, "two."), Remark(10, CHANGED, "ten.")]),
            file("n.ipynb", remarks=[Remark(3, LOOK, "cell.", "cell 1, line 2"),
                                     Remark(0, CHANGED, "kernel.")]),
            questions=["Which era?"], notes=["It's old."], left_out=[(".git", "Git's"), ("b/.git", "Git's")]))
        self.assertEqual(text.split("\n\nprog:")[0].split("\n"), [
            "To look at:", "Which era?", "a.py:2: two.", "n.ipynb, cell 1, line 2: cell.", "",
            "Changed:", "a.py:10: ten.", "n.ipynb: kernel.", "",
            "About the program:", "It's old.", "Neither read nor copied (Git's): .git, b/.git."])

    def test_counts(self):
        text = text_report(outcome(file(remarks=[Remark(1, CHANGED, "x"), Remark(1, CHANGED, "y")]),
                                   file("b.py", after="a\n"), others=1))
        self.assertIn("\nprog: 2 Python files and 1 other file; 1 file changed.\n"
                      "2 changes in 1 file; 0 things to look at.\n", text)

    def test_next_steps(self):
        text = text_report(outcome(file(remarks=[Remark(1, LOOK, "x")])))
        for said in ("1. The new program is in new; prog is as it was.",
                     "2. Do what is said under \"To look at\"",
                     "3. Install what it needs: pip install \"Project_RNN_Enhancement[tf2]\"", "4. Then run"):
            self.assertIn("  %s" % said, text)
        self.assertIn("[tf1]", text_report(outcome(target="1.15")))
        self.assertIn("project-rnn-upgrade 'my prog' -o DESTINATION",
                      text_report(outcome(source="my prog", destination=None)))
        self.assertNotIn("To look at", text_report(outcome(file())))
        text = text_report(outcome(file(
            after="import tf_slim\nif x:\n  from tf_keras import y\nx = 'import tf_slims'\n")))
        self.assertIn("  3. It also imports tf_keras and tf_slim: pip install tf_keras tf_slim\n", text)

    def test_packages(self):
        """What comes with Python, TensorFlow or the program itself isn't named, nor what can be missing."""
        def steps(after, *others, **more):
            files = [file(after=after)] + [file(path) for path in others]
            text = text_report(outcome(*files, **more))
            return [line[5:] for line in text.split("Next:")[1].split("\n") if "also imports" in line]
        self.assertEqual(steps("import os, numpy as np\nimport tensorflow.compat.v1 as tf\n"
                               "from six.moves import range\nfrom . import cv2\nimport reader, data.words\n",
                               "lib/reader.py", "data/words.py"), [])
        self.assertEqual(steps("import cv2\ndef f():\n  import sklearn.svm as svm, pandas\n"),
                         ["It also imports cv2, pandas and sklearn: "
                          "pip install opencv-python pandas scikit-learn"])
        mine = "It also imports mine, which isn't in it: install it, or put it on Python's path"
        self.assertEqual(steps("import mine\n"), [mine])
        self.assertEqual(steps("import mine, yours\nimport tqdm")[1:], [
            "It also imports mine and yours, which aren't in it: install them, or put them on Python's path"])
        self.assertEqual(steps("try:\n  import tqdm\nexcept ImportError:\n  import nltk\n"
                               "try:\n  import scipy\nexcept ValueError:\n  import mine"), [
            "It also imports scipy: pip install scipy", mine])
        self.assertEqual(steps("try:\n  import tqdm\nexcept ImportError:\n  print(1)\n  raise\n"
                               "try:\n  import scipy\nexcept ImportError:\n  sys.exit('scipy!')\n"
                               "try:\n  import nltk\nexcept ImportError:\n  print(1)\n"),
                         ["It also imports scipy and tqdm: pip install scipy tqdm"])
        self.assertEqual(steps("%matplotlib inline\nimport matplotlib.pyplot as plt  # plots\n"
                               "from PIL import Image\nImport the words\nfrom here on\n"),
                         ["It also imports matplotlib and PIL: pip install matplotlib pillow"])
        self.assertEqual([steps("import keras", target=target) for target in ("2", "1.15")],
                         [[], ["It also imports keras: pip install keras"]])

    def test_messages_on_one_line(self):
        self.assertIn("\na\\nb.py:1: two lines\\x07.\n", text_report(outcome(
            file("a\nb.py", remarks=[Remark(1, CHANGED, "two\n lines\x07.")]))))


class TableTest(unittest.TestCase):

    def test_table(self):
        remarks = [Remark(1, CHANGED, "concat."), Remark(2, CHANGED, "concat."), Remark(3, LOOK, "odd " * 30)]
        other = file("b.py", remarks=remarks[:1] + [Remark(2, CHANGED, "mul.")])
        text = table(outcome(file(remarks=remarks), other,
                             notes=["Written for 0.8."], questions=["Which?"], destination=None))
        lines = text.split("\n")
        self.assertEqual(lines[:4], ["prog: 2 Python files.", "", "About the program:", "Written for 0.8."])
        self.assertLess(lines.index("    3      2  concat."), lines.index("    1      1  mul."))
        self.assertIn("    1      -  Which?", lines)
        self.assertIn("              odd odd", text)
        self.assertLessEqual(max(map(len, lines)), 100)
        self.assertIn("4 changes by the command in 2 files, 2 things left for a person. Nothing was "
                      "written.", lines)

    def test_nothing(self):
        self.assertNotIn("times", table(NOTHING))
        self.assertIn("prog --target 1.15 -o DESTINATION", table(outcome(target="1.15")))


class PageTest(unittest.TestCase):

    def test_page(self):
        before = ["line %d" % number for number in range(1, 41)]
        after = before[:9] + ["LINE 10", "more"] + before[10:29] + before[30:]
        found = _Page(page(outcome(
            file("a.py", "\n".join(before), "\n".join(after), [
                Remark(10, CHANGED, "ten."), Remark(20, LOOK, "twenty."), Remark(0, LOOK, "all of it.")]),
            file("b.py", "same", "same"), questions=["Which?"], notes=["Old."])))
        self.assertEqual(found.foreign, [])
        self.assertEqual(found.links, {"#line0-10", "#line0-20", "#file0"})
        self.assertLessEqual({link[1:] for link in found.links}, found.names)
        rows = found.rows
        self.assertEqual(rows[:6], [["6 equal lines"], ["7", "line 7", "7", "line 7"],
                                    ["8", "line 8", "8", "line 8"],
                                    ["9", "line 9", "9", "line 9"], ["10", "line 10", "10", "LINE 10"],
                                    ["ten."]])
        self.assertEqual(rows[6], ["", "", "11", "more"])
        self.assertEqual(rows[rows.index(["twenty."]) - 1], ["20", "line 20", "21", "line 20"])
        self.assertIn(["30", "line 30", "", ""], rows)
        self.assertEqual(rows[-1], ["7 equal lines"])
        self.assertNotIn("b.py", found.text)
        for said in ("Which?", "Old.", "all of it.", "Install what it needs"):
            self.assertIn(said, found.text)

    def test_whole_text_is_there(self):
        """Reading down the columns gives both texts, whichever lines differ."""
        before, after = "a\nb\nc\n\nd", "x\na\nc\ny\n\nd\nz"
        rows = _Page(page(outcome(file("a.py", before, after)))).rows
        self.assertEqual([row[1] for row in rows if row[0]], before.split("\n"))
        self.assertEqual([row[3] for row in rows if row[2]], after.split("\n"))

    def test_escaping(self):
        hostile = "<script>alert('&amp;')</script>\x00\x1b\ud800 中"
        text = page(outcome(file(hostile, hostile, "<b>" + hostile,
                                 [Remark(1, LOOK, hostile), Remark(0, LOOK, hostile)]),
                            source=hostile, notes=[hostile], questions=[hostile]))
        found = _Page(text)
        self.assertEqual(found.foreign, [])
        self.assertEqual(found.rows[0][1], "<script>alert('&amp;')</script>\\x00\\x1b\\ud800 中")
        text.encode("utf-8")

    def test_long_lines_and_texts(self):
        rows = _Page(page(outcome(file("a.py", "x" * 10 ** 6, "y" * 10 ** 6)))).rows
        self.assertEqual((len(rows), len(rows[0][1])), (1, 10 ** 6))
        lines = ["x = %d" % (number % 7) for number in range(20000)]
        self.assertEqual(len(_Page(page(outcome(file(
            "a.py", "\n".join(lines), "\n".join(lines[:10000] + ["y"] + lines[10000:]))))).rows), 9)


class WhereReportsGoTest(UpgradeCase):

    def setUp(self):
        super(WhereReportsGoTest, self).setUp()
        self.add("a.py", b"old\nodd\n")
        self.report = os.path.join(self.folder, "report.html")

    def read(self, path):
        with io.open(path, encoding="utf-8") as stream:
            return stream.read()

    def test_page_in_a_file(self):
        status, out = self.upgrade("--report", self.report)
        self.assertEqual(status, 1)
        self.assertIn(["1", "old", "1", "new"], _Page(self.read(self.report)).rows)
        self.assertIn("1 change in 1 file; 1 thing to look at in 1 file.\nThe report is in %s." % self.report,
                      out)
        self.assertNotIn("a.py:1", out)

    def test_text_in_a_file(self):
        path = os.path.join(self.folder, "report.txt")
        self.upgrade("--report", path)
        text = self.read(path)
        shutil.rmtree(self.output)
        self.assertEqual(self.upgrade()[1], text)

    def test_in_the_new_folder(self):
        self.upgrade("--report", os.path.join(self.output, "report.html"))
        self.assertEqual(sorted(os.listdir(self.output)), ["a.py", "report.html"])
        self.assertEqual(sorted(os.listdir(self.folder)), ["my program", "new"])

    def test_dry_run(self):
        before = tree(self.folder)
        for arguments in ([], ["-o", self.output]):
            status, out, err = self.run_command(self.source, "--dry-run", *arguments)
            self.assertEqual((status, err), (1, ""))
            self.assertIn("a.py:1: old", out)
            self.assertIn("Nothing was written.", out)
        self.assertEqual(tree(self.folder), before)
        self.run_command(self.source, "--dry-run", "-o", self.output, "--report", self.report)
        self.assertEqual(sorted(os.listdir(self.folder)), ["my program", "report.html"])

    def test_check(self):
        before = tree(self.folder)
        status, out, err = self.run_command("--check", self.source)
        self.assertEqual((status, err), (1, ""))
        self.assertIn("    1      1  old: it's called new now.\n", out)
        self.assertEqual(tree(self.folder), before)
        self.assertEqual(self.run_command(os.path.join(self.source, "a.py"), "--check")[0], 1)

    def test_output_that_cannot_show_all_letters(self):
        self.add("é.py", b"odd")
        stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
        with mock.patch("sys.stdout", stream):
            self.assertEqual(command.main([self.source, "-o", self.output], Rewriting()), 1)
        self.assertIn(b"\n\\xe9.py:1: odd", stream.buffer.getvalue())

    def test_reader_that_goes(self):
        """`| head`: the new program is there, and nothing is said of a broken pipe."""
        here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        script = ("import sys; from Project_RNN_Enhancement.upgrade.__main__ import main; "
                  "sys.exit(main(convert=lambda *_: ({}, ['x' * 10 ** 6], [])))")
        found = subprocess.Popen([sys.executable, "-c", script, self.source, "-o", self.output], cwd=here,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        found.stdout.close()
        err = found.stderr.read()
        found.stderr.close()
        self.assertEqual((found.wait(), err), (0, b""))
        self.assertEqual(self.new("a.py"), b"old\nodd\n")

    def test_help(self):
        status, out, _ = self.run_command("--help")
        self.assertEqual(status, 0)
        for option in ("--target", "--era", "--dry-run", "--report", "--check", "-o"):
            self.assertIn(option, out)
        self.assertNotIn(PROGRAM.decode(), out)
