#!/usr/bin/env bash
# What a person reads: one line a reason, with its count, and nothing lost.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

start_ntrace -e "on skb_drop where dst == $right_ip { count() by reason }"
left_sends udp "$right_ip" 9 12
stop_ntrace

expect "exit code" "$status" 0
grep -qE "^ *$(reason NO_SOCKET) +12$" "$work/out" || fail "no line for the reason"
! grep -q 'lost' "$work/err" || fail "something was lost"
