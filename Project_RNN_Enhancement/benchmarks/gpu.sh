#!/usr/bin/env bash
# Runs the tests and the benchmark on an NVIDIA GPU, with the newest TensorFlow that this package is tested on.
# usage: Project_RNN_Enhancement/benchmarks/gpu.sh [FOLDER [OPTION...]]
#   FOLDER    for the results: gpu.txt, tests.txt, benchmark.md, benchmark/; default: runs/gpu
#   OPTION    of the benchmark, such as --quick, --rows gru,lstm or --stock-python PYTHON
# It needs a driver and Python 3.12 ($PYTHON, or one that is found); CUDA comes with TensorFlow, some gigabytes, into
# the environment .venv-tf2-gpu ($VENV).
set -euo pipefail

fail() {
    echo "gpu.sh: $1" >&2
    exit 1
}

output=${1:-runs/gpu}
if [ $# -gt 0 ]; then shift; fi
mkdir -p "$output"
output=$(cd "$output" && pwd)
cd "$(dirname "$0")/../.."
venv=${VENV:-.venv-tf2-gpu}
python=$venv/bin/python

nvidia-smi -L > "$output/gpu.txt" 2>&1 || fail "there is no NVIDIA GPU with a driver here (nvidia-smi -L fails)"

if [ ! -e "$venv/.ready-gpu" ]; then
    base=$(sh tools/find_python.sh 2)
    echo "Setting up $venv with $base; this takes some minutes the first time."
    rm -rf "$venv"
    "$base" -m venv "$venv"
    sh tools/install.sh --gpu --editable "$python"
    touch "$venv/.ready-gpu"
fi

# Tests start processes that share the GPU.
export TF_FORCE_GPU_ALLOW_GROWTH=true

"$python" - >> "$output/gpu.txt" <<'PROGRAM' || fail "TensorFlow sees no GPU; $output/gpu.txt has what nvidia-smi says"
import sys

from Project_RNN_Enhancement.quiet import quieten_tensorflow

quieten_tensorflow()

from Project_RNN_Enhancement.rnn_enhancement.tf1 import gpu_names, tf

print("TensorFlow %s sees: %s" % (tf.__version__, ", ".join(gpu_names()) or "no GPU"))
if not gpu_names():
    sys.exit(1)
with tf.Graph().as_default(), tf.Session() as session, tf.device("/gpu:0"):
    ones = tf.ones([9, 9])
    print("a product on the first: %g" % session.run(tf.reduce_sum(tf.matmul(ones, ones))))
PROGRAM
cat "$output/gpu.txt"

status=0
# Single precision throughout, as on the CPU: TF32's 10 bits are not what the tests' tolerances are for.
NVIDIA_TF32_OVERRIDE=0 "$python" -W ignore -m unittest discover -t . -s tests 2>&1 | tee "$output/tests.txt" || status=1
"$python" -m Project_RNN_Enhancement.benchmarks --gpu --output "$output/benchmark" "$@" | tee "$output/benchmark.md" || status=1

echo "results are in $output"
exit "$status"
