#!/usr/bin/env bash
# A request and its reply are one exchange: echo, DNS, SYN and SYN-ACK, ARP. Other packets belong to none.
# shellcheck source=tests/support/e2e.sh
source "$SUPPORT/e2e.sh"

# Frames from right to left.
reversed() { # FRAME-FUNCTION ARGS...
    local ip=$left_ip ip6=$left_ip6 mac=$left_mac
    local left_ip=$right_ip left_ip6=$right_ip6 left_mac=$right_mac
    local right_ip=$ip right_ip6=$ip6 right_mac=$mac

    "$@"
}

arp() { # OPERATION SENDER-MAC SENDER TARGET-MAC TARGET
    echo "${4//:/}${2//:/}0806000108000604000$1${2//:/}$(hex_ip "$3")${4//:/}$(hex_ip "$5")"
}

own="{$left_ip, $left_ip6, $right_ip, $right_ip6}"
query=9c40003500140000 answer=00359c4000140000 rest=0100000100000000

start_ntrace --format json --top 1000 -e "
    on rx where src in $own and dst in $own and exists(exchange) {
        exchanges = count() by exchange, proto
        sides = count() by proto, exchange, src
    }
    on rx where src in $own and dst in $own and not exists(exchange) { none = count() by proto, tcp.flags }"
left_sends ping "$right_ip" 3
left_sends ping "$right_ip6" 3
right_serves serve "$right_ip" 80 1
left_sends tcp "$right_ip" 80 1 >/dev/null
wait "${servers[@]}"
for id in 1111 2222; do
    left_sends frame left0 "$(frame_v4 11 $query$id$rest)" 1
    right_sends frame right0 "$(reversed frame_v4 11 $answer$id$rest)" 1
    left_sends frame left0 "$(frame_v6 11 $query$id$rest)" 1
    right_sends frame right0 "$(reversed frame_v6 11 $answer$id$rest)" 1
done
left_sends frame left0 "$(frame_v4 11 9c400036001400001111$rest)" 1
left_sends frame left0 "$(arp 1 "$left_mac" "$left_ip" "$right_mac" "$right_ip")" 1
right_sends frame right0 "$(arp 2 "$right_mac" "$right_ip" "$left_mac" "$left_ip")" 1
stop_ntrace

expect "exit code" "$status" 0
expect "packets of each exchange" "$(final_cells exchanges | awk '{ print $2, $3 }' | sort | uniq -c | sed 's/^ *//')" "\
3 icmp 2
3 icmp6 2
1 null 2
1 tcp 2
4 udp 2"
expect "from both sides" "$(final_cells sides | awk '{ print $1, $4 }' | sort | uniq -c | sed 's/^ *//')" "\
6 icmp 1
6 icmp6 1
2 null 1
2 tcp 1
8 udp 1"
final_cells none | grep -q '^udp null 1$' || fail "a datagram to another port is no query"
! final_cells none | grep -q syn || fail "a SYN without an exchange"

# As text they are 16 digits, and a dash where there is none.
start_ntrace -e "on rx where src == $left_ip and udp { emit packet, exchange, dport }"
left_sends frame left0 "$(frame_v4 11 ${query}1111$rest)" 1
left_sends frame left0 "$(frame_v4 11 9c400036001400001111$rest)" 1
stop_ntrace
expect "as text" "$(grep -Ec '^.* [0-9a-f]{16} +[0-9a-f]{16} +53$' "$work/out") $(
    grep -Ec '^.* [0-9a-f]{16} +- +54$' "$work/out")" "1 1"
