#!/usr/bin/env bash
# Builds the image and runs it as the invoking user, with a folder of that user's mounted as /data.
set -euo pipefail

usage() {
    cat >&2 <<'EOF'
usage: docker/run.sh [--cpu] [--data FOLDER] COMMAND
  build            build the image
  test [ARG...]    run the tests; arguments go to nosetests
  demo [ARG...]    train the small pronunciation model; results in FOLDER/g2p
  exec ARG...      run any command in FOLDER
  --cpu            the image without CUDA
  --data FOLDER    what is /data in the container; default: runs
EOF
    exit 2
}

variant=gpu
base=tensorflow/tensorflow:1.15.5-gpu
data=runs
while [ $# -gt 0 ]; do
    case $1 in
        --cpu) variant=cpu base=tensorflow/tensorflow:1.15.5 ;;
        --data) [ $# -ge 2 ] || usage; data=$2; shift ;;
        -*) usage ;;
        *) break ;;
    esac
    shift
done
[ $# -gt 0 ] || usage
command=$1
shift

image=project-rnn-enhancement:$variant
project=$(cd "$(dirname "$0")/.." && pwd)

in_container() {  # WORKDIR COMMAND...
    local workdir=$1 options=(--rm --interactive)
    shift
    # Made here: docker would make it as root.
    mkdir -p "$data"
    if [ -t 0 ] && [ -t 1 ]; then options+=(--tty); fi
    if [ "$variant" = gpu ]; then
        if nvidia-smi -L >/dev/null 2>&1; then
            options+=(--gpus all)
        else
            echo "docker/run.sh: no NVIDIA driver found, running without --gpus" >&2
        fi
    fi
    exec docker run "${options[@]}" --user "$(id -u):$(id -g)" \
        --volume "$(cd "$data" && pwd):/data" --workdir "$workdir" "$image" "$@"
}

case $command in
    build) exec docker build --build-arg "BASE=$base" --tag "$image" --file "$project/docker/Dockerfile" "$project" ;;
    test) in_container /opt/project nosetests tests "$@" ;;
    demo) in_container /data python3 -m Project_RNN_Enhancement.experiments g2p --preset demo --output /data/g2p "$@" ;;
    exec) [ $# -gt 0 ] || usage; in_container /data "$@" ;;
    *) usage ;;
esac
