#!/usr/bin/env bash
# Headers that lie outside the packet's linear part are absent and the packet counts as unparsed, once for each
# event; once the kernel has pulled them they are there.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

start_ntrace --format json -e "
    on tx where eth.src == $left_mac { sent = count(), sum(len) by eth.type, src, dport, exists(packet), nr_frags, linear }
    on tx where eth.src == $left_mac { again = count() by eth.type, flow }
    on skb_drop where eth.src == $left_mac { dropped = count(), sum(len) by src, dport, exists(packet) }"
left_sends ring left0 "$(frame_v4 11 03e80007000c00000a0b0c0d)" 3
left_sends ring left0 "$(frame_v6 11 03e80007000c00000a0b0c0d)" 2
left_sends frame left0 "$(frame_v4 11 03e80007000c00000a0b0c0d)" 4
stop_ntrace

expect "exit code" "$status" 0
expect "sent" "$(final_cells sent)" "\
ip $left_ip 7 true 0 46 4 184
ip null null false 1 14 3 138
ip6 null null false 1 14 2 132"
expect "flows" "$(final_cells again)" "\
ip $left_mac > $right_mac ip 3
ip $left_ip:1000 > $right_ip:7 udp 4
ip6 $left_mac > $right_mac ip6 2"
expect "dropped" "$(final_cells dropped)" "\
$left_ip 7 true 7 322
$left_ip6 7 true 2 132"
expect "unparsed" "$(json 'select(.type == "counters") | .probes[] | select(.event == "tx") | .unparsed')" 5
grep -q '^ntrace: tx: packets whose headers could not be read: 5$' "$work/err" ||
    fail "unparsed packets are not said"
