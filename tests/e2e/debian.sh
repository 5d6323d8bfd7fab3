#!/bin/sh
# Have a program: debian.sh PROGRAM PACKAGE... installs the Debian packages, quietly, unless the program is there.
set -eu
program=$1
shift
command -v "$program" >/dev/null && exit 0
command -v apt-get >/dev/null || {
    echo "“$program” is not installed. Install it so that it is found by name; here there is no apt-get to do it." >&2
    exit 1
}
echo "Installing $* …" >&2
root=''
[ "$(id -u)" = 0 ] || root=sudo
export DEBIAN_FRONTEND=noninteractive
# Another run may be at it too.
quiet='-qq -o DPkg::Lock::Timeout=300'
{ $root apt-get update $quiet && $root apt-get install $quiet --yes --no-install-recommends "$@"; } >&2
command -v "$program" >/dev/null
