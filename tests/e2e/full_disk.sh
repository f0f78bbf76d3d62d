#!/usr/bin/env bash
# Output that cannot be written ends the run with a message: texts, rows, the report at the end.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

is_full() { # ARGS...
    status=0
    timeout 20 "$NTRACE" "$@" >/dev/full 2>"$work/err" || status=$?
    expect "exit code of $*" "$status" 1
    grep -qE '^error\[E601\]: can.t write .*: No space left on device$' "$work/err" || fail "no E601 of $*"
}

is_full -e 'begin { printf("something\n"); exit }'
is_full --output /dev/full -e 'begin { printf("something\n"); exit }'
is_full -e 'on rx { count() } begin { exit }'
is_full --format json -e 'on rx { count() } begin { exit }'
is_full --format json -e 'every 10ms { printf("something\n") }'
is_full list events
is_full --help

# A file takes what standard output would.
run_ntrace --output "$work/results" -e 'begin { printf("something\n"); exit }'
expect "exit code" "$status" 0
expect "standard output" "$(cat "$work/out")" ""
expect "file" "$(cat "$work/results")" "something"
