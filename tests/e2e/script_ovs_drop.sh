#!/usr/bin/env bash
# needs: root ovs kprobe
# ovs_drop: 7 packets that a flow of the datapath drops, 5 that go through. The first of each is for ovs-vswitchd: it goes up.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

trap 'topology_down; finish' EXIT
ovs_up
# A rule for each port, so the datapath looks at all of it.
printf "priority=10,udp,tp_dst=%s\n" "11,actions=drop" "9,actions=normal" | ovs-ofctl add-flows "$bridge" -
right_sends udp "$left_ovs_ip" 9 1 # the bridge learns where that is

start_ntrace ovs_drop --src "$left_ovs_ip" --proto udp --format json
has_flow() { # PORT ACTIONS
    ovs-appctl dpctl/dump-flows | grep -qE "udp\(.*dst=$1\).* actions:$2"
}
left_sends udp "$right_ovs_ip" 9 1
left_sends udp "$right_ovs_ip" 11 1
wait_until "the datapath forwards" has_flow 9 '[0-9]'
wait_until "the datapath drops" has_flow 11 drop
left_sends udp "$right_ovs_ip" 11 7 sport=1000
left_sends udp "$right_ovs_ip" 9 5 sport=1000
came() {
    [[ $(in_right nstat -asz UdpNoPorts | awk '$1 == "UdpNoPorts" { print $2 }') -eq 6 ]]
}
wait_until "the others came" came
stop_ntrace

expect "exit code" "$status" 0
expect "flows" "$(json 'select(.name == "flows" and .final) | .rows[] | [.key["port.dev"], .key["port.flow"], .values["count()"]]')" \
    "[\"nt-left-p\",\"$left_ovs_ip:1000 > $right_ovs_ip:11 udp\",7]"
expect "drops" "$(json 'select(.name == "drops" and .final) | .rows[]
    | [.key["port.dev"], (.key.kstack | any(test("do_execute_actions|ovs_execute_actions"))), .values["count()"]]')" '["nt-left-p",true,7]'
# Freed as used where the kernel gives no reason; dropped, with a reason of Open vSwitch's, where it does.
how=$(json 'select(.name == "drops" and .final) | .rows[] | [.key.freed, .key.reason]')
[[ $how == '["consume",null]' || $how == '["drop","OVS_DROP_EXPLICIT"]' || $how == '["drop","OVS_DROP_LAST_ACTION"]' ]] || fail "freed as $how"
