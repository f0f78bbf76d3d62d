#!/usr/bin/env bash
# needs: root ovs kprobe
# ovs_upcall: 500 flows are 500 upcalls, each its own; while ovs-vswitchd stands still for 50 ms, the wait is at `read` and nowhere
# else.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

trap 'topology_down; finish' EXIT
ovs_up
# A rule for each port: so the datapath needs a flow for each. Without, it looks at no more bits than it must.
for port in {1000..1499} {2000..2004}; do
    echo "priority=1,udp,tp_src=$port,actions=normal"
done >"$work/rules"
ovs-ofctl add-flows "$bridge" "$work/rules"
right_sends udp "$left_ovs_ip" 9 1 # the bridge learns where that is
left_sends udp "$right_ovs_ip" 9 1
sleep 1
ovs-appctl dpctl/del-flows

done_are() {
    [[ $(json 'select(.type == "path") | .done' | tail -1) -ge "$1" ]]
}
watch_upcalls() { # ARGS...
    start_ntrace ovs_upcall --src "$left_ovs_ip" --proto udp "$@" --interval 1s --format json
}
accounts_are() {
    json 'select(.type == "path" and .final) | [.started, .done, .lost, .again, .open]'
}

watch_upcalls
left_sends udp "$right_ovs_ip" 9 1 sport=1000 flows=500
wait_until "all came back" done_are 500
stop_ntrace
expect "exit code" "$status" 0
expect "accounts" "$(accounts_are)" "[500,500,0,0,0]"
expect "flows" "$(json 'select(.name == "flows" and .final) | [(.rows | length) + .more, .rows[0].values["count()"]]')" "[500,1]"
expect "total" "$(json 'select(.name == "total" and .final) | .rows[] | [.key.cmd, ([.values[][].count] | add)]')" '["miss",500]'
expect "refused" "$(final_cells failed)" ""

watch_upcalls --dport 10
for port in {2000..2004}; do
    kill -STOP "$(pidof ovs-vswitchd)"
    left_sends udp "$right_ovs_ip" 10 1 sport="$port"
    sleep 0.05
    kill -CONT "$(pidof ovs-vswitchd)"
    sleep 0.2
done
wait_until "those came back too" done_are 5
stop_ntrace
expect "exit code" "$status" 0
expect "accounts of those that waited" "$(accounts_are)" "[5,5,0,0,0]"
# Quantiles are within 2 %.
expect "the part that waited" "$(json 'select(.name == "hops" and .final) | .rows[]
    | [.key.stage, .values["quantiles(latency)"].count, .values["quantiles(latency)"].p50 >= 49000000]' | sort)" '["back",5,false]
["read",5,true]
["sent",5,false]'
