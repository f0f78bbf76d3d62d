#!/usr/bin/env bash
# A device that is not there is named before anything runs; a pattern, `any`, and one that is there are not.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

run_ntrace check drops --dev lo,nosuch,vnet*
expect "exit code" "$status" 0
expect "what it says" "$(grep -h 'E609' "$work/out" "$work/err")" \
    "warning[E609]: --dev: there is no 'nosuch' in this network namespace"

run_ntrace check drops --dev any
expect "exit code" "$status" 0
! grep -q E609 "$work/out" "$work/err" || fail "'any' is no device"
