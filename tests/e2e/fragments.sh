#!/usr/bin/env bash
# alone: unreadable_packets
# Fragments: the first has its ports, the others have none, and none of them counts as unparsed.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

start_ntrace --format json -e "
    on rx where eth.src == $left_mac {
        fragments = count(), sum(len) by ip.frag_offset, ip.more_fragments, proto, dport, ip6.next
        ported = count() by exists(udp)
    }"
left_sends udp "$right_ip" 9 3 size=3000 sport=1000
left_sends udp "$right_ip6" 9 2 size=3000 sport=1000
stop_ntrace

expect "exit code" "$status" 0
expect "fragments" "$(final_cells fragments)" "\
0 true udp 9 null 3 4542
1480 true udp null null 3 4542
2960 false udp null null 3 246
null null udp 9 44 2 3020
null null udp null 44 4 3368"
expect "fragments with ports" "$(final_cells ported)" "false 10
true 5"
expect "unparsed" "$(json 'select(.type == "counters") | .probes[].unparsed')" 0
