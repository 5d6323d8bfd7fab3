#!/bin/sh
# The end-to-end suite in a real VS Code: run.sh [names of tests files]
# Installs what it needs, packs the extension and drives it through Chromium.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../.."
SMYSL_E2E_VSCODE=$(sh "$here/install.sh")
export SMYSL_E2E_VSCODE
make --silent vsix
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
node_modules/.bin/vitest run --config "$here/vitest.config.mjs" "$@"
