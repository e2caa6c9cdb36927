"""Run the Python snippets of a Markdown file, each in a process of its own.

usage: python tools/readme_snippets.py [README.md]

A block between ```python and ``` is a snippet. In the last line before it that isn't empty,
`<!-- snippet: skip -->` leaves it out and `<!-- snippet: continues -->` joins it to the snippet before.
The last line printed is the summary; the exit status is 1 where a snippet failed or none ran.
"""

import os
import re
import subprocess
import sys
import tempfile

TIMEOUT_SECONDS = 300
DIRECTIVE = re.compile(r"^\s*<!--\s*snippet:\s*(\w+)\s*-->\s*$")


class Snippet(object):
    """Lines of code, each with its number in the file, so that a traceback names the README's line."""

    def __init__(self, line_number, skip):
        self.line_number = line_number
        self.skip = skip
        self.lines = {}

    def source(self):
        return "".join(self.lines.get(number, "") + "\n" for number in range(1, max(self.lines, default=0) + 1))


def extract(text):
    """List the snippets of a Markdown text; ValueError for a directive that isn't known or has nothing to join."""
    snippets = []
    current = None
    directive = None
    for number, line in enumerate(text.splitlines(), 1):
        if current is not None:
            if line.strip() == "```":
                current = None
            else:
                current.lines[number] = line
        elif line.rstrip() == "```python":
            if directive == "continues":
                if not snippets:
                    raise ValueError("line {}: the first snippet cannot continue another".format(number))
                current = snippets[-1]
            else:
                current = Snippet(number, skip=directive == "skip")
                snippets.append(current)
            directive = None
        elif line.strip():
            found = DIRECTIVE.match(line)
            directive = found.group(1) if found else None
            if directive not in (None, "skip", "continues"):
                raise ValueError("line {}: unknown directive {!r}; known: skip, continues".format(number, directive))
    if current is not None:
        raise ValueError("line {}: the snippet is not closed".format(current.line_number))
    return snippets


def run(snippet, folder, name):
    """Run a snippet in `folder`; return what it printed if it failed, else None."""
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(snippet.source())
    try:
        subprocess.run([sys.executable, path], cwd=folder, timeout=TIMEOUT_SECONDS, check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except subprocess.CalledProcessError as error:
        return error.output.decode("utf-8", "replace")
    except subprocess.TimeoutExpired as error:
        return "{}\nnot done after {} seconds".format((error.output or b"").decode("utf-8", "replace"), TIMEOUT_SECONDS)
    return None


def main(path="README.md"):
    with open(path, encoding="utf-8") as stream:
        snippets = extract(stream.read())
    name = os.path.basename(path)
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for snippet in snippets:
        if snippet.skip:
            result = "skipped"
        else:
            with tempfile.TemporaryDirectory() as folder:
                output = run(snippet, folder, name + ".py")
            result = "passed" if output is None else "failed"
            if output:
                print(output)
        counts[result] += 1
        print("{}:{} {}".format(name, snippet.line_number, result))
    print("snippets: {passed} passed, {failed} failed, {skipped} skipped".format(**counts))
    return 0 if counts["passed"] and not counts["failed"] else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
