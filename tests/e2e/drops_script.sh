#!/usr/bin/env bash
# The library's `drops` with all of its options, in both formats.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

# shellcheck disable=SC2054 # commas are part of the values
options=(--src "$left_ip,$left_ip6" --dst "$right_ip,$right_ip6" --dport 9,10 --sport 1000,40000
    --proto udp --dev 'right*' --interval 100ms --threshold 1ns --top 2 --where 'len < 200')

traffic() {
    left_sends udp "$right_ip" 9 5 sport=1000
    left_sends udp "$right_ip6" 9 4 sport=1000
    left_sends udp "$right_ip" 10 3 badsum
    left_sends udp "$right_ip6" 10 1 badsum
    left_sends udp "$right_ip" 9 7 sport=1001
    left_sends udp "$right_ip" 11 7 sport=1000
    left_sends udp "$right_ip" 9 7 sport=1000 size=200
    left_sends tcp "$right_ip" 9 7 >"$work/stood"
}

start_ntrace drops --format json "${options[@]}"
traffic
wait_until "a report came" grep -q '"type":"table"' "$work/out"
stop_ntrace
expect "exit code" "$status" 0
# The site is a function and an offset: the two families check and refuse in functions of their own, that
# of 7.x in their callers.
sites() {
    sed 's/+0x[0-9a-f]*//; s/ udp_rcv / __udp4_lib_rcv /; s/ udpv6_rcv / __udp6_lib_rcv /'
}

no_socket=$(reason NO_SOCKET) csum=$(reason UDP_CSUM)
expect "drops shown" "$(final_cells drops | sites)" "${no_socket/#-/null} __udp4_lib_rcv 5
${no_socket/#-/null} __udp6_lib_rcv 4"
expect "rows left out" "$(json 'select(.type == "table" and .final) | .more')" 2
singles='9 "NO_SOCKET"
4 "UDP_CSUM"'
gives_reasons || singles="13 null"
expect "single packets" "$(json 'select(.type == "event") | .data
    | select(.latency > 0 and .dev == "right0" and (.flow | endswith(" udp"))) | .reason' | uniq -c | awk '{ print $1, $2 }')" \
    "$singles"

start_ntrace "$SUPPORT/../../stdlib/drops.nt" --dst "$right_ip,$right_ip6" --dport 9,10 --interval 1h --threshold 1h
traffic
stop_ntrace
expect "exit code" "$status" 0
expect "text" "$(tr -s ' ' <"$work/out" | sites)" "drops by reason, location
reason location count()
$no_socket __udp4_lib_rcv 19
$no_socket tcp_v4_rcv 7
$no_socket __udp6_lib_rcv 4
$csum __udp4_lib_rcv 3
$csum __udp6_lib_rcv 1"
