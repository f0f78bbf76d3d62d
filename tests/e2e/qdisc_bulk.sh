#!/usr/bin/env bash
# needs: root module:sch_netem
# A queue that lets many packets go at once is asked for several of them in one call: the event shows the first, `packets`
# how many they are, and their sum is what went through.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

# Of a device with several queues and one discipline, up to eight or so are taken in a call.
ip link add left1 netns "$left" numtxqueues 2 numrxqueues 2 type veth \
    peer name right1 netns "$right" numtxqueues 2 numrxqueues 2
join_links left1 right1 172.19.0.1 172.19.0.2 5
in_left tc qdisc add dev left1 root netem slot 500ms 500ms packets 100 limit 1000
start_ntrace --format json -e "
    on qdisc_enqueue where dst == 172.19.0.2 and dport == 9 and src == 172.19.0.1 { entered = count() by dev }
    on qdisc_dequeue where dst == 172.19.0.2 and dport == 9 and src == 172.19.0.1 {
        out = sum(packets), count() by dev, kind
    }"
left_sends udp 172.19.0.2 9 40
all_left() {
    in_left tc -s qdisc show dev left1 | grep -q 'backlog 0b 0p'
}
wait_until "all have left" all_left
stop_ntrace

expect "exit code" "$status" 0
expect "what came" "$(final_cells entered)" "left1 40"
read -r dev kind sum calls < <(final_cells out)
expect "what left" "$dev $kind $sum" "left1 netem 40"
((calls < 40)) || fail "no call took more than one packet"
