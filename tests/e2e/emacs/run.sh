#!/bin/sh
# The language server in a real Emacs with Eglot, in batch mode.
# Installs what it needs, and nothing when it is there.
set -eu
cd "$(dirname "$0")/../../.."
sh tests/e2e/debian.sh emacs emacs-nox elpa-eglot
exec .venv/bin/python -m tests.e2e.emacs "$(command -v emacs)"
