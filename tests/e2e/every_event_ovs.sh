#!/usr/bin/env bash
# needs: root ovs kprobe
# Every event of Open vSwitch's datapath fires.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"
# shellcheck source=tests/support/fires.sh
source "$SUPPORT/fires.sh"

trap 'topology_down; finish' EXIT
ovs_up
ovs-ofctl add-flows "$bridge" - <<'END'
table=0,priority=10,udp,tp_dst=10,actions=ct(table=1)
table=1,actions=normal
END

make_traffic() {
    right_sends udp "$left_ovs_ip" 9 1 # the bridge learns where that is
    left_sends udp "$right_ovs_ip" 9 5
    left_sends udp "$right_ovs_ip" 10 5
    sleep 1 # ovs-vswitchd answers
}

fires make_traffic ovs
