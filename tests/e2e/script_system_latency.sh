#!/usr/bin/env bash
# system_latency: what left sends waits 20 ms or more in the queue of its device, and that shows there and nowhere else; what the
# queue drops is lost. What left receives does not wait, and what is dropped behind the IP layer's door is lost.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

drop_in "$left" input "udp dport 11"

watch_way() { # WAY ARGS...
    start_ntrace system_latency --phy-interface left0 --direction "$1" "${@:2}" --proto udp --stages --format json
}
flows() {
    json 'select(.name == "flows" and .final) | .rows[] | [.key.path, .key.flow, .values["count()"]]'
}
# Each part, and whether its median is 20 ms or more; quantiles are within 2 %. Of packets that leave their queue in one go the first
# alone is told, so what ends at `deq` for one ends at `nic` for the other. Where openvswitch is loaded, kernels up
# to 6.1 at least have conntrack on the way in every namespace.
parts() {
    json 'select(.name == "hops" and .final) | .rows[]
        | [.key.path, .key.from, .key.stage, .values["quantiles(latency)"].p50 >= 19600000]' |
        sed 's/"deq"/"nic"/g; s/"ct","l4"/"ip","l4"/' | grep -v '"nic","nic"\|"ip","ct"' | sort -u
}
# What went nowhere is lost after a second, or earlier when its buffer has another packet.
counted() {
    json 'select(.type == "path" and .final) | [.name, .started, .done, .lost + .again, .open]'
}

# Without netem a burst at 1 Mbit/s: each packet waits 8.3 ms longer than the one before.
if has module:sch_netem; then
    netem_left delay 20ms
else
    in_left tc qdisc add dev left0 root tbf rate 1mbit burst 1600 limit 100000
fi
watch_way sent --src "$left_ip"
# All at once: nobody may take the CPU from the sender. They leave by a timer.
left_alone 150 udp "$right_ip" 9 12 size=1000 sport=1000
wait_until "all came" all_came "$right" 12
stop_ntrace
expect "exit code" "$status" 0
expect "sent" "$(flows)" "[\"sent\",\"$left_ip:1000 > $right_ip:9 udp\",12]"
# Without kprobes a packet is first seen where it is queued.
if has kprobe; then
    expect "parts of sent" "$(parts)" '["sent","enq","nic",true]
["sent","ip","enq",false]'
else
    expect "parts of sent" "$(parts)" '["sent","ip","nic",true]'
fi
expect "accounts of sent" "$(counted)" '["sent",12,12,0,0]'

# What is larger than the bucket never goes.
in_left tc qdisc replace dev left0 root tbf rate 100mbit burst 1000 limit 100000
watch_way sent --src "$left_ip"
left_sends udp "$right_ip" 9 3 size=1400 sport=1001
left_sends udp "$right_ip" 9 4 size=100 sport=1001
wait_until "the small ones came" all_came "$right" 16
wait_until "the large ones are missed" all_missed 3
stop_ntrace
expect "exit code" "$status" 0
expect "sent at last" "$(flows)" "[\"sent\",\"$left_ip:1001 > $right_ip:9 udp\",4]"
expect "accounts of what is dropped" "$(counted)" '["sent",7,4,3,0]'

# The ends of that way are functions.
has kprobe || exit 0
watch_way received --src "$right_ip"
right_sends udp "$left_ip" 10 4 sport=2000
right_sends udp "$left_ip" 11 3 sport=2000
wait_until "those that are dropped are missed" all_missed 3
stop_ntrace
expect "exit code" "$status" 0
expect "received" "$(flows)" "[\"received\",\"$right_ip:2000 > $left_ip:10 udp\",4]"
expect "parts of received" "$(parts)" '["received","ip","l4",false]
["received","nic","ip",false]'
expect "accounts of received" "$(counted)" '["received",7,4,3,0]'
