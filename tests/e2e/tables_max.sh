#!/usr/bin/env bash
# A table that is full counts what comes after under (others), and says so.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

script="on rx where src == $left_ip { ports = count(), sum(len) by dport max 3 }"
traffic() {
    for port in 1 2 3 4 5 1; do
        left_sends udp "$right_ip" $port $port
    done
}

start_ntrace --format json -e "$script"
traffic
stop_ntrace
expect "exit code" "$status" 0
expect "rows" "$(final_cells ports)" "1 2 100
2 2 100
3 3 150"
expect "others" "$(json 'select(.type == "table") | .others')" '{"count()":9,"sum(len)":450}'
expect "counter" "$(json 'select(.type == "counters") | .probes[].others')" 9

start_ntrace -e "$script"
traffic
stop_ntrace
expect "text" "$(tr -s ' ' <"$work/out")" "ports by dport
 dport count() sum(len)
 3 3 150B
 1 2 100B
 2 2 100B
(others) 9 450B"
grep -q '^ntrace: rx: updates counted under (others), the table was full: 9$' "$work/err" ||
    fail "the full table is not said"
