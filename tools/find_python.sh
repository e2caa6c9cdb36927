#!/bin/sh
# Prints the path of a Python interpreter for a lane of requirements/lanes.txt.
# usage: tools/find_python.sh [TF [VERSION ...]]     default: 1, and the lane's versions
# $PYTHON, where set, is the only candidate.
set -u
lanes=$(dirname "$0")/../requirements/lanes.txt

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

tf=${1:-1}
if [ $# -gt 0 ]; then shift; fi
tensorflow=
known=
while read -r lane requirement pythons; do
    case $lane in '#'* | '') continue ;; esac
    known="${known:+$known, }$lane"
    if [ "$lane" = "$tf" ]; then tensorflow="TensorFlow ${requirement#*==}" versions=${*:-$pythons}; fi
done < "$lanes"
if [ -z "$tensorflow" ]; then
    echo "there is no TF=$tf; there are $known" >&2
    exit 2
fi
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

echo "$tensorflow needs Python $either (with its venv module) and none was found on PATH, in pyenv or in uv:" \
    "install one, for instance with 'pyenv install ${versions%% *}', name one with 'make PYTHON=/path/to/python'," \
    "or take another TensorFlow with 'make TF=...' ($known)." >&2
exit 1
