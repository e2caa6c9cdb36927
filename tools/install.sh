#!/bin/sh
# Installs this package, with all that its tests and experiments use, into the environment of a Python interpreter,
# which decides on the TensorFlow: requirements/lanes.txt.
# usage: tools/install.sh [--keep-tensorflow | --gpu] [--editable] PYTHON
#   --keep-tensorflow   the environment has that TensorFlow under whatever name (a docker image): leave it and
#                       every other package as they are, and install only what is missing
#   --gpu               TensorFlow 2.x with its CUDA libraries, instead of the one for the CPU alone
set -eu

keep=
gpu=
editable=
while [ $# -gt 0 ]; do
    case $1 in
        --keep-tensorflow) keep=yes ;;
        --gpu) gpu=yes ;;
        --editable) editable=--editable ;;
        -*) echo "tools/install.sh: unknown option $1; known: --keep-tensorflow, --gpu, --editable" >&2; exit 2 ;;
        *) break ;;
    esac
    shift
done
[ $# -eq 1 ] || { echo "usage: tools/install.sh [--keep-tensorflow | --gpu] [--editable] PYTHON" >&2; exit 2; }
python=$1
case $python in */*) python=$(cd "$(dirname "$python")" && pwd)/$(basename "$python") ;; esac
cd "$(dirname "$0")/.."

pip() {
    "$python" -m pip --disable-pip-version-check "$@"
}

tensorflow_version() {
    # 2.x describes the processor and its oneDNN unless it is told not to.
    TF_CPP_MIN_LOG_LEVEL=1 TF_ENABLE_ONEDNN_OPTS=0 "$python" -c 'import tensorflow; print(tensorflow.__version__)'
}

must_be_the_tested_one() {  # WHEN
    found=$(tensorflow_version) || { echo "tools/install.sh: $1, TensorFlow cannot be imported" >&2; exit 1; }
    [ "$found" = "${tensorflow#*==}" ] || {
        echo "tools/install.sh: $1, TensorFlow is $found, not ${tensorflow#*==}" >&2
        exit 1
    }
}

version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
tf=
tested=
while read -r lane requirement pythons; do
    case $lane in '#'* | '') continue ;; esac
    tested="$tested $pythons"
    case " $pythons " in *" $version "*) tf=$lane tensorflow=$requirement ;; esac
done < requirements/lanes.txt
[ -n "$tf" ] || {
    echo "tools/install.sh: $python is Python $version; this package is tested on$tested" >&2
    exit 1
}
if [ -n "$gpu" ]; then
    [ "$tf" != 1 ] || { echo "tools/install.sh: --gpu is for TensorFlow 2.x, $python is for 1.15.5" >&2; exit 1; }
    tensorflow="tensorflow[and-cuda]==${tensorflow#*==}"
fi

temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
constraints=requirements/constraints-tf$tf.txt

if [ -n "$keep" ]; then
    must_be_the_tested_one "before the installation"
    pip freeze | grep '==' | sort > "$temporary/before"
    # What is there stays, what is missing comes at the tested version.
    "$python" - "$temporary/before" "$constraints" > "$temporary/constraints" <<'EOF'
import re
import sys


def name(line):
    return re.sub(r"[-_.]+", "-", line.split("==")[0].strip()).lower()


present, tested = ([line.strip() for line in open(path) if "==" in line] for path in sys.argv[1:])
names = set(map(name, present))
print("\n".join(present + [line for line in tested if name(line) not in names]))
EOF
    constraints=$temporary/constraints
    # 20.3 is the first to read manylinux2014 tags in full, and the image has it or later.
    if ! "$python" -c 'import sys, pip; sys.exit(tuple(map(int, pip.__version__.split(".")[:2])) < (20, 3))'; then
        pip install --quiet --requirement requirements/bootstrap.txt
    fi
    pip install --quiet --constraint "$constraints" --requirement requirements/tools.txt
else
    pip install --quiet --requirement requirements/bootstrap.txt
    pip install --quiet --constraint "$constraints" "$tensorflow" --requirement requirements/tools.txt
fi

# Dependencies are in place; without isolation the build needs no second download of setuptools.
pip install --quiet --no-deps --no-build-isolation $editable .

must_be_the_tested_one "after the installation"
if [ -n "$keep" ]; then
    pip freeze | grep '==' | sort > "$temporary/after"
    changed=$(comm -23 "$temporary/before" "$temporary/after" | grep -iv '^project.rnn.enhancement==' || true)
    [ -z "$changed" ] || { echo "tools/install.sh: the installation replaced $changed" >&2; exit 1; }
fi
