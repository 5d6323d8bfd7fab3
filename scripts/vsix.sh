#!/bin/sh
# Build the wheel and the extension, and pack both into build/smysl-VERSION.vsix: vsix.sh PYTHON
set -eu
python=$1
limit=12000000

rm -rf dist build/wheel
mkdir -p dist/server build
"$python" -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist/server .
# The versions that the tests have run with; the private environment is made with the same.
cp requirements/run.txt dist/server/requirements.txt
node extension/esbuild.mjs --production

version=$(node --print 'require("./package.json").version')
packed=build/smysl-$version.vsix
# The repository has no public address yet, so links of the README lead to the files packed beside it.
node_modules/.bin/vsce package --no-dependencies --allow-missing-repository --no-rewrite-relative-links --out "$packed" \
    >build/vsce.log 2>&1 || { cat build/vsce.log >&2; exit 1; }
if grep -i -E 'warn|error' build/vsce.log >&2; then
    echo "vsce is not content with the extension; see build/vsce.log." >&2
    exit 1
fi
size=$(wc -c <"$packed")
if [ "$size" -gt "$limit" ]; then
    echo "$packed has $size bytes, more than $limit." >&2
    exit 1
fi
echo "$packed: $size bytes"
