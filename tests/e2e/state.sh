#!/usr/bin/env bash
# State: kept under keys, added to by both CPUs without loss, read, asked for, deleted; a full map is
# counted.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

start_ntrace --format json -e "
    map @few: max 4
    on rx where src == $left_ip {
        @packets += 1
        @bytes[dport] += len
        @last[sport] = udp.len
        if sport == 1001 { delete @last[sport] }
        @few[sport, udp.len] = 1
    }
    on skb_drop where src == $left_ip and sport == 1002 {
        emit @packets, bytes = @bytes[9] ?? 0, none = @bytes[7] ?? -1, has = 1000 in @last,
             gone = 1001 not in @last
    }"
in_left taskset -c 0 "$TRAFFIC" udp "$right_ip" 9 3000 sport=1000 size=10 &
in_left taskset -c $(($(nproc) - 1)) "$TRAFFIC" udp "$right_ip" 9 2000 sport=1004 size=20
wait $!
in_left "$TRAFFIC" udp "$right_ip" 9 5 sport=1001 size=30
in_left "$TRAFFIC" udp "$right_ip" 9 1 sport=1002 size=40
in_left "$TRAFFIC" udp "$right_ip" 9 9 sport=1003 size=50
stop_ntrace

# A frame is 42 bytes longer than its payload.
expect "what was kept" "$(event_cells)" \
    "5006 $((3000 * 52 + 2000 * 62 + 5 * 72 + 82)) -1 true true"
expect "found the map full" "$(json 'select(.type == "counters") | [.probes[].state_full] | add')" 9
