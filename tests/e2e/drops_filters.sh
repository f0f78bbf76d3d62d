#!/usr/bin/env bash
# The options that every script has, each of them, leave exactly the packets they describe.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

own=$left_ip,$left_ip6

leaves() { # COUNT OPTIONS...
    start_ntrace --format json -e 'on skb_drop { drops = count() }' "${@:2}"
    left_sends udp "$right_ip" 9 1 sport=1000
    left_sends udp "$right_ip" 10 2 sport=1000
    left_sends udp "$right_ip" 9 4 sport=2000
    left_sends tcp "$right_ip" 9 8 >"$work/stood"
    left_sends udp "$right_ip6" 9 16 sport=1000
    stop_ntrace
    expect "exit code" "$status" 0
    expect "drops with ${*:2}" "$(final_cells drops)" "$1"
}

leaves 15 --src "$left_ip/24"
leaves 15 --dst "$right_ip"
leaves 16 --dst "$right_ip6/127"
leaves 31 --dst "$right_ip,$right_ip6"
leaves 19 --src "$own" --sport 1000
leaves 2 --src "$own" --dport 10
leaves 31 --src "$own" --dport 9,10
leaves 8 --src "$own" --proto tcp
leaves 23 --src "$own" --proto udp
leaves 31 --src "$own" --dev 'nothing,right*'
leaves 5 --src "$left_ip" --sport 1000,2000 --dev right0 \
    --where "proto == udp and not dport == 10 or src == $left_ip6"
