#!/usr/bin/env bash
# needs: root ovs kprobe long
# vm_latency through Open vSwitch: the first packet of a flow waits for ovs-vswitchd, which stands still for 300 ms, and that
# shows in the part `back` and nowhere else.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

trap 'topology_down; finish' EXIT
ovs_up
right_sends udp "$left_ovs_ip" 9 1 # the bridge learns where that is
left_sends udp "$right_ovs_ip" 9 1
sleep 1
ovs-appctl dpctl/del-flows

start_ntrace vm_latency --vm-interface nt-left-p --phy-interface nt-right-p --stages \
    --src "$left_ovs_ip" --proto udp --format json
kill -STOP "$(pidof ovs-vswitchd)"
left_sends udp "$right_ovs_ip" 9 1 sport=1000
sleep 0.3
kill -CONT "$(pidof ovs-vswitchd)"
is_done() {
    [[ $(json 'select(.type == "path" and .name == "from_vm") | .done' | tail -1) -ge 1 ]]
}
wait_until "the packet is through" is_done
left_sends udp "$right_ovs_ip" 9 5 sport=1000
sleep 0.5
stop_ntrace

expect "exit code" "$status" 0
expect "flows" "$(json 'select(.name == "flows" and .final) | .rows[]
    | [.key.path, .key.flow, .values["count()"], .values["max(latency)"] >= 300000000]')" \
    "[\"from_vm\",\"$left_ovs_ip:1000 > $right_ovs_ip:9 udp\",6,true]"
expect "the part that waited" "$(json 'select(.name == "hops" and .final) | .rows[]
    | select(.values["max(latency)"] >= 300000000) | [.key.from, .key.stage]')" '["miss","back"]'
