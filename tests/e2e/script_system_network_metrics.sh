#!/usr/bin/env bash
# system_network_metrics: what left sends waits 20 ms in the queue of its device; each packet is shown with its parts, that one
# is slow and no other, and the parts add up to the whole. What the queue drops is lost there; what comes in fast is not shown.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

# Conntrack looks at what comes in.
in_left nft -f - <<'END'
table ip track {
    chain in {
        type filter hook input priority 0
        ct state invalid counter
        udp dport 11 drop
    }
}
END

watch_way() { # WAY ARGS...
    start_ntrace system_network_metrics --phy-interface left0 --direction "$1" "${@:2}" --rate 1000 --proto udp --format json
}
counted() {
    json 'select(.type == "path" and .final) | [.name, .started, .done, .lost + .again, .open]'
}
# The stages of each row but for `deq`: of packets that leave their queue in one go the first alone is told. Then whether the parts
# make up the whole.
rows() {
    json 'select(.type == "event") | .data | [.path, .flow, ([.hops[].stage | select(. != "deq")] | join(" ")),
        ([.hops[].after] | add) == .total]' | sort | uniq -c | sed 's/^ *//'
}
# Parts beside the queue's of which half took 15 ms or more. A first packet may, where code is cold.
slow_elsewhere() {
    json 'select(.name == "parts" and .final) | .rows[] | select(.key.stage != "deq" and .key.stage != "nic"
        and .values["quantiles(latency)"].p50 >= 15000000) | .key.stage'
}
slow_in_queue() {
    json 'select(.type == "event") | [.data.hops[] | select((.stage == "deq" or .stage == "nic") and .after >= 15000000)]
        | select(length == 1)' | wc -l
}

# Without netem a burst at 1 Mbit/s: each packet waits 8.3 ms longer than the one before.
least=8
if has module:sch_netem; then
    netem_left delay 20ms
    least=12
else
    in_left tc qdisc add dev left0 root tbf rate 1mbit burst 1600 limit 100000
fi
stages="ip nic"
! has kprobe || stages="ip enq nic"

watch_way sent --src "$left_ip" --threshold 1ns
# All at once: nobody may take the CPU from the sender. They leave by a timer.
left_alone 150 udp "$right_ip" 9 12 size=1000 sport=1000
wait_until "all came" all_came "$right" 12
stop_ntrace
expect "exit code" "$status" 0
expect "sent" "$(rows)" "12 [\"sent\",\"$left_ip:1000 > $right_ip:9 udp\",\"$stages\",true]"
[[ $(slow_in_queue) -ge $least ]] || fail "the queue is not slow"
expect "slow elsewhere" "$(slow_elsewhere)" ""
expect "accounts of sent" "$(counted)" '["sent",12,12,0,0]'

# What is larger than the bucket never goes, and what is fast is not shown.
in_left tc qdisc replace dev left0 root tbf rate 100mbit burst 1000 limit 100000
watch_way sent --src "$left_ip" --threshold 10s
left_sends udp "$right_ip" 9 3 size=1400 sport=1001
left_sends udp "$right_ip" 9 4 size=100 sport=1001
wait_until "the small ones came" all_came "$right" 16
wait_until "the large ones are missed" all_missed 3
stop_ntrace
expect "exit code" "$status" 0
expect "fast ones" "$(rows)" ""
expect "accounts of what is dropped" "$(counted)" '["sent",7,4,3,0]'

# The ends of that way are functions.
has kprobe || exit 0
watch_way received --src "$right_ip" --threshold 1ns
right_sends udp "$left_ip" 10 4 sport=2000
right_sends udp "$left_ip" 11 3 sport=2000
wait_until "those that are dropped are missed" all_missed 3
stop_ntrace
expect "exit code" "$status" 0
expect "received" "$(rows)" "4 [\"received\",\"$right_ip:2000 > $left_ip:10 udp\",\"nic ip ct l4\",true]"
expect "accounts of received" "$(counted)" '["received",7,4,3,0]'
