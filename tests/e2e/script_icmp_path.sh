#!/usr/bin/env bash
# icmp_path: pings that come back, and pings that are lost on the way out, outside, and on the way back.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

trap 'topology_down; finish' EXIT
far_up
delay=0
if has module:sch_netem; then
    in_far tc qdisc add dev far0 root netem delay 20ms
    delay=20000000
fi

drops() { # NAMESPACE HOOK ICMP-TYPE, or nothing to end it
    in_netns "$1" nft delete table inet test 2>/dev/null || true
    [[ $# -eq 1 ]] || drop_in "$1" "$2" "icmp type $3"
}

id=0
pings() { # N, then where they end: NAMESPACE HOOK ICMP-TYPE
    [[ $# -eq 1 ]] || drops "${@:2}"
    left_sends ping $far_ip "$1" $((id += 1))
    sleep 0.3
    [[ $# -eq 1 ]] || drops "$2"
}

start_ntrace icmp_path --rx-iface right0 --tx-iface right2 --src "$left_ip" --timeout 500ms --details --format json
pings 5
pings 3 "$right" forward echo-request
pings 2 "$far" input echo-request
pings 4 "$right" forward echo-reply
nine_lost() {
    [[ $(json 'select(.type == "event" and .data.lost_after)' | wc -l) -eq 9 ]]
}
wait_until "the lost ones are found" nine_lost
stop_ntrace

expect "exit code" "$status" 0
expect "lost" "$(final_cells lost)" "rep_in $left_ip $far_ip 4
req_in $left_ip $far_ip 3
req_out $left_ip $far_ip 2"
# shellcheck disable=SC2016 # $delay is jq's
expect "came back" "$(json 'select(.name == "rtt" and .final) | .rows[]
    | [.key["req_in.src"], .key["req_in.dst"], .values["count()"], .values["max(latency)"] >= $delay]' --argjson delay $delay)" \
    "[\"$left_ip\",\"$far_ip\",5,true]"
# The delay is outside, and nowhere else.
# shellcheck disable=SC2016
expect "hops" "$(json 'select(.name == "hops" and .final) | .rows[]
    | [.key.stage, .values["max(latency)"] >= $delay and $delay > 0]' --argjson delay $delay | sort)" \
    "[\"rep_in\",$([[ $delay -gt 0 ]] && echo true || echo false)]
[\"rep_out\",false]
[\"req_out\",false]"
expect "single ones" "$(json 'select(.type == "event" and .data.lost_after) | .data | [.lost_after, .seq]' | sort | uniq -c | wc -l)" 9
# A stage may be missed where a kernel hides tasks; the parts make up the whole anyhow.
expect "single ones that came back" "$(json 'select(.type == "event" and .data.hops) | .data
    | [.seq, .hops[0].stage, .hops[-1].stage, ([.hops[].after] | add) == .latency]' | sort)" \
    "$(for seq in {1..5}; do echo "[$seq,\"req_in\",\"rep_out\",true]"; done)"
