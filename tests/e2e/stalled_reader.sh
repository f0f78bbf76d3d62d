#!/usr/bin/env bash
# A reader that is there but takes nothing must not keep ntrace, and its probes, from ending.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

mkfifo "$work/pipe"
exec 3<>"$work/pipe"
dd if=/dev/zero of="$work/pipe" bs=4096 oflag=nonblock 2>"$work/dd" || true # until it is full

env --default-signal=INT "$NTRACE" -e 'on skb_drop { count() }' >"$work/pipe" 2>"$work/err" 3<&- &
ntrace_pid=$!
wait_until "ntrace is ready" ntrace_is_ready
stop_ntrace
expect "exit code" "$status" 1
expect "message" "$(tail -1 "$work/err")" "error[E601]: can't write the results: their reader takes nothing"
