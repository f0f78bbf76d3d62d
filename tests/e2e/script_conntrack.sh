#!/usr/bin/env bash
# needs: root kprobe module:nf_conntrack module:nf_nat
# conntrack: the steps of packets that NAT turns, of replies, and of a segment that belongs to nothing.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"
# shellcheck source=tests/support/topology.sh
source "$SUPPORT/topology.sh"

[[ -z ${NTRACE_PROFILE:-} ]] ||
    skip "before 5.1 nf_conntrack_in takes other arguments than in the kernel that stands in for 4.19"
nat_up 192.0.2.1
in_right sysctl -q -w net.netfilter.nf_conntrack_tcp_loose=0
right_serves serve "$right_ip" 80 1

start_ntrace conntrack --format json --src "$left_ip" --dev right0
left_sends udp 192.0.2.1 9 3 sport=1000
left_sends tcp 192.0.2.1 80 1 >"$work/stood"
left_sends frame left0 "$(frame_v4 06 "c3500051000000010000000150100000aaaa0000")" 1 # ACK of no connection
stop_ntrace

expect "exit code" "$status" 0
steps() { # FLOW, as a regular expression
    # shellcheck disable=SC2016 # $flow is jq's
    json 'select(.type == "event") | .data | select(.flow | test($flow))
        | [.step, .flow, .was, .is, .orig, .answer, .verdict]' --arg flow "$1"
}
from=$left_ip:1000 there=192.0.2.1:9 back=$right_ip:9
expect "datagrams" "$(steps " udp")" "[\"ct_lookup\",\"$from > $there udp\",null,\"new\",\"$from > $there udp\",\"$there > $from udp\",\"accept\"]
[\"ct_confirm\",\"$from > $back udp\",\"new\",\"new\",\"$from > $there udp\",\"$back > $from udp\",\"accept\"]
[\"ct_lookup\",\"$from > $there udp\",null,\"new\",\"$from > $there udp\",\"$back > $from udp\",\"accept\"]
[\"ct_lookup\",\"$from > $there udp\",null,\"new\",\"$from > $there udp\",\"$back > $from udp\",\"accept\"]"
expect "of no connection" "$(steps ":81 tcp" | cut -d, -f 3-)" "null,null,null,null,\"accept\"]"
expect "the connection" "$(json 'select(.type == "event") | .data | select(.flow | test(":80 tcp"))
    | [.step, .was, .is, (.state | test("assured"))]' | uniq | head -3)" '["ct_lookup",null,"new",false]
["ct_confirm","new","new",false]
["ct_lookup",null,"established",true]'
expect "steps" "$(json 'select(.name == "steps" and .final) | .rows[]
    | select(.key.is != "established") | [.key.step, .key.was, .key.is, .values["count()"]]' | sort)" '["ct_confirm","new","new",2]
["ct_lookup",null,"new",4]
["ct_lookup",null,null,1]'
