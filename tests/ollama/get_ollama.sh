#!/bin/sh
# Build a real Ollama of one era, once a machine, and say where it lies.
#
#   sh tests/ollama/get_ollama.sh 0.34.4     prints the folder: FOLDER/bin/ollama, FOLDER/lib/ollama/llama-server
#   sh tests/ollama/get_ollama.sh 0.24.0     prints the folder: FOLDER/bin/ollama, its models run inside it
#
# Everything comes from the Go, PyPI and Debian registries. On two cores about six minutes and four, nothing when it is
# there. The folder is ${SMYSL_TESTS_CACHE:-$HOME/.cache/smysl-tests}/ollama/VERSION.
set -eu

version=${1:?which version}
# The llama.cpp that Ollama runs as a process of its own since 0.30 travels in this package's source archive.
llama_cpp_python=0.3.36
# The only place among our registries that has the header miniaudio.h, which 0.24 compiles and never calls here.
miniaudio=github.com/gen2brain/malgo@v0.11.24

case $version in
0.34.4) is_new=yes ;;
0.24.0) is_new= ;;
*) echo "get_ollama: no recipe for $version" >&2 && exit 1 ;;
esac

target=${SMYSL_TESTS_CACHE:-$HOME/.cache/smysl-tests}/ollama/$version
if [ -x "$target/bin/ollama" ] && { [ -z "$is_new" ] || [ -x "$target/lib/ollama/llama-server" ]; }; then
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
for need in go:golang-go gcc:gcc g++:g++ ${is_new:+cmake:cmake ninja:ninja-build}; do
    command -v "${need%%:*}" >/dev/null 2>&1 || missing="$missing ${need#*:}"
done
if [ -n "$is_new" ]; then
    python3 -c "import ensurepip, venv" >/dev/null 2>&1 || missing="$missing python3-venv"
else
    [ -e /usr/include/nlohmann/json.hpp ] || missing="$missing nlohmann-json3-dev"
    [ -e /usr/include/stb/stb_image.h ] || missing="$missing libstb-dev"
fi
if [ -n "$missing" ]; then
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || fail "please install:$missing"
    say "installing$missing"
    # shellcheck disable=SC2086
    { apt-get update -qq && apt-get install -y -qq $missing; } >/dev/null 2>&1 || fail "could not install:$missing"
fi

mkdir -p "$target/bin"
work=$(mktemp -d "$target/build.XXXXXX")
trap 'rm -rf "$work"' EXIT
log=$work/log

if [ ! -x "$target/bin/ollama" ]; then
    say "building ollama $version ($([ -n "$is_new" ] && echo about a minute || echo about four minutes))"
    if [ -z "$is_new" ]; then
        module=$(go mod download -json "$miniaudio" 2>"$log" | sed -n 's/.*"Dir": "\(.*\)",/\1/p')
        mkdir -p "$work/include/miniaudio"
        cp "$module/miniaudio.h" "$work/include/miniaudio/" 2>>"$log" || fail "no miniaudio.h" "$log"
        export CGO_CPPFLAGS="-I$work/include"
    fi
    GOBIN=$work/bin CGO_CFLAGS="-O3 -march=native" CGO_CXXFLAGS="-O3 -march=native" \
        go install -ldflags "-X=github.com/ollama/ollama/version.Version=$version" \
        "github.com/ollama/ollama@v$version" >"$log" 2>&1 || fail "ollama $version does not build" "$log"
    mv "$work/bin/ollama" "$target/bin/ollama"
fi

if [ -n "$is_new" ] && [ ! -x "$target/lib/ollama/llama-server" ]; then
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
    mkdir -p "$target/lib/ollama"
    strip -o "$work/llama-server" "$work/llama/bin/llama-server"
    mv "$work/llama-server" "$target/lib/ollama/llama-server"
fi

echo "$target"
