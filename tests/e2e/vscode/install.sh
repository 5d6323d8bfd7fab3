#!/bin/sh
# What the suite in a real VS Code needs and the repository does not bring; quiet when it is there.
# Prints the folder of VS Code's own web server (VS Code 1.100.3, out of the npm package code-server, nothing compiled).
set -eu
version=4.100.3
cache=${XDG_CACHE_HOME:-$HOME/.cache}/smysl-tests
folder=$cache/vscode-$version
server=$folder/node_modules/code-server/lib/vscode

say() { printf '%s\n' "$*" >&2; }

# VS Code looks for files with ripgrep, of which the npm package brings only the script that would download it.
missing=''
for program in chromium rg; do
    command -v "$program" >/dev/null || missing="$missing $program"
done
if [ -n "$missing" ]; then
    command -v apt-get >/dev/null || { say "Install what is missing, so that it is found by name:$missing"; exit 1; }
    say 'Installing Chromium and ripgrep …'
    root=''
    [ "$(id -u)" = 0 ] || root=sudo
    { $root apt-get update -qq && $root apt-get install -y -qq --no-install-recommends chromium ripgrep; } >&2
fi

if [ ! -e "$folder" ]; then
    say "Installing VS Code's server into $folder …"
    # Made beside its place and moved there when it is whole: another run may be at it too.
    half=$folder.$$
    trap 'rm -rf "$half"' EXIT
    mkdir -p "$half/node_modules"
    (
        cd "$half"
        npm pack --silent "code-server@$version" >/dev/null
        tar xzf "code-server-$version.tgz"
        rm "code-server-$version.tgz"
        mv package node_modules/code-server
        cd node_modules/code-server/lib/vscode
        npm install --silent --no-audit --no-fund --omit=dev --ignore-scripts >&2
        [ -e node_modules.asar ] || ln -s node_modules node_modules.asar
        mkdir -p node_modules/@vscode/ripgrep/bin
        ln -sf "$(command -v rg)" node_modules/@vscode/ripgrep/bin/rg
        # Without it there are no log files, and the view of the log stays empty.
        npm rebuild --silent @vscode/spdlog >/dev/null
    )
    mv -n "$half" "$folder"
fi
printf '%s\n' "$server"
