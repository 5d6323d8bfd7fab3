#!/bin/sh
# Every end-to-end suite: run.sh [names of suites]. A suite is a folder here with a run.sh of its own.
# A suite that cannot run has not passed.
set -u
here=$(cd "$(dirname "$0")" && pwd)
[ $# -gt 0 ] || set -- $(cd "$here" && for suite in */run.sh; do dirname "$suite"; done)

summary='' failed=0
for suite; do
    printf '\n=== end to end: %s ===\n' "$suite"
    begin=$(date +%s)
    if sh "$here/$suite/run.sh"; then result=passed; else result=FAILED failed=1; fi
    summary="$summary$(printf '%-10s %s (%d s)' "$suite" "$result" $(($(date +%s) - begin)))
"
done

printf '\n=== end to end: summary ===\n%s' "$summary"
[ $failed = 0 ] || printf '\n*** END-TO-END SUITES FAILED ***\n' >&2
exit $failed
