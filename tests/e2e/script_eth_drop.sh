#!/usr/bin/env bash
# eth_drop: frames of several kinds are decoded; what a closed socket had not read is counted apart.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

mine="src in {$left_ip, $left_ip6} or eth.src == $left_mac"
traffic() {
    right_serves hold "$right_ip" 53
    left_sends udp "$right_ip" 9 3 sport=1000
    left_sends udp "$right_ip6" 9 2 sport=1000
    left_sends frame left0 "${right_mac//:/}${left_mac//:/}88b5$(printf '00%.0s' {1..46})" 4
    left_sends udp "$right_ip" 53 2 sport=1000 # the socket has room for them
    kill "${servers[-1]}"
    wait "${servers[-1]}" || true
}
frames() {
    json 'select(.type == "event") | .data | [.dev, .["eth.src"], .["eth.type"], .flow, .reason, (.kstack | length > 3)]' |
        sort | uniq -c | sed 's/^ *//'
}
with_reason() { # NAME, as JSON
    if gives_reasons; then echo "\"$1\""; else echo null; fi
}

start_ntrace eth_drop --format json --where "$mine"
traffic
sleep 0.5 # a socket is freed a little later than it is closed
stop_ntrace
expect "exit code" "$status" 0
expect "frames" "$(frames)" "\
4 [\"right0\",\"$left_mac\",\"0x88b5\",\"$left_mac > $right_mac 0x88b5\",$(with_reason UNHANDLED_PROTO),true]
3 [\"right0\",\"$left_mac\",\"ip\",\"$left_ip:1000 > $right_ip:9 udp\",$(with_reason NO_SOCKET),true]
2 [\"right0\",\"$left_mac\",\"ip6\",\"[$left_ip6]:1000 > [$right_ip6]:9 udp\",$(with_reason NO_SOCKET),true]"
expect "left out" "$(json 'select(.name == "left_out" and .final) | .rows[].values["count()"]')" 2

start_ntrace eth_drop --all --no-stack --rate 5 --format json --where "$mine"
traffic
sleep 0.5
stop_ntrace
expect "exit code" "$status" 0
shown=$(json 'select(.type == "event")' | wc -l)
held=$(jq -s 'map(select(.type == "counters") | .probes[].held) | add' "$work/out")
expect "all of them, shown and held back" $((shown + held)) 11
expect "stacks" "$(json 'select(.type == "event") | .data.kstack' | sort -u)" null
