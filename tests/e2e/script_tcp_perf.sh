#!/usr/bin/env bash
# tcp_perf: connections that stand, are refused or are not answered, a retransmit and a reset, each by its peer.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

# SYNs to port 81 are lost, and sent once more.
in_left sysctl -q -e -w net.ipv4.tcp_syn_retries=1 net.ipv4.tcp_syn_linear_timeouts=0
drop_in "$right" input "tcp dport 81"
delay=0
if has module:sch_netem; then
    in_left tc qdisc add dev left0 root netem delay 30ms
    delay=30000000
fi
right_serves serve "$right_ip" 80 4
right_serves serve "$right_ip" 82 1

start_ntrace tcp_perf --raddr "$right_ip" --connect-threshold 0s --format json
left_sends tcp "$right_ip" 80 3 >"$work/stood"
left_sends tcp "$right_ip" 9 2 >"$work/stood"
left_sends tcp "$right_ip" 81 1 >"$work/stood" &
sleep 0.8
"$undisturbed" 450 true # a second after the first SYN it is sent again, two seconds later the connection is given up
sleep 1.55
"$undisturbed" 450 true
wait $!
left_sends send "$right_ip" 80 100000
left_sends cut "$right_ip" 82
stop_ntrace

expect "exit code" "$status" 0
# shellcheck disable=SC2016 # $delay is jq's
expect "connections that stood" "$(json 'select(.type == "event" and .data.what == "slow connect") | .data
    | [.laddr, .raddr, .rport, .time >= $delay]' --argjson delay "$delay" | sort | uniq -c | sed 's/^ *//')" \
    "4 [\"$left_ip\",\"$right_ip\",80,true]
1 [\"$left_ip\",\"$right_ip\",82,true]"
expect "connects" "$(json 'select(.name == "connects" and .final) | [.rows[].values[][].count] | add')" 5
expect "refused, not answered" "$(json 'select(.name == "failed" and .final) | .rows[]
    | [.key.raddr, .key.rport, .values["count()"], .values["avg(latency)"] > 1000000000]' | sort)" \
    "[\"$right_ip\",81,1,true]
[\"$right_ip\",9,2,false]"
# A slow machine may have to send the end of a connection again, too.
expect "retransmits of the SYN" "$(final_cells retransmits | grep " syn_sent ")" "$right_ip 81 syn_sent 1"
expect "resets" "$(final_cells resets)" "$right_ip 82 1"
# shellcheck disable=SC2016
expect "peers" "$(json 'select(.name == "peers" and .final) | .rows[]
    | [.key.raddr, .values["count()"] >= 2, .values["avg(srtt)"] >= $delay]' --argjson delay "$delay")" \
    "[\"$right_ip\",true,true]"
