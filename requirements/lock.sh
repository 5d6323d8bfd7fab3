#!/bin/sh
# Resolve the development requirements anew: needs uv (https://docs.astral.sh/uv/), which nobody else needs.
# The files hold for Python 3.10 to 3.14 and every platform; they name versions, never the place they come from.
set -eu
cd "$(dirname "$0")/.."

lock() {
    output=$1
    shift
    uv pip compile pyproject.toml --universal --python-version 3.10 --quiet --upgrade \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links "$@" --output-file "requirements/$output"
}

lock bench.txt --group test --group check --group bench
lock run.txt --constraint requirements/bench.txt
lock dev.txt --group test --group check --constraint requirements/bench.txt
