#!/bin/sh
# Make the virtual environment and install this repository into it: setup.sh PYTHON VENV run|dev|bench
# The stamp VENV/.run (.dev, .bench) says that it was done; make asks again when the requirements change.
set -eu
python=$1 venv=$2 wanted=$3

if [ ! -x "$venv/bin/python" ]; then
    "$python" -c '' 2>/dev/null || {
        echo "“$python” cannot be run. Install Python 3.10 or later, or name it: make PYTHON=python3.12 …" >&2
        exit 1
    }
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || {
        echo "“$python” is $("$python" --version 2>&1); Smysl needs 3.10 or later. Name another: make PYTHON=python3.12 …" >&2
        exit 1
    }
    "$python" -c 'import ensurepip, venv' 2>/dev/null || {
        echo "“$python” cannot make virtual environments. On Debian and Ubuntu: sudo apt install python3-venv" >&2
        exit 1
    }
    echo "Making the virtual environment $venv …" >&2
    "$python" -m venv "$venv"
fi

echo "Installing (once, and again when the requirements change) …" >&2
export PIP_DISABLE_PIP_VERSION_CHECK=1
"$venv/bin/python" -m pip install --quiet --requirement "requirements/$wanted.txt"
"$venv/bin/python" -m pip install --quiet --no-deps --editable .
touch "$venv/.$wanted"
