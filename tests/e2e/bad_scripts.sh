#!/usr/bin/env bash
# Scripts that are none: refused with a message, in bounded time, without a crash.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

refuses() { # WHAT
    run_ntrace "$work/script.nt"
    expect "exit code for $1" "$status" 1
    grep -q '^error' "$work/err" || fail "no message for $1"
}

head -c 100000 /dev/urandom >"$work/script.nt"
refuses "random bytes"
head -c 10000000 < <(yes 'on skb_drop { count() by ') >"$work/script.nt"
refuses "10 MB of beginnings"
head -c 1000000 /dev/zero | tr '\0' '(' >"$work/script.nt"
refuses "a million brackets"
head -c 1000000 /dev/zero >"$work/script.nt"
refuses "zeros"
rm "$work/script.nt"
refuses "a file that is not there"
mkdir "$work/script.nt"
refuses "a directory"
