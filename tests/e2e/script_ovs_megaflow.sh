#!/usr/bin/env bash
# needs: root ovs kprobe long
# ovs_megaflow: 500 flows that differ in a bit that counts are 500 megaflows, each known by its own packet; a flow that is dropped has one
# without actions.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

trap 'topology_down; finish' EXIT
ovs_up
# A rule for each port: so the datapath needs a flow for each. Without, it looks at no more bits than it must.
{
    for port in {1000..1499}; do
        echo "priority=1,udp,tp_src=$port,actions=normal"
    done
    echo "priority=1,udp,tp_src=2000,actions=drop"
} >"$work/rules"
ovs-ofctl add-flows "$bridge" "$work/rules"
right_sends udp "$left_ovs_ip" 9 1 # the bridge learns where that is
left_sends udp "$right_ovs_ip" 9 1
sleep 1
ovs-appctl dpctl/del-flows

start_ntrace ovs_megaflow --rate 1000 --src "$left_ovs_ip" --proto udp --format json
left_sends udp "$right_ovs_ip" 9 1 sport=1000 flows=500
left_sends udp "$right_ovs_ip" 9 1 sport=2000
installed() {
    [[ $(json 'select(.type == "event")' | wc -l) -ge 501 ]]
}
wait_until "all megaflows are there" installed
stop_ntrace

expect "exit code" "$status" 0
expect "rows" "$(json 'select(.type == "event") | .data | [.in_port, .flow,
    ([.megaflow[] | .key // empty | .[] | .ipv4 // empty | .src] | .[0]),
    any(.megaflow[]; .actions // [] | any(has("output")))]' | sort)" \
    "$(for port in {1000..1499}; do
        echo "[\"nt-left-p\",\"$left_ovs_ip:$port > $right_ovs_ip:9 udp\",\"$left_ovs_ip\",true]"
    done
    echo "[\"nt-left-p\",\"$left_ovs_ip:2000 > $right_ovs_ip:9 udp\",\"$left_ovs_ip\",false]")"
expect "installs" "$(json 'select(.name == "installs" and .final) | .rows[] | [.key.in_port, .values["count()"]]')" '["nt-left-p",501]'
expect "none" "$(final_cells none)" ""
