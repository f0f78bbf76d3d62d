#!/usr/bin/env bash
# limit by a key: each key has its own count, over all CPUs; what is held back is counted.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

# Within one run no bucket is filled again.
start_ntrace --format json -e "
    on rx where src == $left_ip limit 10/1d by sport { emit sport }
    on rx where src == $left_ip { if udp limit 3/1d by src, flow { rows = count() by sport } else { others = count() } }"
in_left taskset -c 0 "$TRAFFIC" udp "$right_ip" 9 300 sport=1000
in_left taskset -c $(($(nproc) - 1)) "$TRAFFIC" udp "$right_ip" 9 200 sport=1000
in_left "$TRAFFIC" udp "$right_ip" 9 40 sport=1001
in_left "$TRAFFIC" udp "$right_ip" 9 4 sport=1002
stop_ntrace

expect "rows by port" "$(event_cells | sort | uniq -c | tr -s ' ' | sed 's/^ //' | paste -sd,)" \
    "10 1000,10 1001,4 1002"
expect "in the table" "$(final_cells rows | sort | paste -sd,)" "1000 3,1001 3,1002 3"
expect "what a limit holds back is no else" "$(final_cells others)" ""
expect "held back" "$(json 'select(.type == "counters") | .probes[].held')" \
    $((500 - 10 + 40 - 10 + 500 - 3 + 40 - 3 + 4 - 3))

# Calls of a function share its limit, however long their keys are.
start_ntrace --format json -e "
    fn few(key) { if true limit 2/1d by key { few = count() } }
    fn some(key) { if true limit 3/1d by key { some = count() } }
    on rx where src == $left_ip {
        few(flow)
        few(sport)
        some(sport)
        some(flow)
    }"
in_left "$TRAFFIC" udp "$right_ip" 9 10 sport=1001
in_left "$TRAFFIC" udp "$right_ip" 9 10 sport=1002
stop_ntrace
expect "short keys behind long ones" "$(final_cells few)" $((4 * 2))
expect "long keys behind short ones" "$(final_cells some)" $((4 * 3))
