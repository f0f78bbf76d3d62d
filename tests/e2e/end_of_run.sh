#!/usr/bin/env bash
# Whatever ends a run in order, a signal, the time or the script: the report at the end and exit code 0.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

script="on skb_drop where dst == $right_ip { drops = count() by reason }"

for signal in INT TERM; do
    start_ntrace -e "$script"
    left_sends udp "$right_ip" 9 5
    kill -$signal "$ntrace_pid"
    wait "$ntrace_pid" || status=$?
    ntrace_pid=
    expect "exit code after SIG$signal" "$status" 0
    expect "report after SIG$signal" "$(tr -s ' ' <"$work/out")" "drops by reason
reason count()
$(reason NO_SOCKET) 5"
done

run_ntrace --duration 200ms -e "$script"
expect "exit code after --duration" "$status" 0
expect "report after --duration" "$(cat "$work/out")" "drops by reason  (none)"

# An `end` that prints the table replaces the report.
start_ntrace -e "$script end { printf(\"the end\n\"); print drops }"
left_sends udp "$right_ip" 9 7
stop_ntrace
expect "report of end" "$(tr -s ' ' <"$work/out" | sed 's/^[0-9]*:[0-9:]* //')" "the end
drops by reason
reason count()
$(reason NO_SOCKET) 7"
