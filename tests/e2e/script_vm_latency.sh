#!/usr/bin/env bash
# vm_latency: packets of a VM (left, behind right0) that a host (right) forwards by a slow queue to far, and those that come back.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

trap 'topology_down; finish' EXIT
far_up
# 1,042 bytes take 8.3 ms; what is saved up is enough for one packet.
in_right tc qdisc add dev right2 root tbf rate 1mbit burst 1600 limit 100000
drop_in "$right" forward "udp dport 11"

see() { # ARGS...
    start_ntrace vm_latency --vm-interface right0 --phy-interface right2 --src "$left_ip,$far_ip" --dst "$left_ip,$far_ip" --proto udp --format json "$@"
    left_alone 150 udp $far_ip 9 12 size=1000 sport=1000
    in_far "$TRAFFIC" udp "$left_ip" 10 4 sport=2000
    left_sends udp $far_ip 11 3 sport=1000 # go nowhere
    [[ $* == *to_vm ]] || wait_until "those that are lost are found" all_missed 3 from_vm
    stop_ntrace
    expect "exit code" "$status" 0
}

if has long; then
    see
else # one program has no room for both
    see --direction from_vm
    mv "$work/out" "$work/from_vm"
    see --direction to_vm
    cat "$work/from_vm" >>"$work/out"
fi
expect "flows" "$(json 'select(.name == "flows" and .final) | .rows[]
    | [.key.path, .key.flow, .values["count()"], .values["max(latency)"] >= 10 * 8300000]' | sort)" \
    "[\"from_vm\",\"$left_ip:1000 > $far_ip:9 udp\",12,true]
[\"to_vm\",\"$far_ip:2000 > $left_ip:10 udp\",4,false]"
# As many were started as were done and lost; the buffer of one that is dropped may be used again. What comes back, as ICMP, is not UDP.
expect "accounts" "$(json 'select(.type == "path" and .final) | [.name, .started, .done, .lost + .again, .open]' | sort)" \
    '["from_vm",15,12,3,0]
["to_vm",4,4,0,0]'
