#!/usr/bin/env bash
# needs: root module:sch_netem
# A delay on the way shows in the part of the way where it is, and in no other.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

forward_up 172.19.1.1
in_right tc qdisc replace dev right1 root netem delay 20ms
cat >"$work/way.nt" <<'END'
path way key head, packet {
    sent:    tx            where dev == "left0" and icmp.type == echo
    arrived: rx            where dev == "right0"
    queued:  qdisc_enqueue where dev == "right1"   also skb
    passed:  tx            where dev == "right1"    key skb
    there:   rx            where dev == "left1"
}
on way      { hops = count(), min(latency) by stage }
on way.done { whole = count(), min(latency) by sent.src }
END
start_ntrace --format json "$work/way.nt" --src "$left_ip"
left_sends ping 172.19.1.1 7
sleep 1
stop_ntrace

expect "exit code" "$status" 0
expect "hops" "$(jq -r 'select(.name == "hops" and .final) | .rows[]
    | [.key.stage, .values["count()"], .values["min(latency)"] >= 20000000] | map(tostring) | join(" ")' \
    "$work/out" | sort)" "arrived 7 false
passed 7 true
queued 7 false
there 7 false"
expect "whole" "$(jq -r 'select(.name == "whole" and .final) | .rows[]
    | [.key["sent.src"], .values["count()"], .values["min(latency)"] >= 20000000] | map(tostring) | join(" ")' \
    "$work/out")" "$left_ip 7 true"
expect "accounts" "$(accounts)" "way 7 = 7 + 0 + 0 + 0 + 0 + 0 late 0"
