#!/usr/bin/env bash
# Nothing stays in the kernel, whatever ended ntrace.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

start_ntrace -e 'on skb_drop { count() by reason }'
programs=$(sed -n 's/^prog_id:[[:space:]]*//p' /proc/"$ntrace_pid"/fdinfo/* | sort -u)
[[ -n $programs ]] || fail "ntrace holds no program"
kill -KILL "$ntrace_pid"
wait "$ntrace_pid" 2>/dev/null || true
ntrace_pid=

is_gone() {
    ! bpftool prog show id "$1" >/dev/null 2>&1
}
for id in $programs; do
    wait_until "program $id is gone" is_gone "$id"
done
