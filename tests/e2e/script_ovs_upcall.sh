#!/usr/bin/env bash
# needs: root ovs kprobe
# ovs_upcall: 50 flows are 50 upcalls; while ovs-vswitchd stands still for 300 ms, the wait is at `read`.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

trap 'topology_down; finish' EXIT
ovs_up
# A rule for each port: so the datapath needs a flow for each. Without, it looks at no more bits than it must.
for port in {1000..1050}; do
    echo "priority=1,udp,tp_src=$port,actions=normal"
done >"$work/rules"
ovs-ofctl add-flows "$bridge" "$work/rules"
right_sends udp "$left_ovs_ip" 9 1 # the bridge learns where that is
left_sends udp "$right_ovs_ip" 9 1
sleep 1
ovs-appctl dpctl/del-flows

start_ntrace ovs_upcall --src "$left_ovs_ip" --proto udp --format json
for port in {1000..1049}; do
    left_sends udp "$right_ovs_ip" 9 1 sport="$port"
done
done_are() {
    [[ $(json 'select(.type == "path") | .done' | tail -1) -ge "$1" ]]
}
wait_until "all came back" done_are 50
kill -STOP "$(pidof ovs-vswitchd)"
left_sends udp "$right_ovs_ip" 9 1 sport=1050
sleep 0.3
kill -CONT "$(pidof ovs-vswitchd)"
wait_until "the last came back" done_are 51
stop_ntrace

expect "exit code" "$status" 0
expect "accounts" "$(json 'select(.type == "path" and .final) | [.started, .done, .lost, .open]')" "[51,51,0,0]"
expect "flows" "$(json 'select(.name == "flows" and .final) | [(.rows | length) + .more, .rows[0].values["count()"]]')" "[51,1]"
expect "refused" "$(final_cells failed)" ""
expect "the part that waited" "$(json 'select(.name == "hops" and .final) | .rows[]
    | select(.values["max(latency)"] >= 290000000) | .key.stage')" '"read"'
