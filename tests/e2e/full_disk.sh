#!/usr/bin/env bash
# Output that cannot be written ends the run with a message.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

run_ntrace --output /dev/full -e 'begin { printf("something\n"); exit }'
expect "exit code" "$status" 1
grep -q 'error\[E601\]' "$work/err" || fail "no E601"
