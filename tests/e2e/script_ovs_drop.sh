#!/usr/bin/env bash
# needs: root ovs kprobe
# ovs_drop: packets that a rule drops, that a rule drops when they have been sent round, that a rate limit drops, and that are too
# large for their port; those that go through, and the first of each flow, which goes up, are none. Refused upcalls are as many as the
# datapath itself says.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

trap 'topology_down; finish' EXIT
ovs_up
ovs-vsctl set Open_vSwitch . other_config:max-idle=600000
ovs-ofctl -O OpenFlow13 add-meter "$bridge" meter=1,pktps,burst,band=type=drop,rate=1,burst_size=1
# A rule for each port, so the datapath looks at all of it.
ovs-ofctl -O OpenFlow13 add-flows "$bridge" - <<'END'
priority=10,udp,tp_dst=9,actions=normal
priority=10,udp,tp_dst=11,actions=drop
table=0,priority=10,udp,tp_dst=12,actions=ct(table=1)
table=1,priority=10,udp,tp_dst=12,actions=drop
priority=10,udp,tp_dst=13,actions=meter:1,normal
priority=10,udp,tp_dst=14,actions=normal
END
right_sends udp "$left_ovs_ip" 9 1 # the bridge learns where that is

has_flow() { # PORT ACTIONS
    ovs-appctl dpctl/dump-flows | grep -qE "udp\(.*dst=$1\).* actions:$2"
}
drops() { # packets by actions
    json 'select(.name == "drops" and .final) | .rows[] | [.key.port, .key.actions, .values["count()"]]' | sort
}

start_ntrace ovs_drop --src "$left_ovs_ip" --proto udp --format json
for port in 9 11 12 13; do
    left_sends udp "$right_ovs_ip" "$port" 1
done
wait_until "the datapath forwards" has_flow 9 '[0-9]'
wait_until "the datapath drops" has_flow 11 drop
wait_until "the datapath drops what was sent round" has_flow 12 drop
wait_until "the datapath limits" has_flow 13 meter
wait_until "the first came" all_came "$right" 2
left_sends udp "$right_ovs_ip" 11 7 sport=1000
left_sends udp "$right_ovs_ip" 12 5 sport=1001
left_sends udp "$right_ovs_ip" 13 30 sport=1002
left_sends udp "$right_ovs_ip" 9 5 sport=1003
sleep 0.5
ip link set nt-right-p mtu 1000
left_sends udp "$right_ovs_ip" 9 4 size=1400 sport=1003
limited=$((37 - $(unheard "$right")))
stop_ntrace

expect "exit code" "$status" 0
((limited > 0)) || fail "the rate limit let all pass"
expect "flows" "$(json 'select(.name == "flows" and .final) | .rows[] | [.key.port, .key.flow, .values["count()"]]' | sort)" \
    "[\"nt-left-p\",\"$left_ovs_ip:1000 > $right_ovs_ip:11 udp\",7]
[\"nt-left-p\",\"$left_ovs_ip:1001 > $right_ovs_ip:12 udp\",5]
[\"nt-left-p\",\"$left_ovs_ip:1002 > $right_ovs_ip:13 udp\",$limited]"
# What drops has no actions, or says so (Linux 6.8).
expect "limited" "$(drops | grep meter | jq -c '[.[0], (.[1][0] | keys), .[2]]')" "[\"nt-left-p\",[\"meter\"],$limited]"
expect "dropped by rule" "$(drops | grep -v meter | jq -c '.[1] |= all(.[]; has("drop"))')" '["nt-left-p",true,12]'
how=$(json 'select(.name == "drops" and .final) | .rows[] | [.key.freed, .key.reason]' | sort -u | xargs)
case $how in
'[consume,null] [drop,null]' | '[drop,OVS_DROP_LAST_ACTION] [drop,OVS_DROP_METER]' | \
    '[drop,OVS_DROP_EXPLICIT] [drop,OVS_DROP_METER]' | '[consume,null] [drop,NOT_SPECIFIED]' | '[consume,null]') ;;
*) fail "freed as $how" ;;
esac

expect "behind the datapath" "$(json 'select(.name == "behind" and .final) | .rows[]
    | [.key.to, .key.too_large, .values["count()"]]')" '["nt-right-p",true,4]'
ip link set nt-right-p mtu 1500

# While ovs-vswitchd stands still, there is room for so many upcalls.
lost() {
    ovs-appctl dpctl/show | sed -n 's/.*lost:\([0-9]*\)$/\1/p'
}
before=$(lost)
start_ntrace ovs_drop --src "$left_ovs_ip" --proto udp --format json
kill -STOP "$(pidof ovs-vswitchd)"
left_sends udp "$right_ovs_ip" 14 3000 size=1400 sport=1004
kill -CONT "$(pidof ovs-vswitchd)"
refused=$(($(lost) - before))
stop_ntrace
((refused > 0)) || fail "there was room for all"
expect "refused" "$(json 'select(.name == "refused" and .final) | .rows[] | [.key.port, .key.cmd, .key.error, .values["count()"]]')" \
    "[\"nt-left-p\",\"miss\",-11,$refused]"
