#!/usr/bin/env bash
# Queues that are full drop what their own counters say they drop: a device's, within a shaper, a socket's.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

# So slow that nothing moves while the test runs.
in_left tc qdisc add dev left0 root handle 1: tbf rate 100bit burst 1600 limit 4000
in_right tc qdisc add dev right0 root handle 1: tbf rate 100bit burst 1600 limit 100000
in_right tc qdisc add dev right0 parent 1: handle 2: pfifo limit 4
right_serves hold "$right_ip6" 53

start_ntrace --format json -e "
    on skb_drop where src == $left_ip and dev == \"left0\" or src == $right_ip and dev == \"right0\" {
        queues = count() by reason, dev
    }
    on skb_drop where dst == $right_ip6 and dport == 53 { sockets = count() by reason }"
left_sends udp "$right_ip" 9 40 size=1000
right_sends udp "$left_ip" 9 40 size=1000
right_sends udp "$right_ip6" 53 100 size=1000
stop_ntrace

dropped() { # NAMESPACE INTERFACE
    in_netns "$1" tc -s -j qdisc show dev "$2" | jq '.[0].drops'
}

expect "exit code" "$status" 0
expect "drops of the queues" "$(final_cells queues)" "$(by_reason "QDISC_DROP left0 $(dropped "$left" left0)
QDISC_DROP right0 $(dropped "$right" right0)")"
[[ $(dropped "$left" left0) -gt 30 ]] || fail "the queue was not full"
refused=$(in_right nstat -asz Udp6RcvbufErrors | awk '$1 == "Udp6RcvbufErrors" { print $2 }')
expect "drops of the socket" "$(final_cells sockets)" "$(by_reason "SOCKET_RCVBUFF $refused")"
[[ $refused -gt 90 ]] || fail "the socket was not full"
