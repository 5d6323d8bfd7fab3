#!/bin/sh
# Build the real Ollama 0.34.4 that the suite `real_ollama` talks to, once a machine, and say where it lies.
#
#   sh tests/ollama/get_ollama.sh        prints the folder: FOLDER/bin/ollama and FOLDER/lib/ollama/llama-server
#
# Everything comes from the Go, PyPI and Debian registries. About six minutes on two cores, nothing when it is there.
# The folder is ${SMYSL_TESTS_CACHE:-$HOME/.cache/smysl-tests}/ollama/0.34.4.
set -eu

version=0.34.4
# The llama.cpp that this Ollama runs as a process of its own travels in this package's source archive.
llama_cpp_python=0.3.36

target=${SMYSL_TESTS_CACHE:-$HOME/.cache/smysl-tests}/ollama/$version
if [ -x "$target/bin/ollama" ] && [ -x "$target/lib/ollama/llama-server" ]; then
    echo "$target"
    exit 0
fi

say() { echo "get_ollama: $*" >&2; }

fail() {
    say "$1"
    [ -z "${2:-}" ] || tail -n 15 "$2" >&2
    exit 1
}

missing=
for need in go:golang-go cmake:cmake ninja:ninja-build gcc:gcc g++:g++; do
    command -v "${need%%:*}" >/dev/null 2>&1 || missing="$missing ${need#*:}"
done
python3 -c "import ensurepip, venv" >/dev/null 2>&1 || missing="$missing python3-venv"
if [ -n "$missing" ]; then
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || fail "please install:$missing"
    say "installing$missing"
    # shellcheck disable=SC2086
    { apt-get update -qq && apt-get install -y -qq $missing; } >/dev/null 2>&1 || fail "could not install:$missing"
fi

mkdir -p "$target/bin" "$target/lib/ollama"
work=$(mktemp -d "$target/build.XXXXXX")
trap 'rm -rf "$work"' EXIT
log=$work/log

if [ ! -x "$target/bin/ollama" ]; then
    say "building ollama $version (about a minute)"
    GOBIN=$target/bin CGO_CFLAGS="-O3 -march=native" CGO_CXXFLAGS="-O3 -march=native" \
        go install -ldflags "-X=github.com/ollama/ollama/version.Version=$version" \
        "github.com/ollama/ollama@v$version" >"$log" 2>&1 || fail "ollama does not build" "$log"
fi

if [ ! -x "$target/lib/ollama/llama-server" ]; then
    say "building its llama-server (about five minutes)"
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" install -q scikit-build-core >"$log" 2>&1 || fail "pip cannot install" "$log"
    "$work/venv/bin/pip" download -q --no-deps --no-binary :all: --no-build-isolation -d "$work" \
        "llama-cpp-python==$llama_cpp_python" >"$log" 2>&1 || fail "no source of llama.cpp" "$log"
    mkdir "$work/source"
    tar xzf "$work"/llama_cpp_python-*.tar.gz -C "$work/source" --strip-components=1
    cmake -S "$work/source/vendor/llama.cpp" -B "$work/llama" -G Ninja \
        -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF -DGGML_NATIVE=ON -DGGML_OPENMP=OFF -DLLAMA_OPENSSL=OFF \
        -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_APP=OFF \
        -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF >"$log" 2>&1 || fail "llama.cpp cannot be configured" "$log"
    cmake --build "$work/llama" --target llama-server -j "$(nproc)" >"$log" 2>&1 \
        || fail "llama-server does not build" "$log"
    strip -o "$target/lib/ollama/llama-server" "$work/llama/bin/llama-server"
fi

echo "$target"
