#!/usr/bin/env bash
# More rows than ntrace can take: those that are lost are counted, tables and the end are not hurt.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

script="on rx where src == $left_ip { fired = count(); emit src, dst, sport, dport, len, dev }"
overload() {
    kill -STOP "$ntrace_pid"
    left_sends udp "$right_ip" 9 20000
    kill -CONT "$ntrace_pid"
}

start_ntrace --format json -e "$script"
overload
stop_ntrace
expect "exit code" "$status" 0
expect "fired" "$(final_cells fired)" 20000
lost=$(json 'select(.type == "counters") | .probes[].ring_full' | tail -1)
[[ $lost -gt 0 ]] || fail "nothing was lost: this shows nothing"
expect "delivered and lost" $(($(event_cells | wc -l) + lost)) 20000

start_ntrace --strict -e "$script"
overload
stop_ntrace
expect "exit code when rows were lost, under --strict" "$status" 3
grep -q "^ntrace: rx: rows lost, the ring was full: " "$work/err" || fail "what was lost is not said"
