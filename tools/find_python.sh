#!/bin/sh
# Prints the path of a usable Python interpreter.
# usage: tools/find_python.sh [VERSION ...]     the versions, best first; default: 3.7 3.6
# $PYTHON, where set, is the only candidate.
set -u

probe='
import sys
if "%d.%d" % sys.version_info[:2] != sys.argv[1] or sys.maxsize < 2 ** 32:
    sys.exit(1)
import ensurepip, venv
print(sys.executable)
'

usable() {  # CANDIDATE VERSION; run, not only looked up: a pyenv shim may exist without its interpreter
    "$1" -c "$probe" "$2" 2>/dev/null </dev/null
}

above() {  # COMMAND; the folder that holds its folder
    found_at=$(command -v "$1") && dirname "$(dirname "$found_at")"
}

candidates() {  # VERSION
    echo "python$1"
    echo python3
    echo python
    # The last two: pyenv's bin or shims may be on PATH though its variables are not set.
    for root in "${PYENV_ROOT:-}" "${HOME:-}/.pyenv" "$(above pyenv)" "$(above "python$1")"; do
        for candidate in "$root"/versions/"$1"*/bin/python; do
            echo "$candidate"
        done
    done
    # `uv python find` may pass over versions that uv no longer supports, though it once installed them.
    if uv_pythons=$(uv python dir 2>/dev/null); then
        for candidate in "$uv_pythons"/cpython-"$1".*/bin/python; do
            echo "$candidate"
        done
    fi
}

if [ $# -gt 0 ]; then versions=$*; else versions='3.7 3.6'; fi
either=
for version in $versions; do either="${either:+$either or }$version"; done

if [ -n "${PYTHON:-}" ]; then
    for version in $versions; do
        usable "$PYTHON" "$version" && exit 0
    done
    echo "PYTHON=$PYTHON is not a 64-bit Python $either with the venv and ensurepip modules." >&2
    exit 1
fi

for version in $versions; do
    found=$(candidates "$version" | while IFS= read -r candidate; do
        usable "$candidate" "$version" && break
    done)
    if [ -n "$found" ]; then
        echo "$found"
        exit 0
    fi
done

echo "TensorFlow 1.15.5 needs Python $either (with its venv module) and none was found on PATH, in pyenv or in uv:" \
    "install one, for instance with 'pyenv install ${versions%% *}', or name one with 'make PYTHON=/path/to/python'." >&2
exit 1
