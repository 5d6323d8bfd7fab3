#!/bin/sh
# Index the standard library of the interpreter and ask it three questions: demo.sh BIN
# No Ollama, no download, no question to the person: the built-in model answers.
set -eu
bin=$1
library=$("$bin/python" -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
settings=$(mktemp)
trap 'rm -f "$settings"' EXIT
# Installed packages lie inside the library's folder on some systems, and its tests are as large as itself.
cat >"$settings" <<'TOML'
model = "builtin"
exclude = ["site-packages/", "dist-packages/", "/test/", "/idlelib/", "/lib2to3/", "tests/"]
TOML

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); else bold='' plain=''; fi

ask() {
    printf '%s$ smysl search "%s"%s\n' "$bold" "$1" "$plain"
    "$bin/smysl" search "$1" "$library" --config "$settings" --top-k 3
}

printf 'Indexing %s …\n' "$library"
"$bin/smysl" index "$library" --config "$settings"
echo
ask 'узнать размер терминала'
ask 'случайно перемешать список'
ask 'shorten text to fit in a given width'
printf 'Search your own code: %s%s/smysl search "what it does" FOLDER%s\n' "$bold" "$bin" "$plain"
