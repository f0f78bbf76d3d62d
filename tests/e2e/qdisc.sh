#!/usr/bin/env bash
# A queueing discipline is entered and left once by every packet that it does not drop. Asked when it is
# empty it gives none: a call without a packet is no event of one, and is counted where it could matter.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

# pfifo and its like let a packet pass by when they are empty; tbf takes all.
in_left tc qdisc add dev left0 root tbf rate 1gbit burst 100000 limit 100000

start_ntrace --format json -e "
    on qdisc_enqueue where src in {$left_ip, $left_ip6} { entered = count() by dev, proto, dport }
    on qdisc_dequeue where src in {$left_ip, $left_ip6} { left = count() by dev, proto, dport }
    on qdisc_dequeue { some = count() }
    on raw_tracepoint:qdisc_dequeue(skb) where not dport == 1 { others = count() }
    on raw_tracepoint:qdisc_dequeue(packets, skb) where dport == 9 { ported = count() by packets }"
left_sends udp "$right_ip" 9 5
left_sends udp "$right_ip6" 9 6
left_sends ping "$right_ip" 7
left_sends ping "$right_ip6" 8
left_sends tcp "$right_ip" 9 9 >"$work/stood"
stop_ntrace

expect "exit code" "$status" 0
expect "enqueued" "$(final_cells entered)" "left0 icmp null 7
left0 icmp6 null 8
left0 tcp 9 9
left0 udp 9 11"
expect "dequeued" "$(final_cells left)" "left0 icmp null 7
left0 icmp6 null 8
left0 tcp 9 9
left0 udp 9 11"

empty=$(json 'select(.type == "counters") | .probes[] | [.event, .no_packet > 0] | join(" ")' | sort)
expect "calls without a packet" "${empty//\"/}" "qdisc_dequeue false
qdisc_enqueue false
raw_tracepoint:qdisc_dequeue false
raw_tracepoint:qdisc_dequeue true"
