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

candidates() {  # VERSION
    echo "python$1"
    echo python3
    echo python
    for root in "${PYENV_ROOT:-}" "${HOME:-}/.pyenv" "$pyenv_beside"; do
        for candidate in "$root"/versions/"$1"*/bin/python; do
            echo "$candidate"
        done
    done
    if command -v uv >/dev/null 2>&1; then
        uv python find --no-project "$1" 2>/dev/null || uv python find "$1" 2>/dev/null
    fi
}

pyenv_beside=
if pyenv=$(command -v pyenv); then
    pyenv_beside=$("$pyenv" root 2>/dev/null)
fi

if [ $# -gt 0 ]; then versions=$*; else versions='3.7 3.6'; fi
either=$(echo "$versions" | sed 's/ / or /g')

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

if command -v uv >/dev/null 2>&1; then
    for version in $versions; do
        if uv python install "$version" >/dev/null 2>&1 &&
                usable "$(uv python find --no-project "$version" 2>/dev/null)" "$version"; then
            exit 0
        fi
    done
fi

echo "TensorFlow 1.15.5 needs Python $either (with its venv module) and none was found on PATH, in pyenv or in uv:" \
    "install one, for instance with 'pyenv install ${versions%% *}', or name one with 'make PYTHON=/path/to/python'." >&2
exit 1
