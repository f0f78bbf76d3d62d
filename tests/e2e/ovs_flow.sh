#!/usr/bin/env bash
# needs: root ovs kprobe long
# The megaflow that ovs-vswitchd puts in place for a packet: key and actions out of its netlink message.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

trap 'topology_down; finish' EXIT
ovs_up
start_ntrace --format json -e "
    map @last: max 16
    on ovs_flow_new where request.key.ipv4.src == $left_ovs_ip and request.key.ipv4.proto == udp {
        @last[tid] = request
        flows = count() by request.key.ethertype, request.key.ipv4.dst, ports = exists(request.key.in_port),
            out = exists(request.actions.output)
        emit comm, request, kept = @last[tid].key.ipv4.src
    }"
left_sends udp "$right_ovs_ip" 9 20
came() {
    grep -q '"type":"event"' "$work/out"
}
wait_until "a flow came" came
stop_ntrace

expect "exit code" "$status" 0
expect "flows" "$(final_cells flows | head -1 | cut -d' ' -f1-4)" "ip $right_ovs_ip true true"
expect "row" "$(json 'select(.type == "event") | .data | [.kept, (.request[] | .key // empty | .[] | .ipv4 // empty | .src, .proto),
    any(.request[]; has("actions"))]' | head -1)" "[\"$left_ovs_ip\",\"$left_ovs_ip\",\"udp\",true]"
