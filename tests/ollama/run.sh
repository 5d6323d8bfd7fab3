#!/bin/sh
# Build a real Ollama of each era and their models, once a machine, and run every test that needs them: what `make test-ollama` does.
#
#   sh tests/ollama/run.sh [arguments of pytest]
#
# A suite that cannot run is a failure, never a skip. PYTHON names the interpreter; .venv/bin/python by default.
set -eu
cd "$(dirname "$0")/../.."

python=${PYTHON:-.venv/bin/python}
cache=${SMYSL_TESTS_CACHE:-$HOME/.cache/smysl-tests}/ollama

loud() {
    echo "==================== real Ollama: $* ====================" >&2
}

trap 'status=$?; [ "$status" = 0 ] || loud "FAILED, status $status"' EXIT

"$python" -c "import pytest, smysl" 2>/dev/null || {
    loud "no development environment at $python; run: make test"
    exit 1
}
"$python" -c "import gguf, safetensors" 2>/dev/null || "$python" -m pip install -q "gguf>=0.10" "safetensors>=0.4"
for version in 0.34.4 0.24.0; do
    sh tests/ollama/get_ollama.sh "$version" || {
        loud "Ollama $version could not be built"
        exit 1
    }
done
"$python" tests/ollama/make_gguf.py "$cache/models"
"$python" -m pytest -m real_ollama "$@"
loud "PASSED"
